/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-resolve-private.h"
#include "core/minipay-error.h"
#include "provider/minipay-limits-private.h"

#define INTERVAL_MS 5000
#define MAX_ENDS    4

static G_DEFINE_QUARK (minipay - resolve - open - ref, open_ref)

    static MinipayPaymentRef *open_ref_new (MinipayPaymentRef *ref)
{
  MinipayPaymentRef *marked = g_object_new (MINIPAY_TYPE_PAYMENT_REF,
                                            "out-trade-no",
                                            minipay_payment_ref_get_out_trade_no (ref),
                                            "transaction-id",
                                            minipay_payment_ref_get_transaction_id (ref),
                                            "total",
                                            minipay_payment_ref_get_total (ref),
                                            "extras",
                                            minipay_payment_ref_get_extras (ref),
                                            NULL);

  g_object_set_qdata (G_OBJECT (marked), open_ref_quark (), GINT_TO_POINTER (TRUE));
  return marked;
}

gboolean
minipay_resolve_is_open_ref (MinipayPaymentRef *ref)
{
  return g_object_get_qdata (G_OBJECT (ref), open_ref_quark ()) != NULL;
}

void
minipay_resolve_init (
    MinipayResolve *self, MinipayPaymentRef *ref, MinipayResolveFlags flags, guint interval_ms, guint patience_ms)
{
  *self = (MinipayResolve){ .ref = g_object_ref (ref), .flags = flags, .interval_ms = interval_ms };
  self->open_ref = open_ref_new (ref);
  self->give_up_us = g_get_monotonic_time () + (gint64) patience_ms * 1000;
  self->step = MINIPAY_RESOLVE_ASK;
}

void
minipay_resolve_clear (MinipayResolve *self)
{
  g_clear_object (&self->ref);
  g_clear_object (&self->open_ref);
  g_clear_object (&self->payment);
  g_clear_error (&self->error);
}

MinipayOperation
minipay_resolve_get_operation (const MinipayResolve *self)
{
  if (self->step != MINIPAY_RESOLVE_END)
    return MINIPAY_OPERATION_QUERY;
  return (self->flags & MINIPAY_RESOLVE_FLAGS_REVERSE) != 0 ? MINIPAY_OPERATION_REVERSE : MINIPAY_OPERATION_CLOSE;
}

MinipayPaymentRef *
minipay_resolve_get_ref (const MinipayResolve *self)
{
  return self->step == MINIPAY_RESOLVE_END ? self->open_ref : self->ref;
}

static gboolean
payment_is_final (MinipayPayment *payment)
{
  switch (minipay_payment_get_state (payment)) {
  case MINIPAY_PAYMENT_STATE_PAID:
  case MINIPAY_PAYMENT_STATE_REFUNDED:
  case MINIPAY_PAYMENT_STATE_CLOSED:
  case MINIPAY_PAYMENT_STATE_FAILED:
    return TRUE;
  case MINIPAY_PAYMENT_STATE_UNKNOWN:
  case MINIPAY_PAYMENT_STATE_PENDING:
  default:
    return FALSE;
  }
}

/* Trouble on the way, which may be over the next time; anything else stays as it is however often one asks. */
static gboolean
error_may_pass (const GError *error, gboolean is_code)
{
  if (error->domain != MINIPAY_ERROR)
    return FALSE;
  switch ((MinipayError) error->code) {
  case MINIPAY_ERROR_NOT_SENT:
  case MINIPAY_ERROR_OUTCOME_UNKNOWN:
  case MINIPAY_ERROR_RATE_LIMITED:
  case MINIPAY_ERROR_SIGNATURE_INVALID:
  case MINIPAY_ERROR_STALE:
  case MINIPAY_ERROR_PROTOCOL:
  case MINIPAY_ERROR_LIMIT:
    return TRUE;
  case MINIPAY_ERROR_NOT_FOUND:
    /* what was sent a moment ago may still arrive */
    return is_code;
  default:
    return FALSE;
  }
}

