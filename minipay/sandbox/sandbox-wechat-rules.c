/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-rules.h"

#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-wechat-keys.h"

/* Sums of fifty, in hundredths, still fit the books. */
#define MAX_WHOLE G_GINT64_CONSTANT (1000000000000)

/* One body under examination. */
typedef struct {
  SandboxWechatCall *call;
  const SandboxWechatRule *rules;
  guint scenes;
} Check;

static gboolean check_object (const Check *check, JsonNode *node, const char *pointer);

static gboolean
refuse (const Check *check, const char *parent, const char *name, const char *issue)
{
  g_autofree char *field = g_strconcat (parent, *name != '\0' ? "/" : "", name, NULL);

  return sandbox_wechat_blame (check->call, field, "%s", issue);
}

static const SandboxWechatRule *
find_rule (const Check *check, guint modes, guint scenes, const char *parent, const char *name)
{
  for (const SandboxWechatRule *rule = check->rules; rule->modes != 0; rule++) {
    if ((rule->modes & modes) != 0 && (rule->scenes & scenes) != 0 && g_str_equal (rule->parent, parent) &&
        g_str_equal (rule->name, name))
      return rule;
  }
  return NULL;
}

static gboolean
is_one_of (const char *text, const char *allowed)
{
  g_auto (GStrv) texts = g_strsplit (allowed, "|", -1);

  return g_strv_contains ((const char *const *) texts, text);
}

static gboolean
is_text (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
}

static gboolean
check_text (const Check *check, const SandboxWechatRule *rule, const char *text)
{
  g_autofree char *issue = NULL;

  if (*text == '\0' || g_utf8_strlen (text, -1) > rule->max)
    issue = g_strdup_printf ("is empty or longer than %u characters", rule->max);
  else if (rule->only != NULL && !is_one_of (text, rule->only))
    issue = g_strdup_printf ("is not %s", rule->only);
  else
    return TRUE;
  return refuse (check, rule->parent, rule->name, issue);
}

static gboolean
check_secret (const Check *check, const SandboxWechatRule *rule, const char *sealed)
{
  SandboxWechatCall *call = check->call;
  const char *serial = sandbox_request_get (call->request, "Wechatpay-Serial");
  SandboxKey *key = serial != NULL ? sandbox_wechat_keys_find (call->sandbox, call->merchant, serial) : NULL;
  g_autofree char *plain = key != NULL ? sandbox_decrypt_oaep (key, sealed) : NULL;

  if (key == NULL)
    return refuse (check, rule->parent, rule->name, "is sealed, and no Wechatpay-Serial says for which key");
  if (plain == NULL || !g_utf8_validate (plain, -1, NULL))
    return refuse (check, rule->parent, rule->name, "does not open with the key that Wechatpay-Serial names");
  return check_text (check, rule, plain);
}

static gboolean
check_array (const Check *check, const SandboxWechatRule *rule, JsonNode *node)
{
  static const char *const limits[] = { "no_balance", "no_credit", "no_debit", "balance_only", NULL };
  g_autofree char *pointer = g_strdup_printf ("%s/%s", rule->parent, rule->name);
  JsonArray *array = NULL;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return refuse (check, rule->parent, rule->name, "is not an array");

  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *element = json_array_get_element (array, i);

    if (rule->shape == SANDBOX_WECHAT_ARRAY && !check_object (check, element, pointer))
      return FALSE;
    if (rule->shape == SANDBOX_WECHAT_LIMITS &&
        (!is_text (element) || !g_strv_contains (limits, json_node_get_string (element))))
      return refuse (check, rule->parent, rule->name, "names no known limit");
  }
  return TRUE;
}

static gboolean
check_member (const Check *check, const SandboxWechatRule *rule, JsonNode *node)
{
  g_autofree char *pointer = NULL;
  gint64 number = 0;

  switch (rule->shape) {
  case SANDBOX_WECHAT_TEXT:
  case SANDBOX_WECHAT_SECRET:
    if (!is_text (node))
      return refuse (check, rule->parent, rule->name, "is not a string");
    return rule->shape == SANDBOX_WECHAT_TEXT ? check_text (check, rule, json_node_get_string (node))
                                              : check_secret (check, rule, json_node_get_string (node));
  case SANDBOX_WECHAT_WHOLE:
    if (sandbox_json_integer (node, &number) && number >= 1 && number <= MAX_WHOLE)
      return TRUE;
    return refuse (check, rule->parent, rule->name, "is not a whole number of at least 1 that the books can hold");
  case SANDBOX_WECHAT_FLAG:
    if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
      return TRUE;
    return refuse (check, rule->parent, rule->name, "is neither true nor false");
  case SANDBOX_WECHAT_OBJECT:
    pointer = g_strdup_printf ("%s/%s", rule->parent, rule->name);
    return check_object (check, node, pointer);
  case SANDBOX_WECHAT_ARRAY:
  case SANDBOX_WECHAT_LIMITS:
  default:
    return check_array (check, rule, node);
  }
}

static gboolean
check_object (const Check *check, JsonNode *node, const char *pointer)
{
  guint mode = check->call->mode->bit;
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *member = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (check, pointer, "", "is not an object");

  for (const SandboxWechatRule *rule = check->rules; rule->modes != 0; rule++) {
    if (rule->is_required && (rule->modes & mode) != 0 && (rule->scenes & check->scenes) != 0 &&
        g_str_equal (rule->parent, pointer) && !json_object_has_member (json_node_get_object (node), rule->name))
      return refuse (check, pointer, rule->name, "is missing");
  }

  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, &member)) {
    const SandboxWechatRule *rule = find_rule (check, mode, check->scenes, pointer, name);

    if (rule == NULL)
      return refuse (check,
                     pointer,
                     name,
                     find_rule (check, G_MAXUINT, SANDBOX_WECHAT_ANY, pointer, name) != NULL
                         ? "belongs to another way of paying than this merchant's"
                         : "is no member of this call");
    if (!check_member (check, rule, member))
      return FALSE;
  }
  return TRUE;
}

/* Whether the body is what @rules say for the merchant's mode and the route's scene; FALSE with the reply filled.
 */
gboolean
sandbox_wechat_check (SandboxWechatCall *call, const SandboxWechatRule *rules)
{
  Check check = { .call = call, .rules = rules };

  check.scenes = call->argument != 0 ? call->argument : SANDBOX_WECHAT_ANY;
  if (!check_object (&check, call->root, ""))
    return FALSE;
  call->object = json_node_get_object (call->root);
  return sandbox_wechat_check_parties (call);
}
