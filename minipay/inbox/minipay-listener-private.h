/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/* One accepted connection of a listener. */
typedef struct {
  GQueue *all;           /* where it is listed; null once forgotten */
  GMainContext *context; /* of its deadline */
  GSocket *socket;
  GSource *deadline;
  GList link;
  gboolean is_answering; /* a message of it is being judged */
} MinipayConnection;

/* Lists the connection in @all; it leaves the list when libsoup lets go of @stream. */
void minipay_connection_new (GQueue *all, GMainContext *context, GSocketConnection *stream, GSocketAddress *remote);
/* The connection that a message came on, borrowed, or NULL. */
MinipayConnection *minipay_connection_of (SoupServerMessage *message);
/* Starts the time of the next phase - head, body, answer; when it is over the connection is cut. */
void minipay_connection_start_phase (MinipayConnection *self);
/* libsoup sees the end of the stream and clears up by itself. */
void minipay_connection_cut (MinipayConnection *self);
/* Cuts the oldest that is not being answered; FALSE when there is none. */
gboolean minipay_connection_cut_oldest (GQueue *all);
/* Takes it off the list, without a deadline from now on. */
void minipay_connection_forget (MinipayConnection *self);

gboolean minipay_head_is_too_large (SoupServerMessage *message);
/* Where a message ends must have one reading only, or a proxy in front and this server disagree about what
 * the next one is. Other repeats travel on as they came: the provider judges them. */
gboolean minipay_head_is_clear (SoupMessageHeaders *headers);

G_END_DECLS
