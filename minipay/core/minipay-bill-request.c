/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-bill-request.h"

#include "core/minipay-bill-private.h"
#include "core/minipay-enum-types.h"
#include "core/minipay-value-private.h"

/**
 * MinipayBillRequest:
 *
 * Which bill to fetch, and where to put it.
 *
 * Since: 0.1
 */
struct _MinipayBillRequest {
  GObject parent_instance;

  MinipayBillKind kind;
  char *date;
  char *path;
  GVariant *extras;
  guint64 received; /* bytes, under the lock */
};

/* One for all: it is held for a moment, a few times a second. */
G_LOCK_DEFINE_STATIC (received);

G_DEFINE_FINAL_TYPE (MinipayBillRequest, minipay_bill_request, G_TYPE_OBJECT)

/**
 * MinipayBillRequest:kind:
 *
 * Which one.
 *
 * Since: 0.1
 */

/**
 * MinipayBillRequest:date:
 *
 * The day in China time, `2026-11-20`.
 *
 * Since: 0.1
 */

/**
 * MinipayBillRequest:path:
 *
 * The file to make, absolute. It appears, readable for its owner alone, when all of it has arrived and its digest
 * fits; one that exists is never replaced.
 *
 * Since: 0.1
 */

/**
 * MinipayBillRequest:extras:
 *
 * Members that only some providers have; the manifest lists them.
 *
 * Since: 0.1
 */

static const MinipayValueField bill_request_fields[] = {
  { "kind", MINIPAY_VALUE_ENUM, G_STRUCT_OFFSET (MinipayBillRequest, kind), minipay_bill_kind_get_type },
  { "date", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayBillRequest, date) },
  { "path", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayBillRequest, path) },
  { "extras", MINIPAY_VALUE_VARIANT, G_STRUCT_OFFSET (MinipayBillRequest, extras), .type_string = "a{sv}" },
};

static void
minipay_bill_request_class_init (MinipayBillRequestClass *klass)
{
  minipay_value_class_install (klass, bill_request_fields, G_N_ELEMENTS (bill_request_fields));
}

static void
minipay_bill_request_init (MinipayBillRequest *self)
{
}

/**
 * minipay_bill_request_get_kind:
 * @self: a bill request
 *
 * Returns: see #MinipayBillRequest:kind
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayBillRequest, minipay_bill_request, MINIPAY_IS_BILL_REQUEST, MinipayBillKind, kind, 0)

/**
 * minipay_bill_request_get_date:
 * @self: a bill request
 *
 * Returns: (nullable): see #MinipayBillRequest:date
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayBillRequest, minipay_bill_request, MINIPAY_IS_BILL_REQUEST, const char *, date, NULL)

/**
 * minipay_bill_request_get_path:
 * @self: a bill request
 *
 * Returns: (nullable): see #MinipayBillRequest:path
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayBillRequest, minipay_bill_request, MINIPAY_IS_BILL_REQUEST, const char *, path, NULL)

/**
 * minipay_bill_request_get_extras:
 * @self: a bill request
 *
 * Returns: (transfer none) (nullable): see #MinipayBillRequest:extras
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayBillRequest, minipay_bill_request, MINIPAY_IS_BILL_REQUEST, GVariant *, extras, NULL)

/**
 * minipay_bill_request_get_received:
 * @self: a bill request
 *
 * How much of the bill has come so far; for showing that it moves. May be asked from any thread, and as often as
 * one likes. A download that begins anew begins at 0 again.
 *
 * Returns: bytes as they come over the wire, often packed: less than the file will have
 *
 * Since: 0.1
 */
guint64
minipay_bill_request_get_received (MinipayBillRequest *self)
{
  guint64 received;

  g_return_val_if_fail (MINIPAY_IS_BILL_REQUEST (self), 0);
  G_LOCK (received);
  received = self->received;
  G_UNLOCK (received);
  return received;
}

void
minipay_bill_request_set_received (MinipayBillRequest *self, guint64 received)
{
  G_LOCK (received);
  self->received = received;
  G_UNLOCK (received);
}

/**
 * minipay_bill_request_new:
 * @kind: which bill
 * @date: the day in China time, `2026-11-20`
 * @path: the file to make, absolute
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
MinipayBillRequest *
minipay_bill_request_new (MinipayBillKind kind, const char *date, const char *path)
{
  return g_object_new (MINIPAY_TYPE_BILL_REQUEST, "kind", kind, "date", date, "path", path, NULL);
}
