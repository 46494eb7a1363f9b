/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transit-v2.h"

#include <string.h>

static const WechatXmlCall pay_call = { "/transit/pay/payapply" };
static const WechatXmlCall partner_call = { "/transit/partnerpay/payapply" };

/* The members of a ride, and the one scene that has them where not both do. */
static const struct {
  const char *name;
  const char *scene;
} ride_members[] = {
  { "start_time", NULL },     { "end_time", "METRO" }, { "qrcode_hash", NULL },   { "start_station", "METRO" },
  { "end_station", "METRO" }, { "line_name", "BUS" },  { "plate_number", "BUS" },
};

#define RIDE_MEMBER_MAX_CHARACTERS 32

static gboolean
ride_check_member (MinipayExchange *x, guint index, const char *scene, GError **error)
{
  const char *name = ride_members[index].name;
  const char *value = minipay_exchange_get_extra_text (x, name);

  if (value == NULL)
    return TRUE;
  if (ride_members[index].scene != NULL && strcmp (ride_members[index].scene, scene) != 0) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "%s is given, a ride with trade_scene %s has none",
                 name,
                 scene);
    return FALSE;
  }
  if (strcmp (name, "line_name") != 0 || g_utf8_strlen (value, -1) <= RIDE_MEMBER_MAX_CHARACTERS)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INVALID,
               "%s has %ld characters, allowed are %d",
               name,
               g_utf8_strlen (value, -1),
               RIDE_MEMBER_MAX_CHARACTERS);
  return FALSE;
}

/* An object in an object of the same name. */
static char *
ride_dup_scene_info (MinipayExchange *x, GError **error)
{
  const char *scene = minipay_exchange_get_extra_text (x, "trade_scene");
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  g_autoptr (GBytes) text = NULL;

  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_begin_object (writer, "scene_info");
  for (guint i = 0; i < G_N_ELEMENTS (ride_members); i++) {
    if (!ride_check_member (x, i, scene, error))
      return NULL;
    minipay_json_writer_add_string (
        writer, ride_members[i].name, minipay_exchange_get_extra_text (x, ride_members[i].name));
  }
  minipay_json_writer_end_object (writer);
  minipay_json_writer_end_object (writer);
  text = minipay_json_writer_finish (writer, error);
  return text != NULL ? g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text)) : NULL;
}

static const WechatXmlCall *
ride_get_call (MinipayExchange *x)
{
  return minipay_exchange_get_setting (x, "sub-mchid") != NULL ? &partner_call : &pay_call;
}

MinipayHttpRequest *
transit_v2_build_create (MinipayExchange *x, gconstpointer data, GError **error)
{
  static const char *const texts[] = {
    "detail",   "goods_tag", "contract_id", "trade_scene", "version", "clientip",
    "deviceid", "mobile",    "email",       "qq",          "creid",   "outerid"
  };
  MinipayOrder *order = minipay_exchange_get_order (x);
  MinipayMoney *total = minipay_order_get_total (order);
  g_autofree char *scene_info = ride_dup_scene_info (x, error);
  g_autoptr (MinipayParams) params = minipay_params_new ();

  if (scene_info == NULL)
    return NULL;
  minipay_params_set_string (params, "body", minipay_order_get_subject (order));
  minipay_params_set_string (params, "attach", minipay_order_get_attach (order));
  minipay_params_set_string (params, "out_trade_no", minipay_order_get_out_trade_no (order));
  minipay_params_set_string (params, "fee_type", minipay_money_get_currency (total));
  minipay_params_set_integer (params, "total_fee", minipay_money_get_minor (total));
  minipay_params_set_string (params, "spbill_create_ip", minipay_order_get_client_ip (order));
  minipay_params_set_string (params, "notify_url", minipay_order_get_notify_url (order));
  minipay_params_set_string (params, "trade_type", "PAP");
  minipay_params_set_string (params, "openid", minipay_order_get_payer (order));
  minipay_params_set_string (params, "scene_info", scene_info);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    minipay_params_set_string (params, texts[i], minipay_exchange_get_extra_text (x, texts[i]));
  return wechat_xml_new_request (x, ride_get_call (x), params, error);
}

/* A success says that the deduction was taken; whether it was made comes by notification, or by query. */
GObject *
transit_v2_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayParams) params = wechat_xml_read_answer (x, ride_get_call (x), answer, error);

  return params != NULL ? G_OBJECT (minipay_checkout_new (MINIPAY_CHECKOUT_KIND_PENDING, NULL)) : NULL;
}
