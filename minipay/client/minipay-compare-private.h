/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-checkout.h"
#include "core/minipay-intent.h"
#include "core/minipay-payment-ref.h"
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

G_END_DECLS
