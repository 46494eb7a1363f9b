/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* A merchant the sandbox knows: one account of the written configuration. */
typedef struct {
  const char *gateway;     /* name in the table of gateways, which is also the provider's */
  const char *account;     /* name of the group in the configuration */
  const char *provider;    /* nullable; which plugin plays the merchant, when it is not named as the gateway */
  const char *mode;        /* nullable */
  const char *mchid;       /* the aggregator's customerNo; an institution's sp_mchid */
  const char *appid;       /* nullable; an institution's sp_appid */
  const char *sub_mchid;   /* nullable */
  const char *sub_appid;   /* nullable */
  gboolean has_public_key; /* V3 rules; else the older scheme with a platform certificate */
  const char *sign_type;   /* nullable; V2 rules: MD5 or HMAC-SHA256 */
  const char *sign_key;    /* nullable; file of the key that goes with it */
  const char *client_certificate; /* nullable; file of the certificate for mutual TLS */
} SandboxMerchant;

extern const SandboxMerchant sandbox_merchants[];
extern const guint sandbox_n_merchants;

const SandboxMerchant *sandbox_merchant_get (const char *account);
const SandboxMerchant *sandbox_merchant_find (const char *gateway, const char *mchid);
