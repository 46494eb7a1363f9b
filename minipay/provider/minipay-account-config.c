/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "provider/minipay-account-config.h"

#include <string.h>

#include "core/minipay-error-private.h"
#include "core/minipay-secret-private.h"
#include "provider/minipay-account-config-private.h"
#include "provider/minipay-provider-info-private.h"

/**
 * MinipayAccountConfig:
 *
 * The settings of one merchant account as its provider sees them: checked against the manifest, defaults
 * filled in, secrets and keys left out (they are used by name through the exchange). Immutable.
 *
 * Since: 0.1
 */
struct _MinipayAccountConfig {
  GObject parent_instance;

  MinipayProviderInfo *info;
  char *name;
  char *mode; /* nullable */
  char **base_urls;
  gboolean is_loopback;
  GHashTable *texts;   /* field (char *) to value (char *) */
  GHashTable *present; /* field (char *): those with a key or a secret */
  MinipayKeyring *keyring;

  GMutex cache_mutex;
  GHashTable *cache; /* key (char *) to GBytes */
};

G_DEFINE_FINAL_TYPE (MinipayAccountConfig, minipay_account_config, G_TYPE_OBJECT)

/* One account being read. */
typedef struct {
  MinipayAccountConfig *self;
  const MinipayManifest *manifest;
  GHashTable *settings;
  const char *folder;
  GHashTable *trusted; /* id to MinipayKey */
  GString *missing;
} ConfigReader;

static void
minipay_account_config_finalize (GObject *object)
{
  MinipayAccountConfig *self = MINIPAY_ACCOUNT_CONFIG (object);

  g_clear_object (&self->info);
  g_free (self->name);
  g_free (self->mode);
  g_strfreev (self->base_urls);
  g_hash_table_unref (self->texts);
  g_hash_table_unref (self->present);
  minipay_keyring_unref (self->keyring);
  g_hash_table_unref (self->cache);
  g_mutex_clear (&self->cache_mutex);
  G_OBJECT_CLASS (minipay_account_config_parent_class)->finalize (object);
}

static void
minipay_account_config_class_init (MinipayAccountConfigClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = minipay_account_config_finalize;
}

static void
minipay_account_config_init (MinipayAccountConfig *self)
{
  self->texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->present = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->keyring = minipay_keyring_new ();
  self->cache = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  g_mutex_init (&self->cache_mutex);
}

gboolean
minipay_host_is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = NULL;

  if (host == NULL)
    return FALSE;
  if (g_ascii_strcasecmp (host, "localhost") == 0)
    return TRUE;
  address = g_inet_address_new_from_string (host);
  return address != NULL && g_inet_address_get_is_loopback (address);
}

static gboolean config_fail (ConfigReader *reader, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
config_fail (ConfigReader *reader, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "account %s: %s", reader->self->name, message);
  return FALSE;
}

/* A base URL with nothing but scheme, host and port. */
static char *
config_parse_base_url (ConfigReader *reader, const char *text, gboolean *is_loopback, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  gboolean is_https;

  if (host == NULL || *host == '\0' || g_uri_get_userinfo (uri) != NULL || g_uri_get_query (uri) != NULL ||
      g_uri_get_fragment (uri) != NULL ||
      (*g_uri_get_path (uri) != '\0' && strcmp (g_uri_get_path (uri), "/") != 0)) {
    config_fail (reader, error, "endpoint is \"%s\", allowed is https://HOST[:PORT]", text);
    return NULL;
  }
  *is_loopback = minipay_host_is_loopback (host);
  is_https = strcmp (g_uri_get_scheme (uri), "https") == 0;
  if (!is_https && !(*is_loopback && strcmp (g_uri_get_scheme (uri), "http") == 0)) {
    config_fail (reader, error, "endpoint is \"%s\", plain http is allowed on loopback alone", text);
    return NULL;
  }
  if (g_uri_get_port (uri) > 0)
    return g_strdup_printf (strchr (host, ':') != NULL ? "%s://[%s]:%d" : "%s://%s:%d",
                            g_uri_get_scheme (uri),
                            host,
                            g_uri_get_port (uri));
  return g_strdup_printf (strchr (host, ':') != NULL ? "%s://[%s]" : "%s://%s", g_uri_get_scheme (uri), host);
}

