/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-error-private.h"
#include "provider/minipay-manifest-reader-private.h"

GKeyFile *
minipay_manifest_reader_load (const char *path, GBytes *text, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local_error = NULL;

  if (!g_utf8_validate_len (g_bytes_get_data (text, NULL), g_bytes_get_size (text), NULL)) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN, "%s is not UTF-8 text", path);
    return NULL;
  }
  if (!g_key_file_load_from_bytes (file, text, G_KEY_FILE_KEEP_TRANSLATIONS, &local_error)) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN, "%s: %s", path, local_error->message);
    return NULL;
  }
  return g_steal_pointer (&file);
}

void
minipay_manifest_reader_fail (MinipayManifestReader *self, const char *key, const char *format, ...)
{
  g_autofree char *message = NULL;
  g_autofree char *where = NULL;
  g_autofree char *quoted = NULL;
  va_list args;

  if (self->error != NULL)
    return;
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  where = g_strdup_printf (
      "%s: [%s]%s%s %s", self->path, self->group, key != NULL ? " " : "", key != NULL ? key : "", message);
  quoted = minipay_error_quote (where, -1);
  g_set_error_literal (&self->error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN, quoted);
}

char *
minipay_manifest_reader_get_string (MinipayManifestReader *self, const char *key, gboolean is_required)
{
  g_autofree char *text = g_key_file_get_string (self->file, self->group, key, NULL);

  if (text != NULL && *text != '\0')
    return g_steal_pointer (&text);
  if (is_required)
    minipay_manifest_reader_fail (self, key, "is missing");
  return NULL;
}

char **
minipay_manifest_reader_get_list (MinipayManifestReader *self, const char *key, gboolean is_required)
{
  g_auto (GStrv) list = g_key_file_get_string_list (self->file, self->group, key, NULL, NULL);

  if (list != NULL && *list != NULL)
    return g_steal_pointer (&list);
  if (is_required)
    minipay_manifest_reader_fail (self, key, "is missing");
  return NULL;
}

gboolean
minipay_manifest_reader_get_boolean (MinipayManifestReader *self, const char *key, gboolean when_absent)
{
  g_autofree char *text = minipay_manifest_reader_get_string (self, key, FALSE);

  if (text == NULL)
    return when_absent;
  if (strcmp (text, "true") == 0 || strcmp (text, "false") == 0)
    return text[0] == 't';
  minipay_manifest_reader_fail (self, key, "is \"%s\", allowed are true and false", text);
  return when_absent;
}

gint64
minipay_manifest_reader_get_integer (MinipayManifestReader *self,
                                     const char *key,
                                     gint64 maximum,
                                     gint64 when_absent)
{
  g_autofree char *text = minipay_manifest_reader_get_string (self, key, FALSE);
  guint64 value;

  if (text == NULL)
    return when_absent;
  if (g_ascii_string_to_unsigned (text, 10, 0, (guint64) maximum, &value, NULL))
    return (gint64) value;
  minipay_manifest_reader_fail (self, key, "is \"%s\", allowed are 0 to %" G_GINT64_FORMAT, text, maximum);
  return when_absent;
}

/* Ranges like A-Z and single characters; a `-` that stands last is itself. */
static void
manifest_read_characters (MinipayManifestReader *self, MinipayTextRule *rule)
{
  const char *p;

  rule->characters = minipay_manifest_reader_get_string (self, "Characters", FALSE);
  for (p = rule->characters; p != NULL && *p != '\0'; p++) {
    guchar first = (guchar) *p;
    guchar last = first;

    if (p[1] == '-' && p[2] != '\0') {
      last = (guchar) p[2];
      p += 2;
    }
    if (first < 0x20 || last > 0x7e || first > last) {
      minipay_manifest_reader_fail (
          self, "Characters", "is \"%s\", allowed are ASCII characters and ranges", rule->characters);
      return;
    }
    for (guint c = first; c <= last; c++)
      rule->allowed[c / 32] |= 1u << (c % 32);
  }
}

static const char *const formats[] = {
  [MINIPAY_FORMAT_ANY] = "any",
  [MINIPAY_FORMAT_ADDRESS] = "address",
  [MINIPAY_FORMAT_BASE64] = "base64",
  [MINIPAY_FORMAT_TIME] = "time",
  [MINIPAY_FORMAT_DECIMAL] = "decimal",
  [MINIPAY_FORMAT_MONEY] = "money",
  [MINIPAY_FORMAT_PARAMETER] = "parameter",
};

const char *
minipay_format_to_string (MinipayFormat format)
{
  return formats[format];
}

static MinipayFormat
manifest_read_format (MinipayManifestReader *self)
{
  g_autofree char *text = minipay_manifest_reader_get_string (self, "Format", FALSE);

  if (text == NULL)
    return MINIPAY_FORMAT_ANY;
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (strcmp (formats[i], text) == 0)
      return (MinipayFormat) i;
  minipay_manifest_reader_fail (self, "Format", "is \"%s\", which is no format of a text", text);
  return MINIPAY_FORMAT_ANY;
}

void
minipay_manifest_reader_get_rule (MinipayManifestReader *self, MinipayTextRule *rule)
{
  g_autofree char *unit = minipay_manifest_reader_get_string (self, "Unit", FALSE);
  guint length = (guint) minipay_manifest_reader_get_integer (self, "Length", 65536, 0);

  rule->min_length = (guint) minipay_manifest_reader_get_integer (self, "MinLength", 65536, length);
  rule->max_length = (guint) minipay_manifest_reader_get_integer (self, "MaxLength", 65536, length);
  rule->counts_characters = g_strcmp0 (unit, "characters") == 0;
  if (unit != NULL && !rule->counts_characters && strcmp (unit, "bytes") != 0)
    minipay_manifest_reader_fail (self, "Unit", "is \"%s\", allowed are bytes and characters", unit);
  if (rule->max_length > 0 && rule->min_length > rule->max_length)
    minipay_manifest_reader_fail (self, "MinLength", "is more than MaxLength");
  rule->choices = minipay_manifest_reader_get_list (self, "Choices", FALSE);
  rule->format = manifest_read_format (self);
  manifest_read_characters (self, rule);
}

void
minipay_manifest_reader_check_keys (MinipayManifestReader *self, const char *allowed)
{
  g_auto (GStrv) keys = g_key_file_get_keys (self->file, self->group, NULL, NULL);

  for (char **key = keys; key != NULL && *key != NULL; key++) {
    g_autofree char *plain = g_strndup (*key, strcspn (*key, "["));
    g_autofree char *word = g_strdup_printf (" %s ", plain);

    if (strstr (allowed, word) == NULL)
      minipay_manifest_reader_fail (self, *key, "is no key of this group; it has%s", allowed);
  }
}
