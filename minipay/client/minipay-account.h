/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-bill-request.h"
#include "core/minipay-bill.h"
#include "core/minipay-checkout.h"
#include "core/minipay-order.h"
#include "core/minipay-payment-ref.h"
#include "core/minipay-payment.h"
#include "core/minipay-refund-ref.h"
#include "core/minipay-refund-request.h"
#include "core/minipay-refund.h"
#include "core/minipay-report.h"

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

MINIPAY_API MinipayRefund *minipay_account_refund (MinipayAccount *self,
                                                   MinipayRefundRequest *request,
                                                   GCancellable *cancellable,
                                                   GError **error);
MINIPAY_API void minipay_account_refund_async (MinipayAccount *self,
                                               MinipayRefundRequest *request,
                                               GCancellable *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer user_data);
MINIPAY_API MinipayRefund *
minipay_account_refund_finish (MinipayAccount *self, GAsyncResult *result, GError **error);

MINIPAY_API MinipayRefund *minipay_account_query_refund (MinipayAccount *self,
                                                         MinipayRefundRef *ref,
                                                         GCancellable *cancellable,
                                                         GError **error);
MINIPAY_API void minipay_account_query_refund_async (MinipayAccount *self,
                                                     MinipayRefundRef *ref,
                                                     GCancellable *cancellable,
                                                     GAsyncReadyCallback callback,
                                                     gpointer user_data);
MINIPAY_API MinipayRefund *
minipay_account_query_refund_finish (MinipayAccount *self, GAsyncResult *result, GError **error);

MINIPAY_API MinipayPayment *minipay_account_close_payment (MinipayAccount *self,
                                                           MinipayPaymentRef *ref,
                                                           GCancellable *cancellable,
                                                           GError **error);
MINIPAY_API void minipay_account_close_payment_async (MinipayAccount *self,
                                                      MinipayPaymentRef *ref,
                                                      GCancellable *cancellable,
                                                      GAsyncReadyCallback callback,
                                                      gpointer user_data);
MINIPAY_API MinipayPayment *
minipay_account_close_payment_finish (MinipayAccount *self, GAsyncResult *result, GError **error);

MINIPAY_API MinipayPayment *minipay_account_reverse_payment (MinipayAccount *self,
                                                             MinipayPaymentRef *ref,
                                                             GCancellable *cancellable,
                                                             GError **error);
MINIPAY_API void minipay_account_reverse_payment_async (MinipayAccount *self,
                                                        MinipayPaymentRef *ref,
                                                        GCancellable *cancellable,
                                                        GAsyncReadyCallback callback,
                                                        gpointer user_data);
MINIPAY_API MinipayPayment *
minipay_account_reverse_payment_finish (MinipayAccount *self, GAsyncResult *result, GError **error);

MINIPAY_API MinipayBill *minipay_account_download_bill (MinipayAccount *self,
                                                        MinipayBillRequest *request,
                                                        GCancellable *cancellable,
                                                        GError **error);
MINIPAY_API void minipay_account_download_bill_async (MinipayAccount *self,
                                                      MinipayBillRequest *request,
                                                      GCancellable *cancellable,
                                                      GAsyncReadyCallback callback,
                                                      gpointer user_data);
MINIPAY_API MinipayBill *
minipay_account_download_bill_finish (MinipayAccount *self, GAsyncResult *result, GError **error);

MINIPAY_API MinipayReport *minipay_account_call (
    MinipayAccount *self, const char *name, GVariant *params, GCancellable *cancellable, GError **error);
MINIPAY_API void minipay_account_call_async (MinipayAccount *self,
                                             const char *name,
                                             GVariant *params,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);
MINIPAY_API MinipayReport *minipay_account_call_finish (MinipayAccount *self, GAsyncResult *result, GError **error);

MINIPAY_API MinipayPayment *minipay_account_resolve (MinipayAccount *self,
                                                     MinipayPaymentRef *ref,
                                                     MinipayResolveFlags flags,
                                                     guint patience_s,
                                                     GCancellable *cancellable,
                                                     GError **error);
MINIPAY_API void minipay_account_resolve_async (MinipayAccount *self,
                                                MinipayPaymentRef *ref,
                                                MinipayResolveFlags flags,
                                                guint patience_s,
                                                GCancellable *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer user_data);
MINIPAY_API MinipayPayment *
minipay_account_resolve_finish (MinipayAccount *self, GAsyncResult *result, GError **error);

G_END_DECLS