static gboolean
config_read_endpoint (ConfigReader *reader, GError **error)
{
  const char *endpoint = g_hash_table_lookup (reader->settings, "endpoint");
  g_autoptr (GPtrArray) urls = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) given = NULL;
  gboolean is_loopback = FALSE;

  if (endpoint != NULL && *endpoint == '\0')
    /* somebody meant to lead the account elsewhere: that it goes live instead must not happen by a slip */
    return config_fail (reader, error, "endpoint is empty, allowed is https://HOST[:PORT], or no such line");
  if (endpoint == NULL) {
    const char *const *hosts = minipay_manifest_get_hosts (reader->manifest, reader->self->mode);

    for (; *hosts != NULL; hosts++)
      g_ptr_array_add (urls, g_strconcat ("https://", *hosts, NULL));
  } else {
    given = g_strsplit (endpoint, ";", -1);
    for (char **p = given; *p != NULL; p++) {
      gboolean is_local = FALSE;
      char *url = config_parse_base_url (reader, g_strstrip (*p), &is_local, error);

      if (url == NULL)
        return FALSE;
      g_ptr_array_add (urls, url);
      if (urls->len > 1 && is_local != is_loopback)
        return config_fail (reader, error, "endpoint \"%s\" mixes loopback with other hosts", endpoint);
      is_loopback = is_local;
    }
  }
  g_ptr_array_add (urls, NULL);
  reader->self->base_urls = (char **) g_ptr_array_free (g_steal_pointer (&urls), FALSE);
  reader->self->is_loopback = is_loopback;
  return TRUE;
}

static gboolean
config_read_mode (ConfigReader *reader, GError **error)
{
  const char *const *modes = (const char *const *) reader->manifest->modes;
  const char *mode = g_hash_table_lookup (reader->settings, "mode");

  if (modes != NULL && (mode == NULL || g_strv_contains (modes, mode))) {
    reader->self->mode = g_strdup (mode != NULL ? mode : modes[0]);
    return TRUE;
  }
  if (mode != NULL) {
    g_autofree char *allowed = modes != NULL ? g_strjoinv (", ", (char **) modes) : g_strdup ("none");

    return config_fail (reader, error, "mode is \"%s\", provider %s has %s", mode, reader->manifest->id, allowed);
  }
  return TRUE;
}

/* `file:PATH`, `env:NAME`, or the text itself for shared secrets. */
static MinipaySecret *
config_read_material (ConfigReader *reader, const MinipayField *field, const char *value, GError **error)
{
  if (g_str_has_prefix (value, "file:")) {
    const char *path = value + strlen ("file:");
    g_autofree char *full = g_path_is_absolute (path) || reader->folder == NULL
                                ? g_strdup (path)
                                : g_build_filename (reader->folder, path, NULL);

    return minipay_secret_new_from_file (full, error);
  }
  if (g_str_has_prefix (value, "env:"))
    return minipay_secret_new_from_env (value + strlen ("env:"), error);
  if (field->type == MINIPAY_FIELD_SECRET)
    return minipay_secret_new_from_text (value);
  config_fail (reader, error, "%s must be file:PATH or env:NAME", field->name);
  return NULL;
}

static gboolean
config_trust_certificates (ConfigReader *reader, const MinipayField *field, MinipaySecret *material, GError **error)
{
  g_autoptr (GPtrArray) keys = minipay_key_load_certificates (material, field->name, error);

  for (guint i = 0; keys != NULL && i < keys->len; i++) {
    MinipayKey *key = g_ptr_array_index (keys, i);

    g_hash_table_replace (reader->trusted, g_strdup (minipay_key_get_serial (key)), minipay_key_ref (key));
  }
  return keys != NULL;
}

