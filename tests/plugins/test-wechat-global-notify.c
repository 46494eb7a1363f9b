/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "client/minipay-compare-private.h"
#include "global-shop.h"

#define DIRECT "\"mchid\":\"1900000109\",\"appid\":\"wx8888888888888888\","
#define INSTITUTION                                                                                                \
  "\"sp_mchid\":\"1900000100\",\"sp_appid\":\"wx2421b1c4370ec43b\",\"sub_mchid\":\"1900000109\","                  \
  "\"sub_appid\":\"wx8888888888888888\","
#define AMOUNT                                                                                                     \
  "\"amount\":{\"total\":528800,\"currency\":\"HKD\",\"payer_total\":518799,\"payer_currency\":\"CNY\","           \
  "\"exchange_rate\":{\"type\":\"SETTLEMENT_RATE\",\"rate\":8000000}}"
#define PAID(parties)                                                                                              \
  "{\"id\":\"" GLOBAL_TRANSACTION "\"," parties "\"out_trade_no\":\"" GLOBAL_NUMBER "\","                          \
  "\"trade_type\":\"JSAPI\",\"trade_state\":\"SUCCESS\",\"success_time\":\"2018-06-08T10:34:56+08:00\"," AMOUNT    \
  "}"

/* The accounts of vector global-notify-institution. */
static const char *const vector_account[] = {
  "mode",
  "institution",
  "mchid",
  "10000100",
  "appid",
  "wx2421b1c4370ec43b",
  "sub-mchid",
  "20000100",
  "public-key",
  "fixture:gunsluo-mock-public",
  "public-key-id",
  "477ED0046A54F0360A72A63A8F2816312AAEAB53",
  NULL,
};

static gboolean
receive_vector (MinipayTestExchange *x, const char *body, GError **error)
{
  static const char *const names[] = {
    "Wechatpay-Timestamp",
    "Wechatpay-Nonce",
    "Wechatpay-Serial",
    "Wechatpay-Signature",
  };
  const char *headers[2 * G_N_ELEMENTS (names) + 1] = { NULL };
  g_autoptr (MinipayHttpRequest) incoming = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    headers[2 * i] = names[i];
    headers[2 * i + 1] = minipay_test_vector_header ("global-notify-institution", names[i]);
  }
  x->now = 1611368330;
  incoming = minipay_test_incoming_new (headers, body);
  return minipay_test_exchange_receive (x, incoming, error);
}

static void
test_vector (void)
{
  g_autoptr (MinipayTestExchange) x = global_new (vector_account);
  const char *plain = minipay_test_vector ("global-notify-institution", "expected");
  g_autoptr (GError) error = NULL;
  MinipayPayment *payment;
  GBytes *raw;

  receive_vector (x, minipay_test_vector ("global-notify-institution", "body"), &error);
  g_assert_no_error (error);
  payment = minipay_test_exchange_get_payment (x);
  g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, "20150806125346");
  g_assert_cmpstr (minipay_payment_get_transaction_id (payment), ==, "1008450740201411110005820873");
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_PAID);
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (payment)), ==, 528800);
  g_assert_cmpstr (minipay_money_get_currency (minipay_payment_get_total (payment)), ==, "HKD");
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_paid (payment)), ==, 518799);
  g_assert_cmpstr (minipay_money_get_currency (minipay_payment_get_paid (payment)), ==, "CNY");
  g_assert_cmpstr (minipay_payment_get_payer (payment), ==, "oUpF8uN95-Ptaags6E_roPHg7AG0");
  g_assert_cmpstr (minipay_payment_get_attach (payment), ==, "支付测试");
  g_assert_cmpstr (minipay_payment_get_mchid (payment), ==, "10000100");
  g_assert_cmpstr (minipay_payment_get_appid (payment), ==, "wx2421b1c4370ec43b");
  g_assert_cmpstr (minipay_payment_get_sub_mchid (payment), ==, "20000100");
  g_assert_null (minipay_payment_get_sub_appid (payment));
  /* date -u -d 2018-06-08T02:34:56Z +%s */
  g_assert_cmpint (g_date_time_to_unix (minipay_payment_get_paid_at (payment)), ==, 1528425296);
  g_assert_true (minipay_payment_get_authenticated (payment));
  g_assert_cmpstr (minipay_exchange_get_event_id (x->exchange), ==, "f7c34059-0f2d-5b32-ba33-a42dd0597c5f");
  raw = minipay_payment_get_raw_text (payment);
  g_assert_cmpmem (g_bytes_get_data (raw, NULL), g_bytes_get_size (raw), plain, strlen (plain));
  g_assert_true (minipay_compare_payment (payment, x->info, x->config, "receive", &error));
  g_assert_no_error (error);
}

