/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "limits-order.h"

/* Source of the limits: the manual's page of the mini-program call (lengths, 18 characters at least, int(9)). */

static const char *const settings[] = {
  "access-key", "22c2f18010bc1f10gkpdjdspjpfjspn3", "secret-key", "EkfB1+3w39F2mvMBcXb4/7PRfVTgs+Bh", NULL,
};

static const LimitsShop shop = {
  "weidoufu",
  settings,
  "10018801620383215825",
  "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
  "https://shop.example/notify/tea-shop",
};

static void
test_number (void)
{
  limits_assert_length (&shop, "out-trade-no", "out_trade_no", "7", 18, TRUE);
  limits_assert_length (&shop, "out-trade-no", "out_trade_no", "7", 32, FALSE);
  limits_assert_characters (&shop, "out-trade-no", "out_trade_no", shop.out_trade_no, ALNUM);
  g_assert_cmpint (limits_check_string (&shop, "out-trade-no", NULL, "out_trade_no"), ==, MINIPAY_ERROR_INVALID);
  g_assert_cmpint (limits_check_string (&shop, "out-trade-no", "", "out_trade_no"), ==, MINIPAY_ERROR_INVALID);
}

static void
test_subject (void)
{
  limits_assert_length (&shop, "subject", "subject", "x", 32, FALSE);
  /* whether the manual counts bytes or characters is unknown: bytes are the safe reading */
  limits_assert_length (&shop, "subject", "subject", "茶", 32, FALSE);
  limits_assert_characters (&shop, "subject", "subject", "green tea", NULL);
  g_assert_cmpint (limits_check_string (&shop, "subject", NULL, "subject"), ==, MINIPAY_ERROR_INVALID);
  g_assert_cmpint (limits_check_string (&shop, "subject", "", "subject"), ==, MINIPAY_ERROR_INVALID);
}

static void
test_payer (void)
{
  limits_assert_length (&shop, "payer", "payer", "o", 32, FALSE);
  limits_assert_characters (&shop, "payer", "payer", shop.payer, ALNUM "_-");
  g_assert_cmpint (limits_check_string (&shop, "payer", NULL, "payer"), ==, MINIPAY_ERROR_INVALID);
}

static void
test_attach (void)
{
  limits_assert_length (&shop, "attach", "attach", "a", 128, FALSE);
  limits_assert_length (&shop, "attach", "attach", "茶", 128, FALSE);
  limits_assert_characters (&shop, "attach", "attach", "{test:1}", NULL);
  g_assert_cmpint (limits_check_string (&shop, "attach", NULL, NULL), ==, -1);
}

static void
test_total (void)
{
  static const struct {
    gint64 minor;
    int code;
  } cases[] = {
    { 1, -1 },
    { 2, -1 },
    { 999999998, -1 },
    { 999999999, -1 },
    { 1000000000, MINIPAY_ERROR_INVALID },
    { 0, MINIPAY_ERROR_INVALID },
    { -1, MINIPAY_ERROR_INVALID },
    { G_MAXINT64, MINIPAY_ERROR_INVALID },
    { G_MININT64, MINIPAY_ERROR_INVALID },
  };
  static const char *const currencies[] = { "USD", "JPY", "HKD", "cny", "XYZ", "", NULL };
  GValue none = G_VALUE_INIT;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (limits_check_total (&shop, cases[i].minor, "CNY"), ==, cases[i].code);
  for (guint i = 0; i < G_N_ELEMENTS (currencies); i++)
    g_assert_cmpint (limits_check_total (&shop, 100, currencies[i]), ==, MINIPAY_ERROR_INVALID);
  g_value_init (&none, MINIPAY_TYPE_MONEY);
  g_assert_cmpint (limits_check (&shop, NULL, "total", &none, "total"), ==, MINIPAY_ERROR_INVALID);
}

