/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-certificates.h"
#include "wechat-global-codec.h"
#include "wechat-message.h"

/* WeChat Pay Global, for merchants and for institutions that act for them. */

/* Orders are idempotent by out_trade_no: the same number with the same content gives a fresh handle. */
static const MinipayCall wechat_global_calls[] = {
  { MINIPAY_OPERATION_CREATE,
    MINIPAY_SEND_FLAGS_IDEMPOTENT,
    wechat_transaction_build_create,
    wechat_transaction_parse_create,
    &wechat_global_transactions },
  { MINIPAY_OPERATION_QUERY,
    MINIPAY_SEND_FLAGS_SAFE,
    wechat_transaction_build_query,
    wechat_transaction_parse_query,
    &wechat_global_transactions },
  { MINIPAY_OPERATION_REFRESH_KEYS,
    MINIPAY_SEND_FLAGS_SAFE,
    wechat_certificates_build,
    wechat_certificates_parse,
    "/v3/global/certificates" },
  { 0 },
};

static const MinipayProviderTable wechat_global_table = {
  .calls = wechat_global_calls,
  .parse_notification = wechat_global_parse_notification,
  .acknowledge = wechat_message_acknowledge,
};

MINIPAY_PROVIDER_DEFINE_TABLE (MinipayWechatGlobalProvider, minipay_wechat_global_provider, &wechat_global_table)
