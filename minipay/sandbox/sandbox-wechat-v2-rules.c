/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-v2-rules.h"

#include <string.h>

#include "sandbox-fields.h"
#include "sandbox-json.h"

#define NUMBER     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-|*"
#define MAX_DIGITS 9
#define MIN_LIFE_S 60
#define CHINA_S    (8 * 60 * 60)

/* What every call has. */
static const SandboxV2Rule common_rules[] = {
  { "mch_id", 32, TRUE, NULL },     { "nonce_str", 32, TRUE, NULL }, { "sign", 64, TRUE, NULL },
  { "sign_type", 32, FALSE, NULL }, { NULL, 0, FALSE, NULL },
};

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

  if (strspn (value, NUMBER) != length)
    return "holds something else than letters, digits and _-|*";
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

static const char *
check_refund_number (const char *value)
{
  return strspn (value, NUMBER "@") == strlen (value) ? NULL
                                                      : "holds something else than letters, digits and _-|*@";
}

static const char *
check_source (const char *value)
{
  return g_str_equal (value, "REFUND_SOURCE_UNSETTLED_FUNDS") || g_str_equal (value, "REFUND_SOURCE_RECHARGE_FUNDS")
             ? NULL
             : "is none of the two accounts a refund comes from";
}

static const char *
check_offset (const char *value)
{
  return strspn (value, "0123456789") == strlen (value) && strlen (value) <= 2 ? NULL : "is not a number in 0..99";
}

static const char *
check_auth_code (const char *value)
{
  return strlen (value) == 18 && strspn (value, "0123456789") == 18 && value[0] == '1' && value[1] <= '5'
             ? NULL
             : "is not 18 digits beginning with 10 to 15";
}

static const char *
check_gzip (const char *value)
{
  return g_str_equal (value, "GZIP") ? NULL : "is not GZIP";
}

static const char *
check_return_type (const char *value)
{
  return g_str_equal (value, "MERCHANT_ID") ? NULL : "is not MERCHANT_ID";
}

static const char *
check_pap (const char *value)
{
  return g_str_equal (value, "PAP") ? NULL : "is not PAP";
}

static const char *
check_scene (const char *value)
{
  return g_str_equal (value, "METRO") || g_str_equal (value, "BUS") ? NULL : "is neither METRO nor BUS";
}

/* Section 4 of the V2 reference. */
const SandboxV2Rule sandbox_v2_order_rules[] = {
  { "device_info", 32, FALSE, NULL },
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
  { "sub_openid", 128, FALSE, NULL },
  { "receipt", 8, FALSE, check_receipt },
  { "profit_sharing", 16, FALSE, check_sharing },
  { "scene_info", 256, FALSE, check_json },
  { "user_type", 32, FALSE, NULL },
  { "user_creid", 32, FALSE, NULL },
  { "user_truename", 64, FALSE, NULL },
  { NULL, 0, FALSE, NULL },
};

/* Section 12. */
const SandboxV2Rule sandbox_v2_micropay_rules[] = {
  { "device_info", 32, FALSE, NULL },
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
  { "limit_pay", 32, FALSE, check_limit },
  { "receipt", 8, FALSE, check_receipt },
  { "profit_sharing", 16, FALSE, check_sharing },
  { "scene_info", 256, FALSE, check_json },
  { "auth_code", 128, TRUE, check_auth_code },
  { NULL, 0, FALSE, NULL },
};

/* Sections 6 and 12: query, reverse. */
const SandboxV2Rule sandbox_v2_which_rules[] = {
  { "transaction_id", 32, FALSE, NULL },
  { "out_trade_no", 32, FALSE, check_number },
  { NULL, 0, FALSE, NULL },
};

/* Section 7. */
const SandboxV2Rule sandbox_v2_close_rules[] = {
  { "out_trade_no", 32, TRUE, check_number },
  { NULL, 0, FALSE, NULL },
};

/* Section 8. */
const SandboxV2Rule sandbox_v2_refund_rules[] = {
  { "transaction_id", 32, FALSE, NULL },
  { "out_trade_no", 32, FALSE, check_number },
  { "out_refund_no", 64, TRUE, check_refund_number },
  { "total_fee", 16, TRUE, check_total },
  { "refund_fee", 16, TRUE, check_total },
  { "refund_fee_type", 8, FALSE, check_currency },
  { "refund_desc", 80, FALSE, NULL },
  { "refund_account", 30, FALSE, check_source },
  { "notify_url", 256, FALSE, check_notify_url },
  { "detail", 6000, FALSE, check_json },
  { NULL, 0, FALSE, NULL },
};

