/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/cli-output.h"

G_BEGIN_DECLS

/* Which payment a verb is about: what query, close, reverse and resolve have in common. */
typedef struct {
  CliCommon common;
  char *out_trade_no;
  char *transaction_id;
  char *total;
  char **extras; /* NAME=VALUE */
} CliAbout;

#define CLI_ABOUT_ENTRIES(about)                                                                                     \
  { "out-trade-no", 0, 0, G_OPTION_ARG_STRING, &(about).out_trade_no, "The merchant's number", "N" },                \
      { "transaction-id", 0, 0, G_OPTION_ARG_STRING, &(about).transaction_id, "The gateway's number", "N" },         \
      { "total", 0, 0, G_OPTION_ARG_STRING, &(about).total, "What the answer must say, as \"19.90 CNY\"", "MONEY" }, \
  {                                                                                                                  \
    "extra", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &(about).extras, "A field of the provider's own", "NAME=VALUE"       \
  }

void cli_about_clear (CliAbout *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CliAbout, cli_about_clear)

/* Exactly one of the two numbers. */
gboolean cli_about_check (const char *out_trade_no, const char *transaction_id, GError **error);
/* Opens the account and says which payment; @client keeps what is borrowed. */
MinipayAccount *
cli_about_open (const CliAbout *self, MinipayClient **client, MinipayPaymentRef **ref, GError **error);
/* Tells how it ended. */
CliExit cli_about_end (const CliAbout *self, MinipayPayment *payment, const GError *error);

typedef void (*CliAboutStart) (MinipayAccount *account,
                               MinipayPaymentRef *ref,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
typedef MinipayPayment *(*CliAboutFinish) (MinipayAccount *account, GAsyncResult *result, GError **error);

/* A verb that takes nothing else. */
CliExit cli_about_run (const char *summary, CliAboutStart start, CliAboutFinish finish, int argc, char **argv);

G_END_DECLS
