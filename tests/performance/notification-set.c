/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "notification-set.h"

#include <openssl/evp.h>
#include <string.h>

#include "floor-crypto.h"
#include "measure.h"
#include "merchant.h"

#define SEAL_KEY_BYTES 32

static void
notification_free (gpointer data)
{
  Notification *self = data;

  g_string_free (self->body, TRUE);
  g_free (self);
}

static char *
make_plaintext (const char *out_trade_no, guint index)
{
  return g_strdup_printf (
      "{\"mchid\":\"" MERCHANT_MCHID "\",\"appid\":\"" MERCHANT_APPID "\",\"out_trade_no\":\"%s\","
      "\"transaction_id\":\"42000021782024%014u\",\"trade_type\":\"JSAPI\",\"trade_state\":\"SUCCESS\","
      "\"trade_state_desc\":\"支付成功\",\"bank_type\":\"OTHERS\",\"attach\":\"" MERCHANT_ATTACH "\","
      "\"success_time\":\"2024-05-20T13:29:35+08:00\",\"payer\":{\"openid\":\"" MERCHANT_PAYER "\"},"
      "\"amount\":{\"total\":%d,\"payer_total\":%d,\"currency\":\"CNY\",\"payer_currency\":\"CNY\"}}",
      out_trade_no,
      index,
      MERCHANT_TOTAL,
      MERCHANT_TOTAL);
}

static char *
seal (const char *key, const char *nonce, const char *plaintext)
{
  int length = (int) strlen (plaintext);
  g_autofree guchar *sealed = g_malloc ((gsize) length + FLOOR_TAG_BYTES);
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new ();
  int written = 0;

  if (EVP_EncryptInit_ex2 (context, EVP_aes_256_gcm (), (const guchar *) key, (const guchar *) nonce, NULL) != 1 ||
      EVP_EncryptUpdate (context,
                         NULL,
                         &written,
                         (const guchar *) NOTIFICATION_ASSOCIATED_DATA,
                         (int) strlen (NOTIFICATION_ASSOCIATED_DATA)) != 1 ||
      EVP_EncryptUpdate (context, sealed, &written, (const guchar *) plaintext, length) != 1 ||
      EVP_EncryptFinal_ex (context, sealed + written, &written) != 1 ||
      EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_AEAD_GET_TAG, FLOOR_TAG_BYTES, sealed + length) != 1)
    measure_fail ("OpenSSL cannot seal a notification");
  EVP_CIPHER_CTX_free (context);
  return g_base64_encode (sealed, (gsize) length + FLOOR_TAG_BYTES);
}

static void
notification_seal (Notification *self, const char *key, guint index)
{
  g_autofree char *plaintext = make_plaintext (self->out_trade_no, index);
  g_autofree char *ciphertext = seal (key, self->seal_nonce, plaintext);

  self->ciphertext_length = strlen (ciphertext);
  self->body = g_string_new (NULL);
  g_string_printf (self->body,
                   "{\"id\":\"a1b2c3d4-0000-5000-8000-%012u\",\"create_time\":\"2024-05-20T13:29:35+08:00\","
                   "\"resource_type\":\"encrypt-resource\",\"event_type\":\"TRANSACTION.SUCCESS\","
                   "\"summary\":\"支付成功\",\"resource\":{\"original_type\":\"transaction\","
                   "\"algorithm\":\"AEAD_AES_256_GCM\",\"ciphertext\":\"%s\","
                   "\"associated_data\":\"" NOTIFICATION_ASSOCIATED_DATA "\",\"nonce\":\"%s\"}}",
                   index,
                   ciphertext,
                   self->seal_nonce);
  self->ciphertext = strstr (self->body->str, ciphertext);
}

static Notification *
notification_new (FloorCrypto *crypto, const char *key, guint index)
{
  Notification *self = g_new0 (Notification, 1);
  g_autofree char *text = NULL;

  g_snprintf (self->timestamp, sizeof self->timestamp, "%" G_GINT64_FORMAT, g_get_real_time () / G_USEC_PER_SEC);
  g_snprintf (self->nonce, sizeof self->nonce, "5K8264ILTKCH16CQ2502SI8Z%08u", index);
  g_snprintf (self->seal_nonce, sizeof self->seal_nonce, "s%011u", index);
  g_snprintf (self->out_trade_no, sizeof self->out_trade_no, "N%020u", index);
  notification_seal (self, key, index);
  text = g_strdup_printf ("%s\n%s\n%s\n", self->timestamp, self->nonce, self->body->str);
  if (!floor_crypto_sign (crypto, text, strlen (text), self->signature))
    measure_fail ("OpenSSL cannot sign a notification");
  return self;
}

GPtrArray *
notification_set_new (const char *keys, guint n)
{
  g_autofree char *path = g_build_filename (keys, "api-v3-key", NULL);
  g_autofree char *key = NULL;
  g_autoptr (EVP_PKEY) private_key = floor_load_private_key (keys, "wechatpay-key.pem");
  g_autoptr (FloorCrypto) crypto = floor_crypto_new (private_key, NULL);
  GPtrArray *set = g_ptr_array_new_full (n, notification_free);
  gsize length = 0;

  if (!g_file_get_contents (path, &key, &length, NULL) || length != SEAL_KEY_BYTES)
    measure_fail ("%s is not a key of %d bytes", path, SEAL_KEY_BYTES);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (set, notification_new (crypto, key, i));
  return set;
}
