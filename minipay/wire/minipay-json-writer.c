/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "wire/minipay-json-writer.h"

#include <string.h>

#include "core/minipay-error-private.h"

#define QUOTED_BYTES 40

struct _MinipayJsonWriter {
  GString *text;
  GString *open; /* the closing brackets that are due, the innermost last */
  gboolean has_sibling;
  GError *problem; /* the first one */
};

MinipayJsonWriter *
minipay_json_writer_new (void)
{
  MinipayJsonWriter *self = g_new0 (MinipayJsonWriter, 1);

  self->text = g_string_sized_new (512);
  self->open = g_string_sized_new (16);
  return self;
}

void
minipay_json_writer_free (MinipayJsonWriter *self)
{
  g_return_if_fail (self != NULL);

  g_string_free (self->text, TRUE);
  g_string_free (self->open, TRUE);
  g_clear_error (&self->problem);
  g_free (self);
}

static void
writer_note (MinipayJsonWriter *self, MinipayError code, const char *what, const char *name)
{
  const char *where = name != NULL ? name : "";
  g_autofree char *quoted = NULL;

  if (self->problem != NULL)
    return;

  quoted = minipay_error_quote (where, strnlen (where, QUOTED_BYTES));
  self->problem = g_error_new (MINIPAY_ERROR, code, "JSON member \"%s\" %s", quoted, what);
}

/* Runs of bytes that need no escape are copied whole; the bytes beside them never occur inside a UTF-8
 * sequence. */
static void
writer_append_quoted (MinipayJsonWriter *self, const char *value)
{
  static const char letters[32] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };
  const char *run = value;

  g_string_append_c (self->text, '"');
  for (; *value != '\0'; value++) {
    guchar byte = (guchar) *value;

    if (byte >= 0x20 && byte != '"' && byte != '\\')
      continue;

    g_string_append_len (self->text, run, value - run);
    run = value + 1;
    if (byte >= 0x20)
      g_string_append_printf (self->text, "\\%c", byte);
    else if (letters[byte] != '\0')
      g_string_append_printf (self->text, "\\%c", letters[byte]);
    else
      g_string_append_printf (self->text, "\\u%04x", byte);
  }
  g_string_append_len (self->text, run, value - run);
  g_string_append_c (self->text, '"');
}

/* Everything in front of a value: the comma and the name. FALSE once the text cannot become right. */
static gboolean
writer_begin_value (MinipayJsonWriter *self, const char *name)
{
  gboolean in_object = self->open->len > 0 && self->open->str[self->open->len - 1] == '}';

  if (in_object != (name != NULL))
    writer_note (self,
                 MINIPAY_ERROR_INTERNAL,
                 in_object ? "has no name, allowed is a name in objects"
                           : "has a name, allowed is one in objects only",
                 name);
  else if (self->open->len == 0 && self->text->len > 0)
    writer_note (self, MINIPAY_ERROR_INTERNAL, "follows the root, allowed is one root", name);
  else if (name != NULL && !g_utf8_validate (name, -1, NULL))
    writer_note (self, MINIPAY_ERROR_INVALID, "has a name that is not UTF-8", name);
  if (self->problem != NULL)
    return FALSE;

  if (self->has_sibling)
    g_string_append_c (self->text, ',');
  self->has_sibling = TRUE;
  if (name != NULL) {
    writer_append_quoted (self, name);
    g_string_append_c (self->text, ':');
  }
  return TRUE;
}

static void
writer_begin_container (MinipayJsonWriter *self, const char *name, char opening, char closing)
{
  if (!writer_begin_value (self, name))
    return;

  g_string_append_c (self->text, opening);
  g_string_append_c (self->open, closing);
  self->has_sibling = FALSE;
}

static void
writer_end_container (MinipayJsonWriter *self, char closing)
{
  if (self->problem != NULL)
    return;
  if (self->open->len == 0 || self->open->str[self->open->len - 1] != closing) {
    self->problem = g_error_new (MINIPAY_ERROR,
                                 MINIPAY_ERROR_INTERNAL,
                                 "JSON text is closed with '%c', allowed is %s",
                                 closing,
                                 self->open->len == 0 ? "nothing more" : "the bracket of what was begun last");
    return;
  }

  g_string_truncate (self->open, self->open->len - 1);
  g_string_append_c (self->text, closing);
  self->has_sibling = TRUE;
}

void
minipay_json_writer_begin_object (MinipayJsonWriter *self, const char *name)
{
  g_return_if_fail (self != NULL);

  writer_begin_container (self, name, '{', '}');
}

void
minipay_json_writer_end_object (MinipayJsonWriter *self)
{
  g_return_if_fail (self != NULL);

  writer_end_container (self, '}');
}

void
minipay_json_writer_begin_array (MinipayJsonWriter *self, const char *name)
{
  g_return_if_fail (self != NULL);

  writer_begin_container (self, name, '[', ']');
}

void
minipay_json_writer_end_array (MinipayJsonWriter *self)
{
  g_return_if_fail (self != NULL);

  writer_end_container (self, ']');
}

void
minipay_json_writer_add_string (MinipayJsonWriter *self, const char *name, const char *value)
{
  g_return_if_fail (self != NULL);

  if (value == NULL)
    return;
  if (!g_utf8_validate (value, -1, NULL))
    writer_note (self, MINIPAY_ERROR_INVALID, "has text that is not UTF-8", name);
  if (writer_begin_value (self, name))
    writer_append_quoted (self, value);
}

