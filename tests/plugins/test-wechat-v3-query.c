/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "v3-gateway.h"

/* Members as in vector v3-notify-transaction, of this account. */
#define HEAD                                                                                                       \
  "{\"appid\":\"wxd678efh567hg6787\",\"mchid\":\"1900007291\","                                                    \
  "\"out_trade_no\":\"1217752501201407033233368018\","
#define TRANSACTION "\"transaction_id\":\"4200000925202101284997714292\","
#define AMOUNT      "\"amount\":{\"total\":100,\"payer_total\":90,\"currency\":\"CNY\",\"payer_currency\":\"CNY\"}"

static MinipayTestExchange *
begin (void)
{
  MinipayTestExchange *x = v3_new (NULL);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new ("1217752501201407033233368018");
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_query (x, ref, &error);
  g_assert_no_error (error);
  return x;
}

static void
assert_target (MinipayPaymentRef *owned_ref, const char *target)
{
  g_autoptr (MinipayPaymentRef) ref = owned_ref;
  g_autoptr (MinipayTestExchange) x = v3_new (NULL);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_query (x, ref, &error);
  g_assert_no_error (error);
  minipay_test_assert_request (x, "GET", target, NULL);
  minipay_test_assert_header (x, "Accept", "application/json");
  minipay_test_assert_header (x, "Content-Type", NULL);
  minipay_test_assert_header (x, "Wechatpay-Serial", V3_KEY_ID);
  g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_SAFE);
}

static void
test_targets (void)
{
  assert_target (minipay_payment_ref_new ("1217752501201407033233368018"),
                 "/v3/pay/transactions/out-trade-no/1217752501201407033233368018?mchid=1900007291");
  assert_target (minipay_payment_ref_new ("T|-*_01"),
                 "/v3/pay/transactions/out-trade-no/T%7C-%2A_01?mchid=1900007291");
  assert_target (minipay_payment_ref_new_for_transaction ("4200000925202101284997714292"),
                 "/v3/pay/transactions/id/4200000925202101284997714292?mchid=1900007291");
}

static void
test_signature (void)
{
  g_autoptr (MinipayTestExchange) x = v3_new (NULL);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new ("T|-*_01");
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_query (x, ref, &error);
  g_assert_no_error (error);
  /* printf '%s\n' GET '/v3/pay/transactions/out-trade-no/T%7C-%2A_01?mchid=1900007291' 1554208460 \
   *   593BEC0C930BF1AFEB40B4A08C8FB242 '' | openssl dgst -sha256 -sign wxp-doc-mch-1900007291.pem | base64 -w0 */
  minipay_test_assert_header (
      x,
      "Authorization",
      "WECHATPAY2-SHA256-RSA2048 mchid=\"1900007291\","
      "nonce_str=\"593BEC0C930BF1AFEB40B4A08C8FB242\",timestamp=\"1554208460\","
      "serial_no=\"408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB\",signature=\""
      "n8iuHnn1L6VzGqgSZA4ba+T/zNdK8TUQi1Lfq6/kDxHVa4L91gIASudL7GZrs20Q/"
      "AAGLx4FeRK+nS9I40yTHKbke63t2FehDqn2QkEmTxZcKOltVYKyaQhA9Zh5mXH85bA/"
      "AYNEHGjhQWZiSn9PSSIpq8wBkMSZUWfRjGmXSnOsI6dCBSLUMeEp3nwcLfDpPuXpex5wDyaDLw875JrqfMmx1ApQS0pPLNyBDdsPnVBsfmz1"
      "wFhksX6U4r1yLo5D+YUuRsVDLNgksFADOolCqCM536o5MdRRCXYrY297Q1oyyS+UREqGFuxL2v0WEWK1Tmwv9Iq+T5hmy7qzEMBHxQ=="
      "\"");
}

