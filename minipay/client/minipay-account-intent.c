/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-account-intent-private.h"

#include "core/minipay-error-private.h"
#include "provider/minipay-provider-info-private.h"

static MinipayStore *
account_get_store (MinipayAccount *self)
{
  return minipay_account_get_house (self)->store;
}

static const char *
account_get_name (MinipayAccount *self)
{
  return minipay_account_config_get_name (minipay_account_get_config (self));
}

static const char *
kind_get_noun (MinipayIntentKind kind)
{
  switch (kind) {
  case MINIPAY_INTENT_KIND_REFUND:
    return "refund";
  case MINIPAY_INTENT_KIND_CALL:
    return "operation";
  case MINIPAY_INTENT_KIND_PAYMENT:
  default:
    return "order";
  }
}

const MinipayOperationRules *
minipay_account_get_rules (MinipayAccount *self, MinipayExchange *x)
{
  return minipay_manifest_get_operation (minipay_provider_info_get_manifest (minipay_account_get_info (self)),
                                         minipay_exchange_get_name (x));
}

static void
set_lost_error (MinipayIntentKind kind, const char *number, GError **error)
{
  if (error == NULL || *error == NULL)
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_STORE, "the journal lost %s %s", kind_get_noun (kind), number);
}

MinipayIntent *
minipay_account_require_intent (MinipayAccount *self, MinipayIntentKind kind, const char *number, GError **error)
{
  MinipayIntent *intent =
      minipay_store_find (account_get_store (self), account_get_name (self), kind, number, error);

  if (intent == NULL)
    set_lost_error (kind, number, error);
  return intent;
}

/* A line that says "sending" was begun by somebody else, now or before a crash: from here on the failure of one try
 * no longer makes the whole failed. */
static MinipayIntent *
intent_join (MinipayAccount *self, MinipayIntent *intent, gboolean is_single, GError **error)
{
  g_autoptr (MinipayIntent) known = minipay_store_begin (account_get_store (self), intent, error);
  g_autoptr (MinipayIntent) joined = NULL;

  if (known == NULL || known == intent || minipay_intent_get_state (known) != MINIPAY_INTENT_STATE_SENDING ||
      is_single)
    return g_steal_pointer (&known);
  joined = minipay_store_advance (account_get_store (self),
                                  minipay_intent_get_account (intent),
                                  minipay_intent_get_kind (intent),
                                  minipay_intent_get_number (intent),
                                  MINIPAY_INTENT_STATE_UNKNOWN,
                                  NULL,
                                  error);
  if (joined != NULL && minipay_intent_get_state (joined) == MINIPAY_INTENT_STATE_FAILED)
    /* the other try ended meanwhile: the number is free, and this one the first under it */
    return minipay_store_begin (account_get_store (self), intent, error);
  if (joined == NULL)
    set_lost_error (minipay_intent_get_kind (intent), minipay_intent_get_number (intent), error);
  return g_steal_pointer (&joined);
}

static void
set_done_error (MinipayIntent *known, GError **error)
{
  const char *number = minipay_intent_get_number (known);

  if (minipay_intent_get_kind (known) == MINIPAY_INTENT_KIND_PAYMENT)
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_ALREADY_PAID, "order %s is paid already", number);
  else
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFLICT,
                 "%s %s is done already: query it",
                 kind_get_noun (minipay_intent_get_kind (known)),
                 number);
}

static void
set_closed_error (MinipayIntent *known, GError **error)
{
  const char *number = minipay_intent_get_number (known);

  if (minipay_intent_get_kind (known) == MINIPAY_INTENT_KIND_PAYMENT)
    g_set_error (
        error,
        MINIPAY_ERROR,
        MINIPAY_ERROR_CONFLICT,
        "order %s is closed, or its payment failed: make sure of it before you order anew under another number",
        number);
  else
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFLICT,
                 "%s %s is closed: make sure of it before you try anew under another number",
                 kind_get_noun (minipay_intent_get_kind (known)),
                 number);
}

