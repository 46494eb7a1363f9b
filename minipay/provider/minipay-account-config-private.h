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

/* The value of a field that this provider need not have, or NULL. */
const char *minipay_account_config_peek (MinipayAccountConfig *self, const char *field);

/* What a connection shows to a gateway that asks for a certificate; NULL when the account has none. */
GTlsCertificate *minipay_account_config_get_identity (MinipayAccountConfig *self);

#define MINIPAY_CALLS_PER_SECOND 100

/* How many calls of one operation a second, refunds at half of it; before anybody else has the settings. */
void minipay_account_config_set_pace (MinipayAccountConfig *self, guint per_second);
/* How long a call of @operation must wait for its turn, in microseconds; -1 when that is longer than @longest_us.
 */
gint64 minipay_account_config_take_turn (MinipayAccountConfig *self, const char *operation, gint64 longest_us);
/* The gateway says that it is asked too often. */
void minipay_account_config_slow_down (MinipayAccountConfig *self, const char *operation);

GBytes *minipay_account_config_get_cached (MinipayAccountConfig *self, const char *key);
void minipay_account_config_set_cached (MinipayAccountConfig *self, const char *key, GBytes *value);

/* Splits an address that came from outside into one of the base URLs and a target: INVALID, naming @what, for
 * anything but https at one of them. @origin and @target may be NULL. */
gboolean minipay_account_config_resolve (
    MinipayAccountConfig *self, const char *what, const char *text, char **origin, char **target, GError **error);

/* The text of a field of type token, as it stands now: wipe it after use. CONFIG when it is gone or unfit. */
char *minipay_account_config_dup_token (MinipayAccountConfig *self, const char *field, GError **error);

G_END_DECLS
