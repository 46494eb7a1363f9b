/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "raw-server.h"
#include "transport-call.h"

#define MEBIBYTE (1024 * 1024)

/* Keeps what it is given; may be slow, shut, or out of room. */
typedef struct {
  GMutex lock;
  GCond changed;
  GString *bytes;
  GThread *thread; /* only to be compared */
  guint n_writes;
  guint delay_ms;
  guint64 room; /* then an error */
  gboolean is_shut;
  gboolean is_inside;
} Sink;

static Sink *
sink_new (void)
{
  Sink *self = g_new0 (Sink, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->bytes = g_string_new (NULL);
  self->room = G_MAXUINT64;
  return self;
}

static void
sink_free (Sink *self)
{
  g_assert_false (self->is_inside);
  g_string_free (self->bytes, TRUE);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sink, sink_free)

static gboolean
sink_write (gpointer data, const guint8 *bytes, gsize n, GError **error)
{
  Sink *self = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_assert_false (self->is_inside);
  self->is_inside = TRUE;
  self->n_writes++;
  self->thread = g_thread_self ();
  g_cond_broadcast (&self->changed);
  while (self->is_shut)
    g_cond_wait (&self->changed, &self->lock);
  g_usleep (self->delay_ms * 1000);
  g_string_append_len (self->bytes, (const char *) bytes, (gssize) n);
  self->is_inside = FALSE;
  if (self->bytes->len <= self->room)
    return TRUE;
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_STORE, "disk is full");
  return FALSE;
}

static void
sink_wait_inside (Sink *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gint64 until_us = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;

  while (!self->is_inside)
    g_assert_true (g_cond_wait_until (&self->changed, &self->lock, until_us));
}

static void
sink_open (Sink *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->is_shut = FALSE;
  g_cond_broadcast (&self->changed);
}

static RawServer *
server_new_with (const RawAnswer *answer)
{
  RawServer *server = raw_server_new (NULL);

  raw_server_push (server, answer);
  return server;
}

static TransportPlan
plan_for (RawServer *server, Sink *sink)
{
  return (TransportPlan){
    .base_url = raw_server_get_base_url (server),
    .sink = { .write = sink_write, .data = sink },
    .max_body = 100,
    .max_download = 64 * MEBIBYTE,
    .may_repeat = TRUE,
  };
}

static void
assert_stored (TransportCall *call)
{
  transport_call_assert_answered (call, 200, NULL);
  g_assert_null (minipay_http_response_get_body (call->response));
}

static void
test_body_goes_to_sink (gconstpointer data)
{
  g_autoptr (RawServer) server = server_new_with (&(RawAnswer){ .bytes = data, .length = -1, .drip_ms = 1 });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (Sink) sink = sink_new ();
  TransportPlan plan = plan_for (server, sink);
  g_autoptr (TransportCall) call = transport_call_run (transport, &plan);

  assert_stored (call);
  g_assert_cmpstr (sink->bytes->str, ==, "a bill of few bytes");
  g_assert_true (sink->thread != call->thread);
}

static void
test_empty_body_leaves_sink_alone (void)
{
  g_autoptr (RawServer) server =
      server_new_with (&(RawAnswer){ .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .length = -1 });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (Sink) sink = sink_new ();
  TransportPlan plan = plan_for (server, sink);
  g_autoptr (TransportCall) call = transport_call_run (transport, &plan);

  assert_stored (call);
  g_assert_cmpuint (sink->n_writes, ==, 0);
}

static void
test_large_body_comes_in_pieces (void)
{
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", 8 * MEBIBYTE);
  g_autoptr (RawServer) server =
      server_new_with (&(RawAnswer){ .bytes = head, .length = -1, .flood = 8 * MEBIBYTE });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (Sink) sink = sink_new ();
  TransportPlan plan = plan_for (server, sink);
  g_autoptr (TransportCall) call = transport_call_run (transport, &plan);

  assert_stored (call);
  g_assert_cmpuint (sink->bytes->len, ==, 8 * MEBIBYTE);
  g_assert_cmpuint (strspn (sink->bytes->str, "x"), ==, 8 * MEBIBYTE);
  g_assert_cmpuint (sink->n_writes, >=, 8 * MEBIBYTE / (65536 + 16384 + 128));
}

static void
test_refusal_is_collected (void)
{
  g_autoptr (RawServer) server = server_new_with (
      &(RawAnswer){ .bytes = "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone", .length = -1 });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (Sink) sink = sink_new ();
  TransportPlan plan = plan_for (server, sink);
  g_autoptr (TransportCall) call = transport_call_run (transport, &plan);

  transport_call_assert_answered (call, 404, "none");
  g_assert_cmpuint (sink->n_writes, ==, 0);
}

