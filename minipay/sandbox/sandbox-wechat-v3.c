/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-v3.h"

#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-wechat-auth.h"
#include "sandbox-wechat-bill.h"
#include "sandbox-wechat-combine.h"
#include "sandbox-wechat-keys.h"
#include "sandbox-wechat-payment.h"
#include "sandbox-wechat-refund.h"
#include "sandbox-wechat-sharing.h"
#include "sandbox-wechat-transaction.h"

#define OWN         SANDBOX_WECHAT_MAINLAND
#define PROVIDER    SANDBOX_WECHAT_PROVIDER
#define HOME        SANDBOX_WECHAT_HOME
#define ABROAD      SANDBOX_WECHAT_ABROAD
#define NUMBER      SANDBOX_WECHAT_BY_OUT_TRADE_NO
#define ID          SANDBOX_WECHAT_BY_TRANSACTION_ID
#define TRANSACTION "/v3/pay/transactions"
#define PARTNER     "/v3/pay/partner/transactions"
#define COMBINE     "/v3/combine-transactions"
#define REFUNDS     "/v3/refund/domestic/refunds"
#define SHARING     "/v3/profitsharing"
#define GLOBAL      "/v3/global"

/* One call: who may make it, how, and what it is. */
typedef struct {
  guint modes;
  const char *method;
  const char *path; /* a star stands for one segment */
  const char *operation;
  SandboxWechatHandler handle;
  guint argument;
  gboolean is_file; /* the answer is no JSON */
} Route;

