/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-v3.h"

#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-notify.h"
#include "sandbox-traffic.h"
#include "sandbox-wechat-auth.h"
#include "sandbox-wechat-mode.h"
#include "sandbox-wechat-order.h"
#include "sandbox-wechat-transaction.h"

#define JSAPI         "jsapi"
#define BY_NUMBER     "out-trade-no/"
#define BY_GATEWAY_NO "id/"

static void
answer (
    Sandbox *sandbox, const SandboxMerchant *merchant, const char *body, SandboxFault fault, SandboxReply *reply)
{
  SandboxFault bad = { .kind = SANDBOX_FAULT_BAD_SIGNATURE };

  sandbox_reply_set (reply, 200, "application/json", body);
  sandbox_wechat_sign (sandbox, merchant, body, fault, reply->headers);
  if (fault.kind == SANDBOX_FAULT_DUPLICATE)
    sandbox_wechat_sign (sandbox, merchant, body, bad, reply->headers);
}

static SandboxOrder *
add_order (Sandbox *sandbox, const SandboxMerchant *merchant, JsonObject *object, char *fingerprint)
{
  SandboxOrder *order = sandbox_orders_add (
      sandbox->orders, merchant->gateway, merchant->account, sandbox_json_text (object, "out_trade_no"));
  const SandboxWechatMode *mode = sandbox_wechat_mode_of (merchant);
  JsonObject *amount = json_object_get_object_member (object, "amount");
  JsonObject *payer = json_object_get_object_member (object, "payer");
  const char *openid = json_object_has_member (payer, mode->openids[0]) ? mode->openids[0] : mode->openids[1];
  const char *currency = sandbox_json_text (amount, "currency");
  const char *expire = sandbox_json_text (object, "time_expire");

  order->mchid = merchant->mchid;
  order->appid = g_strdup (merchant->appid);
  order->sub_mchid = g_strdup (merchant->sub_mchid);
  order->sub_appid = mode->sub_appid != NULL ? g_strdup (sandbox_json_text (object, mode->sub_appid)) : NULL;
  order->payer = g_strdup (sandbox_json_text (payer, openid));
  sandbox_order_set (order, "openid", openid);
  order->notify_url = g_strdup (sandbox_json_text (object, "notify_url"));
  order->attach = g_strdup (sandbox_json_text (object, "attach"));
  order->fingerprint = fingerprint;
  sandbox_json_integer (json_object_get_member (amount, "total"), &order->total);
  order->currency = currency != NULL ? g_intern_string (currency) : "CNY";
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

  if (!sandbox_begin (sandbox, reply, &fault))
    return;

  order = sandbox_orders_find (sandbox->orders, merchant->account, sandbox_json_text (object, "out_trade_no"));
  if (order != NULL && order->paid_at != NULL)
    sandbox_wechat_refuse (reply, 400, "ORDERPAID", NULL, NULL, "the order is paid");
  else if (order != NULL && !g_str_equal (order->fingerprint, fingerprint))
    sandbox_wechat_refuse (
        reply, 403, "OUT_TRADE_NO_USED", NULL, NULL, "out_trade_no is used with other parameters");
  else if (order != NULL && sandbox_order_is_closed (order))
    sandbox_wechat_refuse (reply, 400, "ORDER_CLOSED", NULL, NULL, "the order is closed");
  else if (order == NULL && sandbox_orders_is_full (sandbox->orders))
    sandbox_wechat_refuse (reply, 429, "RATELIMIT_EXCEEDED", NULL, NULL, "the sandbox holds no more orders");
  else {
    if (order == NULL)
      order = add_order (sandbox, merchant, object, g_steal_pointer (&fingerprint));
    g_free (order->handle);
    order->handle = sandbox_wechat_make_prepay_id ();
    text = g_strdup_printf ("{\"prepay_id\":\"%s\"}", order->handle);
    answer (sandbox, merchant, text, fault, reply);
  }
}

