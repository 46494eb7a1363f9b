/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "v3-gateway.h"

#define PREPAY_ANSWER "{\"prepay_id\":\"wx201410272009395522657a690389285100\"}"

static MinipayTestExchange *
begin (MinipayOrder *order, const char *const *changes)
{
  MinipayTestExchange *x = v3_new (changes);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  return x;
}

static const char *
get_header (MinipayTestExchange *x, const char *name)
{
  MinipayHttpRequest *request = minipay_exchange_get_request (x->exchange);

  return minipay_headers_lookup (minipay_http_request_get_headers (request), name, NULL);
}

static void
test_create_published (void)
{
  g_autoptr (MinipayOrder) order = v3_order_new (MINIPAY_METHOD_MINI_PROGRAM);
  g_autoptr (MinipayTestExchange) x = begin (order, NULL);
  const char *signature;

  g_test_summary ("Vectors v3-req-post-body and v3-authorization-header: the manual's own example.");
  minipay_test_assert_request (
      x,
      "POST",
      "/v3/pay/transactions/jsapi",
      "{\"appid\":\"wxd678efh567hg6787\",\"mchid\":\"1900007291\","
      "\"description\":\"Image形象店-深圳腾大-QQ公仔\",\"out_trade_no\":\"1217752501201407033233368018\","
      "\"notify_url\":\"https://www.weixin.qq.com/wxpay/pay.php\","
      "\"amount\":{\"total\":100,\"currency\":\"CNY\"},"
      "\"payer\":{\"openid\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\"}}");
  minipay_test_assert_header (x, "Authorization", minipay_test_vector ("v3-authorization-header", "expected"));
  minipay_test_assert_header (x, "Accept", "application/json");
  minipay_test_assert_header (x, "Content-Type", "application/json");
  minipay_test_assert_header (x, "Wechatpay-Serial", V3_KEY_ID);
  g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_IDEMPOTENT);

  signature = strstr (get_header (x, "Authorization"), "signature=\"") + strlen ("signature=\"");
  g_assert_cmpuint (strcspn (signature, "\""), ==, 344);
}

static void
test_create_jsapi (void)
{
  g_autoptr (MinipayOrder) order = v3_order_new (MINIPAY_METHOD_JSAPI);
  g_autoptr (MinipayTestExchange) x = begin (order, NULL);

  /* the same call, hence the same bytes, as for a mini-program */
  minipay_test_assert_header (x, "Authorization", minipay_test_vector ("v3-authorization-header", "expected"));
}

static MinipayOrder *
full_order_new (void)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (G_GINT64_CONSTANT (9007199254740993), "CNY");
  g_autoptr (GDateTime) expires_at = g_date_time_new_from_iso8601 ("2019-04-02T12:36:00Z", NULL);

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       "T_-|*01",
                       "total",
                       total,
                       "subject",
                       "茶 \"green\" \\ a/b",
                       "method",
                       MINIPAY_METHOD_MINI_PROGRAM,
                       "payer",
                       "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
                       "notify-url",
                       "https://shop.example/notify/tea-shop",
                       "attach",
                       "{\"a\":1}",
                       "expires-at",
                       expires_at,
                       "client-ip",
                       "14.23.150.211",
                       "extras",
                       g_variant_new_parsed ("{'goods_tag': <'WXG'>, 'support_fapiao': <true>, "
                                             "'profit_sharing': <true>, 'limit_pay': <['no_credit']>}"),
                       NULL);
}

static void
test_create_full (void)
{
  g_autoptr (MinipayOrder) order = full_order_new ();
  g_autoptr (MinipayTestExchange) x = begin (order, NULL);

  /* printf '%s\n' POST /v3/pay/transactions/jsapi 1554208460 593BEC0C930BF1AFEB40B4A08C8FB242 'BODY' |
   *   openssl dgst -sha256 -sign wxp-doc-mch-1900007291.pem | base64 -w0 */
  minipay_test_assert_request (
      x,
      "POST",
      "/v3/pay/transactions/jsapi",
      "{\"appid\":\"wxd678efh567hg6787\",\"mchid\":\"1900007291\","
      "\"description\":\"茶 \\\"green\\\" \\\\ a/b\",\"out_trade_no\":\"T_-|*01\","
      "\"time_expire\":\"2019-04-02T20:36:00+08:00\",\"attach\":\"{\\\"a\\\":1}\","
      "\"notify_url\":\"https://shop.example/notify/tea-shop\",\"goods_tag\":\"WXG\","
      "\"support_fapiao\":true,\"settle_info\":{\"profit_sharing\":true},\"limit_pay\":[\"no_credit\"],"
      "\"amount\":{\"total\":9007199254740993,\"currency\":\"CNY\"},"
      "\"payer\":{\"openid\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\"},"
      "\"scene_info\":{\"payer_client_ip\":\"14.23.150.211\"}}");
  minipay_test_assert_header (
      x,
      "Authorization",
      "WECHATPAY2-SHA256-RSA2048 mchid=\"1900007291\","
      "nonce_str=\"593BEC0C930BF1AFEB40B4A08C8FB242\",timestamp=\"1554208460\","
      "serial_no=\"408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB\",signature=\""
      "W3K2KR4WJBr3KmtMifyR0QnG3bq/iXzWUaHgHbYfUqqe1uGGJDSmkXIP8fzDDhXbkTOL8PWJ/9CFWZLfE8VfyjBT3a40gZ1d9mX/"
      "F3YLFuBWwgx+GMwSujbKB9f+oUoFmLaq9NIZr/onwuAc9geOrCXMMzXt8lw29NUCs8s5qB/78AA3sgp/"
      "Z8rImCNiy3xTWa5bRP3ETO7ZhrrHIrUsh0wKvhfy80+yXevV1T7rOX/6UaZRMWRhx+Khwqr1rc08vg5meY2cLLxnNubojDX/"
      "J7hg7QMmfNyPCsibBTN2P2qSQxGSKajxN23sRj1/4MZky505VWywBZZLaUAVnZRJtw=="
      "\"");
}

