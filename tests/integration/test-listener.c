/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "minipay.h"

/* A listener with one account, and the bytes that one caller got from it. */
typedef struct {
  char *folder;
  MinipayClient *client;
  MinipayListener *listener;
  guint16 port;
  guint n_received;
  guint n_accepted;
} Fixture;

typedef struct {
  guint16 port;
  GBytes *bytes;
  char *answer; /* everything until the end of the stream */
  gint64 took_us;
  gint is_done;
} Caller;

static void
on_received (MinipayListener *listener, MinipayReceipt *receipt, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_received++;
  if (minipay_receipt_get_notification (receipt) != NULL)
    fixture->n_accepted++;
}

static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  static const char text[] = "[account shop]\n"
                             "provider=weidoufu\n"
                             "endpoint=http://127.0.0.1:9\n"
                             "access-key=test-access\n"
                             "secret-key=test-secret-key-0123456789\n";
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *url = NULL;
  g_autoptr (GUri) uri = NULL;

  fixture->folder = g_dir_make_tmp ("minipay-listener-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (fixture->folder, "minipay.conf", NULL);
  g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error));
  fixture->client = minipay_client_new_from_file (path, &error);
  g_assert_no_error (error);
  fixture->listener = minipay_listener_new (fixture->client);
  g_signal_connect (fixture->listener, "received", G_CALLBACK (on_received), fixture);
  g_assert_null (minipay_listener_dup_url (fixture->listener, "shop"));
  g_assert_true (minipay_listener_listen (fixture->listener, 0, &error));
  g_assert_no_error (error);

  url = minipay_listener_dup_url (fixture->listener, "shop");
  uri = g_uri_parse (url, G_URI_FLAGS_NONE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_uri_get_host (uri), ==, "127.0.0.1");
  g_assert_cmpstr (g_uri_get_path (uri), ==, "/notify/shop");
  fixture->port = (guint16) g_uri_get_port (uri);
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "minipay.conf", NULL);

  g_clear_object (&fixture->listener);
  g_clear_object (&fixture->client);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
}

static GSocketConnection *
connect_to (guint16 port)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection;

  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, &error);
  g_assert_no_error (error);
  g_socket_set_timeout (g_socket_connection_get_socket (connection), 40);
  return connection;
}

static gpointer
caller_run (gpointer data)
{
  Caller *self = data;
  g_autoptr (GSocketConnection) connection = connect_to (self->port);
  g_autoptr (GString) answer = g_string_new (NULL);
  gint64 started = g_get_monotonic_time ();
  gsize length;
  const char *bytes = g_bytes_get_data (self->bytes, &length);
  char buffer[4096];
  gssize n;

  /* a listener that cuts us makes writing fail, which is an answer too */
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), bytes, length, NULL,
                             NULL, NULL);
  while ((n = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer,
                                   sizeof buffer, NULL, NULL)) > 0)
    g_string_append_len (answer, buffer, n);
  self->took_us = g_get_monotonic_time () - started;
  self->answer = g_string_free (g_steal_pointer (&answer), FALSE);
  g_atomic_int_set (&self->is_done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

static void
run_callers (Caller *callers, guint n_callers)
{
  g_autoptr (GPtrArray) threads = g_ptr_array_new ();

  for (guint i = 0; i < n_callers; i++)
    g_ptr_array_add (threads, g_thread_new ("caller", caller_run, &callers[i]));
  for (guint i = 0; i < n_callers; i++) {
    while (!g_atomic_int_get (&callers[i].is_done))
      g_main_context_iteration (NULL, TRUE);
    g_thread_join (g_ptr_array_index (threads, i));
  }
}

/* Sends @bytes, which it takes, on a connection of its own. */
static char *
talk (Fixture *fixture, GString *text)
{
  Caller caller = { .port = fixture->port };

  caller.bytes = g_string_free_to_bytes (text);
  run_callers (&caller, 1);
  g_bytes_unref (caller.bytes);
  return caller.answer;
}

static void
assert_status (const char *answer, guint status)
{
  g_autofree char *wanted = g_strdup_printf ("HTTP/1.1 %u ", status);

  if (!g_str_has_prefix (answer, wanted))
    g_error ("wanted %s, got: %.200s", wanted, answer);
}

/* The message went through and the provider spoke: weidoufu's "fail", which is no word of the listener's. */
static void
assert_judged (const char *answer)
{
  if (!g_str_has_prefix (answer, "HTTP/1.1 ") || !g_str_has_suffix (answer, "\r\n\r\nfail"))
    g_error ("wanted the provider's answer, got: %.200s", answer);
}

/* No product, no version, nowhere in the answer. */
static void
assert_discreet (const char *answer)
{
  g_autofree char *lower = g_ascii_strdown (answer, -1);

  g_assert_null (strstr (lower, "server:"));
  g_assert_null (strstr (lower, "minipay"));
  g_assert_null (strstr (lower, "soup"));
}

static GString *
request_new (const char *line, gsize body_length)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (
      text, "%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n",
      line, body_length);
  return text;
}

