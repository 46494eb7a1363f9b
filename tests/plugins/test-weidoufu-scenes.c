/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-error-private.h"
#include "weidoufu-shop.h"

/* Signed as in the tests of creation: `printf '%s' 'TEXT&secret_key=KEY' | md5sum | tr a-f A-F`. */

#define OPENID  "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
#define NUMBERS "\"mch_trade_no\":\"202105135513716648486662\",\"out_order_no\":\"10018801620383215825\""

static MinipayOrder *
scene_new (MinipayMethod method, MinipayWallet wallet, const char *payer, const char *extras)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (1, "CNY");

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       "10018801620383215825",
                       "total",
                       total,
                       "subject",
                       "QQ会员充值",
                       "method",
                       method,
                       "wallet",
                       wallet,
                       "payer",
                       payer,
                       "notify-url",
                       method == MINIPAY_METHOD_CODE ? NULL : "https://xxxxx.com/api/notice",
                       "extras",
                       extras != NULL ? g_variant_new_parsed (extras) : NULL,
                       NULL);
}

static MinipayTestExchange *
begin (MinipayMethod method, MinipayWallet wallet, const char *payer, const char *extras)
{
  MinipayTestExchange *x = weidoufu_new (NULL);
  g_autoptr (MinipayOrder) order = scene_new (method, wallet, payer, extras);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  return x;
}

