/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/*
 * What every value object shares: construct-only properties kept in fields of its struct. A class describes
 * its fields in one table; this is the one piece of code that sets, gets and frees them.
 */
typedef enum {
  MINIPAY_VALUE_STRING,  /* char * */
  MINIPAY_VALUE_BOXED,   /* gpointer, type from get_type */
  MINIPAY_VALUE_OBJECT,  /* GObject *, type from get_type */
  MINIPAY_VALUE_ENUM,    /* int, type from get_type */
  MINIPAY_VALUE_VARIANT, /* GVariant *, type_string */
  MINIPAY_VALUE_BOOLEAN, /* gboolean */
  MINIPAY_VALUE_INT64,   /* gint64, from 0 */
} MinipayValueKind;

typedef struct {
  const char *name;
  MinipayValueKind kind;
  gsize offset;
  GType (*get_type) (void);
  const char *type_string;
  gboolean is_read_only; /* set by the core behind the scenes, not by whoever constructs */
} MinipayValueField;

/* Installs the properties and takes over get_property, set_property and finalize. @fields is static. */
void minipay_value_class_install (gpointer klass, const MinipayValueField *fields, guint n_fields);

/* A getter that checks its argument and reads one field. */
#define MINIPAY_VALUE_GETTER(Type, prefix, CAST, type, field, none)                                                \
  type prefix##_get_##field (Type *self)                                                                           \
  {                                                                                                                \
    g_return_val_if_fail (CAST (self), none);                                                                      \
    return self->field;                                                                                            \
  }

G_END_DECLS