/* Whether the query string names the merchant as his mode does; FALSE with the reply filled. */
static gboolean
check_query (const SandboxMerchant *merchant, GHashTable *params, SandboxReply *reply)
{
  const SandboxWechatMode *mode = sandbox_wechat_mode_of (merchant);
  const struct {
    const char *name; /* nullable */
    const char *value;
  } wanted[] = { { mode->mchid, merchant->mchid }, { mode->sub_mchid, merchant->sub_mchid } };
  GHashTableIter iter;
  gpointer name = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++) {
    const char *sent =
        params != NULL && wanted[i].name != NULL ? g_hash_table_lookup (params, wanted[i].name) : NULL;

    if (g_strcmp0 (sent, wanted[i].value) == 0)
      continue;
    sandbox_wechat_refuse (reply,
                           400,
                           "PARAM_ERROR",
                           "query",
                           wanted[i].name,
                           "%s is missing or not the one that signed",
                           wanted[i].name);
    return FALSE;
  }

  g_hash_table_iter_init (&iter, params);
  while (g_hash_table_iter_next (&iter, &name, NULL)) {
    if (!sandbox_wechat_mode_is_name_of_another (mode, name))
      continue;
    sandbox_wechat_refuse (reply,
                           400,
                           "PARAM_ERROR",
                           "query",
                           name,
                           "%s belongs to another way of paying than this merchant's",
                           (const char *) name);
    return FALSE;
  }
  return TRUE;
}

static void
query (Sandbox *sandbox,
       const SandboxMerchant *merchant,
       const SandboxRequest *request,
       const char *rest,
       SandboxReply *reply)
{
  gboolean by_id = g_str_has_prefix (rest, BY_GATEWAY_NO);
  g_autoptr (GHashTable) params = sandbox_request_get_query (request);
  g_autofree char *number = g_uri_unescape_string (rest + strlen (by_id ? BY_GATEWAY_NO : BY_NUMBER), "/");
  g_autofree char *text = NULL;
  SandboxOrder *order = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };

  if (!check_query (merchant, params, reply))
    return;
  if (number != NULL && g_utf8_validate (number, -1, NULL))
    order = by_id ? sandbox_orders_find_number (sandbox->orders, merchant->account, number)
                  : sandbox_orders_find (sandbox->orders, merchant->account, number);
  if (order != NULL && by_id && (order->paid_at == NULL || !g_str_equal (number, order->transaction_id)))
    order = NULL; /* the gateway's number exists for a buyer's payment, not for an order */

  if (!sandbox_begin (sandbox, reply, &fault))
    return;
  if (order == NULL) {
    sandbox_wechat_refuse (reply, 404, "ORDER_NOT_EXIST", NULL, NULL, "the order does not exist");
    return;
  }
  text = sandbox_wechat_make_transaction (order, fault);
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
  sandbox_wechat_add_sealed (builder, sandbox, "certificate", pem);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  answer (sandbox, merchant, text, none, reply);
}

/* One request to either gateway; the one is the other with other paths and other names. */
static void
serve (Sandbox *sandbox, const char *gateway, const SandboxRequest *request, SandboxReply *reply)
{
  const SandboxWechatMode *mode = sandbox_wechat_mode_first (gateway);
  g_autofree char *hex = sandbox_random_hex (40);
  g_autofree char *request_id = g_strdup_printf ("08%s-0", hex);
  const char *rest = g_str_has_prefix (request->path, mode->orders) ? request->path + strlen (mode->orders) : "";
  gboolean is_create = g_str_equal (rest, JSAPI);
  gboolean is_query = g_str_has_prefix (rest, BY_NUMBER) || g_str_has_prefix (rest, BY_GATEWAY_NO);
  const SandboxMerchant *merchant = NULL;

  sandbox_reply_add_header (reply, "Request-ID", request_id);
  if (!is_create && !is_query && !g_str_equal (request->path, mode->certificates)) {
    sandbox_reply_set (reply, 404, "application/json", "");
    return;
  }
  if (!g_str_equal (request->method, is_create ? "POST" : "GET")) {
    sandbox_reply_set (reply, 405, "application/json", "");
    return;
  }
  merchant = sandbox_wechat_authenticate (sandbox, gateway, request, reply);
  if (merchant == NULL || !sandbox_wechat_check_headers (sandbox, merchant, request, reply))
    return;

  sandbox_reply_set_call (reply, is_create ? "create" : "query", merchant->account);
  if (is_create)
    create (sandbox, merchant, request, reply);
  else if (is_query)
    query (sandbox, merchant, request, rest, reply);
  else
    certificates (sandbox, merchant, reply);
}

