/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-control.h"

#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-notify.h"

#define PATH_ORDERS "/sandbox/orders"
#define MAX_LISTED  1000

typedef struct {
  SandboxReply *reply;
  SandboxReplied replied;
  gpointer user_data;
} Waiting;

static void G_GNUC_PRINTF (3, 4) refuse (SandboxReply *reply, guint status, const char *format, ...)
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
  if (order->paid_at != NULL)
    return "paid";
  return sandbox_order_is_expired (order) ? "closed" : "open";
}

static void
add_order (JsonBuilder *builder, SandboxOrder *order)
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
  sandbox_json_add_text (builder, "currency", "CNY");
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
    add_order (builder, g_ptr_array_index (orders, i));
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
    refuse (reply, 400, "out_trade_no is missing");
    return NULL;
  }
  orders = sandbox_orders_match (sandbox->orders, account, out_trade_no);
  if (orders->len == 1)
    return g_ptr_array_index (orders, 0);
  if (orders->len == 0)
    refuse (reply, 404, "no such order");
  else
    refuse (reply, 409, "%u accounts have an order of this number: name the account", orders->len);
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
  add_order (builder, order);
  text = sandbox_json_write (builder);
  sandbox_reply_set (reply, 200, "application/json", text);
}

static void
on_delivered (SandboxOrder *order, const SandboxDelivery *delivery, gpointer user_data)
{
  g_autofree Waiting *waiting = user_data;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  sandbox_json_add_boolean (builder, "paid", TRUE);
  sandbox_json_add_boolean (builder, "notified", delivery->accepted);
  sandbox_json_add_integer (builder, "status", delivery->status);
  sandbox_json_add_text (builder, "reply", delivery->reply);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (waiting->reply, 200, "application/json", text);
  waiting->replied (waiting->reply, waiting->user_data);
}

static gboolean
pay (Sandbox *sandbox, JsonObject *object, SandboxReply *reply, SandboxReplied replied, gpointer user_data)
{
  SandboxOrder *order = find_order (
      sandbox, sandbox_json_text (object, "account"), sandbox_json_text (object, "out_trade_no"), reply);
  Waiting *waiting = NULL;

  if (order == NULL)
    return TRUE;
  if (sandbox_order_is_expired (order)) {
    refuse (reply, 409, "the order is closed");
    return TRUE;
  }
  waiting = g_new0 (Waiting, 1);
  waiting->reply = reply;
  waiting->replied = replied;
  waiting->user_data = user_data;
  sandbox_pay (sandbox, order, on_delivered, waiting);
  return FALSE;
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
    refuse (reply, 400, "times and milliseconds are whole numbers");
  else if (!sandbox_faults_add (sandbox->faults,
                                sandbox_json_text (object, "gateway"),
                                sandbox_json_text (object, "operation"),
                                sandbox_json_text (object, "kind"),
                                times,
                                milliseconds,
                                &error))
    refuse (reply, 400, "%s", error->message);
  else
    sandbox_reply_set (reply, 200, "application/json", "{\"armed\":true}");
}

static void
check_pay_sign (Sandbox *sandbox, JsonObject *object, SandboxReply *reply)
{
  const char *names[] = { "appId", "timeStamp", "nonceStr", "package" };
  const char *sign = sandbox_json_text (object, "paySign");
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean is_complete = sign != NULL && g_strcmp0 (sandbox_json_text (object, "signType"), "RSA") == 0;
  gboolean is_valid = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    const char *value = sandbox_json_text (object, names[i]);

    is_complete = is_complete && value != NULL;
    if (value != NULL)
      g_string_append_printf (text, "%s\n", value);
  }
  is_valid = is_complete && g_str_has_prefix (sandbox_json_text (object, "package"), "prepay_id=") &&
             sandbox_verify_rsa (sandbox->config->merchant_key, text->str, text->len, sign);
  if (!is_valid) {
    g_autofree char *quoted = sandbox_quote (text->str, text->len);

    sandbox_reply_judge (reply,
                         "paySign refused%s; expected the merchant's signature of %s",
                         is_complete ? "" : ": a member is missing or signType is not RSA",
                         quoted);
  }
  sandbox_reply_set (reply, 200, "application/json", is_valid ? "{\"valid\":true}" : "{\"valid\":false}");
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
  JsonObject *object = NULL;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    refuse (reply, 400, "%s", root == NULL ? error->message : "the body is not an object");
    return TRUE;
  }
  object = json_node_get_object (root);
  if (g_str_equal (request->path, "/sandbox/pay"))
    return pay (sandbox, object, reply, replied, user_data);
  if (g_str_equal (request->path, "/sandbox/fault"))
    add_fault (sandbox, object, reply);
  else if (g_str_equal (request->path, "/sandbox/check-paysign"))
    check_pay_sign (sandbox, object, reply);
  else
    refuse (reply, 404, "no such command");
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

  if (!g_str_equal (request->method, "GET"))
    refuse (reply, 405, "only GET and POST");
  else if (g_str_equal (request->path, PATH_ORDERS))
    list_orders (sandbox, reply);
  else if (g_str_has_prefix (request->path, PATH_ORDERS "/"))
    show_order (sandbox, request, reply);
  else
    refuse (reply, 404, "no such page");
  return TRUE;
}
