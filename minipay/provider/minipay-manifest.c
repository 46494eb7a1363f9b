/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-enum-types.h"
#include "core/minipay-error-private.h"
#include "provider/minipay-manifest-private.h"

#define MAIN_GROUP "Minipay Provider"

/* One manifest being read: every reader leaves the first fault in `error` and the rest goes on with nothing.
 */
typedef struct {
  GKeyFile *file;
  const char *path;
  const char *group;
  GError *error;
} ManifestReader;

static void manifest_fail (ManifestReader *reader, const char *key, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
manifest_fail (ManifestReader *reader, const char *key, const char *format, ...)
{
  g_autofree char *message = NULL;
  g_autofree char *where = NULL;
  g_autofree char *quoted = NULL;
  va_list args;

  if (reader->error != NULL)
    return;
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  where = g_strdup_printf (
      "%s: [%s]%s%s %s", reader->path, reader->group, key != NULL ? " " : "", key != NULL ? key : "", message);
  quoted = minipay_error_quote (where, -1);
  g_set_error_literal (&reader->error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN, quoted);
}

static char *
manifest_read_string (ManifestReader *reader, const char *key, gboolean is_required)
{
  g_autofree char *text = g_key_file_get_string (reader->file, reader->group, key, NULL);

  if (text != NULL && *text != '\0')
    return g_steal_pointer (&text);
  if (is_required)
    manifest_fail (reader, key, "is missing");
  return NULL;
}

static char **
manifest_read_list (ManifestReader *reader, const char *key, gboolean is_required)
{
  g_auto (GStrv) list = g_key_file_get_string_list (reader->file, reader->group, key, NULL, NULL);

  if (list != NULL && *list != NULL)
    return g_steal_pointer (&list);
  if (is_required)
    manifest_fail (reader, key, "is missing");
  return NULL;
}

static gboolean
manifest_read_boolean (ManifestReader *reader, const char *key, gboolean when_absent)
{
  g_autofree char *text = manifest_read_string (reader, key, FALSE);

  if (text == NULL)
    return when_absent;
  if (strcmp (text, "true") == 0 || strcmp (text, "false") == 0)
    return text[0] == 't';
  manifest_fail (reader, key, "is \"%s\", allowed are true and false", text);
  return when_absent;
}

static gint64
manifest_read_integer (ManifestReader *reader, const char *key, gint64 maximum, gint64 when_absent)
{
  g_autofree char *text = manifest_read_string (reader, key, FALSE);
  guint64 value;

  if (text == NULL)
    return when_absent;
  if (g_ascii_string_to_unsigned (text, 10, 0, (guint64) maximum, &value, NULL))
    return (gint64) value;
  manifest_fail (reader, key, "is \"%s\", allowed are 0 to %" G_GINT64_FORMAT, text, maximum);
  return when_absent;
}

/* Ranges like A-Z and single characters; a `-` that stands last is itself. */
static void
manifest_read_characters (ManifestReader *reader, MinipayTextRule *rule)
{
  const char *p;

  rule->characters = manifest_read_string (reader, "Characters", FALSE);
  for (p = rule->characters; p != NULL && *p != '\0'; p++) {
    guchar first = (guchar) *p;
    guchar last = first;

    if (p[1] == '-' && p[2] != '\0') {
      last = (guchar) p[2];
      p += 2;
    }
    if (first < 0x20 || last > 0x7e || first > last) {
      manifest_fail (reader, "Characters", "is \"%s\", allowed are ASCII characters and ranges", rule->characters);
      return;
    }
    for (guint c = first; c <= last; c++)
      rule->allowed[c / 32] |= 1u << (c % 32);
  }
}

static void
manifest_read_rule (ManifestReader *reader, MinipayTextRule *rule)
{
  g_autofree char *unit = manifest_read_string (reader, "Unit", FALSE);
  guint length = (guint) manifest_read_integer (reader, "Length", 65536, 0);

  rule->min_length = (guint) manifest_read_integer (reader, "MinLength", 65536, length);
  rule->max_length = (guint) manifest_read_integer (reader, "MaxLength", 65536, length);
  rule->counts_characters = g_strcmp0 (unit, "characters") == 0;
  if (unit != NULL && !rule->counts_characters && strcmp (unit, "bytes") != 0)
    manifest_fail (reader, "Unit", "is \"%s\", allowed are bytes and characters", unit);
  manifest_read_characters (reader, rule);
}

static const char *const field_types[] = {
  [MINIPAY_FIELD_STRING] = "string",
  [MINIPAY_FIELD_BOOLEAN] = "boolean",
  [MINIPAY_FIELD_INTEGER] = "integer",
  [MINIPAY_FIELD_CHOICE] = "choice",
  [MINIPAY_FIELD_SECRET] = "secret",
  [MINIPAY_FIELD_PRIVATE_KEY] = "private-key",
  [MINIPAY_FIELD_PUBLIC_KEY] = "public-key",
  [MINIPAY_FIELD_CERTIFICATE] = "certificate",
  NULL,
};

const char *
minipay_field_type_to_string (MinipayFieldType type)
{
  return field_types[type];
}

static void
field_free (gpointer data)
{
  MinipayField *field = data;

  g_free (field->name);
  g_free (field->default_value);
  g_strfreev (field->choices);
  g_free (field->key_id);
  g_free (field->rule.characters);
  g_free (field);
}

static gpointer
manifest_read_field (ManifestReader *reader, const char *name)
{
  MinipayField *field = g_new0 (MinipayField, 1);
  g_autofree char *type = manifest_read_string (reader, "Type", TRUE);
  guint i = 0;

  field->name = g_strdup (name);
  while (field_types[i] != NULL && g_strcmp0 (field_types[i], type) != 0)
    i++;
  if (field_types[i] != NULL)
    field->type = (MinipayFieldType) i;
  else if (type != NULL)
    manifest_fail (reader, "Type", "is \"%s\", which is no type of field", type);
  field->is_required = manifest_read_boolean (reader, "Required", FALSE);
  field->is_inferred = manifest_read_boolean (reader, "Inferred", FALSE);
  field->default_value = manifest_read_string (reader, "Default", FALSE);
  field->choices = manifest_read_list (reader, "Choices", field->type == MINIPAY_FIELD_CHOICE);
  field->key_id = manifest_read_string (reader, "KeyId", FALSE);
  manifest_read_rule (reader, &field->rule);
  if (field->type == MINIPAY_FIELD_PUBLIC_KEY && field->key_id == NULL)
    manifest_fail (reader, "KeyId", "is missing: it names the field with the key's id");
  return field;
}

static void
limit_free (gpointer data)
{
  MinipayLimit *limit = data;

  g_free (limit->name);
  g_free (limit->rule.characters);
  g_strfreev (limit->schemes);
  g_free (limit);
}

static gpointer
manifest_read_limit (ManifestReader *reader, const char *name)
{
  MinipayLimit *limit = g_new0 (MinipayLimit, 1);

  limit->name = g_strdup (name);
  limit->is_required = manifest_read_boolean (reader, "Required", FALSE);
  limit->minimum = manifest_read_integer (reader, "Minimum", G_MAXINT64, 1);
  limit->maximum = manifest_read_integer (reader, "Maximum", G_MAXINT64, G_MAXINT64);
  limit->schemes = manifest_read_list (reader, "Schemes", FALSE);
  limit->allows_query = manifest_read_boolean (reader, "Query", TRUE);
  limit->min_seconds_ahead = (guint) manifest_read_integer (reader, "MinSecondsAhead", G_MAXINT32, 0);
  manifest_read_rule (reader, &limit->rule);
  return limit;
}

static void
extra_free (gpointer data)
{
  MinipayExtra *extra = data;

  g_free (extra->name);
  g_free (extra->type);
  g_free (extra->rule.characters);
  g_free (extra);
}

static gpointer
manifest_read_extra (ManifestReader *reader, const char *name)
{
  MinipayExtra *extra = g_new0 (MinipayExtra, 1);

  extra->name = g_strdup (name);
  extra->type = manifest_read_string (reader, "Type", TRUE);
  manifest_read_rule (reader, &extra->rule);
  if (extra->type != NULL && !g_variant_type_string_is_valid (extra->type))
    manifest_fail (reader, "Type", "is \"%s\", which is no GVariant type", extra->type);
  return extra;
}

static void
mode_rules_clear (MinipayModeRules *mode)
{
  g_free (mode->name);
  g_strfreev (mode->operations);
  g_strfreev (mode->methods);
  g_strfreev (mode->hosts);
  g_strfreev (mode->required);
}

static void
mode_rules_free (gpointer data)
{
  mode_rules_clear (data);
  g_free (data);
}

static void
manifest_check_enum_nick (ManifestReader *reader, const char *key, GType type, const char *nick)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

  if (g_enum_get_value_by_nick (klass, nick) == NULL)
    manifest_fail (reader, key, "names \"%s\", which minipay does not know", nick);
}

