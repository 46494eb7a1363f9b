/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "raw-server.h"
#include "zoo.h"

#define NUMBER       "zoo000000000000000001"
#define SECRET       "0123456789abcdef0123456789abcdef"
#define OK_ANSWER    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
#define TICK_MS      5
#define MAX_GAP_US   150000
#define HOOK_TIME_US 300000

/* One shop with one account that misbehaves as told, and the gateway it speaks to. */
typedef struct {
  RawServer *server;
  MinipayStore *store;
  MinipayClient *client;
  MinipayAccount *account; /* borrowed */
} Shop;

void shop_init (Shop *shop, const char *behaviour);
/* The same, and the account is started. */
void shop_start (Shop *shop, const char *behaviour);
/* The same where the server is the backup of @first. @pay_url is what it says; a path is one of the server's. */
void shop_start_before (Shop *shop, const char *first, const char *behaviour, const char *pay_url);
void shop_clear (Shop *shop);
MinipayOrder *shop_new_order (const char *number, const char *subject);
/* The journal knows an order that waits for its payment. */
void shop_note_order (Shop *shop);
void shop_assert_state (Shop *shop, const char *number, MinipayIntentState state);

/* An asynchronous call, watched: one callback, later, and the caller's loop never stands still. */
typedef struct {
  guint n_callbacks;
  GObject *result;
  GError *error;
  gint64 last_tick_us;
  gint64 longest_gap_us;
} Watch;

/* Runs the default context until the callback, and on until a second one would have come. */
void watch_run (Watch *watch);
void watch_clear (Watch *watch);

typedef struct {
  const char *behaviour;
  MinipayError code;
  const char *says;
  guint n_requests;
  MinipayIntentState state;
} HookCase;

void hook_case_assert_failure (const HookCase *c, gpointer result, const GError *error);
void hook_cases_add (const char *group, const HookCase *cases, guint n_cases, GTestDataFunc func);
/* g_test_run() with the provider in place. */
int hooks_run (void);
