/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "inbox/minipay-listener.h"

#include <libsoup/soup.h>
#include <string.h>

#include "core/minipay-error.h"
#include "core/minipay-http-request.h"
#include "core/minipay-receipt.h"
#include "inbox/minipay-listener-private.h"

#define NOTIFY_PREFIX "/notify/"

#define MAX_BODY_BYTES           (256 * 1024)
#define MAX_CONNECTIONS          256
#define ACCEPT_PAUSE_US          10000
#define BACKLOG                  1024
#define STATUS_HEADERS_TOO_LARGE 431 /* libsoup has no name for it */

/**
 * MinipayListener:
 *
 * The small receiver of notifications: an HTTP server on 127.0.0.1 that hands every message to
 * minipay_client_receive_async() and answers what the gateway wants to hear. It knows one address for each
 * account, `/notify/ACCOUNT`, and takes nothing but POST.
 *
 * It speaks plain HTTP: outside a sandbox it stands behind a proxy that ends TLS. Its limits hold without the
 * proxy's help: 256 connections (the oldest that is not being answered makes room), 64 header lines, 16 KiB
 * of headers, 256 KiB of body, 30 seconds for a request.
 *
 * Since: 0.1
 */
struct _MinipayListener {
  GObject parent_instance;

  MinipayClient *client;
  SoupServer *server;    /* null: not listening */
  GSocket *socket;       /* listens */
  GSource *accept;       /* on context */
  GMainContext *context; /* where listen() was called */
  GQueue connections;    /* of MinipayConnection *, borrowed, oldest first */
  guint16 port;
};

enum { PROP_CLIENT = 1 };

enum { SIGNAL_RECEIVED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MinipayListener, minipay_listener, G_TYPE_OBJECT)

/* What is known of one message; lives as long as the SoupServerMessage. */
typedef struct {
  GByteArray *body;
  char *account;
  gboolean is_finished;
} Incoming;

/* One receive on its way. */
typedef struct {
  MinipayListener *listener;
  SoupServerMessage *message;
} Receiving;

static void
incoming_free (gpointer data)
{
  Incoming *self = data;

  g_byte_array_unref (self->body);
  g_free (self->account);
  g_free (self);
}

static void
receiving_free (Receiving *self)
{
  g_object_unref (self->message);
  g_object_unref (self->listener);
  g_free (self);
}

static Incoming *
message_get_incoming (SoupServerMessage *message)
{
  return g_object_get_data (G_OBJECT (message), "minipay-incoming");
}

static void
message_refuse (SoupServerMessage *message, guint status)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_server_message_set_status (message, status, NULL);
  soup_message_headers_replace (headers, "Connection", "close");
  if (status == SOUP_STATUS_METHOD_NOT_ALLOWED)
    soup_message_headers_replace (headers, "Allow", "POST");
  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_STATIC, "refused", strlen ("refused"));
}

/* A status alone would make libsoup read the rest first, and a rest without a clear end has no end. */
static void
message_cut (SoupServerMessage *message, const char *status)
{
  MinipayConnection *connection = minipay_connection_of (message);
  g_autofree char *answer = NULL;
  g_autoptr (GIOStream) stream = NULL;

  /* Best effort: a peer that is still writing may see a reset instead. */
  answer = g_strdup_printf ("HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", status);
  if (connection != NULL)
    g_socket_send_with_blocking (connection->socket, answer, strlen (answer), FALSE, NULL, NULL);
  stream = soup_server_message_steal_connection (message);
  if (stream != NULL)
    g_io_stream_close (stream, NULL, NULL);
}

static char *
listener_dup_account (MinipayListener *self, GUri *uri)
{
  g_auto (GStrv) names = NULL;
  g_autofree char *name = NULL;

  if (!g_str_has_prefix (g_uri_get_path (uri), NOTIFY_PREFIX) || g_uri_get_query (uri) != NULL)
    return NULL;
  name = g_uri_unescape_segment (g_uri_get_path (uri) + strlen (NOTIFY_PREFIX), NULL, "/");
  names = minipay_client_dup_account_names (self->client);
  if (name == NULL || !g_strv_contains ((const char *const *) names, name))
    return NULL;
  return g_steal_pointer (&name);
}

