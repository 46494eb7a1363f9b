/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-payment.h"

G_BEGIN_DECLS

/*
 * What a gateway claims about a payment, for C provider authors: everything is borrowed, what the gateway does not
 * say stays NULL. Bindings set the properties of MinipayPayment.
 */
typedef struct {
  const char *out_trade_no;
  const char *transaction_id; /* the empty text counts as not said */
  MinipayPaymentState state;
  const MinipayMoney *total;
  const MinipayMoney *paid;
  const char *payer;
  GDateTime *paid_at;
  const char *attach;
  const char *mchid;
  const char *appid;
  const char *sub_mchid; /* whom mchid acts for */
  const char *sub_appid;
  GBytes *raw_text; /* the gateway's own JSON */
} MinipayPaymentClaim;

MINIPAY_API MinipayPayment *minipay_payment_new_from_claim (const MinipayPaymentClaim *claim);

G_END_DECLS
