/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "receive-desk.h"
#include "v3-gateway.h"

#define NUMBER      "1217752501201407033233368018"
#define TRANSACTION "4200000925202101284997714292"
#define PAID                                                                                                       \
  "{\"appid\":\"wxd678efh567hg6787\",\"mchid\":\"1900007291\",\"out_trade_no\":\"" NUMBER "\","                    \
  "\"transaction_id\":\"" TRANSACTION "\",\"trade_state\":\"SUCCESS\","                                            \
  "\"amount\":{\"total\":100,\"payer_total\":100,\"currency\":\"CNY\",\"payer_currency\":\"CNY\"}}"

static Desk *
v3_desk_new (void)
{
  return desk_new (v3_new (NULL), NUMBER, 100);
}

/* @event_id NULL: the usual one */
static MinipayHttpRequest *
incoming_new (const char *plain, const char *event_id)
{
  g_autofree char *usual = v3_notification_new ("TRANSACTION.SUCCESS", "transaction", plain);
  g_autofree char *body = event_id != NULL
                              ? minipay_test_replace (usual, "b62e271c-3389-58a0-8146-4a704966e8f1", event_id)
                              : g_strdup (usual);
  g_auto (GStrv) headers =
      v3_headers_new (g_get_real_time () / G_USEC_PER_SEC, "d824f2e086d3c1df967785d13fcd22ef", V3_KEY_ID, body);

  return minipay_test_incoming_new ((const char *const *) headers, body);
}

static void
test_paid (void)
{
  g_autoptr (Desk) desk = v3_desk_new ();

  desk_assert_accepted (desk, incoming_new (PAID, NULL), FALSE, FALSE);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
  desk_assert_transaction (desk, NUMBER, TRANSACTION);
}

static void
test_duplicate (void)
{
  g_autoptr (Desk) desk = v3_desk_new ();

  desk_assert_accepted (desk, incoming_new (PAID, NULL), FALSE, FALSE);
  /* the same event again, and another event of the same effect */
  desk_assert_accepted (desk, incoming_new (PAID, NULL), FALSE, TRUE);
  desk_assert_accepted (desk, incoming_new (PAID, "00000000-3389-58a0-8146-4a704966e8f1"), FALSE, TRUE);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
}

