/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "wire/minipay-json.h"

static GVariant *
variant_new_number (const MinipayJson *self, MinipayJsonNode node)
{
  gsize length;
  const char *raw;
  gint64 whole;

  if (minipay_json_get_integer (self, node, &whole))
    return g_variant_new_int64 (whole);
  /* a double would round it */
  raw = minipay_json_get_raw (self, node, &length);
  return g_variant_new_take_string (g_strndup (raw, length));
}

static GVariant *
variant_new_container (const MinipayJson *self, MinipayJsonNode node, gboolean is_object)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, is_object ? G_VARIANT_TYPE_VARDICT : G_VARIANT_TYPE ("av"));
  for (MinipayJsonNode child = minipay_json_get_first (self, node); child != 0;
       child = minipay_json_get_next (self, child)) {
    g_autoptr (GVariant) value = minipay_json_dup_variant (self, child);

    if (value == NULL)
      continue;
    if (is_object)
      g_variant_builder_add (&builder, "{sv}", minipay_json_get_name (self, child), value);
    else
      g_variant_builder_add (&builder, "v", value);
  }
  return g_variant_builder_end (&builder);
}

/* It recurses no deeper than the reader lets a document be. */
GVariant *
minipay_json_dup_variant (const MinipayJson *self, MinipayJsonNode node)
{
  GVariant *value = NULL;

  switch (minipay_json_get_kind (self, node)) {
  case MINIPAY_JSON_BOOLEAN:
    value = g_variant_new_boolean (minipay_json_get_boolean (self, node));
    break;
  case MINIPAY_JSON_NUMBER:
    value = variant_new_number (self, node);
    break;
  case MINIPAY_JSON_STRING:
    value = g_variant_new_string (minipay_json_get_string (self, node));
    break;
  case MINIPAY_JSON_ARRAY:
  case MINIPAY_JSON_OBJECT:
    value = variant_new_container (self, node, minipay_json_get_kind (self, node) == MINIPAY_JSON_OBJECT);
    break;
  case MINIPAY_JSON_NONE:
  case MINIPAY_JSON_NULL:
  default:
    return NULL;
  }
  return g_variant_ref_sink (value);
}
