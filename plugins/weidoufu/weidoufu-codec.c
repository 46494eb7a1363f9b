/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weidoufu-codec.h"

#include <string.h>

#define PAY_TYPE_WECHAT  1
#define PAY_TYPE_ALIPAY  2
#define MAX_TOTAL_FEE    999999999
#define MAX_LEDGER_BYTES 512

/* --- The order --- */

/* The receivers of a shared payment: the exact text takes part in the signature. */
static char *
codec_dup_ledger (MinipayOrder *order, GError **error)
{
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  g_autoptr (GBytes) text = NULL;
  GVariantIter iter;
  const char *receiver, *amount;

  minipay_json_writer_begin_array (writer, NULL);
  g_variant_iter_init (&iter, minipay_order_get_splits (order));
  while (g_variant_iter_next (&iter, "(&s&s)", &receiver, &amount)) {
    g_autoptr (MinipayMoney) share = minipay_money_parse (amount, error);

    if (share == NULL)
      return NULL;
    minipay_json_writer_begin_object (writer, NULL);
    minipay_json_writer_add_integer (writer, "amount", minipay_money_get_minor (share));
    minipay_json_writer_add_string (writer, "sub_mch_no", receiver);
    minipay_json_writer_end_object (writer);
  }
  minipay_json_writer_end_array (writer);
  text = minipay_json_writer_finish (writer, error);
  if (text == NULL)
    return NULL;
  if (g_bytes_get_size (text) > MAX_LEDGER_BYTES) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "splits make a ledger of %" G_GSIZE_FORMAT " bytes, allowed are %d",
                 g_bytes_get_size (text),
                 MAX_LEDGER_BYTES);
    return NULL;
  }
  return g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text));
}

static char *
codec_sign_params (MinipayExchange *x, MinipayParams *params, GError **error)
{
  g_autofree char *sorted = NULL;
  g_autofree char *text = NULL;

  if (!minipay_params_check_unambiguous (params, error))
    return NULL;
  sorted = minipay_params_to_sorted_text (params, "sign");
  text = g_strconcat (sorted, "&secret_key=", NULL);
  return minipay_exchange_sign (x, MINIPAY_SCHEME_MD5, "secret-key", text, strlen (text), error);
}

static MinipayHttpRequest *
codec_new_post (MinipayExchange *x, const char *path, MinipayParams *params, GError **error)
{
  gboolean is_form = g_strcmp0 (minipay_exchange_get_setting (x, "body-format"), "form") == 0;
  g_autofree char *sign = codec_sign_params (x, params, error);
  g_autoptr (GBytes) body = NULL;
  MinipayHttpRequest *request;

  if (sign == NULL)
    return NULL;
  minipay_params_set_string (params, "sign", sign);
  body = is_form ? minipay_params_to_form (params, error) : minipay_params_to_json (params, error);
  if (body == NULL)
    return NULL;
  request = minipay_http_request_new ("POST", path, body);
  minipay_http_request_add_header (
      request, "Content-Type", is_form ? "application/x-www-form-urlencoded" : "application/json");
  minipay_http_request_add_header (request, "Accept", "application/json");
  return request;
}

MinipayHttpRequest *
weidoufu_build_create (MinipayExchange *x, gconstpointer data, GError **error)
{
  MinipayOrder *order = minipay_exchange_get_order (x);
  gboolean is_wechat = minipay_exchange_get_wallet (x) == MINIPAY_WALLET_WECHAT;
  g_autoptr (MinipayParams) params = minipay_params_new ();

  minipay_params_set_string (params, "access_key", minipay_exchange_get_setting (x, "access-key"));
  minipay_params_set_string (params, "body", minipay_order_get_subject (order));
  minipay_params_set_string (params, "out_order_no", minipay_order_get_out_trade_no (order));
  minipay_params_set_integer (params, "pay_type", is_wechat ? PAY_TYPE_WECHAT : PAY_TYPE_ALIPAY);
  minipay_params_set_integer (params, "total_fee", minipay_money_get_minor (minipay_order_get_total (order)));
  minipay_params_set_string (params, is_wechat ? "openid" : "buyer_id", minipay_order_get_payer (order));
  minipay_params_set_string (params, "notify_url", minipay_order_get_notify_url (order));
  minipay_params_set_string (params, "attach", minipay_order_get_attach (order));
  if (minipay_order_get_splits (order) != NULL && g_variant_n_children (minipay_order_get_splits (order)) > 0) {
    g_autofree char *ledger = codec_dup_ledger (order, error);

    if (ledger == NULL)
      return NULL;
    minipay_params_set_string (params, "ledger", ledger);
  }
  return codec_new_post (x, "/pay/miniapp", params, error);
}

