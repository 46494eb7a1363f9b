/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "provider/minipay-manifest-private.h"
#include "provider/minipay-provider-info-private.h"
#include "support/run-provider.h"
#include "support/test-exchange.h"

/*
 * The literals are openssl's:
 *   printf '%s' TEXT | openssl enc -aes-128-cbc -K HEX -iv 000102030405060708090a0b0c0d0e0f -base64 -A
 * with -aes-256-cbc for keys of 32 bytes and -aes-256-ecb without an IV; the GCM one is python3 cryptography's
 * (AESGCM), without associated data.
 */

#define TEXT       "{\"total_fee\":100}"
#define IV         "AAECAwQFBgcICQoLDA0ODw=="
#define NONCE      "eabb3e044577"
#define GCM_SEALED "SPUchNUe1mF3fKWCRKWGi7REfYHxCOnKImpIDlkC9Y10"
#define CBC_SEALED "rR3S/4ICnRiyxpO4w+Zl02W6Hnm6+zvnojndxcl6/IA="
#define ECB_SEALED "3xu5v/nljSa+st/wRf1iSmiHSddOhc1W8N1HMrJIqmM="

static const char manifest[] =
    "[Minipay Provider]\nId=tea\nAbi=1\nName=Tea\nLoader=native\nModule=libtea.so\nType=Tea\n"
    "Operations=create;query;receive;\nMethods=mini-program/wechat;\nCurrencies=CNY;\nHosts=pay.example;\n"
    "[Field key-16]\nType=secret\n[Field key-32]\nType=secret\n[Field key-24]\nType=secret\n"
    "[Field key-binary]\nType=secret\nEncoding=encoding\n[Field encoding]\nType=choice\nChoices=text;base64;\n"
    "[Field public-key]\nType=public-key\n"
    "[Field other-key]\nType=public-key\nKeyId=other-key-id\n[Field other-key-id]\nType=string\n"
    "[Field private-key]\nType=private-key\n";

static const char *const settings[] = {
  "key-16",
  "0123456789abcdef",
  "key-32",
  "0123456789abcdef0123456789ABCDEF",
  "key-24",
  "0123456789abcdef01234567",
  /* 00 01 02 ... 1e 0a: a line feed that belongs to the key */
  "key-binary",
  "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHgo=",
  "encoding",
  "base64",
  "public-key",
  "fixture:wxp-doc-mch-1900007291-public",
  "other-key",
  "fixture:gunsluo-mock-public",
  "other-key-id",
  "PUB_KEY_ID_1",
  "private-key",
  "fixture:gunsluo-mock",
  NULL,
};

static MinipayExchange *
exchange_new (void)
{
  g_autoptr (GBytes) text = g_bytes_new_static (manifest, strlen (manifest));
  g_autoptr (GHashTable) pairs = minipay_test_settings_new (settings);
  g_autoptr (RunProvider) provider = run_provider_new (MINIPAY_SEND_FLAGS_NONE);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new ("20260101000000000001");
  g_autoptr (MinipayProviderInfo) info = NULL;
  g_autoptr (MinipayAccountConfig) config = NULL;
  g_autoptr (GError) error = NULL;
  MinipayManifest *parsed = minipay_manifest_parse ("tea.provider", "tea", text, &error);

  g_assert_no_error (error);
  info = minipay_provider_info_new (parsed);
  config = minipay_test_config_new (info, pairs, &error);
  g_assert_no_error (error);
  return minipay_exchange_new (MINIPAY_PAYMENT_PROVIDER (provider),
                               info,
                               config,
                               MINIPAY_OPERATION_QUERY,
                               G_OBJECT (ref),
                               MINIPAY_WALLET_ANY,
                               &minipay_real_environment);
}

static const struct {
  MinipayCipher cipher;
  const char *key;
  const char *nonce;
  const char *plain;
  const char *sealed;
} vectors[] = {
  { MINIPAY_CIPHER_AES_256_CBC, "key-16", IV, TEXT, "nOp5RX3yMn/W8kO5kANV67iZMhdZ53R9UtaLfB1/wTA=" },
  { MINIPAY_CIPHER_AES_256_CBC, "key-16", IV, "", "ytplCTvf7eJPbfXbYK5OGA==" },
  { MINIPAY_CIPHER_AES_256_CBC, "key-16", IV, "0123456789abcdef", "WbJPzwGXasrpY5gbplc9M7VhdfZjggFNFsxB8onSt3k=" },
  { MINIPAY_CIPHER_AES_256_CBC, "key-32", IV, TEXT, CBC_SEALED },
  { MINIPAY_CIPHER_AES_256_CBC, "key-32", IV, "", "Br5wCcRLITSvPU04VKWZgA==" },
  { MINIPAY_CIPHER_AES_256_CBC, "key-32", IV, "0123456789abcdef", "UutZjo8VolFyDtJaerBdZYtzt/rXzYJXqKnm6d7w4nQ=" },
  { MINIPAY_CIPHER_AES_256_CBC, "key-binary", IV, TEXT, "p0z1tSyN9sY/RNF97hiW2cKFQIyuA3q/KAzmSgLwR2E=" },
  { MINIPAY_CIPHER_AES_256_ECB, "key-32", NULL, TEXT, ECB_SEALED },
  { MINIPAY_CIPHER_AES_256_GCM, "key-32", NONCE, TEXT, GCM_SEALED },
};

