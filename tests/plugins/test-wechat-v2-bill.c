/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-bill-request.h"
#include "core/minipay-bill.h"
#include "v2-gateway.h"

/* Bills of trades and of fund flows. Signatures as in the tests of the order, by Python. */

#define TRADE     (MINIPAY_SEND_FLAGS_SAFE | MINIPAY_SEND_FLAGS_BILL)
#define FUND_FLOW (TRADE | MINIPAY_SEND_FLAGS_IDENTITY)

static MinipayBillRequest *
request_new (MinipayBillKind kind, const char *extras)
{
  g_autofree char *path = g_build_filename (minipay_test_folder (), "bill.csv", NULL);

  return g_object_new (MINIPAY_TYPE_BILL_REQUEST,
                       "kind",
                       kind,
                       "date",
                       "2026-11-20",
                       "path",
                       path,
                       "extras",
                       extras != NULL ? g_variant_new_parsed (extras) : NULL,
                       NULL);
}

static MinipayTestExchange *
begin (MinipayBillKind kind, const char *extras, GError **error)
{
  /* fund flows know HMAC-SHA256 alone, whatever the account says */
  static const char *const md5[] = { "sign-type", V2_MD5, NULL };
  MinipayTestExchange *x = v2_new_certified (md5);
  g_autoptr (MinipayBillRequest) request = request_new (kind, extras);

  v2_begin (x, MINIPAY_OPERATION_DOWNLOAD_BILL, request, error);
  return x;
}

static void
test_requests (void)
{
  static const char *const trade[] = { "bill_date", "20261120", "bill_type",     "ALL",
                                       "tar_type",  "GZIP",     V2_TAIL (V2_MD5) };
  static const char *const fund_flow[] = { "bill_date", "20261120", "account_type",   "Basic",
                                           "tar_type",  "GZIP",     V2_TAIL (V2_HMAC) };
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayTestExchange) x = begin (MINIPAY_BILL_KIND_TRADE, NULL, &error);
  g_autoptr (MinipayTestExchange) y = begin (MINIPAY_BILL_KIND_FUND_FLOW, NULL, &error);

  g_assert_no_error (error);
  v2_assert_request (x, "/pay/downloadbill", TRADE, trade, "C2EC0A465FC2AF77876FC96672B0C4A3");
  v2_assert_request (y,
                     "/pay/downloadfundflow",
                     FUND_FLOW,
                     fund_flow,
                     "782B5B72EF621DE63D634D437F93F3C8C742E253C3431BE58E72890C8EA7D303");
}

static void
test_other_bills (void)
{
  static const struct {
    MinipayBillKind kind;
    const char *extras;
    MinipayError code;
    const char *named;
  } cases[] = {
    { MINIPAY_BILL_KIND_PROFIT_SHARING, NULL, MINIPAY_ERROR_NOT_SUPPORTED, "fund flows" },
    { MINIPAY_BILL_KIND_TRADE, "{'account_type': <'Fees'>}", MINIPAY_ERROR_INVALID, "account_type" },
    { MINIPAY_BILL_KIND_FUND_FLOW, "{'bill_type': <'REFUND'>}", MINIPAY_ERROR_INVALID, "bill_type" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayTestExchange) x = begin (cases[i].kind, cases[i].extras, &error);

    g_assert_error (error, MINIPAY_ERROR, (int) cases[i].code);
    g_assert_nonnull (strstr (error->message, cases[i].named));
    g_assert_null (minipay_exchange_get_request (x->exchange));
  }
}

static void
test_bill (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayTestExchange) x = begin (MINIPAY_BILL_KIND_TRADE, NULL, &error);

  minipay_test_exchange_answer (x, 200, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (MINIPAY_IS_BILL (minipay_exchange_get_result (x->exchange)));
}

/* A document is an error in disguise: it is told by its words, and signed by nobody. */
static void
test_disguised (void)
{
  static const struct {
    MinipayBillKind kind;
    guint status;
    const char *body;
    MinipayError code;
  } cases[] = {
    { MINIPAY_BILL_KIND_TRADE,
      200,
      "<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[No Bill Exist]]></return_msg>"
      "<error_code><![CDATA[20002]]></error_code></xml>",
      MINIPAY_ERROR_NOT_FOUND },
    { MINIPAY_BILL_KIND_TRADE,
      200,
      "<xml><return_code>FAIL</return_code><return_msg>Bill Creating</return_msg></xml>",
      MINIPAY_ERROR_RATE_LIMITED },
    { MINIPAY_BILL_KIND_TRADE,
      200,
      "<xml><return_code>FAIL</return_code><return_msg>CompressGZip Error</return_msg></xml>",
      MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { MINIPAY_BILL_KIND_TRADE,
      200,
      "<xml><return_code>FAIL</return_code><return_msg>another sentence</return_msg></xml>",
      MINIPAY_ERROR_PROTOCOL },
    { MINIPAY_BILL_KIND_TRADE, 200, "<xml></xml>", MINIPAY_ERROR_PROTOCOL },
    { MINIPAY_BILL_KIND_TRADE, 200, "{}", MINIPAY_ERROR_PROTOCOL },
    { MINIPAY_BILL_KIND_TRADE, 502, "<html></html>", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { MINIPAY_BILL_KIND_TRADE, 404, NULL, MINIPAY_ERROR_PROTOCOL },
    { MINIPAY_BILL_KIND_FUND_FLOW,
      200,
      "<xml><return_code>SUCCESS</return_code><result_code>FAIL</result_code><err_code>NO_BILL_EXIST</err_code>"
      "<err_code_des>no bill</err_code_des></xml>",
      MINIPAY_ERROR_NOT_FOUND },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayTestExchange) x = begin (cases[i].kind, NULL, &error);

    g_test_message ("%s", cases[i].body);
    g_assert_false (minipay_test_exchange_answer (x, cases[i].status, NULL, cases[i].body, &error));
    g_assert_error (error, MINIPAY_ERROR, (int) cases[i].code);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v2/bill/requests", test_requests);
  g_test_add_func ("/wechat-v2/bill/other-bills-refused", test_other_bills);
  g_test_add_func ("/wechat-v2/bill/came", test_bill);
  g_test_add_func ("/wechat-v2/bill/error-in-disguise", test_disguised);
  return g_test_run ();
}