void
minipay_json_writer_add_integer (MinipayJsonWriter *self, const char *name, gint64 value)
{
  g_return_if_fail (self != NULL);

  if (writer_begin_value (self, name))
    g_string_append_printf (self->text, "%" G_GINT64_FORMAT, value);
}

static gboolean
is_number (const char *text)
{
  gsize digits;

  text += *text == '-';
  digits = strspn (text, "0123456789");
  if (digits == 0 || (*text == '0' && digits > 1))
    return FALSE;
  text += digits;
  if (*text == '.') {
    digits = strspn (text + 1, "0123456789");
    if (digits == 0)
      return FALSE;
    text += digits + 1;
  }
  if (*text != 'e' && *text != 'E')
    return *text == '\0';
  text += text[1] == '+' || text[1] == '-' ? 2 : 1;
  digits = strspn (text, "0123456789");
  return digits > 0 && text[digits] == '\0';
}

void
minipay_json_writer_add_number (MinipayJsonWriter *self, const char *name, const char *text)
{
  g_return_if_fail (self != NULL);

  if (text == NULL)
    return;
  if (!is_number (text))
    writer_note (self, MINIPAY_ERROR_INVALID, "has a number that is none", name);
  if (writer_begin_value (self, name))
    g_string_append (self->text, text);
}

void
minipay_json_writer_add_null (MinipayJsonWriter *self, const char *name)
{
  g_return_if_fail (self != NULL);

  if (writer_begin_value (self, name))
    g_string_append (self->text, "null");
}

void
minipay_json_writer_add_boolean (MinipayJsonWriter *self, const char *name, gboolean value)
{
  g_return_if_fail (self != NULL);

  if (writer_begin_value (self, name))
    g_string_append (self->text, value ? "true" : "false");
}

static void
writer_add_children (MinipayJsonWriter *self, const char *name, GVariant *value)
{
  const gboolean is_object = g_variant_is_of_type (value, G_VARIANT_TYPE_DICTIONARY);

  writer_begin_container (self, name, is_object ? '{' : '[', is_object ? '}' : ']');
  for (gsize i = 0; i < g_variant_n_children (value); i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
    g_autoptr (GVariant) key = is_object ? g_variant_get_child_value (child, 0) : NULL;
    g_autoptr (GVariant) member = is_object ? g_variant_get_child_value (child, 1) : NULL;

    if (is_object)
      minipay_json_writer_add_variant (self, g_variant_get_string (key, NULL), member);
    else
      minipay_json_writer_add_variant (self, NULL, child);
  }
  writer_end_container (self, is_object ? '}' : ']');
}

/* As deep as variants may be nested; every kind but the two containers is one token. */
void
minipay_json_writer_add_variant (MinipayJsonWriter *self, const char *name, GVariant *value)
{
  g_autoptr (GVariant) inner = NULL;
  g_autofree char *what = NULL;

  g_return_if_fail (self != NULL && value != NULL);

  switch (g_variant_classify (value)) {
  case G_VARIANT_CLASS_VARIANT:
    inner = g_variant_get_variant (value);
    minipay_json_writer_add_variant (self, name, inner);
    return;
  case G_VARIANT_CLASS_STRING:
    minipay_json_writer_add_string (self, name, g_variant_get_string (value, NULL));
    return;
  case G_VARIANT_CLASS_BOOLEAN:
    minipay_json_writer_add_boolean (self, name, g_variant_get_boolean (value));
    return;
  case G_VARIANT_CLASS_INT32:
    minipay_json_writer_add_integer (self, name, g_variant_get_int32 (value));
    return;
  case G_VARIANT_CLASS_INT64:
    minipay_json_writer_add_integer (self, name, g_variant_get_int64 (value));
    return;
  case G_VARIANT_CLASS_UINT32:
    minipay_json_writer_add_integer (self, name, g_variant_get_uint32 (value));
    return;
  case G_VARIANT_CLASS_ARRAY:
    if (!g_variant_is_of_type (value, G_VARIANT_TYPE_DICTIONARY) ||
        g_variant_is_of_type (value, G_VARIANT_TYPE ("a{s*}"))) {
      writer_add_children (self, name, value);
      return;
    }
    break;
  default:
    break;
  }
  what =
      g_strdup_printf ("is of type %s, allowed are texts, whole numbers, booleans, lists and dictionaries of them",
                       g_variant_get_type_string (value));
  writer_note (self, MINIPAY_ERROR_INVALID, what, name);
}

GBytes *
minipay_json_writer_finish (MinipayJsonWriter *self, GError **error)
{
  g_autoptr (GString) text = NULL;
  g_autoptr (GError) problem = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (self->problem == NULL && (self->open->len > 0 || self->text->len == 0))
    self->problem = g_error_new (MINIPAY_ERROR,
                                 MINIPAY_ERROR_INTERNAL,
                                 "JSON text ends with %" G_GSIZE_FORMAT " containers open and %" G_GSIZE_FORMAT
                                 " bytes written, allowed is one whole value",
                                 self->open->len,
                                 self->text->len);

  text = g_steal_pointer (&self->text);
  problem = g_steal_pointer (&self->problem);
  self->text = g_string_sized_new (512);
  g_string_truncate (self->open, 0);
  self->has_sibling = FALSE;

  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return NULL;
  }
  return g_string_free_to_bytes (g_steal_pointer (&text));
}
