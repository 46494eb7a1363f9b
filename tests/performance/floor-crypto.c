/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "floor-crypto.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

#include "measure.h"

static EVP_PKEY *
load_key (const char *directory, const char *name, gboolean is_private)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  FILE *file = fopen (path, "r");
  EVP_PKEY *key = NULL;

  if (file == NULL)
    measure_fail ("cannot open %s", path);
  key = is_private ? PEM_read_PrivateKey (file, NULL, NULL, NULL) : PEM_read_PUBKEY (file, NULL, NULL, NULL);
  fclose (file);
  if (key == NULL)
    measure_fail ("%s holds no key", path);
  return key;
}

EVP_PKEY *
floor_load_private_key (const char *directory, const char *name)
{
  return load_key (directory, name, TRUE);
}

EVP_PKEY *
floor_load_public_key (const char *directory, const char *name)
{
  return load_key (directory, name, FALSE);
}

FloorCrypto *
floor_crypto_new (EVP_PKEY *private_key, EVP_PKEY *public_key)
{
  FloorCrypto *self = g_new0 (FloorCrypto, 1);
  gboolean ready = TRUE;

  self->sha256 = EVP_MD_fetch (NULL, "SHA256", NULL);
  self->digest = EVP_MD_CTX_new ();
  if (private_key != NULL) {
    self->signer = EVP_PKEY_CTX_new_from_pkey (NULL, private_key, NULL);
    ready = ready && EVP_PKEY_sign_init (self->signer) == 1 &&
            EVP_PKEY_CTX_set_rsa_padding (self->signer, RSA_PKCS1_PADDING) == 1 &&
            EVP_PKEY_CTX_set_signature_md (self->signer, self->sha256) == 1;
  }
  if (public_key != NULL) {
    self->verifier = EVP_PKEY_CTX_new_from_pkey (NULL, public_key, NULL);
    ready = ready && EVP_PKEY_verify_init (self->verifier) == 1 &&
            EVP_PKEY_CTX_set_rsa_padding (self->verifier, RSA_PKCS1_PADDING) == 1 &&
            EVP_PKEY_CTX_set_signature_md (self->verifier, self->sha256) == 1;
  }
  if (!ready)
    measure_fail ("OpenSSL cannot prepare RSA with SHA-256");
  return self;
}

void
floor_crypto_free (FloorCrypto *self)
{
  EVP_PKEY_CTX_free (self->signer);
  EVP_PKEY_CTX_free (self->verifier);
  EVP_MD_CTX_free (self->digest);
  EVP_MD_free (self->sha256);
  g_free (self);
}

gboolean
floor_crypto_sign (FloorCrypto *self, const char *text, gsize length, char signature[FLOOR_SIGNATURE_BASE64 + 1])
{
  guchar digest[EVP_MAX_MD_SIZE];
  guchar raw[FLOOR_SIGNATURE_BYTES];
  gsize raw_length = sizeof raw;
  guint digest_length = 0;

  if (EVP_DigestInit_ex2 (self->digest, self->sha256, NULL) != 1 ||
      EVP_DigestUpdate (self->digest, text, length) != 1 ||
      EVP_DigestFinal_ex (self->digest, digest, &digest_length) != 1 ||
      EVP_PKEY_sign (self->signer, raw, &raw_length, digest, digest_length) != 1)
    return FALSE;
  EVP_EncodeBlock ((guchar *) signature, raw, (int) raw_length);
  return TRUE;
}

gboolean
floor_crypto_verify (FloorCrypto *self,
                     const char *timestamp,
                     const char *nonce,
                     const char *body,
                     gsize body_length,
                     const char *signature)
{
  guchar digest[EVP_MAX_MD_SIZE];
  guchar raw[FLOOR_SIGNATURE_BYTES + 2];
  guint digest_length = 0;

  /* EVP_DecodeBlock counts the padding as bytes */
  if (strlen (signature) != FLOOR_SIGNATURE_BASE64 ||
      EVP_DecodeBlock (raw, (const guchar *) signature, FLOOR_SIGNATURE_BASE64) != FLOOR_SIGNATURE_BYTES + 2)
    return FALSE;
  return EVP_DigestInit_ex2 (self->digest, self->sha256, NULL) == 1 &&
         EVP_DigestUpdate (self->digest, timestamp, strlen (timestamp)) == 1 &&
         EVP_DigestUpdate (self->digest, "\n", 1) == 1 &&
         EVP_DigestUpdate (self->digest, nonce, strlen (nonce)) == 1 &&
         EVP_DigestUpdate (self->digest, "\n", 1) == 1 && EVP_DigestUpdate (self->digest, body, body_length) == 1 &&
         EVP_DigestUpdate (self->digest, "\n", 1) == 1 &&
         EVP_DigestFinal_ex (self->digest, digest, &digest_length) == 1 &&
         EVP_PKEY_verify (self->verifier, raw, FLOOR_SIGNATURE_BYTES, digest, digest_length) == 1;
}

FloorOpener *
floor_opener_new (const char *key)
{
  FloorOpener *self = g_new0 (FloorOpener, 1);
  EVP_CIPHER *cipher = EVP_CIPHER_fetch (NULL, "AES-256-GCM", NULL);

  self->cipher = EVP_CIPHER_CTX_new ();
  if (EVP_DecryptInit_ex2 (self->cipher, cipher, (const guchar *) key, NULL, NULL) != 1)
    measure_fail ("OpenSSL cannot prepare AES-256-GCM");
  EVP_CIPHER_free (cipher);
  return self;
}

void
floor_opener_free (FloorOpener *self)
{
  EVP_CIPHER_CTX_free (self->cipher);
  g_free (self);
}

/* @ciphertext is raw, its tag at the end; the key stays in the context and only the nonce is set. */
gssize
floor_opener_open (FloorOpener *self,
                   const char *nonce,
                   const char *associated_data,
                   const char *ciphertext,
                   gsize length,
                   char *plaintext)
{
  guchar *out = (guchar *) plaintext;
  int written = 0;
  int rest = 0;
  int body = (int) (length - FLOOR_TAG_BYTES);

  if (EVP_DecryptInit_ex2 (self->cipher, NULL, NULL, (const guchar *) nonce, NULL) != 1 ||
      EVP_DecryptUpdate (
          self->cipher, NULL, &written, (const guchar *) associated_data, (int) strlen (associated_data)) != 1 ||
      EVP_DecryptUpdate (self->cipher, out, &written, (const guchar *) ciphertext, body) != 1 ||
      EVP_CIPHER_CTX_ctrl (self->cipher, EVP_CTRL_AEAD_SET_TAG, FLOOR_TAG_BYTES, (void *) (ciphertext + body)) !=
          1 ||
      EVP_DecryptFinal_ex (self->cipher, out + written, &rest) != 1)
    return -1;
  return written + rest;
}
