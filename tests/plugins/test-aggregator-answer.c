/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "aggregator-shop.h"

/* The seed page's two samples of paySign (vectors agg-paysign-sample-0 and -1): 344 characters each, where its
 * table allows 32. */
#define PAY_SIGN_0                                                                                                 \
  "ql99NNtkWrsVJcfUyKfeRlVVsorqkulKviTUY5vXZtxRH+quqcBhngd4tW0GxqLi80RbxDCh1EgHErF0In51ZUvWW8L1tlTSl+Y6+hFt"       \
  "FoNKdNqhopgujtQlI1kHSo4W0k7q8xx3pCq3PA7AjFhZlXW2RdSk3HQa8DXvjAbQmxUVz9J8urOAWKpFboW8Bs8HHlVE/G7UmcRj6YUk"       \
  "ZyOhcVf46Ux6aP5tm2InyX9tJoFZXCn8qXqxOjWAaDkxfBeobC7kdCcUHOhCtLpjMHLuGdM0ZvJBSGDoU4j/AJYnVUgO/LbWZpVgR3Bk"       \
  "p53MI/iEJdjx/rvzNZ9lmfXpejJkcw=="
#define PAY_SIGN_1                                                                                                 \
  "t/yJ3wmOgnDynaucpR/C+1rvbc+h5QG07UZkpCP2m8f2a1UuSGZLaaspmRZRWPiE+OdUe5nyJC8cfO2mpGyX0I7U+9KAgvMLvYTgqRJq"       \
  "EK1HrcceiX5jDKOc87WkKeqgAWcw2ZhUpdRcLnoqyzz4IqrFtTkfNLGWbo9rt7esK9Rls/adInkD0zKBL/5o5ii6aVjJ7WQKujv6CEXw"       \
  "gqfoE+yEDNLE4p6dfHNdF+cWk9d1RJfG+Zxh3HN8EZZhhi5jzJFsDtwPSUBX+YE20amT0Iq0YeO3SntZP0KJipHfnjkr4GUTJB7wjypC"       \
  "Hpp0cFevEdi5+qXMOINv0SVrThBBww=="

/* The seed page's answer, as it stands there. */
#define DATA(SIGN)                                                                                                 \
  "{\"appId\":\"wx4d3f3f6fea3febee\",\"timeStamp\":\"1702607213\","                                                \
  "\"nonceStr\":\"c3061f1abc464c07a546f700462e2806\",\"signType\":\"RSA\",\"paySign\":\"" SIGN "\","               \
  "\"codeUrl\":null,\"package\":\"prepay_id=wx1510265335316554332c81b6f24af40000\"}"
#define ANSWER(SIGN) "{\"code\":\"200\",\"msg\":\"操作成功\",\"data\":" DATA (SIGN) "}"
#define ALIPAY_ANSWER                                                                                              \
  "{\"code\":\"200\",\"msg\":\"操作成功\",\"data\":{\"tradeNo\":\"2022090822001484981417335685\"}}"

static MinipayTestExchange *
begin (MinipayWallet wallet)
{
  MinipayTestExchange *x = aggregator_new (NULL);
  g_autoptr (MinipayOrder) order =
      aggregator_order_new (wallet, "2088102146225135", AGGREGATOR_URL, AGGREGATOR_PAY_INFO, NULL);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  return x;
}

static void
assert_wechat_checkout (const char *body, const char *pay_sign)
{
  const char *const wx[] = {
    "timeStamp", "1702607213",
    "nonceStr",  "c3061f1abc464c07a546f700462e2806",
    "package",   "prepay_id=wx1510265335316554332c81b6f24af40000",
    "signType",  "RSA",
    "paySign",   pay_sign,
    NULL,
  };
  const char *const uni_app[] = {
    "provider",  "wxpay",
    "timeStamp", "1702607213",
    "nonceStr",  "c3061f1abc464c07a546f700462e2806",
    "package",   "prepay_id=wx1510265335316554332c81b6f24af40000",
    "signType",  "RSA",
    "paySign",   pay_sign,
    NULL,
  };
  g_autoptr (MinipayTestExchange) x = begin (MINIPAY_WALLET_WECHAT);
  g_autoptr (GHashTable) none = NULL;
  g_autoptr (GError) error = NULL;
  MinipayCheckout *checkout;

  minipay_test_exchange_answer (x, 200, NULL, body, &error);
  g_assert_no_error (error);
  checkout = minipay_test_exchange_get_checkout (x);
  g_assert_cmpint (minipay_checkout_get_kind (checkout), ==, MINIPAY_CHECKOUT_KIND_WX_REQUEST_PAYMENT);
  g_assert_null (minipay_checkout_get_url (checkout));
  minipay_test_assert_params (x, MINIPAY_RUNTIME_WX, wx);
  minipay_test_assert_params (x, MINIPAY_RUNTIME_UNI_APP, uni_app);
  none = minipay_checkout_dup_params (checkout, MINIPAY_RUNTIME_ALIPAY, &error);
  g_assert_null (none);
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED);
}

