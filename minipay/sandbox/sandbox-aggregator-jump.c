/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-aggregator-jump.h"

#include <string.h>

#include "sandbox-control.h"
#include "sandbox-crypto.h"
#include "sandbox-fields.h"
#include "sandbox-json.h"
#include "sandbox-notify.h"
#include "sandbox-traffic.h"
#include "sandbox-wechat-transaction.h"

#define MAX_PAY_INFO  1024
#define MAX_IDENTITY  64
#define MAX_NUMBER    64
#define MAX_NAME      64
#define MAX_URL       256
#define MAX_TOTAL     G_GINT64_CONSTANT (99999999999)
#define DEFAULT_NAME  "车险保单"
#define PAY_INFO_MARK "v1+"

static void
answer_error (SandboxReply *reply, const char *code, const char *message)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "msg", message);
  sandbox_json_add_text (builder, "code", code);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (reply, 200, "application/json", text);
  sandbox_reply_judge (reply, "refused: %s", message);
}

static void G_GNUC_PRINTF (2, 3) refuse (SandboxReply *reply, const char *format, ...)
{
  g_autofree char *reason = NULL;
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  message = g_strdup_printf ("参数错误: %s", reason);
  answer_error (reply, "400", message);
}

/* Opaque to the merchant, and with the characters in it that a form must escape. */
char *
sandbox_aggregator_make_pay_info (Sandbox *sandbox, const SandboxMerchant *merchant, const char *gateway_no)
{
  g_autofree char *mac = sandbox_hmac_sha256 (sandbox_config_get_sign_key (sandbox->config, merchant), gateway_no);

  return g_strdup_printf (PAY_INFO_MARK "%s/%s==", gateway_no, mac);
}

/* NULL when the text is none that a jump handed out. */
static SandboxOrder *
find_pay_info (Sandbox *sandbox, const char *pay_info)
{
  const char *start = pay_info + strlen (PAY_INFO_MARK);
  const char *slash = g_str_has_prefix (pay_info, PAY_INFO_MARK) ? strchr (start, '/') : NULL;
  g_autofree char *number = slash != NULL ? g_strndup (start, slash - start) : NULL;

  for (guint i = 0; number != NULL && i < sandbox_n_merchants; i++) {
    const SandboxMerchant *merchant = &sandbox_merchants[i];
    g_autofree char *expected = NULL;

    if (!g_str_equal (merchant->gateway, SANDBOX_AGGREGATOR))
      continue;
    expected = sandbox_aggregator_make_pay_info (sandbox, merchant, number);
    if (sandbox_is_equal (expected, pay_info))
      return sandbox_orders_find_number (sandbox->orders, merchant->account, number);
  }
  return NULL;
}

/* What is wrong with the fields of an order call, or NULL. */
static const char *
check_fields (GHashTable *fields)
{
  const char *pay_info = sandbox_fields_get (fields, "payInfo");
  const char *code = g_hash_table_lookup (fields, "code");
  const char *identity = g_hash_table_lookup (fields, "identifyId");
  const char *sent = code != NULL ? code : identity;

  if (pay_info == NULL || g_utf8_strlen (pay_info, -1) > MAX_PAY_INFO)
    return "payInfo is missing or longer than 1024 characters";
  if ((code == NULL) == (identity == NULL))
    return "exactly one of code and identifyId is sent";
  if (*sent == '\0' || g_utf8_strlen (sent, -1) > MAX_IDENTITY)
    return "code or identifyId is empty or longer than 64 characters";
  if (g_hash_table_size (fields) != 2)
    return "there are members that this call does not know";
  return NULL;
}

static void
add_wechat (JsonBuilder *builder, Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  g_autofree char *seconds = g_strdup_printf ("%" G_GINT64_FORMAT, g_get_real_time () / G_USEC_PER_SEC);
  g_autofree char *hex = sandbox_random_hex (32);
  g_autofree char *nonce = g_ascii_strdown (hex, -1);
  g_autofree char *package = g_strdup_printf ("prepay_id=%s", order->handle);
  g_autofree char *text = g_strdup_printf ("%s\n%s\n%s\n%s\n", order->appid, seconds, nonce, package);
  g_autofree char *sign = sandbox_sign_rsa (sandbox->config->merchant_key, text);

  sandbox_json_add_text (builder, "appId", order->appid);
  sandbox_json_add_text (builder, "timeStamp", seconds);
  sandbox_json_add_text (builder, "nonceStr", nonce);
  sandbox_json_add_text (builder, "signType", "RSA");
  if (fault.kind != SANDBOX_FAULT_NO_SIGNATURE)
    sandbox_json_add_text (builder, "paySign", sign);
  sandbox_json_add_text (builder, "codeUrl", NULL);
  sandbox_json_add_text (builder, "package", package);
}

