/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "weidoufu-shop.h"

static MinipayTestExchange *
begin_query (void)
{
  MinipayTestExchange *x = weidoufu_new (NULL);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new ("10018801620383215825");
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_query (x, ref, &error);
  g_assert_no_error (error);
  return x;
}

static void
test_query_by_number (void)
{
  g_autoptr (MinipayTestExchange) x = begin_query ();

  minipay_test_assert_request (x, "GET", "/pay/query?out_order_no=10018801620383215825", NULL);
  minipay_test_assert_header (x, "Accept", "application/json");
  minipay_test_assert_header (x, "Content-Type", NULL);
  g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_SAFE);
}

static void
test_query_by_transaction (void)
{
  g_autoptr (MinipayTestExchange) x = weidoufu_new (NULL);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new_for_transaction ("202105135513716648486662");
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_query (x, ref, &error);
  g_assert_no_error (error);
  minipay_test_assert_request (x, "GET", "/pay/query?mch_trade_no=202105135513716648486662", NULL);
}

static void
test_query_escapes (void)
{
  g_autoptr (MinipayTestExchange) x = weidoufu_new (NULL);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new ("1 &a=b#?/%|*茶");
  g_autoptr (GError) error = NULL;

  /* the limits let no such number through; the codec does not rely on them */
  x->exchange = minipay_exchange_new (x->provider,
                                      x->info,
                                      x->config,
                                      MINIPAY_OPERATION_QUERY,
                                      G_OBJECT (ref),
                                      MINIPAY_WALLET_ANY,
                                      &x->environment);
  minipay_exchange_begin (x->exchange, &error);
  g_assert_no_error (error);
  minipay_test_assert_request (x, "GET", "/pay/query?out_order_no=1%20%26a%3Db%23%3F%2F%25%7C%2A%E8%8C%B6", NULL);
}

static char *
answer_new (const char *status)
{
  return g_strdup_printf ("{\"code\":1,\"status\":\"success\",\"data\":{"
                          "\"mch_trade_no\":\"202105135513716648486662\","
                          "\"out_order_no\":\"10018801620383215825\",\"notify\":2,\"status\":%s,"
                          "\"message\":\"成功\"}}",
                          status);
}

static void
test_query_states (void)
{
  static const struct {
    const char *status;
    MinipayPaymentState state;
  } cases[] = {
    { "1", MINIPAY_PAYMENT_STATE_PENDING },     { "2", MINIPAY_PAYMENT_STATE_PAID },
    { "3", MINIPAY_PAYMENT_STATE_FAILED },      { "\"2\"", MINIPAY_PAYMENT_STATE_PAID },
    { "0", MINIPAY_PAYMENT_STATE_UNKNOWN },     { "4", MINIPAY_PAYMENT_STATE_UNKNOWN },
    { "7", MINIPAY_PAYMENT_STATE_UNKNOWN },     { "99", MINIPAY_PAYMENT_STATE_UNKNOWN },
    { "\"7\"", MINIPAY_PAYMENT_STATE_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin_query ();
    g_autofree char *body = answer_new (cases[i].status);
    g_autoptr (GError) error = NULL;
    MinipayPayment *payment;

    minipay_test_exchange_answer (x, 200, NULL, body, &error);
    g_assert_no_error (error);
    payment = minipay_test_exchange_get_payment (x);
    g_assert_cmpint (minipay_payment_get_state (payment), ==, cases[i].state);
    g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, "10018801620383215825");
    g_assert_cmpstr (minipay_payment_get_transaction_id (payment), ==, "202105135513716648486662");
    g_assert_null (minipay_payment_get_total (payment));
    /* nobody signed it */
    g_assert_false (minipay_payment_get_authenticated (payment));
  }
}

/* status:"success" beside data says that there is an answer, never that there is a payment. */
static void
test_query_without_state (void)
{
  static const char *const statuses[] = { "null",   "\"success\"", "\"\"",   "true", "2.0",
                                          "\" 2\"", "\"02\"",      "\"+2\"", "-2",   "[2]" };
  g_autoptr (MinipayTestExchange) none = begin_query ();
  g_autoptr (GError) none_error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autoptr (MinipayTestExchange) x = begin_query ();
    g_autofree char *body = answer_new (statuses[i]);
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_answer (x, 200, NULL, body, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
  g_assert_false (minipay_test_exchange_answer (
      none,
      200,
      NULL,
      "{\"code\":1,\"status\":\"success\",\"data\":{\"mch_trade_no\":\"202105135513716648486662\","
      "\"out_order_no\":\"10018801620383215825\",\"notify\":2}}",
      &none_error));
  g_assert_error (none_error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
}

static void
test_query_refused (void)
{
  g_autoptr (MinipayTestExchange) x = begin_query ();
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_answer (
      x, 200, NULL, "{\"code\":0,\"status\":\"fail\",\"message\":\"订单不存在\"}", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_REFUSED);
  g_assert_cmpstr (minipay_error_detail_get_gateway_message (minipay_error_get_detail (error)), ==, "订单不存在");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weidoufu/query/by-number", test_query_by_number);
  g_test_add_func ("/weidoufu/query/by-transaction", test_query_by_transaction);
  g_test_add_func ("/weidoufu/query/escapes", test_query_escapes);
  g_test_add_func ("/weidoufu/query/states", test_query_states);
  g_test_add_func ("/weidoufu/query/without-state", test_query_without_state);
  g_test_add_func ("/weidoufu/query/refused", test_query_refused);
  return g_test_run ();
}
