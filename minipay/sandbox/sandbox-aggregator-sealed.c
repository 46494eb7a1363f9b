/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-aggregator-sealed.h"

#include <string.h>

#include "sandbox-aggregator-jump.h"
#include "sandbox-crypto.h"
#include "sandbox-fields.h"
#include "sandbox-json.h"
#include "sandbox-notify.h"
#include "sandbox-traffic.h"

#define MAX_AMOUNT G_GINT64_CONSTANT (99999999999)

/* One sealed call, opened. */
typedef struct {
  Sandbox *sandbox;
  const SandboxMerchant *merchant;
  GHashTable *fields;
  SandboxFault fault;
  SandboxReply *reply;
} Call;

/* Where the pages' tables break off, more fields follow: a call takes any that is a text. */
typedef struct {
  const char *name;
  guint max; /* characters */
  gboolean is_required;
  gboolean is_amount;
} FieldRule;

static const FieldRule create_rules[] = {
  { "orgCode", 32, FALSE, FALSE },   { "orderNo", 64, TRUE, FALSE },     { "paymentNos", 128, FALSE, FALSE },
  { "orderAmount", 11, TRUE, TRUE }, { "insurAmount", 11, FALSE, TRUE }, { "notifyUrl", 256, TRUE, FALSE },
  { "goodNo", 32, FALSE, FALSE },    { "goodName", 64, FALSE, FALSE },   { NULL },
};

static const FieldRule number_rules[] = { { "orderNo", 64, TRUE, FALSE }, { NULL } };

static const FieldRule refund_rules[] = {
  { "refOrderNo", 64, TRUE, FALSE },         { "orderNo", 64, TRUE, FALSE },     { "refundAmount", 11, TRUE, TRUE },
  { "refundAccountType", 32, FALSE, FALSE }, { "notifyUrl", 256, FALSE, FALSE }, { NULL },
};

static const char *
get (Call *call, const char *name)
{
  return sandbox_fields_get (call->fields, name);
}

static void
answer (Call *call, const SandboxMember *members, guint n_members)
{
  g_autofree char *map =
      sandbox_aggregator_make_map (call->sandbox, call->merchant, members, n_members, call->fault);

  sandbox_aggregator_answer (call->sandbox, map, call->fault, call->reply);
}

static const char *
get_mchid (Call *call)
{
  return call->fault.kind == SANDBOX_FAULT_WRONG_MCHID ? SANDBOX_AGGREGATOR_WRONG_MCHID : call->merchant->mchid;
}

const char *
sandbox_aggregator_pay_status (SandboxOrder *order, SandboxFault fault)
{
  if (fault.kind == SANDBOX_FAULT_PROCESSING)
    return "PROCESSING";
  if (order->paid_at != NULL)
    return "SUCCESS";
  if (order->failed_at != NULL)
    return g_strcmp0 (order->failure, "CLOSE") == 0 ? "CLOSE" : "FAIL";
  return sandbox_order_is_closed (order) ? "CLOSE" : "PROCESSING";
}

const char *
sandbox_aggregator_refund_status (SandboxRefund *refund, SandboxFault fault)
{
  if (fault.kind == SANDBOX_FAULT_PROCESSING || refund->state == SANDBOX_REFUND_PROCESSING)
    return "PROCESSING";
  return refund->state == SANDBOX_REFUND_SUCCESS ? "SUCCESS" : "FAIL";
}

/* Digits without a zero before them; the map holds nothing but texts. */
static gboolean
read_amount (const char *text, gint64 *amount)
{
  guint64 value = 0;

  if (*text == '0' || strspn (text, "0123456789") != strlen (text) ||
      !g_ascii_string_to_unsigned (text, 10, 1, MAX_AMOUNT, &value, NULL))
    return FALSE;
  *amount = value;
  return TRUE;
}

