/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-headers.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_HTTP_REQUEST (minipay_http_request_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayHttpRequest, minipay_http_request, MINIPAY, HTTP_REQUEST, GObject)

MINIPAY_API MinipayHttpRequest *minipay_http_request_new (const char *method, const char *target, GBytes *body);
MINIPAY_API const char *minipay_http_request_get_method (MinipayHttpRequest *self);
MINIPAY_API const char *minipay_http_request_get_target (MinipayHttpRequest *self);
MINIPAY_API MinipayHeaders *minipay_http_request_get_headers (MinipayHttpRequest *self);
MINIPAY_API GBytes *minipay_http_request_get_body (MinipayHttpRequest *self);
MINIPAY_API void minipay_http_request_add_header (MinipayHttpRequest *self, const char *name, const char *value);

G_END_DECLS
