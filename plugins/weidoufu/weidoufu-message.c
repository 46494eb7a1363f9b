/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weidoufu-message.h"

#include <string.h>

static char *
message_sign (MinipayExchange *x, MinipayParams *params, GError **error)
{
  g_autofree char *sorted = NULL;
  g_autofree char *text = NULL;

  if (!minipay_params_check_unambiguous (params, error))
    return NULL;
  sorted = minipay_params_to_sorted_text (params, "sign");
  text = g_strconcat (sorted, "&secret_key=", NULL);
  return minipay_exchange_sign (x, MINIPAY_SCHEME_MD5, "secret-key", text, strlen (text), error);
}

MinipayHttpRequest *
weidoufu_message_new_post (MinipayExchange *x, const char *path, MinipayParams *params, GError **error)
{
  gboolean is_form = g_strcmp0 (minipay_exchange_get_setting (x, "body-format"), "form") == 0;
  g_autofree char *sign = message_sign (x, params, error);
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

gboolean
weidoufu_message_read_number (const MinipayJson *json,
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

static gboolean
message_has (const char *text, const char *const *words)
{
  for (; text != NULL && *words != NULL; words++)
    if (strstr (text, *words) != NULL)
      return TRUE;
  return FALSE;
}

const char *
weidoufu_message_get_text (const MinipayJson *json)
{
  MinipayJsonNode root = minipay_json_get_root (json);
  const char *text = minipay_json_get_string (json, minipay_json_get_member (json, root, "message"));

  return text != NULL ? text : minipay_json_get_string (json, minipay_json_get_member (json, root, "msg"));
}

gboolean
weidoufu_message_waits_for_buyer (const MinipayJson *json)
{
  static const char *const words[] = { "支付中", "密码", NULL };

  return message_has (weidoufu_message_get_text (json), words);
}

/* No list of error codes is published: there are the words alone. */
void
weidoufu_message_refuse (MinipayExchange *x, const MinipayJson *json, GError **error)
{
  static const char *const signature[] = { "签名", NULL };
  static const char *const paid[] = { "已支付", "支付成功", NULL };
  const MinipayOperation operation = minipay_exchange_get_operation (x);
  const char *text = weidoufu_message_get_text (json);

  if (message_has (text, signature))
    minipay_exchange_refuse (x, MINIPAY_ERROR_AUTH, "0", text, "check access-key and secret-key", error);
  else if (operation == MINIPAY_OPERATION_CREATE && message_has (text, paid))
    minipay_exchange_refuse (
        x, MINIPAY_ERROR_ALREADY_PAID, "0", text, "query the order, and never order anew", error);
  else if ((operation == MINIPAY_OPERATION_CREATE || operation == MINIPAY_OPERATION_REFUND) &&
           minipay_text_tells_trouble (text))
    minipay_exchange_refuse (x, MINIPAY_ERROR_OUTCOME_UNKNOWN, "0", text, "find out what became of it", error);
  else
    minipay_exchange_refuse_known (x, "0", text, error);
}

MinipayJson *
weidoufu_message_open (MinipayExchange *x, MinipayHttpResponse *answer, gboolean *is_good, GError **error)
{
  GBytes *body = minipay_exchange_require_body (x, answer, error);
  g_autoptr (MinipayJson) json = body != NULL ? minipay_json_parse (body, error) : NULL;
  MinipayJsonNode root;
  const char *name;
  gint64 code;

  if (json == NULL)
    return NULL;
  root = minipay_json_get_root (json);
  name = minipay_json_get_member (json, root, "code") != 0 ? "code" : "return_code";
  if (!weidoufu_message_read_number (json, root, name, 0, 1, &code, error))
    return NULL;
  *is_good = code == 1;
  return g_steal_pointer (&json);
}

MinipayJson *
weidoufu_message_read_answer (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  gboolean is_good = FALSE;
  g_autoptr (MinipayJson) json = weidoufu_message_open (x, answer, &is_good, error);

  if (json != NULL && is_good)
    return g_steal_pointer (&json);
  if (json != NULL)
    weidoufu_message_refuse (x, json, error);
  return NULL;
}
