/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "provider/minipay-manifest-private.h"
#include "provider/minipay-provider-info-private.h"
#include "support/test-exchange.h"

#define MAIN                                                                                                       \
  "[Minipay Provider]\nId=tea\nAbi=1\nName=Tea\nLoader=native\nModule=libtea.so\nType=Tea\nOperations=create;\n"   \
  "Methods=mini-program/wechat;\nCurrencies=CNY;\n"

/* The gateway names its hosts on admission, and may be told where one call goes to. */
#define OPEN_HOSTS                                                                                                 \
  MAIN "[Field allowed-hosts]\nType=hosts\nRequired=true\n[Field order-url]\nType=address\nMaxLength=64\n"

/* No hosts but those of two addresses. */
#define ADDRESSES MAIN "[Field deduct-url]\nType=address\nRequired=true\n[Field query-url]\nType=address\n"

/* A gateway with hosts of its own, to which the account may add. */
#define GATEWAY                                                                                                    \
  MAIN "Hosts=pay.example;pay2.example;\n[Field more-hosts]\nType=hosts\n[Field order-url]\nType=address\n"

#define TOKEN MAIN "Hosts=pay.example;\n[Field access-token]\nType=token\n[Field aes-key]\nType=secret\n"

#define KEYS                                                                                                       \
  MAIN "Hosts=pay.example;\n[Field aes-key]\nType=secret\nEncoding=aes-key-encoding\nLengths=16;32;\n"             \
       "[Field aes-key-encoding]\nType=choice\nChoices=text;base64;\nDefault=text\n"

#define MODES                                                                                                      \
  MAIN "Hosts=pay.example;\nModes=direct;institution;\nRequiredOneOf=public-key;certificate;\n"                    \
       "[Mode direct]\nExcluded=sub-mchid;sub-appid;\n"                                                            \
       "[Mode institution]\nRequired=sub-mchid;\nRequiredOneOf=sub-appid;sub-openid;\n"                            \
       "[Field sub-mchid]\nType=string\n[Field sub-appid]\nType=string\n[Field sub-openid]\nType=string\n"         \
       "[Field public-key]\nType=public-key\n[Field certificate]\nType=certificate\n"

#define MAX_URLS 4

static MinipayAccountConfig *
account_new (const char *manifest, const char *const *pairs, GError **error)
{
  g_autoptr (GBytes) text = g_bytes_new_static (manifest, strlen (manifest));
  g_autoptr (GError) manifest_error = NULL;
  g_autoptr (MinipayProviderInfo) info = NULL;
  g_autoptr (GHashTable) settings = minipay_test_settings_new (pairs);
  MinipayManifest *parsed = minipay_manifest_parse ("tea.provider", "tea", text, &manifest_error);

  g_assert_no_error (manifest_error);
  info = minipay_provider_info_new (parsed);
  return minipay_test_config_new (info, settings, error);
}

static MinipayAccountConfig *
assert_taken (const char *manifest, const char *const *pairs)
{
  g_autoptr (GError) error = NULL;
  MinipayAccountConfig *config = account_new (manifest, pairs, &error);

  g_assert_no_error (error);
  return config;
}

/* Refused as CONFIG, with the account's name and @says in the message. */
static void
assert_refused (const char *manifest, const char *const *pairs, const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayAccountConfig) config = account_new (manifest, pairs, &error);

  g_assert_null (config);
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (error->message, "account tea-shop: "));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  if (strstr (error->message, says) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, says);
}

/* --- Where an account may send to --- */

typedef struct {
  const char *manifest;
  const char *settings[8]; /* pairs */
  gboolean is_loopback;
  const char *urls[MAX_URLS];
} HostsTaken;

