/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-v2.h"

#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-fields.h"
#include "sandbox-notify.h"
#include "sandbox-sign-v2.h"
#include "sandbox-traffic.h"
#include "sandbox-wechat-transaction.h"
#include "sandbox-wechat-v2-order.h"
#include "sandbox-xml.h"

#define GATEWAY    "wechat-v2"
#define PATH_ORDER "/pay/unifiedorder"
#define PATH_QUERY "/pay/orderquery"
#define ACCEPTED   "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"

static void
put (GHashTable *fields, const char *name, const char *value)
{
  g_hash_table_insert (fields, g_strdup (name), g_strdup (value));
}

static void
put_total (GHashTable *fields, const char *name, gint64 value)
{
  g_hash_table_insert (fields, g_strdup (name), g_strdup_printf ("%" G_GINT64_FORMAT, value));
}

static GHashTable *
fields_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/* The call is refused before anybody is known: no signature. */
static void
reject (SandboxReply *reply, const char *message, const char *detail)
{
  g_autoptr (GHashTable) fields = fields_new ();
  g_autofree char *text = NULL;

  put (fields, "return_code", "FAIL");
  put (fields, "return_msg", message);
  text = sandbox_xml_write (fields);
  sandbox_reply_set (reply, 200, "text/plain", text);
  if (reply->verdict == NULL)
    sandbox_reply_judge (
        reply, "refused: %s%s%s", message, detail != NULL ? ": " : "", detail != NULL ? detail : "");
}

/* Signs @fields as the fault wants it and writes them. */
static char *
seal (Sandbox *sandbox, const SandboxMerchant *merchant, GHashTable *fields, SandboxFault fault)
{
  g_autofree char *sign = sandbox_v2_sign_as (
      fields, merchant->sign_type, sandbox_config_get_sign_key (sandbox->config, merchant), fault);

  if (sign != NULL)
    put (fields, "sign", sign);
  return sandbox_xml_write (fields);
}

/* The members of an answer or a notification that say whose it is. */
static void
put_merchant (GHashTable *fields, const SandboxMerchant *merchant, SandboxFault fault)
{
  g_autofree char *nonce = sandbox_random_text (32);

  put (fields, "return_code", "SUCCESS");
  put (fields, "return_msg", "OK");
  put (fields, "appid", fault.kind == SANDBOX_FAULT_WRONG_APPID ? SANDBOX_WECHAT_WRONG_APPID : merchant->appid);
  put (fields, "mch_id", fault.kind == SANDBOX_FAULT_WRONG_MCHID ? SANDBOX_WECHAT_WRONG_MCHID : merchant->mchid);
  put (fields, "nonce_str", nonce);
}

static void
answer (
    Sandbox *sandbox, const SandboxMerchant *merchant, GHashTable *fields, SandboxFault fault, SandboxReply *reply)
{
  g_autofree char *text = seal (sandbox, merchant, fields, fault);
  g_autoptr (GString) twice = g_string_new (text);

  if (fault.kind == SANDBOX_FAULT_DUPLICATE)
    g_string_replace (twice, "</return_code>", "</return_code><return_code><![CDATA[FAIL]]></return_code>", 1);
  sandbox_reply_set (reply, 200, "text/plain", twice->str);
}

static void
refuse (Sandbox *sandbox,
        const SandboxMerchant *merchant,
        const char *code,
        const char *description,
        SandboxReply *reply)
{
  g_autoptr (GHashTable) fields = fields_new ();
  g_autofree char *quoted = sandbox_quote (description, -1);
  SandboxFault none = { .kind = SANDBOX_FAULT_NONE };

  put_merchant (fields, merchant, none);
  put (fields, "result_code", "FAIL");
  put (fields, "err_code", code);
  put (fields, "err_code_des", description);
  answer (sandbox, merchant, fields, none, reply);
  sandbox_reply_judge (reply, "refused: %s %s", code, quoted);
}

/* The gateway's own trouble comes without a signature: whoever reads it has nothing to trust. */
static gboolean
answer_trouble (SandboxFault fault, SandboxReply *reply)
{
  if (fault.kind != SANDBOX_FAULT_SYSTEM_ERROR)
    return FALSE;
  sandbox_reply_set (reply,
                     200,
                     "text/plain",
                     "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg>"
                     "<result_code><![CDATA[FAIL]]></result_code><err_code><![CDATA[SYSTEMERROR]]></err_code>"
                     "<err_code_des><![CDATA[系统超时]]></err_code_des></xml>");
  return TRUE;
}

/* Every parameter a repeat must bring again, with its length: what is signed cannot tell `a&b=c` in one value from
 * two values. The two times may be left out of a repeat. */
