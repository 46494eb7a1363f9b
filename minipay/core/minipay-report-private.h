/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-report.h"

G_BEGIN_DECLS

/* Whether a verified signature covers the report: known to the exchange, never told by a provider. */
void minipay_report_set_authenticated (MinipayReport *self, gboolean authenticated);

G_END_DECLS
