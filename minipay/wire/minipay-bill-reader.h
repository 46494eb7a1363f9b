/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-money.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_BILL_ROW (minipay_bill_row_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayBillRow, minipay_bill_row, MINIPAY, BILL_ROW, GObject)

MINIPAY_API guint64 minipay_bill_row_get_line (MinipayBillRow *self);
MINIPAY_API gboolean minipay_bill_row_is_summary (MinipayBillRow *self);
MINIPAY_API const char *const *minipay_bill_row_get_headings (MinipayBillRow *self);
MINIPAY_API const char *minipay_bill_row_get_text (MinipayBillRow *self, const char *heading);
MINIPAY_API MinipayMoney *
minipay_bill_row_dup_money (MinipayBillRow *self, const char *heading, const char *currency, GError **error);

#define MINIPAY_TYPE_BILL_READER (minipay_bill_reader_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayBillReader, minipay_bill_reader, MINIPAY, BILL_READER, GObject)

MINIPAY_API MinipayBillReader *minipay_bill_reader_new (const char *path, GError **error);
MINIPAY_API const char *const *minipay_bill_reader_get_headings (MinipayBillReader *self);
MINIPAY_API MinipayBillRow *minipay_bill_reader_next (MinipayBillReader *self, GError **error);

G_END_DECLS
