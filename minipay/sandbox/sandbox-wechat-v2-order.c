/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-v2-order.h"

#include "sandbox-crypto.h"
#include "sandbox-notify.h"
#include "sandbox-wechat-transaction.h"
#include "sandbox-wechat-v2-books.h"
#include "sandbox-wechat-v2-rules.h"

/* A buyer with two coupons pays the orders of this goods_tag. */
#define COUPON_TAG  "COUPON"
#define COUPON_FEN  1
#define MIN_COUPONS 3 /* fen an order needs for both, and something to pay beside them */

/* What a repeat of an order may leave out. */
static const char *const times[] = { "time_start", "time_expire", NULL };

/* What keeps a number from being ordered again, with its code, or NULL. */
static const char *
check_repeat (SandboxV2Call *call, SandboxOrder *order, const char **code)
{
  g_autofree char *fingerprint = sandbox_v2_make_fingerprint (call->fields, times);

  *code = "ORDERPAID";
  if (order->paid_at != NULL && order->reversed_at == NULL)
    return "该订单已支付";
  *code = "OUT_TRADE_NO_USED";
  if (!g_str_equal (order->fingerprint, fingerprint))
    return "商户订单号重复";
  *code = "INVALID_REQUEST";
  for (guint i = 0; times[i] != NULL; i++) {
    const char *time = sandbox_v2_get (call, times[i]);

    if (time != NULL && g_strcmp0 (time, sandbox_order_get (order, times[i])) != 0)
      return "参数错误: a time is only given with the first call of an order";
  }
  *code = "ORDERREVERSED";
  if (order->reversed_at != NULL)
    return "当前订单已经被撤销";
  *code = "ORDERCLOSED";
  return sandbox_order_is_closed (order) ? "该订单已关闭" : NULL;
}

/* Whether an order may be made, or @known be repeated; refuses otherwise. */
gboolean
sandbox_v2_may_add (SandboxV2Call *call, SandboxOrder *known)
{
  const char *code = NULL;
  const char *issue = known != NULL ? check_repeat (call, known, &code) : NULL;

  if (issue != NULL)
    sandbox_v2_refuse (call, code, "%s", issue);
  else if (known == NULL && sandbox_orders_is_full (call->sandbox->orders))
    sandbox_v2_refuse (call, "FREQUENCY_LIMITED", "the sandbox holds no more orders");
  else
    return TRUE;
  return FALSE;
}

SandboxOrder *
sandbox_v2_add_order (SandboxV2Call *call, const char *trade_type)
{
  const SandboxMerchant *merchant = call->merchant;
  SandboxOrder *order = sandbox_orders_add (
      call->sandbox->orders, merchant->gateway, merchant->account, sandbox_v2_get (call, "out_trade_no"));
  static const char *const kept[] = { "sub_openid", "goods_tag",   "profit_sharing", "contract_id",
                                      "time_start", "time_expire", "device_info" };
  const char *expire = sandbox_v2_get (call, "time_expire");

  order->mchid = merchant->mchid;
  order->appid = g_strdup (merchant->appid);
  order->sub_mchid = g_strdup (merchant->sub_mchid);
  order->sub_appid = g_strdup (sandbox_v2_get (call, "sub_appid"));
  order->payer = g_strdup (sandbox_v2_get (call, "openid"));
  order->notify_url = g_strdup (sandbox_v2_get (call, "notify_url"));
  order->attach = g_strdup (sandbox_v2_get (call, "attach"));
  order->fingerprint = sandbox_v2_make_fingerprint (call->fields, times);
  order->handle = sandbox_wechat_make_prepay_id ();
  order->trade_type = g_strdup (trade_type);
  order->total = sandbox_v2_get_fen (call, "total_fee");
  order->expires_at = expire != NULL ? sandbox_v2_time (expire) : NULL;
  sandbox_order_set (order, "description", sandbox_v2_get (call, "body"));
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    sandbox_order_set (order, kept[i], sandbox_v2_get (call, kept[i]));
  sandbox_v2_books_note_order (call->sandbox->v2, order);
  if (order->payer == NULL)
    order->payer = g_strdup ("oUpF8uN95-Ptaags6E_roPHg7AG0");
  return order;
}

