/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-v2-codec.h"

#include <string.h>

#include "wechat-params.h"
#include "wechat-trade.h"
#include "wechat-xml-payment.h"

#define MWEB_LIFE_S 300

static const WechatXmlCall unified_order = { "/pay/unifiedorder" };
static const WechatXmlCall code_payment = { "/pay/micropay" };
static const WechatXmlCall close_order = { "/pay/closeorder" };
static const WechatXmlCall reverse_order = { "/secapi/pay/reverse" };

/* --- The order --- */

/* What an order by this method is called; a code payment has no name and a path of its own. */
static const char *
codec_get_trade_type (MinipayMethod method)
{
  switch (method) {
  case MINIPAY_METHOD_NATIVE:
    return "NATIVE";
  case MINIPAY_METHOD_APP:
    return "APP";
  case MINIPAY_METHOD_H5:
    return "MWEB";
  case MINIPAY_METHOD_CODE:
    return NULL;
  case MINIPAY_METHOD_MINI_PROGRAM:
  case MINIPAY_METHOD_JSAPI:
  case MINIPAY_METHOD_TRANSIT:
  default:
    return "JSAPI";
  }
}

/* The members that only this provider has; the manifest lists them. */
static void
codec_set_extras (MinipayExchange *x, MinipayParams *params)
{
  static const char *const names[] = { "device_info",    "detail",        "goods_tag",  "limit_pay",  "receipt",
                                       "profit_sharing", "scene_info",    "product_id", "time_start", "user_type",
                                       "user_creid",     "user_truename", "auth_code" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    minipay_params_set_string (params, names[i], minipay_exchange_get_extra_text (x, names[i]));
  /* discounts on single items are told in a form of their own */
  if (minipay_params_lookup (params, "detail") != NULL)
    minipay_params_set_string (params, "version", "1.0");
}

/* The application that opens the cashier: the merchant's own, where somebody else acts for it. */
static const char *
codec_get_opener (MinipayExchange *x)
{
  const char *sub_appid = minipay_exchange_get_setting (x, "sub-appid");

  return sub_appid != NULL ? sub_appid : minipay_exchange_get_setting (x, "appid");
}

MinipayHttpRequest *
wechat_v2_build_create (MinipayExchange *x, gconstpointer data, GError **error)
{
  MinipayOrder *order = minipay_exchange_get_order (x);
  MinipayMoney *total = minipay_order_get_total (order);
  GDateTime *expires_at = minipay_order_get_expires_at (order);
  const char *trade_type = codec_get_trade_type (minipay_order_get_method (order));
  g_autofree char *time_expire = expires_at != NULL ? minipay_time_format_compact (expires_at) : NULL;
  g_autoptr (MinipayParams) params = minipay_params_new ();
  g_autoptr (MinipayHttpRequest) request = NULL;

  minipay_params_set_string (params, "body", minipay_order_get_subject (order));
  minipay_params_set_string (params, "attach", minipay_order_get_attach (order));
  minipay_params_set_string (params, "out_trade_no", minipay_order_get_out_trade_no (order));
  minipay_params_set_string (params, "fee_type", minipay_money_get_currency (total));
  minipay_params_set_integer (params, "total_fee", minipay_money_get_minor (total));
  minipay_params_set_string (params, "spbill_create_ip", minipay_order_get_client_ip (order));
  minipay_params_set_string (params, "time_expire", time_expire);
  minipay_params_set_string (params, "notify_url", minipay_order_get_notify_url (order));
  minipay_params_set_string (params, "trade_type", trade_type);
  minipay_params_set_string (params,
                             minipay_exchange_get_setting (x, "sub-appid") != NULL ? "sub_openid" : "openid",
                             minipay_order_get_payer (order));
  codec_set_extras (x, params);
  if (trade_type != NULL)
    return wechat_xml_new_request (x, &unified_order, params, error);
  request = wechat_xml_new_request (x, &code_payment, params, error);
  /* what a second request with a code that is spent does is not documented */
  if (request != NULL)
    minipay_exchange_send (x, request, MINIPAY_SEND_FLAGS_NONE);
  return NULL;
}

/* --- What opens the cashier --- */

/* The second signature covers appId, whatever the call that it opens is told of it. */
static GObject *
codec_new_cashier (MinipayExchange *x, const char *package, const char *timestamp, GError **error)
{
  const char *appid = codec_get_opener (x);
  const char *sign_type = minipay_exchange_get_setting (x, "sign-type");
  const char *nonce = minipay_exchange_get_nonce (x);
  g_autoptr (MinipayParams) signed_params = minipay_params_new ();
  g_autofree char *pay_sign = NULL;

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

/* Exactly these six are signed, all in lower case; which digest it is the SDK is not told. */
static GObject *
codec_new_app (MinipayExchange *x, const char *prepay_id, const char *timestamp, GError **error)
{
  const char *sub_mchid = minipay_exchange_get_setting (x, "sub-mchid");
  const struct {
    const char *name;
    const char *value;
  } members[] = {
    { "appid", codec_get_opener (x) },
    { "partnerid", sub_mchid != NULL ? sub_mchid : minipay_exchange_get_setting (x, "mchid") },
    { "prepayid", prepay_id },
    { "package", "Sign=WXPay" },
    { "noncestr", minipay_exchange_get_nonce (x) },
    { "timestamp", timestamp },
  };
  g_autoptr (MinipayParams) signed_params = minipay_params_new ();
  g_autoptr (GDateTime) expires_at = wechat_trade_new_expiry (x, WECHAT_TRADE_PREPAY_LIFE_S);
  g_autofree char *sign = NULL;
  MinipayCheckout *checkout;

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    minipay_params_set_string (signed_params, members[i].name, members[i].value);
  sign = wechat_params_sign (x, signed_params, wechat_params_get_scheme (x, "sign-type"), "api-key", error);
  if (sign == NULL)
    return NULL;
  checkout = minipay_checkout_new (MINIPAY_CHECKOUT_KIND_APP, expires_at);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    minipay_checkout_set_param (checkout, MINIPAY_RUNTIME_APP, members[i].name, members[i].value);
  minipay_checkout_set_param (checkout, MINIPAY_RUNTIME_APP, "sign", sign);
  return G_OBJECT (checkout);
}

static GObject *
codec_new_prepaid (MinipayExchange *x, const MinipayParams *params, GError **error)
{
  const char *prepay_id = minipay_params_require (params, "prepay_id", error);
  g_autofree char *timestamp = g_strdup_printf ("%" G_GINT64_FORMAT, minipay_exchange_get_now (x));
  g_autofree char *package = prepay_id != NULL ? wechat_trade_dup_package (prepay_id, error) : NULL;

  if (package == NULL)
    return NULL;
  if (minipay_exchange_get_method (x) == MINIPAY_METHOD_APP)
    return codec_new_app (x, prepay_id, timestamp, error);
  return codec_new_cashier (x, package, timestamp, error);
}

static GObject *
codec_new_address (
    MinipayExchange *x, const MinipayParams *params, const char *name, MinipayCheckoutKind kind, GError **error)
{
  const char *url = minipay_params_require (params, name, error);
  g_autoptr (GDateTime) expires_at = wechat_trade_new_expiry (
      x, kind == MINIPAY_CHECKOUT_KIND_REDIRECT ? MWEB_LIFE_S : WECHAT_TRADE_PREPAY_LIFE_S);

  if (url == NULL)
    return NULL;
  return g_object_new (MINIPAY_TYPE_CHECKOUT, "kind", kind, "expires-at", expires_at, "url", url, NULL);
}

/* Charged at once, or the buyer is being asked; of what is in doubt the files of errors say so. */
static GObject *
codec_parse_code (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayParams) params = wechat_xml_read_signed (x, &code_payment, answer, error);
  g_autoptr (MinipayPayment) payment = NULL;

  if (params == NULL)
    return NULL;
  if (g_strcmp0 (minipay_params_lookup (params, "result_code"), "SUCCESS") != 0 &&
      g_strcmp0 (minipay_params_lookup (params, "err_code"), "USERPAYING") == 0)
    return G_OBJECT (minipay_checkout_new (MINIPAY_CHECKOUT_KIND_PENDING, NULL));
  if (!wechat_xml_check_result (x, params, error))
    return NULL;
  if (!wechat_xml_is_success (params)) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the answer is no success of a payment");
    return NULL;
  }
  payment = wechat_xml_new_payment (x, params, MINIPAY_PAYMENT_STATE_PAID, error);
  if (payment == NULL)
    return NULL;
  return G_OBJECT (minipay_checkout_new_for_payment (MINIPAY_CHECKOUT_KIND_DONE, payment));
}

