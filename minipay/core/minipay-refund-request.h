/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-enums.h"
#include "core/minipay-money.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_REFUND_REQUEST (minipay_refund_request_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayRefundRequest, minipay_refund_request, MINIPAY, REFUND_REQUEST, GObject)

MINIPAY_API const char *minipay_refund_request_get_out_refund_no (MinipayRefundRequest *self);
MINIPAY_API const char *minipay_refund_request_get_out_trade_no (MinipayRefundRequest *self);
MINIPAY_API const char *minipay_refund_request_get_transaction_id (MinipayRefundRequest *self);
MINIPAY_API MinipayMoney *minipay_refund_request_get_amount (MinipayRefundRequest *self);
MINIPAY_API MinipayMoney *minipay_refund_request_get_total (MinipayRefundRequest *self);
MINIPAY_API const char *minipay_refund_request_get_reason (MinipayRefundRequest *self);
MINIPAY_API const char *minipay_refund_request_get_notify_url (MinipayRefundRequest *self);
MINIPAY_API GVariant *minipay_refund_request_get_extras (MinipayRefundRequest *self);

MINIPAY_API MinipayRefundRequest *
minipay_refund_request_new (const char *out_refund_no, const char *out_trade_no, MinipayMoney *amount);
G_END_DECLS
