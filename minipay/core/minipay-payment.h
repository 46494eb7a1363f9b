/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-enums.h"
#include "core/minipay-money.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_PAYMENT (minipay_payment_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayPayment, minipay_payment, MINIPAY, PAYMENT, GObject)

MINIPAY_API const char *minipay_payment_get_out_trade_no (MinipayPayment *self);
MINIPAY_API const char *minipay_payment_get_transaction_id (MinipayPayment *self);
MINIPAY_API MinipayPaymentState minipay_payment_get_state (MinipayPayment *self);
MINIPAY_API MinipayMoney *minipay_payment_get_total (MinipayPayment *self);
MINIPAY_API MinipayMoney *minipay_payment_get_paid (MinipayPayment *self);
MINIPAY_API const char *minipay_payment_get_payer (MinipayPayment *self);
MINIPAY_API GDateTime *minipay_payment_get_paid_at (MinipayPayment *self);
MINIPAY_API const char *minipay_payment_get_attach (MinipayPayment *self);
MINIPAY_API const char *minipay_payment_get_mchid (MinipayPayment *self);
MINIPAY_API const char *minipay_payment_get_appid (MinipayPayment *self);
MINIPAY_API const char *minipay_payment_get_sub_mchid (MinipayPayment *self);
MINIPAY_API const char *minipay_payment_get_sub_appid (MinipayPayment *self);
MINIPAY_API GBytes *minipay_payment_get_raw_text (MinipayPayment *self);
MINIPAY_API gboolean minipay_payment_get_authenticated (MinipayPayment *self);

G_END_DECLS
