/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-enums.h"
#include "core/minipay-payment.h"
#include "core/minipay-refund.h"
#include "core/minipay-report.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_NOTIFICATION (minipay_notification_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayNotification, minipay_notification, MINIPAY, NOTIFICATION, GObject)

MINIPAY_API MinipayNotificationKind minipay_notification_get_kind (MinipayNotification *self);
MINIPAY_API const char *minipay_notification_get_account (MinipayNotification *self);
MINIPAY_API const char *minipay_notification_get_event_id (MinipayNotification *self);
MINIPAY_API MinipayPayment *minipay_notification_get_payment (MinipayNotification *self);
MINIPAY_API MinipayRefund *minipay_notification_get_refund (MinipayNotification *self);
MINIPAY_API MinipayReport *minipay_notification_get_report (MinipayNotification *self);
MINIPAY_API gboolean minipay_notification_get_unmatched (MinipayNotification *self);
MINIPAY_API gboolean minipay_notification_get_duplicate (MinipayNotification *self);

G_END_DECLS
