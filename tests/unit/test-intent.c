/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <gio/gio.h>

#include "core/minipay-error.h"
#include "core/minipay-intent.h"

#define SEQUENCES 100000

enum {
  SENDING,
  UNKNOWN,
  PENDING,
  PAID,
  REFUNDED,
  CLOSED,
  FAILED,
  N_STATES,
};

#define KEEPS    -1 /* what is learnt late changes nothing */
#define CONFLICT -2

/* The model: what is believed down, what is learnt across. Written from the rules, not from the code: a paid
 * order is left only to be refunded and contradicting that is a conflict; a payment counts whenever it
 * arrives; a closed order stays closed unless it turns out to be paid; nothing goes back to an earlier belief,
 * but a failed number may be used again. */
static const int model[N_STATES][N_STATES] = {
  /* learnt:     SENDING  UNKNOWN  PENDING  PAID  REFUNDED  CLOSED    FAILED */
  [SENDING] = { KEEPS, UNKNOWN, PENDING, PAID, REFUNDED, CLOSED, FAILED },
  [UNKNOWN] = { KEEPS, KEEPS, PENDING, PAID, REFUNDED, CLOSED, KEEPS },
  [PENDING] = { KEEPS, KEEPS, KEEPS, PAID, REFUNDED, CLOSED, KEEPS },
  [PAID] = { KEEPS, KEEPS, KEEPS, KEEPS, REFUNDED, CONFLICT, CONFLICT },
  [REFUNDED] = { KEEPS, KEEPS, KEEPS, KEEPS, KEEPS, KEEPS, CONFLICT },
  [CLOSED] = { KEEPS, KEEPS, KEEPS, PAID, REFUNDED, KEEPS, KEEPS },
  [FAILED] = { SENDING, KEEPS, PENDING, PAID, REFUNDED, CLOSED, KEEPS },
};

static const MinipayIntentState states[N_STATES] = {
  [SENDING] = MINIPAY_INTENT_STATE_SENDING,   [UNKNOWN] = MINIPAY_INTENT_STATE_UNKNOWN,
  [PENDING] = MINIPAY_INTENT_STATE_PENDING,   [PAID] = MINIPAY_INTENT_STATE_PAID,
  [REFUNDED] = MINIPAY_INTENT_STATE_REFUNDED, [CLOSED] = MINIPAY_INTENT_STATE_CLOSED,
  [FAILED] = MINIPAY_INTENT_STATE_FAILED,
};

static MinipayIntent *
make_intent (MinipayIntentState state, const char *transaction_id)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (1990, "CNY");

  return g_object_new (MINIPAY_TYPE_INTENT,
                       "account",
                       "shop",
                       "number",
                       "N",
                       "total",
                       total,
                       "fingerprint",
                       "F",
                       "state",
                       state,
                       "transaction-id",
                       transaction_id,
                       NULL);
}

static void
assert_same_order (MinipayIntent *intent)
{
  g_assert_cmpstr (minipay_intent_get_account (intent), ==, "shop");
  g_assert_cmpstr (minipay_intent_get_number (intent), ==, "N");
  g_assert_cmpstr (minipay_intent_get_fingerprint (intent), ==, "F");
  g_assert_cmpint (minipay_money_get_minor (minipay_intent_get_total (intent)), ==, 1990);
}

static void
test_table (void)
{
  for (int now = 0; now < N_STATES; now++)
    for (int learnt = 0; learnt < N_STATES; learnt++) {
      g_autoptr (MinipayIntent) intent = make_intent (states[now], "T");
      g_autoptr (GError) error = NULL;
      g_autoptr (MinipayIntent) next = minipay_intent_advance (intent, states[learnt], "T", &error);
      int expected = model[now][learnt];

      /* the line itself never changes */
      g_assert_cmpint (minipay_intent_get_state (intent), ==, states[now]);
      if (expected == CONFLICT) {
        g_assert_null (next);
        g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFLICT);
        continue;
      }
      g_assert_no_error (error);
      assert_same_order (next);
      if (expected == KEEPS)
        g_assert_true (next == intent);
      else
        g_assert_cmpint (minipay_intent_get_state (next), ==, states[expected]);
    }
}

