/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-mode.h"

#define GLOBAL_ORDERS       "/v3/global/transactions/"
#define GLOBAL_CERTIFICATES "/v3/global/certificates"

static const SandboxWechatMode modes[] = {
  {
      .gateway = SANDBOX_WECHAT_V3,
      .bit = SANDBOX_WECHAT_MAINLAND,
      .orders = "/v3/pay/transactions/",
      .certificates = "/v3/certificates",
      .mchid = "mchid",
      .appid = "appid",
      .openids = { "openid" },
      .transaction_id = "transaction_id",
      .min_out_trade_no = 6,
  },
  {
      .gateway = SANDBOX_WECHAT_GLOBAL,
      .bit = SANDBOX_WECHAT_DIRECT,
      .orders = GLOBAL_ORDERS,
      .certificates = GLOBAL_CERTIFICATES,
      .mchid = "mchid",
      .appid = "appid",
      .openids = { "openid" },
      .transaction_id = "id",
      .min_out_trade_no = 1,
      .converts = TRUE,
  },
  {
      .gateway = SANDBOX_WECHAT_GLOBAL,
      .bit = SANDBOX_WECHAT_INSTITUTION,
      .orders = GLOBAL_ORDERS,
      .certificates = GLOBAL_CERTIFICATES,
      .mchid = "sp_mchid",
      .appid = "sp_appid",
      .sub_mchid = "sub_mchid",
      .sub_appid = "sub_appid",
      .openids = { "sp_openid", "sub_openid" },
      .transaction_id = "id",
      .min_out_trade_no = 1,
      .converts = TRUE,
  },
};

/* NULL for a merchant of another protocol than V3. */
const SandboxWechatMode *
sandbox_wechat_mode_of (const SandboxMerchant *merchant)
{
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    if (g_str_equal (modes[i].gateway, merchant->gateway) &&
        (modes[i].sub_mchid != NULL) == (merchant->sub_mchid != NULL))
      return &modes[i];
  }
  return NULL;
}

/* Any mode of @gateway: they share its paths. */
const SandboxWechatMode *
sandbox_wechat_mode_first (const char *gateway)
{
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    if (g_str_equal (modes[i].gateway, gateway))
      return &modes[i];
  }
  g_assert_not_reached ();
}

static gboolean
has_name (const SandboxWechatMode *self, const char *name)
{
  return g_str_equal (self->mchid, name) || g_strcmp0 (self->sub_mchid, name) == 0;
}

/* Whether @name says who pays whom in a mode that is not @self: fields of two modes never mix. */
gboolean
sandbox_wechat_mode_is_name_of_another (const SandboxWechatMode *self, const char *name)
{
  if (has_name (self, name))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    if (has_name (&modes[i], name))
      return TRUE;
  }
  return FALSE;
}
