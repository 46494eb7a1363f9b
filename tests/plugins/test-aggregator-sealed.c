/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

#include "aggregator-shop.h"

/* Signs are the output of
 *   printf '%s' 'TEXT&key=0123456789ABCDEF0123456789ABCDEF' | md5sum | tr a-f A-F
 * over the sorted members. The aggregator's side of the seal is OpenSSL's with its private key, here below. */

#define REQUEST_CREATE                                                                                             \
  "{\"orgCode\":\"4403\",\"paymentNos\":\"P1#P2\",\"orderNo\":\"T20230101000001\",\"orderAmount\":\"1990\","       \
  "\"insurAmount\":\"990\",\"goodName\":\"车险\",\"notifyUrl\":\"https://shop.example/"                          \
  "n\",\"channel\":\"3\",\"sign\":\"0552B03C4DCC512ACF43302C0E26F255\"}"
#define REQUEST_ORDER "{\"orderNo\":\"T20230101000001\",\"sign\":\"C9C01709BBB4FCB998DF802095236D8C\"}"
#define REQUEST_REFUND                                                                                             \
  "{\"refOrderNo\":\"T20230101000001\",\"orderNo\":\"R1\",\"refundAmount\":\"100\",\"refundAccountType\":"         \
  "\"REFUND\",\"sign\":\"A822E42C427A255544C4D4607CAD08F7\"}"
#define REQUEST_REFUND_QUERY "{\"orderNo\":\"R1\",\"sign\":\"5C870160AB5B0AFB038C435C13081953\"}"

#define LINK                                                                                                       \
  "{\"customerNo\":\"8000000001\",\"orderNo\":\"T20230101000001\",\"payUrl\":\"weixin://dl/business/"              \
  "?t=abc&q=1\",\"errCode\":\"0000\",\"sign\":\"CFB573B6DFAD1688DFD7B731466E299A\"}"
#define PAID                                                                                                       \
  "{\"customerNo\":\"8000000001\",\"orderNo\":\"T20230101000001\",\"orderAmount\":\"1990\",\"payStatus\":"         \
  "\"SUCCESS\",\"errCode\":\"0000\",\"sign\":\"18ACCEA0A3D88A7FB9BF56194BE6202D\"}"
#define ODD                                                                                                        \
  "{\"customerNo\":\"8000000001\",\"orderNo\":\"T20230101000001\",\"orderAmount\":\"1990\",\"payStatus\":"         \
  "\"SETTLED\",\"errCode\":\"0000\",\"sign\":\"4A6C8628388E1E128CF7A488A6F44D0A\"}"
#define CLOSED                                                                                                     \
  "{\"customerNo\":\"8000000001\",\"orderNo\":\"T20230101000001\",\"status\":\"CLOSE\",\"errCode\":\"0000\","      \
  "\"sign\":\"4A0047EA2A1EB3FC00AC4545BD3F946C\"}"
#define BUSY                                                                                                       \
  "{\"customerNo\":\"8000000001\",\"orderNo\":\"T20230101000001\",\"status\":\"FAIL\",\"errCode\":\"0000\","       \
  "\"sign\":\"FDA417FD502E965DB8A6B4069EBAE97F\"}"
#define REFUND_DONE                                                                                                \
  "{\"customerNo\":\"8000000001\",\"refOrderNo\":\"T20230101000001\",\"orderNo\":\"R1\",\"refundAmount\":\"100\"," \
  "\"refundStatus\":\"SUCCESS\",\"errCode\":\"0000\",\"sign\":\"EBEE1B107A73B1633FF4E0B5B45F9DEE\"}"
#define REFUND_GOING                                                                                               \
  "{\"customerNo\":\"8000000001\",\"refOrderNo\":\"T20230101000001\",\"orderNo\":\"R1\",\"refundAmount\":\"100\"," \
  "\"refundStatus\":\"PROCESSING\",\"errCode\":\"0000\",\"sign\":\"DEB9BC97CAC7C5ADAC109A99D507EDA4\"}"
