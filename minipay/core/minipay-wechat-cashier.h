/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-checkout.h"

G_BEGIN_DECLS

/* What opens WeChat's cashier, for C provider authors; everything is borrowed. */
typedef struct {
  const char *appid; /* of who opens it; NULL where no runtime of the method is told */
  const char *timestamp;
  const char *nonce;
  const char *package;   /* prepay_id=... */
  const char *sign_type; /* RSA, MD5 or HMAC-SHA256 */
  const char *pay_sign;  /* of any length: 32, 64 or 344 characters */
} MinipayWechatCashier;

/* The parameters under the exact names of each runtime's call: wx.requestPayment and uni.requestPayment for
 * mini-programs, WeixinJSBridge and wx.chooseWXPay for pages. Source: "小程序调起支付", "JSAPI 调起支付". */
MINIPAY_API void minipay_checkout_set_wechat_cashier (MinipayCheckout *self,
                                                      MinipayMethod method,
                                                      const MinipayWechatCashier *cashier);

G_END_DECLS
