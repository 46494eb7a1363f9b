/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-payment.h"

#include "core/minipay-enum-types.h"
#include "core/minipay-payment-claim.h"
#include "core/minipay-payment-private.h"
#include "core/minipay-value-private.h"

/**
 * MinipayPayment:
 *
 * What became of an order, as the gateway told it. A provider claims; what it claims was compared with the
 * question and the journal before the application sees it.
 *
 * Since: 0.1
 */
struct _MinipayPayment {
  GObject parent_instance;

  char *out_trade_no;
  char *transaction_id;
  MinipayPaymentState state;
  MinipayMoney *total;
  MinipayMoney *paid;
  char *payer;
  GDateTime *paid_at;
  char *attach;
  char *mchid;
  char *appid;
  char *sub_mchid;
  char *sub_appid;
  GBytes *raw_text;
  gboolean authenticated;
  gboolean is_settled; /* no property: the client's own note */
};

G_DEFINE_FINAL_TYPE (MinipayPayment, minipay_payment, G_TYPE_OBJECT)

/**
 * MinipayPayment:out-trade-no:
 *
 * The merchant's number.
 *
 * Since: 0.1
 */

/**
 * MinipayPayment:transaction-id:
 *
 * The gateway's number.
 *
 * Since: 0.1
 */

/**
 * MinipayPayment:state:
 *
 * What became of it.
 *
 * Since: 0.1
 */

/**
 * MinipayPayment:total:
 *
 * What was ordered; %NULL where the gateway does not say.
 *
 * Since: 0.1
 */

/**
 * MinipayPayment:paid:
 *
 * What the buyer gave, after discounts; %NULL where the gateway does not say.
 *
 * Since: 0.1
 */

/**
 * MinipayPayment:payer:
 *
 * Who paid, as the wallet calls the buyer.
 *
 * Since: 0.1
 */

/**
 * MinipayPayment:paid-at:
 *
 * When it was paid.
 *
 * Since: 0.1
 */

/**
 * MinipayPayment:attach:
 *
 * What the order carried.
 *
 * Since: 0.1
 */

/**
 * MinipayPayment:mchid:
 *
 * The merchant the gateway named.
 *
 * Since: 0.1
 */

/**
 * MinipayPayment:appid:
 *
 * The application the gateway named.
 *
 * Since: 0.1
 */

/**
 * MinipayPayment:sub-mchid:
 *
 * The merchant on whose behalf #MinipayPayment:mchid acts, where the gateway named one.
 *
 * Since: 0.1
 */

/**
 * MinipayPayment:sub-appid:
 *
 * That merchant's application, where the gateway named one.
 *
 * Since: 0.1
 */

/**
 * MinipayPayment:raw-text:
 *
 * The gateway's own words: the JSON text that was verified. minipay_payment_dup_raw() reads it.
 *
 * Since: 0.1
 */

/**
 * MinipayPayment:authenticated:
 *
 * %TRUE when a signature of the gateway covers this. Written by the core alone.
 *
 * Since: 0.1
 */

static const MinipayValueField payment_fields[] = {
  { "out-trade-no", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayPayment, out_trade_no) },
  { "transaction-id", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayPayment, transaction_id) },
  { "state", MINIPAY_VALUE_ENUM, G_STRUCT_OFFSET (MinipayPayment, state), minipay_payment_state_get_type },
  { "total", MINIPAY_VALUE_BOXED, G_STRUCT_OFFSET (MinipayPayment, total), minipay_money_get_type },
  { "paid", MINIPAY_VALUE_BOXED, G_STRUCT_OFFSET (MinipayPayment, paid), minipay_money_get_type },
  { "payer", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayPayment, payer) },
  { "paid-at", MINIPAY_VALUE_BOXED, G_STRUCT_OFFSET (MinipayPayment, paid_at), g_date_time_get_type },
  { "attach", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayPayment, attach) },
  { "mchid", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayPayment, mchid) },
  { "appid", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayPayment, appid) },
  { "sub-mchid", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayPayment, sub_mchid) },
  { "sub-appid", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayPayment, sub_appid) },
  { "raw-text", MINIPAY_VALUE_BOXED, G_STRUCT_OFFSET (MinipayPayment, raw_text), g_bytes_get_type },
  { "authenticated", MINIPAY_VALUE_BOOLEAN, G_STRUCT_OFFSET (MinipayPayment, authenticated), .is_read_only = TRUE },
};

static void
minipay_payment_class_init (MinipayPaymentClass *klass)
{
  minipay_value_class_install (klass, payment_fields, G_N_ELEMENTS (payment_fields));
}

static void
minipay_payment_init (MinipayPayment *self)
{
}

