/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/minipay-account-private.h"
#include "client/minipay-memory-store.h"
#include "core/minipay-notification.h"
#include "support/test-exchange.h"

/* An account with a journal in memory, which knows one order. Notifications are judged by the real clock. */
typedef struct {
  MinipayTestExchange *x;
  MinipayStore *store;
  MinipayTransport *transport;
  MinipayAccount *account;
} Desk;

static inline Desk *
desk_new_in (MinipayTestExchange *x, const char *out_trade_no, gint64 minor, const char *currency)
{
  Desk *self = g_new0 (Desk, 1);
  MinipayAccountHouse house = { 0 };
  g_autoptr (MinipayMoney) total = minipay_money_new (minor, currency);
  g_autoptr (MinipayIntent) intent = g_object_new (MINIPAY_TYPE_INTENT,
                                                   "account",
                                                   "tea-shop",
                                                   "number",
                                                   out_trade_no,
                                                   "total",
                                                   total,
                                                   "fingerprint",
                                                   "f",
                                                   "state",
                                                   MINIPAY_INTENT_STATE_SENDING,
                                                   NULL);
  g_autoptr (MinipayIntent) known = NULL;
  g_autoptr (GError) error = NULL;

  self->x = x;
  self->store = minipay_memory_store_new ();
  self->transport = minipay_transport_new (1, NULL);
  house.transport = self->transport;
  house.store = self->store;
  house.deadline_ms = 1000;
  self->account = minipay_account_new (x->info, x->config, x->provider, &house);
  known = minipay_store_begin (self->store, intent, &error);
  g_assert_no_error (error);
  return self;
}

static inline Desk *
desk_new (MinipayTestExchange *x, const char *out_trade_no, gint64 fen)
{
  return desk_new_in (x, out_trade_no, fen, "CNY");
}

static inline void
desk_free (Desk *self)
{
  g_object_unref (self->account);
  g_object_unref (self->transport);
  g_object_unref (self->store);
  minipay_test_exchange_free (self->x);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Desk, desk_free)

/* -1 when the journal knows no such order. */
static inline int
desk_get_state (Desk *self, const char *out_trade_no)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayIntent) intent =
      minipay_store_find (self->store, "tea-shop", MINIPAY_INTENT_KIND_PAYMENT, out_trade_no, &error);

  g_assert_no_error (error);
  return intent != NULL ? (int) minipay_intent_get_state (intent) : -1;
}

static inline void
desk_assert_transaction (Desk *self, const char *out_trade_no, const char *transaction_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayIntent) intent =
      minipay_store_find (self->store, "tea-shop", MINIPAY_INTENT_KIND_PAYMENT, out_trade_no, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (minipay_intent_get_transaction_id (intent), ==, transaction_id);
}

static inline void
desk_assert_accepted (Desk *self, MinipayHttpRequest *owned_incoming, gboolean unmatched, gboolean duplicate)
{
  g_autoptr (MinipayHttpRequest) incoming = owned_incoming;
  g_autoptr (MinipayReceipt) receipt = minipay_account_receive (self->account, incoming);
  MinipayNotification *notification = minipay_receipt_get_notification (receipt);
  g_autoptr (MinipayHttpResponse) yes = NULL;

  if (notification == NULL)
    g_error ("refused: %s", minipay_receipt_get_failure_message (receipt));
  g_assert_cmpint (minipay_notification_get_unmatched (notification), ==, unmatched);
  g_assert_cmpint (minipay_notification_get_duplicate (notification), ==, duplicate);
  g_assert_cmpstr (minipay_notification_get_account (notification), ==, "tea-shop");
  g_assert_true (minipay_payment_get_authenticated (minipay_notification_get_payment (notification)));
  yes = minipay_receipt_dup_reply (receipt, TRUE);
  g_assert_cmpuint (minipay_http_response_get_status (yes), ==, 200);
}

/* Asking a refused message for its acceptance gives the no. */
static inline void
desk_assert_refused (Desk *self, MinipayHttpRequest *owned_incoming, int code)
{
  g_autoptr (MinipayHttpRequest) incoming = owned_incoming;
  g_autoptr (MinipayReceipt) receipt = minipay_account_receive (self->account, incoming);
  g_autoptr (MinipayHttpResponse) reply = minipay_receipt_dup_reply (receipt, TRUE);

  g_assert_null (minipay_receipt_get_notification (receipt));
  g_assert_error (minipay_receipt_get_failure (receipt), MINIPAY_ERROR, code);
  g_assert_cmpuint (minipay_http_response_get_status (reply), ==, 500);
}
