/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

#include "provider/minipay-manifest-private.h"
#include "provider/minipay-provider-info-private.h"
#include "support/run-provider.h"
#include "support/test-exchange.h"
#include "unit/signing-fixtures.h"

/*
 * Which key an exchange uses, and until when. The digests and the sealed texts are python3's (hashlib,
 * cryptography): under the key of now, the one before it, and another.
 */

#define NEW_KEY "AES256Key-32Characters1234567890"
#define OLD_KEY "192006250b4c09247ec02edce69f6a2d"
#define UNTIL   1690000000 /* 2023-07-22T12:26:40+08:00; all certificates below are valid then */

#define TEXT       "a=1&b=2&key="
#define NEW_DIGEST "3CED089205D1B3AB512FA29523FF23BD"
#define OLD_DIGEST "72AAE3161ACDF7BADD9A0FDE9125D758"
#define NO_DIGEST  "BDA80477F64C4F3B40C192334053EE71"

#define NONCE    "eabb3e044577"
#define DATA     "transaction"
#define GCM_TEXT "paid in full"
#define NEW_GCM  "oYHaSZG+7Jody9+rg7X7lhKBOc61vhUgzbvWzA=="
#define OLD_GCM  "IT0OQGFBhDMICvyUc523NgUomEJM8dL+lj18Lg=="
#define NO_GCM   "XW4vjLLH61GFevVGfAyu0ID43/wck1uXJy8+Jw=="
#define ECB_TEXT "<root><refund_id>1</refund_id></root>"
#define NEW_ECB  "yjw6MKK05a4tsGDxcvU+y3qZ3Gn1CQ3iPmgqVUfNwGf3XiAk+kMX4eTqdJEwIP2a"
#define OLD_ECB  "4fMiDl0PUR5HfKwMuCzpjvE5LC9TY1bmfNlefJnfcjLUNOLzwWQwP8OfP89+t68M"

/* Under NEW_KEY its last block ends in 01, which is the padding of one byte. */
#define AMBIGUOUS_TEXT "<root><a>20000000420</a></root>"
#define AMBIGUOUS_ECB  "sU6+3N7XpLeS/NBfX2CgKbtXZa5KD5CoNX7BbxNKH0A="

#define GO_SERIAL   "D7CE59D1F522D701"                         /* RSA, 2021-04-27 to 2031-04-25 */
#define JAVA_SERIAL "5F1C72E2A8931B72A2E13AF8DEE92471EB397115" /* RSA, 2022-05-10 to 2025-05-09 */
#define SM2_SERIAL  "54E7F59ED8DF4570CFB14780EA8152D45A675EE6" /* SM2, 2022-08-04 to 2023-09-03 */

static const char manifest[] =
    "[Minipay Provider]\nId=tea\nAbi=1\nName=Tea\nLoader=native\nModule=libtea.so\nType=Tea\n"
    "Operations=create;query;receive;\nMethods=mini-program/wechat;\nCurrencies=CNY;\nHosts=pay.example;\n"
    "[Field key]\nType=secret\nLength=32\n"
    "[Field previous-key]\nType=secret\nLength=32\n"
    "[Field previous-key-until]\nType=string\n"
    "[Field private-key]\nType=private-key\n[Field private-key-passphrase]\nType=secret\n"
    "[Field platform-certificate]\nType=certificate\n"
    "[Field public-key]\nType=public-key\n";

/* The exchange and the clock that it reads at every hook. */
typedef struct {
  MinipayAccountConfig *config;
  MinipayExchange *exchange;
  MinipayEnvironment environment;
  gint64 now;
} Counter;

static gint64
counter_now (gpointer data)
{
  return ((Counter *) data)->now;
}

static gboolean
counter_nonce (gpointer data, char out[MINIPAY_NONCE_LENGTH + 1], GError **error)
{
  memset (out, 'n', MINIPAY_NONCE_LENGTH);
  out[MINIPAY_NONCE_LENGTH] = '\0';
  return TRUE;
}

