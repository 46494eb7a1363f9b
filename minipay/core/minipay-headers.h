/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

#include "core/minipay-macros.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_HEADERS (minipay_headers_get_type ())

typedef struct _MinipayHeaders MinipayHeaders;

MINIPAY_API GType minipay_headers_get_type (void) G_GNUC_CONST;

MINIPAY_API MinipayHeaders *minipay_headers_new (void);
MINIPAY_API MinipayHeaders *minipay_headers_ref (MinipayHeaders *self);
MINIPAY_API void minipay_headers_unref (MinipayHeaders *self);

MINIPAY_API void minipay_headers_append (MinipayHeaders *self, const char *name, const char *value);
MINIPAY_API guint minipay_headers_get_length (const MinipayHeaders *self);
MINIPAY_API const char *minipay_headers_get_name (const MinipayHeaders *self, guint index);
MINIPAY_API const char *minipay_headers_get_value (const MinipayHeaders *self, guint index);
MINIPAY_API const char *minipay_headers_lookup (const MinipayHeaders *self, const char *name, guint *count);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MinipayHeaders, minipay_headers_unref)

G_END_DECLS
