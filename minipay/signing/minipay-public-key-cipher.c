/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <openssl/rsa.h>
#include <string.h>

#include "signing/minipay-key-openssl-private.h"

#define PKCS1_OVERHEAD 11 /* 0, the type, at least eight bytes of padding, 0 */
#define BLOCKS_MAX     64

static void
wipe_free (guint8 *bytes, gsize length)
{
  explicit_bzero (bytes, length);
  g_free (bytes);
}

static gboolean
set_padding (EVP_PKEY_CTX *context, MinipayCipher cipher)
{
  switch (cipher) {
  case MINIPAY_CIPHER_RSA_OAEP:
    return EVP_PKEY_CTX_set_rsa_padding (context, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md_name (context, "SHA1", NULL) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md_name (context, "SHA1", NULL) == 1;
  case MINIPAY_CIPHER_SM2:
    return TRUE;
  default:
    return EVP_PKEY_CTX_set_rsa_padding (context, RSA_PKCS1_PADDING) == 1;
  }
}

/* Type 1 padding alone is taken, with at least eight bytes of it: OpenSSL checks both. */
static GBytes *
rsa_recover (EVP_PKEY_CTX *context, gsize size, const guint8 *sealed, gsize sealed_length)
{
  guint8 *plain;
  gsize length = 0;

  if (sealed_length == 0 || sealed_length % size != 0 || sealed_length / size > BLOCKS_MAX ||
      EVP_PKEY_verify_recover_init (context) != 1 || !set_padding (context, MINIPAY_CIPHER_RSA_RECOVER))
    return NULL;

  plain = g_malloc (sealed_length);
  for (gsize at = 0; at < sealed_length; at += size) {
    gsize n = size;

    if (EVP_PKEY_verify_recover (context, plain + length, &n, sealed + at, size) != 1 ||
        n > size - PKCS1_OVERHEAD) {
      wipe_free (plain, sealed_length);
      return NULL;
    }
    length += n;
  }
  return g_bytes_new_take (plain, length);
}

/* With the private key for those who recover with the public one, or with the public key for who decrypts. */
static GBytes *
rsa_seal_blocks (MinipayCipher cipher, EVP_PKEY_CTX *context, gsize size, const guint8 *plain, gsize plain_length)
{
  const gboolean is_recovery = cipher == MINIPAY_CIPHER_RSA_RECOVER;
  gsize chunk = size - PKCS1_OVERHEAD;
  gsize blocks = (plain_length + chunk - 1) / chunk;
  g_autofree guint8 *sealed = NULL;

  if (blocks == 0 || blocks > BLOCKS_MAX ||
      (is_recovery ? EVP_PKEY_sign_init (context) : EVP_PKEY_encrypt_init (context)) != 1 ||
      !set_padding (context, cipher))
    return NULL;

  sealed = g_malloc (blocks * size);
  for (gsize i = 0; i < blocks; i++) {
    const guint8 *part = plain + i * chunk;
    gsize part_length = MIN (chunk, plain_length - i * chunk);
    gsize n = size;

    if ((is_recovery ? EVP_PKEY_sign (context, sealed + i * size, &n, part, part_length)
                     : EVP_PKEY_encrypt (context, sealed + i * size, &n, part, part_length)) != 1 ||
        n != size)
      return NULL;
  }
  return g_bytes_new_take (g_steal_pointer (&sealed), blocks * size);
}

GBytes *
minipay_public_key_open (MinipayCipher cipher, EVP_PKEY *pkey, const guint8 *sealed, gsize sealed_length)
{
  g_autoptr (EVP_PKEY_CTX) context = EVP_PKEY_CTX_new (pkey, NULL);
  gsize size = (gsize) EVP_PKEY_get_size (pkey);
  guint8 *plain;
  gsize room = 0;
  gsize length;

  if (context == NULL)
    return NULL;
  if (cipher == MINIPAY_CIPHER_RSA_RECOVER)
    return rsa_recover (context, size, sealed, sealed_length);

  if ((cipher != MINIPAY_CIPHER_SM2 && sealed_length != size) || EVP_PKEY_decrypt_init (context) != 1 ||
      !set_padding (context, cipher) || EVP_PKEY_decrypt (context, NULL, &room, sealed, sealed_length) != 1)
    return NULL;

  plain = g_malloc0 (room + 1);
  length = room;
  if (EVP_PKEY_decrypt (context, plain, &length, sealed, sealed_length) != 1) {
    wipe_free (plain, room);
    return NULL;
  }
  return g_bytes_new_take (plain, length);
}

GBytes *
minipay_public_key_seal (MinipayCipher cipher, EVP_PKEY *pkey, const guint8 *plain, gsize plain_length)
{
  g_autoptr (EVP_PKEY_CTX) context = EVP_PKEY_CTX_new (pkey, NULL);
  g_autofree guint8 *sealed = NULL;
  gsize length = 0;

  if (context == NULL)
    return NULL;
  if (cipher == MINIPAY_CIPHER_RSA_RECOVER || cipher == MINIPAY_CIPHER_RSA_PKCS1_BLOCKS)
    return rsa_seal_blocks (cipher, context, (gsize) EVP_PKEY_get_size (pkey), plain, plain_length);

  if (EVP_PKEY_encrypt_init (context) != 1 || !set_padding (context, cipher) ||
      EVP_PKEY_encrypt (context, NULL, &length, plain, plain_length) != 1)
    return NULL;
  sealed = g_malloc (length);
  if (EVP_PKEY_encrypt (context, sealed, &length, plain, plain_length) != 1)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&sealed), length);
}
