/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "transport-call.h"

#include <string.h>

static void
on_end (MinipayTransportOutcome outcome,
        MinipayHttpResponse *response,
        const GError *error,
        gpointer user_data)
{
  TransportCall *self = user_data;

  self->took_us = g_get_monotonic_time () - self->begun_us;
  self->outcome = outcome;
  self->response = response != NULL ? g_object_ref (response) : NULL;
  self->error = error != NULL ? g_error_copy (error) : NULL;
  self->thread = g_thread_self ();
  if (self->on_end != NULL)
    self->on_end (self, self->end_data);

  g_mutex_lock (&self->lock);
  self->n_calls++;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

TransportCall *
transport_call_start (MinipayTransport *transport, const TransportPlan *plan)
{
  TransportCall *self = g_new0 (TransportCall, 1);
  g_autoptr (GBytes) body = plan->body != NULL ? g_bytes_new (plan->body, strlen (plan->body)) : NULL;
  g_autoptr (MinipayHttpRequest) request = NULL;
  const char *base_urls[] = { plan->base_url, plan->backup_url, NULL };
  MinipayTransportJob job = {
    .base_urls = base_urls,
    .max_body = plan->max_body != 0 ? plan->max_body : 1 << 20,
    .may_repeat = plan->may_repeat,
    .sink = plan->sink,
    .max_download = plan->max_download,
    .identity = plan->identity,
    .log_account = "shop",
    .log_operation = "query",
  };

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->on_end = plan->on_end;
  self->end_data = plan->end_data;
  self->begun_us = g_get_monotonic_time ();

  request = minipay_http_request_new (plan->method != NULL ? plan->method : "GET",
                                      plan->target != NULL ? plan->target : "/", body);
  if (plan->header_name != NULL)
    minipay_http_request_add_header (request, plan->header_name, plan->header_value);
  job.request = request;
  job.deadline_us =
      self->begun_us + (plan->timeout_ms != 0 ? plan->timeout_ms : 5000) * G_TIME_SPAN_MILLISECOND;
  minipay_transport_send (transport, &job, plan->cancellable, on_end, self);
  return self;
}

void
transport_call_wait (TransportCall *self)
{
  gint64 until_us = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  g_mutex_lock (&self->lock);
  while (self->n_calls == 0 && g_cond_wait_until (&self->changed, &self->lock, until_us))
    ;
  g_assert_cmpuint (self->n_calls, ==, 1);
  g_mutex_unlock (&self->lock);
}

TransportCall *
transport_call_run (MinipayTransport *transport, const TransportPlan *plan)
{
  TransportCall *self = transport_call_start (transport, plan);

  transport_call_wait (self);
  return self;
}

void
transport_call_free (TransportCall *self)
{
  g_mutex_lock (&self->lock);
  g_assert_cmpuint (self->n_calls, ==, 1);
  g_mutex_unlock (&self->lock);
  g_assert_true (self->thread != g_thread_self ());

  g_clear_object (&self->response);
  g_clear_error (&self->error);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

void
transport_call_assert_answered (TransportCall *self, guint status, const char *body)
{
  gsize length = 0;
  const char *bytes;

  g_assert_no_error (self->error);
  g_assert_cmpint (self->outcome, ==, MINIPAY_TRANSPORT_ANSWERED);
  g_assert_cmpuint (minipay_http_response_get_status (self->response), ==, status);
  if (body == NULL)
    return;
  bytes = g_bytes_get_data (minipay_http_response_get_body (self->response), &length);
  g_assert_cmpmem (bytes, length, body, strlen (body));
}

void
transport_call_assert_not_sent (TransportCall *self, MinipayError code)
{
  g_assert_error (self->error, MINIPAY_ERROR, (int) code);
  g_assert_cmpint (self->outcome, ==, MINIPAY_TRANSPORT_NOT_SENT);
  g_assert_null (self->response);
}

void
transport_call_assert_unknown (TransportCall *self, MinipayError code)
{
  g_assert_error (self->error, MINIPAY_ERROR, (int) code);
  g_assert_cmpint (self->outcome, ==, MINIPAY_TRANSPORT_UNKNOWN);
  g_assert_null (self->response);
}
