/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "support/test-exchange.h"

static const char *const weidoufu_settings[] = {
  "provider",   "weidoufu",
  "access-key", "22c2f18010bc1f10gkpdjdspjpfjspn3",
  "secret-key", "EkfB1+3w39F2mvMBcXb4/7PRfVTgs+Bh",
  NULL,
};

static const char *const v3_settings[] = {
  "provider",
  "wechat-v3",
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

/* NULL when the account is refused, as CONFIG, with the account's name and every one of @words in the message. */
static MinipayAccountConfig *
read_account (const char *provider, const char *const *pairs, const char *const *words)
{
  g_autoptr (MinipayProviderInfo) info = minipay_test_info_new (provider);
  g_autoptr (GHashTable) settings = minipay_test_settings_new (pairs);
  g_autoptr (GError) error = NULL;
  MinipayAccountConfig *config = minipay_test_config_new (info, settings, &error);

  if (config != NULL) {
    g_assert_no_error (error);
    return config;
  }
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "account tea-shop"));
  for (; words != NULL && *words != NULL; words++)
    if (strstr (error->message, *words) == NULL)
      g_error ("\"%s\" does not say \"%s\"", error->message, *words);
  return NULL;
}

/* One setting of a good account changed; NULL takes it out. */
static MinipayAccountConfig *
read_changed (const char *provider, const char *name, const char *value, const char *word)
{
  const char *const *base = strcmp (provider, "weidoufu") == 0 ? weidoufu_settings : v3_settings;
  const char *const words[] = { word, NULL };
  const char *pairs[32] = { NULL };
  guint n = 0;

  for (; *base != NULL; base++)
    pairs[n++] = *base;
  pairs[n++] = name;
  pairs[n++] = value;
  return read_account (provider, pairs, words);
}

static void
assert_changed (const char *provider, const char *name, const char *value, gboolean is_good)
{
  g_autoptr (MinipayAccountConfig) config = read_changed (provider, name, value, name);

  g_test_message ("%s=%s", name, value != NULL ? value : "(none)");
  g_assert_cmpint (config != NULL, ==, is_good);
}

static void
test_good (void)
{
  g_autoptr (MinipayAccountConfig) weidoufu = read_account ("weidoufu", weidoufu_settings, NULL);
  g_autoptr (MinipayAccountConfig) v3 = read_account ("wechat-v3", v3_settings, NULL);
  const char *const *urls;

  g_assert_nonnull (weidoufu);
  g_assert_cmpstr (minipay_account_config_get_name (weidoufu), ==, "tea-shop");
  g_assert_null (minipay_account_config_get_mode (weidoufu));
  g_assert_cmpstr (minipay_account_config_get_string (weidoufu, "body-format"), ==, "json");
  g_assert_cmpstr (minipay_account_config_get_string (weidoufu, "notify-digest"), ==, "hex");
  g_assert_cmpstr (minipay_account_config_get_string (weidoufu, "notify-text"), ==, "received");
  g_assert_cmpstr (minipay_account_config_get_string (weidoufu, "reply-body"), ==, "success");
  g_assert_cmpstr (minipay_account_config_get_string (weidoufu, "reply-content-type"), ==, "text/plain");
  g_assert_false (minipay_account_config_get_boolean (weidoufu, "settle-on-query"));
  g_assert_true (minipay_account_config_has_field (weidoufu, "secret-key"));
  g_assert_null (minipay_account_config_get_string (weidoufu, "secret-key"));
  urls = minipay_account_config_get_base_urls (weidoufu);
  g_assert_cmpstr (urls[0], ==, "https://open.weidoufu.com");
  g_assert_null (urls[1]);

  g_assert_nonnull (v3);
  g_assert_cmpstr (minipay_account_config_get_mode (v3), ==, "public-key");
  g_assert_true (minipay_account_config_has_field (v3, "private-key"));
  g_assert_null (minipay_account_config_get_string (v3, "private-key"));
  g_assert_null (minipay_account_config_get_string (v3, "api-v3-key"));
  urls = minipay_account_config_get_base_urls (v3);
  g_assert_cmpstr (urls[0], ==, "https://api.mch.weixin.qq.com");
  g_assert_cmpstr (urls[1], ==, "https://api2.mch.weixin.qq.com");
  g_assert_null (urls[2]);
  g_assert_false (minipay_account_config_is_loopback (v3));
}

