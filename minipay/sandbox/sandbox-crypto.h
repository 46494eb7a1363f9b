/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#define SANDBOX_API_V3_KEY_BYTES 32
#define SANDBOX_FIVE_YEARS_S     (5 * 365 * 24 * 60 * 60)

typedef EVP_PKEY SandboxKey;
typedef X509 SandboxCertificate;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxKey, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxCertificate, X509_free)

char *sandbox_random_hex (guint length);
char *sandbox_random_text (guint length);
char *sandbox_random_digits (guint length);
char *sandbox_random_uuid (void);

SandboxKey *sandbox_key_new_rsa (void);
SandboxKey *sandbox_key_new_ec (void);
char *sandbox_key_to_private_pem (SandboxKey *key);
char *sandbox_key_to_public_pem (SandboxKey *key);
SandboxKey *sandbox_key_from_pem (const char *pem);

SandboxCertificate *
sandbox_certificate_new (SandboxKey *subject_key, const char *subject, SandboxKey *ca_key, long valid_s);
char *sandbox_certificate_to_pem (SandboxCertificate *certificate);
SandboxCertificate *sandbox_certificate_from_pem (const char *pem);
char *sandbox_certificate_get_serial (SandboxCertificate *certificate);
gboolean sandbox_certificate_is_throw_away (SandboxCertificate *certificate);

char *sandbox_sign_rsa (SandboxKey *key, const char *text);
gboolean sandbox_verify_rsa (SandboxKey *key, const char *text, gsize length, const char *signature);
char *sandbox_decrypt_oaep (SandboxKey *key, const char *sealed);
char *sandbox_encrypt_private (SandboxKey *key, const char *text, gboolean bad_padding);
GBytes *sandbox_decrypt_private (SandboxKey *key, const char *base64, guint max_blocks);
GBytes *sandbox_base64_read (const char *text);
char *sandbox_md5 (const char *text);
char *sandbox_hmac_sha256 (const char *key, const char *text);
char *sandbox_encrypt_ecb (const char *key, const char *text);
char *sandbox_seal (const char *key, const char *nonce, const char *associated_data, const char *text);
gboolean sandbox_is_equal (const char *a, const char *b);