static void
append_body (GString *text, gsize length)
{
  g_string_append (text, "\r\n");
  for (gsize i = 0; i < length; i++)
    g_string_append_c (text, 'x');
}

static void
test_message_refused_is_answered (Fixture *fixture, gconstpointer data)
{
  GString *text = request_new ("POST /notify/shop", 2);
  g_autofree char *answer = NULL;

  g_test_summary ("A message that proves nothing is reported and answered, and is never a fault of ours.");
  g_string_append (text, "\r\n{}");
  answer = talk (fixture, text);
  assert_judged (answer);
  assert_discreet (answer);
  g_assert_cmpuint (fixture->n_received, ==, 1);
  g_assert_cmpuint (fixture->n_accepted, ==, 0);
}

static void
test_answer_ends_connection (Fixture *fixture, gconstpointer data)
{
  const char *const lines[] = { "POST /notify/shop", "POST /notify/other" };

  g_test_summary ("A connection that serves one message says so: a caller that kept it would lose the next one.");
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    GString *text = request_new (lines[i], 2);
    g_autofree char *answer = NULL;

    g_string_append (text, "\r\n{}");
    answer = talk (fixture, text);
    g_assert_nonnull (strstr (answer, "\r\nConnection: close\r\n"));
  }
}

static void
test_method_other_refused (Fixture *fixture, gconstpointer data)
{
  const char *const lines[] = { "GET /notify/shop", "PUT /notify/shop", "DELETE /notify/shop",
                                "OPTIONS /notify/shop" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    GString *text = request_new (lines[i], 0);
    g_autofree char *answer = NULL;

    append_body (text, 0);
    answer = talk (fixture, text);
    assert_status (answer, 405);
    g_assert_nonnull (strstr (answer, "\r\nAllow: POST\r\n"));
    assert_discreet (answer);
  }
  g_assert_cmpuint (fixture->n_received, ==, 0);
}

static void
test_path_unknown_refused (Fixture *fixture, gconstpointer data)
{
  const char *const lines[] = { "POST /",
                                "POST /notify/",
                                "POST /notify",
                                "POST /notify/other",
                                "POST /notify/shop/",
                                "POST /notify/shop/shop",
                                "POST /notify/sho",
                                "POST /notify/shop?account=shop",
                                "POST /x/notify/shop",
                                "POST /notify/shop%00",
                                "POST /notify/shop%2Fx" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    GString *text = request_new (lines[i], 2);
    g_autofree char *answer = NULL;

    g_string_append (text, "X-Forwarded-Host: shop\r\n\r\n{}");
    answer = talk (fixture, text);
    assert_status (answer, 404);
    g_assert_null (strstr (answer, "notify"));
    assert_discreet (answer);
  }
  g_assert_cmpuint (fixture->n_received, ==, 0);
}

