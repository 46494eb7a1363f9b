/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/demo-run.h"

#include <stdio.h>

#include "cli/cli-output.h"
#include "cli/demo-after.h"
#include "cli/demo-scene.h"

#define NOTIFICATION_SECONDS 10
#define TOTAL_MINOR          1990

DemoRun *
demo_run_new (const char *account, const char *provider, const char *own_mode, const char *mode)
{
  DemoRun *self = g_new0 (DemoRun, 1);

  self->account = g_strdup (account);
  self->provider = g_strdup (provider);
  self->own_mode = g_strdup (own_mode);
  self->mode = g_strdup (mode);
  self->total = minipay_money_new (TOTAL_MINOR, demo_scene_find (provider, own_mode)->currency);
  return self;
}

void
demo_run_free (DemoRun *self)
{
  g_free (self->account);
  g_free (self->provider);
  g_free (self->mode);
  g_free (self->own_mode);
  g_free (self->out_trade_no);
  minipay_money_free (self->total);
  g_clear_object (&self->checkout);
  g_clear_object (&self->notification);
  g_clear_object (&self->queried);
  g_clear_object (&self->refund);
  g_clear_object (&self->asked);
  g_clear_error (&self->error);
  g_clear_error (&self->refusal);
  g_free (self);
}

static void
on_received (MinipayListener *listener, MinipayReceipt *receipt, gpointer user_data)
{
  DemoRun *self = user_data;
  MinipayNotification *notification = minipay_receipt_get_notification (receipt);
  MinipayPayment *payment;

  if (notification == NULL) {
    g_clear_error (&self->refusal);
    self->refusal = g_error_copy (minipay_receipt_get_failure (receipt));
    return;
  }
  payment = minipay_notification_get_payment (notification);
  if (payment != NULL && g_strcmp0 (minipay_payment_get_out_trade_no (payment), self->out_trade_no) == 0)
    g_set_object (&self->notification, notification);
}

static gboolean
on_timeout (gpointer user_data)
{
  gboolean *is_over = user_data;

  *is_over = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
run_wait_for_notification (DemoRun *self, GError **error)
{
  gboolean is_over = FALSE;
  guint timeout = g_timeout_add_seconds (NOTIFICATION_SECONDS, on_timeout, &is_over);

  while (!is_over && self->notification == NULL && self->refusal == NULL &&
         !g_cancellable_is_cancelled (cli_get_cancellable ()))
    g_main_context_iteration (NULL, TRUE);
  if (!is_over)
    g_source_remove (timeout);

  if (self->notification != NULL)
    return TRUE;
  if (g_cancellable_set_error_if_cancelled (cli_get_cancellable (), error))
    return FALSE;
  if (self->refusal != NULL)
    g_propagate_error (error, g_error_copy (self->refusal));
  else
    g_set_error (
        error, MINIPAY_ERROR, MINIPAY_ERROR_INTERNAL, "no notification came within %d s", NOTIFICATION_SECONDS);
  return FALSE;
}

static gboolean
run_check_notification (DemoRun *self, GError **error)
{
  MinipayPayment *payment = minipay_notification_get_payment (self->notification);

  if (g_strcmp0 (minipay_notification_get_account (self->notification), self->account) != 0)
    return demo_mismatch (error, "the notification belongs to another account");
  if (!minipay_payment_get_authenticated (payment))
    return demo_mismatch (error, "the notification was not verified");
  if (minipay_notification_get_unmatched (self->notification))
    return demo_mismatch (error, "the notification matched no order of the journal");
  if (minipay_notification_get_duplicate (self->notification))
    return demo_mismatch (error, "the notification is called a duplicate");
  if (minipay_payment_get_state (payment) !=
      (self->fails ? MINIPAY_PAYMENT_STATE_FAILED : MINIPAY_PAYMENT_STATE_PAID))
    return demo_mismatch (
        error, self->fails ? "the notification does not say failed" : "the notification does not say paid");
  if (minipay_payment_get_total (payment) == NULL ||
      !minipay_money_equal (minipay_payment_get_total (payment), self->total))
    return demo_mismatch (error, "the notification has another total");
  return TRUE;
}

static gboolean
run_check_query (DemoRun *self, GError **error)
{
  MinipayMoney *total = minipay_payment_get_total (self->queried);

  if (minipay_payment_get_state (self->queried) != MINIPAY_PAYMENT_STATE_PAID)
    return demo_mismatch (error, "the query does not say paid");
  if (g_strcmp0 (minipay_payment_get_out_trade_no (self->queried), self->out_trade_no) != 0)
    return demo_mismatch (error, "the query answers for another order");
  if (total != NULL && !minipay_money_equal (total, self->total))
    return demo_mismatch (error, "the query has another total");
  return TRUE;
}

static gboolean
run_create (DemoRun *self,
            MinipayClient *client,
            MinipayAccount *account,
            MinipayListener *listener,
            DemoSandbox *sandbox,
            GError **error)
{
  MinipayProviderInfo *info = minipay_registry_lookup (minipay_client_get_registry (client), self->provider, error);
  g_autofree char *notify_url = minipay_listener_dup_url (listener, self->account);
  g_autoptr (MinipayOrder) order = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  order = info != NULL ? demo_scene_new_order (self, info, sandbox, notify_url, error) : NULL;
  if (order == NULL)
    return FALSE;
  minipay_account_create_payment_async (account, order, cli_get_cancellable (), cli_on_done, &result);
  self->checkout = minipay_account_create_payment_finish (account, cli_wait (&result), error);
  return self->checkout != NULL;
}

/* Not every gateway can be asked. */
static gboolean
run_query (DemoRun *self, MinipayAccount *account, GError **error)
{
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (self->out_trade_no);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) local_error = NULL;

  minipay_account_query_payment_async (account, ref, cli_get_cancellable (), cli_on_done, &result);
  self->queried = minipay_account_query_payment_finish (account, cli_wait (&result), &local_error);
  if (g_error_matches (local_error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED))
    return TRUE;
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return self->queried != NULL && run_check_query (self, error);
}

