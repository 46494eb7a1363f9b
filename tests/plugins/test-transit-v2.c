/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-report.h"
#include "provider/minipay-call-request-private.h"
#include "v2-gateway.h"

/* Interface B: rides in V2's messages. Signatures by Python, as in the tests of V2's orders. */

#define RIDE_NUMBER "20261121180000000001"
#define CONTRACT    "Wx15463511252015071056489715"

static const char *const settings[] = {
  "provider", "transit", "mode", "v2", "mchid", V2_MCHID, "appid", V2_APPID, "api-key", V2_KEY, NULL,
};

static MinipayTestExchange *
ride_shop_new (void)
{
  return minipay_test_exchange_new ("transit", minipay_provider_1 (), settings, NULL);
}

static gboolean
create (MinipayTestExchange *x, const char *extras, GError **error)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (180, "CNY");
  g_autoptr (MinipayOrder) order = g_object_new (MINIPAY_TYPE_ORDER,
                                                 "out-trade-no",
                                                 RIDE_NUMBER,
                                                 "total",
                                                 total,
                                                 "subject",
                                                 "metro ride",
                                                 "method",
                                                 MINIPAY_METHOD_TRANSIT,
                                                 "client-ip",
                                                 "14.23.150.211",
                                                 "notify-url",
                                                 "https://shop.example/n",
                                                 "extras",
                                                 g_variant_new_parsed (extras),
                                                 NULL);

  return minipay_test_exchange_create (x, order, error);
}

#define METRO                                                                                                      \
  "{'trade_scene': <'METRO'>, 'start_time': <'20261121180000'>, 'end_time': <'20261121183000'>,"                   \
  " 'start_station': <'西湖'>, 'end_station': <'东站'>, 'contract_id': <'" CONTRACT "'>}"

static void
test_request (void)
{
  static const char *const pairs[] = {
    "body",
    "metro ride",
    "out_trade_no",
    RIDE_NUMBER,
    "fee_type",
    "CNY",
    "total_fee",
    "180",
    "spbill_create_ip",
    "14.23.150.211",
    "notify_url",
    "https://shop.example/n",
    "trade_type",
    "PAP",
    "scene_info",
    "{\"scene_info\":{\"start_time\":\"20261121180000\",\"end_time\":\"20261121183000\",\"start_station\":\"西湖\","
    "\"end_station\":\"东站\"}}",
    "contract_id",
    CONTRACT,
    "trade_scene",
    "METRO",
    V2_TAIL (V2_HMAC)
  };
  g_autoptr (MinipayTestExchange) x = ride_shop_new ();
  g_autoptr (GError) error = NULL;

  create (x, METRO, &error);
  g_assert_no_error (error);
  v2_assert_request (x,
                     "/transit/pay/payapply",
                     MINIPAY_SEND_FLAGS_NONE,
                     pairs,
                     "E444CE442A586526B464DF5274D93D0339BBC4723B132E5FDE4EDC7FE290A376");
}

