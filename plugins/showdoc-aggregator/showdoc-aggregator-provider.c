/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <minipay-plugin.h>
#include <string.h>

#include "showdoc-aggregator-codec.h"

/* An aggregator whose cashiers open in the merchant's own mini-programs. */
#define MINIPAY_TYPE_SHOWDOC_AGGREGATOR_PROVIDER (minipay_showdoc_aggregator_provider_get_type ())
G_DECLARE_FINAL_TYPE (MinipayShowdocAggregatorProvider,
                      minipay_showdoc_aggregator_provider,
                      MINIPAY,
                      SHOWDOC_AGGREGATOR_PROVIDER,
                      GObject)

struct _MinipayShowdocAggregatorProvider {
  GObject parent_instance;
};

static void aggregator_provider_iface_init (MinipayPaymentProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MinipayShowdocAggregatorProvider,
                               minipay_showdoc_aggregator_provider,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MINIPAY_TYPE_PAYMENT_PROVIDER,
                                                      aggregator_provider_iface_init))

/* What a second call with the same payInfo does is not published, so none is made by itself. */
static const MinipayCall aggregator_calls[] = {
  { MINIPAY_OPERATION_CREATE, MINIPAY_SEND_FLAGS_NONE, aggregator_build_create, aggregator_parse_create },
  { 0 },
};

static gboolean
aggregator_begin (MinipayPaymentProvider *provider, MinipayExchange *x, GError **error)
{
  return minipay_exchange_begin_call (x, aggregator_calls, error);
}

static gboolean
aggregator_resume (MinipayPaymentProvider *provider,
                   MinipayExchange *x,
                   MinipayHttpResponse *answer,
                   GError **error)
{
  return minipay_exchange_resume_call (x, aggregator_calls, answer, error);
}

static gboolean
aggregator_receive (MinipayPaymentProvider *provider,
                    MinipayExchange *x,
                    MinipayHttpRequest *incoming,
                    GError **error)
{
  g_autoptr (MinipayPayment) payment = aggregator_parse_notification (x, incoming, error);

  if (payment == NULL)
    return FALSE;
  minipay_exchange_complete (x, G_OBJECT (payment));
  return TRUE;
}

/* The two letters alone end the repetition: the no must be anything else. */
static MinipayHttpResponse *
aggregator_acknowledge (MinipayPaymentProvider *provider, MinipayExchange *x, gboolean accepted, GError **error)
{
  const char *text = accepted ? "OK" : "FAIL";
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));
  MinipayHttpResponse *reply = minipay_http_response_new (accepted ? 200 : 500, body);

  minipay_http_response_add_header (reply, "Content-Type", "text/plain");
  return reply;
}

static void
aggregator_provider_iface_init (MinipayPaymentProviderInterface *iface)
{
  iface->begin = aggregator_begin;
  iface->resume = aggregator_resume;
  iface->receive = aggregator_receive;
  iface->acknowledge = aggregator_acknowledge;
}

static void
minipay_showdoc_aggregator_provider_class_init (MinipayShowdocAggregatorProviderClass *klass)
{
}

static void
minipay_showdoc_aggregator_provider_init (MinipayShowdocAggregatorProvider *self)
{
}

MINIPAY_PROVIDER_DEFINE (MINIPAY_TYPE_SHOWDOC_AGGREGATOR_PROVIDER)
