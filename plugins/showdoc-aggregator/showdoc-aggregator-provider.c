/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "showdoc-aggregator-codec.h"

/* An aggregator whose cashiers open in the merchant's own mini-programs. */

#define ORDERS "/api/vborder/order/standard/"

/* What a second call with the same payInfo does is not published, and one with a number that is known is refused:
 * none is made by itself. */
static const MinipayCall showdoc_aggregator_calls[] = {
  { MINIPAY_OPERATION_CREATE,
    MINIPAY_SEND_FLAGS_NONE,
    aggregator_build_create,
    aggregator_parse_create,
    .mode = "plain" },
  { MINIPAY_OPERATION_CREATE,
    MINIPAY_SEND_FLAGS_NONE,
    aggregator_build_sealed_create,
    aggregator_parse_sealed_create,
    .mode = "sealed" },
  { MINIPAY_OPERATION_QUERY,
    MINIPAY_SEND_FLAGS_SAFE,
    aggregator_build_sealed_order,
    aggregator_parse_sealed_query,
    ORDERS "qrcodeQuery" },
  { MINIPAY_OPERATION_CLOSE,
    MINIPAY_SEND_FLAGS_IDEMPOTENT,
    aggregator_build_sealed_order,
    aggregator_parse_sealed_close,
    ORDERS "qrcodeClose" },
  { MINIPAY_OPERATION_REFUND,
    MINIPAY_SEND_FLAGS_NONE,
    aggregator_build_sealed_refund,
    aggregator_parse_sealed_refund,
    ORDERS "refund" },
  { MINIPAY_OPERATION_QUERY_REFUND,
    MINIPAY_SEND_FLAGS_SAFE,
    aggregator_build_sealed_refund_query,
    aggregator_parse_sealed_refund,
    ORDERS "refundQuery" },
  { 0 },
};

/* The two letters alone end the repetition: the no must be anything else. */
static MinipayHttpResponse *
aggregator_acknowledge (MinipayExchange *x, gboolean accepted, GError **error)
{
  const char *text = accepted ? "OK" : "FAIL";
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));
  MinipayHttpResponse *reply = minipay_http_response_new (accepted ? 200 : 500, body);

  minipay_http_response_add_header (reply, "Content-Type", "text/plain");
  return reply;
}

static const MinipayProviderTable showdoc_aggregator_table = {
  .calls = showdoc_aggregator_calls,
  .parse_notification = aggregator_parse_notification,
  .acknowledge = aggregator_acknowledge,
};

MINIPAY_PROVIDER_DEFINE_TABLE (MinipayShowdocAggregatorProvider,
                               minipay_showdoc_aggregator_provider,
                               &showdoc_aggregator_table)
