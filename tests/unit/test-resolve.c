/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-resolve-private.h"

/* What comes next, told by what came last; nothing is sent here. */

static MinipayPayment *
new_payment (MinipayPaymentState state)
{
  return g_object_new (MINIPAY_TYPE_PAYMENT, "out-trade-no", "N1", "state", state, NULL);
}

static void
start (MinipayResolve *resolve, MinipayResolveFlags flags, guint patience_ms)
{
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new ("N1");

  minipay_resolve_init (resolve, ref, flags, 1000, patience_ms);
  g_assert_cmpint (resolve->step, ==, MINIPAY_RESOLVE_ASK);
}

static void
tell (MinipayResolve *resolve, MinipayPaymentState state, MinipayResolveStep next)
{
  g_autoptr (MinipayPayment) payment = new_payment (state);

  minipay_resolve_take (resolve, payment, NULL);
  g_assert_cmpint (resolve->step, ==, next);
}

static void
fail (MinipayResolve *resolve, MinipayError code, MinipayResolveStep next)
{
  minipay_resolve_take (resolve, NULL, g_error_new_literal (MINIPAY_ERROR, (int) code, "no"));
  g_assert_cmpint (resolve->step, ==, next);
}

static void
test_final_at_once (void)
{
  static const MinipayPaymentState states[] = { MINIPAY_PAYMENT_STATE_PAID,
                                                MINIPAY_PAYMENT_STATE_REFUNDED,
                                                MINIPAY_PAYMENT_STATE_CLOSED,
                                                MINIPAY_PAYMENT_STATE_FAILED };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    MinipayResolve resolve;

    start (&resolve, MINIPAY_RESOLVE_FLAGS_CLOSE, 60000);
    tell (&resolve, states[i], MINIPAY_RESOLVE_DONE);
    g_assert_cmpint (minipay_payment_get_state (resolve.payment), ==, states[i]);
    minipay_resolve_clear (&resolve);
  }
}

/* A word that minipay does not know is no reason to stop asking. */
static void
test_open_is_asked_again (void)
{
  MinipayResolve resolve;

  start (&resolve, MINIPAY_RESOLVE_FLAGS_NONE, 60000);
  tell (&resolve, MINIPAY_PAYMENT_STATE_PENDING, MINIPAY_RESOLVE_WAIT);
  tell (&resolve, MINIPAY_PAYMENT_STATE_UNKNOWN, MINIPAY_RESOLVE_WAIT);
  fail (&resolve, MINIPAY_ERROR_NOT_SENT, MINIPAY_RESOLVE_WAIT);
  fail (&resolve, MINIPAY_ERROR_SIGNATURE_INVALID, MINIPAY_RESOLVE_WAIT);
  fail (&resolve, MINIPAY_ERROR_RATE_LIMITED, MINIPAY_RESOLVE_WAIT);
  tell (&resolve, MINIPAY_PAYMENT_STATE_PAID, MINIPAY_RESOLVE_DONE);
  g_assert_no_error (resolve.error);
  minipay_resolve_clear (&resolve);
}

static void
test_patience_ends (void)
{
  MinipayResolve resolve;

  start (&resolve, MINIPAY_RESOLVE_FLAGS_NONE, 0);
  tell (&resolve, MINIPAY_PAYMENT_STATE_PENDING, MINIPAY_RESOLVE_DONE);
  g_assert_cmpint (minipay_payment_get_state (resolve.payment), ==, MINIPAY_PAYMENT_STATE_PENDING);
  minipay_resolve_clear (&resolve);
}

static void
test_hopeless (void)
{
  static const MinipayError codes[] = { MINIPAY_ERROR_AUTH,          MINIPAY_ERROR_CONFIG,
                                        MINIPAY_ERROR_NOT_SUPPORTED, MINIPAY_ERROR_MISMATCH,
                                        MINIPAY_ERROR_CONFLICT,      MINIPAY_ERROR_NOT_FOUND };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    MinipayResolve resolve;

    start (&resolve, MINIPAY_RESOLVE_FLAGS_CLOSE, 60000);
    fail (&resolve, codes[i], MINIPAY_RESOLVE_DONE);
    g_assert_error (resolve.error, MINIPAY_ERROR, (int) codes[i]);
    minipay_resolve_clear (&resolve);
  }
}

