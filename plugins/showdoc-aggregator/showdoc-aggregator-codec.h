/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* Orders to bytes and bytes to values. Source: showdoc item chinavbao, page 10796304623701817 (the order call) and
 * the pages that README.md lists. */

MinipayHttpRequest *aggregator_build_create (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
aggregator_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

GObject *aggregator_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error);

G_END_DECLS
