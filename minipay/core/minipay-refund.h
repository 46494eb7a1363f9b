/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-enums.h"
#include "core/minipay-money.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_REFUND (minipay_refund_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayRefund, minipay_refund, MINIPAY, REFUND, GObject)

MINIPAY_API const char *minipay_refund_get_out_refund_no (MinipayRefund *self);
MINIPAY_API const char *minipay_refund_get_refund_id (MinipayRefund *self);
MINIPAY_API const char *minipay_refund_get_out_trade_no (MinipayRefund *self);
MINIPAY_API const char *minipay_refund_get_transaction_id (MinipayRefund *self);
MINIPAY_API MinipayRefundState minipay_refund_get_state (MinipayRefund *self);
MINIPAY_API MinipayMoney *minipay_refund_get_amount (MinipayRefund *self);
MINIPAY_API MinipayMoney *minipay_refund_get_total (MinipayRefund *self);
MINIPAY_API GDateTime *minipay_refund_get_refunded_at (MinipayRefund *self);
MINIPAY_API const char *minipay_refund_get_mchid (MinipayRefund *self);
MINIPAY_API const char *minipay_refund_get_sub_mchid (MinipayRefund *self);
MINIPAY_API GBytes *minipay_refund_get_raw_text (MinipayRefund *self);
MINIPAY_API gboolean minipay_refund_get_authenticated (MinipayRefund *self);

G_END_DECLS
