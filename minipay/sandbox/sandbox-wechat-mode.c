/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-mode.h"

static const SandboxWechatMode modes[] = {
  {
      .gateway = SANDBOX_WECHAT_V3,
      .bit = SANDBOX_WECHAT_MAINLAND,
      .mchid = "mchid",
      .appid = "appid",
      .openids = { "openid" },
      .transaction_id = "transaction_id",
      .min_out_trade_no = 6,
  },
  {
      .gateway = SANDBOX_WECHAT_V3,
      .bit = SANDBOX_WECHAT_PROVIDER,
      .mchid = "sp_mchid",
      .appid = "sp_appid",
      .sub_mchid = "sub_mchid",
      .sub_appid = "sub_appid",
      .openids = { "sp_openid", "sub_openid" },
      .transaction_id = "transaction_id",
      .min_out_trade_no = 6,
  },
  {
      .gateway = SANDBOX_WECHAT_GLOBAL,
      .bit = SANDBOX_WECHAT_DIRECT,
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
