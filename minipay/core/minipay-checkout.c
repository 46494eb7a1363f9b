/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-checkout.h"

#include "core/minipay-checkout-private.h"
#include "core/minipay-enum-types.h"
#include "core/minipay-error.h"
#include "core/minipay-value-private.h"

typedef struct {
  MinipayRuntime runtime;
  char *name;
  char *value;
} CheckoutParam;

/**
 * MinipayCheckout:
 *
 * What opens the cashier: ready-made parameters under the exact names of the call that takes them, or an
 * address. Immutable once the application has it.
 *
 * Since: 0.1
 */
struct _MinipayCheckout {
  GObject parent_instance;

  MinipayCheckoutKind kind;
  GDateTime *expires_at;
  char *url;
  char *out_trade_no;
  char *transaction_id;
  MinipayPayment *payment;
  GArray *params; /* of CheckoutParam, in the order they were set */
};

G_DEFINE_FINAL_TYPE (MinipayCheckout, minipay_checkout, G_TYPE_OBJECT)

/**
 * MinipayCheckout:kind:
 *
 * What to do with it.
 *
 * Since: 0.1
 */

/**
 * MinipayCheckout:expires-at:
 *
 * After this it no longer opens anything; %NULL where the gateway does not say.
 *
 * Since: 0.1
 */

/**
 * MinipayCheckout:url:
 *
 * The address to show as a QR code or to open.
 *
 * Since: 0.1
 */

/**
 * MinipayCheckout:out-trade-no:
 *
 * The merchant's number, where the gateway repeats it.
 *
 * Since: 0.1
 */

/**
 * MinipayCheckout:transaction-id:
 *
 * The gateway's number, where it is known so early.
 *
 * Since: 0.1
 */

/**
 * MinipayCheckout:payment:
 *
 * The payment, where the gateway decided at once.
 *
 * Since: 0.1
 */

static const MinipayValueField checkout_fields[] = {
  { "kind", MINIPAY_VALUE_ENUM, G_STRUCT_OFFSET (MinipayCheckout, kind), minipay_checkout_kind_get_type },
  { "expires-at", MINIPAY_VALUE_BOXED, G_STRUCT_OFFSET (MinipayCheckout, expires_at), g_date_time_get_type },
  { "url", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayCheckout, url) },
  { "out-trade-no", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayCheckout, out_trade_no) },
  { "transaction-id", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayCheckout, transaction_id) },
  { "payment", MINIPAY_VALUE_OBJECT, G_STRUCT_OFFSET (MinipayCheckout, payment), minipay_payment_get_type },
};

static void
checkout_param_clear (gpointer data)
{
  CheckoutParam *param = data;

  g_free (param->name);
  g_free (param->value);
}

static void
minipay_checkout_dispose (GObject *object)
{
  MinipayCheckout *self = MINIPAY_CHECKOUT (object);

  g_clear_pointer (&self->params, g_array_unref);
  G_OBJECT_CLASS (minipay_checkout_parent_class)->dispose (object);
}

static void
minipay_checkout_class_init (MinipayCheckoutClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = minipay_checkout_dispose;
  minipay_value_class_install (klass, checkout_fields, G_N_ELEMENTS (checkout_fields));
}

static void
minipay_checkout_init (MinipayCheckout *self)
{
  self->params = g_array_new (FALSE, FALSE, sizeof (CheckoutParam));
  g_array_set_clear_func (self->params, checkout_param_clear);
}

/**
 * minipay_checkout_new:
 * @kind: what to do with it
 * @expires_at: (nullable): when it stops working
 *
 * For providers.
 *
 * Returns: (transfer full): a checkout without parameters
 *
 * Since: 0.1
 */
MinipayCheckout *
minipay_checkout_new (MinipayCheckoutKind kind, GDateTime *expires_at)
{
  return g_object_new (MINIPAY_TYPE_CHECKOUT, "kind", kind, "expires-at", expires_at, NULL);
}

/**
 * minipay_checkout_new_for_payment:
 * @kind: %MINIPAY_CHECKOUT_KIND_DONE, or %MINIPAY_CHECKOUT_KIND_PENDING while the buyer is still asked
 * @payment: what the gateway said of the payment
 *
 * For providers: what creating led to where it asks for the money at once, as with a scanned code.
 *
 * Returns: (transfer full): a checkout with the payment and its numbers
 *
 * Since: 0.1
 */
MinipayCheckout *
minipay_checkout_new_for_payment (MinipayCheckoutKind kind, MinipayPayment *payment)
{
  g_return_val_if_fail (MINIPAY_IS_PAYMENT (payment), NULL);

  return g_object_new (MINIPAY_TYPE_CHECKOUT,
                       "kind",
                       kind,
                       "out-trade-no",
                       minipay_payment_get_out_trade_no (payment),
                       "transaction-id",
                       minipay_payment_get_transaction_id (payment),
                       "payment",
                       payment,
                       NULL);
}

