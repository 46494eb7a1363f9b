/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-bill.h"
#include "core/minipay-enums.h"
#include "provider/minipay-exchange.h"
#include "provider/minipay-payment-provider.h"
#include "provider/minipay-provider-info.h"
#include "transport/minipay-bill-file-private.h"
#include "transport/minipay-transport-private.h"

G_BEGIN_DECLS

#define MINIPAY_NONCE_LENGTH 32

/* The clock and the dice, so that tests can hold them. */
typedef struct {
  gint64 (*now) (gpointer data); /* seconds since the epoch */
  gboolean (*nonce) (gpointer data, char out[MINIPAY_NONCE_LENGTH + 1], GError **error);
  gpointer data;
} MinipayEnvironment;

/* FALSE when a provider that is made of a table lacks what its manifest promises for @mode. */
gboolean minipay_provider_table_check (MinipayPaymentProvider *provider,
                                       MinipayProviderInfo *info,
                                       const char *mode,
                                       GError **error);

/* What there is to do about an order that may have been obeyed: not every gateway can be asked. */
const char *minipay_exchange_get_advice (MinipayExchange *self);

/* Before the first hook alone: the journal knew more of what was asked. */
void minipay_exchange_set_subject (MinipayExchange *self, GObject *subject);
GObject *minipay_exchange_get_subject (MinipayExchange *self);

/* The word for it in manifests and log lines. */
const char *minipay_operation_to_string (MinipayOperation operation);

/* The real ones. */
extern const MinipayEnvironment minipay_real_environment;

/* @subject: what the operation is about; NULL for RECEIVE and REFRESH_KEYS. @environment outlives the exchange. */
MinipayExchange *minipay_exchange_new (MinipayPaymentProvider *provider,
                                       MinipayProviderInfo *info,
                                       MinipayAccountConfig *config,
                                       MinipayOperation operation,
                                       GObject *subject,
                                       MinipayWallet wallet,
                                       const MinipayEnvironment *environment);

/*
 * The guarded hooks: they call the provider and turn every broken promise (no error, two answers, none, a
 * wrong type, an undeclared host) into a PLUGIN error that names it. After TRUE exactly one of get_request(),
 * get_result() and get_pending_reason() has something.
 */
gboolean minipay_exchange_begin (MinipayExchange *self, GError **error);
gboolean minipay_exchange_resume (MinipayExchange *self, MinipayHttpResponse *answer, GError **error);
gboolean minipay_exchange_receive (MinipayExchange *self, MinipayHttpRequest *incoming, GError **error);
/* @values: what the application has to say, an a{sv}, or NULL */
MinipayHttpResponse *
minipay_exchange_acknowledge (MinipayExchange *self, gboolean accepted, GVariant *values, GError **error);

MinipayHttpRequest *minipay_exchange_get_request (MinipayExchange *self);
MinipaySendFlags minipay_exchange_get_flags (MinipayExchange *self);
/* Where the request goes: the one host of an absolute target, or NULL for the account's hosts in turn. */
const char *minipay_exchange_get_origin (MinipayExchange *self);
/* How many requests it has handed over, of all tries. */
guint minipay_exchange_get_n_sends (MinipayExchange *self);
/* The order that somebody should ask the gateway about, or NULL. */
const char *minipay_exchange_get_suggested_query (MinipayExchange *self);
/* Where the body of the answer at hand goes; NULL when it is an answer like any other. */
MinipayBillFile *minipay_exchange_get_bill (MinipayExchange *self);
/* A sink for its bytes, on any thread; @data is the exchange. */
gboolean minipay_exchange_write_bill (gpointer data, const guint8 *bytes, gsize n, GError **error);
/* All of it has come: the answer as the provider gets it, (transfer full), with a body only when it was no bill. */
MinipayHttpResponse *minipay_exchange_end_bill (MinipayExchange *self, MinipayHttpResponse *answer, GError **error);
/* Gives the file its name when it is what the provider's result claims; the bill that the caller gets. */
MinipayBill *minipay_exchange_commit_bill (MinipayExchange *self, MinipayBill *claimed, GError **error);
GObject *minipay_exchange_get_result (MinipayExchange *self);
const char *minipay_exchange_get_pending_reason (MinipayExchange *self);
guint minipay_exchange_get_retry_after (MinipayExchange *self);
/* TRUE when the last message from the gateway passed verify(). */
gboolean minipay_exchange_is_verified (MinipayExchange *self);
const char *minipay_exchange_get_event_id (MinipayExchange *self);
MinipayProviderInfo *minipay_exchange_get_info (MinipayExchange *self);
/* TRUE when verify() met a key id that the account does not trust. */
gboolean minipay_exchange_has_unknown_key (MinipayExchange *self);
/* What a refresh proposed, id to MinipayKey; NULL for nothing. */
GHashTable *minipay_exchange_get_new_keys (MinipayExchange *self);

/* What the layer above adds: run on a worker, or in the calling thread of a blocking call; both may block. */
typedef struct {
  /* Before the first hook: FALSE ends the exchange with nothing sent. */
  gboolean (*prepare) (MinipayExchange *x, gpointer data, GError **error);
  /* After the last: takes the result (or NULL and why there is none) and gives the one the caller gets,
   * (transfer full), or NULL with an error. */
  GObject *(*conclude) (MinipayExchange *x, GObject *result, const GError *failure, gpointer data, GError **error);
} MinipayExchangePolicy;

typedef struct {
  MinipayTransport *transport;
  const MinipayExchangePolicy *policy;
  gpointer policy_data; /* outlives the run: an object that the exchange's owner keeps alive */
  guint deadline_ms;
} MinipayExchangeSetup;

/*
 * Runs an exchange to its end: hooks on the worker pool (async) or in the calling thread (blocking), bytes
 * through the transport, retries by the send flags inside one deadline. The callback runs once, on the
 * caller's thread-default context.
 */
void minipay_exchange_run_async (MinipayExchange *self,
                                 const MinipayExchangeSetup *setup,
                                 GObject *source,
                                 GCancellable *cancellable,
                                 gpointer source_tag,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/* The same without anybody who wants to know: needs no main loop. */
void minipay_exchange_run_detached (MinipayExchange *self, const MinipayExchangeSetup *setup, GObject *source);
GObject *minipay_exchange_run (MinipayExchange *self,
                               const MinipayExchangeSetup *setup,
                               GObject *source,
                               GCancellable *cancellable,
                               GError **error);

G_END_DECLS
