/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-compare-private.h"
#include "weidoufu-shop.h"

#define OPENID "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"

/* Every sign is the output of
 *   printf '%s' 'TEXT&secret_key=EkfB1+3w39F2mvMBcXb4/7PRfVTgs+Bh' | md5sum | tr a-f A-F
 * with the TEXT that stands beside it. */

static MinipayTestExchange *
begin (MinipayOrder *owned_order, const char *const *changes)
{
  MinipayTestExchange *x = weidoufu_new (changes);
  g_autoptr (MinipayOrder) order = owned_order;
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  return x;
}

static MinipayTestExchange *
begin_wechat (void)
{
  return begin (weidoufu_order_new (MINIPAY_WALLET_WECHAT, 1, OPENID, NULL, NULL), NULL);
}

static MinipayTestExchange *
begin_alipay (void)
{
  return begin (weidoufu_order_new (MINIPAY_WALLET_ALIPAY, 1, "2088102146225135", NULL, NULL), NULL);
}

static void
test_create_wechat (void)
{
  g_autoptr (MinipayTestExchange) x =
      begin (weidoufu_order_new (MINIPAY_WALLET_WECHAT, 1, OPENID, "{test:'test1_params'}", NULL), NULL);

  /* access_key=22c2f18010bc1f10gkpdjdspjpfjspn3&attach={test:'test1_params'}&body=QQ会员充值
   * &notify_url=https://xxxxx.com/api/notice&openid=oUpF8uMuAJO_M2pxb1Q9zNjWeS6o
   * &out_order_no=10018801620383215825&pay_type=1&total_fee=1 (one line) */
  minipay_test_assert_request (
      x,
      "POST",
      "/pay/miniapp",
      "{\"access_key\":\"22c2f18010bc1f10gkpdjdspjpfjspn3\",\"body\":\"QQ会员充值\","
      "\"out_order_no\":\"10018801620383215825\",\"pay_type\":1,\"total_fee\":1,"
      "\"openid\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\",\"notify_url\":\"https://xxxxx.com/api/notice\","
      "\"attach\":\"{test:'test1_params'}\",\"sign\":\"7BDF996C1FA87598FAC4B360B173B2C5\"}");
  minipay_test_assert_header (x, "Content-Type", "application/json");
  minipay_test_assert_header (x, "Accept", "application/json");
  g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_NONE);
}

static void
test_create_alipay (void)
{
  g_autoptr (MinipayTestExchange) x =
      begin (weidoufu_order_new (MINIPAY_WALLET_ALIPAY, 999999999, "2088102146225135", NULL, NULL), NULL);

  /* access_key=22c2f18010bc1f10gkpdjdspjpfjspn3&body=QQ会员充值&buyer_id=2088102146225135
   * &notify_url=https://xxxxx.com/api/notice&out_order_no=10018801620383215825&pay_type=2
   * &total_fee=999999999 (one line) */
  minipay_test_assert_request (x,
                               "POST",
                               "/pay/miniapp",
                               "{\"access_key\":\"22c2f18010bc1f10gkpdjdspjpfjspn3\",\"body\":\"QQ会员充值\","
                               "\"out_order_no\":\"10018801620383215825\",\"pay_type\":2,\"total_fee\":999999999,"
                               "\"buyer_id\":\"2088102146225135\",\"notify_url\":\"https://xxxxx.com/api/notice\","
                               "\"sign\":\"CDEA0D5878CBE11C51844014767784C0\"}");
}

