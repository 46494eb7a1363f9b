/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

#include "core/minipay-error.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_SECRET (minipay_secret_get_type ())

typedef struct _MinipaySecret MinipaySecret;

MINIPAY_API GType minipay_secret_get_type (void) G_GNUC_CONST;

MINIPAY_API MinipaySecret *minipay_secret_new_from_text (const char *text);
MINIPAY_API MinipaySecret *minipay_secret_new_from_file (const char *path, GError **error);
MINIPAY_API MinipaySecret *minipay_secret_new_from_env (const char *variable, GError **error);
MINIPAY_API MinipaySecret *minipay_secret_new_from_fd (int fd, GError **error);
MINIPAY_API MinipaySecret *minipay_secret_ref (MinipaySecret *self);
MINIPAY_API void minipay_secret_unref (MinipaySecret *self);
MINIPAY_API char *minipay_secret_to_string (MinipaySecret *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MinipaySecret, minipay_secret_unref)

G_END_DECLS
