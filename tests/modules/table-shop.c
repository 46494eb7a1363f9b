/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "table-shop.h"

#include <string.h>

static char *zoo_root;

static void
shop_init_at (TableShop *shop, const char *provider, const char *mode, const char *endpoint)
{
  g_autoptr (MinipayRegistry) registry = minipay_registry_new_for_path (zoo_root);
  g_autoptr (GVariantBuilder) settings = g_variant_builder_new (G_VARIANT_TYPE ("a{ss}"));
  g_autoptr (GError) error = NULL;

  *shop = (TableShop){ .server = raw_server_new (NULL), .store = minipay_memory_store_new () };
  shop->client = minipay_client_new (registry, shop->store);
  g_variant_builder_add (settings, "{ss}", "provider", provider);
  g_variant_builder_add (settings, "{ss}", "mode", mode);
  g_variant_builder_add (
      settings, "{ss}", "endpoint", endpoint != NULL ? endpoint : raw_server_get_base_url (shop->server));
  if (strcmp (provider, "zoo-table") == 0)
    g_variant_builder_add (settings, "{ss}", "secret-key", SECRET);
  minipay_client_add_account (shop->client, "tea-shop", g_variant_builder_end (settings), &error);
  g_assert_no_error (error);
}

void
table_shop_init (TableShop *shop, const char *provider, const char *mode)
{
  shop_init_at (shop, provider, mode, NULL);
}

void
table_shop_start_at (TableShop *shop, const char *mode, const char *endpoint)
{
  g_autoptr (GError) error = NULL;

  shop_init_at (shop, "zoo-table", mode, endpoint);
  shop->account = minipay_client_get_account (shop->client, "tea-shop", &error);
  g_assert_no_error (error);
}

void
table_shop_start (TableShop *shop, const char *mode)
{
  table_shop_start_at (shop, mode, NULL);
}

void
table_shop_clear (TableShop *shop)
{
  g_clear_object (&shop->client);
  g_clear_object (&shop->store);
  raw_server_free (shop->server);
}

/* The digest is of the text with the key at its end. */
static char *
shop_sign (const char *text, gsize length)
{
  g_autofree char *keyed = g_strdup_printf ("%.*s" SECRET, (int) length, text);
  g_autofree char *digest =
      g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) SECRET, strlen (SECRET), keyed, -1);

  return g_ascii_strup (digest, -1);
}

void
table_shop_push (TableShop *shop, const char *word)
{
  const gsize length = strcspn (word, "!");
  static const RawAnswer cut = { .bytes = "", .closes = TRUE };
  g_autofree char *signature = NULL;
  g_autofree char *answer = NULL;

  if (strcmp (word, "cut") == 0) {
    raw_server_push (shop->server, &cut);
    return;
  }
  if (strcmp (word, "502") == 0)
    answer = g_strdup ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
  else if (word[length] == '!') {
    signature = shop_sign (word, length);
    answer =
        g_strdup_printf ("HTTP/1.1 200 OK\r\nZoo-Signature: %s\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%.*s",
                         signature,
                         length,
                         (int) length,
                         word);
  } else
    answer =
        g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s", strlen (word), word);
  raw_server_push_text (shop->server, answer);
}

MinipayOrder *
table_shop_new_order (const char *ticket)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (100, "CNY");
  g_autoptr (GVariantDict) extras = g_variant_dict_new (NULL);

  if (ticket != NULL)
    g_variant_dict_insert (extras, "ticket", "s", ticket);
  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       NUMBER,
                       "total",
                       total,
                       "subject",
                       "tea",
                       "method",
                       MINIPAY_METHOD_MINI_PROGRAM,
                       "extras",
                       g_variant_dict_end (extras),
                       NULL);
}

MinipayCheckout *
table_shop_create (TableShop *shop, const char *ticket, GError **error)
{
  g_autoptr (MinipayOrder) order = table_shop_new_order (ticket);

  return minipay_account_create_payment (shop->account, order, NULL, error);
}

GError *
table_shop_fail (TableShop *shop, const char *ticket, MinipayError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayCheckout) checkout = table_shop_create (shop, ticket, &error);

  g_assert_null (checkout);
  g_assert_error (error, MINIPAY_ERROR, (int) code);
  return g_steal_pointer (&error);
}

void
table_shop_assert_state (TableShop *shop, MinipayIntentState state, const char *transaction_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayIntent) intent =
      minipay_store_find (shop->store, "tea-shop", MINIPAY_INTENT_KIND_PAYMENT, NUMBER, &error);

  g_assert_no_error (error);
  g_assert_nonnull (intent);
  g_assert_cmpint (minipay_intent_get_state (intent), ==, state);
  g_assert_cmpstr (minipay_intent_get_transaction_id (intent), ==, transaction_id);
}

void
table_shop_assert_line (TableShop *shop, MinipayIntentKind kind, const char *number, MinipayIntentState state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayIntent) intent = minipay_store_find (shop->store, "tea-shop", kind, number, &error);

  g_assert_no_error (error);
  g_assert_nonnull (intent);
  g_assert_cmpint (minipay_intent_get_state (intent), ==, state);
}

void
table_shop_assert_requests (TableShop *shop, guint n_requests)
{
  g_assert_cmpuint (raw_server_get_requests (shop->server), ==, n_requests);
}

MinipayReceipt *
table_shop_receive (TableShop *shop, const char *text)
{
  g_autofree char *signature = shop_sign (text, strlen (text));

  return table_shop_receive_signed (shop, text, signature);
}

MinipayReceipt *
table_shop_receive_signed (TableShop *shop, const char *text, const char *signature)
{
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  g_autoptr (MinipayHttpRequest) request = minipay_http_request_new ("POST", "/notify/tea-shop", body);
  g_autoptr (GError) error = NULL;
  MinipayReceipt *receipt;

  minipay_http_request_add_header (request, "Zoo-Signature", signature);
  receipt = minipay_client_receive (shop->client, request, NULL, &error);
  g_assert_no_error (error);
  return receipt;
}

int
table_run (const char *provider, const char *find, const char *replace)
{
  g_autofree char *file = g_strconcat (provider, ".provider", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, file, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GString) manifest = NULL;
  g_autofree char *folder = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  manifest = g_string_new (text);
  if (find != NULL)
    g_assert_cmpuint (g_string_replace (manifest, find, replace, 1), ==, 1);
  zoo_root = zoo_new_root ();
  folder = zoo_stage (zoo_root, provider, manifest->str, provider);
  status = g_test_run ();
  zoo_remove_root (zoo_root);
  return status;
}
