/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "signing/minipay-signing-private.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "core/minipay-error.h"
#include "signing/minipay-digest-private.h"
#include "signing/minipay-key-openssl-private.h"

#define TAG      16
#define BLOCK    16
#define TEXT_MAX (64 * 1024 * 1024) /* far above every body limit; OpenSSL counts in int */

/* A message and what it takes to open or seal it. */
typedef struct {
  MinipayCipher cipher;
  MinipayKey *key;
  const guint8 *nonce;
  gsize nonce_length;
  const guint8 *aad;
  gsize aad_length;
  const guint8 *input;
  gsize input_length;
} Job;

typedef struct {
  const char *name;
  MinipayKeyFamily family;
  MinipayKeyKind opens;
  MinipayKeyKind seals;
  gboolean takes_aad;
  gsize nonces[2];
} Rule;

static const Rule rules[] = {
  [MINIPAY_CIPHER_AES_256_GCM] = { "AES-256-GCM",
                                   MINIPAY_KEY_FAMILY_SECRET,
                                   MINIPAY_KEY_KIND_SECRET,
                                   MINIPAY_KEY_KIND_SECRET,
                                   TRUE,
                                   /* 16 in published vectors alone; the exchange demands 12 */
                                   { 12, 16 } },
  [MINIPAY_CIPHER_SM4_GCM] = { "SM4-GCM",
                               MINIPAY_KEY_FAMILY_SECRET,
                               MINIPAY_KEY_KIND_SECRET,
                               MINIPAY_KEY_KIND_SECRET,
                               TRUE,
                               { 12, 12 } },
  [MINIPAY_CIPHER_AES_256_CBC] = { "AES-256-CBC",
                                   MINIPAY_KEY_FAMILY_SECRET,
                                   MINIPAY_KEY_KIND_SECRET,
                                   MINIPAY_KEY_KIND_SECRET,
                                   FALSE,
                                   { 16, 16 } },
  [MINIPAY_CIPHER_AES_256_ECB] = { "AES-256-ECB",
                                   MINIPAY_KEY_FAMILY_SECRET,
                                   MINIPAY_KEY_KIND_SECRET,
                                   MINIPAY_KEY_KIND_SECRET,
                                   FALSE,
                                   { 0, 0 } },
  [MINIPAY_CIPHER_RSA_OAEP] = { "RSA-OAEP",
                                MINIPAY_KEY_FAMILY_RSA,
                                MINIPAY_KEY_KIND_PRIVATE,
                                MINIPAY_KEY_KIND_PUBLIC,
                                FALSE,
                                { 0, 0 } },
  [MINIPAY_CIPHER_RSA_PKCS1] = { "RSA PKCS#1 v1.5",
                                 MINIPAY_KEY_FAMILY_RSA,
                                 MINIPAY_KEY_KIND_PRIVATE,
                                 MINIPAY_KEY_KIND_PUBLIC,
                                 FALSE,
                                 { 0, 0 } },
  [MINIPAY_CIPHER_RSA_RECOVER] = { "RSA recovery",
                                   MINIPAY_KEY_FAMILY_RSA,
                                   MINIPAY_KEY_KIND_PUBLIC,
                                   MINIPAY_KEY_KIND_PRIVATE,
                                   FALSE,
                                   { 0, 0 } },
  [MINIPAY_CIPHER_SM2] = { "SM2 encryption",
                           MINIPAY_KEY_FAMILY_SM2,
                           MINIPAY_KEY_KIND_PRIVATE,
                           MINIPAY_KEY_KIND_PUBLIC,
                           FALSE,
                           { 0, 0 } },
  [MINIPAY_CIPHER_AES_256_ECB_MD5] = { "AES-256-ECB",
                                       MINIPAY_KEY_FAMILY_SECRET,
                                       MINIPAY_KEY_KIND_SECRET,
                                       MINIPAY_KEY_KIND_SECRET,
                                       FALSE,
                                       { 0, 0 } },
  [MINIPAY_CIPHER_RSA_PKCS1_BLOCKS] = { "RSA PKCS#1 v1.5 in blocks",
                                        MINIPAY_KEY_FAMILY_RSA,
                                        MINIPAY_KEY_KIND_PRIVATE,
                                        MINIPAY_KEY_KIND_PUBLIC,
                                        FALSE,
                                        { 0, 0 } },
};

