/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-transit-v3-trip.h"

#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-wechat-auth.h"
#include "sandbox-wechat-transaction.h"

#define BUS_INFO   "/bus_info"
#define METRO_INFO "/metro_info"

typedef enum { TEXT, NUMBER, TIME, FEN, OBJECT } Shape;

/* Section C of the transit reference; where it gives no length, V3's own. */
static const struct {
  const char *parent; /* pointer of the object the member belongs to, "" at the top */
  const char *name;
  Shape shape;
  guint max; /* characters */
  gboolean is_required;
} member_rules[] = {
  { "", "appid", TEXT, 32, TRUE },
  { "", "description", TEXT, 127, TRUE },
  { "", "attach", TEXT, 128, FALSE },
  { "", "out_trade_no", NUMBER, 32, TRUE },
  { "", "trade_scene", TEXT, 32, TRUE },
  { "", "goods_tag", TEXT, 32, FALSE },
  { "", "contract_id", TEXT, 32, TRUE },
  { "", "notify_url", TEXT, 256, TRUE },
  { "", "amount", OBJECT, 0, TRUE },
  { "", "bus_info", OBJECT, 0, FALSE },
  { "", "metro_info", OBJECT, 0, FALSE },
  { "/amount", "total", FEN, 0, TRUE },
  { "/amount", "currency", TEXT, 16, FALSE },
  { BUS_INFO, "start_time", TIME, 64, TRUE },
  { BUS_INFO, "line_name", TEXT, 32, TRUE },
  { BUS_INFO, "plate_number", TEXT, 32, FALSE },
  { METRO_INFO, "start_time", TIME, 64, TRUE },
  { METRO_INFO, "end_time", TIME, 64, TRUE },
  { METRO_INFO, "start_station", TEXT, 32, TRUE },
  { METRO_INFO, "end_station", TEXT, 32, TRUE },
};

static gboolean
refuse (SandboxReply *reply, const char *parent, const char *name, const char *issue)
{
  g_autofree char *field = g_strdup_printf ("%s%s%s", parent, *name != '\0' ? "/" : "", name);

  sandbox_wechat_refuse (
      reply, 400, "PARAM_ERROR", "body", field, "%s %s", *field != '\0' ? field : "the body", issue);
  return FALSE;
}

/* With an offset: a time of no zone is nobody's. */
static GDateTime *
read_time (const char *text)
{
  gsize length = strlen (text);
  gboolean has_zone = length > 20 && (text[length - 6] == '+' || text[length - 6] == '-');

  return has_zone ? g_date_time_new_from_iso8601 (text, NULL) : NULL;
}

static gboolean
is_number (const char *text)
{
  gsize length = strlen (text);

  return length >= 6 && length <= 32 &&
         strspn (text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-*|") == length;
}

/* What is wrong with the value, or NULL. */
static const char *
check_value (Shape shape, guint max, JsonNode *node)
{
  gboolean is_text = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
  const char *text = is_text ? json_node_get_string (node) : NULL;
  g_autoptr (GDateTime) time = NULL;
  gint64 number = 0;

  if (shape == OBJECT)
    return JSON_NODE_HOLDS_OBJECT (node) ? NULL : "is not an object";
  if (shape == FEN)
    return sandbox_json_integer (node, &number) && number >= 1 ? NULL : "is not a whole number of at least 1";
  if (!is_text || *text == '\0' || g_utf8_strlen (text, -1) > max)
    return "is not a string, or is empty or too long";
  if (shape == NUMBER)
    return is_number (text) ? NULL : "is not 6 to 32 letters, digits and _-*|";
  if (shape == TIME)
    return (time = read_time (text)) != NULL ? NULL : "is not a time of RFC 3339 with an offset";
  return NULL;
}

static gboolean
is_known (const char *parent, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (member_rules); i++) {
    if (g_str_equal (member_rules[i].parent, parent) && g_str_equal (member_rules[i].name, name))
      return TRUE;
  }
  return FALSE;
}

