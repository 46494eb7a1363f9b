/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wechat-xml.h"

G_BEGIN_DECLS

/* Refunds of the API v2: "申请退款", "查询退款", "退款结果通知". For tables of calls. */

MinipayHttpRequest *wechat_xml_build_refund (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
wechat_xml_parse_refund (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

MinipayHttpRequest *wechat_xml_build_query_refund (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
wechat_xml_parse_query_refund (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

/* What a notification with a req_info says: nobody signs it, so it counts as a hint. */
GObject *wechat_xml_read_refund_notification (MinipayExchange *x, const MinipayParams *outer, GError **error);

G_END_DECLS