static char *
make_fingerprint (GHashTable *fields)
{
  const char *const fresh[] = { "nonce_str", "sign", "sign_type", "time_start", "time_expire", NULL };
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (fields), (GCompareFunc) strcmp);
  GString *text = g_string_new (NULL);

  for (GList *l = names; l != NULL; l = l->next) {
    const char *value = sandbox_fields_get (fields, l->data);

    if (value != NULL && !g_strv_contains (fresh, l->data))
      g_string_append_printf (text, "%s=%" G_GSIZE_FORMAT ":%s\n", (const char *) l->data, strlen (value), value);
  }
  return g_string_free (text, FALSE);
}

/* What keeps a number from being ordered again, with its code, or NULL. */
static const char *
check_repeat (SandboxOrder *order, GHashTable *fields, const char **code)
{
  static const char *const times[] = { "time_start", "time_expire" };
  g_autofree char *fingerprint = make_fingerprint (fields);

  *code = "ORDERPAID";
  if (order->paid_at != NULL)
    return "该订单已支付";
  *code = "OUT_TRADE_NO_USED";
  if (!g_str_equal (order->fingerprint, fingerprint))
    return "商户订单号重复";
  *code = "INVALID_REQUEST";
  for (guint i = 0; i < G_N_ELEMENTS (times); i++) {
    const char *time = sandbox_fields_get (fields, times[i]);

    if (time != NULL && g_strcmp0 (time, sandbox_order_get (order, times[i])) != 0)
      return "参数错误: a time is only given with the first call of an order";
  }
  *code = "ORDERCLOSED";
  return sandbox_order_is_closed (order) ? "该订单已关闭" : NULL;
}

static SandboxOrder *
add_order (Sandbox *sandbox, const SandboxMerchant *merchant, GHashTable *fields)
{
  SandboxOrder *order =
      sandbox_orders_add (sandbox->orders, GATEWAY, merchant->account, sandbox_fields_get (fields, "out_trade_no"));
  const char *expire = sandbox_fields_get (fields, "time_expire");
  guint64 total = 0;

  g_ascii_string_to_unsigned (sandbox_fields_get (fields, "total_fee"), 10, 1, G_MAXINT32, &total, NULL);
  order->mchid = merchant->mchid;
  order->appid = g_strdup (merchant->appid);
  order->payer = g_strdup (sandbox_fields_get (fields, "openid"));
  order->notify_url = g_strdup (sandbox_fields_get (fields, "notify_url"));
  order->attach = g_strdup (sandbox_fields_get (fields, "attach"));
  order->fingerprint = make_fingerprint (fields);
  order->handle = sandbox_wechat_make_prepay_id ();
  order->total = total;
  order->expires_at = expire != NULL ? sandbox_v2_time (expire) : NULL;
  sandbox_order_set (order, "time_start", sandbox_fields_get (fields, "time_start"));
  sandbox_order_set (order, "time_expire", expire);
  sandbox_pay_later (sandbox, order);
  return order;
}

static void
answer_order (
    Sandbox *sandbox, const SandboxMerchant *merchant, SandboxOrder *order, SandboxFault fault, SandboxReply *reply)
{
  g_autoptr (GHashTable) fields = fields_new ();

  if (answer_trouble (fault, reply))
    return;
  put_merchant (fields, merchant, fault);
  put (fields, "result_code", "SUCCESS");
  put (fields, "trade_type", "JSAPI");
  put (fields, "prepay_id", order->handle);
  answer (sandbox, merchant, fields, fault, reply);
}

static void
create (Sandbox *sandbox, const SandboxMerchant *merchant, GHashTable *fields, SandboxReply *reply)
{
  g_auto (SandboxV2Refusal) refusal = { 0 };
  SandboxOrder *order = NULL;
  const char *issue = NULL;
  const char *code = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };

  if (!sandbox_v2_check_order (fields, &refusal)) {
    refuse (sandbox, merchant, refusal.code, refusal.description, reply);
    return;
  }
  if (!sandbox_begin (sandbox, reply, &fault))
    return;

  order = sandbox_orders_find (sandbox->orders, merchant->account, sandbox_fields_get (fields, "out_trade_no"));
  if (order != NULL && (issue = check_repeat (order, fields, &code)) != NULL)
    refuse (sandbox, merchant, code, issue, reply);
  else if (order == NULL && sandbox_orders_is_full (sandbox->orders))
    refuse (sandbox, merchant, "FREQUENCY_LIMITED", "the sandbox holds no more orders", reply);
  else
    answer_order (sandbox, merchant, order != NULL ? order : add_order (sandbox, merchant, fields), fault, reply);
}

