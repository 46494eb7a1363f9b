/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "signing/minipay-signing-private.h"

#include "core/minipay-error.h"
#include "unit/signing-fixtures.h"

static void
check_signature_refused (MinipayKey *key, const guint8 *signature, gsize length)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (
      minipay_verify_signature (MINIPAY_SCHEME_RSA_SHA256, key, "source", -1, signature, length, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  if (length != 256)
    g_assert_true (g_str_has_suffix (error->message, " bytes where the key allows exactly 256"));
}

/* The signature is that of v3-go-sign. */
static void
test_signature_lengths (void)
{
  g_autoptr (JsonObject) root = fixtures_load ("vectors.json");
  g_autoptr (MinipayKey) signer = fixtures_load_private (root, "wechatpay-go-test");
  g_autoptr (MinipayKey) key = fixtures_load_verifier (root, "wechatpay-go-test");
  g_autofree char *text = minipay_sign (MINIPAY_SCHEME_RSA_SHA256, signer, "source", -1, NULL);
  g_autofree guint8 *signature = NULL;
  guint8 longer[258] = { 0 };
  guint8 same[256];
  gsize length;

  signature = g_base64_decode (text, &length);
  g_assert_true (g_str_has_prefix (text, "BKyAfU4iMCuvXMXS0Wzam3V/cnxZ+JaqigPM5OhljS2iOT95OO6Fsuml2JkF"));
  g_assert_cmpuint (length, ==, 256);
  g_assert_true (minipay_verify_signature (MINIPAY_SCHEME_RSA_SHA256, key, "source", -1, signature, 256, NULL));

  for (gsize n = 0; n < 256; n++)
    check_signature_refused (key, signature, n);
  /* the number is the same with zeros before it; the signature is not */
  memcpy (longer + 1, signature, 256);
  check_signature_refused (key, longer, 257);
  memcpy (longer, signature, 256);
  check_signature_refused (key, longer, 257);
  check_signature_refused (key, longer, 258);
  memset (same, 0, sizeof same);
  check_signature_refused (key, same, 256);
  memset (same, 0xff, sizeof same);
  check_signature_refused (key, same, 256);
  for (gsize i = 0; i < 256; i += 5) {
    memcpy (same, signature, 256);
    same[i] ^= 1;
    check_signature_refused (key, same, 256);
  }
}

/* A PKCS#1 block without the digest's ASN.1 name, or with another one, is no SHA-256 signature. */
static void
test_signature_bare_block (void)
{
  g_autoptr (JsonObject) root = fixtures_load ("vectors.json");
  g_autoptr (MinipayKey) signer = fixtures_load_private (root, "wechatpay-go-test");
  g_autoptr (MinipayKey) key = fixtures_load_verifier (root, "wechatpay-go-test");
  /* sha256sum of "source" */
  static const char *const blocks[] = {
    "41cf6794ba4200b839c53531555f0f3998df4cbb01a4d5cb0b94e3ca5e23947d",
    "3031300d06096086480165030402010500042041cf6794ba4200b839c53531555f0f3998df4cbb01a4d5cb0b94e3ca5e23947d0"
    "0",
    "3031300d06096086480165030402020500042041cf6794ba4200b839c53531555f0f3998df4cbb01a4d5cb0b94e3ca5e23947d"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++) {
    guint8 raw[80];
    gsize length = strlen (blocks[i]) / 2;
    g_autoptr (GBytes) sealed = NULL;

    for (gsize n = 0; n < length; n++)
      raw[n] =
          (guint8) (g_ascii_xdigit_value (blocks[i][2 * n]) << 4 | g_ascii_xdigit_value (blocks[i][2 * n + 1]));
    sealed = minipay_seal (MINIPAY_CIPHER_RSA_RECOVER, signer, NULL, 0, NULL, 0, raw, length, NULL);
    g_assert_nonnull (sealed);
    check_signature_refused (key, g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed));
  }
}

