/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weidoufu-codec.h"

#include <string.h>

#include "weidoufu-message.h"

#define MAX_LEDGER_BYTES   512
#define MAX_EXPIRE         60
#define H5_DEFAULT_EXPIRE  30
#define WECHAT_CODE_LENGTH 18

/* --- The order --- */

static const char *const paths[] = {
  [MINIPAY_METHOD_MINI_PROGRAM] = "/pay/miniapp",
  [MINIPAY_METHOD_JSAPI] = "/pay/jsapi",
  [MINIPAY_METHOD_NATIVE] = "/pay/native",
  [MINIPAY_METHOD_APP] = "/pay/app",
  [MINIPAY_METHOD_H5] = "/pay/mobile",
  [MINIPAY_METHOD_CODE] = "/pay/micropay",
};

static const gint64 pay_types[] = {
  [MINIPAY_WALLET_WECHAT] = 1,
  [MINIPAY_WALLET_ALIPAY] = 2,
  [MINIPAY_WALLET_UNIONPAY] = 3,
};

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

/* FALSE without an error when the order does not say. */
static gboolean
codec_get_expire (MinipayExchange *x, gint64 *minutes)
{
  GVariant *extras = minipay_exchange_get_extras (x);

  return extras != NULL && g_variant_lookup (extras, "expire", "x", minutes);
}

static gboolean
codec_add_expire (MinipayExchange *x, MinipayParams *params, GError **error)
{
  gint64 minutes;

  if (!codec_get_expire (x, &minutes))
    return TRUE;
  if (minutes < 1 || minutes > MAX_EXPIRE) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "expire is %" G_GINT64_FORMAT " minutes, allowed are 1 to %d",
                 minutes,
                 MAX_EXPIRE);
    return FALSE;
  }
  minipay_params_set_integer (params, "expire", minutes);
  return TRUE;
}

/* The first two digits of a code say which wallet it is of. It is as good as money: no error repeats it. */
static gboolean
codec_check_code (MinipayExchange *x, GError **error)
{
  const char *code = minipay_exchange_get_extra_text (x, "auth_code");
  const gboolean is_wechat = minipay_exchange_get_wallet (x) == MINIPAY_WALLET_WECHAT;
  int start;

  if (code == NULL)
    return TRUE;
  start = (code[0] - '0') * 10 + (code[1] - '0');
  if (is_wechat ? strlen (code) == WECHAT_CODE_LENGTH && start >= 10 && start <= 15 : start >= 25 && start <= 30)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INVALID,
               "auth_code has %u digits and begins with %02d, allowed are %s",
               (guint) strlen (code),
               start,
               is_wechat ? "18 that begin with 10 to 15" : "16 to 24 that begin with 25 to 30");
  return FALSE;
}

/* How UnionPay's browser names a buyer is not documented; the other two must be told. */
static gboolean
codec_add_payer (MinipayExchange *x, MinipayParams *params, GError **error)
{
  const MinipayWallet wallet = minipay_exchange_get_wallet (x);
  const char *payer = minipay_order_get_payer (minipay_exchange_get_order (x));

  if (minipay_exchange_get_method (x) == MINIPAY_METHOD_JSAPI && wallet != MINIPAY_WALLET_UNIONPAY &&
      (payer == NULL || *payer == '\0')) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "payer is missing, jsapi with this wallet needs it");
    return FALSE;
  }
  minipay_params_set_string (params, wallet == MINIPAY_WALLET_WECHAT ? "openid" : "buyer_id", payer);
  return TRUE;
}

