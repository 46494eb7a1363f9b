/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "v2-gateway.h"

#define NONCE "593BEC0C930BF1AFEB40B4A08C8FB242"
#define QUERY(WHICH, DIGEST, SIGN)                                                                                 \
  "<xml>" WHICH "<appid><![CDATA[" V2_APPID "]]></appid><mch_id><![CDATA[" V2_MCHID "]]></mch_id>"                 \
  "<nonce_str><![CDATA[" NONCE "]]></nonce_str><sign_type><![CDATA[" DIGEST "]]></sign_type>"                      \
  "<sign><![CDATA[" SIGN "]]></sign></xml>"
#define BY_NUMBER      "<out_trade_no><![CDATA[1415659990]]></out_trade_no>"
#define BY_TRANSACTION "<transaction_id><![CDATA[1008450740201411110005820873]]></transaction_id>"

/* Signed once with Python's hashlib and hmac, as in the tests of the order. */
static void
test_requests (void)
{
  static const struct {
    const char *digest;
    gboolean is_by_number;
    const char *body;
  } cases[] = {
    { V2_HMAC,
      TRUE,
      QUERY (BY_NUMBER, "HMAC-SHA256", "4C9800D15702695D6E2EF272FC1A29CE9859C59AB93A492D0FFF33BEE606AD0D") },
    { V2_MD5, TRUE, QUERY (BY_NUMBER, "MD5", "FCC85DBBB45766B3AC148F431F6B6117") },
    { V2_HMAC,
      FALSE,
      QUERY (BY_TRANSACTION, "HMAC-SHA256", "866967998D383B3F468C1E73A8F0358FE67848700C30960B62720D38DA0D2444") },
    { V2_MD5, FALSE, QUERY (BY_TRANSACTION, "MD5", "13AB9177E9D13262797A559B7A470D9C") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = v2_new_signing (cases[i].digest);
    g_autoptr (MinipayPaymentRef) ref = cases[i].is_by_number
                                            ? minipay_payment_ref_new (V2_NUMBER)
                                            : minipay_payment_ref_new_for_transaction (V2_TRANSACTION);
    g_autoptr (GError) error = NULL;

    minipay_test_exchange_query (x, ref, &error);
    g_assert_no_error (error);
    minipay_test_assert_request (x, "POST", "/pay/orderquery", cases[i].body);
    minipay_test_assert_header (x, "Content-Type", "text/xml");
    g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_SAFE);
  }
}

static MinipayPayment *
answer (MinipayTestExchange *x, const char *name, const char *value)
{
  g_autofree char *body = v2_message_new (V2_HMAC, v2_queried, name, value);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s=%s", name, value);
  v2_answer (x, body, &error);
  g_assert_no_error (error);
  return minipay_test_exchange_get_payment (x);
}

static void
assert_refused (const char *name, const char *value, int code)
{
  g_autoptr (MinipayTestExchange) x = v2_begin_query (NULL);
  g_autofree char *body = v2_message_new (V2_HMAC, v2_queried, name, value);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s=%s", name, value != NULL ? value : "(none)");
  g_assert_false (v2_answer (x, body, &error));
  g_assert_error (error, MINIPAY_ERROR, code);
  g_assert_null (minipay_exchange_get_result (x->exchange));
}

