/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "raw-server.h"
#include "transport-call.h"

#define OK_ANSWER                                                                                                  \
  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\nRequest-ID: 08F7\r\n\r\n"            \
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
test_request_bytes_exact (void)
{
  g_autoptr (RawServer) server = server_new_with (OK_ANSWER);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  const char *const targets[] = {
    "/v3/pay/a%7Cb?mchid=1&x=%E4%BD%A0", "/a%7cb%2f%2Fc/%41?%7e=~&a=%2b+", "/a/../b/./c//d?e=../f?g", "/q?",
    "/{a}|b^c`d\"e<f>\\g?h={i}|j[0]",    "/;p=1,2:3@4!$&'()*+=",
  };

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++) {
    g_autoptr (TransportCall) call = transport_call_run (
        transport,
        &(TransportPlan){ .base_url = raw_server_get_base_url (server), .target = targets[i], .may_repeat = TRUE });
    g_autofree char *sent = raw_server_dup_request (server, i);
    g_autofree char *wanted = g_strdup_printf ("GET %s HTTP/1.1\r\n", targets[i]);

    transport_call_assert_answered (call, 200, OK_BODY);
    g_assert_true (g_str_has_prefix (sent, wanted));
  }
}

static void
test_request_head_is_ours (void)
{
  g_autoptr (RawServer) server = server_new_with (OK_ANSWER);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (TransportCall) call = transport_call_run (transport,
                                                       &(TransportPlan){
                                                           .base_url = raw_server_get_base_url (server),
                                                           .method = "POST",
                                                           .target = "/pay",
                                                           .body = "{\"a\":1}",
                                                           .header_name = "Content-Type",
                                                           .header_value = "application/json",
                                                       });
  g_autofree char *sent = raw_server_dup_request (server, 0);
  g_autofree char *host = g_strdup_printf ("\r\nHost: 127.0.0.1:%u\r\n", raw_server_get_port (server));

  transport_call_assert_answered (call, 200, OK_BODY);
  g_assert_nonnull (strstr (sent, host));
  g_assert_nonnull (strstr (sent, "\r\nUser-Agent: minipay/" MINIPAY_VERSION "\r\n"));
  g_assert_nonnull (strstr (sent, "\r\nContent-Type: application/json\r\n"));
  g_assert_nonnull (strstr (sent, "\r\nContent-Length: 7\r\n"));
  g_assert_true (g_str_has_suffix (sent, "\r\n\r\n{\"a\":1}"));
  g_assert_null (strstr (sent, "Accept-Encoding"));
  g_assert_null (strstr (sent, "Cookie"));
}

static void
test_request_own_user_agent_kept (void)
{
  g_autoptr (RawServer) server = server_new_with (OK_ANSWER);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (TransportCall) call = transport_call_run (transport,
                                                       &(TransportPlan){
                                                           .base_url = raw_server_get_base_url (server),
                                                           .method = "POST",
                                                           .header_name = "user-agent",
                                                           .header_value = "shop/1",
                                                       });
  g_autofree char *sent = raw_server_dup_request (server, 0);

  transport_call_assert_answered (call, 200, OK_BODY);
  g_assert_nonnull (strstr (sent, "\r\nUser-Agent: shop/1\r\n"));
  g_assert_null (strstr (sent, "minipay/"));
  /* RFC 9110, 8.6: a POST without a body says so */
  g_assert_nonnull (strstr (sent, "\r\nContent-Length: 0\r\n"));
}

