/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "v3-platform.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#define NONCE "d824f2e086d3c1df967785d13fcd22ef"

static char *
certificate_dup_pem (X509 *certificate)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  char *data, *text;
  long length;

  g_assert_cmpint (PEM_write_bio_X509 (bio, certificate), ==, 1);
  length = BIO_get_mem_data (bio, &data);
  text = g_strndup (data, (gsize) length);
  BIO_free (bio);
  return text;
}

V3Certificate *
v3_certificate_new (const char *serial, int bits, gint64 not_before, gint64 not_after)
{
  V3Certificate *self = g_new0 (V3Certificate, 1);
  X509 *certificate = X509_new ();
  X509_NAME *name = X509_get_subject_name (certificate);
  BIGNUM *number = NULL;

  self->serial = g_strdup (serial);
  self->key = EVP_RSA_gen (bits);
  g_assert_nonnull (self->key);
  g_assert_cmpint (BN_hex2bn (&number, serial), ==, (int) strlen (serial));
  g_assert_nonnull (BN_to_ASN1_INTEGER (number, X509_get_serialNumber (certificate)));
  g_assert_cmpint (X509_set_version (certificate, X509_VERSION_3), ==, 1);
  g_assert_nonnull (ASN1_TIME_set (X509_getm_notBefore (certificate), not_before));
  g_assert_nonnull (ASN1_TIME_set (X509_getm_notAfter (certificate), not_after));
  g_assert_cmpint (
      X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const guint8 *) "a platform of this run", -1, -1, 0),
      ==,
      1);
  g_assert_cmpint (X509_set_issuer_name (certificate, name), ==, 1);
  g_assert_cmpint (X509_set_pubkey (certificate, self->key), ==, 1);
  g_assert_cmpint (X509_sign (certificate, self->key, EVP_sha256 ()), >, 0);
  self->pem = certificate_dup_pem (certificate);
  BN_free (number);
  X509_free (certificate);
  return self;
}

void
v3_certificate_free (V3Certificate *self)
{
  EVP_PKEY_free (self->key);
  g_free (self->serial);
  g_free (self->pem);
  g_free (self);
}

void
v3_certificate_write (V3Certificate *first, V3Certificate *second)
{
  g_autofree char *text = g_strconcat (first->pem, second != NULL ? second->pem : "", NULL);

  minipay_test_write ("platform.pem", text, 0600);
}

MinipayTestExchange *
v3_certificate_exchange_new (const char *const *changes)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  static const char *const settings[] = {
    "mode", "certificate", "platform-certificate", "file:platform.pem", "public-key", NULL, "public-key-id", NULL,
  };

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    g_ptr_array_add (all, (gpointer) settings[i]);
  for (; changes != NULL && *changes != NULL; changes += 2) {
    g_ptr_array_add (all, (gpointer) changes[0]);
    g_ptr_array_add (all, (gpointer) changes[1]);
  }
  g_ptr_array_add (all, NULL);
  return v3_new ((const char *const *) all->pdata);
}

static char *
certificate_sign (V3Certificate *self, const char *text)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  guint8 signature[512];
  size_t length = sizeof signature;

  g_assert_cmpint (EVP_DigestSignInit (context, NULL, EVP_sha256 (), NULL, self->key), ==, 1);
  g_assert_cmpint (EVP_DigestSign (context, signature, &length, (const guint8 *) text, strlen (text)), ==, 1);
  EVP_MD_CTX_free (context);
  return g_base64_encode (signature, length);
}

char **
v3_certificate_headers_new (V3Certificate *self, const char *serial, gint64 timestamp, const char *body)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT "\n" NONCE "\n%s\n", timestamp, body);
  char **headers = g_new0 (char *, 9);

  headers[0] = g_strdup ("Wechatpay-Timestamp");
  headers[1] = g_strdup_printf ("%" G_GINT64_FORMAT, timestamp);
  headers[2] = g_strdup ("Wechatpay-Nonce");
  headers[3] = g_strdup (NONCE);
  headers[4] = g_strdup ("Wechatpay-Serial");
  headers[5] = g_strdup (serial != NULL ? serial : self->serial);
  headers[6] = g_strdup ("Wechatpay-Signature");
  headers[7] = certificate_sign (self, text);
  return headers;
}

char *
v3_certificate_item_new (const char *serial, const char *pem)
{
  g_autofree char *sealed = v3_seal (pem, "4196a5b75276", "certificate");

  return g_strdup_printf (
      "{\"serial_no\":\"%s\",\"effective_time\":\"2018-06-08T10:34:56+08:00\","
      "\"expire_time\":\"2030-06-08T10:34:56+08:00\",\"encrypt_certificate\":{\"algorithm\":\"AEAD_AES_256_GCM\","
      "\"nonce\":\"4196a5b75276\",\"associated_data\":\"certificate\",\"ciphertext\":\"%s\"}}",
      serial,
      sealed);
}

char *
v3_certificate_list_new (V3Certificate *first, V3Certificate *second)
{
  g_autofree char *one = v3_certificate_item_new (first->serial, first->pem);
  g_autofree char *two = second != NULL ? v3_certificate_item_new (second->serial, second->pem) : NULL;

  return g_strdup_printf ("{\"data\":[%s%s%s]}", one, two != NULL ? "," : "", two != NULL ? two : "");
}
