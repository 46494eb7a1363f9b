/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-account-intent-private.h"
#include "client/minipay-compare-private.h"
#include "client/minipay-fingerprint-private.h"
#include "provider/minipay-provider-info-private.h"

static gboolean
create_prepare (MinipayExchange *x, gpointer data, GError **error)
{
  MinipayAccount *self = data;
  MinipayOrder *order = minipay_exchange_get_order (x);
  const MinipayOperationRules *rules = minipay_account_get_rules (self, x);
  g_autofree char *fingerprint = minipay_order_dup_fingerprint (
      order,
      (const char *const *) minipay_provider_info_get_manifest (minipay_account_get_info (self))->volatile_extras);
  g_autoptr (MinipayIntent) intent =
      g_object_new (MINIPAY_TYPE_INTENT,
                    "account",
                    minipay_account_config_get_name (minipay_account_get_config (self)),
                    "kind",
                    MINIPAY_INTENT_KIND_PAYMENT,
                    "number",
                    minipay_order_get_out_trade_no (order),
                    "total",
                    minipay_order_get_total (order),
                    "fingerprint",
                    fingerprint,
                    "state",
                    MINIPAY_INTENT_STATE_SENDING,
                    NULL);

  return minipay_account_begin_intent (self, intent, rules != NULL && rules->is_single, error);
}

static gboolean
create_check (MinipayAccount *self, MinipayExchange *x, MinipayCheckout *checkout, GError **error)
{
  const char *number = minipay_order_get_out_trade_no (minipay_exchange_get_order (x));
  MinipayPayment *payment = minipay_checkout_get_payment (checkout);
  const char *transaction_id = minipay_checkout_get_transaction_id (checkout);
  MinipayIntentState state = MINIPAY_INTENT_STATE_PENDING;

  if (!minipay_compare_checkout (checkout, number, error))
    return FALSE;
  if (payment != NULL) {
    g_autoptr (MinipayIntent) known =
        minipay_account_require_intent (self, MINIPAY_INTENT_KIND_PAYMENT, number, error);

    if (known == NULL ||
        !minipay_compare_payment (
            payment, minipay_account_get_info (self), minipay_account_get_config (self), "create", error) ||
        !minipay_compare_with_intent (payment, known, error))
      return FALSE;
    /* what nobody signed may be true, but it settles nothing */
    if (minipay_payment_get_authenticated (payment))
      state = minipay_payment_state_to_intent (minipay_payment_get_state (payment));
    if (minipay_payment_get_state (payment) == MINIPAY_PAYMENT_STATE_FAILED)
      transaction_id = NULL;
  }
  return minipay_account_note_state (self, MINIPAY_INTENT_KIND_PAYMENT, number, state, transaction_id, error);
}

static GObject *
create_conclude (MinipayExchange *x, GObject *result, const GError *failure, gpointer data, GError **error)
{
  MinipayAccount *self = data;
  const char *number = minipay_order_get_out_trade_no (minipay_exchange_get_order (x));
  g_autoptr (GError) doubt = NULL;

  if (minipay_exchange_has_unknown_key (x))
    minipay_account_refresh_if_due (self, TRUE);
  if (result == NULL)
    minipay_account_note_failure (self, x, MINIPAY_INTENT_KIND_PAYMENT, number, failure, error);
  else if (create_check (self, x, MINIPAY_CHECKOUT (result), &doubt))
    return g_object_ref (result);
  else
    minipay_account_note_doubt (self, x, MINIPAY_INTENT_KIND_PAYMENT, number, doubt, error);
  return NULL;
}

/* The intent is in the journal before the first byte leaves. */
const MinipayExchangePolicy minipay_create_policy = { create_prepare, create_conclude };
