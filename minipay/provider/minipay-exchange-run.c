/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-error-private.h"
#include "provider/minipay-account-config-private.h"
#include "provider/minipay-exchange-private.h"
#include "provider/minipay-provider-info-private.h"
#include "provider/minipay-worker-private.h"
#include "signing/minipay-signing-private.h"

#define MAX_TRIES        3
#define BACK_OFF_BASE_MS 200
#define BACK_OFF_CAP_MS  5000
#define MAX_ANSWER_BYTES (1024 * 1024)
#define SKEW_TO_NAME_S   60
/* who would wait longer for his turn is told so: moments that were given away stay so when the gateway slows down
 */
#define LONGEST_TURN_US (2 * G_USEC_PER_SEC)

typedef enum {
  RUN_START,    /* prepare, then begin */
  RUN_BEGIN,    /* begin (again) */
  RUN_SEND,     /* its turn has come */
  RUN_ANSWERED, /* the transport reported */
} RunPhase;

/*
 * One exchange on its way. Exactly one thread works on it at a time: a worker or the blocking caller runs a
 * turn; a turn ends by waiting for the I/O thread, which wakes it, or for good.
 */
typedef struct {
  MinipayExchange *exchange;
  MinipayExchangeSetup setup; /* transport is referenced */
  GObject *source;            /* keeps policy_data alive */
  GCancellable *cancellable;
  gint64 deadline_us;
  RunPhase phase;
  guint n_tries;

  /* what the transport said last */
  MinipayTransportOutcome outcome;
  MinipayHttpResponse *answer;
  GError *transport_error;
  gboolean has_left;        /* some try may have been obeyed, whatever comes of the last */
  gboolean is_safe;         /* the last request only asked */
  gboolean has_acted;       /* some request of this run may have changed something */
  gboolean may_begin_again; /* no request of this try forbids it: begin() starts with the first of them */

  /* how it ended */
  GObject *result;
  GError *error;

  gboolean is_blocking; /* somebody waits on what stands below task */
  GTask *task;          /* NULL when nobody wants to know */
  GMutex mutex;
  GCond cond;
  gboolean is_awake;
} Run;

static void run_turn_on_worker (gpointer data);

static Run *
run_new (MinipayExchange *exchange, const MinipayExchangeSetup *setup, GObject *source, GCancellable *cancellable)
{
  Run *run = g_new0 (Run, 1);

  run->exchange = g_object_ref (exchange);
  run->setup = *setup;
  run->setup.transport = g_object_ref (setup->transport);
  run->source = g_object_ref (source);
  run->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  run->deadline_us = g_get_monotonic_time () + (gint64) setup->deadline_ms * 1000;
  g_mutex_init (&run->mutex);
  g_cond_init (&run->cond);
  return run;
}

static void
run_free (Run *run)
{
  g_clear_object (&run->task);
  g_clear_object (&run->answer);
  g_clear_object (&run->result);
  g_clear_error (&run->error);
  g_clear_error (&run->transport_error);
  g_clear_object (&run->cancellable);
  g_object_unref (run->exchange);
  g_object_unref (run->setup.transport);
  g_object_unref (run->source);
  g_mutex_clear (&run->mutex);
  g_cond_clear (&run->cond);
  g_free (run);
}

static const MinipayOperationRules *
run_get_rules (Run *run)
{
  return minipay_manifest_get_operation (
      minipay_provider_info_get_manifest (minipay_exchange_get_info (run->exchange)),
      minipay_exchange_get_name (run->exchange));
}

/* What a provider's flags say of a request, and, whatever they say, what the operation is for. */
static gboolean
run_may_act (Run *run)
{
  const MinipayOperationRules *rules = run_get_rules (run);

  switch (minipay_exchange_get_operation (run->exchange)) {
  case MINIPAY_OPERATION_CREATE:
  case MINIPAY_OPERATION_CLOSE:
  case MINIPAY_OPERATION_REVERSE:
  case MINIPAY_OPERATION_REFUND:
    return TRUE;
  case MINIPAY_OPERATION_QUERY:
  case MINIPAY_OPERATION_QUERY_REFUND:
  case MINIPAY_OPERATION_DOWNLOAD_BILL:
  case MINIPAY_OPERATION_RECEIVE:
  case MINIPAY_OPERATION_REFRESH_KEYS:
    return FALSE;
  case MINIPAY_OPERATION_CALL:
  default:
    return run->has_acted || (rules != NULL && rules->number != NULL);
  }
}

