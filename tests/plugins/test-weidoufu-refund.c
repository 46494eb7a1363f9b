/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "weidoufu-shop.h"

/* Signed as in the tests of creation. */

static MinipayRefundRequest *
refund_new (const char *out_trade_no, const char *transaction_id, gint64 fen)
{
  g_autoptr (MinipayMoney) amount = minipay_money_new (fen, "CNY");

  return g_object_new (MINIPAY_TYPE_REFUND_REQUEST,
                       "out-refund-no",
                       "R10018801620383215825",
                       "out-trade-no",
                       out_trade_no,
                       "transaction-id",
                       transaction_id,
                       "amount",
                       amount,
                       NULL);
}

static MinipayTestExchange *
begin (const char *out_trade_no, const char *transaction_id, gint64 fen)
{
  MinipayTestExchange *x = weidoufu_new (NULL);
  g_autoptr (MinipayRefundRequest) request = refund_new (out_trade_no, transaction_id, fen);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_ask (x, MINIPAY_OPERATION_REFUND, G_OBJECT (request), &error);
  g_assert_no_error (error);
  return x;
}

/* The merchant's number of the refund has no place in it, so the same bytes twice are two refunds. */
static void
test_requests (void)
{
  g_autoptr (MinipayTestExchange) ours = begin ("10018801620383215825", NULL, 100);
  g_autoptr (MinipayTestExchange) theirs = begin (NULL, "202105135513716648486662", 1);

  minipay_test_assert_request (
      ours,
      "POST",
      "/pay/refund",
      "{\"access_key\":\"22c2f18010bc1f10gkpdjdspjpfjspn3\",\"refund_fee\":100,\"out_order_no\":"
      "\"10018801620383215825\",\"sign\":\"B1F528693CB45A8B832005930E785DAD\"}");
  minipay_test_assert_request (theirs,
                               "POST",
                               "/pay/refund",
                               "{\"access_key\":\"22c2f18010bc1f10gkpdjdspjpfjspn3\",\"refund_fee\":1,\"mch_trade_"
                               "no\":\"202105135513716648486662\",\"sign\":\"6C29401FD9F5E69BFB883A85FE167125\"}");
  g_assert_cmpint (minipay_exchange_get_flags (ours->exchange), ==, MINIPAY_SEND_FLAGS_NONE);
}

#define GOOD                                                                                                       \
  "{\"code\":1,\"message\":\"成功\",\"status\":\"success\",\"data\":{\"mch_trade_no\":"                          \
  "\"202105135513716648486662\","                                                                                  \
  "\"out_order_no\":\"10018801620383215825\",\"refund_fee\":100,\"total_fee\":\"1990\"}}"

static MinipayRefund *
answer (MinipayTestExchange *x, const char *body)
{
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_answer (x, 200, NULL, body, &error);
  g_assert_no_error (error);
  return minipay_test_exchange_get_refund (x);
}

static void
test_answer (void)
{
  g_autoptr (MinipayTestExchange) x = begin ("10018801620383215825", NULL, 100);
  MinipayRefund *refund = answer (x, GOOD);

  g_assert_cmpint (minipay_refund_get_state (refund), ==, MINIPAY_REFUND_STATE_REFUNDED);
  g_assert_cmpstr (minipay_refund_get_out_trade_no (refund), ==, "10018801620383215825");
  g_assert_cmpstr (minipay_refund_get_transaction_id (refund), ==, "202105135513716648486662");
  g_assert_cmpint (minipay_money_get_minor (minipay_refund_get_amount (refund)), ==, 100);
  g_assert_cmpint (minipay_money_get_minor (minipay_refund_get_total (refund)), ==, 1990);
  /* the gateway knows neither */
  g_assert_null (minipay_refund_get_out_refund_no (refund));
  g_assert_null (minipay_refund_get_refund_id (refund));
  g_assert_false (minipay_refund_get_authenticated (refund));
}

static void
test_answer_without_status (void)
{
  static const char *const statuses[] = { "\"status\":null", "\"status\":\"processing\"", "\"else\":1" };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autoptr (MinipayTestExchange) x = begin ("10018801620383215825", NULL, 100);
    g_autofree char *body = minipay_test_replace (GOOD, "\"status\":\"success\"", statuses[i]);

    g_assert_cmpint (minipay_refund_get_state (answer (x, body)), ==, MINIPAY_REFUND_STATE_PENDING);
  }
}

