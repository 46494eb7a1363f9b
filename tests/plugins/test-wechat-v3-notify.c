/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "v3-gateway.h"

/* Vector v3-go-notify has an APIv3 key of 16 bytes, which no account accepts: the tests of the signing service
 * have it. */

#define PAID                                                                                                       \
  "{\"appid\":\"wxd678efh567hg6787\",\"mchid\":\"1900007291\","                                                    \
  "\"out_trade_no\":\"1217752501201407033233368018\","                                                             \
  "\"transaction_id\":\"4200000925202101284997714292\",\"trade_type\":\"JSAPI\","                                  \
  "\"trade_state\":\"SUCCESS\",\"success_time\":\"2019-04-02T20:34:20+08:00\","                                    \
  "\"payer\":{\"openid\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\"},"                                                       \
  "\"amount\":{\"total\":100,\"payer_total\":100,\"currency\":\"CNY\",\"payer_currency\":\"CNY\"}}"

static const char *const vector_account[] = {
  "mchid",
  "1601959334",
  "appid",
  "wx81be3101902f7cb2",
  "public-key",
  "fixture:gunsluo-mock-public",
  "public-key-id",
  "477ED0046A54F0360A72A63A8F2816312AAEAB53",
  NULL,
};

static gboolean
receive_vector (MinipayTestExchange *x, const char *id, const char *body, GError **error)
{
  static const char *const names[] = {
    "Wechatpay-Timestamp",
    "Wechatpay-Nonce",
    "Wechatpay-Serial",
    "Wechatpay-Signature",
  };
  const char *headers[9] = { NULL };
  g_autoptr (MinipayHttpRequest) incoming = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    headers[2 * i] = names[i];
    headers[2 * i + 1] = minipay_test_vector_header (id, names[i]);
  }
  incoming = minipay_test_incoming_new (headers, body);
  return minipay_test_exchange_receive (x, incoming, error);
}

static MinipayTestExchange *
vector_new (const char *const *changes)
{
  MinipayTestExchange *x = v3_new (changes);

  x->now = 1611368330;
  return x;
}

static void
test_vector (void)
{
  g_autoptr (MinipayTestExchange) x = vector_new (vector_account);
  const char *plain = minipay_test_vector ("v3-notify-transaction", "expected");
  g_autoptr (GError) error = NULL;
  MinipayPayment *payment;
  GBytes *raw;

  receive_vector (x, "v3-notify-transaction", minipay_test_vector ("v3-notify-transaction", "body"), &error);
  g_assert_no_error (error);
  payment = minipay_test_exchange_get_payment (x);
  g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, "S20210128170702357723");
  g_assert_cmpstr (minipay_payment_get_transaction_id (payment), ==, "4200000925202101284997714292");
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_PAID);
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (payment)), ==, 1);
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_paid (payment)), ==, 1);
  g_assert_cmpstr (minipay_payment_get_payer (payment), ==, "ofyak5qR_1wYsC99CsWA6R9MJazA");
  g_assert_cmpstr (minipay_payment_get_attach (payment), ==, "cipher code");
  g_assert_cmpstr (minipay_payment_get_mchid (payment), ==, "1601959334");
  g_assert_cmpstr (minipay_payment_get_appid (payment), ==, "wx81be3101902f7cb2");
  g_assert_true (minipay_payment_get_authenticated (payment));
  g_assert_cmpstr (minipay_exchange_get_event_id (x->exchange), ==, "b62e271c-3389-58a0-8146-4a704966e8f1");
  raw = minipay_payment_get_raw_text (payment);
  g_assert_cmpmem (g_bytes_get_data (raw, NULL), g_bytes_get_size (raw), plain, strlen (plain));
}

