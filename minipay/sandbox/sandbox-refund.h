/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-order.h"

typedef enum {
  SANDBOX_REFUND_PROCESSING,
  SANDBOX_REFUND_SUCCESS,
  SANDBOX_REFUND_CLOSED,
  SANDBOX_REFUND_ABNORMAL
} SandboxRefundState;

/* What the books say of a wish to refund. */
typedef enum {
  SANDBOX_REFUND_NEW,
  SANDBOX_REFUND_REPEATED, /* same number, same content: the refund that is there already */
  SANDBOX_REFUND_OTHER,    /* same number, other content */
  SANDBOX_REFUND_NOT_PAID,
  SANDBOX_REFUND_TOO_MUCH, /* together with the others more than was paid */
  SANDBOX_REFUND_TOO_MANY  /* more than SANDBOX_MAX_REFUNDS of one order */
} SandboxRefundVerdict;

#define SANDBOX_MAX_REFUNDS 50

typedef struct {
  SandboxOrder *order; /* borrowed; orders live as long as the program */
  char *out_refund_no;
  char *refund_id;
  char *reason;      /* nullable */
  char *notify_url;  /* nullable */
  char *fingerprint; /* every parameter of the refund in one text */
  char *event;       /* nullable; body of the first notification, which every repeat carries again */
  GHashTable *extra; /* what only this gateway keeps, text by names of its own */
  gint64 amount;     /* minor units of the order's currency */
  SandboxRefundState state;
  GDateTime *created_at;
  GDateTime *ended_at; /* nullable; when it succeeded, was closed or became abnormal */
  SandboxNotifyState notify;
  guint notifications;
} SandboxRefund;

typedef struct _SandboxRefunds SandboxRefunds;

SandboxRefunds *sandbox_refunds_new (void);
void sandbox_refunds_free (SandboxRefunds *self);
SandboxRefund *sandbox_refunds_add (SandboxRefunds *self,
                                    SandboxOrder *order,
                                    const char *out_refund_no,
                                    gint64 amount,
                                    const char *fingerprint,
                                    SandboxRefundVerdict *verdict);
SandboxRefund *sandbox_refunds_find (SandboxRefunds *self, const char *account, const char *out_refund_no);
SandboxRefund *sandbox_refunds_find_number (SandboxRefunds *self, const char *account, const char *refund_id);
GPtrArray *sandbox_refunds_of (SandboxRefunds *self, SandboxOrder *order);
GPtrArray *sandbox_refunds_match (SandboxRefunds *self, const char *account, const char *out_refund_no);
gint64 sandbox_refunds_sum (SandboxRefunds *self, SandboxOrder *order);

void sandbox_refund_set_state (SandboxRefund *refund, SandboxRefundState state);
void sandbox_refund_set (SandboxRefund *refund, const char *name, const char *value);
const char *sandbox_refund_get (SandboxRefund *refund, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxRefunds, sandbox_refunds_free)
