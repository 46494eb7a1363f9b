/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "signing/minipay-signing-private.h"

#include "core/minipay-error.h"
#include "unit/signing-fixtures.h"

#define KEY_TEXT    "AES256Key-32Characters1234567890"
#define NONCE       ((const guint8 *) "eabb3e044577")
#define AAD         ((const guint8 *) "aad")
#define CANNOT_OPEN "sealed text cannot be opened with this key"

static void
check_cannot_open (
    MinipayCipher cipher, MinipayKey *key, const char *nonce, const char *aad, const guint8 *sealed, gsize length)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (minipay_open (cipher,
                               key,
                               (const guint8 *) nonce,
                               nonce != NULL ? strlen (nonce) : 0,
                               (const guint8 *) aad,
                               aad != NULL ? strlen (aad) : 0,
                               sealed,
                               length,
                               &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  g_assert_cmpstr (error->message, ==, CANNOT_OPEN);
}

/*
 * Plain texts 00 01 02 ... of 0 to 31 bytes under KEY_TEXT, the nonce eabb3e044577 and the data "aad". The
 * digest over all sealed texts and the last of them come from python3 cryptography (AESGCM).
 */
static void
test_gcm_every_length (void)
{
  g_autoptr (MinipayKey) key = fixtures_new_secret (KEY_TEXT);
  g_autoptr (GChecksum) all = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GBytes) sealed = NULL;
  guint8 plain[32];

  for (guint8 n = 0; n < 32; n++) {
    g_autoptr (GBytes) opened = NULL;

    g_clear_pointer (&sealed, g_bytes_unref);
    plain[n] = n;
    sealed = minipay_seal (MINIPAY_CIPHER_AES_256_GCM, key, NONCE, 12, AAD, 3, plain, n, NULL);
    g_assert_nonnull (sealed);
    g_assert_cmpuint (g_bytes_get_size (sealed), ==, n + 16u);
    g_checksum_update (all, g_bytes_get_data (sealed, NULL), (gssize) g_bytes_get_size (sealed));
    opened = minipay_open (MINIPAY_CIPHER_AES_256_GCM,
                           key,
                           NONCE,
                           12,
                           AAD,
                           3,
                           g_bytes_get_data (sealed, NULL),
                           g_bytes_get_size (sealed),
                           NULL);
    g_assert_nonnull (opened);
    g_assert_cmpmem (g_bytes_get_data (opened, NULL), g_bytes_get_size (opened), plain, n);
  }
  g_assert_cmpstr (
      g_checksum_get_string (all), ==, "f30507d73416e6f063f6dab3d835502f58d1498401f5df1955ffb77d6f8a3f7b");
}

static void
check_truncations (MinipayCipher cipher)
{
  g_autoptr (MinipayKey) key = fixtures_new_secret (KEY_TEXT);
  guint8 zeros[32] = { 0 };
  g_autoptr (GBytes) sealed = minipay_seal (cipher, key, NONCE, 12, AAD, 3, zeros, 32, NULL);
  const guint8 *bytes = g_bytes_get_data (sealed, NULL);

  for (gsize n = 0; n < 32; n++) {
    check_cannot_open (cipher, key, "eabb3e044577", "aad", zeros, n);
    check_cannot_open (cipher, key, "eabb3e044577", "aad", bytes, n);
  }
  check_cannot_open (cipher, key, "eabb3e044577", "aad", NULL, 0);
}

static void
test_aead_short_texts (void)
{
  check_truncations (MINIPAY_CIPHER_AES_256_GCM);
  check_truncations (MINIPAY_CIPHER_SM4_GCM);
}

static void
check_alterations (MinipayCipher cipher)
{
  g_autoptr (MinipayKey) key = fixtures_new_secret (KEY_TEXT);
  g_autoptr (MinipayKey) other = fixtures_new_secret ("BES256Key-32Characters1234567890");
  static const guint8 plain[] = "{\"total\":1990,\"currency\":\"CNY\"}";
  g_autoptr (GBytes) sealed = NULL;
  g_autofree guint8 *bytes = NULL;
  gsize length;

  sealed = minipay_seal (cipher, key, NONCE, 12, AAD, 3, plain, sizeof plain, NULL);
  g_assert_nonnull (sealed);
  length = g_bytes_get_size (sealed);
  bytes = g_memdup2 (g_bytes_get_data (sealed, NULL), length);

  for (gsize bit = 0; bit < 8 * length; bit++) {
    bytes[bit / 8] ^= (guint8) (1 << bit % 8);
    check_cannot_open (cipher, key, "eabb3e044577", "aad", bytes, length);
    bytes[bit / 8] ^= (guint8) (1 << bit % 8);
  }
  check_cannot_open (cipher, key, "eabb3e044577", "aae", bytes, length);
  check_cannot_open (cipher, key, "eabb3e044577", "aad ", bytes, length);
  check_cannot_open (cipher, key, "eabb3e044577", "", bytes, length);
  check_cannot_open (cipher, key, "eabb3e044577", NULL, bytes, length);
  check_cannot_open (cipher, key, "eabb3e044578", "aad", bytes, length);
  check_cannot_open (cipher, other, "eabb3e044577", "aad", bytes, length);
}

