/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-checkout.h"

G_BEGIN_DECLS

/* The parameters of the runtime that was set first, one by one; FALSE after the last. */
gboolean minipay_checkout_get_own_param (MinipayCheckout *self, guint index, const char **name, const char **value);

G_END_DECLS