static const struct {
  MinipayMethod method;
  MinipayWallet wallet;
  const char *payer;
  const char *extras;
  const char *path;
  const char *body;
} requests[] = {
  { MINIPAY_METHOD_JSAPI,
    MINIPAY_WALLET_WECHAT,
    "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
    NULL,
    "/pay/jsapi",
    "{\"access_key\":\"22c2f18010bc1f10gkpdjdspjpfjspn3\",\"body\":\"QQ会员充值\",\"out_order_no\":"
    "\"10018801620383215825\",\"pay_type\":1,\"total_fee\":1,\"openid\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\",\"notify_"
    "url\":\"https://xxxxx.com/api/notice\",\"sign\":\"87FFB63ACF2B15D564658569B0EC2691\"}" },
  { MINIPAY_METHOD_JSAPI,
    MINIPAY_WALLET_ALIPAY,
    "2088102146225135",
    NULL,
    "/pay/jsapi",
    "{\"access_key\":\"22c2f18010bc1f10gkpdjdspjpfjspn3\",\"body\":\"QQ会员充值\",\"out_order_no\":"
    "\"10018801620383215825\",\"pay_type\":2,\"total_fee\":1,\"buyer_id\":\"2088102146225135\",\"notify_url\":"
    "\"https://xxxxx.com/api/notice\",\"sign\":\"12120161F3CB273D47B5FA66B7C60D34\"}" },
  { MINIPAY_METHOD_JSAPI,
    MINIPAY_WALLET_UNIONPAY,
    NULL,
    NULL,
    "/pay/jsapi",
    "{\"access_key\":\"22c2f18010bc1f10gkpdjdspjpfjspn3\",\"body\":\"QQ会员充值\",\"out_order_no\":"
    "\"10018801620383215825\",\"pay_type\":3,\"total_fee\":1,\"notify_url\":\"https://xxxxx.com/api/"
    "notice\",\"sign\":\"89B132FF99E150D1FDE3DB56AF38351A\"}" },
  { MINIPAY_METHOD_NATIVE,
    MINIPAY_WALLET_UNIONPAY,
    NULL,
    "{'expire': <int64 5>}",
    "/pay/native",
    "{\"access_key\":\"22c2f18010bc1f10gkpdjdspjpfjspn3\",\"body\":\"QQ会员充值\",\"out_order_no\":"
    "\"10018801620383215825\",\"pay_type\":3,\"total_fee\":1,\"notify_url\":\"https://xxxxx.com/api/"
    "notice\",\"expire\":5,\"sign\":\"6A5407248DDF9D9E27F8EF36968957CA\"}" },
  { MINIPAY_METHOD_NATIVE,
    MINIPAY_WALLET_WECHAT,
    NULL,
    NULL,
    "/pay/native",
    "{\"access_key\":\"22c2f18010bc1f10gkpdjdspjpfjspn3\",\"body\":\"QQ会员充值\",\"out_order_no\":"
    "\"10018801620383215825\",\"pay_type\":1,\"total_fee\":1,\"notify_url\":\"https://xxxxx.com/api/"
    "notice\",\"sign\":\"A715BF6DD7D6320C0FA99E8E1BC69A0E\"}" },
  { MINIPAY_METHOD_H5,
    MINIPAY_WALLET_ALIPAY,
    NULL,
    "{'appid': <'wx369ab4160391bvbgg'>, 'expire': <int64 60>, 'return_url': <'https://xxxxx.com/done'>, "
    "'quit_url': <'https://xxxxx.com/quit'>}",
    "/pay/mobile",
    "{\"access_key\":\"22c2f18010bc1f10gkpdjdspjpfjspn3\",\"body\":\"QQ会员充值\",\"out_order_no\":"
    "\"10018801620383215825\",\"pay_type\":2,\"total_fee\":1,\"notify_url\":\"https://xxxxx.com/api/"
    "notice\",\"appid\":\"wx369ab4160391bvbgg\",\"return_url\":\"https://xxxxx.com/done\",\"quit_url\":\"https://"
    "xxxxx.com/quit\",\"expire\":60,\"sign\":\"9F0B0314EA63F588FEB30A82A165C014\"}" },
  { MINIPAY_METHOD_APP,
    MINIPAY_WALLET_WECHAT,
    NULL,
    "{'appid': <'wx369ab4160391bvbgg'>}",
    "/pay/app",
    "{\"access_key\":\"22c2f18010bc1f10gkpdjdspjpfjspn3\",\"body\":\"QQ会员充值\",\"out_order_no\":"
    "\"10018801620383215825\",\"pay_type\":1,\"total_fee\":1,\"notify_url\":\"https://xxxxx.com/api/"
    "notice\",\"appid\":\"wx369ab4160391bvbgg\",\"sign\":\"3F1C1EED49F557D8494898FC570F1502\"}" },
  { MINIPAY_METHOD_CODE,
    MINIPAY_WALLET_WECHAT,
    NULL,
    "{'auth_code': <'134579302432164181'>}",
    "/pay/micropay",
    "{\"access_key\":\"22c2f18010bc1f10gkpdjdspjpfjspn3\",\"body\":\"QQ会员充值\",\"out_order_no\":"
    "\"10018801620383215825\",\"pay_type\":1,\"total_fee\":1,\"auth_code\":\"134579302432164181\",\"sign\":"
    "\"ECA3A2916061F03DB80FADF19CAA23F1\"}" },
  { MINIPAY_METHOD_CODE,
    MINIPAY_WALLET_ALIPAY,
    NULL,
    "{'auth_code': <'2876543210123456'>}",
    "/pay/micropay",
    "{\"access_key\":\"22c2f18010bc1f10gkpdjdspjpfjspn3\",\"body\":\"QQ会员充值\",\"out_order_no\":"
    "\"10018801620383215825\",\"pay_type\":2,\"total_fee\":1,\"auth_code\":\"2876543210123456\",\"sign\":"
    "\"5996D735F5633F6CFE0CA98B37B3A15C\"}" },
};

static void
test_requests (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++) {
    g_autoptr (MinipayTestExchange) x =
        begin (requests[i].method, requests[i].wallet, requests[i].payer, requests[i].extras);

    minipay_test_assert_request (x, "POST", requests[i].path, requests[i].body);
    g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_NONE);
  }
}

