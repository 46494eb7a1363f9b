/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wechat-xml.h"

G_BEGIN_DECLS

/* Payments of the API v2: questions about them, and notifications. Source: WeChat Pay V2, "查询订单",
 * "支付结果通知". */

/* For tables of calls; @data is a WechatXmlCall. */
MinipayHttpRequest *wechat_xml_build_query (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
wechat_xml_parse_query (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

/* What a signed message claims about a payment. */
MinipayPayment *
wechat_xml_new_payment (MinipayExchange *x, const MinipayParams *params, MinipayPaymentState state, GError **error);

/* Whether a signed message tells of a payment that was made. The signature does not say what kind of message it is
 * under: an answer to a query or about a refund, posted or answered here, is as genuine. */
gboolean wechat_xml_is_success (const MinipayParams *params);

/* Notifications of payments, which are sent for successes alone, and of refunds. */
GObject *wechat_xml_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error);

G_END_DECLS
