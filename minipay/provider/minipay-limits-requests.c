/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-error-private.h"
#include "provider/minipay-limits-private.h"
#include "provider/minipay-provider-info-private.h"

#define GATEWAY_NUMBER_MAX_BYTES 64
#define REFUND_NUMBER_MAX_BYTES  64

/* Exactly one of the merchant's number and the gateway's. */
static gboolean
requests_check_numbers (const char *what,
                        const char *our_name,
                        const char *ours,
                        const char *their_name,
                        const char *theirs,
                        GError **error)
{
  /* letters, digits and what joins them: what every gateway's own numbers are made of */
  MinipayTextRule rule = { .min_length = 1,
                           .max_length = GATEWAY_NUMBER_MAX_BYTES,
                           .characters = (char *) "0-9A-Za-z",
                           .allowed = { 0, 0x03ff0000, 0x07fffffe, 0x07fffffe } };

  if ((ours == NULL) == (theirs == NULL)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "a %s is named by %s or by %s, this one has %s",
                 what,
                 our_name,
                 their_name,
                 ours == NULL ? "neither" : "both");
    return FALSE;
  }
  if (theirs != NULL)
    return minipay_text_rule_check (&rule, their_name, theirs, MINIPAY_ERROR_INVALID, error);
  if (*ours != '\0')
    return TRUE;
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "%s is empty", our_name);
  return FALSE;
}

static gboolean
requests_check_payment_numbers (const MinipayManifest *manifest,
                                const char *mode,
                                const char *out_trade_no,
                                const char *transaction_id,
                                GError **error)
{
  return requests_check_numbers (
             "payment", "out_trade_no", out_trade_no, "transaction_id", transaction_id, error) &&
         (out_trade_no == NULL ||
          minipay_limits_check_text (manifest, mode, "out_trade_no", NULL, out_trade_no, error));
}

/* Every refund has a number of the merchant's, for the journal, whether the gateway takes one or not. */
static gboolean
requests_check_refund_number (const MinipayManifest *manifest,
                              const char *mode,
                              const char *out_refund_no,
                              GError **error)
{
  static const char letters[] = "0-9A-Za-z_*|@-";
  MinipayTextRule rule = { .min_length = 1,
                           .max_length = REFUND_NUMBER_MAX_BYTES,
                           .characters = (char *) letters,
                           .allowed = { 0, 0x03ff2400, 0x87ffffff, 0x17fffffe } };

  if (out_refund_no == NULL || *out_refund_no == '\0') {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "out_refund_no is missing");
    return FALSE;
  }
  if (minipay_manifest_get_limit (manifest, "out_refund_no") != NULL)
    return minipay_limits_check_text (manifest, mode, "out_refund_no", NULL, out_refund_no, error);
  return minipay_text_rule_check (&rule, "out_refund_no", out_refund_no, MINIPAY_ERROR_INVALID, error);
}

gboolean
minipay_limits_check_ref (MinipayProviderInfo *info,
                          MinipayAccountConfig *config,
                          const char *operation,
                          MinipayPaymentRef *ref,
                          GError **error)
{
  const MinipayManifest *manifest = minipay_provider_info_get_manifest (info);
  const char *mode = minipay_account_config_get_mode (config);
  const MinipayMoney *total = minipay_payment_ref_get_total (ref);

  return requests_check_payment_numbers (manifest,
                                         mode,
                                         minipay_payment_ref_get_out_trade_no (ref),
                                         minipay_payment_ref_get_transaction_id (ref),
                                         error) &&
         (total == NULL || minipay_limits_check_money (manifest, "total", total, error)) &&
         minipay_limits_check_extras (
             manifest, config, operation, NULL, minipay_payment_ref_get_extras (ref), error);
}

static gboolean
requests_check_amounts (const MinipayManifest *manifest, MinipayRefundRequest *request, GError **error)
{
  const MinipayMoney *amount = minipay_refund_request_get_amount (request);
  const MinipayMoney *total = minipay_refund_request_get_total (request);
  int compared = 0;

  if (!minipay_limits_check_money (manifest, "amount", amount, error))
    return FALSE;
  if (total == NULL)
    return TRUE;
  if (!minipay_limits_check_money (manifest, "total", total, error) ||
      !minipay_money_compare (amount, total, &compared, error))
    return FALSE;
  if (compared <= 0)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INVALID,
               "amount is %" G_GINT64_FORMAT " minor units, the order was about %" G_GINT64_FORMAT,
               minipay_money_get_minor (amount),
               minipay_money_get_minor (total));
  return FALSE;
}