static gboolean
check_lengths (const Job *job, const Rule *rule, GError **error)
{
  if (job->nonce_length != rule->nonces[0] && job->nonce_length != rule->nonces[1]) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "nonce has %" G_GSIZE_FORMAT " bytes where %s takes %" G_GSIZE_FORMAT,
                 job->nonce_length,
                 rule->name,
                 rule->nonces[0]);
    return FALSE;
  }
  if (job->aad_length > 0 && !rule->takes_aad) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INTERNAL,
                 "%s takes no associated data and was given %" G_GSIZE_FORMAT " bytes",
                 rule->name,
                 job->aad_length);
    return FALSE;
  }
  if (job->input_length > TEXT_MAX || job->aad_length > TEXT_MAX) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_LIMIT,
                 "text of %" G_GSIZE_FORMAT " bytes with %" G_GSIZE_FORMAT " bytes of associated data is larger "
                 "than the %d bytes %s takes",
                 job->input_length,
                 job->aad_length,
                 TEXT_MAX,
                 rule->name);
    return FALSE;
  }
  return TRUE;
}

static gboolean
is_aes (MinipayCipher cipher)
{
  return cipher == MINIPAY_CIPHER_AES_256_GCM || cipher == MINIPAY_CIPHER_AES_256_CBC ||
         cipher == MINIPAY_CIPHER_AES_256_ECB || cipher == MINIPAY_CIPHER_AES_256_ECB_MD5;
}

static gboolean
check_job (const Job *job, gboolean opens, GError **error)
{
  const Rule *rule = &rules[job->cipher];
  gsize length;

  if (!minipay_key_check (job->key, rule->family, opens ? rule->opens : rule->seals, rule->name, error))
    return FALSE;
  if (is_aes (job->cipher) && job->cipher != MINIPAY_CIPHER_AES_256_ECB_MD5) {
    minipay_key_peek_secret (job->key, &length);
    if (length != 32 && length != 16) {
      g_set_error (error,
                   MINIPAY_ERROR,
                   MINIPAY_ERROR_INTERNAL,
                   "key has %" G_GSIZE_FORMAT " bytes where %s needs 32",
                   length,
                   rule->name);
      return FALSE;
    }
  }
  return check_lengths (job, rule, error);
}

static const EVP_CIPHER *
find_aes (MinipayCipher cipher, gsize key_length)
{
  const MinipayAlgorithms *all = minipay_algorithms_get ();

  if (cipher == MINIPAY_CIPHER_AES_256_GCM)
    return key_length == 32 ? all->aes_256_gcm : all->aes_128_gcm;
  if (cipher == MINIPAY_CIPHER_AES_256_CBC)
    return key_length == 32 ? all->aes_256_cbc : all->aes_128_cbc;
  return key_length == 32 ? all->aes_256_ecb : all->aes_128_ecb;
}

static gboolean
gcm_begin (EVP_CIPHER_CTX *context, const Job *job, int encrypts)
{
  gsize length;
  const guint8 *key = minipay_key_peek_secret (job->key, &length);
  const EVP_CIPHER *cipher = find_aes (job->cipher, length);
  int written = 0;

  if (cipher == NULL)
    return FALSE;
  /* naming the cipher and the length again would cost as much as the key */
  if (EVP_CIPHER_CTX_get0_cipher (context) != cipher &&
      EVP_CipherInit_ex2 (context, cipher, NULL, NULL, encrypts, NULL) != 1)
    return FALSE;
  if (EVP_CIPHER_CTX_get_iv_length (context) != (int) job->nonce_length &&
      EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_AEAD_SET_IVLEN, (int) job->nonce_length, NULL) != 1)
    return FALSE;
  return EVP_CipherInit_ex2 (context, NULL, key, job->nonce, encrypts, NULL) == 1 &&
         (job->aad_length == 0 || EVP_CipherUpdate (context, NULL, &written, job->aad, (int) job->aad_length) == 1);
}