static gboolean
codec_add_extras (MinipayExchange *x, MinipayParams *params, GError **error)
{
  static const char *const texts[] = { "appid", "return_url", "quit_url", "auth_code" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    minipay_params_set_string (params, texts[i], minipay_exchange_get_extra_text (x, texts[i]));
  return codec_check_code (x, error) && codec_add_expire (x, params, error);
}

MinipayHttpRequest *
weidoufu_build_create (MinipayExchange *x, gconstpointer data, GError **error)
{
  MinipayOrder *order = minipay_exchange_get_order (x);
  g_autoptr (MinipayParams) params = minipay_params_new ();

  minipay_params_set_string (params, "access_key", minipay_exchange_get_setting (x, "access-key"));
  minipay_params_set_string (params, "body", minipay_order_get_subject (order));
  minipay_params_set_string (params, "out_order_no", minipay_order_get_out_trade_no (order));
  minipay_params_set_integer (params, "pay_type", pay_types[minipay_exchange_get_wallet (x)]);
  minipay_params_set_integer (params, "total_fee", minipay_money_get_minor (minipay_order_get_total (order)));
  if (!codec_add_payer (x, params, error))
    return NULL;
  minipay_params_set_string (params, "notify_url", minipay_order_get_notify_url (order));
  minipay_params_set_string (params, "attach", minipay_order_get_attach (order));
  if (!codec_add_extras (x, params, error))
    return NULL;
  if (minipay_order_get_splits (order) != NULL && g_variant_n_children (minipay_order_get_splits (order)) > 0) {
    g_autofree char *ledger = codec_dup_ledger (order, error);

    if (ledger == NULL)
      return NULL;
    minipay_params_set_string (params, "ledger", ledger);
  }
  return weidoufu_message_new_post (x, paths[minipay_exchange_get_method (x)], params, error);
}

/* --- Its answer --- */

static MinipayCheckoutKind
codec_get_kind (MinipayExchange *x)
{
  switch (minipay_exchange_get_method (x)) {
  case MINIPAY_METHOD_NATIVE:
    return MINIPAY_CHECKOUT_KIND_QR_CODE;
  case MINIPAY_METHOD_H5:
  case MINIPAY_METHOD_APP:
    return MINIPAY_CHECKOUT_KIND_REDIRECT;
  case MINIPAY_METHOD_CODE:
    /* a success is said to be paid already. Nobody signed it: the query that follows settles it, by the number that
     * is noted here */
    return MINIPAY_CHECKOUT_KIND_PENDING;
  case MINIPAY_METHOD_MINI_PROGRAM:
  case MINIPAY_METHOD_JSAPI:
  case MINIPAY_METHOD_TRANSIT:
  default:
    return minipay_exchange_get_wallet (x) == MINIPAY_WALLET_WECHAT ? MINIPAY_CHECKOUT_KIND_WX_REQUEST_PAYMENT
                                                                    : MINIPAY_CHECKOUT_KIND_MY_TRADE_PAY;
  }
}

static const char *
codec_require_url (MinipayExchange *x, const MinipayJson *json, MinipayJsonNode details, GError **error)
{
  const char *name = minipay_exchange_get_method (x) == MINIPAY_METHOD_NATIVE ? "code_url" : "todo_url";
  const char *url = minipay_json_require_string (json, details, name, error);

  if (url == NULL || *url != '\0')
    return url;
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "a success without a cashier: %s is empty", name);
  return NULL;
}

static GDateTime *
codec_dup_expiry (MinipayExchange *x)
{
  const gboolean is_h5 = minipay_exchange_get_method (x) == MINIPAY_METHOD_H5;
  gint64 minutes = 0;

  if (!codec_get_expire (x, &minutes) && is_h5)
    minutes = H5_DEFAULT_EXPIRE;
  return minutes > 0 ? g_date_time_new_from_unix_utc (minipay_exchange_get_now (x) + minutes * 60) : NULL;
}

/* The gateway signs for the buyer's application, with whatever algorithm it likes: the values are passed on
 * as they came. The application's id is for pages, and not for a mini-program. */
static gboolean
codec_set_wechat_params (
    MinipayExchange *x, MinipayCheckout *checkout, const MinipayJson *json, MinipayJsonNode jsapi, GError **error)
{
  static const char *const names[] = { "timestamp", "nonce_str", "package", "sign_type", "pay_sign", NULL };
  const MinipayMethod method = minipay_exchange_get_method (x);
  g_auto (GStrv) values = minipay_json_dup_scalars (json, jsapi, names, error);
  g_autofree char *app_id = NULL;

  if (values == NULL)
    return FALSE;
  if (method == MINIPAY_METHOD_JSAPI) {
    app_id = minipay_json_dup_scalar (json, jsapi, "app_id", error);
    if (app_id == NULL)
      return FALSE;
  }
  minipay_checkout_set_wechat_cashier (
      checkout, method, &(MinipayWechatCashier){ app_id, values[0], values[1], values[2], values[3], values[4] });
  if (method == MINIPAY_METHOD_MINI_PROGRAM)
    minipay_checkout_set_param (checkout, MINIPAY_RUNTIME_UNI_APP, "orderInfo", "wx");
  return TRUE;
}

