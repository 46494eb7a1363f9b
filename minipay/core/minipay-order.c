/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-order.h"

#include "core/minipay-enum-types.h"
#include "core/minipay-order-private.h"
#include "core/minipay-value-private.h"

/**
 * MinipayOrder:
 *
 * What a merchant asks to be paid for. Built in one go, immutable afterwards, so that threads may share it:
 *
 * |[<!-- language="C" -->
 * order = g_object_new (MINIPAY_TYPE_ORDER,
 *                       "out-trade-no", "T20261121000000001",
 *                       "total", total,
 *                       "subject", "green tea",
 *                       "method", MINIPAY_METHOD_MINI_PROGRAM,
 *                       "payer", openid,
 *                       "notify-url", "https://shop.example/notify/tea-shop",
 *                       NULL);
 * ]|
 *
 * Which fields are required, how long they may be and of what characters, is the provider's: see `minipay
 * inspect`.
 *
 * Since: 0.1
 */
struct _MinipayOrder {
  GObject parent_instance;

  char *out_trade_no;
  MinipayMoney *total;
  char *subject;
  MinipayMethod method;
  MinipayWallet wallet;
  char *payer;
  char *notify_url;
  char *attach;
  GDateTime *expires_at;
  char *client_ip;
  GVariant *splits;
  GVariant *extras;
};

G_DEFINE_FINAL_TYPE (MinipayOrder, minipay_order, G_TYPE_OBJECT)

/**
 * MinipayOrder:out-trade-no:
 *
 * The merchant's number of the order: the same on every retry, never used for anything else.
 *
 * Since: 0.1
 */

/**
 * MinipayOrder:total:
 *
 * What the buyer is to pay; more than nothing.
 *
 * Since: 0.1
 */

/**
 * MinipayOrder:subject:
 *
 * What is bought, in words for the buyer.
 *
 * Since: 0.1
 */

/**
 * MinipayOrder:method:
 *
 * Where the buyer meets the cashier.
 *
 * Since: 0.1
 */

/**
 * MinipayOrder:wallet:
 *
 * Which purse, where a provider has several.
 *
 * Since: 0.1
 */

/**
 * MinipayOrder:payer:
 *
 * Who pays, as the wallet calls the buyer: an openid, a buyer_id. A scanned code is no payer: it is the extra
 * `auth_code`.
 *
 * Since: 0.1
 */

/**
 * MinipayOrder:notify-url:
 *
 * Where the gateway reports the result.
 *
 * Since: 0.1
 */

/**
 * MinipayOrder:attach:
 *
 * Comes back unchanged in the notification.
 *
 * Since: 0.1
 */

/**
 * MinipayOrder:expires-at:
 *
 * After this the order can no longer be paid.
 *
 * Since: 0.1
 */

/**
 * MinipayOrder:client-ip:
 *
 * The address of the buyer's device.
 *
 * Since: 0.1
 */

/**
 * MinipayOrder:splits:
 *
 * Who shares the money: receiver and amount as minipay_money_parse() reads it.
 *
 * Since: 0.1
 */

/**
 * MinipayOrder:extras:
 *
 * Fields that only one provider has, by the names in its manifest.
 *
 * Since: 0.1
 */

static const MinipayValueField order_fields[] = {
  { "out-trade-no", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayOrder, out_trade_no) },
  { "total", MINIPAY_VALUE_BOXED, G_STRUCT_OFFSET (MinipayOrder, total), minipay_money_get_type },
  { "subject", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayOrder, subject) },
  { "method", MINIPAY_VALUE_ENUM, G_STRUCT_OFFSET (MinipayOrder, method), minipay_method_get_type },
  { "wallet", MINIPAY_VALUE_ENUM, G_STRUCT_OFFSET (MinipayOrder, wallet), minipay_wallet_get_type },
  { "payer", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayOrder, payer) },
  { "notify-url", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayOrder, notify_url) },
  { "attach", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayOrder, attach) },
  { "expires-at", MINIPAY_VALUE_BOXED, G_STRUCT_OFFSET (MinipayOrder, expires_at), g_date_time_get_type },
  { "client-ip", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayOrder, client_ip) },
  { "splits", MINIPAY_VALUE_VARIANT, G_STRUCT_OFFSET (MinipayOrder, splits), NULL, "a(ss)" },
  { "extras", MINIPAY_VALUE_VARIANT, G_STRUCT_OFFSET (MinipayOrder, extras), NULL, "a{sv}" },
};

static void
minipay_order_class_init (MinipayOrderClass *klass)
{
  minipay_value_class_install (klass, order_fields, G_N_ELEMENTS (order_fields));
}

static void
minipay_order_init (MinipayOrder *self)
{
}

