/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "transit-codec.h"
#include "transit-frame.h"
#include "transit-frames.h"
#include "transit-shop.h"
#include "wechat-params.h"

#define REFUSED     "{\"errcode\":1,\"errmsg\":\"refused\",\"nonce_str\":\"abcdefg\"}"
#define NOT_GENUINE "the frame is not what the platform signed and sealed"

static gboolean
receive (MinipayTestExchange *x, const char *body, GError **error)
{
  g_autoptr (MinipayHttpRequest) incoming = minipay_test_incoming_new (NULL, body);

  return minipay_test_exchange_receive (x, incoming, error);
}

static void
assert_refused_with (
    const char *const *changes, const char *body, MinipayError code, const char *named, const char *reply)
{
  g_autoptr (MinipayTestExchange) x = transit_new (changes);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", body != NULL ? body : "(no body)");
  g_assert_false (receive (x, body, &error));
  g_assert_error (error, MINIPAY_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, named));
  g_assert_null (minipay_exchange_get_result (x->exchange));
  minipay_test_assert_reply (x, FALSE, 200, "application/json", reply);
}

/* The one error from the signature on: code, words and reply are the same, whatever is wrong. */
static void
assert_not_genuine (const char *const *changes, const char *body, const char *reply)
{
  g_autoptr (MinipayTestExchange) x = transit_new (changes);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", body);
  g_assert_false (receive (x, body, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_cmpstr (error->message, ==, NOT_GENUINE);
  minipay_test_assert_reply (x, FALSE, 200, "application/json", reply);
}

static void
assert_frame_not_genuine (const char *const *changes, const char *id)
{
  g_autofree char *body = transit_frame_dup_body (transit_frame_get (id));

  assert_not_genuine (changes, body, REFUSED);
}

static MinipayPayment *
receive_frame (MinipayTestExchange *x, const char *id)
{
  const TransitFrame *frame = transit_frame_get (id);
  g_autofree char *body = transit_frame_dup_body (frame);
  g_autoptr (GError) error = NULL;
  MinipayPayment *payment;
  GBytes *raw;

  g_test_message ("%s", id);
  receive (x, body, &error);
  g_assert_no_error (error);
  payment = minipay_test_exchange_get_payment (x);
  raw = minipay_payment_get_raw_text (payment);
  g_assert_cmpmem (g_bytes_get_data (raw, NULL), g_bytes_get_size (raw), frame->plain, strlen (frame->plain));
  return payment;
}

static void
test_paid (void)
{
  g_autoptr (MinipayTestExchange) x = transit_new (NULL);
  g_autoptr (GDateTime) paid_at = g_date_time_new_from_iso8601 ("2014-10-30T13:35:25+08:00", NULL);
  MinipayPayment *payment = receive_frame (x, "paid");

  /* attach, not the message's own out_trade_no */
  g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, NUMBER);
  g_assert_cmpstr (minipay_payment_get_attach (payment), ==, NUMBER);
  g_assert_cmpstr (minipay_payment_get_transaction_id (payment), ==, "4200001018");
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_PAID);
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (payment)), ==, 100);
  g_assert_cmpstr (minipay_money_get_currency (minipay_payment_get_total (payment)), ==, "CNY");
  g_assert_cmpstr (minipay_payment_get_payer (payment), ==, "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o");
  g_assert_cmpstr (minipay_payment_get_mchid (payment), ==, "1230000109");
  g_assert_cmpstr (minipay_payment_get_appid (payment), ==, "wxd678efh567hg6787");
  g_assert_cmpint (g_date_time_to_unix (minipay_payment_get_paid_at (payment)), ==, g_date_time_to_unix (paid_at));
  g_assert_true (minipay_payment_get_authenticated (payment));
  minipay_test_assert_reply (
      x, TRUE, 200, "application/json", "{\"errcode\":0,\"errmsg\":\"ok\",\"nonce_str\":\"abcdefg\"}");
  minipay_test_assert_reply (x, FALSE, 200, "application/json", REFUSED);
}

