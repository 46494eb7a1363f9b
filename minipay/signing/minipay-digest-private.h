/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-enums.h"
#include "signing/minipay-key-private.h"

G_BEGIN_DECLS

/* The half of minipay_sign () that needs no key pair. */

#define MINIPAY_DIGEST_MAX_CHARS 64

gboolean minipay_scheme_is_digest (MinipayScheme scheme);

/* Upper-case hexadecimal into @out, which has room for MINIPAY_DIGEST_MAX_CHARS + 1. */
gboolean minipay_digest_sign (
    MinipayScheme scheme, MinipayKey *key, const char *text, gsize length, char *out, GError **error);

G_END_DECLS
