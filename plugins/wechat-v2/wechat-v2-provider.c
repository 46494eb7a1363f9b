/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-v2-codec.h"
#include "wechat-xml-payment.h"

/* WeChat Pay V2, mainland, for merchants and for those who act for others. */

static const WechatXmlCall query_order = { "/pay/orderquery" };

#define SAFE       MINIPAY_SEND_FLAGS_SAFE
#define IDEMPOTENT MINIPAY_SEND_FLAGS_IDEMPOTENT
#define IDENTITY   MINIPAY_SEND_FLAGS_IDENTITY

/* Orders are idempotent by out_trade_no: the same number with the same content gives a fresh handle. */
static const MinipayCall wechat_v2_calls[] = {
  { MINIPAY_OPERATION_CREATE, IDEMPOTENT, wechat_v2_build_create, wechat_v2_parse_create },
  { MINIPAY_OPERATION_QUERY, SAFE, wechat_xml_build_query, wechat_xml_parse_query, &query_order },
  { MINIPAY_OPERATION_CLOSE, IDEMPOTENT, wechat_v2_build_close, wechat_v2_parse_close },
  { MINIPAY_OPERATION_REVERSE, IDEMPOTENT | IDENTITY, wechat_v2_build_reverse, wechat_v2_parse_reverse },
  { 0 },
};

static const MinipayProviderTable wechat_v2_table = {
  .calls = wechat_v2_calls,
  .parse_notification = wechat_xml_parse_notification,
  .acknowledge = wechat_xml_acknowledge,
};

MINIPAY_PROVIDER_DEFINE_TABLE (MinipayWechatV2Provider, minipay_wechat_v2_provider, &wechat_v2_table)
