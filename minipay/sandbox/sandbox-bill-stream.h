/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

GInputStream *
sandbox_bill_stream_new (const char *head, const char *row, gsize counter, gint64 n_rows, const char *tail);
