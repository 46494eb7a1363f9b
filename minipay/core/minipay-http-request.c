/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-http-request.h"

/**
 * MinipayHttpRequest:
 *
 * One HTTP request, raw: what a provider wants to send, or what arrived at a notification address. The body
 * is the bytes as they were on the wire, never a parsed form.
 *
 * Since: 0.1
 */
struct _MinipayHttpRequest {
  GObject parent_instance;

  char *method;
  char *target;
  MinipayHeaders *headers;
  GBytes *body; /* nullable */
};

G_DEFINE_FINAL_TYPE (MinipayHttpRequest, minipay_http_request, G_TYPE_OBJECT)

static void
minipay_http_request_finalize (GObject *object)
{
  MinipayHttpRequest *self = MINIPAY_HTTP_REQUEST (object);

  g_free (self->method);
  g_free (self->target);
  minipay_headers_unref (self->headers);
  g_clear_pointer (&self->body, g_bytes_unref);
  G_OBJECT_CLASS (minipay_http_request_parent_class)->finalize (object);
}

static void
minipay_http_request_class_init (MinipayHttpRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = minipay_http_request_finalize;
}

static void
minipay_http_request_init (MinipayHttpRequest *self)
{
  /* a script can make an object without new(): nothing here is ever NULL but the body */
  self->method = g_strdup ("");
  self->target = g_strdup ("");
  self->headers = minipay_headers_new ();
}

/**
 * minipay_http_request_new:
 * @method: `GET`, `POST`, ...
 * @target: the absolute path with its query, exactly as sent: `/v3/pay/transactions/jsapi`
 * @body: (nullable): the body's bytes
 *
 * Returns: (transfer full): a request without headers
 *
 * Since: 0.1
 */
MinipayHttpRequest *
minipay_http_request_new (const char *method, const char *target, GBytes *body)
{
  MinipayHttpRequest *self;

  g_return_val_if_fail (method != NULL && target != NULL, NULL);

  self = g_object_new (MINIPAY_TYPE_HTTP_REQUEST, NULL);
  g_free (self->method);
  self->method = g_strdup (method);
  g_free (self->target);
  self->target = g_strdup (target);
  self->body = body != NULL ? g_bytes_ref (body) : NULL;
  return self;
}

/**
 * minipay_http_request_get_method:
 * @self: a request
 *
 * Returns: the method
 *
 * Since: 0.1
 */
const char *
minipay_http_request_get_method (MinipayHttpRequest *self)
{
  g_return_val_if_fail (MINIPAY_IS_HTTP_REQUEST (self), NULL);
  return self->method;
}

/**
 * minipay_http_request_get_target:
 * @self: a request
 *
 * Returns: path and query
 *
 * Since: 0.1
 */
const char *
minipay_http_request_get_target (MinipayHttpRequest *self)
{
  g_return_val_if_fail (MINIPAY_IS_HTTP_REQUEST (self), NULL);
  return self->target;
}

/**
 * minipay_http_request_get_headers:
 * @self: a request
 *
 * Returns: (transfer none): its header lines
 *
 * Since: 0.1
 */
MinipayHeaders *
minipay_http_request_get_headers (MinipayHttpRequest *self)
{
  g_return_val_if_fail (MINIPAY_IS_HTTP_REQUEST (self), NULL);
  return self->headers;
}

/**
 * minipay_http_request_get_body:
 * @self: a request
 *
 * Returns: (transfer none) (nullable): the body's bytes
 *
 * Since: 0.1
 */
GBytes *
minipay_http_request_get_body (MinipayHttpRequest *self)
{
  g_return_val_if_fail (MINIPAY_IS_HTTP_REQUEST (self), NULL);
  return self->body;
}

/**
 * minipay_http_request_add_header:
 * @self: a request
 * @name: a header name
 * @value: its value
 *
 * Adds a header line; repeats are kept.
 *
 * Since: 0.1
 */
void
minipay_http_request_add_header (MinipayHttpRequest *self, const char *name, const char *value)
{
  g_return_if_fail (MINIPAY_IS_HTTP_REQUEST (self));
  minipay_headers_append (self->headers, name, value);
}