static void
test_aead_any_bit (void)
{
  check_alterations (MINIPAY_CIPHER_AES_256_GCM);
  check_alterations (MINIPAY_CIPHER_SM4_GCM);
}

/* python3 cryptography: SM4 in GCM, the key the first half of the SM3 of KEY_TEXT, 20 x 0x41 beside 40 x
 * 0x42. */
static void
test_sm4_gcm_several_blocks (void)
{
  g_autoptr (MinipayKey) key = fixtures_new_secret (KEY_TEXT);
  g_autoptr (GBytes) sealed = NULL;
  GString *hex = g_string_new (NULL);
  const guint8 *bytes;
  gsize length;

  sealed = minipay_seal (MINIPAY_CIPHER_SM4_GCM,
                         key,
                         NONCE,
                         12,
                         (const guint8 *) "AAAAAAAAAAAAAAAAAAAA",
                         20,
                         (const guint8 *) "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
                         40,
                         NULL);
  g_assert_nonnull (sealed);
  bytes = g_bytes_get_data (sealed, &length);
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (hex, "%02x", bytes[i]);
  g_assert_cmpstr (hex->str,
                   ==,
                   "f9a00af8053ee6ba42b0cedf46933fbcb8da10fd52f00f77a27984b4bedfae019dc0d41677e17dd6092ecdc4a"
                   "953d55764cad6fc48709c26");
  g_string_free (hex, TRUE);
}

/* The tag of the empty text comes from python3 cryptography (AESGCM). */
static void
test_gcm_empty (void)
{
  static const guint8 tag[] = { 0xd6, 0x57, 0x07, 0xec, 0x30, 0x00, 0xb4, 0xb2,
                                0xb3, 0xfe, 0x50, 0x2d, 0x3c, 0x6c, 0xcc, 0x18 };
  g_autoptr (MinipayKey) key = fixtures_new_secret (KEY_TEXT);
  g_autoptr (GBytes) with_null = NULL;
  g_autoptr (GBytes) with_empty = NULL;

  with_null = minipay_open (MINIPAY_CIPHER_AES_256_GCM, key, NONCE, 12, NULL, 0, tag, sizeof tag, NULL);
  with_empty = minipay_open (MINIPAY_CIPHER_AES_256_GCM, key, NONCE, 12, AAD, 0, tag, sizeof tag, NULL);
  g_assert_nonnull (with_null);
  g_assert_nonnull (with_empty);
  g_assert_cmpuint (g_bytes_get_size (with_null), ==, 0);
  g_assert_cmpuint (g_bytes_get_size (with_empty), ==, 0);
}

static void
check_arguments_refused (
    MinipayCipher cipher, MinipayKey *key, gsize nonce_length, gsize aad_length, MinipayError code)
{
  guint8 bytes[64] = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_null (minipay_open (cipher, key, bytes, nonce_length, bytes, aad_length, bytes, sizeof bytes, &error));
  g_assert_error (error, MINIPAY_ERROR, (gint) code);
  g_assert_cmpstr (error->message, !=, CANNOT_OPEN);
  g_clear_error (&error);
  g_assert_null (minipay_seal (cipher, key, bytes, nonce_length, bytes, aad_length, bytes, sizeof bytes, &error));
  g_assert_error (error, MINIPAY_ERROR, (gint) code);
}

