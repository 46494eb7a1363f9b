/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wechat-xml.h"

G_BEGIN_DECLS

/* Bills of the API v2: "下载交易账单", "下载资金账单". For tables of calls; the row's flags are for trade bills,
 * what fund flows need besides is added here. */

MinipayHttpRequest *wechat_xml_build_bill (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
wechat_xml_parse_bill (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

G_END_DECLS
