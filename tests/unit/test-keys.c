/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "signing/minipay-key-private.h"

#include "core/minipay-error.h"
#include "signing/minipay-signing-private.h"
#include "unit/signing-fixtures.h"

/* v3-paysign-app of tests/fixtures/vectors.json, published with the key wxp-doc-mch-1900007291. */
#define PAYSIGN_TEXT                                                                                         \
  "wx2421b1c4370ec43b\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\nwx201410272009395522657a690389285100\n"
#define PAYSIGN_BEGINS "gXx9KhTP6IooKV1SuG3OCGlBIgZbKtubCZvnau6khw1iffvNT28IzLbKmztq2xA/"

typedef enum {
  LOAD_PRIVATE,
  LOAD_PUBLIC,
  LOAD_CERTIFICATES,
} Loader;

static gboolean
try_load (Loader loader, MinipaySecret *material, GError **error)
{
  g_autoptr (GPtrArray) certificates = NULL;
  g_autoptr (MinipayKey) key = NULL;

  switch (loader) {
  case LOAD_PRIVATE:
    key = minipay_key_load_private (material, NULL, "field", error);
    return key != NULL;
  case LOAD_PUBLIC:
    key = minipay_key_load_public (material, "field", error);
    return key != NULL;
  default:
    certificates = minipay_key_load_certificates (material, "field", error);
    return certificates != NULL;
  }
}

static void
check_signs (MinipaySecret *material)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayKey) key = minipay_key_load_private (material, NULL, "field", &error);
  g_autofree char *signature = NULL;

  g_assert_no_error (error);
  signature = minipay_sign (MINIPAY_SCHEME_RSA_SHA256, key, PAYSIGN_TEXT, -1, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (signature, PAYSIGN_BEGINS));
  g_assert_cmpuint (strlen (signature), ==, 344);
}

static char *
published_text (void)
{
  g_autoptr (JsonObject) root = fixtures_load ("vectors.json");
  g_autoptr (MinipaySecret) material = fixtures_get_material (root, "wxp-doc-mch-1900007291");
  gsize length;

  return g_strdup ((const char *) minipay_secret_peek (material, &length));
}

static void
check_signs_text (char *text)
{
  g_autoptr (MinipaySecret) material = minipay_secret_new_from_text (text);

  check_signs (material);
  g_free (text);
}

static char *
replace (const char *text, const char *from, const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, -1);

  return g_strjoinv (to, parts);
}

static char *
strip_borders (const char *text)
{
  const char *begin = strchr (text, '\n') + 1;
  const char *end = strstr (begin, "-----END");

  return g_strndup (begin, (gsize) (end - begin));
}

static void
test_private_shapes (void)
{
  static const char *const zoo[] = { "rsa-pkcs1-pem", "rsa-pkcs8-der", "rsa-pkcs1-der" };
  g_autoptr (JsonObject) root = fixtures_load ("key-zoo.json");
  g_autofree char *pem = NULL;
  g_autofree char *bare = NULL;
  g_autofree char *pkcs1 = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (zoo); i++) {
    g_autoptr (MinipaySecret) material = fixtures_get_material (root, zoo[i]);

    g_test_message ("%s", zoo[i]);
    check_signs (material);
  }

  pem = published_text ();
  bare = strip_borders (pem);
  check_signs_text (g_strdup (pem));
  check_signs_text (g_strconcat ("\xef\xbb\xbf", pem, NULL));
  check_signs_text (g_strconcat ("\xef\xbb\xbf", bare, NULL));
  check_signs_text (g_strconcat ("Bag Attributes\n  friendlyName: x\n\n", pem, "\n\n", NULL));
  check_signs_text (replace (pem, "\n", "\r\n"));
  check_signs_text (replace (pem, "\n", " "));
  check_signs_text (replace (pem, "\n", ""));
  check_signs_text (g_strdup (bare));
  check_signs_text (replace (bare, "\n", "\r\n\t "));
  check_signs_text (replace (bare, "\n", ""));
  pkcs1 = g_strdup (json_object_get_string_member (
      json_object_get_object_member (json_object_get_object_member (root, "keys"), "rsa-pkcs1-pem"),
      "value"));
  check_signs_text (strip_borders (pkcs1));
  /* the names in the borders decide nothing */
  check_signs_text (replace (pem, "PRIVATE KEY", "RSA PRIVATE KEY"));
}

