/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "provider/minipay-error-table-private.h"

#include <string.h>

#include "core/minipay-enum-types.h"
#include "provider/minipay-manifest-reader-private.h"

#define MAX_TEXT_BYTES      240
#define OPERATION_MAX_BYTES 32

static void
error_entry_free (gpointer data)
{
  MinipayErrorEntry *entry = data;

  g_free (entry->meaning);
  g_free (entry->remedy);
  g_free (entry);
}

GHashTable *
minipay_error_table_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, error_entry_free);
}

/* A gateway's word that says "not sent" or "not signed" would free a number that may be taken: what a refusal can
 * mean is less than what minipay can say. */
static MinipayError
error_table_read_code (MinipayManifestReader *reader)
{
  static const MinipayError allowed[] = {
    MINIPAY_ERROR_INVALID,         MINIPAY_ERROR_CONFIG,       MINIPAY_ERROR_NOT_SUPPORTED,
    MINIPAY_ERROR_NOT_FOUND,       MINIPAY_ERROR_AUTH,         MINIPAY_ERROR_REFUSED,
    MINIPAY_ERROR_CONFLICT,        MINIPAY_ERROR_ALREADY_PAID, MINIPAY_ERROR_RATE_LIMITED,
    MINIPAY_ERROR_OUTCOME_UNKNOWN,
  };
  g_autofree char *nick = minipay_manifest_reader_get_string (reader, "Code", TRUE);
  g_autoptr (GEnumClass) klass = g_type_class_ref (MINIPAY_TYPE_ERROR);
  const GEnumValue *value = nick != NULL ? g_enum_get_value_by_nick (klass, nick) : NULL;

  for (guint i = 0; value != NULL && i < G_N_ELEMENTS (allowed); i++)
    if (value->value == (int) allowed[i])
      return allowed[i];
  if (nick != NULL)
    minipay_manifest_reader_fail (reader, "Code", "is \"%s\", which no gateway can mean", nick);
  return MINIPAY_ERROR_OUTCOME_UNKNOWN;
}

/* The text ends up in one line of a log or of a terminal. */
static char *
error_table_read_text (MinipayManifestReader *reader, const char *key)
{
  g_autofree char *plain = minipay_manifest_reader_get_string (reader, key, TRUE);
  g_autofree char *text = NULL;

  if (plain == NULL)
    return NULL;
  text = g_key_file_get_locale_string (reader->file, reader->group, key, NULL, NULL);
  if (text == NULL || *text == '\0' || strlen (text) > MAX_TEXT_BYTES) {
    minipay_manifest_reader_fail (reader, key, "is not of 1 to %d bytes in every language", MAX_TEXT_BYTES);
    return NULL;
  }
  for (const char *p = text; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p)) {
      minipay_manifest_reader_fail (reader, key, "has a control character");
      return NULL;
    }
  return g_steal_pointer (&text);
}

/* `CODE` or `OPERATION/CODE`; operations are many, and other providers' among them, so that their shape alone is
 * looked at. */
static void
error_table_check_group (MinipayManifestReader *reader)
{
  const char *slash = strchr (reader->group, '/');
  gsize length = slash != NULL ? (gsize) (slash - reader->group) : 0;

  if (*reader->group == '\0' || (slash != NULL && (slash[1] == '\0' || strchr (slash + 1, '/') != NULL)) ||
      (slash != NULL && (length == 0 || length > OPERATION_MAX_BYTES ||
                         strspn (reader->group, "abcdefghijklmnopqrstuvwxyz0123456789-") != length)))
    minipay_manifest_reader_fail (reader, NULL, "is neither CODE nor OPERATION/CODE");
}

gboolean
minipay_error_table_read (GHashTable *self, const char *path, GBytes *text, GError **error)
{
  g_autoptr (GKeyFile) file = minipay_manifest_reader_load (path, text, error);
  g_auto (GStrv) groups = NULL;
  MinipayManifestReader reader = { file, path, NULL, NULL };

  if (file == NULL)
    return FALSE;
  groups = g_key_file_get_groups (file, NULL);
  for (char **group = groups; *group != NULL; group++) {
    MinipayErrorEntry *entry = g_new0 (MinipayErrorEntry, 1);

    reader.group = *group;
    error_table_check_group (&reader);
    minipay_manifest_reader_check_keys (&reader, " Code Meaning Remedy ");
    entry->code = error_table_read_code (&reader);
    entry->meaning = error_table_read_text (&reader, "Meaning");
    entry->remedy = error_table_read_text (&reader, "Remedy");
    g_hash_table_replace (self, g_strdup (*group), entry);
  }
  if (reader.error == NULL)
    return TRUE;
  g_propagate_error (error, reader.error);
  return FALSE;
}

const MinipayErrorEntry *
minipay_error_table_lookup (GHashTable *self, const char *operation, const char *gateway_code)
{
  g_autofree char *own = NULL;
  const MinipayErrorEntry *entry;

  /* the word comes over the wire: it is never a group of an operation */
  if (self == NULL || gateway_code == NULL || strchr (gateway_code, '/') != NULL)
    return NULL;
  own = g_strconcat (operation, "/", gateway_code, NULL);
  entry = g_hash_table_lookup (self, own);
  return entry != NULL ? entry : g_hash_table_lookup (self, gateway_code);
}
