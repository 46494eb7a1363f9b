/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "table-shop.h"

typedef struct {
  const char *mode; /* the case, too */
  const char *says[3];
} GapCase;

static const GapCase gap_cases[] = {
  { "without-build", { "provider zoo-gaps", "promises query", "no build" } },
  { "without-parse", { "provider zoo-gaps", "promises refresh-keys", "no parse for" } },
  { "without-notification", { "provider zoo-gaps", "promises receive", "no parse_notification" } },
  { "with-two-rows", { "provider zoo-gaps", "promises close", "two rows" } },
};

/* The account does not start: its first query would find out, or its first payment. */
static void
test_gap (gconstpointer data)
{
  const GapCase *c = data;
  g_autoptr (GError) error = NULL;
  TableShop shop;

  table_shop_init (&shop, "zoo-gaps", c->mode);
  g_assert_null (minipay_client_get_account (shop.client, "tea-shop", &error));
  for (guint i = 0; i < G_N_ELEMENTS (c->says); i++)
    zoo_assert_error (error, MINIPAY_ERROR_PLUGIN, c->says[i]);
  table_shop_clear (&shop);
}

/* The counterpart: the same table keeps what this mode promises. It reads a setting that the manifest does not
 * have, which is its author's mistake. */
static void
test_sound (void)
{
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;
  TableShop shop;

  table_shop_init (&shop, "zoo-gaps", "sound");
  shop.account = minipay_client_get_account (shop.client, "tea-shop", &error);
  g_assert_no_error (error);
  table_shop_push (&shop, "ok");
  g_test_expect_message ("minipay", G_LOG_LEVEL_CRITICAL, "*zoo-gaps*taste*");
  checkout = table_shop_create (&shop, NULL, &error);
  g_test_assert_expected_messages ();
  g_assert_no_error (error);
  g_assert_nonnull (checkout);
  table_shop_clear (&shop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (gap_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/table/promise/%s/account-refused", gap_cases[i].mode);

    g_test_add_data_func (path, &gap_cases[i], test_gap);
  }
  g_test_add_func ("/table/promise/kept/setting-without-field-is-critical", test_sound);
  return table_run ("zoo-gaps", NULL, NULL);
}