/* What is altered is genuinely signed and sealed: only the comparison stands in its way. */
static void
test_mismatch (void)
{
  static const char *const alterations[][2] = {
    { "1900007291", "1900007292" },
    { "wxd678efh567hg6787", "wxd678efh567hg6788" },
    { "\"total\":100", "\"total\":99" },
    { "\"total\":100", "\"total\":101" },
    { "\"total\":100", "\"total\":1" },
    { "\"total\":100,", "" },
    { "\"currency\":\"CNY\"", "\"currency\":\"USD\"" },
    { "\"currency\":\"CNY\"", "\"currency\":\"JPY\"" },
    { "\"currency\":\"CNY\"", "\"currency\":\"XXX\"" },
    { "\"currency\":\"CNY\"", "\"currency\":\"cny\"" },
    { "\"currency\":\"CNY\"", "\"currency\":\"\"" },
    { "\"amount\"", "\"amounts\"" },
    { "\"out_trade_no\":\"" NUMBER "\"", "\"out_trade_no\":\"\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (alterations); i++) {
    g_autoptr (Desk) desk = v3_desk_new ();
    g_autofree char *plain = minipay_test_replace (PAID, alterations[i][0], alterations[i][1]);

    g_test_message ("%s", plain);
    desk_assert_refused (desk, incoming_new (plain, NULL), MINIPAY_ERROR_MISMATCH);
    g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
    desk_assert_transaction (desk, NUMBER, NULL);
    /* ST-10: the refused one left no trace, so the genuine one of the same event id is news */
    desk_assert_accepted (desk, incoming_new (PAID, NULL), FALSE, FALSE);
  }
}

/* A service provider's notification, /v3/pay/partner/: whoever signs it, this account is not who is paid. */
static void
test_service_provider (void)
{
  static const char *const parties[] = {
    "\"sp_appid\":\"wxd678efh567hg6787\",\"sp_mchid\":\"1900007291\",\"sub_mchid\":\"1900000109\"",
    "\"sp_appid\":\"wxd678efh567hg6787\",\"sp_mchid\":\"1900000100\",\"sub_mchid\":\"1900007291\"",
    "\"appid\":\"wxd678efh567hg6787\",\"mchid\":\"1900007291\",\"sp_mchid\":\"1900007291\","
    "\"sub_mchid\":\"1900000109\"",
  };

  for (guint i = 0; i < G_N_ELEMENTS (parties); i++) {
    g_autoptr (Desk) desk = v3_desk_new ();
    g_autofree char *plain =
        minipay_test_replace (PAID, "\"appid\":\"wxd678efh567hg6787\",\"mchid\":\"1900007291\"", parties[i]);

    desk_assert_refused (desk, incoming_new (plain, NULL), MINIPAY_ERROR_MISMATCH);
    g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
    desk_assert_accepted (desk, incoming_new (PAID, NULL), FALSE, FALSE);
  }
}

static void
test_forged (void)
{
  g_autoptr (Desk) desk = v3_desk_new ();
  MinipayHttpRequest *incoming = incoming_new (PAID, NULL);

  minipay_http_request_add_header (incoming, "Wechatpay-Signature", "AAAA");
  desk_assert_refused (desk, incoming, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
  desk_assert_accepted (desk, incoming_new (PAID, NULL), FALSE, FALSE);
}

static void
test_unmatched (void)
{
  g_autoptr (Desk) desk = v3_desk_new ();
  g_autofree char *plain = minipay_test_replace (PAID, NUMBER, "1217752501201407033233368019");

  desk_assert_accepted (desk, incoming_new (plain, NULL), TRUE, FALSE);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
  g_assert_cmpint (desk_get_state (desk, "1217752501201407033233368019"), ==, -1);
  desk_assert_accepted (desk, incoming_new (plain, NULL), TRUE, TRUE);
}

static void
test_transaction_of_other_order (void)
{
  static const char other[] = "1217752501201407033233368019";
  g_autoptr (Desk) desk = v3_desk_new ();
  g_autofree char *plain = minipay_test_replace (PAID, NUMBER, other);
  g_autoptr (MinipayMoney) total = minipay_money_new (100, "CNY");
  g_autoptr (MinipayIntent) second = g_object_new (MINIPAY_TYPE_INTENT,
                                                   "account",
                                                   "tea-shop",
                                                   "number",
                                                   other,
                                                   "total",
                                                   total,
                                                   "fingerprint",
                                                   "g",
                                                   "state",
                                                   MINIPAY_INTENT_STATE_SENDING,
                                                   NULL);
  g_autoptr (MinipayIntent) known = NULL;
  g_autoptr (GError) error = NULL;

  known = minipay_store_begin (desk->store, second, &error);
  g_assert_no_error (error);
  desk_assert_accepted (desk, incoming_new (PAID, NULL), FALSE, FALSE);
  /* one transaction pays one order */
  desk_assert_refused (desk, incoming_new (plain, "00000000-3389-58a0-8146-4a704966e8f1"), MINIPAY_ERROR_CONFLICT);
  g_assert_cmpint (desk_get_state (desk, other), ==, MINIPAY_INTENT_STATE_SENDING);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
}

static void
test_second_transaction (void)
{
  g_autoptr (Desk) desk = v3_desk_new ();
  g_autofree char *plain = minipay_test_replace (PAID, TRANSACTION, "4200000925202101284997714293");

  desk_assert_accepted (desk, incoming_new (PAID, NULL), FALSE, FALSE);
  desk_assert_refused (desk, incoming_new (plain, "00000000-3389-58a0-8146-4a704966e8f1"), MINIPAY_ERROR_MISMATCH);
  desk_assert_transaction (desk, NUMBER, TRANSACTION);
}

static void
test_too_large (void)
{
  g_autoptr (Desk) desk = v3_desk_new ();
  g_autofree char *body = g_strnfill (256 * 1024 + 1, ' ');

  desk_assert_refused (desk, minipay_test_incoming_new (NULL, body), MINIPAY_ERROR_LIMIT);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v3/receive/paid", test_paid);
  g_test_add_func ("/wechat-v3/receive/duplicate", test_duplicate);
  g_test_add_func ("/wechat-v3/receive/mismatch", test_mismatch);
  g_test_add_func ("/wechat-v3/receive/service-provider", test_service_provider);
  g_test_add_func ("/wechat-v3/receive/forged", test_forged);
  g_test_add_func ("/wechat-v3/receive/unmatched", test_unmatched);
  g_test_add_func ("/wechat-v3/receive/transaction-of-other-order", test_transaction_of_other_order);
  g_test_add_func ("/wechat-v3/receive/second-transaction", test_second_transaction);
  g_test_add_func ("/wechat-v3/receive/too-large", test_too_large);
  return g_test_run ();
}