#define REFUND_FAILED                                                                                              \
  "{\"customerNo\":\"8000000001\",\"refOrderNo\":\"T20230101000001\",\"orderNo\":\"R1\",\"refundAmount\":\"100\"," \
  "\"refundStatus\":\"FAIL\",\"errCode\":\"0000\",\"sign\":\"9A8326FEFB3FC72CA9C0207131A5D997\"}"
#define REFUND_ODD                                                                                                 \
  "{\"customerNo\":\"8000000001\",\"refOrderNo\":\"T20230101000001\",\"orderNo\":\"R1\",\"refundAmount\":\"100\"," \
  "\"refundStatus\":\"REFUNDING\",\"errCode\":\"0000\",\"sign\":\"296071F51750E54AE5900EA6FDF45DEA\"}"
#define ERROR_2101                                                                                                 \
  "{\"customerNo\":\"8000000001\",\"errCode\":\"2101\",\"errMsg\":\"说明\",\"sign\":"                            \
  "\"B663118F3F7186547CD44A2C3FA76792\"}"
#define ERROR_1001                                                                                                 \
  "{\"customerNo\":\"8000000001\",\"errCode\":\"1001\",\"errMsg\":\"说明\",\"sign\":"                            \
  "\"CC77A4855149CF023C742B1587908B8B\"}"
#define ERROR_1005                                                                                                 \
  "{\"customerNo\":\"8000000001\",\"errCode\":\"1005\",\"errMsg\":\"说明\",\"sign\":"                            \
  "\"20ADDB2081D5500FC7AF138F0D4601B9\"}"
#define ERROR_2106                                                                                                 \
  "{\"customerNo\":\"8000000001\",\"errCode\":\"2106\",\"errMsg\":\"说明\",\"sign\":"                            \
  "\"31DF2AA96025DC754F0246F500C44092\"}"
#define ERROR_3103                                                                                                 \
  "{\"customerNo\":\"8000000001\",\"errCode\":\"3103\",\"errMsg\":\"说明\",\"sign\":"                            \
  "\"148FB65BA834A261F670E72EDFF158B4\"}"
#define ERROR_7777                                                                                                 \
  "{\"customerNo\":\"8000000001\",\"errCode\":\"7777\",\"errMsg\":\"说明\",\"sign\":"                            \
  "\"C61DD6DF7CCC98E535383D7FC5C6019D\"}"
#define STRANGER                                                                                                   \
  "{\"customerNo\":\"8000000009\",\"orderNo\":\"T20230101000001\",\"orderAmount\":\"1990\",\"payStatus\":"         \
  "\"SUCCESS\",\"errCode\":\"0000\",\"sign\":\"FBC7CEF862AAC384CD022A9B704EA34A\"}"
#define NO_CODE                                                                                                    \
  "{\"customerNo\":\"8000000001\",\"orderNo\":\"T20230101000001\",\"orderAmount\":\"1990\",\"payStatus\":"         \
  "\"SUCCESS\",\"sign\":\"1DC90EA74FBF888B566D0439DFA46BB5\"}"
#define FORGED                                                                                                     \
  "{\"customerNo\":\"8000000001\",\"orderNo\":\"T20230101000001\",\"orderAmount\":\"1\",\"payStatus\":"            \
  "\"SUCCESS\",\"errCode\":\"0000\",\"sign\":\"18ACCEA0A3D88A7FB9BF56194BE6202D\"}"
#define UNSIGNED                                                                                                   \
  "{\"customerNo\":\"8000000001\",\"orderNo\":\"T20230101000001\",\"orderAmount\":\"1990\",\"payStatus\":"         \
  "\"SUCCESS\",\"errCode\":\"0000\"}"
#define NOTIFY_REFUND                                                                                              \
  "{\"customerNo\":\"8000000001\",\"refOrderNo\":\"T20230101000001\",\"orderNo\":\"R1\",\"refundAmount\":\"100\"," \
  "\"refundTime\":\"2023-01-01 "                                                                                   \
  "12:00:00\",\"refundStatus\":\"SUCCESS\",\"sign\":\"A01C5BA923DD20A36A3B557CBDEBCEAD\"}"

#define PLAIN_BYTES 245
#define BLOCK_BYTES 256

