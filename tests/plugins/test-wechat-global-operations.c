/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-bill.h"
#include "global-shop.h"

static MinipayOrder *
order_new (MinipayMethod method, const char *extras)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (888, "HKD");
  const gboolean is_code = method == MINIPAY_METHOD_CODE;

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       GLOBAL_NUMBER,
                       "total",
                       total,
                       "subject",
                       "tea",
                       "method",
                       method,
                       "client-ip",
                       method == MINIPAY_METHOD_H5 ? "14.23.150.211" : NULL,
                       "notify-url",
                       is_code ? NULL : "https://example.com/notify",
                       "extras",
                       extras != NULL ? g_variant_new_parsed (extras) : NULL,
                       NULL);
}

static MinipayTestExchange *
begin (const char *const *changes, MinipayMethod method, const char *extras)
{
  MinipayTestExchange *x = global_new (changes);
  g_autoptr (MinipayOrder) order = order_new (method, extras);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  return x;
}

#define HEAD                                                                                                       \
  "{\"appid\":\"wx8888888888888888\",\"mchid\":\"1900000109\",\"description\":\"tea\",\"out_trade_no\":"           \
  "\"" GLOBAL_NUMBER "\","
#define NOTIFY "\"notify_url\":\"https://example.com/notify\","
#define TRADE(type)                                                                                                \
  "\"trade_type\":\"" type "\",\"merchant_category_code\":\"1011\",\"amount\":{\"total\":888,\"currency\":"        \
                           "\"HKD\"}"

static void
test_scenes (void)
{
  static const struct {
    MinipayMethod method;
    const char *target;
    const char *body;
    const char *answer;
    MinipayCheckoutKind kind;
  } cases[] = {
    { MINIPAY_METHOD_APP,
      "/v3/global/transactions/app",
      HEAD NOTIFY TRADE ("APP") "}",
      "{\"prepay_id\":\"wx201410272009395522657a690389285100\"}",
      MINIPAY_CHECKOUT_KIND_APP },
    { MINIPAY_METHOD_NATIVE,
      "/v3/global/transactions/native",
      HEAD NOTIFY TRADE ("NATIVE") "}",
      "{\"code_url\":\"weixin://wxpay/bizpayurl?pr=1\"}",
      MINIPAY_CHECKOUT_KIND_QR_CODE },
    { MINIPAY_METHOD_H5,
      "/v3/global/transactions/mweb",
      HEAD NOTIFY TRADE ("MWEB") ",\"scene_info\":{\"payer_client_ip\":\"14.23.150.211\"}}",
      "{\"mweb_url\":\"https://wx.tenpay.com/1\"}",
      MINIPAY_CHECKOUT_KIND_REDIRECT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (NULL, cases[i].method, NULL);
    g_autoptr (GError) error = NULL;

    minipay_test_assert_request (x, "POST", cases[i].target, cases[i].body);
    v3_answer (x, cases[i].answer, &error);
    g_assert_no_error (error);
    g_assert_cmpint (minipay_checkout_get_kind (minipay_test_exchange_get_checkout (x)), ==, cases[i].kind);
  }
}

#define CHARGED(state)                                                                                             \
  "{\"appid\":\"wx8888888888888888\",\"mchid\":\"1900000109\",\"out_trade_no\":\"" GLOBAL_NUMBER                   \
  "\",\"id\":\"" GLOBAL_TRANSACTION "\",\"trade_state\":\"" state                                                  \
  "\",\"amount\":{\"total\":888,\"currency\":\"HKD\"}}"

static void
test_code (void)
{
  static const struct {
    const char *body;
    MinipayCheckoutKind kind;
  } cases[] = {
    { CHARGED ("SUCCESS"), MINIPAY_CHECKOUT_KIND_DONE },
    { CHARGED ("USERPAYING"), MINIPAY_CHECKOUT_KIND_PENDING },
    { CHARGED ("PAYERROR"), MINIPAY_CHECKOUT_KIND_PENDING },
    { CHARGED ("success"), MINIPAY_CHECKOUT_KIND_PENDING },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (NULL, MINIPAY_METHOD_CODE, "{'auth_code': <'134567890123456789'>}");
    g_autoptr (GError) error = NULL;
    MinipayCheckout *checkout;

    minipay_test_assert_request (x,
                                 "POST",
                                 "/v3/global/micropay/transactions/pay",
                                 HEAD TRADE ("MICROPAY") ",\"payer\":{\"auth_code\":\"134567890123456789\"}}");
    g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_NONE);
    v3_answer (x, cases[i].body, &error);
    g_assert_no_error (error);
    checkout = minipay_test_exchange_get_checkout (x);
    g_assert_cmpint (minipay_checkout_get_kind (checkout), ==, cases[i].kind);
    g_assert_cmpstr (minipay_checkout_get_out_trade_no (checkout), ==, GLOBAL_NUMBER);
    g_assert_true (minipay_payment_get_authenticated (minipay_checkout_get_payment (checkout)));
  }
}