static gboolean
config_trust_public_key (ConfigReader *reader, const MinipayField *field, MinipaySecret *material, GError **error)
{
  g_autoptr (MinipayKey) key = minipay_key_load_public (material, field->name, error);
  const char *id = g_hash_table_lookup (reader->settings, field->key_id);

  if (key == NULL)
    return FALSE;
  if (id == NULL || *id == '\0')
    return config_fail (reader, error, "%s needs its id in %s", field->name, field->key_id);
  g_hash_table_replace (reader->trusted, g_strdup (id), g_steal_pointer (&key));
  return TRUE;
}

static gboolean
config_read_secret (ConfigReader *reader, const MinipayField *field, MinipaySecret *material, GError **error)
{
  gboolean is_exact = field->rule.min_length == field->rule.max_length;
  g_autoptr (MinipayKey) key =
      minipay_key_new_secret (material, is_exact ? field->rule.min_length : 0, field->name, error);
  gsize length;

  if (key == NULL)
    return FALSE;
  minipay_key_get_secret_length (key, &length);
  if (length < field->rule.min_length)
    return config_fail (reader,
                        error,
                        "%s has %" G_GSIZE_FORMAT " bytes, allowed are %u or more",
                        field->name,
                        length,
                        field->rule.min_length);
  minipay_keyring_add_own (reader->self->keyring, field->name, key);
  return TRUE;
}

static gboolean
config_read_key (ConfigReader *reader, const MinipayField *field, const char *value, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (MinipaySecret) material = config_read_material (reader, field, value, &local_error);
  gboolean is_good = FALSE;

  if (material != NULL && field->type == MINIPAY_FIELD_SECRET) {
    is_good = config_read_secret (reader, field, material, &local_error);
  } else if (material != NULL && field->type == MINIPAY_FIELD_PRIVATE_KEY) {
    g_autoptr (MinipayKey) key = minipay_key_load_private (material, field->name, &local_error);

    is_good = key != NULL;
    if (is_good)
      minipay_keyring_add_own (reader->self->keyring, field->name, key);
  } else if (material != NULL && field->type == MINIPAY_FIELD_PUBLIC_KEY) {
    is_good = config_trust_public_key (reader, field, material, &local_error);
  } else if (material != NULL) {
    is_good = config_trust_certificates (reader, field, material, &local_error);
  }
  if (is_good) {
    g_hash_table_add (reader->self->present, g_strdup (field->name));
    return TRUE;
  }
  if (g_str_has_prefix (local_error->message, "account "))
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    config_fail (reader, error, "%s: %s", field->name, local_error->message);
  return FALSE;
}

static gboolean
config_read_text (ConfigReader *reader, const MinipayField *field, const char *value, GError **error)
{
  g_autofree char *what = g_strdup_printf ("account %s: %s", reader->self->name, field->name);
  gint64 number;

  if (field->type == MINIPAY_FIELD_CHOICE && !g_strv_contains ((const char *const *) field->choices, value)) {
    g_autofree char *allowed = g_strjoinv (", ", field->choices);

    return config_fail (reader, error, "%s is \"%s\", allowed are %s", field->name, value, allowed);
  }
  if (field->type == MINIPAY_FIELD_BOOLEAN && strcmp (value, "true") != 0 && strcmp (value, "false") != 0)
    return config_fail (reader, error, "%s is \"%s\", allowed are true and false", field->name, value);
  if (field->type == MINIPAY_FIELD_INTEGER &&
      !g_ascii_string_to_signed (value, 10, G_MININT64, G_MAXINT64, &number, NULL))
    return config_fail (reader, error, "%s is \"%s\", allowed is a whole number", field->name, value);
  if (!minipay_text_rule_check (&field->rule, what, value, MINIPAY_ERROR_CONFIG, error))
    return FALSE;
  g_hash_table_replace (reader->self->texts, g_strdup (field->name), g_strdup (value));
  return TRUE;
}

