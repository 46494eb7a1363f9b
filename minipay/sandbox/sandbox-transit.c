/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-transit.h"

#include <string.h>

#include "sandbox-control.h"
#include "sandbox-crypto.h"
#include "sandbox-frame.h"
#include "sandbox-json.h"
#include "sandbox-notify.h"
#include "sandbox-traffic.h"
#include "sandbox-transit-call.h"
#include "sandbox-transit-callback.h"
#include "sandbox-transit-order.h"

#define GATEWAY     SANDBOX_TRANSIT
#define ACCOUNT     SANDBOX_TRANSIT
#define FOLDER      "/intp/"
#define PATH_SWITCH "transit path "
#define MAX_TOKEN   512
#define MAX_PATH    128

/* A plain request needs the token and nothing else in its query; a sealed one may come without. */
static gboolean
check_token (Sandbox *sandbox, const SandboxRequest *request, gboolean is_sealed, SandboxReply *reply)
{
  g_autoptr (GHashTable) params = sandbox_request_get_query (request);
  const char *token = params != NULL ? g_hash_table_lookup (params, "access_token") : NULL;

  if (is_sealed && request->query == NULL)
    return TRUE;
  if (token == NULL || !sandbox_is_equal (token, sandbox->config->transit_access_token)) {
    sandbox_transit_answer (
        reply, SANDBOX_TRANSIT_CREDENTIAL, "invalid credential, access_token is invalid or not latest", NULL);
    return FALSE;
  }
  if (g_hash_table_size (params) == 1)
    return TRUE;
  sandbox_transit_answer (reply, SANDBOX_TRANSIT_ARGUMENTS, "the query holds something beside access_token", NULL);
  return FALSE;
}

/* The call itself, out of its frame when it came in one; NULL with the reply filled. */
static JsonNode *
read_call (Sandbox *sandbox, const SandboxRequest *request, char **nonce, SandboxReply *reply)
{
  const char *type = soup_message_headers_get_content_type (request->headers, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = sandbox_json_parse (request->body, &error);
  g_autoptr (GBytes) opened = NULL;
  JsonObject *object = NULL;
  JsonNode *inner = NULL;
  gboolean is_sealed = FALSE;

  if (g_strcmp0 (type, "application/json") != 0 || root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    sandbox_transit_answer (reply, SANDBOX_TRANSIT_FORMAT, "data format error, a JSON object is wanted", NULL);
    return NULL;
  }
  object = json_node_get_object (root);
  is_sealed = json_object_has_member (object, "encrypted_data");
  if (!check_token (sandbox, request, is_sealed, reply))
    return NULL;
  if (!is_sealed)
    return g_steal_pointer (&root);

  opened = sandbox_frame_open (sandbox, sandbox_merchant_get (ACCOUNT), object, reply);
  inner = opened != NULL ? sandbox_json_parse (opened, NULL) : NULL;
  if (inner == NULL)
    sandbox_transit_answer (reply, SANDBOX_TRANSIT_ARGUMENTS, "the frame is refused", NULL);
  else
    *nonce = g_strdup (sandbox_json_text (object, "nonce_str"));
  return inner;
}

static SandboxOrder *
add_order (Sandbox *sandbox, JsonObject *object, const char *number, char *fingerprint)
{
  const SandboxMerchant *merchant = sandbox_merchant_get (ACCOUNT);
  SandboxOrder *order = sandbox_orders_add (sandbox->orders, GATEWAY, ACCOUNT, number);
  /* who shows the same code twice is the same rider */
  g_autofree char *rider = sandbox_md5 (sandbox_json_text (object, "qrcode"));

  order->mchid = merchant->mchid;
  order->appid = g_strdup (merchant->appid);
  order->payer = g_strdup_printf ("o0000%.23s", rider);
  order->attach = g_strdup (sandbox_json_text (object, "attach"));
  order->fingerprint = fingerprint;
  sandbox_json_integer (json_object_get_member (object, "total_fee"), &order->total);
  sandbox_order_set (order, "qrcode", sandbox_json_text (object, "qrcode"));
  sandbox_pay_later (sandbox, order);
  return order;
}

static void
deduct (Sandbox *sandbox, JsonNode *root, const char *nonce, SandboxReply *reply)
{
  g_autofree char *issue = sandbox_transit_check (root);
  g_autofree char *fingerprint = NULL;
  g_autofree char *own = sandbox_random_digits (28);
  const char *number = NULL;
  SandboxOrder *order = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };

  if (issue != NULL) {
    sandbox_transit_answer (reply, SANDBOX_TRANSIT_ARGUMENTS, issue, nonce);
    return;
  }
  number = sandbox_json_text (json_node_get_object (root), "out_order_no");
  sandbox_reply_set_numbers (reply, number, NULL, NULL);
  if (!sandbox_begin (sandbox, reply, &fault))
    return;

  fingerprint = sandbox_json_canonical (root);
  order = number != NULL ? sandbox_orders_find (sandbox->orders, ACCOUNT, number) : NULL;
  if (order != NULL && !g_str_equal (order->fingerprint, fingerprint)) {
    sandbox_transit_answer (reply, SANDBOX_TRANSIT_ARGUMENTS, "out_order_no is used with other parameters", nonce);
    return;
  }
  if (order == NULL && sandbox_orders_is_full (sandbox->orders)) {
    sandbox_transit_answer (reply, SANDBOX_TRANSIT_BUSY, "the sandbox holds no more orders", nonce);
    return;
  }
  if (order == NULL)
    add_order (sandbox, json_node_get_object (root), number != NULL ? number : own, g_steal_pointer (&fingerprint));
  sandbox_transit_answer (reply, 0, "ok", nonce);
  if (fault.kind == SANDBOX_FAULT_SYSTEM_ERROR)
    sandbox_transit_answer (reply, SANDBOX_TRANSIT_BUSY, "system error", nonce);
}

