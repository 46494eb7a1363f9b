/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-store.h"

#include "core/minipay-error.h"

/**
 * MinipayStore:
 *
 * The interface to the journal: what was asked of gateways, and what is known to have come of it.
 * #MinipayMemoryStore is one that forgets when the program ends.
 *
 * Implementations keep two promises in their storage, not in code: (account, kind, number) and (account, kind,
 * transaction_id) are unique, and so is (account, event id). What a line may become is
 * minipay_intent_advance()'s to say.
 *
 * Since: 0.1
 */
G_DEFINE_INTERFACE (MinipayStore, minipay_store, G_TYPE_OBJECT)

static void
minipay_store_default_init (MinipayStoreInterface *iface)
{
}

/* A store that fails without a reason, or lacks a method, still ends in a typed error. */
static MinipayIntent *
store_check (MinipayStore *self, MinipayIntent *intent, gboolean may_be_null, GError *local_error, GError **error)
{
  if (local_error != NULL) {
    g_clear_object (&intent);
    g_propagate_error (error, local_error);
    return NULL;
  }
  if (intent == NULL && !may_be_null)
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_STORE,
                 "store %s failed without giving a reason",
                 G_OBJECT_TYPE_NAME (self));
  return intent;
}

static gboolean
store_has_method (MinipayStore *self, gpointer method, const char *name, GError **error)
{
  if (method != NULL)
    return TRUE;
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_STORE, "store %s has no %s()", G_OBJECT_TYPE_NAME (self), name);
  return FALSE;
}

/**
 * minipay_store_begin:
 * @self: a store
 * @intent: what is about to be sent, in state %MINIPAY_INTENT_STATE_SENDING
 * @error: return location for an error
 *
 * Writes it down before its first byte leaves. The same number with the same fingerprint is a retry and gives the
 * line there is; a line in state %MINIPAY_INTENT_STATE_FAILED is replaced by @intent.
 *
 * Errors: %MINIPAY_ERROR_CONFLICT when the number stands for something else, or when @intent is exclusive and
 * another line of its kind about the same order is open; %MINIPAY_ERROR_STORE.
 *
 * Returns: (transfer full): the line that stood before, or @intent itself when it is new
 *
 * Since: 0.1
 */
MinipayIntent *
minipay_store_begin (MinipayStore *self, MinipayIntent *intent, GError **error)
{
  MinipayStoreInterface *iface;
  GError *local_error = NULL;
  MinipayIntent *found;

  g_return_val_if_fail (MINIPAY_IS_STORE (self) && MINIPAY_IS_INTENT (intent), NULL);

  iface = MINIPAY_STORE_GET_IFACE (self);
  if (!store_has_method (self, iface->begin, "begin", error))
    return NULL;
  found = iface->begin (self, intent, &local_error);
  return store_check (self, found, FALSE, local_error, error);
}

/**
 * minipay_store_find:
 * @self: a store
 * @account: an account's name
 * @kind: what the line is about
 * @number: the merchant's number
 * @error: return location for an error
 *
 * Errors: %MINIPAY_ERROR_STORE.
 *
 * Returns: (transfer full) (nullable): the line, %NULL without an error when there is none
 *
 * Since: 0.1
 */
MinipayIntent *
minipay_store_find (
    MinipayStore *self, const char *account, MinipayIntentKind kind, const char *number, GError **error)
{
  MinipayStoreInterface *iface;
  GError *local_error = NULL;
  MinipayIntent *found;

  g_return_val_if_fail (MINIPAY_IS_STORE (self) && account != NULL && number != NULL, NULL);

  iface = MINIPAY_STORE_GET_IFACE (self);
  if (!store_has_method (self, iface->find, "find", error))
    return NULL;
  found = iface->find (self, account, kind, number, &local_error);
  return store_check (self, found, TRUE, local_error, error);
}

/**
 * minipay_store_advance:
 * @self: a store
 * @account: an account's name
 * @kind: what the line is about
 * @number: the merchant's number
 * @state: what is learnt
 * @transaction_id: (nullable): the gateway's number, when learnt
 * @error: return location for an error
 *
 * Writes down what came of it, by minipay_intent_advance().
 *
 * Errors: %MINIPAY_ERROR_CONFLICT, also when another line of the kind has that @transaction_id;
 * %MINIPAY_ERROR_STORE.
 *
 * Returns: (transfer full) (nullable): the line as it is now, %NULL without an error when there is none
 *
 * Since: 0.1
 */
MinipayIntent *
minipay_store_advance (MinipayStore *self,
                       const char *account,
                       MinipayIntentKind kind,
                       const char *number,
                       MinipayIntentState state,
                       const char *transaction_id,
                       GError **error)
{
  MinipayStoreInterface *iface;
  GError *local_error = NULL;
  MinipayIntent *found;

  g_return_val_if_fail (MINIPAY_IS_STORE (self) && account != NULL && number != NULL, NULL);

  iface = MINIPAY_STORE_GET_IFACE (self);
  if (!store_has_method (self, iface->advance, "advance", error))
    return NULL;
  found = iface->advance (self, account, kind, number, state, transaction_id, &local_error);
  return store_check (self, found, TRUE, local_error, error);
}

/**
 * minipay_store_accept:
 * @self: a store
 * @account: an account's name
 * @event_id: the event's number
 * @kind: what the line is about
 * @number: the merchant's number
 * @state: what the event says
 * @transaction_id: (nullable): the gateway's number
 * @is_first: (out): %TRUE when no event has told this effect before, whatever a query told
 * @error: return location for an error
 *
 * Writes down a verified notification and its effect, both or neither.
 *
 * Errors: %MINIPAY_ERROR_CONFLICT, %MINIPAY_ERROR_STORE.
 *
 * Returns: (transfer full) (nullable): the line as it is now, %NULL without an error when there is none: the
 * event is then remembered all the same
 *
 * Since: 0.1
 */
MinipayIntent *
minipay_store_accept (MinipayStore *self,
                      const char *account,
                      const char *event_id,
                      MinipayIntentKind kind,
                      const char *number,
                      MinipayIntentState state,
                      const char *transaction_id,
                      gboolean *is_first,
                      GError **error)
{
  MinipayStoreInterface *iface;
  GError *local_error = NULL;
  MinipayIntent *found;

  g_return_val_if_fail (MINIPAY_IS_STORE (self) && account != NULL && event_id != NULL && number != NULL, NULL);
  g_return_val_if_fail (is_first != NULL, NULL);

  *is_first = FALSE;
  iface = MINIPAY_STORE_GET_IFACE (self);
  if (!store_has_method (self, iface->accept, "accept", error))
    return NULL;
  found = iface->accept (self, account, event_id, kind, number, state, transaction_id, is_first, &local_error);
  return store_check (self, found, TRUE, local_error, error);
}
