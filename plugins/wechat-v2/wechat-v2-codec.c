/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-v2-codec.h"

#include <string.h>

#include "wechat-params.h"
#include "wechat-trade.h"
#include "wechat-xml.h"

#define CURRENCY "CNY" /* of amounts that do not say */

/* --- The order --- */

/* The members that only this provider has; the manifest lists them. */
static void
codec_set_extras (MinipayExchange *x, MinipayParams *params)
{
  static const char *const names[] = { "device_info", "detail",         "goods_tag", "limit_pay",
                                       "receipt",     "profit_sharing", "scene_info" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    minipay_params_set_string (params, names[i], minipay_exchange_get_extra_text (x, names[i]));
  /* discounts on single items are told in a form of their own */
  if (minipay_params_lookup (params, "detail") != NULL)
    minipay_params_set_string (params, "version", "1.0");
}

MinipayHttpRequest *
wechat_v2_build_create (MinipayExchange *x, gconstpointer data, GError **error)
{
  MinipayOrder *order = minipay_exchange_get_order (x);
  MinipayMoney *total = minipay_order_get_total (order);
  GDateTime *expires_at = minipay_order_get_expires_at (order);
  g_autofree char *time_expire = expires_at != NULL ? minipay_time_format_compact (expires_at) : NULL;
  g_autoptr (MinipayParams) params = minipay_params_new ();

  minipay_params_set_string (params, "body", minipay_order_get_subject (order));
  minipay_params_set_string (params, "attach", minipay_order_get_attach (order));
  minipay_params_set_string (params, "out_trade_no", minipay_order_get_out_trade_no (order));
  minipay_params_set_string (params, "fee_type", minipay_money_get_currency (total));
  minipay_params_set_integer (params, "total_fee", minipay_money_get_minor (total));
  minipay_params_set_string (params, "spbill_create_ip", minipay_order_get_client_ip (order));
  minipay_params_set_string (params, "time_expire", time_expire);
  minipay_params_set_string (params, "notify_url", minipay_order_get_notify_url (order));
  minipay_params_set_string (params, "trade_type", "JSAPI");
  minipay_params_set_string (params, "openid", minipay_order_get_payer (order));
  codec_set_extras (x, params);
  return wechat_xml_new_request (x, "/pay/unifiedorder", params, error);
}

/* The second signature covers appId, whatever the call that it opens is told of it. */
GObject *
wechat_v2_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayParams) params = wechat_xml_read_answer (x, answer, error);
  g_autoptr (MinipayParams) signed_params = NULL;
  g_autofree char *timestamp = g_strdup_printf ("%" G_GINT64_FORMAT, minipay_exchange_get_now (x));
  g_autofree char *package = NULL;
  g_autofree char *pay_sign = NULL;
  const char *appid = minipay_exchange_get_setting (x, "appid");
  const char *sign_type = minipay_exchange_get_setting (x, "sign-type");
  const char *nonce = minipay_exchange_get_nonce (x);
  const char *prepay_id = params != NULL ? minipay_params_require (params, "prepay_id", error) : NULL;

  package = prepay_id != NULL ? wechat_trade_dup_package (prepay_id, error) : NULL;
  if (package == NULL)
    return NULL;
  signed_params = minipay_params_new ();
  minipay_params_set_string (signed_params, "appId", appid);
  minipay_params_set_string (signed_params, "timeStamp", timestamp);
  minipay_params_set_string (signed_params, "nonceStr", nonce);
  minipay_params_set_string (signed_params, "package", package);
  minipay_params_set_string (signed_params, "signType", sign_type);
  pay_sign = wechat_params_sign (x, signed_params, wechat_params_get_scheme (x, "sign-type"), "api-key", error);
  if (pay_sign == NULL)
    return NULL;
  return G_OBJECT (wechat_trade_new_checkout (
      x, &(MinipayWechatCashier){ appid, timestamp, nonce, package, sign_type, pay_sign }));
}

/* --- The query --- */

MinipayHttpRequest *
wechat_v2_build_query (MinipayExchange *x, gconstpointer data, GError **error)
{
  MinipayPaymentRef *ref = minipay_exchange_get_payment_ref (x);
  g_autoptr (MinipayParams) params = minipay_params_new ();

  minipay_params_set_string (params, "transaction_id", minipay_payment_ref_get_transaction_id (ref));
  minipay_params_set_string (params, "out_trade_no", minipay_payment_ref_get_out_trade_no (ref));
  return wechat_xml_new_request (x, "/pay/orderquery", params, error);
}

static gboolean
codec_read_money (const MinipayParams *params,
                  const char *fee,
                  const char *currency_name,
                  gint64 minimum,
                  MinipayMoney **money,
                  GError **error)
{
  const char *currency = minipay_params_lookup (params, currency_name);
  gboolean is_present;
  gint64 minor;

  if (!minipay_params_read_integer (params, fee, minimum, G_MAXINT64, &minor, &is_present, error))
    return FALSE;
  if (is_present)
    *money = minipay_money_new (minor, currency != NULL ? currency : CURRENCY);
  return TRUE;
}

/* Every number is read by its grammar: the signed text does not tell one value from the next. */
static MinipayPayment *
codec_read_payment (const MinipayParams *params, MinipayPaymentState state, GError **error)
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
      !codec_read_money (params, "total_fee", "fee_type", 1, &total, error) ||
      !codec_read_money (params, "cash_fee", "cash_fee_type", 0, &paid, error))
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
  claim.payer = minipay_params_lookup (params, "openid");
  claim.attach = minipay_params_lookup (params, "attach");
  claim.mchid = minipay_params_lookup (params, "mch_id");
  claim.appid = minipay_params_lookup (params, "appid");
  claim.sub_mchid = minipay_params_lookup (params, "sub_mch_id");
  claim.sub_appid = minipay_params_lookup (params, "sub_appid");
  claim.raw_text = raw;
  return minipay_payment_new_from_claim (&claim);
}

GObject *
wechat_v2_parse_query (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayParams) params = wechat_xml_read_answer (x, answer, error);
  const char *trade_state = params != NULL ? minipay_params_require (params, "trade_state", error) : NULL;
  MinipayPaymentState state;

  if (trade_state == NULL)
    return NULL;
  /* taken, and waiting for a deduction: a word of this interface alone */
  state =
      strcmp (trade_state, "ACCEPT") == 0 ? MINIPAY_PAYMENT_STATE_PENDING : wechat_trade_parse_state (trade_state);
  return (GObject *) codec_read_payment (params, state, error);
}

/* --- The notification: sent for successes alone --- */

/* The signature does not say what kind of message it is under: an answer to a query or about a refund, posted here,
 * is as genuine. */
static gboolean
codec_is_success (const MinipayParams *params)
{
  const char *trade_state = minipay_params_lookup (params, "trade_state");

  return g_strcmp0 (minipay_params_lookup (params, "return_code"), "SUCCESS") == 0 &&
         g_strcmp0 (minipay_params_lookup (params, "result_code"), "SUCCESS") == 0 &&
         (trade_state == NULL || strcmp (trade_state, "SUCCESS") == 0) &&
         minipay_params_find_name (params, "refund") == NULL && minipay_params_lookup (params, "recall") == NULL;
}

GObject *
wechat_v2_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  g_autoptr (MinipayParams) params = wechat_xml_read_notification (x, incoming, error);

  if (params == NULL)
    return NULL;
  if (codec_is_success (params))
    return (GObject *) codec_read_payment (params, MINIPAY_PAYMENT_STATE_PAID, error);
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the notification is no success of a payment");
  return NULL;
}
