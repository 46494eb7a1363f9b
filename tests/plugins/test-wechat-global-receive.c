/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "global-shop.h"
#include "receive-desk.h"

#define EVENT  "b62e271c-3389-58a0-8146-4a704966e8f1"
#define DIRECT "\"mchid\":\"1900000109\",\"appid\":\"wx8888888888888888\","
#define INSTITUTION                                                                                                \
  "\"sp_mchid\":\"1900000100\",\"sp_appid\":\"wx2421b1c4370ec43b\",\"sub_mchid\":\"1900000109\","                  \
  "\"sub_appid\":\"wx8888888888888888\","
#define AMOUNT                                                                                                     \
  "{\"total\":528800,\"currency\":\"HKD\",\"payer_total\":518799,\"payer_currency\":\"CNY\","                      \
  "\"exchange_rate\":{\"type\":\"SETTLEMENT_RATE\",\"rate\":8000000}}"
#define PAID(parties)                                                                                              \
  "{\"id\":\"" GLOBAL_TRANSACTION "\"," parties "\"out_trade_no\":\"" GLOBAL_NUMBER "\","                          \
  "\"trade_type\":\"JSAPI\",\"trade_state\":\"SUCCESS\",\"success_time\":\"2018-06-08T10:34:56+08:00\","           \
  "\"amount\":" AMOUNT "}"

/* @changes NULL: the direct merchant; it waits for 5288.00 HKD. */
static Desk *
global_desk_new (const char *const *changes)
{
  return desk_new_in (global_new (changes), GLOBAL_NUMBER, 528800, "HKD");
}

/* @event_id NULL: the usual one */
static MinipayHttpRequest *
incoming_new (const char *plain, const char *event_id)
{
  g_autofree char *usual = v3_notification_new ("TRANSACTION.SUCCESS", "transaction", plain);
  g_autofree char *body = minipay_test_replace (usual, EVENT, event_id != NULL ? event_id : EVENT);
  g_auto (GStrv) headers =
      v3_headers_new (g_get_real_time () / G_USEC_PER_SEC, "d824f2e086d3c1df967785d13fcd22ef", V3_KEY_ID, body);

  return minipay_test_incoming_new ((const char *const *) headers, body);
}

