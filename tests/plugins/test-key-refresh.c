/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "raw-server.h"
#include "receive-desk.h"
#include "signing/minipay-keyring-private.h"
#include "v3-platform.h"

#define DAY         86400
#define NUMBER      "1217752501201407033233368018"
#define OLD_SERIAL  "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
#define NEW_SERIAL  "6AB10D9B0D84F3FA8B9C5B7F20A1E1C4A3D2F0B7"
#define PAST_SERIAL "7000000000000000000000000000000000000002"
#define DEADLINE_MS 8000
#define N_THREADS   4
#define PAID                                                                                                       \
  "{\"appid\":\"wxd678efh567hg6787\",\"mchid\":\"1900007291\",\"out_trade_no\":\"" NUMBER "\","                    \
  "\"transaction_id\":\"4200000925202101284997714292\",\"trade_state\":\"SUCCESS\","                               \
  "\"amount\":{\"total\":100,\"payer_total\":100,\"currency\":\"CNY\",\"payer_currency\":\"CNY\"}}"

/* In use; coming; over since yesterday. */
static V3Certificate *old_one, *new_one, *past_one;

/* An account whose gateway is a raw server. */
typedef struct {
  RawServer *server;
  Desk *desk;
} Shop;

static Shop *
shop_new_with_deadline (V3Certificate *first, V3Certificate *second, const char *mode, guint deadline_ms)
{
  Shop *self = g_new0 (Shop, 1);
  MinipayAccountHouse house = { 0 };
  RawServer *server = raw_server_new (NULL);
  const char *const changes[] = {
    "endpoint",
    raw_server_get_base_url (server),
    "mode",
    mode,
    "public-key",
    "file:gateway.pem",
    "public-key-id",
    V3_KEY_ID,
    NULL,
  };

  self->server = server;
  v3_certificate_write (first, second);
  self->desk = desk_new (v3_certificate_exchange_new (changes), NUMBER, 100);
  house.transport = self->desk->transport;
  house.store = self->desk->store;
  house.deadline_ms = deadline_ms;
  g_object_unref (self->desk->account);
  self->desk->account =
      minipay_account_new (self->desk->x->info, self->desk->x->config, self->desk->x->provider, &house);
  return self;
}

static Shop *
shop_new (V3Certificate *first, V3Certificate *second)
{
  return shop_new_with_deadline (first, second, "certificate", DEADLINE_MS);
}

static void
shop_free (Shop *self)
{
  g_clear_pointer (&self->desk, desk_free);
  raw_server_free (self->server);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Shop, shop_free)

static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* The gateway answers with @body; @signer NULL: unsigned. */
static void
shop_push (Shop *self, const char *status, V3Certificate *signer, const char *body, guint delay_ms)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text,
                          "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %" G_GSIZE_FORMAT
                          "\r\n",
                          status,
                          strlen (body));
  if (signer != NULL) {
    g_auto (GStrv) headers = v3_certificate_headers_new (signer, NULL, now (), body);

    for (char **pair = headers; *pair != NULL; pair += 2)
      g_string_append_printf (text, "%s: %s\r\n", pair[0], pair[1]);
  }
  g_string_append_printf (text, "\r\n%s", body);
  raw_server_push (self->server, &(RawAnswer){ .bytes = text->str, .length = -1, .delay_ms = delay_ms });
}

static void
shop_push_list (Shop *self, V3Certificate *signer, V3Certificate *first, V3Certificate *second, guint delay_ms)
{
  g_autofree char *body = v3_certificate_list_new (first, second);

  shop_push (self, "200 OK", signer, body, delay_ms);
}

/* A genuine notification, signed with @signer and under @serial (NULL: its own). */
static MinipayHttpRequest *
incoming_new (V3Certificate *signer, const char *serial)
{
  g_autofree char *body = v3_notification_new ("TRANSACTION.SUCCESS", "transaction", PAID);
  g_auto (GStrv) headers = v3_certificate_headers_new (signer, serial, now (), body);

  return minipay_test_incoming_new ((const char *const *) headers, body);
}

static void
assert_stranger (Shop *self, V3Certificate *signer)
{
  desk_assert_refused (self->desk, incoming_new (signer, NULL), MINIPAY_ERROR_SIGNATURE_INVALID);
}

