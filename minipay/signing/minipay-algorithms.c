/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "core/minipay-error.h"
#include "signing/minipay-key-openssl-private.h"
#include "signing/minipay-signing-private.h"

static void
thread_contexts_free (gpointer data)
{
  MinipayThreadContexts *contexts = data;

  EVP_MD_CTX_free (contexts->digest);
  EVP_MD_CTX_free (contexts->signature);
  EVP_MAC_CTX_free (contexts->hmac_sha256);
  EVP_CIPHER_CTX_free (contexts->gcm);
  g_free (contexts);
}

static GPrivate thread_contexts = G_PRIVATE_INIT (thread_contexts_free);

static gpointer
algorithms_fetch (gpointer user_data)
{
  static MinipayAlgorithms fetched;

  OPENSSL_init_crypto (OPENSSL_INIT_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_LOAD_CONFIG, NULL);
  fetched.md5 = EVP_MD_fetch (NULL, "MD5", NULL);
  fetched.sha256 = EVP_MD_fetch (NULL, "SHA256", NULL);
  fetched.sm3 = EVP_MD_fetch (NULL, "SM3", NULL);
  fetched.hmac = EVP_MAC_fetch (NULL, "HMAC", NULL);
  fetched.aes_128_gcm = EVP_CIPHER_fetch (NULL, "AES-128-GCM", NULL);
  fetched.aes_256_gcm = EVP_CIPHER_fetch (NULL, "AES-256-GCM", NULL);
  fetched.aes_128_cbc = EVP_CIPHER_fetch (NULL, "AES-128-CBC", NULL);
  fetched.aes_256_cbc = EVP_CIPHER_fetch (NULL, "AES-256-CBC", NULL);
  fetched.aes_128_ecb = EVP_CIPHER_fetch (NULL, "AES-128-ECB", NULL);
  fetched.aes_256_ecb = EVP_CIPHER_fetch (NULL, "AES-256-ECB", NULL);
  fetched.sm4_ctr = EVP_CIPHER_fetch (NULL, "SM4-CTR", NULL);
  ERR_clear_error ();
  return &fetched;
}

const MinipayAlgorithms *
minipay_algorithms_get (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, algorithms_fetch, NULL);
}

void
minipay_signing_init (void)
{
  minipay_algorithms_get ();
}

MinipayThreadContexts *
minipay_algorithms_get_contexts (void)
{
  MinipayThreadContexts *contexts = g_private_get (&thread_contexts);
  const MinipayAlgorithms *algorithms;
  OSSL_PARAM params[2];

  if (contexts != NULL)
    return contexts;

  algorithms = minipay_algorithms_get ();
  contexts = g_new0 (MinipayThreadContexts, 1);
  contexts->digest = EVP_MD_CTX_new ();
  contexts->signature = EVP_MD_CTX_new ();
  contexts->gcm = EVP_CIPHER_CTX_new ();
  if (contexts->digest == NULL || contexts->signature == NULL || contexts->gcm == NULL)
    g_error ("out of memory for a cryptographic context");

  if (algorithms->hmac != NULL)
    contexts->hmac_sha256 = EVP_MAC_CTX_new (algorithms->hmac);
  params[0] = OSSL_PARAM_construct_utf8_string (OSSL_MAC_PARAM_DIGEST, (char *) "SHA256", 0);
  params[1] = OSSL_PARAM_construct_end ();
  if (contexts->hmac_sha256 != NULL && EVP_MAC_CTX_set_params (contexts->hmac_sha256, params) != 1) {
    EVP_MAC_CTX_free (contexts->hmac_sha256);
    contexts->hmac_sha256 = NULL;
    ERR_clear_error ();
  }

  g_private_set (&thread_contexts, contexts);
  return contexts;
}

void
minipay_openssl_set_error (GError **error, const char *what)
{
  const char *reason = ERR_reason_error_string (ERR_peek_last_error ());

  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INTERNAL,
               "%s failed: %s",
               what,
               reason != NULL ? reason : "openssl gives no reason");
  ERR_clear_error ();
}
