/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-accounts.h"

/* Whatever the gateways of V3's rules share. */
static void
append_v3_keys (SandboxConfig *config, const SandboxMerchant *merchant, GString *text)
{
  g_string_append_printf (text,
                          "merchant-serial=%s\n"
                          "private-key=file:merchant-key.pem\n"
                          "api-v3-key=file:api-v3-key\n",
                          config->merchant_serial);
  if (merchant->has_public_key)
    g_string_append_printf (text,
                            "public-key-id=%s\n"
                            "public-key=file:wechatpay-public-key.pem\n",
                            config->public_key_id);
  else
    g_string_append (text, "platform-certificate=file:platform-certificate.pem\n");
}

static void
append_parties (const SandboxMerchant *merchant, GString *text)
{
  g_string_append_printf (text, "mchid=%s\nappid=%s\n", merchant->mchid, merchant->appid);
  if (merchant->sub_mchid != NULL)
    g_string_append_printf (text, "sub-mchid=%s\nsub-appid=%s\n", merchant->sub_mchid, merchant->sub_appid);
}

static void
append_weidoufu (SandboxConfig *config, const SandboxMerchant *merchant, const char *endpoint, GString *text)
{
  g_string_append_printf (text,
                          "access-key=%s\n"
                          "secret-key=file:weidoufu-secret-key\n",
                          config->access_key);
}

static void
append_v3 (SandboxConfig *config, const SandboxMerchant *merchant, const char *endpoint, GString *text)
{
  append_parties (merchant, text);
  append_v3_keys (config, merchant, text);
}

static void
append_client_certificate (const SandboxMerchant *merchant, GString *text)
{
  g_string_append_printf (text, "client-certificate=file:%s\n", merchant->client_certificate);
  if (g_str_has_suffix (merchant->client_certificate, ".p12"))
    g_string_append_printf (text, "client-certificate-passphrase=%s\n", merchant->mchid);
}

static void
append_v2 (SandboxConfig *config, const SandboxMerchant *merchant, const char *endpoint, GString *text)
{
  g_string_append_printf (text,
                          "mchid=%s\n"
                          "appid=%s\n"
                          "api-key=file:%s\n"
                          "sign-type=%s\n",
                          merchant->mchid,
                          merchant->appid,
                          merchant->sign_key,
                          merchant->sign_type);
  append_client_certificate (merchant, text);
  if (merchant->sub_mchid != NULL)
    g_string_append_printf (text, "sub-mchid=%s\nsub-appid=%s\n", merchant->sub_mchid, merchant->sub_appid);
}

/* Transit's interface B has the rules of V2 and the one digest. */
static void
append_transit_v2 (SandboxConfig *config, const SandboxMerchant *merchant, const char *endpoint, GString *text)
{
  g_string_append_printf (text,
                          "mchid=%s\n"
                          "appid=%s\n"
                          "api-key=file:%s\n",
                          merchant->mchid,
                          merchant->appid,
                          merchant->sign_key);
  append_client_certificate (merchant, text);
}

static void
append_global (SandboxConfig *config, const SandboxMerchant *merchant, const char *endpoint, GString *text)
{
  append_parties (merchant, text);
  g_string_append (text, "merchant-category-code=1011\n");
  append_v3_keys (config, merchant, text);
}

static void
append_aggregator (SandboxConfig *config, const SandboxMerchant *merchant, const char *endpoint, GString *text)
{
  g_string_append_printf (text,
                          "customer-no=%s\n"
                          "sign-key=file:%s\n"
                          "public-key=file:aggregator-public-key.pem\n"
                          "request-format=json\n"
                          "sign-suffix=amp-key\n"
                          "sign-case=upper\n"
                          "plain-notifications=true\n"
                          "amount-member=orderAmount\n",
                          merchant->mchid,
                          merchant->sign_key);
}

static void
append_transit (SandboxConfig *config, const SandboxMerchant *merchant, const char *endpoint, GString *text)
{
  g_string_append_printf (text,
                          "mchid=%s\n"
                          "appid=%s\n"
                          "deduct-url=%s/intp/transitpay\n"
                          "arrears-url=%s/intp/transitarrears\n"
                          "request-form=token\n"
                          "access-token=file:transit-access-token\n"
                          "aes-key=file:transit-aes-key\n"
                          "aes-key-encoding=text\n"
                          "sign-key=file:%s\n"
                          "sign-mode=%s\n",
                          merchant->mchid,
                          merchant->appid,
                          endpoint,
                          endpoint,
                          merchant->sign_key,
                          merchant->sign_type);
}

/* The fields of each provider; every group begins with provider, mode and endpoint. */
static const struct {
  const char *gateway;
  void (*append) (SandboxConfig *config, const SandboxMerchant *merchant, const char *endpoint, GString *text);
} writers[] = {
  { "weidoufu", append_weidoufu },
  { "wechat-v3", append_v3 },
  { "wechat-v2", append_v2 },
  { "wechat-global", append_global },
  { "showdoc-aggregator", append_aggregator },
  { "transit", append_transit },
  { "transit-v2", append_transit_v2 },
  { "transit-v3", append_v3 },
};

static void
append_account (SandboxConfig *config, const SandboxMerchant *merchant, const char *endpoint, GString *text)
{
  g_string_append_printf (text,
                          "\n[account %s]\n"
                          "provider=%s\n",
                          merchant->account,
                          merchant->provider != NULL ? merchant->provider : merchant->gateway);
  if (merchant->mode != NULL)
    g_string_append_printf (text, "mode=%s\n", merchant->mode);
  g_string_append_printf (text, "endpoint=%s\n", endpoint);
  for (guint i = 0; i < G_N_ELEMENTS (writers); i++) {
    if (g_str_equal (writers[i].gateway, merchant->gateway))
      writers[i].append (config, merchant, endpoint, text);
  }
}

/* The text of minipay.conf: the sandbox's authority, and a group for each of its merchants. One who shows a
 * certificate is led to the https port. */
char *
sandbox_accounts_write (SandboxConfig *config, const char *endpoint, const char *endpoint_tls, const char *ca_file)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "[transport]\nca-file=%s\n", ca_file);
  for (guint i = 0; i < sandbox_n_merchants; i++) {
    const SandboxMerchant *merchant = &sandbox_merchants[i];

    append_account (config, merchant, merchant->client_certificate != NULL ? endpoint_tls : endpoint, text);
  }
  return g_string_free (text, FALSE);
}
