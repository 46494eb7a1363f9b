/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "minipay-transport-answer-private.h"

#include <string.h>

#include "core/minipay-error-private.h"

#define PRESIZE_MIN_BYTES 512
#define PRESIZE_MAX_BYTES 65536

gboolean
minipay_transport_answer_check_head (SoupMessage *message, guint64 max_body, const char *base_url, GError **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char *coding = soup_message_headers_get_list (headers, "Content-Encoding");
  goffset length = soup_message_headers_get_content_length (headers);

  if (coding != NULL && g_ascii_strcasecmp (coding, "identity") != 0) {
    g_autofree char *quoted = minipay_error_quote (coding, -1);

    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "answer of %s has content encoding \"%s\", allowed is none",
                 base_url,
                 quoted);
    return FALSE;
  }
  if (length > 0 && (guint64) length > max_body) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_LIMIT,
                 "answer of %s has %" G_GOFFSET_FORMAT " bytes, allowed are %" G_GUINT64_FORMAT,
                 base_url,
                 length,
                 max_body);
    return FALSE;
  }
  return TRUE;
}

guint
minipay_transport_answer_guess_length (SoupMessage *message)
{
  goffset length = soup_message_headers_get_content_length (soup_message_get_response_headers (message));

  return CLAMP (length, PRESIZE_MIN_BYTES, PRESIZE_MAX_BYTES);
}

/* libsoup 3.2 takes a connection that ends between two chunks for the end of the answer. Reading on under a
 * cancelled cancellable tells: after the last chunk the body stream answers 0 by itself, before it it turns
 * to the connection. */
static gboolean
answer_has_last_chunk (GInputStream *stream)
{
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  GInputStream *chunks;
  char rest[64];

  if (!G_IS_FILTER_INPUT_STREAM (stream))
    return FALSE;
  chunks = g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (stream));
  g_cancellable_cancel (cancelled);
  return G_INPUT_STREAM_GET_CLASS (chunks)->read_fn (chunks, rest, sizeof rest, cancelled, NULL) == 0;
}

gboolean
minipay_transport_answer_check_whole (SoupMessage *message, GInputStream *stream, guint64 length, GError **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  guint status = soup_message_get_status (message);
  SoupEncoding encoding = soup_message_headers_get_encoding (headers);

  /* HTTP/2 marks the end of every answer; the others have no body. */
  if (soup_message_get_http_version (message) == SOUP_HTTP_2_0 || status == SOUP_STATUS_NO_CONTENT ||
      status == SOUP_STATUS_NOT_MODIFIED || strcmp (soup_message_get_method (message), "HEAD") == 0)
    return TRUE;

  if (encoding == SOUP_ENCODING_CONTENT_LENGTH &&
      length == (guint64) soup_message_headers_get_content_length (headers))
    return TRUE;
  if (encoding == SOUP_ENCODING_CHUNKED && answer_has_last_chunk (stream))
    return TRUE;

  /* libsoup also lands here when the head was cut: it takes the lines there are for all of them. */
  if (encoding == SOUP_ENCODING_EOF)
    g_set_error_literal (error,
                         G_IO_ERROR,
                         G_IO_ERROR_PARTIAL_INPUT,
                         "answer tells neither its length nor its last chunk, so a cut one would look whole");
  else
    g_set_error (error,
                 G_IO_ERROR,
                 G_IO_ERROR_PARTIAL_INPUT,
                 "answer was cut after %" G_GUINT64_FORMAT " bytes of its body",
                 length);
  return FALSE;
}

MinipayHttpResponse *
minipay_transport_answer_new_response (SoupMessage *message, GBytes *body)
{
  MinipayHttpResponse *response = minipay_http_response_new (soup_message_get_status (message), body);
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;

  soup_message_headers_iter_init (&iter, soup_message_get_response_headers (message));
  while (soup_message_headers_iter_next (&iter, &name, &value)) {
    if (g_utf8_validate (name, -1, NULL) && g_utf8_validate (value, -1, NULL)) {
      minipay_http_response_add_header (response, name, value);
    } else {
      g_autofree char *valid_name = g_utf8_make_valid (name, -1);
      g_autofree char *valid_value = g_utf8_make_valid (value, -1);

      minipay_http_response_add_header (response, valid_name, valid_value);
    }
  }
  return response;
}
