/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "showdoc-aggregator-codec.h"

#include <string.h>

#define ANSWER_GOOD    "200"
#define ANSWER_REFUSED "400"

/* --- The order call: unsigned, to the address that came with the jump --- */

MinipayHttpRequest *
aggregator_build_create (MinipayExchange *x, gconstpointer data, GError **error)
{
  MinipayAccountConfig *config = minipay_exchange_get_config (x);
  MinipayOrder *order = minipay_exchange_get_order (x);
  gboolean is_form = g_strcmp0 (minipay_account_config_get_string (config, "request-format"), "form") == 0;
  const char *url = minipay_exchange_get_extra_text (x, "url");
  const char *code = minipay_exchange_get_extra_text (x, "code");
  const char *payer = minipay_order_get_payer (order);
  gboolean has_payer = payer != NULL && *payer != '\0';
  g_autoptr (MinipayParams) params = minipay_params_new ();
  g_autoptr (GBytes) body = NULL;
  MinipayHttpRequest *request;

  if (url == NULL)
    url = minipay_account_config_get_string (config, "order-url");
  if (url == NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "extra field url is missing, and the account has no order-url");
    return NULL;
  }
  if (has_payer == (code != NULL)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "the buyer is named by the payer or by the extra field code, this order has %s",
                 has_payer ? "both" : "neither");
    return NULL;
  }
  minipay_params_set_string (params, "payInfo", minipay_exchange_get_extra_text (x, "pay_info"));
  minipay_params_set_string (params, "code", code);
  minipay_params_set_string (params, "identifyId", payer);
  body = is_form ? minipay_params_to_form (params, error) : minipay_params_to_json (params, error);
  if (body == NULL)
    return NULL;
  request = minipay_http_request_new ("POST", url, body);
  minipay_http_request_add_header (
      request, "Content-Type", is_form ? "application/x-www-form-urlencoded" : "application/json");
  minipay_http_request_add_header (request, "Accept", "application/json");
  return request;
}

/* --- Its answer: not signed --- */

/* The one code that the page documents for every refusal means something else by some of its sentences. The order
 * itself was made before the jump, so that a refused call is never the end of it. */
static gboolean
codec_refuse_by_message (MinipayExchange *x, const char *code, const char *message, GError **error)
{
  static const char *const paid[] = { "已支付", "支付成功", "已付", "已完成" };

  for (guint i = 0; message != NULL && strstr (message, "未") == NULL && i < G_N_ELEMENTS (paid); i++)
    if (strstr (message, paid[i]) != NULL) {
      minipay_exchange_refuse (x,
                               MINIPAY_ERROR_ALREADY_PAID,
                               code,
                               message,
                               "wait for the notification and settle the order; never order anew",
                               error);
      return TRUE;
    }
  if (!minipay_text_tells_trouble (message))
    return FALSE;
  minipay_exchange_refuse (
      x, MINIPAY_ERROR_OUTCOME_UNKNOWN, code, message, "find out what became of the order", error);
  return TRUE;
}

/* A word that stands nowhere may hide an order that was taken. */
static void
codec_refuse (MinipayExchange *x, const char *code, const char *message, GError **error)
{
  if (strcmp (code, ANSWER_REFUSED) == 0 && codec_refuse_by_message (x, code, message, error))
    return;
  if (minipay_exchange_refuse_known (x, code, message, error))
    return;
  minipay_exchange_refuse (
      x, MINIPAY_ERROR_OUTCOME_UNKNOWN, code, message, "find out what became of the order", error);
}

/* The envelope {code, msg, data}: the document when code is 200. */
static MinipayJson *
codec_read_answer (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  GBytes *body = minipay_exchange_require_body (x, answer, error);
  g_autoptr (MinipayJson) json = NULL;
  g_autofree char *code = NULL;
  MinipayJsonNode root;

  json = body != NULL ? minipay_json_parse (body, error) : NULL;
  if (json == NULL)
    return NULL;
  root = minipay_json_get_root (json);
  code = minipay_json_dup_scalar (json, root, "code", error);
  if (code == NULL)
    return NULL;
  if (strcmp (code, ANSWER_GOOD) == 0)
    return g_steal_pointer (&json);
  codec_refuse (x, code, minipay_json_get_string (json, minipay_json_get_member (json, root, "msg")), error);
  return NULL;
}

/* WeChat's own signature for the buyer's application: passed on as it came, however long the page says that paySign
 * may be. The application's id is not for a mini-program. */
static gboolean
codec_set_wechat_params (MinipayCheckout *checkout, const MinipayJson *json, MinipayJsonNode data, GError **error)
{
  static const char *const names[] = { "timeStamp", "nonceStr", "package", "signType", "paySign", NULL };
  g_auto (GStrv) values = minipay_json_dup_scalars (json, data, names, error);

  if (values == NULL)
    return FALSE;
  minipay_checkout_set_wechat_cashier (
      checkout,
      MINIPAY_METHOD_MINI_PROGRAM,
      &(MinipayWechatCashier){ NULL, values[0], values[1], values[2], values[3], values[4] });
  return TRUE;
}

static gboolean
codec_set_alipay_params (MinipayCheckout *checkout, const MinipayJson *json, MinipayJsonNode data, GError **error)
{
  g_autofree char *trade_no = minipay_json_dup_scalar (json, data, "tradeNo", error);

  if (trade_no == NULL)
    return FALSE;
  minipay_checkout_set_param (checkout, MINIPAY_RUNTIME_ALIPAY, "tradeNO", trade_no);
  return TRUE;
}

GObject *
aggregator_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  gboolean is_wechat = minipay_exchange_get_wallet (x) == MINIPAY_WALLET_WECHAT;
  g_autoptr (MinipayJson) json = codec_read_answer (x, answer, error);
  g_autoptr (MinipayCheckout) checkout = NULL;
  MinipayJsonNode details;
  gboolean is_good;

  if (json == NULL)
    return NULL;
  details = minipay_json_require_object (json, minipay_json_get_root (json), "data", error);
  if (details == 0)
    return NULL;
  checkout = minipay_checkout_new (
      is_wechat ? MINIPAY_CHECKOUT_KIND_WX_REQUEST_PAYMENT : MINIPAY_CHECKOUT_KIND_MY_TRADE_PAY, NULL);
  is_good = is_wechat ? codec_set_wechat_params (checkout, json, details, error)
                      : codec_set_alipay_params (checkout, json, details, error);
  return is_good ? G_OBJECT (g_steal_pointer (&checkout)) : NULL;
}
