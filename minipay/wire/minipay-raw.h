/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-payment.h"

G_BEGIN_DECLS

MINIPAY_API GVariant *minipay_payment_dup_raw (MinipayPayment *self);

G_END_DECLS
