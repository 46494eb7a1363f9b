/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-error-private.h"
#include "core/minipay-secret-private.h"
#include "provider/minipay-account-config-struct-private.h"
#include "provider/minipay-provider-info-private.h"
#include "transport/minipay-tls-identity-private.h"
#include "wire/minipay-base64.h"
#include "wire/minipay-times.h"

/* One account being read. */
typedef struct {
  MinipayAccountConfig *self;
  const MinipayManifest *manifest;
  GHashTable *settings;
  GHashTable *trusted; /* id to MinipayKey */
  GString *missing;
} ConfigReader;

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

    return minipay_account_config_fail (
        reader->self, error, "mode is \"%s\", provider %s has %s", mode, reader->manifest->id, allowed);
  }
  return TRUE;
}

MinipaySecret *
minipay_account_config_open_material (
    MinipayAccountConfig *self, const char *field, const char *value, gboolean may_be_literal, GError **error)
{
  if (g_str_has_prefix (value, "file:")) {
    const char *path = value + strlen ("file:");
    g_autofree char *full = g_path_is_absolute (path) || self->folder == NULL
                                ? g_strdup (path)
                                : g_build_filename (self->folder, path, NULL);

    return minipay_secret_new_from_file (full, error);
  }
  if (g_str_has_prefix (value, "env:"))
    return minipay_secret_new_from_env (value + strlen ("env:"), error);
  if (may_be_literal)
    return minipay_secret_new_from_text (value);
  minipay_account_config_fail (self, error, "%s must be file:PATH or env:NAME", field);
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
    return minipay_account_config_fail (reader->self, error, "%s needs its id in %s", field->name, field->key_id);
  g_hash_table_replace (reader->trusted, g_strdup (id), g_steal_pointer (&key));
  return TRUE;
}

/* The bytes that a base64 text stands for; the text is wiped. */
static MinipaySecret *
config_decode_secret (ConfigReader *reader, const MinipayField *field, MinipaySecret *material, GError **error)
{
  gsize length, n_bytes;
  const guint8 *data = minipay_secret_peek (material, &length);
  g_autofree guint8 *bytes = NULL;
  MinipaySecret *decoded;

  while (length > 0 && (data[length - 1] == '\n' || data[length - 1] == '\r'))
    length--;
  bytes = minipay_base64_decode ((const char *) data, (gssize) length, &n_bytes, NULL);
  if (bytes == NULL) {
    minipay_account_config_fail (reader->self, error, "%s is no base64", field->name);
    return NULL;
  }
  decoded = minipay_secret_new (bytes, n_bytes);
  explicit_bzero (bytes, n_bytes);
  return decoded;
}

/* What the account says, or the manifest's default. */
static const char *
config_lookup (ConfigReader *reader, const MinipayField *field)
{
  const char *value = g_hash_table_lookup (reader->settings, field->name);

  return value != NULL && *value != '\0' ? value : field->default_value;
}

static gboolean
config_check_length (ConfigReader *reader, const MinipayField *field, gsize length, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GSIZE_FORMAT, length);
  g_autofree char *allowed = NULL;

  if (field->lengths != NULL) {
    if (g_strv_contains ((const char *const *) field->lengths, text))
      return TRUE;
    allowed = g_strjoinv (" or ", field->lengths);
  } else {
    const guint maximum = field->rule.max_length;

    if (length >= field->rule.min_length && (maximum == 0 || length <= maximum))
      return TRUE;
    allowed = maximum == 0 ? g_strdup_printf ("%u or more", field->rule.min_length)
                           : g_strdup_printf ("%u to %u", field->rule.min_length, maximum);
  }
  return minipay_account_config_fail (
      reader->self, error, "%s has %s bytes, allowed are %s", field->name, text, allowed);
}

