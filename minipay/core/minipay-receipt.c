/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-receipt.h"

#include "core/minipay-receipt-private.h"

/**
 * MinipayReceipt:
 *
 * What came of one incoming message: a notification, or the reason why it was refused; and what to answer the
 * gateway.
 *
 * Since: 0.1
 */
struct _MinipayReceipt {
  GObject parent_instance;

  MinipayNotification *notification; /* null when refused */
  GError *failure;                   /* null when accepted */
  MinipayReplyFunc reply;
  GObject *source; /* for reply */
};

G_DEFINE_FINAL_TYPE (MinipayReceipt, minipay_receipt, G_TYPE_OBJECT)

static void
minipay_receipt_finalize (GObject *object)
{
  MinipayReceipt *self = MINIPAY_RECEIPT (object);

  g_clear_object (&self->notification);
  g_clear_error (&self->failure);
  g_clear_object (&self->source);
  G_OBJECT_CLASS (minipay_receipt_parent_class)->finalize (object);
}

static void
minipay_receipt_class_init (MinipayReceiptClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = minipay_receipt_finalize;
}

static void
minipay_receipt_init (MinipayReceipt *self)
{
}

MinipayReceipt *
minipay_receipt_new (MinipayNotification *notification,
                     const GError *failure,
                     MinipayReplyFunc reply,
                     GObject *source)
{
  MinipayReceipt *self = g_object_new (MINIPAY_TYPE_RECEIPT, NULL);

  g_set_object (&self->notification, notification);
  self->failure = failure != NULL ? g_error_copy (failure) : NULL;
  self->reply = reply;
  self->source = g_object_ref (source);
  return self;
}

/**
 * minipay_receipt_get_notification:
 * @self: a receipt
 *
 * Returns: (transfer none) (nullable): the verified notification, %NULL when the message was refused
 *
 * Since: 0.1
 */
MinipayNotification *
minipay_receipt_get_notification (MinipayReceipt *self)
{
  g_return_val_if_fail (MINIPAY_IS_RECEIPT (self), NULL);
  return self->notification;
}

/**
 * minipay_receipt_get_failure: (skip)
 * @self: a receipt
 *
 * Returns: (transfer none) (nullable): why the message was refused
 *
 * Since: 0.1
 */
const GError *
minipay_receipt_get_failure (MinipayReceipt *self)
{
  g_return_val_if_fail (MINIPAY_IS_RECEIPT (self), NULL);
  return self->failure;
}

/**
 * minipay_receipt_get_failure_code:
 * @self: a receipt of a refused message
 *
 * Returns: why the message was refused; meaningful only without a notification
 *
 * Since: 0.1
 */
MinipayError
minipay_receipt_get_failure_code (MinipayReceipt *self)
{
  g_return_val_if_fail (MINIPAY_IS_RECEIPT (self), MINIPAY_ERROR_INTERNAL);
  return self->failure != NULL && self->failure->domain == MINIPAY_ERROR ? (MinipayError) self->failure->code
                                                                         : MINIPAY_ERROR_INTERNAL;
}

/**
 * minipay_receipt_get_failure_message:
 * @self: a receipt
 *
 * Returns: (nullable): why the message was refused, in words
 *
 * Since: 0.1
 */
const char *
minipay_receipt_get_failure_message (MinipayReceipt *self)
{
  g_return_val_if_fail (MINIPAY_IS_RECEIPT (self), NULL);
  return self->failure != NULL ? self->failure->message : NULL;
}

/**
 * minipay_receipt_dup_reply:
 * @self: a receipt
 * @accepted: whether the application has what it needs; %FALSE makes the gateway send the message again
 *
 * What to answer the gateway, to the byte. A refused message has only one answer, whatever @accepted says.
 *
 * Returns: (transfer full): the answer
 *
 * Since: 0.1
 */
MinipayHttpResponse *
minipay_receipt_dup_reply (MinipayReceipt *self, gboolean accepted)
{
  g_return_val_if_fail (MINIPAY_IS_RECEIPT (self), NULL);
  /* a receipt that a script made out of nothing */
  if (self->reply == NULL)
    return minipay_http_response_new (500, NULL);
  return self->reply (self->source, accepted && self->notification != NULL, NULL, NULL);
}

/**
 * minipay_receipt_dup_reply_with:
 * @self: a receipt
 * @values: what the answer says, an `a{sv}` under the names that the provider's README gives
 * @error: return location for an error
 *
 * The answer to a message that asks for something: a yes without it would say nothing, so that
 * minipay_receipt_dup_reply() refuses such messages. A refused message has only one answer, whatever @values say.
 *
 * Errors: %MINIPAY_ERROR_INVALID for values that the answer has no place for, or lacks; %MINIPAY_ERROR_PLUGIN.
 *
 * Returns: (transfer full): the answer
 *
 * Since: 0.1
 */
MinipayHttpResponse *
minipay_receipt_dup_reply_with (MinipayReceipt *self, GVariant *values, GError **error)
{
  g_autoptr (GVariant) owned = NULL;

  g_return_val_if_fail (MINIPAY_IS_RECEIPT (self), NULL);
  g_return_val_if_fail (values != NULL && g_variant_is_of_type (values, G_VARIANT_TYPE_VARDICT), NULL);

  owned = g_variant_ref_sink (values);
  if (self->reply == NULL || self->notification == NULL)
    return minipay_receipt_dup_reply (self, FALSE);
  return self->reply (self->source, TRUE, owned, error);
}
