/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-order.h"

G_BEGIN_DECLS

/* SHA-256, in hexadecimal, of everything that makes the order what it is: two orders with one number and different
 * fingerprints are two orders. Extras named in @except (or NULL), such as a one-time code, are no part of it. */
char *minipay_order_dup_fingerprint (MinipayOrder *self, const char *const *except);

G_END_DECLS
