/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/cli-extras.h"
#include "cli/cli-output.h"

typedef struct {
  CliCommon common;
  char **params; /* NAME=VALUE */
} CallOptions;

static void
call_options_clear (CallOptions *self)
{
  cli_common_clear (&self->common);
  g_strfreev (self->params);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CallOptions, call_options_clear)

static MinipayReport *
call (const CallOptions *self, const char *name, GError **error)
{
  g_autoptr (MinipayClient) client = NULL;
  g_autoptr (GVariant) params = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  MinipayProviderInfo *info = NULL;
  MinipayAccount *account = NULL;

  if (name == NULL) {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "no operation: minipay inspect lists those of a provider");
    return NULL;
  }
  account = cli_open_account (&self->common, &client, &info, error);
  if (account == NULL || !cli_read_extras (info, "--param", self->params, &params, error))
    return NULL;
  minipay_account_call_async (account, name, params, cli_get_cancellable (), cli_on_done, &result);
  return minipay_account_call_finish (account, cli_wait (&result), error);
}

CliExit
cli_call (int argc, char **argv)
{
  g_auto (CallOptions) options = { 0 };
  const GOptionEntry entries[] = {
    { "param", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.params, "A parameter of the operation", "NAME=VALUE" },
    { NULL },
  };
  g_autoptr (MinipayReport) report = NULL;
  g_autoptr (GError) error = NULL;

  if (cli_parse (&options.common,
                 "Calls an operation that only some providers have, such as profit-sharing.",
                 entries,
                 1,
                 &argc,
                 &argv,
                 &error))
    report = call (&options, argc > 1 ? argv[1] : NULL, &error);
  if (report == NULL)
    return cli_fail (options.common.json, NULL, error);

  if (options.common.json) {
    g_autoptr (JsonBuilder) json = json_builder_new ();

    cli_json_add_report (json, report);
    cli_print_json (json);
  } else {
    cli_print_report (report);
  }
  return CLI_EXIT_OK;
}
