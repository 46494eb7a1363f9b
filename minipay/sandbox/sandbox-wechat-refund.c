/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-refund.h"

#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-notify.h"
#include "sandbox-wechat-auth.h"
#include "sandbox-wechat-order.h"
#include "sandbox-wechat-payment.h"
#include "sandbox-wechat-rules.h"
#include "sandbox-wechat-transaction.h"

#define MAX_LISTED 20

#define HOME       SANDBOX_WECHAT_HOME
#define PROVIDER   SANDBOX_WECHAT_PROVIDER
#define DIRECT     SANDBOX_WECHAT_DIRECT
#define ABROAD     SANDBOX_WECHAT_ABROAD
#define FOR_OTHERS SANDBOX_WECHAT_INSTITUTION
#define ALL        SANDBOX_WECHAT_ALL
#define ANY        SANDBOX_WECHAT_ANY
#define TEXT       SANDBOX_WECHAT_TEXT
#define SECRET     SANDBOX_WECHAT_SECRET
#define WHOLE      SANDBOX_WECHAT_WHOLE
#define OBJECT     SANDBOX_WECHAT_OBJECT
#define ARRAY      SANDBOX_WECHAT_ARRAY

/* Section 11 of the V3 reference, section 5 of Global's. */
static const SandboxWechatRule refund_rules[] = {
  { PROVIDER, ANY, "", "sub_mchid", TEXT, 32, TRUE, NULL },
  { DIRECT, ANY, "", "mchid", TEXT, 32, TRUE, NULL },
  { DIRECT, ANY, "", "appid", TEXT, 32, TRUE, NULL },
  { FOR_OTHERS, ANY, "", "sp_mchid", TEXT, 32, TRUE, NULL },
  { FOR_OTHERS, ANY, "", "sub_mchid", TEXT, 32, TRUE, NULL },
  { FOR_OTHERS, ANY, "", "sp_appid", TEXT, 32, TRUE, NULL },
  { FOR_OTHERS, ANY, "", "sub_appid", TEXT, 32, FALSE, NULL },
  { ALL, ANY, "", "transaction_id", TEXT, 32, FALSE, NULL },
  { ALL, ANY, "", "out_trade_no", TEXT, 32, FALSE, NULL },
  { ALL, ANY, "", "out_refund_no", TEXT, 64, TRUE, NULL },
  { ALL, ANY, "", "reason", TEXT, 80, FALSE, NULL },
  { ALL, ANY, "", "notify_url", TEXT, 256, FALSE, NULL },
  { HOME, ANY, "", "funds_account", TEXT, 32, FALSE, "AVAILABLE|UNSETTLED" },
  { ABROAD, ANY, "", "source", TEXT, 64, FALSE, NULL },
  { ALL, ANY, "", "amount", OBJECT, 0, TRUE, NULL },
  { ALL, ANY, "/amount", "refund", WHOLE, 0, TRUE, NULL },
  { ALL, ANY, "/amount", "total", WHOLE, 0, TRUE, NULL },
  { HOME, ANY, "/amount", "currency", TEXT, 16, TRUE, "CNY" },
  { ABROAD, ANY, "/amount", "currency", TEXT, 16, TRUE, NULL },
  { HOME, ANY, "/amount", "from", ARRAY, 0, FALSE, NULL },
  { HOME, ANY, "/amount/from", "account", TEXT, 32, TRUE, "AVAILABLE|UNAVAILABLE" },
  { HOME, ANY, "/amount/from", "amount", WHOLE, 0, TRUE, NULL },
  { HOME, ANY, "", "goods_detail", ARRAY, 0, FALSE, NULL },
  { HOME, ANY, "/goods_detail", "merchant_goods_id", TEXT, 32, TRUE, NULL },
  { HOME, ANY, "/goods_detail", "wechatpay_goods_id", TEXT, 32, FALSE, NULL },
  { HOME, ANY, "/goods_detail", "goods_name", TEXT, 256, FALSE, NULL },
  { HOME, ANY, "/goods_detail", "unit_price", WHOLE, 0, TRUE, NULL },
  { HOME, ANY, "/goods_detail", "refund_amount", WHOLE, 0, TRUE, NULL },
  { HOME, ANY, "/goods_detail", "refund_quantity", WHOLE, 0, TRUE, NULL },
  { 0 },
};

