/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "global-shop.h"

/* The settings of the direct merchant with @changes laid over them. NULL for an account that is refused: as CONFIG,
 * with its name and every one of @words. */
static MinipayAccountConfig *
read_account (const char *const *changes, const char *const *words)
{
  g_autoptr (MinipayProviderInfo) info = minipay_test_info_new ("wechat-global");
  g_autoptr (GHashTable) settings = NULL;
  g_autoptr (GPtrArray) pairs = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  MinipayAccountConfig *config;

  for (guint i = 0; global_direct[i] != NULL; i++)
    g_ptr_array_add (pairs, (gpointer) global_direct[i]);
  for (; changes != NULL && *changes != NULL; changes += 2) {
    g_ptr_array_add (pairs, (gpointer) changes[0]);
    g_ptr_array_add (pairs, (gpointer) changes[1]);
  }
  g_ptr_array_add (pairs, NULL);
  settings = minipay_test_settings_new ((const char *const *) pairs->pdata);
  config = minipay_test_config_new (info, settings, &error);
  if (config != NULL)
    return config;
  g_test_message ("%s", error->message);
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "account tea-shop"));
  for (; words != NULL && *words != NULL; words++)
    if (strstr (error->message, *words) == NULL)
      g_error ("\"%s\" does not say \"%s\"", error->message, *words);
  return NULL;
}

static void
assert_taken (const char *const *changes)
{
  g_autoptr (MinipayAccountConfig) config = read_account (changes, NULL);

  g_assert_nonnull (config);
}

static void
assert_refused (const char *const *changes, const char *word)
{
  const char *const words[] = { word, NULL };

  g_assert_null (read_account (changes, words));
}

/* One setting of a good account, which is laid over the direct merchant's, with another value. */
static void
assert_value (const char *const *account, const char *name, const char *value, gboolean is_good)
{
  const char *changes[16] = { NULL };
  guint n = 0;

  for (; account != NULL && *account != NULL; account++)
    changes[n++] = *account;
  changes[n++] = name;
  changes[n++] = value;
  g_assert_cmpuint (n, <, G_N_ELEMENTS (changes));
  g_test_message ("%s=%s", name, value != NULL ? value : "(none)");
  if (is_good)
    assert_taken (changes);
  else
    assert_refused (changes, name);
}

static void
test_good (void)
{
  g_autoptr (MinipayAccountConfig) direct = read_account (NULL, NULL);
  g_autoptr (MinipayAccountConfig) institution = read_account (global_institution, NULL);
  const char *const *urls;

  g_assert_nonnull (direct);
  g_assert_nonnull (institution);
  g_assert_cmpstr (minipay_account_config_get_mode (institution), ==, "institution");
  g_assert_cmpstr (minipay_account_config_get_string (institution, "sub-mchid"), ==, "1900000109");
  g_assert_null (minipay_account_config_get_string (direct, "sub-mchid"));
  g_assert_null (minipay_account_config_get_string (direct, "api-v3-key"));
  urls = minipay_account_config_get_base_urls (direct);
  g_assert_cmpstr (urls[0], ==, "https://apihk.mch.weixin.qq.com");
  g_assert_cmpstr (urls[1], ==, "https://api.mch.weixin.qq.com");
  g_assert_null (urls[2]);
  assert_taken (global_institution_own);
}

static void
test_mode (void)
{
  static const char *const none[] = { "mode", NULL, NULL };
  g_autoptr (MinipayAccountConfig) config = read_account (none, NULL);

  g_assert_nonnull (config);
  g_assert_cmpstr (minipay_account_config_get_mode (config), ==, "direct");
  assert_value (NULL, "mode", "certificate", FALSE);
  assert_value (NULL, "mode", "Institution", FALSE);
  assert_value (NULL, "mode", "", FALSE);
}

static void
test_mixed (void)
{
  static const char *const sub_mchid[] = { "sub-mchid", "1900000109", NULL };
  static const char *const sub_appid[] = { "sub-appid", "wx2421b1c4370ec43b", NULL };
  static const char *const no_mode[] = { "mode", NULL, "sub-mchid", "1900000109", NULL };
  static const char *const blank[] = { "sub-mchid", "", "sub-appid", "", NULL };
  static const char *const alone[] = { "mode", "institution", NULL };
  static const char *const sub_appid_alone[] = { "mode", "institution", "sub-appid", "wx2421b1c4370ec43b", NULL };

  g_test_summary ("Exactly one set of members is an account's: a mixture is a mistake about who is paid.");
  assert_refused (sub_mchid, "sub-mchid");
  assert_refused (sub_appid, "sub-appid");
  assert_refused (no_mode, "sub-mchid");
  assert_taken (blank);
  assert_refused (alone, "sub-mchid");
  assert_refused (sub_appid_alone, "sub-mchid");
  assert_value (global_institution, "sub-mchid", "", FALSE);
}

