/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "provider/minipay-address-private.h"

#include <gio/gio.h>
#include <string.h>

#include "core/minipay-error-private.h"

#define HTTPS_PORT 443
#define HTTP_PORT  80

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
minipay_address_quote (const char *text)
{
  const char *authority = strstr (text, "://");
  gsize length = strcspn (text, "?#");
  const char *at = NULL;
  g_autofree char *shown = NULL;

  authority = authority != NULL ? authority + strlen ("://") : text;
  for (const char *p = authority; p < text + length && *p != '/'; p++)
    if (*p == '@')
      at = p;
  if (at != NULL)
    shown = g_strdup_printf ("%.*s(user)%.*s", (int) (authority - text), text, (int) (text + length - at), at);
  else
    shown = g_strndup (text, length);
  return minipay_error_quote (shown, -1);
}

char *
minipay_address_dup_origin (const char *scheme, const char *host, int port)
{
  g_autofree char *plain = g_strdup_printf (strchr (host, ':') != NULL ? "%s://[%s]" : "%s://%s", scheme, host);

  if (port < 0 || port == (strcmp (scheme, "https") == 0 ? HTTPS_PORT : HTTP_PORT))
    return g_steal_pointer (&plain);
  return g_strdup_printf ("%s:%d", plain, port);
}

/* What is wrong with it, or NULL. */
static const char *
address_find_fault (GUri *uri, const MinipayAddress *address, const char *host, gboolean is_listed)
{
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;

  if (host == NULL || *host == '\0')
    return "is no absolute address";
  if (strcmp (scheme, "https") != 0 && !(address->is_loopback && strcmp (scheme, "http") == 0))
    return "has another scheme than https";
  if (g_uri_get_userinfo (uri) != NULL)
    return "carries a user or a password";
  if (g_uri_get_fragment (uri) != NULL)
    return "has a fragment";
  if (g_str_has_prefix (g_uri_get_path (uri), "//"))
    return "has a path that begins with two slashes";
  if (address->is_loopback || is_listed)
    return g_uri_get_port (uri) == 0 ? "has port 0" : NULL;
  if (!minipay_host_is_plain (host))
    return "has no plain host name";
  if (g_uri_get_port (uri) != -1 && g_uri_get_port (uri) != HTTPS_PORT)
    return "has a port";
  return NULL;
}

gboolean
minipay_address_parse (MinipayAddress *self,
                       const char *what,
                       const char *text,
                       const char *const *origins,
                       MinipayError code,
                       GError **error)
{
  g_autoptr (GUri) uri = minipay_address_is_escaped (text) ? g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL) : NULL;
  const char *given = uri != NULL ? g_uri_get_host (uri) : NULL;
  g_autofree char *host = given != NULL ? g_ascii_strdown (given, -1) : NULL;
  g_autofree char *quoted = NULL;
  gboolean is_listed = FALSE;
  const char *fault;

  *self = (MinipayAddress){ 0 };
  if (host != NULL) {
    self->is_loopback = minipay_host_is_loopback (host);
    self->origin = minipay_address_dup_origin (g_uri_get_scheme (uri), host, g_uri_get_port (uri));
    is_listed = origins != NULL && g_strv_contains (origins, self->origin);
  }
  fault = address_find_fault (uri, self, host, is_listed);
  if (fault != NULL) {
    minipay_address_clear (self);
    quoted = minipay_address_quote (text);
    g_set_error (error,
                 MINIPAY_ERROR,
                 code,
                 "%s \"%s\" %s, allowed is https://HOST/PATH without user, port or fragment",
                 what,
                 quoted,
                 fault);
    return FALSE;
  }
  self->target = g_strconcat (*g_uri_get_path (uri) != '\0' ? g_uri_get_path (uri) : "/",
                              g_uri_get_query (uri) != NULL ? "?" : NULL,
                              g_uri_get_query (uri),
                              NULL);
  return TRUE;
}
