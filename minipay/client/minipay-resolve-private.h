/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/minipay-account-private.h"

G_BEGIN_DECLS

/*
 * Asks about an order until there is nothing left to ask. It decides what comes next and does nothing itself, so
 * that callers that wait and callers that do not share it.
 */
typedef enum {
  MINIPAY_RESOLVE_ASK,  /* query the order */
  MINIPAY_RESOLVE_WAIT, /* for interval_ms, then ask */
  MINIPAY_RESOLVE_END,  /* close it or reverse it */
  MINIPAY_RESOLVE_DONE, /* payment or error says what came of it */
} MinipayResolveStep;

typedef struct {
  MinipayPaymentRef *ref;
  MinipayPaymentRef *open_ref; /* the same, marked: see minipay_resolve_is_open_ref() */
  MinipayResolveFlags flags;
  guint interval_ms;
  gint64 give_up_us; /* monotonic: when it stops asking */

  MinipayResolveStep step;
  guint n_ends; /* how often it tried to close or reverse */
  gboolean is_last;
  MinipayPayment *payment; /* the last that was told */
  GError *error;           /* the last that went wrong */
} MinipayResolve;

void minipay_resolve_init (
    MinipayResolve *self, MinipayPaymentRef *ref, MinipayResolveFlags flags, guint interval_ms, guint patience_ms);
void minipay_resolve_clear (MinipayResolve *self);

/* What came of the step at hand: @payment, borrowed, or @error, taken. The next step is in self->step. */
void minipay_resolve_take (MinipayResolve *self, MinipayPayment *payment, GError *error);
MinipayOperation minipay_resolve_get_operation (const MinipayResolve *self);
MinipayPaymentRef *minipay_resolve_get_ref (const MinipayResolve *self);
/* Whether only an order that stays open is to be ended: one that the journal has learnt to be paid, from a
 * notification or another caller, is left alone. */
gboolean minipay_resolve_is_open_ref (MinipayPaymentRef *ref);

/* Runs it to its end in the calling thread. */
MinipayPayment *minipay_account_resolve_now (MinipayAccount *self,
                                             MinipayResolve *resolve,
                                             GCancellable *cancellable,
                                             GError **error);
/* Runs it on the context of @task, which then returns the payment; takes both. */
void minipay_account_resolve_on_task (MinipayResolve *resolve, GTask *task);

/* Creating a payment by the buyer's code: ends when it is decided. */
MinipayCheckout *minipay_account_create_code_payment (MinipayAccount *self,
                                                      MinipayOrder *order,
                                                      GCancellable *cancellable,
                                                      GError **error);
void minipay_account_start_code_payment (MinipayAccount *self,
                                         MinipayOrder *order,
                                         GCancellable *cancellable,
                                         gpointer source_tag,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

G_END_DECLS
