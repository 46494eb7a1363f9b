/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "global-shop.h"
#include "wechat-message.h"

#define PATH          "/v3/global/transactions/jsapi"
#define PREPAY_ANSWER "{\"prepay_id\":\"wx201410272009395522657a690389285100\"}"

/* What the accounts say alike of the order of vector global-req-jsapi. */
#define ORDER                                                                                                      \
  "\"description\":\"image形象店-深圳腾大- QQ公仔\",\"out_trade_no\":\"" GLOBAL_NUMBER "\","                       \
  "\"notify_url\":\"https://example.com/notify\",\"trade_type\":\"JSAPI\",\"merchant_category_code\":\"1011\","    \
  "\"amount\":{\"total\":888,\"currency\":\"HKD\"},"
#define DIRECT                                                                                                     \
  "{\"appid\":\"wx8888888888888888\",\"mchid\":\"1900000109\"," ORDER "\"payer\":{\"openid\":\"" GLOBAL_OPENID     \
  "\"}}"
#define INSTITUTION                                                                                                \
  "{\"sp_appid\":\"wx2421b1c4370ec43b\",\"sp_mchid\":\"1900000100\",\"sub_appid\":\"wx8888888888888888\","         \
  "\"sub_mchid\":\"1900000109\"," ORDER "\"payer\":{\"sub_openid\":\"" GLOBAL_OPENID "\"}}"
#define INSTITUTION_OWN                                                                                            \
  "{\"sp_appid\":\"wx2421b1c4370ec43b\",\"sp_mchid\":\"1900000100\",\"sub_mchid\":\"1900000109\"," ORDER           \
  "\"payer\":{\"sp_openid\":\"" GLOBAL_OPENID "\"}}"

/* The signatures of this file, but for those of vectors: printf '%s\n' POST /v3/global/transactions/jsapi
 * 1554208460 593BEC0C930BF1AFEB40B4A08C8FB242 'BODY' | openssl dgst -sha256 -sign wxp-doc-mch-1900007291.pem |
 * base64 -w0 */
#define AUTHORIZATION(mchid, signature)                                                                            \
  "WECHATPAY2-SHA256-RSA2048 mchid=\"" mchid "\",nonce_str=\"593BEC0C930BF1AFEB40B4A08C8FB242\","                  \
  "timestamp=\"1554208460\",serial_no=\"408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB\",signature=\"" signature "\""

static MinipayTestExchange *
begin (MinipayOrder *order, const char *const *changes)
{
  MinipayTestExchange *x = global_new (changes);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  return x;
}

static void
assert_create (const char *const *changes, const char *body, const char *authorization)
{
  g_autoptr (MinipayOrder) order = global_order_new (MINIPAY_METHOD_MINI_PROGRAM, 888, "HKD");
  g_autoptr (MinipayTestExchange) x = begin (order, changes);

  minipay_test_assert_request (x, "POST", PATH, body);
  minipay_test_assert_header (x, "Authorization", authorization);
  minipay_test_assert_header (x, "Accept", "application/json");
  minipay_test_assert_header (x, "Content-Type", "application/json");
  minipay_test_assert_header (x, "Wechatpay-Serial", V3_KEY_ID);
  g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_IDEMPOTENT);
}

static void
test_direct (void)
{
  assert_create (
      NULL,
      DIRECT,
      AUTHORIZATION ("1900000109",
                     "MoeUANZan/fqiPMyknp0qclN1+22e8xITAtNERCx1zlxRO9zvqiOyQzKwJPi37VW9nUQn2b7FBW69T7YN/"
                     "V5pG02S9IP1GOZT8aml5sa5OcnsIsruBSnHdTa/wP0aB8ZpvGxl5p6gEP1Zkzrc9BlVZ623I8GfT+8fzWYI"
                     "E2QRzpXvm+3T7E/nkSs18SYkYbBsyxhhZaFprWNETVS01lPnCTNmne8icO84Od41ON3joxXiQP3h3f7vu6H"
                     "Q1n7PTvCC4G5UTbhnerXy9bHR7OXekBeb/QrrV8Xc/AIKS7J1NJryIoM+ueJfvFzi31gMV68GmoZtuYzkwc"
                     "uhygdIhRPpw=="));
}

