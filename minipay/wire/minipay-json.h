/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

#include "core/minipay-error.h"

G_BEGIN_DECLS

/*
 * A strict, bounded reader of one RFC 8259 text, for C provider authors.
 *
 * The whole text is checked before anything is handed out: one value, valid UTF-8, no duplicate members
 * (compared after unescaping), no NUL (raw or escaped), no lone surrogates, and the limits below. It reads
 * without recursion, so depth costs no stack. A document is immutable and may be shared between threads.
 */
typedef struct _MinipayJson MinipayJson;

/* A value within a document: 0 is "no such value", which every function takes and answers with NULL, 0 or
 * FALSE. */
typedef guint MinipayJsonNode;

typedef enum {
  MINIPAY_JSON_NONE,
  MINIPAY_JSON_NULL,
  MINIPAY_JSON_BOOLEAN,
  MINIPAY_JSON_NUMBER,
  MINIPAY_JSON_STRING,
  MINIPAY_JSON_ARRAY,
  MINIPAY_JSON_OBJECT,
} MinipayJsonKind;

#define MINIPAY_JSON_MAX_DEPTH   32
#define MINIPAY_JSON_MAX_NODES   4000          /* values of every kind in one document */
#define MINIPAY_JSON_MAX_MEMBERS 1000          /* members of all objects together */
#define MINIPAY_JSON_MAX_STRING  65536         /* bytes of one string after unescaping */
#define MINIPAY_JSON_MAX_TEXT    (1024 * 1024) /* bytes of a document */

/* Errors: PROTOCOL for text that is not strict JSON, LIMIT for one of the limits above; both name the byte
 * offset. */
MINIPAY_API MinipayJson *minipay_json_parse (GBytes *text, GError **error);
MINIPAY_API MinipayJson *minipay_json_ref (MinipayJson *self);
MINIPAY_API void minipay_json_unref (MinipayJson *self);

MINIPAY_API MinipayJsonNode minipay_json_get_root (const MinipayJson *self);
MINIPAY_API MinipayJsonKind minipay_json_get_kind (const MinipayJson *self, MinipayJsonNode node);

/* Containers: the number of members or elements; the child at @index, with its member name for objects. */
MINIPAY_API guint minipay_json_get_length (const MinipayJson *self, MinipayJsonNode node);
MINIPAY_API MinipayJsonNode minipay_json_get_member (const MinipayJson *self,
                                                     MinipayJsonNode object,
                                                     const char *name);
MINIPAY_API MinipayJsonNode minipay_json_get_first (const MinipayJson *self, MinipayJsonNode container);
MINIPAY_API MinipayJsonNode minipay_json_get_next (const MinipayJson *self, MinipayJsonNode child);
MINIPAY_API const char *minipay_json_get_name (const MinipayJson *self, MinipayJsonNode member);

/* Scalars. A string is borrowed, unescaped, NUL-terminated and free of inner NULs. */
MINIPAY_API const char *minipay_json_get_string (const MinipayJson *self, MinipayJsonNode node);
MINIPAY_API gboolean minipay_json_get_boolean (const MinipayJson *self, MinipayJsonNode node);
/* FALSE unless the token is 0 or [-][1-9][0-9]* and within gint64: no fraction, no exponent, no leading zero.
 */
MINIPAY_API gboolean minipay_json_get_integer (const MinipayJson *self, MinipayJsonNode node, gint64 *value);
/* The value's own bytes in the text, quotes and braces included; borrowed. */
MINIPAY_API const char *minipay_json_get_raw (const MinipayJson *self, MinipayJsonNode node, gsize *length);

/* A value as scripts take it: whole numbers `x`, other numbers as their text, texts `s`, lists `av`, objects
 * `a{sv}`; null is left out. NULL for null and for no value. (transfer full) */
MINIPAY_API GVariant *minipay_json_dup_variant (const MinipayJson *self, MinipayJsonNode node);

/*
 * What a codec reads. An absent member, null and (for the optional readers) nothing else count as "not
 * there"; another type or range is a PROTOCOL error that names the member, what was read and what was
 * allowed. An empty string is a string.
 */
MINIPAY_API MinipayJsonNode minipay_json_require_object (const MinipayJson *self,
                                                         MinipayJsonNode object,
                                                         const char *name,
                                                         GError **error);
MINIPAY_API const char *
minipay_json_require_string (const MinipayJson *self, MinipayJsonNode object, const char *name, GError **error);
/* A text that is not empty, or a whole number as its digits: what is passed on as it came. (transfer full) */
MINIPAY_API char *
minipay_json_dup_scalar (const MinipayJson *self, MinipayJsonNode object, const char *name, GError **error);
/* The same for all of @names, a NULL at their end, in their order; NULL when one is missing. (transfer full) */
MINIPAY_API char **minipay_json_dup_scalars (const MinipayJson *self,
                                             MinipayJsonNode object,
                                             const char *const *names,
                                             GError **error);
MINIPAY_API gboolean minipay_json_require_integer (const MinipayJson *self,
                                                   MinipayJsonNode object,
                                                   const char *name,
                                                   gint64 minimum,
                                                   gint64 maximum,
                                                   gint64 *value,
                                                   GError **error);
/* TRUE with *value NULL when not there. */
MINIPAY_API gboolean minipay_json_read_string (
    const MinipayJson *self, MinipayJsonNode object, const char *name, const char **value, GError **error);
/* TRUE with *is_present FALSE when not there. */
MINIPAY_API gboolean minipay_json_read_integer (const MinipayJson *self,
                                                MinipayJsonNode object,
                                                const char *name,
                                                gint64 minimum,
                                                gint64 maximum,
                                                gint64 *value,
                                                gboolean *is_present,
                                                GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MinipayJson, minipay_json_unref)

G_END_DECLS
