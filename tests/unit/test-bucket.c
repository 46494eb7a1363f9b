/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib.h>

#include "transport/minipay-bucket-private.h"

/* The rule of the cases: 100 calls a second, refunds 50, a tenth of it at once; 3 for 10 s after a refusal. */
#define MILLISECOND G_TIME_SPAN_MILLISECOND
#define SECOND      G_TIME_SPAN_SECOND
#define START       (1000 * SECOND)

/* How many calls may go within @span_us when they are asked for all the time. */
static guint
count_calls (MinipayBuckets *buckets, const char *operation, gint64 from_us, gint64 span_us)
{
  guint n = 0;

  for (gint64 now_us = from_us; now_us < from_us + span_us; now_us += MILLISECOND)
    while (minipay_buckets_take (buckets, operation, now_us, 0) == 0)
      n++;
  return n;
}

static void
test_rate_holds (void)
{
  g_autoptr (MinipayBuckets) buckets = minipay_buckets_new (100);

  g_assert_cmpuint (count_calls (buckets, "create", START, 10 * SECOND), ==, 1009);
  g_assert_cmpuint (count_calls (buckets, "refund", START, 10 * SECOND), ==, 504);
  g_assert_cmpuint (count_calls (buckets, "abnormal-refund", START, 10 * SECOND), ==, 504);
  g_assert_cmpuint (count_calls (buckets, "query-refund", START, 10 * SECOND), ==, 1009);
}

static void
test_idle_time_saves_one_burst (void)
{
  g_autoptr (MinipayBuckets) buckets = minipay_buckets_new (100);

  g_assert_cmpuint (count_calls (buckets, "create", START, MILLISECOND), ==, 10);
  g_assert_cmpuint (count_calls (buckets, "create", START + 3600 * SECOND, MILLISECOND), ==, 10);
}

static void
test_waiters_go_one_after_another (void)
{
  g_autoptr (MinipayBuckets) buckets = minipay_buckets_new (100);

  for (gint64 i = 0; i < 10; i++)
    g_assert_cmpint (minipay_buckets_take (buckets, "create", START, SECOND), ==, 0);
  for (gint64 i = 1; i <= 100; i++)
    g_assert_cmpint (minipay_buckets_take (buckets, "create", START, SECOND), ==, i * 10 * MILLISECOND);
  g_assert_cmpint (minipay_buckets_take (buckets, "create", START, SECOND), ==, -1);
  g_assert_cmpint (minipay_buckets_take (buckets, "query", START, SECOND), ==, 0);
}

static void
test_who_gives_up_takes_nothing (void)
{
  g_autoptr (MinipayBuckets) buckets = minipay_buckets_new (100);

  count_calls (buckets, "create", START, MILLISECOND);
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpint (minipay_buckets_take (buckets, "create", START, 9 * MILLISECOND), ==, -1);
  g_assert_cmpint (minipay_buckets_take (buckets, "create", START, SECOND), ==, 10 * MILLISECOND);
}

static void
test_refusal_slows_one_operation (void)
{
  g_autoptr (MinipayBuckets) buckets = minipay_buckets_new (100);

  minipay_buckets_pause (buckets, "refund", START);
  g_assert_cmpuint (count_calls (buckets, "refund", START, 10 * SECOND), ==, 29);
  g_assert_cmpuint (count_calls (buckets, "create", START, 10 * SECOND), ==, 1009);
}

static void
test_pace_returns_after_ten_seconds (void)
{
  g_autoptr (MinipayBuckets) buckets = minipay_buckets_new (100);

  minipay_buckets_pause (buckets, "create", START);
  count_calls (buckets, "create", START, 10 * SECOND);
  g_assert_cmpuint (count_calls (buckets, "create", START + 11 * SECOND, 10 * SECOND), ==, 1009);
}

typedef struct {
  gint64 due_us; /* to send or to be answered */
  gboolean is_sent;
  gboolean is_retry;
} Caller;

/* One minute in which every call is refused 20 ms later and everybody tries again: how many calls went, and of
 * the retries the most in 100 ms. @buckets: NULL for callers who just wait for a second. */
static guint
simulate_refusals (MinipayBuckets *buckets, guint *n_retries, guint *most_retries)
{
  Caller callers[100] = { 0 };
  guint slots[600] = { 0 };
  guint n_calls = 0;

  *n_retries = *most_retries = 0;
  for (guint i = 0; i < G_N_ELEMENTS (callers); i++)
    callers[i].due_us = START + (buckets != NULL ? minipay_buckets_take (buckets, "create", START, G_MAXINT64) : 0);
  for (gint64 now_us = START; now_us < START + 60 * SECOND; now_us += MILLISECOND) {
    for (guint i = 0; i < G_N_ELEMENTS (callers); i++) {
      Caller *caller = &callers[i];

      if (now_us < caller->due_us)
        continue;
      caller->is_sent = !caller->is_sent;
      if (caller->is_sent) {
        guint slot = (guint) ((now_us - START) / (100 * MILLISECOND));

        n_calls++;
        *n_retries += caller->is_retry;
        slots[slot] += caller->is_retry;
        *most_retries = MAX (*most_retries, slots[slot]);
        caller->due_us = now_us + 20 * MILLISECOND;
      } else {
        caller->is_retry = TRUE;
        caller->due_us = now_us + SECOND;
        if (buckets != NULL) {
          minipay_buckets_pause (buckets, "create", now_us);
          caller->due_us = now_us + minipay_buckets_take (buckets, "create", now_us, G_MAXINT64);
        }
      }
    }
  }
  return n_calls;
}

static void
test_minute_of_refusals (void)
{
  g_autoptr (MinipayBuckets) buckets = minipay_buckets_new (100);
  guint n_retries, most_retries;
  guint n_naive = simulate_refusals (NULL, &n_retries, &most_retries);
  guint n_calls = simulate_refusals (buckets, &n_retries, &most_retries);

  g_test_message (
      "%u calls, naive %u, %u retries, at most %u in 100 ms", n_calls, n_naive, n_retries, most_retries);
  g_assert_cmpuint (n_calls * 10, <, n_naive);
  g_assert_cmpuint (n_retries, >, 100);
  g_assert_cmpuint (most_retries * 5, <=, n_retries);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/bucket/rate-holds", test_rate_holds);
  g_test_add_func ("/bucket/idle-time-saves-one-burst", test_idle_time_saves_one_burst);
  g_test_add_func ("/bucket/waiters-go-one-after-another", test_waiters_go_one_after_another);
  g_test_add_func ("/bucket/who-gives-up-takes-nothing", test_who_gives_up_takes_nothing);
  g_test_add_func ("/bucket/refusal-slows-one-operation", test_refusal_slows_one_operation);
  g_test_add_func ("/bucket/pace-returns-after-ten-seconds", test_pace_returns_after_ten_seconds);
  g_test_add_func ("/bucket/minute-of-refusals", test_minute_of_refusals);
  return g_test_run ();
}
