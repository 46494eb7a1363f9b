/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "v3-gateway.h"

#define NUMBER "1217752501201407033233368018"

static MinipayOrder *
order_new (MinipayMethod method, const char *payer, const char *client_ip, const char *extras)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (100, "CNY");

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       NUMBER,
                       "total",
                       total,
                       "subject",
                       "tea",
                       "method",
                       method,
                       "payer",
                       payer,
                       "client-ip",
                       client_ip,
                       "notify-url",
                       "https://shop.example/notify",
                       "extras",
                       extras != NULL ? g_variant_new_parsed (extras) : NULL,
                       NULL);
}

static MinipayTestExchange *
begin (
    const char *const *changes, MinipayMethod method, const char *payer, const char *client_ip, const char *extras)
{
  MinipayTestExchange *x = v3_new (changes);
  g_autoptr (MinipayOrder) order = order_new (method, payer, client_ip, extras);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  return x;
}

static void
assert_refused (MinipayMethod method, const char *payer, const char *client_ip, const char *extras, int code)
{
  g_autoptr (MinipayTestExchange) x = v3_new (NULL);
  g_autoptr (MinipayOrder) order = order_new (method, payer, client_ip, extras);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", extras != NULL ? extras : "(no extras)");
  g_assert_false (minipay_test_exchange_create (x, order, &error));
  g_assert_error (error, MINIPAY_ERROR, code);
}

static void
assert_lives (MinipayTestExchange *x, MinipayCheckoutKind kind, gint64 seconds)
{
  MinipayCheckout *checkout = minipay_test_exchange_get_checkout (x);

  g_assert_cmpint (minipay_checkout_get_kind (checkout), ==, kind);
  g_assert_cmpint (g_date_time_to_unix (minipay_checkout_get_expires_at (checkout)), ==, x->now + seconds);
}

