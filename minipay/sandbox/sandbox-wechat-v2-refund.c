/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-v2-refund.h"

#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-notify.h"
#include "sandbox-wechat-v2-order.h"
#include "sandbox-xml.h"

#define PAGE      10
#define RECIPIENT "支付用户的零钱"

static const char *
lie (const SandboxV2Call *call, SandboxFaultKind kind, const char *wrong, const char *right)
{
  return sandbox_v2_lies (call, kind) ? wrong : right;
}

static void
answer_refund (SandboxV2Call *call, SandboxRefund *refund)
{
  g_autoptr (GHashTable) fields = sandbox_v2_answer_new (call->merchant, call->fault);
  g_autofree char *other = sandbox_random_digits (20);
  gint64 amount = refund->amount + (sandbox_v2_lies (call, SANDBOX_FAULT_WRONG_AMOUNT) ? 1 : 0);

  sandbox_v2_put (fields, "transaction_id", refund->order->transaction_id);
  sandbox_v2_put (
      fields, "out_trade_no", lie (call, SANDBOX_FAULT_WRONG_ORDER, other, refund->order->out_trade_no));
  sandbox_v2_put (fields, "out_refund_no", lie (call, SANDBOX_FAULT_WRONG_REFUND, other, refund->out_refund_no));
  sandbox_v2_put (fields, "refund_id", refund->refund_id);
  sandbox_v2_put_fen (fields, "refund_fee", amount);
  sandbox_v2_put_fen (fields, "settlement_refund_fee", amount);
  sandbox_v2_put_fen (fields, "total_fee", refund->order->total);
  sandbox_v2_put_fen (fields, "settlement_total_fee", refund->order->total);
  sandbox_v2_put (fields, "fee_type", lie (call, SANDBOX_FAULT_WRONG_CURRENCY, "USD", "CNY"));
  sandbox_v2_put_fen (fields, "cash_fee", refund->order->total);
  sandbox_v2_put_fen (fields, "cash_refund_fee", amount);
  sandbox_v2_put (fields, "coupon_refund_fee", "0");
  sandbox_v2_put (fields, "coupon_refund_count", "0");
  sandbox_v2_answer (call, fields);
}

static void
refuse_verdict (SandboxV2Call *call, SandboxRefundVerdict verdict)
{
  switch (verdict) {
  case SANDBOX_REFUND_OTHER:
    sandbox_v2_refuse (call, "REFUND_FEE_MISMATCH", "订单金额或退款金额与之前请求不一致");
    break;
  case SANDBOX_REFUND_NOT_PAID:
    sandbox_v2_refuse (call, "ORDERNOTEXIST", "订单不存在");
    break;
  case SANDBOX_REFUND_TOO_MUCH:
    sandbox_v2_refuse (call, "ERROR", "累计退款金额大于支付金额");
    break;
  default:
    sandbox_v2_refuse (call, "INVALID_REQUEST", "无效请求: an order has at most %d refunds", SANDBOX_MAX_REFUNDS);
    break;
  }
}

static void
note_refund (SandboxV2Call *call, SandboxRefund *refund)
{
  refund->reason = g_strdup (sandbox_v2_get (call, "refund_desc"));
  refund->notify_url = g_strdup (sandbox_v2_get (call, "notify_url"));
  sandbox_refund_set (refund, "refund_account", sandbox_v2_get (call, "refund_account"));
  sandbox_refund_later (call->sandbox, refund);
}

void
sandbox_v2_refund (SandboxV2Call *call)
{
  static const char *const fresh[] = { "transaction_id", "out_trade_no", NULL };
  SandboxOrder *order = sandbox_v2_find_order (call);
  g_autofree char *fingerprint = sandbox_v2_make_fingerprint (call->fields, fresh);
  gint64 amount = sandbox_v2_get_fen (call, "refund_fee");
  SandboxRefund *refund = NULL;
  SandboxRefundVerdict verdict = SANDBOX_REFUND_NEW;

  if (order == NULL && sandbox_v2_get (call, "transaction_id") != NULL)
    sandbox_v2_refuse (call, "INVALID_TRANSACTIONID", "无效transaction_id");
  else if (order == NULL)
    sandbox_v2_refuse (call, "ORDERNOTEXIST", "订单不存在");
  else if (sandbox_v2_get_fen (call, "total_fee") != order->total)
    sandbox_v2_refuse (call, "INVALID_REQUEST", "无效请求: total_fee is not the order's");
  else {
    refund = sandbox_refunds_add (
        call->sandbox->refunds, order, sandbox_v2_get (call, "out_refund_no"), amount, fingerprint, &verdict);
    if (refund == NULL)
      refuse_verdict (call, verdict);
    else {
      if (verdict == SANDBOX_REFUND_NEW)
        note_refund (call, refund);
      answer_refund (call, refund);
    }
  }
}

