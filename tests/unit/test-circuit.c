/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib.h>

#include "transport/minipay-circuit-private.h"

/* The rule of the cases: open after 5 failures in a row or 10 of 20 within 30 s, one probe after 15 s. */
#define SECOND G_TIME_SPAN_SECOND
#define START  (1000 * SECOND)

static void
report_many (MinipayCircuit *circuit, guint count, gboolean has_failed, gint64 at_us)
{
  for (guint i = 0; i < count; i++)
    minipay_circuit_report (circuit, has_failed, at_us);
}

static void
test_new_lets_through (void)
{
  MinipayCircuit circuit;

  minipay_circuit_init (&circuit);
  for (guint i = 0; i < 100; i++)
    g_assert_true (minipay_circuit_allows (&circuit, i));
  g_assert_cmpint (minipay_circuit_get_next_probe_us (&circuit), ==, 0);
}

static void
test_four_failures_stay_closed (void)
{
  MinipayCircuit circuit;

  minipay_circuit_init (&circuit);
  report_many (&circuit, 4, TRUE, START);
  g_assert_true (minipay_circuit_allows (&circuit, START));
}

static void
test_five_failures_open (void)
{
  MinipayCircuit circuit;

  minipay_circuit_init (&circuit);
  report_many (&circuit, 5, TRUE, START);
  g_assert_false (minipay_circuit_allows (&circuit, START));
  g_assert_false (minipay_circuit_allows (&circuit, START + 15 * SECOND - 1));
  g_assert_cmpint (minipay_circuit_get_next_probe_us (&circuit), ==, START + 15 * SECOND);
}

static void
test_answer_between_starts_the_row_anew (void)
{
  MinipayCircuit circuit;

  minipay_circuit_init (&circuit);
  report_many (&circuit, 4, TRUE, START);
  report_many (&circuit, 1, FALSE, START);
  report_many (&circuit, 4, TRUE, START);
  g_assert_true (minipay_circuit_allows (&circuit, START));
}

static void
report_alternately (MinipayCircuit *circuit, guint pairs, gint64 from_us, gint64 step_us)
{
  for (guint i = 0; i < pairs; i++) {
    minipay_circuit_report (circuit, FALSE, from_us + 2 * i * step_us);
    minipay_circuit_report (circuit, TRUE, from_us + (2 * i + 1) * step_us);
  }
}

static void
test_half_of_twenty_opens (void)
{
  MinipayCircuit circuit;

  minipay_circuit_init (&circuit);
  report_alternately (&circuit, 9, START, SECOND);
  g_assert_true (minipay_circuit_allows (&circuit, START + 17 * SECOND));
  report_alternately (&circuit, 1, START + 18 * SECOND, SECOND);
  g_assert_false (minipay_circuit_allows (&circuit, START + 19 * SECOND));
}

static void
test_nine_of_twenty_stay_closed (void)
{
  MinipayCircuit circuit;

  minipay_circuit_init (&circuit);
  report_many (&circuit, 2, FALSE, START);
  report_alternately (&circuit, 9, START, SECOND);
  g_assert_true (minipay_circuit_allows (&circuit, START + 20 * SECOND));
}

static void
test_half_of_twenty_in_a_minute_stays_closed (void)
{
  MinipayCircuit circuit;

  minipay_circuit_init (&circuit);
  report_alternately (&circuit, 30, START, 3 * SECOND);
  g_assert_true (minipay_circuit_allows (&circuit, START + 180 * SECOND));
}

static void
test_probe_one_at_a_time (void)
{
  MinipayCircuit circuit;

  minipay_circuit_init (&circuit);
  report_many (&circuit, 5, TRUE, START);
  g_assert_true (minipay_circuit_allows (&circuit, START + 15 * SECOND));
  g_assert_false (minipay_circuit_allows (&circuit, START + 15 * SECOND));
  g_assert_false (minipay_circuit_allows (&circuit, START + 29 * SECOND));
}

static void
test_probe_answered_closes (void)
{
  MinipayCircuit circuit;

  minipay_circuit_init (&circuit);
  report_many (&circuit, 5, TRUE, START);
  g_assert_true (minipay_circuit_allows (&circuit, START + 16 * SECOND));
  minipay_circuit_report (&circuit, FALSE, START + 17 * SECOND);
  g_assert_true (minipay_circuit_allows (&circuit, START + 17 * SECOND));
  report_many (&circuit, 4, TRUE, START + 17 * SECOND);
  g_assert_true (minipay_circuit_allows (&circuit, START + 17 * SECOND));
}

static void
test_probe_failed_waits_again (void)
{
  MinipayCircuit circuit;

  minipay_circuit_init (&circuit);
  report_many (&circuit, 5, TRUE, START);
  g_assert_true (minipay_circuit_allows (&circuit, START + 15 * SECOND));
  minipay_circuit_report (&circuit, TRUE, START + 20 * SECOND);
  g_assert_false (minipay_circuit_allows (&circuit, START + 35 * SECOND - 1));
  g_assert_true (minipay_circuit_allows (&circuit, START + 35 * SECOND));
}

static void
test_probe_never_reported_is_replaced (void)
{
  MinipayCircuit circuit;

  minipay_circuit_init (&circuit);
  report_many (&circuit, 5, TRUE, START);
  g_assert_true (minipay_circuit_allows (&circuit, START + 15 * SECOND));
  g_assert_false (minipay_circuit_allows (&circuit, START + 30 * SECOND - 1));
  g_assert_true (minipay_circuit_allows (&circuit, START + 30 * SECOND));
}

static void
test_late_failures_do_not_put_off_the_probe (void)
{
  MinipayCircuit circuit;

  minipay_circuit_init (&circuit);
  report_many (&circuit, 5, TRUE, START);
  report_many (&circuit, 50, TRUE, START + 14 * SECOND);
  g_assert_true (minipay_circuit_allows (&circuit, START + 15 * SECOND));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/circuit/new/lets-through", test_new_lets_through);
  g_test_add_func ("/circuit/four-failures/stay-closed", test_four_failures_stay_closed);
  g_test_add_func ("/circuit/five-failures/open", test_five_failures_open);
  g_test_add_func ("/circuit/answer-between/starts-the-row-anew", test_answer_between_starts_the_row_anew);
  g_test_add_func ("/circuit/half-of-twenty/opens", test_half_of_twenty_opens);
  g_test_add_func ("/circuit/nine-of-twenty/stay-closed", test_nine_of_twenty_stay_closed);
  g_test_add_func ("/circuit/half-of-twenty-in-a-minute/stays-closed",
                   test_half_of_twenty_in_a_minute_stays_closed);
  g_test_add_func ("/circuit/probe/one-at-a-time", test_probe_one_at_a_time);
  g_test_add_func ("/circuit/probe/answered-closes", test_probe_answered_closes);
  g_test_add_func ("/circuit/probe/failed-waits-again", test_probe_failed_waits_again);
  g_test_add_func ("/circuit/probe/never-reported-is-replaced", test_probe_never_reported_is_replaced);
  g_test_add_func ("/circuit/late-failures/do-not-put-off-the-probe",
                   test_late_failures_do_not_put_off_the_probe);
  return g_test_run ();
}