static const SandboxWechatRule abnormal_rules[] = {
  { PROVIDER, ANY, "", "sub_mchid", TEXT, 32, TRUE, NULL },
  { HOME, ANY, "", "out_refund_no", TEXT, 64, TRUE, NULL },
  { HOME, ANY, "", "type", TEXT, 32, TRUE, "USER_BANK_CARD|MERCHANT_BANK_CARD" },
  { HOME, ANY, "", "bank_type", TEXT, 16, FALSE, NULL },
  { HOME, ANY, "", "bank_account", SECRET, 64, FALSE, NULL },
  { HOME, ANY, "", "real_name", SECRET, 64, FALSE, NULL },
  { 0 },
};

static const struct {
  const char *home;
  const char *abroad;
  const char *event;
  const char *summary;
} states[] = {
  [SANDBOX_REFUND_PROCESSING] = { "PROCESSING", "PROCESSING", "REFUND.PROCESSING", "退款处理中" },
  [SANDBOX_REFUND_SUCCESS] = { "SUCCESS", "SUCCESS", "REFUND.SUCCESS", "退款成功" },
  [SANDBOX_REFUND_CLOSED] = { "CLOSED", "REFUNDCLOSE", "REFUND.CLOSED", "退款关闭" },
  [SANDBOX_REFUND_ABNORMAL] = { "ABNORMAL", "ABNORMAL", "REFUND.ABNORMAL", "退款异常" },
};

static const SandboxWechatMode *
mode_of (SandboxRefund *refund)
{
  return sandbox_wechat_mode_of (sandbox_merchant_get (refund->order->account));
}

static const char *
state_of (SandboxRefund *refund)
{
  return mode_of (refund)->converts ? states[refund->state].abroad : states[refund->state].home;
}

static void
add_amount (JsonBuilder *builder, SandboxRefund *refund, SandboxFault fault)
{
  SandboxOrder *order = refund->order;
  gint64 amount = refund->amount + (fault.kind == SANDBOX_FAULT_WRONG_AMOUNT ? 1 : 0);
  const char *currency =
      fault.kind == SANDBOX_FAULT_WRONG_CURRENCY ? sandbox_wechat_lie_about (order->currency) : order->currency;

  json_builder_set_member_name (builder, "amount");
  json_builder_begin_object (builder);
  sandbox_json_add_integer (builder, "total", order->total);
  sandbox_json_add_integer (builder, "refund", amount);
  sandbox_json_add_text (builder, "currency", currency);
  if (mode_of (refund)->converts)
    sandbox_wechat_add_payer_amount (builder, order, "payer_refund", amount, currency);
  else {
    sandbox_json_add_integer (builder, "payer_total", order->total);
    sandbox_json_add_integer (builder, "payer_refund", amount);
    sandbox_json_add_integer (builder, "settlement_refund", amount);
    sandbox_json_add_integer (builder, "settlement_total", order->total);
    sandbox_json_add_integer (builder, "discount_refund", 0);
  }
  json_builder_end_object (builder);
}

static void
add_numbers (JsonBuilder *builder, SandboxRefund *refund, const char *name, SandboxFault fault)
{
  g_autofree char *other = sandbox_random_digits (20);

  sandbox_json_add_text (builder, name, refund->refund_id);
  sandbox_json_add_text (
      builder, "out_refund_no", fault.kind == SANDBOX_FAULT_WRONG_REFUND ? other : refund->out_refund_no);
  sandbox_json_add_text (builder, "transaction_id", refund->order->transaction_id);
  sandbox_json_add_text (
      builder, "out_trade_no", fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : refund->order->out_trade_no);
}

static void
add_times (JsonBuilder *builder, SandboxRefund *refund)
{
  g_autofree char *created = sandbox_time (refund->created_at);
  g_autofree char *ended = refund->ended_at != NULL ? sandbox_time (refund->ended_at) : NULL;

  sandbox_json_add_text (builder, "create_time", created);
  if (refund->state == SANDBOX_REFUND_SUCCESS)
    sandbox_json_add_text (builder, "success_time", ended);
}

static const char *
received_by (SandboxRefund *refund)
{
  const char *account = sandbox_refund_get (refund, "received");

  return account != NULL ? account : "支付用户零钱";
}

/* What a query of the refund tells, and on the mainland the call that made it too. */
static void
add_refund (JsonBuilder *builder, SandboxRefund *refund, SandboxFault fault)
{
  gboolean is_abroad = mode_of (refund)->converts;
  const char *funds = sandbox_refund_get (refund, "funds_account");

  json_builder_begin_object (builder);
  add_numbers (builder, refund, is_abroad ? "id" : "refund_id", fault);
  sandbox_json_add_text (builder, "channel", "ORIGINAL");
  sandbox_json_add_text (builder, is_abroad ? "recv_account" : "user_received_account", received_by (refund));
  add_times (builder, refund);
  sandbox_json_add_text (builder, "status", state_of (refund));
  if (is_abroad)
    sandbox_json_add_text (builder, "fund_source", "REFUND_SOURCE_UNSETTLED_FUNDS");
  else
    sandbox_json_add_text (builder, "funds_account", funds != NULL ? funds : "UNSETTLED");
  add_amount (builder, refund, fault);
  json_builder_end_object (builder);
}