static void
put_indexed (GHashTable *fields, const char *name, guint index, const char *value)
{
  g_autofree char *indexed = g_strdup_printf ("%s_%u", name, index);

  sandbox_v2_put (fields, indexed, value);
}

/* One refund of the answer to a query, whose members end in its place on the page. */
static void
put_refund (const SandboxV2Call *call, GHashTable *fields, SandboxRefund *refund, guint index)
{
  static const char *const states[] = { "PROCESSING", "SUCCESS", "REFUNDCLOSE", "CHANGE" };
  const char *account = sandbox_refund_get (refund, "refund_account");
  g_autofree char *other = sandbox_random_digits (20);
  g_autofree char *amount = g_strdup_printf (
      "%" G_GINT64_FORMAT, refund->amount + (sandbox_v2_lies (call, SANDBOX_FAULT_WRONG_AMOUNT) ? 1 : 0));
  g_autofree char *time =
      refund->state == SANDBOX_REFUND_SUCCESS ? g_date_time_format (refund->ended_at, "%Y-%m-%d %H:%M:%S") : NULL;

  put_indexed (
      fields, "out_refund_no", index, lie (call, SANDBOX_FAULT_WRONG_REFUND, other, refund->out_refund_no));
  put_indexed (fields, "refund_id", index, refund->refund_id);
  put_indexed (fields, "refund_channel", index, "ORIGINAL");
  put_indexed (fields, "refund_fee", index, amount);
  put_indexed (fields, "settlement_refund_fee", index, amount);
  put_indexed (fields, "coupon_refund_fee", index, "0");
  put_indexed (fields, "coupon_refund_count", index, "0");
  put_indexed (fields, "refund_status", index, states[refund->state]);
  put_indexed (fields, "refund_account", index, account != NULL ? account : "REFUND_SOURCE_UNSETTLED_FUNDS");
  put_indexed (fields, "refund_recv_accout", index, RECIPIENT);
  put_indexed (fields, "refund_success_time", index, time);
}

static void
answer_refunds (SandboxV2Call *call, SandboxOrder *order, GPtrArray *refunds, guint offset)
{
  g_autoptr (GHashTable) fields = sandbox_v2_answer_new (call->merchant, call->fault);
  g_autofree char *other = sandbox_random_digits (20);
  guint n_shown = MIN (refunds->len - offset, PAGE);
  g_autoptr (GPtrArray) all = sandbox_refunds_of (call->sandbox->refunds, order);

  sandbox_v2_put (fields, "transaction_id", order->transaction_id);
  sandbox_v2_put (fields, "out_trade_no", lie (call, SANDBOX_FAULT_WRONG_ORDER, other, order->out_trade_no));
  sandbox_v2_put_fen (fields, "total_refund_count", all->len);
  sandbox_v2_put_fen (fields, "total_fee", order->total);
  sandbox_v2_put_fen (fields, "settlement_total_fee", order->total);
  sandbox_v2_put (fields, "fee_type", lie (call, SANDBOX_FAULT_WRONG_CURRENCY, "USD", "CNY"));
  sandbox_v2_put_fen (fields, "cash_fee", order->total);
  sandbox_v2_put_fen (fields, "refund_count", n_shown);
  for (guint i = 0; i < n_shown; i++)
    put_refund (call, fields, g_ptr_array_index (refunds, offset + i), i);
  sandbox_v2_answer (call, fields);
}

/* The one refund or all of an order, by the number that counts most of those given. */
static GPtrArray *
find_refunds (const SandboxV2Call *call, SandboxOrder **order)
{
  SandboxRefunds *refunds = call->sandbox->refunds;
  const char *account = call->merchant->account;
  const char *refund_id = sandbox_v2_get (call, "refund_id");
  const char *number = sandbox_v2_get (call, "out_refund_no");
  SandboxRefund *one = NULL;
  GPtrArray *found = NULL;

  if (refund_id == NULL && number == NULL) {
    *order = sandbox_v2_find_order (call);
    return *order != NULL ? sandbox_refunds_of (refunds, *order) : NULL;
  }
  one = refund_id != NULL ? sandbox_refunds_find_number (refunds, account, refund_id)
                          : sandbox_refunds_find (refunds, account, number);
  if (one == NULL)
    return NULL;
  *order = one->order;
  found = g_ptr_array_new ();
  g_ptr_array_add (found, one);
  return found;
}

