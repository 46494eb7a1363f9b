/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-message.h"

#include <string.h>

#include "wechat-suite.h"

#define PROBE_PREFIX "WECHATPAY/SIGNTEST/"
#define FRESHNESS_S  300

/* Every line of a signed text ends with a line feed, also the last, also the empty one. */
static void
message_append_line (GString *text, const char *line, gssize length)
{
  g_string_append_len (text, line, length);
  g_string_append_c (text, '\n');
}

char *
wechat_message_sign_lines (MinipayExchange *x, const char *const *lines, GError **error)
{
  g_autoptr (GString) text = g_string_sized_new (512);

  for (; *lines != NULL; lines++)
    message_append_line (text, *lines, -1);
  return minipay_exchange_sign (x, wechat_suite_get (x)->scheme, "private-key", text->str, text->len, error);
}

/* What of an address is signed: the path and the query, as they are sent. */
static const char *
message_get_path (const char *target)
{
  const char *host = target[0] != '/' ? strstr (target, "://") : NULL;
  const char *path = host != NULL ? strchr (host + strlen ("://"), '/') : target;

  return path != NULL ? path : "/";
}

static char *
message_dup_authorization (MinipayExchange *x, const char *method, const char *target, GBytes *body, GError **error)
{
  MinipayAccountConfig *config = minipay_exchange_get_config (x);
  const char *nonce = minipay_exchange_get_nonce (x);
  g_autofree char *timestamp = g_strdup_printf ("%" G_GINT64_FORMAT, minipay_exchange_get_now (x));
  g_autofree char *signature = NULL;
  g_autoptr (GString) text = g_string_sized_new (1024);
  gsize n_body = 0;
  const char *body_data = body != NULL ? g_bytes_get_data (body, &n_body) : "";

  message_append_line (text, method, -1);
  message_append_line (text, message_get_path (target), -1);
  message_append_line (text, timestamp, -1);
  message_append_line (text, nonce, -1);
  message_append_line (text, body_data, (gssize) n_body);
  signature = minipay_exchange_sign (x, wechat_suite_get (x)->scheme, "private-key", text->str, text->len, error);
  if (signature == NULL)
    return NULL;
  return g_strdup_printf ("%s mchid=\"%s\",nonce_str=\"%s\",timestamp=\"%s\",serial_no=\"%s\",signature=\"%s\"",
                          wechat_suite_get (x)->name,
                          minipay_account_config_get_string (config, "mchid"),
                          nonce,
                          timestamp,
                          minipay_account_config_get_string (config, "merchant-serial"),
                          signature);
}

MinipayHttpRequest *
wechat_message_new_request (
    MinipayExchange *x, const char *method, const char *target, GBytes *body, GError **error)
{
  g_autofree char *authorization = message_dup_authorization (x, method, target, body, error);
  g_autofree char *key_id = NULL;
  MinipayHttpRequest *request;

  if (authorization == NULL)
    return NULL;
  request = minipay_http_request_new (method, target, body);
  minipay_http_request_add_header (request, "Accept", "application/json");
  if (body != NULL)
    minipay_http_request_add_header (request, "Content-Type", "application/json");
  minipay_http_request_add_header (request, "Authorization", authorization);
  key_id = wechat_suite_dup_key_id (x);
  if (key_id != NULL)
    minipay_http_request_add_header (request, "Wechatpay-Serial", key_id);
  return request;
}

