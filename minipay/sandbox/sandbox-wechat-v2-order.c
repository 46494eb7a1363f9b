/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-v2-order.h"

#include <string.h>

#include "sandbox-fields.h"
#include "sandbox-json.h"

#define MAX_DIGITS 9
#define MIN_LIFE_S 60
#define CHINA_S    (8 * 60 * 60)

/* A member of a call; String(32) is taken as 32 characters. Which values a member may have is left to @check. */
typedef struct {
  const char *name;
  guint max;
  gboolean is_required;
  const char *(*check) (const char *value); /* nullable; what is wrong with the value, or NULL */
} FieldRule;

void
sandbox_v2_refusal_clear (SandboxV2Refusal *refusal)
{
  g_clear_pointer (&refusal->description, g_free);
}

void
sandbox_v2_refusal_set (SandboxV2Refusal *refusal, const char *code, const char *format, ...)
{
  va_list args;

  sandbox_v2_refusal_clear (refusal);
  va_start (args, format);
  refusal->code = code;
  refusal->description = g_strdup_vprintf (format, args);
  va_end (args);
}

/* A time of V2's calls, yyyyMMddHHmmss in China; NULL when it is none. */
GDateTime *
sandbox_v2_time (const char *text)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (CHINA_S);
  g_autofree char *iso = NULL;

  if (strlen (text) != 14 || strspn (text, "0123456789") != 14)
    return NULL;
  iso = g_strdup_printf ("%.8sT%.6s", text, text + 8);
  return g_date_time_new_from_iso8601 (iso, zone);
}

static const char *
check_number (const char *value)
{
  gsize length = strlen (value);

  for (const char *p = value; *p != '\0'; p++) {
    if (!g_ascii_isalnum (*p) && strchr ("_-|*", *p) == NULL)
      return "holds something else than letters, digits and _-|*";
  }
  return length < 6 ? "is shorter than 6 characters" : NULL;
}

static const char *
check_total (const char *value)
{
  gsize length = strlen (value);

  if (strspn (value, "0123456789") != length || *value == '0' || length > MAX_DIGITS)
    return "is not a whole number of fen above 0";
  return NULL;
}

static const char *
check_currency (const char *value)
{
  return g_str_equal (value, "CNY") ? NULL : "is not CNY";
}

static const char *
check_address (const char *value)
{
  return g_hostname_is_ip_address (value) ? NULL : "is no IP address";
}

static const char *
check_start (const char *value)
{
  g_autoptr (GDateTime) time = sandbox_v2_time (value);

  return time != NULL ? NULL : "is not a time written yyyyMMddHHmmss";
}

static const char *
check_expire (const char *value)
{
  g_autoptr (GDateTime) time = sandbox_v2_time (value);
  g_autoptr (GDateTime) now = sandbox_now ();

  if (time == NULL)
    return "is not a time written yyyyMMddHHmmss";
  return g_date_time_difference (time, now) < MIN_LIFE_S * G_USEC_PER_SEC ? "is less than a minute ahead" : NULL;
}

static const char *
check_notify_url (const char *value)
{
  if (!sandbox_is_loopback_url (value))
    return "is not on loopback, and the sandbox never leaves this machine";
  return strpbrk (value, "?#") != NULL ? "carries a query or a fragment" : NULL;
}

static const char *
check_trade_type (const char *value)
{
  const char *const types[] = { "JSAPI", "NATIVE", "APP", "MWEB", NULL };

  return g_strv_contains (types, value) ? NULL : "is none of JSAPI, NATIVE, APP, MWEB";
}

static const char *
check_limit (const char *value)
{
  return g_str_equal (value, "no_credit") ? NULL : "is not no_credit";
}

static const char *
check_receipt (const char *value)
{
  return g_str_equal (value, "Y") ? NULL : "is not Y";
}

static const char *
check_sharing (const char *value)
{
  return g_str_equal (value, "Y") || g_str_equal (value, "N") ? NULL : "is neither Y nor N";
}

static const char *
check_json (const char *value)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (value, strlen (value));
  g_autoptr (JsonNode) root = sandbox_json_parse (bytes, NULL);

  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? NULL : "is not a JSON object";
}

