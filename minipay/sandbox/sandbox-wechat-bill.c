/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-bill.h"

#include <string.h>

#include "sandbox-bill.h"
#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-wechat-auth.h"
#include "sandbox-wechat-keys.h"
#include "sandbox-wechat-sharing.h"

#define PATH_DOWNLOAD "/v3/billdownload/file"
#define MONTHS_BACK   3
#define DAYS_BACK     180

static gboolean
blame_param (SandboxWechatCall *call, const char *name, const char *issue)
{
  sandbox_wechat_refuse (call->reply, 400, "PARAM_ERROR", "query", name, "%s %s", name, issue);
  return FALSE;
}

/* Whether the value is one of @allowed or, unless the first of those is "", absent counts too. */
static gboolean
check_choice (SandboxWechatCall *call, const char *name, const char *const *allowed)
{
  const char *value = sandbox_wechat_param (call, name);

  return value == NULL || g_strv_contains (allowed, value) || blame_param (call, name, "is none of its values");
}

/* A day that has begun (a sandbox has no yesterday, so today's bill is already there) and is not too long ago. */
static gboolean
check_day (SandboxWechatCall *call, const char *name, const char *day, int months, int days)
{
  g_autoptr (GDateTime) now = sandbox_now ();
  g_autoptr (GDateTime) months_ago = g_date_time_add_months (now, -months);
  g_autoptr (GDateTime) oldest = g_date_time_add_days (months_ago, -days);
  g_autofree char *last = g_date_time_format (now, "%Y-%m-%d");
  g_autofree char *first = g_date_time_format (oldest, "%Y-%m-%d");

  if (!sandbox_is_day (day))
    return blame_param (call, name, "is no day as the page writes it");
  if (strcmp (day, first) < 0 || strcmp (day, last) > 0)
    return blame_param (call, name, "is too long ago or still to come");
  return TRUE;
}

static gboolean
check_sub_mchid (SandboxWechatCall *call)
{
  const char *sub_mchid = sandbox_wechat_param (call, "sub_mchid");

  return sub_mchid == NULL || g_strcmp0 (sub_mchid, call->merchant->sub_mchid) == 0 ||
         blame_param (call, "sub_mchid", "is no merchant of this provider");
}

/* Whether the call may have a bill now; FALSE with the reply filled. */
static gboolean
begin (SandboxWechatCall *call)
{
  if (!sandbox_wechat_begin (call))
    return FALSE;
  if (call->fault.kind == SANDBOX_FAULT_BILL_CREATING)
    sandbox_wechat_deny (call, 400, "STATEMENT_CREATING", "账单生成中, 请稍后再试");
  else if (call->fault.kind == SANDBOX_FAULT_NO_BILL)
    sandbox_wechat_deny (call, 400, "NO_STATEMENT_EXIST", "账单文件不存在");
  else
    return TRUE;
  return FALSE;
}

static char *
digest_of (SandboxWechatCall *call, SandboxBill *bill)
{
  char *sha1 = sandbox_bill_sha1 (bill);

  if (call->fault.kind == SANDBOX_FAULT_WRONG_DIGEST)
    sha1[0] = sha1[0] == '0' ? '1' : '0';
  return sha1;
}

/* Says where the bill is and what its plain text's digest is. */
static void
answer (SandboxWechatCall *call, SandboxBill *bill)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *sha1 = NULL;
  g_autofree char *url = NULL;

  if (bill == NULL) {
    sandbox_wechat_deny (call, 400, "NO_STATEMENT_EXIST", "账单文件不存在");
    return;
  }
  bill->is_gzip = sandbox_wechat_param (call, "tar_type") != NULL;
  sha1 = digest_of (call, bill);
  url = g_strdup_printf (
      "%s" PATH_DOWNLOAD "?token=%s%s", call->sandbox->endpoint, bill->token, bill->is_gzip ? "&tartype=gzip" : "");
  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "hash_type", "SHA1");
  sandbox_json_add_text (builder, "hash_value", sha1);
  sandbox_json_add_text (builder, "download_url", url);
  json_builder_end_object (builder);
  sandbox_wechat_answer_builder (call, builder);
}

static gboolean
check_common (SandboxWechatCall *call)
{
  static const char *const tars[] = { "GZIP", NULL };

  return check_day (call, "bill_date", sandbox_wechat_param (call, "bill_date"), MONTHS_BACK, 0) &&
         check_choice (call, "tar_type", tars) && check_sub_mchid (call);
}

