/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-order.h"

#include <string.h>

#include "sandbox-json.h"
#include "sandbox-wechat-auth.h"

#define MIN_LIFE_S 60

typedef enum {
  TEXT,
  WHOLE, /* an integer of at least 1 */
  FLAG,
  OBJECT,
  ARRAY
} Shape;

/* One member of the order, by JSON pointer; the table of section 9 of the V3 reference. */
typedef struct {
  const char *parent; /* pointer of the object it belongs to, "" at the top */
  const char *name;
  Shape shape;
  guint max; /* characters */
  gboolean is_required;
} MemberRule;

static const MemberRule member_rules[] = {
  { "", "appid", TEXT, 32, TRUE },
  { "", "mchid", TEXT, 32, TRUE },
  { "", "description", TEXT, 127, TRUE },
  { "", "out_trade_no", TEXT, 32, TRUE },
  { "", "time_expire", TEXT, 64, FALSE },
  { "", "attach", TEXT, 128, FALSE },
  { "", "notify_url", TEXT, 255, TRUE },
  { "", "goods_tag", TEXT, 32, FALSE },
  { "", "support_fapiao", FLAG, 0, FALSE },
  { "", "amount", OBJECT, 0, TRUE },
  { "", "payer", OBJECT, 0, TRUE },
  { "", "detail", OBJECT, 0, FALSE },
  { "", "scene_info", OBJECT, 0, FALSE },
  { "", "settle_info", OBJECT, 0, FALSE },
  { "", "limit_pay", ARRAY, 0, FALSE },
  { "/amount", "total", WHOLE, 0, TRUE },
  { "/amount", "currency", TEXT, 16, FALSE },
  { "/payer", "openid", TEXT, 128, TRUE },
  { "/detail", "cost_price", WHOLE, 0, FALSE },
  { "/detail", "invoice_id", TEXT, 32, FALSE },
  { "/detail", "goods_detail", ARRAY, 0, FALSE },
  { "/detail/goods_detail", "merchant_goods_id", TEXT, 32, TRUE },
  { "/detail/goods_detail", "wechatpay_goods_id", TEXT, 32, FALSE },
  { "/detail/goods_detail", "goods_name", TEXT, 256, FALSE },
  { "/detail/goods_detail", "quantity", WHOLE, 0, TRUE },
  { "/detail/goods_detail", "unit_price", WHOLE, 0, TRUE },
  { "/scene_info", "payer_client_ip", TEXT, 45, TRUE },
  { "/scene_info", "device_id", TEXT, 32, FALSE },
  { "/scene_info", "store_info", OBJECT, 0, FALSE },
  { "/scene_info/store_info", "id", TEXT, 32, TRUE },
  { "/scene_info/store_info", "name", TEXT, 256, FALSE },
  { "/scene_info/store_info", "area_code", TEXT, 32, FALSE },
  { "/scene_info/store_info", "address", TEXT, 512, FALSE },
  { "/settle_info", "profit_sharing", FLAG, 0, FALSE },
};

static gboolean check_object (JsonNode *node, const char *pointer, SandboxReply *reply);

static gboolean
refuse (SandboxReply *reply, const char *parent, const char *name, const char *issue)
{
  g_autofree char *field = g_strdup_printf ("%s/%s", parent, name);

  sandbox_wechat_refuse (reply, 400, "PARAM_ERROR", "body", field, "%s %s", field, issue);
  return FALSE;
}

static const MemberRule *
find_rule (const char *parent, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (member_rules); i++) {
    if (g_str_equal (member_rules[i].parent, parent) && g_str_equal (member_rules[i].name, name))
      return &member_rules[i];
  }
  return NULL;
}

static gboolean
check_text (const MemberRule *rule, JsonNode *node, SandboxReply *reply)
{
  g_autofree char *issue = NULL;
  const char *text = NULL;

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return refuse (reply, rule->parent, rule->name, "is not a string");
  text = json_node_get_string (node);
  if (*text != '\0' && g_utf8_strlen (text, -1) <= rule->max)
    return TRUE;
  issue = g_strdup_printf ("is empty or longer than %u characters", rule->max);
  return refuse (reply, rule->parent, rule->name, issue);
}

