/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers every HTTP/1.1 request with one and the same signed V3 order. It is far quicker than any client, so
 * it is never what is measured. Runs until its standard input closes. */
/* memmem and accept4 */
#define _GNU_SOURCE
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "floor-crypto.h"
#include "measure.h"
#include "merchant.h"

#define BACKLOG        1024
#define REQUEST_MAX    16384
#define EVENTS         64
#define SIGN_EVERY_S   1
#define PREPAY_ID_BODY "{\"prepay_id\":\"wx201410272009395522657a690389285100\"}"

typedef struct _Connection Connection;

struct _Connection {
  int fd;
  gsize length;
  gboolean is_dead; /* closed while an answer of it is still waiting */
  guint waiting;
  char data[REQUEST_MAX];
};

typedef struct {
  gint64 due_us;
  Connection *connection; /* NULL: the slot's connection is gone */
} Waiting;

typedef struct {
  int epoll;
  int listener;
  int timer;
  gint64 delay_us;
  GQueue waiting; /* of Waiting, by due time because every delay is the same */
  FloorCrypto *crypto;
  gint64 signed_at_s;
  char answer[2048];
  gsize answer_length;
} Stub;

static void
must (gboolean good, const char *what)
{
  if (!good)
    measure_fail ("%s: %s", what, g_strerror (errno));
}

