/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-error.h"
#include "provider/minipay-exchange-private.h"
#include "provider/minipay-provider-info-private.h"
#include "support/run-provider.h"
#include "support/test-exchange.h"

/* One exchange of a real provider's manifest and errors; the settings are nobody's concern here. */
static MinipayExchange *
exchange_new (const char *provider_id, const char *const *settings, MinipayOperation operation)
{
  g_autoptr (MinipayProviderInfo) info = minipay_test_info_new (provider_id);
  g_autoptr (GHashTable) pairs = minipay_test_settings_new (settings);
  g_autoptr (RunProvider) provider = run_provider_new (MINIPAY_SEND_FLAGS_NONE);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new ("20260101000000000001");
  g_autoptr (MinipayAccountConfig) config = NULL;
  g_autoptr (GError) error = NULL;

  config = minipay_test_config_new (info, pairs, &error);
  g_assert_no_error (error);
  return minipay_exchange_new (MINIPAY_PAYMENT_PROVIDER (provider),
                               info,
                               config,
                               operation,
                               G_OBJECT (ref),
                               MINIPAY_WALLET_ANY,
                               &minipay_real_environment);
}

static MinipayExchange *
v2_exchange_new (void)
{
  static const char *const settings[] = {
    "mchid", "1900000109", "appid", "wxd678efh567hg6787", "api-key", "192006250b4c09247ec02edce69f6a2d", NULL,
  };

  return exchange_new ("wechat-v2", settings, MINIPAY_OPERATION_QUERY);
}

static void
test_known (void)
{
  g_autoptr (MinipayExchange) x = v2_exchange_new ();
  g_autoptr (GError) error = NULL;
  const MinipayErrorDetail *detail;

  g_assert_true (minipay_exchange_refuse_known (x, "ORDERPAID", "该订单已支付", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_ALREADY_PAID);
  g_assert_cmpstr (error->message, ==, "wechat-v2 answered: 该订单已支付 [gateway-code=ORDERPAID]");
  detail = minipay_error_get_detail (error);
  g_assert_cmpstr (minipay_error_detail_get_gateway_code (detail), ==, "ORDERPAID");
  g_assert_cmpstr (minipay_error_detail_get_gateway_message (detail), ==, "该订单已支付");
  g_assert_cmpstr (minipay_error_detail_get_remedy (detail), ==, "query the order and settle it");
}

static void
test_no_sentence (void)
{
  g_autoptr (MinipayExchange) x = v2_exchange_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (minipay_exchange_refuse_known (x, "ORDERPAID", NULL, &error));
  g_assert_cmpstr (error->message, ==, "wechat-v2 answered: the order is paid already [gateway-code=ORDERPAID]");
  g_assert_null (minipay_error_detail_get_gateway_message (minipay_error_get_detail (error)));
}

static void
test_unknown (void)
{
  static const char *const words[] = { NULL, "", "ORDERPAYED", "orderpaid", "refund/NOTENOUGH" };
  g_autoptr (MinipayExchange) x = v2_exchange_new ();

  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_exchange_refuse_known (x, words[i], "no", &error));
    g_assert_no_error (error);
  }
  g_assert_true (minipay_exchange_refuse_known (x, "ORDERPAID", NULL, NULL));
}

/* The same word of the same gateway, as it is asked about something else. */
static void
test_operation (void)
{
  static const struct {
    MinipayOperation operation;
    const char *remedy;
  } cases[] = {
    { MINIPAY_OPERATION_REFRESH_KEYS, "set public-key and public-key-id instead" },
    { MINIPAY_OPERATION_QUERY, "check number and account" },
  };
  static const char *const settings[] = {
    "mchid",
    "1900007291",
    "appid",
    "wxd678efh567hg6787",
    "api-v3-key",
    "0123456789abcdef0123456789abcdef",
    "private-key",
    "fixture:wxp-doc-mch-1900007291",
    "merchant-serial",
    "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB",
    "public-key",
    "fixture:wxp-doc-platform",
    "public-key-id",
    "PUB_KEY_ID_0119000072912024110600000000",
    NULL,
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayExchange) x = exchange_new ("wechat-v3", settings, cases[i].operation);
    g_autoptr (GError) error = NULL;

    g_assert_true (minipay_exchange_refuse_known (x, "RESOURCE_NOT_EXISTS", NULL, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_FOUND);
    g_assert_cmpstr (minipay_error_detail_get_remedy (minipay_error_get_detail (error)), ==, cases[i].remedy);
  }
}

/* The shipped words in the merchant's language. */
static void
test_chinese (void)
{
  g_autofree char *before = g_strdup (g_getenv ("LANGUAGE"));
  g_autoptr (MinipayExchange) x = NULL;
  g_autoptr (GError) error = NULL;

  g_setenv ("LANGUAGE", "zh_CN", TRUE);
  x = v2_exchange_new ();
  g_assert_true (minipay_exchange_refuse_known (x, "ORDERPAID", NULL, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_ALREADY_PAID);
  g_assert_cmpstr (error->message, ==, "wechat-v2 answered: 订单已支付 [gateway-code=ORDERPAID]");
  g_assert_cmpstr (minipay_error_detail_get_remedy (minipay_error_get_detail (error)), ==, "查询订单并入账");
  if (before != NULL)
    g_setenv ("LANGUAGE", before, TRUE);
  else
    g_unsetenv ("LANGUAGE");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refuse-known/word-and-sentence/told", test_known);
  g_test_add_func ("/refuse-known/no-sentence/meaning-told", test_no_sentence);
  g_test_add_func ("/refuse-known/unknown-word/nothing-told", test_unknown);
  g_test_add_func ("/refuse-known/operation/own-entry", test_operation);
  g_test_add_func ("/refuse-known/chinese/remedy-chosen", test_chinese);
  return g_test_run ();
}
