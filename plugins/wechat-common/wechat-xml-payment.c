/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-xml-payment.h"

#include <string.h>

#include "wechat-trade.h"
#include "wechat-xml-refund.h"

/* --- The query --- */

MinipayHttpRequest *
wechat_xml_build_query (MinipayExchange *x, gconstpointer data, GError **error)
{
  MinipayPaymentRef *ref = minipay_exchange_get_payment_ref (x);
  g_autoptr (MinipayParams) params = minipay_params_new ();

  minipay_params_set_string (params, "transaction_id", minipay_payment_ref_get_transaction_id (ref));
  minipay_params_set_string (params, "out_trade_no", minipay_payment_ref_get_out_trade_no (ref));
  return wechat_xml_new_request (x, data, params, error);
}

/* Every number is read by its grammar: the signed text does not tell one value from the next. */
MinipayPayment *
wechat_xml_new_payment (MinipayExchange *x, const MinipayParams *params, MinipayPaymentState state, GError **error)
{
  g_autoptr (MinipayMoney) total = NULL;
  g_autoptr (MinipayMoney) paid = NULL;
  g_autoptr (GDateTime) paid_at = NULL;
  g_autoptr (GBytes) raw = NULL;
  const gboolean is_paid = state == MINIPAY_PAYMENT_STATE_PAID;
  const char *time_end = minipay_params_lookup (params, "time_end");
  MinipayPaymentClaim claim = { .state = state };

  if (!wechat_xml_read_number (params, "out_trade_no", TRUE, &claim.out_trade_no, error) ||
      !wechat_xml_read_number (params, "transaction_id", is_paid, &claim.transaction_id, error) ||
      !wechat_xml_read_money (params, "total_fee", "fee_type", 1, &total, error) ||
      !wechat_xml_read_money (params, "cash_fee", "cash_fee_type", 0, &paid, error))
    return NULL;
  if (time_end != NULL) {
    paid_at = minipay_time_parse_compact (time_end, error);
    if (paid_at == NULL)
      return NULL;
  }
  raw = minipay_params_to_json (params, error);
  if (raw == NULL)
    return NULL;
  claim.total = total;
  claim.paid = paid;
  claim.paid_at = paid_at;
  /* the buyer has an id under each of the two, and is known by that of whoever opened the cashier */
  claim.payer = minipay_params_lookup (
      params, minipay_exchange_get_setting (x, "sub-appid") != NULL ? "sub_openid" : "openid");
  claim.attach = minipay_params_lookup (params, "attach");
  claim.mchid = minipay_params_lookup (params, "mch_id");
  claim.appid = minipay_params_lookup (params, "appid");
  claim.sub_mchid = minipay_params_lookup (params, "sub_mch_id");
  claim.sub_appid = minipay_params_lookup (params, "sub_appid");
  claim.raw_text = raw;
  return minipay_payment_new_from_claim (&claim);
}

GObject *
wechat_xml_parse_query (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayParams) params = wechat_xml_read_answer (x, data, answer, error);
  const char *trade_state = params != NULL ? minipay_params_require (params, "trade_state", error) : NULL;
  MinipayPaymentState state;

  if (trade_state == NULL)
    return NULL;
  /* taken, and waiting for a deduction: a word of this interface alone */
  state =
      strcmp (trade_state, "ACCEPT") == 0 ? MINIPAY_PAYMENT_STATE_PENDING : wechat_trade_parse_state (trade_state);
  return (GObject *) wechat_xml_new_payment (x, params, state, error);
}

/* --- The notification: of payments, sent for successes alone, and of refunds --- */

gboolean
wechat_xml_is_success (const MinipayParams *params)
{
  const char *trade_state = minipay_params_lookup (params, "trade_state");

  return g_strcmp0 (minipay_params_lookup (params, "return_code"), "SUCCESS") == 0 &&
         g_strcmp0 (minipay_params_lookup (params, "result_code"), "SUCCESS") == 0 &&
         (trade_state == NULL || strcmp (trade_state, "SUCCESS") == 0) &&
         minipay_params_find_name (params, "refund") == NULL && minipay_params_lookup (params, "recall") == NULL;
}

GObject *
wechat_xml_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  g_autoptr (MinipayParams) params = wechat_xml_parse (minipay_http_request_get_body (incoming), "xml", error);

  if (params == NULL)
    return NULL;
  if (minipay_params_lookup (params, "req_info") != NULL)
    return wechat_xml_read_refund_notification (x, params, error);
  if (!wechat_xml_verify_notification (x, params, error))
    return NULL;
  if (wechat_xml_is_success (params))
    return (GObject *) wechat_xml_new_payment (x, params, MINIPAY_PAYMENT_STATE_PAID, error);
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the notification is no success of a payment");
  return NULL;
}
