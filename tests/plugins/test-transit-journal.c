/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "receive-desk.h"
#include "transit-frames.h"
#include "transit-shop.h"

static MinipayHttpRequest *
incoming_new (const char *id)
{
  g_autofree char *body = transit_frame_dup_body (transit_frame_get (id));

  return minipay_test_incoming_new (NULL, body);
}

/* A refusal is a word in the body here: the status stays 200. */
static void
assert_refused (Desk *desk, const char *id, int code)
{
  g_autoptr (MinipayHttpRequest) incoming = incoming_new (id);
  g_autoptr (MinipayReceipt) receipt = minipay_account_receive (desk->account, incoming);
  g_autoptr (MinipayHttpResponse) reply = minipay_receipt_dup_reply (receipt, TRUE);
  static const char words[] = "{\"errcode\":1,\"errmsg\":\"refused\",\"nonce_str\":\"abcdefg\"}";
  GBytes *body = minipay_http_response_get_body (reply);

  g_assert_null (minipay_receipt_get_notification (receipt));
  g_assert_error (minipay_receipt_get_failure (receipt), MINIPAY_ERROR, code);
  g_assert_cmpuint (minipay_http_response_get_status (reply), ==, 200);
  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), words, strlen (words));
}

static void
test_paid (void)
{
  g_autoptr (Desk) desk = desk_new (transit_new (NULL), NUMBER, 100);

  desk_assert_accepted (desk, incoming_new ("paid"), FALSE, FALSE);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
  desk_assert_transaction (desk, NUMBER, "4200001018");
  desk_assert_accepted (desk, incoming_new ("paid"), FALSE, TRUE);
}

static void
test_failed (void)
{
  g_autoptr (Desk) desk = desk_new (transit_new (NULL), NUMBER, 100);
  g_autoptr (MinipayHttpRequest) incoming = incoming_new ("failed");
  g_autoptr (MinipayReceipt) receipt = minipay_account_receive (desk->account, incoming);
  MinipayNotification *notification = minipay_receipt_get_notification (receipt);

  g_assert_nonnull (notification);
  g_assert_cmpint (minipay_payment_get_state (minipay_notification_get_payment (notification)),
                   ==,
                   MINIPAY_PAYMENT_STATE_FAILED);
  /* the gateway had the ride: the number is spent, and a second attempt has another transaction */
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_CLOSED);
  desk_assert_transaction (desk, NUMBER, NULL);
  desk_assert_accepted (desk, incoming_new ("other-transaction"), FALSE, FALSE);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
}

static void
test_not_the_trip (void)
{
  g_autoptr (Desk) desk = desk_new (transit_new (NULL), NUMBER, 101);
  static const char *const ids[] = { "paid", "failed" };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    assert_refused (desk, ids[i], MINIPAY_ERROR_MISMATCH);
    g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
  }
  desk_assert_transaction (desk, NUMBER, NULL);
}

static void
test_other_merchant (void)
{
  g_autoptr (Desk) desk = desk_new (transit_new (NULL), NUMBER, 100);

  assert_refused (desk, "wrong-appid", MINIPAY_ERROR_MISMATCH);
  assert_refused (desk, "wrong-mchid", MINIPAY_ERROR_MISMATCH);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
}

static void
test_other_transaction (void)
{
  g_autoptr (Desk) desk = desk_new (transit_new (NULL), NUMBER, 100);

  desk_assert_accepted (desk, incoming_new ("paid"), FALSE, FALSE);
  assert_refused (desk, "other-transaction", MINIPAY_ERROR_MISMATCH);
  desk_assert_transaction (desk, NUMBER, "4200001018");
}

static void
test_unmatched (void)
{
  g_autoptr (Desk) desk = desk_new (transit_new (NULL), NUMBER, 100);

  desk_assert_accepted (desk, incoming_new ("other-order"), TRUE, FALSE);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
}

static void
test_unknown_state (void)
{
  g_autoptr (Desk) desk = desk_new (transit_new (NULL), NUMBER, 100);

  /* a yes would end the deliveries of what nobody has understood */
  assert_refused (desk, "state-unknown", MINIPAY_ERROR_PROTOCOL);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
  desk_assert_accepted (desk, incoming_new ("paid"), FALSE, FALSE);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
}

static void
test_paid_stays_paid (void)
{
  g_autoptr (Desk) desk = desk_new (transit_new (NULL), NUMBER, 100);

  desk_assert_accepted (desk, incoming_new ("paid"), FALSE, FALSE);
  assert_refused (desk, "failed", MINIPAY_ERROR_CONFLICT);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_PAID);
}

static void
test_forged (void)
{
  g_autoptr (Desk) desk = desk_new (transit_new (NULL), NUMBER, 100);
  static const char *const ids[] = { "paid-md5", "padding-0", "cut-block", "recut-mchid", "attach-missing" };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    assert_refused (desk,
                    ids[i],
                    g_str_equal (ids[i], "attach-missing") ? MINIPAY_ERROR_PROTOCOL
                                                           : MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_cmpint (desk_get_state (desk, NUMBER), ==, MINIPAY_INTENT_STATE_SENDING);
}

/* Too large to be looked at: nothing of it is said back. */
static void
test_too_large (void)
{
  g_autoptr (Desk) desk = desk_new (transit_new (NULL), NUMBER, 100);
  g_autofree char *filler = g_strnfill (256 * 1024, 'x');
  g_autofree char *text = g_strdup_printf ("{\"nonce_str\":\"abcdefg\",\"x\":\"%s\"}", filler);
  g_autoptr (MinipayHttpRequest) incoming = minipay_test_incoming_new (NULL, text);
  g_autoptr (MinipayReceipt) receipt = minipay_account_receive (desk->account, incoming);
  g_autoptr (MinipayHttpResponse) reply = minipay_receipt_dup_reply (receipt, FALSE);
  GBytes *body = minipay_http_response_get_body (reply);

  g_assert_error (minipay_receipt_get_failure (receipt), MINIPAY_ERROR, MINIPAY_ERROR_LIMIT);
  g_assert_cmpmem (g_bytes_get_data (body, NULL),
                   g_bytes_get_size (body),
                   "{\"errcode\":1,\"errmsg\":\"refused\"}",
                   strlen ("{\"errcode\":1,\"errmsg\":\"refused\"}"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transit/journal/paid", test_paid);
  g_test_add_func ("/transit/journal/failed", test_failed);
  g_test_add_func ("/transit/journal/amount-against-trip", test_not_the_trip);
  g_test_add_func ("/transit/journal/other-merchant", test_other_merchant);
  g_test_add_func ("/transit/journal/other-transaction", test_other_transaction);
  g_test_add_func ("/transit/journal/unmatched", test_unmatched);
  g_test_add_func ("/transit/journal/unknown-state-stays-open", test_unknown_state);
  g_test_add_func ("/transit/journal/paid-stays-paid", test_paid_stays_paid);
  g_test_add_func ("/transit/journal/forged", test_forged);
  g_test_add_func ("/transit/journal/too-large", test_too_large);
  return g_test_run ();
}
