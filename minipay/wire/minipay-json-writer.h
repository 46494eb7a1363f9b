/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

#include "core/minipay-error.h"

G_BEGIN_DECLS

/*
 * Writes one JSON text with the members in the order they are added, no spaces, `/` and non-ASCII unescaped:
 * the bytes that are signed are the bytes that are sent. Members whose value is NULL are left out. Text that
 * is not UTF-8 and unbalanced braces are reported by finish(), so that a codec reads straight down.
 *
 * @name is NULL for the root and for elements of arrays.
 */
typedef struct _MinipayJsonWriter MinipayJsonWriter;

MINIPAY_API MinipayJsonWriter *minipay_json_writer_new (void);
MINIPAY_API void minipay_json_writer_free (MinipayJsonWriter *self);

MINIPAY_API void minipay_json_writer_begin_object (MinipayJsonWriter *self, const char *name);
MINIPAY_API void minipay_json_writer_end_object (MinipayJsonWriter *self);
MINIPAY_API void minipay_json_writer_begin_array (MinipayJsonWriter *self, const char *name);
MINIPAY_API void minipay_json_writer_end_array (MinipayJsonWriter *self);
MINIPAY_API void minipay_json_writer_add_string (MinipayJsonWriter *self, const char *name, const char *value);
MINIPAY_API void minipay_json_writer_add_integer (MinipayJsonWriter *self, const char *name, gint64 value);
/* A number as its text says, digit by digit: INVALID for what is no JSON number. */
MINIPAY_API void minipay_json_writer_add_number (MinipayJsonWriter *self, const char *name, const char *text);
MINIPAY_API void minipay_json_writer_add_null (MinipayJsonWriter *self, const char *name);
MINIPAY_API void minipay_json_writer_add_boolean (MinipayJsonWriter *self, const char *name, gboolean value);
/* Texts, whole numbers, booleans, lists, and dictionaries with texts as keys, one in the other; what is boxed in
 * `v` counts as what it boxes. INVALID for the rest: an amount in a fraction is none. */
MINIPAY_API void minipay_json_writer_add_variant (MinipayJsonWriter *self, const char *name, GVariant *value);

/* The text; the writer is then empty and may be used again. INVALID: text that was not UTF-8. INTERNAL:
 * unbalanced. */
MINIPAY_API GBytes *minipay_json_writer_finish (MinipayJsonWriter *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MinipayJsonWriter, minipay_json_writer_free)

G_END_DECLS
