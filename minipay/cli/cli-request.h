/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/cli.h"

G_BEGIN_DECLS

#define CLI_MAX_HEAD_BYTES (16 * 1024)
#define CLI_MAX_BODY_BYTES (256 * 1024)

/* One raw HTTP/1 request: request line, header lines, an empty line, body; lines end with CRLF or LF. The
 * body is what Content-Length says, or everything that is left. @target (nullable) takes the place of the
 * request's own. */
MinipayHttpRequest *cli_request_parse (GBytes *raw, const char *target, GError **error);

G_END_DECLS
