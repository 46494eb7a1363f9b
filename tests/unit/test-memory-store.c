/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <gio/gio.h>

#include "client/minipay-memory-store.h"
#include "core/minipay-error.h"

#define N_THREADS 8
#define N_ACCEPTS 1000

static MinipayIntent *
make_intent (const char *account, const char *number, const char *fingerprint)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (1990, "CNY");

  return g_object_new (MINIPAY_TYPE_INTENT,
                       "account",
                       account,
                       "number",
                       number,
                       "total",
                       total,
                       "fingerprint",
                       fingerprint,
                       "state",
                       MINIPAY_INTENT_STATE_SENDING,
                       NULL);
}

static void
begin_order (MinipayStore *store, const char *number)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayIntent) intent = make_intent ("shop", number, "F");
  g_autoptr (MinipayIntent) begun = minipay_store_begin (store, intent, &error);

  g_assert_no_error (error);
  g_assert_nonnull (begun);
}

static void
advance_order (MinipayStore *store, const char *number, MinipayIntentState state, const char *transaction)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayIntent) intent =
      minipay_store_advance (store, "shop", MINIPAY_INTENT_KIND_PAYMENT, number, state, transaction, &error);

  g_assert_no_error (error);
  g_assert_nonnull (intent);
}

static void
assert_state (MinipayStore *store, const char *number, MinipayIntentState state, const char *transaction)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayIntent) intent =
      minipay_store_find (store, "shop", MINIPAY_INTENT_KIND_PAYMENT, number, &error);

  g_assert_no_error (error);
  g_assert_nonnull (intent);
  g_assert_cmpint (minipay_intent_get_state (intent), ==, state);
  g_assert_cmpstr (minipay_intent_get_transaction_id (intent), ==, transaction);
}

static void
accept_paid (
    MinipayStore *store, const char *event, const char *number, const char *transaction, gboolean is_first_expected)
{
  g_autoptr (GError) error = NULL;
  gboolean is_first = !is_first_expected;
  g_autoptr (MinipayIntent) intent = minipay_store_accept (store,
                                                           "shop",
                                                           event,
                                                           MINIPAY_INTENT_KIND_PAYMENT,
                                                           number,
                                                           MINIPAY_INTENT_STATE_PAID,
                                                           transaction,
                                                           &is_first,
                                                           &error);

  g_assert_no_error (error);
  g_assert_cmpint (is_first, ==, is_first_expected);
}

static void
test_begin (void)
{
  g_autoptr (MinipayStore) store = minipay_memory_store_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayIntent) intent = make_intent ("shop", "N", "F");
  g_autoptr (MinipayIntent) repeat = make_intent ("shop", "N", "F");
  g_autoptr (MinipayIntent) elsewhere = make_intent ("other", "N", "G");
  g_autoptr (MinipayIntent) begun = minipay_store_begin (store, intent, &error);
  g_autoptr (MinipayIntent) again = NULL;
  g_autoptr (MinipayIntent) there = NULL;

  g_assert_no_error (error);
  g_assert_true (begun == intent);
  advance_order (store, "N", MINIPAY_INTENT_STATE_PENDING, "T");

  /* the caller learns where the first try stands */
  again = minipay_store_begin (store, repeat, &error);
  g_assert_no_error (error);
  g_assert_true (again != repeat);
  g_assert_cmpint (minipay_intent_get_state (again), ==, MINIPAY_INTENT_STATE_PENDING);
  g_assert_cmpstr (minipay_intent_get_transaction_id (again), ==, "T");

  there = minipay_store_begin (store, elsewhere, &error);
  g_assert_no_error (error);
  g_assert_true (there == elsewhere);
}

