/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "inbox/minipay-listener-private.h"

/* A request has three phases - head, body, answer - and each may last this long: 30 s together. A kept
 * connection waits no longer for its next head. */
#define PHASE_SECONDS 10

static void
connection_stop_deadline (MinipayConnection *self)
{
  if (self->deadline == NULL)
    return;
  g_source_destroy (self->deadline);
  g_clear_pointer (&self->deadline, g_source_unref);
}

static void
connection_clear (gpointer data)
{
  MinipayConnection *self = data;

  minipay_connection_forget (self);
  g_object_unref (self->socket);
  g_main_context_unref (self->context);
}

static void
connection_unref (gpointer data)
{
  g_rc_box_release_full (data, connection_clear);
}

static void
on_stream_gone (gpointer user_data, GObject *where_the_object_was)
{
  minipay_connection_forget (user_data);
  connection_unref (user_data);
}

static gboolean
on_deadline (gpointer user_data)
{
  MinipayConnection *self = user_data;

  connection_stop_deadline (self);
  minipay_connection_cut (self);
  return G_SOURCE_REMOVE;
}

void
minipay_connection_new (GQueue *all, GMainContext *context, GSocketConnection *stream, GSocketAddress *remote)
{
  MinipayConnection *self = g_rc_box_new0 (MinipayConnection);

  self->all = all;
  self->context = g_main_context_ref (context);
  self->socket = g_object_ref (g_socket_connection_get_socket (stream));
  self->link.data = self;
  g_queue_push_tail_link (all, &self->link);
  g_object_weak_ref (G_OBJECT (stream), on_stream_gone, self);
  /* libsoup hands back the very address object it was given, which is how a message tells whose it is */
  g_object_set_data_full (G_OBJECT (remote), "minipay-connection", g_rc_box_acquire (self), connection_unref);
  minipay_connection_start_phase (self);
}

MinipayConnection *
minipay_connection_of (SoupServerMessage *message)
{
  GSocketAddress *address = soup_server_message_get_remote_address (message);

  return address != NULL ? g_object_get_data (G_OBJECT (address), "minipay-connection") : NULL;
}

void
minipay_connection_start_phase (MinipayConnection *self)
{
  connection_stop_deadline (self);
  if (self->all == NULL)
    return;
  self->deadline = g_timeout_source_new_seconds (PHASE_SECONDS);
  g_source_set_callback (self->deadline, on_deadline, self, NULL);
  g_source_attach (self->deadline, self->context);
}

void
minipay_connection_cut (MinipayConnection *self)
{
  g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
}

void
minipay_connection_forget (MinipayConnection *self)
{
  if (self->all != NULL)
    g_queue_unlink (self->all, &self->link);
  self->all = NULL;
  connection_stop_deadline (self);
}

gboolean
minipay_connection_cut_oldest (GQueue *all)
{
  for (GList *l = all->head; l != NULL; l = l->next) {
    MinipayConnection *connection = l->data;

    if (connection->is_answering)
      continue;
    minipay_connection_forget (connection);
    minipay_connection_cut (connection);
    return TRUE;
  }
  return FALSE;
}
