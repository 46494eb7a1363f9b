/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-account-private.h"
#include "client/minipay-compare-private.h"
#include "client/minipay-resolve-private.h"
#include "core/minipay-error.h"

/* What the journal knows to be paid is not closed: the buyer would lose the goods. It is reversed on demand, and
 * not because nobody could be asked. */
static gboolean
close_prepare (MinipayExchange *x, gpointer data, GError **error)
{
  MinipayAccount *self = data;
  MinipayPaymentRef *ref = minipay_exchange_get_payment_ref (x);
  const char *number = minipay_payment_ref_get_out_trade_no (ref);
  g_autoptr (MinipayIntent) intent = NULL;
  g_autoptr (GError) local_error = NULL;

  if (number == NULL ||
      (minipay_exchange_get_operation (x) != MINIPAY_OPERATION_CLOSE && !minipay_resolve_is_open_ref (ref)))
    return TRUE;
  intent = minipay_store_find (minipay_account_get_house (self)->store,
                               minipay_account_get_name (self),
                               MINIPAY_INTENT_KIND_PAYMENT,
                               number,
                               &local_error);
  if (local_error != NULL) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return FALSE;
  }
  if (intent == NULL || (minipay_intent_get_state (intent) != MINIPAY_INTENT_STATE_PAID &&
                         minipay_intent_get_state (intent) != MINIPAY_INTENT_STATE_REFUNDED))
    return TRUE;
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_ALREADY_PAID, "order %s is paid already", number);
  return FALSE;
}

/* What is reversed after it was paid goes back to the buyer. */
static MinipayIntentState
close_get_intent_state (MinipayExchange *x, MinipayPayment *payment, MinipayIntent *known)
{
  if (minipay_exchange_get_operation (x) == MINIPAY_OPERATION_REVERSE && known != NULL &&
      minipay_intent_get_state (known) == MINIPAY_INTENT_STATE_PAID)
    return MINIPAY_INTENT_STATE_REFUNDED;
  return minipay_payment_state_to_intent (minipay_payment_get_state (payment));
}