static void
test_institution (void)
{
  assert_create (
      global_institution,
      INSTITUTION,
      AUTHORIZATION ("1900000100",
                     "Bx0dHMryAwuLbu09TY7JLDpJb51lrD8ZJEtzKtmsWb8wn1t0lsdJI7b30Lie6/UqZEmZSH9SEPipQlatNFR"
                     "3nEMzuNtu05/pUVNeZw49WFQnHyChq4gBaMFjSvdZBRSWv/g+W1JNF8ahmzoMmaj22B0zc1uwu5EqnK8PDE"
                     "sdA/zS5l3+uw5LS1A0cnRLpkOGWfUDRIfxA90aWP/QS9vPtJBAPG6N+WwOjSIw+3GAP274lncC2MZb6tHBg"
                     "6SF8uO/mmNcw7QmKT2knjBKDCL6+b2vsU/4ieKEPGjdGlp+ASHit1P0bFvQ5OgrKdChMLUGWzKYM9TeSepQ"
                     "F+DwWw8iGw=="));
}

static void
test_institution_own (void)
{
  assert_create (
      global_institution_own,
      INSTITUTION_OWN,
      AUTHORIZATION ("1900000100",
                     "GS6BgjevnxrUHQIz+hNJKw0lxidHKlTG+DSu4EY73mPdnUzysUIFNVKlI+vCSTK4rk6ocEk2v9EoItcKgKE"
                     "JksdglJmW7OKqG5mYW2naX99lEVJZ23+nDmjqOYuQhn9mLh7vo3i3zTpsh+55Nq4WPenzNFmknk2T0mKnCf"
                     "2y9GMVygH7KL6iVoFhDaOunEX5nU0Wa9WiuEMJdOzIbGTFQ0VEfNJIfMAuRdleaMMtYlEu+ChZENzzDI5N0"
                     "Wie/lzfCG3GgoR6l0KG8DrP+kLSW32TrST5sZhNQ6WTEqRxiD55+UsURrtBa0TkSaUizIynx/VnTz2uzg9Q"
                     "gJlXPT/+Pw=="));
}

/* The body that a vector's canonical text signs: what stands after its fourth line end, but for the last one. */
static char *
canonical_dup_body (const char *id)
{
  const char *body = minipay_test_vector (id, "canonical");

  for (guint i = 0; i < 4; i++)
    body = strchr (body, '\n') + 1;
  return g_strndup (body, strlen (body) - 1);
}

static void
test_vector_members (void)
{
  g_autofree char *body = canonical_dup_body ("global-req-jsapi");
  g_autoptr (JsonNode) expected = json_from_string (body, NULL);
  g_autoptr (JsonNode) sent = json_from_string (DIRECT, NULL);

  g_test_summary (
      "The order of vector global-req-jsapi, whose members stand in another order: test_direct sends it.");
  g_assert_nonnull (expected);
  g_assert_nonnull (sent);
  g_assert_true (json_node_equal (sent, expected));
}

static void
test_vector_signature (void)
{
  g_autoptr (MinipayOrder) order = global_order_new (MINIPAY_METHOD_MINI_PROGRAM, 888, "HKD");
  g_autoptr (MinipayTestExchange) x = begin (order, NULL);
  g_autofree char *text = canonical_dup_body ("global-req-jsapi");
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  g_autoptr (MinipayHttpRequest) request = NULL;
  g_autofree char *expected =
      g_strdup_printf (AUTHORIZATION ("1900000109", "%s"), minipay_test_vector ("global-req-jsapi", "expected"));
  g_autoptr (GError) error = NULL;

  g_test_summary ("Vector global-req-jsapi, byte for byte, in the plugin's own Authorization.");
  request = wechat_message_new_request (x->exchange, "POST", PATH, body, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (
      minipay_headers_lookup (minipay_http_request_get_headers (request), "Authorization", NULL), ==, expected);
}

static MinipayOrder *
full_order_new (void)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (G_GINT64_CONSTANT (9007199254740993), "JPY");
  g_autoptr (GDateTime) expires_at = g_date_time_new_from_iso8601 ("2019-04-02T12:36:00Z", NULL);

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       "T_-|*01",
                       "total",
                       total,
                       "subject",
                       "茶 \"green\" \\ a/b",
                       "method",
                       MINIPAY_METHOD_JSAPI,
                       "payer",
                       GLOBAL_OPENID,
                       "notify-url",
                       "https://shop.example/notify/tea-shop",
                       "attach",
                       "{\"a\":1}",
                       "expires-at",
                       expires_at,
                       "client-ip",
                       "14.23.150.211",
                       "extras",
                       g_variant_new_parsed ("{'goods_tag': <'WXG'>, 'limit_pay': <'no_credit'>, "
                                             "'merchant_category_code': <'5812'>}"),
                       NULL);
}

