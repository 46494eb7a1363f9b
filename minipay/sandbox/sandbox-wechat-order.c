/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-order.h"

#include <string.h>

#include "sandbox-json.h"
#include "sandbox-wechat-auth.h"
#include "sandbox-wechat-mode.h"

#define MIN_LIFE_S 60

typedef enum {
  TEXT,
  WHOLE, /* an integer of at least 1 */
  FLAG,
  OBJECT,
  ARRAY
} Shape;

#define MAINLAND    SANDBOX_WECHAT_MAINLAND
#define INSTITUTION SANDBOX_WECHAT_INSTITUTION
#define OWN         (SANDBOX_WECHAT_MAINLAND | SANDBOX_WECHAT_DIRECT)
#define GLOBAL      (SANDBOX_WECHAT_DIRECT | SANDBOX_WECHAT_INSTITUTION)
#define ALL         (SANDBOX_WECHAT_MAINLAND | GLOBAL)

/* One member of an order for JSAPI, by JSON pointer: section 9 of the V3 reference, section 2 of Global's. */
typedef struct {
  guint modes;
  const char *parent; /* pointer of the object it belongs to, "" at the top */
  const char *name;
  Shape shape;
  guint max; /* characters */
  gboolean is_required;
  const char *only; /* nullable; the one text allowed */
} MemberRule;

static const MemberRule member_rules[] = {
  { OWN, "", "appid", TEXT, 32, TRUE, NULL },
  { OWN, "", "mchid", TEXT, 32, TRUE, NULL },
  { INSTITUTION, "", "sp_appid", TEXT, 32, TRUE, NULL },
  { INSTITUTION, "", "sp_mchid", TEXT, 32, TRUE, NULL },
  { INSTITUTION, "", "sub_appid", TEXT, 32, FALSE, NULL },
  { INSTITUTION, "", "sub_mchid", TEXT, 32, TRUE, NULL },
  { ALL, "", "description", TEXT, 127, TRUE, NULL },
  { ALL, "", "out_trade_no", TEXT, 32, TRUE, NULL },
  { GLOBAL, "", "trade_type", TEXT, 16, TRUE, "JSAPI" },
  { GLOBAL, "", "merchant_category_code", TEXT, 16, TRUE, NULL },
  { GLOBAL, "", "time_start", TEXT, 64, FALSE, NULL },
  { ALL, "", "time_expire", TEXT, 64, FALSE, NULL },
  { MAINLAND, "", "attach", TEXT, 128, FALSE, NULL },
  { GLOBAL, "", "attach", TEXT, 127, FALSE, NULL },
  { MAINLAND, "", "notify_url", TEXT, 255, TRUE, NULL },
  { GLOBAL, "", "notify_url", TEXT, 256, TRUE, NULL },
  { ALL, "", "goods_tag", TEXT, 32, FALSE, NULL },
  { MAINLAND, "", "support_fapiao", FLAG, 0, FALSE, NULL },
  { ALL, "", "amount", OBJECT, 0, TRUE, NULL },
  { ALL, "", "payer", OBJECT, 0, TRUE, NULL },
  { ALL, "", "detail", OBJECT, 0, FALSE, NULL },
  { ALL, "", "scene_info", OBJECT, 0, FALSE, NULL },
  { MAINLAND, "", "settle_info", OBJECT, 0, FALSE, NULL },
  { MAINLAND, "", "limit_pay", ARRAY, 0, FALSE, NULL },
  { GLOBAL, "", "limit_pay", TEXT, 32, FALSE, "no_credit" },
  { ALL, "/amount", "total", WHOLE, 0, TRUE, NULL },
  { MAINLAND, "/amount", "currency", TEXT, 16, FALSE, "CNY" },
  { GLOBAL, "/amount", "currency", TEXT, 3, TRUE, NULL },
  { OWN, "/payer", "openid", TEXT, 128, TRUE, NULL },
  { INSTITUTION, "/payer", "sp_openid", TEXT, 128, FALSE, NULL },
  { INSTITUTION, "/payer", "sub_openid", TEXT, 128, FALSE, NULL },
  { ALL, "/detail", "cost_price", WHOLE, 0, FALSE, NULL },
  { MAINLAND, "/detail", "invoice_id", TEXT, 32, FALSE, NULL },
  { GLOBAL, "/detail", "receipt_id", TEXT, 32, FALSE, NULL },
  { ALL, "/detail", "goods_detail", ARRAY, 0, FALSE, NULL },
  { MAINLAND, "/detail/goods_detail", "merchant_goods_id", TEXT, 32, TRUE, NULL },
  { MAINLAND, "/detail/goods_detail", "wechatpay_goods_id", TEXT, 32, FALSE, NULL },
  { GLOBAL, "/detail/goods_detail", "goods_id", TEXT, 32, TRUE, NULL },
  { GLOBAL, "/detail/goods_detail", "wxpay_goods_id", TEXT, 32, FALSE, NULL },
  { ALL, "/detail/goods_detail", "goods_name", TEXT, 256, FALSE, NULL },
  { ALL, "/detail/goods_detail", "quantity", WHOLE, 0, TRUE, NULL },
  { MAINLAND, "/detail/goods_detail", "unit_price", WHOLE, 0, TRUE, NULL },
  { GLOBAL, "/detail/goods_detail", "price", WHOLE, 0, TRUE, NULL },
  { MAINLAND, "/scene_info", "payer_client_ip", TEXT, 45, TRUE, NULL },
  { GLOBAL, "/scene_info", "payer_client_ip", TEXT, 45, FALSE, NULL },
  { ALL, "/scene_info", "device_id", TEXT, 32, FALSE, NULL },
  { GLOBAL, "/scene_info", "device_ip", TEXT, 45, FALSE, NULL },
  { GLOBAL, "/scene_info", "operator_id", TEXT, 32, FALSE, NULL },
  { ALL, "/scene_info", "store_info", OBJECT, 0, FALSE, NULL },
  { ALL, "/scene_info/store_info", "id", TEXT, 32, TRUE, NULL },
  { ALL, "/scene_info/store_info", "name", TEXT, 256, FALSE, NULL },
  { MAINLAND, "/scene_info/store_info", "area_code", TEXT, 32, FALSE, NULL },
  { ALL, "/scene_info/store_info", "address", TEXT, 512, FALSE, NULL },
  { MAINLAND, "/settle_info", "profit_sharing", FLAG, 0, FALSE, NULL },
};

