/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-notification.h"

G_BEGIN_DECLS

/* For the verifier alone: there is no other way to make a notification that says anything. */
MinipayNotification *minipay_notification_new_verified (MinipayNotificationKind kind,
                                                        const char *account,
                                                        const char *event_id,
                                                        MinipayPayment *payment,
                                                        gboolean unmatched,
                                                        gboolean duplicate);

G_END_DECLS
