/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-report.h"
#include "provider/minipay-call-request-private.h"
#include "provider/minipay-limits-private.h"
#include "provider/minipay-provider-info-private.h"
#include "v2-gateway.h"

/* Profit sharing and the list of refunds. Signatures as in the tests of the order, by Python; the account's own
 * digest is MD5, which profit sharing does not know. */

#define SAFE       MINIPAY_SEND_FLAGS_SAFE
#define IDEMPOTENT MINIPAY_SEND_FLAGS_IDEMPOTENT
#define CERTIFIED  (MINIPAY_SEND_FLAGS_IDEMPOTENT | MINIPAY_SEND_FLAGS_IDENTITY)

#define TRANSACTION "4208450740201411110007820472"
#define ORDER       "P20150806125346"

#define RECEIVERS                                                                                                  \
  "[{\"type\":\"MERCHANT_ID\",\"account\":\"190001001\",\"amount\":100,\"description\":\"分到商户\"},"         \
  "{\"type\":\"PERSONAL_OPENID\",\"account\":\"86693952\",\"amount\":888,\"description\":\"分到个人\"}]"

#define SHARE                                                                                                      \
  "{'transaction_id': <'" TRANSACTION "'>, 'out_order_no': <'" ORDER "'>, 'receivers': <["                         \
  "{'type': <'MERCHANT_ID'>, 'account': <'190001001'>, 'amount': <int64 100>, 'description': <'分到商户'>},"   \
  "{'type': <'PERSONAL_OPENID'>, 'account': <'86693952'>, 'amount': <int64 888>, 'description': <'分到个人'>}]>}"
#define RETURN                                                                                                     \
  "{'out_order_no': <'" ORDER "'>, 'out_return_no': <'R20190516001'>, 'return_account_type': <'MERCHANT_ID'>,"     \
  " 'return_account': <'86693852'>, 'return_amount': <int64 10>, 'description': <'用户退款'>}"

static gboolean
call (MinipayTestExchange *x, const char *name, const char *params, GError **error)
{
  g_autoptr (MinipayCallRequest) request = minipay_call_request_new (name, g_variant_new_parsed (params));

  return minipay_limits_check_operation (x->info, x->config, name, error) &&
         minipay_limits_check_extras (minipay_provider_info_get_manifest (x->info),
                                      x->config,
                                      name,
                                      NULL,
                                      minipay_call_request_get_params (request),
                                      error) &&
         v2_begin (x, MINIPAY_OPERATION_CALL, request, error);
}

static MinipayTestExchange *
begin (const char *name, const char *params)
{
  static const char *const md5[] = { "sign-type", V2_MD5, NULL };
  MinipayTestExchange *x = v2_new_certified (md5);
  g_autoptr (GError) error = NULL;

  call (x, name, params, &error);
  g_assert_no_error (error);
  return x;
}