static void
test_wechat (void)
{
  assert_wechat_checkout (ANSWER (PAY_SIGN_1), PAY_SIGN_1);
  assert_wechat_checkout (ANSWER (PAY_SIGN_0), PAY_SIGN_0);
}

static void
test_pay_sign_length (void)
{
  g_autofree char *long_sign = g_strnfill (4096, 'A');
  g_autofree char *body = minipay_test_replace (ANSWER ("@"), "@", long_sign);

  g_assert_cmpuint (strlen (PAY_SIGN_0), ==, 344);
  g_assert_cmpuint (strlen (PAY_SIGN_1), ==, 344);
  assert_wechat_checkout (ANSWER ("E1BDB03ECDC44F48CE1D4D353819318A"), "E1BDB03ECDC44F48CE1D4D353819318A");
  assert_wechat_checkout (body, long_sign);
}

static void
test_code_as_number (void)
{
  g_autofree char *body = minipay_test_replace (ANSWER (PAY_SIGN_1), "\"200\"", "200");

  assert_wechat_checkout (body, PAY_SIGN_1);
}

static void
test_timestamp_as_number (void)
{
  g_autofree char *body = minipay_test_replace (ANSWER (PAY_SIGN_1), "\"1702607213\"", "1702607213");

  assert_wechat_checkout (body, PAY_SIGN_1);
}

static void
test_alipay (void)
{
  static const char *const params[] = { "tradeNO", "2022090822001484981417335685", NULL };
  g_autoptr (MinipayTestExchange) x = begin (MINIPAY_WALLET_ALIPAY);
  g_autoptr (GHashTable) none = NULL;
  g_autoptr (GError) error = NULL;
  MinipayCheckout *checkout;

  minipay_test_exchange_answer (x, 200, NULL, ALIPAY_ANSWER, &error);
  g_assert_no_error (error);
  checkout = minipay_test_exchange_get_checkout (x);
  g_assert_cmpint (minipay_checkout_get_kind (checkout), ==, MINIPAY_CHECKOUT_KIND_MY_TRADE_PAY);
  minipay_test_assert_params (x, MINIPAY_RUNTIME_ALIPAY, params);
  none = minipay_checkout_dup_params (checkout, MINIPAY_RUNTIME_WX, &error);
  g_assert_null (none);
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED);
}

static void
assert_said (guint status, const char *body, int code, const char *gateway_code, const char *message)
{
  g_autoptr (MinipayTestExchange) x = begin (MINIPAY_WALLET_WECHAT);
  const MinipayErrorDetail *detail;
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", body);
  g_assert_false (minipay_test_exchange_answer (x, status, NULL, body, &error));
  g_assert_error (error, MINIPAY_ERROR, code);
  g_assert_null (minipay_exchange_get_result (x->exchange));
  detail = minipay_error_get_detail (error);
  g_assert_cmpstr (minipay_error_detail_get_gateway_code (detail), ==, gateway_code);
  g_assert_cmpstr (minipay_error_detail_get_gateway_message (detail), ==, message);
  g_assert_cmpuint (minipay_error_detail_get_http_status (detail), ==, status);
}

static void
test_already_paid (void)
{
  /* the seed page's own */
  assert_said (
      200, "{\"msg\":\"订单已支付成功\",\"code\":\"400\"}", MINIPAY_ERROR_ALREADY_PAID, "400", "订单已支付成功");
  assert_said (200, "{\"msg\":\"订单已支付\",\"code\":400}", MINIPAY_ERROR_ALREADY_PAID, "400", "订单已支付");
  assert_said (200,
               "{\"msg\":\"订单已支付成功\",\"code\":\"400\",\"data\":" DATA ("x") "}",
               MINIPAY_ERROR_ALREADY_PAID,
               "400",
               "订单已支付成功");
}