static void
test_failed (void)
{
  g_autoptr (MinipayTestExchange) x = transit_new (NULL);
  MinipayPayment *payment = receive_frame (x, "failed");

  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_FAILED);
  g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, NUMBER);
  g_assert_null (minipay_payment_get_paid_at (payment));
  g_assert_true (minipay_payment_get_authenticated (payment));
}

static void
test_unknown_states (void)
{
  static const char *const ids[] = { "state-unknown", "state-lower" };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autoptr (MinipayTestExchange) x = transit_new (NULL);
    MinipayPayment *payment = receive_frame (x, ids[i]);

    g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_UNKNOWN);
    g_assert_null (minipay_payment_get_paid_at (payment));
  }
}

static void
test_keys (void)
{
  static const char *const md5[] = { "sign-mode", "MD5", NULL };
  static const char *const short_key[] = { "aes-key", "0123456789abcdef", NULL };
  static const char *const short_base64[] = {
    "aes-key", "MDEyMzQ1Njc4OWFiY2RlZg==", "aes-key-encoding", "base64", NULL,
  };
  g_autoptr (MinipayTestExchange) x = transit_new (md5);
  g_autoptr (MinipayTestExchange) y = transit_new (short_key);
  g_autoptr (MinipayTestExchange) z = transit_new (short_base64);

  receive_frame (x, "paid-md5");
  receive_frame (y, "aes-128");
  receive_frame (z, "aes-128");
  assert_frame_not_genuine (NULL, "aes-128");
  assert_frame_not_genuine (short_key, "paid");
}

/* The time of the documentation's sample has two digits more than its table allows. */
static void
test_times (void)
{
  static const char *const bad[] = {
    "time-13", "time-17", "time-letter", "time-tail", "time-impossible", "time-missing",
  };
  static const char *const good[] = { "time-15", "time-16" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (MinipayTestExchange) x = transit_new (NULL);
    g_autoptr (GDateTime) paid_at = g_date_time_new_from_iso8601 ("2014-10-30T13:35:25+08:00", NULL);
    MinipayPayment *payment = receive_frame (x, good[i]);

    g_assert_cmpint (
        g_date_time_to_unix (minipay_payment_get_paid_at (payment)), ==, g_date_time_to_unix (paid_at));
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *body = transit_frame_dup_body (transit_frame_get (bad[i]));

    assert_refused_with (NULL, body, MINIPAY_ERROR_PROTOCOL, "", REFUSED);
  }
}

