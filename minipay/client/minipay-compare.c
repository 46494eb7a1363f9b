/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-compare-private.h"

#include <string.h>

#include "core/minipay-error-private.h"
#include "provider/minipay-account-config-private.h"
#include "provider/minipay-provider-info-private.h"

gboolean
minipay_compare_text (const char *what, const char *claimed, const char *asked, GError **error)
{
  g_autofree char *quoted = NULL;

  if (claimed == NULL || asked == NULL || strcmp (claimed, asked) == 0)
    return TRUE;
  quoted = minipay_error_quote (claimed, -1);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_MISMATCH,
               "the gateway speaks of %s \"%s\", asked was \"%s\"",
               what,
               quoted,
               asked);
  return FALSE;
}

gboolean
minipay_compare_setting (
    const char *what, const char *claimed, MinipayAccountConfig *config, const char *field, GError **error)
{
  return minipay_compare_text (what, claimed, minipay_account_config_peek (config, field), error);
}

gboolean
minipay_compare_money (const char *what, const MinipayMoney *claimed, const MinipayMoney *asked, GError **error)
{
  g_autofree char *claimed_text = NULL;
  g_autofree char *asked_text = NULL;

  if (claimed == NULL || asked == NULL || minipay_money_equal (claimed, asked))
    return TRUE;
  claimed_text = minipay_money_to_string (claimed);
  asked_text = minipay_money_to_string (asked);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_MISMATCH,
               "the gateway speaks of %s of %s, asked were %s",
               what,
               claimed_text,
               asked_text);
  return FALSE;
}

gboolean
minipay_compare_checkout (MinipayCheckout *checkout, const char *out_trade_no, GError **error)
{
  return minipay_compare_text ("out_trade_no", minipay_checkout_get_out_trade_no (checkout), out_trade_no, error);
}

gboolean
minipay_compare_currency (const char *what, const MinipayMoney *money, MinipayProviderInfo *info, GError **error)
{
  if (money == NULL)
    return TRUE;
  if (!minipay_money_is_valid (money) || minipay_money_get_minor (money) < 0) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH, "the gateway speaks of %s that is no amount", what);
    return FALSE;
  }
  if (g_strv_contains ((const char *const *) minipay_provider_info_get_manifest (info)->currencies,
                       minipay_money_get_currency (money)))
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_MISMATCH,
               "the gateway speaks of %s in %s, which provider %s does not take",
               what,
               minipay_money_get_currency (money),
               minipay_provider_info_get_id (info));
  return FALSE;
}

/* Whoever acts for nobody else gets no money that belongs to somebody else. */
gboolean
minipay_compare_sub_mchid (const char *sub_mchid, MinipayAccountConfig *config, GError **error)
{
  if (sub_mchid == NULL || minipay_account_config_peek (config, "sub-mchid") != NULL)
    return minipay_compare_setting ("sub_mchid", sub_mchid, config, "sub-mchid", error);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_MISMATCH,
               "the gateway speaks of a sub_mchid, this account acts for nobody else");
  return FALSE;
}

static gboolean
payment_states_fact (MinipayPayment *payment, const char *fact)
{
  if (strcmp (fact, "out_trade_no") == 0)
    return minipay_payment_get_out_trade_no (payment) != NULL;
  if (strcmp (fact, "total") == 0)
    return minipay_payment_get_total (payment) != NULL;
  if (strcmp (fact, "mchid") == 0)
    return minipay_payment_get_mchid (payment) != NULL;
  if (strcmp (fact, "appid") == 0)
    return minipay_payment_get_appid (payment) != NULL;
  if (strcmp (fact, "sub_mchid") == 0)
    return minipay_payment_get_sub_mchid (payment) != NULL;
  if (strcmp (fact, "transaction_id") == 0)
    return minipay_payment_get_transaction_id (payment) != NULL;
  return FALSE;
}

static gboolean
payment_moved_money (MinipayPayment *payment)
{
  return minipay_payment_get_state (payment) == MINIPAY_PAYMENT_STATE_PAID ||
         minipay_payment_get_state (payment) == MINIPAY_PAYMENT_STATE_REFUNDED;
}

