/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/cli.h"

G_BEGIN_DECLS

/* Providers by operations, as the manifests say: a table and below it the named operations with who has them, or
 * with @json one object per provider and line. */
void cli_print_matrix (MinipayRegistry *registry, gboolean json);

/* Whether an operation is one that only some providers have, called by its name. */
gboolean cli_operation_is_named (const char *operation);

G_END_DECLS
