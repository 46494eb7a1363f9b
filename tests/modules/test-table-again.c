/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "table-shop.h"

/* A second try under one number, where the gateway takes repetitions. */

static const struct {
  const char *word;
  MinipayError code;
} refusals[] = {
  { "refused", MINIPAY_ERROR_REFUSED },           { "auth", MINIPAY_ERROR_AUTH },
  { "rate-limited", MINIPAY_ERROR_RATE_LIMITED }, { "not-found", MINIPAY_ERROR_NOT_FOUND },
  { "invalid", MINIPAY_ERROR_INVALID },
};

static const char *const ends_open[] = { "502", "cut" };

/* The first try may have been obeyed: the caller must not read a refusal of the second as the end of the order. */
static void
test_refused_after_unknown (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals) * G_N_ELEMENTS (ends_open); i++) {
    const char *word = refusals[i % G_N_ELEMENTS (refusals)].word;
    g_autoptr (GError) first = NULL;
    g_autoptr (GError) second = NULL;
    TableShop shop;

    table_shop_start (&shop, "asked");
    table_shop_push (&shop, ends_open[i / G_N_ELEMENTS (refusals)]);
    table_shop_push (&shop, word);
    first = table_shop_fail (&shop, NULL, MINIPAY_ERROR_OUTCOME_UNKNOWN);
    table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_UNKNOWN, NULL);

    second = table_shop_fail (&shop, NULL, MINIPAY_ERROR_OUTCOME_UNKNOWN);
    g_assert_cmpstr (minipay_error_detail_get_gateway_code (minipay_error_get_detail (second)), ==, word);
    table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_UNKNOWN, NULL);
    table_shop_assert_requests (&shop, 2);
    table_shop_clear (&shop);
  }
}

/* An order that the gateway took is no less open. */
static void
test_refused_after_ok (void)
{
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) second = NULL;
  TableShop shop;

  table_shop_start (&shop, "asked");
  table_shop_push (&shop, "ok");
  table_shop_push (&shop, "refused");
  checkout = table_shop_create (&shop, NULL, &error);
  g_assert_no_error (error);
  second = table_shop_fail (&shop, NULL, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_PENDING, NULL);
  table_shop_assert_requests (&shop, 2);
  table_shop_clear (&shop);
}

/* What says more than "no" is not taken from the caller. */
static void
test_told_as_it_is (void)
{
  static const struct {
    const char *word;
    MinipayError code;
  } cases[] = { { "already-paid", MINIPAY_ERROR_ALREADY_PAID }, { "conflict", MINIPAY_ERROR_CONFLICT } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) first = NULL;
    g_autoptr (GError) second = NULL;
    TableShop shop;

    table_shop_start (&shop, "asked");
    table_shop_push (&shop, "502");
    table_shop_push (&shop, cases[i].word);
    first = table_shop_fail (&shop, NULL, MINIPAY_ERROR_OUTCOME_UNKNOWN);
    second = table_shop_fail (&shop, NULL, cases[i].code);
    table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_UNKNOWN, NULL);
    table_shop_clear (&shop);
  }
}

/* Nothing was open before: a refusal ends the try, and the number may be used again. */
static void
test_refused_at_first (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    g_autoptr (GError) first = NULL;
    g_autoptr (GError) second = NULL;
    g_autoptr (MinipayCheckout) checkout = NULL;
    g_autoptr (GError) error = NULL;
    TableShop shop;

    table_shop_start (&shop, "asked");
    table_shop_push (&shop, refusals[i].word);
    table_shop_push (&shop, refusals[i].word);
    table_shop_push (&shop, "ok");
    first = table_shop_fail (&shop, NULL, refusals[i].code);
    table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_FAILED, NULL);
    second = table_shop_fail (&shop, NULL, refusals[i].code);
    table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_FAILED, NULL);
    checkout = table_shop_create (&shop, NULL, &error);
    g_assert_no_error (error);
    table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_PENDING, NULL);
    table_shop_clear (&shop);
  }
}

/* The second try never left: its error is about itself, and the first stays what it was. */
static void
test_never_sent (void)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (100, "CNY");
  g_autoptr (MinipayOrder) odd = g_object_new (MINIPAY_TYPE_ORDER,
                                               "out-trade-no",
                                               NUMBER,
                                               "total",
                                               total,
                                               "subject",
                                               "tea",
                                               "method",
                                               MINIPAY_METHOD_MINI_PROGRAM,
                                               "extras",
                                               g_variant_new_parsed ("{'taste': <'sweet'>}"),
                                               NULL);
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) first = NULL;
  g_autoptr (GError) second = NULL;
  g_autoptr (GError) third = NULL;
  TableShop shop;

  table_shop_start (&shop, "asked");
  table_shop_push (&shop, "502");
  first = table_shop_fail (&shop, "good", MINIPAY_ERROR_OUTCOME_UNKNOWN);
  second = table_shop_fail (&shop, "spent", MINIPAY_ERROR_INVALID);
  zoo_assert_error (second, MINIPAY_ERROR_INVALID, "the ticket is spent");
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_UNKNOWN, NULL);
  checkout = minipay_account_create_payment (shop.account, odd, NULL, &third);
  zoo_assert_error (third, MINIPAY_ERROR_NOT_SUPPORTED, "taste");
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_UNKNOWN, NULL);
  table_shop_assert_requests (&shop, 1);
  table_shop_clear (&shop);
}

