/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <minipay-plugin.h>

#include "wechat-v2-codec.h"
#include "wechat-xml.h"

/* WeChat Pay V2, mainland, direct merchants. */
#define MINIPAY_TYPE_WECHAT_V2_PROVIDER (minipay_wechat_v2_provider_get_type ())
G_DECLARE_FINAL_TYPE (MinipayWechatV2Provider, minipay_wechat_v2_provider, MINIPAY, WECHAT_V2_PROVIDER, GObject)

struct _MinipayWechatV2Provider {
  GObject parent_instance;
};

static void wechat_v2_provider_iface_init (MinipayPaymentProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MinipayWechatV2Provider,
                               minipay_wechat_v2_provider,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MINIPAY_TYPE_PAYMENT_PROVIDER, wechat_v2_provider_iface_init))

/* Orders are idempotent by out_trade_no: the same number with the same content gives a fresh handle. */
static const MinipayCall wechat_v2_calls[] = {
  { MINIPAY_OPERATION_CREATE, MINIPAY_SEND_FLAGS_IDEMPOTENT, wechat_v2_build_create, wechat_v2_parse_create },
  { MINIPAY_OPERATION_QUERY, MINIPAY_SEND_FLAGS_SAFE, wechat_v2_build_query, wechat_v2_parse_query },
  { 0 },
};

static gboolean
wechat_v2_begin (MinipayPaymentProvider *provider, MinipayExchange *x, GError **error)
{
  return minipay_exchange_begin_call (x, wechat_v2_calls, error);
}

static gboolean
wechat_v2_resume (MinipayPaymentProvider *provider, MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  return minipay_exchange_resume_call (x, wechat_v2_calls, answer, error);
}

static gboolean
wechat_v2_receive (MinipayPaymentProvider *provider,
                   MinipayExchange *x,
                   MinipayHttpRequest *incoming,
                   GError **error)
{
  g_autoptr (MinipayPayment) payment = wechat_v2_parse_notification (x, incoming, error);

  if (payment == NULL)
    return FALSE;
  minipay_exchange_complete (x, G_OBJECT (payment));
  return TRUE;
}

static MinipayHttpResponse *
wechat_v2_acknowledge (MinipayPaymentProvider *provider, MinipayExchange *x, gboolean accepted, GError **error)
{
  return wechat_xml_acknowledge (accepted);
}

static void
wechat_v2_provider_iface_init (MinipayPaymentProviderInterface *iface)
{
  iface->begin = wechat_v2_begin;
  iface->resume = wechat_v2_resume;
  iface->receive = wechat_v2_receive;
  iface->acknowledge = wechat_v2_acknowledge;
}

static void
minipay_wechat_v2_provider_class_init (MinipayWechatV2ProviderClass *klass)
{
}

static void
minipay_wechat_v2_provider_init (MinipayWechatV2Provider *self)
{
}

MINIPAY_PROVIDER_DEFINE (MINIPAY_TYPE_WECHAT_V2_PROVIDER)
