/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "provider/minipay-exchange.h"

G_BEGIN_DECLS

/*
 * One line of a C provider's table of calls: reading the table is reading the gateway. Most operations are
 * one request and one answer, and need nothing else; flows of several steps write begin() and resume() by
 * hand.
 */
typedef struct {
  MinipayOperation operation;
  MinipaySendFlags flags;
  /* The request for this exchange, (transfer full), or NULL with an error. */
  MinipayHttpRequest *(*build) (MinipayExchange *x, GError **error);
  /* The value that the answer stands for, (transfer full), or NULL with an error; NULL without one after
   * minipay_exchange_pending(). */
  GObject *(*parse) (MinipayExchange *x, MinipayHttpResponse *answer, GError **error);
} MinipayCall;

/* What the begin() and resume() hooks of a provider with a table call. @calls ends with an entry without
 * build. */
MINIPAY_API gboolean minipay_exchange_begin_call (MinipayExchange *x, const MinipayCall *calls, GError **error);
MINIPAY_API gboolean minipay_exchange_resume_call (MinipayExchange *x,
                                                   const MinipayCall *calls,
                                                   MinipayHttpResponse *answer,
                                                   GError **error);

/* The value of a header that must stand exactly once, or NULL with @code. */
MINIPAY_API const char *
minipay_headers_require (const MinipayHeaders *headers, const char *name, MinipayError code, GError **error);

G_END_DECLS