static SandboxPush *
push (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  gboolean is_lie = sandbox_fault_is_lie (fault);
  g_autofree char *body =
      is_lie || order->event == NULL ? sandbox_wechat_make_event (sandbox, order, fault) : g_strdup (order->event);
  SandboxPush *made = sandbox_push_new (order->notify_url, body);

  if (!is_lie && order->event == NULL)
    order->event = g_strdup (body);
  sandbox_wechat_sign (sandbox, sandbox_merchant_get (order->account), body, fault, made->headers);
  return made;
}

static gboolean
is_acknowledged (const SandboxPush *made, guint status, GBytes *answer)
{
  return status == 200 || status == 204;
}

/* What both gateways can do wrong. */
#define FAULTS                                                                                                     \
  { SANDBOX_FAULT_NO_SIGNATURE, "cqrbon" }, { SANDBOX_FAULT_BAD_SIGNATURE, "cqrbon" },                             \
      { SANDBOX_FAULT_SIGNTEST, "cqrbon" }, { SANDBOX_FAULT_STALE, "cqrbon" },                                     \
      { SANDBOX_FAULT_WRONG_ORDER, "qrn" }, { SANDBOX_FAULT_WRONG_REFUND, "rn" },                                  \
      { SANDBOX_FAULT_WRONG_AMOUNT, "qrn" }, { SANDBOX_FAULT_WRONG_CURRENCY, "qrn" },                              \
      { SANDBOX_FAULT_WRONG_MCHID, "qn" }, { SANDBOX_FAULT_WRONG_APPID, "qn" },                                    \
      { SANDBOX_FAULT_DUPLICATE, "cqrbon" }, { SANDBOX_FAULT_SYSTEM_ERROR, "cqrbo" },                              \
      { SANDBOX_FAULT_WRONG_DIGEST, "b" }, { SANDBOX_FAULT_DISGUISED_ERROR, "b" },                                 \
      { SANDBOX_FAULT_BILL_CREATING, "b" }, { SANDBOX_FAULT_NO_BILL, "b" },                                        \
  {                                                                                                                \
    SANDBOX_FAULT_UNKNOWN_SERIAL, "cqrbon"                                                                         \
  }

static gboolean
v3_owns (const SandboxRequest *request)
{
  return g_str_has_prefix (request->path, "/v3/");
}

static void
v3_handle (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  serve (sandbox, SANDBOX_WECHAT_V3, request, reply);
}

static const SandboxFaultRule v3_faults[] = { FAULTS, { SANDBOX_FAULT_NONE, "" } };

const SandboxGateway sandbox_wechat_v3 = {
  .name = SANDBOX_WECHAT_V3,
  .faults = v3_faults,
  .owns = v3_owns,
  .handle = v3_handle,
  .push = push,
  .is_acknowledged = is_acknowledged,
};

static gboolean
global_owns (const SandboxRequest *request)
{
  return g_str_has_prefix (request->path, "/v3/global/");
}

static void
global_handle (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  serve (sandbox, SANDBOX_WECHAT_GLOBAL, request, reply);
}

static const SandboxFaultRule global_faults[] = { FAULTS,
                                                  { SANDBOX_FAULT_WRONG_SUB_MCHID, "qn" },
                                                  { SANDBOX_FAULT_WRONG_SUB_APPID, "qn" },
                                                  { SANDBOX_FAULT_NONE, "" } };

const SandboxGateway sandbox_wechat_global = {
  .name = SANDBOX_WECHAT_GLOBAL,
  .faults = global_faults,
  .owns = global_owns,
  .handle = global_handle,
  .push = push,
  .is_acknowledged = is_acknowledged,
};
