/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-tls.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-merchant.h"

#define AUTHORITY_FILE "tls-authority.pem"
#define SERVER_FILE    "tls-server.pem"

/* A certificate with the key that goes with it. */
typedef struct {
  SandboxKey *key;
  SandboxCertificate *certificate;
} Identity;

/* The authority's own key is gone once it has issued everything. */
struct _SandboxTls {
  SandboxCertificate *authority;
  Identity server;
  gboolean is_stored; /* read from a folder, where every file stays as it is */
  Identity *clients;  /* one place for each merchant; those without a certificate stay empty */
};

static void
identity_clear (Identity *identity)
{
  g_clear_pointer (&identity->key, EVP_PKEY_free);
  g_clear_pointer (&identity->certificate, X509_free);
}

void
sandbox_tls_free (SandboxTls *self)
{
  for (guint i = 0; i < sandbox_n_merchants; i++)
    identity_clear (&self->clients[i]);
  g_free (self->clients);
  identity_clear (&self->server);
  X509_free (self->authority);
  g_free (self);
}

static SandboxTls *
tls_alloc (void)
{
  SandboxTls *self = g_new0 (SandboxTls, 1);

  self->clients = g_new0 (Identity, sandbox_n_merchants);
  return self;
}

static gboolean
add_extension (X509 *certificate, int nid, const char *value)
{
  X509_EXTENSION *extension = X509V3_EXT_conf_nid (NULL, NULL, nid, value);
  gboolean added = extension != NULL && X509_add_ext (certificate, extension, -1) == 1;

  X509_EXTENSION_free (extension);
  return added;
}

static SandboxCertificate *
make_authority (SandboxKey *key)
{
  g_autoptr (SandboxCertificate) authority = sandbox_certificate_new (key, "authority", key, SANDBOX_FIVE_YEARS_S);

  if (authority == NULL || !X509_set_subject_name (authority, X509_get_issuer_name (authority)) ||
      !add_extension (authority, NID_basic_constraints, "critical,CA:TRUE") ||
      !add_extension (authority, NID_key_usage, "critical,keyCertSign") ||
      !X509_sign (authority, key, EVP_sha256 ()))
    return NULL;
  return g_steal_pointer (&authority);
}

static gboolean
issue (Identity *identity, const char *subject, const char *usage, const char *alt_name, SandboxKey *ca_key)
{
  identity->key = sandbox_key_new_ec ();
  if (identity->key == NULL)
    return FALSE;
  identity->certificate = sandbox_certificate_new (identity->key, subject, ca_key, SANDBOX_FIVE_YEARS_S);
  return identity->certificate != NULL && add_extension (identity->certificate, NID_ext_key_usage, usage) &&
         (alt_name == NULL || add_extension (identity->certificate, NID_subject_alt_name, alt_name)) &&
         X509_sign (identity->certificate, ca_key, EVP_sha256 ()) != 0;
}

SandboxTls *
sandbox_tls_new (GError **error)
{
  g_autoptr (SandboxTls) self = tls_alloc ();
  g_autoptr (SandboxKey) ca_key = sandbox_key_new_ec ();
  gboolean made = ca_key != NULL && (self->authority = make_authority (ca_key)) != NULL &&
                  issue (&self->server, "127.0.0.1", "serverAuth", "IP:127.0.0.1,DNS:localhost", ca_key);

  for (guint i = 0; made && i < sandbox_n_merchants; i++) {
    if (sandbox_merchants[i].client_certificate != NULL)
      made = issue (&self->clients[i], sandbox_merchants[i].mchid, "clientAuth", NULL, ca_key);
  }
  if (made)
    return g_steal_pointer (&self);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot make throw-away certificates");
  return NULL;
}

static gboolean
is_pkcs12 (const char *file)
{
  return g_str_has_suffix (file, ".p12");
}

/* What a merchant downloads from the console: PEM in one text, or PKCS#12 whose passphrase is his number. */
static GBytes *
identity_write (const Identity *identity, const char *file, const char *passphrase)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  PKCS12 *bundle = NULL;
  char *data = NULL;
  long length = 0;
  GBytes *bytes = NULL;

  if (is_pkcs12 (file)) {
    bundle = PKCS12_create (passphrase, NULL, identity->key, identity->certificate, NULL, 0, 0, 0, 0, 0);
    i2d_PKCS12_bio (bio, bundle);
    PKCS12_free (bundle);
  } else {
    PEM_write_bio_X509 (bio, identity->certificate);
    PEM_write_bio_PKCS8PrivateKey (bio, identity->key, NULL, NULL, 0, NULL, NULL);
  }
  length = BIO_get_mem_data (bio, &data);
  bytes = g_bytes_new (data, length);
  OPENSSL_cleanse (data, length);
  BIO_free (bio);
  return bytes;
}

