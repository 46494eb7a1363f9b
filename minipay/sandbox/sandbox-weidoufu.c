/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-weidoufu.h"

#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-fields.h"
#include "sandbox-json.h"
#include "sandbox-notify.h"
#include "sandbox-traffic.h"

#define GATEWAY   "weidoufu"
#define MAX_TOTAL 999999999

/* The fields of the mini-program page; string(32) is taken as 32 characters. */
typedef struct {
  const char *name;
  guint max;
  gboolean is_required;
} FieldRule;

static const FieldRule field_rules[] = {
  { "access_key", 32, TRUE }, { "body", 32, TRUE },     { "out_order_no", 32, TRUE }, { "pay_type", 2, TRUE },
  { "total_fee", 9, TRUE },   { "openid", 32, FALSE },  { "buyer_id", 32, FALSE },    { "notify_url", 128, TRUE },
  { "attach", 128, FALSE },   { "ledger", 512, FALSE }, { "sign", 32, TRUE },
};

static void
refuse (SandboxReply *reply, GHashTable *fields, const char *message)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *digits = sandbox_random_digits (24);
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  sandbox_json_add_integer (builder, "code", 0);
  sandbox_json_add_text (builder, "message", message);
  json_builder_set_member_name (builder, "data");
  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "mch_trade_no", digits);
  sandbox_json_add_text (builder,
                         "out_order_no",
                         fields != NULL && sandbox_fields_get (fields, "out_order_no")
                             ? sandbox_fields_get (fields, "out_order_no")
                             : "");
  sandbox_json_add_text (builder, "jsapi", "");
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (reply, 200, "application/json", text);
  if (reply->verdict == NULL)
    sandbox_reply_judge (reply, "refused: %s", message);
}

static void G_GNUC_PRINTF (3, 4) refuse_field (SandboxReply *reply, GHashTable *fields, const char *format, ...)
{
  g_autofree char *reason = NULL;
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  message = g_strdup_printf ("参数错误: %s", reason);
  refuse (reply, fields, message);
}

static char *
make_string_to_sign (GHashTable *fields)
{
  g_autofree char *sorted = sandbox_fields_sort (fields);

  return g_strconcat (sorted, "secret_key=", NULL);
}

static gboolean
check_signature (Sandbox *sandbox, GHashTable *fields, SandboxReply *reply)
{
  const char *sign = sandbox_fields_get (fields, "sign") != NULL ? sandbox_fields_get (fields, "sign") : "";
  g_autofree char *shown = make_string_to_sign (fields);
  g_autofree char *whole = g_strconcat (shown, sandbox->config->secret_key, NULL);
  g_autofree char *expected = sandbox_md5 (whole);
  g_autofree char *quoted = NULL;
  g_autofree char *folded = NULL;

  if (sandbox_is_equal (expected, sign))
    return TRUE;

  folded = g_ascii_strup (sign, -1);
  quoted = sandbox_quote (shown, -1);
  sandbox_reply_judge (reply,
                       "signature refused: %s; expected the MD5 of %s followed by the %" G_GSIZE_FORMAT
                       " characters of the secret key, %" G_GSIZE_FORMAT " bytes in all",
                       g_str_equal (folded, expected) ? "it is written in lower case"
                       : strlen (sign) == 32          ? "another digest was sent"
                                                      : "the sign sent is not 32 characters long",
                       quoted,
                       strlen (sandbox->config->secret_key),
                       strlen (whole));
  refuse (reply, fields, "签名错误");
  return FALSE;
}

static gboolean
read_number (const char *text, gint64 max, gint64 *number)
{
  gint64 value = 0;

  if (*text == '0' || strlen (text) > 9)
    return FALSE;
  for (const char *p = text; *p != '\0'; p++) {
    if (!g_ascii_isdigit (*p))
      return FALSE;
    value = value * 10 + (*p - '0');
  }
  *number = value;
  return value >= 1 && value <= max;
}

static gboolean
is_order_number (const char *text)
{
  gsize length = strlen (text);

  for (const char *p = text; *p != '\0'; p++) {
    if (!g_ascii_isalnum (*p))
      return FALSE;
  }
  return length >= 18 && length <= 32;
}

static gboolean
is_ledger (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (JsonNode) root = sandbox_json_parse (bytes, NULL);
  JsonArray *array = NULL;

  if (root == NULL || !JSON_NODE_HOLDS_ARRAY (root))
    return FALSE;
  array = json_node_get_array (root);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *node = json_array_get_element (array, i);
    gint64 amount = 0;

    if (!JSON_NODE_HOLDS_OBJECT (node) ||
        !sandbox_json_integer (json_object_get_member (json_node_get_object (node), "amount"), &amount) ||
        amount < 1 || sandbox_json_text (json_node_get_object (node), "sub_mch_no") == NULL)
      return FALSE;
  }
  return json_array_get_length (array) > 0;
}