static void
test_missing (void)
{
  static const char *const none[] = { NULL };
  static const char *const certificate[] = { "mode", "certificate", NULL };
  static const char *const blank[] = { "access-key", "", "secret-key", "", NULL };
  static const char *const weidoufu[] = { "access-key", "secret-key", NULL };
  static const char *const v3[] = {
    "mchid", "appid", "merchant-serial", "private-key", "api-v3-key", "public-key", "public-key-id", NULL,
  };
  static const char *const v3_certificate[] = {
    "mchid", "appid", "merchant-serial", "private-key", "api-v3-key", "platform-certificate", NULL,
  };

  g_test_summary ("Everything that is missing is named at once.");
  g_assert_null (read_account ("weidoufu", none, weidoufu));
  g_assert_null (read_account ("weidoufu", blank, weidoufu));
  g_assert_null (read_account ("wechat-v3", none, v3));
  g_assert_null (read_account ("wechat-v3", certificate, v3_certificate));
}

static void
test_mode (void)
{
  g_assert_null (read_changed ("wechat-v3", "mode", "certificates", "public-key, certificate"));
  g_assert_null (read_changed ("wechat-v3", "mode", "", "mode"));
  g_assert_null (read_changed ("wechat-v3", "mode", "certificate", "platform-certificate"));
  g_assert_null (read_changed ("weidoufu", "mode", "public-key", "mode"));
}

static void
test_names (void)
{
  g_assert_null (read_changed ("weidoufu", "acess-key", "x", "acess-key"));
  g_assert_null (read_changed ("weidoufu", "Access-Key", "x", "Access-Key"));
  g_assert_null (read_changed ("weidoufu", "mchid", "1900007291", "mchid"));
}

