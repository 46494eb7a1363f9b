/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-bill.h"
#include "wechat-call.h"
#include "wechat-certificates.h"
#include "wechat-global-codec.h"
#include "wechat-message.h"

/* WeChat Pay Global, for merchants and for institutions that act for them. */

static const WechatCall list_refunds = { "GET", "/v3/global/refunds", WECHAT_CALL_WHOLE_PARTY, NULL };
static const WechatCall settlements = { "GET", "/v3/global/settle/settlements", WECHAT_CALL_SUB_MCHID, NULL };

/* Orders are idempotent by out_trade_no and refunds by out_refund_no: the same number with the same content is the
 * same one. */
/* clang-format off */
static const MinipayCall wechat_global_calls[] = {
  { MINIPAY_OPERATION_CREATE, MINIPAY_SEND_FLAGS_IDEMPOTENT, wechat_transaction_build_create,
    wechat_transaction_parse_create, &wechat_global_transactions },
  { MINIPAY_OPERATION_QUERY, MINIPAY_SEND_FLAGS_SAFE, wechat_transaction_build_query,
    wechat_transaction_parse_query, &wechat_global_transactions },
  { MINIPAY_OPERATION_CLOSE, MINIPAY_SEND_FLAGS_IDEMPOTENT, wechat_transaction_build_close,
    wechat_transaction_parse_close, &wechat_global_transactions },
  { MINIPAY_OPERATION_REVERSE, MINIPAY_SEND_FLAGS_IDEMPOTENT, wechat_transaction_build_close,
    wechat_transaction_parse_close, &wechat_global_transactions },
  { MINIPAY_OPERATION_REFUND, MINIPAY_SEND_FLAGS_IDEMPOTENT, wechat_refund_build, wechat_refund_parse,
    &wechat_global_refunds },
  { MINIPAY_OPERATION_QUERY_REFUND, MINIPAY_SEND_FLAGS_SAFE, wechat_refund_build_query, wechat_refund_parse,
    &wechat_global_refunds },
  { MINIPAY_OPERATION_DOWNLOAD_BILL, MINIPAY_SEND_FLAGS_SAFE | MINIPAY_SEND_FLAGS_BILL, wechat_statement_build,
    wechat_statement_parse },
  { MINIPAY_OPERATION_CALL, MINIPAY_SEND_FLAGS_SAFE, wechat_call_build, wechat_call_parse, &list_refunds,
    "list-refunds" },
  { MINIPAY_OPERATION_CALL, MINIPAY_SEND_FLAGS_SAFE, wechat_call_build, wechat_call_parse, &settlements,
    "settlements" },
  { MINIPAY_OPERATION_REFRESH_KEYS, MINIPAY_SEND_FLAGS_SAFE, wechat_certificates_build, wechat_certificates_parse,
    "/v3/global/certificates" },
  { 0 },
};
/* clang-format on */

static const MinipayProviderTable wechat_global_table = {
  .calls = wechat_global_calls,
  .parse_notification = wechat_global_parse_notification,
  .acknowledge = wechat_message_acknowledge,
};

MINIPAY_PROVIDER_DEFINE_TABLE (MinipayWechatGlobalProvider, minipay_wechat_global_provider, &wechat_global_table)