static void
on_got_headers (SoupServerMessage *message, gpointer user_data)
{
  MinipayListener *self = user_data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  Incoming *incoming = message_get_incoming (message);
  MinipayConnection *connection = minipay_connection_of (message);

  if (connection != NULL)
    minipay_connection_start_phase (connection);

  if (minipay_head_is_too_large (message)) {
    message_refuse (message, STATUS_HEADERS_TOO_LARGE);
    return;
  }
  if (!minipay_head_is_clear (headers)) {
    message_cut (message, "400 Bad Request");
    return;
  }
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
      soup_message_headers_get_content_length (headers) > MAX_BODY_BYTES) {
    message_cut (message, "413 Content Too Large");
    return;
  }
  if (!g_str_equal (soup_server_message_get_method (message), "POST")) {
    message_refuse (message, SOUP_STATUS_METHOD_NOT_ALLOWED);
    return;
  }
  incoming->account = listener_dup_account (self, soup_server_message_get_uri (message));
  if (incoming->account == NULL)
    message_refuse (message, SOUP_STATUS_NOT_FOUND);
}

static void
on_got_chunk (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  Incoming *incoming = message_get_incoming (message);
  gsize length;
  const guint8 *data = g_bytes_get_data (chunk, &length);

  if (length > MAX_BODY_BYTES - incoming->body->len) {
    message_cut (message, "413 Content Too Large");
    return;
  }
  g_byte_array_append (incoming->body, data, (guint) length);
}

static void
on_finished (SoupServerMessage *message, gpointer user_data)
{
  MinipayConnection *connection = minipay_connection_of (message);

  message_get_incoming (message)->is_finished = TRUE;
  if (connection == NULL)
    return;
  connection->is_answering = FALSE;
  minipay_connection_start_phase (connection);
}

static void
on_request_started (SoupServer *server, SoupServerMessage *message, gpointer user_data)
{
  Incoming *incoming = g_new0 (Incoming, 1);

  incoming->body = g_byte_array_new ();
  g_object_set_data_full (G_OBJECT (message), "minipay-incoming", incoming, incoming_free);
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  /* libsoup closes a connection that it was handed after one answer, and does not say so by itself */
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Connection", "close");
  g_signal_connect_object (message, "got-headers", G_CALLBACK (on_got_headers), user_data, 0);
  g_signal_connect_object (message, "got-chunk", G_CALLBACK (on_got_chunk), user_data, 0);
  g_signal_connect (message, "finished", G_CALLBACK (on_finished), NULL);
  g_signal_connect (message, "disconnected", G_CALLBACK (on_finished), NULL);
}

static void
add_request_header (const char *name, const char *value, gpointer user_data)
{
  minipay_http_request_add_header (user_data, name, value);
}

/* Always with a length: a 204 of libsoup has none, and every caller is to know where the answer ends. */
static void
message_answer (SoupServerMessage *message, MinipayHttpResponse *reply)
{
  SoupMessageHeaders *to = soup_server_message_get_response_headers (message);
  MinipayHeaders *from = minipay_http_response_get_headers (reply);
  GBytes *body = minipay_http_response_get_body (reply);
  guint status = minipay_http_response_get_status (reply);
  gsize length = 0;
  const char *data = body != NULL ? g_bytes_get_data (body, &length) : NULL;

  if (status == SOUP_STATUS_NO_CONTENT)
    status = SOUP_STATUS_OK;
  soup_server_message_set_status (message, status, NULL);
  for (guint i = 0; i < minipay_headers_get_length (from); i++) {
    if (g_ascii_strcasecmp (minipay_headers_get_name (from, i), "Content-Length") != 0)
      soup_message_headers_append (to, minipay_headers_get_name (from, i), minipay_headers_get_value (from, i));
  }
  soup_message_body_append (
      soup_server_message_get_response_body (message), SOUP_MEMORY_COPY, data != NULL ? data : "", length);
}

static void
on_received (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Receiving *receiving = user_data;
  g_autoptr (MinipayReceipt) receipt = NULL;
  g_autoptr (MinipayHttpResponse) reply = NULL;
  g_autoptr (GError) error = NULL;

  receipt = minipay_client_receive_finish (MINIPAY_CLIENT (source), result, &error);
  if (receipt != NULL) {
    /* before the answer: what the gateway was told is done, the application has heard */
    g_signal_emit (receiving->listener, signals[SIGNAL_RECEIVED], 0, receipt);
    reply = minipay_receipt_dup_reply (receipt, TRUE);
  }

  if (!message_get_incoming (receiving->message)->is_finished) {
    if (reply != NULL)
      message_answer (receiving->message, reply);
    else
      message_refuse (receiving->message, SOUP_STATUS_INTERNAL_SERVER_ERROR);
    soup_server_message_unpause (receiving->message);
  }
  receiving_free (receiving);
}

