/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "sandbox-crypto.h"

typedef struct {
  const char *account;
  const char *mchid;
  const char *appid;
  gboolean has_public_key; /* else the older scheme with a platform certificate */
} SandboxMerchant;

extern const SandboxMerchant sandbox_merchants[2];

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
} SandboxConfig;

SandboxConfig *sandbox_config_new (GError **error);
SandboxConfig *sandbox_config_open (const char *directory, GError **error);
gboolean sandbox_config_write (SandboxConfig *self, const char *directory, const char *endpoint, GError **error);
void sandbox_config_free (SandboxConfig *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxConfig, sandbox_config_free)