static void
test_wallet (void)
{
  static const struct {
    MinipayWallet wallet;
    int code;
  } cases[] = {
    { MINIPAY_WALLET_WECHAT, -1 },
    { MINIPAY_WALLET_ALIPAY, -1 },
    /* it has both, so the order must say which */
    { MINIPAY_WALLET_ANY, MINIPAY_ERROR_INVALID },
    { MINIPAY_WALLET_UNIONPAY, MINIPAY_ERROR_NOT_SUPPORTED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (limits_check_enum (&shop, "wallet", MINIPAY_TYPE_WALLET, cases[i].wallet), ==, cases[i].code);
}

static void
test_method (void)
{
  /* the others have no payer, and rides are none of its business */
  for (int method = MINIPAY_METHOD_MINI_PROGRAM; method <= MINIPAY_METHOD_TRANSIT; method++)
    g_assert_cmpint (limits_check_enum (&shop, "method", MINIPAY_TYPE_METHOD, method),
                     ==,
                     method == MINIPAY_METHOD_MINI_PROGRAM || method == MINIPAY_METHOD_JSAPI
                         ? -1
                         : (int) MINIPAY_ERROR_NOT_SUPPORTED);
}

static void
test_splits (void)
{
  static const struct {
    const char *splits; /* of 1.00 CNY */
    int code;
  } cases[] = {
    { "@a(ss) []", -1 },
    { "[('A', '0.01 CNY')]", -1 },
    { "[('A', '0.50 CNY'), ('B', '0.50 CNY')]", -1 },
    { "[('A', '1.00 CNY')]", -1 },
    { "[('A', '0.50 CNY'), ('B', '0.51 CNY')]", MINIPAY_ERROR_INVALID },
    { "[('A', '1.01 CNY')]", MINIPAY_ERROR_INVALID },
    { "[('A', '0.00 CNY')]", MINIPAY_ERROR_INVALID },
    { "[('A', '-0.01 CNY')]", MINIPAY_ERROR_INVALID },
    { "[('A', '1.00 CNY'), ('B', '-0.50 CNY')]", MINIPAY_ERROR_INVALID },
    { "[('A', '0.01 USD')]", MINIPAY_ERROR_INVALID },
    { "[('A', '0.01 CNY'), ('B', '1 JPY')]", MINIPAY_ERROR_INVALID },
    { "[('A', '0.001 CNY')]", MINIPAY_ERROR_INVALID },
    { "[('A', '1')]", MINIPAY_ERROR_INVALID },
    { "[('A', '')]", MINIPAY_ERROR_INVALID },
    { "[('', '0.01 CNY')]", MINIPAY_ERROR_INVALID },
    /* the sum of these two wraps to -2 */
    { "[('A', '92233720368547758.07 CNY'), ('B', '92233720368547758.07 CNY')]", MINIPAY_ERROR_INVALID },
    { "[('A', '92233720368547758.08 CNY')]", MINIPAY_ERROR_INVALID },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s", cases[i].splits);
    g_assert_cmpint (limits_check_variant (&shop, "splits", cases[i].splits), ==, cases[i].code);
  }
}

/* What the gateway has no member for would be lost on the way. */
static void
test_not_taken (void)
{
  g_autoptr (GDateTime) expires_at = g_date_time_new_from_unix_utc (LIMITS_NOW + 3600);
  GValue value = G_VALUE_INIT;

  g_value_set_boxed (g_value_init (&value, G_TYPE_DATE_TIME), expires_at);
  g_assert_cmpint (limits_check (&shop, NULL, "expires-at", &value, "expires_at"), ==, MINIPAY_ERROR_NOT_SUPPORTED);
  g_value_unset (&value);
  g_assert_cmpint (
      limits_check_string (&shop, "client-ip", "14.23.150.211", "client_ip"), ==, MINIPAY_ERROR_NOT_SUPPORTED);
  g_assert_cmpint (
      limits_check_variant (&shop, "extras", "{'goods_tag': <'WXG'>}"), ==, MINIPAY_ERROR_NOT_SUPPORTED);
  g_assert_cmpint (limits_check_variant (&shop, "extras", "@a{sv} {}"), ==, -1);
}

static void
test_ref (void)
{
  static const struct {
    const char *out_trade_no;
    const char *transaction_id;
    int code;
  } cases[] = {
    { "10018801620383215825", NULL, -1 },
    { NULL, "202105135513716648486662", -1 },
    { NULL, NULL, MINIPAY_ERROR_INVALID },
    { "10018801620383215825", "202105135513716648486662", MINIPAY_ERROR_INVALID },
    { "", NULL, MINIPAY_ERROR_INVALID },
    { "1001880162038321", NULL, MINIPAY_ERROR_INVALID },
    { "1001880162038321582&", NULL, MINIPAY_ERROR_INVALID },
    { NULL, "", MINIPAY_ERROR_INVALID },
    { NULL, "2021&out_order_no=1", MINIPAY_ERROR_INVALID },
    { NULL, "2021/../x", MINIPAY_ERROR_INVALID },
  };
  g_autoptr (MinipayTestExchange) x =
      minipay_test_exchange_new (shop.provider, G_TYPE_INVALID, shop.settings, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayPaymentRef) ref = g_object_new (MINIPAY_TYPE_PAYMENT_REF,
                                                      "out-trade-no",
                                                      cases[i].out_trade_no,
                                                      "transaction-id",
                                                      cases[i].transaction_id,
                                                      NULL);
    g_autoptr (GError) error = NULL;

    minipay_limits_check_ref (x->info, x->config, "query", ref, &error);
    if (cases[i].code < 0)
      g_assert_no_error (error);
    else
      g_assert_error (error, MINIPAY_ERROR, cases[i].code);
  }
}

static void
test_ref_transaction_length (void)
{
  g_autoptr (MinipayTestExchange) x =
      minipay_test_exchange_new (shop.provider, G_TYPE_INVALID, shop.settings, NULL);

  for (guint length = 63; length <= 65; length++) {
    g_autofree char *text = g_strnfill (length, '4');
    g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new_for_transaction (text);
    g_autoptr (GError) error = NULL;

    g_assert_cmpint (minipay_limits_check_ref (x->info, x->config, "query", ref, &error), ==, length <= 64);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limits/weidoufu/out-trade-no", test_number);
  g_test_add_func ("/limits/weidoufu/subject", test_subject);
  g_test_add_func ("/limits/weidoufu/payer", test_payer);
  g_test_add_func ("/limits/weidoufu/attach", test_attach);
  g_test_add_func ("/limits/weidoufu/total", test_total);
  g_test_add_func ("/limits/weidoufu/wallet", test_wallet);
  g_test_add_func ("/limits/weidoufu/method", test_method);
  g_test_add_func ("/limits/weidoufu/splits", test_splits);
  g_test_add_func ("/limits/weidoufu/not-taken", test_not_taken);
  g_test_add_func ("/limits/weidoufu/ref", test_ref);
  g_test_add_func ("/limits/weidoufu/ref-transaction-length", test_ref_transaction_length);
  return g_test_run ();
}
