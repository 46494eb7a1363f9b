/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <time.h>

#include "client/minipay-account-private.h"
#include "client/minipay-memory-store.h"
#include "core/minipay-payment.h"
#include "core/minipay-receipt.h"
#include "provider/minipay-manifest-private.h"
#include "provider/minipay-provider-info-private.h"
#include "support/raw-server.h"
#include "support/test-exchange.h"

#define NUMBER "20260101000000000001"
#define OTHER  "20260101000000000002"
#define KEY    "0123456789abcdef"
/* printf '%s' 202601010000000000010123456789abcdef | md5sum | tr a-f A-F */
#define SIGN "DF0A486AA840738EF2FAAC77C4DF93C0"

#define ANSWER(length, word) "HTTP/1.1 200 OK\r\nContent-Length: " length "\r\n\r\n" word
#define PAID_ANSWER          ANSWER ("4", "PAID")
#define OPEN_ANSWER          ANSWER ("4", "OPEN")
#define OTHER_TOTAL_ANSWER   ANSWER ("4", "MORE")
#define WAIT_US              (5 * G_TIME_SPAN_SECOND)
#define PAUSE_US             G_TIME_SPAN_MINUTE

/* --- The clock of this program: the system's, and what a test adds to it --- */

static gint64 added_us;

gint64
g_get_monotonic_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * G_TIME_SPAN_SECOND + now.tv_nsec / 1000 + __atomic_load_n (&added_us, __ATOMIC_SEQ_CST);
}

static void
clock_add (gint64 us)
{
  __atomic_add_fetch (&added_us, us, __ATOMIC_SEQ_CST);
}

/* --- A gateway whose notifications nobody can verify but once --- */

#define ASK_TYPE_PROVIDER (ask_provider_get_type ())
G_DECLARE_FINAL_TYPE (AskProvider, ask_provider, ASK, PROVIDER, GObject)

struct _AskProvider {
  GObject parent_instance;
};

static void ask_provider_iface_init (MinipayPaymentProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AskProvider,
                               ask_provider,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MINIPAY_TYPE_PAYMENT_PROVIDER, ask_provider_iface_init))

static void
ask_complete (MinipayExchange *x, const char *number, gint64 fen, MinipayPaymentState state)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (fen, "CNY");
  g_autoptr (GObject) payment = g_object_new (
      MINIPAY_TYPE_PAYMENT, "out-trade-no", number, "total", total, "transaction-id", number, "state", state, NULL);

  minipay_exchange_complete (x, payment);
}

static gboolean
ask_begin (MinipayPaymentProvider *provider, MinipayExchange *x, GError **error)
{
  MinipayPaymentRef *ref = minipay_exchange_get_payment_ref (x);
  g_autofree char *target = g_strconcat ("/query/", minipay_payment_ref_get_out_trade_no (ref), NULL);
  g_autoptr (MinipayHttpRequest) request = minipay_http_request_new ("GET", target, NULL);

  minipay_exchange_send (x, request, MINIPAY_SEND_FLAGS_SAFE);
  return TRUE;
}

static gboolean
ask_resume (MinipayPaymentProvider *provider, MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  const char *number = minipay_payment_ref_get_out_trade_no (minipay_exchange_get_payment_ref (x));
  const char *word = g_bytes_get_data (minipay_http_response_get_body (answer), NULL);

  ask_complete (x,
                number,
                strncmp (word, "MORE", 4) == 0 ? 1991 : 1990,
                strncmp (word, "OPEN", 4) == 0 ? MINIPAY_PAYMENT_STATE_PENDING : MINIPAY_PAYMENT_STATE_PAID);
  return TRUE;
}

/* The body is the order's number, the header its digest. */
static gboolean
ask_receive (MinipayPaymentProvider *provider, MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (minipay_http_request_get_body (incoming), &length);
  g_autofree char *number = g_strndup (length > 0 ? text : "", length);
  const char *sign = minipay_headers_lookup (minipay_http_request_get_headers (incoming), "Sign", NULL);

  minipay_exchange_suggest_query (x, number);
  if (!minipay_exchange_verify (x, MINIPAY_SCHEME_MD5, "key", number, length, sign, error))
    return FALSE;
  ask_complete (x, number, 1990, MINIPAY_PAYMENT_STATE_PENDING);
  return TRUE;
}

static MinipayHttpResponse *
ask_acknowledge (MinipayPaymentProvider *provider, MinipayExchange *x, gboolean accepted, GError **error)
{
  return minipay_http_response_new (accepted ? 200 : 500, NULL);
}

static void
ask_provider_iface_init (MinipayPaymentProviderInterface *iface)
{
  iface->begin = ask_begin;
  iface->resume = ask_resume;
  iface->receive = ask_receive;
  iface->acknowledge = ask_acknowledge;
}