static void
answer_order (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault, SandboxReply *reply)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "code", "200");
  sandbox_json_add_text (builder, "msg", "操作成功");
  json_builder_set_member_name (builder, "data");
  json_builder_begin_object (builder);
  if (g_str_equal (order->wallet, "wechat"))
    add_wechat (builder, sandbox, order, fault);
  else {
    sandbox_json_add_text (builder, "tradeNo", order->handle);
    sandbox_json_add_text (builder, "codeUrl", NULL);
  }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (reply, 200, "application/json", text);
}

static char *
make_trade_no (void)
{
  g_autoptr (GDateTime) now = sandbox_now ();
  g_autofree char *day = g_date_time_format (now, "%Y%m%d");
  g_autofree char *digits = sandbox_random_digits (20);

  return g_strconcat (day, digits, NULL);
}

/* Opens the cashier for the buyer who shows himself; another buyer gets another one. */
static void
open_cashier (Sandbox *sandbox, SandboxOrder *order, GHashTable *fields)
{
  const char *code = g_hash_table_lookup (fields, "code");
  g_autofree char *payer =
      code != NULL ? g_strconcat ("openid-of-", code, NULL) : g_strdup (g_hash_table_lookup (fields, "identifyId"));
  gboolean is_first = order->handle == NULL;

  if (g_strcmp0 (order->payer, payer) == 0)
    return;
  g_free (order->payer);
  order->payer = g_steal_pointer (&payer);
  g_free (order->handle);
  order->handle = g_str_equal (order->wallet, "wechat") ? sandbox_wechat_make_prepay_id () : make_trade_no ();
  if (is_first)
    sandbox_pay_later (sandbox, order);
}

/* The plain call: the mini-program asks for what opens the cashier. */
void
sandbox_aggregator_open_cashier (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) fields = sandbox_fields_read (request, NULL, &error);
  const char *issue = fields != NULL ? check_fields (fields) : error->message;
  SandboxOrder *order = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };

  if (issue != NULL) {
    refuse (reply, "%s", issue);
    return;
  }
  order = find_pay_info (sandbox, g_hash_table_lookup (fields, "payInfo"));
  if (order == NULL) {
    refuse (reply, "payInfo is not what a jump handed out");
    return;
  }
  if (g_hash_table_contains (fields, "code") && !g_str_equal (order->wallet, "wechat")) {
    refuse (reply, "code is an authorisation by WeChat, and the jump went to another wallet");
    return;
  }

  sandbox_reply_set_call (reply, "create", order->account);
  sandbox_reply_set_numbers (reply, order->out_trade_no, NULL, NULL);
  if (!sandbox_begin (sandbox, reply, &fault))
    return;
  if (fault.kind == SANDBOX_FAULT_SYSTEM_ERROR)
    answer_error (reply, "500", "系统异常");
  else if (order->paid_at != NULL)
    answer_error (reply, "400", "订单已支付成功");
  else if (!sandbox_order_is_open (order))
    answer_error (reply, "400", "订单已关闭");
  else {
    open_cashier (sandbox, order, fields);
    answer_order (sandbox, order, fault, reply);
  }
}

/* What a merchant asks of the aggregator before the buyer jumps into the mini-program. */
typedef struct {
  const SandboxMerchant *merchant;
  const char *out_trade_no;
  const char *wallet; /* static */
  const char *notify_url;
  const char *subject;
  gint64 total;
  gboolean is_sealed;
} Jump;

static const SandboxMerchant *
find_merchant (const char *account)
{
  for (guint i = 0; i < sandbox_n_merchants; i++) {
    if (g_str_equal (sandbox_merchants[i].gateway, SANDBOX_AGGREGATOR) &&
        g_strcmp0 (sandbox_merchants[i].account, account) == 0)
      return &sandbox_merchants[i];
  }
  return NULL;
}

static gboolean
fits (const char *text, glong max)
{
  return text != NULL && *text != '\0' && g_utf8_strlen (text, -1) <= max;
}