static void
test_bad_rides (void)
{
#define BUS "'trade_scene': <'BUS'>, 'start_time': <'20261121180000'>"
  static const struct {
    const char *extras;
    MinipayError code;
    const char *named;
  } cases[] = {
    { "{'trade_scene': <'BUS'>}", MINIPAY_ERROR_INVALID, "start_time" },
    { "{'start_time': <'20261121180000'>}", MINIPAY_ERROR_INVALID, "trade_scene" },
    { "{" BUS ", 'start_station': <'x'>}", MINIPAY_ERROR_INVALID, "start_station" },
    { "{'trade_scene': <'METRO'>, 'start_time': <'20261121180000'>, 'line_name': <'58'>}",
      MINIPAY_ERROR_INVALID,
      "line_name" },
    { "{" BUS ", 'line_name': <'123456789012345678901234567890123'>}", MINIPAY_ERROR_INVALID, "line_name" },
    { "{" BUS ", 'qrcode_hash': <'abc'>}", MINIPAY_ERROR_INVALID, "qrcode_hash" },
    { "{" BUS ", 'version': <'1.0'>}", MINIPAY_ERROR_INVALID, "version" },
    /* of the other interface */
    { "{" BUS ", 'qrcode': <'aGVsbG8='>}", MINIPAY_ERROR_NOT_SUPPORTED, "qrcode" },
    { "{" BUS ", 'machine_ip': <'10.0.0.1'>}", MINIPAY_ERROR_NOT_SUPPORTED, "machine_ip" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = ride_shop_new ();
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", cases[i].extras);
    g_assert_false (create (x, cases[i].extras, &error));
    g_assert_error (error, MINIPAY_ERROR, (int) cases[i].code);
    g_assert_nonnull (strstr (error->message, cases[i].named));
  }
}

/* Taken is not paid. */
static void
test_taken (void)
{
  static const char *const taken[] = { "return_code", "SUCCESS", "result_code", "SUCCESS", "appid", V2_APPID,
                                       "mch_id",      V2_MCHID,  "nonce_str",   "n",       NULL };
  static const char *const digests[] = { V2_HMAC, V2_MD5 };

  for (guint i = 0; i < G_N_ELEMENTS (digests); i++) {
    g_autoptr (MinipayTestExchange) x = ride_shop_new ();
    g_autofree char *body = v2_message_new (digests[i], taken, NULL, NULL);
    g_autoptr (GError) error = NULL;

    create (x, METRO, &error);
    g_assert_no_error (error);
    if (v2_answer (x, body, &error)) {
      g_assert_cmpint (i, ==, 0);
      g_assert_cmpint (
          minipay_checkout_get_kind (minipay_test_exchange_get_checkout (x)), ==, MINIPAY_CHECKOUT_KIND_PENDING);
    } else {
      g_assert_cmpint (i, ==, 1);
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
    }
  }
}

#define RIDDEN                                                                                                     \
  "return_code", "SUCCESS", "result_code", "SUCCESS", "appid", V2_APPID, "mch_id", V2_MCHID, "nonce_str", "n",     \
      "openid", "oUpF8", "trade_type", "PAP", "bank_type", "CFT", "total_fee", "180", "fee_type", "CNY",           \
      "transaction_id", V2_TRANSACTION, "out_trade_no", RIDE_NUMBER, "time_end", "20261121183500", "contract_id",  \
      CONTRACT

static void
test_query (void)
{
  static const char *const request[] = { "out_trade_no", RIDE_NUMBER, V2_TAIL (V2_HMAC) };
  static const char *const answered[] = { RIDDEN, "trade_state", "SUCCESS", NULL };
  static const struct {
    const char *word;
    MinipayPaymentState state;
  } cases[] = {
    { "SUCCESS", MINIPAY_PAYMENT_STATE_PAID },     { "ACCEPT", MINIPAY_PAYMENT_STATE_PENDING },
    { "PAYERROR", MINIPAY_PAYMENT_STATE_FAILED },  { "REFUND", MINIPAY_PAYMENT_STATE_REFUNDED },
    { "PAY_FAIL", MINIPAY_PAYMENT_STATE_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = ride_shop_new ();
    g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (RIDE_NUMBER);
    g_autofree char *body = v2_message_new (V2_HMAC, answered, "trade_state", cases[i].word);
    g_autoptr (GError) error = NULL;

    minipay_test_exchange_query (x, ref, &error);
    g_assert_no_error (error);
    v2_assert_request (x,
                       "/transit/queryorder",
                       MINIPAY_SEND_FLAGS_SAFE,
                       request,
                       "1F5F4DC344307F140C5D503F8890C1EC34EC8463C91F68131F0D6B69E1EC3143");
    v2_answer (x, body, &error);
    g_assert_no_error (error);
    g_assert_cmpint (minipay_payment_get_state (minipay_test_exchange_get_payment (x)), ==, cases[i].state);
  }
}

static void
test_notification (void)
{
  static const char *const notified[] = { RIDDEN, NULL };
  g_autoptr (MinipayTestExchange) x = ride_shop_new ();
  g_autofree char *body = v2_message_new (V2_HMAC, notified, NULL, NULL);
  g_autofree char *other = v2_message_new (V2_MD5, notified, NULL, NULL);
  g_autoptr (GError) error = NULL;
  MinipayPayment *payment;

  v2_receive (x, body, &error);
  g_assert_no_error (error);
  payment = minipay_test_exchange_get_payment (x);
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_PAID);
  g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, RIDE_NUMBER);
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (payment)), ==, 180);
  minipay_test_assert_reply (x,
                             TRUE,
                             200,
                             "text/xml",
                             "<xml><return_code><![CDATA[SUCCESS]]></return_code>"
                             "<return_msg><![CDATA[OK]]></return_msg></xml>");
  g_assert_false (v2_receive (x, other, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
}

static void
test_user_state (void)
{
  static const char *const request[] = { "contract_id", CONTRACT, "openid", "oUpF8", V2_TAIL (V2_HMAC) };
  static const char *const answered[] = { "return_code", "SUCCESS", "result_code", "SUCCESS",   "appid",
                                          V2_APPID,      "mch_id",  V2_MCHID,      "nonce_str", "n",
                                          "user_state",  "OVERDUE", "contract_id", CONTRACT,    "contract_state",
                                          "0",           NULL };
  g_autoptr (MinipayTestExchange) x = ride_shop_new ();
  g_autoptr (MinipayCallRequest) call = minipay_call_request_new (
      "user-state", g_variant_new_parsed ("{'contract_id': <'" CONTRACT "'>, 'openid': <'oUpF8'>}"));
  g_autofree char *body = v2_message_new (V2_HMAC, answered, NULL, NULL);
  g_autoptr (GError) error = NULL;

  v2_begin (x, MINIPAY_OPERATION_CALL, call, &error);
  g_assert_no_error (error);
  v2_assert_request (x,
                     "/transit/pay/querystate",
                     MINIPAY_SEND_FLAGS_SAFE,
                     request,
                     "0DF0D9D03EDD2A391D02F6EF4904703B58B4F90378FACA01CB981985A8AD6ACB");
  v2_answer (x, body, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (
      minipay_report_lookup_text (MINIPAY_REPORT (minipay_exchange_get_result (x->exchange)), "user_state"),
      ==,
      "OVERDUE");
}

/* What one interface needs has no place in another. */
static void
test_settings (void)
{
  static const char *const cases[][2] = {
    { "api-key", NULL },
    { "aes-key", "0123456789abcdef" },
    { "sign-type", "MD5" },
    { "sign-mode", "MD5" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayProviderInfo) info = minipay_test_info_new ("transit");
    g_autoptr (GHashTable) all = minipay_test_settings_new (settings);
    g_autoptr (MinipayAccountConfig) config = NULL;
    g_autoptr (GError) error = NULL;

    if (cases[i][1] != NULL)
      g_hash_table_replace (all, g_strdup (cases[i][0]), g_strdup (cases[i][1]));
    else
      g_hash_table_remove (all, cases[i][0]);
    config = minipay_test_config_new (info, all, &error);
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
    g_assert_nonnull (strstr (error->message, cases[i][0]));
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transit-v2/create/request", test_request);
  g_test_add_func ("/transit-v2/create/bad-rides", test_bad_rides);
  g_test_add_func ("/transit-v2/create/taken-is-pending", test_taken);
  g_test_add_func ("/transit-v2/query/states", test_query);
  g_test_add_func ("/transit-v2/notification", test_notification);
  g_test_add_func ("/transit-v2/user-state", test_user_state);
  g_test_add_func ("/transit-v2/settings", test_settings);
  return g_test_run ();
}