static void
test_app (void)
{
  static const char *const changes[] = { "appid", "wx2421b1c4370ec43b", NULL };
  g_autoptr (MinipayTestExchange) x = begin (changes, MINIPAY_METHOD_APP, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Vector v3-paysign-app: the bare prepay_id is signed.");
  minipay_test_assert_request (x,
                               "POST",
                               "/v3/pay/transactions/app",
                               "{\"appid\":\"wx2421b1c4370ec43b\",\"mchid\":\"1900007291\",\"description\":\"tea\","
                               "\"out_trade_no\":\"" NUMBER "\",\"notify_url\":\"https://shop.example/notify\","
                               "\"amount\":{\"total\":100,\"currency\":\"CNY\"}}");
  v3_answer (x, "{\"prepay_id\":\"wx201410272009395522657a690389285100\"}", &error);
  g_assert_no_error (error);
  assert_lives (x, MINIPAY_CHECKOUT_KIND_APP, 7200);
  minipay_test_assert_params (x,
                              MINIPAY_RUNTIME_APP,
                              (const char *const[]){ "appId",
                                                     "wx2421b1c4370ec43b",
                                                     "partnerId",
                                                     "1900007291",
                                                     "prepayId",
                                                     "wx201410272009395522657a690389285100",
                                                     "packageValue",
                                                     "Sign=WXPay",
                                                     "package",
                                                     "Sign=WXPay",
                                                     "nonceStr",
                                                     "593BEC0C930BF1AFEB40B4A08C8FB242",
                                                     "timeStamp",
                                                     "1554208460",
                                                     "sign",
                                                     minipay_test_vector ("v3-paysign-app", "expected"),
                                                     NULL });
}

static void
test_native (void)
{
  g_autoptr (MinipayTestExchange) x =
      begin (NULL,
             MINIPAY_METHOD_NATIVE,
             NULL,
             "14.23.150.211",
             "{'device_id': <'013467007045764'>, 'store_id': <'0001'>, 'store_name': <'shop'>, "
             "'store_area_code': <'440305'>, 'store_address': <'street'>, "
             "'detail': <{'cost_price': <int64 608>, 'goods_detail': <[{'merchant_goods_id': <'1246464644'>, "
             "'quantity': <int64 1>, 'unit_price': <int64 528>}]>}>}");
  g_autoptr (GError) error = NULL;

  minipay_test_assert_request (
      x,
      "POST",
      "/v3/pay/transactions/native",
      "{\"appid\":\"wxd678efh567hg6787\",\"mchid\":\"1900007291\",\"description\":\"tea\","
      "\"out_trade_no\":\"" NUMBER "\",\"notify_url\":\"https://shop.example/notify\","
      "\"detail\":{\"cost_price\":608,\"goods_detail\":[{\"merchant_goods_id\":\"1246464644\",\"quantity\":1,"
      "\"unit_price\":528}]},\"amount\":{\"total\":100,\"currency\":\"CNY\"},"
      "\"scene_info\":{\"payer_client_ip\":\"14.23.150.211\",\"device_id\":\"013467007045764\","
      "\"store_info\":{\"id\":\"0001\",\"name\":\"shop\",\"area_code\":\"440305\",\"address\":\"street\"}}}");
  v3_answer (x, "{\"code_url\":\"weixin://wxpay/bizpayurl?pr=JyC91EIz1\"}", &error);
  g_assert_no_error (error);
  assert_lives (x, MINIPAY_CHECKOUT_KIND_QR_CODE, 7200);
  g_assert_cmpstr (minipay_checkout_get_url (minipay_test_exchange_get_checkout (x)),
                   ==,
                   "weixin://wxpay/bizpayurl?pr=JyC91EIz1");
}

static void
test_h5 (void)
{
  g_autoptr (MinipayTestExchange) x = begin (
      NULL,
      MINIPAY_METHOD_H5,
      NULL,
      "2001:db8::1",
      "{'h5_type': <'iOS'>, 'app_name': <'shop'>, 'app_url': <'https://shop.example'>, 'bundle_id': <'com.shop'>}");
  g_autoptr (GError) error = NULL;

  minipay_test_assert_request (x,
                               "POST",
                               "/v3/pay/transactions/h5",
                               "{\"appid\":\"wxd678efh567hg6787\",\"mchid\":\"1900007291\",\"description\":\"tea\","
                               "\"out_trade_no\":\"" NUMBER "\",\"notify_url\":\"https://shop.example/notify\","
                               "\"amount\":{\"total\":100,\"currency\":\"CNY\"},"
                               "\"scene_info\":{\"payer_client_ip\":\"2001:db8::1\",\"h5_info\":{\"type\":\"iOS\","
                               "\"app_name\":\"shop\",\"app_url\":\"https://shop.example\","
                               "\"bundle_id\":\"com.shop\"}}}");
  v3_answer (
      x, "{\"h5_url\":\"https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx2&package=1\"}", &error);
  g_assert_no_error (error);
  assert_lives (x, MINIPAY_CHECKOUT_KIND_REDIRECT, 300);
  g_assert_cmpstr (minipay_checkout_get_url (minipay_test_exchange_get_checkout (x)),
                   ==,
                   "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx2&package=1");
}

/* An address is shown or opened as it is. */
static void
test_bad_addresses (void)
{
  static const char *const bodies[] = {
    "{\"h5_url\":\"\"}",
    "{\"h5_url\":\"javascript:alert(1)\"}",
    "{\"h5_url\":\"https://wx.tenpay.com/a b\"}",
    "{\"h5_url\":\"https://wx.tenpay.com/\\u0001\"}",
    "{\"h5_url\":1}",
    "{\"mweb_url\":\"https://wx.tenpay.com/\"}",
    "{\"prepay_id\":\"wx2\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (MinipayTestExchange) x =
        begin (NULL, MINIPAY_METHOD_H5, NULL, "14.23.150.211", "{'h5_type': <'Wap'>}");
    g_autoptr (GError) error = NULL;

    g_assert_false (v3_answer (x, bodies[i], &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
}

static void
test_rules (void)
{
  static const char payer[] = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

  assert_refused (MINIPAY_METHOD_H5, NULL, NULL, "{'h5_type': <'Wap'>}", MINIPAY_ERROR_INVALID);
  assert_refused (MINIPAY_METHOD_H5, NULL, "127.0.0.1", "{'h5_type': <'Wap'>}", MINIPAY_ERROR_INVALID);
  assert_refused (MINIPAY_METHOD_H5, NULL, "::1", "{'h5_type': <'Wap'>}", MINIPAY_ERROR_INVALID);
  assert_refused (MINIPAY_METHOD_H5, NULL, "14.23.150.211", NULL, MINIPAY_ERROR_INVALID);
  assert_refused (MINIPAY_METHOD_H5, NULL, "14.23.150.211", "{'h5_type': <'wap'>}", MINIPAY_ERROR_INVALID);
  assert_refused (MINIPAY_METHOD_NATIVE, NULL, NULL, "{'device_id': <'1'>}", MINIPAY_ERROR_INVALID);
  assert_refused (MINIPAY_METHOD_NATIVE, NULL, NULL, "{'h5_type': <'Wap'>}", MINIPAY_ERROR_NOT_SUPPORTED);
  assert_refused (MINIPAY_METHOD_NATIVE, NULL, NULL, "{'detail': <{'cost_price': <6.08>}>}", MINIPAY_ERROR_INVALID);
  assert_refused (MINIPAY_METHOD_JSAPI, NULL, NULL, NULL, MINIPAY_ERROR_INVALID);
  assert_refused (MINIPAY_METHOD_CODE, NULL, NULL, NULL, MINIPAY_ERROR_NOT_SUPPORTED);
  assert_refused (MINIPAY_METHOD_NATIVE, payer, NULL, NULL, MINIPAY_ERROR_NOT_SUPPORTED);
}

static void
test_identity (void)
{
  g_autoptr (MinipayTestExchange) x = begin (NULL,
                                             MINIPAY_METHOD_JSAPI,
                                             "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
                                             NULL,
                                             "{'identity': <{'type': <'IDCARD'>, 'number': <'43102119910910512X'>, "
                                             "'name': <'张三'>}>}");
  g_autofree char *number = v3_open_member (x, "number");
  g_autofree char *name = v3_open_member (x, "name");

  g_assert_cmpstr (number, ==, "43102119910910512X");
  g_assert_cmpstr (name, ==, "张三");
  minipay_test_assert_header (x, "Wechatpay-Serial", V3_KEY_ID);
}

/* --- Service providers --- */

static const char *const provider[] = { "sub-mchid", "1900000109", NULL };
static const char *const provider_of_app[] = {
  "sub-mchid", "1900000109", "sub-appid", "wx8888888888888888", NULL,
};

static void
test_provider (void)
{
  g_autoptr (MinipayTestExchange) x =
      begin (provider, MINIPAY_METHOD_JSAPI, "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", NULL, NULL);
  g_autoptr (MinipayTestExchange) of_app =
      begin (provider_of_app, MINIPAY_METHOD_JSAPI, "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", NULL, NULL);

  minipay_test_assert_request (
      x,
      "POST",
      "/v3/pay/partner/transactions/jsapi",
      "{\"sp_appid\":\"wxd678efh567hg6787\",\"sp_mchid\":\"1900007291\",\"sub_mchid\":\"1900000109\","
      "\"description\":\"tea\",\"out_trade_no\":\"" NUMBER "\",\"notify_url\":\"https://shop.example/notify\","
      "\"amount\":{\"total\":100,\"currency\":\"CNY\"},\"payer\":{\"sp_openid\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\"}"
      "}");
  minipay_test_assert_request (
      of_app,
      "POST",
      "/v3/pay/partner/transactions/jsapi",
      "{\"sp_appid\":\"wxd678efh567hg6787\",\"sp_mchid\":\"1900007291\",\"sub_appid\":\"wx8888888888888888\","
      "\"sub_mchid\":\"1900000109\",\"description\":\"tea\",\"out_trade_no\":\"" NUMBER "\","
      "\"notify_url\":\"https://shop.example/notify\",\"amount\":{\"total\":100,\"currency\":\"CNY\"},"
      "\"payer\":{\"sub_openid\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\"}}");
}

static void
test_provider_query (void)
{
  static const char paid[] =
      "{\"sp_appid\":\"wxd678efh567hg6787\",\"sp_mchid\":\"1900007291\",\"sub_mchid\":\"1900000109\","
      "\"out_trade_no\":\"" NUMBER "\",\"transaction_id\":\"4200000925202101284997714292\","
      "\"trade_state\":\"SUCCESS\",\"amount\":{\"total\":100,\"currency\":\"CNY\"}}";
  g_autofree char *direct = minipay_test_replace (paid, "\"sp_mchid\"", "\"mchid\"");
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (NUMBER);
  g_autoptr (MinipayTestExchange) x = v3_new (provider);
  g_autoptr (MinipayTestExchange) other = v3_new (provider);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_query (x, ref, &error);
  g_assert_no_error (error);
  minipay_test_assert_request (x,
                               "GET",
                               "/v3/pay/partner/transactions/out-trade-no/" NUMBER
                               "?sp_mchid=1900007291&sub_mchid=1900000109",
                               NULL);
  v3_answer (x, paid, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (minipay_payment_get_mchid (minipay_test_exchange_get_payment (x)), ==, "1900007291");
  g_assert_cmpstr (minipay_payment_get_sub_mchid (minipay_test_exchange_get_payment (x)), ==, "1900000109");

  minipay_test_exchange_query (other, ref, &error);
  g_assert_no_error (error);
  g_assert_false (v3_answer (other, direct, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
}

/* --- Close --- */

static MinipayTestExchange *
begin_close (const char *const *changes)
{
  MinipayTestExchange *x = v3_new (changes);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new ("T|-*_01");
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_ask (x, MINIPAY_OPERATION_CLOSE, G_OBJECT (ref), &error);
  g_assert_no_error (error);
  return x;
}

static void
test_close (void)
{
  g_autoptr (MinipayTestExchange) x = begin_close (NULL);
  g_autoptr (MinipayTestExchange) of_provider = begin_close (provider);
  g_autoptr (GError) error = NULL;
  MinipayPayment *payment;

  minipay_test_assert_request (
      x, "POST", "/v3/pay/transactions/out-trade-no/T%7C-%2A_01/close", "{\"mchid\":\"1900007291\"}");
  minipay_test_assert_request (of_provider,
                               "POST",
                               "/v3/pay/partner/transactions/out-trade-no/T%7C-%2A_01/close",
                               "{\"sp_mchid\":\"1900007291\",\"sub_mchid\":\"1900000109\"}");
  v3_answer_done (x, &error);
  g_assert_no_error (error);
  payment = minipay_test_exchange_get_payment (x);
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_CLOSED);
  g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, "T|-*_01");
  g_assert_true (minipay_payment_get_authenticated (payment));
}

static void
test_close_refused (void)
{
  g_autoptr (MinipayTestExchange) unsigned_one = begin_close (NULL);
  g_autoptr (MinipayTestExchange) with_body = begin_close (NULL);
  g_autoptr (MinipayTestExchange) paid = begin_close (NULL);
  g_autoptr (MinipayTestExchange) by_id = v3_new (NULL);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new_for_transaction ("4200000925202101284997714292");
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_answer (unsigned_one, 204, NULL, NULL, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_clear_error (&error);
  g_assert_false (v3_answer (with_body, "{}", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  g_clear_error (&error);
  g_assert_false (
      minipay_test_exchange_answer (paid, 400, NULL, "{\"code\":\"ORDERPAID\",\"message\":\"-\"}", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_ALREADY_PAID);
  g_clear_error (&error);
  g_assert_false (minipay_test_exchange_ask (by_id, MINIPAY_OPERATION_CLOSE, G_OBJECT (ref), &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED);
}

/* --- Combined orders --- */

#define SUB_ORDERS(first, second)                                                                                  \
  "{'sub_orders': <[{'mchid': <'1900000109'>, 'attach': <'a'>, 'amount': <{'total_amount': <int64 " first          \
  ">, 'currency': <'CNY'>}>, 'out_trade_no': <'T20150806125346'>, 'description': <'tea'>}, "                       \
  "{'mchid': <'1900000110'>, 'attach': <'b'>, 'amount': <{'total_amount': <int64 " second                          \
  ">, 'currency': <'CNY'>}>, 'out_trade_no': <'T20150806125347'>, 'description': <'cup'>}]>}"

static void
test_combined (void)
{
  g_autoptr (MinipayTestExchange) x =
      begin (NULL, MINIPAY_METHOD_JSAPI, "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", NULL, SUB_ORDERS ("60", "40"));
  g_autoptr (GError) error = NULL;

  minipay_test_assert_request (
      x,
      "POST",
      "/v3/combine-transactions/jsapi",
      "{\"combine_appid\":\"wxd678efh567hg6787\",\"combine_mchid\":\"1900007291\","
      "\"combine_out_trade_no\":\"" NUMBER "\",\"sub_orders\":["
      "{\"mchid\":\"1900000109\",\"attach\":\"a\",\"amount\":{\"total_amount\":60,\"currency\":\"CNY\"},"
      "\"out_trade_no\":\"T20150806125346\",\"description\":\"tea\"},"
      "{\"mchid\":\"1900000110\",\"attach\":\"b\",\"amount\":{\"total_amount\":40,\"currency\":\"CNY\"},"
      "\"out_trade_no\":\"T20150806125347\",\"description\":\"cup\"}],"
      "\"combine_payer_info\":{\"openid\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\"},"
      "\"notify_url\":\"https://shop.example/notify\"}");
  v3_answer (x, "{\"prepay_id\":\"wx201410272009395522657a690389285100\"}", &error);
  g_assert_no_error (error);
  assert_lives (x, MINIPAY_CHECKOUT_KIND_WX_REQUEST_PAYMENT, 7200);
}

static void
test_combined_rules (void)
{
  static const char *const bad[] = {
    SUB_ORDERS ("60", "41"),
    SUB_ORDERS ("100", "0"),
    SUB_ORDERS ("101", "-1"),
    SUB_ORDERS ("9223372036854775807", "1"),
    "{'sub_orders': <@aa{sv} []>}",
    "{'sub_orders': <[{'mchid': <'1900000109'>, 'attach': <'a'>, 'amount': <{'total_amount': <int64 100>, "
    "'currency': <'CNY'>}>, 'out_trade_no': <'T20150806125346'>, 'description': <'tea'>}]>}",
  };
  static const char *const altered[][2] = {
    { "'attach': <'b'>", "'goods_tag': <'b'>" },
    { "'description': <'cup'>", "'description': <''>" },
    { "'currency': <'CNY'>}>, 'out_trade_no': <'T20150806125347'>",
      "'currency': <'USD'>}>, 'out_trade_no': <'T20150806125347'>" },
    { "{'sub_orders'", "{'goods_tag': <'x'>, 'sub_orders'" },
    { "{'sub_orders'", "{'profit_sharing': <true>, 'sub_orders'" },
    { "<int64 40>", "<'40'>" },
    { "<int64 40>", "<40.0>" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_refused (MINIPAY_METHOD_NATIVE, NULL, NULL, bad[i], MINIPAY_ERROR_INVALID);
  for (guint i = 0; i < G_N_ELEMENTS (altered); i++) {
    g_autofree char *extras = minipay_test_replace (SUB_ORDERS ("60", "40"), altered[i][0], altered[i][1]);

    assert_refused (MINIPAY_METHOD_NATIVE, NULL, NULL, extras, MINIPAY_ERROR_INVALID);
  }
}

static MinipayPaymentRef *
combined_ref_new (const char *extras)
{
  return g_object_new (
      MINIPAY_TYPE_PAYMENT_REF, "out-trade-no", NUMBER, "extras", g_variant_new_parsed (extras), NULL);
}

static void
test_combined_states (void)
{
  static const struct {
    const char *first;
    const char *second;
    MinipayPaymentState state;
  } cases[] = {
    { "SUCCESS", "SUCCESS", MINIPAY_PAYMENT_STATE_PAID },   { "SUCCESS", "REFUND", MINIPAY_PAYMENT_STATE_PAID },
    { "REFUND", "REFUND", MINIPAY_PAYMENT_STATE_REFUNDED }, { "NOTPAY", "NOTPAY", MINIPAY_PAYMENT_STATE_PENDING },
    { "CLOSED", "CLOSED", MINIPAY_PAYMENT_STATE_CLOSED },   { "SUCCESS", "NOTPAY", MINIPAY_PAYMENT_STATE_UNKNOWN },
    { "SUCCESS", "CLOSED", MINIPAY_PAYMENT_STATE_UNKNOWN }, { "SUCCESS", "success", MINIPAY_PAYMENT_STATE_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = v3_new (NULL);
    g_autoptr (MinipayPaymentRef) ref = combined_ref_new ("{'combined': <true>}");
    g_autofree char *body = g_strdup_printf (
        "{\"combine_appid\":\"wxd678efh567hg6787\",\"combine_mchid\":\"1900007291\","
        "\"combine_out_trade_no\":\"" NUMBER "\",\"sub_orders\":["
        "{\"mchid\":\"1900000109\",\"trade_state\":\"%s\",\"amount\":{\"total_amount\":60,\"currency\":\"CNY\"}},"
        "{\"mchid\":\"1900000110\",\"trade_state\":\"%s\",\"amount\":{\"total_amount\":40}}]}",
        cases[i].first,
        cases[i].second);
    g_autoptr (GError) error = NULL;

    minipay_test_exchange_query (x, ref, &error);
    g_assert_no_error (error);
    minipay_test_assert_request (x, "GET", "/v3/combine-transactions/out-trade-no/" NUMBER, NULL);
    v3_answer (x, body, &error);
    g_assert_no_error (error);
    g_assert_cmpint (minipay_payment_get_state (minipay_test_exchange_get_payment (x)), ==, cases[i].state);
    g_assert_cmpint (
        minipay_money_get_minor (minipay_payment_get_total (minipay_test_exchange_get_payment (x))), ==, 100);
  }
}

static void
test_combined_close (void)
{
  g_autoptr (MinipayTestExchange) x = v3_new (NULL);
  g_autoptr (MinipayPaymentRef) ref =
      combined_ref_new ("{'sub_orders': <[{'mchid': <'1900000109'>, 'out_trade_no': <'T20150806125346'>}, "
                        "{'mchid': <'1900000110'>, 'out_trade_no': <'T20150806125347'>}]>}");
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_ask (x, MINIPAY_OPERATION_CLOSE, G_OBJECT (ref), &error);
  g_assert_no_error (error);
  minipay_test_assert_request (x,
                               "POST",
                               "/v3/combine-transactions/out-trade-no/" NUMBER "/close",
                               "{\"combine_appid\":\"wxd678efh567hg6787\",\"sub_orders\":["
                               "{\"mchid\":\"1900000109\",\"out_trade_no\":\"T20150806125346\"},"
                               "{\"mchid\":\"1900000110\",\"out_trade_no\":\"T20150806125347\"}]}");
  v3_answer_done (x, &error);
  g_assert_no_error (error);
  g_assert_cmpint (
      minipay_payment_get_state (minipay_test_exchange_get_payment (x)), ==, MINIPAY_PAYMENT_STATE_CLOSED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v3/scenes/app", test_app);
  g_test_add_func ("/wechat-v3/scenes/native", test_native);
  g_test_add_func ("/wechat-v3/scenes/h5", test_h5);
  g_test_add_func ("/wechat-v3/scenes/bad-addresses", test_bad_addresses);
  g_test_add_func ("/wechat-v3/scenes/rules", test_rules);
  g_test_add_func ("/wechat-v3/scenes/identity", test_identity);
  g_test_add_func ("/wechat-v3/provider/create", test_provider);
  g_test_add_func ("/wechat-v3/provider/query", test_provider_query);
  g_test_add_func ("/wechat-v3/close", test_close);
  g_test_add_func ("/wechat-v3/close/refused", test_close_refused);
  g_test_add_func ("/wechat-v3/combined/create", test_combined);
  g_test_add_func ("/wechat-v3/combined/rules", test_combined_rules);
  g_test_add_func ("/wechat-v3/combined/states", test_combined_states);
  g_test_add_func ("/wechat-v3/combined/close", test_combined_close);
  return g_test_run ();
}