static void
test_bad_content (void)
{
  static const char *const cases[][2] = {
    { "attach-missing", "attach" },
    { "attach-empty", "attach" },
    { "attach-number", "attach" },
    { "transaction-missing", "transaction_id" },
    { "transaction-empty", "transaction_id" },
    { "state-missing", "trade_state" },
    { "state-empty", "trade_state" },
    { "fee-missing", "total_fee" },
    { "fee-text", "total_fee" },
    { "fee-zero", "total_fee" },
    { "fee-negative", "total_fee" },
    { "fee-fraction", "total_fee" },
    { "fee-exponent", "total_fee" },
    { "fee-beyond", "total_fee" },
    { "fee-null", "total_fee" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *body = transit_frame_dup_body (transit_frame_get (cases[i][0]));

    assert_refused_with (NULL, body, MINIPAY_ERROR_PROTOCOL, cases[i][1], REFUSED);
  }
}

/* Genuinely signed, and sealed or written wrongly: indistinguishable from a wrong signature. */
static void
test_bad_seals (void)
{
  static const char *const ids[] = {
    "twice",       "array",          "words",    "nothing",   "two-values", "padding-0",
    "padding-17",  "padding-uneven", "cut-byte", "cut-block", "not-base64", "base64-url",
    "base64-line", "iv-15",          "iv-17",    "iv-sample", "iv-other",   "sealed-with-sign-key",
  };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    assert_frame_not_genuine (NULL, ids[i]);
}

static void
test_bad_signatures (void)
{
  static const char sign[] = ",\"sign\":\"819ED9EAAA8A424873AF5CB1A5B02A35A2D7F5D5EE4CC67E099E518479E6AC7C\"";
  static const char *const signs[] = {
    "",
    ",\"sign\":\"\"",
    ",\"sign\":null",
    ",\"sign\":0",
    ",\"sign\":[\"819ED9EAAA8A424873AF5CB1A5B02A35A2D7F5D5EE4CC67E099E518479E6AC7C\"]",
    ",\"sign\":\"819ed9eaaa8a424873af5cb1a5b02a35a2d7f5d5ee4cc67e099e518479e6ac7c\"",
    ",\"sign\":\"819eD9EAAA8A424873AF5CB1A5B02A35A2D7F5D5EE4CC67E099E518479E6AC7C\"",
    ",\"sign\":\"819ED9EAAA8A424873AF5CB1A5B02A35A2D7F5D5EE4CC67E099E518479E6AC7D\"",
    ",\"sign\":\"819ED9EAAA8A424873AF5CB1A5B02A35A2D7F5D5EE4CC67E099E518479E6AC7\"",
    ",\"sign\":\"819ED9EAAA8A424873AF5CB1A5B02A35A2D7F5D5EE4CC67E099E518479E6AC7C0\"",
    ",\"sign\":\" 819ED9EAAA8A424873AF5CB1A5B02A35A2D7F5D5EE4CC67E099E518479E6AC7C\"",
    ",\"Sign\":\"819ED9EAAA8A424873AF5CB1A5B02A35A2D7F5D5EE4CC67E099E518479E6AC7C\"",
  };
  g_autofree char *body = transit_frame_dup_body (transit_frame_get ("paid"));

  for (guint i = 0; i < G_N_ELEMENTS (signs); i++) {
    g_autofree char *altered = minipay_test_replace (body, sign, signs[i]);

    assert_not_genuine (NULL, altered, REFUSED);
  }
  assert_frame_not_genuine (NULL, "signed-with-aes-key");
}

/* Each of the five members is under the signature, and a value that reads as several is no value. */
static void
test_altered (void)
{
  static const char *const changes[][2] = {
    { "wxd678efh567hg6787", "wxd678efh567hg6788" },
    { "1230000109", "1230000110" },
    { "6kf7", "6kf8" },
    { "AAECAwQ", "AQECAwQ" },
  };
  static const char *const recut[][2] = {
    { "recut-nonce", "{\"errcode\":1,\"errmsg\":\"refused\",\"nonce_str\":\"abcdefg&nonce_str=x\"}" },
    { "recut-mchid", REFUSED },
    { "recut-appid", REFUSED },
  };
  g_autofree char *body = transit_frame_dup_body (transit_frame_get ("paid"));
  g_autofree char *other_nonce = minipay_test_replace (body, "abcdefg", "abcdefh");

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autofree char *altered = minipay_test_replace (body, changes[i][0], changes[i][1]);

    assert_not_genuine (NULL, altered, REFUSED);
  }
  assert_not_genuine (NULL, other_nonce, "{\"errcode\":1,\"errmsg\":\"refused\",\"nonce_str\":\"abcdefh\"}");
  for (guint i = 0; i < G_N_ELEMENTS (recut); i++) {
    g_autofree char *cut = transit_frame_dup_body (transit_frame_get (recut[i][0]));

    assert_not_genuine (NULL, cut, recut[i][1]);
  }
}

/* Whichever byte is another, the message is refused, and refused in words of ours. */
static void
test_every_byte (void)
{
  static const guchar bits[] = { 0x01, 0x20, 0x80 };
  g_autofree char *body = transit_frame_dup_body (transit_frame_get ("paid"));
  g_autoptr (MinipayTestExchange) x = transit_new (NULL);

  for (gsize i = 0; i < strlen (body); i++)
    for (guint j = 0; j < G_N_ELEMENTS (bits); j++) {
      g_autofree char *altered = g_strdup (body);
      g_autoptr (GError) error = NULL;

      altered[i] = (char) ((guchar) altered[i] ^ bits[j]);
      g_assert_false (receive (x, altered, &error));
      if (!g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL))
        g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
    }
}

