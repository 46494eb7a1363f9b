/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-frame.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-sign-v2.h"
#include "sandbox-wechat-transaction.h"

#define BLOCK_BYTES 16
#define MAX_NONCE   32

/* The five members of transit's sealed frame that its sign covers. */
static const char *const names[] = { "appid", "mch_id", "nonce_str", "encrypted_data", "iv" };

/* AES-256-CBC over text that has its padding already. */
static char *
encrypt (const char *key, const guchar *iv, GByteArray *padded)
{
  g_autofree guchar *sealed = g_malloc (padded->len + BLOCK_BYTES);
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new ();
  int length = 0;
  gboolean done = EVP_EncryptInit_ex (context, EVP_aes_256_cbc (), NULL, (const guchar *) key, iv) == 1 &&
                  EVP_CIPHER_CTX_set_padding (context, 0) == 1 &&
                  EVP_EncryptUpdate (context, sealed, &length, padded->data, padded->len) == 1;

  EVP_CIPHER_CTX_free (context);
  if (!done)
    g_error ("this OpenSSL has no AES-256-CBC");
  return g_base64_encode (sealed, padded->len);
}

static GByteArray *
pad (const char *text, gboolean is_bad)
{
  GByteArray *padded = g_byte_array_new ();
  gsize length = strlen (text);
  guint8 rest = BLOCK_BYTES - length % BLOCK_BYTES;

  g_byte_array_append (padded, (const guint8 *) text, length);
  for (guint i = 0; i < rest; i++)
    g_byte_array_append (padded, &rest, 1);
  if (is_bad)
    padded->data[padded->len - 1] = BLOCK_BYTES + 1; /* no padding is longer than a block */
  return padded;
}

/* The frame of a message to the merchant, spoilt as @fault says. */
char *
sandbox_frame_seal (
    Sandbox *sandbox, const SandboxMerchant *merchant, const char *plaintext, SandboxFault fault, const char *nonce)
{
  g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GByteArray) padded = pad (plaintext, fault.kind == SANDBOX_FAULT_BAD_PADDING);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  guchar iv[BLOCK_BYTES];
  g_autofree char *iv_base64 = NULL;
  g_autofree char *sealed = NULL;
  g_autofree char *sign = NULL;
  const char *values[] = {
    fault.kind == SANDBOX_FAULT_WRONG_APPID ? SANDBOX_WECHAT_WRONG_APPID : merchant->appid,
    fault.kind == SANDBOX_FAULT_WRONG_MCHID ? SANDBOX_WECHAT_WRONG_MCHID : merchant->mchid,
    nonce,
    NULL,
    NULL,
  };

  if (RAND_bytes (iv, sizeof iv) != 1)
    g_error ("the system gives no randomness");
  values[3] = sealed = encrypt (sandbox->config->transit_aes_key, iv, padded);
  values[4] = iv_base64 = g_base64_encode (iv, sizeof iv);
  json_builder_begin_object (builder);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_hash_table_insert (fields, (gpointer) names[i], (gpointer) values[i]);
    sandbox_json_add_text (builder, names[i], values[i]);
  }
  sign = sandbox_v2_sign_as (
      fields, merchant->sign_type, sandbox_config_get_sign_key (sandbox->config, merchant), fault);
  if (sign != NULL)
    sandbox_json_add_text (builder, "sign", sign);
  json_builder_end_object (builder);
  return sandbox_json_write (builder);
}

static GBytes *
decrypt (const char *key, GBytes *iv, GBytes *sealed)
{
  gsize size = g_bytes_get_size (sealed);
  g_autofree guchar *plain = g_malloc (size + BLOCK_BYTES);
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new ();
  int length = 0;
  int rest = 0;
  gboolean done = EVP_DecryptInit_ex (
                      context, EVP_aes_256_cbc (), NULL, (const guchar *) key, g_bytes_get_data (iv, NULL)) == 1 &&
                  EVP_DecryptUpdate (context, plain, &length, g_bytes_get_data (sealed, NULL), size) == 1 &&
                  EVP_DecryptFinal_ex (context, plain + length, &rest) == 1;

  EVP_CIPHER_CTX_free (context);
  ERR_clear_error ();
  return done ? g_bytes_new (plain, length + rest) : NULL;
}

static gboolean
is_whole (JsonObject *object)
{
  if (json_object_get_size (object) != G_N_ELEMENTS (names) + 1 || sandbox_json_text (object, "sign") == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (sandbox_json_text (object, names[i]) == NULL || *sandbox_json_text (object, names[i]) == '\0')
      return FALSE;
  }
  return strlen (sandbox_json_text (object, "nonce_str")) <= MAX_NONCE;
}

static gboolean
check_sign (Sandbox *sandbox, const SandboxMerchant *merchant, JsonObject *object, SandboxReply *reply)
{
  g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_hash_table_insert (fields, (gpointer) names[i], (gpointer) sandbox_json_text (object, names[i]));
  return sandbox_v2_check (fields,
                           sandbox_json_text (object, "sign"),
                           merchant->sign_type,
                           sandbox_config_get_sign_key (sandbox->config, merchant),
                           reply);
}

/* The plaintext of a frame or of an answer, which has no sign; NULL when it does not open. */
GBytes *
sandbox_frame_decrypt (Sandbox *sandbox, const char *encrypted_data, const char *iv)
{
  g_autoptr (GBytes) start = sandbox_base64_read (iv);
  g_autoptr (GBytes) sealed = sandbox_base64_read (encrypted_data);

  if (start == NULL || g_bytes_get_size (start) != BLOCK_BYTES || sealed == NULL ||
      g_bytes_get_size (sealed) % BLOCK_BYTES != 0)
    return NULL;
  return decrypt (sandbox->config->transit_aes_key, start, sealed);
}

/* What a merchant has sealed, or NULL with the reason in the verdict alone: whoever sent it learns none. */
GBytes *
sandbox_frame_open (Sandbox *sandbox, const SandboxMerchant *merchant, JsonObject *object, SandboxReply *reply)
{
  GBytes *plain = NULL;

  if (!is_whole (object)) {
    sandbox_reply_judge (reply, "frame refused: it is not the six strings of a frame");
    return NULL;
  }
  if (!g_str_equal (sandbox_json_text (object, "appid"), merchant->appid) ||
      !g_str_equal (sandbox_json_text (object, "mch_id"), merchant->mchid)) {
    sandbox_reply_judge (reply, "frame refused: appid or mch_id is not the merchant's");
    return NULL;
  }
  if (!check_sign (sandbox, merchant, object, reply))
    return NULL;

  plain = sandbox_frame_decrypt (
      sandbox, sandbox_json_text (object, "encrypted_data"), sandbox_json_text (object, "iv"));
  if (plain == NULL)
    sandbox_reply_judge (reply, "frame refused: encrypted_data does not open with this iv and the AES key");
  return plain;
}
