/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include "minipay-circuit-private.h"
#include "minipay-transport-private.h"

G_BEGIN_DECLS

/* One job's life: waiting, attempts on the base URLs in turn, one callback. Unless said otherwise its
 * functions, and what it asks of the transport below, belong to the I/O thread. */
typedef struct _MinipayTransportRun MinipayTransportRun;

/* Any thread. */
MinipayTransportRun *minipay_transport_run_new (MinipayTransport *transport,
                                                const MinipayTransportJob *job,
                                                GCancellable *cancellable,
                                                MinipayTransportCallback callback,
                                                gpointer user_data);
MinipayTransportRun *minipay_transport_run_ref (MinipayTransportRun *self);
void minipay_transport_run_unref (MinipayTransportRun *self);

/* Ends the job without an I/O thread: for a process that has none. */
void minipay_transport_run_refuse (MinipayTransportRun *self, const GError *error);

void minipay_transport_run_start (MinipayTransportRun *self);

/* The transport has room for it now. */
void minipay_transport_run_admit (MinipayTransportRun *self);

GMainContext *minipay_transport_get_context (MinipayTransport *self);
/* @identity: nullable. One session for each: libsoup hands a kept connection to any request for its host,
 * whatever certificate it was opened with. */
SoupSession *minipay_transport_get_session (MinipayTransport *self, GTlsCertificate *identity, GError **error);
/* Whether a base URL may be sent to; looked at once for each. */
gboolean minipay_transport_allows (MinipayTransport *self, const char *base_url, GError **error);
MinipayCircuit *minipay_transport_get_circuit (MinipayTransport *self, const char *base_url);
void minipay_transport_set_clock_skew (MinipayTransport *self, const char *base_url, gint64 skew_s);

/* Asks for room; answered by run_admit(), maybe at once. */
void minipay_transport_enter (MinipayTransport *self, MinipayTransportRun *run);

/* Gives the room back, or stops waiting for it. */
void minipay_transport_leave (MinipayTransport *self, MinipayTransportRun *run, gboolean is_admitted);

G_END_DECLS
