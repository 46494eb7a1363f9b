/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-checkout.h"
#include "core/minipay-intent.h"
#include "core/minipay-payment-ref.h"
#include "core/minipay-refund-ref.h"
#include "core/minipay-refund-request.h"
#include "core/minipay-refund.h"
#include "provider/minipay-account-config.h"
#include "provider/minipay-provider-info.h"

G_BEGIN_DECLS

/*
 * The comparisons that the core makes whatever a provider says. MISMATCH names what was claimed and what was
 * asked. A fact that a paid answer must state by the manifest's `Echoes=` and does not is a MISMATCH, too.
 */
gboolean minipay_compare_checkout (MinipayCheckout *checkout, const char *out_trade_no, GError **error);
gboolean minipay_compare_payment (MinipayPayment *payment,
                                  MinipayProviderInfo *info,
                                  MinipayAccountConfig *config,
                                  const char *operation,
                                  GError **error);
gboolean minipay_compare_with_ref (MinipayPayment *payment, MinipayPaymentRef *ref, GError **error);
/* @intent NULL: the journal knows no such order, nothing to compare. */
gboolean minipay_compare_with_intent (MinipayPayment *payment, MinipayIntent *intent, GError **error);

MinipayIntentState minipay_payment_state_to_intent (MinipayPaymentState state);
/* The transaction that the order is noted under: an attempt that failed does not bind it, for the next one has
 * another number. */
const char *minipay_payment_get_binding_id (MinipayPayment *payment);

/* What stands before a number of the gateway's in a refund's line of the journal, where the merchant's is not
 * known. */
#define MINIPAY_GATEWAY_NUMBER_MARK '#'

/* @request, @ref and @intent may be NULL: nothing of the kind was asked or is known. */
gboolean minipay_compare_refund (MinipayRefund *refund,
                                 MinipayProviderInfo *info,
                                 MinipayAccountConfig *config,
                                 const char *operation,
                                 GError **error);
gboolean minipay_compare_refund_with_request (MinipayRefund *refund, MinipayRefundRequest *request, GError **error);
gboolean minipay_compare_refund_with_ref (MinipayRefund *refund, MinipayRefundRef *ref, GError **error);
gboolean minipay_compare_refund_with_intent (MinipayRefund *refund, MinipayIntent *intent, GError **error);

MinipayIntentState minipay_refund_state_to_intent (MinipayRefundState state);

/* --- What the comparisons are made of; what was not said, or not asked, is not compared --- */

gboolean minipay_compare_text (const char *what, const char *claimed, const char *asked, GError **error);
gboolean
minipay_compare_money (const char *what, const MinipayMoney *claimed, const MinipayMoney *asked, GError **error);
gboolean minipay_compare_setting (
    const char *what, const char *claimed, MinipayAccountConfig *config, const char *field, GError **error);
gboolean minipay_compare_sub_mchid (const char *sub_mchid, MinipayAccountConfig *config, GError **error);
gboolean
minipay_compare_currency (const char *what, const MinipayMoney *money, MinipayProviderInfo *info, GError **error);

G_END_DECLS