/* What is wrong with a field, or NULL; an amount's shape is looked at where it is used. */
static char *
check_fields (GHashTable *fields, const SandboxMerchant *merchant, const FieldRule *rules)
{
  const char *customer = sandbox_fields_get (fields, "customerNo");
  const char *notify_url = sandbox_fields_get (fields, "notifyUrl");
  gint64 amount = 0;

  if (customer != NULL && !g_str_equal (customer, merchant->mchid))
    return g_strdup ("customerNo is not the envelope's");
  for (const FieldRule *rule = rules; rule->name != NULL; rule++) {
    const char *value = sandbox_fields_get (fields, rule->name);

    if (value == NULL && rule->is_required)
      return g_strdup_printf ("%s is missing", rule->name);
    if (value != NULL && g_utf8_strlen (value, -1) > rule->max)
      return g_strdup_printf ("%s is longer than %u characters", rule->name, rule->max);
    if (value != NULL && rule->is_amount && !read_amount (value, &amount))
      return g_strdup_printf ("%s is not a whole number of fen in 1..99999999999", rule->name);
  }
  if (notify_url != NULL && !sandbox_is_loopback_url (notify_url))
    return g_strdup ("notifyUrl is not on loopback, and the sandbox never leaves this machine");
  return NULL;
}

/* The jump into the mini-program, with the plain call's address and its payInfo; which names the real one has is
 * not published [inferred]. */
static char *
make_link (Call *call, SandboxOrder *order)
{
  const char *endpoint = call->sandbox->endpoint;
  g_autofree char *pay_info = sandbox_aggregator_make_pay_info (call->sandbox, call->merchant, order->gateway_no);
  g_autofree char *escaped = g_uri_escape_string (pay_info, NULL, FALSE);
  g_autofree char *address = g_strconcat (endpoint, SANDBOX_AGGREGATOR_CASHIER, NULL);
  g_autofree char *target = g_uri_escape_string (address, NULL, FALSE);

  if (sandbox_order_get (order, "ebank") != NULL)
    return g_strdup_printf ("%s/ebank/%s", endpoint, order->gateway_no);
  return g_strdup_printf ("%s/mp/jump?payUrl=%s&payInfo=%s", endpoint, target, escaped);
}

static SandboxOrder *
add_order (Call *call, const char *fingerprint, gboolean is_ebank)
{
  const char *number = get (call, "orderNo");
  SandboxOrder *order =
      sandbox_orders_add (call->sandbox->orders, SANDBOX_AGGREGATOR, call->merchant->account, number);

  order->mchid = call->merchant->mchid;
  order->appid = g_strdup (call->merchant->appid);
  order->notify_url = g_strdup (get (call, "notifyUrl"));
  order->fingerprint = g_strdup (fingerprint);
  order->wallet = is_ebank ? "ebank" : "wechat";
  read_amount (get (call, "orderAmount"), &order->total);
  sandbox_order_set (order, "goodNo", get (call, "goodNo"));
  sandbox_order_set (order, "goodName", get (call, "goodName"));
  sandbox_order_set (order, "ebank", is_ebank ? "true" : NULL);
  if (g_hash_table_lookup (call->sandbox->switches, SANDBOX_AGGREGATOR_PLAIN) == NULL)
    sandbox_order_set (order, "sealed", "true");
  if (is_ebank) /* nothing else opens this cashier */
    sandbox_pay_later (call->sandbox, order);
  return order;
}

static void
make_order (Call *call, gboolean is_ebank)
{
  SandboxOrders *orders = call->sandbox->orders;
  const char *number = get (call, "orderNo");
  g_autofree char *joined = sandbox_fields_sort (call->fields);
  g_autofree char *fingerprint = g_strdup_printf ("%d\n%s", is_ebank, joined);
  g_autofree char *other = sandbox_random_digits (20);
  g_autofree char *link = NULL;
  SandboxOrder *order = sandbox_orders_find (orders, call->merchant->account, number);

  if (order != NULL && order->paid_at != NULL) {
    sandbox_aggregator_refuse (call->sandbox, call->merchant, call->reply, "2101", "订单已支付");
    return;
  }
  if (order != NULL && !g_str_equal (order->fingerprint, fingerprint)) {
    sandbox_aggregator_refuse (call->sandbox, call->merchant, call->reply, "2107", "商户订单号重复");
    return;
  }
  if (order != NULL && !sandbox_order_is_open (order)) {
    sandbox_aggregator_refuse (call->sandbox, call->merchant, call->reply, "3101", "订单已关闭");
    return;
  }
  if (order == NULL && sandbox_orders_is_full (orders)) {
    sandbox_aggregator_refuse (
        call->sandbox, call->merchant, call->reply, "1006", "the sandbox holds no more orders");
    return;
  }
  if (order == NULL)
    order = add_order (call, fingerprint, is_ebank);
  link = make_link (call, order);
  answer (call,
          (const SandboxMember[]){
              { "customerNo", get_mchid (call) },
              { "orderNo", call->fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : number },
              { "payUrl", link },
              { "errCode", "0000" },
          },
          4);
}

