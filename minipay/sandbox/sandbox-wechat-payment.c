/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-payment.h"

#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-notify.h"
#include "sandbox-wechat-order.h"
#include "sandbox-wechat-rules.h"
#include "sandbox-wechat-transaction.h"

static const SandboxWechatRule party_rules[] = {
  { SANDBOX_WECHAT_OWN, SANDBOX_WECHAT_ANY, "", "mchid", SANDBOX_WECHAT_TEXT, 32, TRUE, NULL },
  { SANDBOX_WECHAT_FOR_OTHERS, SANDBOX_WECHAT_ANY, "", "sp_mchid", SANDBOX_WECHAT_TEXT, 32, TRUE, NULL },
  { SANDBOX_WECHAT_FOR_OTHERS, SANDBOX_WECHAT_ANY, "", "sub_mchid", SANDBOX_WECHAT_TEXT, 32, TRUE, NULL },
  { 0 },
};

static void
set_payer (SandboxWechatCall *call, SandboxOrder *order)
{
  const SandboxWechatMode *mode = call->mode;
  JsonObject *payer =
      call->argument == SANDBOX_WECHAT_JSAPI ? json_object_get_object_member (call->object, "payer") : NULL;
  const char *openid =
      payer == NULL || json_object_has_member (payer, mode->openids[0]) ? mode->openids[0] : mode->openids[1];

  /* whoever scans, opens a page or shows a code is somebody the gateway comes to know */
  order->payer = g_strdup (payer != NULL ? sandbox_json_text (payer, openid) : "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o");
  sandbox_order_set (order, "openid", openid);
}

static SandboxOrder *
add_order (SandboxWechatCall *call, char *fingerprint)
{
  const SandboxMerchant *merchant = call->merchant;
  SandboxOrder *order = sandbox_orders_add (
      call->sandbox->orders, merchant->gateway, merchant->account, sandbox_wechat_text (call, "out_trade_no"));
  JsonObject *amount = json_object_get_object_member (call->object, "amount");
  JsonObject *settle = json_object_has_member (call->object, "settle_info")
                           ? json_object_get_object_member (call->object, "settle_info")
                           : NULL;
  const char *currency = sandbox_json_text (amount, "currency");
  const char *expire = sandbox_wechat_text (call, "time_expire");

  order->mchid = merchant->mchid;
  order->appid = g_strdup (merchant->appid);
  order->sub_mchid = g_strdup (merchant->sub_mchid);
  order->sub_appid =
      call->mode->sub_appid != NULL ? g_strdup (sandbox_wechat_text (call, call->mode->sub_appid)) : NULL;
  set_payer (call, order);
  order->trade_type = g_strdup (sandbox_wechat_trade_type (call->argument));
  order->notify_url = g_strdup (sandbox_wechat_text (call, "notify_url"));
  order->attach = g_strdup (sandbox_wechat_text (call, "attach"));
  order->fingerprint = fingerprint;
  sandbox_json_integer (json_object_get_member (amount, "total"), &order->total);
  order->currency = currency != NULL ? g_intern_string (currency) : "CNY";
  order->expires_at = expire != NULL ? g_date_time_new_from_iso8601 (expire, NULL) : NULL;
  sandbox_order_set (order, "description", sandbox_wechat_text (call, "description"));
  if (settle != NULL && json_object_get_boolean_member_with_default (settle, "profit_sharing", FALSE))
    sandbox_order_set (order, "profit_sharing", "true");
  return order;
}