/* Section 9. */
const SandboxV2Rule sandbox_v2_refund_query_rules[] = {
  { "transaction_id", 32, FALSE, NULL },
  { "out_trade_no", 32, FALSE, check_number },
  { "out_refund_no", 64, FALSE, check_refund_number },
  { "refund_id", 32, FALSE, NULL },
  { "offset", 16, FALSE, check_offset },
  { NULL, 0, FALSE, NULL },
};

/* Section 13; its two calls have errors of their own for values. */
const SandboxV2Rule sandbox_v2_bill_rules[] = {
  { "bill_date", 32, TRUE, NULL },
  { "bill_type", 32, FALSE, NULL },
  { "tar_type", 32, FALSE, check_gzip },
  { NULL, 0, FALSE, NULL },
};

const SandboxV2Rule sandbox_v2_fund_flow_rules[] = {
  { "bill_date", 32, TRUE, NULL },
  { "account_type", 32, TRUE, NULL },
  { "tar_type", 32, FALSE, check_gzip },
  { NULL, 0, FALSE, NULL },
};

/* Section 14. */
const SandboxV2Rule sandbox_v2_share_rules[] = {
  { "transaction_id", 32, TRUE, NULL },
  { "out_order_no", 64, TRUE, check_refund_number },
  { "receivers", 10240, TRUE, NULL },
  { NULL, 0, FALSE, NULL },
};

const SandboxV2Rule sandbox_v2_share_finish_rules[] = {
  { "transaction_id", 32, TRUE, NULL },
  { "out_order_no", 64, TRUE, check_refund_number },
  { "description", 80, TRUE, NULL },
  { NULL, 0, FALSE, NULL },
};

const SandboxV2Rule sandbox_v2_share_query_rules[] = {
  { "transaction_id", 32, TRUE, NULL },
  { "out_order_no", 64, TRUE, check_refund_number },
  { NULL, 0, FALSE, NULL },
};

const SandboxV2Rule sandbox_v2_share_receiver_rules[] = {
  { "receiver", 2048, TRUE, check_json },
  { NULL, 0, FALSE, NULL },
};

const SandboxV2Rule sandbox_v2_share_return_rules[] = {
  { "order_id", 64, FALSE, NULL },
  { "out_order_no", 64, FALSE, check_refund_number },
  { "out_return_no", 64, TRUE, check_refund_number },
  { "return_account_type", 32, TRUE, check_return_type },
  { "return_account", 64, TRUE, NULL },
  { "return_amount", 16, TRUE, check_total },
  { "description", 80, TRUE, NULL },
  { NULL, 0, FALSE, NULL },
};

const SandboxV2Rule sandbox_v2_share_return_query_rules[] = {
  { "order_id", 64, FALSE, NULL },
  { "out_order_no", 64, FALSE, check_refund_number },
  { "out_return_no", 64, TRUE, check_refund_number },
  { NULL, 0, FALSE, NULL },
};

const SandboxV2Rule sandbox_v2_share_amount_rules[] = {
  { "transaction_id", 32, TRUE, NULL },
  { NULL, 0, FALSE, NULL },
};

/* Section B of the transit reference. */
const SandboxV2Rule sandbox_v2_transit_rules[] = {
  { "body", 128, TRUE, NULL },
  { "detail", 6000, FALSE, check_json },
  { "attach", 127, FALSE, NULL },
  { "out_trade_no", 32, TRUE, check_number },
  { "total_fee", 16, TRUE, check_total },
  { "fee_type", 16, FALSE, check_currency },
  { "spbill_create_ip", 16, TRUE, check_address },
  { "goods_tag", 32, FALSE, NULL },
  { "notify_url", 256, TRUE, check_notify_url },
  { "trade_type", 16, TRUE, check_pap },
  { "contract_id", 32, FALSE, NULL },
  { "trade_scene", 16, TRUE, check_scene },
  { "scene_info", 1024, TRUE, check_json },
  { "version", 16, FALSE, NULL },
  { "clientip", 64, FALSE, NULL },
  { "deviceid", 64, FALSE, NULL },
  { "mobile", 32, FALSE, NULL },
  { "email", 64, FALSE, NULL },
  { "qq", 32, FALSE, NULL },
  { "openid", 128, FALSE, NULL },
  { "creid", 64, FALSE, NULL },
  { "outerid", 64, FALSE, NULL },
  { NULL, 0, FALSE, NULL },
};

