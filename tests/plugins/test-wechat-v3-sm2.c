/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "v3-gateway.h"

#define KEY_ID  "PUB_KEY_ID_SM2"
#define USER_ID "1234567812345678"

/* One key for both sides: what is tried is the scheme. The APIv3 key is that of vector v3-sm4-gcm. */
static const char *const sm2_account[] = {
  "sign-scheme",
  "WECHATPAY2-SM2-WITH-SM3",
  "private-key",
  "fixture:wechatpay-java-sm2",
  "public-key",
  "fixture:wechatpay-java-sm2-public",
  "public-key-id",
  KEY_ID,
  "api-v3-key",
  "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb",
  NULL,
};

static EVP_PKEY *
sm2_key_new (void)
{
  BIO *bio = BIO_new_mem_buf (minipay_test_key_text ("wechatpay-java-sm2"), -1);
  EVP_PKEY *key = PEM_read_bio_PrivateKey (bio, NULL, NULL, NULL);

  BIO_free (bio);
  g_assert_nonnull (key);
  return key;
}

static EVP_MD_CTX *
sm2_context_new (EVP_PKEY *key)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  EVP_PKEY_CTX *parameters = EVP_PKEY_CTX_new (key, NULL);

  g_assert_cmpint (EVP_PKEY_CTX_set1_id (parameters, USER_ID, (int) strlen (USER_ID)), ==, 1);
  EVP_MD_CTX_set_pkey_ctx (context, parameters);
  return context;
}

static void
sm2_context_free (EVP_MD_CTX *context)
{
  EVP_PKEY_CTX_free (EVP_MD_CTX_get_pkey_ctx (context));
  EVP_MD_CTX_free (context);
}

static char *
sm2_sign (const char *text)
{
  EVP_PKEY *key = sm2_key_new ();
  EVP_MD_CTX *context = sm2_context_new (key);
  guint8 signature[128];
  size_t length = sizeof signature;

  g_assert_cmpint (EVP_DigestSignInit (context, NULL, EVP_sm3 (), NULL, key), ==, 1);
  g_assert_cmpint (EVP_DigestSign (context, signature, &length, (const guint8 *) text, strlen (text)), ==, 1);
  sm2_context_free (context);
  EVP_PKEY_free (key);
  return g_base64_encode (signature, length);
}

static gboolean
sm2_verify (const char *text, const char *signature)
{
  EVP_PKEY *key = sm2_key_new ();
  EVP_MD_CTX *context = sm2_context_new (key);
  gsize length;
  g_autofree guint8 *bytes = g_base64_decode (signature, &length);
  gboolean is_good = EVP_DigestVerifyInit (context, NULL, EVP_sm3 (), NULL, key) == 1 &&
                     EVP_DigestVerify (context, bytes, length, (const guint8 *) text, strlen (text)) == 1;

  sm2_context_free (context);
  EVP_PKEY_free (key);
  return is_good;
}

static MinipayTestExchange *
begin (void)
{
  MinipayTestExchange *x = v3_new (sm2_account);
  g_autoptr (MinipayOrder) order = v3_order_new (MINIPAY_METHOD_JSAPI);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  return x;
}

static void
test_request (void)
{
  g_autoptr (MinipayTestExchange) x = begin ();
  MinipayHttpRequest *request = minipay_exchange_get_request (x->exchange);
  const char *authorization =
      minipay_headers_lookup (minipay_http_request_get_headers (request), "Authorization", NULL);
  GBytes *body = minipay_http_request_get_body (request);
  g_autofree char *text = g_strdup_printf ("POST\n/v3/pay/transactions/jsapi\n1554208460\n"
                                           "593BEC0C930BF1AFEB40B4A08C8FB242\n%.*s\n",
                                           (int) g_bytes_get_size (body),
                                           (const char *) g_bytes_get_data (body, NULL));
  g_autofree char *signature = NULL;

  g_assert_true (g_str_has_prefix (authorization, "WECHATPAY2-SM2-WITH-SM3 mchid=\"1900007291\","));
  signature = g_strdup (strstr (authorization, "signature=\"") + strlen ("signature=\""));
  signature[strcspn (signature, "\"")] = '\0';
  g_assert_true (sm2_verify (text, signature));
  text[0] = 'p';
  g_assert_false (sm2_verify (text, signature));
  minipay_test_assert_header (x, "Wechatpay-Serial", KEY_ID);
}

