/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-v3.h"

#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-notify.h"
#include "sandbox-wechat-auth.h"
#include "sandbox-wechat-order.h"

#define GATEWAY     "wechat-v3"
#define PATH_JSAPI  "/v3/pay/transactions/jsapi"
#define PATH_NUMBER "/v3/pay/transactions/out-trade-no/"
#define PATH_ID     "/v3/pay/transactions/id/"
#define PATH_CERTS  "/v3/certificates"

static const SandboxMerchant *
find_merchant (const char *account)
{
  for (guint i = 0; i < G_N_ELEMENTS (sandbox_merchants); i++) {
    if (g_str_equal (sandbox_merchants[i].account, account))
      return &sandbox_merchants[i];
  }
  g_assert_not_reached ();
}

static void
answer (
    Sandbox *sandbox, const SandboxMerchant *merchant, const char *body, SandboxFault fault, SandboxReply *reply)
{
  SandboxFault bad = { .kind = SANDBOX_FAULT_BAD_SIGNATURE };

  sandbox_reply_set (reply, 200, "application/json", body);
  if (sandbox_fault_spoil (fault, reply))
    return;
  sandbox_wechat_sign (sandbox, merchant, body, fault, reply->headers);
  if (fault.kind == SANDBOX_FAULT_DUPLICATE)
    sandbox_wechat_sign (sandbox, merchant, body, bad, reply->headers);
}

static char *
make_prepay_id (void)
{
  g_autoptr (GDateTime) now = sandbox_now ();
  g_autofree char *time = g_date_time_format (now, "%Y%m%d%H%M%S");
  g_autofree char *hex = sandbox_random_hex (16);
  g_autofree char *lower = g_ascii_strdown (hex, -1);

  return g_strdup_printf ("wx%s%s0000", time, lower);
}

static SandboxOrder *
add_order (Sandbox *sandbox, const SandboxMerchant *merchant, JsonObject *object, char *fingerprint)
{
  SandboxOrder *order =
      sandbox_orders_add (sandbox->orders, GATEWAY, merchant->account, sandbox_json_text (object, "out_trade_no"));
  const char *expire = sandbox_json_text (object, "time_expire");

  order->mchid = merchant->mchid;
  order->appid = g_strdup (sandbox_json_text (object, "appid"));
  order->payer = g_strdup (sandbox_json_text (json_object_get_object_member (object, "payer"), "openid"));
  order->notify_url = g_strdup (sandbox_json_text (object, "notify_url"));
  order->attach = g_strdup (sandbox_json_text (object, "attach"));
  order->fingerprint = fingerprint;
  order->total = json_object_get_int_member (json_object_get_object_member (object, "amount"), "total");
  order->expires_at = expire != NULL ? g_date_time_new_from_iso8601 (expire, NULL) : NULL;
  sandbox_pay_later (sandbox, order);
  return order;
}

static void
create (Sandbox *sandbox, const SandboxMerchant *merchant, const SandboxRequest *request, SandboxReply *reply)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = sandbox_json_parse (request->body, &error);
  g_autofree char *fingerprint = NULL;
  g_autofree char *text = NULL;
  JsonObject *object = NULL;
  SandboxOrder *order = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };

  if (root == NULL) {
    sandbox_wechat_refuse (reply, 400, "PARAM_ERROR", NULL, NULL, "%s", error->message);
    return;
  }
  if (!sandbox_wechat_order_check (root, merchant, reply))
    return;
  object = json_node_get_object (root);
  fingerprint = sandbox_json_canonical (root);

  fault = sandbox_faults_take (sandbox->faults, GATEWAY, "create");
  if (fault.kind == SANDBOX_FAULT_HTTP_429) {
    sandbox_fault_spoil (fault, reply);
    return;
  }

  order = sandbox_orders_find (sandbox->orders, merchant->account, sandbox_json_text (object, "out_trade_no"));
  if (order != NULL && order->paid_at != NULL)
    sandbox_wechat_refuse (reply, 400, "ORDERPAID", NULL, NULL, "the order is paid");
  else if (order != NULL && !g_str_equal (order->fingerprint, fingerprint))
    sandbox_wechat_refuse (
        reply, 403, "OUT_TRADE_NO_USED", NULL, NULL, "out_trade_no is used with other parameters");
  else if (order != NULL && sandbox_order_is_expired (order))
    sandbox_wechat_refuse (reply, 400, "ORDER_CLOSED", NULL, NULL, "the order is closed");
  else if (order == NULL && sandbox_orders_is_full (sandbox->orders))
    sandbox_wechat_refuse (reply, 429, "RATELIMIT_EXCEEDED", NULL, NULL, "the sandbox holds no more orders");
  else {
    if (order == NULL)
      order = add_order (sandbox, merchant, object, g_steal_pointer (&fingerprint));
    g_free (order->handle);
    order->handle = make_prepay_id ();
    text = g_strdup_printf ("{\"prepay_id\":\"%s\"}", order->handle);
    answer (sandbox, merchant, text, fault, reply);
  }
}

