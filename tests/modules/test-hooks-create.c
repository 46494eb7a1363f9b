/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hooks-shop.h"

static void
on_created (GObject *source, GAsyncResult *result, gpointer data)
{
  Watch *watch = data;

  watch->n_callbacks++;
  watch->result =
      (GObject *) minipay_account_create_payment_finish (MINIPAY_ACCOUNT (source), result, &watch->error);
}

#define NEVER_SENT(behaviour, code, says)                                                                          \
  {                                                                                                                \
    behaviour, MINIPAY_ERROR_##code, says, 0, MINIPAY_INTENT_STATE_FAILED                                          \
  }
#define SENT(behaviour, code, says)                                                                                \
  {                                                                                                                \
    behaviour, MINIPAY_ERROR_##code, says, 1, MINIPAY_INTENT_STATE_UNKNOWN                                         \
  }

/* A hook that never sent changed nothing: the order failed, and its number is free. Once something was sent,
 * whatever the hook does with the answer, the outcome is unknown. */
static const HookCase create_cases[] = {
  NEVER_SENT ("begin/false", PLUGIN, "zoo-hooks failed without giving a reason"),
  NEVER_SENT ("begin/nothing", PLUGIN, "zoo-hooks neither sent nor completed"),
  NEVER_SENT ("begin/true-with-error", PLUGIN, "zoo-hooks: broken pipe"),
  NEVER_SENT ("begin/foreign-error", PLUGIN, "zoo-hooks: broken pipe"),
  NEVER_SENT ("begin/forging-error", PLUGIN, "zoo-hooks"),
  NEVER_SENT ("begin/completes-nothing", PLUGIN, "zoo-hooks completed with nothing"),
  NEVER_SENT ("begin/completes-object", PLUGIN, "zoo-hooks completed with GCancellable"),
  NEVER_SENT ("begin/completes-payment", PLUGIN, "zoo-hooks completed with MinipayPayment"),
  NEVER_SENT ("begin/completes-twice", PLUGIN, "zoo-hooks answered twice"),
  NEVER_SENT ("begin/sends-nothing", PLUGIN, "zoo-hooks"),
  NEVER_SENT ("begin/sends-object", PLUGIN, "zoo-hooks"),
  NEVER_SENT ("begin/sends-twice", PLUGIN, "zoo-hooks answered twice"),
  NEVER_SENT ("begin/sends-and-completes", PLUGIN, "zoo-hooks answered twice"),
  NEVER_SENT ("begin/sends-and-waits", PLUGIN, "zoo-hooks answered twice"),
  NEVER_SENT ("begin/sends-then-fails", PLUGIN, "zoo-hooks failed without giving a reason"),
  NEVER_SENT ("begin/target-other-host", PLUGIN, "zoo-hooks sends to \"https://evil.example/x\""),
  NEVER_SENT ("begin/target-two-slashes", PLUGIN, "zoo-hooks sends to \"//evil.example/x\""),
  NEVER_SENT ("begin/target-no-slash", PLUGIN, "zoo-hooks sends to \"pay\""),
  NEVER_SENT ("begin/target-at-host", PLUGIN, "zoo-hooks sends to \"@evil.example/\""),
  NEVER_SENT ("begin/target-empty", PLUGIN, "zoo-hooks sends to \"\""),
  NEVER_SENT ("begin/target-line-break", PLUGIN, "zoo-hooks"),
  NEVER_SENT ("begin/method-line-break", PLUGIN, "zoo-hooks"),
  NEVER_SENT ("begin/method-connect", PLUGIN, "zoo-hooks"),
  NEVER_SENT ("begin/header-value-line-break", PLUGIN, "zoo-hooks"),
  NEVER_SENT ("begin/header-name-line-break", PLUGIN, "zoo-hooks"),
  NEVER_SENT ("begin/header-host", PLUGIN, "zoo-hooks"),
  NEVER_SENT ("begin/header-length", PLUGIN, "zoo-hooks"),
  NEVER_SENT ("begin/header-encoding", PLUGIN, "zoo-hooks"),
  NEVER_SENT ("begin/huge-body", PLUGIN, "zoo-hooks"),
  NEVER_SENT ("begin/waits", RATE_LIMITED, "the gateway rests"),
  NEVER_SENT ("begin/refuses", REFUSED, "zoo-hooks answered"),
  NEVER_SENT ("begin/signs-with-unknown-key", PLUGIN, "no-such-key"),
  NEVER_SENT ("begin/signs-with-wrong-key", INTERNAL, "shared secret"),
  NEVER_SENT ("begin/verifies-nothing", SIGNATURE_INVALID, "signature"),
  NEVER_SENT ("begin/verifies-garbage", SIGNATURE_INVALID, "signature"),
  NEVER_SENT ("begin/verifies-with-unknown-key", SIGNATURE_INVALID, "no-such-key"),
  NEVER_SENT ("begin/decrypts-garbage", PROTOCOL, "sealed text"),
  NEVER_SENT ("begin/decrypts-no-base64", PROTOCOL, "base64"),
  NEVER_SENT ("begin/decrypts-without-nonce", PROTOCOL, "nonce"),
  NEVER_SENT ("begin/decrypts-with-unknown-key", PLUGIN, "no-such-key"),

  SENT ("resume/false", OUTCOME_UNKNOWN, "zoo-hooks failed without giving a reason"),
  SENT ("resume/nothing", OUTCOME_UNKNOWN, "zoo-hooks neither sent nor completed"),
  SENT ("resume/true-with-error", OUTCOME_UNKNOWN, "zoo-hooks: broken pipe"),
  SENT ("resume/foreign-error", OUTCOME_UNKNOWN, "zoo-hooks: broken pipe"),
  SENT ("resume/forging-error", OUTCOME_UNKNOWN, "zoo-hooks"),
  SENT ("resume/completes-nothing", OUTCOME_UNKNOWN, "zoo-hooks completed with nothing"),
  SENT ("resume/completes-payment", OUTCOME_UNKNOWN, "zoo-hooks completed with MinipayPayment"),
  SENT ("resume/completes-twice", OUTCOME_UNKNOWN, "zoo-hooks answered twice"),
  SENT ("resume/sends-and-completes", OUTCOME_UNKNOWN, "zoo-hooks answered twice"),
  SENT ("resume/target-other-host", OUTCOME_UNKNOWN, "zoo-hooks sends to \"https://evil.example/x\""),
  SENT ("resume/header-value-line-break", OUTCOME_UNKNOWN, "zoo-hooks"),
  SENT ("resume/waits", OUTCOME_UNKNOWN, "the gateway rests"),
  SENT ("resume/verifies-nothing", OUTCOME_UNKNOWN, "signature"),
  SENT ("resume/decrypts-garbage", OUTCOME_UNKNOWN, "sealed text"),
  SENT ("resume/checkout-of-other", OUTCOME_UNKNOWN, "zoo00000000000000other"),
  SENT ("resume/claims-other-number", OUTCOME_UNKNOWN, "zoo00000000000000other"),
  SENT ("resume/claims-no-number", OUTCOME_UNKNOWN, "out_trade_no"),
  SENT ("resume/claims-other-total", OUTCOME_UNKNOWN, "total"),
  SENT ("resume/claims-negative-total", OUTCOME_UNKNOWN, "total"),
  SENT ("resume/claims-other-currency", OUTCOME_UNKNOWN, "USD"),
  SENT ("resume/claims-other-mchid", OUTCOME_UNKNOWN, "1900000002"),
  { "resume/refuses", MINIPAY_ERROR_REFUSED, "zoo-hooks answered", 1, MINIPAY_INTENT_STATE_FAILED },
  /* a first request and seven more: more than any gateway's flow has */
  { "resume/sends-for-ever",
    MINIPAY_ERROR_OUTCOME_UNKNOWN,
    "zoo-hooks sends without end",
    8,
    MINIPAY_INTENT_STATE_UNKNOWN },
};

