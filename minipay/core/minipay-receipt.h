/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-error.h"
#include "core/minipay-http-response.h"
#include "core/minipay-notification.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_RECEIPT (minipay_receipt_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayReceipt, minipay_receipt, MINIPAY, RECEIPT, GObject)

MINIPAY_API MinipayNotification *minipay_receipt_get_notification (MinipayReceipt *self);
MINIPAY_API const GError *minipay_receipt_get_failure (MinipayReceipt *self);
MINIPAY_API MinipayError minipay_receipt_get_failure_code (MinipayReceipt *self);
MINIPAY_API const char *minipay_receipt_get_failure_message (MinipayReceipt *self);
MINIPAY_API MinipayHttpResponse *minipay_receipt_dup_reply (MinipayReceipt *self, gboolean accepted);
MINIPAY_API MinipayHttpResponse *
minipay_receipt_dup_reply_with (MinipayReceipt *self, GVariant *values, GError **error);

G_END_DECLS