static void
test_transaction (void)
{
  g_autoptr (MinipayIntent) intent = make_intent (MINIPAY_INTENT_STATE_PENDING, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayIntent) learnt = minipay_intent_advance (intent, MINIPAY_INTENT_STATE_PENDING, "T1", &error);
  g_autoptr (MinipayIntent) kept = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (minipay_intent_get_transaction_id (learnt), ==, "T1");
  g_assert_cmpint (minipay_intent_get_state (learnt), ==, MINIPAY_INTENT_STATE_PENDING);

  kept = minipay_intent_advance (learnt, MINIPAY_INTENT_STATE_PAID, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (minipay_intent_get_transaction_id (kept), ==, "T1");

  for (int i = 0; i < N_STATES; i++) {
    g_autoptr (MinipayIntent) other = make_intent (states[i], "T1");
    g_autoptr (GError) conflict = NULL;

    g_assert_null (minipay_intent_advance (other, MINIPAY_INTENT_STATE_PAID, "T2", &conflict));
    g_assert_error (conflict, MINIPAY_ERROR, MINIPAY_ERROR_CONFLICT);
    g_assert_nonnull (g_strstr_len (conflict->message, -1, "T1"));
    g_assert_nonnull (g_strstr_len (conflict->message, -1, "T2"));
  }
}

static void
test_transaction_hostile (void)
{
  g_autoptr (MinipayIntent) intent = make_intent (MINIPAY_INTENT_STATE_PAID, "T1");
  g_autoptr (GError) error = NULL;

  g_assert_null (minipay_intent_advance (intent, MINIPAY_INTENT_STATE_PAID, "T2\nforged \xff line", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFLICT);
  g_assert_null (g_strstr_len (error->message, -1, "\n"));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static guint64
sequences (void)
{
  const char *setting = g_getenv ("MINIPAY_TEST_REPEAT");

  return SEQUENCES * (setting != NULL ? MAX (g_ascii_strtoull (setting, NULL, 10), 1) : 1);
}

/* One order's life: the model walks beside it. */
static void
walk (void)
{
  static const char *const transactions[] = { NULL, "T1", "T1", "T2" };
  g_autoptr (MinipayIntent) intent = make_intent (MINIPAY_INTENT_STATE_SENDING, NULL);
  const char *transaction = NULL;
  gboolean was_paid = FALSE;
  int state = SENDING;

  for (guint i = 0; i < 12; i++) {
    int learnt = g_test_rand_int_range (0, N_STATES);
    const char *said = transactions[g_test_rand_int_range (0, G_N_ELEMENTS (transactions))];
    gboolean is_other = said != NULL && transaction != NULL && g_strcmp0 (said, transaction) != 0;
    gboolean is_conflict = is_other || model[state][learnt] == CONFLICT;
    g_autoptr (GError) error = NULL;
    MinipayIntent *next = minipay_intent_advance (intent, states[learnt], said, &error);

    if (is_conflict) {
      g_assert_null (next);
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFLICT);
      continue;
    }
    g_assert_no_error (error);
    g_object_unref (intent);
    intent = next;
    state = model[state][learnt] == KEEPS ? state : model[state][learnt];
    transaction = transaction != NULL ? transaction : said;
    was_paid = was_paid || state == PAID || state == REFUNDED;

    g_assert_cmpint (minipay_intent_get_state (intent), ==, states[state]);
    g_assert_cmpstr (minipay_intent_get_transaction_id (intent), ==, transaction);
    g_assert_true (!was_paid || state == PAID || state == REFUNDED);
  }
  assert_same_order (intent);
}

static void
test_walks (void)
{
  guint64 n = sequences ();

  for (guint64 i = 0; i < n; i++)
    walk ();
}

static void
test_no_such_state (void)
{
  g_autoptr (MinipayIntent) intent = make_intent (MINIPAY_INTENT_STATE_PENDING, "T");
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayIntent) next = minipay_intent_advance (intent, 99, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (next == intent);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/intent/advance/table", test_table);
  g_test_add_func ("/intent/advance/one-transaction-for-ever", test_transaction);
  g_test_add_func ("/intent/advance/hostile-number-quoted", test_transaction_hostile);
  g_test_add_func ("/intent/advance/random-lives-follow-the-model", test_walks);
  g_test_add_func ("/intent/advance/state-that-is-none-changes-nothing", test_no_such_state);

  return g_test_run ();
}
