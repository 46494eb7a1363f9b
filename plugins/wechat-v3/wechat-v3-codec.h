/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* Orders to bytes and bytes to values. Source: WeChat Pay merchant API v3, pages of 2024-12 to 2025-01. */

MinipayHttpRequest *wechat_v3_build_create (MinipayExchange *x, GError **error);

MinipayHttpRequest *wechat_v3_build_query (MinipayExchange *x, GError **error);
GObject *wechat_v3_parse_query (MinipayExchange *x, MinipayHttpResponse *answer, GError **error);

MinipayHttpRequest *wechat_v3_build_refresh_keys (MinipayExchange *x, GError **error);

MinipayPayment *wechat_v3_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error);

G_END_DECLS