static void
test_create_empty_attach (void)
{
  static const char *const attaches[] = { NULL, "" };

  /* access_key=22c2f18010bc1f10gkpdjdspjpfjspn3&body=QQ会员充值&notify_url=https://xxxxx.com/api/notice
   * &openid=oUpF8uMuAJO_M2pxb1Q9zNjWeS6o&out_order_no=10018801620383215825&pay_type=1&total_fee=1
   * (one line): as in vector wd-sign-empty, what is empty is neither sent nor signed */
  for (guint i = 0; i < G_N_ELEMENTS (attaches); i++) {
    g_autoptr (MinipayTestExchange) x =
        begin (weidoufu_order_new (MINIPAY_WALLET_WECHAT, 1, OPENID, attaches[i], NULL), NULL);

    minipay_test_assert_request (
        x,
        "POST",
        "/pay/miniapp",
        "{\"access_key\":\"22c2f18010bc1f10gkpdjdspjpfjspn3\",\"body\":\"QQ会员充值\","
        "\"out_order_no\":\"10018801620383215825\",\"pay_type\":1,\"total_fee\":1,"
        "\"openid\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\",\"notify_url\":\"https://xxxxx.com/api/notice\","
        "\"sign\":\"87FFB63ACF2B15D564658569B0EC2691\"}");
  }
}

static GVariant *
splits_new (void)
{
  return g_variant_new_parsed ("[('M100200300', '0.01 CNY'), ('M100200301', '19.90 CNY')]");
}

static void
test_create_ledger (void)
{
  g_autoptr (MinipayTestExchange) x =
      begin (weidoufu_order_new (MINIPAY_WALLET_WECHAT, 9999, OPENID, NULL, splits_new ()), NULL);

  /* access_key=22c2f18010bc1f10gkpdjdspjpfjspn3&body=QQ会员充值
   * &ledger=[{"amount":1,"sub_mch_no":"M100200300"},{"amount":1990,"sub_mch_no":"M100200301"}]
   * &notify_url=https://xxxxx.com/api/notice&openid=oUpF8uMuAJO_M2pxb1Q9zNjWeS6o
   * &out_order_no=10018801620383215825&pay_type=1&total_fee=9999 (one line) */
  minipay_test_assert_request (
      x,
      "POST",
      "/pay/miniapp",
      "{\"access_key\":\"22c2f18010bc1f10gkpdjdspjpfjspn3\",\"body\":\"QQ会员充值\","
      "\"out_order_no\":\"10018801620383215825\",\"pay_type\":1,\"total_fee\":9999,"
      "\"openid\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\",\"notify_url\":\"https://xxxxx.com/api/notice\","
      "\"ledger\":\"[{\\\"amount\\\":1,\\\"sub_mch_no\\\":\\\"M100200300\\\"},"
      "{\\\"amount\\\":1990,\\\"sub_mch_no\\\":\\\"M100200301\\\"}]\","
      "\"sign\":\"4C06816C2CC5F7C7F87386735853E9D0\"}");
}

static void
test_create_ledger_length (void)
{
  /* `[{"amount":1,"sub_mch_no":"` and `"}]` are 30 bytes: 482 more make 512 */
  for (guint length = 481; length <= 483; length++) {
    g_autoptr (MinipayTestExchange) x = weidoufu_new (NULL);
    g_autofree char *receiver = g_strnfill (length, 'M');
    g_autoptr (MinipayOrder) order = weidoufu_order_new (
        MINIPAY_WALLET_WECHAT, 9999, OPENID, NULL, g_variant_new_parsed ("[(%s, '0.01 CNY')]", receiver));
    g_autoptr (GError) error = NULL;

    minipay_test_exchange_create (x, order, &error);
    if (length <= 482)
      g_assert_no_error (error);
    else
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  }
}

static void
test_create_form (void)
{
  static const char *const form[] = { "body-format", "form", NULL };
  g_autoptr (MinipayTestExchange) x =
      begin (weidoufu_order_new (MINIPAY_WALLET_WECHAT, 1, OPENID, "{test:'test1_params'}", NULL), form);

  /* the signature does not depend on the form of the body: the same as that of the JSON one */
  minipay_test_assert_request (
      x,
      "POST",
      "/pay/miniapp",
      "access_key=22c2f18010bc1f10gkpdjdspjpfjspn3&body=QQ%E4%BC%9A%E5%91%98%E5%85%85%E5%80%BC"
      "&out_order_no=10018801620383215825&pay_type=1&total_fee=1&openid=oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
      "&notify_url=https%3A%2F%2Fxxxxx.com%2Fapi%2Fnotice&attach=%7Btest%3A%27test1_params%27%7D"
      "&sign=7BDF996C1FA87598FAC4B360B173B2C5");
  minipay_test_assert_header (x, "Content-Type", "application/x-www-form-urlencoded");
}