/* Global's answer to a refund says nothing of its state. */
static void
add_accepted (JsonBuilder *builder, SandboxRefund *refund, SandboxFault fault)
{
  g_autofree char *other = sandbox_random_digits (20);
  g_autofree char *created = sandbox_time (refund->created_at);

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "id", refund->refund_id);
  sandbox_json_add_text (
      builder, "out_refund_no", fault.kind == SANDBOX_FAULT_WRONG_REFUND ? other : refund->out_refund_no);
  sandbox_json_add_text (builder, "create_time", created);
  add_amount (builder, refund, fault);
  json_builder_end_object (builder);
}

static void
answer (SandboxWechatCall *call, SandboxRefund *refund, gboolean is_new)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (is_new && call->mode->converts)
    add_accepted (builder, refund, call->fault);
  else
    add_refund (builder, refund, call->fault);
  sandbox_wechat_answer_builder (call, builder);
}

static gboolean
check_values (SandboxWechatCall *call)
{
  const char *notify_url = sandbox_wechat_text (call, "notify_url");
  const char *issue = notify_url != NULL ? sandbox_wechat_check_notify_url (notify_url) : NULL;
  gboolean by_id = json_object_has_member (call->object, "transaction_id");

  if (by_id == json_object_has_member (call->object, "out_trade_no"))
    return sandbox_wechat_blame (call, "/out_trade_no", "or transaction_id is sent, and not both");
  if (!sandbox_wechat_is_number (sandbox_wechat_text (call, "out_refund_no"), 1, 64, "_-|*@"))
    return sandbox_wechat_blame (call, "/out_refund_no", "is not 1 to 64 letters, digits or _-|*@");
  if (issue != NULL)
    return sandbox_wechat_blame (call, "/notify_url", "%s", issue);
  return TRUE;
}

/* The order a refund is of, or NULL with the reply filled. */
static SandboxOrder *
find_order (SandboxWechatCall *call)
{
  const char *transaction_id = sandbox_wechat_text (call, "transaction_id");
  const char *number = sandbox_wechat_text (call, "out_trade_no");
  JsonObject *amount = json_object_get_object_member (call->object, "amount");
  gint64 total = sandbox_json_whole (amount, "total");
  SandboxOrder *order = number != NULL
                            ? sandbox_orders_find (call->sandbox->orders, call->merchant->account, number)
                            : sandbox_wechat_find_paid (call, transaction_id);

  sandbox_reply_set_numbers (
      call->reply, order != NULL ? order->out_trade_no : number, sandbox_wechat_text (call, "out_refund_no"), NULL);
  if (!sandbox_wechat_begin (call))
    return NULL;
  if (order == NULL)
    sandbox_wechat_deny (call, 404, call->mode->converts ? "ORDER_NOT_EXIST" : "RESOURCE_NOT_EXISTS", "订单不存在");
  else if (order->parts != NULL)
    sandbox_wechat_deny (call, 400, "INVALID_REQUEST", "a combined order is refunded part by part");
  else if (order->total != total || !g_str_equal (sandbox_json_text (amount, "currency"), order->currency))
    sandbox_wechat_deny (call, 400, "REFUND_FEE_MISMATCH", "订单金额或币种与原订单不一致");
  else
    return order;
  return NULL;
}

static void
deny (SandboxWechatCall *call, SandboxRefundVerdict verdict)
{
  static const char *const reasons[] = {
    [SANDBOX_REFUND_OTHER] = "out_refund_no is used with other parameters",
    [SANDBOX_REFUND_NOT_PAID] = "订单未支付, 不可退款",
    [SANDBOX_REFUND_TOO_MUCH] = "退款金额大于可退金额",
    [SANDBOX_REFUND_TOO_MANY] = "部分退款次数超限",
  };

  sandbox_wechat_deny (call, 400, "INVALID_REQUEST", reasons[verdict]);
}