static MinipayAccountConfig *
read_config (const char *const *pairs, GError **error)
{
  g_autoptr (GBytes) text = g_bytes_new_static (manifest, strlen (manifest));
  g_autoptr (GHashTable) settings = minipay_test_settings_new (pairs);
  g_autoptr (MinipayProviderInfo) info = NULL;
  MinipayManifest *parsed = minipay_manifest_parse ("tea.provider", "tea", text, NULL);

  g_assert_nonnull (parsed);
  info = minipay_provider_info_new (parsed);
  return minipay_test_config_new (info, settings, error);
}

/* A hook of a query that runs at @now: from here on the exchange has that time. */
static void
counter_run_hook (Counter *self, gint64 now)
{
  g_autoptr (RunProvider) provider = run_provider_new (MINIPAY_SEND_FLAGS_NONE);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new ("20260101000000000001");
  g_autoptr (GBytes) text = g_bytes_new_static (manifest, strlen (manifest));
  g_autoptr (MinipayProviderInfo) info =
      minipay_provider_info_new (minipay_manifest_parse ("tea.provider", "tea", text, NULL));
  g_autoptr (GError) error = NULL;

  self->now = now;
  self->environment = (MinipayEnvironment){ counter_now, counter_nonce, self };
  if (self->exchange == NULL)
    self->exchange = minipay_exchange_new (MINIPAY_PAYMENT_PROVIDER (provider),
                                           info,
                                           self->config,
                                           MINIPAY_OPERATION_QUERY,
                                           G_OBJECT (ref),
                                           MINIPAY_WALLET_ANY,
                                           &self->environment);
  minipay_exchange_begin (self->exchange, &error);
  g_assert_no_error (error);
}

static Counter *
counter_new (const char *const *pairs)
{
  Counter *self = g_new0 (Counter, 1);
  g_autoptr (GError) error = NULL;

  self->config = read_config (pairs, &error);
  g_assert_no_error (error);
  counter_run_hook (self, UNTIL);
  return self;
}

static void
counter_free (Counter *self)
{
  g_clear_object (&self->exchange);
  g_clear_object (&self->config);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Counter, counter_free)

static const char *const overlapping[] = {
  "key", NEW_KEY, "previous-key", OLD_KEY, "previous-key-until", "2023-07-22T12:26:40+08:00", NULL,
};

static gboolean
verifies (Counter *self, const char *digest)
{
  g_autoptr (GError) error = NULL;
  const gboolean is_good =
      minipay_exchange_verify (self->exchange, MINIPAY_SCHEME_MD5, "key", TEXT, strlen (TEXT), digest, &error);

  g_assert_true (is_good == minipay_exchange_is_verified (self->exchange));
  if (!is_good)
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  else
    g_assert_no_error (error);
  return is_good;
}

static gboolean
opens (Counter *self, MinipayCipher cipher, const char *sealed, const char *expected)
{
  const gboolean is_gcm = cipher == MINIPAY_CIPHER_AES_256_GCM;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) plain = minipay_exchange_decrypt (
      self->exchange, cipher, "key", is_gcm ? NONCE : NULL, is_gcm ? DATA : NULL, sealed, &error);

  if (plain == NULL) {
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
    g_assert_cmpstr (error->message, ==, "sealed text cannot be opened with this key");
    return FALSE;
  }
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), expected, strlen (expected));
  return TRUE;
}

/* --- One secret after another --- */

static void
test_overlap (void)
{
  static const struct {
    gint64 now;
    gboolean has_old;
  } cases[] = {
    { UNTIL - 86400, TRUE }, { UNTIL - 1, TRUE }, { UNTIL, TRUE }, { UNTIL + 1, FALSE }, { UNTIL + 86400, FALSE },
  };
  g_autoptr (Counter) counter = counter_new (overlapping);

  g_test_summary ("Nothing genuine is refused while the two overlap; afterwards the old one is dead.");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    counter_run_hook (counter, cases[i].now);
    g_assert_true (verifies (counter, NEW_DIGEST));
    g_assert_true (verifies (counter, OLD_DIGEST) == cases[i].has_old);
    g_assert_false (verifies (counter, NO_DIGEST));
    g_assert_true (opens (counter, MINIPAY_CIPHER_AES_256_GCM, NEW_GCM, GCM_TEXT));
    g_assert_true (opens (counter, MINIPAY_CIPHER_AES_256_GCM, OLD_GCM, GCM_TEXT) == cases[i].has_old);
    g_assert_false (opens (counter, MINIPAY_CIPHER_AES_256_GCM, NO_GCM, GCM_TEXT));
    g_assert_true (opens (counter, MINIPAY_CIPHER_AES_256_ECB_MD5, NEW_ECB, ECB_TEXT));
    g_assert_true (opens (counter, MINIPAY_CIPHER_AES_256_ECB_MD5, OLD_ECB, ECB_TEXT) == cases[i].has_old);
  }
}

