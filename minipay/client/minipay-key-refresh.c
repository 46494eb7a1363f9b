/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-account-private.h"
#include "provider/minipay-limits-private.h"

#define EVERY_US (12 * G_TIME_SPAN_HOUR)

/* The keys there are, without those whose time is over, and the new ones: swapped in as a whole. */
static GObject *
refresh_conclude (MinipayExchange *x, GObject *result, const GError *failure, gpointer data, GError **error)
{
  MinipayAccount *self = data;
  MinipayKeyring *keyring = minipay_account_config_get_keyring (minipay_account_get_config (self));
  GHashTable *new_keys = minipay_exchange_get_new_keys (x);
  const gint64 now = minipay_exchange_get_now (x);
  g_autoptr (GHashTable) keys = NULL;
  GHashTableIter iter;
  gpointer id, key;

  if (result == NULL)
    return NULL;
  keys = minipay_keyring_dup_trusted (keyring);
  if (new_keys != NULL) {
    g_hash_table_iter_init (&iter, new_keys);
    while (g_hash_table_iter_next (&iter, &id, &key))
      g_hash_table_replace (keys, g_strdup (id), minipay_key_ref (key));
  }
  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, &id, &key))
    if (minipay_key_get_not_after (key) < now)
      g_hash_table_iter_remove (&iter);
  if (!minipay_keyring_set_trusted (keyring, keys, error))
    return NULL;
  return g_object_ref (result);
}

const MinipayExchangePolicy minipay_refresh_policy = { NULL, refresh_conclude };

void
minipay_account_refresh_if_due (MinipayAccount *self, gboolean has_met_stranger)
{
  const MinipayAccountHouse *house = minipay_account_get_house (self);
  MinipayProviderInfo *info = minipay_account_get_info (self);
  MinipayAccountConfig *config = minipay_account_get_config (self);
  MinipayExchangeSetup setup = { house->transport, &minipay_refresh_policy, self, house->deadline_ms };
  g_autoptr (MinipayExchange) exchange = NULL;

  if (!minipay_limits_check_operation (info, config, "refresh-keys", NULL) ||
      !minipay_account_claim_refresh (self, has_met_stranger ? MINIPAY_REFRESH_AFTER_STRANGER_US : EVERY_US))
    return;
  /* what comes of it nobody waits for: the keys there are stay in use, and the next occasion tries again */
  exchange = minipay_exchange_new (minipay_account_get_payment_provider (self),
                                   info,
                                   config,
                                   MINIPAY_OPERATION_REFRESH_KEYS,
                                   NULL,
                                   MINIPAY_WALLET_ANY,
                                   &minipay_real_environment);
  minipay_exchange_run_detached (exchange, &setup, G_OBJECT (self));
}
