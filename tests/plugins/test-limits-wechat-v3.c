/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "limits-order.h"

/* Source of the limits: the field tables of the JSAPI order (WeChat Pay merchant API v3); lengths are characters.
 */

static const char *const settings[] = {
  "mchid",
  "1900007291",
  "appid",
  "wxd678efh567hg6787",
  "merchant-serial",
  "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB",
  "private-key",
  "fixture:wxp-doc-mch-1900007291",
  "api-v3-key",
  "AES256Key-32Characters1234567890",
  "public-key",
  "fixture:wxp-doc-platform",
  "public-key-id",
  "PUB_KEY_ID_0119000072912024110600000000",
  NULL,
};

static const LimitsShop shop = {
  "wechat-v3",
  settings,
  "1217752501201407033233368018",
  "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
  "https://shop.example/notify/tea-shop",
};

static void
test_number (void)
{
  limits_assert_length (&shop, "out-trade-no", "out_trade_no", "7", 6, TRUE);
  limits_assert_length (&shop, "out-trade-no", "out_trade_no", "7", 32, FALSE);
  limits_assert_characters (&shop, "out-trade-no", "out_trade_no", shop.out_trade_no, ALNUM "_-|*");
  g_assert_cmpint (limits_check_string (&shop, "out-trade-no", NULL, "out_trade_no"), ==, MINIPAY_ERROR_INVALID);
  g_assert_cmpint (limits_check_string (&shop, "out-trade-no", "", "out_trade_no"), ==, MINIPAY_ERROR_INVALID);
}

static void
test_subject (void)
{
  limits_assert_length (&shop, "subject", "subject", "x", 127, FALSE);
  /* 127 characters of three bytes, and of four */
  limits_assert_length (&shop, "subject", "subject", "茶", 127, FALSE);
  limits_assert_length (&shop, "subject", "subject", "🍵", 127, FALSE);
  limits_assert_characters (&shop, "subject", "subject", "green tea", NULL);
  g_assert_cmpint (limits_check_string (&shop, "subject", NULL, "subject"), ==, MINIPAY_ERROR_INVALID);
  g_assert_cmpint (limits_check_string (&shop, "subject", "", "subject"), ==, MINIPAY_ERROR_INVALID);
}

static void
test_payer (void)
{
  limits_assert_length (&shop, "payer", "payer", "o", 128, FALSE);
  limits_assert_characters (&shop, "payer", "payer", shop.payer, ALNUM "_-");
  g_assert_cmpint (limits_check_string (&shop, "payer", NULL, "payer"), ==, MINIPAY_ERROR_INVALID);
}

static void
test_attach (void)
{
  limits_assert_length (&shop, "attach", "attach", "a", 128, FALSE);
  limits_assert_length (&shop, "attach", "attach", "茶", 128, FALSE);
  limits_assert_characters (&shop, "attach", "attach", "{\"a\":1}", NULL);
  g_assert_cmpint (limits_check_string (&shop, "attach", NULL, NULL), ==, -1);
}

