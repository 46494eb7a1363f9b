/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

#include "wechat-scene.h"

G_BEGIN_DECLS

/* Combined orders (合单) of the mainland: several merchants' orders under one password. The order's extra
 * sub_orders makes one; a query and a close say `combined`. Source: WeChat Pay merchant API v3, combine payment. */

/* Whether the order, or what a query or a close is about, is a combined one. */
gboolean wechat_combine_is_asked (MinipayExchange *x);
/* Whether a transaction is one. */
gboolean wechat_combine_is_told (const MinipayJson *json);

MinipayHttpRequest *wechat_combine_build_create (MinipayExchange *x, const WechatScene *scene, GError **error);
MinipayHttpRequest *wechat_combine_build_query (MinipayExchange *x, GError **error);
MinipayHttpRequest *wechat_combine_build_close (MinipayExchange *x, GError **error);

/* One payment for all of them: its total is their sum, and it is paid when every one of them is. */
MinipayPayment *wechat_combine_parse (MinipayExchange *x, const MinipayJson *json, GBytes *text, GError **error);

G_END_DECLS
