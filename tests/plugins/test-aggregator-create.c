/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "aggregator-shop.h"
#include "client/minipay-fingerprint-private.h"
#include "provider/minipay-provider-info-private.h"

static MinipayTestExchange *
begin (MinipayOrder *owned_order, const char *const *changes)
{
  MinipayTestExchange *x = aggregator_new (changes);
  g_autoptr (MinipayOrder) order = owned_order;
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  return x;
}

static void
assert_refused (MinipayOrder *owned_order, const char *const *changes, int code, const char *what)
{
  g_autoptr (MinipayTestExchange) x = aggregator_new (changes);
  g_autoptr (MinipayOrder) order = owned_order;
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_create (x, order, &error));
  g_assert_error (error, MINIPAY_ERROR, code);
  g_assert_nonnull (strstr (error->message, what));
  if (x->exchange != NULL)
    g_assert_null (minipay_exchange_get_request (x->exchange));
}

static MinipayOrder *
wechat_order_new (const char *payer, const char *code)
{
  return aggregator_order_new (MINIPAY_WALLET_WECHAT, payer, AGGREGATOR_URL, AGGREGATOR_PAY_INFO, code);
}

static void
test_create_payer (void)
{
  g_autoptr (MinipayTestExchange) x = begin (wechat_order_new (AGGREGATOR_OPENID, NULL), NULL);

  minipay_test_assert_request (x,
                               "POST",
                               "/mp/order",
                               "{\"payInfo\":\"v1+8056742246907403/c29tZQ==\","
                               "\"identifyId\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\"}");
  minipay_test_assert_header (x, "Content-Type", "application/json");
  minipay_test_assert_header (x, "Accept", "application/json");
  g_assert_cmpstr (minipay_exchange_get_origin (x->exchange), ==, "https://pay.vbao.example");
  g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_NONE);
}

static void
test_create_code (void)
{
  g_autoptr (MinipayTestExchange) x = begin (wechat_order_new (NULL, AGGREGATOR_CODE), NULL);
  g_autoptr (MinipayTestExchange) y = begin (wechat_order_new ("", AGGREGATOR_CODE), NULL);

  minipay_test_assert_request (x,
                               "POST",
                               "/mp/order",
                               "{\"payInfo\":\"v1+8056742246907403/c29tZQ==\","
                               "\"code\":\"0e1OCv1w3SXUT13aMD0w3ZASFJ3OCv1c\"}");
  minipay_test_assert_request (y,
                               "POST",
                               "/mp/order",
                               "{\"payInfo\":\"v1+8056742246907403/c29tZQ==\","
                               "\"code\":\"0e1OCv1w3SXUT13aMD0w3ZASFJ3OCv1c\"}");
}

static void
test_create_alipay (void)
{
  g_autoptr (MinipayTestExchange) x = begin (
      aggregator_order_new (MINIPAY_WALLET_ALIPAY, "2088102146225135", AGGREGATOR_URL, AGGREGATOR_PAY_INFO, NULL),
      NULL);

  minipay_test_assert_request (
      x, "POST", "/mp/order", "{\"payInfo\":\"v1+8056742246907403/c29tZQ==\",\"identifyId\":\"2088102146225135\"}");
}

static void
test_create_form (void)
{
  static const char *const form[] = { "request-format", "form", NULL };
  g_autoptr (MinipayTestExchange) x = begin (wechat_order_new (NULL, AGGREGATOR_CODE), form);

  minipay_test_assert_request (
      x, "POST", "/mp/order", "payInfo=v1%2B8056742246907403%2Fc29tZQ%3D%3D&code=0e1OCv1w3SXUT13aMD0w3ZASFJ3OCv1c");
  minipay_test_assert_header (x, "Content-Type", "application/x-www-form-urlencoded");
}