/* Headers once, freshness, key by exact id, signature over the raw bytes: in this order. */
static gboolean
message_verify (MinipayExchange *x, MinipayHeaders *headers, GBytes *body, gboolean *is_probe, GError **error)
{
  const MinipayError missing = MINIPAY_ERROR_SIGNATURE_INVALID;
  const char *timestamp = minipay_headers_require (headers, "Wechatpay-Timestamp", missing, error);
  const char *nonce =
      timestamp != NULL ? minipay_headers_require (headers, "Wechatpay-Nonce", missing, error) : NULL;
  const char *key_id = nonce != NULL ? minipay_headers_require (headers, "Wechatpay-Serial", missing, error) : NULL;
  const char *signature =
      key_id != NULL ? minipay_headers_require (headers, "Wechatpay-Signature", missing, error) : NULL;
  g_autoptr (GString) text = NULL;
  g_autoptr (GError) local_error = NULL;
  gsize n_body = 0;
  const char *body_data = body != NULL ? g_bytes_get_data (body, &n_body) : "";
  gint64 seconds;

  *is_probe = FALSE;
  if (signature == NULL)
    return FALSE;
  if (!minipay_time_parse_seconds (timestamp, &seconds)) {
    g_set_error (error, MINIPAY_ERROR, missing, "Wechatpay-Timestamp is not a whole number of seconds");
    return FALSE;
  }
  if (ABS (seconds - minipay_exchange_get_now (x)) > FRESHNESS_S) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_STALE,
                 "signed %" G_GINT64_FORMAT " seconds from this machine's clock, allowed are %d",
                 seconds - minipay_exchange_get_now (x),
                 FRESHNESS_S);
    return FALSE;
  }
  text = g_string_sized_new (n_body + 128);
  message_append_line (text, timestamp, -1);
  message_append_line (text, nonce, -1);
  message_append_line (text, body_data, (gssize) n_body);
  if (minipay_exchange_verify (
          x, wechat_suite_get (x)->scheme, key_id, text->str, text->len, signature, &local_error))
    return TRUE;

  /* a label on what was refused already, never a way in */
  *is_probe = g_str_has_prefix (signature, PROBE_PREFIX);
  if (*is_probe)
    g_set_error (error,
                 MINIPAY_ERROR,
                 missing,
                 "the gateway probes whether wrong signatures are refused (" PROBE_PREFIX "): this one was");
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* A refusal is not signed: it is read for its words, and settles nothing. */
void
wechat_message_refuse (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  const guint status = minipay_http_response_get_status (answer);
  GBytes *body = minipay_http_response_get_body (answer);
  g_autoptr (MinipayJson) json = body != NULL ? minipay_json_parse (body, NULL) : NULL;
  const char *word = NULL;
  const char *message = NULL;

  if (json != NULL) {
    MinipayJsonNode root = minipay_json_get_root (json);

    word = minipay_json_get_string (json, minipay_json_get_member (json, root, "code"));
    message = minipay_json_get_string (json, minipay_json_get_member (json, root, "message"));
  }
  /* below 400 an unsigned word refuses nothing */
  if (status >= 400 && minipay_exchange_refuse_known (x, word, message, error))
    return;
  if (status >= 500)
    minipay_exchange_refuse (x, MINIPAY_ERROR_OUTCOME_UNKNOWN, word, message, "query, or repeat unchanged", error);
  else if (status == 429)
    minipay_exchange_refuse (x, MINIPAY_ERROR_RATE_LIMITED, word, message, "repeat later, unchanged", error);
  else if (status == 401)
    minipay_exchange_refuse (
        x, MINIPAY_ERROR_AUTH, word, message, "check private-key, merchant-serial and the clock", error);
  else if (status >= 400 && word != NULL)
    minipay_exchange_refuse (x, MINIPAY_ERROR_REFUSED, word, message, NULL, error);
  else
    minipay_exchange_refuse (
        x, MINIPAY_ERROR_PROTOCOL, word, "an answer that is neither success nor refusal", NULL, error);
}

