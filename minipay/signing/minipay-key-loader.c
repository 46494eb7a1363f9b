/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#include "core/minipay-error.h"
#include "core/minipay-secret-private.h"
#include "signing/minipay-key-blocks-private.h"
#include "signing/minipay-key-openssl-private.h"

static const char *const content_names[] = {
  [MINIPAY_KEY_CONTENT_PRIVATE] = "a private key",
  [MINIPAY_KEY_CONTENT_ENCRYPTED] = "an encrypted private key",
  [MINIPAY_KEY_CONTENT_PUBLIC] = "a public key",
  [MINIPAY_KEY_CONTENT_CERTIFICATE] = "a certificate",
  [MINIPAY_KEY_CONTENT_REQUEST] = "a certificate request",
  [MINIPAY_KEY_CONTENT_PKCS12] = "a PKCS#12 container",
};

static gboolean
is_sealed (MinipayKeyContent content)
{
  return content == MINIPAY_KEY_CONTENT_ENCRYPTED || content == MINIPAY_KEY_CONTENT_PKCS12;
}

static guint
count_blocks (GPtrArray *blocks, MinipayKeyContent wanted)
{
  guint count = 0;

  for (guint i = 0; i < blocks->len; i++)
    count += ((MinipayKeyBlock *) blocks->pdata[i])->content == wanted;
  return count;
}

/* What to tell of when what is wanted is not there: what a passphrase should have opened before all else. */
static MinipayKeyContent
name_content (GPtrArray *blocks)
{
  MinipayKeyContent first = MINIPAY_KEY_CONTENT_NONE;

  for (guint i = 0; i < blocks->len; i++) {
    const MinipayKeyContent content = ((MinipayKeyBlock *) blocks->pdata[i])->content;

    if (is_sealed (content))
      return content;
    if (first == MINIPAY_KEY_CONTENT_NONE)
      first = content;
  }
  return first;
}

static void
set_wrong_content (
    GError **error, GPtrArray *blocks, MinipayKeyContent wanted, MinipayKey *passphrase, const char *what)
{
  const MinipayKeyContent content = name_content (blocks);

  if (content == MINIPAY_KEY_CONTENT_NONE)
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s holds no key: %s is needed, as PEM, DER or base64 of DER",
                 what,
                 content_names[wanted]);
  else if (is_sealed (content) && wanted == MINIPAY_KEY_CONTENT_PRIVATE)
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s is %s %s",
                 what,
                 content_names[content],
                 passphrase != NULL ? "that its passphrase does not open" : "without its passphrase");
  else
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s is %s, not %s",
                 what,
                 content_names[content],
                 content_names[wanted]);
}

/* The only block of that content: among several nobody can say which one is meant. */
static MinipayKeyBlock *
find_block (GPtrArray *blocks, MinipayKeyContent wanted, MinipayKey *passphrase, const char *what, GError **error)
{
  const guint count = count_blocks (blocks, wanted);

  if (count == 0)
    set_wrong_content (error, blocks, wanted, passphrase, what);
  else if (count > 1)
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s holds %u times %s where one is needed",
                 what,
                 count,
                 content_names[wanted]);
  for (guint i = 0; count == 1 && i < blocks->len; i++) {
    MinipayKeyBlock *block = blocks->pdata[i];

    if (block->content == wanted)
      return block;
  }
  return NULL;
}

static X509 *
find_own_certificate (GPtrArray *blocks, EVP_PKEY *pkey)
{
  for (guint i = 0; i < blocks->len; i++) {
    MinipayKeyBlock *block = blocks->pdata[i];
    EVP_PKEY *half = block->certificate != NULL ? X509_get0_pubkey (block->certificate) : NULL;

    if (half != NULL && EVP_PKEY_eq (pkey, half) == 1)
      return block->certificate;
  }
  ERR_clear_error ();
  return NULL;
}

static gboolean
refuse_stranger (const char *what, GError **error)
{
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_CONFIG,
               "%s holds a private key beside a certificate of another key",
               what);
  return FALSE;
}