typedef struct {
  const char *subject;
  const char *attach;
  const char *notify_url;
  const char *receiver; /* NULL: none */
  gboolean is_begun;    /* the manifest lets it through to the codec */
  const char *says;     /* NULL: taken */
} SeveralCase;

static const SeveralCase several_cases[] = {
  { "tea&total_fee=1", NULL, "https://xxxxx.com/n", NULL, FALSE, "subject" },
  { "tea", "x&total_fee=1", "https://xxxxx.com/n", NULL, FALSE, "attach" },
  { "tea", NULL, "http://h.example/n?a=1&out_order_no=2", NULL, TRUE, "\"notify_url\" reads as several" },
  { "tea", NULL, "https://xxxxx.com/n", "M1&total_fee=1", TRUE, "\"ledger\" reads as several" },
  /* what holds a sign and no parameter */
  { "tea & cake", "a=b", "http://h.example/n?a=1", "M&1", TRUE, NULL },
};

static MinipayOrder *
several_order_new (const SeveralCase *c)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (9999, "CNY");

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       "10018801620383215825",
                       "total",
                       total,
                       "subject",
                       c->subject,
                       "method",
                       MINIPAY_METHOD_MINI_PROGRAM,
                       "wallet",
                       MINIPAY_WALLET_WECHAT,
                       "payer",
                       OPENID,
                       "notify-url",
                       c->notify_url,
                       "attach",
                       c->attach,
                       "splits",
                       c->receiver != NULL ? g_variant_new_parsed ("[(%s, '0.01 CNY')]", c->receiver) : NULL,
                       NULL);
}

/* What is signed is not escaped: a text that reads as further parameters is never signed, so never sent. */
static void
test_create_several_parameters (void)
{
  static const char *const formats[] = { "json", "form" };

  for (guint i = 0; i < G_N_ELEMENTS (several_cases) * G_N_ELEMENTS (formats); i++) {
    const SeveralCase *c = &several_cases[i / G_N_ELEMENTS (formats)];
    const char *const changes[] = { "body-format", formats[i % G_N_ELEMENTS (formats)], NULL };
    g_autoptr (MinipayTestExchange) x = weidoufu_new (changes);
    g_autoptr (MinipayOrder) order = several_order_new (c);
    g_autoptr (GError) error = NULL;
    gboolean is_good = minipay_test_exchange_create (x, order, &error);

    g_assert_cmpint (x->exchange != NULL, ==, c->is_begun);
    if (c->says == NULL) {
      g_assert_no_error (error);
      continue;
    }
    g_assert_false (is_good);
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
    g_assert_nonnull (strstr (error->message, c->says));
    if (c->is_begun)
      g_assert_cmpuint (minipay_exchange_get_n_sends (x->exchange), ==, 0);
  }
}

/* The seed page's samples, made valid JSON. */

#define WECHAT_JSAPI                                                                                               \
  "{\"app_id\":\"wx369ab4160391bvbgg\",\"timestamp\":\"1620895076\","                                              \
  "\"nonce_str\":\"82aafec92844bd7b7575e5d642911ac9\","                                                            \
  "\"package\":\"prepay_id=wx1316375652779615245693f173dedb0000\",\"sign_type\":\"MD5\","                          \
  "\"pay_sign\":\"E1BDB03ECDC44F48CE1D4D353819318A\"}"
