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

static void
test_extra_text (void)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (1, "CNY");
  g_autoptr (MinipayOrder) bare = minipay_order_new ("N", total, "tea", MINIPAY_METHOD_MINI_PROGRAM);
  g_autoptr (MinipayOrder) order = g_object_new (
      MINIPAY_TYPE_ORDER, "extras", g_variant_new_parsed ("{'a': <'x'>, 'b': <''>, 'c': <true>}"), NULL);

  g_assert_null (minipay_order_get_extra_text (bare, "a"));
  g_assert_cmpstr (minipay_order_get_extra_text (order, "a"), ==, "x");
  g_assert_null (minipay_order_get_extra_text (order, "b"));
  g_assert_null (minipay_order_get_extra_text (order, "c"));
  g_assert_null (minipay_order_get_extra_text (order, "d"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/call/trouble/told-from-refusals", test_trouble);
  g_test_add_func ("/call/extra-text/empty-is-none", test_extra_text);

  return g_test_run ();
}