static EVP_PKEY *
private_key_new (void)
{
  const char *text = minipay_test_key_text ("wxp-doc-mch-1900007291");
  BIO *bio = BIO_new_mem_buf (text, -1);
  EVP_PKEY *key = PEM_read_bio_PrivateKey (bio, NULL, NULL, NULL);

  BIO_free (bio);
  g_assert_nonnull (key);
  return key;
}

/* As the aggregator seals. */
static char *
seal (const char *text)
{
  EVP_PKEY *key = private_key_new ();
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new (key, NULL);
  g_autoptr (GByteArray) sealed = g_byte_array_new ();
  gsize left = strlen (text);

  g_assert_cmpint (EVP_PKEY_sign_init (context), ==, 1);
  g_assert_cmpint (EVP_PKEY_CTX_set_rsa_padding (context, RSA_PKCS1_PADDING), ==, 1);
  for (; left > 0; left -= MIN (left, PLAIN_BYTES), text += MIN (strlen (text), PLAIN_BYTES)) {
    guint8 block[BLOCK_BYTES];
    gsize n = sizeof block;

    g_assert_cmpint (EVP_PKEY_sign (context, block, &n, (const guint8 *) text, MIN (left, PLAIN_BYTES)), ==, 1);
    g_byte_array_append (sealed, block, n);
  }
  EVP_PKEY_CTX_free (context);
  EVP_PKEY_free (key);
  return g_base64_encode (sealed->data, sealed->len);
}

/* As the aggregator opens. */
static char *
unseal (const char *sealed)
{
  EVP_PKEY *key = private_key_new ();
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new (key, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  gsize length;
  g_autofree guint8 *bytes = g_base64_decode (sealed, &length);

  g_assert_cmpuint (length % BLOCK_BYTES, ==, 0);
  g_assert_cmpint (EVP_PKEY_decrypt_init (context), ==, 1);
  g_assert_cmpint (EVP_PKEY_CTX_set_rsa_padding (context, RSA_PKCS1_PADDING), ==, 1);
  for (gsize at = 0; at < length; at += BLOCK_BYTES) {
    guint8 plain[BLOCK_BYTES];
    gsize n = sizeof plain;

    g_assert_cmpint (EVP_PKEY_decrypt (context, plain, &n, bytes + at, BLOCK_BYTES), ==, 1);
    g_string_append_len (text, (const char *) plain, (gssize) n);
  }
  EVP_PKEY_CTX_free (context);
  EVP_PKEY_free (key);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* {"customerNo":"8000000001","reqmsg":"..."} whose seal holds @members. */
static void
assert_sealed_request (MinipayTestExchange *x, const char *target, const char *members)
{
  static const char head[] = "{\"customerNo\":\"8000000001\",\"reqmsg\":\"";
  MinipayHttpRequest *request = minipay_exchange_get_request (x->exchange);
  GBytes *body = minipay_http_request_get_body (request);
  g_autofree char *text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_autofree char *opened = NULL;

  g_assert_cmpstr (minipay_http_request_get_method (request), ==, "POST");
  g_assert_cmpstr (minipay_http_request_get_target (request), ==, target);
  minipay_test_assert_header (x, "Content-Type", "application/json");
  g_assert_true (g_str_has_prefix (text, head));
  g_assert_true (g_str_has_suffix (text, "\"}"));
  text[strlen (text) - 2] = '\0';
  opened = unseal (text + strlen (head));
  g_assert_cmpstr (opened, ==, members);
}

static MinipayTestExchange *
sealed_new (void)
{
  static const char *const changes[] = { "mode", "sealed", NULL };

  return aggregator_new (changes);
}

static MinipayOrder *
order_new (MinipayMethod method, MinipayWallet wallet, const char *extras)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (1990, "CNY");

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       AGGREGATOR_NUMBER,
                       "total",
                       total,
                       "subject",
                       "车险",
                       "method",
                       method,
                       "wallet",
                       wallet,
                       "notify-url",
                       "https://shop.example/n",
                       "extras",
                       extras != NULL ? g_variant_new_parsed (extras) : NULL,
                       NULL);
}