static void
test_paid (void)
{
  g_autoptr (MinipayTestExchange) x = begin ();
  g_autoptr (GDateTime) paid_at = g_date_time_new_from_iso8601 ("2021-01-28T17:07:11+08:00", NULL);
  g_autoptr (GError) error = NULL;
  MinipayPayment *payment;

  v3_answer (x,
             HEAD TRANSACTION
             "\"trade_type\":\"JSAPI\",\"trade_state\":\"SUCCESS\",\"trade_state_desc\":\"支付成功\","
             "\"bank_type\":\"OTHERS\",\"attach\":\"cipher code\","
             "\"success_time\":\"2021-01-28T17:07:11+08:00\","
             "\"payer\":{\"openid\":\"ofyak5qR_1wYsC99CsWA6R9MJazA\"}," AMOUNT "}",
             &error);
  g_assert_no_error (error);
  payment = minipay_test_exchange_get_payment (x);
  g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, "1217752501201407033233368018");
  g_assert_cmpstr (minipay_payment_get_transaction_id (payment), ==, "4200000925202101284997714292");
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_PAID);
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (payment)), ==, 100);
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_paid (payment)), ==, 90);
  g_assert_cmpstr (minipay_money_get_currency (minipay_payment_get_total (payment)), ==, "CNY");
  g_assert_cmpstr (minipay_payment_get_payer (payment), ==, "ofyak5qR_1wYsC99CsWA6R9MJazA");
  g_assert_cmpstr (minipay_payment_get_attach (payment), ==, "cipher code");
  g_assert_cmpstr (minipay_payment_get_mchid (payment), ==, "1900007291");
  g_assert_cmpstr (minipay_payment_get_appid (payment), ==, "wxd678efh567hg6787");
  g_assert_cmpint (g_date_time_to_unix (minipay_payment_get_paid_at (payment)), ==, g_date_time_to_unix (paid_at));
  g_assert_true (minipay_payment_get_authenticated (payment));
}

