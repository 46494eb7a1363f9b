/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-suite.h"

#include <string.h>

#include "wechat-party.h"

#define SEALED_MAX_BYTES 214 /* RSA-2048 under OAEP with SHA-1 */

static const WechatSuite suites[] = {
  { "WECHATPAY2-SHA256-RSA2048",
    MINIPAY_SCHEME_RSA_SHA256,
    "AEAD_AES_256_GCM",
    MINIPAY_CIPHER_AES_256_GCM,
    MINIPAY_CIPHER_RSA_OAEP,
    "" },
  { "WECHATPAY2-SM2-WITH-SM3",
    MINIPAY_SCHEME_SM2_SM3,
    "AEAD_SM4_GCM",
    MINIPAY_CIPHER_SM4_GCM,
    MINIPAY_CIPHER_SM2,
    "?algorithm_type=SM2" },
};

const WechatSuite *
wechat_suite_get (MinipayExchange *x)
{
  const char *name = wechat_party_find_setting (x, "sign-scheme");

  return name != NULL && strcmp (name, suites[1].name) == 0 ? &suites[1] : &suites[0];
}

/* The public key where there is one, but for accounts that say that certificates are their mode; else the newest
 * certificate. */
char *
wechat_suite_dup_key_id (MinipayExchange *x)
{
  MinipayAccountConfig *config = minipay_exchange_get_config (x);
  const char *public_key_id = minipay_account_config_get_string (config, "public-key-id");

  if (public_key_id != NULL && minipay_account_config_has_field (config, "public-key") &&
      g_strcmp0 (minipay_account_config_get_mode (config), "certificate") != 0)
    return g_strdup (public_key_id);
  return minipay_exchange_dup_newest_key_id (x, wechat_suite_get (x)->scheme);
}

static GVariant *
suite_seal_text (MinipayExchange *x, const char *name, GVariant *text, GError **error)
{
  g_autofree char *key_id = wechat_suite_dup_key_id (x);
  gsize length;
  const char *plain = g_variant_get_string (text, &length);
  g_autoptr (GBytes) bytes = g_bytes_new (plain, length);
  g_autofree char *sealed = NULL;

  if (length == 0 || length > SEALED_MAX_BYTES) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "%s has %" G_GSIZE_FORMAT " bytes, allowed are 1 to %d",
                 name,
                 length,
                 SEALED_MAX_BYTES);
    return NULL;
  }
  if (key_id == NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "there is no key of the gateway to seal a sensitive member for");
    return NULL;
  }
  sealed = minipay_exchange_encrypt (x, wechat_suite_get (x)->field, key_id, NULL, bytes, error);
  return sealed != NULL ? g_variant_ref_sink (g_variant_new_string (sealed)) : NULL;
}

static GVariant *
suite_seal_members (MinipayExchange *x, GVariant *object, const char *const *names, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  GVariantIter iter;
  const char *name;
  GVariant *member;

  g_variant_iter_init (&iter, object);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &member)) {
    g_autoptr (GVariant) owned = member;
    g_autoptr (GVariant) sealed =
        g_strv_contains (names, name) && g_variant_is_of_type (member, G_VARIANT_TYPE_STRING)
            ? suite_seal_text (x, name, member, error)
            : wechat_suite_seal (x, member, names, error);

    if (sealed == NULL)
      return NULL;
    g_variant_builder_add (&builder, "{sv}", name, sealed);
  }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static GVariant *
suite_seal_elements (MinipayExchange *x, GVariant *list, const char *const *names, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (gsize i = 0; i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (list, i);
    g_autoptr (GVariant) sealed = wechat_suite_seal (x, child, names, error);

    if (sealed == NULL)
      return NULL;
    g_variant_builder_add (&builder, "v", sealed);
  }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

GVariant *
wechat_suite_seal (MinipayExchange *x, GVariant *value, const char *const *names, GError **error)
{
  g_autoptr (GVariant) inner = NULL;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT)) {
    inner = g_variant_get_variant (value);
    return wechat_suite_seal (x, inner, names, error);
  }
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    return suite_seal_members (x, value, names, error);
  /* only what can hold a dictionary is looked into */
  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("aa{sv}")) ||
      g_variant_is_of_type (value, G_VARIANT_TYPE ("av")))
    return suite_seal_elements (x, value, names, error);
  return g_variant_ref (value);
}
