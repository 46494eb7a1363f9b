/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-enums.h"
#include "signing/minipay-key-private.h"

G_BEGIN_DECLS

/*
 * The primitives. Algorithms are fetched once per process and contexts reused per thread. Every OpenSSL
 * result is compared with 1 and the error queue is cleared. They fail with SIGNATURE_INVALID (verify),
 * PROTOCOL (open) or INTERNAL (the key is of another kind than the scheme asks for).
 */

/* Loads OpenSSL and its algorithms; safe to call often. Worker pools call it before they start, so that their
 * own atexit handler runs before OpenSSL's. */
void minipay_signing_init (void);

/* The signature as text: hexadecimal or base64, as the scheme says. @length -1 for NUL-terminated text. */
char *minipay_sign (MinipayScheme scheme, MinipayKey *key, const char *text, gssize length, GError **error);

/* Digest schemes: @signature is hexadecimal in upper case, as the schemes write it, compared in constant time after
 * its length. */
gboolean minipay_verify_digest (
    MinipayScheme scheme, MinipayKey *key, const char *text, gssize length, const char *signature, GError **error);

/* Public-key schemes: @signature is the decoded bytes, for RSA exactly as long as the modulus. */
gboolean minipay_verify_signature (MinipayScheme scheme,
                                   MinipayKey *key,
                                   const char *text,
                                   gssize length,
                                   const guint8 *signature,
                                   gsize signature_length,
                                   GError **error);

/* @nonce is the IV or nonce bytes (NULL for ECB and public-key ciphers), @aad may be NULL. AES takes the key
 * size from the key: 32 bytes, and 16 for published test vectors alone (accounts demand 32 when they load).
 * Every failure after the arguments is the same error. Nothing is handed out before the tag is checked. */
GBytes *minipay_open (MinipayCipher cipher,
                      MinipayKey *key,
                      const guint8 *nonce,
                      gsize nonce_length,
                      const guint8 *aad,
                      gsize aad_length,
                      const guint8 *sealed,
                      gsize sealed_length,
                      GError **error);

/* The reverse, for the symmetric ciphers, RSA-OAEP and SM2; RSA_RECOVER seals with the private key. */
GBytes *minipay_seal (MinipayCipher cipher,
                      MinipayKey *key,
                      const guint8 *nonce,
                      gsize nonce_length,
                      const guint8 *aad,
                      gsize aad_length,
                      const guint8 *plain,
                      gsize plain_length,
                      GError **error);

/* SHA-256 in lower-case hexadecimal. It cannot fail but by running out of memory, which ends the program. */
char *minipay_sha256_hex (gconstpointer data, gsize length);

/* @length random letters and digits from RAND_bytes, NUL-terminated; @out has room for @length + 1. */
gboolean minipay_random_nonce (char *out, gsize length, GError **error);
/* Uniform in 0..@bound-1, for back-off; @bound > 0. */
guint32 minipay_random_below (guint32 bound);

/* Equal length, then constant time. */
gboolean minipay_constant_time_equal (gconstpointer a, gsize a_length, gconstpointer b, gsize b_length);

G_END_DECLS