static void
test_share (void)
{
  static const char *const pairs[] = { "transaction_id", TRANSACTION, "out_order_no",   ORDER,
                                       "receivers",      RECEIVERS,   V2_TAIL (V2_HMAC) };
  static const char *const names[][2] = {
    { "profit-sharing", "/secapi/pay/profitsharing" },
    { "profit-sharing-multi", "/secapi/pay/multiprofitsharing" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (MinipayTestExchange) x = begin (names[i][0], SHARE);

    v2_assert_request (
        x, names[i][1], CERTIFIED, pairs, "837E962F1B290F3828D4B17A8561BAB6CAB5A050E3A608F2CBB58498556820F5");
  }
}

static void
test_others (void)
{
  /* without appid */
  static const char *const amount[] = { "transaction_id", TRANSACTION, "mch_id", V2_MCHID, "nonce_str",
                                        V2_NONCE,         "sign_type", V2_HMAC,  NULL };
  static const char *const back[] = { "out_order_no",        ORDER,         "out_return_no",  "R20190516001",
                                      "return_account_type", "MERCHANT_ID", "return_account", "86693852",
                                      "return_amount",       "10",          "description",    "用户退款",
                                      V2_TAIL (V2_HMAC) };
  g_autoptr (MinipayTestExchange) x = begin ("profit-sharing-amount", "{'transaction_id': <'" TRANSACTION "'>}");
  g_autoptr (MinipayTestExchange) y = begin ("profit-sharing-return", RETURN);

  v2_assert_request (x,
                     "/pay/profitsharingorderamountquery",
                     SAFE,
                     amount,
                     "F6368576F69F02E2DA66DE2B303622BB3596642B74E50AA87E33A26FF1680C79");
  v2_assert_request (y,
                     "/secapi/pay/profitsharingreturn",
                     CERTIFIED,
                     back,
                     "AD29A491359316B8D32F4554B689210236FD9103815457C4364E0C299619BC31");
}

/* Which path, and with which money rule. */
static void
test_table (void)
{
#define RECEIVER "{'receiver': <{'type': <'MERCHANT_ID'>, 'account': <'86693852'>}>}"
#define BOTH     "'transaction_id': <'" TRANSACTION "'>, 'out_order_no': <'" ORDER "'>"
  static const struct {
    const char *name;
    const char *params;
    const char *path;
    MinipaySendFlags flags;
    const char *holds;
  } cases[] = {
    { "profit-sharing-finish",
      "{" BOTH ", 'description': <'end'>}",
      "/secapi/pay/profitsharingfinish",
      CERTIFIED,
      "<description><![CDATA[end]]></description>" },
    { "profit-sharing-query", "{" BOTH "}", "/pay/profitsharingquery", SAFE, "<out_order_no>" },
    { "profit-sharing-add-receiver",
      RECEIVER,
      "/pay/profitsharingaddreceiver",
      IDEMPOTENT,
      "<receiver><![CDATA[{\"type\":\"MERCHANT_ID\",\"account\":\"86693852\"}]]></receiver>" },
    { "profit-sharing-remove-receiver", RECEIVER, "/pay/profitsharingremovereceiver", IDEMPOTENT, "<receiver>" },
    { "profit-sharing-return-query",
      "{'order_id': <'3008450740201411110007820472'>, 'out_return_no': <'R20190516001'>}",
      "/pay/profitsharingreturnquery",
      SAFE,
      "<order_id>" },
    { "list-refunds",
      "{'out_trade_no': <'" V2_NUMBER "'>, 'offset': <int64 10>}",
      "/pay/refundquery",
      SAFE,
      "<offset><![CDATA[10]]></offset>" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin (cases[i].name, cases[i].params);
    MinipayHttpRequest *request = minipay_exchange_get_request (x->exchange);
    GBytes *body = minipay_http_request_get_body (request);
    g_autofree char *text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));

    g_test_message ("%s", cases[i].name);
    g_assert_cmpstr (minipay_http_request_get_target (request), ==, cases[i].path);
    g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, cases[i].flags);
    g_assert_nonnull (strstr (text, cases[i].holds));
    /* the list of refunds alone is signed as the account says */
    g_assert_true ((strstr (text, "<sign_type><![CDATA[MD5]]>") != NULL) ==
                   (strcmp (cases[i].name, "list-refunds") == 0));
    g_assert_true ((strstr (text, "<appid>") == NULL) == (strcmp (cases[i].name, "profit-sharing-query") == 0));
  }
}

