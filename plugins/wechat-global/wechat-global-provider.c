/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <minipay-plugin.h>

#include "wechat-certificates.h"
#include "wechat-global-codec.h"
#include "wechat-message.h"
#include "wechat-transaction.h"

/* WeChat Pay Global, for merchants and for institutions that act for them. */
#define MINIPAY_TYPE_WECHAT_GLOBAL_PROVIDER (minipay_wechat_global_provider_get_type ())
G_DECLARE_FINAL_TYPE (
    MinipayWechatGlobalProvider, minipay_wechat_global_provider, MINIPAY, WECHAT_GLOBAL_PROVIDER, GObject)

struct _MinipayWechatGlobalProvider {
  GObject parent_instance;
};

static void wechat_global_provider_iface_init (MinipayPaymentProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MinipayWechatGlobalProvider,
                               minipay_wechat_global_provider,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MINIPAY_TYPE_PAYMENT_PROVIDER,
                                                      wechat_global_provider_iface_init))

/* Orders are idempotent by out_trade_no: the same number with the same content gives a fresh handle. */
static const MinipayCall wechat_global_calls[] = {
  { MINIPAY_OPERATION_CREATE,
    MINIPAY_SEND_FLAGS_IDEMPOTENT,
    wechat_global_build_create,
    wechat_transaction_parse_create },
  { MINIPAY_OPERATION_QUERY, MINIPAY_SEND_FLAGS_SAFE, wechat_global_build_query, wechat_global_parse_query },
  { MINIPAY_OPERATION_REFRESH_KEYS,
    MINIPAY_SEND_FLAGS_SAFE,
    wechat_global_build_refresh_keys,
    wechat_certificates_parse },
  { 0 },
};

static gboolean
wechat_global_begin (MinipayPaymentProvider *provider, MinipayExchange *x, GError **error)
{
  return minipay_exchange_begin_call (x, wechat_global_calls, error);
}

static gboolean
wechat_global_resume (MinipayPaymentProvider *provider,
                      MinipayExchange *x,
                      MinipayHttpResponse *answer,
                      GError **error)
{
  return minipay_exchange_resume_call (x, wechat_global_calls, answer, error);
}

static gboolean
wechat_global_receive (MinipayPaymentProvider *provider,
                       MinipayExchange *x,
                       MinipayHttpRequest *incoming,
                       GError **error)
{
  g_autoptr (MinipayPayment) payment = wechat_global_parse_notification (x, incoming, error);

  if (payment == NULL)
    return FALSE;
  minipay_exchange_complete (x, G_OBJECT (payment));
  return TRUE;
}

static MinipayHttpResponse *
wechat_global_acknowledge (MinipayPaymentProvider *provider, MinipayExchange *x, gboolean accepted, GError **error)
{
  return wechat_message_acknowledge (accepted);
}

static void
wechat_global_provider_iface_init (MinipayPaymentProviderInterface *iface)
{
  iface->begin = wechat_global_begin;
  iface->resume = wechat_global_resume;
  iface->receive = wechat_global_receive;
  iface->acknowledge = wechat_global_acknowledge;
}

static void
minipay_wechat_global_provider_class_init (MinipayWechatGlobalProviderClass *klass)
{
}

static void
minipay_wechat_global_provider_init (MinipayWechatGlobalProvider *self)
{
}

MINIPAY_PROVIDER_DEFINE (MINIPAY_TYPE_WECHAT_GLOBAL_PROVIDER)
