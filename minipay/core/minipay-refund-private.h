/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-refund.h"

G_BEGIN_DECLS

/* Whether a verified signature covers the refund: known to the exchange, never told by a provider. */
void minipay_refund_set_authenticated (MinipayRefund *self, gboolean authenticated);
/* The number that it was asked for by, where the gateway knows none. */
void minipay_refund_set_out_refund_no (MinipayRefund *self, const char *out_refund_no);

G_END_DECLS