static gboolean
manifest_host_is_sane (const char *host)
{
  const char *last = strrchr (host, '.');

  /* a plain DNS name: no scheme, port, user, address literal */
  return strspn (host, "abcdefghijklmnopqrstuvwxyz0123456789.-") == strlen (host) && last != NULL &&
         g_ascii_isalpha (last[1]) && strstr (host, "..") == NULL && !g_hostname_is_ip_address (host) &&
         *host != '.' && *host != '-';
}

static void
manifest_read_mode_rules (ManifestReader *reader, MinipayModeRules *mode, gboolean is_base)
{
  mode->operations = manifest_read_list (reader, "Operations", is_base);
  mode->methods = manifest_read_list (reader, "Methods", is_base);
  mode->hosts = manifest_read_list (reader, "Hosts", is_base);
  mode->required = manifest_read_list (reader, "Required", FALSE);
  for (char **p = mode->operations; p != NULL && *p != NULL; p++)
    manifest_check_enum_nick (reader, "Operations", MINIPAY_TYPE_OPERATION, *p);
  for (char **p = mode->hosts; p != NULL && *p != NULL; p++)
    if (!manifest_host_is_sane (*p))
      manifest_fail (reader, "Hosts", "names \"%s\", which is no plain host name", *p);
  for (char **p = mode->methods; p != NULL && *p != NULL; p++) {
    g_auto (GStrv) parts = g_strsplit (*p, "/", 3);

    if (g_strv_length (parts) != 2) {
      manifest_fail (reader, "Methods", "names \"%s\", allowed is METHOD/WALLET", *p);
      continue;
    }
    manifest_check_enum_nick (reader, "Methods", MINIPAY_TYPE_METHOD, parts[0]);
    manifest_check_enum_nick (reader, "Methods", MINIPAY_TYPE_WALLET, parts[1]);
  }
}