static gboolean
check_lengths (GHashTable *fields, SandboxReply *reply)
{
  for (guint i = 0; i < G_N_ELEMENTS (field_rules); i++) {
    const FieldRule *rule = &field_rules[i];
    const char *value = sandbox_fields_get (fields, rule->name);

    if (value == NULL && rule->is_required) {
      refuse_field (reply, fields, "%s is missing", rule->name);
      return FALSE;
    }
    if (value != NULL && g_utf8_strlen (value, -1) > rule->max) {
      refuse_field (reply, fields, "%s is longer than %u characters", rule->name, rule->max);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
check_fields (GHashTable *fields, gint64 *pay_type, gint64 *total, SandboxReply *reply)
{
  if (!check_lengths (fields, reply))
    return FALSE;

  if (!is_order_number (sandbox_fields_get (fields, "out_order_no")))
    refuse_field (reply, fields, "out_order_no is not 18 to 32 letters and digits");
  else if (!read_number (sandbox_fields_get (fields, "total_fee"), MAX_TOTAL, total))
    refuse_field (reply, fields, "total_fee is not a whole number of fen in 1..%d", MAX_TOTAL);
  else if (!read_number (sandbox_fields_get (fields, "pay_type"), 2, pay_type))
    refuse_field (reply, fields, "pay_type is neither 1 nor 2");
  else if (sandbox_fields_get (fields, *pay_type == 1 ? "openid" : "buyer_id") == NULL)
    refuse_field (reply, fields, "pay_type %d needs %s", (int) *pay_type, *pay_type == 1 ? "openid" : "buyer_id");
  else if (sandbox_fields_get (fields, "openid") != NULL && sandbox_fields_get (fields, "buyer_id") != NULL)
    refuse_field (reply, fields, "openid and buyer_id exclude each other");
  else if (sandbox_fields_get (fields, "ledger") != NULL && !is_ledger (sandbox_fields_get (fields, "ledger")))
    refuse_field (reply, fields, "ledger is not a JSON array of amount and sub_mch_no");
  else if (!sandbox_is_loopback_url (sandbox_fields_get (fields, "notify_url")))
    refuse_field (reply, fields, "notify_url is not on loopback, and the sandbox never leaves this machine");
  else
    return TRUE;
  return FALSE;
}

/* The cashier's parameters, as one JSON object that a repeat of the order gets again. */
static char *
make_handle (gint64 pay_type)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GDateTime) now = sandbox_now ();
  g_autofree char *day = g_date_time_format (now, "%Y%m%d");
  g_autofree char *seconds = g_strdup_printf ("%" G_GINT64_FORMAT, g_date_time_to_unix (now));
  g_autofree char *hex = sandbox_random_hex (32);
  g_autofree char *nonce = g_ascii_strdown (hex, -1);
  g_autofree char *sign = sandbox_random_hex (32);
  g_autofree char *digits = sandbox_random_digits (20);
  g_autofree char *package = g_strdup_printf ("prepay_id=wx%s%.18s0000", day, nonce);
  g_autofree char *trade_no = g_strconcat (day, digits, NULL);

  json_builder_begin_object (builder);
  if (pay_type == 2)
    sandbox_json_add_text (builder, "trade_no", trade_no);
  else {
    sandbox_json_add_text (builder, "app_id", "wx0000000000000003");
    sandbox_json_add_text (builder, "timestamp", seconds);
    sandbox_json_add_text (builder, "nonce_str", nonce);
    sandbox_json_add_text (builder, "package", package);
    sandbox_json_add_text (builder, "sign_type", "MD5");
    sandbox_json_add_text (builder, "pay_sign", sign);
  }
  json_builder_end_object (builder);
  return sandbox_json_write (builder);
}

static void
answer_order (SandboxOrder *order, SandboxFault fault, SandboxReply *reply)
{
  g_autofree char *other = sandbox_random_digits (20);
  g_autofree char *text = g_strdup_printf ("{\"code\":1,\"message\":\"成功\",\"data\":{\"mch_trade_no\":\"%s\","
                                           "\"out_order_no\":\"%s\",\"jsapi\":%s}}",
                                           order->gateway_no,
                                           fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : order->out_trade_no,
                                           order->handle);

  sandbox_reply_set (reply, 200, "application/json", text);
}

static SandboxOrder *
add_order (Sandbox *sandbox, GHashTable *fields, gint64 pay_type, gint64 total, const char *fingerprint)
{
  SandboxOrder *order =
      sandbox_orders_add (sandbox->orders, GATEWAY, GATEWAY, sandbox_fields_get (fields, "out_order_no"));

  order->mchid = "";
  order->appid = g_strdup ("");
  order->payer = g_strdup (sandbox_fields_get (fields, pay_type == 1 ? "openid" : "buyer_id"));
  order->notify_url = g_strdup (sandbox_fields_get (fields, "notify_url"));
  order->attach = g_strdup (sandbox_fields_get (fields, "attach"));
  order->fingerprint = g_strdup (fingerprint);
  order->handle = make_handle (pay_type);
  order->total = total;
  order->pay_type = pay_type;
  sandbox_pay_later (sandbox, order);
  return order;
}

static void
create (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  static const char *const texts[] = { "access_key", "body",       "out_order_no", "openid", "buyer_id",
                                       "attach",     "notify_url", "ledger",       "sign",   NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) fields = sandbox_fields_read (request, texts, &error);
  g_autofree char *fingerprint = NULL;
  SandboxOrder *order = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };
  gint64 pay_type = 0;
  gint64 total = 0;

  if (fields == NULL) {
    refuse_field (reply, NULL, "%s", error->message);
    return;
  }
  if (sandbox_fields_get (fields, "access_key") == NULL ||
      !sandbox_is_equal (sandbox_fields_get (fields, "access_key"), sandbox->config->access_key)) {
    refuse_field (reply, fields, "access_key is not the one of the sandbox's configuration");
    return;
  }
  sandbox_reply_set_call (reply, "create", GATEWAY);
  sandbox_reply_set_numbers (reply, sandbox_fields_get (fields, "out_order_no"), NULL, NULL);
  if (!check_signature (sandbox, fields, reply) || !check_fields (fields, &pay_type, &total, reply))
    return;
  if (!sandbox_begin (sandbox, reply, &fault))
    return;

  fingerprint = make_string_to_sign (fields);
  order = sandbox_orders_find (sandbox->orders, GATEWAY, sandbox_fields_get (fields, "out_order_no"));
  if (order != NULL && !g_str_equal (order->fingerprint, fingerprint)) {
    refuse (reply, fields, "商户订单号重复");
    return;
  }
  if (order != NULL && order->paid_at != NULL) {
    refuse (reply, fields, "订单已支付");
    return;
  }
  if (order == NULL && sandbox_orders_is_full (sandbox->orders)) {
    refuse (reply, fields, "系统繁忙");
    return;
  }
  if (order == NULL)
    order = add_order (sandbox, fields, pay_type, total, fingerprint);
  answer_order (order, fault, reply);
}

