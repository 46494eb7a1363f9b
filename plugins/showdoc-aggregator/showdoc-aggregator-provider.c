/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "showdoc-aggregator-codec.h"

/* An aggregator whose cashiers open in the merchant's own mini-programs. */

/* What a second call with the same payInfo does is not published, so none is made by itself. */
static const MinipayCall showdoc_aggregator_calls[] = {
  { MINIPAY_OPERATION_CREATE, MINIPAY_SEND_FLAGS_NONE, aggregator_build_create, aggregator_parse_create },
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