/* What to do about an order that is not decided. */
static MinipayResolveStep
resolve_go_on (MinipayResolve *self)
{
  const gboolean may_end =
      (self->flags & (MINIPAY_RESOLVE_FLAGS_CLOSE | MINIPAY_RESOLVE_FLAGS_REVERSE)) != 0 && self->n_ends < MAX_ENDS;
  const gboolean is_late =
      g_get_monotonic_time () + (gint64) self->interval_ms * 1000 > self->give_up_us || self->n_ends > 0;

  if (self->is_last)
    return MINIPAY_RESOLVE_DONE;
  if (!is_late)
    return MINIPAY_RESOLVE_WAIT;
  return may_end ? MINIPAY_RESOLVE_END : MINIPAY_RESOLVE_DONE;
}

static void
resolve_take_answer (MinipayResolve *self, MinipayPayment *payment, GError *error)
{
  const gboolean is_code = (self->flags & MINIPAY_RESOLVE_FLAGS_REVERSE) != 0;

  g_clear_error (&self->error);
  self->error = error;
  if (payment != NULL)
    g_set_object (&self->payment, payment);
  if (payment != NULL ? payment_is_final (payment) : !error_may_pass (error, is_code))
    self->step = MINIPAY_RESOLVE_DONE;
  else
    self->step = resolve_go_on (self);
}

static void
resolve_take_end (MinipayResolve *self, MinipayPayment *payment, GError *error)
{
  g_clear_error (&self->error);
  self->error = error;
  self->n_ends++;
  if (payment != NULL) {
    /* the gateway says that it is over: who paid in the last moment is seen by asking once more */
    g_set_object (&self->payment, payment);
    self->is_last = TRUE;
    self->step = (self->flags & MINIPAY_RESOLVE_FLAGS_REVERSE) != 0 ? MINIPAY_RESOLVE_DONE : MINIPAY_RESOLVE_ASK;
  } else if (g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_ALREADY_PAID)) {
    self->is_last = TRUE;
    self->step = MINIPAY_RESOLVE_ASK;
  } else if (error_may_pass (error, FALSE) && self->n_ends < MAX_ENDS) {
    self->step = MINIPAY_RESOLVE_WAIT;
  } else {
    g_clear_object (&self->payment);
    self->step = MINIPAY_RESOLVE_DONE;
  }
}

void
minipay_resolve_take (MinipayResolve *self, MinipayPayment *payment, GError *error)
{
  if (self->step == MINIPAY_RESOLVE_END)
    resolve_take_end (self, payment, error);
  else
    resolve_take_answer (self, payment, error);
}

/* What was told last counts, unless what went wrong afterwards puts it in doubt. */
static MinipayPayment *
resolve_dup_result (MinipayResolve *self, GError **error)
{
  if (self->error == NULL || (self->payment != NULL && error_may_pass (self->error, TRUE) && self->n_ends == 0))
    return g_object_ref (self->payment);
  g_propagate_error (error, g_steal_pointer (&self->error));
  return NULL;
}

/* --- In the calling thread --- */

static gboolean
wait_for (guint milliseconds, GCancellable *cancellable)
{
  GPollFD fd;

  if (!g_cancellable_make_pollfd (cancellable, &fd)) {
    g_usleep ((gulong) milliseconds * 1000);
    return TRUE;
  }
  g_poll (&fd, 1, (int) milliseconds);
  g_cancellable_release_fd (cancellable);
  return !g_cancellable_is_cancelled (cancellable);
}