static void
test_header_injection_refused (void)
{
  g_autoptr (RawServer) server = server_new_with (OK_ANSWER);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  const char *const headers[][2] = {
    { "X-A", "1\r\nX-B: 2" },
    { "X-A", "1\n" },
    { "X-A", "\t1" },
    { "X-A", "1\x7f" },
    { "X-A: 1\r\nX-B", "2" },
    { "X A", "1" },
    { "", "1" },
    { "X-A:", "1" },
    { "Host", "evil" },
    { "content-length", "5" },
    { "Transfer-Encoding", "chunked" },
    { "CONNECTION", "close" },
    { "Expect", "100-continue" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++) {
    g_autoptr (TransportCall) call = transport_call_run (transport,
                                                         &(TransportPlan){
                                                             .base_url = raw_server_get_base_url (server),
                                                             .header_name = headers[i][0],
                                                             .header_value = headers[i][1],
                                                         });

    transport_call_assert_not_sent (call, MINIPAY_ERROR_PLUGIN);
    g_assert_null (strchr (call->error->message, '\n'));
  }
  g_assert_cmpuint (raw_server_get_connections (server), ==, 0);
}

static void
test_target_and_method_refused (void)
{
  g_autoptr (RawServer) server = server_new_with (OK_ANSWER);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  const char *const requests[][2] = {
    { "GET", "" },
    { "GET", "pay" },
    { "GET", "//evil/pay" },
    { "GET", "/a b" },
    { "GET", "/a#b" },
    { "GET", "/a\r\n" },
    { "GET", "/\xe4\xbd\xa0" },
    { "GET", "http://evil/" },
    { "GET", "/a\x7f" },
    { "", "/" },
    { "GE T", "/" },
    { "GET\r\n", "/" },
    { "CONNECT", "/" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++) {
    g_autoptr (TransportCall) call = transport_call_run (transport,
                                                         &(TransportPlan){
                                                             .base_url = raw_server_get_base_url (server),
                                                             .method = requests[i][0],
                                                             .target = requests[i][1],
                                                         });

    transport_call_assert_not_sent (call, MINIPAY_ERROR_PLUGIN);
  }
  g_assert_cmpuint (raw_server_get_connections (server), ==, 0);
}

static void
test_base_url_refused (void)
{
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  const char *const base_urls[] = {
    "http://192.0.2.1",
    "http://pay.example",
    "http://localhost.example",
    "http://127.0.0.1.example",
    "ftp://127.0.0.1",
    "https://",
    "pay.example",
    "https://pay.example/v3",
    "https://pay.example/",
    "https://a:b@pay.example",
    "https://pay.example?a",
    "https://pay.example:99999",
    "",
  };

  for (guint i = 0; i < G_N_ELEMENTS (base_urls); i++) {
    g_autoptr (TransportCall) call = transport_call_run (transport, &(TransportPlan){ .base_url = base_urls[i] });

    transport_call_assert_not_sent (call, MINIPAY_ERROR_CONFIG);
  }
}

static void
test_kept_connection_reused (void)
{
  g_autoptr (RawServer) server = server_new_with (OK_ANSWER);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);

  for (guint i = 0; i < 20; i++) {
    g_autoptr (TransportCall) call = transport_call_run (transport,
                                                         &(TransportPlan){
                                                             .base_url = raw_server_get_base_url (server),
                                                             .method = "POST",
                                                             .body = "{}",
                                                             .may_repeat = TRUE,
                                                         });

    transport_call_assert_answered (call, 200, OK_BODY);
  }
  g_assert_cmpuint (raw_server_get_requests (server), ==, 20);
  g_assert_cmpuint (raw_server_get_connections (server), ==, 1);
}

static void
test_unrepeatable_post_gets_a_new_connection (void)
{
  g_autoptr (RawServer) server = server_new_with (OK_ANSWER);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);

  for (guint i = 0; i < 5; i++) {
    g_autoptr (TransportCall) call = transport_call_run (
        transport,
        &(TransportPlan){ .base_url = raw_server_get_base_url (server), .method = "POST", .body = "{}" });

    transport_call_assert_answered (call, 200, OK_BODY);
  }
  g_assert_cmpuint (raw_server_get_connections (server), ==, 5);
}

static void
test_redirect_not_followed (void)
{
  const guint statuses[] = { 301, 302, 303, 307, 308 };
  g_autoptr (RawServer) other = server_new_with (OK_ANSWER);
  g_autoptr (RawServer) server = raw_server_new (NULL);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autofree char *answer =
        g_strdup_printf ("HTTP/1.1 %u Elsewhere\r\nLocation: %s/\r\nContent-Length: 0\r\n\r\n",
                         statuses[i],
                         raw_server_get_base_url (other));
    raw_server_push_text (server, answer);
  }
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autoptr (TransportCall) call = transport_call_run (transport,
                                                         &(TransportPlan){
                                                             .base_url = raw_server_get_base_url (server),
                                                             .method = i % 2 == 0 ? "POST" : "GET",
                                                             .may_repeat = TRUE,
                                                         });

    transport_call_assert_answered (call, statuses[i], "");
  }
  g_assert_cmpuint (raw_server_get_requests (server), ==, G_N_ELEMENTS (statuses));
  g_assert_cmpuint (raw_server_get_connections (other), ==, 0);
}

