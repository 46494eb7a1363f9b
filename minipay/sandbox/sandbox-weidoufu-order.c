/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-weidoufu-order.h"

#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-fields.h"
#include "sandbox-json.h"
#include "sandbox-notify.h"
#include "sandbox-traffic.h"

#define MAX_TOTAL      999999999
#define MAX_EXPIRE     60
#define DEFAULT_EXPIRE "30"
#define WECHAT         1
#define ALIPAY         2
#define UNIONPAY       3

/* The picture of a QR code is anybody's own: a PNG of one dot stands for it. */
#define PICTURE "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5ErkJggg=="

typedef enum {
  MINIAPP = 1 << 0,
  JSAPI = 1 << 1,
  NATIVE = 1 << 2,
  MOBILE = 1 << 3,
  APP = 1 << 4,
  MICROPAY = 1 << 5
} Kind;

#define EVERY_KIND (MINIAPP | JSAPI | NATIVE | MOBILE | APP | MICROPAY)

/* One page of the manual. */
typedef struct {
  const char *path;
  Kind kind;
  int trade_type; /* of the notification */
  int max_pay_type;
  SandboxWeidoufuShape shape;
} Page;

static const Page pages[] = {
  { "/pay/miniapp", MINIAPP, 9, ALIPAY, SANDBOX_WEIDOUFU_JSAPI },
  { "/pay/jsapi", JSAPI, 3, UNIONPAY, SANDBOX_WEIDOUFU_JSAPI },
  { "/pay/native", NATIVE, 2, UNIONPAY, SANDBOX_WEIDOUFU_PLAIN },
  { "/pay/mobile", MOBILE, 6, ALIPAY, SANDBOX_WEIDOUFU_PLAIN },
  { "/pay/app", APP, 4, ALIPAY, SANDBOX_WEIDOUFU_PLAIN },
  { "/pay/micropay", MICROPAY, 1, ALIPAY, SANDBOX_WEIDOUFU_CODE },
};

/* string(32) is taken as 32 characters. */
static const struct {
  const char *name;
  guint max;
  guint kinds; /* that know the field */
  guint required;
} field_rules[] = {
  { "access_key", 32, EVERY_KIND, EVERY_KIND },
  { "body", 32, EVERY_KIND, EVERY_KIND },
  { "out_order_no", 32, EVERY_KIND, EVERY_KIND },
  { "pay_type", 2, EVERY_KIND, EVERY_KIND },
  { "total_fee", 9, EVERY_KIND, EVERY_KIND },
  { "openid", 32, MINIAPP | JSAPI, 0 },
  { "buyer_id", 32, MINIAPP | JSAPI, 0 },
  { "notify_url", 128, EVERY_KIND & ~MICROPAY, EVERY_KIND & ~MICROPAY },
  { "attach", 128, EVERY_KIND, 0 },
  { "ledger", 512, EVERY_KIND, 0 },
  { "expire", 2, NATIVE | MOBILE, 0 },
  { "appid", 32, MOBILE | APP, MOBILE | APP },
  { "return_url", 128, MOBILE, 0 },
  { "quit_url", 128, MOBILE, 0 },
  { "auth_code", 32, MICROPAY, MICROPAY },
  { "sign", 32, EVERY_KIND, EVERY_KIND },
};

static const Page *
find_page (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++) {
    if (g_str_equal (pages[i].path, path))
      return &pages[i];
  }
  return NULL;
}

gboolean
sandbox_weidoufu_is_order (const char *path)
{
  return find_page (path) != NULL;
}