static void
test_create_opaque (void)
{
  static const char *const form[] = { "request-format", "form", NULL };
  const char *pay_info = "{\"单号\":\"a&code=b\"}%2B";
  g_autoptr (MinipayTestExchange) x =
      begin (aggregator_order_new (MINIPAY_WALLET_WECHAT, AGGREGATOR_OPENID, AGGREGATOR_URL, pay_info, NULL), NULL);
  g_autoptr (MinipayTestExchange) y =
      begin (aggregator_order_new (MINIPAY_WALLET_WECHAT, AGGREGATOR_OPENID, AGGREGATOR_URL, pay_info, NULL), form);

  g_test_summary ("Whatever stands in payInfo, it makes no second parameter and is not decoded.");
  minipay_test_assert_request (x,
                               "POST",
                               "/mp/order",
                               "{\"payInfo\":\"{\\\"单号\\\":\\\"a&code=b\\\"}%2B\","
                               "\"identifyId\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\"}");
  minipay_test_assert_request (y,
                               "POST",
                               "/mp/order",
                               "payInfo=%7B%22%E5%8D%95%E5%8F%B7%22%3A%22a%26code%3Db%22%7D%252B"
                               "&identifyId=oUpF8uMuAJO_M2pxb1Q9zNjWeS6o");
}

static void
test_create_both (void)
{
  assert_refused (wechat_order_new (AGGREGATOR_OPENID, AGGREGATOR_CODE), NULL, MINIPAY_ERROR_INVALID, "both");
}

static void
test_create_neither (void)
{
  assert_refused (wechat_order_new (NULL, NULL), NULL, MINIPAY_ERROR_INVALID, "neither");
  assert_refused (wechat_order_new ("", NULL), NULL, MINIPAY_ERROR_INVALID, "neither");
}

/* --- Where it goes --- */

static void
test_url_of_account (void)
{
  static const char *const settings[] = { "order-url", "https://pay2.vbao.example/other?a=b", NULL };
  g_autoptr (MinipayTestExchange) x = begin (
      aggregator_order_new (MINIPAY_WALLET_WECHAT, AGGREGATOR_OPENID, NULL, AGGREGATOR_PAY_INFO, NULL), settings);
  g_autoptr (MinipayTestExchange) y = begin (wechat_order_new (AGGREGATOR_OPENID, NULL), settings);

  g_assert_cmpstr (minipay_exchange_get_origin (x->exchange), ==, "https://pay2.vbao.example");
  g_assert_cmpstr (minipay_http_request_get_target (minipay_exchange_get_request (x->exchange)), ==, "/other?a=b");
  g_assert_cmpstr (minipay_exchange_get_origin (y->exchange), ==, "https://pay.vbao.example");
  g_assert_cmpstr (minipay_http_request_get_target (minipay_exchange_get_request (y->exchange)), ==, "/mp/order");
}

static void
test_url_missing (void)
{
  assert_refused (aggregator_order_new (MINIPAY_WALLET_WECHAT, AGGREGATOR_OPENID, NULL, AGGREGATOR_PAY_INFO, NULL),
                  NULL,
                  MINIPAY_ERROR_INVALID,
                  "url is missing");
}

