/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "v2-gateway.h"
#include "wechat-params.h"

/* The fields of the manual's example of 统一下单, and its key. The signatures of the bytes in this file were
 * computed once with Python, outside of this tree: t = '&'.join(f'{k}={p[k]}' for k in sorted(p)) + '&key=' + key
 *   hashlib.md5(t.encode()).hexdigest().upper()
 *   hmac.new(key.encode(), t.encode(), hashlib.sha256).hexdigest().upper() */

#define FIELD(NAME, TEXT) "<" NAME "><![CDATA[" TEXT "]]></" NAME ">"
#define NONCE             "593BEC0C930BF1AFEB40B4A08C8FB242"
#define SECOND_NONCE      "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"

#define TAIL(NONCE, DIGEST, SIGN)                                                                                  \
  FIELD ("appid", V2_APPID)                                                                                        \
  FIELD ("mch_id", V2_MCHID)                                                                                       \
  FIELD ("nonce_str", NONCE) FIELD ("sign_type", DIGEST) FIELD ("sign", SIGN) "</xml>"

#define PLAIN(NONCE, DIGEST, SIGN)                                                                                 \
  "<xml>" FIELD ("body", "JSAPI支付测试") FIELD ("out_trade_no", "1415659990") FIELD ("fee_type", "CNY")           \
      FIELD ("total_fee", "1") FIELD ("spbill_create_ip", "14.23.150.211")                                         \
          FIELD ("notify_url", "http://wxpay.wxutil.com/pub_v2/pay/notify.v2.php") FIELD ("trade_type", "JSAPI")   \
              FIELD ("openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o") TAIL (NONCE, DIGEST, SIGN)

#define PLAIN_MD5         "5D42B68F936C54B7E4EF664B019FC707"
#define PLAIN_HMAC        "BB4A2604D78AE3CDF2C6565A4DF3D24C1912DADF8EDAF84D1F9FFAD3CC19132E"
#define PLAIN_SECOND_HMAC "CC866A1EE5FA0CE88A35DC3A68AA32EF197B96202C6CB24F496FF52067F33C07"

/* of the account's own appid and the usual time and nonce */
#define PAY_SIGN_MD5  "74A3E3C148B8704949D5E6A1A2F93239"
#define PAY_SIGN_HMAC "3FF4435724BA0D82CA943D7841FC07E64E8A446D04D4A8E97EB56F8AF0F7CB80"

static MinipayTestExchange *
begin (MinipayOrder *order, const char *digest)
{
  MinipayTestExchange *x = v2_new_signing (digest);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  return x;
}

static char *
dup_body (MinipayTestExchange *x)
{
  GBytes *body = minipay_http_request_get_body (minipay_exchange_get_request (x->exchange));

  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

static void
test_create (void)
{
  static const struct {
    const char *digest;
    const char *body;
  } cases[] = {
    { V2_HMAC, PLAIN (NONCE, "HMAC-SHA256", PLAIN_HMAC) },
    { V2_MD5, PLAIN (NONCE, "MD5", PLAIN_MD5) },
    /* the default of an account that does not say */
    { NULL, PLAIN (NONCE, "HMAC-SHA256", PLAIN_HMAC) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    for (int method = MINIPAY_METHOD_MINI_PROGRAM; method <= MINIPAY_METHOD_JSAPI; method++) {
      g_autoptr (MinipayOrder) order = v2_order_new ((MinipayMethod) method);
      g_autoptr (MinipayTestExchange) x = begin (order, cases[i].digest);

      minipay_test_assert_request (x, "POST", "/pay/unifiedorder", cases[i].body);
      minipay_test_assert_header (x, "Content-Type", "text/xml");
      g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_IDEMPOTENT);
    }
  }
}

#define FULL(DIGEST, SIGN)                                                                                         \
  "<xml>" FIELD ("body", "茶 & \"green\" <tea>") FIELD ("attach", "a=b & c ]]]]><![CDATA[> d")                     \
      FIELD ("out_trade_no", "T_-|*1") FIELD ("fee_type", "CNY") FIELD ("total_fee", "9007199254740993")           \
          FIELD ("spbill_create_ip", "2001:db8::1") FIELD ("time_expire", "20190402203600")                        \
              FIELD ("notify_url", "https://shop.example/notify/tea-shop") FIELD ("trade_type", "JSAPI")           \
                  FIELD ("openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o") FIELD ("device_info", "WEB")                    \
                      FIELD ("detail", "{\"goods_detail\":[{\"goods_id\":\"1\",\"quantity\":1,\"price\":1}]}")     \
                          FIELD ("goods_tag", "WXG") FIELD ("limit_pay", "no_credit") FIELD ("receipt", "Y")       \
                              FIELD ("profit_sharing", "N")                                                        \
                                  FIELD ("scene_info", "{\"store_info\":{\"id\":\"SZTX001\"}}")                    \
                                      FIELD ("version", "1.0") TAIL (NONCE, DIGEST, SIGN)

static MinipayOrder *
full_order_new (void)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (G_GINT64_CONSTANT (9007199254740993), "CNY");
  g_autoptr (GDateTime) expires_at = g_date_time_new_from_iso8601 ("2019-04-02T12:36:00Z", NULL);

  return g_object_new (
      MINIPAY_TYPE_ORDER,
      "out-trade-no",
      "T_-|*1",
      "total",
      total,
      "subject",
      "茶 & \"green\" <tea>",
      "method",
      MINIPAY_METHOD_MINI_PROGRAM,
      "payer",
      "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
      "notify-url",
      "https://shop.example/notify/tea-shop",
      "attach",
      "a=b & c ]]> d",
      "expires-at",
      expires_at,
      "client-ip",
      "2001:db8::1",
      "extras",
      g_variant_new_parsed ("{'scene_info': <'{\"store_info\":{\"id\":\"SZTX001\"}}'>,"
                            " 'detail': <'{\"goods_detail\":[{\"goods_id\":\"1\",\"quantity\":1,\"price\":1}]}'>,"
                            " 'device_info': <'WEB'>, 'goods_tag': <'WXG'>, 'limit_pay': <'no_credit'>,"
                            " 'receipt': <'Y'>, 'profit_sharing': <'N'>}"),
      NULL);
}

