/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox-control.h"
#include "sandbox-log.h"
#include "sandbox-tap.h"
#include "sandbox-traffic.h"

#define BACKLOG        1024 /* a merchant may open all his connections at once */
#define TOKEN          "access_token="
#define TAP_KEY        "sandbox-tap"
#define RECEIVED_KEY   "sandbox-received"
#define CHUNK          (64 * 1024)
#define CHUNKS_OF_HALF 4
#define CLIENT_KEY     "sandbox-client"

struct _SandboxServer {
  Sandbox *sandbox;
  SoupServer *soup;
  GSocketService *service;
  guint16 port;
  guint16 tls_port;
  int silent_end;
};

typedef struct {
  GByteArray *bytes;
  gboolean is_too_large;
} Received;

/* A connection of the https port before its first request. */
typedef struct {
  SandboxServer *server;
  GSocketConnection *connection;
} Handshake;

/* One request between its arrival and its answer. */
typedef struct {
  SoupServerMessage *message;
  SandboxRequest *request;
  SandboxReply *reply;
  gboolean is_paused;
  guint chunks;
} Call;

static void
received_free (gpointer data)
{
  Received *received = data;

  g_byte_array_unref (received->bytes);
  g_free (received);
}

static void
call_free (Call *call)
{
  g_object_unref (call->message);
  sandbox_request_free (call->request);
  sandbox_reply_free (call->reply);
  g_free (call);
}

static gpointer
get_remote_data (SoupServerMessage *message, const char *key)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  return remote != NULL ? g_object_get_data (G_OBJECT (remote), key) : NULL;
}

static SandboxTap *
get_tap (SoupServerMessage *message)
{
  return get_remote_data (message, TAP_KEY);
}

static void
log_call (Call *call)
{
  g_autofree char *method = sandbox_quote (call->request->method, -1);
  const char *token = strstr (call->request->target, TOKEN);
  /* who can read the log is not thereby the merchant */
  gssize length = token != NULL ? token + strlen (TOKEN) - call->request->target : -1;
  g_autofree char *target = sandbox_quote (call->request->target, length);
  const char *plain = call->reply->status < 400 ? "ok" : "refused";

  sandbox_log ("REQUEST %s %s %u%s %s",
               method,
               target,
               call->reply->status,
               call->reply->sending != SANDBOX_SEND_WHOLE ? " broken" : "",
               call->reply->verdict != NULL ? call->reply->verdict : plain);
}

/* The whole answer as bytes; a reply without a status text of its own is OK to every client. */
static GString *
make_message (Call *call)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "HTTP/1.1 %u OK\r\n", call->reply->status);
  if (call->reply->content_type != NULL)
    g_string_append_printf (
        text, "Content-Type: %s\r\nContent-Length: %u\r\n", call->reply->content_type, call->reply->body->len);
  for (guint i = 0; i + 1 < call->reply->headers->len; i += 2)
    g_string_append_printf (text,
                            "%s: %s\r\n",
                            (const char *) g_ptr_array_index (call->reply->headers, i),
                            (const char *) g_ptr_array_index (call->reply->headers, i + 1));
  g_string_append (text, "\r\n");
  g_string_append_len (text, (const char *) call->reply->body->data, call->reply->body->len);
  return text;
}

/* An answer that comes byte by byte, longer than anybody waits. */
typedef struct {
  GIOStream *stream;
  GString *text;
  gsize sent;
} Drip;

static gboolean
on_drip (gpointer user_data)
{
  Drip *drip = user_data;
  GOutputStream *output = g_io_stream_get_output_stream (drip->stream);

  if (drip->sent < drip->text->len &&
      g_output_stream_write_all (output, drip->text->str + drip->sent++, 1, NULL, NULL, NULL))
    return G_SOURCE_CONTINUE;
  g_io_stream_close (drip->stream, NULL, NULL);
  g_object_unref (drip->stream);
  g_string_free (drip->text, TRUE);
  g_free (drip);
  return G_SOURCE_REMOVE;
}

static void
send_dripping (Call *call)
{
  Drip *drip = g_new0 (Drip, 1);

  drip->stream = soup_server_message_steal_connection (call->message);
  drip->text = make_message (call);
  g_timeout_add (MAX (call->reply->fault.milliseconds, 1), on_drip, drip);
}

