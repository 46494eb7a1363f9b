/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "raw-server.h"
#include "transport-call.h"

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"

static RawServer *
server_new_with (const RawAnswer *answer)
{
  RawServer *server = raw_server_new (NULL);

  raw_server_push (server, answer);
  return server;
}

static char *
make_dead_url (void)
{
  return g_strdup_printf ("http://127.0.0.1:%u", raw_server_find_closed_port ());
}

static void
test_drip_ends_at_deadline (gconstpointer data)
{
  g_autoptr (RawServer) server = server_new_with (&(RawAnswer){ .bytes = data, .length = -1, .drip_ms = 50 });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (TransportCall) call = transport_call_run (
      transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server), .timeout_ms = 400 });

  transport_call_assert_unknown (call, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  g_assert_nonnull (strstr (call->error->message, "deadline"));
  g_assert_cmpint (call->took_us, >=, 400 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpint (call->took_us, <, 900 * G_TIME_SPAN_MILLISECOND);
}

static void
test_silent_server_ends_at_deadline (void)
{
  g_autoptr (RawServer) server = server_new_with (&(RawAnswer){ .bytes = NULL });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (TransportCall) call = transport_call_run (
      transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server), .timeout_ms = 300 });

  transport_call_assert_unknown (call, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  g_assert_cmpint (call->took_us, <, 800 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpuint (raw_server_get_requests (server), ==, 1);
}

static void
test_cut_answer_unknown (gconstpointer data)
{
  const char *answer = data;
  gsize length = strlen (answer);
  /* Once half of the line end after the last chunk is there, nothing can be missing. */
  gsize last = strstr (answer, "chunked") != NULL ? length - 1 : length;
  g_autoptr (RawServer) server = raw_server_new (NULL);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);

  for (gsize cut = 0; cut < last; cut++)
    raw_server_push (server, &(RawAnswer){ .bytes = answer, .length = cut, .closes = TRUE });
  raw_server_push (server, &(RawAnswer){ .bytes = answer, .length = length, .closes = TRUE });
  for (gsize cut = 0; cut < last; cut++) {
    g_autoptr (TransportCall) call = transport_call_run (
        transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server), .method = "POST" });

    transport_call_assert_unknown (call, MINIPAY_ERROR_OUTCOME_UNKNOWN);
    g_assert_cmpuint (raw_server_get_requests (server), ==, cut + 1);
    /* Many cuts in a row would open the circuit, which is another test. */
    if (cut % 4 == 3) {
      g_clear_object (&transport);
      transport = minipay_transport_new (4, NULL);
    }
  }
  {
    g_autoptr (TransportCall) whole = transport_call_run (
        transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server), .method = "POST" });

    transport_call_assert_answered (whole, 200, "0123456789abcdef");
  }
}

static void
test_unmarked_end_unknown (void)
{
  g_autoptr (RawServer) server = server_new_with (
      &(RawAnswer){ .bytes = "HTTP/1.1 200 OK\r\n\r\n{\"code\":\"GOOD\"}", .length = -1, .closes = TRUE });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (TransportCall) call =
      transport_call_run (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server) });

  transport_call_assert_unknown (call, MINIPAY_ERROR_OUTCOME_UNKNOWN);
}

static void
test_no_http_unknown (void)
{
  g_autoptr (RawServer) server = server_new_with (
      &(RawAnswer){ .bytes = "SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n", .length = -1, .closes = TRUE });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (TransportCall) call =
      transport_call_run (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server) });

  transport_call_assert_unknown (call, MINIPAY_ERROR_OUTCOME_UNKNOWN);
}

static void
test_connection_refused_not_sent (void)
{
  g_autofree char *dead = make_dead_url ();
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (TransportCall) call =
      transport_call_run (transport, &(TransportPlan){ .base_url = dead, .method = "POST" });

  transport_call_assert_not_sent (call, MINIPAY_ERROR_NOT_SENT);
}

