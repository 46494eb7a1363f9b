/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-compare-private.h"
#include "global-shop.h"

/* Members as in vector global-notify-institution, of these accounts. */
#define DIRECT      "\"mchid\":\"1900000109\",\"appid\":\"wx8888888888888888\","
#define INSTITUTION "\"sp_mchid\":\"1900000100\",\"sp_appid\":\"wx2421b1c4370ec43b\",\"sub_mchid\":\"1900000109\","
#define SUB_APPID   "\"sub_appid\":\"wx8888888888888888\","
#define NUMBER      "\"out_trade_no\":\"" GLOBAL_NUMBER "\","
#define ID          "\"id\":\"" GLOBAL_TRANSACTION "\","
#define SUCCESS     "\"trade_type\":\"JSAPI\",\"trade_state\":\"SUCCESS\",\"trade_state_desc\":\"支付成功\","
#define AMOUNT                                                                                                     \
  "\"amount\":{\"total\":528800,\"currency\":\"HKD\",\"payer_total\":518799,\"payer_currency\":\"CNY\","           \
  "\"exchange_rate\":{\"type\":\"SETTLEMENT_RATE\",\"rate\":8000000}}"
#define PAID(parties) "{" parties NUMBER ID SUCCESS AMOUNT "}"

static MinipayTestExchange *
begin (const char *const *changes)
{
  MinipayTestExchange *x = global_new (changes);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (GLOBAL_NUMBER);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_query (x, ref, &error);
  g_assert_no_error (error);
  return x;
}

/* The answer, and then what the account compares it with. */
static gboolean
answer (MinipayTestExchange *x, const char *body, GError **error)
{
  return v3_answer (x, body, error) &&
         minipay_compare_payment (minipay_test_exchange_get_payment (x), x->info, x->config, "query", error);
}

static void
assert_answer (const char *const *changes, const char *body, int code)
{
  g_autoptr (MinipayTestExchange) x = begin (changes);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", body);
  if (code < 0) {
    answer (x, body, &error);
    g_assert_no_error (error);
  } else {
    g_assert_false (answer (x, body, &error));
    g_assert_error (error, MINIPAY_ERROR, code);
  }
}

static void
assert_target (const char *const *changes, MinipayPaymentRef *owned_ref, const char *target)
{
  g_autoptr (MinipayPaymentRef) ref = owned_ref;
  g_autoptr (MinipayTestExchange) x = global_new (changes);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_query (x, ref, &error);
  g_assert_no_error (error);
  minipay_test_assert_request (x, "GET", target, NULL);
  minipay_test_assert_header (x, "Accept", "application/json");
  minipay_test_assert_header (x, "Content-Type", NULL);
  minipay_test_assert_header (x, "Wechatpay-Serial", V3_KEY_ID);
  g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_SAFE);
}

static void
test_targets (void)
{
  assert_target (NULL,
                 minipay_payment_ref_new ("T|-*_01"),
                 "/v3/global/transactions/out-trade-no/T%7C-%2A_01?mchid=1900000109");
  assert_target (NULL,
                 minipay_payment_ref_new_for_transaction (GLOBAL_TRANSACTION),
                 "/v3/global/transactions/id/1008450740201411110005820873?mchid=1900000109");
  assert_target (global_institution,
                 minipay_payment_ref_new ("T|-*_01"),
                 "/v3/global/transactions/out-trade-no/T%7C-%2A_01?sp_mchid=1900000100&sub_mchid=1900000109");
  assert_target (
      global_institution_own,
      minipay_payment_ref_new_for_transaction (GLOBAL_TRANSACTION),
      "/v3/global/transactions/id/1008450740201411110005820873?sp_mchid=1900000100&sub_mchid=1900000109");
}

static void
assert_authorization (const char *const *changes,
                      MinipayPaymentRef *owned_ref,
                      const char *mchid,
                      const char *signature)
{
  g_autoptr (MinipayPaymentRef) ref = owned_ref;
  g_autoptr (MinipayTestExchange) x = global_new (changes);
  g_autofree char *expected =
      g_strdup_printf ("WECHATPAY2-SHA256-RSA2048 mchid=\"%s\",nonce_str=\"593BEC0C930BF1AFEB40B4A08C8FB242\","
                       "timestamp=\"1554208460\",serial_no=\"408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB\","
                       "signature=\"%s\"",
                       mchid,
                       signature);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_query (x, ref, &error);
  g_assert_no_error (error);
  minipay_test_assert_header (x, "Authorization", expected);
}