static MinipayTestExchange *
begin (MinipayOperation operation)
{
  MinipayTestExchange *x = sealed_new ();
  g_autoptr (MinipayOrder) order = order_new (MINIPAY_METHOD_MINI_PROGRAM, MINIPAY_WALLET_WECHAT, NULL);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (AGGREGATOR_NUMBER);
  g_autoptr (MinipayMoney) amount = minipay_money_new (100, "CNY");
  g_autoptr (MinipayRefundRequest) refund =
      g_object_new (MINIPAY_TYPE_REFUND_REQUEST,
                    "out-refund-no",
                    "R1",
                    "out-trade-no",
                    AGGREGATOR_NUMBER,
                    "amount",
                    amount,
                    "extras",
                    g_variant_new_parsed ("{'refund_account_type': <'REFUND'>}"),
                    NULL);
  g_autoptr (MinipayRefundRef) refund_ref = minipay_refund_ref_new ("R1");
  g_autoptr (GError) error = NULL;

  if (operation == MINIPAY_OPERATION_CREATE)
    minipay_test_exchange_create (x, order, &error);
  else if (operation == MINIPAY_OPERATION_REFUND)
    minipay_test_exchange_ask (x, operation, G_OBJECT (refund), &error);
  else if (operation == MINIPAY_OPERATION_QUERY_REFUND)
    minipay_test_exchange_ask (x, operation, G_OBJECT (refund_ref), &error);
  else
    minipay_test_exchange_ask (x, operation, G_OBJECT (ref), &error);
  g_assert_no_error (error);
  return x;
}

static void
test_requests (void)
{
  static const struct {
    MinipayOperation operation;
    MinipaySendFlags flags;
    const char *target;
    const char *members;
  } cases[] = {
    { MINIPAY_OPERATION_QUERY, MINIPAY_SEND_FLAGS_SAFE, "/api/vborder/order/standard/qrcodeQuery", REQUEST_ORDER },
    { MINIPAY_OPERATION_CLOSE,
      MINIPAY_SEND_FLAGS_IDEMPOTENT,
      "/api/vborder/order/standard/qrcodeClose",
      REQUEST_ORDER },
    { MINIPAY_OPERATION_REFUND, MINIPAY_SEND_FLAGS_NONE, "/api/vborder/order/standard/refund", REQUEST_REFUND },
    { MINIPAY_OPERATION_QUERY_REFUND,
      MINIPAY_SEND_FLAGS_SAFE,
      "/api/vborder/order/standard/refundQuery",
      REQUEST_REFUND_QUERY },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (cases[i].operation);

    assert_sealed_request (x, cases[i].target, cases[i].members);
    g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, cases[i].flags);
  }
}

static void
test_create (void)
{
  static const struct {
    MinipayMethod method;
    MinipayWallet wallet;
    const char *target;
  } cases[] = {
    { MINIPAY_METHOD_MINI_PROGRAM, MINIPAY_WALLET_ALIPAY, "/api/vborder/qrorder/standard/create" },
    { MINIPAY_METHOD_H5, MINIPAY_WALLET_ANY, "/api/vborder/ebank/standard/create" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = sealed_new ();
    g_autoptr (MinipayOrder) order =
        order_new (cases[i].method,
                   cases[i].wallet,
                   "{'org_code': <'4403'>, 'payment_nos': <'P1#P2'>, 'insur_amount': <'9.90 CNY'>, "
                   "'more': <{'channel': '3'}>}");
    g_autoptr (GError) error = NULL;

    minipay_test_exchange_create (x, order, &error);
    g_assert_no_error (error);
    assert_sealed_request (x, cases[i].target, REQUEST_CREATE);
    g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_NONE);
  }
}

