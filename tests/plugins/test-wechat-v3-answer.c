/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "v3-gateway.h"

#define NONCE  "d824f2e086d3c1df967785d13fcd22ef"
#define PREPAY "{\"prepay_id\":\"wx201410272009395522657a690389285100\"}"

static MinipayTestExchange *
begin (const char *const *changes)
{
  MinipayTestExchange *x = v3_new (changes);
  g_autoptr (MinipayOrder) order = v3_order_new (MINIPAY_METHOD_MINI_PROGRAM);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  return x;
}

static void
assert_refused (char **headers, const char *body, int code)
{
  g_autoptr (MinipayTestExchange) x = begin (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_answer (x, 200, (const char *const *) headers, body, &error));
  g_assert_error (error, MINIPAY_ERROR, code);
  g_assert_null (minipay_exchange_get_result (x->exchange));
  g_assert_null (minipay_exchange_get_pending_reason (x->exchange));
}

static void
test_altered (void)
{
  static const char *const bodies[] = {
    "{\"prepay_id\":\"wx201410272009395522657a690389285101\"}",
    "{\"prepay_id\": \"wx201410272009395522657a690389285100\"}",
    PREPAY " ",
    PREPAY "\n",
    "",
    NULL,
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_auto (GStrv) headers = v3_headers_new (1554208460, NONCE, V3_KEY_ID, PREPAY);

    assert_refused (headers, bodies[i], MINIPAY_ERROR_SIGNATURE_INVALID);
  }
}

static void
test_altered_headers (void)
{
  static const struct {
    guint index;
    const char *value;
    int code;
  } cases[] = {
    { 1, "1554208461", MINIPAY_ERROR_SIGNATURE_INVALID },
    { 3, "e824f2e086d3c1df967785d13fcd22ef", MINIPAY_ERROR_SIGNATURE_INVALID },
    { 5, "PUB_KEY_ID_0119000072912024110600000001", MINIPAY_ERROR_SIGNATURE_INVALID },
    { 5, "D7CE59D1F522D701", MINIPAY_ERROR_SIGNATURE_INVALID },
    { 5, " " V3_KEY_ID, MINIPAY_ERROR_SIGNATURE_INVALID },
    { 7, "AAAA", MINIPAY_ERROR_SIGNATURE_INVALID },
    { 7, "not base64!", MINIPAY_ERROR_SIGNATURE_INVALID },
    { 1, "-1554208460", MINIPAY_ERROR_SIGNATURE_INVALID },
    { 1, "+1554208460", MINIPAY_ERROR_SIGNATURE_INVALID },
    { 1, " 1554208460", MINIPAY_ERROR_SIGNATURE_INVALID },
    { 1, "1554208460 ", MINIPAY_ERROR_SIGNATURE_INVALID },
    { 1, "01554208460", MINIPAY_ERROR_SIGNATURE_INVALID },
    { 1, "1554208460.0", MINIPAY_ERROR_SIGNATURE_INVALID },
    { 1, "0x5CA351CC", MINIPAY_ERROR_SIGNATURE_INVALID },
    { 1, "18446744075263760076", MINIPAY_ERROR_SIGNATURE_INVALID },
    { 1, "999999999999", MINIPAY_ERROR_STALE },
    { 1, "0", MINIPAY_ERROR_STALE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (GStrv) headers = v3_headers_new (1554208460, NONCE, V3_KEY_ID, PREPAY);

    g_free (headers[cases[i].index]);
    headers[cases[i].index] = g_strdup (cases[i].value);
    assert_refused (headers, PREPAY, cases[i].code);
  }
}

static void
test_freshness (void)
{
  static const struct {
    gint64 skew;
    gboolean is_fresh;
  } cases[] = {
    { -301, FALSE }, { -300, TRUE }, { -299, TRUE }, { 299, TRUE }, { 300, TRUE }, { 301, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (NULL);
    g_auto (GStrv) headers = v3_headers_new (x->now + cases[i].skew, NONCE, V3_KEY_ID, PREPAY);
    g_autoptr (GError) error = NULL;

    minipay_test_exchange_answer (x, 200, (const char *const *) headers, PREPAY, &error);
    if (cases[i].is_fresh)
      g_assert_no_error (error);
    else
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_STALE);
  }
}

/* Every header once: without, empty, twice alike, twice different, twice in other case. */
static void
test_headers_once (void)
{
  for (guint i = 0; i < 8; i += 2) {
    g_auto (GStrv) good = v3_headers_new (1554208460, NONCE, V3_KEY_ID, PREPAY);
    g_autofree char *lower = g_ascii_strdown (good[i], -1);
    const char *extra[][2] = {
      { NULL, NULL }, { NULL, "" }, { good[i], good[i + 1] }, { good[i], "1" }, { lower, good[i + 1] },
    };

    for (guint j = 0; j < G_N_ELEMENTS (extra); j++) {
      const char *headers[11] = { NULL };
      guint n = 0;

      for (guint k = 0; k < 8; k += 2) {
        if (k == i && j == 0)
          continue;
        headers[n++] = good[k];
        headers[n++] = k == i && j == 1 ? "" : good[k + 1];
      }
      if (extra[j][0] != NULL) {
        headers[n++] = extra[j][0];
        headers[n++] = extra[j][1];
      }
      assert_refused ((char **) headers, PREPAY, MINIPAY_ERROR_SIGNATURE_INVALID);
    }
  }
}

static void
test_header_names_any_case (void)
{
  g_autoptr (MinipayTestExchange) x = begin (NULL);
  g_auto (GStrv) headers = v3_headers_new (1554208460, NONCE, V3_KEY_ID, PREPAY);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 8; i += 2) {
    char *lower = g_ascii_strdown (headers[i], -1);

    g_free (headers[i]);
    headers[i] = lower;
  }
  minipay_test_exchange_answer (x, 200, (const char *const *) headers, PREPAY, &error);
  g_assert_no_error (error);
}

