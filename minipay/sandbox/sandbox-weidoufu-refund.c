/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-weidoufu-refund.h"

#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-fields.h"
#include "sandbox-json.h"
#include "sandbox-traffic.h"

#define MAX_REFUND   999999999
#define MAX_REFUNDS  10
#define MAX_RECEIVER 32

/* Whether every field is one of @names; FALSE with the reply filled. */
static gboolean
check_names (GHashTable *fields, const char *const *names, SandboxReply *reply)
{
  GHashTableIter iter;
  gpointer name = NULL;

  g_hash_table_iter_init (&iter, fields);
  while (g_hash_table_iter_next (&iter, &name, NULL)) {
    if (g_strv_contains (names, name))
      continue;
    sandbox_weidoufu_refuse_field (
        reply, SANDBOX_WEIDOUFU_PLAIN, fields, "%s is no field of this call", (const char *) name);
    return FALSE;
  }
  return TRUE;
}

/* The order meant and the amount, or NULL with the reply filled. */
static SandboxOrder *
read_refund (Sandbox *sandbox, GHashTable *fields, gint64 *amount, SandboxReply *reply)
{
  static const char *const names[] = { "access_key", "refund_fee", "mch_trade_no", "out_order_no", "sign", NULL };
  const char *fee = sandbox_fields_get (fields, "refund_fee");
  const char *gateway_no = sandbox_fields_get (fields, "mch_trade_no");
  const char *number = sandbox_fields_get (fields, "out_order_no");
  const char *issue = NULL;
  SandboxOrder *order = NULL;

  if (!check_names (fields, names, reply))
    return NULL;
  if (fee == NULL || !sandbox_weidoufu_read_number (fee, MAX_REFUND, amount))
    issue = "refund_fee is not a whole number of fen in 1..999999999";
  else if ((gateway_no == NULL) == (number == NULL))
    issue = "exactly one of mch_trade_no and out_order_no is sent";
  if (issue != NULL) {
    sandbox_weidoufu_refuse_field (reply, SANDBOX_WEIDOUFU_PLAIN, fields, "%s", issue);
    return NULL;
  }

  order = gateway_no != NULL ? sandbox_orders_find_number (sandbox->orders, SANDBOX_WEIDOUFU, gateway_no)
                             : sandbox_orders_find (sandbox->orders, SANDBOX_WEIDOUFU, number);
  if (order == NULL)
    sandbox_weidoufu_refuse (reply, SANDBOX_WEIDOUFU_PLAIN, fields, "订单不存在");
  return order;
}

/* A call names no refund, so that each one accepted is another refund: nothing here is ever a repetition. */
static SandboxRefund *
add_refund (Sandbox *sandbox, SandboxOrder *order, gint64 amount, const char **issue)
{
  g_autoptr (GPtrArray) before = sandbox_refunds_of (sandbox->refunds, order);
  g_autofree char *number = sandbox_random_digits (28);
  SandboxRefundVerdict verdict = SANDBOX_REFUND_TOO_MANY;
  SandboxRefund *refund = NULL;

  if (before->len < MAX_REFUNDS)
    refund = sandbox_refunds_add (sandbox->refunds, order, number, amount, "", &verdict);
  if (verdict == SANDBOX_REFUND_NOT_PAID)
    *issue = "订单未支付";
  else if (verdict == SANDBOX_REFUND_TOO_MUCH)
    *issue = "退款金额超过可退金额";
  else if (refund == NULL)
    *issue = "退款次数超过限制";
  return refund;
}

static void
answer_refund (SandboxOrder *order, gint64 amount, SandboxFault fault, SandboxReply *reply)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *other = sandbox_random_digits (20);
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  sandbox_json_add_integer (builder, "code", 1);
  sandbox_json_add_text (builder, "message", "成功");
  sandbox_json_add_text (builder, "status", "success");
  json_builder_set_member_name (builder, "data");
  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "mch_trade_no", order->gateway_no);
  sandbox_json_add_text (
      builder, "out_order_no", fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : order->out_trade_no);
  sandbox_json_add_integer (builder, "refund_fee", amount + (fault.kind == SANDBOX_FAULT_WRONG_AMOUNT ? 1 : 0));
  sandbox_json_add_integer (builder, "total_fee", order->total);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (reply, 200, "application/json", text);
}

void
sandbox_weidoufu_refund (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  g_autoptr (GHashTable) fields = sandbox_weidoufu_read (sandbox, request, SANDBOX_WEIDOUFU_PLAIN, reply);
  SandboxOrder *order = NULL;
  SandboxRefund *refund = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };
  const char *issue = NULL;
  gint64 amount = 0;

  if (fields == NULL)
    return;
  sandbox_reply_set_numbers (reply, sandbox_fields_get (fields, "out_order_no"), NULL, NULL);
  order = read_refund (sandbox, fields, &amount, reply);
  if (order == NULL)
    return;
  sandbox_reply_set_numbers (reply, order->out_trade_no, NULL, NULL);
  if (!sandbox_begin (sandbox, reply, &fault))
    return;

  refund = add_refund (sandbox, order, amount, &issue);
  if (refund == NULL) {
    sandbox_weidoufu_refuse (reply, SANDBOX_WEIDOUFU_PLAIN, fields, issue);
    return;
  }
  sandbox_refund_set_state (refund, SANDBOX_REFUND_SUCCESS);
  answer_refund (order, amount, fault, reply);
}

/* What stands in the answer's data is not documented; the sample shows an empty string. */
void
sandbox_weidoufu_query_account (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  static const char *const names[] = { "access_key", "receiver_code", "sign", NULL };
  g_autoptr (GHashTable) fields = sandbox_weidoufu_read (sandbox, request, SANDBOX_WEIDOUFU_PLAIN, reply);
  const char *receiver = fields != NULL ? sandbox_fields_get (fields, "receiver_code") : NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };

  if (fields == NULL || !check_names (fields, names, reply))
    return;
  sandbox_reply_set_numbers (reply, NULL, NULL, receiver);
  if (receiver == NULL || !g_str_has_prefix (receiver, "BK") || strlen (receiver) > MAX_RECEIVER)
    sandbox_weidoufu_refuse_field (
        reply, SANDBOX_WEIDOUFU_PLAIN, fields, "receiver_code is not BK and 30 more characters at most");
  else if (sandbox_begin (sandbox, reply, &fault))
    sandbox_reply_set (reply, 200, "application/json", "{\"code\":1,\"message\":\"成功\",\"data\":\"\"}");
}
