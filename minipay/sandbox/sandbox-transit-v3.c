/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-transit-v3.h"

#include <string.h>

#include "sandbox-control.h"
#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-notify.h"
#include "sandbox-traffic.h"
#include "sandbox-transit-v3-trip.h"
#include "sandbox-wechat-auth.h"

#define ORDERS    "/v3/qrcode/transactions"
#define BY_NUMBER ORDERS "/out-trade-no/"
#define RIDERS    "/v3/qrcode/user-services/contract-id/"
#define BLOCKED   "transit-v3 blocked "
#define NO_RIDER  "transit-v3 unknown "

/* One authenticated request. */
typedef struct {
  Sandbox *sandbox;
  const SandboxMerchant *merchant;
  const SandboxRequest *request;
  SandboxReply *reply;
} Call;

static void
answer (Call *call, const char *body, SandboxFault fault)
{
  const char *serial = sandbox_request_get (call->request, "Wechatpay-Serial");

  sandbox_reply_set (call->reply, 200, "application/json", body);
  sandbox_wechat_sign (call->sandbox, call->merchant, serial, body, fault, call->reply->headers);
}

static SandboxOrder *
add_order (Call *call, JsonObject *object, char *fingerprint)
{
  static const char *const kept[] = { "description", "trade_scene", "contract_id", "goods_tag" };
  const char *number = sandbox_json_text (object, "out_trade_no");
  SandboxOrder *order =
      sandbox_orders_add (call->sandbox->orders, SANDBOX_TRANSIT_V3, call->merchant->account, number);
  gboolean is_bus = json_object_has_member (object, "bus_info");
  g_autoptr (GDateTime) now = sandbox_now ();
  g_autofree char *time = sandbox_time (now);
  g_autofree char *trip =
      json_to_string (json_object_get_member (object, is_bus ? "bus_info" : "metro_info"), FALSE);

  order->mchid = call->merchant->mchid;
  order->appid = g_strdup (call->merchant->appid);
  order->notify_url = g_strdup (sandbox_json_text (object, "notify_url"));
  order->attach = g_strdup (sandbox_json_text (object, "attach"));
  order->fingerprint = fingerprint;
  order->trade_type = g_strdup ("PAP");
  sandbox_json_integer (json_object_get_member (json_object_get_object_member (object, "amount"), "total"),
                        &order->total);
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    sandbox_order_set (order, kept[i], sandbox_json_text (object, kept[i]));
  sandbox_order_set (order, "trip", trip);
  sandbox_order_set (order, "create_time", time);
  sandbox_pay_later (call->sandbox, order);
  return order;
}

static void
create (Call *call, const char *rest)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = sandbox_json_parse (call->request->body, &error);
  g_autofree char *fingerprint = NULL;
  g_autofree char *text = NULL;
  const char *number = NULL;
  SandboxOrder *order = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };

  if (root == NULL) {
    sandbox_wechat_refuse (call->reply, 400, "PARAM_ERROR", NULL, NULL, "%s", error->message);
    return;
  }
  if (!sandbox_transit_v3_check (root, call->merchant, call->reply))
    return;
  number = sandbox_json_text (json_node_get_object (root), "out_trade_no");
  sandbox_reply_set_numbers (call->reply, number, NULL, NULL);
  if (!sandbox_begin (call->sandbox, call->reply, &fault))
    return;

  fingerprint = sandbox_json_canonical (root);
  order = sandbox_orders_find (call->sandbox->orders, call->merchant->account, number);
  if (fault.kind == SANDBOX_FAULT_SYSTEM_ERROR)
    sandbox_wechat_refuse (call->reply, 500, "SYSTEM_ERROR", NULL, NULL, "系统异常");
  else if (order != NULL && !g_str_equal (order->fingerprint, fingerprint))
    sandbox_wechat_refuse (
        call->reply, 403, "OUT_TRADE_NO_USED", NULL, NULL, "out_trade_no is used with other parameters");
  else if (order == NULL && sandbox_orders_is_full (call->sandbox->orders))
    sandbox_wechat_refuse (call->reply, 429, "RATELIMIT_EXCEEDED", NULL, NULL, "the sandbox holds no more orders");
  else {
    if (order == NULL)
      order = add_order (call, json_node_get_object (root), g_steal_pointer (&fingerprint));
    text = sandbox_transit_v3_make_transaction (order, fault);
    answer (call, text, fault);
  }
}

