/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wechat-xml.h"

G_BEGIN_DECLS

/* Interface B: deductions for rides in the messages of the API v2, HMAC-SHA256 alone. Source: WeChat Pay V2,
 * "乘车码", 申请扣款 and its neighbours. */

MinipayHttpRequest *transit_v2_build_create (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
transit_v2_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

G_END_DECLS
