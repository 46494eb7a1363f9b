/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "minipay-transport-request-private.h"

#include <libsoup/soup.h>
#include <string.h>

#include "core/minipay-error-private.h"

/* Framing and connection belong to the transport: from a plugin they would let one request pass for two. */
static const char *const reserved_headers[] = {
  "Connection", "Content-Length",      "Expect",           "Host",
  "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "TE",
  "Trailer",    "Transfer-Encoding",   "Upgrade",          NULL,
};

static gboolean
check_is_token (const char *text)
{
  if (*text == '\0')
    return FALSE;
  for (const char *p = text; *p != '\0'; p++) {
    if (!g_ascii_isalnum (*p) && strchr ("!#$%&'*+-.^_`|~", *p) == NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_method (const char *method, GError **error)
{
  g_autofree char *quoted = NULL;

  /* CONNECT asks a proxy for a tunnel: it has no target of its own. */
  if (check_is_token (method) && strcmp (method, "CONNECT") != 0)
    return TRUE;

  quoted = minipay_error_quote (method, -1);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PLUGIN,
               "request method \"%s\" is not a method name such as GET or POST",
               quoted);
  return FALSE;
}

static gboolean
check_target (const char *target, GError **error)
{
  g_autofree char *quoted = NULL;
  const char *p = target;

  /* Two slashes would be read as the name of another host. */
  if (target[0] == '/' && target[1] != '/') {
    while (*p > ' ' && *p < 0x7f && *p != '#')
      p++;
    if (*p == '\0')
      return TRUE;
  }

  /* a query may carry a token */
  quoted = minipay_error_quote (target, (gssize) strcspn (target, "?"));
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PLUGIN,
               "request target \"%s\" is not one slash followed by printable ASCII without space and #, "
               "wrong at byte %" G_GSIZE_FORMAT,
               quoted,
               (gsize) (p - target));
  return FALSE;
}

static gboolean
check_header (const char *name, const char *value, GError **error)
{
  g_autofree char *quoted = NULL;

  if (!check_is_token (name)) {
    quoted = minipay_error_quote (name, -1);
    g_set_error (
        error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN, "request header name \"%s\" is not a header name", quoted);
    return FALSE;
  }

  for (guint i = 0; reserved_headers[i] != NULL; i++) {
    if (g_ascii_strcasecmp (name, reserved_headers[i]) == 0) {
      g_set_error (error,
                   MINIPAY_ERROR,
                   MINIPAY_ERROR_PLUGIN,
                   "request header %s is written by the transport and by nobody else",
                   name);
      return FALSE;
    }
  }

  /* The value stays out of the message: it may be a credential. */
  for (const char *p = value; *p != '\0'; p++) {
    if (g_ascii_iscntrl (*p)) {
      g_set_error (error,
                   MINIPAY_ERROR,
                   MINIPAY_ERROR_PLUGIN,
                   "request header %s has control character 0x%02x at byte %" G_GSIZE_FORMAT
                   ", allowed is printable text",
                   name,
                   (guint) (guchar) *p,
                   (gsize) (p - value));
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
minipay_transport_check_request (MinipayHttpRequest *request, GError **error)
{
  MinipayHeaders *headers = minipay_http_request_get_headers (request);

  if (!check_method (minipay_http_request_get_method (request), error) ||
      !check_target (minipay_http_request_get_target (request), error))
    return FALSE;

  for (guint i = 0; i < minipay_headers_get_length (headers); i++) {
    if (!check_header (minipay_headers_get_name (headers, i), minipay_headers_get_value (headers, i), error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return g_ascii_strcasecmp (host, "localhost") == 0;
}

gboolean
minipay_transport_check_base_url (const char *base_url, GError **error)
{
  g_autoptr (GUri) base = g_uri_parse (base_url, G_URI_FLAGS_ENCODED, NULL);
  g_autofree char *quoted = minipay_error_quote (base_url, -1);
  const char *scheme = base != NULL ? g_uri_get_scheme (base) : "";
  const char *host = base != NULL ? g_uri_get_host (base) : NULL;

  if (host == NULL || *host == '\0' || g_uri_get_userinfo (base) != NULL || *g_uri_get_path (base) != '\0' ||
      g_uri_get_query (base) != NULL || g_uri_get_fragment (base) != NULL ||
      (strcmp (scheme, "https") != 0 && strcmp (scheme, "http") != 0)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "gateway address \"%s\" is not of the form https://host or https://host:port",
                 quoted);
    return FALSE;
  }

  if (strcmp (scheme, "https") != 0 && !check_is_loopback (host)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "gateway address \"%s\" is not https, which only this machine itself may be spoken to without",
                 quoted);
    return FALSE;
  }
  return TRUE;
}

static GUri *
request_make_uri (const char *base_url, const char *target)
{
  g_autoptr (GUri) base = g_uri_parse (base_url, G_URI_FLAGS_ENCODED, NULL);
  const char *query = strchr (target, '?');
  g_autofree char *path = query != NULL ? g_strndup (target, query - target) : g_strdup (target);

  /* Parsing would rewrite escapes, and the bytes of the target are what is signed: its parts are put in as
   * they are. */
  return g_uri_build (SOUP_HTTP_URI_FLAGS | G_URI_FLAGS_ENCODED,
                      g_uri_get_scheme (base),
                      NULL,
                      g_uri_get_host (base),
                      g_uri_get_port (base),
                      path,
                      query != NULL ? query + 1 : NULL,
                      NULL);
}

SoupMessage *
minipay_transport_make_message (MinipayHttpRequest *request, const char *base_url, gboolean may_repeat)
{
  const char *method = minipay_http_request_get_method (request);
  MinipayHeaders *headers = minipay_http_request_get_headers (request);
  GBytes *body = minipay_http_request_get_body (request);
  g_autoptr (GUri) uri = request_make_uri (base_url, minipay_http_request_get_target (request));
  SoupMessage *message = soup_message_new_from_uri (method, uri);
  SoupMessageHeaders *lines = soup_message_get_request_headers (message);
  SoupMessageFlags flags = SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_COLLECT_METRICS;

  /* The flag lets libsoup use a kept connection, whose silent end leaves the outcome unknown. */
  if (may_repeat || strcmp (method, "GET") == 0 || strcmp (method, "HEAD") == 0)
    flags |= SOUP_MESSAGE_IDEMPOTENT;
  soup_message_set_flags (message, flags);

  for (guint i = 0; i < minipay_headers_get_length (headers); i++)
    soup_message_headers_append (
        lines, minipay_headers_get_name (headers, i), minipay_headers_get_value (headers, i));
  if (soup_message_headers_get_one (lines, "User-Agent") == NULL)
    soup_message_headers_append (lines, "User-Agent", "minipay/" MINIPAY_VERSION);
  if (body != NULL)
    soup_message_set_request_body_from_bytes (message, NULL, body);
  else if (strcmp (method, "POST") == 0 || strcmp (method, "PUT") == 0)
    soup_message_headers_set_content_length (lines, 0);
  return message;
}
