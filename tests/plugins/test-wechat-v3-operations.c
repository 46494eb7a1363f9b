/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-bill.h"
#include "v3-gateway.h"

#define NUMBER      "1217752501201407033233368018"
#define TRANSACTION "4200000925202101284997714292"
#define SHA1        "79bb0f45fc4c42234a918000b2668d689e2bde04"

static const char *const provider[] = { "sub-mchid", "1900000109", NULL };

/* --- Refunds --- */

static MinipayRefundRequest *
refund_new (const char *extras)
{
  g_autoptr (MinipayMoney) amount = minipay_money_new (888, "CNY");
  g_autoptr (MinipayMoney) total = minipay_money_new (999, "CNY");

  return g_object_new (MINIPAY_TYPE_REFUND_REQUEST,
                       "transaction-id",
                       TRANSACTION,
                       "out-refund-no",
                       "R*|@-_1",
                       "amount",
                       amount,
                       "total",
                       total,
                       "reason",
                       "商品已售完",
                       "notify-url",
                       "https://shop.example/refund",
                       "extras",
                       extras != NULL ? g_variant_new_parsed (extras) : NULL,
                       NULL);
}

static MinipayTestExchange *
begin_refund (const char *const *changes, const char *extras)
{
  MinipayTestExchange *x = v3_new (changes);
  g_autoptr (MinipayRefundRequest) request = refund_new (extras);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_ask (x, MINIPAY_OPERATION_REFUND, G_OBJECT (request), &error);
  g_assert_no_error (error);
  return x;
}

static void
test_refund_request (void)
{
  g_autoptr (MinipayTestExchange) x = begin_refund (
      provider,
      "{'funds_account': <'AVAILABLE'>, 'from': <[{'account': <'AVAILABLE'>, 'amount': <int64 888>}]>, "
      "'goods_detail': <[{'merchant_goods_id': <'1'>, 'unit_price': <int64 888>, "
      "'refund_amount': <int64 888>, 'refund_quantity': <int64 1>}]>}");

  minipay_test_assert_request (
      x,
      "POST",
      "/v3/refund/domestic/refunds",
      "{\"sub_mchid\":\"1900000109\",\"transaction_id\":\"" TRANSACTION "\",\"out_refund_no\":\"R*|@-_1\","
      "\"reason\":\"商品已售完\",\"notify_url\":\"https://shop.example/refund\",\"funds_account\":\"AVAILABLE\","
      "\"amount\":{\"refund\":888,\"from\":[{\"account\":\"AVAILABLE\",\"amount\":888}],\"total\":999,"
      "\"currency\":\"CNY\"},\"goods_detail\":[{\"merchant_goods_id\":\"1\",\"unit_price\":888,"
      "\"refund_amount\":888,\"refund_quantity\":1}]}");
  g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_IDEMPOTENT);
}

#define REFUND(status)                                                                                             \
  "{\"refund_id\":\"50000000382019052709732678859\",\"out_refund_no\":\"R*|@-_1\",\"transaction_id\":"             \
  "\"" TRANSACTION "\",\"out_trade_no\":\"" NUMBER                                                                 \
  "\",\"channel\":\"ORIGINAL\",\"success_time\":\"2020-12-01T16:18:12+08:00\","                                    \
  "\"status\":\"" status "\",\"amount\":{\"total\":999,\"refund\":888,\"payer_refund\":800,\"currency\":\"CNY\"}}"

