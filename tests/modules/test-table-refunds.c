/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "table-shop.h"

#define REFUND_NO "zoorefund0000000001"
#define OTHER_NO  "zoorefund0000000002"

/* What goes back, and what the journal makes of it. */

static MinipayRefund *
shop_refund (TableShop *shop, const char *number, gint64 fen, GError **error)
{
  g_autoptr (MinipayMoney) amount = minipay_money_new (fen, "CNY");
  g_autoptr (MinipayRefundRequest) request = minipay_refund_request_new (number, NUMBER, amount);

  return minipay_account_refund (shop->account, request, NULL, error);
}

static void
shop_fail_refund (TableShop *shop, const char *number, gint64 fen, MinipayError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (shop_refund (shop, number, fen, &error));
  g_assert_error (error, MINIPAY_ERROR, (int) code);
}

static void
shop_assert_refund (TableShop *shop, const char *number, MinipayIntentState state)
{
  table_shop_assert_line (shop, MINIPAY_INTENT_KIND_REFUND, number, state);
}

static MinipayRefundState
shop_query_refund (TableShop *shop, const char *word)
{
  g_autoptr (MinipayRefundRef) ref = minipay_refund_ref_new (REFUND_NO);
  g_autoptr (MinipayRefund) refund = NULL;
  g_autoptr (GError) error = NULL;

  table_shop_push (shop, word);
  refund = minipay_account_query_refund (shop->account, ref, NULL, &error);
  g_assert_no_error (error);
  return minipay_refund_get_state (refund);
}

static void
test_taken (void)
{
  g_autoptr (MinipayRefund) refund = NULL;
  g_autoptr (GError) error = NULL;
  TableShop shop;

  table_shop_start (&shop, "asked");
  table_shop_push (&shop, "ok!");
  refund = shop_refund (&shop, REFUND_NO, 40, &error);
  g_assert_no_error (error);
  g_assert_true (minipay_refund_get_authenticated (refund));
  g_assert_cmpint (minipay_refund_get_state (refund), ==, MINIPAY_REFUND_STATE_PENDING);
  shop_assert_refund (&shop, REFUND_NO, MINIPAY_INTENT_STATE_PENDING);

  /* who has not signed settles nothing */
  g_assert_cmpint (shop_query_refund (&shop, "refunded"), ==, MINIPAY_REFUND_STATE_REFUNDED);
  shop_assert_refund (&shop, REFUND_NO, MINIPAY_INTENT_STATE_PENDING);
  g_assert_cmpint (shop_query_refund (&shop, "refunded!"), ==, MINIPAY_REFUND_STATE_REFUNDED);
  shop_assert_refund (&shop, REFUND_NO, MINIPAY_INTENT_STATE_REFUNDED);
  table_shop_assert_requests (&shop, 3);

  shop_fail_refund (&shop, REFUND_NO, 40, MINIPAY_ERROR_CONFLICT);
  table_shop_assert_requests (&shop, 3);
  table_shop_clear (&shop);
}

/* No answer, or one about something else: unknown, and the same number may go again. */
static void
test_unknown (void)
{
  static const char *const words[] = { "cut", "502", "other-number!", "other-amount!" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    g_autoptr (MinipayRefund) refund = NULL;
    g_autoptr (GError) error = NULL;
    TableShop shop;

    table_shop_start (&shop, "asked");
    table_shop_push (&shop, words[i]);
    table_shop_push (&shop, "refused");
    table_shop_push (&shop, "ok!");
    shop_fail_refund (&shop, REFUND_NO, 40, MINIPAY_ERROR_OUTCOME_UNKNOWN);
    shop_assert_refund (&shop, REFUND_NO, MINIPAY_INTENT_STATE_UNKNOWN);

    /* another content under the number sends nothing */
    shop_fail_refund (&shop, REFUND_NO, 39, MINIPAY_ERROR_CONFLICT);
    table_shop_assert_requests (&shop, 1);
    /* a refused repetition says nothing about the first */
    shop_fail_refund (&shop, REFUND_NO, 40, MINIPAY_ERROR_OUTCOME_UNKNOWN);
    shop_assert_refund (&shop, REFUND_NO, MINIPAY_INTENT_STATE_UNKNOWN);

    refund = shop_refund (&shop, REFUND_NO, 40, &error);
    g_assert_no_error (error);
    shop_assert_refund (&shop, REFUND_NO, MINIPAY_INTENT_STATE_PENDING);
    table_shop_assert_requests (&shop, 3);
    table_shop_clear (&shop);
  }
}

static void
test_refused (void)
{
  g_autoptr (MinipayRefund) refund = NULL;
  g_autoptr (GError) error = NULL;
  TableShop shop;

  table_shop_start (&shop, "asked");
  table_shop_push (&shop, "refused");
  table_shop_push (&shop, "ok!");
  shop_fail_refund (&shop, REFUND_NO, 40, MINIPAY_ERROR_REFUSED);
  shop_assert_refund (&shop, REFUND_NO, MINIPAY_INTENT_STATE_FAILED);
  refund = shop_refund (&shop, REFUND_NO, 40, &error);
  g_assert_no_error (error);
  table_shop_clear (&shop);
}

/* The journal knows what the order was about. */
static void
test_more_than_paid (void)
{
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;
  TableShop shop;

  table_shop_start (&shop, "asked");
  table_shop_push (&shop, "ok");
  checkout = table_shop_create (&shop, NULL, &error);
  g_assert_no_error (error);
  shop_fail_refund (&shop, REFUND_NO, 101, MINIPAY_ERROR_INVALID);
  table_shop_assert_requests (&shop, 1);
  table_shop_clear (&shop);
}