static void
test_every_member (void)
{
  static const struct {
    const char *digest;
    const char *body;
  } cases[] = {
    { V2_HMAC, FULL ("HMAC-SHA256", "E36CFBD1B45A823CA75D348A851445E83636348D328D86E1EE94D3F65E95DAEE") },
    { V2_MD5, FULL ("MD5", "E15C983A73C3F1BC76D12A4E66A13F4D") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayOrder) order = full_order_new ();
    g_autoptr (MinipayTestExchange) x = begin (order, cases[i].digest);

    minipay_test_assert_request (x, "POST", "/pay/unifiedorder", cases[i].body);
  }
}

/* An empty value takes no part in the signature; what is not signed is not sent. */
static void
test_empty_members (void)
{
  g_autoptr (MinipayOrder) plain = v2_order_new (MINIPAY_METHOD_MINI_PROGRAM);
  g_autoptr (MinipayOrder) order =
      g_object_new (MINIPAY_TYPE_ORDER,
                    "out-trade-no",
                    V2_NUMBER,
                    "total",
                    minipay_order_get_total (plain),
                    "subject",
                    minipay_order_get_subject (plain),
                    "method",
                    MINIPAY_METHOD_MINI_PROGRAM,
                    "payer",
                    minipay_order_get_payer (plain),
                    "client-ip",
                    "14.23.150.211",
                    "notify-url",
                    minipay_order_get_notify_url (plain),
                    "attach",
                    "",
                    "extras",
                    g_variant_new_parsed ("{'goods_tag': <''>, 'device_info': <''>, 'detail': <''>}"),
                    NULL);
  g_autoptr (MinipayTestExchange) x = begin (order, V2_HMAC);

  minipay_test_assert_request (x, "POST", "/pay/unifiedorder", PLAIN (NONCE, "HMAC-SHA256", PLAIN_HMAC));
}

static void
test_retry (void)
{
  g_autoptr (MinipayOrder) order = v2_order_new (MINIPAY_METHOD_MINI_PROGRAM);
  g_autoptr (MinipayTestExchange) x = v2_new (NULL);
  g_autoptr (GError) error = NULL;

  x->nonces = NONCE SECOND_NONCE;
  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  minipay_test_assert_request (x, "POST", "/pay/unifiedorder", PLAIN (NONCE, "HMAC-SHA256", PLAIN_HMAC));
  x->now += 7;
  minipay_exchange_begin (x->exchange, &error);
  g_assert_no_error (error);
  minipay_test_assert_request (
      x, "POST", "/pay/unifiedorder", PLAIN (SECOND_NONCE, "HMAC-SHA256", PLAIN_SECOND_HMAC));
}