/* Whether the request at hand may be sent twice: where the manifest says that nothing is, no flag allows it. */
static gboolean
run_may_resend (Run *run)
{
  const MinipayOperationRules *rules = run_get_rules (run);

  if (rules != NULL && rules->is_single)
    return FALSE;
  return (minipay_exchange_get_flags (run->exchange) & (MINIPAY_SEND_FLAGS_SAFE | MINIPAY_SEND_FLAGS_IDEMPOTENT)) !=
         0;
}

/* An answer that decides, told apart from one that leaves the outcome open. */
static gboolean
error_is_definite (const GError *error)
{
  if (error->domain != MINIPAY_ERROR)
    return FALSE;
  switch ((MinipayError) error->code) {
  case MINIPAY_ERROR_REFUSED:
  case MINIPAY_ERROR_CONFLICT:
  case MINIPAY_ERROR_ALREADY_PAID:
  case MINIPAY_ERROR_AUTH:
  case MINIPAY_ERROR_NOT_FOUND:
  case MINIPAY_ERROR_RATE_LIMITED:
  case MINIPAY_ERROR_INVALID:
  case MINIPAY_ERROR_CONFIG:
  case MINIPAY_ERROR_NOT_SUPPORTED:
    return TRUE;
  case MINIPAY_ERROR_NOT_SENT:
  case MINIPAY_ERROR_OUTCOME_UNKNOWN:
  case MINIPAY_ERROR_SIGNATURE_INVALID:
  case MINIPAY_ERROR_STALE:
  case MINIPAY_ERROR_PROTOCOL:
  case MINIPAY_ERROR_MISMATCH:
  case MINIPAY_ERROR_LIMIT:
  case MINIPAY_ERROR_PLUGIN:
  case MINIPAY_ERROR_STORE:
  case MINIPAY_ERROR_INTERNAL:
  default:
    return FALSE;
  }
}

/* A wrong clock looks like a wrong signature: where signatures fail, the difference is named. */
static GError *
run_name_clock_skew (Run *run, GError *error)
{
  const char *const *base_urls = minipay_account_config_get_base_urls (minipay_exchange_get_config (run->exchange));
  const char *origin = minipay_exchange_get_origin (run->exchange);
  g_autofree char *prefix = NULL;
  GError *named;
  gint64 skew_s;

  if ((!g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_AUTH) &&
       !g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_STALE)) ||
      !minipay_transport_get_clock_skew (run->setup.transport, origin != NULL ? origin : base_urls[0], &skew_s) ||
      ABS (skew_s) <= SKEW_TO_NAME_S)
    return error;
  prefix = g_strdup_printf ("this machine's clock is %" G_GINT64_FORMAT " s %s the gateway's",
                            ABS (skew_s),
                            skew_s > 0 ? "behind" : "ahead of");
  named = minipay_error_recode (error, (MinipayError) error->code, prefix);
  g_error_free (error);
  return named;
}

/* The money rule: what may have been obeyed is unknown, never failed. */
static void
run_fail (Run *run, GError *error)
{
  gboolean is_server_error = run->answer != NULL && minipay_http_response_get_status (run->answer) >= 500;
  gboolean is_open = run->answer != NULL && (!error_is_definite (error) || is_server_error);
  gboolean is_unknown;

  error = run_name_clock_skew (run, error);
  /* a refused repetition says nothing about the first try; "paid already" may well be our own doing */
  if (run->has_left)
    is_open = TRUE;
  is_unknown = g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  run->error = error;
  if (run_may_act (run) && is_open && !is_unknown)
    run->error =
        minipay_error_recode (error, MINIPAY_ERROR_OUTCOME_UNKNOWN, minipay_exchange_get_advice (run->exchange));
  else if (!run_may_act (run) && is_unknown)
    /* a question that got no answer changed nothing */
    run->error = minipay_error_recode (error, MINIPAY_ERROR_NOT_SENT, "no usable answer, safe to repeat");
  if (run->error != error)
    g_error_free (error);
}

