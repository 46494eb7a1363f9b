/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "client/minipay-compare-private.h"
#include "support/test-exchange.h"

/* What the core compares whatever a provider says: the claim with the account, the question and the journal. */

static const char *const v3_settings[] = {
  "mchid",
  "1900007291",
  "appid",
  "wxd678efh567hg6787",
  "merchant-serial",
  "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB",
  "private-key",
  "fixture:wxp-doc-mch-1900007291",
  "api-v3-key",
  "AES256Key-32Characters1234567890",
  "public-key",
  "fixture:wxp-doc-platform",
  "public-key-id",
  "PUB_KEY_ID_0119000072912024110600000000",
  NULL,
};

static const char *const weidoufu_settings[] = {
  "access-key", "22c2f18010bc1f10gkpdjdspjpfjspn3", "secret-key", "EkfB1+3w39F2mvMBcXb4/7PRfVTgs+Bh", NULL,
};

/* What a gateway claims; NULL and a currency of NULL are not said. */
typedef struct {
  const char *out_trade_no;
  const char *transaction_id;
  gint64 minor;
  const char *currency;
  const char *mchid;
  const char *appid;
} Claim;

#define NUMBER      "1217752501201407033233368018"
#define TRANSACTION "4200000925202101284997714292"

static const Claim genuine = { NUMBER, TRANSACTION, 100, "CNY", "1900007291", "wxd678efh567hg6787" };

static const struct {
  const char *what;
  Claim claim;
} altered[] = {
  { "out_trade_no", { NUMBER "9", TRANSACTION, 100, "CNY", "1900007291", "wxd678efh567hg6787" } },
  { "out_trade_no", { "", TRANSACTION, 100, "CNY", "1900007291", "wxd678efh567hg6787" } },
  { "transaction_id", { NUMBER, TRANSACTION "9", 100, "CNY", "1900007291", "wxd678efh567hg6787" } },
  { "total", { NUMBER, TRANSACTION, 99, "CNY", "1900007291", "wxd678efh567hg6787" } },
  { "total", { NUMBER, TRANSACTION, 101, "CNY", "1900007291", "wxd678efh567hg6787" } },
  { "total", { NUMBER, TRANSACTION, -100, "CNY", "1900007291", "wxd678efh567hg6787" } },
  { "total", { NUMBER, TRANSACTION, 100, "USD", "1900007291", "wxd678efh567hg6787" } },
  { "total", { NUMBER, TRANSACTION, 100, "JPY", "1900007291", "wxd678efh567hg6787" } },
  { "total", { NUMBER, TRANSACTION, 100, "XYZ", "1900007291", "wxd678efh567hg6787" } },
  { "mchid", { NUMBER, TRANSACTION, 100, "CNY", "1900007292", "wxd678efh567hg6787" } },
  { "mchid", { NUMBER, TRANSACTION, 100, "CNY", "", "wxd678efh567hg6787" } },
  { "appid", { NUMBER, TRANSACTION, 100, "CNY", "1900007291", "WXD678EFH567HG6787" } },
  { "appid", { NUMBER, TRANSACTION, 100, "CNY", "1900007291", "" } },
};

static MinipayPayment *
payment_new (const Claim *claim, MinipayPaymentState state)
{
  g_autoptr (MinipayMoney) total =
      claim->currency != NULL ? minipay_money_new (claim->minor, claim->currency) : NULL;

  return g_object_new (MINIPAY_TYPE_PAYMENT,
                       "out-trade-no",
                       claim->out_trade_no,
                       "transaction-id",
                       claim->transaction_id,
                       "total",
                       total,
                       "mchid",
                       claim->mchid,
                       "appid",
                       claim->appid,
                       "state",
                       state,
                       NULL);
}

