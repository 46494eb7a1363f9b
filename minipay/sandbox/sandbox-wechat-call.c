/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-call.h"

#include <string.h>

#include "sandbox-json.h"
#include "sandbox-traffic.h"
#include "sandbox-wechat-auth.h"

/* FALSE: the call is not to be obeyed, and the reply is filled. */
gboolean
sandbox_wechat_begin (SandboxWechatCall *call)
{
  if (!sandbox_begin (call->sandbox, call->reply, &call->fault))
    return FALSE;
  if (call->fault.kind == SANDBOX_FAULT_SYSTEM_ERROR)
    sandbox_wechat_deny (call, 500, "SYSTEM_ERROR", "系统错误");
  else if (call->fault.kind == SANDBOX_FAULT_NOT_ENOUGH)
    sandbox_wechat_deny (call, 403, "NOT_ENOUGH", "账户余额不足");
  else
    return TRUE;
  return FALSE;
}

/* Answers with success; @body is NULL for an answer without one, which is signed all the same. */
void
sandbox_wechat_answer (SandboxWechatCall *call, guint status, const char *body)
{
  SandboxFault bad = { .kind = SANDBOX_FAULT_BAD_SIGNATURE };
  const char *serial = sandbox_request_get (call->request, "Wechatpay-Serial");
  const char *text = body != NULL ? body : "";

  sandbox_reply_set (call->reply, status, body != NULL ? "application/json" : NULL, text);
  sandbox_wechat_sign (call->sandbox, call->merchant, serial, text, call->fault, call->reply->headers);
  if (call->fault.kind == SANDBOX_FAULT_DUPLICATE)
    sandbox_wechat_sign (call->sandbox, call->merchant, serial, text, bad, call->reply->headers);
}

void
sandbox_wechat_answer_builder (SandboxWechatCall *call, JsonBuilder *builder)
{
  g_autofree char *text = sandbox_json_write (builder);

  sandbox_wechat_answer (call, 200, text);
}

/* A refusal of what the call wants, rather than of how it is written. */
void
sandbox_wechat_deny (SandboxWechatCall *call, guint status, const char *code, const char *message)
{
  sandbox_wechat_refuse (call->reply, status, code, NULL, NULL, "%s", message);
}

/* FALSE always: one member of the body, by JSON pointer, is not as it must be. */
gboolean
sandbox_wechat_blame (SandboxWechatCall *call, const char *field, const char *format, ...)
{
  g_autofree char *issue = NULL;
  va_list args;

  va_start (args, format);
  issue = g_strdup_vprintf (format, args);
  va_end (args);
  sandbox_wechat_refuse (
      call->reply, 400, "PARAM_ERROR", "body", field, "%s %s", *field != '\0' ? field : "the body", issue);
  return FALSE;
}

/* NULL when the query string does not have it. */
const char *
sandbox_wechat_param (SandboxWechatCall *call, const char *name)
{
  return g_hash_table_lookup (call->params, name);
}

/* NULL when the body does not have it. */
const char *
sandbox_wechat_text (SandboxWechatCall *call, const char *name)
{
  return sandbox_json_text (call->object, name);
}

/* Whether the body names who signed and whom he signs for; members that are absent are the rules' to miss. */
gboolean
sandbox_wechat_check_parties (SandboxWechatCall *call)
{
  const SandboxWechatMode *mode = call->mode;
  const SandboxMerchant *merchant = call->merchant;
  const char *mchid = sandbox_wechat_text (call, mode->mchid);
  const char *appid = sandbox_wechat_text (call, mode->appid);
  const char *sub_mchid = mode->sub_mchid != NULL ? sandbox_wechat_text (call, mode->sub_mchid) : NULL;
  const char *sub_appid = mode->sub_appid != NULL ? sandbox_wechat_text (call, mode->sub_appid) : NULL;
  g_autofree char *pointer = g_strconcat ("/", mode->mchid, NULL);

  if (mchid != NULL && !g_str_equal (mchid, merchant->mchid))
    return sandbox_wechat_blame (call, pointer, "is not the one that signed");
  if (sub_mchid != NULL && !g_str_equal (sub_mchid, merchant->sub_mchid)) {
    sandbox_wechat_deny (call, 400, "MCH_NOT_EXISTS", "sub_mchid is no merchant of this institution");
    return FALSE;
  }
  if ((appid != NULL && !g_str_equal (appid, merchant->appid)) ||
      (sub_appid != NULL && g_strcmp0 (sub_appid, merchant->sub_appid) != 0)) {
    sandbox_wechat_deny (
        call, 400, "APPID_MCHID_NOT_MATCH", "the appids and merchant numbers do not belong together");
    return FALSE;
  }
  return TRUE;
}

/* Whether the query string names the merchant as his mode does; FALSE with the reply filled. */
gboolean
sandbox_wechat_check_query_parties (SandboxWechatCall *call)
{
  const SandboxWechatMode *mode = call->mode;
  const struct {
    const char *name; /* nullable */
    const char *value;
  } wanted[] = { { mode->mchid, call->merchant->mchid }, { mode->sub_mchid, call->merchant->sub_mchid } };
  GHashTableIter iter;
  gpointer name = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++) {
    const char *sent = wanted[i].name != NULL ? sandbox_wechat_param (call, wanted[i].name) : NULL;

    if (g_strcmp0 (sent, wanted[i].value) == 0)
      continue;
    sandbox_wechat_refuse (call->reply,
                           400,
                           "PARAM_ERROR",
                           "query",
                           wanted[i].name,
                           "%s is missing or not the one that signed",
                           wanted[i].name);
    return FALSE;
  }

  g_hash_table_iter_init (&iter, call->params);
  while (g_hash_table_iter_next (&iter, &name, NULL)) {
    if (!sandbox_wechat_mode_is_name_of_another (mode, name))
      continue;
    sandbox_wechat_refuse (call->reply,
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

/* Letters, digits and @others. */
gboolean
sandbox_wechat_is_number (const char *text, guint min, guint max, const char *others)
{
  gsize length = strlen (text);

  for (const char *p = text; *p != '\0'; p++) {
    if (!g_ascii_isalnum (*p) && strchr (others, *p) == NULL)
      return FALSE;
  }
  return length >= min && length <= max;
}

/* The gateway's number exists for a buyer's payment, not for an order: NULL before it is paid. */
SandboxOrder *
sandbox_wechat_find_paid (SandboxWechatCall *call, const char *transaction_id)
{
  SandboxOrder *order = sandbox_orders_find_number (call->sandbox->orders, call->merchant->account, transaction_id);

  return order != NULL && order->paid_at != NULL && g_str_equal (order->transaction_id, transaction_id) ? order
                                                                                                        : NULL;
}
