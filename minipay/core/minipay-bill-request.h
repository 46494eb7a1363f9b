/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-enums.h"
#include "core/minipay-money.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_BILL_REQUEST (minipay_bill_request_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayBillRequest, minipay_bill_request, MINIPAY, BILL_REQUEST, GObject)

MINIPAY_API MinipayBillKind minipay_bill_request_get_kind (MinipayBillRequest *self);
MINIPAY_API const char *minipay_bill_request_get_date (MinipayBillRequest *self);
MINIPAY_API const char *minipay_bill_request_get_path (MinipayBillRequest *self);
MINIPAY_API GVariant *minipay_bill_request_get_extras (MinipayBillRequest *self);
MINIPAY_API guint64 minipay_bill_request_get_received (MinipayBillRequest *self);

MINIPAY_API MinipayBillRequest *minipay_bill_request_new (MinipayBillKind kind, const char *date, const char *path);
G_END_DECLS
