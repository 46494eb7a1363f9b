/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "support/test-exchange.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "core/minipay-error.h"
#include "provider/minipay-call-request-private.h"
#include "provider/minipay-error-table-private.h"
#include "provider/minipay-limits-private.h"
#include "provider/minipay-manifest-private.h"
#include "provider/minipay-provider-info-private.h"

/* --- Material --- */

static JsonObject *
vectors_get (void)
{
  static JsonParser *parser;
  g_autoptr (GError) error = NULL;

  if (parser == NULL) {
    g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "fixtures", "vectors.json", NULL);

    parser = json_parser_new_immutable ();
    json_parser_load_from_file (parser, path, &error);
    g_assert_no_error (error);
  }
  return json_node_get_object (json_parser_get_root (parser));
}

const char *
minipay_test_key_text (const char *name)
{
  JsonObject *keys = json_object_get_object_member (vectors_get (), "keys");

  g_assert_true (json_object_has_member (keys, name));
  return json_object_get_string_member (json_object_get_object_member (keys, name), "value");
}

static JsonObject *
vector_find (const char *id)
{
  JsonArray *vectors = json_object_get_array_member (vectors_get (), "vectors");

  for (guint i = 0; i < json_array_get_length (vectors); i++) {
    JsonObject *vector = json_array_get_object_element (vectors, i);

    if (strcmp (json_object_get_string_member (vector, "id"), id) == 0)
      return vector;
  }
  g_error ("vectors.json has no %s", id);
}

const char *
minipay_test_vector (const char *id, const char *member)
{
  return json_object_get_string_member (vector_find (id), member);
}

const char *
minipay_test_vector_header (const char *id, const char *header)
{
  return json_object_get_string_member (json_object_get_object_member (vector_find (id), "headers"), header);
}

static char *folder_path;

static void
folder_remove (void)
{
  g_autoptr (GDir) folder = g_dir_open (folder_path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *path = g_build_filename (folder_path, name, NULL);

    g_remove (path);
  }
  g_rmdir (folder_path);
  g_clear_pointer (&folder_path, g_free);
}

const char *
minipay_test_folder (void)
{
  g_autoptr (GError) error = NULL;

  if (folder_path == NULL) {
    folder_path = g_dir_make_tmp ("minipay-test-XXXXXX", &error);
    g_assert_no_error (error);
    atexit (folder_remove);
  }
  return folder_path;
}