static void
query (Call *call, const char *rest)
{
  g_autofree char *number = g_uri_unescape_string (rest, "/");
  g_autofree char *text = NULL;
  SandboxOrder *order = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };

  if (call->request->query != NULL) {
    sandbox_wechat_refuse (call->reply,
                           400,
                           "PARAM_ERROR",
                           "query",
                           "sub_mchid",
                           "a merchant of his own has no sub_mchid, and nothing else goes into this query");
    return;
  }
  if (number != NULL && g_utf8_validate (number, -1, NULL))
    order = sandbox_orders_find (call->sandbox->orders, call->merchant->account, number);
  sandbox_reply_set_numbers (call->reply, order != NULL ? number : NULL, NULL, NULL);
  if (!sandbox_begin (call->sandbox, call->reply, &fault))
    return;
  if (order == NULL) {
    sandbox_wechat_refuse (call->reply, 404, "ORDER_NOT_EXIST", NULL, NULL, "the order does not exist");
    return;
  }
  text = sandbox_transit_v3_make_transaction (order, fault);
  answer (call, text, fault);
}

static const char *
get_switch (Sandbox *sandbox, const char *prefix, const char *contract_id)
{
  g_autofree char *key = g_strconcat (prefix, contract_id, NULL);

  return g_hash_table_lookup (sandbox->switches, key);
}

/* Why the rider may not ride, or NULL: a command's reason, or a debt. */
static const char *
get_block (Call *call, const char *contract_id)
{
  g_autoptr (GPtrArray) orders = sandbox_orders_match (call->sandbox->orders, call->merchant->account, NULL);
  const char *reason = get_switch (call->sandbox, BLOCKED, contract_id);

  for (guint i = 0; i < orders->len && reason == NULL; i++) {
    SandboxOrder *order = g_ptr_array_index (orders, i);

    if (g_str_equal (sandbox_order_get (order, "contract_id"), contract_id) &&
        g_strcmp0 (sandbox_order_get (order, "user_repay_state"), "NOT_REPAY") == 0)
      reason = "用户存在欠费";
  }
  return reason;
}

static void
tell_rider (Call *call, const char *rest)
{
  g_autofree char *contract_id = g_uri_unescape_string (rest, "/");
  g_autoptr (GHashTable) params = sandbox_request_get_query (call->request);
  const char *appid = params != NULL ? g_hash_table_lookup (params, "appid") : NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;
  const char *reason = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };

  if (g_strcmp0 (appid, call->merchant->appid) != 0 || g_hash_table_size (params) != 1) {
    sandbox_wechat_refuse (
        call->reply, 400, "PARAM_ERROR", "query", "appid", "appid is missing, not the merchant's or not alone");
    return;
  }
  if (contract_id == NULL || *contract_id == '\0' || !g_utf8_validate (contract_id, -1, NULL) ||
      get_switch (call->sandbox, NO_RIDER, contract_id) != NULL) {
    sandbox_wechat_refuse (call->reply, 404, "RESOURCE_NOT_EXISTS", NULL, NULL, "there is no such contract");
    return;
  }
  sandbox_reply_set_numbers (call->reply, NULL, NULL, contract_id);
  if (!sandbox_begin (call->sandbox, call->reply, &fault))
    return;
  reason = get_block (call, contract_id);
  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "user_service_state", reason != NULL ? "BLOCKED" : "NORMAL");
  if (reason != NULL)
    sandbox_json_add_text (builder, "block_reason", reason);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  answer (call, text, fault);
}

/* A path that ends in a slash goes on with a number. */
static const struct {
  const char *path;
  const char *method;
  const char *operation;
  void (*obey) (Call *call, const char *rest);
} routes[] = {
  { ORDERS, "POST", "create", create },
  { BY_NUMBER, "GET", "query", query },
  { RIDERS, "GET", "user-state", tell_rider },
};

static gboolean
owns (const SandboxRequest *request)
{
  return g_str_has_prefix (request->path, "/v3/qrcode/");
}

static void
handle (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  Call call = { .sandbox = sandbox, .request = request, .reply = reply };
  guint route = 0;

  while (route < G_N_ELEMENTS (routes) &&
         !(g_str_has_suffix (routes[route].path, "/") ? g_str_has_prefix (request->path, routes[route].path)
                                                      : g_str_equal (request->path, routes[route].path)))
    route++;
  if (route == G_N_ELEMENTS (routes)) {
    sandbox_reply_set (reply, 404, "application/json", "");
    return;
  }
  sandbox_reply_set_call (reply, routes[route].operation, NULL);
  if (!g_str_equal (request->method, routes[route].method)) {
    sandbox_reply_set (reply, 405, "application/json", "");
    return;
  }
  call.merchant = sandbox_wechat_authenticate (sandbox, SANDBOX_TRANSIT_V3, request, reply);
  if (call.merchant == NULL || !sandbox_wechat_check_headers (sandbox, call.merchant, request, TRUE, reply))
    return;
  sandbox_reply_set_call (reply, routes[route].operation, call.merchant->account);
  routes[route].obey (&call, request->path + strlen (routes[route].path));
}

