/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-account-intent-private.h"
#include "client/minipay-compare-private.h"
#include "client/minipay-fingerprint-private.h"
#include "core/minipay-error.h"
#include "core/minipay-refund-private.h"
#include "provider/minipay-limits-private.h"
#include "provider/minipay-provider-info-private.h"

/* What the order was about, where the caller leaves it to the journal. */
static MinipayMoney *
refund_dup_total (MinipayAccount *self, MinipayRefundRequest *request, GError **error)
{
  const char *number = minipay_refund_request_get_out_trade_no (request);
  g_autoptr (MinipayIntent) order = NULL;

  if (minipay_refund_request_get_total (request) != NULL)
    return minipay_money_copy (minipay_refund_request_get_total (request));
  if (number == NULL)
    return NULL;
  order = minipay_store_find (minipay_account_get_house (self)->store,
                              minipay_account_get_name (self),
                              MINIPAY_INTENT_KIND_PAYMENT,
                              number,
                              error);
  return order != NULL && minipay_intent_get_total (order) != NULL
             ? minipay_money_copy (minipay_intent_get_total (order))
             : NULL;
}

/* The request with its total, checked anew: more than that was paid cannot go back. */
static gboolean
refund_complete_request (MinipayAccount *self, MinipayExchange *x, GError **error)
{
  MinipayRefundRequest *request = minipay_exchange_get_refund_request (x);
  MinipayProviderInfo *info = minipay_account_get_info (self);
  const MinipayLimit *limit =
      minipay_manifest_get_limit (minipay_provider_info_get_manifest (info), "refund_total");
  g_autoptr (GError) local_error = NULL;
  g_autoptr (MinipayMoney) total = refund_dup_total (self, request, &local_error);
  g_autoptr (MinipayRefundRequest) whole = NULL;

  if (local_error != NULL) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return FALSE;
  }
  if (total == NULL && limit != NULL && limit->presence.is_required) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "total is missing: %s needs it, and the journal does not know the order",
                 minipay_provider_info_get_id (info));
    return FALSE;
  }
  whole = g_object_new (MINIPAY_TYPE_REFUND_REQUEST,
                        "out-refund-no",
                        minipay_refund_request_get_out_refund_no (request),
                        "out-trade-no",
                        minipay_refund_request_get_out_trade_no (request),
                        "transaction-id",
                        minipay_refund_request_get_transaction_id (request),
                        "amount",
                        minipay_refund_request_get_amount (request),
                        "total",
                        total,
                        "reason",
                        minipay_refund_request_get_reason (request),
                        "notify-url",
                        minipay_refund_request_get_notify_url (request),
                        "extras",
                        minipay_refund_request_get_extras (request),
                        NULL);
  if (!minipay_limits_check_refund (info, minipay_account_get_config (self), whole, error))
    return FALSE;
  minipay_exchange_set_subject (x, G_OBJECT (whole));
  return TRUE;
}

/* The order as the journal names it. */
static char *
refund_dup_order (MinipayRefundRequest *request)
{
  const char *number = minipay_refund_request_get_out_trade_no (request);

  if (number != NULL)
    return g_strdup (number);
  return g_strdup_printf ("%c%s", MINIPAY_GATEWAY_NUMBER_MARK, minipay_refund_request_get_transaction_id (request));
}

static gboolean
refund_prepare (MinipayExchange *x, gpointer data, GError **error)
{
  MinipayAccount *self = data;
  const MinipayOperationRules *rules = minipay_account_get_rules (self, x);
  const gboolean is_single = rules != NULL && rules->is_single;
  g_autoptr (MinipayIntent) intent = NULL;
  g_autofree char *fingerprint = NULL;
  MinipayRefundRequest *request;
  g_autofree char *order = NULL;

  if (!refund_complete_request (self, x, error))
    return FALSE;
  request = minipay_exchange_get_refund_request (x);
  order = refund_dup_order (request);
  if (is_single && *order == MINIPAY_GATEWAY_NUMBER_MARK) {
    /* two names of one order would be two orders to the journal */
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "provider %s numbers no refunds: name the order by its out_trade_no",
                 minipay_provider_info_get_id (minipay_account_get_info (self)));
    return FALSE;
  }
  fingerprint = minipay_refund_request_dup_fingerprint (request);
  intent = g_object_new (MINIPAY_TYPE_INTENT,
                         "account",
                         minipay_account_get_name (self),
                         "kind",
                         MINIPAY_INTENT_KIND_REFUND,
                         "number",
                         minipay_refund_request_get_out_refund_no (request),
                         "order",
                         order,
                         "exclusive",
                         is_single,
                         "total",
                         minipay_refund_request_get_amount (request),
                         "fingerprint",
                         fingerprint,
                         "state",
                         MINIPAY_INTENT_STATE_SENDING,
                         NULL);
  return minipay_account_begin_intent (self, intent, is_single, error);
}

