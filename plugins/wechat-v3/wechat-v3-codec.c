/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-v3-codec.h"

#include <string.h>

#include "wechat-message.h"

/* A prepay_id opens the cashier for two hours. */
#define PREPAY_LIFE_S 7200

static const char *
codec_get_setting (MinipayExchange *x, const char *field)
{
  return minipay_account_config_get_string (minipay_exchange_get_config (x), field);
}

static void
codec_add_limit_pay (MinipayJsonWriter *writer, GVariant *extras)
{
  g_autofree const char **list = NULL;

  if (extras == NULL || !g_variant_lookup (extras, "limit_pay", "^a&s", &list) || *list == NULL)
    return;
  minipay_json_writer_begin_array (writer, "limit_pay");
  for (const char **p = list; *p != NULL; p++)
    minipay_json_writer_add_string (writer, NULL, *p);
  minipay_json_writer_end_array (writer);
}

/* The members that only this provider has; the manifest lists them. */
static void
codec_add_extras (MinipayJsonWriter *writer, GVariant *extras)
{
  const char *goods_tag = NULL;
  gboolean flag;

  if (extras == NULL)
    return;
  if (g_variant_lookup (extras, "goods_tag", "&s", &goods_tag) && *goods_tag != '\0')
    minipay_json_writer_add_string (writer, "goods_tag", goods_tag);
  if (g_variant_lookup (extras, "support_fapiao", "b", &flag))
    minipay_json_writer_add_boolean (writer, "support_fapiao", flag);
  if (g_variant_lookup (extras, "profit_sharing", "b", &flag)) {
    minipay_json_writer_begin_object (writer, "settle_info");
    minipay_json_writer_add_boolean (writer, "profit_sharing", flag);
    minipay_json_writer_end_object (writer);
  }
  codec_add_limit_pay (writer, extras);
}

static GBytes *
codec_new_order_body (MinipayExchange *x, MinipayOrder *order, GError **error)
{
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  MinipayMoney *total = minipay_order_get_total (order);
  GDateTime *expires_at = minipay_order_get_expires_at (order);
  const char *attach = minipay_order_get_attach (order);
  const char *client_ip = minipay_order_get_client_ip (order);
  g_autofree char *time_expire = expires_at != NULL ? minipay_time_format_rfc3339 (expires_at) : NULL;

  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_add_string (writer, "appid", codec_get_setting (x, "appid"));
  minipay_json_writer_add_string (writer, "mchid", codec_get_setting (x, "mchid"));
  minipay_json_writer_add_string (writer, "description", minipay_order_get_subject (order));
  minipay_json_writer_add_string (writer, "out_trade_no", minipay_order_get_out_trade_no (order));
  minipay_json_writer_add_string (writer, "time_expire", time_expire);
  /* the gateway refuses members that are there and empty */
  minipay_json_writer_add_string (writer, "attach", attach != NULL && *attach != '\0' ? attach : NULL);
  minipay_json_writer_add_string (writer, "notify_url", minipay_order_get_notify_url (order));
  codec_add_extras (writer, minipay_order_get_extras (order));
  minipay_json_writer_begin_object (writer, "amount");
  minipay_json_writer_add_integer (writer, "total", minipay_money_get_minor (total));
  minipay_json_writer_add_string (writer, "currency", minipay_money_get_currency (total));
  minipay_json_writer_end_object (writer);
  minipay_json_writer_begin_object (writer, "payer");
  minipay_json_writer_add_string (writer, "openid", minipay_order_get_payer (order));
  minipay_json_writer_end_object (writer);
  if (client_ip != NULL && *client_ip != '\0') {
    minipay_json_writer_begin_object (writer, "scene_info");
    minipay_json_writer_add_string (writer, "payer_client_ip", client_ip);
    minipay_json_writer_end_object (writer);
  }
  minipay_json_writer_end_object (writer);
  return minipay_json_writer_finish (writer, error);
}

MinipayHttpRequest *
wechat_v3_build_create (MinipayExchange *x, GError **error)
{
  g_autoptr (GBytes) body = codec_new_order_body (x, minipay_exchange_get_order (x), error);

  if (body == NULL)
    return NULL;
  return wechat_message_new_request (x, "POST", "/v3/pay/transactions/jsapi", body, error);
}

/* The parameters of each runtime's call. signType is passed on but not signed; paySign has 344 characters,
 * whatever older pages say of 64. Source: seed pages "JSAPI 调起支付" and "小程序调起支付". */
