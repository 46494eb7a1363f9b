/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <minipay-plugin.h>

/* A table with gaps: it can create, begins to fetch keys, and has nothing for queries and notifications. It reads a
 * setting that no manifest has. */

static MinipayHttpRequest *
gaps_build (MinipayExchange *x, gconstpointer data, GError **error)
{
  if (minipay_exchange_get_setting (x, "taste") == NULL)
    return minipay_http_request_new ("POST", "/", NULL);
  return NULL;
}

static GObject *
gaps_parse (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  return g_object_new (MINIPAY_TYPE_CHECKOUT,
                       "kind",
                       MINIPAY_CHECKOUT_KIND_DONE,
                       "out-trade-no",
                       minipay_order_get_out_trade_no (minipay_exchange_get_order (x)),
                       NULL);
}

static const MinipayCall gaps_calls[] = {
  { MINIPAY_OPERATION_CREATE, MINIPAY_SEND_FLAGS_NONE, gaps_build, gaps_parse },
  { MINIPAY_OPERATION_REFRESH_KEYS, MINIPAY_SEND_FLAGS_SAFE, gaps_build, NULL },
  { MINIPAY_OPERATION_CLOSE, MINIPAY_SEND_FLAGS_NONE, gaps_build, gaps_parse, .mode = "with-two-rows" },
  { MINIPAY_OPERATION_CLOSE, MINIPAY_SEND_FLAGS_IDEMPOTENT, gaps_build, gaps_parse },
  { 0 },
};

static const MinipayProviderTable gaps = { .calls = gaps_calls };

MINIPAY_PROVIDER_DEFINE_TABLE (ZooGaps, zoo_gaps, &gaps)