static const Route routes[] = {
  { OWN, "POST", TRANSACTION "/jsapi", "create", sandbox_wechat_create, SANDBOX_WECHAT_JSAPI, FALSE },
  { OWN, "POST", TRANSACTION "/app", "create", sandbox_wechat_create, SANDBOX_WECHAT_APP, FALSE },
  { OWN, "POST", TRANSACTION "/h5", "create", sandbox_wechat_create, SANDBOX_WECHAT_H5, FALSE },
  { OWN, "POST", TRANSACTION "/native", "create", sandbox_wechat_create, SANDBOX_WECHAT_NATIVE, FALSE },
  { OWN, "GET", TRANSACTION "/out-trade-no/*", "query", sandbox_wechat_query, NUMBER, FALSE },
  { OWN, "GET", TRANSACTION "/id/*", "query", sandbox_wechat_query, ID, FALSE },
  { OWN, "POST", TRANSACTION "/out-trade-no/*/close", "close", sandbox_wechat_close, NUMBER, FALSE },
  { PROVIDER, "POST", PARTNER "/jsapi", "create", sandbox_wechat_create, SANDBOX_WECHAT_JSAPI, FALSE },
  { PROVIDER, "POST", PARTNER "/app", "create", sandbox_wechat_create, SANDBOX_WECHAT_APP, FALSE },
  { PROVIDER, "POST", PARTNER "/h5", "create", sandbox_wechat_create, SANDBOX_WECHAT_H5, FALSE },
  { PROVIDER, "POST", PARTNER "/native", "create", sandbox_wechat_create, SANDBOX_WECHAT_NATIVE, FALSE },
  { PROVIDER, "GET", PARTNER "/out-trade-no/*", "query", sandbox_wechat_query, NUMBER, FALSE },
  { PROVIDER, "GET", PARTNER "/id/*", "query", sandbox_wechat_query, ID, FALSE },
  { PROVIDER, "POST", PARTNER "/out-trade-no/*/close", "close", sandbox_wechat_close, NUMBER, FALSE },
  { OWN, "POST", COMBINE "/jsapi", "create", sandbox_wechat_combine, SANDBOX_WECHAT_JSAPI, FALSE },
  { OWN, "POST", COMBINE "/app", "create", sandbox_wechat_combine, SANDBOX_WECHAT_APP, FALSE },
  { OWN, "POST", COMBINE "/h5", "create", sandbox_wechat_combine, SANDBOX_WECHAT_H5, FALSE },
  { OWN, "POST", COMBINE "/native", "create", sandbox_wechat_combine, SANDBOX_WECHAT_NATIVE, FALSE },
  { OWN, "GET", COMBINE "/out-trade-no/*", "query", sandbox_wechat_combine_query, 0, FALSE },
  { OWN, "POST", COMBINE "/out-trade-no/*/close", "close", sandbox_wechat_combine_close, 0, FALSE },
  { HOME, "POST", REFUNDS, "refund", sandbox_wechat_refund, 0, FALSE },
  { HOME, "GET", REFUNDS "/*", "query-refund", sandbox_wechat_query_refund, NUMBER, FALSE },
  { HOME, "POST", REFUNDS "/*/apply-abnormal-refund", "abnormal-refund", sandbox_wechat_abnormal_refund, 0, FALSE },
  { HOME, "GET", "/v3/bill/tradebill", "download-bill", sandbox_wechat_trade_bill, 0, FALSE },
  { HOME, "GET", "/v3/bill/fundflowbill", "download-bill", sandbox_wechat_fund_flow_bill, 0, FALSE },
  { HOME, "GET", SHARING "/bills", "download-bill", sandbox_wechat_sharing_bill, 0, FALSE },
  { HOME, "GET", "/v3/billdownload/file", "download", sandbox_wechat_download, 0, TRUE },
  { HOME, "POST", SHARING "/receivers/add", "profit-sharing-add-receiver", sandbox_wechat_add_receiver, 0, FALSE },
  { HOME,
    "POST",
    SHARING "/receivers/delete",
    "profit-sharing-remove-receiver",
    sandbox_wechat_remove_receiver,
    0,
    FALSE },
  { HOME, "POST", SHARING "/orders", "profit-sharing", sandbox_wechat_share, 0, FALSE },
  { HOME, "GET", SHARING "/orders/*", "profit-sharing-query", sandbox_wechat_query_share, 0, FALSE },
  { HOME, "POST", SHARING "/orders/unfreeze", "profit-sharing-finish", sandbox_wechat_unfreeze, 0, FALSE },
  { HOME, "POST", SHARING "/return-orders", "profit-sharing-return", sandbox_wechat_return_share, 0, FALSE },
  { HOME, "GET", SHARING "/return-orders/*", "profit-sharing-return-query", sandbox_wechat_query_return, 0, FALSE },
  { HOME, "GET", SHARING "/transactions/*/amounts", "profit-sharing-amount", sandbox_wechat_share_left, 0, FALSE },
  { HOME, "GET", "/v3/certificates", "refresh-keys", sandbox_wechat_certificates, 0, FALSE },
  { ABROAD, "POST", GLOBAL "/transactions/jsapi", "create", sandbox_wechat_create, SANDBOX_WECHAT_JSAPI, FALSE },
  { ABROAD, "POST", GLOBAL "/transactions/app", "create", sandbox_wechat_create, SANDBOX_WECHAT_APP, FALSE },
  { ABROAD, "POST", GLOBAL "/transactions/mweb", "create", sandbox_wechat_create, SANDBOX_WECHAT_H5, FALSE },
  { ABROAD, "POST", GLOBAL "/transactions/native", "create", sandbox_wechat_create, SANDBOX_WECHAT_NATIVE, FALSE },
  { ABROAD, "GET", GLOBAL "/transactions/out-trade-no/*", "query", sandbox_wechat_query, NUMBER, FALSE },
  { ABROAD, "GET", GLOBAL "/transactions/id/*", "query", sandbox_wechat_query, ID, FALSE },
  { ABROAD, "POST", GLOBAL "/transactions/out-trade-no/*/close", "close", sandbox_wechat_close, NUMBER, FALSE },
  { ABROAD, "POST", GLOBAL "/transactions/id/*/close", "close", sandbox_wechat_close, ID, FALSE },
  { ABROAD,
    "POST",
    GLOBAL "/micropay/transactions/pay",
    "create",
    sandbox_wechat_micropay,
    SANDBOX_WECHAT_MICROPAY,
    FALSE },
  { ABROAD,
    "POST",
    GLOBAL "/micropay/transactions/out-trade-no/*/reverse",
    "reverse",
    sandbox_wechat_reverse,
    NUMBER,
    FALSE },
  { ABROAD, "POST", GLOBAL "/micropay/transactions/id/*/reverse", "reverse", sandbox_wechat_reverse, ID, FALSE },
  { ABROAD, "POST", GLOBAL "/refunds", "refund", sandbox_wechat_refund, 0, FALSE },
  { ABROAD, "GET", GLOBAL "/refunds", "list-refunds", sandbox_wechat_list_refunds, 0, FALSE },
  { ABROAD, "GET", GLOBAL "/refunds/out-refund-no/*", "query-refund", sandbox_wechat_query_refund, NUMBER, FALSE },
  { ABROAD, "GET", GLOBAL "/refunds/id/*", "query-refund", sandbox_wechat_query_refund, ID, FALSE },
  { ABROAD, "GET", GLOBAL "/statements", "download-bill", sandbox_wechat_statement, 0, TRUE },
  { ABROAD, "GET", GLOBAL "/settle/settlements", "settlements", sandbox_wechat_settlements, 0, FALSE },
  { ABROAD, "GET", GLOBAL "/certificates", "refresh-keys", sandbox_wechat_certificates, 0, FALSE },
};

