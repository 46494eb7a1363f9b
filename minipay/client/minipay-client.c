/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-client.h"

#include <string.h>

#include "client/minipay-account-private.h"
#include "client/minipay-client-private.h"
#include "client/minipay-memory-store.h"
#include "core/minipay-error-private.h"
#include "core/minipay-secret-private.h"

#define DEFAULT_MAX_IN_FLIGHT 64
#define DEFAULT_DEADLINE_MS   10000
#define MAX_DEADLINE_MS       30000

/* WeChat Pay: ask every 5 seconds for about 30, then reverse */
#define DEFAULT_CODE_INTERVAL_MS 5000
#define DEFAULT_CODE_PATIENCE_MS 30000
#define MAX_CALLS_PER_SECOND     100000
#define MAX_CODE_INTERVAL_MS     30000
#define MAX_CODE_PATIENCE_MS     120000

#define ACCOUNT_PREFIX          "account "
#define ACCOUNT_NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

/* An account as configured; it starts when it is first asked for. */
typedef struct {
  char *name;
  GHashTable *settings; /* name to text */
  char *folder;         /* nullable: where relative paths start */
  MinipayAccount *account;
} ClientEntry;

/**
 * MinipayClient:
 *
 * What an application holds: its merchant accounts by name, the journal, and the one door for every
 * notification of every account. Safe from any thread once its accounts are set up.
 *
 * Since: 0.1
 */
struct _MinipayClient {
  GObject parent_instance;

  MinipayRegistry *registry;
  MinipayStore *store;
  GMutex mutex;       /* guards what follows */
  GPtrArray *entries; /* of ClientEntry, in the order of configuration */
  MinipayTransport *transport;
  guint max_in_flight;
  guint deadline_ms;
  guint calls_per_second;
  guint code_interval_ms;
  guint code_patience_ms;
  char *ca_file;
};

G_DEFINE_FINAL_TYPE (MinipayClient, minipay_client, G_TYPE_OBJECT)

/* A setting may be a shared key. */
static void
setting_free (gpointer data)
{
  char *text = data;

  explicit_bzero (text, strlen (text));
  g_free (text);
}

static void
client_entry_free (gpointer data)
{
  ClientEntry *entry = data;

  g_free (entry->name);
  g_hash_table_unref (entry->settings);
  g_free (entry->folder);
  g_clear_object (&entry->account);
  g_free (entry);
}

static void
minipay_client_dispose (GObject *object)
{
  MinipayClient *self = MINIPAY_CLIENT (object);

  g_ptr_array_set_size (self->entries, 0);
  g_clear_object (&self->transport);
  g_clear_object (&self->registry);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (minipay_client_parent_class)->dispose (object);
}

static void
minipay_client_finalize (GObject *object)
{
  MinipayClient *self = MINIPAY_CLIENT (object);

  g_ptr_array_unref (self->entries);
  g_free (self->ca_file);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (minipay_client_parent_class)->finalize (object);
}

static void
minipay_client_class_init (MinipayClientClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = minipay_client_dispose;
  G_OBJECT_CLASS (klass)->finalize = minipay_client_finalize;
}

static void
minipay_client_init (MinipayClient *self)
{
  g_mutex_init (&self->mutex);
  self->entries = g_ptr_array_new_with_free_func (client_entry_free);
  self->max_in_flight = DEFAULT_MAX_IN_FLIGHT;
  self->deadline_ms = DEFAULT_DEADLINE_MS;
  self->calls_per_second = MINIPAY_CALLS_PER_SECOND;
  self->code_interval_ms = DEFAULT_CODE_INTERVAL_MS;
  self->code_patience_ms = DEFAULT_CODE_PATIENCE_MS;
}

/**
 * minipay_client_new:
 * @registry: (nullable): where providers are found; %NULL for the usual places
 * @store: (nullable): the journal; %NULL for one in memory
 *
 * Returns: (transfer full): a client without accounts
 *
 * Since: 0.1
 */
MinipayClient *
minipay_client_new (MinipayRegistry *registry, MinipayStore *store)
{
  MinipayClient *self = g_object_new (MINIPAY_TYPE_CLIENT, NULL);

  self->registry = registry != NULL ? g_object_ref (registry) : minipay_registry_new ();
  self->store = store != NULL ? g_object_ref (store) : minipay_memory_store_new ();
  return self;
}

/**
 * minipay_client_new_from_file:
 * @path: (type filename): a configuration file
 * @error: return location for an error
 *
 * A client with the usual providers, a journal in memory and the accounts of a file. Accounts start, and
 * fail, one by one in minipay_client_get_account().
 *
 * Errors: %MINIPAY_ERROR_CONFIG.
 *
 * Returns: (transfer full): a client
 *
 * Since: 0.1
 */