MinipayPayment *
minipay_account_resolve_now (MinipayAccount *self,
                             MinipayResolve *resolve,
                             GCancellable *cancellable,
                             GError **error)
{
  while (resolve->step != MINIPAY_RESOLVE_DONE) {
    g_autoptr (MinipayPayment) payment = NULL;
    GError *local_error = NULL;

    if (resolve->step == MINIPAY_RESOLVE_WAIT) {
      if (!wait_for (resolve->interval_ms, cancellable))
        break;
      resolve->step = MINIPAY_RESOLVE_ASK;
      continue;
    }
    payment = (MinipayPayment *) minipay_account_run (self,
                                                      minipay_resolve_get_operation (resolve),
                                                      G_OBJECT (minipay_resolve_get_ref (resolve)),
                                                      cancellable,
                                                      &local_error);
    minipay_resolve_take (resolve, payment, local_error);
  }
  if (resolve->step != MINIPAY_RESOLVE_DONE && resolve->payment == NULL && resolve->error == NULL)
    g_cancellable_set_error_if_cancelled (cancellable, &resolve->error);
  return resolve_dup_result (resolve, error);
}

/* --- On a main context --- */

static void resolve_run_step (GTask *task);

static void
resolve_free (gpointer data)
{
  minipay_resolve_clear (data);
  g_free (data);
}

static void
on_resolve_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  MinipayResolve *resolve = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (MinipayPayment) payment = g_task_propagate_pointer (G_TASK (result), &error);

  minipay_resolve_take (resolve, payment, error);
  resolve_run_step (task);
}

static gboolean
on_resolve_waited (gpointer user_data)
{
  GTask *task = user_data;
  MinipayResolve *resolve = g_task_get_task_data (task);

  resolve->step =
      g_cancellable_is_cancelled (g_task_get_cancellable (task)) ? MINIPAY_RESOLVE_DONE : MINIPAY_RESOLVE_ASK;
  resolve_run_step (task);
  return G_SOURCE_REMOVE;
}

static void
resolve_wait (GTask *task, guint milliseconds)
{
  g_autoptr (GSource) timer = g_timeout_source_new (milliseconds);
  g_autoptr (GSource) cancelled = NULL;

  if (g_task_get_cancellable (task) != NULL) {
    /* whichever comes first ends the wait */
    cancelled = g_cancellable_source_new (g_task_get_cancellable (task));
    g_source_set_dummy_callback (cancelled);
    g_source_add_child_source (timer, cancelled);
  }
  g_source_set_callback (timer, on_resolve_waited, task, NULL);
  g_source_attach (timer, g_task_get_context (task));
}

static void
resolve_finish (GTask *task)
{
  MinipayResolve *resolve = g_task_get_task_data (task);
  GError *error = NULL;
  MinipayPayment *payment = NULL;

  if (resolve->payment == NULL && resolve->error == NULL)
    g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &resolve->error);
  payment = resolve_dup_result (resolve, &error);
  if (payment != NULL)
    g_task_return_pointer (task, payment, g_object_unref);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

static void
resolve_run_step (GTask *task)
{
  MinipayResolve *resolve = g_task_get_task_data (task);

  switch (resolve->step) {
  case MINIPAY_RESOLVE_WAIT:
    resolve_wait (task, resolve->interval_ms);
    break;
  case MINIPAY_RESOLVE_ASK:
  case MINIPAY_RESOLVE_END:
    g_main_context_push_thread_default (g_task_get_context (task));
    minipay_account_start (MINIPAY_ACCOUNT (g_task_get_source_object (task)),
                           minipay_resolve_get_operation (resolve),
                           G_OBJECT (minipay_resolve_get_ref (resolve)),
                           g_task_get_cancellable (task),
                           resolve_run_step,
                           on_resolve_answered,
                           task);
    g_main_context_pop_thread_default (g_task_get_context (task));
    break;
  case MINIPAY_RESOLVE_DONE:
  default:
    resolve_finish (task);
    break;
  }
}

void
minipay_account_resolve_on_task (MinipayResolve *resolve, GTask *task)
{
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, resolve, resolve_free);
  resolve_run_step (task);
}

/* --- What applications call --- */

