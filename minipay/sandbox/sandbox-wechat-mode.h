/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

#define SANDBOX_WECHAT_V3     "wechat-v3"
#define SANDBOX_WECHAT_GLOBAL "wechat-global"

/* Which rules of an order a mode takes part in. */
typedef enum {
  SANDBOX_WECHAT_MAINLAND = 1 << 0,
  SANDBOX_WECHAT_DIRECT = 1 << 1,
  SANDBOX_WECHAT_INSTITUTION = 1 << 2,
  SANDBOX_WECHAT_PROVIDER = 1 << 3,
  SANDBOX_WECHAT_HOME = SANDBOX_WECHAT_MAINLAND | SANDBOX_WECHAT_PROVIDER,
  SANDBOX_WECHAT_ABROAD = SANDBOX_WECHAT_DIRECT | SANDBOX_WECHAT_INSTITUTION,
  SANDBOX_WECHAT_OWN = SANDBOX_WECHAT_MAINLAND | SANDBOX_WECHAT_DIRECT,
  SANDBOX_WECHAT_FOR_OTHERS = SANDBOX_WECHAT_PROVIDER | SANDBOX_WECHAT_INSTITUTION,
  SANDBOX_WECHAT_ALL = SANDBOX_WECHAT_HOME | SANDBOX_WECHAT_ABROAD
} SandboxWechatModes;

/* One way to speak V3: on the mainland or to WeChat Pay Global, as a merchant or for one of one's merchants. All
 * that the four do not share. */
typedef struct {
  const char *gateway;
  SandboxWechatModes bit;
  const char *mchid;     /* name of who signs */
  const char *appid;     /* name of his application */
  const char *sub_mchid; /* nullable; name of whom he signs for */
  const char *sub_appid; /* nullable */
  const char *openids[2];
  const char *transaction_id; /* name of the gateway's number */
  guint min_out_trade_no;     /* characters */
  gboolean converts;          /* a buyer pays in a currency of his own */
} SandboxWechatMode;

const SandboxWechatMode *sandbox_wechat_mode_of (const SandboxMerchant *merchant);
gboolean sandbox_wechat_mode_is_name_of_another (const SandboxWechatMode *self, const char *name);
