/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/cli.h"

#include <errno.h>
#include <glib-unix.h>
#include <locale.h>
#include <stdio.h>
#include <sys/random.h>

#include "cli/cli-output.h"

typedef struct {
  const char *name;
  CliExit (*run) (int argc, char **argv);
  const char *summary;
} CliVerb;

static const CliVerb verbs[] = {
  { "inspect", cli_inspect, "what providers there are and what they ask for" },
  { "pay", cli_pay, "create a payment and show what opens the cashier" },
  { "query", cli_query, "ask the gateway what became of an order" },
  { "resolve", cli_resolve, "ask until an order is decided, and end it on demand" },
  { "close", cli_close, "close an order that nobody paid" },
  { "reverse", cli_reverse, "take back a payment by the buyer's code" },
  { "refund", cli_refund, "give money back" },
  { "query-refund", cli_query_refund, "ask the gateway what became of a refund" },
  { "bill", cli_bill, "fetch the bill of a day, and print its rows" },
  { "call", cli_call, "an operation that only some providers have" },
  { "receive", cli_receive, "judge one notification, given as a raw HTTP request" },
  { "demo", cli_demo, "run a payment through every provider against a sandbox" },
};

void
cli_common_clear (CliCommon *self)
{
  g_clear_pointer (&self->config, g_free);
  g_clear_pointer (&self->account, g_free);
}

gboolean
cli_parse (CliCommon *common,
           const char *summary,
           const GOptionEntry *entries,
           int max_operands,
           int *argc,
           char ***argv,
           GError **error)
{
  GOptionEntry common_entries[] = {
    { "config",
      'c',
      0,
      G_OPTION_ARG_FILENAME,
      &common->config,
      "Configuration file; without it $MINIPAY_CONFIG",
      "FILE" },
    { "account", 'a', 0, G_OPTION_ARG_STRING, &common->account, "Merchant account in that file", "NAME" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &common->json, "One JSON object per line on standard output", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (max_operands > 0 ? "[OPERAND]" : NULL);
  g_autoptr (GError) local_error = NULL;
  gboolean wants_json;

  g_option_context_set_summary (context, summary);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, common_entries, NULL);
  wants_json = g_strv_contains ((const char *const *) *argv, "--json");
  if (!g_option_context_parse (context, argc, argv, &local_error)) {
    /* a failure takes every option back, and is still told in the wanted form */
    common->json = wants_json;
    g_set_error_literal (error, CLI_ERROR, CLI_ERROR_USAGE, local_error->message);
    return FALSE;
  }
  if (*argc - 1 > max_operands) {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "unexpected argument '%s'", (*argv)[max_operands + 1]);
    return FALSE;
  }
  if (common->config == NULL)
    common->config = g_strdup (g_getenv ("MINIPAY_CONFIG"));
  return TRUE;
}

MinipayClient *
cli_open_client (const CliCommon *common, GError **error)
{
  if (common->config == NULL || *common->config == '\0') {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "no configuration: give --config or set MINIPAY_CONFIG");
    return NULL;
  }
  return minipay_client_new_from_file (common->config, error);
}

MinipayAccount *
cli_open_account (const CliCommon *common, MinipayClient **client, MinipayProviderInfo **info, GError **error)
{
  MinipayAccount *account = NULL;

  *client = cli_open_client (common, error);
  if (*client == NULL)
    return NULL;
  if (common->account == NULL) {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "no account: give --account");
    return NULL;
  }
  account = minipay_client_get_account (*client, common->account, error);
  if (account != NULL)
    *info = minipay_registry_lookup (
        minipay_client_get_registry (*client), minipay_account_get_provider (account), error);
  return account != NULL && *info != NULL ? account : NULL;
}

gboolean
cli_read_enum (GType type, const char *what, const char *nick, int *value, GError **error)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  g_autoptr (GString) nicks = g_string_new (NULL);
  GEnumValue *found = g_enum_get_value_by_nick (klass, nick);

  if (found != NULL) {
    *value = found->value;
    return TRUE;
  }
  for (guint i = 0; i < klass->n_values; i++)
    g_string_append_printf (nicks, "%s%s", i > 0 ? ", " : "", klass->values[i].value_nick);
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "%s '%s' is none of %s", what, nick, nicks->str);
  return FALSE;
}

gboolean
cli_read_money (const char *text, MinipayMoney **money, GError **error)
{
  if (text == NULL)
    return TRUE;
  *money = minipay_money_parse (text, error);
  return *money != NULL;
}

char *
cli_new_out_trade_no (GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *when = g_date_time_format (now, "%Y%m%d%H%M%S");
  guint64 noise;

  if (getrandom (&noise, sizeof noise, 0) != (gssize) sizeof noise) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INTERNAL, "no random numbers: %s", g_strerror (errno));
    return NULL;
  }
  return g_strdup_printf ("T%s%010" G_GUINT64_FORMAT, when, noise % G_GUINT64_CONSTANT (10000000000));
}

static gboolean
on_signal (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_CONTINUE;
}

GCancellable *
cli_get_cancellable (void)
{
  static GCancellable *cancellable;

  if (cancellable == NULL) {
    cancellable = g_cancellable_new ();
    g_unix_signal_add (SIGINT, on_signal, cancellable);
    g_unix_signal_add (SIGTERM, on_signal, cancellable);
  }
  return cancellable;
}

void
cli_on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **slot = user_data;

  *slot = g_object_ref (result);
}

GAsyncResult *
cli_wait (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static void
print_help (FILE *stream)
{
  fputs ("Usage: minipay VERB [OPTION...]\n\nVerbs:\n", stream);
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    fprintf (stream, "  %-12s %s\n", verbs[i].name, verbs[i].summary);
  fputs ("\nEvery verb takes --config FILE, --account NAME, --json and --help.\n"
         "minipay(1) lists options and exit statuses.\n",
         stream);
}

static CliExit
run_verb (const CliVerb *verb, int argc, char **argv)
{
  g_autofree char *name = g_strdup_printf ("minipay %s", verb->name);

  g_set_prgname (name);
  return verb->run (argc, argv);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  /* standard output is for what was asked, also when G_MESSAGES_DEBUG asks for more */
  g_log_writer_default_set_use_stderr (TRUE);
  if (argc < 2) {
    print_help (stderr);
    return CLI_EXIT_USAGE;
  }
  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h")) {
    print_help (stdout);
    return CLI_EXIT_OK;
  }
  if (g_str_equal (argv[1], "--version")) {
    fputs ("minipay " MINIPAY_VERSION "\n", stdout);
    return CLI_EXIT_OK;
  }
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++) {
    if (g_str_equal (argv[1], verbs[i].name))
      return (int) run_verb (&verbs[i], argc - 1, argv + 1);
  }
  error = g_error_new (CLI_ERROR, CLI_ERROR_USAGE, "no verb '%s': minipay --help lists them", argv[1]);
  return (int) cli_fail (g_strv_contains ((const char *const *) argv, "--json"), NULL, error);
}
