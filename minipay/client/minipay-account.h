/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-checkout.h"
#include "core/minipay-order.h"
#include "core/minipay-payment-ref.h"
#include "core/minipay-payment.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_ACCOUNT (minipay_account_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayAccount, minipay_account, MINIPAY, ACCOUNT, GObject)

MINIPAY_API const char *minipay_account_get_name (MinipayAccount *self);
MINIPAY_API const char *minipay_account_get_provider (MinipayAccount *self);
MINIPAY_API const char *minipay_account_get_mode (MinipayAccount *self);

MINIPAY_API MinipayCheckout *minipay_account_create_payment (MinipayAccount *self,
                                                             MinipayOrder *order,
                                                             GCancellable *cancellable,
                                                             GError **error);
MINIPAY_API void minipay_account_create_payment_async (MinipayAccount *self,
                                                       MinipayOrder *order,
                                                       GCancellable *cancellable,
                                                       GAsyncReadyCallback callback,
                                                       gpointer user_data);
MINIPAY_API MinipayCheckout *
minipay_account_create_payment_finish (MinipayAccount *self, GAsyncResult *result, GError **error);

MINIPAY_API MinipayPayment *minipay_account_query_payment (MinipayAccount *self,
                                                           MinipayPaymentRef *ref,
                                                           GCancellable *cancellable,
                                                           GError **error);
MINIPAY_API void minipay_account_query_payment_async (MinipayAccount *self,
                                                      MinipayPaymentRef *ref,
                                                      GCancellable *cancellable,
                                                      GAsyncReadyCallback callback,
                                                      gpointer user_data);
MINIPAY_API MinipayPayment *
minipay_account_query_payment_finish (MinipayAccount *self, GAsyncResult *result, GError **error);

G_END_DECLS