/* Only the jump's path is published; where the others are, the platform says on admission, so a command can move
 * each of them. */
static const struct {
  const char *operation;
  const char *path;
  void (*obey) (Sandbox *sandbox, JsonNode *root, const char *nonce, SandboxReply *reply);
} routes[] = {
  { "create", FOLDER "transitpay", deduct },
  { "arrears-users", FOLDER "transitarrears", sandbox_transit_list_arrears },
  { "jump-data", FOLDER "transportcode/getbusinessview", sandbox_transit_jump },
};

static const char *
get_path (Sandbox *sandbox, guint route)
{
  g_autofree char *key = g_strconcat (PATH_SWITCH, routes[route].operation, NULL);
  const char *moved = g_hash_table_lookup (sandbox->switches, key);

  return moved != NULL ? moved : routes[route].path;
}

static gboolean
owns (const SandboxRequest *request)
{
  return g_str_has_prefix (request->path, FOLDER);
}

static void
handle (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *nonce = NULL;
  guint route = 0;

  while (route < G_N_ELEMENTS (routes) && !g_str_equal (get_path (sandbox, route), request->path))
    route++;
  if (route == G_N_ELEMENTS (routes)) {
    sandbox_reply_set (reply, 404, "text/plain", "");
    return;
  }
  sandbox_reply_set_call (reply, routes[route].operation, ACCOUNT);
  if (!g_str_equal (request->method, "POST")) {
    sandbox_reply_set (reply, 405, "text/plain", "");
    return;
  }
  root = read_call (sandbox, request, &nonce, reply);
  if (root != NULL)
    routes[route].obey (sandbox, root, nonce, reply);
}

/* Section A.3: a failure is told here and nowhere else. */
static char *
make_result (SandboxOrder *order, SandboxFault fault)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *other = sandbox_random_digits (20);
  g_autofree char *time_end =
      g_date_time_format (order->paid_at != NULL ? order->paid_at : order->failed_at, "%Y%m%d%H%M%S");
  const char *attach = fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : order->attach;

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "openid", order->payer);
  sandbox_json_add_text (builder, "bank_type", "OTHERS");
  sandbox_json_add_integer (
      builder, "total_fee", order->total + (fault.kind == SANDBOX_FAULT_WRONG_AMOUNT ? 1 : 0));
  sandbox_json_add_text (builder, "trade_state", order->paid_at != NULL ? "SUCCESS" : "FAIL");
  if (order->failure != NULL)
    sandbox_json_add_text (builder, "trade_msg", order->failure);
  sandbox_json_add_text (builder, "transaction_id", order->transaction_id);
  sandbox_json_add_text (builder, "out_trade_no", order->gateway_no);
  if (attach != NULL)
    sandbox_json_add_text (builder, "attach", attach);
  sandbox_json_add_text (builder, "time_end", time_end);
  sandbox_json_add_text (builder, "qrcode", sandbox_order_get (order, "qrcode"));
  json_builder_end_object (builder);
  return sandbox_json_write (builder);
}

/* Every message is sealed anew, as a repeat by the real platform would be [inferred]. */
static SandboxPush *
push (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  const char *url = g_hash_table_lookup (sandbox->notify_urls, order->account);
  g_autofree char *plaintext = make_result (order, fault);
  g_autofree char *nonce = sandbox_random_text (32);
  g_autofree char *frame =
      sandbox_frame_seal (sandbox, sandbox_merchant_get (order->account), plaintext, fault, nonce);
  SandboxPush *push = url != NULL ? sandbox_push_new (url, frame) : NULL;

  if (push == NULL)
    return NULL;
  g_free (order->notify_url);
  order->notify_url = g_strdup (url);
  push->nonce = g_steal_pointer (&nonce);
  return push;
}