/* A certificate that stands beside a private key is its own, or of the chain above it. */
static gboolean
check_certificate_fits (GPtrArray *blocks, EVP_PKEY *pkey, const char *what, GError **error)
{
  return count_blocks (blocks, MINIPAY_KEY_CONTENT_CERTIFICATE) == 0 ||
         find_own_certificate (blocks, pkey) != NULL || refuse_stranger (what, error);
}

MinipayKey *
minipay_key_load_private (MinipaySecret *material, MinipayKey *passphrase, const char *what, GError **error)
{
  g_autoptr (GPtrArray) blocks = NULL;
  MinipayKeyBlock *block;

  g_return_val_if_fail (material != NULL, NULL);

  blocks = minipay_key_blocks_read (material, passphrase, what, error);
  block = blocks != NULL ? find_block (blocks, MINIPAY_KEY_CONTENT_PRIVATE, passphrase, what, error) : NULL;
  if (block == NULL || !check_certificate_fits (blocks, block->pkey, what, error))
    return NULL;
  return minipay_key_new_from_pkey (block->pkey, MINIPAY_KEY_KIND_PRIVATE, what, error);
}

/* NULL at the end of the chain. */
static X509 *
find_issuer (GPtrArray *blocks, X509 *certificate)
{
  for (guint i = 0; i < blocks->len; i++) {
    MinipayKeyBlock *block = blocks->pdata[i];

    if (block->certificate != NULL && block->certificate != certificate &&
        X509_check_issued (block->certificate, certificate) == X509_V_OK)
      return block->certificate;
  }
  return NULL;
}

/* The key, its certificate, then each one's issuer: the order that TLS wants, whatever that of the file was. */
static gboolean
write_identity (BIO *bio, GPtrArray *blocks, X509 *own, EVP_PKEY *pkey)
{
  X509 *certificate = own;

  if (PEM_write_bio_PKCS8PrivateKey (bio, pkey, NULL, NULL, 0, NULL, NULL) != 1)
    return FALSE;
  /* two that issued each other would be a ring */
  for (guint i = 0; i < blocks->len && certificate != NULL; i++) {
    if (PEM_write_bio_X509 (bio, certificate) != 1)
      return FALSE;
    certificate = find_issuer (blocks, certificate);
  }
  return TRUE;
}

MinipaySecret *
minipay_key_load_identity (MinipaySecret *material, MinipayKey *passphrase, const char *what, GError **error)
{
  g_autoptr (GPtrArray) blocks = minipay_key_blocks_read (material, passphrase, what, error);
  MinipayKeyBlock *block;
  X509 *own;
  BIO *bio;
  char *text = NULL;
  MinipaySecret *pem = NULL;

  if (blocks == NULL)
    return NULL;
  if (name_content (blocks) == MINIPAY_KEY_CONTENT_CERTIFICATE &&
      count_blocks (blocks, MINIPAY_KEY_CONTENT_PRIVATE) == 0) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s holds a certificate without its private key: both are needed",
                 what);
    return NULL;
  }
  block = find_block (blocks, MINIPAY_KEY_CONTENT_PRIVATE, passphrase, what, error);
  if (block == NULL || !check_certificate_fits (blocks, block->pkey, what, error))
    return NULL;
  own = find_own_certificate (blocks, block->pkey);
  if (own == NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s holds a private key without its certificate: both are needed",
                 what);
    return NULL;
  }

  /* wiped when it is freed */
  bio = BIO_new (BIO_s_mem ());
  if (bio != NULL && write_identity (bio, blocks, own, block->pkey)) {
    const long length = BIO_get_mem_data (bio, &text);

    pem = minipay_secret_new (text, (gsize) length);
  } else {
    minipay_openssl_set_error (error, "writing a client certificate as PEM");
  }
  BIO_free (bio);
  return pem;
}

