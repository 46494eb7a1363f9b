/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-enums.h"
#include "core/minipay-money.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_BILL (minipay_bill_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayBill, minipay_bill, MINIPAY, BILL, GObject)

MINIPAY_API MinipayBillKind minipay_bill_get_kind (MinipayBill *self);
MINIPAY_API const char *minipay_bill_get_date (MinipayBill *self);
MINIPAY_API const char *minipay_bill_get_path (MinipayBill *self);
MINIPAY_API const char *minipay_bill_get_sha1 (MinipayBill *self);
MINIPAY_API gint64 minipay_bill_get_size (MinipayBill *self);
MINIPAY_API gboolean minipay_bill_get_authenticated (MinipayBill *self);

G_END_DECLS
