/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-scene.h"

#include <string.h>

#include "wechat-message.h"
#include "wechat-trade.h"

#define H5_LIFE_S      300
#define APP_PACKAGE    "Sign=WXPay"
#define URL_MAX_LENGTH 2048

const WechatScene *
wechat_scene_find (MinipayExchange *x, const WechatScene *scenes, GError **error)
{
  const MinipayMethod method = minipay_exchange_get_method (x);

  for (; scenes->path != NULL; scenes++)
    if (scenes->method == method)
      return scenes;
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED, "there is no such order for this method");
  return NULL;
}

/* --- The order --- */

/* An extra of the order, and the member that it becomes. */
typedef struct {
  const char *extra;
  const char *member;
} SceneMember;

static const SceneMember scene_members[] = {
  { "device_id", "device_id" },
  { "device_ip", "device_ip" },
  { "operator_id", "operator_id" },
  { NULL },
};

static const SceneMember scene_store[] = {
  { "store_id", "id" },
  { "store_name", "name" },
  { "store_area_code", "area_code" },
  { "store_address", "address" },
  { NULL },
};

static const SceneMember scene_h5[] = {
  { "h5_type", "type" },        { "app_name", "app_name" },         { "app_url", "app_url" },
  { "bundle_id", "bundle_id" }, { "package_name", "package_name" }, { NULL },
};

static gboolean
scene_has (MinipayExchange *x, const SceneMember *members)
{
  for (; members->extra != NULL; members++)
    if (minipay_exchange_get_extra_text (x, members->extra) != NULL)
      return TRUE;
  return FALSE;
}

static void
scene_add (MinipayExchange *x, MinipayJsonWriter *writer, const SceneMember *members)
{
  for (; members->extra != NULL; members++)
    minipay_json_writer_add_string (writer, members->member, minipay_exchange_get_extra_text (x, members->extra));
}

static void
scene_add_object (MinipayExchange *x, MinipayJsonWriter *writer, const char *name, const SceneMember *members)
{
  if (!scene_has (x, members))
    return;
  minipay_json_writer_begin_object (writer, name);
  scene_add (x, writer, members);
  minipay_json_writer_end_object (writer);
}

gboolean
wechat_scene_add_info (MinipayExchange *x, gboolean needs_client_ip, MinipayJsonWriter *writer, GError **error)
{
  const char *client_ip = minipay_order_get_client_ip (minipay_exchange_get_order (x));
  const gboolean has_ip = client_ip != NULL && *client_ip != '\0';

  if (!has_ip && !scene_has (x, scene_members) && !scene_has (x, scene_store) && !scene_has (x, scene_h5))
    return TRUE;
  if (!has_ip && needs_client_ip) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "client_ip is missing, and what the order says of its scene needs it");
    return FALSE;
  }
  if (has_ip && minipay_exchange_get_method (x) == MINIPAY_METHOD_H5 &&
      (strcmp (client_ip, "127.0.0.1") == 0 || strcmp (client_ip, "::1") == 0)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "client_ip is %s, allowed is the address that the buyer comes from",
                 client_ip);
    return FALSE;
  }
  minipay_json_writer_begin_object (writer, "scene_info");
  minipay_json_writer_add_string (writer, "payer_client_ip", has_ip ? client_ip : NULL);
  scene_add (x, writer, scene_members);
  scene_add_object (x, writer, "store_info", scene_store);
  scene_add_object (x, writer, "h5_info", scene_h5);
  minipay_json_writer_end_object (writer);
  return TRUE;
}

/* --- What opens the cashier --- */

