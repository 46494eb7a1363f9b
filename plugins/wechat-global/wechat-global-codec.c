/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-global-codec.h"

static void
codec_add_members (MinipayExchange *x, MinipayOrder *order, MinipayJsonWriter *writer)
{
  const char *category = minipay_exchange_get_extra_text (x, "merchant_category_code");

  if (category == NULL)
    category = minipay_exchange_get_setting (x, "merchant-category-code");
  minipay_json_writer_add_string (writer, "trade_type", "JSAPI");
  minipay_json_writer_add_string (writer, "goods_tag", minipay_exchange_get_extra_text (x, "goods_tag"));
  /* a text here, a list in the mainland */
  minipay_json_writer_add_string (writer, "limit_pay", minipay_exchange_get_extra_text (x, "limit_pay"));
  minipay_json_writer_add_string (writer, "merchant_category_code", category);
}

/* an amount without its currency is no amount here */
const WechatTransactions wechat_global_transactions = {
  "/v3/global/transactions",
  "id",
  NULL,
  codec_add_members,
};

GObject *
wechat_global_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  return wechat_transaction_parse_notification (x, &wechat_global_transactions, incoming, error);
}
