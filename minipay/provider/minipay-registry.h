/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-error.h"
#include "provider/minipay-provider-info.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_REGISTRY (minipay_registry_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayRegistry, minipay_registry, MINIPAY, REGISTRY, GObject)

MINIPAY_API MinipayRegistry *minipay_registry_new (void);
MINIPAY_API MinipayRegistry *minipay_registry_new_for_path (const char *path);

MINIPAY_API GPtrArray *minipay_registry_list (MinipayRegistry *self);
MINIPAY_API char **minipay_registry_dup_problems (MinipayRegistry *self);
MINIPAY_API MinipayProviderInfo *minipay_registry_lookup (MinipayRegistry *self, const char *id, GError **error);
MINIPAY_API GType minipay_registry_load (MinipayRegistry *self, const char *id, GError **error);

G_END_DECLS
