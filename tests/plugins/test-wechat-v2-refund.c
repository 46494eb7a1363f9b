/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-refund.h"
#include "provider/minipay-limits-private.h"
#include "v2-gateway.h"

/* Refunds, questions about them and their notifications. Signatures as in the tests of the order, by Python. */

#define CERTIFIED (MINIPAY_SEND_FLAGS_IDEMPOTENT | MINIPAY_SEND_FLAGS_IDENTITY)
#define REFUND    "1415701182"
#define REFUND_ID "2008450740201411110000174436"

#define SIGNED                                                                                                     \
  "return_code", "SUCCESS", "return_msg", "OK", "result_code", "SUCCESS", "appid", V2_APPID, "mch_id", V2_MCHID,   \
      "nonce_str", "n", "transaction_id", V2_TRANSACTION, "out_trade_no", V2_NUMBER, "total_fee", "100",           \
      "fee_type", "CNY", "cash_fee", "100"

static const char *const taken[] = { SIGNED,    "out_refund_no", REFUND, "refund_id",
                                     REFUND_ID, "refund_fee",    "40",   NULL };

static MinipayRefundRequest *
request_new (gboolean is_full)
{
  g_autoptr (MinipayMoney) amount = minipay_money_new (40, "CNY");
  g_autoptr (MinipayMoney) total = minipay_money_new (100, "CNY");

  return g_object_new (MINIPAY_TYPE_REFUND_REQUEST,
                       "out-refund-no",
                       REFUND,
                       is_full ? "out-trade-no" : "transaction-id",
                       is_full ? V2_NUMBER : V2_TRANSACTION,
                       "amount",
                       amount,
                       "total",
                       total,
                       "reason",
                       is_full ? "商品已售完" : NULL,
                       "notify-url",
                       is_full ? "https://shop.example/r" : NULL,
                       "extras",
                       is_full ? g_variant_new_parsed ("{'refund_account': <'REFUND_SOURCE_RECHARGE_FUNDS'>}")
                               : NULL,
                       NULL);
}

static MinipayTestExchange *
begin_refund (gboolean is_full, const char *digest)
{
  const char *const changes[] = { "sign-type", digest, NULL };
  MinipayTestExchange *x = v2_new_certified (changes);
  g_autoptr (MinipayRefundRequest) request = request_new (is_full);
  g_autoptr (GError) error = NULL;

  minipay_limits_check_refund (x->info, x->config, request, &error);
  g_assert_no_error (error);
  v2_begin (x, MINIPAY_OPERATION_REFUND, request, &error);
  g_assert_no_error (error);
  return x;
}

static MinipayTestExchange *
begin_query (gboolean is_by_number)
{
  MinipayTestExchange *x = v2_new (NULL);
  g_autoptr (MinipayRefundRef) ref = g_object_new (MINIPAY_TYPE_REFUND_REF,
                                                   is_by_number ? "out-refund-no" : "refund-id",
                                                   is_by_number ? REFUND : REFUND_ID,
                                                   NULL);
  g_autoptr (GError) error = NULL;

  v2_begin (x, MINIPAY_OPERATION_QUERY_REFUND, ref, &error);
  g_assert_no_error (error);
  return x;
}

static void
test_requests (void)
{
  static const char *const full[] = { "out_trade_no",    V2_NUMBER,
                                      "out_refund_no",   REFUND,
                                      "total_fee",       "100",
                                      "refund_fee",      "40",
                                      "refund_fee_type", "CNY",
                                      "refund_desc",     "商品已售完",
                                      "refund_account",  "REFUND_SOURCE_RECHARGE_FUNDS",
                                      "notify_url",      "https://shop.example/r",
                                      V2_TAIL (V2_HMAC) };
  static const char *const plain[] = { "transaction_id",  V2_TRANSACTION, "out_refund_no", REFUND,
                                       "total_fee",       "100",          "refund_fee",    "40",
                                       "refund_fee_type", "CNY",          V2_TAIL (V2_MD5) };
  g_autoptr (MinipayTestExchange) x = begin_refund (TRUE, V2_HMAC);
  g_autoptr (MinipayTestExchange) y = begin_refund (FALSE, V2_MD5);

  v2_assert_request (
      x, "/secapi/pay/refund", CERTIFIED, full, "D14B3D935C67CB5B978246F9BEBFDB1C1EE24B6D2B99F040F89F1FA28486D79A");
  v2_assert_request (y, "/secapi/pay/refund", CERTIFIED, plain, "A609DE529604675D3B277AF52B4B7C51");
}

