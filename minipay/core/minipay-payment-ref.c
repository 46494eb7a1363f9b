/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-payment-ref.h"

#include "core/minipay-enum-types.h"
#include "core/minipay-value-private.h"

/**
 * MinipayPaymentRef:
 *
 * Which payment a query, a close or a reversal is about: by the merchant's number or by the gateway's.
 *
 * Since: 0.1
 */
struct _MinipayPaymentRef {
  GObject parent_instance;

  char *out_trade_no;
  char *transaction_id;
  MinipayMoney *total;
  GVariant *extras;
};

G_DEFINE_FINAL_TYPE (MinipayPaymentRef, minipay_payment_ref, G_TYPE_OBJECT)

/**
 * MinipayPaymentRef:out-trade-no:
 *
 * The merchant's number.
 *
 * Since: 0.1
 */

/**
 * MinipayPaymentRef:transaction-id:
 *
 * The gateway's number.
 *
 * Since: 0.1
 */

/**
 * MinipayPaymentRef:total:
 *
 * What the answer must say was ordered; without it, what the journal says.
 *
 * Since: 0.1
 */

/**
 * MinipayPaymentRef:extras:
 *
 * Members that only some providers have; the manifest lists them.
 *
 * Since: 0.1
 */

static const MinipayValueField payment_ref_fields[] = {
  { "out-trade-no", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayPaymentRef, out_trade_no) },
  { "transaction-id", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayPaymentRef, transaction_id) },
  { "total", MINIPAY_VALUE_BOXED, G_STRUCT_OFFSET (MinipayPaymentRef, total), minipay_money_get_type },
  { "extras", MINIPAY_VALUE_VARIANT, G_STRUCT_OFFSET (MinipayPaymentRef, extras), .type_string = "a{sv}" },
};

static void
minipay_payment_ref_class_init (MinipayPaymentRefClass *klass)
{
  minipay_value_class_install (klass, payment_ref_fields, G_N_ELEMENTS (payment_ref_fields));
}

static void
minipay_payment_ref_init (MinipayPaymentRef *self)
{
}

/**
 * minipay_payment_ref_get_out_trade_no:
 * @self: a payment ref
 *
 * Returns: (nullable): see #MinipayPaymentRef:out-trade-no
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayPaymentRef, minipay_payment_ref, MINIPAY_IS_PAYMENT_REF, const char *, out_trade_no, NULL)

/**
 * minipay_payment_ref_get_transaction_id:
 * @self: a payment ref
 *
 * Returns: (nullable): see #MinipayPaymentRef:transaction-id
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayPaymentRef, minipay_payment_ref, MINIPAY_IS_PAYMENT_REF, const char *, transaction_id, NULL)

/**
 * minipay_payment_ref_get_total:
 * @self: a payment ref
 *
 * Returns: (transfer none) (nullable): see #MinipayPaymentRef:total
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayPaymentRef, minipay_payment_ref, MINIPAY_IS_PAYMENT_REF, MinipayMoney *, total, NULL)

/**
 * minipay_payment_ref_get_extras:
 * @self: a payment ref
 *
 * Returns: (transfer none) (nullable): see #MinipayPaymentRef:extras
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayPaymentRef, minipay_payment_ref, MINIPAY_IS_PAYMENT_REF, GVariant *, extras, NULL)

/**
 * minipay_payment_ref_new:
 * @out_trade_no: the merchant's number
 *
 * Returns: (transfer full): a new reference
 *
 * Since: 0.1
 */
MinipayPaymentRef *
minipay_payment_ref_new (const char *out_trade_no)
{
  return g_object_new (MINIPAY_TYPE_PAYMENT_REF, "out-trade-no", out_trade_no, NULL);
}

/**
 * minipay_payment_ref_new_for_transaction:
 * @transaction_id: the gateway's number
 *
 * Returns: (transfer full): a new reference
 *
 * Since: 0.1
 */
MinipayPaymentRef *
minipay_payment_ref_new_for_transaction (const char *transaction_id)
{
  return g_object_new (MINIPAY_TYPE_PAYMENT_REF, "transaction-id", transaction_id, NULL);
}
