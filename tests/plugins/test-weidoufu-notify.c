/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "weidoufu-shop.h"

/* Every sign that is no vector is the output of
 *   K=EkfB1+3w39F2mvMBcXb4/7PRfVTgs+Bh
 *   printf '%s' 'CONTENT' | openssl dgst -sha256 -hmac $K | sed 's/.*= //' | tr -d '\n' | md5sum | tr a-f A-F
 * with the text of content that stands beside it. */

#define VECTOR_CONTENT                                                                                             \
  "{\"mch_trade_no\":\"202105135513716648486662\",\"out_order_no\":\"180901620895069445\","                        \
  "\"transaction_id\":\"4200001018202105131234567890\",\"total_fee\":1,\"attach\":\"\",\"trade_type\":9,"          \
  "\"pay_type\":1,\"bank_type\":\"OTHERS\",\"pay_time\":\"2021-05-13 16:38:05\",\"status\":2,"                     \
  "\"nonce_str\":\"82aafec92844bd7b7575e5d642911ac9\"}"
#define VECTOR_SIGN "D445C8B998043975A5857E58E491580B"
/* ... | openssl dgst -sha256 -hmac $K -binary | md5sum | tr a-f A-F */
#define VECTOR_RAW_SIGN "2C30FE4894FF6B4886874565245A00ED"
#define EVIL_CONTENT                                                                                               \
  "{\"mch_trade_no\":\"202105135513716648486662\",\"out_order_no\":\"180901620895069446\","                        \
  "\"total_fee\":99,\"status\":2}"

static gboolean
receive (MinipayTestExchange *x, const char *body, GError **error)
{
  g_autoptr (MinipayHttpRequest) incoming = minipay_test_incoming_new (NULL, body);

  return minipay_test_exchange_receive (x, incoming, error);
}

static void
assert_refused (const char *const *changes, const char *body, int code)
{
  g_autoptr (MinipayTestExchange) x = weidoufu_new (changes);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", body != NULL ? body : "(no body)");
  g_assert_false (receive (x, body, &error));
  g_assert_error (error, MINIPAY_ERROR, code);
  g_assert_null (minipay_exchange_get_result (x->exchange));
}

static void
test_notify_vector (void)
{
  g_autoptr (MinipayTestExchange) x = weidoufu_new (NULL);
  g_autoptr (GDateTime) paid_at = g_date_time_new_from_iso8601 ("2021-05-13T16:38:05+08:00", NULL);
  g_autoptr (GError) error = NULL;
  MinipayPayment *payment;
  GBytes *raw;

  receive (x, minipay_test_vector ("wd-notify-derived", "body"), &error);
  g_assert_no_error (error);
  payment = minipay_test_exchange_get_payment (x);
  g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, "180901620895069445");
  g_assert_cmpstr (minipay_payment_get_transaction_id (payment), ==, "202105135513716648486662");
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_PAID);
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (payment)), ==, 1);
  g_assert_cmpstr (minipay_money_get_currency (minipay_payment_get_total (payment)), ==, "CNY");
  g_assert_cmpint (g_date_time_to_unix (minipay_payment_get_paid_at (payment)), ==, g_date_time_to_unix (paid_at));
  g_assert_true (minipay_payment_get_authenticated (payment));
  raw = minipay_payment_get_raw_text (payment);
  g_assert_cmpmem (g_bytes_get_data (raw, NULL), g_bytes_get_size (raw), VECTOR_CONTENT, strlen (VECTOR_CONTENT));
  g_assert_cmpstr (minipay_test_vector ("wd-notify-derived", "canonical"), ==, VECTOR_CONTENT);
}