/* What a trade_type needs beside the members of all, or NULL. */
static const char *
find_missing (SandboxV2Call *call, const char *trade_type)
{
  if (g_str_equal (trade_type, "JSAPI") && sandbox_v2_get (call, "openid") == NULL &&
      sandbox_v2_get (call, "sub_openid") == NULL)
    return "openid";
  if (g_str_equal (trade_type, "NATIVE") && sandbox_v2_get (call, "product_id") == NULL)
    return "product_id";
  return g_str_equal (trade_type, "MWEB") && sandbox_v2_get (call, "scene_info") == NULL ? "scene_info" : NULL;
}

static void
answer_order (SandboxV2Call *call, SandboxOrder *order)
{
  g_autoptr (GHashTable) fields = sandbox_v2_answer_new (call->merchant, call->fault);
  g_autofree char *code_url = g_strdup_printf ("weixin://wxpay/bizpayurl?pr=%.10s", order->handle + 16);
  g_autofree char *mweb_url = g_strdup_printf (
      "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=%s&package=1", order->handle);

  sandbox_v2_put (fields, "trade_type", order->trade_type);
  sandbox_v2_put (fields, "prepay_id", order->handle);
  if (g_str_equal (order->trade_type, "NATIVE"))
    sandbox_v2_put (fields, "code_url", code_url);
  if (g_str_equal (order->trade_type, "MWEB"))
    sandbox_v2_put (fields, "mweb_url", mweb_url);
  sandbox_v2_answer (call, fields);
}

void
sandbox_v2_create (SandboxV2Call *call)
{
  const char *trade_type = sandbox_v2_get (call, "trade_type");
  const char *missing = find_missing (call, trade_type);
  SandboxOrder *order =
      sandbox_orders_find (call->sandbox->orders, call->merchant->account, sandbox_v2_get (call, "out_trade_no"));

  if (missing != NULL) {
    sandbox_v2_refuse (call, "LACK_PARAMS", "缺少参数: %s", missing);
    return;
  }
  if (sandbox_v2_get (call, "sub_openid") != NULL && sandbox_v2_get (call, "sub_appid") == NULL) {
    sandbox_v2_refuse (call, "LACK_PARAMS", "缺少参数: sub_appid");
    return;
  }
  if (!sandbox_v2_may_add (call, order))
    return;
  if (order == NULL) {
    order = sandbox_v2_add_order (call, trade_type);
    sandbox_pay_later (call->sandbox, order);
  }
  answer_order (call, order);
}

static void
put_coupons (GHashTable *fields, SandboxOrder *order)
{
  gint64 coupons = 2 * COUPON_FEN;

  if (g_strcmp0 (sandbox_order_get (order, "goods_tag"), COUPON_TAG) != 0 || order->total < MIN_COUPONS)
    return;
  sandbox_v2_put_fen (fields, "cash_fee", order->total - coupons);
  sandbox_v2_put_fen (fields, "settlement_total_fee", order->total - COUPON_FEN);
  sandbox_v2_put_fen (fields, "coupon_fee", coupons);
  sandbox_v2_put (fields, "coupon_count", "2");
  sandbox_v2_put (fields, "coupon_type_0", "CASH");
  sandbox_v2_put (fields, "coupon_id_0", "10000");
  sandbox_v2_put_fen (fields, "coupon_fee_0", COUPON_FEN);
  sandbox_v2_put (fields, "coupon_type_1", "NO_CASH");
  sandbox_v2_put (fields, "coupon_id_1", "10001");
  sandbox_v2_put_fen (fields, "coupon_fee_1", COUPON_FEN);
}