/* Section 4 of the V2 reference. */
static const FieldRule order_rules[] = {
  { "appid", 32, TRUE, NULL },
  { "mch_id", 32, TRUE, NULL },
  { "device_info", 32, FALSE, NULL },
  { "nonce_str", 32, TRUE, NULL },
  { "sign", 64, TRUE, NULL },
  { "sign_type", 32, FALSE, NULL },
  { "body", 128, TRUE, NULL },
  { "detail", 6000, FALSE, check_json },
  { "version", 32, FALSE, NULL },
  { "attach", 127, FALSE, NULL },
  { "out_trade_no", 32, TRUE, check_number },
  { "fee_type", 16, FALSE, check_currency },
  { "total_fee", 16, TRUE, check_total },
  { "spbill_create_ip", 64, TRUE, check_address },
  { "time_start", 14, FALSE, check_start },
  { "time_expire", 14, FALSE, check_expire },
  { "goods_tag", 32, FALSE, NULL },
  { "notify_url", 256, TRUE, check_notify_url },
  { "trade_type", 16, TRUE, check_trade_type },
  { "product_id", 32, FALSE, NULL },
  { "limit_pay", 32, FALSE, check_limit },
  { "openid", 128, FALSE, NULL },
  { "receipt", 8, FALSE, check_receipt },
  { "profit_sharing", 16, FALSE, check_sharing },
  { "scene_info", 256, FALSE, check_json },
  { "user_type", 32, FALSE, NULL },
  { "user_creid", 32, FALSE, NULL },
  { "user_truename", 64, FALSE, NULL },
};

/* Section 6. */
static const FieldRule query_rules[] = {
  { "appid", 32, TRUE, NULL },
  { "mch_id", 32, TRUE, NULL },
  { "nonce_str", 32, TRUE, NULL },
  { "sign", 64, TRUE, NULL },
  { "sign_type", 32, FALSE, NULL },
  { "transaction_id", 32, FALSE, NULL },
  { "out_trade_no", 32, FALSE, check_number },
};

static const FieldRule *
find_rule (const FieldRule *rules, guint n_rules, const char *name)
{
  for (guint i = 0; i < n_rules; i++) {
    if (g_str_equal (rules[i].name, name))
      return &rules[i];
  }
  return NULL;
}

static gboolean
check_fields (const FieldRule *rules, guint n_rules, GHashTable *fields, SandboxV2Refusal *refusal)
{
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (fields), (GCompareFunc) strcmp);

  for (GList *l = names; l != NULL; l = l->next) {
    if (find_rule (rules, n_rules, l->data) == NULL) {
      sandbox_v2_refusal_set (
          refusal, "INVALID_REQUEST", "参数错误: %s is no member of this call", (const char *) l->data);
      return FALSE;
    }
  }
  for (guint i = 0; i < n_rules; i++) {
    const char *value = sandbox_fields_get (fields, rules[i].name);
    const char *issue = NULL;

    if (value == NULL && rules[i].is_required) {
      sandbox_v2_refusal_set (refusal, "LACK_PARAMS", "缺少参数: %s", rules[i].name);
      return FALSE;
    }
    if (value == NULL)
      continue;
    issue = rules[i].check != NULL ? rules[i].check (value) : NULL;
    if (g_utf8_strlen (value, -1) > rules[i].max)
      sandbox_v2_refusal_set (
          refusal, "INVALID_REQUEST", "参数错误: %s is longer than %u characters", rules[i].name, rules[i].max);
    else if (issue != NULL)
      sandbox_v2_refusal_set (refusal, "INVALID_REQUEST", "参数错误: %s %s", rules[i].name, issue);
    if (refusal->code != NULL)
      return FALSE;
  }
  return TRUE;
}

/* Every rule of an order that the gateway checks before it looks at its books. */
gboolean
sandbox_v2_check_order (GHashTable *fields, SandboxV2Refusal *refusal)
{
  if (!check_fields (order_rules, G_N_ELEMENTS (order_rules), fields, refusal))
    return FALSE;
  if (!g_str_equal (sandbox_fields_get (fields, "trade_type"), "JSAPI"))
    sandbox_v2_refusal_set (refusal, "NOAUTH", "商户无此接口权限: the sandbox sells JSAPI only");
  else if (sandbox_fields_get (fields, "openid") == NULL)
    sandbox_v2_refusal_set (refusal, "LACK_PARAMS", "缺少参数: openid");
  return refusal->code == NULL;
}

gboolean
sandbox_v2_check_query (GHashTable *fields, SandboxV2Refusal *refusal)
{
  if (!check_fields (query_rules, G_N_ELEMENTS (query_rules), fields, refusal))
    return FALSE;
  if (sandbox_fields_get (fields, "transaction_id") == NULL && sandbox_fields_get (fields, "out_trade_no") == NULL)
    sandbox_v2_refusal_set (refusal, "LACK_PARAMS", "缺少参数: transaction_id or out_trade_no");
  return refusal->code == NULL;
}