/* A gateway that signs nothing is believed that it took the refund, and no more. */
static MinipayIntentState
refund_get_intent_state (MinipayRefund *refund, gboolean is_single)
{
  if (minipay_refund_get_authenticated (refund) || is_single)
    return minipay_refund_state_to_intent (minipay_refund_get_state (refund));
  return MINIPAY_INTENT_STATE_PENDING;
}

static GObject *
refund_conclude (MinipayExchange *x, GObject *result, const GError *failure, gpointer data, GError **error)
{
  MinipayAccount *self = data;
  const MinipayOperationRules *rules = minipay_account_get_rules (self, x);
  MinipayRefundRequest *request = minipay_exchange_get_refund_request (x);
  const char *number = minipay_refund_request_get_out_refund_no (request);
  MinipayRefund *refund = (MinipayRefund *) result;
  g_autoptr (GError) doubt = NULL;

  if (minipay_exchange_has_unknown_key (x))
    minipay_account_refresh_if_due (self, TRUE);
  if (refund == NULL)
    minipay_account_note_failure (self, x, MINIPAY_INTENT_KIND_REFUND, number, failure, error);
  else if (minipay_compare_refund (
               refund, minipay_account_get_info (self), minipay_account_get_config (self), "refund", &doubt) &&
           minipay_compare_refund_with_request (refund, request, &doubt) &&
           minipay_account_note_state (self,
                                       MINIPAY_INTENT_KIND_REFUND,
                                       number,
                                       refund_get_intent_state (refund, rules != NULL && rules->is_single),
                                       minipay_refund_get_refund_id (refund),
                                       &doubt)) {
    if (minipay_refund_get_out_refund_no (refund) == NULL)
      minipay_refund_set_out_refund_no (refund, number);
    return g_object_ref (result);
  } else
    minipay_account_note_doubt (self, x, MINIPAY_INTENT_KIND_REFUND, number, doubt, error);
  return NULL;
}

/* The intent is in the journal before the first byte leaves. */
const MinipayExchangePolicy minipay_refund_policy = { refund_prepare, refund_conclude };

/**
 * minipay_account_refund:
 * @self: an account
 * @request: what to give back
 * @cancellable: (nullable): stops waiting; once bytes have left, the outcome is then unknown
 * @error: return location for an error
 *
 * Gives money back, and waits until the gateway has taken it, which is not yet that the money is back. The refund
 * is in the journal before its first byte leaves. Retries by itself, with the same number, where the gateway takes
 * a repetition for the same refund; a gateway that numbers no refunds is asked once, and while it is not known what
 * came of it, no other refund of that order is begun.
 *
 * Errors: %MINIPAY_ERROR_INVALID, %MINIPAY_ERROR_NOT_SUPPORTED, %MINIPAY_ERROR_REFUSED, %MINIPAY_ERROR_AUTH,
 * %MINIPAY_ERROR_CONFLICT, %MINIPAY_ERROR_NOT_FOUND, %MINIPAY_ERROR_RATE_LIMITED, %MINIPAY_ERROR_NOT_SENT,
 * %MINIPAY_ERROR_OUTCOME_UNKNOWN, %MINIPAY_ERROR_CONFIG, %MINIPAY_ERROR_PLUGIN, %MINIPAY_ERROR_STORE;
 * `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): what the gateway says: as a rule %MINIPAY_REFUND_STATE_PENDING
 *
 * Since: 0.1
 */
MinipayRefund *
minipay_account_refund (MinipayAccount *self,
                        MinipayRefundRequest *request,
                        GCancellable *cancellable,
                        GError **error)
{
  g_return_val_if_fail (MINIPAY_IS_ACCOUNT (self) && MINIPAY_IS_REFUND_REQUEST (request), NULL);
  return (MinipayRefund *) minipay_account_run (
      self, MINIPAY_OPERATION_REFUND, G_OBJECT (request), cancellable, error);
}

/**
 * minipay_account_refund_async:
 * @self: an account
 * @request: what to give back
 * @cancellable: (nullable): stops waiting; once bytes have left, the outcome is then unknown
 * @callback: (scope async) (closure user_data): called on the caller's thread-default context
 * @user_data: data for @callback
 *
 * See minipay_account_refund().
 *
 * Since: 0.1
 */
void
minipay_account_refund_async (MinipayAccount *self,
                              MinipayRefundRequest *request,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (MINIPAY_IS_ACCOUNT (self) && MINIPAY_IS_REFUND_REQUEST (request));
  minipay_account_start (self,
                         MINIPAY_OPERATION_REFUND,
                         G_OBJECT (request),
                         cancellable,
                         minipay_account_refund_async,
                         callback,
                         user_data);
}

/**
 * minipay_account_refund_finish:
 * @self: an account
 * @result: what the callback got
 * @error: return location for an error
 *
 * Errors: as minipay_account_refund().
 *
 * Returns: (transfer full): what the gateway says: as a rule %MINIPAY_REFUND_STATE_PENDING
 *
 * Since: 0.1
 */
MinipayRefund *
minipay_account_refund_finish (MinipayAccount *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