static void
test_create_invalid (void)
{
  static const struct {
    const char *extras;
    int code;
    const char *says;
  } cases[] = {
    { "{'more': <{'orderAmount': '1'}>}", MINIPAY_ERROR_INVALID, "twice" },
    { "{'more': <{'sign': '1'}>}", MINIPAY_ERROR_INVALID, "sign" },
    { "{'more': <{'a b': '1'}>}", MINIPAY_ERROR_INVALID, "name" },
    { "{'more': <{'channel': '3&orderAmount=1'}>}", MINIPAY_ERROR_INVALID, "several" },
    { "{'insur_amount': <'19.91 CNY'>}", MINIPAY_ERROR_INVALID, "insur_amount" },
    { "{'insur_amount': <'0.00 CNY'>}", MINIPAY_ERROR_INVALID, "insur_amount" },
    { "{'insur_amount': <'1.00 USD'>}", MINIPAY_ERROR_INVALID, "" },
    { "{'pay_info': <'v1'>}", MINIPAY_ERROR_NOT_SUPPORTED, "pay_info" },
    { "{'refund_account_type': <'REFUND'>}", MINIPAY_ERROR_NOT_SUPPORTED, "refund_account_type" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = sealed_new ();
    g_autoptr (MinipayOrder) order =
        order_new (MINIPAY_METHOD_MINI_PROGRAM, MINIPAY_WALLET_WECHAT, cases[i].extras);
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_create (x, order, &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
    g_assert_nonnull (strstr (error->message, cases[i].says));
  }
}

/* The three readings of data. */
static const char *const shapes[] = {
  "{\"code\":\"200\",\"msg\":\"操作成功\",\"data\":{\"reqmsg\":\"%s\"}}",
  "{\"code\":200,\"msg\":\"操作成功\",\"data\":\"%s\"}",
  "{\"code\":\"200\",\"msg\":\"操作成功\",\"data\":\"{\\\"reqmsg\\\":\\\"%s\\\"}\"}",
};

static gboolean
answer (MinipayTestExchange *x, guint shape, const char *members, GError **error)
{
  g_autofree char *sealed = seal (members);
  g_auto (GStrv) parts = g_strsplit (shapes[shape], "%s", 2);
  g_autofree char *body = g_strconcat (parts[0], sealed, parts[1], NULL);

  return minipay_test_exchange_answer (x, 200, NULL, body, error);
}

static MinipayTestExchange *
answered (MinipayOperation operation, const char *members)
{
  MinipayTestExchange *x = begin (operation);
  g_autoptr (GError) error = NULL;

  answer (x, 0, members, &error);
  g_assert_no_error (error);
  return x;
}

static void
test_shapes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++) {
    g_autoptr (MinipayTestExchange) x = begin (MINIPAY_OPERATION_QUERY);
    g_autoptr (GError) error = NULL;
    MinipayPayment *payment;

    answer (x, i, PAID, &error);
    g_assert_no_error (error);
    payment = minipay_test_exchange_get_payment (x);
    g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_PAID);
    g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, AGGREGATOR_NUMBER);
    g_assert_cmpstr (minipay_payment_get_mchid (payment), ==, "8000000001");
    g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (payment)), ==, 1990);
    g_assert_true (minipay_payment_get_authenticated (payment));
  }
}

static void
test_link (void)
{
  g_autoptr (MinipayTestExchange) x = answered (MINIPAY_OPERATION_CREATE, LINK);
  MinipayCheckout *checkout = minipay_test_exchange_get_checkout (x);

  g_assert_cmpint (minipay_checkout_get_kind (checkout), ==, MINIPAY_CHECKOUT_KIND_REDIRECT);
  g_assert_cmpstr (minipay_checkout_get_url (checkout), ==, "weixin://dl/business/?t=abc&q=1");
  g_assert_cmpstr (minipay_checkout_get_out_trade_no (checkout), ==, AGGREGATOR_NUMBER);
}

static void
test_states (void)
{
  g_autoptr (MinipayTestExchange) odd = answered (MINIPAY_OPERATION_QUERY, ODD);
  g_autoptr (MinipayTestExchange) closed = answered (MINIPAY_OPERATION_CLOSE, CLOSED);
  g_autoptr (MinipayTestExchange) busy = answered (MINIPAY_OPERATION_CLOSE, BUSY);

  g_assert_cmpint (
      minipay_payment_get_state (minipay_test_exchange_get_payment (odd)), ==, MINIPAY_PAYMENT_STATE_UNKNOWN);
  g_assert_cmpint (
      minipay_payment_get_state (minipay_test_exchange_get_payment (closed)), ==, MINIPAY_PAYMENT_STATE_CLOSED);
  g_assert_cmpint (
      minipay_payment_get_state (minipay_test_exchange_get_payment (busy)), ==, MINIPAY_PAYMENT_STATE_PENDING);
}

