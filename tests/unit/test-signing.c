/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "signing/minipay-signing-private.h"

#include <locale.h>

#include "core/minipay-error.h"
#include "unit/signing-fixtures.h"

/*
 * Published and derived vectors, tests/fixtures/vectors.json; each names its source. Every vector there is
 * run exactly once and struck off the list.
 */
#define VECTORS 62

typedef struct {
  JsonObject *root;
  GHashTable *open; /* id (borrowed) to vector (borrowed); what has not been run */
  guint run;
} Suite;

static void
suite_load (Suite *self)
{
  JsonArray *vectors;

  self->root = fixtures_load ("vectors.json");
  self->open = g_hash_table_new (g_str_hash, g_str_equal);
  self->run = 0;
  vectors = json_object_get_array_member (self->root, "vectors");
  for (guint i = 0; i < json_array_get_length (vectors); i++) {
    JsonObject *vector = json_array_get_object_element (vectors, i);

    g_assert_true (
        g_hash_table_insert (self->open, (gpointer) json_object_get_string_member (vector, "id"), vector));
  }
}

static void
suite_clear (Suite *self)
{
  g_hash_table_unref (self->open);
  json_object_unref (self->root);
}

static JsonObject *
take (Suite *self, const char *id)
{
  JsonObject *vector = g_hash_table_lookup (self->open, id);

  g_test_message ("vector %s", id);
  g_assert_nonnull (vector);
  g_hash_table_remove (self->open, id);
  self->run++;
  return vector;
}

static const char *
get (JsonObject *vector, const char *member)
{
  return json_object_get_string_member_with_default (vector, member, "");
}

/* A vector that another runner has taken. */
static JsonObject *
find (Suite *self, const char *id)
{
  JsonArray *vectors = json_object_get_array_member (self->root, "vectors");

  for (guint i = 0; i < json_array_get_length (vectors); i++) {
    JsonObject *vector = json_array_get_object_element (vectors, i);

    if (g_str_equal (get (vector, "id"), id))
      return vector;
  }
  g_assert_not_reached ();
}

