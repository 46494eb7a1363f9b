/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-message.h"

#include <string.h>

#define MAX_QUOTED 4096

SandboxRequest *
sandbox_request_new (const char *method, const char *target, GBytes *body, SoupMessageHeaders *headers)
{
  SandboxRequest *request = g_new0 (SandboxRequest, 1);
  const char *mark = strchr (target, '?');

  request->method = g_strdup (method);
  request->target = g_strdup (target);
  request->path = mark != NULL ? g_strndup (target, mark - target) : g_strdup (target);
  request->query = mark != NULL ? g_strdup (mark + 1) : NULL;
  request->body = g_bytes_ref (body);
  request->headers = headers;
  return request;
}

void
sandbox_request_free (SandboxRequest *request)
{
  g_free (request->method);
  g_free (request->target);
  g_free (request->path);
  g_free (request->query);
  g_bytes_unref (request->body);
  g_free (request);
}

guint
sandbox_request_count (const SandboxRequest *request, const char *name)
{
  SoupMessageHeadersIter iter;
  const char *header = NULL;
  const char *value = NULL;
  guint count = 0;

  soup_message_headers_iter_init (&iter, request->headers);
  while (soup_message_headers_iter_next (&iter, &header, &value)) {
    if (g_ascii_strcasecmp (header, name) == 0)
      count++;
  }
  return count;
}

const char *
sandbox_request_get (const SandboxRequest *request, const char *name)
{
  return soup_message_headers_get_one (request->headers, name);
}

/* NULL when a name comes twice or an escape is malformed: which of two values counts is nothing to guess. */
GHashTable *
sandbox_form_parse (const char *text)
{
  g_autoptr (GHashTable) values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) pairs = g_strsplit (text, "&", -1);

  for (guint i = 0; pairs[i] != NULL; i++) {
    char *equals = strchr (pairs[i], '=');
    g_autofree char *name = NULL;
    g_autofree char *value = NULL;

    if (pairs[i][0] == '\0')
      continue;
    g_strdelimit (pairs[i], "+", ' ');
    name = g_uri_unescape_segment (pairs[i], equals, NULL);
    value = g_uri_unescape_string (equals != NULL ? equals + 1 : "", NULL);
    if (name == NULL || value == NULL || !g_utf8_validate (name, -1, NULL) || !g_utf8_validate (value, -1, NULL))
      return NULL;
    if (!g_hash_table_insert (values, g_steal_pointer (&name), g_steal_pointer (&value)))
      return NULL;
  }
  return g_steal_pointer (&values);
}

GHashTable *
sandbox_request_get_query (const SandboxRequest *request)
{
  return sandbox_form_parse (request->query != NULL ? request->query : "");
}

SandboxReply *
sandbox_reply_new (void)
{
  SandboxReply *reply = g_new0 (SandboxReply, 1);

  reply->status = 500;
  reply->body = g_byte_array_new ();
  reply->headers = g_ptr_array_new_with_free_func (g_free);
  return reply;
}

void
sandbox_reply_free (SandboxReply *reply)
{
  g_free (reply->content_type);
  g_byte_array_unref (reply->body);
  g_clear_object (&reply->stream);
  g_ptr_array_unref (reply->headers);
  sandbox_call_clear (&reply->call);
  g_free (reply->verdict);
  g_free (reply);
}

void
sandbox_reply_set (SandboxReply *reply, guint status, const char *content_type, const char *body)
{
  reply->status = status;
  g_free (reply->content_type);
  reply->content_type = g_strdup (content_type);
  g_byte_array_set_size (reply->body, 0);
  g_byte_array_append (reply->body, (const guint8 *) body, strlen (body));
}

void
sandbox_reply_add_header (SandboxReply *reply, const char *name, const char *value)
{
  g_ptr_array_add (reply->headers, g_strdup (name));
  g_ptr_array_add (reply->headers, g_strdup (value));
}

void
sandbox_call_clear (SandboxCall *call)
{
  g_free (call->out_trade_no);
  g_free (call->out_refund_no);
  g_free (call->number);
  g_free (call->key_id);
  g_free (call->verdict);
}

/* What is asked and who asks; @account may be NULL until the signature has said it. Both are static. */
void
sandbox_reply_set_call (SandboxReply *reply, const char *operation, const char *account)
{
  reply->call.operation = operation;
  reply->call.account = account;
}

/* The merchant's own numbers in the request, each nullable. */
void
sandbox_reply_set_numbers (SandboxReply *reply,
                           const char *out_trade_no,
                           const char *out_refund_no,
                           const char *number)
{
  g_free (reply->call.out_trade_no);
  g_free (reply->call.out_refund_no);
  g_free (reply->call.number);
  reply->call.out_trade_no = g_strdup (out_trade_no);
  reply->call.out_refund_no = g_strdup (out_refund_no);
  reply->call.number = g_strdup (number);
}

void
sandbox_reply_judge (SandboxReply *reply, const char *format, ...)
{
  va_list args;

  g_free (reply->verdict);
  va_start (args, format);
  reply->verdict = g_strdup_vprintf (format, args);
  va_end (args);
}

SandboxPush *
sandbox_push_new (const char *url, const char *body)
{
  SandboxPush *push = g_new0 (SandboxPush, 1);

  push->url = g_strdup (url);
  push->body = g_strdup (body);
  push->content_type = "application/json";
  push->headers = g_ptr_array_new_with_free_func (g_free);
  push->times = 1;
  return push;
}

void
sandbox_push_free (SandboxPush *push)
{
  g_free (push->url);
  g_free (push->body);
  g_free (push->nonce);
  g_ptr_array_unref (push->headers);
  g_free (push);
}

/* Text from outside made fit for one line of a log: what does not print is shown, never sent to the terminal.
 */
char *
sandbox_quote (const char *text, gssize length)
{
  g_autofree char *valid = g_utf8_make_valid (text, length);
  GString *quoted = g_string_new ("\"");

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (quoted->len > MAX_QUOTED) {
      g_string_append (quoted, "...");
      break;
    }
    if (c == '\n')
      g_string_append (quoted, "\\n");
    else if (c == '"' || c == '\\')
      g_string_append_printf (quoted, "\\%c", (char) c);
    else if (g_unichar_isprint (c))
      g_string_append_unichar (quoted, c);
    else
      g_string_append_printf (quoted, "\\u%04x", c);
  }
  g_string_append_c (quoted, '"');
  return g_string_free (quoted, FALSE);
}

gboolean
sandbox_bytes_equal (GBytes *bytes, const char *text)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (bytes, &length);

  return length == strlen (text) && (length == 0 || memcmp (data, text, length) == 0);
}

gboolean
sandbox_is_loopback_host (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return g_ascii_strcasecmp (host, "localhost") == 0;
}

gboolean
sandbox_is_loopback_url (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);

  return uri != NULL &&
         (g_str_equal (g_uri_get_scheme (uri), "http") || g_str_equal (g_uri_get_scheme (uri), "https")) &&
         g_uri_get_userinfo (uri) == NULL && g_uri_get_host (uri) != NULL &&
         sandbox_is_loopback_host (g_uri_get_host (uri));
}
