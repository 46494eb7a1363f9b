/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "provider/minipay-provider-info.h"

#include "provider/minipay-provider-info-private.h"

/**
 * MinipayProviderInfo:
 *
 * What a provider says of itself in its manifest, read without running its code.
 *
 * Since: 0.1
 */
struct _MinipayProviderInfo {
  GObject parent_instance;

  MinipayManifest *manifest;
};

G_DEFINE_FINAL_TYPE (MinipayProviderInfo, minipay_provider_info, G_TYPE_OBJECT)

static void
minipay_provider_info_finalize (GObject *object)
{
  MinipayProviderInfo *self = MINIPAY_PROVIDER_INFO (object);

  g_clear_pointer (&self->manifest, minipay_manifest_free);
  G_OBJECT_CLASS (minipay_provider_info_parent_class)->finalize (object);
}

static void
minipay_provider_info_class_init (MinipayProviderInfoClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = minipay_provider_info_finalize;
}

static void
minipay_provider_info_init (MinipayProviderInfo *self)
{
}

MinipayProviderInfo *
minipay_provider_info_new (MinipayManifest *manifest)
{
  MinipayProviderInfo *self = g_object_new (MINIPAY_TYPE_PROVIDER_INFO, NULL);

  self->manifest = manifest;
  return self;
}

const MinipayManifest *
minipay_provider_info_get_manifest (MinipayProviderInfo *self)
{
  return self->manifest;
}

void
minipay_provider_info_take_errors (MinipayProviderInfo *self, GHashTable *errors)
{
  g_clear_pointer (&self->manifest->errors, g_hash_table_unref);
  self->manifest->errors = errors;
}

/**
 * minipay_provider_info_get_id:
 * @self: a provider's information
 *
 * Returns: the id that accounts name with `provider=`
 *
 * Since: 0.1
 */
const char *
minipay_provider_info_get_id (MinipayProviderInfo *self)
{
  g_return_val_if_fail (MINIPAY_IS_PROVIDER_INFO (self), NULL);
  return self->manifest->id;
}

/**
 * minipay_provider_info_get_name:
 * @self: a provider's information
 *
 * Returns: the name for people, in the language of the session
 *
 * Since: 0.1
 */
const char *
minipay_provider_info_get_name (MinipayProviderInfo *self)
{
  g_return_val_if_fail (MINIPAY_IS_PROVIDER_INFO (self), NULL);
  return self->manifest->display_name != NULL ? self->manifest->display_name : self->manifest->id;
}

/**
 * minipay_provider_info_get_modes:
 * @self: a provider's information
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): the ways in which it speaks, the default one
 * first; %NULL when there is only one
 *
 * Since: 0.1
 */
const char *const *
minipay_provider_info_get_modes (MinipayProviderInfo *self)
{
  g_return_val_if_fail (MINIPAY_IS_PROVIDER_INFO (self), NULL);
  return (const char *const *) self->manifest->modes;
}

static void
dict_add_strv (GVariantDict *dict, const char *key, char **list)
{
  static const char *const nothing[] = { NULL };

  g_variant_dict_insert_value (
      dict, key, g_variant_new_strv (list != NULL ? (const char *const *) list : nothing, -1));
}

static void
dict_add_rule (GVariantDict *dict, const MinipayTextRule *rule)
{
  if (rule->min_length > 0)
    g_variant_dict_insert (dict, "min_length", "u", rule->min_length);
  if (rule->max_length > 0)
    g_variant_dict_insert (dict, "max_length", "u", rule->max_length);
  if (rule->counts_characters)
    g_variant_dict_insert (dict, "unit", "s", "characters");
  if (rule->characters != NULL)
    g_variant_dict_insert (dict, "characters", "s", rule->characters);
  if (rule->choices != NULL)
    dict_add_strv (dict, "choices", rule->choices);
  if (rule->format != MINIPAY_FORMAT_ANY)
    g_variant_dict_insert (dict, "format", "s", minipay_format_to_string (rule->format));
}