static void
test_choices (void)
{
  static const struct {
    const char *name;
    const char *value;
    gboolean is_good;
  } cases[] = {
    { "body-format", "json", TRUE },     { "body-format", "form", TRUE },      { "body-format", "xml", FALSE },
    { "body-format", "JSON", FALSE },    { "body-format", "json ", FALSE },    { "notify-digest", "raw", TRUE },
    { "notify-digest", "md5", FALSE },   { "notify-text", "compact", TRUE },   { "notify-text", "any", FALSE },
    { "settle-on-query", "true", TRUE }, { "settle-on-query", "false", TRUE }, { "settle-on-query", "1", FALSE },
    { "settle-on-query", "yes", FALSE }, { "settle-on-query", "True", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_changed ("weidoufu", cases[i].name, cases[i].value, cases[i].is_good);
}

static void
test_texts (void)
{
  assert_changed ("wechat-v3", "mchid", "19000a7291", FALSE);
  assert_changed ("wechat-v3", "mchid", "1900007291\"", FALSE);
  assert_changed ("wechat-v3", "mchid", "1900007291\n", FALSE);
  assert_changed ("wechat-v3", "mchid", "12345678901234567890123456789012", TRUE);
  assert_changed ("wechat-v3", "mchid", "123456789012345678901234567890123", FALSE);
  assert_changed ("wechat-v3", "appid", "wx\nd678", FALSE);
  assert_changed ("wechat-v3", "merchant-serial", "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DG", FALSE);
  assert_changed ("wechat-v3", "public-key-id", "PUB_KEY_ID_1\",", FALSE);
  /* the manual's own example has 33 characters */
  assert_changed ("weidoufu", "access-key", "22c2f18010bc1f10gkpdjdspjpfjspn33", TRUE);
  assert_changed (
      "weidoufu", "access-key", "22c2f18010bc1f10gkpdjdspjpfjspn322c2f18010bc1f10gkpdjdspjpfjspn33", FALSE);
  assert_changed ("weidoufu", "reply-content-type", "text/plain\r\nX: y", FALSE);
}

static void
test_secrets (void)
{
  static const struct {
    const char *provider;
    const char *name;
    const char *value;
    gboolean is_good;
  } cases[] = {
    { "weidoufu", "secret-key", "1b3d5f7h9j1l3n5", FALSE }, /* 15 bytes */
    { "weidoufu", "secret-key", "1b3d5f7h9j1l3n5p", TRUE },
    { "weidoufu", "secret-key", "                ", FALSE },
    { "weidoufu", "secret-key", "\t\n                ", FALSE },
    { "weidoufu", "secret-key", " 1b3d5f7h9j1l3n5p", FALSE },
    { "weidoufu", "secret-key", "env:MINIPAY_TEST_NO_SUCH_VARIABLE", FALSE },
    { "weidoufu", "secret-key", "file:no-such-file", FALSE },
    { "weidoufu", "secret-key", "file:", FALSE },
    { "wechat-v3", "api-v3-key", "AES256Key-32Characters123456789", FALSE },
    { "wechat-v3", "api-v3-key", "AES256Key-32Characters12345678901", FALSE },
    { "wechat-v3", "api-v3-key", "testMchAPIv3Key0", FALSE },
    { "wechat-v3", "api-v3-key", "                                ", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_changed (cases[i].provider, cases[i].name, cases[i].value, cases[i].is_good);
}

static void
test_secret_files (void)
{
  static const struct {
    const char *text;
    int mode;
    gboolean is_good;
  } cases[] = {
    { "AES256Key-32Characters1234567890", 0600, TRUE },
    /* an editor's line end is no part of the key */
    { "AES256Key-32Characters1234567890\n", 0600, TRUE },
    { "AES256Key-32Characters1234567890\r\n", 0400, TRUE },
    { "AES256Key-32Characters123456789\n", 0600, FALSE },
    { "AES256Key-32Characters1234567890", 0620, FALSE },
    { "AES256Key-32Characters1234567890", 0602, FALSE },
    { "", 0600, FALSE },
    { "\n", 0600, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    minipay_test_write ("api-v3.key", cases[i].text, cases[i].mode);
    assert_changed ("wechat-v3", "api-v3-key", "file:api-v3.key", cases[i].is_good);
    minipay_test_write ("api-v3.key", "", 0600);
  }
}

/* Of a file's text the key is what counts, also where a least length is asked for. */
static void
test_short_secret_in_file (void)
{
  minipay_test_write ("short.key", "1b3d5f7h9j1l3n5\n", 0600);
  assert_changed ("weidoufu", "secret-key", "file:short.key", FALSE);
}

static void
test_secret_from_environment (void)
{
  g_autoptr (MinipayAccountConfig) config = NULL;

  g_setenv ("MINIPAY_TEST_SECRET", "1b3d5f7h9j1l3n5p", TRUE);
  config = read_changed ("weidoufu", "secret-key", "env:MINIPAY_TEST_SECRET", NULL);
  g_assert_nonnull (config);
  g_setenv ("MINIPAY_TEST_SECRET", "", TRUE);
  assert_changed ("weidoufu", "secret-key", "env:MINIPAY_TEST_SECRET", FALSE);
}

/* Whatever is wrong with a secret, the message does not repeat it. */
static void
test_secret_not_told (void)
{
  static const char *const values[][2] = {
    { "api-v3-key", "AES256Key-32Characters123456789" },
    { "private-key", "-----BEGIN PRIVATE KEY-----AES256Key" },
    { "public-key", "AES256Key" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autoptr (MinipayProviderInfo) info = minipay_test_info_new ("wechat-v3");
    g_autoptr (GHashTable) settings = minipay_test_settings_new (v3_settings);
    g_autoptr (GError) error = NULL;

    g_hash_table_replace (settings, g_strdup (values[i][0]), g_strdup (values[i][1]));
    g_assert_null (minipay_test_config_new (info, settings, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
    g_assert_null (strstr (error->message, "AES256Key"));
  }
}

static void
test_key_files (void)
{
  const char *private_key = minipay_test_key_text ("wxp-doc-mch-1900007291");
  const char *public_key = minipay_test_key_text ("wxp-doc-platform");
  const char *certificate = minipay_test_key_text ("wechatpay-go-test-cert");

  minipay_test_write ("mch.pem", private_key, 0600);
  minipay_test_write ("mch-group.pem", private_key, 0660);
  minipay_test_write ("gateway-public.pem", public_key, 0644);
  minipay_test_write ("gateway-cert.pem", certificate, 0644);
  minipay_test_write ("empty.pem", "", 0600);
  minipay_test_write ("nonsense.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 0600);

  assert_changed ("wechat-v3", "private-key", "file:mch.pem", TRUE);
  assert_changed ("wechat-v3", "private-key", "file:mch-group.pem", FALSE);
  assert_changed ("wechat-v3", "private-key", "file:no-such.pem", FALSE);
  assert_changed ("wechat-v3", "private-key", "file:empty.pem", FALSE);
  assert_changed ("wechat-v3", "private-key", "file:nonsense.pem", FALSE);
  assert_changed ("wechat-v3", "private-key", "file:gateway-public.pem", FALSE);
  assert_changed ("wechat-v3", "private-key", "file:gateway-cert.pem", FALSE);
  assert_changed ("wechat-v3", "private-key", "mch.pem", FALSE);
  assert_changed ("wechat-v3", "private-key", "file:.", FALSE);
  /* a key in the configuration itself would be read by whoever reads that */
  assert_changed ("wechat-v3", "private-key", private_key, FALSE);
  assert_changed ("wechat-v3", "public-key", "file:gateway-public.pem", TRUE);
  assert_changed ("wechat-v3", "public-key", "file:no-such.pem", FALSE);
  assert_changed ("wechat-v3", "public-key", "file:empty.pem", FALSE);
  assert_changed ("wechat-v3", "platform-certificate", "file:gateway-cert.pem", TRUE);
  assert_changed ("wechat-v3", "platform-certificate", "file:gateway-public.pem", FALSE);
  assert_changed ("wechat-v3", "platform-certificate", "file:no-such.pem", FALSE);
  assert_changed ("wechat-v3", "public-key-id", NULL, FALSE);
  assert_changed ("wechat-v3", "public-key", NULL, FALSE);
}

/* What consoles hand out besides PEM, as they hand it out. */
static void
test_key_shapes (void)
{
  const char *pem = minipay_test_key_text ("wxp-doc-mch-1900007291");
  const char *begin = strchr (pem, '\n') + 1;
  g_autofree char *base64 = g_strndup (begin, (gsize) (strstr (begin, "-----END") - begin));
  g_autofree char *both = g_strconcat (pem, minipay_test_key_text ("wechatpay-go-test-cert"), NULL);
  g_autofree char *two = g_strconcat (pem, minipay_test_key_text ("gunsluo-mock"), NULL);
  g_autofree char *short_one = g_strndup (base64, 400);

  g_setenv ("MINIPAY_TEST_KEY", base64, TRUE);
  assert_changed ("wechat-v3", "private-key", "env:MINIPAY_TEST_KEY", TRUE);
  g_setenv ("MINIPAY_TEST_KEY", pem, TRUE);
  assert_changed ("wechat-v3", "private-key", "env:MINIPAY_TEST_KEY", TRUE);
  g_setenv ("MINIPAY_TEST_KEY", short_one, TRUE);
  assert_changed ("wechat-v3", "private-key", "env:MINIPAY_TEST_KEY", FALSE);
  g_setenv ("MINIPAY_TEST_KEY", both, TRUE);
  assert_changed ("wechat-v3", "private-key", "env:MINIPAY_TEST_KEY", FALSE);
  g_setenv ("MINIPAY_TEST_KEY", two, TRUE);
  assert_changed ("wechat-v3", "private-key", "env:MINIPAY_TEST_KEY", FALSE);
  /* its serial is not the id, so no message could ever be found genuine by it */
  minipay_test_write ("platform.pem", minipay_test_key_text ("wechatpay-go-test-cert"), 0600);
  g_assert_null (read_changed ("wechat-v3", "public-key", "file:platform.pem", "D7CE59D1F522D701"));
}

/* A key that came before needs its end, and is a key like the other. */
static void
test_previous_key (void)
{
  static const struct {
    const char *value;
    const char *until; /* NULL: none */
    const char *word;  /* NULL: good */
  } cases[] = {
    { "192006250b4c09247ec02edce69f6a2d", "2026-12-01T00:00:00+08:00", NULL },
    { "192006250b4c09247ec02edce69f6a2d", NULL, "previous-key-until" },
    { "192006250b4c09247ec02edce69f6a2d", "2026-12-01", "previous-key-until" },
    { "192006250b4c09247ec02edce69f6a2d", "forever", "previous-key-until" },
    { "192006250b4c09247ec02edce69f6a2", "2026-12-01T00:00:00Z", "previous-api-v3-key" },
    { "                                ", "2026-12-01T00:00:00Z", "previous-api-v3-key" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *const words[] = { cases[i].word, NULL };
    const char *pairs[32] = { NULL };
    guint n = 0;
    g_autoptr (MinipayAccountConfig) config = NULL;

    for (const char *const *base = v3_settings; *base != NULL; base++)
      pairs[n++] = *base;
    pairs[n++] = "previous-api-v3-key";
    pairs[n++] = cases[i].value;
    pairs[n++] = "previous-key-until";
    pairs[n++] = cases[i].until;
    config = read_account ("wechat-v3", pairs, words);
    g_assert_cmpint (config != NULL, ==, cases[i].word == NULL);
  }
}

static void
test_endpoints (void)
{
  static const struct {
    const char *endpoint;
    const char *first; /* NULL: refused */
    const char *second;
    gboolean is_loopback;
  } cases[] = {
    { "https://gateway.example", "https://gateway.example", NULL, FALSE },
    { "https://gateway.example/", "https://gateway.example", NULL, FALSE },
    { "https://gateway.example:8443", "https://gateway.example:8443", NULL, FALSE },
    { "https://a.example;https://b.example", "https://a.example", "https://b.example", FALSE },
    { "https://a.example ; https://b.example", "https://a.example", "https://b.example", FALSE },
    { "http://127.0.0.1:8080", "http://127.0.0.1:8080", NULL, TRUE },
    { "http://localhost:8080", "http://localhost:8080", NULL, TRUE },
    { "http://[::1]:8080", "http://[::1]:8080", NULL, TRUE },
    { "https://127.0.0.1:8443", "https://127.0.0.1:8443", NULL, TRUE },
    { "http://127.9.9.9", "http://127.9.9.9", NULL, TRUE },
    { "http://gateway.example", NULL, NULL, FALSE },
    { "http://10.0.0.1:8080", NULL, NULL, FALSE },
    { "http://127.0.0.1.example", NULL, NULL, FALSE },
    { "http://localhost.example", NULL, NULL, FALSE },
    { "https://gateway.example/v3", NULL, NULL, FALSE },
    { "https://gateway.example?a=1", NULL, NULL, FALSE },
    { "https://gateway.example#a", NULL, NULL, FALSE },
    { "https://user@gateway.example", NULL, NULL, FALSE },
    { "https://user:password@gateway.example", NULL, NULL, FALSE },
    { "http://127.0.0.1:80@gateway.example", NULL, NULL, FALSE },
    { "ftp://gateway.example", NULL, NULL, FALSE },
    { "ftp://127.0.0.1", NULL, NULL, FALSE },
    { "gateway.example", NULL, NULL, FALSE },
    { "//gateway.example", NULL, NULL, FALSE },
    { "https://", NULL, NULL, FALSE },
    { "https://gateway.example;", NULL, NULL, FALSE },
    { "https://gateway.example;http://127.0.0.1:8080", NULL, NULL, FALSE },
    { "http://127.0.0.1:8080;https://gateway.example", NULL, NULL, FALSE },
    { " ", NULL, NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayAccountConfig) config = read_changed ("wechat-v3", "endpoint", cases[i].endpoint, "endpoint");
    const char *const *urls;

    g_test_message ("%s", cases[i].endpoint);
    g_assert_cmpint (config != NULL, ==, cases[i].first != NULL);
    if (config == NULL)
      continue;
    urls = minipay_account_config_get_base_urls (config);
    g_assert_cmpstr (urls[0], ==, cases[i].first);
    g_assert_cmpstr (urls[1], ==, cases[i].second);
    g_assert_cmpint (minipay_account_config_is_loopback (config), ==, cases[i].is_loopback);
  }
}

/* An account that sends nowhere must not start: an empty endpoint is the gateway's own, or a mistake. */
static void
test_endpoint_empty (void)
{
  g_autoptr (MinipayAccountConfig) config = read_changed ("wechat-v3", "endpoint", "", "endpoint");

  if (config != NULL)
    g_assert_cmpstr (minipay_account_config_get_base_urls (config)[0], ==, "https://api.mch.weixin.qq.com");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/account-config/good", test_good);
  g_test_add_func ("/account-config/missing-all-named", test_missing);
  g_test_add_func ("/account-config/mode", test_mode);
  g_test_add_func ("/account-config/unknown-names", test_names);
  g_test_add_func ("/account-config/choices", test_choices);
  g_test_add_func ("/account-config/texts", test_texts);
  g_test_add_func ("/account-config/secrets", test_secrets);
  g_test_add_func ("/account-config/secret-files", test_secret_files);
  g_test_add_func ("/account-config/secret-from-environment", test_secret_from_environment);
  g_test_add_func ("/account-config/secret-not-told", test_secret_not_told);
  g_test_add_func ("/account-config/key-files", test_key_files);
  g_test_add_func ("/account-config/key-shapes", test_key_shapes);
  g_test_add_func ("/account-config/previous-key", test_previous_key);
  g_test_add_func ("/account-config/endpoints", test_endpoints);
  g_test_add_func ("/account-config/endpoint-empty", test_endpoint_empty);
  g_test_add_func ("/account-config/short-secret-in-file", test_short_secret_in_file);
  return g_test_run ();
}
