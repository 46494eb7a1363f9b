/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "raw-server.h"
#include "zoo.h"

#define NUMBER "zoo000000000000000001"
#define SECRET "0123456789abcdef0123456789abcdef"

/* The account `tea-shop` of a provider made of a table, its journal, and the gateway that it speaks to. */
typedef struct {
  RawServer *server;
  MinipayStore *store;
  MinipayClient *client;
  MinipayAccount *account; /* borrowed; NULL until it is started */
} TableShop;

void table_shop_init (TableShop *shop, const char *provider, const char *mode);
/* The same with zoo-table, started. */
void table_shop_start (TableShop *shop, const char *mode);
/* The same where the gateway is said to be elsewhere. */
void table_shop_start_at (TableShop *shop, const char *mode, const char *endpoint);
void table_shop_clear (TableShop *shop);

/* What the gateway says next: `ok`, a refusal's word, or `502`; `cut` ends the connection without a word. A word
 * with a
 * `!` behind it is signed. */
void table_shop_push (TableShop *shop, const char *word);
/* 1.00 CNY for tea under NUMBER. @ticket (nullable) is good for one try. */
MinipayOrder *table_shop_new_order (const char *ticket);
MinipayCheckout *table_shop_create (TableShop *shop, const char *ticket, GError **error);
/* A create that fails as @code; the caller may look at the error. */
GError *table_shop_fail (TableShop *shop, const char *ticket, MinipayError code);
void table_shop_assert_state (TableShop *shop, MinipayIntentState state, const char *transaction_id);
/* What the journal has under a number of another kind. */
void table_shop_assert_line (TableShop *shop, MinipayIntentKind kind, const char *number, MinipayIntentState state);
void table_shop_assert_requests (TableShop *shop, guint n_requests);
MinipayReceipt *table_shop_receive (TableShop *shop, const char *text);
/* @signature: `unsigned` for a message that the gateway signs none of */
MinipayReceipt *table_shop_receive_signed (TableShop *shop, const char *text, const char *signature);

/* g_test_run() with the provider in place; @find (nullable) in its manifest is replaced. */
int table_run (const char *provider, const char *find, const char *replace);