static void
test_paid (void)
{
  g_autoptr (MinipayTestExchange) x = v2_begin_query (NULL);
  g_autoptr (GDateTime) paid_at = g_date_time_new_from_iso8601 ("2014-11-11T17:00:43+08:00", NULL);
  MinipayPayment *payment = answer (x, NULL, NULL);

  g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, V2_NUMBER);
  g_assert_cmpstr (minipay_payment_get_transaction_id (payment), ==, V2_TRANSACTION);
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_PAID);
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (payment)), ==, 100);
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_paid (payment)), ==, 90);
  g_assert_cmpstr (minipay_money_get_currency (minipay_payment_get_total (payment)), ==, "CNY");
  g_assert_cmpstr (minipay_money_get_currency (minipay_payment_get_paid (payment)), ==, "CNY");
  g_assert_cmpstr (minipay_payment_get_payer (payment), ==, "oUpF8uMEb4qRXf22hE3X68TekukE");
  g_assert_cmpstr (minipay_payment_get_attach (payment), ==, "订单额外描述");
  g_assert_cmpstr (minipay_payment_get_mchid (payment), ==, V2_MCHID);
  g_assert_cmpstr (minipay_payment_get_appid (payment), ==, V2_APPID);
  g_assert_cmpint (g_date_time_to_unix (minipay_payment_get_paid_at (payment)), ==, g_date_time_to_unix (paid_at));
  g_assert_nonnull (minipay_payment_get_raw_text (payment));
  g_assert_true (minipay_payment_get_authenticated (payment));
}

static void
test_currencies (void)
{
  g_autoptr (MinipayTestExchange) x = v2_begin_query (NULL);
  g_autoptr (MinipayTestExchange) y = v2_begin_query (NULL);
  g_autoptr (MinipayTestExchange) z = v2_begin_query (NULL);

  /* an amount that does not say is in CNY */
  g_assert_cmpstr (
      minipay_money_get_currency (minipay_payment_get_total (answer (x, "fee_type", NULL))), ==, "CNY");
  /* each amount has a currency of its own */
  answer (y, "cash_fee_type", "USD");
  g_assert_cmpstr (
      minipay_money_get_currency (minipay_payment_get_paid (minipay_test_exchange_get_payment (y))), ==, "USD");
  g_assert_cmpstr (
      minipay_money_get_currency (minipay_payment_get_total (minipay_test_exchange_get_payment (y))), ==, "CNY");
  answer (z, "fee_type", "USD");
  g_assert_cmpstr (
      minipay_money_get_currency (minipay_payment_get_total (minipay_test_exchange_get_payment (z))), ==, "USD");
}