static void
add_amount (JsonBuilder *builder, SandboxOrder *order, SandboxFault fault)
{
  gint64 total = order->total + (fault.kind == SANDBOX_FAULT_WRONG_AMOUNT ? 1 : 0);
  const char *currency = fault.kind == SANDBOX_FAULT_WRONG_CURRENCY ? "USD" : "CNY";

  json_builder_set_member_name (builder, "amount");
  json_builder_begin_object (builder);
  sandbox_json_add_integer (builder, "total", total);
  if (order->paid_at != NULL)
    sandbox_json_add_integer (builder, "payer_total", total);
  sandbox_json_add_text (builder, "currency", currency);
  sandbox_json_add_text (builder, "payer_currency", currency);
  json_builder_end_object (builder);
}

static void
add_paid (JsonBuilder *builder, SandboxOrder *order)
{
  g_autofree char *time = sandbox_time (order->paid_at);

  sandbox_json_add_text (builder, "transaction_id", order->transaction_id);
  sandbox_json_add_text (builder, "trade_type", "JSAPI");
  sandbox_json_add_text (builder, "bank_type", "OTHERS");
  sandbox_json_add_text (builder, "success_time", time);
  json_builder_set_member_name (builder, "payer");
  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "openid", order->payer);
  json_builder_end_object (builder);
}

/* The text of a query's answer and of a notification's plaintext. */
static char *
make_transaction (SandboxOrder *order, SandboxFault fault)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *other = sandbox_random_digits (20);
  gboolean is_paid = order->paid_at != NULL;
  gboolean is_expired = sandbox_order_is_expired (order);

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "mchid", fault.kind == SANDBOX_FAULT_WRONG_MCHID ? "1900000009" : order->mchid);
  sandbox_json_add_text (
      builder, "appid", fault.kind == SANDBOX_FAULT_WRONG_APPID ? "wx0000000000000009" : order->appid);
  sandbox_json_add_text (
      builder, "out_trade_no", fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : order->out_trade_no);
  sandbox_json_add_text (builder, "trade_state", is_paid ? "SUCCESS" : is_expired ? "CLOSED" : "NOTPAY");
  sandbox_json_add_text (builder,
                         "trade_state_desc",
                         is_paid      ? "支付成功"
                         : is_expired ? "订单已关闭"
                                      : "订单未支付");
  if (order->attach != NULL)
    sandbox_json_add_text (builder, "attach", order->attach);
  if (is_paid)
    add_paid (builder, order);
  add_amount (builder, order, fault);
  json_builder_end_object (builder);
  return sandbox_json_write (builder);
}

static void
query (Sandbox *sandbox, const SandboxMerchant *merchant, const SandboxRequest *request, SandboxReply *reply)
{
  gboolean by_id = g_str_has_prefix (request->path, PATH_ID);
  g_autoptr (GHashTable) params = sandbox_request_get_query (request);
  g_autofree char *number = g_uri_unescape_string (request->path + strlen (by_id ? PATH_ID : PATH_NUMBER), "/");
  g_autofree char *text = NULL;
  const char *mchid = params != NULL ? g_hash_table_lookup (params, "mchid") : NULL;
  SandboxOrder *order = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };

  if (g_strcmp0 (mchid, merchant->mchid) != 0) {
    sandbox_wechat_refuse (
        reply, 400, "PARAM_ERROR", "query", "mchid", "mchid is missing or not the one that signed");
    return;
  }
  if (number != NULL && g_utf8_validate (number, -1, NULL))
    order = by_id ? sandbox_orders_find_number (sandbox->orders, merchant->account, number)
                  : sandbox_orders_find (sandbox->orders, merchant->account, number);
  if (order != NULL && by_id && (order->paid_at == NULL || !g_str_equal (number, order->transaction_id)))
    order = NULL; /* the gateway's number exists for a buyer's payment, not for an order */

  fault = sandbox_faults_take (sandbox->faults, GATEWAY, "query");
  if (order == NULL) {
    sandbox_wechat_refuse (reply, 404, "ORDER_NOT_EXIST", NULL, NULL, "the order does not exist");
    sandbox_fault_spoil (fault, reply);
    return;
  }
  text = make_transaction (order, fault);
  answer (sandbox, merchant, text, fault, reply);
}

