/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "signing/minipay-signing-private.h"

#include <openssl/crypto.h>
#include <string.h>

#include "core/minipay-error.h"
#include "signing/minipay-digest-private.h"
#include "signing/minipay-key-openssl-private.h"

#define MD5_BYTES    16
#define SHA256_BYTES 32

gboolean
minipay_scheme_is_digest (MinipayScheme scheme)
{
  return scheme == MINIPAY_SCHEME_MD5 || scheme == MINIPAY_SCHEME_MD5_PLACED ||
         scheme == MINIPAY_SCHEME_HMAC_SHA256 || scheme == MINIPAY_SCHEME_HMAC_SHA256_HEX_MD5 ||
         scheme == MINIPAY_SCHEME_HMAC_SHA256_RAW_MD5;
}

static void
write_hex (const guint8 *bytes, gsize length, const char *digits, char *out)
{
  for (gsize i = 0; i < length; i++) {
    out[2 * i] = digits[bytes[i] >> 4];
    out[2 * i + 1] = digits[bytes[i] & 15];
  }
  out[2 * length] = '\0';
}

static gboolean
md5 (const char *text, gsize head, gconstpointer key, gsize key_length, gsize tail, guint8 *out, GError **error)
{
  const EVP_MD *algorithm = minipay_algorithms_get ()->md5;
  EVP_MD_CTX *context = minipay_algorithms_get_contexts ()->digest;

  if (algorithm != NULL && EVP_DigestInit_ex2 (context, algorithm, NULL) == 1 &&
      EVP_DigestUpdate (context, text, head) == 1 && EVP_DigestUpdate (context, key, key_length) == 1 &&
      EVP_DigestUpdate (context, tail > 0 ? text + head + 1 : "", tail) == 1 &&
      EVP_DigestFinal_ex (context, out, NULL) == 1)
    return TRUE;
  minipay_openssl_set_error (error, "MD5");
  return FALSE;
}

/* A NUL is the key's place in one scheme, and has none in the others: a message that could set one would say where
 * the key goes. */
static gboolean
check_place (MinipayScheme scheme, const char *text, gsize length, gsize *head, GError **error)
{
  const char *place = memchr (text, '\0', length);
  const gboolean is_placed = scheme == MINIPAY_SCHEME_MD5_PLACED;
  const gboolean is_once = place != NULL && memchr (place + 1, '\0', length - (gsize) (place + 1 - text)) == NULL;

  *head = place != NULL ? (gsize) (place - text) : length;
  if (is_placed ? is_once : place == NULL)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PROTOCOL,
               "the text to sign has %s NUL, allowed is %s",
               place == NULL ? "no" : "a",
               is_placed ? "one, in the key's place" : "none");
  return FALSE;
}

static gboolean
hmac_sha256 (MinipayKey *key,
             gconstpointer text,
             gsize length,
             gconstpointer tail,
             gsize tail_length,
             guint8 *out,
             GError **error)
{
  static const guint8 blank[SHA256_BYTES];
  EVP_MAC_CTX *context = minipay_algorithms_get_contexts ()->hmac_sha256;
  gsize secret_length;
  const guint8 *secret = minipay_key_peek_secret (key, &secret_length);
  gsize written = 0;
  gboolean done;

  done = context != NULL && EVP_MAC_init (context, secret, secret_length, NULL) == 1 &&
         EVP_MAC_update (context, text, length) == 1 &&
         (tail_length == 0 || EVP_MAC_update (context, tail, tail_length) == 1) &&
         EVP_MAC_final (context, out, &written, SHA256_BYTES) == 1 && written == SHA256_BYTES;
  if (!done)
    minipay_openssl_set_error (error, "HMAC-SHA256");
  /* the context outlives the key: overwrite what it remembers */
  if (context != NULL && EVP_MAC_init (context, blank, sizeof blank, NULL) != 1 && done) {
    minipay_openssl_set_error (error, "HMAC-SHA256");
    done = FALSE;
  }
  return done;
}