static void
check_refused (Loader loader, MinipaySecret *material, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (try_load (loader, material, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  g_assert_cmpstr (error->message, ==, message);
}

static MinipaySecret *
join (MinipaySecret *first, const char *second)
{
  g_autofree char *text = NULL;
  gsize length;

  text = g_strconcat ((const char *) minipay_secret_peek (first, &length), second, NULL);
  return minipay_secret_new_from_text (text);
}

static void
test_certificate_beside_key (void)
{
  g_autoptr (JsonObject) zoo = fixtures_load ("key-zoo.json");
  g_autoptr (JsonObject) vectors = fixtures_load ("vectors.json");
  g_autoptr (MinipaySecret) own = fixtures_get_material (zoo, "rsa-certificate-pem");
  g_autoptr (MinipaySecret) chain = fixtures_get_material (vectors, "wechatpay-go-test-cert");
  g_autoptr (MinipaySecret) both = NULL;
  g_autoptr (MinipaySecret) all = NULL;
  g_autoptr (MinipaySecret) misfit = NULL;
  g_autoptr (MinipaySecret) twice = NULL;
  g_autoptr (GPtrArray) keys = NULL;
  g_autofree char *pem = published_text ();
  gsize length;

  both = join (own, pem);
  check_signs (both);
  keys = minipay_key_load_certificates (both, "field", NULL);
  g_assert_nonnull (keys);
  g_assert_cmpuint (keys->len, ==, 1);
  all = join (chain, (const char *) minipay_secret_peek (both, &length));
  check_signs (all);

  misfit = join (chain, pem);
  check_refused (LOAD_PRIVATE, misfit, "field holds a private key beside a certificate of another key");
  twice = join (both, pem);
  check_refused (LOAD_PRIVATE, twice, "field holds 2 times a private key where one is needed");
  check_refused (LOAD_PUBLIC, all, "field holds 2 times a certificate where one is needed");
}

static void
check_refused_text (Loader loader, const char *text, gssize length, const char *message)
{
  g_autoptr (MinipaySecret) material = minipay_secret_new (text, length < 0 ? strlen (text) : (gsize) length);

  check_refused (loader, material, message);
}

static void
test_wrong_contents_named (void)
{
  static const struct {
    const char *name;
    Loader loader;
    const char *message;
  } cases[] = {
    { "rsa-pkcs8-encrypted-pem", LOAD_PRIVATE,
      "field is an encrypted private key without its passphrase" },
    { "rsa-pkcs8-encrypted-der", LOAD_PRIVATE,
      "field is an encrypted private key without its passphrase" },
    { "rsa-pkcs1-encrypted-pem", LOAD_PRIVATE,
      "field is an encrypted private key without its passphrase" },
    { "rsa-public-pkcs1-pem", LOAD_PRIVATE, "field is a public key, not a private key" },
    { "rsa-public-spki-der", LOAD_PRIVATE, "field is a public key, not a private key" },
    { "request-pem", LOAD_PRIVATE, "field is a certificate request, not a private key" },
    { "certificate-short-serial-pem", LOAD_PRIVATE, "field is a certificate, not a private key" },
    { "certificate-pkcs12", LOAD_PRIVATE, "field is a PKCS#12 container without its passphrase" },
    { "rsa-1024-pem", LOAD_PRIVATE, "field is an RSA key of 1024 bits where 2048 to 16384 are allowed" },
    { "rsa-2047-pem", LOAD_PRIVATE, "field is an RSA key of 2047 bits where 2048 to 16384 are allowed" },
    { "ec-p256-pem", LOAD_PRIVATE, "field is a key of type EC where RSA or SM2 is allowed" },
    { "ed25519-pem", LOAD_PRIVATE, "field is a key of type ED25519 where RSA or SM2 is allowed" },
    { "rsa-damaged-der", LOAD_PRIVATE,
      "field is a damaged private key: its own public half does not verify what it signs" },
    { "rsa-pkcs1-pem", LOAD_PUBLIC, "field is a private key, not a public key" },
    { "request-pem", LOAD_PUBLIC, "field is a certificate request, not a public key" },
    { "certificate-pkcs12", LOAD_PUBLIC, "field is a PKCS#12 container, not a public key" },
    { "rsa-1024-public-pem", LOAD_PUBLIC,
      "field is an RSA key of 1024 bits where 2048 to 16384 are allowed" },
    { "rsa-public-exponent-1-der", LOAD_PUBLIC,
      "field is an RSA key with an even exponent or 1, where an odd one from 3 up is needed" },
    { "rsa-pkcs8-der", LOAD_CERTIFICATES, "field is a private key, not a certificate" },
    { "rsa-public-spki-der", LOAD_CERTIFICATES, "field is a public key, not a certificate" },
    { "certificate-pkcs12", LOAD_CERTIFICATES, "field is a PKCS#12 container, not a certificate" },
  };
  g_autoptr (JsonObject) root = fixtures_load ("key-zoo.json");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipaySecret) material = fixtures_get_material (root, cases[i].name);

    g_test_message ("%s", cases[i].name);
    check_refused (cases[i].loader, material, cases[i].message);
  }
}

