/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <minipay-plugin.h>
#include <string.h>

#include "weidoufu-codec.h"

/* weidoufu, an aggregator of WeChat Pay and Alipay. */
#define MINIPAY_TYPE_WEIDOUFU_PROVIDER (minipay_weidoufu_provider_get_type ())
G_DECLARE_FINAL_TYPE (MinipayWeidoufuProvider, minipay_weidoufu_provider, MINIPAY, WEIDOUFU_PROVIDER, GObject)

struct _MinipayWeidoufuProvider {
  GObject parent_instance;
};

static void weidoufu_provider_iface_init (MinipayPaymentProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MinipayWeidoufuProvider,
                               minipay_weidoufu_provider,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MINIPAY_TYPE_PAYMENT_PROVIDER, weidoufu_provider_iface_init))

/* The manual does not say what a repeated out_order_no does, so an order is never repeated by itself. */
static const MinipayCall weidoufu_calls[] = {
  { MINIPAY_OPERATION_CREATE, MINIPAY_SEND_FLAGS_NONE, weidoufu_build_create, weidoufu_parse_create },
  { MINIPAY_OPERATION_QUERY, MINIPAY_SEND_FLAGS_SAFE, weidoufu_build_query, weidoufu_parse_query },
  { 0 },
};

static gboolean
weidoufu_begin (MinipayPaymentProvider *provider, MinipayExchange *x, GError **error)
{
  return minipay_exchange_begin_call (x, weidoufu_calls, error);
}

static gboolean
weidoufu_resume (MinipayPaymentProvider *provider, MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  return minipay_exchange_resume_call (x, weidoufu_calls, answer, error);
}

static gboolean
weidoufu_receive (MinipayPaymentProvider *provider,
                  MinipayExchange *x,
                  MinipayHttpRequest *incoming,
                  GError **error)
{
  g_autoptr (MinipayPayment) payment = weidoufu_parse_notification (x, incoming, error);

  if (payment == NULL)
    return FALSE;
  minipay_exchange_complete (x, G_OBJECT (payment));
  return TRUE;
}

/* The manual is silent about the reply; both texts are settings. */
static MinipayHttpResponse *
weidoufu_acknowledge (MinipayPaymentProvider *provider, MinipayExchange *x, gboolean accepted, GError **error)
{
  MinipayAccountConfig *config = minipay_exchange_get_config (x);
  const char *text = accepted ? minipay_account_config_get_string (config, "reply-body") : "fail";
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  MinipayHttpResponse *reply = minipay_http_response_new (accepted ? 200 : 500, body);

  minipay_http_response_add_header (reply,
                                    "Content-Type",
                                    accepted ? minipay_account_config_get_string (config, "reply-content-type")
                                             : "text/plain");
  return reply;
}

static void
weidoufu_provider_iface_init (MinipayPaymentProviderInterface *iface)
{
  iface->begin = weidoufu_begin;
  iface->resume = weidoufu_resume;
  iface->receive = weidoufu_receive;
  iface->acknowledge = weidoufu_acknowledge;
}

static void
minipay_weidoufu_provider_class_init (MinipayWeidoufuProviderClass *klass)
{
}

static void
minipay_weidoufu_provider_init (MinipayWeidoufuProvider *self)
{
}

MINIPAY_PROVIDER_DEFINE (MINIPAY_TYPE_WEIDOUFU_PROVIDER)
