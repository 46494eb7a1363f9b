/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "provider/minipay-call-request-private.h"
#include "provider/minipay-exchange-struct-private.h"

/* What an exchange is about, as its provider asks for it. */

/**
 * minipay_exchange_get_order:
 * @self: an exchange
 *
 * Returns: (transfer none) (nullable): the order of a create; its members passed the manifest's limits
 *
 * Since: 0.1
 */
MinipayOrder *
minipay_exchange_get_order (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), NULL);
  return MINIPAY_IS_ORDER (self->subject) ? MINIPAY_ORDER (self->subject) : NULL;
}

/**
 * minipay_exchange_get_incoming:
 * @self: an exchange
 *
 * Returns: (transfer none) (nullable): the notification that it judges, as it came; also while it is acknowledged,
 * whatever became of it
 *
 * Since: 0.1
 */
MinipayHttpRequest *
minipay_exchange_get_incoming (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), NULL);
  return self->incoming;
}

/**
 * minipay_exchange_get_reply_values:
 * @self: an exchange that is acknowledged
 *
 * Returns: (transfer none) (nullable): what the application answers, an `a{sv}`; %NULL for a plain yes or no
 *
 * Since: 0.1
 */
GVariant *
minipay_exchange_get_reply_values (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), NULL);
  return self->reply_values;
}

/**
 * minipay_exchange_get_payment_ref:
 * @self: an exchange
 *
 * Returns: (transfer none) (nullable): the payment that a query, a close or a reversal is about
 *
 * Since: 0.1
 */
MinipayPaymentRef *
minipay_exchange_get_payment_ref (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), NULL);
  return MINIPAY_IS_PAYMENT_REF (self->subject) ? MINIPAY_PAYMENT_REF (self->subject) : NULL;
}

/**
 * minipay_exchange_get_refund_request:
 * @self: an exchange
 *
 * Returns: (transfer none) (nullable): what a refund is to give back; its members passed the manifest's limits, and
 * its total is known when the manifest needs it
 *
 * Since: 0.1
 */
MinipayRefundRequest *
minipay_exchange_get_refund_request (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), NULL);
  return MINIPAY_IS_REFUND_REQUEST (self->subject) ? MINIPAY_REFUND_REQUEST (self->subject) : NULL;
}

/**
 * minipay_exchange_get_refund_ref:
 * @self: an exchange
 *
 * Returns: (transfer none) (nullable): the refund that a query is about
 *
 * Since: 0.1
 */
MinipayRefundRef *
minipay_exchange_get_refund_ref (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), NULL);
  return MINIPAY_IS_REFUND_REF (self->subject) ? MINIPAY_REFUND_REF (self->subject) : NULL;
}

/**
 * minipay_exchange_get_bill_request:
 * @self: an exchange
 *
 * Returns: (transfer none) (nullable): the bill to fetch
 *
 * Since: 0.1
 */
MinipayBillRequest *
minipay_exchange_get_bill_request (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), NULL);
  return MINIPAY_IS_BILL_REQUEST (self->subject) ? MINIPAY_BILL_REQUEST (self->subject) : NULL;
}

/**
 * minipay_exchange_get_name:
 * @self: an exchange
 *
 * Returns: the operation's name in the manifest, also of an operation that only this provider has
 *
 * Since: 0.1
 */
const char *
minipay_exchange_get_name (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), NULL);
  if (MINIPAY_IS_CALL_REQUEST (self->subject))
    return minipay_call_request_get_name (MINIPAY_CALL_REQUEST (self->subject));
  return minipay_operation_to_string (self->operation);
}

/**
 * minipay_exchange_get_extras:
 * @self: an exchange
 *
 * Returns: (transfer none) (nullable): the extras of what it is about, or the parameters of a named operation; they
 * passed the manifest's rules
 *
 * Since: 0.1
 */
GVariant *
minipay_exchange_get_extras (MinipayExchange *self)
{
  GObject *subject;

  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), NULL);
  subject = self->subject;
  if (MINIPAY_IS_ORDER (subject))
    return minipay_order_get_extras (MINIPAY_ORDER (subject));
  if (MINIPAY_IS_PAYMENT_REF (subject))
    return minipay_payment_ref_get_extras (MINIPAY_PAYMENT_REF (subject));
  if (MINIPAY_IS_REFUND_REQUEST (subject))
    return minipay_refund_request_get_extras (MINIPAY_REFUND_REQUEST (subject));
  if (MINIPAY_IS_REFUND_REF (subject))
    return minipay_refund_ref_get_extras (MINIPAY_REFUND_REF (subject));
  if (MINIPAY_IS_BILL_REQUEST (subject))
    return minipay_bill_request_get_extras (MINIPAY_BILL_REQUEST (subject));
  if (MINIPAY_IS_CALL_REQUEST (subject))
    return minipay_call_request_get_params (MINIPAY_CALL_REQUEST (subject));
  return NULL;
}

/**
 * minipay_exchange_get_extra_text:
 * @self: an exchange
 * @name: a text of its extras
 *
 * Returns: (nullable): the text, %NULL when there is none, or an empty one
 *
 * Since: 0.1
 */
const char *
minipay_exchange_get_extra_text (MinipayExchange *self, const char *name)
{
  GVariant *extras;
  const char *text = NULL;

  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self) && name != NULL, NULL);
  extras = minipay_exchange_get_extras (self);
  if (extras == NULL || !g_variant_lookup (extras, name, "&s", &text) || *text == '\0')
    return NULL;
  return text;
}

/**
 * minipay_exchange_get_method:
 * @self: an exchange that creates a payment
 *
 * Returns: where the buyer meets the cashier
 *
 * Since: 0.1
 */
MinipayMethod
minipay_exchange_get_method (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), MINIPAY_METHOD_MINI_PROGRAM);
  return MINIPAY_IS_ORDER (self->subject) ? minipay_order_get_method (MINIPAY_ORDER (self->subject))
                                          : MINIPAY_METHOD_MINI_PROGRAM;
}

/**
 * minipay_exchange_get_wallet:
 * @self: an exchange that creates a payment
 *
 * Returns: the wallet, never %MINIPAY_WALLET_ANY
 *
 * Since: 0.1
 */
MinipayWallet
minipay_exchange_get_wallet (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), MINIPAY_WALLET_ANY);
  return self->wallet;
}
