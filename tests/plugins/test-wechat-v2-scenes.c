/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "v2-gateway.h"

/* The scenes of an order besides mini-programs and pages. Signatures as in the tests of the order, by Python. */

#define BODY                                                                                                       \
  "body", "JSAPI支付测试", "out_trade_no", V2_NUMBER, "fee_type", "CNY", "total_fee", "1", "spbill_create_ip",     \
      "14.23.150.211"
#define NOTIFY "notify_url", "http://wxpay.wxutil.com/pub_v2/pay/notify.v2.php"
#define SCENE  "{\"h5_info\":{\"type\":\"Wap\",\"wap_url\":\"https://pay.qq.com\",\"wap_name\":\"tea\"}}"

#define ONCE MINIPAY_SEND_FLAGS_NONE
#define MANY MINIPAY_SEND_FLAGS_IDEMPOTENT

static MinipayOrder *
order_new (MinipayMethod method, const char *extras, gint64 expires_at)
{
  g_autoptr (MinipayOrder) plain = v2_order_new (method);
  g_autoptr (GDateTime) expiry = expires_at != 0 ? g_date_time_new_from_unix_utc (expires_at) : NULL;
  const gboolean has_payer = method == MINIPAY_METHOD_JSAPI || method == MINIPAY_METHOD_MINI_PROGRAM;

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       V2_NUMBER,
                       "total",
                       minipay_order_get_total (plain),
                       "subject",
                       minipay_order_get_subject (plain),
                       "method",
                       method,
                       "payer",
                       has_payer ? minipay_order_get_payer (plain) : NULL,
                       "client-ip",
                       "14.23.150.211",
                       "notify-url",
                       method != MINIPAY_METHOD_CODE ? minipay_order_get_notify_url (plain) : NULL,
                       "expires-at",
                       expiry,
                       "extras",
                       extras != NULL ? g_variant_new_parsed (extras) : NULL,
                       NULL);
}

static MinipayTestExchange *
begin (MinipayMethod method, const char *extras, const char *const *changes)
{
  MinipayTestExchange *x = v2_new (changes);
  g_autoptr (MinipayOrder) order = order_new (method, extras, 0);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  return x;
}

#define PRODUCT "{'product_id': <'12235413214070356458058'>}"
#define CODE    "{'auth_code': <'120061098828009406'>}"
#define PAGE    "{'scene_info': <'" SCENE "'>}"

