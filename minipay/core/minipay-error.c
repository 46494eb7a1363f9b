/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-error.h"

#include <string.h>

#include "core/minipay-error-private.h"

#define QUOTED_MAX_BYTES 200

/**
 * MinipayErrorDetail:
 *
 * What a gateway said about an error, for C callers. Bindings, which carry only domain, code and message,
 * find the same facts at the end of the message.
 *
 * Since: 0.1
 */
struct _MinipayErrorDetail {
  char *gateway_code;    /* owned, nullable */
  char *gateway_message; /* owned, nullable */
  char *request_id;      /* owned, nullable */
  char *remedy;          /* owned, nullable */
  guint http_status;     /* 0: there was no answer */
};

typedef struct {
  MinipayErrorDetail detail;
} MinipayErrorPrivate;

static void
minipay_error_private_init (MinipayErrorPrivate *priv)
{
}

static void
minipay_error_private_copy (const MinipayErrorPrivate *src, MinipayErrorPrivate *dest)
{
  dest->detail.gateway_code = g_strdup (src->detail.gateway_code);
  dest->detail.gateway_message = g_strdup (src->detail.gateway_message);
  dest->detail.request_id = g_strdup (src->detail.request_id);
  dest->detail.remedy = g_strdup (src->detail.remedy);
  dest->detail.http_status = src->detail.http_status;
}

static void
minipay_error_private_clear (MinipayErrorPrivate *priv)
{
  g_free (priv->detail.gateway_code);
  g_free (priv->detail.gateway_message);
  g_free (priv->detail.request_id);
  g_free (priv->detail.remedy);
}

/**
 * minipay_error_quark:
 *
 * The domain of every error minipay makes.
 *
 * Returns: the quark
 *
 * Since: 0.1
 */
G_DEFINE_EXTENDED_ERROR (MinipayError, minipay_error)

char *
minipay_error_quote (const char *text, gssize length)
{
  g_autofree char *valid = NULL;
  GString *quoted;

  if (text == NULL)
    return g_strdup ("nothing");
  if (length < 0)
    length = (gssize) strlen (text);

  valid = g_utf8_make_valid (text, MIN (length, QUOTED_MAX_BYTES));
  quoted = g_string_sized_new (QUOTED_MAX_BYTES);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029)
      g_string_append_c (quoted, '?');
    else
      g_string_append_unichar (quoted, c);
  }
  if (length > QUOTED_MAX_BYTES)
    g_string_append (quoted, "...");
  return g_string_free (quoted, FALSE);
}

/* The tail is split at `; ` and `]`, so a gateway's text must contain neither. */
static void
error_append_fact (GString *tail, const char *name, const char *value)
{
  g_autofree char *quoted = NULL;

  if (value == NULL || *value == '\0')
    return;
  quoted = minipay_error_quote (value, -1);
  g_strdelimit (quoted, ";[]", ',');
  g_string_append_printf (tail, "%s%s=%s", tail->len > 0 ? "; " : "", name, quoted);
}

void
minipay_set_gateway_error (
    GError **error, MinipayError code, const MinipayErrorFacts *facts, const char *format, ...)
{
  g_autofree char *message = NULL;
  g_autoptr (GString) tail = g_string_new (NULL);
  GError *made;
  MinipayErrorPrivate *priv;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  /* only this function writes a tail: a gateway's words must not look like one */
  g_strdelimit (message, "[", '(');
  g_strdelimit (message, "]", ')');

  error_append_fact (tail, "gateway-code", facts->gateway_code);
  if (facts->http_status != 0) {
    g_autofree char *status = g_strdup_printf ("%u", facts->http_status);
    error_append_fact (tail, "http", status);
  }
  error_append_fact (tail, "request-id", facts->request_id);

  made = tail->len > 0 ? g_error_new (MINIPAY_ERROR, code, "%s [%s]", message, tail->str)
                       : g_error_new_literal (MINIPAY_ERROR, code, message);
  priv = minipay_error_get_private (made);
  priv->detail.gateway_code = g_strdup (facts->gateway_code);
  priv->detail.gateway_message = g_strdup (facts->gateway_message);
  priv->detail.request_id = g_strdup (facts->request_id);
  priv->detail.remedy = g_strdup (facts->remedy);
  priv->detail.http_status = facts->http_status;
  g_propagate_error (error, made);
}

/* One line of UTF-8: what others wrote must not be able to forge a second line of a log. */
static char *
error_dup_message (const GError *error)
{
  for (const char *p = error->message; *p != '\0'; p++)
    if ((guchar) *p < 0x20 || *p == 0x7f)
      return minipay_error_quote (error->message, -1);
  return g_utf8_make_valid (error->message, -1);
}

GError *
minipay_error_recode (const GError *error, MinipayError code, const char *prefix)
{
  g_autofree char *message = error_dup_message (error);
  GError *made;

  made = prefix != NULL ? g_error_new (MINIPAY_ERROR, code, "%s: %s", prefix, message)
                        : g_error_new_literal (MINIPAY_ERROR, code, message);
  if (error->domain == MINIPAY_ERROR)
    minipay_error_private_copy (minipay_error_get_private ((GError *) error), minipay_error_get_private (made));
  return made;
}

/**
 * minipay_error_get_detail: (skip)
 * @error: any error
 *
 * What the gateway said, when @error is a #MinipayError.
 *
 * Returns: (nullable): the detail, owned by @error; %NULL for errors of other domains
 *
 * Since: 0.1
 */
const MinipayErrorDetail *
minipay_error_get_detail (const GError *error)
{
  if (error == NULL || error->domain != MINIPAY_ERROR)
    return NULL;
  return &minipay_error_get_private ((GError *) error)->detail;
}

/**
 * minipay_error_detail_get_gateway_code: (skip)
 * @self: a detail
 *
 * The gateway's own word for the error, such as `ORDERPAID`.
 *
 * Returns: (nullable): the code
 *
 * Since: 0.1
 */
const char *
minipay_error_detail_get_gateway_code (const MinipayErrorDetail *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->gateway_code;
}

/**
 * minipay_error_detail_get_gateway_message: (skip)
 * @self: a detail
 *
 * The gateway's own sentence, as it came: show it to people, never branch on it.
 *
 * Returns: (nullable): the text
 *
 * Since: 0.1
 */
const char *
minipay_error_detail_get_gateway_message (const MinipayErrorDetail *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->gateway_message;
}

/**
 * minipay_error_detail_get_http_status: (skip)
 * @self: a detail
 *
 * Returns: the status of the answer, 0 when there was none
 *
 * Since: 0.1
 */
guint
minipay_error_detail_get_http_status (const MinipayErrorDetail *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->http_status;
}

/**
 * minipay_error_detail_get_request_id: (skip)
 * @self: a detail
 *
 * The number under which the gateway's support finds the call.
 *
 * Returns: (nullable): the id
 *
 * Since: 0.1
 */
const char *
minipay_error_detail_get_request_id (const MinipayErrorDetail *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->request_id;
}

/**
 * minipay_error_detail_get_remedy: (skip)
 * @self: a detail
 *
 * What usually mends it.
 *
 * Returns: (nullable): one sentence
 *
 * Since: 0.1
 */
const char *
minipay_error_detail_get_remedy (const MinipayErrorDetail *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->remedy;
}
