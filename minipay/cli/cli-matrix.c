/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/cli-matrix.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli-output.h"

/* One provider, or one of its modes. */
typedef struct {
  char *name;
  char **operations;
} MatrixRow;

static void
row_free (gpointer data)
{
  MatrixRow *self = data;

  g_free (self->name);
  g_strfreev (self->operations);
  g_free (self);
}

static MatrixRow *
row_new (const char *name, char **operations)
{
  MatrixRow *self = g_new0 (MatrixRow, 1);

  self->name = g_strdup (name);
  self->operations = operations;
  return self;
}

static gboolean
row_has (const MatrixRow *self, const char *operation)
{
  return g_strv_contains ((const char *const *) self->operations, operation);
}

static void
row_take (MatrixRow *self, GPtrArray *operations)
{
  g_ptr_array_add (operations, NULL);
  g_strfreev (self->operations);
  self->operations = (char **) g_ptr_array_free (operations, FALSE);
}

gboolean
cli_operation_is_named (const char *operation)
{
  g_autoptr (GEnumClass) operations = g_type_class_ref (MINIPAY_TYPE_OPERATION);

  return g_enum_get_value_by_nick (operations, operation) == NULL;
}

/* What any of the modes can do: first what every application knows, in its order, then the named ones. */
static GPtrArray *
list_all (GPtrArray *rows)
{
  g_autoptr (GEnumClass) operations = g_type_class_ref (MINIPAY_TYPE_OPERATION);
  GPtrArray *all = g_ptr_array_new ();

  for (guint i = 0; i < operations->n_values; i++)
    for (guint j = 1; j < rows->len; j++)
      if (row_has (g_ptr_array_index (rows, j), operations->values[i].value_nick)) {
        g_ptr_array_add (all, g_strdup (operations->values[i].value_nick));
        break;
      }
  for (guint j = 1; j < rows->len; j++)
    for (char **name = ((MatrixRow *) g_ptr_array_index (rows, j))->operations; *name != NULL; name++)
      if (cli_operation_is_named (*name) && !g_ptr_array_find_with_equal_func (all, *name, g_str_equal, NULL))
        g_ptr_array_add (all, g_strdup (*name));
  return all;
}

/* The first row is the provider with whatever any of its modes can do, the others are its modes. */
static GPtrArray *
matrix_list_rows (MinipayProviderInfo *info)
{
  g_autoptr (GVariant) variant = minipay_provider_info_to_variant (info);
  g_autoptr (GVariant) rules = g_variant_lookup_value (variant, "mode_rules", NULL);
  const char *const *modes = minipay_provider_info_get_modes (info);
  GPtrArray *rows = g_ptr_array_new_with_free_func (row_free);
  char **base = NULL;

  g_variant_lookup (variant, "operations", "^as", &base);
  g_ptr_array_add (rows, row_new (minipay_provider_info_get_id (info), base));
  for (; modes != NULL && *modes != NULL; modes++) {
    g_autoptr (GVariant) own = g_variant_lookup_value (rules, *modes, NULL);
    char **list = NULL;

    if (own == NULL || !g_variant_lookup (own, "operations", "^as", &list))
      list = g_strdupv (base);
    g_ptr_array_add (rows, row_new (*modes, list));
  }
  if (rows->len > 1)
    row_take (g_ptr_array_index (rows, 0), list_all (rows));
  return rows;
}

static void
add_operations (JsonBuilder *json, const char *name, const MatrixRow *row)
{
  json_builder_set_member_name (json, name);
  json_builder_begin_array (json);
  for (char **operation = row->operations; *operation != NULL; operation++)
    json_builder_add_string_value (json, *operation);
  json_builder_end_array (json);
}

