/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <stdio.h>

#include "cli/cli-output.h"
#include "cli/demo-run.h"
#include "cli/demo-sandbox.h"
#include "cli/demo-scene.h"

#define PREFERRED_METHOD "mini-program/"

/* The methods of the account's mode, where the mode has its own. */
static char **
dup_methods (MinipayProviderInfo *info, const char *mode)
{
  g_autoptr (GVariant) variant = minipay_provider_info_to_variant (info);
  g_autoptr (GVariant) rules = g_variant_lookup_value (variant, "mode_rules", G_VARIANT_TYPE ("a{sa{sv}}"));
  g_autoptr (GVariant) own = NULL;
  char **methods = NULL;

  if (rules != NULL && mode != NULL)
    own = g_variant_lookup_value (rules, mode, G_VARIANT_TYPE_VARDICT);
  if (own == NULL || !g_variant_lookup (own, "methods", "^as", &methods))
    g_variant_lookup (variant, "methods", "^as", &methods);
  return methods;
}

/* One run for each wallet of the mini-program; another method only where there is none. */
static gboolean
is_wanted (char **methods, const char *method)
{
  gboolean has_preferred = FALSE;

  for (char **m = methods; *m != NULL; m++)
    has_preferred = has_preferred || g_str_has_prefix (*m, PREFERRED_METHOD);
  return has_preferred ? g_str_has_prefix (method, PREFERRED_METHOD) : g_str_equal (method, methods[0]);
}

static char *
make_mode_name (const char *mode, const char *wallet, guint n_wallets)
{
  if (mode == NULL)
    return g_strdup (wallet);
  return n_wallets > 1 ? g_strdup_printf ("%s/%s", mode, wallet) : g_strdup (mode);
}

static void
add_run (GPtrArray *runs, MinipayAccount *account, const char *method, guint n_wallets, gboolean fails)
{
  g_auto (GStrv) words = g_strsplit (method, "/", 2);
  const char *wallet = words[1] != NULL ? words[1] : "any";
  g_autofree char *plain = make_mode_name (minipay_account_get_mode (account), wallet, n_wallets);
  g_autofree char *mode = fails ? g_strconcat (plain, ", failing", NULL) : g_strdup (plain);
  DemoRun *run = demo_run_new (minipay_account_get_name (account),
                               minipay_account_get_provider (account),
                               minipay_account_get_mode (account),
                               mode);
  int value = 0;

  if (cli_read_enum (MINIPAY_TYPE_METHOD, "method", words[0], &value, &run->error))
    run->method = (MinipayMethod) value;
  if (run->error == NULL && cli_read_enum (MINIPAY_TYPE_WALLET, "wallet", wallet, &value, &run->error))
    run->wallet = (MinipayWallet) value;
  run->fails = fails;
  g_ptr_array_add (runs, run);
}

static void
add_runs_of_account (GPtrArray *runs, MinipayClient *client, const char *name, const char *provider)
{
  MinipayAccount *account = NULL;
  MinipayProviderInfo *info = NULL;
  g_auto (GStrv) methods = NULL;
  g_autoptr (GError) error = NULL;
  guint n_wallets = 0;

  account = minipay_client_get_account (client, name, &error);
  if (account != NULL && provider != NULL && !g_str_equal (minipay_account_get_provider (account), provider))
    return;
  if (account != NULL)
    info = minipay_registry_lookup (
        minipay_client_get_registry (client), minipay_account_get_provider (account), &error);
  if (info == NULL) {
    DemoRun *run = demo_run_new (name, account != NULL ? minipay_account_get_provider (account) : NULL, NULL, name);

    run->error = g_steal_pointer (&error);
    g_ptr_array_add (runs, run);
    return;
  }
  methods = dup_methods (info, minipay_account_get_mode (account));
  for (char **method = methods; method != NULL && *method != NULL; method++)
    n_wallets += is_wanted (methods, *method);
  for (char **method = methods; method != NULL && *method != NULL; method++) {
    if (!is_wanted (methods, *method))
      continue;
    add_run (runs, account, *method, n_wallets, FALSE);
    if (demo_scene_find (minipay_account_get_provider (account), minipay_account_get_mode (account))->can_fail)
      add_run (runs, account, *method, n_wallets, TRUE);
  }
}

