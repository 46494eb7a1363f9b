/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "signing/minipay-keyring-private.h"

#include "core/minipay-error-private.h"
#include "signing/minipay-key-openssl-private.h"

#define IDS_NAMED_MAX 8

struct _MinipayKeyring {
  gatomicrefcount ref_count;
  GMutex mutex;         /* guards the pointers and the tables of the account's own keys */
  GHashTable *own;      /* owned; field name (owned) to MinipayKey (owned) */
  GHashTable *previous; /* owned; field name (owned) to Previous (owned) */
  GHashTable *trusted;  /* owned; id (owned) to MinipayKey (owned); never changed once it stands here */
};

typedef struct {
  MinipayKey *key; /* owned */
  gint64 until;
} Previous;

static void
previous_free (gpointer data)
{
  Previous *self = data;

  minipay_key_unref (self->key);
  g_free (self);
}

static guint
id_hash (gconstpointer data)
{
  guint hash = 5381;

  for (const char *at = data; *at != '\0'; at++)
    hash = hash * 33 + (guint8) g_ascii_tolower (*at);
  return hash;
}

static gboolean
id_equal (gconstpointer a, gconstpointer b)
{
  return g_ascii_strcasecmp (a, b) == 0;
}

static GHashTable *
trusted_new (void)
{
  return g_hash_table_new_full (id_hash, id_equal, g_free, (GDestroyNotify) minipay_key_unref);
}

MinipayKeyring *
minipay_keyring_new (void)
{
  MinipayKeyring *self = g_new0 (MinipayKeyring, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->own = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) minipay_key_unref);
  self->previous = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, previous_free);
  self->trusted = trusted_new ();
  return self;
}

void
minipay_keyring_unref (MinipayKeyring *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_hash_table_unref (self->own);
  g_hash_table_unref (self->previous);
  g_hash_table_unref (self->trusted);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
minipay_keyring_add_own (MinipayKeyring *self, const char *name, MinipayKey *key)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);
  g_return_if_fail (key != NULL);

  g_mutex_lock (&self->mutex);
  g_hash_table_replace (self->own, g_strdup (name), minipay_key_ref (key));
  g_mutex_unlock (&self->mutex);
}

/* NULL while it may be used. */
static const char *
key_find_fault (MinipayKey *key, gint64 now)
{
  if (now < minipay_key_get_not_before (key))
    return "is not valid yet";
  return now > minipay_key_get_not_after (key) ? "has expired" : NULL;
}

MinipayKey *
minipay_keyring_get_own (MinipayKeyring *self, const char *name, gint64 now, GError **error)
{
  g_autoptr (MinipayKey) key = NULL;
  const char *fault;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  g_mutex_lock (&self->mutex);
  key = g_hash_table_lookup (self->own, name);
  if (key != NULL)
    minipay_key_ref (key);
  g_mutex_unlock (&self->mutex);

  fault = key != NULL ? key_find_fault (key, now) : NULL;
  if (fault != NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID, "key %s %s", name, fault);
    return NULL;
  }
  if (key == NULL)
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "account has no key %s", name);
  return g_steal_pointer (&key);
}

void
minipay_keyring_add_previous (MinipayKeyring *self, const char *name, MinipayKey *key, gint64 until)
{
  Previous *previous;

  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);
  g_return_if_fail (key != NULL);

  previous = g_new0 (Previous, 1);
  previous->key = minipay_key_ref (key);
  previous->until = until;
  g_mutex_lock (&self->mutex);
  g_hash_table_replace (self->previous, g_strdup (name), previous);
  g_mutex_unlock (&self->mutex);
}

MinipayKey *
minipay_keyring_get_previous (MinipayKeyring *self, const char *name, gint64 now)
{
  Previous *previous;
  MinipayKey *key = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  g_mutex_lock (&self->mutex);
  previous = g_hash_table_lookup (self->previous, name);
  if (previous != NULL && now <= previous->until)
    key = minipay_key_ref (previous->key);
  g_mutex_unlock (&self->mutex);
  return key;
}

/* The set as it is now; a swap leaves it untouched. */
static GHashTable *
keyring_ref_trusted (MinipayKeyring *self)
{
  GHashTable *trusted;

  g_mutex_lock (&self->mutex);
  trusted = g_hash_table_ref (self->trusted);
  g_mutex_unlock (&self->mutex);
  return trusted;
}

GHashTable *
minipay_keyring_dup_trusted (MinipayKeyring *self)
{
  g_autoptr (GHashTable) trusted = NULL;
  GHashTable *copy = trusted_new ();
  GHashTableIter iter;
  gpointer id;
  gpointer key;

  g_return_val_if_fail (self != NULL, NULL);

  trusted = keyring_ref_trusted (self);
  g_hash_table_iter_init (&iter, trusted);
  while (g_hash_table_iter_next (&iter, &id, &key))
    g_hash_table_replace (copy, g_strdup (id), minipay_key_ref (key));
  return copy;
}

static gboolean
check_trusted (GHashTable *trusted, const char *id, MinipayKey *key, GError **error)
{
  g_autofree char *quoted = minipay_error_quote (id, -1);
  const char *serial = minipay_key_get_serial (key);

  if (id[0] == '\0') {
    g_set_error_literal (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "trusted key has an empty id");
  } else if (minipay_key_get_kind (key) != MINIPAY_KEY_KIND_PUBLIC) {
    g_set_error (
        error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "trusted key %s is not a public key or certificate", quoted);
  } else if (serial != NULL && !id_equal (serial, id)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "trusted certificate %s has the serial %s of its own",
                 quoted,
                 serial);
  } else if (g_hash_table_contains (trusted, id)) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "trusted key %s is there twice", quoted);
  } else {
    return TRUE;
  }
  return FALSE;
}