static gboolean
check_object (JsonObject *object, const char *parent, SandboxReply *reply)
{
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *node = NULL;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &node)) {
    if (!is_known (parent, name))
      return refuse (reply, parent, name, "is no member of this call");
  }
  for (guint i = 0; i < G_N_ELEMENTS (member_rules); i++) {
    const char *issue = NULL;

    if (!g_str_equal (member_rules[i].parent, parent))
      continue;
    node = json_object_get_member (object, member_rules[i].name);
    if (node != NULL)
      issue = check_value (member_rules[i].shape, member_rules[i].max, node);
    else if (member_rules[i].is_required)
      issue = "is missing";
    if (issue != NULL)
      return refuse (reply, parent, member_rules[i].name, issue);
  }
  return TRUE;
}

/* A ride by bus is known by its line, one by metro by its two taps. */
static gboolean
check_trip (JsonObject *object, SandboxReply *reply)
{
  const char *scene = sandbox_json_text (object, "trade_scene");
  gboolean is_bus = g_str_equal (scene, "BUS");
  const char *wanted = is_bus ? BUS_INFO : METRO_INFO;
  const char *other = is_bus ? METRO_INFO : BUS_INFO;
  g_autoptr (GDateTime) start = NULL;
  g_autoptr (GDateTime) end = NULL;
  JsonObject *trip = NULL;

  if (!is_bus && !g_str_equal (scene, "METRO"))
    return refuse (reply, "", "trade_scene", "is neither BUS nor METRO");
  if (!json_object_has_member (object, wanted + 1))
    return refuse (reply, "", wanted + 1, "is missing for this trade_scene");
  if (json_object_has_member (object, other + 1))
    return refuse (reply, "", other + 1, "does not go with this trade_scene");
  trip = json_object_get_object_member (object, wanted + 1);
  if (!check_object (trip, wanted, reply))
    return FALSE;
  if (is_bus)
    return TRUE;
  start = read_time (sandbox_json_text (trip, "start_time"));
  end = read_time (sandbox_json_text (trip, "end_time"));
  return g_date_time_compare (end, start) >= 0 || refuse (reply, METRO_INFO, "end_time", "is before start_time");
}

/* FALSE with the reply filled when something is wrong with a deduction. */
gboolean
sandbox_transit_v3_check (JsonNode *root, const SandboxMerchant *merchant, SandboxReply *reply)
{
  JsonObject *object = NULL;
  JsonObject *amount = NULL;
  const char *url = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (root))
    return refuse (reply, "", "", "is not an object");
  object = json_node_get_object (root);
  if (!check_object (object, "", reply))
    return FALSE;
  amount = json_object_get_object_member (object, "amount");
  if (!check_object (amount, "/amount", reply))
    return FALSE;
  if (!g_str_equal (sandbox_json_text (object, "appid"), merchant->appid)) {
    sandbox_wechat_refuse (reply, 400, "APPID_MCHID_NOT_MATCH", NULL, NULL, "appid is not the merchant's");
    return FALSE;
  }
  if (json_object_has_member (amount, "currency") && !g_str_equal (sandbox_json_text (amount, "currency"), "CNY"))
    return refuse (reply, "/amount", "currency", "is not CNY");
  url = sandbox_json_text (object, "notify_url");
  if (!sandbox_is_loopback_url (url) || strpbrk (url, "?#") != NULL)
    return refuse (reply, "", "notify_url", "is not on loopback, or has a query or a fragment");
  return check_trip (object, reply);
}

static void
add_texts (JsonBuilder *builder, SandboxOrder *order, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++) {
    if (sandbox_order_get (order, names[i]) != NULL)
      sandbox_json_add_text (builder, names[i], sandbox_order_get (order, names[i]));
  }
}

static void
add_time (JsonBuilder *builder, const char *name, GDateTime *time)
{
  g_autofree char *text = sandbox_time (time);

  sandbox_json_add_text (builder, name, text);
}

