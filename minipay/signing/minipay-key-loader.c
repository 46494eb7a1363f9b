/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>
#include <time.h>

#include "core/minipay-secret-private.h"
#include "signing/minipay-key-openssl-private.h"

/*
 * Keys are recognised by their content. The text is cut into blocks of DER; the names in PEM borders, file
 * names and extensions decide nothing, because people send the wrong one of three files, strip the borders,
 * or join the lines.
 */

typedef enum {
  CONTENT_NONE,
  CONTENT_PRIVATE,
  CONTENT_ENCRYPTED,
  CONTENT_PUBLIC,
  CONTENT_CERTIFICATE,
  CONTENT_REQUEST,
  CONTENT_PKCS12,
} Content;

static const char *const content_names[] = {
  [CONTENT_PRIVATE] = "a private key",         [CONTENT_ENCRYPTED] = "an encrypted private key",
  [CONTENT_PUBLIC] = "a public key",           [CONTENT_CERTIFICATE] = "a certificate",
  [CONTENT_REQUEST] = "a certificate request", [CONTENT_PKCS12] = "a PKCS#12 container",
};

typedef struct {
  Content content;
  EVP_PKEY *pkey;
  X509 *certificate;
} Block;

static void
block_free (gpointer data)
{
  Block *self = data;

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

static Content
name_the_rest (const guint8 *der, gsize length)
{
  const guint8 *at = der;
  X509_SIG *encrypted;
  X509_REQ *request;
  PKCS12 *container;
  Content content = CONTENT_NONE;

  encrypted = d2i_X509_SIG (NULL, &at, (long) length);
  if (encrypted != NULL)
    content = CONTENT_ENCRYPTED;
  X509_SIG_free (encrypted);

  at = der;
  request = content == CONTENT_NONE ? d2i_X509_REQ (NULL, &at, (long) length) : NULL;
  if (request != NULL)
    content = CONTENT_REQUEST;
  X509_REQ_free (request);

  at = der;
  container = content == CONTENT_NONE ? d2i_PKCS12 (NULL, &at, (long) length) : NULL;
  if (container != NULL)
    content = CONTENT_PKCS12;
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

static Block *
add_block (GPtrArray *blocks, Content content)
{
  Block *block = g_new0 (Block, 1);

  block->content = content;
  g_ptr_array_add (blocks, block);
  return block;
}

static void
add_private (GPtrArray *blocks, EVP_PKEY *owned_pkey)
{
  if (owned_pkey != NULL)
    add_block (blocks, CONTENT_PRIVATE)->pkey = owned_pkey;
}

static void
add_bag (GPtrArray *blocks, PKCS12_SAFEBAG *bag, const char *words, int n_words)
{
  PKCS8_PRIV_KEY_INFO *opened = NULL;
  X509 *certificate = NULL;

  switch (PKCS12_SAFEBAG_get_nid (bag)) {
  case NID_keyBag:
    add_private (blocks, EVP_PKCS82PKEY (PKCS12_SAFEBAG_get0_p8inf (bag)));
    break;
  case NID_pkcs8ShroudedKeyBag:
    opened = PKCS12_decrypt_skey (bag, words, n_words);
    if (opened != NULL)
      add_private (blocks, EVP_PKCS82PKEY (opened));
    PKCS8_PRIV_KEY_INFO_free (opened);
    break;
  case NID_certBag:
    certificate = PKCS12_SAFEBAG_get1_cert (bag);
    if (certificate != NULL)
      add_block (blocks, CONTENT_CERTIFICATE)->certificate = certificate;
    break;
  default:
    break;
  }
}

/* Safe by safe, as PKCS12_parse() does not: many containers seal the certificates with a cipher that OpenSSL no
 * longer has, and the key, which is what is wanted, with one that it has. */
static void
add_container (GPtrArray *blocks, PKCS12 *container, MinipayKey *passphrase)
{
  STACK_OF (PKCS7) *safes = NULL;
  gsize length;
  const char *words = (const char *) minipay_key_peek_secret (passphrase, &length);

  if (PKCS12_mac_present (container) == 0 || PKCS12_verify_mac (container, words, (int) length) == 1)
    safes = PKCS12_unpack_authsafes (container);
  for (int i = 0; i < sk_PKCS7_num (safes); i++) {
    PKCS7 *safe = sk_PKCS7_value (safes, i);
    STACK_OF (PKCS12_SAFEBAG) *bags = PKCS7_type_is_encrypted (safe)
                                          ? PKCS12_unpack_p7encdata (safe, words, (int) length)
                                          : PKCS12_unpack_p7data (safe);

    for (int n = 0; n < sk_PKCS12_SAFEBAG_num (bags); n++)
      add_bag (blocks, sk_PKCS12_SAFEBAG_value (bags, n), words, (int) length);
    sk_PKCS12_SAFEBAG_pop_free (bags, PKCS12_SAFEBAG_free);
  }
  sk_PKCS7_pop_free (safes, PKCS7_free);
}

/* What @passphrase does not open stays what it is. */
static void
add_sealed (GPtrArray *blocks, const guint8 *der, gsize length, MinipayKey *passphrase)
{
  const Content content = name_the_rest (der, length);
  const guint before = blocks->len;
  const guint8 *at = der;
  PKCS12 *container;

  if (passphrase != NULL && content == CONTENT_ENCRYPTED)
    add_private (blocks, decode_pkey (der, length, "DER", EVP_PKEY_KEYPAIR, passphrase));
  if (passphrase != NULL && content == CONTENT_PKCS12) {
    container = d2i_PKCS12 (NULL, &at, (long) length);
    add_container (blocks, container, passphrase);
    PKCS12_free (container);
  }
  if (blocks->len == before)
    add_block (blocks, content);
}

static void
add_der (GPtrArray *blocks, const guint8 *der, gsize length, MinipayKey *passphrase)
{
  X509 *certificate = decode_certificate (der, length);
  EVP_PKEY *pkey = NULL;

  if (certificate != NULL)
    add_block (blocks, CONTENT_CERTIFICATE)->certificate = certificate;
  else if (!looks_public (der, length) && (pkey = decode_pkey (der, length, "DER", EVP_PKEY_KEYPAIR, NULL)) != NULL)
    add_private (blocks, pkey);
  else if ((pkey = decode_pkey (der, length, "DER", EVP_PKEY_PUBLIC_KEY, NULL)) != NULL)
    add_block (blocks, CONTENT_PUBLIC)->pkey = pkey;
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
    add_block (blocks, CONTENT_ENCRYPTED);
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

/* NULL with the error set when there is nothing to look at. */
static GPtrArray *
read_blocks (MinipaySecret *material, MinipayKey *passphrase, const char *what, GError **error)
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
  if (blocks->len == 0 || ((Block *) blocks->pdata[0])->content == CONTENT_NONE) {
    /* '0' is 0x30 too: text may begin with it */
    g_ptr_array_set_size (blocks, 0);
    if (g_strstr_len (text, (gssize) length, "-----BEGIN ") != NULL)
      add_pem (blocks, text, length, passphrase);
    else
      add_base64 (blocks, text, length, passphrase);
  }
  return g_steal_pointer (&blocks);
}

static guint
count_blocks (GPtrArray *blocks, Content wanted)
{
  guint count = 0;

  for (guint i = 0; i < blocks->len; i++)
    count += ((Block *) blocks->pdata[i])->content == wanted;
  return count;
}

static void
set_wrong_content (GError **error, GPtrArray *blocks, Content wanted, MinipayKey *passphrase, const char *what)
{
  for (guint i = 0; i < blocks->len; i++) {
    const Content content = ((Block *) blocks->pdata[i])->content;
    const gboolean is_sealed = content == CONTENT_ENCRYPTED || content == CONTENT_PKCS12;

    if (content == CONTENT_NONE)
      continue;
    if (is_sealed && wanted == CONTENT_PRIVATE)
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
    return;
  }
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_CONFIG,
               "%s holds no key: %s is needed, as PEM, DER or base64 of DER",
               what,
               content_names[wanted]);
}

/* The only block of that content: among several nobody can say which one is meant. */
static Block *
find_block (GPtrArray *blocks, Content wanted, MinipayKey *passphrase, const char *what, GError **error)
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
    Block *block = blocks->pdata[i];

    if (block->content == wanted)
      return block;
  }
  return NULL;
}

