/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-combine.h"

#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-notify.h"
#include "sandbox-wechat-order.h"
#include "sandbox-wechat-payment.h"
#include "sandbox-wechat-rules.h"
#include "sandbox-wechat-transaction.h"

#define MIN_PARTS 2
#define MAX_PARTS 10

#define OWN     SANDBOX_WECHAT_MAINLAND
#define ANY     SANDBOX_WECHAT_ANY
#define JSAPI   SANDBOX_WECHAT_JSAPI
#define H5      SANDBOX_WECHAT_H5
#define NOT_H5  (ANY & ~H5)
#define TEXT    SANDBOX_WECHAT_TEXT
#define WHOLE   SANDBOX_WECHAT_WHOLE
#define FLAG    SANDBOX_WECHAT_FLAG
#define OBJECT  SANDBOX_WECHAT_OBJECT
#define ARRAY   SANDBOX_WECHAT_ARRAY
#define LIMITS  SANDBOX_WECHAT_LIMITS
#define SETTLED "/sub_orders/settle_info"

/* Section 15a of the V3 reference. */
static const SandboxWechatRule combine_rules[] = {
  { OWN, ANY, "", "combine_appid", TEXT, 32, TRUE, NULL },
  { OWN, ANY, "", "combine_mchid", TEXT, 32, TRUE, NULL },
  { OWN, ANY, "", "combine_out_trade_no", TEXT, 32, TRUE, NULL },
  { OWN, H5, "", "scene_info", OBJECT, 0, TRUE, NULL },
  { OWN, NOT_H5, "", "scene_info", OBJECT, 0, FALSE, NULL },
  { OWN, ANY, "/scene_info", "payer_client_ip", TEXT, 45, TRUE, NULL },
  { OWN, ANY, "/scene_info", "device_id", TEXT, 16, FALSE, NULL },
  { OWN, H5, "/scene_info", "h5_info", OBJECT, 0, TRUE, NULL },
  { OWN, H5, "/scene_info/h5_info", "type", TEXT, 16, TRUE, "Wap|iOS|Android" },
  { OWN, H5, "/scene_info/h5_info", "app_name", TEXT, 64, FALSE, NULL },
  { OWN, H5, "/scene_info/h5_info", "app_url", TEXT, 128, FALSE, NULL },
  { OWN, H5, "/scene_info/h5_info", "bundle_id", TEXT, 128, FALSE, NULL },
  { OWN, H5, "/scene_info/h5_info", "package_name", TEXT, 128, FALSE, NULL },
  { OWN, ANY, "", "sub_orders", ARRAY, 0, TRUE, NULL },
  { OWN, ANY, "/sub_orders", "mchid", TEXT, 32, TRUE, NULL },
  { OWN, ANY, "/sub_orders", "attach", TEXT, 128, TRUE, NULL },
  { OWN, ANY, "/sub_orders", "amount", OBJECT, 0, TRUE, NULL },
  { OWN, ANY, "/sub_orders/amount", "total_amount", WHOLE, 0, TRUE, NULL },
  { OWN, ANY, "/sub_orders/amount", "currency", TEXT, 8, TRUE, "CNY" },
  { OWN, ANY, "/sub_orders", "out_trade_no", TEXT, 32, TRUE, NULL },
  { OWN, ANY, "/sub_orders", "description", TEXT, 127, TRUE, NULL },
  { OWN, ANY, "/sub_orders", "detail", TEXT, 6000, FALSE, NULL },
  { OWN, ANY, "/sub_orders", "goods_tag", TEXT, 32, FALSE, NULL },
  { OWN, ANY, "/sub_orders", "settle_info", OBJECT, 0, FALSE, NULL },
  { OWN, ANY, SETTLED, "profit_sharing", FLAG, 0, FALSE, NULL },
  { OWN, ANY, SETTLED, "subsidy_amount", WHOLE, 0, FALSE, NULL },
  { OWN, JSAPI, "", "combine_payer_info", OBJECT, 0, TRUE, NULL },
  { OWN, JSAPI, "/combine_payer_info", "openid", TEXT, 128, TRUE, NULL },
  { OWN, ANY, "", "time_start", TEXT, 32, FALSE, NULL },
  { OWN, ANY, "", "time_expire", TEXT, 32, FALSE, NULL },
  { OWN, ANY, "", "notify_url", TEXT, 255, TRUE, NULL },
  { OWN, ANY, "", "limit_pay", LIMITS, 0, FALSE, NULL },
  { 0 },
};