static GObject *
close_conclude (MinipayExchange *x, GObject *result, const GError *failure, gpointer data, GError **error)
{
  MinipayAccount *self = data;
  MinipayPayment *payment = (MinipayPayment *) result;
  const char *number;
  g_autoptr (MinipayIntent) known = NULL;
  g_autoptr (MinipayIntent) advanced = NULL;
  g_autoptr (GError) local_error = NULL;

  if (minipay_exchange_has_unknown_key (x))
    minipay_account_refresh_if_due (self, TRUE);
  if (payment == NULL ||
      !minipay_compare_payment (payment,
                                minipay_account_get_info (self),
                                minipay_account_get_config (self),
                                minipay_exchange_get_name (x),
                                error) ||
      !minipay_compare_with_ref (payment, minipay_exchange_get_payment_ref (x), error))
    return NULL;
  number = minipay_payment_get_out_trade_no (payment);
  if (number != NULL && minipay_payment_get_authenticated (payment))
    known = minipay_store_find (minipay_account_get_house (self)->store,
                                minipay_account_get_name (self),
                                MINIPAY_INTENT_KIND_PAYMENT,
                                number,
                                &local_error);
  if (known != NULL && minipay_compare_with_intent (payment, known, &local_error))
    advanced = minipay_store_advance (minipay_account_get_house (self)->store,
                                      minipay_account_get_name (self),
                                      MINIPAY_INTENT_KIND_PAYMENT,
                                      number,
                                      close_get_intent_state (x, payment, known),
                                      minipay_payment_get_transaction_id (payment),
                                      &local_error);
  if (minipay_exchange_get_operation (x) == MINIPAY_OPERATION_REVERSE && known != NULL &&
      g_error_matches (local_error, MINIPAY_ERROR, MINIPAY_ERROR_CONFLICT)) {
    /* it was paid between the two looks at the journal */
    g_clear_error (&local_error);
    advanced = minipay_store_advance (minipay_account_get_house (self)->store,
                                      minipay_account_get_name (self),
                                      MINIPAY_INTENT_KIND_PAYMENT,
                                      number,
                                      MINIPAY_INTENT_STATE_REFUNDED,
                                      NULL,
                                      &local_error);
  }
  if (local_error == NULL)
    return g_object_ref (result);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

const MinipayExchangePolicy minipay_close_policy = { close_prepare, close_conclude };

/**
 * minipay_account_close_payment:
 * @self: an account
 * @ref: which order
 * @cancellable: (nullable): stops waiting; once bytes have left, the outcome is then unknown
 * @error: return location for an error
 *
 * Closes an order, so that nobody can pay it any more, and waits. Safe to repeat. An order that is paid stays so,
 * and ends in %MINIPAY_ERROR_ALREADY_PAID: query it.
 *
 * Errors: %MINIPAY_ERROR_INVALID, %MINIPAY_ERROR_NOT_SUPPORTED, %MINIPAY_ERROR_REFUSED, %MINIPAY_ERROR_AUTH,
 * %MINIPAY_ERROR_CONFLICT, %MINIPAY_ERROR_NOT_FOUND, %MINIPAY_ERROR_RATE_LIMITED, %MINIPAY_ERROR_NOT_SENT,
 * %MINIPAY_ERROR_OUTCOME_UNKNOWN, %MINIPAY_ERROR_CONFIG, %MINIPAY_ERROR_PLUGIN, %MINIPAY_ERROR_STORE,
 * %MINIPAY_ERROR_ALREADY_PAID; `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): what the gateway says
 *
 * Since: 0.1
 */
MinipayPayment *
minipay_account_close_payment (MinipayAccount *self,
                               MinipayPaymentRef *ref,
                               GCancellable *cancellable,
                               GError **error)
{
  g_return_val_if_fail (MINIPAY_IS_ACCOUNT (self) && MINIPAY_IS_PAYMENT_REF (ref), NULL);
  return (MinipayPayment *) minipay_account_run (self, MINIPAY_OPERATION_CLOSE, G_OBJECT (ref), cancellable, error);
}

/**
 * minipay_account_close_payment_async:
 * @self: an account
 * @ref: which order
 * @cancellable: (nullable): stops waiting; once bytes have left, the outcome is then unknown
 * @callback: (scope async) (closure user_data): called on the caller's thread-default context
 * @user_data: data for @callback
 *
 * See minipay_account_close_payment().
 *
 * Since: 0.1
 */
void
minipay_account_close_payment_async (MinipayAccount *self,
                                     MinipayPaymentRef *ref,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_return_if_fail (MINIPAY_IS_ACCOUNT (self) && MINIPAY_IS_PAYMENT_REF (ref));
  minipay_account_start (self,
                         MINIPAY_OPERATION_CLOSE,
                         G_OBJECT (ref),
                         cancellable,
                         minipay_account_close_payment_async,
                         callback,
                         user_data);
}

/**
 * minipay_account_close_payment_finish:
 * @self: an account
 * @result: what the callback got
 * @error: return location for an error
 *
 * Errors: as minipay_account_close_payment().
 *
 * Returns: (transfer full): what the gateway says
 *
 * Since: 0.1
 */
MinipayPayment *
minipay_account_close_payment_finish (MinipayAccount *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * minipay_account_reverse_payment:
 * @self: an account
 * @ref: which payment
 * @cancellable: (nullable): stops waiting; once bytes have left, the outcome is then unknown
 * @error: return location for an error
 *
 * Takes back a code payment, whether it is paid or not, and waits. Safe to repeat.
 *
 * Errors: %MINIPAY_ERROR_INVALID, %MINIPAY_ERROR_NOT_SUPPORTED, %MINIPAY_ERROR_REFUSED, %MINIPAY_ERROR_AUTH,
 * %MINIPAY_ERROR_CONFLICT, %MINIPAY_ERROR_NOT_FOUND, %MINIPAY_ERROR_RATE_LIMITED, %MINIPAY_ERROR_NOT_SENT,
 * %MINIPAY_ERROR_OUTCOME_UNKNOWN, %MINIPAY_ERROR_CONFIG, %MINIPAY_ERROR_PLUGIN, %MINIPAY_ERROR_STORE;
 * `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): what the gateway says
 *
 * Since: 0.1
 */
MinipayPayment *
minipay_account_reverse_payment (MinipayAccount *self,
                                 MinipayPaymentRef *ref,
                                 GCancellable *cancellable,
                                 GError **error)
{
  g_return_val_if_fail (MINIPAY_IS_ACCOUNT (self) && MINIPAY_IS_PAYMENT_REF (ref), NULL);
  return (MinipayPayment *) minipay_account_run (
      self, MINIPAY_OPERATION_REVERSE, G_OBJECT (ref), cancellable, error);
}

/**
 * minipay_account_reverse_payment_async:
 * @self: an account
 * @ref: which payment
 * @cancellable: (nullable): stops waiting; once bytes have left, the outcome is then unknown
 * @callback: (scope async) (closure user_data): called on the caller's thread-default context
 * @user_data: data for @callback
 *
 * See minipay_account_reverse_payment().
 *
 * Since: 0.1
 */
void
minipay_account_reverse_payment_async (MinipayAccount *self,
                                       MinipayPaymentRef *ref,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_return_if_fail (MINIPAY_IS_ACCOUNT (self) && MINIPAY_IS_PAYMENT_REF (ref));
  minipay_account_start (self,
                         MINIPAY_OPERATION_REVERSE,
                         G_OBJECT (ref),
                         cancellable,
                         minipay_account_reverse_payment_async,
                         callback,
                         user_data);
}

/**
 * minipay_account_reverse_payment_finish:
 * @self: an account
 * @result: what the callback got
 * @error: return location for an error
 *
 * Errors: as minipay_account_reverse_payment().
 *
 * Returns: (transfer full): what the gateway says
 *
 * Since: 0.1
 */
MinipayPayment *
minipay_account_reverse_payment_finish (MinipayAccount *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