static void
test_bad_params (void)
{
  static const struct {
    const char *name;
    const char *params;
    MinipayError code;
    const char *named;
  } cases[] = {
    { "profit-sharing", "{" BOTH "}", MINIPAY_ERROR_INVALID, "receivers" },
    { "profit-sharing", "{" BOTH ", 'receivers': <'[]'>}", MINIPAY_ERROR_INVALID, "receivers" },
    { "profit-sharing", "{" BOTH ", 'receivers': <[{'amount': <1.5>}]>}", MINIPAY_ERROR_INVALID, "amount" },
    { "profit-sharing", "{" BOTH ", 'receivers': <[{'a': <'x&sign=1'>}]>}", MINIPAY_ERROR_INVALID, "receivers" },
    { "profit-sharing-finish", "{" BOTH ", 'description': <'a&b=c'>}", MINIPAY_ERROR_INVALID, "description" },
    { "profit-sharing-query", "{" BOTH ", 'more': <'x'>}", MINIPAY_ERROR_NOT_SUPPORTED, "more" },
    { "profit-sharing-query", "{'out_order_no': <'1'>}", MINIPAY_ERROR_INVALID, "transaction_id" },
    { "profit-sharing-return-query",
      "{'out_return_no': <'1'>}",
      MINIPAY_ERROR_INVALID,
      "order_id or out_order_no" },
    { "profit-sharing-return-query",
      "{'out_return_no': <'1'>, 'order_id': <'1'>, 'out_order_no': <'1'>}",
      MINIPAY_ERROR_INVALID,
      "both" },
    { "list-refunds", "{'out_trade_no': <'1'>, 'offset': <int64 -1>}", MINIPAY_ERROR_INVALID, "offset" },
    { "list-refunds", "{'out_trade_no': <'1'>, 'offset': <'1'>}", MINIPAY_ERROR_INVALID, "offset" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = v2_new_certified (NULL);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s %s", cases[i].name, cases[i].params);
    g_assert_false (call (x, cases[i].name, cases[i].params, &error));
    g_assert_error (error, MINIPAY_ERROR, (int) cases[i].code);
    g_assert_nonnull (strstr (error->message, cases[i].named));
  }
}

static void
test_long_receivers (void)
{
  for (guint length = 10240; length <= 10241; length++) {
    g_autoptr (MinipayTestExchange) x = v2_new_certified (NULL);
    /* [{"account":"..."}] has sixteen bytes besides */
    g_autofree char *account = g_strnfill (length - 16, 'a');
    g_autofree char *params = g_strdup_printf ("{" BOTH ", 'receivers': <[{'account': <'%s'>}]>}", account);
    g_autoptr (GError) error = NULL;

    g_assert_cmpint (call (x, "profit-sharing", params, &error), ==, length == 10240);
    if (length > 10240)
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  }
}

/* --- The answer --- */

static const char *const returned[] = {
  "return_code",
  "SUCCESS",
  "result_code",
  "SUCCESS",
  "appid",
  V2_APPID,
  "mch_id",
  V2_MCHID,
  "nonce_str",
  "n",
  "order_id",
  "3008450740201411110007820472",
  "out_order_no",
  ORDER,
  "out_return_no",
  "R20190516001",
  "return_account",
  "86693852",
  "return_amount",
  "10",
  "result",
  "SUCCESS",
  NULL,
};

static void
test_answer (void)
{
  g_autoptr (MinipayTestExchange) x = begin ("profit-sharing-return", RETURN);
  g_autofree char *body = v2_message_new (V2_HMAC, returned, NULL, NULL);
  g_autoptr (GVariant) amount = NULL;
  g_autoptr (GError) error = NULL;
  MinipayReport *report;

  v2_answer (x, body, &error);
  g_assert_no_error (error);
  report = MINIPAY_REPORT (minipay_exchange_get_result (x->exchange));
  g_assert_cmpstr (minipay_report_get_name (report), ==, "profit-sharing-return");
  g_assert_cmpstr (minipay_report_lookup_text (report, "out_order_no"), ==, ORDER);
  g_assert_cmpstr (minipay_report_lookup_text (report, "result"), ==, "SUCCESS");
  g_assert_null (minipay_report_lookup_text (report, "sign"));
  g_assert_null (minipay_report_lookup_text (report, "nonce_str"));
  /* asked as a number, told as one */
  amount = g_variant_lookup_value (minipay_report_get_values (report), "return_amount", G_VARIANT_TYPE_INT64);
  g_assert_cmpint (g_variant_get_int64 (amount), ==, 10);
  g_assert_true (minipay_report_get_authenticated (report));
}

static void
test_bad_answers (void)
{
  static const struct {
    const char *digest;
    const char *name;
    const char *value;
    MinipayError code;
  } cases[] = {
    { V2_HMAC, "return_amount", "10.0", MINIPAY_ERROR_PROTOCOL },
    { V2_HMAC, "mch_id", "10000101", MINIPAY_ERROR_MISMATCH },
    { V2_HMAC, "appid", "wx1", MINIPAY_ERROR_MISMATCH },
    /* the digest of the request, not the account's */
    { V2_MD5, NULL, NULL, MINIPAY_ERROR_SIGNATURE_INVALID },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = begin ("profit-sharing-return", RETURN);
    g_autofree char *body = v2_message_new (cases[i].digest, returned, cases[i].name, cases[i].value);
    g_autoptr (GError) error = NULL;

    g_assert_false (v2_answer (x, body, &error));
    g_assert_error (error, MINIPAY_ERROR, (int) cases[i].code);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v2/call/share", test_share);
  g_test_add_func ("/wechat-v2/call/amount-and-return", test_others);
  g_test_add_func ("/wechat-v2/call/table", test_table);
  g_test_add_func ("/wechat-v2/call/bad-parameters", test_bad_params);
  g_test_add_func ("/wechat-v2/call/long-receivers", test_long_receivers);
  g_test_add_func ("/wechat-v2/call/answer", test_answer);
  g_test_add_func ("/wechat-v2/call/bad-answers", test_bad_answers);
  return g_test_run ();
}
