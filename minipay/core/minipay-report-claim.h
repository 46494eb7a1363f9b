/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-report.h"

G_BEGIN_DECLS

/* For C provider authors. @values may be floating, @raw_text may be NULL. */
MINIPAY_API MinipayReport *minipay_report_new_from_values (const char *name, GVariant *values, GBytes *raw_text);

G_END_DECLS
