/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "hooks-shop.h"

static MinipayCheckout *
shop_order (Shop *shop, const char *number, const char *url, GError **error)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (100, "CNY");
  g_autoptr (GVariant) extras =
      url != NULL ? g_variant_ref_sink (g_variant_new_parsed ("{'url': <%s>}", url)) : NULL;
  g_autoptr (MinipayOrder) order = g_object_new (MINIPAY_TYPE_ORDER,
                                                 "out-trade-no",
                                                 number,
                                                 "total",
                                                 total,
                                                 "subject",
                                                 "tea",
                                                 "method",
                                                 MINIPAY_METHOD_MINI_PROGRAM,
                                                 "extras",
                                                 extras,
                                                 NULL);

  return minipay_account_create_payment (shop->account, order, NULL, error);
}

static void
assert_request (RawServer *server, const char *begins)
{
  g_autofree char *request = NULL;

  g_assert_cmpuint (raw_server_get_requests (server), ==, 1);
  request = raw_server_dup_request (server, 0);
  if (request == NULL || !g_str_has_prefix (request, begins))
    g_test_fail_printf ("the request does not begin with %s", begins);
  else
    g_assert_nonnull (strstr (request, "X-Zoo: " NUMBER "\r\n"));
}

/* A path is tried at the backup when nobody listens at the first host; an address is not. */
static void
test_absolute_at_dead_host (void)
{
  g_autofree char *dead = g_strdup_printf ("http://127.0.0.1:%u", raw_server_find_closed_port ());
  g_autofree char *pay_url = g_strconcat (dead, "/pay", NULL);
  g_autoptr (MinipayCheckout) by_path = NULL;
  g_autoptr (MinipayCheckout) by_address = NULL;
  g_autoptr (GError) error = NULL;
  Shop shop;

  shop_start_before (&shop, dead, "honest", pay_url);
  by_path = shop_order (&shop, NUMBER, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (raw_server_get_requests (shop.server), ==, 1);
  shop_clear (&shop);

  shop_start_before (&shop, dead, "begin/absolute", pay_url);
  by_address = shop_order (&shop, NUMBER, NULL, &error);
  g_assert_null (by_address);
  zoo_assert_error (error, MINIPAY_ERROR_NOT_SENT, "127.0.0.1");
  g_assert_cmpuint (raw_server_get_connections (shop.server), ==, 0);
  shop_assert_state (&shop, NUMBER, MINIPAY_INTENT_STATE_FAILED);
  shop_clear (&shop);
}

/* The host that is named, though it is the second one; with its headers, and the target as a path. */
static void
test_absolute_at_backup (void)
{
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;
  RawServer *first = raw_server_new (NULL);
  Shop shop;

  raw_server_push_text (first, OK_ANSWER);
  shop_start_before (&shop, raw_server_get_base_url (first), "begin/absolute", "/pay/x?token=1&b=%2f");
  checkout = shop_order (&shop, NUMBER, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (raw_server_get_connections (first), ==, 0);
  assert_request (shop.server, "POST /pay/x?token=1&b=%2F HTTP/1.1\r\n");
  shop_assert_state (&shop, NUMBER, MINIPAY_INTENT_STATE_PENDING);
  shop_clear (&shop);
  raw_server_free (first);
}

/* The address of one step is forgotten by the next: a path goes to the first host again. */
static void
test_path_after_absolute (void)
{
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;
  RawServer *first = raw_server_new (NULL);
  Shop shop;

  raw_server_push_text (first, OK_ANSWER);
  shop_start_before (&shop, raw_server_get_base_url (first), "both/absolute-then-path", "/pay");
  checkout = shop_order (&shop, NUMBER, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (raw_server_get_requests (first), ==, 1);
  g_assert_cmpuint (raw_server_get_requests (shop.server), ==, 1);
  shop_clear (&shop);
  raw_server_free (first);
}

/* What an order brings is looked at before anything is written down. */
static void
test_extra_elsewhere (void)
{
  static const char *const urls[] = {
    "https://evil.example/x", "http://evil.example/x", "http://127.0.0.1:1/x",
    "//evil.example/x",       "/x/y/z/long-enough",
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autofree char *good = NULL;
  Shop shop;

  shop_start (&shop, "honest");
  for (guint i = 0; i < G_N_ELEMENTS (urls); i++) {
    g_autoptr (GError) refusal = NULL;
    g_autoptr (MinipayIntent) intent = NULL;

    g_assert_null (shop_order (&shop, NUMBER, urls[i], &refusal));
    zoo_assert_error (refusal, MINIPAY_ERROR_INVALID, "url ");
    intent = minipay_store_find (shop.store, "tea-shop", MINIPAY_INTENT_KIND_PAYMENT, NUMBER, &error);
    g_assert_no_error (error);
    g_assert_null (intent);
  }
  g_assert_cmpuint (raw_server_get_connections (shop.server), ==, 0);
  good = g_strconcat (raw_server_get_base_url (shop.server), "/jump?x=1", NULL);
  checkout = shop_order (&shop, NUMBER, good, &error);
  g_assert_no_error (error);
  shop_clear (&shop);
}

/* A token in a query is nobody's business. */
static void
test_token_not_told (void)
{
  g_autoptr (GError) error = NULL;
  Shop shop;

  shop_start (&shop, "begin/target-with-token");
  g_assert_null (shop_order (&shop, NUMBER, NULL, &error));
  zoo_assert_error (error, MINIPAY_ERROR_PLUGIN, "zoo-hooks sends to \"https://evil.example/x\"");
  g_assert_null (strstr (error->message, "ACCESS-TOKEN"));
  g_assert_cmpuint (raw_server_get_connections (shop.server), ==, 0);
  shop_clear (&shop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hooks/target/address-at-dead-host/no-backup", test_absolute_at_dead_host);
  g_test_add_func ("/hooks/target/address-at-backup/goes-there-alone", test_absolute_at_backup);
  g_test_add_func ("/hooks/target/path-after-address/first-host-again", test_path_after_absolute);
  g_test_add_func ("/hooks/target/extra-elsewhere/nothing-journalled", test_extra_elsewhere);
  g_test_add_func ("/hooks/target/query-with-token/not-told", test_token_not_told);
  return hooks_run ();
}
