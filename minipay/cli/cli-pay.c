/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <stdio.h>

#include "cli/cli-extras.h"
#include "cli/cli-output.h"

#define MAX_EXPIRES_IN_S (30 * 24 * 60 * 60)

typedef struct {
  CliCommon common;
  char *total;
  char *subject;
  char *out_trade_no;
  char *payer;
  char *method;
  char *wallet;
  char *notify_url;
  char *attach;
  char *client_ip;
  char **extras;       /* NAME=VALUE */
  gint64 expires_in_s; /* 0: not given */
} PayOptions;

static void
pay_options_clear (PayOptions *self)
{
  cli_common_clear (&self->common);
  g_free (self->total);
  g_free (self->subject);
  g_free (self->out_trade_no);
  g_free (self->payer);
  g_free (self->method);
  g_free (self->wallet);
  g_free (self->notify_url);
  g_free (self->attach);
  g_free (self->client_ip);
  g_strfreev (self->extras);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PayOptions, pay_options_clear)

static gboolean
options_parse (PayOptions *self, int argc, char **argv, GError **error)
{
  /* FILENAME where people's words are expected: STRING would depend on the locale */
  const GOptionEntry entries[] = {
    { "total", 0, 0, G_OPTION_ARG_STRING, &self->total, "What to pay, as \"19.90 CNY\"", "MONEY" },
    { "subject", 0, 0, G_OPTION_ARG_FILENAME, &self->subject, "What is bought", "TEXT" },
    { "out-trade-no",
      0,
      0,
      G_OPTION_ARG_STRING,
      &self->out_trade_no,
      "The merchant's number of the order; without it a new one",
      "N" },
    { "payer", 0, 0, G_OPTION_ARG_STRING, &self->payer, "Who pays, as the wallet calls the buyer", "ID" },
    { "method", 0, 0, G_OPTION_ARG_STRING, &self->method, "Where the buyer pays; without it mini-program", "NAME" },
    { "wallet", 0, 0, G_OPTION_ARG_STRING, &self->wallet, "Which purse, where there are several", "NAME" },
    { "notify-url", 0, 0, G_OPTION_ARG_STRING, &self->notify_url, "Where the gateway tells the outcome", "URL" },
    { "attach", 0, 0, G_OPTION_ARG_FILENAME, &self->attach, "Text that comes back in the notification", "TEXT" },
    { "expires-in", 0, 0, G_OPTION_ARG_INT64, &self->expires_in_s, "Time to pay, in seconds", "SECONDS" },
    { "client-ip", 0, 0, G_OPTION_ARG_STRING, &self->client_ip, "Address of the buyer's device", "ADDRESS" },
    { "extra",
      0,
      0,
      G_OPTION_ARG_FILENAME_ARRAY,
      &self->extras,
      "A field of the provider's own; may stand several times",
      "NAME=VALUE" },
    { NULL },
  };

  if (!cli_parse (
          &self->common, "Creates a payment and shows what opens the cashier.", entries, 0, &argc, &argv, error))
    return FALSE;
  if (self->total == NULL) {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "no total: give --total, as in --total \"19.90 CNY\"");
    return FALSE;
  }
  if (self->out_trade_no == NULL)
    self->out_trade_no = cli_new_out_trade_no (error);
  return self->out_trade_no != NULL;
}

static MinipayOrder *
options_to_order (const PayOptions *self, MinipayProviderInfo *info, GError **error)
{
  g_autoptr (MinipayMoney) total = NULL;
  g_autoptr (GVariant) extras = NULL;
  g_autoptr (GDateTime) expires_at = NULL;
  int method = MINIPAY_METHOD_MINI_PROGRAM;
  int wallet = MINIPAY_WALLET_ANY;

  if (!cli_read_money (self->total, &total, error) ||
      !cli_read_extras (info, "--extra", self->extras, &extras, error) ||
      !cli_check_text ("--subject", self->subject, error) || !cli_check_text ("--attach", self->attach, error))
    return NULL;
  if (self->method != NULL && !cli_read_enum (MINIPAY_TYPE_METHOD, "--method", self->method, &method, error))
    return NULL;
  if (self->wallet != NULL && !cli_read_enum (MINIPAY_TYPE_WALLET, "--wallet", self->wallet, &wallet, error))
    return NULL;
  if (self->expires_in_s < 0 || self->expires_in_s > MAX_EXPIRES_IN_S) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "--expires-in of %" G_GINT64_FORMAT " is outside 1..%d",
                 self->expires_in_s,
                 MAX_EXPIRES_IN_S);
    return NULL;
  }
  if (self->expires_in_s > 0) {
    g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

    expires_at = g_date_time_add_seconds (now, self->expires_in_s);
  }
  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       self->out_trade_no,
                       "total",
                       total,
                       "subject",
                       self->subject,
                       "method",
                       method,
                       "wallet",
                       wallet,
                       "payer",
                       self->payer,
                       "notify-url",
                       self->notify_url,
                       "attach",
                       self->attach,
                       "expires-at",
                       expires_at,
                       "client-ip",
                       self->client_ip,
                       "extras",
                       extras,
                       NULL);
}

static MinipayCheckout *
pay (const PayOptions *self, GError **error)
{
  g_autoptr (MinipayClient) client = NULL;
  g_autoptr (MinipayOrder) order = NULL;
  MinipayAccount *account = NULL;
  MinipayProviderInfo *info = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  account = cli_open_account (&self->common, &client, &info, error);
  order = account != NULL ? options_to_order (self, info, error) : NULL;
  if (order == NULL)
    return NULL;
  minipay_account_create_payment_async (account, order, cli_get_cancellable (), cli_on_done, &result);
  return minipay_account_create_payment_finish (account, cli_wait (&result), error);
}

static void
print_json (const PayOptions *self, MinipayCheckout *checkout)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();

  json_builder_begin_object (json);
  cli_json_add_string (json, "account", self->common.account);
  cli_json_add_string (json, "out_trade_no", self->out_trade_no);
  cli_json_add_string (json, "transaction_id", minipay_checkout_get_transaction_id (checkout));
  cli_json_add_checkout (json, "checkout", checkout);
  cli_json_add_payment (json, "payment", minipay_checkout_get_payment (checkout));
  json_builder_end_object (json);
  cli_print_json (json);
}

CliExit
cli_pay (int argc, char **argv)
{
  g_auto (PayOptions) options = { 0 };
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;

  if (options_parse (&options, argc, argv, &error))
    checkout = pay (&options, &error);
  if (checkout == NULL)
    return cli_fail (options.common.json, options.out_trade_no, error);

  if (options.common.json) {
    print_json (&options, checkout);
    return CLI_EXIT_OK;
  }
  fprintf (stdout, "out_trade_no    %s\n", options.out_trade_no);
  fprintf (stdout,
           "checkout        %s\n",
           cli_nick (MINIPAY_TYPE_CHECKOUT_KIND, (int) minipay_checkout_get_kind (checkout)));
  cli_print_checkout_params (checkout, "  ", G_MAXINT);
  if (minipay_checkout_get_payment (checkout) != NULL)
    cli_print_payment (minipay_checkout_get_payment (checkout));
  return CLI_EXIT_OK;
}