/* Whether @path is what @pattern says; @number takes what stands for the star, as it was sent. */
static gboolean
matches (const char *pattern, const char *path, char **number)
{
  const char *star = strchr (pattern, '*');
  gsize before = star != NULL ? star - pattern : 0;
  gsize length = 0;

  if (star == NULL)
    return g_str_equal (pattern, path);
  if (strncmp (pattern, path, before) != 0)
    return FALSE;
  length = strcspn (path + before, "/");
  if (length == 0 || !g_str_equal (path + before + length, star + 1))
    return FALSE;
  g_free (*number);
  *number = g_strndup (path + before, length);
  return TRUE;
}

/* The call a request makes, or NULL with the reply filled. Of two that fit the exact one counts. */
static const Route *
find_route (guint modes, const SandboxRequest *request, char **number, SandboxReply *reply)
{
  const Route *found = NULL;
  gboolean has_path = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++) {
    if ((routes[i].modes & modes) == 0 || !matches (routes[i].path, request->path, number))
      continue;
    has_path = TRUE;
    if (!g_str_equal (routes[i].method, request->method))
      continue;
    if (found == NULL || strchr (routes[i].path, '*') == NULL)
      found = &routes[i];
  }
  if (found == NULL)
    sandbox_reply_set (reply, has_path ? 405 : 404, "application/json", "");
  return found;
}

static gboolean
read_number (SandboxWechatCall *call, const char *sent)
{
  if (sent == NULL)
    return TRUE;
  call->number = g_uri_unescape_string (sent, "/");
  if (call->number != NULL && g_utf8_validate (call->number, -1, NULL))
    return TRUE;
  sandbox_wechat_deny (call, 400, "PARAM_ERROR", "the number in the path is not UTF-8 text without a slash");
  return FALSE;
}

static gboolean
read_body (SandboxWechatCall *call)
{
  g_autoptr (GError) error = NULL;

  if (!g_str_equal (call->request->method, "POST"))
    return TRUE;
  call->root = sandbox_json_parse (call->request->body, &error);
  if (call->root == NULL)
    sandbox_wechat_deny (call, 400, "PARAM_ERROR", error->message);
  return call->root != NULL;
}

static gboolean
read_params (SandboxWechatCall *call)
{
  call->params = sandbox_request_get_query (call->request);
  if (call->params == NULL)
    sandbox_wechat_refuse (
        call->reply, 400, "PARAM_ERROR", "query", NULL, "the query string is malformed or names something twice");
  return call->params != NULL;
}

static void
run (SandboxWechatCall *call, const Route *route, const char *number)
{
  if ((route->modes & call->mode->bit) == 0)
    sandbox_wechat_deny (call, 403, "NO_AUTH", "this call belongs to another way of paying than this merchant's");
  else if (sandbox_wechat_check_headers (
               call->sandbox, call->merchant, call->request, !route->is_file, call->reply) &&
           read_number (call, number) && read_params (call) && read_body (call))
    route->handle (call);
}

static void
serve (Sandbox *sandbox, const char *gateway, guint modes, const SandboxRequest *request, SandboxReply *reply)
{
  g_autofree char *hex = sandbox_random_hex (40);
  g_autofree char *request_id = g_strdup_printf ("08%s-0", hex);
  g_autofree char *number = NULL;
  const Route *route = NULL;
  SandboxWechatCall call = { .sandbox = sandbox, .request = request, .reply = reply };

  sandbox_reply_add_header (reply, "Request-ID", request_id);
  route = find_route (modes, request, &number, reply);
  if (route == NULL)
    return;
  sandbox_reply_set_call (reply, route->operation, NULL);
  call.merchant = sandbox_wechat_authenticate (sandbox, gateway, request, reply);
  if (call.merchant == NULL)
    return;
  sandbox_reply_set_call (reply, route->operation, call.merchant->account);
  reply->call.key_id = g_strdup (sandbox_request_get (request, "Wechatpay-Serial"));
  call.mode = sandbox_wechat_mode_of (call.merchant);
  call.argument = route->argument;
  run (&call, route, strchr (route->path, '*') != NULL ? number : NULL);
  g_free (call.number);
  g_clear_pointer (&call.params, g_hash_table_unref);
  g_clear_pointer (&call.root, json_node_unref);
}

