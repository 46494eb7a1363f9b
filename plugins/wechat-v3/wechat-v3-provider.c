/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-bill.h"
#include "wechat-call.h"
#include "wechat-certificates.h"
#include "wechat-message.h"
#include "wechat-v3-codec.h"

/* WeChat Pay V3, mainland: merchants and service providers. */

#define SHARING "/v3/profitsharing"
#define REFUNDS "/v3/refund/domestic/refunds"

static const char *const names[] = { "name", NULL };
static const char *const holders[] = { "bank_account", "real_name", NULL };

static const WechatCall share = { "POST", SHARING "/orders", WECHAT_CALL_SUB_PARTY, names };
static const WechatCall share_query = { "GET", SHARING "/orders/{out_order_no}", WECHAT_CALL_SUB_MCHID, NULL };
static const WechatCall finish = { "POST", SHARING "/orders/unfreeze", WECHAT_CALL_SUB_MCHID, NULL };
static const WechatCall back = { "POST", SHARING "/return-orders", WECHAT_CALL_SUB_MCHID, NULL };
static const WechatCall back_query = {
  "GET", SHARING "/return-orders/{out_return_no}", WECHAT_CALL_SUB_MCHID, NULL
};
static const WechatCall amount = {
  "GET", SHARING "/transactions/{transaction_id}/amounts", WECHAT_CALL_NOBODY, NULL
};
static const WechatCall add = { "POST", SHARING "/receivers/add", WECHAT_CALL_SUB_PARTY, names };
static const WechatCall remove_receiver = { "POST", SHARING "/receivers/delete", WECHAT_CALL_SUB_PARTY, NULL };
static const WechatCall abnormal = {
  "POST", REFUNDS "/{refund_id}/apply-abnormal-refund", WECHAT_CALL_SUB_MCHID, holders
};

/* Orders, refunds and shares are idempotent by their numbers: the same number with the same content is the same
 * one. */
/* clang-format off */
static const MinipayCall wechat_v3_calls[] = {
  { MINIPAY_OPERATION_CREATE, MINIPAY_SEND_FLAGS_IDEMPOTENT, wechat_transaction_build_create,
    wechat_transaction_parse_create, &wechat_v3_transactions },
  { MINIPAY_OPERATION_QUERY, MINIPAY_SEND_FLAGS_SAFE, wechat_transaction_build_query,
    wechat_transaction_parse_query, &wechat_v3_transactions },
  { MINIPAY_OPERATION_CLOSE, MINIPAY_SEND_FLAGS_IDEMPOTENT, wechat_transaction_build_close,
    wechat_transaction_parse_close, &wechat_v3_transactions },
  { MINIPAY_OPERATION_REFUND, MINIPAY_SEND_FLAGS_IDEMPOTENT, wechat_refund_build, wechat_refund_parse,
    &wechat_v3_refunds },
  { MINIPAY_OPERATION_QUERY_REFUND, MINIPAY_SEND_FLAGS_SAFE, wechat_refund_build_query, wechat_refund_parse,
    &wechat_v3_refunds },
  { MINIPAY_OPERATION_DOWNLOAD_BILL, MINIPAY_SEND_FLAGS_SAFE, wechat_bill_build, wechat_bill_parse },
  { MINIPAY_OPERATION_CALL, MINIPAY_SEND_FLAGS_IDEMPOTENT, wechat_call_build, wechat_call_parse, &abnormal,
    "abnormal-refund" },
  { MINIPAY_OPERATION_CALL, MINIPAY_SEND_FLAGS_IDEMPOTENT, wechat_call_build, wechat_call_parse, &share,
    "profit-sharing" },
  { MINIPAY_OPERATION_CALL, MINIPAY_SEND_FLAGS_IDEMPOTENT, wechat_call_build, wechat_call_parse, &finish,
    "profit-sharing-finish" },
  { MINIPAY_OPERATION_CALL, MINIPAY_SEND_FLAGS_SAFE, wechat_call_build, wechat_call_parse, &share_query,
    "profit-sharing-query" },
  { MINIPAY_OPERATION_CALL, MINIPAY_SEND_FLAGS_IDEMPOTENT, wechat_call_build, wechat_call_parse, &back,
    "profit-sharing-return" },
  { MINIPAY_OPERATION_CALL, MINIPAY_SEND_FLAGS_SAFE, wechat_call_build, wechat_call_parse, &back_query,
    "profit-sharing-return-query" },
  { MINIPAY_OPERATION_CALL, MINIPAY_SEND_FLAGS_SAFE, wechat_call_build, wechat_call_parse, &amount,
    "profit-sharing-amount" },
  { MINIPAY_OPERATION_CALL, MINIPAY_SEND_FLAGS_IDEMPOTENT, wechat_call_build, wechat_call_parse, &add,
    "profit-sharing-add-receiver" },
  { MINIPAY_OPERATION_CALL, MINIPAY_SEND_FLAGS_IDEMPOTENT, wechat_call_build, wechat_call_parse, &remove_receiver,
    "profit-sharing-remove-receiver" },
  { MINIPAY_OPERATION_REFRESH_KEYS, MINIPAY_SEND_FLAGS_SAFE, wechat_certificates_build, wechat_certificates_parse,
    "/v3/certificates" },
  { 0 },
};
/* clang-format on */

static const MinipayProviderTable wechat_v3_table = {
  .calls = wechat_v3_calls,
  .parse_notification = wechat_v3_parse_notification,
  .acknowledge = wechat_message_acknowledge,
};

MINIPAY_PROVIDER_DEFINE_TABLE (MinipayWechatV3Provider, minipay_wechat_v3_provider, &wechat_v3_table)