static void
test_header_lines_bounded (Fixture *fixture, gconstpointer data)
{
  for (guint lines = 63; lines <= 65; lines++) {
    GString *text = request_new ("POST /notify/shop", 2); /* with three lines */
    g_autofree char *answer = NULL;

    for (guint i = 3; i < lines; i++)
      g_string_append_printf (text, "X-%u: a\r\n", i);
    g_string_append (text, "\r\n{}");
    answer = talk (fixture, text);
    if (lines > 64)
      assert_status (answer, 431);
    else
      assert_judged (answer);
  }
  g_assert_cmpuint (fixture->n_received, ==, 2);
}

static void
test_header_bytes_bounded (Fixture *fixture, gconstpointer data)
{
  /* the path's 12 bytes, 17 of Host, 19 of Connection, 19 of Content-Length, 5 of this line beside its value
   */
  const gsize others = 12 + 17 + 19 + 19 + 5;

  for (gsize total = 16383; total <= 16385; total++) {
    GString *text = request_new ("POST /notify/shop", 2);
    g_autofree char *value = g_strnfill (total - others, 'v');
    g_autofree char *answer = NULL;

    g_string_append_printf (text, "X: %s\r\n\r\n{}", value);
    answer = talk (fixture, text);
    if (total > 16384)
      assert_status (answer, 431);
    else
      assert_judged (answer);
  }
  g_assert_cmpuint (fixture->n_received, ==, 2);
}

static void
test_header_endless_cut (Fixture *fixture, gconstpointer data)
{
  GString *text = request_new ("POST /notify/shop", 2);
  g_autofree char *value = g_strnfill (4 * 1024 * 1024, 'v');
  g_autofree char *answer = NULL;

  g_string_append_printf (text, "X: %s", value);
  answer = talk (fixture, text);
  g_assert_false (g_str_has_prefix (answer, "HTTP/1.1 2"));
  g_assert_cmpuint (fixture->n_received, ==, 0);
}

static void
test_body_announced_bounded (Fixture *fixture, gconstpointer data)
{
  for (gsize length = 262143; length <= 262145; length++) {
    GString *text = request_new ("POST /notify/shop", length);
    g_autofree char *answer = NULL;

    append_body (text, length);
    answer = talk (fixture, text);
    if (length > 262144)
      g_assert_false (g_str_has_prefix (answer, "HTTP/1.1 2"));
    else
      assert_judged (answer);
  }
  g_assert_cmpuint (fixture->n_received, ==, 2);
}

static void
test_body_huge_announcement_refused_at_once (Fixture *fixture, gconstpointer data)
{
  const char *const lengths[] = { "262145", "9223372036854775807", "99999999999999999999999" };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++) {
    GString *text = g_string_new ("POST /notify/shop HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
    g_autofree char *answer = NULL;

    g_string_append_printf (text, "Content-Length: %s\r\n\r\n", lengths[i]);
    answer = talk (fixture, text);
    g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 4"));
  }
  g_assert_cmpuint (fixture->n_received, ==, 0);
}

static void
append_chunks (GString *text, guint n_chunks)
{
  g_autofree char *chunk = g_strnfill (4096, 'x');

  for (guint i = 0; i < n_chunks; i++)
    g_string_append_printf (text, "1000\r\n%s\r\n", chunk);
}

