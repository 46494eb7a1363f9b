/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "wire/minipay-params.h"

#include <stdlib.h>
#include <string.h>

#include "core/minipay-error-private.h"
#include "wire/minipay-json-writer.h"
#include "wire/minipay-xml-private.h"

#define QUOTED_BYTES 40

typedef struct {
  char *name;
  char *value; /* never empty; an integer's decimal digits */
  gint64 integer;
  gboolean is_integer;
} Param;

struct _MinipayParams {
  GArray *params; /* of Param */
};

static void
param_clear (gpointer data)
{
  Param *self = data;

  g_free (self->name);
  g_free (self->value);
}

MinipayParams *
minipay_params_new (void)
{
  MinipayParams *self = g_new0 (MinipayParams, 1);

  self->params = g_array_sized_new (FALSE, FALSE, sizeof (Param), 16);
  g_array_set_clear_func (self->params, param_clear);
  return self;
}

void
minipay_params_free (MinipayParams *self)
{
  g_return_if_fail (self != NULL);

  g_array_unref (self->params);
  g_free (self);
}

static Param *
params_at (const MinipayParams *self, guint index)
{
  return &g_array_index (self->params, Param, index);
}

/* The index of @name, or the length. */
static guint
params_find (const MinipayParams *self, const char *name)
{
  guint i = 0;

  while (i < self->params->len && strcmp (params_at (self, i)->name, name) != 0)
    i++;
  return i;
}

static void
params_set (MinipayParams *self, const char *name, const Param *content)
{
  guint index = params_find (self, name);
  Param *param = NULL;

  if (index == self->params->len) {
    Param added = *content;

    added.name = g_strdup (name);
    g_array_append_val (self->params, added);
    return;
  }

  param = params_at (self, index);
  g_free (param->value);
  param->value = content->value;
  param->integer = content->integer;
  param->is_integer = content->is_integer;
}

void
minipay_params_set_string (MinipayParams *self, const char *name, const char *value)
{
  guint index = 0;

  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);

  if (value != NULL && *value != '\0') {
    params_set (self, name, &(Param){ .value = g_strdup (value) });
    return;
  }

  index = params_find (self, name);
  if (index < self->params->len)
    g_array_remove_index (self->params, index);
}

void
minipay_params_set_integer (MinipayParams *self, const char *name, gint64 value)
{
  char *digits = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);

  digits = g_strdup_printf ("%" G_GINT64_FORMAT, value);
  params_set (self, name, &(Param){ .value = digits, .integer = value, .is_integer = TRUE });
}

const char *
minipay_params_lookup (const MinipayParams *self, const char *name)
{
  guint index = 0;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  index = params_find (self, name);
  return index < self->params->len ? params_at (self, index)->value : NULL;
}

const char *
minipay_params_require (const MinipayParams *self, const char *name, GError **error)
{
  const char *value = minipay_params_lookup (self, name);

  if (value == NULL)
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "%s is missing", name);
  return value;
}

gboolean
minipay_params_read_integer (const MinipayParams *self,
                             const char *name,
                             gint64 minimum,
                             gint64 maximum,
                             gint64 *value,
                             gboolean *is_present,
                             GError **error)
{
  const char *text = minipay_params_lookup (self, name);
  g_autofree char *quoted = NULL;
  guint64 number;

  *is_present = text != NULL;
  if (text == NULL)
    return TRUE;
  if ((*text != '0' || text[1] == '\0') &&
      g_ascii_string_to_unsigned (text, 10, (guint64) minimum, (guint64) maximum, &number, NULL)) {
    *value = (gint64) number;
    return TRUE;
  }
  quoted = minipay_error_quote (text, (gssize) strnlen (text, QUOTED_BYTES));
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PROTOCOL,
               "%s is \"%s\", allowed are whole numbers from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
               name,
               quoted,
               minimum,
               maximum);
  return FALSE;
}

static int
compare_params (const void *a, const void *b)
{
  return strcmp ((*(Param *const *) a)->name, (*(Param *const *) b)->name);
}

char *
minipay_params_to_sorted_text (const MinipayParams *self, const char *except)
{
  g_autofree Param **sorted = NULL;
  GString *text = NULL;
  guint n_sorted = 0;

  g_return_val_if_fail (self != NULL, NULL);

  sorted = g_new (Param *, self->params->len + 1);
  for (guint i = 0; i < self->params->len; i++)
    if (except == NULL || strcmp (params_at (self, i)->name, except) != 0)
      sorted[n_sorted++] = params_at (self, i);
  qsort (sorted, n_sorted, sizeof *sorted, compare_params);

  text = g_string_sized_new (512);
  for (guint i = 0; i < n_sorted; i++) {
    if (i > 0)
      g_string_append_c (text, '&');
    g_string_append (text, sorted[i]->name);
    g_string_append_c (text, '=');
    g_string_append (text, sorted[i]->value);
  }
  return g_string_free (text, FALSE);
}

GBytes *
minipay_params_to_json (const MinipayParams *self, GError **error)
{
  g_autoptr (MinipayJsonWriter) writer = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  writer = minipay_json_writer_new ();
  minipay_json_writer_begin_object (writer, NULL);
  for (guint i = 0; i < self->params->len; i++) {
    const Param *param = params_at (self, i);

    if (param->is_integer)
      minipay_json_writer_add_integer (writer, param->name, param->integer);
    else
      minipay_json_writer_add_string (writer, param->name, param->value);
  }
  minipay_json_writer_end_object (writer);
  return minipay_json_writer_finish (writer, error);
}

