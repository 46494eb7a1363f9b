/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-error.h"
#include "core/minipay-http-request.h"
#include "core/minipay-http-response.h"

G_BEGIN_DECLS

/*
 * Bytes to a gateway and back. One transport owns one I/O thread (started by the first send), its
 * GMainContext and its SoupSession; jobs may be handed over from any thread. It knows nothing of orders: it
 * says what became of the bytes.
 */
#define MINIPAY_TYPE_TRANSPORT (minipay_transport_get_type ())
G_DECLARE_FINAL_TYPE (MinipayTransport, minipay_transport, MINIPAY, TRANSPORT, GObject)

typedef enum {
  MINIPAY_TRANSPORT_NOT_SENT, /* no byte of the request left this machine */
  MINIPAY_TRANSPORT_ANSWERED, /* a whole answer of any status arrived */
  MINIPAY_TRANSPORT_UNKNOWN,  /* bytes may have left and no whole answer came back */
} MinipayTransportOutcome;

/* Takes the body of a 200 answer piece by piece. @write is called on a thread of GLib's pool, never twice at a
 * time, and may block; it ends the job with an error of MINIPAY_ERROR when it fails. @data must live until the
 * callback. */
typedef struct {
  gboolean (*write) (gpointer data, const guint8 *bytes, gsize n, GError **error); /* nullable */
  gpointer data;
} MinipayTransportSink;

/* One job. The caller fills the first part; everything is copied or referenced by send(). */
typedef struct {
  MinipayHttpRequest *request;  /* target is an absolute path with query, sent exactly as it stands */
  const char *const *base_urls; /* NULL-terminated: the gateway, then its backups: `https://host[:port]`, no
                                   path, no slash at the end */
  gint64 deadline_us;           /* g_get_monotonic_time () by which all must be over, fail-over included.
                                   With a sink this long is also the longest silence: every 64 KiB that the sink
                                   has taken give as much time again */
  gsize max_body;               /* bytes of an answer's body; more is a LIMIT error */
  MinipayTransportSink sink;    /* of a 200 answer, whose response then has no body; bytes once passed on are never
                                   asked of a backup again. Nothing is said of what it took before an error */
  guint64 max_download;         /* in place of max_body for what goes to the sink */
  GTlsCertificate *identity;    /* nullable: shown to a gateway that asks for a certificate */
  gboolean may_repeat;     /* SAFE or IDEMPOTENT: connections may be reused for POST, and the same bytes may go to
                              a backup after they may have left */
  const char *log_account; /* for the log line */
  const char *log_operation;
} MinipayTransportJob;

/* Called exactly once, on the I/O thread; must not block. @response is set when @outcome is ANSWERED, @error
 * otherwise (both borrowed). Codes: NOT_SENT, OUTCOME_UNKNOWN, LIMIT, PROTOCOL, CONFIG, PLUGIN, and
 * G_IO_ERROR_CANCELLED when nothing had left. */
typedef void (*MinipayTransportCallback) (MinipayTransportOutcome outcome,
                                          MinipayHttpResponse *response,
                                          const GError *error,
                                          gpointer user_data);

/* @ca_file: absolute path of a PEM file of authorities trusted *instead of* the system's (test set-ups), or
 * NULL. */
MinipayTransport *minipay_transport_new (guint max_in_flight, const char *ca_file);

/* Never fails by itself: what cannot be sent ends in @callback with NOT_SENT. */
void minipay_transport_send (MinipayTransport *self,
                             const MinipayTransportJob *job,
                             GCancellable *cancellable,
                             MinipayTransportCallback callback,
                             gpointer user_data);

/* Calls @func once on the I/O thread after @delay_ms: the retry timer of exchanges. */
void
minipay_transport_call_later (MinipayTransport *self, guint delay_ms, GSourceOnceFunc func, gpointer user_data);

/* The gateway's clock minus ours in seconds as last read from a Date header of @base_url; FALSE when none was
 * read. */
gboolean minipay_transport_get_clock_skew (MinipayTransport *self, const char *base_url, gint64 *skew_s);

G_END_DECLS