static void
codec_set_params (MinipayCheckout *checkout,
                  MinipayMethod method,
                  const char *appid,
                  const char *const signed_lines[],
                  const char *pay_sign)
{
  static const MinipayRuntime mini_program[] = { MINIPAY_RUNTIME_WX, MINIPAY_RUNTIME_UNI_APP };
  static const MinipayRuntime jsapi[] = { MINIPAY_RUNTIME_JSBRIDGE, MINIPAY_RUNTIME_JSSDK };
  const MinipayRuntime *runtimes = method == MINIPAY_METHOD_JSAPI ? jsapi : mini_program;

  for (guint i = 0; i < 2; i++) {
    MinipayRuntime runtime = runtimes[i];
    gboolean is_jssdk = runtime == MINIPAY_RUNTIME_JSSDK;

    if (runtime == MINIPAY_RUNTIME_JSBRIDGE)
      minipay_checkout_set_param (checkout, runtime, "appId", appid);
    if (runtime == MINIPAY_RUNTIME_UNI_APP)
      minipay_checkout_set_param (checkout, runtime, "provider", "wxpay");
    minipay_checkout_set_param (checkout, runtime, is_jssdk ? "timestamp" : "timeStamp", signed_lines[1]);
    minipay_checkout_set_param (checkout, runtime, "nonceStr", signed_lines[2]);
    minipay_checkout_set_param (checkout, runtime, "package", signed_lines[3]);
    minipay_checkout_set_param (checkout, runtime, "signType", "RSA");
    minipay_checkout_set_param (checkout, runtime, "paySign", pay_sign);
  }
}

static GDateTime *
codec_new_expiry (MinipayExchange *x, MinipayOrder *order)
{
  g_autoptr (GDateTime) handle = g_date_time_new_from_unix_utc (minipay_exchange_get_now (x) + PREPAY_LIFE_S);
  GDateTime *expires_at = minipay_order_get_expires_at (order);

  if (expires_at != NULL && g_date_time_compare (expires_at, handle) < 0)
    return g_date_time_ref (expires_at);
  return g_steal_pointer (&handle);
}

GObject *
wechat_v3_parse_create (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  MinipayOrder *order = minipay_exchange_get_order (x);
  const char *appid = codec_get_setting (x, "appid");
  g_autoptr (MinipayJson) json = wechat_message_read_answer (x, answer, error);
  g_autofree char *timestamp = NULL;
  g_autofree char *package = NULL;
  g_autofree char *pay_sign = NULL;
  g_autoptr (GDateTime) expires_at = NULL;
  MinipayCheckout *checkout;
  const char *prepay_id;

  if (json == NULL)
    return NULL;
  prepay_id = minipay_json_require_string (json, minipay_json_get_root (json), "prepay_id", error);
  if (prepay_id == NULL)
    return NULL;
  if (*prepay_id == '\0' || strpbrk (prepay_id, "\r\n") != NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "prepay_id is empty or has a line end");
    return NULL;
  }
  timestamp = g_strdup_printf ("%" G_GINT64_FORMAT, minipay_exchange_get_now (x));
  package = g_strconcat ("prepay_id=", prepay_id, NULL);
  {
    const char *const lines[] = { appid, timestamp, minipay_exchange_get_nonce (x), package, NULL };

    pay_sign = wechat_message_sign_lines (x, lines, error);
    if (pay_sign == NULL)
      return NULL;
    expires_at = codec_new_expiry (x, order);
    checkout = minipay_checkout_new (MINIPAY_CHECKOUT_KIND_WX_REQUEST_PAYMENT, expires_at);
    codec_set_params (checkout, minipay_exchange_get_method (x), appid, lines, pay_sign);
  }
  return G_OBJECT (checkout);
}

MinipayHttpRequest *
wechat_v3_build_query (MinipayExchange *x, GError **error)
{
  MinipayPaymentRef *ref = minipay_exchange_get_payment_ref (x);
  const char *out_trade_no = minipay_payment_ref_get_out_trade_no (ref);
  g_autofree char *number =
      minipay_uri_escape (out_trade_no != NULL ? out_trade_no : minipay_payment_ref_get_transaction_id (ref));
  g_autofree char *mchid = minipay_uri_escape (codec_get_setting (x, "mchid"));
  g_autofree char *target = g_strdup_printf (
      "/v3/pay/transactions/%s/%s?mchid=%s", out_trade_no != NULL ? "out-trade-no" : "id", number, mchid);

  return wechat_message_new_request (x, "GET", target, NULL, error);
}

