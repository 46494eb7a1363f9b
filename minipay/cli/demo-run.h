/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/cli.h"
#include "cli/demo-sandbox.h"

G_BEGIN_DECLS

/* One payment of the demo, from the order to the bill. */
typedef struct {
  char *account;
  char *provider; /* nullable: the account does not open */
  char *mode;     /* as it is shown */
  char *own_mode; /* nullable: the provider has one way of speaking */
  MinipayMethod method;
  MinipayWallet wallet;
  gboolean fails; /* the payment of this run is to fail */

  char *out_trade_no;
  MinipayMoney *total;
  MinipayCheckout *checkout;
  MinipayNotification *notification;
  MinipayPayment *queried;
  MinipayRefund *refund; /* of a part, null: the provider has none */
  MinipayRefund *asked;  /* what the query says of it, likewise */
  guint64 n_bill_rows;   /* 0: the provider has no bill */
  GError *error;         /* null: all went as it should */
  GError *refusal;       /* a notification was refused meanwhile */
} DemoRun;

DemoRun *demo_run_new (const char *account, const char *provider, const char *own_mode, const char *mode);
void demo_run_free (DemoRun *self);

/* Fills the run; FALSE and its error when something was not as it should be. */
gboolean demo_run_perform (DemoRun *self, MinipayClient *client, MinipayListener *listener, DemoSandbox *sandbox);
void demo_run_print (const DemoRun *self, gboolean json);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemoRun, demo_run_free)

G_END_DECLS
