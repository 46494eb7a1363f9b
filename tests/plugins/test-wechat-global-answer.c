/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "global-shop.h"
#include "provider/minipay-limits-private.h"
#include "v3-platform.h"

#define NOW    1554208460 /* of global_new(): 2019-04-02 */
#define DAY    86400
#define NONCE  "d824f2e086d3c1df967785d13fcd22ef"
#define PREPAY "{\"prepay_id\":\"wx201410272009395522657a690389285100\"}"

#define OLD_SERIAL "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
#define NEW_SERIAL "6AB10D9B0D84F3FA8B9C5B7F20A1E1C4A3D2F0B7"

static const char *const certificate_account[] = {
  "platform-certificate", "file:platform.pem", "public-key", NULL, "public-key-id", NULL, NULL,
};

static MinipayTestExchange *
begin (const char *const *changes)
{
  MinipayTestExchange *x = global_new (changes);
  g_autoptr (MinipayOrder) order = global_order_new (MINIPAY_METHOD_MINI_PROGRAM, 888, "HKD");
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  return x;
}

static void
assert_refused (char **owned_headers, const char *body, int code)
{
  g_auto (GStrv) headers = owned_headers;
  g_autoptr (MinipayTestExchange) x = begin (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_answer (x, 200, (const char *const *) headers, body, &error));
  g_assert_error (error, MINIPAY_ERROR, code);
  g_assert_null (minipay_exchange_get_result (x->exchange));
}

