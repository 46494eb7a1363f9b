/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-account-private.h"
#include "client/minipay-compare-private.h"
#include "client/minipay-fingerprint-private.h"
#include "core/minipay-error-private.h"
#include "provider/minipay-provider-info-private.h"

/* Where nobody knows what a second request under one number does, there is none. */
static gboolean
create_is_single (MinipayAccount *self)
{
  const MinipayOperationRules *rules = minipay_manifest_get_operation (
      minipay_provider_info_get_manifest (minipay_account_get_info (self)), "create");

  return rules != NULL && rules->is_single;
}

/* Writes the order down. A line that says "sending" was begun by somebody else, now or before a crash: from here on
 * the failure of one try no longer makes the order failed. */
static MinipayIntent *
create_begin (MinipayAccount *self, MinipayIntent *intent, GError **error)
{
  g_autoptr (MinipayIntent) known = minipay_store_begin (minipay_account_get_house (self)->store, intent, error);
  g_autoptr (MinipayIntent) joined = NULL;

  if (known == NULL || known == intent || minipay_intent_get_state (known) != MINIPAY_INTENT_STATE_SENDING ||
      create_is_single (self))
    return g_steal_pointer (&known);
  joined = minipay_store_advance (minipay_account_get_house (self)->store,
                                  minipay_intent_get_account (intent),
                                  minipay_intent_get_out_trade_no (intent),
                                  MINIPAY_INTENT_STATE_UNKNOWN,
                                  NULL,
                                  error);
  if (joined != NULL && minipay_intent_get_state (joined) == MINIPAY_INTENT_STATE_FAILED)
    /* the other try ended meanwhile: the number is free, and this order the first under it */
    return minipay_store_begin (minipay_account_get_house (self)->store, intent, error);
  if (joined == NULL && (error == NULL || *error == NULL))
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_STORE,
                 "the journal lost order %s",
                 minipay_intent_get_out_trade_no (intent));
  return g_steal_pointer (&joined);
}

static gboolean
create_check_repeat (MinipayAccount *self, MinipayIntent *known, GError **error)
{
  if (minipay_intent_get_state (known) == MINIPAY_INTENT_STATE_FAILED || !create_is_single (self))
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_OUTCOME_UNKNOWN,
               "order %s was sent before, and provider %s sends none twice: wait for the notification",
               minipay_intent_get_out_trade_no (known),
               minipay_provider_info_get_id (minipay_account_get_info (self)));
  return FALSE;
}

static gboolean
create_prepare (MinipayExchange *x, gpointer data, GError **error)
{
  MinipayAccount *self = data;
  MinipayOrder *order = minipay_exchange_get_order (x);
  g_autofree char *fingerprint = minipay_order_dup_fingerprint (
      order,
      (const char *const *) minipay_provider_info_get_manifest (minipay_account_get_info (self))->volatile_extras);
  g_autoptr (MinipayIntent) known = NULL;
  g_autoptr (MinipayIntent) intent =
      g_object_new (MINIPAY_TYPE_INTENT,
                    "account",
                    minipay_account_config_get_name (minipay_account_get_config (self)),
                    "out-trade-no",
                    minipay_order_get_out_trade_no (order),
                    "total",
                    minipay_order_get_total (order),
                    "fingerprint",
                    fingerprint,
                    "state",
                    MINIPAY_INTENT_STATE_SENDING,
                    NULL);

  known = create_begin (self, intent, error);
  if (known == NULL)
    return FALSE;
  switch (minipay_intent_get_state (known)) {
  case MINIPAY_INTENT_STATE_PAID:
  case MINIPAY_INTENT_STATE_REFUNDED:
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_ALREADY_PAID,
                 "order %s is paid already",
                 minipay_order_get_out_trade_no (order));
    return FALSE;
  case MINIPAY_INTENT_STATE_CLOSED:
    g_set_error (
        error,
        MINIPAY_ERROR,
        MINIPAY_ERROR_CONFLICT,
        "order %s is closed, or its payment failed: make sure of it before you order anew under another number",
        minipay_order_get_out_trade_no (order));
    return FALSE;
  case MINIPAY_INTENT_STATE_SENDING:
  case MINIPAY_INTENT_STATE_UNKNOWN:
  case MINIPAY_INTENT_STATE_PENDING:
  case MINIPAY_INTENT_STATE_FAILED:
  default:
    return known == intent || create_check_repeat (self, known, error);
  }
}

/* What the journal learns from a create that did not succeed, and what it then says; NULL when it cannot say.
 * Failed follows "sending" alone: a refused repetition, or one of two tries at once, says nothing about the other.
 */
