/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-account-private.h"
#include "client/minipay-compare-private.h"

static GObject *
query_refund_conclude (MinipayExchange *x, GObject *result, const GError *failure, gpointer data, GError **error)
{
  MinipayAccount *self = data;
  const char *account = minipay_account_get_name (self);
  MinipayRefund *refund = (MinipayRefund *) result;
  const char *number;
  g_autoptr (MinipayIntent) intent = NULL;
  g_autoptr (MinipayIntent) advanced = NULL;
  g_autoptr (GError) local_error = NULL;

  if (minipay_exchange_has_unknown_key (x))
    minipay_account_refresh_if_due (self, TRUE);
  if (refund == NULL ||
      !minipay_compare_refund (
          refund, minipay_account_get_info (self), minipay_account_get_config (self), "query-refund", error) ||
      !minipay_compare_refund_with_ref (refund, minipay_exchange_get_refund_ref (x), error))
    return NULL;
  number = minipay_refund_get_out_refund_no (refund);
  if (number == NULL)
    return g_object_ref (result);

  intent = minipay_store_find (
      minipay_account_get_house (self)->store, account, MINIPAY_INTENT_KIND_REFUND, number, &local_error);
  if (local_error == NULL && intent != NULL && minipay_compare_refund_with_intent (refund, intent, &local_error) &&
      minipay_refund_get_authenticated (refund))
    advanced = minipay_store_advance (minipay_account_get_house (self)->store,
                                      account,
                                      MINIPAY_INTENT_KIND_REFUND,
                                      number,
                                      minipay_refund_state_to_intent (minipay_refund_get_state (refund)),
                                      minipay_refund_get_refund_id (refund),
                                      &local_error);
  if (local_error == NULL)
    return g_object_ref (result);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

const MinipayExchangePolicy minipay_query_refund_policy = { NULL, query_refund_conclude };

void
minipay_account_ask_about_refund (MinipayAccount *self, const char *out_refund_no)
{
  g_autoptr (MinipayRefundRef) ref = minipay_refund_ref_new (out_refund_no);
  g_autoptr (MinipayIntent) intent = minipay_store_find (minipay_account_get_house (self)->store,
                                                         minipay_account_get_name (self),
                                                         MINIPAY_INTENT_KIND_REFUND,
                                                         out_refund_no,
                                                         NULL);

  /* a stranger can name any refund: only ours, only open ones, and each at most once a minute */
  if (intent != NULL && minipay_intent_is_open (intent))
    minipay_account_ask_detached (self, MINIPAY_OPERATION_QUERY_REFUND, G_OBJECT (ref), out_refund_no);
}

/**
 * minipay_account_query_refund:
 * @self: an account
 * @ref: which refund
 * @cancellable: (nullable): stops waiting for the answer
 * @error: return location for an error
 *
 * Asks the gateway what became of a refund, and waits. Safe to repeat. The answer is compared with @ref and the
 * journal, and noted there when it is authenticated.
 *
 * Errors: %MINIPAY_ERROR_INVALID, %MINIPAY_ERROR_NOT_SUPPORTED, %MINIPAY_ERROR_NOT_FOUND, %MINIPAY_ERROR_AUTH,
 * %MINIPAY_ERROR_RATE_LIMITED, %MINIPAY_ERROR_NOT_SENT (no answer; safe to repeat),
 * %MINIPAY_ERROR_SIGNATURE_INVALID, %MINIPAY_ERROR_STALE, %MINIPAY_ERROR_PROTOCOL, %MINIPAY_ERROR_MISMATCH,
 * %MINIPAY_ERROR_LIMIT; `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): what the gateway says
 *
 * Since: 0.1
 */
MinipayRefund *
minipay_account_query_refund (MinipayAccount *self,
                              MinipayRefundRef *ref,
                              GCancellable *cancellable,
                              GError **error)
{
  g_return_val_if_fail (MINIPAY_IS_ACCOUNT (self) && MINIPAY_IS_REFUND_REF (ref), NULL);
  return (MinipayRefund *) minipay_account_run (
      self, MINIPAY_OPERATION_QUERY_REFUND, G_OBJECT (ref), cancellable, error);
}

/**
 * minipay_account_query_refund_async:
 * @self: an account
 * @ref: which refund
 * @cancellable: (nullable): stops waiting for the answer
 * @callback: (scope async) (closure user_data): called on the caller's thread-default context
 * @user_data: data for @callback
 *
 * See minipay_account_query_refund().
 *
 * Since: 0.1
 */
void
minipay_account_query_refund_async (MinipayAccount *self,
                                    MinipayRefundRef *ref,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_return_if_fail (MINIPAY_IS_ACCOUNT (self) && MINIPAY_IS_REFUND_REF (ref));
  minipay_account_start (self,
                         MINIPAY_OPERATION_QUERY_REFUND,
                         G_OBJECT (ref),
                         cancellable,
                         minipay_account_query_refund_async,
                         callback,
                         user_data);
}

/**
 * minipay_account_query_refund_finish:
 * @self: an account
 * @result: what the callback got
 * @error: return location for an error
 *
 * Errors: as minipay_account_query_refund().
 *
 * Returns: (transfer full): what the gateway says
 *
 * Since: 0.1
 */
MinipayRefund *
minipay_account_query_refund_finish (MinipayAccount *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