/* Who pays in the moment of closing has paid. */
static void
test_close_and_ask_once_more (void)
{
  static const MinipayPaymentState ends[] = { MINIPAY_PAYMENT_STATE_CLOSED,
                                              MINIPAY_PAYMENT_STATE_PAID,
                                              MINIPAY_PAYMENT_STATE_PENDING };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
    MinipayResolve resolve;

    start (&resolve, MINIPAY_RESOLVE_FLAGS_CLOSE, 0);
    tell (&resolve, MINIPAY_PAYMENT_STATE_PENDING, MINIPAY_RESOLVE_END);
    g_assert_cmpint (minipay_resolve_get_operation (&resolve), ==, MINIPAY_OPERATION_CLOSE);
    tell (&resolve, MINIPAY_PAYMENT_STATE_CLOSED, MINIPAY_RESOLVE_ASK);
    g_assert_cmpint (minipay_resolve_get_operation (&resolve), ==, MINIPAY_OPERATION_QUERY);
    tell (&resolve, ends[i], MINIPAY_RESOLVE_DONE);
    g_assert_cmpint (minipay_payment_get_state (resolve.payment), ==, ends[i]);
    minipay_resolve_clear (&resolve);
  }
}

static void
test_close_comes_too_late (void)
{
  MinipayResolve resolve;

  start (&resolve, MINIPAY_RESOLVE_FLAGS_CLOSE, 0);
  tell (&resolve, MINIPAY_PAYMENT_STATE_PENDING, MINIPAY_RESOLVE_END);
  fail (&resolve, MINIPAY_ERROR_ALREADY_PAID, MINIPAY_RESOLVE_ASK);
  tell (&resolve, MINIPAY_PAYMENT_STATE_PAID, MINIPAY_RESOLVE_DONE);
  g_assert_no_error (resolve.error);
  minipay_resolve_clear (&resolve);
}

static void
test_reverse (void)
{
  MinipayResolve resolve;

  start (&resolve, MINIPAY_RESOLVE_FLAGS_REVERSE, 0);
  /* what was sent a moment ago may still arrive, and must not be left to be paid */
  fail (&resolve, MINIPAY_ERROR_NOT_FOUND, MINIPAY_RESOLVE_END);
  g_assert_cmpint (minipay_resolve_get_operation (&resolve), ==, MINIPAY_OPERATION_REVERSE);
  tell (&resolve, MINIPAY_PAYMENT_STATE_CLOSED, MINIPAY_RESOLVE_DONE);
  g_assert_no_error (resolve.error);
  g_assert_cmpint (minipay_payment_get_state (resolve.payment), ==, MINIPAY_PAYMENT_STATE_CLOSED);
  minipay_resolve_clear (&resolve);
}

/* An end without a word of it is tried again, asking in between, and at last is told as unknown. */
static void
test_end_unanswered (void)
{
  MinipayResolve resolve;

  start (&resolve, MINIPAY_RESOLVE_FLAGS_REVERSE, 0);
  tell (&resolve, MINIPAY_PAYMENT_STATE_PENDING, MINIPAY_RESOLVE_END);
  for (guint i = 0; i < 3; i++) {
    fail (&resolve, MINIPAY_ERROR_OUTCOME_UNKNOWN, MINIPAY_RESOLVE_WAIT);
    resolve.step = MINIPAY_RESOLVE_ASK;
    tell (&resolve, MINIPAY_PAYMENT_STATE_PENDING, MINIPAY_RESOLVE_END);
  }
  fail (&resolve, MINIPAY_ERROR_OUTCOME_UNKNOWN, MINIPAY_RESOLVE_DONE);
  g_assert_error (resolve.error, MINIPAY_ERROR, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  g_assert_null (resolve.payment);
  minipay_resolve_clear (&resolve);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/resolve/final/done", test_final_at_once);
  g_test_add_func ("/resolve/open/asked-again", test_open_is_asked_again);
  g_test_add_func ("/resolve/patience/told-as-it-is", test_patience_ends);
  g_test_add_func ("/resolve/hopeless/told-at-once", test_hopeless);
  g_test_add_func ("/resolve/close/asked-once-more", test_close_and_ask_once_more);
  g_test_add_func ("/resolve/close/already-paid", test_close_comes_too_late);
  g_test_add_func ("/resolve/reverse/done", test_reverse);
  g_test_add_func ("/resolve/end/unanswered-is-unknown", test_end_unanswered);

  return g_test_run ();
}