static void
test_refused (void)
{
  assert_said (
      200, "{\"msg\":\"订单未支付成功\",\"code\":\"400\"}", MINIPAY_ERROR_CONFLICT, "400", "订单未支付成功");
  /* trouble on the other side, and other words for paid */
  assert_said (200,
               "{\"msg\":\"系统繁忙，请稍后再试\",\"code\":\"400\"}",
               MINIPAY_ERROR_OUTCOME_UNKNOWN,
               "400",
               "系统繁忙，请稍后再试");
  assert_said (
      200, "{\"msg\":\"订单支付处理中\",\"code\":\"400\"}", MINIPAY_ERROR_OUTCOME_UNKNOWN, "400", "订单支付处理中");
  assert_said (200, "{\"msg\":\"请求超时\",\"code\":\"400\"}", MINIPAY_ERROR_OUTCOME_UNKNOWN, "400", "请求超时");
  assert_said (200,
               "{\"msg\":\"Request Timeout\",\"code\":\"400\"}",
               MINIPAY_ERROR_OUTCOME_UNKNOWN,
               "400",
               "Request Timeout");
  assert_said (200,
               "{\"msg\":\"订单支付成功，请勿重复支付\",\"code\":\"400\"}",
               MINIPAY_ERROR_ALREADY_PAID,
               "400",
               "订单支付成功，请勿重复支付");
  assert_said (200, "{\"msg\":\"订单已付款\",\"code\":\"400\"}", MINIPAY_ERROR_ALREADY_PAID, "400", "订单已付款");
  assert_said (200, "{\"msg\":\"订单未支付\",\"code\":\"400\"}", MINIPAY_ERROR_CONFLICT, "400", "订单未支付");
  assert_said (200, "{\"msg\":\"参数错误\",\"code\":400}", MINIPAY_ERROR_CONFLICT, "400", "参数错误");
  assert_said (200, "{\"code\":\"400\"}", MINIPAY_ERROR_CONFLICT, "400", NULL);
  assert_said (200, "{\"msg\":\"x\",\"code\":\"400\",\"data\":" DATA ("x") "}", MINIPAY_ERROR_CONFLICT, "400", "x");
}

static void
test_unknown (void)
{
  static const char *const codes[] = {
    "500", "401", "404", "0", "0000", "9999", "20", "2000", "ok", "200 ", "4000"
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    g_autofree char *body =
        g_strdup_printf ("{\"msg\":\"订单已支付成功\",\"code\":\"%s\",\"data\":" DATA ("x") "}", codes[i]);

    assert_said (200, body, MINIPAY_ERROR_OUTCOME_UNKNOWN, codes[i], "订单已支付成功");
  }
  assert_said (200, "{\"msg\":\"系统异常\",\"code\":500}", MINIPAY_ERROR_OUTCOME_UNKNOWN, "500", "系统异常");
}