void
minipay_test_write (const char *name, const char *text, int mode)
{
  g_autofree char *path = g_build_filename (minipay_test_folder (), name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
}

/* --- Accounts --- */

static GBytes *
test_read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *contents = NULL;
  gsize length;

  g_file_get_contents (path, &contents, &length, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (contents, length);
}

/* In the source tree what several providers share does not lie beside each manifest yet. */
static char *
test_find_errors (const char *provider_id, const char *name)
{
  g_autofree char *own = g_test_build_filename (G_TEST_DIST, "..", "..", "plugins", provider_id, name, NULL);

  if (g_file_test (own, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&own);
  return g_test_build_filename (G_TEST_DIST, "..", "..", "plugins", "wechat-common", name, NULL);
}

MinipayProviderInfo *
minipay_test_info_new (const char *provider_id)
{
  g_autofree char *file = g_strconcat (provider_id, ".provider", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "..", "plugins", provider_id, file, NULL);
  g_autoptr (GBytes) text = test_read_file (path);
  g_autoptr (GError) error = NULL;
  MinipayManifest *manifest = minipay_manifest_parse (path, provider_id, text, &error);

  g_assert_no_error (error);
  manifest->errors = minipay_error_table_new ();
  for (char **p = manifest->error_files; p != NULL && *p != NULL; p++) {
    g_autofree char *errors_path = test_find_errors (provider_id, *p);
    g_autoptr (GBytes) errors = test_read_file (errors_path);

    minipay_error_table_read (manifest->errors, errors_path, errors, &error);
    g_assert_no_error (error);
  }
  return minipay_provider_info_new (manifest);
}

static void
settings_add (GHashTable *settings, const char *const *pairs)
{
  for (; pairs != NULL && *pairs != NULL; pairs += 2) {
    const char *value = pairs[1];

    if (value == NULL) {
      g_hash_table_remove (settings, pairs[0]);
    } else if (g_str_has_prefix (value, "fixture:")) {
      const char *name = value + strlen ("fixture:");

      minipay_test_write (name, minipay_test_key_text (name), 0600);
      g_hash_table_replace (settings, g_strdup (pairs[0]), g_strconcat ("file:", name, NULL));
    } else {
      g_hash_table_replace (settings, g_strdup (pairs[0]), g_strdup (value));
    }
  }
}

GHashTable *
minipay_test_settings_new (const char *const *pairs)
{
  GHashTable *settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  settings_add (settings, pairs);
  return settings;
}

MinipayAccountConfig *
minipay_test_config_new (MinipayProviderInfo *info, GHashTable *settings, GError **error)
{
  return minipay_account_config_new (info, "tea-shop", settings, minipay_test_folder (), error);
}

static gint64
test_now (gpointer data)
{
  return ((MinipayTestExchange *) data)->now;
}

static gboolean
test_nonce (gpointer data, char out[MINIPAY_NONCE_LENGTH + 1], GError **error)
{
  MinipayTestExchange *self = data;

  g_assert_cmpuint (strlen (self->nonces), >=, MINIPAY_NONCE_LENGTH);
  memcpy (out, self->nonces, MINIPAY_NONCE_LENGTH);
  out[MINIPAY_NONCE_LENGTH] = '\0';
  if (strlen (self->nonces) >= 2 * MINIPAY_NONCE_LENGTH)
    self->nonces += MINIPAY_NONCE_LENGTH;
  return TRUE;
}

MinipayTestExchange *
minipay_test_exchange_new (const char *provider_id,
                           GType type,
                           const char *const *settings,
                           const char *const *changes)
{
  MinipayTestExchange *self = g_new0 (MinipayTestExchange, 1);
  g_autoptr (GHashTable) all = minipay_test_settings_new (settings);
  g_autoptr (GError) error = NULL;

  settings_add (all, changes);
  self->info = minipay_test_info_new (provider_id);
  self->config = minipay_test_config_new (self->info, all, &error);
  g_assert_no_error (error);
  if (type != G_TYPE_INVALID) {
    self->provider = MINIPAY_PAYMENT_PROVIDER (g_object_new (type, NULL));
    MINIPAY_PAYMENT_PROVIDER_GET_IFACE (self->provider)->configure (self->provider, self->config, &error);
    g_assert_no_error (error);
  }
  self->environment = (MinipayEnvironment){ test_now, test_nonce, self };
  self->now = 1554208460;
  self->nonces = "593BEC0C930BF1AFEB40B4A08C8FB242";
  return self;
}

void
minipay_test_exchange_free (MinipayTestExchange *self)
{
  g_clear_object (&self->exchange);
  g_clear_object (&self->provider);
  g_clear_object (&self->config);
  g_clear_object (&self->info);
  g_free (self);
}

/* --- Exchanges --- */

static void
test_exchange_start (MinipayTestExchange *self, MinipayOperation operation, gpointer subject, MinipayWallet wallet)
{
  g_assert_nonnull (self->provider);
  g_clear_object (&self->exchange);
  self->exchange = minipay_exchange_new (
      self->provider, self->info, self->config, operation, subject, wallet, &self->environment);
}

gboolean
minipay_test_exchange_create (MinipayTestExchange *self, MinipayOrder *order, GError **error)
{
  MinipayWallet wallet = MINIPAY_WALLET_ANY;

  if (!minipay_limits_check_operation (self->info, self->config, "create", error) ||
      !minipay_limits_check_order (self->info, self->config, order, self->now, &wallet, error))
    return FALSE;
  test_exchange_start (self, MINIPAY_OPERATION_CREATE, order, wallet);
  return minipay_exchange_begin (self->exchange, error);
}

gboolean
minipay_test_exchange_query (MinipayTestExchange *self, MinipayPaymentRef *ref, GError **error)
{
  if (!minipay_limits_check_operation (self->info, self->config, "query", error) ||
      !minipay_limits_check_ref (self->info, self->config, "query", ref, error))
    return FALSE;
  test_exchange_start (self, MINIPAY_OPERATION_QUERY, ref, MINIPAY_WALLET_ANY);
  return minipay_exchange_begin (self->exchange, error);
}

static gboolean
test_check_subject (MinipayTestExchange *self, const char *name, gpointer subject, GError **error)
{
  if (MINIPAY_IS_PAYMENT_REF (subject))
    return minipay_limits_check_ref (self->info, self->config, name, subject, error);
  if (MINIPAY_IS_REFUND_REQUEST (subject))
    return minipay_limits_check_refund (self->info, self->config, subject, error);
  if (MINIPAY_IS_REFUND_REF (subject))
    return minipay_limits_check_refund_ref (self->info, self->config, subject, error);
  return minipay_limits_check_extras (minipay_provider_info_get_manifest (self->info),
                                      self->config,
                                      name,
                                      NULL,
                                      minipay_call_request_get_params (subject),
                                      error);
}

gboolean
minipay_test_exchange_ask (MinipayTestExchange *self, MinipayOperation operation, GObject *subject, GError **error)
{
  const char *name = operation == MINIPAY_OPERATION_CALL
                         ? minipay_call_request_get_name (MINIPAY_CALL_REQUEST (subject))
                         : minipay_operation_to_string (operation);

  if (!minipay_limits_check_operation (self->info, self->config, name, error) ||
      !test_check_subject (self, name, subject, error))
    return FALSE;
  test_exchange_start (self, operation, subject, MINIPAY_WALLET_ANY);
  return minipay_exchange_begin (self->exchange, error);
}

gboolean
minipay_test_exchange_call (MinipayTestExchange *self, const char *name, const char *params, GError **error)
{
  g_autoptr (MinipayCallRequest) request =
      minipay_call_request_new (name, params != NULL ? g_variant_new_parsed (params) : NULL);

  return minipay_test_exchange_ask (self, MINIPAY_OPERATION_CALL, G_OBJECT (request), error);
}

static GBytes *
body_new (const char *body)
{
  return body != NULL ? g_bytes_new (body, strlen (body)) : NULL;
}

gboolean
minipay_test_exchange_answer (
    MinipayTestExchange *self, guint status, const char *const *headers, const char *body, GError **error)
{
  g_autoptr (GBytes) bytes = body_new (body);
  g_autoptr (MinipayHttpResponse) answer = minipay_http_response_new (status, bytes);

  for (; headers != NULL && *headers != NULL; headers += 2)
    minipay_http_response_add_header (answer, headers[0], headers[1]);
  return minipay_exchange_resume (self->exchange, answer, error);
}

gboolean
minipay_test_exchange_receive (MinipayTestExchange *self, MinipayHttpRequest *incoming, GError **error)
{
  test_exchange_start (self, MINIPAY_OPERATION_RECEIVE, NULL, MINIPAY_WALLET_ANY);
  return minipay_exchange_receive (self->exchange, incoming, error);
}

MinipayHttpRequest *
minipay_test_incoming_new (const char *const *headers, const char *body)
{
  g_autoptr (GBytes) bytes = body_new (body);
  MinipayHttpRequest *incoming = minipay_http_request_new ("POST", "/notify/tea-shop", bytes);

  minipay_http_request_add_header (incoming, "Content-Type", "application/json");
  for (; headers != NULL && *headers != NULL; headers += 2)
    minipay_http_request_add_header (incoming, headers[0], headers[1]);
  return incoming;
}

MinipayCheckout *
minipay_test_exchange_get_checkout (MinipayTestExchange *self)
{
  GObject *result = minipay_exchange_get_result (self->exchange);

  g_assert_true (MINIPAY_IS_CHECKOUT (result));
  return MINIPAY_CHECKOUT (result);
}

MinipayPayment *
minipay_test_exchange_get_payment (MinipayTestExchange *self)
{
  GObject *result = minipay_exchange_get_result (self->exchange);

  g_assert_true (MINIPAY_IS_PAYMENT (result));
  return MINIPAY_PAYMENT (result);
}

MinipayRefund *
minipay_test_exchange_get_refund (MinipayTestExchange *self)
{
  GObject *result = minipay_exchange_get_result (self->exchange);

  g_assert_true (MINIPAY_IS_REFUND (result));
  return MINIPAY_REFUND (result);
}

MinipayReport *
minipay_test_exchange_get_report (MinipayTestExchange *self)
{
  GObject *result = minipay_exchange_get_result (self->exchange);

  g_assert_true (MINIPAY_IS_REPORT (result));
  return MINIPAY_REPORT (result);
}

/* --- What came out --- */

static char *
bytes_dup_text (GBytes *bytes)
{
  return bytes != NULL ? g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) : NULL;
}

void
minipay_test_assert_request (MinipayTestExchange *self, const char *method, const char *target, const char *body)
{
  MinipayHttpRequest *request = minipay_exchange_get_request (self->exchange);
  g_autofree char *sent = NULL;

  g_assert_nonnull (request);
  sent = bytes_dup_text (minipay_http_request_get_body (request));
  g_assert_cmpstr (minipay_http_request_get_method (request), ==, method);
  g_assert_cmpstr (minipay_http_request_get_target (request), ==, target);
  g_assert_cmpstr (sent, ==, body);
}

void
minipay_test_assert_header (MinipayTestExchange *self, const char *name, const char *value)
{
  MinipayHttpRequest *request = minipay_exchange_get_request (self->exchange);
  guint count = 0;

  g_assert_nonnull (request);
  g_assert_cmpstr (minipay_headers_lookup (minipay_http_request_get_headers (request), name, &count), ==, value);
  g_assert_cmpuint (count, ==, value != NULL ? 1 : 0);
}

void
minipay_test_assert_params (MinipayTestExchange *self, MinipayRuntime runtime, const char *const *pairs)
{
  g_autoptr (GHashTable) params = NULL;
  g_autoptr (GError) error = NULL;
  guint n_pairs = 0;

  params = minipay_checkout_dup_params (minipay_test_exchange_get_checkout (self), runtime, &error);
  g_assert_no_error (error);
  for (; *pairs != NULL; pairs += 2, n_pairs++)
    g_assert_cmpstr (g_hash_table_lookup (params, pairs[0]), ==, pairs[1]);
  g_assert_cmpuint (g_hash_table_size (params), ==, n_pairs);
}

void
minipay_test_assert_reply (
    MinipayTestExchange *self, gboolean accepted, guint status, const char *content_type, const char *body)
{
  g_autoptr (MinipayHttpResponse) reply = NULL;
  g_autofree char *said = NULL;
  g_autoptr (GError) error = NULL;
  guint count = 0;

  reply = minipay_exchange_acknowledge (self->exchange, accepted, NULL, &error);
  g_assert_no_error (error);
  said = bytes_dup_text (minipay_http_response_get_body (reply));
  g_assert_cmpuint (minipay_http_response_get_status (reply), ==, status);
  g_assert_cmpstr (said, ==, body);
  g_assert_cmpstr (
      minipay_headers_lookup (minipay_http_response_get_headers (reply), "Content-Type", &count), ==, content_type);
  g_assert_cmpuint (count, ==, 1);
}

void
minipay_test_assert_open (const GError *error)
{
  g_assert_nonnull (error);
  if (!g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_OUTCOME_UNKNOWN) &&
      !g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL) &&
      !g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID) &&
      !g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_STALE))
    g_error ("this error settles the outcome: code %d: %s", error->code, error->message);
}

char *
minipay_test_replace (const char *text, const char *old, const char *replacement)
{
  const char *found = strstr (text, old);

  g_assert_nonnull (found);
  return g_strdup_printf ("%.*s%s%s", (int) (found - text), text, replacement, found + strlen (old));
}
