/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-refund.h"

#include "core/minipay-enum-types.h"
#include "core/minipay-refund-claim.h"
#include "core/minipay-refund-private.h"
#include "core/minipay-value-private.h"

/**
 * MinipayRefund:
 *
 * What became of a refund, as the gateway says it.
 *
 * Since: 0.1
 */
struct _MinipayRefund {
  GObject parent_instance;

  char *out_refund_no;
  char *refund_id;
  char *out_trade_no;
  char *transaction_id;
  MinipayRefundState state;
  MinipayMoney *amount;
  MinipayMoney *total;
  GDateTime *refunded_at;
  char *mchid;
  char *sub_mchid;
  GBytes *raw_text;
  gboolean authenticated;
};

G_DEFINE_FINAL_TYPE (MinipayRefund, minipay_refund, G_TYPE_OBJECT)

/**
 * MinipayRefund:out-refund-no:
 *
 * The merchant's number of the refund.
 *
 * Since: 0.1
 */

/**
 * MinipayRefund:refund-id:
 *
 * The gateway's number of the refund.
 *
 * Since: 0.1
 */

/**
 * MinipayRefund:out-trade-no:
 *
 * The merchant's number of the order.
 *
 * Since: 0.1
 */

/**
 * MinipayRefund:transaction-id:
 *
 * The gateway's number of the payment.
 *
 * Since: 0.1
 */

/**
 * MinipayRefund:state:
 *
 * What became of it.
 *
 * Since: 0.1
 */

/**
 * MinipayRefund:amount:
 *
 * What is given back.
 *
 * Since: 0.1
 */

/**
 * MinipayRefund:total:
 *
 * What the order was about.
 *
 * Since: 0.1
 */

/**
 * MinipayRefund:refunded-at:
 *
 * When the money went back.
 *
 * Since: 0.1
 */

/**
 * MinipayRefund:mchid:
 *
 * The merchant it is about.
 *
 * Since: 0.1
 */

/**
 * MinipayRefund:sub-mchid:
 *
 * The merchant that #MinipayRefund:mchid acts for.
 *
 * Since: 0.1
 */

/**
 * MinipayRefund:raw-text:
 *
 * The gateway's own text.
 *
 * Since: 0.1
 */

/**
 * MinipayRefund:authenticated:
 *
 * %TRUE when a verified signature covers it.
 *
 * Since: 0.1
 */

static const MinipayValueField refund_fields[] = {
  { "out-refund-no", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayRefund, out_refund_no) },
  { "refund-id", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayRefund, refund_id) },
  { "out-trade-no", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayRefund, out_trade_no) },
  { "transaction-id", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayRefund, transaction_id) },
  { "state", MINIPAY_VALUE_ENUM, G_STRUCT_OFFSET (MinipayRefund, state), minipay_refund_state_get_type },
  { "amount", MINIPAY_VALUE_BOXED, G_STRUCT_OFFSET (MinipayRefund, amount), minipay_money_get_type },
  { "total", MINIPAY_VALUE_BOXED, G_STRUCT_OFFSET (MinipayRefund, total), minipay_money_get_type },
  { "refunded-at", MINIPAY_VALUE_BOXED, G_STRUCT_OFFSET (MinipayRefund, refunded_at), g_date_time_get_type },
  { "mchid", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayRefund, mchid) },
  { "sub-mchid", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayRefund, sub_mchid) },
  { "raw-text", MINIPAY_VALUE_BOXED, G_STRUCT_OFFSET (MinipayRefund, raw_text), g_bytes_get_type },
  { "authenticated", MINIPAY_VALUE_BOOLEAN, G_STRUCT_OFFSET (MinipayRefund, authenticated), .is_read_only = TRUE },
};

static void
minipay_refund_class_init (MinipayRefundClass *klass)
{
  minipay_value_class_install (klass, refund_fields, G_N_ELEMENTS (refund_fields));
}

static void
minipay_refund_init (MinipayRefund *self)
{
}

