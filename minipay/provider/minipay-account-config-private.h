/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "provider/minipay-account-config.h"
#include "provider/minipay-provider-info.h"
#include "signing/minipay-keyring-private.h"

G_BEGIN_DECLS

/*
 * Checks the settings of one account against its provider's manifest and loads its keys. @settings maps names
 * to texts;
 * @folder is where relative `file:` paths start. CONFIG, naming the account, the setting, what was read
 * (never a secret) and what is allowed; everything that is missing is named at once.
 */
MinipayAccountConfig *minipay_account_config_new (
    MinipayProviderInfo *info, const char *name, GHashTable *settings, const char *folder, GError **error);

MinipayKeyring *minipay_account_config_get_keyring (MinipayAccountConfig *self);
/* Where to send: the endpoint and its backups, `https://host[:port]`. */
const char *const *minipay_account_config_get_base_urls (MinipayAccountConfig *self);

GBytes *minipay_account_config_get_cached (MinipayAccountConfig *self, const char *key);
void minipay_account_config_set_cached (MinipayAccountConfig *self, const char *key, GBytes *value);

/* TRUE for 127.0.0.0/8, ::1 and localhost. */
gboolean minipay_host_is_loopback (const char *host);

G_END_DECLS
