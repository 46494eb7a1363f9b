/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "signing/minipay-key-blocks-private.h"

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <string.h>

#include "core/minipay-error.h"
#include "core/minipay-secret-private.h"
#include "signing/minipay-key-openssl-private.h"

/*
 * Keys are recognised by their content. The text is cut into blocks of DER; the names in PEM borders, file
 * names and extensions decide nothing, because people send the wrong one of three files, strip the borders,
 * or join the lines.
 */

static void
block_free (gpointer data)
{
  MinipayKeyBlock *self = data;

  EVP_PKEY_free (self->pkey);
  X509_free (self->certificate);
  g_free (self);
}

/* @passphrase is nullable: then the empty one stands in, so that OpenSSL never asks a terminal. */
static EVP_PKEY *
decode_pkey (const guint8 *data, gsize length, const char *form, int selection, MinipayKey *passphrase)
{
  EVP_PKEY *pkey = NULL;
  OSSL_DECODER_CTX *context = OSSL_DECODER_CTX_new_for_pkey (&pkey, form, NULL, NULL, selection, NULL, NULL);
  gsize rest = length;
  gsize n_words = 0;
  const guint8 *words = (const guint8 *) "";

  if (passphrase != NULL)
    words = minipay_key_peek_secret (passphrase, &n_words);
  if (context == NULL || OSSL_DECODER_CTX_set_passphrase (context, words, n_words) != 1 ||
      OSSL_DECODER_from_data (context, &data, &rest) != 1 || rest != 0) {
    EVP_PKEY_free (pkey);
    pkey = NULL;
  }
  OSSL_DECODER_CTX_free (context);
  return pkey;
}

static X509 *
decode_certificate (const guint8 *der, gsize length)
{
  const guint8 *at = der;
  X509 *certificate = d2i_X509 (NULL, &at, (long) length);

  if (certificate != NULL && at != der + length) {
    X509_free (certificate);
    return NULL;
  }
  return certificate;
}

static MinipayKeyContent
name_the_rest (const guint8 *der, gsize length)
{
  const guint8 *at = der;
  X509_SIG *encrypted;
  X509_REQ *request;
  PKCS12 *container;
  MinipayKeyContent content = MINIPAY_KEY_CONTENT_NONE;

  encrypted = d2i_X509_SIG (NULL, &at, (long) length);
  if (encrypted != NULL)
    content = MINIPAY_KEY_CONTENT_ENCRYPTED;
  X509_SIG_free (encrypted);

  at = der;
  request = content == MINIPAY_KEY_CONTENT_NONE ? d2i_X509_REQ (NULL, &at, (long) length) : NULL;
  if (request != NULL)
    content = MINIPAY_KEY_CONTENT_REQUEST;
  X509_REQ_free (request);

  at = der;
  container = content == MINIPAY_KEY_CONTENT_NONE ? d2i_PKCS12 (NULL, &at, (long) length) : NULL;
  if (container != NULL)
    content = MINIPAY_KEY_CONTENT_PKCS12;
  PKCS12_free (container);
  return content;
}

/* Private keys begin with a version number, public ones with the name of their algorithm: OpenSSL is slow to find
 * out. */
static gboolean
looks_public (const guint8 *der, gsize length)
{
  gsize header = length > 1 && (der[1] & 0x80) != 0 ? 2 + (gsize) (der[1] & 0x7f) : 2;

  return header < length && der[header] == 0x30;
}

static MinipayKeyBlock *
add_block (GPtrArray *blocks, MinipayKeyContent content)
{
  MinipayKeyBlock *block = g_new0 (MinipayKeyBlock, 1);

  block->content = content;
  g_ptr_array_add (blocks, block);
  return block;
}

static void
add_private (GPtrArray *blocks, EVP_PKEY *owned_pkey)
{
  if (owned_pkey != NULL)
    add_block (blocks, MINIPAY_KEY_CONTENT_PRIVATE)->pkey = owned_pkey;
}

