/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "client/minipay-account-private.h"
#include "client/minipay-memory-store.h"
#include "provider/minipay-limits-private.h"
#include "v3-platform.h"

#define START        1554208460
#define HOUR         3600
#define DAY          86400
#define REFRESH      (12 * HOUR)
#define NUMBER       "1217752501201407033233368018"
#define FIRST        "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
#define SECOND       "6AB10D9B0D84F3FA8B9C5B7F20A1E1C4A3D2F0B7"
#define OTHER_KEY_ID "PUB_KEY_ID_0119000072912024110600000001"
#define PAID                                                                                                       \
  "{\"appid\":\"wxd678efh567hg6787\",\"mchid\":\"1900007291\",\"out_trade_no\":\"" NUMBER "\","                    \
  "\"transaction_id\":\"4200000925202101284997714292\",\"trade_state\":\"SUCCESS\","                               \
  "\"amount\":{\"total\":100,\"payer_total\":100,\"currency\":\"CNY\",\"payer_currency\":\"CNY\"}}"
#define NOTPAY                                                                                                     \
  "{\"appid\":\"wxd678efh567hg6787\",\"mchid\":\"1900007291\",\"out_trade_no\":\"" NUMBER "\","                    \
  "\"trade_state\":\"NOTPAY\",\"amount\":{\"total\":100}}"

/* Whether a genuine notification signed with @signer, which calls its key @id, is taken. */
static gboolean
takes (MinipayTestExchange *x, V3Certificate *signer, const char *id)
{
  g_autofree char *body = v3_notification_new ("TRANSACTION.SUCCESS", "transaction", PAID);
  g_auto (GStrv) headers = v3_certificate_headers_new (signer, id, x->now, body);
  g_autoptr (MinipayHttpRequest) incoming = minipay_test_incoming_new ((const char *const *) headers, body);
  g_autoptr (GError) error = NULL;

  if (minipay_test_exchange_receive (x, incoming, &error)) {
    g_assert_true (minipay_exchange_is_verified (x->exchange));
    return TRUE;
  }
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_null (minipay_exchange_get_result (x->exchange));
  return FALSE;
}

/* The bare half of a platform's key, as the console hands it out. */
static void
write_public_key (V3Certificate *self, const char *name)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  g_autofree char *text = NULL;
  char *data;
  long length;

  g_assert_cmpint (PEM_write_bio_PUBKEY (bio, self->key), ==, 1);
  length = BIO_get_mem_data (bio, &data);
  text = g_strndup (data, (gsize) length);
  minipay_test_write (name, text, 0600);
  BIO_free (bio);
}

/* --- Five accounts, five keys --- */

#define N_ACCOUNTS 5

static MinipayTestExchange *
account_new (V3Certificate *key, gboolean has_certificate)
{
  static const char *const bare[] = {
    "public-key", "file:bare.pem", "public-key-id", OTHER_KEY_ID, NULL,
  };

  if (has_certificate) {
    v3_certificate_write (key, NULL);
    return v3_certificate_exchange_new (NULL);
  }
  write_public_key (key, "bare.pem");
  return v3_new (bare);
}

static void
test_crossing (void)
{
  MinipayTestExchange *accounts[N_ACCOUNTS];
  V3Certificate *keys[N_ACCOUNTS];
  const char *ids[N_ACCOUNTS];
  guint taken = 0;

  g_test_summary (
      "Accounts that differ in nothing but the gateway's key: only the own one counts, whatever its name.");
  for (guint i = 0; i < N_ACCOUNTS; i++) {
    g_autofree char *serial = g_strdup_printf ("408B07E79B8269FEC3D5D3E6AB8ED163A6A380D%u", i);

    keys[i] = v3_certificate_new (serial, 2048, START - DAY, START + DAY);
    /* the last two have bare keys under one and the same id */
    accounts[i] = account_new (keys[i], i < 3);
    ids[i] = i < 3 ? keys[i]->serial : OTHER_KEY_ID;
  }
  for (guint account = 0; account < N_ACCOUNTS; account++)
    for (guint key = 0; key < N_ACCOUNTS; key++)
      for (guint name = 0; name < N_ACCOUNTS; name++) {
        const gboolean is_good = key == account && strcmp (ids[name], ids[account]) == 0;

        g_test_message ("account %u, key %u, named %s", account, key, ids[name]);
        g_assert_true (takes (accounts[account], keys[key], ids[name]) == is_good);
        taken += is_good;
      }
  /* three by their serial; two by the id that they share, which stands twice in the list */
  g_assert_cmpuint (taken, ==, 3 + 2 * 2);
  for (guint i = 0; i < N_ACCOUNTS; i++) {
    minipay_test_exchange_free (accounts[i]);
    v3_certificate_free (keys[i]);
  }
}

/* --- A gateway that changes its keys, and a merchant in the middle of business --- */