static void
test_full (void)
{
  g_autoptr (MinipayOrder) order = full_order_new ();
  g_autoptr (MinipayTestExchange) x = begin (order, NULL);

  g_test_summary ("limit_pay is a text here; yen have no minor unit, so the total is in whole ones.");
  minipay_test_assert_request (
      x,
      "POST",
      PATH,
      "{\"appid\":\"wx8888888888888888\",\"mchid\":\"1900000109\",\"description\":\"茶 \\\"green\\\" \\\\ a/b\","
      "\"out_trade_no\":\"T_-|*01\",\"time_expire\":\"2019-04-02T20:36:00+08:00\",\"attach\":\"{\\\"a\\\":1}\","
      "\"notify_url\":\"https://shop.example/notify/tea-shop\",\"trade_type\":\"JSAPI\",\"goods_tag\":\"WXG\","
      "\"limit_pay\":\"no_credit\",\"merchant_category_code\":\"5812\","
      "\"amount\":{\"total\":9007199254740993,\"currency\":\"JPY\"},\"payer\":{\"openid\":\"" GLOBAL_OPENID "\"},"
      "\"scene_info\":{\"payer_client_ip\":\"14.23.150.211\"}}");
  minipay_test_assert_header (
      x,
      "Authorization",
      AUTHORIZATION (
          "1900000109",
          "Whxmc1RsHe0H/qWciL9oUjlRGT1C26KaDEmoPB1Jh4AZVR1h3inp7wVL36UtZp6hE6puX89/Y5X45NyZEuGysQ2wLWmctr"
          "nTwEt83pP+Xu4d/UeIZC8Qf5impK1kMCKelrt9xlpJv8ngjPEPLjv7YOIJ1xvIJtq+EhSMQUNNPlIhg3Y52zWlrOhB7Dw"
          "cn0PSi64zJRz2aZpd01747mB7DItIcEgSLNODBfP3lAyhHS7h1YcVTV7dSJavb9owFYh67tvrVJfKcUGtoqUI0KAPv1m"
          "KhPZA/pAI+81lWTFsM611A++vadS+53SjZYDJ2waGr9NJAM3h3lbLQ8qDmIwVaA=="));
}

/* Members that are there and empty are refused by the gateway: they are left out, and the account's own category
 * stands where the order's is empty. */
static void
test_empty_members (void)
{
  g_autoptr (MinipayOrder) plain = global_order_new (MINIPAY_METHOD_MINI_PROGRAM, 888, "HKD");
  g_autoptr (MinipayOrder) order = g_object_new (MINIPAY_TYPE_ORDER,
                                                 "out-trade-no",
                                                 minipay_order_get_out_trade_no (plain),
                                                 "total",
                                                 minipay_order_get_total (plain),
                                                 "subject",
                                                 minipay_order_get_subject (plain),
                                                 "method",
                                                 MINIPAY_METHOD_MINI_PROGRAM,
                                                 "payer",
                                                 minipay_order_get_payer (plain),
                                                 "notify-url",
                                                 minipay_order_get_notify_url (plain),
                                                 "attach",
                                                 "",
                                                 "client-ip",
                                                 "",
                                                 "extras",
                                                 g_variant_new_parsed ("{'goods_tag': <''>, "
                                                                       "'merchant_category_code': <''>}"),
                                                 NULL);
  g_autoptr (MinipayTestExchange) x = begin (order, NULL);

  minipay_test_assert_request (x, "POST", PATH, DIRECT);
}

