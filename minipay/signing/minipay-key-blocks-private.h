/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "signing/minipay-key-private.h"

G_BEGIN_DECLS

/* What a file of keys is made of. */
typedef enum {
  MINIPAY_KEY_CONTENT_NONE,
  MINIPAY_KEY_CONTENT_PRIVATE,
  MINIPAY_KEY_CONTENT_ENCRYPTED,
  MINIPAY_KEY_CONTENT_PUBLIC,
  MINIPAY_KEY_CONTENT_CERTIFICATE,
  MINIPAY_KEY_CONTENT_REQUEST,
  MINIPAY_KEY_CONTENT_PKCS12,
} MinipayKeyContent;

typedef struct {
  MinipayKeyContent content;
  EVP_PKEY *pkey;
  X509 *certificate;
} MinipayKeyBlock;

/* The blocks of a text or container, in order; what @passphrase (nullable) opens is opened, what it does not open
 * stays one sealed block. CONFIG when there is nothing to look at. */
GPtrArray *
minipay_key_blocks_read (MinipaySecret *material, MinipayKey *passphrase, const char *what, GError **error);

G_END_DECLS
