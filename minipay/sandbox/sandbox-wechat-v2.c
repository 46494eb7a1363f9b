/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-v2.h"

#include "sandbox-crypto.h"
#include "sandbox-fields.h"
#include "sandbox-sign-v2.h"
#include "sandbox-traffic.h"
#include "sandbox-transit-v2.h"
#include "sandbox-wechat-v2-bill.h"
#include "sandbox-wechat-v2-books.h"
#include "sandbox-wechat-v2-order.h"
#include "sandbox-wechat-v2-refund.h"
#include "sandbox-wechat-v2-rules.h"
#include "sandbox-wechat-v2-sharing.h"
#include "sandbox-xml.h"

#define ACCEPTED "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"
#define SHA256   "HMAC-SHA256"

/* What a call asks of who makes it, and how it differs from most. */
typedef enum {
  CERTIFICATE = 1 << 0,   /* mutual TLS */
  HMAC_ONLY = 1 << 1,     /* whatever the merchant's other calls are signed with */
  FOR_V2 = 1 << 2,        /* not for transit's merchants */
  FOR_TRANSIT = 1 << 3,   /* for them alone */
  WITHOUT_APPID = 1 << 4, /* the member is not there */
  BILL = 1 << 5           /* answers with texts of its own, without a merchant of a provider */
} Traits;

typedef struct {
  const char *path;
  const char *operation;
  const SandboxV2Rule *rules;
  const char *either[4]; /* nullable; one of these members must be there */
  Traits traits;
  void (*run) (SandboxV2Call *call);
} Route;

static const Route routes[] = {
  { "/pay/unifiedorder", "create", sandbox_v2_order_rules, { NULL }, FOR_V2, sandbox_v2_create },
  { "/pay/micropay", "create", sandbox_v2_micropay_rules, { NULL }, FOR_V2, sandbox_v2_micropay },
  { "/pay/orderquery",
    "query",
    sandbox_v2_which_rules,
    { "transaction_id", "out_trade_no" },
    FOR_V2,
    sandbox_v2_query },
  { "/pay/closeorder", "close", sandbox_v2_close_rules, { NULL }, FOR_V2, sandbox_v2_close },
  { "/secapi/pay/reverse",
    "reverse",
    sandbox_v2_which_rules,
    { "transaction_id", "out_trade_no" },
    FOR_V2 | CERTIFICATE,
    sandbox_v2_reverse },
  { "/secapi/pay/refund",
    "refund",
    sandbox_v2_refund_rules,
    { "transaction_id", "out_trade_no" },
    CERTIFICATE,
    sandbox_v2_refund },
  { "/pay/refundquery",
    "query-refund",
    sandbox_v2_refund_query_rules,
    { "refund_id", "out_refund_no", "transaction_id", "out_trade_no" },
    0,
    sandbox_v2_query_refund },
  { "/pay/downloadbill", "download-bill", sandbox_v2_bill_rules, { NULL }, BILL, sandbox_v2_download_bill },
  { "/pay/downloadfundflow",
    "download-bill",
    sandbox_v2_fund_flow_rules,
    { NULL },
    BILL | CERTIFICATE | HMAC_ONLY,
    sandbox_v2_download_fund_flow },
  { "/secapi/pay/profitsharing",
    "profit-sharing",
    sandbox_v2_share_rules,
    { NULL },
    FOR_V2 | CERTIFICATE | HMAC_ONLY,
    sandbox_v2_share },
  { "/secapi/pay/multiprofitsharing",
    "profit-sharing-multi",
    sandbox_v2_share_rules,
    { NULL },
    FOR_V2 | CERTIFICATE | HMAC_ONLY,
    sandbox_v2_share_multi },
  { "/secapi/pay/profitsharingfinish",
    "profit-sharing-finish",
    sandbox_v2_share_finish_rules,
    { NULL },
    FOR_V2 | CERTIFICATE | HMAC_ONLY,
    sandbox_v2_share_finish },
  { "/pay/profitsharingquery",
    "profit-sharing-query",
    sandbox_v2_share_query_rules,
    { NULL },
    FOR_V2 | HMAC_ONLY | WITHOUT_APPID,
    sandbox_v2_share_query },
  { "/pay/profitsharingaddreceiver",
    "profit-sharing-add-receiver",
    sandbox_v2_share_receiver_rules,
    { NULL },
    FOR_V2 | HMAC_ONLY,
    sandbox_v2_share_add_receiver },
  { "/pay/profitsharingremovereceiver",
    "profit-sharing-remove-receiver",
    sandbox_v2_share_receiver_rules,
    { NULL },
    FOR_V2 | HMAC_ONLY,
    sandbox_v2_share_remove_receiver },
  { "/secapi/pay/profitsharingreturn",
    "profit-sharing-return",
    sandbox_v2_share_return_rules,
    { "order_id", "out_order_no" },
    FOR_V2 | CERTIFICATE | HMAC_ONLY,
    sandbox_v2_share_return },
  { "/pay/profitsharingreturnquery",
    "profit-sharing-return-query",
    sandbox_v2_share_return_query_rules,
    { "order_id", "out_order_no" },
    FOR_V2 | HMAC_ONLY,
    sandbox_v2_share_return_query },
  { "/pay/profitsharingorderamountquery",
    "profit-sharing-amount",
    sandbox_v2_share_amount_rules,
    { NULL },
    FOR_V2 | HMAC_ONLY | WITHOUT_APPID,
    sandbox_v2_share_amount },
  { "/transit/pay/payapply",
    "create",
    sandbox_v2_transit_rules,
    { NULL },
    FOR_TRANSIT | HMAC_ONLY,
    sandbox_transit_v2_pay },
  { "/transit/partnerpay/payapply",
    "create",
    sandbox_v2_transit_rules,
    { NULL },
    FOR_TRANSIT | HMAC_ONLY,
    sandbox_transit_v2_pay },
  { "/transit/queryorder",
    "query",
    sandbox_v2_which_rules,
    { "transaction_id", "out_trade_no" },
    FOR_TRANSIT | HMAC_ONLY,
    sandbox_v2_query },
  { "/transit/pay/querystate",
    "user-state",
    sandbox_v2_user_rules,
    { NULL },
    FOR_TRANSIT | HMAC_ONLY,
    sandbox_transit_v2_user },
};

