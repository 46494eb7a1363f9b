/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "signing/minipay-signing-private.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "core/minipay-error.h"
#include "signing/minipay-digest-private.h"
#include "signing/minipay-key-openssl-private.h"

/* GM/T 0009: the user id when nobody chose one. OpenSSL would take the empty one. */
#define SM2_USER_ID "1234567812345678"

MinipayKeyFamily
minipay_scheme_get_family (MinipayScheme scheme)
{
  return scheme == MINIPAY_SCHEME_SM2_SM3 ? MINIPAY_KEY_FAMILY_SM2 : MINIPAY_KEY_FAMILY_RSA;
}

static const char *
scheme_get_name (MinipayScheme scheme)
{
  return scheme == MINIPAY_SCHEME_SM2_SM3 ? "SM2-with-SM3" : "RSA-SHA256";
}

/* The thread's context, ready for one message; @parameters must outlive its use. */
static EVP_MD_CTX *
begin (MinipayKey *key, EVP_PKEY_CTX **parameters)
{
  EVP_MD_CTX *context = minipay_algorithms_get_contexts ()->signature;
  const EVP_MD *sm3 = minipay_algorithms_get ()->sm3;
  EVP_PKEY *pkey = minipay_key_peek_pkey (key);
  int result;

  if (minipay_key_get_family (key) == MINIPAY_KEY_FAMILY_RSA) {
    if (EVP_MD_CTX_copy_ex (context, minipay_key_peek_template (key)) != 1)
      return NULL;
    /* one message only, so no need for another copy before the end */
    EVP_MD_CTX_set_flags (context, EVP_MD_CTX_FLAG_FINALISE);
    return context;
  }

  *parameters = EVP_PKEY_CTX_new (pkey, NULL);
  if (*parameters == NULL || EVP_PKEY_CTX_set1_id (*parameters, SM2_USER_ID, strlen (SM2_USER_ID)) != 1)
    return NULL;
  EVP_MD_CTX_set_pkey_ctx (context, *parameters);
  if (minipay_key_get_kind (key) == MINIPAY_KEY_KIND_PRIVATE)
    result = EVP_DigestSignInit (context, NULL, sm3, NULL, pkey);
  else
    result = EVP_DigestVerifyInit (context, NULL, sm3, NULL, pkey);
  return result == 1 ? context : NULL;
}

/* Leaves no reference to the key behind. */
static void
end (void)
{
  EVP_MD_CTX_reset (minipay_algorithms_get_contexts ()->signature);
}

static char *
public_key_sign (MinipayScheme scheme, MinipayKey *key, const char *text, gsize length, GError **error)
{
  g_autoptr (EVP_PKEY_CTX) parameters = NULL;
  g_autofree guint8 *signature = NULL;
  gsize signature_length;
  EVP_MD_CTX *context;
  char *encoded = NULL;

  if (!minipay_key_check (
          key, minipay_scheme_get_family (scheme), MINIPAY_KEY_KIND_PRIVATE, scheme_get_name (scheme), error))
    return NULL;

  signature_length = (gsize) EVP_PKEY_get_size (minipay_key_peek_pkey (key));
  signature = g_malloc (signature_length);
  context = begin (key, &parameters);
  if (context != NULL &&
      EVP_DigestSign (context, signature, &signature_length, (const guint8 *) text, length) == 1) {
    encoded = g_malloc (4 * ((signature_length + 2) / 3) + 1);
    EVP_EncodeBlock ((guint8 *) encoded, signature, (int) signature_length);
  } else {
    minipay_openssl_set_error (error, scheme_get_name (scheme));
  }
  end ();
  return encoded;
}

char *
minipay_sign (MinipayScheme scheme, MinipayKey *key, const char *text, gssize length, GError **error)
{
  gsize text_length;

  g_return_val_if_fail (key != NULL, NULL);
  g_return_val_if_fail (text != NULL, NULL);

  text_length = length < 0 ? strlen (text) : (gsize) length;
  if (minipay_scheme_is_digest (scheme)) {
    char digest[MINIPAY_DIGEST_MAX_CHARS + 1] = "";

    if (!minipay_digest_sign (scheme, key, text, text_length, digest, error))
      return NULL;
    return g_strdup (digest);
  }
  return public_key_sign (scheme, key, text, text_length, error);
}

gboolean
minipay_verify_signature (MinipayScheme scheme,
                          MinipayKey *key,
                          const char *text,
                          gssize length,
                          const guint8 *signature,
                          gsize signature_length,
                          GError **error)
{
  g_autoptr (EVP_PKEY_CTX) parameters = NULL;
  gsize size;
  gsize text_length;
  EVP_MD_CTX *context;
  gboolean is_valid;

  g_return_val_if_fail (!minipay_scheme_is_digest (scheme), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (signature != NULL || signature_length == 0, FALSE);

  if (!minipay_key_check (
          key, minipay_key_get_family (key), MINIPAY_KEY_KIND_PUBLIC, scheme_get_name (scheme), error))
    return FALSE;
  /* which of the trusted keys it is was the message's word */
  if (minipay_key_get_family (key) != minipay_scheme_get_family (scheme)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_SIGNATURE_INVALID,
                 "signature names a key that is none for %s",
                 scheme_get_name (scheme));
    return FALSE;
  }

  size = (gsize) EVP_PKEY_get_size (minipay_key_peek_pkey (key));
  if (signature_length == 0 || signature_length > size ||
      (scheme == MINIPAY_SCHEME_RSA_SHA256 && signature_length != size)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_SIGNATURE_INVALID,
                 "signature has %" G_GSIZE_FORMAT " bytes where the key allows %s %" G_GSIZE_FORMAT,
                 signature_length,
                 scheme == MINIPAY_SCHEME_RSA_SHA256 ? "exactly" : "1 to",
                 size);
    return FALSE;
  }

  text_length = length < 0 ? strlen (text) : (gsize) length;
  context = begin (key, &parameters);
  is_valid = context != NULL &&
             EVP_DigestVerify (context, signature, signature_length, (const guint8 *) text, text_length) == 1;
  end ();
  if (!is_valid) {
    ERR_clear_error ();
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_SIGNATURE_INVALID,
                 "%s signature of %" G_GSIZE_FORMAT " bytes does not belong to this text and key",
                 scheme_get_name (scheme),
                 signature_length);
  }
  return is_valid;
}