MinipayClient *
minipay_client_new_from_file (const char *path, GError **error)
{
  g_autoptr (MinipayClient) self = minipay_client_new (NULL, NULL);

  return minipay_client_load_file (self, path, error) ? g_steal_pointer (&self) : NULL;
}

static ClientEntry *
client_find (MinipayClient *self, const char *name)
{
  for (guint i = 0; i < self->entries->len; i++) {
    ClientEntry *entry = g_ptr_array_index (self->entries, i);

    if (strcmp (entry->name, name) == 0)
      return entry;
  }
  return NULL;
}

static gboolean
client_add (MinipayClient *self, const char *name, GHashTable *settings, const char *folder, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autofree char *quoted = minipay_error_quote (name, -1);
  const char *fault = NULL;
  ClientEntry *entry;

  if (*name == '\0' || strlen (name) > 64 || strspn (name, ACCOUNT_NAME_CHARACTERS) != strlen (name))
    fault = "is no name: allowed are 1 to 64 letters, digits, dots, hyphens and underscores";
  else if (client_find (self, name) != NULL)
    fault = "is there already";
  else if (g_hash_table_lookup (settings, "provider") == NULL)
    fault = "has no provider=";
  if (fault != NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "account \"%s\" %s", quoted, fault);
    return FALSE;
  }
  entry = g_new0 (ClientEntry, 1);
  entry->name = g_strdup (name);
  entry->settings = g_hash_table_ref (settings);
  entry->folder = g_strdup (folder);
  g_ptr_array_add (self->entries, entry);
  return TRUE;
}

/**
 * minipay_client_add_account:
 * @self: a client
 * @name: a new name: letters, digits, dots, hyphens, underscores
 * @settings: an `a{ss}`: what would stand in the group `[account NAME]` of a file
 * @error: return location for an error
 *
 * Adds an account. It starts, and its settings are checked, in minipay_client_get_account().
 *
 * Errors: %MINIPAY_ERROR_CONFIG, %MINIPAY_ERROR_INVALID for settings of another type.
 *
 * Returns: %TRUE when it was added
 *
 * Since: 0.1
 */
gboolean
minipay_client_add_account (MinipayClient *self, const char *name, GVariant *settings, GError **error)
{
  g_autoptr (GVariant) owned = NULL;
  g_autoptr (GHashTable) table = NULL;
  GVariantIter iter;
  char *key, *value;

  g_return_val_if_fail (MINIPAY_IS_CLIENT (self) && name != NULL && settings != NULL, FALSE);

  owned = g_variant_ref_sink (settings);
  if (!g_variant_is_of_type (owned, G_VARIANT_TYPE ("a{ss}"))) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "settings are of type %s, allowed is a{ss}",
                 g_variant_get_type_string (owned));
    return FALSE;
  }
  table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, setting_free);
  g_variant_iter_init (&iter, owned);
  while (g_variant_iter_next (&iter, "{ss}", &key, &value))
    g_hash_table_replace (table, key, value);
  return client_add (self, name, table, NULL, error);
}

static gboolean
client_read_number (GKeyFile *file, const char *key, guint minimum, guint maximum, guint *number, GError **error)
{
  g_autofree char *text = g_key_file_get_string (file, "transport", key, NULL);
  guint64 value;

  if (text == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, minimum, maximum, &value, NULL)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "[transport] %s is \"%s\", allowed are %u to %u",
                 key,
                 text,
                 minimum,
                 maximum);
    return FALSE;
  }
  *number = (guint) value;
  return TRUE;
}

static gboolean
client_read_transport (MinipayClient *self, GKeyFile *file, const char *folder, GError **error)
{
  static const char *const known[] = {
    "max-in-flight", "deadline-ms", "calls-per-second", "code-interval-ms", "code-patience-ms", "ca-file", NULL
  };
  g_auto (GStrv) keys = g_key_file_get_keys (file, "transport", NULL, NULL);
  g_autofree char *ca_file = g_key_file_get_string (file, "transport", "ca-file", NULL);

  for (char **key = keys; key != NULL && *key != NULL; key++)
    if (!g_strv_contains (known, *key)) {
      g_set_error (
          error,
          MINIPAY_ERROR,
          MINIPAY_ERROR_CONFIG,
          "[transport] %s is no setting, there are max-in-flight, deadline-ms, calls-per-second, code-interval-ms, "
          "code-patience-ms and ca-file",
          *key);
      return FALSE;
    }
  if (self->transport != NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "[transport] comes too late: an account has started");
    return FALSE;
  }
  if (ca_file != NULL) {
    g_free (self->ca_file);
    self->ca_file = g_canonicalize_filename (ca_file, folder);
  }
  return client_read_number (file, "max-in-flight", 1, 1024, &self->max_in_flight, error) &&
         client_read_number (file, "deadline-ms", 100, MAX_DEADLINE_MS, &self->deadline_ms, error) &&
         client_read_number (file, "calls-per-second", 1, MAX_CALLS_PER_SECOND, &self->calls_per_second, error) &&
         client_read_number (file, "code-interval-ms", 100, MAX_CODE_INTERVAL_MS, &self->code_interval_ms, error) &&
         client_read_number (file, "code-patience-ms", 0, MAX_CODE_PATIENCE_MS, &self->code_patience_ms, error);
}