/* Ends the run: the layer above has the last word. */
static gboolean
run_conclude (Run *run)
{
  GObject *concluded;
  GError *error = NULL;

  if (run->setup.policy->conclude == NULL || run->phase == RUN_START)
    return TRUE;
  concluded = run->setup.policy->conclude (run->exchange, run->result, run->error, run->setup.policy_data, &error);
  g_clear_object (&run->result);
  run->result = concluded;
  if (error != NULL) {
    g_clear_error (&run->error);
    run->error = error;
  } else if (run->result == NULL && run->error == NULL) {
    g_set_error (&run->error, MINIPAY_ERROR, MINIPAY_ERROR_INTERNAL, "the exchange ended without a result");
  }
  return TRUE;
}

static void
run_wake (Run *run)
{
  if (!run->is_blocking) {
    minipay_worker_push (run_turn_on_worker, run);
    return;
  }
  g_mutex_lock (&run->mutex);
  run->is_awake = TRUE;
  g_cond_signal (&run->cond);
  g_mutex_unlock (&run->mutex);
}

/* On the I/O thread. */
static void
on_transport_done (MinipayTransportOutcome outcome,
                   MinipayHttpResponse *response,
                   const GError *error,
                   gpointer data)
{
  Run *run = data;

  run->outcome = outcome;
  g_set_object (&run->answer, response);
  g_clear_error (&run->transport_error);
  run->transport_error = error != NULL ? g_error_copy (error) : NULL;
  run->phase = RUN_ANSWERED;
  run_wake (run);
}

/* On the I/O thread. */
static void
on_back_off_over (gpointer data)
{
  Run *run = data;

  run->phase = RUN_BEGIN;
  run_wake (run);
}

static gboolean
run_send (Run *run)
{
  MinipayAccountConfig *config = minipay_exchange_get_config (run->exchange);
  const char *only[] = { minipay_exchange_get_origin (run->exchange), NULL };
  MinipayTransportJob job = {
    .request = minipay_exchange_get_request (run->exchange),
    .base_urls = only[0] != NULL ? only : minipay_account_config_get_base_urls (config),
    .deadline_us = run->deadline_us,
    .max_body = MAX_ANSWER_BYTES,
    .may_repeat = run_may_resend (run),
    .log_account = minipay_account_config_get_name (config),
    .log_operation = minipay_exchange_get_name (run->exchange),
  };

  if (minipay_exchange_get_bill (run->exchange) != NULL) {
    job.sink = (MinipayTransportSink){ minipay_exchange_write_bill, run->exchange };
    job.max_download = G_MAXUINT64;
  }
  if ((minipay_exchange_get_flags (run->exchange) & MINIPAY_SEND_FLAGS_IDENTITY) != 0)
    job.identity = minipay_account_config_get_identity (config);

  /* an earlier step that was answered did more than ask: what comes of this one cannot undo it */
  run->has_left |= run->answer != NULL && !run->is_safe;
  run->may_begin_again = run->may_begin_again && run_may_resend (run);
  run->is_safe = (minipay_exchange_get_flags (run->exchange) & MINIPAY_SEND_FLAGS_SAFE) != 0;
  run->has_acted |= !run->is_safe;
  g_clear_object (&run->answer);
  minipay_transport_send (run->setup.transport, &job, run->cancellable, on_transport_done, run);
  return FALSE;
}

/* On the I/O thread. */
static void
on_turn_come (gpointer data)
{
  Run *run = data;

  run->phase = RUN_SEND;
  run_wake (run);
}