static const SandboxWechatRule close_rules[] = {
  { OWN, ANY, "", "combine_appid", TEXT, 32, TRUE, NULL },
  { OWN, ANY, "", "sub_orders", ARRAY, 0, TRUE, NULL },
  { OWN, ANY, "/sub_orders", "mchid", TEXT, 32, TRUE, NULL },
  { OWN, ANY, "/sub_orders", "out_trade_no", TEXT, 32, TRUE, NULL },
  { 0 },
};

static JsonArray *
get_parts (SandboxWechatCall *call)
{
  return json_object_get_array_member (call->object, "sub_orders");
}

static gboolean
check_part (SandboxWechatCall *call, JsonObject *part)
{
  if (!sandbox_wechat_is_number (sandbox_json_text (part, "out_trade_no"), 6, 32, "_-*|"))
    return sandbox_wechat_blame (call, "/sub_orders/out_trade_no", "is not 6 to 32 letters, digits or _-*|");
  if (sandbox_merchant_find (SANDBOX_WECHAT_V3, sandbox_json_text (part, "mchid")) != NULL)
    return TRUE;
  sandbox_wechat_deny (call, 400, "MCH_NOT_EXISTS", "a sub order's mchid is none of the sandbox");
  return FALSE;
}

static gboolean
check_values (SandboxWechatCall *call)
{
  const char *expire = sandbox_wechat_text (call, "time_expire");
  const char *issue = sandbox_wechat_check_notify_url (sandbox_wechat_text (call, "notify_url"));
  JsonArray *parts = get_parts (call);
  guint count = json_array_get_length (parts);

  if (!g_str_equal (sandbox_wechat_text (call, "combine_mchid"), call->merchant->mchid))
    return sandbox_wechat_blame (call, "/combine_mchid", "is not the one that signed");
  if (!g_str_equal (sandbox_wechat_text (call, "combine_appid"), call->merchant->appid)) {
    sandbox_wechat_deny (
        call, 400, "APPID_MCHID_NOT_MATCH", "combine_appid and combine_mchid do not belong together");
    return FALSE;
  }
  if (!sandbox_wechat_is_number (sandbox_wechat_text (call, "combine_out_trade_no"), 6, 32, "_-*|"))
    return sandbox_wechat_blame (call, "/combine_out_trade_no", "is not 6 to 32 letters, digits or _-*|");
  if (issue != NULL)
    return sandbox_wechat_blame (call, "/notify_url", "%s", issue);
  if (expire != NULL && (issue = sandbox_wechat_check_expiry (expire)) != NULL)
    return sandbox_wechat_blame (call, "/time_expire", "%s", issue);
  if (count < MIN_PARTS || count > MAX_PARTS)
    return sandbox_wechat_blame (call, "/sub_orders", "are not %d to %d", MIN_PARTS, MAX_PARTS);
  for (guint i = 0; i < count; i++) {
    if (!check_part (call, json_array_get_object_element (parts, i)))
      return FALSE;
  }
  return TRUE;
}

static SandboxOrder *
add_one (SandboxWechatCall *call, const char *number)
{
  const SandboxMerchant *merchant = call->merchant;
  SandboxOrder *order = sandbox_orders_add (call->sandbox->orders, merchant->gateway, merchant->account, number);
  JsonObject *payer = call->argument == SANDBOX_WECHAT_JSAPI
                          ? json_object_get_object_member (call->object, "combine_payer_info")
                          : NULL;
  const char *expire = sandbox_wechat_text (call, "time_expire");

  order->mchid = merchant->mchid;
  order->appid = g_strdup (merchant->appid);
  order->payer = g_strdup (payer != NULL ? sandbox_json_text (payer, "openid") : "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o");
  sandbox_order_set (order, "openid", "openid");
  order->trade_type = g_strdup (sandbox_wechat_trade_type (call->argument));
  order->expires_at = expire != NULL ? g_date_time_new_from_iso8601 (expire, NULL) : NULL;
  return order;
}

static void
add_part (SandboxWechatCall *call, SandboxOrder *whole, JsonObject *object)
{
  SandboxOrder *part = add_one (call, sandbox_json_text (object, "out_trade_no"));
  JsonObject *amount = json_object_get_object_member (object, "amount");
  JsonObject *settle =
      json_object_has_member (object, "settle_info") ? json_object_get_object_member (object, "settle_info") : NULL;

  part->mchid = sandbox_merchant_find (SANDBOX_WECHAT_V3, sandbox_json_text (object, "mchid"))->mchid;
  part->attach = g_strdup (sandbox_json_text (object, "attach"));
  part->total = sandbox_json_whole (amount, "total_amount");
  part->whole = whole;
  sandbox_order_set (part, "description", sandbox_json_text (object, "description"));
  if (settle != NULL && json_object_get_boolean_member_with_default (settle, "profit_sharing", FALSE))
    sandbox_order_set (part, "profit_sharing", "true");
  whole->total += part->total;
  g_ptr_array_add (whole->parts, part);
}