/* Source: page 8132275563521625, with what the caller can do next. */
static void
test_words (void)
{
  static const struct {
    const char *word;
    int code; /* of MinipayError */
  } words[] = {
    { "1001", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "1002", MINIPAY_ERROR_INVALID },
    { "1003", MINIPAY_ERROR_INVALID },
    { "1004", MINIPAY_ERROR_AUTH },
    { "1005", MINIPAY_ERROR_AUTH },
    { "1006", MINIPAY_ERROR_RATE_LIMITED },
    { "1007", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "1008", MINIPAY_ERROR_INVALID },
    { "1009", MINIPAY_ERROR_AUTH },
    { "2001", MINIPAY_ERROR_REFUSED },
    { "2002", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "2101", MINIPAY_ERROR_ALREADY_PAID },
    { "2102", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "2104", MINIPAY_ERROR_CONFLICT },
    { "2106", MINIPAY_ERROR_NOT_FOUND },
    { "2107", MINIPAY_ERROR_CONFLICT },
    { "2108", MINIPAY_ERROR_REFUSED },
    { "3001", MINIPAY_ERROR_REFUSED },
    { "3002", MINIPAY_ERROR_REFUSED },
    { "3003", MINIPAY_ERROR_RATE_LIMITED },
    { "3004", MINIPAY_ERROR_REFUSED },
    { "3005", MINIPAY_ERROR_RATE_LIMITED },
    { "3101", MINIPAY_ERROR_CONFLICT },
    { "3102", MINIPAY_ERROR_CONFLICT },
    { "3103", MINIPAY_ERROR_CONFLICT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    g_autofree char *text = g_strdup_printf ("{\"msg\":\"x\",\"code\":\"%s\"}", words[i].word);
    g_autofree char *number = g_strdup_printf ("{\"msg\":\"x\",\"code\":%s}", words[i].word);
    g_autoptr (MinipayTestExchange) x = begin (MINIPAY_WALLET_WECHAT);
    g_autoptr (GError) error = NULL;

    assert_said (200, text, words[i].code, words[i].word, "x");
    assert_said (200, number, words[i].code, words[i].word, "x");
    minipay_test_exchange_answer (x, 200, NULL, text, &error);
    g_assert_nonnull (minipay_error_detail_get_remedy (minipay_error_get_detail (error)));
  }
}

/* Whether the order is prepared after these is not known. */
static void
test_unreadable (void)
{
  static const char *const bodies[] = {
    NULL,
    "",
    "<html><body>502 Bad Gateway</body></html>",
    "{\"code\":\"200\",\"msg\":\"操作成功\"}",
    "{\"code\":\"200\",\"msg\":\"操作成功\",\"data\":null}",
    "{\"code\":\"200\",\"msg\":\"操作成功\",\"data\":\"\"}",
    "{\"code\":\"200\",\"msg\":\"操作成功\",\"data\":[]}",
    "{\"code\":\"200\",\"msg\":\"操作成功\",\"data\":{}}",
    "{\"code\":\"200\",\"msg\":\"操作成功\",\"data\":\"{}\"}",
    "{\"code\":\"\",\"data\":" DATA ("x") "}",
    "{\"code\":null,\"data\":" DATA ("x") "}",
    "{\"code\":true,\"data\":" DATA ("x") "}",
    "{\"code\":200.0,\"data\":" DATA ("x") "}",
    "{\"code\":2e2,\"data\":" DATA ("x") "}",
    "{\"code\":[\"200\"],\"data\":" DATA ("x") "}",
    "{\"Code\":\"200\",\"data\":" DATA ("x") "}",
    "{\"data\":" DATA ("x") "}",
    "{\"code\":\"400\",\"code\":\"200\",\"data\":" DATA ("x") "}",
    "{code:\"200\",\"data\":" DATA ("x") "}",
    "[" ANSWER ("x") "]",
    ANSWER ("x") "x",
    ALIPAY_ANSWER,
    "200",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (MinipayTestExchange) x = begin (MINIPAY_WALLET_WECHAT);
    g_autoptr (GError) error = NULL;

    g_test_message ("body %u", i);
    g_assert_false (minipay_test_exchange_answer (x, 200, NULL, bodies[i], &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
    minipay_test_assert_open (error);
    g_assert_null (minipay_exchange_get_result (x->exchange));
  }
}

static void
test_incomplete (void)
{
  static const char *const names[] = { "timeStamp", "nonceStr", "package", "signType", "paySign" };
  g_autoptr (MinipayTestExchange) alipay = begin (MINIPAY_WALLET_ALIPAY);
  g_autoptr (GError) alipay_error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (MinipayTestExchange) x = begin (MINIPAY_WALLET_WECHAT);
    g_autofree char *body = minipay_test_replace (ANSWER ("x"), names[i], "other");
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_answer (x, 200, NULL, body, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
    g_assert_nonnull (strstr (error->message, names[i]));
  }
  g_assert_false (minipay_test_exchange_answer (alipay, 200, NULL, ANSWER ("x"), &alipay_error));
  g_assert_error (alipay_error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (alipay_error->message, "tradeNo"));
}

static void
test_empty_sign (void)
{
  g_autoptr (MinipayTestExchange) x = begin (MINIPAY_WALLET_WECHAT);
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_answer (x, 200, NULL, ANSWER (""), &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
}

static void
test_status (void)
{
  static const struct {
    guint status;
    int code; /* of MinipayError */
  } cases[] = {
    { 429, MINIPAY_ERROR_RATE_LIMITED },    { 500, MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { 502, MINIPAY_ERROR_OUTCOME_UNKNOWN }, { 503, MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { 504, MINIPAY_ERROR_OUTCOME_UNKNOWN }, { 201, MINIPAY_ERROR_PROTOCOL },
    { 204, MINIPAY_ERROR_PROTOCOL },        { 302, MINIPAY_ERROR_PROTOCOL },
    { 400, MINIPAY_ERROR_PROTOCOL },        { 403, MINIPAY_ERROR_PROTOCOL },
    { 404, MINIPAY_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (MINIPAY_WALLET_WECHAT);
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_answer (x, cases[i].status, NULL, ANSWER (PAY_SIGN_1), &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
    g_assert_null (minipay_exchange_get_result (x->exchange));
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/aggregator/answer/wechat", test_wechat);
  g_test_add_func ("/aggregator/answer/pay-sign-of-any-length", test_pay_sign_length);
  g_test_add_func ("/aggregator/answer/code-as-number", test_code_as_number);
  g_test_add_func ("/aggregator/answer/timestamp-as-number", test_timestamp_as_number);
  g_test_add_func ("/aggregator/answer/alipay", test_alipay);
  g_test_add_func ("/aggregator/answer/already-paid", test_already_paid);
  g_test_add_func ("/aggregator/answer/refused", test_refused);
  g_test_add_func ("/aggregator/answer/unknown-code/outcome-unknown", test_unknown);
  g_test_add_func ("/aggregator/answer/words", test_words);
  g_test_add_func ("/aggregator/answer/unreadable/outcome-unknown", test_unreadable);
  g_test_add_func ("/aggregator/answer/incomplete/outcome-unknown", test_incomplete);
  g_test_add_func ("/aggregator/answer/empty-pay-sign/outcome-unknown", test_empty_sign);
  g_test_add_func ("/aggregator/answer/status", test_status);
  return g_test_run ();
}