GObject *
wechat_v2_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  const MinipayMethod method = minipay_exchange_get_method (x);
  g_autoptr (MinipayParams) params = NULL;

  if (method == MINIPAY_METHOD_CODE)
    return codec_parse_code (x, answer, error);
  params = wechat_xml_read_answer (x, &unified_order, answer, error);
  if (params == NULL)
    return NULL;
  if (method == MINIPAY_METHOD_NATIVE)
    return codec_new_address (x, params, "code_url", MINIPAY_CHECKOUT_KIND_QR_CODE, error);
  if (method == MINIPAY_METHOD_H5)
    return codec_new_address (x, params, "mweb_url", MINIPAY_CHECKOUT_KIND_REDIRECT, error);
  return codec_new_prepaid (x, params, error);
}

/* --- The end of an order --- */

MinipayHttpRequest *
wechat_v2_build_close (MinipayExchange *x, gconstpointer data, GError **error)
{
  const char *number = minipay_payment_ref_get_out_trade_no (minipay_exchange_get_payment_ref (x));
  g_autoptr (MinipayParams) params = minipay_params_new ();

  if (number == NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "the order is named by transaction_id, an order is closed by its out_trade_no alone");
    return NULL;
  }
  minipay_params_set_string (params, "out_trade_no", number);
  return wechat_xml_new_request (x, &close_order, params, error);
}

