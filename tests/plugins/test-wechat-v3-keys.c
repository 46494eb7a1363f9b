/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "provider/minipay-limits-private.h"
#include "receive-desk.h"
#include "signing/minipay-keyring-private.h"
#include "v3-platform.h"

#define NOW        1554208460 /* of v3_new(): 2019-04-02 */
#define DAY        86400
#define NUMBER     "1217752501201407033233368018"
#define OLD_SERIAL "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
#define NEW_SERIAL "6AB10D9B0D84F3FA8B9C5B7F20A1E1C4A3D2F0B7"

/* Trusted from the start; comes with the refresh; has a short key; its time was over on the day before. */
static V3Certificate *old_one, *new_one, *short_one, *past_one;

static Desk *
keys_desk_new (const char *const *changes)
{
  v3_certificate_write (old_one, NULL);
  return desk_new (v3_certificate_exchange_new (changes), NUMBER, 100);
}

static MinipayKeyring *
desk_get_keyring (Desk *desk)
{
  return minipay_account_config_get_keyring (desk->x->config);
}

/* Exactly these ids; @second is nullable. */
static void
assert_ids (GHashTable *keys, const char *first, const char *second)
{
  g_assert_nonnull (keys);
  g_assert_true (g_hash_table_contains (keys, first));
  g_assert_true (second == NULL || g_hash_table_contains (keys, second));
  g_assert_cmpuint (g_hash_table_size (keys), ==, second != NULL ? 2 : 1);
}

static void
assert_trusted (Desk *desk, const char *first, const char *second)
{
  g_autoptr (GHashTable) trusted = minipay_keyring_dup_trusted (desk_get_keyring (desk));

  assert_ids (trusted, first, second);
}

/* What the last answer proposed. */
static void
assert_proposed (Desk *desk, const char *first, const char *second)
{
  assert_ids (minipay_exchange_get_new_keys (desk->x->exchange), first, second);
}

/* Trusts what was proposed beside what there is, as the account does once an exchange has ended well. */
static void
take_proposed (Desk *desk)
{
  g_autoptr (GHashTable) trusted = minipay_keyring_dup_trusted (desk_get_keyring (desk));
  g_autoptr (GError) error = NULL;
  GHashTableIter iter;
  gpointer id, key;

  g_hash_table_iter_init (&iter, minipay_exchange_get_new_keys (desk->x->exchange));
  while (g_hash_table_iter_next (&iter, &id, &key))
    g_hash_table_replace (trusted, g_strdup (id), minipay_key_ref (key));
  minipay_keyring_set_trusted (desk_get_keyring (desk), trusted, &error);
  g_assert_no_error (error);
}

static void
refresh_begin (Desk *desk)
{
  MinipayTestExchange *x = desk->x;
  g_autoptr (GError) error = NULL;

  g_clear_object (&x->exchange);
  minipay_limits_check_operation (x->info, x->config, "refresh-keys", &error);
  g_assert_no_error (error);
  x->exchange = minipay_exchange_new (
      x->provider, x->info, x->config, MINIPAY_OPERATION_REFRESH_KEYS, NULL, MINIPAY_WALLET_ANY, &x->environment);
  minipay_exchange_begin (x->exchange, &error);
  g_assert_no_error (error);
}

static gboolean
refresh_end (Desk *desk, guint status, char **owned_headers, const char *body, GError **error)
{
  g_auto (GStrv) headers = owned_headers;
  gboolean is_good = minipay_test_exchange_answer (desk->x, status, (const char *const *) headers, body, error);

  g_assert_true (is_good == (minipay_exchange_get_result (desk->x->exchange) != NULL));
  return is_good;
}

/* A whole refresh, answered with @body under a genuine signature of @signer. */
static gboolean
refresh (Desk *desk, V3Certificate *signer, const char *body, GError **error)
{
  refresh_begin (desk);
  return refresh_end (desk, 200, v3_certificate_headers_new (signer, NULL, desk->x->now, body), body, error);
}

static void
assert_refreshes (Desk *desk, V3Certificate *signer, const char *body)
{
  g_autoptr (GError) error = NULL;
  gboolean is_good = refresh (desk, signer, body, &error);

  g_assert_no_error (error);
  g_assert_true (is_good);
}

/* No result, no other key, and the one there was still does its work. */
static void
assert_unchanged (Desk *desk)
{
  g_autofree char *good = v3_certificate_list_new (old_one, new_one);

  g_assert_null (minipay_exchange_get_result (desk->x->exchange));
  assert_trusted (desk, OLD_SERIAL, NULL);
  assert_refreshes (desk, old_one, good);
  assert_proposed (desk, OLD_SERIAL, NEW_SERIAL);
}