static void
print_json (GPtrArray *rows)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  MatrixRow *provider = g_ptr_array_index (rows, 0);

  json_builder_begin_object (json);
  cli_json_add_string (json, "id", provider->name);
  add_operations (json, "operations", provider);
  json_builder_set_member_name (json, "modes");
  json_builder_begin_object (json);
  for (guint i = 1; i < rows->len; i++) {
    MatrixRow *mode = g_ptr_array_index (rows, i);

    add_operations (json, mode->name, mode);
  }
  json_builder_end_object (json);
  json_builder_end_object (json);
  cli_print_json (json);
}

/* The table's columns: named operations would make it as wide as there are gateways' ideas. */
static gboolean
is_column (const GEnumValue *operation)
{
  return operation->value != MINIPAY_OPERATION_CALL;
}

static void
print_rows (GPtrArray *rows)
{
  g_autoptr (GEnumClass) operations = g_type_class_ref (MINIPAY_TYPE_OPERATION);

  for (guint i = 0; i < rows->len; i++) {
    MatrixRow *row = g_ptr_array_index (rows, i);

    fprintf (stdout, i > 0 ? "  %-20s" : "%-22s", row->name);
    for (guint j = 0; j < operations->n_values; j++) {
      const char *nick = operations->values[j].value_nick;

      if (is_column (&operations->values[j]))
        fprintf (stdout,
                 "  %-*s",
                 j + 1 < operations->n_values ? (int) strlen (nick) : 0,
                 row_has (row, nick) ? "yes" : "-");
    }
    fputc ('\n', stdout);
  }
}

static void
print_head (void)
{
  g_autoptr (GEnumClass) operations = g_type_class_ref (MINIPAY_TYPE_OPERATION);

  fprintf (stdout, "%-22s", "provider, modes");
  for (guint i = 0; i < operations->n_values; i++)
    if (is_column (&operations->values[i]))
      fprintf (stdout, "  %s", operations->values[i].value_nick);
  fputc ('\n', stdout);
}

/* Who has a named operation: `wechat-v2, transit(v2)`, the modes only where not all of them have it. */
static void
append_owners (GString *text, GPtrArray *rows, const char *operation)
{
  const MatrixRow *provider = g_ptr_array_index (rows, 0);
  guint n_modes = 0;

  if (!row_has (provider, operation))
    return;
  for (guint i = 1; i < rows->len; i++)
    n_modes += row_has (g_ptr_array_index (rows, i), operation);
  if (n_modes + 1 == rows->len) {
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", provider->name);
    return;
  }
  for (guint i = 1; i < rows->len; i++) {
    const MatrixRow *mode = g_ptr_array_index (rows, i);

    if (row_has (mode, operation))
      g_string_append_printf (text, "%s%s(%s)", text->len > 0 ? ", " : "", provider->name, mode->name);
  }
}

static void
print_named (GPtrArray *matrix)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < matrix->len; i++) {
    const MatrixRow *provider = g_ptr_array_index ((GPtrArray *) g_ptr_array_index (matrix, i), 0);

    for (char **name = provider->operations; *name != NULL; name++) {
      g_autoptr (GString) owners = g_string_new (NULL);

      if (!cli_operation_is_named (*name) || !g_hash_table_add (seen, *name))
        continue;
      for (guint j = i; j < matrix->len; j++)
        append_owners (owners, g_ptr_array_index (matrix, j), *name);
      fprintf (stdout, "%s%s: %s\n", g_hash_table_size (seen) == 1 ? "\n" : "", *name, owners->str);
    }
  }
}

void
cli_print_matrix (MinipayRegistry *registry, gboolean json)
{
  g_autoptr (GPtrArray) infos = minipay_registry_list (registry);
  g_autoptr (GPtrArray) matrix = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; i < infos->len; i++)
    g_ptr_array_add (matrix, matrix_list_rows (g_ptr_array_index (infos, i)));
  if (json) {
    for (guint i = 0; i < matrix->len; i++)
      print_json (g_ptr_array_index (matrix, i));
    return;
  }
  print_head ();
  for (guint i = 0; i < matrix->len; i++)
    print_rows (g_ptr_array_index (matrix, i));
  print_named (matrix);
}
