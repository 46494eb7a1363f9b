/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "openssl-server.h"

#include <glib-unix.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct _OpensslServer {
  SSL_CTX *context;
  GSocket *listener;
  GCancellable *stop;
  GThread *thread;
  char *base_url;
  char *answer;

  GMutex lock; /* guards all below */
  guint n_connections;
  guint n_resumed;
  guint64 n_read;
  GPtrArray *peers; /* of GBytes or NULL, one per request */
};

static void
server_use_certificate (SSL_CTX *context, GTlsCertificate *certificate)
{
  g_autofree char *certificate_pem = NULL;
  g_autofree char *key_pem = NULL;
  g_autofree char *pem = NULL;
  X509 *x509;
  EVP_PKEY *key;
  BIO *bio;

  g_object_get (certificate, "certificate-pem", &certificate_pem, "private-key-pem", &key_pem, NULL);
  pem = g_strconcat (certificate_pem, key_pem, NULL);
  bio = BIO_new_mem_buf (pem, -1);
  x509 = PEM_read_bio_X509 (bio, NULL, NULL, NULL);
  key = PEM_read_bio_PrivateKey (bio, NULL, NULL, NULL);
  g_assert_cmpint (SSL_CTX_use_certificate (context, x509), ==, 1);
  g_assert_cmpint (SSL_CTX_use_PrivateKey (context, key), ==, 1);
  EVP_PKEY_free (key);
  X509_free (x509);
  BIO_free (bio);
}

static SSL_CTX *
server_make_context (const OpensslServerPlan *plan)
{
  SSL_CTX *context = SSL_CTX_new (TLS_server_method ());

  /* for what this version would refuse to speak by itself */
  SSL_CTX_set_security_level (context, 0);
  SSL_CTX_set_min_proto_version (context, TLS1_VERSION);
  SSL_CTX_set_max_proto_version (context, plan->max_version);
  SSL_CTX_set_session_id_context (context, (const guint8 *) "test", 4);
  if (plan->ciphers != NULL)
    g_assert_cmpint (SSL_CTX_set_cipher_list (context, plan->ciphers), ==, 1);
  if (plan->certificate != NULL)
    server_use_certificate (context, plan->certificate);
  if (plan->client_ca_file != NULL) {
    g_assert_cmpint (SSL_CTX_load_verify_locations (context, plan->client_ca_file, NULL), ==, 1);
    SSL_CTX_set_client_CA_list (context, SSL_load_client_CA_file (plan->client_ca_file));
    SSL_CTX_set_verify (context, SSL_VERIFY_PEER, NULL);
  }
  return context;
}

static GBytes *
server_dup_peer (SSL *ssl)
{
  X509 *peer = SSL_get1_peer_certificate (ssl);
  guint8 *der = NULL;
  int length;
  GBytes *bytes;

  if (peer == NULL)
    return NULL;
  length = i2d_X509 (peer, &der);
  bytes = g_bytes_new (der, length);
  OPENSSL_free (der);
  X509_free (peer);
  return bytes;
}

static gboolean
server_is_whole (const GString *request)
{
  const char *body = strstr (request->str, "\r\n\r\n");
  const char *length = strstr (request->str, "\r\nContent-Length:");

  return body != NULL &&
         strlen (body + 4) >= (length != NULL ? strtoul (length + strlen ("\r\nContent-Length:"), NULL, 10) : 0);
}

static void
server_answer (OpensslServer *self, SSL *ssl)
{
  g_autoptr (GString) request = g_string_new (NULL);
  char buffer[4096];
  int n;

  while (!server_is_whole (request) && (n = SSL_read (ssl, buffer, sizeof buffer)) > 0) {
    g_string_append_len (request, buffer, n);
    g_mutex_lock (&self->lock);
    self->n_read += n;
    g_mutex_unlock (&self->lock);
  }
  if (!server_is_whole (request))
    return;

  g_mutex_lock (&self->lock);
  self->n_resumed += SSL_session_reused (ssl);
  g_ptr_array_add (self->peers, server_dup_peer (ssl));
  g_mutex_unlock (&self->lock);
  SSL_write (ssl, self->answer, (int) strlen (self->answer));
  SSL_shutdown (ssl);
}

static gpointer
server_main (gpointer data)
{
  OpensslServer *self = data;
  GSocket *accepted;

  while ((accepted = g_socket_accept (self->listener, self->stop, NULL)) != NULL) {
    g_autoptr (GSocket) socket = accepted;
    SSL *ssl = SSL_new (self->context);

    g_mutex_lock (&self->lock);
    self->n_connections++;
    g_mutex_unlock (&self->lock);
    g_unix_set_fd_nonblocking (g_socket_get_fd (socket), FALSE, NULL);
    SSL_set_fd (ssl, g_socket_get_fd (socket));
    if (SSL_accept (ssl) == 1)
      server_answer (self, ssl);
    SSL_free (ssl);
  }
  return NULL;
}

OpensslServer *
openssl_server_new (const OpensslServerPlan *plan)
{
  OpensslServer *self = g_new0 (OpensslServer, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  signal (SIGPIPE, SIG_IGN);
  g_mutex_init (&self->lock);
  self->context = server_make_context (plan);
  self->answer = g_strdup (plan->answer);
  self->peers = g_ptr_array_new ();
  self->stop = g_cancellable_new ();
  self->listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_socket_bind (self->listener, any, TRUE, &error);
  g_assert_no_error (error);
  g_socket_listen (self->listener, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (self->listener, &error);
  g_assert_no_error (error);
  self->base_url =
      g_strdup_printf ("https://127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  self->thread = g_thread_new ("openssl-server", server_main, self);
  return self;
}

void
openssl_server_free (OpensslServer *self)
{
  g_cancellable_cancel (self->stop);
  g_thread_join (self->thread);
  g_socket_close (self->listener, NULL);
  g_object_unref (self->listener);
  g_object_unref (self->stop);
  SSL_CTX_free (self->context);
  for (guint i = 0; i < self->peers->len; i++)
    if (g_ptr_array_index (self->peers, i) != NULL)
      g_bytes_unref (g_ptr_array_index (self->peers, i));
  g_ptr_array_unref (self->peers);
  g_mutex_clear (&self->lock);
  g_free (self->base_url);
  g_free (self->answer);
  g_free (self);
}

const char *
openssl_server_get_base_url (OpensslServer *self)
{
  return self->base_url;
}

guint
openssl_server_get_connections (OpensslServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->n_connections;
}

guint64
openssl_server_get_bytes_read (OpensslServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->n_read;
}

guint
openssl_server_get_resumed (OpensslServer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->n_resumed;
}

GBytes *
openssl_server_get_peer (OpensslServer *self, guint index)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_assert_cmpuint (index, <, self->peers->len);
  return g_ptr_array_index (self->peers, index);
}
