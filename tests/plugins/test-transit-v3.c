/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "v3-gateway.h"

#define NUMBER "20261121180000000001"

static const char *const settings[] = {
  "provider",
  "transit",
  "mode",
  "v3",
  "mchid",
  "1900007291",
  "appid",
  "wxd678efh567hg6787",
  "merchant-serial",
  "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB",
  "private-key",
  "fixture:wxp-doc-mch-1900007291",
  "api-v3-key",
  V3_API_KEY,
  "public-key-id",
  V3_KEY_ID,
  "public-key",
  "file:gateway.pem",
  NULL,
};

#define CONTRACT "'contract_id': <'Wx15463511252015071056489715'>"
#define BUS      "'trade_scene': <'BUS'>, 'start_time': <'20261121180000'>, 'line_name': <'12路'>, " CONTRACT
#define METRO                                                                                                      \
  "'trade_scene': <'METRO'>, 'start_time': <'20261121180000'>, 'end_time': <'20261121183000'>, "                   \
  "'start_station': <'世界之窗'>, 'end_station': <'白石洲'>, " CONTRACT

static MinipayOrder *
ride_new (const char *subject, const char *attach, const char *extras)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (200, "CNY");

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       NUMBER,
                       "total",
                       total,
                       "subject",
                       subject,
                       "method",
                       MINIPAY_METHOD_TRANSIT,
                       "attach",
                       attach,
                       "notify-url",
                       "https://shop.example/n",
                       "extras",
                       g_variant_new_parsed (extras),
                       NULL);
}

static MinipayTestExchange *
begin_create (void)
{
  MinipayTestExchange *x = v3_new_at ("transit", settings, NULL);
  g_autoptr (MinipayOrder) order = ride_new ("公交扣费", NULL, "{" BUS "}");
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  return x;
}

static MinipayTestExchange *
begin_query (void)
{
  MinipayTestExchange *x = v3_new_at ("transit", settings, NULL);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (NUMBER);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_query (x, ref, &error);
  g_assert_no_error (error);
  return x;
}

