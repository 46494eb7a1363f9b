/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "transit-shop.h"

static MinipayTestExchange *
asked_new (void)
{
  MinipayTestExchange *x = transit_new (NULL);
  g_autoptr (GVariantDict) dict = g_variant_dict_new (NULL);
  g_autoptr (MinipayMoney) total = minipay_money_new (200, "CNY");
  g_autoptr (MinipayOrder) order = NULL;
  g_autoptr (GError) error = NULL;

  g_variant_dict_insert (dict, "qrcode", "s", "YWZlZmF3ZWZ3ZWY=");
  g_variant_dict_insert (dict, "start_time", "s", "20091225091010");
  g_variant_dict_insert (dict, "line_name", "s", "58");
  g_variant_dict_insert (dict, "trade_scene", "s", "BUS");
  order = g_object_new (MINIPAY_TYPE_ORDER,
                        "out-trade-no",
                        NUMBER,
                        "total",
                        total,
                        "subject",
                        "公交代扣",
                        "method",
                        MINIPAY_METHOD_TRANSIT,
                        "extras",
                        g_variant_dict_end (dict),
                        NULL);
  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  return x;
}

/* The sample of the page "扫码支付", and what its table allows. */
static void
test_accepted (void)
{
  static const char *const bodies[] = {
    "{\"errcode\":0}",
    "{\"errcode\":0,\"errmsg\":\"ok\"}",
    "{\"errmsg\":\"ok\",\"errcode\":0,\"nonce_str\":\"n\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (MinipayTestExchange) x = asked_new ();
    g_autoptr (GError) error = NULL;
    MinipayCheckout *checkout;

    minipay_test_exchange_answer (x, 200, NULL, bodies[i], &error);
    g_assert_no_error (error);
    checkout = minipay_test_exchange_get_checkout (x);
    g_assert_cmpint (minipay_checkout_get_kind (checkout), ==, MINIPAY_CHECKOUT_KIND_PENDING);
    /* taken is not paid */
    g_assert_null (minipay_checkout_get_payment (checkout));
  }
}

static void
test_refused (void)
{
  static const struct {
    const char *body;
    int code; /* of MinipayError */
    const char *gateway_code;
    const char *remedy;
  } cases[] = {
    { "{\"errcode\":40001,\"errmsg\":\"invalid credential\"}", MINIPAY_ERROR_AUTH, "40001", "access-token" },
    { "{\"errcode\":42001,\"errmsg\":\"access_token expired\"}", MINIPAY_ERROR_AUTH, "42001", "access-token" },
    { "{\"errcode\":40097,\"errmsg\":\"invalid args\"}", MINIPAY_ERROR_INVALID, "40097", "message" },
    { "{\"errcode\":40014}", MINIPAY_ERROR_AUTH, "40014", "access-token" },
    { "{\"errcode\":41001}", MINIPAY_ERROR_AUTH, "41001", "access-token" },
    { "{\"errcode\":47001}", MINIPAY_ERROR_INVALID, "47001", "message" },
    { "{\"errcode\":45009}", MINIPAY_ERROR_RATE_LIMITED, "45009", "later" },
    { "{\"errcode\":45011}", MINIPAY_ERROR_RATE_LIMITED, "45011", "later" },
    /* what no list names may have come after the deduction */
    { "{\"errcode\":1}", MINIPAY_ERROR_OUTCOME_UNKNOWN, "1", "result" },
    { "{\"errcode\":-2}", MINIPAY_ERROR_OUTCOME_UNKNOWN, "-2", "result" },
    { "{\"errcode\":61450,\"errmsg\":\"system error\"}", MINIPAY_ERROR_OUTCOME_UNKNOWN, "61450", "result" },
    { "{\"errcode\":-1,\"errmsg\":\"system error\"}", MINIPAY_ERROR_OUTCOME_UNKNOWN, "-1", "result" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = asked_new ();
    g_autoptr (GError) error = NULL;
    const MinipayErrorDetail *detail;

    g_assert_false (minipay_test_exchange_answer (x, 200, NULL, cases[i].body, &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
    detail = minipay_error_get_detail (error);
    g_assert_cmpstr (minipay_error_detail_get_gateway_code (detail), ==, cases[i].gateway_code);
    if (cases[i].remedy != NULL)
      g_assert_nonnull (strstr (minipay_error_detail_get_remedy (detail), cases[i].remedy));
  }
}

static void
test_open (void)
{
  static const struct {
    guint status;
    const char *body;
  } cases[] = {
    { 200, NULL },
    { 200, "" },
    { 200, "<html>busy</html>" },
    { 200, "{\"errcode\":0" },
    { 200, "{\"errcode\":0}{\"errcode\":0}" },
    { 200, "{\"errcode\":1,\"errcode\":0}" },
    { 200, "{\"errcode\":0,\"errcode\":0}" },
    { 200, "{}" },
    { 200, "{\"errmsg\":\"ok\"}" },
    { 200, "{\"errcode\":\"0\"}" },
    { 200, "{\"errcode\":null}" },
    { 200, "{\"errcode\":0.0}" },
    { 200, "{\"errcode\":false}" },
    { 200, "{\"errcode\":4294967296}" },
    { 200, "[{\"errcode\":0}]" },
    { 200, "0" },
    { 201, "{\"errcode\":0}" },
    { 302, "{\"errcode\":0}" },
    { 400, "{\"errcode\":0}" },
    { 404, "<html></html>" },
    { 500, "{\"errcode\":0}" },
    { 500, "{\"errcode\":40097}" },
    { 502, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = asked_new ();
    g_autoptr (GError) error = NULL;

    g_test_message ("%u %s", cases[i].status, cases[i].body != NULL ? cases[i].body : "(no body)");
    g_assert_false (minipay_test_exchange_answer (x, cases[i].status, NULL, cases[i].body, &error));
    minipay_test_assert_open (error);
    g_assert_null (minipay_exchange_get_result (x->exchange));
    if (cases[i].status >= 500)
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  }
}

static void
test_rate_limited (void)
{
  g_autoptr (MinipayTestExchange) x = asked_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_answer (x, 429, NULL, "{\"errcode\":0}", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_RATE_LIMITED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transit/answer/accepted-is-pending", test_accepted);
  g_test_add_func ("/transit/answer/refused-with-code", test_refused);
  g_test_add_func ("/transit/answer/unreadable-stays-open", test_open);
  g_test_add_func ("/transit/answer/rate-limited", test_rate_limited);
  return g_test_run ();
}
