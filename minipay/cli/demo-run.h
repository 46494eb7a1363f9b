/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/cli.h"
#include "cli/demo-sandbox.h"

G_BEGIN_DECLS

/* One payment of the demo, from the order to the answer of the query. */
typedef struct {
  char *account;
  char *provider; /* nullable: the account does not open */
  char *mode;
  MinipayMethod method;
  MinipayWallet wallet;
  gboolean fails; /* the payment of this run is to fail */

  char *out_trade_no;
  MinipayMoney *total;
  MinipayCheckout *checkout;
  MinipayNotification *notification;
  MinipayPayment *queried;
  GError *error;   /* null: all went as it should */
  GError *refusal; /* a notification was refused meanwhile */
} DemoRun;

DemoRun *demo_run_new (const char *account, const char *provider, const char *mode);
void demo_run_free (DemoRun *self);

/* Fills the run; FALSE and its error when something was not as it should be. */
gboolean demo_run_perform (DemoRun *self, MinipayClient *client, MinipayListener *listener, DemoSandbox *sandbox);
void demo_run_print (const DemoRun *self, gboolean json);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemoRun, demo_run_free)

G_END_DECLS
