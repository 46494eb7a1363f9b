/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-enum-types.h"
#include "provider/minipay-manifest-reader-private.h"

#define MAIN_GROUP "Minipay Provider"

#define MAIN_KEYS " Id Abi Name Loader Module Type Operations Methods Hosts Currencies Modes RequiredOneOf Errors "

static void
manifest_check_file_name (MinipayManifestReader *reader, const char *key, const char *name)
{
  if (name != NULL && (strchr (name, '/') != NULL || *name == '.' || *name == '\0'))
    minipay_manifest_reader_fail (reader, key, "is \"%s\", allowed is a file name beside the manifest", name);
}

static void
manifest_read_main (MinipayManifestReader *reader, MinipayManifest *self, const char *name)
{
  g_autofree char *abi = NULL;

  reader->group = MAIN_GROUP;
  if (!g_key_file_has_group (reader->file, MAIN_GROUP)) {
    minipay_manifest_reader_fail (reader, NULL, "is missing");
    return;
  }
  minipay_manifest_reader_check_keys (reader, MAIN_KEYS);
  self->id = minipay_manifest_reader_get_string (reader, "Id", TRUE);
  abi = minipay_manifest_reader_get_string (reader, "Abi", TRUE);
  self->display_name = g_key_file_get_locale_string (reader->file, MAIN_GROUP, "Name", NULL, NULL);
  self->loader = minipay_manifest_reader_get_string (reader, "Loader", TRUE);
  self->module = minipay_manifest_reader_get_string (reader, "Module", TRUE);
  self->type_name = minipay_manifest_reader_get_string (reader, "Type", TRUE);
  self->currencies = minipay_manifest_reader_get_list (reader, "Currencies", TRUE);
  self->modes = minipay_manifest_reader_get_list (reader, "Modes", FALSE);
  self->error_files = minipay_manifest_reader_get_list (reader, "Errors", FALSE);
  minipay_mode_rules_read (reader, &self->base, TRUE);

  if (self->id != NULL &&
      (strlen (self->id) > 32 || strspn (self->id, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen (self->id) ||
       strcmp (self->id, name) != 0))
    minipay_manifest_reader_fail (
        reader, "Id", "is \"%s\", allowed is the name of its folder: at most 32 of a-z, 0-9 and -", self->id);
  if (abi != NULL && strcmp (abi, G_STRINGIFY (MINIPAY_PROVIDER_ABI)) != 0)
    minipay_manifest_reader_fail (
        reader, "Abi", "is %s, this minipay speaks " G_STRINGIFY (MINIPAY_PROVIDER_ABI), abi);
  if (self->loader != NULL && strcmp (self->loader, "native") != 0)
    minipay_manifest_reader_fail (reader, "Loader", "is \"%s\", allowed is native", self->loader);
  manifest_check_file_name (reader, "Module", self->module);
  for (char **p = self->error_files; p != NULL && *p != NULL; p++)
    manifest_check_file_name (reader, "Errors", *p);
}

static void
manifest_check_fields (MinipayManifestReader *reader, MinipayManifest *self, const char *key, char **names)
{
  for (; names != NULL && *names != NULL; names++)
    if (minipay_manifest_get_field (self, *names) == NULL)
      minipay_manifest_reader_fail (reader, key, "names \"%s\", which is no field", *names);
}

static void
manifest_check_mode (MinipayManifestReader *reader, MinipayManifest *self, MinipayModeRules *mode)
{
  g_autofree char *group = mode->name != NULL ? g_strconcat ("Mode ", mode->name, NULL) : g_strdup (MAIN_GROUP);

  reader->group = group;
  if (mode->name != NULL &&
      (self->modes == NULL || !g_strv_contains ((const char *const *) self->modes, mode->name)))
    minipay_manifest_reader_fail (reader, NULL, "is not among Modes");
  manifest_check_fields (reader, self, "Required", mode->required);
  manifest_check_fields (reader, self, "RequiredOneOf", mode->required_one_of);
  manifest_check_fields (reader, self, "Excluded", mode->excluded);
  reader->group = MAIN_GROUP;
}

static void
manifest_check_presence (MinipayManifestReader *reader,
                         MinipayManifest *self,
                         const char *prefix,
                         const char *name,
                         const MinipayMethodRule *rule)
{
  g_autoptr (GEnumClass) methods = g_type_class_ref (MINIPAY_TYPE_METHOD);
  g_autofree char *group = g_strconcat (prefix, name, NULL);

  reader->group = group;
  for (char **p = rule->modes; p != NULL && *p != NULL; p++)
    if (self->modes == NULL || !g_strv_contains ((const char *const *) self->modes, *p))
      minipay_manifest_reader_fail (reader, "Modes", "names \"%s\", which is none of the provider's", *p);
  for (char **p = rule->required_by; p != NULL && *p != NULL; p++)
    if (g_enum_get_value_by_nick (methods, *p) == NULL &&
        (self->modes == NULL || !g_strv_contains ((const char *const *) self->modes, *p)))
      minipay_manifest_reader_fail (reader, "RequiredBy", "names \"%s\", which is no method and no mode", *p);
  reader->group = MAIN_GROUP;
}

static void
manifest_check_all_presences (MinipayManifestReader *reader, MinipayManifest *self)
{
  for (guint i = 0; i < self->limits->len; i++) {
    const MinipayLimit *limit = g_ptr_array_index (self->limits, i);

    manifest_check_presence (reader, self, "Limit ", limit->name, &limit->presence);
  }
  for (guint i = 0; i < self->extras->len; i++) {
    const MinipayExtra *extra = g_ptr_array_index (self->extras, i);

    manifest_check_presence (reader, self, "Extra ", extra->name, &extra->presence);
  }
}

static void
manifest_check_field_references (MinipayManifestReader *reader, MinipayManifest *self, MinipayField *field)
{
  char *names[] = { field->key_id, NULL };
  g_autofree char *group = g_strconcat ("Field ", field->name, NULL);
  const MinipayField *encoding =
      field->encoding != NULL ? minipay_manifest_get_field (self, field->encoding) : NULL;

  reader->group = group;
  manifest_check_fields (reader, self, "KeyId", names);
  if (field->encoding != NULL && (encoding == NULL || encoding->rule.choices == NULL ||
                                  !g_strv_contains ((const char *const *) encoding->rule.choices, "base64")))
    minipay_manifest_reader_fail (
        reader, "Encoding", "names \"%s\", which is no field of type choice with text and base64", field->encoding);
  reader->group = MAIN_GROUP;
}

/* An operation is one of those that every application knows, or one that the manifest describes. */
static void
manifest_check_operations (MinipayManifestReader *reader,
                           MinipayManifest *self,
                           const char *group,
                           char **operations)
{
  reader->group = group;
  for (char **p = operations; p != NULL && *p != NULL; p++)
    if (strcmp (*p, "call") == 0)
      minipay_manifest_reader_fail (
          reader, "Operations", "names \"call\", which stands for those with other names");
    else if (!minipay_operation_is_known (*p) && minipay_manifest_get_operation (self, *p) == NULL)
      minipay_manifest_reader_fail (reader,
                                    "Operations",
                                    "names \"%s\", which minipay does not know and no [Operation %s] describes",
                                    *p,
                                    *p);
  reader->group = MAIN_GROUP;
}

static void
manifest_check_extra_names (MinipayManifestReader *reader,
                            MinipayManifest *self,
                            const MinipayOperationRules *rules,
                            const char *key,
                            const char *const *names)
{
  for (; names != NULL && *names != NULL; names++)
    if (minipay_manifest_get_extra (self, *names, rules->name) == NULL)
      minipay_manifest_reader_fail (reader, key, "names \"%s\", which is no [Extra] of this operation", *names);
}

static gboolean
manifest_has_operation (MinipayManifest *self, const char *name)
{
  gboolean has =
      self->base.operations != NULL && g_strv_contains ((const char *const *) self->base.operations, name);

  for (guint i = 0; i < self->mode_rules->len && !has; i++) {
    const MinipayModeRules *mode = g_ptr_array_index (self->mode_rules, i);

    has = mode->operations != NULL && g_strv_contains ((const char *const *) mode->operations, name);
  }
  return has;
}

static void
manifest_check_operation_references (MinipayManifestReader *reader,
                                     MinipayManifest *self,
                                     const MinipayOperationRules *rules)
{
  g_autofree char *group = g_strconcat ("Operation ", rules->name, NULL);
  const char *number[] = { rules->number, NULL };
  const MinipayExtra *numbered =
      rules->number != NULL ? minipay_manifest_get_extra (self, rules->number, rules->name) : NULL;

  reader->group = group;
  if (!minipay_operation_is_known (rules->name) && !manifest_has_operation (self, rules->name))
    minipay_manifest_reader_fail (reader, NULL, "describes what minipay does not know and no Operations has");
  manifest_check_extra_names (reader, self, rules, "Required", (const char *const *) rules->required);
  manifest_check_extra_names (reader, self, rules, "Number", number);
  if (numbered != NULL && g_strcmp0 (numbered->type, "s") != 0)
    minipay_manifest_reader_fail (reader, "Number", "names \"%s\", which is no text", rules->number);
  if (!minipay_operation_is_known (rules->name))
    manifest_check_extra_names (reader, self, rules, "Echoes", (const char *const *) rules->echoes);
  reader->group = MAIN_GROUP;
}

static void
manifest_check_all_operations (MinipayManifestReader *reader, MinipayManifest *self)
{
  manifest_check_operations (reader, self, MAIN_GROUP, self->base.operations);
  for (guint i = 0; i < self->mode_rules->len; i++) {
    const MinipayModeRules *mode = g_ptr_array_index (self->mode_rules, i);
    g_autofree char *group = g_strconcat ("Mode ", mode->name, NULL);

    manifest_check_operations (reader, self, group, mode->operations);
  }
  for (guint i = 0; i < self->extras->len; i++) {
    const MinipayExtra *extra = g_ptr_array_index (self->extras, i);
    g_autofree char *group = g_strconcat ("Extra ", extra->name, NULL);

    manifest_check_operations (reader, self, group, extra->operations);
  }
  for (guint i = 0; i < self->operations->len; i++)
    manifest_check_operation_references (reader, self, g_ptr_array_index (self->operations, i));
}

/* A secret previous-NAME counts for the secret NAME, and ends: without either nothing would come of it. */
static void
manifest_check_previous (MinipayManifestReader *reader, MinipayManifest *self, const MinipayField *field)
{
  g_autofree char *group = g_strconcat ("Field ", field->name, NULL);
  const MinipayField *present;

  if (field->type != MINIPAY_FIELD_SECRET || !g_str_has_prefix (field->name, MINIPAY_PREVIOUS_PREFIX))
    return;
  reader->group = group;
  present = minipay_manifest_get_field (self, field->name + strlen (MINIPAY_PREVIOUS_PREFIX));
  if (present == NULL || present->type != MINIPAY_FIELD_SECRET)
    minipay_manifest_reader_fail (reader, NULL, "comes before no field of type secret");
  if (minipay_manifest_get_field (self, MINIPAY_PREVIOUS_UNTIL) == NULL)
    minipay_manifest_reader_fail (reader, NULL, "has no end: there is no field " MINIPAY_PREVIOUS_UNTIL);
  reader->group = MAIN_GROUP;
}

static void
manifest_check_references (MinipayManifestReader *reader, MinipayManifest *self)
{
  gboolean has_hosts = self->base.hosts != NULL;

  manifest_check_all_operations (reader, self);
  manifest_check_all_presences (reader, self);

  manifest_check_mode (reader, self, &self->base);
  for (guint i = 0; i < self->mode_rules->len; i++)
    manifest_check_mode (reader, self, g_ptr_array_index (self->mode_rules, i));
  for (guint i = 0; i < self->fields->len; i++) {
    MinipayField *field = g_ptr_array_index (self->fields, i);

    manifest_check_field_references (reader, self, field);
    manifest_check_previous (reader, self, field);
    has_hosts |= field->type == MINIPAY_FIELD_HOSTS || field->type == MINIPAY_FIELD_ADDRESS;
  }
  if (!has_hosts)
    minipay_manifest_reader_fail (
        reader, "Hosts", "is missing, and no field of type hosts or address takes its place");
}

static void
manifest_list_volatile_extras (MinipayManifest *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < self->extras->len; i++) {
    const MinipayExtra *extra = g_ptr_array_index (self->extras, i);

    if (extra->is_volatile)
      g_strv_builder_add (names, extra->name);
  }
  self->volatile_extras = g_strv_builder_end (names);
}