static void
test_arguments_refused (void)
{
  static const gsize nonces[] = { 0, 1, 8, 11, 13, 15, 17, 32, 64 };
  g_autoptr (MinipayKey) key = fixtures_new_secret (KEY_TEXT);
  g_autoptr (MinipayKey) long_key = fixtures_new_secret ("AES256Key-32Characters12345678901");
  g_autoptr (JsonObject) root = fixtures_load ("vectors.json");
  g_autoptr (MinipayKey) sm2 = fixtures_load_private (root, "wechatpay-java-sm2");

  for (gsize i = 0; i < G_N_ELEMENTS (nonces); i++) {
    check_arguments_refused (MINIPAY_CIPHER_AES_256_GCM, key, nonces[i], 0, MINIPAY_ERROR_PROTOCOL);
    check_arguments_refused (MINIPAY_CIPHER_SM4_GCM, key, nonces[i], 0, MINIPAY_ERROR_PROTOCOL);
    check_arguments_refused (MINIPAY_CIPHER_AES_256_CBC, key, nonces[i], 0, MINIPAY_ERROR_PROTOCOL);
  }
  check_arguments_refused (MINIPAY_CIPHER_SM4_GCM, key, 16, 0, MINIPAY_ERROR_PROTOCOL);
  check_arguments_refused (MINIPAY_CIPHER_AES_256_CBC, key, 16, 1, MINIPAY_ERROR_INTERNAL);
  check_arguments_refused (MINIPAY_CIPHER_AES_256_GCM, long_key, 12, 0, MINIPAY_ERROR_INTERNAL);
  check_arguments_refused (MINIPAY_CIPHER_AES_256_GCM, sm2, 12, 0, MINIPAY_ERROR_INTERNAL);
  check_arguments_refused (MINIPAY_CIPHER_RSA_OAEP, sm2, 0, 0, MINIPAY_ERROR_INTERNAL);
  check_arguments_refused (MINIPAY_CIPHER_RSA_RECOVER, key, 0, 0, MINIPAY_ERROR_INTERNAL);
}

/* Padding, length and key faults of CBC and ECB look the same. */
static void
test_block_ciphers_one_error (void)
{
  static const MinipayCipher ciphers[] = { MINIPAY_CIPHER_AES_256_CBC, MINIPAY_CIPHER_AES_256_ECB };
  g_autoptr (MinipayKey) key = fixtures_new_secret (KEY_TEXT);
  guint8 text[48] = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (ciphers); i++) {
    const char *nonce = ciphers[i] == MINIPAY_CIPHER_AES_256_CBC ? "0123456789abcdef" : NULL;
    g_autoptr (GBytes) sealed = NULL;

    sealed =
        minipay_seal (ciphers[i], key, (const guint8 *) nonce, nonce != NULL ? 16 : 0, NULL, 0, text, 47, NULL);
    g_assert_nonnull (sealed);
    g_assert_cmpuint (g_bytes_get_size (sealed), ==, 48);
    for (gsize n = 0; n < 48; n++)
      check_cannot_open (ciphers[i], key, nonce, NULL, g_bytes_get_data (sealed, NULL), n);
  }
}

static MinipaySecret *
recover_block (JsonObject *zoo, const char *name)
{
  JsonObject *blocks = json_object_get_object_member (zoo, "recover_blocks");
  gsize length;
  g_autofree guint8 *bytes = g_base64_decode (json_object_get_string_member (blocks, name), &length);

  g_assert_cmpuint (length, ==, 256);
  return minipay_secret_new (bytes, length);
}

/* Blocks padded by hand, tests/fixtures/key-zoo.json; RFC 8017 section 9.2: 00 01, at least eight ff, 00. */
static void
test_recover_padding (void)
{
  static const char *const bad[] = { "short-padding", "type-2", "type-0", "padding-hole", "no-end" };
  g_autoptr (JsonObject) zoo = fixtures_load ("key-zoo.json");
  g_autoptr (JsonObject) root = fixtures_load ("vectors.json");
  g_autoptr (MinipayKey) key = fixtures_load_verifier (root, "wxp-doc-mch-1900007291");
  g_autoptr (MinipaySecret) good = recover_block (zoo, "good");
  g_autofree guint8 *blocks = g_malloc (65 * 256);
  g_autofree char *expected = g_strnfill (245 * 64, 'A');
  g_autoptr (GBytes) plain = NULL;
  gsize length;
  const guint8 *block = minipay_secret_peek (good, &length);

  for (gsize i = 0; i < 65; i++)
    memcpy (blocks + i * 256, block, 256);
  plain = minipay_open (MINIPAY_CIPHER_RSA_RECOVER, key, NULL, 0, NULL, 0, blocks, 64 * 256, NULL);
  g_assert_nonnull (plain);
  g_assert_cmpmem (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), expected, 245 * 64);

  check_cannot_open (MINIPAY_CIPHER_RSA_RECOVER, key, NULL, NULL, blocks, 65 * 256);
  check_cannot_open (MINIPAY_CIPHER_RSA_RECOVER, key, NULL, NULL, blocks, 0);
  check_cannot_open (MINIPAY_CIPHER_RSA_RECOVER, key, NULL, NULL, blocks, 255);
  check_cannot_open (MINIPAY_CIPHER_RSA_RECOVER, key, NULL, NULL, blocks, 257);
  check_cannot_open (MINIPAY_CIPHER_RSA_RECOVER, key, NULL, NULL, blocks, 511);

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (MinipaySecret) material = recover_block (zoo, bad[i]);

    g_test_message ("%s", bad[i]);
    block = minipay_secret_peek (material, &length);
    check_cannot_open (MINIPAY_CIPHER_RSA_RECOVER, key, NULL, NULL, block, 256);
    /* one bad block among good ones spoils all */
    memcpy (blocks + 256, block, 256);
    check_cannot_open (MINIPAY_CIPHER_RSA_RECOVER, key, NULL, NULL, blocks, 3 * 256);
  }
}

