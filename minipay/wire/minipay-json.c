/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "wire/minipay-json.h"

#include <string.h>

#include "core/minipay-error-private.h"
#include "wire/minipay-json-private.h"
#include "wire/minipay-scan-private.h"

/* Bytes of a name or a number that a message repeats. */
#define QUOTED_BYTES 40

MinipayJson *
minipay_json_ref (MinipayJson *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
minipay_json_unref (MinipayJson *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_bytes_unref (self->source);
  g_free (self->nodes);
  g_free (self);
}

/* The first entry of the array stands for every node that does not exist. */
static const MinipayJsonEntry *
json_entry (const MinipayJson *self, MinipayJsonNode node)
{
  return &self->nodes[node < self->n_nodes ? node : 0];
}

static gboolean
entry_is_container (const MinipayJsonEntry *entry)
{
  return entry->kind == MINIPAY_JSON_OBJECT || entry->kind == MINIPAY_JSON_ARRAY;
}

MinipayJsonNode
minipay_json_get_root (const MinipayJson *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return 1;
}

MinipayJsonKind
minipay_json_get_kind (const MinipayJson *self, MinipayJsonNode node)
{
  g_return_val_if_fail (self != NULL, MINIPAY_JSON_NONE);

  return (MinipayJsonKind) json_entry (self, node)->kind;
}

guint
minipay_json_get_length (const MinipayJson *self, MinipayJsonNode node)
{
  const MinipayJsonEntry *entry = NULL;

  g_return_val_if_fail (self != NULL, 0);

  entry = json_entry (self, node);
  return entry_is_container (entry) ? entry->value : 0;
}

MinipayJsonNode
minipay_json_get_member (const MinipayJson *self, MinipayJsonNode object, const char *name)
{
  const MinipayJsonEntry *entry = NULL;
  guint32 key = 0;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (name != NULL, 0);

  entry = json_entry (self, object);
  if (entry->kind != MINIPAY_JSON_OBJECT || entry->value == 0)
    return 0;

  key = minipay_json_name_key (name, strlen (name));
  for (MinipayJsonNode child = object + 1; child != 0; child = self->nodes[child].next) {
    entry = &self->nodes[child];
    if (entry->name_key == key && strcmp (self->text + entry->name, name) == 0)
      return child;
  }
  return 0;
}

MinipayJsonNode
minipay_json_get_first (const MinipayJson *self, MinipayJsonNode container)
{
  return minipay_json_get_length (self, container) > 0 ? container + 1 : 0;
}

MinipayJsonNode
minipay_json_get_next (const MinipayJson *self, MinipayJsonNode child)
{
  g_return_val_if_fail (self != NULL, 0);

  return json_entry (self, child)->next;
}

const char *
minipay_json_get_name (const MinipayJson *self, MinipayJsonNode member)
{
  const MinipayJsonEntry *entry = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  entry = json_entry (self, member);
  return entry->name != 0 ? self->text + entry->name : NULL;
}

const char *
minipay_json_get_string (const MinipayJson *self, MinipayJsonNode node)
{
  const MinipayJsonEntry *entry = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  entry = json_entry (self, node);
  return entry->kind == MINIPAY_JSON_STRING ? self->text + entry->value : NULL;
}

gboolean
minipay_json_get_boolean (const MinipayJson *self, MinipayJsonNode node)
{
  const MinipayJsonEntry *entry = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  entry = json_entry (self, node);
  return entry->kind == MINIPAY_JSON_BOOLEAN && self->text[entry->start] == 't';
}

gboolean
minipay_json_get_integer (const MinipayJson *self, MinipayJsonNode node, gint64 *value)
{
  const MinipayJsonEntry *entry = NULL;
  const char *digit = NULL;
  const char *end = NULL;
  gboolean is_negative = FALSE;
  gint64 sum = 0;

  g_return_val_if_fail (self != NULL, FALSE);

  entry = json_entry (self, node);
  if (entry->kind != MINIPAY_JSON_NUMBER)
    return FALSE;

  digit = self->text + entry->start;
  end = self->text + entry->end;
  is_negative = *digit == '-';
  digit += is_negative;
  if (is_negative && *digit == '0')
    return FALSE;

  /* summed below zero, where there is one number more */
  for (; digit < end; digit++)
    if (!g_ascii_isdigit (*digit) || __builtin_mul_overflow (sum, 10, &sum) ||
        __builtin_sub_overflow (sum, *digit - '0', &sum))
      return FALSE;
  if (!is_negative && __builtin_sub_overflow (0, sum, &sum))
    return FALSE;

  if (value != NULL)
    *value = sum;
  return TRUE;
}

const char *
minipay_json_get_raw (const MinipayJson *self, MinipayJsonNode node, gsize *length)
{
  const MinipayJsonEntry *entry = NULL;
  const char *source = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  entry = json_entry (self, node);
  if (length != NULL)
    *length = entry->end - entry->start;
  if (entry->kind == MINIPAY_JSON_NONE)
    return NULL;

  source = g_bytes_get_data (self->source, NULL);
  return source + entry->start;
}

static const char *
kind_to_text (MinipayJsonKind kind)
{
  switch (kind) {
  case MINIPAY_JSON_NULL:
    return "null";
  case MINIPAY_JSON_BOOLEAN:
    return "a boolean";
  case MINIPAY_JSON_NUMBER:
    return "a number";
  case MINIPAY_JSON_STRING:
    return "a string";
  case MINIPAY_JSON_ARRAY:
    return "an array";
  case MINIPAY_JSON_OBJECT:
    return "an object";
  case MINIPAY_JSON_NONE:
  default:
    return "missing";
  }
}

static void
set_member_error (
    const MinipayJson *self, MinipayJsonNode node, const char *name, const char *allowed, GError **error)
{
  g_autofree char *name_text = minipay_error_quote (name, strnlen (name, QUOTED_BYTES));
  g_autofree char *number = NULL;
  const char *raw = NULL;
  gsize length = 0;

  raw = minipay_json_get_raw (self, node, &length);
  if (minipay_json_get_kind (self, node) == MINIPAY_JSON_NUMBER)
    number = minipay_error_quote (raw, MIN (length, QUOTED_BYTES));

  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PROTOCOL,
               "JSON member \"%s\" is %s, allowed is %s",
               name_text,
               number != NULL ? number : kind_to_text (minipay_json_get_kind (self, node)),
               allowed);
}