const SandboxV2Rule sandbox_v2_user_rules[] = {
  { "contract_id", 32, TRUE, NULL },
  { "openid", 128, TRUE, NULL },
  { NULL, 0, FALSE, NULL },
};

static const SandboxV2Rule appid_rules[] = {
  { "appid", 32, TRUE, NULL },
  { NULL, 0, FALSE, NULL },
};

/* A service provider names the merchant he acts for. */
static const SandboxV2Rule provider_rules[] = {
  { "sub_mch_id", 32, FALSE, NULL },
  { "sub_appid", 32, FALSE, NULL },
  { NULL, 0, FALSE, NULL },
};

static const SandboxV2Rule *
find_rule (const SandboxV2Rule *rules, const char *name)
{
  for (; rules != NULL && rules->name != NULL; rules++) {
    if (g_str_equal (rules->name, name))
      return rules;
  }
  return NULL;
}

static gboolean
check_members (const SandboxV2Rule *rules, GHashTable *fields, SandboxV2Refusal *refusal)
{
  for (; rules != NULL && rules->name != NULL; rules++) {
    const char *value = sandbox_fields_get (fields, rules->name);
    const char *issue = value != NULL && rules->check != NULL ? rules->check (value) : NULL;

    if (value == NULL && rules->is_required)
      sandbox_v2_refusal_set (refusal, "LACK_PARAMS", "缺少参数: %s", rules->name);
    else if (value != NULL && g_utf8_strlen (value, -1) > rules->max)
      sandbox_v2_refusal_set (
          refusal, "INVALID_REQUEST", "参数错误: %s is longer than %u characters", rules->name, rules->max);
    else if (issue != NULL)
      sandbox_v2_refusal_set (refusal, "INVALID_REQUEST", "参数错误: %s %s", rules->name, issue);
    if (refusal->code != NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_provider (const SandboxMerchant *merchant,
                gboolean is_required,
                GHashTable *fields,
                SandboxV2Refusal *refusal)
{
  const char *sub_mchid = sandbox_fields_get (fields, "sub_mch_id");
  const char *sub_appid = sandbox_fields_get (fields, "sub_appid");

  if (merchant->sub_mchid == NULL)
    return TRUE;
  if (sub_mchid == NULL && is_required)
    sandbox_v2_refusal_set (refusal, "LACK_PARAMS", "缺少参数: sub_mch_id");
  else if (sub_mchid != NULL && !g_str_equal (sub_mchid, merchant->sub_mchid))
    sandbox_v2_refusal_set (refusal, "MCHID_NOT_EXIST", "商户号不存在: sub_mch_id is none of this provider's");
  else if (sub_appid != NULL && !g_str_equal (sub_appid, merchant->sub_appid))
    sandbox_v2_refusal_set (refusal, "APPID_MCHID_NOT_MATCH", "sub_appid和sub_mch_id不匹配");
  return refusal->code == NULL;
}

/* Every rule of a call that the gateway checks before it looks at its books. */
gboolean
sandbox_v2_check_call (const SandboxV2Rule *rules,
                       SandboxV2Members members,
                       const SandboxMerchant *merchant,
                       GHashTable *fields,
                       SandboxV2Refusal *refusal)
{
  const SandboxV2Rule *const groups[] = {
    common_rules,
    members & SANDBOX_V2_WITHOUT_APPID ? NULL : appid_rules,
    merchant->sub_mchid != NULL ? provider_rules : NULL,
    rules,
  };
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (fields), (GCompareFunc) strcmp);

  for (GList *l = names; l != NULL; l = l->next) {
    const SandboxV2Rule *rule = NULL;

    for (guint i = 0; i < G_N_ELEMENTS (groups) && rule == NULL; i++)
      rule = find_rule (groups[i], l->data);
    if (rule == NULL) {
      sandbox_v2_refusal_set (
          refusal, "INVALID_REQUEST", "参数错误: %s is no member of this call", (const char *) l->data);
      return FALSE;
    }
  }
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++) {
    if (!check_members (groups[i], fields, refusal))
      return FALSE;
  }
  return check_provider (merchant, (members & SANDBOX_V2_WITHOUT_SUB) == 0, fields, refusal);
}
