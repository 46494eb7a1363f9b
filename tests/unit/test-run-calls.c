/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <gio/gio.h>

#include "core/minipay-checkout.h"
#include "core/minipay-payment.h"

#include "run-house.h"

static const char ok[] = RUN_ANSWER ("200 OK", "2", "OK");
static const char html[] = RUN_ANSWER ("200 OK", "19", "<html>login</html>\n");
static const char refused[] = RUN_ANSWER ("403 Forbidden", "7", "REFUSED");
static const char error_503[] = RUN_ANSWER ("503 Service Unavailable", "7", "REFUSED");

#define NONE       MINIPAY_SEND_FLAGS_NONE
#define IDEMPOTENT MINIPAY_SEND_FLAGS_IDEMPOTENT

/* --- Cancelling and the deadline --- */

static void
test_cancelled_before (void)
{
  for (MinipayOperation o = MINIPAY_OPERATION_CREATE; o <= MINIPAY_OPERATION_QUERY; o++) {
    g_autoptr (House) house = house_new (IDEMPOTENT);
    g_autoptr (GCancellable) cancellable = g_cancellable_new ();
    g_autoptr (GError) error = NULL;

    g_cancellable_cancel (cancellable);
    g_assert_null (house_run (house, o, cancellable, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_cmpint (house->n_prepares, ==, 0);
    g_assert_cmpint (house->n_concludes, ==, 0);
    g_assert_cmpuint (raw_server_get_connections (house->server), ==, 0);
  }
}

typedef struct {
  RawServer *server;
  GCancellable *cancellable;
} Canceller;

static gpointer
cancel_when_sent (gpointer data)
{
  Canceller *canceller = data;

  g_assert_true (raw_server_wait_requests (canceller->server, 1));
  g_cancellable_cancel (canceller->cancellable);
  return NULL;
}

static void
run_cancelled_after (MinipayOperation operation, GError **error)
{
  g_autoptr (House) house = house_new (IDEMPOTENT);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Canceller canceller = { house->server, cancellable };
  gint64 begun = g_get_monotonic_time ();
  GThread *thread;

  raw_server_push (house->server, &(RawAnswer){ .bytes = NULL });
  thread = g_thread_new ("canceller", cancel_when_sent, &canceller);
  g_assert_null (house_run (house, operation, cancellable, error));
  g_thread_join (thread);
  g_assert_cmpint (g_get_monotonic_time () - begun, <, 5 * G_TIME_SPAN_SECOND);
  g_assert_cmpuint (raw_server_get_requests (house->server), ==, 1);
  g_assert_cmpint (house->n_concludes, ==, 1);
}

static void
test_cancelled_after (void)
{
  g_autoptr (GError) create_error = NULL;
  g_autoptr (GError) query_error = NULL;

  run_cancelled_after (MINIPAY_OPERATION_CREATE, &create_error);
  g_assert_error (create_error, MINIPAY_ERROR, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  run_cancelled_after (MINIPAY_OPERATION_QUERY, &query_error);
  g_assert_error (query_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_answered_then_cancelled (void)
{
  g_autoptr (House) house = house_new (IDEMPOTENT);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) result = NULL;

  g_test_summary ("An answer that arrived is never traded for a late cancel.");
  raw_server_push_text (house->server, ok);
  run_provider_cancel_in_resume (house->provider, cancellable);
  result = house_run (house, MINIPAY_OPERATION_CREATE, cancellable, &error);
  g_assert_no_error (error);
  g_assert_true (MINIPAY_IS_CHECKOUT (result));
  g_assert_true (g_cancellable_is_cancelled (cancellable));
}

static void
test_deadline (void)
{
  g_autoptr (House) house = house_new (IDEMPOTENT);
  g_autoptr (GError) error = NULL;
  gint64 begun = g_get_monotonic_time ();

  raw_server_push (house->server, &(RawAnswer){ .bytes = error_503, .length = -1, .delay_ms = 400 });
  house->deadline_ms = 700;
  g_assert_null (house_run (house, MINIPAY_OPERATION_CREATE, NULL, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  g_assert_cmpint (g_get_monotonic_time () - begun, <, 1200 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpuint (raw_server_get_requests (house->server), <=, 2);
}

/* --- The layer above --- */

static void
test_prepare_refuses (void)
{
  g_autoptr (House) house = house_new (IDEMPOTENT);
  g_autoptr (GError) error = NULL;

  house->refuses_prepare = TRUE;
  g_assert_null (house_run (house, MINIPAY_OPERATION_CREATE, NULL, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_STORE);
  g_assert_cmpstr (error->message, ==, "the journal is full");
  g_assert_cmpint (house->n_concludes, ==, 0);
  g_usleep (50000);
  g_assert_cmpuint (raw_server_get_connections (house->server), ==, 0);
}

static void
test_conclude_refuses (void)
{
  g_autoptr (House) house = house_new (IDEMPOTENT);
  g_autoptr (GError) error = NULL;

  raw_server_push_text (house->server, ok);
  house->refuses_result = TRUE;
  g_assert_null (house_run (house, MINIPAY_OPERATION_CREATE, NULL, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
  g_assert_cmpstr (error->message, ==, "another order");
}

static void
test_conclude_mends (void)
{
  g_autoptr (House) house = house_new (IDEMPOTENT);
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) result = NULL;

  raw_server_push_text (house->server, refused);
  house->mends_failure = TRUE;
  result = house_run (house, MINIPAY_OPERATION_QUERY, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (MINIPAY_IS_PAYMENT (result));
}

static void
test_begin_fails (void)
{
  g_autoptr (House) house = house_new (IDEMPOTENT);
  g_autoptr (GError) error = NULL;

  run_provider_break_after (house->provider, 0);
  g_assert_null (house_run (house, MINIPAY_OPERATION_CREATE, NULL, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN);
  g_assert_nonnull (strstr (error->message, "run"));
  g_assert_cmpint (house->n_concludes, ==, 1);
  g_assert_cmpuint (raw_server_get_connections (house->server), ==, 0);
}

/* --- Callbacks --- */

typedef struct {
  GMainLoop *loop;
  GThread *thread;
  gboolean has_returned;
  guint n_calls;
  GError *error;
  GObject *result;
} Waiter;

static void
on_run (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Waiter *waiter = user_data;

  g_assert_true (waiter->has_returned);
  g_assert_true (g_thread_self () == waiter->thread);
  g_assert_true (g_main_context_get_thread_default () == g_main_loop_get_context (waiter->loop));
  waiter->n_calls++;
  waiter->result = g_task_propagate_pointer (G_TASK (result), &waiter->error);
  g_main_loop_quit (waiter->loop);
}

static gboolean
on_too_late (gpointer user_data)
{
  g_error ("the callback never came");
  return G_SOURCE_REMOVE;
}

/* On a context of its own, and a while longer, in case it is called twice. */
static void
run_async (House *house, MinipayOperation operation, GCancellable *cancellable, Waiter *waiter)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (MinipayExchange) exchange = house_new_exchange (house, operation);
  g_autoptr (GSource) timeout = g_timeout_source_new_seconds (20);
  MinipayExchangeSetup setup = house_get_setup (house);
  gint64 until;

  g_main_context_push_thread_default (context);
  waiter->loop = g_main_loop_new (context, FALSE);
  waiter->thread = g_thread_self ();
  g_source_set_callback (timeout, on_too_late, NULL, NULL);
  g_source_attach (timeout, context);
  minipay_exchange_run_async (exchange, &setup, house->source, cancellable, run_async, on_run, waiter);
  waiter->has_returned = TRUE;
  g_clear_object (&exchange);
  g_main_loop_run (waiter->loop);
  until = g_get_monotonic_time () + 100 * G_TIME_SPAN_MILLISECOND;
  while (g_get_monotonic_time () < until)
    if (!g_main_context_iteration (context, FALSE))
      g_usleep (1000);
  g_source_destroy (timeout);
  g_main_context_pop_thread_default (context);
  g_assert_cmpuint (waiter->n_calls, ==, 1);
  g_clear_pointer (&waiter->loop, g_main_loop_unref);
}

static void
test_async_paths (void)
{
  const char *const answers[] = { refused, html, "" };
  const int codes[] = { MINIPAY_ERROR_REFUSED, MINIPAY_ERROR_OUTCOME_UNKNOWN, MINIPAY_ERROR_OUTCOME_UNKNOWN };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    g_autoptr (House) house = house_new (NONE);
    Waiter waiter = { 0 };

    raw_server_push (house->server, &(RawAnswer){ .bytes = answers[i], .length = -1, .closes = TRUE });
    run_async (house, MINIPAY_OPERATION_CREATE, NULL, &waiter);
    g_assert_null (waiter.result);
    g_assert_error (waiter.error, MINIPAY_ERROR, codes[i]);
    g_clear_error (&waiter.error);
  }
}

static void
test_async_nothing_sent (void)
{
  g_autoptr (House) house = house_new (NONE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Waiter refused_waiter = { 0 };
  Waiter cancelled_waiter = { 0 };

  house->refuses_prepare = TRUE;
  run_async (house, MINIPAY_OPERATION_CREATE, NULL, &refused_waiter);
  g_assert_error (refused_waiter.error, MINIPAY_ERROR, MINIPAY_ERROR_STORE);
  g_cancellable_cancel (cancellable);
  run_async (house, MINIPAY_OPERATION_CREATE, cancellable, &cancelled_waiter);
  g_assert_error (cancelled_waiter.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (raw_server_get_connections (house->server), ==, 0);
  g_clear_error (&refused_waiter.error);
  g_clear_error (&cancelled_waiter.error);
}

static gpointer
run_on_thread (gpointer data)
{
  Waiter waiter = { 0 };

  run_async (data, MINIPAY_OPERATION_QUERY, NULL, &waiter);
  g_assert_no_error (waiter.error);
  g_object_unref (waiter.result);
  return NULL;
}

static gpointer
block_on_thread (gpointer data)
{
  for (guint i = 0; i < 25; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GObject) result = house_run (data, MINIPAY_OPERATION_CREATE, NULL, &error);

    g_assert_no_error (error);
    g_assert_true (MINIPAY_IS_CHECKOUT (result));
  }
  return NULL;
}

static void
run_threads (GThreadFunc func, guint n_requests)
{
  g_autoptr (House) house = house_new (IDEMPOTENT);
  GThread *threads[8];

  raw_server_push_text (house->server, ok);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", func, house);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (raw_server_get_requests (house->server), ==, n_requests);
  house_assert_same_number (house);
}

static void
test_async_threads (void)
{
  run_threads (run_on_thread, 8);
}

static void
test_blocking_threads (void)
{
  run_threads (block_on_thread, 200);
}

static gboolean
on_forbidden (gpointer user_data)
{
  g_error ("a blocking call iterates the caller's context");
  return G_SOURCE_REMOVE;
}

static void
test_blocking_context (void)
{
  g_autoptr (House) house = house_new (IDEMPOTENT);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) own = g_idle_source_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) result = NULL;
  guint idle = g_idle_add (on_forbidden, NULL);

  raw_server_push_text (house->server, error_503);
  raw_server_push_text (house->server, ok);
  g_source_set_callback (own, on_forbidden, NULL, NULL);
  g_source_attach (own, context);
  g_main_context_push_thread_default (context);
  result = house_run (house, MINIPAY_OPERATION_CREATE, NULL, &error);
  g_main_context_pop_thread_default (context);
  g_assert_no_error (error);
  g_assert_nonnull (result);
  g_source_destroy (own);
  g_source_remove (idle);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/run/cancel/before-start-nothing-done", test_cancelled_before);
  g_test_add_func ("/run/cancel/after-bytes-left", test_cancelled_after);
  g_test_add_func ("/run/cancel/after-answer-too-late", test_answered_then_cancelled);
  g_test_add_func ("/run/deadline/ends-retries", test_deadline);
  g_test_add_func ("/run/prepare/refusal-sends-nothing", test_prepare_refuses);
  g_test_add_func ("/run/conclude/replaces-result", test_conclude_refuses);
  g_test_add_func ("/run/conclude/replaces-failure", test_conclude_mends);
  g_test_add_func ("/run/begin/broken-promise-sends-nothing", test_begin_fails);
  g_test_add_func ("/run/async/once-on-own-context", test_async_paths);
  g_test_add_func ("/run/async/once-when-nothing-sent", test_async_nothing_sent);
  g_test_add_func ("/run/async/threads", test_async_threads);
  g_test_add_func ("/run/blocking/threads", test_blocking_threads);
  g_test_add_func ("/run/blocking/leaves-contexts-alone", test_blocking_context);

  return g_test_run ();
}
