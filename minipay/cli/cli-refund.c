/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/cli-about.h"
#include "cli/cli-extras.h"

typedef struct {
  CliCommon common;
  char *refund_no;
  char *out_trade_no;
  char *transaction_id;
  char *amount;
  char *total;
  char *reason;
  char *notify_url;
  char **extras; /* NAME=VALUE */
  gboolean once;
} RefundOptions;

static void
refund_options_clear (RefundOptions *self)
{
  cli_common_clear (&self->common);
  g_free (self->refund_no);
  g_free (self->out_trade_no);
  g_free (self->transaction_id);
  g_free (self->amount);
  g_free (self->total);
  g_free (self->reason);
  g_free (self->notify_url);
  g_strfreev (self->extras);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RefundOptions, refund_options_clear)

static gboolean
options_check (const RefundOptions *self, GError **error)
{
  if (self->refund_no == NULL) {
    /* a number made here would be lost with the terminal, and the next attempt would give back twice */
    g_set_error (
        error, CLI_ERROR, CLI_ERROR_USAGE, "no number: give --refund-no, the merchant's own for this refund");
    return FALSE;
  }
  if (self->amount == NULL) {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "no amount: give --amount, as in --amount \"5.00 CNY\"");
    return FALSE;
  }
  return cli_about_check (self->out_trade_no, self->transaction_id, error) &&
         cli_check_text ("--reason", self->reason, error);
}

/* Another run of this command knows nothing of this one: it has no journal that outlives it, and what the gateway
 * does not number it gives back again. */
static gboolean
options_check_once (const RefundOptions *self, MinipayProviderInfo *info, GError **error)
{
  g_autoptr (GVariant) facts = g_variant_ref_sink (minipay_provider_info_to_variant (info));
  g_autoptr (GVariant) rules = g_variant_lookup_value (facts, "operation_rules", G_VARIANT_TYPE ("a{sa{sv}}"));
  g_autoptr (GVariant) refund =
      rules != NULL ? g_variant_lookup_value (rules, "refund", G_VARIANT_TYPE_VARDICT) : NULL;
  gboolean is_single = FALSE;

  if (self->once || refund == NULL || !g_variant_lookup (refund, "single", "b", &is_single) || !is_single)
    return TRUE;
  g_set_error (
      error,
      CLI_ERROR,
      CLI_ERROR_USAGE,
      "%s numbers no refunds: every run gives back anew, also after one whose outcome is unknown; give --once "
      "when this refund was never sent before",
      minipay_provider_info_get_id (info));
  return FALSE;
}

static MinipayRefundRequest *
options_to_request (const RefundOptions *self, MinipayProviderInfo *info, GError **error)
{
  g_autoptr (MinipayMoney) amount = NULL;
  g_autoptr (MinipayMoney) total = NULL;
  g_autoptr (GVariant) extras = NULL;

  if (!cli_read_money (self->amount, &amount, error) || !cli_read_money (self->total, &total, error) ||
      !cli_read_extras (info, "--extra", self->extras, &extras, error))
    return NULL;
  return g_object_new (MINIPAY_TYPE_REFUND_REQUEST,
                       "out-refund-no",
                       self->refund_no,
                       "out-trade-no",
                       self->out_trade_no,
                       "transaction-id",
                       self->transaction_id,
                       "amount",
                       amount,
                       "total",
                       total,
                       "reason",
                       self->reason,
                       "notify-url",
                       self->notify_url,
                       "extras",
                       extras,
                       NULL);
}

static MinipayRefund *
refund (const RefundOptions *self, GError **error)
{
  g_autoptr (MinipayClient) client = NULL;
  g_autoptr (MinipayRefundRequest) request = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  MinipayProviderInfo *info = NULL;
  MinipayAccount *account = NULL;

  if (!options_check (self, error))
    return NULL;
  account = cli_open_account (&self->common, &client, &info, error);
  request =
      account != NULL && options_check_once (self, info, error) ? options_to_request (self, info, error) : NULL;
  if (request == NULL)
    return NULL;
  minipay_account_refund_async (account, request, cli_get_cancellable (), cli_on_done, &result);
  return minipay_account_refund_finish (account, cli_wait (&result), error);
}

CliExit
cli_refund (int argc, char **argv)
{
  g_auto (RefundOptions) options = { 0 };
  const GOptionEntry entries[] = {
    { "refund-no", 0, 0, G_OPTION_ARG_STRING, &options.refund_no, "The merchant's number of the refund", "N" },
    { "out-trade-no", 0, 0, G_OPTION_ARG_STRING, &options.out_trade_no, "The merchant's number of the order", "N" },
    { "transaction-id", 0, 0, G_OPTION_ARG_STRING, &options.transaction_id, "The gateway's number of it", "N" },
    { "amount", 0, 0, G_OPTION_ARG_STRING, &options.amount, "What to give back, as \"5.00 CNY\"", "MONEY" },
    { "total", 0, 0, G_OPTION_ARG_STRING, &options.total, "What the order was about", "MONEY" },
    { "reason", 0, 0, G_OPTION_ARG_FILENAME, &options.reason, "What the buyer is told", "TEXT" },
    { "notify-url", 0, 0, G_OPTION_ARG_STRING, &options.notify_url, "Where the gateway tells the outcome", "URL" },
    { "extra", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.extras, "A field of the provider's own", "NAME=VALUE" },
    { "once", 0, 0, G_OPTION_ARG_NONE, &options.once, "It was never sent, where the gateway numbers none", NULL },
    { NULL },
  };
  g_autoptr (MinipayRefund) given = NULL;
  g_autoptr (GError) error = NULL;

  if (cli_parse (&options.common,
                 "Gives money back. Whoever repeats it under the same number gives back once, except with a "
                 "provider that numbers no refunds.",
                 entries,
                 0,
                 &argc,
                 &argv,
                 &error))
    given = refund (&options, &error);
  return cli_end_refund (options.common.json, options.refund_no, given, error);
}