/* TRUE for a verified answer of that status; FALSE without an error when the exchange is pending. */
static gboolean
message_accept (MinipayExchange *x, MinipayHttpResponse *answer, guint status, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gboolean is_probe;

  if (minipay_http_response_get_status (answer) != status) {
    wechat_message_refuse (x, answer, error);
    return FALSE;
  }
  if (message_verify (x,
                      minipay_http_response_get_headers (answer),
                      minipay_http_response_get_body (answer),
                      &is_probe,
                      &local_error))
    return TRUE;
  if (is_probe)
    minipay_exchange_pending (x, local_error->message, 0);
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

MinipayJson *
wechat_message_read_answer (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  GBytes *body = minipay_http_response_get_body (answer);

  if (!message_accept (x, answer, 200, error))
    return NULL;
  if (body != NULL)
    return minipay_json_parse (body, error);
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the answer is empty");
  return NULL;
}

gboolean
wechat_message_check_done (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  return message_accept (x, answer, 204, error);
}

const char *
wechat_message_read_digest (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  MinipayHeaders *headers = minipay_http_response_get_headers (answer);
  const char *sha1 =
      minipay_headers_require (headers, "Wechatpay-Statement-Sha1", MINIPAY_ERROR_SIGNATURE_INVALID, error);
  g_autofree char *text = NULL;
  g_autoptr (GBytes) signed_text = NULL;
  gboolean is_probe;

  if (sha1 == NULL)
    return NULL;
  text = g_strdup_printf ("{\"sha1\":\"%s\"}", sha1);
  signed_text = g_bytes_new (text, strlen (text));
  return message_verify (x, headers, signed_text, &is_probe, error) ? sha1 : NULL;
}

GBytes *
wechat_message_open_resource (MinipayExchange *x, const MinipayJson *json, MinipayJsonNode resource, GError **error)
{
  const WechatSuite *suite = wechat_suite_get (x);
  const char *algorithm = minipay_json_require_string (json, resource, "algorithm", error);
  const char *nonce = algorithm != NULL ? minipay_json_require_string (json, resource, "nonce", error) : NULL;
  const char *ciphertext = nonce != NULL ? minipay_json_require_string (json, resource, "ciphertext", error) : NULL;
  const char *associated_data = NULL;

  if (ciphertext == NULL || !minipay_json_read_string (json, resource, "associated_data", &associated_data, error))
    return NULL;
  if (strcmp (algorithm, suite->resource_name) != 0) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "resource is sealed with another algorithm than %s",
                 suite->resource_name);
    return NULL;
  }
  return minipay_exchange_decrypt (x, suite->resource, "api-v3-key", nonce, associated_data, ciphertext, error);
}

GBytes *
wechat_message_open_notification (
    MinipayExchange *x, MinipayHttpRequest *incoming, char **event_type, char **original_type, GError **error)
{
  GBytes *body = minipay_http_request_get_body (incoming);
  g_autoptr (MinipayJson) json = NULL;
  g_autoptr (GBytes) plain = NULL;
  MinipayJsonNode root, resource;
  const char *event, *original, *id;
  gboolean is_probe;

  if (!message_verify (x, minipay_http_request_get_headers (incoming), body, &is_probe, error))
    return NULL;
  if (body == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the notification is empty");
    return NULL;
  }
  json = minipay_json_parse (body, error);
  if (json == NULL)
    return NULL;
  root = minipay_json_get_root (json);
  resource = minipay_json_require_object (json, root, "resource", error);
  id = resource != 0 ? minipay_json_require_string (json, root, "id", error) : NULL;
  event = id != NULL ? minipay_json_require_string (json, root, "event_type", error) : NULL;
  original = event != NULL ? minipay_json_require_string (json, resource, "original_type", error) : NULL;
  if (original == NULL)
    return NULL;
  plain = wechat_message_open_resource (x, json, resource, error);
  if (plain == NULL)
    return NULL;
  minipay_exchange_set_event_id (x, id);
  *event_type = g_strdup (event);
  *original_type = g_strdup (original);
  return g_steal_pointer (&plain);
}

MinipayHttpResponse *
wechat_message_acknowledge (MinipayExchange *x, gboolean accepted, GError **error)
{
  static const char yes[] = "{\"code\":\"SUCCESS\",\"message\":\"OK\"}";
  static const char no[] = "{\"code\":\"FAIL\",\"message\":\"refused\"}";
  g_autoptr (GBytes) body =
      accepted ? g_bytes_new_static (yes, sizeof yes - 1) : g_bytes_new_static (no, sizeof no - 1);
  MinipayHttpResponse *reply = minipay_http_response_new (accepted ? 200 : 500, body);

  minipay_http_response_add_header (reply, "Content-Type", "application/json");
  return reply;
}
