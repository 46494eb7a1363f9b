/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "merchant-side.h"

/* --- What one fault does, account by account --- */

#define DONE -1 /* no error */

typedef struct {
  const char *account;
  const char *kind;
  int times; /* three are more than any call repeats */
  int milliseconds;
  int outcome; /* MinipayError or DONE */
  MinipayIntentState state;
} FaultCase;

#define UNKNOWN MINIPAY_ERROR_OUTCOME_UNKNOWN, MINIPAY_INTENT_STATE_UNKNOWN
#define CREATED DONE, MINIPAY_INTENT_STATE_PENDING
#define LIMITED MINIPAY_ERROR_RATE_LIMITED, MINIPAY_INTENT_STATE_FAILED

static const FaultCase create_cases[] = {
  { "weidoufu", "delay", 1, 200, CREATED },
  { "weidoufu", "delay", 1, 4500, UNKNOWN },
  { "weidoufu", "cut", 1, 0, UNKNOWN },
  { "weidoufu", "wrong-order", 1, 0, UNKNOWN },
  { "weidoufu", "http-500", 1, 0, UNKNOWN },
  { "weidoufu", "http-502", 1, 0, UNKNOWN },
  { "weidoufu", "http-429", 1, 0, LIMITED },
  { "weidoufu", "html", 1, 0, UNKNOWN },
  { "weidoufu", "redirect", 1, 0, UNKNOWN },
  { "weidoufu", "gzip-bomb", 1, 0, UNKNOWN },
  { "wechat-v3-public-key", "delay", 1, 200, CREATED },
  { "wechat-v3-public-key", "delay", 1, 4500, UNKNOWN },
  { "wechat-v3-public-key", "cut", 1, 0, CREATED },
  { "wechat-v3-public-key", "cut", 3, 0, UNKNOWN },
  { "wechat-v3-public-key", "no-signature", 1, 0, UNKNOWN },
  { "wechat-v3-public-key", "bad-signature", 1, 0, UNKNOWN },
  { "wechat-v3-public-key", "signtest", 1, 0, CREATED },
  { "wechat-v3-public-key", "signtest", 3, 0, UNKNOWN },
  { "wechat-v3-public-key", "unknown-serial", 1, 0, UNKNOWN },
  { "wechat-v3-public-key", "stale", 1, 0, UNKNOWN },
  { "wechat-v3-public-key", "http-500", 1, 0, UNKNOWN },
  { "wechat-v3-public-key", "http-502", 1, 0, CREATED },
  { "wechat-v3-public-key", "http-502", 3, 0, UNKNOWN },
  { "wechat-v3-public-key", "http-429", 1, 0, CREATED },
  { "wechat-v3-public-key", "http-429", 3, 0, LIMITED },
  { "wechat-v3-public-key", "html", 1, 0, UNKNOWN },
  { "wechat-v3-public-key", "redirect", 1, 0, UNKNOWN },
  { "wechat-v3-public-key", "gzip-bomb", 3, 0, UNKNOWN },
  { "wechat-v3-public-key", "duplicate", 1, 0, UNKNOWN },
  { "wechat-v3-certificate", "bad-signature", 1, 0, UNKNOWN },
  { "wechat-v3-certificate", "unknown-serial", 1, 0, UNKNOWN },
  { "wechat-v3-certificate", "cut", 3, 0, UNKNOWN },
};

#undef UNKNOWN
#undef CREATED
#undef LIMITED

/* An answer to a question: nothing is believed that was not believed before. */
#define SAYS(code) MINIPAY_ERROR_##code, MINIPAY_INTENT_STATE_PENDING

