/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "weidoufu-codec.h"

/* weidoufu, an aggregator of WeChat Pay, Alipay and UnionPay. */

/* The manual does not say what a repeated out_order_no does, so an order is never repeated by itself; a refund sent
 * twice is two refunds. */
static const MinipayCall weidoufu_calls[] = {
  { MINIPAY_OPERATION_CREATE, MINIPAY_SEND_FLAGS_NONE, weidoufu_build_create, weidoufu_parse_create },
  { MINIPAY_OPERATION_QUERY, MINIPAY_SEND_FLAGS_SAFE, weidoufu_build_query, weidoufu_parse_query },
  { MINIPAY_OPERATION_REFUND, MINIPAY_SEND_FLAGS_NONE, weidoufu_build_refund, weidoufu_parse_refund },
  { MINIPAY_OPERATION_CALL,
    MINIPAY_SEND_FLAGS_SAFE,
    weidoufu_build_account_query,
    weidoufu_parse_account_query,
    .name = "account-query" },
  { 0 },
};

/* The manual is silent about the reply; both texts are settings. */
static MinipayHttpResponse *
weidoufu_acknowledge (MinipayExchange *x, gboolean accepted, GError **error)
{
  MinipayAccountConfig *config = minipay_exchange_get_config (x);
  const char *text = accepted ? minipay_account_config_get_string (config, "reply-body") : "fail";
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  MinipayHttpResponse *reply = minipay_http_response_new (accepted ? 200 : 500, body);

  minipay_http_response_add_header (reply,
                                    "Content-Type",
                                    accepted ? minipay_account_config_get_string (config, "reply-content-type")
                                             : "text/plain");
  return reply;
}

static const MinipayProviderTable weidoufu_table = {
  .calls = weidoufu_calls,
  .parse_notification = weidoufu_parse_notification,
  .acknowledge = weidoufu_acknowledge,
};

MINIPAY_PROVIDER_DEFINE_TABLE (MinipayWeidoufuProvider, minipay_weidoufu_provider, &weidoufu_table)