#define NUMBERS       "\"mch_trade_no\":\"202105135513716648486662\",\"out_order_no\":\"10018801620383215825\""
#define WECHAT_ANSWER "{\"code\":1,\"message\":\"成功\",\"data\":{" NUMBERS ",\"jsapi\":" WECHAT_JSAPI "}}"

static const char *const wx_params[] = {
  "timeStamp", "1620895076",
  "nonceStr",  "82aafec92844bd7b7575e5d642911ac9",
  "package",   "prepay_id=wx1316375652779615245693f173dedb0000",
  "signType",  "MD5",
  "paySign",   "E1BDB03ECDC44F48CE1D4D353819318A",
  NULL,
};

static const char *const uni_app_params[] = {
  "provider",  "wxpay",
  "orderInfo", "wx",
  "timeStamp", "1620895076",
  "nonceStr",  "82aafec92844bd7b7575e5d642911ac9",
  "package",   "prepay_id=wx1316375652779615245693f173dedb0000",
  "signType",  "MD5",
  "paySign",   "E1BDB03ECDC44F48CE1D4D353819318A",
  NULL,
};

static void
assert_wechat_checkout (const char *body)
{
  g_autoptr (MinipayTestExchange) x = begin_wechat ();
  g_autoptr (GHashTable) none = NULL;
  g_autoptr (GError) error = NULL;
  MinipayCheckout *checkout;

  minipay_test_exchange_answer (x, 200, NULL, body, &error);
  g_assert_no_error (error);
  checkout = minipay_test_exchange_get_checkout (x);
  g_assert_cmpint (minipay_checkout_get_kind (checkout), ==, MINIPAY_CHECKOUT_KIND_WX_REQUEST_PAYMENT);
  g_assert_cmpstr (minipay_checkout_get_out_trade_no (checkout), ==, "10018801620383215825");
  g_assert_cmpstr (minipay_checkout_get_transaction_id (checkout), ==, "202105135513716648486662");
  minipay_test_assert_params (x, MINIPAY_RUNTIME_WX, wx_params);
  minipay_test_assert_params (x, MINIPAY_RUNTIME_UNI_APP, uni_app_params);
  none = minipay_checkout_dup_params (checkout, MINIPAY_RUNTIME_ALIPAY, &error);
  g_assert_null (none);
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED);
}

static void
test_answer_wechat (void)
{
  assert_wechat_checkout (WECHAT_ANSWER);
}

static void
test_answer_code_as_text (void)
{
  g_autofree char *body = minipay_test_replace (WECHAT_ANSWER, "\"code\":1", "\"code\":\"1\"");

  assert_wechat_checkout (body);
}

static void
test_answer_timestamp_as_number (void)
{
  g_autofree char *body = minipay_test_replace (WECHAT_ANSWER, "\"1620895076\"", "1620895076");

  assert_wechat_checkout (body);
}

static void
test_answer_flat (void)
{
  /* the manual's tables put the members at the top */
  g_autofree char *whole =
      minipay_test_replace (WECHAT_JSAPI, "{", "{\"code\":1,\"message\":\"成功\"," NUMBERS ",");

  assert_wechat_checkout (whole);
}

static void
test_answer_flat_in_data (void)
{
  g_autofree char *data = minipay_test_replace (WECHAT_JSAPI, "{", "{" NUMBERS ",");
  g_autofree char *body = g_strdup_printf ("{\"code\":1,\"message\":\"成功\",\"data\":%s}", data);

  assert_wechat_checkout (body);
}

