/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-xml.h"

#include <string.h>

#include "wechat-params.h"

#define KEY       "api-key"
#define SIGN_TYPE "sign-type"

#define LETTERS_AND_DIGITS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define NUMBER_MAX_BYTES   32

MinipayHttpRequest *
wechat_xml_new_request (MinipayExchange *x, const char *path, MinipayParams *params, GError **error)
{
  g_autofree char *sign = NULL;
  g_autoptr (GBytes) body = NULL;
  MinipayHttpRequest *request;

  minipay_params_set_string (params, "appid", minipay_exchange_get_setting (x, "appid"));
  minipay_params_set_string (params, "mch_id", minipay_exchange_get_setting (x, "mchid"));
  minipay_params_set_string (params, "nonce_str", minipay_exchange_get_nonce (x));
  minipay_params_set_string (params, "sign_type", minipay_exchange_get_setting (x, SIGN_TYPE));
  sign = wechat_params_sign (x, params, wechat_params_get_scheme (x, SIGN_TYPE), KEY, error);
  if (sign == NULL)
    return NULL;
  minipay_params_set_string (params, "sign", sign);
  body = minipay_params_to_xml (params, "xml", error);
  if (body == NULL)
    return NULL;
  request = minipay_http_request_new ("POST", path, body);
  minipay_http_request_add_header (request, "Content-Type", "text/xml");
  return request;
}

static MinipayParams *
xml_parse (GBytes *body, GError **error)
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
  if (strcmp (minipay_xml_get_root_name (xml), "xml") != 0) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the root element is not xml");
    return NULL;
  }
  params = minipay_params_new ();
  for (guint i = 0; i < minipay_xml_get_length (xml); i++)
    minipay_params_set_string (params, minipay_xml_get_name (xml, i), minipay_xml_get_value (xml, i));
  return params;
}

static gboolean
xml_verify (MinipayExchange *x, const MinipayParams *params, GError **error)
{
  if (wechat_params_verify (
          x, params, wechat_params_get_scheme (x, SIGN_TYPE), KEY, minipay_params_lookup (params, "sign"), error))
    return TRUE;
  g_prefix_error (
      error, "sign does not fit " KEY " and " SIGN_TYPE "=%s: ", minipay_exchange_get_setting (x, SIGN_TYPE));
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

/* appid and mch_id are in every signed answer: another merchant's answer is none of ours. */
static gboolean
xml_check_parties (MinipayExchange *x, const MinipayParams *params, GError **error)
{
  static const struct {
    const char *name;
    const char *field;
  } parties[] = { { "appid", "appid" }, { "mch_id", "mchid" } };

  for (guint i = 0; i < G_N_ELEMENTS (parties); i++) {
    const char *asked = minipay_exchange_get_setting (x, parties[i].field);

    if (g_strcmp0 (minipay_params_lookup (params, parties[i].name), asked) == 0)
      continue;
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_MISMATCH,
                 "the answer has another %s than this account, which has \"%s\"",
                 parties[i].name,
                 asked);
    return FALSE;
  }
  return TRUE;
}

MinipayParams *
wechat_xml_read_answer (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  GBytes *body = minipay_exchange_require_body (x, answer, error);
  g_autoptr (MinipayParams) params = body != NULL ? xml_parse (body, error) : NULL;
  g_autoptr (GError) local_error = NULL;
  const char *word, *message;

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
  word = minipay_params_lookup (params, "err_code");
  message = minipay_params_lookup (params, "err_code_des");
  if (!xml_verify (x, params, &local_error)) {
    /* this one comes without a signature, and settles nothing anyhow */
    if (g_strcmp0 (word, "SYSTEMERROR") == 0 && minipay_params_lookup (params, "sign") == NULL)
      minipay_exchange_refuse_known (x, word, message, error);
    else
      g_propagate_error (error, g_steal_pointer (&local_error));
    return NULL;
  }
  if (!xml_check_parties (x, params, error))
    return NULL;
  if (xml_says_success (params, "result_code"))
    return g_steal_pointer (&params);
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
  return NULL;
}

MinipayParams *
wechat_xml_read_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  g_autoptr (MinipayParams) params = xml_parse (minipay_http_request_get_body (incoming), error);
  const char *wanted = minipay_exchange_get_setting (x, SIGN_TYPE);
  const char *named, *number;

  if (params == NULL)
    return NULL;
  named = minipay_params_lookup (params, "sign_type");
  /* the account says how messages are signed; what the message says can only contradict it */
  if (named != NULL && strcmp (named, wanted) != 0)
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_SIGNATURE_INVALID,
                 "sign_type is not the account's, which is %s",
                 wanted);
  else if (xml_verify (x, params, error))
    return g_steal_pointer (&params);
  if (wechat_xml_read_number (params, "out_trade_no", TRUE, &number, NULL))
    minipay_exchange_suggest_query (x, number);
  return NULL;
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
  const gboolean is_ours = strcmp (name, "out_trade_no") == 0;
  const char *text = minipay_params_lookup (params, name);
  gsize length = text != NULL ? strlen (text) : 0;

  *value = text;
  if (text == NULL && is_required)
    return minipay_params_require (params, name, error) != NULL;
  if (text == NULL)
    return TRUE;
  if (length <= NUMBER_MAX_BYTES &&
      strspn (text, is_ours ? LETTERS_AND_DIGITS "_-|*@" : LETTERS_AND_DIGITS) == length)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PROTOCOL,
               "%s has other characters, or more than %d, than such numbers have",
               name,
               NUMBER_MAX_BYTES);
  return FALSE;
}
