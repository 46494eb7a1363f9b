/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/cli-about.h"

#include "cli/cli-extras.h"

void
cli_about_clear (CliAbout *self)
{
  cli_common_clear (&self->common);
  g_free (self->out_trade_no);
  g_free (self->transaction_id);
  g_free (self->total);
  g_strfreev (self->extras);
}

gboolean
cli_about_check (const char *out_trade_no, const char *transaction_id, GError **error)
{
  if ((out_trade_no == NULL) != (transaction_id == NULL))
    return TRUE;
  g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "give exactly one of --out-trade-no and --transaction-id");
  return FALSE;
}

MinipayAccount *
cli_about_open (const CliAbout *self, MinipayClient **client, MinipayPaymentRef **ref, GError **error)
{
  g_autoptr (MinipayMoney) total = NULL;
  g_autoptr (GVariant) extras = NULL;
  MinipayAccount *account = NULL;
  MinipayProviderInfo *info = NULL;

  if (!cli_about_check (self->out_trade_no, self->transaction_id, error) ||
      !cli_read_money (self->total, &total, error))
    return NULL;
  account = cli_open_account (&self->common, client, &info, error);
  if (account == NULL || !cli_read_extras (info, "--extra", self->extras, &extras, error))
    return NULL;
  *ref = g_object_new (MINIPAY_TYPE_PAYMENT_REF,
                       "out-trade-no",
                       self->out_trade_no,
                       "transaction-id",
                       self->transaction_id,
                       "total",
                       total,
                       "extras",
                       extras,
                       NULL);
  return account;
}

CliExit
cli_about_end (const CliAbout *self, MinipayPayment *payment, const GError *error)
{
  g_autoptr (JsonBuilder) json = NULL;

  if (payment == NULL)
    return cli_fail (self->common.json, self->out_trade_no, error);
  if (!self->common.json) {
    cli_print_payment (payment);
    return CLI_EXIT_OK;
  }
  json = json_builder_new ();
  json_builder_begin_object (json);
  cli_json_add_payment_members (json, payment);
  json_builder_end_object (json);
  cli_print_json (json);
  return CLI_EXIT_OK;
}

CliExit
cli_about_run (const char *summary, CliAboutStart start, CliAboutFinish finish, int argc, char **argv)
{
  g_auto (CliAbout) about = { 0 };
  const GOptionEntry entries[] = { CLI_ABOUT_ENTRIES (about), { NULL } };
  g_autoptr (MinipayClient) client = NULL;
  MinipayAccount *account = NULL;
  g_autoptr (MinipayPaymentRef) ref = NULL;
  g_autoptr (MinipayPayment) payment = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (cli_parse (&about.common, summary, entries, 0, &argc, &argv, &error))
    account = cli_about_open (&about, &client, &ref, &error);
  if (account != NULL) {
    start (account, ref, cli_get_cancellable (), cli_on_done, &result);
    payment = finish (account, cli_wait (&result), &error);
  }
  return cli_about_end (&about, payment, error);
}
