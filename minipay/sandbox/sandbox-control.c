/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-control.h"

#include <string.h>

#include "sandbox-bill.h"
#include "sandbox-json.h"
#include "sandbox-notify.h"
#include "sandbox-paysign.h"
#include "sandbox-traffic.h"

#define PATH_ORDERS   "/sandbox/orders"
#define PATH_REQUESTS "/sandbox/requests"
#define MAX_LISTED    1000
#define MAX_RATE      1000000

typedef struct {
  SandboxReply *reply;
  SandboxReplied replied;
  gpointer user_data;
} Waiting;

/* An error of a control call. */
void
sandbox_control_refuse (SandboxReply *reply, guint status, const char *format, ...)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *message = NULL;
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "error", message);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (reply, status, "application/json", text);
  sandbox_reply_judge (reply, "refused: %s", message);
}

static const char *
order_state (SandboxOrder *order)
{
  if (order->reversed_at != NULL)
    return "reversed";
  if (order->paid_at != NULL)
    return "paid";
  if (order->failed_at != NULL)
    return "failed";
  if (sandbox_order_is_waiting (order))
    return "waiting";
  return sandbox_order_is_closed (order) ? "closed" : "open";
}

static void
add_order (Sandbox *sandbox, JsonBuilder *builder, SandboxOrder *order)
{
  static const char *const states[] = { "", "waiting", "delivered", "failed" };
  g_autofree char *paid_at = order->paid_at != NULL ? sandbox_time (order->paid_at) : NULL;

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "gateway", order->gateway);
  sandbox_json_add_text (builder, "account", order->account);
  sandbox_json_add_text (builder, "out_trade_no", order->out_trade_no);
  sandbox_json_add_text (builder, "transaction_id", order->paid_at != NULL ? order->transaction_id : NULL);
  sandbox_json_add_text (builder, "state", order_state (order));
  sandbox_json_add_integer (builder, "total", order->total);
  sandbox_json_add_integer (builder, "refunded", sandbox_refunds_sum (sandbox->refunds, order));
  sandbox_json_add_integer (builder, "shared", sandbox_sharing_shared (sandbox->sharing, order));
  sandbox_json_add_text (builder, "currency", order->currency);
  sandbox_json_add_text (builder, "wallet", order->wallet);
  sandbox_json_add_text (builder, "payer", order->payer);
  sandbox_json_add_text (builder, "attach", order->attach);
  sandbox_json_add_text (builder, "notify_url", order->notify_url);
  sandbox_json_add_text (builder, "notify", states[order->notify]);
  sandbox_json_add_integer (builder, "notifications", order->notifications);
  sandbox_json_add_text (builder, "paid_at", paid_at);
  json_builder_end_object (builder);
}