static gboolean
client_read_account (MinipayClient *self, GKeyFile *file, const char *group, const char *folder, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);
  g_autoptr (GHashTable) settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, setting_free);

  for (char **key = keys; key != NULL && *key != NULL; key++) {
    char *value = g_key_file_get_string (file, group, *key, NULL);

    if (value == NULL) {
      g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "[%s] %s is not readable text", group, *key);
      return FALSE;
    }
    g_hash_table_replace (settings, g_strdup (*key), value);
  }
  return client_add (self, group + strlen (ACCOUNT_PREFIX), settings, folder, error);
}

/**
 * minipay_client_load_file:
 * @self: a client
 * @path: (type filename): a configuration file of at most 64 KiB that neither group nor others may write
 * @error: return location for an error
 *
 * Adds the accounts of a key file: one group `[account NAME]` each, and `[transport]` with `max-in-flight`
 * (default 64), `deadline-ms` (100 to 30000, default 10000), `calls-per-second` (1 to 100000, default
 * 100: of one operation of one account; refunds at half of it, and 3 after the gateway said that it was too often),
 * `code-interval-ms` (100 to 30000, default 5000: how
 * often a code payment is asked about), `code-patience-ms` (0 to 120000, default 30000: how long its buyer may
 * take) and `ca-file`. Relative paths start at the file's folder.
 *
 * Errors: %MINIPAY_ERROR_CONFIG.
 *
 * Returns: %TRUE when all of it was taken
 *
 * Since: 0.1
 */
gboolean
minipay_client_load_file (MinipayClient *self, const char *path, GError **error)
{
  g_autoptr (MinipaySecret) text = NULL;
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local_error = NULL;
  g_autofree char *absolute = NULL;
  g_autofree char *folder = NULL;
  g_auto (GStrv) groups = NULL;
  const guint8 *data;
  gsize length;

  g_return_val_if_fail (MINIPAY_IS_CLIENT (self) && path != NULL, FALSE);

  /* a configuration may hold shared keys, so it is read with the same care as a key */
  text = minipay_secret_new_from_file (path, error);
  if (text == NULL)
    return FALSE;
  data = minipay_secret_peek (text, &length);
  if (!g_key_file_load_from_data (file, (const char *) data, length, G_KEY_FILE_NONE, &local_error)) {
    /* what GKeyFile could not read it repeats, and that may be half of a key */
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s is not a key file: a line is no group and no setting",
                 path);
    return FALSE;
  }
  absolute = g_canonicalize_filename (path, NULL);
  folder = g_path_get_dirname (absolute);
  groups = g_key_file_get_groups (file, NULL);
  for (char **group = groups; *group != NULL; group++) {
    gboolean is_good;

    if (g_str_has_prefix (*group, ACCOUNT_PREFIX)) {
      is_good = client_read_account (self, file, *group, folder, &local_error);
    } else if (strcmp (*group, "transport") == 0) {
      is_good = client_read_transport (self, file, folder, &local_error);
    } else {
      is_good = FALSE;
      g_set_error (&local_error,
                   MINIPAY_ERROR,
                   MINIPAY_ERROR_CONFIG,
                   "[%s] is no group, there are [account NAME] and [transport]",
                   *group);
    }
    if (!is_good) {
      g_propagate_prefixed_error (error, g_steal_pointer (&local_error), "%s: ", path);
      return FALSE;
    }
  }
  return TRUE;
}

/**
 * minipay_client_get_registry:
 * @self: a client
 *
 * Returns: (transfer none): where its providers are found
 *
 * Since: 0.1
 */
MinipayRegistry *
minipay_client_get_registry (MinipayClient *self)
{
  g_return_val_if_fail (MINIPAY_IS_CLIENT (self), NULL);
  return self->registry;
}

/**
 * minipay_client_get_store:
 * @self: a client
 *
 * Returns: (transfer none): its journal
 *
 * Since: 0.1
 */
MinipayStore *
minipay_client_get_store (MinipayClient *self)
{
  g_return_val_if_fail (MINIPAY_IS_CLIENT (self), NULL);
  return self->store;
}

/**
 * minipay_client_dup_account_names:
 * @self: a client
 *
 * Returns: (transfer full) (array zero-terminated=1): the names of its accounts, started or not
 *
 * Since: 0.1
 */
