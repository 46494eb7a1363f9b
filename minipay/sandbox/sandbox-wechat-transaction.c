/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-transaction.h"

#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-wechat-mode.h"

#define BUYER_CURRENCY "CNY"
#define RATE           92000000 /* the buyer's money for 10^8 of the order's */
#define RATE_SCALE     100000000

char *
sandbox_wechat_make_prepay_id (void)
{
  g_autoptr (GDateTime) now = sandbox_now ();
  g_autofree char *time = g_date_time_format (now, "%Y%m%d%H%M%S");
  g_autofree char *hex = sandbox_random_hex (16);
  g_autofree char *lower = g_ascii_strdown (hex, -1);

  return g_strdup_printf ("wx%s%s0000", time, lower);
}

void
sandbox_wechat_add_sealed (JsonBuilder *builder, Sandbox *sandbox, const char *associated_data, const char *text)
{
  g_autofree char *nonce = sandbox_random_text (12);
  g_autofree char *ciphertext = sandbox_seal (sandbox->config->api_v3_key, nonce, associated_data, text);

  sandbox_json_add_text (builder, "algorithm", "AEAD_AES_256_GCM");
  sandbox_json_add_text (builder, "ciphertext", ciphertext);
  sandbox_json_add_text (builder, "associated_data", associated_data);
  sandbox_json_add_text (builder, "nonce", nonce);
}

/* Who was paid, by the names of his mode. */
void
sandbox_wechat_add_parties (JsonBuilder *builder, SandboxOrder *order, SandboxFault fault)
{
  const SandboxWechatMode *mode = sandbox_wechat_mode_of (sandbox_merchant_get (order->account));
  const char *sub_mchid =
      fault.kind == SANDBOX_FAULT_WRONG_SUB_MCHID ? SANDBOX_WECHAT_WRONG_MCHID : order->sub_mchid;
  const char *sub_appid =
      fault.kind == SANDBOX_FAULT_WRONG_SUB_APPID ? SANDBOX_WECHAT_WRONG_APPID : order->sub_appid;

  sandbox_json_add_text (
      builder, mode->mchid, fault.kind == SANDBOX_FAULT_WRONG_MCHID ? SANDBOX_WECHAT_WRONG_MCHID : order->mchid);
  sandbox_json_add_text (
      builder, mode->appid, fault.kind == SANDBOX_FAULT_WRONG_APPID ? SANDBOX_WECHAT_WRONG_APPID : order->appid);
  if (sub_mchid != NULL)
    sandbox_json_add_text (builder, "sub_mchid", sub_mchid);
  if (sub_appid != NULL)
    sandbox_json_add_text (builder, "sub_appid", sub_appid);
}

/* The amount in the buyer's own money, rounded down but never to nothing. */
static gint64
convert (gint64 total)
{
  gint64 whole = total / RATE_SCALE * RATE;
  gint64 rest = total % RATE_SCALE * RATE / RATE_SCALE;

  return MAX (whole + rest, 1);
}

static void
add_rate (JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "exchange_rate");
  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "type", "SETTLEMENT_RATE");
  sandbox_json_add_integer (builder, "rate", RATE);
  json_builder_end_object (builder);
}

const char *
sandbox_wechat_lie_about (const char *currency)
{
  return g_str_equal (currency, "USD") ? "EUR" : "USD";
}

/* The same amount as the buyer saw it, in a currency of his own when the gateway converts. */
void
sandbox_wechat_add_payer_amount (
    JsonBuilder *builder, SandboxOrder *order, const char *name, gint64 amount, const char *currency)
{
  const SandboxWechatMode *mode = sandbox_wechat_mode_of (sandbox_merchant_get (order->account));
  gboolean converts = mode->converts && !g_str_equal (order->currency, BUYER_CURRENCY);

  sandbox_json_add_integer (builder, name, converts ? convert (amount) : amount);
  sandbox_json_add_text (builder, "payer_currency", converts ? BUYER_CURRENCY : currency);
  if (converts)
    add_rate (builder);
}

