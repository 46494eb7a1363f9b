/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <string.h>

#include "core/minipay-error.h"
#include "signing/minipay-key-openssl-private.h"
#include "signing/minipay-signing-private.h"

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

#define ALPHABET_LENGTH (sizeof alphabet - 1)
/* The largest multiple of the alphabet's length in a byte: taking more would favour its beginning. */
#define BYTE_LIMIT (256 - 256 % ALPHABET_LENGTH)

gboolean
minipay_random_nonce (char *out, gsize length, GError **error)
{
  guint8 bytes[64];
  gsize have = 0;
  gsize at = 0;

  g_return_val_if_fail (out != NULL, FALSE);

  while (at < length) {
    have = MIN (sizeof bytes, length - at + 4);
    if (RAND_bytes (bytes, (int) have) != 1) {
      memset (out, 0, length + 1);
      minipay_openssl_set_error (error, "the random generator");
      return FALSE;
    }
    for (gsize i = 0; i < have && at < length; i++) {
      if (bytes[i] < BYTE_LIMIT)
        out[at++] = alphabet[bytes[i] % ALPHABET_LENGTH];
    }
  }
  out[length] = '\0';
  return TRUE;
}

guint32
minipay_random_below (guint32 bound)
{
  guint32 limit;
  guint32 value;

  g_return_val_if_fail (bound > 0, 0);

  limit = G_MAXUINT32 - G_MAXUINT32 % bound;
  do {
    if (RAND_bytes ((guint8 *) &value, sizeof value) != 1) {
      /* only waiting times are drawn here: without randomness, wait longest */
      ERR_clear_error ();
      return bound - 1;
    }
  } while (value >= limit);
  return value % bound;
}
