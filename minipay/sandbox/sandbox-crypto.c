/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-crypto.h"

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <string.h>

#define CA_NAME     "minipay sandbox throw-away CA"
#define TAG_BYTES   16
#define BLOCK_BYTES 16
#define PKCS1_BYTES 11 /* the least a padded block adds */

static char *
random_of (const char *alphabet, guint length)
{
  guint size = strlen (alphabet);
  guint limit = 256 - 256 % size; /* above it the first letters would come more often */
  char *text = g_malloc (length + 1);
  guint filled = 0;

  while (filled < length) {
    guchar byte = 0;

    if (RAND_bytes (&byte, 1) != 1)
      g_error ("the system gives no randomness");
    if (byte < limit)
      text[filled++] = alphabet[byte % size];
  }
  text[length] = '\0';
  return text;
}

char *
sandbox_random_hex (guint length)
{
  return random_of ("0123456789ABCDEF", length);
}

char *
sandbox_random_text (guint length)
{
  return random_of ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", length);
}

char *
sandbox_random_digits (guint length)
{
  return random_of ("0123456789", length);
}

char *
sandbox_random_uuid (void)
{
  g_autofree char *hex = random_of ("0123456789abcdef", 32);

  return g_strdup_printf ("%.8s-%.4s-4%.3s-a%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17, hex + 20);
}

SandboxKey *
sandbox_key_new_rsa (void)
{
  return EVP_RSA_gen (2048);
}

SandboxKey *
sandbox_key_new_ec (void)
{
  return EVP_EC_gen ("P-256");
}

static char *
steal_pem (BIO *bio)
{
  char *data = NULL;
  long length = BIO_get_mem_data (bio, &data);
  char *text = g_strndup (data, length);

  OPENSSL_cleanse (data, length);
  BIO_free (bio);
  return text;
}

char *
sandbox_key_to_private_pem (SandboxKey *key)
{
  BIO *bio = BIO_new (BIO_s_mem ());

  PEM_write_bio_PKCS8PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL);
  return steal_pem (bio);
}

char *
sandbox_key_to_public_pem (SandboxKey *key)
{
  BIO *bio = BIO_new (BIO_s_mem ());

  PEM_write_bio_PUBKEY (bio, key);
  return steal_pem (bio);
}

SandboxKey *
sandbox_key_from_pem (const char *pem)
{
  BIO *bio = BIO_new_mem_buf (pem, -1);
  EVP_PKEY *key = PEM_read_bio_PrivateKey (bio, NULL, NULL, NULL);

  BIO_free (bio);
  ERR_clear_error ();
  return key;
}

static gboolean
set_name (X509_NAME *name, const char *common_name)
{
  return X509_NAME_add_entry_by_txt (name, "O", MBSTRING_UTF8, (const guchar *) "minipay sandbox", -1, -1, 0) ==
             1 &&
         X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_UTF8, (const guchar *) common_name, -1, -1, 0) == 1;
}

static gboolean
set_serial (X509 *certificate)
{
  guchar bytes[20];
  BIGNUM *number = NULL;
  gboolean set = FALSE;

  if (RAND_bytes (bytes, sizeof bytes) != 1)
    return FALSE;
  bytes[0] = 0x40 | (bytes[0] & 0x3f); /* positive, and forty hex digits long without a leading zero */
  number = BN_bin2bn (bytes, sizeof bytes, NULL);
  set = number != NULL && BN_to_ASN1_INTEGER (number, X509_get_serialNumber (certificate)) != NULL;
  BN_free (number);
  return set;
}