static void
put_paid (GHashTable *fields, SandboxOrder *order, SandboxFault fault)
{
  gint64 total = order->total + (fault.kind == SANDBOX_FAULT_WRONG_AMOUNT ? 1 : 0);
  g_autofree char *time_end = g_date_time_format (order->paid_at, "%Y%m%d%H%M%S");

  sandbox_v2_put (fields, "openid", order->payer);
  sandbox_v2_put (fields, "is_subscribe", "N");
  sandbox_v2_put (fields, "sub_openid", sandbox_order_get (order, "sub_openid"));
  sandbox_v2_put (fields, "device_info", sandbox_order_get (order, "device_info"));
  sandbox_v2_put (fields, "contract_id", sandbox_order_get (order, "contract_id"));
  sandbox_v2_put (fields, "trade_type", order->trade_type);
  sandbox_v2_put (fields, "bank_type", "OTHERS");
  sandbox_v2_put_fen (fields, "total_fee", total);
  sandbox_v2_put (fields, "fee_type", fault.kind == SANDBOX_FAULT_WRONG_CURRENCY ? "USD" : "CNY");
  sandbox_v2_put_fen (fields, "cash_fee", total);
  sandbox_v2_put (fields, "transaction_id", order->transaction_id);
  sandbox_v2_put (fields, "time_end", time_end);
  put_coupons (fields, order);
}

/* What the answers to a query and to a code payment and a notification say of an order. */
GHashTable *
sandbox_v2_make_transaction (const SandboxMerchant *merchant, SandboxOrder *order, SandboxFault fault)
{
  GHashTable *fields = sandbox_v2_answer_new (merchant, fault);
  g_autofree char *other = sandbox_random_digits (20);

  sandbox_v2_put (fields, "out_trade_no", fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : order->out_trade_no);
  sandbox_v2_put (fields, "attach", order->attach);
  if (order->paid_at != NULL && order->reversed_at == NULL)
    put_paid (fields, order, fault);
  return fields;
}

static void
answer_charge (SandboxV2Call *call, SandboxOrder *order)
{
  g_autoptr (GHashTable) fields = NULL;

  if (order->paid_at != NULL) {
    fields = sandbox_v2_make_transaction (call->merchant, order, call->fault);
    sandbox_v2_answer (call, fields);
  } else if (order->charge == SANDBOX_CHARGE_NO_MONEY)
    sandbox_v2_refuse (call, "NOTENOUGH", "余额不足");
  else if (order->charge == SANDBOX_CHARGE_EXPIRED)
    sandbox_v2_refuse (call, "AUTHCODEEXPIRE", "二维码已过期，请用户在微信上刷新后再试");
  else
    sandbox_v2_refuse (call, "USERPAYING", "需要用户输入支付密码");
}

void
sandbox_v2_micropay (SandboxV2Call *call)
{
  SandboxOrder *order =
      sandbox_orders_find (call->sandbox->orders, call->merchant->account, sandbox_v2_get (call, "out_trade_no"));

  if (!sandbox_v2_may_add (call, order))
    return;
  if (order == NULL) {
    order = sandbox_v2_add_order (call, "MICROPAY");
    order->charge = sandbox_charge_of (sandbox_v2_get (call, "auth_code"));
    if (order->charge == SANDBOX_CHARGE_PAID)
      order->paid_at = sandbox_now ();
    else if (order->charge == SANDBOX_CHARGE_WAITS)
      sandbox_pay_later (call->sandbox, order);
    else if (order->charge != SANDBOX_CHARGE_NEVER)
      order->failed_at = sandbox_now ();
  }
  answer_charge (call, order);
}

SandboxOrder *
sandbox_v2_find_order (const SandboxV2Call *call)
{
  const char *transaction_id = sandbox_v2_get (call, "transaction_id");
  const char *number = sandbox_v2_get (call, "out_trade_no");
  const char *account = call->merchant->account;
  SandboxOrder *order = NULL;

  if (transaction_id == NULL)
    return number != NULL ? sandbox_orders_find (call->sandbox->orders, account, number) : NULL;
  order = sandbox_orders_find_number (call->sandbox->orders, account, transaction_id);
  /* the gateway's number exists for a buyer's payment, not for an order */
  return order != NULL && order->paid_at != NULL && g_str_equal (order->transaction_id, transaction_id) ? order
                                                                                                        : NULL;
}