static void
test_create_blocking (gconstpointer data)
{
  const HookCase *c = data;
  g_autoptr (MinipayOrder) order = shop_new_order (NUMBER, "tea");
  g_autoptr (MinipayOrder) other = shop_new_order (NUMBER, "coffee");
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) other_error = NULL;
  Shop shop;

  shop_start (&shop, c->behaviour);
  checkout = minipay_account_create_payment (shop.account, order, NULL, &error);
  hook_case_assert_failure (c, checkout, error);
  g_assert_cmpuint (raw_server_get_requests (shop.server), ==, c->n_requests);
  shop_assert_state (&shop, NUMBER, c->state);

  /* the number of an order that failed is free, the number of one that may have been made is not */
  g_assert_null (minipay_account_create_payment (shop.account, other, NULL, &other_error));
  g_assert_error (other_error,
                  MINIPAY_ERROR,
                  (int) (c->state == MINIPAY_INTENT_STATE_FAILED ? c->code : MINIPAY_ERROR_CONFLICT));
  shop_clear (&shop);
}

static void
test_create_async (gconstpointer data)
{
  const HookCase *c = data;
  g_autoptr (MinipayOrder) order = shop_new_order (NUMBER, "tea");
  Watch watch = { 0 };
  Shop shop;

  shop_start (&shop, c->behaviour);
  minipay_account_create_payment_async (shop.account, order, NULL, on_created, &watch);
  watch_run (&watch);
  hook_case_assert_failure (c, watch.result, watch.error);
  g_assert_cmpuint (raw_server_get_requests (shop.server), ==, c->n_requests);
  shop_assert_state (&shop, NUMBER, c->state);
  watch_clear (&watch);
  shop_clear (&shop);
}

