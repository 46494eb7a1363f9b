/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "v2-gateway.h"

/* Closing and reversing. Signatures as in the tests of the order, by Python. */

#define CERTIFIED (MINIPAY_SEND_FLAGS_IDEMPOTENT | MINIPAY_SEND_FLAGS_IDENTITY)

static const char *const done[] = {
  "return_code", "SUCCESS",   "return_msg", "OK",          "appid",   V2_APPID, "mch_id",
  V2_MCHID,      "nonce_str", "n",          "result_code", "SUCCESS", NULL,
};
static const char *const refused[] = {
  "return_code", "SUCCESS",   "return_msg", "OK",          "appid", V2_APPID, "mch_id",
  V2_MCHID,      "nonce_str", "n",          "result_code", "FAIL",  NULL,
};

static MinipayTestExchange *
begin (MinipayOperation operation, gboolean is_by_number)
{
  MinipayTestExchange *x = v2_new_certified (NULL);
  g_autoptr (MinipayPaymentRef) ref =
      is_by_number ? minipay_payment_ref_new (V2_NUMBER) : minipay_payment_ref_new_for_transaction (V2_TRANSACTION);
  g_autoptr (GError) error = NULL;

  v2_begin (x, operation, ref, &error);
  g_assert_no_error (error);
  return x;
}

static void
test_requests (void)
{
  static const char *const by_number[] = { "out_trade_no", V2_NUMBER, V2_TAIL (V2_HMAC) };
  static const char *const by_transaction[] = { "transaction_id", V2_TRANSACTION, V2_TAIL (V2_HMAC) };
  g_autoptr (MinipayTestExchange) closing = begin (MINIPAY_OPERATION_CLOSE, TRUE);
  g_autoptr (MinipayTestExchange) reversal = begin (MINIPAY_OPERATION_REVERSE, FALSE);

  v2_assert_request (closing,
                     "/pay/closeorder",
                     MINIPAY_SEND_FLAGS_IDEMPOTENT,
                     by_number,
                     "4C9800D15702695D6E2EF272FC1A29CE9859C59AB93A492D0FFF33BEE606AD0D");
  v2_assert_request (reversal,
                     "/secapi/pay/reverse",
                     CERTIFIED,
                     by_transaction,
                     "866967998D383B3F468C1E73A8F0358FE67848700C30960B62720D38DA0D2444");
}

/* The gateway closes by the merchant's number alone. */
static void
test_close_by_transaction (void)
{
  g_autoptr (MinipayTestExchange) x = v2_new (NULL);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new_for_transaction (V2_TRANSACTION);
  g_autoptr (GError) error = NULL;

  g_assert_false (v2_begin (x, MINIPAY_OPERATION_CLOSE, ref, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "out_trade_no"));
}

