/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-aggregator-message.h"

#include "sandbox-crypto.h"
#include "sandbox-fields.h"
#include "sandbox-json.h"
#include "sandbox-sign-v2.h"

#define MAX_BLOCKS 64

/* How `data` of an answer holds the sealed text: two pages draw it differently, and a third reading is near. */
static const char *const shapes[] = { "object", "text", "json", NULL };

gboolean
sandbox_aggregator_is_shape (const char *shape)
{
  return shape != NULL && g_strv_contains (shapes, shape);
}

/* The members and their sign as JSON. */
char *
sandbox_aggregator_make_map (Sandbox *sandbox,
                             const SandboxMerchant *merchant,
                             const SandboxMember *members,
                             guint n_members,
                             SandboxFault fault)
{
  g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *sign = NULL;

  json_builder_begin_object (builder);
  for (guint i = 0; i < n_members; i++) {
    if (members[i].value == NULL)
      continue;
    g_hash_table_insert (fields, (gpointer) members[i].name, (gpointer) members[i].value);
    sandbox_json_add_text (builder, members[i].name, members[i].value);
  }
  sign = sandbox_v2_sign_as (fields, "MD5", sandbox_config_get_sign_key (sandbox->config, merchant), fault);
  if (sign != NULL)
    sandbox_json_add_text (builder, "sign", sign);
  json_builder_end_object (builder);
  return sandbox_json_write (builder);
}

/* Only the aggregator can make what its public key opens. */
char *
sandbox_aggregator_seal (Sandbox *sandbox, const char *map, SandboxFault fault)
{
  SandboxConfig *config = sandbox->config;
  SandboxKey *key = fault.kind == SANDBOX_FAULT_UNKNOWN_SERIAL ? config->platform_key : config->aggregator_key;

  return sandbox_encrypt_private (key, map, fault.kind == SANDBOX_FAULT_BAD_PADDING);
}

/* What a sealed request and a sealed notification look like. */
char *
sandbox_aggregator_make_envelope (Sandbox *sandbox, const char *mchid, const char *map, SandboxFault fault)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *sealed = sandbox_aggregator_seal (sandbox, map, fault);

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "customerNo", mchid);
  sandbox_json_add_text (builder, "reqmsg", sealed);
  json_builder_end_object (builder);
  return sandbox_json_write (builder);
}

/* The envelope was no envelope: nothing inside it can be answered. */
static void
refuse_envelope (SandboxReply *reply, const char *reason)
{
  g_autofree char *text = g_strdup_printf ("{\"code\":\"400\",\"msg\":\"参数错误: %s\"}", reason);

  sandbox_reply_set (reply, 200, "application/json", text);
  sandbox_reply_judge (reply, "refused: %s", reason);
}

/* The merchant of a sealed call, or NULL with the reply filled. */
static const SandboxMerchant *
read_envelope (const SandboxRequest *request, char **sealed, SandboxReply *reply)
{
  const char *type = soup_message_headers_get_content_type (request->headers, NULL);
  g_autoptr (GHashTable) fields = sandbox_fields_read_json (request->body, NULL, NULL);
  const char *number = fields != NULL ? g_hash_table_lookup (fields, "customerNo") : NULL;
  const char *reqmsg = fields != NULL ? g_hash_table_lookup (fields, "reqmsg") : NULL;
  const SandboxMerchant *merchant = NULL;

  if (g_strcmp0 (type, "application/json") != 0) {
    refuse_envelope (reply, "the content type is not application/json");
    return NULL;
  }
  if (number == NULL || reqmsg == NULL || g_hash_table_size (fields) != 2) {
    refuse_envelope (reply, "the body is not an object of the two strings customerNo and reqmsg");
    return NULL;
  }
  merchant = sandbox_merchant_find (SANDBOX_AGGREGATOR, number);
  if (merchant == NULL || g_strcmp0 (merchant->mode, "sealed") != 0) {
    refuse_envelope (reply, "customerNo is none that makes sealed calls");
    return NULL;
  }
  *sealed = g_strdup (reqmsg);
  return merchant;
}

/* The fields a merchant has sealed and signed, or NULL with the reply filled. */
GHashTable *
sandbox_aggregator_open (Sandbox *sandbox,
                         const SandboxRequest *request,
                         const SandboxMerchant **merchant,
                         SandboxReply *reply)
{
  g_autofree char *sealed = NULL;
  g_autoptr (GBytes) opened = NULL;
  g_autoptr (GHashTable) fields = NULL;
  g_autoptr (GError) error = NULL;

  *merchant = read_envelope (request, &sealed, reply);
  if (*merchant == NULL)
    return NULL;
  sandbox_reply_set_call (reply, reply->call.operation, (*merchant)->account);
  opened = sandbox_decrypt_private (sandbox->config->aggregator_key, sealed, MAX_BLOCKS);
  if (opened == NULL) {
    sandbox_aggregator_refuse (
        sandbox, *merchant, reply, "1009", "reqmsg is not base64 of blocks made with the public key");
    return NULL;
  }
  fields = sandbox_fields_read_json (opened, NULL, &error);
  if (fields == NULL) {
    sandbox_aggregator_refuse (sandbox, *merchant, reply, "1003", "what was sealed is no map: %s", error->message);
    return NULL;
  }
  if (!sandbox_v2_check (fields,
                         g_hash_table_lookup (fields, "sign"),
                         "MD5",
                         sandbox_config_get_sign_key (sandbox->config, *merchant),
                         reply)) {
    sandbox_aggregator_refuse (sandbox, *merchant, reply, "1005", "签名错误");
    return NULL;
  }
  return g_steal_pointer (&fields);
}

static void
add_data (JsonBuilder *builder, const char *shape, const char *sealed)
{
  g_autofree char *object = g_strdup_printf ("{\"reqmsg\":\"%s\"}", sealed);

  if (g_strcmp0 (shape, "text") == 0) {
    sandbox_json_add_text (builder, "data", sealed);
    return;
  }
  if (g_strcmp0 (shape, "json") == 0) {
    sandbox_json_add_text (builder, "data", object);
    return;
  }
  json_builder_set_member_name (builder, "data");
  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "reqmsg", sealed);
  json_builder_end_object (builder);
}

/* Seals @map into an answer of the shape that the switch says. */
void
sandbox_aggregator_answer (Sandbox *sandbox, const char *map, SandboxFault fault, SandboxReply *reply)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *sealed = sandbox_aggregator_seal (sandbox, map, fault);
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "code", "200");
  sandbox_json_add_text (builder, "msg", "操作成功");
  add_data (builder, g_hash_table_lookup (sandbox->switches, SANDBOX_AGGREGATOR_SHAPE), sealed);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (reply, 200, "application/json", text);
}

/* A refusal is told like everything else: sealed and signed, its code within. */
void
sandbox_aggregator_refuse (Sandbox *sandbox,
                           const SandboxMerchant *merchant,
                           SandboxReply *reply,
                           const char *code,
                           const char *format,
                           ...)
{
  SandboxFault none = { .kind = SANDBOX_FAULT_NONE };
  g_autofree char *message = NULL;
  g_autofree char *map = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  map = sandbox_aggregator_make_map (
      sandbox,
      merchant,
      (const SandboxMember[]){ { "customerNo", merchant->mchid }, { "errCode", code }, { "errMsg", message } },
      3,
      none);
  sandbox_aggregator_answer (sandbox, map, none, reply);
  if (reply->verdict == NULL)
    sandbox_reply_judge (reply, "refused: %s %s", code, message);
}
