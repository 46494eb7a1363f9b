/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/cli.h"

G_BEGIN_DECLS

/* A value of @type: a text stands for itself, everything else is JSON. Numbers are whole and exact. A new floating
 * value, or NULL with an error that names @what. */
GVariant *cli_value_parse (const char *what, const GVariantType *type, const char *text, GError **error);

G_END_DECLS