/* A posted event; a lie is told once, and what was true is repeated byte by byte. */
static SandboxPush *
make_push (Sandbox *sandbox, SandboxOrder *order, const char *url, char **event, char *fresh, SandboxFault fault)
{
  g_autofree char *made = fresh;
  const char *body = sandbox_fault_is_lie (fault) ? made : *event;
  SandboxPush *push = NULL;

  if (body == NULL)
    body = *event = g_steal_pointer (&made);
  push = sandbox_push_new (url, body);
  sandbox_wechat_sign (sandbox, sandbox_merchant_get (order->account), NULL, body, fault, push->headers);
  return push;
}

static SandboxPush *
push (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  char *fresh = NULL;

  if (order->notify_url == NULL)
    return NULL;
  fresh = order->parts != NULL ? sandbox_wechat_make_combined_event (sandbox, order, fault)
                               : sandbox_wechat_make_event (sandbox, order, fault);
  return make_push (sandbox, order, order->notify_url, &order->event, fresh, fault);
}

static SandboxPush *
push_refund (Sandbox *sandbox, SandboxRefund *refund, SandboxFault fault)
{
  if (refund->notify_url == NULL)
    return NULL;
  return make_push (sandbox,
                    refund->order,
                    refund->notify_url,
                    &refund->event,
                    sandbox_wechat_make_refund_event (sandbox, refund, fault),
                    fault);
}

static gboolean
is_acknowledged (const SandboxPush *made, guint status, GBytes *answer)
{
  return status == 200 || status == 204;
}

static const SandboxFaultRule fault_rules[] = {
  { SANDBOX_FAULT_NO_SIGNATURE, "cqrbon" },
  { SANDBOX_FAULT_BAD_SIGNATURE, "cqrbon" },
  { SANDBOX_FAULT_SIGNTEST, "cqrbon" },
  { SANDBOX_FAULT_STALE, "cqrbon" },
  { SANDBOX_FAULT_UNKNOWN_SERIAL, "cqrbon" },
  { SANDBOX_FAULT_DUPLICATE, "cqrbon" },
  { SANDBOX_FAULT_SYSTEM_ERROR, "cqrbo" },
  { SANDBOX_FAULT_NOT_ENOUGH, "ro" },
  { SANDBOX_FAULT_WRONG_ORDER, "qrn" },
  { SANDBOX_FAULT_WRONG_REFUND, "rn" },
  { SANDBOX_FAULT_WRONG_AMOUNT, "qrn" },
  { SANDBOX_FAULT_WRONG_CURRENCY, "qrn" },
  { SANDBOX_FAULT_WRONG_MCHID, "qn" },
  { SANDBOX_FAULT_WRONG_APPID, "qn" },
  { SANDBOX_FAULT_WRONG_SUB_MCHID, "qn" },
  { SANDBOX_FAULT_WRONG_SUB_APPID, "qn" },
  { SANDBOX_FAULT_WRONG_DIGEST, "b" },
  { SANDBOX_FAULT_DISGUISED_ERROR, "b" },
  { SANDBOX_FAULT_BILL_CREATING, "b" },
  { SANDBOX_FAULT_NO_BILL, "b" },
  { SANDBOX_FAULT_NONE, "" },
};

static gboolean
v3_owns (const SandboxRequest *request)
{
  return g_str_has_prefix (request->path, "/v3/");
}

static void
v3_handle (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  serve (sandbox, SANDBOX_WECHAT_V3, SANDBOX_WECHAT_HOME, request, reply);
}

static const SandboxCommand v3_commands[] = { { "rotate", sandbox_wechat_rotate, NULL }, { NULL } };

const SandboxGateway sandbox_wechat_v3 = {
  .name = SANDBOX_WECHAT_V3,
  .faults = fault_rules,
  .owns = v3_owns,
  .handle = v3_handle,
  .push = push,
  .push_refund = push_refund,
  .is_acknowledged = is_acknowledged,
  .commands = v3_commands,
};

static gboolean
global_owns (const SandboxRequest *request)
{
  return g_str_has_prefix (request->path, "/v3/global/");
}

static void
global_handle (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  serve (sandbox, SANDBOX_WECHAT_GLOBAL, SANDBOX_WECHAT_ABROAD, request, reply);
}

const SandboxGateway sandbox_wechat_global = {
  .name = SANDBOX_WECHAT_GLOBAL,
  .faults = fault_rules,
  .owns = global_owns,
  .handle = global_handle,
  .push = push,
  .push_refund = push_refund,
  .is_acknowledged = is_acknowledged,
};
