/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/cli.h"

G_BEGIN_DECLS

/* Providers by operations, as the manifests say: a table, or with @json one object per provider and line. */
void cli_print_matrix (MinipayRegistry *registry, gboolean json);

G_END_DECLS