static void
test_empty_limit_pay (void)
{
  g_autoptr (MinipayTestExchange) x = global_new (NULL);
  g_autoptr (MinipayOrder) plain = global_order_new (MINIPAY_METHOD_MINI_PROGRAM, 888, "HKD");
  g_autoptr (MinipayOrder) order = g_object_new (MINIPAY_TYPE_ORDER,
                                                 "out-trade-no",
                                                 minipay_order_get_out_trade_no (plain),
                                                 "total",
                                                 minipay_order_get_total (plain),
                                                 "subject",
                                                 minipay_order_get_subject (plain),
                                                 "payer",
                                                 minipay_order_get_payer (plain),
                                                 "notify-url",
                                                 minipay_order_get_notify_url (plain),
                                                 "extras",
                                                 g_variant_new_parsed ("{'limit_pay': <''>}"),
                                                 NULL);
  g_autoptr (GError) error = NULL;

  /* refused or left out: never sent */
  if (minipay_test_exchange_create (x, order, &error))
    minipay_test_assert_request (x, "POST", PATH, DIRECT);
  else
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
}

static void
test_retry (void)
{
  g_autoptr (MinipayOrder) order = global_order_new (MINIPAY_METHOD_MINI_PROGRAM, 888, "HKD");
  g_autoptr (MinipayTestExchange) x = global_new (global_institution);
  g_autoptr (GError) error = NULL;
  MinipayHeaders *headers;

  x->nonces = "593BEC0C930BF1AFEB40B4A08C8FB242"
              "5K8264ILTKCH16CQ2502SI8ZNMTM67VS";
  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  x->now += 7;
  minipay_exchange_begin (x->exchange, &error);
  g_assert_no_error (error);
  minipay_test_assert_request (x, "POST", PATH, INSTITUTION);
  headers = minipay_http_request_get_headers (minipay_exchange_get_request (x->exchange));
  g_assert_nonnull (strstr (minipay_headers_lookup (headers, "Authorization", NULL),
                            "mchid=\"1900000100\",nonce_str=\"5K8264ILTKCH16CQ2502SI8ZNMTM67VS\","
                            "timestamp=\"1554208467\""));
}

