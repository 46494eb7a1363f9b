/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-enums.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_PROVIDER_INFO (minipay_provider_info_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayProviderInfo, minipay_provider_info, MINIPAY, PROVIDER_INFO, GObject)

MINIPAY_API const char *minipay_provider_info_get_id (MinipayProviderInfo *self);
MINIPAY_API const char *minipay_provider_info_get_name (MinipayProviderInfo *self);
MINIPAY_API const char *const *minipay_provider_info_get_modes (MinipayProviderInfo *self);
MINIPAY_API GVariant *minipay_provider_info_to_variant (MinipayProviderInfo *self);

G_END_DECLS