/* Sends when it is the turn of this operation of this account: TRUE when the run is over. */
static gboolean
run_send_in_turn (Run *run)
{
  MinipayAccountConfig *config = minipay_exchange_get_config (run->exchange);
  const char *operation = minipay_exchange_get_name (run->exchange);
  const gint64 wait_us = minipay_account_config_take_turn (
      config, operation, MIN (run->deadline_us - g_get_monotonic_time (), LONGEST_TURN_US));

  if (wait_us == 0)
    return run_send (run);
  if (wait_us > 0) {
    minipay_transport_call_later (run->setup.transport, (guint) (wait_us / 1000 + 1), on_turn_come, run);
    return FALSE;
  }
  run_fail (run,
            g_error_new (MINIPAY_ERROR,
                         MINIPAY_ERROR_RATE_LIMITED,
                         "account %s calls %s too often: nothing was sent, repeat later",
                         minipay_account_config_get_name (config),
                         operation));
  return run_conclude (run);
}

/* Waits with full jitter before the next try; FALSE when there is none left within the deadline. */
static gboolean
run_back_off (Run *run, guint at_least_s)
{
  guint window = MIN (BACK_OFF_CAP_MS, BACK_OFF_BASE_MS << run->n_tries);
  guint delay_ms;

  if (!run->may_begin_again || run->n_tries >= MAX_TRIES || g_cancellable_is_cancelled (run->cancellable) ||
      at_least_s > BACK_OFF_CAP_MS / 1000)
    return FALSE;
  delay_ms = at_least_s * 1000 + minipay_random_below (window);
  if (g_get_monotonic_time () + (gint64) delay_ms * 1000 >= run->deadline_us)
    return FALSE;
  minipay_transport_call_later (run->setup.transport, delay_ms, on_back_off_over, run);
  return TRUE;
}

/* What the hook wants: TRUE when the run is over. */
static gboolean
run_after_hook (Run *run)
{
  MinipayExchange *x = run->exchange;

  if (minipay_exchange_get_request (x) != NULL)
    return run_send_in_turn (run);
  if (minipay_exchange_get_pending_reason (x) != NULL) {
    run->has_left |= run->answer != NULL;
    if (run_back_off (run, minipay_exchange_get_retry_after (x)))
      return FALSE;
    run_fail (run,
              g_error_new (MINIPAY_ERROR,
                           MINIPAY_ERROR_RATE_LIMITED,
                           "no final answer: %s",
                           minipay_exchange_get_pending_reason (x)));
    return run_conclude (run);
  }
  run->result = g_object_ref (minipay_exchange_get_result (x));
  return run_conclude (run);
}

static gboolean
run_begin (Run *run)
{
  GError *error = NULL;

  if (g_cancellable_set_error_if_cancelled (run->cancellable, &error)) {
    run_fail (run, error);
    return run_conclude (run);
  }
  if (run->phase == RUN_START && run->setup.policy->prepare != NULL &&
      !run->setup.policy->prepare (run->exchange, run->setup.policy_data, &error)) {
    run->error = error;
    return TRUE;
  }
  run->phase = RUN_BEGIN;
  run->n_tries++;
  run->may_begin_again = TRUE;
  g_clear_object (&run->answer);
  if (minipay_exchange_begin (run->exchange, &error))
    return run_after_hook (run);
  run_fail (run, error);
  return run_conclude (run);
}

static GError *
run_name_provider (Run *run, const GError *error)
{
  g_autofree char *prefix =
      g_strdup_printf ("provider %s", minipay_provider_info_get_id (minipay_exchange_get_info (run->exchange)));

  return minipay_error_recode (error, MINIPAY_ERROR_PLUGIN, prefix);
}

static gboolean
run_without_answer (Run *run)
{
  gboolean is_cancelled = g_cancellable_is_cancelled (run->cancellable);

  if (run->outcome == MINIPAY_TRANSPORT_UNKNOWN)
    run->has_left = TRUE;
  if (!g_error_matches (run->transport_error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN) &&
      !g_error_matches (run->transport_error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG) &&
      !g_error_matches (run->transport_error, MINIPAY_ERROR, MINIPAY_ERROR_LIMIT) && run_back_off (run, 0))
    return FALSE;
  if (!run_may_act (run) && run->outcome == MINIPAY_TRANSPORT_UNKNOWN && is_cancelled)
    g_set_error_literal (&run->error, G_IO_ERROR, G_IO_ERROR_CANCELLED, run->transport_error->message);
  else if (g_error_matches (run->transport_error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN))
    run_fail (run, run_name_provider (run, run->transport_error));
  else
    run_fail (run, g_steal_pointer (&run->transport_error));
  return run_conclude (run);
}

