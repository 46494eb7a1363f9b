/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-bill-claim.h"
#include "core/minipay-bill-request.h"

G_BEGIN_DECLS

/* The bill as the application gets it. */
MinipayBill *minipay_bill_new_fetched (MinipayBillKind kind,
                                       const char *date,
                                       const char *path,
                                       const char *sha1,
                                       gint64 size,
                                       gboolean authenticated);

void minipay_bill_request_set_received (MinipayBillRequest *self, guint64 received);

G_END_DECLS
