/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "raw-server.h"
#include "transport-call.h"

#define OK_ANSWER                                                                                            \
  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\nRequest-ID: 08F7\r\n\r\n"      \
  "{\"code\":\"GOOD\"}"
#define OK_BODY "{\"code\":\"GOOD\"}"

static RawServer *
server_new_with (const char *answer)
{
  RawServer *server = raw_server_new (NULL);

  raw_server_push_text (server, answer);
  return server;
}

static void
on_end_drop (gpointer call, gpointer user_data)
{
  MinipayTransport **transport = user_data;

  g_clear_object (transport);
}

static void
test_last_reference_dropped_in_callback (void)
{
  g_autoptr (RawServer) server = server_new_with (OK_ANSWER);

  for (guint i = 0; i < 20; i++) {
    MinipayTransport *transport = minipay_transport_new (4, NULL);
    gpointer weak = transport;
    g_autoptr (TransportCall) call = NULL;

    g_object_add_weak_pointer (G_OBJECT (transport), &weak);
    call = transport_call_start (transport, &(TransportPlan){
                                                .base_url = raw_server_get_base_url (server),
                                                .on_end = on_end_drop,
                                                .end_data = &transport,
                                            });
    transport_call_wait (call);
    transport_call_assert_answered (call, 200, OK_BODY);
    for (guint j = 0; j < 500 && g_atomic_pointer_get (&weak) != NULL; j++)
      g_usleep (10000);
    g_assert_null (weak);
  }
}

static void
test_dropped_while_pending (void)
{
  g_autoptr (RawServer) server = raw_server_new (NULL);
  MinipayTransport *transport = minipay_transport_new (1, NULL);
  TransportCall *calls[8];

  raw_server_push (server, &(RawAnswer){ .bytes = OK_ANSWER, .length = -1, .delay_ms = 20 });
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    calls[i] =
        transport_call_start (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server) });
  g_object_unref (transport);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++) {
    transport_call_wait (calls[i]);
    transport_call_assert_answered (calls[i], 200, OK_BODY);
    transport_call_free (calls[i]);
  }
}

static void
test_never_used (void)
{
  g_autoptr (MinipayTransport) transport = minipay_transport_new (0, "/nowhere.pem");
  gint64 skew_s;

  g_assert_false (minipay_transport_get_clock_skew (transport, "https://pay.example", &skew_s));
}

static void
on_later (gpointer user_data)
{
  g_async_queue_push (user_data, g_thread_self ());
}

static void
test_call_later (void)
{
  g_autoptr (GAsyncQueue) queue = g_async_queue_new ();
  MinipayTransport *transport = minipay_transport_new (4, NULL);
  gint64 begun_us = g_get_monotonic_time ();

  minipay_transport_call_later (transport, 50, on_later, queue);
  /* What is pending keeps the transport. */
  g_object_unref (transport);
  g_assert_true (g_async_queue_timeout_pop (queue, 5 * G_USEC_PER_SEC) != g_thread_self ());
  g_assert_cmpint (g_get_monotonic_time () - begun_us, >=, 50 * G_TIME_SPAN_MILLISECOND);
  g_assert_null (g_async_queue_timeout_pop (queue, 50 * 1000));
}

static int
forked_child (MinipayTransport *transport, const char *base_url)
{
  TransportCall *call;
  gint64 skew_s;

  call = transport_call_run (transport, &(TransportPlan){ .base_url = base_url });
  if (!g_error_matches (call->error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG) ||
      call->outcome != MINIPAY_TRANSPORT_NOT_SENT || strstr (call->error->message, "forked") == NULL)
    return 1;
  if (call->thread == g_thread_self () || minipay_transport_get_clock_skew (transport, base_url, &skew_s))
    return 2;
  transport_call_free (call);
  g_object_unref (transport);
  return 0;
}

