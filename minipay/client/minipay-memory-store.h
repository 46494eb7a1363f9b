/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-store.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_MEMORY_STORE (minipay_memory_store_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayMemoryStore, minipay_memory_store, MINIPAY, MEMORY_STORE, GObject)

MINIPAY_API MinipayStore *minipay_memory_store_new (void);

G_END_DECLS