static void
test_create (void)
{
  static const struct {
    const char *subject;
    const char *attach;
    const char *extras;
    const char *body;
  } cases[] = {
    { "公交扣费",
      "trip 1",
      "{" BUS ", 'goods_tag': <'G'>, 'plate_number': <'粤B888888'>}",
      "{\"appid\":\"wxd678efh567hg6787\",\"description\":\"公交扣费\",\"attach\":\"trip "
      "1\",\"out_trade_no\":\"20261121180000000001\",\"trade_scene\":\"BUS\",\"goods_tag\":\"G\",\"contract_id\":"
      "\"Wx15463511252015071056489715\",\"notify_url\":\"https://shop.example/"
      "n\",\"amount\":{\"total\":200,\"currency\":\"CNY\"},\"bus_info\":{\"start_time\":\"2026-11-21T18:00:00+08:"
      "00\",\"line_name\":\"12路\",\"plate_number\":\"粤B888888\"}}" },
    { "地铁扣费",
      NULL,
      "{" METRO "}",
      "{\"appid\":\"wxd678efh567hg6787\",\"description\":\"地铁扣费\",\"out_trade_no\":\"20261121180000000001\","
      "\"trade_scene\":\"METRO\",\"contract_id\":\"Wx15463511252015071056489715\",\"notify_url\":\"https://"
      "shop.example/"
      "n\",\"amount\":{\"total\":200,\"currency\":\"CNY\"},\"metro_info\":{\"start_time\":\"2026-11-21T18:00:00+08:"
      "00\",\"end_time\":\"2026-11-21T18:30:00+08:00\",\"start_station\":\"世界之窗\",\"end_station\":\"白石洲\"}"
      "}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = v3_new_at ("transit", settings, NULL);
    g_autoptr (MinipayOrder) order = ride_new (cases[i].subject, cases[i].attach, cases[i].extras);
    g_autoptr (GError) error = NULL;

    minipay_test_exchange_create (x, order, &error);
    g_assert_no_error (error);
    minipay_test_assert_request (x, "POST", "/v3/qrcode/transactions", cases[i].body);
    minipay_test_assert_header (x, "Wechatpay-Serial", V3_KEY_ID);
    g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_IDEMPOTENT);
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
    { "{'trade_scene': <'BUS'>, 'start_time': <'20261121180000'>, " CONTRACT "}",
      MINIPAY_ERROR_INVALID,
      "line_name" },
    { "{" BUS ", 'end_time': <'20261121183000'>}", MINIPAY_ERROR_INVALID, "end_time" },
    { "{" BUS ", 'start_station': <'世界之窗'>}", MINIPAY_ERROR_INVALID, "start_station" },
    { "{" METRO ", 'line_name': <'1'>}", MINIPAY_ERROR_INVALID, "line_name" },
    { "{'trade_scene': <'METRO'>, 'start_time': <'20261121180000'>, 'start_station': <'A'>, 'end_station': "
      "<'B'>, " CONTRACT "}",
      MINIPAY_ERROR_INVALID,
      "end_time" },
    { "{'trade_scene': <'METRO'>, 'start_time': <'20261121180000'>, 'end_time': <'20261121175959'>, "
      "'start_station': <'A'>, 'end_station': <'B'>, " CONTRACT "}",
      MINIPAY_ERROR_INVALID,
      "end_time" },
    { "{'trade_scene': <'BUS'>, 'start_time': <'20261121180000'>, 'line_name': <'12路'>}",
      MINIPAY_ERROR_INVALID,
      "contract_id" },
    { "{" BUS ", 'qrcode': <'AAAA'>}", MINIPAY_ERROR_NOT_SUPPORTED, "qrcode" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = v3_new_at ("transit", settings, NULL);
    g_autoptr (MinipayOrder) order = ride_new ("公交扣费", NULL, cases[i].extras);
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_create (x, order, &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
    g_assert_nonnull (strstr (error->message, cases[i].says));
  }
}

#define HEAD                                                                                                       \
  "{\"appid\":\"wxd678efh567hg6787\",\"sp_mchid\":\"1900007291\",\"out_trade_no\":\"" NUMBER "\","                 \
  "\"amount\":{\"total\":200,\"currency\":\"CNY\"},"
#define PAID                                                                                                       \
  HEAD "\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200000925202611214997714292\","                          \
       "\"success_time\":\"2026-11-21T18:31:00+08:00\"}"
#define REPAID                                                                                                     \
  HEAD "\"trade_state\":\"PAY_FAIL\",\"user_repay_state\":\"REPAID\","                                             \
       "\"repay_transaction_id\":\"4200000925202611229997714292\",\"repay_time\":\"2026-11-22T08:00:00+08:00\"}"

static const struct {
  const char *body;
  MinipayPaymentState state;
  const char *transaction_id;
  gint64 paid_at;
} states[] = {
  { PAID, MINIPAY_PAYMENT_STATE_PAID, "4200000925202611214997714292", 1795257060 },
  { REPAID, MINIPAY_PAYMENT_STATE_PAID, "4200000925202611229997714292", 1795305600 },
  { HEAD "\"trade_state\":\"ACCEPTED\"}", MINIPAY_PAYMENT_STATE_PENDING, NULL, 0 },
  { HEAD "\"trade_state\":\"PAY_FAIL\"}", MINIPAY_PAYMENT_STATE_FAILED, NULL, 0 },
  { HEAD "\"trade_state\":\"PAY_FAIL\",\"user_repay_state\":\"NOT_REPAY\"}",
    MINIPAY_PAYMENT_STATE_FAILED,
    NULL,
    0 },
  { HEAD "\"trade_state\":\"PAY_FAIL\",\"user_repay_state\":\"ALL_REFUND\"}",
    MINIPAY_PAYMENT_STATE_REFUNDED,
    NULL,
    0 },
  { HEAD "\"trade_state\":\"REFUND\"}", MINIPAY_PAYMENT_STATE_REFUNDED, NULL, 0 },
  { HEAD "\"trade_state\":\"NEW_WORD\"}", MINIPAY_PAYMENT_STATE_UNKNOWN, NULL, 0 },
};

static void
assert_payment (MinipayPayment *payment, guint i)
{
  GDateTime *paid_at = minipay_payment_get_paid_at (payment);

  g_assert_cmpint (minipay_payment_get_state (payment), ==, states[i].state);
  g_assert_cmpstr (minipay_payment_get_transaction_id (payment), ==, states[i].transaction_id);
  g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, NUMBER);
  g_assert_cmpstr (minipay_payment_get_mchid (payment), ==, "1900007291");
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (payment)), ==, 200);
  g_assert_cmpint (paid_at != NULL ? g_date_time_to_unix (paid_at) : 0, ==, states[i].paid_at);
  g_assert_true (minipay_payment_get_authenticated (payment));
}

static void
test_query (void)
{
  g_autoptr (MinipayTestExchange) asked = begin_query ();

  minipay_test_assert_request (asked, "GET", "/v3/qrcode/transactions/out-trade-no/" NUMBER, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    g_autoptr (MinipayTestExchange) x = begin_query ();
    g_autoptr (GError) error = NULL;

    v3_answer (x, states[i].body, &error);
    g_assert_no_error (error);
    assert_payment (minipay_test_exchange_get_payment (x), i);
  }
}