/* All comparisons that an answer to a query or a notification goes through. */
static gboolean
compare_all (MinipayTestExchange *x,
             const Claim *claim,
             MinipayPaymentState state,
             const char *operation,
             MinipayPaymentRef *ref,
             GError **error)
{
  g_autoptr (MinipayPayment) payment = payment_new (claim, state);
  g_autoptr (MinipayMoney) total = minipay_money_new (100, "CNY");
  g_autoptr (MinipayIntent) intent = g_object_new (MINIPAY_TYPE_INTENT,
                                                   "account",
                                                   "tea-shop",
                                                   "number",
                                                   NUMBER,
                                                   "total",
                                                   total,
                                                   "transaction-id",
                                                   TRANSACTION,
                                                   "state",
                                                   MINIPAY_INTENT_STATE_PENDING,
                                                   NULL);

  return minipay_compare_payment (payment, x->info, x->config, operation, error) &&
         (ref == NULL || minipay_compare_with_ref (payment, ref, error)) &&
         minipay_compare_with_intent (payment, intent, error);
}

static MinipayTestExchange *
v3_new (void)
{
  return minipay_test_exchange_new ("wechat-v3", G_TYPE_INVALID, v3_settings, NULL);
}

static void
assert_matrix (const char *operation, MinipayPaymentRef *owned_ref)
{
  static const MinipayPaymentState states[] = {
    MINIPAY_PAYMENT_STATE_PAID,   MINIPAY_PAYMENT_STATE_REFUNDED, MINIPAY_PAYMENT_STATE_PENDING,
    MINIPAY_PAYMENT_STATE_CLOSED, MINIPAY_PAYMENT_STATE_FAILED,   MINIPAY_PAYMENT_STATE_UNKNOWN,
  };
  g_autoptr (MinipayPaymentRef) ref = owned_ref;
  g_autoptr (MinipayTestExchange) x = v3_new ();

  for (guint s = 0; s < G_N_ELEMENTS (states); s++) {
    g_autoptr (GError) none = NULL;

    g_assert_true (compare_all (x, &genuine, states[s], operation, ref, &none));
    g_assert_no_error (none);
    for (guint i = 0; i < G_N_ELEMENTS (altered); i++) {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s, case %u, state %d", operation, i, (int) states[s]);
      g_assert_false (compare_all (x, &altered[i].claim, states[s], operation, ref, &error));
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
      g_assert_nonnull (strstr (error->message, altered[i].what));
    }
  }
}

static void
test_query_matrix (void)
{
  assert_matrix ("query", minipay_payment_ref_new (NUMBER));
  assert_matrix ("query", minipay_payment_ref_new_for_transaction (TRANSACTION));
}

static void
test_receive_matrix (void)
{
  assert_matrix ("receive", NULL);
}

