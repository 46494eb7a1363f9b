/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "support/test-exchange.h"

/* The account and the order that the tests of showdoc-aggregator share. The key is that of vector agg-sign-derived;
 * the public one belongs to the private key that vector agg-rsa-response-derived was sealed with. */

GType minipay_provider_1 (void);

#define AGGREGATOR_NUMBER   "T20230101000001"
#define AGGREGATOR_URL      "https://pay.vbao.example/mp/order"
#define AGGREGATOR_PAY_INFO "v1+8056742246907403/c29tZQ=="
#define AGGREGATOR_OPENID   "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
#define AGGREGATOR_CODE     "0e1OCv1w3SXUT13aMD0w3ZASFJ3OCv1c" /* the seed page's own */

static const char *const aggregator_settings[] = {
  "provider",
  "showdoc-aggregator",
  "allowed-hosts",
  "pay.vbao.example;pay2.vbao.example",
  "customer-no",
  "8000000001",
  "sign-key",
  "0123456789ABCDEF0123456789ABCDEF",
  "public-key",
  "fixture:wxp-doc-mch-1900007291-public",
  NULL,
};

static inline MinipayTestExchange *
aggregator_new (const char *const *changes)
{
  return minipay_test_exchange_new ("showdoc-aggregator", minipay_provider_1 (), aggregator_settings, changes);
}

/* What is NULL is not there. */
static inline MinipayOrder *
aggregator_order_new (
    MinipayWallet wallet, const char *payer, const char *url, const char *pay_info, const char *code)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (1990, "CNY");
  g_auto (GVariantDict) extras = G_VARIANT_DICT_INIT (NULL);

  if (url != NULL)
    g_variant_dict_insert (&extras, "url", "s", url);
  if (pay_info != NULL)
    g_variant_dict_insert (&extras, "pay_info", "s", pay_info);
  if (code != NULL)
    g_variant_dict_insert (&extras, "code", "s", code);
  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       AGGREGATOR_NUMBER,
                       "total",
                       total,
                       "method",
                       MINIPAY_METHOD_MINI_PROGRAM,
                       "wallet",
                       wallet,
                       "payer",
                       payer,
                       "extras",
                       g_variant_dict_end (&extras),
                       NULL);
}
