/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-v2-bill.h"

#include <string.h>

#include "sandbox-bill.h"
#include "sandbox-xml.h"

/* No bill can be had: a document without a signature, which is told from a bill by its first byte alone. */
static void
refuse_bill (SandboxV2Call *call, const char *message, const char *error_code)
{
  g_autoptr (GHashTable) fields = sandbox_v2_fields_new ();
  g_autofree char *text = NULL;

  sandbox_v2_put (fields, "return_code", "FAIL");
  sandbox_v2_put (fields, "return_msg", message);
  sandbox_v2_put (fields, "error_code", error_code);
  text = sandbox_xml_write (fields);
  sandbox_reply_set (call->reply, 200, "text/plain", text);
  sandbox_reply_judge (call->reply, "refused: %s", message);
}

/* yyyyMMdd as the books write a day, or NULL. */
static char *
read_day (const char *text)
{
  g_autofree char *day = NULL;

  if (strlen (text) != 8 || strspn (text, "0123456789") != 8)
    return NULL;
  day = g_strdup_printf ("%.4s-%.2s-%.2s", text, text + 4, text + 6);
  return sandbox_is_day (day) ? g_steal_pointer (&day) : NULL;
}

static void
send_bill (SandboxV2Call *call, SandboxBillKind kind, const char *day)
{
  SandboxBill *bill = sandbox_bills_make (call->sandbox, call->merchant, kind, day);

  if (bill == NULL) {
    refuse_bill (call, "No Bill Exist", "20002");
    return;
  }
  bill->is_gzip = sandbox_v2_get (call, "tar_type") != NULL;
  sandbox_bill_send (bill, call->reply);
}

/* What a fault answers in place of a bill, with the error_code [inferred] beside the documented text; TRUE when it
 * did. */
static gboolean
answer_fault (SandboxV2Call *call)
{
  static const struct {
    SandboxFaultKind kind;
    const char *message;
    const char *error_code;
  } answers[] = {
    { SANDBOX_FAULT_BILL_CREATING, "Bill Creating", "20003" },
    { SANDBOX_FAULT_NO_BILL, "No Bill Exist", "20002" },
    { SANDBOX_FAULT_SYSTEM_ERROR, "SYSTEMERROR", "100" },
    { SANDBOX_FAULT_DISGUISED_ERROR, "CompressGZip Error", "20007" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    if (!sandbox_v2_lies (call, answers[i].kind))
      continue;
    refuse_bill (call, answers[i].message, answers[i].error_code);
    return TRUE;
  }
  return FALSE;
}

void
sandbox_v2_download_bill (SandboxV2Call *call)
{
  static const struct {
    const char *type;
    SandboxBillKind kind;
  } kinds[] = {
    { "ALL", SANDBOX_BILL_ALL },
    { "SUCCESS", SANDBOX_BILL_SUCCESS },
    { "REFUND", SANDBOX_BILL_REFUND },
  };
  const char *type = sandbox_v2_get (call, "bill_type");
  g_autofree char *day = read_day (sandbox_v2_get (call, "bill_date"));

  if (answer_fault (call))
    return;
  if (day == NULL) {
    refuse_bill (call, "data format error", "20001");
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    if (!g_str_equal (kinds[i].type, type != NULL ? type : "ALL"))
      continue;
    send_bill (call, kinds[i].kind, day);
    return;
  }
  /* the sandbox gives back no recharged money */
  if (g_str_equal (type, "RECHARGE_REFUND"))
    refuse_bill (call, "No Bill Exist", "20002");
  else
    refuse_bill (call, "invalid bill_type", "20001");
}

/* This call has err_code as others have it. */
void
sandbox_v2_download_fund_flow (SandboxV2Call *call)
{
  static const char *const types[] = { "Basic", "Operation", "Fees", NULL };
  const char *type = sandbox_v2_get (call, "account_type");
  g_autofree char *day = read_day (sandbox_v2_get (call, "bill_date"));
  SandboxBill *bill = NULL;

  if (sandbox_v2_lies (call, SANDBOX_FAULT_BILL_CREATING))
    sandbox_v2_refuse (call, "BILL_CREATING", "账单生成中");
  else if (sandbox_v2_lies (call, SANDBOX_FAULT_NO_BILL))
    sandbox_v2_refuse (call, "NO_BILL_EXIST", "账单不存在");
  else if (sandbox_v2_lies (call, SANDBOX_FAULT_SYSTEM_ERROR) ||
           sandbox_v2_lies (call, SANDBOX_FAULT_DISGUISED_ERROR))
    sandbox_v2_refuse (call, "SYSTEMERROR", "系统超时");
  else if (day == NULL)
    sandbox_v2_refuse (call, "PARAM_ERROR", "参数错误: bill_date is not a day written yyyyMMdd");
  else if (!g_strv_contains (types, type))
    sandbox_v2_refuse (call, "PARAM_ERROR", "参数错误: account_type is none of Basic, Operation, Fees");
  else if (g_str_equal (type, "Basic") &&
           (bill = sandbox_bills_make (call->sandbox, call->merchant, SANDBOX_BILL_FUND_FLOW, day)) != NULL) {
    bill->is_gzip = sandbox_v2_get (call, "tar_type") != NULL;
    sandbox_bill_send (bill, call->reply);
  } else
    sandbox_v2_refuse (call, "NO_BILL_EXIST", "账单不存在");
}