static const HostsTaken hosts_taken[] = {
  { OPEN_HOSTS, { "allowed-hosts", "a.example" }, FALSE, { "https://a.example" } },
  { OPEN_HOSTS,
    { "allowed-hosts", " a.example ; b.example;; " },
    FALSE,
    { "https://a.example", "https://b.example" } },
  { OPEN_HOSTS,
    { "allowed-hosts", "a.example;b.example", "order-url", "https://b.example/order?x=1" },
    FALSE,
    { "https://a.example", "https://b.example" } },
  { OPEN_HOSTS,
    { "allowed-hosts", "a.example", "order-url", "https://A.example:443/order" },
    FALSE,
    { "https://a.example" } },
  /* an endpoint takes the place of the hosts, and of the demand for them */
  { OPEN_HOSTS, { "endpoint", "http://127.0.0.1:8080" }, TRUE, { "http://127.0.0.1:8080" } },
  { OPEN_HOSTS,
    { "endpoint", "http://127.0.0.1:8080", "order-url", "http://127.0.0.1:8080/mp/order" },
    TRUE,
    { "http://127.0.0.1:8080" } },
  { OPEN_HOSTS,
    { "endpoint", "http://127.0.0.1:8080", "allowed-hosts", "a.example" },
    TRUE,
    { "http://127.0.0.1:8080" } },
  { OPEN_HOSTS,
    { "endpoint", "http://127.0.0.1:8080;http://[::1]:8081", "order-url", "http://[::1]:8081/x" },
    TRUE,
    { "http://127.0.0.1:8080", "http://[::1]:8081" } },
  /* without hosts the address says where */
  { ADDRESSES, { "deduct-url", "https://a.example/pay" }, FALSE, { "https://a.example" } },
  { ADDRESSES, { "deduct-url", "http://localhost:8080/pay" }, TRUE, { "http://localhost:8080" } },
  { ADDRESSES,
    { "deduct-url", "https://a.example/pay", "query-url", "https://a.example/query" },
    FALSE,
    { "https://a.example" } },
  { ADDRESSES,
    { "deduct-url", "https://a.example/pay", "query-url", "https://b.example/query" },
    FALSE,
    { "https://a.example", "https://b.example" } },
  { GATEWAY, { NULL }, FALSE, { "https://pay.example", "https://pay2.example" } },
  { GATEWAY,
    { "more-hosts", "pay3.example", "order-url", "https://pay3.example/x" },
    FALSE,
    { "https://pay.example", "https://pay2.example", "https://pay3.example" } },
  { GATEWAY, { "order-url", "https://pay2.example/x" }, FALSE, { "https://pay.example", "https://pay2.example" } },
};

static void
test_hosts_taken (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (hosts_taken); i++) {
    g_autoptr (MinipayAccountConfig) config = assert_taken (hosts_taken[i].manifest, hosts_taken[i].settings);
    const char *const *urls = minipay_account_config_get_base_urls (config);

    for (guint n = 0; n == 0 || urls[n - 1] != NULL; n++)
      g_assert_cmpstr (urls[n], ==, hosts_taken[i].urls[n]);
    g_assert_cmpint (minipay_account_config_is_loopback (config), ==, hosts_taken[i].is_loopback);
  }
}