static void
run_slow_down (Run *run)
{
  minipay_account_config_slow_down (minipay_exchange_get_config (run->exchange),
                                    minipay_exchange_get_name (run->exchange));
}

static gboolean
status_asks_for_retry (guint status)
{
  return status == 429 || status == 502 || status == 503 || status == 504;
}

static gboolean
run_answered (Run *run)
{
  g_autoptr (MinipayHttpResponse) answer = NULL;
  GError *error = NULL;
  guint status;

  if (run->outcome != MINIPAY_TRANSPORT_ANSWERED)
    return run_without_answer (run);
  status = minipay_http_response_get_status (run->answer);
  if (status == 429)
    run_slow_down (run);
  if (status_asks_for_retry (status)) {
    /* a proxy that gave up says nothing about what the gateway did */
    run->has_left |= status >= 500;
    if (run_back_off (run, 0))
      return FALSE;
  }
  answer = minipay_exchange_get_bill (run->exchange) != NULL
               ? minipay_exchange_end_bill (run->exchange, run->answer, &error)
               : g_object_ref (run->answer);
  if (answer != NULL && minipay_exchange_resume (run->exchange, answer, &error))
    return run_after_hook (run);
  if (g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_RATE_LIMITED) && status != 429)
    run_slow_down (run);
  run_fail (run, error);
  return run_conclude (run);
}

/* One turn; TRUE when the run is over, FALSE when the I/O thread will wake it. After FALSE another thread may
 * already be working on it. */
static gboolean
run_turn (Run *run)
{
  switch (run->phase) {
  case RUN_ANSWERED:
    return run_answered (run);
  case RUN_SEND:
    return run_send (run);
  case RUN_START:
  case RUN_BEGIN:
  default:
    return run_begin (run);
  }
}

static void
run_turn_on_worker (gpointer data)
{
  Run *run = data;

  if (!run_turn (run))
    return;
  if (run->task == NULL && run->error != NULL)
    g_info ("account %s: %s",
            minipay_account_config_get_name (minipay_exchange_get_config (run->exchange)),
            run->error->message);
  else if (run->task != NULL && run->result != NULL)
    g_task_return_pointer (run->task, g_steal_pointer (&run->result), g_object_unref);
  else if (run->task != NULL)
    g_task_return_error (run->task, g_steal_pointer (&run->error));
  run_free (run);
}

void
minipay_exchange_run_detached (MinipayExchange *self, const MinipayExchangeSetup *setup, GObject *source)
{
  minipay_worker_push (run_turn_on_worker, run_new (self, setup, source, NULL));
}

void
minipay_exchange_run_async (MinipayExchange *self,
                            const MinipayExchangeSetup *setup,
                            GObject *source,
                            GCancellable *cancellable,
                            gpointer source_tag,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  Run *run = run_new (self, setup, source, cancellable);

  run->task = g_task_new (source, cancellable, callback, user_data);
  g_task_set_source_tag (run->task, source_tag);
  /* an answer that arrived is never traded for a late cancel */
  g_task_set_check_cancellable (run->task, FALSE);
  minipay_worker_push (run_turn_on_worker, run);
}

GObject *
minipay_exchange_run (MinipayExchange *self,
                      const MinipayExchangeSetup *setup,
                      GObject *source,
                      GCancellable *cancellable,
                      GError **error)
{
  Run *run = run_new (self, setup, source, cancellable);
  GObject *result;

  run->is_blocking = TRUE;
  minipay_signing_init ();
  while (!run_turn (run)) {
    g_mutex_lock (&run->mutex);
    while (!run->is_awake)
      g_cond_wait (&run->cond, &run->mutex);
    run->is_awake = FALSE;
    g_mutex_unlock (&run->mutex);
  }
  result = g_steal_pointer (&run->result);
  if (result == NULL)
    g_propagate_error (error, g_steal_pointer (&run->error));
  run_free (run);
  return result;
}