/* Which key answers are asked for: the public key where the account has one, else its certificate. */
static void
test_serial (void)
{
  static const char *const both[] = { "platform-certificate", "fixture:wechatpay-go-test-cert", NULL };
  static const char *const certificate[] = {
    "platform-certificate", "fixture:wechatpay-go-test-cert", "public-key", NULL, "public-key-id", NULL, NULL,
  };
  static const struct {
    const char *const *changes;
    const char *key_id;
  } cases[] = {
    { NULL, V3_KEY_ID },
    { both, V3_KEY_ID },
    /* openssl x509 -noout -serial */
    { certificate, "D7CE59D1F522D701" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = global_new (cases[i].changes);
    g_autoptr (MinipayOrder) order = global_order_new (MINIPAY_METHOD_MINI_PROGRAM, 888, "HKD");
    g_autoptr (GError) error = NULL;

    /* the certificate's time */
    x->now = 1624523846;
    minipay_test_exchange_create (x, order, &error);
    g_assert_no_error (error);
    minipay_test_assert_header (x, "Wechatpay-Serial", cases[i].key_id);
  }
}

/* The time and the nonce of seed 4's command line. */
static MinipayTestExchange *
cashier_new (MinipayMethod method, const char *const *changes)
{
  MinipayTestExchange *x = global_new (changes);
  g_autoptr (MinipayOrder) order = global_order_new (method, 888, "HKD");
  g_autoptr (GError) error = NULL;

  x->now = 1414561699;
  x->nonces = "5K8264ILTKCH16CQ2502SI8ZNMTM67VS";
  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  v3_answer (x, PREPAY_ANSWER, &error);
  g_assert_no_error (error);
  return x;
}

static void
assert_cashier (const char *const *changes, const char *appid, const char *sign)
{
  g_autoptr (MinipayTestExchange) x = cashier_new (MINIPAY_METHOD_MINI_PROGRAM, changes);
  g_autoptr (MinipayTestExchange) y = cashier_new (MINIPAY_METHOD_JSAPI, changes);
  const char *const bridge[] = {
    "appId",     appid,
    "timeStamp", "1414561699",
    "nonceStr",  "5K8264ILTKCH16CQ2502SI8ZNMTM67VS",
    "package",   "prepay_id=wx201410272009395522657a690389285100",
    "signType",  "RSA",
    "paySign",   sign,
    NULL,
  };
  const char *uni_app[G_N_ELEMENTS (bridge)];
  const char *sdk[G_N_ELEMENTS (bridge) - 2];

  memcpy (uni_app, bridge, sizeof bridge);
  uni_app[0] = "provider";
  uni_app[1] = "wxpay";
  memcpy (sdk, bridge + 2, sizeof sdk);
  /* chooseWXPay spells it in lower case */
  sdk[0] = "timestamp";

  g_assert_cmpuint (strlen (sign), ==, 344);
  minipay_test_assert_params (x, MINIPAY_RUNTIME_WX, bridge + 2);
  minipay_test_assert_params (x, MINIPAY_RUNTIME_UNI_APP, uni_app);
  minipay_test_assert_params (y, MINIPAY_RUNTIME_JSBRIDGE, bridge);
  minipay_test_assert_params (y, MINIPAY_RUNTIME_JSSDK, sdk);
  g_assert_cmpint (g_date_time_to_unix (minipay_checkout_get_expires_at (minipay_test_exchange_get_checkout (x))),
                   ==,
                   1414561699 + 7200);
}

static void
test_paysign (void)
{
  g_test_summary ("Vector v3-seed4-correct: the mini-program's own appid, whoever signs.");
  assert_cashier (NULL, "wx8888888888888888", minipay_test_vector ("v3-seed4-correct", "expected"));
  assert_cashier (global_institution, "wx8888888888888888", minipay_test_vector ("v3-seed4-correct", "expected"));
}

static void
test_paysign_institution_own (void)
{
  /* printf '%s\n' wx2421b1c4370ec43b 1414561699 5K8264ILTKCH16CQ2502SI8ZNMTM67VS
   * prepay_id=wx201410272009395522657a690389285100 | openssl dgst -sha256 -sign wxp-doc-mch-1900007291.pem */
  assert_cashier (
      global_institution_own,
      "wx2421b1c4370ec43b",
      "dzE052qIPs08yMVutfuTMCUVresTUkM6DkID7ECOsdhI7moIOzFBe/nFVuL5kMiUyg3Ds9Ffxz4dMiV76V89sYUOdl4nz14F8av"
      "maOA8CvA44pYG27uAkyWZBlhEk5dUVHO+2Nf0n6Ufuok7Tf3VVRo1y9BSxghYlIYGbiVBT7gGXjQUJ6xYhED69NkNbBmEf99MkkfrwekZ1"
      "43HZt3CWE1O6v6+fINsMV0YQR/HQd5+vZYv06ZQn342QzNQm55qT/orPnkY9rApHIk85wocgE4FEj305VoZJD8OF5iiDQW6W4oiihWGEUIA"
      "hrUULbMe94TzirSNhbyLbb0p7nqWaQ==");
}

static void
test_checkout_expiry (void)
{
  g_autoptr (MinipayOrder) order = full_order_new ();
  g_autoptr (MinipayTestExchange) x = begin (order, NULL);
  g_autoptr (GError) error = NULL;

  v3_answer (x, PREPAY_ANSWER, &error);
  g_assert_no_error (error);
  /* the order ends before its handle: date -u -d 2019-04-02T12:36:00Z +%s */
  g_assert_cmpint (g_date_time_to_unix (minipay_checkout_get_expires_at (minipay_test_exchange_get_checkout (x))),
                   ==,
                   1554208560);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-global/create/direct", test_direct);
  g_test_add_func ("/wechat-global/create/institution-sub-appid", test_institution);
  g_test_add_func ("/wechat-global/create/institution-own-appid", test_institution_own);
  g_test_add_func ("/wechat-global/create/vector-members", test_vector_members);
  g_test_add_func ("/wechat-global/create/vector-signature", test_vector_signature);
  g_test_add_func ("/wechat-global/create/every-member", test_full);
  g_test_add_func ("/wechat-global/create/empty-members-left-out", test_empty_members);
  g_test_add_func ("/wechat-global/create/empty-limit-pay-not-sent", test_empty_limit_pay);
  g_test_add_func ("/wechat-global/create/retry-signed-anew", test_retry);
  g_test_add_func ("/wechat-global/create/serial-of-keys", test_serial);
  g_test_add_func ("/wechat-global/paysign/published-message", test_paysign);
  g_test_add_func ("/wechat-global/paysign/institution-own-appid", test_paysign_institution_own);
  g_test_add_func ("/wechat-global/checkout/expiry", test_checkout_expiry);
  return g_test_run ();
}
