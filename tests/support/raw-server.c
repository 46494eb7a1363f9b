/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "raw-server.h"

#include <stdlib.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
/* GnuTLS is loaded late, and the leak checker of GCC 12 crashes on the thread-local storage of threads that
 * used it. */
const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "intercept_tls_get_addr=0";
}
#endif

struct _RawServer {
  GSocket *listener;
  GCancellable *stop;
  GTlsCertificate *certificate; /* nullable */
  GThread *acceptor;
  char *base_url;
  guint port;

  GMutex lock; /* guards all below */
  GCond changed;
  GPtrArray *threads;  /* of GThread, one per connection */
  GArray *answers;     /* of RawAnswer, bytes owned */
  GPtrArray *requests; /* of GString */
  GPtrArray *peers;    /* of GTlsCertificate or NULL, one per request */
  gboolean closes_on_accept;
  gboolean asks_certificate;
  guint n_connections;
  guint n_open;
  guint most_open;
  guint64 n_read;
  guint64 n_sent;
};

typedef struct {
  RawServer *server;
  GSocket *socket;
} RawConnection;

static gsize
raw_body_length (const char *head)
{
  const char *line = strstr (head, "\r\nContent-Length:");

  return line != NULL ? strtoul (line + strlen ("\r\nContent-Length:"), NULL, 10) : 0;
}

/* One whole request is appended to @request; FALSE when the peer is gone. */
static gboolean
raw_read_request (RawServer *self, GInputStream *in, GString *request)
{
  const char *end = NULL;
  gsize wanted = G_MAXSIZE;

  while (request->len < wanted) {
    char buffer[4096];
    gssize n = g_input_stream_read (in, buffer, sizeof buffer, self->stop, NULL);

    if (n <= 0)
      return FALSE;
    g_string_append_len (request, buffer, n);
    g_mutex_lock (&self->lock);
    self->n_read += n;
    g_mutex_unlock (&self->lock);
    if (end == NULL && (end = strstr (request->str, "\r\n\r\n")) != NULL)
      wanted = (end + 4 - request->str) + raw_body_length (request->str);
  }
  return TRUE;
}

static gboolean
raw_write (RawServer *self, GOutputStream *out, const char *bytes, gsize length)
{
  gsize written = 0;
  gboolean is_written = g_output_stream_write_all (out, bytes, length, &written, self->stop, NULL);

  g_mutex_lock (&self->lock);
  self->n_sent += written;
  g_mutex_unlock (&self->lock);
  return is_written;
}

static void
raw_sleep (RawServer *self, guint ms)
{
  GPollFD fd;

  if (ms == 0 || !g_cancellable_make_pollfd (self->stop, &fd))
    return;
  g_poll (&fd, 1, (int) ms);
  g_cancellable_release_fd (self->stop);
}

/* FALSE: this connection is over. */
static gboolean
raw_answer (RawServer *self, GOutputStream *out, const RawAnswer *answer)
{
  char junk[8192];
  guint64 left = answer->flood;

  raw_sleep (self, answer->delay_ms);
  if (answer->bytes == NULL)
    return TRUE;

  if (answer->drip_ms == 0) {
    if (!raw_write (self, out, answer->bytes, answer->length))
      return FALSE;
  } else {
    for (gssize i = 0; i < answer->length; i++) {
      if (!raw_write (self, out, answer->bytes + i, 1))
        return FALSE;
      raw_sleep (self, answer->drip_ms);
    }
  }

  memset (junk, 'x', sizeof junk);
  while (left > 0) {
    gsize n = MIN (left, sizeof junk);

    if (!raw_write (self, out, junk, n))
      return FALSE;
    left -= n;
  }
  return !answer->closes;
}

static RawAnswer
raw_take_answer (RawServer *self, GIOStream *stream, GString *request)
{
  GTlsCertificate *peer = NULL;
  RawAnswer answer;

  if (G_IS_TLS_CONNECTION (stream))
    peer = g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (stream));

  g_mutex_lock (&self->lock);
  g_assert_cmpuint (self->answers->len, >, 0);
  answer = g_array_index (self->answers, RawAnswer, MIN (self->requests->len, self->answers->len - 1));
  g_ptr_array_add (self->requests, g_string_new_len (request->str, request->len));
  g_ptr_array_add (self->peers, peer != NULL ? g_object_ref (peer) : NULL);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  return answer;
}

static void
raw_serve (RawServer *self, GIOStream *stream)
{
  gboolean is_open = TRUE;

  while (is_open) {
    g_autoptr (GString) request = g_string_new (NULL);
    RawAnswer answer;

    if (!raw_read_request (self, g_io_stream_get_input_stream (stream), request))
      return;
    answer = raw_take_answer (self, stream, request);
    is_open = raw_answer (self, g_io_stream_get_output_stream (stream), &answer);
  }
}

static gboolean
on_accept_certificate (GTlsConnection *connection,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags faults,
                       gpointer user_data)
{
  return TRUE;
}

