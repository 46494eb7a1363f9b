/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <stdio.h>

#include "cli/cli-matrix.h"
#include "cli/cli-output.h"

static void
print_words (GVariant *info, const char *name)
{
  g_autoptr (GVariant) list = g_variant_lookup_value (info, name, G_VARIANT_TYPE_STRING_ARRAY);
  g_autofree const char **words = list != NULL ? g_variant_get_strv (list, NULL) : NULL;
  g_autofree char *line = words != NULL ? g_strjoinv (" ", (char **) words) : NULL;

  if (line != NULL && *line != '\0')
    fprintf (stdout, "  %-15s %s\n", name, line);
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
    word = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (value, NULL)
                                                               : g_variant_print (value, FALSE);
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
  g_autoptr (GVariant) variant = minipay_provider_info_to_variant (info);
  g_autoptr (JsonNode) node = NULL;

  if (json) {
    node = json_gvariant_serialize (variant);
    cli_print_node (node);
    return;
  }
  fprintf (stdout, "%s (%s)\n", minipay_provider_info_get_id (info), minipay_provider_info_get_name (info));
  print_words (variant, "operations");
  print_words (variant, "methods");
  print_words (variant, "modes");
  print_words (variant, "hosts");
  print_words (variant, "currencies");
  print_words (variant, "required_one_of");
  print_fields (variant);
  print_rules (variant, "limits");
  print_rules (variant, "extras");
  print_rules (variant, "mode_rules");
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