/* Promises a whole answer, sends half of it, or of its head when there is no more, and hangs up. */
static void
send_half (Call *call)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (call->message);
  GString *text = make_message (call);
  gsize body = call->reply->body->len;

  g_output_stream_write_all (g_io_stream_get_output_stream (stream),
                             text->str,
                             body > 0 ? text->len - body + body / 2 : text->len / 2,
                             NULL,
                             NULL,
                             NULL);
  g_io_stream_close (stream, NULL, NULL);
  g_string_free (text, TRUE);
}

static void
send_nothing (Call *call)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (call->message);

  g_io_stream_close (stream, NULL, NULL);
}

static void
send_chunk (Call *call)
{
  SoupMessageBody *body = soup_server_message_get_response_body (call->message);
  g_autoptr (GBytes) chunk = g_input_stream_read_bytes (call->reply->stream, CHUNK, NULL, NULL);

  if (chunk != NULL && g_bytes_get_size (chunk) > 0)
    soup_message_body_append_bytes (body, chunk);
  else
    soup_message_body_complete (body);
}

static void
on_wrote_chunk (SoupServerMessage *message, gpointer user_data)
{
  Call *call = user_data;
  SandboxTap *tap = get_tap (message);

  if (call->reply->sending == SANDBOX_SEND_HALF && ++call->chunks == CHUNKS_OF_HALF && tap != NULL)
    g_io_stream_close (G_IO_STREAM (tap), NULL, NULL);
  send_chunk (call);
}

static void
on_stream_ended (SoupServerMessage *message, gpointer user_data)
{
  call_free (user_data);
}

/* A body that is made while it is sent. */
static void
start_stream (Call *call)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (call->message);

  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_headers_set_content_type (headers, call->reply->content_type, NULL);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (call->message), FALSE);
  g_signal_connect (call->message, "wrote-chunk", G_CALLBACK (on_wrote_chunk), call);
  g_signal_connect (call->message, "finished", G_CALLBACK (on_stream_ended), call);
  send_chunk (call);
  if (call->is_paused)
    soup_server_message_unpause (call->message);
}

/* Sends an answer that is none; FALSE when the answer is to go as it is. */
static gboolean
send_broken (Call *call)
{
  if (call->reply->sending == SANDBOX_SEND_WHOLE ||
      (call->reply->sending == SANDBOX_SEND_HALF && call->reply->stream != NULL))
    return FALSE;
  if (call->reply->sending == SANDBOX_SEND_HALF)
    send_half (call);
  else if (call->reply->sending == SANDBOX_SEND_DRIPPING)
    send_dripping (call);
  else
    send_nothing (call);
  return TRUE;
}

static void
call_answer (Call *call)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (call->message);

  log_call (call);
  if (send_broken (call)) {
    call_free (call);
    return;
  }

  soup_server_message_set_status (call->message, call->reply->status, NULL);
  for (guint i = 0; i + 1 < call->reply->headers->len; i += 2)
    soup_message_headers_append (
        headers, g_ptr_array_index (call->reply->headers, i), g_ptr_array_index (call->reply->headers, i + 1));
  if (call->reply->stream != NULL) {
    start_stream (call);
    return;
  }
  if (call->reply->content_type != NULL)
    soup_server_message_set_response (call->message,
                                      call->reply->content_type,
                                      SOUP_MEMORY_COPY,
                                      (const char *) call->reply->body->data,
                                      call->reply->body->len);
  else
    /* libsoup hangs up after an answer without a length: a client must know */
    soup_message_headers_append (headers, "Connection", "close");
  if (call->is_paused)
    soup_server_message_unpause (call->message);
  call_free (call);
}

static gboolean
on_delay_over (gpointer user_data)
{
  call_answer (user_data);
  return G_SOURCE_REMOVE;
}

static void
call_pause (Call *call)
{
  if (!call->is_paused)
    soup_server_message_pause (call->message);
  call->is_paused = TRUE;
}

static void
on_replied (SandboxReply *reply, gpointer user_data)
{
  call_answer (user_data);
}

/* A page in the user's browser that reaches 127.0.0.1 through a name of its own is no client of ours. */
static gboolean
is_for_us (const SandboxRequest *request)
{
  const char *host = sandbox_request_get (request, "Host");
  g_autofree char *url = host != NULL ? g_strdup_printf ("http://%s/", host) : NULL;

  return url != NULL && sandbox_is_loopback_url (url);
}

