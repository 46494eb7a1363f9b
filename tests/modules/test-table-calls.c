/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "table-shop.h"

#define SHARE_NO "zooshare00000000001"

/* Closing, reversing and what only this provider can. */

static MinipayPayment *
shop_close (TableShop *shop, const char *word, GError **error)
{
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (NUMBER);

  table_shop_push (shop, word);
  return minipay_account_close_payment (shop->account, ref, NULL, error);
}

static void
shop_order (TableShop *shop)
{
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;

  table_shop_start (shop, "asked");
  table_shop_push (shop, "ok");
  checkout = table_shop_create (shop, NULL, &error);
  g_assert_no_error (error);
}

static void
test_close (void)
{
  g_autoptr (MinipayPayment) unsigned_answer = NULL;
  g_autoptr (MinipayPayment) signed_answer = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) mismatch = NULL;
  g_autoptr (GError) unknown = NULL;
  TableShop shop;

  shop_order (&shop);
  g_assert_null (shop_close (&shop, "other-number!", &mismatch));
  g_assert_error (mismatch, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
  /* once more and once more, and then nobody knows */
  table_shop_push (&shop, "cut");
  table_shop_push (&shop, "cut");
  g_assert_null (shop_close (&shop, "cut", &unknown));
  g_assert_error (unknown, MINIPAY_ERROR, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_PENDING, NULL);

  unsigned_answer = shop_close (&shop, "ok", &error);
  g_assert_no_error (error);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_PENDING, NULL);
  signed_answer = shop_close (&shop, "ok!", &error);
  g_assert_no_error (error);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_CLOSED, NULL);
  table_shop_clear (&shop);
}

/* Whoever paid gets the goods. */
static void
test_close_paid (void)
{
  g_autoptr (MinipayReceipt) receipt = NULL;
  g_autoptr (GError) error = NULL;
  TableShop shop;

  shop_order (&shop);
  receipt = table_shop_receive (&shop, NUMBER " paid T1");
  g_assert_nonnull (minipay_receipt_get_notification (receipt));
  g_assert_null (shop_close (&shop, "ok!", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_ALREADY_PAID);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_PAID, "T1");
  table_shop_assert_requests (&shop, 1);
  table_shop_clear (&shop);
}

static MinipayReport *
shop_call (TableShop *shop, const char *name, const char *number, GError **error)
{
  g_autoptr (GVariantDict) dict = g_variant_dict_new (NULL);

  if (number != NULL)
    g_variant_dict_insert (dict, "share_no", "s", number);
  return minipay_account_call (shop->account, name, g_variant_dict_end (dict), NULL, error);
}