/* "omit unused members, never send null or """: the gateway refuses members that are there and empty. */
static void
test_create_empty_members (void)
{
  g_autoptr (MinipayOrder) order = NULL;
  g_autoptr (MinipayOrder) plain = v3_order_new (MINIPAY_METHOD_MINI_PROGRAM);
  g_autoptr (MinipayTestExchange) x = NULL;

  order = g_object_new (MINIPAY_TYPE_ORDER,
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
                        g_variant_new_parsed ("@a{sv} {}"),
                        NULL);
  x = begin (order, NULL);
  minipay_test_assert_header (x, "Authorization", minipay_test_vector ("v3-authorization-header", "expected"));
}

static void
assert_left_out (GVariant *extras, const char *member)
{
  g_autoptr (MinipayTestExchange) x = v3_new (NULL);
  g_autoptr (MinipayOrder) plain = v3_order_new (MINIPAY_METHOD_MINI_PROGRAM);
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
                                                 "extras",
                                                 extras,
                                                 NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *body = NULL;
  GBytes *bytes;

  if (!minipay_test_exchange_create (x, order, &error)) {
    /* refusing the empty value is as good */
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
    return;
  }
  bytes = minipay_http_request_get_body (minipay_exchange_get_request (x->exchange));
  body = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_null (strstr (body, member));
}

static void
test_create_empty_extras (void)
{
  assert_left_out (g_variant_new_parsed ("{'goods_tag': <''>}"), "goods_tag");
  assert_left_out (g_variant_new_parsed ("{'limit_pay': <@as []>}"), "limit_pay");
}