static void
test_vectors (void)
{
  g_autoptr (MinipayExchange) x = exchange_new ();

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++) {
    g_autoptr (GBytes) plain = g_bytes_new_static (vectors[i].plain, strlen (vectors[i].plain));
    g_autoptr (GBytes) opened = NULL;
    g_autofree char *sealed = NULL;
    g_autoptr (GError) error = NULL;

    sealed = minipay_exchange_encrypt (x, vectors[i].cipher, vectors[i].key, vectors[i].nonce, plain, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (sealed, ==, vectors[i].sealed);
    opened = minipay_exchange_decrypt (
        x, vectors[i].cipher, vectors[i].key, vectors[i].nonce, NULL, vectors[i].sealed, &error);
    g_assert_no_error (error);
    g_assert_cmpmem (
        g_bytes_get_data (opened, NULL), g_bytes_get_size (opened), vectors[i].plain, strlen (vectors[i].plain));
  }
}

static const struct {
  MinipayCipher cipher;
  const char *key;
  const char *nonce;
  MinipayError code;
  const char *says;
} refused[] = {
  /* an IV of another length, or none, or one that is no base64 */
  { MINIPAY_CIPHER_AES_256_CBC, "key-32", NULL, MINIPAY_ERROR_PROTOCOL, "nonce has 0 bytes, allowed are 16" },
  { MINIPAY_CIPHER_AES_256_CBC, "key-32", "", MINIPAY_ERROR_PROTOCOL, "allowed are 16" },
  { MINIPAY_CIPHER_AES_256_CBC, "key-32", "AAECAwQFBgcICQoLDA0O", MINIPAY_ERROR_PROTOCOL, "nonce has 15 bytes" },
  { MINIPAY_CIPHER_AES_256_CBC,
    "key-32",
    "AAECAwQFBgcICQoLDA0ODxA=",
    MINIPAY_ERROR_PROTOCOL,
    "nonce has 17 bytes" },
  { MINIPAY_CIPHER_AES_256_CBC, "key-32", "0123456789abcdef", MINIPAY_ERROR_PROTOCOL, "nonce has 12 bytes" },
  { MINIPAY_CIPHER_AES_256_CBC, "key-32", "AAECAwQFBgcICQoLDA0ODw", MINIPAY_ERROR_PROTOCOL, "allowed are 16" },
  { MINIPAY_CIPHER_AES_256_CBC, "key-32", "AAECAwQFBgcICQoLDA0ODw=\n", MINIPAY_ERROR_PROTOCOL, "allowed are 16" },
  { MINIPAY_CIPHER_AES_256_GCM, "key-32", NULL, MINIPAY_ERROR_PROTOCOL, "nonce has 0 bytes, allowed are 12" },
  { MINIPAY_CIPHER_AES_256_GCM, "key-32", IV, MINIPAY_ERROR_PROTOCOL, "nonce has 24 bytes, allowed are 12" },
  { MINIPAY_CIPHER_AES_256_GCM, "key-32", "eabb3e04457", MINIPAY_ERROR_PROTOCOL, "nonce has 11 bytes" },
  { MINIPAY_CIPHER_SM4_GCM, "key-32", "eabb3e0445777", MINIPAY_ERROR_PROTOCOL, "nonce has 13 bytes" },

  { MINIPAY_CIPHER_AES_256_CBC, "key-24", IV, MINIPAY_ERROR_INTERNAL, "" },
  { MINIPAY_CIPHER_AES_256_CBC, "no-such-key", IV, MINIPAY_ERROR_PLUGIN, "no-such-key" },
  { MINIPAY_CIPHER_AES_256_CBC, "PUB_KEY_ID_1", IV, MINIPAY_ERROR_PLUGIN, "PUB_KEY_ID_1" },
  { MINIPAY_CIPHER_AES_256_CBC, "public-key", IV, MINIPAY_ERROR_INTERNAL, "" },
  { MINIPAY_CIPHER_AES_256_CBC, "private-key", IV, MINIPAY_ERROR_INTERNAL, "" },
};

