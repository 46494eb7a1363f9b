/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-enum-types.h"
#include "provider/minipay-limits-private.h"
#include "support/test-exchange.h"

/* Source of the limits: the manual's page of 统一下单 (lengths, characters). Lengths are read as bytes. */

#define NOW   1554208460
#define ALNUM "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

static const char *const settings[] = {
  "mchid", "10000100", "appid", "wx2421b1c4370ec43b", "api-key", "192006250b4c09247ec02edce69f6a2d", NULL,
};

/* A good order with one member changed or added: -1 when it passes, else the code of the refusal, which must speak
 * of
 * @what. */
static int
check_value (const char *const *changes, const char *property, const GValue *value, const char *what)
{
  static const char *const good[][2] = {
    { "out-trade-no", "1415659990" },
    { "subject", "green tea" },
    { "payer", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" },
    { "client-ip", "14.23.150.211" },
    { "notify-url", "https://shop.example/notify/tea-shop" },
  };
  g_autoptr (MinipayTestExchange) x = minipay_test_exchange_new ("wechat-v2", G_TYPE_INVALID, settings, changes);
  g_autoptr (MinipayMoney) total = minipay_money_new (100, "CNY");
  const char *names[G_N_ELEMENTS (good) + 2];
  GValue values[G_N_ELEMENTS (names)] = { 0 };
  g_autoptr (MinipayOrder) order = NULL;
  g_autoptr (GError) error = NULL;
  MinipayWallet wallet = MINIPAY_WALLET_ANY;
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    if (g_strcmp0 (good[i][0], property) != 0) {
      names[n] = good[i][0];
      g_value_set_static_string (g_value_init (&values[n++], G_TYPE_STRING), good[i][1]);
    }
  if (g_strcmp0 (property, "total") != 0) {
    names[n] = "total";
    g_value_set_boxed (g_value_init (&values[n++], MINIPAY_TYPE_MONEY), total);
  }
  if (property != NULL) {
    names[n] = property;
    g_value_copy (value, g_value_init (&values[n], G_VALUE_TYPE (value)));
    n++;
  }
  order = MINIPAY_ORDER (g_object_new_with_properties (MINIPAY_TYPE_ORDER, n, names, values));
  for (guint i = 0; i < n; i++)
    g_value_unset (&values[i]);

  if (minipay_limits_check_order (x->info, x->config, order, NOW, &wallet, &error)) {
    g_assert_cmpint (wallet, ==, MINIPAY_WALLET_WECHAT);
    return -1;
  }
  g_assert_true (error->domain == MINIPAY_ERROR);
  if (what != NULL && strstr (error->message, what) == NULL)
    g_error ("\"%s\" does not speak of %s", error->message, what);
  return error->code;
}

static int
check_text (const char *property, const char *text, const char *what)
{
  GValue value = G_VALUE_INIT;
  int code;

  g_value_set_string (g_value_init (&value, G_TYPE_STRING), text);
  code = check_value (NULL, property, &value, what);
  g_value_unset (&value);
  return code;
}

static int
check_extra (const char *name, GVariant *floating_value)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  GValue value = G_VALUE_INIT;
  int code;

  g_variant_dict_insert_value (&dict, name, floating_value);
  g_value_take_variant (g_value_init (&value, G_TYPE_VARIANT), g_variant_ref_sink (g_variant_dict_end (&dict)));
  code = check_value (NULL, "extras", &value, name);
  g_value_unset (&value);
  return code;
}

/* The longest good text, and one byte more. */
static void
assert_length (const char *property, const char *what, guint limit, const char *unit)
{
  for (guint length = limit - 1; length <= limit + 1; length++) {
    g_autoptr (GString) text = g_string_new (NULL);

    while (text->len + strlen (unit) <= length)
      g_string_append (text, unit);
    while (text->len < length)
      g_string_append_c (text, 'x');
    g_assert_cmpint (
        check_text (property, text->str, what), ==, length <= limit ? -1 : (int) MINIPAY_ERROR_INVALID);
  }
}

