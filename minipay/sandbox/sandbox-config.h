/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "sandbox-crypto.h"
#include "sandbox-merchant.h"
#include "sandbox-tls.h"

typedef struct {
  char *access_key;
  char *secret_key;
  char *api_v3_key;
  SandboxKey *merchant_key;
  SandboxCertificate *merchant_certificate;
  char *merchant_serial;
  SandboxKey *wechatpay_key;
  char *public_key_id;
  SandboxKey *platform_key;
  SandboxCertificate *platform_certificate;
  char *platform_serial;
  char *v2_md5_key;
  char *v2_hmac_key;
  char *v2_provider_key;
  char *transit_v2_key;
  char *aggregator_sign_key;
  char *aggregator_sealed_sign_key;
  SandboxKey *aggregator_key;
  char *transit_access_token;
  char *transit_aes_key;
  char *transit_sign_key;
  SandboxTls *tls;
} SandboxConfig;

SandboxConfig *sandbox_config_new (GError **error);
SandboxConfig *sandbox_config_open (const char *directory, GError **error);
gboolean sandbox_config_write (
    SandboxConfig *self, const char *directory, const char *endpoint, const char *endpoint_tls, GError **error);
const char *sandbox_config_get_secret (SandboxConfig *self, const char *file);
const char *sandbox_config_get_sign_key (SandboxConfig *self, const SandboxMerchant *merchant);
void sandbox_config_free (SandboxConfig *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxConfig, sandbox_config_free)