static void
test_empty_and_garbage (void)
{
  static const char none[] = "field holds no key: a private key is needed, as PEM, DER or base64 of DER";
  g_autofree char *zeros = g_malloc0 (65537);
  g_autofree char *pem = NULL;
  g_autofree char *cut = NULL;

  check_refused_text (LOAD_PRIVATE, "", -1, "field is empty");
  check_refused_text (LOAD_PUBLIC, " \r\n\t\n", -1, "field is empty");
  check_refused_text (LOAD_CERTIFICATES, "\xef\xbb\xbf\n", -1, "field is empty");
  check_refused_text (LOAD_PRIVATE, "garbage", -1, none);
  check_refused_text (LOAD_PRIVATE, "Z2FyYmFnZQ==", -1, none);
  check_refused_text (LOAD_PRIVATE, "=", -1, none);
  check_refused_text (LOAD_PRIVATE, "====", -1, none);
  check_refused_text (LOAD_PRIVATE, "0", -1, none);
  check_refused_text (LOAD_PRIVATE, "0\x82\xff\xff", -1, none);
  check_refused_text (LOAD_PRIVATE, "0\x80\0\0", 4, none);
  check_refused_text (LOAD_PRIVATE, "-----BEGIN ", -1, none);
  check_refused_text (LOAD_PRIVATE, "-----BEGIN PRIVATE KEY-----", -1, none);
  check_refused_text (LOAD_PRIVATE, "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", -1, none);
  check_refused_text (LOAD_PRIVATE, zeros, 65536, none);
  check_refused_text (LOAD_PRIVATE, zeros, 65537, "field has 65537 bytes where at most 65536 are allowed");

  pem = published_text ();
  cut = g_strndup (pem, strlen (pem) / 2);
  check_refused_text (LOAD_PRIVATE, cut, -1, none);
}

