/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "signing/minipay-key-private.h"

#include "core/minipay-error.h"
#include "unit/signing-fixtures.h"

/* Of every sealed key in the zoo: the merchant's number, as the gateway chooses it. */
#define PASSPHRASE "1900007291"

/* What comes out is the published key that all of them were made from. */
static void
check_opens (MinipaySecret *material, const char *words)
{
  g_autoptr (JsonObject) vectors = fixtures_load ("vectors.json");
  g_autoptr (MinipayKey) verifier = fixtures_load_verifier (vectors, "wxp-doc-mch-1900007291");
  g_autoptr (MinipayKey) passphrase = fixtures_new_secret (words);
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayKey) key = minipay_key_load_private (material, passphrase, "field", &error);

  g_assert_no_error (error);
  g_assert_true (minipay_key_is_pair (key, verifier));
}

/* Sealed keys and containers, each as bytes and as the one line of base64 that travels in a variable. */
static void
test_sealed_shapes (void)
{
  static const char *const zoo[] = {
    "rsa-pkcs8-encrypted-pem", "rsa-pkcs8-encrypted-der", "rsa-pkcs1-encrypted-pem",
    "certificate-pkcs12",      "pkcs12-legacy",           "pkcs12-key-only",
  };
  g_autoptr (JsonObject) root = fixtures_load ("key-zoo.json");

  for (gsize i = 0; i < G_N_ELEMENTS (zoo); i++) {
    g_autoptr (MinipaySecret) material = fixtures_get_material (root, zoo[i]);
    gsize length;
    const guint8 *bytes = minipay_secret_peek (material, &length);

    g_test_message ("%s", zoo[i]);
    check_opens (material, PASSPHRASE);
    check_opens (material, PASSPHRASE "\n");
    if (bytes[0] == 0x30) {
      g_autofree char *line = g_base64_encode (bytes, length);
      g_autoptr (MinipaySecret) bare = minipay_secret_new_from_text (line);

      check_opens (bare, PASSPHRASE);
    }
  }
}

/* A passphrase that nothing needs is no mistake: the same setting serves before and after a key is replaced. */
static void
test_passphrase_unneeded (void)
{
  g_autoptr (JsonObject) root = fixtures_load ("key-zoo.json");
  g_autoptr (MinipaySecret) material = fixtures_get_material (root, "rsa-pkcs8-der");

  check_opens (material, PASSPHRASE);
}

static void
test_sm2_shapes (void)
{
  static const char *const zoo[] = { "sm2-sec1-der", "pkcs12-sm2" };
  g_autoptr (JsonObject) vectors = fixtures_load ("vectors.json");
  g_autoptr (JsonObject) root = fixtures_load ("key-zoo.json");
  g_autoptr (MinipayKey) passphrase = fixtures_new_secret (PASSPHRASE);
  g_autoptr (MinipayKey) verifier = fixtures_load_certificate (vectors, "wechatpay-java-sm2-cert");

  for (gsize i = 0; i < G_N_ELEMENTS (zoo); i++) {
    g_autoptr (MinipaySecret) material = fixtures_get_material (root, zoo[i]);
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayKey) key = minipay_key_load_private (material, passphrase, "field", &error);

    g_assert_no_error (error);
    g_assert_true (minipay_key_is_pair (key, verifier));
  }
}

static void
test_sealed_refused (void)
{
  static const struct {
    const char *name;
    const char *words; /* NULL: no passphrase */
    const char *message;
  } cases[] = {
    { "certificate-pkcs12", "1900007292", "field is a PKCS#12 container that its passphrase does not open" },
    { "pkcs12-legacy", "1900007292", "field is a PKCS#12 container that its passphrase does not open" },
    { "pkcs12-legacy", NULL, "field is a PKCS#12 container without its passphrase" },
    { "pkcs12-sm2", "190000729", "field is a PKCS#12 container that its passphrase does not open" },
    { "pkcs12-certificate-only", PASSPHRASE, "field is a certificate, not a private key" },
    { "rsa-pkcs8-encrypted-der",
      "1900007292",
      "field is an encrypted private key that its passphrase does not open" },
    { "rsa-pkcs8-encrypted-pem",
      "1900007292",
      "field is an encrypted private key that its passphrase does not open" },
    { "rsa-pkcs1-encrypted-pem",
      "1900007292",
      "field is an encrypted private key that its passphrase does not open" },
  };
  g_autoptr (JsonObject) root = fixtures_load ("key-zoo.json");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipaySecret) material = fixtures_get_material (root, cases[i].name);
    g_autoptr (MinipayKey) passphrase = cases[i].words != NULL ? fixtures_new_secret (cases[i].words) : NULL;
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", cases[i].name);
    g_assert_null (minipay_key_load_private (material, passphrase, "field", &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
    g_assert_cmpstr (error->message, ==, cases[i].message);
  }
}

/* Every prefix of a container and every one with a damaged byte gives the key or a typed error. */
static void
test_damaged_container (void)
{
  g_autoptr (JsonObject) root = fixtures_load ("key-zoo.json");
  g_autoptr (MinipaySecret) material = fixtures_get_material (root, "pkcs12-legacy");
  g_autoptr (MinipayKey) passphrase = fixtures_new_secret (PASSPHRASE);
  gsize length;
  const guint8 *der = minipay_secret_peek (material, &length);
  gsize step = MAX (1, 61 / fixtures_get_repeat ());

  for (gsize i = 0; i < length; i += step) {
    g_autofree guint8 *altered = g_memdup2 (der, length);
    g_autoptr (MinipaySecret) prefix = minipay_secret_new (der, i);
    g_autoptr (MinipaySecret) damaged = NULL;
    g_autoptr (MinipayKey) key = NULL;
    g_autoptr (GError) error = NULL;

    g_assert_null (minipay_key_load_private (prefix, passphrase, "field", &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
    g_clear_error (&error);

    altered[i] ^= 0x40;
    damaged = minipay_secret_new (altered, length);
    key = minipay_key_load_private (damaged, passphrase, "field", &error);
    if (key == NULL)
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  }
}

/* The key would open, but somebody changed what its seal is made of: the salt, before the count at the end. */
static void
test_altered_container (void)
{
  g_autoptr (JsonObject) root = fixtures_load ("key-zoo.json");
  g_autoptr (MinipaySecret) material = fixtures_get_material (root, "pkcs12-legacy");
  g_autoptr (MinipaySecret) altered = NULL;
  g_autoptr (MinipayKey) passphrase = fixtures_new_secret (PASSPHRASE);
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *copy = NULL;
  gsize length;
  const guint8 *der = minipay_secret_peek (material, &length);

  copy = g_memdup2 (der, length);
  copy[length - 6] ^= 1;
  altered = minipay_secret_new (copy, length);
  g_assert_null (minipay_key_load_private (altered, passphrase, "field", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  g_assert_cmpstr (error->message, ==, "field is a PKCS#12 container that its passphrase does not open");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keys-sealed/passphrase/opens-every-shape", test_sealed_shapes);
  g_test_add_func ("/keys-sealed/passphrase/unneeded-is-no-mistake", test_passphrase_unneeded);
  g_test_add_func ("/keys-sealed/sm2/every-shape-pairs", test_sm2_shapes);
  g_test_add_func ("/keys-sealed/passphrase/wrong-or-missing-refused", test_sealed_refused);
  g_test_add_func ("/keys-sealed/altered/refused", test_altered_container);
  g_test_add_func ("/keys-sealed/damaged/typed-error", test_damaged_container);
  return g_test_run ();
}
