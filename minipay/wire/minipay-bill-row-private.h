/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wire/minipay-bill-reader.h"

G_BEGIN_DECLS

/* @headings, shared with other rows: ends in NULL. @values: taken over, as many. */
MinipayBillRow *minipay_bill_row_new (GPtrArray *headings, GStrv values, guint64 line, gboolean is_summary);

G_END_DECLS
