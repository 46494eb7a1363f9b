/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-order.h"

#include <string.h>

#include "sandbox-json.h"
#include "sandbox-wechat-rules.h"

#define MIN_LIFE_S 60

#define HOME         SANDBOX_WECHAT_HOME
#define ABROAD       SANDBOX_WECHAT_ABROAD
#define OWN          SANDBOX_WECHAT_OWN
#define FOR_OTHERS   SANDBOX_WECHAT_FOR_OTHERS
#define ALL          SANDBOX_WECHAT_ALL
#define JSAPI        SANDBOX_WECHAT_JSAPI
#define H5           SANDBOX_WECHAT_H5
#define MICROPAY     SANDBOX_WECHAT_MICROPAY
#define ANY          SANDBOX_WECHAT_ANY
#define NOT_H5       (ANY & ~H5)
#define WITH_CASHIER (ANY & ~MICROPAY)
#define TEXT         SANDBOX_WECHAT_TEXT
#define WHOLE        SANDBOX_WECHAT_WHOLE
#define FLAG         SANDBOX_WECHAT_FLAG
#define OBJECT       SANDBOX_WECHAT_OBJECT
#define ARRAY        SANDBOX_WECHAT_ARRAY
#define LIMITS       SANDBOX_WECHAT_LIMITS

