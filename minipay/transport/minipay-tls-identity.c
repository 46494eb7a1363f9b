/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "minipay-tls-identity-private.h"

#include "core/minipay-error.h"

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
minipay_tls_identity_new (MinipaySecret *pem, GError **error)
{
  gsize length;
  const guint8 *text = minipay_secret_peek (pem, &length);
  GTlsCertificate *identity = g_tls_certificate_new_from_pem ((const char *) text, (gssize) length, NULL);

  if (identity != NULL)
    identity_warn_of_time (identity);
  else
    /* what the library would quote of the key is not ours to know */
    g_set_error_literal (error,
                         MINIPAY_ERROR,
                         MINIPAY_ERROR_CONFIG,
                         "client certificate or its key is of a kind that TLS cannot use");
  return identity;
}