int
sandbox_weidoufu_get_trade_type (SandboxOrder *order)
{
  return find_page (sandbox_order_get (order, "page"))->trade_type;
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

/* 18 digits from 10 to 15 are WeChat's, 16 to 24 digits from 25 to 30 Alipay's. */
static gboolean
is_auth_code (const char *text, gint64 pay_type)
{
  gsize length = strlen (text);
  int start = length >= 2 ? 10 * g_ascii_digit_value (text[0]) + g_ascii_digit_value (text[1]) : 0;

  if (strspn (text, "0123456789") != length)
    return FALSE;
  if (pay_type == WECHAT)
    return length == 18 && start >= 10 && start <= 15;
  return length >= 16 && length <= 24 && start >= 25 && start <= 30;
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
is_known (const char *name, Kind kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (field_rules); i++) {
    if (g_str_equal (field_rules[i].name, name))
      return (field_rules[i].kinds & kind) != 0;
  }
  return FALSE;
}

/* Whether the fields are those of the page, and none too long; FALSE with the reply filled. */
static gboolean
check_names (const Page *page, GHashTable *fields, SandboxReply *reply)
{
  GHashTableIter iter;
  gpointer name = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (field_rules); i++) {
    const char *value = sandbox_fields_get (fields, field_rules[i].name);

    if (value == NULL && (field_rules[i].required & page->kind) != 0) {
      sandbox_weidoufu_refuse_field (reply, page->shape, fields, "%s is missing", field_rules[i].name);
      return FALSE;
    }
    if (value != NULL && g_utf8_strlen (value, -1) > field_rules[i].max) {
      sandbox_weidoufu_refuse_field (
          reply, page->shape, fields, "%s is longer than %u characters", field_rules[i].name, field_rules[i].max);
      return FALSE;
    }
  }

  g_hash_table_iter_init (&iter, fields);
  while (g_hash_table_iter_next (&iter, &name, NULL)) {
    if (is_known (name, page->kind))
      continue;
    sandbox_weidoufu_refuse_field (reply, page->shape, fields, "%s is no field of this call", (const char *) name);
    return FALSE;
  }
  return TRUE;
}

/* What is wrong with who pays, or NULL. */
static const char *
check_payer (const Page *page, GHashTable *fields, gint64 pay_type)
{
  const char *openid = sandbox_fields_get (fields, "openid");
  const char *buyer_id = sandbox_fields_get (fields, "buyer_id");
  const char *auth_code = sandbox_fields_get (fields, "auth_code");

  if (auth_code != NULL && !is_auth_code (auth_code, pay_type))
    return "auth_code is none of the wallet that pay_type names";
  if ((page->kind & (MINIAPP | JSAPI)) == 0)
    return NULL;
  if (pay_type == WECHAT && openid == NULL)
    return "pay_type 1 needs openid";
  if (pay_type == ALIPAY && buyer_id == NULL)
    return "pay_type 2 needs buyer_id";
  return openid != NULL && buyer_id != NULL ? "openid and buyer_id exclude each other" : NULL;
}

static gboolean
check_fields (const Page *page, GHashTable *fields, gint64 *pay_type, gint64 *total, SandboxReply *reply)
{
  const char *ledger = sandbox_fields_get (fields, "ledger");
  const char *notify_url = sandbox_fields_get (fields, "notify_url");
  const char *expire = sandbox_fields_get (fields, "expire");
  const char *issue = NULL;
  gint64 minutes = 0;

  if (!check_names (page, fields, reply))
    return FALSE;
  if (!is_order_number (sandbox_fields_get (fields, "out_order_no")))
    issue = "out_order_no is not 18 to 32 letters and digits";
  else if (!sandbox_weidoufu_read_number (sandbox_fields_get (fields, "total_fee"), MAX_TOTAL, total))
    issue = "total_fee is not a whole number of fen in 1..999999999";
  else if (!sandbox_weidoufu_read_number (sandbox_fields_get (fields, "pay_type"), page->max_pay_type, pay_type))
    issue = "pay_type is none that this call knows";
  else if (ledger != NULL && !is_ledger (ledger))
    issue = "ledger is not a JSON array of amount and sub_mch_no";
  else if (expire != NULL && !sandbox_weidoufu_read_number (expire, MAX_EXPIRE, &minutes))
    issue = "expire is not a whole number of minutes in 1..60";
  else if (notify_url != NULL && !sandbox_is_loopback_url (notify_url))
    issue = "notify_url is not on loopback, and the sandbox never leaves this machine";
  else
    issue = check_payer (page, fields, *pay_type);

  if (issue != NULL)
    sandbox_weidoufu_refuse_field (reply, page->shape, fields, "%s", issue);
  return issue == NULL;
}

