/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hooks-shop.h"

/* Orders for 1.00 CNY under NUMBER, with a one-time code and an address that is none. */
static MinipayCheckout *
shop_order_at (Shop *shop, const char *subject, const char *code, const char *path, GError **error)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (100, "CNY");
  g_autofree char *url = g_strconcat (raw_server_get_base_url (shop->server), path, NULL);
  g_autoptr (GVariant) extras =
      g_variant_ref_sink (g_variant_new_parsed ("{'code': <%s>, 'url': <%s>}", code, url));
  g_autoptr (MinipayOrder) order = g_object_new (MINIPAY_TYPE_ORDER,
                                                 "out-trade-no",
                                                 NUMBER,
                                                 "total",
                                                 total,
                                                 "subject",
                                                 subject,
                                                 "method",
                                                 MINIPAY_METHOD_MINI_PROGRAM,
                                                 "extras",
                                                 extras,
                                                 NULL);

  return minipay_account_create_payment (shop->account, order, NULL, error);
}

static MinipayCheckout *
shop_order_with (Shop *shop, const char *subject, const char *code, GError **error)
{
  return shop_order_at (shop, subject, code, "/jump", error);
}

static void
shop_learn (Shop *shop, MinipayIntentState state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayIntent) intent =
      minipay_store_advance (shop->store, "tea-shop", MINIPAY_INTENT_KIND_PAYMENT, NUMBER, state, NULL, &error);

  g_assert_no_error (error);
}

/* A new code under the same number is the same order, another subject or another extra is not. */
static void
test_volatile (void)
{
  g_autoptr (MinipayCheckout) first = NULL;
  g_autoptr (MinipayCheckout) second = NULL;
  g_autoptr (GError) error = NULL;
  Shop shop;

  shop_start (&shop, "honest");
  first = shop_order_with (&shop, "tea", "code-1", &error);
  g_assert_no_error (error);
  second = shop_order_with (&shop, "tea", "code-2", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (raw_server_get_requests (shop.server), ==, 2);
  g_assert_null (shop_order_with (&shop, "coffee", "code-2", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_null (shop_order_at (&shop, "tea", "code-2", "/other", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFLICT);
  g_assert_cmpuint (raw_server_get_requests (shop.server), ==, 2);
  shop_clear (&shop);
}

static void
test_settled (void)
{
  static const struct {
    MinipayIntentState state;
    MinipayError code;
  } cases[] = {
    { MINIPAY_INTENT_STATE_PAID, MINIPAY_ERROR_ALREADY_PAID },
    { MINIPAY_INTENT_STATE_REFUNDED, MINIPAY_ERROR_ALREADY_PAID },
    { MINIPAY_INTENT_STATE_CLOSED, MINIPAY_ERROR_CONFLICT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayCheckout) checkout = NULL;
    g_autoptr (GError) error = NULL;
    Shop shop;

    shop_start (&shop, "honest");
    checkout = shop_order_with (&shop, "tea", "code-1", &error);
    g_assert_no_error (error);
    shop_learn (&shop, cases[i].state);
    g_assert_null (shop_order_with (&shop, "tea", "code-2", &error));
    zoo_assert_error (error, cases[i].code, NUMBER);
    g_assert_cmpuint (raw_server_get_requests (shop.server), ==, 1);
    shop_assert_state (&shop, NUMBER, cases[i].state);
    shop_clear (&shop);
  }
}

/* "Paid already" may be our own doing: the order stays open, and its number taken. */
static void
test_said_to_be_paid (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) other_error = NULL;
  Shop shop;

  shop_start (&shop, "resume/refuses-as-paid");
  g_assert_null (shop_order_with (&shop, "tea", "code-1", &error));
  zoo_assert_error (error, MINIPAY_ERROR_ALREADY_PAID, "ORDERPAID");
  shop_assert_state (&shop, NUMBER, MINIPAY_INTENT_STATE_UNKNOWN);
  g_assert_null (shop_order_with (&shop, "coffee", "code-1", &other_error));
  g_assert_error (other_error, MINIPAY_ERROR, MINIPAY_ERROR_CONFLICT);
  g_assert_cmpuint (raw_server_get_requests (shop.server), ==, 1);
  shop_clear (&shop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hooks/again/volatile-extra/same-order", test_volatile);
  g_test_add_func ("/hooks/again/settled/told-apart", test_settled);
  g_test_add_func ("/hooks/again/said-to-be-paid/stays-open", test_said_to_be_paid);
  return hooks_run ();
}