SandboxCertificate *
sandbox_certificate_new (SandboxKey *subject_key, const char *subject, SandboxKey *ca_key, long valid_s)
{
  g_autoptr (SandboxCertificate) certificate = X509_new ();

  if (certificate == NULL || !X509_set_version (certificate, X509_VERSION_3) || !set_serial (certificate) ||
      !set_name (X509_get_issuer_name (certificate), CA_NAME) ||
      !set_name (X509_get_subject_name (certificate), subject) ||
      X509_gmtime_adj (X509_getm_notBefore (certificate), -60) == NULL ||
      X509_gmtime_adj (X509_getm_notAfter (certificate), valid_s) == NULL ||
      !X509_set_pubkey (certificate, subject_key) || !X509_sign (certificate, ca_key, EVP_sha256 ()))
    return NULL;
  return g_steal_pointer (&certificate);
}

char *
sandbox_certificate_to_pem (SandboxCertificate *certificate)
{
  BIO *bio = BIO_new (BIO_s_mem ());

  PEM_write_bio_X509 (bio, certificate);
  return steal_pem (bio);
}

SandboxCertificate *
sandbox_certificate_from_pem (const char *pem)
{
  BIO *bio = BIO_new_mem_buf (pem, -1);
  X509 *certificate = PEM_read_bio_X509 (bio, NULL, NULL, NULL);

  BIO_free (bio);
  ERR_clear_error ();
  return certificate;
}

char *
sandbox_certificate_get_serial (SandboxCertificate *certificate)
{
  BIGNUM *number = ASN1_INTEGER_to_BN (X509_get0_serialNumber (certificate), NULL);
  char *hex = BN_bn2hex (number);
  char *serial = g_strdup (hex);

  OPENSSL_free (hex);
  BN_free (number);
  return serial;
}

gboolean
sandbox_certificate_is_throw_away (SandboxCertificate *certificate)
{
  char issuer[128] = "";

  X509_NAME_get_text_by_NID (X509_get_issuer_name (certificate), NID_commonName, issuer, sizeof issuer);
  return g_strcmp0 (issuer, CA_NAME) == 0;
}

char *
sandbox_sign_rsa (SandboxKey *key, const char *text)
{
  g_autofree guchar *signature = g_malloc (EVP_PKEY_get_size (key));
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  size_t length = EVP_PKEY_get_size (key);
  gboolean signed_it = EVP_DigestSignInit (context, NULL, EVP_sha256 (), NULL, key) == 1 &&
                       EVP_DigestSign (context, signature, &length, (const guchar *) text, strlen (text)) == 1;

  EVP_MD_CTX_free (context);
  if (!signed_it)
    g_error ("a throw-away key of the sandbox cannot sign");
  return g_base64_encode (signature, length);
}

static gboolean
is_base64 (const char *text)
{
  gsize letters = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  gsize padding = strspn (text + letters, "=");

  return letters > 0 && padding <= 2 && text[letters + padding] == '\0' && (letters + padding) % 4 == 0;
}

gboolean
sandbox_verify_rsa (SandboxKey *key, const char *text, gsize length, const char *signature)
{
  g_autofree guchar *bytes = NULL;
  gsize size = 0;
  EVP_MD_CTX *context = NULL;
  gboolean valid = FALSE;

  if (!is_base64 (signature))
    return FALSE;

  bytes = g_base64_decode (signature, &size);
  context = EVP_MD_CTX_new ();
  valid = EVP_DigestVerifyInit (context, NULL, EVP_sha256 (), NULL, key) == 1 &&
          EVP_DigestVerify (context, bytes, size, (const guchar *) text, length) == 1;
  EVP_MD_CTX_free (context);
  ERR_clear_error ();
  return valid;
}

