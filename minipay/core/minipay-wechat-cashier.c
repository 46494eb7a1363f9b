/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-wechat-cashier.h"

static void
cashier_set (MinipayCheckout *checkout, MinipayRuntime runtime, const MinipayWechatCashier *cashier)
{
  gboolean is_jssdk = runtime == MINIPAY_RUNTIME_JSSDK;

  if (runtime == MINIPAY_RUNTIME_JSBRIDGE)
    minipay_checkout_set_param (checkout, runtime, "appId", cashier->appid);
  if (runtime == MINIPAY_RUNTIME_UNI_APP)
    minipay_checkout_set_param (checkout, runtime, "provider", "wxpay");
  minipay_checkout_set_param (checkout, runtime, is_jssdk ? "timestamp" : "timeStamp", cashier->timestamp);
  minipay_checkout_set_param (checkout, runtime, "nonceStr", cashier->nonce);
  minipay_checkout_set_param (checkout, runtime, "package", cashier->package);
  minipay_checkout_set_param (checkout, runtime, "signType", cashier->sign_type);
  minipay_checkout_set_param (checkout, runtime, "paySign", cashier->pay_sign);
}

void
minipay_checkout_set_wechat_cashier (MinipayCheckout *self,
                                     MinipayMethod method,
                                     const MinipayWechatCashier *cashier)
{
  gboolean is_page = method == MINIPAY_METHOD_JSAPI;

  g_return_if_fail (MINIPAY_IS_CHECKOUT (self) && cashier != NULL);

  cashier_set (self, is_page ? MINIPAY_RUNTIME_JSBRIDGE : MINIPAY_RUNTIME_WX, cashier);
  cashier_set (self, is_page ? MINIPAY_RUNTIME_JSSDK : MINIPAY_RUNTIME_UNI_APP, cashier);
}