/* What is decided at once is said at once; what is not, waits. */
static void
test_create_answer (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    const gboolean is_open =
        states[i].state == MINIPAY_PAYMENT_STATE_PENDING || states[i].state == MINIPAY_PAYMENT_STATE_UNKNOWN;
    g_autoptr (MinipayTestExchange) x = begin_create ();
    g_autoptr (GError) error = NULL;
    MinipayCheckout *checkout;

    v3_answer (x, states[i].body, &error);
    g_assert_no_error (error);
    checkout = minipay_test_exchange_get_checkout (x);
    g_assert_cmpint (minipay_checkout_get_kind (checkout),
                     ==,
                     is_open ? MINIPAY_CHECKOUT_KIND_PENDING : MINIPAY_CHECKOUT_KIND_DONE);
    assert_payment (minipay_checkout_get_payment (checkout), i);
  }
}

static void
test_notification (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    g_autoptr (MinipayTestExchange) x = v3_new_at ("transit", settings, NULL);
    g_autofree char *body = v3_notification_new ("TRANSACTION.SUCCESS", "transaction", states[i].body);
    g_autoptr (GError) error = NULL;

    v3_receive (x, body, &error);
    g_assert_no_error (error);
    assert_payment (minipay_test_exchange_get_payment (x), i);
    minipay_test_assert_reply (x, TRUE, 200, "application/json", "{\"code\":\"SUCCESS\",\"message\":\"OK\"}");
  }
}

static void
test_notification_of_refund (void)
{
  g_autoptr (MinipayTestExchange) x = v3_new_at ("transit", settings, NULL);
  g_autofree char *body = v3_notification_new ("REFUND.SUCCESS", "refund", PAID);
  g_autoptr (GError) error = NULL;

  g_assert_false (v3_receive (x, body, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED);
}

static void
test_bad_answers (void)
{
  static const struct {
    const char *old;
    const char *now;
  } cases[] = {
    { "\"total\":200", "\"total\":2.00" },
    { "\"total\":200", "\"total\":0" },
    { "\"total\":200", "\"total\":\"200\"" },
    { "\"out_trade_no\":\"" NUMBER "\",", "" },
    { "\"trade_state\":\"SUCCESS\",", "" },
    { "2026-11-21T18:31:00+08:00", "2026-11-21 18:31:00" },
    { "\"sp_mchid\":\"1900007291\"", "\"sp_mchid\":1900007291" },
  };
  g_autoptr (MinipayTestExchange) unsigned_x = begin_query ();
  g_autoptr (GError) unsigned_error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin_query ();
    g_autofree char *body = minipay_test_replace (PAID, cases[i].old, cases[i].now);
    g_autoptr (GError) error = NULL;

    g_assert_false (v3_answer (x, body, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
  g_assert_false (minipay_test_exchange_answer (unsigned_x, 200, NULL, PAID, &unsigned_error));
  g_assert_error (unsigned_error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
}

static void
test_user_state (void)
{
  g_autoptr (MinipayTestExchange) x = v3_new_at ("transit", settings, NULL);
  g_autoptr (GError) error = NULL;
  MinipayReport *report;

  minipay_test_exchange_call (x, "user-state", "{'contract_id': <'Wx15463511252015071056489715'>}", &error);
  g_assert_no_error (error);
  minipay_test_assert_request (
      x, "GET", "/v3/qrcode/user-services/contract-id/Wx15463511252015071056489715?appid=wxd678efh567hg6787", NULL);
  v3_answer (x, "{\"user_service_state\":\"BLOCKED\",\"block_reason\":\"OVERDUE\"}", &error);
  g_assert_no_error (error);
  report = minipay_test_exchange_get_report (x);
  g_assert_cmpstr (minipay_report_lookup_text (report, "user_service_state"), ==, "BLOCKED");
  g_assert_cmpstr (minipay_report_lookup_text (report, "block_reason"), ==, "OVERDUE");
  g_assert_cmpstr (minipay_report_lookup_text (report, "contract_id"), ==, "Wx15463511252015071056489715");
}

static void
test_by_transaction (void)
{
  g_autoptr (MinipayTestExchange) x = v3_new_at ("transit", settings, NULL);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new_for_transaction ("4200000925202611214997714292");
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_query (x, ref, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transit/v3/create", test_create);
  g_test_add_func ("/transit/v3/create-invalid", test_create_invalid);
  g_test_add_func ("/transit/v3/create-answer", test_create_answer);
  g_test_add_func ("/transit/v3/query", test_query);
  g_test_add_func ("/transit/v3/query-by-transaction-invalid", test_by_transaction);
  g_test_add_func ("/transit/v3/bad-answers", test_bad_answers);
  g_test_add_func ("/transit/v3/notification", test_notification);
  g_test_add_func ("/transit/v3/notification-of-refund", test_notification_of_refund);
  g_test_add_func ("/transit/v3/user-state", test_user_state);
  return g_test_run ();
}