static void
create (Call *call)
{
  make_order (call, FALSE);
}

static void
create_ebank (Call *call)
{
  make_order (call, TRUE);
}

/* NULL with the reply filled when there is no such order. */
static SandboxOrder *
find_order (Call *call, const char *name)
{
  SandboxOrder *order = sandbox_orders_find (call->sandbox->orders, call->merchant->account, get (call, name));

  if (order == NULL)
    sandbox_aggregator_refuse (call->sandbox, call->merchant, call->reply, "2106", "订单不存在");
  return order;
}

static void
query (Call *call)
{
  SandboxOrder *order = find_order (call, "orderNo");
  gint64 lie = call->fault.kind == SANDBOX_FAULT_WRONG_AMOUNT ? 1 : 0;
  g_autofree char *amount = order != NULL ? g_strdup_printf ("%" G_GINT64_FORMAT, order->total + lie) : NULL;
  g_autofree char *other = sandbox_random_digits (20);
  gboolean is_checked = FALSE;

  if (order == NULL)
    return;
  is_checked = sandbox_order_get (order, "ebank") != NULL && order->paid_at != NULL;
  answer (call,
          (const SandboxMember[]){
              { "customerNo", get_mchid (call) },
              { "orderNo", call->fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : order->out_trade_no },
              { "goodNo", sandbox_order_get (order, "goodNo") },
              { "goodName", sandbox_order_get (order, "goodName") },
              { "orderAmount", amount },
              { "payStatus", sandbox_aggregator_pay_status (order, call->fault) },
              { "checkStatus", is_checked ? "SUCCESS" : NULL },
              { "errCode", "0000" },
          },
          8);
}

/* "processing" has a buyer who is just about to pay. */
static void
close_order (Call *call)
{
  SandboxOrder *order = find_order (call, "orderNo");
  g_autofree char *other = sandbox_random_digits (20);
  gboolean is_processing = call->fault.kind == SANDBOX_FAULT_PROCESSING;

  if (order == NULL)
    return;
  if (order->paid_at != NULL) {
    sandbox_aggregator_refuse (call->sandbox, call->merchant, call->reply, "2101", "订单已支付");
    return;
  }
  if (!is_processing && sandbox_order_is_open (order))
    order->closed_at = sandbox_now ();
  answer (call,
          (const SandboxMember[]){
              { "customerNo", get_mchid (call) },
              { "orderNo", call->fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : order->out_trade_no },
              { "status", is_processing ? "FAIL" : "CLOSE" },
              { "errCode", "0000" },
          },
          4);
}

static void
answer_refund (Call *call, SandboxRefund *refund)
{
  gint64 lie = call->fault.kind == SANDBOX_FAULT_WRONG_AMOUNT ? 1 : 0;
  g_autofree char *amount = g_strdup_printf ("%" G_GINT64_FORMAT, refund->amount + lie);
  g_autofree char *other = sandbox_random_digits (20);
  SandboxFaultKind kind = call->fault.kind;

  answer (call,
          (const SandboxMember[]){
              { "customerNo", get_mchid (call) },
              { "refOrderNo", kind == SANDBOX_FAULT_WRONG_ORDER ? other : refund->order->out_trade_no },
              { "orderNo", kind == SANDBOX_FAULT_WRONG_REFUND ? other : refund->out_refund_no },
              { "refundAmount", amount },
              { "refundStatus", sandbox_aggregator_refund_status (refund, call->fault) },
              { "errCode", "0000" },
          },
          6);
}

/* Which code each refusal has is not published for refunds: the nearest of the list [inferred]. */
static const struct {
  SandboxRefundVerdict verdict;
  const char *code;
  const char *message;
} refund_refusals[] = {
  { SANDBOX_REFUND_OTHER, "2107", "退款订单号重复" },
  { SANDBOX_REFUND_NOT_PAID, "3103", "订单未支付，不能退款" },
  { SANDBOX_REFUND_TOO_MUCH, "3103", "退款金额超过可退金额" },
  { SANDBOX_REFUND_TOO_MANY, "3103", "退款次数超过限制" },
};