/* What was sealed for @key by RSA-OAEP with SHA-1, in base64; NULL when it does not open or holds a NUL. */
char *
sandbox_decrypt_oaep (SandboxKey *key, const char *sealed)
{
  g_autoptr (GBytes) bytes = sandbox_base64_read (sealed);
  g_autofree guchar *plain = g_malloc0 (EVP_PKEY_get_size (key) + 1);
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new (key, NULL);
  size_t length = EVP_PKEY_get_size (key);
  gboolean done =
      bytes != NULL && context != NULL && EVP_PKEY_decrypt_init (context) == 1 &&
      EVP_PKEY_CTX_set_rsa_padding (context, RSA_PKCS1_OAEP_PADDING) == 1 &&
      EVP_PKEY_CTX_set_rsa_oaep_md (context, EVP_sha1 ()) == 1 &&
      EVP_PKEY_CTX_set_rsa_mgf1_md (context, EVP_sha1 ()) == 1 &&
      EVP_PKEY_decrypt (context, plain, &length, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) == 1;

  EVP_PKEY_CTX_free (context);
  ERR_clear_error ();
  if (!done || memchr (plain, '\0', length) != NULL)
    return NULL;
  plain[length] = '\0';
  return g_strdup ((const char *) plain);
}

/* A block as a public key would make it: type 2 padding where a private key puts type 1. */
static void
pad_as_public (guchar *block, gsize size, const guchar *text, gsize length)
{
  memset (block, 0x5a, size);
  block[0] = 0;
  block[1] = 2;
  block[size - length - 1] = 0;
  memcpy (block + size - length, text, length);
}

/* What only the public half opens again: PKCS#1 blocks of type 1, one after another, in base64. */
char *
sandbox_encrypt_private (SandboxKey *key, const char *text, gboolean bad_padding)
{
  gsize size = EVP_PKEY_get_size (key);
  gsize step = size - PKCS1_BYTES;
  g_autoptr (GByteArray) sealed = g_byte_array_new ();
  g_autofree guchar *block = g_malloc (size);
  g_autofree guchar *padded = g_malloc (size);
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new (key, NULL);
  gboolean done = context != NULL && EVP_PKEY_sign_init (context) == 1 &&
                  EVP_PKEY_CTX_set_rsa_padding (context, bad_padding ? RSA_NO_PADDING : RSA_PKCS1_PADDING) == 1;

  for (gsize rest = strlen (text); done && rest > 0; rest -= MIN (rest, step)) {
    const guchar *input = (const guchar *) text + strlen (text) - rest;
    gsize length = MIN (rest, step);
    size_t written = size;

    if (bad_padding) {
      pad_as_public (padded, size, input, length);
      input = padded;
      length = size;
    }
    done = EVP_PKEY_sign (context, block, &written, input, length) == 1;
    g_byte_array_append (sealed, block, written);
  }
  EVP_PKEY_CTX_free (context);
  if (!done)
    g_error ("a throw-away key of the sandbox cannot encrypt");
  return g_base64_encode (sealed->data, sealed->len);
}

/* What the public half has encrypted in @max_blocks PKCS#1 blocks of type 2 at most; NULL for anything else. */
GBytes *
sandbox_decrypt_private (SandboxKey *key, const char *base64, guint max_blocks)
{
  gsize size = EVP_PKEY_get_size (key);
  g_autoptr (GBytes) sealed = sandbox_base64_read (base64);
  gsize length = sealed != NULL ? g_bytes_get_size (sealed) : 0;
  const guchar *data = sealed != NULL ? g_bytes_get_data (sealed, NULL) : NULL;
  g_autoptr (GByteArray) plain = g_byte_array_new ();
  g_autofree guchar *block = g_malloc (size);
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new (key, NULL);
  gboolean done = length > 0 && length % size == 0 && length / size <= max_blocks && context != NULL &&
                  EVP_PKEY_decrypt_init (context) == 1 &&
                  EVP_PKEY_CTX_set_rsa_padding (context, RSA_PKCS1_PADDING) == 1;

  for (gsize at = 0; done && at < length; at += size) {
    size_t written = size;

    done = EVP_PKEY_decrypt (context, block, &written, data + at, size) == 1;
    if (done)
      g_byte_array_append (plain, block, written);
  }
  EVP_PKEY_CTX_free (context);
  ERR_clear_error ();
  return done ? g_byte_array_free_to_bytes (g_steal_pointer (&plain)) : NULL;
}

