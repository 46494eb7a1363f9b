/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-headers.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_HTTP_RESPONSE (minipay_http_response_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayHttpResponse, minipay_http_response, MINIPAY, HTTP_RESPONSE, GObject)

MINIPAY_API MinipayHttpResponse *minipay_http_response_new (guint status, GBytes *body);
MINIPAY_API guint minipay_http_response_get_status (MinipayHttpResponse *self);
MINIPAY_API MinipayHeaders *minipay_http_response_get_headers (MinipayHttpResponse *self);
MINIPAY_API GBytes *minipay_http_response_get_body (MinipayHttpResponse *self);
MINIPAY_API void minipay_http_response_add_header (MinipayHttpResponse *self, const char *name, const char *value);

G_END_DECLS