static gboolean
read_time (const ASN1_TIME *time, gint64 *out)
{
  struct tm parts = { 0 };

  if (ASN1_TIME_to_tm (time, &parts) != 1)
    return FALSE;
  *out = (gint64) timegm (&parts);
  return TRUE;
}

/* As `openssl x509 -serial` prints it: a pair of digits for every byte of the number. */
static char *
read_serial (X509 *certificate)
{
  const ASN1_INTEGER *serial = X509_get0_serialNumber (certificate);
  const guint8 *bytes = ASN1_STRING_get0_data (serial);
  int length = ASN1_STRING_length (serial);
  GString *text = g_string_new (ASN1_STRING_type (serial) == V_ASN1_NEG_INTEGER ? "-" : "");

  for (int i = 0; i < length; i++)
    g_string_append_printf (text, "%02X", bytes[i]);
  if (length == 0)
    g_string_append (text, "00");
  return g_string_free (text, FALSE);
}

static MinipayKey *
key_from_certificate (X509 *certificate, const char *what, GError **error)
{
  EVP_PKEY *pkey = X509_get0_pubkey (certificate);
  g_autoptr (MinipayKey) key = NULL;
  gint64 not_before;
  gint64 not_after;

  if (pkey == NULL || !read_time (X509_get0_notBefore (certificate), &not_before) ||
      !read_time (X509_get0_notAfter (certificate), &not_after)) {
    ERR_clear_error ();
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s is a certificate whose key or validity cannot be read",
                 what);
    return NULL;
  }
  key = minipay_key_new_from_pkey (pkey, MINIPAY_KEY_KIND_PUBLIC, what, error);
  if (key != NULL)
    minipay_key_set_certificate (key, read_serial (certificate), not_before, not_after);
  return g_steal_pointer (&key);
}

MinipayKey *
minipay_key_load_public (MinipaySecret *material, const char *what, GError **error)
{
  g_autoptr (GPtrArray) blocks = NULL;
  MinipayKeyBlock *block;

  g_return_val_if_fail (material != NULL, NULL);

  blocks = minipay_key_blocks_read (material, NULL, what, error);
  if (blocks == NULL)
    return NULL;
  if (count_blocks (blocks, MINIPAY_KEY_CONTENT_PUBLIC) == 0 &&
      count_blocks (blocks, MINIPAY_KEY_CONTENT_CERTIFICATE) > 0) {
    block = find_block (blocks, MINIPAY_KEY_CONTENT_CERTIFICATE, NULL, what, error);
    return block != NULL ? key_from_certificate (block->certificate, what, error) : NULL;
  }
  block = find_block (blocks, MINIPAY_KEY_CONTENT_PUBLIC, NULL, what, error);
  return block != NULL ? minipay_key_new_from_pkey (block->pkey, MINIPAY_KEY_KIND_PUBLIC, what, error) : NULL;
}

GPtrArray *
minipay_key_load_certificates (MinipaySecret *material, const char *what, GError **error)
{
  g_autoptr (GPtrArray) keys = NULL;
  g_autoptr (GPtrArray) blocks = NULL;

  g_return_val_if_fail (material != NULL, NULL);

  blocks = minipay_key_blocks_read (material, NULL, what, error);
  if (blocks == NULL)
    return NULL;
  if (count_blocks (blocks, MINIPAY_KEY_CONTENT_CERTIFICATE) == 0) {
    set_wrong_content (error, blocks, MINIPAY_KEY_CONTENT_CERTIFICATE, NULL, what);
    return NULL;
  }

  keys = g_ptr_array_new_with_free_func ((GDestroyNotify) minipay_key_unref);
  for (guint i = 0; i < blocks->len; i++) {
    MinipayKeyBlock *block = blocks->pdata[i];
    MinipayKey *key;

    if (block->content != MINIPAY_KEY_CONTENT_CERTIFICATE)
      continue;
    key = key_from_certificate (block->certificate, what, error);
    if (key == NULL)
      return NULL;
    g_ptr_array_add (keys, key);
  }
  return g_steal_pointer (&keys);
}