gboolean
minipay_account_begin_intent (MinipayAccount *self, MinipayIntent *intent, gboolean is_single, GError **error)
{
  g_autoptr (MinipayIntent) known = intent_join (self, intent, is_single, error);

  if (known == NULL)
    return FALSE;
  switch (minipay_intent_get_state (known)) {
  case MINIPAY_INTENT_STATE_PAID:
  case MINIPAY_INTENT_STATE_REFUNDED:
    set_done_error (known, error);
    return FALSE;
  case MINIPAY_INTENT_STATE_CLOSED:
    set_closed_error (known, error);
    return FALSE;
  case MINIPAY_INTENT_STATE_FAILED:
    return TRUE;
  case MINIPAY_INTENT_STATE_SENDING:
  case MINIPAY_INTENT_STATE_UNKNOWN:
  case MINIPAY_INTENT_STATE_PENDING:
  default:
    if (known == intent || !is_single)
      return TRUE;
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_OUTCOME_UNKNOWN,
                 "%s %s was sent before, and provider %s sends none twice: %s",
                 kind_get_noun (minipay_intent_get_kind (known)),
                 minipay_intent_get_number (known),
                 minipay_provider_info_get_id (minipay_account_get_info (self)),
                 minipay_intent_get_kind (known) == MINIPAY_INTENT_KIND_PAYMENT ? "wait for the notification"
                                                                                : "find out what became of it");
    return FALSE;
  }
}

/* What the journal learns from a try that did not succeed, and what it then says; NULL when it cannot say. Failed
 * follows "sending" alone: a refused repetition, or one of two tries at once, says nothing about the other. */
static MinipayIntent *
intent_record_failure (MinipayAccount *self, MinipayIntentKind kind, const char *number, const GError *failure)
{
  gboolean is_open = g_error_matches (failure, MINIPAY_ERROR, MINIPAY_ERROR_OUTCOME_UNKNOWN) ||
                     g_error_matches (failure, MINIPAY_ERROR, MINIPAY_ERROR_CONFLICT) ||
                     g_error_matches (failure, MINIPAY_ERROR, MINIPAY_ERROR_ALREADY_PAID);
  g_autoptr (GError) error = NULL;
  MinipayIntent *intent =
      minipay_store_advance (account_get_store (self),
                             account_get_name (self),
                             kind,
                             number,
                             is_open ? MINIPAY_INTENT_STATE_UNKNOWN : MINIPAY_INTENT_STATE_FAILED,
                             NULL,
                             &error);

  /* the line then still says "sending", which is read as unknown: nothing is lost, and the caller has the
   * real error */
  if (error != NULL)
    g_warning (
        "%s %s: the journal could not note what became of it: %s", kind_get_noun (kind), number, error->message);
  return intent;
}

/* A refusal of this try, while an earlier one under the same number may have been obeyed: the caller would read it
 * as the end, and try under another. What was never sent is told as it is. */
static gboolean
intent_must_stay_open (MinipayExchange *x, MinipayIntent *intent, const GError *failure)
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

void
minipay_account_note_failure (MinipayAccount *self,
                              MinipayExchange *x,
                              MinipayIntentKind kind,
                              const char *number,
                              const GError *failure,
                              GError **error)
{
  g_autoptr (MinipayIntent) intent = intent_record_failure (self, kind, number, failure);

  if (intent_must_stay_open (x, intent, failure))
    g_propagate_error (
        error, minipay_error_recode (failure, MINIPAY_ERROR_OUTCOME_UNKNOWN, minipay_exchange_get_advice (x)));
}

gboolean
minipay_account_note_state (MinipayAccount *self,
                            MinipayIntentKind kind,
                            const char *number,
                            MinipayIntentState state,
                            const char *transaction_id,
                            GError **error)
{
  g_autoptr (MinipayIntent) intent = minipay_store_advance (
      account_get_store (self), account_get_name (self), kind, number, state, transaction_id, error);

  if (intent == NULL)
    set_lost_error (kind, number, error);
  return intent != NULL;
}

void
minipay_account_note_doubt (MinipayAccount *self,
                            MinipayExchange *x,
                            MinipayIntentKind kind,
                            const char *number,
                            const GError *doubt,
                            GError **error)
{
  g_autoptr (GError) unknown =
      minipay_error_recode (doubt, MINIPAY_ERROR_OUTCOME_UNKNOWN, minipay_exchange_get_advice (x));
  g_autoptr (MinipayIntent) intent = intent_record_failure (self, kind, number, unknown);

  g_propagate_error (error, g_steal_pointer (&unknown));
}