/* A code that was not verified as paid is none: the core asks. */
static void
test_code_refused (void)
{
  g_autoptr (MinipayTestExchange) x = begin (NULL, MINIPAY_METHOD_CODE, "{'auth_code': <'134567890123456789'>}");
  g_autoptr (MinipayTestExchange) asked =
      begin (NULL, MINIPAY_METHOD_CODE, "{'auth_code': <'134567890123456789'>}");
  g_autoptr (MinipayTestExchange) none = global_new (NULL);
  g_autoptr (MinipayOrder) order = order_new (MINIPAY_METHOD_CODE, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_answer (x, 200, NULL, CHARGED ("SUCCESS"), &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_clear_error (&error);
  g_assert_false (
      minipay_test_exchange_answer (asked, 400, NULL, "{\"code\":\"USERPAYING\",\"message\":\"-\"}", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  g_clear_error (&error);
  g_assert_false (minipay_test_exchange_create (none, order, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
}

static void
assert_ended (
    const char *const *changes, MinipayOperation operation, gboolean is_by_id, const char *target, const char *body)
{
  g_autoptr (MinipayTestExchange) x = global_new (changes);
  g_autoptr (MinipayPaymentRef) ref = is_by_id ? minipay_payment_ref_new_for_transaction (GLOBAL_TRANSACTION)
                                               : minipay_payment_ref_new (GLOBAL_NUMBER);
  g_autoptr (GError) error = NULL;
  MinipayPayment *payment;

  minipay_test_exchange_ask (x, operation, G_OBJECT (ref), &error);
  g_assert_no_error (error);
  minipay_test_assert_request (x, "POST", target, body);
  g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_IDEMPOTENT);
  v3_answer_done (x, &error);
  g_assert_no_error (error);
  payment = minipay_test_exchange_get_payment (x);
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_CLOSED);
  g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, is_by_id ? NULL : GLOBAL_NUMBER);
  g_assert_cmpstr (minipay_payment_get_transaction_id (payment), ==, is_by_id ? GLOBAL_TRANSACTION : NULL);
}

static void
test_close_and_reverse (void)
{
  static const char direct[] = "{\"mchid\":\"1900000109\"}";
  static const char institution[] = "{\"sp_mchid\":\"1900000100\",\"sub_mchid\":\"1900000109\"}";

  assert_ended (
      NULL, MINIPAY_OPERATION_CLOSE, FALSE, "/v3/global/transactions/out-trade-no/" GLOBAL_NUMBER "/close", direct);
  assert_ended (global_institution,
                MINIPAY_OPERATION_CLOSE,
                TRUE,
                "/v3/global/transactions/id/" GLOBAL_TRANSACTION "/close",
                institution);
  assert_ended (global_institution,
                MINIPAY_OPERATION_REVERSE,
                FALSE,
                "/v3/global/micropay/transactions/out-trade-no/" GLOBAL_NUMBER "/reverse",
                institution);
  assert_ended (NULL,
                MINIPAY_OPERATION_REVERSE,
                TRUE,
                "/v3/global/micropay/transactions/id/" GLOBAL_TRANSACTION "/reverse",
                direct);
}

/* --- Refunds --- */

static void
test_refund (void)
{
  g_autoptr (MinipayTestExchange) x = global_new (global_institution);
  g_autoptr (MinipayMoney) amount = minipay_money_new (8, "HKD");
  g_autoptr (MinipayMoney) total = minipay_money_new (888, "HKD");
  g_autoptr (MinipayRefundRequest) request = g_object_new (MINIPAY_TYPE_REFUND_REQUEST,
                                                           "out-trade-no",
                                                           GLOBAL_NUMBER,
                                                           "out-refund-no",
                                                           "R1",
                                                           "amount",
                                                           amount,
                                                           "total",
                                                           total,
                                                           NULL);
  g_autoptr (GError) error = NULL;
  MinipayRefund *refund;

  minipay_test_exchange_ask (x, MINIPAY_OPERATION_REFUND, G_OBJECT (request), &error);
  g_assert_no_error (error);
  minipay_test_assert_request (
      x,
      "POST",
      "/v3/global/refunds",
      "{\"sp_appid\":\"wx2421b1c4370ec43b\",\"sp_mchid\":\"1900000100\",\"sub_appid\":\"wx8888888888888888\","
      "\"sub_mchid\":\"1900000109\",\"out_trade_no\":\"" GLOBAL_NUMBER "\",\"out_refund_no\":\"R1\","
      "\"amount\":{\"refund\":8,\"total\":888,\"currency\":\"HKD\"}}");
  /* it tells no state, and what looks like one is none */
  v3_answer (x,
             "{\"id\":\"50\",\"out_refund_no\":\"R1\",\"create_time\":\"2018-06-08T10:34:56+08:00\","
             "\"status\":\"SUCCESS\",\"amount\":{\"refund\":8,\"currency\":\"HKD\"}}",
             &error);
  g_assert_no_error (error);
  refund = minipay_test_exchange_get_refund (x);
  g_assert_cmpint (minipay_refund_get_state (refund), ==, MINIPAY_REFUND_STATE_PENDING);
  g_assert_cmpstr (minipay_refund_get_refund_id (refund), ==, "50");
  g_assert_cmpint (minipay_money_get_minor (minipay_refund_get_amount (refund)), ==, 8);
}

static void
test_query_refund (void)
{
  static const struct {
    const char *member;
    const char *value;
    const char *target;
  } cases[] = {
    { "out-refund-no", "R1", "/v3/global/refunds/out-refund-no/R1?mchid=1900000109" },
    { "refund-id", "50", "/v3/global/refunds/id/50?mchid=1900000109" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = global_new (NULL);
    g_autoptr (MinipayRefundRef) ref =
        g_object_new (MINIPAY_TYPE_REFUND_REF, cases[i].member, cases[i].value, NULL);
    g_autoptr (GError) error = NULL;

    minipay_test_exchange_ask (x, MINIPAY_OPERATION_QUERY_REFUND, G_OBJECT (ref), &error);
    g_assert_no_error (error);
    minipay_test_assert_request (x, "GET", cases[i].target, NULL);
    v3_answer (x,
               "{\"id\":\"50\",\"out_refund_no\":\"R1\",\"status\":\"REFUNDCLOSE\","
               "\"amount\":{\"refund\":8,\"currency\":\"HKD\"}}",
               &error);
    g_assert_no_error (error);
    g_assert_cmpint (
        minipay_refund_get_state (minipay_test_exchange_get_refund (x)), ==, MINIPAY_REFUND_STATE_CLOSED);
  }
}

static void
test_refund_bad_answers (void)
{
  static const char *const bodies[] = {
    "{\"id\":\"50\",\"out_refund_no\":\"R1\",\"amount\":{\"refund\":8,\"currency\":\"HKD\"}}",
    "{\"id\":\"50\",\"out_refund_no\":\"R1\",\"status\":\"SUCCESS\",\"amount\":{\"refund\":8}}",
    "{\"refund_id\":\"50\",\"out_refund_no\":\"R1\",\"status\":\"SUCCESS\","
    "\"amount\":{\"refund\":8,\"currency\":\"HKD\"}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (MinipayTestExchange) x = global_new (NULL);
    g_autoptr (MinipayRefundRef) ref = g_object_new (MINIPAY_TYPE_REFUND_REF, "out-refund-no", "R1", NULL);
    g_autoptr (GError) error = NULL;

    minipay_test_exchange_ask (x, MINIPAY_OPERATION_QUERY_REFUND, G_OBJECT (ref), &error);
    g_assert_no_error (error);
    g_assert_false (v3_answer (x, bodies[i], &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
}

static void
test_calls (void)
{
  g_autoptr (MinipayTestExchange) list = global_new (global_institution);
  g_autoptr (MinipayTestExchange) settlements = global_new (global_institution);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_call (list,
                              "list-refunds",
                              "{'out_trade_no': <'" GLOBAL_NUMBER "'>, 'offset': <int64 0>, 'count': <int64 10>}",
                              &error);
  g_assert_no_error (error);
  minipay_test_assert_request (list,
                               "GET",
                               "/v3/global/refunds?out_trade_no=" GLOBAL_NUMBER
                               "&offset=0&count=10&sp_mchid=1900000100&sub_mchid=1900000109",
                               NULL);
  minipay_test_exchange_call (settlements, "settlements", "{'settle_state': <'UNSETTLE'>}", &error);
  g_assert_no_error (error);
  minipay_test_assert_request (
      settlements, "GET", "/v3/global/settle/settlements?settle_state=UNSETTLE&sub_mchid=1900000109", NULL);
}

/* --- Statements --- */

static MinipayTestExchange *
begin_statement (const char *const *changes, MinipayBillKind kind, GError **error)
{
  MinipayTestExchange *x = global_new (changes);
  g_autofree char *path = g_build_filename (minipay_test_folder (), "statement.csv", NULL);
  g_autoptr (MinipayBillRequest) request =
      g_object_new (MINIPAY_TYPE_BILL_REQUEST, "kind", kind, "date", "2024-08-05", "path", path, NULL);

  x->now = 1722850421;
  x->exchange = minipay_exchange_new (x->provider,
                                      x->info,
                                      x->config,
                                      MINIPAY_OPERATION_DOWNLOAD_BILL,
                                      G_OBJECT (request),
                                      MINIPAY_WALLET_ANY,
                                      &x->environment);
  minipay_exchange_begin (x->exchange, error);
  return x;
}

/* The key of vector global-statement-verify. */
static const char *const statement_key[] = {
  "public-key", "fixture:wechatpay-go-test-public", "public-key-id", "PUB_KEY_ID_1", NULL,
};

static void
assert_statement (const char *sha1, const char *nonce, int code)
{
  const char *const headers[] = {
    "Wechatpay-Timestamp",
    "1722850421",
    "Wechatpay-Nonce",
    nonce,
    "Wechatpay-Serial",
    "PUB_KEY_ID_1",
    "Wechatpay-Signature",
    minipay_test_vector ("global-statement-verify", "expected"),
    sha1 != NULL ? "Wechatpay-Statement-Sha1" : NULL,
    sha1,
    NULL,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayTestExchange) x = begin_statement (statement_key, MINIPAY_BILL_KIND_TRADE, &error);
  GObject *bill;

  g_assert_no_error (error);
  minipay_test_exchange_answer (x, 200, headers, NULL, &error);
  if (code >= 0) {
    g_assert_error (error, MINIPAY_ERROR, code);
    return;
  }
  g_assert_no_error (error);
  bill = minipay_exchange_get_result (x->exchange);
  g_assert_true (MINIPAY_IS_BILL (bill));
  g_assert_cmpstr (minipay_bill_get_sha1 (MINIPAY_BILL (bill)), ==, sha1);
}

static void
test_statement (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayTestExchange) direct = begin_statement (NULL, MINIPAY_BILL_KIND_TRADE, &error);
  g_autoptr (MinipayTestExchange) other = NULL;

  g_assert_no_error (error);
  minipay_test_assert_request (direct, "GET", "/v3/global/statements?date=20240805&mchid=1900000109", NULL);
  g_assert_cmpint (
      minipay_exchange_get_flags (direct->exchange), ==, MINIPAY_SEND_FLAGS_SAFE | MINIPAY_SEND_FLAGS_BILL);
  assert_statement ("79bb0f45fc4c42234a918000b2668d689e2bde04", "d824f2e086d3c1df967785d13fcd22ef", -1);
  assert_statement ("79bb0f45fc4c42234a918000b2668d689e2bde05",
                    "d824f2e086d3c1df967785d13fcd22ef",
                    MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_statement ("79bb0f45fc4c42234a918000b2668d689e2bde04",
                    "d824f2e086d3c1df967785d13fcd22ee",
                    MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_statement (NULL, "d824f2e086d3c1df967785d13fcd22ef", MINIPAY_ERROR_SIGNATURE_INVALID);
  other = begin_statement (NULL, MINIPAY_BILL_KIND_FUND_FLOW, &error);
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-global/scenes", test_scenes);
  g_test_add_func ("/wechat-global/code", test_code);
  g_test_add_func ("/wechat-global/code/refused", test_code_refused);
  g_test_add_func ("/wechat-global/close-and-reverse", test_close_and_reverse);
  g_test_add_func ("/wechat-global/refund", test_refund);
  g_test_add_func ("/wechat-global/query-refund", test_query_refund);
  g_test_add_func ("/wechat-global/query-refund/bad-answers", test_refund_bad_answers);
  g_test_add_func ("/wechat-global/calls", test_calls);
  g_test_add_func ("/wechat-global/statement", test_statement);
  return g_test_run ();
}