static void
test_bad_requests (void)
{
  static const struct {
    const char *number;
    gint64 fen;
  } cases[] = { { NULL, 40 }, { "", 40 }, { "a&b", 40 }, { "a b", 40 }, { REFUND_NO, 0 }, { REFUND_NO, -1 } };
  TableShop shop;

  table_shop_start (&shop, "asked");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    shop_fail_refund (&shop, cases[i].number, cases[i].fen, MINIPAY_ERROR_INVALID);
  table_shop_assert_requests (&shop, 0);
  table_shop_clear (&shop);
}

/* --- Notices --- */

static void
shop_assert_refused (TableShop *shop, const char *text, const char *signature, MinipayError code)
{
  g_autoptr (MinipayReceipt) receipt = table_shop_receive_signed (shop, text, signature);

  g_assert_null (minipay_receipt_get_notification (receipt));
  g_assert_error (minipay_receipt_get_failure (receipt), MINIPAY_ERROR, (int) code);
}

static void
test_signed_notice (void)
{
  g_autoptr (MinipayReceipt) first = NULL;
  g_autoptr (MinipayReceipt) second = NULL;
  g_autoptr (MinipayReceipt) lie = NULL;
  g_autoptr (MinipayRefund) refund = NULL;
  g_autoptr (GError) error = NULL;
  MinipayNotification *notification;
  TableShop shop;

  table_shop_start (&shop, "asked");
  table_shop_push (&shop, "ok!");
  refund = shop_refund (&shop, REFUND_NO, 40, &error);
  g_assert_no_error (error);

  lie = table_shop_receive (&shop, "refund " REFUND_NO " refunded 41");
  g_assert_error (minipay_receipt_get_failure (lie), MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
  shop_assert_refund (&shop, REFUND_NO, MINIPAY_INTENT_STATE_PENDING);

  first = table_shop_receive (&shop, "refund " REFUND_NO " refunded 40");
  notification = minipay_receipt_get_notification (first);
  g_assert_nonnull (notification);
  g_assert_cmpint (minipay_notification_get_kind (notification), ==, MINIPAY_NOTIFICATION_KIND_REFUND);
  g_assert_cmpstr (
      minipay_refund_get_out_refund_no (minipay_notification_get_refund (notification)), ==, REFUND_NO);
  g_assert_null (minipay_notification_get_payment (notification));
  g_assert_false (minipay_notification_get_duplicate (notification));
  g_assert_false (minipay_notification_get_unmatched (notification));
  shop_assert_refund (&shop, REFUND_NO, MINIPAY_INTENT_STATE_REFUNDED);

  second = table_shop_receive (&shop, "refund " REFUND_NO " refunded 40");
  g_assert_true (minipay_notification_get_duplicate (minipay_receipt_get_notification (second)));
  table_shop_clear (&shop);
}

/* Nobody signed it: it is refused, the gateway is asked, and the same message is taken when it comes again. */
static void
test_unsigned_notice (void)
{
  static const char notice[] = "refund " REFUND_NO " refunded 40";
  g_autoptr (MinipayReceipt) again = NULL;
  g_autoptr (MinipayRefund) refund = NULL;
  g_autoptr (GError) error = NULL;
  TableShop shop;

  table_shop_start (&shop, "asked");
  table_shop_push (&shop, "ok!");
  refund = shop_refund (&shop, REFUND_NO, 40, &error);
  g_assert_no_error (error);

  /* with another amount it is nobody's, and no reason to ask */
  shop_assert_refused (&shop, "refund " REFUND_NO " refunded 41", "unsigned", MINIPAY_ERROR_MISMATCH);
  table_shop_assert_requests (&shop, 1);

  table_shop_push (&shop, "refunded!");
  shop_assert_refused (&shop, notice, "unsigned", MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_true (raw_server_wait_requests (shop.server, 2));
  for (guint i = 0; i < 500 && again == NULL; i++) {
    g_autoptr (MinipayReceipt) receipt = NULL;

    g_usleep (10000);
    receipt = table_shop_receive_signed (&shop, notice, "unsigned");
    if (minipay_receipt_get_notification (receipt) != NULL)
      again = g_steal_pointer (&receipt);
  }
  g_assert_nonnull (again);
  g_assert_false (minipay_notification_get_duplicate (minipay_receipt_get_notification (again)));
  shop_assert_refund (&shop, REFUND_NO, MINIPAY_INTENT_STATE_REFUNDED);
  /* once a minute, however often it comes */
  table_shop_assert_requests (&shop, 2);

  shop_assert_refused (&shop, "refund " OTHER_NO " refunded 40", "unsigned", MINIPAY_ERROR_SIGNATURE_INVALID);
  table_shop_assert_requests (&shop, 2);
  table_shop_clear (&shop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/refund/taken/settled-by-signed-answers-alone", test_taken);
  g_test_add_func ("/refund/no-answer/unknown", test_unknown);
  g_test_add_func ("/refund/refused/number-free", test_refused);
  g_test_add_func ("/refund/more-than-paid/not-sent", test_more_than_paid);
  g_test_add_func ("/refund/bad-request/not-sent", test_bad_requests);
  g_test_add_func ("/refund-notice/signed/settles-once", test_signed_notice);
  g_test_add_func ("/refund-notice/unsigned/confirmed-first", test_unsigned_notice);

  return table_run ("zoo-table", NULL, NULL);
}
