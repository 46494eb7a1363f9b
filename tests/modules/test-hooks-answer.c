/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "hooks-shop.h"

static void
on_queried (GObject *source, GAsyncResult *result, gpointer data)
{
  Watch *watch = data;

  watch->n_callbacks++;
  watch->result =
      (GObject *) minipay_account_query_payment_finish (MINIPAY_ACCOUNT (source), result, &watch->error);
}

static void
on_received (GObject *source, GAsyncResult *result, gpointer data)
{
  Watch *watch = data;

  watch->n_callbacks++;
  watch->result = (GObject *) minipay_client_receive_finish (MINIPAY_CLIENT (source), result, &watch->error);
}

/* --- Configuring --- */

static const HookCase configure_cases[] = {
  { "configure/false", MINIPAY_ERROR_PLUGIN, "zoo-hooks refused its configuration without giving a reason" },
  { "configure/foreign-error", MINIPAY_ERROR_PLUGIN, "zoo-hooks: broken pipe" },
  { "configure/true-with-error", MINIPAY_ERROR_PLUGIN, "zoo-hooks: broken pipe" },
};

static void
test_configure (gconstpointer data)
{
  const HookCase *c = data;
  Shop shop;

  shop_init (&shop, c->behaviour);
  /* an account that cannot start is tried anew by the next call */
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;
    MinipayAccount *account = minipay_client_get_account (shop.client, "tea-shop", &error);

    hook_case_assert_failure (c, account, error);
  }
  shop_clear (&shop);
}

/* --- Querying: whatever is claimed, the journal keeps what it knows --- */

#define ASKED(behaviour, code, says)                                                                               \
  {                                                                                                                \
    behaviour, MINIPAY_ERROR_##code, says, 1, MINIPAY_INTENT_STATE_PENDING                                         \
  }

static const HookCase query_cases[] = {
  { "begin/false", MINIPAY_ERROR_PLUGIN, "zoo-hooks", 0, MINIPAY_INTENT_STATE_PENDING },
  { "begin/completes-checkout",
    MINIPAY_ERROR_PLUGIN,
    "zoo-hooks completed with MinipayCheckout",
    0,
    MINIPAY_INTENT_STATE_PENDING },
  { "begin/header-host", MINIPAY_ERROR_PLUGIN, "zoo-hooks", 0, MINIPAY_INTENT_STATE_PENDING },
  ASKED ("resume/false", PLUGIN, "zoo-hooks failed without giving a reason"),
  ASKED ("resume/nothing", PLUGIN, "zoo-hooks neither sent nor completed"),
  ASKED ("resume/foreign-error", PLUGIN, "zoo-hooks: broken pipe"),
  ASKED ("resume/completes-checkout", PLUGIN, "zoo-hooks completed with MinipayCheckout"),
  ASKED ("resume/completes-nothing", PLUGIN, "zoo-hooks completed with nothing"),
  ASKED ("resume/completes-twice", PLUGIN, "zoo-hooks answered twice"),
  ASKED ("resume/waits", RATE_LIMITED, "the gateway rests"),
  ASKED ("resume/refuses", REFUSED, "zoo-hooks answered"),
  ASKED ("resume/verifies-nothing", SIGNATURE_INVALID, "signature"),
  ASKED ("resume/decrypts-garbage", PROTOCOL, "sealed text"),
  ASKED ("resume/claims-other-number", MISMATCH, "zoo00000000000000other"),
  ASKED ("resume/claims-no-number", MISMATCH, "out_trade_no"),
  ASKED ("resume/claims-other-total", MISMATCH, "total"),
  ASKED ("resume/claims-negative-total", MISMATCH, "total"),
  ASKED ("resume/claims-other-currency", MISMATCH, "USD"),
  ASKED ("resume/claims-other-mchid", MISMATCH, "1900000002"),
  { "resume/sends-for-ever", MINIPAY_ERROR_PLUGIN, "zoo-hooks sends without end", 8, MINIPAY_INTENT_STATE_PENDING },
};

static void
test_query (gconstpointer data)
{
  const HookCase *c = data;
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (NUMBER);
  g_autoptr (MinipayPayment) payment = NULL;
  g_autoptr (GError) error = NULL;
  Watch watch = { 0 };
  Shop shop;

  shop_start (&shop, c->behaviour);
  shop_note_order (&shop);
  payment = minipay_account_query_payment (shop.account, ref, NULL, &error);
  hook_case_assert_failure (c, payment, error);
  g_assert_cmpuint (raw_server_get_requests (shop.server), ==, c->n_requests);
  shop_assert_state (&shop, NUMBER, c->state);

  minipay_account_query_payment_async (shop.account, ref, NULL, on_queried, &watch);
  watch_run (&watch);
  hook_case_assert_failure (c, watch.result, watch.error);
  shop_assert_state (&shop, NUMBER, c->state);
  watch_clear (&watch);
  shop_clear (&shop);
}