static void
test_begin_other_content (void)
{
  static const MinipayIntentState standing[] = { MINIPAY_INTENT_STATE_SENDING,  MINIPAY_INTENT_STATE_UNKNOWN,
                                                 MINIPAY_INTENT_STATE_PENDING,  MINIPAY_INTENT_STATE_PAID,
                                                 MINIPAY_INTENT_STATE_REFUNDED, MINIPAY_INTENT_STATE_CLOSED };

  for (guint i = 0; i < G_N_ELEMENTS (standing); i++) {
    g_autoptr (MinipayStore) store = minipay_memory_store_new ();
    g_autoptr (MinipayIntent) other = make_intent ("shop", "N", "G");
    g_autoptr (GError) error = NULL;

    begin_order (store, "N");
    advance_order (store, "N", standing[i], NULL);
    g_assert_null (minipay_store_begin (store, other, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFLICT);
    assert_state (store, "N", standing[i], NULL);
  }
}

static void
test_begin_after_failure (void)
{
  g_autoptr (MinipayStore) store = minipay_memory_store_new ();
  g_autoptr (MinipayIntent) other = make_intent ("shop", "N", "G");
  g_autoptr (MinipayIntent) begun = NULL;
  g_autoptr (GError) error = NULL;

  begin_order (store, "N");
  advance_order (store, "N", MINIPAY_INTENT_STATE_FAILED, NULL);
  begun = minipay_store_begin (store, other, &error);
  g_assert_no_error (error);
  g_assert_true (begun == other);
  assert_state (store, "N", MINIPAY_INTENT_STATE_SENDING, NULL);
}

static void
test_find_nothing (void)
{
  g_autoptr (MinipayStore) store = minipay_memory_store_new ();
  g_autoptr (GError) error = NULL;

  begin_order (store, "N");
  g_assert_null (minipay_store_find (store, "shop", MINIPAY_INTENT_KIND_PAYMENT, "M", &error));
  g_assert_no_error (error);
  g_assert_null (minipay_store_find (store, "other", MINIPAY_INTENT_KIND_PAYMENT, "N", &error));
  g_assert_no_error (error);
  g_assert_null (minipay_store_advance (
      store, "shop", MINIPAY_INTENT_KIND_PAYMENT, "M", MINIPAY_INTENT_STATE_PAID, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (minipay_store_find (store, "shop", MINIPAY_INTENT_KIND_PAYMENT, "M", &error));
}

static void
test_one_transaction_one_order (void)
{
  g_autoptr (MinipayStore) store = minipay_memory_store_new ();
  g_autoptr (GError) error = NULL;
  gboolean is_first = FALSE;

  begin_order (store, "N");
  begin_order (store, "M");
  advance_order (store, "N", MINIPAY_INTENT_STATE_PAID, "T");

  g_assert_null (minipay_store_advance (
      store, "shop", MINIPAY_INTENT_KIND_PAYMENT, "M", MINIPAY_INTENT_STATE_PAID, "T", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_null (minipay_store_accept (
      store, "shop", "E", MINIPAY_INTENT_KIND_PAYMENT, "M", MINIPAY_INTENT_STATE_PAID, "T", &is_first, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFLICT);
  assert_state (store, "M", MINIPAY_INTENT_STATE_SENDING, NULL);
  /* the refused event left no trace: it is news when it comes about the right transaction */
  accept_paid (store, "E", "M", "T2", TRUE);
}

static void
test_transaction_of_other_account (void)
{
  g_autoptr (MinipayStore) store = minipay_memory_store_new ();
  g_autoptr (MinipayIntent) elsewhere = make_intent ("other", "N", "F");
  g_autoptr (MinipayIntent) begun = minipay_store_begin (store, elsewhere, NULL);
  g_autoptr (MinipayIntent) paid = NULL;
  g_autoptr (GError) error = NULL;

  begin_order (store, "M");
  advance_order (store, "M", MINIPAY_INTENT_STATE_PAID, "T");
  paid = minipay_store_advance (
      store, "other", MINIPAY_INTENT_KIND_PAYMENT, "N", MINIPAY_INTENT_STATE_PAID, "T", &error);
  g_assert_no_error (error);
  g_assert_nonnull (paid);
}

static void
test_accept_twice (void)
{
  g_autoptr (MinipayStore) store = minipay_memory_store_new ();

  begin_order (store, "N");
  accept_paid (store, "E1", "N", "T", TRUE);
  accept_paid (store, "E1", "N", "T", FALSE);
  assert_state (store, "N", MINIPAY_INTENT_STATE_PAID, "T");
}

static void
test_accept_second_event (void)
{
  g_autoptr (MinipayStore) store = minipay_memory_store_new ();

  g_test_summary ("The effect counts: another event about the same payment is no news.");
  begin_order (store, "N");
  accept_paid (store, "E1", "N", "T", TRUE);
  accept_paid (store, "E2", "N", "T", FALSE);
}

static void
test_accept_after_query (void)
{
  g_autoptr (MinipayStore) store = minipay_memory_store_new ();

  g_test_summary ("Who delivers on notifications must get one, even when a query knew it before.");
  begin_order (store, "N");
  advance_order (store, "N", MINIPAY_INTENT_STATE_PAID, "T");
  accept_paid (store, "E1", "N", "T", TRUE);
  accept_paid (store, "E2", "N", "T", FALSE);
}

static void
test_accept_after_close (void)
{
  g_autoptr (MinipayStore) store = minipay_memory_store_new ();

  begin_order (store, "N");
  advance_order (store, "N", MINIPAY_INTENT_STATE_CLOSED, NULL);
  accept_paid (store, "E1", "N", "T", TRUE);
  assert_state (store, "N", MINIPAY_INTENT_STATE_PAID, "T");
}

static void
test_accept_unknown_order (void)
{
  g_autoptr (MinipayStore) store = minipay_memory_store_new ();
  g_autoptr (GError) error = NULL;
  gboolean is_first = FALSE;

  g_assert_null (minipay_store_accept (
      store, "shop", "E", MINIPAY_INTENT_KIND_PAYMENT, "N", MINIPAY_INTENT_STATE_PAID, "T", &is_first, &error));
  g_assert_no_error (error);
  g_assert_true (is_first);
  g_assert_null (minipay_store_accept (
      store, "shop", "E", MINIPAY_INTENT_KIND_PAYMENT, "N", MINIPAY_INTENT_STATE_PAID, "T", &is_first, &error));
  g_assert_no_error (error);
  g_assert_false (is_first);
  /* no order was invented */
  g_assert_null (minipay_store_find (store, "shop", MINIPAY_INTENT_KIND_PAYMENT, "N", &error));
}

/* Told of an order that the journal did not know, nobody has been told of the one that it knows now. */
static void
test_accept_before_begin (void)
{
  static const char *const later_events[] = { "E1", "E2" };

  for (guint i = 0; i < G_N_ELEMENTS (later_events); i++) {
    g_autoptr (MinipayStore) store = minipay_memory_store_new ();

    accept_paid (store, "E1", "N", "T", TRUE);
    accept_paid (store, "E1", "N", "T", FALSE);
    begin_order (store, "N");
    accept_paid (store, later_events[i], "N", "T", TRUE);
    assert_state (store, "N", MINIPAY_INTENT_STATE_PAID, "T");
    accept_paid (store, later_events[i], "N", "T", FALSE);
    accept_paid (store, "E3", "N", "T", FALSE);
  }
}

static void
test_accept_contradiction (void)
{
  g_autoptr (MinipayStore) store = minipay_memory_store_new ();
  g_autoptr (GError) error = NULL;
  gboolean is_first = FALSE;

  begin_order (store, "N");
  accept_paid (store, "E1", "N", "T", TRUE);
  g_assert_null (minipay_store_accept (
      store, "shop", "E2", MINIPAY_INTENT_KIND_PAYMENT, "N", MINIPAY_INTENT_STATE_FAILED, "T", &is_first, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_null (minipay_store_accept (
      store, "shop", "E3", MINIPAY_INTENT_KIND_PAYMENT, "N", MINIPAY_INTENT_STATE_PAID, "T2", &is_first, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFLICT);
  assert_state (store, "N", MINIPAY_INTENT_STATE_PAID, "T");
}

/* --- Threads --- */

typedef struct {
  MinipayStore *store;
  gboolean has_own_events;
  int n_first; /* atomic */
  int n_threads;
} Race;

static gpointer
accept_many (gpointer data)
{
  Race *race = data;
  int thread = g_atomic_int_add (&race->n_threads, 1);

  for (guint i = 0; i < N_ACCEPTS; i++) {
    g_autofree char *event = race->has_own_events ? g_strdup_printf ("E-%d-%u", thread, i) : g_strdup ("E");
    g_autoptr (GError) error = NULL;
    gboolean is_first = FALSE;
    g_autoptr (MinipayIntent) intent = minipay_store_accept (race->store,
                                                             "shop",
                                                             event,
                                                             MINIPAY_INTENT_KIND_PAYMENT,
                                                             "N",
                                                             MINIPAY_INTENT_STATE_PAID,
                                                             "T",
                                                             &is_first,
                                                             &error);

    g_assert_no_error (error);
    g_assert_nonnull (intent);
    if (is_first)
      g_atomic_int_inc (&race->n_first);
  }
  return NULL;
}

static gpointer
begin_many (gpointer data)
{
  Race *race = data;

  for (guint i = 0; i < N_ACCEPTS; i++) {
    g_autofree char *number = g_strdup_printf ("N-%u", i);
    g_autoptr (MinipayIntent) intent = make_intent ("shop", number, "F");
    g_autoptr (MinipayIntent) begun = minipay_store_begin (race->store, intent, NULL);

    g_assert_nonnull (begun);
    if (begun == intent)
      g_atomic_int_inc (&race->n_first);
  }
  return NULL;
}

static void
run_race (Race *race, GThreadFunc func)
{
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("race", func, race);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

static void
test_race (gconstpointer has_own_events)
{
  g_autoptr (MinipayStore) store = minipay_memory_store_new ();
  Race race = { store, GPOINTER_TO_INT (has_own_events), 0, 0 };

  begin_order (store, "N");
  run_race (&race, accept_many);
  g_assert_cmpint (race.n_first, ==, 1);
  assert_state (store, "N", MINIPAY_INTENT_STATE_PAID, "T");
}

static void
test_race_begin (void)
{
  g_autoptr (MinipayStore) store = minipay_memory_store_new ();
  Race race = { store, FALSE, 0, 0 };

  run_race (&race, begin_many);
  g_assert_cmpint (race.n_first, ==, N_ACCEPTS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/memory-store/begin/new-repeated-elsewhere", test_begin);
  g_test_add_func ("/memory-store/begin/other-content-conflicts", test_begin_other_content);
  g_test_add_func ("/memory-store/begin/failed-number-used-again", test_begin_after_failure);
  g_test_add_func ("/memory-store/find/nothing-is-no-error", test_find_nothing);
  g_test_add_func ("/memory-store/transaction/pays-one-order", test_one_transaction_one_order);
  g_test_add_func ("/memory-store/transaction/accounts-kept-apart", test_transaction_of_other_account);
  g_test_add_func ("/memory-store/accept/same-event-twice", test_accept_twice);
  g_test_add_func ("/memory-store/accept/second-event-same-effect", test_accept_second_event);
  g_test_add_func ("/memory-store/accept/after-query-no-news", test_accept_after_query);
  g_test_add_func ("/memory-store/accept/paid-after-close", test_accept_after_close);
  g_test_add_func ("/memory-store/accept/unknown-order-remembered", test_accept_unknown_order);
  g_test_add_func ("/memory-store/accept/before-begin-news-once-more", test_accept_before_begin);
  g_test_add_func ("/memory-store/accept/contradiction-conflicts", test_accept_contradiction);
  g_test_add_data_func ("/memory-store/threads/one-event-first-once", GINT_TO_POINTER (FALSE), test_race);
  g_test_add_data_func ("/memory-store/threads/many-events-first-once", GINT_TO_POINTER (TRUE), test_race);
  g_test_add_func ("/memory-store/threads/one-of-all-begins", test_race_begin);

  return g_test_run ();
}
