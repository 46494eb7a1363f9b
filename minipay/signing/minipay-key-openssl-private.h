/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <openssl/evp.h>

#include "core/minipay-enums.h"
#include "signing/minipay-key-private.h"

G_BEGIN_DECLS

/* What only this folder may see: OpenSSL behind the keys, and what is set up once. */

typedef enum {
  MINIPAY_KEY_KIND_SECRET,
  MINIPAY_KEY_KIND_PRIVATE,
  MINIPAY_KEY_KIND_PUBLIC,
} MinipayKeyKind;

typedef enum {
  MINIPAY_KEY_FAMILY_SECRET,
  MINIPAY_KEY_FAMILY_RSA,
  MINIPAY_KEY_FAMILY_SM2,
} MinipayKeyFamily;

/* Fetched once; a member is NULL when this OpenSSL does not offer the algorithm (MD5 under FIPS). */
typedef struct {
  EVP_MD *md5;
  EVP_MD *sha256;
  EVP_MD *sm3;
  EVP_MAC *hmac;
  EVP_CIPHER *aes_128_gcm;
  EVP_CIPHER *aes_256_gcm;
  EVP_CIPHER *aes_128_cbc;
  EVP_CIPHER *aes_256_cbc;
  EVP_CIPHER *aes_128_ecb;
  EVP_CIPHER *aes_256_ecb;
  EVP_CIPHER *sm4_ctr;
} MinipayAlgorithms;

/* One set per thread, freed with it. Users leave no key behind in them. */
typedef struct {
  EVP_MD_CTX *digest;
  EVP_MD_CTX *signature;
  EVP_MAC_CTX *hmac_sha256; /* NULL without HMAC */
  EVP_CIPHER_CTX *gcm;
} MinipayThreadContexts;

const MinipayAlgorithms *minipay_algorithms_get (void);
MinipayThreadContexts *minipay_algorithms_get_contexts (void);

/* INTERNAL, with OpenSSL's own reason; empties its error queue. */
void minipay_openssl_set_error (GError **error, const char *what);

MinipayKeyKind minipay_key_get_kind (MinipayKey *self);
MinipayKeyFamily minipay_key_get_family (MinipayKey *self);
EVP_PKEY *minipay_key_peek_pkey (MinipayKey *self);
const guint8 *minipay_key_peek_secret (MinipayKey *self, gsize *length);

/* Of the keys that public-key schemes sign and verify with. */
MinipayKeyFamily minipay_scheme_get_family (MinipayScheme scheme);

/* RSA only: a context begun for signing (private) or verifying (public) with SHA-256, to be copied. NULL for
 * others. */
const EVP_MD_CTX *minipay_key_peek_template (MinipayKey *self);

/* INTERNAL unless @self is of that family and kind; @purpose names the scheme. */
gboolean minipay_key_check (
    MinipayKey *self, MinipayKeyFamily family, MinipayKeyKind kind, const char *purpose, GError **error);

/* Takes a reference of @pkey. Refuses what is neither RSA of 2048 bits or more nor SM2. */
MinipayKey *minipay_key_new_from_pkey (EVP_PKEY *pkey, MinipayKeyKind kind, const char *what, GError **error);
void minipay_key_set_certificate (MinipayKey *self, char *serial, gint64 not_before, gint64 not_after);

/* Public-key ciphers, for minipay_open () and minipay_seal (); NULL without telling why. */
GBytes *minipay_public_key_open (MinipayCipher cipher, EVP_PKEY *pkey, const guint8 *sealed, gsize sealed_length);
GBytes *minipay_public_key_seal (MinipayCipher cipher, EVP_PKEY *pkey, const guint8 *plain, gsize plain_length);

/* SM4-GCM under a 16-byte key with a 12-byte nonce; NULL without telling why. */
GBytes *minipay_sm4_gcm_open (const guint8 *key,
                              const guint8 *nonce,
                              const guint8 *aad,
                              gsize aad_length,
                              const guint8 *sealed,
                              gsize sealed_length);
GBytes *minipay_sm4_gcm_seal (const guint8 *key,
                              const guint8 *nonce,
                              const guint8 *aad,
                              gsize aad_length,
                              const guint8 *plain,
                              gsize plain_length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY_CTX, EVP_PKEY_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)

G_END_DECLS
