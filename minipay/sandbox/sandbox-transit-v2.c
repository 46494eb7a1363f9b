/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-transit-v2.h"

#include <string.h>

#include "sandbox-control.h"
#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-notify.h"
#include "sandbox-wechat-v2-books.h"
#include "sandbox-wechat-v2-order.h"
#include "sandbox-wechat-v2-refund.h"
#include "sandbox-wechat-v2.h"

/* Transit's interface B: the rules of V2, paths of its own. */

#define MAX_USERS 1000
#define MAX_ID    32

static const char *const states[] = { "NORMAL", "BLOCKED", "OVERDUE", NULL };

static JsonObject *
get_scene (JsonNode *root)
{
  JsonObject *object = json_node_get_object (root);
  JsonNode *inner = json_object_get_member (object, "scene_info");

  return inner != NULL && JSON_NODE_HOLDS_OBJECT (inner) ? json_node_get_object (inner) : NULL;
}

/* What the members of the ride lack, or NULL. */
static char *
check_scene (SandboxV2Call *call)
{
  static const struct {
    const char *name;
    const char *scene; /* nullable: both */
    guint max;
    gboolean is_required;
  } rules[] = {
    { "start_time", NULL, 32, TRUE },      { "end_time", "METRO", 32, FALSE },
    { "qrcode_hash", NULL, 64, FALSE },    { "start_station", "METRO", 32, FALSE },
    { "end_station", "METRO", 32, FALSE }, { "line_name", "BUS", 32, FALSE },
    { "plate_number", "BUS", 32, FALSE },
  };
  const char *text = sandbox_v2_get (call, "scene_info");
  const char *scene = sandbox_v2_get (call, "trade_scene");
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (JsonNode) root = sandbox_json_parse (bytes, NULL);
  JsonObject *ride = get_scene (root);

  if (ride == NULL)
    return g_strdup ("scene_info holds no object scene_info");
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++) {
    const char *value = sandbox_json_text (ride, rules[i].name);
    gboolean is_there = json_object_has_member (ride, rules[i].name);

    if (!is_there && rules[i].is_required)
      return g_strdup_printf ("scene_info has no %s", rules[i].name);
    if (is_there && (value == NULL || g_utf8_strlen (value, -1) > rules[i].max))
      return g_strdup_printf ("%s is not a text of at most %u characters", rules[i].name, rules[i].max);
    if (is_there && rules[i].scene != NULL && !g_str_equal (rules[i].scene, scene))
      return g_strdup_printf ("%s is no member of a ride by %s", rules[i].name, scene);
  }
  return NULL;
}

static const char *
get_state (Sandbox *sandbox, const char *contract_id)
{
  const char *state = contract_id != NULL ? g_hash_table_lookup (sandbox->v2->users, contract_id) : NULL;

  return state != NULL ? state : "NORMAL";
}

/* SUCCESS means taken, not paid. */
void
sandbox_transit_v2_pay (SandboxV2Call *call)
{
  SandboxOrder *order =
      sandbox_orders_find (call->sandbox->orders, call->merchant->account, sandbox_v2_get (call, "out_trade_no"));
  g_autofree char *issue = check_scene (call);
  g_autoptr (GHashTable) fields = NULL;

  if (issue != NULL) {
    sandbox_v2_refuse (call, "PARAM_ERROR", "参数错误: %s", issue);
    return;
  }
  /* the page gives no err_code for a user who may not ride [inferred] */
  if (!g_str_equal (get_state (call->sandbox, sandbox_v2_get (call, "contract_id")), "NORMAL")) {
    sandbox_v2_refuse (call, "USER_NOT_ALLOWED", "用户状态不允许扣款");
    return;
  }
  if (!sandbox_v2_may_add (call, order))
    return;
  if (order == NULL) {
    order = sandbox_v2_add_order (call, "PAP");
    sandbox_pay_later (call->sandbox, order);
  }
  fields = sandbox_v2_answer_new (call->merchant, call->fault);
  sandbox_v2_answer (call, fields);
}

void
sandbox_transit_v2_user (SandboxV2Call *call)
{
  const char *contract_id = sandbox_v2_get (call, "contract_id");
  g_autoptr (GHashTable) fields = sandbox_v2_answer_new (call->merchant, call->fault);
  g_autofree char *other = sandbox_random_digits (20);

  sandbox_v2_put (fields, "user_state", get_state (call->sandbox, contract_id));
  sandbox_v2_put (fields, "contract_id", sandbox_v2_lies (call, SANDBOX_FAULT_WRONG_ORDER) ? other : contract_id);
  sandbox_v2_put (fields, "plan_id", "123456");
  sandbox_v2_put (fields, "contract_code", "C0000000001");
  sandbox_v2_put (fields, "contract_state", "0");
  sandbox_v2_answer (call, fields);
}

/* POST /sandbox/user {"account","contract_id","state"}. */
static void
control (Sandbox *sandbox, JsonObject *object, SandboxReply *reply)
{
  const char *contract_id = sandbox_json_text (object, "contract_id");
  const char *state = sandbox_json_text (object, "state");

  if (g_strcmp0 (sandbox_json_text (object, "account"), SANDBOX_TRANSIT_V2) != 0)
    sandbox_control_refuse (reply, 404, "account is not " SANDBOX_TRANSIT_V2);
  else if (contract_id == NULL || *contract_id == '\0' || strlen (contract_id) > MAX_ID)
    sandbox_control_refuse (reply, 400, "contract_id is not 1 to %d characters long", MAX_ID);
  else if (state == NULL || !g_strv_contains (states, state))
    sandbox_control_refuse (reply, 400, "state is none of NORMAL, BLOCKED, OVERDUE");
  else if (g_hash_table_size (sandbox->v2->users) >= MAX_USERS)
    sandbox_control_refuse (reply, 400, "the sandbox holds no more users");
  else {
    g_hash_table_insert (sandbox->v2->users, g_strdup (contract_id), g_strdup (state));
    sandbox_reply_set (reply, 200, "application/json", "{\"set\":true}");
  }
}

static gboolean
owns (const SandboxRequest *request)
{
  return g_str_has_prefix (request->path, "/transit/") && sandbox_v2_has_route (request);
}

/* A deduction that failed is learned by query alone. */
static SandboxPush *
push (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  return order->paid_at != NULL ? sandbox_v2_push (sandbox, order, fault) : NULL;
}

static const SandboxCommand commands[] = { { "user", control, NULL }, { NULL } };

const SandboxGateway sandbox_transit_v2 = {
  .name = SANDBOX_TRANSIT_V2,
  .faults = sandbox_v2_fault_rules,
  .owns = owns,
  .handle = sandbox_v2_handle,
  .push = push,
  .push_refund = sandbox_v2_push_refund,
  .is_acknowledged = sandbox_v2_is_acknowledged,
  .reports_failures = TRUE,
  .commands = commands,
};
