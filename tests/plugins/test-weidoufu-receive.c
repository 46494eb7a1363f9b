/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "receive-desk.h"
#include "weidoufu-shop.h"

/* Signed as in the tests of its notifications:
 *   K=EkfB1+3w39F2mvMBcXb4/7PRfVTgs+Bh
 *   printf '%s' 'CONTENT' | openssl dgst -sha256 -hmac $K | sed 's/.*= //' | tr -d '\n' | md5sum | tr a-f A-F */

#define NUMBER       "180901620895069445"
#define OTHER_NUMBER "180901620895069446"
#define TRANSACTION  "202105135513716648486662"
#define CONTENT(TRADE, ORDER, STATUS)                                                                              \
  "{\"mch_trade_no\":\"" TRADE "\",\"out_order_no\":\"" ORDER "\",\"total_fee\":1,\"status\":" STATUS "}"
#define BODY(CONTENT, SIGN) "{\"content\":" CONTENT ",\"sign\":\"" SIGN "\"}"

static MinipayHttpRequest *
vector_incoming (void)
{
  return minipay_test_incoming_new (NULL, minipay_test_vector ("wd-notify-derived", "body"));
}

static void
test_paid (void)
{
  g_autoptr (Desk) desk = desk_new (weidoufu_new (NULL), NUMBER, 1);

  desk_assert_accepted (desk, vector_incoming (), FALSE, FALSE);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
  desk_assert_transaction (desk, NUMBER, TRANSACTION);
  desk_assert_accepted (desk, vector_incoming (), FALSE, TRUE);
}

static void
test_other_total (void)
{
  static const gint64 totals[] = { 2, 100, 999999999 };

  for (guint i = 0; i < G_N_ELEMENTS (totals); i++) {
    g_autoptr (Desk) desk = desk_new (weidoufu_new (NULL), NUMBER, totals[i]);

    desk_assert_refused (desk, vector_incoming (), MINIPAY_ERROR_MISMATCH);
    g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
    desk_assert_transaction (desk, NUMBER, NULL);
  }
}

static void
test_never_paid (void)
{
  static const struct {
    const char *body;
    MinipayIntentState state;
  } cases[] = {
    { BODY (CONTENT (TRANSACTION, NUMBER, "1"), "64BBC67CA4AA50B361DF789C20837AB1"), MINIPAY_INTENT_STATE_PENDING },
    { BODY (CONTENT (TRANSACTION, NUMBER, "3"), "6928FCB81B8A6ED974C7B819A3F74897"), MINIPAY_INTENT_STATE_CLOSED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Desk) desk = desk_new (weidoufu_new (NULL), NUMBER, 1);

    desk_assert_accepted (desk, minipay_test_incoming_new (NULL, cases[i].body), FALSE, FALSE);
    g_assert_cmpint (desk_get_state (desk, NUMBER), ==, cases[i].state);
    /* and the money that came after all */
    desk_assert_accepted (desk, vector_incoming (), FALSE, FALSE);
    g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
  }
}

/* A yes would end the deliveries of what nobody has understood. */
static void
test_unknown_state (void)
{
  static const char *const bodies[] = {
    BODY (CONTENT (TRANSACTION, NUMBER, "0"), "0AF0263032B50CED16804B07902A6077"),
    BODY (CONTENT (TRANSACTION, NUMBER, "7"), "6D0966AAF9E1ADB9EB013D7507FAB9F7"),
  };
  g_autoptr (Desk) desk = desk_new (weidoufu_new (NULL), NUMBER, 1);

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    desk_assert_refused (desk, minipay_test_incoming_new (NULL, bodies[i]), MINIPAY_ERROR_PROTOCOL);
    g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
    desk_assert_transaction (desk, NUMBER, NULL);
  }
}

