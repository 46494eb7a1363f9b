/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/cli-output.h"

typedef struct {
  CliCommon common;
  char *out_trade_no;
  char *transaction_id;
  char *total;
} QueryOptions;

static void
query_options_clear (QueryOptions *self)
{
  cli_common_clear (&self->common);
  g_free (self->out_trade_no);
  g_free (self->transaction_id);
  g_free (self->total);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QueryOptions, query_options_clear)

static MinipayPaymentRef *
options_to_ref (const QueryOptions *self, GError **error)
{
  g_autoptr (MinipayMoney) total = NULL;

  if ((self->out_trade_no == NULL) == (self->transaction_id == NULL)) {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "give exactly one of --out-trade-no and --transaction-id");
    return NULL;
  }
  if (self->total != NULL) {
    total = minipay_money_parse (self->total, error);
    if (total == NULL)
      return NULL;
  }
  return g_object_new (MINIPAY_TYPE_PAYMENT_REF,
                       "out-trade-no",
                       self->out_trade_no,
                       "transaction-id",
                       self->transaction_id,
                       "total",
                       total,
                       NULL);
}

static MinipayPayment *
query (const QueryOptions *self, GError **error)
{
  g_autoptr (MinipayPaymentRef) ref = options_to_ref (self, error);
  g_autoptr (MinipayClient) client = NULL;
  MinipayAccount *account = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  if (ref == NULL)
    return NULL;
  client = cli_open_client (&self->common, error);
  if (client == NULL)
    return NULL;
  account = cli_open_account (&self->common, client, error);
  if (account == NULL)
    return NULL;
  minipay_account_query_payment_async (account, ref, cli_get_cancellable (), cli_on_done, &result);
  return minipay_account_query_payment_finish (account, cli_wait (&result), error);
}

CliExit
cli_query (int argc, char **argv)
{
  g_auto (QueryOptions) options = { 0 };
  const GOptionEntry entries[] = {
    { "out-trade-no", 0, 0, G_OPTION_ARG_STRING, &options.out_trade_no, "The merchant's number", "N" },
    { "transaction-id", 0, 0, G_OPTION_ARG_STRING, &options.transaction_id, "The gateway's number", "N" },
    { "total", 0, 0, G_OPTION_ARG_STRING, &options.total, "What the answer must say, as \"19.90 CNY\"", "MONEY" },
    { NULL },
  };
  g_autoptr (MinipayPayment) payment = NULL;
  g_autoptr (GError) error = NULL;

  if (cli_parse (&options.common, "Asks the gateway what became of an order.", entries, 0, &argc, &argv, &error))
    payment = query (&options, &error);
  if (payment == NULL)
    return cli_fail (options.common.json, options.out_trade_no, error);

  if (options.common.json) {
    g_autoptr (JsonBuilder) json = json_builder_new ();

    json_builder_begin_object (json);
    cli_json_add_payment_members (json, payment);
    json_builder_end_object (json);
    cli_print_json (json);
  } else {
    cli_print_payment (payment);
  }
  return CLI_EXIT_OK;
}