/* A claim that money moved must say what the manifest's Echoes= lists; one that it did not may be bare. */
static void
test_echoes (void)
{
  static const struct {
    const char *provider;
    const char *operation;
    Claim claim;
    gboolean is_good;
  } cases[] = {
    { "wechat-v3", "query", { NULL, TRANSACTION, 100, "CNY", "1900007291", "wxd678efh567hg6787" }, FALSE },
    { "wechat-v3", "query", { NUMBER, TRANSACTION, 0, NULL, "1900007291", "wxd678efh567hg6787" }, FALSE },
    { "wechat-v3", "query", { NUMBER, TRANSACTION, 100, "CNY", NULL, "wxd678efh567hg6787" }, FALSE },
    { "wechat-v3", "query", { NUMBER, TRANSACTION, 100, "CNY", "1900007291", NULL }, FALSE },
    { "wechat-v3", "receive", { NULL, TRANSACTION, 100, "CNY", "1900007291", "wxd678efh567hg6787" }, FALSE },
    { "wechat-v3", "receive", { NUMBER, TRANSACTION, 0, NULL, "1900007291", "wxd678efh567hg6787" }, FALSE },
    { "wechat-v3", "receive", { NUMBER, TRANSACTION, 100, "CNY", NULL, "wxd678efh567hg6787" }, FALSE },
    { "wechat-v3", "receive", { NUMBER, TRANSACTION, 100, "CNY", "1900007291", NULL }, FALSE },
    /* its query has no amount, its notification has */
    { "weidoufu", "query", { NUMBER, TRANSACTION, 0, NULL, NULL, NULL }, TRUE },
    { "weidoufu", "query", { NULL, TRANSACTION, 0, NULL, NULL, NULL }, FALSE },
    { "weidoufu", "receive", { NUMBER, TRANSACTION, 100, "CNY", NULL, NULL }, TRUE },
    { "weidoufu", "receive", { NUMBER, TRANSACTION, 0, NULL, NULL, NULL }, FALSE },
    { "weidoufu", "receive", { NULL, TRANSACTION, 100, "CNY", NULL, NULL }, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gboolean is_v3 = strcmp (cases[i].provider, "wechat-v3") == 0;
    g_autoptr (MinipayTestExchange) x = minipay_test_exchange_new (
        cases[i].provider, G_TYPE_INVALID, is_v3 ? v3_settings : weidoufu_settings, NULL);
    g_autoptr (GError) paid_error = NULL;
    g_autoptr (GError) refunded_error = NULL;
    g_autoptr (GError) pending_error = NULL;

    g_test_message ("case %u", i);
    compare_all (x, &cases[i].claim, MINIPAY_PAYMENT_STATE_PAID, cases[i].operation, NULL, &paid_error);
    compare_all (x, &cases[i].claim, MINIPAY_PAYMENT_STATE_REFUNDED, cases[i].operation, NULL, &refunded_error);
    compare_all (x, &cases[i].claim, MINIPAY_PAYMENT_STATE_PENDING, cases[i].operation, NULL, &pending_error);
    g_assert_no_error (pending_error);
    if (cases[i].is_good) {
      g_assert_no_error (paid_error);
      g_assert_no_error (refunded_error);
    } else {
      g_assert_error (paid_error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
      g_assert_error (refunded_error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
    }
  }
}

static void
test_ref_total (void)
{
  g_autoptr (MinipayPayment) payment = payment_new (&genuine, MINIPAY_PAYMENT_STATE_PAID);
  static const struct {
    gint64 minor;
    const char *currency;
    gboolean is_good;
  } cases[] = {
    { 100, "CNY", TRUE },
    { 99, "CNY", FALSE },
    { 100, "USD", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayMoney) total = minipay_money_new (cases[i].minor, cases[i].currency);
    g_autoptr (MinipayPaymentRef) ref =
        g_object_new (MINIPAY_TYPE_PAYMENT_REF, "out-trade-no", NUMBER, "total", total, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_cmpint (minipay_compare_with_ref (payment, ref, &error), ==, cases[i].is_good);
    if (!cases[i].is_good)
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
  }
}

static void
test_without_intent (void)
{
  g_autoptr (MinipayPayment) payment = payment_new (&genuine, MINIPAY_PAYMENT_STATE_PAID);
  g_autoptr (GError) error = NULL;

  g_assert_true (minipay_compare_with_intent (payment, NULL, &error));
  g_assert_no_error (error);
}

static void
test_states (void)
{
  static const struct {
    MinipayPaymentState state;
    MinipayIntentState intent;
  } cases[] = {
    { MINIPAY_PAYMENT_STATE_PAID, MINIPAY_INTENT_STATE_PAID },
    { MINIPAY_PAYMENT_STATE_REFUNDED, MINIPAY_INTENT_STATE_REFUNDED },
    { MINIPAY_PAYMENT_STATE_PENDING, MINIPAY_INTENT_STATE_PENDING },
    { MINIPAY_PAYMENT_STATE_CLOSED, MINIPAY_INTENT_STATE_CLOSED },
    { MINIPAY_PAYMENT_STATE_FAILED, MINIPAY_INTENT_STATE_CLOSED },
    { MINIPAY_PAYMENT_STATE_UNKNOWN, MINIPAY_INTENT_STATE_UNKNOWN },
    { (MinipayPaymentState) 99, MINIPAY_INTENT_STATE_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (minipay_payment_state_to_intent (cases[i].state), ==, cases[i].intent);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compare/query-matrix", test_query_matrix);
  g_test_add_func ("/compare/receive-matrix", test_receive_matrix);
  g_test_add_func ("/compare/echoes", test_echoes);
  g_test_add_func ("/compare/ref-total", test_ref_total);
  g_test_add_func ("/compare/without-intent", test_without_intent);
  g_test_add_func ("/compare/states", test_states);
  return g_test_run ();
}