static void
list_orders (Sandbox *sandbox, SandboxReply *reply)
{
  g_autoptr (GPtrArray) orders = sandbox_orders_match (sandbox->orders, NULL, NULL);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  sandbox_json_add_integer (builder, "count", orders->len);
  json_builder_set_member_name (builder, "orders");
  json_builder_begin_array (builder);
  for (guint i = 0; i < MIN (orders->len, MAX_LISTED); i++)
    add_order (sandbox, builder, g_ptr_array_index (orders, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (reply, 200, "application/json", text);
}

/* The one order meant, or NULL with the reply filled. */
static SandboxOrder *
find_order (Sandbox *sandbox, const char *account, const char *out_trade_no, SandboxReply *reply)
{
  g_autoptr (GPtrArray) orders = NULL;

  if (out_trade_no == NULL) {
    sandbox_control_refuse (reply, 400, "out_trade_no is missing");
    return NULL;
  }
  orders = sandbox_orders_match (sandbox->orders, account, out_trade_no);
  if (orders->len == 1)
    return g_ptr_array_index (orders, 0);
  if (orders->len == 0)
    sandbox_control_refuse (reply, 404, "no such order");
  else
    sandbox_control_refuse (reply, 409, "%u accounts have an order of this number: name the account", orders->len);
  return NULL;
}

static void
show_order (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  g_autoptr (GHashTable) params = sandbox_request_get_query (request);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *number = g_uri_unescape_string (request->path + strlen (PATH_ORDERS "/"), NULL);
  g_autofree char *text = NULL;
  const char *account = params != NULL ? g_hash_table_lookup (params, "account") : NULL;
  SandboxOrder *order = find_order (sandbox, account, number, reply);

  if (order == NULL)
    return;
  add_order (sandbox, builder, order);
  text = sandbox_json_write (builder);
  sandbox_reply_set (reply, 200, "application/json", text);
}

static Waiting *
waiting_new (SandboxReply *reply, SandboxReplied replied, gpointer user_data)
{
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->reply = reply;
  waiting->replied = replied;
  waiting->user_data = user_data;
  return waiting;
}

static void
on_delivered (SandboxOrder *order, const SandboxDelivery *delivery, gpointer user_data)
{
  g_autofree Waiting *waiting = user_data;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  sandbox_json_add_boolean (builder, "paid", order->paid_at != NULL);
  sandbox_json_add_boolean (builder, "notified", delivery->accepted);
  sandbox_json_add_integer (builder, "status", delivery->status);
  sandbox_json_add_text (builder, "reply", delivery->reply);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (waiting->reply, 200, "application/json", text);
  waiting->replied (waiting->reply, waiting->user_data);
}

/* What keeps the order from ending so, or NULL. */
static const char *
check_end (SandboxOrder *order, const char *result)
{
  gboolean is_failure = g_strcmp0 (result, "FAIL") == 0;

  if (is_failure && !sandbox_gateway_find (order->gateway)->reports_failures)
    return "the gateway reports no failed payment";
  if (sandbox_order_is_closed (order))
    return "the order is closed";
  if (order->whole != NULL)
    return "the order is part of a combined one, which is paid as a whole";
  if (is_failure && order->paid_at != NULL)
    return "the order is paid";
  return !is_failure && order->failed_at != NULL ? "the deduction has failed" : NULL;
}

static gboolean
pay (Sandbox *sandbox, JsonObject *object, SandboxReply *reply, SandboxReplied replied, gpointer user_data)
{
  const char *result = sandbox_json_text (object, "result");
  const char *reason = sandbox_json_text (object, "reason");
  const char *fault = NULL;
  SandboxOrder *order = find_order (
      sandbox, sandbox_json_text (object, "account"), sandbox_json_text (object, "out_trade_no"), reply);
  Waiting *waiting = NULL;

  if (order == NULL)
    return TRUE;
  if (result != NULL && !g_str_equal (result, "SUCCESS") && !g_str_equal (result, "FAIL")) {
    sandbox_control_refuse (reply, 400, "result is SUCCESS or FAIL");
    return TRUE;
  }
  fault = check_end (order, result);
  if (fault != NULL) {
    sandbox_control_refuse (reply, 409, "%s", fault);
    return TRUE;
  }
  waiting = waiting_new (reply, replied, user_data);
  if (g_strcmp0 (result, "FAIL") == 0)
    sandbox_fail (sandbox, order, reason != NULL ? reason : "余额不足", on_delivered, waiting);
  else
    sandbox_pay (sandbox, order, on_delivered, waiting);
  return FALSE;
}

/* The end of a refund that is on its way; a repeat of the same end notifies again. */
static gboolean
end_refund (Sandbox *sandbox, JsonObject *object, SandboxReply *reply, SandboxReplied replied, gpointer user_data)
{
  static const char *const results[] = { "processing", "success", "closed", "abnormal" };
  const char *number = sandbox_json_text (object, "out_refund_no");
  const char *result = sandbox_json_text (object, "result");
  g_autoptr (GPtrArray) refunds =
      sandbox_refunds_match (sandbox->refunds, sandbox_json_text (object, "account"), number != NULL ? number : "");
  SandboxRefund *refund = refunds->len == 1 ? g_ptr_array_index (refunds, 0) : NULL;
  SandboxRefundState state = SANDBOX_REFUND_SUCCESS;

  while (state <= SANDBOX_REFUND_ABNORMAL && g_strcmp0 (results[state], result) != 0)
    state++;
  if (refund == NULL)
    sandbox_control_refuse (reply, refunds->len == 0 ? 404 : 409, "no such refund, or several: name the account");
  else if (state > SANDBOX_REFUND_ABNORMAL)
    sandbox_control_refuse (reply, 400, "result is success, closed or abnormal");
  else if (refund->state != state && refund->state != SANDBOX_REFUND_PROCESSING)
    sandbox_control_refuse (reply, 409, "the refund is %s", results[refund->state]);
  else {
    sandbox_refund_end (sandbox, refund, state, on_delivered, waiting_new (reply, replied, user_data));
    return FALSE;
  }
  return TRUE;
}

static gboolean
read_optional (JsonObject *object, const char *name, gint64 fallback, gint64 *value)
{
  *value = fallback;
  return !json_object_has_member (object, name) ||
         sandbox_json_integer (json_object_get_member (object, name), value);
}

static void
add_fault (Sandbox *sandbox, JsonObject *object, SandboxReply *reply)
{
  g_autoptr (GError) error = NULL;
  gint64 times = 0;
  gint64 milliseconds = 0;

  if (!read_optional (object, "times", 1, &times) || !read_optional (object, "milliseconds", 1000, &milliseconds))
    sandbox_control_refuse (reply, 400, "times and milliseconds are whole numbers");
  else if (!sandbox_faults_add (sandbox->faults,
                                sandbox_json_text (object, "gateway"),
                                sandbox_json_text (object, "operation"),
                                sandbox_json_text (object, "kind"),
                                times,
                                milliseconds,
                                &error))
    sandbox_control_refuse (reply, 400, "%s", error->message);
  else
    sandbox_reply_set (reply, 200, "application/json", "{\"armed\":true}");
}

/* The account an object names, or NULL with the reply filled. */
static const char *
read_account (JsonObject *object, SandboxReply *reply)
{
  const char *account = sandbox_json_text (object, "account");

  for (guint i = 0; i < sandbox_n_merchants; i++) {
    if (g_strcmp0 (sandbox_merchants[i].account, account) == 0)
      return sandbox_merchants[i].account;
  }
  sandbox_control_refuse (reply, 404, "account is none of the configuration's");
  return NULL;
}

static void
set_rate (Sandbox *sandbox, JsonObject *object, SandboxReply *reply)
{
  const char *operation = sandbox_operation_intern (sandbox_json_text (object, "operation"));
  const char *account = read_account (object, reply);
  gint64 per_second = 0;

  if (account == NULL)
    return;
  if (operation == NULL)
    sandbox_control_refuse (reply, 400, "operation is not one the manual lists");
  else if (!sandbox_json_integer (json_object_get_member (object, "per_second"), &per_second) || per_second < 0 ||
           per_second > MAX_RATE)
    sandbox_control_refuse (
        reply, 400, "per_second is a whole number from 0, which lifts the limit, to %d", MAX_RATE);
  else {
    sandbox_traffic_set_rate (sandbox->traffic, account, operation, per_second);
    sandbox_reply_set (reply, 200, "application/json", "{\"limited\":true}");
  }
}

static void
set_bill (Sandbox *sandbox, JsonObject *object, SandboxReply *reply)
{
  const char *account = read_account (object, reply);
  gint64 rows = 0;

  if (account == NULL)
    return;
  if (!sandbox_json_integer (json_object_get_member (object, "rows"), &rows) || rows < 1 ||
      rows > SANDBOX_MAX_BILL_ROWS)
    sandbox_control_refuse (reply, 400, "rows is a whole number of 1..%d", SANDBOX_MAX_BILL_ROWS);
  else {
    sandbox_bills_set_rows (sandbox->bills, account, rows);
    sandbox_reply_set (reply, 200, "application/json", "{\"prepared\":true}");
  }
}

static const SandboxCommand *
find_command (const char *path)
{
  const char *name = path + strlen ("/sandbox/");

  for (guint i = 0; sandbox_gateways[i] != NULL; i++) {
    for (const SandboxCommand *command = sandbox_gateways[i]->commands; command != NULL && command->name != NULL;
         command++) {
      if (g_str_equal (command->name, name))
        return command;
    }
  }
  return NULL;
}

static gboolean
handle_post (Sandbox *sandbox,
             const SandboxRequest *request,
             SandboxReply *reply,
             SandboxReplied replied,
             gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = sandbox_json_parse (request->body, &error);
  const SandboxCommand *command = NULL;
  JsonObject *object = NULL;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    sandbox_control_refuse (reply, 400, "%s", root == NULL ? error->message : "the body is not an object");
    return TRUE;
  }
  object = json_node_get_object (root);
  if (g_str_equal (request->path, "/sandbox/pay"))
    return pay (sandbox, object, reply, replied, user_data);
  if (g_str_equal (request->path, "/sandbox/refund"))
    return end_refund (sandbox, object, reply, replied, user_data);
  if (g_str_equal (request->path, "/sandbox/fault"))
    add_fault (sandbox, object, reply);
  else if (g_str_equal (request->path, "/sandbox/rate"))
    set_rate (sandbox, object, reply);
  else if (g_str_equal (request->path, "/sandbox/bill"))
    set_bill (sandbox, object, reply);
  else if (g_str_equal (request->path, "/sandbox/check-paysign"))
    sandbox_check_pay_sign (sandbox, object, reply);
  else if ((command = find_command (request->path)) != NULL && command->start != NULL)
    return command->start (sandbox, object, reply, replied, user_data);
  else if (command != NULL)
    command->run (sandbox, object, reply);
  else
    sandbox_control_refuse (reply, 404, "no such command");
  return TRUE;
}

/* TRUE when the reply is complete; otherwise @replied follows. */
gboolean
sandbox_control_handle (Sandbox *sandbox,
                        const SandboxRequest *request,
                        SandboxReply *reply,
                        SandboxReplied replied,
                        gpointer user_data)
{
  if (g_str_equal (request->method, "POST"))
    return handle_post (sandbox, request, reply, replied, user_data);

  if (g_str_equal (request->method, "DELETE") && g_str_equal (request->path, PATH_REQUESTS)) {
    sandbox_traffic_clear (sandbox->traffic);
    sandbox_reply_set (reply, 200, "application/json", "{\"requests\":[]}");
  } else if (!g_str_equal (request->method, "GET"))
    sandbox_control_refuse (reply, 405, "only GET and POST");
  else if (g_str_equal (request->path, PATH_REQUESTS))
    sandbox_traffic_list (sandbox, reply);
  else if (g_str_equal (request->path, PATH_ORDERS))
    list_orders (sandbox, reply);
  else if (g_str_has_prefix (request->path, PATH_ORDERS "/"))
    show_order (sandbox, request, reply);
  else
    sandbox_control_refuse (reply, 404, "no such page");
  return TRUE;
}
