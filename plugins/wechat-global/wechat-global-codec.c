/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-global-codec.h"

#include "wechat-certificates.h"
#include "wechat-transaction.h"

static void
codec_add_members (MinipayExchange *x, MinipayOrder *order, MinipayJsonWriter *writer)
{
  MinipayAccountConfig *config = minipay_exchange_get_config (x);
  GVariant *extras = minipay_order_get_extras (order);
  const char *category = minipay_account_config_get_string (config, "merchant-category-code");
  const char *text;

  minipay_json_writer_add_string (writer, "trade_type", "JSAPI");
  if (extras != NULL && g_variant_lookup (extras, "goods_tag", "&s", &text) && *text != '\0')
    minipay_json_writer_add_string (writer, "goods_tag", text);
  /* a text here, a list in the mainland */
  if (extras != NULL && g_variant_lookup (extras, "limit_pay", "&s", &text))
    minipay_json_writer_add_string (writer, "limit_pay", text);
  if (extras != NULL && g_variant_lookup (extras, "merchant_category_code", "&s", &text) && *text != '\0')
    category = text;
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