static void
test_vector (void)
{
  const char *signature = minipay_test_vector ("global-req-query-institution", "expected");

  g_test_summary ("Vector global-req-query-institution: the institution signs.");
  assert_authorization (global_institution, minipay_payment_ref_new (GLOBAL_NUMBER), "1900000100", signature);
  assert_authorization (global_institution_own, minipay_payment_ref_new (GLOBAL_NUMBER), "1900000100", signature);
}

/* printf '%s\n' GET TARGET 1554208460 593BEC0C930BF1AFEB40B4A08C8FB242 '' |
 *   openssl dgst -sha256 -sign wxp-doc-mch-1900007291.pem | base64 -w0, with the targets of test_targets */
static void
test_signatures (void)
{
  assert_authorization (
      NULL,
      minipay_payment_ref_new ("T|-*_01"),
      "1900000109",
      "D6iSzbcwPGByCmXkTnLw/xDyz2AuDyjiDd7w9eI1kM0WFggKgpicP5o2sltz12iULh0gUE4pSuFW1T9KzPeJeIwm0jOyJ1XI6OKa8mB/"
      "8DNVv"
      "aVBiWepxbzZy0dw6ZR6ZU28hY2BAAJHPPr90QQCKh394/Y/QuWblDktV9Nj5GIq0Q8KkP2k1oo+e+bQLlQ/"
      "NVXU1XZQk1QdSr6sdM0u7E795+"
      "hBnbLIHpJ/AZwTnyfqxNbyZh3Q+ONN+BBHjSAMUYF2KAm3NxUzYjpccjJ5jvplIfunuQiaZwaVOkCH4Xjx1LzWED2PKC8MS/DOoeTo1lbT/"
      "Vv"
      "Cs2kTpHFpZbHhsg==");
  assert_authorization (
      global_institution,
      minipay_payment_ref_new_for_transaction (GLOBAL_TRANSACTION),
      "1900000100",
      "YBZUXp9pXhd0/qCFPY85d1mo4frKkSo0rXAIjS07+wDM4cIyz/25XQMbJ218cjL5l8F+FkXfJmCT+aTOgPqhGzcON/"
      "okZbGhL8eVnxjnVgeMN"
      "QJSP/w/"
      "qXDnKGp77qqGIxgZBOoxlGBNL2lUFKqFSbDtH8cQfMblIWbFze1MytN5d32+zdnxzPFqLCgl1ve+lXJmmBLUIVoibBC8wUqRSecG2Z"
      "nIwLiWg746H0jgKpx8Oq6gwqVKdvs5jMxc1KDC9ArrHQ6a0dv78fdOiunnPXLlcaDrRYlpOMVFP83rV2v4Pldjc1n1l9+iEco/"
      "jHPkxSx3kU4"
      "rLsHdpO5FLwofWg==");
}

static void
test_paid_direct (void)
{
  g_autoptr (MinipayTestExchange) x = begin (NULL);
  g_autoptr (GError) error = NULL;
  MinipayPayment *payment;

  answer (x,
          "{" DIRECT NUMBER ID SUCCESS "\"bank_type\":\"CCB_DEBIT\",\"attach\":\"支付测试\","
          "\"success_time\":\"2018-06-08T10:34:56+08:00\",\"payer\":{\"openid\":\"oUpF8uN95-Ptaags6E_roPHg7AG0\"},"
          "\"promotion_detail\":[{\"promotion_id\":\"1\",\"amount\":100,\"currency\":\"CNY\"}]," AMOUNT "}",
          &error);
  g_assert_no_error (error);
  payment = minipay_test_exchange_get_payment (x);
  g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, GLOBAL_NUMBER);
  g_assert_cmpstr (minipay_payment_get_transaction_id (payment), ==, GLOBAL_TRANSACTION);
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_PAID);
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (payment)), ==, 528800);
  g_assert_cmpstr (minipay_money_get_currency (minipay_payment_get_total (payment)), ==, "HKD");
  /* what the buyer paid, in the buyer's own currency */
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_paid (payment)), ==, 518799);
  g_assert_cmpstr (minipay_money_get_currency (minipay_payment_get_paid (payment)), ==, "CNY");
  g_assert_cmpstr (minipay_payment_get_payer (payment), ==, "oUpF8uN95-Ptaags6E_roPHg7AG0");
  g_assert_cmpstr (minipay_payment_get_attach (payment), ==, "支付测试");
  g_assert_cmpstr (minipay_payment_get_mchid (payment), ==, "1900000109");
  g_assert_cmpstr (minipay_payment_get_appid (payment), ==, "wx8888888888888888");
  g_assert_null (minipay_payment_get_sub_mchid (payment));
  g_assert_null (minipay_payment_get_sub_appid (payment));
  /* date -u -d 2018-06-08T02:34:56Z +%s */
  g_assert_cmpint (g_date_time_to_unix (minipay_payment_get_paid_at (payment)), ==, 1528425296);
  g_assert_true (minipay_payment_get_authenticated (payment));
}

