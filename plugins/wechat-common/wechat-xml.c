/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-xml.h"

#include <string.h>

#include "wechat-params.h"

#define KEY       "api-key"
#define SIGN_TYPE "sign-type"

#define LETTERS_AND_DIGITS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define NUMBER_MAX_BYTES   32
#define REFUND_MAX_BYTES   64

#define CURRENCY "CNY" /* of amounts that do not say */

/* Who asks and is answered; service providers name the merchant they act for. */
static const struct {
  const char *name;
  const char *field;
  WechatXmlFlags unsent_by;
  WechatXmlFlags untold_by;
  gboolean is_optional; /* in messages */
} xml_parties[] = {
  { "appid", "appid", WECHAT_XML_NO_APPID, WECHAT_XML_NO_APPID, FALSE },
  { "mch_id", "mchid", WECHAT_XML_PLAIN, WECHAT_XML_PLAIN, FALSE },
  { "sub_appid", "sub-appid", WECHAT_XML_NO_APPID, WECHAT_XML_PLAIN, TRUE },
  { "sub_mch_id", "sub-mchid", WECHAT_XML_PLAIN, WECHAT_XML_NO_APPID, FALSE },
};

static const char *
xml_get_digest (MinipayExchange *x, const WechatXmlCall *call)
{
  if (call != NULL && (call->flags & WECHAT_XML_HMAC) != 0)
    return "HMAC-SHA256";
  return minipay_exchange_get_setting (x, SIGN_TYPE);
}

static MinipayScheme
xml_get_scheme (const char *digest)
{
  return strcmp (digest, "MD5") == 0 ? MINIPAY_SCHEME_MD5 : MINIPAY_SCHEME_HMAC_SHA256;
}

MinipayHttpRequest *
wechat_xml_new_request (MinipayExchange *x, const WechatXmlCall *call, MinipayParams *params, GError **error)
{
  const char *digest = xml_get_digest (x, call);
  g_autofree char *sign = NULL;
  g_autoptr (GBytes) body = NULL;
  MinipayHttpRequest *request;

  for (guint i = 0; i < G_N_ELEMENTS (xml_parties); i++)
    if ((call->flags & xml_parties[i].unsent_by) == 0)
      minipay_params_set_string (
          params, xml_parties[i].name, minipay_exchange_get_setting (x, xml_parties[i].field));
  minipay_params_set_string (params, "nonce_str", minipay_exchange_get_nonce (x));
  minipay_params_set_string (params, "sign_type", digest);
  sign = wechat_params_sign (x, params, xml_get_scheme (digest), KEY, error);
  if (sign == NULL)
    return NULL;
  minipay_params_set_string (params, "sign", sign);
  body = minipay_params_to_xml (params, "xml", error);
  if (body == NULL)
    return NULL;
  request = minipay_http_request_new ("POST", call->path, body);
  minipay_http_request_add_header (request, "Content-Type", "text/xml");
  return request;
}

MinipayParams *
wechat_xml_parse (GBytes *body, const char *root, GError **error)
{
  g_autoptr (MinipayXml) xml = NULL;
  MinipayParams *params;

  if (body == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the message is empty");
    return NULL;
  }
  xml = minipay_xml_parse (body, error);
  if (xml == NULL)
    return NULL;
  if (strcmp (minipay_xml_get_root_name (xml), root) != 0) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the root element is not %s", root);
    return NULL;
  }
  params = minipay_params_new ();
  for (guint i = 0; i < minipay_xml_get_length (xml); i++)
    minipay_params_set_string (params, minipay_xml_get_name (xml, i), minipay_xml_get_value (xml, i));
  return params;
}

static gboolean
xml_verify (MinipayExchange *x, const MinipayParams *params, const char *digest, GError **error)
{
  if (wechat_params_verify (x, params, xml_get_scheme (digest), KEY, minipay_params_lookup (params, "sign"), error))
    return TRUE;
  g_prefix_error (error, "sign does not fit " KEY " and " SIGN_TYPE "=%s: ", digest);
  return FALSE;
}

static gboolean
xml_says_success (const MinipayParams *params, const char *name)
{
  return g_strcmp0 (minipay_params_lookup (params, name), "SUCCESS") == 0;
}

/* The communication failed: there is no word from a table, only a sentence. What sounds like trouble on the
 * gateway's side may have come after the order was made. */
static void
xml_refuse_communication (MinipayExchange *x, const MinipayParams *params, GError **error)
{
  const char *message = minipay_params_lookup (params, "return_msg");

  if (minipay_exchange_refuse_known (x, message, message, error))
    return;
  if (minipay_text_tells_trouble (message)) {
    minipay_exchange_refuse (
        x, MINIPAY_ERROR_OUTCOME_UNKNOWN, "FAIL", message, "query, or repeat unchanged", error);
    return;
  }
  if (message != NULL && strstr (message, "签名") != NULL)
    minipay_exchange_refuse (x, MINIPAY_ERROR_AUTH, "FAIL", message, "check api-key and sign-type", error);
  else
    minipay_exchange_refuse_known (x, "FAIL", message, error);
}

gboolean
wechat_xml_check_parties (MinipayExchange *x,
                          const WechatXmlCall *call,
                          const MinipayParams *params,
                          GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (xml_parties); i++) {
    const char *asked = minipay_exchange_get_setting (x, xml_parties[i].field);
    const char *told = minipay_params_lookup (params, xml_parties[i].name);
    const gboolean may_be_silent = asked == NULL || xml_parties[i].is_optional ||
                                   (call != NULL && (call->flags & xml_parties[i].untold_by) != 0);

    if (told == NULL ? may_be_silent : g_strcmp0 (told, asked) == 0)
      continue;
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_MISMATCH,
                 "the message has another %s than this account, which has \"%s\"",
                 xml_parties[i].name,
                 asked != NULL ? asked : "");
    return FALSE;
  }
  return TRUE;
}