static void
call_handle (SandboxServer *self, Call *call, gboolean is_too_large)
{
  const SandboxGateway *gateway = sandbox_gateway_of (call->request);
  gboolean is_complete = TRUE;

  if (is_too_large)
    sandbox_reply_set (call->reply, 413, "text/plain", "");
  else if (!is_for_us (call->request))
    sandbox_reply_set (call->reply, 421, "text/plain", "the sandbox answers on loopback only");
  else if (gateway != NULL) {
    call->reply->call.gateway = gateway->name;
    gateway->handle (self->sandbox, call->request, call->reply);
    sandbox_end (self->sandbox, call->reply);
  } else if (g_str_has_prefix (call->request->path, "/sandbox/")) {
    call_pause (call);
    is_complete = sandbox_control_handle (self->sandbox, call->request, call->reply, on_replied, call);
  } else
    sandbox_reply_set (call->reply, 404, "text/plain", "");

  if (!is_complete)
    return;
  if (call->reply->delay_ms > 0) {
    call_pause (call);
    g_timeout_add (call->reply->delay_ms, on_delay_over, call);
    return;
  }
  call_answer (call);
}

static char *
dup_target (SoupServerMessage *message)
{
  SandboxTap *tap = get_tap (message);
  GUri *uri = soup_server_message_get_uri (message);
  char *target = tap != NULL ? sandbox_tap_dup_target (tap, soup_server_message_get_method (message)) : NULL;

  if (target != NULL)
    return target;
  return g_strconcat (g_uri_get_path (uri),
                      g_uri_get_query (uri) != NULL ? "?" : "",
                      g_uri_get_query (uri) != NULL ? g_uri_get_query (uri) : "",
                      NULL);
}

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  Received *received = g_object_get_data (G_OBJECT (message), RECEIVED_KEY);
  g_autoptr (GBytes) body = g_bytes_new (received->bytes->data, received->bytes->len);
  g_autofree char *target = dup_target (message);
  Call *call = g_new0 (Call, 1);

  call->message = g_object_ref (message);
  call->request = sandbox_request_new (
      soup_server_message_get_method (message), target, body, soup_server_message_get_request_headers (message));
  call->request->client = get_remote_data (message, CLIENT_KEY);
  call->reply = sandbox_reply_new ();
  call_handle (user_data, call, received->is_too_large);
}

static void
on_chunk (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  Received *received = user_data;
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (chunk, &length);

  if (received->bytes->len + length > SANDBOX_MAX_BODY)
    received->is_too_large = TRUE;
  else
    g_byte_array_append (received->bytes, data, length);
}

static void
on_request_started (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  Received *received = g_new0 (Received, 1);

  received->bytes = g_byte_array_new ();
  g_object_set_data_full (G_OBJECT (message), RECEIVED_KEY, received, received_free);
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  g_signal_connect (message, "got-chunk", G_CALLBACK (on_chunk), received);
}

static void
on_request_ended (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  SandboxTap *tap = get_tap (message);

  if (tap != NULL)
    sandbox_tap_forget (tap);
}

static void
serve (SandboxServer *self, GIOStream *stream, GSocketConnection *connection, const char *client)
{
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);
  g_autoptr (SandboxTap) tap = NULL;
  g_autoptr (GError) error = NULL;

  if (local == NULL || remote == NULL)
    return;
  tap = sandbox_tap_new (stream);
  g_object_set_data_full (G_OBJECT (remote), TAP_KEY, g_object_ref (tap), g_object_unref);
  g_object_set_data (G_OBJECT (remote), CLIENT_KEY, (gpointer) client);
  if (!soup_server_accept_iostream (self->soup, G_IO_STREAM (tap), local, remote, &error))
    sandbox_log ("CONNECTION refused: %s", error->message);
}

static void
on_shaken_hands (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Handshake *handshake = user_data;
  GTlsConnection *tls = G_TLS_CONNECTION (source);
  GTlsCertificate *peer = g_tls_connection_get_peer_certificate (tls);
  g_autoptr (GError) error = NULL;

  if (!g_tls_connection_handshake_finish (tls, result, &error))
    sandbox_log ("CONNECTION refused: %s", error->message);
  else
    serve (handshake->server,
           G_IO_STREAM (tls),
           handshake->connection,
           peer != NULL ? sandbox_tls_find_account (handshake->server->sandbox->config->tls, peer) : NULL);
  g_object_unref (handshake->connection);
  g_free (handshake);
}