static void
test_paid_institution (void)
{
  g_autoptr (MinipayTestExchange) x = begin (global_institution);
  g_autoptr (MinipayTestExchange) y = begin (global_institution_own);
  g_autoptr (GError) error = NULL;
  MinipayPayment *payment;

  answer (x,
          "{" INSTITUTION SUB_APPID NUMBER ID SUCCESS
          "\"payer\":{\"sp_openid\":\"o-of-the-institution\",\"sub_openid\":\"o-of-the-merchant\"}," AMOUNT "}",
          &error);
  g_assert_no_error (error);
  payment = minipay_test_exchange_get_payment (x);
  g_assert_cmpstr (minipay_payment_get_mchid (payment), ==, "1900000100");
  g_assert_cmpstr (minipay_payment_get_appid (payment), ==, "wx2421b1c4370ec43b");
  g_assert_cmpstr (minipay_payment_get_sub_mchid (payment), ==, "1900000109");
  g_assert_cmpstr (minipay_payment_get_sub_appid (payment), ==, "wx8888888888888888");
  g_assert_cmpstr (minipay_payment_get_payer (payment), ==, "o-of-the-merchant");

  answer (y,
          "{" INSTITUTION NUMBER ID SUCCESS "\"payer\":{\"sp_openid\":\"o-of-the-institution\"}," AMOUNT "}",
          &error);
  g_assert_no_error (error);
  payment = minipay_test_exchange_get_payment (y);
  g_assert_null (minipay_payment_get_sub_appid (payment));
  g_assert_cmpstr (minipay_payment_get_payer (payment), ==, "o-of-the-institution");
}