static void
test_refund_states (void)
{
  static const struct {
    const char *members;
    MinipayRefundState state;
  } cases[] = {
    { REFUND_DONE, MINIPAY_REFUND_STATE_REFUNDED },
    { REFUND_GOING, MINIPAY_REFUND_STATE_PENDING },
    { REFUND_FAILED, MINIPAY_REFUND_STATE_CLOSED },
    { REFUND_ODD, MINIPAY_REFUND_STATE_PENDING },
  };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x =
        answered (i % 2 == 0 ? MINIPAY_OPERATION_REFUND : MINIPAY_OPERATION_QUERY_REFUND, cases[i / 2].members);
    MinipayRefund *refund = minipay_test_exchange_get_refund (x);

    g_assert_cmpint (minipay_refund_get_state (refund), ==, cases[i / 2].state);
    g_assert_cmpstr (minipay_refund_get_out_refund_no (refund), ==, "R1");
    g_assert_cmpstr (minipay_refund_get_out_trade_no (refund), ==, AGGREGATOR_NUMBER);
    g_assert_cmpint (minipay_money_get_minor (minipay_refund_get_amount (refund)), ==, 100);
    g_assert_true (minipay_refund_get_authenticated (refund));
  }
}

static void
test_refused (void)
{
  static const struct {
    MinipayOperation operation;
    const char *members;
    int code;
  } cases[] = {
    { MINIPAY_OPERATION_CREATE, ERROR_2101, MINIPAY_ERROR_ALREADY_PAID },
    { MINIPAY_OPERATION_CREATE, ERROR_1001, MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { MINIPAY_OPERATION_CREATE, ERROR_1005, MINIPAY_ERROR_AUTH },
    { MINIPAY_OPERATION_CREATE, ERROR_7777, MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { MINIPAY_OPERATION_QUERY, ERROR_2106, MINIPAY_ERROR_NOT_FOUND },
    { MINIPAY_OPERATION_REFUND, ERROR_3103, MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { MINIPAY_OPERATION_QUERY, STRANGER, MINIPAY_ERROR_MISMATCH },
    { MINIPAY_OPERATION_QUERY, FORGED, MINIPAY_ERROR_SIGNATURE_INVALID },
    { MINIPAY_OPERATION_QUERY, UNSIGNED, MINIPAY_ERROR_SIGNATURE_INVALID },
    { MINIPAY_OPERATION_QUERY, NO_CODE, MINIPAY_ERROR_PROTOCOL },
    { MINIPAY_OPERATION_CREATE, PAID, MINIPAY_ERROR_PROTOCOL },
    { MINIPAY_OPERATION_CLOSE, PAID, MINIPAY_ERROR_PROTOCOL },
    { MINIPAY_OPERATION_QUERY, CLOSED, MINIPAY_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (cases[i].operation);
    g_autoptr (GError) error = NULL;

    g_assert_false (answer (x, 0, cases[i].members, &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
  }
}

/* What is not sealed proves nothing, a success least of all. */
static void
test_unsealed (void)
{
  static const struct {
    const char *body;
    int code;
  } cases[] = {
    { "{\"code\":\"200\",\"data\":" PAID "}", MINIPAY_ERROR_PROTOCOL },
    { "{\"code\":\"200\",\"data\":{\"reqmsg\":" PAID "}}", MINIPAY_ERROR_PROTOCOL },
    { "{\"code\":\"200\",\"data\":{\"reqmsg\":\"\"}}", MINIPAY_ERROR_PROTOCOL },
    { "{\"code\":\"200\",\"data\":null}", MINIPAY_ERROR_PROTOCOL },
    { "{\"code\":\"200\"}", MINIPAY_ERROR_PROTOCOL },
    { "{\"code\":\"200\",\"data\":\"{\\\"reqmsg\"}", MINIPAY_ERROR_PROTOCOL },
    { "{\"data\":\"\"}", MINIPAY_ERROR_PROTOCOL },
    { "{\"code\":\"400\",\"msg\":\"参数错误\"}", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "{\"code\":\"0000\",\"msg\":\"\"}", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "OK", MINIPAY_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (MINIPAY_OPERATION_QUERY);
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_answer (x, 200, NULL, cases[i].body, &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
  }
}

/* An order of 3000 characters is thirteen blocks. */
static void
test_many_blocks (void)
{
  g_autoptr (MinipayTestExchange) x = sealed_new ();
  g_autofree char *note = g_strnfill (3000, 'n');
  g_autofree char *extras = g_strdup_printf ("{'more': <{'note': '%s'}>}", note);
  g_autoptr (MinipayOrder) order = order_new (MINIPAY_METHOD_MINI_PROGRAM, MINIPAY_WALLET_WECHAT, extras);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *opened = NULL;
  GBytes *body;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  body = minipay_http_request_get_body (minipay_exchange_get_request (x->exchange));
  text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body) - 2);
  opened = unseal (strstr (text, "reqmsg\":\"") + strlen ("reqmsg\":\""));
  g_assert_nonnull (strstr (opened, note));
}

static void
test_refund_notification (void)
{
  g_autoptr (MinipayTestExchange) x = sealed_new ();
  g_autofree char *sealed = seal (NOTIFY_REFUND);
  g_autofree char *body = g_strdup_printf ("{\"customerNo\":\"8000000001\",\"reqmsg\":\"%s\"}", sealed);
  g_autoptr (MinipayHttpRequest) incoming = minipay_test_incoming_new (NULL, body);
  g_autoptr (GError) error = NULL;
  MinipayRefund *refund;

  minipay_test_exchange_receive (x, incoming, &error);
  g_assert_no_error (error);
  refund = minipay_test_exchange_get_refund (x);
  g_assert_cmpint (minipay_refund_get_state (refund), ==, MINIPAY_REFUND_STATE_REFUNDED);
  g_assert_cmpstr (minipay_refund_get_out_refund_no (refund), ==, "R1");
  g_assert_cmpstr (minipay_refund_get_out_trade_no (refund), ==, AGGREGATOR_NUMBER);
  /* 2023-01-01T12:00:00+08:00 */
  g_assert_cmpint (g_date_time_to_unix (minipay_refund_get_refunded_at (refund)), ==, 1672545600);
  minipay_test_assert_reply (x, TRUE, 200, "text/plain", "OK");
}

/* The plain order call is one call; nothing else has its mode. */
static void
test_plain_has_none (void)
{
  g_autoptr (MinipayTestExchange) x = aggregator_new (NULL);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (AGGREGATOR_NUMBER);
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_query (x, ref, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED);
}

static void
test_gateway_numbers (void)
{
  g_autoptr (MinipayTestExchange) x = sealed_new ();
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new_for_transaction ("4200000000");
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_query (x, ref, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "out_trade_no"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/aggregator/sealed/requests", test_requests);
  g_test_add_func ("/aggregator/sealed/create", test_create);
  g_test_add_func ("/aggregator/sealed/create-invalid", test_create_invalid);
  g_test_add_func ("/aggregator/sealed/many-blocks", test_many_blocks);
  g_test_add_func ("/aggregator/sealed/gateway-numbers-invalid", test_gateway_numbers);
  g_test_add_func ("/aggregator/sealed/shapes", test_shapes);
  g_test_add_func ("/aggregator/sealed/link", test_link);
  g_test_add_func ("/aggregator/sealed/states", test_states);
  g_test_add_func ("/aggregator/sealed/refund-states", test_refund_states);
  g_test_add_func ("/aggregator/sealed/refused", test_refused);
  g_test_add_func ("/aggregator/sealed/unsealed", test_unsealed);
  g_test_add_func ("/aggregator/sealed/refund-notification", test_refund_notification);
  g_test_add_func ("/aggregator/sealed/plain-has-none", test_plain_has_none);
  return g_test_run ();
}
