/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "raw-server.h"
#include "zoo.h"

#define NUMBER       "zoo000000000000000001"
#define SECRET       "0123456789abcdef0123456789abcdef"
#define OK_ANSWER    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
#define TICK_MS      5
#define MAX_GAP_US   150000
#define HOOK_TIME_US 300000

static char *zoo_root;

/* One shop with one account that misbehaves as told, and the gateway it speaks to. */
typedef struct {
  RawServer *server;
  MinipayStore *store;
  MinipayClient *client;
  MinipayAccount *account; /* borrowed */
} Shop;

static void
shop_init (Shop *shop, const char *behaviour)
{
  g_autoptr (MinipayRegistry) registry = minipay_registry_new_for_path (zoo_root);
  g_autoptr (GError) error = NULL;

  shop->server = raw_server_new (NULL);
  raw_server_push_text (shop->server, OK_ANSWER);
  shop->store = minipay_memory_store_new ();
  shop->client = minipay_client_new (registry, shop->store);
  minipay_client_add_account (
      shop->client,
      "tea-shop",
      g_variant_new_parsed ("{'provider': 'zoo-hooks', 'secret-key': %s, 'endpoint': %s, 'behaviour': %s}",
                            SECRET,
                            raw_server_get_base_url (shop->server),
                            behaviour),
      &error);
  g_assert_no_error (error);
}

static void
shop_start (Shop *shop, const char *behaviour)
{
  g_autoptr (GError) error = NULL;

  shop_init (shop, behaviour);
  shop->account = minipay_client_get_account (shop->client, "tea-shop", &error);
  g_assert_no_error (error);
}

static void
shop_clear (Shop *shop)
{
  g_clear_object (&shop->client);
  g_clear_object (&shop->store);
  raw_server_free (shop->server);
}

static MinipayOrder *
new_order (const char *number, const char *subject)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (100, "CNY");

  return minipay_order_new (number, total, subject, MINIPAY_METHOD_MINI_PROGRAM);
}

/* The journal knows an order that waits for its payment. */
static void
shop_note_order (Shop *shop)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (100, "CNY");
  g_autoptr (MinipayIntent) intent = g_object_new (MINIPAY_TYPE_INTENT,
                                                   "account",
                                                   "tea-shop",
                                                   "out-trade-no",
                                                   NUMBER,
                                                   "total",
                                                   total,
                                                   "fingerprint",
                                                   "noted",
                                                   "state",
                                                   MINIPAY_INTENT_STATE_SENDING,
                                                   NULL);
  g_autoptr (MinipayIntent) begun = NULL;
  g_autoptr (MinipayIntent) waiting = NULL;
  g_autoptr (GError) error = NULL;

  begun = minipay_store_begin (shop->store, intent, &error);
  g_assert_no_error (error);
  waiting = minipay_store_advance (shop->store, "tea-shop", NUMBER, MINIPAY_INTENT_STATE_PENDING, NULL, &error);
  g_assert_no_error (error);
}

static void
shop_assert_state (Shop *shop, const char *number, MinipayIntentState state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayIntent) intent = minipay_store_find (shop->store, "tea-shop", number, &error);

  g_assert_no_error (error);
  g_assert_nonnull (intent);
  g_assert_cmpint (minipay_intent_get_state (intent), ==, state);
}

/* --- An asynchronous call, watched: one callback, later, and the caller's loop never stands still --- */

typedef struct {
  guint n_callbacks;
  GObject *result;
  GError *error;
  gint64 last_tick_us;
  gint64 longest_gap_us;
} Watch;

static gboolean
on_tick (gpointer data)
{
  Watch *watch = data;
  gint64 now_us = g_get_monotonic_time ();

  watch->longest_gap_us = MAX (watch->longest_gap_us, now_us - watch->last_tick_us);
  watch->last_tick_us = now_us;
  return G_SOURCE_CONTINUE;
}

static void
watch_run (Watch *watch)
{
  guint timer = g_timeout_add (TICK_MS, on_tick, watch);
  gint64 end_us;

  g_assert_cmpuint (watch->n_callbacks, ==, 0);
  watch->last_tick_us = g_get_monotonic_time ();
  while (watch->n_callbacks == 0)
    g_main_context_iteration (NULL, TRUE);
  /* long enough for a second callback to show itself */
  end_us = g_get_monotonic_time () + 4 * TICK_MS * G_TIME_SPAN_MILLISECOND;
  while (g_get_monotonic_time () < end_us)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timer);
  g_assert_cmpuint (watch->n_callbacks, ==, 1);
}

static void
watch_clear (Watch *watch)
{
  g_clear_object (&watch->result);
  g_clear_error (&watch->error);
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer data)
{
  Watch *watch = data;

  watch->n_callbacks++;
  watch->result =
      (GObject *) minipay_account_create_payment_finish (MINIPAY_ACCOUNT (source), result, &watch->error);
}

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

/* --- Creating --- */

typedef struct {
  const char *behaviour;
  MinipayError code;
  const char *says;
  guint n_requests;
  MinipayIntentState state;
} HookCase;

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
  NEVER_SENT ("begin/signs-with-unknown-key", CONFIG, "no-such-key"),
  NEVER_SENT ("begin/signs-with-wrong-key", INTERNAL, "shared secret"),
  NEVER_SENT ("begin/verifies-nothing", SIGNATURE_INVALID, "signature"),
  NEVER_SENT ("begin/verifies-garbage", SIGNATURE_INVALID, "signature"),
  NEVER_SENT ("begin/verifies-with-unknown-key", SIGNATURE_INVALID, "no-such-key"),
  NEVER_SENT ("begin/decrypts-garbage", PROTOCOL, "sealed text"),
  NEVER_SENT ("begin/decrypts-no-base64", PROTOCOL, "base64"),
  NEVER_SENT ("begin/decrypts-without-nonce", PROTOCOL, "nonce"),
  NEVER_SENT ("begin/decrypts-with-unknown-key", CONFIG, "no-such-key"),

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
assert_failure (const HookCase *c, gpointer result, const GError *error)
{
  g_assert_null (result);
  zoo_assert_error (error, c->code, c->says);
}

