/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* Orders to bytes and bytes to values. Source: WeChat Pay Global API v3, chapters 3 and 4. */

MinipayHttpRequest *wechat_global_build_create (MinipayExchange *x, GError **error);

MinipayHttpRequest *wechat_global_build_query (MinipayExchange *x, GError **error);
GObject *wechat_global_parse_query (MinipayExchange *x, MinipayHttpResponse *answer, GError **error);

MinipayHttpRequest *wechat_global_build_refresh_keys (MinipayExchange *x, GError **error);

MinipayPayment *wechat_global_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error);

G_END_DECLS
