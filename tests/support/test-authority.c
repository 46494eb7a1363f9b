/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "test-authority.h"

#include <glib/gstdio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define DAY_S (24 * 60 * 60)

struct _TestAuthority {
  EVP_PKEY *key;
  X509 *certificate;
  char *directory;
  char *file;
};

static void
authority_add_extension (X509 *certificate, X509 *issuer, int nid, const char *value)
{
  X509V3_CTX context;
  X509_EXTENSION *extension;

  X509V3_set_ctx (&context, issuer, certificate, NULL, NULL, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  g_assert_nonnull (extension);
  X509_add_ext (certificate, extension, -1);
  X509_EXTENSION_free (extension);
}

/* @issuer: NULL for one that signs itself; @alt_name: NULL for an authority. */
static X509 *
authority_make (EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key, const char *alt_name, int days)
{
  static int serial = 1;
  X509 *certificate = X509_new ();
  X509_NAME *name = X509_get_subject_name (certificate);
  const char *common_name = alt_name != NULL ? "minipay test server" : "minipay test authority";

  X509_set_version (certificate, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), serial++);
  X509_gmtime_adj (X509_getm_notBefore (certificate), (MIN (days, 0) - 1) * DAY_S);
  X509_gmtime_adj (X509_getm_notAfter (certificate), (long) days * DAY_S);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const guchar *) common_name, -1, -1, 0);
  X509_set_issuer_name (certificate, issuer != NULL ? X509_get_subject_name (issuer) : name);
  X509_set_pubkey (certificate, key);
  if (alt_name != NULL) {
    authority_add_extension (certificate, issuer != NULL ? issuer : certificate, NID_subject_alt_name, alt_name);
  } else {
    authority_add_extension (certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
    authority_add_extension (certificate, certificate, NID_key_usage, "critical,keyCertSign");
  }
  g_assert_cmpint (X509_sign (certificate, issuer_key != NULL ? issuer_key : key, EVP_sha256 ()), >, 0);
  return certificate;
}

static GTlsCertificate *
authority_to_tls (X509 *certificate, EVP_PKEY *key)
{
  g_autoptr (GError) error = NULL;
  GTlsCertificate *made;
  BIO *bio = BIO_new (BIO_s_mem ());
  char *text = NULL;
  long length;

  PEM_write_bio_X509 (bio, certificate);
  PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL);
  length = BIO_get_mem_data (bio, &text);
  made = g_tls_certificate_new_from_pem (text, length, &error);
  g_assert_no_error (error);
  BIO_free (bio);
  return made;
}

TestAuthority *
test_authority_new (void)
{
  TestAuthority *self = g_new0 (TestAuthority, 1);
  g_autoptr (GError) error = NULL;
  BIO *bio;

  self->key = EVP_EC_gen ("P-256");
  self->certificate = authority_make (self->key, NULL, NULL, NULL, 30);
  self->directory = g_dir_make_tmp ("minipay-test-XXXXXX", &error);
  g_assert_no_error (error);
  self->file = g_build_filename (self->directory, "authority.pem", NULL);
  bio = BIO_new_file (self->file, "w");
  g_assert_nonnull (bio);
  PEM_write_bio_X509 (bio, self->certificate);
  BIO_free (bio);
  return self;
}

void
test_authority_free (TestAuthority *self)
{
  g_unlink (self->file);
  g_rmdir (self->directory);
  X509_free (self->certificate);
  EVP_PKEY_free (self->key);
  g_free (self->file);
  g_free (self->directory);
  g_free (self);
}

const char *
test_authority_get_file (TestAuthority *self)
{
  return self->file;
}

GTlsCertificate *
test_authority_issue (TestAuthority *self, const char *alt_name, int days)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *certificate = authority_make (key, self->certificate, self->key, alt_name, days);
  GTlsCertificate *made = authority_to_tls (certificate, key);

  X509_free (certificate);
  EVP_PKEY_free (key);
  return made;
}

GTlsCertificate *
test_authority_issue_as (TestAuthority *self, const TestCertificatePlan *plan)
{
  EVP_PKEY *key = plan->rsa_bits != 0 ? EVP_RSA_gen (plan->rsa_bits) : EVP_EC_gen ("P-256");
  X509 *certificate = authority_make (key, self->certificate, self->key, plan->alt_name, 30);
  GTlsCertificate *made;

  if (plan->first_day != 0)
    X509_gmtime_adj (X509_getm_notBefore (certificate), (long) plan->first_day * DAY_S);
  if (plan->last_day != 0)
    X509_gmtime_adj (X509_getm_notAfter (certificate), (long) plan->last_day * DAY_S);
  g_assert_cmpint (X509_sign (certificate, self->key, plan->is_sha1 ? EVP_sha1 () : EVP_sha256 ()), >, 0);
  made = authority_to_tls (certificate, key);
  X509_free (certificate);
  EVP_PKEY_free (key);
  return made;
}

GTlsCertificate *
test_authority_make_self_signed (const char *alt_name)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *certificate = authority_make (key, NULL, NULL, alt_name, 30);
  GTlsCertificate *made = authority_to_tls (certificate, key);

  X509_free (certificate);
  EVP_PKEY_free (key);
  return made;
}