static void
test_cut_body_fails_without_backup (gconstpointer data)
{
  g_autoptr (RawServer) server = server_new_with (&(RawAnswer){ .bytes = data, .length = -1, .closes = TRUE });
  g_autoptr (RawServer) backup = server_new_with (&(RawAnswer){ .bytes = data, .length = -1 });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (Sink) sink = sink_new ();
  TransportPlan plan = plan_for (server, sink);
  g_autoptr (TransportCall) call = NULL;

  plan.backup_url = raw_server_get_base_url (backup);
  call = transport_call_run (transport, &plan);
  transport_call_assert_unknown (call, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  g_assert_cmpuint (raw_server_get_connections (backup), ==, 0);
}

static void
test_unreached_host_leaves_sink_to_backup (void)
{
  g_autofree char *dead = g_strdup_printf ("http://127.0.0.1:%u", raw_server_find_closed_port ());
  g_autoptr (RawServer) backup =
      server_new_with (&(RawAnswer){ .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbill", .length = -1 });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (Sink) sink = sink_new ();
  TransportPlan plan = plan_for (backup, sink);
  g_autoptr (TransportCall) call = NULL;

  plan.backup_url = plan.base_url;
  plan.base_url = dead;
  call = transport_call_run (transport, &plan);
  assert_stored (call);
  g_assert_cmpstr (sink->bytes->str, ==, "bill");
}

static void
test_too_long_body_stopped (gconstpointer data)
{
  g_autoptr (RawServer) server =
      server_new_with (&(RawAnswer){ .bytes = data, .length = -1, .flood = 8 * MEBIBYTE });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (Sink) sink = sink_new ();
  TransportPlan plan = plan_for (server, sink);
  g_autoptr (TransportCall) call = NULL;

  plan.max_download = MEBIBYTE;
  call = transport_call_run (transport, &plan);
  transport_call_assert_unknown (call, MINIPAY_ERROR_LIMIT);
  g_assert_cmpuint (sink->bytes->len, <=, MEBIBYTE);
}

static void
test_error_of_sink_told (void)
{
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", 8 * MEBIBYTE);
  g_autoptr (RawServer) server =
      server_new_with (&(RawAnswer){ .bytes = head, .length = -1, .flood = 8 * MEBIBYTE });
  g_autoptr (RawServer) backup = server_new_with (&(RawAnswer){ .bytes = NULL });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (Sink) sink = sink_new ();
  TransportPlan plan = plan_for (server, sink);
  g_autoptr (TransportCall) call = NULL;

  sink->room = 1000000;
  plan.backup_url = raw_server_get_base_url (backup);
  call = transport_call_run (transport, &plan);
  transport_call_assert_unknown (call, MINIPAY_ERROR_STORE);
  g_assert_cmpstr (call->error->message, ==, "disk is full");
  g_assert_cmpuint (raw_server_get_connections (backup), ==, 0);
}

static void
test_shut_sink_holds_server_back (void)
{
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", 48 * MEBIBYTE);
  g_autoptr (RawServer) server =
      server_new_with (&(RawAnswer){ .bytes = head, .length = -1, .flood = 48 * MEBIBYTE });
  g_autoptr (RawServer) other =
      server_new_with (&(RawAnswer){ .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood", .length = -1 });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (Sink) sink = sink_new ();
  TransportPlan plan = plan_for (server, sink);
  g_autoptr (TransportCall) call = NULL;
  g_autoptr (TransportCall) beside = NULL;

  sink->is_shut = TRUE;
  call = transport_call_start (transport, &plan);
  sink_wait_inside (sink);
  /* payments go on meanwhile */
  beside = transport_call_run (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (other) });
  transport_call_assert_answered (beside, 200, "good");
  g_usleep (300000);
  /* what the kernel keeps for both ends, and no more */
  g_assert_cmpuint (raw_server_get_bytes_sent (server), <, 24 * MEBIBYTE);
  g_assert_cmpuint (sink->n_writes, ==, 1);

  sink_open (sink);
  transport_call_wait (call);
  assert_stored (call);
  g_assert_cmpuint (sink->bytes->len, ==, 48 * MEBIBYTE);
}

static void
test_progress_moves_the_deadline (void)
{
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", MEBIBYTE);
  g_autoptr (RawServer) server = server_new_with (&(RawAnswer){ .bytes = head, .length = -1, .flood = MEBIBYTE });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (Sink) sink = sink_new ();
  TransportPlan plan = plan_for (server, sink);
  g_autoptr (TransportCall) call = NULL;

  sink->delay_ms = 100;
  plan.timeout_ms = 600;
  call = transport_call_run (transport, &plan);
  assert_stored (call);
  g_assert_cmpint (call->took_us, >, 1000 * G_TIME_SPAN_MILLISECOND);
}

static void
test_silence_ends_at_deadline (void)
{
  g_autoptr (RawServer) server =
      server_new_with (&(RawAnswer){ .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbil", .length = -1 });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (Sink) sink = sink_new ();
  TransportPlan plan = plan_for (server, sink);
  g_autoptr (TransportCall) call = NULL;

  plan.timeout_ms = 300;
  call = transport_call_run (transport, &plan);
  transport_call_assert_unknown (call, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  g_assert_nonnull (strstr (call->error->message, "deadline"));
  g_assert_cmpint (call->took_us, <, 800 * G_TIME_SPAN_MILLISECOND);
}

static gpointer
open_later (gpointer data)
{
  g_usleep (300000);
  sink_open (data);
  return NULL;
}

static void
test_cancelled_sink_is_left_first (void)
{
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", MEBIBYTE);
  g_autoptr (RawServer) server = server_new_with (&(RawAnswer){ .bytes = head, .length = -1, .flood = MEBIBYTE });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (Sink) sink = sink_new ();
  TransportPlan plan = plan_for (server, sink);
  g_autoptr (TransportCall) call = NULL;
  GThread *opener;

  sink->is_shut = TRUE;
  plan.cancellable = cancellable;
  call = transport_call_start (transport, &plan);
  sink_wait_inside (sink);
  opener = g_thread_new ("opener", open_later, sink);
  g_cancellable_cancel (cancellable);
  transport_call_wait (call);
  transport_call_assert_unknown (call, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  g_assert_cmpuint (sink->n_writes, ==, 1);
  g_assert_false (sink->is_inside);
  g_assert_cmpint (call->took_us, >=, 250 * G_TIME_SPAN_MILLISECOND);
  g_thread_join (opener);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/transport/download/body-goes-to-sink/length",
                        "HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\na bill of few bytes",
                        test_body_goes_to_sink);
  g_test_add_data_func ("/transport/download/body-goes-to-sink/chunked",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "6\r\na bill\r\nd\r\n of few bytes\r\n0\r\n\r\n",
                        test_body_goes_to_sink);
  g_test_add_func ("/transport/download/empty-body-leaves-sink-alone", test_empty_body_leaves_sink_alone);
  g_test_add_func ("/transport/download/large-body-in-pieces", test_large_body_comes_in_pieces);
  g_test_add_func ("/transport/download/refusal-collected", test_refusal_is_collected);
  g_test_add_data_func ("/transport/download/cut-body-fails-without-backup/length",
                        "HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\na bill of few byte",
                        test_cut_body_fails_without_backup);
  g_test_add_data_func ("/transport/download/cut-body-fails-without-backup/chunked",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\na bill\r\n",
                        test_cut_body_fails_without_backup);
  g_test_add_data_func ("/transport/download/cut-body-fails-without-backup/no-length",
                        "HTTP/1.1 200 OK\r\n\r\na bill",
                        test_cut_body_fails_without_backup);
  g_test_add_func ("/transport/download/unreached-host-leaves-sink-to-backup",
                   test_unreached_host_leaves_sink_to_backup);
  g_test_add_data_func ("/transport/download/too-long-stopped/announced",
                        "HTTP/1.1 200 OK\r\nContent-Length: 8388608\r\n\r\n",
                        test_too_long_body_stopped);
  g_test_add_data_func ("/transport/download/too-long-stopped/chunked",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n800000\r\n",
                        test_too_long_body_stopped);
  g_test_add_func ("/transport/download/error-of-sink-told", test_error_of_sink_told);
  g_test_add_func ("/transport/download/shut-sink-holds-server-back", test_shut_sink_holds_server_back);
  g_test_add_func ("/transport/download/progress-moves-deadline", test_progress_moves_the_deadline);
  g_test_add_func ("/transport/download/silence-ends-at-deadline", test_silence_ends_at_deadline);
  g_test_add_func ("/transport/download/cancelled-sink-left-first", test_cancelled_sink_is_left_first);
  return g_test_run ();
}
