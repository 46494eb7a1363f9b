/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "inbox/minipay-listener-private.h"

#define MAX_HEADER_BYTES (16 * 1024)
#define MAX_HEADER_LINES 64

static guint
headers_count (SoupMessageHeaders *headers, const char *wanted)
{
  SoupMessageHeadersIter iter;
  const char *name, *value;
  guint n = 0;

  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    n += g_ascii_strcasecmp (name, wanted) == 0;
  return n;
}

gboolean
minipay_head_is_too_large (SoupServerMessage *message)
{
  SoupMessageHeadersIter iter;
  const char *name, *value;
  gsize bytes = strlen (g_uri_get_path (soup_server_message_get_uri (message)));
  guint lines = 0;

  soup_message_headers_iter_init (&iter, soup_server_message_get_request_headers (message));
  while (soup_message_headers_iter_next (&iter, &name, &value)) {
    bytes += strlen (name) + strlen (": ") + strlen (value) + strlen ("\r\n");
    lines++;
  }
  return lines > MAX_HEADER_LINES || bytes > MAX_HEADER_BYTES;
}

/* libsoup takes signs, lists and numbers beyond its range, and stumbles over them later. */
static gboolean
is_length (const char *value)
{
  gsize n_digits = strspn (value, "0123456789");

  return n_digits > 0 && n_digits < 19 && value[n_digits] == '\0';
}

gboolean
minipay_head_is_clear (SoupMessageHeaders *headers)
{
  guint n_lengths = headers_count (headers, "Content-Length");
  guint n_encodings = headers_count (headers, "Transfer-Encoding");

  if (headers_count (headers, "Host") > 1 || n_lengths + n_encodings > 1)
    return FALSE;
  if (n_lengths == 1)
    return is_length (soup_message_headers_get_one (headers, "Content-Length"));
  return n_encodings == 0 ||
         g_ascii_strcasecmp (soup_message_headers_get_one (headers, "Transfer-Encoding"), "chunked") == 0;
}