/* Every byte of ASCII inside a good text. */
static void
assert_characters (const char *property, const char *what, const char *good, const char *allowed)
{
  for (guint c = 1; c < 128; c++) {
    char text[64];
    gboolean is_good = c >= 0x20 && c != 0x7f && (allowed == NULL || strchr (allowed, (int) c) != NULL);

    g_snprintf (text, sizeof text, "%c%c%s", good[0], (char) c, good + 2);
    g_assert_cmpint (check_text (property, text, what), ==, is_good ? -1 : (int) MINIPAY_ERROR_INVALID);
  }
  g_assert_cmpint (check_text (property, "\xff\xfe-not-utf-8-at-all", what), ==, MINIPAY_ERROR_INVALID);
}

static void
test_number (void)
{
  g_assert_cmpint (check_text ("out-trade-no", "12345", "out_trade_no"), ==, MINIPAY_ERROR_INVALID);
  g_assert_cmpint (check_text ("out-trade-no", "123456", NULL), ==, -1);
  assert_length ("out-trade-no", "out_trade_no", 32, "7");
  /* no & and no = (CR-15); @, which some pages allow and others do not, is left out */
  assert_characters ("out-trade-no", "out_trade_no", "1415659990", ALNUM "_-|*");
  g_assert_cmpint (check_text ("out-trade-no", NULL, "out_trade_no"), ==, MINIPAY_ERROR_INVALID);
  g_assert_cmpint (check_text ("out-trade-no", "", "out_trade_no"), ==, MINIPAY_ERROR_INVALID);
}

static void
test_texts (void)
{
  assert_length ("subject", "subject", 128, "茶");
  assert_characters ("subject", "subject", "green tea", NULL);
  g_assert_cmpint (check_text ("subject", NULL, "subject"), ==, MINIPAY_ERROR_INVALID);
  assert_length ("attach", "attach", 127, "茶");
  assert_characters ("attach", "attach", "{test:1}", NULL);
  g_assert_cmpint (check_text ("attach", NULL, NULL), ==, -1);
  assert_length ("payer", "payer", 128, "o");
  assert_characters ("payer", "payer", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", ALNUM "_-");
  g_assert_cmpint (check_text ("payer", NULL, "payer"), ==, MINIPAY_ERROR_INVALID);
  assert_length ("client-ip", "client_ip", 64, ":");
  assert_characters ("client-ip", "client_ip", "14.23.150.211", "0123456789abcdefABCDEF.:");
  g_assert_cmpint (check_text ("client-ip", NULL, "client_ip"), ==, MINIPAY_ERROR_INVALID);
}

/* A text that reads as further parameters is never signed: the genuine notification could be cut into other fields.
 */
static void
test_ambiguous (void)
{
  static const char *const bad[] = {
    "&x=1",   "tea&x=",  "tea&total_fee=1",    "a&b&c=d", "&&a=", "tea&a.b=1", "tea&-=1",
    "茶&a=1", "a=b&c=d", "tea &sign_type=MD5", "&a:b=1",  "&0=",
  };
  static const char *const good[] = {
    "tea & cake", "a=b", "a&b", "&", "=", "&=", "a = b & c", "a=b=c", "?a=1", "a;b=c", "a&amp;b", "茶&茶",
  };
  static const char *const properties[][2] = { { "subject", "subject" }, { "attach", "attach" } };
  static const char *const extras[] = { "detail", "scene_info", "device_info", "goods_tag" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    for (guint j = 0; j < G_N_ELEMENTS (properties); j++)
      g_assert_cmpint (check_text (properties[j][0], bad[i], properties[j][1]), ==, MINIPAY_ERROR_INVALID);
    for (guint j = 0; j < G_N_ELEMENTS (extras); j++)
      g_assert_cmpint (check_extra (extras[j], g_variant_new_string (bad[i])), ==, MINIPAY_ERROR_INVALID);
  }
  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    for (guint j = 0; j < G_N_ELEMENTS (properties); j++)
      g_assert_cmpint (check_text (properties[j][0], good[i], NULL), ==, -1);
    for (guint j = 0; j < G_N_ELEMENTS (extras); j++)
      g_assert_cmpint (check_extra (extras[j], g_variant_new_string (good[i])), ==, -1);
  }
}

