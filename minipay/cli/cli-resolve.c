/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/cli-about.h"

#define MAX_PATIENCE_S (24 * 60 * 60)

typedef struct {
  CliAbout about;
  gboolean closes;
  gboolean reverses;
  gint64 patience_s;
} ResolveOptions;

static void
resolve_options_clear (ResolveOptions *self)
{
  cli_about_clear (&self->about);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ResolveOptions, resolve_options_clear)

static gboolean
options_check (const ResolveOptions *self, GError **error)
{
  if (self->closes && self->reverses) {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "give at most one of --close and --reverse");
    return FALSE;
  }
  if (self->patience_s >= 0 && self->patience_s <= MAX_PATIENCE_S)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INVALID,
               "--patience of %" G_GINT64_FORMAT " is outside 0..%d",
               self->patience_s,
               MAX_PATIENCE_S);
  return FALSE;
}

static MinipayPayment *
resolve (const ResolveOptions *self, GError **error)
{
  g_autoptr (MinipayClient) client = NULL;
  g_autoptr (MinipayPaymentRef) ref = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  MinipayAccount *account = NULL;
  MinipayResolveFlags flags = self->closes     ? MINIPAY_RESOLVE_FLAGS_CLOSE
                              : self->reverses ? MINIPAY_RESOLVE_FLAGS_REVERSE
                                               : MINIPAY_RESOLVE_FLAGS_NONE;

  account = cli_about_open (&self->about, &client, &ref, error);
  if (account == NULL)
    return NULL;
  minipay_account_resolve_async (
      account, ref, flags, (guint) self->patience_s, cli_get_cancellable (), cli_on_done, &result);
  return minipay_account_resolve_finish (account, cli_wait (&result), error);
}

CliExit
cli_resolve (int argc, char **argv)
{
  g_auto (ResolveOptions) options = { .patience_s = 30 };
  const GOptionEntry entries[] = {
    CLI_ABOUT_ENTRIES (options.about),
    { "close", 0, 0, G_OPTION_ARG_NONE, &options.closes, "Close an order that stays open", NULL },
    { "reverse", 0, 0, G_OPTION_ARG_NONE, &options.reverses, "Reverse a code payment that stays open", NULL },
    { "patience", 0, 0, G_OPTION_ARG_INT64, &options.patience_s, "How long to ask; without it 30", "SECONDS" },
    { NULL },
  };
  g_autoptr (MinipayPayment) payment = NULL;
  g_autoptr (GError) error = NULL;

  if (cli_parse (&options.about.common,
                 "Asks the gateway until an order is decided, and ends it on demand.",
                 entries,
                 0,
                 &argc,
                 &argv,
                 &error) &&
      options_check (&options, &error))
    payment = resolve (&options, &error);
  return cli_about_end (&options.about, payment, error);
}
