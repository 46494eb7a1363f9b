/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include "minipay-transport-private.h"

G_BEGIN_DECLS

/* How one answer's body is read. */
typedef struct {
  SoupMessage *message;
  GInputStream *stream; /* what libsoup reads the body from; stays open */
  GCancellable *cancellable;
  GMainContext *context;     /* the I/O thread's */
  const char *base_url;      /* for errors */
  MinipayTransportSink sink; /* write is NULL: the body is collected */
  guint64 max_bytes;
  GSource *watch; /* with a sink: due @silence_us after the last chunk that it took */
  gint64 silence_us;
} MinipayTransportBodyPlan;

/* Exactly one of @body and @error is set, or none of them after a sink took all; both are borrowed. */
typedef void (*MinipayTransportBodyDone) (GBytes *body, const GError *error, gpointer user_data);

/* Checks the head, reads the body to its end and calls @done once, maybe at once. I/O thread; @user_data keeps
 * what @plan names alive until then, and a sink is never left while it works. */
void minipay_transport_body_read (const MinipayTransportBodyPlan *plan,
                                  MinipayTransportBodyDone done,
                                  gpointer user_data);

G_END_DECLS