/* Whose certificate it is decides the call, not the handshake: a stranger's is refused in words, as the real
 * service refuses it. */
static gboolean
on_accept_certificate (GTlsConnection *tls, GTlsCertificate *peer, GTlsCertificateFlags flags, gpointer user_data)
{
  return TRUE;
}

static void
shake_hands (SandboxServer *self, GSocketConnection *connection, GTlsCertificate *certificate)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) tls = g_tls_server_connection_new (G_IO_STREAM (connection), certificate, &error);
  Handshake *handshake = NULL;

  if (tls == NULL) {
    sandbox_log ("CONNECTION refused: %s", error->message);
    return;
  }
  handshake = g_new0 (Handshake, 1);
  handshake->server = self;
  handshake->connection = g_object_ref (connection);
  g_object_set (tls, "authentication-mode", G_TLS_AUTHENTICATION_REQUESTED, NULL);
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (on_accept_certificate), NULL);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT, NULL, on_shaken_hands, handshake);
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  SandboxServer *self = user_data;

  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  if (source != NULL)
    shake_hands (self, connection, G_TLS_CERTIFICATE (source));
  else
    serve (self, G_IO_STREAM (connection), connection, NULL);
  return TRUE;
}

/* @certificate: nullable; what an https port shows. */
static gboolean
listen_on (SandboxServer *self, guint16 port, GTlsCertificate *certificate, guint16 *bound_port, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, port);
  g_autoptr (GSocketAddress) bound = NULL;

  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (self->service),
                                      wanted,
                                      G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP,
                                      (GObject *) certificate,
                                      &bound,
                                      error))
    return FALSE;
  *bound_port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return TRUE;
}

/* libsoup keeps a connection for the next request only while it listens to something itself; our connections
 * come through the tap, so it gets one end of a pair whose other end stays silent. */
static gboolean
keep_connections (SandboxServer *self, GError **error)
{
  g_autoptr (GSocket) silent = NULL;
  int ends[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "cannot make a pair of sockets");
    return FALSE;
  }
  self->silent_end = ends[1];
  silent = g_socket_new_from_fd (ends[0], error);
  return silent != NULL && soup_server_listen_socket (self->soup, silent, 0, error);
}

SandboxServer *
sandbox_server_new (Sandbox *sandbox, guint16 port, GError **error)
{
  g_autoptr (SandboxServer) self = g_new0 (SandboxServer, 1);
  g_autoptr (GTlsCertificate) certificate = sandbox_tls_make_server (sandbox->config->tls, error);

  if (certificate == NULL)
    return NULL;
  self->sandbox = sandbox;
  self->silent_end = -1;
  self->soup = soup_server_new (NULL, NULL);
  self->service = g_socket_service_new ();
  g_socket_listener_set_backlog (G_SOCKET_LISTENER (self->service), BACKLOG);
  soup_server_add_handler (self->soup, NULL, on_request, self, NULL);
  g_signal_connect (self->soup, "request-started", G_CALLBACK (on_request_started), self);
  g_signal_connect (self->soup, "request-finished", G_CALLBACK (on_request_ended), self);
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_incoming), self);

  /* a service under way would drop the connection that comes while another port is added */
  g_socket_service_stop (self->service);
  if (!listen_on (self, port, NULL, &self->port, error) ||
      !listen_on (self, 0, certificate, &self->tls_port, error) || !keep_connections (self, error))
    return NULL;
  g_socket_service_start (self->service);
  return g_steal_pointer (&self);
}

guint16
sandbox_server_get_port (SandboxServer *self)
{
  return self->port;
}

guint16
sandbox_server_get_tls_port (SandboxServer *self)
{
  return self->tls_port;
}

void
sandbox_server_free (SandboxServer *self)
{
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  soup_server_disconnect (self->soup);
  g_object_unref (self->service);
  g_object_unref (self->soup);
  if (self->silent_end >= 0)
    close (self->silent_end);
  g_free (self);
}