static void
test_notify_url (void)
{
  static const struct {
    const char *url;
    gboolean is_good;
  } cases[] = {
    { "https://shop.example/n", TRUE },
    { "http://shop.example/n", TRUE },
    { "HTTPS://shop.example/n", TRUE },
    { "https://shop.example:8443/n", TRUE },
    { "https://shop.example", TRUE },
    { "ftp://shop.example/n", FALSE },
    { "file:///etc/passwd", FALSE },
    { "https://shop.example/n?a=1", FALSE },
    { "https://shop.example/n?", FALSE },
    { "http://shop.example/n?a=1&b=2", FALSE },
    { "https://shop.example/n#top", FALSE },
    { "https://user@shop.example/n", FALSE },
    { "https://shop.example/a b", FALSE },
    { "https://shop.example/茶", FALSE },
    { "//shop.example/n", FALSE },
    { "shop.example/n", FALSE },
    { "", FALSE },
    { NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s", cases[i].url != NULL ? cases[i].url : "(none)");
    g_assert_cmpint (check_text ("notify-url", cases[i].url, "notify_url"),
                     ==,
                     cases[i].is_good ? -1 : (int) MINIPAY_ERROR_INVALID);
  }
  for (guint length = 255; length <= 257; length++) {
    g_autofree char *path = g_strnfill (length - (guint) strlen ("https://shop.example/"), 'n');
    g_autofree char *url = g_strconcat ("https://shop.example/", path, NULL);

    g_assert_cmpint (
        check_text ("notify-url", url, "notify_url"), ==, length <= 256 ? -1 : (int) MINIPAY_ERROR_INVALID);
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
    { 1, "CNY", -1 },
    { G_MAXINT64, "CNY", -1 },
    { 0, "CNY", MINIPAY_ERROR_INVALID },
    { -1, "CNY", MINIPAY_ERROR_INVALID },
    { G_MININT64, "CNY", MINIPAY_ERROR_INVALID },
    { 100, "HKD", MINIPAY_ERROR_INVALID },
    { 100, "cny", MINIPAY_ERROR_INVALID },
    { 100, "XXX", MINIPAY_ERROR_INVALID },
    { 100, "", MINIPAY_ERROR_INVALID },
    { 100, NULL, MINIPAY_ERROR_INVALID },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayMoney) total = minipay_money_new (cases[i].minor, cases[i].currency);
    GValue value = G_VALUE_INIT;

    g_value_set_boxed (g_value_init (&value, MINIPAY_TYPE_MONEY), total);
    g_assert_cmpint (check_value (NULL, "total", &value, "total"), ==, cases[i].code);
    g_value_unset (&value);
  }
}

static void
test_expiry (void)
{
  for (int ahead = 59; ahead <= 61; ahead++) {
    g_autoptr (GDateTime) expires_at = g_date_time_new_from_unix_utc (NOW + ahead);
    GValue value = G_VALUE_INIT;

    g_value_set_boxed (g_value_init (&value, G_TYPE_DATE_TIME), expires_at);
    g_assert_cmpint (
        check_value (NULL, "expires-at", &value, "expires_at"), ==, ahead >= 60 ? -1 : (int) MINIPAY_ERROR_INVALID);
    g_value_unset (&value);
  }
}

static void
test_method_and_wallet (void)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, MINIPAY_TYPE_METHOD);
  for (int method = MINIPAY_METHOD_MINI_PROGRAM; method <= MINIPAY_METHOD_TRANSIT; method++) {
    gboolean is_good = method == MINIPAY_METHOD_MINI_PROGRAM || method == MINIPAY_METHOD_JSAPI;

    g_value_set_enum (&value, method);
    g_assert_cmpint (
        check_value (NULL, "method", &value, NULL), ==, is_good ? -1 : (int) MINIPAY_ERROR_NOT_SUPPORTED);
  }
  g_value_unset (&value);
  g_value_init (&value, MINIPAY_TYPE_WALLET);
  g_value_set_enum (&value, MINIPAY_WALLET_WECHAT);
  g_assert_cmpint (check_value (NULL, "wallet", &value, NULL), ==, -1);
  g_value_set_enum (&value, MINIPAY_WALLET_ALIPAY);
  g_assert_cmpint (check_value (NULL, "wallet", &value, NULL), ==, MINIPAY_ERROR_NOT_SUPPORTED);
  g_value_unset (&value);
}

