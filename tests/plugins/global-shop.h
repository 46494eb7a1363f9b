/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "v3-gateway.h"

/*
 * The accounts and the order that the tests of WeChat Pay Global share: those of the vectors global-req-jsapi and
 * global-req-query-institution, signed with the published key of merchant 1900007291.
 */
#define GLOBAL_NUMBER      "1217752501201407033233368018"
#define GLOBAL_TRANSACTION "1008450740201411110005820873"
#define GLOBAL_OPENID      "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"

/* A merchant that signs for itself. */
static const char *const global_direct[] = {
  "provider",
  "wechat-global",
  "mode",
  "direct",
  "mchid",
  "1900000109",
  "appid",
  "wx8888888888888888",
  "merchant-category-code",
  "1011",
  "merchant-serial",
  "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB",
  "private-key",
  "fixture:wxp-doc-mch-1900007291",
  "api-v3-key",
  V3_API_KEY,
  "public-key",
  "file:gateway.pem",
  "public-key-id",
  V3_KEY_ID,
  NULL,
};

/* Laid over it: the institution 1900000100 that signs for that merchant, whose own application opens the cashier.
 */
static const char *const global_institution[] = {
  "mode",      "institution", "mchid",     "1900000100",         "appid", "wx2421b1c4370ec43b",
  "sub-mchid", "1900000109",  "sub-appid", "wx8888888888888888", NULL,
};

/* The same, in the institution's application. */
static const char *const global_institution_own[] = {
  "mode", "institution", "mchid", "1900000100", "appid", "wx2421b1c4370ec43b", "sub-mchid", "1900000109", NULL,
};

/* Of the direct merchant, with @changes (nullable) laid over it. */
static inline MinipayTestExchange *
global_new (const char *const *changes)
{
  return v3_new_at ("wechat-global", global_direct, changes);
}

static inline MinipayOrder *
global_order_new (MinipayMethod method, gint64 minor, const char *currency)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (minor, currency);

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       GLOBAL_NUMBER,
                       "total",
                       total,
                       "subject",
                       "image形象店-深圳腾大- QQ公仔",
                       "method",
                       method,
                       "payer",
                       GLOBAL_OPENID,
                       "notify-url",
                       "https://example.com/notify",
                       NULL);
}