/**
 * minipay_refund_get_out_refund_no:
 * @self: a refund
 *
 * Returns: (nullable): see #MinipayRefund:out-refund-no
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayRefund, minipay_refund, MINIPAY_IS_REFUND, const char *, out_refund_no, NULL)

/**
 * minipay_refund_get_refund_id:
 * @self: a refund
 *
 * Returns: (nullable): see #MinipayRefund:refund-id
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayRefund, minipay_refund, MINIPAY_IS_REFUND, const char *, refund_id, NULL)

/**
 * minipay_refund_get_out_trade_no:
 * @self: a refund
 *
 * Returns: (nullable): see #MinipayRefund:out-trade-no
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayRefund, minipay_refund, MINIPAY_IS_REFUND, const char *, out_trade_no, NULL)

/**
 * minipay_refund_get_transaction_id:
 * @self: a refund
 *
 * Returns: (nullable): see #MinipayRefund:transaction-id
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayRefund, minipay_refund, MINIPAY_IS_REFUND, const char *, transaction_id, NULL)

/**
 * minipay_refund_get_state:
 * @self: a refund
 *
 * Returns: see #MinipayRefund:state
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayRefund, minipay_refund, MINIPAY_IS_REFUND, MinipayRefundState, state, 0)

/**
 * minipay_refund_get_amount:
 * @self: a refund
 *
 * Returns: (transfer none) (nullable): see #MinipayRefund:amount
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayRefund, minipay_refund, MINIPAY_IS_REFUND, MinipayMoney *, amount, NULL)

/**
 * minipay_refund_get_total:
 * @self: a refund
 *
 * Returns: (transfer none) (nullable): see #MinipayRefund:total
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayRefund, minipay_refund, MINIPAY_IS_REFUND, MinipayMoney *, total, NULL)

/**
 * minipay_refund_get_refunded_at:
 * @self: a refund
 *
 * Returns: (transfer none) (nullable): see #MinipayRefund:refunded-at
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayRefund, minipay_refund, MINIPAY_IS_REFUND, GDateTime *, refunded_at, NULL)

/**
 * minipay_refund_get_mchid:
 * @self: a refund
 *
 * Returns: (nullable): see #MinipayRefund:mchid
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayRefund, minipay_refund, MINIPAY_IS_REFUND, const char *, mchid, NULL)

/**
 * minipay_refund_get_sub_mchid:
 * @self: a refund
 *
 * Returns: (nullable): see #MinipayRefund:sub-mchid
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayRefund, minipay_refund, MINIPAY_IS_REFUND, const char *, sub_mchid, NULL)

/**
 * minipay_refund_get_raw_text:
 * @self: a refund
 *
 * Returns: (transfer none) (nullable): see #MinipayRefund:raw-text
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayRefund, minipay_refund, MINIPAY_IS_REFUND, GBytes *, raw_text, NULL)

/**
 * minipay_refund_get_authenticated:
 * @self: a refund
 *
 * Returns: see #MinipayRefund:authenticated
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayRefund, minipay_refund, MINIPAY_IS_REFUND, gboolean, authenticated, FALSE)

static char *
refund_claim_dup_text (const char *text)
{
  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

MinipayRefund *
minipay_refund_new_from_claim (const MinipayRefundClaim *claim)
{
  MinipayRefund *self = g_object_new (MINIPAY_TYPE_REFUND, NULL);

  self->out_refund_no = refund_claim_dup_text (claim->out_refund_no);
  self->refund_id = refund_claim_dup_text (claim->refund_id);
  self->out_trade_no = refund_claim_dup_text (claim->out_trade_no);
  self->transaction_id = refund_claim_dup_text (claim->transaction_id);
  self->state = claim->state;
  self->amount = claim->amount != NULL ? minipay_money_copy (claim->amount) : NULL;
  self->total = claim->total != NULL ? minipay_money_copy (claim->total) : NULL;
  self->refunded_at = claim->refunded_at != NULL ? g_date_time_ref (claim->refunded_at) : NULL;
  self->mchid = refund_claim_dup_text (claim->mchid);
  self->sub_mchid = refund_claim_dup_text (claim->sub_mchid);
  self->raw_text = claim->raw_text != NULL ? g_bytes_ref (claim->raw_text) : NULL;
  return self;
}

void
minipay_refund_set_out_refund_no (MinipayRefund *self, const char *out_refund_no)
{
  g_free (self->out_refund_no);
  self->out_refund_no = g_strdup (out_refund_no);
}

void
minipay_refund_set_authenticated (MinipayRefund *self, gboolean authenticated)
{
  self->authenticated = authenticated;
}