/* One order under examination. */
typedef struct {
  const SandboxMerchant *merchant;
  const SandboxWechatMode *mode;
  JsonObject *object;
  SandboxReply *reply;
} Check;

static gboolean check_object (const Check *check, JsonNode *node, const char *pointer);

static gboolean
refuse (const Check *check, const char *parent, const char *name, const char *issue)
{
  g_autofree char *field = g_strconcat (parent, *name != '\0' ? "/" : "", name, NULL);
  const char *shown = *field != '\0' ? field : "the body";

  sandbox_wechat_refuse (check->reply, 400, "PARAM_ERROR", "body", field, "%s %s", shown, issue);
  return FALSE;
}

static const MemberRule *
find_rule (guint modes, const char *parent, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (member_rules); i++) {
    if ((member_rules[i].modes & modes) != 0 && g_str_equal (member_rules[i].parent, parent) &&
        g_str_equal (member_rules[i].name, name))
      return &member_rules[i];
  }
  return NULL;
}

static gboolean
check_text (const Check *check, const MemberRule *rule, JsonNode *node)
{
  g_autofree char *issue = NULL;
  const char *text = NULL;

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return refuse (check, rule->parent, rule->name, "is not a string");
  text = json_node_get_string (node);
  if (*text == '\0' || g_utf8_strlen (text, -1) > rule->max)
    issue = g_strdup_printf ("is empty or longer than %u characters", rule->max);
  else if (rule->only != NULL && !g_str_equal (text, rule->only))
    issue = g_strdup_printf ("is not %s", rule->only);
  else
    return TRUE;
  return refuse (check, rule->parent, rule->name, issue);
}