static gboolean
fail_param (const char *name, const char *problem, GError **error)
{
  g_autofree char *quoted = minipay_error_quote (name, strnlen (name, QUOTED_BYTES));

  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "parameter \"%s\" %s", quoted, problem);
  return FALSE;
}

static gboolean
is_unreserved (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static void
append_escaped (GString *target, const char *text)
{
  static const char digits[] = "0123456789ABCDEF";

  for (; *text != '\0'; text++) {
    guchar byte = (guchar) *text;

    if (is_unreserved (*text)) {
      g_string_append_c (target, *text);
    } else {
      g_string_append_c (target, '%');
      g_string_append_c (target, digits[byte >> 4]);
      g_string_append_c (target, digits[byte & 15]);
    }
  }
}

/* A space becomes %20, which every reader of forms takes; `+` is for forms alone and a trap in an address. */
GBytes *
minipay_params_to_form (const MinipayParams *self, GError **error)
{
  g_autoptr (GString) text = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  text = g_string_sized_new (512);
  for (guint i = 0; i < self->params->len; i++) {
    const Param *param = params_at (self, i);

    if (!g_utf8_validate (param->name, -1, NULL) || !g_utf8_validate (param->value, -1, NULL)) {
      fail_param (param->name, "has text that is not UTF-8", error);
      return NULL;
    }
    if (i > 0)
      g_string_append_c (text, '&');
    append_escaped (text, param->name);
    g_string_append_c (text, '=');
    append_escaped (text, param->value);
  }
  return g_string_free_to_bytes (g_steal_pointer (&text));
}

static gboolean
is_xml_name (const char *name)
{
  if (!minipay_xml_starts_name (*name))
    return FALSE;
  while (minipay_xml_continues_name (*name))
    name++;
  return *name == '\0';
}

static gboolean
check_xml_param (const Param *param, GError **error)
{
  const char *c = param->value;

  if (!is_xml_name (param->name))
    return fail_param (param->name, "has a name that XML does not allow, allowed are A-Z a-z 0-9 _ - .", error);
  if (!g_utf8_validate (c, -1, NULL))
    return fail_param (param->name, "has text that is not UTF-8", error);

  /* a reader turns a carriage return into a line feed, and the signature would no longer fit */
  for (; *c != '\0'; c = g_utf8_next_char (c))
    if (*c == '\r' || !minipay_xml_is_character (g_utf8_get_char (c)))
      return fail_param (param->name, "has a control character that XML does not carry", error);
  return TRUE;
}

/* The three characters that end a CDATA section are shared between two sections. */
static void
append_cdata (GString *text, const char *value)
{
  const char *end = NULL;

  g_string_append (text, "<![CDATA[");
  for (end = strstr (value, "]]>"); end != NULL; end = strstr (value, "]]>")) {
    g_string_append_len (text, value, end + 2 - value);
    g_string_append (text, "]]><![CDATA[");
    value = end + 2;
  }
  g_string_append (text, value);
  g_string_append (text, "]]>");
}

GBytes *
minipay_params_to_xml (const MinipayParams *self, const char *root, GError **error)
{
  g_autoptr (GString) text = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (root != NULL && is_xml_name (root), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  text = g_string_sized_new (1024);
  g_string_append_printf (text, "<%s>", root);
  for (guint i = 0; i < self->params->len; i++) {
    const Param *param = params_at (self, i);

    if (!check_xml_param (param, error))
      return NULL;
    g_string_append_printf (text, "<%s>", param->name);
    append_cdata (text, param->value);
    g_string_append_printf (text, "</%s>", param->name);
  }
  g_string_append_printf (text, "</%s>", root);
  return g_string_free_to_bytes (g_steal_pointer (&text));
}

gboolean
minipay_params_is_one_value (const char *text)
{
  for (const char *p = strchr (text, '&'); p != NULL; p = strchr (p + 1, '&')) {
    gsize name = strspn (p + 1, MINIPAY_PARAM_NAME_CHARACTERS);

    if (name > 0 && p[1 + name] == '=')
      return FALSE;
  }
  return TRUE;
}

const char *
minipay_params_find_ambiguous (const MinipayParams *self, const char *const *except)
{
  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; i < self->params->len; i++)
    if ((except == NULL || !g_strv_contains (except, params_at (self, i)->name)) &&
        !minipay_params_is_one_value (params_at (self, i)->value))
      return params_at (self, i)->name;
  return NULL;
}

gboolean
minipay_params_check_unambiguous (const MinipayParams *self, GError **error)
{
  const char *name = minipay_params_find_ambiguous (self, NULL);

  return name == NULL || fail_param (name, "reads as several parameters of a signed text", error);
}

const char *
minipay_params_find_name (const MinipayParams *self, const char *part)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (part != NULL, NULL);

  for (guint i = 0; i < self->params->len; i++)
    if (strstr (params_at (self, i)->name, part) != NULL)
      return params_at (self, i)->name;
  return NULL;
}

char *
minipay_uri_escape (const char *text)
{
  GString *escaped = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  escaped = g_string_sized_new (strlen (text) + 16);
  append_escaped (escaped, text);
  return g_string_free (escaped, FALSE);
}
