/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-certificates.h"

#include "wechat-message.h"
#include "wechat-suite.h"

MinipayHttpRequest *
wechat_certificates_build (MinipayExchange *x, gconstpointer data, GError **error)
{
  g_autofree char *target = g_strconcat (data, wechat_suite_get (x)->certificates_query, NULL);

  return wechat_message_new_request (x, "GET", target, NULL, error);
}

/* The answer is verified with a key trusted before: a first certificate is the merchant's to configure. */
GObject *
wechat_certificates_parse (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayJson) json = wechat_message_read_answer (x, answer, error);
  MinipayJsonNode list;

  if (json == NULL)
    return NULL;
  list = minipay_json_get_member (json, minipay_json_get_root (json), "data");
  if (minipay_json_get_kind (json, list) != MINIPAY_JSON_ARRAY || minipay_json_get_length (json, list) == 0) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "data is no list of certificates");
    return NULL;
  }
  for (MinipayJsonNode item = minipay_json_get_first (json, list); item != 0;
       item = minipay_json_get_next (json, item)) {
    const char *serial = minipay_json_require_string (json, item, "serial_no", error);
    MinipayJsonNode sealed =
        serial != NULL ? minipay_json_require_object (json, item, "encrypt_certificate", error) : 0;
    g_autoptr (GBytes) certificate = sealed != 0 ? wechat_message_open_resource (x, json, sealed, error) : NULL;

    if (certificate == NULL || !minipay_exchange_trust (x, serial, certificate, error))
      return NULL;
  }
  return g_object_ref (G_OBJECT (minipay_exchange_get_config (x)));
}
