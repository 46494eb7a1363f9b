/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/cli-extras.h"
#include "cli/cli-output.h"

typedef struct {
  CliCommon common;
  char *refund_no;
  char *refund_id;
  char *amount;
  char **extras; /* NAME=VALUE */
} QueryRefundOptions;

static void
query_refund_options_clear (QueryRefundOptions *self)
{
  cli_common_clear (&self->common);
  g_free (self->refund_no);
  g_free (self->refund_id);
  g_free (self->amount);
  g_strfreev (self->extras);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QueryRefundOptions, query_refund_options_clear)

static MinipayRefundRef *
options_to_ref (const QueryRefundOptions *self, MinipayProviderInfo *info, GError **error)
{
  g_autoptr (MinipayMoney) amount = NULL;
  g_autoptr (GVariant) extras = NULL;

  if (!cli_read_money (self->amount, &amount, error) ||
      !cli_read_extras (info, "--extra", self->extras, &extras, error))
    return NULL;
  return g_object_new (MINIPAY_TYPE_REFUND_REF,
                       "out-refund-no",
                       self->refund_no,
                       "refund-id",
                       self->refund_id,
                       "amount",
                       amount,
                       "extras",
                       extras,
                       NULL);
}

static MinipayRefund *
query_refund (const QueryRefundOptions *self, GError **error)
{
  g_autoptr (MinipayClient) client = NULL;
  g_autoptr (MinipayRefundRef) ref = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  MinipayProviderInfo *info = NULL;
  MinipayAccount *account = NULL;

  if ((self->refund_no == NULL) == (self->refund_id == NULL)) {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "give exactly one of --refund-no and --refund-id");
    return NULL;
  }
  account = cli_open_account (&self->common, &client, &info, error);
  ref = account != NULL ? options_to_ref (self, info, error) : NULL;
  if (ref == NULL)
    return NULL;
  minipay_account_query_refund_async (account, ref, cli_get_cancellable (), cli_on_done, &result);
  return minipay_account_query_refund_finish (account, cli_wait (&result), error);
}

CliExit
cli_query_refund (int argc, char **argv)
{
  g_auto (QueryRefundOptions) options = { 0 };
  const GOptionEntry entries[] = {
    { "refund-no", 0, 0, G_OPTION_ARG_STRING, &options.refund_no, "The merchant's number of the refund", "N" },
    { "refund-id", 0, 0, G_OPTION_ARG_STRING, &options.refund_id, "The gateway's number of the refund", "N" },
    { "amount", 0, 0, G_OPTION_ARG_STRING, &options.amount, "What the answer must say, as \"5.00 CNY\"", "MONEY" },
    { "extra", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.extras, "A field of the provider's own", "NAME=VALUE" },
    { NULL },
  };
  g_autoptr (MinipayRefund) refund = NULL;
  g_autoptr (GError) error = NULL;

  if (cli_parse (&options.common, "Asks the gateway what became of a refund.", entries, 0, &argc, &argv, &error))
    refund = query_refund (&options, &error);
  return cli_end_refund (options.common.json, options.refund_no, refund, error);
}