static gboolean
codec_set_trade_no (MinipayCheckout *checkout, const MinipayJson *json, MinipayJsonNode jsapi, GError **error)
{
  g_autofree char *trade_no = minipay_json_dup_scalar (json, jsapi, "trade_no", error);

  if (trade_no == NULL)
    return FALSE;
  minipay_checkout_set_param (checkout, MINIPAY_RUNTIME_ALIPAY, "tradeNO", trade_no);
  return TRUE;
}

static gboolean
codec_set_params (
    MinipayExchange *x, MinipayCheckout *checkout, const MinipayJson *json, MinipayJsonNode details, GError **error)
{
  MinipayJsonNode jsapi = minipay_json_get_member (json, details, "jsapi");

  if (jsapi == 0)
    jsapi = details;
  /* '' instead of an object is how this gateway says that there is nothing to open */
  if (minipay_json_get_kind (json, jsapi) != MINIPAY_JSON_OBJECT) {
    g_set_error (
        error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "a success without payment parameters: jsapi is no object");
    return FALSE;
  }
  return minipay_checkout_get_kind (checkout) == MINIPAY_CHECKOUT_KIND_WX_REQUEST_PAYMENT
             ? codec_set_wechat_params (x, checkout, json, jsapi, error)
             : codec_set_trade_no (checkout, json, jsapi, error);
}

static GObject *
codec_read_success (MinipayExchange *x, const MinipayJson *json, GError **error)
{
  const MinipayCheckoutKind kind = codec_get_kind (x);
  const gboolean has_url = kind == MINIPAY_CHECKOUT_KIND_QR_CODE || kind == MINIPAY_CHECKOUT_KIND_REDIRECT;
  const gboolean has_params = !has_url && kind != MINIPAY_CHECKOUT_KIND_PENDING;
  MinipayJsonNode details = minipay_json_get_member (json, minipay_json_get_root (json), "data");
  g_autoptr (GDateTime) expires_at = codec_dup_expiry (x);
  g_autoptr (MinipayCheckout) checkout = NULL;
  const char *out_order_no, *mch_trade_no;
  const char *url = NULL;

  /* the manual's tables put the members at the top, its samples into details: both are read */
  if (minipay_json_get_kind (json, details) != MINIPAY_JSON_OBJECT)
    details = minipay_json_get_root (json);
  out_order_no = minipay_json_require_string (json, details, "out_order_no", error);
  mch_trade_no = out_order_no != NULL ? minipay_json_require_string (json, details, "mch_trade_no", error) : NULL;
  if (mch_trade_no == NULL)
    return NULL;
  url = has_url ? codec_require_url (x, json, details, error) : NULL;
  if (has_url && url == NULL)
    return NULL;
  checkout = g_object_new (MINIPAY_TYPE_CHECKOUT,
                           "kind",
                           kind,
                           "expires-at",
                           expires_at,
                           "url",
                           url,
                           "out-trade-no",
                           out_order_no,
                           "transaction-id",
                           *mch_trade_no != '\0' ? mch_trade_no : NULL,
                           NULL);
  if (has_params && !codec_set_params (x, checkout, json, details, error))
    return NULL;
  return G_OBJECT (g_steal_pointer (&checkout));
}

GObject *
weidoufu_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  gboolean is_good = FALSE;
  g_autoptr (MinipayJson) json = weidoufu_message_open (x, answer, &is_good, error);

  if (json == NULL)
    return NULL;
  if (is_good)
    return codec_read_success (x, json, error);
  /* told like a failure, and not the end of it */
  if (minipay_exchange_get_method (x) == MINIPAY_METHOD_CODE && weidoufu_message_waits_for_buyer (json))
    return G_OBJECT (minipay_checkout_new (MINIPAY_CHECKOUT_KIND_PENDING, NULL));
  weidoufu_message_refuse (x, json, error);
  return NULL;
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
  g_autoptr (MinipayJson) json = weidoufu_message_read_answer (x, answer, error);
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
  if (mch_trade_no == NULL || !weidoufu_message_read_number (json, details, "status", 0, 99, &status, error))
    return NULL;
  claim.out_trade_no = out_order_no;
  claim.transaction_id = mch_trade_no;
  claim.state = status < (gint64) G_N_ELEMENTS (states) ? states[status] : MINIPAY_PAYMENT_STATE_UNKNOWN;
  claim.raw_text = minipay_http_response_get_body (answer);
  return G_OBJECT (minipay_payment_new_from_claim (&claim));
}
