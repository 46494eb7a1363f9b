/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-weidoufu-message.h"

#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-fields.h"
#include "sandbox-json.h"

static void
add_failure_data (JsonBuilder *builder, SandboxWeidoufuShape shape, GHashTable *fields)
{
  const char *number = fields != NULL ? sandbox_fields_get (fields, "out_order_no") : NULL;
  g_autofree char *digits = sandbox_random_digits (24);

  json_builder_set_member_name (builder, "data");
  json_builder_begin_object (builder);
  if (shape == SANDBOX_WEIDOUFU_JSAPI) {
    sandbox_json_add_text (builder, "mch_trade_no", digits);
    sandbox_json_add_text (builder, "out_order_no", number != NULL ? number : "");
    sandbox_json_add_text (builder, "jsapi", "");
  }
  json_builder_end_object (builder);
}

void
sandbox_weidoufu_refuse (SandboxReply *reply, SandboxWeidoufuShape shape, GHashTable *fields, const char *message)
{
  gboolean is_code = shape == SANDBOX_WEIDOUFU_CODE;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  sandbox_json_add_integer (builder, is_code ? "return_code" : "code", 0);
  sandbox_json_add_text (builder, is_code ? "msg" : "message", message);
  if (shape == SANDBOX_WEIDOUFU_PLAIN)
    sandbox_json_add_text (builder, "status", "fail");
  if (!is_code)
    add_failure_data (builder, shape, fields);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (reply, 200, "application/json", text);
  if (reply->verdict == NULL)
    sandbox_reply_judge (reply, "refused: %s", message);
}

void
sandbox_weidoufu_refuse_field (
    SandboxReply *reply, SandboxWeidoufuShape shape, GHashTable *fields, const char *format, ...)
{
  g_autofree char *reason = NULL;
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  message = g_strdup_printf ("参数错误: %s", reason);
  sandbox_weidoufu_refuse (reply, shape, fields, message);
}

/* What weidoufu signs, but for the secret key at its end. */
char *
sandbox_weidoufu_join (GHashTable *fields)
{
  g_autofree char *sorted = sandbox_fields_sort (fields);

  return g_strconcat (sorted, "secret_key=", NULL);
}

static gboolean
check_signature (Sandbox *sandbox, GHashTable *fields, SandboxWeidoufuShape shape, SandboxReply *reply)
{
  const char *sign = sandbox_fields_get (fields, "sign") != NULL ? sandbox_fields_get (fields, "sign") : "";
  g_autofree char *shown = sandbox_weidoufu_join (fields);
  g_autofree char *whole = g_strconcat (shown, sandbox->config->secret_key, NULL);
  g_autofree char *expected = sandbox_md5 (whole);
  g_autofree char *quoted = NULL;
  g_autofree char *folded = NULL;

  if (sandbox_is_equal (expected, sign))
    return TRUE;

  folded = g_ascii_strup (sign, -1);
  quoted = sandbox_quote (shown, -1);
  sandbox_reply_judge (reply,
                       "signature refused: %s; expected the MD5 of %s followed by the %" G_GSIZE_FORMAT
                       " characters of the secret key, %" G_GSIZE_FORMAT " bytes in all",
                       g_str_equal (folded, expected) ? "it is written in lower case"
                       : strlen (sign) == 32          ? "another digest was sent"
                                                      : "the sign sent is not 32 characters long",
                       quoted,
                       strlen (sandbox->config->secret_key),
                       strlen (whole));
  sandbox_weidoufu_refuse (reply, shape, fields, "签名错误");
  return FALSE;
}

/* The fields of a signed call, or NULL with the reply filled. */
GHashTable *
sandbox_weidoufu_read (Sandbox *sandbox,
                       const SandboxRequest *request,
                       SandboxWeidoufuShape shape,
                       SandboxReply *reply)
{
  static const char *const texts[] = { "access_key",    "appid",      "attach",       "auth_code",
                                       "body",          "buyer_id",   "ledger",       "mch_trade_no",
                                       "notify_url",    "openid",     "out_order_no", "quit_url",
                                       "receiver_code", "return_url", "sign",         NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) fields = sandbox_fields_read (request, texts, &error);
  const char *access_key = fields != NULL ? sandbox_fields_get (fields, "access_key") : NULL;

  if (fields == NULL) {
    sandbox_weidoufu_refuse_field (reply, shape, NULL, "%s", error->message);
    return NULL;
  }
  if (access_key == NULL || !sandbox_is_equal (access_key, sandbox->config->access_key)) {
    sandbox_weidoufu_refuse_field (
        reply, shape, fields, "access_key is not the one of the sandbox's configuration");
    return NULL;
  }
  return check_signature (sandbox, fields, shape, reply) ? g_steal_pointer (&fields) : NULL;
}

/* A whole number in 1..@max, of nine digits at most. */
gboolean
sandbox_weidoufu_read_number (const char *text, gint64 max, gint64 *number)
{
  gint64 value = 0;

  if (*text == '0' || strlen (text) > 9)
    return FALSE;
  for (const char *p = text; *p != '\0'; p++) {
    if (!g_ascii_isdigit (*p))
      return FALSE;
    value = value * 10 + (*p - '0');
  }
  *number = value;
  return value >= 1 && value <= max;
}