static gboolean
check_array (const Check *check, const MemberRule *rule, JsonNode *node)
{
  g_autofree char *pointer = g_strdup_printf ("%s/%s", rule->parent, rule->name);
  JsonArray *array = NULL;
  gboolean is_limit = g_str_equal (rule->name, "limit_pay");

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return refuse (check, rule->parent, rule->name, "is not an array");

  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *element = json_array_get_element (array, i);
    gboolean is_text = JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING;
    const char *const limits[] = { "no_balance", "no_credit", "no_debit", "balance_only", NULL };

    if (is_limit && (!is_text || !g_strv_contains (limits, json_node_get_string (element))))
      return refuse (check, rule->parent, rule->name, "names no known limit");
    if (!is_limit && !check_object (check, element, pointer))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_member (const Check *check, const MemberRule *rule, JsonNode *node)
{
  g_autofree char *pointer = NULL;
  gint64 number = 0;

  switch (rule->shape) {
  case TEXT:
    return check_text (check, rule, node);
  case WHOLE:
    if (sandbox_json_integer (node, &number) && number >= 1)
      return TRUE;
    return refuse (check, rule->parent, rule->name, "is not a whole number of at least 1");
  case FLAG:
    if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
      return TRUE;
    return refuse (check, rule->parent, rule->name, "is neither true nor false");
  case OBJECT:
    pointer = g_strdup_printf ("%s/%s", rule->parent, rule->name);
    return check_object (check, node, pointer);
  case ARRAY:
  default:
    return check_array (check, rule, node);
  }
}

static gboolean
check_object (const Check *check, JsonNode *node, const char *pointer)
{
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *member = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (check, pointer, "", "is not an object");

  for (guint i = 0; i < G_N_ELEMENTS (member_rules); i++) {
    const MemberRule *rule = &member_rules[i];

    if (rule->is_required && (rule->modes & check->mode->bit) != 0 && g_str_equal (rule->parent, pointer) &&
        !json_object_has_member (json_node_get_object (node), rule->name))
      return refuse (check, pointer, rule->name, "is missing");
  }

  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, &member)) {
    const MemberRule *rule = find_rule (check->mode->bit, pointer, name);

    if (rule == NULL)
      return refuse (check,
                     pointer,
                     name,
                     find_rule (ALL, pointer, name) != NULL
                         ? "belongs to another way of paying than this merchant's"
                         : "is no member of this call");
    if (!check_member (check, rule, member))
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_order_number (const char *text)
{
  for (const char *p = text; *p != '\0'; p++) {
    if (!g_ascii_isalnum (*p) && strchr ("_-*|", *p) == NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_currency (const char *text)
{
  for (const char *p = text; *p != '\0'; p++) {
    if (!g_ascii_isupper (*p))
      return FALSE;
  }
  return strlen (text) == 3;
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

static gboolean
check_values (const Check *check)
{
  JsonObject *amount = json_object_get_object_member (check->object, "amount");
  const char *number = sandbox_json_text (check->object, "out_trade_no");
  const char *currency = sandbox_json_text (amount, "currency");
  const char *start = sandbox_json_text (check->object, "time_start");
  const char *expire = sandbox_json_text (check->object, "time_expire");
  g_autoptr (GDateTime) started = start != NULL ? g_date_time_new_from_iso8601 (start, NULL) : NULL;
  g_autofree char *shape = NULL;
  const char *issue = NULL;

  if (!is_order_number (number) || strlen (number) < check->mode->min_out_trade_no) {
    shape = g_strdup_printf ("is not %u to 32 letters, digits or _-*|", check->mode->min_out_trade_no);
    return refuse (check, "", "out_trade_no", shape);
  }
  if (currency != NULL && !is_currency (currency))
    return refuse (check, "/amount", "currency", "is not three capitals of ISO 4217");
  if (start != NULL && started == NULL)
    return refuse (check, "", "time_start", "is not a time of RFC 3339 with its offset");
  if (expire != NULL && (issue = check_expiry (expire)) != NULL)
    return refuse (check, "", "time_expire", issue);
  if ((issue = check_notify_url (sandbox_json_text (check->object, "notify_url"))) != NULL)
    return refuse (check, "", "notify_url", issue);
  return TRUE;
}

/* An institution's buyer is known under one of two applications. */
static gboolean
check_payer (const Check *check)
{
  JsonObject *payer = json_object_get_object_member (check->object, "payer");
  const char *const *names = check->mode->openids;

  if (names[1] == NULL)
    return TRUE;
  if (json_object_has_member (payer, names[0]) == json_object_has_member (payer, names[1]))
    return refuse (check, "/payer", names[0], "or the other openid is sent, and not both");
  if (json_object_has_member (payer, names[1]) && !json_object_has_member (check->object, check->mode->sub_appid))
    return refuse (check, "/payer", names[1], "belongs to sub_appid, which is missing");
  return TRUE;
}

static gboolean
check_parties (const Check *check)
{
  const SandboxWechatMode *mode = check->mode;
  const SandboxMerchant *merchant = check->merchant;
  const char *sub_appid = mode->sub_appid != NULL ? sandbox_json_text (check->object, mode->sub_appid) : NULL;

  if (mode->sub_mchid != NULL &&
      !g_str_equal (sandbox_json_text (check->object, mode->sub_mchid), merchant->sub_mchid)) {
    sandbox_wechat_refuse (
        check->reply, 400, "MCH_NOT_EXISTS", NULL, NULL, "sub_mchid is no merchant of this institution");
    return FALSE;
  }
  if (!g_str_equal (sandbox_json_text (check->object, mode->appid), merchant->appid) ||
      (sub_appid != NULL && g_strcmp0 (sub_appid, merchant->sub_appid) != 0)) {
    sandbox_wechat_refuse (check->reply,
                           400,
                           "APPID_MCHID_NOT_MATCH",
                           NULL,
                           NULL,
                           "%s and %s do not belong together",
                           sub_appid != NULL ? "appids" : mode->appid,
                           mode->mchid);
    return FALSE;
  }
  return TRUE;
}

/* Every rule of an order that a gateway checks before it looks at its books; FALSE with the reply filled. */
gboolean
sandbox_wechat_order_check (JsonNode *root, const SandboxMerchant *merchant, SandboxReply *reply)
{
  const SandboxWechatMode *mode = sandbox_wechat_mode_of (merchant);
  Check check = { .merchant = merchant, .mode = mode, .reply = reply };

  if (!check_object (&check, root, ""))
    return FALSE;

  check.object = json_node_get_object (root);
  if (!g_str_equal (sandbox_json_text (check.object, mode->mchid), merchant->mchid))
    return refuse (&check, "", mode->mchid, "is not the one that signed");
  return check_values (&check) && check_payer (&check) && check_parties (&check);
}