static gboolean
check_array (const MemberRule *rule, JsonNode *node, SandboxReply *reply)
{
  g_autofree char *pointer = g_strdup_printf ("%s/%s", rule->parent, rule->name);
  JsonArray *array = NULL;
  gboolean is_limit = g_str_equal (rule->name, "limit_pay");

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return refuse (reply, rule->parent, rule->name, "is not an array");

  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *element = json_array_get_element (array, i);
    gboolean is_text = JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING;
    const char *const limits[] = { "no_balance", "no_credit", "no_debit", "balance_only", NULL };

    if (is_limit && (!is_text || !g_strv_contains (limits, json_node_get_string (element))))
      return refuse (reply, rule->parent, rule->name, "names no known limit");
    if (!is_limit && !check_object (element, pointer, reply))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_member (const MemberRule *rule, JsonNode *node, SandboxReply *reply)
{
  g_autofree char *pointer = NULL;
  gint64 number = 0;

  switch (rule->shape) {
  case TEXT:
    return check_text (rule, node, reply);
  case WHOLE:
    if (sandbox_json_integer (node, &number) && number >= 1)
      return TRUE;
    return refuse (reply, rule->parent, rule->name, "is not a whole number of at least 1");
  case FLAG:
    if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
      return TRUE;
    return refuse (reply, rule->parent, rule->name, "is neither true nor false");
  case OBJECT:
    pointer = g_strdup_printf ("%s/%s", rule->parent, rule->name);
    return check_object (node, pointer, reply);
  case ARRAY:
  default:
    return check_array (rule, node, reply);
  }
}

static gboolean
check_object (JsonNode *node, const char *pointer, SandboxReply *reply)
{
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *member = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (reply, pointer, "", "is not an object");

  for (guint i = 0; i < G_N_ELEMENTS (member_rules); i++) {
    const MemberRule *rule = &member_rules[i];

    if (rule->is_required && g_str_equal (rule->parent, pointer) &&
        !json_object_has_member (json_node_get_object (node), rule->name))
      return refuse (reply, pointer, rule->name, "is missing");
  }

  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, &member)) {
    const MemberRule *rule = find_rule (pointer, name);

    if (rule == NULL)
      return refuse (reply, pointer, name, "is no member of this call");
    if (!check_member (rule, member, reply))
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_order_number (const char *text)
{
  gsize length = strlen (text);

  for (const char *p = text; *p != '\0'; p++) {
    if (!g_ascii_isalnum (*p) && strchr ("_-*|", *p) == NULL)
      return FALSE;
  }
  return length >= 6 && length <= 32;
}

static const char *
check_expiry (const char *text)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  /* without a time zone of its own the text is no RFC 3339 time, and GLib reads none */
  if (time == NULL)
    return "is not a time of RFC 3339 with its offset";
  return g_date_time_difference (time, now) < MIN_LIFE_S * G_USEC_PER_SEC ? "is less than a minute ahead" : NULL;
}

static const char *
check_notify_url (const char *url)
{
  if (!sandbox_is_loopback_url (url))
    return "is not on loopback, and the sandbox never leaves this machine";
  return strpbrk (url, "?#") != NULL ? "carries a query or a fragment" : NULL;
}

/* Every rule of an order that a gateway checks before it looks at its books; FALSE with the reply filled. */
gboolean
sandbox_wechat_order_check (JsonNode *root, const SandboxMerchant *merchant, SandboxReply *reply)
{
  JsonObject *object = NULL;
  JsonObject *amount = NULL;
  const char *issue = NULL;

  if (!check_object (root, "", reply))
    return FALSE;

  object = json_node_get_object (root);
  amount = json_object_get_object_member (object, "amount");
  if (g_strcmp0 (sandbox_json_text (object, "mchid"), merchant->mchid) != 0)
    return refuse (reply, "", "mchid", "is not the one that signed");
  if (!is_order_number (sandbox_json_text (object, "out_trade_no")))
    return refuse (reply, "", "out_trade_no", "is not 6 to 32 letters, digits or _-*|");
  if (json_object_has_member (amount, "currency") && g_strcmp0 (sandbox_json_text (amount, "currency"), "CNY") != 0)
    return refuse (reply, "/amount", "currency", "is not CNY");
  if (json_object_has_member (object, "time_expire") &&
      (issue = check_expiry (sandbox_json_text (object, "time_expire"))) != NULL)
    return refuse (reply, "", "time_expire", issue);
  if ((issue = check_notify_url (sandbox_json_text (object, "notify_url"))) != NULL)
    return refuse (reply, "", "notify_url", issue);

  if (g_strcmp0 (sandbox_json_text (object, "appid"), merchant->appid) != 0) {
    sandbox_wechat_refuse (
        reply, 400, "APPID_MCHID_NOT_MATCH", NULL, NULL, "appid and mchid do not belong together");
    return FALSE;
  }
  return TRUE;
}