static MinipayHttpRequest *
message_dup_request (SoupServerMessage *message)
{
  Incoming *incoming = message_get_incoming (message);
  g_autoptr (GBytes) body = g_bytes_new (incoming->body->data, incoming->body->len);
  /* written anew from the account that was found, so that the client cannot read the path otherwise */
  g_autofree char *target = g_strconcat (NOTIFY_PREFIX, incoming->account, NULL);
  MinipayHttpRequest *request = minipay_http_request_new ("POST", target, body);

  soup_message_headers_foreach (soup_server_message_get_request_headers (message), add_request_header, request);
  return request;
}

static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  MinipayListener *self = user_data;
  Incoming *incoming = message_get_incoming (message);
  MinipayConnection *connection = minipay_connection_of (message);
  g_autoptr (MinipayHttpRequest) request = NULL;
  Receiving *receiving;

  if (incoming == NULL || incoming->account == NULL) {
    if (soup_server_message_get_status (message) == 0)
      message_refuse (message, SOUP_STATUS_NOT_FOUND);
    return;
  }

  if (connection != NULL) {
    connection->is_answering = TRUE;
    minipay_connection_start_phase (connection);
  }
  request = message_dup_request (message);
  receiving = g_new0 (Receiving, 1);
  receiving->listener = g_object_ref (self);
  receiving->message = g_object_ref (message);
  soup_server_message_pause (message);
  minipay_client_receive_async (self->client, request, NULL, on_received, receiving);
}

/* Whoever holds connections open without asking anything must not keep a gateway out. */
static gboolean
listener_make_room (MinipayListener *self)
{
  return g_queue_get_length (&self->connections) < MAX_CONNECTIONS ||
         minipay_connection_cut_oldest (&self->connections);
}

static void
listener_take (MinipayListener *self, GSocket *socket)
{
  g_autoptr (GSocketConnection) stream = g_socket_connection_factory_create_connection (socket);
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (socket, NULL);
  g_autoptr (GError) error = NULL;

  /* without addresses the peer is gone already */
  if (local == NULL || remote == NULL || !listener_make_room (self)) {
    g_io_stream_close (G_IO_STREAM (stream), NULL, NULL);
    return;
  }
  minipay_connection_new (&self->connections, self->context, stream, remote);
  if (!soup_server_accept_iostream (self->server, G_IO_STREAM (stream), local, remote, &error))
    g_debug ("a connection could not be served: %s", error->message);
}

static gboolean
on_connection (GSocket *listening, GIOCondition condition, gpointer user_data)
{
  MinipayListener *self = user_data;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) error = NULL;

  socket = g_socket_accept (listening, NULL, &error);
  if (socket == NULL) {
    /* out of descriptors: they come back only when somebody leaves */
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES) &&
        !minipay_connection_cut_oldest (&self->connections))
      g_usleep (ACCEPT_PAUSE_US); /* the socket stays readable: without a pause this would spin */
    return G_SOURCE_CONTINUE;
  }

  g_main_context_push_thread_default (self->context);
  listener_take (self, socket);
  g_main_context_pop_thread_default (self->context);
  return G_SOURCE_CONTINUE;
}

static void
minipay_listener_get_property (GObject *object, guint property_id, GValue *value, GParamSpec *pspec)
{
  MinipayListener *self = MINIPAY_LISTENER (object);

  switch (property_id) {
  case PROP_CLIENT:
    g_value_set_object (value, self->client);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
  }
}

static void
minipay_listener_set_property (GObject *object, guint property_id, const GValue *value, GParamSpec *pspec)
{
  MinipayListener *self = MINIPAY_LISTENER (object);

  switch (property_id) {
  case PROP_CLIENT:
    self->client = g_value_dup_object (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
  }
}

static void
minipay_listener_dispose (GObject *object)
{
  minipay_listener_close (MINIPAY_LISTENER (object));
  G_OBJECT_CLASS (minipay_listener_parent_class)->dispose (object);
}

static void
minipay_listener_finalize (GObject *object)
{
  g_clear_object (&MINIPAY_LISTENER (object)->client);
  G_OBJECT_CLASS (minipay_listener_parent_class)->finalize (object);
}

static void
minipay_listener_class_init (MinipayListenerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = minipay_listener_get_property;
  object_class->set_property = minipay_listener_set_property;
  object_class->dispose = minipay_listener_dispose;
  object_class->finalize = minipay_listener_finalize;

  /**
   * MinipayListener:client:
   *
   * Who judges the messages.
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      object_class,
      PROP_CLIENT,
      g_param_spec_object ("client",
                           NULL,
                           NULL,
                           MINIPAY_TYPE_CLIENT,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));

  /**
   * MinipayListener::received:
   * @self: the listener
   * @receipt: what came of one message, accepted or refused
   *
   * A message was judged. Emitted on the main context in which minipay_listener_listen() was called, before
   * the gateway gets its answer.
   *
   * Since: 0.1
   */
  signals[SIGNAL_RECEIVED] = g_signal_new ("received",
                                           MINIPAY_TYPE_LISTENER,
                                           G_SIGNAL_RUN_LAST,
                                           0,
                                           NULL,
                                           NULL,
                                           NULL,
                                           G_TYPE_NONE,
                                           1,
                                           MINIPAY_TYPE_RECEIPT);
}

static void
minipay_listener_init (MinipayListener *self)
{
  g_queue_init (&self->connections);
}

/**
 * minipay_listener_new:
 * @client: who judges the messages and knows the accounts
 *
 * Returns: (transfer full): a listener that does not listen yet
 *
 * Since: 0.1
 */
MinipayListener *
minipay_listener_new (MinipayClient *client)
{
  g_return_val_if_fail (MINIPAY_IS_CLIENT (client), NULL);
  return g_object_new (MINIPAY_TYPE_LISTENER, "client", client, NULL);
}

/* An own socket, because libsoup's has room for ten callers in its queue. */
static GSocket *
open_socket (guint16 port, guint16 *bound_port, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, port);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSocket) socket = NULL;

  socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (socket == NULL)
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, wanted, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;
  bound = g_socket_get_local_address (socket, error);
  if (bound == NULL)
    return NULL;
  *bound_port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return g_steal_pointer (&socket);
}