typedef struct {
  MinipayTestExchange *x;
  MinipayStore *store;
  MinipayTransport *transport;
  MinipayAccount *account;
  gint64 refreshed_at;

  V3Certificate *first, *second; /* the platform's certificates, the one before the other */
  V3Certificate *bare;           /* the public key of WeChat Pay, under OTHER_KEY_ID */
  guint genuine;
  guint refused; /* of the genuine ones */
  guint late;    /* messages under a key whose time is over */
  guint fooled;  /* of the late ones */
} Drill;

/* Another configuration takes a restart. */
static void
drill_start (Drill *self, const char *const *changes, gint64 now)
{
  MinipayAccountHouse house = { 0 };

  g_clear_object (&self->account);
  g_clear_object (&self->transport);
  g_clear_object (&self->store);
  g_clear_pointer (&self->x, minipay_test_exchange_free);
  self->x = v3_certificate_exchange_new (changes);
  self->x->now = now;
  self->store = minipay_memory_store_new ();
  self->transport = minipay_transport_new (1, NULL);
  house.transport = self->transport;
  house.store = self->store;
  house.deadline_ms = 1000;
  self->account = minipay_account_new (self->x->info, self->x->config, self->x->provider, &house);
}

static Drill *
drill_new (void)
{
  Drill *self = g_new0 (Drill, 1);

  self->first = v3_certificate_new (FIRST, 2048, START - 300 * DAY, START + 30 * DAY);
  self->second = v3_certificate_new (SECOND, 2048, START + 8 * DAY, START + 300 * DAY);
  self->bare = v3_certificate_new ("01", 2048, 0, 1);
  write_public_key (self->bare, "wechatpay.pem");
  return self;
}

static void
drill_free (Drill *self)
{
  g_clear_object (&self->account);
  g_clear_object (&self->transport);
  g_clear_object (&self->store);
  g_clear_pointer (&self->x, minipay_test_exchange_free);
  v3_certificate_free (self->first);
  v3_certificate_free (self->second);
  v3_certificate_free (self->bare);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Drill, drill_free)

static V3Certificate *
drill_find (Drill *self, const char *id)
{
  if (g_strcmp0 (id, OTHER_KEY_ID) == 0)
    return self->bare;
  g_assert_nonnull (id);
  return strcmp (id, FIRST) == 0 ? self->first : self->second;
}

static const char *
drill_get_asked_id (Drill *self)
{
  MinipayHttpRequest *request = minipay_exchange_get_request (self->x->exchange);

  g_assert_nonnull (request);
  return minipay_headers_lookup (minipay_http_request_get_headers (request), "Wechatpay-Serial", NULL);
}

/* The gateway signs with the key that the request names. */
static gboolean
drill_answer (Drill *self, const char *body, GError **error)
{
  const char *id = drill_get_asked_id (self);
  g_auto (GStrv) headers = v3_certificate_headers_new (drill_find (self, id), id, self->x->now, body);

  return minipay_test_exchange_answer (self->x, 200, (const char *const *) headers, body, error);
}

/* Every twelve hours, with the account's own conclusion; @second: the list has it already. */
static void
drill_refresh_if_due (Drill *self, gboolean has_second)
{
  MinipayTestExchange *x = self->x;
  const gint64 now = x->now;
  g_autofree char *body = now > START + 30 * DAY
                              ? v3_certificate_list_new (self->second, NULL)
                              : v3_certificate_list_new (self->first, has_second ? self->second : NULL);
  g_autoptr (GObject) result = NULL;
  g_autoptr (GError) error = NULL;

  if (now - self->refreshed_at < REFRESH ||
      !minipay_limits_check_operation (x->info, x->config, "refresh-keys", NULL))
    return;
  self->refreshed_at = now;
  g_clear_object (&x->exchange);
  x->exchange = minipay_exchange_new (
      x->provider, x->info, x->config, MINIPAY_OPERATION_REFRESH_KEYS, NULL, MINIPAY_WALLET_ANY, &x->environment);
  minipay_exchange_begin (x->exchange, &error);
  g_assert_no_error (error);
  drill_answer (self, body, &error);
  g_assert_no_error (error);
  result = minipay_refresh_policy.conclude (
      x->exchange, minipay_exchange_get_result (x->exchange), NULL, self->account, &error);
  g_assert_no_error (error);
  g_assert_nonnull (result);
}