static void
test_requests (void)
{
  static const char *const native[] = {
    BODY, NOTIFY, "trade_type", "NATIVE", "product_id", "12235413214070356458058", V2_TAIL (V2_HMAC)
  };
  static const char *const app[] = { BODY, NOTIFY, "trade_type", "APP", V2_TAIL (V2_HMAC) };
  static const char *const h5[] = { BODY, NOTIFY, "trade_type", "MWEB", "scene_info", SCENE, V2_TAIL (V2_HMAC) };
  static const char *const code[] = { BODY, "auth_code", "120061098828009406", V2_TAIL (V2_HMAC) };
  static const struct {
    MinipayMethod method;
    const char *extras;
    const char *path;
    MinipaySendFlags flags;
    const char *const *pairs;
    const char *sign;
  } cases[] = {
    { MINIPAY_METHOD_NATIVE,
      PRODUCT,
      "/pay/unifiedorder",
      MANY,
      native,
      "DD3EB7F0681627BFB3C2A8099C9BC4FA6E2879F25D4EB60A2685501BAE0B4CF7" },
    { MINIPAY_METHOD_APP,
      NULL,
      "/pay/unifiedorder",
      MANY,
      app,
      "8C469FBB73CD6EA58DD5CA77CC8B211992E7ACC4C92670296C13C8E93022DBF7" },
    { MINIPAY_METHOD_H5,
      PAGE,
      "/pay/unifiedorder",
      MANY,
      h5,
      "C26884E8F304A6A200F3D4ADE4CF69F4B382EB08CA216B2ACB3DAE1C56943BF5" },
    /* a code is good for one use: the request leaves once */
    { MINIPAY_METHOD_CODE,
      CODE,
      "/pay/micropay",
      ONCE,
      code,
      "EFCBD462F57A79AC2EB7E5F457B8C4DD9D2F5BFF1CA174835A66553389363DE0" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (cases[i].method, cases[i].extras, NULL);

    v2_assert_request (x, cases[i].path, cases[i].flags, cases[i].pairs, cases[i].sign);
  }
}

/* What a scene needs, and what it has no place for, is known before anything is sent. */
static void
test_members_of_scenes (void)
{
  static const struct {
    MinipayMethod method;
    const char *extras;
    MinipayError code;
    const char *named;
  } cases[] = {
    { MINIPAY_METHOD_NATIVE, NULL, MINIPAY_ERROR_INVALID, "product_id" },
    { MINIPAY_METHOD_APP, PRODUCT, MINIPAY_ERROR_NOT_SUPPORTED, "product_id" },
    { MINIPAY_METHOD_H5, NULL, MINIPAY_ERROR_INVALID, "scene_info" },
    { MINIPAY_METHOD_CODE, NULL, MINIPAY_ERROR_INVALID, "auth_code" },
    { MINIPAY_METHOD_JSAPI, CODE, MINIPAY_ERROR_NOT_SUPPORTED, "auth_code" },
    { MINIPAY_METHOD_CODE, "{'auth_code': <'12006109882800940'>}", MINIPAY_ERROR_INVALID, "auth_code" },
    { MINIPAY_METHOD_CODE, "{'auth_code': <'12006109882800940x'>}", MINIPAY_ERROR_INVALID, "auth_code" },
    { MINIPAY_METHOD_JSAPI, "{'time_start': <'2026-11-21'>}", MINIPAY_ERROR_INVALID, "time_start" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = v2_new (NULL);
    g_autoptr (MinipayOrder) order = order_new (cases[i].method, cases[i].extras, 0);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", cases[i].named);
    g_assert_false (minipay_test_exchange_create (x, order, &error));
    g_assert_error (error, MINIPAY_ERROR, (int) cases[i].code);
    g_assert_nonnull (strstr (error->message, cases[i].named));
  }
}

static MinipayCheckout *
answer (MinipayTestExchange *x, const char *digest, const char *name, const char *value)
{
  g_autofree char *body = v2_message_new (digest, v2_prepared, name, value);
  g_autoptr (GError) error = NULL;

  v2_answer (x, body, &error);
  g_assert_no_error (error);
  return minipay_test_exchange_get_checkout (x);
}

/* Both have parameters of their own. */
static void
test_addresses (void)
{
  static const struct {
    MinipayMethod method;
    const char *extras;
    const char *member;
    const char *url;
    MinipayCheckoutKind kind;
    gint64 life_s;
  } cases[] = {
    { MINIPAY_METHOD_NATIVE,
      PRODUCT,
      "code_url",
      "weixin://wxpay/bizpayurl/up?pr=NwY5Mz9&groupid=00",
      MINIPAY_CHECKOUT_KIND_QR_CODE,
      7200 },
    { MINIPAY_METHOD_H5,
      PAGE,
      "mweb_url",
      "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx20161110163838f231619da20804912345"
      "&package=1037687096",
      MINIPAY_CHECKOUT_KIND_REDIRECT,
      300 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (cases[i].method, cases[i].extras, NULL);
    MinipayCheckout *checkout = answer (x, V2_HMAC, cases[i].member, cases[i].url);

    g_assert_cmpint (minipay_checkout_get_kind (checkout), ==, cases[i].kind);
    g_assert_cmpstr (minipay_checkout_get_url (checkout), ==, cases[i].url);
    g_assert_cmpint (
        g_date_time_to_unix (minipay_checkout_get_expires_at (checkout)), ==, x->now + cases[i].life_s);
  }
}

static void
test_address_missing (void)
{
  static const MinipayMethod methods[] = { MINIPAY_METHOD_NATIVE, MINIPAY_METHOD_H5 };

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++) {
    g_autoptr (MinipayTestExchange) x = begin (methods[i], i == 0 ? PRODUCT : PAGE, NULL);
    g_autofree char *body = v2_message_new (V2_HMAC, v2_prepared, NULL, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_false (v2_answer (x, body, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
}

/* Six members, all in lower case, and which digest it is the SDK is not told. */
static void
test_app (void)
{
  static const struct {
    const char *digest;
    const char *sign;
  } cases[] = {
    { V2_MD5, "839926B9D3F85F49E26B271C4DD2C44E" },
    { V2_HMAC, "85E022821AD83900039F56A5264A1F290D8E857E275CB022C032E621805BB335" },
  };
  static const char *const answered[] = {
    "return_code", "SUCCESS",    "result_code", "SUCCESS",          "appid",     "wxd930ea5d5a258f4f",
    "mch_id",      "1900000109", "nonce_str",   "IITRi8Iabbblz1Jc", "prepay_id", "WX1217752501201407033233368018",
    "trade_type",  "APP",        NULL,
  };

  g_assert_cmpstr (minipay_test_vector ("v2-app-paysign", "expected"), ==, cases[0].sign);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *const changes[] = { "appid",     "wxd930ea5d5a258f4f", "mchid", "1900000109",
                                    "sign-type", cases[i].digest,      NULL };
    const char *const params[] = { "appid",     "wxd930ea5d5a258f4f",
                                   "partnerid", "1900000109",
                                   "prepayid",  "WX1217752501201407033233368018",
                                   "package",   "Sign=WXPay",
                                   "noncestr",  "5K8264ILTKCH16CQ2502SI8ZNMTM67VS",
                                   "timestamp", "1412000000",
                                   "sign",      cases[i].sign,
                                   NULL };
    g_autoptr (MinipayTestExchange) x = begin (MINIPAY_METHOD_APP, NULL, changes);
    g_autofree char *sign = v2_sign (V2_KEY, cases[i].digest, answered);
    g_autofree char *body = v2_document_new (answered, sign);
    g_autoptr (GError) error = NULL;

    x->now = 1412000000;
    x->nonces = "5K8264ILTKCH16CQ2502SI8ZNMTM67VS";
    v2_answer (x, body, &error);
    g_assert_no_error (error);
    g_assert_cmpint (
        minipay_checkout_get_kind (minipay_test_exchange_get_checkout (x)), ==, MINIPAY_CHECKOUT_KIND_APP);
    minipay_test_assert_params (x, MINIPAY_RUNTIME_APP, params);
  }
}

/* --- Codes --- */

static const char *const charged[] = {
  "return_code",  "SUCCESS",  "result_code",    "SUCCESS",
  "appid",        V2_APPID,   "mch_id",         V2_MCHID,
  "nonce_str",    "n",        "openid",         "o1",
  "trade_type",   "MICROPAY", "bank_type",      "CMB_DEBIT",
  "total_fee",    "1",        "fee_type",       "CNY",
  "cash_fee",     "1",        "transaction_id", V2_TRANSACTION,
  "out_trade_no", V2_NUMBER,  "time_end",       "20141111170043",
  NULL,
};

static void
test_code_charged (void)
{
  g_autoptr (MinipayTestExchange) x = begin (MINIPAY_METHOD_CODE, CODE, NULL);
  g_autofree char *body = v2_message_new (V2_HMAC, charged, NULL, NULL);
  g_autoptr (GError) error = NULL;
  MinipayCheckout *checkout;
  MinipayPayment *payment;

  v2_answer (x, body, &error);
  g_assert_no_error (error);
  checkout = minipay_test_exchange_get_checkout (x);
  g_assert_cmpint (minipay_checkout_get_kind (checkout), ==, MINIPAY_CHECKOUT_KIND_DONE);
  g_assert_cmpstr (minipay_checkout_get_out_trade_no (checkout), ==, V2_NUMBER);
  payment = minipay_checkout_get_payment (checkout);
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_PAID);
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (payment)), ==, 1);
  g_assert_cmpstr (minipay_payment_get_transaction_id (payment), ==, V2_TRANSACTION);
  g_assert_true (minipay_payment_get_authenticated (payment));
}

static void
test_code_not_charged (void)
{
  static const char *const refused[] = {
    "return_code", "SUCCESS", "result_code", "FAIL", "appid", V2_APPID, "mch_id", V2_MCHID, "nonce_str", "n", NULL,
  };
  static const struct {
    const char *word;
    int code; /* -1: the buyer is being asked */
  } cases[] = {
    { "USERPAYING", -1 },
    { "SYSTEMERROR", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "BANKERROR", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "AUTHCODEEXPIRE", MINIPAY_ERROR_REFUSED },
    { "AUTH_CODE_INVALID", MINIPAY_ERROR_REFUSED },
    { "NOTENOUGH", MINIPAY_ERROR_REFUSED },
    { "ORDERPAID", MINIPAY_ERROR_ALREADY_PAID },
    { "ORDERREVERSED", MINIPAY_ERROR_CONFLICT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (MINIPAY_METHOD_CODE, CODE, NULL);
    g_autofree char *body = v2_message_new (V2_HMAC, refused, "err_code", cases[i].word);
    g_autoptr (GError) error = NULL;
    gboolean is_good = v2_answer (x, body, &error);

    g_test_message ("%s", cases[i].word);
    if (cases[i].code >= 0) {
      g_assert_error (error, MINIPAY_ERROR, cases[i].code);
      continue;
    }
    g_assert_no_error (error);
    g_assert_true (is_good);
    g_assert_cmpint (
        minipay_checkout_get_kind (minipay_test_exchange_get_checkout (x)), ==, MINIPAY_CHECKOUT_KIND_PENDING);
  }
}

/* The signature does not say what it is under: an answer about something else is no payment. */
static void
test_code_other_messages (void)
{
  static const char *const cases[][2] = {
    { "refund_id", "1" },   { "recall", "N" },          { "trade_state", "NOTPAY" }, { "total_fee", "0" },
    { "total_fee", "1.0" }, { "transaction_id", NULL }, { "out_trade_no", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (MINIPAY_METHOD_CODE, CODE, NULL);
    g_autofree char *body = v2_message_new (V2_HMAC, charged, cases[i][0], cases[i][1]);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", cases[i][0]);
    g_assert_false (v2_answer (x, body, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
}

/* --- Service providers --- */

static const char *const provider[] = { "sub-mchid", "1900000021", "sub-appid", "wx0000000000000021", NULL };

static void
test_provider (void)
{
  static const char *const request[] = {
    BODY,         NOTIFY,       "trade_type", "JSAPI",  "sub_openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
    "appid",      V2_APPID,     "mch_id",     V2_MCHID, "sub_appid",  "wx0000000000000021",
    "sub_mch_id", "1900000021", "nonce_str",  V2_NONCE, "sign_type",  V2_HMAC,
    NULL,
  };
  static const char *const wx[] = {
    "appId",     "wx0000000000000021",
    "timeStamp", "1554208460",
    "nonceStr",  V2_NONCE,
    "package",   "prepay_id=" V2_PREPAY_ID,
    "signType",  V2_HMAC,
    "paySign",   "FFC079E3D3EBCB39958913FA580871681A57877390C2096313BF8F19E1363CE5",
    NULL,
  };
  g_autoptr (MinipayTestExchange) x = begin (MINIPAY_METHOD_JSAPI, NULL, provider);

  v2_assert_request (
      x, "/pay/unifiedorder", MANY, request, "2E68D4745844C5768E3E1C3518406250BC2B8AFE6B63D76EBF487D00460BB39F");
  answer (x, V2_HMAC, "sub_mch_id", "1900000021");
  /* the cashier is opened by the application of the merchant that is acted for */
  minipay_test_assert_params (x, MINIPAY_RUNTIME_JSBRIDGE, wx);
}

static void
test_parties (void)
{
  static const struct {
    const char *const *changes;
    const char *name;
    const char *value;
    gboolean is_good;
  } cases[] = {
    { provider, "sub_mch_id", "1900000021", TRUE },
    { provider, "sub_mch_id", "1900000022", FALSE },
    { provider, "sub_mch_id", NULL, FALSE },
    { NULL, "sub_mch_id", "1900000021", FALSE },
    { NULL, "sub_appid", "wx0000000000000021", FALSE },
    { NULL, "mch_id", "10000101", FALSE },
    { NULL, "appid", NULL, FALSE },
    { NULL, "appid", V2_APPID, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (MINIPAY_METHOD_JSAPI, NULL, cases[i].changes);
    g_autofree char *body = v2_message_new (V2_HMAC, v2_prepared, cases[i].name, cases[i].value);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s=%s", cases[i].name, cases[i].value);
    g_assert_cmpint (v2_answer (x, body, &error), ==, cases[i].is_good);
    if (!cases[i].is_good)
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v2/scenes/requests", test_requests);
  g_test_add_func ("/wechat-v2/scenes/members", test_members_of_scenes);
  g_test_add_func ("/wechat-v2/scenes/addresses", test_addresses);
  g_test_add_func ("/wechat-v2/scenes/address-missing", test_address_missing);
  g_test_add_func ("/wechat-v2/scenes/app-lower-case", test_app);
  g_test_add_func ("/wechat-v2/code/charged", test_code_charged);
  g_test_add_func ("/wechat-v2/code/not-charged", test_code_not_charged);
  g_test_add_func ("/wechat-v2/code/other-messages-refused", test_code_other_messages);
  g_test_add_func ("/wechat-v2/provider/order", test_provider);
  g_test_add_func ("/wechat-v2/provider/parties-compared", test_parties);
  return g_test_run ();
}
