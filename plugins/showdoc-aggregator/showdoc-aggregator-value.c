/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "showdoc-aggregator-value.h"

#include <string.h>

MinipayPaymentState
aggregator_parse_state (const char *word)
{
  static const struct {
    const char *word;
    MinipayPaymentState state;
  } states[] = {
    { "SUCCESS", MINIPAY_PAYMENT_STATE_PAID },
    { "PROCESSING", MINIPAY_PAYMENT_STATE_PENDING },
    { "FAIL", MINIPAY_PAYMENT_STATE_FAILED },
    { "CLOSE", MINIPAY_PAYMENT_STATE_CLOSED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (strcmp (states[i].word, word) == 0)
      return states[i].state;
  return MINIPAY_PAYMENT_STATE_UNKNOWN;
}

MinipayPayment *
aggregator_new_payment (MinipayExchange *x, const AggregatorMembers *members, GBytes *text, GError **error)
{
  const char *order_no = aggregator_members_require (members, "orderNo", error);
  const char *pay_status = order_no != NULL ? aggregator_members_require (members, "payStatus", error) : NULL;
  g_autoptr (MinipayMoney) total = NULL;
  MinipayPaymentClaim claim;

  if (pay_status == NULL ||
      !aggregator_members_read_amount (members, minipay_exchange_get_setting (x, "amount-member"), &total, error))
    return NULL;
  claim = (MinipayPaymentClaim){
    .out_trade_no = order_no,
    .state = aggregator_parse_state (pay_status),
    .total = total,
    .mchid = aggregator_members_lookup (members, "customerNo"),
    .raw_text = text,
  };
  return minipay_payment_new_from_claim (&claim);
}

/* The list of words could not be read to its end: one that is not known leaves the refund open. */
static MinipayRefundState
value_parse_refund_state (const char *refund_status)
{
  if (g_strcmp0 (refund_status, "SUCCESS") == 0)
    return MINIPAY_REFUND_STATE_REFUNDED;
  if (g_strcmp0 (refund_status, "FAIL") == 0)
    return MINIPAY_REFUND_STATE_CLOSED;
  return MINIPAY_REFUND_STATE_PENDING;
}

MinipayRefund *
aggregator_new_refund (const AggregatorMembers *members, GBytes *text, GError **error)
{
  const char *order_no = aggregator_members_require (members, "orderNo", error);
  const char *refund_time = aggregator_members_lookup (members, "refundTime");
  g_autoptr (MinipayMoney) amount = NULL;
  g_autoptr (GDateTime) refunded_at = NULL;
  MinipayRefundClaim claim;

  if (order_no == NULL || !aggregator_members_read_amount (members, "refundAmount", &amount, error))
    return NULL;
  if (refund_time != NULL) {
    refunded_at = minipay_time_parse_spaced (refund_time, error);
    if (refunded_at == NULL)
      return NULL;
  }
  claim = (MinipayRefundClaim){
    /* of a refund, orderNo is its own number */
    .out_refund_no = order_no,
    .out_trade_no = aggregator_members_lookup (members, "refOrderNo"),
    .state = value_parse_refund_state (aggregator_members_lookup (members, "refundStatus")),
    .amount = amount,
    .refunded_at = refunded_at,
    .mchid = aggregator_members_lookup (members, "customerNo"),
    .raw_text = text,
  };
  return minipay_refund_new_from_claim (&claim);
}