static void
test_url_allowed (void)
{
  static const struct {
    const char *url;
    const char *origin;
    const char *target;
  } cases[] = {
    { "https://pay.vbao.example/mp/order", "https://pay.vbao.example", "/mp/order" },
    { "https://pay2.vbao.example/mp/order?id=7&x=%20", "https://pay2.vbao.example", "/mp/order?id=7&x=%20" },
    { "https://pay.vbao.example:443/mp/order", "https://pay.vbao.example", "/mp/order" },
    { "https://PAY.vbao.Example/mp/order", "https://pay.vbao.example", "/mp/order" },
    { "https://pay.vbao.example", "https://pay.vbao.example", "/" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (
        aggregator_order_new (MINIPAY_WALLET_WECHAT, AGGREGATOR_OPENID, cases[i].url, AGGREGATOR_PAY_INFO, NULL),
        NULL);

    g_assert_cmpstr (minipay_exchange_get_origin (x->exchange), ==, cases[i].origin);
    g_assert_cmpstr (
        minipay_http_request_get_target (minipay_exchange_get_request (x->exchange)), ==, cases[i].target);
  }
}

/* A test for every form that an attacker may give the address: its data says the form. */
static const struct {
  const char *name;
  const char *urls[9];
} refused_urls[] = {
  { "other-host",
    { "https://evil.example/mp/order",
      "https://pay.vbao.example.evil.example/mp/order",
      "https://evilpay.vbao.example/mp/order",
      "https://vbao.example/mp/order",
      "https://pay.vbao.example./mp/order",
      "https://pay.vbao.examplé/mp/order" } },
  { "ip-literal",
    { "https://127.0.0.1/mp/order",
      "https://10.0.0.1/mp/order",
      "https://169.254.169.254/latest/meta-data",
      "https://[::1]/mp/order",
      "https://[::ffff:10.0.0.1]/mp/order",
      "https://2130706433/mp/order",
      "https://0x7f000001/mp/order",
      "https://0177.0.0.1/mp/order" } },
  { "loopback",
    { "https://localhost/mp/order", "http://localhost:80/mp/order", "http://127.0.0.1:8080/mp/order" } },
  { "user",
    { "https://user@pay.vbao.example/mp/order",
      "https://user:password@pay.vbao.example/mp/order",
      "https://pay.vbao.example@evil.example/mp/order",
      "https://pay.vbao.example%40evil.example/mp/order",
      "https://@pay.vbao.example/mp/order" } },
  { "scheme",
    { "http://pay.vbao.example/mp/order",
      "ftp://pay.vbao.example/mp/order",
      "file:///etc/passwd",
      "gopher://pay.vbao.example/mp/order",
      "javascript:alert(1)",
      "data:text/plain,pay.vbao.example",
      "ws://pay.vbao.example/mp/order" } },
  { "port",
    { "https://pay.vbao.example:80/mp/order",
      "https://pay.vbao.example:8443/mp/order",
      "https://pay.vbao.example:22/mp/order",
      "https://pay.vbao.example:65536/mp/order" } },
  { "fragment", { "https://pay.vbao.example/mp/order#x", "https://pay.vbao.example/#@evil.example" } },
  { "not-absolute",
    { "",
      "/mp/order",
      "//pay.vbao.example/mp/order",
      "pay.vbao.example/mp/order",
      "https:///mp/order",
      "https:pay.vbao.example/mp/order",
      "https://" } },
  { "unescaped",
    { "https://pay.vbao.example/mp/order\r\nHost: evil.example",
      "https://pay.vbao.example\\@evil.example/mp/order",
      "https://pay.vbao.example /mp/order",
      " https://pay.vbao.example/mp/order",
      "https://pay.vbao.example/单",
      "https://pay.vbao.example/\"x\"" } },
};

static void
test_url_refused (gconstpointer data)
{
  const char *const *urls = data;

  for (; *urls != NULL; urls++) {
    g_test_message ("%s", *urls);
    assert_refused (
        aggregator_order_new (MINIPAY_WALLET_WECHAT, AGGREGATOR_OPENID, *urls, AGGREGATOR_PAY_INFO, NULL),
        NULL,
        MINIPAY_ERROR_INVALID,
        "url");
  }
}

static void
test_url_of_endpoint (void)
{
  static const char *const sandbox[] = { "allowed-hosts", NULL, "endpoint", "http://127.0.0.1:4711", NULL };
  g_autoptr (MinipayTestExchange) x = begin (
      aggregator_order_new (
          MINIPAY_WALLET_WECHAT, AGGREGATOR_OPENID, "http://127.0.0.1:4711/mp/order", AGGREGATOR_PAY_INFO, NULL),
      sandbox);

  g_test_summary ("Plain http for an account whose endpoint is on loopback, and there alone.");
  g_assert_cmpstr (minipay_exchange_get_origin (x->exchange), ==, "http://127.0.0.1:4711");
  assert_refused (
      aggregator_order_new (
          MINIPAY_WALLET_WECHAT, AGGREGATOR_OPENID, "http://127.0.0.1:4712/mp/order", AGGREGATOR_PAY_INFO, NULL),
      sandbox,
      MINIPAY_ERROR_INVALID,
      "url");
  assert_refused (wechat_order_new (AGGREGATOR_OPENID, NULL), sandbox, MINIPAY_ERROR_INVALID, "url");
}

/* --- Limits. Source: the seed page's table, String(1024) and String(64); Long(11) of the order call's --- */

static MinipayOrder *
long_order_new (guint pay_info, guint payer, guint code)
{
  g_autofree char *pay_info_text = g_strnfill (pay_info, 'p');
  g_autofree char *payer_text = payer > 0 ? g_strnfill (payer, 'o') : NULL;
  g_autofree char *code_text = code > 0 ? g_strnfill (code, 'c') : NULL;

  return aggregator_order_new (MINIPAY_WALLET_WECHAT, payer_text, AGGREGATOR_URL, pay_info_text, code_text);
}

static void
test_limits (void)
{
  static const guint good[][3] = { { 1, 1, 0 }, { 1024, 64, 0 }, { 1024, 0, 64 }, { 1, 0, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (MinipayTestExchange) x = begin (long_order_new (good[i][0], good[i][1], good[i][2]), NULL);

    g_assert_nonnull (minipay_exchange_get_request (x->exchange));
  }
  assert_refused (long_order_new (0, 1, 0), NULL, MINIPAY_ERROR_INVALID, "pay_info");
  assert_refused (long_order_new (1025, 1, 0), NULL, MINIPAY_ERROR_INVALID, "pay_info");
  assert_refused (long_order_new (1, 65, 0), NULL, MINIPAY_ERROR_INVALID, "payer");
  assert_refused (long_order_new (1, 0, 65), NULL, MINIPAY_ERROR_INVALID, "code");
  assert_refused (wechat_order_new (AGGREGATOR_OPENID, ""), NULL, MINIPAY_ERROR_INVALID, "code");
  assert_refused (wechat_order_new ("o&code=1", NULL), NULL, MINIPAY_ERROR_INVALID, "payer");
  assert_refused (aggregator_order_new (MINIPAY_WALLET_WECHAT, AGGREGATOR_OPENID, AGGREGATOR_URL, NULL, NULL),
                  NULL,
                  MINIPAY_ERROR_INVALID,
                  "pay_info");
  assert_refused (
      aggregator_order_new (MINIPAY_WALLET_UNIONPAY, AGGREGATOR_OPENID, AGGREGATOR_URL, AGGREGATOR_PAY_INFO, NULL),
      NULL,
      MINIPAY_ERROR_NOT_SUPPORTED,
      "unionpay");
}

/* -1 when an order with this besides passes. */
static int
check_property (const char *property, const char *text)
{
  g_autoptr (MinipayTestExchange) x = aggregator_new (NULL);
  g_autoptr (MinipayMoney) total = minipay_money_new (99999999999, "CNY");
  g_autoptr (MinipayOrder) good = wechat_order_new (AGGREGATOR_OPENID, NULL);
  g_autoptr (MinipayOrder) order = NULL;
  g_autoptr (GError) error = NULL;

  order = g_object_new (MINIPAY_TYPE_ORDER,
                        "out-trade-no",
                        g_str_equal (property, "out-trade-no") ? text : AGGREGATOR_NUMBER,
                        "total",
                        total,
                        "method",
                        MINIPAY_METHOD_MINI_PROGRAM,
                        "wallet",
                        MINIPAY_WALLET_WECHAT,
                        "payer",
                        AGGREGATOR_OPENID,
                        "extras",
                        minipay_order_get_extras (good),
                        g_str_equal (property, "out-trade-no") ? NULL : property,
                        text,
                        NULL);
  return minipay_test_exchange_create (x, order, &error) ? -1 : error->code;
}

static void
test_other_members (void)
{
  g_autofree char *longest = g_strnfill (64, '7');
  g_autofree char *longer = g_strnfill (65, '7');

  g_assert_cmpint (check_property ("out-trade-no", longest), ==, -1);
  g_assert_cmpint (check_property ("out-trade-no", longer), ==, MINIPAY_ERROR_INVALID);
  g_assert_cmpint (check_property ("out-trade-no", "T2023&payStatus=SUCCESS"), ==, MINIPAY_ERROR_INVALID);
  g_assert_cmpint (check_property ("subject", "车险保单"), ==, -1);
  /* the order call carries neither: the aggregator was told before the jump, or never */
  g_assert_cmpint (check_property ("notify-url", "https://shop.example/notify"), ==, MINIPAY_ERROR_NOT_SUPPORTED);
  g_assert_cmpint (check_property ("attach", "a"), ==, MINIPAY_ERROR_NOT_SUPPORTED);
}

static char *
dup_fingerprint (const char *url, const char *pay_info, const char *code)
{
  static const char *const volatiles[] = { "url", "code", NULL };
  g_autoptr (MinipayTestExchange) x = aggregator_new (NULL);
  g_autoptr (MinipayOrder) order = aggregator_order_new (MINIPAY_WALLET_WECHAT, NULL, url, pay_info, code);
  const char *const *listed = (const char *const *) minipay_provider_info_get_manifest (x->info)->volatile_extras;

  g_assert_cmpuint (g_strv_length ((char **) listed), ==, 2);
  for (guint i = 0; i < 2; i++)
    g_assert_true (g_strv_contains (listed, volatiles[i]));
  return minipay_order_dup_fingerprint (order, listed);
}

static void
test_repeated_jump (void)
{
  g_autofree char *first = dup_fingerprint (AGGREGATOR_URL, AGGREGATOR_PAY_INFO, "once");
  g_autofree char *again = dup_fingerprint ("https://pay2.vbao.example/", AGGREGATOR_PAY_INFO, "twice");
  g_autofree char *other = dup_fingerprint (AGGREGATOR_URL, "another", "once");

  g_test_summary ("A new address and a new code are no other order, another payInfo is.");
  g_assert_cmpstr (first, ==, again);
  g_assert_cmpstr (first, !=, other);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/aggregator/create/payer", test_create_payer);
  g_test_add_func ("/aggregator/create/code", test_create_code);
  g_test_add_func ("/aggregator/create/alipay", test_create_alipay);
  g_test_add_func ("/aggregator/create/form", test_create_form);
  g_test_add_func ("/aggregator/create/opaque-pay-info", test_create_opaque);
  g_test_add_func ("/aggregator/create/code-and-payer/refused", test_create_both);
  g_test_add_func ("/aggregator/create/neither-code-nor-payer/refused", test_create_neither);
  g_test_add_func ("/aggregator/create/url-of-account", test_url_of_account);
  g_test_add_func ("/aggregator/create/no-url/refused", test_url_missing);
  g_test_add_func ("/aggregator/create/url/allowed", test_url_allowed);
  g_test_add_func ("/aggregator/create/url/of-endpoint", test_url_of_endpoint);
  for (guint i = 0; i < G_N_ELEMENTS (refused_urls); i++) {
    g_autofree char *path = g_strdup_printf ("/aggregator/create/url/%s/refused", refused_urls[i].name);

    g_test_add_data_func (path, refused_urls[i].urls, test_url_refused);
  }
  g_test_add_func ("/aggregator/create/limits", test_limits);
  g_test_add_func ("/aggregator/create/other-members", test_other_members);
  g_test_add_func ("/aggregator/create/repeated-jump/same-order", test_repeated_jump);
  return g_test_run ();
}