static gboolean
is_acknowledged (const SandboxPush *push, guint status, GBytes *answer)
{
  g_autoptr (JsonNode) root = status == 200 ? sandbox_json_parse (answer, NULL) : NULL;
  gint64 errcode = -1;

  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) &&
         json_object_has_member (json_node_get_object (root), "errcode") &&
         sandbox_json_integer (json_object_get_member (json_node_get_object (root), "errcode"), &errcode) &&
         errcode == 0 && g_strcmp0 (sandbox_json_text (json_node_get_object (root), "nonce_str"), push->nonce) == 0;
}

static gboolean
is_token (const char *text)
{
  gsize length = strlen (text);

  return length >= 1 && length <= MAX_TOKEN &&
         strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == length;
}

static guint
find_operation (const char *operation)
{
  guint route = 0;

  while (route < G_N_ELEMENTS (routes) && g_strcmp0 (routes[route].operation, operation) != 0)
    route++;
  return route;
}

/* What is wrong with the command, or NULL. */
static const char *
check_registration (JsonObject *object)
{
  const char *url = sandbox_json_text (object, "notify_url");
  const char *kind = sandbox_json_text (object, "kind");
  const char *token = sandbox_json_text (object, "access_token");
  const char *operation = sandbox_json_text (object, "operation");
  const char *path = sandbox_json_text (object, "path");

  if (url == NULL && token == NULL && path == NULL)
    return "none of notify_url, access_token and path is given";
  if (url != NULL && !sandbox_is_loopback_url (url))
    return "notify_url is not on loopback, and the sandbox never leaves this machine";
  if (kind != NULL && (url == NULL || !sandbox_transit_callback_is_kind (kind)))
    return "kind goes with a notify_url, and is one of transit-callback's";
  if (token != NULL && !is_token (token))
    return "access_token is not 1 to 512 letters, digits, - and _";
  if ((path != NULL) != (operation != NULL) ||
      (path != NULL && find_operation (operation) == G_N_ELEMENTS (routes)))
    return "path goes with an operation, which is create, arrears-users or jump-data";
  if (path != NULL && (!g_str_has_prefix (path, FOLDER) || strlen (path) > MAX_PATH))
    return "path does not begin with " FOLDER " or is too long";
  return NULL;
}

/* What is agreed with the platform before the first ride: where results and each kind of callback go, the token of
 * the hour, and where its own calls are. */
static void
control (Sandbox *sandbox, JsonObject *object, SandboxReply *reply)
{
  const char *url = sandbox_json_text (object, "notify_url");
  const char *kind = sandbox_json_text (object, "kind");
  const char *token = sandbox_json_text (object, "access_token");
  const char *path = sandbox_json_text (object, "path");
  const char *issue = check_registration (object);

  if (g_strcmp0 (sandbox_json_text (object, "account"), ACCOUNT) != 0) {
    sandbox_control_refuse (reply, 404, "account is not " ACCOUNT);
    return;
  }
  if (issue != NULL) {
    sandbox_control_refuse (reply, 400, "%s", issue);
    return;
  }
  if (url != NULL)
    g_hash_table_insert (sandbox->notify_urls,
                         kind != NULL ? g_strconcat (ACCOUNT " ", kind, NULL) : g_strdup (ACCOUNT),
                         g_strdup (url));
  if (token != NULL) {
    g_free (sandbox->config->transit_access_token);
    sandbox->config->transit_access_token = g_strdup (token);
  }
  if (path != NULL)
    g_hash_table_insert (sandbox->switches,
                         g_strconcat (PATH_SWITCH, sandbox_json_text (object, "operation"), NULL),
                         g_strdup (path));
  sandbox_reply_set (reply, 200, "application/json", "{\"registered\":true}");
}

static const SandboxCommand commands[] = { { "transit", control, NULL },
                                           { "transit-callback", NULL, sandbox_transit_callback },
                                           { NULL } };

static const SandboxFaultRule fault_rules[] = {
  { SANDBOX_FAULT_NO_SIGNATURE, "n" },  { SANDBOX_FAULT_BAD_SIGNATURE, "n" }, { SANDBOX_FAULT_OTHER_DIGEST, "n" },
  { SANDBOX_FAULT_BAD_PADDING, "n" },   { SANDBOX_FAULT_WRONG_ORDER, "n" },   { SANDBOX_FAULT_WRONG_AMOUNT, "no" },
  { SANDBOX_FAULT_WRONG_MCHID, "n" },   { SANDBOX_FAULT_WRONG_APPID, "n" },   { SANDBOX_FAULT_DUPLICATE, "n" },
  { SANDBOX_FAULT_SYSTEM_ERROR, "co" }, { SANDBOX_FAULT_NONE, "" },
};

const SandboxGateway sandbox_transit = {
  .name = GATEWAY,
  .faults = fault_rules,
  .owns = owns,
  .handle = handle,
  .push = push,
  .is_acknowledged = is_acknowledged,
  .reports_failures = TRUE,
  .commands = commands,
};
