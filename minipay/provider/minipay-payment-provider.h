/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-http-request.h"
#include "core/minipay-http-response.h"
#include "provider/minipay-account-config.h"
#include "provider/minipay-exchange.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_PAYMENT_PROVIDER (minipay_payment_provider_get_type ())

MINIPAY_API
G_DECLARE_INTERFACE (MinipayPaymentProvider, minipay_payment_provider, MINIPAY, PAYMENT_PROVIDER, GObject)

/**
 * MinipayPaymentProviderInterface:
 * @parent_iface: the parent
 * @configure: takes the settings of the one account this object serves; called once, before everything else,
 * with settings that the manifest's rules have passed and keys that are loaded. The object is immutable
 * afterwards
 * @begin: turns the exchange's question into a request (minipay_exchange_send()) or a result
 *   (minipay_exchange_complete()); called again for every retry
 * @resume: turns the gateway's answer into a result, or into the next request
 * @receive: judges an incoming notification: verify, then parse, then minipay_exchange_complete() with a
 * payment
 * @acknowledge: makes the answer that the gateway wants for a notification, for yes and for no
 * @table: (nullable): for C providers, what minipay_provider_table_implement() was given
 *
 * What a gateway is to minipay. Hooks are synchronous and quick, do no I/O, and see the world through the
 * exchange. They may be called from any thread, several at once.
 *
 * Since: 0.1
 */
struct _MinipayPaymentProviderInterface {
  GTypeInterface parent_iface;

  gboolean (*configure) (MinipayPaymentProvider *self, MinipayAccountConfig *config, GError **error);
  gboolean (*begin) (MinipayPaymentProvider *self, MinipayExchange *x, GError **error);
  gboolean (*resume) (MinipayPaymentProvider *self,
                      MinipayExchange *x,
                      MinipayHttpResponse *answer,
                      GError **error);
  gboolean (*receive) (MinipayPaymentProvider *self,
                       MinipayExchange *x,
                       MinipayHttpRequest *incoming,
                       GError **error);
  MinipayHttpResponse *(*acknowledge) (MinipayPaymentProvider *self,
                                       MinipayExchange *x,
                                       gboolean accepted,
                                       GError **error);
  gconstpointer table;
  gpointer padding[10];
};

G_END_DECLS
