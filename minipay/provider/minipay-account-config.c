/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "provider/minipay-account-config.h"

#include <string.h>

#include "core/minipay-secret-private.h"
#include "provider/minipay-account-config-struct-private.h"
#include "provider/minipay-provider-info-private.h"

#define TOKEN_MAX_BYTES 1024

/**
 * MinipayAccountConfig:
 *
 * The settings of one merchant account as its provider sees them: checked against the manifest, defaults
 * filled in, secrets and keys left out (they are used by name through the exchange). Immutable.
 *
 * Since: 0.1
 */

G_DEFINE_FINAL_TYPE (MinipayAccountConfig, minipay_account_config, G_TYPE_OBJECT)

static void
minipay_account_config_finalize (GObject *object)
{
  MinipayAccountConfig *self = MINIPAY_ACCOUNT_CONFIG (object);

  g_clear_object (&self->info);
  g_free (self->name);
  g_free (self->mode);
  g_free (self->folder);
  g_strfreev (self->base_urls);
  g_hash_table_unref (self->texts);
  g_hash_table_unref (self->tokens);
  g_hash_table_unref (self->present);
  minipay_keyring_unref (self->keyring);
  g_clear_object (&self->identity);
  minipay_buckets_free (self->buckets);
  g_mutex_clear (&self->buckets_mutex);
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
  self->tokens = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->present = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->keyring = minipay_keyring_new ();
  self->buckets = minipay_buckets_new (MINIPAY_CALLS_PER_SECOND);
  g_mutex_init (&self->buckets_mutex);
  self->cache = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  g_mutex_init (&self->cache_mutex);
}

GTlsCertificate *
minipay_account_config_get_identity (MinipayAccountConfig *self)
{
  return self->identity;
}

void
minipay_account_config_set_pace (MinipayAccountConfig *self, guint per_second)
{
  minipay_buckets_free (self->buckets);
  self->buckets = minipay_buckets_new (per_second);
}

gint64
minipay_account_config_take_turn (MinipayAccountConfig *self, const char *operation, gint64 longest_us)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->buckets_mutex);

  return minipay_buckets_take (self->buckets, operation, g_get_monotonic_time (), longest_us);
}

void
minipay_account_config_slow_down (MinipayAccountConfig *self, const char *operation)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->buckets_mutex);

  minipay_buckets_pause (self->buckets, operation, g_get_monotonic_time ());
}

gboolean
minipay_account_config_fail (MinipayAccountConfig *self, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "account %s: %s", self->name, message);
  return FALSE;
}

char *
minipay_account_config_dup_token (MinipayAccountConfig *self, const char *field, GError **error)
{
  const char *value = g_hash_table_lookup (self->tokens, field);
  g_autoptr (MinipaySecret) secret = NULL;
  g_autoptr (GError) local_error = NULL;
  const guint8 *data;
  gsize length;

  if (value == NULL) {
    minipay_account_config_fail (self, error, "%s is missing", field);
    return NULL;
  }
  secret = minipay_account_config_open_material (self, field, value, FALSE, &local_error);
  if (secret == NULL) {
    minipay_account_config_fail (self, error, "%s: %s", field, local_error->message);
    return NULL;
  }
  data = minipay_secret_peek (secret, &length);
  while (length > 0 && (data[length - 1] == '\n' || data[length - 1] == '\r'))
    length--;
  for (gsize i = 0; i < length && i <= TOKEN_MAX_BYTES; i++)
    if (!g_ascii_isgraph (data[i]))
      length = 0;
  if (length > 0 && length <= TOKEN_MAX_BYTES)
    return g_strndup ((const char *) data, length);
  minipay_account_config_fail (
      self, error, "%s holds no token of 1 to %d printable characters", field, TOKEN_MAX_BYTES);
  return NULL;
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

const char *
minipay_account_config_peek (MinipayAccountConfig *self, const char *field)
{
  return g_hash_table_lookup (self->texts, field);
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

  if (minipay_manifest_get_field (minipay_provider_info_get_manifest (self->info), field) == NULL)
    g_critical ("provider %s reads the setting %s, which its manifest does not have",
                minipay_provider_info_get_id (self->info),
                field);
  return minipay_account_config_peek (self, field);
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
