/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-memory-store.h"

#include "core/minipay-error-private.h"

/**
 * MinipayMemoryStore:
 *
 * A journal that lives as long as the program: for tests, demonstrations and programs that keep their own
 * books.
 *
 * Since: 0.1
 */
struct _MinipayMemoryStore {
  GObject parent_instance;

  GMutex mutex;
  GHashTable *intents;      /* "account\nkind\nnumber" to MinipayIntent */
  GHashTable *transactions; /* "account\nkind\ntransaction_id" to number */
  GHashTable *events;       /* "account\nevent_id" */
  GHashTable *effects;      /* "account\nkind\nnumber\nstate" that an event has told */
};

static void memory_store_iface_init (MinipayStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MinipayMemoryStore,
                               minipay_memory_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MINIPAY_TYPE_STORE, memory_store_iface_init))

static void
minipay_memory_store_finalize (GObject *object)
{
  MinipayMemoryStore *self = MINIPAY_MEMORY_STORE (object);

  g_hash_table_unref (self->intents);
  g_hash_table_unref (self->transactions);
  g_hash_table_unref (self->events);
  g_hash_table_unref (self->effects);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (minipay_memory_store_parent_class)->finalize (object);
}

/* Six of them are made for one notification: formatting costs more than the rest of the store. */
static char *
store_key (const char *account, MinipayIntentKind kind, const char *number)
{
  const char digit[] = { (char) ('0' + kind), '\0' };

  return g_strconcat (account, "\n", digit, "\n", number, NULL);
}

static MinipayIntent *
store_lookup (MinipayMemoryStore *self, const char *account, MinipayIntentKind kind, const char *number)
{
  g_autofree char *key = store_key (account, kind, number);

  return g_hash_table_lookup (self->intents, key);
}

static void
store_put (MinipayMemoryStore *self, MinipayIntent *intent)
{
  g_hash_table_replace (self->intents,
                        store_key (minipay_intent_get_account (intent),
                                   minipay_intent_get_kind (intent),
                                   minipay_intent_get_number (intent)),
                        g_object_ref (intent));
}

/* Called with the mutex held. */
static gboolean
store_check_exclusive (MinipayMemoryStore *self, MinipayIntent *intent, GError **error)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->intents);
  while (minipay_intent_get_exclusive (intent) && g_hash_table_iter_next (&iter, NULL, &value)) {
    MinipayIntent *other = value;

    if (!minipay_intent_is_open (other) || minipay_intent_get_kind (other) != minipay_intent_get_kind (intent) ||
        g_strcmp0 (minipay_intent_get_account (other), minipay_intent_get_account (intent)) != 0 ||
        g_strcmp0 (minipay_intent_get_order (other), minipay_intent_get_order (intent)) != 0 ||
        g_strcmp0 (minipay_intent_get_number (other), minipay_intent_get_number (intent)) == 0)
      continue;
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFLICT,
                 "%s about order %s is still open: find out what became of it first",
                 minipay_intent_get_number (other),
                 minipay_intent_get_order (other));
    return FALSE;
  }
  return TRUE;
}

static MinipayIntent *
memory_store_begin (MinipayStore *store, MinipayIntent *intent, GError **error)
{
  MinipayMemoryStore *self = MINIPAY_MEMORY_STORE (store);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  MinipayIntent *known = store_lookup (self,
                                       minipay_intent_get_account (intent),
                                       minipay_intent_get_kind (intent),
                                       minipay_intent_get_number (intent));

  if (!store_check_exclusive (self, intent, error))
    return NULL;
  if (known == NULL || minipay_intent_get_state (known) == MINIPAY_INTENT_STATE_FAILED) {
    store_put (self, intent);
    return g_object_ref (intent);
  }
  if (g_strcmp0 (minipay_intent_get_fingerprint (known), minipay_intent_get_fingerprint (intent)) == 0)
    return g_object_ref (known);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_CONFLICT,
               "number %s was used before for something with other content",
               minipay_intent_get_number (intent));
  return NULL;
}

static MinipayIntent *
memory_store_find (
    MinipayStore *store, const char *account, MinipayIntentKind kind, const char *number, GError **error)
{
  MinipayMemoryStore *self = MINIPAY_MEMORY_STORE (store);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  MinipayIntent *known = store_lookup (self, account, kind, number);

  return known != NULL ? g_object_ref (known) : NULL;
}

