/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "core/minipay-error.h"

G_BEGIN_DECLS

/*
 * Times as gateways write them, read and written without regard to the machine's own time zone.
 * Each reader takes exactly its form and refuses impossible dates (PROTOCOL); a leap second is refused.
 */

/* `2018-06-08T10:34:56+08:00`, 20 to 35 bytes: optional fraction (read, then dropped), `Z` or an offset of at
 * most 14 h. */
MINIPAY_API GDateTime *minipay_time_parse_rfc3339 (const char *text, GError **error);
/* `20091225091010`, China time. */
MINIPAY_API GDateTime *minipay_time_parse_compact (const char *text, GError **error);
/* `2009-12-25 09:10:10`, China time. */
MINIPAY_API GDateTime *minipay_time_parse_spaced (const char *text, GError **error);

/* RFC 3339 in China time, whole seconds: `2018-06-08T10:34:56+08:00`. */
MINIPAY_API char *minipay_time_format_rfc3339 (GDateTime *time);

/* `20091225091010`, China time. */
MINIPAY_API char *minipay_time_format_compact (GDateTime *time);

/* Seconds since the epoch as strict decimal text, 1 to 12 digits, no sign, no leading zero; FALSE otherwise.
 */
MINIPAY_API gboolean minipay_time_parse_seconds (const char *text, gint64 *seconds);

G_END_DECLS
