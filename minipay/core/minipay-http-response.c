/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-http-response.h"

/**
 * MinipayHttpResponse:
 *
 * One HTTP answer, raw: what a gateway said, or what a gateway is to be told about its notification.
 *
 * Since: 0.1
 */
struct _MinipayHttpResponse {
  GObject parent_instance;

  MinipayHeaders *headers;
  GBytes *body; /* nullable */
  guint status;
};

G_DEFINE_FINAL_TYPE (MinipayHttpResponse, minipay_http_response, G_TYPE_OBJECT)

static void
minipay_http_response_finalize (GObject *object)
{
  MinipayHttpResponse *self = MINIPAY_HTTP_RESPONSE (object);

  minipay_headers_unref (self->headers);
  g_clear_pointer (&self->body, g_bytes_unref);
  G_OBJECT_CLASS (minipay_http_response_parent_class)->finalize (object);
}

static void
minipay_http_response_class_init (MinipayHttpResponseClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = minipay_http_response_finalize;
}

static void
minipay_http_response_init (MinipayHttpResponse *self)
{
  self->headers = minipay_headers_new ();
}

/**
 * minipay_http_response_new:
 * @status: the HTTP status, 100 to 599
 * @body: (nullable): the body's bytes
 *
 * Returns: (transfer full): a response without headers
 *
 * Since: 0.1
 */
MinipayHttpResponse *
minipay_http_response_new (guint status, GBytes *body)
{
  MinipayHttpResponse *self = g_object_new (MINIPAY_TYPE_HTTP_RESPONSE, NULL);

  self->status = status;
  self->body = body != NULL ? g_bytes_ref (body) : NULL;
  return self;
}

/**
 * minipay_http_response_get_status:
 * @self: a response
 *
 * Returns: the HTTP status
 *
 * Since: 0.1
 */
guint
minipay_http_response_get_status (MinipayHttpResponse *self)
{
  g_return_val_if_fail (MINIPAY_IS_HTTP_RESPONSE (self), 0);
  return self->status;
}

/**
 * minipay_http_response_get_headers:
 * @self: a response
 *
 * Returns: (transfer none): its header lines
 *
 * Since: 0.1
 */
MinipayHeaders *
minipay_http_response_get_headers (MinipayHttpResponse *self)
{
  g_return_val_if_fail (MINIPAY_IS_HTTP_RESPONSE (self), NULL);
  return self->headers;
}

/**
 * minipay_http_response_get_body:
 * @self: a response
 *
 * Returns: (transfer none) (nullable): the body's bytes
 *
 * Since: 0.1
 */
GBytes *
minipay_http_response_get_body (MinipayHttpResponse *self)
{
  g_return_val_if_fail (MINIPAY_IS_HTTP_RESPONSE (self), NULL);
  return self->body;
}

/**
 * minipay_http_response_add_header:
 * @self: a response
 * @name: a header name
 * @value: its value
 *
 * Adds a header line; repeats are kept.
 *
 * Since: 0.1
 */
void
minipay_http_response_add_header (MinipayHttpResponse *self, const char *name, const char *value)
{
  g_return_if_fail (MINIPAY_IS_HTTP_RESPONSE (self));
  minipay_headers_append (self->headers, name, value);
}
