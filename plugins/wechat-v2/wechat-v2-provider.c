/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-v2-codec.h"
#include "wechat-xml.h"

/* WeChat Pay V2, mainland, direct merchants. */

/* Orders are idempotent by out_trade_no: the same number with the same content gives a fresh handle. */
static const MinipayCall wechat_v2_calls[] = {
  { MINIPAY_OPERATION_CREATE, MINIPAY_SEND_FLAGS_IDEMPOTENT, wechat_v2_build_create, wechat_v2_parse_create },
  { MINIPAY_OPERATION_QUERY, MINIPAY_SEND_FLAGS_SAFE, wechat_v2_build_query, wechat_v2_parse_query },
  { 0 },
};

static const MinipayProviderTable wechat_v2_table = {
  .calls = wechat_v2_calls,
  .parse_notification = wechat_v2_parse_notification,
  .acknowledge = wechat_xml_acknowledge,
};

MINIPAY_PROVIDER_DEFINE_TABLE (MinipayWechatV2Provider, minipay_wechat_v2_provider, &wechat_v2_table)
