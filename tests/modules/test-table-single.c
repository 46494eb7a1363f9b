/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "table-shop.h"

#define N_AT_ONCE 3

/* Where nobody knows what a second request under one number does, there is none. */

typedef struct {
  guint n_done;
  guint n_checkouts;
  guint n_unknown;
} Tally;

static void
on_created (GObject *source, GAsyncResult *result, gpointer data)
{
  Tally *tally = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayCheckout) checkout =
      minipay_account_create_payment_finish (MINIPAY_ACCOUNT (source), result, &error);

  tally->n_done++;
  tally->n_checkouts += checkout != NULL;
  tally->n_unknown += g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_OUTCOME_UNKNOWN);
}

static void
test_at_once (void)
{
  static const RawAnswer slow_ok = { .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                                     .length = -1,
                                     .delay_ms = 200 };
  g_autoptr (MinipayOrder) order = table_shop_new_order (NULL);
  g_autoptr (GError) again = NULL;
  Tally tally = { 0 };
  TableShop shop;

  table_shop_start (&shop, "deaf");
  raw_server_push (shop.server, &slow_ok);
  for (guint i = 0; i < N_AT_ONCE; i++)
    minipay_account_create_payment_async (shop.account, order, NULL, on_created, &tally);
  while (tally.n_done < N_AT_ONCE)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (tally.n_checkouts, ==, 1);
  g_assert_cmpuint (tally.n_unknown, ==, N_AT_ONCE - 1);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_PENDING, NULL);

  /* and one after it was accepted */
  again = table_shop_fail (&shop, NULL, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  zoo_assert_error (again, MINIPAY_ERROR_OUTCOME_UNKNOWN, NUMBER " was sent before");
  zoo_assert_error (again, MINIPAY_ERROR_OUTCOME_UNKNOWN, "zoo-table");
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_PENDING, NULL);
  table_shop_assert_requests (&shop, 1);
  table_shop_clear (&shop);
}

/* Who comes second sends nothing: the refusal of the first is the whole truth, and the number is free. */
static void
test_at_once_refused (void)
{
  static const RawAnswer slow_no = { .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nrefused",
                                     .length = -1,
                                     .delay_ms = 200 };
  g_autoptr (MinipayOrder) order = table_shop_new_order (NULL);
  Tally tally = { 0 };
  TableShop shop;

  table_shop_start (&shop, "deaf");
  raw_server_push (shop.server, &slow_no);
  for (guint i = 0; i < N_AT_ONCE; i++)
    minipay_account_create_payment_async (shop.account, order, NULL, on_created, &tally);
  while (tally.n_done < N_AT_ONCE)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (tally.n_checkouts, ==, 0);
  g_assert_cmpuint (tally.n_unknown, ==, N_AT_ONCE - 1);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_FAILED, NULL);
  table_shop_assert_requests (&shop, 1);
  table_shop_clear (&shop);
}

static void
test_after_open (void)
{
  static const struct {
    const char *word;
    MinipayError code;
  } cases[] = {
    { "502", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "cut", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "already-paid", MINIPAY_ERROR_ALREADY_PAID },
    { "conflict", MINIPAY_ERROR_CONFLICT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) first = NULL;
    g_autoptr (GError) second = NULL;
    TableShop shop;

    table_shop_start (&shop, "deaf");
    table_shop_push (&shop, cases[i].word);
    table_shop_push (&shop, "ok");
    first = table_shop_fail (&shop, NULL, cases[i].code);
    second = table_shop_fail (&shop, NULL, MINIPAY_ERROR_OUTCOME_UNKNOWN);
    table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_UNKNOWN, NULL);
    table_shop_assert_requests (&shop, 1);
    table_shop_clear (&shop);
  }
}

static void
test_after_refusal (void)
{
  g_autoptr (GError) first = NULL;
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;
  TableShop shop;

  table_shop_start (&shop, "deaf");
  table_shop_push (&shop, "refused");
  table_shop_push (&shop, "ok");
  first = table_shop_fail (&shop, NULL, MINIPAY_ERROR_REFUSED);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_FAILED, NULL);
  checkout = table_shop_create (&shop, NULL, &error);
  g_assert_no_error (error);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_PENDING, NULL);
  table_shop_assert_requests (&shop, 2);
  table_shop_clear (&shop);
}

/* The ticket was spent, or nobody listened: nothing left, so that the number is free. */
static void
test_after_nothing_sent (void)
{
  g_autoptr (GError) first = NULL;
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;
  TableShop shop;

  table_shop_start (&shop, "deaf");
  table_shop_push (&shop, "ok");
  first = table_shop_fail (&shop, "spent", MINIPAY_ERROR_INVALID);
  table_shop_assert_requests (&shop, 0);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_FAILED, NULL);
  checkout = table_shop_create (&shop, "good", &error);
  g_assert_no_error (error);
  table_shop_assert_requests (&shop, 1);
  table_shop_clear (&shop);
}

static void
test_after_not_sent (void)
{
  g_autofree char *closed = g_strdup_printf ("http://127.0.0.1:%u", raw_server_find_closed_port ());
  g_autoptr (GError) first = NULL;
  g_autoptr (GError) second = NULL;
  TableShop shop;

  table_shop_start_at (&shop, "deaf", closed);
  first = table_shop_fail (&shop, NULL, MINIPAY_ERROR_NOT_SENT);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_FAILED, NULL);
  /* it was tried again, and not held back */
  second = table_shop_fail (&shop, NULL, MINIPAY_ERROR_NOT_SENT);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_FAILED, NULL);
  table_shop_clear (&shop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/table/single/at-once-and-after/one-request", test_at_once);
  g_test_add_func ("/table/single/at-once-and-refused/free-again", test_at_once_refused);
  g_test_add_func ("/table/single/after-open/one-request", test_after_open);
  g_test_add_func ("/table/single/after-refusal/free-again", test_after_refusal);
  g_test_add_func ("/table/single/after-nothing-sent/free-again", test_after_nothing_sent);
  g_test_add_func ("/table/single/after-not-sent/free-again", test_after_not_sent);
  return table_run ("zoo-table", "Repeat=true", "Repeat=false");
}
