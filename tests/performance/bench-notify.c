/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The same notifications through minipay's one door: every one of an order that the store knows. */
#include "config.h"

#include <minipay.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "merchant.h"
#include "notification-set.h"

static void
store_add_order (MinipayStore *store, const char *out_trade_no)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (MERCHANT_TOTAL, "CNY");
  g_autoptr (MinipayIntent) intent = NULL;
  g_autoptr (MinipayIntent) kept = NULL;
  g_autoptr (GError) error = NULL;

  intent = g_object_new (MINIPAY_TYPE_INTENT,
                         "account",
                         MERCHANT_ACCOUNT,
                         "number",
                         out_trade_no,
                         "total",
                         total,
                         "fingerprint",
                         out_trade_no,
                         "state",
                         MINIPAY_INTENT_STATE_SENDING,
                         NULL);
  kept = minipay_store_begin (store, intent, &error);
  if (kept == NULL)
    measure_fail ("%s", error->message);
}

static MinipayHttpRequest *
make_request (Notification *notification)
{
  g_autoptr (GBytes) body = g_bytes_new (notification->body->str, notification->body->len);
  MinipayHttpRequest *request = minipay_http_request_new ("POST", "/notify/" MERCHANT_ACCOUNT, body);

  minipay_http_request_add_header (request, "Content-Type", "application/json");
  minipay_http_request_add_header (request, "Wechatpay-Timestamp", notification->timestamp);
  minipay_http_request_add_header (request, "Wechatpay-Nonce", notification->nonce);
  minipay_http_request_add_header (request, "Wechatpay-Serial", MERCHANT_KEY_ID);
  minipay_http_request_add_header (request, "Wechatpay-Signature", notification->signature);
  minipay_http_request_add_header (request, "Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048");
  return request;
}

static void
receive_all (MinipayClient *client, GPtrArray *requests, guint first, guint end)
{
  for (guint i = first; i < end; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayReceipt) receipt = NULL;
    MinipayNotification *notification = NULL;

    receipt = minipay_client_receive (client, g_ptr_array_index (requests, i), NULL, &error);
    if (receipt == NULL)
      measure_fail ("notification %u: %s", i, error->message);
    notification = minipay_receipt_get_notification (receipt);
    if (notification == NULL)
      measure_fail ("notification %u: %s", i, minipay_receipt_get_failure_message (receipt));
    if (minipay_notification_get_unmatched (notification) ||
        minipay_payment_get_state (minipay_notification_get_payment (notification)) != MINIPAY_PAYMENT_STATE_PAID)
      measure_fail ("notification %u did not pay its order", i);
  }
}

int
main (int argc, char **argv)
{
  guint n = argc == 5 ? (guint) g_ascii_strtoull (argv[3], NULL, 10) : 0;
  guint warm_up = argc == 5 ? (guint) g_ascii_strtoull (argv[4], NULL, 10) : 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) set = NULL;
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (MinipayClient) client = NULL;
  MeasureMark from = { 0 };
  MeasureMark to = { 0 };

  if (n == 0)
    measure_fail ("usage: bench-notify KEYS-FOLDER CONFIGURATION COUNT WARM-UP");
  client = minipay_client_new_from_file (argv[2], &error);
  if (client == NULL || minipay_client_get_account (client, MERCHANT_ACCOUNT, &error) == NULL)
    measure_fail ("%s", error->message);

  set = notification_set_new (argv[1], warm_up + n);
  for (guint i = 0; i < set->len; i++) {
    Notification *notification = g_ptr_array_index (set, i);

    store_add_order (minipay_client_get_store (client), notification->out_trade_no);
    g_ptr_array_add (requests, make_request (notification));
  }
  receive_all (client, requests, 0, warm_up);
  from = measure_mark ();
  receive_all (client, requests, warm_up, warm_up + n);
  to = measure_mark ();
  measure_report (n, from, to, NULL);
  return EXIT_SUCCESS;
}