static void
test_altered (void)
{
  static const char other[] = "{\"prepay_id\":\"wx201410272009395522657a690389285101\"}";

  assert_refused (v3_headers_new (NOW, NONCE, V3_KEY_ID, PREPAY), other, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (v3_headers_new (NOW, NONCE, OLD_SERIAL, PREPAY), PREPAY, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (NULL, PREPAY, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (v3_headers_new (NOW - 301, NONCE, V3_KEY_ID, PREPAY), PREPAY, MINIPAY_ERROR_STALE);
  assert_refused (v3_headers_new (NOW + 301, NONCE, V3_KEY_ID, PREPAY), PREPAY, MINIPAY_ERROR_STALE);
}

static void
test_nonsense (void)
{
  static const char *const bodies[] = {
    NULL,
    "{}",
    "<html></html>",
    "{\"prepay_id\":\"\"}",
    "{\"prepay_id\":null}",
    "{\"prepay_id\":\"a\\nb\"}",
    "{\"prepay_id\":\"a&b\"}",
    /* what answers another trade_type */
    "{\"mweb_url\":\"https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx2014\"}",
    "{\"code_url\":\"weixin://wxpay/bizpayurl?pr=JyC91EIz1\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (MinipayTestExchange) x = begin (global_institution);
    g_autoptr (GError) error = NULL;

    g_test_message ("body %u", i);
    g_assert_false (v3_answer (x, bodies[i], &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
}

/* The error page of the Global API; -1 stands for any code that leaves the outcome open. */
static void
test_errors (void)
{
  static const struct {
    guint status;
    const char *word;
    int code;
  } cases[] = {
    { 202, NULL, -1 },
    { 204, NULL, -1 },
    { 400, "PARAM_ERROR", MINIPAY_ERROR_INVALID },
    { 401, "SIGN_ERROR", MINIPAY_ERROR_AUTH },
    { 403, "NO_AUTH", MINIPAY_ERROR_AUTH },
    { 404, "ORDER_NOT_EXIST", MINIPAY_ERROR_NOT_FOUND },
    { 429, "RATE_LIMITED", MINIPAY_ERROR_RATE_LIMITED },
    { 429, "RATELIMIT_EXCEEDED", MINIPAY_ERROR_RATE_LIMITED },
    { 429, "FREQUENCY_LIMITED", MINIPAY_ERROR_RATE_LIMITED },
    { 500, "SYSTEM_ERROR", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { 502, "SERVICE_UNAVAILABLE", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { 503, "SERVICE_UNAVAILABLE", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { 400, "A_WORD_OF_TOMORROW", MINIPAY_ERROR_REFUSED },
    { 500, "A_WORD_OF_TOMORROW", MINIPAY_ERROR_OUTCOME_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (NULL);
    g_autofree char *body =
        cases[i].word != NULL ? g_strdup_printf ("{\"code\":\"%s\",\"message\":\"-\"}", cases[i].word) : NULL;
    g_autoptr (GError) error = NULL;

    g_test_message ("%u %s", cases[i].status, body != NULL ? body : "");
    g_assert_false (minipay_test_exchange_answer (x, cases[i].status, NULL, body, &error));
    if (cases[i].code >= 0)
      g_assert_error (error, MINIPAY_ERROR, cases[i].code);
    else
      minipay_test_assert_open (error);
    g_assert_cmpstr (minipay_error_detail_get_gateway_code (minipay_error_get_detail (error)), ==, cases[i].word);
  }
}

static void
test_certificate_scheme (void)
{
  g_autoptr (V3Certificate) old_one = v3_certificate_new (OLD_SERIAL, 2048, NOW - DAY, NOW + DAY);
  g_autoptr (MinipayTestExchange) x = NULL;
  g_autoptr (MinipayTestExchange) y = NULL;
  g_auto (GStrv) signed_headers = v3_certificate_headers_new (old_one, NULL, NOW, PREPAY);
  g_auto (GStrv) crossed = v3_headers_new (NOW, NONCE, OLD_SERIAL, PREPAY);
  g_autoptr (GError) error = NULL;

  v3_certificate_write (old_one, NULL);
  x = begin (certificate_account);
  minipay_test_assert_header (x, "Wechatpay-Serial", OLD_SERIAL);
  minipay_test_exchange_answer (x, 200, (const char *const *) signed_headers, PREPAY, &error);
  g_assert_no_error (error);
  g_assert_nonnull (minipay_test_exchange_get_checkout (x));

  y = begin (certificate_account);
  g_assert_false (minipay_test_exchange_answer (y, 200, (const char *const *) crossed, PREPAY, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
}

/* printf '%s\n' GET /v3/global/certificates 1554208460 593BEC0C930BF1AFEB40B4A08C8FB242 '' |
 *   openssl dgst -sha256 -sign wxp-doc-mch-1900007291.pem | base64 -w0 */
#define REFRESH_AUTHORIZATION                                                                                      \
  "WECHATPAY2-SHA256-RSA2048 mchid=\"1900000109\",nonce_str=\"593BEC0C930BF1AFEB40B4A08C8FB242\","                 \
  "timestamp=\"1554208460\",serial_no=\"408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB\",signature=\""                   \
  "pi6ODkR/JKUMb83t9q45JfDKaOxSUArgRKbvjR5720TOLPc/TIm8WusAR+SfFoWfUnzPtng6W0mbX8u0JiDB6GST6P9iyvjBNGfhU5deXfOX0T" \
  "hKuvk2eK1mnKoX8WFNMg3rC9W3iO7tHoZIWR3e6YH5RU2rNCFRGwt4OqERU3ftF9PPTK3XpYKjeEQ47MTrSevdgveXKlNJUs8ACEy/po/NeMzv" \
  "Z8wc6buOkCkUV8wjapT/wAY/kead4RScvlmb9pCvtL0HA07E8VDsEHkHMX62PO+pbaQ87zSDNKqohvqjL1EBYjFZrUDpveh9TE8JViTFvUBDI4" \
  "u72iWM05NjzQ==\""

static void
test_refresh_keys (void)
{
  g_autoptr (V3Certificate) old_one = v3_certificate_new (OLD_SERIAL, 2048, NOW - DAY, NOW + DAY);
  g_autoptr (V3Certificate) new_one = v3_certificate_new (NEW_SERIAL, 2048, NOW - DAY, NOW + DAY);
  g_autofree char *body = v3_certificate_list_new (old_one, new_one);
  g_auto (GStrv) headers = v3_certificate_headers_new (old_one, NULL, NOW, body);
  g_autoptr (MinipayTestExchange) x = NULL;
  g_autoptr (GError) error = NULL;
  GHashTable *keys;

  v3_certificate_write (old_one, NULL);
  x = global_new (certificate_account);
  minipay_limits_check_operation (x->info, x->config, "refresh-keys", &error);
  g_assert_no_error (error);
  x->exchange = minipay_exchange_new (
      x->provider, x->info, x->config, MINIPAY_OPERATION_REFRESH_KEYS, NULL, MINIPAY_WALLET_ANY, &x->environment);
  minipay_exchange_begin (x->exchange, &error);
  g_assert_no_error (error);
  minipay_test_assert_request (x, "GET", "/v3/global/certificates", NULL);
  minipay_test_assert_header (x, "Authorization", REFRESH_AUTHORIZATION);
  g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_SAFE);

  minipay_test_exchange_answer (x, 200, (const char *const *) headers, body, &error);
  g_assert_no_error (error);
  keys = minipay_exchange_get_new_keys (x->exchange);
  g_assert_nonnull (keys);
  g_assert_true (g_hash_table_contains (keys, OLD_SERIAL));
  g_assert_true (g_hash_table_contains (keys, NEW_SERIAL));
  g_assert_cmpuint (g_hash_table_size (keys), ==, 2);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-global/answer/altered", test_altered);
  g_test_add_func ("/wechat-global/answer/signed-nonsense", test_nonsense);
  g_test_add_func ("/wechat-global/answer/error-table", test_errors);
  g_test_add_func ("/wechat-global/answer/certificate-scheme", test_certificate_scheme);
  g_test_add_func ("/wechat-global/answer/refresh-keys", test_refresh_keys);
  return g_test_run ();
}
