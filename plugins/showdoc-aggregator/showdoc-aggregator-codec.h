/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* Orders to bytes and bytes to values. Source: showdoc item chinavbao, page 10796304623701817 (the order call) and
 * the pages that README.md lists. */

MinipayHttpRequest *aggregator_build_create (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
aggregator_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

/* Of mode sealed; @data of all but the order is the path. */
MinipayHttpRequest *aggregator_build_sealed_create (MinipayExchange *x, gconstpointer data, GError **error);
MinipayHttpRequest *aggregator_build_sealed_order (MinipayExchange *x, gconstpointer data, GError **error);
MinipayHttpRequest *aggregator_build_sealed_refund (MinipayExchange *x, gconstpointer data, GError **error);
MinipayHttpRequest *aggregator_build_sealed_refund_query (MinipayExchange *x, gconstpointer data, GError **error);
GObject *aggregator_parse_sealed_create (MinipayExchange *x,
                                         gconstpointer data,
                                         MinipayHttpResponse *answer,
                                         GError **error);
GObject *
aggregator_parse_sealed_query (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);
GObject *
aggregator_parse_sealed_close (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);
GObject *aggregator_parse_sealed_refund (MinipayExchange *x,
                                         gconstpointer data,
                                         MinipayHttpResponse *answer,
                                         GError **error);

GObject *aggregator_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error);

G_END_DECLS