/* The ride as the merchant sent it. */
static void
add_trip (JsonBuilder *builder, SandboxOrder *order)
{
  g_autoptr (GBytes) text =
      g_bytes_new (sandbox_order_get (order, "trip"), strlen (sandbox_order_get (order, "trip")));
  JsonNode *trip = sandbox_json_parse (text, NULL);

  json_builder_set_member_name (
      builder, g_strcmp0 (sandbox_order_get (order, "trade_scene"), "BUS") == 0 ? "bus_info" : "metro_info");
  json_builder_add_value (builder, trip);
}

static void
add_state (JsonBuilder *builder, SandboxOrder *order)
{
  static const char *const repayment[] = { "user_repay_state", "repay_transaction_id", "repay_time", NULL };

  if (order->paid_at == NULL && order->failed_at == NULL) {
    sandbox_json_add_text (builder, "trade_state", "ACCEPTED");
    return;
  }
  sandbox_json_add_text (builder, "trade_state", order->paid_at != NULL ? "SUCCESS" : "PAY_FAIL");
  if (order->paid_at == NULL) {
    sandbox_json_add_text (builder, "trade_state_description", order->failure);
    add_texts (builder, order, repayment);
    return;
  }
  sandbox_json_add_text (builder, "transaction_id", order->transaction_id);
  sandbox_json_add_text (builder, "bank_type", "OTHERS");
  add_time (builder, "success_time", order->paid_at);
}

/* The text of every answer about a deduction and of a notification's plaintext. */
char *
sandbox_transit_v3_make_transaction (SandboxOrder *order, SandboxFault fault)
{
  static const char *const plain[] = {
    "create_time", "description", "trade_scene", "contract_id", "goods_tag", NULL
  };
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *other = sandbox_random_digits (20);
  SandboxFaultKind kind = fault.kind;

  json_builder_begin_object (builder);
  sandbox_json_add_text (
      builder, "appid", kind == SANDBOX_FAULT_WRONG_APPID ? SANDBOX_WECHAT_WRONG_APPID : order->appid);
  sandbox_json_add_text (
      builder, "sp_mchid", kind == SANDBOX_FAULT_WRONG_MCHID ? SANDBOX_WECHAT_WRONG_MCHID : order->mchid);
  sandbox_json_add_text (builder, "out_trade_no", kind == SANDBOX_FAULT_WRONG_ORDER ? other : order->out_trade_no);
  add_texts (builder, order, plain);
  if (order->attach != NULL)
    sandbox_json_add_text (builder, "attach", order->attach);
  add_state (builder, order);
  json_builder_set_member_name (builder, "amount");
  json_builder_begin_object (builder);
  sandbox_json_add_integer (builder, "total", order->total + (kind == SANDBOX_FAULT_WRONG_AMOUNT ? 1 : 0));
  sandbox_json_add_text (builder, "currency", kind == SANDBOX_FAULT_WRONG_CURRENCY ? "USD" : "CNY");
  json_builder_end_object (builder);
  add_trip (builder, order);
  json_builder_end_object (builder);
  return sandbox_json_write (builder);
}

/* The names of the events are those of V3's other deductions [inferred]. */
static const char *
get_event_type (SandboxOrder *order)
{
  if (order->paid_at != NULL)
    return "TRANSACTION.SUCCESS";
  return g_strcmp0 (sandbox_order_get (order, "user_repay_state"), "REPAID") == 0 ? "TRANSACTION.PAY_BACK"
                                                                                  : "TRANSACTION.FAIL";
}

char *
sandbox_transit_v3_make_event (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *id = sandbox_random_uuid ();
  g_autofree char *plaintext = sandbox_transit_v3_make_transaction (order, fault);

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "id", id);
  add_time (builder, "create_time", order->paid_at != NULL ? order->paid_at : order->failed_at);
  sandbox_json_add_text (builder, "resource_type", "encrypt-resource");
  sandbox_json_add_text (builder, "event_type", get_event_type (order));
  sandbox_json_add_text (builder, "summary", order->paid_at != NULL ? "支付成功" : "扣费失败");
  json_builder_set_member_name (builder, "resource");
  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "original_type", "transaction");
  sandbox_wechat_add_sealed (builder, sandbox, "transaction", plaintext);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  return sandbox_json_write (builder);
}