/* `previous-NAME` is what the secret NAME was before: it opens and verifies until `previous-key-until`. */
static gboolean
config_add_previous (ConfigReader *reader, const MinipayField *field, MinipayKey *key, GError **error)
{
  const char *name = field->name + strlen (MINIPAY_PREVIOUS_PREFIX);
  const char *text = g_hash_table_lookup (reader->settings, MINIPAY_PREVIOUS_UNTIL);
  g_autoptr (GDateTime) until = NULL;
  g_autoptr (GError) local_error = NULL;

  if (text == NULL || *text == '\0')
    return minipay_account_config_fail (
        reader->self, error, "%s needs its end in " MINIPAY_PREVIOUS_UNTIL, field->name);
  until = minipay_time_parse_rfc3339 (text, &local_error);
  if (until == NULL)
    return minipay_account_config_fail (reader->self, error, MINIPAY_PREVIOUS_UNTIL ": %s", local_error->message);
  minipay_keyring_add_previous (reader->self->keyring, name, key, g_date_time_to_unix (until));
  return TRUE;
}

static gboolean
config_read_secret (ConfigReader *reader, const MinipayField *field, MinipaySecret *material, GError **error)
{
  const MinipayField *encoding =
      field->encoding != NULL ? minipay_manifest_get_field (reader->manifest, field->encoding) : NULL;
  gboolean is_binary = encoding != NULL && g_strcmp0 (config_lookup (reader, encoding), "base64") == 0;
  gboolean is_exact = field->rule.min_length == field->rule.max_length;
  g_autoptr (MinipaySecret) decoded = is_binary ? config_decode_secret (reader, field, material, error) : NULL;
  g_autoptr (MinipayKey) key = NULL;
  gsize length;

  if (is_binary)
    key = decoded != NULL ? minipay_key_new_binary_secret (decoded, field->name, error) : NULL;
  else
    key = minipay_key_new_secret (material, is_exact ? field->rule.min_length : 0, field->name, error);
  if (key == NULL)
    return FALSE;
  minipay_key_get_secret_length (key, &length);
  if (!config_check_length (reader, field, length, error))
    return FALSE;
  if (g_str_has_prefix (field->name, MINIPAY_PREVIOUS_PREFIX))
    return config_add_previous (reader, field, key, error);
  minipay_keyring_add_own (reader->self->keyring, field->name, key);
  return TRUE;
}

/* What opens the private key of @field, or NULL where nothing does: the secret `FIELD-passphrase`. */
static gboolean
config_open_passphrase (ConfigReader *reader, const MinipayField *field, MinipayKey **passphrase, GError **error)
{
  g_autofree char *name = g_strconcat (field->name, "-passphrase", NULL);
  const char *value = g_hash_table_lookup (reader->settings, name);
  g_autoptr (MinipaySecret) material = NULL;
  g_autoptr (GError) local_error = NULL;

  if (value == NULL || *value == '\0')
    return TRUE;
  material = minipay_account_config_open_material (reader->self, name, value, TRUE, &local_error);
  *passphrase = material != NULL ? minipay_key_new_secret (material, 0, name, &local_error) : NULL;
  return *passphrase != NULL ||
         minipay_account_config_fail (reader->self, error, "%s: %s", name, local_error->message);
}

static gboolean
config_read_identity (ConfigReader *reader, const MinipayField *field, MinipaySecret *material, GError **error)
{
  g_autoptr (MinipayKey) passphrase = NULL;
  g_autoptr (MinipaySecret) pem = NULL;

  if (!config_open_passphrase (reader, field, &passphrase, error))
    return FALSE;
  pem = minipay_key_load_identity (material, passphrase, field->name, error);
  if (pem != NULL)
    reader->self->identity = minipay_tls_identity_new (pem, error);
  return reader->self->identity != NULL;
}