static void
test_closed_before_answer_unknown (void)
{
  g_autoptr (RawServer) server = server_new_with (&(RawAnswer){ .bytes = "", .length = 0, .closes = TRUE });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (TransportCall) post = transport_call_run (
      transport,
      &(TransportPlan){ .base_url = raw_server_get_base_url (server), .method = "POST", .body = "{}" });
  g_autoptr (TransportCall) get =
      transport_call_run (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server) });

  transport_call_assert_unknown (post, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  transport_call_assert_unknown (get, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  g_assert_cmpuint (raw_server_get_requests (server), ==, 2);
}

static void
test_closed_on_accept_never_answered (void)
{
  g_autoptr (RawServer) server = raw_server_new (NULL);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (TransportCall) call = NULL;

  /* The bytes may have been on their way when the end arrived: nobody can tell, so it is not "not sent". */
  raw_server_close_on_accept (server);
  call = transport_call_run (
      transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server), .method = "POST" });
  transport_call_assert_unknown (call, MINIPAY_ERROR_OUTCOME_UNKNOWN);
}

static void
test_stale_connection_sends_once (gconstpointer data)
{
  g_autoptr (RawServer) server = server_new_with (&(RawAnswer){ .bytes = OK_ANSWER, .length = -1 });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  TransportPlan plan = { .base_url = raw_server_get_base_url (server), .method = data, .may_repeat = TRUE };
  g_autoptr (TransportCall) first = NULL;
  g_autoptr (TransportCall) second = NULL;
  g_autoptr (TransportCall) third = NULL;

  raw_server_push (server, &(RawAnswer){ .bytes = "", .length = 0, .closes = TRUE });
  raw_server_push_text (server, OK_ANSWER);
  first = transport_call_run (transport, &plan);
  second = transport_call_run (transport, &plan);
  transport_call_assert_answered (first, 200, "good");
  transport_call_assert_unknown (second, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  g_assert_cmpuint (raw_server_get_connections (server), ==, 1);
  g_assert_cmpuint (raw_server_get_requests (server), ==, 2);

  third = transport_call_run (transport, &plan);
  transport_call_assert_answered (third, 200, "good");
  g_assert_cmpuint (raw_server_get_requests (server), ==, 3);
}

static void
test_cancel_before (void)
{
  g_autoptr (RawServer) server = server_new_with (&(RawAnswer){ .bytes = OK_ANSWER, .length = -1 });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TransportCall) call = NULL;

  g_cancellable_cancel (cancellable);
  call = transport_call_run (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server),
                                                          .cancellable = cancellable });
  g_assert_error (call->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (call->outcome, ==, MINIPAY_TRANSPORT_NOT_SENT);
  g_assert_cmpuint (raw_server_get_connections (server), ==, 0);
}

static void
test_cancel_while_waiting (void)
{
  g_autoptr (RawServer) server = server_new_with (&(RawAnswer){ .bytes = NULL });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (1, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TransportCall) first = transport_call_start (
      transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server), .timeout_ms = 1000 });
  g_autoptr (TransportCall) second = NULL;

  g_assert_true (raw_server_wait_requests (server, 1));
  second = transport_call_start (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server),
                                                              .cancellable = cancellable });
  g_cancellable_cancel (cancellable);
  transport_call_wait (second);
  g_assert_error (second->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (second->outcome, ==, MINIPAY_TRANSPORT_NOT_SENT);
  transport_call_wait (first);
  g_assert_cmpuint (raw_server_get_requests (server), ==, 1);
}

static void
test_cancel_after_sending (void)
{
  g_autoptr (RawServer) server = server_new_with (&(RawAnswer){ .bytes = NULL });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TransportCall) call =
      transport_call_start (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server),
                                                         .cancellable = cancellable });

  g_assert_true (raw_server_wait_requests (server, 1));
  g_cancellable_cancel (cancellable);
  transport_call_wait (call);
  transport_call_assert_unknown (call, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  g_assert_nonnull (strstr (call->error->message, "cancelled"));
  g_assert_cmpint (call->took_us, <, 2 * G_TIME_SPAN_SECOND);
}

static void
on_cancelled_wait (GCancellable *cancellable, TransportCall *call)
{
  transport_call_wait (call);
}

