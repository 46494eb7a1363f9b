/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-error-private.h"
#include "core/minipay-secret-private.h"
#include "provider/minipay-account-config-private.h"
#include "provider/minipay-exchange-struct-private.h"
#include "provider/minipay-provider-info-private.h"
#include "signing/minipay-signing-private.h"
#include "wire/minipay-base64.h"

#define GCM_NONCE_BYTES 12
#define CBC_IV_BYTES    16

static gboolean
scheme_is_digest (MinipayScheme scheme)
{
  return scheme != MINIPAY_SCHEME_RSA_SHA256 && scheme != MINIPAY_SCHEME_SM2_SM3;
}

/* Which of the mistakes it is that there is no such key. */
static MinipayKey *
exchange_get_own_key (MinipayExchange *self, const char *field, GError **error)
{
  const MinipayManifest *manifest = minipay_provider_info_get_manifest (self->info);
  MinipayKeyring *keyring = minipay_account_config_get_keyring (self->config);
  g_autoptr (GError) local_error = NULL;
  MinipayKey *key = minipay_keyring_get_own (keyring, field, self->now, &local_error);

  if (g_error_matches (local_error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID))
    g_propagate_error (error, g_steal_pointer (&local_error));
  else if (key == NULL && minipay_manifest_get_field (manifest, field) == NULL)
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PLUGIN,
                 "provider %s uses the key %s, which its manifest does not have",
                 manifest->id,
                 field);
  else if (key == NULL)
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "account %s: %s is not set",
                 minipay_account_config_get_name (self->config),
                 field);
  return key;
}

/**
 * minipay_exchange_sign:
 * @self: an exchange
 * @scheme: how to sign
 * @key: the field of the manifest that holds the key
 * @text: (array length=length) (element-type guint8): the text to sign
 * @length: its length in bytes
 * @error: return location for an error
 *
 * Signs with one of the account's own keys.
 *
 * Errors: %MINIPAY_ERROR_CONFIG without such a key, %MINIPAY_ERROR_INTERNAL for a key of another kind.
 *
 * Returns: (transfer full): the signature as text
 *
 * Since: 0.1
 */
char *
minipay_exchange_sign (
    MinipayExchange *self, MinipayScheme scheme, const char *key, const char *text, gsize length, GError **error)
{
  g_autoptr (MinipayKey) own = NULL;

  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self) && key != NULL && text != NULL, NULL);

  own = exchange_get_own_key (self, key, error);
  return own != NULL ? minipay_sign (scheme, own, text, (gssize) length, error) : NULL;
}

/* By the account's key or, while the two overlap, by the one before it. */
static gboolean
exchange_verify_digest (MinipayExchange *self,
                        MinipayScheme scheme,
                        const char *field,
                        const char *text,
                        gsize length,
                        const char *signature,
                        GError **error)
{
  g_autoptr (MinipayKey) own = exchange_get_own_key (self, field, error);
  g_autoptr (MinipayKey) previous = NULL;

  if (own == NULL)
    return FALSE;
  previous = minipay_keyring_get_previous (minipay_account_config_get_keyring (self->config), field, self->now);
  if (minipay_verify_digest (scheme, own, text, (gssize) length, signature, previous != NULL ? NULL : error))
    return TRUE;
  return previous != NULL && minipay_verify_digest (scheme, previous, text, (gssize) length, signature, error);
}

/**
 * minipay_exchange_verify:
 * @self: an exchange
 * @scheme: how the account says that the gateway signs; never what the message says
 * @key: for digests the field of the manifest that holds the shared key; else the exact id of the gateway's
 * key
 * @text: (array length=length) (element-type guint8): the signed text
 * @length: its length in bytes
 * @signature: (nullable): the signature as text
 * @error: return location for an error
 *
 * Verifies what the gateway signed; a shared key that was replaced verifies beside its successor as long as the
 * account says. A payment counts as authenticated only when this passed in the same hook.
 *
 * Errors: %MINIPAY_ERROR_SIGNATURE_INVALID.
 *
 * Returns: %TRUE when the signature is genuine
 *
 * Since: 0.1
 */