static void
test_forked_child_refused (void)
{
  g_autoptr (RawServer) server = server_new_with (OK_ANSWER);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  const char *base_url = raw_server_get_base_url (server);
  g_autoptr (TransportCall) before = transport_call_run (transport, &(TransportPlan){ .base_url = base_url });
  g_autoptr (TransportCall) after = NULL;
  int status = 0;
  pid_t pid = fork ();

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0) {
    alarm (20); /* a child that waits for a thread it does not have must not wait for ever */
    _exit (forked_child (transport, base_url));
  }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);

  transport_call_assert_answered (before, 200, OK_BODY);
  after = transport_call_run (transport, &(TransportPlan){ .base_url = base_url });
  transport_call_assert_answered (after, 200, OK_BODY);
}

static GLogWriterOutput
collect_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  static const char *const names[] = { "MINIPAY_ACCOUNT", "MINIPAY_OPERATION", "MINIPAY_METHOD",
                                       "MINIPAY_HOST",    "MINIPAY_PATH",      "MINIPAY_STATUS",
                                       "MINIPAY_OUTCOME", "MINIPAY_REQUEST_ID" };
  GString *line = user_data;
  gboolean is_ours = FALSE;

  for (gsize i = 0; i < n_fields; i++) {
    is_ours = is_ours || g_strcmp0 (fields[i].key, "MINIPAY_OUTCOME") == 0;
    for (guint j = 0; j < G_N_ELEMENTS (names); j++) {
      if (strcmp (fields[i].key, names[j]) == 0)
        g_string_append_printf (line, "%s|", (const char *) fields[i].value);
    }
    if (strcmp (fields[i].key, "MESSAGE") == 0 && strchr (fields[i].value, '\n') != NULL)
      g_string_append (line, "FORGED");
  }
  if (!is_ours)
    return g_log_writer_default (level, fields, n_fields, NULL);
  g_string_append_c (line, '\n');
  return G_LOG_WRITER_HANDLED;
}

static void
test_log_line_tells_no_secret (void)
{
  if (g_test_subprocess ()) {
    g_autoptr (RawServer) server = server_new_with (
        "HTTP/1.1 200 OK\r\nRequest-ID: 08 F7=a\r\nSet-Cookie: crumb\r\nContent-Length: 4\r\n\r\nbody");
    g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
    g_autoptr (GString) line = g_string_new (NULL);
    g_autofree char *wanted = NULL;
    g_autoptr (TransportCall) call = NULL;
    g_autoptr (TransportCall) refused = NULL;

    g_log_set_writer_func (collect_log, line, NULL);
    call = transport_call_run (transport, &(TransportPlan){
                                              .base_url = raw_server_get_base_url (server),
                                              .method = "POST",
                                              .target = "/v3/pay?openid=hidden",
                                              .body = "hidden",
                                              .header_name = "Authorization",
                                              .header_value = "hidden",
                                          });
    transport_call_assert_answered (call, 200, "body");
    refused = transport_call_run (
        transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server), .target = "/a\nb" });
    transport_call_assert_not_sent (refused, MINIPAY_ERROR_PLUGIN);

    wanted = g_strdup_printf ("shop|query|POST|127.0.0.1:%u|/v3/pay|200|answered|08_F7_a|\n"
                              "shop|query|GET|-|/a?b|0|not-sent|-|\n",
                              raw_server_get_port (server));
    g_assert_cmpstr (line->str, ==, wanted);
    return;
  }
  g_test_trap_subprocess (NULL, 20 * G_USEC_PER_SEC, 0);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  /* what was answered is told to those who asked for it */
  g_setenv ("G_MESSAGES_DEBUG", "minipay", TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/transport/last-reference/dropped-in-callback", test_last_reference_dropped_in_callback);
  g_test_add_func ("/transport/last-reference/dropped-while-pending", test_dropped_while_pending);
  g_test_add_func ("/transport/never-used/harmless", test_never_used);
  g_test_add_func ("/transport/call-later/once-on-its-thread", test_call_later);
  g_test_add_func ("/transport/forked-child/refused", test_forked_child_refused);
  g_test_add_func ("/transport/log-line/tells-no-secret", test_log_line_tells_no_secret);
  return g_test_run ();
}