void
sandbox_wechat_refund (SandboxWechatCall *call)
{
  g_autofree char *fingerprint = NULL;
  SandboxOrder *order = NULL;
  SandboxRefund *refund = NULL;
  SandboxRefundVerdict verdict = SANDBOX_REFUND_NEW;

  if (!sandbox_wechat_check (call, refund_rules) || !check_values (call))
    return;
  order = find_order (call);
  if (order == NULL)
    return;
  fingerprint = sandbox_json_canonical (call->root);
  refund =
      sandbox_refunds_add (call->sandbox->refunds,
                           order,
                           sandbox_wechat_text (call, "out_refund_no"),
                           sandbox_json_whole (json_object_get_object_member (call->object, "amount"), "refund"),
                           fingerprint,
                           &verdict);
  if (refund == NULL) {
    deny (call, verdict);
    return;
  }
  if (verdict == SANDBOX_REFUND_NEW) {
    refund->reason = g_strdup (sandbox_wechat_text (call, "reason"));
    refund->notify_url = g_strdup (sandbox_wechat_text (call, "notify_url"));
    sandbox_refund_set (refund, "funds_account", sandbox_wechat_text (call, "funds_account"));
    sandbox_refund_later (call->sandbox, refund);
  }
  answer (call, refund, TRUE);
}

/* On the mainland a provider names only the merchant he asks for. */
static gboolean
check_query (SandboxWechatCall *call)
{
  if (call->mode->converts)
    return sandbox_wechat_check_query_parties (call);
  if (g_strcmp0 (sandbox_wechat_param (call, "sub_mchid"), call->merchant->sub_mchid) == 0)
    return TRUE;
  sandbox_wechat_refuse (
      call->reply, 400, "PARAM_ERROR", "query", "sub_mchid", "sub_mchid is not the merchant who was paid");
  return FALSE;
}

void
sandbox_wechat_query_refund (SandboxWechatCall *call)
{
  SandboxRefunds *refunds = call->sandbox->refunds;
  const char *account = call->merchant->account;
  SandboxRefund *refund = call->argument == SANDBOX_WECHAT_BY_TRANSACTION_ID
                              ? sandbox_refunds_find_number (refunds, account, call->number)
                              : sandbox_refunds_find (refunds, account, call->number);

  sandbox_reply_set_numbers (call->reply,
                             refund != NULL ? refund->order->out_trade_no : NULL,
                             refund != NULL ? refund->out_refund_no : call->number,
                             NULL);
  if (!check_query (call) || !sandbox_wechat_begin (call))
    return;
  if (refund == NULL)
    sandbox_wechat_deny (call, 404, "RESOURCE_NOT_EXISTS", "退款单不存在");
  else
    answer (call, refund, FALSE);
}

static gboolean
read_page (SandboxWechatCall *call, const char *name, guint64 fallback, guint64 max, guint64 *value)
{
  const char *text = sandbox_wechat_param (call, name);

  *value = fallback;
  if (text == NULL || g_ascii_string_to_unsigned (text, 10, 0, max, value, NULL))
    return TRUE;
  sandbox_wechat_refuse (
      call->reply, 400, "PARAM_ERROR", "query", name, "%s is no whole number up to %u", name, (guint) max);
  return FALSE;
}

static void
add_page (JsonBuilder *builder, GPtrArray *refunds, guint64 offset, guint64 count, SandboxFault fault)
{
  guint64 end = MIN (offset + count, refunds->len);

  sandbox_json_add_integer (builder, "total_num", refunds->len);
  sandbox_json_add_integer (builder, "current_total_num", end > offset ? end - offset : 0);
  json_builder_set_member_name (builder, "data");
  json_builder_begin_array (builder);
  for (guint64 i = offset; i < end; i++)
    add_refund (builder, g_ptr_array_index (refunds, i), fault);
  json_builder_end_array (builder);
}

