/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-enums.h"

G_BEGIN_DECLS

#define MINIPAY_ERROR (minipay_error_quark ())

MINIPAY_API GQuark minipay_error_quark (void);

typedef struct _MinipayErrorDetail MinipayErrorDetail;

MINIPAY_API const MinipayErrorDetail *minipay_error_get_detail (const GError *error);
MINIPAY_API const char *minipay_error_detail_get_gateway_code (const MinipayErrorDetail *self);
MINIPAY_API const char *minipay_error_detail_get_gateway_message (const MinipayErrorDetail *self);
MINIPAY_API guint minipay_error_detail_get_http_status (const MinipayErrorDetail *self);
MINIPAY_API const char *minipay_error_detail_get_request_id (const MinipayErrorDetail *self);
MINIPAY_API const char *minipay_error_detail_get_remedy (const MinipayErrorDetail *self);

G_END_DECLS