/* Called with the mutex held. One transaction pays one order. */
static gboolean
store_claim_transaction (MinipayMemoryStore *self,
                         const char *account,
                         MinipayIntentKind kind,
                         const char *number,
                         const char *transaction_id,
                         GError **error)
{
  g_autofree char *key = NULL;
  const char *owner;

  if (transaction_id == NULL)
    return TRUE;
  key = store_key (account, kind, transaction_id);
  owner = g_hash_table_lookup (self->transactions, key);
  if (owner != NULL && g_strcmp0 (owner, number) != 0) {
    g_autofree char *quoted = minipay_error_quote (transaction_id, -1);

    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFLICT,
                 "transaction %s belongs to %s, not to %s",
                 quoted,
                 owner,
                 number);
    return FALSE;
  }
  if (owner == NULL)
    g_hash_table_insert (self->transactions, g_steal_pointer (&key), g_strdup (number));
  return TRUE;
}

/* Called with the mutex held. NULL without an error when there is no such order. */
static MinipayIntent *
store_advance (MinipayMemoryStore *self,
               const char *account,
               MinipayIntentKind kind,
               const char *number,
               MinipayIntentState state,
               const char *transaction_id,
               GError **error)
{
  MinipayIntent *known = store_lookup (self, account, kind, number);
  MinipayIntent *next;

  if (known == NULL)
    return NULL;
  next = minipay_intent_advance (known, state, transaction_id, error);
  if (next == NULL)
    return NULL;
  if (!store_claim_transaction (self, account, kind, number, transaction_id, error)) {
    g_object_unref (next);
    return NULL;
  }
  store_put (self, next);
  return next;
}

static MinipayIntent *
memory_store_advance (MinipayStore *store,
                      const char *account,
                      MinipayIntentKind kind,
                      const char *number,
                      MinipayIntentState state,
                      const char *transaction_id,
                      GError **error)
{
  MinipayMemoryStore *self = MINIPAY_MEMORY_STORE (store);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return store_advance (self, account, kind, number, state, transaction_id, error);
}

static MinipayIntent *
memory_store_accept (MinipayStore *store,
                     const char *account,
                     const char *event_id,
                     MinipayIntentKind kind,
                     const char *number,
                     MinipayIntentState state,
                     const char *transaction_id,
                     gboolean *is_first,
                     GError **error)
{
  MinipayMemoryStore *self = MINIPAY_MEMORY_STORE (store);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autofree char *event = NULL;
  const char state_text[] = { (char) ('0' + (int) state), '\0' };
  g_autofree char *effect = NULL;
  g_autofree char *line = NULL;
  g_autoptr (GError) local_error = NULL;
  const char *whose;
  gboolean is_news;
  MinipayIntent *intent;

  intent = store_advance (self, account, kind, number, state, transaction_id, &local_error);
  if (local_error != NULL) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return NULL;
  }
  /* the effect counts, not the envelope: a second event about the same payment is no news, nor is one that comes
   * too late to change anything; but the first is, even when a query was quicker */
  /* who was told of an order that the journal did not know has not been told of this one */
  whose = intent != NULL ? "" : "unmatched\n";
  line = store_key (account, kind, number);
  effect = g_strconcat (whose, line, "\n", state_text, NULL);
  event = g_strconcat (whose, account, "\n", event_id, NULL);

  is_news = g_hash_table_add (self->effects, g_steal_pointer (&effect)) &&
            (intent == NULL || minipay_intent_get_state (intent) == state);
  *is_first = g_hash_table_add (self->events, g_steal_pointer (&event)) && is_news;
  return intent;
}

static void
memory_store_iface_init (MinipayStoreInterface *iface)
{
  iface->begin = memory_store_begin;
  iface->find = memory_store_find;
  iface->advance = memory_store_advance;
  iface->accept = memory_store_accept;
}

static void
minipay_memory_store_class_init (MinipayMemoryStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = minipay_memory_store_finalize;
}

static void
minipay_memory_store_init (MinipayMemoryStore *self)
{
  g_mutex_init (&self->mutex);
  self->intents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->transactions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->events = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->effects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * minipay_memory_store_new:
 *
 * Returns: (transfer full): an empty journal
 *
 * Since: 0.1
 */
MinipayStore *
minipay_memory_store_new (void)
{
  return g_object_new (MINIPAY_TYPE_MEMORY_STORE, NULL);
}