static void
query (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  g_autoptr (GHashTable) params = sandbox_request_get_query (request);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *other = sandbox_random_digits (20);
  g_autofree char *text = NULL;
  const char *number = params != NULL ? sandbox_fields_get (params, "out_order_no") : NULL;
  const char *gateway_no = params != NULL ? sandbox_fields_get (params, "mch_trade_no") : NULL;
  SandboxOrder *order = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };

  if (gateway_no != NULL)
    order = sandbox_orders_find_number (sandbox->orders, GATEWAY, gateway_no);
  else if (number != NULL)
    order = sandbox_orders_find (sandbox->orders, GATEWAY, number);
  sandbox_reply_set_call (reply, "query", GATEWAY);
  sandbox_reply_set_numbers (reply, number, NULL, NULL);
  if (!sandbox_begin (sandbox, reply, &fault))
    return;

  if (order == NULL) {
    sandbox_reply_set (reply,
                       200,
                       "application/json",
                       number == NULL && gateway_no == NULL
                           ? "{\"code\":0,\"message\":\"参数错误: mch_trade_no or "
                             "out_order_no\",\"status\":\"fail\",\"data\":{}}"
                           : "{\"code\":0,\"message\":\"订单不存在\",\"status\":\"fail\",\"data\":{}}");
    sandbox_reply_judge (reply, "refused: no such order");
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
  sandbox_json_add_integer (builder, "status", order->paid_at != NULL ? 2 : 1);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (reply, 200, "application/json", text);
}

static void
handle (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  gboolean is_create = g_str_equal (request->path, "/pay/miniapp");

  if (!is_create && !g_str_equal (request->path, "/pay/query"))
    sandbox_reply_set (reply, 404, "text/plain", "");
  else if (!g_str_equal (request->method, is_create ? "POST" : "GET"))
    sandbox_reply_set (reply, 405, "text/plain", "");
  else if (is_create)
    create (sandbox, request, reply);
  else
    query (sandbox, request, reply);
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
  sandbox_json_add_integer (builder, "trade_type", 9);
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

static gboolean
owns (const SandboxRequest *request)
{
  return g_str_has_prefix (request->path, "/pay/");
}

static gboolean
is_acknowledged (const SandboxPush *push, guint status, GBytes *answer)
{
  return status == 200;
}

static const SandboxFaultRule fault_rules[] = {
  { SANDBOX_FAULT_NO_SIGNATURE, "n" }, { SANDBOX_FAULT_BAD_SIGNATURE, "n" }, { SANDBOX_FAULT_WRONG_ORDER, "cqn" },
  { SANDBOX_FAULT_WRONG_AMOUNT, "n" }, { SANDBOX_FAULT_DUPLICATE, "n" },     { SANDBOX_FAULT_NONE, "" },
};

const SandboxGateway sandbox_weidoufu = {
  .name = GATEWAY,
  .faults = fault_rules,
  .owns = owns,
  .handle = handle,
  .push = push,
  .is_acknowledged = is_acknowledged,
};