static void
ask_provider_class_init (AskProviderClass *klass)
{
}

static void
ask_provider_init (AskProvider *self)
{
}

/* --- The shop --- */

#define MANIFEST(operations)                                                                                       \
  "[Minipay Provider]\nId=tea\nAbi=1\nName=Tea\nLoader=native\nModule=libtea.so\nType=Tea\nOperations=" operations \
  "\nMethods=mini-program/wechat;\nHosts=pay.example;\nCurrencies=CNY;\n"                                          \
  "[Field key]\nType=secret\nRequired=true\n[Field settle-on-query]\nType=boolean\nDefault=true\n"                 \
  "[Limit out_trade_no]\nRequired=true\nMaxLength=32\nCharacters=0-9\n"

typedef struct {
  RawServer *server;
  MinipayStore *store;
  MinipayTransport *transport;
  MinipayAccount *account;
} Shop;

static void
shop_start (Shop *shop, const char *manifest, const char *answer)
{
  g_autoptr (GBytes) text = g_bytes_new_static (manifest, strlen (manifest));
  g_autoptr (GError) error = NULL;
  MinipayManifest *parsed = minipay_manifest_parse ("tea.provider", "tea", text, &error);
  g_autoptr (MinipayProviderInfo) info = minipay_provider_info_new (parsed);
  g_autoptr (GObject) provider = g_object_new (ASK_TYPE_PROVIDER, NULL);
  g_autoptr (MinipayAccountConfig) config = NULL;
  g_autoptr (GHashTable) settings = NULL;
  MinipayAccountHouse house = { 0 };

  g_assert_no_error (error);
  shop->server = raw_server_new (NULL);
  raw_server_push_text (shop->server, answer);
  settings = minipay_test_settings_new (
      (const char *const[]){ "key", KEY, "endpoint", raw_server_get_base_url (shop->server), NULL });
  config = minipay_test_config_new (info, settings, &error);
  g_assert_no_error (error);
  shop->store = minipay_memory_store_new ();
  shop->transport = minipay_transport_new (16, NULL);
  house.transport = shop->transport;
  house.store = shop->store;
  house.deadline_ms = 5000;
  shop->account = minipay_account_new (info, config, MINIPAY_PAYMENT_PROVIDER (provider), &house);
}

static void
shop_clear (Shop *shop)
{
  g_object_unref (shop->account);
  g_object_unref (shop->transport);
  g_object_unref (shop->store);
  raw_server_free (shop->server);
}

/* Notes an order of 19.90 CNY, and what is believed of it. */
static void
shop_note (Shop *shop, const char *account, const char *number, MinipayIntentState state)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (1990, "CNY");
  g_autoptr (MinipayIntent) intent = g_object_new (MINIPAY_TYPE_INTENT,
                                                   "account",
                                                   account,
                                                   "number",
                                                   number,
                                                   "total",
                                                   total,
                                                   "fingerprint",
                                                   "f",
                                                   "state",
                                                   MINIPAY_INTENT_STATE_SENDING,
                                                   NULL);
  g_autoptr (MinipayIntent) begun = NULL;
  g_autoptr (MinipayIntent) advanced = NULL;
  g_autoptr (GError) error = NULL;

  begun = minipay_store_begin (shop->store, intent, &error);
  g_assert_no_error (error);
  if (state != MINIPAY_INTENT_STATE_SENDING)
    advanced =
        minipay_store_advance (shop->store, account, MINIPAY_INTENT_KIND_PAYMENT, number, state, NULL, &error);
  g_assert_no_error (error);
}

static MinipayIntentState
shop_get_state (Shop *shop, const char *number)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayIntent) intent =
      minipay_store_find (shop->store, "tea-shop", MINIPAY_INTENT_KIND_PAYMENT, number, &error);

  g_assert_no_error (error);
  return minipay_intent_get_state (intent);
}

static void
shop_wait_state (Shop *shop, const char *number, MinipayIntentState state)
{
  for (gint64 waited_us = 0; waited_us < WAIT_US && shop_get_state (shop, number) != state; waited_us += 5000)
    g_usleep (5000);
  g_assert_cmpint (shop_get_state (shop, number), ==, state);
}