static void
test_refused (void)
{
  g_autoptr (MinipayExchange) x = exchange_new ();
  g_autoptr (GBytes) plain = g_bytes_new_static (TEXT, strlen (TEXT));

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autoptr (GError) seal_error = NULL;
    g_autoptr (GError) open_error = NULL;
    const GError *errors[2];

    g_assert_null (
        minipay_exchange_encrypt (x, refused[i].cipher, refused[i].key, refused[i].nonce, plain, &seal_error));
    g_assert_null (minipay_exchange_decrypt (
        x, refused[i].cipher, refused[i].key, refused[i].nonce, NULL, CBC_SEALED, &open_error));
    errors[0] = seal_error;
    errors[1] = open_error;
    for (guint n = 0; n < G_N_ELEMENTS (errors); n++) {
      g_assert_error (errors[n], MINIPAY_ERROR, (int) refused[i].code);
      if (strstr (errors[n]->message, refused[i].says) == NULL)
        g_error ("\"%s\" does not say \"%s\"", errors[n]->message, refused[i].says);
      g_assert_null (strstr (errors[n]->message, "0123456789abcdef0"));
    }
  }
}

/* With the wrong IV CBC opens into other text, or cannot: it never says which. */
static void
test_altered (void)
{
  static const char *const altered[] = {
    "sR3S/4ICnRiyxpO4w+Zl02W6Hnm6+zvnojndxcl6/IE=", /* the padding */
    "rR3S/4ICnRiyxpO4w+Zl02W6Hnm6+zvnojndxcl6/A==", /* a byte is missing */
    "rR3S/4ICnRiyxpO4w+Zl0w==",                     /* a block is missing */
  };
  g_autoptr (MinipayExchange) x = exchange_new ();

  for (guint i = 0; i < G_N_ELEMENTS (altered); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (
        minipay_exchange_decrypt (x, MINIPAY_CIPHER_AES_256_CBC, "key-32", IV, NULL, altered[i], &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
    g_assert_cmpstr (error->message, ==, "sealed text cannot be opened with this key");
  }
}

static void
test_recover (void)
{
  const char *sealed = minipay_test_vector ("agg-rsa-response-derived", "ciphertext");
  const char *expected = minipay_test_vector ("agg-rsa-response-derived", "expected");
  g_autoptr (MinipayExchange) x = exchange_new ();
  g_autoptr (GBytes) opened = NULL;
  g_autoptr (GError) error = NULL;

  opened = minipay_exchange_decrypt (x, MINIPAY_CIPHER_RSA_RECOVER, "public-key", NULL, NULL, sealed, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (opened, NULL), g_bytes_get_size (opened), expected, strlen (expected));
}

static void
test_recover_refused (void)
{
  static const struct {
    const char *key;
    MinipayError code;
  } cases[] = {
    /* a key with an id is found by its id, and verifies only */
    { "other-key", MINIPAY_ERROR_CONFIG },
    { "PUB_KEY_ID_1", MINIPAY_ERROR_PLUGIN },
    { "private-key", MINIPAY_ERROR_INTERNAL },
    { "key-32", MINIPAY_ERROR_INTERNAL },
  };
  const char *sealed = minipay_test_vector ("agg-rsa-response-derived", "ciphertext");
  g_autofree char *altered = minipay_test_replace (sealed, "L4uU", "M4uU");
  g_autoptr (MinipayExchange) x = exchange_new ();
  g_autoptr (GBytes) plain = g_bytes_new_static (TEXT, strlen (TEXT));
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_null (
        minipay_exchange_decrypt (x, MINIPAY_CIPHER_RSA_RECOVER, cases[i].key, NULL, NULL, sealed, &error));
    g_assert_error (error, MINIPAY_ERROR, (int) cases[i].code);
    g_clear_error (&error);
  }
  g_assert_null (
      minipay_exchange_decrypt (x, MINIPAY_CIPHER_RSA_RECOVER, "public-key", NULL, NULL, altered, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  g_clear_error (&error);
  /* only who has the private half can seal for it */
  g_assert_null (minipay_exchange_encrypt (x, MINIPAY_CIPHER_RSA_RECOVER, "public-key", NULL, plain, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INTERNAL);
}

/* A key that only opens makes no message genuine. */
static void
test_recover_verifies_nothing (void)
{
  g_autoptr (MinipayExchange) x = exchange_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (
      minipay_exchange_verify (x, MINIPAY_SCHEME_RSA_SHA256, "public-key", TEXT, strlen (TEXT), "AAAA", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_false (minipay_exchange_is_verified (x));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/ciphers/same-bytes-as-openssl", test_vectors);
  g_test_add_func ("/exchange/ciphers/unfit-nonce-or-key-refused", test_refused);
  g_test_add_func ("/exchange/ciphers/altered-one-error", test_altered);
  g_test_add_func ("/exchange/recover/key-without-id", test_recover);
  g_test_add_func ("/exchange/recover/other-keys-refused", test_recover_refused);
  g_test_add_func ("/exchange/recover/verifies-nothing", test_recover_verifies_nothing);
  return g_test_run ();
}