static void
test_refund_states (void)
{
  static const struct {
    const char *body;
    MinipayRefundState state;
  } cases[] = {
    { REFUND ("SUCCESS"), MINIPAY_REFUND_STATE_REFUNDED }, { REFUND ("PROCESSING"), MINIPAY_REFUND_STATE_PENDING },
    { REFUND ("CLOSED"), MINIPAY_REFUND_STATE_CLOSED },    { REFUND ("ABNORMAL"), MINIPAY_REFUND_STATE_ABNORMAL },
    { REFUND ("success"), MINIPAY_REFUND_STATE_UNKNOWN },  { REFUND (""), MINIPAY_REFUND_STATE_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin_refund (NULL, NULL);
    g_autoptr (GError) error = NULL;
    MinipayRefund *refund;

    v3_answer (x, cases[i].body, &error);
    g_assert_no_error (error);
    refund = minipay_test_exchange_get_refund (x);
    g_assert_cmpint (minipay_refund_get_state (refund), ==, cases[i].state);
    g_assert_cmpstr (minipay_refund_get_refund_id (refund), ==, "50000000382019052709732678859");
    g_assert_cmpstr (minipay_refund_get_out_refund_no (refund), ==, "R*|@-_1");
    g_assert_cmpstr (minipay_refund_get_out_trade_no (refund), ==, NUMBER);
    g_assert_cmpint (minipay_money_get_minor (minipay_refund_get_amount (refund)), ==, 888);
    g_assert_cmpint (minipay_money_get_minor (minipay_refund_get_total (refund)), ==, 999);
    g_assert_true (minipay_refund_get_authenticated (refund));
  }
}

static void
test_refund_bad_answers (void)
{
  static const char *const alterations[][2] = {
    { "\"status\":\"SUCCESS\"", "\"refund_status\":\"SUCCESS\"" },
    { "\"out_refund_no\"", "\"out_refund\"" },
    { "\"refund_id\"", "\"id\"" },
    { "\"refund\":888", "\"refund\":\"888\"" },
    { "\"refund\":888", "\"refund\":8.88" },
    { "\"refund\":888", "\"refund\":0" },
    { "2020-12-01T16:18:12+08:00", "2020-12-01 16:18:12" },
  };
  g_autoptr (MinipayTestExchange) strange = begin_refund (NULL, NULL);
  g_autofree char *of_provider = minipay_test_replace (REFUND ("SUCCESS"), "{", "{\"sub_mchid\":\"1900000109\",");
  g_autoptr (GError) mismatch = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (alterations); i++) {
    g_autoptr (MinipayTestExchange) x = begin_refund (NULL, NULL);
    g_autofree char *body = minipay_test_replace (REFUND ("SUCCESS"), alterations[i][0], alterations[i][1]);
    g_autoptr (GError) error = NULL;

    g_assert_false (v3_answer (x, body, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
  g_assert_false (v3_answer (strange, of_provider, &mismatch));
  g_assert_error (mismatch, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
}

static void
test_refund_refusals (void)
{
  static const struct {
    guint status;
    const char *word;
    int code;
  } cases[] = {
    { 403, "NOT_ENOUGH", MINIPAY_ERROR_REFUSED },
    { 404, "RESOURCE_NOT_EXISTS", MINIPAY_ERROR_NOT_FOUND },
    { 429, "FREQUENCY_LIMITED", MINIPAY_ERROR_RATE_LIMITED },
    { 500, "SYSTEM_ERROR", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { 502, "NEVER_SEEN", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { 202, "USER_PAYING", MINIPAY_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin_refund (NULL, NULL);
    g_autofree char *body = g_strdup_printf ("{\"code\":\"%s\",\"message\":\"-\"}", cases[i].word);
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_answer (x, cases[i].status, NULL, body, &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
  }
}

static void
test_query_refund (void)
{
  g_autoptr (MinipayTestExchange) x = v3_new (NULL);
  g_autoptr (MinipayTestExchange) of_provider = v3_new (provider);
  g_autoptr (MinipayTestExchange) by_id = v3_new (NULL);
  g_autoptr (MinipayRefundRef) ref = g_object_new (MINIPAY_TYPE_REFUND_REF, "out-refund-no", "R*|@-_1", NULL);
  g_autoptr (MinipayRefundRef) id_ref = g_object_new (MINIPAY_TYPE_REFUND_REF, "refund-id", "50", NULL);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_ask (x, MINIPAY_OPERATION_QUERY_REFUND, G_OBJECT (ref), &error);
  g_assert_no_error (error);
  minipay_test_assert_request (x, "GET", "/v3/refund/domestic/refunds/R%2A%7C%40-_1", NULL);
  v3_answer (x, REFUND ("SUCCESS"), &error);
  g_assert_no_error (error);
  minipay_test_exchange_ask (of_provider, MINIPAY_OPERATION_QUERY_REFUND, G_OBJECT (ref), &error);
  g_assert_no_error (error);
  minipay_test_assert_request (
      of_provider, "GET", "/v3/refund/domestic/refunds/R%2A%7C%40-_1?sub_mchid=1900000109", NULL);
  g_assert_false (minipay_test_exchange_ask (by_id, MINIPAY_OPERATION_QUERY_REFUND, G_OBJECT (id_ref), &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED);
}

/* --- Named operations --- */

static MinipayTestExchange *
begin_call (const char *const *changes, const char *name, const char *params)
{
  MinipayTestExchange *x = v3_new (changes);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_call (x, name, params, &error);
  g_assert_no_error (error);
  return x;
}

static void
test_call_requests (void)
{
  static const struct {
    const char *name;
    const char *params;
    const char *method;
    const char *target;
    const char *body;
  } cases[] = {
    { "profit-sharing",
      "{'transaction_id': <'" TRANSACTION "'>, 'out_order_no': <'P1'>, 'receivers': <[{'type': <'MERCHANT_ID'>, "
      "'account': <'86693852'>, 'amount': <int64 888>, 'description': <'share'>}]>, 'unfreeze_unsplit': <true>}",
      "POST",
      "/v3/profitsharing/orders",
      "{\"appid\":\"wxd678efh567hg6787\",\"transaction_id\":\"" TRANSACTION "\",\"out_order_no\":\"P1\","
      "\"receivers\":[{\"type\":\"MERCHANT_ID\",\"account\":\"86693852\",\"amount\":888,\"description\":\"share\"}]"
      ","
      "\"unfreeze_unsplit\":true}" },
    { "profit-sharing-finish",
      "{'transaction_id': <'" TRANSACTION "'>, 'out_order_no': <'P2'>, 'description': <'rest'>}",
      "POST",
      "/v3/profitsharing/orders/unfreeze",
      "{\"transaction_id\":\"" TRANSACTION "\",\"out_order_no\":\"P2\",\"description\":\"rest\"}" },
    { "profit-sharing-query",
      "{'out_order_no': <'P*|@1'>, 'transaction_id': <'" TRANSACTION "'>}",
      "GET",
      "/v3/profitsharing/orders/P%2A%7C%401?transaction_id=" TRANSACTION,
      NULL },
    { "profit-sharing-return",
      "{'out_order_no': <'P1'>, 'out_return_no': <'B1'>, 'return_mchid': <'86693852'>, 'amount': <int64 10>, "
      "'description': <'back'>}",
      "POST",
      "/v3/profitsharing/return-orders",
      "{\"out_order_no\":\"P1\",\"out_return_no\":\"B1\",\"return_mchid\":\"86693852\",\"amount\":10,"
      "\"description\":\"back\"}" },
    { "profit-sharing-return-query",
      "{'out_return_no': <'B1'>, 'out_order_no': <'P1'>}",
      "GET",
      "/v3/profitsharing/return-orders/B1?out_order_no=P1",
      NULL },
    { "profit-sharing-amount",
      "{'transaction_id': <'" TRANSACTION "'>}",
      "GET",
      "/v3/profitsharing/transactions/" TRANSACTION "/amounts",
      NULL },
    { "profit-sharing-add-receiver",
      "{'type': <'PERSONAL_OPENID'>, 'account': <'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'>, 'relation_type': <'STORE'>}",
      "POST",
      "/v3/profitsharing/receivers/add",
      "{\"appid\":\"wxd678efh567hg6787\",\"type\":\"PERSONAL_OPENID\",\"account\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\","
      "\"relation_type\":\"STORE\"}" },
    { "profit-sharing-remove-receiver",
      "{'type': <'MERCHANT_ID'>, 'account': <'86693852'>}",
      "POST",
      "/v3/profitsharing/receivers/delete",
      "{\"appid\":\"wxd678efh567hg6787\",\"type\":\"MERCHANT_ID\",\"account\":\"86693852\"}" },
    { "abnormal-refund",
      "{'refund_id': <'50'>, 'out_refund_no': <'R1'>, 'type': <'USER_BANK_CARD'>}",
      "POST",
      "/v3/refund/domestic/refunds/50/apply-abnormal-refund",
      "{\"out_refund_no\":\"R1\",\"type\":\"USER_BANK_CARD\"}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin_call (NULL, cases[i].name, cases[i].params);

    minipay_test_assert_request (x, cases[i].method, cases[i].target, cases[i].body);
    minipay_test_assert_header (x, "Wechatpay-Serial", V3_KEY_ID);
  }
}

static void
test_call_of_provider (void)
{
  g_autoptr (MinipayTestExchange) share =
      begin_call (provider,
                  "profit-sharing",
                  "{'transaction_id': <'" TRANSACTION "'>, 'out_order_no': <'P1'>, 'receivers': <@aa{sv} []>, "
                  "'unfreeze_unsplit': <false>}");
  g_autoptr (MinipayTestExchange) query = begin_call (
      provider, "profit-sharing-query", "{'out_order_no': <'P1'>, 'transaction_id': <'" TRANSACTION "'>}");

  minipay_test_assert_request (
      share,
      "POST",
      "/v3/profitsharing/orders",
      "{\"appid\":\"wxd678efh567hg6787\",\"sub_mchid\":\"1900000109\",\"transaction_id\":\"" TRANSACTION "\","
      "\"out_order_no\":\"P1\",\"receivers\":[],\"unfreeze_unsplit\":false}");
  minipay_test_assert_request (
      query, "GET", "/v3/profitsharing/orders/P1?transaction_id=" TRANSACTION "&sub_mchid=1900000109", NULL);
}

/* Sensitive members are sealed for the key that the request names, wherever they stand. */
static void
test_call_sealed (void)
{
  g_autoptr (MinipayTestExchange) share =
      begin_call (NULL,
                  "profit-sharing",
                  "{'transaction_id': <'" TRANSACTION "'>, 'out_order_no': <'P1'>, 'receivers': <[{'type': "
                  "<'MERCHANT_ID'>, 'account': <'1'>, 'name': <'腾讯'>, 'amount': <int64 1>, "
                  "'description': <'d'>}]>, 'unfreeze_unsplit': <false>}");
  g_autoptr (MinipayTestExchange) refund =
      begin_call (NULL,
                  "abnormal-refund",
                  "{'refund_id': <'50'>, 'out_refund_no': <'R1'>, 'type': <'MERCHANT_BANK_CARD'>, "
                  "'bank_type': <'ICBC_DEBIT'>, 'bank_account': <'6222021'>, 'real_name': <'张三'>}");
  g_autofree char *name = v3_open_member (share, "name");
  g_autofree char *account = v3_open_member (refund, "bank_account");
  g_autofree char *real_name = v3_open_member (refund, "real_name");

  g_assert_cmpstr (name, ==, "腾讯");
  g_assert_cmpstr (account, ==, "6222021");
  g_assert_cmpstr (real_name, ==, "张三");
}

static void
test_call_sealed_lengths (void)
{
  static const struct {
    gsize length;
    gboolean is_good;
  } cases[] = { { 0, FALSE }, { 1, TRUE }, { 214, TRUE }, { 215, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = v3_new (NULL);
    g_autofree char *name = g_strnfill (cases[i].length, 'n');
    g_autofree char *params = g_strdup_printf ("{'transaction_id': <'" TRANSACTION
                                               "'>, 'out_order_no': <'P1'>, 'receivers': <[{'name': <'%s'>}]>, "
                                               "'unfreeze_unsplit': <false>}",
                                               name);
    g_autoptr (GError) error = NULL;

    if (minipay_test_exchange_call (x, "profit-sharing", params, &error) == cases[i].is_good)
      continue;
    g_test_message ("%" G_GSIZE_FORMAT " bytes", cases[i].length);
    g_test_fail ();
  }
}

static void
test_call_rules (void)
{
  static const char params[] = "{'type': <'MERCHANT_ID'>, 'account': <'1'>, 'relation_type': <'STORE'>}";
  g_autoptr (MinipayTestExchange) x = v3_new (NULL);
  g_autofree char *missing = minipay_test_replace (params, "'account': <'1'>, ", "");
  g_autofree char *strange = minipay_test_replace (params, "MERCHANT_ID", "MERCHANT");
  g_autofree char *unknown = minipay_test_replace (params, "account", "acount");
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_test_exchange_call (x, "profit-sharing-add-receiver", missing, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (minipay_test_exchange_call (x, "profit-sharing-add-receiver", strange, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (minipay_test_exchange_call (x, "profit-sharing-add-receiver", unknown, &error));
  g_assert_nonnull (error);
}

static void
test_call_answer (void)
{
  g_autoptr (MinipayTestExchange) x =
      begin_call (NULL, "profit-sharing-amount", "{'transaction_id': <'" TRANSACTION "'>}");
  g_autoptr (MinipayTestExchange) list =
      begin_call (NULL, "profit-sharing-amount", "{'transaction_id': <'" TRANSACTION "'>}");
  g_autoptr (GError) error = NULL;
  MinipayReport *report;
  gint64 left = 0;

  v3_answer (x, "{\"transaction_id\":\"" TRANSACTION "\",\"unsplit_amount\":1000}", &error);
  g_assert_no_error (error);
  report = minipay_test_exchange_get_report (x);
  g_assert_cmpstr (minipay_report_get_name (report), ==, "profit-sharing-amount");
  g_assert_true (minipay_report_get_authenticated (report));
  g_assert_true (g_variant_lookup (minipay_report_get_values (report), "unsplit_amount", "x", &left));
  g_assert_cmpint (left, ==, 1000);
  g_assert_false (v3_answer (list, "[]", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
}

/* --- Bills --- */

static gboolean
begin_bill (MinipayTestExchange *x, MinipayBillKind kind, const char *extras, GError **error)
{
  g_autofree char *path = g_build_filename (minipay_test_folder (), "bill.csv", NULL);
  g_autoptr (MinipayBillRequest) request = g_object_new (MINIPAY_TYPE_BILL_REQUEST,
                                                         "kind",
                                                         kind,
                                                         "date",
                                                         "2019-06-11",
                                                         "path",
                                                         path,
                                                         "extras",
                                                         extras != NULL ? g_variant_new_parsed (extras) : NULL,
                                                         NULL);

  g_clear_object (&x->exchange);
  x->exchange = minipay_exchange_new (x->provider,
                                      x->info,
                                      x->config,
                                      MINIPAY_OPERATION_DOWNLOAD_BILL,
                                      G_OBJECT (request),
                                      MINIPAY_WALLET_ANY,
                                      &x->environment);
  return minipay_exchange_begin (x->exchange, error);
}

static void
assert_bill_target (const char *const *changes, MinipayBillKind kind, const char *extras, const char *target)
{
  g_autoptr (MinipayTestExchange) x = v3_new (changes);
  g_autoptr (GError) error = NULL;

  begin_bill (x, kind, extras, &error);
  g_assert_no_error (error);
  minipay_test_assert_request (x, "GET", target, NULL);
  g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_SAFE);
}

static void
test_bill_targets (void)
{
  g_autoptr (MinipayTestExchange) x = v3_new (NULL);
  g_autoptr (GError) error = NULL;

  assert_bill_target (
      NULL, MINIPAY_BILL_KIND_TRADE, NULL, "/v3/bill/tradebill?bill_date=2019-06-11&bill_type=ALL&tar_type=GZIP");
  assert_bill_target (NULL,
                      MINIPAY_BILL_KIND_TRADE,
                      "{'bill_type': <'REFUND'>}",
                      "/v3/bill/tradebill?bill_date=2019-06-11&bill_type=REFUND&tar_type=GZIP");
  assert_bill_target (NULL,
                      MINIPAY_BILL_KIND_FUND_FLOW,
                      "{'account_type': <'FEES'>}",
                      "/v3/bill/fundflowbill?bill_date=2019-06-11&account_type=FEES&tar_type=GZIP");
  assert_bill_target (provider,
                      MINIPAY_BILL_KIND_PROFIT_SHARING,
                      NULL,
                      "/v3/profitsharing/bills?bill_date=2019-06-11&tar_type=GZIP&sub_mchid=1900000109");
  g_assert_false (begin_bill (x, MINIPAY_BILL_KIND_TRADE, "{'account_type': <'FEES'>}", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
}

#define BILL_ANSWER                                                                                                \
  "{\"hash_type\":\"SHA1\",\"hash_value\":\"" SHA1 "\",\"download_url\":"                                          \
  "\"https://api.mch.weixin.qq.com/v3/billdownload/file?token=xxx&tartype=gzip\"}"

static void
test_bill (void)
{
  g_autoptr (MinipayTestExchange) x = v3_new (NULL);
  g_autoptr (GError) error = NULL;
  GObject *bill;

  begin_bill (x, MINIPAY_BILL_KIND_TRADE, NULL, &error);
  g_assert_no_error (error);
  v3_answer (x, BILL_ANSWER, &error);
  g_assert_no_error (error);
  /* printf '%s\n' GET '/v3/billdownload/file?token=xxx&tartype=gzip' 1554208460 593BEC0C930BF1AFEB40B4A08C8FB242 ''
   * | openssl dgst -sha256 -sign wxp-doc-mch-1900007291.pem | base64 -w0 */
  minipay_test_assert_request (x, "GET", "/v3/billdownload/file?token=xxx&tartype=gzip", NULL);
  minipay_test_assert_header (
      x,
      "Authorization",
      "WECHATPAY2-SHA256-RSA2048 mchid=\"1900007291\","
      "nonce_str=\"593BEC0C930BF1AFEB40B4A08C8FB242\",timestamp=\"1554208460\","
      "serial_no=\"408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB\",signature=\""
      "TW26cvZcTv4nSljfT6YuRnux2gNNy55o0XytTBJ/"
      "z25WCXeCkQCfTBmVRB6hvttPL0fyh6XCW2EZBK2y+"
      "kCFbZ0LoYfCQFVUmAUhFDwSis58BaXOU0k6UHsQMONBRJlVFG3RhFDo29Iakf4TC0v78zqpoHH3tpWoSO1UrDsgZEFSIta9H8P/"
      "fIB93hK1ROepqSuN52KzDLj0T9VGpS1NqkVnasV8c/C1qQ1TzQ/1NUrJkTri2D84xa8FwEY/vi5YM2/"
      "v3LYrQnf3XTyRi4vTb71RbExxrLbOnzfZ77yvzJq2qvYaXr9clToDC9fWALM7lOTOmGO1X/BjEGTRmV328Q=="
      "\"");
  g_assert_cmpstr (minipay_exchange_get_origin (x->exchange), ==, "https://api.mch.weixin.qq.com");
  g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_SAFE | MINIPAY_SEND_FLAGS_BILL);
  /* the bill itself comes unsigned, and went to its file */
  minipay_test_exchange_answer (x, 200, NULL, NULL, &error);
  g_assert_no_error (error);
  bill = minipay_exchange_get_result (x->exchange);
  g_assert_true (MINIPAY_IS_BILL (bill));
  g_assert_cmpstr (minipay_bill_get_sha1 (MINIPAY_BILL (bill)), ==, SHA1);
}

static void
test_bill_refused (void)
{
  static const struct {
    const char *old;
    const char *replacement;
    int code;
  } cases[] = {
    { "SHA1", "MD5", MINIPAY_ERROR_PROTOCOL },
    { SHA1, "79bb0f45", MINIPAY_ERROR_PROTOCOL },
    { SHA1, "zzbb0f45fc4c42234a918000b2668d689e2bde04", MINIPAY_ERROR_PROTOCOL },
    { "\"hash_value\"", "\"hash\"", MINIPAY_ERROR_PROTOCOL },
    { "\"download_url\"", "\"url\"", MINIPAY_ERROR_PROTOCOL },
    { "api.mch.weixin.qq.com", "example.com", MINIPAY_ERROR_PLUGIN },
    { "https:", "http:", MINIPAY_ERROR_PLUGIN },
  };
  g_autoptr (MinipayTestExchange) disguised = v3_new (NULL);
  g_autoptr (MinipayTestExchange) none = v3_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = v3_new (NULL);
    g_autofree char *body = minipay_test_replace (BILL_ANSWER, cases[i].old, cases[i].replacement);
    g_autoptr (GError) local_error = NULL;

    begin_bill (x, MINIPAY_BILL_KIND_TRADE, NULL, &local_error);
    g_assert_no_error (local_error);
    g_assert_false (v3_answer (x, body, &local_error));
    g_assert_error (local_error, MINIPAY_ERROR, cases[i].code);
  }
  begin_bill (none, MINIPAY_BILL_KIND_TRADE, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (minipay_test_exchange_answer (
      none, 400, NULL, "{\"code\":\"NO_STATEMENT_EXIST\",\"message\":\"-\"}", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_FOUND);
  g_clear_error (&error);
  begin_bill (disguised, MINIPAY_BILL_KIND_TRADE, NULL, &error);
  g_assert_no_error (error);
  v3_answer (disguised, BILL_ANSWER, &error);
  g_assert_no_error (error);
  g_assert_false (
      minipay_test_exchange_answer (disguised, 200, NULL, "{\"code\":\"SYSTEM_ERROR\",\"message\":\"-\"}", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v3/refund/request", test_refund_request);
  g_test_add_func ("/wechat-v3/refund/states", test_refund_states);
  g_test_add_func ("/wechat-v3/refund/bad-answers", test_refund_bad_answers);
  g_test_add_func ("/wechat-v3/refund/refusals", test_refund_refusals);
  g_test_add_func ("/wechat-v3/query-refund", test_query_refund);
  g_test_add_func ("/wechat-v3/call/requests", test_call_requests);
  g_test_add_func ("/wechat-v3/call/of-provider", test_call_of_provider);
  g_test_add_func ("/wechat-v3/call/sealed", test_call_sealed);
  g_test_add_func ("/wechat-v3/call/sealed/lengths", test_call_sealed_lengths);
  g_test_add_func ("/wechat-v3/call/rules", test_call_rules);
  g_test_add_func ("/wechat-v3/call/answer", test_call_answer);
  g_test_add_func ("/wechat-v3/bill/targets", test_bill_targets);
  g_test_add_func ("/wechat-v3/bill", test_bill);
  g_test_add_func ("/wechat-v3/bill/refused", test_bill_refused);
  return g_test_run ();
}