gboolean
minipay_exchange_verify (MinipayExchange *self,
                         MinipayScheme scheme,
                         const char *key,
                         const char *text,
                         gsize length,
                         const char *signature,
                         GError **error)
{
  MinipayKeyring *keyring;
  g_autoptr (MinipayKey) found = NULL;
  g_autofree guint8 *bytes = NULL;
  gsize n_bytes = 0;

  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self) && key != NULL && (text != NULL || length == 0), FALSE);

  /* what an empty body hands out */
  text = text != NULL ? text : "";
  self->is_verified = FALSE;
  keyring = minipay_account_config_get_keyring (self->config);
  if (signature == NULL || *signature == '\0') {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID, "there is no signature");
    return FALSE;
  }
  if (scheme_is_digest (scheme)) {
    self->is_verified = exchange_verify_digest (self, scheme, key, text, length, signature, error);
    return self->is_verified;
  }
  found = minipay_keyring_get_trusted (keyring, key, self->now, error);
  self->has_unknown_key = found == NULL;
  if (found == NULL)
    return FALSE;
  bytes = minipay_base64_decode (signature, -1, &n_bytes, NULL);
  if (bytes == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID, "the signature is not base64");
    return FALSE;
  }
  self->is_verified = minipay_verify_signature (scheme, found, text, (gssize) length, bytes, n_bytes, error);
  return self->is_verified;
}

/* The nonce or IV in bytes, empty for ciphers that have none. */
static GBytes *
cipher_new_nonce (MinipayCipher cipher, const char *text, GError **error)
{
  gsize wanted = 0;
  gsize length = 0;
  g_autofree guint8 *bytes = NULL;

  if (cipher == MINIPAY_CIPHER_AES_256_CBC) {
    wanted = CBC_IV_BYTES;
    bytes = text != NULL ? minipay_base64_decode (text, -1, &length, NULL) : NULL;
  } else if (cipher == MINIPAY_CIPHER_AES_256_GCM || cipher == MINIPAY_CIPHER_SM4_GCM) {
    wanted = GCM_NONCE_BYTES;
    length = text != NULL ? strlen (text) : 0;
    bytes = g_memdup2 (text, length);
  }
  if (length == wanted)
    return g_bytes_new_take (g_steal_pointer (&bytes), length);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PROTOCOL,
               "nonce has %" G_GSIZE_FORMAT " bytes, allowed are %" G_GSIZE_FORMAT,
               length,
               wanted);
  return NULL;
}

/* Where padding is all that is checked, one wrong key in 256 passes: what it opens is no text. */
static gboolean
is_sure (MinipayCipher cipher, GBytes *plain)
{
  gsize length;
  const char *text = g_bytes_get_data (plain, &length);

  return cipher == MINIPAY_CIPHER_AES_256_GCM || cipher == MINIPAY_CIPHER_SM4_GCM ||
         g_utf8_validate_len (text, length, NULL);
}

static GBytes *
open_with (MinipayCipher cipher,
           MinipayKey *key,
           GBytes *nonce,
           const char *associated_data,
           const guint8 *sealed,
           gsize n_sealed,
           GError **error)
{
  return minipay_open (cipher,
                       key,
                       g_bytes_get_data (nonce, NULL),
                       g_bytes_get_size (nonce),
                       (const guint8 *) associated_data,
                       associated_data != NULL ? strlen (associated_data) : 0,
                       sealed,
                       n_sealed,
                       error);
}

/**
 * minipay_exchange_decrypt:
 * @self: an exchange
 * @cipher: how it is sealed, as the account says
 * @key: the field of the manifest that holds the key
 * @nonce: (nullable): for GCM the nonce itself, 12 bytes; for CBC the IV as base64; else %NULL
 * @associated_data: (nullable): what is authenticated beside the ciphertext
 * @ciphertext: base64
 * @error: return location for an error
 *
 * Opens what the gateway sealed for this account. %MINIPAY_CIPHER_RSA_RECOVER opens with a public key of the
 * gateway that has no id; the other ciphers with a key of the account's own. A shared key that was replaced opens
 * beside its successor as long as the account says.
 *
 * Errors: %MINIPAY_ERROR_PROTOCOL, always the same one, whatever is wrong with the ciphertext;
 * %MINIPAY_ERROR_CONFIG.
 *
 * Returns: (transfer full): the plaintext
 *
 * Since: 0.1
 */
