/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "client/minipay-compare-private.h"
#include "core/minipay-error.h"
#include "provider/minipay-provider-info-private.h"

static gboolean
refund_states_fact (MinipayRefund *refund, const char *fact)
{
  if (strcmp (fact, "out_refund_no") == 0)
    return minipay_refund_get_out_refund_no (refund) != NULL;
  if (strcmp (fact, "refund_id") == 0)
    return minipay_refund_get_refund_id (refund) != NULL;
  if (strcmp (fact, "out_trade_no") == 0)
    return minipay_refund_get_out_trade_no (refund) != NULL;
  if (strcmp (fact, "transaction_id") == 0)
    return minipay_refund_get_transaction_id (refund) != NULL;
  if (strcmp (fact, "amount") == 0)
    return minipay_refund_get_amount (refund) != NULL;
  if (strcmp (fact, "total") == 0)
    return minipay_refund_get_total (refund) != NULL;
  if (strcmp (fact, "mchid") == 0)
    return minipay_refund_get_mchid (refund) != NULL;
  if (strcmp (fact, "sub_mchid") == 0)
    return minipay_refund_get_sub_mchid (refund) != NULL;
  return FALSE;
}

gboolean
minipay_compare_refund (MinipayRefund *refund,
                        MinipayProviderInfo *info,
                        MinipayAccountConfig *config,
                        const char *operation,
                        GError **error)
{
  static const char *const always[] = { "out_refund_no", "amount", NULL };
  const MinipayOperationRules *rules =
      minipay_manifest_get_operation (minipay_provider_info_get_manifest (info), operation);
  /* of a notification, the rules speak of payments */
  const char *const *echoes = rules != NULL && rules->echoes != NULL && strcmp (operation, "receive") != 0
                                  ? (const char *const *) rules->echoes
                                  : always;

  for (const char *const *fact = echoes; *fact != NULL; fact++) {
    if (refund_states_fact (refund, *fact))
      continue;
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_MISMATCH,
                 "the gateway speaks of a refund without saying its %s",
                 *fact);
    return FALSE;
  }
  return minipay_compare_currency ("an amount", minipay_refund_get_amount (refund), info, error) &&
         minipay_compare_currency ("a total", minipay_refund_get_total (refund), info, error) &&
         minipay_compare_setting ("mchid", minipay_refund_get_mchid (refund), config, "mchid", error) &&
         minipay_compare_sub_mchid (minipay_refund_get_sub_mchid (refund), config, error);
}

gboolean
minipay_compare_refund_with_request (MinipayRefund *refund, MinipayRefundRequest *request, GError **error)
{
  return minipay_compare_text ("out_refund_no",
                               minipay_refund_get_out_refund_no (refund),
                               minipay_refund_request_get_out_refund_no (request),
                               error) &&
         minipay_compare_text ("out_trade_no",
                               minipay_refund_get_out_trade_no (refund),
                               minipay_refund_request_get_out_trade_no (request),
                               error) &&
         minipay_compare_text ("transaction_id",
                               minipay_refund_get_transaction_id (refund),
                               minipay_refund_request_get_transaction_id (request),
                               error) &&
         minipay_compare_money (
             "an amount", minipay_refund_get_amount (refund), minipay_refund_request_get_amount (request), error) &&
         minipay_compare_money (
             "a total", minipay_refund_get_total (refund), minipay_refund_request_get_total (request), error);
}

gboolean
minipay_compare_refund_with_ref (MinipayRefund *refund, MinipayRefundRef *ref, GError **error)
{
  const gboolean is_by_number = minipay_refund_ref_get_out_refund_no (ref) != NULL;

  if ((is_by_number ? minipay_refund_get_out_refund_no (refund) : minipay_refund_get_refund_id (refund)) == NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_MISMATCH,
                 "the answer does not name the %s it was asked for",
                 is_by_number ? "out_refund_no" : "refund_id");
    return FALSE;
  }
  return minipay_compare_text ("out_refund_no",
                               minipay_refund_get_out_refund_no (refund),
                               minipay_refund_ref_get_out_refund_no (ref),
                               error) &&
         minipay_compare_text (
             "refund_id", minipay_refund_get_refund_id (refund), minipay_refund_ref_get_refund_id (ref), error) &&
         minipay_compare_money (
             "an amount", minipay_refund_get_amount (refund), minipay_refund_ref_get_amount (ref), error);
}

gboolean
minipay_compare_refund_with_intent (MinipayRefund *refund, MinipayIntent *intent, GError **error)
{
  const char *order = intent != NULL ? minipay_intent_get_order (intent) : NULL;
  const gboolean is_theirs = order != NULL && *order == MINIPAY_GATEWAY_NUMBER_MARK;

  if (intent == NULL)
    return TRUE;
  if (!minipay_compare_text (
          "out_trade_no", is_theirs ? NULL : minipay_refund_get_out_trade_no (refund), order, error) ||
      !minipay_compare_text ("transaction_id",
                             is_theirs ? minipay_refund_get_transaction_id (refund) : NULL,
                             is_theirs ? order + 1 : NULL,
                             error))
    return FALSE;
  return minipay_compare_text ("out_refund_no",
                               minipay_refund_get_out_refund_no (refund),
                               minipay_intent_get_number (intent),
                               error) &&
         minipay_compare_text ("refund_id",
                               minipay_refund_get_refund_id (refund),
                               minipay_intent_get_transaction_id (intent),
                               error) &&
         minipay_compare_money (
             "an amount", minipay_refund_get_amount (refund), minipay_intent_get_total (intent), error);
}

MinipayIntentState
minipay_refund_state_to_intent (MinipayRefundState state)
{
  switch (state) {
  case MINIPAY_REFUND_STATE_PENDING:
  /* the gateway has it, and the money has not gone: somebody has to act before it ends */
  case MINIPAY_REFUND_STATE_ABNORMAL:
    return MINIPAY_INTENT_STATE_PENDING;
  case MINIPAY_REFUND_STATE_REFUNDED:
    return MINIPAY_INTENT_STATE_REFUNDED;
  case MINIPAY_REFUND_STATE_CLOSED:
    return MINIPAY_INTENT_STATE_CLOSED;
  case MINIPAY_REFUND_STATE_UNKNOWN:
  default:
    return MINIPAY_INTENT_STATE_UNKNOWN;
  }
}