/* An order: section 9 of the V3 reference, section 2 of Global's. */
static const SandboxWechatRule order_rules[] = {
  { OWN, ANY, "", "appid", TEXT, 32, TRUE, NULL },
  { OWN, ANY, "", "mchid", TEXT, 32, TRUE, NULL },
  { FOR_OTHERS, ANY, "", "sp_appid", TEXT, 32, TRUE, NULL },
  { FOR_OTHERS, ANY, "", "sp_mchid", TEXT, 32, TRUE, NULL },
  { FOR_OTHERS, ANY, "", "sub_appid", TEXT, 32, FALSE, NULL },
  { FOR_OTHERS, ANY, "", "sub_mchid", TEXT, 32, TRUE, NULL },
  { ALL, ANY, "", "description", TEXT, 127, TRUE, NULL },
  { ALL, ANY, "", "out_trade_no", TEXT, 32, TRUE, NULL },
  { ABROAD, ANY, "", "trade_type", TEXT, 16, TRUE, "JSAPI|APP|NATIVE|MWEB|MICROPAY" },
  { ABROAD, ANY, "", "merchant_category_code", TEXT, 16, TRUE, NULL },
  { ABROAD, ANY, "", "time_start", TEXT, 64, FALSE, NULL },
  { ALL, ANY, "", "time_expire", TEXT, 64, FALSE, NULL },
  { HOME, ANY, "", "attach", TEXT, 128, FALSE, NULL },
  { ABROAD, ANY, "", "attach", TEXT, 127, FALSE, NULL },
  { HOME, WITH_CASHIER, "", "notify_url", TEXT, 255, TRUE, NULL },
  { ABROAD, WITH_CASHIER, "", "notify_url", TEXT, 256, TRUE, NULL },
  { ALL, ANY, "", "goods_tag", TEXT, 32, FALSE, NULL },
  { HOME, ANY, "", "support_fapiao", FLAG, 0, FALSE, NULL },
  { ALL, ANY, "", "amount", OBJECT, 0, TRUE, NULL },
  { ALL, JSAPI | MICROPAY, "", "payer", OBJECT, 0, TRUE, NULL },
  { ALL, ANY, "", "detail", OBJECT, 0, FALSE, NULL },
  { ALL, H5, "", "scene_info", OBJECT, 0, TRUE, NULL },
  { ALL, NOT_H5, "", "scene_info", OBJECT, 0, FALSE, NULL },
  { HOME, ANY, "", "settle_info", OBJECT, 0, FALSE, NULL },
  { HOME, ANY, "", "limit_pay", LIMITS, 0, FALSE, NULL },
  { ABROAD, ANY, "", "limit_pay", TEXT, 32, FALSE, "no_credit" },
  { ALL, ANY, "/amount", "total", WHOLE, 0, TRUE, NULL },
  { HOME, ANY, "/amount", "currency", TEXT, 16, FALSE, "CNY" },
  { ABROAD, ANY, "/amount", "currency", TEXT, 3, TRUE, NULL },
  { OWN, JSAPI, "/payer", "openid", TEXT, 128, TRUE, NULL },
  { FOR_OTHERS, JSAPI, "/payer", "sp_openid", TEXT, 128, FALSE, NULL },
  { FOR_OTHERS, JSAPI, "/payer", "sub_openid", TEXT, 128, FALSE, NULL },
  { ABROAD, MICROPAY, "/payer", "auth_code", TEXT, 32, TRUE, NULL },
  { ALL, ANY, "/detail", "cost_price", WHOLE, 0, FALSE, NULL },
  { HOME, ANY, "/detail", "invoice_id", TEXT, 32, FALSE, NULL },
  { ABROAD, ANY, "/detail", "receipt_id", TEXT, 32, FALSE, NULL },
  { ALL, ANY, "/detail", "goods_detail", ARRAY, 0, FALSE, NULL },
  { HOME, ANY, "/detail/goods_detail", "merchant_goods_id", TEXT, 32, TRUE, NULL },
  { HOME, ANY, "/detail/goods_detail", "wechatpay_goods_id", TEXT, 32, FALSE, NULL },
  { ABROAD, ANY, "/detail/goods_detail", "goods_id", TEXT, 32, TRUE, NULL },
  { ABROAD, ANY, "/detail/goods_detail", "wxpay_goods_id", TEXT, 32, FALSE, NULL },
  { ALL, ANY, "/detail/goods_detail", "goods_name", TEXT, 256, FALSE, NULL },
  { ALL, ANY, "/detail/goods_detail", "quantity", WHOLE, 0, TRUE, NULL },
  { HOME, ANY, "/detail/goods_detail", "unit_price", WHOLE, 0, TRUE, NULL },
  { ABROAD, ANY, "/detail/goods_detail", "price", WHOLE, 0, TRUE, NULL },
  { HOME, H5, "/scene_info", "h5_info", OBJECT, 0, TRUE, NULL },
  { HOME, ANY, "/scene_info", "payer_client_ip", TEXT, 45, TRUE, NULL },
  { ABROAD, H5, "/scene_info", "payer_client_ip", TEXT, 45, TRUE, NULL },
  { ABROAD, NOT_H5, "/scene_info", "payer_client_ip", TEXT, 45, FALSE, NULL },
  { ALL, ANY, "/scene_info", "device_id", TEXT, 32, FALSE, NULL },
  { ABROAD, ANY, "/scene_info", "device_ip", TEXT, 45, FALSE, NULL },
  { ABROAD, ANY, "/scene_info", "operator_id", TEXT, 32, FALSE, NULL },
  { ALL, ANY, "/scene_info", "store_info", OBJECT, 0, FALSE, NULL },
  { ALL, ANY, "/scene_info/store_info", "id", TEXT, 32, TRUE, NULL },
  { ALL, ANY, "/scene_info/store_info", "name", TEXT, 256, FALSE, NULL },
  { HOME, ANY, "/scene_info/store_info", "area_code", TEXT, 32, FALSE, NULL },
  { ALL, ANY, "/scene_info/store_info", "address", TEXT, 512, FALSE, NULL },
  { HOME, ANY, "/settle_info", "profit_sharing", FLAG, 0, FALSE, NULL },
  { HOME, H5, "/scene_info/h5_info", "type", TEXT, 16, TRUE, "Wap|iOS|Android" },
  { HOME, H5, "/scene_info/h5_info", "app_name", TEXT, 64, FALSE, NULL },
  { HOME, H5, "/scene_info/h5_info", "app_url", TEXT, 128, FALSE, NULL },
  { HOME, H5, "/scene_info/h5_info", "bundle_id", TEXT, 128, FALSE, NULL },
  { HOME, H5, "/scene_info/h5_info", "package_name", TEXT, 128, FALSE, NULL },
  { 0 },
};

static gboolean
is_currency (const char *text)
{
  for (const char *p = text; *p != '\0'; p++) {
    if (!g_ascii_isupper (*p))
      return FALSE;
  }
  return strlen (text) == 3;
}

/* What is wrong with the time an order ends at, or NULL. */
const char *
sandbox_wechat_check_expiry (const char *text)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  /* without a time zone of its own the text is no RFC 3339 time, and GLib reads none */
  if (time == NULL)
    return "is not a time of RFC 3339 with its offset";
  return g_date_time_difference (time, now) < MIN_LIFE_S * G_USEC_PER_SEC ? "is less than a minute ahead" : NULL;
}

