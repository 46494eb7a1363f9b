/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <stdio.h>

#include "cli/cli-matrix.h"
#include "cli/cli-output.h"

static void
print_words (GVariant *info, const char *indent, const char *name)
{
  g_autoptr (GVariant) list = g_variant_lookup_value (info, name, G_VARIANT_TYPE_STRING_ARRAY);
  g_autofree const char **words = list != NULL ? g_variant_get_strv (list, NULL) : NULL;
  g_autofree char *line = words != NULL ? g_strjoinv (" ", (char **) words) : NULL;

  if (line != NULL && *line != '\0')
    fprintf (stdout, "%s%-15s %s\n", indent, name, line);
}

static char *
rule_to_string (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY)) {
    g_autofree const char **words = g_variant_get_strv (value, NULL);

    return g_strjoinv (",", (char **) words);
  }
  return g_variant_print (value, FALSE);
}

/* The rules of one thing on one line: max_length=32 required=true */
static char *
rules_to_string (GVariant *rules, const char *skip)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, rules);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value)) {
    g_autofree char *word = NULL;

    if (g_strcmp0 (name, skip) == 0)
      continue;
    if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) && !g_variant_get_boolean (value))
      continue;
    word = rule_to_string (value);
    g_string_append_printf (text, " %s=%s", name, word);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
print_rules (GVariant *info, const char *name)
{
  g_autoptr (GVariant) dict = g_variant_lookup_value (info, name, G_VARIANT_TYPE ("a{sa{sv}}"));
  GVariantIter iter;
  const char *key;
  GVariant *rules;

  if (dict == NULL || g_variant_n_children (dict) == 0)
    return;
  fprintf (stdout, "  %s\n", name);
  g_variant_iter_init (&iter, dict);
  while (g_variant_iter_loop (&iter, "{&s@a{sv}}", &key, &rules)) {
    g_autofree char *text = rules_to_string (rules, NULL);

    fprintf (stdout, "    %-24s%s\n", key, text);
  }
}

static gboolean
has_word (GVariant *dict, const char *key, const char *word)
{
  g_autoptr (GVariant) list = g_variant_lookup_value (dict, key, G_VARIANT_TYPE_STRING_ARRAY);
  g_autofree const char **words = list != NULL ? g_variant_get_strv (list, NULL) : NULL;

  return words != NULL && g_strv_contains (words, word);
}

/* Members of an order, a reference or a request: what belongs to named operations alone stands with those. */
static gboolean
is_plain_extra (GVariant *rules)
{
  g_autoptr (GVariant) list = g_variant_lookup_value (rules, "operations", G_VARIANT_TYPE_STRING_ARRAY);
  g_autofree const char **words = list != NULL ? g_variant_get_strv (list, NULL) : NULL;

  for (const char **word = words; word != NULL && *word != NULL; word++)
    if (!cli_operation_is_named (*word))
      return TRUE;
  return words == NULL;
}

static void
print_extras (GVariant *info)
{
  g_autoptr (GVariant) extras = g_variant_lookup_value (info, "extras", G_VARIANT_TYPE ("a{sa{sv}}"));
  gboolean has_head = FALSE;
  GVariantIter iter;
  const char *name;
  GVariant *rules;

  g_variant_iter_init (&iter, extras);
  while (g_variant_iter_loop (&iter, "{&s@a{sv}}", &name, &rules)) {
    g_autofree char *text = rules_to_string (rules, NULL);

    if (!is_plain_extra (rules))
      continue;
    fprintf (stdout, "%s    %-24s%s\n", has_head ? "" : "  extras\n", name, text);
    has_head = TRUE;
  }
}

static void
print_params (GVariant *extras, GVariant *operation, const char *operation_name)
{
  GVariantIter iter;
  const char *name;
  GVariant *rules;

  g_variant_iter_init (&iter, extras);
  while (g_variant_iter_loop (&iter, "{&s@a{sv}}", &name, &rules)) {
    g_autofree char *text = rules_to_string (rules, "operations");
    const gboolean is_needed = operation != NULL && has_word (operation, "required", name);

    if (has_word (rules, "operations", operation_name))
      fprintf (stdout, "      %-22s%s%s\n", name, text, is_needed ? " required=true" : "");
  }
}

