/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-call.h"

#include <string.h>

#include "wechat-message.h"
#include "wechat-party.h"
#include "wechat-suite.h"

static gboolean
call_has_in_path (const WechatCall *call, const char *name)
{
  g_autofree char *place = g_strconcat ("{", name, "}", NULL);

  return strstr (call->path, place) != NULL;
}

/* A parameter as an address has it; NULL with INVALID for lists and the like. */
static char *
call_dup_text (const char *name, GVariant *value, GError **error)
{
  g_autofree char *number = NULL;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return minipay_uri_escape (g_variant_get_string (value, NULL));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return g_strdup_printf ("%" G_GINT64_FORMAT, g_variant_get_int64 (value));
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INVALID,
               "%s is of type %s, allowed in an address are texts and whole numbers (x)",
               name,
               g_variant_get_type_string (value));
  return NULL;
}

/* The path with its places filled. */
static GString *
call_new_path (const WechatCall *call, GVariant *params, GError **error)
{
  g_autoptr (GString) path = g_string_new (call->path);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, params);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value)) {
    g_autoptr (GVariant) owned = value;
    g_autofree char *place = g_strconcat ("{", name, "}", NULL);
    g_autofree char *text = NULL;

    if (!call_has_in_path (call, name))
      continue;
    text = call_dup_text (name, value, error);
    if (text == NULL)
      return NULL;
    g_string_replace (path, place, text, 1);
  }
  if (strchr (path->str, '{') == NULL)
    return g_steal_pointer (&path);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INVALID,
               "the number that stands in the address %s is missing",
               call->path);
  return NULL;
}

static gboolean
call_append_params (const WechatCall *call, GVariant *params, GString *target, GError **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, params);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value)) {
    g_autoptr (GVariant) owned = value;
    g_autofree char *text = NULL;

    if (call_has_in_path (call, name))
      continue;
    text = call_dup_text (name, value, error);
    if (text == NULL)
      return FALSE;
    g_string_append_printf (target, "%c%s=%s", strchr (target->str, '?') == NULL ? '?' : '&', name, text);
  }
  return TRUE;
}

static void
call_append_party (MinipayExchange *x, const WechatCall *call, GString *target)
{
  const char *sub_mchid = wechat_party_find_setting (x, "sub-mchid");
  g_autofree char *party = call->party == WECHAT_CALL_WHOLE_PARTY ? wechat_party_dup_query (x) : NULL;
  const char mark = strchr (target->str, '?') == NULL ? '?' : '&';

  if (party != NULL)
    g_string_append_printf (target, "%c%s", mark, party);
  else if (call->party != WECHAT_CALL_NOBODY && sub_mchid != NULL)
    g_string_append_printf (target, "%csub_mchid=%s", mark, sub_mchid);
}

static GBytes *
call_new_body (MinipayExchange *x, const WechatCall *call, GVariant *params, GError **error)
{
  static const char *const nothing[] = { NULL };
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  g_autoptr (GVariant) sealed = wechat_suite_seal (x, params, call->sealed != NULL ? call->sealed : nothing, error);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (sealed == NULL)
    return NULL;
  minipay_json_writer_begin_object (writer, NULL);
  if (call->party == WECHAT_CALL_SUB_PARTY) {
    minipay_json_writer_add_string (writer, "appid", minipay_exchange_get_setting (x, "appid"));
    minipay_json_writer_add_string (writer, "sub_appid", wechat_party_find_setting (x, "sub-appid"));
  }
  if (call->party == WECHAT_CALL_SUB_PARTY || call->party == WECHAT_CALL_SUB_MCHID)
    minipay_json_writer_add_string (writer, "sub_mchid", wechat_party_find_setting (x, "sub-mchid"));
  g_variant_iter_init (&iter, sealed);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value)) {
    g_autoptr (GVariant) owned = value;

    if (!call_has_in_path (call, name))
      minipay_json_writer_add_variant (writer, name, value);
  }
  minipay_json_writer_end_object (writer);
  return minipay_json_writer_finish (writer, error);
}

MinipayHttpRequest *
wechat_call_build (MinipayExchange *x, gconstpointer data, GError **error)
{
  const WechatCall *call = data;
  const gboolean is_get = strcmp (call->method, "GET") == 0;
  GVariant *given = minipay_exchange_get_extras (x);
  g_autoptr (GVariant) params = given != NULL
                                    ? g_variant_ref (given)
                                    : g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  g_autoptr (GString) target = call_new_path (call, params, error);
  g_autoptr (GBytes) body = NULL;

  if (target == NULL || (is_get && !call_append_params (call, params, target, error)))
    return NULL;
  if (is_get)
    call_append_party (x, call, target);
  else
    body = call_new_body (x, call, params, error);
  if (!is_get && body == NULL)
    return NULL;
  return wechat_message_new_request (x, call->method, target->str, body, error);
}

static GObject *
call_new_report (const char *name, const MinipayJson *json, GBytes *text, GError **error)
{
  const MinipayJsonNode root = minipay_json_get_root (json);
  g_autoptr (GVariant) values = NULL;

  if (minipay_json_get_kind (json, root) != MINIPAY_JSON_OBJECT) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the message is no JSON object");
    return NULL;
  }
  values = minipay_json_dup_variant (json, root);
  return G_OBJECT (minipay_report_new_from_values (name, values, text));
}

GObject *
wechat_call_parse (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayJson) json = wechat_message_read_answer (x, answer, error);

  return json != NULL
             ? call_new_report (minipay_exchange_get_name (x), json, minipay_http_response_get_body (answer), error)
             : NULL;
}

GObject *
wechat_call_parse_event (const char *name, GBytes *plain, GError **error)
{
  g_autoptr (MinipayJson) json = minipay_json_parse (plain, error);

  return json != NULL ? call_new_report (name, json, plain, error) : NULL;
}
