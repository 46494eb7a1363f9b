/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-v2-codec.h"
#include "wechat-xml-bill.h"
#include "wechat-xml-call.h"
#include "wechat-xml-payment.h"
#include "wechat-xml-refund.h"

/* WeChat Pay V2, mainland, for merchants and for those who act for others. */

static const WechatXmlCall query_order = { "/pay/orderquery" };
static const WechatXmlCall list_refunds = { "/pay/refundquery",
                                            WECHAT_XML_PLAIN,
                                            { "transaction_id", "out_trade_no" } };

/* Profit sharing knows HMAC-SHA256 alone. */
static const WechatXmlCall share = { "/secapi/pay/profitsharing", WECHAT_XML_HMAC };
static const WechatXmlCall share_multi = { "/secapi/pay/multiprofitsharing", WECHAT_XML_HMAC };
static const WechatXmlCall share_finish = { "/secapi/pay/profitsharingfinish", WECHAT_XML_HMAC };
static const WechatXmlCall share_query = { "/pay/profitsharingquery", WECHAT_XML_HMAC | WECHAT_XML_NO_APPID };
static const WechatXmlCall share_amount = { "/pay/profitsharingorderamountquery",
                                            WECHAT_XML_HMAC | WECHAT_XML_NO_APPID };
static const WechatXmlCall add_receiver = { "/pay/profitsharingaddreceiver", WECHAT_XML_HMAC };
static const WechatXmlCall remove_receiver = { "/pay/profitsharingremovereceiver", WECHAT_XML_HMAC };
static const WechatXmlCall share_return = { "/secapi/pay/profitsharingreturn",
                                            WECHAT_XML_HMAC,
                                            { "order_id", "out_order_no" } };
static const WechatXmlCall return_query = { "/pay/profitsharingreturnquery",
                                            WECHAT_XML_HMAC,
                                            { "order_id", "out_order_no" } };

#define SAFE       MINIPAY_SEND_FLAGS_SAFE
#define IDEMPOTENT MINIPAY_SEND_FLAGS_IDEMPOTENT
#define CERTIFIED  (MINIPAY_SEND_FLAGS_IDEMPOTENT | MINIPAY_SEND_FLAGS_IDENTITY)
#define BILL       (MINIPAY_SEND_FLAGS_SAFE | MINIPAY_SEND_FLAGS_BILL)

#define NAMED(NAME, FLAGS, CALL)                                                                                   \
  {                                                                                                                \
    MINIPAY_OPERATION_CALL, FLAGS, wechat_xml_build_call, wechat_xml_parse_call, CALL, NAME                        \
  }

/* Orders, refunds and shares are idempotent by the merchant's number for them. */
static const MinipayCall wechat_v2_calls[] = {
  { MINIPAY_OPERATION_CREATE, IDEMPOTENT, wechat_v2_build_create, wechat_v2_parse_create },
  { MINIPAY_OPERATION_QUERY, SAFE, wechat_xml_build_query, wechat_xml_parse_query, &query_order },
  { MINIPAY_OPERATION_CLOSE, IDEMPOTENT, wechat_v2_build_close, wechat_v2_parse_close },
  { MINIPAY_OPERATION_REVERSE, CERTIFIED, wechat_v2_build_reverse, wechat_v2_parse_reverse },
  { MINIPAY_OPERATION_REFUND, CERTIFIED, wechat_xml_build_refund, wechat_xml_parse_refund },
  { MINIPAY_OPERATION_QUERY_REFUND, SAFE, wechat_xml_build_query_refund, wechat_xml_parse_query_refund },
  { MINIPAY_OPERATION_DOWNLOAD_BILL, BILL, wechat_xml_build_bill, wechat_xml_parse_bill },
  NAMED ("list-refunds", SAFE, &list_refunds),
  NAMED ("profit-sharing", CERTIFIED, &share),
  NAMED ("profit-sharing-multi", CERTIFIED, &share_multi),
  NAMED ("profit-sharing-finish", CERTIFIED, &share_finish),
  NAMED ("profit-sharing-query", SAFE, &share_query),
  NAMED ("profit-sharing-amount", SAFE, &share_amount),
  NAMED ("profit-sharing-add-receiver", IDEMPOTENT, &add_receiver),
  NAMED ("profit-sharing-remove-receiver", IDEMPOTENT, &remove_receiver),
  NAMED ("profit-sharing-return", CERTIFIED, &share_return),
  NAMED ("profit-sharing-return-query", SAFE, &return_query),
  { 0 },
};

static const MinipayProviderTable wechat_v2_table = {
  .calls = wechat_v2_calls,
  .parse_notification = wechat_xml_parse_notification,
  .acknowledge = wechat_xml_acknowledge,
};

MINIPAY_PROVIDER_DEFINE_TABLE (MinipayWechatV2Provider, minipay_wechat_v2_provider, &wechat_v2_table)
