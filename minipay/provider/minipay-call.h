/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-payment.h"
#include "provider/minipay-exchange.h"
#include "provider/minipay-payment-provider.h"

G_BEGIN_DECLS

/*
 * One line of a C provider's table of calls: reading the table is reading the gateway. Most operations are
 * one request and one answer, and need nothing else; flows of several steps write begin() and resume() by
 * hand.
 */
typedef struct {
  MinipayOperation operation;
  MinipaySendFlags flags;
  /* The request for this exchange, (transfer full), or NULL with an error; NULL without one after
   * minipay_exchange_send() with other flags than the row's. */
  MinipayHttpRequest *(*build) (MinipayExchange *x, gconstpointer data, GError **error);
  /* The value that the answer stands for, (transfer full), or NULL with an error; NULL without one after
   * minipay_exchange_pending(), or after minipay_exchange_send() of a further request, whose answer comes here,
   * too. */
  GObject *(*parse) (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);
  gconstpointer data; /* for build and parse: what the rows that share them do not */
  const char *name; /* of an operation that only this provider has, which is a MINIPAY_OPERATION_CALL; else NULL */
  const char *mode; /* the one that the row is for; NULL for every mode */
} MinipayCall;

/* What the begin() and resume() hooks of a provider with a table call. @calls ends with an entry without
 * build. */
MINIPAY_API gboolean minipay_exchange_begin_call (MinipayExchange *x, const MinipayCall *calls, GError **error);
MINIPAY_API gboolean minipay_exchange_resume_call (MinipayExchange *x,
                                                   const MinipayCall *calls,
                                                   MinipayHttpResponse *answer,
                                                   GError **error);

/*
 * A whole C provider. What it leaves NULL it does not have; MINIPAY_PROVIDER_DEFINE_TABLE() makes the GObject of
 * it.
 */
typedef struct {
  const MinipayCall *calls; /* ends with an entry without build */
  /* What the manifest cannot say about the settings of an account. */
  gboolean (*configure) (MinipayAccountConfig *config, GError **error);
  /* The payment, refund or report that a notification tells of, (transfer full), or NULL with an error. */
  GObject *(*parse_notification) (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error);
  MinipayHttpResponse *(*acknowledge) (MinipayExchange *x, gboolean accepted, GError **error);
} MinipayProviderTable;

/* Sets every hook that @table answers for; @table outlives the type. */
MINIPAY_API void minipay_provider_table_implement (MinipayPaymentProviderInterface *iface,
                                                   const MinipayProviderTable *table);

/* A setting of the account that the exchange is for: the manifest's field of that name, or NULL. */
MINIPAY_API const char *minipay_exchange_get_setting (MinipayExchange *x, const char *field);

/* TRUE for a gateway's sentence that speaks of trouble on its own side: what was asked may have been done. */
MINIPAY_API gboolean minipay_text_tells_trouble (const char *text);

/* The body of an answer that is 200 and has one, borrowed; else NULL with what such an answer stands for:
 * RATE_LIMITED for 429, OUTCOME_UNKNOWN for a server's own fault, PROTOCOL for the rest. For gateways whose
 * statuses say no more. */
MINIPAY_API GBytes *minipay_exchange_require_body (MinipayExchange *x, MinipayHttpResponse *answer, GError **error);

/* The value of a header that must stand exactly once, or NULL with @code. */
MINIPAY_API const char *
minipay_headers_require (const MinipayHeaders *headers, const char *name, MinipayError code, GError **error);

G_END_DECLS
