/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-headers.h"

#include <string.h>

/**
 * MinipayHeaders:
 *
 * The header lines of one HTTP message, in order, repeats kept: a repeated signature header is an attack and
 * must be seen as one.
 *
 * Since: 0.1
 */
struct _MinipayHeaders {
  gatomicrefcount ref_count;
  GPtrArray *lines; /* (owned): name, value, name, value, ... */
};

G_DEFINE_BOXED_TYPE (MinipayHeaders, minipay_headers, minipay_headers_ref, minipay_headers_unref)

/**
 * minipay_headers_new:
 *
 * Returns: (transfer full): no lines yet
 *
 * Since: 0.1
 */
MinipayHeaders *
minipay_headers_new (void)
{
  MinipayHeaders *self = g_new (MinipayHeaders, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->lines = g_ptr_array_new_full (16, g_free);
  return self;
}

/**
 * minipay_headers_ref:
 * @self: headers
 *
 * Returns: (transfer full): @self
 *
 * Since: 0.1
 */
MinipayHeaders *
minipay_headers_ref (MinipayHeaders *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * minipay_headers_unref:
 * @self: (transfer full): headers
 *
 * Drops a reference.
 *
 * Since: 0.1
 */
void
minipay_headers_unref (MinipayHeaders *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_ptr_array_unref (self->lines);
  g_free (self);
}

/**
 * minipay_headers_append:
 * @self: headers
 * @name: a header name
 * @value: its value, without line ends
 *
 * Adds a line. Any text is taken: what must not be sent is refused when the message is sent.
 *
 * Since: 0.1
 */
void
minipay_headers_append (MinipayHeaders *self, const char *name, const char *value)
{
  g_return_if_fail (self != NULL && name != NULL && value != NULL);

  g_ptr_array_add (self->lines, g_strdup (name));
  g_ptr_array_add (self->lines, g_strdup (value));
}

/**
 * minipay_headers_get_length:
 * @self: headers
 *
 * Returns: the number of lines
 *
 * Since: 0.1
 */
guint
minipay_headers_get_length (const MinipayHeaders *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->lines->len / 2;
}

/**
 * minipay_headers_get_name:
 * @self: headers
 * @index: which line, from 0
 *
 * Returns: (nullable): the name on that line
 *
 * Since: 0.1
 */
const char *
minipay_headers_get_name (const MinipayHeaders *self, guint index)
{
  g_return_val_if_fail (self != NULL, NULL);
  return index < self->lines->len / 2 ? g_ptr_array_index (self->lines, 2 * index) : NULL;
}

/**
 * minipay_headers_get_value:
 * @self: headers
 * @index: which line, from 0
 *
 * Returns: (nullable): the value on that line
 *
 * Since: 0.1
 */
const char *
minipay_headers_get_value (const MinipayHeaders *self, guint index)
{
  g_return_val_if_fail (self != NULL, NULL);
  return index < self->lines->len / 2 ? g_ptr_array_index (self->lines, 2 * index + 1) : NULL;
}

/**
 * minipay_headers_lookup:
 * @self: headers
 * @name: a header name, in any case
 * @count: (out) (optional): on how many lines it stands
 *
 * Returns: (nullable): the value on the first of them
 *
 * Since: 0.1
 */
const char *
minipay_headers_lookup (const MinipayHeaders *self, const char *name, guint *count)
{
  const char *value = NULL;
  gsize length;
  guint n = 0;

  g_return_val_if_fail (self != NULL && name != NULL, NULL);

  length = strlen (name);
  for (guint i = 0; i < self->lines->len; i += 2) {
    const char *line = g_ptr_array_index (self->lines, i);

    if (strlen (line) != length || g_ascii_strcasecmp (line, name) != 0)
      continue;
    if (n++ == 0)
      value = g_ptr_array_index (self->lines, i + 1);
  }
  if (count != NULL)
    *count = n;
  return value;
}
