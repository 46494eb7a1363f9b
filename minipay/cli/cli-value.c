/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/cli-value.h"

#include <string.h>

/* json-glib wraps numbers that are too large and takes 010 for 8: amounts may be among them. */
#include "minipay-plugin.h"

static GVariant *value_from_node (const MinipayJson *json, MinipayJsonNode node, const GVariantType *type);

static const GVariantType *
type_for_node (const MinipayJson *json, MinipayJsonNode node)
{
  switch (minipay_json_get_kind (json, node)) {
  case MINIPAY_JSON_STRING:
    return G_VARIANT_TYPE_STRING;
  case MINIPAY_JSON_NUMBER:
    return G_VARIANT_TYPE_INT64;
  case MINIPAY_JSON_BOOLEAN:
    return G_VARIANT_TYPE_BOOLEAN;
  case MINIPAY_JSON_ARRAY:
    return G_VARIANT_TYPE ("av");
  case MINIPAY_JSON_OBJECT:
    return G_VARIANT_TYPE_VARDICT;
  case MINIPAY_JSON_NONE:
  case MINIPAY_JSON_NULL:
  default:
    return NULL;
  }
}

static GVariant *
container_from_node (const MinipayJson *json, MinipayJsonNode node, const GVariantType *type)
{
  const GVariantType *element = g_variant_type_element (type);
  const gboolean is_dict = g_variant_type_is_dict_entry (element);
  const GVariantType *value_type = is_dict ? g_variant_type_value (element) : element;
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (type);

  if (minipay_json_get_kind (json, node) != (is_dict ? MINIPAY_JSON_OBJECT : MINIPAY_JSON_ARRAY) ||
      (is_dict && !g_variant_type_equal (g_variant_type_key (element), G_VARIANT_TYPE_STRING)))
    return NULL;
  for (MinipayJsonNode child = minipay_json_get_first (json, node); child != 0;
       child = minipay_json_get_next (json, child)) {
    GVariant *value = value_from_node (json, child, value_type);

    if (value == NULL)
      return NULL;
    if (is_dict)
      value = g_variant_new_dict_entry (g_variant_new_string (minipay_json_get_name (json, child)), value);
    g_variant_builder_add_value (&builder, value);
  }
  return g_variant_builder_end (&builder);
}

/* NULL when the node is nothing of the type. */
static GVariant *
value_from_node (const MinipayJson *json, MinipayJsonNode node, const GVariantType *type)
{
  const MinipayJsonKind kind = minipay_json_get_kind (json, node);
  const GVariantType *own = type_for_node (json, node);
  GVariant *inner;
  gint64 number;

  if (g_variant_type_equal (type, G_VARIANT_TYPE_VARIANT)) {
    inner = own != NULL ? value_from_node (json, node, own) : NULL;
    return inner != NULL ? g_variant_new_variant (inner) : NULL;
  }
  if (g_variant_type_is_array (type))
    return container_from_node (json, node, type);
  if (own == NULL || !g_variant_type_equal (type, own))
    return NULL;
  if (kind == MINIPAY_JSON_STRING)
    return g_variant_new_string (minipay_json_get_string (json, node));
  if (kind == MINIPAY_JSON_BOOLEAN)
    return g_variant_new_boolean (minipay_json_get_boolean (json, node));
  return minipay_json_get_integer (json, node, &number) ? g_variant_new_int64 (number) : NULL;
}

/* How people call a type; the manifest's own word for what has no simple name. */
static char *
type_to_words (const GVariantType *type)
{
  if (g_variant_type_equal (type, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup ("true or false");
  if (g_variant_type_equal (type, G_VARIANT_TYPE_INT64))
    return g_strdup ("a whole number");
  return g_strdup_printf (
      "JSON of type %.*s", (int) g_variant_type_get_string_length (type), g_variant_type_peek_string (type));
}

GVariant *
cli_value_parse (const char *what, const GVariantType *type, const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (MinipayJson) json = NULL;
  g_autofree char *allowed = NULL;
  GVariant *value;

  if (g_variant_type_equal (type, G_VARIANT_TYPE_STRING))
    return g_variant_new_string (text);
  bytes = g_bytes_new (text, strlen (text));
  json = minipay_json_parse (bytes, NULL);
  value = json != NULL ? value_from_node (json, minipay_json_get_root (json), type) : NULL;
  if (value != NULL)
    return value;
  allowed = type_to_words (type);
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "%s is '%.200s', allowed is %s", what, text, allowed);
  return NULL;
}
