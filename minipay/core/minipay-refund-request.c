/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-refund-request.h"

#include "core/minipay-enum-types.h"
#include "core/minipay-value-private.h"

/**
 * MinipayRefundRequest:
 *
 * What a merchant asks to give back. Immutable, so threads may share it.
 *
 * The number is the merchant's own and stands for this one refund for ever: whoever repeats it gives back once.
 * Where a gateway numbers no refunds, the journal alone knows it.
 *
 * Since: 0.1
 */
struct _MinipayRefundRequest {
  GObject parent_instance;

  char *out_refund_no;
  char *out_trade_no;
  char *transaction_id;
  MinipayMoney *amount;
  MinipayMoney *total;
  char *reason;
  char *notify_url;
  GVariant *extras;
};

G_DEFINE_FINAL_TYPE (MinipayRefundRequest, minipay_refund_request, G_TYPE_OBJECT)

/**
 * MinipayRefundRequest:out-refund-no:
 *
 * The merchant's number of the refund; unique within the account.
 *
 * Since: 0.1
 */

/**
 * MinipayRefundRequest:out-trade-no:
 *
 * The order, by the merchant's number; or #MinipayRefundRequest:transaction-id.
 *
 * Since: 0.1
 */

/**
 * MinipayRefundRequest:transaction-id:
 *
 * The order, by the gateway's number.
 *
 * Since: 0.1
 */

/**
 * MinipayRefundRequest:amount:
 *
 * What to give back, in the order's currency.
 *
 * Since: 0.1
 */

/**
 * MinipayRefundRequest:total:
 *
 * What the order was about; %NULL for what the journal says.
 *
 * Since: 0.1
 */

/**
 * MinipayRefundRequest:reason:
 *
 * Shown to the buyer, where the gateway shows any.
 *
 * Since: 0.1
 */

/**
 * MinipayRefundRequest:notify-url:
 *
 * Where the gateway tells what became of it, where a refund may have an address of its own.
 *
 * Since: 0.1
 */

/**
 * MinipayRefundRequest:extras:
 *
 * Members that only some providers have; the manifest lists them.
 *
 * Since: 0.1
 */

static const MinipayValueField refund_request_fields[] = {
  { "out-refund-no", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayRefundRequest, out_refund_no) },
  { "out-trade-no", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayRefundRequest, out_trade_no) },
  { "transaction-id", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayRefundRequest, transaction_id) },
  { "amount", MINIPAY_VALUE_BOXED, G_STRUCT_OFFSET (MinipayRefundRequest, amount), minipay_money_get_type },
  { "total", MINIPAY_VALUE_BOXED, G_STRUCT_OFFSET (MinipayRefundRequest, total), minipay_money_get_type },
  { "reason", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayRefundRequest, reason) },
  { "notify-url", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayRefundRequest, notify_url) },
  { "extras", MINIPAY_VALUE_VARIANT, G_STRUCT_OFFSET (MinipayRefundRequest, extras), .type_string = "a{sv}" },
};

static void
minipay_refund_request_class_init (MinipayRefundRequestClass *klass)
{
  minipay_value_class_install (klass, refund_request_fields, G_N_ELEMENTS (refund_request_fields));
}

static void
minipay_refund_request_init (MinipayRefundRequest *self)
{
}

/**
 * minipay_refund_request_get_out_refund_no:
 * @self: a refund request
 *
 * Returns: (nullable): see #MinipayRefundRequest:out-refund-no
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayRefundRequest, minipay_refund_request, MINIPAY_IS_REFUND_REQUEST, const char *, out_refund_no, NULL)

/**
 * minipay_refund_request_get_out_trade_no:
 * @self: a refund request
 *
 * Returns: (nullable): see #MinipayRefundRequest:out-trade-no
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayRefundRequest, minipay_refund_request, MINIPAY_IS_REFUND_REQUEST, const char *, out_trade_no, NULL)

/**
 * minipay_refund_request_get_transaction_id:
 * @self: a refund request
 *
 * Returns: (nullable): see #MinipayRefundRequest:transaction-id
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayRefundRequest, minipay_refund_request, MINIPAY_IS_REFUND_REQUEST, const char *, transaction_id, NULL)

/**
 * minipay_refund_request_get_amount:
 * @self: a refund request
 *
 * Returns: (transfer none) (nullable): see #MinipayRefundRequest:amount
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayRefundRequest, minipay_refund_request, MINIPAY_IS_REFUND_REQUEST, MinipayMoney *, amount, NULL)

/**
 * minipay_refund_request_get_total:
 * @self: a refund request
 *
 * Returns: (transfer none) (nullable): see #MinipayRefundRequest:total
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayRefundRequest, minipay_refund_request, MINIPAY_IS_REFUND_REQUEST, MinipayMoney *, total, NULL)

/**
 * minipay_refund_request_get_reason:
 * @self: a refund request
 *
 * Returns: (nullable): see #MinipayRefundRequest:reason
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayRefundRequest, minipay_refund_request, MINIPAY_IS_REFUND_REQUEST, const char *, reason, NULL)

/**
 * minipay_refund_request_get_notify_url:
 * @self: a refund request
 *
 * Returns: (nullable): see #MinipayRefundRequest:notify-url
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayRefundRequest, minipay_refund_request, MINIPAY_IS_REFUND_REQUEST, const char *, notify_url, NULL)

/**
 * minipay_refund_request_get_extras:
 * @self: a refund request
 *
 * Returns: (transfer none) (nullable): see #MinipayRefundRequest:extras
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayRefundRequest, minipay_refund_request, MINIPAY_IS_REFUND_REQUEST, GVariant *, extras, NULL)

/**
 * minipay_refund_request_new:
 * @out_refund_no: the merchant's number of the refund
 * @out_trade_no: the merchant's number of the order
 * @amount: what to give back
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
MinipayRefundRequest *
minipay_refund_request_new (const char *out_refund_no, const char *out_trade_no, MinipayMoney *amount)
{
  return g_object_new (MINIPAY_TYPE_REFUND_REQUEST,
                       "out-refund-no",
                       out_refund_no,
                       "out-trade-no",
                       out_trade_no,
                       "amount",
                       amount,
                       NULL);
}
