/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

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

static gboolean
check_text (const char *name, const char *text, GError **error)
{
  if (text == NULL || g_utf8_validate (text, -1, NULL))
    return TRUE;
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "%s is not UTF-8", name);
  return FALSE;
}

/* The type of a provider's own field, as its manifest says; text for what it does not know: the order says so. */
static char *
dup_extra_type (MinipayProviderInfo *info, const char *name)
{
  g_autoptr (GVariant) variant = minipay_provider_info_to_variant (info);
  g_autoptr (GVariant) extras = g_variant_lookup_value (variant, "extras", NULL);
  g_autoptr (GVariant) rules = extras != NULL ? g_variant_lookup_value (extras, name, NULL) : NULL;
  char *type = NULL;

  if (rules == NULL || !g_variant_lookup (rules, "type", "s", &type))
    type = g_strdup ("s");
  return type;
}

static gboolean
read_extra (MinipayProviderInfo *info, const char *text, GVariantDict *extras, GError **error)
{
  const char *value = strchr (text, '=');
  g_autofree char *name = value != NULL ? g_strndup (text, (gsize) (value - text)) : NULL;
  g_autofree char *type = NULL;
  g_autoptr (GVariant) variant = NULL;

  if (!check_text ("--extra", text, error))
    return FALSE;
  if (name == NULL || *name == '\0') {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "--extra '%s' is not NAME=VALUE", text);
    return FALSE;
  }
  value++;
  type = dup_extra_type (info, name);
  variant = strcmp (type, "s") == 0 ? g_variant_ref_sink (g_variant_new_string (value))
                                    : g_variant_parse (G_VARIANT_TYPE (type), value, NULL, NULL, NULL);
  if (variant == NULL) {
    g_set_error (
        error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "--extra %s is '%s', which is no %s", name, value, type);
    return FALSE;
  }
  g_variant_dict_insert_value (extras, name, variant);
  return TRUE;
}

static GVariant *
options_to_extras (const PayOptions *self, MinipayProviderInfo *info, GError **error)
{
  g_auto (GVariantDict) extras = G_VARIANT_DICT_INIT (NULL);

  for (char **extra = self->extras; extra != NULL && *extra != NULL; extra++)
    if (!read_extra (info, *extra, &extras, error))
      return NULL;
  return g_variant_ref_sink (g_variant_dict_end (&extras));
}

static MinipayOrder *
options_to_order (const PayOptions *self, MinipayProviderInfo *info, GError **error)
{
  g_autoptr (MinipayMoney) total = minipay_money_parse (self->total, error);
  g_autoptr (GVariant) extras = total != NULL ? options_to_extras (self, info, error) : NULL;
  g_autoptr (GDateTime) expires_at = NULL;
  int method = MINIPAY_METHOD_MINI_PROGRAM;
  int wallet = MINIPAY_WALLET_ANY;

  if (extras == NULL || !check_text ("--subject", self->subject, error) ||
      !check_text ("--attach", self->attach, error))
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
                       g_variant_n_children (extras) > 0 ? extras : NULL,
                       NULL);
}

static MinipayCheckout *
pay (const PayOptions *self, GError **error)
{
  g_autoptr (MinipayClient) client = cli_open_client (&self->common, error);
  g_autoptr (MinipayOrder) order = NULL;
  MinipayAccount *account = NULL;
  MinipayProviderInfo *info = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  account = client != NULL ? cli_open_account (&self->common, client, error) : NULL;
  if (account != NULL)
    info = minipay_registry_lookup (
        minipay_client_get_registry (client), minipay_account_get_provider (account), error);
  order = info != NULL ? options_to_order (self, info, error) : NULL;
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
  return CLI_EXIT_OK;
}