static GPtrArray *
plan_runs (MinipayClient *client, const char *provider, GError **error)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify) demo_run_free);
  g_auto (GStrv) names = minipay_client_dup_account_names (client);

  if (provider != NULL) {
    MinipayProviderInfo *info = minipay_registry_lookup (minipay_client_get_registry (client), provider, error);

    if (info == NULL)
      return NULL;
  }
  for (char **name = names; *name != NULL; name++)
    add_runs_of_account (runs, client, *name, provider);
  if (runs->len == 0) {
    g_set_error (error,
                 CLI_ERROR,
                 CLI_ERROR_USAGE,
                 "the sandbox has no account of provider %s",
                 provider != NULL ? provider : "(any)");
    return NULL;
  }
  return g_steal_pointer (&runs);
}

/* The first failure decides, and nobody is kept waiting after Ctrl-C. */
static CliExit
perform (GPtrArray *runs, MinipayClient *client, MinipayListener *listener, DemoSandbox *sandbox, gboolean json)
{
  CliExit status = CLI_EXIT_OK;

  for (guint i = 0; i < runs->len && !g_cancellable_is_cancelled (cli_get_cancellable ()); i++) {
    DemoRun *run = g_ptr_array_index (runs, i);

    if (!demo_run_perform (run, client, listener, sandbox)) {
      fprintf (stderr,
               "minipay: %s, %s: %s\n",
               run->provider != NULL ? run->provider : run->account,
               run->mode,
               run->error->message);
      if (status == CLI_EXIT_OK)
        status = cli_exit_for (run->error);
    }
    demo_run_print (run, json);
  }
  if (status == CLI_EXIT_OK && g_cancellable_is_cancelled (cli_get_cancellable ()))
    status = CLI_EXIT_NOT_SENT;
  return status;
}

static CliExit
demo (const CliCommon *common, const char *provider, GError **error)
{
  g_autoptr (DemoSandbox) sandbox = demo_sandbox_start (error);
  g_autoptr (MinipayClient) client = NULL;
  g_autoptr (MinipayListener) listener = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  CliExit status;

  if (sandbox == NULL)
    return CLI_EXIT_USAGE;
  client = minipay_client_new_from_file (demo_sandbox_get_config (sandbox), error);
  if (client == NULL)
    return CLI_EXIT_CONFIG;
  runs = plan_runs (client, provider, error);
  if (runs == NULL)
    return CLI_EXIT_CONFIG;
  listener = minipay_listener_new (client);
  if (!minipay_listener_listen (listener, 0, error))
    return CLI_EXIT_CONFIG;
  status = perform (runs, client, listener, sandbox, common->json);
  minipay_listener_close (listener);
  if (status != CLI_EXIT_OK)
    demo_sandbox_print_log (sandbox);
  return status;
}

CliExit
cli_demo (int argc, char **argv)
{
  g_auto (CliCommon) common = { 0 };
  g_autofree char *provider = NULL;
  const GOptionEntry entries[] = {
    { "provider", 0, 0, G_OPTION_ARG_STRING, &provider, "Only the accounts of this provider", "ID" },
    { NULL },
  };
  g_autoptr (GError) error = NULL;
  CliExit status = CLI_EXIT_USAGE;

  /* from here on Ctrl-C ends things in order instead of leaving folders behind */
  cli_get_cancellable ();
  if (cli_parse (&common,
                 "Starts minipay-sandbox and runs a payment through every provider and mode of it: the order, the\n"
                 "buyer's payment, the notification over HTTP, the query, a refund, the bill.",
                 entries,
                 0,
                 &argc,
                 &argv,
                 &error))
    status = demo (&common, provider, &error);
  return error != NULL ? cli_fail (common.json, NULL, error) : status;
}
