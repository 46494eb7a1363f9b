/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* Orders and their ends, to bytes and back. Source: WeChat Pay V2 for merchants, "统一下单", "付款码支付",
 * "关闭订单", "撤销订单". */

MinipayHttpRequest *wechat_v2_build_create (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
wechat_v2_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

MinipayHttpRequest *wechat_v2_build_close (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
wechat_v2_parse_close (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

MinipayHttpRequest *wechat_v2_build_reverse (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
wechat_v2_parse_reverse (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

G_END_DECLS
