/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-weidoufu.h"

#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-fields.h"
#include "sandbox-json.h"
#include "sandbox-notify.h"
#include "sandbox-traffic.h"
#include "sandbox-weidoufu-message.h"
#include "sandbox-weidoufu-order.h"
#include "sandbox-weidoufu-refund.h"

#define MICROPAY "/pay/micropay"

static int
order_status (SandboxOrder *order)
{
  if (order->paid_at != NULL)
    return 2;
  return sandbox_order_is_closed (order) || order->failed_at != NULL ? 3 : 1;
}

/* Neither of the two pages of queries knows a signature. */
static void
answer_query (Sandbox *sandbox, const char *gateway_no, const char *number, SandboxReply *reply)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *other = sandbox_random_digits (20);
  g_autofree char *text = NULL;
  SandboxOrder *order = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };

  sandbox_reply_set_numbers (reply, number, NULL, NULL);
  if (!sandbox_begin (sandbox, reply, &fault))
    return;
  if (gateway_no != NULL)
    order = sandbox_orders_find_number (sandbox->orders, SANDBOX_WEIDOUFU, gateway_no);
  else if (number != NULL)
    order = sandbox_orders_find (sandbox->orders, SANDBOX_WEIDOUFU, number);
  if (order == NULL) {
    if (number == NULL && gateway_no == NULL)
      sandbox_weidoufu_refuse_field (
          reply, SANDBOX_WEIDOUFU_PLAIN, NULL, "neither mch_trade_no nor out_order_no is given");
    else
      sandbox_weidoufu_refuse (reply, SANDBOX_WEIDOUFU_PLAIN, NULL, "订单不存在");
    return;
  }

  json_builder_begin_object (builder);
  sandbox_json_add_integer (builder, "code", 1);
  sandbox_json_add_text (builder, "status", "success");
  json_builder_set_member_name (builder, "data");
  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "message", "查询成功");
  sandbox_json_add_text (builder, "mch_trade_no", order->gateway_no);
  sandbox_json_add_text (
      builder, "out_order_no", fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : order->out_trade_no);
  sandbox_json_add_integer (builder, "notify", order->notify);
  sandbox_json_add_integer (builder, "status", order_status (order));
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (reply, 200, "application/json", text);
}

static void
query (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  g_autoptr (GHashTable) params = sandbox_request_get_query (request);

  answer_query (sandbox,
                params != NULL ? sandbox_fields_get (params, "mch_trade_no") : NULL,
                params != NULL ? sandbox_fields_get (params, "out_order_no") : NULL,
                reply);
}

/* The older page, which the manual itself calls unstable. */
static void
check (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  g_autoptr (GHashTable) params = sandbox_request_get_query (request);

  answer_query (sandbox, params != NULL ? sandbox_fields_get (params, "mch_trade_no") : NULL, NULL, reply);
}

static const struct {
  const char *path;
  const char *method;
  const char *operation;
  void (*handle) (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply);
} routes[] = {
  { "/pay/query", "GET", "query", query },
  { "/pay/check", "GET", "query", check },
  { "/pay/refund", "POST", "refund", sandbox_weidoufu_refund },
  { "/funds/query", "POST", "account-query", sandbox_weidoufu_query_account },
};

static void
handle (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  const char *method = "POST";
  const char *operation = "create";
  void (*serve) (Sandbox *, const SandboxRequest *, SandboxReply *) = sandbox_weidoufu_create;

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++) {
    if (!g_str_equal (routes[i].path, request->path))
      continue;
    method = routes[i].method;
    operation = routes[i].operation;
    serve = routes[i].handle;
  }
  sandbox_reply_set_call (reply, operation, SANDBOX_WEIDOUFU);
  if (g_str_equal (request->method, method))
    serve (sandbox, request, reply);
  else
    sandbox_reply_set (reply, 405, "text/plain", "");
}

static char *
make_content (SandboxOrder *order, SandboxFault fault)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *other = sandbox_random_digits (20);
  g_autofree char *hex = sandbox_random_hex (32);
  g_autofree char *nonce = g_ascii_strdown (hex, -1);
  g_autofree char *pay_time = g_date_time_format (order->paid_at, "%Y-%m-%d %H:%M:%S");

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "mch_trade_no", order->gateway_no);
  sandbox_json_add_text (
      builder, "out_order_no", fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : order->out_trade_no);
  sandbox_json_add_text (builder, "transaction_id", order->transaction_id);
  sandbox_json_add_integer (
      builder, "total_fee", order->total + (fault.kind == SANDBOX_FAULT_WRONG_AMOUNT ? 1 : 0));
  if (order->attach != NULL)
    sandbox_json_add_text (builder, "attach", order->attach);
  sandbox_json_add_integer (builder, "trade_type", sandbox_weidoufu_get_trade_type (order));
  sandbox_json_add_integer (builder, "pay_type", order->pay_type);
  sandbox_json_add_text (builder, "bank_type", "OTHERS");
  sandbox_json_add_text (builder, "pay_time", pay_time);
  sandbox_json_add_integer (builder, "status", 2);
  sandbox_json_add_text (builder, "nonce_str", nonce);
  json_builder_end_object (builder);
  return sandbox_json_write (builder);
}

static SandboxPush *
push (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  gboolean is_lie = fault.kind == SANDBOX_FAULT_WRONG_ORDER || fault.kind == SANDBOX_FAULT_WRONG_AMOUNT;
  g_autofree char *content = is_lie || order->event == NULL ? make_content (order, fault) : g_strdup (order->event);
  g_autofree char *inner = sandbox_hmac_sha256 (sandbox->config->secret_key, content);
  g_autofree char *sign = sandbox_md5 (inner);
  g_autofree char *body = NULL;

  if (order->notify_url == NULL) /* a code payment: its answer was the news */
    return NULL;

  if (!is_lie && order->event == NULL)
    order->event = g_strdup (content);
  if (fault.kind == SANDBOX_FAULT_BAD_SIGNATURE)
    sign[0] = sign[0] == '0' ? '1' : '0';
  if (fault.kind == SANDBOX_FAULT_NO_SIGNATURE)
    body = g_strdup_printf ("{\"content\":%s}", content);
  else
    body = g_strdup_printf ("{\"content\":%s,\"sign\":\"%s\"}", content, sign);
  return sandbox_push_new (order->notify_url, body);
}

/* WeChat Pay V2 has a call of the same path, in XML. */
static gboolean
owns (const SandboxRequest *request)
{
  const char *type = soup_message_headers_get_content_type (request->headers, NULL);

  if (g_str_equal (request->path, MICROPAY))
    return type == NULL || !g_str_has_suffix (type, "/xml");
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++) {
    if (g_str_equal (routes[i].path, request->path))
      return TRUE;
  }
  return sandbox_weidoufu_is_order (request->path);
}

static gboolean
is_acknowledged (const SandboxPush *push, guint status, GBytes *answer)
{
  return status == 200;
}

static const SandboxFaultRule fault_rules[] = {
  { SANDBOX_FAULT_NO_SIGNATURE, "n" },  { SANDBOX_FAULT_BAD_SIGNATURE, "n" }, { SANDBOX_FAULT_WRONG_ORDER, "cqrn" },
  { SANDBOX_FAULT_WRONG_AMOUNT, "rn" }, { SANDBOX_FAULT_DUPLICATE, "n" },     { SANDBOX_FAULT_NONE, "" },
};

const SandboxGateway sandbox_weidoufu = {
  .name = SANDBOX_WEIDOUFU,
  .faults = fault_rules,
  .owns = owns,
  .handle = handle,
  .push = push,
  .is_acknowledged = is_acknowledged,
};