static void
check_digest (MinipayScheme scheme, const char *secret, const char *text, const char *expected)
{
  g_autoptr (MinipayKey) key = fixtures_new_secret (secret);
  g_autofree char *lower = g_ascii_strdown (expected, -1);
  g_autofree char *altered = g_strdup (expected);
  g_autofree char *sign = NULL;
  g_autoptr (GError) error = NULL;

  sign = minipay_sign (scheme, key, text, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sign, ==, expected);
  g_assert_true (minipay_verify_digest (scheme, key, text, -1, expected, &error));
  /* the schemes write upper case: what comes otherwise was written by somebody else */
  g_assert_false (minipay_verify_digest (scheme, key, text, -1, lower, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_clear_error (&error);

  altered[5] = altered[5] == '0' ? '1' : '0';
  g_assert_false (minipay_verify_digest (scheme, key, text, -1, altered, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
}

/* The schemes append the key by themselves: the published strings end with it. */
static char *
without_key (JsonObject *vector)
{
  const char *text = get (vector, "canonical");
  const char *key = get (vector, "key");

  g_assert_true (g_str_has_suffix (text, key));
  return g_strndup (text, strlen (text) - strlen (key));
}

static void
run_digests (Suite *self)
{
  static const struct {
    const char *id;
    MinipayScheme scheme;
  } cases[] = {
    { "wd-sign-1", MINIPAY_SCHEME_MD5 },
    { "wd-sign-empty", MINIPAY_SCHEME_MD5 },
    { "wd-sign-refund", MINIPAY_SCHEME_MD5 },
    { "v2-sign-md5", MINIPAY_SCHEME_MD5 },
    { "v2-sign-hmac-sha256", MINIPAY_SCHEME_HMAC_SHA256 },
    { "v2-paysign-md5", MINIPAY_SCHEME_MD5 },
    { "v2-paysign-hmac", MINIPAY_SCHEME_HMAC_SHA256 },
    { "v2-app-paysign", MINIPAY_SCHEME_MD5 },
    { "v2-sign-empty-value", MINIPAY_SCHEME_MD5 },
    { "v2-notify-md5", MINIPAY_SCHEME_MD5 },
    { "v2-notify-hmac-sha256", MINIPAY_SCHEME_HMAC_SHA256 },
    { "agg-sign-derived", MINIPAY_SCHEME_MD5 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    JsonObject *vector = take (self, cases[i].id);
    g_autofree char *text = without_key (vector);

    check_digest (cases[i].scheme, get (vector, "key"), text, get (vector, "expected"));
  }
}

static void
run_weidoufu_specials (Suite *self)
{
  JsonObject *misprint = take (self, "wd-sign-1-misprint");
  JsonObject *notify = take (self, "wd-notify-derived");
  g_autofree char *text = without_key (misprint);
  g_autoptr (MinipayKey) key = fixtures_new_secret (get (misprint, "key"));
  g_autofree char *raw = NULL;
  g_autoptr (GError) error = NULL;

  /* the page's text with its stray space gives another digest than the one it prints */
  check_digest (MINIPAY_SCHEME_MD5, get (misprint, "key"), text, "696A5ABD63DB39203E90F47FF842E70F");
  g_assert_false (
      minipay_verify_digest (MINIPAY_SCHEME_MD5, key, text, -1, get (misprint, "expected"), &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_clear_error (&error);

  check_digest (MINIPAY_SCHEME_HMAC_SHA256_HEX_MD5, get (notify, "key"), get (notify, "canonical"),
                get (notify, "expected"));
  /* python3: hashlib.md5 (bytes.fromhex (intermediate_hmac_hex)) */
  raw = minipay_sign (MINIPAY_SCHEME_HMAC_SHA256_RAW_MD5, key, get (notify, "canonical"), -1, &error);
  g_assert_cmpstr (raw, ==, "2C30FE4894FF6B4886874565245A00ED");
}

static gboolean
verify (MinipayScheme scheme, MinipayKey *key, const char *text, const char *signature, GError **error)
{
  gsize length;
  g_autofree guint8 *bytes = g_base64_decode (signature, &length);

  return minipay_verify_signature (scheme, key, text, -1, bytes, length, error);
}

static void
check_signature (JsonObject *root, const char *party, const char *text, const char *expected)
{
  g_autoptr (MinipayKey) signer = fixtures_load_private (root, party);
  g_autoptr (MinipayKey) verifier = fixtures_load_verifier (root, party);
  g_autofree char *altered = g_strconcat (text, "\n", NULL);
  g_autofree char *signature = NULL;
  g_autoptr (GError) error = NULL;

  signature = minipay_sign (MINIPAY_SCHEME_RSA_SHA256, signer, text, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (signature, ==, expected);
  g_assert_true (verify (MINIPAY_SCHEME_RSA_SHA256, verifier, text, expected, &error));
  g_assert_no_error (error);
  g_assert_false (verify (MINIPAY_SCHEME_RSA_SHA256, verifier, altered, expected, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
}

static void
run_signatures (Suite *self)
{
  static const char *const ids[] = {
    "v3-req-post-body",
    "v3-req-post-body-old",
    "v3-req-get-path",
    "v3-req-get-query",
    "v3-req-get-query-correct-url",
    "v3-req-upload-meta",
    "v3-paysign-jsapi",
    "v3-paysign-app",
    "v3-req-close",
    "v3-seed4-correct",
    "v3-go-sign",
    "v3-req-certificates-mock",
    "v3-req-escaped-slash",
    "global-statement-verify",
    "global-req-jsapi",
    "global-req-query-institution",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++) {
    JsonObject *vector = take (self, ids[i]);

    check_signature (self->root, get (vector, "key_ref"), get (vector, "canonical"),
                     get (vector, "expected"));
  }
}

static void
run_authorization_header (Suite *self)
{
  JsonObject *vector = take (self, "v3-authorization-header");
  g_autoptr (MinipayKey) key = fixtures_load_private (self->root, "wxp-doc-mch-1900007291");
  g_autofree char *signature = NULL;
  g_autofree char *tail = NULL;

  signature = minipay_sign (MINIPAY_SCHEME_RSA_SHA256, key,
                            get (find (self, get (vector, "uses")), "canonical"), -1, NULL);
  tail = g_strdup_printf (",signature=\"%s\"", signature);
  g_assert_true (g_str_has_suffix (get (vector, "expected"), tail));
}

static void
run_verifications (Suite *self)
{
  static const struct {
    const char *id;
    gboolean is_valid;
  } cases[] = {
    { "v3-resp-verify", TRUE },
    { "v3-resp-verify-h5", TRUE },
    { "v3-java-verify", TRUE },
    { "v3-sm2-verify", TRUE },
    /* printed beside a key it does not belong to */
    { "v3-resp-verify-wrong-key", FALSE },
    /* the page leaves out a part of the signed body */
    { "v3-resp-verify-old", FALSE },
    /* deliberately wrong, to see whether merchants check */
    { "v3-signtest-probe", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    JsonObject *vector = take (self, cases[i].id);
    MinipayScheme scheme =
        g_str_has_prefix (cases[i].id, "v3-sm2") ? MINIPAY_SCHEME_SM2_SM3 : MINIPAY_SCHEME_RSA_SHA256;
    g_autoptr (MinipayKey) key = fixtures_load_verifier (self->root, get (vector, "key_ref"));
    g_autofree char *altered = g_strconcat (get (vector, "canonical"), " ", NULL);
    g_autoptr (GError) error = NULL;

    g_assert_cmpint (verify (scheme, key, get (vector, "canonical"), get (vector, "signature"), &error), ==,
                     cases[i].is_valid);
    if (!cases[i].is_valid)
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
    g_clear_error (&error);
    g_assert_false (verify (scheme, key, altered, get (vector, "signature"), &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  }
}

/* The printed paySign belongs to another message under a key that was never published. */
static void
run_foreign_paysign (Suite *self)
{
  static const char *const parties[] = {
    "wxp-doc-mch-1900007291",  "wxp-doc-platform", "wxp-doc-platform-old", "wechatpay-go-test",
    "wechatpay-java-merchant", "gunsluo-mock",     "yansongda-mch",        "yansongda-mch-pub",
  };
  JsonObject *vector = take (self, "v3-seed4-paysign");

  for (gsize i = 0; i < G_N_ELEMENTS (parties); i++) {
    g_autoptr (MinipayKey) key = fixtures_load_verifier (self->root, parties[i]);
    g_autoptr (GError) error = NULL;

    g_assert_false (
        verify (MINIPAY_SCHEME_RSA_SHA256, key, get (vector, "canonical"), get (vector, "expected"), &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  }
}

/* @aad NULL and "" are the same to GCM: both are asked. */
static void
check_open (MinipayCipher cipher,
            MinipayKey *key,
            const char *nonce,
            const char *aad,
            const char *sealed,
            const char *expected)
{
  gsize length;
  g_autofree guint8 *bytes = g_base64_decode (sealed, &length);
  g_autoptr (GBytes) plain = NULL;
  g_autoptr (GError) error = NULL;

  plain = minipay_open (cipher, key, (const guint8 *) (nonce[0] != '\0' ? nonce : NULL), strlen (nonce),
                        (const guint8 *) (aad[0] != '\0' ? aad : NULL), strlen (aad), bytes, length, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), expected, strlen (expected));
}

static void
check_seal (MinipayCipher cipher,
            MinipayKey *key,
            const char *nonce,
            gsize nonce_length,
            const char *aad,
            const char *plain,
            const char *expected)
{
  g_autoptr (GBytes) sealed = NULL;
  g_autofree char *encoded = NULL;
  g_autoptr (GError) error = NULL;

  sealed = minipay_seal (cipher, key, (const guint8 *) nonce, nonce_length, (const guint8 *) aad,
                         strlen (aad), (const guint8 *) plain, strlen (plain), &error);
  g_assert_no_error (error);
  encoded = g_base64_encode (g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed));
  g_assert_cmpstr (encoded, ==, expected);
}

static void
run_aead (Suite *self)
{
  static const char *const ids[] = {
    "v3-go-gcm",
    "v3-java-gcm",
    "v3-gcm-certificate-aad",
    "v3-gcm-16byte-nonce-0",
    "v3-gcm-16byte-nonce-1",
    "v3-certificate-real",
    "v3-sm4-gcm",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++) {
    JsonObject *vector = take (self, ids[i]);
    MinipayCipher cipher =
        g_str_equal (ids[i], "v3-sm4-gcm") ? MINIPAY_CIPHER_SM4_GCM : MINIPAY_CIPHER_AES_256_GCM;
    gboolean is_sealed = json_object_has_member (vector, "ciphertext");
    const char *sealed = get (vector, is_sealed ? "ciphertext" : "expected");
    const char *plain = get (vector, is_sealed ? "expected" : "plaintext");
    const char *nonce = get (vector, "nonce");
    g_autoptr (MinipayKey) key = fixtures_new_secret (get (vector, "apiv3_key"));

    check_open (cipher, key, nonce, get (vector, "aad"), sealed, plain);
    check_seal (cipher, key, nonce, strlen (nonce), get (vector, "aad"), plain, sealed);
  }
}

static void
check_resource (JsonObject *resource, const char *apiv3_key, const char *expected)
{
  g_autoptr (MinipayKey) key = fixtures_new_secret (apiv3_key);

  check_open (MINIPAY_CIPHER_AES_256_GCM, key, get (resource, "nonce"), get (resource, "associated_data"),
              get (resource, "ciphertext"), expected);
}

static void
run_notifications (Suite *self)
{
  static const char *const ids[] = {
    "v3-go-notify",
    "v3-notify-transaction",
    "v3-notify-refund",
    "global-notify-institution",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++) {
    JsonObject *vector = take (self, ids[i]);
    JsonObject *headers = json_object_get_object_member (vector, "headers");
    g_autoptr (MinipayKey) key = fixtures_load_verifier (self->root, get (vector, "key_ref"));
    g_autoptr (JsonNode) body = json_from_string (get (vector, "body"), NULL);
    g_autofree char *text = NULL;
    g_autoptr (GError) error = NULL;

    text = g_strdup_printf ("%s\n%s\n%s\n", get (headers, "Wechatpay-Timestamp"),
                            get (headers, "Wechatpay-Nonce"), get (vector, "body"));
    verify (MINIPAY_SCHEME_RSA_SHA256, key, text, get (headers, "Wechatpay-Signature"), &error);
    g_assert_no_error (error);
    check_resource (json_object_get_object_member (json_node_get_object (body), "resource"),
                    get (vector, "apiv3_key"), get (vector, "expected"));
  }
}

static void
run_certificate_downloads (Suite *self)
{
  static const struct {
    const char *id;
    const char *serial;
  } cases[] = {
    { "v3-go-certificates", "D7CE59D1F522D701" },
    { "v3-java-certificates", "5DEA10EF55877E3CF6C33255C2E7DEFFF7E427EC" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    JsonObject *vector = take (self, cases[i].id);
    g_autoptr (JsonNode) body = json_from_string (get (vector, "body"), NULL);
    g_autoptr (MinipaySecret) pem = minipay_secret_new_from_text (get (vector, "expected"));
    g_autoptr (GPtrArray) keys = NULL;
    JsonArray *data = json_object_get_array_member (json_node_get_object (body), "data");
    JsonObject *first = json_array_get_object_element (data, 0);

    check_resource (json_object_get_object_member (first, "encrypt_certificate"), get (vector, "apiv3_key"),
                    get (vector, "expected"));
    keys = minipay_key_load_certificates (pem, "platform certificate", NULL);
    g_assert_nonnull (keys);
    g_assert_cmpstr (minipay_key_get_serial (keys->pdata[0]), ==, cases[i].serial);
  }
}

static void
run_ecb (Suite *self)
{
  static const char *const ids[] = { "v2-refund-req_info", "v2-refund-req_info-derived" };
  JsonObject *basic = take (self, "v2-ecb-basic");
  g_autoptr (MinipayKey) basic_key = fixtures_new_secret (get (basic, "key"));

  check_open (MINIPAY_CIPHER_AES_256_ECB, basic_key, "", "", get (basic, "expected"), "hello");
  check_seal (MINIPAY_CIPHER_AES_256_ECB, basic_key, NULL, 0, "", "hello", get (basic, "expected"));

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++) {
    JsonObject *vector = take (self, ids[i]);
    gboolean is_sealed = json_object_has_member (vector, "ciphertext");
    const char *sealed = get (vector, is_sealed ? "ciphertext" : "expected");
    const char *plain = get (vector, is_sealed ? "expected" : "plaintext");
    g_autofree char *upper = g_ascii_strup (get (vector, "aes_key_ascii"), -1);
    g_autoptr (MinipayKey) key = fixtures_new_secret (get (vector, "aes_key_ascii"));
    g_autoptr (MinipayKey) api_key = fixtures_new_secret (get (vector, "api_key"));

    /* the key of the cipher is the MD5 of the API key alone, in lower case */
    check_digest (MINIPAY_SCHEME_MD5, get (vector, "api_key"), "", upper);
    check_open (MINIPAY_CIPHER_AES_256_ECB, key, "", "", sealed, plain);
    check_seal (MINIPAY_CIPHER_AES_256_ECB, key, NULL, 0, "", plain, sealed);
    check_open (MINIPAY_CIPHER_AES_256_ECB_MD5, api_key, "", "", sealed, plain);
    check_seal (MINIPAY_CIPHER_AES_256_ECB_MD5, api_key, NULL, 0, "", plain, sealed);
  }
}

static void
run_transit_callbacks (Suite *self)
{
  static const struct {
    const char *id;
    MinipayScheme scheme;
  } cases[] = {
    { "transit-callback-md5-derived", MINIPAY_SCHEME_MD5 },
    { "transit-callback-hmac-sha256-derived", MINIPAY_SCHEME_HMAC_SHA256 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    JsonObject *vector = take (self, cases[i].id);
    g_autofree char *text = without_key (vector);
    g_autoptr (JsonNode) body = json_from_string (get (vector, "body"), NULL);
    JsonObject *members = json_node_get_object (body);
    gsize iv_length;
    g_autofree guint8 *iv = g_base64_decode (get (members, "iv"), &iv_length);
    gsize length;
    g_autofree guint8 *sealed = g_base64_decode (get (members, "encrypted_data"), &length);
    g_autoptr (MinipayKey) key = fixtures_new_secret (get (vector, "key"));
    g_autoptr (GBytes) plain = NULL;

    check_digest (cases[i].scheme, get (vector, "key"), text, get (vector, "expected"));
    plain = minipay_open (MINIPAY_CIPHER_AES_256_CBC, key, iv, iv_length, NULL, 0, sealed, length, NULL);
    g_assert_nonnull (plain);
    g_assert_cmpmem (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), get (vector, "plaintext"),
                     strlen (get (vector, "plaintext")));
    check_seal (MINIPAY_CIPHER_AES_256_CBC, key, (const char *) iv, iv_length, "", get (vector, "plaintext"),
                get (members, "encrypted_data"));
  }
}

static void
run_public_key_ciphers (Suite *self)
{
  static const struct {
    const char *id;
    MinipayCipher cipher;
  } cases[] = {
    { "v3-go-oaep", MINIPAY_CIPHER_RSA_OAEP },
    { "v3-java-oaep", MINIPAY_CIPHER_RSA_OAEP },
    { "v3-java-pkcs1v15", MINIPAY_CIPHER_RSA_PKCS1 },
    { "v3-sm2-decrypt", MINIPAY_CIPHER_SM2 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    JsonObject *vector = take (self, cases[i].id);
    g_autoptr (MinipayKey) key = fixtures_load_private (self->root, get (vector, "key_ref"));

    check_open (cases[i].cipher, key, "", "", get (vector, "ciphertext"), get (vector, "expected"));
  }
}

/* What a signature with the key says is signed: the ASN.1 of a SHA-256 digest, RFC 8017 section 9.2. */
static void
check_recovered_digest (Suite *self)
{
  JsonObject *vector = find (self, "v3-resp-verify-old");
  g_autoptr (MinipayKey) key = fixtures_load_verifier (self->root, get (vector, "key_ref"));
  g_autoptr (GBytes) plain = NULL;
  GString *hex = g_string_new (NULL);
  g_autofree char *expected = NULL;
  g_autofree guint8 *bytes = NULL;
  gsize length;
  const guint8 *data;

  bytes = g_base64_decode (get (vector, "signature"), &length);
  plain = minipay_open (MINIPAY_CIPHER_RSA_RECOVER, key, NULL, 0, NULL, 0, bytes, length, NULL);
  g_assert_nonnull (plain);
  data = g_bytes_get_data (plain, &length);
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (hex, "%02x", data[i]);
  expected = g_strconcat ("3031300d060960864801650304020105000420",
                          get (vector, "recovered_sha256_of_signed_message"), NULL);
  g_assert_cmpstr (hex->str, ==, expected);
  g_string_free (hex, TRUE);
}

static void
run_recovery (Suite *self)
{
  JsonObject *vector = take (self, "agg-rsa-response-derived");
  g_autoptr (MinipayKey) private_key = fixtures_load_private (self->root, get (vector, "key_ref"));
  g_autoptr (MinipayKey) public_key = fixtures_load_verifier (self->root, get (vector, "key_ref"));

  check_open (MINIPAY_CIPHER_RSA_RECOVER, public_key, "", "", get (vector, "ciphertext"),
              get (vector, "expected"));
  check_seal (MINIPAY_CIPHER_RSA_RECOVER, private_key, NULL, 0, "", get (vector, "plaintext"),
              get (vector, "ciphertext"));
  check_recovered_digest (self);
}

static void
test_every_vector_holds (void)
{
  static void (*const runners[]) (Suite *) = {
    run_digests,
    run_weidoufu_specials,
    run_signatures,
    run_authorization_header,
    run_verifications,
    run_foreign_paysign,
    run_aead,
    run_notifications,
    run_certificate_downloads,
    run_ecb,
    run_transit_callbacks,
    run_public_key_ciphers,
    run_recovery,
  };
  Suite suite;

  g_test_summary ("Every vector of the fixture runs once; none is left over, none is missing.");
  suite_load (&suite);
  g_assert_cmpuint (g_hash_table_size (suite.open), ==, VECTORS);
  for (gsize i = 0; i < G_N_ELEMENTS (runners); i++)
    runners[i](&suite);
  g_assert_cmpuint (g_hash_table_size (suite.open), ==, 0);
  g_assert_cmpuint (suite.run, ==, VECTORS);
  suite_clear (&suite);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signing/vectors/every-one-holds", test_every_vector_holds);
  return g_test_run ();
}