static void
test_client_ip (void)
{
  static const char *const good[] = { "14.23.150.211", "2001:db8::1", "::ffff:14.23.150.211", "" };
  static const char *const bad[] = { "14.23.150.211 ", "host.example", "14.23.150.211,10.0.0.1", "\n" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_cmpint (limits_check_string (&shop, "client-ip", good[i], NULL), ==, -1);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_cmpint (limits_check_string (&shop, "client-ip", bad[i], "client_ip"), ==, MINIPAY_ERROR_INVALID);
  limits_assert_length (&shop, "client-ip", "client_ip", "1", 45, FALSE);
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
    { G_MAXINT64, -1 },
    { 0, MINIPAY_ERROR_INVALID },
    { -1, MINIPAY_ERROR_INVALID },
    { G_MININT64, MINIPAY_ERROR_INVALID },
  };
  static const char *const currencies[] = { "USD", "HKD", "cny", "XYZ", "", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (limits_check_total (&shop, cases[i].minor, "CNY"), ==, cases[i].code);
  for (guint i = 0; i < G_N_ELEMENTS (currencies); i++)
    g_assert_cmpint (limits_check_total (&shop, 100, currencies[i]), ==, MINIPAY_ERROR_INVALID);
}

static void
test_wallet_and_method (void)
{
  /* it has one wallet, so the order need not say which */
  g_assert_cmpint (limits_check_enum (&shop, "wallet", MINIPAY_TYPE_WALLET, MINIPAY_WALLET_ANY), ==, -1);
  g_assert_cmpint (limits_check_enum (&shop, "wallet", MINIPAY_TYPE_WALLET, MINIPAY_WALLET_WECHAT), ==, -1);
  g_assert_cmpint (limits_check_enum (&shop, "wallet", MINIPAY_TYPE_WALLET, MINIPAY_WALLET_ALIPAY),
                   ==,
                   MINIPAY_ERROR_NOT_SUPPORTED);
  g_assert_cmpint (limits_check_enum (&shop, "wallet", MINIPAY_TYPE_WALLET, MINIPAY_WALLET_UNIONPAY),
                   ==,
                   MINIPAY_ERROR_NOT_SUPPORTED);
  for (int method = MINIPAY_METHOD_MINI_PROGRAM; method <= MINIPAY_METHOD_TRANSIT; method++)
    g_assert_cmpint (limits_check_enum (&shop, "method", MINIPAY_TYPE_METHOD, method),
                     ==,
                     method <= MINIPAY_METHOD_JSAPI ? -1 : (int) MINIPAY_ERROR_NOT_SUPPORTED);
}

static int
check_expiry (gint64 seconds_ahead)
{
  g_autoptr (GDateTime) expires_at = g_date_time_new_from_unix_utc (LIMITS_NOW + seconds_ahead);
  GValue value = G_VALUE_INIT;
  int code;

  g_value_set_boxed (g_value_init (&value, G_TYPE_DATE_TIME), expires_at);
  code = limits_check (&shop, NULL, "expires-at", &value, "expires_at");
  g_value_unset (&value);
  return code;
}

static void
test_expiry (void)
{
  g_assert_cmpint (check_expiry (61), ==, -1);
  g_assert_cmpint (check_expiry (60), ==, -1);
  g_assert_cmpint (check_expiry (59), ==, MINIPAY_ERROR_INVALID);
  g_assert_cmpint (check_expiry (0), ==, MINIPAY_ERROR_INVALID);
  g_assert_cmpint (check_expiry (-3600), ==, MINIPAY_ERROR_INVALID);
}

static void
test_extras (void)
{
  static const struct {
    const char *extras;
    int code;
  } cases[] = {
    { "@a{sv} {}", -1 },
    { "{'goods_tag': <'WXG'>}", -1 },
    { "{'goods_tag': <'12345678901234567890123456789012'>}", -1 },
    { "{'goods_tag': <'123456789012345678901234567890123'>}", MINIPAY_ERROR_INVALID },
    { "{'goods_tag': <'a\\nb'>}", MINIPAY_ERROR_INVALID },
    { "{'goods_tag': <1>}", MINIPAY_ERROR_INVALID },
    { "{'goods_tag': <<'WXG'>>}", MINIPAY_ERROR_INVALID },
    { "{'support_fapiao': <true>}", -1 },
    { "{'support_fapiao': <'true'>}", MINIPAY_ERROR_INVALID },
    { "{'support_fapiao': <1>}", MINIPAY_ERROR_INVALID },
    { "{'profit_sharing': <false>}", -1 },
    { "{'profit_sharing': <'Y'>}", MINIPAY_ERROR_INVALID },
    { "{'limit_pay': <['no_credit', 'no_debit']>}", -1 },
    { "{'limit_pay': <'no_credit'>}", MINIPAY_ERROR_INVALID },
    { "{'limit_pay': <[1]>}", MINIPAY_ERROR_INVALID },
    { "{'Goods_tag': <'WXG'>}", MINIPAY_ERROR_NOT_SUPPORTED },
    { "{'amount': <1>}", MINIPAY_ERROR_NOT_SUPPORTED },
    { "{'': <1>}", MINIPAY_ERROR_NOT_SUPPORTED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s", cases[i].extras);
    g_assert_cmpint (limits_check_variant (&shop, "extras", cases[i].extras), ==, cases[i].code);
  }
}

static void
test_splits_not_taken (void)
{
  g_assert_cmpint (limits_check_variant (&shop, "splits", "[('A', '0.01 CNY')]"), ==, MINIPAY_ERROR_NOT_SUPPORTED);
  g_assert_cmpint (limits_check_variant (&shop, "splits", "@a(ss) []"), ==, -1);
}

static void
test_ref_total (void)
{
  static const struct {
    gint64 minor;
    const char *currency;
    int code;
  } cases[] = {
    { 1, "CNY", -1 },
    { 0, "CNY", MINIPAY_ERROR_INVALID },
    { -1, "CNY", MINIPAY_ERROR_INVALID },
    { 100, "USD", MINIPAY_ERROR_INVALID },
  };
  g_autoptr (MinipayTestExchange) x =
      minipay_test_exchange_new (shop.provider, G_TYPE_INVALID, shop.settings, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayMoney) total = minipay_money_new (cases[i].minor, cases[i].currency);
    g_autoptr (MinipayPaymentRef) ref =
        g_object_new (MINIPAY_TYPE_PAYMENT_REF, "out-trade-no", shop.out_trade_no, "total", total, NULL);
    g_autoptr (GError) error = NULL;

    minipay_limits_check_ref (x->info, x->config, "query", ref, &error);
    if (cases[i].code < 0)
      g_assert_no_error (error);
    else
      g_assert_error (error, MINIPAY_ERROR, cases[i].code);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limits/wechat-v3/out-trade-no", test_number);
  g_test_add_func ("/limits/wechat-v3/subject", test_subject);
  g_test_add_func ("/limits/wechat-v3/payer", test_payer);
  g_test_add_func ("/limits/wechat-v3/attach", test_attach);
  g_test_add_func ("/limits/wechat-v3/client-ip", test_client_ip);
  g_test_add_func ("/limits/wechat-v3/total", test_total);
  g_test_add_func ("/limits/wechat-v3/wallet-and-method", test_wallet_and_method);
  g_test_add_func ("/limits/wechat-v3/expires-at", test_expiry);
  g_test_add_func ("/limits/wechat-v3/extras", test_extras);
  g_test_add_func ("/limits/wechat-v3/splits-not-taken", test_splits_not_taken);
  g_test_add_func ("/limits/wechat-v3/ref-total", test_ref_total);
  return g_test_run ();
}