static void
stub_watch (Stub *self, int fd, gpointer what)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = what };

  must (epoll_ctl (self->epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
}

/* Kept a second, because a signature costs more than fifty answers. */
static void
stub_refresh_answer (Stub *self)
{
  static const char nonce[] = "593BEC0C930BF1AFEB40B4A08C8FB242";
  char signature[FLOOR_SIGNATURE_BASE64 + 1];
  char date[64];
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  time_t clock = (time_t) now;
  struct tm utc = { 0 };
  g_autofree char *text = NULL;

  if (now - self->signed_at_s < SIGN_EVERY_S)
    return;
  self->signed_at_s = now;
  text = g_strdup_printf ("%" G_GINT64_FORMAT "\n%s\n" PREPAY_ID_BODY "\n", now, nonce);
  must (floor_crypto_sign (self->crypto, text, strlen (text), signature), "signing");
  gmtime_r (&clock, &utc);
  strftime (date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &utc);
  self->answer_length = (gsize) g_snprintf (self->answer,
                                            sizeof self->answer,
                                            "HTTP/1.1 200 OK\r\n"
                                            "Date: %s\r\n"
                                            "Content-Type: application/json; charset=utf-8\r\n"
                                            "Content-Length: %zu\r\n"
                                            "Request-ID: 08F78BB3BC061032189C9B9A0418F2A1\r\n"
                                            "Wechatpay-Timestamp: %" G_GINT64_FORMAT "\r\n"
                                            "Wechatpay-Nonce: %s\r\n"
                                            "Wechatpay-Serial: " MERCHANT_KEY_ID "\r\n"
                                            "Wechatpay-Signature: %s\r\n"
                                            "\r\n" PREPAY_ID_BODY,
                                            date,
                                            strlen (PREPAY_ID_BODY),
                                            now,
                                            nonce,
                                            signature);
}

static void
connection_drop (Connection *connection)
{
  if (!connection->is_dead)
    close (connection->fd);
  connection->is_dead = TRUE;
  if (connection->waiting == 0)
    g_free (connection);
}

/* An answer always fits an empty socket buffer, so a short write means a client that does not read. */
static gboolean
stub_answer (Stub *self, Connection *connection)
{
  stub_refresh_answer (self);
  return write (connection->fd, self->answer, self->answer_length) == (gssize) self->answer_length;
}

static void
stub_arm_timer (Stub *self)
{
  Waiting *first = g_queue_peek_head (&self->waiting);
  struct itimerspec when = { 0 };

  if (first != NULL) {
    when.it_value.tv_sec = first->due_us / G_USEC_PER_SEC;
    when.it_value.tv_nsec = first->due_us % G_USEC_PER_SEC * 1000;
  }
  must (timerfd_settime (self->timer, TFD_TIMER_ABSTIME, &when, NULL) == 0, "timerfd_settime");
}

static void
stub_answer_due (Stub *self)
{
  gint64 now = g_get_monotonic_time ();
  guint64 expirations = 0;
  Waiting *first = NULL;

  if (read (self->timer, &expirations, sizeof expirations) < 0)
    must (errno == EAGAIN, "timerfd");
  while ((first = g_queue_peek_head (&self->waiting)) != NULL && first->due_us <= now) {
    Connection *connection = first->connection;

    g_free (g_queue_pop_head (&self->waiting));
    connection->waiting--;
    if (connection->is_dead)
      connection_drop (connection);
    else if (!stub_answer (self, connection))
      shutdown (connection->fd, SHUT_RDWR); /* epoll may hold it in this very batch: let its reader drop it */
  }
  stub_arm_timer (self);
}

static gboolean
stub_requested (Stub *self, Connection *connection)
{
  Waiting *waiting = NULL;

  if (self->delay_us == 0)
    return stub_answer (self, connection);
  waiting = g_new0 (Waiting, 1);
  waiting->due_us = g_get_monotonic_time () + self->delay_us;
  waiting->connection = connection;
  connection->waiting++;
  g_queue_push_tail (&self->waiting, waiting);
  if (g_queue_get_length (&self->waiting) == 1)
    stub_arm_timer (self);
  return TRUE;
}

/* Length of the first whole request in the buffer, or 0. */
static gsize
request_length (Connection *connection)
{
  static const char length_field[] = "\r\nContent-Length:";
  char *end = memmem (connection->data, connection->length, "\r\n\r\n", 4);
  gsize head = 0;
  gsize body = 0;

  if (end == NULL)
    return 0;
  head = (gsize) (end - connection->data) + 4;
  for (char *line = connection->data; line < end; line++) {
    if (*line == '\r' && strncasecmp (line, length_field, strlen (length_field)) == 0)
      body = strtoul (line + strlen (length_field), NULL, 10);
  }
  return head + body <= connection->length ? head + body : 0;
}

static gboolean
stub_read (Stub *self, Connection *connection)
{
  gsize room = sizeof connection->data - 1 - connection->length;
  gssize n = read (connection->fd, connection->data + connection->length, room);
  gsize request = 0;

  if (n <= 0)
    return n < 0 && errno == EAGAIN;
  connection->length += (gsize) n;
  connection->data[connection->length] = '\0';
  while ((request = request_length (connection)) > 0) {
    connection->length -= request;
    memmove (connection->data, connection->data + request, connection->length + 1);
    if (!stub_requested (self, connection))
      return FALSE;
  }
  return connection->length < sizeof connection->data - 1;
}

static void
stub_accept (Stub *self)
{
  int one = 1;
  int fd = accept4 (self->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  Connection *connection = NULL;

  if (fd < 0)
    return;
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  connection = g_new0 (Connection, 1);
  connection->fd = fd;
  stub_watch (self, fd, connection);
}

static int
listen_anywhere (guint16 *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  must (fd >= 0 && bind (fd, (struct sockaddr *) &address, sizeof address) == 0 && listen (fd, BACKLOG) == 0,
        "listening");
  must (getsockname (fd, (struct sockaddr *) &address, &length) == 0, "getsockname");
  *port = ntohs (address.sin_port);
  return fd;
}

static gboolean
stdin_is_closed (void)
{
  char ignored[64];

  return read (STDIN_FILENO, ignored, sizeof ignored) <= 0;
}

static gboolean
stub_dispatch (Stub *self, gpointer what)
{
  if (what == NULL)
    return !stdin_is_closed ();
  if (what == &self->listener)
    stub_accept (self);
  else if (what == &self->timer)
    stub_answer_due (self);
  else if (!stub_read (self, what))
    connection_drop (what);
  return TRUE;
}

int
main (int argc, char **argv)
{
  Stub self = { .waiting = G_QUEUE_INIT };
  struct epoll_event events[EVENTS];
  EVP_PKEY *key = NULL;
  guint16 port = 0;
  gboolean is_running = TRUE;

  if (argc != 3)
    measure_fail ("usage: stub-gateway KEYS-FOLDER DELAY-MS");
  key = floor_load_private_key (argv[1], "wechatpay-key.pem");
  self.crypto = floor_crypto_new (key, NULL);
  self.delay_us = g_ascii_strtoll (argv[2], NULL, 10) * 1000;
  self.epoll = epoll_create1 (EPOLL_CLOEXEC);
  self.timer = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  self.listener = listen_anywhere (&port);
  stub_watch (&self, STDIN_FILENO, NULL);
  stub_watch (&self, self.listener, &self.listener);
  stub_watch (&self, self.timer, &self.timer);
  printf ("%u\n", port);
  fflush (stdout);

  while (is_running) {
    int n = epoll_wait (self.epoll, events, EVENTS, -1);

    for (int i = 0; i < n && is_running; i++)
      is_running = stub_dispatch (&self, events[i].data.ptr);
  }
  floor_crypto_free (self.crypto);
  EVP_PKEY_free (key);
  return EXIT_SUCCESS;
}
