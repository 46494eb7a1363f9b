/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-secret.h"

G_BEGIN_DECLS

/*
 * One key, loaded once. Immutable and safe to use from any thread. Kinds: a shared secret, a private key, a
 * public key (bare or from a certificate). No OpenSSL type shows here; minipay-key-openssl-private.h has them
 * for this folder.
 */
typedef struct _MinipayKey MinipayKey;

/* @what names the configuration field in errors. Every loader fails with CONFIG. */

/* Empty or blank secrets are refused; @length > 0 demands exactly that many bytes. */
MinipayKey *minipay_key_new_secret (MinipaySecret *secret, gsize length, const char *what, GError **error);

/* The bytes as they are: nothing is taken off that a file might have added. */
MinipayKey *minipay_key_new_binary_secret (MinipaySecret *secret, const char *what, GError **error);

/* How long the secret is without what a file adds: a BOM in front, line ends behind. */
void minipay_key_get_secret_length (MinipayKey *self, gsize *length);

/* By content: PEM, DER or bare base64 of PKCS#8, PKCS#1, SEC1 or PKCS#12. RSA of at least 2048 bits, or SM2.
 * @passphrase (nullable, a shared secret) opens PKCS#12 and encrypted keys. A certificate beside the key must be
 * its own. What the text really is (a certificate, a public key, an encrypted key, nothing) is named when it is
 * the wrong thing. */
MinipayKey *
minipay_key_load_private (MinipaySecret *material, MinipayKey *passphrase, const char *what, GError **error);

/* A private key with its certificate, for TLS: both out of one PEM text or PKCS#12 container, as PEM, the key
 * first, then the certificate and what issued it. Keys of any kind. */
MinipaySecret *
minipay_key_load_identity (MinipaySecret *material, MinipayKey *passphrase, const char *what, GError **error);

/* A public key (PEM SubjectPublicKeyInfo or PKCS#1, DER, bare base64), or a certificate, with its serial and
 * validity. */
MinipayKey *minipay_key_load_public (MinipaySecret *material, const char *what, GError **error);

/* A certificate (PEM or DER). Several in one PEM text: all of them, in order. */
GPtrArray *minipay_key_load_certificates (MinipaySecret *material, const char *what, GError **error);

MinipayKey *minipay_key_ref (MinipayKey *self);
void minipay_key_unref (MinipayKey *self);

/* Certificates: the serial in upper-case hexadecimal as `openssl x509 -serial` prints it, and the validity.
 */
const char *minipay_key_get_serial (MinipayKey *self);
gint64 minipay_key_get_not_before (MinipayKey *self); /* seconds since the epoch; 0 for bare keys */
gint64 minipay_key_get_not_after (MinipayKey *self);  /* G_MAXINT64 for bare keys */

/* TRUE when the private key @self and the public key or certificate @other belong together. */
gboolean minipay_key_is_pair (MinipayKey *self, MinipayKey *other);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MinipayKey, minipay_key_unref)

G_END_DECLS