/* A certificate that stands beside a private key is its own, or of the chain above it. */
static gboolean
has_fitting_certificate (GPtrArray *blocks, EVP_PKEY *pkey)
{
  gboolean has_stranger = FALSE;

  for (guint i = 0; i < blocks->len; i++) {
    Block *block = blocks->pdata[i];
    EVP_PKEY *half = block->certificate != NULL ? X509_get0_pubkey (block->certificate) : NULL;

    if (half != NULL && EVP_PKEY_eq (pkey, half) == 1)
      return TRUE;
    has_stranger |= block->certificate != NULL;
  }
  ERR_clear_error ();
  return !has_stranger;
}

MinipayKey *
minipay_key_load_private (MinipaySecret *material, MinipayKey *passphrase, const char *what, GError **error)
{
  g_autoptr (GPtrArray) blocks = NULL;
  Block *block;

  g_return_val_if_fail (material != NULL, NULL);

  blocks = read_blocks (material, passphrase, what, error);
  block = blocks != NULL ? find_block (blocks, CONTENT_PRIVATE, passphrase, what, error) : NULL;
  if (block == NULL)
    return NULL;
  if (!has_fitting_certificate (blocks, block->pkey)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s holds a private key beside a certificate of another key",
                 what);
    return NULL;
  }
  return minipay_key_new_from_pkey (block->pkey, MINIPAY_KEY_KIND_PRIVATE, what, error);
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
  Block *block;

  g_return_val_if_fail (material != NULL, NULL);

  blocks = read_blocks (material, NULL, what, error);
  if (blocks == NULL)
    return NULL;
  if (count_blocks (blocks, CONTENT_PUBLIC) == 0 && count_blocks (blocks, CONTENT_CERTIFICATE) > 0) {
    block = find_block (blocks, CONTENT_CERTIFICATE, NULL, what, error);
    return block != NULL ? key_from_certificate (block->certificate, what, error) : NULL;
  }
  block = find_block (blocks, CONTENT_PUBLIC, NULL, what, error);
  return block != NULL ? minipay_key_new_from_pkey (block->pkey, MINIPAY_KEY_KIND_PUBLIC, what, error) : NULL;
}

GPtrArray *
minipay_key_load_certificates (MinipaySecret *material, const char *what, GError **error)
{
  g_autoptr (GPtrArray) keys = NULL;
  g_autoptr (GPtrArray) blocks = NULL;

  g_return_val_if_fail (material != NULL, NULL);

  blocks = read_blocks (material, NULL, what, error);
  if (blocks == NULL)
    return NULL;
  if (count_blocks (blocks, CONTENT_CERTIFICATE) == 0) {
    set_wrong_content (error, blocks, CONTENT_CERTIFICATE, NULL, what);
    return NULL;
  }

  keys = g_ptr_array_new_with_free_func ((GDestroyNotify) minipay_key_unref);
  for (guint i = 0; i < blocks->len; i++) {
    Block *block = blocks->pdata[i];
    MinipayKey *key;

    if (block->content != CONTENT_CERTIFICATE)
      continue;
    key = key_from_certificate (block->certificate, what, error);
    if (key == NULL)
      return NULL;
    g_ptr_array_add (keys, key);
  }
  return g_steal_pointer (&keys);
}