static void
test_statuses_are_answers (void)
{
  const guint statuses[] = { 400, 401, 407, 429, 500, 502, 503 };
  g_autoptr (RawServer) backup = server_new_with (OK_ANSWER);
  g_autoptr (RawServer) server = raw_server_new (NULL);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autofree char *answer =
        g_strdup_printf ("HTTP/1.1 %u No\r\nWWW-Authenticate: Basic realm=\"a\"\r\n"
                         "Proxy-Authenticate: Basic realm=\"a\"\r\nContent-Length: 2\r\n\r\nno",
                         statuses[i]);
    raw_server_push_text (server, answer);
  }
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autoptr (TransportCall) call = transport_call_run (transport,
                                                         &(TransportPlan){
                                                             .base_url = raw_server_get_base_url (server),
                                                             .backup_url = raw_server_get_base_url (backup),
                                                             .may_repeat = TRUE,
                                                         });

    transport_call_assert_answered (call, statuses[i], "no");
  }
  g_assert_cmpuint (raw_server_get_requests (server), ==, G_N_ELEMENTS (statuses));
  g_assert_cmpuint (raw_server_get_requests (backup), ==, 0);
}

static void
test_answer_without_body (void)
{
  g_autoptr (RawServer) server = raw_server_new (NULL);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (TransportCall) none = NULL;
  g_autoptr (TransportCall) head = NULL;

  raw_server_push_text (server, "HTTP/1.1 204 No Content\r\n\r\n");
  raw_server_push_text (server, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
  none = transport_call_run (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server) });
  head = transport_call_run (transport,
                             &(TransportPlan){ .base_url = raw_server_get_base_url (server), .method = "HEAD" });
  transport_call_assert_answered (none, 204, "");
  transport_call_assert_answered (head, 200, "");
}

static void
test_answer_headers_kept (void)
{
  g_autoptr (RawServer) server = server_new_with ("HTTP/1.1 200 OK\r\nX-Sign: one\r\nx-sign: two\r\nX-Bad: \xff\r\n"
                                                  "Content-Encoding: identity\r\nContent-Length: 0\r\n\r\n");
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (TransportCall) call =
      transport_call_run (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server) });
  MinipayHeaders *headers;
  guint count = 0;

  transport_call_assert_answered (call, 200, "");
  headers = minipay_http_response_get_headers (call->response);
  g_assert_cmpstr (minipay_headers_lookup (headers, "X-Sign", &count), ==, "one");
  g_assert_cmpuint (count, ==, 2);
  g_assert_cmpstr (minipay_headers_lookup (headers, "X-Bad", NULL), ==, "\xef\xbf\xbd");
}

static void
test_encoded_answer_refused (void)
{
  /* `printf '' | gzip -n` */
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n"
                               "\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0";
  g_autoptr (RawServer) server = raw_server_new (NULL);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (TransportCall) call = NULL;

  raw_server_push (server, &(RawAnswer){ .bytes = answer, .length = sizeof answer - 1 });
  call = transport_call_run (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server) });
  transport_call_assert_unknown (call, MINIPAY_ERROR_PROTOCOL);
}

static void
test_long_answer_refused (gconstpointer data)
{
  g_autoptr (RawServer) server = raw_server_new (NULL);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (TransportCall) call = NULL;

  /* One 256 MiB body; what the kernel's buffers hold is all that gets sent. */
  raw_server_push (server, &(RawAnswer){ .bytes = data, .length = -1, .flood = 256 << 20, .closes = TRUE });
  call = transport_call_run (transport,
                             &(TransportPlan){ .base_url = raw_server_get_base_url (server), .max_body = 65536 });
  transport_call_assert_unknown (call, MINIPAY_ERROR_LIMIT);
  g_usleep (200 * 1000);
  g_assert_cmpuint (raw_server_get_bytes_sent (server), <, 16 << 20);
}

static void
test_answer_of_exactly_the_limit (gconstpointer data)
{
  g_autoptr (RawServer) server = server_new_with (data);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (TransportCall) whole = transport_call_run (
      transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server), .max_body = strlen (OK_BODY) });
  g_autoptr (TransportCall) over = transport_call_run (
      transport,
      &(TransportPlan){ .base_url = raw_server_get_base_url (server), .max_body = strlen (OK_BODY) - 1 });

  transport_call_assert_answered (whole, 200, OK_BODY);
  transport_call_assert_unknown (over, MINIPAY_ERROR_LIMIT);
}