static const FaultCase query_cases[] = {
  { "weidoufu", "delay", 1, 200, DONE, MINIPAY_INTENT_STATE_PENDING },
  { "weidoufu", "cut", 3, 0, SAYS (NOT_SENT) },
  { "weidoufu", "wrong-order", 1, 0, SAYS (MISMATCH) },
  { "weidoufu", "http-429", 3, 0, SAYS (RATE_LIMITED) },
  { "weidoufu", "html", 1, 0, SAYS (PROTOCOL) },
  { "weidoufu", "redirect", 1, 0, SAYS (PROTOCOL) },
  { "weidoufu", "gzip-bomb", 3, 0, SAYS (PROTOCOL) },
  { "wechat-v3-public-key", "delay", 1, 200, DONE, MINIPAY_INTENT_STATE_PENDING },
  { "wechat-v3-public-key", "delay", 1, 4500, SAYS (NOT_SENT) },
  { "wechat-v3-public-key", "cut", 1, 0, DONE, MINIPAY_INTENT_STATE_PENDING },
  { "wechat-v3-public-key", "cut", 3, 0, SAYS (NOT_SENT) },
  { "wechat-v3-public-key", "no-signature", 1, 0, SAYS (SIGNATURE_INVALID) },
  { "wechat-v3-public-key", "bad-signature", 1, 0, SAYS (SIGNATURE_INVALID) },
  { "wechat-v3-public-key", "signtest", 1, 0, DONE, MINIPAY_INTENT_STATE_PENDING },
  { "wechat-v3-public-key", "signtest", 3, 0, SAYS (RATE_LIMITED) },
  { "wechat-v3-public-key", "unknown-serial", 1, 0, SAYS (SIGNATURE_INVALID) },
  { "wechat-v3-public-key", "duplicate", 1, 0, SAYS (SIGNATURE_INVALID) },
  { "wechat-v3-public-key", "stale", 1, 0, SAYS (STALE) },
  { "wechat-v3-public-key", "wrong-order", 1, 0, SAYS (MISMATCH) },
  { "wechat-v3-public-key", "wrong-amount", 1, 0, SAYS (MISMATCH) },
  { "wechat-v3-public-key", "wrong-currency", 1, 0, SAYS (MISMATCH) },
  { "wechat-v3-public-key", "wrong-mchid", 1, 0, SAYS (MISMATCH) },
  { "wechat-v3-public-key", "wrong-appid", 1, 0, SAYS (MISMATCH) },
  { "wechat-v3-public-key", "http-429", 3, 0, SAYS (RATE_LIMITED) },
  { "wechat-v3-public-key", "http-500", 1, 0, SAYS (NOT_SENT) },
  { "wechat-v3-public-key", "http-502", 1, 0, DONE, MINIPAY_INTENT_STATE_PENDING },
  { "wechat-v3-public-key", "http-502", 3, 0, SAYS (NOT_SENT) },
  { "wechat-v3-public-key", "html", 1, 0, SAYS (SIGNATURE_INVALID) },
  { "wechat-v3-public-key", "redirect", 1, 0, SAYS (PROTOCOL) },
  { "wechat-v3-public-key", "gzip-bomb", 3, 0, SAYS (PROTOCOL) },
  { "wechat-v3-certificate", "bad-signature", 1, 0, SAYS (SIGNATURE_INVALID) },
  { "wechat-v3-certificate", "wrong-amount", 1, 0, SAYS (MISMATCH) },
};

static const FaultCase notify_cases[] = {
  { "weidoufu", "delay", 1, 200, DONE, MINIPAY_INTENT_STATE_PAID },
  { "weidoufu", "duplicate", 1, 0, DONE, MINIPAY_INTENT_STATE_PAID },
  { "weidoufu", "no-signature", 1, 0, SAYS (SIGNATURE_INVALID) },
  { "weidoufu", "bad-signature", 1, 0, SAYS (SIGNATURE_INVALID) },
  { "weidoufu", "wrong-amount", 1, 0, SAYS (MISMATCH) },
  { "wechat-v3-public-key", "delay", 1, 200, DONE, MINIPAY_INTENT_STATE_PAID },
  { "wechat-v3-public-key", "duplicate", 1, 0, DONE, MINIPAY_INTENT_STATE_PAID },
  { "wechat-v3-public-key", "no-signature", 1, 0, SAYS (SIGNATURE_INVALID) },
  { "wechat-v3-public-key", "bad-signature", 1, 0, SAYS (SIGNATURE_INVALID) },
  { "wechat-v3-public-key", "signtest", 1, 0, SAYS (SIGNATURE_INVALID) },
  { "wechat-v3-public-key", "unknown-serial", 1, 0, SAYS (SIGNATURE_INVALID) },
  { "wechat-v3-public-key", "stale", 1, 0, SAYS (STALE) },
  { "wechat-v3-public-key", "wrong-amount", 1, 0, SAYS (MISMATCH) },
  { "wechat-v3-public-key", "wrong-currency", 1, 0, SAYS (MISMATCH) },
  { "wechat-v3-public-key", "wrong-mchid", 1, 0, SAYS (MISMATCH) },
  { "wechat-v3-public-key", "wrong-appid", 1, 0, SAYS (MISMATCH) },
  { "wechat-v3-certificate", "bad-signature", 1, 0, SAYS (SIGNATURE_INVALID) },
  { "wechat-v3-certificate", "wrong-appid", 1, 0, SAYS (MISMATCH) },
};

static MerchantSide side;