static void
assert_known (Shop *self, V3Certificate *signer, gboolean duplicate)
{
  desk_assert_accepted (self->desk, incoming_new (signer, NULL), FALSE, duplicate);
}

static gboolean
shop_trusts (Shop *self, const char *id)
{
  g_autoptr (GHashTable) trusted =
      minipay_keyring_dup_trusted (minipay_account_config_get_keyring (self->desk->x->config));

  return g_hash_table_contains (trusted, id);
}

static guint
shop_count_trusted (Shop *self)
{
  g_autoptr (GHashTable) trusted =
      minipay_keyring_dup_trusted (minipay_account_config_get_keyring (self->desk->x->config));

  return g_hash_table_size (trusted);
}

static gboolean
on_time_over (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
turn_main_loop_for (guint ms)
{
  gboolean is_over = FALSE;

  g_timeout_add (ms, on_time_over, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
}

/* Until nothing in the background holds the account any more. */
static void
shop_settle (Shop *self)
{
  const gint64 until_us = g_get_monotonic_time () + 2 * DEADLINE_MS * G_TIME_SPAN_MILLISECOND;

  while (g_atomic_int_get (&G_OBJECT (self->desk->account)->ref_count) > 1) {
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);
    turn_main_loop_for (5);
  }
}

static void
assert_downloads (Shop *self, guint count)
{
  for (guint i = 0; i < count; i++) {
    g_autofree char *request = raw_server_dup_request (self->server, i);

    g_assert_nonnull (request);
    g_assert_true (g_str_has_prefix (request, "GET /v3/certificates HTTP/1.1\r\n"));
  }
  g_assert_cmpuint (raw_server_get_requests (self->server), ==, count);
}

/* --- Changing over --- */

static void
test_stranger (void)
{
  g_autoptr (Shop) shop = shop_new (old_one, NULL);

  g_test_summary ("A stranger is refused at once; the key comes in the background, and the message again.");
  shop_push_list (shop, old_one, old_one, new_one, 1500);
  assert_stranger (shop, new_one);
  g_assert_cmpint (desk_get_state (shop->desk, NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
  g_assert_true (raw_server_wait_requests (shop->server, 1));
  /* the answer is not there yet: no message waits for it */
  assert_stranger (shop, new_one);
  g_assert_false (shop_trusts (shop, NEW_SERIAL));
  shop_settle (shop);
  assert_known (shop, new_one, FALSE);
  g_assert_cmpint (desk_get_state (shop->desk, NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
  assert_downloads (shop, 1);
}

static void
test_known (void)
{
  g_autoptr (Shop) shop = shop_new (old_one, NULL);

  g_test_summary ("Whom the account knows, and whoever only signs wrongly, costs no download.");
  shop_push_list (shop, old_one, old_one, new_one, 0);
  assert_known (shop, old_one, FALSE);
  desk_assert_refused (shop->desk, incoming_new (new_one, OLD_SERIAL), MINIPAY_ERROR_SIGNATURE_INVALID);
  turn_main_loop_for (200);
  assert_downloads (shop, 0);
}

static void
test_both_verify (void)
{
  g_autoptr (Shop) shop = shop_new (old_one, NULL);
  g_auto (GStrv) headers = NULL;
  g_autofree char *body = v3_notification_new ("TRANSACTION.SUCCESS", "transaction", PAID);

  shop_push_list (shop, old_one, new_one, NULL, 0);
  assert_known (shop, old_one, FALSE);
  assert_stranger (shop, new_one);
  shop_settle (shop);
  assert_known (shop, old_one, TRUE);
  assert_known (shop, new_one, TRUE);
  /* and so does the bare public key beside them */
  headers = v3_headers_new (now (), "d824f2e086d3c1df967785d13fcd22ef", V3_KEY_ID, body);
  desk_assert_accepted (shop->desk, minipay_test_incoming_new ((const char *const *) headers, body), FALSE, TRUE);
  assert_downloads (shop, 1);
}

static void
test_strange_answer (void)
{
  static const char body[] =
      "{\"appid\":\"wxd678efh567hg6787\",\"mchid\":\"1900007291\","
      "\"out_trade_no\":\"" NUMBER "\",\"trade_state\":\"NOTPAY\",\"amount\":{\"total\":100}}";
  g_autoptr (Shop) shop = shop_new (old_one, NULL);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (NUMBER);
  g_autoptr (MinipayPayment) refused = NULL;
  g_autoptr (MinipayPayment) payment = NULL;
  g_autoptr (GError) strange = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *download = NULL;

  g_test_summary ("A stranger under an answer is refused like one under a notification, and asked for.");
  shop_push (shop, "200 OK", new_one, body, 0);
  shop_push_list (shop, old_one, old_one, new_one, 0);
  shop_push (shop, "200 OK", new_one, body, 0);
  refused = minipay_account_query_payment (shop->desk->account, ref, NULL, &strange);
  g_assert_null (refused);
  g_assert_error (strange, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  shop_settle (shop);
  download = raw_server_dup_request (shop->server, 1);
  g_assert_nonnull (download);
  g_assert_true (g_str_has_prefix (download, "GET /v3/certificates HTTP/1.1\r\n"));
  payment = minipay_account_query_payment (shop->desk->account, ref, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (minipay_payment_get_authenticated (payment));
}

/* --- At most one in a minute --- */

typedef struct {
  Shop *shop;
  guint index;
} Flood;

static gpointer
flood_main (gpointer data)
{
  Flood *self = data;

  for (guint i = 0; i < 1000 / N_THREADS; i++) {
    g_autofree char *serial = g_strdup_printf ("%040X", self->index * 1000 + i + 1);

    desk_assert_refused (self->shop->desk, incoming_new (new_one, serial), MINIPAY_ERROR_SIGNATURE_INVALID);
  }
  return NULL;
}

static void
flood (Shop *shop)
{
  Flood floods[N_THREADS];
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++) {
    floods[i] = (Flood){ shop, i };
    threads[i] = g_thread_new ("flood", flood_main, &floods[i]);
  }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  shop_settle (shop);
}

static void
test_thousand_strangers (void)
{
  g_autoptr (Shop) shop = shop_new (old_one, NULL);

  shop_push_list (shop, old_one, old_one, new_one, 0);
  flood (shop);
  assert_downloads (shop, 1);
  assert_known (shop, new_one, FALSE);
}

static void
test_thousand_strangers_in_vain (void)
{
  g_autoptr (Shop) shop = shop_new (old_one, NULL);

  g_test_summary ("A download that failed counts, too: the next one waits for its minute.");
  shop_push (shop, "500 Internal Server Error", NULL, "{\"code\":\"SYSTEM_ERROR\",\"message\":\"-\"}", 0);
  flood (shop);
  assert_downloads (shop, 1);
  assert_known (shop, old_one, FALSE);
}

/* --- A refresh that fails --- */

/* The answer stands in @shop; two keys are trusted from the start: the old one and the bare one. */
static void
assert_fails (Shop *shop)
{
  assert_stranger (shop, new_one);
  g_assert_true (raw_server_wait_requests (shop->server, 1));
  shop_settle (shop);
  assert_known (shop, old_one, FALSE);
  assert_stranger (shop, new_one);
  assert_known (shop, old_one, TRUE);
  g_assert_cmpuint (shop_count_trusted (shop), ==, 2);
  g_assert_true (shop_trusts (shop, OLD_SERIAL));
}

static void
test_bad_status (void)
{
  static const char *const statuses[] = { "500 Internal Server Error", "404 Not Found", "401 Unauthorized" };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autoptr (Shop) shop = shop_new (old_one, NULL);
    g_autofree char *body = v3_certificate_list_new (old_one, new_one);

    shop_push (shop, statuses[i], old_one, body, 0);
    assert_fails (shop);
    assert_downloads (shop, 1);
  }
}

static void
test_busy (void)
{
  g_autoptr (Shop) shop = shop_new (old_one, NULL);

  g_test_summary ("A gateway that is busy is asked three times at most.");
  shop_push (shop, "503 Service Unavailable", NULL, "", 0);
  assert_fails (shop);
  g_assert_cmpuint (raw_server_get_requests (shop->server), <=, 3);
}

static void
test_unsigned (void)
{
  g_autoptr (Shop) shop = shop_new (old_one, NULL);

  shop_push_list (shop, NULL, old_one, new_one, 0);
  assert_fails (shop);
  assert_downloads (shop, 1);
}

static void
test_signed_by_stranger (void)
{
  g_autoptr (Shop) shop = shop_new (old_one, NULL);

  g_test_summary ("A list cannot vouch for itself, and asks for no other list.");
  shop_push_list (shop, new_one, old_one, new_one, 0);
  assert_fails (shop);
  assert_downloads (shop, 1);
}

static void
test_useless_list (void)
{
  static const char *const bodies[] = { "", "{}", "{\"data\":[]}", "{\"data\":[{}]}", "hello" };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (Shop) shop = shop_new (old_one, NULL);

    shop_push (shop, "200 OK", old_one, bodies[i], 0);
    assert_fails (shop);
    assert_downloads (shop, 1);
  }
}

static void
test_half_a_list (void)
{
  g_autoptr (Shop) shop = shop_new (old_one, NULL);
  g_autofree char *good = v3_certificate_item_new (NEW_SERIAL, new_one->pem);
  g_autofree char *bad = v3_certificate_item_new (PAST_SERIAL, new_one->pem);
  g_autofree char *body = g_strdup_printf ("{\"data\":[%s,%s]}", good, bad);

  g_test_summary ("One bad certificate, and none of the list is taken.");
  shop_push (shop, "200 OK", old_one, body, 0);
  assert_fails (shop);
  assert_downloads (shop, 1);
}

/* --- Whose time is over --- */

static void
test_expired_dropped (void)
{
  g_autoptr (Shop) shop = shop_new (past_one, old_one);

  shop_push_list (shop, old_one, old_one, new_one, 0);
  g_assert_true (shop_trusts (shop, PAST_SERIAL));
  assert_stranger (shop, past_one);
  shop_settle (shop);
  assert_downloads (shop, 1);
  g_assert_false (shop_trusts (shop, PAST_SERIAL));
  g_assert_cmpuint (shop_count_trusted (shop), ==, 3);
  assert_stranger (shop, past_one);
  assert_known (shop, old_one, FALSE);
  assert_known (shop, new_one, TRUE);
}

static void
test_expired_alone (void)
{
  static const char *const signers[] = { PAST_SERIAL, NEW_SERIAL };

  g_test_summary ("Nobody is left to vouch for a list: the set stays as it was, and is never empty.");
  for (guint i = 0; i < G_N_ELEMENTS (signers); i++) {
    g_autoptr (Shop) shop = shop_new (past_one, NULL);

    shop_push_list (shop, i == 0 ? past_one : new_one, new_one, NULL, 0);
    assert_stranger (shop, new_one);
    g_assert_true (raw_server_wait_requests (shop->server, 1));
    shop_settle (shop);
    assert_stranger (shop, past_one);
    assert_stranger (shop, new_one);
    g_assert_true (shop_trusts (shop, PAST_SERIAL));
    g_assert_false (shop_trusts (shop, NEW_SERIAL));
    assert_downloads (shop, 1);
  }
}

/* --- Where there is nothing to fetch --- */

static void
test_public_key_mode (void)
{
  g_autoptr (Shop) shop = shop_new_with_deadline (old_one, NULL, "public-key", DEADLINE_MS);

  shop_push_list (shop, old_one, old_one, new_one, 0);
  for (guint i = 0; i < 20; i++)
    assert_stranger (shop, new_one);
  turn_main_loop_for (300);
  assert_downloads (shop, 0);
  g_assert_cmpuint (raw_server_get_connections (shop->server), ==, 0);
  assert_known (shop, old_one, FALSE);
}

/* --- Leaving while it is under way --- */

static void
wait_gone (gpointer *account)
{
  const gint64 until_us = g_get_monotonic_time () + 2 * DEADLINE_MS * G_TIME_SPAN_MILLISECOND;

  while (g_atomic_pointer_get (account) != NULL) {
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);
    turn_main_loop_for (5);
  }
}

static void
leave_in_flight (const RawAnswer *answer, guint deadline_ms)
{
  g_autoptr (Shop) shop = shop_new_with_deadline (old_one, NULL, "certificate", deadline_ms);
  gpointer account = shop->desk->account;

  if (answer != NULL)
    raw_server_push (shop->server, answer);
  else
    shop_push_list (shop, old_one, old_one, new_one, 300);
  assert_stranger (shop, new_one);
  g_assert_true (raw_server_wait_requests (shop->server, 1));
  g_object_add_weak_pointer (account, &account);
  g_clear_pointer (&shop->desk, desk_free);
  wait_gone (&account);
}

static void
test_disposed (void)
{
  leave_in_flight (NULL, DEADLINE_MS);
}

static void
test_disposed_without_answer (void)
{
  leave_in_flight (&(RawAnswer){ .bytes = NULL }, 500);
}

static void
test_disposed_and_cut (void)
{
  leave_in_flight (&(RawAnswer){ .bytes = "HTTP/1.1 200 OK\r\n", .length = -1, .delay_ms = 200, .closes = TRUE },
                   DEADLINE_MS);
}

static gpointer
receive_on_own_context (gpointer data)
{
  GMainContext *context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  assert_stranger (data, new_one);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
  return NULL;
}

static void
test_without_main_loop (void)
{
  g_autoptr (Shop) shop = shop_new (old_one, NULL);
  gpointer account = shop->desk->account;

  g_test_summary ("A receiver whose thread turns no main loop, and ends, leaves nothing behind.");
  shop_push_list (shop, old_one, old_one, new_one, 0);
  g_thread_join (g_thread_new ("receiver", receive_on_own_context, shop));
  for (guint i = 0; i < 1000 && !shop_trusts (shop, NEW_SERIAL); i++)
    g_usleep (10 * G_TIME_SPAN_MILLISECOND);
  g_assert_true (shop_trusts (shop, NEW_SERIAL));
  g_object_add_weak_pointer (account, &account);
  g_clear_pointer (&shop->desk, desk_free);
  for (guint i = 0; i < 300 && g_atomic_pointer_get (&account) != NULL; i++)
    g_usleep (10 * G_TIME_SPAN_MILLISECOND);
  g_assert_null (g_atomic_pointer_get (&account));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  old_one = v3_certificate_new (OLD_SERIAL, 2048, now () - 300 * DAY, now () + 30 * DAY);
  new_one = v3_certificate_new (NEW_SERIAL, 2048, now () - 10 * DAY, now () + 300 * DAY);
  past_one = v3_certificate_new (PAST_SERIAL, 2048, now () - 300 * DAY, now () - DAY);
  g_test_add_func ("/key-refresh/stranger/refused-then-known", test_stranger);
  g_test_add_func ("/key-refresh/strange-answer/refused-then-known", test_strange_answer);
  g_test_add_func ("/key-refresh/known/no-download", test_known);
  g_test_add_func ("/key-refresh/migration/all-verify", test_both_verify);
  g_test_add_func ("/key-refresh/thousand-strangers/one-download", test_thousand_strangers);
  g_test_add_func ("/key-refresh/thousand-strangers-in-vain/one-download", test_thousand_strangers_in_vain);
  g_test_add_func ("/key-refresh/bad-status/keys-stay", test_bad_status);
  g_test_add_func ("/key-refresh/busy/keys-stay", test_busy);
  g_test_add_func ("/key-refresh/unsigned/keys-stay", test_unsigned);
  g_test_add_func ("/key-refresh/signed-by-stranger/keys-stay", test_signed_by_stranger);
  g_test_add_func ("/key-refresh/useless-list/keys-stay", test_useless_list);
  g_test_add_func ("/key-refresh/half-a-list/keys-stay", test_half_a_list);
  g_test_add_func ("/key-refresh/expired/dropped", test_expired_dropped);
  g_test_add_func ("/key-refresh/expired-alone/never-empty", test_expired_alone);
  g_test_add_func ("/key-refresh/public-key-mode/no-download", test_public_key_mode);
  g_test_add_func ("/key-refresh/disposed/ends", test_disposed);
  g_test_add_func ("/key-refresh/disposed-without-answer/ends", test_disposed_without_answer);
  g_test_add_func ("/key-refresh/disposed-and-cut/ends", test_disposed_and_cut);
  g_test_add_func ("/key-refresh/without-main-loop/nothing-left", test_without_main_loop);
  status = g_test_run ();
  v3_certificate_free (old_one);
  v3_certificate_free (new_one);
  v3_certificate_free (past_one);
  return status;
}
