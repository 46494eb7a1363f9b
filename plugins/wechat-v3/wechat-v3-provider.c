/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <minipay-plugin.h>

#include "wechat-certificates.h"
#include "wechat-message.h"
#include "wechat-transaction.h"
#include "wechat-v3-codec.h"

/* WeChat Pay V3, mainland, direct merchants. */
#define MINIPAY_TYPE_WECHAT_V3_PROVIDER (minipay_wechat_v3_provider_get_type ())
G_DECLARE_FINAL_TYPE (MinipayWechatV3Provider, minipay_wechat_v3_provider, MINIPAY, WECHAT_V3_PROVIDER, GObject)

struct _MinipayWechatV3Provider {
  GObject parent_instance;
};

static void wechat_v3_provider_iface_init (MinipayPaymentProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MinipayWechatV3Provider,
                               minipay_wechat_v3_provider,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MINIPAY_TYPE_PAYMENT_PROVIDER, wechat_v3_provider_iface_init))

/* Orders are idempotent by out_trade_no: the same number with the same content gives a fresh handle. */
static const MinipayCall wechat_v3_calls[] = {
  { MINIPAY_OPERATION_CREATE,
    MINIPAY_SEND_FLAGS_IDEMPOTENT,
    wechat_v3_build_create,
    wechat_transaction_parse_create },
  { MINIPAY_OPERATION_QUERY, MINIPAY_SEND_FLAGS_SAFE, wechat_v3_build_query, wechat_v3_parse_query },
  { MINIPAY_OPERATION_REFRESH_KEYS,
    MINIPAY_SEND_FLAGS_SAFE,
    wechat_v3_build_refresh_keys,
    wechat_certificates_parse },
  { 0 },
};

static gboolean
wechat_v3_begin (MinipayPaymentProvider *provider, MinipayExchange *x, GError **error)
{
  return minipay_exchange_begin_call (x, wechat_v3_calls, error);
}

static gboolean
wechat_v3_resume (MinipayPaymentProvider *provider, MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  return minipay_exchange_resume_call (x, wechat_v3_calls, answer, error);
}

static gboolean
wechat_v3_receive (MinipayPaymentProvider *provider,
                   MinipayExchange *x,
                   MinipayHttpRequest *incoming,
                   GError **error)
{
  g_autoptr (MinipayPayment) payment = wechat_v3_parse_notification (x, incoming, error);

  if (payment == NULL)
    return FALSE;
  minipay_exchange_complete (x, G_OBJECT (payment));
  return TRUE;
}

static MinipayHttpResponse *
wechat_v3_acknowledge (MinipayPaymentProvider *provider, MinipayExchange *x, gboolean accepted, GError **error)
{
  return wechat_message_acknowledge (accepted);
}

static void
wechat_v3_provider_iface_init (MinipayPaymentProviderInterface *iface)
{
  iface->begin = wechat_v3_begin;
  iface->resume = wechat_v3_resume;
  iface->receive = wechat_v3_receive;
  iface->acknowledge = wechat_v3_acknowledge;
}

static void
minipay_wechat_v3_provider_class_init (MinipayWechatV3ProviderClass *klass)
{
}

static void
minipay_wechat_v3_provider_init (MinipayWechatV3Provider *self)
{
}

MINIPAY_PROVIDER_DEFINE (MINIPAY_TYPE_WECHAT_V3_PROVIDER)