static const Route *
find_route (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++) {
    if (g_str_equal (routes[i].path, path))
      return &routes[i];
  }
  return NULL;
}

gboolean
sandbox_v2_has_route (const SandboxRequest *request)
{
  return find_route (request->path) != NULL;
}

/* The members of a call, or NULL with the reply filled. */
static GHashTable *
read_fields (const SandboxRequest *request, SandboxReply *reply)
{
  const char *type = soup_message_headers_get_content_type (request->headers, NULL);
  gsize length = 0;
  const char *data = g_bytes_get_data (request->body, &length);
  g_autoptr (GError) error = NULL;
  GHashTable *fields = NULL;

  if (!g_str_equal (request->method, "POST"))
    sandbox_v2_reject (reply, "请使用post方法", NULL);
  else if (length == 0)
    sandbox_v2_reject (reply, "post数据为空", NULL);
  else if (g_strcmp0 (type, "text/xml") != 0 && g_strcmp0 (type, "application/xml") != 0)
    sandbox_v2_reject (reply, "XML格式错误", "the content type is neither text/xml nor application/xml");
  else if (!g_utf8_validate (data, length, NULL))
    sandbox_v2_reject (reply, "编码格式错误", NULL);
  else if ((fields = sandbox_xml_read (request->body, &error)) == NULL)
    sandbox_v2_reject (reply, "XML格式错误", error->message);
  return fields;
}

static gboolean
check_signature (SandboxV2Call *call, const Route *route)
{
  const char *sent = sandbox_v2_get (call, "sign_type");
  const char *key = sandbox_config_get_sign_key (call->sandbox->config, call->merchant);

  if (!g_str_equal (sent != NULL ? sent : "MD5", call->sign_type)) {
    sandbox_reply_judge (call->reply,
                         "signature refused: sign_type is %s, the call's is %s",
                         sent == NULL                 ? "missing, which means MD5"
                         : g_str_equal (sent, "MD5")  ? "MD5"
                         : g_str_equal (sent, SHA256) ? SHA256
                                                      : "none of the two",
                         call->sign_type);
  } else if (sandbox_v2_check (call->fields, sandbox_v2_get (call, "sign"), call->sign_type, key, call->reply))
    return TRUE;
  sandbox_v2_reject (call->reply, route->traits & BILL ? "SIGN ERROR" : "签名错误", NULL);
  return FALSE;
}