static void
test_vector_altered (void)
{
  g_autoptr (MinipayTestExchange) x = global_new (vector_account);
  g_autofree char *body =
      minipay_test_replace (minipay_test_vector ("global-notify-institution", "body"), "支付成功", "支付成工");
  g_autoptr (GError) error = NULL;

  g_assert_false (receive_vector (x, body, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
}

/* Genuine, and of another merchant of the same institution, or of another account altogether. */
static void
test_vector_of_another (void)
{
  static const char *const settings[][2] = {
    { "sub-mchid", "20000101" },
    { "mchid", "10000101" },
    { "appid", "wx8888888888888888" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    const char *changes[G_N_ELEMENTS (vector_account) + 2];
    g_autoptr (MinipayTestExchange) x = NULL;
    g_autoptr (GError) error = NULL;

    memcpy (changes, vector_account, sizeof vector_account);
    changes[G_N_ELEMENTS (vector_account) - 1] = settings[i][0];
    changes[G_N_ELEMENTS (vector_account)] = settings[i][1];
    changes[G_N_ELEMENTS (vector_account) + 1] = NULL;
    x = global_new (changes);
    receive_vector (x, minipay_test_vector ("global-notify-institution", "body"), &error);
    g_assert_no_error (error);
    g_assert_false (
        minipay_compare_payment (minipay_test_exchange_get_payment (x), x->info, x->config, "receive", &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
  }
}

static void
test_vector_to_direct (void)
{
  static const char *const changes[] = {
    "mchid",
    "10000100",
    "appid",
    "wx2421b1c4370ec43b",
    "public-key",
    "fixture:gunsluo-mock-public",
    "public-key-id",
    "477ED0046A54F0360A72A63A8F2816312AAEAB53",
    NULL,
  };
  g_autoptr (MinipayTestExchange) x = global_new (changes);
  g_autoptr (GError) error = NULL;

  g_assert_false (receive_vector (x, minipay_test_vector ("global-notify-institution", "body"), &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
  g_assert_null (minipay_exchange_get_result (x->exchange));
}

/* -1: good; what is altered is genuinely signed and sealed. */
static void
assert_notification (
    const char *const *changes, const char *event, const char *original, const char *plain, int code)
{
  g_autoptr (MinipayTestExchange) x = global_new (changes);
  g_autofree char *body = v3_notification_new (event, original, plain);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s of %s: %s", event, original, plain);
  v3_receive (x, body, &error);
  if (code >= 0) {
    g_assert_error (error, MINIPAY_ERROR, code);
    g_assert_null (minipay_exchange_get_result (x->exchange));
    return;
  }
  g_assert_no_error (error);
  g_assert_cmpint (
      minipay_payment_get_state (minipay_test_exchange_get_payment (x)), ==, MINIPAY_PAYMENT_STATE_PAID);
}

static void
assert_plain (const char *const *changes, const char *plain, int code)
{
  assert_notification (changes, "TRANSACTION.SUCCESS", "transaction", plain, code);
}

static void
test_own (void)
{
  assert_plain (NULL, PAID (DIRECT), -1);
  assert_plain (global_institution, PAID (INSTITUTION), -1);
  assert_plain (NULL, PAID (INSTITUTION), MINIPAY_ERROR_MISMATCH);
  assert_plain (global_institution, PAID (DIRECT), MINIPAY_ERROR_MISMATCH);
}

static void
test_other_events (void)
{
  assert_notification (NULL, "TRANSACTION.SUCCESS", "refund", PAID (DIRECT), MINIPAY_ERROR_NOT_SUPPORTED);
  assert_notification (NULL, "TRANSACTION.SUCCESS", "profitsharing", PAID (DIRECT), MINIPAY_ERROR_NOT_SUPPORTED);
  assert_notification (NULL, "TRANSACTION.SUCCESS", "Transaction", PAID (DIRECT), MINIPAY_ERROR_NOT_SUPPORTED);
  assert_notification (NULL, "TRANSACTION.CLOSED", "transaction", PAID (DIRECT), MINIPAY_ERROR_NOT_SUPPORTED);
  assert_notification (NULL, "REFUND.SUCCESS", "transaction", PAID (DIRECT), MINIPAY_ERROR_NOT_SUPPORTED);
}

#define REFUNDED(parties, status)                                                                                  \
  "{" parties "\"transaction_id\":\"" GLOBAL_TRANSACTION "\",\"out_trade_no\":\"" GLOBAL_NUMBER                    \
  "\",\"refund_id\":\"50000000382019052709732678859\",\"out_refund_no\":\"1217752501201407033233368019\","         \
  "\"refund_status\":\"" status "\",\"amount\":{\"total\":888,\"currency\":\"HKD\",\"refund\":8}}"
#define OF_MERCHANT    "\"mchid\":\"1900000109\","
#define OF_INSTITUTION "\"sp_mchid\":\"1900000100\",\"sub_mchid\":\"1900000109\","

static void
test_refunds (void)
{
  static const struct {
    const char *const *changes;
    const char *event;
    const char *plain;
    int code; /* or -1: taken */
    MinipayRefundState state;
  } cases[] = {
    { NULL, "REFUND.SUCCESS", REFUNDED (OF_MERCHANT, "SUCCESS"), -1, MINIPAY_REFUND_STATE_REFUNDED },
    { NULL, "REFUND.CLOSED", REFUNDED (OF_MERCHANT, "REFUNDCLOSE"), -1, MINIPAY_REFUND_STATE_CLOSED },
    { NULL, "REFUND.ABNORMAL", REFUNDED (OF_MERCHANT, "ABNORMAL"), -1, MINIPAY_REFUND_STATE_ABNORMAL },
    { global_institution,
      "REFUND.SUCCESS",
      REFUNDED (OF_INSTITUTION, "SUCCESS"),
      -1,
      MINIPAY_REFUND_STATE_REFUNDED },
    { NULL, "REFUND.SUCCESS", REFUNDED (OF_INSTITUTION, "SUCCESS"), MINIPAY_ERROR_MISMATCH, 0 },
    { NULL, "REFUND.CLOSED", REFUNDED (OF_MERCHANT, "SUCCESS"), MINIPAY_ERROR_PROTOCOL, 0 },
    { NULL, "REFUND.SUCCESS", REFUNDED ("", "SUCCESS"), MINIPAY_ERROR_PROTOCOL, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = global_new (cases[i].changes);
    g_autofree char *body = v3_notification_new (cases[i].event, "refund", cases[i].plain);
    g_autoptr (GError) error = NULL;
    MinipayRefund *refund;

    v3_receive (x, body, &error);
    if (cases[i].code >= 0) {
      g_assert_error (error, MINIPAY_ERROR, cases[i].code);
      continue;
    }
    g_assert_no_error (error);
    refund = minipay_test_exchange_get_refund (x);
    g_assert_cmpint (minipay_refund_get_state (refund), ==, cases[i].state);
    g_assert_cmpstr (minipay_refund_get_refund_id (refund), ==, "50000000382019052709732678859");
    g_assert_cmpint (minipay_money_get_minor (minipay_refund_get_amount (refund)), ==, 8);
    g_assert_cmpstr (minipay_money_get_currency (minipay_refund_get_amount (refund)), ==, "HKD");
  }
}

static void
test_not_a_success (void)
{
  static const char *const states[] = {
    "REFUND", "NOTPAY", "CLOSED", "REVOKED", "USERPAYING", "PAYERROR", "success", "",
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    g_autofree char *plain = minipay_test_replace (PAID (DIRECT), "SUCCESS", states[i]);

    assert_plain (NULL, plain, MINIPAY_ERROR_PROTOCOL);
  }
}

/* The mainland calls the number transaction_id: what says so is of another interface. */
static void
test_mainland (void)
{
  g_autofree char *plain = minipay_test_replace (PAID (DIRECT), "\"id\"", "\"transaction_id\"");
  g_autofree char *institution = minipay_test_replace (PAID (INSTITUTION), "\"id\"", "\"transaction_id\"");
  g_autofree char *empty = minipay_test_replace (PAID (DIRECT), GLOBAL_TRANSACTION, "");

  assert_plain (NULL, plain, MINIPAY_ERROR_PROTOCOL);
  assert_plain (global_institution, institution, MINIPAY_ERROR_PROTOCOL);
  assert_plain (NULL, empty, MINIPAY_ERROR_PROTOCOL);
}

static void
test_amounts (void)
{
  static const char *const amounts[] = {
    "\"amount\":{\"total\":528800}",
    "\"amount\":{\"total\":528800,\"payer_total\":528800,\"payer_currency\":\"HKD\"}",
    "\"amount\":{\"total\":0,\"currency\":\"HKD\"}",
    "\"amount\":{\"total\":5288.00,\"currency\":\"HKD\"}",
    "\"amount\":{\"total\":\"528800\",\"currency\":\"HKD\"}",
    "\"amount\":{\"total\":528800,\"currency\":\"HKD\",\"total\":1}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (amounts); i++) {
    g_autofree char *plain = minipay_test_replace (PAID (DIRECT), AMOUNT, amounts[i]);

    assert_plain (NULL, plain, MINIPAY_ERROR_PROTOCOL);
  }
}

static void
test_mixed (void)
{
  static const struct {
    const char *const *changes;
    const char *plain;
  } cases[] = {
    { NULL, PAID (DIRECT INSTITUTION) },
    { NULL, PAID (DIRECT "\"sp_mchid\":\"1900000100\",") },
    { global_institution, PAID (INSTITUTION DIRECT) },
    { global_institution, PAID (INSTITUTION "\"mchid\":\"1900000109\",") },
    { global_institution, PAID (INSTITUTION "\"mchid\":\"1900000100\",") },
    { NULL, PAID (DIRECT "\"sp_appid\":\"wx2421b1c4370ec43b\",") },
    { NULL, PAID (DIRECT "\"sub_mchid\":\"1900000110\",") },
    { NULL, PAID (DIRECT "\"sub_appid\":\"wx2421b1c4370ec43b\",") },
    { global_institution, PAID (INSTITUTION "\"appid\":\"wx8888888888888888\",") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_plain (cases[i].changes, cases[i].plain, MINIPAY_ERROR_MISMATCH);
}

static void
test_without_headers (void)
{
  g_autoptr (MinipayTestExchange) x = global_new (global_institution);
  g_autofree char *body = v3_notification_new ("TRANSACTION.SUCCESS", "transaction", PAID (INSTITUTION));
  g_autoptr (MinipayHttpRequest) incoming = minipay_test_incoming_new (NULL, body);
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_receive (x, incoming, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
}

static void
test_reply (void)
{
  g_autoptr (MinipayTestExchange) x = global_new (NULL);
  g_autofree char *body = v3_notification_new ("TRANSACTION.SUCCESS", "transaction", PAID (DIRECT));
  g_autoptr (GError) error = NULL;

  v3_receive (x, body, &error);
  g_assert_no_error (error);
  minipay_test_assert_reply (x, TRUE, 200, "application/json", "{\"code\":\"SUCCESS\",\"message\":\"OK\"}");
  minipay_test_assert_reply (x, FALSE, 500, "application/json", "{\"code\":\"FAIL\",\"message\":\"refused\"}");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-global/notify/refunds", test_refunds);
  g_test_add_func ("/wechat-global/notify/vector", test_vector);
  g_test_add_func ("/wechat-global/notify/vector-altered", test_vector_altered);
  g_test_add_func ("/wechat-global/notify/vector-of-another", test_vector_of_another);
  g_test_add_func ("/wechat-global/notify/vector-to-direct", test_vector_to_direct);
  g_test_add_func ("/wechat-global/notify/own-seal", test_own);
  g_test_add_func ("/wechat-global/notify/other-events", test_other_events);
  g_test_add_func ("/wechat-global/notify/not-a-success", test_not_a_success);
  g_test_add_func ("/wechat-global/notify/mainland-refused", test_mainland);
  g_test_add_func ("/wechat-global/notify/amounts", test_amounts);
  g_test_add_func ("/wechat-global/notify/without-headers", test_without_headers);
  g_test_add_func ("/wechat-global/notify/reply", test_reply);
  g_test_add_func ("/wechat-global/notify/mixed-modes", test_mixed);
  return g_test_run ();
}
