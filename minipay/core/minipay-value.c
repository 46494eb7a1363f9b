/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-value-private.h"

typedef struct {
  const MinipayValueField *fields;
  guint n_fields;
  void (*parent_finalize) (GObject *object);
} ValueTable;

static GQuark
value_table_quark (void)
{
  static GQuark quark;

  if (G_UNLIKELY (quark == 0))
    quark = g_quark_from_static_string ("minipay-value-table");
  return quark;
}

static const ValueTable *
value_get_table (GObject *object)
{
  return g_type_get_qdata (G_OBJECT_TYPE (object), value_table_quark ());
}

static void
value_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  const MinipayValueField *field = &value_get_table (object)->fields[id - 1];
  gpointer place = G_STRUCT_MEMBER_P (object, field->offset);

  switch (field->kind) {
  case MINIPAY_VALUE_STRING:
    *(char **) place = g_value_dup_string (value);
    break;
  case MINIPAY_VALUE_BOXED:
    *(gpointer *) place = g_value_dup_boxed (value);
    break;
  case MINIPAY_VALUE_OBJECT:
    *(gpointer *) place = g_value_dup_object (value);
    break;
  case MINIPAY_VALUE_ENUM:
    *(int *) place = g_value_get_enum (value);
    break;
  case MINIPAY_VALUE_VARIANT:
    *(GVariant **) place = g_value_dup_variant (value);
    break;
  case MINIPAY_VALUE_BOOLEAN:
    *(gboolean *) place = g_value_get_boolean (value);
    break;
  case MINIPAY_VALUE_INT64:
    *(gint64 *) place = g_value_get_int64 (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
value_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  const MinipayValueField *field = &value_get_table (object)->fields[id - 1];
  gpointer place = G_STRUCT_MEMBER_P (object, field->offset);

  switch (field->kind) {
  case MINIPAY_VALUE_STRING:
    g_value_set_string (value, *(char **) place);
    break;
  case MINIPAY_VALUE_BOXED:
    g_value_set_boxed (value, *(gpointer *) place);
    break;
  case MINIPAY_VALUE_OBJECT:
    g_value_set_object (value, *(gpointer *) place);
    break;
  case MINIPAY_VALUE_ENUM:
    g_value_set_enum (value, *(int *) place);
    break;
  case MINIPAY_VALUE_VARIANT:
    g_value_set_variant (value, *(GVariant **) place);
    break;
  case MINIPAY_VALUE_BOOLEAN:
    g_value_set_boolean (value, *(gboolean *) place);
    break;
  case MINIPAY_VALUE_INT64:
    g_value_set_int64 (value, *(gint64 *) place);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
value_free_field (GObject *object, const MinipayValueField *field)
{
  gpointer pointer;

  if (field->kind == MINIPAY_VALUE_ENUM || field->kind == MINIPAY_VALUE_BOOLEAN ||
      field->kind == MINIPAY_VALUE_INT64)
    return;
  pointer = *(gpointer *) G_STRUCT_MEMBER_P (object, field->offset);
  if (pointer == NULL)
    return;

  if (field->kind == MINIPAY_VALUE_STRING)
    g_free (pointer);
  else if (field->kind == MINIPAY_VALUE_BOXED)
    g_boxed_free (field->get_type (), pointer);
  else if (field->kind == MINIPAY_VALUE_OBJECT)
    g_object_unref (pointer);
  else
    g_variant_unref (pointer);
}

static void
value_finalize (GObject *object)
{
  const ValueTable *table = value_get_table (object);

  for (guint i = 0; i < table->n_fields; i++)
    value_free_field (object, &table->fields[i]);
  table->parent_finalize (object);
}

static GParamSpec *
value_field_new_pspec (const MinipayValueField *field)
{
  const GParamFlags flags = G_PARAM_STATIC_STRINGS | G_PARAM_READABLE |
                            (field->is_read_only ? 0 : G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY);

  switch (field->kind) {
  case MINIPAY_VALUE_BOXED:
    return g_param_spec_boxed (field->name, NULL, NULL, field->get_type (), flags);
  case MINIPAY_VALUE_OBJECT:
    return g_param_spec_object (field->name, NULL, NULL, field->get_type (), flags);
  case MINIPAY_VALUE_ENUM:
    return g_param_spec_enum (field->name, NULL, NULL, field->get_type (), 0, flags);
  case MINIPAY_VALUE_VARIANT:
    return g_param_spec_variant (field->name, NULL, NULL, G_VARIANT_TYPE (field->type_string), NULL, flags);
  case MINIPAY_VALUE_BOOLEAN:
    return g_param_spec_boolean (field->name, NULL, NULL, FALSE, flags);
  case MINIPAY_VALUE_INT64:
    return g_param_spec_int64 (field->name, NULL, NULL, 0, G_MAXINT64, 0, flags);
  case MINIPAY_VALUE_STRING:
  default:
    return g_param_spec_string (field->name, NULL, NULL, NULL, flags);
  }
}

void
minipay_value_class_install (gpointer klass, const MinipayValueField *fields, guint n_fields)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  ValueTable *table = g_new (ValueTable, 1);

  table->fields = fields;
  table->n_fields = n_fields;
  table->parent_finalize = object_class->finalize;
  g_type_set_qdata (G_OBJECT_CLASS_TYPE (klass), value_table_quark (), table);

  object_class->set_property = value_set_property;
  object_class->get_property = value_get_property;
  object_class->finalize = value_finalize;
  for (guint i = 0; i < n_fields; i++)
    g_object_class_install_property (object_class, i + 1, value_field_new_pspec (&fields[i]));
}
