/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-global-codec.h"

#include <string.h>

#include "wechat-message.h"

static gboolean
codec_add_members (MinipayExchange *x, const WechatScene *scene, MinipayJsonWriter *writer, GError **error)
{
  GVariant *extras = minipay_exchange_get_extras (x);
  const char *category = minipay_exchange_get_extra_text (x, "merchant_category_code");
  g_autoptr (GVariant) detail = extras != NULL ? g_variant_lookup_value (extras, "detail", NULL) : NULL;

  if (category == NULL)
    category = minipay_exchange_get_setting (x, "merchant-category-code");
  minipay_json_writer_add_string (writer, "trade_type", scene->trade_type);
  minipay_json_writer_add_string (writer, "goods_tag", minipay_exchange_get_extra_text (x, "goods_tag"));
  /* a text here, a list in the mainland */
  minipay_json_writer_add_string (writer, "limit_pay", minipay_exchange_get_extra_text (x, "limit_pay"));
  minipay_json_writer_add_string (writer, "merchant_category_code", category);
  minipay_json_writer_add_string (writer, "time_start", minipay_exchange_get_extra_text (x, "time_start"));
  /* the tables call it a list, their own example is an object */
  if (detail != NULL && g_variant_n_children (detail) > 0)
    minipay_json_writer_add_variant (writer, "detail", detail);
  return TRUE;
}

static const WechatScene codec_scenes[] = {
  { MINIPAY_METHOD_MINI_PROGRAM, "jsapi", "JSAPI", "prepay_id" },
  { MINIPAY_METHOD_JSAPI, "jsapi", "JSAPI", "prepay_id" },
  { MINIPAY_METHOD_APP, "app", "APP", "prepay_id" },
  { MINIPAY_METHOD_H5, "mweb", "MWEB", "mweb_url" },
  { MINIPAY_METHOD_NATIVE, "native", "NATIVE", "code_url" },
  { MINIPAY_METHOD_CODE, "pay", "MICROPAY", NULL },
  { 0 },
};

/* an amount without its currency is no amount here */
const WechatTransactions wechat_global_transactions = {
  .path = "/v3/global/transactions",
  .code_path = "/v3/global/micropay/transactions",
  .id_member = "id",
  .closes_by_id = TRUE,
  .scenes = codec_scenes,
  .add_members = codec_add_members,
};

const WechatRefunds wechat_global_refunds = {
  .path = "/v3/global/refunds",
  .by_number = "/out-refund-no",
  .by_id = "/id",
  .id_member = "id",
  .is_global = TRUE,
};

GObject *
wechat_global_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  g_autofree char *event_type = NULL;
  g_autofree char *original_type = NULL;
  g_autoptr (GBytes) plain = wechat_message_open_notification (x, incoming, &event_type, &original_type, error);

  if (plain == NULL)
    return NULL;
  if (strcmp (original_type, "transaction") == 0)
    return wechat_transaction_parse_event (x, &wechat_global_transactions, event_type, plain, error);
  if (strcmp (original_type, "refund") == 0)
    return wechat_refund_parse_event (x, &wechat_global_refunds, event_type, plain, error);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_NOT_SUPPORTED,
               "notification is a %s of a %s, known are those of a transaction and a refund",
               event_type,
               original_type);
  return NULL;
}