/* An address that a page or a QR code shows: printable, and of a length that fits one. */
static GObject *
scene_new_address (MinipayExchange *x, const char *member, const char *url, gboolean is_qr_code, GError **error)
{
  g_autoptr (GDateTime) expires_at =
      wechat_trade_new_expiry (x, is_qr_code ? WECHAT_TRADE_PREPAY_LIFE_S : H5_LIFE_S);
  gsize length = 0;

  while (url[length] > 0x20 && url[length] < 0x7f)
    length++;
  if (length == 0 || length > URL_MAX_LENGTH || url[length] != '\0' ||
      (!is_qr_code && !g_str_has_prefix (url, "https://") && !g_str_has_prefix (url, "http://"))) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "%s is no address that opens a cashier", member);
    return NULL;
  }
  return g_object_new (MINIPAY_TYPE_CHECKOUT,
                       "kind",
                       is_qr_code ? MINIPAY_CHECKOUT_KIND_QR_CODE : MINIPAY_CHECKOUT_KIND_REDIRECT,
                       "expires-at",
                       expires_at,
                       "url",
                       url,
                       NULL);
}

/* The names of the SDK's PayReq; what Android calls packageValue is package on iOS. */
static GObject *
scene_new_app (MinipayExchange *x,
               const char *prepay_id,
               const char *appid,
               const char *mchid,
               const char *timestamp,
               GError **error)
{
  g_autoptr (GDateTime) expires_at = wechat_trade_new_expiry (x, WECHAT_TRADE_PREPAY_LIFE_S);
  const char *nonce = minipay_exchange_get_nonce (x);
  g_autofree char *sign =
      wechat_message_sign_lines (x, (const char *const[]){ appid, timestamp, nonce, prepay_id, NULL }, error);
  const struct {
    const char *name;
    const char *value;
  } members[] = {
    { "appId", appid },         { "partnerId", mchid }, { "prepayId", prepay_id },  { "packageValue", APP_PACKAGE },
    { "package", APP_PACKAGE }, { "nonceStr", nonce },  { "timeStamp", timestamp }, { "sign", sign },
  };
  MinipayCheckout *checkout;

  if (sign == NULL)
    return NULL;
  checkout = minipay_checkout_new (MINIPAY_CHECKOUT_KIND_APP, expires_at);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    minipay_checkout_set_param (checkout, MINIPAY_RUNTIME_APP, members[i].name, members[i].value);
  return G_OBJECT (checkout);
}

/* The second signature: four lines with the application that opens the cashier. paySign has 344 characters,
 * whatever older pages say of 64. */
static GObject *
scene_new_prepaid (MinipayExchange *x, const char *prepay_id, const char *appid, const char *mchid, GError **error)
{
  g_autofree char *timestamp = g_strdup_printf ("%" G_GINT64_FORMAT, minipay_exchange_get_now (x));
  const char *nonce = minipay_exchange_get_nonce (x);
  g_autofree char *package = wechat_trade_dup_package (prepay_id, error);
  g_autofree char *pay_sign = NULL;

  if (package == NULL)
    return NULL;
  if (minipay_exchange_get_method (x) == MINIPAY_METHOD_APP)
    return scene_new_app (x, prepay_id, appid, mchid, timestamp, error);
  pay_sign = wechat_message_sign_lines (x, (const char *const[]){ appid, timestamp, nonce, package, NULL }, error);
  if (pay_sign == NULL)
    return NULL;
  return G_OBJECT (
      wechat_trade_new_checkout (x, &(MinipayWechatCashier){ appid, timestamp, nonce, package, "RSA", pay_sign }));
}

GObject *
wechat_scene_new_checkout (MinipayExchange *x,
                           const WechatScene *scene,
                           const MinipayJson *json,
                           const char *appid,
                           const char *mchid,
                           GError **error)
{
  const char *handle = minipay_json_require_string (json, minipay_json_get_root (json), scene->handle, error);

  if (handle == NULL)
    return NULL;
  if (scene->method == MINIPAY_METHOD_NATIVE || scene->method == MINIPAY_METHOD_H5)
    return scene_new_address (x, scene->handle, handle, scene->method == MINIPAY_METHOD_NATIVE, error);
  return scene_new_prepaid (x, handle, appid, mchid, error);
}
