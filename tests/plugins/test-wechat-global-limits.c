/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "limits-order.h"

/* Source of the limits: the field tables of the JSAPI order (WeChat Pay Global API v3); lengths are characters. */

static const char *const settings[] = {
  "mchid",
  "1900000109",
  "appid",
  "wx8888888888888888",
  "merchant-category-code",
  "1011",
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
  "wechat-global",
  settings,
  "1217752501201407033233368018",
  "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
  "https://shop.example/notify/tea-shop",
};

static void
test_number (void)
{
  /* no least length, other than in the mainland */
  limits_assert_length (&shop, "out-trade-no", "out_trade_no", "7", 1, TRUE);
  limits_assert_length (&shop, "out-trade-no", "out_trade_no", "7", 32, FALSE);
  limits_assert_characters (&shop, "out-trade-no", "out_trade_no", shop.out_trade_no, ALNUM "_-|*");
  g_assert_cmpint (limits_check_string (&shop, "out-trade-no", NULL, "out_trade_no"), ==, MINIPAY_ERROR_INVALID);
}

static void
test_subject (void)
{
  limits_assert_length (&shop, "subject", "subject", "x", 127, FALSE);
  limits_assert_length (&shop, "subject", "subject", "🍵", 127, FALSE);
  limits_assert_characters (&shop, "subject", "subject", "green tea", NULL);
  g_assert_cmpint (limits_check_string (&shop, "subject", NULL, "subject"), ==, MINIPAY_ERROR_INVALID);
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
  /* one fewer than in the mainland */
  limits_assert_length (&shop, "attach", "attach", "a", 127, FALSE);
  limits_assert_length (&shop, "attach", "attach", "茶", 127, FALSE);
  limits_assert_characters (&shop, "attach", "attach", "{\"a\":1}", NULL);
  g_assert_cmpint (limits_check_string (&shop, "attach", NULL, NULL), ==, -1);
}

static void
test_client_ip (void)
{
  limits_assert_length (&shop, "client-ip", "client_ip", "1", 45, FALSE);
  g_assert_cmpint (limits_check_string (&shop, "client-ip", "2001:db8::1", NULL), ==, -1);
  g_assert_cmpint (
      limits_check_string (&shop, "client-ip", "host.example", "client_ip"), ==, MINIPAY_ERROR_INVALID);
}