/* The context outlives the key: overwrite what it remembers. */
static gboolean
gcm_end (EVP_CIPHER_CTX *context)
{
  static const guint8 blank[32];

  return EVP_CipherInit_ex2 (context, NULL, blank, NULL, -1, NULL) == 1 || EVP_CIPHER_CTX_reset (context) == 1;
}

static GBytes *
gcm_open (const Job *job)
{
  EVP_CIPHER_CTX *context = minipay_algorithms_get_contexts ()->gcm;
  guint8 *plain;
  gsize length;
  int written = 0;
  int rest = 0;
  gboolean done;

  if (job->input_length < TAG)
    return NULL;

  length = job->input_length - TAG;
  plain = g_malloc (length + BLOCK);
  done = gcm_begin (context, job, 0) &&
         EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_AEAD_SET_TAG, TAG, (gpointer) (job->input + length)) == 1 &&
         (length == 0 || EVP_CipherUpdate (context, plain, &written, job->input, (int) length) == 1) &&
         EVP_CipherFinal_ex (context, plain + written, &rest) == 1 && (gsize) (written + rest) == length;
  if (!gcm_end (context) || !done) {
    explicit_bzero (plain, length + BLOCK);
    g_free (plain);
    return NULL;
  }
  return g_bytes_new_take (plain, length);
}

static GBytes *
gcm_seal (const Job *job)
{
  EVP_CIPHER_CTX *context = minipay_algorithms_get_contexts ()->gcm;
  g_autofree guint8 *sealed = g_malloc (job->input_length + TAG);
  int written = 0;
  int rest = 0;
  gboolean done;

  done = gcm_begin (context, job, 1) &&
         (job->input_length == 0 ||
          EVP_CipherUpdate (context, sealed, &written, job->input, (int) job->input_length) == 1) &&
         EVP_CipherFinal_ex (context, sealed + written, &rest) == 1 &&
         EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_AEAD_GET_TAG, TAG, sealed + job->input_length) == 1;
  if (!gcm_end (context) || !done)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&sealed), job->input_length + TAG);
}

/* CBC and ECB with PKCS#7 padding. */
static GBytes *
block_crypt (const Job *job, const guint8 *key, gsize key_length, int encrypts)
{
  g_autoptr (EVP_CIPHER_CTX) context = EVP_CIPHER_CTX_new ();
  const EVP_CIPHER *cipher = find_aes (job->cipher, key_length);
  guint8 *output;
  int written = 0;
  int rest = 0;

  if (encrypts == 0 && (job->input_length == 0 || job->input_length % BLOCK != 0))
    return NULL;

  output = g_malloc0 (job->input_length + 2 * BLOCK);
  if (context == NULL || cipher == NULL ||
      EVP_CipherInit_ex2 (context, cipher, key, job->nonce, encrypts, NULL) != 1 ||
      EVP_CipherUpdate (context, output, &written, job->input, (int) job->input_length) != 1 ||
      EVP_CipherFinal_ex (context, output + written, &rest) != 1) {
    explicit_bzero (output, job->input_length + 2 * BLOCK);
    g_free (output);
    return NULL;
  }
  return g_bytes_new_take (output, (gsize) (written + rest));
}