/* --- What there is to do about it --- */

static void
test_advice (void)
{
  static const struct {
    const char *mode;
    const char *says;
    const char *never_says;
  } cases[] = {
    { "asked", "the outcome is unknown, query it", "wait for the notification" },
    { "deaf", "the outcome is unknown, wait for the notification", "query it" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) first = NULL;
    g_autoptr (GError) second = NULL;
    TableShop shop;

    table_shop_start (&shop, cases[i].mode);
    table_shop_push (&shop, "cut");
    table_shop_push (&shop, "refused");
    first = table_shop_fail (&shop, NULL, MINIPAY_ERROR_OUTCOME_UNKNOWN);
    g_assert_null (strstr (first->message, cases[i].never_says));
    second = table_shop_fail (&shop, NULL, MINIPAY_ERROR_OUTCOME_UNKNOWN);
    zoo_assert_error (second, MINIPAY_ERROR_OUTCOME_UNKNOWN, cases[i].says);
    g_assert_null (strstr (second->message, cases[i].never_says));
    table_shop_clear (&shop);
  }
}

/* --- Notifications --- */

static void
assert_refused (TableShop *shop, const char *text, MinipayError code)
{
  g_autoptr (MinipayReceipt) receipt = table_shop_receive (shop, text);
  g_autoptr (MinipayHttpResponse) reply = minipay_receipt_dup_reply (receipt, TRUE);

  g_assert_null (minipay_receipt_get_notification (receipt));
  g_assert_cmpint (minipay_receipt_get_failure_code (receipt), ==, code);
  g_assert_cmpuint (minipay_http_response_get_status (reply), ==, 500);
}

static void
assert_accepted (TableShop *shop, const char *text, gboolean unmatched, gboolean duplicate)
{
  g_autoptr (MinipayReceipt) receipt = table_shop_receive (shop, text);
  MinipayNotification *notification = minipay_receipt_get_notification (receipt);

  if (notification == NULL)
    g_error ("refused: %s", minipay_receipt_get_failure_message (receipt));
  g_assert_cmpint (minipay_notification_get_unmatched (notification), ==, unmatched);
  g_assert_cmpint (minipay_notification_get_duplicate (notification), ==, duplicate);
}

/* A yes would end the deliveries of what nobody has understood. */
static void
test_unknown_state (void)
{
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;
  TableShop shop;

  table_shop_start (&shop, "asked");
  table_shop_push (&shop, "ok");
  checkout = table_shop_create (&shop, NULL, &error);
  g_assert_no_error (error);
  assert_refused (&shop, NUMBER " unknown zoo1", MINIPAY_ERROR_PROTOCOL);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_PENDING, NULL);
  /* nor is it remembered as told */
  assert_refused (&shop, NUMBER " unknown zoo1", MINIPAY_ERROR_PROTOCOL);
  assert_accepted (&shop, NUMBER " paid zoo1", FALSE, FALSE);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_PAID, "zoo1");
  table_shop_clear (&shop);
}

static void
test_failed_binds_nothing (void)
{
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;
  TableShop shop;

  table_shop_start (&shop, "asked");
  table_shop_push (&shop, "ok");
  checkout = table_shop_create (&shop, NULL, &error);
  g_assert_no_error (error);
  assert_accepted (&shop, NUMBER " failed zoo1", FALSE, FALSE);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_CLOSED, NULL);
  assert_accepted (&shop, NUMBER " paid zoo2", FALSE, FALSE);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_PAID, "zoo2");
  table_shop_clear (&shop);
}

/* The payment was quicker than the order, which another process wrote down: who waits for it must hear of it. */
static void
test_told_before_begun (void)
{
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;
  TableShop shop;

  table_shop_start (&shop, "asked");
  table_shop_push (&shop, "ok");
  assert_accepted (&shop, NUMBER " paid zoo1", TRUE, FALSE);
  assert_accepted (&shop, NUMBER " paid zoo1", TRUE, TRUE);
  checkout = table_shop_create (&shop, NULL, &error);
  g_assert_no_error (error);
  assert_accepted (&shop, NUMBER " paid zoo1", FALSE, FALSE);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_PAID, "zoo1");
  assert_accepted (&shop, NUMBER " paid zoo1", FALSE, TRUE);
  table_shop_clear (&shop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/table/again/refused-after-unknown/stays-unknown", test_refused_after_unknown);
  g_test_add_func ("/table/again/refused-after-ok/stays-pending", test_refused_after_ok);
  g_test_add_func ("/table/again/paid-or-conflict/told-as-it-is", test_told_as_it_is);
  g_test_add_func ("/table/again/refused-at-first/told-and-free", test_refused_at_first);
  g_test_add_func ("/table/again/never-sent/told-as-it-is", test_never_sent);
  g_test_add_func ("/table/again/advice/what-the-mode-can-do", test_advice);
  g_test_add_func ("/table/notified/unknown-state/refused", test_unknown_state);
  g_test_add_func ("/table/notified/failed/binds-no-transaction", test_failed_binds_nothing);
  g_test_add_func ("/table/notified/before-the-order/news-once-more", test_told_before_begun);
  return table_run ("zoo-table", NULL, NULL);
}
