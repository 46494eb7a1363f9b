/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-certificates.h"
#include "wechat-message.h"
#include "wechat-v3-codec.h"

/* WeChat Pay V3, mainland, direct merchants. */

/* Orders are idempotent by out_trade_no: the same number with the same content gives a fresh handle. */
static const MinipayCall wechat_v3_calls[] = {
  { MINIPAY_OPERATION_CREATE,
    MINIPAY_SEND_FLAGS_IDEMPOTENT,
    wechat_transaction_build_create,
    wechat_transaction_parse_create,
    &wechat_v3_transactions },
  { MINIPAY_OPERATION_QUERY,
    MINIPAY_SEND_FLAGS_SAFE,
    wechat_transaction_build_query,
    wechat_transaction_parse_query,
    &wechat_v3_transactions },
  { MINIPAY_OPERATION_REFRESH_KEYS,
    MINIPAY_SEND_FLAGS_SAFE,
    wechat_certificates_build,
    wechat_certificates_parse,
    "/v3/certificates" },
  { 0 },
};

static const MinipayProviderTable wechat_v3_table = {
  .calls = wechat_v3_calls,
  .parse_notification = wechat_v3_parse_notification,
  .acknowledge = wechat_message_acknowledge,
};

MINIPAY_PROVIDER_DEFINE_TABLE (MinipayWechatV3Provider, minipay_wechat_v3_provider, &wechat_v3_table)
