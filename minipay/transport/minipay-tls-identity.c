/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "minipay-tls-identity-private.h"

#include <string.h>

#include "core/minipay-error.h"

static gboolean
identity_refuse (GError **error, const char *why)
{
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "client certificate cannot be used: %s", why);
  return FALSE;
}

static gboolean
identity_has (const char *bytes, gsize length, const char *word)
{
  return g_strstr_len (bytes, (gssize) length, word) != NULL;
}

/* The library's own messages are not passed on: what they quote of the file is not ours to know. */
static GTlsCertificate *
identity_read_pem (const char *bytes, gsize length, GError **error)
{
  GTlsCertificate *made;

  if (!identity_has (bytes, length, "-----BEGIN CERTIFICATE-----")) {
    identity_refuse (error, "its file has no certificate, both certificate and key are needed");
    return NULL;
  }
  if (identity_has (bytes, length, "-----BEGIN ENCRYPTED PRIVATE KEY-----") ||
      identity_has (bytes, length, "Proc-Type: 4,ENCRYPTED")) {
    identity_refuse (error, "the key in its PEM file is encrypted, allowed are a plain one and PKCS#12");
    return NULL;
  }

  made = g_tls_certificate_new_from_pem (bytes, (gssize) length, NULL);
  if (made == NULL)
    identity_refuse (error, "certificate or key in its PEM file is damaged");
  return made;
}

static GTlsCertificate *
identity_read_pkcs12 (const char *bytes, gsize length, const char *passphrase, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  GTlsCertificate *made =
      g_tls_certificate_new_from_pkcs12 ((const guint8 *) bytes, length, passphrase, &local_error);

  if (made != NULL)
    return made;
  /* GnuTLS 3.7 takes about one sound file in a hundred for damaged */
  if (!g_error_matches (local_error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE_PASSWORD))
    identity_refuse (error,
                     "its file is neither PEM nor PKCS#12 with certificate and key, or damaged; if other "
                     "programs open it, give it as PEM");
  else if (passphrase == NULL)
    identity_refuse (error, "its PKCS#12 file needs a passphrase, none was given");
  else
    identity_refuse (error, "the passphrase does not open its PKCS#12 file");
  return NULL;
}

static gboolean
identity_has_key (GTlsCertificate *identity)
{
  GByteArray *key = NULL;
  gboolean has_key;

  g_object_get (identity, "private-key", &key, NULL);
  has_key = key != NULL;
  if (key != NULL) {
    explicit_bzero (key->data, key->len);
    g_byte_array_unref (key);
  }
  return has_key;
}

static void
identity_warn_of_time (GTlsCertificate *identity)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) begin = g_tls_certificate_get_not_valid_before (identity);
  g_autoptr (GDateTime) end = g_tls_certificate_get_not_valid_after (identity);
  g_autofree char *begin_text = begin != NULL ? g_date_time_format_iso8601 (begin) : g_strdup ("?");
  g_autofree char *end_text = end != NULL ? g_date_time_format_iso8601 (end) : g_strdup ("?");

  if ((begin != NULL && g_date_time_compare (now, begin) < 0) ||
      (end != NULL && g_date_time_compare (now, end) > 0))
    g_warning ("client certificate is valid from %s to %s only: the gateway may refuse it", begin_text, end_text);
}

GTlsCertificate *
minipay_tls_identity_new (GBytes *data, const char *passphrase, GError **error)
{
  g_autoptr (GTlsCertificate) identity = NULL;
  gsize length = 0;
  const char *bytes = g_bytes_get_data (data, &length);

  if (length == 0) {
    identity_refuse (error, "its file is empty");
    return NULL;
  }
  identity = identity_has (bytes, length, "-----BEGIN ") ? identity_read_pem (bytes, length, error)
                                                         : identity_read_pkcs12 (bytes, length, passphrase, error);
  if (identity == NULL)
    return NULL;
  if (!identity_has_key (identity)) {
    identity_refuse (error, "its file has no private key, both certificate and key are needed");
    return NULL;
  }
  identity_warn_of_time (identity);
  return g_steal_pointer (&identity);
}