static void
add_jsapi (JsonBuilder *builder, gint64 pay_type)
{
  g_autoptr (GDateTime) now = sandbox_now ();
  g_autofree char *day = g_date_time_format (now, "%Y%m%d");
  g_autofree char *seconds = g_strdup_printf ("%" G_GINT64_FORMAT, g_date_time_to_unix (now));
  g_autofree char *hex = sandbox_random_hex (32);
  g_autofree char *nonce = g_ascii_strdown (hex, -1);
  g_autofree char *sign = sandbox_random_hex (32);
  g_autofree char *digits = sandbox_random_digits (20);
  g_autofree char *package = g_strdup_printf ("prepay_id=wx%s%.18s0000", day, nonce);
  g_autofree char *trade_no = g_strconcat (day, digits, NULL);

  json_builder_set_member_name (builder, "jsapi");
  json_builder_begin_object (builder);
  if (pay_type != WECHAT) /* what UnionPay gets is not documented: a number, as Alipay does [inferred] */
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
}

/* The members of the cashier in an answer's data; a repeat of the order gets the same again. */
static char *
make_handle (Sandbox *sandbox, const Page *page, SandboxOrder *order)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *hex = sandbox_random_hex (16);
  g_autofree char *address = g_strdup_printf ("%s/cashier/%s", sandbox->endpoint, hex);

  json_builder_begin_object (builder);
  switch (page->kind) {
  case MINIAPP:
  case JSAPI:
    add_jsapi (builder, order->pay_type);
    break;
  case NATIVE:
    sandbox_json_add_text (builder, "qrcode", PICTURE);
    sandbox_json_add_text (builder, "code_url", address);
    break;
  case MOBILE:
  case APP:
    sandbox_json_add_text (builder, "todo_url", address);
    break;
  case MICROPAY:
  default:
    break;
  }
  json_builder_end_object (builder);
  return sandbox_json_write (builder);
}

static void
answer_order (SandboxOrder *order, SandboxFault fault, SandboxReply *reply)
{
  const Page *page = find_page (sandbox_order_get (order, "page"));
  g_autofree char *other = sandbox_random_digits (20);
  const char *more = order->handle + 1; /* behind the brace; the numbers come before */
  g_autofree char *text = g_strdup_printf ("{\"code\":1,\"message\":\"成功\"%s,\"data\":{\"mch_trade_no\":\"%s\","
                                           "\"out_order_no\":\"%s\"%s%s}",
                                           page->shape == SANDBOX_WEIDOUFU_JSAPI ? "" : ",\"status\":\"success\"",
                                           order->gateway_no,
                                           fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : order->out_trade_no,
                                           *more != '}' ? "," : "",
                                           more);

  sandbox_reply_set (reply, 200, "application/json", text);
}

/* What the buyer's wallet makes of his code. The manual documents no answer of its own for a buyer who must type
 * his password: it is a failure like others, and the query tells what became of it [inferred]. */
static const char *
charge (SandboxOrder *order)
{
  static const char *const refusals[] = {
    [SANDBOX_CHARGE_WAITS] = "用户支付中，需要输入密码",
    [SANDBOX_CHARGE_NEVER] = "用户支付中，需要输入密码",
    [SANDBOX_CHARGE_NO_MONEY] = "用户余额不足",
    [SANDBOX_CHARGE_EXPIRED] = "付款码已失效，请重新扫码",
  };

  if (order->charge == SANDBOX_CHARGE_PAID)
    order->paid_at = sandbox_now ();
  else if (order->charge > SANDBOX_CHARGE_NEVER && order->failed_at == NULL) {
    order->failed_at = sandbox_now ();
    order->failure = g_strdup (refusals[order->charge]);
  }
  return refusals[order->charge];
}