static void
test_states (void)
{
  static const struct {
    const char *word;
    MinipayPaymentState state;
  } cases[] = {
    { "SUCCESS", MINIPAY_PAYMENT_STATE_PAID },    { "REFUND", MINIPAY_PAYMENT_STATE_REFUNDED },
    { "NOTPAY", MINIPAY_PAYMENT_STATE_PENDING },  { "CLOSED", MINIPAY_PAYMENT_STATE_CLOSED },
    { "REVOKED", MINIPAY_PAYMENT_STATE_CLOSED },  { "USERPAYING", MINIPAY_PAYMENT_STATE_PENDING },
    { "PAYERROR", MINIPAY_PAYMENT_STATE_FAILED }, { "ACCEPT", MINIPAY_PAYMENT_STATE_UNKNOWN },
    { "success", MINIPAY_PAYMENT_STATE_UNKNOWN }, { "SUCCESS ", MINIPAY_PAYMENT_STATE_UNKNOWN },
    { "", MINIPAY_PAYMENT_STATE_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin ();
    g_autofree char *body = g_strdup_printf (HEAD "\"trade_state\":\"%s\"}", cases[i].word);
    g_autoptr (GError) error = NULL;
    MinipayPayment *payment;

    v3_answer (x, body, &error);
    g_assert_no_error (error);
    payment = minipay_test_exchange_get_payment (x);
    g_assert_cmpint (minipay_payment_get_state (payment), ==, cases[i].state);
    g_assert_null (minipay_payment_get_total (payment));
    g_assert_null (minipay_payment_get_transaction_id (payment));
  }
}

static void
test_amounts (void)
{
  static const struct {
    const char *total;
    gint64 fen; /* -1: PROTOCOL */
  } cases[] = {
    { "1", 1 },
    { "9007199254740993", G_GINT64_CONSTANT (9007199254740993) },
    { "9223372036854775807", G_MAXINT64 },
    { "9223372036854775808", -1 },
    { "0", -1 },
    { "-1", -1 },
    { "1.0", -1 },
    { "1e2", -1 },
    { "\"100\"", -1 },
    { "true", -1 },
    { "[100]", -1 },
    { "01", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin ();
    g_autofree char *body =
        g_strdup_printf (HEAD TRANSACTION "\"trade_state\":\"SUCCESS\",\"amount\":{\"total\":%s}}", cases[i].total);
    g_autoptr (GError) error = NULL;
    MinipayMoney *total;

    g_test_message ("%s", cases[i].total);
    v3_answer (x, body, &error);
    if (cases[i].fen < 0) {
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
      continue;
    }
    g_assert_no_error (error);
    total = minipay_payment_get_total (minipay_test_exchange_get_payment (x));
    g_assert_cmpint (minipay_money_get_minor (total), ==, cases[i].fen);
    /* mainland amounts are CNY, said or not */
    g_assert_cmpstr (minipay_money_get_currency (total), ==, "CNY");
  }
}

static void
test_times (void)
{
  static const struct {
    const char *text;
    gint64 seconds; /* -1: PROTOCOL, 0: none */
  } cases[] = {
    /* date -u -d 2021-01-28T09:07:11Z +%s */
    { "2021-01-28T17:07:11+08:00", 1611824831 },
    { "2021-01-28T17:07:11.123+08:00", 1611824831 },
    { "2021-01-28T09:07:11Z", 1611824831 },
    { "", 0 },
    { "2021-01-28 17:07:11", -1 },
    { "2021-01-28T17:07:11", -1 },
    { "20210128170711", -1 },
    { "2021-02-30T17:07:11+08:00", -1 },
    { "2021-01-28T17:07:11+08:00 ", -1 },
    { "1611824831", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin ();
    g_autofree char *body = g_strdup_printf (
        HEAD TRANSACTION "\"trade_state\":\"SUCCESS\",\"success_time\":\"%s\"," AMOUNT "}", cases[i].text);
    g_autoptr (GError) error = NULL;
    GDateTime *paid_at;

    g_test_message ("%s", cases[i].text);
    v3_answer (x, body, &error);
    if (cases[i].seconds < 0) {
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
      continue;
    }
    g_assert_no_error (error);
    paid_at = minipay_payment_get_paid_at (minipay_test_exchange_get_payment (x));
    g_assert_cmpint (paid_at != NULL ? g_date_time_to_unix (paid_at) : 0, ==, cases[i].seconds);
  }
}

static void
test_incomplete (void)
{
  static const char *const bodies[] = {
    "{}",
    "{\"appid\":\"wxd678efh567hg6787\",\"mchid\":\"1900007291\",\"out_trade_no\":\"1\"}",
    "{\"appid\":\"wxd678efh567hg6787\",\"mchid\":\"1900007291\",\"trade_state\":\"SUCCESS\"}",
    "{\"appid\":\"wxd678efh567hg6787\",\"out_trade_no\":\"1\",\"trade_state\":\"SUCCESS\"}",
    "{\"mchid\":\"1900007291\",\"out_trade_no\":\"1\",\"trade_state\":\"SUCCESS\"}",
    HEAD "\"trade_state\":1}",
    HEAD "\"trade_state\":null}",
    HEAD "\"transaction_id\":42,\"trade_state\":\"SUCCESS\"}",
    HEAD "\"trade_state\":\"NOTPAY\",\"trade_state\":\"SUCCESS\"}",
    HEAD "\"trade_state\":\"SUCCESS\",\"amount\":{\"total\":100,\"currency\":1}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (MinipayTestExchange) x = begin ();
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", bodies[i]);
    g_assert_false (v3_answer (x, bodies[i], &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
}

static void
test_not_found (void)
{
  g_autoptr (MinipayTestExchange) x = begin ();
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_answer (
      x, 404, NULL, "{\"code\":\"ORDER_NOT_EXIST\",\"message\":\"订单不存在\"}", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_FOUND);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v3/query/targets", test_targets);
  g_test_add_func ("/wechat-v3/query/signature", test_signature);
  g_test_add_func ("/wechat-v3/query/paid", test_paid);
  g_test_add_func ("/wechat-v3/query/states", test_states);
  g_test_add_func ("/wechat-v3/query/amounts", test_amounts);
  g_test_add_func ("/wechat-v3/query/times", test_times);
  g_test_add_func ("/wechat-v3/query/incomplete", test_incomplete);
  g_test_add_func ("/wechat-v3/query/not-found", test_not_found);
  return g_test_run ();
}