static void
dict_add_presence (GVariantDict *dict, const MinipayMethodRule *rule)
{
  g_variant_dict_insert (dict, "required", "b", rule->is_required);
  if (rule->modes != NULL)
    dict_add_strv (dict, "modes", rule->modes);
  if (rule->methods != NULL)
    dict_add_strv (dict, "methods", rule->methods);
  if (rule->required_by != NULL)
    dict_add_strv (dict, "required_by", rule->required_by);
}

static GVariant *
info_limits_to_variant (MinipayProviderInfo *self)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sa{sv}}"));

  for (guint i = 0; i < self->manifest->limits->len; i++) {
    MinipayLimit *limit = g_ptr_array_index (self->manifest->limits, i);
    GVariantDict dict = G_VARIANT_DICT_INIT (NULL);

    dict_add_presence (&dict, &limit->presence);
    dict_add_rule (&dict, &limit->rule);
    if (g_strcmp0 (limit->name, "total") == 0) {
      g_variant_dict_insert (&dict, "minimum", "x", limit->minimum);
      if (limit->maximum < G_MAXINT64)
        g_variant_dict_insert (&dict, "maximum", "x", limit->maximum);
    }
    if (limit->schemes != NULL) {
      dict_add_strv (&dict, "schemes", limit->schemes);
      g_variant_dict_insert (&dict, "query", "b", limit->allows_query);
    }
    if (limit->min_seconds_ahead > 0)
      g_variant_dict_insert (&dict, "min_seconds_ahead", "u", limit->min_seconds_ahead);
    g_variant_builder_add (&builder, "{s@a{sv}}", limit->name, g_variant_dict_end (&dict));
  }
  return g_variant_builder_end (&builder);
}

static GVariant *
info_fields_to_variant (MinipayProviderInfo *self)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < self->manifest->fields->len; i++) {
    MinipayField *field = g_ptr_array_index (self->manifest->fields, i);
    GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
    gboolean is_secret = field->type == MINIPAY_FIELD_SECRET || field->type == MINIPAY_FIELD_PRIVATE_KEY ||
                         field->type == MINIPAY_FIELD_TOKEN || field->type == MINIPAY_FIELD_IDENTITY;

    g_variant_dict_insert (&dict, "name", "s", field->name);
    g_variant_dict_insert (&dict, "type", "s", minipay_field_type_to_string (field->type));
    g_variant_dict_insert (&dict, "required", "b", field->is_required);
    g_variant_dict_insert (&dict, "secret", "b", is_secret);
    g_variant_dict_insert (&dict, "inferred", "b", field->is_inferred);
    if (field->default_value != NULL)
      g_variant_dict_insert (&dict, "default", "s", field->default_value);
    if (field->encoding != NULL)
      g_variant_dict_insert (&dict, "encoding", "s", field->encoding);
    if (field->lengths != NULL)
      dict_add_strv (&dict, "lengths", field->lengths);
    dict_add_rule (&dict, &field->rule);
    g_variant_builder_add (&builder, "@a{sv}", g_variant_dict_end (&dict));
  }
  return g_variant_builder_end (&builder);
}

static GVariant *
info_extras_to_variant (MinipayProviderInfo *self)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sa{sv}}"));

  for (guint i = 0; i < self->manifest->extras->len; i++) {
    MinipayExtra *extra = g_ptr_array_index (self->manifest->extras, i);
    GVariantDict dict = G_VARIANT_DICT_INIT (NULL);

    g_variant_dict_insert (&dict, "type", "s", extra->type);
    dict_add_presence (&dict, &extra->presence);
    if (extra->operations != NULL)
      dict_add_strv (&dict, "operations", extra->operations);
    g_variant_dict_insert (&dict, "volatile", "b", extra->is_volatile);
    dict_add_rule (&dict, &extra->rule);
    g_variant_builder_add (&builder, "{s@a{sv}}", extra->name, g_variant_dict_end (&dict));
  }
  return g_variant_builder_end (&builder);
}