static void
test_extras (void)
{
  static const struct {
    const char *name;
    const char *value;
    int code;
  } cases[] = {
    { "limit_pay", "'no_credit'", -1 },
    { "limit_pay", "'no_debit'", MINIPAY_ERROR_INVALID },
    { "limit_pay", "['no_credit']", MINIPAY_ERROR_INVALID },
    { "receipt", "'Y'", -1 },
    { "receipt", "'y'", MINIPAY_ERROR_INVALID },
    { "receipt", "true", MINIPAY_ERROR_INVALID },
    { "profit_sharing", "'Y'", -1 },
    { "profit_sharing", "'N'", -1 },
    { "profit_sharing", "'n'", MINIPAY_ERROR_INVALID },
    { "profit_sharing", "true", MINIPAY_ERROR_INVALID },
    { "trade_type", "'NATIVE'", MINIPAY_ERROR_NOT_SUPPORTED },
    { "total_fee", "'1'", MINIPAY_ERROR_NOT_SUPPORTED },
    { "sign_type", "'MD5'", MINIPAY_ERROR_NOT_SUPPORTED },
    { "version", "'1.0'", MINIPAY_ERROR_NOT_SUPPORTED },
    { "sub_mch_id", "'1'", MINIPAY_ERROR_NOT_SUPPORTED },
  };
  static const struct {
    const char *name;
    guint limit;
  } lengths[] = { { "device_info", 32 }, { "detail", 6000 }, { "goods_tag", 32 }, { "scene_info", 256 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (check_extra (cases[i].name, g_variant_new_parsed (cases[i].value)), ==, cases[i].code);
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_autofree char *longest = g_strnfill (lengths[i].limit, 'a');
    g_autofree char *longer = g_strnfill (lengths[i].limit + 1, 'a');

    g_assert_cmpint (check_extra (lengths[i].name, g_variant_new_string (longest)), ==, -1);
    g_assert_cmpint (check_extra (lengths[i].name, g_variant_new_string (longer)), ==, MINIPAY_ERROR_INVALID);
  }
}

static void
test_ref (void)
{
  static const struct {
    const char *out_trade_no;
    const char *transaction_id;
    int code;
  } cases[] = {
    { "1415659990", NULL, -1 },
    { "T_-|*1", NULL, -1 },
    { NULL, "1008450740201411110005820873", -1 },
    { NULL, NULL, MINIPAY_ERROR_INVALID },
    { "1415659990", "1008450740201411110005820873", MINIPAY_ERROR_INVALID },
    { "14156", NULL, MINIPAY_ERROR_INVALID },
    { "141565&x=1", NULL, MINIPAY_ERROR_INVALID },
    { "T@shop1", NULL, MINIPAY_ERROR_INVALID },
    { NULL, "1008&out_trade_no=1", MINIPAY_ERROR_INVALID },
    { NULL, "", MINIPAY_ERROR_INVALID },
  };
  g_autoptr (MinipayTestExchange) x = minipay_test_exchange_new ("wechat-v2", G_TYPE_INVALID, settings, NULL);

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

/* --- The account --- */

static void
test_settings (void)
{
  static const struct {
    const char *name;
    const char *value;
    gboolean is_good;
  } cases[] = {
    { "sign-type", "MD5", TRUE },
    { "sign-type", "HMAC-SHA256", TRUE },
    { "sign-type", "md5", FALSE },
    { "sign-type", "hmac-sha256", FALSE },
    { "sign-type", "SHA1", FALSE },
    { "api-key", "192006250b4c09247ec02edce69f6a2", FALSE },
    { "api-key", "192006250b4c09247ec02edce69f6a2d0", FALSE },
    { "api-key", "", FALSE },
    { "api-key", NULL, FALSE },
    { "mchid", "1230000109x", FALSE },
    { "mchid", "12345678901234567890123456789012", TRUE },
    { "mchid", "123456789012345678901234567890123", FALSE },
    { "mchid", NULL, FALSE },
    { "appid", "wx2421b1c4370ec43b&", FALSE },
    { "appid", "wx345678901234567890123456789012", TRUE },
    { "appid", "wx3456789012345678901234567890123", FALSE },
    { "appid", "", FALSE },
    { "appid", NULL, FALSE },
    { "api-v3-key", "192006250b4c09247ec02edce69f6a2d", FALSE },
  };
  g_autoptr (MinipayProviderInfo) info = minipay_test_info_new ("wechat-v2");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GHashTable) all = minipay_test_settings_new (settings);
    g_autoptr (MinipayAccountConfig) config = NULL;
    g_autoptr (GError) error = NULL;

    if (cases[i].value != NULL)
      g_hash_table_replace (all, g_strdup (cases[i].name), g_strdup (cases[i].value));
    else
      g_hash_table_remove (all, cases[i].name);
    config = minipay_test_config_new (info, all, &error);
    if (cases[i].is_good) {
      g_assert_no_error (error);
      g_assert_cmpstr (minipay_account_config_get_string (config, cases[i].name), ==, cases[i].value);
      continue;
    }
    g_test_message ("%s=%s", cases[i].name, cases[i].value != NULL ? cases[i].value : "(none)");
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
    g_assert_nonnull (strstr (error->message, cases[i].name));
    /* a wrong key is not quoted */
    g_assert_null (strstr (error->message, "192006250b"));
  }
}