/* Every refund of one order, oldest first. */
void
sandbox_wechat_list_refunds (SandboxWechatCall *call)
{
  const char *number = sandbox_wechat_param (call, "out_trade_no");
  const char *transaction_id = sandbox_wechat_param (call, "transaction_id");
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GPtrArray) refunds = NULL;
  SandboxOrder *order = NULL;
  guint64 offset = 0;
  guint64 count = 0;

  if (!sandbox_wechat_check_query_parties (call) || !read_page (call, "offset", 0, 10000, &offset) ||
      !read_page (call, "count", 10, MAX_LISTED, &count))
    return;
  if ((number == NULL) == (transaction_id == NULL)) {
    sandbox_wechat_refuse (
        call->reply, 400, "PARAM_ERROR", "query", "out_trade_no", "out_trade_no or transaction_id is sent");
    return;
  }
  order = number != NULL ? sandbox_orders_find (call->sandbox->orders, call->merchant->account, number)
                         : sandbox_wechat_find_paid (call, transaction_id);
  sandbox_reply_set_numbers (call->reply, order != NULL ? order->out_trade_no : number, NULL, NULL);
  if (!sandbox_wechat_begin (call))
    return;
  if (order == NULL) {
    sandbox_wechat_deny (call, 404, "ORDER_NOT_EXIST", "订单不存在");
    return;
  }
  refunds = sandbox_refunds_of (call->sandbox->refunds, order);
  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "id", order->transaction_id);
  json_builder_set_member_name (builder, "amount");
  json_builder_begin_object (builder);
  sandbox_json_add_integer (builder, "total", order->total);
  sandbox_json_add_integer (builder, "refund", sandbox_refunds_sum (call->sandbox->refunds, order));
  sandbox_json_add_text (builder, "currency", order->currency);
  json_builder_end_object (builder);
  add_page (builder, refunds, offset, count, call->fault);
  json_builder_end_object (builder);
  sandbox_wechat_answer_builder (call, builder);
}

/* A refund the buyer's card would not take goes to another one, or back to the merchant. */
void
sandbox_wechat_abnormal_refund (SandboxWechatCall *call)
{
  SandboxRefund *refund =
      sandbox_refunds_find_number (call->sandbox->refunds, call->merchant->account, call->number);
  gboolean to_user = FALSE;

  sandbox_reply_set_numbers (
      call->reply, NULL, refund != NULL ? refund->out_refund_no : NULL, refund == NULL ? call->number : NULL);
  if (!sandbox_wechat_check (call, abnormal_rules))
    return;
  to_user = g_str_equal (sandbox_wechat_text (call, "type"), "USER_BANK_CARD");
  for (guint i = 0; to_user && i < 3; i++) {
    static const char *const needed[] = { "/bank_type", "/bank_account", "/real_name" };

    if (!json_object_has_member (call->object, needed[i] + 1)) {
      sandbox_wechat_blame (call, needed[i], "is missing, and a user's card needs it");
      return;
    }
  }
  if (!sandbox_wechat_begin (call))
    return;
  if (refund == NULL || !g_str_equal (refund->out_refund_no, sandbox_wechat_text (call, "out_refund_no"))) {
    sandbox_wechat_deny (call, 404, "RESOURCE_NOT_EXISTS", "退款单不存在");
    return;
  }
  if (refund->state != SANDBOX_REFUND_ABNORMAL) {
    sandbox_wechat_deny (call, 400, "INVALID_REQUEST", "退款单状态不是异常");
    return;
  }
  sandbox_refund_set_state (refund, SANDBOX_REFUND_PROCESSING);
  sandbox_refund_set (refund, "received", to_user ? "用户银行卡" : "商户银行卡");
  sandbox_refund_later (call->sandbox, refund);
  answer (call, refund, FALSE);
}

/* The notification of a refund; its plaintext names the state otherwise than a query does. */
char *
sandbox_wechat_make_refund_event (Sandbox *sandbox, SandboxRefund *refund, SandboxFault fault)
{
  SandboxOrder *order = refund->order;
  gboolean is_abroad = mode_of (refund)->converts;
  const SandboxWechatMode *mode = mode_of (refund);
  const char *mchid = fault.kind == SANDBOX_FAULT_WRONG_MCHID ? SANDBOX_WECHAT_WRONG_MCHID : order->mchid;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *plaintext = NULL;

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, mode->mchid, mchid);
  if (order->sub_mchid != NULL)
    sandbox_json_add_text (builder,
                           "sub_mchid",
                           fault.kind == SANDBOX_FAULT_WRONG_SUB_MCHID ? SANDBOX_WECHAT_WRONG_MCHID
                                                                       : order->sub_mchid);
  add_numbers (builder, refund, "refund_id", fault);
  sandbox_json_add_text (builder, "refund_status", state_of (refund));
  if (refund->state == SANDBOX_REFUND_SUCCESS) {
    g_autofree char *ended = sandbox_time (refund->ended_at);

    sandbox_json_add_text (builder, "success_time", ended);
  }
  sandbox_json_add_text (builder, is_abroad ? "recv_account" : "user_received_account", received_by (refund));
  if (is_abroad)
    sandbox_json_add_text (builder, "fund_source", "REFUND_SOURCE_UNSETTLED_FUNDS");
  add_amount (builder, refund, fault);
  json_builder_end_object (builder);
  plaintext = sandbox_json_write (builder);
  return sandbox_wechat_seal_event (
      sandbox, states[refund->state].event, states[refund->state].summary, "refund", refund->ended_at, plaintext);
}
