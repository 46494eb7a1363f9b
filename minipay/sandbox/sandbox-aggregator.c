/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-aggregator.h"

#include "sandbox-aggregator-jump.h"
#include "sandbox-aggregator-message.h"
#include "sandbox-aggregator-sealed.h"
#include "sandbox-control.h"
#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-notify.h"

#define ACKNOWLEDGED "OK"

static gboolean
owns (const SandboxRequest *request)
{
  return g_str_equal (request->path, SANDBOX_AGGREGATOR_CASHIER) ||
         sandbox_aggregator_is_sealed_call (request->path);
}

static void
handle (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  if (!g_str_equal (request->method, "POST"))
    sandbox_reply_set (reply, 405, "text/plain", "");
  else if (g_str_equal (request->path, SANDBOX_AGGREGATOR_CASHIER))
    sandbox_aggregator_open_cashier (sandbox, request, reply);
  else
    sandbox_aggregator_serve_sealed (sandbox, request, reply);
}

static const char *
get_mchid (SandboxOrder *order, SandboxFault fault)
{
  return fault.kind == SANDBOX_FAULT_WRONG_MCHID ? SANDBOX_AGGREGATOR_WRONG_MCHID : order->mchid;
}

/* The map of a notification with its sign, as JSON. */
static char *
make_map (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  gboolean is_ebank = sandbox_order_get (order, "ebank") != NULL;
  const char *good_no = sandbox_order_get (order, "goodNo");
  g_autofree char *other = sandbox_random_digits (20);
  g_autofree char *amount =
      g_strdup_printf ("%" G_GINT64_FORMAT, order->total + (fault.kind == SANDBOX_FAULT_WRONG_AMOUNT ? 1 : 0));
  const SandboxMember members[] = {
    { "customerNo", get_mchid (order, fault) },
    { "orderNo", fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : order->out_trade_no },
    { "goodNo", good_no != NULL ? good_no : "" }, /* when empty, left out of the sign */
    { "goodName", sandbox_order_get (order, "goodName") },
    { "orderAmount", amount },
    { "payStatus", sandbox_aggregator_pay_status (order, fault) },
    { "checkStatus", is_ebank && order->paid_at != NULL ? "SUCCESS" : NULL },
  };

  return sandbox_aggregator_make_map (
      sandbox, sandbox_merchant_get (order->account), members, G_N_ELEMENTS (members), fault);
}

static char *
make_refund_map (Sandbox *sandbox, SandboxRefund *refund, SandboxFault fault)
{
  SandboxOrder *order = refund->order;
  g_autofree char *other = sandbox_random_digits (20);
  g_autofree char *amount =
      g_strdup_printf ("%" G_GINT64_FORMAT, refund->amount + (fault.kind == SANDBOX_FAULT_WRONG_AMOUNT ? 1 : 0));
  g_autofree char *time =
      g_date_time_format (refund->ended_at != NULL ? refund->ended_at : refund->created_at, "%Y-%m-%d %H:%M:%S");
  const SandboxMember members[] = {
    { "customerNo", get_mchid (order, fault) },
    { "refOrderNo", fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : order->out_trade_no },
    { "orderNo", fault.kind == SANDBOX_FAULT_WRONG_REFUND ? other : refund->out_refund_no },
    { "refundAmount", amount },
    { "refundTime", time },
    { "refundStatus", sandbox_aggregator_refund_status (refund, fault) },
  };

  return sandbox_aggregator_make_map (
      sandbox, sandbox_merchant_get (order->account), members, G_N_ELEMENTS (members), fault);
}

/* A notification that says something else than the first one did, or says it otherwise. */
static gboolean
is_changed (SandboxFault fault)
{
  return sandbox_fault_is_lie (fault) || fault.kind == SANDBOX_FAULT_PROCESSING ||
         fault.kind == SANDBOX_FAULT_NO_SIGNATURE || fault.kind == SANDBOX_FAULT_BAD_SIGNATURE;
}

static SandboxPush *
push_map (Sandbox *sandbox, SandboxOrder *order, const char *url, const char *map, SandboxFault fault)
{
  g_autofree char *body = sandbox_order_get (order, "sealed") != NULL
                              ? sandbox_aggregator_make_envelope (sandbox, get_mchid (order, fault), map, fault)
                              : g_strdup (map);

  return sandbox_push_new (url, body);
}