/* --- Answers: none of them is signed --- */

/* A number, or the same as text: the manual's samples have both. */
static gboolean
codec_read_number (const MinipayJson *json,
                   MinipayJsonNode object,
                   const char *name,
                   gint64 minimum,
                   gint64 maximum,
                   gint64 *value,
                   GError **error)
{
  const char *text = minipay_json_get_string (json, minipay_json_get_member (json, object, name));
  guint64 number;

  if (text == NULL)
    return minipay_json_require_integer (json, object, name, minimum, maximum, value, error);
  if (g_ascii_isdigit (*text) && (*text != '0' || text[1] == '\0') &&
      g_ascii_string_to_unsigned (text, 10, (guint64) minimum, (guint64) maximum, &number, NULL)) {
    *value = (gint64) number;
    return TRUE;
  }
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PROTOCOL,
               "%s is a text that is no whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
               name,
               minimum,
               maximum);
  return FALSE;
}

/* No list of error codes is published; a refusal that speaks of the signature is a matter of configuration.
 */
static void
codec_refuse (MinipayExchange *x, const MinipayJson *json, GError **error)
{
  MinipayJsonNode root = minipay_json_get_root (json);
  const char *message = minipay_json_get_string (json, minipay_json_get_member (json, root, "message"));

  if (message == NULL)
    message = minipay_json_get_string (json, minipay_json_get_member (json, root, "msg"));
  if (message != NULL && strstr (message, "签名") != NULL)
    minipay_exchange_refuse (x, MINIPAY_ERROR_AUTH, "0", message, "check access-key and secret-key", error);
  else
    minipay_exchange_refuse_known (x, "0", message, error);
}

/* The envelope {code, message, data}: the document when code is 1. */
static MinipayJson *
codec_read_answer (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  GBytes *body = minipay_exchange_require_body (x, answer, error);
  g_autoptr (MinipayJson) json = NULL;
  MinipayJsonNode root;
  gint64 code;

  json = body != NULL ? minipay_json_parse (body, error) : NULL;
  if (json == NULL)
    return NULL;
  root = minipay_json_get_root (json);
  if (!codec_read_number (json,
                          root,
                          minipay_json_get_member (json, root, "code") != 0 ? "code" : "return_code",
                          0,
                          1,
                          &code,
                          error))
    return NULL;
  if (code == 1)
    return g_steal_pointer (&json);
  codec_refuse (x, json, error);
  return NULL;
}

/* The gateway signs for the buyer's application, with whatever algorithm it likes: the values are passed on
 * as they came. The application's id is not for a mini-program. */
static gboolean
codec_set_wechat_params (MinipayCheckout *checkout, const MinipayJson *json, MinipayJsonNode jsapi, GError **error)
{
  static const char *const names[] = { "timestamp", "nonce_str", "package", "sign_type", "pay_sign", NULL };
  g_auto (GStrv) values = minipay_json_dup_scalars (json, jsapi, names, error);

  if (values == NULL)
    return FALSE;
  minipay_checkout_set_wechat_cashier (
      checkout,
      MINIPAY_METHOD_MINI_PROGRAM,
      &(MinipayWechatCashier){ NULL, values[0], values[1], values[2], values[3], values[4] });
  minipay_checkout_set_param (checkout, MINIPAY_RUNTIME_UNI_APP, "orderInfo", "wx");
  return TRUE;
}