/* A fitting answer that nobody signed is passed on, marked as such, and settles nothing. */
static void
test_query_claims_paid (void)
{
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (NUMBER);
  g_autoptr (MinipayPayment) payment = NULL;
  g_autoptr (GError) error = NULL;
  Shop shop;

  shop_start (&shop, "honest");
  shop_note_order (&shop);
  payment = minipay_account_query_payment (shop.account, ref, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (minipay_payment_get_authenticated (payment));
  shop_assert_state (&shop, NUMBER, MINIPAY_INTENT_STATE_PENDING);
  shop_clear (&shop);
}

/* --- Receiving --- */

#define TAKEN(behaviour, code, says)                                                                               \
  {                                                                                                                \
    behaviour, MINIPAY_ERROR_##code, says, 0, MINIPAY_INTENT_STATE_PENDING                                         \
  }

static const HookCase receive_cases[] = {
  TAKEN ("receive/unverified", PLUGIN, "zoo-hooks took a notification without verifying it"),
  TAKEN ("receive/ignores-verdict", PLUGIN, "zoo-hooks took a notification without verifying it"),
  TAKEN ("receive/false", PLUGIN, "zoo-hooks failed without giving a reason"),
  TAKEN ("receive/nothing", PLUGIN, "zoo-hooks neither sent nor completed"),
  TAKEN ("receive/true-with-error", PLUGIN, "zoo-hooks: broken pipe"),
  TAKEN ("receive/foreign-error", PLUGIN, "zoo-hooks: broken pipe"),
  TAKEN ("receive/sends-once", PLUGIN, "zoo-hooks sends while it judges"),
  TAKEN ("receive/sends-and-completes", PLUGIN, "zoo-hooks answered twice"),
  TAKEN ("receive/waits", PLUGIN, "zoo-hooks leaves a notification pending"),
  TAKEN ("receive/completes-nothing", PLUGIN, "zoo-hooks completed with nothing"),
  TAKEN ("receive/completes-checkout", PLUGIN, "zoo-hooks completed with MinipayCheckout"),
  TAKEN ("receive/completes-twice", PLUGIN, "zoo-hooks answered twice"),
  TAKEN ("receive/verifies-nothing", SIGNATURE_INVALID, "signature"),
  TAKEN ("receive/decrypts-garbage", PROTOCOL, "sealed text"),
  TAKEN ("receive/claims-no-number", MISMATCH, "out_trade_no"),
  TAKEN ("receive/claims-other-total", MISMATCH, "total"),
  TAKEN ("receive/claims-other-currency", MISMATCH, "USD"),
  TAKEN ("receive/claims-other-mchid", MISMATCH, "1900000002"),
};

/* The digest is of the text with the key at its end, as in WeChat Pay's second interface. */
static MinipayHttpRequest *
new_notification (void)
{
  g_autoptr (GBytes) body = g_bytes_new_static (NUMBER, strlen (NUMBER));
  MinipayHttpRequest *request = minipay_http_request_new ("POST", "/notify/tea-shop", body);
  g_autofree char *digest =
      g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) SECRET, strlen (SECRET), NUMBER SECRET, -1);

  g_autofree char *upper = g_ascii_strup (digest, -1);

  minipay_http_request_add_header (request, "Zoo-Signature", upper);
  return request;
}

static void
assert_reply (MinipayReceipt *receipt, gboolean accepted, guint status)
{
  g_autoptr (MinipayHttpResponse) reply = minipay_receipt_dup_reply (receipt, accepted);

  g_assert_cmpuint (minipay_http_response_get_status (reply), ==, status);
}

static void
assert_refused (const HookCase *c, Shop *shop, MinipayReceipt *receipt)
{
  g_assert_null (minipay_receipt_get_notification (receipt));
  g_assert_cmpint (minipay_receipt_get_failure_code (receipt), ==, c->code);
  zoo_assert_message (minipay_receipt_get_failure_message (receipt), c->says);
  /* there is no way to say yes to it */
  assert_reply (receipt, TRUE, 503);
  assert_reply (receipt, FALSE, 503);
  g_assert_cmpuint (raw_server_get_requests (shop->server), ==, 0);
  shop_assert_state (shop, NUMBER, c->state);
}

