/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-refund.h"

G_BEGIN_DECLS

/* Whether a verified signature covers the refund: known to the exchange, never told by a provider. */
void minipay_refund_set_authenticated (MinipayRefund *self, gboolean authenticated);

G_END_DECLS