static void
test_answer_alipay (void)
{
  static const char *const params[] = { "tradeNO", "20211127220461494775747063371", NULL };
  g_autoptr (MinipayTestExchange) x = begin_alipay ();
  g_autoptr (GHashTable) none = NULL;
  g_autoptr (GError) error = NULL;
  MinipayCheckout *checkout;

  minipay_test_exchange_answer (x,
                                200,
                                NULL,
                                "{\"code\":1,\"message\":\"成功\",\"data\":{" NUMBERS
                                ",\"jsapi\":{\"trade_no\":\"20211127220461494775747063371\"}}}",
                                &error);
  g_assert_no_error (error);
  checkout = minipay_test_exchange_get_checkout (x);
  g_assert_cmpint (minipay_checkout_get_kind (checkout), ==, MINIPAY_CHECKOUT_KIND_MY_TRADE_PAY);
  minipay_test_assert_params (x, MINIPAY_RUNTIME_ALIPAY, params);
  none = minipay_checkout_dup_params (checkout, MINIPAY_RUNTIME_WX, &error);
  g_assert_null (none);
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED);
}

static void
test_answer_refused (void)
{
  static const struct {
    const char *body;
    int code; /* of MinipayError */
    const char *message;
  } cases[] = {
    { "{\"code\":0,\"message\":\"签名错误\",\"data\":{" NUMBERS ",\"jsapi\":\"\"}}",
      MINIPAY_ERROR_AUTH,
      "签名错误" },
    { "{\"code\":0,\"message\":\"商户未开通\",\"data\":{" NUMBERS ",\"jsapi\":\"\"}}",
      MINIPAY_ERROR_REFUSED,
      "商户未开通" },
    { "{\"code\":\"0\",\"message\":\"商户未开通\"}", MINIPAY_ERROR_REFUSED, "商户未开通" },
    /* the other spelling, from the page of code payments */
    { "{\"return_code\":0,\"msg\":\"商户未开通\"}", MINIPAY_ERROR_REFUSED, "商户未开通" },
    { "{\"code\":0}", MINIPAY_ERROR_REFUSED, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin_wechat ();
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_answer (x, 200, NULL, cases[i].body, &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
    g_assert_cmpstr (
        minipay_error_detail_get_gateway_message (minipay_error_get_detail (error)), ==, cases[i].message);
    g_assert_cmpstr (minipay_error_detail_get_gateway_code (minipay_error_get_detail (error)), ==, "0");
    g_assert_cmpuint (minipay_error_detail_get_http_status (minipay_error_get_detail (error)), ==, 200);
    if (cases[i].message != NULL)
      g_assert_nonnull (strstr (error->message, cases[i].message));
  }
}

/* Whether an order exists after these is not known. */
static void
test_answer_unreadable (void)
{
  static const char *const bodies[] = {
    NULL,
    "",
    "<html><body>502 Bad Gateway</body></html>",
    /* as the manual prints it */
    "{code: 1, message: \"成功\", data: {jsapi: ''}}",
    "{\"code\":1,\"message\":\"成功\",\"data\":{" NUMBERS ",\"jsapi\":\"\"}}",
    "{\"code\":1,\"message\":\"成功\",\"data\":{" NUMBERS ",\"jsapi\":null}}",
    "{\"code\":1,\"message\":\"成功\",\"data\":{" NUMBERS ",\"jsapi\":{}}}",
    "{\"code\":1,\"message\":\"成功\",\"data\":{" NUMBERS "}}",
    "{\"code\":1,\"message\":\"成功\",\"data\":{\"jsapi\":" WECHAT_JSAPI "}}",
    "{\"code\":1,\"message\":\"成功\"}",
    "{\"code\":2,\"message\":\"成功\",\"data\":{" NUMBERS ",\"jsapi\":" WECHAT_JSAPI "}}",
    "{\"code\":-1,\"message\":\"成功\"}",
    "{\"code\":1.0,\"message\":\"成功\"}",
    "{\"code\":\"01\",\"message\":\"成功\"}",
    "{\"code\":true,\"message\":\"成功\"}",
    "{\"message\":\"成功\"}",
    "{\"code\":0,\"code\":1,\"message\":\"成功\"}",
    "[1]",
    "1",
    WECHAT_ANSWER "x",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (MinipayTestExchange) x = begin_wechat ();
    g_autoptr (GError) error = NULL;

    g_test_message ("body %u", i);
    g_assert_false (minipay_test_exchange_answer (x, 200, NULL, bodies[i], &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
    g_assert_null (minipay_exchange_get_result (x->exchange));
  }
}

static void
test_answer_incomplete (void)
{
  static const char *const names[] = { "timestamp", "nonce_str", "package", "sign_type", "pay_sign" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (MinipayTestExchange) x = begin_wechat ();
    g_autofree char *body = minipay_test_replace (WECHAT_ANSWER, names[i], "other");
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_answer (x, 200, NULL, body, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
    g_assert_nonnull (strstr (error->message, names[i]));
  }
}

static void
test_answer_status (void)
{
  static const struct {
    guint status;
    int code; /* of MinipayError */
  } cases[] = {
    { 429, MINIPAY_ERROR_RATE_LIMITED },    { 500, MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { 502, MINIPAY_ERROR_OUTCOME_UNKNOWN }, { 503, MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { 504, MINIPAY_ERROR_OUTCOME_UNKNOWN }, { 201, MINIPAY_ERROR_PROTOCOL },
    { 204, MINIPAY_ERROR_PROTOCOL },        { 302, MINIPAY_ERROR_PROTOCOL },
    { 400, MINIPAY_ERROR_PROTOCOL },        { 404, MINIPAY_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin_wechat ();
    g_autoptr (GError) error = NULL;

    /* not even a body that says success counts */
    g_assert_false (minipay_test_exchange_answer (x, cases[i].status, NULL, WECHAT_ANSWER, &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
    g_assert_cmpuint (minipay_error_detail_get_http_status (minipay_error_get_detail (error)), ==, cases[i].status);
  }
}

static void
test_answer_other_number (void)
{
  g_autoptr (MinipayTestExchange) x = begin_wechat ();
  g_autofree char *body = minipay_test_replace (WECHAT_ANSWER, "10018801620383215825", "180901620895069445");
  g_autoptr (GError) error = NULL;

  g_test_summary ("What the core does with every checkout: the gateway speaks of another order.");
  minipay_test_exchange_answer (x, 200, NULL, body, &error);
  g_assert_no_error (error);
  g_assert_false (
      minipay_compare_checkout (minipay_test_exchange_get_checkout (x), "10018801620383215825", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weidoufu/create/wechat", test_create_wechat);
  g_test_add_func ("/weidoufu/create/alipay", test_create_alipay);
  g_test_add_func ("/weidoufu/create/empty-attach-left-out", test_create_empty_attach);
  g_test_add_func ("/weidoufu/create/ledger", test_create_ledger);
  g_test_add_func ("/weidoufu/create/ledger-length", test_create_ledger_length);
  g_test_add_func ("/weidoufu/create/form-body", test_create_form);
  g_test_add_func ("/weidoufu/create/several-parameters-invalid", test_create_several_parameters);
  g_test_add_func ("/weidoufu/answer/wechat", test_answer_wechat);
  g_test_add_func ("/weidoufu/answer/code-as-text", test_answer_code_as_text);
  g_test_add_func ("/weidoufu/answer/timestamp-as-number", test_answer_timestamp_as_number);
  g_test_add_func ("/weidoufu/answer/flat", test_answer_flat);
  g_test_add_func ("/weidoufu/answer/flat-in-data", test_answer_flat_in_data);
  g_test_add_func ("/weidoufu/answer/alipay", test_answer_alipay);
  g_test_add_func ("/weidoufu/answer/refused", test_answer_refused);
  g_test_add_func ("/weidoufu/answer/unreadable", test_answer_unreadable);
  g_test_add_func ("/weidoufu/answer/incomplete", test_answer_incomplete);
  g_test_add_func ("/weidoufu/answer/http-status", test_answer_status);
  g_test_add_func ("/weidoufu/answer/other-number", test_answer_other_number);
  return g_test_run ();
}