/* What V2 cannot carry must not be signed as something else. */
static void
test_carriage_return (void)
{
  g_autoptr (MinipayTestExchange) x = v2_new (NULL);
  g_autoptr (MinipayMoney) total = minipay_money_new (1, "CNY");
  g_autoptr (MinipayOrder) order = g_object_new (MINIPAY_TYPE_ORDER,
                                                 "out-trade-no",
                                                 V2_NUMBER,
                                                 "total",
                                                 total,
                                                 "subject",
                                                 "tea",
                                                 "method",
                                                 MINIPAY_METHOD_JSAPI,
                                                 "payer",
                                                 "o",
                                                 "client-ip",
                                                 "::1",
                                                 "notify-url",
                                                 "https://shop.example/n",
                                                 "attach",
                                                 "a\rb",
                                                 NULL);
  g_autoptr (GError) error = NULL;

  /* the limits let no such text through; the codec does not rely on them */
  x->exchange = minipay_exchange_new (x->provider,
                                      x->info,
                                      x->config,
                                      MINIPAY_OPERATION_CREATE,
                                      G_OBJECT (order),
                                      MINIPAY_WALLET_WECHAT,
                                      &x->environment);
  g_assert_false (minipay_exchange_begin (x->exchange, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
}

/* --- The published vectors --- */

static void
assert_vector (const char *id, const char *digest, const char *const *pairs)
{
  const char *const changes[] = { "api-key", minipay_test_vector (id, "key"), "sign-type", digest, NULL };
  g_autoptr (MinipayTestExchange) x = v2_new (changes);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (V2_NUMBER);
  g_autoptr (MinipayParams) params = minipay_params_new ();
  g_autofree char *sorted = NULL;
  g_autofree char *canonical = NULL;
  g_autofree char *sign = NULL;
  g_autoptr (GError) error = NULL;

  /* an exchange to sign in: any will do */
  minipay_test_exchange_query (x, ref, &error);
  g_assert_no_error (error);
  for (; *pairs != NULL; pairs += 2)
    minipay_params_set_string (params, pairs[0], pairs[1]);
  sorted = minipay_params_to_sorted_text (params, "sign");
  canonical = g_strconcat (sorted, "&key=", minipay_test_vector (id, "key"), NULL);
  g_assert_cmpstr (canonical, ==, minipay_test_vector (id, "canonical"));
  sign = wechat_params_sign (
      x->exchange, params, wechat_params_get_scheme (x->exchange, "sign-type"), "api-key", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sign, ==, minipay_test_vector (id, "expected"));
}

static void
test_vectors (void)
{
  static const char *const request[] = {
    "nonce_str",   "ibuaiVcKdpRxkhJA",
    "appid",       "wxd930ea5d5a258f4f",
    "mch_id",      "10000100",
    "sign",        "any",
    "device_info", "1000",
    "body",        "test",
    NULL,
  };
  static const char *const app[] = {
    "partnerid", "1900000109", "appid",   "wxd930ea5d5a258f4f", "prepayid", "WX1217752501201407033233368018",
    "timestamp", "1412000000", "package", "Sign=WXPay",         "noncestr", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS",
    NULL,
  };

  assert_vector ("v2-sign-md5", V2_MD5, request);
  assert_vector ("v2-sign-hmac-sha256", V2_HMAC, request);
  assert_vector ("v2-app-paysign", V2_MD5, app);
}

/* Its key has 9 bytes, which no account accepts: only the text is compared. */
static void
test_vector_empty_value (void)
{
  g_autoptr (MinipayParams) params = minipay_params_new ();
  g_autofree char *sorted = NULL;
  g_autofree char *canonical = NULL;

  minipay_params_set_string (params, "name", "yansongda");
  minipay_params_set_string (params, "age", "29");
  minipay_params_set_string (params, "foo", "");
  sorted = minipay_params_to_sorted_text (params, "sign");
  canonical = g_strconcat (sorted, "&key=yansongda", NULL);
  g_assert_cmpstr (canonical, ==, minipay_test_vector ("v2-sign-empty-value", "canonical"));
}

/* --- The cashier --- */

static MinipayTestExchange *
answer_published (const char *digest)
{
  static const char *const answer[] = {
    "return_code",      "SUCCESS",   "result_code",
    "SUCCESS",          "appid",     "wxd678efh567hg6787",
    "mch_id",           V2_MCHID,    "nonce_str",
    "IITRi8Iabbblz1Jc", "prepay_id", "wx2017033010242291fcfe0db70013231072",
    "trade_type",       "JSAPI",     NULL,
  };
  const char *const changes[] = {
    "appid", "wxd678efh567hg6787", "api-key", "qazwsxedcrfvtgbyhnujmikolp111111", "sign-type", digest, NULL,
  };
  MinipayTestExchange *x = v2_begin_create (changes);
  g_autofree char *sign = v2_sign ("qazwsxedcrfvtgbyhnujmikolp111111", digest, answer);
  g_autofree char *body = v2_document_new (answer, sign);
  g_autoptr (GError) error = NULL;

  x->now = 1490840662;
  x->nonces = SECOND_NONCE;
  v2_answer (x, body, &error);
  g_assert_no_error (error);
  return x;
}

static void
assert_published (const char *digest, const char *pay_sign)
{
  const char *const wx[] = {
    "timeStamp",  "1490840662", "nonceStr",
    SECOND_NONCE, "package",    "prepay_id=wx2017033010242291fcfe0db70013231072",
    "signType",   digest,       "paySign",
    pay_sign,     NULL,
  };
  g_autoptr (MinipayTestExchange) x = answer_published (digest);

  minipay_test_assert_params (x, MINIPAY_RUNTIME_WX, wx);
}

static void
test_paysign_published (void)
{
  g_test_summary ("The manual's own example: appId is signed though the call is not given it.");
  g_assert_cmpstr (minipay_test_vector ("v2-paysign-md5", "expected"), ==, "22D9B4E54AB1950F51E0649E8810ACD6");
  assert_published (V2_MD5, "22D9B4E54AB1950F51E0649E8810ACD6");
  assert_published (V2_HMAC, minipay_test_vector ("v2-paysign-hmac", "expected"));
}

static void
assert_runtimes (const char *digest, const char *pay_sign)
{
#define COMMON                                                                                                     \
  "nonceStr", NONCE, "package", "prepay_id=" V2_PREPAY_ID, "signType", digest, "paySign", pay_sign, NULL
  const char *const wx[] = { "timeStamp", "1554208460", COMMON };
  const char *const uni_app[] = { "provider", "wxpay", "timeStamp", "1554208460", COMMON };
  const char *const bridge[] = { "appId", V2_APPID, "timeStamp", "1554208460", COMMON };
  /* chooseWXPay spells timestamp in lower case, and signs timeStamp all the same */
  const char *const sdk[] = { "timestamp", "1554208460", COMMON };
#undef COMMON
  g_autofree char *answer = v2_message_new (digest, v2_prepared, NULL, NULL);

  for (int method = MINIPAY_METHOD_MINI_PROGRAM; method <= MINIPAY_METHOD_JSAPI; method++) {
    const gboolean is_page = method == MINIPAY_METHOD_JSAPI;
    g_autoptr (MinipayOrder) order = v2_order_new ((MinipayMethod) method);
    g_autoptr (MinipayTestExchange) x = begin (order, digest);
    g_autoptr (GError) error = NULL;

    v2_answer (x, answer, &error);
    g_assert_no_error (error);
    g_assert_cmpint (minipay_checkout_get_kind (minipay_test_exchange_get_checkout (x)),
                     ==,
                     MINIPAY_CHECKOUT_KIND_WX_REQUEST_PAYMENT);
    minipay_test_assert_params (x, is_page ? MINIPAY_RUNTIME_JSBRIDGE : MINIPAY_RUNTIME_WX, is_page ? bridge : wx);
    minipay_test_assert_params (
        x, is_page ? MINIPAY_RUNTIME_JSSDK : MINIPAY_RUNTIME_UNI_APP, is_page ? sdk : uni_app);
  }
}

static void
test_paysign_runtimes (void)
{
  assert_runtimes (V2_MD5, PAY_SIGN_MD5);
  assert_runtimes (V2_HMAC, PAY_SIGN_HMAC);
}

/* The handle lives for two hours; an order that ends before takes it along. */
static void
test_checkout_expiry (void)
{
  static const struct {
    gint64 ahead_s; /* 0: the order does not say */
    gint64 expected_s;
  } cases[] = { { 0, 7200 }, { 60, 60 }, { 7199, 7199 }, { 7200, 7200 }, { 7201, 7200 }, { 86400, 7200 } };
  g_autofree char *answer = v2_message_new (V2_HMAC, v2_prepared, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = v2_new (NULL);
    g_autoptr (MinipayOrder) plain = v2_order_new (MINIPAY_METHOD_MINI_PROGRAM);
    g_autoptr (GDateTime) expires_at = g_date_time_new_from_unix_utc (x->now + cases[i].ahead_s);
    g_autoptr (MinipayOrder) order = g_object_new (MINIPAY_TYPE_ORDER,
                                                   "out-trade-no",
                                                   V2_NUMBER,
                                                   "total",
                                                   minipay_order_get_total (plain),
                                                   "subject",
                                                   "tea",
                                                   "method",
                                                   MINIPAY_METHOD_MINI_PROGRAM,
                                                   "payer",
                                                   "o",
                                                   "client-ip",
                                                   "::1",
                                                   "notify-url",
                                                   "https://shop.example/n",
                                                   "expires-at",
                                                   cases[i].ahead_s > 0 ? expires_at : NULL,
                                                   NULL);
    g_autoptr (GError) error = NULL;
    MinipayCheckout *checkout;

    minipay_test_exchange_create (x, order, &error);
    g_assert_no_error (error);
    v2_answer (x, answer, &error);
    g_assert_no_error (error);
    checkout = minipay_test_exchange_get_checkout (x);
    g_assert_cmpint (
        g_date_time_to_unix (minipay_checkout_get_expires_at (checkout)), ==, x->now + cases[i].expected_s);
  }
}

/* The signed request is no secret of the answer's: nothing of it comes back to the buyer but what opens the
 * cashier. */
static void
test_key_stays (void)
{
  g_autoptr (MinipayTestExchange) x = v2_begin_create (NULL);
  g_autofree char *body = dup_body (x);

  g_assert_null (strstr (body, V2_KEY));
  g_assert_null (strstr (body, "key"));
}

/* Whatever the manifest lets through: no text goes out that reads as further parameters of what is signed. */
static void
test_several_parameters (void)
{
  static const char *const urls[] = {
    "http://h.example/n?a=1",
    "http://h.example/n?a=1&out_trade_no=2",
    "http://h.example/n?a=1&key=2",
  };

  for (guint i = 0; i < G_N_ELEMENTS (urls); i++) {
    g_autoptr (MinipayTestExchange) x = v2_begin_create (NULL);
    g_autoptr (MinipayParams) params = minipay_params_new ();
    g_autofree char *sign = NULL;
    g_autoptr (GError) error = NULL;

    minipay_params_set_string (params, "notify_url", urls[i]);
    sign = wechat_params_sign (x->exchange, params, MINIPAY_SCHEME_MD5, "api-key", &error);
    if (i == 0) {
      g_assert_no_error (error);
      g_assert_nonnull (sign);
      continue;
    }
    g_assert_null (sign);
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
    g_assert_nonnull (strstr (error->message, "\"notify_url\" reads as several parameters"));
  }
}

/* The order that would lead there is refused before anything is begun. */
static void
test_notify_url_several_parameters (void)
{
  g_autoptr (MinipayTestExchange) x = v2_new (NULL);
  g_autoptr (MinipayMoney) total = minipay_money_new (1, "CNY");
  g_autoptr (MinipayOrder) order = g_object_new (MINIPAY_TYPE_ORDER,
                                                 "out-trade-no",
                                                 V2_NUMBER,
                                                 "total",
                                                 total,
                                                 "subject",
                                                 "tea",
                                                 "method",
                                                 MINIPAY_METHOD_MINI_PROGRAM,
                                                 "payer",
                                                 "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
                                                 "client-ip",
                                                 "14.23.150.211",
                                                 "notify-url",
                                                 "http://h.example/n?a=1&out_trade_no=2",
                                                 NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_create (x, order, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "notify_url"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v2/create/both-digests", test_create);
  g_test_add_func ("/wechat-v2/create/every-member", test_every_member);
  g_test_add_func ("/wechat-v2/create/empty-members-left-out", test_empty_members);
  g_test_add_func ("/wechat-v2/create/retry-signed-anew", test_retry);
  g_test_add_func ("/wechat-v2/create/carriage-return-refused", test_carriage_return);
  g_test_add_func ("/wechat-v2/create/key-not-sent", test_key_stays);
  g_test_add_func ("/wechat-v2/sign/vectors", test_vectors);
  g_test_add_func ("/wechat-v2/sign/vector-empty-value", test_vector_empty_value);
  g_test_add_func ("/wechat-v2/paysign/published-example", test_paysign_published);
  g_test_add_func ("/wechat-v2/paysign/runtimes", test_paysign_runtimes);
  g_test_add_func ("/wechat-v2/checkout/expiry", test_checkout_expiry);
  g_test_add_func ("/wechat-v2/request/several-parameters-invalid", test_several_parameters);
  g_test_add_func ("/wechat-v2/request/notify-url-several-parameters-invalid", test_notify_url_several_parameters);
  return g_test_run ();
}
