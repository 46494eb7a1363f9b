/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "provider/minipay-exchange-private.h"

#include "raw-server.h"
#include "run-provider.h"

G_BEGIN_DECLS

#define RUN_NUMBER "20260101000000000001"

#define RUN_ANSWER(status, length, body) "HTTP/1.1 " status "\r\nContent-Length: " length "\r\n\r\n" body

/* A merchant's side, without a journal: what an exchange is run with. */
typedef struct {
  RawServer *server;
  MinipayTransport *transport;
  RunProvider *provider;
  MinipayProviderInfo *info;
  MinipayAccountConfig *config;
  GObject *source;
  guint deadline_ms;

  /* what the layer above is told to do, and saw */
  gboolean refuses_prepare;
  gboolean refuses_result;
  gboolean mends_failure;
  int n_prepares;  /* atomic */
  int n_concludes; /* atomic */
  int failure_code;
} House;

House *house_new (MinipaySendFlags flags); /* beside a server */
House *house_new_at (const char *endpoint, MinipaySendFlags flags);
void house_free (House *house);

MinipayExchange *house_new_exchange (House *house, MinipayOperation operation);
MinipayExchangeSetup house_get_setup (House *house);
/* Blocking. */
GObject *house_run (House *house, MinipayOperation operation, GCancellable *cancellable, GError **error);

/* However often it was sent: one number, and every time another nonce. */
void house_assert_same_number (House *house);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (House, house_free)

G_END_DECLS