static void
test_call (void)
{
  g_autoptr (MinipayReport) report = NULL;
  g_autoptr (GError) error = NULL;
  TableShop shop;

  table_shop_start (&shop, "asked");
  table_shop_push (&shop, "ok!");
  report = shop_call (&shop, "share", SHARE_NO, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (minipay_report_get_name (report), ==, "share");
  g_assert_cmpstr (minipay_report_lookup_text (report, "word"), ==, "ok");
  g_assert_true (minipay_report_get_authenticated (report));
  table_shop_assert_line (&shop, MINIPAY_INTENT_KIND_CALL, "share/" SHARE_NO, MINIPAY_INTENT_STATE_PENDING);
  table_shop_clear (&shop);
}

/* What moves money is unknown without a word of it; what asks is only unanswered. */
static void
test_call_unanswered (void)
{
  static const struct {
    const char *name;
    const char *word;
    MinipayError code;
  } cases[] = {
    { "share", "cut", MINIPAY_ERROR_OUTCOME_UNKNOWN },           { "share", "502", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "share", "other-number!", MINIPAY_ERROR_OUTCOME_UNKNOWN }, { "share", "refused", MINIPAY_ERROR_REFUSED },
    { "ask-share", "other-number!", MINIPAY_ERROR_MISMATCH },    { "ask-share", "refused", MINIPAY_ERROR_REFUSED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    TableShop shop;

    table_shop_start (&shop, "asked");
    table_shop_push (&shop, cases[i].word);
    g_assert_null (shop_call (&shop, cases[i].name, SHARE_NO, &error));
    g_assert_error (error, MINIPAY_ERROR, (int) cases[i].code);
    if (cases[i].code == MINIPAY_ERROR_OUTCOME_UNKNOWN)
      table_shop_assert_line (&shop, MINIPAY_INTENT_KIND_CALL, "share/" SHARE_NO, MINIPAY_INTENT_STATE_UNKNOWN);
    table_shop_clear (&shop);
  }
}

static void
test_call_refused_before_sending (void)
{
  static const struct {
    const char *mode;
    const char *name;
    const char *number;
    MinipayError code;
  } cases[] = {
    { "asked", "share", NULL, MINIPAY_ERROR_INVALID },
    { "asked", "share", "", MINIPAY_ERROR_INVALID },
    { "asked", "shear", SHARE_NO, MINIPAY_ERROR_NOT_SUPPORTED },
    { "asked", "refund", NULL, MINIPAY_ERROR_NOT_SUPPORTED },
    { "asked", "call", NULL, MINIPAY_ERROR_NOT_SUPPORTED },
    { "deaf", "share", SHARE_NO, MINIPAY_ERROR_NOT_SUPPORTED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    TableShop shop;

    table_shop_start (&shop, cases[i].mode);
    g_assert_null (shop_call (&shop, cases[i].name, cases[i].number, &error));
    g_assert_error (error, MINIPAY_ERROR, (int) cases[i].code);
    table_shop_assert_requests (&shop, 0);
    table_shop_clear (&shop);
  }
}

/* Nobody could be asked, and the notification was quicker: what is paid is not taken back by itself. */
static void
test_resolve_leaves_paid (void)
{
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (NUMBER);
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (MinipayReceipt) receipt = NULL;
  g_autoptr (MinipayPayment) payment = NULL;
  g_autoptr (MinipayPayment) reversed = NULL;
  g_autoptr (GError) error = NULL;
  TableShop shop;

  table_shop_start (&shop, "asked");
  table_shop_push (&shop, "ok");
  checkout = table_shop_create (&shop, NULL, &error);
  g_assert_no_error (error);
  receipt = table_shop_receive (&shop, NUMBER " paid T1");
  g_assert_nonnull (minipay_receipt_get_notification (receipt));

  for (guint i = 0; i < 3; i++)
    table_shop_push (&shop, "502");
  table_shop_push (&shop, "paid!");
  payment = minipay_account_resolve (shop.account, ref, MINIPAY_RESOLVE_FLAGS_REVERSE, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_PAID);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_PAID, "T1");
  table_shop_assert_requests (&shop, 5);

  /* on demand it is */
  table_shop_push (&shop, "ok!");
  reversed = minipay_account_reverse_payment (shop.account, ref, NULL, &error);
  g_assert_no_error (error);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_REFUNDED, "T1");
  table_shop_clear (&shop);
}

/* The attempt that failed has a number, and the one that pays later has another. */
static void
test_failed_then_paid (void)
{
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (NUMBER);
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (MinipayPayment) payment = NULL;
  g_autoptr (MinipayReceipt) receipt = NULL;
  g_autoptr (GError) error = NULL;
  TableShop shop;

  table_shop_start (&shop, "asked");
  table_shop_push (&shop, "ok");
  checkout = table_shop_create (&shop, NULL, &error);
  g_assert_no_error (error);
  table_shop_push (&shop, "failed!");
  payment = minipay_account_query_payment (shop.account, ref, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (minipay_payment_get_transaction_id (payment), ==, "attempt1");
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_CLOSED, NULL);

  receipt = table_shop_receive (&shop, NUMBER " paid attempt2");
  g_assert_no_error (minipay_receipt_get_failure (receipt));
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_PAID, "attempt2");
  table_shop_clear (&shop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/close/answers/only-signed-ones-settle", test_close);
  g_test_add_func ("/close/paid/not-sent", test_close_paid);
  g_test_add_func ("/call/answer/journalled", test_call);
  g_test_add_func ("/call/no-answer/unknown-where-money-moves", test_call_unanswered);
  g_test_add_func ("/call/undeclared/not-sent", test_call_refused_before_sending);
  g_test_add_func ("/query/failed/paid-by-another-attempt", test_failed_then_paid);
  g_test_add_func ("/resolve/paid-meanwhile/not-reversed", test_resolve_leaves_paid);

  return table_run ("zoo-table", NULL, NULL);
}