static void
test_vector_altered (void)
{
  g_autoptr (MinipayTestExchange) x = vector_new (vector_account);
  g_autofree char *body =
      minipay_test_replace (minipay_test_vector ("v3-notify-transaction", "body"), "支付成功", "支付成工");
  g_autoptr (GError) error = NULL;

  g_assert_false (receive_vector (x, "v3-notify-transaction", body, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_null (minipay_exchange_get_event_id (x->exchange));
}

static void
test_vector_stale (void)
{
  static const int skews[] = { -299, 299, -301, 301 };

  for (guint i = 0; i < G_N_ELEMENTS (skews); i++) {
    g_autoptr (MinipayTestExchange) x = vector_new (vector_account);
    g_autoptr (GError) error = NULL;

    x->now += skews[i];
    receive_vector (x, "v3-notify-transaction", minipay_test_vector ("v3-notify-transaction", "body"), &error);
    if (ABS (skews[i]) <= 300)
      g_assert_no_error (error);
    else
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_STALE);
  }
}

static void
test_vector_wrong_keys (void)
{
  static const char *const other_id[] = {
    "mchid", "1601959334", "public-key", "fixture:gunsluo-mock-public", NULL,
  };
  static const char *const other_key[] = {
    "mchid",
    "1601959334",
    "public-key",
    "fixture:wxp-doc-platform",
    "public-key-id",
    "477ED0046A54F0360A72A63A8F2816312AAEAB53",
    NULL,
  };
  static const char *const other_secret[] = {
    "mchid",
    "1601959334",
    "public-key",
    "fixture:gunsluo-mock-public",
    "public-key-id",
    "477ED0046A54F0360A72A63A8F2816312AAEAB53",
    "api-v3-key",
    "AES256Key-32Characters1234567891",
    NULL,
  };
  static const struct {
    const char *const *changes;
    int code;
  } cases[] = {
    { other_id, MINIPAY_ERROR_SIGNATURE_INVALID },
    { other_key, MINIPAY_ERROR_SIGNATURE_INVALID },
    { other_secret, MINIPAY_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = vector_new (cases[i].changes);
    g_autoptr (GError) error = NULL;

    g_assert_false (
        receive_vector (x, "v3-notify-transaction", minipay_test_vector ("v3-notify-transaction", "body"), &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
  }
}

static void
test_refund_vector (void)
{
  g_autoptr (MinipayTestExchange) x = vector_new (vector_account);
  const char *plain = minipay_test_vector ("v3-notify-refund", "expected");
  g_autoptr (GDateTime) refunded_at = g_date_time_new_from_iso8601 ("2021-02-01T15:13:13+08:00", NULL);
  g_autoptr (GError) error = NULL;
  MinipayRefund *refund;
  GBytes *raw;

  receive_vector (x, "v3-notify-refund", minipay_test_vector ("v3-notify-refund", "body"), &error);
  g_assert_no_error (error);
  refund = minipay_test_exchange_get_refund (x);
  g_assert_cmpstr (minipay_refund_get_out_refund_no (refund), ==, "S20210201151309277501");
  g_assert_cmpstr (minipay_refund_get_refund_id (refund), ==, "50300807092021020105990201735");
  g_assert_cmpstr (minipay_refund_get_out_trade_no (refund), ==, "S20210128170702357723");
  g_assert_cmpstr (minipay_refund_get_transaction_id (refund), ==, "4200000925202101284997714292");
  g_assert_cmpint (minipay_refund_get_state (refund), ==, MINIPAY_REFUND_STATE_REFUNDED);
  g_assert_cmpint (minipay_money_get_minor (minipay_refund_get_amount (refund)), ==, 1);
  g_assert_cmpint (minipay_money_get_minor (minipay_refund_get_total (refund)), ==, 1);
  g_assert_cmpstr (minipay_money_get_currency (minipay_refund_get_amount (refund)), ==, "CNY");
  g_assert_cmpstr (minipay_refund_get_mchid (refund), ==, "1601959334");
  g_assert_true (g_date_time_equal (minipay_refund_get_refunded_at (refund), refunded_at));
  g_assert_true (minipay_refund_get_authenticated (refund));
  g_assert_cmpstr (minipay_exchange_get_event_id (x->exchange), ==, "9971e868-2144-58dd-99ae-df4c76ccde42");
  raw = minipay_refund_get_raw_text (refund);
  g_assert_cmpmem (g_bytes_get_data (raw, NULL), g_bytes_get_size (raw), plain, strlen (plain));
}

static void
assert_refused (const char *body, int code)
{
  g_autoptr (MinipayTestExchange) x = v3_new (NULL);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", body != NULL ? body : "(no body)");
  g_assert_false (v3_receive (x, body, &error));
  g_assert_error (error, MINIPAY_ERROR, code);
  g_assert_null (minipay_exchange_get_result (x->exchange));
}

static void
assert_plain_refused (const char *event, const char *original, const char *plain, int code)
{
  g_autofree char *body = v3_notification_new (event, original, plain);

  assert_refused (body, code);
}

static void
test_own (void)
{
  g_autoptr (MinipayTestExchange) x = v3_new (NULL);
  g_autofree char *body = v3_notification_new ("TRANSACTION.SUCCESS", "transaction", PAID);
  g_autoptr (GError) error = NULL;

  v3_receive (x, body, &error);
  g_assert_no_error (error);
  g_assert_cmpint (
      minipay_payment_get_state (minipay_test_exchange_get_payment (x)), ==, MINIPAY_PAYMENT_STATE_PAID);
}

static void
test_other_events (void)
{
  assert_plain_refused ("TRANSACTION.CLOSED", "profitsharing", PAID, MINIPAY_ERROR_NOT_SUPPORTED);
  assert_plain_refused ("TRANSACTION.SUCCESS", "refund", PAID, MINIPAY_ERROR_NOT_SUPPORTED);
  assert_plain_refused ("TRANSACTION.SUCCESS", "Transaction", PAID, MINIPAY_ERROR_NOT_SUPPORTED);
  assert_plain_refused ("REFUND.SUCCESS", "transaction", PAID, MINIPAY_ERROR_NOT_SUPPORTED);
  assert_plain_refused ("REFUND.PENDING", "refund", PAID, MINIPAY_ERROR_NOT_SUPPORTED);
  assert_plain_refused ("REFUND.CLOSED", "refund", PAID, MINIPAY_ERROR_PROTOCOL);
  assert_plain_refused ("TRANSACTION.CLOSED", "transaction", PAID, MINIPAY_ERROR_NOT_SUPPORTED);
  assert_plain_refused ("transaction.success", "transaction", PAID, MINIPAY_ERROR_NOT_SUPPORTED);
}

static void
test_not_a_success (void)
{
  static const char *const states[] = {
    "REFUND", "NOTPAY", "CLOSED", "REVOKED", "USERPAYING", "PAYERROR", "success", "",
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    g_autofree char *plain = minipay_test_replace (PAID, "SUCCESS", states[i]);

    assert_plain_refused ("TRANSACTION.SUCCESS", "transaction", plain, MINIPAY_ERROR_PROTOCOL);
  }
}

static void
test_plain_nonsense (void)
{
  static const char *const alterations[][2] = {
    { "\"transaction_id\":\"4200000925202101284997714292\"", "\"transaction_id\":\"\"" },
    { "\"transaction_id\":\"4200000925202101284997714292\"", "\"transaction_id\":null" },
    { "\"transaction_id\"", "\"transaction\"" },
    { "\"mchid\"", "\"mch_id\"" },
    { "\"appid\"", "\"app_id\"" },
    { "\"out_trade_no\"", "\"out_no\"" },
    { "\"total\":100", "\"total\":0" },
    { "\"total\":100", "\"total\":\"100\"" },
    { "\"total\":100", "\"total\":100.0" },
    { "\"total\":100", "\"total\":100,\"total\":1" },
    { "\"trade_state\":", "\"trade_state\":\"NOTPAY\",\"trade_state\":" },
    { "{", "[{" },
    { "}}", "}}}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (alterations); i++) {
    g_autofree char *plain = minipay_test_replace (PAID, alterations[i][0], alterations[i][1]);

    g_test_message ("%s", plain);
    assert_plain_refused ("TRANSACTION.SUCCESS", "transaction", plain, MINIPAY_ERROR_PROTOCOL);
  }
}

#define COMBINED(first, second)                                                                                    \
  "{\"combine_appid\":\"wxd678efh567hg6787\",\"combine_mchid\":\"1900007291\","                                    \
  "\"combine_out_trade_no\":\"1217752501201407033233368018\",\"sub_orders\":["                                     \
  "{\"mchid\":\"1900007291\",\"out_trade_no\":\"1217752501201407033233368019\"," first                             \
  "},{\"mchid\":\"1900000109\",\"out_trade_no\":\"1217752501201407033233368020\"," second "}]}"
#define SUB_ORDER(state, total)                                                                                    \
  "\"trade_state\":\"" state "\",\"transaction_id\":\"4200000925202101284997714292\","                             \
  "\"amount\":{\"total_amount\":" total ",\"currency\":\"CNY\"}"

static void
test_combined_order (void)
{
  g_autoptr (MinipayTestExchange) x = v3_new (NULL);
  g_autofree char *body = v3_notification_new (
      "TRANSACTION.SUCCESS", "transaction", COMBINED (SUB_ORDER ("SUCCESS", "100"), SUB_ORDER ("SUCCESS", "23")));
  g_autoptr (GError) error = NULL;
  MinipayPayment *payment;

  v3_receive (x, body, &error);
  g_assert_no_error (error);
  payment = minipay_test_exchange_get_payment (x);
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_PAID);
  g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, "1217752501201407033233368018");
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (payment)), ==, 123);
  g_assert_cmpstr (minipay_payment_get_mchid (payment), ==, "1900007291");
  g_assert_cmpstr (minipay_payment_get_appid (payment), ==, "wxd678efh567hg6787");
}

static void
test_combined_order_refused (void)
{
  static const struct {
    const char *plain;
    int code;
  } cases[] = {
    { COMBINED (SUB_ORDER ("SUCCESS", "100"), SUB_ORDER ("NOTPAY", "23")), MINIPAY_ERROR_PROTOCOL },
    { COMBINED (SUB_ORDER ("SUCCESS", "100"), SUB_ORDER ("CLOSED", "23")), MINIPAY_ERROR_PROTOCOL },
    { COMBINED (SUB_ORDER ("SUCCESS", "100"), SUB_ORDER ("Success", "23")), MINIPAY_ERROR_PROTOCOL },
    { COMBINED (SUB_ORDER ("SUCCESS", "100"), SUB_ORDER ("SUCCESS", "0")), MINIPAY_ERROR_PROTOCOL },
    { COMBINED (SUB_ORDER ("SUCCESS", "9223372036854775807"), SUB_ORDER ("SUCCESS", "1")), MINIPAY_ERROR_MISMATCH },
    { COMBINED (SUB_ORDER ("SUCCESS", "100"), "\"mchid\":\"1900000109\""), MINIPAY_ERROR_PROTOCOL },
    { "{\"combine_appid\":\"wxd678efh567hg6787\",\"combine_mchid\":\"1900007291\","
      "\"combine_out_trade_no\":\"1217752501201407033233368018\",\"sub_orders\":[]}",
      MINIPAY_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_plain_refused ("TRANSACTION.SUCCESS", "transaction", cases[i].plain, cases[i].code);
}

static void
test_sharing_receipt (void)
{
  g_autoptr (MinipayTestExchange) x = v3_new (NULL);
  g_autofree char *body =
      v3_notification_new ("TRANSACTION.SUCCESS",
                           "profitsharing",
                           "{\"mchid\":\"1900000100\",\"transaction_id\":\"4200000000000000000000000000\","
                           "\"order_id\":\"1217752501201407033233368018\",\"out_order_no\":\"P20150806125346\","
                           "\"receiver\":{\"type\":\"MERCHANT_ID\",\"account\":\"1900007291\",\"amount\":888,"
                           "\"description\":\"-\"},\"success_time\":\"2018-06-08T10:34:56+08:00\"}");
  g_autoptr (GError) error = NULL;
  g_autofree char *values = NULL;
  MinipayReport *report;

  g_test_summary ("A profit-sharing receipt has the event name of a payment (ST-11a).");
  v3_receive (x, body, &error);
  g_assert_no_error (error);
  report = minipay_test_exchange_get_report (x);
  g_assert_cmpstr (minipay_report_get_name (report), ==, "profit-sharing");
  g_assert_true (minipay_report_get_authenticated (report));
  values = g_variant_print (minipay_report_get_values (report), FALSE);
  g_assert_nonnull (strstr (values, "'amount': <int64 888>"));
}

static void
test_refund_states (void)
{
  static const struct {
    const char *event;
    const char *status;
    int state; /* or -1: the two do not agree */
  } cases[] = {
    { "REFUND.SUCCESS", "SUCCESS", MINIPAY_REFUND_STATE_REFUNDED },
    { "REFUND.CLOSED", "CLOSED", MINIPAY_REFUND_STATE_CLOSED },
    { "REFUND.ABNORMAL", "ABNORMAL", MINIPAY_REFUND_STATE_ABNORMAL },
    { "REFUND.SUCCESS", "CLOSED", -1 },
    { "REFUND.CLOSED", "SUCCESS", -1 },
    { "REFUND.SUCCESS", "success", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = v3_new (NULL);
    g_autofree char *plain = g_strdup_printf (
        "{\"mchid\":\"1900007291\",\"out_trade_no\":\"T1\",\"transaction_id\":\"42\",\"out_refund_no\":\"R1\","
        "\"refund_id\":\"50\",\"refund_status\":\"%s\",\"amount\":{\"total\":2,\"refund\":1}}",
        cases[i].status);
    g_autofree char *body = v3_notification_new (cases[i].event, "refund", plain);
    g_autoptr (GError) error = NULL;

    v3_receive (x, body, &error);
    if (cases[i].state < 0) {
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
      continue;
    }
    g_assert_no_error (error);
    g_assert_cmpint (minipay_refund_get_state (minipay_test_exchange_get_refund (x)), ==, cases[i].state);
  }
}

/* The envelope is genuine in every case; what is inside it is not as agreed. */
static void
test_envelope (void)
{
  static const char *const alterations[][2] = {
    { "AEAD_AES_256_GCM", "AEAD_SM4_GCM" },
    { "AEAD_AES_256_GCM", "aead_aes_256_gcm" },
    { "AEAD_AES_256_GCM", "" },
    { "\"algorithm\":", "\"algorithms\":" },
    { "\"nonce\":\"fG1l57vn9BCX\"", "\"nonce\":\"fG1l57vn9BC\"" },
    { "\"nonce\":\"fG1l57vn9BCX\"", "\"nonce\":\"fG1l57vn9BCXX\"" },
    { "\"nonce\":\"fG1l57vn9BCX\"", "\"nonce\":\"\"" },
    { "\"nonce\":\"fG1l57vn9BCX\"", "\"nonce\":\"fG1l57vn9BCY\"" },
    { "\"nonce\":", "\"nonces\":" },
    { "\"associated_data\":\"transaction\"", "\"associated_data\":\"transactions\"" },
    { "\"associated_data\":\"transaction\"", "\"associated_data\":null" },
    { "\"associated_data\":\"transaction\"", "\"associated_data\":1" },
    { "\"ciphertext\":\"", "\"ciphertext\":\"AAAA" },
    { "\"ciphertext\":\"", "\"ciphertext\":\"*" },
    { "\"ciphertext\":\"", "\"ciphertext\":\"\",\"x\":\"" },
    { "\"original_type\":", "\"original\":" },
    { "\"event_type\":", "\"event\":" },
    { "\"id\":", "\"ids\":" },
    { "\"resource\":", "\"resources\":" },
    { "\"event_type\":", "\"event_type\":\"REFUND.SUCCESS\",\"event_type\":" },
    { "{\"id\"", "[\"id\"" },
  };
  g_autofree char *good = v3_notification_new ("TRANSACTION.SUCCESS", "transaction", PAID);

  for (guint i = 0; i < G_N_ELEMENTS (alterations); i++) {
    g_autofree char *body = minipay_test_replace (good, alterations[i][0], alterations[i][1]);

    assert_refused (body, MINIPAY_ERROR_PROTOCOL);
  }
  assert_refused ("", MINIPAY_ERROR_PROTOCOL);
  assert_refused (NULL, MINIPAY_ERROR_PROTOCOL);
  assert_refused ("{}", MINIPAY_ERROR_PROTOCOL);
}

static void
test_probe (void)
{
  g_autoptr (MinipayTestExchange) x = v3_new (NULL);
  g_autofree char *body = v3_notification_new ("TRANSACTION.SUCCESS", "transaction", PAID);
  g_auto (GStrv) headers = v3_headers_new (x->now, "d824f2e086d3c1df967785d13fcd22ef", V3_KEY_ID, body);
  g_autofree char *signature = g_strconcat ("WECHATPAY/SIGNTEST/", headers[7], NULL);
  g_autoptr (MinipayHttpRequest) incoming = NULL;
  g_autoptr (GError) error = NULL;

  g_free (headers[7]);
  headers[7] = g_steal_pointer (&signature);
  incoming = minipay_test_incoming_new ((const char *const *) headers, body);
  g_assert_false (minipay_test_exchange_receive (x, incoming, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_nonnull (strstr (error->message, "WECHATPAY/SIGNTEST/"));
}

static void
test_without_headers (void)
{
  g_autoptr (MinipayTestExchange) x = v3_new (NULL);
  g_autofree char *body = v3_notification_new ("TRANSACTION.SUCCESS", "transaction", PAID);
  g_autoptr (MinipayHttpRequest) incoming = minipay_test_incoming_new (NULL, body);
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_receive (x, incoming, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
}

/* In either mode an account may hold keys of the other kind: the id decides, whatever the mode is. */
static void
test_keys_of_both_kinds (void)
{
  static const char *const certificate_mode[] = {
    "mode", "certificate", "platform-certificate", "fixture:wechatpay-go-test-cert", NULL,
  };
  g_autoptr (MinipayTestExchange) x = v3_new (certificate_mode);
  g_autofree char *body = v3_notification_new ("TRANSACTION.SUCCESS", "transaction", PAID);
  g_auto (GStrv) crossed = v3_headers_new (x->now, "d824f2e086d3c1df967785d13fcd22ef", "D7CE59D1F522D701", body);
  g_autoptr (MinipayHttpRequest) incoming = NULL;
  g_autoptr (GError) error = NULL;

  v3_receive (x, body, &error);
  g_assert_no_error (error);

  /* signed with one, labelled with the other */
  x->now = 1624523846;
  g_clear_pointer (&crossed, g_strfreev);
  crossed = v3_headers_new (x->now, "d824f2e086d3c1df967785d13fcd22ef", "D7CE59D1F522D701", body);
  incoming = minipay_test_incoming_new ((const char *const *) crossed, body);
  g_assert_false (minipay_test_exchange_receive (x, incoming, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
}

static void
test_reply (void)
{
  g_autoptr (MinipayTestExchange) x = v3_new (NULL);
  g_autofree char *body = v3_notification_new ("TRANSACTION.SUCCESS", "transaction", PAID);
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
  g_test_add_func ("/wechat-v3/notify/combined-order/refused", test_combined_order_refused);
  g_test_add_func ("/wechat-v3/notify/sharing-receipt", test_sharing_receipt);
  g_test_add_func ("/wechat-v3/notify/refund/states", test_refund_states);
  g_test_add_func ("/wechat-v3/notify/vector", test_vector);
  g_test_add_func ("/wechat-v3/notify/vector-altered", test_vector_altered);
  g_test_add_func ("/wechat-v3/notify/vector-stale", test_vector_stale);
  g_test_add_func ("/wechat-v3/notify/vector-wrong-keys", test_vector_wrong_keys);
  g_test_add_func ("/wechat-v3/notify/refund-not-supported", test_refund_vector);
  g_test_add_func ("/wechat-v3/notify/own-seal", test_own);
  g_test_add_func ("/wechat-v3/notify/other-events", test_other_events);
  g_test_add_func ("/wechat-v3/notify/not-a-success", test_not_a_success);
  g_test_add_func ("/wechat-v3/notify/plain-nonsense", test_plain_nonsense);
  g_test_add_func ("/wechat-v3/notify/combined-order", test_combined_order);
  g_test_add_func ("/wechat-v3/notify/envelope", test_envelope);
  g_test_add_func ("/wechat-v3/notify/probe-refused", test_probe);
  g_test_add_func ("/wechat-v3/notify/without-headers", test_without_headers);
  g_test_add_func ("/wechat-v3/notify/keys-of-both-kinds", test_keys_of_both_kinds);
  g_test_add_func ("/wechat-v3/notify/reply", test_reply);
  return g_test_run ();
}
