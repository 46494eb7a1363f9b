/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <openssl/crypto.h>
#include <string.h>

#include "signing/minipay-key-openssl-private.h"

#define BLOCK 16
#define NONCE 12

/*
 * OpenSSL 3.0 has SM4-CTR and no SM4-GCM, so the authentication half of NIST SP 800-38D stands here. It is
 * slow and takes the same time whatever the bits: neither branches nor table look-ups depend on them.
 */
typedef struct {
  guint64 h[2];
  guint64 y[2];
} Ghash;

static guint64
load_be64 (const guint8 *bytes)
{
  guint64 value;

  memcpy (&value, bytes, sizeof value);
  return GUINT64_FROM_BE (value);
}

static void
ghash_block (Ghash *self, guint64 high, guint64 low)
{
  guint64 x[2] = { self->y[0] ^ high, self->y[1] ^ low };
  guint64 v[2] = { self->h[0], self->h[1] };
  guint64 z[2] = { 0, 0 };

  for (guint i = 0; i < 128; i++) {
    guint64 take = -((x[i / 64] >> (63 - i % 64)) & 1);
    guint64 carry = -(v[1] & 1);

    z[0] ^= v[0] & take;
    z[1] ^= v[1] & take;
    v[1] = (v[1] >> 1) | (v[0] << 63);
    v[0] = (v[0] >> 1) ^ (carry & G_GUINT64_CONSTANT (0xe100000000000000));
  }
  self->y[0] = z[0];
  self->y[1] = z[1];
}

static void
ghash_update (Ghash *self, const guint8 *data, gsize length)
{
  while (length > 0) {
    guint8 block[BLOCK] = { 0 };
    gsize n = MIN (length, BLOCK);

    memcpy (block, data, n);
    ghash_block (self, load_be64 (block), load_be64 (block + 8));
    data += n;
    length -= n;
  }
}

/* With a 12-byte nonce the counter never leaves its last 32 bits, where CTR and GCM would differ. */
static gboolean
sm4_ctr (const guint8 *key, const guint8 *counter, const guint8 *in, gsize length, guint8 *out)
{
  g_autoptr (EVP_CIPHER_CTX) context = EVP_CIPHER_CTX_new ();
  const EVP_CIPHER *cipher = minipay_algorithms_get ()->sm4_ctr;
  int written = 0;

  return context != NULL && cipher != NULL && EVP_EncryptInit_ex2 (context, cipher, key, counter, NULL) == 1 &&
         EVP_EncryptUpdate (context, out, &written, in, (int) length) == 1 && (gsize) written == length;
}

static gboolean
sm4_gcm_tag (const guint8 *key,
             const guint8 *nonce,
             const guint8 *aad,
             gsize aad_length,
             const guint8 *sealed,
             gsize length,
             guint8 *tag)
{
  static const guint8 zeros[BLOCK];
  guint8 counter[BLOCK] = { 0 };
  guint8 first[BLOCK];
  guint64 sum[2];
  Ghash hash = { 0 };
  gboolean done;

  memcpy (counter, nonce, NONCE);
  counter[BLOCK - 1] = 1;
  done = sm4_ctr (key, zeros, zeros, BLOCK, first);
  if (done) {
    hash.h[0] = load_be64 (first);
    hash.h[1] = load_be64 (first + 8);
    ghash_update (&hash, aad, aad_length);
    ghash_update (&hash, sealed, length);
    ghash_block (&hash, (guint64) aad_length * 8, (guint64) length * 8);
    sum[0] = GUINT64_TO_BE (hash.y[0]);
    sum[1] = GUINT64_TO_BE (hash.y[1]);
    done = sm4_ctr (key, counter, (const guint8 *) sum, BLOCK, tag);
  }
  explicit_bzero (&hash, sizeof hash);
  explicit_bzero (first, sizeof first);
  return done;
}

static gboolean
sm4_gcm_crypt (const guint8 *key, const guint8 *nonce, const guint8 *in, gsize length, guint8 *out)
{
  guint8 counter[BLOCK] = { 0 };

  memcpy (counter, nonce, NONCE);
  counter[BLOCK - 1] = 2;
  return length == 0 || sm4_ctr (key, counter, in, length, out);
}

GBytes *
minipay_sm4_gcm_open (const guint8 *key,
                      const guint8 *nonce,
                      const guint8 *aad,
                      gsize aad_length,
                      const guint8 *sealed,
                      gsize sealed_length)
{
  g_autofree guint8 *plain = NULL;
  guint8 tag[BLOCK];
  gsize length;

  if (sealed_length < BLOCK)
    return NULL;
  length = sealed_length - BLOCK;
  if (!sm4_gcm_tag (key, nonce, aad, aad_length, sealed, length, tag) ||
      CRYPTO_memcmp (tag, sealed + length, BLOCK) != 0)
    return NULL;
  plain = g_malloc (length + 1);
  if (!sm4_gcm_crypt (key, nonce, sealed, length, plain)) {
    explicit_bzero (plain, length);
    return NULL;
  }
  return g_bytes_new_take (g_steal_pointer (&plain), length);
}

GBytes *
minipay_sm4_gcm_seal (const guint8 *key,
                      const guint8 *nonce,
                      const guint8 *aad,
                      gsize aad_length,
                      const guint8 *plain,
                      gsize plain_length)
{
  g_autofree guint8 *sealed = g_malloc (plain_length + BLOCK);

  if (!sm4_gcm_crypt (key, nonce, plain, plain_length, sealed) ||
      !sm4_gcm_tag (key, nonce, aad, aad_length, sealed, plain_length, sealed + plain_length))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&sealed), plain_length + BLOCK);
}