/**
 * minipay_listener_listen:
 * @self: a listener that does not listen yet
 * @port: a port of 127.0.0.1, or 0 for any that is free
 * @error: return location for an error
 *
 * Starts to take messages, on the caller's thread-default main context.
 *
 * Errors: %MINIPAY_ERROR_INVALID when it listens already, %MINIPAY_ERROR_CONFIG when the port cannot be had.
 *
 * Returns: whether it listens now
 *
 * Since: 0.1
 */
gboolean
minipay_listener_listen (MinipayListener *self, guint16 port, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  g_return_val_if_fail (MINIPAY_IS_LISTENER (self), FALSE);

  if (self->server != NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "the listener has port %u already", self->port);
    return FALSE;
  }

  self->socket = open_socket (port, &self->port, &local_error);
  if (self->socket == NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "port %u of 127.0.0.1 cannot be had: %s",
                 port,
                 local_error->message);
    return FALSE;
  }

  self->context = g_main_context_ref_thread_default ();
  self->server = soup_server_new (NULL, NULL);
  g_signal_connect_object (self->server, "request-started", G_CALLBACK (on_request_started), self, 0);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);

  self->accept = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->accept, G_SOURCE_FUNC (on_connection), self, NULL);
  g_source_attach (self->accept, self->context);
  return TRUE;
}

/**
 * minipay_listener_dup_url:
 * @self: a listener
 * @account: the name of an account
 *
 * The notification address of @account, for #MinipayOrder:notify-url against a sandbox on this machine.
 *
 * Returns: (transfer full) (nullable): `http://127.0.0.1:PORT/notify/ACCOUNT`, %NULL while it does not listen
 *
 * Since: 0.1
 */
char *
minipay_listener_dup_url (MinipayListener *self, const char *account)
{
  g_autofree char *escaped = NULL;

  g_return_val_if_fail (MINIPAY_IS_LISTENER (self) && account != NULL, NULL);

  if (self->server == NULL)
    return NULL;
  escaped = g_uri_escape_string (account, NULL, FALSE);
  return g_strdup_printf ("http://127.0.0.1:%u" NOTIFY_PREFIX "%s", self->port, escaped);
}

/**
 * minipay_listener_close:
 * @self: a listener
 *
 * Stops listening and ends every connection; safe at any time, also from a handler of
 * #MinipayListener::received. A message that is being judged is judged to its end and reported, but its
 * gateway gets no answer and will send it again.
 *
 * Since: 0.1
 */
void
minipay_listener_close (MinipayListener *self)
{
  g_autoptr (SoupServer) server = NULL;

  g_return_if_fail (MINIPAY_IS_LISTENER (self));

  server = g_steal_pointer (&self->server);
  if (server == NULL)
    return;

  g_source_destroy (self->accept);
  g_clear_pointer (&self->accept, g_source_unref);
  g_socket_close (self->socket, NULL);
  g_clear_object (&self->socket);
  while (self->connections.head != NULL) {
    MinipayConnection *connection = self->connections.head->data;

    minipay_connection_forget (connection);
    minipay_connection_cut (connection);
  }
  g_signal_handlers_disconnect_by_data (server, self);
  soup_server_remove_handler (server, NULL);
  soup_server_disconnect (server);
  g_clear_pointer (&self->context, g_main_context_unref);
}