static SandboxPush *
push (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  gboolean is_lie = sandbox_fault_is_lie (fault);
  g_autofree char *body = NULL;
  SandboxPush *made = NULL;

  if (order->failed_at != NULL && sandbox_order_get (order, "user_repay_state") == NULL)
    sandbox_order_set (order, "user_repay_state", "NOT_REPAY");
  body = is_lie || order->event == NULL ? sandbox_transit_v3_make_event (sandbox, order, fault)
                                        : g_strdup (order->event);
  made = sandbox_push_new (order->notify_url, body);
  if (!is_lie && order->event == NULL)
    order->event = g_strdup (body);
  sandbox_wechat_sign (sandbox, sandbox_merchant_get (order->account), NULL, body, fault, made->headers);
  return made;
}

static gboolean
is_acknowledged (const SandboxPush *made, guint status, GBytes *text)
{
  return status == 200 || status == 204;
}

static gboolean
repay (Sandbox *sandbox, const char *number, SandboxReply *reply)
{
  SandboxOrder *order = number != NULL ? sandbox_orders_find (sandbox->orders, SANDBOX_TRANSIT_V3, number) : NULL;
  g_autoptr (GDateTime) now = sandbox_now ();
  g_autofree char *time = sandbox_time (now);
  g_autofree char *digits = sandbox_random_digits (24);
  g_autofree char *transaction_id = g_strconcat ("4200", digits, NULL);

  if (order == NULL || g_strcmp0 (sandbox_order_get (order, "user_repay_state"), "NOT_REPAY") != 0) {
    sandbox_control_refuse (reply, 409, "out_trade_no is no deduction that failed and is still owed");
    return FALSE;
  }
  sandbox_order_set (order, "user_repay_state", "REPAID");
  sandbox_order_set (order, "repay_transaction_id", transaction_id);
  sandbox_order_set (order, "repay_time", time);
  g_clear_pointer (&order->event, g_free); /* the next notification tells something new */
  return TRUE;
}

static gboolean
set_rider (Sandbox *sandbox, JsonObject *object, SandboxReply *reply)
{
  const char *contract_id = sandbox_json_text (object, "contract_id");
  const char *state = sandbox_json_text (object, "state");
  const char *reason = sandbox_json_text (object, "block_reason");
  g_autofree char *blocked = g_strconcat (BLOCKED, contract_id, NULL);
  g_autofree char *unknown = g_strconcat (NO_RIDER, contract_id, NULL);

  if (contract_id == NULL ||
      (g_strcmp0 (state, "NORMAL") != 0 && g_strcmp0 (state, "BLOCKED") != 0 && g_strcmp0 (state, "NONE") != 0)) {
    sandbox_control_refuse (reply, 400, "contract_id or state, which is NORMAL, BLOCKED or NONE, is missing");
    return FALSE;
  }
  g_hash_table_remove (sandbox->switches, blocked);
  g_hash_table_remove (sandbox->switches, unknown);
  if (g_str_equal (state, "BLOCKED"))
    g_hash_table_insert (
        sandbox->switches, g_steal_pointer (&blocked), g_strdup (reason != NULL ? reason : "风险用户"));
  if (g_str_equal (state, "NONE"))
    g_hash_table_insert (sandbox->switches, g_steal_pointer (&unknown), g_strdup ("true"));
  return TRUE;
}

/* POST /sandbox/transit-v3: {"out_trade_no"} has the rider pay what he owes; {"contract_id", "state"} says what a
 * rider's state is. */
static void
control (Sandbox *sandbox, JsonObject *object, SandboxReply *reply)
{
  const char *number = sandbox_json_text (object, "out_trade_no");

  if (number != NULL ? repay (sandbox, number, reply) : set_rider (sandbox, object, reply))
    sandbox_reply_set (reply, 200, "application/json", "{\"set\":true}");
}

static const SandboxCommand commands[] = { { "transit-v3", control, NULL }, { NULL } };

static const SandboxFaultRule fault_rules[] = {
  { SANDBOX_FAULT_NO_SIGNATURE, "cqon" },
  { SANDBOX_FAULT_BAD_SIGNATURE, "cqon" },
  { SANDBOX_FAULT_SIGNTEST, "cqon" },
  { SANDBOX_FAULT_STALE, "cqon" },
  { SANDBOX_FAULT_UNKNOWN_SERIAL, "cqon" },
  { SANDBOX_FAULT_WRONG_ORDER, "cqn" },
  { SANDBOX_FAULT_WRONG_AMOUNT, "cqn" },
  { SANDBOX_FAULT_WRONG_CURRENCY, "cqn" },
  { SANDBOX_FAULT_WRONG_MCHID, "cqn" },
  { SANDBOX_FAULT_WRONG_APPID, "cqn" },
  { SANDBOX_FAULT_SYSTEM_ERROR, "c" },
  { SANDBOX_FAULT_DUPLICATE, "n" },
  { SANDBOX_FAULT_NONE, "" },
};

const SandboxGateway sandbox_transit_v3 = {
  .name = SANDBOX_TRANSIT_V3,
  .faults = fault_rules,
  .owns = owns,
  .handle = handle,
  .push = push,
  .is_acknowledged = is_acknowledged,
  .reports_failures = TRUE,
  .commands = commands,
};