static void
test_cancel_handler_waits_for_the_end (void)
{
  g_autoptr (RawServer) server = server_new_with (&(RawAnswer){ .bytes = NULL });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TransportCall) call =
      transport_call_start (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server),
                                                         .cancellable = cancellable });

  g_assert_true (raw_server_wait_requests (server, 1));
  g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled_wait), call);
  g_cancellable_cancel (cancellable);
  transport_call_assert_unknown (call, MINIPAY_ERROR_OUTCOME_UNKNOWN);
}

static void
on_end_cancel (gpointer call, gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
}

static void
test_cancel_in_callbacks (void)
{
  g_autoptr (RawServer) server = server_new_with (&(RawAnswer){ .bytes = OK_ANSWER, .length = -1 });
  g_autoptr (RawServer) silent = server_new_with (&(RawAnswer){ .bytes = NULL });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TransportCall) waiting =
      transport_call_start (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (silent),
                                                         .cancellable = cancellable });
  g_autoptr (TransportCall) canceller = NULL;

  g_assert_true (raw_server_wait_requests (silent, 1));
  canceller = transport_call_run (transport, &(TransportPlan){
                                                 .base_url = raw_server_get_base_url (server),
                                                 .cancellable = cancellable,
                                                 .on_end = on_end_cancel,
                                                 .end_data = cancellable,
                                             });
  transport_call_assert_answered (canceller, 200, "good");
  transport_call_wait (waiting);
  transport_call_assert_unknown (waiting, MINIPAY_ERROR_OUTCOME_UNKNOWN);
}

static void
test_cancel_at_any_moment (void)
{
  g_autoptr (RawServer) server =
      server_new_with (&(RawAnswer){ .bytes = OK_ANSWER, .length = -1, .delay_ms = 1 });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (8, NULL);

  for (guint i = 0; i < 200; i++) {
    g_autoptr (GCancellable) cancellable = g_cancellable_new ();
    g_autoptr (TransportCall) call =
        transport_call_start (transport, &(TransportPlan){
                                             .base_url = raw_server_get_base_url (server),
                                             .may_repeat = TRUE,
                                             .cancellable = cancellable,
                                         });

    g_usleep (i * 10);
    g_cancellable_cancel (cancellable);
    transport_call_wait (call);
    if (call->outcome == MINIPAY_TRANSPORT_ANSWERED)
      transport_call_assert_answered (call, 200, "good");
    else if (call->outcome == MINIPAY_TRANSPORT_UNKNOWN)
      transport_call_assert_unknown (call, MINIPAY_ERROR_OUTCOME_UNKNOWN);
    else
      g_assert_error (call->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  }
}

static void
test_failover_to_backup (void)
{
  g_autofree char *dead = make_dead_url ();
  g_autoptr (RawServer) backup = server_new_with (&(RawAnswer){ .bytes = OK_ANSWER, .length = -1 });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);

  for (guint i = 0; i < 10; i++) {
    g_autoptr (TransportCall) call =
        transport_call_run (transport, &(TransportPlan){
                                           .base_url = dead,
                                           .backup_url = raw_server_get_base_url (backup),
                                           .method = "POST",
                                           .body = "{\"n\":1}",
                                       });
    g_autofree char *sent = raw_server_dup_request (backup, i);

    transport_call_assert_answered (call, 200, "good");
    g_assert_true (g_str_has_suffix (sent, "\r\n\r\n{\"n\":1}"));
  }
  g_assert_cmpuint (raw_server_get_requests (backup), ==, 10);
}