static gboolean
config_is_required (ConfigReader *reader, const MinipayField *field)
{
  const MinipayModeRules *mode = minipay_manifest_get_mode (reader->manifest, reader->self->mode);

  return field->is_required || (mode != NULL && mode->required != NULL &&
                                g_strv_contains ((const char *const *) mode->required, field->name));
}

static gboolean
config_read_field (ConfigReader *reader, const MinipayField *field, GError **error)
{
  const char *value = g_hash_table_lookup (reader->settings, field->name);

  if (value == NULL || *value == '\0')
    value = field->default_value;
  if (value == NULL) {
    if (config_is_required (reader, field))
      g_string_append_printf (reader->missing, " %s", field->name);
    return TRUE;
  }
  switch (field->type) {
  case MINIPAY_FIELD_SECRET:
  case MINIPAY_FIELD_PRIVATE_KEY:
  case MINIPAY_FIELD_PUBLIC_KEY:
  case MINIPAY_FIELD_CERTIFICATE:
    return config_read_key (reader, field, value, error);
  case MINIPAY_FIELD_STRING:
  case MINIPAY_FIELD_BOOLEAN:
  case MINIPAY_FIELD_INTEGER:
  case MINIPAY_FIELD_CHOICE:
  default:
    return config_read_text (reader, field, value, error);
  }
}

static gboolean
config_check_names (ConfigReader *reader, GError **error)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, reader->settings);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (strcmp (name, "provider") != 0 && strcmp (name, "mode") != 0 && strcmp (name, "endpoint") != 0 &&
        minipay_manifest_get_field (reader->manifest, name) == NULL)
      return config_fail (reader, error, "%s is no setting of provider %s", (char *) name, reader->manifest->id);
  return TRUE;
}

static gboolean
config_read (ConfigReader *reader, GError **error)
{
  if (!config_check_names (reader, error) || !config_read_mode (reader, error) ||
      !config_read_endpoint (reader, error))
    return FALSE;
  for (guint i = 0; i < reader->manifest->fields->len; i++)
    if (!config_read_field (reader, g_ptr_array_index (reader->manifest->fields, i), error))
      return FALSE;
  if (reader->missing->len > 0)
    return config_fail (reader, error, "these settings are missing:%s", reader->missing->str);
  return g_hash_table_size (reader->trusted) == 0 ||
         minipay_keyring_set_trusted (reader->self->keyring, reader->trusted, error);
}

MinipayAccountConfig *
minipay_account_config_new (
    MinipayProviderInfo *info, const char *name, GHashTable *settings, const char *folder, GError **error)
{
  g_autoptr (MinipayAccountConfig) self = g_object_new (MINIPAY_TYPE_ACCOUNT_CONFIG, NULL);
  g_autoptr (GHashTable) trusted =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) minipay_key_unref);
  g_autoptr (GString) missing = g_string_new (NULL);
  ConfigReader reader = { self, minipay_provider_info_get_manifest (info), settings, folder, trusted, missing };

  self->info = g_object_ref (info);
  self->name = g_strdup (name);
  if (!config_read (&reader, error))
    return NULL;
  return g_steal_pointer (&self);
}

MinipayKeyring *
minipay_account_config_get_keyring (MinipayAccountConfig *self)
{
  return self->keyring;
}

const char *const *
minipay_account_config_get_base_urls (MinipayAccountConfig *self)
{
  return (const char *const *) self->base_urls;
}

GBytes *
minipay_account_config_get_cached (MinipayAccountConfig *self, const char *key)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->cache_mutex);
  GBytes *value = g_hash_table_lookup (self->cache, key);

  return value != NULL ? g_bytes_ref (value) : NULL;
}

