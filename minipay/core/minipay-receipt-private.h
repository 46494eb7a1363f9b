/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-receipt.h"

G_BEGIN_DECLS

/* Makes the answer for the gateway, (transfer full). Without @values it is never NULL; with them it may fail. */
typedef MinipayHttpResponse *(*MinipayReplyFunc) (GObject *source,
                                                  gboolean accepted,
                                                  GVariant *values,
                                                  GError **error);

/* Exactly one of @notification and @failure is set. @reply is asked with @source, which the receipt keeps, when the
 * answer is wanted. */
MinipayReceipt *minipay_receipt_new (MinipayNotification *notification,
                                     const GError *failure,
                                     MinipayReplyFunc reply,
                                     GObject *source);

G_END_DECLS
