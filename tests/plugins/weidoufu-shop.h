/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "support/test-exchange.h"

/* The account and the order that the tests of weidoufu share. The access key of the manual's example (vector
 * wd-sign-1) has 33 characters where its own tables allow 32: here it is one shorter. */

GType minipay_provider_1 (void);

static const char *const weidoufu_settings[] = {
  "provider",   "weidoufu",
  "access-key", "22c2f18010bc1f10gkpdjdspjpfjspn3",
  "secret-key", "EkfB1+3w39F2mvMBcXb4/7PRfVTgs+Bh",
  NULL,
};

static inline MinipayTestExchange *
weidoufu_new (const char *const *changes)
{
  return minipay_test_exchange_new ("weidoufu", minipay_provider_1 (), weidoufu_settings, changes);
}

static inline MinipayOrder *
weidoufu_order_new (MinipayWallet wallet, gint64 fen, const char *payer, const char *attach, GVariant *splits)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (fen, "CNY");

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       "10018801620383215825",
                       "total",
                       total,
                       "subject",
                       "QQ会员充值",
                       "method",
                       MINIPAY_METHOD_MINI_PROGRAM,
                       "wallet",
                       wallet,
                       "payer",
                       payer,
                       "notify-url",
                       "https://xxxxx.com/api/notice",
                       "attach",
                       attach,
                       "splits",
                       splits,
                       NULL);
}