static void
put_paid (GHashTable *fields, SandboxOrder *order, SandboxFault fault)
{
  gint64 total = order->total + (fault.kind == SANDBOX_FAULT_WRONG_AMOUNT ? 1 : 0);
  g_autofree char *time_end = g_date_time_format (order->paid_at, "%Y%m%d%H%M%S");

  put (fields, "openid", order->payer);
  put (fields, "is_subscribe", "N");
  put (fields, "trade_type", "JSAPI");
  put (fields, "bank_type", "OTHERS");
  put_total (fields, "total_fee", total);
  put (fields, "fee_type", fault.kind == SANDBOX_FAULT_WRONG_CURRENCY ? "USD" : "CNY");
  put_total (fields, "cash_fee", total);
  put (fields, "transaction_id", order->transaction_id);
  put (fields, "time_end", time_end);
}

/* What the answer to a query and a notification say of an order. */
static GHashTable *
make_transaction (const SandboxMerchant *merchant, SandboxOrder *order, SandboxFault fault)
{
  GHashTable *fields = fields_new ();
  g_autofree char *other = sandbox_random_digits (20);

  put_merchant (fields, merchant, fault);
  put (fields, "result_code", "SUCCESS");
  put (fields, "out_trade_no", fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : order->out_trade_no);
  if (order->attach != NULL)
    put (fields, "attach", order->attach);
  if (order->paid_at != NULL)
    put_paid (fields, order, fault);
  return fields;
}

static SandboxOrder *
find_order (Sandbox *sandbox, const SandboxMerchant *merchant, GHashTable *fields)
{
  const char *transaction_id = sandbox_fields_get (fields, "transaction_id");
  SandboxOrder *order = NULL;

  if (transaction_id == NULL)
    return sandbox_orders_find (sandbox->orders, merchant->account, sandbox_fields_get (fields, "out_trade_no"));
  order = sandbox_orders_find_number (sandbox->orders, merchant->account, transaction_id);
  /* the gateway's number exists for a buyer's payment, not for an order */
  return order != NULL && order->paid_at != NULL && g_str_equal (order->transaction_id, transaction_id) ? order
                                                                                                        : NULL;
}

static void
query (Sandbox *sandbox, const SandboxMerchant *merchant, GHashTable *fields, SandboxReply *reply)
{
  g_auto (SandboxV2Refusal) refusal = { 0 };
  g_autoptr (GHashTable) answered = NULL;
  SandboxOrder *order = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };
  gboolean is_expired = FALSE;

  if (!sandbox_v2_check_query (fields, &refusal)) {
    refuse (sandbox, merchant, refusal.code, refusal.description, reply);
    return;
  }
  order = find_order (sandbox, merchant, fields);
  if (!sandbox_begin (sandbox, reply, &fault))
    return;
  if (answer_trouble (fault, reply))
    return;
  if (order == NULL) {
    refuse (sandbox, merchant, "ORDERNOTEXIST", "此交易订单号不存在", reply);
    return;
  }

  is_expired = sandbox_order_is_closed (order);
  answered = make_transaction (merchant, order, fault);
  put (answered, "trade_state", order->paid_at != NULL ? "SUCCESS" : is_expired ? "CLOSED" : "NOTPAY");
  put (answered,
       "trade_state_desc",
       order->paid_at != NULL ? "支付成功"
       : is_expired           ? "订单已关闭"
                              : "订单未支付");
  answer (sandbox, merchant, answered, fault, reply);
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
    reject (reply, "请使用post方法", NULL);
  else if (length == 0)
    reject (reply, "post数据为空", NULL);
  else if (g_strcmp0 (type, "text/xml") != 0 && g_strcmp0 (type, "application/xml") != 0)
    reject (reply, "XML格式错误", "the content type is neither text/xml nor application/xml");
  else if (!g_utf8_validate (data, length, NULL))
    reject (reply, "编码格式错误", NULL);
  else if ((fields = sandbox_xml_read (request->body, &error)) == NULL)
    reject (reply, "XML格式错误", error->message);
  return fields;
}