gboolean
minipay_keyring_set_trusted (MinipayKeyring *self, GHashTable *keys, GError **error)
{
  g_autoptr (GHashTable) trusted = trusted_new ();
  g_autoptr (GHashTable) old = NULL;
  GHashTableIter iter;
  gpointer id;
  gpointer key;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (keys != NULL, FALSE);

  if (g_hash_table_size (keys) == 0) {
    g_set_error_literal (
        error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "set of trusted keys is empty where at least one is needed");
    return FALSE;
  }

  g_hash_table_iter_init (&iter, keys);
  while (g_hash_table_iter_next (&iter, &id, &key)) {
    if (!check_trusted (trusted, id, key, error))
      return FALSE;
    g_hash_table_insert (trusted, g_strdup (id), minipay_key_ref (key));
  }

  g_mutex_lock (&self->mutex);
  old = g_steal_pointer (&self->trusted);
  self->trusted = g_steal_pointer (&trusted);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

static MinipayKeyState
key_get_state (GHashTable *trusted, MinipayKey *key, gint64 now)
{
  GHashTableIter iter;
  gpointer other;

  if (now < minipay_key_get_not_before (key))
    return MINIPAY_KEY_STATE_CANDIDATE;
  if (now > minipay_key_get_not_after (key))
    return MINIPAY_KEY_STATE_EXPIRED;
  if (minipay_key_get_serial (key) == NULL)
    return MINIPAY_KEY_STATE_ACTIVE;

  g_hash_table_iter_init (&iter, trusted);
  while (g_hash_table_iter_next (&iter, NULL, &other)) {
    if (minipay_key_get_serial (other) != NULL && minipay_key_get_family (other) == minipay_key_get_family (key) &&
        minipay_key_get_not_before (other) > minipay_key_get_not_before (key) &&
        minipay_key_get_not_before (other) <= now && now <= minipay_key_get_not_after (other))
      return MINIPAY_KEY_STATE_RETIRING;
  }
  return MINIPAY_KEY_STATE_ACTIVE;
}

static char *
name_ids (GHashTable *trusted)
{
  g_autoptr (GList) ids = g_list_sort (g_hash_table_get_keys (trusted), (GCompareFunc) g_ascii_strcasecmp);
  GString *text = g_string_new (NULL);
  guint named = 0;

  if (ids == NULL)
    g_string_append (text, "none");
  for (GList *at = ids; at != NULL && named < IDS_NAMED_MAX; at = at->next, named++) {
    g_autofree char *quoted = minipay_error_quote (at->data, -1);

    g_string_append_printf (text, "%s%s", named > 0 ? ", " : "", quoted);
  }
  if (g_hash_table_size (trusted) > named)
    g_string_append_printf (text, " and %u more", g_hash_table_size (trusted) - named);
  return g_string_free (text, FALSE);
}

MinipayKey *
minipay_keyring_get_trusted (MinipayKeyring *self, const char *id, gint64 now, GError **error)
{
  g_autoptr (GHashTable) trusted = NULL;
  g_autofree char *quoted = NULL;
  g_autofree char *ids = NULL;
  const char *fault;
  MinipayKey *key;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (id != NULL, NULL);

  trusted = keyring_ref_trusted (self);
  key = g_hash_table_lookup (trusted, id);
  fault = key != NULL ? key_find_fault (key, now) : "is not trusted";
  if (fault == NULL)
    return minipay_key_ref (key);

  quoted = minipay_error_quote (id, -1);
  ids = name_ids (trusted);
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID, "key %s %s; trusted: %s", quoted, fault, ids);
  return NULL;
}

MinipayKeyState
minipay_keyring_get_state (MinipayKeyring *self, const char *id, gint64 now)
{
  g_autoptr (GHashTable) trusted = NULL;
  MinipayKey *key;

  g_return_val_if_fail (self != NULL, MINIPAY_KEY_STATE_EXPIRED);
  g_return_val_if_fail (id != NULL, MINIPAY_KEY_STATE_EXPIRED);

  trusted = keyring_ref_trusted (self);
  key = g_hash_table_lookup (trusted, id);
  return key != NULL ? key_get_state (trusted, key, now) : MINIPAY_KEY_STATE_EXPIRED;
}

char *
minipay_keyring_dup_newest_certificate_id (MinipayKeyring *self, MinipayScheme scheme, gint64 now)
{
  g_autoptr (GHashTable) trusted = NULL;
  GHashTableIter iter;
  gpointer key;
  MinipayKey *newest = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  trusted = keyring_ref_trusted (self);
  g_hash_table_iter_init (&iter, trusted);
  while (g_hash_table_iter_next (&iter, NULL, &key)) {
    if (minipay_key_get_serial (key) == NULL || key_find_fault (key, now) != NULL ||
        minipay_key_get_family (key) != minipay_scheme_get_family (scheme))
      continue;
    if (newest == NULL || minipay_key_get_not_before (key) > minipay_key_get_not_before (newest) ||
        (minipay_key_get_not_before (key) == minipay_key_get_not_before (newest) &&
         g_ascii_strcasecmp (minipay_key_get_serial (key), minipay_key_get_serial (newest)) > 0))
      newest = key;
  }
  return newest != NULL ? g_strdup (minipay_key_get_serial (newest)) : NULL;
}
