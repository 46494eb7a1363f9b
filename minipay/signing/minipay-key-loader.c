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

static EVP_PKEY *
decode_pkey (const guint8 *der, gsize length, int selection)
{
  EVP_PKEY *pkey = NULL;
  OSSL_DECODER_CTX *context = OSSL_DECODER_CTX_new_for_pkey (&pkey, "DER", NULL, NULL, selection, NULL, NULL);
  gsize rest = length;

  /* an empty passphrase, so that OpenSSL never asks a terminal */
  if (context == NULL || OSSL_DECODER_CTX_set_passphrase (context, (const guint8 *) "", 0) != 1 ||
      OSSL_DECODER_from_data (context, &der, &rest) != 1 || rest != 0) {
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
block_new (const guint8 *der, gsize length)
{
  Block *self = g_new0 (Block, 1);

  self->certificate = decode_certificate (der, length);
  if (self->certificate != NULL) {
    self->content = CONTENT_CERTIFICATE;
  } else if (!looks_public (der, length) && (self->pkey = decode_pkey (der, length, EVP_PKEY_KEYPAIR)) != NULL) {
    self->content = CONTENT_PRIVATE;
  } else if ((self->pkey = decode_pkey (der, length, EVP_PKEY_PUBLIC_KEY)) != NULL) {
    self->content = CONTENT_PUBLIC;
  } else {
    self->content = name_the_rest (der, length);
  }
  ERR_clear_error ();
  return self;
}

/* Base64 of DER with blanks anywhere; nothing is added when it is not that. */
static void
add_base64 (GPtrArray *blocks, const char *text, gsize length)
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
    g_ptr_array_add (blocks, block_new (der, (gsize) der_length));

  explicit_bzero (packed, length + 1);
  explicit_bzero (der, length + 1);
  g_free (packed);
  g_free (der);
  ERR_clear_error ();
}

static void
add_pem (GPtrArray *blocks, const char *text, gsize length)
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
    /* the traditional form of encryption stands in header lines, which base64 cannot have */
    if (g_strstr_len (body, close - body, "ENCRYPTED") != NULL) {
      Block *block = g_new0 (Block, 1);

      block->content = CONTENT_ENCRYPTED;
      g_ptr_array_add (blocks, block);
    } else {
      add_base64 (blocks, body, (gsize) (close - body));
    }
    at = close;
  }
}

/* NULL with the error set when there is nothing to look at. */
static GPtrArray *
read_blocks (MinipaySecret *material, const char *what, GError **error)
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
    g_ptr_array_add (blocks, block_new (data, length));
  if (blocks->len == 0 || ((Block *) blocks->pdata[0])->content == CONTENT_NONE) {
    /* '0' is 0x30 too: text may begin with it */
    g_ptr_array_set_size (blocks, 0);
    if (g_strstr_len (text, (gssize) length, "-----BEGIN ") != NULL)
      add_pem (blocks, text, length);
    else
      add_base64 (blocks, text, length);
  }
  return g_steal_pointer (&blocks);
}

static Block *
find_block (GPtrArray *blocks, Content wanted)
{
  for (guint i = 0; i < blocks->len; i++) {
    Block *block = blocks->pdata[i];

    if (block->content == wanted)
      return block;
  }
  return NULL;
}

static void
set_wrong_content (GError **error, GPtrArray *blocks, Content wanted, const char *what)
{
  for (guint i = 0; i < blocks->len; i++) {
    Block *block = blocks->pdata[i];

    if (block->content == CONTENT_NONE)
      continue;
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s is %s, not %s",
                 what,
                 content_names[block->content],
                 block->content == CONTENT_ENCRYPTED && wanted == CONTENT_PRIVATE ? "one without a passphrase"
                                                                                  : content_names[wanted]);
    return;
  }
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_CONFIG,
               "%s holds no key: %s is needed, as PEM, DER or base64 of DER",
               what,
               content_names[wanted]);
}

static MinipayKey *
load_pkey (MinipaySecret *material, Content wanted, MinipayKeyKind kind, const char *what, GError **error)
{
  g_autoptr (GPtrArray) blocks = read_blocks (material, what, error);
  Block *block;

  if (blocks == NULL)
    return NULL;
  block = find_block (blocks, wanted);
  if (block == NULL) {
    set_wrong_content (error, blocks, wanted, what);
    return NULL;
  }
  return minipay_key_new_from_pkey (block->pkey, kind, what, error);
}

MinipayKey *
minipay_key_load_private (MinipaySecret *material, const char *what, GError **error)
{
  g_return_val_if_fail (material != NULL, NULL);
  return load_pkey (material, CONTENT_PRIVATE, MINIPAY_KEY_KIND_PRIVATE, what, error);
}

MinipayKey *
minipay_key_load_public (MinipaySecret *material, const char *what, GError **error)
{
  g_return_val_if_fail (material != NULL, NULL);
  return load_pkey (material, CONTENT_PUBLIC, MINIPAY_KEY_KIND_PUBLIC, what, error);
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

GPtrArray *
minipay_key_load_certificates (MinipaySecret *material, const char *what, GError **error)
{
  g_autoptr (GPtrArray) keys = NULL;
  g_autoptr (GPtrArray) blocks = NULL;

  g_return_val_if_fail (material != NULL, NULL);

  blocks = read_blocks (material, what, error);
  if (blocks == NULL)
    return NULL;
  if (find_block (blocks, CONTENT_CERTIFICATE) == NULL) {
    set_wrong_content (error, blocks, CONTENT_CERTIFICATE, what);
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
