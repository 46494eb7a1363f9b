/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* Bills of the API v3. For tables of calls; @data is not used.
 *
 * In the mainland a signed answer tells the digest and where the bill lies; the bill itself comes unsigned. Source:
 * WeChat Pay merchant API v3, "bills". */
MinipayHttpRequest *wechat_bill_build (MinipayExchange *x, gconstpointer data, GError **error);
GObject *wechat_bill_parse (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

/* Global's statement comes at once, and its headers sign its digest. Source: WeChat Pay Global API v3. */
MinipayHttpRequest *wechat_statement_build (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
wechat_statement_parse (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

G_END_DECLS
