/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-notification.h"

G_BEGIN_DECLS

/* For the verifier alone: there is no other way to make a notification that says anything. @subject is a payment, a
 * refund or a report. */
MinipayNotification *minipay_notification_new_verified (
    const char *account, const char *event_id, GObject *subject, gboolean unmatched, gboolean duplicate);

G_END_DECLS
