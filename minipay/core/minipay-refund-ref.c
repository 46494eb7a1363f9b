/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-refund-ref.h"

#include "core/minipay-enum-types.h"
#include "core/minipay-value-private.h"

/**
 * MinipayRefundRef:
 *
 * Which refund a query is about: by the merchant's number or by the gateway's.
 *
 * Since: 0.1
 */
struct _MinipayRefundRef {
  GObject parent_instance;

  char *out_refund_no;
  char *refund_id;
  MinipayMoney *amount;
  GVariant *extras;
};

G_DEFINE_FINAL_TYPE (MinipayRefundRef, minipay_refund_ref, G_TYPE_OBJECT)

/**
 * MinipayRefundRef:out-refund-no:
 *
 * The merchant's number of the refund.
 *
 * Since: 0.1
 */

/**
 * MinipayRefundRef:refund-id:
 *
 * The gateway's number of the refund.
 *
 * Since: 0.1
 */

/**
 * MinipayRefundRef:amount:
 *
 * What the answer must say was given back; without it, what the journal says.
 *
 * Since: 0.1
 */

/**
 * MinipayRefundRef:extras:
 *
 * Members that only some providers have; the manifest lists them.
 *
 * Since: 0.1
 */

static const MinipayValueField refund_ref_fields[] = {
  { "out-refund-no", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayRefundRef, out_refund_no) },
  { "refund-id", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayRefundRef, refund_id) },
  { "amount", MINIPAY_VALUE_BOXED, G_STRUCT_OFFSET (MinipayRefundRef, amount), minipay_money_get_type },
  { "extras", MINIPAY_VALUE_VARIANT, G_STRUCT_OFFSET (MinipayRefundRef, extras), .type_string = "a{sv}" },
};

static void
minipay_refund_ref_class_init (MinipayRefundRefClass *klass)
{
  minipay_value_class_install (klass, refund_ref_fields, G_N_ELEMENTS (refund_ref_fields));
}

static void
minipay_refund_ref_init (MinipayRefundRef *self)
{
}

/**
 * minipay_refund_ref_get_out_refund_no:
 * @self: a refund ref
 *
 * Returns: (nullable): see #MinipayRefundRef:out-refund-no
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (
    MinipayRefundRef, minipay_refund_ref, MINIPAY_IS_REFUND_REF, const char *, out_refund_no, NULL)

/**
 * minipay_refund_ref_get_refund_id:
 * @self: a refund ref
 *
 * Returns: (nullable): see #MinipayRefundRef:refund-id
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayRefundRef, minipay_refund_ref, MINIPAY_IS_REFUND_REF, const char *, refund_id, NULL)

/**
 * minipay_refund_ref_get_amount:
 * @self: a refund ref
 *
 * Returns: (transfer none) (nullable): see #MinipayRefundRef:amount
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayRefundRef, minipay_refund_ref, MINIPAY_IS_REFUND_REF, MinipayMoney *, amount, NULL)

/**
 * minipay_refund_ref_get_extras:
 * @self: a refund ref
 *
 * Returns: (transfer none) (nullable): see #MinipayRefundRef:extras
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayRefundRef, minipay_refund_ref, MINIPAY_IS_REFUND_REF, GVariant *, extras, NULL)

/**
 * minipay_refund_ref_new:
 * @out_refund_no: the merchant's number of the refund
 *
 * Returns: (transfer full): a new reference
 *
 * Since: 0.1
 */
MinipayRefundRef *
minipay_refund_ref_new (const char *out_refund_no)
{
  return g_object_new (MINIPAY_TYPE_REFUND_REF, "out-refund-no", out_refund_no, NULL);
}
