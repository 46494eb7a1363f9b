/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "aggregator-shop.h"
#include "receive-desk.h"

/* Signed as in the tests of its notifications. */

#define BODY(MEMBERS, SIGN)                                                                                        \
  "{\"customerNo\":\"8000000001\",\"orderNo\":\"T20230101000001\"," MEMBERS ",\"sign\":\"" SIGN "\"}"
#define SUCCESS BODY ("\"orderAmount\":\"1990\",\"payStatus\":\"SUCCESS\"", "1DC90EA74FBF888B566D0439DFA46BB5")
#define FAIL    BODY ("\"orderAmount\":\"1990\",\"payStatus\":\"FAIL\"", "712CA337680AA542A8DD46B19830464C")
#define PROCESSING                                                                                                 \
  BODY ("\"orderAmount\":\"1990\",\"payStatus\":\"PROCESSING\"", "BA167BA2B48F4C213BF39026CBD6B1C4")
#define CLOSE      BODY ("\"orderAmount\":\"1990\",\"payStatus\":\"CLOSE\"", "E2E95A489967AEB233E298C432109495")
#define OTHER_WORD BODY ("\"orderAmount\":\"1990\",\"payStatus\":\"REFUND\"", "9A9A2CF8AE42E8D8B93C4F3F2C92552C")

#define WITHOUT_AMOUNT      BODY ("\"payStatus\":\"SUCCESS\"", "4D7D66CDE684D8410B7FB4BD6A9FA5BB")
#define EMPTY_AMOUNT        BODY ("\"orderAmount\":\"\",\"payStatus\":\"SUCCESS\"", "4D7D66CDE684D8410B7FB4BD6A9FA5BB")
#define FAIL_WITHOUT_AMOUNT BODY ("\"payStatus\":\"FAIL\"", "EB5E62F9FFCA464F3F6BCD70DCCB4037")

static MinipayHttpRequest *
incoming (const char *body)
{
  return minipay_test_incoming_new (NULL, body);
}

static Desk *
new_desk (gint64 fen)
{
  return desk_new (aggregator_new (NULL), AGGREGATOR_NUMBER, fen);
}

static void
test_paid (void)
{
  g_autoptr (Desk) desk = new_desk (1990);

  desk_assert_accepted (desk, incoming (SUCCESS), FALSE, FALSE);
  g_assert_cmpint (desk_get_state (desk, AGGREGATOR_NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
  desk_assert_transaction (desk, AGGREGATOR_NUMBER, NULL);
  desk_assert_accepted (desk, incoming (SUCCESS), FALSE, TRUE);
  g_assert_cmpint (desk_get_state (desk, AGGREGATOR_NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
}

static void
test_without_amount (void)
{
  g_autoptr (Desk) desk = new_desk (1990);
  static const char *const other[] = { "amount-member", "payAmount", NULL };
  g_autoptr (Desk) misled = desk_new (aggregator_new (other), AGGREGATOR_NUMBER, 1990);

  desk_assert_refused (desk, incoming (WITHOUT_AMOUNT), MINIPAY_ERROR_MISMATCH);
  desk_assert_refused (desk, incoming (EMPTY_AMOUNT), MINIPAY_ERROR_MISMATCH);
  g_assert_cmpint (desk_get_state (desk, AGGREGATOR_NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
  desk_assert_refused (misled, incoming (SUCCESS), MINIPAY_ERROR_MISMATCH);
  g_assert_cmpint (desk_get_state (misled, AGGREGATOR_NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
}

static void
test_other_total (void)
{
  static const gint64 totals[] = { 1, 1989, 1991, 199000, 99999999999 };

  for (guint i = 0; i < G_N_ELEMENTS (totals); i++) {
    g_autoptr (Desk) desk = new_desk (totals[i]);

    desk_assert_refused (desk, incoming (SUCCESS), MINIPAY_ERROR_MISMATCH);
    g_assert_cmpint (desk_get_state (desk, AGGREGATOR_NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
  }
}

static void
test_never_paid (void)
{
  static const struct {
    const char *body;
    MinipayIntentState state;
  } cases[] = {
    { PROCESSING, MINIPAY_INTENT_STATE_PENDING },
    { CLOSE, MINIPAY_INTENT_STATE_CLOSED },
    { FAIL, MINIPAY_INTENT_STATE_CLOSED },
    { FAIL_WITHOUT_AMOUNT, MINIPAY_INTENT_STATE_CLOSED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Desk) desk = new_desk (1990);

    desk_assert_accepted (desk, incoming (cases[i].body), FALSE, FALSE);
    g_assert_cmpint (desk_get_state (desk, AGGREGATOR_NUMBER), ==, cases[i].state);
    /* and the money that came after all */
    desk_assert_accepted (desk, incoming (SUCCESS), FALSE, FALSE);
    g_assert_cmpint (desk_get_state (desk, AGGREGATOR_NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
  }
}

/* A yes would end the deliveries of what nobody has understood. */
static void
test_unknown_state (void)
{
  g_autoptr (Desk) desk = new_desk (1990);

  desk_assert_refused (desk, incoming (OTHER_WORD), MINIPAY_ERROR_PROTOCOL);
  g_assert_cmpint (desk_get_state (desk, AGGREGATOR_NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
  desk_assert_accepted (desk, incoming (SUCCESS), FALSE, FALSE);
}

static void
test_paid_stays_paid (void)
{
  g_autoptr (Desk) desk = new_desk (1990);

  desk_assert_accepted (desk, incoming (SUCCESS), FALSE, FALSE);
  desk_assert_refused (desk, incoming (CLOSE), MINIPAY_ERROR_CONFLICT);
  desk_assert_refused (desk, incoming (FAIL), MINIPAY_ERROR_CONFLICT);
  g_assert_cmpint (desk_get_state (desk, AGGREGATOR_NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
}

static void
test_forged (void)
{
  g_autoptr (Desk) desk = new_desk (1990);
  g_autofree char *body = minipay_test_replace (FAIL, "FAIL", "SUCCESS");

  desk_assert_refused (desk, incoming (body), MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_cmpint (desk_get_state (desk, AGGREGATOR_NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
}

static void
test_unmatched (void)
{
  g_autoptr (Desk) desk = desk_new (aggregator_new (NULL), "T20230101000002", 1990);

  desk_assert_accepted (desk, incoming (SUCCESS), TRUE, FALSE);
  g_assert_cmpint (desk_get_state (desk, AGGREGATOR_NUMBER), ==, -1);
  g_assert_cmpint (desk_get_state (desk, "T20230101000002"), ==, MINIPAY_INTENT_STATE_SENDING);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/aggregator/receive/paid", test_paid);
  g_test_add_func ("/aggregator/receive/without-amount/settles-nothing", test_without_amount);
  g_test_add_func ("/aggregator/receive/other-total", test_other_total);
  g_test_add_func ("/aggregator/receive/never-paid", test_never_paid);
  g_test_add_func ("/aggregator/receive/unknown-state", test_unknown_state);
  g_test_add_func ("/aggregator/receive/paid-stays-paid", test_paid_stays_paid);
  g_test_add_func ("/aggregator/receive/forged", test_forged);
  g_test_add_func ("/aggregator/receive/unmatched", test_unmatched);
  return g_test_run ();
}