static void
test_notify_raw_digest (void)
{
  static const char *const raw[] = { "notify-digest", "raw", NULL };
  static const char body[] = "{\"content\":" VECTOR_CONTENT ",\"sign\":\"" VECTOR_RAW_SIGN "\"}";
  g_autoptr (MinipayTestExchange) x = weidoufu_new (raw);
  g_autoptr (GError) error = NULL;

  receive (x, body, &error);
  g_assert_no_error (error);
  /* no second reading is tried by itself */
  assert_refused (NULL, body, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (raw, minipay_test_vector ("wd-notify-derived", "body"), MINIPAY_ERROR_SIGNATURE_INVALID);
}

/* 茶/1 is written with escapes, and blanks stand between the members. */
#define SPACED_CONTENT                                                                                             \
  "{ \"mch_trade_no\":\"202105135513716648486662\", \"out_order_no\":\"180901620895069445\", "                     \
  "\"total_fee\":1, \"attach\":\"\\u8336\\/1\", \"status\":2 }"
#define SPACED_SIGN "D6DB75FE76B302FF06A0B2287DB44383"
/* of {"mch_trade_no":"202105135513716648486662","out_order_no":"180901620895069445","total_fee":1,
 * "attach":"茶/1","status":2} (one line) */
#define COMPACT_SIGN     "6E1710384230736D6CC3DA18FCC10525"
#define COMPACT_RAW_SIGN "E052B8CA894CEBAE4BD7973CC238490D"

static void
test_notify_compact (void)
{
  static const struct {
    const char *changes[5];
    const char *sign;
  } good[] = {
    { { NULL }, SPACED_SIGN },
    { { "notify-text", "compact", NULL }, COMPACT_SIGN },
    { { "notify-text", "compact", "notify-digest", "raw", NULL }, COMPACT_RAW_SIGN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    for (guint j = 0; j < G_N_ELEMENTS (good); j++) {
      g_autofree char *body =
          g_strdup_printf ("{ \"content\" : " SPACED_CONTENT " , \"sign\" : \"%s\" }", good[j].sign);
      g_autoptr (MinipayTestExchange) x = weidoufu_new (good[i].changes);
      g_autoptr (GError) error = NULL;

      receive (x, body, &error);
      if (i != j) {
        g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
        continue;
      }
      g_assert_no_error (error);
      g_assert_cmpstr (minipay_payment_get_attach (minipay_test_exchange_get_payment (x)), ==, "茶/1");
    }
  }
}

static void
test_notify_altered (void)
{
  static const char *const alterations[][2] = {
    { "\"total_fee\":1", "\"total_fee\":2" },
    { "180901620895069445\"", "180901620895069446\"" },
    { "\"status\":2", "\"status\":3" },
    { "\"pay_type\":1", "\"pay_type\":2" },
    { "\"attach\":\"\"", "\"attach\":\"a\"" },
    { ",\"status\"", ", \"status\"" },
    { "D445", "D446" },
    { "580B", "580" },
    { "580B", "580BB" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (alterations); i++) {
    g_autofree char *body = minipay_test_replace (
        minipay_test_vector ("wd-notify-derived", "body"), alterations[i][0], alterations[i][1]);

    assert_refused (NULL, body, MINIPAY_ERROR_SIGNATURE_INVALID);
  }
}

static void
test_notify_other_key (void)
{
  static const char *const other[] = { "secret-key", "FkfB1+3w39F2mvMBcXb4/7PRfVTgs+Bh", NULL };

  assert_refused (other, minipay_test_vector ("wd-notify-derived", "body"), MINIPAY_ERROR_SIGNATURE_INVALID);
}

/* What is signed must be what is read: the top-level member, once. */
static void
test_notify_decoys (void)
{
  static const struct {
    const char *body;
    int code; /* of MinipayError */
  } cases[] = {
    { "{\"x\":{\"content\":" VECTOR_CONTENT "},\"content\":" EVIL_CONTENT ",\"sign\":\"" VECTOR_SIGN "\"}",
      MINIPAY_ERROR_SIGNATURE_INVALID },
    { "{\"content\":" EVIL_CONTENT ",\"x\":{\"content\":" VECTOR_CONTENT "},\"sign\":\"" VECTOR_SIGN "\"}",
      MINIPAY_ERROR_SIGNATURE_INVALID },
    { "{\"content\":{\"content\":" VECTOR_CONTENT "},\"sign\":\"" VECTOR_SIGN "\"}",
      MINIPAY_ERROR_SIGNATURE_INVALID },
    { "{\"x\":{\"content\":" VECTOR_CONTENT "},\"sign\":\"" VECTOR_SIGN "\"}", MINIPAY_ERROR_PROTOCOL },
    { "{\"content\":" VECTOR_CONTENT ",\"content\":" EVIL_CONTENT ",\"sign\":\"" VECTOR_SIGN "\"}",
      MINIPAY_ERROR_PROTOCOL },
    { "{\"content\":" EVIL_CONTENT ",\"content\":" VECTOR_CONTENT ",\"sign\":\"" VECTOR_SIGN "\"}",
      MINIPAY_ERROR_PROTOCOL },
    { "{\"conten\\u0074\":" EVIL_CONTENT ",\"content\":" VECTOR_CONTENT ",\"sign\":\"" VECTOR_SIGN "\"}",
      MINIPAY_ERROR_PROTOCOL },
    { "{\"content\":" VECTOR_CONTENT ",\"conten\\u0074\":" EVIL_CONTENT ",\"sign\":\"" VECTOR_SIGN "\"}",
      MINIPAY_ERROR_PROTOCOL },
    { "{\"x\":\"\\\"content\\\":"
      "\",\"content\":" EVIL_CONTENT ",\"sign\":\"" VECTOR_SIGN "\"}",
      MINIPAY_ERROR_SIGNATURE_INVALID },
    { "{\"Content\":" VECTOR_CONTENT ",\"content\":" EVIL_CONTENT ",\"sign\":\"" VECTOR_SIGN "\"}",
      MINIPAY_ERROR_SIGNATURE_INVALID },
    { "{\"content\":" EVIL_CONTENT ",\"sign\":\"" VECTOR_SIGN "\",\"sign\":\"" VECTOR_SIGN "\"}",
      MINIPAY_ERROR_PROTOCOL },
    { "{\"content\":\""
      "{}"
      "\",\"sign\":\"" VECTOR_SIGN "\"}",
      MINIPAY_ERROR_PROTOCOL },
    { "{\"content\":[" VECTOR_CONTENT "],\"sign\":\"" VECTOR_SIGN "\"}", MINIPAY_ERROR_PROTOCOL },
    { "[{\"content\":" VECTOR_CONTENT ",\"sign\":\"" VECTOR_SIGN "\"}]", MINIPAY_ERROR_PROTOCOL },
    { "{\"content\":" VECTOR_CONTENT ",\"sign\":\"" VECTOR_SIGN "\"}{}", MINIPAY_ERROR_PROTOCOL },
    { "{\"sign\":\"" VECTOR_SIGN "\"}", MINIPAY_ERROR_PROTOCOL },
    { "", MINIPAY_ERROR_PROTOCOL },
    { NULL, MINIPAY_ERROR_PROTOCOL },
  };
  g_autoptr (MinipayTestExchange) escaped = weidoufu_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_refused (NULL, cases[i].body, cases[i].code);

  /* the same name, spelt otherwise, and once: nobody but a forger writes it so */
  receive (escaped, "{\"conten\\u0074\":" VECTOR_CONTENT ",\"sign\":\"" VECTOR_SIGN "\"}", &error);
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
}

static void
test_notify_sign_forms (void)
{
  static const char *const signs[] = {
    "",
    ",\"sign\":\"\"",
    ",\"sign\":null",
    ",\"sign\":0",
    ",\"sign\":[\"" VECTOR_SIGN "\"]",
    ",\"Sign\":\"" VECTOR_SIGN "\"",
    ",\"SIGN\":\"" VECTOR_SIGN "\"",
    ",\"sign\":\" " VECTOR_SIGN "\"",
    ",\"sign\":\"" VECTOR_SIGN "\\n\"",
    ",\"sign\":\"" VECTOR_SIGN "\\u0000\"",
  };

  for (guint i = 0; i < G_N_ELEMENTS (signs); i++) {
    g_autofree char *body = g_strdup_printf ("{\"content\":" VECTOR_CONTENT "%s}", signs[i]);
    g_autoptr (MinipayTestExchange) x = weidoufu_new (NULL);
    g_autoptr (GError) error = NULL;

    g_assert_false (receive (x, body, &error));
    if (!g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL))
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  }
}

static void
test_notify_sign_case (void)
{
  g_autoptr (MinipayTestExchange) x = weidoufu_new (NULL);
  g_autoptr (GError) error = NULL;

  /* the gateway writes upper case: whoever writes otherwise is not the gateway */
  receive (x, "{\"content\":" VECTOR_CONTENT ",\"sign\":\"d445c8b998043975a5857E58E491580b\"}", &error);
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
}

/* {"mch_trade_no":"202105135513716648486662","out_order_no":"180901620895069445","total_fee":FEE,
 * "status":STATUS} (one line), genuinely signed */
static const struct {
  const char *fee;
  const char *status;
  const char *sign;
  int state; /* -1: PROTOCOL */
  gint64 fen;
} signed_values[] = {
  { "1", "1", "64BBC67CA4AA50B361DF789C20837AB1", MINIPAY_PAYMENT_STATE_PENDING, 1 },
  { "1", "3", "6928FCB81B8A6ED974C7B819A3F74897", MINIPAY_PAYMENT_STATE_CLOSED, 1 },
  { "1", "0", "0AF0263032B50CED16804B07902A6077", MINIPAY_PAYMENT_STATE_UNKNOWN, 1 },
  { "1", "7", "6D0966AAF9E1ADB9EB013D7507FAB9F7", MINIPAY_PAYMENT_STATE_UNKNOWN, 1 },
  { "1", "\"2\"", "A3D380DCFB5409D46ABBF62282D50FE6", MINIPAY_PAYMENT_STATE_PAID, 1 },
  { "\"1\"", "2", "08CF773A706B4AEEEBDF77D33B8BFC71", MINIPAY_PAYMENT_STATE_PAID, 1 },
  { "\"999999999\"", "\"2\"", "7C07C04D4A91039C298C23A7C25C7F74", MINIPAY_PAYMENT_STATE_PAID, 999999999 },
  { "999999999", "2", "6DAB87F98CE6C98818F3E6DB6D07D91F", MINIPAY_PAYMENT_STATE_PAID, 999999999 },
  { "1000000000", "2", "51D1BF7BFB7080C61E9B74192C39BEC4", -1, 0 },
  { "\"1000000000\"", "2", "8673E28E428EF5FDF16398B47B0C92CC", -1, 0 },
  { "0", "2", "512BF0260EC19D2148572AEC2EF5B1BB", -1, 0 },
  { "\"0\"", "2", "7CB5C74892DA67F354D5396C17519D16", -1, 0 },
  { "-1", "2", "B548E7B13C091FB372EEC2D3B3987B5E", -1, 0 },
  { "1.0", "2", "520C8879440B93784481523EDEADF3CF", -1, 0 },
  { "1e0", "2", "A56D0C22C7D08A00003C351FC61589F8", -1, 0 },
  { "\"01\"", "2", "CCFE6B27CC1116508CD29A7D5F6F0C23", -1, 0 },
  { "9007199254740993", "2", "ED24A1EF9C8893F0815A47B10838302C", -1, 0 },
  { "null", "2", "2218E6188D9F9F43006F4DDC4B3A5884", -1, 0 },
  { "1", "\"success\"", "46B603CA00120C423D33FBC517A6F6DC", -1, 0 },
  { "1", "null", "1AB37F2EE6543AE47795737514BAEE09", -1, 0 },
};

static void
test_notify_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (signed_values); i++) {
    g_autofree char *body =
        g_strdup_printf ("{\"content\":{\"mch_trade_no\":\"202105135513716648486662\","
                         "\"out_order_no\":\"180901620895069445\",\"total_fee\":%s,\"status\":%s},\"sign\":\"%s\"}",
                         signed_values[i].fee,
                         signed_values[i].status,
                         signed_values[i].sign);
    g_autoptr (MinipayTestExchange) x = weidoufu_new (NULL);
    g_autoptr (GError) error = NULL;
    MinipayPayment *payment;

    receive (x, body, &error);
    if (signed_values[i].state < 0) {
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
      continue;
    }
    g_assert_no_error (error);
    payment = minipay_test_exchange_get_payment (x);
    g_assert_cmpint (minipay_payment_get_state (payment), ==, signed_values[i].state);
    g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (payment)), ==, signed_values[i].fen);
    g_assert_null (minipay_payment_get_paid_at (payment));
  }
}