static gboolean
node_is_there (const MinipayJson *self, MinipayJsonNode node)
{
  return json_entry (self, node)->kind > MINIPAY_JSON_NULL;
}

MinipayJsonNode
minipay_json_require_object (const MinipayJson *self, MinipayJsonNode object, const char *name, GError **error)
{
  MinipayJsonNode node = 0;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (name != NULL, 0);

  node = minipay_json_get_member (self, object, name);
  if (minipay_json_get_kind (self, node) == MINIPAY_JSON_OBJECT)
    return node;

  set_member_error (self, node, name, "an object", error);
  return 0;
}

const char *
minipay_json_require_string (const MinipayJson *self, MinipayJsonNode object, const char *name, GError **error)
{
  MinipayJsonNode node = 0;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  node = minipay_json_get_member (self, object, name);
  if (minipay_json_get_kind (self, node) == MINIPAY_JSON_STRING)
    return minipay_json_get_string (self, node);

  set_member_error (self, node, name, "a string", error);
  return NULL;
}

char *
minipay_json_dup_scalar (const MinipayJson *self, MinipayJsonNode object, const char *name, GError **error)
{
  MinipayJsonNode node = 0;
  const char *text = NULL;
  gint64 number = 0;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  node = minipay_json_get_member (self, object, name);
  text = minipay_json_get_string (self, node);
  if (text != NULL && *text != '\0')
    return g_strdup (text);
  if (minipay_json_get_integer (self, node, &number))
    return g_strdup_printf ("%" G_GINT64_FORMAT, number);
  set_member_error (self, node, name, "a text or a whole number", error);
  return NULL;
}

char **
minipay_json_dup_scalars (const MinipayJson *self, MinipayJsonNode object, const char *const *names, GError **error)
{
  g_auto (GStrv) values = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (names != NULL, NULL);

  values = g_new0 (char *, g_strv_length ((char **) names) + 1);
  for (guint i = 0; names[i] != NULL; i++) {
    values[i] = minipay_json_dup_scalar (self, object, names[i], error);
    if (values[i] == NULL)
      return NULL;
  }
  return g_steal_pointer (&values);
}

static gboolean
node_read_integer (const MinipayJson *self,
                   MinipayJsonNode node,
                   const char *name,
                   gint64 minimum,
                   gint64 maximum,
                   gint64 *value,
                   GError **error)
{
  g_autofree char *allowed = NULL;
  gint64 number = 0;

  if (minipay_json_get_integer (self, node, &number) && number >= minimum && number <= maximum) {
    if (value != NULL)
      *value = number;
    return TRUE;
  }

  allowed = g_strdup_printf ("an integer from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, minimum, maximum);
  set_member_error (self, node, name, allowed, error);
  return FALSE;
}

gboolean
minipay_json_require_integer (const MinipayJson *self,
                              MinipayJsonNode object,
                              const char *name,
                              gint64 minimum,
                              gint64 maximum,
                              gint64 *value,
                              GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  return node_read_integer (
      self, minipay_json_get_member (self, object, name), name, minimum, maximum, value, error);
}

gboolean
minipay_json_read_string (
    const MinipayJson *self, MinipayJsonNode object, const char *name, const char **value, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  *value = NULL;
  if (!node_is_there (self, minipay_json_get_member (self, object, name)))
    return TRUE;

  *value = minipay_json_require_string (self, object, name, error);
  return *value != NULL;
}

gboolean
minipay_json_read_integer (const MinipayJson *self,
                           MinipayJsonNode object,
                           const char *name,
                           gint64 minimum,
                           gint64 maximum,
                           gint64 *value,
                           gboolean *is_present,
                           GError **error)
{
  MinipayJsonNode node = 0;
  gboolean is_there = FALSE;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  node = minipay_json_get_member (self, object, name);
  is_there = node_is_there (self, node);
  if (is_present != NULL)
    *is_present = is_there;

  return !is_there || node_read_integer (self, node, name, minimum, maximum, value, error);
}