MinipayManifest *
minipay_manifest_parse (const char *path, const char *name, GBytes *text, GError **error)
{
  g_autoptr (MinipayManifest) self = g_new0 (MinipayManifest, 1);
  g_autoptr (GKeyFile) file = minipay_manifest_reader_load (path, text, error);
  g_auto (GStrv) groups = NULL;
  MinipayManifestReader reader = { file, path, MAIN_GROUP, NULL };

  self->path = g_strdup (path);
  self->folder = g_path_get_dirname (path);
  minipay_manifest_init_groups (self);

  if (file == NULL)
    return NULL;
  manifest_read_main (&reader, self, name);
  groups = g_key_file_get_groups (file, NULL);
  for (char **group = groups; *group != NULL; group++) {
    reader.group = *group;
    if (strcmp (*group, MAIN_GROUP) != 0)
      minipay_manifest_read_group (self, &reader);
  }
  manifest_list_volatile_extras (self);
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
  minipay_mode_rules_clear (&self->base);
  g_strfreev (self->currencies);
  g_strfreev (self->modes);
  g_strfreev (self->error_files);
  g_clear_pointer (&self->errors, g_hash_table_unref);
  minipay_manifest_clear_groups (self);
  g_strfreev (self->volatile_extras);
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

gboolean
minipay_extra_belongs_to (const MinipayExtra *extra, const char *operation)
{
  if (extra->operations == NULL)
    return strcmp (operation, "create") == 0;
  return g_strv_contains ((const char *const *) extra->operations, operation);
}

const MinipayExtra *
minipay_manifest_get_extra (const MinipayManifest *self, const char *name, const char *operation)
{
  const MinipayExtra *extra = manifest_find_named (self->extras, name);

  return extra != NULL && minipay_extra_belongs_to (extra, operation) ? extra : NULL;
}

const MinipayOperationRules *
minipay_manifest_get_operation (const MinipayManifest *self, const char *name)
{
  return manifest_find_named (self->operations, name);
}

static const char *const *
manifest_choose (char **own, char **base)
{
  return (const char *const *) (own != NULL ? own : base);
}

const MinipayModeRules *
minipay_manifest_get_mode (const MinipayManifest *self, const char *mode)
{
  return mode != NULL ? manifest_find_named (self->mode_rules, mode) : NULL;
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