static void
test_no_certificate (void)
{
  g_autoptr (MinipayTestExchange) x = v2_new (NULL);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (V2_NUMBER);
  g_autoptr (GError) error = NULL;

  g_assert_false (v2_begin (x, MINIPAY_OPERATION_REVERSE, ref, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
}

/* The answer names no order: it is the one that was asked about. */
static void
test_done (void)
{
  static const struct {
    MinipayOperation operation;
    const char *const *pairs;
    const char *name;
    const char *value;
  } cases[] = {
    { MINIPAY_OPERATION_CLOSE, done, NULL, NULL },
    { MINIPAY_OPERATION_CLOSE, refused, "err_code", "ORDERCLOSED" },
    { MINIPAY_OPERATION_REVERSE, done, NULL, NULL },
    { MINIPAY_OPERATION_REVERSE, done, "recall", "N" },
    { MINIPAY_OPERATION_REVERSE, refused, "err_code", "ORDERREVERSED" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (cases[i].operation, TRUE);
    g_autofree char *body = v2_message_new (V2_HMAC, cases[i].pairs, cases[i].name, cases[i].value);
    g_autoptr (GError) error = NULL;
    MinipayPayment *payment;

    v2_answer (x, body, &error);
    g_assert_no_error (error);
    payment = minipay_test_exchange_get_payment (x);
    g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_CLOSED);
    g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, V2_NUMBER);
    g_assert_cmpstr (minipay_payment_get_mchid (payment), ==, V2_MCHID);
    g_assert_true (minipay_payment_get_authenticated (payment));
  }
}

/* Signed, a success, and the answer to another question. */
static void
test_swapped (void)
{
  static const MinipayOperation operations[] = { MINIPAY_OPERATION_CLOSE, MINIPAY_OPERATION_REVERSE };
  static const char *const members[] = { "trade_state", "prepay_id", "refund_id" };

  for (guint i = 0; i < G_N_ELEMENTS (operations) * G_N_ELEMENTS (members); i++) {
    g_autoptr (MinipayTestExchange) x = begin (operations[i % 2], TRUE);
    g_autofree char *body = v2_message_new (V2_HMAC, done, members[i / 2], "SUCCESS");
    g_autoptr (GError) error = NULL;

    g_assert_false (v2_answer (x, body, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
  }
}

static void
test_refused (void)
{
  static const struct {
    MinipayOperation operation;
    const char *word;
    MinipayError code;
  } cases[] = {
    { MINIPAY_OPERATION_CLOSE, "ORDERPAID", MINIPAY_ERROR_ALREADY_PAID },
    { MINIPAY_OPERATION_CLOSE, "ORDERNOTEXIST", MINIPAY_ERROR_NOT_FOUND },
    { MINIPAY_OPERATION_CLOSE, "FREQUENCY_LIMITED", MINIPAY_ERROR_RATE_LIMITED },
    { MINIPAY_OPERATION_CLOSE, "SYSTEMERROR", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { MINIPAY_OPERATION_CLOSE, "ORDERREVERSED", MINIPAY_ERROR_CONFLICT },
    { MINIPAY_OPERATION_REVERSE, "ORDERCLOSED", MINIPAY_ERROR_CONFLICT },
    { MINIPAY_OPERATION_REVERSE, "CERT_ERROR", MINIPAY_ERROR_AUTH },
    { MINIPAY_OPERATION_REVERSE, "A_NEW_WORD", MINIPAY_ERROR_REFUSED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (cases[i].operation, TRUE);
    g_autofree char *body = v2_message_new (V2_HMAC, refused, "err_code", cases[i].word);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", cases[i].word);
    g_assert_false (v2_answer (x, body, &error));
    g_assert_error (error, MINIPAY_ERROR, (int) cases[i].code);
  }
}

/* Success or not: recall says that it is to be asked for again. */
static void
test_recall (void)
{
  static const char *const *const cases[] = { done, refused };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (MINIPAY_OPERATION_REVERSE, TRUE);
    g_autofree char *body = v2_message_new (V2_HMAC, cases[i], "recall", "Y");
    g_autoptr (GError) error = NULL;

    v2_answer (x, body, &error);
    g_assert_no_error (error);
    g_assert_nonnull (minipay_exchange_get_pending_reason (x->exchange));
    g_assert_null (minipay_exchange_get_result (x->exchange));
  }
}

static void
test_unsigned (void)
{
  static const MinipayOperation operations[] = { MINIPAY_OPERATION_CLOSE, MINIPAY_OPERATION_REVERSE };

  for (guint i = 0; i < G_N_ELEMENTS (operations); i++) {
    g_autoptr (MinipayTestExchange) x = begin (operations[i], TRUE);
    g_autofree char *body = v2_document_new (done, NULL);
    g_autofree char *other = v2_message_new (V2_MD5, done, NULL, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_false (v2_answer (x, body, &error));
    minipay_test_assert_open (error);
    g_clear_error (&error);
    g_assert_false (v2_answer (x, other, &error));
    minipay_test_assert_open (error);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v2/ends/requests", test_requests);
  g_test_add_func ("/wechat-v2/close/by-transaction-invalid", test_close_by_transaction);
  g_test_add_func ("/wechat-v2/reverse/no-certificate", test_no_certificate);
  g_test_add_func ("/wechat-v2/ends/done", test_done);
  g_test_add_func ("/wechat-v2/ends/refused", test_refused);
  g_test_add_func ("/wechat-v2/reverse/recall-pending", test_recall);
  g_test_add_func ("/wechat-v2/ends/unsigned-open", test_unsigned);
  g_test_add_func ("/wechat-v2/ends/swapped", test_swapped);
  return g_test_run ();
}