static MinipayRefund *
get_refund (MinipayTestExchange *x)
{
  GObject *result = minipay_exchange_get_result (x->exchange);

  g_assert_true (MINIPAY_IS_REFUND (result));
  return MINIPAY_REFUND (result);
}

/* A success of the refund is no success of the money's way back. */
static void
test_taken (void)
{
  g_autoptr (MinipayTestExchange) x = begin_refund (TRUE, V2_HMAC);
  g_autofree char *body = v2_message_new (V2_HMAC, taken, NULL, NULL);
  g_autoptr (GError) error = NULL;
  MinipayRefund *refund;

  v2_answer (x, body, &error);
  g_assert_no_error (error);
  refund = get_refund (x);
  g_assert_cmpint (minipay_refund_get_state (refund), ==, MINIPAY_REFUND_STATE_PENDING);
  g_assert_cmpstr (minipay_refund_get_out_refund_no (refund), ==, REFUND);
  g_assert_cmpstr (minipay_refund_get_refund_id (refund), ==, REFUND_ID);
  g_assert_cmpstr (minipay_refund_get_out_trade_no (refund), ==, V2_NUMBER);
  g_assert_cmpstr (minipay_refund_get_transaction_id (refund), ==, V2_TRANSACTION);
  g_assert_cmpint (minipay_money_get_minor (minipay_refund_get_amount (refund)), ==, 40);
  g_assert_cmpint (minipay_money_get_minor (minipay_refund_get_total (refund)), ==, 100);
  g_assert_cmpstr (minipay_refund_get_mchid (refund), ==, V2_MCHID);
  g_assert_true (minipay_refund_get_authenticated (refund));
}