/* A state that minipay does not know is never a success. */
static MinipayPaymentState
codec_read_state (const char *trade_state)
{
  static const struct {
    const char *word;
    MinipayPaymentState state;
  } states[] = {
    { "SUCCESS", MINIPAY_PAYMENT_STATE_PAID },    { "REFUND", MINIPAY_PAYMENT_STATE_REFUNDED },
    { "NOTPAY", MINIPAY_PAYMENT_STATE_PENDING },  { "CLOSED", MINIPAY_PAYMENT_STATE_CLOSED },
    { "REVOKED", MINIPAY_PAYMENT_STATE_CLOSED },  { "USERPAYING", MINIPAY_PAYMENT_STATE_PENDING },
    { "PAYERROR", MINIPAY_PAYMENT_STATE_FAILED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (strcmp (states[i].word, trade_state) == 0)
      return states[i].state;
  return MINIPAY_PAYMENT_STATE_UNKNOWN;
}

/* amount{total, payer_total, currency, payer_currency}; all of it may be absent before payment. */
static gboolean
codec_read_amount (
    const MinipayJson *json, MinipayJsonNode root, MinipayMoney **total, MinipayMoney **paid, GError **error)
{
  MinipayJsonNode amount = minipay_json_get_member (json, root, "amount");
  const char *currency = NULL;
  const char *payer_currency = NULL;
  gboolean has_total, has_paid;
  gint64 minor, payer_minor;

  if (amount == 0)
    return TRUE;
  if (!minipay_json_read_integer (json, amount, "total", 1, G_MAXINT64, &minor, &has_total, error) ||
      !minipay_json_read_integer (json, amount, "payer_total", 0, G_MAXINT64, &payer_minor, &has_paid, error) ||
      !minipay_json_read_string (json, amount, "currency", &currency, error) ||
      !minipay_json_read_string (json, amount, "payer_currency", &payer_currency, error))
    return FALSE;
  /* mainland amounts are CNY, said or not */
  if (has_total)
    *total = minipay_money_new (minor, currency != NULL ? currency : "CNY");
  if (has_paid)
    *paid = minipay_money_new (payer_minor, payer_currency != NULL ? payer_currency : "CNY");
  return TRUE;
}

static MinipayPayment *
codec_parse_transaction (GBytes *text, GError **error)
{
  g_autoptr (MinipayJson) json = minipay_json_parse (text, error);
  g_autoptr (MinipayMoney) total = NULL;
  g_autoptr (MinipayMoney) paid = NULL;
  g_autoptr (GDateTime) paid_at = NULL;
  MinipayPaymentClaim claim;
  MinipayJsonNode root, payer;
  const char *mchid, *appid, *out_trade_no, *trade_state;
  const char *transaction_id = NULL;
  const char *attach = NULL;
  const char *success_time = NULL;

  if (json == NULL)
    return NULL;
  root = minipay_json_get_root (json);
  payer = minipay_json_get_member (json, root, "payer");
  mchid = minipay_json_require_string (json, root, "mchid", error);
  appid = mchid != NULL ? minipay_json_require_string (json, root, "appid", error) : NULL;
  out_trade_no = appid != NULL ? minipay_json_require_string (json, root, "out_trade_no", error) : NULL;
  trade_state = out_trade_no != NULL ? minipay_json_require_string (json, root, "trade_state", error) : NULL;
  if (trade_state == NULL || !minipay_json_read_string (json, root, "transaction_id", &transaction_id, error) ||
      !minipay_json_read_string (json, root, "attach", &attach, error) ||
      !minipay_json_read_string (json, root, "success_time", &success_time, error) ||
      !codec_read_amount (json, root, &total, &paid, error))
    return NULL;
  if (success_time != NULL && *success_time != '\0') {
    paid_at = minipay_time_parse_rfc3339 (success_time, error);
    if (paid_at == NULL)
      return NULL;
  }
  claim = (MinipayPaymentClaim){
    .out_trade_no = out_trade_no,
    .transaction_id = transaction_id,
    .state = codec_read_state (trade_state),
    .total = total,
    .paid = paid,
    .payer = minipay_json_get_string (json, minipay_json_get_member (json, payer, "openid")),
    .paid_at = paid_at,
    .attach = attach,
    .mchid = mchid,
    .appid = appid,
    .raw_text = text,
  };
  return minipay_payment_new_from_claim (&claim);
}

GObject *
wechat_v3_parse_query (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayJson) json = wechat_message_read_answer (x, answer, error);

  if (json == NULL)
    return NULL;
  return (GObject *) codec_parse_transaction (minipay_http_response_get_body (answer), error);
}

/* Profit-sharing receipts carry the same event name as payments: type of resource, event and state must
 * agree. */
MinipayPayment *
wechat_v3_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  g_autofree char *event_type = NULL;
  g_autofree char *original_type = NULL;
  g_autoptr (GBytes) plain = wechat_message_open_notification (x, incoming, &event_type, &original_type, error);
  g_autoptr (MinipayPayment) payment = NULL;

  if (plain == NULL)
    return NULL;
  if (strcmp (original_type, "transaction") != 0 || strcmp (event_type, "TRANSACTION.SUCCESS") != 0) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_NOT_SUPPORTED,
                 "notification is a %s of a %s, known is TRANSACTION.SUCCESS of a transaction",
                 event_type,
                 original_type);
    return NULL;
  }
  payment = codec_parse_transaction (plain, error);
  if (payment == NULL)
    return NULL;
  if (minipay_payment_get_state (payment) != MINIPAY_PAYMENT_STATE_PAID ||
      minipay_payment_get_transaction_id (payment) == NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "notification TRANSACTION.SUCCESS carries a transaction that is not a success");
    return NULL;
  }
  return g_steal_pointer (&payment);
}
