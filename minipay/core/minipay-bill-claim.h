/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-bill.h"

G_BEGIN_DECLS

/* What the gateway claims about the bill that came, for C provider authors: the SHA-1 of its plain text, or NULL
 * where it tells none. The core compares. */
MINIPAY_API MinipayBill *minipay_bill_new_claimed (const char *sha1);

G_END_DECLS
