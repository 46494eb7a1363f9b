/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-secret.h"

G_BEGIN_DECLS

/* The largest key file that is read: a PKCS#12 with a chain stays far below it. */
#define MINIPAY_SECRET_MAX_BYTES 65536

MinipaySecret *minipay_secret_new (gconstpointer data, gsize length);

/* Never for a plugin: borrowed, NUL-terminated for convenience, wiped on the last unref. */
const guint8 *minipay_secret_peek (MinipaySecret *self, gsize *length);

G_END_DECLS