static const struct {
  const char *manifest;
  const char *settings[8];
  const char *says;
} hosts_refused[] = {
  { OPEN_HOSTS, { NULL }, "missing: allowed-hosts" },
  { OPEN_HOSTS, { "allowed-hosts", "" }, "missing: allowed-hosts" },
  { OPEN_HOSTS, { "allowed-hosts", ";" }, "no host to send to" },
  { OPEN_HOSTS, { "allowed-hosts", ";", "endpoint", "" }, "endpoint is empty" },
  { OPEN_HOSTS, { "endpoint", "" }, "endpoint is empty" },
  { OPEN_HOSTS, { "order-url", "https://a.example/x" }, "missing: allowed-hosts" },
  { OPEN_HOSTS, { "allowed-hosts", "a.example", "order-url", "https://b.example/x" }, "https://b.example" },
  { OPEN_HOSTS, { "allowed-hosts", "a.example", "order-url", "https://b.a.example/x" }, "https://b.a.example" },
  { OPEN_HOSTS, { "allowed-hosts", "a.example", "order-url", "https://a.example.b.example/x" }, "order-url leads" },
  { OPEN_HOSTS, { "allowed-hosts", "a.example", "order-url", "http://a.example/x" }, "another scheme than https" },
  { OPEN_HOSTS, { "allowed-hosts", "a.example", "order-url", "https://a.example:8443/x" }, "has a port" },
  { OPEN_HOSTS, { "allowed-hosts", "a.example", "order-url", "https://u@a.example/x" }, "order-url" },
  { OPEN_HOSTS, { "allowed-hosts", "a.example", "order-url", "/x" }, "is no absolute address" },
  { OPEN_HOSTS,
    { "allowed-hosts",
      "a.example",
      "order-url",
      "https://a.example/1234567890123456789012345678901234567890123456789012" },
    "allowed are 0 to 64" },
  { OPEN_HOSTS, { "allowed-hosts", "https://a.example" }, "allowed-hosts names \"https://a.example\"" },
  { OPEN_HOSTS, { "allowed-hosts", "a.example;b.example:443" }, "names \"b.example:443\"" },
  { OPEN_HOSTS, { "allowed-hosts", "A.example" }, "names \"A.example\"" },
  { OPEN_HOSTS, { "allowed-hosts", "a.example/x" }, "names \"a.example/x\"" },
  { OPEN_HOSTS, { "allowed-hosts", "*.example" }, "names \"*.example\"" },
  { OPEN_HOSTS, { "allowed-hosts", "localhost" }, "names \"localhost\"" },
  { OPEN_HOSTS, { "allowed-hosts", "127.0.0.1" }, "names \"127.0.0.1\"" },
  { OPEN_HOSTS, { "allowed-hosts", "10.0.0.1" }, "names \"10.0.0.1\"" },
  { OPEN_HOSTS, { "allowed-hosts", "a.example,b.example" }, "names \"a.example,b.example\"" },
  /* live and loopback never mix */
  { OPEN_HOSTS, { "allowed-hosts", "a.example", "order-url", "http://127.0.0.1:8080/x" }, "http://127.0.0.1:8080" },
  { OPEN_HOSTS,
    { "endpoint", "http://127.0.0.1:8080", "order-url", "https://a.example/x" },
    "order-url leads to https://a.example" },
  { OPEN_HOSTS,
    { "endpoint", "http://127.0.0.1:8080", "order-url", "http://127.0.0.1:8081/x" },
    "order-url leads to http://127.0.0.1:8081" },
  { OPEN_HOSTS,
    { "endpoint", "http://127.0.0.1:8080", "order-url", "https://127.0.0.1:8080/x" },
    "order-url leads to https://127.0.0.1:8080" },
  /* hosts beside an endpoint are not used, so nothing may lead there */
  { OPEN_HOSTS,
    { "endpoint", "http://127.0.0.1:8080", "allowed-hosts", "a.example", "order-url", "https://a.example/x" },
    "order-url leads to https://a.example" },
  { OPEN_HOSTS, { "endpoint", "https://a.example;http://127.0.0.1:8080" }, "mixes loopback" },
  { OPEN_HOSTS, { "endpoint", "http://127.0.0.1:8080;https://a.example" }, "mixes loopback" },
  { ADDRESSES, { NULL }, "missing: deduct-url" },
  { ADDRESSES, { "endpoint", "http://127.0.0.1:8080" }, "missing: deduct-url" },
  { ADDRESSES,
    { "deduct-url", "https://a.example/pay", "query-url", "http://127.0.0.1:8080/query" },
    "mixes loopback" },
  { ADDRESSES,
    { "deduct-url", "http://127.0.0.1:8080/pay", "query-url", "https://a.example/query" },
    "mixes loopback" },
  { ADDRESSES, { "deduct-url", "http://10.0.0.1/pay" }, "another scheme than https" },
  { ADDRESSES, { "deduct-url", "https://10.0.0.1/pay" }, "no plain host name" },
  { GATEWAY,
    { "endpoint", "http://127.0.0.1:8080", "order-url", "https://pay.example/x" },
    "none of the account's hosts" },
  { GATEWAY, { "order-url", "https://pay3.example/x" }, "none of the account's hosts" },
  { GATEWAY, { "order-url", "http://127.0.0.1:8080/x" }, "none of the account's hosts" },
};

static void
test_hosts_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (hosts_refused); i++)
    assert_refused (hosts_refused[i].manifest, hosts_refused[i].settings, hosts_refused[i].says);
}