static void
make_refund (Call *call)
{
  SandboxOrder *order = find_order (call, "refOrderNo");
  const char *account_type = get (call, "refundAccountType");
  g_autofree char *joined = sandbox_fields_sort (call->fields);
  SandboxRefundVerdict verdict = SANDBOX_REFUND_NEW;
  SandboxRefund *refund = NULL;
  gint64 amount = 0;

  if (order == NULL)
    return;
  /* the list of accounts breaks off behind "REC" */
  if (account_type != NULL && !g_str_equal (account_type, "REFUND") && !g_str_has_prefix (account_type, "REC")) {
    sandbox_aggregator_refuse (
        call->sandbox, call->merchant, call->reply, "1008", "refundAccountType is no account of the list");
    return;
  }
  read_amount (get (call, "refundAmount"), &amount);
  refund = sandbox_refunds_add (call->sandbox->refunds, order, get (call, "orderNo"), amount, joined, &verdict);
  for (guint i = 0; refund == NULL && i < G_N_ELEMENTS (refund_refusals); i++) {
    if (refund_refusals[i].verdict == verdict)
      sandbox_aggregator_refuse (
          call->sandbox, call->merchant, call->reply, refund_refusals[i].code, "%s", refund_refusals[i].message);
  }
  if (refund == NULL)
    return;
  if (verdict == SANDBOX_REFUND_NEW) {
    const char *notify_url = get (call, "notifyUrl");

    refund->notify_url = g_strdup (notify_url != NULL ? notify_url : order->notify_url);
    sandbox_refund_later (call->sandbox, refund);
  }
  answer_refund (call, refund);
}

static void
query_refund (Call *call)
{
  SandboxRefund *refund =
      sandbox_refunds_find (call->sandbox->refunds, call->merchant->account, get (call, "orderNo"));

  if (refund == NULL)
    sandbox_aggregator_refuse (call->sandbox, call->merchant, call->reply, "2106", "退款订单不存在");
  else
    answer_refund (call, refund);
}

static const struct {
  const char *path;
  const char *operation;
  const FieldRule *rules;
  const char *out_trade_no;  /* nullable; name of the order's number */
  const char *out_refund_no; /* nullable; name of the refund's number */
  void (*obey) (Call *call);
} routes[] = {
  { "/api/vborder/qrorder/standard/create", "create", create_rules, "orderNo", NULL, create },
  { "/api/vborder/ebank/standard/create", "create", create_rules, "orderNo", NULL, create_ebank },
  { "/api/vborder/order/standard/qrcodeQuery", "query", number_rules, "orderNo", NULL, query },
  { "/api/vborder/order/standard/qrcodeClose", "close", number_rules, "orderNo", NULL, close_order },
  { "/api/vborder/order/standard/refund", "refund", refund_rules, "refOrderNo", "orderNo", make_refund },
  { "/api/vborder/order/standard/refundQuery", "query-refund", number_rules, NULL, "orderNo", query_refund },
};

static gint
find_route (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++) {
    if (g_str_equal (routes[i].path, path))
      return i;
  }
  return -1;
}

gboolean
sandbox_aggregator_is_sealed_call (const char *path)
{
  return find_route (path) >= 0;
}

void
sandbox_aggregator_serve_sealed (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  gint route = find_route (request->path);
  g_autoptr (GHashTable) fields = NULL;
  g_autofree char *issue = NULL;
  Call call = { .sandbox = sandbox, .reply = reply };

  sandbox_reply_set_call (reply, routes[route].operation, NULL);
  fields = sandbox_aggregator_open (sandbox, request, &call.merchant, reply);
  if (fields == NULL)
    return;
  call.fields = fields;
  sandbox_reply_set_numbers (reply,
                             routes[route].out_trade_no != NULL ? get (&call, routes[route].out_trade_no) : NULL,
                             routes[route].out_refund_no != NULL ? get (&call, routes[route].out_refund_no) : NULL,
                             NULL);
  issue = check_fields (fields, call.merchant, routes[route].rules);
  if (issue != NULL) {
    sandbox_aggregator_refuse (sandbox, call.merchant, reply, "1003", "%s", issue);
    return;
  }
  if (!sandbox_begin (sandbox, reply, &call.fault))
    return;
  if (call.fault.kind == SANDBOX_FAULT_SYSTEM_ERROR)
    sandbox_aggregator_refuse (sandbox, call.merchant, reply, "1001", "系统异常");
  else
    routes[route].obey (&call);
}
