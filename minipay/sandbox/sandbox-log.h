/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

void sandbox_log (const char *format, ...) G_GNUC_PRINTF (1, 2);