/* What nobody signed pays nothing, however well it fits. */
static void
test_create_claims_paid (gconstpointer data)
{
  g_autoptr (MinipayOrder) order = shop_new_order (NUMBER, "tea");
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (MinipayIntent) intent = NULL;
  g_autoptr (GError) error = NULL;
  Shop shop;

  shop_start (&shop, data);
  checkout = minipay_account_create_payment (shop.account, order, NULL, NULL);
  intent = minipay_store_find (shop.store, "tea-shop", MINIPAY_INTENT_KIND_PAYMENT, NUMBER, &error);
  g_assert_no_error (error);
  g_assert_cmpint (minipay_intent_get_state (intent), !=, MINIPAY_INTENT_STATE_PAID);
  if (checkout != NULL && minipay_checkout_get_payment (checkout) != NULL)
    g_assert_false (minipay_payment_get_authenticated (minipay_checkout_get_payment (checkout)));
  shop_clear (&shop);
}

/* A hook that reaches back to an exchange that is over changes neither that one nor its own. */
static void
test_create_old_exchange (void)
{
  g_autoptr (MinipayOrder) first = shop_new_order ("zoo000000000000000001", "tea");
  g_autoptr (MinipayOrder) second = shop_new_order ("zoo000000000000000002", "tea");
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;
  Shop shop;

  shop_start (&shop, "begin/old-exchange");
  checkout = minipay_account_create_payment (shop.account, first, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (minipay_account_create_payment (shop.account, second, NULL, &error));
  zoo_assert_error (error, MINIPAY_ERROR_PLUGIN, "zoo-hooks neither sent nor completed");
  g_assert_cmpuint (raw_server_get_requests (shop.server), ==, 0);
  shop_assert_state (&shop, "zoo000000000000000001", MINIPAY_INTENT_STATE_PENDING);
  shop_assert_state (&shop, "zoo000000000000000002", MINIPAY_INTENT_STATE_FAILED);
  shop_clear (&shop);
}

/* pending() asks for begin() again where the last request may be repeated. */
static void
test_create_waits_once (void)
{
  g_autoptr (MinipayOrder) order = shop_new_order (NUMBER, "tea");
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;
  Shop shop;

  shop_start (&shop, "both/waits-once");
  checkout = minipay_account_create_payment (shop.account, order, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (raw_server_get_requests (shop.server), ==, 2);
  shop_assert_state (&shop, NUMBER, MINIPAY_INTENT_STATE_PENDING);
  shop_clear (&shop);
}

static void
test_create_slow (gconstpointer data)
{
  g_autoptr (MinipayOrder) order = shop_new_order (NUMBER, "tea");
  Watch watch = { 0 };
  Shop shop;
  gint64 begun_us;

  shop_start (&shop, data);
  begun_us = g_get_monotonic_time ();
  minipay_account_create_payment_async (shop.account, order, NULL, on_created, &watch);
  g_assert_cmpint (g_get_monotonic_time () - begun_us, <, MAX_GAP_US);
  watch_run (&watch);
  g_assert_no_error (watch.error);
  g_assert_cmpint (g_get_monotonic_time () - begun_us, >=, HOOK_TIME_US);
  g_assert_cmpint (watch.longest_gap_us, <, MAX_GAP_US);
  watch_clear (&watch);
  shop_clear (&shop);
}

static gboolean
on_cancel_time (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

/* Sends although the caller gave up meanwhile: nothing leaves. */
static void
test_create_cancelled (void)
{
  g_autoptr (MinipayOrder) order = shop_new_order (NUMBER, "tea");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Watch watch = { 0 };
  Shop shop;

  shop_start (&shop, "begin/slow");
  minipay_account_create_payment_async (shop.account, order, cancellable, on_created, &watch);
  g_timeout_add (50, on_cancel_time, cancellable);
  watch_run (&watch);
  g_assert_error (watch.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (raw_server_get_requests (shop.server), ==, 0);
  shop_assert_state (&shop, NUMBER, MINIPAY_INTENT_STATE_FAILED);
  watch_clear (&watch);
  shop_clear (&shop);
}

/* Nobody holds the client any more while a hook runs. */
static void
test_create_abandoned (void)
{
  g_autoptr (MinipayOrder) order = shop_new_order (NUMBER, "tea");
  Watch watch = { 0 };
  Shop shop;

  shop_start (&shop, "begin/slow");
  minipay_account_create_payment_async (shop.account, order, NULL, on_created, &watch);
  g_clear_object (&shop.client);
  watch_run (&watch);
  g_assert_no_error (watch.error);
  shop_assert_state (&shop, NUMBER, MINIPAY_INTENT_STATE_PENDING);
  watch_clear (&watch);
  shop_clear (&shop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hook_cases_add ("create-blocking", create_cases, G_N_ELEMENTS (create_cases), test_create_blocking);
  hook_cases_add ("create-async", create_cases, G_N_ELEMENTS (create_cases), test_create_async);
  g_test_add_data_func (
      "/hooks/create/begin/claims-paid/settles-nothing", "begin/claims-paid", test_create_claims_paid);
  g_test_add_data_func (
      "/hooks/create/resume/claims-paid/settles-nothing", "resume/claims-paid", test_create_claims_paid);
  g_test_add_func ("/hooks/create/old-exchange/changes-nothing", test_create_old_exchange);
  g_test_add_func ("/hooks/create/waits-once/begins-again", test_create_waits_once);
  g_test_add_data_func ("/hooks/create/begin/slow/stalls-nobody", "begin/slow", test_create_slow);
  g_test_add_data_func ("/hooks/create/resume/slow/stalls-nobody", "resume/slow", test_create_slow);
  g_test_add_func ("/hooks/create/cancelled-in-hook/nothing-sent", test_create_cancelled);
  g_test_add_func ("/hooks/create/abandoned-in-hook/one-callback", test_create_abandoned);
  return hooks_run ();
}