static gboolean
write_bytes (const char *directory, const char *file, GBytes *bytes, GError **error)
{
  g_autofree char *path = g_build_filename (directory, file, NULL);

  return g_file_set_contents_full (
      path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

gboolean
sandbox_tls_write (SandboxTls *self, const char *directory, GError **error)
{
  g_autofree char *pem = sandbox_certificate_to_pem (self->authority);
  g_autoptr (GBytes) authority = g_bytes_new (pem, strlen (pem));
  g_autoptr (GBytes) server = identity_write (&self->server, SERVER_FILE, NULL);

  if (self->is_stored)
    return TRUE;
  if (!write_bytes (directory, AUTHORITY_FILE, authority, error) ||
      !write_bytes (directory, SERVER_FILE, server, error))
    return FALSE;
  for (guint i = 0; i < sandbox_n_merchants; i++) {
    const SandboxMerchant *merchant = &sandbox_merchants[i];
    g_autoptr (GBytes) client = NULL;

    if (merchant->client_certificate == NULL)
      continue;
    client = identity_write (&self->clients[i], merchant->client_certificate, merchant->mchid);
    if (!write_bytes (directory, merchant->client_certificate, client, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
identity_read (Identity *identity, const char *directory, const char *file, const char *passphrase, GError **error)
{
  g_autofree char *path = g_build_filename (directory, file, NULL);
  BIO *bio = BIO_new_file (path, "rb");
  PKCS12 *bundle = NULL;

  if (bio != NULL && is_pkcs12 (file)) {
    bundle = d2i_PKCS12_bio (bio, NULL);
    if (bundle != NULL)
      PKCS12_parse (bundle, passphrase, &identity->key, &identity->certificate, NULL);
    PKCS12_free (bundle);
  } else if (bio != NULL) {
    identity->certificate = PEM_read_bio_X509 (bio, NULL, NULL, NULL);
    identity->key = PEM_read_bio_PrivateKey (bio, NULL, NULL, NULL);
  }
  BIO_free (bio);
  ERR_clear_error ();
  if (identity->key != NULL && identity->certificate != NULL &&
      sandbox_certificate_is_throw_away (identity->certificate) &&
      X509_check_private_key (identity->certificate, identity->key))
    return TRUE;
  g_set_error (error,
               G_IO_ERROR,
               G_IO_ERROR_INVALID_DATA,
               "%s is not a throw-away certificate of a sandbox together with its key",
               path);
  return FALSE;
}

SandboxTls *
sandbox_tls_read (const char *directory, GError **error)
{
  g_autoptr (SandboxTls) self = tls_alloc ();
  g_autofree char *path = sandbox_tls_dup_authority_file (directory);
  g_autofree char *pem = NULL;

  if (!g_file_get_contents (path, &pem, NULL, error) ||
      !identity_read (&self->server, directory, SERVER_FILE, NULL, error))
    return NULL;
  self->authority = sandbox_certificate_from_pem (pem);
  if (self->authority == NULL || !sandbox_certificate_is_throw_away (self->authority)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s is not the authority of a sandbox", path);
    return NULL;
  }
  for (guint i = 0; i < sandbox_n_merchants; i++) {
    const SandboxMerchant *merchant = &sandbox_merchants[i];

    if (merchant->client_certificate != NULL &&
        !identity_read (&self->clients[i], directory, merchant->client_certificate, merchant->mchid, error))
      return NULL;
  }
  self->is_stored = TRUE;
  return g_steal_pointer (&self);
}

/* What the https port shows. */
GTlsCertificate *
sandbox_tls_make_server (SandboxTls *self, GError **error)
{
  g_autoptr (GBytes) pem = identity_write (&self->server, SERVER_FILE, NULL);

  return g_tls_certificate_new_from_pem (g_bytes_get_data (pem, NULL), g_bytes_get_size (pem), error);
}

/* The account whose certificate @peer has shown, or NULL when it is nobody's: the handshake has proved that the key
 * was there, so the bytes of the certificate say everything. */
const char *
sandbox_tls_find_account (SandboxTls *self, GTlsCertificate *peer)
{
  g_autoptr (GByteArray) shown = NULL;

  g_object_get (peer, "certificate", &shown, NULL);
  for (guint i = 0; i < sandbox_n_merchants; i++) {
    guchar *der = NULL;
    int length = self->clients[i].certificate != NULL ? i2d_X509 (self->clients[i].certificate, &der) : 0;
    gboolean is_his = length > 0 && shown->len == (guint) length && memcmp (der, shown->data, length) == 0;

    OPENSSL_free (der);
    if (is_his)
      return sandbox_merchants[i].account;
  }
  return NULL;
}

char *
sandbox_tls_dup_authority_file (const char *directory)
{
  g_autofree char *path = g_build_filename (directory, AUTHORITY_FILE, NULL);

  return g_canonicalize_filename (path, NULL);
}