static void
test_missing (void)
{
  static const char *const nothing[] = {
    "mchid",
    NULL,
    "appid",
    NULL,
    "merchant-category-code",
    NULL,
    "merchant-serial",
    NULL,
    "private-key",
    NULL,
    "api-v3-key",
    NULL,
    "mode",
    NULL,
    NULL,
  };
  static const char *const nothing_of_institution[] = {
    "mchid",
    NULL,
    "appid",
    NULL,
    "merchant-category-code",
    NULL,
    "merchant-serial",
    NULL,
    "private-key",
    NULL,
    "api-v3-key",
    NULL,
    "mode",
    "institution",
    NULL,
  };
  static const char *const words[] = {
    "mchid", "appid", "merchant-category-code", "merchant-serial", "private-key", "api-v3-key", NULL,
  };
  static const char *const words_of_institution[] = {
    "mchid", "appid", "merchant-category-code", "merchant-serial", "private-key", "api-v3-key", "sub-mchid", NULL,
  };

  g_test_summary ("Everything that is missing is named at once.");
  g_assert_null (read_account (nothing, words));
  g_assert_null (read_account (nothing_of_institution, words_of_institution));
  for (guint i = 0; words[i] != NULL; i++) {
    assert_value (NULL, words[i], NULL, FALSE);
    assert_value (global_institution, words[i], NULL, FALSE);
  }
}

static void
test_keys_of_gateway (void)
{
  static const char *const certificate[] = {
    "platform-certificate", "fixture:wechatpay-go-test-cert", "public-key", NULL, "public-key-id", NULL, NULL,
  };
  static const char *const both[] = { "platform-certificate", "fixture:wechatpay-go-test-cert", NULL };
  static const char *const neither[] = { "public-key", NULL, "public-key-id", NULL, NULL };
  static const char *const id_alone[] = { "public-key", NULL, NULL };
  static const char *const words[] = { "public-key", "platform-certificate", NULL };

  assert_taken (certificate);
  assert_taken (both);
  g_assert_null (read_account (neither, words));
  g_assert_null (read_account (id_alone, words));
  assert_value (NULL, "public-key-id", NULL, FALSE);
  assert_value (global_institution, "public-key-id", "", FALSE);
}

static void
test_texts (void)
{
  static const struct {
    const char *name;
    const char *value;
    gboolean is_good;
  } cases[] = {
    { "merchant-category-code", "5812", TRUE },
    { "merchant-category-code", "1234567890123456", TRUE },
    { "merchant-category-code", "12345678901234567", FALSE },
    { "merchant-category-code", "10 11", FALSE },
    { "merchant-category-code", "", FALSE },
    { "sub-mchid", "12345678901234567890123456789012", TRUE },
    { "sub-mchid", "123456789012345678901234567890123", FALSE },
    { "sub-mchid", "19000a0109", FALSE },
    { "sub-mchid", "1900000109&mchid=1", FALSE },
    { "sub-mchid", "1900000109\n", FALSE },
    { "sub-appid", "wx 8888", FALSE },
    { "sub-appid", "wx888888888888888\n", FALSE },
    { "sub-appid", "123456789012345678901234567890123", FALSE },
    { "mchid", "1900000100\"", FALSE },
    { "appid", "wx2421b1c4370ec43b\n", FALSE },
    { "merchant-serial", "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DG", FALSE },
    { "api-v3-key", "AES256Key-32Characters123456789", FALSE },
    { "sp-mchid", "1900000100", FALSE },
    { "currency", "HKD", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_value (global_institution, cases[i].name, cases[i].value, cases[i].is_good);
}

/* No answer signed with it could be read: the account is refused, or asks for the key that it has. */
static void
test_id_without_key (void)
{
  static const char *const changes[] = {
    "platform-certificate", "fixture:wechatpay-go-test-cert", "public-key", NULL, NULL,
  };
  static const char *const words[] = { "public-key", NULL };
  g_autoptr (MinipayAccountConfig) config = read_account (changes, words);
  g_autoptr (MinipayOrder) order = global_order_new (MINIPAY_METHOD_MINI_PROGRAM, 888, "HKD");
  g_autoptr (MinipayTestExchange) x = NULL;
  g_autoptr (GError) error = NULL;

  if (config == NULL)
    return;
  x = global_new (changes);
  /* the certificate's time, and its serial: openssl x509 -noout -serial */
  x->now = 1624523846;
  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  minipay_test_assert_header (x, "Wechatpay-Serial", "D7CE59D1F522D701");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  /* the gateway's key comes with the first account */
  minipay_test_exchange_free (global_new (NULL));
  g_test_add_func ("/wechat-global/accounts/good", test_good);
  g_test_add_func ("/wechat-global/accounts/mode", test_mode);
  g_test_add_func ("/wechat-global/accounts/mixed-modes-refused", test_mixed);
  g_test_add_func ("/wechat-global/accounts/missing-all-named", test_missing);
  g_test_add_func ("/wechat-global/accounts/keys-of-the-gateway", test_keys_of_gateway);
  g_test_add_func ("/wechat-global/accounts/texts", test_texts);
  g_test_add_func ("/wechat-global/accounts/id-without-key", test_id_without_key);
  return g_test_run ();
}