static gboolean
codec_set_alipay_params (MinipayCheckout *checkout, const MinipayJson *json, MinipayJsonNode jsapi, GError **error)
{
  g_autofree char *trade_no = minipay_json_dup_scalar (json, jsapi, "trade_no", error);

  if (trade_no == NULL)
    return FALSE;
  minipay_checkout_set_param (checkout, MINIPAY_RUNTIME_ALIPAY, "tradeNO", trade_no);
  return TRUE;
}

GObject *
weidoufu_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  gboolean is_wechat = minipay_exchange_get_wallet (x) == MINIPAY_WALLET_WECHAT;
  g_autoptr (MinipayJson) json = codec_read_answer (x, answer, error);
  g_autoptr (MinipayCheckout) checkout = NULL;
  MinipayJsonNode details, jsapi;
  const char *out_order_no, *mch_trade_no;
  gboolean is_good;

  if (json == NULL)
    return NULL;
  /* the manual's tables put the members at the top, its samples into details: both are read */
  details = minipay_json_get_member (json, minipay_json_get_root (json), "data");
  if (minipay_json_get_kind (json, details) != MINIPAY_JSON_OBJECT)
    details = minipay_json_get_root (json);
  jsapi = minipay_json_get_member (json, details, "jsapi");
  if (jsapi == 0)
    jsapi = details;
  out_order_no = minipay_json_require_string (json, details, "out_order_no", error);
  mch_trade_no = out_order_no != NULL ? minipay_json_require_string (json, details, "mch_trade_no", error) : NULL;
  if (mch_trade_no == NULL)
    return NULL;
  /* '' instead of an object is how this gateway says that there is nothing to open */
  if (minipay_json_get_kind (json, jsapi) != MINIPAY_JSON_OBJECT) {
    g_set_error (
        error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "a success without payment parameters: jsapi is no object");
    return NULL;
  }
  checkout =
      g_object_new (MINIPAY_TYPE_CHECKOUT,
                    "kind",
                    is_wechat ? MINIPAY_CHECKOUT_KIND_WX_REQUEST_PAYMENT : MINIPAY_CHECKOUT_KIND_MY_TRADE_PAY,
                    "out-trade-no",
                    out_order_no,
                    "transaction-id",
                    *mch_trade_no != '\0' ? mch_trade_no : NULL,
                    NULL);
  is_good = is_wechat ? codec_set_wechat_params (checkout, json, jsapi, error)
                      : codec_set_alipay_params (checkout, json, jsapi, error);
  return is_good ? G_OBJECT (g_steal_pointer (&checkout)) : NULL;
}

/* --- The query: unsigned in both directions, and without an amount --- */

MinipayHttpRequest *
weidoufu_build_query (MinipayExchange *x, gconstpointer data, GError **error)
{
  MinipayPaymentRef *ref = minipay_exchange_get_payment_ref (x);
  const char *out_trade_no = minipay_payment_ref_get_out_trade_no (ref);
  g_autofree char *number =
      minipay_uri_escape (out_trade_no != NULL ? out_trade_no : minipay_payment_ref_get_transaction_id (ref));
  g_autofree char *target =
      g_strdup_printf ("/pay/query?%s=%s", out_trade_no != NULL ? "out_order_no" : "mch_trade_no", number);
  MinipayHttpRequest *request = minipay_http_request_new ("GET", target, NULL);

  minipay_http_request_add_header (request, "Accept", "application/json");
  return request;
}