/* The merchant whose key has signed every member, or NULL with the reply filled. */
static const SandboxMerchant *
authenticate (Sandbox *sandbox, GHashTable *fields, SandboxReply *reply)
{
  const char *mch_id = sandbox_fields_get (fields, "mch_id");
  const char *sent = sandbox_fields_get (fields, "sign_type");
  const SandboxMerchant *merchant = sandbox_merchant_find (GATEWAY, mch_id);

  if (merchant == NULL) {
    reject (reply, "商户号mch_id不存在", "mch_id is none of the sandbox");
    return NULL;
  }
  if (!g_str_equal (sent != NULL ? sent : "MD5", merchant->sign_type)) {
    sandbox_reply_judge (reply,
                         "signature refused: sign_type is %s, the merchant's is %s",
                         sent == NULL                        ? "missing, which means MD5"
                         : g_str_equal (sent, "MD5")         ? "MD5"
                         : g_str_equal (sent, "HMAC-SHA256") ? "HMAC-SHA256"
                                                             : "none of the two",
                         merchant->sign_type);
    reject (reply, "签名错误", NULL);
    return NULL;
  }
  if (!sandbox_v2_check (fields,
                         sandbox_fields_get (fields, "sign"),
                         merchant->sign_type,
                         sandbox_config_get_sign_key (sandbox->config, merchant),
                         reply)) {
    reject (reply, "签名错误", NULL);
    return NULL;
  }
  if (g_strcmp0 (sandbox_fields_get (fields, "appid"), merchant->appid) != 0) {
    refuse (sandbox, merchant, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配", reply);
    return NULL;
  }
  return merchant;
}

static gboolean
owns (const SandboxRequest *request)
{
  return g_str_equal (request->path, PATH_ORDER) || g_str_equal (request->path, PATH_QUERY);
}

static void
handle (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply)
{
  g_autoptr (GHashTable) fields = read_fields (request, reply);
  const SandboxMerchant *merchant = fields != NULL ? authenticate (sandbox, fields, reply) : NULL;

  if (merchant == NULL)
    return;
  sandbox_reply_set_call (reply, g_str_equal (request->path, PATH_ORDER) ? "create" : "query", merchant->account);
  sandbox_reply_set_numbers (reply, sandbox_fields_get (fields, "out_trade_no"), NULL, NULL);
  if (g_str_equal (request->path, PATH_ORDER))
    create (sandbox, merchant, fields, reply);
  else
    query (sandbox, merchant, fields, reply);
}

static char *
make_event (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  const SandboxMerchant *merchant = sandbox_merchant_get (order->account);
  g_autoptr (GHashTable) fields = make_transaction (merchant, order, fault);
  gboolean is_hmac = g_str_equal (merchant->sign_type, "HMAC-SHA256");

  /* with MD5 the member is left out, which means the same; the other digest names itself only when it must */
  if (is_hmac != (fault.kind == SANDBOX_FAULT_OTHER_DIGEST))
    put (fields, "sign_type", "HMAC-SHA256");
  return seal (sandbox, merchant, fields, fault);
}

static SandboxPush *
push (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault)
{
  gboolean is_altered = sandbox_fault_is_lie (fault) || fault.kind == SANDBOX_FAULT_NO_SIGNATURE ||
                        fault.kind == SANDBOX_FAULT_BAD_SIGNATURE || fault.kind == SANDBOX_FAULT_OTHER_DIGEST;
  g_autofree char *altered = is_altered ? make_event (sandbox, order, fault) : NULL;
  SandboxPush *push = NULL;

  if (!is_altered && order->event == NULL)
    order->event = make_event (sandbox, order, fault);
  push = sandbox_push_new (order->notify_url, is_altered ? altered : order->event);
  push->content_type = "text/xml";
  return push;
}

static gboolean
is_acknowledged (const SandboxPush *push, guint status, GBytes *answer)
{
  return status == 200 && sandbox_bytes_equal (answer, ACCEPTED);
}

static const SandboxFaultRule fault_rules[] = {
  { SANDBOX_FAULT_NO_SIGNATURE, "cqn" },
  { SANDBOX_FAULT_BAD_SIGNATURE, "cqn" },
  { SANDBOX_FAULT_OTHER_DIGEST, "cqn" },
  { SANDBOX_FAULT_WRONG_ORDER, "qn" },
  { SANDBOX_FAULT_WRONG_AMOUNT, "qn" },
  { SANDBOX_FAULT_WRONG_CURRENCY, "qn" },
  { SANDBOX_FAULT_WRONG_MCHID, "cqn" },
  { SANDBOX_FAULT_WRONG_APPID, "cqn" },
  { SANDBOX_FAULT_SYSTEM_ERROR, "cq" },
  { SANDBOX_FAULT_DUPLICATE, "cqn" },
  { SANDBOX_FAULT_NONE, "" },
};

const SandboxGateway sandbox_wechat_v2 = {
  .name = GATEWAY,
  .faults = fault_rules,
  .owns = owns,
  .handle = handle,
  .push = push,
  .is_acknowledged = is_acknowledged,
};