static const char *
get_state (Sandbox *sandbox, SandboxOrder *order, const char **description)
{
  g_autoptr (GPtrArray) refunds = sandbox_refunds_of (sandbox->refunds, order);
  gboolean is_transit = g_str_equal (order->gateway, SANDBOX_TRANSIT_V2);

  *description = "订单已撤销";
  if (order->reversed_at != NULL)
    return "REVOKED";
  *description = refunds->len > 0 ? "订单发生过退款" : "支付成功";
  if (order->paid_at != NULL)
    return refunds->len > 0 ? "REFUND" : "SUCCESS";
  *description = order->failure != NULL ? order->failure : "支付失败";
  if (order->failed_at != NULL)
    return "PAYERROR";
  *description = "用户支付中";
  if (sandbox_order_is_waiting (order))
    return "USERPAYING";
  *description = "订单已关闭";
  if (sandbox_order_is_closed (order))
    return "CLOSED";
  *description = is_transit ? "已接收，等待扣款" : "订单未支付";
  return is_transit ? "ACCEPT" : "NOTPAY";
}

void
sandbox_v2_query (SandboxV2Call *call)
{
  SandboxOrder *order = sandbox_v2_find_order (call);
  g_autoptr (GHashTable) fields = NULL;
  const char *description = NULL;

  if (order == NULL) {
    sandbox_v2_refuse (call, "ORDERNOTEXIST", "此交易订单号不存在");
    return;
  }
  fields = sandbox_v2_make_transaction (call->merchant, order, call->fault);
  sandbox_v2_put (fields, "trade_state", get_state (call->sandbox, order, &description));
  sandbox_v2_put (fields, "trade_state_desc", description);
  sandbox_v2_answer (call, fields);
}

void
sandbox_v2_close (SandboxV2Call *call)
{
  SandboxOrder *order = sandbox_v2_find_order (call);
  g_autoptr (GHashTable) fields = NULL;

  if (order == NULL)
    sandbox_v2_refuse (call, "ORDERNOTEXIST", "订单不存在");
  else if (order->paid_at != NULL)
    sandbox_v2_refuse (call, "ORDERPAID", "订单已支付，不能发起关单");
  else if (sandbox_order_is_closed (order))
    sandbox_v2_refuse (call, "ORDERCLOSED", "订单已关闭");
  else if (order->charge != SANDBOX_CHARGE_NONE || g_str_equal (order->gateway, SANDBOX_TRANSIT_V2))
    sandbox_v2_refuse (call, "TRADE_STATE_ERROR", "订单状态错误: %s is not closed", order->trade_type);
  else if (sandbox_v2_books_is_young (call->sandbox->v2, order))
    sandbox_v2_refuse (call, "TRADE_STATE_ERROR", "订单状态错误: less than five minutes old");
  else {
    order->closed_at = sandbox_now ();
    fields = sandbox_v2_answer_new (call->merchant, call->fault);
    sandbox_v2_put (fields, "result_msg", "OK");
    sandbox_v2_answer (call, fields);
  }
}

/* A gateway that asks for the call again has taken nothing back yet. */
void
sandbox_v2_reverse (SandboxV2Call *call)
{
  SandboxOrder *order = sandbox_v2_find_order (call);
  g_autoptr (GPtrArray) refunds = order != NULL ? sandbox_refunds_of (call->sandbox->refunds, order) : NULL;
  gboolean is_asked_again = sandbox_v2_lies (call, SANDBOX_FAULT_PROCESSING);
  g_autoptr (GHashTable) fields = NULL;

  if (order == NULL)
    sandbox_v2_refuse (call, "ORDERNOTEXIST", "订单不存在");
  else if (order->charge == SANDBOX_CHARGE_NONE)
    sandbox_v2_refuse (call, "INVALID_REQUEST", "无效请求: only a code payment is reversed");
  else if (refunds->len > 0)
    sandbox_v2_refuse (call, "TRADE_ERROR", "交易错误: the order has refunds");
  else {
    if (order->reversed_at == NULL && !is_asked_again)
      order->reversed_at = sandbox_now ();
    fields = sandbox_v2_answer_new (call->merchant, call->fault);
    sandbox_v2_put (fields, "recall", is_asked_again ? "Y" : "N");
    sandbox_v2_answer (call, fields);
  }
}
