/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "raw-server.h"
#include "receive-desk.h"
#include "v2-gateway.h"

#define OTHER_NUMBER "1415659991"
#define TOTAL        100 /* of v2_notified */

/* An account of the default digest whose gateway is a raw server, and which knows the order V2_NUMBER. */
typedef struct {
  RawServer *server;
  Desk *desk;
} Shop;

static Shop *
shop_new (gint64 fen)
{
  Shop *self = g_new0 (Shop, 1);
  RawServer *server = raw_server_new (NULL);
  const char *const changes[] = { "endpoint", raw_server_get_base_url (server), NULL };

  self->server = server;
  self->desk = desk_new (v2_new (changes), V2_NUMBER, fen);
  return self;
}

static void
shop_free (Shop *self)
{
  g_clear_pointer (&self->desk, desk_free);
  raw_server_free (self->server);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Shop, shop_free)

static void
shop_push (Shop *self, const char *body)
{
  g_autofree char *answer = g_strdup_printf (
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
      strlen (body),
      body);

  raw_server_push_text (self->server, answer);
}

static void
shop_push_query (Shop *self, const char *name, const char *value)
{
  g_autofree char *body = v2_message_new (V2_HMAC, v2_queried, name, value);

  shop_push (self, body);
}

static MinipayHttpRequest *
incoming_new (const char *digest, const char *name, const char *value)
{
  g_autofree char *body = v2_message_new (digest, v2_notified, name, value);

  return minipay_test_incoming_new (NULL, body);
}

static MinipayHttpRequest *
paid_new (void)
{
  return incoming_new (V2_HMAC, NULL, NULL);
}

/* The refusal has status 200, too: the gateway reads the body alone. */
static void
assert_refused (Shop *self, MinipayHttpRequest *owned_incoming, int code)
{
  static const char no[] = "<xml><return_code><![CDATA[FAIL]]></return_code>"
                           "<return_msg><![CDATA[refused]]></return_msg></xml>";
  g_autoptr (MinipayHttpRequest) incoming = owned_incoming;
  g_autoptr (MinipayReceipt) receipt = minipay_account_receive (self->desk->account, incoming);
  g_autoptr (MinipayHttpResponse) reply = minipay_receipt_dup_reply (receipt, TRUE);
  GBytes *body = minipay_http_response_get_body (reply);

  g_assert_null (minipay_receipt_get_notification (receipt));
  g_assert_error (minipay_receipt_get_failure (receipt), MINIPAY_ERROR, code);
  g_assert_cmpuint (minipay_http_response_get_status (reply), ==, 200);
  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), no, strlen (no));
}

static void
assert_untouched (Shop *self)
{
  g_assert_cmpint (desk_get_state (self->desk, V2_NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
  desk_assert_transaction (self->desk, V2_NUMBER, NULL);
}

static void
assert_state_comes (Shop *self, MinipayIntentState state)
{
  const gint64 until_us = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;

  while (desk_get_state (self->desk, V2_NUMBER) != (int) state && g_get_monotonic_time () < until_us)
    g_usleep (5000);
  g_assert_cmpint (desk_get_state (self->desk, V2_NUMBER), ==, state);
}

/* Until nothing in the background holds the account any more. */
static void
shop_settle (Shop *self)
{
  const gint64 until_us = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;

  while (g_atomic_int_get (&G_OBJECT (self->desk->account)->ref_count) > 1) {
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);
    g_usleep (5000);
  }
}

static void
shop_add_order (Shop *self, const char *out_trade_no)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (TOTAL, "CNY");
  g_autoptr (MinipayIntent) intent = g_object_new (MINIPAY_TYPE_INTENT,
                                                   "account",
                                                   "tea-shop",
                                                   "number",
                                                   out_trade_no,
                                                   "total",
                                                   total,
                                                   "fingerprint",
                                                   "g",
                                                   "state",
                                                   MINIPAY_INTENT_STATE_SENDING,
                                                   NULL);
  g_autoptr (MinipayIntent) known = NULL;
  g_autoptr (GError) error = NULL;

  known = minipay_store_begin (self->desk->store, intent, &error);
  g_assert_no_error (error);
}