static SandboxOrder *
add_whole (SandboxWechatCall *call, char *fingerprint)
{
  SandboxOrder *whole = add_one (call, sandbox_wechat_text (call, "combine_out_trade_no"));
  JsonArray *parts = get_parts (call);

  whole->notify_url = g_strdup (sandbox_wechat_text (call, "notify_url"));
  whole->fingerprint = fingerprint;
  whole->parts = g_ptr_array_new ();
  for (guint i = 0; i < json_array_get_length (parts); i++)
    add_part (call, whole, json_array_get_object_element (parts, i));
  sandbox_pay_later (call->sandbox, whole);
  return whole;
}

/* Whether a number of the new order's parts is taken already. */
static gboolean
has_used_number (SandboxWechatCall *call)
{
  JsonArray *parts = get_parts (call);

  for (guint i = 0; i < json_array_get_length (parts); i++) {
    const char *number = sandbox_json_text (json_array_get_object_element (parts, i), "out_trade_no");

    if (sandbox_orders_find (call->sandbox->orders, call->merchant->account, number) != NULL)
      return TRUE;
    for (guint j = 0; j < i; j++) {
      if (g_str_equal (sandbox_json_text (json_array_get_object_element (parts, j), "out_trade_no"), number))
        return TRUE;
    }
  }
  return FALSE;
}

/* Several orders under one password. */
void
sandbox_wechat_combine (SandboxWechatCall *call)
{
  g_autofree char *fingerprint = NULL;
  const char *number = NULL;
  SandboxOrder *whole = NULL;

  if (!sandbox_wechat_check (call, combine_rules) || !check_values (call))
    return;
  number = sandbox_wechat_text (call, "combine_out_trade_no");
  sandbox_reply_set_numbers (call->reply, number, NULL, NULL);
  if (!sandbox_wechat_begin (call))
    return;
  fingerprint = sandbox_json_canonical (call->root);
  whole = sandbox_orders_find (call->sandbox->orders, call->merchant->account, number);
  if (whole != NULL && whole->paid_at != NULL)
    sandbox_wechat_deny (call, 400, "ORDERPAID", "the order is paid");
  else if (whole != NULL ? g_strcmp0 (whole->fingerprint, fingerprint) != 0 : has_used_number (call))
    sandbox_wechat_deny (call, 403, "OUT_TRADE_NO_USED", "a number is used with other parameters");
  else if (whole != NULL && sandbox_order_is_closed (whole))
    sandbox_wechat_deny (call, 400, "ORDER_CLOSED", "the order is closed");
  else if (sandbox_orders_is_full (call->sandbox->orders))
    sandbox_wechat_deny (call, 429, "RATELIMIT_EXCEEDED", "the sandbox holds no more orders");
  else
    sandbox_wechat_answer_handle (call, whole != NULL ? whole : add_whole (call, g_steal_pointer (&fingerprint)));
}

