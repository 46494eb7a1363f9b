/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "aggregator-shop.h"
#include "provider/minipay-provider-info-private.h"

static void
assert_config_refused (const char *const *changes, const char *const *words)
{
  g_autoptr (MinipayProviderInfo) info = minipay_test_info_new ("showdoc-aggregator");
  g_autoptr (GHashTable) settings = minipay_test_settings_new (aggregator_settings);
  g_autoptr (GHashTable) changed = minipay_test_settings_new (changes);
  g_autoptr (MinipayAccountConfig) config = NULL;
  g_autoptr (GError) error = NULL;
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, changed);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_replace (settings, g_strdup (name), g_strdup (value));
  for (; *changes != NULL; changes += 2)
    if (changes[1] == NULL)
      g_hash_table_remove (settings, changes[0]);
  config = minipay_test_config_new (info, settings, &error);
  g_assert_null (config);
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  for (; *words != NULL; words++)
    if (strstr (error->message, *words) == NULL)
      g_error ("\"%s\" does not speak of %s", error->message, *words);
}

static void
test_missing (void)
{
  static const char *const names[] = { "allowed-hosts", "customer-no", "sign-key", "public-key", NULL };
  static const char *const all[] = {
    "allowed-hosts", NULL, "customer-no", NULL, "sign-key", NULL, "public-key", NULL, NULL, NULL,
  };

  for (guint i = 0; names[i] != NULL; i++) {
    const char *const one[] = { names[i], NULL, NULL, NULL };
    const char *const word[] = { names[i], NULL };

    assert_config_refused (one, word);
  }
  assert_config_refused (all, names);
}

static void
test_wrong (void)
{
  static const char *const cases[][3] = {
    { "allowed-hosts", "https://pay.vbao.example", "allowed-hosts" },
    { "allowed-hosts", "10.0.0.1", "allowed-hosts" },
    { "allowed-hosts", "pay.vbao.example:8443", "allowed-hosts" },
    { "allowed-hosts", "*.vbao.example", "allowed-hosts" },
    { "order-url", "https://evil.example/mp/order", "order-url" },
    { "order-url", "http://pay.vbao.example/mp/order", "order-url" },
    { "customer-no", "8000000001&a=b", "customer-no" },
    { "sign-key", "short", "sign-key" },
    { "public-key", "fixture:wxp-doc-mch-1900007291", "public-key" },
    { "request-format", "xml", "request-format" },
    { "sign-suffix", "none", "sign-suffix" },
    { "sign-case", "any", "sign-case" },
    { "plain-notifications", "maybe", "plain-notifications" },
    { "amount-member", "a&b", "amount-member" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *const change[] = { cases[i][0], cases[i][1], NULL };
    const char *const word[] = { cases[i][2], NULL };

    assert_config_refused (change, word);
  }
}

static void
test_inferred (void)
{
  static const char *const names[] = {
    "request-format", "sign-suffix", "sign-case", "plain-notifications", "amount-member", "link-member",
  };
  g_autoptr (MinipayProviderInfo) info = minipay_test_info_new ("showdoc-aggregator");
  const MinipayManifest *manifest = minipay_provider_info_get_manifest (info);
  guint n_inferred = 0;

  for (guint i = 0; i < manifest->fields->len; i++)
    n_inferred += ((MinipayField *) g_ptr_array_index (manifest->fields, i))->is_inferred ? 1 : 0;
  g_assert_cmpuint (n_inferred, ==, G_N_ELEMENTS (names));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_assert_true (minipay_manifest_get_field (manifest, names[i])->is_inferred);
    g_assert_nonnull (minipay_manifest_get_field (manifest, names[i])->default_value);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/aggregator/config/missing/named", test_missing);
  g_test_add_func ("/aggregator/config/wrong/refused", test_wrong);
  g_test_add_func ("/aggregator/config/inferred/marked", test_inferred);
  return g_test_run ();
}