GObject *
weidoufu_parse_query (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  static const MinipayPaymentState states[] = {
    MINIPAY_PAYMENT_STATE_UNKNOWN,
    MINIPAY_PAYMENT_STATE_PENDING,
    MINIPAY_PAYMENT_STATE_PAID,
    MINIPAY_PAYMENT_STATE_FAILED,
  };
  g_autoptr (MinipayJson) json = codec_read_answer (x, answer, error);
  MinipayPaymentClaim claim = { 0 };
  MinipayJsonNode details;
  const char *out_order_no, *mch_trade_no;
  gint64 status;

  if (json == NULL)
    return NULL;
  details = minipay_json_require_object (json, minipay_json_get_root (json), "data", error);
  out_order_no = details != 0 ? minipay_json_require_string (json, details, "out_order_no", error) : NULL;
  mch_trade_no = out_order_no != NULL ? minipay_json_require_string (json, details, "mch_trade_no", error) : NULL;
  /* the state of the payment is details.status alone: the text "success" beside it only says that there is an
   * answer */
  if (mch_trade_no == NULL || !codec_read_number (json, details, "status", 0, 99, &status, error))
    return NULL;
  claim.out_trade_no = out_order_no;
  claim.transaction_id = mch_trade_no;
  claim.state = status < (gint64) G_N_ELEMENTS (states) ? states[status] : MINIPAY_PAYMENT_STATE_UNKNOWN;
  claim.raw_text = minipay_http_response_get_body (answer);
  return G_OBJECT (minipay_payment_new_from_claim (&claim));
}

/* --- The notification --- */

/* One value written anew: strings by what they say, numbers digit by digit. The reader bounds the depth. */
static void
codec_write_compact (MinipayJsonWriter *writer, const char *name, const MinipayJson *json, MinipayJsonNode node)
{
  const gboolean is_object = minipay_json_get_kind (json, node) == MINIPAY_JSON_OBJECT;
  g_autofree char *number = NULL;
  const char *raw;
  gsize length;

  switch (minipay_json_get_kind (json, node)) {
  case MINIPAY_JSON_STRING:
    minipay_json_writer_add_string (writer, name, minipay_json_get_string (json, node));
    break;
  case MINIPAY_JSON_NUMBER:
    raw = minipay_json_get_raw (json, node, &length);
    number = g_strndup (raw, length);
    minipay_json_writer_add_number (writer, name, number);
    break;
  case MINIPAY_JSON_BOOLEAN:
    minipay_json_writer_add_boolean (writer, name, minipay_json_get_boolean (json, node));
    break;
  case MINIPAY_JSON_OBJECT:
  case MINIPAY_JSON_ARRAY:
    is_object ? minipay_json_writer_begin_object (writer, name) : minipay_json_writer_begin_array (writer, name);
    for (MinipayJsonNode child = minipay_json_get_first (json, node); child != 0;
         child = minipay_json_get_next (json, child))
      codec_write_compact (writer, is_object ? minipay_json_get_name (json, child) : NULL, json, child);
    is_object ? minipay_json_writer_end_object (writer) : minipay_json_writer_end_array (writer);
    break;
  case MINIPAY_JSON_NULL:
  case MINIPAY_JSON_NONE:
  default:
    minipay_json_writer_add_null (writer, name);
    break;
  }
}

/* The content written anew, in its order and without spaces: what one client in the field signs. */
static GBytes *
codec_compact_content (const MinipayJson *json, MinipayJsonNode content, GError **error)
{
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();

  codec_write_compact (writer, NULL, json, content);
  return minipay_json_writer_finish (writer, error);
}

/* The name as it stands before the value: one written with escapes is a name in disguise. */
static gboolean
codec_is_plainly_named (const MinipayJson *json, MinipayJsonNode content, const char *text)
{
  gsize length;
  const char *end = minipay_json_get_raw (json, content, &length);
  static const char quoted[] = "\"content\"";

  while (end > text && (g_ascii_isspace (end[-1]) || end[-1] == ':'))
    end--;
  return end - text >= (gssize) strlen (quoted) && memcmp (end - strlen (quoted), quoted, strlen (quoted)) == 0;
}