static gpointer
manifest_read_mode (ManifestReader *reader, const char *name)
{
  MinipayModeRules *mode = g_new0 (MinipayModeRules, 1);

  mode->name = g_strdup (name);
  manifest_read_mode_rules (reader, mode, FALSE);
  return mode;
}

static void
operation_rules_free (gpointer data)
{
  MinipayOperationRules *rules = data;

  g_free (rules->name);
  g_strfreev (rules->echoes);
  g_free (rules);
}

static gpointer
manifest_read_operation (ManifestReader *reader, const char *name)
{
  MinipayOperationRules *rules = g_new0 (MinipayOperationRules, 1);

  rules->name = g_strdup (name);
  rules->echoes = manifest_read_list (reader, "Echoes", FALSE);
  manifest_check_enum_nick (reader, NULL, MINIPAY_TYPE_OPERATION, name);
  return rules;
}

/* The groups a manifest may have besides the main one, and the keys each of them may have. */
static const struct {
  const char *prefix;
  gsize list_offset;
  gpointer (*read) (ManifestReader *reader, const char *name);
  GDestroyNotify free_func;
  const char *keys; /* one word each */
} group_kinds[] = {
  { "Field ",
    G_STRUCT_OFFSET (MinipayManifest, fields),
    manifest_read_field,
    field_free,
    " Type Required Inferred Default Choices KeyId MinLength MaxLength Length Unit Characters " },
  { "Limit ",
    G_STRUCT_OFFSET (MinipayManifest, limits),
    manifest_read_limit,
    limit_free,
    " Required Minimum Maximum Schemes Query MinSecondsAhead MinLength MaxLength Length Unit Characters " },
  { "Extra ",
    G_STRUCT_OFFSET (MinipayManifest, extras),
    manifest_read_extra,
    extra_free,
    " Type MinLength MaxLength Length Unit Characters " },
  { "Mode ",
    G_STRUCT_OFFSET (MinipayManifest, mode_rules),
    manifest_read_mode,
    mode_rules_free,
    " Operations Methods Hosts Required " },
  { "Operation ",
    G_STRUCT_OFFSET (MinipayManifest, operations),
    manifest_read_operation,
    operation_rules_free,
    " Echoes " },
};

