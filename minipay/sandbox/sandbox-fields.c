/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-fields.h"

#include <string.h>

#include "sandbox-json.h"

/* NULL when the value is of no kind allowed. */
static char *
read_value (const char *name, JsonNode *node, const char *const *texts)
{
  gint64 number = 0;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));
  if (texts == NULL)
    return NULL;
  if (!g_strv_contains (texts, name) && sandbox_json_integer (node, &number))
    return g_strdup_printf ("%" G_GINT64_FORMAT, number);
  return JSON_NODE_HOLDS_NULL (node) ? g_strdup ("") : NULL;
}

/* The flat fields of a JSON object; numbers and null are let through where @texts does not name the member, and
 * nowhere when it is NULL. */
GHashTable *
sandbox_fields_read_json (GBytes *body, const char *const *texts, GError **error)
{
  g_autoptr (GHashTable) fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (JsonNode) root = sandbox_json_parse (body, error);
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *node = NULL;

  if (root == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (root)) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the body is not an object");
    return NULL;
  }

  json_object_iter_init (&iter, json_node_get_object (root));
  while (json_object_iter_next (&iter, &name, &node)) {
    char *value = read_value (name, node, texts);

    if (value == NULL) {
      g_set_error (error,
                   G_IO_ERROR,
                   G_IO_ERROR_INVALID_DATA,
                   "%s is %s",
                   name,
                   texts == NULL || g_strv_contains (texts, name) ? "not a string"
                                                                  : "neither a string nor a whole number");
      return NULL;
    }
    g_hash_table_insert (fields, g_strdup (name), value);
  }
  return g_steal_pointer (&fields);
}

/* The flat fields of a body that is either JSON or a form, by its content type. */
GHashTable *
sandbox_fields_read (const SandboxRequest *request, const char *const *texts, GError **error)
{
  const char *type = soup_message_headers_get_content_type (request->headers, NULL);
  gsize length = g_bytes_get_size (request->body);
  g_autofree char *text = NULL;
  GHashTable *fields = NULL;

  if (g_strcmp0 (type, "application/json") == 0)
    return sandbox_fields_read_json (request->body, texts, error);
  if (g_strcmp0 (type, "application/x-www-form-urlencoded") != 0) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the content type is neither JSON nor a form");
    return NULL;
  }

  text = g_strndup (g_bytes_get_data (request->body, NULL), length);
  fields = strlen (text) == length ? sandbox_form_parse (text) : NULL;
  if (fields == NULL)
    g_set_error_literal (
        error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the form is malformed or names a field twice");
  return fields;
}

/* NULL also for an empty value, which counts as absent. */
const char *
sandbox_fields_get (GHashTable *fields, const char *name)
{
  const char *value = g_hash_table_lookup (fields, name);

  return value != NULL && *value != '\0' ? value : NULL;
}

/* `a=1&b=2&`: every field with a value but sign, by name; the key's own member follows. */
char *
sandbox_fields_sort (GHashTable *fields)
{
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (fields), (GCompareFunc) strcmp);
  GString *text = g_string_new (NULL);

  for (GList *l = names; l != NULL; l = l->next) {
    const char *value = sandbox_fields_get (fields, l->data);

    if (value != NULL && !g_str_equal (l->data, "sign"))
      g_string_append_printf (text, "%s=%s&", (const char *) l->data, value);
  }
  return g_string_free (text, FALSE);
}