static void
test_bad_answers (void)
{
  static const struct {
    const char *name;
    const char *value;
    MinipayError code;
  } cases[] = {
    { "refund_fee", "0", MINIPAY_ERROR_PROTOCOL },        { "refund_fee", "0.40", MINIPAY_ERROR_PROTOCOL },
    { "refund_fee", "-40", MINIPAY_ERROR_PROTOCOL },      { "refund_fee", "040", MINIPAY_ERROR_PROTOCOL },
    { "total_fee", "x", MINIPAY_ERROR_PROTOCOL },         { "out_refund_no", NULL, MINIPAY_ERROR_PROTOCOL },
    { "refund_id", NULL, MINIPAY_ERROR_PROTOCOL },        { "refund_id", "20-08", MINIPAY_ERROR_PROTOCOL },
    { "out_refund_no", "a b", MINIPAY_ERROR_PROTOCOL },   { "mch_id", "10000101", MINIPAY_ERROR_MISMATCH },
    { "sub_mch_id", "10000102", MINIPAY_ERROR_MISMATCH }, { "result_code", "OK", MINIPAY_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin_refund (TRUE, V2_HMAC);
    g_autofree char *body = v2_message_new (V2_HMAC, taken, cases[i].name, cases[i].value);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s=%s", cases[i].name, cases[i].value);
    g_assert_false (v2_answer (x, body, &error));
    g_assert_error (error, MINIPAY_ERROR, (int) cases[i].code);
  }
}

static void
test_words (void)
{
  static const char *const refused[] = {
    "return_code", "SUCCESS", "result_code", "FAIL", "appid", V2_APPID, "mch_id", V2_MCHID, "nonce_str", "n", NULL,
  };
  static const struct {
    const char *word;
    MinipayError code;
  } cases[] = {
    { "BIZERR_NEED_RETRY", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "SYSTEMERROR", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "NOTENOUGH", MINIPAY_ERROR_REFUSED },
    { "TRADE_OVERDUE", MINIPAY_ERROR_REFUSED },
    { "FREQUENCY_LIMITED", MINIPAY_ERROR_RATE_LIMITED },
    { "REFUND_FEE_MISMATCH", MINIPAY_ERROR_CONFLICT },
    { "ORDERNOTEXIST", MINIPAY_ERROR_NOT_FOUND },
    { "NOAUTH", MINIPAY_ERROR_AUTH },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin_refund (FALSE, V2_HMAC);
    g_autofree char *body = v2_message_new (V2_HMAC, refused, "err_code", cases[i].word);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", cases[i].word);
    g_assert_false (v2_answer (x, body, &error));
    g_assert_error (error, MINIPAY_ERROR, (int) cases[i].code);
  }
}

/* --- The query --- */

#define PLACE(I, NUMBER, ID, STATUS)                                                                               \
  "out_refund_no_" I, NUMBER, "refund_id_" I, ID, "refund_channel_" I, "ORIGINAL", "refund_fee_" I, "4" I,         \
      "coupon_refund_fee_" I, "1", "coupon_refund_count_" I, "1", "coupon_refund_id_" I "_0", "10000",             \
      "refund_status_" I, STATUS, "refund_recv_accout_" I, "支付用户零钱"

static const char *const listed[] = {
  SIGNED,
  "total_refund_count",
  "2",
  "refund_count",
  "2",
  PLACE ("0", "other", "1", "PROCESSING"),
  PLACE ("1", REFUND, REFUND_ID, "SUCCESS"),
  "refund_success_time_1",
  "2016-07-25 15:26:26",
  NULL,
};

static void
test_query_requests (void)
{
  static const char *const by_number[] = { "out_refund_no", REFUND, V2_TAIL (V2_HMAC) };
  static const char *const by_id[] = { "refund_id", REFUND_ID, V2_TAIL (V2_HMAC) };
  g_autoptr (MinipayTestExchange) x = begin_query (TRUE);
  g_autoptr (MinipayTestExchange) y = begin_query (FALSE);

  v2_assert_request (x,
                     "/pay/refundquery",
                     MINIPAY_SEND_FLAGS_SAFE,
                     by_number,
                     "85C4A1D881AA78CC2713E856D5E88D8CAC1BB278B9040F7EB85E3960566A3D66");
  v2_assert_request (y,
                     "/pay/refundquery",
                     MINIPAY_SEND_FLAGS_SAFE,
                     by_id,
                     "E5F8DD1EB1267C20D240ABD149D2BB47822BCEA6325596E9C0E9032C6FF3F1B6");
}

/* The one that was asked about, wherever it stands, and its own amount. */
static void
test_query_found (void)
{
  for (guint i = 0; i < 2; i++) {
    g_autoptr (MinipayTestExchange) x = begin_query (i == 0);
    g_autofree char *body = v2_message_new (V2_HMAC, listed, NULL, NULL);
    g_autoptr (GDateTime) refunded_at = g_date_time_new_from_iso8601 ("2016-07-25T15:26:26+08:00", NULL);
    g_autoptr (GError) error = NULL;
    MinipayRefund *refund;

    v2_answer (x, body, &error);
    g_assert_no_error (error);
    refund = get_refund (x);
    g_assert_cmpint (minipay_refund_get_state (refund), ==, MINIPAY_REFUND_STATE_REFUNDED);
    g_assert_cmpstr (minipay_refund_get_out_refund_no (refund), ==, REFUND);
    g_assert_cmpstr (minipay_refund_get_refund_id (refund), ==, REFUND_ID);
    g_assert_cmpint (minipay_money_get_minor (minipay_refund_get_amount (refund)), ==, 41);
    g_assert_true (g_date_time_equal (minipay_refund_get_refunded_at (refund), refunded_at));
  }
}

static void
test_query_states (void)
{
  static const struct {
    const char *word;
    MinipayRefundState state;
  } cases[] = {
    { "PROCESSING", MINIPAY_REFUND_STATE_PENDING }, { "REFUNDCLOSE", MINIPAY_REFUND_STATE_CLOSED },
    { "CHANGE", MINIPAY_REFUND_STATE_ABNORMAL },    { "SUCCESSFUL", MINIPAY_REFUND_STATE_UNKNOWN },
    { "success", MINIPAY_REFUND_STATE_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin_query (TRUE);
    g_autofree char *body = v2_message_new (V2_HMAC, listed, "refund_status_1", cases[i].word);
    g_autoptr (GError) error = NULL;

    v2_answer (x, body, &error);
    g_assert_no_error (error);
    g_assert_cmpint (minipay_refund_get_state (get_refund (x)), ==, cases[i].state);
  }
}

/* Ten to a page: the next one is asked for until the refund is there, or there is none. */
static void
test_query_pages (void)
{
  static const char *const first[] = {
    SIGNED, "total_refund_count", "11", "refund_count", "1", PLACE ("0", "other", "1", "SUCCESS"), NULL,
  };
  static const char *const next[] = { "out_refund_no", REFUND, "offset", "10", V2_TAIL (V2_HMAC) };
  static const char *const last[] = {
    SIGNED, "total_refund_count", "11", "refund_count", "1", PLACE ("0", "third", "3", "SUCCESS"), NULL,
  };
  g_autofree char *page = v2_message_new (V2_HMAC, first, NULL, NULL);
  g_autofree char *found = v2_message_new (V2_HMAC, listed, "total_refund_count", "11");
  g_autofree char *missing = v2_message_new (V2_HMAC, last, NULL, NULL);

  for (guint i = 0; i < 2; i++) {
    g_autoptr (MinipayTestExchange) x = begin_query (TRUE);
    g_autoptr (GError) error = NULL;

    v2_answer (x, page, &error);
    g_assert_no_error (error);
    v2_assert_request (x,
                       "/pay/refundquery",
                       MINIPAY_SEND_FLAGS_SAFE,
                       next,
                       "C093ADB9E9CEDA7D3982D3D76D2C80FDA1A850EF0F87A6CB3AE065C5D7F9B5D1");
    v2_answer (x, i == 0 ? found : missing, &error);
    if (i == 0) {
      g_assert_no_error (error);
      g_assert_cmpstr (minipay_refund_get_out_refund_no (get_refund (x)), ==, REFUND);
    } else {
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
    }
  }
}

static void
test_query_bad (void)
{
  static const struct {
    const char *name;
    const char *value;
    MinipayError code;
  } cases[] = {
    { "refund_count", NULL, MINIPAY_ERROR_PROTOCOL },
    { "refund_count", "51", MINIPAY_ERROR_PROTOCOL },
    { "refund_count", "-1", MINIPAY_ERROR_PROTOCOL },
    { "refund_count", "1", MINIPAY_ERROR_MISMATCH },
    { "refund_count", "0", MINIPAY_ERROR_MISMATCH },
    { "out_refund_no_1", "other2", MINIPAY_ERROR_MISMATCH },
    { "refund_status_1", NULL, MINIPAY_ERROR_PROTOCOL },
    { "refund_fee_1", "1e2", MINIPAY_ERROR_PROTOCOL },
    { "refund_success_time_1", "20160725152626", MINIPAY_ERROR_PROTOCOL },
    { "total_refund_count", "many", MINIPAY_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin_query (TRUE);
    g_autofree char *body = v2_message_new (V2_HMAC, listed, cases[i].name, cases[i].value);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s=%s", cases[i].name, cases[i].value);
    g_assert_false (v2_answer (x, body, &error));
    g_assert_error (error, MINIPAY_ERROR, (int) cases[i].code);
  }
}

/* --- The notification --- */

static char *
notification_new (const char *mchid, const char *sealed)
{
  const char *const pairs[] = { "return_code", "SUCCESS", "appid",    V2_APPID, "mch_id", mchid,
                                "nonce_str",   "n",       "req_info", sealed,   NULL };

  return v2_document_new (pairs, NULL);
}

/* A genuine message of the platform's, and the key it was sealed under. */
static void
test_notification (void)
{
  const char *const changes[] = { "api-key", minipay_test_vector ("v2-refund-req_info", "api_key"), NULL };
  g_autoptr (MinipayTestExchange) x = v2_new (changes);
  g_autofree char *body = notification_new (V2_MCHID, minipay_test_vector ("v2-refund-req_info", "ciphertext"));
  g_autoptr (GDateTime) refunded_at = g_date_time_new_from_iso8601 ("2017-11-25T15:36:17+08:00", NULL);
  g_autoptr (GError) error = NULL;
  MinipayRefund *refund;

  v2_receive (x, body, &error);
  g_assert_no_error (error);
  refund = get_refund (x);
  g_assert_cmpstr (minipay_refund_get_out_refund_no (refund), ==, "50fd012ed1b311e7af7800163e32c503");
  g_assert_cmpstr (minipay_refund_get_refund_id (refund), ==, "50000404922017112502468056157");
  g_assert_cmpstr (minipay_refund_get_out_trade_no (refund), ==, "4893e76d8c8b434cb64e9cd536338e33");
  g_assert_cmpint (minipay_money_get_minor (minipay_refund_get_amount (refund)), ==, 6);
  g_assert_cmpint (minipay_refund_get_state (refund), ==, MINIPAY_REFUND_STATE_REFUNDED);
  g_assert_true (g_date_time_equal (minipay_refund_get_refunded_at (refund), refunded_at));
  g_assert_cmpstr (minipay_refund_get_mchid (refund), ==, V2_MCHID);
  /* nobody signed it */
  g_assert_false (minipay_refund_get_authenticated (refund));
}

static void
test_notification_bad (void)
{
  const char *const changes[] = { "api-key", minipay_test_vector ("v2-refund-req_info", "api_key"), NULL };
  const char *sealed = minipay_test_vector ("v2-refund-req_info", "ciphertext");
  g_autofree char *altered = minipay_test_replace (sealed, "YYwp", "XYwp");
  g_autofree char *cut = g_strndup (sealed, strlen (sealed) - 24);
  const struct {
    const char *key;
    const char *mchid;
    const char *sealed;
  } cases[] = {
    { changes[1], "10000101", sealed }, { V2_KEY, V2_MCHID, sealed },          { changes[1], V2_MCHID, altered },
    { changes[1], V2_MCHID, cut },      { changes[1], V2_MCHID, "no base64" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *const setting[] = { "api-key", cases[i].key, NULL };
    g_autoptr (MinipayTestExchange) x = v2_new (setting);
    g_autofree char *body = notification_new (cases[i].mchid, cases[i].sealed);
    g_autoptr (GError) error = NULL;

    g_test_message ("%u", i);
    g_assert_false (v2_receive (x, body, &error));
    g_assert_nonnull (error);
    g_assert_false (g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN));
    g_assert_null (minipay_exchange_get_result (x->exchange));
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v2/refund/requests", test_requests);
  g_test_add_func ("/wechat-v2/refund/taken-is-pending", test_taken);
  g_test_add_func ("/wechat-v2/refund/bad-answers", test_bad_answers);
  g_test_add_func ("/wechat-v2/refund/words", test_words);
  g_test_add_func ("/wechat-v2/query-refund/requests", test_query_requests);
  g_test_add_func ("/wechat-v2/query-refund/found-by-either-number", test_query_found);
  g_test_add_func ("/wechat-v2/query-refund/states", test_query_states);
  g_test_add_func ("/wechat-v2/query-refund/pages", test_query_pages);
  g_test_add_func ("/wechat-v2/query-refund/bad-answers", test_query_bad);
  g_test_add_func ("/wechat-v2/refund-notification/vector", test_notification);
  g_test_add_func ("/wechat-v2/refund-notification/bad", test_notification_bad);
  return g_test_run ();
}