static SandboxPush *
push (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  gboolean is_new = order->event == NULL || is_changed (fault);
  g_autofree char *map = is_new ? make_map (sandbox, order, fault) : g_strdup (order->event);

  if (order->event == NULL)
    order->event = make_map (sandbox, order, (SandboxFault){ .kind = SANDBOX_FAULT_NONE });
  return push_map (sandbox, order, order->notify_url, map, fault);
}

static SandboxPush *
push_refund (Sandbox *sandbox, SandboxRefund *refund, SandboxFault fault)
{
  gboolean is_new = refund->event == NULL || is_changed (fault);
  g_autofree char *map = is_new ? make_refund_map (sandbox, refund, fault) : g_strdup (refund->event);

  if (refund->event == NULL)
    refund->event = make_refund_map (sandbox, refund, (SandboxFault){ .kind = SANDBOX_FAULT_NONE });
  return push_map (sandbox, refund->order, refund->notify_url, map, fault);
}

static gboolean
is_acknowledged (const SandboxPush *made, guint status, GBytes *answer)
{
  return status == 200 && sandbox_bytes_equal (answer, ACKNOWLEDGED);
}

static gboolean
is_boolean (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN;
}

/* POST /sandbox/aggregator: "answer_shape" of sealed calls from now on, and whether the notifications of the orders
 * that they make are sealed. */
static void
control (Sandbox *sandbox, JsonObject *object, SandboxReply *reply)
{
  const char *shape = sandbox_json_text (object, "answer_shape");
  JsonNode *sealed = json_object_get_member (object, "sealed_notifications");

  if (shape == NULL && sealed == NULL)
    sandbox_control_refuse (reply, 400, "neither answer_shape nor sealed_notifications is given");
  else if (shape != NULL && !sandbox_aggregator_is_shape (shape))
    sandbox_control_refuse (reply, 400, "answer_shape is object, text or json");
  else if (sealed != NULL && !is_boolean (sealed))
    sandbox_control_refuse (reply, 400, "sealed_notifications is neither true nor false");
  else {
    if (shape != NULL)
      g_hash_table_insert (sandbox->switches, g_strdup (SANDBOX_AGGREGATOR_SHAPE), g_strdup (shape));
    if (sealed != NULL && json_node_get_boolean (sealed))
      g_hash_table_remove (sandbox->switches, SANDBOX_AGGREGATOR_PLAIN);
    else if (sealed != NULL)
      g_hash_table_insert (sandbox->switches, g_strdup (SANDBOX_AGGREGATOR_PLAIN), g_strdup ("true"));
    sandbox_reply_set (reply, 200, "application/json", "{\"set\":true}");
  }
}

static const SandboxCommand commands[] = { { "jump", sandbox_aggregator_jump, NULL },
                                           { "aggregator", control, NULL },
                                           { NULL } };

/* unknown-serial: sealed with a stranger's key; bad-padding: sealed as a public key would. */
static const SandboxFaultRule fault_rules[] = {
  { SANDBOX_FAULT_NO_SIGNATURE, "cqron" },   { SANDBOX_FAULT_BAD_SIGNATURE, "cqron" },
  { SANDBOX_FAULT_UNKNOWN_SERIAL, "cqron" }, { SANDBOX_FAULT_BAD_PADDING, "cqron" },
  { SANDBOX_FAULT_WRONG_ORDER, "cqron" },    { SANDBOX_FAULT_WRONG_REFUND, "rn" },
  { SANDBOX_FAULT_WRONG_AMOUNT, "qrn" },     { SANDBOX_FAULT_WRONG_MCHID, "cqron" },
  { SANDBOX_FAULT_SYSTEM_ERROR, "cqro" },    { SANDBOX_FAULT_PROCESSING, "qron" },
  { SANDBOX_FAULT_DUPLICATE, "n" },          { SANDBOX_FAULT_NONE, "" },
};

const SandboxGateway sandbox_aggregator = {
  .name = SANDBOX_AGGREGATOR,
  .faults = fault_rules,
  .owns = owns,
  .handle = handle,
  .push = push,
  .push_refund = push_refund,
  .is_acknowledged = is_acknowledged,
  .reports_failures = TRUE,
  .commands = commands,
};
