/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "provider/minipay-payment-provider.h"

/**
 * MinipayPaymentProvider:
 *
 * The interface of a payment gateway, implemented by plugins. Nothing but minipay calls its hooks; a provider
 * writes those that its gateway offers, the others answer %MINIPAY_ERROR_NOT_SUPPORTED.
 *
 * Since: 0.1
 */
G_DEFINE_INTERFACE (MinipayPaymentProvider, minipay_payment_provider, G_TYPE_OBJECT)

static void
provider_set_not_supported (MinipayPaymentProvider *self, const char *what, GError **error)
{
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED, "%s has no %s", G_OBJECT_TYPE_NAME (self), what);
}

static gboolean
provider_default_configure (MinipayPaymentProvider *self, MinipayAccountConfig *config, GError **error)
{
  return TRUE;
}

static gboolean
provider_default_begin (MinipayPaymentProvider *self, MinipayExchange *x, GError **error)
{
  provider_set_not_supported (self, "outgoing operations", error);
  return FALSE;
}

static gboolean
provider_default_resume (MinipayPaymentProvider *self,
                         MinipayExchange *x,
                         MinipayHttpResponse *answer,
                         GError **error)
{
  provider_set_not_supported (self, "reader of answers", error);
  return FALSE;
}

static gboolean
provider_default_receive (MinipayPaymentProvider *self,
                          MinipayExchange *x,
                          MinipayHttpRequest *incoming,
                          GError **error)
{
  provider_set_not_supported (self, "notifications", error);
  return FALSE;
}

static MinipayHttpResponse *
provider_default_acknowledge (MinipayPaymentProvider *self, MinipayExchange *x, gboolean accepted, GError **error)
{
  return minipay_http_response_new (accepted ? 200 : 500, NULL);
}

static void
minipay_payment_provider_default_init (MinipayPaymentProviderInterface *iface)
{
  iface->configure = provider_default_configure;
  iface->begin = provider_default_begin;
  iface->resume = provider_default_resume;
  iface->receive = provider_default_receive;
  iface->acknowledge = provider_default_acknowledge;
}