/**
 * minipay_payment_get_out_trade_no:
 * @self: a payment
 *
 * Returns: (nullable): see #MinipayPayment:out-trade-no
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayPayment, minipay_payment, MINIPAY_IS_PAYMENT, const char *, out_trade_no, NULL)

/**
 * minipay_payment_get_transaction_id:
 * @self: a payment
 *
 * Returns: (nullable): see #MinipayPayment:transaction-id
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayPayment, minipay_payment, MINIPAY_IS_PAYMENT, const char *, transaction_id, NULL)

/**
 * minipay_payment_get_state:
 * @self: a payment
 *
 * Returns: see #MinipayPayment:state
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayPayment, minipay_payment, MINIPAY_IS_PAYMENT, MinipayPaymentState, state, 0)

/**
 * minipay_payment_get_total:
 * @self: a payment
 *
 * Returns: (transfer none) (nullable): see #MinipayPayment:total
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayPayment, minipay_payment, MINIPAY_IS_PAYMENT, MinipayMoney *, total, NULL)

/**
 * minipay_payment_get_paid:
 * @self: a payment
 *
 * Returns: (transfer none) (nullable): see #MinipayPayment:paid
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayPayment, minipay_payment, MINIPAY_IS_PAYMENT, MinipayMoney *, paid, NULL)

/**
 * minipay_payment_get_payer:
 * @self: a payment
 *
 * Returns: (nullable): see #MinipayPayment:payer
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayPayment, minipay_payment, MINIPAY_IS_PAYMENT, const char *, payer, NULL)

/**
 * minipay_payment_get_paid_at:
 * @self: a payment
 *
 * Returns: (transfer none) (nullable): see #MinipayPayment:paid-at
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayPayment, minipay_payment, MINIPAY_IS_PAYMENT, GDateTime *, paid_at, NULL)

/**
 * minipay_payment_get_attach:
 * @self: a payment
 *
 * Returns: (nullable): see #MinipayPayment:attach
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayPayment, minipay_payment, MINIPAY_IS_PAYMENT, const char *, attach, NULL)

/**
 * minipay_payment_get_mchid:
 * @self: a payment
 *
 * Returns: (nullable): see #MinipayPayment:mchid
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayPayment, minipay_payment, MINIPAY_IS_PAYMENT, const char *, mchid, NULL)

/**
 * minipay_payment_get_appid:
 * @self: a payment
 *
 * Returns: (nullable): see #MinipayPayment:appid
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayPayment, minipay_payment, MINIPAY_IS_PAYMENT, const char *, appid, NULL)

/**
 * minipay_payment_get_sub_mchid:
 * @self: a payment
 *
 * Returns: (nullable): see #MinipayPayment:sub-mchid
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayPayment, minipay_payment, MINIPAY_IS_PAYMENT, const char *, sub_mchid, NULL)

/**
 * minipay_payment_get_sub_appid:
 * @self: a payment
 *
 * Returns: (nullable): see #MinipayPayment:sub-appid
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayPayment, minipay_payment, MINIPAY_IS_PAYMENT, const char *, sub_appid, NULL)

/**
 * minipay_payment_get_raw_text:
 * @self: a payment
 *
 * Returns: (transfer none) (nullable): see #MinipayPayment:raw-text
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayPayment, minipay_payment, MINIPAY_IS_PAYMENT, GBytes *, raw_text, NULL)

/**
 * minipay_payment_get_authenticated:
 * @self: a payment
 *
 * Returns: see #MinipayPayment:authenticated
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayPayment, minipay_payment, MINIPAY_IS_PAYMENT, gboolean, authenticated, FALSE)

void
minipay_payment_set_authenticated (MinipayPayment *self, gboolean authenticated)
{
  self->authenticated = authenticated;
}

void
minipay_payment_set_settled (MinipayPayment *self)
{
  self->is_settled = TRUE;
}

gboolean
minipay_payment_is_settled (MinipayPayment *self)
{
  return self->is_settled;
}

static char *
claim_dup_text (const char *text)
{
  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

MinipayPayment *
minipay_payment_new_from_claim (const MinipayPaymentClaim *claim)
{
  MinipayPayment *self = g_object_new (MINIPAY_TYPE_PAYMENT, NULL);

  self->out_trade_no = g_strdup (claim->out_trade_no);
  self->transaction_id = claim_dup_text (claim->transaction_id);
  self->state = claim->state;
  self->total = claim->total != NULL ? minipay_money_copy (claim->total) : NULL;
  self->paid = claim->paid != NULL ? minipay_money_copy (claim->paid) : NULL;
  self->payer = g_strdup (claim->payer);
  self->paid_at = claim->paid_at != NULL ? g_date_time_ref (claim->paid_at) : NULL;
  self->attach = g_strdup (claim->attach);
  self->mchid = g_strdup (claim->mchid);
  self->appid = g_strdup (claim->appid);
  self->sub_mchid = g_strdup (claim->sub_mchid);
  self->sub_appid = g_strdup (claim->sub_appid);
  self->raw_text = claim->raw_text != NULL ? g_bytes_ref (claim->raw_text) : NULL;
  return self;
}
