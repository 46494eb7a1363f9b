/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-bill.h"

#include "core/minipay-bill-private.h"
#include "core/minipay-enum-types.h"
#include "core/minipay-value-private.h"

/**
 * MinipayBill:
 *
 * A bill that lies on the disk, whole. MinipayBillReader reads it.
 *
 * Since: 0.1
 */
struct _MinipayBill {
  GObject parent_instance;

  MinipayBillKind kind;
  char *date;
  char *path;
  char *sha1;
  gint64 size;
  gboolean authenticated;
};

G_DEFINE_FINAL_TYPE (MinipayBill, minipay_bill, G_TYPE_OBJECT)

/**
 * MinipayBill:kind:
 *
 * Which one.
 *
 * Since: 0.1
 */

/**
 * MinipayBill:date:
 *
 * The day in China time, `2026-11-20`.
 *
 * Since: 0.1
 */

/**
 * MinipayBill:path:
 *
 * The file.
 *
 * Since: 0.1
 */

/**
 * MinipayBill:sha1:
 *
 * SHA-1 of the file, in lower-case hexadecimal.
 *
 * Since: 0.1
 */

/**
 * MinipayBill:size:
 *
 * Bytes of the file.
 *
 * Since: 0.1
 */

/**
 * MinipayBill:authenticated:
 *
 * %TRUE when the gateway signed the digest; %FALSE where it gives none, and the summary line alone shows that
 * nothing is missing.
 *
 * Since: 0.1
 */

static const MinipayValueField bill_fields[] = {
  { "kind",
    MINIPAY_VALUE_ENUM,
    G_STRUCT_OFFSET (MinipayBill, kind),
    minipay_bill_kind_get_type,
    .is_read_only = TRUE },
  { "date", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayBill, date), .is_read_only = TRUE },
  { "path", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayBill, path), .is_read_only = TRUE },
  { "sha1", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayBill, sha1), .is_read_only = TRUE },
  { "size", MINIPAY_VALUE_INT64, G_STRUCT_OFFSET (MinipayBill, size), .is_read_only = TRUE },
  { "authenticated", MINIPAY_VALUE_BOOLEAN, G_STRUCT_OFFSET (MinipayBill, authenticated), .is_read_only = TRUE },
};

static void
minipay_bill_class_init (MinipayBillClass *klass)
{
  minipay_value_class_install (klass, bill_fields, G_N_ELEMENTS (bill_fields));
}

static void
minipay_bill_init (MinipayBill *self)
{
}

/**
 * minipay_bill_get_kind:
 * @self: a bill
 *
 * Returns: see #MinipayBill:kind
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayBill, minipay_bill, MINIPAY_IS_BILL, MinipayBillKind, kind, 0)

/**
 * minipay_bill_get_date:
 * @self: a bill
 *
 * Returns: (nullable): see #MinipayBill:date
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayBill, minipay_bill, MINIPAY_IS_BILL, const char *, date, NULL)

/**
 * minipay_bill_get_path:
 * @self: a bill
 *
 * Returns: (nullable): see #MinipayBill:path
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayBill, minipay_bill, MINIPAY_IS_BILL, const char *, path, NULL)

/**
 * minipay_bill_get_sha1:
 * @self: a bill
 *
 * Returns: (nullable): see #MinipayBill:sha1
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayBill, minipay_bill, MINIPAY_IS_BILL, const char *, sha1, NULL)

/**
 * minipay_bill_get_size:
 * @self: a bill
 *
 * Returns: see #MinipayBill:size
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayBill, minipay_bill, MINIPAY_IS_BILL, gint64, size, 0)

/**
 * minipay_bill_get_authenticated:
 * @self: a bill
 *
 * Returns: see #MinipayBill:authenticated
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayBill, minipay_bill, MINIPAY_IS_BILL, gboolean, authenticated, FALSE)

MinipayBill *
minipay_bill_new_claimed (const char *sha1)
{
  MinipayBill *self = g_object_new (MINIPAY_TYPE_BILL, NULL);

  self->sha1 = g_strdup (sha1);
  return self;
}

MinipayBill *
minipay_bill_new_fetched (
    MinipayBillKind kind, const char *date, const char *path, const char *sha1, gint64 size, gboolean authenticated)
{
  MinipayBill *self = g_object_new (MINIPAY_TYPE_BILL, NULL);

  self->kind = kind;
  self->date = g_strdup (date);
  self->path = g_strdup (path);
  self->sha1 = g_strdup (sha1);
  self->size = size;
  self->authenticated = authenticated;
  return self;
}
