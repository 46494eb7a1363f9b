/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "minipay-transport-job-private.h"

#include "core/minipay-error-private.h"
#include "minipay-tls-peer-private.h"
#include "minipay-transport-answer-private.h"
#include "minipay-transport-body-private.h"
#include "minipay-transport-log-private.h"
#include "minipay-transport-request-private.h"

#define CONNECT_LIMIT_MS 5000

/* Why an attempt was ended from this side. */
typedef enum {
  STOP_NONE,
  STOP_CANCELLED,
  STOP_DEADLINE,
  STOP_CONNECT_LIMIT,
  STOP_WEAK_TLS,
  STOP_RESENT, /* libsoup was about to send the same request again by itself */
} StopReason;

struct _MinipayTransportRun {
  gatomicrefcount ref_count; /* a cancellable's handler may hold the last reference on any thread */

  MinipayTransport *transport; /* owned until the end, which keeps the I/O thread going */
  MinipayHttpRequest *request;
  GStrv base_urls;
  gint64 deadline_us;
  gint64 silence_us; /* how long a sink may go without a chunk */
  gsize max_body;
  MinipayTransportSink sink;
  guint64 max_download;
  GTlsCertificate *identity; /* nullable */
  gboolean may_repeat;
  char *log_account;
  char *log_operation;
  GCancellable *cancellable; /* nullable */
  gulong cancelled_id;
  MinipayTransportCallback callback;
  gpointer user_data;

  gboolean is_admitted;
  gboolean is_done;
  StopReason stop;
  GSource *deadline; /* nullable */
  guint next_base;
  GError *failure;         /* nullable: of the last attempt */
  GError *unknown_failure; /* nullable: of the last attempt that may have left; decides the outcome */

  /* The attempt under way; message is NULL between attempts. */
  const char *base_url; /* borrowed from base_urls */
  SoupMessage *message;
  GCancellable *inner;
  GSource *connect_limit; /* nullable */
  GInputStream *stream;   /* nullable */
  gint64 begun_us;
  gboolean has_left;     /* bytes may have left */
  gboolean has_answered; /* a status line came back */
  gboolean is_streaming; /* the sink may have taken something */
};

typedef struct {
  GMainContext *context;
  MinipayTransportRun *run;
} RunCancel;

static void run_next_attempt (MinipayTransportRun *self);

MinipayTransportRun *
minipay_transport_run_ref (MinipayTransportRun *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
minipay_transport_run_unref (MinipayTransportRun *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->transport);
  g_object_unref (self->request);
  g_clear_object (&self->identity);
  g_strfreev (self->base_urls);
  g_free (self->log_account);
  g_free (self->log_operation);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->failure);
  g_clear_error (&self->unknown_failure);
  g_free (self);
}