static void
test_before_payment (void)
{
  g_autoptr (MinipayTestExchange) x = begin (NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Before payment what the tables mark as required may be absent.");
  answer (x, "{" DIRECT NUMBER "\"trade_state\":\"NOTPAY\"}", &error);
  g_assert_no_error (error);
  g_assert_cmpint (
      minipay_payment_get_state (minipay_test_exchange_get_payment (x)), ==, MINIPAY_PAYMENT_STATE_PENDING);
  assert_answer (global_institution, "{" INSTITUTION SUB_APPID NUMBER "\"trade_state\":\"NOTPAY\"}", -1);
}

/* Of a payment every fact must be stated: nobody fills it up from what was asked. */
static void
test_incomplete (void)
{
  static const struct {
    const char *const *changes;
    const char *body;
    int code;
  } cases[] = {
    { NULL, "{\"appid\":\"wx8888888888888888\"," NUMBER ID SUCCESS AMOUNT "}", MINIPAY_ERROR_PROTOCOL },
    { NULL, "{\"mchid\":\"1900000109\"," NUMBER ID SUCCESS AMOUNT "}", MINIPAY_ERROR_PROTOCOL },
    { NULL, "{" DIRECT ID SUCCESS AMOUNT "}", MINIPAY_ERROR_PROTOCOL },
    { NULL, "{" DIRECT NUMBER ID AMOUNT "}", MINIPAY_ERROR_PROTOCOL },
    { NULL, "{" DIRECT NUMBER SUCCESS AMOUNT "}", MINIPAY_ERROR_MISMATCH },
    { NULL, "{" DIRECT NUMBER ID "\"trade_state\":\"SUCCESS\"}", MINIPAY_ERROR_MISMATCH },
    /* the mainland's name of the number */
    { NULL, "{" DIRECT NUMBER "\"transaction_id\":\"1\"," SUCCESS AMOUNT "}", MINIPAY_ERROR_MISMATCH },
    { global_institution,
      "{\"sp_appid\":\"wx2421b1c4370ec43b\",\"sub_mchid\":\"1900000109\"," NUMBER ID SUCCESS AMOUNT "}",
      MINIPAY_ERROR_PROTOCOL },
    { global_institution,
      "{\"sp_mchid\":\"1900000100\",\"sub_mchid\":\"1900000109\"," NUMBER ID SUCCESS AMOUNT "}",
      MINIPAY_ERROR_PROTOCOL },
    { global_institution,
      "{\"sp_mchid\":\"1900000100\",\"sp_appid\":\"wx2421b1c4370ec43b\"," NUMBER ID SUCCESS AMOUNT "}",
      MINIPAY_ERROR_PROTOCOL },
    { NULL,
      "{\"mchid\":1900000109,\"appid\":\"wx8888888888888888\"," NUMBER "\"trade_state\":\"NOTPAY\"}",
      MINIPAY_ERROR_PROTOCOL },
    { NULL, "{" DIRECT NUMBER "\"id\":1008," SUCCESS AMOUNT "}", MINIPAY_ERROR_PROTOCOL },
    { NULL, "{" DIRECT "\"mchid\":\"1900000109\"," NUMBER ID SUCCESS AMOUNT "}", MINIPAY_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_answer (cases[i].changes, cases[i].body, cases[i].code);
}

static void
test_amounts (void)
{
  static const struct {
    const char *amount;
    int code; /* -1: 888 HKD */
  } cases[] = {
    { "{\"total\":888,\"currency\":\"HKD\"}", -1 },
    { "{\"total\":888,\"currency\":\"HKD\",\"payer_total\":0,\"payer_currency\":\"CNY\"}", -1 },
    { "{\"total\":888,\"currency\":\"HKD\",\"payer_total\":1}", -1 },
    { "{\"total\":888,\"currency\":\"HKD\",\"exchange_rate\":{\"type\":\"SETTLEMENT_RATE\",\"rate\":1}}", -1 },
    { "{\"total\":888,\"currency\":\"HKD\",\"exchange_rate\":{\"type\":\"USERPAYMENT_RATE\",\"rate\":0.5}}", -1 },
    { "{\"total\":888,\"currency\":\"HKD\",\"exchange_rate\":\"8000000\"}", -1 },
    { "{\"total\":888,\"currency\":\"HKD\",\"exchange_rate\":null}", -1 },
    /* never a currency of our own choice */
    { "{\"total\":888}", MINIPAY_ERROR_PROTOCOL },
    { "{\"total\":888,\"currency\":null}", MINIPAY_ERROR_PROTOCOL },
    { "{\"total\":888,\"payer_total\":888,\"payer_currency\":\"HKD\"}", MINIPAY_ERROR_PROTOCOL },
    { "{\"total\":888,\"currency\":1}", MINIPAY_ERROR_PROTOCOL },
    { "{\"total\":888,\"currency\":\"\"}", MINIPAY_ERROR_MISMATCH },
    { "{\"total\":888,\"currency\":\"XXX\"}", MINIPAY_ERROR_MISMATCH },
    { "{\"total\":888,\"currency\":\"hkd\"}", MINIPAY_ERROR_MISMATCH },
    { "{\"payer_total\":888,\"payer_currency\":\"HKD\"}", MINIPAY_ERROR_MISMATCH },
    { "{\"currency\":\"HKD\"}", MINIPAY_ERROR_MISMATCH },
    { "{}", MINIPAY_ERROR_MISMATCH },
    { "{\"total\":0,\"currency\":\"HKD\"}", MINIPAY_ERROR_PROTOCOL },
    { "{\"total\":-888,\"currency\":\"HKD\"}", MINIPAY_ERROR_PROTOCOL },
    { "{\"total\":8.88,\"currency\":\"HKD\"}", MINIPAY_ERROR_PROTOCOL },
    { "{\"total\":\"888\",\"currency\":\"HKD\"}", MINIPAY_ERROR_PROTOCOL },
    { "{\"total\":9223372036854775808,\"currency\":\"HKD\"}", MINIPAY_ERROR_PROTOCOL },
    { "{\"total\":888,\"currency\":\"HKD\",\"payer_total\":-1,\"payer_currency\":\"CNY\"}",
      MINIPAY_ERROR_PROTOCOL },
    { "{\"total\":888,\"currency\":\"HKD\",\"payer_total\":1,\"payer_currency\":1}", MINIPAY_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (NULL);
    g_autofree char *body =
        g_strdup_printf ("{" DIRECT NUMBER ID "\"trade_state\":\"SUCCESS\",\"amount\":%s}", cases[i].amount);
    g_autoptr (MinipayMoney) expected = minipay_money_new (888, "HKD");
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", cases[i].amount);
    answer (x, body, &error);
    if (cases[i].code >= 0) {
      g_assert_error (error, MINIPAY_ERROR, cases[i].code);
      continue;
    }
    g_assert_no_error (error);
    g_assert_true (
        minipay_money_equal (minipay_payment_get_total (minipay_test_exchange_get_payment (x)), expected));
  }
}

/* What the buyer paid without its currency is no amount: nobody takes that of the order for it. */
static void
test_paid_without_currency (void)
{
  g_autoptr (MinipayTestExchange) x = begin (NULL);
  g_autoptr (GError) error = NULL;

  answer (x,
          "{" DIRECT NUMBER ID SUCCESS "\"amount\":{\"total\":888,\"currency\":\"HKD\",\"payer_total\":700}}",
          &error);
  g_assert_no_error (error);
  g_assert_null (minipay_payment_get_paid (minipay_test_exchange_get_payment (x)));
}

static void
test_yen (void)
{
  g_autoptr (MinipayTestExchange) x = begin (NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  answer (x,
          "{" DIRECT NUMBER ID SUCCESS "\"amount\":{\"total\":1500,\"currency\":\"JPY\",\"payer_total\":7012,"
          "\"payer_currency\":\"CNY\"}}",
          &error);
  g_assert_no_error (error);
  /* no minor unit: 1500 yen, not 15 */
  text = minipay_money_to_string (minipay_payment_get_total (minipay_test_exchange_get_payment (x)));
  g_assert_cmpstr (text, ==, "1500 JPY");
}

static void
test_times (void)
{
  static const struct {
    const char *text;
    gint64 seconds; /* -1: PROTOCOL, 0: none */
  } cases[] = {
    /* date -u -d 2018-06-08T02:34:56Z +%s */
    { "2018-06-08T10:34:56+08:00", 1528425296 },
    { "2018-06-08T02:34:56Z", 1528425296 },
    { "", 0 },
    { "20180608103456", -1 },
    { "2018-06-08T10:34:56", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (NULL);
    g_autofree char *body =
        g_strdup_printf ("{" DIRECT NUMBER ID SUCCESS "\"success_time\":\"%s\"," AMOUNT "}", cases[i].text);
    g_autoptr (GError) error = NULL;
    GDateTime *paid_at;

    g_test_message ("%s", cases[i].text);
    v3_answer (x, body, &error);
    if (cases[i].seconds < 0) {
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
      continue;
    }
    g_assert_no_error (error);
    paid_at = minipay_payment_get_paid_at (minipay_test_exchange_get_payment (x));
    g_assert_cmpint (paid_at != NULL ? g_date_time_to_unix (paid_at) : 0, ==, cases[i].seconds);
  }
}

static void
test_large_total (void)
{
  g_autoptr (MinipayTestExchange) x = begin (NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("No floating-point number holds this one.");
  answer (x,
          "{" DIRECT NUMBER ID SUCCESS "\"amount\":{\"total\":9007199254740993,\"currency\":\"HKD\","
          "\"payer_total\":9007199254740995,\"payer_currency\":\"CNY\"}}",
          &error);
  g_assert_no_error (error);
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (minipay_test_exchange_get_payment (x))),
                   ==,
                   G_GINT64_CONSTANT (9007199254740993));
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_paid (minipay_test_exchange_get_payment (x))),
                   ==,
                   G_GINT64_CONSTANT (9007199254740995));
}

/* Of another mode, in whole or in part. */
static void
test_mixed_direct (void)
{
  static const char *const parties[] = {
    INSTITUTION,
    INSTITUTION SUB_APPID,
    INSTITUTION DIRECT,
    DIRECT "\"sp_mchid\":\"1900000100\",",
    DIRECT "\"sp_mchid\":\"1900000109\",",
    DIRECT "\"sp_appid\":\"wx2421b1c4370ec43b\",",
    DIRECT "\"sub_mchid\":\"1900000110\",",
    DIRECT "\"sub_mchid\":\"1900000109\",",
    DIRECT SUB_APPID,
  };

  for (guint i = 0; i < G_N_ELEMENTS (parties); i++) {
    g_autofree char *body = g_strconcat ("{", parties[i], NUMBER ID SUCCESS AMOUNT "}", NULL);

    assert_answer (NULL, body, MINIPAY_ERROR_MISMATCH);
  }
}

static void
test_mixed_institution (void)
{
  static const char *const parties[] = {
    DIRECT,
    INSTITUTION SUB_APPID DIRECT,
    INSTITUTION SUB_APPID "\"mchid\":\"1900000109\",",
    INSTITUTION SUB_APPID "\"mchid\":\"1900000100\",",
    INSTITUTION SUB_APPID "\"appid\":\"wx8888888888888888\",",
    INSTITUTION SUB_APPID "\"appid\":\"wx2421b1c4370ec43b\",",
  };

  for (guint i = 0; i < G_N_ELEMENTS (parties); i++) {
    g_autofree char *body = g_strconcat ("{", parties[i], NUMBER ID SUCCESS AMOUNT "}", NULL);

    assert_answer (global_institution, body, MINIPAY_ERROR_MISMATCH);
  }
}

static void
test_wrong_parties (void)
{
  static const char *const alterations[][2] = {
    { "\"sp_mchid\":\"1900000100\"", "\"sp_mchid\":\"1900000101\"" },
    { "\"sp_mchid\":\"1900000100\"", "\"sp_mchid\":\"1900000109\"" },
    { "\"sp_mchid\":\"1900000100\"", "\"sp_mchid\":\"\"" },
    { "\"sp_appid\":\"wx2421b1c4370ec43b\"", "\"sp_appid\":\"wx8888888888888888\"" },
    { "\"sp_appid\":\"wx2421b1c4370ec43b\"", "\"sp_appid\":\"\"" },
    { "\"sub_mchid\":\"1900000109\"", "\"sub_mchid\":\"1900000110\"" },
    { "\"sub_mchid\":\"1900000109\"", "\"sub_mchid\":\"1900000100\"" },
    { "\"sub_mchid\":\"1900000109\"", "\"sub_mchid\":\"\"" },
    { "\"sub_appid\":\"wx8888888888888888\"", "\"sub_appid\":\"wx2421b1c4370ec43b\"" },
  };

  assert_answer (global_institution, PAID (INSTITUTION SUB_APPID), -1);
  for (guint i = 0; i < G_N_ELEMENTS (alterations); i++) {
    g_autofree char *body =
        minipay_test_replace (PAID (INSTITUTION SUB_APPID), alterations[i][0], alterations[i][1]);

    assert_answer (global_institution, body, MINIPAY_ERROR_MISMATCH);
  }
  assert_answer (NULL, PAID (DIRECT), -1);
  assert_answer (NULL, PAID ("\"mchid\":\"1900000110\",\"appid\":\"wx8888888888888888\","), MINIPAY_ERROR_MISMATCH);
  assert_answer (NULL, PAID ("\"mchid\":\"1900000109\",\"appid\":\"wx2421b1c4370ec43b\","), MINIPAY_ERROR_MISMATCH);
}

/* The tables have it as optional: it is compared where it is stated. */
static void
test_sub_appid_unstated (void)
{
  assert_answer (global_institution, PAID (INSTITUTION), -1);
  assert_answer (global_institution_own, PAID (INSTITUTION), -1);
}

static void
test_not_found (void)
{
  g_autoptr (MinipayTestExchange) x = begin (global_institution);
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_answer (
      x, 404, NULL, "{\"code\":\"ORDER_NOT_EXIST\",\"message\":\"订单不存在\"}", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_FOUND);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-global/query/targets", test_targets);
  g_test_add_func ("/wechat-global/query/vector", test_vector);
  g_test_add_func ("/wechat-global/query/signatures", test_signatures);
  g_test_add_func ("/wechat-global/query/paid-direct", test_paid_direct);
  g_test_add_func ("/wechat-global/query/paid-institution", test_paid_institution);
  g_test_add_func ("/wechat-global/query/before-payment", test_before_payment);
  g_test_add_func ("/wechat-global/query/incomplete", test_incomplete);
  g_test_add_func ("/wechat-global/query/amounts", test_amounts);
  g_test_add_func ("/wechat-global/query/paid-without-currency", test_paid_without_currency);
  g_test_add_func ("/wechat-global/query/yen", test_yen);
  g_test_add_func ("/wechat-global/query/large-total", test_large_total);
  g_test_add_func ("/wechat-global/query/times", test_times);
  g_test_add_func ("/wechat-global/query/wrong-parties", test_wrong_parties);
  g_test_add_func ("/wechat-global/query/sub-appid-unstated", test_sub_appid_unstated);
  g_test_add_func ("/wechat-global/query/not-found", test_not_found);
  g_test_add_func ("/wechat-global/query/mixed-direct", test_mixed_direct);
  g_test_add_func ("/wechat-global/query/mixed-institution", test_mixed_institution);
  return g_test_run ();
}
