/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-order.h"

G_BEGIN_DECLS

/* Appends everything that makes the order what it is, unambiguously; extras named in @except (or NULL) do not. */
void minipay_order_write_canonical (MinipayOrder *self, const char *const *except, GString *text);

G_END_DECLS
