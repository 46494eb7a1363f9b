/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "provider/minipay-address-private.h"

#include <gio/gio.h>
#include <string.h>

#include "core/minipay-error-private.h"

#define HTTPS_PORT 443

#define ADDRESS_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%"

gboolean
minipay_host_is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = NULL;

  if (host == NULL)
    return FALSE;
  if (g_ascii_strcasecmp (host, "localhost") == 0)
    return TRUE;
  address = g_inet_address_new_from_string (host);
  return address != NULL && g_inet_address_get_is_loopback (address);
}

gboolean
minipay_host_is_plain (const char *host)
{
  const char *last = strrchr (host, '.');

  return strspn (host, "abcdefghijklmnopqrstuvwxyz0123456789.-") == strlen (host) && last != NULL &&
         g_ascii_isalpha (last[1]) && strstr (host, "..") == NULL && !g_hostname_is_ip_address (host) &&
         *host != '.' && *host != '-';
}

gboolean
minipay_address_is_escaped (const char *text)
{
  return text[strspn (text, ADDRESS_CHARACTERS)] == '\0';
}

void
minipay_address_clear (MinipayAddress *self)
{
  g_clear_pointer (&self->origin, g_free);
  g_clear_pointer (&self->target, g_free);
}

char *
minipay_address_dup_origin (const char *scheme, const char *host, int port)
{
  g_autofree char *plain = g_strdup_printf (strchr (host, ':') != NULL ? "%s://[%s]" : "%s://%s", scheme, host);

  if (port <= 0 || (port == HTTPS_PORT && strcmp (scheme, "https") == 0))
    return g_steal_pointer (&plain);
  return g_strdup_printf ("%s:%d", plain, port);
}

/* What is wrong with it, or NULL. */
static const char *
address_find_fault (GUri *uri, const char *host, gboolean is_loopback)
{
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;

  if (host == NULL || *host == '\0')
    return "is no absolute address";
  if (strcmp (scheme, "https") != 0 && !(is_loopback && strcmp (scheme, "http") == 0))
    return "has another scheme than https";
  if (g_uri_get_userinfo (uri) != NULL)
    return "carries a user or a password";
  if (g_uri_get_fragment (uri) != NULL)
    return "has a fragment";
  if (is_loopback)
    return NULL;
  if (!minipay_host_is_plain (host))
    return "has no plain host name";
  if (g_uri_get_port (uri) > 0 && g_uri_get_port (uri) != HTTPS_PORT)
    return "has a port";
  return NULL;
}

gboolean
minipay_address_parse (MinipayAddress *self, const char *what, const char *text, MinipayError code, GError **error)
{
  g_autoptr (GUri) uri = minipay_address_is_escaped (text) ? g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL) : NULL;
  const char *given = uri != NULL ? g_uri_get_host (uri) : NULL;
  g_autofree char *host = given != NULL ? g_ascii_strdown (given, -1) : NULL;
  const char *fault;

  self->origin = NULL;
  self->target = NULL;
  self->is_loopback = minipay_host_is_loopback (host);
  fault = address_find_fault (uri, host, self->is_loopback);
  if (fault != NULL) {
    /* a query may carry a token */
    g_autofree char *quoted = minipay_error_quote (text, (gssize) strcspn (text, "?"));

    g_set_error (error,
                 MINIPAY_ERROR,
                 code,
                 "%s \"%s\" %s, allowed is https://HOST/PATH without user, port or fragment",
                 what,
                 quoted,
                 fault);
    return FALSE;
  }
  self->origin = minipay_address_dup_origin (g_uri_get_scheme (uri), host, g_uri_get_port (uri));
  self->target = g_strconcat (*g_uri_get_path (uri) != '\0' ? g_uri_get_path (uri) : "/",
                              g_uri_get_query (uri) != NULL ? "?" : NULL,
                              g_uri_get_query (uri),
                              NULL);
  return TRUE;
}
