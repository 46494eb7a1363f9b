/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "provider/minipay-manifest-private.h"
#include "provider/minipay-provider-info.h"

G_BEGIN_DECLS

MinipayProviderInfo *minipay_provider_info_new (MinipayManifest *manifest);
const MinipayManifest *minipay_provider_info_get_manifest (MinipayProviderInfo *self);
/* For the registry: what the files that the manifest lists say. */
void minipay_provider_info_take_errors (MinipayProviderInfo *self, GHashTable *errors);

G_END_DECLS