/* The signature is that of vector v3-req-certificates-mock, made with its key of the same text. */
static void
test_request (void)
{
  static const char *const changes[] = { "private-key", "fixture:gunsluo-mock", NULL };
  g_autoptr (Desk) desk = keys_desk_new (changes);
  g_autofree char *authorization =
      g_strconcat ("WECHATPAY2-SHA256-RSA2048 mchid=\"1900007291\",nonce_str=\"593BEC0C930BF1AFEB40B4A08C8FB242\","
                   "timestamp=\"1554208460\",serial_no=\"408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB\",signature=\"",
                   minipay_test_vector ("v3-req-certificates-mock", "expected"),
                   "\"",
                   NULL);

  refresh_begin (desk);
  minipay_test_assert_request (desk->x, "GET", "/v3/certificates", NULL);
  minipay_test_assert_header (desk->x, "Authorization", authorization);
  minipay_test_assert_header (desk->x, "Accept", "application/json");
  minipay_test_assert_header (desk->x, "Content-Type", NULL);
  minipay_test_assert_header (desk->x, "Wechatpay-Serial", OLD_SERIAL);
  g_assert_cmpint (minipay_exchange_get_flags (desk->x->exchange), ==, MINIPAY_SEND_FLAGS_SAFE);
}

static void
test_taken (void)
{
  g_autoptr (Desk) desk = keys_desk_new (NULL);
  g_autofree char *both = v3_certificate_list_new (old_one, new_one);
  g_autofree char *one = v3_certificate_list_new (new_one, NULL);

  assert_refreshes (desk, old_one, both);
  assert_proposed (desk, OLD_SERIAL, NEW_SERIAL);
  assert_trusted (desk, OLD_SERIAL, NULL); /* proposing is all that a codec may do */
  take_proposed (desk);
  /* both verify while the gateway changes over, and the newer one is asked for */
  assert_refreshes (desk, new_one, one);
  assert_refreshes (desk, old_one, one);
  assert_proposed (desk, NEW_SERIAL, NULL);
  refresh_begin (desk);
  minipay_test_assert_header (desk->x, "Wechatpay-Serial", NEW_SERIAL);
}

