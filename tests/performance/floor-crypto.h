/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <openssl/evp.h>

#define FLOOR_SIGNATURE_BYTES  256
#define FLOOR_SIGNATURE_BASE64 344
#define FLOOR_TAG_BYTES        16

/* One thread's: every algorithm is fetched once and every context reused. */
typedef struct {
  EVP_MD *sha256;
  EVP_MD_CTX *digest;
  EVP_PKEY_CTX *signer;   /* NULL where only verification is wanted */
  EVP_PKEY_CTX *verifier; /* NULL where only signing is wanted */
} FloorCrypto;

typedef struct {
  EVP_CIPHER_CTX *cipher;
} FloorOpener;

EVP_PKEY *floor_load_private_key (const char *directory, const char *name);
EVP_PKEY *floor_load_public_key (const char *directory, const char *name);

FloorCrypto *floor_crypto_new (EVP_PKEY *private_key, EVP_PKEY *public_key);
void floor_crypto_free (FloorCrypto *self);
gboolean
floor_crypto_sign (FloorCrypto *self, const char *text, gsize length, char signature[FLOOR_SIGNATURE_BASE64 + 1]);
gboolean floor_crypto_verify (FloorCrypto *self,
                              const char *timestamp,
                              const char *nonce,
                              const char *body,
                              gsize body_length,
                              const char *signature);

FloorOpener *floor_opener_new (const char *key);
void floor_opener_free (FloorOpener *self);
gssize floor_opener_open (FloorOpener *self,
                          const char *nonce,
                          const char *associated_data,
                          const char *ciphertext,
                          gsize length,
                          char *plaintext);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FloorCrypto, floor_crypto_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FloorOpener, floor_opener_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