static void
assert_outcome (const FaultCase *c, gboolean is_done, const GError *error)
{
  if (c->outcome == DONE) {
    g_assert_no_error (error);
    g_assert_true (is_done);
    return;
  }
  g_assert_false (is_done);
  g_assert_error (error, MINIPAY_ERROR, c->outcome);
}

static void
create (const char *account, MinipayOrder *order)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayCheckout) checkout =
      minipay_account_create_payment (merchant_side_get_account (&side, account), order, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (minipay_checkout_get_kind (checkout), ==, MINIPAY_CHECKOUT_KIND_WX_REQUEST_PAYMENT);
}

/* The end of every story: the same order once more, one order there, the buyer pays, and it is settled. */
static void
settle (const char *account, MinipayOrder *order)
{
  const char *number = minipay_order_get_out_trade_no (order);

  create (account, order);
  g_assert_cmpuint (sandbox_process_count_orders (side.sandbox, account, number), ==, 1);
  g_assert_true (sandbox_process_pay (side.sandbox, account, number));
  merchant_side_assert_state (&side, account, order, MINIPAY_INTENT_STATE_PAID);
}

static void
test_create_fault (gconstpointer data)
{
  const FaultCase *c = data;
  g_autoptr (MinipayOrder) order = merchant_side_new_order (&side, c->account);
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayCheckout) checkout = NULL;

  sandbox_process_fault (side.sandbox, c->account, "create", c->kind, c->times, c->milliseconds);
  checkout = minipay_account_create_payment (merchant_side_get_account (&side, c->account), order, NULL, &error);
  assert_outcome (c, checkout != NULL, error);
  merchant_side_assert_state (&side, c->account, order, c->state);
  settle (c->account, order);
}

static void
test_query_fault (gconstpointer data)
{
  const FaultCase *c = data;
  g_autoptr (MinipayOrder) order = merchant_side_new_order (&side, c->account);
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayPayment) payment = NULL;
  g_autoptr (MinipayPayment) again = NULL;

  create (c->account, order);
  sandbox_process_fault (side.sandbox, c->account, "query", c->kind, c->times, c->milliseconds);
  payment = merchant_side_query (&side, c->account, order, &error);
  assert_outcome (c, payment != NULL, error);
  merchant_side_assert_state (&side, c->account, order, c->state);

  g_clear_error (&error);
  again = merchant_side_query (&side, c->account, order, &error);
  g_assert_no_error (error);
  g_assert_cmpint (minipay_payment_get_state (again), ==, MINIPAY_PAYMENT_STATE_PENDING);
  settle (c->account, order);
}

static void
test_notify_fault (gconstpointer data)
{
  const FaultCase *c = data;
  g_autoptr (MinipayOrder) order = merchant_side_new_order (&side, c->account);
  const char *number = minipay_order_get_out_trade_no (order);
  MinipayNotification *notification;
  gboolean is_taken;

  create (c->account, order);
  g_ptr_array_set_size (side.receipts, 0);
  sandbox_process_fault (side.sandbox, c->account, "notify", c->kind, c->times, c->milliseconds);
  is_taken = sandbox_process_pay (side.sandbox, c->account, number);
  assert_outcome (c, is_taken, minipay_receipt_get_failure (merchant_side_get_receipt (&side)));
  merchant_side_assert_state (&side, c->account, order, c->state);

  /* the gateway comes again */
  g_assert_true (sandbox_process_pay (side.sandbox, c->account, number));
  merchant_side_assert_state (&side, c->account, order, MINIPAY_INTENT_STATE_PAID);
  notification = minipay_receipt_get_notification (merchant_side_get_receipt (&side));
  g_assert_true (minipay_notification_get_duplicate (notification) == (c->outcome == DONE));
}

static void
test_notify_cut (gconstpointer data)
{
  const char *account = data;
  g_autoptr (MinipayOrder) order = merchant_side_new_order (&side, account);
  const char *number = minipay_order_get_out_trade_no (order);

  create (account, order);
  g_ptr_array_set_size (side.receipts, 0);
  sandbox_process_fault (side.sandbox, account, "notify", "cut", 1, 0);
  g_assert_false (sandbox_process_pay (side.sandbox, account, number));
  g_assert_cmpuint (side.receipts->len, ==, 0);
  merchant_side_assert_state (&side, account, order, MINIPAY_INTENT_STATE_PENDING);
  g_assert_true (sandbox_process_pay (side.sandbox, account, number));
  merchant_side_assert_state (&side, account, order, MINIPAY_INTENT_STATE_PAID);
}

