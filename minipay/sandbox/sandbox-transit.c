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
#include "sandbox-transit-order.h"

#define GATEWAY     "transit"
#define ACCOUNT     "transit"
#define PATH_DEDUCT "/intp/transitpay"
#define MAX_TOKEN   512

/* No list of errors is documented; these are the platform's general ones. */
#define ERRCODE_BUSY       -1
#define ERRCODE_CREDENTIAL 40001
#define ERRCODE_ARGUMENTS  40097
#define ERRCODE_FORMAT     47001

static void
answer (SandboxReply *reply, int errcode, const char *errmsg, const char *nonce)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  sandbox_json_add_integer (builder, "errcode", errcode);
  sandbox_json_add_text (builder, "errmsg", errmsg);
  if (nonce != NULL)
    sandbox_json_add_text (builder, "nonce_str", nonce);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (reply, 200, "application/json", text);
  if (errcode != 0 && reply->verdict == NULL) {
    g_autofree char *quoted = sandbox_quote (errmsg, -1);

    sandbox_reply_judge (reply, "refused: %d %s", errcode, quoted);
  }
}

/* A plain request needs the token and nothing else in its query; a sealed one may come without. */
static gboolean
check_token (Sandbox *sandbox, const SandboxRequest *request, gboolean is_sealed, SandboxReply *reply)
{
  g_autoptr (GHashTable) params = sandbox_request_get_query (request);
  const char *token = params != NULL ? g_hash_table_lookup (params, "access_token") : NULL;

  if (is_sealed && request->query == NULL)
    return TRUE;
  if (token == NULL || !sandbox_is_equal (token, sandbox->config->transit_access_token)) {
    answer (reply, ERRCODE_CREDENTIAL, "invalid credential, access_token is invalid or not latest", NULL);
    return FALSE;
  }
  if (g_hash_table_size (params) == 1)
    return TRUE;
  answer (reply, ERRCODE_ARGUMENTS, "the query holds something beside access_token", NULL);
  return FALSE;
}

/* The deduction itself, out of its frame when it came in one; NULL with the reply filled. */
static JsonNode *
read_deduction (Sandbox *sandbox, const SandboxRequest *request, char **nonce, SandboxReply *reply)
{
  const char *type = soup_message_headers_get_content_type (request->headers, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = sandbox_json_parse (request->body, &error);
  g_autoptr (GBytes) opened = NULL;
  JsonObject *object = NULL;
  JsonNode *inner = NULL;
  gboolean is_sealed = FALSE;

  if (g_strcmp0 (type, "application/json") != 0 || root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    answer (reply, ERRCODE_FORMAT, "data format error, a JSON object is wanted", NULL);
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
    answer (reply, ERRCODE_ARGUMENTS, "the frame is refused", NULL);
  else
    *nonce = g_strdup (sandbox_json_text (object, "nonce_str"));
  return inner;
}

static SandboxOrder *
add_order (Sandbox *sandbox, JsonObject *object, const char *number, char *fingerprint)
{
  const SandboxMerchant *merchant = sandbox_merchant_get (ACCOUNT);
  SandboxOrder *order = sandbox_orders_add (sandbox->orders, GATEWAY, ACCOUNT, number);
  g_autofree char *rider = sandbox_random_text (24);

  order->mchid = merchant->mchid;
  order->appid = g_strdup (merchant->appid);
  order->payer = g_strdup_printf ("o0000%s", rider);
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
    answer (reply, ERRCODE_ARGUMENTS, issue, nonce);
    return;
  }
  number = sandbox_json_text (json_node_get_object (root), "out_order_no");
  sandbox_reply_set_call (reply, "create", ACCOUNT);
  sandbox_reply_set_numbers (reply, number, NULL, NULL);
  if (!sandbox_begin (sandbox, reply, &fault))
    return;

  fingerprint = sandbox_json_canonical (root);
  order = number != NULL ? sandbox_orders_find (sandbox->orders, ACCOUNT, number) : NULL;
  if (order != NULL && !g_str_equal (order->fingerprint, fingerprint)) {
    answer (reply, ERRCODE_ARGUMENTS, "out_order_no is used with other parameters", nonce);
    return;
  }
  if (order == NULL && sandbox_orders_is_full (sandbox->orders)) {
    answer (reply, ERRCODE_BUSY, "the sandbox holds no more orders", nonce);
    return;
  }
  if (order == NULL)
    add_order (sandbox, json_node_get_object (root), number != NULL ? number : own, g_steal_pointer (&fingerprint));
  answer (reply, 0, "ok", nonce);
  if (fault.kind == SANDBOX_FAULT_SYSTEM_ERROR)
    answer (reply, ERRCODE_BUSY, "system error", nonce);
}

static gboolean
owns (const SandboxRequest *request)
{
  return g_str_has_prefix (request->path, "/intp/");
}

static void
handle (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *nonce = NULL;

  if (!g_str_equal (request->path, PATH_DEDUCT)) {
    sandbox_reply_set (reply, 404, "text/plain", "");
    return;
  }
  if (!g_str_equal (request->method, "POST")) {
    sandbox_reply_set (reply, 405, "text/plain", "");
    return;
  }
  root = read_deduction (sandbox, request, &nonce, reply);
  if (root != NULL)
    deduct (sandbox, root, nonce, reply);
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

/* What is agreed with the platform before the first ride: where results go, and the token of the hour. */
static void
control (Sandbox *sandbox, JsonObject *object, SandboxReply *reply)
{
  const char *account = sandbox_json_text (object, "account");
  const char *url = sandbox_json_text (object, "notify_url");
  const char *token = sandbox_json_text (object, "access_token");

  if (g_strcmp0 (account, ACCOUNT) != 0)
    sandbox_control_refuse (reply, 404, "account is not " ACCOUNT);
  else if (url == NULL && token == NULL)
    sandbox_control_refuse (reply, 400, "neither notify_url nor access_token is given");
  else if (url != NULL && !sandbox_is_loopback_url (url))
    sandbox_control_refuse (reply, 400, "notify_url is not on loopback, and the sandbox never leaves this machine");
  else if (token != NULL && !is_token (token))
    sandbox_control_refuse (reply, 400, "access_token is not 1 to %d letters, digits, - and _", MAX_TOKEN);
  else {
    if (url != NULL)
      g_hash_table_insert (sandbox->notify_urls, g_strdup (ACCOUNT), g_strdup (url));
    if (token != NULL) {
      g_free (sandbox->config->transit_access_token);
      sandbox->config->transit_access_token = g_strdup (token);
    }
    sandbox_reply_set (reply, 200, "application/json", "{\"registered\":true}");
  }
}

static const SandboxCommand commands[] = { { "transit", control, NULL }, { NULL } };

static const SandboxFaultRule fault_rules[] = {
  { SANDBOX_FAULT_NO_SIGNATURE, "n" }, { SANDBOX_FAULT_BAD_SIGNATURE, "n" }, { SANDBOX_FAULT_OTHER_DIGEST, "n" },
  { SANDBOX_FAULT_BAD_PADDING, "n" },  { SANDBOX_FAULT_WRONG_ORDER, "n" },   { SANDBOX_FAULT_WRONG_AMOUNT, "n" },
  { SANDBOX_FAULT_WRONG_MCHID, "n" },  { SANDBOX_FAULT_WRONG_APPID, "n" },   { SANDBOX_FAULT_DUPLICATE, "n" },
  { SANDBOX_FAULT_SYSTEM_ERROR, "c" }, { SANDBOX_FAULT_NONE, "" },
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
