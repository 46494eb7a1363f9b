/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

#include "core/minipay-error.h"

G_BEGIN_DECLS

/*
 * The named values of one message of a "sorted parameters" gateway, in the order they were set. Values that
 * are NULL or empty are not kept: they take part neither in the signature nor in the message.
 */
typedef struct _MinipayParams MinipayParams;

MINIPAY_API MinipayParams *minipay_params_new (void);
MINIPAY_API void minipay_params_free (MinipayParams *self);

/* Setting a name again replaces its value in place. */
MINIPAY_API void minipay_params_set_string (MinipayParams *self, const char *name, const char *value);
MINIPAY_API void minipay_params_set_integer (MinipayParams *self, const char *name, gint64 value);
MINIPAY_API const char *minipay_params_lookup (const MinipayParams *self, const char *name);

/* What a codec reads of a message: PROTOCOL, naming the parameter, what was read and what was allowed. An integer
 * is `0` or digits that do not begin with one. The optional readers are TRUE with *value NULL, or *is_present
 * FALSE, when there is no such parameter. */
MINIPAY_API const char *minipay_params_require (const MinipayParams *self, const char *name, GError **error);
MINIPAY_API gboolean minipay_params_read_integer (const MinipayParams *self,
                                                  const char *name,
                                                  gint64 minimum,
                                                  gint64 maximum,
                                                  gint64 *value,
                                                  gboolean *is_present,
                                                  GError **error);

/* `a=1&b=2` sorted by name in byte order, values raw, without the member named @except (or NULL). */
MINIPAY_API char *minipay_params_to_sorted_text (const MinipayParams *self, const char *except);
/* One JSON object; integers were set as integers, so they are written as numbers. */
MINIPAY_API GBytes *minipay_params_to_json (const MinipayParams *self, GError **error);
/* application/x-www-form-urlencoded. */
MINIPAY_API GBytes *minipay_params_to_form (const MinipayParams *self, GError **error);
/* One flat XML document, every text in CDATA. */
MINIPAY_API GBytes *minipay_params_to_xml (const MinipayParams *self, const char *root, GError **error);

/* What names of parameters are made of. */
#define MINIPAY_PARAM_NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-"

/* FALSE when @text, joined with others by `&` and `=`, could be read as several parameters: it has an `&` with a
 * name and a `=` behind it. A signature over such a text says nothing about where one value ends. */
MINIPAY_API gboolean minipay_params_is_one_value (const char *text);
/* The name of the first value that reads as several, or NULL; those of the names in @except (or NULL), which ends
 * with a NULL, may. */
MINIPAY_API const char *minipay_params_find_ambiguous (const MinipayParams *self, const char *const *except);

/* INVALID, naming it, when one of the values to be signed reads as several. */
MINIPAY_API gboolean minipay_params_check_unambiguous (const MinipayParams *self, GError **error);
/* The first name that contains @part, or NULL. */
MINIPAY_API const char *minipay_params_find_name (const MinipayParams *self, const char *part);

/* The one function that makes text fit for a part of a path or a query: all but A-Z a-z 0-9 - . _ ~ becomes
 * %XX. */
MINIPAY_API char *minipay_uri_escape (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MinipayParams, minipay_params_free)

G_END_DECLS
