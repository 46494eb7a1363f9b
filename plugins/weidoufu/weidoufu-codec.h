/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* Orders to bytes and bytes to values. Source: the manual at doc.weidoufu.com (pages miniapp, jsapi, native,
 * mobile, app, micropay, query, refund, funds/query, notify). */

#define WEIDOUFU_MAX_FEE 999999999

MinipayHttpRequest *weidoufu_build_create (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
weidoufu_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

MinipayHttpRequest *weidoufu_build_query (MinipayExchange *x, gconstpointer data, GError **error);
GObject *weidoufu_parse_query (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

MinipayHttpRequest *weidoufu_build_refund (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
weidoufu_parse_refund (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

MinipayHttpRequest *weidoufu_build_account_query (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
weidoufu_parse_account_query (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

GObject *weidoufu_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error);

G_END_DECLS