/* Whether the books let the order of this number be placed (again); FALSE with the reply filled. */
static gboolean
check_books (SandboxWechatCall *call, SandboxOrder *order, const char *fingerprint)
{
  if (order == NULL && sandbox_orders_is_full (call->sandbox->orders))
    sandbox_wechat_deny (call, 429, "RATELIMIT_EXCEEDED", "the sandbox holds no more orders");
  else if (order == NULL)
    return TRUE;
  else if (order->paid_at != NULL && order->charge == SANDBOX_CHARGE_NONE)
    sandbox_wechat_deny (call, 400, "ORDERPAID", "the order is paid");
  else if (g_strcmp0 (order->fingerprint, fingerprint) != 0)
    sandbox_wechat_deny (call, 403, "OUT_TRADE_NO_USED", "out_trade_no is used with other parameters");
  else if (sandbox_order_is_closed (order))
    sandbox_wechat_deny (call, 400, "ORDER_CLOSED", "the order is closed");
  else
    return TRUE;
  return FALSE;
}

/* The order of the call, new or known, or NULL with the reply filled. */
static SandboxOrder *
place (SandboxWechatCall *call)
{
  const char *number = NULL;
  g_autofree char *fingerprint = NULL;
  g_autofree char *canonical = NULL;
  SandboxOrder *order = NULL;

  if (!sandbox_wechat_order_check (call))
    return NULL;
  number = sandbox_wechat_text (call, "out_trade_no");
  sandbox_reply_set_numbers (call->reply, number, NULL, NULL);
  if (!sandbox_wechat_begin (call))
    return NULL;
  order = sandbox_orders_find (call->sandbox->orders, call->merchant->account, number);
  canonical = sandbox_json_canonical (call->root);
  fingerprint = g_strconcat (sandbox_wechat_trade_type (call->argument), canonical, NULL);
  if (!check_books (call, order, fingerprint))
    return NULL;
  return order != NULL ? order : add_order (call, g_steal_pointer (&fingerprint));
}

static char *
make_handle (SandboxWechatCall *call, const char *prepay_id)
{
  const char *endpoint = call->sandbox->endpoint;

  switch (call->argument) {
  case SANDBOX_WECHAT_NATIVE:
    return g_strdup_printf ("{\"code_url\":\"weixin://wxpay/bizpayurl?pr=%s\"}", prepay_id + 16);
  case SANDBOX_WECHAT_H5:
    return g_strdup_printf ("{\"%s\":\"%s/sandbox/h5?prepay_id=%s&package=%s\"}",
                            call->mode->converts ? "mweb_url" : "h5_url",
                            endpoint,
                            prepay_id,
                            prepay_id + 16);
  default:
    return g_strdup_printf ("{\"prepay_id\":\"%s\"}", prepay_id);
  }
}

/* Answers with what opens the order's cashier, anew on every call. */
void
sandbox_wechat_answer_handle (SandboxWechatCall *call, SandboxOrder *order)
{
  g_autofree char *text = NULL;

  g_free (order->handle);
  order->handle = sandbox_wechat_make_prepay_id ();
  text = make_handle (call, order->handle);
  sandbox_wechat_answer (call, 200, text);
}

/* An order that the buyer pays in a cashier of his own. */
void
sandbox_wechat_create (SandboxWechatCall *call)
{
  SandboxOrder *order = place (call);

  if (order == NULL)
    return;
  if (order->handle == NULL)
    sandbox_pay_later (call->sandbox, order);
  sandbox_wechat_answer_handle (call, order);
}