static gboolean
config_read_private_key (ConfigReader *reader, const MinipayField *field, MinipaySecret *material, GError **error)
{
  g_autoptr (MinipayKey) passphrase = NULL;
  g_autoptr (MinipayKey) key = NULL;

  if (!config_open_passphrase (reader, field, &passphrase, error))
    return FALSE;
  key = minipay_key_load_private (material, passphrase, field->name, error);
  if (key != NULL)
    minipay_keyring_add_own (reader->self->keyring, field->name, key);
  return key != NULL;
}

/* A key of the gateway's: found by the id that messages name, or, where they name none, by the field's own name. */
static gboolean
config_read_public_key (ConfigReader *reader, const MinipayField *field, MinipaySecret *material, GError **error)
{
  g_autoptr (MinipayKey) key = NULL;

  if (field->key_id != NULL)
    return config_trust_public_key (reader, field, material, error);
  key = minipay_key_load_public (material, field->name, error);
  if (key != NULL)
    minipay_keyring_add_own (reader->self->keyring, field->name, key);
  return key != NULL;
}

static gboolean
config_read_key (ConfigReader *reader, const MinipayField *field, const char *value, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (MinipaySecret) material = minipay_account_config_open_material (
      reader->self, field->name, value, field->type == MINIPAY_FIELD_SECRET, &local_error);
  gboolean is_good = FALSE;

  if (material != NULL && field->type == MINIPAY_FIELD_SECRET) {
    is_good = config_read_secret (reader, field, material, &local_error);
  } else if (material != NULL && field->type == MINIPAY_FIELD_PRIVATE_KEY) {
    is_good = config_read_private_key (reader, field, material, &local_error);
  } else if (material != NULL && field->type == MINIPAY_FIELD_PUBLIC_KEY) {
    is_good = config_read_public_key (reader, field, material, &local_error);
  } else if (material != NULL && field->type == MINIPAY_FIELD_IDENTITY) {
    is_good = config_read_identity (reader, field, material, &local_error);
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
    minipay_account_config_fail (reader->self, error, "%s: %s", field->name, local_error->message);
  return FALSE;
}

static gboolean
config_read_text (ConfigReader *reader, const MinipayField *field, const char *value, GError **error)
{
  g_autofree char *what = g_strdup_printf ("account %s: %s", reader->self->name, field->name);
  gint64 number;

  if (field->type == MINIPAY_FIELD_BOOLEAN && strcmp (value, "true") != 0 && strcmp (value, "false") != 0)
    return minipay_account_config_fail (
        reader->self, error, "%s is \"%s\", allowed are true and false", field->name, value);
  if (field->type == MINIPAY_FIELD_INTEGER &&
      !g_ascii_string_to_signed (value, 10, G_MININT64, G_MAXINT64, &number, NULL))
    return minipay_account_config_fail (
        reader->self, error, "%s is \"%s\", allowed is a whole number", field->name, value);
  if (!minipay_text_rule_check (&field->rule, what, value, MINIPAY_ERROR_CONFIG, error))
    return FALSE;
  g_hash_table_replace (reader->self->texts, g_strdup (field->name), g_strdup (value));
  return TRUE;
}

static gboolean
config_is_required (ConfigReader *reader, const MinipayField *field)
{
  const MinipayModeRules *mode = minipay_manifest_get_mode (reader->manifest, reader->self->mode);

  /* an endpoint says where to send in their place */
  if (field->type == MINIPAY_FIELD_HOSTS && g_hash_table_contains (reader->settings, "endpoint"))
    return FALSE;
  return field->is_required || (mode != NULL && mode->required != NULL &&
                                g_strv_contains ((const char *const *) mode->required, field->name));
}

/* The token itself is read when it is used: here it only must be there. */
static gboolean
config_read_token (ConfigReader *reader, const MinipayField *field, const char *value, GError **error)
{
  char *token;

  g_hash_table_replace (reader->self->tokens, g_strdup (field->name), g_strdup (value));
  token = minipay_account_config_dup_token (reader->self, field->name, error);
  if (token == NULL)
    return FALSE;
  explicit_bzero (token, strlen (token));
  g_free (token);
  g_hash_table_add (reader->self->present, g_strdup (field->name));
  return TRUE;
}

static gboolean
config_read_field (ConfigReader *reader, const MinipayField *field, GError **error)
{
  const char *value = config_lookup (reader, field);

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
  case MINIPAY_FIELD_IDENTITY:
    return config_read_key (reader, field, value, error);
  case MINIPAY_FIELD_TOKEN:
    return config_read_token (reader, field, value, error);
  case MINIPAY_FIELD_HOSTS:
  case MINIPAY_FIELD_ADDRESS:
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
      return minipay_account_config_fail (
          reader->self, error, "%s is no setting of provider %s", (char *) name, reader->manifest->id);
  return TRUE;
}

/* What one mode needs has no place in another: a mixture is a mistake about who is paid. */
static gboolean
config_check_excluded (ConfigReader *reader, GError **error)
{
  const MinipayModeRules *mode = minipay_manifest_get_mode (reader->manifest, reader->self->mode);

  for (char **p = mode != NULL ? mode->excluded : NULL; p != NULL && *p != NULL; p++) {
    const char *value = g_hash_table_lookup (reader->settings, *p);

    if (value != NULL && *value != '\0')
      return minipay_account_config_fail (
          reader->self, error, "%s has no place in mode %s of provider %s", *p, mode->name, reader->manifest->id);
  }
  return TRUE;
}

static void
config_note_one_of (ConfigReader *reader, const MinipayModeRules *mode)
{
  g_autofree char *all = NULL;

  if (mode == NULL || mode->required_one_of == NULL)
    return;
  for (char **p = mode->required_one_of; *p != NULL; p++)
    if (minipay_account_config_has_field (reader->self, *p))
      return;
  all = g_strjoinv (" or ", mode->required_one_of);
  g_string_append_printf (reader->missing, " (%s)", all);
}

static gboolean
config_trust_all (ConfigReader *reader, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  return g_hash_table_size (reader->trusted) == 0 ||
         minipay_keyring_set_trusted (reader->self->keyring, reader->trusted, &local_error) ||
         minipay_account_config_fail (reader->self, error, "%s", local_error->message);
}

static gboolean
config_read (ConfigReader *reader, GError **error)
{
  MinipayAccountConfig *self = reader->self;

  if (!config_check_names (reader, error) || !config_read_mode (reader, error) ||
      !config_check_excluded (reader, error))
    return FALSE;
  for (guint i = 0; i < reader->manifest->fields->len; i++)
    if (!config_read_field (reader, g_ptr_array_index (reader->manifest->fields, i), error))
      return FALSE;
  config_note_one_of (reader, &reader->manifest->base);
  config_note_one_of (reader, minipay_manifest_get_mode (reader->manifest, self->mode));
  if (reader->missing->len > 0)
    return minipay_account_config_fail (self, error, "these settings are missing:%s", reader->missing->str);
  return minipay_account_config_find_hosts (self, g_hash_table_lookup (reader->settings, "endpoint"), error) &&
         config_trust_all (reader, error);
}

MinipayAccountConfig *
minipay_account_config_new (
    MinipayProviderInfo *info, const char *name, GHashTable *settings, const char *folder, GError **error)
{
  g_autoptr (MinipayAccountConfig) self = g_object_new (MINIPAY_TYPE_ACCOUNT_CONFIG, NULL);
  g_autoptr (GHashTable) trusted =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) minipay_key_unref);
  g_autoptr (GString) missing = g_string_new (NULL);
  ConfigReader reader = { self, minipay_provider_info_get_manifest (info), settings, trusted, missing };

  self->info = g_object_ref (info);
  self->name = g_strdup (name);
  self->folder = g_strdup (folder);
  if (!config_read (&reader, error))
    return NULL;
  return g_steal_pointer (&self);
}
