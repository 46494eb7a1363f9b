/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "core/minipay-error.h"

G_BEGIN_DECLS

/* Strict: the standard alphabet, whole groups, right padding, zero spare bits, no line breaks; PROTOCOL
 * otherwise.
 * @length -1 for NUL-terminated text. The empty text is refused. */
MINIPAY_API guint8 *minipay_base64_decode (const char *text, gssize length, gsize *out_length, GError **error);

G_END_DECLS
