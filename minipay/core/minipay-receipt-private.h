/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-receipt.h"

G_BEGIN_DECLS

/* Exactly one of @notification and @failure is set. @yes is NULL for a refused message. */
MinipayReceipt *minipay_receipt_new (MinipayNotification *notification,
                                     const GError *failure,
                                     MinipayHttpResponse *yes,
                                     MinipayHttpResponse *no);

G_END_DECLS