static GBytes *
block_cipher (const Job *job, int encrypts)
{
  char digits[MINIPAY_DIGEST_MAX_CHARS + 1] = "";
  gsize length;
  const guint8 *key = minipay_key_peek_secret (job->key, &length);
  GBytes *output = NULL;

  if (job->cipher != MINIPAY_CIPHER_AES_256_ECB_MD5)
    return block_crypt (job, key, length, encrypts);
  if (minipay_digest_sign (MINIPAY_SCHEME_MD5, job->key, "", 0, digits, NULL)) {
    length = strlen (digits);
    for (gsize i = 0; i < length; i++)
      digits[i] = g_ascii_tolower (digits[i]);
    output = block_crypt (job, (const guint8 *) digits, length, encrypts);
  }
  explicit_bzero (digits, sizeof digits);
  return output;
}

static GBytes *
sm4_gcm (const Job *job, gboolean opens)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  const EVP_MD *sm3 = minipay_algorithms_get ()->sm3;
  gsize length;
  const guint8 *key = minipay_key_peek_secret (job->key, &length);
  GBytes *output = NULL;

  if (sm3 != NULL && EVP_Digest (key, length, digest, NULL, sm3, NULL) == 1)
    output = (opens ? minipay_sm4_gcm_open : minipay_sm4_gcm_seal) (
        digest, job->nonce, job->aad, job->aad_length, job->input, job->input_length);
  explicit_bzero (digest, sizeof digest);
  return output;
}

GBytes *
minipay_open (MinipayCipher cipher,
              MinipayKey *key,
              const guint8 *nonce,
              gsize nonce_length,
              const guint8 *aad,
              gsize aad_length,
              const guint8 *sealed,
              gsize sealed_length,
              GError **error)
{
  Job job = { cipher, key, nonce, nonce_length, aad, aad_length, sealed, sealed_length };
  GBytes *plain = NULL;

  g_return_val_if_fail (key != NULL, NULL);
  g_return_val_if_fail ((gsize) cipher < G_N_ELEMENTS (rules), NULL);

  if (!check_job (&job, TRUE, error))
    return NULL;

  if (cipher == MINIPAY_CIPHER_AES_256_GCM)
    plain = gcm_open (&job);
  else if (cipher == MINIPAY_CIPHER_SM4_GCM)
    plain = sm4_gcm (&job, TRUE);
  else if (is_aes (cipher))
    plain = block_cipher (&job, 0);
  else
    plain = minipay_public_key_open (cipher, minipay_key_peek_pkey (key), sealed, sealed_length);

  if (plain == NULL) {
    ERR_clear_error ();
    /* one text for every cause: more would help whoever alters messages to read them */
    g_set_error_literal (
        error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "sealed text cannot be opened with this key");
  }
  return plain;
}

GBytes *
minipay_seal (MinipayCipher cipher,
              MinipayKey *key,
              const guint8 *nonce,
              gsize nonce_length,
              const guint8 *aad,
              gsize aad_length,
              const guint8 *plain,
              gsize plain_length,
              GError **error)
{
  Job job = { cipher, key, nonce, nonce_length, aad, aad_length, plain, plain_length };
  GBytes *sealed = NULL;

  g_return_val_if_fail (key != NULL, NULL);
  g_return_val_if_fail ((gsize) cipher < G_N_ELEMENTS (rules), NULL);

  if (!check_job (&job, FALSE, error))
    return NULL;

  if (cipher == MINIPAY_CIPHER_AES_256_GCM)
    sealed = gcm_seal (&job);
  else if (cipher == MINIPAY_CIPHER_SM4_GCM)
    sealed = sm4_gcm (&job, FALSE);
  else if (is_aes (cipher))
    sealed = block_cipher (&job, 1);
  else
    sealed = minipay_public_key_seal (cipher, minipay_key_peek_pkey (key), plain, plain_length);

  if (sealed == NULL) {
    ERR_clear_error ();
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "text of %" G_GSIZE_FORMAT " bytes cannot be sealed with %s",
                 plain_length,
                 rules[cipher].name);
  }
  return sealed;
}