static void
test_reply (void)
{
  static const char *const own[] = {
    "reply-body", "{\"code\":1}", "reply-content-type", "application/json", NULL,
  };
  g_autoptr (MinipayTestExchange) x = weidoufu_new (NULL);
  g_autoptr (MinipayTestExchange) y = weidoufu_new (own);
  g_autoptr (GError) error = NULL;

  receive (x, minipay_test_vector ("wd-notify-derived", "body"), &error);
  g_assert_no_error (error);
  minipay_test_assert_reply (x, TRUE, 200, "text/plain", "success");
  minipay_test_assert_reply (x, FALSE, 500, "text/plain", "fail");

  receive (y, minipay_test_vector ("wd-notify-derived", "body"), &error);
  g_assert_no_error (error);
  minipay_test_assert_reply (y, TRUE, 200, "application/json", "{\"code\":1}");
  minipay_test_assert_reply (y, FALSE, 500, "text/plain", "fail");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weidoufu/notify/vector", test_notify_vector);
  g_test_add_func ("/weidoufu/notify/raw-digest", test_notify_raw_digest);
  g_test_add_func ("/weidoufu/notify/compact-text", test_notify_compact);
  g_test_add_func ("/weidoufu/notify/altered", test_notify_altered);
  g_test_add_func ("/weidoufu/notify/other-key", test_notify_other_key);
  g_test_add_func ("/weidoufu/notify/decoys", test_notify_decoys);
  g_test_add_func ("/weidoufu/notify/sign-forms", test_notify_sign_forms);
  g_test_add_func ("/weidoufu/notify/sign-either-case", test_notify_sign_case);
  g_test_add_func ("/weidoufu/notify/values", test_notify_values);
  g_test_add_func ("/weidoufu/notify/reply", test_reply);
  return g_test_run ();
}