static void
test_expired (void)
{
  g_autoptr (Desk) desk = keys_desk_new (NULL);
  g_autofree char *both = v3_certificate_list_new (old_one, new_one);
  g_autofree char *one = v3_certificate_list_new (new_one, NULL);
  g_autoptr (GError) error = NULL;

  assert_refreshes (desk, old_one, both);
  take_proposed (desk);
  desk->x->now = NOW + 31 * DAY;
  g_assert_false (refresh (desk, old_one, one, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_null (minipay_exchange_get_new_keys (desk->x->exchange));
  assert_refreshes (desk, new_one, one);
}

/* Whatever a list says of its validity, a certificate whose time is over verifies nothing. */
static void
test_expired_offered (void)
{
  g_autoptr (Desk) desk = keys_desk_new (NULL);
  g_autofree char *body = v3_certificate_list_new (past_one, new_one);
  g_autofree char *good = v3_certificate_list_new (new_one, NULL);
  g_autoptr (GError) error = NULL;

  if (refresh (desk, old_one, body, NULL))
    take_proposed (desk);
  g_assert_false (refresh (desk, past_one, good, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refreshes (desk, old_one, good);
}

/* --- Genuinely signed, and yet no answer to rely on --- */

static void
assert_body_refused (const char *body)
{
  g_autoptr (Desk) desk = keys_desk_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (refresh (desk, old_one, body, &error));
  if (!g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL))
    g_error ("code %d: %s for %s", error->code, error->message, body);
  assert_unchanged (desk);
}

/* Alone, and behind a good item: then the good one is not taken either. */
static void
assert_item_refused (const char *item)
{
  g_autofree char *good = v3_certificate_item_new (new_one->serial, new_one->pem);
  g_autofree char *alone = g_strdup_printf ("{\"data\":[%s]}", item);
  g_autofree char *behind = g_strdup_printf ("{\"data\":[%s,%s]}", good, item);

  assert_body_refused (alone);
  assert_body_refused (behind);
}

static void
test_wrong_api_key (void)
{
  static const char *const changes[] = { "api-v3-key", "AES256Key-32Characters1234567891", NULL };
  g_autoptr (Desk) desk = keys_desk_new (changes);
  g_autofree char *body = v3_certificate_list_new (old_one, new_one);
  g_autoptr (GError) error = NULL;

  g_assert_false (refresh (desk, old_one, body, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  assert_trusted (desk, OLD_SERIAL, NULL);
}

static void
test_wrong_serial (void)
{
  static const char *const serials[] = {
    OLD_SERIAL, "6AB10D9B0D84F3FA8B9C5B7F20A1E1C4A3D2F0B8", "6AB10D9B", NEW_SERIAL "00", "", " " NEW_SERIAL,
    V3_KEY_ID,
  };

  for (guint i = 0; i < G_N_ELEMENTS (serials); i++) {
    g_autofree char *item = v3_certificate_item_new (serials[i], new_one->pem);
    g_autofree char *body = g_strdup_printf ("{\"data\":[%s]}", item);

    assert_body_refused (body);
  }
}

static void
test_no_certificate (void)
{
  g_autofree char *half = g_strndup (new_one->pem, strlen (new_one->pem) / 2);
  g_autofree char *twice = g_strconcat (new_one->pem, old_one->pem, NULL);
  const char *const plains[] = {
    "",
    " ",
    "hello",
    "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    half,
    twice,
    minipay_test_key_text ("wxp-doc-platform"),
    minipay_test_key_text ("gunsluo-mock"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (plains); i++) {
    g_autofree char *item = v3_certificate_item_new (NEW_SERIAL, plains[i]);
    g_autofree char *body = g_strdup_printf ("{\"data\":[%s]}", item);

    g_test_message ("%s", plains[i]);
    assert_body_refused (body);
  }
}

static void
test_short_key (void)
{
  g_autofree char *item = v3_certificate_item_new (short_one->serial, short_one->pem);

  assert_item_refused (item);
}

static void
test_malformed_item (void)
{
  static const char *const alterations[][2] = {
    { "\"serial_no\"", "\"serial\"" },
    { "\"serial_no\":\"", "\"serial_no\":7,\"x\":\"" },
    { "\"encrypt_certificate\"", "\"certificate\"" },
    { "\"encrypt_certificate\":{", "\"encrypt_certificate\":[],\"x\":{" },
    { "AEAD_AES_256_GCM", "AEAD_SM4_GCM" },
    { "AEAD_AES_256_GCM", "" },
    { "\"algorithm\"", "\"algorithms\"" },
    { "\"nonce\":\"4196a5b75276\"", "\"nonce\":\"4196a5b75277\"" },
    { "\"nonce\":\"4196a5b75276\"", "\"nonce\":\"4196a5b7527\"" },
    { "\"nonce\":\"4196a5b75276\"", "\"nonce\":\"\"" },
    { "\"associated_data\":\"certificate\"", "\"associated_data\":\"transaction\"" },
    { "\"associated_data\":\"certificate\",", "" },
    { "\"ciphertext\":\"", "\"ciphertext\":\"A" },
    { "\"ciphertext\":\"", "\"ciphertext\":\"!" },
    { "\"ciphertext\":\"", "\"ciphertext\":\"\",\"x\":\"" },
  };
  g_autofree char *good = v3_certificate_item_new (old_one->serial, old_one->pem);

  for (guint i = 0; i < G_N_ELEMENTS (alterations); i++) {
    g_autofree char *item = minipay_test_replace (good, alterations[i][0], alterations[i][1]);

    g_test_message ("%s for %s", alterations[i][1], alterations[i][0]);
    assert_item_refused (item);
  }
}

static void
test_no_list (void)
{
  static const char *const bodies[] = {
    "",
    " ",
    "{}",
    "[]",
    "null",
    "{\"data\":[]}",
    "{\"data\":null}",
    "{\"data\":{}}",
    "{\"data\":\"x\"}",
    "{\"data\":[null]}",
    "{\"data\":[[]]}",
    "{\"data\":[{}]}",
    "{\"data\":[\"x\",7]}",
    "{\"data\":[",
    "{\"certificates\":[]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    assert_body_refused (bodies[i]);
}

/* Two items of one serial: whichever is meant, the list is not to be relied upon. */
static void
test_duplicate (void)
{
  g_autofree char *good = v3_certificate_item_new (new_one->serial, new_one->pem);
  g_autofree char *body = g_strdup_printf ("{\"data\":[%s,%s]}", good, good);

  assert_body_refused (body);
}

/* --- No genuine signature --- */

static void
assert_headers_refused (guint status, char **headers, const char *body, int code)
{
  g_autoptr (Desk) desk = keys_desk_new (NULL);
  g_autoptr (GError) error = NULL;

  refresh_begin (desk);
  g_assert_false (refresh_end (desk, status, headers, body, &error));
  g_assert_error (error, MINIPAY_ERROR, code);
  assert_unchanged (desk);
}

static void
test_forged (void)
{
  g_autofree char *body = v3_certificate_list_new (new_one, NULL);
  g_autofree char *altered = minipay_test_replace (body, "2030-06-08", "2031-06-08");
  const int invalid = MINIPAY_ERROR_SIGNATURE_INVALID;

  assert_headers_refused (200, NULL, body, invalid);
  /* a stranger, by its own name and by that of one who is trusted */
  assert_headers_refused (200, v3_certificate_headers_new (new_one, NULL, NOW, body), body, invalid);
  assert_headers_refused (200, v3_certificate_headers_new (new_one, OLD_SERIAL, NOW, body), body, invalid);
  assert_headers_refused (200, v3_certificate_headers_new (old_one, NEW_SERIAL, NOW, body), body, invalid);
  assert_headers_refused (200, v3_certificate_headers_new (old_one, NULL, NOW, body), altered, invalid);
  assert_headers_refused (200, v3_certificate_headers_new (old_one, NULL, NOW, body), NULL, invalid);
  assert_headers_refused (
      200, v3_certificate_headers_new (old_one, NULL, NOW - 301, body), body, MINIPAY_ERROR_STALE);
}

/* A genuine list under another status than 200 is none. */
static void
test_status (void)
{
  static const guint statuses[] = { 201, 204, 301, 401, 404, 429, 500 };
  g_autofree char *body = v3_certificate_list_new (new_one, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autoptr (Desk) desk = keys_desk_new (NULL);
    g_autoptr (GError) error = NULL;

    refresh_begin (desk);
    g_assert_false (
        refresh_end (desk, statuses[i], v3_certificate_headers_new (old_one, NULL, NOW, body), body, &error));
    g_assert_nonnull (error);
    g_assert_true (error->domain == MINIPAY_ERROR);
    assert_unchanged (desk);
  }
}

/* A probe leaves the question open: the runner asks again. */
static void
test_probe (void)
{
  g_autoptr (Desk) desk = keys_desk_new (NULL);
  g_autofree char *body = v3_certificate_list_new (new_one, NULL);
  g_auto (GStrv) headers = v3_certificate_headers_new (old_one, NULL, NOW, body);
  char *probe = g_strconcat ("WECHATPAY/SIGNTEST/", headers[7], NULL);
  g_autoptr (GError) error = NULL;

  g_free (headers[7]);
  headers[7] = probe;
  refresh_begin (desk);
  minipay_test_exchange_answer (desk->x, 200, (const char *const *) headers, body, &error);
  g_assert_no_error (error);
  g_assert_nonnull (minipay_exchange_get_pending_reason (desk->x->exchange));
  g_assert_null (minipay_exchange_get_result (desk->x->exchange));
  g_assert_null (minipay_exchange_get_new_keys (desk->x->exchange));
  assert_unchanged (desk);
}

/* --- Proposing elsewhere --- */

static void
assert_proposal_refused (Desk *desk)
{
  g_autoptr (GBytes) pem = g_bytes_new_static (new_one->pem, strlen (new_one->pem));
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_exchange_trust (desk->x->exchange, NEW_SERIAL, pem, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_null (minipay_exchange_get_new_keys (desk->x->exchange));
}

static void
test_trust_unverified (void)
{
  g_autoptr (Desk) desk = keys_desk_new (NULL);
  g_autofree char *body = v3_certificate_list_new (new_one, NULL);

  refresh_begin (desk);
  assert_proposal_refused (desk);
  refresh_end (desk, 200, NULL, body, NULL);
  assert_proposal_refused (desk);
  assert_unchanged (desk);
}

static void
test_trust_in_query (void)
{
  static const char body[] =
      "{\"appid\":\"wxd678efh567hg6787\",\"mchid\":\"1900007291\","
      "\"out_trade_no\":\"" NUMBER "\",\"trade_state\":\"NOTPAY\",\"amount\":{\"total\":100}}";
  g_autoptr (Desk) desk = keys_desk_new (NULL);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (NUMBER);
  g_auto (GStrv) headers = v3_certificate_headers_new (old_one, NULL, NOW, body);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_query (desk->x, ref, &error);
  g_assert_no_error (error);
  minipay_test_exchange_answer (desk->x, 200, (const char *const *) headers, body, &error);
  g_assert_no_error (error);
  g_assert_true (minipay_exchange_is_verified (desk->x->exchange));
  assert_proposal_refused (desk);
  assert_trusted (desk, OLD_SERIAL, NULL);
}

/* --- Published answers --- */

/* Vector v3-java-certificates, the whole answer as it was published; its certificate is valid from 2023-09-19. */
static void
test_published_answer (void)
{
  const char *const changes[] = { "api-v3-key", minipay_test_vector ("v3-java-certificates", "apiv3_key"), NULL };
  g_autoptr (Desk) desk = keys_desk_new (changes);
  g_autofree char *newest = NULL;

  assert_refreshes (desk, old_one, minipay_test_vector ("v3-java-certificates", "body"));
  assert_proposed (desk, "5DEA10EF55877E3CF6C33255C2E7DEFFF7E427EC", NULL);
  take_proposed (desk);
  newest = minipay_keyring_dup_newest_certificate_id (
      desk_get_keyring (desk), MINIPAY_SCHEME_RSA_SHA256, 1700000000);
  g_assert_cmpstr (newest, ==, "5DEA10EF55877E3CF6C33255C2E7DEFFF7E427EC");
}

/* Vector v3-certificate-real, as the real authority issued it; the serial is what openssl x509 prints of it. */
static void
test_published_certificate (void)
{
  const char *const changes[] = { "api-v3-key", minipay_test_vector ("v3-certificate-real", "apiv3_key"), NULL };
  g_autoptr (Desk) desk = keys_desk_new (changes);
  g_autofree char *body = g_strdup_printf (
      "{\"data\":[{\"serial_no\":\"45F59D4DABF31918AFCEC556D5D2C6E376675D57\",\"encrypt_certificate\":{"
      "\"algorithm\":\"AEAD_AES_256_GCM\",\"nonce\":\"%s\",\"associated_data\":\"%s\",\"ciphertext\":\"%s\"}}]}",
      minipay_test_vector ("v3-certificate-real", "nonce"),
      minipay_test_vector ("v3-certificate-real", "aad"),
      minipay_test_vector ("v3-certificate-real", "ciphertext"));

  assert_refreshes (desk, old_one, body);
  assert_proposed (desk, "45F59D4DABF31918AFCEC556D5D2C6E376675D57", NULL);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  old_one = v3_certificate_new (OLD_SERIAL, 2048, NOW - 300 * DAY, NOW + 30 * DAY);
  new_one = v3_certificate_new (NEW_SERIAL, 2048, NOW - 10 * DAY, NOW + 300 * DAY);
  short_one = v3_certificate_new ("7000000000000000000000000000000000000001", 1024, NOW - DAY, NOW + DAY);
  past_one = v3_certificate_new ("7000000000000000000000000000000000000002", 2048, NOW - 9 * DAY, NOW - DAY);
  g_test_add_func ("/wechat-v3/keys/request/as-published", test_request);
  g_test_add_func ("/wechat-v3/keys/answer/taken", test_taken);
  g_test_add_func ("/wechat-v3/keys/expired/refused", test_expired);
  g_test_add_func ("/wechat-v3/keys/expired-offered/verifies-nothing", test_expired_offered);
  g_test_add_func ("/wechat-v3/keys/wrong-api-key/protocol", test_wrong_api_key);
  g_test_add_func ("/wechat-v3/keys/wrong-serial/protocol", test_wrong_serial);
  g_test_add_func ("/wechat-v3/keys/no-certificate/protocol", test_no_certificate);
  g_test_add_func ("/wechat-v3/keys/short-key/protocol", test_short_key);
  g_test_add_func ("/wechat-v3/keys/malformed-item/protocol", test_malformed_item);
  g_test_add_func ("/wechat-v3/keys/no-list/protocol", test_no_list);
  g_test_add_func ("/wechat-v3/keys/duplicate/protocol", test_duplicate);
  g_test_add_func ("/wechat-v3/keys/forged/refused", test_forged);
  g_test_add_func ("/wechat-v3/keys/status/refused", test_status);
  g_test_add_func ("/wechat-v3/keys/probe/pending", test_probe);
  g_test_add_func ("/wechat-v3/keys/trust-unverified/refused", test_trust_unverified);
  g_test_add_func ("/wechat-v3/keys/trust-in-query/refused", test_trust_in_query);
  g_test_add_func ("/wechat-v3/keys/vectors/answer", test_published_answer);
  g_test_add_func ("/wechat-v3/keys/vectors/certificate", test_published_certificate);
  status = g_test_run ();
  v3_certificate_free (old_one);
  v3_certificate_free (new_one);
  v3_certificate_free (short_one);
  v3_certificate_free (past_one);
  return status;
}