static void
test_large_header_block_ends (void)
{
  g_autoptr (GString) large = g_string_new ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n");
  g_autoptr (RawServer) server = NULL;
  g_autoptr (RawServer) endless = raw_server_new (NULL);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (TransportCall) call = NULL;
  g_autoptr (TransportCall) flooded = NULL;

  for (guint i = 0; i < 500; i++)
    g_string_append_printf (large, "X-Filler-%u: %0100u\r\n", i, i);
  g_string_append (large, "\r\n");
  server = server_new_with (large->str);
  call = transport_call_run (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server) });
  transport_call_assert_answered (call, 200, "");

  raw_server_push (endless, &(RawAnswer){ .bytes = "HTTP/1.1 200 OK\r\nX: ", .length = -1, .flood = 64 << 20 });
  flooded = transport_call_run (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (endless) });
  transport_call_assert_unknown (flooded, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  g_assert_cmpuint (raw_server_get_bytes_sent (endless), <, 16 << 20);
}

static void
test_many_callers_share_few_connections (void)
{
  g_autoptr (RawServer) server = raw_server_new (NULL);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  TransportCall *calls[64];

  raw_server_push (server, &(RawAnswer){ .bytes = OK_ANSWER, .length = -1, .delay_ms = 10 });
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    calls[i] = transport_call_start (transport,
                                     &(TransportPlan){
                                         .base_url = raw_server_get_base_url (server),
                                         .method = "POST",
                                         .may_repeat = TRUE,
                                         .timeout_ms = 15000,
                                     });
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++) {
    transport_call_wait (calls[i]);
    transport_call_assert_answered (calls[i], 200, OK_BODY);
    transport_call_free (calls[i]);
  }
  g_assert_cmpuint (raw_server_get_requests (server), ==, 64);
  g_assert_cmpuint (raw_server_get_most_open (server), <=, 4);
  g_assert_cmpuint (raw_server_get_most_open (server), >, 1);
}

static void
test_deadline_counts_while_waiting (void)
{
  g_autoptr (RawServer) server = raw_server_new (NULL);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (1, NULL);
  g_autoptr (TransportCall) first = NULL;
  g_autoptr (TransportCall) second = NULL;

  raw_server_push (server, &(RawAnswer){ .bytes = NULL });
  first = transport_call_start (
      transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server), .timeout_ms = 1000 });
  second = transport_call_start (
      transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server), .timeout_ms = 200 });
  transport_call_wait (second);
  transport_call_assert_not_sent (second, MINIPAY_ERROR_NOT_SENT);
  g_assert_cmpint (second->took_us, <, 700 * G_TIME_SPAN_MILLISECOND);
  transport_call_wait (first);
  transport_call_assert_unknown (first, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  g_assert_cmpuint (raw_server_get_requests (server), ==, 1);
}

static void
test_clock_skew_from_date (void)
{
  g_autoptr (RawServer) server =
      server_new_with ("HTTP/1.1 200 OK\r\nDate: Fri, 02 Jan 1970 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n");
  g_autoptr (RawServer) dateless = server_new_with ("HTTP/1.1 200 OK\r\nDate: soon\r\nContent-Length: 0\r\n\r\n");
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  const char *base_url = raw_server_get_base_url (server);
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;
  gint64 skew_s = 0;
  g_autoptr (TransportCall) call = NULL;
  g_autoptr (TransportCall) again = NULL;
  g_autoptr (TransportCall) other = NULL;

  g_assert_false (minipay_transport_get_clock_skew (transport, base_url, &skew_s));
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "this machine's clock is * s ahead of that of http*");
  call = transport_call_run (transport, &(TransportPlan){ .base_url = base_url });
  g_test_assert_expected_messages ();
  /* it is told once */
  again = transport_call_run (transport, &(TransportPlan){ .base_url = base_url });
  transport_call_assert_answered (again, 200, "");
  transport_call_assert_answered (call, 200, "");
  g_assert_true (minipay_transport_get_clock_skew (transport, base_url, &skew_s));
  /* 86400 is 2 January 1970 */
  g_assert_cmpint (skew_s, <=, 86400 - now_s);
  g_assert_cmpint (skew_s, >=, 86400 - now_s - 5);

  other = transport_call_run (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (dateless) });
  transport_call_assert_answered (other, 200, "");
  g_assert_false (minipay_transport_get_clock_skew (transport, raw_server_get_base_url (dateless), &skew_s));
}

