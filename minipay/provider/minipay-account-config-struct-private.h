/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "provider/minipay-account-config-private.h"
#include "provider/minipay-manifest-private.h"
#include "transport/minipay-bucket-private.h"

G_BEGIN_DECLS

/* For the files of the settings themselves: the object, its reader, its hosts. */
struct _MinipayAccountConfig {
  GObject parent_instance;

  MinipayProviderInfo *info;
  char *name;
  char *mode;   /* nullable */
  char *folder; /* nullable; where relative paths start */
  char **base_urls;
  gboolean is_loopback;
  GHashTable *texts;   /* field (char *) to value (char *) */
  GHashTable *tokens;  /* field (char *) to where its token is found (char *) */
  GHashTable *present; /* field (char *): those with a key or a secret */
  MinipayKeyring *keyring;
  GTlsCertificate *identity; /* nullable: what connections that need one show */

  GMutex buckets_mutex;
  MinipayBuckets *buckets;

  GMutex cache_mutex;
  GHashTable *cache; /* key (char *) to GBytes */
};

/* CONFIG with the account's name in front; FALSE. */
gboolean minipay_account_config_fail (MinipayAccountConfig *self, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* Where the account may send to: @endpoint, or the manifest's hosts, or those of its fields of type hosts and
 * address. Fields of type address must lie there. */
gboolean minipay_account_config_find_hosts (MinipayAccountConfig *self, const char *endpoint, GError **error);

/* What `file:PATH`, `env:NAME` or, with @may_be_literal, the text itself stands for. */
MinipaySecret *minipay_account_config_open_material (
    MinipayAccountConfig *self, const char *field, const char *value, gboolean may_be_literal, GError **error);

G_END_DECLS