MinipayParams *
wechat_xml_read_signed (MinipayExchange *x, const WechatXmlCall *call, MinipayHttpResponse *answer, GError **error)
{
  GBytes *body = minipay_exchange_require_body (x, answer, error);
  g_autoptr (MinipayParams) params = body != NULL ? wechat_xml_parse (body, "xml", error) : NULL;
  g_autoptr (GError) local_error = NULL;
  const char *word;

  if (params == NULL)
    return NULL;
  if (g_strcmp0 (minipay_params_lookup (params, "return_code"), "FAIL") == 0) {
    xml_refuse_communication (x, params, error);
    return NULL;
  }
  if (!xml_says_success (params, "return_code")) {
    /* whoever wrote this, it settles nothing */
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "return_code is neither SUCCESS nor FAIL");
    return NULL;
  }
  if (xml_verify (x, params, xml_get_digest (x, call), &local_error))
    return wechat_xml_check_parties (x, call, params, error) ? g_steal_pointer (&params) : NULL;
  word = minipay_params_lookup (params, "err_code");
  /* this one comes without a signature, and settles nothing anyhow */
  if (g_strcmp0 (word, "SYSTEMERROR") == 0 && minipay_params_lookup (params, "sign") == NULL)
    minipay_exchange_refuse_known (x, word, minipay_params_lookup (params, "err_code_des"), error);
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

gboolean
wechat_xml_check_result (MinipayExchange *x, const MinipayParams *params, GError **error)
{
  const char *word = minipay_params_lookup (params, "err_code");
  const char *message = minipay_params_lookup (params, "err_code_des");

  if (xml_says_success (params, "result_code"))
    return TRUE;
  /* the gateway has an order of this number, whatever is wrong with ours */
  if (g_strcmp0 (word, "INVALID_REQUEST") == 0 && message != NULL && strstr (message, "重复") != NULL)
    minipay_exchange_refuse (x,
                             MINIPAY_ERROR_CONFLICT,
                             word,
                             message,
                             "query the order; repeat it unchanged or use another number",
                             error);
  else if (!minipay_exchange_refuse_known (x, word, message, error))
    minipay_exchange_refuse (
        x, word != NULL ? MINIPAY_ERROR_REFUSED : MINIPAY_ERROR_PROTOCOL, word, message, NULL, error);
  return FALSE;
}

MinipayParams *
wechat_xml_read_answer (MinipayExchange *x, const WechatXmlCall *call, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayParams) params = wechat_xml_read_signed (x, call, answer, error);

  return params != NULL && wechat_xml_check_result (x, params, error) ? g_steal_pointer (&params) : NULL;
}

gboolean
wechat_xml_verify_notification (MinipayExchange *x, const MinipayParams *params, GError **error)
{
  const char *wanted = xml_get_digest (x, NULL);
  const char *named = minipay_params_lookup (params, "sign_type");
  const char *number;

  /* the account says how messages are signed; what the message says can only contradict it */
  if (named != NULL && strcmp (named, wanted) != 0)
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_SIGNATURE_INVALID,
                 "sign_type is not the account's, which is %s",
                 wanted);
  else if (xml_verify (x, params, wanted, error))
    return TRUE;
  if (wechat_xml_read_number (params, "out_trade_no", TRUE, &number, NULL))
    minipay_exchange_suggest_query (x, number);
  return FALSE;
}

static MinipayHttpResponse *
xml_new_reply (const char *return_code, const char *return_msg)
{
  g_autoptr (MinipayParams) params = minipay_params_new ();
  g_autoptr (GBytes) body = NULL;
  MinipayHttpResponse *reply;

  minipay_params_set_string (params, "return_code", return_code);
  minipay_params_set_string (params, "return_msg", return_msg);
  body = minipay_params_to_xml (params, "xml", NULL);
  reply = minipay_http_response_new (200, body);
  minipay_http_response_add_header (reply, "Content-Type", "text/xml");
  return reply;
}

MinipayHttpResponse *
wechat_xml_acknowledge (MinipayExchange *x, gboolean accepted, GError **error)
{
  return accepted ? xml_new_reply ("SUCCESS", "OK") : xml_new_reply ("FAIL", "refused");
}

gboolean
wechat_xml_read_number (
    const MinipayParams *params, const char *name, gboolean is_required, const char **value, GError **error)
{
  const gboolean is_ours = g_str_has_prefix (name, "out_");
  const gsize max_length = g_str_has_prefix (name, "out_refund_no") ? REFUND_MAX_BYTES : NUMBER_MAX_BYTES;
  const char *text = minipay_params_lookup (params, name);
  gsize length = text != NULL ? strlen (text) : 0;

  *value = text;
  if (text == NULL && is_required)
    return minipay_params_require (params, name, error) != NULL;
  if (text == NULL)
    return TRUE;
  if (length <= max_length && strspn (text, is_ours ? LETTERS_AND_DIGITS "_-|*@" : LETTERS_AND_DIGITS) == length)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PROTOCOL,
               "%s has other characters, or more than %" G_GSIZE_FORMAT ", than such numbers have",
               name,
               max_length);
  return FALSE;
}

gboolean
wechat_xml_read_money (const MinipayParams *params,
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