static void
test_states (void)
{
  static const struct {
    const char *word;
    MinipayPaymentState state;
  } cases[] = {
    { "SUCCESS", MINIPAY_PAYMENT_STATE_PAID },     { "REFUND", MINIPAY_PAYMENT_STATE_REFUNDED },
    { "NOTPAY", MINIPAY_PAYMENT_STATE_PENDING },   { "CLOSED", MINIPAY_PAYMENT_STATE_CLOSED },
    { "REVOKED", MINIPAY_PAYMENT_STATE_CLOSED },   { "USERPAYING", MINIPAY_PAYMENT_STATE_PENDING },
    { "PAYERROR", MINIPAY_PAYMENT_STATE_FAILED },  { "ACCEPT", MINIPAY_PAYMENT_STATE_PENDING },
    { "success", MINIPAY_PAYMENT_STATE_UNKNOWN },  { "SUCCESS ", MINIPAY_PAYMENT_STATE_UNKNOWN },
    { "SUCCESS&", MINIPAY_PAYMENT_STATE_UNKNOWN }, { "PAID", MINIPAY_PAYMENT_STATE_UNKNOWN },
    { "ACCEPTED", MINIPAY_PAYMENT_STATE_UNKNOWN }, { "REFUNDED", MINIPAY_PAYMENT_STATE_UNKNOWN },
    { "TOMORROW", MINIPAY_PAYMENT_STATE_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = v2_begin_query (NULL);

    g_assert_cmpint (minipay_payment_get_state (answer (x, "trade_state", cases[i].word)), ==, cases[i].state);
  }
  assert_refused ("trade_state", NULL, MINIPAY_ERROR_PROTOCOL);
  assert_refused ("trade_state", "", MINIPAY_ERROR_PROTOCOL);
}

/* Unless it is paid, only the number and the state are promised. */
static void
test_little_said (void)
{
  static const char *const fields[] = {
    "return_code", "SUCCESS", "appid",        V2_APPID,  "mch_id",      V2_MCHID, "nonce_str", "n",
    "result_code", "SUCCESS", "out_trade_no", V2_NUMBER, "trade_state", "NOTPAY", NULL,
  };
  g_autoptr (MinipayTestExchange) x = v2_begin_query (NULL);
  g_autofree char *body = v2_message_new (V2_HMAC, fields, NULL, NULL);
  g_autofree char *paid = v2_message_new (V2_HMAC, fields, "trade_state", "SUCCESS");
  g_autoptr (MinipayTestExchange) y = v2_begin_query (NULL);
  g_autoptr (GError) error = NULL;
  MinipayPayment *payment;

  v2_answer (x, body, &error);
  g_assert_no_error (error);
  payment = minipay_test_exchange_get_payment (x);
  g_assert_null (minipay_payment_get_transaction_id (payment));
  g_assert_null (minipay_payment_get_total (payment));
  g_assert_null (minipay_payment_get_paid (payment));
  g_assert_null (minipay_payment_get_paid_at (payment));
  g_assert_false (v2_answer (y, paid, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
}

static void
test_amounts (void)
{
  static const struct {
    const char *text;
    gint64 total; /* -1: refused */
    gint64 paid;
  } cases[] = {
    { "1", 1, 1 },
    { "0", -1, 0 },
    { "2147483648", G_GINT64_CONSTANT (2147483648), G_GINT64_CONSTANT (2147483648) },
    { "9007199254740993", G_GINT64_CONSTANT (9007199254740993), G_GINT64_CONSTANT (9007199254740993) },
    { "9223372036854775807", G_MAXINT64, G_MAXINT64 },
    { "9223372036854775808", -1, -1 },
    { "18446744073709551615", -1, -1 },
    { "18446744073709551617", -1, -1 },
    { "-1", -1, -1 },
    { "-0", -1, -1 },
    { "+1", -1, -1 },
    { "01", -1, -1 },
    { "00", -1, -1 },
    { "1.0", -1, -1 },
    { "1.00", -1, -1 },
    { "1e2", -1, -1 },
    { "0x1", -1, -1 },
    { " 1", -1, -1 },
    { "1 ", -1, -1 },
    { " ", -1, -1 },
    { "1\n", -1, -1 },
    { "1,000", -1, -1 },
    { "１", -1, -1 },
    { "100分", -1, -1 },
    { "NaN", -1, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = v2_begin_query (NULL);
    g_autoptr (MinipayTestExchange) y = v2_begin_query (NULL);

    if (cases[i].total < 0)
      assert_refused ("total_fee", cases[i].text, MINIPAY_ERROR_PROTOCOL);
    else
      g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (answer (x, "total_fee", cases[i].text))),
                       ==,
                       cases[i].total);
    if (cases[i].paid < 0)
      assert_refused ("cash_fee", cases[i].text, MINIPAY_ERROR_PROTOCOL);
    else
      g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_paid (answer (y, "cash_fee", cases[i].text))),
                       ==,
                       cases[i].paid);
  }
}