/* What is wrong with the command, or NULL. */
static const char *
read_jump (JsonObject *object, Jump *jump)
{
  const char *wallet = sandbox_json_text (object, "wallet");
  JsonNode *sealed = json_object_get_member (object, "sealed");
  gboolean is_flag =
      sealed != NULL && JSON_NODE_HOLDS_VALUE (sealed) && json_node_get_value_type (sealed) == G_TYPE_BOOLEAN;

  jump->merchant = find_merchant (sandbox_json_text (object, "account"));
  jump->out_trade_no = sandbox_json_text (object, "out_trade_no");
  jump->wallet = g_strcmp0 (wallet, "alipay") == 0 ? "alipay" : "wechat";
  jump->notify_url = sandbox_json_text (object, "notify_url");
  jump->subject = json_object_has_member (object, "subject") ? sandbox_json_text (object, "subject") : DEFAULT_NAME;
  jump->is_sealed = is_flag && json_node_get_boolean (sealed);

  if (jump->merchant == NULL)
    return "account is none of the aggregator's";
  if (!fits (jump->out_trade_no, MAX_NUMBER))
    return "out_trade_no is not 1 to 64 characters";
  if (!sandbox_json_integer (json_object_get_member (object, "total"), &jump->total) || jump->total < 1 ||
      jump->total > MAX_TOTAL)
    return "total is not a whole number of fen in 1..99999999999";
  if (g_strcmp0 (wallet, jump->wallet) != 0)
    return "wallet is neither wechat nor alipay";
  if (!fits (jump->notify_url, MAX_URL) || !sandbox_is_loopback_url (jump->notify_url))
    return "notify_url is not on loopback or longer than 256 characters";
  if (!fits (jump->subject, MAX_NAME))
    return "subject is not 1 to 64 characters";
  return sealed != NULL && !is_flag ? "sealed is neither true nor false" : NULL;
}

static SandboxOrder *
add_order (Sandbox *sandbox, const Jump *jump, const char *fingerprint)
{
  SandboxOrder *order =
      sandbox_orders_add (sandbox->orders, SANDBOX_AGGREGATOR, jump->merchant->account, jump->out_trade_no);

  order->mchid = jump->merchant->mchid;
  order->appid = g_strdup (jump->merchant->appid);
  order->notify_url = g_strdup (jump->notify_url);
  order->fingerprint = g_strdup (fingerprint);
  order->wallet = jump->wallet;
  order->total = jump->total;
  sandbox_order_set (order, "goodName", jump->subject);
  if (jump->is_sealed)
    sandbox_order_set (order, "sealed", "true");
  return order;
}

/* POST /sandbox/jump: the order call of the aggregator itself and the jump, which minipay has no part in.
 * "sealed": true has the notification of this order encrypted. */
void
sandbox_aggregator_jump (Sandbox *sandbox, JsonObject *object, SandboxReply *reply)
{
  Jump jump = { 0 };
  const char *issue = read_jump (object, &jump);
  SandboxOrder *order = NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *fingerprint = NULL;
  g_autofree char *url = NULL;
  g_autofree char *pay_info = NULL;
  g_autofree char *text = NULL;

  if (issue != NULL) {
    sandbox_control_refuse (reply, 400, "%s", issue);
    return;
  }
  fingerprint = g_strdup_printf ("%" G_GINT64_FORMAT "\n%s\n%d\n%s\n%s",
                                 jump.total,
                                 jump.wallet,
                                 jump.is_sealed,
                                 jump.notify_url,
                                 jump.subject);
  order = sandbox_orders_find (sandbox->orders, jump.merchant->account, jump.out_trade_no);
  if (order != NULL && !g_str_equal (order->fingerprint, fingerprint)) {
    sandbox_control_refuse (reply, 409, "out_trade_no is used with other parameters");
    return;
  }
  if (order == NULL && sandbox_orders_is_full (sandbox->orders)) {
    sandbox_control_refuse (reply, 429, "the sandbox holds no more orders");
    return;
  }
  if (order == NULL)
    order = add_order (sandbox, &jump, fingerprint);

  url = g_strconcat (sandbox->endpoint, SANDBOX_AGGREGATOR_CASHIER, NULL);
  pay_info = sandbox_aggregator_make_pay_info (sandbox, jump.merchant, order->gateway_no);
  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "url", url);
  sandbox_json_add_text (builder, "pay_info", pay_info);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (reply, 200, "application/json", text);
}