static void
test_old_never_signs (void)
{
  g_autoptr (Counter) counter = counter_new (overlapping);
  g_autoptr (GError) error = NULL;
  g_autofree char *sign =
      minipay_exchange_sign (counter->exchange, MINIPAY_SCHEME_MD5, "key", TEXT, strlen (TEXT), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (sign, ==, NEW_DIGEST);
  g_assert_null (
      minipay_exchange_sign (counter->exchange, MINIPAY_SCHEME_MD5, "previous-key", TEXT, strlen (TEXT), &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
}

/* Sealed with the old key; under the new one the padding is right as well, and the rest no text. */
static void
test_padding_is_no_proof (void)
{
  g_autoptr (Counter) counter = counter_new (overlapping);

  g_assert_true (opens (counter, MINIPAY_CIPHER_AES_256_ECB_MD5, AMBIGUOUS_ECB, AMBIGUOUS_TEXT));
}

static void
test_crossing (void)
{
  static const char *const keys[] = {
    NEW_KEY,
    OLD_KEY,
    "9a0a8659f005d6984697e2ca0a9cf3b7",
    "AES256Key-32Characters1234567891", /* its last byte alone is another */
    "EkfB1+3w39F2mvMBcXb4/7PRfVTgs+Bh",
  };

  g_test_summary ("Five accounts by five shared keys: each takes its own alone. The digests are GLib's.");
  for (guint account = 0; account < G_N_ELEMENTS (keys); account++) {
    const char *const pairs[] = { "key", keys[account], NULL };
    g_autoptr (Counter) counter = counter_new (pairs);

    for (guint key = 0; key < G_N_ELEMENTS (keys); key++) {
      g_autofree char *text = g_strconcat (TEXT, keys[key], NULL);
      g_autofree char *hex = g_compute_checksum_for_string (G_CHECKSUM_MD5, text, -1);
      g_autofree char *digest = g_ascii_strup (hex, -1);

      g_assert_true (verifies (counter, digest) == (key == account));
    }
  }
}

static void
assert_refused (const char *const *pairs, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (read_config (pairs, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  if (strstr (error->message, says) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, says);
  g_assert_null (strstr (error->message, OLD_KEY));
}

static void
test_overlap_settings (void)
{
  const char *const endless[] = { "key", NEW_KEY, "previous-key", OLD_KEY, NULL };
  const char *const untimely[] = {
    "key", NEW_KEY, "previous-key", OLD_KEY, "previous-key-until", "2023-07-22", NULL,
  };
  const char *const short_one[] = {
    "key", NEW_KEY, "previous-key", "192006250b4c09247ec02edce69f6a2", "previous-key-until", "2023-07-22T12:26:40Z",
    NULL,
  };

  assert_refused (endless, "previous-key-until");
  assert_refused (untimely, "previous-key-until");
  assert_refused (short_one, "previous-key has 31 bytes where 32 are needed");
}

/* --- The gateway's own key --- */

static Counter *
counter_new_trusting (void)
{
  g_autofree char *text = g_strconcat (minipay_test_key_text ("wechatpay-go-test-cert"),
                                       minipay_test_key_text ("wechatpay-java-merchant-cert"),
                                       minipay_test_key_text ("wechatpay-java-sm2-cert"),
                                       NULL);
  static const char *const pairs[] = { "platform-certificate", "file:platform.pem", NULL };

  minipay_test_write ("platform.pem", text, 0600);
  return counter_new (pairs);
}

/* What the owner of the private key @name reads, with OpenSSL alone. */
static char *
owner_open (const char *name, const char *sealed)
{
  const char *pem = minipay_test_key_text (name);
  BIO *bio = BIO_new_mem_buf (pem, -1);
  EVP_PKEY *key = PEM_read_bio_PrivateKey (bio, NULL, NULL, NULL);
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new (key, NULL);
  guint8 plain[512];
  size_t length = sizeof plain;
  gsize n_bytes;
  g_autofree guint8 *bytes = g_base64_decode (sealed, &n_bytes);
  char *text = NULL;

  g_assert_cmpint (EVP_PKEY_decrypt_init (context), ==, 1);
  if (EVP_PKEY_is_a (key, "RSA"))
    g_assert_cmpint (EVP_PKEY_CTX_set_rsa_padding (context, RSA_PKCS1_OAEP_PADDING), ==, 1);
  if (EVP_PKEY_decrypt (context, plain, &length, bytes, n_bytes) == 1)
    text = g_strndup ((const char *) plain, length);
  EVP_PKEY_CTX_free (context);
  EVP_PKEY_free (key);
  BIO_free (bio);
  return text;
}

static void
test_sealed_for_named_key (void)
{
  static const struct {
    MinipayCipher cipher;
    const char *id;
    const char *owner;
  } cases[] = {
    { MINIPAY_CIPHER_RSA_OAEP, GO_SERIAL, "wechatpay-go-test" },
    { MINIPAY_CIPHER_RSA_OAEP, JAVA_SERIAL, "wechatpay-java-merchant" },
    { MINIPAY_CIPHER_SM2, SM2_SERIAL, "wechatpay-java-sm2" },
  };
  g_autoptr (Counter) counter = counter_new_trusting ();
  g_autoptr (GBytes) plain = g_bytes_new_static ("张三", strlen ("张三"));

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *sealed =
        minipay_exchange_encrypt (counter->exchange, cases[i].cipher, cases[i].id, NULL, plain, &error);
    g_autofree char *opened = NULL;

    g_assert_no_error (error);
    opened = owner_open (cases[i].owner, sealed);
    g_assert_cmpstr (opened, ==, "张三");
  }
}

static void
test_sealed_for_nobody (void)
{
  static const struct {
    MinipayCipher cipher;
    const char *id;
    gint64 now;
    MinipayError code;
    const char *says;
  } cases[] = {
    { MINIPAY_CIPHER_RSA_OAEP, "platform-certificate", UNTIL, MINIPAY_ERROR_CONFIG, "is not trusted" },
    { MINIPAY_CIPHER_RSA_OAEP, "D7CE59D1F522D702", UNTIL, MINIPAY_ERROR_CONFIG, "is not trusted" },
    { MINIPAY_CIPHER_RSA_OAEP, JAVA_SERIAL, 1746755831, MINIPAY_ERROR_CONFIG, "has expired" },
    { MINIPAY_CIPHER_RSA_OAEP, GO_SERIAL, 1619513722, MINIPAY_ERROR_CONFIG, "is not valid yet" },
    { MINIPAY_CIPHER_SM2, GO_SERIAL, UNTIL, MINIPAY_ERROR_INTERNAL, "SM2" },
    { MINIPAY_CIPHER_RSA_OAEP, SM2_SERIAL, UNTIL, MINIPAY_ERROR_INTERNAL, "RSA" },
  };
  g_autoptr (Counter) counter = counter_new_trusting ();
  g_autoptr (GBytes) plain = g_bytes_new_static ("张三", strlen ("张三"));

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    counter_run_hook (counter, cases[i].now);
    g_assert_null (minipay_exchange_encrypt (counter->exchange, cases[i].cipher, cases[i].id, NULL, plain, &error));
    g_assert_error (error, MINIPAY_ERROR, (int) cases[i].code);
    if (strstr (error->message, cases[i].says) == NULL)
      g_error ("\"%s\" does not say \"%s\"", error->message, cases[i].says);
  }
}

static void
assert_newest (Counter *self, MinipayScheme scheme, const char *expected)
{
  g_autofree char *id = minipay_exchange_dup_newest_key_id (self->exchange, scheme);

  g_assert_cmpstr (id, ==, expected);
}

static void
test_newest_by_scheme (void)
{
  g_autoptr (Counter) counter = counter_new_trusting ();

  assert_newest (counter, MINIPAY_SCHEME_RSA_SHA256, JAVA_SERIAL);
  counter_run_hook (counter, UNTIL);
  assert_newest (counter, MINIPAY_SCHEME_SM2_SM3, SM2_SERIAL);
  counter_run_hook (counter, 1693743260);
  assert_newest (counter, MINIPAY_SCHEME_SM2_SM3, NULL);
  counter_run_hook (counter, 1746755831);
  assert_newest (counter, MINIPAY_SCHEME_RSA_SHA256, GO_SERIAL);
}

/* What is sealed and the header that names its key agree, also when a refresh comes between them. */
static void
test_newest_stays_in_hook (void)
{
  g_autoptr (Counter) counter = counter_new_trusting ();
  MinipayKeyring *keyring = minipay_account_config_get_keyring (counter->config);
  g_autoptr (GHashTable) trusted = minipay_keyring_dup_trusted (keyring);

  assert_newest (counter, MINIPAY_SCHEME_RSA_SHA256, JAVA_SERIAL);
  g_hash_table_remove (trusted, JAVA_SERIAL);
  g_assert_true (minipay_keyring_set_trusted (keyring, trusted, NULL));
  assert_newest (counter, MINIPAY_SCHEME_RSA_SHA256, JAVA_SERIAL);
  counter_run_hook (counter, UNTIL);
  assert_newest (counter, MINIPAY_SCHEME_RSA_SHA256, GO_SERIAL);
}

/* A signature over TEXT, by OpenSSL alone. */
static char *
owner_sign (const char *name, const EVP_MD *digest)
{
  BIO *bio = BIO_new_mem_buf (minipay_test_key_text (name), -1);
  EVP_PKEY *key = PEM_read_bio_PrivateKey (bio, NULL, NULL, NULL);
  EVP_PKEY_CTX *parameters = EVP_PKEY_CTX_new (key, NULL);
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  guint8 signature[512];
  size_t length = sizeof signature;

  if (EVP_PKEY_is_a (key, "SM2"))
    g_assert_cmpint (EVP_PKEY_CTX_set1_id (parameters, "1234567812345678", 16), ==, 1);
  EVP_MD_CTX_set_pkey_ctx (context, parameters);
  g_assert_cmpint (EVP_DigestSignInit (context, NULL, digest, NULL, key), ==, 1);
  g_assert_cmpint (EVP_DigestSign (context, signature, &length, (const guint8 *) TEXT, strlen (TEXT)), ==, 1);
  EVP_MD_CTX_free (context);
  EVP_PKEY_CTX_free (parameters);
  EVP_PKEY_free (key);
  BIO_free (bio);
  return g_base64_encode (signature, length);
}

/* A message may name any key that is trusted: a genuine signature of the other family is none for this account. */
static void
test_other_family_refused (void)
{
  g_autofree char *rsa = owner_sign ("wechatpay-go-test", EVP_sha256 ());
  g_autofree char *sm2 = owner_sign ("wechatpay-java-sm2", EVP_sm3 ());
  const struct {
    MinipayScheme scheme;
    const char *id;
    const char *signature;
    gboolean is_good;
  } cases[] = {
    { MINIPAY_SCHEME_RSA_SHA256, GO_SERIAL, rsa, TRUE },
    { MINIPAY_SCHEME_SM2_SM3, SM2_SERIAL, sm2, TRUE },
    { MINIPAY_SCHEME_SM2_SM3, GO_SERIAL, rsa, FALSE },
    { MINIPAY_SCHEME_RSA_SHA256, SM2_SERIAL, sm2, FALSE },
  };
  g_autoptr (Counter) counter = counter_new_trusting ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_true (
        minipay_exchange_verify (
            counter->exchange, cases[i].scheme, cases[i].id, TEXT, strlen (TEXT), cases[i].signature, &error) ==
        cases[i].is_good);
    if (!cases[i].is_good)
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  }
}

/* --- Files of the account --- */

/* Before its end it is tried on what another key sealed; afterwards not even that. */
static void
test_certificate_as_public_key (void)
{
  static const char *const pairs[] = { "public-key", "fixture:wechatpay-java-merchant-cert", NULL };
  const char *sealed = minipay_test_vector ("agg-rsa-response-derived", "ciphertext");
  g_autoptr (Counter) counter = counter_new (pairs);
  g_autoptr (GError) error = NULL;

  g_assert_null (minipay_exchange_decrypt (
      counter->exchange, MINIPAY_CIPHER_RSA_RECOVER, "public-key", NULL, NULL, sealed, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  g_clear_error (&error);
  counter_run_hook (counter, 1746755831);
  g_assert_null (minipay_exchange_decrypt (
      counter->exchange, MINIPAY_CIPHER_RSA_RECOVER, "public-key", NULL, NULL, sealed, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_cmpstr (error->message, ==, "key public-key has expired");
}

static void
test_passphrase (void)
{
  static const char *const right[] = {
    "private-key", "file:apiclient_cert.p12", "private-key-passphrase", "1900007291", NULL,
  };
  static const char *const wrong[] = {
    "private-key", "file:apiclient_cert.p12", "private-key-passphrase", "1900007292", NULL,
  };
  static const char *const none[] = { "private-key", "file:apiclient_cert.p12", NULL };
  static const char *const missing[] = {
    "private-key", "file:apiclient_cert.p12", "private-key-passphrase", "file:no-such-file", NULL,
  };
  g_autoptr (JsonObject) zoo = fixtures_load ("key-zoo.json");
  g_autoptr (Counter) counter = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *sign = NULL;
  JsonObject *container;

  container = json_object_get_object_member (json_object_get_object_member (zoo, "keys"), "pkcs12-legacy");
  minipay_test_write ("apiclient_cert.p12", json_object_get_string_member (container, "base64"), 0600);
  counter = counter_new (right);
  sign = minipay_exchange_sign (counter->exchange,
                                MINIPAY_SCHEME_RSA_SHA256,
                                "private-key",
                                minipay_test_vector ("v3-paysign-app", "canonical"),
                                strlen (minipay_test_vector ("v3-paysign-app", "canonical")),
                                &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sign, ==, minipay_test_vector ("v3-paysign-app", "expected"));
  assert_refused (wrong, "private-key is a PKCS#12 container that its passphrase does not open");
  assert_refused (none, "private-key is a PKCS#12 container without its passphrase");
  assert_refused (missing, "private-key-passphrase");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange-keys/previous/until-its-time-is-over", test_overlap);
  g_test_add_func ("/exchange-keys/previous/never-signs", test_old_never_signs);
  g_test_add_func ("/exchange-keys/previous/padding-is-no-proof", test_padding_is_no_proof);
  g_test_add_func ("/exchange-keys/five-accounts/only-the-own-secret", test_crossing);
  g_test_add_func ("/exchange-keys/previous/half-a-setting-refused", test_overlap_settings);
  g_test_add_func ("/exchange-keys/recipient/only-it-reads", test_sealed_for_named_key);
  g_test_add_func ("/exchange-keys/recipient/stranger-or-expired-refused", test_sealed_for_nobody);
  g_test_add_func ("/exchange-keys/newest/of-the-scheme", test_newest_by_scheme);
  g_test_add_func ("/exchange-keys/newest/stays-within-hook", test_newest_stays_in_hook);
  g_test_add_func ("/exchange-keys/verify/other-family-refused", test_other_family_refused);
  g_test_add_func ("/exchange-keys/public-key/certificate-has-its-end", test_certificate_as_public_key);
  g_test_add_func ("/exchange-keys/private-key/passphrase", test_passphrase);
  return g_test_run ();
}