/* CR-14: who says nothing gets the better digest. */
static void
test_default_digest (void)
{
  g_autoptr (MinipayTestExchange) x = minipay_test_exchange_new ("wechat-v2", G_TYPE_INVALID, settings, NULL);

  g_assert_cmpstr (minipay_account_config_get_string (x->config, "sign-type"), ==, "HMAC-SHA256");
}

static void
test_hosts (void)
{
  static const char *const loopback[] = { "endpoint", "http://127.0.0.1:8080", NULL };
  g_autoptr (MinipayTestExchange) x = minipay_test_exchange_new ("wechat-v2", G_TYPE_INVALID, settings, NULL);
  g_autoptr (MinipayTestExchange) y = minipay_test_exchange_new ("wechat-v2", G_TYPE_INVALID, settings, loopback);
  const char *const *urls = minipay_account_config_get_base_urls (x->config);

  g_assert_cmpstr (urls[0], ==, "https://api.mch.weixin.qq.com");
  g_assert_cmpstr (urls[1], ==, "https://api2.mch.weixin.qq.com");
  g_assert_null (urls[2]);
  urls = minipay_account_config_get_base_urls (y->config);
  g_assert_cmpstr (urls[0], ==, "http://127.0.0.1:8080");
  g_assert_null (urls[1]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v2/limits/out-trade-no", test_number);
  g_test_add_func ("/wechat-v2/limits/texts", test_texts);
  g_test_add_func ("/wechat-v2/limits/ambiguous-text-refused", test_ambiguous);
  g_test_add_func ("/wechat-v2/limits/notify-url", test_notify_url);
  g_test_add_func ("/wechat-v2/limits/total", test_total);
  g_test_add_func ("/wechat-v2/limits/expiry", test_expiry);
  g_test_add_func ("/wechat-v2/limits/method-and-wallet", test_method_and_wallet);
  g_test_add_func ("/wechat-v2/limits/extras", test_extras);
  g_test_add_func ("/wechat-v2/limits/ref", test_ref);
  g_test_add_func ("/wechat-v2/account/settings", test_settings);
  g_test_add_func ("/wechat-v2/account/default-digest", test_default_digest);
  g_test_add_func ("/wechat-v2/account/hosts", test_hosts);
  return g_test_run ();
}