MinipayTransportRun *
minipay_transport_run_new (MinipayTransport *transport,
                           const MinipayTransportJob *job,
                           GCancellable *cancellable,
                           MinipayTransportCallback callback,
                           gpointer user_data)
{
  MinipayTransportRun *self = g_new0 (MinipayTransportRun, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->transport = g_object_ref (transport);
  self->request = g_object_ref (job->request);
  self->base_urls = g_strdupv ((char **) job->base_urls);
  self->deadline_us = job->deadline_us;
  self->silence_us = job->deadline_us - g_get_monotonic_time ();
  self->max_body = job->max_body;
  self->sink = job->sink;
  self->max_download = job->max_download;
  g_set_object (&self->identity, job->identity);
  self->may_repeat = job->may_repeat;
  self->log_account = g_strdup (job->log_account);
  self->log_operation = g_strdup (job->log_operation);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->callback = callback;
  self->user_data = user_data;
  return self;
}

static void
run_clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
run_log (MinipayTransportRun *self, MinipayTransportOutcome outcome)
{
  SoupMessageHeaders *answer = self->message != NULL ? soup_message_get_response_headers (self->message) : NULL;
  MinipayTransportLogLine line = {
    .account = self->log_account,
    .operation = self->log_operation,
    .method = minipay_http_request_get_method (self->request),
    .base_url = self->base_url,
    .target = minipay_http_request_get_target (self->request),
    .outcome = outcome,
    .status = self->has_answered ? soup_message_get_status (self->message) : 0,
    .request_id = answer != NULL ? soup_message_headers_get_one (answer, "Request-ID") : NULL,
    .elapsed_us = self->begun_us != 0 ? g_get_monotonic_time () - self->begun_us : 0,
  };

  minipay_transport_log (&line);
}

static void
run_end (MinipayTransportRun *self,
         MinipayTransportOutcome outcome,
         MinipayHttpResponse *response,
         const GError *error)
{
  if (self->is_done)
    return;
  self->is_done = TRUE;

  run_clear_source (&self->deadline);
  /* Not g_cancellable_disconnect (): it waits for handlers, and one of them may be waiting for this very job. */
  if (self->cancelled_id != 0)
    g_signal_handler_disconnect (self->cancellable, self->cancelled_id);
  self->cancelled_id = 0;
  minipay_transport_leave (self->transport, self, self->is_admitted);

  self->callback (outcome, response, error, self->user_data);
  g_clear_object (&self->transport);
}

void
minipay_transport_run_refuse (MinipayTransportRun *self, const GError *error)
{
  self->is_done = TRUE;
  self->callback (MINIPAY_TRANSPORT_NOT_SENT, NULL, error, self->user_data);
}

static void
run_end_failed (MinipayTransportRun *self)
{
  if (self->unknown_failure != NULL)
    run_end (self, MINIPAY_TRANSPORT_UNKNOWN, NULL, self->unknown_failure);
  else
    run_end (self, MINIPAY_TRANSPORT_NOT_SENT, NULL, self->failure);
}

/* Ends a job outside any attempt. */
static void
run_end_before_attempt (MinipayTransportRun *self, GError *error)
{
  g_clear_error (&self->failure);
  self->failure = error;
  self->base_url = NULL;
  self->begun_us = 0;
  run_log (self, self->unknown_failure != NULL ? MINIPAY_TRANSPORT_UNKNOWN : MINIPAY_TRANSPORT_NOT_SENT);
  run_end_failed (self);
}

static void
run_close_attempt (MinipayTransportRun *self)
{
  run_clear_source (&self->connect_limit);
  if (self->stream != NULL)
    g_input_stream_close (self->stream, NULL, NULL);
  g_clear_object (&self->stream);
  if (self->message != NULL)
    g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->message);
  g_clear_object (&self->inner);
}

/* A kept connection that the server had already given up says nothing about the host. */
static gboolean
run_is_stale_connection (MinipayTransportRun *self)
{
  SoupMessageMetrics *metrics = soup_message_get_metrics (self->message);

  return self->has_left && !self->has_answered && self->stop == STOP_NONE && metrics != NULL &&
         soup_message_metrics_get_connect_start (metrics) == 0;
}

static void
run_report_to_circuit (MinipayTransportRun *self, gboolean has_failed)
{
  MinipayCircuit *circuit = minipay_transport_get_circuit (self->transport, self->base_url);

  minipay_circuit_report (circuit, has_failed, g_get_monotonic_time ());
}

static void
run_report_failure (MinipayTransportRun *self)
{
  if (self->has_answered)
    run_report_to_circuit (self, FALSE);
  else if (self->stop != STOP_CANCELLED && self->stop != STOP_RESENT && !run_is_stale_connection (self))
    run_report_to_circuit (self, TRUE);
}

