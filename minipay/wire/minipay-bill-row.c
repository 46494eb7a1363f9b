/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "minipay-bill-row-private.h"

#include <string.h>

#include "core/minipay-error-private.h"

/**
 * MinipayBillRow:
 *
 * One line of a bill: values by the headings of their columns. Immutable.
 *
 * Since: 0.1
 */
struct _MinipayBillRow {
  GObject parent_instance;

  GPtrArray *headings; /* of char *, ends in NULL; shared by the rows of a bill */
  GStrv values;
  guint64 line;
  gboolean is_summary;
};

G_DEFINE_FINAL_TYPE (MinipayBillRow, minipay_bill_row, G_TYPE_OBJECT)

static void
minipay_bill_row_finalize (GObject *object)
{
  MinipayBillRow *self = MINIPAY_BILL_ROW (object);

  g_ptr_array_unref (self->headings);
  g_strfreev (self->values);

  G_OBJECT_CLASS (minipay_bill_row_parent_class)->finalize (object);
}

static void
minipay_bill_row_class_init (MinipayBillRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = minipay_bill_row_finalize;
}

static void
minipay_bill_row_init (MinipayBillRow *self)
{
}

MinipayBillRow *
minipay_bill_row_new (GPtrArray *headings, GStrv values, guint64 line, gboolean is_summary)
{
  MinipayBillRow *self = g_object_new (MINIPAY_TYPE_BILL_ROW, NULL);

  self->headings = g_ptr_array_ref (headings);
  self->values = values;
  self->line = line;
  self->is_summary = is_summary;
  return self;
}

/**
 * minipay_bill_row_get_line:
 * @self: a row
 *
 * Returns: the number of its line in the file, the headings being line 1
 *
 * Since: 0.1
 */
guint64
minipay_bill_row_get_line (MinipayBillRow *self)
{
  g_return_val_if_fail (MINIPAY_IS_BILL_ROW (self), 0);
  return self->line;
}

/**
 * minipay_bill_row_is_summary:
 * @self: a row
 *
 * Returns: %TRUE for the last row of a bill, which has its own headings and the sums of the others
 *
 * Since: 0.1
 */
gboolean
minipay_bill_row_is_summary (MinipayBillRow *self)
{
  g_return_val_if_fail (MINIPAY_IS_BILL_ROW (self), FALSE);
  return self->is_summary;
}

/**
 * minipay_bill_row_get_headings:
 * @self: a row
 *
 * Returns: (transfer none) (array zero-terminated=1): the headings of its columns, as the gateway spells them
 *
 * Since: 0.1
 */
const char *const *
minipay_bill_row_get_headings (MinipayBillRow *self)
{
  g_return_val_if_fail (MINIPAY_IS_BILL_ROW (self), NULL);
  return (const char *const *) self->headings->pdata;
}

/**
 * minipay_bill_row_get_text:
 * @self: a row
 * @heading: the heading of a column, as the gateway spells it: `商户订单号`
 *
 * Returns: (nullable): the value as it stands, maybe empty; %NULL when there is no such column
 *
 * Since: 0.1
 */
const char *
minipay_bill_row_get_text (MinipayBillRow *self, const char *heading)
{
  g_return_val_if_fail (MINIPAY_IS_BILL_ROW (self), NULL);
  g_return_val_if_fail (heading != NULL, NULL);

  for (guint i = 0; self->values[i] != NULL; i++)
    if (strcmp (g_ptr_array_index (self->headings, i), heading) == 0)
      return self->values[i];
  return NULL;
}

/**
 * minipay_bill_row_dup_money:
 * @self: a row
 * @heading: the heading of a column of amounts: `订单金额`
 * @currency: the ISO 4217 code of the amounts, for many bills the value of another column
 * @error: return location for an error
 *
 * Reads an amount in major units, as bills have them, exactly: `19.90` is 1990 minor units of CNY. It may be
 * negative.
 *
 * Errors: %MINIPAY_ERROR_NOT_FOUND when there is no such column, %MINIPAY_ERROR_PROTOCOL when its value is no
 * amount of @currency.
 *
 * Returns: (transfer full): a new amount
 *
 * Since: 0.1
 */
MinipayMoney *
minipay_bill_row_dup_money (MinipayBillRow *self, const char *heading, const char *currency, GError **error)
{
  const char *text;
  g_autofree char *whole = NULL;
  g_autofree char *quoted = NULL;
  g_autofree char *prefix = NULL;
  g_autoptr (GError) local_error = NULL;
  MinipayMoney *money;

  g_return_val_if_fail (MINIPAY_IS_BILL_ROW (self), NULL);
  g_return_val_if_fail (heading != NULL && currency != NULL, NULL);

  quoted = minipay_error_quote (heading, -1);
  text = minipay_bill_row_get_text (self, heading);
  if (text == NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_NOT_FOUND,
                 "line %" G_GUINT64_FORMAT " of the bill has no column \"%s\"",
                 self->line,
                 quoted);
    return NULL;
  }

  whole = g_strdup_printf ("%s %s", text, currency);
  money = minipay_money_parse (whole, &local_error);
  if (money == NULL) {
    prefix = g_strdup_printf ("line %" G_GUINT64_FORMAT " of the bill, column \"%s\"", self->line, quoted);
    g_propagate_error (error, minipay_error_recode (local_error, MINIPAY_ERROR_PROTOCOL, prefix));
  }
  return money;
}
