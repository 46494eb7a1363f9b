/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-order.h"
#include "provider/minipay-call.h"

/* What gateways say of trouble on their own side; anything else is a refusal. */
static void
test_trouble (void)
{
  static const char *const troubles[] = {
    "系统错误",
    "系统繁忙,请稍后再试",
    "请求超时",
    "服务繁忙",
    "网络异常",
    "网络错误",
    "交易处理中",
    "请稍后重试",
    "服务不可用",
    "SYSTEMERROR",
    "System Error",
    "system busy",
    "TIMEOUT",
    "connect timeout",
    "Request timed out",
    "Server Busy",
    "Network Error",
    "being processed",
    "INTERNAL SERVER ERROR",
    "Service Unavailable",
  };
  static const char *const others[] = {
    NULL,
    "",
    "参数错误",
    "签名错误",
    "参数格式校验错误",
    "订单已支付",
    "订单号重复",
    "商户未开通",
    "appid不存在",
    "time_expire",
    "invalid time_expire",
    "OK",
    "sign error",
    "out of time",
    "no permission",
    "PARAM_ERROR",
  };

  for (guint i = 0; i < G_N_ELEMENTS (troubles); i++)
    if (!minipay_text_tells_trouble (troubles[i]))
      g_error ("\"%s\" tells of no trouble", troubles[i]);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (minipay_text_tells_trouble (others[i]))
      g_error ("\"%s\" tells of trouble", others[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/call/trouble/told-from-refusals", test_trouble);

  return g_test_run ();
}
