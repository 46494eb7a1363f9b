/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-order.h"

#define SANDBOX_MAX_SHARES    50 /* of one order, and receivers of one share */
#define SANDBOX_SHARE_PERCENT 30 /* of an order may go to others */

/* One receiver's part of a share. */
typedef struct {
  char *type;
  char *account;
  char *description;
  gint64 amount;
  const char *failure; /* static; nullable: the money stays with the payer */
  char *detail_id;
} SandboxPart;

/* Money of one order given to others, or (without parts) the rest of it set free. */
typedef struct {
  SandboxOrder *order; /* borrowed */
  char *out_order_no;
  char *order_id;
  char *fingerprint;
  GPtrArray *parts; /* owned SandboxPart */
  gboolean is_finished;
  GDateTime *created_at;
} SandboxShare;

typedef struct {
  SandboxShare *share; /* borrowed */
  char *out_return_no;
  char *return_id;
  char *return_mchid;
  char *fingerprint;
  char *description;
  const char *failure; /* static; nullable: the money stays with the receiver */
  gint64 amount;
  gboolean is_finished;
  GDateTime *created_at;
} SandboxReturn;

typedef struct _SandboxSharing SandboxSharing;

SandboxSharing *sandbox_sharing_new (void);
void sandbox_sharing_free (SandboxSharing *self);

void
sandbox_sharing_add_receiver (SandboxSharing *self, const char *account, const char *type, const char *receiver);
void
sandbox_sharing_remove_receiver (SandboxSharing *self, const char *account, const char *type, const char *receiver);
gboolean
sandbox_sharing_has_receiver (SandboxSharing *self, const char *account, const char *type, const char *receiver);

SandboxShare *
sandbox_sharing_add (SandboxSharing *self, SandboxOrder *order, const char *out_order_no, const char *fingerprint);
void sandbox_share_add_part (SandboxSharing *self,
                             SandboxShare *share,
                             const char *type,
                             const char *account,
                             const char *description,
                             gint64 amount);
SandboxShare *sandbox_sharing_find (SandboxSharing *self, const char *account, const char *out_order_no);
SandboxShare *sandbox_sharing_find_id (SandboxSharing *self, const char *account, const char *order_id);
GPtrArray *sandbox_sharing_of_account (SandboxSharing *self, const char *account);
guint sandbox_sharing_count (SandboxSharing *self, SandboxOrder *order);
gint64 sandbox_sharing_shared (SandboxSharing *self, SandboxOrder *order);
gint64 sandbox_sharing_left (SandboxSharing *self, SandboxOrder *order);
void sandbox_sharing_unfreeze (SandboxOrder *order);

SandboxReturn *sandbox_sharing_add_return (SandboxSharing *self,
                                           SandboxShare *share,
                                           const char *out_return_no,
                                           const char *return_mchid,
                                           gint64 amount,
                                           const char *fingerprint);
SandboxReturn *sandbox_sharing_find_return (SandboxSharing *self, const char *account, const char *out_return_no);
gint64 sandbox_sharing_returnable (SandboxSharing *self, SandboxShare *share, const char *return_mchid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxSharing, sandbox_sharing_free)