GBytes *
minipay_exchange_decrypt (MinipayExchange *self,
                          MinipayCipher cipher,
                          const char *key,
                          const char *nonce,
                          const char *associated_data,
                          const char *ciphertext,
                          GError **error)
{
  g_autoptr (MinipayKey) own = NULL;
  g_autoptr (MinipayKey) previous = NULL;
  g_autoptr (GBytes) nonce_bytes = NULL;
  g_autoptr (GBytes) plain = NULL;
  g_autofree guint8 *sealed = NULL;
  gsize n_sealed = 0;

  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self) && key != NULL && ciphertext != NULL, NULL);

  own = exchange_get_own_key (self, key, error);
  nonce_bytes = own != NULL ? cipher_new_nonce (cipher, nonce, error) : NULL;
  sealed = nonce_bytes != NULL ? minipay_base64_decode (ciphertext, -1, &n_sealed, error) : NULL;
  if (sealed == NULL)
    return NULL;
  previous = minipay_keyring_get_previous (minipay_account_config_get_keyring (self->config), key, self->now);
  plain = open_with (cipher, own, nonce_bytes, associated_data, sealed, n_sealed, previous != NULL ? NULL : error);
  if (previous == NULL || (plain != NULL && is_sure (cipher, plain)))
    return g_steal_pointer (&plain);
  return open_with (cipher, previous, nonce_bytes, associated_data, sealed, n_sealed, error);
}

/* The gateway's key of that id, for what only the gateway shall read. */
static MinipayKey *
exchange_get_recipient (MinipayExchange *self, const char *id, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  MinipayKey *key =
      minipay_keyring_get_trusted (minipay_account_config_get_keyring (self->config), id, self->now, &local_error);

  if (key == NULL)
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "%s", local_error->message);
  return key;
}

/**
 * minipay_exchange_encrypt:
 * @self: an exchange
 * @cipher: how to seal, as the account says
 * @key: for %MINIPAY_CIPHER_RSA_OAEP, %MINIPAY_CIPHER_RSA_PKCS1 and %MINIPAY_CIPHER_SM2 the exact id of the
 * gateway's key, which the request must name; else the field of the manifest that holds the key
 * @nonce: (nullable): as minipay_exchange_decrypt() takes it; made of minipay_exchange_get_nonce(), for no value
 * may be used twice
 * @plain: what to seal
 * @error: return location for an error
 *
 * Seals for the gateway: for its own key, or with one that it shares with the account.
 *
 * Errors: %MINIPAY_ERROR_CONFIG, %MINIPAY_ERROR_PROTOCOL for an unfit @nonce, %MINIPAY_ERROR_INTERNAL.
 *
 * Returns: (transfer full): the ciphertext as base64
 *
 * Since: 0.1
 */
char *
minipay_exchange_encrypt (
    MinipayExchange *self, MinipayCipher cipher, const char *key, const char *nonce, GBytes *plain, GError **error)
{
  const gboolean is_for_gateway =
      cipher == MINIPAY_CIPHER_RSA_OAEP || cipher == MINIPAY_CIPHER_RSA_PKCS1 || cipher == MINIPAY_CIPHER_SM2;
  g_autoptr (MinipayKey) found = NULL;
  g_autoptr (GBytes) nonce_bytes = NULL;
  g_autoptr (GBytes) sealed = NULL;

  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self) && key != NULL && plain != NULL, NULL);

  found = is_for_gateway ? exchange_get_recipient (self, key, error) : exchange_get_own_key (self, key, error);
  nonce_bytes = found != NULL ? cipher_new_nonce (cipher, nonce, error) : NULL;
  if (nonce_bytes == NULL)
    return NULL;
  sealed = minipay_seal (cipher,
                         found,
                         g_bytes_get_data (nonce_bytes, NULL),
                         g_bytes_get_size (nonce_bytes),
                         NULL,
                         0,
                         g_bytes_get_data (plain, NULL),
                         g_bytes_get_size (plain),
                         error);
  return sealed != NULL ? g_base64_encode (g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed)) : NULL;
}