static gboolean
resolve_check_flags (MinipayAccount *self, MinipayResolveFlags flags, GError **error)
{
  MinipayProviderInfo *info = minipay_account_get_info (self);
  MinipayAccountConfig *config = minipay_account_get_config (self);

  if ((flags & MINIPAY_RESOLVE_FLAGS_CLOSE) != 0 && (flags & MINIPAY_RESOLVE_FLAGS_REVERSE) != 0) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "an order is closed or reversed, not both");
    return FALSE;
  }
  return ((flags & MINIPAY_RESOLVE_FLAGS_CLOSE) == 0 ||
          minipay_limits_check_operation (info, config, "close", error)) &&
         ((flags & MINIPAY_RESOLVE_FLAGS_REVERSE) == 0 ||
          minipay_limits_check_operation (info, config, "reverse", error));
}

/**
 * minipay_account_resolve:
 * @self: an account
 * @ref: which order
 * @flags: what to do with one that stays open
 * @patience_s: for how many seconds to ask, every five; 0 asks once
 * @cancellable: (nullable): stops asking
 * @error: return location for an error
 *
 * Asks the gateway about an order whose outcome is unknown until it is final, and waits. After @patience_s an order
 * that stays open is closed or reversed, where @flags say so, and is asked about once more; else it is told as it
 * is.
 *
 * Errors: as minipay_account_query_payment(), minipay_account_close_payment() and
 * minipay_account_reverse_payment(); %MINIPAY_ERROR_NOT_FOUND says that the order never arrived: it can be created
 * again under the same number.
 *
 * Returns: (transfer full): what the gateway says
 *
 * Since: 0.1
 */
MinipayPayment *
minipay_account_resolve (MinipayAccount *self,
                         MinipayPaymentRef *ref,
                         MinipayResolveFlags flags,
                         guint patience_s,
                         GCancellable *cancellable,
                         GError **error)
{
  MinipayResolve resolve;
  MinipayPayment *payment;

  g_return_val_if_fail (MINIPAY_IS_ACCOUNT (self) && MINIPAY_IS_PAYMENT_REF (ref), NULL);

  if (!resolve_check_flags (self, flags, error))
    return NULL;
  minipay_resolve_init (&resolve, ref, flags, INTERVAL_MS, MIN (patience_s, G_MAXUINT / 1000) * 1000);
  payment = minipay_account_resolve_now (self, &resolve, cancellable, error);
  minipay_resolve_clear (&resolve);
  return payment;
}

/**
 * minipay_account_resolve_async:
 * @self: an account
 * @ref: which order
 * @flags: what to do with one that stays open
 * @patience_s: for how many seconds to ask, every five; 0 asks once
 * @cancellable: (nullable): stops asking
 * @callback: (scope async) (closure user_data): called on the caller's thread-default context
 * @user_data: data for @callback
 *
 * See minipay_account_resolve().
 *
 * Since: 0.1
 */
void
minipay_account_resolve_async (MinipayAccount *self,
                               MinipayPaymentRef *ref,
                               MinipayResolveFlags flags,
                               guint patience_s,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task;
  MinipayResolve *resolve;
  GError *error = NULL;

  g_return_if_fail (MINIPAY_IS_ACCOUNT (self) && MINIPAY_IS_PAYMENT_REF (ref));

  if (!resolve_check_flags (self, flags, &error)) {
    g_task_report_error (self, callback, user_data, minipay_account_resolve_async, error);
    return;
  }
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, minipay_account_resolve_async);
  resolve = g_new (MinipayResolve, 1);
  minipay_resolve_init (resolve, ref, flags, INTERVAL_MS, MIN (patience_s, G_MAXUINT / 1000) * 1000);
  minipay_account_resolve_on_task (resolve, task);
}

/**
 * minipay_account_resolve_finish:
 * @self: an account
 * @result: what the callback got
 * @error: return location for an error
 *
 * Errors: as minipay_account_resolve().
 *
 * Returns: (transfer full): what the gateway says
 *
 * Since: 0.1
 */
MinipayPayment *
minipay_account_resolve_finish (MinipayAccount *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
