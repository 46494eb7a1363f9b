/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/minipay-account.h"
#include "core/minipay-receipt.h"
#include "core/minipay-store.h"
#include "provider/minipay-account-config-private.h"
#include "provider/minipay-exchange-private.h"

G_BEGIN_DECLS

/* What an account shares with its client. */
typedef struct {
  MinipayTransport *transport;
  MinipayStore *store;
  guint deadline_ms;
} MinipayAccountHouse;

MinipayAccount *minipay_account_new (MinipayProviderInfo *info,
                                     MinipayAccountConfig *config,
                                     MinipayPaymentProvider *provider,
                                     const MinipayAccountHouse *house);

MinipayAccountConfig *minipay_account_get_config (MinipayAccount *self);
MinipayProviderInfo *minipay_account_get_info (MinipayAccount *self);
MinipayPaymentProvider *minipay_account_get_payment_provider (MinipayAccount *self);
MinipayStore *minipay_account_get_store (MinipayAccount *self);

/* Judges one incoming message for this account, and writes it down before it says yes. Never NULL. May block
 * in the store. */
MinipayReceipt *minipay_account_receive (MinipayAccount *self, MinipayHttpRequest *request);

G_END_DECLS