/* What was signed as `nonce` and `{}\nBODY` must not be read as `nonce\n{}` and BODY. */
static void
test_moved_line_end (void)
{
  g_auto (GStrv) headers = v3_headers_new (1554208460, NONCE, V3_KEY_ID, "{}\n" PREPAY);

  g_free (headers[3]);
  headers[3] = g_strdup (NONCE "\n{}");
  assert_refused (headers, PREPAY, MINIPAY_ERROR_SIGNATURE_INVALID);
}

static const char *const published_account[] = {
  "public-key",
  "fixture:wxp-doc-platform",
  NULL,
};

/* Vectors v3-resp-verify, -wrong-key and v3-signtest-probe: an answer that carries a code_url. */
static gboolean
answer_published (MinipayTestExchange *x, const char *signature, GError **error)
{
  const char *const headers[] = {
    "Wechatpay-Timestamp",
    "1722850421",
    "Wechatpay-Nonce",
    NONCE,
    "Wechatpay-Serial",
    V3_KEY_ID,
    "Wechatpay-Signature",
    signature,
    NULL,
  };

  x->now = 1722850421;
  return minipay_test_exchange_answer (
      x, 200, headers, "{\"code_url\":\"weixin://wxpay/bizpayurl?pr=JyC91EIz1\"}", error);
}