static char *
to_hex (const guchar *bytes, gsize length, gboolean upper)
{
  GString *hex = g_string_sized_new (2 * length + 1);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (hex, upper ? "%02X" : "%02x", bytes[i]);
  return g_string_free (hex, FALSE);
}

/* NULL unless the text is base64 in its one canonical spelling, of at least one byte. */
GBytes *
sandbox_base64_read (const char *text)
{
  gsize length = 0;
  g_autofree guchar *bytes = g_base64_decode (text, &length);
  g_autofree char *again = g_base64_encode (bytes, length);

  return length > 0 && g_str_equal (again, text) ? g_bytes_new (bytes, length) : NULL;
}

char *
sandbox_md5 (const char *text)
{
  guchar digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;

  if (EVP_Digest (text, strlen (text), digest, &length, EVP_md5 (), NULL) != 1)
    g_error ("this OpenSSL has no MD5");
  return to_hex (digest, length, TRUE);
}

char *
sandbox_hmac_sha256 (const char *key, const char *text)
{
  guchar digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;

  if (HMAC (EVP_sha256 (), key, strlen (key), (const guchar *) text, strlen (text), digest, &length) == NULL)
    g_error ("this OpenSSL has no HMAC-SHA256");
  return to_hex (digest, length, FALSE);
}

/* AEAD_AES_256_GCM as WeChat Pay writes it: base64 of ciphertext and tag, twelve characters of nonce. */
char *
sandbox_seal (const char *key, const char *nonce, const char *associated_data, const char *text)
{
  int size = strlen (text);
  g_autofree guchar *sealed = g_malloc (size + TAG_BYTES);
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new ();
  int length = 0;
  gboolean done = FALSE;

  g_assert (strlen (key) == SANDBOX_API_V3_KEY_BYTES && strlen (nonce) == 12);
  done =
      EVP_EncryptInit_ex (context, EVP_aes_256_gcm (), NULL, (const guchar *) key, (const guchar *) nonce) == 1 &&
      EVP_EncryptUpdate (context, NULL, &length, (const guchar *) associated_data, strlen (associated_data)) == 1 &&
      EVP_EncryptUpdate (context, sealed, &length, (const guchar *) text, size) == 1 &&
      EVP_EncryptFinal_ex (context, sealed + length, &length) == 1 &&
      EVP_CIPHER_CTX_ctrl (context, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, sealed + size) == 1;
  EVP_CIPHER_CTX_free (context);
  if (!done)
    g_error ("this OpenSSL has no AES-256-GCM");
  return g_base64_encode (sealed, size + TAG_BYTES);
}

/* What V2 hides a refund notification in: AES-256-ECB whose key is the lower hex of @key's MD5, in base64. */
char *
sandbox_encrypt_ecb (const char *key, const char *text)
{
  g_autofree char *upper = sandbox_md5 (key);
  g_autofree char *digest = g_ascii_strdown (upper, -1);
  g_autofree guchar *sealed = g_malloc (strlen (text) + BLOCK_BYTES);
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new ();
  int length = 0;
  int rest = 0;
  gboolean done = EVP_EncryptInit_ex (context, EVP_aes_256_ecb (), NULL, (const guchar *) digest, NULL) == 1 &&
                  EVP_EncryptUpdate (context, sealed, &length, (const guchar *) text, strlen (text)) == 1 &&
                  EVP_EncryptFinal_ex (context, sealed + length, &rest) == 1;

  EVP_CIPHER_CTX_free (context);
  if (!done)
    g_error ("this OpenSSL has no AES-256-ECB");
  return g_base64_encode (sealed, length + rest);
}

gboolean
sandbox_is_equal (const char *a, const char *b)
{
  gsize length = strlen (a);

  return length == strlen (b) && CRYPTO_memcmp (a, b, length) == 0;
}