void
sandbox_v2_query_refund (SandboxV2Call *call)
{
  SandboxOrder *order = NULL;
  g_autoptr (GPtrArray) refunds = find_refunds (call, &order);
  gint64 offset = sandbox_v2_get_fen (call, "offset");

  if (refunds == NULL || refunds->len == 0)
    sandbox_v2_refuse (call, "REFUNDNOTEXIST", "退款订单查询失败");
  else if (offset >= refunds->len)
    sandbox_v2_refuse (call, "PARAM_ERROR", "参数错误: offset is beyond the %u refunds", refunds->len);
  else
    answer_refunds (call, order, refunds, offset);
}

/* The inner document, of the root of its own. */
static char *
make_req_info (SandboxRefund *refund, SandboxFault fault)
{
  static const char *const states[] = { "PROCESSING", "SUCCESS", "REFUNDCLOSE", "CHANGE" };
  g_autoptr (GHashTable) fields = sandbox_v2_fields_new ();
  g_autofree char *other = sandbox_random_digits (20);
  g_autofree char *time = g_date_time_format (refund->ended_at, "%Y-%m-%d %H:%M:%S");
  gint64 amount = refund->amount + (fault.kind == SANDBOX_FAULT_WRONG_AMOUNT ? 1 : 0);
  const char *account = sandbox_refund_get (refund, "refund_account");

  sandbox_v2_put (fields, "transaction_id", refund->order->transaction_id);
  sandbox_v2_put (
      fields, "out_trade_no", fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : refund->order->out_trade_no);
  sandbox_v2_put (fields, "refund_id", refund->refund_id);
  sandbox_v2_put (
      fields, "out_refund_no", fault.kind == SANDBOX_FAULT_WRONG_REFUND ? other : refund->out_refund_no);
  sandbox_v2_put_fen (fields, "total_fee", refund->order->total);
  sandbox_v2_put_fen (fields, "settlement_total_fee", refund->order->total);
  sandbox_v2_put_fen (fields, "refund_fee", amount);
  sandbox_v2_put_fen (fields, "settlement_refund_fee", amount);
  sandbox_v2_put (fields, "refund_status", states[refund->state]);
  sandbox_v2_put (fields, "success_time", refund->state == SANDBOX_REFUND_SUCCESS ? time : NULL);
  sandbox_v2_put (fields, "refund_recv_accout", RECIPIENT);
  sandbox_v2_put (fields, "refund_account", account != NULL ? account : "REFUND_SOURCE_UNSETTLED_FUNDS");
  sandbox_v2_put (fields, "refund_request_source", "API");
  return sandbox_xml_write_root ("root", fields);
}

/* Section 11: nothing is signed, and who has the key is believed. */
static char *
make_event (Sandbox *sandbox, SandboxRefund *refund, SandboxFault fault)
{
  const SandboxMerchant *merchant = sandbox_merchant_get (refund->order->account);
  g_autoptr (GHashTable) fields = sandbox_v2_answer_new (merchant, fault);
  g_autofree char *text = make_req_info (refund, fault);
  g_autofree char *sealed = sandbox_encrypt_ecb (sandbox_config_get_sign_key (sandbox->config, merchant), text);

  if (fault.kind == SANDBOX_FAULT_BAD_SIGNATURE)
    sealed[0] = sealed[0] == 'A' ? 'B' : 'A';
  g_hash_table_remove (fields, "result_code");
  sandbox_v2_put (fields, "req_info", sealed);
  return sandbox_xml_write (fields);
}

SandboxPush *
sandbox_v2_push_refund (Sandbox *sandbox, SandboxRefund *refund, SandboxFault fault)
{
  gboolean is_altered = sandbox_fault_is_lie (fault) || fault.kind == SANDBOX_FAULT_BAD_SIGNATURE;
  g_autofree char *altered = NULL;
  SandboxPush *push = NULL;

  if (refund->notify_url == NULL)
    return NULL;
  if (is_altered)
    altered = make_event (sandbox, refund, fault);
  else if (refund->event == NULL)
    refund->event = make_event (sandbox, refund, fault);
  push = sandbox_push_new (refund->notify_url, is_altered ? altered : refund->event);
  push->content_type = "text/xml";
  return push;
}
