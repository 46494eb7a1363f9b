/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-payment.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_CHECKOUT (minipay_checkout_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayCheckout, minipay_checkout, MINIPAY, CHECKOUT, GObject)

MINIPAY_API MinipayCheckout *minipay_checkout_new (MinipayCheckoutKind kind, GDateTime *expires_at);
MINIPAY_API MinipayCheckout *minipay_checkout_new_for_payment (MinipayCheckoutKind kind, MinipayPayment *payment);
MINIPAY_API void
minipay_checkout_set_param (MinipayCheckout *self, MinipayRuntime runtime, const char *name, const char *value);

MINIPAY_API MinipayCheckoutKind minipay_checkout_get_kind (MinipayCheckout *self);
MINIPAY_API GDateTime *minipay_checkout_get_expires_at (MinipayCheckout *self);
MINIPAY_API const char *minipay_checkout_get_url (MinipayCheckout *self);
MINIPAY_API const char *minipay_checkout_get_out_trade_no (MinipayCheckout *self);
MINIPAY_API const char *minipay_checkout_get_transaction_id (MinipayCheckout *self);
MINIPAY_API MinipayPayment *minipay_checkout_get_payment (MinipayCheckout *self);
MINIPAY_API GHashTable *minipay_checkout_dup_params (MinipayCheckout *self, MinipayRuntime runtime, GError **error);
MINIPAY_API char *minipay_checkout_to_json (MinipayCheckout *self);

G_END_DECLS