static void
test_notify_twice (gconstpointer data)
{
  const char *account = data;
  g_autoptr (MinipayOrder) order = merchant_side_new_order (&side, account);

  create (account, order);
  g_ptr_array_set_size (side.receipts, 0);
  sandbox_process_fault (side.sandbox, account, "notify", "duplicate", 1, 0);
  g_assert_true (sandbox_process_pay (side.sandbox, account, minipay_order_get_out_trade_no (order)));
  g_assert_cmpuint (side.receipts->len, ==, 2);
  for (guint i = 0; i < 2; i++) {
    MinipayNotification *notification = minipay_receipt_get_notification (g_ptr_array_index (side.receipts, i));

    g_assert_nonnull (notification);
    g_assert_true (minipay_notification_get_duplicate (notification) == (i == 1));
    g_assert_false (minipay_notification_get_unmatched (notification));
  }
}

static void
test_round_trip (gconstpointer data)
{
  const char *account = data;
  g_autoptr (MinipayOrder) order = merchant_side_new_order (&side, account);
  const char *number = minipay_order_get_out_trade_no (order);
  g_autoptr (MinipayPayment) before = NULL;
  g_autoptr (MinipayPayment) after = NULL;
  g_autoptr (GError) error = NULL;
  MinipayNotification *notification;
  MinipayPayment *told;

  create (account, order);
  merchant_side_assert_state (&side, account, order, MINIPAY_INTENT_STATE_PENDING);
  before = merchant_side_query (&side, account, order, &error);
  g_assert_no_error (error);
  g_assert_cmpint (minipay_payment_get_state (before), ==, MINIPAY_PAYMENT_STATE_PENDING);

  g_ptr_array_set_size (side.receipts, 0);
  g_assert_true (sandbox_process_pay (side.sandbox, account, number));
  g_assert_cmpuint (side.receipts->len, ==, 1);
  notification = minipay_receipt_get_notification (merchant_side_get_receipt (&side));
  g_assert_cmpstr (minipay_notification_get_account (notification), ==, account);
  g_assert_false (minipay_notification_get_duplicate (notification));
  g_assert_false (minipay_notification_get_unmatched (notification));
  told = minipay_notification_get_payment (notification);
  g_assert_cmpstr (minipay_payment_get_out_trade_no (told), ==, number);
  g_assert_cmpint (minipay_payment_get_state (told), ==, MINIPAY_PAYMENT_STATE_PAID);
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (told)), ==, 1990);
  g_assert_cmpstr (minipay_payment_get_attach (told), ==, "table 7");
  g_assert_true (minipay_payment_get_authenticated (told));
  merchant_side_assert_state (&side, account, order, MINIPAY_INTENT_STATE_PAID);

  after = merchant_side_query (&side, account, order, &error);
  g_assert_no_error (error);
  g_assert_cmpint (minipay_payment_get_state (after), ==, MINIPAY_PAYMENT_STATE_PAID);
  /* only one of the gateways signs its answers */
  g_assert_true (minipay_payment_get_authenticated (after) == !g_str_equal (account, "weidoufu"));
}

static void
add_cases (const char *operation, const FaultCase *cases, guint n_cases, GTestDataFunc func)
{
  for (guint i = 0; i < n_cases; i++) {
    g_autofree char *path = g_strdup_printf ("/payments/%s/%s/%s-%d-%d",
                                             cases[i].account,
                                             operation,
                                             cases[i].kind,
                                             cases[i].times,
                                             cases[i].milliseconds);

    g_test_add_data_func (path, &cases[i], func);
  }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  merchant_side_set_up (&side, "deadline-ms=4000");

  for (guint i = 0; i < G_N_ELEMENTS (merchant_side_accounts); i++) {
    const char *account = merchant_side_accounts[i];
    g_autofree char *trip = g_strdup_printf ("/payments/%s/round-trip", account);
    g_autofree char *cut = g_strdup_printf ("/payments/%s/notify/cut", account);
    g_autofree char *twice = g_strdup_printf ("/payments/%s/notify/duplicate-told", account);

    g_test_add_data_func (trip, account, test_round_trip);
    g_test_add_data_func (cut, account, test_notify_cut);
    g_test_add_data_func (twice, account, test_notify_twice);
  }
  add_cases ("create", create_cases, G_N_ELEMENTS (create_cases), test_create_fault);
  add_cases ("query", query_cases, G_N_ELEMENTS (query_cases), test_query_fault);
  add_cases ("notify", notify_cases, G_N_ELEMENTS (notify_cases), test_notify_fault);

  result = g_test_run ();
  merchant_side_tear_down (&side);
  return result;
}
