/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "provider/minipay-exchange-private.h"
#include "transport/minipay-bill-file-private.h"

G_BEGIN_DECLS

/* For the files of the exchange itself: the object, its guarded hooks, its signing service. */
struct _MinipayExchange {
  GObject parent_instance;

  MinipayPaymentProvider *provider;
  MinipayProviderInfo *info;
  MinipayAccountConfig *config;
  MinipayOperation operation;
  GObject *subject;             /* nullable */
  MinipayHttpRequest *incoming; /* the notification it judges, or null */
  MinipayWallet wallet;
  const MinipayEnvironment *environment;

  gint64 now;
  char nonce[MINIPAY_NONCE_LENGTH + 1];
  guint step;
  guint n_sends;

  /* what the running hook did; a plugin's stray thread may try to add to it at any time */
  GMutex mutex;
  gboolean is_in_hook;
  guint n_acts;
  MinipayHttpRequest *request;
  MinipaySendFlags flags; /* of the last request: they outlive the hook */
  char *origin;           /* where an absolute target leads, null for the account's hosts in turn */
  GObject *result;
  char *pending_reason;
  guint retry_after_s;

  MinipayHttpResponse *answer; /* what it is looking at */
  gboolean is_verified;
  gboolean is_hint;         /* the notification is one that the gateway does not sign */
  gboolean has_unknown_key; /* the message named a key that nobody here trusts */
  GVariant *reply_values;   /* what an acknowledgement is to say, null for a plain one */
  char *event_id;
  char *suggested; /* the order that a refused notification speaks of */

  char *newest_key_id;   /* as first asked for in the running hook, or null */
  GBytes *kept;          /* nullable: what one step tells the next */
  MinipayBillFile *bill; /* nullable: where the body of the answer goes */
  gboolean has_verified; /* some answer of this exchange passed verify() */

  GHashTable *new_keys; /* refresh: id (char *) to MinipayKey, null until the first */
};

void minipay_exchange_clear_acts (MinipayExchange *self);
/* A file for the answer to the request at hand, where its body is a bill. */
gboolean minipay_exchange_open_bill (MinipayExchange *self, GError **error);

G_END_DECLS