/**
 * minipay_order_get_out_trade_no:
 * @self: an order
 *
 * Returns: (nullable): see #MinipayOrder:out-trade-no
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayOrder, minipay_order, MINIPAY_IS_ORDER, const char *, out_trade_no, NULL)

/**
 * minipay_order_get_total:
 * @self: an order
 *
 * Returns: (transfer none) (nullable): see #MinipayOrder:total
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayOrder, minipay_order, MINIPAY_IS_ORDER, MinipayMoney *, total, NULL)

/**
 * minipay_order_get_subject:
 * @self: an order
 *
 * Returns: (nullable): see #MinipayOrder:subject
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayOrder, minipay_order, MINIPAY_IS_ORDER, const char *, subject, NULL)

/**
 * minipay_order_get_method:
 * @self: an order
 *
 * Returns: see #MinipayOrder:method
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayOrder, minipay_order, MINIPAY_IS_ORDER, MinipayMethod, method, 0)

/**
 * minipay_order_get_wallet:
 * @self: an order
 *
 * Returns: see #MinipayOrder:wallet
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayOrder, minipay_order, MINIPAY_IS_ORDER, MinipayWallet, wallet, 0)

/**
 * minipay_order_get_payer:
 * @self: an order
 *
 * Returns: (nullable): see #MinipayOrder:payer
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayOrder, minipay_order, MINIPAY_IS_ORDER, const char *, payer, NULL)

/**
 * minipay_order_get_notify_url:
 * @self: an order
 *
 * Returns: (nullable): see #MinipayOrder:notify-url
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayOrder, minipay_order, MINIPAY_IS_ORDER, const char *, notify_url, NULL)

/**
 * minipay_order_get_attach:
 * @self: an order
 *
 * Returns: (nullable): see #MinipayOrder:attach
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayOrder, minipay_order, MINIPAY_IS_ORDER, const char *, attach, NULL)

/**
 * minipay_order_get_expires_at:
 * @self: an order
 *
 * Returns: (transfer none) (nullable): see #MinipayOrder:expires-at
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayOrder, minipay_order, MINIPAY_IS_ORDER, GDateTime *, expires_at, NULL)

/**
 * minipay_order_get_client_ip:
 * @self: an order
 *
 * Returns: (nullable): see #MinipayOrder:client-ip
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayOrder, minipay_order, MINIPAY_IS_ORDER, const char *, client_ip, NULL)

/**
 * minipay_order_get_splits:
 * @self: an order
 *
 * Returns: (transfer none) (nullable): see #MinipayOrder:splits
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayOrder, minipay_order, MINIPAY_IS_ORDER, GVariant *, splits, NULL)

/**
 * minipay_order_get_extras:
 * @self: an order
 *
 * Returns: (transfer none) (nullable): see #MinipayOrder:extras
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayOrder, minipay_order, MINIPAY_IS_ORDER, GVariant *, extras, NULL)

/**
 * minipay_order_new:
 * @out_trade_no: the merchant's number of the order
 * @total: what to pay
 * @subject: what is bought
 * @method: where the buyer meets the cashier
 *
 * An order with nothing but what every order has; use g_object_new() for the rest.
 *
 * Returns: (transfer full): a new order
 *
 * Since: 0.1
 */
MinipayOrder *
minipay_order_new (const char *out_trade_no, MinipayMoney *total, const char *subject, MinipayMethod method)
{
  return g_object_new (
      MINIPAY_TYPE_ORDER, "out-trade-no", out_trade_no, "total", total, "subject", subject, "method", method, NULL);
}

static void
canonical_add (GString *text, const char *value)
{
  /* the NUL keeps neighbours apart */
  if (value != NULL)
    g_string_append (text, value);
  g_string_append_c (text, '\0');
}

static void
canonical_add_variant (GString *text, GVariant *variant)
{
  if (variant != NULL)
    g_variant_print_string (variant, text, TRUE);
  g_string_append_c (text, '\0');
}

static void
canonical_add_extras (GString *text, GVariant *extras, const char *const *except)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) kept = NULL;
  GVariantIter iter;
  GVariant *entry;

  g_variant_iter_init (&iter, extras);
  while ((entry = g_variant_iter_next_value (&iter)) != NULL) {
    g_autoptr (GVariant) owned = entry;
    const char *name;

    g_variant_get_child (owned, 0, "&s", &name);
    if (!g_strv_contains (except, name))
      g_variant_builder_add_value (&builder, owned);
  }
  kept = g_variant_ref_sink (g_variant_builder_end (&builder));
  canonical_add_variant (text, kept);
}

void
minipay_order_write_canonical (MinipayOrder *self, const char *const *except, GString *text)
{
  const gint64 minor = self->total != NULL ? minipay_money_get_minor (self->total) : 0;
  const gint64 expiry_s = self->expires_at != NULL ? g_date_time_to_unix (self->expires_at) : -1;

  canonical_add (text, self->out_trade_no);
  canonical_add (text, self->total != NULL ? minipay_money_get_currency (self->total) : NULL);
  g_string_append_printf (text,
                          "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %d %d",
                          minor,
                          expiry_s,
                          (int) self->method,
                          (int) self->wallet);
  canonical_add (text, NULL);
  canonical_add (text, self->subject);
  canonical_add (text, self->payer);
  canonical_add (text, self->notify_url);
  canonical_add (text, self->attach);
  canonical_add (text, self->client_ip);
  canonical_add_variant (text, self->splits);
  if (self->extras != NULL && except != NULL)
    canonical_add_extras (text, self->extras, except);
  else
    canonical_add_variant (text, self->extras);
}
