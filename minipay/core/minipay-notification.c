/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-notification.h"

#include "core/minipay-enum-types.h"
#include "core/minipay-notification-private.h"
#include "core/minipay-value-private.h"

/**
 * MinipayNotification:
 *
 * A verified push from a gateway. Only the verifier makes one: whoever holds a notification holds something
 * authentic.
 *
 * Since: 0.1
 */
struct _MinipayNotification {
  GObject parent_instance;

  MinipayNotificationKind kind;
  char *account;
  char *event_id;
  MinipayPayment *payment;
  MinipayRefund *refund;
  MinipayReport *report;
  gboolean unmatched;
  gboolean duplicate;
};

G_DEFINE_FINAL_TYPE (MinipayNotification, minipay_notification, G_TYPE_OBJECT)

/**
 * MinipayNotification:kind:
 *
 * What it speaks about.
 *
 * Since: 0.1
 */

/**
 * MinipayNotification:account:
 *
 * The name of the account it belongs to.
 *
 * Since: 0.1
 */

/**
 * MinipayNotification:event-id:
 *
 * The gateway's number of the event, or a stand-in made from the payment where it gives none.
 *
 * Since: 0.1
 */

/**
 * MinipayNotification:payment:
 *
 * The payment, of a notification about one.
 *
 * Since: 0.1
 */

/**
 * MinipayNotification:refund:
 *
 * The refund, of a notification about one.
 *
 * Since: 0.1
 */

/**
 * MinipayNotification:report:
 *
 * What is reported, of a notification about neither.
 *
 * Since: 0.1
 */

/**
 * MinipayNotification:unmatched:
 *
 * %TRUE when the journal knows no such order: look before you deliver.
 *
 * Since: 0.1
 */

/**
 * MinipayNotification:duplicate:
 *
 * %TRUE when a notification told this effect before: nothing new to do.
 *
 * Since: 0.1
 */

static const MinipayValueField notification_fields[] = {
  { "kind",
    MINIPAY_VALUE_ENUM,
    G_STRUCT_OFFSET (MinipayNotification, kind),
    minipay_notification_kind_get_type,
    .is_read_only = TRUE },
  { "account", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayNotification, account), .is_read_only = TRUE },
  { "event-id", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayNotification, event_id), .is_read_only = TRUE },
  { "payment",
    MINIPAY_VALUE_OBJECT,
    G_STRUCT_OFFSET (MinipayNotification, payment),
    minipay_payment_get_type,
    .is_read_only = TRUE },
  { "refund",
    MINIPAY_VALUE_OBJECT,
    G_STRUCT_OFFSET (MinipayNotification, refund),
    minipay_refund_get_type,
    .is_read_only = TRUE },
  { "report",
    MINIPAY_VALUE_OBJECT,
    G_STRUCT_OFFSET (MinipayNotification, report),
    minipay_report_get_type,
    .is_read_only = TRUE },
  { "unmatched", MINIPAY_VALUE_BOOLEAN, G_STRUCT_OFFSET (MinipayNotification, unmatched), .is_read_only = TRUE },
  { "duplicate", MINIPAY_VALUE_BOOLEAN, G_STRUCT_OFFSET (MinipayNotification, duplicate), .is_read_only = TRUE },
};

static void
minipay_notification_class_init (MinipayNotificationClass *klass)
{
  minipay_value_class_install (klass, notification_fields, G_N_ELEMENTS (notification_fields));
}

static void
minipay_notification_init (MinipayNotification *self)
{
}

/**
 * minipay_notification_get_kind:
 * @self: a notification
 *
 * Returns: see #MinipayNotification:kind
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayNotification, minipay_notification, MINIPAY_IS_NOTIFICATION, MinipayNotificationKind, kind, 0)

/**
 * minipay_notification_get_account:
 * @self: a notification
 *
 * Returns: (nullable): see #MinipayNotification:account
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayNotification, minipay_notification, MINIPAY_IS_NOTIFICATION, const char *, account, NULL)

/**
 * minipay_notification_get_event_id:
 * @self: a notification
 *
 * Returns: (nullable): see #MinipayNotification:event-id
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayNotification, minipay_notification, MINIPAY_IS_NOTIFICATION, const char *, event_id, NULL)

/**
 * minipay_notification_get_payment:
 * @self: a notification
 *
 * Returns: (transfer none) (nullable): see #MinipayNotification:payment
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayNotification, minipay_notification, MINIPAY_IS_NOTIFICATION, MinipayPayment *, payment, NULL)

/**
 * minipay_notification_get_refund:
 * @self: a notification
 *
 * Returns: (transfer none) (nullable): see #MinipayNotification:refund
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayNotification, minipay_notification, MINIPAY_IS_NOTIFICATION, MinipayRefund *, refund, NULL)

/**
 * minipay_notification_get_report:
 * @self: a notification
 *
 * Returns: (transfer none) (nullable): see #MinipayNotification:report
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayNotification, minipay_notification, MINIPAY_IS_NOTIFICATION, MinipayReport *, report, NULL)

/**
 * minipay_notification_get_unmatched:
 * @self: a notification
 *
 * Returns: see #MinipayNotification:unmatched
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayNotification, minipay_notification, MINIPAY_IS_NOTIFICATION, gboolean, unmatched, FALSE)

/**
 * minipay_notification_get_duplicate:
 * @self: a notification
 *
 * Returns: see #MinipayNotification:duplicate
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayNotification, minipay_notification, MINIPAY_IS_NOTIFICATION, gboolean, duplicate, FALSE)

MinipayNotification *
minipay_notification_new_verified (
    const char *account, const char *event_id, GObject *subject, gboolean unmatched, gboolean duplicate)
{
  MinipayNotification *self = g_object_new (MINIPAY_TYPE_NOTIFICATION, NULL);

  self->account = g_strdup (account);
  self->event_id = g_strdup (event_id);
  if (MINIPAY_IS_REFUND (subject)) {
    self->kind = MINIPAY_NOTIFICATION_KIND_REFUND;
    self->refund = MINIPAY_REFUND (g_object_ref (subject));
  } else if (MINIPAY_IS_REPORT (subject)) {
    self->kind = MINIPAY_NOTIFICATION_KIND_REPORT;
    self->report = MINIPAY_REPORT (g_object_ref (subject));
  } else {
    self->kind = MINIPAY_NOTIFICATION_KIND_PAYMENT;
    self->payment = MINIPAY_PAYMENT (g_object_ref (subject));
  }
  self->unmatched = unmatched;
  self->duplicate = duplicate;
  return self;
}
