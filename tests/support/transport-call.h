/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "transport/minipay-transport-private.h"

G_BEGIN_DECLS

/* What a test sends; zero means: GET, `/`, no body, 5 s, 1 MiB, nothing may be repeated. */
typedef struct {
  const char *method;
  const char *target;
  const char *body;
  const char *base_url;
  const char *backup_url;
  const char *header_name;
  const char *header_value;
  guint timeout_ms;
  gsize max_body;
  gboolean may_repeat;
  MinipayTransportSink sink;
  guint64 max_download;
  GTlsCertificate *identity;
  GCancellable *cancellable;
  GFunc on_end; /* (TransportCall *, end_data), on the callback's thread */
  gpointer end_data;
} TransportPlan;

/* What became of it. */
typedef struct {
  MinipayTransportOutcome outcome;
  MinipayHttpResponse *response;
  GError *error;
  GThread *thread; /* only to be compared */
  gint64 took_us;

  GMutex lock;
  GCond changed;
  guint n_calls;
  gint64 begun_us;
  GFunc on_end;
  gpointer end_data;
} TransportCall;

TransportCall *transport_call_start (MinipayTransport *transport, const TransportPlan *plan);
/* Until it is over; more than 20 s is a failure. */
void transport_call_wait (TransportCall *self);
/* Both. */
TransportCall *transport_call_run (MinipayTransport *transport, const TransportPlan *plan);
/* Fails when it is not over, or was over twice. */
void transport_call_free (TransportCall *self);

void transport_call_assert_answered (TransportCall *self, guint status, const char *body);
void transport_call_assert_not_sent (TransportCall *self, MinipayError code);
void transport_call_assert_unknown (TransportCall *self, MinipayError code);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TransportCall, transport_call_free)

G_END_DECLS