static char *
certificate_time (const ASN1_TIME *time)
{
  struct tm parts;
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (8 * 60 * 60);
  g_autoptr (GDateTime) utc = NULL;
  g_autoptr (GDateTime) china = NULL;

  ASN1_TIME_to_tm (time, &parts);
  utc = g_date_time_new_utc (
      parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  china = g_date_time_to_timezone (utc, zone);
  return sandbox_time (china);
}

static void
add_sealed (JsonBuilder *builder, Sandbox *sandbox, const char *associated_data, const char *plaintext)
{
  g_autofree char *nonce = sandbox_random_text (12);
  g_autofree char *ciphertext = sandbox_seal (sandbox->config->api_v3_key, nonce, associated_data, plaintext);

  sandbox_json_add_text (builder, "algorithm", "AEAD_AES_256_GCM");
  sandbox_json_add_text (builder, "ciphertext", ciphertext);
  sandbox_json_add_text (builder, "associated_data", associated_data);
  sandbox_json_add_text (builder, "nonce", nonce);
}

static void
certificates (Sandbox *sandbox, const SandboxMerchant *merchant, SandboxReply *reply)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  SandboxConfig *config = sandbox->config;
  g_autofree char *pem = sandbox_certificate_to_pem (config->platform_certificate);
  g_autofree char *from = certificate_time (X509_get0_notBefore (config->platform_certificate));
  g_autofree char *to = certificate_time (X509_get0_notAfter (config->platform_certificate));
  g_autofree char *text = NULL;
  SandboxFault none = { .kind = SANDBOX_FAULT_NONE };

  if (merchant->has_public_key) {
    sandbox_wechat_refuse (
        reply, 404, "RESOURCE_NOT_EXISTS", NULL, NULL, "the merchant has no platform certificate");
    return;
  }
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "data");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "serial_no", config->platform_serial);
  sandbox_json_add_text (builder, "effective_time", from);
  sandbox_json_add_text (builder, "expire_time", to);
  json_builder_set_member_name (builder, "encrypt_certificate");
  json_builder_begin_object (builder);
  add_sealed (builder, sandbox, "certificate", pem);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  answer (sandbox, merchant, text, none, reply);
}

static void
route (Sandbox *sandbox, const SandboxMerchant *merchant, const SandboxRequest *request, SandboxReply *reply)
{
  if (g_str_equal (request->path, PATH_JSAPI))
    create (sandbox, merchant, request, reply);
  else if (g_str_equal (request->path, PATH_CERTS))
    certificates (sandbox, merchant, reply);
  else
    query (sandbox, merchant, request, reply);
}

void
sandbox_wechat_v3_handle (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  g_autofree char *hex = sandbox_random_hex (40);
  g_autofree char *request_id = g_strdup_printf ("08%s-0", hex);
  gboolean is_create = g_str_equal (request->path, PATH_JSAPI);
  gboolean is_known = is_create || g_str_equal (request->path, PATH_CERTS) ||
                      g_str_has_prefix (request->path, PATH_NUMBER) || g_str_has_prefix (request->path, PATH_ID);
  const SandboxMerchant *merchant = NULL;

  sandbox_reply_add_header (reply, "Request-ID", request_id);
  if (!is_known) {
    sandbox_reply_set (reply, 404, "application/json", "");
    return;
  }
  if (!g_str_equal (request->method, is_create ? "POST" : "GET")) {
    sandbox_reply_set (reply, 405, "application/json", "");
    return;
  }
  merchant = sandbox_wechat_authenticate (sandbox, request, reply);
  if (merchant != NULL && sandbox_wechat_check_headers (sandbox, merchant, request, reply))
    route (sandbox, merchant, request, reply);
}

static char *
make_event (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *id = sandbox_random_uuid ();
  g_autofree char *time = sandbox_time (order->paid_at);
  g_autofree char *plaintext = make_transaction (order, fault);

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "id", id);
  sandbox_json_add_text (builder, "create_time", time);
  sandbox_json_add_text (builder, "resource_type", "encrypt-resource");
  sandbox_json_add_text (builder, "event_type", "TRANSACTION.SUCCESS");
  sandbox_json_add_text (builder, "summary", "支付成功");
  json_builder_set_member_name (builder, "resource");
  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "original_type", "transaction");
  add_sealed (builder, sandbox, "transaction", plaintext);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  return sandbox_json_write (builder);
}

static gboolean
is_lie (SandboxFault fault)
{
  return fault.kind >= SANDBOX_FAULT_WRONG_ORDER && fault.kind <= SANDBOX_FAULT_WRONG_APPID;
}

SandboxPush *
sandbox_wechat_v3_push (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  g_autofree char *body =
      is_lie (fault) || order->event == NULL ? make_event (sandbox, order, fault) : g_strdup (order->event);
  SandboxPush *push = sandbox_push_new (order->notify_url, body);

  if (!is_lie (fault) && order->event == NULL)
    order->event = g_strdup (body);
  sandbox_wechat_sign (sandbox, find_merchant (order->account), body, fault, push->headers);
  return push;
}