static void
test_answer_bad (void)
{
  static const struct {
    const char *old;
    const char *now;
    int code;
  } cases[] = {
    { "\"refund_fee\":100", "\"refund_fee\":0", MINIPAY_ERROR_PROTOCOL },
    { "\"refund_fee\":100", "\"refund_fee\":1.5", MINIPAY_ERROR_PROTOCOL },
    { "\"refund_fee\":100", "\"refund_fee\":\"0100\"", MINIPAY_ERROR_PROTOCOL },
    { "\"refund_fee\":100,", "", MINIPAY_ERROR_PROTOCOL },
    { ",\"total_fee\":\"1990\"", "", MINIPAY_ERROR_PROTOCOL },
    { "\"out_order_no\":\"10018801620383215825\",", "", MINIPAY_ERROR_PROTOCOL },
    { "\"mch_trade_no\":\"202105135513716648486662\",", "", MINIPAY_ERROR_PROTOCOL },
    { "\"code\":1", "\"code\":2", MINIPAY_ERROR_PROTOCOL },
    { "\"code\":1,\"message\":\"成功\"", "\"code\":0,\"message\":\"退款次数超过限制\"", MINIPAY_ERROR_REFUSED },
    { "\"code\":1,\"message\":\"成功\"", "\"code\":0,\"message\":\"系统异常\"", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "\"code\":1,\"message\":\"成功\"", "\"code\":0,\"message\":\"签名错误\"", MINIPAY_ERROR_AUTH },
    { "{\"code\"", "<html>", MINIPAY_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin ("10018801620383215825", NULL, 100);
    g_autofree char *body = minipay_test_replace (GOOD, cases[i].old, cases[i].now);
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_answer (x, 200, NULL, body, &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
  }
}

static void
test_account_query (void)
{
  g_autoptr (MinipayTestExchange) x = weidoufu_new (NULL);
  g_autoptr (GError) error = NULL;
  const char *data = NULL;

  minipay_test_exchange_call (x, "account-query", "{'receiver_code': <'BK100200300'>}", &error);
  g_assert_no_error (error);
  minipay_test_assert_request (x,
                               "POST",
                               "/funds/query",
                               "{\"access_key\":\"22c2f18010bc1f10gkpdjdspjpfjspn3\",\"receiver_code\":"
                               "\"BK100200300\",\"sign\":\"F55E7F7037216B7F6E54D6562E25E7AD\"}");
  g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_SAFE);
  minipay_test_exchange_answer (x, 200, NULL, "{\"code\":1,\"message\":\"成功\",\"data\":{\"left\":1.50}}", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (minipay_report_get_name (minipay_test_exchange_get_report (x)), ==, "account-query");
  g_variant_lookup (minipay_report_get_values (minipay_test_exchange_get_report (x)), "data", "&s", &data);
  /* nothing says what stands there, so that not a digit is touched */
  g_assert_cmpstr (data, ==, "{\"left\":1.50}");
}

static void
test_account_query_invalid (void)
{
  static const char *const params[] = {
    NULL,
    "{'receiver_code': <'AK100200300'>}",
    "{'receiver_code': <'BK'>}",
    "{'receiver_code': <'BK1&a=2'>}",
    "{'receiver_code': <int64 1>}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (params); i++) {
    g_autoptr (MinipayTestExchange) x = weidoufu_new (NULL);
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_call (x, "account-query", params[i], &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  }
}

/* What the gateway does not offer is refused before anything is sent. */
static void
test_absent_operations (void)
{
  static const MinipayOperation absent[] = { MINIPAY_OPERATION_CLOSE, MINIPAY_OPERATION_REVERSE };
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new ("10018801620383215825");
  g_autoptr (MinipayTestExchange) x = weidoufu_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (absent); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_ask (x, absent[i], G_OBJECT (ref), &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weidoufu/refund/requests", test_requests);
  g_test_add_func ("/weidoufu/refund/answer", test_answer);
  g_test_add_func ("/weidoufu/refund/answer-without-status-pending", test_answer_without_status);
  g_test_add_func ("/weidoufu/refund/answer-bad", test_answer_bad);
  g_test_add_func ("/weidoufu/account-query/raw-data", test_account_query);
  g_test_add_func ("/weidoufu/account-query/invalid", test_account_query_invalid);
  g_test_add_func ("/weidoufu/absent-operations", test_absent_operations);
  return g_test_run ();
}