static void
test_failover_after_unknown_only_when_repeatable (void)
{
  g_autoptr (RawServer) server = server_new_with (&(RawAnswer){ .bytes = "", .length = 0, .closes = TRUE });
  g_autoptr (RawServer) backup = server_new_with (&(RawAnswer){ .bytes = OK_ANSWER, .length = -1 });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  TransportPlan plan = {
    .base_url = raw_server_get_base_url (server),
    .backup_url = raw_server_get_base_url (backup),
    .method = "POST",
  };
  g_autoptr (TransportCall) once = transport_call_run (transport, &plan);
  g_autoptr (TransportCall) again = NULL;

  transport_call_assert_unknown (once, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  g_assert_cmpuint (raw_server_get_connections (backup), ==, 0);

  plan.may_repeat = TRUE;
  again = transport_call_run (transport, &plan);
  transport_call_assert_answered (again, 200, "good");
  g_assert_cmpuint (raw_server_get_requests (server), ==, 2);
  g_assert_cmpuint (raw_server_get_requests (backup), ==, 1);
}

static void
test_unknown_stays_unknown_when_backup_is_dead (void)
{
  g_autofree char *dead = make_dead_url ();
  g_autoptr (RawServer) server = server_new_with (&(RawAnswer){ .bytes = "", .length = 0, .closes = TRUE });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (TransportCall) call =
      transport_call_run (transport, &(TransportPlan){
                                         .base_url = raw_server_get_base_url (server),
                                         .backup_url = dead,
                                         .may_repeat = TRUE,
                                     });

  transport_call_assert_unknown (call, MINIPAY_ERROR_OUTCOME_UNKNOWN);
}

static void
test_circuit_opens (void)
{
  g_autoptr (RawServer) server = raw_server_new (NULL);
  g_autoptr (RawServer) backup = server_new_with (&(RawAnswer){ .bytes = OK_ANSWER, .length = -1 });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  TransportPlan plan = { .base_url = raw_server_get_base_url (server), .method = "POST" };
  g_autoptr (TransportCall) refused = NULL;
  g_autoptr (TransportCall) elsewhere = NULL;

  raw_server_close_on_accept (server);
  for (guint i = 0; i < 5; i++) {
    g_autoptr (TransportCall) call = transport_call_run (transport, &plan);

    transport_call_assert_unknown (call, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  }
  refused = transport_call_run (transport, &plan);
  transport_call_assert_not_sent (refused, MINIPAY_ERROR_NOT_SENT);
  g_assert_nonnull (strstr (refused->error->message, "next try"));
  g_assert_cmpuint (raw_server_get_connections (server), ==, 5);

  plan.backup_url = raw_server_get_base_url (backup);
  elsewhere = transport_call_run (transport, &plan);
  transport_call_assert_answered (elsewhere, 200, "good");
  g_assert_cmpuint (raw_server_get_connections (server), ==, 5);
}

static void
test_refusals_do_not_pile_up (void)
{
  g_autofree char *dead = make_dead_url ();
  g_autoptr (MinipayTransport) transport = minipay_transport_new (1, NULL);
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) transport_call_free);

  /* With the circuit open each of them ends inside the admission of the one before. */
  for (guint i = 0; i < 20000; i++)
    g_ptr_array_add (
        calls, transport_call_start (transport, &(TransportPlan){ .base_url = dead, .timeout_ms = 20000 }));
  for (guint i = 0; i < calls->len; i++) {
    transport_call_wait (g_ptr_array_index (calls, i));
    transport_call_assert_not_sent (g_ptr_array_index (calls, i), MINIPAY_ERROR_NOT_SENT);
  }
}

static void
test_deadline_before_connection_not_sent (void)
{
  /* Takes the connection and never shakes hands. */
  g_autoptr (RawServer) mute = raw_server_new (NULL);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autofree char *base_url = g_strdup_printf ("https://127.0.0.1:%u", raw_server_get_port (mute));
  g_autoptr (TransportCall) call =
      transport_call_run (transport, &(TransportPlan){ .base_url = base_url, .timeout_ms = 300 });

  transport_call_assert_not_sent (call, MINIPAY_ERROR_NOT_SENT);
  g_assert_cmpint (call->took_us, <, 800 * G_TIME_SPAN_MILLISECOND);
}