void
minipay_account_config_set_cached (MinipayAccountConfig *self, const char *key, GBytes *value)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->cache_mutex);

  if (value != NULL)
    g_hash_table_replace (self->cache, g_strdup (key), g_bytes_ref (value));
  else
    g_hash_table_remove (self->cache, key);
}

/**
 * minipay_account_config_get_name:
 * @self: the settings of an account
 *
 * Returns: the account's name
 *
 * Since: 0.1
 */
const char *
minipay_account_config_get_name (MinipayAccountConfig *self)
{
  g_return_val_if_fail (MINIPAY_IS_ACCOUNT_CONFIG (self), NULL);
  return self->name;
}

/**
 * minipay_account_config_get_provider:
 * @self: the settings of an account
 *
 * Returns: the provider's id
 *
 * Since: 0.1
 */
const char *
minipay_account_config_get_provider (MinipayAccountConfig *self)
{
  g_return_val_if_fail (MINIPAY_IS_ACCOUNT_CONFIG (self), NULL);
  return minipay_provider_info_get_id (self->info);
}

/**
 * minipay_account_config_get_mode:
 * @self: the settings of an account
 *
 * Returns: (nullable): the mode, %NULL for providers that have only one
 *
 * Since: 0.1
 */
const char *
minipay_account_config_get_mode (MinipayAccountConfig *self)
{
  g_return_val_if_fail (MINIPAY_IS_ACCOUNT_CONFIG (self), NULL);
  return self->mode;
}

/**
 * minipay_account_config_is_loopback:
 * @self: the settings of an account
 *
 * Returns: %TRUE when `endpoint=` leads to this machine: a sandbox, where plain http is allowed
 *
 * Since: 0.1
 */
gboolean
minipay_account_config_is_loopback (MinipayAccountConfig *self)
{
  g_return_val_if_fail (MINIPAY_IS_ACCOUNT_CONFIG (self), FALSE);
  return self->is_loopback;
}

/**
 * minipay_account_config_has_field:
 * @self: the settings of an account
 * @field: a field of the manifest
 *
 * Returns: %TRUE when it has a value, secrets and keys included
 *
 * Since: 0.1
 */
gboolean
minipay_account_config_has_field (MinipayAccountConfig *self, const char *field)
{
  g_return_val_if_fail (MINIPAY_IS_ACCOUNT_CONFIG (self) && field != NULL, FALSE);
  return g_hash_table_contains (self->texts, field) || g_hash_table_contains (self->present, field);
}

/**
 * minipay_account_config_get_string:
 * @self: the settings of an account
 * @field: a field of the manifest that is no secret
 *
 * Returns: (nullable): its value
 *
 * Since: 0.1
 */
const char *
minipay_account_config_get_string (MinipayAccountConfig *self, const char *field)
{
  g_return_val_if_fail (MINIPAY_IS_ACCOUNT_CONFIG (self) && field != NULL, NULL);
  return g_hash_table_lookup (self->texts, field);
}

/**
 * minipay_account_config_get_boolean:
 * @self: the settings of an account
 * @field: a field of type `boolean`
 *
 * Returns: its value; %FALSE when it has none
 *
 * Since: 0.1
 */
gboolean
minipay_account_config_get_boolean (MinipayAccountConfig *self, const char *field)
{
  return g_strcmp0 (minipay_account_config_get_string (self, field), "true") == 0;
}

/**
 * minipay_account_config_get_integer:
 * @self: the settings of an account
 * @field: a field of type `integer`
 *
 * Returns: its value; 0 when it has none
 *
 * Since: 0.1
 */
gint64
minipay_account_config_get_integer (MinipayAccountConfig *self, const char *field)
{
  const char *text = minipay_account_config_get_string (self, field);
  gint64 value = 0;

  if (text != NULL)
    g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &value, NULL);
  return value;
}
