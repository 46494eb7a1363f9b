/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-enums.h"
#include "core/minipay-money.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_REPORT (minipay_report_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayReport, minipay_report, MINIPAY, REPORT, GObject)

MINIPAY_API const char *minipay_report_get_name (MinipayReport *self);
MINIPAY_API GVariant *minipay_report_get_values (MinipayReport *self);
MINIPAY_API GBytes *minipay_report_get_raw_text (MinipayReport *self);
MINIPAY_API gboolean minipay_report_get_authenticated (MinipayReport *self);

MINIPAY_API const char *minipay_report_lookup_text (MinipayReport *self, const char *name);

G_END_DECLS