static void
add_part_text (JsonBuilder *builder, SandboxOrder *part, SandboxFault fault)
{
  gboolean is_paid = part->paid_at != NULL;
  gint64 total = part->total + (fault.kind == SANDBOX_FAULT_WRONG_AMOUNT ? 1 : 0);
  const char *currency = fault.kind == SANDBOX_FAULT_WRONG_CURRENCY ? "USD" : "CNY";

  json_builder_begin_object (builder);
  sandbox_json_add_text (
      builder, "mchid", fault.kind == SANDBOX_FAULT_WRONG_MCHID ? SANDBOX_WECHAT_WRONG_MCHID : part->mchid);
  sandbox_json_add_text (builder, "out_trade_no", part->out_trade_no);
  sandbox_json_add_text (builder, "attach", part->attach);
  sandbox_json_add_text (builder,
                         "trade_state",
                         is_paid                          ? "SUCCESS"
                         : sandbox_order_is_closed (part) ? "CLOSED"
                                                          : "NOTPAY");
  if (is_paid) {
    g_autofree char *time = sandbox_time (part->paid_at);

    sandbox_json_add_text (builder, "transaction_id", part->transaction_id);
    sandbox_json_add_text (builder, "trade_type", part->trade_type);
    sandbox_json_add_text (builder, "bank_type", "OTHERS");
    sandbox_json_add_text (builder, "success_time", time);
  }
  json_builder_set_member_name (builder, "amount");
  json_builder_begin_object (builder);
  sandbox_json_add_integer (builder, "total_amount", total);
  sandbox_json_add_text (builder, "currency", currency);
  if (is_paid) {
    sandbox_json_add_integer (builder, "payer_amount", total);
    sandbox_json_add_text (builder, "payer_currency", currency);
  }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static char *
make_text (SandboxOrder *whole, SandboxFault fault)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *other = sandbox_random_digits (20);

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder,
                         "combine_appid",
                         fault.kind == SANDBOX_FAULT_WRONG_APPID ? SANDBOX_WECHAT_WRONG_APPID : whole->appid);
  sandbox_json_add_text (builder, "combine_mchid", whole->mchid);
  sandbox_json_add_text (
      builder, "combine_out_trade_no", fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : whole->out_trade_no);
  json_builder_set_member_name (builder, "sub_orders");
  json_builder_begin_array (builder);
  for (guint i = 0; i < whole->parts->len; i++)
    add_part_text (builder, g_ptr_array_index (whole->parts, i), fault);
  json_builder_end_array (builder);
  if (whole->paid_at != NULL) {
    json_builder_set_member_name (builder, "combine_payer_info");
    json_builder_begin_object (builder);
    sandbox_json_add_text (builder, "openid", whole->payer);
    json_builder_end_object (builder);
  }
  json_builder_end_object (builder);
  return sandbox_json_write (builder);
}

/* The combined order of the route's number, or NULL. */
static SandboxOrder *
find_whole (SandboxWechatCall *call)
{
  SandboxOrder *whole = sandbox_orders_find (call->sandbox->orders, call->merchant->account, call->number);

  sandbox_reply_set_numbers (call->reply, call->number, NULL, NULL);
  return whole != NULL && whole->parts != NULL ? whole : NULL;
}

void
sandbox_wechat_combine_query (SandboxWechatCall *call)
{
  SandboxOrder *whole = find_whole (call);
  g_autofree char *text = NULL;

  if (!sandbox_wechat_begin (call))
    return;
  if (whole == NULL) {
    sandbox_wechat_deny (call, 404, "ORDER_NOT_EXIST", "the order does not exist");
    return;
  }
  text = make_text (whole, call->fault);
  sandbox_wechat_answer (call, 200, text);
}

/* Whether the close names each part and nothing else. */
static gboolean
names_parts (SandboxWechatCall *call, SandboxOrder *whole)
{
  JsonArray *named = get_parts (call);

  for (guint i = 0; i < json_array_get_length (named); i++) {
    JsonObject *object = json_array_get_object_element (named, i);
    SandboxOrder *part = sandbox_orders_find (
        call->sandbox->orders, call->merchant->account, sandbox_json_text (object, "out_trade_no"));

    if (part == NULL || part->whole != whole || !g_str_equal (part->mchid, sandbox_json_text (object, "mchid")))
      return FALSE;
  }
  return json_array_get_length (named) == whole->parts->len;
}

void
sandbox_wechat_combine_close (SandboxWechatCall *call)
{
  SandboxOrder *whole = find_whole (call);

  if (!sandbox_wechat_check (call, close_rules) || !sandbox_wechat_begin (call))
    return;
  if (whole == NULL)
    sandbox_wechat_deny (call, 404, "ORDER_NOT_EXIST", "the order does not exist");
  else if (!names_parts (call, whole))
    sandbox_wechat_blame (call, "/sub_orders", "are not those of the combined order");
  else if (whole->paid_at != NULL)
    sandbox_wechat_deny (call, 400, "ORDERPAID", "the order is paid");
  else {
    if (whole->closed_at == NULL)
      whole->closed_at = sandbox_now ();
    for (guint i = 0; i < whole->parts->len; i++) {
      SandboxOrder *part = g_ptr_array_index (whole->parts, i);

      if (part->closed_at == NULL)
        part->closed_at = sandbox_now ();
    }
    sandbox_wechat_answer (call, 204, NULL);
  }
}

/* Told from a single order's notification by combine_out_trade_no alone. */
char *
sandbox_wechat_make_combined_event (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  g_autofree char *plaintext = make_text (order, fault);

  return sandbox_wechat_seal_event (
      sandbox, "TRANSACTION.SUCCESS", "支付成功", "transaction", order->paid_at, plaintext);
}