char **
minipay_client_dup_account_names (MinipayClient *self)
{
  g_autoptr (GMutexLocker) locker = NULL;
  GPtrArray *names;

  g_return_val_if_fail (MINIPAY_IS_CLIENT (self), NULL);

  locker = g_mutex_locker_new (&self->mutex);
  names = g_ptr_array_new ();
  for (guint i = 0; i < self->entries->len; i++)
    g_ptr_array_add (names, g_strdup (((ClientEntry *) g_ptr_array_index (self->entries, i))->name));
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

static MinipayPaymentProvider *
client_new_provider (MinipayClient *self, const char *id, MinipayAccountConfig *config, GError **error)
{
  GType type = minipay_registry_load (self->registry, id, error);
  g_autoptr (MinipayPaymentProvider) provider = NULL;
  g_autoptr (GError) local_error = NULL;

  if (type == G_TYPE_INVALID)
    return NULL;
  provider = g_object_new (type, NULL);
  if (!minipay_provider_table_check (provider,
                                     minipay_registry_lookup (self->registry, id, NULL),
                                     minipay_account_config_get_mode (config),
                                     error))
    return NULL;
  if (MINIPAY_PAYMENT_PROVIDER_GET_IFACE (provider)->configure (provider, config, &local_error) &&
      local_error == NULL)
    return g_steal_pointer (&provider);
  if (local_error == NULL)
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PLUGIN,
                 "provider %s refused its configuration without giving a reason",
                 id);
  else if (local_error->domain == MINIPAY_ERROR)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    g_propagate_error (error, minipay_error_recode (local_error, MINIPAY_ERROR_PLUGIN, id));
  return NULL;
}

/* Called with the mutex held. */
static gboolean
client_start_account (MinipayClient *self, ClientEntry *entry, GError **error)
{
  const char *id = g_hash_table_lookup (entry->settings, "provider");
  MinipayProviderInfo *info = minipay_registry_lookup (self->registry, id, error);
  g_autoptr (MinipayAccountConfig) config = NULL;
  g_autoptr (MinipayPaymentProvider) provider = NULL;
  MinipayAccountHouse house;

  if (info == NULL)
    return FALSE;
  config = minipay_account_config_new (info, entry->name, entry->settings, entry->folder, error);
  if (config == NULL)
    return FALSE;
  minipay_account_config_set_pace (config, self->calls_per_second);
  if (self->ca_file != NULL && !minipay_account_config_is_loopback (config)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "account %s: [transport] ca-file is for loopback endpoints alone",
                 entry->name);
    return FALSE;
  }
  provider = client_new_provider (self, id, config, error);
  if (provider == NULL)
    return FALSE;
  if (self->transport == NULL)
    self->transport = minipay_transport_new (self->max_in_flight, self->ca_file);
  house = (MinipayAccountHouse){
    self->transport, self->store, self->deadline_ms, self->code_interval_ms, self->code_patience_ms
  };
  entry->account = minipay_account_new (info, config, provider, &house);
  /* nothing needs the texts any more */
  g_hash_table_remove_all (entry->settings);
  return TRUE;
}

/**
 * minipay_client_get_account:
 * @self: a client
 * @name: an account's name
 * @error: return location for an error
 *
 * Gives an account. The first call starts it: its provider is loaded, its settings are checked, its keys are
 * read. An account that cannot start says why, and is tried anew by the next call.
 *
 * Errors: %MINIPAY_ERROR_NOT_FOUND, %MINIPAY_ERROR_CONFIG, %MINIPAY_ERROR_PLUGIN.
 *
 * Returns: (transfer none): the account, which the client keeps
 *
 * Since: 0.1
 */
MinipayAccount *
minipay_client_get_account (MinipayClient *self, const char *name, GError **error)
{
  g_autoptr (GMutexLocker) locker = NULL;
  ClientEntry *entry;

  g_return_val_if_fail (MINIPAY_IS_CLIENT (self) && name != NULL, NULL);

  locker = g_mutex_locker_new (&self->mutex);
  entry = client_find (self, name);
  if (entry == NULL) {
    g_autofree char *quoted = minipay_error_quote (name, -1);

    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_FOUND, "there is no account \"%s\"", quoted);
    return NULL;
  }
  if (entry->account == NULL && !client_start_account (self, entry, error))
    return NULL;
  return entry->account;
}

char *
minipay_client_dup_route (MinipayClient *self, MinipayHttpRequest *request)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const char *target = minipay_http_request_get_target (request);
  g_autofree char *path = g_strndup (target, strcspn (target, "?#"));
  const char *slash = strrchr (path, '/');
  const char *segment = slash != NULL ? slash + 1 : path;

  if (client_find (self, segment) != NULL)
    return g_strdup (segment);
  if (self->entries->len == 1)
    return g_strdup (((ClientEntry *) g_ptr_array_index (self->entries, 0))->name);
  return NULL;
}