static void
check_round_trip (MinipayCipher cipher, MinipayKey *sealer, MinipayKey *opener, gsize longest)
{
  g_autofree guint8 *plain = g_malloc0 (longest + 1);
  g_autoptr (GBytes) sealed = NULL;
  g_autoptr (GBytes) opened = NULL;
  g_autoptr (GError) error = NULL;

  sealed = minipay_seal (cipher, sealer, NULL, 0, NULL, 0, plain, longest, &error);
  g_assert_no_error (error);
  opened = minipay_open (
      cipher, opener, NULL, 0, NULL, 0, g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed), &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (opened, NULL), g_bytes_get_size (opened), plain, longest);
}

/* RFC 8017: OAEP with SHA-1 holds 256 - 42 bytes, PKCS#1 v1.5 256 - 11; recovery here 64 blocks of 245. */
static void
test_public_key_limits (void)
{
  static const struct {
    MinipayCipher cipher;
    gsize longest;
  } cases[] = {
    { MINIPAY_CIPHER_RSA_OAEP, 214 },
    { MINIPAY_CIPHER_RSA_PKCS1, 245 },
    { MINIPAY_CIPHER_RSA_RECOVER, 64 * 245 },
  };
  g_autoptr (JsonObject) root = fixtures_load ("vectors.json");
  g_autoptr (MinipayKey) private_key = fixtures_load_private (root, "gunsluo-mock");
  g_autoptr (MinipayKey) public_key = fixtures_load_verifier (root, "gunsluo-mock");
  g_autoptr (MinipayKey) sm2_private = fixtures_load_private (root, "wechatpay-java-sm2");
  g_autoptr (MinipayKey) sm2_public = fixtures_load_verifier (root, "wechatpay-java-sm2");
  g_autofree guint8 *bytes = g_malloc0 (64 * 245 + 1);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    gboolean is_recover = cases[i].cipher == MINIPAY_CIPHER_RSA_RECOVER;
    MinipayKey *sealer = is_recover ? private_key : public_key;
    MinipayKey *opener = is_recover ? public_key : private_key;
    g_autoptr (GError) error = NULL;

    check_round_trip (cases[i].cipher, sealer, opener, cases[i].longest);
    g_assert_null (minipay_seal (cases[i].cipher, sealer, NULL, 0, NULL, 0, bytes, cases[i].longest + 1, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
    check_cannot_open (cases[i].cipher, opener, NULL, NULL, bytes, 0);
    check_cannot_open (cases[i].cipher, opener, NULL, NULL, bytes, 255);
    check_cannot_open (cases[i].cipher, opener, NULL, NULL, bytes, 256);
  }
  check_round_trip (MINIPAY_CIPHER_SM2, sm2_public, sm2_private, 214);
  for (gsize n = 0; n < 128; n++)
    check_cannot_open (MINIPAY_CIPHER_SM2, sm2_private, NULL, NULL, bytes, n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  minipay_signing_init ();
  g_test_add_func ("/ciphers/gcm/every-length-to-31", test_gcm_every_length);
  g_test_add_func ("/ciphers/gcm/empty-text-and-data", test_gcm_empty);
  g_test_add_func ("/ciphers/sm4-gcm/several-blocks", test_sm4_gcm_several_blocks);
  g_test_add_func ("/ciphers/aead/short-texts-refused", test_aead_short_texts);
  g_test_add_func ("/ciphers/aead/any-altered-bit-refused", test_aead_any_bit);
  g_test_add_func ("/ciphers/arguments/refused-by-name", test_arguments_refused);
  g_test_add_func ("/ciphers/block/one-error-for-all", test_block_ciphers_one_error);
  g_test_add_func ("/ciphers/recover/padding-and-blocks-strict", test_recover_padding);
  g_test_add_func ("/ciphers/public-key/limits-exact", test_public_key_limits);
  return g_test_run ();
}