static MinipayIntent *
create_record_failure (MinipayAccount *self, MinipayExchange *x, const GError *failure)
{
  const char *number = minipay_order_get_out_trade_no (minipay_exchange_get_order (x));
  gboolean is_open = g_error_matches (failure, MINIPAY_ERROR, MINIPAY_ERROR_OUTCOME_UNKNOWN) ||
                     g_error_matches (failure, MINIPAY_ERROR, MINIPAY_ERROR_CONFLICT) ||
                     g_error_matches (failure, MINIPAY_ERROR, MINIPAY_ERROR_ALREADY_PAID);
  g_autoptr (GError) error = NULL;
  MinipayIntent *intent =
      minipay_store_advance (minipay_account_get_house (self)->store,
                             minipay_account_config_get_name (minipay_account_get_config (self)),
                             number,
                             is_open ? MINIPAY_INTENT_STATE_UNKNOWN : MINIPAY_INTENT_STATE_FAILED,
                             NULL,
                             &error);

  /* the line then still says "sending", which is read as unknown: nothing is lost, and the caller has the
   * real error */
  if (error != NULL)
    g_warning ("order %s: the journal could not note what became of it: %s", number, error->message);
  return intent;
}

/* A refusal of this try, while an earlier one under the same number may have been obeyed: the caller would read it
 * as the end of the order, and make another. What was never sent is told as it is. */
static gboolean
create_must_stay_open (MinipayExchange *x, MinipayIntent *intent, const GError *failure)
{
  if (intent == NULL || minipay_intent_get_state (intent) == MINIPAY_INTENT_STATE_FAILED ||
      failure->domain != MINIPAY_ERROR || minipay_exchange_get_n_sends (x) == 0)
    return FALSE;
  switch ((MinipayError) failure->code) {
  case MINIPAY_ERROR_OUTCOME_UNKNOWN:
  case MINIPAY_ERROR_CONFLICT:
  case MINIPAY_ERROR_ALREADY_PAID:
    return FALSE;
  default:
    return TRUE;
  }
}

static gboolean
create_check (MinipayAccount *self, MinipayExchange *x, MinipayCheckout *checkout, GError **error)
{
  const char *account = minipay_account_config_get_name (minipay_account_get_config (self));
  const char *number = minipay_order_get_out_trade_no (minipay_exchange_get_order (x));
  MinipayPayment *payment = minipay_checkout_get_payment (checkout);
  MinipayIntentState state = MINIPAY_INTENT_STATE_PENDING;
  g_autoptr (MinipayIntent) intent = NULL;

  if (!minipay_compare_checkout (checkout, number, error))
    return FALSE;
  if (payment != NULL) {
    g_autoptr (MinipayIntent) known =
        minipay_store_find (minipay_account_get_house (self)->store, account, number, error);

    if (known == NULL && (error == NULL || *error == NULL))
      g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_STORE, "the journal lost order %s", number);
    if (known == NULL ||
        !minipay_compare_payment (
            payment, minipay_account_get_info (self), minipay_account_get_config (self), "create", error) ||
        !minipay_compare_with_intent (payment, known, error))
      return FALSE;
    /* what nobody signed may be true, but it settles nothing */
    if (minipay_payment_get_authenticated (payment))
      state = minipay_payment_state_to_intent (minipay_payment_get_state (payment));
  }
  intent = minipay_store_advance (minipay_account_get_house (self)->store,
                                  account,
                                  number,
                                  state,
                                  minipay_checkout_get_transaction_id (checkout),
                                  error);
  if (intent == NULL && (error == NULL || *error == NULL))
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_STORE, "the journal lost order %s", number);
  return intent != NULL;
}

static GObject *
create_conclude (MinipayExchange *x, GObject *result, const GError *failure, gpointer data, GError **error)
{
  MinipayAccount *self = data;
  g_autoptr (MinipayIntent) intent = NULL;
  g_autoptr (GError) local_error = NULL;

  if (minipay_exchange_has_unknown_key (x))
    minipay_account_refresh_if_due (self, TRUE);
  if (result == NULL) {
    intent = create_record_failure (self, x, failure);
    if (create_must_stay_open (x, intent, failure))
      g_propagate_error (
          error, minipay_error_recode (failure, MINIPAY_ERROR_OUTCOME_UNKNOWN, minipay_exchange_get_advice (x)));
    return NULL;
  }
  if (create_check (self, x, MINIPAY_CHECKOUT (result), &local_error))
    return g_object_ref (result);

  /* something was created, but it is not what was asked for, or it could not be written down */
  g_propagate_error (
      error, minipay_error_recode (local_error, MINIPAY_ERROR_OUTCOME_UNKNOWN, minipay_exchange_get_advice (x)));
  intent = create_record_failure (self, x, error != NULL ? *error : local_error);
  return NULL;
}

/* The intent is in the journal before the first byte leaves. */
const MinipayExchangePolicy minipay_create_policy = { create_prepare, create_conclude };