static void
test_receive (gconstpointer data)
{
  const HookCase *c = data;
  g_autoptr (MinipayHttpRequest) request = new_notification ();
  g_autoptr (MinipayReceipt) receipt = NULL;
  g_autoptr (GError) error = NULL;
  Watch watch = { 0 };
  Shop shop;

  shop_start (&shop, c->behaviour);
  shop_note_order (&shop);
  receipt = minipay_client_receive (shop.client, request, NULL, &error);
  g_assert_no_error (error);
  assert_refused (c, &shop, receipt);

  minipay_client_receive_async (shop.client, request, NULL, on_received, &watch);
  watch_run (&watch);
  g_assert_no_error (watch.error);
  assert_refused (c, &shop, MINIPAY_RECEIPT (watch.result));
  watch_clear (&watch);
  shop_clear (&shop);
}

/* The counterpart: the same account without a bad manner takes the same message. */
static void
test_receive_honest (void)
{
  g_autoptr (MinipayHttpRequest) request = new_notification ();
  g_autoptr (MinipayReceipt) receipt = NULL;
  g_autoptr (GError) error = NULL;
  Shop shop;

  shop_start (&shop, "honest");
  shop_note_order (&shop);
  receipt = minipay_client_receive (shop.client, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (minipay_receipt_get_notification (receipt));
  assert_reply (receipt, TRUE, 202);
  assert_reply (receipt, FALSE, 503);
  shop_assert_state (&shop, NUMBER, MINIPAY_INTENT_STATE_PAID);
  shop_clear (&shop);
}

/* The message was genuine and is written down: the gateway gets a plain yes or no in the provider's stead. */
static void
test_acknowledge (gconstpointer data)
{
  g_autoptr (MinipayHttpRequest) request = new_notification ();
  g_autoptr (MinipayReceipt) receipt = NULL;
  g_autoptr (GError) error = NULL;
  Shop shop;

  shop_start (&shop, data);
  shop_note_order (&shop);
  receipt = minipay_client_receive (shop.client, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (minipay_receipt_get_notification (receipt));
  g_test_expect_message ("minipay", G_LOG_LEVEL_WARNING, "*acknowledgement*zoo-hooks*");
  g_test_expect_message ("minipay", G_LOG_LEVEL_WARNING, "*acknowledgement*zoo-hooks*");
  assert_reply (receipt, TRUE, 200);
  assert_reply (receipt, FALSE, 500);
  g_test_assert_expected_messages ();
  shop_assert_state (&shop, NUMBER, MINIPAY_INTENT_STATE_PAID);
  shop_clear (&shop);
}

static void
test_receive_slow (void)
{
  g_autoptr (MinipayHttpRequest) request = new_notification ();
  Watch watch = { 0 };
  Shop shop;

  shop_start (&shop, "receive/slow");
  shop_note_order (&shop);
  minipay_client_receive_async (shop.client, request, NULL, on_received, &watch);
  watch_run (&watch);
  g_assert_no_error (watch.error);
  g_assert_nonnull (minipay_receipt_get_notification (MINIPAY_RECEIPT (watch.result)));
  g_assert_cmpint (watch.longest_gap_us, <, MAX_GAP_US);
  watch_clear (&watch);
  shop_clear (&shop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hook_cases_add ("configure", configure_cases, G_N_ELEMENTS (configure_cases), test_configure);
  hook_cases_add ("query", query_cases, G_N_ELEMENTS (query_cases), test_query);
  g_test_add_func ("/hooks/query/claims-paid/settles-nothing", test_query_claims_paid);
  hook_cases_add ("receive", receive_cases, G_N_ELEMENTS (receive_cases), test_receive);
  g_test_add_func ("/hooks/receive/honest/settles", test_receive_honest);
  g_test_add_func ("/hooks/receive/slow/stalls-nobody", test_receive_slow);
  g_test_add_data_func ("/hooks/acknowledge/nothing/plain-reply", "acknowledge/nothing", test_acknowledge);
  g_test_add_data_func (
      "/hooks/acknowledge/foreign-error/plain-reply", "acknowledge/foreign-error", test_acknowledge);
  g_test_add_data_func (
      "/hooks/acknowledge/reply-and-error/plain-reply", "acknowledge/reply-and-error", test_acknowledge);
  return hooks_run ();
}