/* Messages are signed whatever they answer: one to another question must not end an order. */
static gboolean
codec_check_end (const MinipayParams *params, GError **error)
{
  static const char *const of_others[] = { "trade_state", "trade_type", "prepay_id", "total_fee", "refund_id" };

  for (guint i = 0; i < G_N_ELEMENTS (of_others); i++) {
    if (minipay_params_lookup (params, of_others[i]) == NULL)
      continue;
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_MISMATCH,
                 "the answer has %s: it is one to another question",
                 of_others[i]);
    return FALSE;
  }
  return TRUE;
}

/* The answer names no order: it is about the one that was asked about. */
static GObject *
codec_new_ended (MinipayExchange *x, const MinipayParams *params, GError **error)
{
  MinipayPaymentRef *ref = minipay_exchange_get_payment_ref (x);
  g_autoptr (GBytes) raw = minipay_params_to_json (params, error);
  const MinipayPaymentClaim claim = {
    .state = MINIPAY_PAYMENT_STATE_CLOSED,
    .out_trade_no = minipay_payment_ref_get_out_trade_no (ref),
    .transaction_id = minipay_payment_ref_get_transaction_id (ref),
    .mchid = minipay_params_lookup (params, "mch_id"),
    .appid = minipay_params_lookup (params, "appid"),
    .sub_mchid = minipay_params_lookup (params, "sub_mch_id"),
    .sub_appid = minipay_params_lookup (params, "sub_appid"),
    .raw_text = raw,
  };

  return raw != NULL && codec_check_end (params, error) ? G_OBJECT (minipay_payment_new_from_claim (&claim)) : NULL;
}

/* Closing what is closed and reversing what is reversed is done. */
static gboolean
codec_is_done_already (const MinipayParams *params, const char *word)
{
  return g_strcmp0 (minipay_params_lookup (params, "err_code"), word) == 0 &&
         g_strcmp0 (minipay_params_lookup (params, "result_code"), "FAIL") == 0;
}

GObject *
wechat_v2_parse_close (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayParams) params = wechat_xml_read_signed (x, &close_order, answer, error);

  if (params == NULL ||
      (!codec_is_done_already (params, "ORDERCLOSED") && !wechat_xml_check_result (x, params, error)))
    return NULL;
  return codec_new_ended (x, params, error);
}

MinipayHttpRequest *
wechat_v2_build_reverse (MinipayExchange *x, gconstpointer data, GError **error)
{
  MinipayPaymentRef *ref = minipay_exchange_get_payment_ref (x);
  g_autoptr (MinipayParams) params = minipay_params_new ();

  minipay_params_set_string (params, "transaction_id", minipay_payment_ref_get_transaction_id (ref));
  minipay_params_set_string (params, "out_trade_no", minipay_payment_ref_get_out_trade_no (ref));
  return wechat_xml_new_request (x, &reverse_order, params, error);
}

GObject *
wechat_v2_parse_reverse (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayParams) params = wechat_xml_read_signed (x, &reverse_order, answer, error);

  if (params == NULL)
    return NULL;
  /* success or not: the reversal is not carried out yet */
  if (g_strcmp0 (minipay_params_lookup (params, "recall"), "Y") == 0) {
    minipay_exchange_pending (x, "the reversal has to be asked for again", 1);
    return NULL;
  }
  if (!codec_is_done_already (params, "ORDERREVERSED") && !wechat_xml_check_result (x, params, error))
    return NULL;
  return codec_new_ended (x, params, error);
}