static void
test_times (void)
{
  static const char *const texts[] = {
    "2014111117004",  "201411111700430", "20141111170060",
    "20141311170043", "20140230170043",  "2014-11-11 17:00:43",
    "2014111117004a", " 20141111170043", "0",
    "1415696443",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused ("time_end", texts[i], MINIPAY_ERROR_PROTOCOL);
}

/* CR-15: a number that could hold more than a number is refused before anything is done with it. */
static void
test_number_grammar (void)
{
  static const char *const bad[] = {
    "1415659990&",  "&1415659990", "1415659990=",  "a=b",
    "1415659990&x", "1415659990 ", "1415 659990",  "1415659990\n",
    "1415/659990",  "1415.659990", "1415659990茶", "123456789012345678901234567890123",
  };
  static const char *const good[] = {
    "T_-|*01",
    "T@shop01",
    "12345678901234567890123456789012",
    "abcXYZ",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    assert_refused ("out_trade_no", bad[i], MINIPAY_ERROR_PROTOCOL);
    assert_refused ("transaction_id", bad[i], MINIPAY_ERROR_PROTOCOL);
  }
  assert_refused ("out_trade_no", "1415659990&total_fee=1", MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused ("transaction_id", "1008450740201411110005820873&a=1", MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused ("out_trade_no", NULL, MINIPAY_ERROR_PROTOCOL);
  assert_refused ("transaction_id", NULL, MINIPAY_ERROR_PROTOCOL);
  /* the gateway's own numbers are letters and digits */
  assert_refused ("transaction_id", "1008450740_1", MINIPAY_ERROR_PROTOCOL);
  assert_refused ("transaction_id", "1008450740@1", MINIPAY_ERROR_PROTOCOL);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (MinipayTestExchange) x = v2_begin_query (NULL);

    g_assert_cmpstr (minipay_payment_get_out_trade_no (answer (x, "out_trade_no", good[i])), ==, good[i]);
  }
}

static void
test_other_party (void)
{
  assert_refused ("appid", "wx2421b1c4370ec43c", MINIPAY_ERROR_MISMATCH);
  assert_refused ("appid", NULL, MINIPAY_ERROR_MISMATCH);
  assert_refused ("mch_id", "10000101", MINIPAY_ERROR_MISMATCH);
  assert_refused ("mch_id", NULL, MINIPAY_ERROR_MISMATCH);
}

static void
test_not_genuine (void)
{
  g_autoptr (MinipayTestExchange) x = v2_begin_query (NULL);
  g_autoptr (MinipayTestExchange) y = v2_begin_query (NULL);
  g_autoptr (MinipayTestExchange) z = v2_begin_query (NULL);
  g_autofree char *genuine = v2_message_new (V2_HMAC, v2_queried, "trade_state", "NOTPAY");
  g_autofree char *altered = minipay_test_replace (genuine, "NOTPAY", "SUCCESS");
  g_autofree char *bare = v2_document_new (v2_queried, NULL);
  g_autofree char *other = v2_message_new (V2_MD5, v2_queried, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (v2_answer (x, altered, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_clear_error (&error);
  g_assert_false (v2_answer (y, bare, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_clear_error (&error);
  g_assert_false (v2_answer (z, other, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
}

static void
test_refusals (void)
{
  static const char *const fields[] = {
    "return_code", "SUCCESS", "appid", V2_APPID, "mch_id", V2_MCHID, "nonce_str", "n", "result_code", "FAIL", NULL,
  };
  static const struct {
    const char *word;
    int code;
  } cases[] = {
    { "ORDERNOTEXIST", MINIPAY_ERROR_NOT_FOUND },
    { "SYSTEMERROR", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "SIGNERROR", MINIPAY_ERROR_AUTH },
    { "A_WORD_OF_TOMORROW", MINIPAY_ERROR_REFUSED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = v2_begin_query (NULL);
    g_autofree char *body = v2_message_new (V2_HMAC, fields, "err_code", cases[i].word);
    g_autoptr (GError) error = NULL;

    g_assert_false (v2_answer (x, body, &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v2/query/both-digests-both-numbers", test_requests);
  g_test_add_func ("/wechat-v2/query/paid", test_paid);
  g_test_add_func ("/wechat-v2/query/currencies", test_currencies);
  g_test_add_func ("/wechat-v2/query/states", test_states);
  g_test_add_func ("/wechat-v2/query/little-said", test_little_said);
  g_test_add_func ("/wechat-v2/query/amounts", test_amounts);
  g_test_add_func ("/wechat-v2/query/times", test_times);
  g_test_add_func ("/wechat-v2/query/number-grammar", test_number_grammar);
  g_test_add_func ("/wechat-v2/query/other-party", test_other_party);
  g_test_add_func ("/wechat-v2/query/not-genuine", test_not_genuine);
  g_test_add_func ("/wechat-v2/query/refusals", test_refusals);
  return g_test_run ();
}