static void
add_amount (JsonBuilder *builder, const SandboxWechatMode *mode, SandboxOrder *order, SandboxFault fault)
{
  gint64 total = order->total + (fault.kind == SANDBOX_FAULT_WRONG_AMOUNT ? 1 : 0);
  const char *currency =
      fault.kind == SANDBOX_FAULT_WRONG_CURRENCY ? sandbox_wechat_lie_about (order->currency) : order->currency;

  json_builder_set_member_name (builder, "amount");
  json_builder_begin_object (builder);
  sandbox_json_add_integer (builder, "total", total);
  sandbox_json_add_text (builder, "currency", currency);
  if (order->paid_at != NULL)
    sandbox_wechat_add_payer_amount (builder, order, "payer_total", total, currency);
  else if (!mode->converts)
    sandbox_json_add_text (builder, "payer_currency", currency);
  json_builder_end_object (builder);
}

static void
add_paid (JsonBuilder *builder, const SandboxWechatMode *mode, SandboxOrder *order)
{
  g_autofree char *time = sandbox_time (order->paid_at);

  sandbox_json_add_text (builder, mode->transaction_id, order->transaction_id);
  sandbox_json_add_text (builder, "trade_type", order->trade_type);
  sandbox_json_add_text (builder, "bank_type", "OTHERS");
  sandbox_json_add_text (builder, "success_time", time);
  json_builder_set_member_name (builder, "payer");
  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, sandbox_order_get (order, "openid"), order->payer);
  json_builder_end_object (builder);
}

static const struct {
  const char *state;
  const char *description;
} states[] = {
  { "SUCCESS", "支付成功" },  { "REFUND", "转入退款" },       { "REVOKED", "已撤销" },
  { "PAYERROR", "支付失败" }, { "USERPAYING", "用户支付中" }, { "CLOSED", "订单已关闭" },
  { "NOTPAY", "订单未支付" },
};

static guint
find_state (Sandbox *sandbox, SandboxOrder *order)
{
  if (order->reversed_at != NULL)
    return 2;
  if (order->paid_at != NULL)
    return sandbox_refunds_sum (sandbox->refunds, order) > 0 ? 1 : 0;
  if (order->failed_at != NULL)
    return 3;
  if (sandbox_order_is_waiting (order))
    return 4;
  return sandbox_order_is_closed (order) ? 5 : 6;
}

static char *
make_text (SandboxOrder *order, guint state, SandboxFault fault)
{
  const SandboxWechatMode *mode = sandbox_wechat_mode_of (sandbox_merchant_get (order->account));
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *other = sandbox_random_digits (20);

  json_builder_begin_object (builder);
  sandbox_wechat_add_parties (builder, order, fault);
  sandbox_json_add_text (
      builder, "out_trade_no", fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : order->out_trade_no);
  sandbox_json_add_text (builder, "trade_state", states[state].state);
  sandbox_json_add_text (builder, "trade_state_desc", states[state].description);
  if (order->attach != NULL)
    sandbox_json_add_text (builder, "attach", order->attach);
  if (order->paid_at != NULL)
    add_paid (builder, mode, order);
  add_amount (builder, mode, order, fault);
  json_builder_end_object (builder);
  return sandbox_json_write (builder);
}

/* The text of a query's answer. */
char *
sandbox_wechat_make_transaction (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  return make_text (order, find_state (sandbox, order), fault);
}

/* A notification around a sealed plaintext. */
char *
sandbox_wechat_seal_event (Sandbox *sandbox,
                           const char *type,
                           const char *summary,
                           const char *original_type,
                           GDateTime *time,
                           const char *plaintext)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *id = sandbox_random_uuid ();
  g_autofree char *created = sandbox_time (time);

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "id", id);
  sandbox_json_add_text (builder, "create_time", created);
  sandbox_json_add_text (builder, "resource_type", "encrypt-resource");
  sandbox_json_add_text (builder, "event_type", type);
  sandbox_json_add_text (builder, "summary", summary);
  json_builder_set_member_name (builder, "resource");
  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "original_type", original_type);
  sandbox_wechat_add_sealed (builder, sandbox, original_type, plaintext);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  return sandbox_json_write (builder);
}

/* The notification of a payment: it tells the payment, whatever was refunded since. */
char *
sandbox_wechat_make_event (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  g_autofree char *plaintext = make_text (order, 0, fault);

  return sandbox_wechat_seal_event (
      sandbox, "TRANSACTION.SUCCESS", "支付成功", "transaction", order->paid_at, plaintext);
}