/**
 * minipay_exchange_dup_token:
 * @self: an exchange
 * @field: a field of the manifest of type `token`
 * @error: return location for an error
 *
 * A secret that the gateway must be told as it is, such as an access token, read anew from where the account keeps
 * it: somebody else renews it. Wipe it after use; where it goes into a query, the core's log lines leave queries
 * out.
 *
 * Errors: %MINIPAY_ERROR_CONFIG.
 *
 * Returns: (transfer full): the token
 *
 * Since: 0.1
 */
char *
minipay_exchange_dup_token (MinipayExchange *self, const char *field, GError **error)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self) && field != NULL, NULL);
  return minipay_account_config_dup_token (self->config, field, error);
}

/**
 * minipay_exchange_dup_newest_key_id:
 * @self: an exchange
 * @scheme: how the account says that the gateway signs
 *
 * The id of the gateway's certificate for @scheme that became valid last, for requests that name the key they want
 * answers signed with. It stays the same within one hook, so that what is sealed for a key and the header that
 * names it agree whenever certificates are refreshed.
 *
 * Returns: (transfer full) (nullable): the id; %NULL when the account trusts no such certificate
 *
 * Since: 0.1
 */
char *
minipay_exchange_dup_newest_key_id (MinipayExchange *self, MinipayScheme scheme)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), NULL);
  if (self->newest_key_id == NULL)
    self->newest_key_id = minipay_keyring_dup_newest_certificate_id (
        minipay_account_config_get_keyring (self->config), scheme, self->now);
  return g_strdup (self->newest_key_id);
}

/**
 * minipay_exchange_trust:
 * @self: an exchange that refreshes the gateway's keys
 * @key_id: the id under which messages will name the key
 * @certificate: a PEM certificate
 * @error: return location for an error
 *
 * Proposes a certificate of the gateway. It counts once the exchange has ended well, all proposals at once, beside
 * the keys that are trusted already. Only a verified answer may propose.
 *
 * Errors: %MINIPAY_ERROR_SIGNATURE_INVALID before a verification, %MINIPAY_ERROR_PROTOCOL for what is no
 * certificate or one with another serial than @key_id.
 *
 * Returns: %TRUE when it was noted
 *
 * Since: 0.1
 */
gboolean
minipay_exchange_trust (MinipayExchange *self, const char *key_id, GBytes *certificate, GError **error)
{
  g_autoptr (MinipaySecret) material = NULL;
  g_autoptr (GPtrArray) keys = NULL;
  g_autoptr (GError) local_error = NULL;
  const char *serial;

  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self) && key_id != NULL && certificate != NULL, FALSE);

  if (!self->is_verified || self->operation != MINIPAY_OPERATION_REFRESH_KEYS) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_SIGNATURE_INVALID,
                 "a key is proposed outside a verified answer to a refresh");
    return FALSE;
  }
  material = minipay_secret_new (g_bytes_get_data (certificate, NULL), g_bytes_get_size (certificate));
  keys = minipay_key_load_certificates (material, "certificate", &local_error);
  if (keys == NULL || keys->len != 1) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "the gateway's certificate cannot be used: %s",
                 local_error != NULL ? local_error->message : "there is not exactly one");
    return FALSE;
  }
  serial = minipay_key_get_serial (g_ptr_array_index (keys, 0));
  if (g_ascii_strcasecmp (serial, key_id) != 0) {
    g_autofree char *quoted = minipay_error_quote (key_id, -1);

    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "certificate %s is listed under the serial \"%s\"",
                 serial,
                 quoted);
    return FALSE;
  }
  if (self->new_keys == NULL)
    self->new_keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) minipay_key_unref);
  if (g_hash_table_contains (self->new_keys, serial)) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "certificate %s is listed twice", serial);
    return FALSE;
  }
  g_hash_table_replace (self->new_keys, g_strdup (serial), minipay_key_ref (g_ptr_array_index (keys, 0)));
  return TRUE;
}
