/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-refund.h"

G_BEGIN_DECLS

/*
 * What a gateway claims about a refund, for C provider authors: everything is borrowed, what the gateway does not
 * say stays NULL, and an empty text counts as not said. Bindings set the properties of MinipayRefund.
 */
typedef struct {
  const char *out_refund_no;
  const char *refund_id;
  const char *out_trade_no;
  const char *transaction_id;
  MinipayRefundState state;
  const MinipayMoney *amount;
  const MinipayMoney *total;
  GDateTime *refunded_at;
  const char *mchid;
  const char *sub_mchid;
  GBytes *raw_text;
} MinipayRefundClaim;

MINIPAY_API MinipayRefund *minipay_refund_new_from_claim (const MinipayRefundClaim *claim);

G_END_DECLS
