/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-global-codec.h"

#include "wechat-certificates.h"
#include "wechat-transaction.h"

static void
codec_add_members (MinipayExchange *x, MinipayOrder *order, MinipayJsonWriter *writer)
{
  const char *category = minipay_order_get_extra_text (order, "merchant_category_code");

  if (category == NULL)
    category = minipay_exchange_get_setting (x, "merchant-category-code");
  minipay_json_writer_add_string (writer, "trade_type", "JSAPI");
  minipay_json_writer_add_string (writer, "goods_tag", minipay_order_get_extra_text (order, "goods_tag"));
  /* a text here, a list in the mainland */
  minipay_json_writer_add_string (writer, "limit_pay", minipay_order_get_extra_text (order, "limit_pay"));
  minipay_json_writer_add_string (writer, "merchant_category_code", category);
}

/* an amount without its currency is no amount here */
static const WechatTransactions transactions = {
  "/v3/global/transactions",
  "id",
  NULL,
  codec_add_members,
};

MinipayHttpRequest *
wechat_global_build_create (MinipayExchange *x, GError **error)
{
  return wechat_transaction_build_create (x, &transactions, error);
}

MinipayHttpRequest *
wechat_global_build_query (MinipayExchange *x, GError **error)
{
  return wechat_transaction_build_query (x, &transactions, error);
}

GObject *
wechat_global_parse_query (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  return wechat_transaction_parse_query (x, &transactions, answer, error);
}

MinipayHttpRequest *
wechat_global_build_refresh_keys (MinipayExchange *x, GError **error)
{
  return wechat_certificates_build (x, "/v3/global/certificates", error);
}

MinipayPayment *
wechat_global_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  return wechat_transaction_parse_notification (x, &transactions, incoming, error);
}
