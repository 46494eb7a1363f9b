/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "provider/minipay-manifest-private.h"
#include "provider/minipay-provider-info-private.h"
#include "transit-shop.h"

static gboolean
configure (const char *const *changes, GError **error)
{
  g_autoptr (MinipayProviderInfo) info = minipay_test_info_new ("transit");
  g_autoptr (GHashTable) settings = NULL;
  g_autoptr (MinipayAccountConfig) config = NULL;
  g_autoptr (MinipayPaymentProvider) provider = g_object_new (minipay_provider_1 (), NULL);

  g_setenv ("MINIPAY_TEST_TRANSIT_TOKEN", "61_AbC-dEf", TRUE);
  settings = minipay_test_settings_new (transit_settings);
  for (; *changes != NULL; changes += 2) {
    if (changes[1] != NULL)
      g_hash_table_replace (settings, g_strdup (changes[0]), g_strdup (changes[1]));
    else
      g_hash_table_remove (settings, changes[0]);
  }
  config = minipay_test_config_new (info, settings, error);
  return config != NULL && MINIPAY_PAYMENT_PROVIDER_GET_IFACE (provider)->configure (provider, config, error);
}

static void
assert_stopped (const char *const *changes, const char *named)
{
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", named);
  g_assert_false (configure (changes, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, named));
}

/* What the platform hands out on admission has no default: all of it is named at once. */
static void
test_missing (void)
{
  static const char *const none[] = {
    "deduct-url", NULL, "aes-key", NULL, "sign-key", NULL, "sign-mode", NULL, "mchid", NULL, "appid", NULL, NULL,
  };
  static const char *const names[] = { "deduct-url", "aes-key", "sign-key", "sign-mode", "mchid", "appid" };

  assert_stopped (none, "missing: mchid appid deduct-url aes-key sign-key sign-mode");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    const char *const one[] = { names[i], NULL, NULL };
    const char *const empty[] = { names[i], "", NULL };

    assert_stopped (one, names[i]);
    assert_stopped (empty, names[i]);
  }
}

static void
test_token (void)
{
  static const char *const none[] = { "access-token", NULL, NULL };
  static const char *const said[] = { "access-token", NULL, "request-form", "token", NULL };
  static const char *const sealed[] = { "access-token", NULL, "request-form", "sealed", NULL };
  g_autoptr (GError) error = NULL;

  assert_stopped (none, "access-token");
  assert_stopped (said, "access-token");
  configure (sealed, &error);
  g_assert_no_error (error);
}

static void
test_unfit (void)
{
  static const char *const cases[][3] = {
    { "sign-mode", "off", "sign-mode" },
    { "sign-mode", "hmac-sha256", "sign-mode" },
    { "aes-key", "0123456789abcdef01234567", "16 or 32" },
    { "aes-key", "0123456789abcde", "16 or 32" },
    { "sign-key", "0123456789abcde", "sign-key" },
    { "deduct-url", "http://api.weixin.qq.com/intp/transitpay", "https" },
    { "deduct-url", "/intp/transitpay", "deduct-url" },
    { "deduct-url", "https://user@api.weixin.qq.com/intp/transitpay", "user" },
    { "deduct-url", "https://10.0.0.1/intp/transitpay", "host" },
    { "request-form", "plain", "request-form" },
    { "aes-key-encoding", "hex", "aes-key-encoding" },
    { "mode", "B", "mode" },
    { "mchid", "1230000109&x", "mchid" },
    { "appid", "wx d678", "appid" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *const changes[] = { cases[i][0], cases[i][1], NULL };

    assert_stopped (changes, cases[i][2]);
  }
}

/* What the pages do not say is marked, so that it is shown as such. */
static void
test_inferred (void)
{
  static const char *const names[] = {
    "deduct-url", "request-form", "access-token", "aes-key", "aes-key-encoding", "sign-key", "sign-mode",
  };
  g_autoptr (MinipayProviderInfo) info = minipay_test_info_new ("transit");
  const MinipayManifest *manifest = minipay_provider_info_get_manifest (info);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_true (minipay_manifest_get_field (manifest, names[i])->is_inferred);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transit/settings/missing-all-named", test_missing);
  g_test_add_func ("/transit/settings/token-when-sent", test_token);
  g_test_add_func ("/transit/settings/unfit", test_unfit);
  g_test_add_func ("/transit/settings/inferred-marked", test_inferred);
  return g_test_run ();
}
