/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-enums.h"
#include "core/minipay-money.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_REFUND_REF (minipay_refund_ref_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayRefundRef, minipay_refund_ref, MINIPAY, REFUND_REF, GObject)

MINIPAY_API const char *minipay_refund_ref_get_out_refund_no (MinipayRefundRef *self);
MINIPAY_API const char *minipay_refund_ref_get_refund_id (MinipayRefundRef *self);
MINIPAY_API MinipayMoney *minipay_refund_ref_get_amount (MinipayRefundRef *self);
MINIPAY_API GVariant *minipay_refund_ref_get_extras (MinipayRefundRef *self);

MINIPAY_API MinipayRefundRef *minipay_refund_ref_new (const char *out_refund_no);
G_END_DECLS
