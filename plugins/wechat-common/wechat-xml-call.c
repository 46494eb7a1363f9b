/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-xml-call.h"

#include <string.h>

/* --- Parameters --- */

static gboolean
call_set_json (MinipayParams *params, const char *name, GVariant *value, GError **error)
{
  static const struct {
    const char *name;
    gsize max_length;
  } limits[] = { { "receivers", 10240 }, { "receiver", 2048 } };
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  g_autoptr (GBytes) json = NULL;
  g_autofree char *text = NULL;

  minipay_json_writer_add_variant (writer, NULL, value);
  json = minipay_json_writer_finish (writer, error);
  if (json == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++) {
    if (strcmp (name, limits[i].name) != 0 || g_bytes_get_size (json) <= limits[i].max_length)
      continue;
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "%s has %" G_GSIZE_FORMAT " bytes as JSON, allowed are %" G_GSIZE_FORMAT,
                 name,
                 g_bytes_get_size (json),
                 limits[i].max_length);
    return FALSE;
  }
  text = g_strndup (g_bytes_get_data (json, NULL), g_bytes_get_size (json));
  minipay_params_set_string (params, name, text);
  return TRUE;
}

static gboolean
call_set (MinipayParams *params, const char *name, GVariant *value, GError **error)
{
  gint64 number;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)) {
    minipay_params_set_string (params, name, g_variant_get_string (value, NULL));
    return TRUE;
  }
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return call_set_json (params, name, value, error);
  number = g_variant_get_int64 (value);
  if (number >= 0) {
    minipay_params_set_integer (params, name, number);
    return TRUE;
  }
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INVALID,
               "%s is %" G_GINT64_FORMAT ", allowed are whole numbers that are not below nothing",
               name,
               number);
  return FALSE;
}

static gboolean
call_check_one_of (const WechatXmlCall *call, const MinipayParams *params, GError **error)
{
  const char *first = call->one_of[0];
  const char *second = call->one_of[1];

  if (first == NULL ||
      (minipay_params_lookup (params, first) == NULL) != (minipay_params_lookup (params, second) == NULL))
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INVALID,
               "%s or %s must be given, this call has %s",
               first,
               second,
               minipay_params_lookup (params, first) == NULL ? "neither" : "both");
  return FALSE;
}

MinipayHttpRequest *
wechat_xml_build_call (MinipayExchange *x, gconstpointer data, GError **error)
{
  g_autoptr (MinipayParams) params = minipay_params_new ();
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, minipay_exchange_get_extras (x));
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value)) {
    g_autoptr (GVariant) owned = value;

    if (!call_set (params, name, owned, error))
      return NULL;
  }
  return call_check_one_of (data, params, error) ? wechat_xml_new_request (x, data, params, error) : NULL;
}

/* --- The answer --- */

/* What was asked as a number is told as one, so that the two can be compared. */
static GVariant *
call_read_value (
    MinipayExchange *x, const MinipayParams *params, const char *name, const char *text, GError **error)
{
  g_autoptr (GVariant) asked = g_variant_lookup_value (minipay_exchange_get_extras (x), name, G_VARIANT_TYPE_INT64);
  gboolean is_present;
  gint64 number;

  if (asked == NULL)
    return g_variant_new_string (text);
  if (!minipay_params_read_integer (params, name, 0, G_MAXINT64, &number, &is_present, error))
    return NULL;
  return g_variant_new_int64 (number);
}

GObject *
wechat_xml_parse_call (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  static const char *const envelope[] = { "return_code", "return_msg", "result_code", "err_code",
                                          "nonce_str",   "sign_type",  "sign",        NULL };
  g_autoptr (MinipayParams) params = wechat_xml_read_answer (x, data, answer, error);
  g_autoptr (GBytes) raw = params != NULL ? minipay_params_to_json (params, error) : NULL;
  g_autoptr (MinipayJson) json = raw != NULL ? minipay_json_parse (raw, error) : NULL;
  g_auto (GVariantDict) values = G_VARIANT_DICT_INIT (NULL);

  if (json == NULL)
    return NULL;
  for (MinipayJsonNode member = minipay_json_get_first (json, minipay_json_get_root (json)); member != 0;
       member = minipay_json_get_next (json, member)) {
    const char *name = minipay_json_get_name (json, member);
    GVariant *value;

    if (g_strv_contains (envelope, name))
      continue;
    value = call_read_value (x, params, name, minipay_json_get_string (json, member), error);
    if (value == NULL)
      return NULL;
    g_variant_dict_insert_value (&values, name, value);
  }
  return G_OBJECT (
      minipay_report_new_from_values (minipay_exchange_get_name (x), g_variant_dict_end (&values), raw));
}
