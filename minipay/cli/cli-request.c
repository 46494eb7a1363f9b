/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/cli-request.h"

#include <string.h>

#define TOKEN_CHARACTERS "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, message);
  return FALSE;
}

/* Where the body begins, or -1: after the first empty line. */
static gssize
find_body (const char *data, gsize length)
{
  gsize start = 0;

  while (start < length) {
    const char *end = memchr (data + start, '\n', length - start);
    gsize line_length;

    if (end == NULL)
      return -1;
    line_length = (gsize) (end - data) - start;
    if (line_length == 0 || (line_length == 1 && data[start] == '\r'))
      return end - data + 1;
    start = (gsize) (end - data) + 1;
  }
  return -1;
}

static gboolean
is_plain_text (const char *line)
{
  for (const char *p = line; *p != '\0'; p++) {
    if (((guchar) *p < 0x20 && *p != '\t') || *p == 0x7f)
      return FALSE;
  }
  return TRUE;
}

static char **
split_head (const char *data, gsize length, GError **error)
{
  g_autofree char *head = g_strndup (data, length);
  g_auto (GStrv) lines = NULL;

  if (strlen (head) != length) {
    refuse (error, "the head of the request has a NUL byte");
    return NULL;
  }
  lines = g_strsplit (head, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    if (g_str_has_suffix (*line, "\r"))
      (*line)[strlen (*line) - 1] = '\0';
    if (!is_plain_text (*line)) {
      refuse (error, "the head of the request has a control character");
      return NULL;
    }
  }
  return g_steal_pointer (&lines);
}

static MinipayHttpRequest *
parse_request_line (const char *line, const char *target, GBytes *body, GError **error)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  if (g_strv_length (words) != 3 || *words[0] == '\0' || words[0][strspn (words[0], TOKEN_CHARACTERS)] != '\0' ||
      words[1][0] != '/' || (!g_str_equal (words[2], "HTTP/1.1") && !g_str_equal (words[2], "HTTP/1.0"))) {
    refuse (error, "the first line is no request line, such as: POST /notify/shop HTTP/1.1");
    return NULL;
  }
  return minipay_http_request_new (words[0], target != NULL ? target : words[1], body);
}

static gboolean
add_header_line (MinipayHttpRequest *request, const char *line, GError **error)
{
  gsize name_length = strspn (line, TOKEN_CHARACTERS);
  g_autofree char *name = NULL;
  g_autofree char *value = NULL;

  if (name_length == 0 || line[name_length] != ':')
    return refuse (error, "a header line is not of the form name: value");
  name = g_strndup (line, name_length);
  value = g_strstrip (g_strdup (line + name_length + 1));
  minipay_http_request_add_header (request, name, value);
  return TRUE;
}

static gboolean
check_body_length (MinipayHttpRequest *request, gsize length, GError **error)
{
  MinipayHeaders *headers = minipay_http_request_get_headers (request);
  guint64 announced;
  guint n_lengths, n_encodings;
  const char *text = minipay_headers_lookup (headers, "Content-Length", &n_lengths);

  minipay_headers_lookup (headers, "Transfer-Encoding", &n_encodings);
  if (n_encodings > 0)
    return refuse (error, "the request has a Transfer-Encoding; give its body decoded and without that line");
  if (n_lengths > 1)
    return refuse (error, "the request has several Content-Length lines");
  if (n_lengths == 0)
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, 0, CLI_MAX_BODY_BYTES, &announced, NULL)) {
    g_set_error (
        error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "Content-Length is no number of 0..%d", CLI_MAX_BODY_BYTES);
    return FALSE;
  }
  if (announced != length) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "Content-Length announces %" G_GUINT64_FORMAT " bytes of body, %" G_GSIZE_FORMAT " are there",
                 announced,
                 length);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_limits (gsize head_length, gsize body_length, GError **error)
{
  if (head_length <= CLI_MAX_HEAD_BYTES && body_length <= CLI_MAX_BODY_BYTES)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_LIMIT,
               "the request has a head of %" G_GSIZE_FORMAT " and a body of %" G_GSIZE_FORMAT
               " bytes, allowed are %d and %d",
               head_length,
               body_length,
               CLI_MAX_HEAD_BYTES,
               CLI_MAX_BODY_BYTES);
  return FALSE;
}

MinipayHttpRequest *
cli_request_parse (GBytes *raw, const char *target, GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (raw, &length);
  gssize body_start = data != NULL ? find_body (data, length) : -1;
  gsize head_length = body_start >= 0 ? (gsize) body_start : 0;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (MinipayHttpRequest) request = NULL;

  if (body_start < 0) {
    refuse (error, "the request has no empty line between its head and its body");
    return NULL;
  }
  if (!check_limits (head_length, length - head_length, error))
    return NULL;
  lines = split_head (data, head_length, error);
  if (lines == NULL)
    return NULL;

  body = g_bytes_new_from_bytes (raw, head_length, length - head_length);
  request = parse_request_line (lines[0], target, body, error);
  if (request == NULL)
    return NULL;
  for (char **line = lines + 1; **line != '\0'; line++) {
    if (!add_header_line (request, *line, error))
      return NULL;
  }
  if (!check_body_length (request, length - head_length, error))
    return NULL;
  return g_steal_pointer (&request);
}
