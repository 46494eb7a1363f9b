/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "provider/minipay-provider-info.h"

G_BEGIN_DECLS

/* Reads a file that only root and this user may have written: every component of its real path is checked.
 * PLUGIN. */
GBytes *minipay_loader_read_trusted (const char *path, gsize max_bytes, GError **error);

/* Loads the module of a provider, once and for ever, and gives the type it promised. Every failure is PLUGIN
 * and names the file. */
GType minipay_loader_load (MinipayProviderInfo *info, GError **error);

G_END_DECLS
