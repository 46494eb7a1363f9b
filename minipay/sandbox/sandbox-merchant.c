/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-merchant.h"

const SandboxMerchant sandbox_merchants[] = {
  { .gateway = "weidoufu", .account = "weidoufu", .mchid = "" },
  { .gateway = "wechat-v3",
    .account = "wechat-v3-public-key",
    .mode = "public-key",
    .mchid = "1900000001",
    .appid = "wx0000000000000001",
    .has_public_key = TRUE },
  { .gateway = "wechat-v3",
    .account = "wechat-v3-certificate",
    .mode = "certificate",
    .mchid = "1900000002",
    .appid = "wx0000000000000002" },
  { .gateway = "wechat-v3",
    .account = "wechat-v3-provider",
    .mode = "public-key",
    .mchid = "1900000011",
    .appid = "wx0000000000000012",
    .sub_mchid = "1900000012",
    .sub_appid = "wx0000000000000013",
    .has_public_key = TRUE },
  { .gateway = "wechat-v2",
    .account = "wechat-v2-md5",
    .mchid = "1900000003",
    .appid = "wx0000000000000004",
    .sign_type = "MD5",
    .sign_key = "wechat-v2-md5-key",
    .client_certificate = "wechat-v2-md5-client.pem" },
  { .gateway = "wechat-v2",
    .account = "wechat-v2-hmac",
    .mchid = "1900000004",
    .appid = "wx0000000000000005",
    .sign_type = "HMAC-SHA256",
    .sign_key = "wechat-v2-hmac-key",
    .client_certificate = "wechat-v2-hmac-client.p12" },
  { .gateway = "wechat-v2",
    .account = "wechat-v2-provider",
    .mchid = "1900000020",
    .appid = "wx0000000000000020",
    .sub_mchid = "1900000021",
    .sub_appid = "wx0000000000000021",
    .sign_type = "HMAC-SHA256",
    .sign_key = "wechat-v2-provider-key",
    .client_certificate = "wechat-v2-provider-client.pem" },
  { .gateway = "wechat-global",
    .account = "wechat-global-direct",
    .mode = "direct",
    .mchid = "1900000005",
    .appid = "wx0000000000000006" },
  { .gateway = "wechat-global",
    .account = "wechat-global-institution",
    .mode = "institution",
    .mchid = "1900000006",
    .appid = "wx0000000000000007",
    .sub_mchid = "1900000007",
    .sub_appid = "wx0000000000000008",
    .has_public_key = TRUE },
  { .gateway = "showdoc-aggregator",
    .account = "showdoc-aggregator",
    .mchid = "8000000001",
    .appid = "wx0000000000000010",
    .sign_key = "aggregator-sign-key" },
  { .gateway = "showdoc-aggregator",
    .account = "showdoc-aggregator-sealed",
    .mode = "sealed",
    .mchid = "8000000002",
    .appid = "wx0000000000000012",
    .sign_key = "aggregator-sealed-sign-key" },
  { .gateway = "transit",
    .account = "transit",
    .mchid = "1900000008",
    .appid = "wx0000000000000011",
    .sign_type = "HMAC-SHA256",
    .sign_key = "transit-sign-key" },
  { .gateway = "transit-v2",
    .account = "transit-v2",
    .provider = "transit",
    .mode = "v2",
    .mchid = "1900000022",
    .appid = "wx0000000000000022",
    .sign_type = "HMAC-SHA256",
    .sign_key = "transit-v2-key",
    .client_certificate = "transit-v2-client.pem" },
  { .gateway = "transit-v3",
    .account = "transit-v3",
    .provider = "transit",
    .mode = "v3",
    .mchid = "1900000030",
    .appid = "wx0000000000000030",
    .has_public_key = TRUE },
};

const guint sandbox_n_merchants = G_N_ELEMENTS (sandbox_merchants);

/* An order's account is always one of the table's. */
const SandboxMerchant *
sandbox_merchant_get (const char *account)
{
  for (guint i = 0; i < sandbox_n_merchants; i++) {
    if (g_str_equal (sandbox_merchants[i].account, account))
      return &sandbox_merchants[i];
  }
  g_assert_not_reached ();
}

/* NULL when the gateway has no such merchant. */
const SandboxMerchant *
sandbox_merchant_find (const char *gateway, const char *mchid)
{
  for (guint i = 0; i < sandbox_n_merchants; i++) {
    if (g_str_equal (sandbox_merchants[i].gateway, gateway) && g_strcmp0 (sandbox_merchants[i].mchid, mchid) == 0)
      return &sandbox_merchants[i];
  }
  return NULL;
}