static void
test_create_retry (void)
{
  g_autoptr (MinipayOrder) order = v3_order_new (MINIPAY_METHOD_MINI_PROGRAM);
  g_autoptr (MinipayTestExchange) x = v3_new (NULL);
  g_autofree char *first = NULL;
  g_autoptr (GError) error = NULL;

  x->nonces = "593BEC0C930BF1AFEB40B4A08C8FB242"
              "5K8264ILTKCH16CQ2502SI8ZNMTM67VS";
  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  first = g_strdup (get_header (x, "Authorization"));
  x->now += 7;
  minipay_exchange_begin (x->exchange, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (get_header (x, "Authorization"), !=, first);
  g_assert_nonnull (strstr (get_header (x, "Authorization"),
                            "nonce_str=\"5K8264ILTKCH16CQ2502SI8ZNMTM67VS\",timestamp=\"1554208467\""));
}

static void
test_serial_of_mode (void)
{
  static const char *const public_key[] = { "mode", "public-key", NULL };
  static const char *const both[] = {
    "mode", "public-key", "platform-certificate", "fixture:wechatpay-go-test-cert", NULL,
  };
  static const char *const certificate[] = {
    "mode",       "certificate", "platform-certificate", "fixture:wechatpay-go-test-cert",
    "public-key", NULL,          "public-key-id",        NULL,
    NULL,
  };
  static const char *const migration[] = {
    "mode", "certificate", "platform-certificate", "fixture:wechatpay-go-test-cert", NULL,
  };
  static const struct {
    const char *const *changes;
    const char *key_id;
  } cases[] = {
    { NULL, V3_KEY_ID },
    { public_key, V3_KEY_ID },
    { both, V3_KEY_ID },
    /* openssl x509 -noout -serial */
    { certificate, "D7CE59D1F522D701" },
    { migration, "D7CE59D1F522D701" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = v3_new (cases[i].changes);
    g_autoptr (MinipayOrder) order = v3_order_new (MINIPAY_METHOD_MINI_PROGRAM);
    g_autoptr (GError) error = NULL;

    /* the certificate's time */
    x->now = 1624523846;
    minipay_test_exchange_create (x, order, &error);
    g_assert_no_error (error);
    minipay_test_assert_header (x, "Wechatpay-Serial", cases[i].key_id);
  }
}

static const char *const paysign_account[] = { "appid", "wx2421b1c4370ec43b", NULL };

static void
test_paysign_mini_program (void)
{
  const char *sign = minipay_test_vector ("v3-paysign-jsapi", "expected");
  const char *const wx[] = {
    "timeStamp", "1554208460",
    "nonceStr",  "593BEC0C930BF1AFEB40B4A08C8FB242",
    "package",   "prepay_id=wx201410272009395522657a690389285100",
    "signType",  "RSA",
    "paySign",   sign,
    NULL,
  };
  const char *const uni_app[] = {
    "provider",  "wxpay",
    "timeStamp", "1554208460",
    "nonceStr",  "593BEC0C930BF1AFEB40B4A08C8FB242",
    "package",   "prepay_id=wx201410272009395522657a690389285100",
    "signType",  "RSA",
    "paySign",   sign,
    NULL,
  };
  g_autoptr (MinipayOrder) order = v3_order_new (MINIPAY_METHOD_MINI_PROGRAM);
  g_autoptr (MinipayTestExchange) x = begin (order, paysign_account);
  g_autoptr (GError) error = NULL;
  MinipayCheckout *checkout;

  g_assert_cmpuint (strlen (sign), ==, 344);
  v3_answer (x, PREPAY_ANSWER, &error);
  g_assert_no_error (error);
  checkout = minipay_test_exchange_get_checkout (x);
  g_assert_cmpint (minipay_checkout_get_kind (checkout), ==, MINIPAY_CHECKOUT_KIND_WX_REQUEST_PAYMENT);
  minipay_test_assert_params (x, MINIPAY_RUNTIME_WX, wx);
  minipay_test_assert_params (x, MINIPAY_RUNTIME_UNI_APP, uni_app);
  /* a prepay_id opens the cashier for two hours */
  g_assert_cmpint (g_date_time_to_unix (minipay_checkout_get_expires_at (checkout)), ==, 1554208460 + 7200);
}

static void
test_paysign_jsapi (void)
{
  const char *sign = minipay_test_vector ("v3-paysign-jsapi", "expected");
  const char *const bridge[] = {
    "appId",     "wx2421b1c4370ec43b",
    "timeStamp", "1554208460",
    "nonceStr",  "593BEC0C930BF1AFEB40B4A08C8FB242",
    "package",   "prepay_id=wx201410272009395522657a690389285100",
    "signType",  "RSA",
    "paySign",   sign,
    NULL,
  };
  /* chooseWXPay spells timestamp in lower case */
  const char *const sdk[] = {
    "timestamp", "1554208460",
    "nonceStr",  "593BEC0C930BF1AFEB40B4A08C8FB242",
    "package",   "prepay_id=wx201410272009395522657a690389285100",
    "signType",  "RSA",
    "paySign",   sign,
    NULL,
  };
  g_autoptr (MinipayOrder) order = v3_order_new (MINIPAY_METHOD_JSAPI);
  g_autoptr (MinipayTestExchange) x = begin (order, paysign_account);
  g_autoptr (GError) error = NULL;

  v3_answer (x, PREPAY_ANSWER, &error);
  g_assert_no_error (error);
  minipay_test_assert_params (x, MINIPAY_RUNTIME_JSBRIDGE, bridge);
  minipay_test_assert_params (x, MINIPAY_RUNTIME_JSSDK, sdk);
}

static void
test_checkout_expiry (void)
{
  g_autoptr (MinipayOrder) order = full_order_new ();
  g_autoptr (MinipayTestExchange) x = begin (order, NULL);
  g_autoptr (GError) error = NULL;

  v3_answer (x, PREPAY_ANSWER, &error);
  g_assert_no_error (error);
  /* the order ends before its handle */
  g_assert_cmpint (g_date_time_to_unix (minipay_checkout_get_expires_at (minipay_test_exchange_get_checkout (x))),
                   ==,
                   1554208560);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v3/create/published-example", test_create_published);
  g_test_add_func ("/wechat-v3/create/jsapi", test_create_jsapi);
  g_test_add_func ("/wechat-v3/create/every-member", test_create_full);
  g_test_add_func ("/wechat-v3/create/empty-members-left-out", test_create_empty_members);
  g_test_add_func ("/wechat-v3/create/retry-signed-anew", test_create_retry);
  g_test_add_func ("/wechat-v3/create/serial-of-mode", test_serial_of_mode);
  g_test_add_func ("/wechat-v3/paysign/mini-program", test_paysign_mini_program);
  g_test_add_func ("/wechat-v3/paysign/jsapi", test_paysign_jsapi);
  g_test_add_func ("/wechat-v3/checkout/expiry", test_checkout_expiry);
  g_test_add_func ("/wechat-v3/create/empty-extras-left-out", test_create_empty_extras);
  return g_test_run ();
}