/* Every prefix of a key and every key with one damaged byte gives a key or a typed error. */
static void
test_damage_is_an_error (void)
{
  g_autoptr (JsonObject) root = fixtures_load ("key-zoo.json");
  g_autoptr (MinipaySecret) material = fixtures_get_material (root, "rsa-pkcs8-der");
  gsize length;
  const guint8 *der = minipay_secret_peek (material, &length);
  gsize step = MAX (1, 97 / fixtures_get_repeat ());

  for (gsize i = 0; i < length; i += step) {
    g_autofree guint8 *altered = g_memdup2 (der, length);
    g_autoptr (MinipaySecret) prefix = minipay_secret_new (der, i);
    g_autoptr (MinipaySecret) damaged = NULL;
    g_autoptr (GError) error = NULL;

    g_assert_false (try_load (LOAD_PRIVATE, prefix, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
    g_clear_error (&error);

    altered[i] ^= 0x40;
    damaged = minipay_secret_new (altered, length);
    if (!try_load (LOAD_PRIVATE, damaged, &error))
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  }
}

static void
test_trailing_bytes_refused (void)
{
  static const char *const names[] = { "rsa-pkcs8-der", "rsa-pkcs1-der" };
  g_autoptr (JsonObject) root = fixtures_load ("key-zoo.json");

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (MinipaySecret) material = fixtures_get_material (root, names[i]);
    g_autofree guint8 *longer = NULL;
    g_autoptr (MinipaySecret) trailing = NULL;
    g_autoptr (GError) error = NULL;
    gsize length;
    const guint8 *der = minipay_secret_peek (material, &length);

    longer = g_malloc0 (length + 4);
    memcpy (longer, der, length);
    trailing = minipay_secret_new (longer, length + 4);
    g_assert_false (try_load (LOAD_PRIVATE, trailing, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  }
}

static void
check_secret (const char *text, gsize length, const char *message)
{
  g_autoptr (MinipaySecret) secret = minipay_secret_new_from_text (text);
  g_autoptr (MinipayKey) key = NULL;
  g_autoptr (GError) error = NULL;

  g_test_message ("secret \"%s\"", text);
  key = minipay_key_new_secret (secret, length, "field", &error);
  if (message == NULL) {
    g_assert_no_error (error);
    g_assert_nonnull (key);
  } else {
    g_assert_null (key);
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
    g_assert_cmpstr (error->message, ==, message);
  }
}

static void
test_secret_rules (void)
{
  static const char *const placeholders[] = {
    "changeme",
    "CHANGE_ME",
    "your_api_key",
    "YourSecretKey",
    "<api key>",
    "${API_KEY}",
    "{{ key }}",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "00000000000000000000000000000000",
    "secret",
    "null",
  };

  check_secret ("", 0, "field is empty");
  check_secret (" \t\r\n", 32, "field is empty");
  check_secret ("\xef\xbb\xbf", 0, "field is empty");
  check_secret (" a1b2", 0, "field begins or ends with a blank");
  check_secret ("a1b2 \n", 0, "field begins or ends with a blank");
  for (gsize i = 0; i < G_N_ELEMENTS (placeholders); i++)
    check_secret (placeholders[i], 0, "field is a placeholder, not a key");

  check_secret ("AES256Key-32Characters123456789", 32, "field has 31 bytes where 32 are needed");
  check_secret ("AES256Key-32Characters1234567890", 32, NULL);
  check_secret ("AES256Key-32Characters1234567890\r\n", 32, NULL);
  check_secret ("AES256Key-32Characters123456789\n", 32, "field has 31 bytes where 32 are needed");
  check_secret ("AES256Key-32Characters12345678901", 32, "field has 33 bytes where 32 are needed");
  check_secret ("\xef\xbb\xbf"
                "AES256Key-32Characters1234567890",
                32, NULL);
  check_secret ("exposed_your_key_here_have_risks", 32, NULL);
}

/* A line end in the file is not a part of the key: published vector v2-sign-md5. */
static void
test_secret_line_end_dropped (void)
{
  g_autoptr (MinipayKey) key = fixtures_new_secret ("192006250b4c09247ec02edce69f6a2d\n");
  g_autofree char *sign = NULL;

  sign = minipay_sign (
      MINIPAY_SCHEME_MD5, key,
      "appid=wxd930ea5d5a258f4f&body=test&device_info=1000&mch_id=10000100&nonce_str=ibuaiVcKdpRxkhJA&key=",
      -1, NULL);
  g_assert_cmpstr (sign, ==, "9A0A8659F005D6984697E2CA0A9CF3B7");
}

/* Serials and dates as `openssl x509 -serial -dates` prints them. */
static void
test_certificate_facts (void)
{
  static const struct {
    const char *name;
    const char *serial;
    gint64 not_before;
    gint64 not_after;
  } cases[] = {
    { "wechatpay-go-test-cert", "D7CE59D1F522D701", 1619513723, 1934873723 },
    { "wechatpay-java-merchant-cert", "5F1C72E2A8931B72A2E13AF8DEE92471EB397115", 1652147830, 1746755830 },
    { "yansongda-mch-pub", "25F8AA5452D55497C24BA57DC81B1E5915DC2E77", 1626429071, 1784109071 },
    { "wechatpay-java-sm2-cert", "54E7F59ED8DF4570CFB14780EA8152D45A675EE6", 1659615259, 1693743259 },
  };
  g_autoptr (JsonObject) vectors = fixtures_load ("vectors.json");
  g_autoptr (JsonObject) zoo = fixtures_load ("key-zoo.json");
  g_autoptr (MinipayKey) set_bit = fixtures_load_certificate (zoo, "certificate-short-serial-pem");
  g_autoptr (MinipayKey) bare = fixtures_load_verifier (vectors, "wxp-doc-platform");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayKey) key = fixtures_load_certificate (vectors, cases[i].name);

    g_assert_cmpstr (minipay_key_get_serial (key), ==, cases[i].serial);
    g_assert_cmpint (minipay_key_get_not_before (key), ==, cases[i].not_before);
    g_assert_cmpint (minipay_key_get_not_after (key), ==, cases[i].not_after);
  }
  g_assert_cmpstr (minipay_key_get_serial (set_bit), ==, "A1B2");
  g_assert_null (minipay_key_get_serial (bare));
  g_assert_cmpint (minipay_key_get_not_before (bare), ==, 0);
  g_assert_cmpint (minipay_key_get_not_after (bare), ==, G_MAXINT64);
}

static void
test_several_certificates (void)
{
  g_autoptr (JsonObject) vectors = fixtures_load ("vectors.json");
  g_autoptr (MinipaySecret) one = fixtures_get_material (vectors, "wechatpay-go-test-cert");
  g_autoptr (MinipaySecret) two = fixtures_get_material (vectors, "wechatpay-java-merchant-cert");
  g_autoptr (MinipaySecret) both = NULL;
  g_autoptr (GPtrArray) keys = NULL;
  g_autofree char *text = NULL;
  gsize length;

  text = g_strconcat ((const char *) minipay_secret_peek (one, &length),
                      (const char *) minipay_secret_peek (two, &length), NULL);
  both = minipay_secret_new_from_text (text);
  keys = minipay_key_load_certificates (both, "field", NULL);
  g_assert_nonnull (keys);
  g_assert_cmpuint (keys->len, ==, 2);
  g_assert_cmpstr (minipay_key_get_serial (keys->pdata[0]), ==, "D7CE59D1F522D701");
  g_assert_cmpstr (minipay_key_get_serial (keys->pdata[1]), ==, "5F1C72E2A8931B72A2E13AF8DEE92471EB397115");
}

static void
test_public_shapes (void)
{
  static const char *const names[] = { "rsa-public-pkcs1-pem", "rsa-public-spki-der" };
  g_autoptr (JsonObject) zoo = fixtures_load ("key-zoo.json");
  g_autoptr (JsonObject) vectors = fixtures_load ("vectors.json");
  g_autoptr (MinipayKey) private_key = fixtures_load_private (vectors, "wxp-doc-mch-1900007291");

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (MinipaySecret) material = fixtures_get_material (zoo, names[i]);
    g_autoptr (MinipayKey) key = minipay_key_load_public (material, "field", NULL);

    g_assert_nonnull (key);
    g_assert_true (minipay_key_is_pair (private_key, key));
  }
}

