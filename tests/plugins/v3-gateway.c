/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "v3-gateway.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

#define GCM_TAG_BYTES 16

static EVP_PKEY *
gateway_get_key (void)
{
  static EVP_PKEY *key;

  if (key == NULL) {
    BIO *bio = BIO_new (BIO_s_mem ());
    g_autofree char *text = NULL;
    char *data;
    long length;

    key = EVP_RSA_gen (2048);
    g_assert_nonnull (key);
    g_assert_cmpint (PEM_write_bio_PUBKEY (bio, key), ==, 1);
    length = BIO_get_mem_data (bio, &data);
    text = g_strndup (data, (gsize) length);
    minipay_test_write ("gateway.pem", text, 0600);
    BIO_free (bio);
  }
  return key;
}

MinipayTestExchange *
v3_new_at (const char *provider, const char *const *settings, const char *const *changes)
{
  gateway_get_key ();
  return minipay_test_exchange_new (provider, minipay_provider_1 (), settings, changes);
}

MinipayTestExchange *
v3_new (const char *const *changes)
{
  static const char *const settings[] = {
    "provider",
    "wechat-v3",
    "mchid",
    "1900007291",
    "appid",
    "wxd678efh567hg6787",
    "merchant-serial",
    "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB",
    "private-key",
    "fixture:wxp-doc-mch-1900007291",
    "api-v3-key",
    V3_API_KEY,
    "public-key",
    "file:gateway.pem",
    "public-key-id",
    V3_KEY_ID,
    NULL,
  };

  return v3_new_at ("wechat-v3", settings, changes);
}

static char *
gateway_sign (const char *text)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  guint8 signature[512];
  size_t length = sizeof signature;

  g_assert_cmpint (EVP_DigestSignInit (context, NULL, EVP_sha256 (), NULL, gateway_get_key ()), ==, 1);
  g_assert_cmpint (EVP_DigestSign (context, signature, &length, (const guint8 *) text, strlen (text)), ==, 1);
  EVP_MD_CTX_free (context);
  return g_base64_encode (signature, length);
}

char **
v3_headers_new (gint64 timestamp, const char *nonce, const char *key_id, const char *body)
{
  g_autofree char *text =
      g_strdup_printf ("%" G_GINT64_FORMAT "\n%s\n%s\n", timestamp, nonce, body != NULL ? body : "");
  char **headers = g_new0 (char *, 9);

  headers[0] = g_strdup ("Wechatpay-Timestamp");
  headers[1] = g_strdup_printf ("%" G_GINT64_FORMAT, timestamp);
  headers[2] = g_strdup ("Wechatpay-Nonce");
  headers[3] = g_strdup (nonce);
  headers[4] = g_strdup ("Wechatpay-Serial");
  headers[5] = g_strdup (key_id);
  headers[6] = g_strdup ("Wechatpay-Signature");
  headers[7] = gateway_sign (text);
  return headers;
}

gboolean
v3_answer (MinipayTestExchange *self, const char *body, GError **error)
{
  g_auto (GStrv) headers = v3_headers_new (self->now, "d824f2e086d3c1df967785d13fcd22ef", V3_KEY_ID, body);

  return minipay_test_exchange_answer (self, 200, (const char *const *) headers, body, error);
}

gboolean
v3_receive (MinipayTestExchange *self, const char *body, GError **error)
{
  g_auto (GStrv) headers = v3_headers_new (self->now, "d824f2e086d3c1df967785d13fcd22ef", V3_KEY_ID, body);
  g_autoptr (MinipayHttpRequest) incoming = minipay_test_incoming_new ((const char *const *) headers, body);

  return minipay_test_exchange_receive (self, incoming, error);
}

gboolean
v3_answer_done (MinipayTestExchange *self, GError **error)
{
  g_auto (GStrv) headers = v3_headers_new (self->now, "d824f2e086d3c1df967785d13fcd22ef", V3_KEY_ID, NULL);

  return minipay_test_exchange_answer (self, 204, (const char *const *) headers, NULL, error);
}

char *
v3_open_member (MinipayTestExchange *self, const char *member)
{
  GBytes *body = minipay_http_request_get_body (minipay_exchange_get_request (self->exchange));
  g_autofree char *text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_autofree char *name = g_strdup_printf ("\"%s\":\"", member);
  char *start = strstr (text, name);
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new (gateway_get_key (), NULL);
  g_autofree guint8 *sealed = NULL;
  guint8 plain[512];
  size_t n_plain = sizeof plain;
  gsize n_sealed;

  g_assert_nonnull (start);
  start += strlen (name);
  start[strcspn (start, "\"")] = '\0';
  sealed = g_base64_decode (start, &n_sealed);
  g_assert_cmpint (EVP_PKEY_decrypt_init (context), ==, 1);
  g_assert_cmpint (EVP_PKEY_CTX_set_rsa_padding (context, RSA_PKCS1_OAEP_PADDING), ==, 1);
  g_assert_cmpint (EVP_PKEY_decrypt (context, plain, &n_plain, sealed, n_sealed), ==, 1);
  EVP_PKEY_CTX_free (context);
  return g_strndup ((const char *) plain, n_plain);
}

char *
v3_seal (const char *plain, const char *nonce, const char *associated_data)
{
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new ();
  g_autofree guint8 *sealed = g_malloc (strlen (plain) + GCM_TAG_BYTES);
  int length = (int) strlen (plain);
  int n = 0;

  g_assert_cmpuint (strlen (nonce), ==, 12);
  g_assert_cmpint (
      EVP_EncryptInit_ex (context, EVP_aes_256_gcm (), NULL, (const guint8 *) V3_API_KEY, (const guint8 *) nonce),
      ==,
      1);
  g_assert_cmpint (
      EVP_EncryptUpdate (context, NULL, &n, (const guint8 *) associated_data, (int) strlen (associated_data)),
      ==,
      1);
  g_assert_cmpint (EVP_EncryptUpdate (context, sealed, &n, (const guint8 *) plain, length), ==, 1);
  g_assert_cmpint (EVP_EncryptFinal_ex (context, sealed + n, &n), ==, 1);
  g_assert_cmpint (EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_GCM_GET_TAG, GCM_TAG_BYTES, sealed + length), ==, 1);
  EVP_CIPHER_CTX_free (context);
  return g_base64_encode (sealed, (gsize) length + GCM_TAG_BYTES);
}

char *
v3_notification_new (const char *event_type, const char *original_type, const char *plain)
{
  g_autofree char *sealed = v3_seal (plain, "fG1l57vn9BCX", original_type);

  return g_strdup_printf ("{\"id\":\"b62e271c-3389-58a0-8146-4a704966e8f1\","
                          "\"create_time\":\"2019-04-02T20:34:20+08:00\","
                          "\"resource_type\":\"encrypt-resource\",\"event_type\":\"%s\",\"summary\":\"-\","
                          "\"resource\":{\"original_type\":\"%s\",\"algorithm\":\"AEAD_AES_256_GCM\","
                          "\"ciphertext\":\"%s\",\"associated_data\":\"%s\",\"nonce\":\"fG1l57vn9BCX\"}}",
                          event_type,
                          original_type,
                          sealed,
                          original_type);
}

MinipayOrder *
v3_order_new (MinipayMethod method)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (100, "CNY");

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       "1217752501201407033233368018",
                       "total",
                       total,
                       "subject",
                       "Image形象店-深圳腾大-QQ公仔",
                       "method",
                       method,
                       "payer",
                       "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
                       "notify-url",
                       "https://www.weixin.qq.com/wxpay/pay.php",
                       NULL);
}
