/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "minipay.h"

G_BEGIN_DECLS

/* What the command ends with; the manual page's EXIT STATUS says the same. */
typedef enum {
  CLI_EXIT_OK = 0,
  CLI_EXIT_INTERNAL = 1,      /* a fault of minipay */
  CLI_EXIT_USAGE = 2,         /* wrong options, or something the command needs is not there */
  CLI_EXIT_INVALID = 3,       /* INVALID, NOT_SUPPORTED */
  CLI_EXIT_CONFIG = 4,        /* CONFIG, PLUGIN */
  CLI_EXIT_REFUSED = 5,       /* REFUSED, CONFLICT, ALREADY_PAID, AUTH, NOT_FOUND, RATE_LIMITED */
  CLI_EXIT_NOT_SENT = 6,      /* NOT_SENT, cancelled before the first byte */
  CLI_EXIT_UNKNOWN = 7,       /* OUTCOME_UNKNOWN */
  CLI_EXIT_NOT_AUTHENTIC = 8, /* SIGNATURE_INVALID, STALE, PROTOCOL, MISMATCH, LIMIT */
  CLI_EXIT_STORE = 9,         /* STORE */
} CliExit;

/* The domain of what is wrong with the call of the command itself. */
#define CLI_ERROR       (cli_error_quark ())
#define CLI_ERROR_USAGE 0
GQuark cli_error_quark (void);

/* What every verb understands. */
typedef struct {
  char *config;  /* from --config or the environment, nullable */
  char *account; /* nullable */
  gboolean json;
} CliCommon;

void cli_common_clear (CliCommon *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CliCommon, cli_common_clear)

/* Reads the options of a verb, @entries beside the common ones. At most @max_operands words may follow them;
 * they stay in argv[1] and after. */
gboolean cli_parse (CliCommon *common,
                    const char *summary,
                    const GOptionEntry *entries,
                    int max_operands,
                    int *argc,
                    char ***argv,
                    GError **error);
MinipayClient *cli_open_client (const CliCommon *common, GError **error);
/* Opens the client and in it the account; that and @info, what its provider says of itself, are borrowed from it.
 */
MinipayAccount *
cli_open_account (const CliCommon *common, MinipayClient **client, MinipayProviderInfo **info, GError **error);
/* The value of an enumeration by its nick; the message names every nick there is. */
gboolean cli_read_enum (GType type, const char *what, const char *nick, int *value, GError **error);
/* @money stays NULL when @text is. */
gboolean cli_read_money (const char *text, MinipayMoney **money, GError **error);
char *cli_new_out_trade_no (GError **error);

/* An operation of the async API, waited for on the one main loop of the command. Pass cli_on_done and the
 * address of a NULL result; SIGINT and SIGTERM cancel cli_get_cancellable(). */
void cli_on_done (GObject *source, GAsyncResult *result, gpointer user_data);
GAsyncResult *cli_wait (GAsyncResult **result);
GCancellable *cli_get_cancellable (void);

CliExit cli_inspect (int argc, char **argv);
CliExit cli_pay (int argc, char **argv);
CliExit cli_query (int argc, char **argv);
CliExit cli_resolve (int argc, char **argv);
CliExit cli_close (int argc, char **argv);
CliExit cli_reverse (int argc, char **argv);
CliExit cli_refund (int argc, char **argv);
CliExit cli_query_refund (int argc, char **argv);
CliExit cli_bill (int argc, char **argv);
CliExit cli_call (int argc, char **argv);
CliExit cli_receive (int argc, char **argv);
CliExit cli_demo (int argc, char **argv);

G_END_DECLS
