/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-error.h"

G_BEGIN_DECLS

/* What one word of a gateway means for the caller. */
typedef struct {
  MinipayError code;
  char *meaning;
  char *remedy;
} MinipayErrorEntry;

/* Group names, `CODE` and `OPERATION/CODE`, to MinipayErrorEntry. */
GHashTable *minipay_error_table_new (void);

/* Adds the groups of @text, which was found at @path, in the language of the process; a group that is there already
 * is replaced. Every failure is PLUGIN and names the file, the group and the key. */
gboolean minipay_error_table_read (GHashTable *self, const char *path, GBytes *text, GError **error);

/* The operation's own entry, or the general one; NULL for a word that nobody explained. @self may be NULL: it knows
 * none. */
const MinipayErrorEntry *
minipay_error_table_lookup (GHashTable *self, const char *operation, const char *gateway_code);

G_END_DECLS
