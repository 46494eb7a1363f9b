/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <minipay-plugin.h>
#include <string.h>

#include "transit-codec.h"

/* Deductions for rides with WeChat's ride code. */
#define MINIPAY_TYPE_TRANSIT_PROVIDER (minipay_transit_provider_get_type ())
G_DECLARE_FINAL_TYPE (MinipayTransitProvider, minipay_transit_provider, MINIPAY, TRANSIT_PROVIDER, GObject)

struct _MinipayTransitProvider {
  GObject parent_instance;
};

static void transit_provider_iface_init (MinipayPaymentProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MinipayTransitProvider,
                               minipay_transit_provider,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MINIPAY_TYPE_PAYMENT_PROVIDER, transit_provider_iface_init))

/* What a repeated out_order_no does is not documented, so a deduction is never repeated by itself. */
static const MinipayCall transit_calls[] = {
  { MINIPAY_OPERATION_CREATE, MINIPAY_SEND_FLAGS_NONE, transit_build_create, transit_parse_create },
  { 0 },
};

/* Which form requests have decides whether there must be a token. */
static gboolean
transit_configure (MinipayPaymentProvider *provider, MinipayAccountConfig *config, GError **error)
{
  if (strcmp (minipay_account_config_get_string (config, "request-form"), "token") != 0 ||
      minipay_account_config_has_field (config, "access-token"))
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_CONFIG,
               "account %s: these settings are missing: access-token, which request-form=token sends",
               minipay_account_config_get_name (config));
  return FALSE;
}

static gboolean
transit_begin (MinipayPaymentProvider *provider, MinipayExchange *x, GError **error)
{
  return minipay_exchange_begin_call (x, transit_calls, error);
}

static gboolean
transit_resume (MinipayPaymentProvider *provider, MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  return minipay_exchange_resume_call (x, transit_calls, answer, error);
}

static gboolean
transit_receive (MinipayPaymentProvider *provider, MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  g_autoptr (MinipayPayment) payment = transit_parse_notification (x, incoming, error);

  if (payment == NULL)
    return FALSE;
  minipay_exchange_complete (x, G_OBJECT (payment));
  return TRUE;
}

static MinipayHttpResponse *
transit_acknowledge (MinipayPaymentProvider *provider, MinipayExchange *x, gboolean accepted, GError **error)
{
  return transit_new_reply (x, accepted, error);
}

static void
transit_provider_iface_init (MinipayPaymentProviderInterface *iface)
{
  iface->configure = transit_configure;
  iface->begin = transit_begin;
  iface->resume = transit_resume;
  iface->receive = transit_receive;
  iface->acknowledge = transit_acknowledge;
}

static void
minipay_transit_provider_class_init (MinipayTransitProviderClass *klass)
{
}

static void
minipay_transit_provider_init (MinipayTransitProvider *self)
{
}

MINIPAY_PROVIDER_DEFINE (MINIPAY_TYPE_TRANSIT_PROVIDER)