static void
test_small_clock_skew_not_warned_of (void)
{
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (now_s + 50);
  g_autofree char *text = g_date_time_format (date, "%a, %d %b %Y %H:%M:%S GMT");
  g_autofree char *answer = g_strdup_printf ("HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Length: 0\r\n\r\n", text);
  g_autoptr (RawServer) server = server_new_with (answer);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autoptr (TransportCall) call =
      transport_call_run (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server) });
  gint64 skew_s = 0;

  transport_call_assert_answered (call, 200, "");
  g_assert_true (minipay_transport_get_clock_skew (transport, raw_server_get_base_url (server), &skew_s));
  g_assert_cmpint (skew_s, >, 40);
}

static void
test_proxy_of_environment_ignored (void)
{
  g_autoptr (RawServer) proxy = server_new_with (OK_ANSWER);
  g_autoptr (RawServer) server = server_new_with (OK_ANSWER);
  g_autoptr (MinipayTransport) transport = NULL;
  g_autoptr (TransportCall) call = NULL;

  if (g_test_subprocess ()) {
    const char *names[] = { "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };

    for (guint i = 0; i < G_N_ELEMENTS (names); i++)
      g_setenv (names[i], raw_server_get_base_url (proxy), TRUE);
    g_unsetenv ("no_proxy");
    transport = minipay_transport_new (4, NULL);
    call = transport_call_run (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server) });
    transport_call_assert_answered (call, 200, OK_BODY);
    g_assert_cmpuint (raw_server_get_connections (proxy), ==, 0);
    return;
  }
  g_test_trap_subprocess (NULL, 20 * G_USEC_PER_SEC, 0);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/transport/request/bytes-exact", test_request_bytes_exact);
  g_test_add_func ("/transport/request/head-is-ours", test_request_head_is_ours);
  g_test_add_func ("/transport/request/own-user-agent-kept", test_request_own_user_agent_kept);
  g_test_add_func ("/transport/header-injection/refused", test_header_injection_refused);
  g_test_add_func ("/transport/target-and-method/refused", test_target_and_method_refused);
  g_test_add_func ("/transport/base-url/refused", test_base_url_refused);
  g_test_add_func ("/transport/kept-connection/reused", test_kept_connection_reused);
  g_test_add_func ("/transport/unrepeatable-post/new-connection", test_unrepeatable_post_gets_a_new_connection);
  g_test_add_func ("/transport/redirect/not-followed", test_redirect_not_followed);
  g_test_add_func ("/transport/statuses/are-answers", test_statuses_are_answers);
  g_test_add_func ("/transport/answer-without-body/answered", test_answer_without_body);
  g_test_add_func ("/transport/answer-headers/kept", test_answer_headers_kept);
  g_test_add_func ("/transport/encoded-answer/refused", test_encoded_answer_refused);
  g_test_add_data_func ("/transport/long-answer/announced-refused",
                        "HTTP/1.1 200 OK\r\nContent-Length: 268435456\r\n\r\n",
                        test_long_answer_refused);
  g_test_add_data_func ("/transport/long-answer/chunked-refused",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000\r\n",
                        test_long_answer_refused);
  g_test_add_data_func (
      "/transport/long-answer/endless-refused", "HTTP/1.1 200 OK\r\n\r\n", test_long_answer_refused);
  g_test_add_data_func (
      "/transport/answer-of-exactly-the-limit/answered", OK_ANSWER, test_answer_of_exactly_the_limit);
  g_test_add_data_func ("/transport/answer-of-exactly-the-limit/chunked-answered",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "f\r\n" OK_BODY "\r\n0\r\nX-Trailer: 1\r\n\r\n",
                        test_answer_of_exactly_the_limit);
  g_test_add_func ("/transport/large-header-block/ends", test_large_header_block_ends);
  g_test_add_func ("/transport/many-callers/share-few-connections", test_many_callers_share_few_connections);
  g_test_add_func ("/transport/deadline/counts-while-waiting", test_deadline_counts_while_waiting);
  g_test_add_func ("/transport/clock-skew/from-date", test_clock_skew_from_date);
  g_test_add_func ("/transport/clock-skew/small-clock-skew-not-warned-of", test_small_clock_skew_not_warned_of);
  g_test_add_func ("/transport/proxy-of-environment/ignored", test_proxy_of_environment_ignored);
  return g_test_run ();
}