/* One query, answered; @expected: the key that it asks for. */
static void
drill_query (Drill *self, const char *expected)
{
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (NUMBER);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_query (self->x, ref, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (drill_get_asked_id (self), ==, expected);
  self->genuine++;
  self->refused += !drill_answer (self, NOTPAY, NULL);
}

static void
drill_notify (Drill *self, V3Certificate *signer)
{
  self->genuine++;
  self->refused += !takes (self->x, signer, signer == self->bare ? OTHER_KEY_ID : signer->serial);
}

/* Somebody has the first certificate's key, and goes on signing after its end. */
static void
drill_notify_late (Drill *self)
{
  self->late++;
  self->fooled += takes (self->x, self->first, NULL);
}

static void
drill_assert_clean (Drill *self)
{
  g_test_message (
      "%u genuine, %u refused; %u late, %u taken", self->genuine, self->refused, self->late, self->fooled);
  g_assert_cmpuint (self->refused, ==, 0);
  g_assert_cmpuint (self->fooled, ==, 0);
}

static void
test_next_certificate (void)
{
  g_autoptr (Drill) drill = drill_new ();

  g_test_summary ("The next certificate is listed on day 10, signs some messages from day 15 and all from day 20.");
  v3_certificate_write (drill->first, NULL);
  drill_start (drill, NULL, START);
  for (gint64 at = 0; at <= 40 * DAY; at += 2 * HOUR) {
    const gboolean is_listed = at >= 10 * DAY;
    const gboolean is_second = at >= 20 * DAY || (at >= 15 * DAY && at / (2 * HOUR) % 2 == 0);

    drill->x->now = START + at;
    drill_refresh_if_due (drill, is_listed);
    drill_notify (drill, is_second ? drill->second : drill->first);
    drill_query (drill, is_listed ? SECOND : FIRST);
    if (at > 30 * DAY)
      drill_notify_late (drill);
  }
  drill_assert_clean (drill);
  g_assert_cmpuint (drill->genuine, ==, 2 * 481);
  g_assert_cmpuint (drill->late, ==, 120);
}

static void
test_end_of_certificate (void)
{
  g_autoptr (Drill) drill = drill_new ();
  const gint64 end = START + 30 * DAY;

  g_test_summary ("It counts to the second of its end, and no longer, also where no refresh comes by.");
  v3_certificate_write (drill->first, drill->second);
  drill_start (drill, NULL, end);
  drill_notify (drill, drill->first);
  drill->x->now = end + 1;
  drill_notify_late (drill);
  drill_notify (drill, drill->second);
  drill_query (drill, SECOND);
  drill_assert_clean (drill);
}

static void
test_to_public_key (void)
{
  static const char *const both[] = {
    "public-key", "file:wechatpay.pem", "public-key-id", OTHER_KEY_ID, NULL,
  };
  static const char *const changed_over[] = {
    "mode", "public-key", "public-key", "file:wechatpay.pem", "public-key-id", OTHER_KEY_ID, NULL,
  };
  static const char *const public_key_alone[] = {
    "mode", "public-key", "public-key", "file:wechatpay.pem", "public-key-id", OTHER_KEY_ID, "platform-certificate",
    NULL,   NULL,
  };
  g_autoptr (Drill) drill = drill_new ();

  g_test_summary ("Certificates; both beside each other; requests ask for the public key; the public key alone.");
  v3_certificate_write (drill->first, NULL);
  drill_start (drill, NULL, START);
  for (gint64 at = 0; at <= 40 * DAY; at += 2 * HOUR) {
    /* the gateway's change, message by message, lies between the merchant's second and fourth step */
    const guint share = at < 10 * DAY ? 0 : at < 18 * DAY ? 1 : at < 26 * DAY ? 2 : 3;
    const gboolean is_bare = at / (2 * HOUR) % 3 < share;
    const gint64 now = START + at;

    if (at == 8 * DAY)
      drill_start (drill, both, now);
    if (at == 14 * DAY)
      drill_start (drill, changed_over, now);
    if (at == 28 * DAY)
      drill_start (drill, public_key_alone, now);
    drill->x->now = now;
    drill_notify (drill, is_bare ? drill->bare : drill->first);
    drill_query (drill, at < 14 * DAY ? FIRST : OTHER_KEY_ID);
    if (at > 30 * DAY)
      drill_notify_late (drill);
  }
  drill_assert_clean (drill);
}

/* The APIv3 key changes; messages sealed with the old one are under way. */
static void
test_api_key (void)
{
  static const char *const changes[] = {
    "api-v3-key",
    "192006250b4c09247ec02edce69f6a2d",
    "previous-api-v3-key",
    V3_API_KEY,
    "previous-key-until",
    "2019-04-02T20:34:20+08:00",
    NULL,
  };
  g_autoptr (Drill) drill = drill_new ();
  g_autofree char *body = v3_notification_new ("TRANSACTION.SUCCESS", "transaction", PAID);
  g_auto (GStrv) headers = v3_certificate_headers_new (drill->first, NULL, START + 1, body);
  g_autoptr (MinipayHttpRequest) incoming = minipay_test_incoming_new ((const char *const *) headers, body);
  g_autoptr (GError) error = NULL;

  v3_certificate_write (drill->first, NULL);
  drill_start (drill, changes, START);
  drill_notify (drill, drill->first);
  drill_assert_clean (drill);
  drill->x->now = START + 1;
  g_assert_false (minipay_test_exchange_receive (drill->x, incoming, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  g_assert_cmpstr (error->message, ==, "sealed text cannot be opened with this key");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/key-rotation/five-accounts/only-the-own-key", test_crossing);
  g_test_add_func ("/key-rotation/next-certificate/none-refused-none-late", test_next_certificate);
  g_test_add_func ("/key-rotation/next-certificate/ends-to-the-second", test_end_of_certificate);
  g_test_add_func ("/key-rotation/public-key/none-refused-none-late", test_to_public_key);
  g_test_add_func ("/key-rotation/api-v3-key/old-one-until-its-end", test_api_key);
  return g_test_run ();
}