/* Nothing of these is sent. */
static void
test_invalid (void)
{
  static const struct {
    MinipayMethod method;
    MinipayWallet wallet;
    const char *payer;
    const char *extras;
    int code;
    const char *says;
  } cases[] = {
    { MINIPAY_METHOD_JSAPI, MINIPAY_WALLET_WECHAT, NULL, NULL, MINIPAY_ERROR_INVALID, "payer" },
    { MINIPAY_METHOD_JSAPI, MINIPAY_WALLET_ALIPAY, "", NULL, MINIPAY_ERROR_INVALID, "payer" },
    { MINIPAY_METHOD_NATIVE, MINIPAY_WALLET_WECHAT, OPENID, NULL, MINIPAY_ERROR_NOT_SUPPORTED, "payer" },
    { MINIPAY_METHOD_NATIVE,
      MINIPAY_WALLET_WECHAT,
      NULL,
      "{'appid': <'wx369ab4160391bvbgg'>}",
      MINIPAY_ERROR_NOT_SUPPORTED,
      "appid" },
    { MINIPAY_METHOD_H5, MINIPAY_WALLET_WECHAT, NULL, NULL, MINIPAY_ERROR_INVALID, "appid" },
    { MINIPAY_METHOD_APP, MINIPAY_WALLET_WECHAT, NULL, NULL, MINIPAY_ERROR_INVALID, "appid" },
    { MINIPAY_METHOD_APP, MINIPAY_WALLET_UNIONPAY, NULL, "{'appid': <'wx1'>}", MINIPAY_ERROR_NOT_SUPPORTED, "app" },
    { MINIPAY_METHOD_NATIVE,
      MINIPAY_WALLET_WECHAT,
      NULL,
      "{'expire': <int64 0>}",
      MINIPAY_ERROR_INVALID,
      "expire" },
    { MINIPAY_METHOD_NATIVE,
      MINIPAY_WALLET_WECHAT,
      NULL,
      "{'expire': <int64 61>}",
      MINIPAY_ERROR_INVALID,
      "expire" },
    { MINIPAY_METHOD_NATIVE, MINIPAY_WALLET_WECHAT, NULL, "{'expire': <'5'>}", MINIPAY_ERROR_INVALID, "expire" },
    { MINIPAY_METHOD_CODE, MINIPAY_WALLET_WECHAT, NULL, NULL, MINIPAY_ERROR_INVALID, "auth_code" },
    { MINIPAY_METHOD_CODE,
      MINIPAY_WALLET_WECHAT,
      NULL,
      "{'auth_code': <'164579302432164181'>}",
      MINIPAY_ERROR_INVALID,
      "auth_code" },
    { MINIPAY_METHOD_CODE,
      MINIPAY_WALLET_WECHAT,
      NULL,
      "{'auth_code': <'13457930243216418'>}",
      MINIPAY_ERROR_INVALID,
      "auth_code" },
    { MINIPAY_METHOD_CODE,
      MINIPAY_WALLET_ALIPAY,
      NULL,
      "{'auth_code': <'134579302432164181'>}",
      MINIPAY_ERROR_INVALID,
      "auth_code" },
    { MINIPAY_METHOD_CODE,
      MINIPAY_WALLET_ALIPAY,
      NULL,
      "{'auth_code': <'3176543210123456'>}",
      MINIPAY_ERROR_INVALID,
      "auth_code" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = weidoufu_new (NULL);
    g_autoptr (MinipayOrder) order = scene_new (cases[i].method, cases[i].wallet, cases[i].payer, cases[i].extras);
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_create (x, order, &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
    g_assert_nonnull (strstr (error->message, cases[i].says));
    /* a code is as good as money */
    g_assert_null (strstr (error->message, "4579302432164181"));
  }
}

static MinipayCheckout *
answer (MinipayTestExchange *x, const char *body)
{
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_answer (x, 200, NULL, body, &error);
  g_assert_no_error (error);
  return minipay_test_exchange_get_checkout (x);
}

/* A page's cashier wants the application's id, which a mini-program's must not get. */
static void
test_jsapi_wechat (void)
{
  static const char *const jsbridge[] = {
    "appId",     "wx369ab4160391bvbgg",
    "timeStamp", "1620895076",
    "nonceStr",  "82aafec92844bd7b7575e5d642911ac9",
    "package",   "prepay_id=wx1316375652779615245693f173dedb0000",
    "signType",  "MD5",
    "paySign",   "E1BDB03ECDC44F48CE1D4D353819318A",
    NULL,
  };
  g_autoptr (MinipayTestExchange) x = begin (MINIPAY_METHOD_JSAPI, MINIPAY_WALLET_WECHAT, OPENID, NULL);
  g_autoptr (GHashTable) none = NULL;
  g_autoptr (GError) error = NULL;
  MinipayCheckout *checkout =
      answer (x,
              "{\"code\":1,\"message\":\"成功\",\"data\":{" NUMBERS
              ",\"jsapi\":{\"app_id\":\"wx369ab4160391bvbgg\",\"timestamp\":\"1620895076\","
              "\"nonce_str\":\"82aafec92844bd7b7575e5d642911ac9\","
              "\"package\":\"prepay_id=wx1316375652779615245693f173dedb0000\",\"sign_type\":\"MD5\","
              "\"pay_sign\":\"E1BDB03ECDC44F48CE1D4D353819318A\"}}}");

  g_assert_cmpint (minipay_checkout_get_kind (checkout), ==, MINIPAY_CHECKOUT_KIND_WX_REQUEST_PAYMENT);
  minipay_test_assert_params (x, MINIPAY_RUNTIME_JSBRIDGE, jsbridge);
  none = minipay_checkout_dup_params (checkout, MINIPAY_RUNTIME_WX, &error);
  g_assert_null (none);
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED);
}

/* The fixed clock of the tests is at 1554208460. */
static void
test_addresses (void)
{
  static const struct {
    MinipayMethod method;
    const char *extras;
    const char *data;
    MinipayCheckoutKind kind;
    const char *url;
    gint64 expires_at;
  } cases[] = {
    { MINIPAY_METHOD_NATIVE,
      NULL,
      "\"qrcode\":\"iVBORw0KGgo=\",\"code_url\":\"weixin://wxpay/bizpayurl?pr=MAl4VaHzz\"",
      MINIPAY_CHECKOUT_KIND_QR_CODE,
      "weixin://wxpay/bizpayurl?pr=MAl4VaHzz",
      0 },
    { MINIPAY_METHOD_NATIVE,
      "{'expire': <int64 5>}",
      "\"code_url\":\"https://qr.example/1\"",
      MINIPAY_CHECKOUT_KIND_QR_CODE,
      "https://qr.example/1",
      1554208760 },
    { MINIPAY_METHOD_H5,
      "{'appid': <'wx369ab4160391bvbgg'>}",
      "\"todo_url\":\"https://open.weidoufu.com/h5/1\"",
      MINIPAY_CHECKOUT_KIND_REDIRECT,
      "https://open.weidoufu.com/h5/1",
      1554210260 },
    { MINIPAY_METHOD_APP,
      "{'appid': <'wx369ab4160391bvbgg'>}",
      "\"todo_url\":\"https://open.weidoufu.com/app/1\"",
      MINIPAY_CHECKOUT_KIND_REDIRECT,
      "https://open.weidoufu.com/app/1",
      0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (cases[i].method, MINIPAY_WALLET_WECHAT, NULL, cases[i].extras);
    g_autofree char *body = g_strdup_printf (
        "{\"code\":1,\"message\":\"成功\",\"status\":\"success\",\"data\":{" NUMBERS ",%s}}", cases[i].data);
    MinipayCheckout *checkout = answer (x, body);
    GDateTime *expires_at = minipay_checkout_get_expires_at (checkout);

    g_assert_cmpint (minipay_checkout_get_kind (checkout), ==, cases[i].kind);
    g_assert_cmpstr (minipay_checkout_get_url (checkout), ==, cases[i].url);
    g_assert_cmpstr (minipay_checkout_get_transaction_id (checkout), ==, "202105135513716648486662");
    g_assert_cmpint (expires_at != NULL ? g_date_time_to_unix (expires_at) : 0, ==, cases[i].expires_at);
  }
}

static void
test_without_address (void)
{
  static const char *const data[] = {
    NUMBERS,
    NUMBERS ",\"code_url\":\"\"",
    NUMBERS ",\"code_url\":null",
    NUMBERS ",\"todo_url\":\"https://open.weidoufu.com/h5/1\"",
    "\"out_order_no\":\"10018801620383215825\",\"code_url\":\"https://qr.example/1\""
  };

  for (guint i = 0; i < G_N_ELEMENTS (data); i++) {
    g_autoptr (MinipayTestExchange) x = begin (MINIPAY_METHOD_NATIVE, MINIPAY_WALLET_WECHAT, NULL, NULL);
    g_autofree char *body = g_strdup_printf ("{\"code\":1,\"data\":{%s}}", data[i]);
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_answer (x, 200, NULL, body, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
}

/* Nobody signed the success, so it is the query that says paid. */
static void
test_code_success (void)
{
  g_autoptr (MinipayTestExchange) x =
      begin (MINIPAY_METHOD_CODE, MINIPAY_WALLET_WECHAT, NULL, "{'auth_code': <'134579302432164181'>}");
  MinipayCheckout *checkout =
      answer (x, "{\"code\":1,\"message\":\"成功\",\"status\":\"success\",\"data\":{" NUMBERS "}}");

  g_assert_cmpint (minipay_checkout_get_kind (checkout), ==, MINIPAY_CHECKOUT_KIND_PENDING);
  g_assert_cmpstr (minipay_checkout_get_out_trade_no (checkout), ==, "10018801620383215825");
  g_assert_cmpstr (minipay_checkout_get_transaction_id (checkout), ==, "202105135513716648486662");
  g_assert_null (minipay_checkout_get_payment (checkout));
}

static void
test_code_waits (void)
{
  g_autoptr (MinipayTestExchange) x =
      begin (MINIPAY_METHOD_CODE, MINIPAY_WALLET_WECHAT, NULL, "{'auth_code': <'134579302432164181'>}");
  MinipayCheckout *checkout = answer (x, "{\"return_code\":0,\"msg\":\"用户支付中，需要输入密码\"}");

  g_assert_cmpint (minipay_checkout_get_kind (checkout), ==, MINIPAY_CHECKOUT_KIND_PENDING);
}

/* A failure of one call may be anything; the words are all there is. */
static void
test_failures (void)
{
  static const struct {
    const char *body;
    int code;
  } cases[] = {
    { "{\"return_code\":0,\"msg\":\"用户余额不足\"}", MINIPAY_ERROR_REFUSED },
    { "{\"return_code\":0,\"msg\":\"付款码已失效，请重新扫码\"}", MINIPAY_ERROR_REFUSED },
    { "{\"return_code\":\"0\",\"msg\":\"签名错误\"}", MINIPAY_ERROR_AUTH },
    { "{\"return_code\":0,\"msg\":\"订单已支付\"}", MINIPAY_ERROR_ALREADY_PAID },
    { "{\"return_code\":0,\"msg\":\"系统繁忙\"}", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "{\"code\":0,\"message\":\"网络超时\"}", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "{\"return_code\":2,\"msg\":\"?\"}", MINIPAY_ERROR_PROTOCOL },
    { "{\"msg\":\"成功\"}", MINIPAY_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x =
        begin (MINIPAY_METHOD_CODE, MINIPAY_WALLET_WECHAT, NULL, "{'auth_code': <'134579302432164181'>}");
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_answer (x, 200, NULL, cases[i].body, &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weidoufu/scenes/requests", test_requests);
  g_test_add_func ("/weidoufu/scenes/invalid", test_invalid);
  g_test_add_func ("/weidoufu/scenes/jsapi-wechat", test_jsapi_wechat);
  g_test_add_func ("/weidoufu/scenes/addresses", test_addresses);
  g_test_add_func ("/weidoufu/scenes/without-address", test_without_address);
  g_test_add_func ("/weidoufu/code/success-is-pending", test_code_success);
  g_test_add_func ("/weidoufu/code/buyer-is-asked", test_code_waits);
  g_test_add_func ("/weidoufu/code/failures", test_failures);
  return g_test_run ();
}