/* The signature covers the bytes of the top-level member content, and the same bytes are read afterwards. */
static gboolean
codec_verify_content (
    MinipayExchange *x, const MinipayJson *json, MinipayJsonNode content, const char *sign, GError **error)
{
  MinipayScheme scheme = g_strcmp0 (minipay_exchange_get_setting (x, "notify-digest"), "raw") == 0
                             ? MINIPAY_SCHEME_HMAC_SHA256_RAW_MD5
                             : MINIPAY_SCHEME_HMAC_SHA256_HEX_MD5;
  g_autoptr (GBytes) compact = NULL;
  const char *text;
  gsize length;

  if (g_strcmp0 (minipay_exchange_get_setting (x, "notify-text"), "compact") == 0) {
    compact = codec_compact_content (json, content, error);
    if (compact == NULL)
      return FALSE;
    text = g_bytes_get_data (compact, &length);
  } else {
    text = minipay_json_get_raw (json, content, &length);
  }
  return minipay_exchange_verify (x, scheme, "secret-key", text, length, sign, error);
}

static MinipayPayment *
codec_read_content (const MinipayJson *json, MinipayJsonNode content, GError **error)
{
  /* 3 is "closed" here and "failed" in the answer to a query */
  static const MinipayPaymentState states[] = {
    MINIPAY_PAYMENT_STATE_UNKNOWN,
    MINIPAY_PAYMENT_STATE_PENDING,
    MINIPAY_PAYMENT_STATE_PAID,
    MINIPAY_PAYMENT_STATE_CLOSED,
  };
  const char *out_order_no = minipay_json_require_string (json, content, "out_order_no", error);
  const char *mch_trade_no =
      out_order_no != NULL ? minipay_json_require_string (json, content, "mch_trade_no", error) : NULL;
  const char *attach = NULL;
  const char *pay_time = NULL;
  g_autoptr (MinipayMoney) total = NULL;
  g_autoptr (GDateTime) paid_at = NULL;
  g_autoptr (GBytes) raw = NULL;
  MinipayPaymentClaim claim;
  gint64 fee, status;
  gsize length;
  const char *text;

  if (mch_trade_no == NULL || !codec_read_number (json, content, "total_fee", 1, MAX_TOTAL_FEE, &fee, error) ||
      !codec_read_number (json, content, "status", 0, 99, &status, error) ||
      !minipay_json_read_string (json, content, "attach", &attach, error) ||
      !minipay_json_read_string (json, content, "pay_time", &pay_time, error))
    return NULL;
  if (pay_time != NULL && *pay_time != '\0') {
    paid_at = minipay_time_parse_spaced (pay_time, error);
    if (paid_at == NULL)
      return NULL;
  }
  total = minipay_money_new (fee, "CNY");
  text = minipay_json_get_raw (json, content, &length);
  raw = g_bytes_new (text, length);
  claim = (MinipayPaymentClaim){
    .out_trade_no = out_order_no,
    .transaction_id = mch_trade_no,
    .state = status < (gint64) G_N_ELEMENTS (states) ? states[status] : MINIPAY_PAYMENT_STATE_UNKNOWN,
    .total = total,
    .paid_at = paid_at,
    .attach = attach,
    .raw_text = raw,
  };
  return minipay_payment_new_from_claim (&claim);
}

GObject *
weidoufu_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  GBytes *body = minipay_http_request_get_body (incoming);
  g_autoptr (MinipayJson) json = NULL;
  MinipayJsonNode root, content;
  const char *sign;

  if (body == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the notification is empty");
    return NULL;
  }
  json = minipay_json_parse (body, error);
  if (json == NULL)
    return NULL;
  root = minipay_json_get_root (json);
  content = minipay_json_require_object (json, root, "content", error);
  if (content == 0)
    return NULL;
  if (!codec_is_plainly_named (json, content, g_bytes_get_data (body, NULL))) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the member content is written with escapes");
    return NULL;
  }
  sign = minipay_json_get_string (json, minipay_json_get_member (json, root, "sign"));
  if (!codec_verify_content (x, json, content, sign, error))
    return NULL;
  return (GObject *) codec_read_content (json, content, error);
}