static void
set_expiry (SandboxOrder *order, const Page *page, const char *expire)
{
  g_autoptr (GDateTime) now = sandbox_now ();
  gint64 minutes = 0;

  if (expire == NULL && page->kind == MOBILE)
    expire = DEFAULT_EXPIRE;
  if (expire != NULL && sandbox_weidoufu_read_number (expire, MAX_EXPIRE, &minutes))
    order->expires_at = g_date_time_add_minutes (now, minutes);
}

static SandboxOrder *
add_order (
    Sandbox *sandbox, const Page *page, GHashTable *fields, gint64 pay_type, gint64 total, const char *fingerprint)
{
  static const char *const wallets[] = { [WECHAT] = "wechat", [ALIPAY] = "alipay", [UNIONPAY] = "unionpay" };
  SandboxOrder *order = sandbox_orders_add (
      sandbox->orders, SANDBOX_WEIDOUFU, SANDBOX_WEIDOUFU, sandbox_fields_get (fields, "out_order_no"));
  const char *openid = sandbox_fields_get (fields, "openid");
  const char *auth_code = sandbox_fields_get (fields, "auth_code");

  order->appid = g_strdup ("");
  order->payer = g_strdup (openid != NULL ? openid : sandbox_fields_get (fields, "buyer_id"));
  order->notify_url = g_strdup (sandbox_fields_get (fields, "notify_url"));
  order->attach = g_strdup (sandbox_fields_get (fields, "attach"));
  order->fingerprint = g_strdup (fingerprint);
  order->wallet = wallets[pay_type];
  order->total = total;
  order->pay_type = pay_type;
  sandbox_order_set (order, "page", page->path);
  set_expiry (order, page, sandbox_fields_get (fields, "expire"));
  order->charge = auth_code != NULL ? sandbox_charge_of (auth_code) : SANDBOX_CHARGE_NONE;
  order->handle = make_handle (sandbox, page, order);
  sandbox_pay_later (sandbox, order);
  return order;
}

/* Why no cashier is opened for an order, new or known; NULL when one is. */
static const char *
check_order (Sandbox *sandbox, SandboxOrder *order, const char *fingerprint)
{
  if (order == NULL)
    return sandbox_orders_is_full (sandbox->orders) ? "系统繁忙" : NULL;
  if (!g_str_equal (order->fingerprint, fingerprint))
    return "商户订单号重复";
  if (order->paid_at != NULL)
    return "订单已支付";
  return sandbox_order_is_open (order) ? NULL : "订单已关闭";
}

void
sandbox_weidoufu_create (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  const Page *page = find_page (request->path);
  g_autoptr (GHashTable) fields = sandbox_weidoufu_read (sandbox, request, page->shape, reply);
  g_autofree char *path_and_fields = NULL;
  g_autofree char *joined = NULL;
  SandboxOrder *order = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };
  const char *issue = NULL;
  gint64 pay_type = 0;
  gint64 total = 0;

  if (fields == NULL || !check_fields (page, fields, &pay_type, &total, reply))
    return;
  sandbox_reply_set_numbers (reply, sandbox_fields_get (fields, "out_order_no"), NULL, NULL);
  if (!sandbox_begin (sandbox, reply, &fault))
    return;

  joined = sandbox_weidoufu_join (fields);
  path_and_fields = g_strdup_printf ("%s\n%s", page->path, joined);
  order = sandbox_orders_find (sandbox->orders, SANDBOX_WEIDOUFU, sandbox_fields_get (fields, "out_order_no"));
  issue = check_order (sandbox, order, path_and_fields);
  if (issue != NULL) {
    sandbox_weidoufu_refuse (reply, page->shape, fields, issue);
    return;
  }
  if (order == NULL)
    order = add_order (sandbox, page, fields, pay_type, total, path_and_fields);
  issue = charge (order);
  if (issue != NULL)
    sandbox_weidoufu_refuse (reply, page->shape, fields, issue);
  else
    answer_order (order, fault, reply);
}