/* The texts for a missing and for a strange certificate are [inferred] from the note on CERT_ERROR. */
static gboolean
check_certificate (SandboxV2Call *call, const char *client)
{
  if (client == NULL)
    sandbox_v2_reject (
        call->reply, "证书出错，请登录微信支付商户平台下载证书", "no certificate of a merchant was shown");
  else if (!g_str_equal (client, call->merchant->account))
    sandbox_v2_refuse (call, "CERT_ERROR", "证书校验错误: the certificate is another merchant's");
  else
    return TRUE;
  return FALSE;
}

static const SandboxMerchant *
find_merchant (const char *mch_id)
{
  const SandboxMerchant *merchant = sandbox_merchant_find (SANDBOX_WECHAT_V2, mch_id);

  return merchant != NULL ? merchant : sandbox_merchant_find (SANDBOX_TRANSIT_V2, mch_id);
}

/* Whether the call comes from whom it names, who may make it; the reply is filled otherwise. */
static gboolean
authenticate (SandboxV2Call *call, const Route *route, const SandboxRequest *request)
{
  gboolean is_transit = FALSE;

  call->merchant = find_merchant (sandbox_v2_get (call, "mch_id"));
  if (call->merchant == NULL) {
    sandbox_v2_reject (call->reply, "商户号mch_id不存在", "mch_id is none of the sandbox");
    return FALSE;
  }
  is_transit = g_str_equal (call->merchant->gateway, SANDBOX_TRANSIT_V2);
  call->sign_type = route->traits & HMAC_ONLY ? SHA256 : call->merchant->sign_type;
  call->reply->call.gateway = call->merchant->gateway;
  sandbox_reply_set_call (call->reply, route->operation, call->merchant->account);
  if (!check_signature (call, route))
    return FALSE;
  if (route->traits & CERTIFICATE && !check_certificate (call, request->client))
    return FALSE;
  if (route->traits & (is_transit ? FOR_V2 : FOR_TRANSIT)) {
    sandbox_v2_refuse (call, "NOAUTH", "商户无此接口权限");
    return FALSE;
  }
  if (route->traits & WITHOUT_APPID || g_strcmp0 (sandbox_v2_get (call, "appid"), call->merchant->appid) == 0)
    return TRUE;
  sandbox_v2_refuse (call, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配");
  return FALSE;
}

/* What is wrong with the call before anybody looks at the books; the reply is filled then. */
static gboolean
check_members (SandboxV2Call *call, const Route *route)
{
  g_auto (SandboxV2Refusal) refusal = { 0 };
  SandboxV2Members members = (route->traits & WITHOUT_APPID ? SANDBOX_V2_WITHOUT_APPID : 0) |
                             (route->traits & BILL ? SANDBOX_V2_WITHOUT_SUB : 0);
  gboolean has_either = route->either[0] == NULL;

  for (guint i = 0; i < G_N_ELEMENTS (route->either) && route->either[i] != NULL; i++)
    has_either = has_either || sandbox_v2_get (call, route->either[i]) != NULL;
  if (sandbox_v2_check_call (route->rules, members, call->merchant, call->fields, &refusal) && has_either)
    return TRUE;
  if (refusal.code == NULL)
    sandbox_v2_refusal_set (&refusal, "LACK_PARAMS", "缺少参数: %s or %s", route->either[0], route->either[1]);
  if (route->traits & BILL)
    sandbox_v2_reject (call->reply,
                       g_str_equal (refusal.code, "LACK_PARAMS") ? "missing parameter" : "data format error",
                       refusal.description);
  else
    sandbox_v2_refuse (call, refusal.code, "%s", refusal.description);
  return FALSE;
}

static void
note_numbers (SandboxV2Call *call)
{
  const char *number = sandbox_v2_get (call, "out_return_no");

  sandbox_reply_set_numbers (call->reply,
                             sandbox_v2_get (call, "out_trade_no"),
                             sandbox_v2_get (call, "out_refund_no"),
                             number != NULL ? number : sandbox_v2_get (call, "out_order_no"));
}

void
sandbox_v2_handle (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  const Route *route = find_route (request->path);
  g_autoptr (GHashTable) fields = read_fields (request, reply);
  SandboxV2Call call = { .sandbox = sandbox, .fields = fields, .reply = reply };

  if (fields == NULL || !authenticate (&call, route, request))
    return;
  note_numbers (&call);
  if (!check_members (&call, route) || !sandbox_begin (sandbox, reply, &call.fault) ||
      sandbox_v2_books_refuse (&call))
    return;
  route->run (&call);
}

static gboolean
owns (const SandboxRequest *request)
{
  return sandbox_v2_has_route (request);
}

static char *
make_event (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  const SandboxMerchant *merchant = sandbox_merchant_get (order->account);
  g_autoptr (GHashTable) fields = sandbox_v2_make_transaction (merchant, order, fault);
  gboolean is_hmac = g_str_equal (merchant->sign_type, SHA256);

  /* with MD5 the member is left out, which means the same; the other digest names itself only when it must */
  if (is_hmac != (fault.kind == SANDBOX_FAULT_OTHER_DIGEST))
    sandbox_v2_put (fields, "sign_type", SHA256);
  return sandbox_v2_seal (sandbox, merchant, merchant->sign_type, fields, fault);
}

/* A code payment has no address to be told of. */
SandboxPush *
sandbox_v2_push (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  gboolean is_altered = sandbox_fault_is_lie (fault) || fault.kind == SANDBOX_FAULT_NO_SIGNATURE ||
                        fault.kind == SANDBOX_FAULT_BAD_SIGNATURE || fault.kind == SANDBOX_FAULT_OTHER_DIGEST;
  g_autofree char *altered = NULL;
  SandboxPush *push = NULL;

  if (order->notify_url == NULL)
    return NULL;
  if (is_altered)
    altered = make_event (sandbox, order, fault);
  else if (order->event == NULL)
    order->event = make_event (sandbox, order, fault);
  push = sandbox_push_new (order->notify_url, is_altered ? altered : order->event);
  push->content_type = "text/xml";
  return push;
}

gboolean
sandbox_v2_is_acknowledged (const SandboxPush *push, guint status, GBytes *answer)
{
  return status == 200 && sandbox_bytes_equal (answer, ACCEPTED);
}

const SandboxFaultRule sandbox_v2_fault_rules[] = {
  { SANDBOX_FAULT_NO_SIGNATURE, "cqron" },
  { SANDBOX_FAULT_BAD_SIGNATURE, "cqron" },
  { SANDBOX_FAULT_OTHER_DIGEST, "cqron" },
  { SANDBOX_FAULT_WRONG_ORDER, "qron" },
  { SANDBOX_FAULT_WRONG_REFUND, "ron" },
  { SANDBOX_FAULT_WRONG_AMOUNT, "qron" },
  { SANDBOX_FAULT_WRONG_CURRENCY, "qrn" },
  { SANDBOX_FAULT_WRONG_MCHID, "cqron" },
  { SANDBOX_FAULT_WRONG_APPID, "cqron" },
  { SANDBOX_FAULT_WRONG_SUB_MCHID, "cqron" },
  { SANDBOX_FAULT_WRONG_SUB_APPID, "cqron" },
  { SANDBOX_FAULT_SYSTEM_ERROR, "cqrob" },
  { SANDBOX_FAULT_PROCESSING, "o" },
  { SANDBOX_FAULT_DUPLICATE, "cqron" },
  { SANDBOX_FAULT_DISGUISED_ERROR, "b" },
  { SANDBOX_FAULT_BILL_CREATING, "b" },
  { SANDBOX_FAULT_NO_BILL, "b" },
  { SANDBOX_FAULT_NONE, "" },
};

static const SandboxCommand commands[] = { { SANDBOX_WECHAT_V2, sandbox_v2_control, NULL }, { NULL } };

const SandboxGateway sandbox_wechat_v2 = {
  .name = SANDBOX_WECHAT_V2,
  .faults = sandbox_v2_fault_rules,
  .owns = owns,
  .handle = sandbox_v2_handle,
  .push = sandbox_v2_push,
  .push_refund = sandbox_v2_push_refund,
  .is_acknowledged = sandbox_v2_is_acknowledged,
  .commands = commands,
};