static GError *
run_describe_failure (MinipayTransportRun *self, const GError *cause)
{
  static const char *const reasons[] = {
    [STOP_CANCELLED] = "cancelled before the whole answer was there",
    [STOP_DEADLINE] = "deadline passed before the whole answer was there",
    [STOP_CONNECT_LIMIT] = "no connection within 5 s",
    [STOP_WEAK_TLS] = "its TLS is older than 1.2 or its RSA key shorter than 2048 bits",
    [STOP_RESENT] = "the kept connection ended before an answer",
  };

  /* What the answer itself did wrong keeps its own code. */
  if (cause->domain == MINIPAY_ERROR)
    return g_error_copy (cause);
  if (self->stop == STOP_CANCELLED && !self->has_left)
    return g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled before anything was sent");
  return g_error_new (MINIPAY_ERROR,
                      self->has_left ? MINIPAY_ERROR_OUTCOME_UNKNOWN : MINIPAY_ERROR_NOT_SENT,
                      "%s %s: %s",
                      self->has_left ? "no trustworthy answer from" : "nothing sent to",
                      self->base_url,
                      self->stop != STOP_NONE ? reasons[self->stop] : cause->message);
}

static void
run_fail_attempt (MinipayTransportRun *self, const GError *cause)
{
  gboolean may_go_on = self->stop != STOP_CANCELLED && self->stop != STOP_DEADLINE;

  run_report_failure (self);
  g_clear_error (&self->failure);
  self->failure = run_describe_failure (self, cause);
  if (self->has_left) {
    g_clear_error (&self->unknown_failure);
    self->unknown_failure = g_error_copy (self->failure);
    /* An answer of its own making would come from the backup as well. */
    may_go_on = may_go_on && self->may_repeat && !self->is_streaming && cause->domain != MINIPAY_ERROR;
  }

  run_log (self, self->has_left ? MINIPAY_TRANSPORT_UNKNOWN : MINIPAY_TRANSPORT_NOT_SENT);
  if (self->inner != NULL)
    g_cancellable_cancel (self->inner);
  run_close_attempt (self);

  if (may_go_on && self->base_urls[self->next_base] != NULL)
    run_next_attempt (self);
  else
    run_end_failed (self);
}

static void
run_stop (MinipayTransportRun *self, StopReason reason)
{
  if (self->is_done || self->stop != STOP_NONE)
    return;

  self->stop = reason;
  if (self->message != NULL)
    g_cancellable_cancel (self->inner);
  else if (reason == STOP_CANCELLED)
    run_end_before_attempt (self,
                            g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled before anything was sent"));
  else
    run_end_before_attempt (self,
                            g_error_new (MINIPAY_ERROR,
                                         MINIPAY_ERROR_NOT_SENT,
                                         "nothing sent: deadline passed while waiting for one of the connections"));
}

static gboolean
on_deadline (gpointer user_data)
{
  run_stop (user_data, STOP_DEADLINE);
  return G_SOURCE_REMOVE;
}

static gboolean
on_connect_limit (gpointer user_data)
{
  run_stop (user_data, STOP_CONNECT_LIMIT);
  return G_SOURCE_REMOVE;
}

static gboolean
on_cancel_hop (gpointer user_data)
{
  run_stop (user_data, STOP_CANCELLED);
  return G_SOURCE_REMOVE;
}

/* On the canceller's thread, where libsoup must not be touched. */
static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  RunCancel *cancel = user_data;
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (
      source, on_cancel_hop, minipay_transport_run_ref (cancel->run), (GDestroyNotify) minipay_transport_run_unref);
  g_source_attach (source, cancel->context);
}

static void
run_cancel_free (gpointer data, GClosure *closure)
{
  RunCancel *cancel = data;

  minipay_transport_run_unref (cancel->run);
  g_main_context_unref (cancel->context);
  g_free (cancel);
}

static GSource *
run_attach_timer (MinipayTransportRun *self, gint64 at_us, GSourceFunc func)
{
  GSource *source = g_timeout_source_new (0);

  g_source_set_callback (
      source, func, minipay_transport_run_ref (self), (GDestroyNotify) minipay_transport_run_unref);
  g_source_set_ready_time (source, at_us);
  g_source_attach (source, minipay_transport_get_context (self->transport));
  return source;
}

