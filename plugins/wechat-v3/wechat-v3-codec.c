/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-v3-codec.h"

#include <string.h>

#include "wechat-call.h"
#include "wechat-message.h"

static void
codec_add_extra (MinipayJsonWriter *writer, GVariant *extras, const char *name)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (extras, name, NULL);

  /* the gateway refuses members that are there and empty */
  if (value != NULL && (!g_variant_is_container (value) || g_variant_n_children (value) > 0))
    minipay_json_writer_add_variant (writer, name, value);
}

static gboolean
codec_add_members (MinipayExchange *x, const WechatScene *scene, MinipayJsonWriter *writer, GError **error)
{
  GVariant *extras = minipay_exchange_get_extras (x);
  gboolean flag;

  if (extras == NULL)
    return TRUE;
  minipay_json_writer_add_string (writer, "goods_tag", minipay_exchange_get_extra_text (x, "goods_tag"));
  codec_add_extra (writer, extras, "support_fapiao");
  if (g_variant_lookup (extras, "profit_sharing", "b", &flag)) {
    minipay_json_writer_begin_object (writer, "settle_info");
    minipay_json_writer_add_boolean (writer, "profit_sharing", flag);
    minipay_json_writer_end_object (writer);
  }
  codec_add_extra (writer, extras, "limit_pay");
  codec_add_extra (writer, extras, "detail");
  return TRUE;
}

static const WechatScene codec_scenes[] = {
  { MINIPAY_METHOD_MINI_PROGRAM, "jsapi", NULL, "prepay_id" },
  { MINIPAY_METHOD_JSAPI, "jsapi", NULL, "prepay_id" },
  { MINIPAY_METHOD_APP, "app", NULL, "prepay_id" },
  { MINIPAY_METHOD_H5, "h5", NULL, "h5_url" },
  { MINIPAY_METHOD_NATIVE, "native", NULL, "code_url" },
  { 0 },
};

/* mainland amounts are CNY, said or not */
const WechatTransactions wechat_v3_transactions = {
  .path = "/v3/pay/transactions",
  .partner_path = "/v3/pay/partner/transactions",
  .id_member = "transaction_id",
  .currency = "CNY",
  .combines = TRUE,
  .scenes = codec_scenes,
  .add_members = codec_add_members,
};

const WechatRefunds wechat_v3_refunds = {
  .path = "/v3/refund/domestic/refunds",
  .by_number = "",
  .id_member = "refund_id",
  .currency = "CNY",
};

/* A receipt of profit sharing has the event name of a payment: the type of the resource tells them apart. It speaks
 * of the merchant who shares, and this one is whom he shares with. */
GObject *
wechat_v3_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  g_autofree char *event_type = NULL;
  g_autofree char *original_type = NULL;
  g_autoptr (GBytes) plain = wechat_message_open_notification (x, incoming, &event_type, &original_type, error);

  if (plain == NULL)
    return NULL;
  if (strcmp (original_type, "transaction") == 0)
    return wechat_transaction_parse_event (x, &wechat_v3_transactions, event_type, plain, error);
  if (strcmp (original_type, "refund") == 0)
    return wechat_refund_parse_event (x, &wechat_v3_refunds, event_type, plain, error);
  if (strcmp (original_type, "profitsharing") == 0 && strcmp (event_type, "TRANSACTION.SUCCESS") == 0)
    return wechat_call_parse_event ("profit-sharing", plain, error);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_NOT_SUPPORTED,
               "notification is a %s of a %s, known are those of a transaction, a refund and a profitsharing",
               event_type,
               original_type);
  return NULL;
}