void
sandbox_wechat_trade_bill (SandboxWechatCall *call)
{
  static const char *const types[] = { "ALL", "SUCCESS", "REFUND", NULL };
  const char *type = sandbox_wechat_param (call, "bill_type");
  SandboxBillKind kind = g_strcmp0 (type, "SUCCESS") == 0  ? SANDBOX_BILL_SUCCESS
                         : g_strcmp0 (type, "REFUND") == 0 ? SANDBOX_BILL_REFUND
                                                           : SANDBOX_BILL_ALL;

  if (check_common (call) && check_choice (call, "bill_type", types) && begin (call))
    answer (call,
            sandbox_bills_make (call->sandbox, call->merchant, kind, sandbox_wechat_param (call, "bill_date")));
}

void
sandbox_wechat_fund_flow_bill (SandboxWechatCall *call)
{
  static const char *const accounts[] = { "BASIC", "OPERATION", "FEES", NULL };
  const char *account = sandbox_wechat_param (call, "account_type");
  SandboxBill *bill = NULL;

  if (!check_common (call) || !check_choice (call, "account_type", accounts) || !begin (call))
    return;
  /* every payment goes to the basic account, so the others stand still */
  if (account == NULL || g_str_equal (account, "BASIC"))
    bill = sandbox_bills_make (
        call->sandbox, call->merchant, SANDBOX_BILL_FUND_FLOW, sandbox_wechat_param (call, "bill_date"));
  answer (call, bill);
}

void
sandbox_wechat_sharing_bill (SandboxWechatCall *call)
{
  if (check_common (call) && begin (call))
    answer (call, sandbox_wechat_make_sharing_bill (call, sandbox_wechat_param (call, "bill_date")));
}

/* The file itself: the request is signed, the answer is not. */
void
sandbox_wechat_download (SandboxWechatCall *call)
{
  SandboxBill *bill =
      sandbox_bills_find (call->sandbox->bills, call->merchant->account, sandbox_wechat_param (call, "token"));

  if (!sandbox_wechat_begin (call))
    return;
  if (bill == NULL)
    sandbox_wechat_deny (call, 403, "NO_AUTH", "the file belongs to another merchant or is gone");
  else if (call->fault.kind == SANDBOX_FAULT_DISGUISED_ERROR)
    sandbox_reply_set (call->reply, 200, "text/plain", "{\"code\":\"SYSTEM_ERROR\",\"message\":\"系统错误\"}");
  else
    sandbox_bill_send (bill, call->reply);
}

/* The signed digest of a statement, under names of its own. */
static void
sign_statement (SandboxWechatCall *call, const char *sha1)
{
  const char *serial = sandbox_request_get (call->request, "Wechatpay-Serial");
  g_autofree char *signed_text = g_strdup_printf ("{\"sha1\":\"%s\"}", sha1);

  sandbox_wechat_sign (call->sandbox, call->merchant, serial, signed_text, call->fault, call->reply->headers);
  sandbox_reply_add_header (call->reply, "Wechatpay-Statement-Sha1", sha1);
}

/* Global's statement comes at once, with the digest in its head. */
void
sandbox_wechat_statement (SandboxWechatCall *call)
{
  const char *date = sandbox_wechat_param (call, "date");
  const char *encodings = sandbox_request_get (call->request, "Accept-Encoding");
  g_autofree char *day = NULL;
  g_autofree char *sha1 = NULL;
  SandboxBill *bill = NULL;

  if (!sandbox_wechat_check_query_parties (call))
    return;
  if (date == NULL || strlen (date) != strlen ("20260131")) {
    blame_param (call, "date", "is no day as the page writes it");
    return;
  }
  day = g_strdup_printf ("%.4s-%.2s-%s", date, date + 4, date + 6);
  if (!check_day (call, "date", day, 0, DAYS_BACK) || !begin (call))
    return;
  bill = sandbox_bills_make (call->sandbox, call->merchant, SANDBOX_BILL_ALL, day);
  if (bill == NULL) {
    sandbox_wechat_deny (call, 400, "NO_STATEMENT_EXIST", "账单文件不存在");
    return;
  }
  sha1 = digest_of (call, bill);
  bill->is_gzip = encodings != NULL && strstr (encodings, "gzip") != NULL;
  if (call->fault.kind == SANDBOX_FAULT_DISGUISED_ERROR) {
    sandbox_reply_set (call->reply, 200, "text/plain", "{\"code\":\"SYSTEM_ERROR\",\"message\":\"系统错误\"}");
    return;
  }
  sandbox_bill_send (bill, call->reply);
  if (bill->is_gzip)
    sandbox_reply_add_header (call->reply, "Content-Encoding", "gzip");
  sign_statement (call, sha1);
}