static void
add_bag (GPtrArray *blocks, PKCS12_SAFEBAG *bag, const char *words, int n_words, OSSL_LIB_CTX *library)
{
  PKCS8_PRIV_KEY_INFO *opened = NULL;
  X509 *certificate = NULL;

  switch (PKCS12_SAFEBAG_get_nid (bag)) {
  case NID_keyBag:
    add_private (blocks, EVP_PKCS82PKEY (PKCS12_SAFEBAG_get0_p8inf (bag)));
    break;
  case NID_pkcs8ShroudedKeyBag:
    opened = PKCS12_decrypt_skey_ex (bag, words, n_words, library, NULL);
    if (opened != NULL)
      add_private (blocks, EVP_PKCS82PKEY (opened));
    PKCS8_PRIV_KEY_INFO_free (opened);
    break;
  case NID_certBag:
    certificate = PKCS12_SAFEBAG_get1_cert (bag);
    if (certificate != NULL)
      add_block (blocks, MINIPAY_KEY_CONTENT_CERTIFICATE)->certificate = certificate;
    break;
  default:
    break;
  }
}

static void
add_safe (GPtrArray *blocks, PKCS7 *safe, const char *words, int n_words, OSSL_LIB_CTX *library)
{
  STACK_OF (PKCS12_SAFEBAG) *bags =
      PKCS7_type_is_encrypted (safe) ? PKCS12_unpack_p7encdata (safe, words, n_words) : PKCS12_unpack_p7data (safe);

  for (int i = 0; i < sk_PKCS12_SAFEBAG_num (bags); i++)
    add_bag (blocks, sk_PKCS12_SAFEBAG_value (bags, i), words, n_words, library);
  sk_PKCS12_SAFEBAG_pop_free (bags, PKCS12_SAFEBAG_free);
}

/* Safe by safe, as PKCS12_parse() does not: where the cipher of one is missing, the others still open. The gateways
 * seal the certificates with RC2, which OpenSSL keeps in its legacy provider: it is loaded beside the process's own
 * configuration, for this container alone, and may be absent. */
static void
add_container (GPtrArray *blocks, const guint8 *der, gsize length, MinipayKey *passphrase)
{
  OSSL_LIB_CTX *library = OSSL_LIB_CTX_new ();
  OSSL_PROVIDER *modern = OSSL_PROVIDER_load (library, "default");
  OSSL_PROVIDER *legacy = OSSL_PROVIDER_load (library, "legacy");
  PKCS12 *container = PKCS12_init_ex (NID_pkcs7_data, library, NULL);
  STACK_OF (PKCS7) *safes = NULL;
  gsize n_words;
  const char *words = (const char *) minipay_key_peek_secret (passphrase, &n_words);

  if (container != NULL && d2i_PKCS12 (&container, &der, (long) length) != NULL &&
      (PKCS12_mac_present (container) == 0 || PKCS12_verify_mac (container, words, (int) n_words) == 1))
    safes = PKCS12_unpack_authsafes (container);
  for (int i = 0; i < sk_PKCS7_num (safes); i++)
    add_safe (blocks, sk_PKCS7_value (safes, i), words, (int) n_words, library);
  sk_PKCS7_pop_free (safes, PKCS7_free);
  PKCS12_free (container);
  OSSL_PROVIDER_unload (legacy);
  OSSL_PROVIDER_unload (modern);
  OSSL_LIB_CTX_free (library);
}

/* What @passphrase does not open stays what it is. */
static void
add_sealed (GPtrArray *blocks, const guint8 *der, gsize length, MinipayKey *passphrase)
{
  const MinipayKeyContent content = name_the_rest (der, length);
  const guint before = blocks->len;

  if (passphrase != NULL && content == MINIPAY_KEY_CONTENT_ENCRYPTED)
    add_private (blocks, decode_pkey (der, length, "DER", EVP_PKEY_KEYPAIR, passphrase));
  if (passphrase != NULL && content == MINIPAY_KEY_CONTENT_PKCS12)
    add_container (blocks, der, length, passphrase);
  if (blocks->len == before)
    add_block (blocks, content);
}

static void
add_der (GPtrArray *blocks, const guint8 *der, gsize length, MinipayKey *passphrase)
{
  X509 *certificate = decode_certificate (der, length);
  EVP_PKEY *pkey = NULL;

  if (certificate != NULL)
    add_block (blocks, MINIPAY_KEY_CONTENT_CERTIFICATE)->certificate = certificate;
  else if (!looks_public (der, length) && (pkey = decode_pkey (der, length, "DER", EVP_PKEY_KEYPAIR, NULL)) != NULL)
    add_private (blocks, pkey);
  else if ((pkey = decode_pkey (der, length, "DER", EVP_PKEY_PUBLIC_KEY, NULL)) != NULL)
    add_block (blocks, MINIPAY_KEY_CONTENT_PUBLIC)->pkey = pkey;
  else
    add_sealed (blocks, der, length, passphrase);
  ERR_clear_error ();
}

