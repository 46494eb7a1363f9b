/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-order.h"
#include "core/minipay-refund-request.h"

G_BEGIN_DECLS

/* SHA-256 of what makes the order what it is: the journal's way to tell a retry from a conflict. Extras named in
 * @except (or NULL) are no part of it. */
char *minipay_order_dup_fingerprint (MinipayOrder *self, const char *const *except);

/* The same of a refund, and of a named operation. */
char *minipay_refund_request_dup_fingerprint (MinipayRefundRequest *self);
char *minipay_call_dup_fingerprint (const char *name, GVariant *params);

G_END_DECLS