static void
test_notify_url (void)
{
  static const struct {
    const char *url;
    int code;
  } cases[] = {
    { "https://shop.example/n", -1 },
    { "https://shop.example:8443/n", -1 },
    { "https://shop.example/n?a=1", MINIPAY_ERROR_INVALID },
    { "https://shop.example/n?", MINIPAY_ERROR_INVALID },
    { "https://shop.example/n#a", MINIPAY_ERROR_INVALID },
    { "http://shop.example/n", MINIPAY_ERROR_INVALID },
    { "http://127.0.0.1:9000/n", MINIPAY_ERROR_INVALID },
    { "", MINIPAY_ERROR_INVALID },
    { NULL, MINIPAY_ERROR_INVALID },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (limits_check_string (&shop, "notify-url", cases[i].url, "notify_url"), ==, cases[i].code);
  for (guint length = 255; length <= 257; length++) {
    g_autoptr (GString) url = g_string_new ("https://shop.example/");

    while (url->len < length)
      g_string_append_c (url, 'n');
    g_assert_cmpint (limits_check_string (&shop, "notify-url", url->str, "notify_url"),
                     ==,
                     length <= 256 ? -1 : (int) MINIPAY_ERROR_INVALID);
  }
}

static void
test_total (void)
{
  static const struct {
    gint64 minor;
    const char *currency;
    int code;
  } cases[] = {
    { 1, "HKD", -1 },
    { 1, "JPY", -1 },
    { 1, "KRW", -1 },
    { 1, "CNY", -1 },
    { 1, "USD", -1 },
    { G_MAXINT64, "HKD", -1 },
    { 0, "HKD", MINIPAY_ERROR_INVALID },
    { 0, "JPY", MINIPAY_ERROR_INVALID },
    { -1, "HKD", MINIPAY_ERROR_INVALID },
    { G_MININT64, "HKD", MINIPAY_ERROR_INVALID },
    { 888, "hkd", MINIPAY_ERROR_INVALID },
    { 888, "XYZ", MINIPAY_ERROR_INVALID },
    { 888, "HKDX", MINIPAY_ERROR_INVALID },
    { 888, "BHD", MINIPAY_ERROR_INVALID },
    { 888, "", MINIPAY_ERROR_INVALID },
    { 888, NULL, MINIPAY_ERROR_INVALID },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%" G_GINT64_FORMAT " %s", cases[i].minor, cases[i].currency);
    g_assert_cmpint (limits_check_total (&shop, cases[i].minor, cases[i].currency), ==, cases[i].code);
  }
}

static void
test_wallet_and_method (void)
{
  g_assert_cmpint (limits_check_enum (&shop, "wallet", MINIPAY_TYPE_WALLET, MINIPAY_WALLET_ANY), ==, -1);
  g_assert_cmpint (limits_check_enum (&shop, "wallet", MINIPAY_TYPE_WALLET, MINIPAY_WALLET_ALIPAY),
                   ==,
                   MINIPAY_ERROR_NOT_SUPPORTED);
  for (int method = MINIPAY_METHOD_MINI_PROGRAM; method <= MINIPAY_METHOD_TRANSIT; method++)
    g_assert_cmpint (limits_check_enum (&shop, "method", MINIPAY_TYPE_METHOD, method),
                     ==,
                     method <= MINIPAY_METHOD_JSAPI ? -1 : (int) MINIPAY_ERROR_NOT_SUPPORTED);
}

static void
test_expiry (void)
{
  static const int seconds[] = { 60, 59 };

  for (guint i = 0; i < G_N_ELEMENTS (seconds); i++) {
    g_autoptr (GDateTime) expires_at = g_date_time_new_from_unix_utc (LIMITS_NOW + seconds[i]);
    GValue value = G_VALUE_INIT;

    g_value_set_boxed (g_value_init (&value, G_TYPE_DATE_TIME), expires_at);
    g_assert_cmpint (limits_check (&shop, NULL, "expires-at", &value, "expires_at"),
                     ==,
                     seconds[i] >= 60 ? -1 : (int) MINIPAY_ERROR_INVALID);
    g_value_unset (&value);
  }
}

static void
test_extras (void)
{
  static const struct {
    const char *extras;
    int code;
  } cases[] = {
    { "{'goods_tag': <'12345678901234567890123456789012'>}", -1 },
    { "{'goods_tag': <'123456789012345678901234567890123'>}", MINIPAY_ERROR_INVALID },
    { "{'limit_pay': <'no_credit'>}", -1 },
    { "{'limit_pay': <'no_debit'>}", MINIPAY_ERROR_INVALID },
    /* the mainland's form */
    { "{'limit_pay': <['no_credit']>}", MINIPAY_ERROR_INVALID },
    { "{'merchant_category_code': <'5812'>}", -1 },
    { "{'merchant_category_code': <'1234567890123456'>}", -1 },
    { "{'merchant_category_code': <'12345678901234567'>}", MINIPAY_ERROR_INVALID },
    { "{'merchant_category_code': <'58-12'>}", MINIPAY_ERROR_INVALID },
    { "{'merchant_category_code': <5812>}", MINIPAY_ERROR_INVALID },
    { "{'support_fapiao': <true>}", MINIPAY_ERROR_NOT_SUPPORTED },
    { "{'profit_sharing': <true>}", MINIPAY_ERROR_NOT_SUPPORTED },
    { "{'trade_type': <'NATIVE'>}", MINIPAY_ERROR_NOT_SUPPORTED },
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
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limits/wechat-global/out-trade-no", test_number);
  g_test_add_func ("/limits/wechat-global/subject", test_subject);
  g_test_add_func ("/limits/wechat-global/payer", test_payer);
  g_test_add_func ("/limits/wechat-global/attach", test_attach);
  g_test_add_func ("/limits/wechat-global/client-ip", test_client_ip);
  g_test_add_func ("/limits/wechat-global/notify-url", test_notify_url);
  g_test_add_func ("/limits/wechat-global/total", test_total);
  g_test_add_func ("/limits/wechat-global/wallet-and-method", test_wallet_and_method);
  g_test_add_func ("/limits/wechat-global/expires-at", test_expiry);
  g_test_add_func ("/limits/wechat-global/extras", test_extras);
  g_test_add_func ("/limits/wechat-global/splits-not-taken", test_splits_not_taken);
  return g_test_run ();
}