/**
 * minipay_checkout_set_param:
 * @self: a checkout that the provider has not completed yet
 * @runtime: whose call takes the parameter
 * @name: its name in that call, to the letter
 * @value: its value
 *
 * For providers. The runtime that is set first is the one that minipay_checkout_to_json() writes.
 *
 * Since: 0.1
 */
void
minipay_checkout_set_param (MinipayCheckout *self, MinipayRuntime runtime, const char *name, const char *value)
{
  CheckoutParam param = { runtime, NULL, NULL };

  g_return_if_fail (MINIPAY_IS_CHECKOUT (self) && name != NULL && value != NULL);

  /* what is not UTF-8 could be written in no page */
  param.name = g_utf8_make_valid (name, -1);
  param.value = g_utf8_make_valid (value, -1);
  g_array_append_val (self->params, param);
}

/**
 * minipay_checkout_get_kind:
 * @self: a checkout
 *
 * Returns: see #MinipayCheckout:kind
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayCheckout, minipay_checkout, MINIPAY_IS_CHECKOUT, MinipayCheckoutKind, kind, 0)

/**
 * minipay_checkout_get_expires_at:
 * @self: a checkout
 *
 * Returns: (transfer none) (nullable): see #MinipayCheckout:expires-at
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayCheckout, minipay_checkout, MINIPAY_IS_CHECKOUT, GDateTime *, expires_at, NULL)

/**
 * minipay_checkout_get_url:
 * @self: a checkout
 *
 * Returns: (nullable): see #MinipayCheckout:url
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayCheckout, minipay_checkout, MINIPAY_IS_CHECKOUT, const char *, url, NULL)

/**
 * minipay_checkout_get_out_trade_no:
 * @self: a checkout
 *
 * Returns: (nullable): see #MinipayCheckout:out-trade-no
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayCheckout, minipay_checkout, MINIPAY_IS_CHECKOUT, const char *, out_trade_no, NULL)

/**
 * minipay_checkout_get_transaction_id:
 * @self: a checkout
 *
 * Returns: (nullable): see #MinipayCheckout:transaction-id
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayCheckout, minipay_checkout, MINIPAY_IS_CHECKOUT, const char *, transaction_id, NULL)

/**
 * minipay_checkout_get_payment:
 * @self: a checkout
 *
 * Returns: (transfer none) (nullable): see #MinipayCheckout:payment
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayCheckout, minipay_checkout, MINIPAY_IS_CHECKOUT, MinipayPayment *, payment, NULL)

static const char *
runtime_to_nick (MinipayRuntime runtime)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MINIPAY_TYPE_RUNTIME);
  GEnumValue *value = g_enum_get_value (klass, runtime);

  return value != NULL ? value->value_nick : "(unknown)";
}

/**
 * minipay_checkout_dup_params:
 * @self: a checkout
 * @runtime: whose call takes the parameters
 * @error: return location for an error
 *
 * The parameters under the exact names of that runtime's call, ready to be passed on; all values are text.
 *
 * Errors: %MINIPAY_ERROR_NOT_SUPPORTED when this checkout does not open in that runtime.
 *
 * Returns: (transfer full) (element-type utf8 utf8): name to value
 *
 * Since: 0.1
 */
GHashTable *
minipay_checkout_dup_params (MinipayCheckout *self, MinipayRuntime runtime, GError **error)
{
  g_autoptr (GHashTable) params = NULL;

  g_return_val_if_fail (MINIPAY_IS_CHECKOUT (self), NULL);

  params = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < self->params->len; i++) {
    CheckoutParam *param = &g_array_index (self->params, CheckoutParam, i);

    if (param->runtime == runtime)
      g_hash_table_replace (params, g_strdup (param->name), g_strdup (param->value));
  }
  if (g_hash_table_size (params) == 0) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_NOT_SUPPORTED,
                 "this checkout has no parameters for the runtime %s",
                 runtime_to_nick (runtime));
    return NULL;
  }
  return g_steal_pointer (&params);
}

gboolean
minipay_checkout_get_own_param (MinipayCheckout *self, guint index, const char **name, const char **value)
{
  const CheckoutParam *params = (const CheckoutParam *) (gpointer) self->params->data;
  guint n_own = 0;

  for (guint i = 0; i < self->params->len; i++) {
    if (params[i].runtime != params[0].runtime || n_own++ != index)
      continue;
    *name = params[i].name;
    *value = params[i].value;
    return TRUE;
  }
  return FALSE;
}
