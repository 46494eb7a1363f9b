/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-payment.h"

G_BEGIN_DECLS

/* Whether a verified signature covers the payment: known to the exchange, never told by a provider. */
void minipay_payment_set_authenticated (MinipayPayment *self, gboolean authenticated);

G_END_DECLS