/* Base64 of DER with blanks anywhere; nothing is added when it is not that. */
static void
add_base64 (GPtrArray *blocks, const char *text, gsize length, MinipayKey *passphrase)
{
  guint8 *packed = g_malloc (length + 1);
  guint8 *der = g_malloc (length + 1);
  gsize packed_length = 0;
  int der_length;

  for (gsize i = 0; i < length; i++) {
    if (!g_ascii_isspace (text[i]))
      packed[packed_length++] = (guint8) text[i];
  }
  der_length =
      packed_length > 0 && packed_length % 4 == 0 ? EVP_DecodeBlock (der, packed, (int) packed_length) : -1;
  for (gsize i = packed_length; der_length > 0 && i > packed_length - 2 && packed[i - 1] == '='; i--)
    der_length--;
  if (der_length > 0)
    add_der (blocks, der, (gsize) der_length, passphrase);

  explicit_bzero (packed, length + 1);
  explicit_bzero (der, length + 1);
  g_free (packed);
  g_free (der);
  ERR_clear_error ();
}

/* The form of encryption that stands in header lines, which base64 cannot have. */
static void
add_traditional (GPtrArray *blocks, const char *pem, const char *close, MinipayKey *passphrase)
{
  const char *end = strchr (close, '\n');
  const guint before = blocks->len;

  if (passphrase != NULL)
    add_private (blocks,
                 decode_pkey ((const guint8 *) pem,
                              end != NULL ? (gsize) (end + 1 - pem) : strlen (pem),
                              "PEM",
                              EVP_PKEY_KEYPAIR,
                              passphrase));
  if (blocks->len == before)
    add_block (blocks, MINIPAY_KEY_CONTENT_ENCRYPTED);
  ERR_clear_error ();
}

static void
add_pem (GPtrArray *blocks, const char *text, gsize length, MinipayKey *passphrase)
{
  const char *end = text + length;
  const char *at = text;

  while ((at = g_strstr_len (at, end - at, "-----BEGIN ")) != NULL) {
    const char *label = at + strlen ("-----BEGIN ");
    const char *body = g_strstr_len (label, end - label, "-----");
    const char *close = body != NULL ? g_strstr_len (body + 5, end - body - 5, "-----END ") : NULL;

    if (close == NULL)
      return;
    body += 5;
    if (g_strstr_len (body, close - body, "ENCRYPTED") != NULL)
      add_traditional (blocks, at, close, passphrase);
    else
      add_base64 (blocks, body, (gsize) (close - body), passphrase);
    at = close;
  }
}

GPtrArray *
minipay_key_blocks_read (MinipaySecret *material, MinipayKey *passphrase, const char *what, GError **error)
{
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func (block_free);
  gsize length;
  gsize blanks = 0;
  const guint8 *data = minipay_secret_peek (material, &length);
  const char *text;

  if (length > MINIPAY_SECRET_MAX_BYTES) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s has %" G_GSIZE_FORMAT " bytes where at most %d are allowed",
                 what,
                 length,
                 MINIPAY_SECRET_MAX_BYTES);
    return NULL;
  }
  if (g_str_has_prefix ((const char *) data, "\xef\xbb\xbf")) {
    data += 3;
    length -= 3;
  }
  while (blanks < length && g_ascii_isspace (data[blanks]))
    blanks++;
  if (blanks == length) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "%s is empty", what);
    return NULL;
  }

  text = (const char *) data;
  minipay_algorithms_get ();
  if (data[0] == 0x30)
    add_der (blocks, data, length, passphrase);
  if (blocks->len == 0 || ((MinipayKeyBlock *) blocks->pdata[0])->content == MINIPAY_KEY_CONTENT_NONE) {
    /* '0' is 0x30 too: text may begin with it */
    g_ptr_array_set_size (blocks, 0);
    if (g_strstr_len (text, (gssize) length, "-----BEGIN ") != NULL)
      add_pem (blocks, text, length, passphrase);
    else
      add_base64 (blocks, text, length, passphrase);
  }
  return g_steal_pointer (&blocks);
}
