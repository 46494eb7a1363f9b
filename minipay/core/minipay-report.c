/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-report.h"

#include "core/minipay-enum-types.h"
#include "core/minipay-report-claim.h"
#include "core/minipay-report-private.h"
#include "core/minipay-value-private.h"

/**
 * MinipayReport:
 *
 * What a gateway reports of something that is neither a payment nor a refund: the answer to a named operation, or
 * an event. A set of values under the gateway's own names.
 *
 * Since: 0.1
 */
struct _MinipayReport {
  GObject parent_instance;

  char *name;
  GVariant *values;
  GBytes *raw_text;
  gboolean authenticated;
};

G_DEFINE_FINAL_TYPE (MinipayReport, minipay_report, G_TYPE_OBJECT)

/**
 * MinipayReport:name:
 *
 * The operation or the event, as the provider's manifest names it.
 *
 * Since: 0.1
 */

/**
 * MinipayReport:values:
 *
 * The values: texts, whole numbers (`x`), booleans, lists (`av`) and further sets.
 *
 * Since: 0.1
 */

/**
 * MinipayReport:raw-text:
 *
 * The gateway's own text.
 *
 * Since: 0.1
 */

/**
 * MinipayReport:authenticated:
 *
 * %TRUE when a verified signature covers it.
 *
 * Since: 0.1
 */

static const MinipayValueField report_fields[] = {
  { "name", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayReport, name) },
  { "values", MINIPAY_VALUE_VARIANT, G_STRUCT_OFFSET (MinipayReport, values), .type_string = "a{sv}" },
  { "raw-text", MINIPAY_VALUE_BOXED, G_STRUCT_OFFSET (MinipayReport, raw_text), g_bytes_get_type },
  { "authenticated", MINIPAY_VALUE_BOOLEAN, G_STRUCT_OFFSET (MinipayReport, authenticated), .is_read_only = TRUE },
};

static void
minipay_report_class_init (MinipayReportClass *klass)
{
  minipay_value_class_install (klass, report_fields, G_N_ELEMENTS (report_fields));
}

static void
minipay_report_init (MinipayReport *self)
{
}

/**
 * minipay_report_get_name:
 * @self: a report
 *
 * Returns: (nullable): see #MinipayReport:name
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayReport, minipay_report, MINIPAY_IS_REPORT, const char *, name, NULL)

/**
 * minipay_report_get_values:
 * @self: a report
 *
 * Returns: (transfer none) (nullable): see #MinipayReport:values
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayReport, minipay_report, MINIPAY_IS_REPORT, GVariant *, values, NULL)

/**
 * minipay_report_get_raw_text:
 * @self: a report
 *
 * Returns: (transfer none) (nullable): see #MinipayReport:raw-text
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayReport, minipay_report, MINIPAY_IS_REPORT, GBytes *, raw_text, NULL)

/**
 * minipay_report_get_authenticated:
 * @self: a report
 *
 * Returns: see #MinipayReport:authenticated
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayReport, minipay_report, MINIPAY_IS_REPORT, gboolean, authenticated, FALSE)

/**
 * minipay_report_lookup_text:
 * @self: a report
 * @name: the name of a value
 *
 * Returns: (nullable): the value, %NULL when there is none or it is no text
 *
 * Since: 0.1
 */
const char *
minipay_report_lookup_text (MinipayReport *self, const char *name)
{
  const char *text = NULL;

  g_return_val_if_fail (MINIPAY_IS_REPORT (self) && name != NULL, NULL);
  if (self->values == NULL || !g_variant_lookup (self->values, name, "&s", &text))
    return NULL;
  return text;
}

MinipayReport *
minipay_report_new_from_values (const char *name, GVariant *values, GBytes *raw_text)
{
  return g_object_new (MINIPAY_TYPE_REPORT, "name", name, "values", values, "raw-text", raw_text, NULL);
}

void
minipay_report_set_authenticated (MinipayReport *self, gboolean authenticated)
{
  self->authenticated = authenticated;
}