static void
test_sm2_round_trip (void)
{
  g_autoptr (JsonObject) root = fixtures_load ("vectors.json");
  g_autoptr (MinipayKey) signer = fixtures_load_private (root, "wechatpay-java-sm2");
  g_autoptr (MinipayKey) key = fixtures_load_verifier (root, "wechatpay-java-sm2");
  g_autofree char *text = NULL;
  g_autofree guint8 *signature = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  text = minipay_sign (MINIPAY_SCHEME_SM2_SM3, signer, "message", -1, &error);
  g_assert_no_error (error);
  signature = g_base64_decode (text, &length);
  g_assert_true (minipay_verify_signature (MINIPAY_SCHEME_SM2_SM3, key, "message", -1, signature, length, &error));
  for (gsize n = 0; n < length; n++) {
    g_clear_error (&error);
    g_assert_false (minipay_verify_signature (MINIPAY_SCHEME_SM2_SM3, key, "message", -1, signature, n, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  }
}

static void
test_wrong_key_kinds (void)
{
  static const MinipayScheme schemes[] = { MINIPAY_SCHEME_MD5,
                                           MINIPAY_SCHEME_HMAC_SHA256,
                                           MINIPAY_SCHEME_HMAC_SHA256_HEX_MD5,
                                           MINIPAY_SCHEME_RSA_SHA256,
                                           MINIPAY_SCHEME_SM2_SM3 };
  g_autoptr (JsonObject) root = fixtures_load ("vectors.json");
  g_autoptr (MinipayKey) public_key = fixtures_load_verifier (root, "gunsluo-mock");
  guint8 byte = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (minipay_sign (schemes[i], public_key, "text", -1, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INTERNAL);
    g_clear_error (&error);
    if (i < 3)
      g_assert_false (minipay_verify_digest (schemes[i], public_key, "text", -1, "00", &error));
    else if (schemes[i] == MINIPAY_SCHEME_SM2_SM3)
      g_assert_false (minipay_verify_signature (schemes[i], public_key, "text", -1, &byte, 1, &error));
    else
      continue;
    /* which of the trusted keys it is was the message's word */
    if (i < 3)
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INTERNAL);
    else
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  }
}

static void
test_digest_forms (void)
{
  static const char *const wrong[] = { "",
                                       "9",
                                       "9A0A8659F005D6984697E2CA0A9CF3B",
                                       "9A0A8659F005D6984697E2CA0A9CF3B70",
                                       "9A0A8659F005D6984697E2CA0A9CF3B ",
                                       " A0A8659F005D6984697E2CA0A9CF3B7",
                                       "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6" };
  g_autoptr (MinipayKey) key = fixtures_new_secret ("192006250b4c09247ec02edce69f6a2d");

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_verify_digest (
        MINIPAY_SCHEME_MD5,
        key,
        "appid=wxd930ea5d5a258f4f&body=test&device_info=1000&mch_id=10000100&nonce_str=ibuaiVcKdpRxkhJA&key=",
        -1,
        wrong[i],
        &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
    /* telling what was expected would sign for the forger */
    g_assert_null (strstr (error->message, "9A0A"));
  }
}

static gpointer
work_thread (gpointer data)
{
  const guint8 *nonce = (const guint8 *) "eabb3e044577";
  MinipayKey **keys = data;

  for (guint i = 0; i < 50 * fixtures_get_repeat (); i++) {
    g_autofree char *signature = minipay_sign (MINIPAY_SCHEME_RSA_SHA256, keys[0], "source", -1, NULL);
    g_autofree char *digest = minipay_sign (MINIPAY_SCHEME_HMAC_SHA256, keys[2], "text&key=", -1, NULL);
    g_autofree guint8 *bytes = NULL;
    g_autoptr (GBytes) sealed = NULL;
    gsize length;

    g_assert_true (g_str_has_prefix (signature, "BKyAfU4iMCuvXMXS0Wzam3V/cnxZ+JaqigPM5OhljS2iOT95OO6Fsuml2JkF"));
    g_assert_true (minipay_verify_digest (MINIPAY_SCHEME_HMAC_SHA256, keys[2], "text&key=", -1, digest, NULL));
    bytes = g_base64_decode (signature, &length);
    g_assert_true (
        minipay_verify_signature (MINIPAY_SCHEME_RSA_SHA256, keys[1], "source", -1, bytes, length, NULL));
    sealed = minipay_seal (MINIPAY_CIPHER_AES_256_GCM, keys[2], nonce, 12, NULL, 0, bytes, length, NULL);
    g_assert_nonnull (sealed);
  }
  return NULL;
}

static void
test_shared_keys_in_threads (void)
{
  g_autoptr (JsonObject) root = fixtures_load ("vectors.json");
  g_autoptr (MinipayKey) signer = fixtures_load_private (root, "wechatpay-go-test");
  g_autoptr (MinipayKey) verifier = fixtures_load_verifier (root, "wechatpay-go-test");
  g_autoptr (MinipayKey) secret = fixtures_new_secret ("AES256Key-32Characters1234567890");
  MinipayKey *keys[] = { signer, verifier, secret };
  GThread *threads[4];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("work", work_thread, keys);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

/* python3 hashlib: md5 of the text with the key put where its first NUL stands. */
static void
test_digest_key_place (void)
{
  static const struct {
    const char *text;
    gsize length;
    const char *expected;
  } cases[] = {
    { "a=1&key=\0&z=2", 13, "0D5F98C25D249D5D0008851BB8D45411" },
    { "\0&a=1", 5, "A2C6726031832E9B67D24F76B5665C3F" },
    { "a=1&key=\0", 9, "FD6E64C023C448CE4C756A62002ABA58" },
  };
  static const struct {
    MinipayScheme scheme;
    const char *text;
    gsize length;
  } refused[] = {
    { MINIPAY_SCHEME_MD5_PLACED, "a=1&key=", 8 },
    { MINIPAY_SCHEME_MD5_PLACED, "a=\0&b=\0&c=3", 11 },
    { MINIPAY_SCHEME_MD5, "a=1&key=\0", 9 },
    { MINIPAY_SCHEME_HMAC_SHA256, "a=\0&b", 5 },
    { MINIPAY_SCHEME_HMAC_SHA256_HEX_MD5, "a=\0&b", 5 },
  };
  g_autoptr (MinipayKey) key = fixtures_new_secret ("0123456789ABCDEF0123456789ABCDEF");
  g_autofree char *inner = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *sign =
        minipay_sign (MINIPAY_SCHEME_MD5_PLACED, key, cases[i].text, (gssize) cases[i].length, &error);

    g_assert_no_error (error);
    g_assert_cmpstr (sign, ==, cases[i].expected);
    g_assert_true (minipay_verify_digest (
        MINIPAY_SCHEME_MD5_PLACED, key, cases[i].text, (gssize) cases[i].length, cases[i].expected, &error));
  }
  /* a message that could place the key could be longer than what was signed */
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autoptr (GError) local_error = NULL;

    g_assert_null (
        minipay_sign (refused[i].scheme, key, refused[i].text, (gssize) refused[i].length, &local_error));
    g_assert_error (local_error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
  /* the 32 bytes of this HMAC have a NUL at 20, which is no place for a key: python3 hmac and hashlib */
  inner = minipay_sign (MINIPAY_SCHEME_HMAC_SHA256_RAW_MD5, key, "n=2", 3, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (inner, ==, "85AAD24FA7E20C0F48AA114D034C1024");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  minipay_signing_init ();
  g_test_add_func ("/signatures/rsa/length-of-modulus-only", test_signature_lengths);
  g_test_add_func ("/signatures/rsa/foreign-blocks-refused", test_signature_bare_block);
  g_test_add_func ("/signatures/sm2/round-trip", test_sm2_round_trip);
  g_test_add_func ("/signatures/kinds/wrong-key-is-internal", test_wrong_key_kinds);
  g_test_add_func ("/signatures/digest/wrong-forms-refused", test_digest_forms);
  g_test_add_func ("/signatures/digest/key-where-a-nul-stands", test_digest_key_place);
  g_test_add_func ("/signatures/threads/share-keys", test_shared_keys_in_threads);
  return g_test_run ();
}
