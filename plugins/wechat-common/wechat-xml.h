/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/*
 * The messages of the API v2: flat XML with sorted parameters under the account's api-key and sign-type. Source:
 * WeChat Pay V2, "签名算法", "支付结果通知".
 */

typedef enum {
  WECHAT_XML_PLAIN = 0,
  WECHAT_XML_HMAC = 1 << 0,     /* HMAC-SHA256, whatever the account's sign-type */
  WECHAT_XML_NO_APPID = 1 << 1, /* neither appid nor sub_appid */
} WechatXmlFlags;

/* What the calls of one shape do not share: the data of rows in tables of calls. */
typedef struct {
  const char *path;
  WechatXmlFlags flags;
  const char *one_of[3]; /* parameters of which a named call needs exactly one, and NULL */
} WechatXmlCall;

/* The request with the account's parties, nonce_str, sign_type and sign added to @params. */
MinipayHttpRequest *
wechat_xml_new_request (MinipayExchange *x, const WechatXmlCall *call, MinipayParams *params, GError **error);

/* The parameters of a message with this root, whoever wrote it. */
MinipayParams *wechat_xml_parse (GBytes *body, const char *root, GError **error);

/* Another merchant's message is none of ours. @call may be NULL. */
gboolean wechat_xml_check_parties (MinipayExchange *x,
                                   const WechatXmlCall *call,
                                   const MinipayParams *params,
                                   GError **error);

/* The parameters of an answer that is signed and about this merchant, a success or not. A refusal of the
 * communication (return_code) carries no signature and is read for its words alone. */
MinipayParams *
wechat_xml_read_signed (MinipayExchange *x, const WechatXmlCall *call, MinipayHttpResponse *answer, GError **error);

/* FALSE with what the refusal means, when a signed answer is one. */
gboolean wechat_xml_check_result (MinipayExchange *x, const MinipayParams *params, GError **error);

/* Both: the parameters of a signed success. */
MinipayParams *
wechat_xml_read_answer (MinipayExchange *x, const WechatXmlCall *call, MinipayHttpResponse *answer, GError **error);

/* Whether the signature of a notification is genuine. One whose signature is not, or is another digest's than the
 * account's, is refused, and the order it names is worth a query. */
gboolean wechat_xml_verify_notification (MinipayExchange *x, const MinipayParams *params, GError **error);

MinipayHttpResponse *wechat_xml_acknowledge (MinipayExchange *x, gboolean accepted, GError **error);

/* A number as it may stand in a message: PROTOCOL for one that breaks the grammar of such numbers, by its @name:
 * those that begin with out_ are the merchant's. FALSE with *value NULL when it must be there and is not. */
gboolean wechat_xml_read_number (
    const MinipayParams *params, const char *name, gboolean is_required, const char **value, GError **error);

/* An amount; *money stays as it is when there is none. */
gboolean wechat_xml_read_money (const MinipayParams *params,
                                const char *fee,
                                const char *currency_name,
                                gint64 minimum,
                                MinipayMoney **money,
                                GError **error);

G_END_DECLS