gboolean
demo_run_perform (DemoRun *self, MinipayClient *client, MinipayListener *listener, DemoSandbox *sandbox)
{
  MinipayAccount *account = NULL;
  gulong handler;

  if (self->error != NULL)
    return FALSE;
  account = minipay_client_get_account (client, self->account, &self->error);
  if (account == NULL)
    return FALSE;
  self->out_trade_no = cli_new_out_trade_no (&self->error);
  if (self->out_trade_no == NULL)
    return FALSE;

  handler = g_signal_connect (listener, "received", G_CALLBACK (on_received), self);
  if (run_create (self, client, account, listener, sandbox, &self->error) &&
      demo_sandbox_pay (sandbox, self->account, self->out_trade_no, self->fails, &self->error) &&
      run_wait_for_notification (self, &self->error) && run_check_notification (self, &self->error) &&
      run_query (self, account, &self->error) && !self->fails)
    demo_after_perform (self, account, sandbox, &self->error);
  g_signal_handler_disconnect (listener, handler);
  return self->error == NULL;
}

static MinipayPaymentState
run_get_state (const DemoRun *self)
{
  if (self->queried != NULL)
    return minipay_payment_get_state (self->queried);
  if (self->notification != NULL)
    return minipay_payment_get_state (minipay_notification_get_payment (self->notification));
  return self->checkout != NULL ? MINIPAY_PAYMENT_STATE_PENDING : MINIPAY_PAYMENT_STATE_UNKNOWN;
}

static void
run_print_json (const DemoRun *self)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();

  json_builder_begin_object (json);
  cli_json_add_string (json, "provider", self->provider);
  cli_json_add_string (json, "mode", self->mode);
  cli_json_add_string (json, "account", self->account);
  cli_json_add_string (json, "out_trade_no", self->out_trade_no);
  if (self->checkout != NULL)
    cli_json_add_checkout (json, "checkout", self->checkout);
  else
    cli_json_add_string (json, "checkout", NULL);
  cli_json_add_string (json, "state", cli_nick (MINIPAY_TYPE_PAYMENT_STATE, (int) run_get_state (self)));
  cli_json_add_money (json, "total", self->total);
  cli_json_add_refund (json, "refund", self->asked != NULL ? self->asked : self->refund);
  cli_json_add_integer (json, "bill_rows", (gint64) self->n_bill_rows);
  cli_json_add_boolean (json, "ok", self->error == NULL);
  if (self->error != NULL)
    cli_json_add_error (json, self->error);
  json_builder_end_object (json);
  cli_print_json (json);
}

static void
run_print_text (const DemoRun *self)
{
  g_autofree char *total = minipay_money_to_string (self->total);

  fprintf (
      stdout, "%s, %s (account %s)\n", self->provider != NULL ? self->provider : "?", self->mode, self->account);
  if (self->out_trade_no != NULL)
    fprintf (stdout,
             "  order         %s: %s for \"%s\"\n",
             self->out_trade_no,
             total,
             demo_scene_find (self->provider, self->own_mode)->subject);
  if (self->checkout != NULL) {
    MinipayCheckoutKind kind = minipay_checkout_get_kind (self->checkout);

    fprintf (stdout,
             "  checkout      %s, %s\n",
             cli_nick (MINIPAY_TYPE_CHECKOUT_KIND, (int) kind),
             kind == MINIPAY_CHECKOUT_KIND_PENDING ? "nothing to open: the result comes by notification"
                                                   : "with these parameters for the cashier:");
    cli_print_checkout_params (self->checkout, "                  ", 40);
  }
  if (self->notification != NULL) {
    MinipayPayment *payment = minipay_notification_get_payment (self->notification);
    MinipayMoney *told = minipay_payment_get_total (payment);
    const char *number = minipay_payment_get_transaction_id (payment);
    g_autofree char *money = told != NULL ? minipay_money_to_string (told) : g_strdup ("no total");

    fprintf (stdout,
             "  notification  %s, says %s, %s; gateway's number %s\n",
             minipay_payment_get_authenticated (payment) ? "verified" : "not verified",
             cli_nick (MINIPAY_TYPE_PAYMENT_STATE, (int) minipay_payment_get_state (payment)),
             money,
             number != NULL ? number : "not told");
  }
  if (self->queried != NULL)
    fprintf (stdout,
             "  query         the gateway says %s\n",
             cli_nick (MINIPAY_TYPE_PAYMENT_STATE, (int) minipay_payment_get_state (self->queried)));
  demo_after_print (self);
  if (self->error != NULL)
    fprintf (stdout, "  FAILED        %s\n\n", self->error->message);
  else
    fprintf (stdout,
             "  ok            %s with the order\n\n",
             self->queried != NULL ? "notification and query agree" : "the notification agrees");
  fflush (stdout);
}

void
demo_run_print (const DemoRun *self, gboolean json)
{
  if (json)
    run_print_json (self);
  else
    run_print_text (self);
}