static gboolean
run_check (MinipayTransportRun *self, GError **error)
{
  if (!minipay_transport_check_request (self->request, error))
    return FALSE;
  if (self->base_urls == NULL || self->base_urls[0] == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "no gateway address to send to, at least 1 is needed");
    return FALSE;
  }
  for (guint i = 0; self->base_urls[i] != NULL; i++)
    if (!minipay_transport_allows (self->transport, self->base_urls[i], error))
      return FALSE;
  return minipay_transport_get_session (self->transport, self->identity, error) != NULL;
}

void
minipay_transport_run_start (MinipayTransportRun *self)
{
  GError *error = NULL;

  if (!run_check (self, &error)) {
    run_end_before_attempt (self, error);
    return;
  }

  self->deadline = run_attach_timer (self, self->deadline_us, on_deadline);
  if (self->cancellable != NULL) {
    RunCancel *cancel = g_new0 (RunCancel, 1);

    cancel->context = g_main_context_ref (minipay_transport_get_context (self->transport));
    cancel->run = minipay_transport_run_ref (self);
    self->cancelled_id = g_signal_connect_data (
        self->cancellable, "cancelled", G_CALLBACK (on_cancelled), cancel, run_cancel_free, 0);
    /* Only now, or a cancel between the look and the connection would be lost. */
    if (g_cancellable_is_cancelled (self->cancellable)) {
      run_stop (self, STOP_CANCELLED);
      return;
    }
  }
  if (g_get_monotonic_time () >= self->deadline_us)
    run_stop (self, STOP_DEADLINE);
  else
    minipay_transport_enter (self->transport, self);
}

void
minipay_transport_run_admit (MinipayTransportRun *self)
{
  self->is_admitted = TRUE;
  run_next_attempt (self);
}

static void
on_starting (SoupMessage *message, MinipayTransportRun *self)
{
  /* The connection stands, TLS included; the next thing libsoup does is write. */
  self->has_left = TRUE;
  run_clear_source (&self->connect_limit);
}

static void
on_network_event (SoupMessage *message, GSocketClientEvent event, GIOStream *connection, MinipayTransportRun *self)
{
  /* Set this early the certificate names the TLS session too. Given when the gateway asks for one, as libsoup's
   * own way does, it would not, and a resumed session would pass this merchant for another. */
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING && self->identity != NULL)
    g_tls_connection_set_certificate (G_TLS_CONNECTION (connection), self->identity);
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKED && !minipay_tls_peer_is_strong (G_TLS_CONNECTION (connection)))
    run_stop (self, STOP_WEAK_TLS);
}

static void
on_restarted (SoupMessage *message, MinipayTransportRun *self)
{
  run_stop (self, STOP_RESENT);
}

static void
on_got_headers (SoupMessage *message, MinipayTransportRun *self)
{
  self->has_answered = TRUE;
}

static void
run_note_date (MinipayTransportRun *self, SoupMessageHeaders *headers)
{
  const char *text = soup_message_headers_get_one (headers, "Date");
  g_autoptr (GDateTime) date = text != NULL ? soup_date_time_new_from_http_string (text) : NULL;

  if (date != NULL)
    minipay_transport_set_clock_skew (
        self->transport, self->base_url, g_date_time_to_unix (date) - g_get_real_time () / G_USEC_PER_SEC);
}

static void
on_body (GBytes *body, const GError *error, gpointer user_data)
{
  MinipayTransportRun *self = user_data;
  g_autoptr (MinipayHttpResponse) response = NULL;

  if (error != NULL) {
    run_fail_attempt (self, error);
  } else {
    run_report_to_circuit (self, FALSE);
    response = minipay_transport_answer_new_response (self->message, body);
    run_log (self, MINIPAY_TRANSPORT_ANSWERED);
    run_close_attempt (self);
    run_end (self, MINIPAY_TRANSPORT_ANSWERED, response, NULL);
  }
  minipay_transport_run_unref (self);
}

