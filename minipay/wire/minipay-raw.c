/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "wire/minipay-raw.h"

#include <json-glib/json-glib.h>

#include "wire/minipay-json.h"

/**
 * minipay_payment_dup_raw:
 * @self: a payment
 *
 * The gateway's own members, for what minipay has no name for: numbers are `x`, texts `s`, lists `av`,
 * objects `a{sv}`.
 *
 * Returns: (transfer full): an `a{sv}`, empty when there is nothing to show
 *
 * Since: 0.1
 */
GVariant *
minipay_payment_dup_raw (MinipayPayment *self)
{
  GBytes *text;
  g_autoptr (MinipayJson) checked = NULL;
  g_autoptr (GVariant) raw = NULL;

  g_return_val_if_fail (MINIPAY_IS_PAYMENT (self), NULL);

  text = minipay_payment_get_raw_text (self);
  /* json-glib takes what is no JSON, and recurses: nothing reaches it that the strict reader did not pass */
  checked = text != NULL ? minipay_json_parse (text, NULL) : NULL;
  if (checked != NULL && minipay_json_get_kind (checked, minipay_json_get_root (checked)) == MINIPAY_JSON_OBJECT)
    raw = json_gvariant_deserialize_data (
        g_bytes_get_data (text, NULL), (gssize) g_bytes_get_size (text), "a{sv}", NULL);
  if (raw == NULL)
    raw = g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0);
  return g_variant_ref_sink (g_steal_pointer (&raw));
}
