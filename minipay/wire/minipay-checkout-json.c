/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-checkout-private.h"
#include "wire/minipay-json-writer.h"

/**
 * minipay_checkout_to_json:
 * @self: a checkout
 *
 * The parameters of the checkout's own runtime as one JSON object, for the page that opens the cashier;
 * `{"url":...}` for kinds that are an address.
 *
 * Returns: (transfer full): the JSON text
 *
 * Since: 0.1
 */
char *
minipay_checkout_to_json (MinipayCheckout *self)
{
  g_autoptr (MinipayJsonWriter) writer = NULL;
  g_autoptr (GBytes) text = NULL;
  const char *name, *value;

  g_return_val_if_fail (MINIPAY_IS_CHECKOUT (self), NULL);

  writer = minipay_json_writer_new ();
  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_add_string (writer, "url", minipay_checkout_get_url (self));
  for (guint i = 0; minipay_checkout_get_own_param (self, i, &name, &value); i++)
    minipay_json_writer_add_string (writer, name, value);
  minipay_json_writer_end_object (writer);
  text = minipay_json_writer_finish (writer, NULL);
  /* an address that is not UTF-8 is none */
  return text != NULL ? g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text)) : g_strdup ("{}");
}