/* What the day's payments and refunds come to. */
static gint64
sum_up (SandboxWechatCall *call, const char **currency, gint64 *refunded)
{
  g_autoptr (GPtrArray) orders = sandbox_orders_match (call->sandbox->orders, call->merchant->account, NULL);
  gint64 paid = 0;

  for (guint i = 0; i < orders->len; i++) {
    SandboxOrder *order = g_ptr_array_index (orders, i);

    if (order->paid_at == NULL || order->reversed_at != NULL)
      continue;
    /* a merchant has one currency; the sandbox takes that of his first order */
    *currency = order->currency;
    paid += order->total;
    *refunded += sandbox_refunds_sum (call->sandbox->refunds, order);
  }
  return paid;
}

/* FALSE when there is nothing to settle. */
static gboolean
add_batch (SandboxWechatCall *call, JsonBuilder *builder, const char *day, gboolean is_settled)
{
  const char *currency = NULL;
  gint64 refunded = 0;
  gint64 paid = sum_up (call, &currency, &refunded);

  if (paid == 0)
    return FALSE;
  json_builder_begin_object (builder);
  if (is_settled) {
    sandbox_json_add_text (builder, "batch_id", day);
    sandbox_json_add_text (builder, "settlement_date", day);
  }
  sandbox_json_add_text (builder, "trade_start_date", day);
  sandbox_json_add_text (builder, "trade_end_date", day);
  json_builder_set_member_name (builder, "amount");
  json_builder_begin_object (builder);
  sandbox_json_add_integer (builder, "settled", is_settled ? paid - refunded : 0);
  sandbox_json_add_integer (builder, "unsettle", is_settled ? 0 : paid - refunded);
  sandbox_json_add_text (builder, "currency", currency);
  sandbox_json_add_integer (builder, "pay", paid);
  sandbox_json_add_integer (builder, "refund", refunded);
  sandbox_json_add_integer (builder, "net", paid - refunded);
  sandbox_json_add_integer (builder, "fee", 0);
  json_builder_end_object (builder);
  sandbox_json_add_text (builder, "wallet_region", "CHINA_MAINLAND");
  json_builder_end_object (builder);
  return TRUE;
}

/* SETTLED and UNSETTLE both tell of today alone: a sandbox settles what it was paid whenever it is asked. */
void
sandbox_wechat_settlements (SandboxWechatCall *call)
{
  static const char *const states[] = { "SETTLED", "UNSETTLE", NULL };
  const char *state = sandbox_wechat_param (call, "settle_state");
  const char *from = sandbox_wechat_param (call, "settle_start_date");
  const char *to = sandbox_wechat_param (call, "settle_end_date");
  const char *offset = sandbox_wechat_param (call, "offset");
  const char *limit = sandbox_wechat_param (call, "limit");
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GDateTime) now = sandbox_now ();
  g_autofree char *day = g_date_time_format (now, "%Y%m%d");
  gboolean is_inside = (from == NULL || strcmp (from, day) <= 0) && (to == NULL || strcmp (day, to) <= 0);
  guint64 skip = 0;
  guint64 most = 10;
  gint64 count = 0;

  if (state == NULL || !check_choice (call, "settle_state", states) || !check_sub_mchid (call)) {
    if (state == NULL)
      blame_param (call, "settle_state", "is missing");
    return;
  }
  if ((offset != NULL && !g_ascii_string_to_unsigned (offset, 10, 0, G_MAXINT32, &skip, NULL)) ||
      (limit != NULL && !g_ascii_string_to_unsigned (limit, 10, 1, 100, &most, NULL))) {
    blame_param (call, "limit", "or offset is no whole number of its range");
    return;
  }
  if (!sandbox_wechat_begin (call))
    return;
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "data");
  json_builder_begin_array (builder);
  count = is_inside && skip == 0 && add_batch (call, builder, day, g_str_equal (state, "SETTLED")) ? 1 : 0;
  json_builder_end_array (builder);
  sandbox_json_add_integer (builder, "total_count", count);
  sandbox_json_add_integer (builder, "offset", skip);
  sandbox_json_add_integer (builder, "limit", most);
  json_builder_end_object (builder);
  sandbox_wechat_answer_builder (call, builder);
}
