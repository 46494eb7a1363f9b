/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-v2-call.h"

#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-fields.h"
#include "sandbox-sign-v2.h"
#include "sandbox-wechat-transaction.h"
#include "sandbox-xml.h"

GHashTable *
sandbox_v2_fields_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/* Nothing happens when @value is NULL. */
void
sandbox_v2_put (GHashTable *fields, const char *name, const char *value)
{
  if (value != NULL)
    g_hash_table_insert (fields, g_strdup (name), g_strdup (value));
}

void
sandbox_v2_put_fen (GHashTable *fields, const char *name, gint64 value)
{
  g_hash_table_insert (fields, g_strdup (name), g_strdup_printf ("%" G_GINT64_FORMAT, value));
}

/* NULL when the member is missing or empty. */
const char *
sandbox_v2_get (const SandboxV2Call *call, const char *name)
{
  return sandbox_fields_get (call->fields, name);
}

/* 0 when the member is missing; what it may hold is checked already. */
gint64
sandbox_v2_get_fen (const SandboxV2Call *call, const char *name)
{
  const char *text = sandbox_v2_get (call, name);
  guint64 value = 0;

  if (text != NULL)
    g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT32, &value, NULL);
  return value;
}

/* Every parameter a repeat must bring again, with its length: what is signed cannot tell `a&b=c` in one value from
 * two values. Those of @fresh are left out. */
char *
sandbox_v2_make_fingerprint (GHashTable *fields, const char *const *fresh)
{
  static const char *const always[] = { "nonce_str", "sign", "sign_type", NULL };
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (fields), (GCompareFunc) strcmp);
  GString *text = g_string_new (NULL);

  for (GList *l = names; l != NULL; l = l->next) {
    const char *value = sandbox_fields_get (fields, l->data);

    if (value != NULL && !g_strv_contains (always, l->data) && !g_strv_contains (fresh, l->data))
      g_string_append_printf (text, "%s=%" G_GSIZE_FORMAT ":%s\n", (const char *) l->data, strlen (value), value);
  }
  return g_string_free (text, FALSE);
}

gboolean
sandbox_v2_lies (const SandboxV2Call *call, SandboxFaultKind kind)
{
  return call->fault.kind == kind;
}

/* The members of an answer or a notification that say whose it is. */
GHashTable *
sandbox_v2_answer_new (const SandboxMerchant *merchant, SandboxFault fault)
{
  GHashTable *fields = sandbox_v2_fields_new ();
  g_autofree char *nonce = sandbox_random_text (32);

  sandbox_v2_put (fields, "return_code", "SUCCESS");
  sandbox_v2_put (fields, "return_msg", "OK");
  sandbox_v2_put (fields, "result_code", "SUCCESS");
  sandbox_v2_put (
      fields, "appid", fault.kind == SANDBOX_FAULT_WRONG_APPID ? SANDBOX_WECHAT_WRONG_APPID : merchant->appid);
  sandbox_v2_put (
      fields, "mch_id", fault.kind == SANDBOX_FAULT_WRONG_MCHID ? SANDBOX_WECHAT_WRONG_MCHID : merchant->mchid);
  if (merchant->sub_mchid != NULL) {
    sandbox_v2_put (fields,
                    "sub_mch_id",
                    fault.kind == SANDBOX_FAULT_WRONG_SUB_MCHID ? SANDBOX_WECHAT_WRONG_MCHID : merchant->sub_mchid);
    sandbox_v2_put (fields,
                    "sub_appid",
                    fault.kind == SANDBOX_FAULT_WRONG_SUB_APPID ? SANDBOX_WECHAT_WRONG_APPID : merchant->sub_appid);
  }
  sandbox_v2_put (fields, "nonce_str", nonce);
  return fields;
}

/* Signs @fields as the fault wants it and writes them. */
char *
sandbox_v2_seal (Sandbox *sandbox,
                 const SandboxMerchant *merchant,
                 const char *sign_type,
                 GHashTable *fields,
                 SandboxFault fault)
{
  g_autofree char *sign =
      sandbox_v2_sign_as (fields, sign_type, sandbox_config_get_sign_key (sandbox->config, merchant), fault);

  sandbox_v2_put (fields, "sign", sign);
  return sandbox_xml_write (fields);
}

/* The gateway's own trouble comes without a signature: whoever reads it has nothing to trust. */
static void
answer_trouble (SandboxReply *reply)
{
  sandbox_reply_set (reply,
                     200,
                     "text/plain",
                     "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg>"
                     "<result_code><![CDATA[FAIL]]></result_code><err_code><![CDATA[SYSTEMERROR]]></err_code>"
                     "<err_code_des><![CDATA[系统超时]]></err_code_des></xml>");
}

void
sandbox_v2_answer (SandboxV2Call *call, GHashTable *fields)
{
  g_autofree char *text = NULL;
  g_autoptr (GString) twice = NULL;

  if (call->fault.kind == SANDBOX_FAULT_SYSTEM_ERROR) {
    answer_trouble (call->reply);
    return;
  }
  text = sandbox_v2_seal (call->sandbox, call->merchant, call->sign_type, fields, call->fault);
  twice = g_string_new (text);
  if (call->fault.kind == SANDBOX_FAULT_DUPLICATE)
    g_string_replace (twice, "</return_code>", "</return_code><return_code><![CDATA[FAIL]]></return_code>", 1);
  sandbox_reply_set (call->reply, 200, "text/plain", twice->str);
}

/* A refusal in the terms of the business: signed, as far as the fault lets it. */
void
sandbox_v2_refuse (SandboxV2Call *call, const char *code, const char *format, ...)
{
  g_autoptr (GHashTable) fields = sandbox_v2_answer_new (call->merchant, call->fault);
  g_autofree char *description = NULL;
  g_autofree char *quoted = NULL;
  va_list args;

  va_start (args, format);
  description = g_strdup_vprintf (format, args);
  va_end (args);
  quoted = sandbox_quote (description, -1);
  sandbox_v2_put (fields, "result_code", "FAIL");
  sandbox_v2_put (fields, "err_code", code);
  sandbox_v2_put (fields, "err_code_des", description);
  sandbox_v2_answer (call, fields);
  sandbox_reply_judge (call->reply, "refused: %s %s", code, quoted);
}

/* The call is refused before anybody is known: no signature. */
void
sandbox_v2_reject (SandboxReply *reply, const char *message, const char *detail)
{
  g_autoptr (GHashTable) fields = sandbox_v2_fields_new ();
  g_autofree char *text = NULL;

  sandbox_v2_put (fields, "return_code", "FAIL");
  sandbox_v2_put (fields, "return_msg", message);
  text = sandbox_xml_write (fields);
  sandbox_reply_set (reply, 200, "text/plain", text);
  if (reply->verdict == NULL)
    sandbox_reply_judge (
        reply, "refused: %s%s%s", message, detail != NULL ? ": " : "", detail != NULL ? detail : "");
}