/* The account says which digest; the message has no say. */
static void
test_other_digest (void)
{
  static const char *const md5[] = { "sign-mode", "MD5", NULL };
  g_autofree char *body = transit_frame_dup_body (transit_frame_get ("paid-md5"));
  g_autofree char *asking = minipay_test_replace (body, "{", "{\"sign_type\":\"MD5\",\"sign_mode\":\"MD5\",");

  assert_frame_not_genuine (NULL, "paid-md5");
  assert_not_genuine (NULL, asking, REFUSED);
  assert_frame_not_genuine (md5, "paid");
}

/* A frame without one of its members, or with one twice, is none; nothing is tried with what is left. */
static void
test_no_frame (void)
{
  static const struct {
    const char *old;
    const char *replacement;
    const char *named;
  } cases[] = {
    { "\"appid\":\"wxd678efh567hg6787\",", "", "appid" },
    { "\"mch_id\":\"1230000109\",", "", "mch_id" },
    { "\"mch_id\"", "\"appidmch_id\"", "mch_id" },
    { "\"mch_id\":\"1230000109\"", "\"mch_id\":1230000109", "mch_id" },
    { "\"mch_id\":\"1230000109\"", "\"mch_id\":\"\"", "mch_id" },
    { "\"encrypted_data\"", "\"encrypted_date\"", "encrypted_data" },
    { "\"iv\":\"AAECAwQFBgcICQoLDA0ODw==\"", "\"iv\":\"\"", "iv is empty" },
    { "\"iv\"", "\"Iv\"", "iv" },
  };
  g_autofree char *body = transit_frame_dup_body (transit_frame_get ("paid"));
  g_autofree char *twice = minipay_test_replace (body, "\"mch_id\"", "\"mch_id\":\"1\",\"mch_id\"");
  g_autofree char *escaped = minipay_test_replace (body, "\"mch_id\"", "\"mch\\u005fid\":\"1\",\"mch_id\"");
  g_autofree char *double_sign = minipay_test_replace (body, "\"sign\"", "\"sign\":\"0\",\"sign\"");
  g_autofree char *two = g_strconcat (body, "{}", NULL);
  g_autofree char *list = g_strdup_printf ("[%s]", body);
  const char *const none[] = { twice, escaped, double_sign, two, list, "", "abc", "null", "{}", NULL };
  g_autofree char *no_nonce = minipay_test_replace (body, "\"nonce_str\":\"abcdefg\",", "");
  g_autofree char *empty_nonce = minipay_test_replace (body, "\"abcdefg\"", "\"\"");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *altered = minipay_test_replace (body, cases[i].old, cases[i].replacement);

    assert_refused_with (NULL, altered, MINIPAY_ERROR_PROTOCOL, cases[i].named, REFUSED);
  }
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    assert_refused_with (NULL, none[i], MINIPAY_ERROR_PROTOCOL, "", "{\"errcode\":1,\"errmsg\":\"refused\"}");
  assert_refused_with (
      NULL, no_nonce, MINIPAY_ERROR_PROTOCOL, "nonce_str", "{\"errcode\":1,\"errmsg\":\"refused\"}");
  assert_refused_with (NULL,
                       empty_nonce,
                       MINIPAY_ERROR_PROTOCOL,
                       "nonce_str",
                       "{\"errcode\":1,\"errmsg\":\"refused\",\"nonce_str\":\"\"}");
}

/* Who is refused is told no more than 64 bytes of his own; who is believed gets his number back whole. */
static void
test_echo (void)
{
#define SIXTY_FOUR "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
  g_autoptr (MinipayTestExchange) x = transit_new (NULL);
  g_autofree char *body = transit_frame_dup_body (transit_frame_get ("paid"));
  g_autofree char *just = minipay_test_replace (body, "\"abcdefg\"", "\"" SIXTY_FOUR "\"");
  g_autofree char *over = minipay_test_replace (body, "\"abcdefg\"", "\"" SIXTY_FOUR "n\"");
  g_autofree char *quoted = minipay_test_replace (body, "\"abcdefg\"", "\"\\\"},{\\u8336\"");

  assert_not_genuine (NULL, just, "{\"errcode\":1,\"errmsg\":\"refused\",\"nonce_str\":\"" SIXTY_FOUR "\"}");
  assert_not_genuine (NULL, over, "{\"errcode\":1,\"errmsg\":\"refused\"}");
  assert_not_genuine (NULL, quoted, "{\"errcode\":1,\"errmsg\":\"refused\",\"nonce_str\":\"\\\"},{茶\"}");
  receive_frame (x, "long-nonce");
  minipay_test_assert_reply (
      x, TRUE, 200, "application/json", "{\"errcode\":0,\"errmsg\":\"ok\",\"nonce_str\":\"" SIXTY_FOUR "n\"}");
  minipay_test_assert_reply (x, FALSE, 200, "application/json", "{\"errcode\":1,\"errmsg\":\"refused\"}");
}