static void
test_body_endless_chunks_cut (Fixture *fixture, gconstpointer data)
{
  const char head[] = "POST /notify/shop HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                      "Transfer-Encoding: chunked\r\n\r\n";
  GString *fits = g_string_new (head);
  GString *over = g_string_new (head);
  GString *endless = g_string_new (head);
  g_autofree char *fits_answer = NULL;
  g_autofree char *over_answer = NULL;
  g_autofree char *endless_answer = NULL;

  append_chunks (fits, 64);
  g_string_append (fits, "0\r\n\r\n");
  fits_answer = talk (fixture, fits);
  assert_judged (fits_answer);
  g_assert_cmpuint (fixture->n_received, ==, 1);

  append_chunks (over, 64);
  g_string_append (over, "1\r\nx\r\n0\r\n\r\n");
  over_answer = talk (fixture, over);
  append_chunks (endless, 2048);
  endless_answer = talk (fixture, endless);
  g_assert_false (g_str_has_prefix (over_answer, "HTTP/1.1 2"));
  g_assert_false (g_str_has_prefix (endless_answer, "HTTP/1.1 2"));
  g_assert_cmpuint (fixture->n_received, ==, 1);
}

static void
test_frame_unclear_refused (Fixture *fixture, gconstpointer data)
{
  const char *const heads[] = {
    "Host: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "Host: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "Host: a\r\nContent-Length: 2, 2\r\n\r\n{}",
    "Host: a\r\nContent-Length: +2\r\n\r\n{}",
    "Host: a\r\nContent-Length: -2\r\n\r\n{}",
    "Host: a\r\nContent-Length: 0x2\r\n\r\n{}",
    "Host: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "Host: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "Host: a\r\nTransfer-Encoding: identity\r\n\r\n{}",
    "Host: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "Host: a\r\nHost: b\r\nContent-Length: 2\r\n\r\n{}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++) {
    GString *text = g_string_new ("POST /notify/shop HTTP/1.1\r\n");
    g_autofree char *answer = NULL;

    g_string_append (text, heads[i]);
    answer = talk (fixture, text);
    /* 501: libsoup's own word for a coding it does not know */
    if (!g_str_has_prefix (answer, "HTTP/1.1 501 "))
      assert_status (answer, 400);
    g_assert_null (strstr (answer + 1, "HTTP/1.1 "));
  }
  g_assert_cmpuint (fixture->n_received, ==, 0);
}

static void
test_slow_callers_cut (Fixture *fixture, gconstpointer data)
{
  const char *const starts[] = {
    "", /* says nothing at all */
    "POST /notify/shop HTTP/1.1\r\nHost: a\r\nX-Half",
    "POST /notify/shop HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf",
    "POST /notify/shop HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf",
  };
  Caller callers[G_N_ELEMENTS (starts)] = { 0 };

  g_test_summary ("Whoever does not finish a message within its time is cut; all at once, to save time.");
  for (guint i = 0; i < G_N_ELEMENTS (starts); i++) {
    callers[i].port = fixture->port;
    callers[i].bytes = g_bytes_new_static (starts[i], strlen (starts[i]));
  }
  run_callers (callers, G_N_ELEMENTS (starts));
  for (guint i = 0; i < G_N_ELEMENTS (starts); i++) {
    g_assert_cmpint (callers[i].took_us, <, 35 * G_USEC_PER_SEC);
    g_assert_false (g_str_has_prefix (callers[i].answer, "HTTP/1.1 2"));
    g_bytes_unref (callers[i].bytes);
    g_free (callers[i].answer);
  }
  g_assert_cmpuint (fixture->n_received, ==, 0);
}

static void
drain_context (void)
{
  gint64 until = g_get_monotonic_time () + 100 * 1000;

  while (g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, FALSE);
}

static void
test_idle_crowd_keeps_nobody_out (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) crowd = g_ptr_array_new_with_free_func (g_object_unref);
  GString *text = request_new ("POST /notify/shop", 2);
  g_autofree char *answer = NULL;
  gint64 started;

  for (guint i = 0; i < 400; i++) {
    GSocketConnection *connection = connect_to (fixture->port);

    g_ptr_array_add (crowd, connection);
    if (i % 4 == 0)
      g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), "POST /no", 8,
                                 NULL, NULL, NULL);
  }
  drain_context ();

  started = g_get_monotonic_time ();
  g_string_append (text, "\r\n{}");
  answer = talk (fixture, text);
  g_assert_cmpint (g_get_monotonic_time () - started, <, 5 * G_USEC_PER_SEC);
  assert_judged (answer);
  g_assert_cmpuint (fixture->n_received, ==, 1);
}