static gpointer
raw_connection_main (gpointer data)
{
  RawConnection *connection = data;
  RawServer *self = connection->server;
  g_autoptr (GSocketConnection) plain = g_socket_connection_factory_create_connection (connection->socket);
  g_autoptr (GIOStream) stream = g_object_ref (G_IO_STREAM (plain));

  if (self->certificate != NULL) {
    g_object_unref (stream);
    stream = g_tls_server_connection_new (G_IO_STREAM (plain), self->certificate, NULL);
    if (self->asks_certificate) {
      g_object_set (stream, "authentication-mode", G_TLS_AUTHENTICATION_REQUESTED, NULL);
      g_signal_connect (stream, "accept-certificate", G_CALLBACK (on_accept_certificate), NULL);
    }
  }
  if (!self->closes_on_accept &&
      (self->certificate == NULL || g_tls_connection_handshake (G_TLS_CONNECTION (stream), self->stop, NULL)))
    raw_serve (self, stream);

  /* Counted before it is closed, or a client seeing the end could open the next one too early for most_open.
   */
  g_mutex_lock (&self->lock);
  self->n_open--;
  g_mutex_unlock (&self->lock);
  g_io_stream_close (stream, NULL, NULL);
  g_object_unref (connection->socket);
  g_free (connection);
  return NULL;
}

static gpointer
raw_acceptor_main (gpointer data)
{
  RawServer *self = data;
  GSocket *socket;

  while ((socket = g_socket_accept (self->listener, self->stop, NULL)) != NULL) {
    RawConnection *connection = g_new0 (RawConnection, 1);

    connection->server = self;
    connection->socket = socket;
    g_mutex_lock (&self->lock);
    self->n_connections++;
    self->n_open++;
    self->most_open = MAX (self->most_open, self->n_open);
    g_ptr_array_add (self->threads, g_thread_new ("raw-connection", raw_connection_main, connection));
    g_mutex_unlock (&self->lock);
  }
  return NULL;
}

static GSocket *
raw_listen (guint *port)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  g_socket_set_listen_backlog (socket, 256);
  g_socket_bind (socket, any, TRUE, &error);
  g_assert_no_error (error);
  g_socket_listen (socket, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return socket;
}

RawServer *
raw_server_new (GTlsCertificate *certificate)
{
  RawServer *self = g_new0 (RawServer, 1);

  self->listener = raw_listen (&self->port);
  self->stop = g_cancellable_new ();
  self->certificate = certificate != NULL ? g_object_ref (certificate) : NULL;
  self->base_url = g_strdup_printf ("%s://127.0.0.1:%u", certificate != NULL ? "https" : "http", self->port);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->threads = g_ptr_array_new ();
  self->answers = g_array_new (FALSE, TRUE, sizeof (RawAnswer));
  self->requests = g_ptr_array_new ();
  self->peers = g_ptr_array_new ();
  self->acceptor = g_thread_new ("raw-acceptor", raw_acceptor_main, self);
  return self;
}

void
raw_server_free (RawServer *self)
{
  g_cancellable_cancel (self->stop);
  g_thread_join (self->acceptor);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (g_ptr_array_index (self->threads, i));

  g_socket_close (self->listener, NULL);
  g_object_unref (self->listener);
  g_object_unref (self->stop);
  g_clear_object (&self->certificate);
  for (guint i = 0; i < self->answers->len; i++)
    g_free ((char *) g_array_index (self->answers, RawAnswer, i).bytes);
  g_array_unref (self->answers);
  for (guint i = 0; i < self->requests->len; i++)
    g_string_free (g_ptr_array_index (self->requests, i), TRUE);
  g_ptr_array_unref (self->requests);
  for (guint i = 0; i < self->peers->len; i++)
    if (g_ptr_array_index (self->peers, i) != NULL)
      g_object_unref (g_ptr_array_index (self->peers, i));
  g_ptr_array_unref (self->peers);
  g_ptr_array_unref (self->threads);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self->base_url);
  g_free (self);
}

void
raw_server_push (RawServer *self, const RawAnswer *answer)
{
  RawAnswer copy = *answer;

  if (copy.bytes != NULL) {
    if (copy.length < 0)
      copy.length = strlen (copy.bytes);
    copy.bytes = g_memdup2 (copy.bytes, MAX (copy.length, 1));
  }
  g_mutex_lock (&self->lock);
  g_array_append_val (self->answers, copy);
  g_mutex_unlock (&self->lock);
}

void
raw_server_push_text (RawServer *self, const char *text)
{
  raw_server_push (self, &(RawAnswer){ .bytes = text, .length = -1 });
}

void
raw_server_close_on_accept (RawServer *self)
{
  self->closes_on_accept = TRUE;
}

void
raw_server_ask_certificate (RawServer *self)
{
  self->asks_certificate = TRUE;
}

guint
raw_server_get_port (RawServer *self)
{
  return self->port;
}

const char *
raw_server_get_base_url (RawServer *self)
{
  return self->base_url;
}

guint
raw_server_get_connections (RawServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->n_connections;
}

guint
raw_server_get_most_open (RawServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->most_open;
}

guint
raw_server_get_requests (RawServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->requests->len;
}

guint64
raw_server_get_bytes_read (RawServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->n_read;
}

guint64
raw_server_get_bytes_sent (RawServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->n_sent;
}

char *
raw_server_dup_request (RawServer *self, guint index)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (index >= self->requests->len)
    return NULL;
  return g_strdup (((GString *) g_ptr_array_index (self->requests, index))->str);
}

GTlsCertificate *
raw_server_get_peer (RawServer *self, guint index)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_assert_cmpuint (index, <, self->peers->len);
  return g_ptr_array_index (self->peers, index);
}

gboolean
raw_server_wait_requests (RawServer *self, guint count)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gint64 until_us = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;

  while (self->requests->len < count) {
    if (!g_cond_wait_until (&self->changed, &self->lock, until_us))
      return FALSE;
  }
  return TRUE;
}

guint
raw_server_find_closed_port (void)
{
  guint port;
  g_autoptr (GSocket) socket = raw_listen (&port);

  g_socket_close (socket, NULL);
  return port;
}