static void
test_published_answer (void)
{
  static const char *const wrong_key[] = { "public-key", "fixture:wxp-doc-platform-old", NULL };
  const char *signature = minipay_test_vector ("v3-resp-verify", "signature");
  g_autoptr (MinipayTestExchange) x = begin (published_account);
  g_autoptr (MinipayTestExchange) y = begin (wrong_key);
  g_autoptr (GError) x_error = NULL;
  g_autoptr (GError) y_error = NULL;

  /* it is genuine, and has no prepay_id: it answers another call */
  g_assert_false (answer_published (x, signature, &x_error));
  g_assert_error (x_error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (x_error->message, "prepay_id"));
  g_assert_true (minipay_exchange_is_verified (x->exchange));

  g_assert_false (answer_published (y, signature, &y_error));
  g_assert_error (y_error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
}

static void
test_probe (void)
{
  g_autoptr (MinipayTestExchange) x = begin (published_account);
  g_autoptr (GError) error = NULL;

  g_assert_true (answer_published (x, minipay_test_vector ("v3-signtest-probe", "signature"), &error));
  g_assert_no_error (error);
  g_assert_nonnull (minipay_exchange_get_pending_reason (x->exchange));
  g_assert_nonnull (strstr (minipay_exchange_get_pending_reason (x->exchange), "WECHATPAY/SIGNTEST/"));
  g_assert_null (minipay_exchange_get_result (x->exchange));
  g_assert_false (minipay_exchange_is_verified (x->exchange));
}

/* The prefix is a label on what was refused: it opens nothing. */
static void
test_probe_stale (void)
{
  g_auto (GStrv) headers = v3_headers_new (1554208460 - 301, NONCE, V3_KEY_ID, PREPAY);

  g_free (headers[7]);
  headers[7] = g_strdup ("WECHATPAY/SIGNTEST/AAAA");
  assert_refused (headers, PREPAY, MINIPAY_ERROR_STALE);
}

static void
test_unsigned_success (void)
{
  assert_refused (NULL, PREPAY, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (NULL, NULL, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (NULL, "<html></html>", MINIPAY_ERROR_SIGNATURE_INVALID);
}

static void
test_signed_nonsense (void)
{
  static const char *const bodies[] = {
    NULL,
    "",
    "{}",
    "[]",
    "<html></html>",
    "{\"prepay_id\":\"\"}",
    "{\"prepay_id\":null}",
    "{\"prepay_id\":1}",
    "{\"prepay_id\":\"a\\nb\"}",
    "{\"prepay_id\":\"a\\rb\"}",
    "{\"prepay_id\":\"a\",\"prepay_id\":\"b\"}",
    "{\"data\":" PREPAY "}",
    PREPAY PREPAY,
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (MinipayTestExchange) x = begin (NULL);
    g_autoptr (GError) error = NULL;

    g_test_message ("body %u", i);
    g_assert_false (v3_answer (x, bodies[i], &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
}

/* protocols of V3, table of errors, row by row; -1 stands for any code that leaves the outcome open. */
static const struct {
  guint status;
  const char *word;
  int code;
} error_table[] = {
  { 202, "USER_PAYING", -1 },
  { 202, NULL, -1 },
  { 204, NULL, -1 },
  { 400, "PARAM_ERROR", MINIPAY_ERROR_INVALID },
  { 400, "INVALID_REQUEST", MINIPAY_ERROR_INVALID },
  { 400, "APPID_MCHID_NOT_MATCH", MINIPAY_ERROR_CONFIG },
  { 400, "MCH_NOT_EXISTS", MINIPAY_ERROR_CONFIG },
  { 404, "MCH_NOT_EXISTS", MINIPAY_ERROR_CONFIG },
  { 400, "ORDER_CLOSED", MINIPAY_ERROR_CONFLICT },
  { 401, "SIGN_ERROR", MINIPAY_ERROR_AUTH },
  { 401, NULL, MINIPAY_ERROR_AUTH },
  { 403, "NO_AUTH", MINIPAY_ERROR_AUTH },
  { 403, "OUT_TRADE_NO_USED", MINIPAY_ERROR_CONFLICT },
  { 400, "ORDERPAID", MINIPAY_ERROR_ALREADY_PAID },
  { 403, "ORDERPAID", MINIPAY_ERROR_ALREADY_PAID },
  { 400, "ORDER_PAID", MINIPAY_ERROR_ALREADY_PAID },
  { 403, "ORDER_PAID", MINIPAY_ERROR_ALREADY_PAID },
  { 403, "NOT_ENOUGH", MINIPAY_ERROR_REFUSED },
  { 403, "USER_ACCOUNT_ABNORMAL", MINIPAY_ERROR_REFUSED },
  { 403, "TRADE_ERROR", MINIPAY_ERROR_REFUSED },
  { 403, "RULE_LIMIT", MINIPAY_ERROR_REFUSED },
  { 404, "ORDER_NOT_EXIST", MINIPAY_ERROR_NOT_FOUND },
  { 404, "RESOURCE_NOT_EXISTS", MINIPAY_ERROR_NOT_FOUND },
  { 429, "FREQUENCY_LIMITED", MINIPAY_ERROR_RATE_LIMITED },
  { 429, "RATELIMIT_EXCEEDED", MINIPAY_ERROR_RATE_LIMITED },
  { 429, "RATE_LIMITED", MINIPAY_ERROR_RATE_LIMITED },
  { 429, NULL, MINIPAY_ERROR_RATE_LIMITED },
  { 500, "SYSTEM_ERROR", MINIPAY_ERROR_OUTCOME_UNKNOWN },
  { 500, "BANK_ERROR", MINIPAY_ERROR_OUTCOME_UNKNOWN },
  { 502, "SERVICE_UNAVAILABLE", MINIPAY_ERROR_OUTCOME_UNKNOWN },
  { 503, "SERVICE_UNAVAILABLE", MINIPAY_ERROR_OUTCOME_UNKNOWN },
  { 500, NULL, MINIPAY_ERROR_OUTCOME_UNKNOWN },
  { 504, NULL, MINIPAY_ERROR_OUTCOME_UNKNOWN },
  { 400, "TRADE_OVERDUE", MINIPAY_ERROR_REFUSED },
  { 400, "A_WORD_OF_TOMORROW", MINIPAY_ERROR_REFUSED },
  { 500, "A_WORD_OF_TOMORROW", MINIPAY_ERROR_OUTCOME_UNKNOWN },
  /* 404 and 405 can have an empty body */
  { 404, NULL, -1 },
  { 405, NULL, -1 },
  { 302, NULL, -1 },
};

static void
test_errors (void)
{
  static const char *const headers[] = { "Request-ID", "08F78BA5A206-0", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (error_table); i++) {
    g_autoptr (MinipayTestExchange) x = begin (NULL);
    g_autofree char *body = error_table[i].word != NULL
                                ? g_strdup_printf ("{\"code\":\"%s\",\"message\":\"原因\"}", error_table[i].word)
                                : NULL;
    g_autoptr (GError) error = NULL;
    const MinipayErrorDetail *detail;

    g_test_message ("%u %s", error_table[i].status, body != NULL ? body : "");
    g_assert_false (minipay_test_exchange_answer (x, error_table[i].status, headers, body, &error));
    if (error_table[i].code >= 0)
      g_assert_error (error, MINIPAY_ERROR, error_table[i].code);
    else
      minipay_test_assert_open (error);
    detail = minipay_error_get_detail (error);
    g_assert_cmpstr (minipay_error_detail_get_gateway_code (detail), ==, error_table[i].word);
    g_assert_cmpuint (minipay_error_detail_get_http_status (detail), ==, error_table[i].status);
    g_assert_cmpstr (minipay_error_detail_get_request_id (detail), ==, "08F78BA5A206-0");
  }
}

static void
test_error_body_nonsense (void)
{
  static const struct {
    guint status;
    const char *body;
  } cases[] = {
    { 502, "<html><body>502 Bad Gateway</body></html>" },
    { 503, "{\"code\":" },
    { 500, "[]" },
    { 400, "<html>" },
    { 400, "{\"code\":1}" },
    { 404, "{}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (NULL);
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_answer (x, cases[i].status, NULL, cases[i].body, &error));
    minipay_test_assert_open (error);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v3/answer/altered-body", test_altered);
  g_test_add_func ("/wechat-v3/answer/altered-headers", test_altered_headers);
  g_test_add_func ("/wechat-v3/answer/freshness", test_freshness);
  g_test_add_func ("/wechat-v3/answer/headers-once", test_headers_once);
  g_test_add_func ("/wechat-v3/answer/header-names-any-case", test_header_names_any_case);
  g_test_add_func ("/wechat-v3/answer/published", test_published_answer);
  g_test_add_func ("/wechat-v3/answer/probe-is-pending", test_probe);
  g_test_add_func ("/wechat-v3/answer/stale-probe-refused", test_probe_stale);
  g_test_add_func ("/wechat-v3/answer/unsigned-success", test_unsigned_success);
  g_test_add_func ("/wechat-v3/answer/signed-nonsense", test_signed_nonsense);
  g_test_add_func ("/wechat-v3/answer/error-table", test_errors);
  g_test_add_func ("/wechat-v3/answer/error-without-words", test_error_body_nonsense);
  g_test_add_func ("/wechat-v3/answer/moved-line-end", test_moved_line_end);
  return g_test_run ();
}