/* The named operations of @owner, the provider or one of its modes, with their parameters; each once. */
static void
print_named (GVariant *info, GVariant *owner, GHashTable *seen)
{
  g_autoptr (GVariant) rules = g_variant_lookup_value (info, "operation_rules", NULL);
  g_autoptr (GVariant) extras = g_variant_lookup_value (info, "extras", NULL);
  g_autoptr (GVariant) list = g_variant_lookup_value (owner, "operations", G_VARIANT_TYPE_STRING_ARRAY);
  GVariantIter iter;
  const char *name;

  if (list == NULL)
    return;
  g_variant_iter_init (&iter, list);
  while (g_variant_iter_next (&iter, "&s", &name)) {
    g_autoptr (GVariant) own = g_variant_lookup_value (rules, name, G_VARIANT_TYPE_VARDICT);
    g_autofree char *text = own != NULL ? rules_to_string (own, "required") : g_strdup ("");

    if (!cli_operation_is_named (name) || !g_hash_table_add (seen, g_strdup (name)))
      continue;
    fprintf (stdout, "%s    %-24s%s\n", g_hash_table_size (seen) == 1 ? "  named operations\n" : "", name, text);
    print_params (extras, own, name);
  }
}

static void
print_modes (GVariant *info, GHashTable *seen)
{
  static const char *const keys[] = { "operations", "methods", "hosts", "required", "required_one_of", "excluded" };
  g_autoptr (GVariant) modes = g_variant_lookup_value (info, "mode_rules", G_VARIANT_TYPE ("a{sa{sv}}"));
  GVariantIter iter;
  const char *name;
  GVariant *rules;

  g_variant_iter_init (&iter, modes);
  while (g_variant_iter_loop (&iter, "{&s@a{sv}}", &name, &rules))
    print_named (info, rules, seen);
  g_variant_iter_init (&iter, modes);
  while (g_variant_iter_loop (&iter, "{&s@a{sv}}", &name, &rules)) {
    fprintf (stdout, "  mode %s\n", name);
    for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
      print_words (rules, "    ", keys[i]);
  }
}

static void
print_fields (GVariant *info)
{
  g_autoptr (GVariant) fields = g_variant_lookup_value (info, "fields", G_VARIANT_TYPE ("aa{sv}"));
  GVariantIter iter;
  GVariant *field;

  if (fields == NULL)
    return;
  fputs ("  fields of an account\n", stdout);
  g_variant_iter_init (&iter, fields);
  while (g_variant_iter_loop (&iter, "@a{sv}", &field)) {
    g_autofree char *text = rules_to_string (field, "name");
    const char *name = "";

    g_variant_lookup (field, "name", "&s", &name);
    fprintf (stdout, "    %-24s%s\n", name, text);
  }
}

static void
print_info (MinipayProviderInfo *info, gboolean json)
{
  static const char *const keys[] = { "operations", "methods", "modes", "hosts", "currencies", "required_one_of" };
  g_autoptr (GVariant) variant = minipay_provider_info_to_variant (info);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (JsonNode) node = NULL;

  if (json) {
    node = json_gvariant_serialize (variant);
    cli_print_node (node);
    return;
  }
  fprintf (stdout, "%s (%s)\n", minipay_provider_info_get_id (info), minipay_provider_info_get_name (info));
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    print_words (variant, "  ", keys[i]);
  print_fields (variant);
  print_rules (variant, "limits");
  print_extras (variant);
  print_named (variant, variant, seen);
  print_modes (variant, seen);
  fputc ('\n', stdout);
}

static void
print_all (MinipayRegistry *registry, gboolean json)
{
  g_autoptr (GPtrArray) infos = minipay_registry_list (registry);

  for (guint i = 0; i < infos->len; i++)
    print_info (g_ptr_array_index (infos, i), json);
}

static void
print_problems (MinipayRegistry *registry)
{
  g_auto (GStrv) problems = minipay_registry_dup_problems (registry);

  for (char **problem = problems; problem != NULL && *problem != NULL; problem++)
    fprintf (stderr, "minipay: %s\n", *problem);
}

CliExit
cli_inspect (int argc, char **argv)
{
  g_auto (CliCommon) common = { 0 };
  gboolean matrix = FALSE;
  const GOptionEntry entries[] = {
    { "matrix", 0, 0, G_OPTION_ARG_NONE, &matrix, "Only which provider has which operation", NULL },
    { NULL },
  };
  g_autoptr (MinipayRegistry) registry = NULL;
  MinipayProviderInfo *info = NULL;
  g_autoptr (GError) error = NULL;

  if (!cli_parse (&common,
                  "Shows what the manifests of the providers say; no module is loaded.",
                  entries,
                  1,
                  &argc,
                  &argv,
                  &error))
    return cli_fail (common.json, NULL, error);
  if (matrix && argc > 1) {
    error = g_error_new (CLI_ERROR, CLI_ERROR_USAGE, "--matrix shows all providers: no operand");
    return cli_fail (common.json, NULL, error);
  }

  registry = minipay_registry_new ();
  if (argc < 2) {
    if (matrix)
      cli_print_matrix (registry, common.json);
    else
      print_all (registry, common.json);
    print_problems (registry);
    return CLI_EXIT_OK;
  }
  info = minipay_registry_lookup (registry, argv[1], &error);
  if (info == NULL)
    return cli_fail (common.json, NULL, error);
  print_info (info, common.json);
  return CLI_EXIT_OK;
}
