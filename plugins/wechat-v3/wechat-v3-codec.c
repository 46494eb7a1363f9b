/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-v3-codec.h"

static void
codec_add_limit_pay (MinipayJsonWriter *writer, GVariant *extras)
{
  g_autofree const char **list = NULL;

  if (extras == NULL || !g_variant_lookup (extras, "limit_pay", "^a&s", &list) || *list == NULL)
    return;
  minipay_json_writer_begin_array (writer, "limit_pay");
  for (const char **p = list; *p != NULL; p++)
    minipay_json_writer_add_string (writer, NULL, *p);
  minipay_json_writer_end_array (writer);
}

static void
codec_add_members (MinipayExchange *x, MinipayOrder *order, MinipayJsonWriter *writer)
{
  GVariant *extras = minipay_order_get_extras (order);
  gboolean flag;

  if (extras == NULL)
    return;
  minipay_json_writer_add_string (writer, "goods_tag", minipay_exchange_get_extra_text (x, "goods_tag"));
  if (g_variant_lookup (extras, "support_fapiao", "b", &flag))
    minipay_json_writer_add_boolean (writer, "support_fapiao", flag);
  if (g_variant_lookup (extras, "profit_sharing", "b", &flag)) {
    minipay_json_writer_begin_object (writer, "settle_info");
    minipay_json_writer_add_boolean (writer, "profit_sharing", flag);
    minipay_json_writer_end_object (writer);
  }
  codec_add_limit_pay (writer, extras);
}

/* mainland amounts are CNY, said or not */
const WechatTransactions wechat_v3_transactions = {
  "/v3/pay/transactions",
  "transaction_id",
  "CNY",
  codec_add_members,
};

GObject *
wechat_v3_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  return wechat_transaction_parse_notification (x, &wechat_v3_transactions, incoming, error);
}