/* With its serial and validity: it is trusted under no other id, and no longer than it says. */
static void
test_public_from_certificate (void)
{
  g_autoptr (JsonObject) vectors = fixtures_load ("vectors.json");
  g_autoptr (MinipaySecret) material = fixtures_get_material (vectors, "wechatpay-go-test-cert");
  g_autoptr (MinipayKey) private_key = fixtures_load_private (vectors, "wechatpay-go-test");
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayKey) key = minipay_key_load_public (material, "field", &error);

  g_assert_no_error (error);
  g_assert_true (minipay_key_is_pair (private_key, key));
  g_assert_cmpstr (minipay_key_get_serial (key), ==, "D7CE59D1F522D701");
  g_assert_cmpint (minipay_key_get_not_after (key), ==, 1934873723);
}

static void
test_pairing (void)
{
  g_autoptr (JsonObject) vectors = fixtures_load ("vectors.json");
  g_autoptr (MinipayKey) private_key = fixtures_load_private (vectors, "wechatpay-go-test");
  g_autoptr (MinipayKey) sm2 = fixtures_load_private (vectors, "wechatpay-java-sm2");
  g_autoptr (MinipayKey) sm2_certificate = fixtures_load_certificate (vectors, "wechatpay-java-sm2-cert");
  g_autoptr (MinipayKey) certificate = fixtures_load_certificate (vectors, "wechatpay-go-test-cert");
  g_autoptr (MinipayKey) stranger = fixtures_load_certificate (vectors, "wechatpay-java-merchant-cert");
  g_autoptr (MinipayKey) secret = fixtures_new_secret ("192006250b4c09247ec02edce69f6a2d");

  g_assert_true (minipay_key_is_pair (private_key, certificate));
  g_assert_false (minipay_key_is_pair (private_key, stranger));
  g_assert_false (minipay_key_is_pair (private_key, sm2_certificate));
  g_assert_false (minipay_key_is_pair (sm2, certificate));
  g_assert_false (minipay_key_is_pair (certificate, private_key));
  g_assert_false (minipay_key_is_pair (private_key, secret));
  g_assert_false (minipay_key_is_pair (secret, certificate));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keys/private/every-shape-signs-the-same", test_private_shapes);
  g_test_add_func ("/keys/private/beside-its-certificate-only", test_certificate_beside_key);
  g_test_add_func ("/keys/public/every-shape-pairs", test_public_shapes);
  g_test_add_func ("/keys/public/certificate-yields-its-key", test_public_from_certificate);
  g_test_add_func ("/keys/wrong-content/named-for-what-it-is", test_wrong_contents_named);
  g_test_add_func ("/keys/empty-and-garbage/refused", test_empty_and_garbage);
  g_test_add_func ("/keys/damaged/typed-error", test_damage_is_an_error);
  g_test_add_func ("/keys/damaged/trailing-bytes-refused", test_trailing_bytes_refused);
  g_test_add_func ("/keys/secret/rules", test_secret_rules);
  g_test_add_func ("/keys/secret/line-end-dropped", test_secret_line_end_dropped);
  g_test_add_func ("/keys/certificate/serial-and-validity", test_certificate_facts);
  g_test_add_func ("/keys/certificate/several-in-order", test_several_certificates);
  g_test_add_func ("/keys/pairing/only-own-half", test_pairing);
  return g_test_run ();
}