gboolean
minipay_digest_sign (
    MinipayScheme scheme, MinipayKey *key, const char *text, gsize length, char *out, GError **error)
{
  guint8 inner[SHA256_BYTES];
  guint8 outer[MD5_BYTES];
  char hex[2 * SHA256_BYTES + 1];
  gsize secret_length, head;
  const guint8 *secret;
  gboolean done;

  if (!minipay_key_check (key, MINIPAY_KEY_FAMILY_SECRET, MINIPAY_KEY_KIND_SECRET, "a digest", error))
    return FALSE;
  secret = minipay_key_peek_secret (key, &secret_length);
  if (!check_place (scheme, text, length, &head, error))
    return FALSE;

  switch (scheme) {
  case MINIPAY_SCHEME_MD5:
    done = md5 (text, length, secret, secret_length, 0, outer, error);
    break;
  case MINIPAY_SCHEME_MD5_PLACED:
    done = md5 (text, head, secret, secret_length, length - head - 1, outer, error);
    break;
  case MINIPAY_SCHEME_HMAC_SHA256:
    done = hmac_sha256 (key, text, length, secret, secret_length, inner, error);
    break;
  case MINIPAY_SCHEME_HMAC_SHA256_HEX_MD5:
    done = hmac_sha256 (key, text, length, NULL, 0, inner, error);
    if (done) {
      write_hex (inner, SHA256_BYTES, "0123456789abcdef", hex);
      done = md5 (hex, 2 * SHA256_BYTES, NULL, 0, 0, outer, error);
    }
    break;
  default:
    done = hmac_sha256 (key, text, length, NULL, 0, inner, error) &&
           md5 ((const char *) inner, SHA256_BYTES, NULL, 0, 0, outer, error);
    break;
  }

  if (done && scheme == MINIPAY_SCHEME_HMAC_SHA256)
    write_hex (inner, SHA256_BYTES, "0123456789ABCDEF", out);
  else if (done)
    write_hex (outer, MD5_BYTES, "0123456789ABCDEF", out);
  explicit_bzero (inner, sizeof inner);
  explicit_bzero (hex, sizeof hex);
  return done;
}

gboolean
minipay_verify_digest (
    MinipayScheme scheme, MinipayKey *key, const char *text, gssize length, const char *signature, GError **error)
{
  char expected[MINIPAY_DIGEST_MAX_CHARS + 1] = "";
  gsize expected_length;
  gsize given_length;
  gboolean is_equal;

  g_return_val_if_fail (minipay_scheme_is_digest (scheme), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (signature != NULL, FALSE);

  if (!minipay_digest_sign (scheme, key, text, length < 0 ? strlen (text) : (gsize) length, expected, error))
    return FALSE;

  expected_length = strlen (expected);
  given_length = strlen (signature);
  if (given_length != expected_length) {
    explicit_bzero (expected, sizeof expected);
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_SIGNATURE_INVALID,
                 "signature has %" G_GSIZE_FORMAT " characters where %" G_GSIZE_FORMAT " are needed",
                 given_length,
                 expected_length);
    return FALSE;
  }

  is_equal = minipay_constant_time_equal (signature, given_length, expected, expected_length);
  explicit_bzero (expected, sizeof expected);
  if (!is_equal)
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_SIGNATURE_INVALID,
                 "signature of %" G_GSIZE_FORMAT " characters does not belong to this text and key",
                 given_length);
  return is_equal;
}

gboolean
minipay_constant_time_equal (gconstpointer a, gsize a_length, gconstpointer b, gsize b_length)
{
  return a_length == b_length && CRYPTO_memcmp (a, b, a_length) == 0;
}

char *
minipay_sha256_hex (gconstpointer data, gsize length)
{
  EVP_MD_CTX *context = minipay_algorithms_get_contexts ()->digest;
  guint8 digest[SHA256_BYTES];
  char *hex = g_malloc (2 * SHA256_BYTES + 1);

  if (EVP_DigestInit_ex2 (context, minipay_algorithms_get ()->sha256, NULL) != 1 ||
      EVP_DigestUpdate (context, data, length) != 1 || EVP_DigestFinal_ex (context, digest, NULL) != 1)
    g_error ("OpenSSL has no SHA-256");
  write_hex (digest, SHA256_BYTES, "0123456789abcdef", hex);
  return hex;
}