/* Takes over the caller's reference. */
static void
run_read_body (MinipayTransportRun *self)
{
  MinipayTransportBodyPlan plan = {
    .message = self->message,
    .stream = self->stream,
    .cancellable = self->inner,
    .context = minipay_transport_get_context (self->transport),
    .base_url = self->base_url,
    .max_bytes = self->max_body,
    .watch = self->deadline,
    .silence_us = self->silence_us,
  };

  self->is_streaming = self->sink.write != NULL && soup_message_get_status (self->message) == SOUP_STATUS_OK;
  if (self->is_streaming) {
    plan.sink = self->sink;
    plan.max_bytes = self->max_download;
  }
  minipay_transport_body_read (&plan, on_body, self);
}

static void
on_sent (GObject *session, GAsyncResult *result, gpointer user_data)
{
  MinipayTransportRun *self = user_data;
  g_autoptr (GError) error = NULL;

  self->stream = soup_session_send_finish (SOUP_SESSION (session), result, &error);
  if (self->stream != NULL && self->stop != STOP_NONE)
    g_cancellable_set_error_if_cancelled (self->inner, &error);
  if (self->stream != NULL && error == NULL) {
    run_note_date (self, soup_message_get_response_headers (self->message));
    run_read_body (self);
  } else {
    run_fail_attempt (self, error);
    minipay_transport_run_unref (self);
  }
}

/* The next address whose circuit lets a call through; NULL when there is none. */
static const char *
run_pick_base (MinipayTransportRun *self, gint64 *next_probe_us)
{
  gint64 now_us = g_get_monotonic_time ();
  const char *base_url;

  *next_probe_us = G_MAXINT64;
  while ((base_url = self->base_urls[self->next_base]) != NULL) {
    MinipayCircuit *circuit = minipay_transport_get_circuit (self->transport, base_url);

    self->next_base++;
    if (minipay_circuit_allows (circuit, now_us))
      return base_url;
    *next_probe_us = MIN (*next_probe_us, minipay_circuit_get_next_probe_us (circuit));
  }
  return NULL;
}

static void
run_next_attempt (MinipayTransportRun *self)
{
  gint64 next_probe_us;

  self->base_url = run_pick_base (self, &next_probe_us);
  if (self->base_url == NULL) {
    run_end_before_attempt (self,
                            g_error_new (MINIPAY_ERROR,
                                         MINIPAY_ERROR_NOT_SENT,
                                         "nothing sent: no address of the gateway answered lately, the "
                                         "next try is due in %" G_GINT64_FORMAT " ms",
                                         (next_probe_us - g_get_monotonic_time ()) / 1000));
    return;
  }

  self->stop = STOP_NONE;
  self->has_left = FALSE;
  self->has_answered = FALSE;
  self->begun_us = g_get_monotonic_time ();
  self->message = minipay_transport_make_message (self->request, self->base_url, self->may_repeat);
  self->inner = g_cancellable_new ();
  g_signal_connect (self->message, "network-event", G_CALLBACK (on_network_event), self);
  g_signal_connect (self->message, "starting", G_CALLBACK (on_starting), self);
  g_signal_connect (self->message, "restarted", G_CALLBACK (on_restarted), self);
  g_signal_connect (self->message, "got-headers", G_CALLBACK (on_got_headers), self);
  self->connect_limit =
      run_attach_timer (self, self->begun_us + CONNECT_LIMIT_MS * G_TIME_SPAN_MILLISECOND, on_connect_limit);

  soup_session_send_async (minipay_transport_get_session (self->transport, self->identity, NULL),
                           self->message,
                           G_PRIORITY_DEFAULT,
                           self->inner,
                           on_sent,
                           minipay_transport_run_ref (self));
}