gboolean
minipay_compare_payment (MinipayPayment *payment,
                         MinipayProviderInfo *info,
                         MinipayAccountConfig *config,
                         const char *operation,
                         GError **error)
{
  const MinipayOperationRules *rules =
      minipay_manifest_get_operation (minipay_provider_info_get_manifest (info), operation);
  static const char *const always[] = { "out_trade_no", "total", NULL };
  const MinipayMoney *total = minipay_payment_get_total (payment);
  const char *const *echoes = rules != NULL && rules->echoes != NULL ? (const char *const *) rules->echoes : always;

  if (!minipay_compare_currency ("a total", total, info, error))
    return FALSE;
  for (const char *const *fact = echoes; *fact != NULL; fact++) {
    if (!payment_moved_money (payment) || payment_states_fact (payment, *fact))
      continue;
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_MISMATCH,
                 "the gateway speaks of a payment without saying its %s",
                 *fact);
    return FALSE;
  }
  return minipay_compare_setting ("mchid", minipay_payment_get_mchid (payment), config, "mchid", error) &&
         minipay_compare_setting ("appid", minipay_payment_get_appid (payment), config, "appid", error) &&
         minipay_compare_sub_mchid (minipay_payment_get_sub_mchid (payment), config, error) &&
         minipay_compare_setting ("sub_appid", minipay_payment_get_sub_appid (payment), config, "sub-appid", error);
}

gboolean
minipay_compare_with_ref (MinipayPayment *payment, MinipayPaymentRef *ref, GError **error)
{
  const gboolean is_by_number = minipay_payment_ref_get_out_trade_no (ref) != NULL;

  if ((is_by_number ? minipay_payment_get_out_trade_no (payment) : minipay_payment_get_transaction_id (payment)) ==
      NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_MISMATCH,
                 "the answer does not name the %s it was asked for",
                 is_by_number ? "out_trade_no" : "transaction_id");
    return FALSE;
  }
  if (payment_moved_money (payment) && minipay_payment_ref_get_total (ref) != NULL &&
      minipay_payment_get_total (payment) == NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_MISMATCH,
                 "the gateway says that the order is paid, but not the total to compare with");
    return FALSE;
  }
  return minipay_compare_text ("out_trade_no",
                               minipay_payment_get_out_trade_no (payment),
                               minipay_payment_ref_get_out_trade_no (ref),
                               error) &&
         minipay_compare_text ("transaction_id",
                               minipay_payment_get_transaction_id (payment),
                               minipay_payment_ref_get_transaction_id (ref),
                               error) &&
         minipay_compare_money (
             "a total", minipay_payment_get_total (payment), minipay_payment_ref_get_total (ref), error);
}

gboolean
minipay_compare_with_intent (MinipayPayment *payment, MinipayIntent *intent, GError **error)
{
  if (intent == NULL)
    return TRUE;
  return minipay_compare_text ("out_trade_no",
                               minipay_payment_get_out_trade_no (payment),
                               minipay_intent_get_number (intent),
                               error) &&
         minipay_compare_text ("transaction_id",
                               minipay_payment_get_transaction_id (payment),
                               minipay_intent_get_transaction_id (intent),
                               error) &&
         minipay_compare_money (
             "a total", minipay_payment_get_total (payment), minipay_intent_get_total (intent), error);
}

const char *
minipay_payment_get_binding_id (MinipayPayment *payment)
{
  return minipay_payment_get_state (payment) == MINIPAY_PAYMENT_STATE_FAILED
             ? NULL
             : minipay_payment_get_transaction_id (payment);
}

MinipayIntentState
minipay_payment_state_to_intent (MinipayPaymentState state)
{
  switch (state) {
  case MINIPAY_PAYMENT_STATE_PENDING:
    return MINIPAY_INTENT_STATE_PENDING;
  case MINIPAY_PAYMENT_STATE_PAID:
    return MINIPAY_INTENT_STATE_PAID;
  case MINIPAY_PAYMENT_STATE_REFUNDED:
    return MINIPAY_INTENT_STATE_REFUNDED;
  case MINIPAY_PAYMENT_STATE_CLOSED:
  /* the gateway had the order: its number is spent, whatever became of the attempt */
  case MINIPAY_PAYMENT_STATE_FAILED:
    return MINIPAY_INTENT_STATE_CLOSED;
  case MINIPAY_PAYMENT_STATE_UNKNOWN:
  default:
    return MINIPAY_INTENT_STATE_UNKNOWN;
  }
}