static void
test_paid_stays_paid (void)
{
  g_autoptr (Desk) desk = desk_new (weidoufu_new (NULL), NUMBER, 1);

  desk_assert_accepted (desk, vector_incoming (), FALSE, FALSE);
  desk_assert_refused (desk,
                       minipay_test_incoming_new (
                           NULL, BODY (CONTENT (TRANSACTION, NUMBER, "3"), "6928FCB81B8A6ED974C7B819A3F74897")),
                       MINIPAY_ERROR_CONFLICT);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
  /* late news is no news */
  desk_assert_accepted (desk,
                        minipay_test_incoming_new (
                            NULL, BODY (CONTENT (TRANSACTION, NUMBER, "1"), "64BBC67CA4AA50B361DF789C20837AB1")),
                        FALSE,
                        TRUE);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
}

static void
test_unmatched (void)
{
  g_autoptr (Desk) desk = desk_new (weidoufu_new (NULL), OTHER_NUMBER, 1);

  desk_assert_accepted (desk, vector_incoming (), TRUE, FALSE);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, -1);
  g_assert_cmpint (desk_get_state (desk, OTHER_NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
}

static void
test_transaction_of_other_order (void)
{
  g_autoptr (Desk) desk = desk_new (weidoufu_new (NULL), NUMBER, 1);
  g_autoptr (MinipayMoney) total = minipay_money_new (1, "CNY");
  g_autoptr (MinipayIntent) second = g_object_new (MINIPAY_TYPE_INTENT,
                                                   "account",
                                                   "tea-shop",
                                                   "number",
                                                   OTHER_NUMBER,
                                                   "total",
                                                   total,
                                                   "fingerprint",
                                                   "g",
                                                   "state",
                                                   MINIPAY_INTENT_STATE_SENDING,
                                                   NULL);
  g_autoptr (MinipayIntent) known = NULL;
  g_autoptr (GError) error = NULL;

  known = minipay_store_begin (desk->store, second, &error);
  g_assert_no_error (error);
  desk_assert_accepted (desk, vector_incoming (), FALSE, FALSE);
  desk_assert_refused (
      desk,
      minipay_test_incoming_new (
          NULL, BODY (CONTENT (TRANSACTION, OTHER_NUMBER, "2"), "D52B26B89B01B0809F613DA85DA214EB")),
      MINIPAY_ERROR_CONFLICT);
  g_assert_cmpint (desk_get_state (desk, OTHER_NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
}

static void
test_second_transaction (void)
{
  g_autoptr (Desk) desk = desk_new (weidoufu_new (NULL), NUMBER, 1);

  desk_assert_accepted (desk, vector_incoming (), FALSE, FALSE);
  desk_assert_refused (
      desk,
      minipay_test_incoming_new (
          NULL, BODY (CONTENT ("202105135513716648486663", NUMBER, "2"), "5F7C8822AE40B4EA77516824DB2ADC0D")),
      MINIPAY_ERROR_MISMATCH);
  desk_assert_transaction (desk, NUMBER, TRANSACTION);
}

static void
test_forged (void)
{
  g_autoptr (Desk) desk = desk_new (weidoufu_new (NULL), NUMBER, 1);
  g_autofree char *body =
      minipay_test_replace (minipay_test_vector ("wd-notify-derived", "body"), "\"status\":2", "\"status\":3");

  desk_assert_refused (desk, minipay_test_incoming_new (NULL, body), MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
  desk_assert_accepted (desk, vector_incoming (), FALSE, FALSE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weidoufu/receive/paid", test_paid);
  g_test_add_func ("/weidoufu/receive/other-total", test_other_total);
  g_test_add_func ("/weidoufu/receive/never-paid", test_never_paid);
  g_test_add_func ("/weidoufu/receive/unknown-state", test_unknown_state);
  g_test_add_func ("/weidoufu/receive/paid-stays-paid", test_paid_stays_paid);
  g_test_add_func ("/weidoufu/receive/unmatched", test_unmatched);
  g_test_add_func ("/weidoufu/receive/transaction-of-other-order", test_transaction_of_other_order);
  g_test_add_func ("/weidoufu/receive/second-transaction", test_second_transaction);
  g_test_add_func ("/weidoufu/receive/forged", test_forged);
  return g_test_run ();
}