static gboolean
answer (MinipayTestExchange *x, const char *signed_body, const char *body, GError **error)
{
  g_autofree char *text = g_strdup_printf ("1554208460\nnonce\n%s\n", signed_body);
  g_autofree char *signature = sm2_sign (text);
  const char *const headers[] = { "Wechatpay-Timestamp",
                                  "1554208460",
                                  "Wechatpay-Nonce",
                                  "nonce",
                                  "Wechatpay-Serial",
                                  KEY_ID,
                                  "Wechatpay-Signature",
                                  signature,
                                  NULL };

  return minipay_test_exchange_answer (x, 200, headers, body, error);
}

static void
test_answer (void)
{
  g_autoptr (MinipayTestExchange) x = begin ();
  g_autoptr (MinipayTestExchange) altered = begin ();
  g_autoptr (GError) error = NULL;

  answer (x, "{\"prepay_id\":\"wx1\"}", "{\"prepay_id\":\"wx1\"}", &error);
  g_assert_no_error (error);
  g_assert_false (answer (altered, "{\"prepay_id\":\"wx1\"}", "{\"prepay_id\":\"wx2\"}", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
}

static char *
refuse_notification (const char *algorithm, const char *ciphertext)
{
  g_autoptr (MinipayTestExchange) x = v3_new (sm2_account);
  g_autofree char *body = g_strdup_printf (
      "{\"id\":\"1\",\"event_type\":\"TRANSACTION.SUCCESS\",\"resource\":{\"original_type\":\"transaction\","
      "\"algorithm\":\"%s\",\"ciphertext\":\"%s\",\"associated_data\":\"associatedData\",\"nonce\":"
      "\"uluk4a9R25RW\"}}",
      algorithm,
      ciphertext);
  g_autofree char *text = g_strdup_printf ("1554208460\nnonce\n%s\n", body);
  g_autofree char *signature = sm2_sign (text);
  const char *const headers[] = { "Wechatpay-Timestamp",
                                  "1554208460",
                                  "Wechatpay-Nonce",
                                  "nonce",
                                  "Wechatpay-Serial",
                                  KEY_ID,
                                  "Wechatpay-Signature",
                                  signature,
                                  NULL };
  g_autoptr (MinipayHttpRequest) incoming = minipay_test_incoming_new (headers, body);
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_receive (x, incoming, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  return g_strdup (error->message);
}

static void
test_notification (void)
{
  g_autofree char *opened = refuse_notification ("AEAD_SM4_GCM", "+lcLNfkZQQx+iQm20Apa3x9Mb/5L7PgZ7w==");
  g_autofree char *altered = refuse_notification ("AEAD_SM4_GCM", "+lcLNfkZQQx+iQm20Apa3x9Mb/5L7PgZ7A==");
  g_autofree char *other = refuse_notification ("AEAD_AES_256_GCM", "+lcLNfkZQQx+iQm20Apa3x9Mb/5L7PgZ7w==");

  g_test_summary ("Vector v3-sm4-gcm opens to the word \"plaintext\", which is no JSON; nothing else opens.");
  g_assert_nonnull (strstr (opened, "JSON"));
  g_assert_null (strstr (altered, "JSON"));
  g_assert_nonnull (strstr (other, "AEAD_SM4_GCM"));
}

static void
test_certificates (void)
{
  static const char *const changes[] = {
    "sign-scheme",
    "WECHATPAY2-SM2-WITH-SM3",
    "private-key",
    "fixture:wechatpay-java-sm2",
    "mode",
    "certificate",
    "platform-certificate",
    "fixture:wechatpay-java-sm2-cert",
    "public-key",
    NULL,
    NULL,
  };
  g_autoptr (MinipayTestExchange) x = v3_new (changes);
  g_autoptr (GError) error = NULL;

  x->now = G_GINT64_CONSTANT (1664582400); /* while the published certificate was valid */
  x->exchange = minipay_exchange_new (
      x->provider, x->info, x->config, MINIPAY_OPERATION_REFRESH_KEYS, NULL, MINIPAY_WALLET_ANY, &x->environment);
  minipay_exchange_begin (x->exchange, &error);
  g_assert_no_error (error);
  minipay_test_assert_request (x, "GET", "/v3/certificates?algorithm_type=SM2", NULL);
  minipay_test_assert_header (x, "Wechatpay-Serial", "54E7F59ED8DF4570CFB14780EA8152D45A675EE6");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v3/sm2/request", test_request);
  g_test_add_func ("/wechat-v3/sm2/answer", test_answer);
  g_test_add_func ("/wechat-v3/sm2/notification", test_notification);
  g_test_add_func ("/wechat-v3/sm2/certificates", test_certificates);
  return g_test_run ();
}