static void
assert_paid (const char *const *changes, const char *plain)
{
  g_autoptr (Desk) desk = global_desk_new (changes);

  desk_assert_accepted (desk, incoming_new (plain, NULL), FALSE, FALSE);
  g_assert_cmpint (desk_get_state (desk, GLOBAL_NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
  desk_assert_transaction (desk, GLOBAL_NUMBER, GLOBAL_TRANSACTION);
  /* the same event again, and another one of the same effect */
  desk_assert_accepted (desk, incoming_new (plain, NULL), FALSE, TRUE);
  desk_assert_accepted (desk, incoming_new (plain, "00000000-3389-58a0-8146-4a704966e8f1"), FALSE, TRUE);
}

static void
test_paid (void)
{
  assert_paid (NULL, PAID (DIRECT));
  assert_paid (global_institution, PAID (INSTITUTION));
}

/* What is altered is genuinely signed and sealed: only a comparison stands in its way. */
static void
assert_mismatch (const char *const *changes, const char *good, const char *old, const char *replacement)
{
  g_autoptr (Desk) desk = global_desk_new (changes);
  g_autofree char *plain = minipay_test_replace (good, old, replacement);

  g_test_message ("%s", plain);
  desk_assert_refused (desk, incoming_new (plain, NULL), MINIPAY_ERROR_MISMATCH);
  g_assert_cmpint (desk_get_state (desk, GLOBAL_NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
  desk_assert_transaction (desk, GLOBAL_NUMBER, NULL);
  /* the refused one left no trace, so the genuine one of the same event id is news */
  desk_assert_accepted (desk, incoming_new (good, NULL), FALSE, FALSE);
}

static void
test_parties (void)
{
  static const char *const direct[][2] = {
    { "\"mchid\":\"1900000109\"", "\"mchid\":\"1900000110\"" },
    { "wx8888888888888888", "wx8888888888888889" },
    { "\"out_trade_no\":\"" GLOBAL_NUMBER "\"", "\"out_trade_no\":\"\"" },
  };
  static const char *const institution[][2] = {
    { "\"sp_mchid\":\"1900000100\"", "\"sp_mchid\":\"1900000101\"" },
    { "\"sp_mchid\":\"1900000100\"", "\"sp_mchid\":\"1900000109\"" },
    { "\"sp_appid\":\"wx2421b1c4370ec43b\"", "\"sp_appid\":\"wx8888888888888888\"" },
    { "\"sub_mchid\":\"1900000109\"", "\"sub_mchid\":\"1900000110\"" },
    { "\"sub_mchid\":\"1900000109\"", "\"sub_mchid\":\"1900000100\"" },
    { "\"sub_appid\":\"wx8888888888888888\"", "\"sub_appid\":\"wx2421b1c4370ec43b\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (direct); i++)
    assert_mismatch (NULL, PAID (DIRECT), direct[i][0], direct[i][1]);
  for (guint i = 0; i < G_N_ELEMENTS (institution); i++)
    assert_mismatch (global_institution, PAID (INSTITUTION), institution[i][0], institution[i][1]);
  assert_mismatch (NULL, PAID (DIRECT), DIRECT, INSTITUTION);
  assert_mismatch (global_institution, PAID (INSTITUTION), INSTITUTION, DIRECT);
}

/* The order's amount stands in total and currency; what the buyer was charged is another matter. */
static void
test_amounts (void)
{
  static const char *const good[] = {
    "{\"total\":528800,\"currency\":\"HKD\"}",
    "{\"total\":528800,\"currency\":\"HKD\",\"payer_total\":1,\"payer_currency\":\"HKD\"}",
    "{\"total\":528800,\"currency\":\"HKD\",\"payer_total\":518799,\"payer_currency\":\"JPY\"}",
    "{\"total\":528800,\"currency\":\"HKD\",\"exchange_rate\":{\"rate\":1}}",
  };
  static const char *const bad[] = {
    "{\"total\":528799,\"currency\":\"HKD\",\"payer_total\":528800,\"payer_currency\":\"HKD\"}",
    "{\"total\":528801,\"currency\":\"HKD\"}",
    "{\"total\":5288,\"currency\":\"HKD\"}",
    "{\"total\":528800,\"currency\":\"CNY\",\"payer_total\":528800,\"payer_currency\":\"HKD\"}",
    "{\"total\":528800,\"currency\":\"JPY\"}",
    "{\"total\":528800,\"currency\":\"XXX\"}",
    "{\"total\":528800,\"currency\":\"\"}",
    "{\"total\":518799,\"currency\":\"CNY\",\"payer_total\":528800,\"payer_currency\":\"HKD\","
    "\"exchange_rate\":{\"type\":\"SETTLEMENT_RATE\",\"rate\":101927000}}",
    "{\"currency\":\"HKD\",\"payer_total\":528800,\"payer_currency\":\"HKD\"}",
    "{}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (Desk) desk = global_desk_new (NULL);
    g_autofree char *plain = minipay_test_replace (PAID (DIRECT), AMOUNT, good[i]);

    desk_assert_accepted (desk, incoming_new (plain, NULL), FALSE, FALSE);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_mismatch (NULL, PAID (DIRECT), AMOUNT, bad[i]);
}

static void
test_yen (void)
{
  g_autoptr (Desk) desk = desk_new_in (global_new (NULL), GLOBAL_NUMBER, 1500, "JPY");
  g_autofree char *sen = minipay_test_replace (PAID (DIRECT), AMOUNT, "{\"total\":150000,\"currency\":\"JPY\"}");
  g_autofree char *dollars = minipay_test_replace (PAID (DIRECT), AMOUNT, "{\"total\":1500,\"currency\":\"HKD\"}");
  g_autofree char *good = minipay_test_replace (
      PAID (DIRECT),
      AMOUNT,
      "{\"total\":1500,\"currency\":\"JPY\",\"payer_total\":7012,\"payer_currency\":\"CNY\"}");

  /* yen have no minor unit */
  desk_assert_refused (desk, incoming_new (sen, NULL), MINIPAY_ERROR_MISMATCH);
  desk_assert_refused (desk, incoming_new (dollars, NULL), MINIPAY_ERROR_MISMATCH);
  desk_assert_accepted (desk, incoming_new (good, NULL), FALSE, FALSE);
}

static void
test_unmatched (void)
{
  g_autoptr (Desk) desk = global_desk_new (global_institution);
  g_autofree char *plain = minipay_test_replace (PAID (INSTITUTION), GLOBAL_NUMBER, "1217752501201407033233368019");

  desk_assert_accepted (desk, incoming_new (plain, NULL), TRUE, FALSE);
  g_assert_cmpint (desk_get_state (desk, GLOBAL_NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
}

static void
test_second_transaction (void)
{
  g_autoptr (Desk) desk = global_desk_new (NULL);
  g_autofree char *plain = minipay_test_replace (PAID (DIRECT), GLOBAL_TRANSACTION, "1008450740201411110005820874");

  desk_assert_accepted (desk, incoming_new (PAID (DIRECT), NULL), FALSE, FALSE);
  desk_assert_refused (desk, incoming_new (plain, "00000000-3389-58a0-8146-4a704966e8f1"), MINIPAY_ERROR_MISMATCH);
  desk_assert_transaction (desk, GLOBAL_NUMBER, GLOBAL_TRANSACTION);
}

static void
test_mainland (void)
{
  g_autoptr (Desk) desk = global_desk_new (NULL);
  g_autofree char *plain = minipay_test_replace (PAID (DIRECT), "\"id\"", "\"transaction_id\"");

  desk_assert_refused (desk, incoming_new (plain, NULL), MINIPAY_ERROR_PROTOCOL);
  g_assert_cmpint (desk_get_state (desk, GLOBAL_NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
  desk_assert_accepted (desk, incoming_new (PAID (DIRECT), NULL), FALSE, FALSE);
}

static void
test_forged (void)
{
  g_autoptr (Desk) desk = global_desk_new (NULL);
  MinipayHttpRequest *incoming = incoming_new (PAID (DIRECT), NULL);

  minipay_http_request_add_header (incoming, "Wechatpay-Signature", "AAAA");
  desk_assert_refused (desk, incoming, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_cmpint (desk_get_state (desk, GLOBAL_NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-global/receive/paid", test_paid);
  g_test_add_func ("/wechat-global/receive/parties", test_parties);
  g_test_add_func ("/wechat-global/receive/amounts", test_amounts);
  g_test_add_func ("/wechat-global/receive/yen", test_yen);
  g_test_add_func ("/wechat-global/receive/unmatched", test_unmatched);
  g_test_add_func ("/wechat-global/receive/second-transaction", test_second_transaction);
  g_test_add_func ("/wechat-global/receive/mainland-refused", test_mainland);
  g_test_add_func ("/wechat-global/receive/forged", test_forged);
  return g_test_run ();
}