/* A message that nobody signed, about an order. */
static void
shop_refuse (Shop *shop, const char *number)
{
  g_autoptr (MinipayHttpRequest) incoming =
      minipay_test_incoming_new ((const char *const[]){ "Sign", "0123456789ABCDEF0123456789ABCDEF", NULL }, number);
  g_autoptr (MinipayReceipt) receipt = minipay_account_receive (shop->account, incoming);
  g_autoptr (MinipayHttpResponse) reply = minipay_receipt_dup_reply (receipt, TRUE);

  g_assert_null (minipay_receipt_get_notification (receipt));
  g_assert_error (minipay_receipt_get_failure (receipt), MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_cmpuint (minipay_http_response_get_status (reply), ==, 500);
}

static void
shop_assert_asked (Shop *shop, guint n_requests, const char *last_number)
{
  g_autofree char *wanted = g_strdup_printf ("GET /query/%s HTTP/1.1\r\n", last_number);
  g_autofree char *request = NULL;

  g_assert_true (raw_server_wait_requests (shop->server, n_requests));
  request = raw_server_dup_request (shop->server, n_requests - 1);
  g_assert_true (g_str_has_prefix (request, wanted));
  g_assert_cmpuint (raw_server_get_requests (shop->server), ==, n_requests);
}

/* Whoever asks claims the question first: one that can still be claimed was not asked. */
static void
shop_assert_not_asked (Shop *shop, const char *number)
{
  g_assert_true (minipay_account_claim_question (shop->account, number));
}

/* --- Tests --- */

static void
test_asks (void)
{
  static const MinipayIntentState open[] = { MINIPAY_INTENT_STATE_SENDING,
                                             MINIPAY_INTENT_STATE_UNKNOWN,
                                             MINIPAY_INTENT_STATE_PENDING };

  for (guint i = 0; i < G_N_ELEMENTS (open); i++) {
    Shop shop;

    shop_start (&shop, MANIFEST ("create;query;receive;"), PAID_ANSWER);
    shop_note (&shop, "tea-shop", NUMBER, open[i]);
    shop_refuse (&shop, NUMBER);
    shop_assert_asked (&shop, 1, NUMBER);
    shop_wait_state (&shop, NUMBER, MINIPAY_INTENT_STATE_PAID);
    shop_clear (&shop);
  }
}

static void
test_once_a_minute (void)
{
  Shop shop;

  shop_start (&shop, MANIFEST ("create;query;receive;"), OPEN_ANSWER);
  shop_note (&shop, "tea-shop", NUMBER, MINIPAY_INTENT_STATE_PENDING);
  shop_note (&shop, "tea-shop", OTHER, MINIPAY_INTENT_STATE_PENDING);
  for (guint i = 0; i < 5; i++)
    shop_refuse (&shop, NUMBER);
  shop_assert_asked (&shop, 1, NUMBER);
  g_assert_false (minipay_account_claim_question (shop.account, NUMBER));

  clock_add (PAUSE_US / 2);
  shop_refuse (&shop, NUMBER);
  /* another order has a minute of its own */
  shop_refuse (&shop, OTHER);
  shop_assert_asked (&shop, 2, OTHER);

  clock_add (PAUSE_US / 2);
  shop_refuse (&shop, OTHER);
  shop_refuse (&shop, NUMBER);
  shop_assert_asked (&shop, 3, NUMBER);
  g_assert_cmpint (shop_get_state (&shop, NUMBER), ==, MINIPAY_INTENT_STATE_PENDING);
  shop_clear (&shop);
}

static void
test_settled (void)
{
  static const MinipayIntentState settled[] = { MINIPAY_INTENT_STATE_PAID,
                                                MINIPAY_INTENT_STATE_REFUNDED,
                                                MINIPAY_INTENT_STATE_CLOSED,
                                                MINIPAY_INTENT_STATE_FAILED };

  for (guint i = 0; i < G_N_ELEMENTS (settled); i++) {
    Shop shop;

    shop_start (&shop, MANIFEST ("create;query;receive;"), PAID_ANSWER);
    shop_note (&shop, "tea-shop", NUMBER, settled[i]);
    shop_refuse (&shop, NUMBER);
    shop_assert_not_asked (&shop, NUMBER);
    g_assert_cmpint (shop_get_state (&shop, NUMBER), ==, settled[i]);
    g_assert_cmpuint (raw_server_get_requests (shop.server), ==, 0);
    shop_clear (&shop);
  }
}

static void
test_unknown (void)
{
  static const char *const strangers[] = { OTHER, "", "20260101000000000003\n", "../etc", "\xff" };
  /* in the journal by some other way: no number that this gateway has */
  static const char *const unfit = "202601010000000000010000000000000";
  Shop shop;

  shop_start (&shop, MANIFEST ("create;query;receive;"), PAID_ANSWER);
  shop_note (&shop, "tea-shop", NUMBER, MINIPAY_INTENT_STATE_PENDING);
  shop_note (&shop, "tea-shop", unfit, MINIPAY_INTENT_STATE_PENDING);
  shop_note (&shop, "coffee-shop", OTHER, MINIPAY_INTENT_STATE_PENDING);
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++) {
    shop_refuse (&shop, strangers[i]);
    shop_assert_not_asked (&shop, strangers[i]);
  }
  shop_refuse (&shop, unfit);
  shop_assert_not_asked (&shop, unfit);
  /* and the one that is known */
  shop_refuse (&shop, NUMBER);
  shop_assert_asked (&shop, 1, NUMBER);
  shop_wait_state (&shop, NUMBER, MINIPAY_INTENT_STATE_PAID);
  shop_clear (&shop);
}