/* --- The vectors: they have no attach, so what is opened is refused in the end, by that name --- */

static void
assert_vector (const char *id, const char *mode)
{
  static const char *const names[] = { "appid", "mch_id", "nonce_str", "encrypted_data", "iv" };
  const char *const changes[] = { "sign-mode", mode,   "sign-key", "0123456789abcdef0123456789abcdef",
                                  "appid",     "test", "mchid",    "123456",
                                  NULL };
  g_autoptr (MinipayTestExchange) x = transit_new (changes);
  const char *plaintext = minipay_test_vector (id, "plaintext");
  g_autoptr (GBytes) body =
      g_bytes_new_static (minipay_test_vector (id, "body"), strlen (minipay_test_vector (id, "body")));
  g_autoptr (GBytes) plain = g_bytes_new_static (plaintext, strlen (plaintext));
  g_autoptr (MinipayParams) params = minipay_params_new ();
  g_auto (TransitMessage) message = { 0 };
  g_autofree char *sign = NULL;
  g_autofree char *sealed = NULL;
  g_autoptr (GError) error = NULL;

  assert_refused_with (changes, minipay_test_vector (id, "body"), MINIPAY_ERROR_PROTOCOL, "attach", REFUSED);
  g_assert_false (receive (x, "", NULL));
  transit_frame_open (x->exchange, body, &message, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (
      g_bytes_get_data (message.plain, NULL), g_bytes_get_size (message.plain), plaintext, strlen (plaintext));
  g_assert_cmpstr (message.appid, ==, "test");
  g_assert_cmpstr (message.mch_id, ==, "123456");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    minipay_params_set_string (
        params,
        names[i],
        minipay_json_get_string (
            message.frame,
            minipay_json_get_member (message.frame, minipay_json_get_root (message.frame), names[i])));
  sign = wechat_params_sign (
      x->exchange, params, wechat_params_get_scheme (x->exchange, "sign-mode"), "sign-key", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sign, ==, minipay_test_vector (id, "expected"));
  sealed = minipay_exchange_encrypt (
      x->exchange, MINIPAY_CIPHER_AES_256_CBC, "aes-key", "AAECAwQFBgcICQoLDA0ODw==", plain, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sealed, ==, minipay_params_lookup (params, "encrypted_data"));
}

static void
test_vectors (void)
{
  assert_vector ("transit-callback-hmac-sha256-derived", "HMAC-SHA256");
  assert_vector ("transit-callback-md5-derived", "MD5");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transit/receive/paid", test_paid);
  g_test_add_func ("/transit/receive/failed", test_failed);
  g_test_add_func ("/transit/receive/unknown-states", test_unknown_states);
  g_test_add_func ("/transit/receive/keys", test_keys);
  g_test_add_func ("/transit/receive/times", test_times);
  g_test_add_func ("/transit/receive/bad-content", test_bad_content);
  g_test_add_func ("/transit/receive/bad-seals-like-bad-signatures", test_bad_seals);
  g_test_add_func ("/transit/receive/bad-signatures", test_bad_signatures);
  g_test_add_func ("/transit/receive/altered-and-recut", test_altered);
  g_test_add_func ("/transit/receive/every-byte-altered", test_every_byte);
  g_test_add_func ("/transit/receive/other-digest", test_other_digest);
  g_test_add_func ("/transit/receive/no-frame", test_no_frame);
  g_test_add_func ("/transit/receive/echo", test_echo);
  g_test_add_func ("/transit/receive/vectors", test_vectors);
  return g_test_run ();
}