/* What an order brings along is split, and goes to the account's hosts or nowhere. */
static void
test_resolve (void)
{
  static const char *const settings[] = { "allowed-hosts", "a.example;b.example", NULL };
  static const char *const elsewhere[] = {
    "https://c.example/x",
    "https://a.example.c.example/x",
    "https://xa.example/x",
    "http://a.example/x",
    "https://a.example:8443/x",
    "https://a.example@c.example/x",
    "//a.example/x",
    "/x",
    "https://c.example/?https://a.example",
    "https://c.example\\.a.example",
    "http://127.0.0.1/x",
  };
  g_autoptr (MinipayAccountConfig) config = assert_taken (OPEN_HOSTS, settings);
  g_autofree char *origin = NULL;
  g_autofree char *target = NULL;
  g_autoptr (GError) error = NULL;

  minipay_account_config_resolve (config, "url", "https://B.example/x?y=1", &origin, &target, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (origin, ==, "https://b.example");
  g_assert_cmpstr (target, ==, "/x?y=1");
  g_assert_true (minipay_account_config_resolve (config, "url", "https://a.example/", NULL, NULL, &error));
  g_assert_no_error (error);

  for (guint i = 0; i < G_N_ELEMENTS (elsewhere); i++) {
    char *no_origin = NULL;
    char *no_target = NULL;

    g_assert_false (minipay_account_config_resolve (config, "url", elsewhere[i], &no_origin, &no_target, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
    g_assert_true (g_str_has_prefix (error->message, "url "));
    g_assert_null (no_origin);
    g_assert_null (no_target);
    g_clear_error (&error);
  }
  minipay_account_config_resolve (config, "url", "https://c.example/x?token=ACCESS-TOKEN", NULL, NULL, &error);
  g_assert_nonnull (strstr (error->message,
                            "https://c.example, account tea-shop may send to https://a.example, "
                            "https://b.example"));
  g_assert_null (strstr (error->message, "ACCESS-TOKEN"));
}

/* --- Tokens --- */

static char *
dup_token (MinipayAccountConfig *config, GError **error)
{
  return minipay_account_config_dup_token (config, "access-token", error);
}

static void
assert_token (MinipayAccountConfig *config, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *token = dup_token (config, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (token, ==, expected);
}

static void
assert_no_token (MinipayAccountConfig *config, const char *content)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *token = dup_token (config, &error);

  g_assert_null (token);
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  g_test_message ("%s", error->message);
  if (content != NULL)
    g_assert_null (strstr (error->message, content));
}

/* Whoever renews the token writes the file: the next request tells the new one. */
static void
test_token_renewed (void)
{
  static const char *const settings[] = { "access-token", "file:token", NULL };
  g_autoptr (MinipayAccountConfig) config = NULL;
  g_autofree char *path = g_build_filename (minipay_test_folder (), "token", NULL);

  minipay_test_write ("token", "first-TOKEN_1", 0600);
  config = assert_taken (TOKEN, settings);
  g_assert_true (minipay_account_config_has_field (config, "access-token"));
  g_assert_null (minipay_account_config_get_string (config, "access-token"));
  assert_token (config, "first-TOKEN_1");
  minipay_test_write ("token", "second-TOKEN_2\r\n", 0600);
  assert_token (config, "second-TOKEN_2");
  g_assert_cmpint (g_remove (path), ==, 0);
  assert_no_token (config, "TOKEN_2");
  minipay_test_write ("token", "third-TOKEN_3", 0622);
  assert_no_token (config, "TOKEN_3");
  minipay_test_write ("token", "third-TOKEN_3\n\n", 0600);
  assert_token (config, "third-TOKEN_3");
}

static void
test_token_unfit (void)
{
  static const char *const settings[] = { "access-token", "file:token", NULL };
  static const char *const texts[] = {
    "",           "\n",        "two WORDS", " WORDS",       "WORDS ", "WORDS\t",           "WORDS\nX: y",
    "WORDS\rX\n", "WO\x01RDS", "WO\x7fRDS", "W\xc3\xb6RDS", "\xff",   "\xef\xbb\xbfWORDS",
  };
  g_autofree char *longest = g_strnfill (1024, 'T');
  g_autofree char *longer = g_strnfill (1025, 'T');
  g_autofree char *huge = g_strnfill (16000, 'T');
  g_autoptr (MinipayAccountConfig) config = NULL;

  minipay_test_write ("token", "T", 0600);
  config = assert_taken (TOKEN, settings);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    minipay_test_write ("token", texts[i], 0600);
    assert_no_token (config, "RDS");
    assert_refused (TOKEN, settings, "access-token holds no token");
  }
  minipay_test_write ("token", longest, 0600);
  assert_token (config, longest);
  minipay_test_write ("token", longer, 0600);
  assert_no_token (config, "TTTT");
  minipay_test_write ("token", huge, 0600);
  assert_no_token (config, "TTTT");
}

static void
test_token_places (void)
{
  static const char *const from_environment[] = { "access-token", "env:MINIPAY_TEST_TOKEN", NULL };
  static const char *const literal[] = { "access-token", "LITERAL-token", NULL };
  static const char *const none[] = { NULL };
  g_autoptr (MinipayAccountConfig) config = NULL;
  g_autoptr (MinipayAccountConfig) without = assert_taken (TOKEN, none);
  g_autoptr (GError) error = NULL;

  g_setenv ("MINIPAY_TEST_TOKEN", "one", TRUE);
  config = assert_taken (TOKEN, from_environment);
  assert_token (config, "one");
  g_setenv ("MINIPAY_TEST_TOKEN", "two", TRUE);
  assert_token (config, "two");
  g_unsetenv ("MINIPAY_TEST_TOKEN");
  assert_no_token (config, NULL);
  /* a token in the configuration could never be renewed */
  assert_refused (TOKEN, literal, "access-token must be file:PATH or env:NAME");
  g_assert_null (account_new (TOKEN, literal, &error));
  g_assert_null (strstr (error->message, "LITERAL"));

  g_assert_false (minipay_account_config_has_field (without, "access-token"));
  assert_no_token (without, NULL);
  /* a secret that is no token is told to nobody */
  g_assert_null (minipay_account_config_dup_token (without, "aes-key", NULL));
}

/* --- Secrets as text or base64 --- */

/* base64 of 00 01 02 ... to 16, 24 and 32 bytes, by coreutils' base64 */
#define BINARY_16 "AAECAwQFBgcICQoLDA0ODw=="
#define BINARY_24 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
#define BINARY_32 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
/* 31 bytes and a line feed */
#define BINARY_32_LF "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHgo="

static const struct {
  const char *encoding;
  const char *key;
  const char *says; /* NULL: taken */
} keys[] = {
  { NULL, "0123456789abcdef", NULL },
  { NULL, "0123456789abcdef0123456789abcdef", NULL },
  { "text", "0123456789abcdef0123456789abcdef", NULL },
  { NULL, "0123456789abcde", "has 15 bytes, allowed are 16 or 32" },
  { NULL, "0123456789abcdef0", "has 17 bytes, allowed are 16 or 32" },
  { NULL, "0123456789abcdef01234567", "has 24 bytes, allowed are 16 or 32" },
  { NULL, "0123456789abcdef0123456789abcdef0", "has 33 bytes, allowed are 16 or 32" },
  { NULL, BINARY_16, "has 24 bytes" },
  { "base64", BINARY_16, NULL },
  { "base64", BINARY_32, NULL },
  { "base64", BINARY_32_LF, NULL },
  { "base64", BINARY_24, "has 24 bytes, allowed are 16 or 32" },
  { "base64", "0123456789abcdef0123456789abcdef", "has 24 bytes, allowed are 16 or 32" },
  { "base64", "0123456789abcdef", "has 12 bytes, allowed are 16 or 32" },
  { "base64", "0123456789abcde", "aes-key is no base64" },
  { "base64", "AAECAwQFBgcICQoLDA0ODw", "aes-key is no base64" },
  { "base64", "AAECAwQFBgcICQoLDA0O-_==", "aes-key is no base64" },
  { "base64", "AAECAwQFBgcI CQoLDA0ODw==", "aes-key is no base64" },
  { "base64", "AAAAAAAAAAAAAAAAAAAAAA==", "placeholder" },
  { "hex", "0123456789abcdef", "aes-key-encoding" },
  { "BASE64", "0123456789abcdef", "aes-key-encoding" },
};

static void
test_encodings (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    const char *settings[] = { "aes-key", keys[i].key, "aes-key-encoding", keys[i].encoding, NULL };
    g_autoptr (MinipayAccountConfig) config = NULL;
    g_autoptr (GError) error = NULL;

    if (keys[i].says != NULL) {
      assert_refused (KEYS, settings, keys[i].says);
      g_assert_null (account_new (KEYS, settings, &error));
      g_assert_null (strstr (error->message, keys[i].key));
      continue;
    }
    config = assert_taken (KEYS, settings);
    g_assert_true (minipay_account_config_has_field (config, "aes-key"));
    g_assert_null (minipay_account_config_get_string (config, "aes-key"));
  }
}

/* An editor's line end is no part of base64. */
static void
test_encoding_in_file (void)
{
  static const char *const settings[] = { "aes-key", "file:aes", "aes-key-encoding", "base64", NULL };
  g_autoptr (MinipayAccountConfig) config = NULL;

  minipay_test_write ("aes", BINARY_32 "\r\n", 0600);
  config = assert_taken (KEYS, settings);
  g_assert_true (minipay_account_config_has_field (config, "aes-key"));
  minipay_test_write ("aes", " " BINARY_32, 0600);
  assert_refused (KEYS, settings, "aes-key is no base64");
  minipay_test_write ("aes", "", 0600);
  assert_refused (KEYS, settings, "aes-key");
}

/* --- Modes --- */

#define PUBLIC_KEY "fixture:wxp-doc-platform"

static const struct {
  const char *settings[10];
  const char *says; /* NULL: taken */
} modes[] = {
  { { "public-key", PUBLIC_KEY }, NULL },
  { { "certificate", "fixture:wechatpay-go-test-cert" }, NULL },
  { { "certificate", "fixture:wechatpay-go-test-cert", "public-key", PUBLIC_KEY }, NULL },
  { { NULL }, "these settings are missing: (public-key or certificate)" },
  { { "public-key", "" }, "these settings are missing: (public-key or certificate)" },
  { { "mode", "direct", "public-key", PUBLIC_KEY, "sub-mchid", "1" },
    "sub-mchid has no place in mode direct of provider tea" },
  { { "public-key", PUBLIC_KEY, "sub-appid", "1" }, "sub-appid has no place in mode direct" },
  { { "mode", "direct", "public-key", PUBLIC_KEY, "sub-mchid", "", "sub-openid", "1" }, NULL },
  { { "mode", "institution", "public-key", PUBLIC_KEY, "sub-mchid", "1", "sub-appid", "2" }, NULL },
  { { "mode", "institution", "public-key", PUBLIC_KEY, "sub-mchid", "1", "sub-openid", "2" }, NULL },
  { { "mode", "institution", "public-key", PUBLIC_KEY, "sub-mchid", "1" },
    "these settings are missing: (sub-appid or sub-openid)" },
  { { "mode", "institution", "public-key", PUBLIC_KEY, "sub-appid", "1" }, "missing: sub-mchid" },
  /* whatever is missing is named at once */
  { { "mode", "institution" },
    "these settings are missing: sub-mchid (public-key or certificate) (sub-appid or sub-openid)" },
  { { "mode", "institution", "sub-mchid", "1", "sub-appid", "2" },
    "these settings are missing: (public-key or certificate)" },
};

static void
test_modes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    g_autoptr (MinipayAccountConfig) config = NULL;

    if (modes[i].says != NULL)
      assert_refused (MODES, modes[i].settings, modes[i].says);
    else
      config = assert_taken (MODES, modes[i].settings);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/account-hosts/taken/where-it-sends-to", test_hosts_taken);
  g_test_add_func ("/account-hosts/refused/by-name", test_hosts_refused);
  g_test_add_func ("/account-hosts/resolve/one-of-the-hosts-or-nowhere", test_resolve);
  g_test_add_func ("/account-token/renewed/told-anew", test_token_renewed);
  g_test_add_func ("/account-token/unfit/refused-and-not-told", test_token_unfit);
  g_test_add_func ("/account-token/places/file-or-environment", test_token_places);
  g_test_add_func ("/account-keys/encodings/text-or-base64", test_encodings);
  g_test_add_func ("/account-keys/encoding-in-file/line-end-ignored", test_encoding_in_file);
  g_test_add_func ("/account-modes/required-one-of-and-excluded", test_modes);
  return g_test_run ();
}