static void
test_paid (void)
{
  g_autoptr (Shop) shop = shop_new (TOTAL);

  desk_assert_accepted (shop->desk, paid_new (), FALSE, FALSE);
  g_assert_cmpint (desk_get_state (shop->desk, V2_NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
  desk_assert_transaction (shop->desk, V2_NUMBER, V2_TRANSACTION);
  /* it repeats until it is answered well, and now and then afterwards */
  desk_assert_accepted (shop->desk, paid_new (), FALSE, TRUE);
  desk_assert_accepted (shop->desk, incoming_new (V2_HMAC, "nonce_str", "another"), FALSE, TRUE);
  g_assert_cmpint (desk_get_state (shop->desk, V2_NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
}

/* What is altered is genuinely signed: only the comparison stands in its way. */
static void
test_mismatch (void)
{
  static const char *const alterations[][2] = {
    { "mch_id", "10000101" },
    { "mch_id", NULL },
    { "mch_id", "" },
    { "appid", "wx2421b1c4370ec43c" },
    { "appid", NULL },
    { "total_fee", "99" },
    { "total_fee", "101" },
    { "total_fee", "1" },
    { "total_fee", "9223372036854775807" },
    { "total_fee", NULL },
    { "total_fee", "" },
    { "fee_type", "USD" },
    { "fee_type", "JPY" },
    { "fee_type", "XXX" },
    { "fee_type", "cny" },
    { "fee_type", "人民币" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (alterations); i++) {
    g_autoptr (Shop) shop = shop_new (TOTAL);

    g_test_message ("%s=%s", alterations[i][0], alterations[i][1] != NULL ? alterations[i][1] : "(none)");
    assert_refused (shop, incoming_new (V2_HMAC, alterations[i][0], alterations[i][1]), MINIPAY_ERROR_MISMATCH);
    assert_untouched (shop);
    /* the refused one left no trace: the genuine one is news */
    desk_assert_accepted (shop->desk, paid_new (), FALSE, FALSE);
  }
}

/* Where the journal has no total to compare with, the manifest's currencies still hold. */
static void
test_unmatched_in_other_currency (void)
{
  static const char *const currencies[] = { "USD", "HKD", "JPY" };

  for (guint i = 0; i < G_N_ELEMENTS (currencies); i++) {
    g_autoptr (Shop) shop = shop_new (TOTAL);
    g_autofree const char **pairs =
        g_memdup2 (v2_notified, sizeof (char *) * (g_strv_length ((char **) v2_notified) + 1));
    g_autofree char *body = NULL;

    for (guint j = 0; pairs[j] != NULL; j += 2)
      if (strcmp (pairs[j], "out_trade_no") == 0)
        pairs[j + 1] = OTHER_NUMBER;
    body = v2_message_new (V2_HMAC, pairs, "fee_type", currencies[i]);
    assert_refused (shop, minipay_test_incoming_new (NULL, body), MINIPAY_ERROR_MISMATCH);
    g_assert_cmpint (desk_get_state (shop->desk, OTHER_NUMBER), ==, -1);
    /* the refused one left no trace */
    desk_assert_accepted (shop->desk, incoming_new (V2_HMAC, "out_trade_no", OTHER_NUMBER), TRUE, FALSE);
  }
}

static void
test_other_total (void)
{
  static const gint64 totals[] = { 1, 99, 101, 10000, G_MAXINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (totals); i++) {
    g_autoptr (Shop) shop = shop_new (totals[i]);

    assert_refused (shop, paid_new (), MINIPAY_ERROR_MISMATCH);
    assert_untouched (shop);
    shop_settle (shop);
    g_assert_cmpuint (raw_server_get_requests (shop->server), ==, 0);
  }
}

static void
test_unmatched (void)
{
  g_autoptr (Shop) shop = shop_new (TOTAL);

  desk_assert_accepted (shop->desk, incoming_new (V2_HMAC, "out_trade_no", OTHER_NUMBER), TRUE, FALSE);
  desk_assert_accepted (shop->desk, incoming_new (V2_HMAC, "out_trade_no", OTHER_NUMBER), TRUE, TRUE);
  g_assert_cmpint (desk_get_state (shop->desk, OTHER_NUMBER), ==, -1);
  assert_untouched (shop);
}

static void
test_transaction_of_other_order (void)
{
  g_autoptr (Shop) shop = shop_new (TOTAL);

  shop_add_order (shop, OTHER_NUMBER);
  desk_assert_accepted (shop->desk, paid_new (), FALSE, FALSE);
  /* one transaction pays one order */
  assert_refused (shop, incoming_new (V2_HMAC, "out_trade_no", OTHER_NUMBER), MINIPAY_ERROR_CONFLICT);
  g_assert_cmpint (desk_get_state (shop->desk, OTHER_NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
}

static void
test_second_transaction (void)
{
  g_autoptr (Shop) shop = shop_new (TOTAL);

  desk_assert_accepted (shop->desk, paid_new (), FALSE, FALSE);
  assert_refused (
      shop, incoming_new (V2_HMAC, "transaction_id", "1008450740201411110005820874"), MINIPAY_ERROR_MISMATCH);
  desk_assert_transaction (shop->desk, V2_NUMBER, V2_TRANSACTION);
}

static void
test_forged (void)
{
  g_autoptr (Shop) shop = shop_new (TOTAL);
  g_autofree char *body = v2_message_new (V2_HMAC, v2_notified, NULL, NULL);
  g_autofree char *forged = minipay_test_replace (body, "CCB_DEBIT", "CFT");

  shop_push_query (shop, "trade_state", "NOTPAY");
  assert_refused (shop, minipay_test_incoming_new (NULL, forged), MINIPAY_ERROR_SIGNATURE_INVALID);
  /* the gateway, asked, says what is true */
  assert_state_comes (shop, MINIPAY_INTENT_STATE_PENDING);
  desk_assert_accepted (shop->desk, paid_new (), FALSE, FALSE);
  g_assert_cmpint (desk_get_state (shop->desk, V2_NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
}

/* --- A refused message about an open order is a reason to ask --- */

/* CR-14: field reports know MD5 messages for accounts of the other digest. */
static void
test_other_digest_asks (void)
{
  static const char *const named[] = { NULL, V2_MD5, V2_HMAC };

  for (guint i = 0; i < G_N_ELEMENTS (named); i++) {
    g_autoptr (Shop) shop = shop_new (TOTAL);
    g_autofree char *question = NULL;

    shop_push_query (shop, NULL, NULL);
    assert_refused (shop, incoming_new (V2_MD5, "sign_type", named[i]), MINIPAY_ERROR_SIGNATURE_INVALID);
    assert_state_comes (shop, MINIPAY_INTENT_STATE_PAID);
    desk_assert_transaction (shop->desk, V2_NUMBER, V2_TRANSACTION);
    question = raw_server_dup_request (shop->server, 0);
    g_assert_true (g_str_has_prefix (question, "POST /pay/orderquery HTTP/1.1\r\n"));
    g_assert_nonnull (strstr (question, "<out_trade_no><![CDATA[" V2_NUMBER "]]></out_trade_no>"));
    /* once a minute, however often somebody knocks; and what is settled needs no question */
    shop_settle (shop);
    assert_refused (shop, incoming_new (V2_MD5, "sign_type", named[i]), MINIPAY_ERROR_SIGNATURE_INVALID);
    shop_settle (shop);
    g_assert_cmpuint (raw_server_get_requests (shop->server), ==, 1);
  }
}

static void
test_asked_once (void)
{
  g_autoptr (Shop) shop = shop_new (TOTAL);

  shop_push_query (shop, "trade_state", "NOTPAY");
  for (guint i = 0; i < 20; i++)
    assert_refused (shop, incoming_new (V2_MD5, NULL, NULL), MINIPAY_ERROR_SIGNATURE_INVALID);
  shop_settle (shop);
  g_assert_cmpuint (raw_server_get_requests (shop->server), ==, 1);
}

static void
test_strangers_ask_nothing (void)
{
  g_autoptr (Shop) shop = shop_new (TOTAL);

  assert_refused (shop, incoming_new (V2_MD5, "out_trade_no", OTHER_NUMBER), MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (shop, incoming_new (V2_MD5, "out_trade_no", NULL), MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (shop, minipay_test_incoming_new (NULL, "<xml>"), MINIPAY_ERROR_PROTOCOL);
  shop_settle (shop);
  g_assert_cmpuint (raw_server_get_requests (shop->server), ==, 0);
  assert_untouched (shop);
}

/* The answer is judged like every other: another order's, another total, or unsigned, it settles nothing. */
static void
test_question_answered_badly (void)
{
  static const char *const alterations[][2] = {
    { "out_trade_no", OTHER_NUMBER },
    { "total_fee", "99" },
    { "mch_id", "10000101" },
    { "fee_type", "USD" },
  };
  g_autoptr (Shop) unsigned_shop = shop_new (TOTAL);
  g_autofree char *bare = v2_document_new (v2_queried, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (alterations); i++) {
    g_autoptr (Shop) shop = shop_new (TOTAL);

    shop_push_query (shop, alterations[i][0], alterations[i][1]);
    assert_refused (shop, incoming_new (V2_MD5, NULL, NULL), MINIPAY_ERROR_SIGNATURE_INVALID);
    g_assert_true (raw_server_wait_requests (shop->server, 1));
    shop_settle (shop);
    assert_untouched (shop);
  }
  shop_push (unsigned_shop, bare);
  assert_refused (unsigned_shop, incoming_new (V2_MD5, NULL, NULL), MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_true (raw_server_wait_requests (unsigned_shop->server, 1));
  shop_settle (unsigned_shop);
  assert_untouched (unsigned_shop);
}

/* --- Order, notification, query: the whole way --- */

static MinipayOrder *
order_new (void)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (TOTAL, "CNY");

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       OTHER_NUMBER,
                       "total",
                       total,
                       "subject",
                       "tea",
                       "method",
                       MINIPAY_METHOD_MINI_PROGRAM,
                       "payer",
                       "oUpF8uMEb4qRXf22hE3X68TekukE",
                       "client-ip",
                       "14.23.150.211",
                       "notify-url",
                       "https://shop.example/notify/tea-shop",
                       NULL);
}

static void
test_whole_way (void)
{
  g_autoptr (Shop) shop = shop_new (TOTAL);
  g_autoptr (MinipayOrder) order = order_new ();
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (OTHER_NUMBER);
  g_autofree char *prepared = v2_message_new (V2_HMAC, v2_prepared, NULL, NULL);
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (MinipayPayment) payment = NULL;
  g_autoptr (MinipayCheckout) again = NULL;
  g_autoptr (GError) error = NULL;

  shop_push (shop, prepared);
  checkout = minipay_account_create_payment (shop->desk->account, order, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (desk_get_state (shop->desk, OTHER_NUMBER), ==, MINIPAY_INTENT_STATE_PENDING);
  desk_assert_accepted (shop->desk, incoming_new (V2_HMAC, "out_trade_no", OTHER_NUMBER), FALSE, FALSE);
  g_assert_cmpint (desk_get_state (shop->desk, OTHER_NUMBER), ==, MINIPAY_INTENT_STATE_PAID);

  shop_push_query (shop, "out_trade_no", OTHER_NUMBER);
  payment = minipay_account_query_payment (shop->desk->account, ref, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_PAID);

  again = minipay_account_create_payment (shop->desk->account, order, NULL, &error);
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_ALREADY_PAID);
  g_assert_cmpuint (raw_server_get_requests (shop->server), ==, 2);
}

/* TR-6: what may have been obeyed is unknown, what was refused under a signature failed. */
static void
test_create_outcomes (void)
{
  static const char *const refused[] = {
    "return_code", "SUCCESS", "appid", V2_APPID, "mch_id", V2_MCHID, "nonce_str", "n", "result_code", "FAIL", NULL,
  };
  static const struct {
    const char *word;
    gboolean is_signed;
    int code;
    MinipayIntentState state;
  } cases[] = {
    { "NOTENOUGH", TRUE, MINIPAY_ERROR_REFUSED, MINIPAY_INTENT_STATE_FAILED },
    { "NOTENOUGH", FALSE, MINIPAY_ERROR_OUTCOME_UNKNOWN, MINIPAY_INTENT_STATE_UNKNOWN },
    { "SYSTEMERROR", TRUE, MINIPAY_ERROR_OUTCOME_UNKNOWN, MINIPAY_INTENT_STATE_UNKNOWN },
    { "SYSTEMERROR", FALSE, MINIPAY_ERROR_OUTCOME_UNKNOWN, MINIPAY_INTENT_STATE_UNKNOWN },
    { "ORDERPAID", TRUE, MINIPAY_ERROR_ALREADY_PAID, MINIPAY_INTENT_STATE_UNKNOWN },
    { "OUT_TRADE_NO_USED", TRUE, MINIPAY_ERROR_CONFLICT, MINIPAY_INTENT_STATE_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Shop) shop = shop_new (TOTAL);
    g_autoptr (MinipayOrder) order = order_new ();
    const char *const fields[] = {
      "return_code", "SUCCESS", "result_code", "FAIL", "err_code", cases[i].word, NULL
    };
    g_autofree char *body = cases[i].is_signed ? v2_message_new (V2_HMAC, refused, "err_code", cases[i].word)
                                               : v2_document_new (fields, NULL);
    g_autoptr (MinipayCheckout) checkout = NULL;
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", body);
    shop_push (shop, body);
    checkout = minipay_account_create_payment (shop->desk->account, order, NULL, &error);
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
    g_assert_cmpint (desk_get_state (shop->desk, OTHER_NUMBER), ==, cases[i].state);
  }
}

static void
test_query_of_other_order (void)
{
  g_autoptr (Shop) shop = shop_new (TOTAL);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (V2_NUMBER);
  g_autoptr (MinipayPayment) payment = NULL;
  g_autoptr (GError) error = NULL;

  shop_push_query (shop, "out_trade_no", OTHER_NUMBER);
  payment = minipay_account_query_payment (shop->desk->account, ref, NULL, &error);
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
  assert_untouched (shop);
}

/* What a query must say of a payment before it is believed. */
static void
test_query_echoes (void)
{
  static const char *const refunded[] = {
    "return_code", "SUCCESS", "appid",        V2_APPID,  "mch_id",    V2_MCHID, "nonce_str",      "n",
    "result_code", "SUCCESS", "out_trade_no", V2_NUMBER, "total_fee", "100",    "transaction_id", V2_TRANSACTION,
    "trade_state", "REFUND",  NULL,
  };
  static const char *const missing[] = { NULL, "total_fee", "transaction_id" };

  for (guint i = 0; i < G_N_ELEMENTS (missing); i++) {
    g_autoptr (Shop) shop = shop_new (TOTAL);
    g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (V2_NUMBER);
    g_autofree char *body = v2_message_new (V2_HMAC, refunded, missing[i], NULL);
    g_autoptr (MinipayPayment) payment = NULL;
    g_autoptr (GError) error = NULL;

    shop_push (shop, body);
    payment = minipay_account_query_payment (shop->desk->account, ref, NULL, &error);
    if (missing[i] == NULL) {
      g_assert_no_error (error);
      g_assert_cmpint (desk_get_state (shop->desk, V2_NUMBER), ==, MINIPAY_INTENT_STATE_REFUNDED);
    } else {
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
      assert_untouched (shop);
    }
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v2/receive/paid-and-repeated", test_paid);
  g_test_add_func ("/wechat-v2/receive/mismatch", test_mismatch);
  g_test_add_func ("/wechat-v2/receive/unmatched-in-other-currency", test_unmatched_in_other_currency);
  g_test_add_func ("/wechat-v2/receive/other-total", test_other_total);
  g_test_add_func ("/wechat-v2/receive/unmatched", test_unmatched);
  g_test_add_func ("/wechat-v2/receive/transaction-of-other-order", test_transaction_of_other_order);
  g_test_add_func ("/wechat-v2/receive/second-transaction", test_second_transaction);
  g_test_add_func ("/wechat-v2/receive/forged", test_forged);
  g_test_add_func ("/wechat-v2/receive/other-digest-asks", test_other_digest_asks);
  g_test_add_func ("/wechat-v2/receive/asked-once", test_asked_once);
  g_test_add_func ("/wechat-v2/receive/strangers-ask-nothing", test_strangers_ask_nothing);
  g_test_add_func ("/wechat-v2/receive/question-answered-badly", test_question_answered_badly);
  g_test_add_func ("/wechat-v2/account/whole-way", test_whole_way);
  g_test_add_func ("/wechat-v2/account/create-outcomes", test_create_outcomes);
  g_test_add_func ("/wechat-v2/account/query-of-other-order", test_query_of_other_order);
  g_test_add_func ("/wechat-v2/account/query-echoes", test_query_echoes);
  return g_test_run ();
}
