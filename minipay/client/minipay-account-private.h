/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/minipay-account.h"
#include "core/minipay-receipt.h"
#include "core/minipay-store.h"
#include "provider/minipay-account-config-private.h"
#include "provider/minipay-exchange-private.h"

G_BEGIN_DECLS

/* What an account shares with its client. */
typedef struct {
  MinipayTransport *transport;
  MinipayStore *store;
  guint deadline_ms;
  guint code_interval_ms; /* between two questions about a code payment */
  guint code_patience_ms; /* how long the buyer may take */
} MinipayAccountHouse;

MinipayAccount *minipay_account_new (MinipayProviderInfo *info,
                                     MinipayAccountConfig *config,
                                     MinipayPaymentProvider *provider,
                                     const MinipayAccountHouse *house);

MinipayAccountConfig *minipay_account_get_config (MinipayAccount *self);
MinipayProviderInfo *minipay_account_get_info (MinipayAccount *self);
MinipayPaymentProvider *minipay_account_get_payment_provider (MinipayAccount *self);
const MinipayAccountHouse *minipay_account_get_house (MinipayAccount *self);

/* What each kind of operation adds to an exchange. */
extern const MinipayExchangePolicy minipay_create_policy;
extern const MinipayExchangePolicy minipay_query_policy;
extern const MinipayExchangePolicy minipay_close_policy;
extern const MinipayExchangePolicy minipay_refund_policy;
extern const MinipayExchangePolicy minipay_query_refund_policy;
extern const MinipayExchangePolicy minipay_call_policy;
extern const MinipayExchangePolicy minipay_bill_policy;
extern const MinipayExchangePolicy minipay_refresh_policy;

/* One start for all of them, for callers that wait and callers that do not: checks @subject by the manifest, then
 * runs.
 */
MinipayExchange *
minipay_account_begin_exchange (MinipayAccount *self, MinipayOperation operation, GObject *subject, GError **error);
void minipay_account_start (MinipayAccount *self,
                            MinipayOperation operation,
                            GObject *subject,
                            GCancellable *cancellable,
                            gpointer source_tag,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
GObject *minipay_account_run (
    MinipayAccount *self, MinipayOperation operation, GObject *subject, GCancellable *cancellable, GError **error);
/* For a question of the core's own about @number, at most once a minute; nothing happens where the provider cannot
 * be asked. */
void minipay_account_ask_detached (MinipayAccount *self,
                                   MinipayOperation operation,
                                   GObject *subject,
                                   const char *number);

#define MINIPAY_QUESTION_PAUSE_US G_TIME_SPAN_MINUTE
#define MINIPAY_QUESTIONS_MAX     64 /* a minute and account */

/*
 * Asks the gateway in the background what became of an order that a refused message speaks of, when it is an open
 * one of ours, and not asked about within the last minute. The journal takes the answer; the message stays refused.
 */
void minipay_account_ask_about (MinipayAccount *self, const char *out_trade_no);
/* The same for a refund that a message speaks of which proves nothing by itself. */
void minipay_account_ask_about_refund (MinipayAccount *self, const char *out_refund_no);
/* TRUE for one caller a minute and number. */
gboolean minipay_account_claim_question (MinipayAccount *self, const char *number);

#define MINIPAY_REFRESH_AFTER_STRANGER_US G_TIME_SPAN_MINUTE

/*
 * Fetches the gateway's keys in the background when the last time was twelve hours ago, or, when a message named a
 * key that nobody here knows, a minute: the message itself is refused at once, and finds the new key when it comes
 * again. Operations and notifications call it in passing, so there is no timer to keep alive.
 */
void minipay_account_refresh_if_due (MinipayAccount *self, gboolean has_met_stranger);
/* TRUE for one caller when the last refresh is older than @age_us. */
gboolean minipay_account_claim_refresh (MinipayAccount *self, gint64 age_us);

/* Judges one incoming message for this account, and writes it down before it says yes. Never NULL. May block
 * in the store. */
MinipayReceipt *minipay_account_receive (MinipayAccount *self, MinipayHttpRequest *request);

G_END_DECLS
