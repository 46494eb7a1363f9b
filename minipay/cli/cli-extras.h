/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/cli.h"

G_BEGIN_DECLS

/* Members that only some providers have, as @words of the form NAME=VALUE: texts as they stand, everything else as
 * JSON of the type that the manifest says. @extras is NULL when there are no words. @option is for messages. */
gboolean
cli_read_extras (MinipayProviderInfo *info, const char *option, char **words, GVariant **extras, GError **error);

/* Words of people come as bytes, whatever the locale says. */
gboolean cli_check_text (const char *option, const char *text, GError **error);

G_END_DECLS