gboolean
minipay_limits_check_refund (MinipayProviderInfo *info,
                             MinipayAccountConfig *config,
                             MinipayRefundRequest *request,
                             GError **error)
{
  const MinipayManifest *manifest = minipay_provider_info_get_manifest (info);
  const char *mode = minipay_account_config_get_mode (config);

  return requests_check_refund_number (manifest, mode, minipay_refund_request_get_out_refund_no (request), error) &&
         requests_check_payment_numbers (manifest,
                                         mode,
                                         minipay_refund_request_get_out_trade_no (request),
                                         minipay_refund_request_get_transaction_id (request),
                                         error) &&
         requests_check_amounts (manifest, request, error) &&
         minipay_limits_check_text (
             manifest, mode, "reason", NULL, minipay_refund_request_get_reason (request), error) &&
         minipay_limits_check_notify_url (
             manifest, config, "refund_notify_url", NULL, minipay_refund_request_get_notify_url (request), error) &&
         minipay_limits_check_extras (
             manifest, config, "refund", NULL, minipay_refund_request_get_extras (request), error);
}

gboolean
minipay_limits_check_refund_ref (MinipayProviderInfo *info,
                                 MinipayAccountConfig *config,
                                 MinipayRefundRef *ref,
                                 GError **error)
{
  const MinipayManifest *manifest = minipay_provider_info_get_manifest (info);
  const char *mode = minipay_account_config_get_mode (config);
  const char *out_refund_no = minipay_refund_ref_get_out_refund_no (ref);
  const MinipayMoney *amount = minipay_refund_ref_get_amount (ref);

  return requests_check_numbers ("refund",
                                 "out_refund_no",
                                 out_refund_no,
                                 "refund_id",
                                 minipay_refund_ref_get_refund_id (ref),
                                 error) &&
         (out_refund_no == NULL || requests_check_refund_number (manifest, mode, out_refund_no, error)) &&
         (amount == NULL || minipay_limits_check_money (manifest, "amount", amount, error)) &&
         minipay_limits_check_extras (
             manifest, config, "query-refund", NULL, minipay_refund_ref_get_extras (ref), error);
}

/* A day as ISO 8601 writes it, and one that there was. */
static gboolean
requests_check_date (const char *date, GError **error)
{
  static const char shape[] = "dddd-dd-dd";
  g_autofree char *quoted = NULL;
  gboolean is_good = date != NULL && strlen (date) == sizeof shape - 1;

  for (guint i = 0; is_good && i < sizeof shape - 1; i++)
    is_good = shape[i] == 'd' ? g_ascii_isdigit (date[i]) : date[i] == shape[i];
  if (is_good && g_date_valid_dmy ((GDateDay) ((date[8] - '0') * 10 + date[9] - '0'),
                                   (GDateMonth) ((date[5] - '0') * 10 + date[6] - '0'),
                                   (GDateYear) ((date[0] - '0') * 1000 + (date[1] - '0') * 100 +
                                                (date[2] - '0') * 10 + date[3] - '0')))
    return TRUE;
  quoted = minipay_error_quote (date != NULL ? date : "", -1);
  g_set_error (
      error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "date is \"%s\", allowed is a day such as 2026-11-20", quoted);
  return FALSE;
}

gboolean
minipay_limits_check_bill (MinipayProviderInfo *info,
                           MinipayAccountConfig *config,
                           MinipayBillRequest *request,
                           GError **error)
{
  const char *path = minipay_bill_request_get_path (request);

  if (!requests_check_date (minipay_bill_request_get_date (request), error))
    return FALSE;
  if (path == NULL || !g_path_is_absolute (path)) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "path is no absolute path");
    return FALSE;
  }
  return minipay_limits_check_extras (minipay_provider_info_get_manifest (info),
                                      config,
                                      "download-bill",
                                      NULL,
                                      minipay_bill_request_get_extras (request),
                                      error);
}
