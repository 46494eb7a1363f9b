/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-payment.h"

G_BEGIN_DECLS

/* Whether a verified signature covers the payment: known to the exchange, never told by a provider. */
void minipay_payment_set_authenticated (MinipayPayment *self, gboolean authenticated);

/* Whether the journal took it over: what nobody signed is true for the journal on conditions of its own. */
void minipay_payment_set_settled (MinipayPayment *self);
gboolean minipay_payment_is_settled (MinipayPayment *self);

G_END_DECLS