static void
test_create_blocking (gconstpointer data)
{
  const HookCase *c = data;
  g_autoptr (MinipayOrder) order = new_order (NUMBER, "tea");
  g_autoptr (MinipayOrder) other = new_order (NUMBER, "coffee");
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) other_error = NULL;
  Shop shop;

  shop_start (&shop, c->behaviour);
  checkout = minipay_account_create_payment (shop.account, order, NULL, &error);
  assert_failure (c, checkout, error);
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
  g_autoptr (MinipayOrder) order = new_order (NUMBER, "tea");
  Watch watch = { 0 };
  Shop shop;

  shop_start (&shop, c->behaviour);
  minipay_account_create_payment_async (shop.account, order, NULL, on_created, &watch);
  watch_run (&watch);
  assert_failure (c, watch.result, watch.error);
  g_assert_cmpuint (raw_server_get_requests (shop.server), ==, c->n_requests);
  shop_assert_state (&shop, NUMBER, c->state);
  watch_clear (&watch);
  shop_clear (&shop);
}

/* What nobody signed pays nothing, however well it fits. */
static void
test_create_claims_paid (gconstpointer data)
{
  g_autoptr (MinipayOrder) order = new_order (NUMBER, "tea");
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (MinipayIntent) intent = NULL;
  g_autoptr (GError) error = NULL;
  Shop shop;

  shop_start (&shop, data);
  checkout = minipay_account_create_payment (shop.account, order, NULL, NULL);
  intent = minipay_store_find (shop.store, "tea-shop", NUMBER, &error);
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
  g_autoptr (MinipayOrder) first = new_order ("zoo000000000000000001", "tea");
  g_autoptr (MinipayOrder) second = new_order ("zoo000000000000000002", "tea");
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
  g_autoptr (MinipayOrder) order = new_order (NUMBER, "tea");
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
  g_autoptr (MinipayOrder) order = new_order (NUMBER, "tea");
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
  g_autoptr (MinipayOrder) order = new_order (NUMBER, "tea");
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
  g_autoptr (MinipayOrder) order = new_order (NUMBER, "tea");
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

    assert_failure (c, account, error);
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
  assert_failure (c, payment, error);
  g_assert_cmpuint (raw_server_get_requests (shop.server), ==, c->n_requests);
  shop_assert_state (&shop, NUMBER, c->state);

  minipay_account_query_payment_async (shop.account, ref, NULL, on_queried, &watch);
  watch_run (&watch);
  assert_failure (c, watch.result, watch.error);
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

  minipay_http_request_add_header (request, "Zoo-Signature", digest);
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
  g_test_expect_message ("minipay", G_LOG_LEVEL_WARNING, "*acknowledgement*zoo-hooks*");
  g_test_expect_message ("minipay", G_LOG_LEVEL_WARNING, "*acknowledgement*zoo-hooks*");
  receipt = minipay_client_receive (shop.client, request, NULL, &error);
  g_test_assert_expected_messages ();
  g_assert_no_error (error);
  g_assert_nonnull (minipay_receipt_get_notification (receipt));
  assert_reply (receipt, TRUE, 200);
  assert_reply (receipt, FALSE, 500);
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

static void
add_cases (const char *group, const HookCase *cases, guint n_cases, GTestDataFunc func)
{
  for (guint i = 0; i < n_cases; i++) {
    g_autofree char *path = g_strdup_printf ("/hooks/%s/%s", group, cases[i].behaviour);

    g_test_add_data_func (path, &cases[i], func);
  }
}

static void
stage_zoo (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "zoo-hooks.provider", NULL);
  g_autofree char *manifest = NULL;
  g_autofree char *folder = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &manifest, NULL, &error);
  g_assert_no_error (error);
  zoo_root = zoo_new_root ();
  folder = zoo_stage (zoo_root, "zoo-hooks", manifest, "zoo-hooks");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  stage_zoo ();
  add_cases ("create-blocking", create_cases, G_N_ELEMENTS (create_cases), test_create_blocking);
  add_cases ("create-async", create_cases, G_N_ELEMENTS (create_cases), test_create_async);
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
  add_cases ("configure", configure_cases, G_N_ELEMENTS (configure_cases), test_configure);
  add_cases ("query", query_cases, G_N_ELEMENTS (query_cases), test_query);
  g_test_add_func ("/hooks/query/claims-paid/settles-nothing", test_query_claims_paid);
  add_cases ("receive", receive_cases, G_N_ELEMENTS (receive_cases), test_receive);
  g_test_add_func ("/hooks/receive/honest/settles", test_receive_honest);
  g_test_add_func ("/hooks/receive/slow/stalls-nobody", test_receive_slow);
  g_test_add_data_func ("/hooks/acknowledge/nothing/plain-reply", "acknowledge/nothing", test_acknowledge);
  g_test_add_data_func (
      "/hooks/acknowledge/foreign-error/plain-reply", "acknowledge/foreign-error", test_acknowledge);
  g_test_add_data_func (
      "/hooks/acknowledge/reply-and-error/plain-reply", "acknowledge/reply-and-error", test_acknowledge);
  status = g_test_run ();
  zoo_remove_root (zoo_root);
  return status;
}