/* What is wrong with the address, or NULL. */
const char *
sandbox_wechat_check_notify_url (const char *url)
{
  if (!sandbox_is_loopback_url (url))
    return "is not on loopback, and the sandbox never leaves this machine";
  return strpbrk (url, "?#") != NULL ? "carries a query or a fragment" : NULL;
}

/* How the gateway names a scene, in an order and in what became of it. */
const char *
sandbox_wechat_trade_type (guint scene)
{
  switch (scene) {
  case SANDBOX_WECHAT_APP:
    return "APP";
  case SANDBOX_WECHAT_NATIVE:
    return "NATIVE";
  case SANDBOX_WECHAT_H5:
    return "MWEB";
  case SANDBOX_WECHAT_MICROPAY:
    return "MICROPAY";
  default:
    return "JSAPI";
  }
}

static gboolean
check_values (SandboxWechatCall *call)
{
  JsonObject *amount = json_object_get_object_member (call->object, "amount");
  const char *currency = sandbox_json_text (amount, "currency");
  const char *trade_type = sandbox_wechat_text (call, "trade_type");
  const char *start = sandbox_wechat_text (call, "time_start");
  const char *expire = sandbox_wechat_text (call, "time_expire");
  const char *notify_url = sandbox_wechat_text (call, "notify_url");
  g_autoptr (GDateTime) started = start != NULL ? g_date_time_new_from_iso8601 (start, NULL) : NULL;
  const char *issue = NULL;

  if (!sandbox_wechat_is_number (
          sandbox_wechat_text (call, "out_trade_no"), call->mode->min_out_trade_no, 32, "_-*|"))
    return sandbox_wechat_blame (
        call, "/out_trade_no", "is not %u to 32 letters, digits or _-*|", call->mode->min_out_trade_no);
  if (trade_type != NULL && !g_str_equal (trade_type, sandbox_wechat_trade_type (call->argument)))
    return sandbox_wechat_blame (call, "/trade_type", "is not %s", sandbox_wechat_trade_type (call->argument));
  if (currency != NULL && !is_currency (currency))
    return sandbox_wechat_blame (call, "/amount/currency", "is not three capitals of ISO 4217");
  if (start != NULL && started == NULL)
    return sandbox_wechat_blame (call, "/time_start", "is not a time of RFC 3339 with its offset");
  if (expire != NULL && (issue = sandbox_wechat_check_expiry (expire)) != NULL)
    return sandbox_wechat_blame (call, "/time_expire", "%s", issue);
  if (notify_url != NULL && (issue = sandbox_wechat_check_notify_url (notify_url)) != NULL)
    return sandbox_wechat_blame (call, "/notify_url", "%s", issue);
  return TRUE;
}

/* An institution's buyer is known under one of two applications. */
static gboolean
check_payer (SandboxWechatCall *call)
{
  const char *const *names = call->mode->openids;
  g_autofree char *first = g_strconcat ("/payer/", names[0], NULL);
  g_autofree char *second = g_strconcat ("/payer/", names[1], NULL);
  JsonObject *payer = NULL;

  if (names[1] == NULL || call->argument != SANDBOX_WECHAT_JSAPI)
    return TRUE;
  payer = json_object_get_object_member (call->object, "payer");
  if (json_object_has_member (payer, names[0]) == json_object_has_member (payer, names[1]))
    return sandbox_wechat_blame (call, first, "or the other openid is sent, and not both");
  if (json_object_has_member (payer, names[1]) && !json_object_has_member (call->object, call->mode->sub_appid))
    return sandbox_wechat_blame (call, second, "belongs to sub_appid, which is missing");
  return TRUE;
}

/* H5's buyer sits somewhere else than the merchant's own program. */
static gboolean
check_client (SandboxWechatCall *call)
{
  JsonObject *scene =
      call->argument == SANDBOX_WECHAT_H5 ? json_object_get_object_member (call->object, "scene_info") : NULL;

  if (scene != NULL && g_str_equal (sandbox_json_text (scene, "payer_client_ip"), "127.0.0.1"))
    return sandbox_wechat_blame (call, "/scene_info/payer_client_ip", "is the merchant's own address");
  return TRUE;
}

/* Every rule of an order that a gateway checks before it looks at its books; FALSE with the reply filled. */
gboolean
sandbox_wechat_order_check (SandboxWechatCall *call)
{
  return sandbox_wechat_check (call, order_rules) && check_values (call) && check_payer (call) &&
         check_client (call);
}