/* An order that is charged to the code the buyer shows; which of the codes pay is sandbox_charge_of()'s rule. */
void
sandbox_wechat_micropay (SandboxWechatCall *call)
{
  SandboxOrder *order = place (call);
  JsonObject *payer = NULL;
  g_autofree char *text = NULL;

  if (order == NULL)
    return;
  payer = json_object_get_object_member (call->object, "payer");
  if (order->charge == SANDBOX_CHARGE_NONE) {
    order->charge = sandbox_charge_of (sandbox_json_text (payer, "auth_code"));
    if (order->charge == SANDBOX_CHARGE_PAID)
      order->paid_at = sandbox_now ();
    else if (order->charge == SANDBOX_CHARGE_NO_MONEY || order->charge == SANDBOX_CHARGE_EXPIRED)
      order->failed_at = sandbox_now ();
    else
      sandbox_pay_later (call->sandbox, order);
  }

  if (order->paid_at != NULL) {
    text = sandbox_wechat_make_transaction (call->sandbox, order, call->fault);
    sandbox_wechat_answer (call, 200, text);
  } else if (order->charge == SANDBOX_CHARGE_NO_MONEY)
    sandbox_wechat_deny (call, 403, "NOT_ENOUGH", "余额不足");
  else if (order->charge == SANDBOX_CHARGE_EXPIRED)
    sandbox_wechat_deny (call, 400, "INVALID_REQUEST", "二维码已过期");
  else
    sandbox_wechat_answer (call, 202, "{\"code\":\"USER_PAYING\",\"message\":\"需要用户输入支付密码\"}");
}

/* The order that the route's number means, or NULL. */
static SandboxOrder *
find_order (SandboxWechatCall *call)
{
  SandboxOrder *order = call->argument == SANDBOX_WECHAT_BY_TRANSACTION_ID
                            ? sandbox_wechat_find_paid (call, call->number)
                            : sandbox_orders_find (call->sandbox->orders, call->merchant->account, call->number);

  if (call->argument == SANDBOX_WECHAT_BY_OUT_TRADE_NO)
    sandbox_reply_set_numbers (call->reply, call->number, NULL, NULL);
  else if (order != NULL)
    sandbox_reply_set_numbers (call->reply, order->out_trade_no, NULL, NULL);
  return order;
}

void
sandbox_wechat_query (SandboxWechatCall *call)
{
  SandboxOrder *order = find_order (call);
  g_autofree char *text = NULL;

  if (!sandbox_wechat_check_query_parties (call) || !sandbox_wechat_begin (call))
    return;
  if (order == NULL) {
    sandbox_wechat_deny (call, 404, "ORDER_NOT_EXIST", "the order does not exist");
    return;
  }
  text = sandbox_wechat_make_transaction (call->sandbox, order, call->fault);
  sandbox_wechat_answer (call, 200, text);
}

/* The body of a call about an existing order says only whose it is. */
static SandboxOrder *
find_own_order (SandboxWechatCall *call)
{
  SandboxOrder *order = find_order (call);
  guint argument = call->argument;
  gboolean is_well_formed = FALSE;

  call->argument = 0;
  is_well_formed = sandbox_wechat_check (call, party_rules);
  call->argument = argument;
  if (!is_well_formed || !sandbox_wechat_begin (call))
    return NULL;
  if (order == NULL)
    sandbox_wechat_deny (call, 404, "ORDER_NOT_EXIST", "the order does not exist");
  return order;
}

void
sandbox_wechat_close (SandboxWechatCall *call)
{
  SandboxOrder *order = find_own_order (call);

  if (order == NULL)
    return;
  if (order->paid_at != NULL) {
    sandbox_wechat_deny (call, 400, "ORDERPAID", "the order is paid");
    return;
  }
  if (order->whole != NULL || order->parts != NULL) {
    sandbox_wechat_deny (call, 400, "INVALID_REQUEST", "a combined order is closed as a whole");
    return;
  }
  if (order->closed_at == NULL)
    order->closed_at = sandbox_now ();
  sandbox_wechat_answer (call, 204, NULL);
}

/* Takes a code payment back, whatever has become of it. */
void
sandbox_wechat_reverse (SandboxWechatCall *call)
{
  SandboxOrder *order = find_own_order (call);

  if (order == NULL)
    return;
  if (order->charge == SANDBOX_CHARGE_NONE) {
    sandbox_wechat_deny (call, 400, "INVALID_REQUEST", "the order is no code payment");
    return;
  }
  if (order->reversed_at == NULL)
    order->reversed_at = sandbox_now ();
  sandbox_wechat_answer (call, 204, NULL);
}
