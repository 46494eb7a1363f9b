/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* Orders to bytes and bytes to values. Source: WeChat Pay V2 for merchants, "统一下单", "查询订单", "支付结果通知".
 */

MinipayHttpRequest *wechat_v2_build_create (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
wechat_v2_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

MinipayHttpRequest *wechat_v2_build_query (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
wechat_v2_parse_query (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

GObject *wechat_v2_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error);

G_END_DECLS
