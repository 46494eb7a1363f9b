/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/*
 * The messages of the API v2: flat XML with sorted parameters under the account's api-key and sign-type. Source:
 * WeChat Pay V2, "签名算法", "支付结果通知".
 */

/* The request with appid, mch_id, nonce_str, sign_type and sign added to @params. */
MinipayHttpRequest *
wechat_xml_new_request (MinipayExchange *x, const char *path, MinipayParams *params, GError **error);

/* The parameters of a success that is signed and about this merchant; NULL with what the refusal means. A refusal
 * of the communication (return_code) carries no signature and is read for its words alone. */
MinipayParams *wechat_xml_read_answer (MinipayExchange *x, MinipayHttpResponse *answer, GError **error);

/* The parameters of a notification whose signature is genuine. One whose signature is not, or is another digest's
 * than the account's, is refused, and the order it names is worth a query. */
MinipayParams *wechat_xml_read_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error);

MinipayHttpResponse *wechat_xml_acknowledge (MinipayExchange *x, gboolean accepted, GError **error);

/* A number as it may stand in a message: PROTOCOL for one that breaks the grammar of such numbers. @name is
 * out_trade_no or transaction_id; FALSE with *value NULL when it must be there and is not. */
gboolean wechat_xml_read_number (
    const MinipayParams *params, const char *name, gboolean is_required, const char **value, GError **error);

G_END_DECLS
