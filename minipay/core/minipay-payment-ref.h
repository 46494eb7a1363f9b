/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-money.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_PAYMENT_REF (minipay_payment_ref_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayPaymentRef, minipay_payment_ref, MINIPAY, PAYMENT_REF, GObject)

MINIPAY_API const char *minipay_payment_ref_get_out_trade_no (MinipayPaymentRef *self);
MINIPAY_API const char *minipay_payment_ref_get_transaction_id (MinipayPaymentRef *self);
MINIPAY_API MinipayMoney *minipay_payment_ref_get_total (MinipayPaymentRef *self);
MINIPAY_API GVariant *minipay_payment_ref_get_extras (MinipayPaymentRef *self);

MINIPAY_API MinipayPaymentRef *minipay_payment_ref_new (const char *out_trade_no);
MINIPAY_API MinipayPaymentRef *minipay_payment_ref_new_for_transaction (const char *transaction_id);

G_END_DECLS
