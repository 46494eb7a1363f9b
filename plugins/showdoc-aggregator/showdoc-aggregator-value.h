/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "showdoc-aggregator-seal.h"

G_BEGIN_DECLS

/* What answers and notifications say, in the same members. */

/* A word that minipay does not know is never a success. */
MinipayPaymentState aggregator_parse_state (const char *word);

MinipayPayment *
aggregator_new_payment (MinipayExchange *x, const AggregatorMembers *members, GBytes *text, GError **error);
MinipayRefund *aggregator_new_refund (const AggregatorMembers *members, GBytes *text, GError **error);

G_END_DECLS
