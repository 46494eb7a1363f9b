/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-resolve-private.h"
#include "core/minipay-error-private.h"
#include "core/minipay-payment-private.h"
#include "provider/minipay-limits-private.h"

/* A buyer's code is charged at once, or the buyer is asked for a password: then the order is asked about until it
 * is decided, and taken back when it is not. Whoever stands at the till wants one answer. */

static gboolean
account_has (MinipayAccount *self, const char *operation)
{
  return minipay_limits_check_operation (
      minipay_account_get_info (self), minipay_account_get_config (self), operation, NULL);
}

/* Whether there is something to find out about what creating it gave. */
static gboolean
code_is_open (MinipayAccount *self, MinipayCheckout *checkout, const GError *error)
{
  if (!account_has (self, "query"))
    return FALSE;
  if (checkout == NULL)
    return g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  return minipay_checkout_get_kind (checkout) == MINIPAY_CHECKOUT_KIND_PENDING;
}

static void
code_init_resolve (MinipayAccount *self, MinipayResolve *resolve, MinipayOrder *order)
{
  const MinipayAccountHouse *house = minipay_account_get_house (self);
  /* the journal has the total: it is compared where the gateway says one */
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (minipay_order_get_out_trade_no (order));

  minipay_resolve_init (resolve,
                        ref,
                        account_has (self, "reverse") ? MINIPAY_RESOLVE_FLAGS_REVERSE : MINIPAY_RESOLVE_FLAGS_NONE,
                        house->code_interval_ms,
                        house->code_patience_ms);
  /* it was answered a moment ago: the first question has time */
  resolve->step = MINIPAY_RESOLVE_WAIT;
}

/* What the till hears; @payment and @failure are what asking gave. */
static MinipayCheckout *
code_conclude (MinipayOrder *order, MinipayPayment *payment, const GError *failure, GError **error)
{
  const char *number = minipay_order_get_out_trade_no (order);

  if (payment == NULL) {
    g_propagate_error (error,
                       minipay_error_recode (
                           failure, MINIPAY_ERROR_OUTCOME_UNKNOWN, "the code payment is not decided, resolve it"));
    return NULL;
  }
  /* what nobody signed and the journal did not take over decides nothing, neither that it is paid nor that it is
   * not */
  if (!minipay_payment_get_authenticated (payment) && !minipay_payment_is_settled (payment)) {
    g_set_error (
        error,
        MINIPAY_ERROR,
        MINIPAY_ERROR_OUTCOME_UNKNOWN,
        "nobody signed what the gateway says of order %s, and its number is not known: look into its console",
        number);
    return NULL;
  }
  switch (minipay_payment_get_state (payment)) {
  case MINIPAY_PAYMENT_STATE_PAID:
  case MINIPAY_PAYMENT_STATE_REFUNDED:
    return minipay_checkout_new_for_payment (MINIPAY_CHECKOUT_KIND_DONE, payment);
  case MINIPAY_PAYMENT_STATE_CLOSED:
  case MINIPAY_PAYMENT_STATE_FAILED:
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_REFUSED,
                 "the buyer did not pay, and order %s is over: ask for a new code, under a new number",
                 number);
    return NULL;
  case MINIPAY_PAYMENT_STATE_UNKNOWN:
  case MINIPAY_PAYMENT_STATE_PENDING:
  default:
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_OUTCOME_UNKNOWN,
                 "the buyer is still being asked, and order %s is open: resolve it",
                 number);
    return NULL;
  }
}

MinipayCheckout *
minipay_account_create_code_payment (MinipayAccount *self,
                                     MinipayOrder *order,
                                     GCancellable *cancellable,
                                     GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (MinipayCheckout) checkout = (MinipayCheckout *) minipay_account_run (
      self, MINIPAY_OPERATION_CREATE, G_OBJECT (order), cancellable, &failure);
  g_autoptr (MinipayPayment) payment = NULL;
  MinipayResolve resolve;

  if (code_is_open (self, checkout, failure)) {
    g_clear_error (&failure);
    code_init_resolve (self, &resolve, order);
    payment = minipay_account_resolve_now (self, &resolve, cancellable, &failure);
    minipay_resolve_clear (&resolve);
    return code_conclude (order, payment, failure, error);
  }
  if (checkout == NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return g_steal_pointer (&checkout);
}

static void
on_code_resolved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) failure = NULL;
  g_autoptr (MinipayPayment) payment = g_task_propagate_pointer (G_TASK (result), &failure);
  GError *error = NULL;
  MinipayCheckout *checkout = code_conclude (g_task_get_task_data (task), payment, failure, &error);

  if (checkout != NULL)
    g_task_return_pointer (task, checkout, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
on_code_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MinipayAccount *self = MINIPAY_ACCOUNT (source);
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (MinipayCheckout) checkout = g_task_propagate_pointer (G_TASK (result), &error);
  MinipayResolve *resolve;
  GCancellable *cancellable;
  GTask *asking;

  if (!code_is_open (self, checkout, error)) {
    if (checkout != NULL)
      g_task_return_pointer (task, g_steal_pointer (&checkout), g_object_unref);
    else
      g_task_return_error (task, error);
    return;
  }
  g_clear_error (&error);
  resolve = g_new (MinipayResolve, 1);
  code_init_resolve (self, resolve, g_task_get_task_data (task));
  cancellable = g_task_get_cancellable (task);
  asking = g_task_new (self, cancellable, on_code_resolved, g_steal_pointer (&task));
  minipay_account_resolve_on_task (resolve, asking);
}

void
minipay_account_start_code_payment (MinipayAccount *self,
                                    MinipayOrder *order,
                                    GCancellable *cancellable,
                                    gpointer source_tag,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, g_object_ref (order), g_object_unref);
  minipay_account_start (
      self, MINIPAY_OPERATION_CREATE, G_OBJECT (order), cancellable, source_tag, on_code_created, task);
}