/* A gateway that answers no questions is asked none. */
static void
test_no_query (void)
{
  Shop shop;

  shop_start (&shop, MANIFEST ("create;receive;"), PAID_ANSWER);
  shop_note (&shop, "tea-shop", NUMBER, MINIPAY_INTENT_STATE_PENDING);
  shop_refuse (&shop, NUMBER);
  shop_assert_not_asked (&shop, NUMBER);
  g_assert_cmpuint (raw_server_get_requests (shop.server), ==, 0);
  shop_clear (&shop);
}

static void
test_accepted (void)
{
  g_autoptr (MinipayHttpRequest) incoming =
      minipay_test_incoming_new ((const char *const[]){ "Sign", SIGN, NULL }, NUMBER);
  g_autoptr (MinipayReceipt) receipt = NULL;
  Shop shop;

  shop_start (&shop, MANIFEST ("create;query;receive;"), PAID_ANSWER);
  shop_note (&shop, "tea-shop", NUMBER, MINIPAY_INTENT_STATE_PENDING);
  receipt = minipay_account_receive (shop.account, incoming);
  if (minipay_receipt_get_notification (receipt) == NULL)
    g_error ("refused: %s", minipay_receipt_get_failure_message (receipt));
  shop_assert_not_asked (&shop, NUMBER);
  g_assert_cmpuint (raw_server_get_requests (shop.server), ==, 0);
  g_clear_object (&receipt);
  shop_clear (&shop);
}

/* A flood of messages about a flood of orders is no flood of questions. */
static void
test_flood (void)
{
  Shop shop;

  shop_start (&shop, MANIFEST ("create;query;receive;"), PAID_ANSWER);
  shop_note (&shop, "tea-shop", NUMBER, MINIPAY_INTENT_STATE_PENDING);
  for (guint i = 0; i < 64; i++) {
    g_autofree char *number = g_strdup_printf ("3026010100000000%04u", i);

    g_assert_true (minipay_account_claim_question (shop.account, number));
    g_assert_false (minipay_account_claim_question (shop.account, number));
  }
  g_assert_false (minipay_account_claim_question (shop.account, OTHER));
  shop_refuse (&shop, NUMBER);
  clock_add (PAUSE_US);
  shop_assert_not_asked (&shop, OTHER);
  g_assert_cmpuint (raw_server_get_requests (shop.server), ==, 0);
  shop_refuse (&shop, NUMBER);
  shop_assert_asked (&shop, 1, NUMBER);
  shop_wait_state (&shop, NUMBER, MINIPAY_INTENT_STATE_PAID);
  shop_clear (&shop);
}

/* The answer is compared like any other. */
static void
test_other_total (void)
{
  Shop shop;

  shop_start (&shop, MANIFEST ("create;query;receive;"), OTHER_TOTAL_ANSWER);
  raw_server_push_text (shop.server, PAID_ANSWER);
  shop_note (&shop, "tea-shop", NUMBER, MINIPAY_INTENT_STATE_PENDING);
  shop_refuse (&shop, NUMBER);
  shop_assert_asked (&shop, 1, NUMBER);
  g_usleep (100000);
  g_assert_cmpint (shop_get_state (&shop, NUMBER), ==, MINIPAY_INTENT_STATE_PENDING);
  clock_add (PAUSE_US);
  shop_refuse (&shop, NUMBER);
  shop_assert_asked (&shop, 2, NUMBER);
  shop_wait_state (&shop, NUMBER, MINIPAY_INTENT_STATE_PAID);
  shop_clear (&shop);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ask-about/refused-of-open-order/asks-and-notes", test_asks);
  g_test_add_func ("/ask-about/again/once-a-minute-and-order", test_once_a_minute);
  g_test_add_func ("/ask-about/settled/not-asked", test_settled);
  g_test_add_func ("/ask-about/unknown/not-asked", test_unknown);
  g_test_add_func ("/ask-about/no-query/not-asked", test_no_query);
  g_test_add_func ("/ask-about/accepted/not-asked", test_accepted);
  g_test_add_func ("/ask-about/flood/64-a-minute", test_flood);
  g_test_add_func ("/ask-about/other-total/settles-nothing", test_other_total);
  return g_test_run ();
}