static GVariant *
info_operation_rules_to_variant (MinipayProviderInfo *self)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sa{sv}}"));

  for (guint i = 0; i < self->manifest->operations->len; i++) {
    MinipayOperationRules *rules = g_ptr_array_index (self->manifest->operations, i);
    GVariantDict dict = G_VARIANT_DICT_INIT (NULL);

    if (rules->required != NULL)
      dict_add_strv (&dict, "required", rules->required);
    if (rules->echoes != NULL)
      dict_add_strv (&dict, "echoes", rules->echoes);
    if (rules->number != NULL)
      g_variant_dict_insert (&dict, "number", "s", rules->number);
    g_variant_dict_insert (&dict, "single", "b", rules->is_single);
    g_variant_builder_add (&builder, "{s@a{sv}}", rules->name, g_variant_dict_end (&dict));
  }
  return g_variant_builder_end (&builder);
}

static GVariant *
info_mode_rules_to_variant (MinipayProviderInfo *self)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sa{sv}}"));

  for (guint i = 0; i < self->manifest->mode_rules->len; i++) {
    MinipayModeRules *mode = g_ptr_array_index (self->manifest->mode_rules, i);
    GVariantDict dict = G_VARIANT_DICT_INIT (NULL);

    if (mode->operations != NULL)
      dict_add_strv (&dict, "operations", mode->operations);
    if (mode->methods != NULL)
      dict_add_strv (&dict, "methods", mode->methods);
    if (mode->hosts != NULL)
      dict_add_strv (&dict, "hosts", mode->hosts);
    if (mode->required != NULL)
      dict_add_strv (&dict, "required", mode->required);
    if (mode->required_one_of != NULL)
      dict_add_strv (&dict, "required_one_of", mode->required_one_of);
    if (mode->excluded != NULL)
      dict_add_strv (&dict, "excluded", mode->excluded);
    g_variant_builder_add (&builder, "{s@a{sv}}", mode->name, g_variant_dict_end (&dict));
  }
  return g_variant_builder_end (&builder);
}

/**
 * minipay_provider_info_to_variant:
 * @self: a provider's information
 *
 * Everything the manifest says, as one `a{sv}`: `id`, `name`, `loader` (strings), `operations`, `methods`,
 * `modes`, `hosts`, `currencies`, `required_one_of` (lists of strings), `limits` (`a{sa{sv}}`: member of an order
 * to its rules), `fields` (`aa{sv}`: the settings of an account, enough to draw a form), `extras` (`a{sa{sv}}`),
 * `operation_rules` (`a{sa{sv}}`: operation to `required`, `echoes`, `number` and `single`) and `mode_rules`
 * (`a{sa{sv}}`).
 *
 * Returns: (transfer full): the dictionary
 *
 * Since: 0.1
 */
GVariant *
minipay_provider_info_to_variant (MinipayProviderInfo *self)
{
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);

  g_return_val_if_fail (MINIPAY_IS_PROVIDER_INFO (self), NULL);

  g_variant_dict_insert (&dict, "id", "s", self->manifest->id);
  g_variant_dict_insert (&dict, "name", "s", minipay_provider_info_get_name (self));
  g_variant_dict_insert (&dict, "loader", "s", self->manifest->loader);
  dict_add_strv (&dict, "operations", self->manifest->base.operations);
  dict_add_strv (&dict, "methods", self->manifest->base.methods);
  dict_add_strv (&dict, "modes", self->manifest->modes);
  dict_add_strv (&dict, "hosts", self->manifest->base.hosts);
  dict_add_strv (&dict, "currencies", self->manifest->currencies);
  dict_add_strv (&dict, "required_one_of", self->manifest->base.required_one_of);
  g_variant_dict_insert_value (&dict, "limits", info_limits_to_variant (self));
  g_variant_dict_insert_value (&dict, "fields", info_fields_to_variant (self));
  g_variant_dict_insert_value (&dict, "extras", info_extras_to_variant (self));
  g_variant_dict_insert_value (&dict, "operation_rules", info_operation_rules_to_variant (self));
  g_variant_dict_insert_value (&dict, "mode_rules", info_mode_rules_to_variant (self));
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}