#define MAIN_KEYS " Id Abi Name Loader Module Type Operations Methods Hosts Currencies Modes "

static void
manifest_check_keys (ManifestReader *reader, const char *allowed)
{
  g_auto (GStrv) keys = g_key_file_get_keys (reader->file, reader->group, NULL, NULL);

  for (char **key = keys; key != NULL && *key != NULL; key++) {
    g_autofree char *plain = g_strndup (*key, strcspn (*key, "["));
    g_autofree char *word = g_strdup_printf (" %s ", plain);

    if (strstr (allowed, word) == NULL)
      manifest_fail (reader, *key, "is no key of this group; it has%s", allowed);
  }
}

static void
manifest_read_group (ManifestReader *reader, MinipayManifest *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (group_kinds); i++) {
    GPtrArray *list = G_STRUCT_MEMBER (GPtrArray *, self, group_kinds[i].list_offset);

    if (!g_str_has_prefix (reader->group, group_kinds[i].prefix))
      continue;
    manifest_check_keys (reader, group_kinds[i].keys);
    g_ptr_array_add (list, group_kinds[i].read (reader, reader->group + strlen (group_kinds[i].prefix)));
    return;
  }
  manifest_fail (reader, NULL, "is no group of a manifest");
}

static void
manifest_read_main (ManifestReader *reader, MinipayManifest *self, const char *name)
{
  g_autofree char *abi = NULL;

  reader->group = MAIN_GROUP;
  if (!g_key_file_has_group (reader->file, MAIN_GROUP)) {
    manifest_fail (reader, NULL, "is missing");
    return;
  }
  manifest_check_keys (reader, MAIN_KEYS);
  self->id = manifest_read_string (reader, "Id", TRUE);
  abi = manifest_read_string (reader, "Abi", TRUE);
  self->display_name = g_key_file_get_locale_string (reader->file, MAIN_GROUP, "Name", NULL, NULL);
  self->loader = manifest_read_string (reader, "Loader", TRUE);
  self->module = manifest_read_string (reader, "Module", TRUE);
  self->type_name = manifest_read_string (reader, "Type", TRUE);
  self->currencies = manifest_read_list (reader, "Currencies", TRUE);
  self->modes = manifest_read_list (reader, "Modes", FALSE);
  manifest_read_mode_rules (reader, &self->base, TRUE);

  if (self->id != NULL &&
      (strlen (self->id) > 32 || strspn (self->id, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen (self->id) ||
       strcmp (self->id, name) != 0))
    manifest_fail (
        reader, "Id", "is \"%s\", allowed is the name of its folder: at most 32 of a-z, 0-9 and -", self->id);
  if (abi != NULL && strcmp (abi, G_STRINGIFY (MINIPAY_PROVIDER_ABI)) != 0)
    manifest_fail (reader, "Abi", "is %s, this minipay speaks " G_STRINGIFY (MINIPAY_PROVIDER_ABI), abi);
  if (self->loader != NULL && strcmp (self->loader, "native") != 0)
    manifest_fail (reader, "Loader", "is \"%s\", allowed is native", self->loader);
  if (self->module != NULL && (strchr (self->module, '/') != NULL || *self->module == '.'))
    manifest_fail (reader, "Module", "is \"%s\", allowed is a file name beside the manifest", self->module);
}

static void
manifest_check_references (ManifestReader *reader, MinipayManifest *self)
{
  for (guint i = 0; i < self->mode_rules->len; i++) {
    MinipayModeRules *mode = g_ptr_array_index (self->mode_rules, i);

    reader->group = mode->name;
    if (self->modes == NULL || !g_strv_contains ((const char *const *) self->modes, mode->name))
      manifest_fail (reader, NULL, "is not among Modes");
    for (char **p = mode->required; p != NULL && *p != NULL; p++)
      if (minipay_manifest_get_field (self, *p) == NULL)
        manifest_fail (reader, "Required", "names \"%s\", which is no field", *p);
  }
  for (guint i = 0; i < self->fields->len; i++) {
    MinipayField *field = g_ptr_array_index (self->fields, i);

    reader->group = field->name;
    if (field->key_id != NULL && minipay_manifest_get_field (self, field->key_id) == NULL)
      manifest_fail (reader, "KeyId", "names \"%s\", which is no field", field->key_id);
  }
}

MinipayManifest *
minipay_manifest_parse (const char *path, const char *name, GBytes *text, GError **error)
{
  g_autoptr (MinipayManifest) self = g_new0 (MinipayManifest, 1);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local_error = NULL;
  g_auto (GStrv) groups = NULL;
  ManifestReader reader = { file, path, MAIN_GROUP, NULL };

  self->path = g_strdup (path);
  self->folder = g_path_get_dirname (path);
  for (guint i = 0; i < G_N_ELEMENTS (group_kinds); i++)
    G_STRUCT_MEMBER (GPtrArray *, self, group_kinds[i].list_offset) =
        g_ptr_array_new_with_free_func (group_kinds[i].free_func);

  if (!g_utf8_validate_len (g_bytes_get_data (text, NULL), g_bytes_get_size (text), NULL)) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN, "%s is not UTF-8 text", path);
    return NULL;
  }
  if (!g_key_file_load_from_bytes (file, text, G_KEY_FILE_KEEP_TRANSLATIONS, &local_error)) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN, "%s: %s", path, local_error->message);
    return NULL;
  }
  manifest_read_main (&reader, self, name);
  groups = g_key_file_get_groups (file, NULL);
  for (char **group = groups; *group != NULL; group++) {
    reader.group = *group;
    if (strcmp (*group, MAIN_GROUP) != 0)
      manifest_read_group (&reader, self);
  }
  manifest_check_references (&reader, self);
  if (reader.error != NULL) {
    g_propagate_error (error, reader.error);
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
minipay_manifest_free (MinipayManifest *self)
{
  g_free (self->path);
  g_free (self->folder);
  g_free (self->id);
  g_free (self->display_name);
  g_free (self->loader);
  g_free (self->module);
  g_free (self->type_name);
  mode_rules_clear (&self->base);
  g_strfreev (self->currencies);
  g_strfreev (self->modes);
  for (guint i = 0; i < G_N_ELEMENTS (group_kinds); i++)
    g_ptr_array_unref (G_STRUCT_MEMBER (GPtrArray *, self, group_kinds[i].list_offset));
  g_free (self);
}

/* Every listed thing begins with its name. */
static gconstpointer
manifest_find_named (GPtrArray *list, const char *name)
{
  for (guint i = 0; i < list->len; i++)
    if (g_strcmp0 (*(char **) g_ptr_array_index (list, i), name) == 0)
      return g_ptr_array_index (list, i);
  return NULL;
}

const MinipayField *
minipay_manifest_get_field (const MinipayManifest *self, const char *name)
{
  return manifest_find_named (self->fields, name);
}

const MinipayLimit *
minipay_manifest_get_limit (const MinipayManifest *self, const char *name)
{
  return manifest_find_named (self->limits, name);
}

const MinipayExtra *
minipay_manifest_get_extra (const MinipayManifest *self, const char *name)
{
  return manifest_find_named (self->extras, name);
}

const MinipayOperationRules *
minipay_manifest_get_operation (const MinipayManifest *self, const char *name)
{
  return manifest_find_named (self->operations, name);
}

const MinipayModeRules *
minipay_manifest_get_mode (const MinipayManifest *self, const char *mode)
{
  return mode != NULL ? manifest_find_named (self->mode_rules, mode) : NULL;
}

static const char *const *
manifest_choose (char **own, char **base)
{
  return (const char *const *) (own != NULL ? own : base);
}

const char *const *
minipay_manifest_get_operations (const MinipayManifest *self, const char *mode)
{
  const MinipayModeRules *rules = minipay_manifest_get_mode (self, mode);

  return manifest_choose (rules != NULL ? rules->operations : NULL, self->base.operations);
}

const char *const *
minipay_manifest_get_methods (const MinipayManifest *self, const char *mode)
{
  const MinipayModeRules *rules = minipay_manifest_get_mode (self, mode);

  return manifest_choose (rules != NULL ? rules->methods : NULL, self->base.methods);
}

const char *const *
minipay_manifest_get_hosts (const MinipayManifest *self, const char *mode)
{
  const MinipayModeRules *rules = minipay_manifest_get_mode (self, mode);

  return manifest_choose (rules != NULL ? rules->hosts : NULL, self->base.hosts);
}
