/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "minipay.h"

#include "sandbox-process.h"

G_BEGIN_DECLS

/* A sandbox and a merchant with a listener beside it. */
typedef struct {
  SandboxProcess *sandbox;
  MinipayClient *client;
  MinipayListener *listener;
  GPtrArray *receipts; /* of MinipayReceipt, as they came */
} MerchantSide;

/* @transport: lines of the group [transport] */
void merchant_side_set_up (MerchantSide *self, const char *transport);
/* @extra: groups behind those of the sandbox's own configuration, or over them */
void merchant_side_set_up_with (MerchantSide *self, SandboxProcess *owned_sandbox, const char *extra);
void merchant_side_tear_down (MerchantSide *self);

MinipayAccount *merchant_side_get_account (MerchantSide *self, const char *account);
/* 19.90 CNY under a number that no other order of this program has. */
MinipayOrder *merchant_side_new_order (MerchantSide *self, const char *account);

void
merchant_side_assert_state (MerchantSide *self, const char *account, MinipayOrder *order, MinipayIntentState state);
/* The last one. */
MinipayReceipt *merchant_side_get_receipt (MerchantSide *self);
MinipayPayment *merchant_side_query (MerchantSide *self, const char *account, MinipayOrder *order, GError **error);

extern const char *const merchant_side_accounts[3];

G_END_DECLS