static void
test_cancel_before_connection_not_sent (void)
{
  g_autoptr (RawServer) mute = raw_server_new (NULL);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *base_url = g_strdup_printf ("https://127.0.0.1:%u", raw_server_get_port (mute));
  g_autoptr (TransportCall) call =
      transport_call_start (transport, &(TransportPlan){ .base_url = base_url, .cancellable = cancellable });

  g_usleep (200 * 1000);
  g_assert_cmpuint (raw_server_get_connections (mute), ==, 1);
  g_cancellable_cancel (cancellable);
  transport_call_wait (call);
  g_assert_error (call->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (call->outcome, ==, MINIPAY_TRANSPORT_NOT_SENT);
}

static void
test_connect_limit_leaves_time_for_backup (void)
{
  g_autoptr (RawServer) mute = raw_server_new (NULL);
  g_autoptr (RawServer) backup = server_new_with (&(RawAnswer){ .bytes = OK_ANSWER, .length = -1 });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autofree char *base_url = g_strdup_printf ("https://127.0.0.1:%u", raw_server_get_port (mute));
  g_autoptr (TransportCall) call =
      transport_call_run (transport, &(TransportPlan){
                                         .base_url = base_url,
                                         .backup_url = raw_server_get_base_url (backup),
                                         .method = "POST",
                                         .timeout_ms = 10000,
                                     });

  transport_call_assert_answered (call, 200, "good");
  g_assert_cmpint (call->took_us, >=, 5 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (call->took_us, <, 6 * G_TIME_SPAN_SECOND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/transport/drip/head-ends-at-deadline", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n",
                        test_drip_ends_at_deadline);
  g_test_add_data_func ("/transport/drip/body-ends-at-deadline",
                        "HTTP/1.1 200\r\nContent-Length: 99\r\n\r\n0123456789", test_drip_ends_at_deadline);
  g_test_add_func ("/transport/silent-server/ends-at-deadline", test_silent_server_ends_at_deadline);
  g_test_add_data_func ("/transport/cut-answer/by-length-unknown",
                        "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n0123456789abcdef",
                        test_cut_answer_unknown);
  g_test_add_data_func ("/transport/cut-answer/closing-server-unknown",
                        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 16\r\n\r\n0123456789abcdef",
                        test_cut_answer_unknown);
  g_test_add_data_func ("/transport/cut-answer/by-chunk-unknown",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "6\r\n012345\r\n5\r\n6789a\r\n5\r\nbcdef\r\n0\r\n\r\n",
                        test_cut_answer_unknown);
  g_test_add_func ("/transport/unmarked-end/unknown", test_unmarked_end_unknown);
  g_test_add_func ("/transport/no-http/unknown", test_no_http_unknown);
  g_test_add_func ("/transport/connection-refused/not-sent", test_connection_refused_not_sent);
  g_test_add_func ("/transport/closed-before-answer/unknown", test_closed_before_answer_unknown);
  g_test_add_func ("/transport/closed-on-accept/unknown", test_closed_on_accept_never_answered);
  g_test_add_data_func ("/transport/stale-connection/post-sent-once", "POST",
                        test_stale_connection_sends_once);
  g_test_add_data_func ("/transport/stale-connection/get-sent-once", "GET", test_stale_connection_sends_once);
  g_test_add_func ("/transport/cancel/before", test_cancel_before);
  g_test_add_func ("/transport/cancel/while-waiting", test_cancel_while_waiting);
  g_test_add_func ("/transport/cancel/after-sending", test_cancel_after_sending);
  g_test_add_func ("/transport/cancel/handler-waits-for-the-end", test_cancel_handler_waits_for_the_end);
  g_test_add_func ("/transport/cancel/in-callbacks", test_cancel_in_callbacks);
  g_test_add_func ("/transport/cancel/at-any-moment", test_cancel_at_any_moment);
  g_test_add_func ("/transport/cancel/before-connection-not-sent", test_cancel_before_connection_not_sent);
  g_test_add_func ("/transport/failover/to-backup", test_failover_to_backup);
  g_test_add_func ("/transport/failover/after-unknown-only-when-repeatable",
                   test_failover_after_unknown_only_when_repeatable);
  g_test_add_func ("/transport/failover/unknown-stays-unknown",
                   test_unknown_stays_unknown_when_backup_is_dead);
  g_test_add_func ("/transport/failover/connect-limit", test_connect_limit_leaves_time_for_backup);
  g_test_add_func ("/transport/circuit/opens", test_circuit_opens);
  g_test_add_func ("/transport/circuit/refusals-do-not-pile-up", test_refusals_do_not_pile_up);
  g_test_add_func ("/transport/deadline/before-connection-not-sent",
                   test_deadline_before_connection_not_sent);
  return g_test_run ();
}