static void
close_listener (MinipayListener *listener, MinipayReceipt *receipt, gpointer user_data)
{
  minipay_listener_close (listener);
}

static void
test_close_from_handler_safe (Fixture *fixture, gconstpointer data)
{
  GString *text = request_new ("POST /notify/shop", 2);
  g_autofree char *answer = NULL;

  g_signal_connect (fixture->listener, "received", G_CALLBACK (close_listener), NULL);
  g_string_append (text, "\r\n{}");
  answer = talk (fixture, text);
  g_assert_cmpuint (fixture->n_received, ==, 1);
  g_assert_cmpstr (answer, ==, "");
  g_assert_null (minipay_listener_dup_url (fixture->listener, "shop"));
}

static void
test_close_twice_and_listen_again (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GString *text = request_new ("POST /notify/none", 0);
  g_autofree char *answer = NULL;
  g_autofree char *url = NULL;
  g_autoptr (GUri) uri = NULL;

  g_assert_false (minipay_listener_listen (fixture->listener, 0, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  g_clear_error (&error);

  minipay_listener_close (fixture->listener);
  minipay_listener_close (fixture->listener);
  g_assert_true (minipay_listener_listen (fixture->listener, 0, &error));
  g_assert_no_error (error);
  url = minipay_listener_dup_url (fixture->listener, "shop");
  uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  fixture->port = (guint16) g_uri_get_port (uri);
  append_body (text, 0);
  answer = talk (fixture, text);
  assert_status (answer, 404);
}

static void
test_port_taken_is_config (Fixture *fixture, gconstpointer data)
{
  g_autoptr (MinipayListener) other = minipay_listener_new (fixture->client);
  g_autoptr (GError) error = NULL;

  g_assert_false (minipay_listener_listen (other, fixture->port, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "127.0.0.1"));
}

static void
test_open_connections_die_with_listener (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocketConnection) connection = connect_to (fixture->port);
  char byte;

  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), "POST /", 6, NULL,
                             NULL, NULL);
  drain_context ();
  g_object_run_dispose (G_OBJECT (fixture->listener));
  g_clear_object (&fixture->listener);
  drain_context ();
  g_assert_cmpint (
      g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), &byte, 1, NULL, NULL), <=,
      0);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/listener/message/refused-is-answered", test_message_refused_is_answered);
  ADD ("/listener/message/answer-ends-connection", test_answer_ends_connection);
  ADD ("/listener/method/other-refused", test_method_other_refused);
  ADD ("/listener/path/unknown-refused", test_path_unknown_refused);
  ADD ("/listener/header-lines/bounded", test_header_lines_bounded);
  ADD ("/listener/header-bytes/bounded", test_header_bytes_bounded);
  ADD ("/listener/header-endless/cut", test_header_endless_cut);
  ADD ("/listener/body-announced/bounded", test_body_announced_bounded);
  ADD ("/listener/body-huge-announcement/refused-at-once", test_body_huge_announcement_refused_at_once);
  ADD ("/listener/body-endless-chunks/cut", test_body_endless_chunks_cut);
  ADD ("/listener/frame-unclear/refused", test_frame_unclear_refused);
  ADD ("/listener/slow-callers/cut", test_slow_callers_cut);
  ADD ("/listener/idle-crowd/keeps-nobody-out", test_idle_crowd_keeps_nobody_out);
  ADD ("/listener/close/from-handler-safe", test_close_from_handler_safe);
  ADD ("/listener/close/twice-and-again", test_close_twice_and_listen_again);
  ADD ("/listener/port/taken-is-config", test_port_taken_is_config);
  ADD ("/listener/dispose/open-connections-end", test_open_connections_die_with_listener);

  return g_test_run ();
}
