/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "client/minipay-account-private.h"
#include "client/minipay-client-private.h"
#include "client/minipay-compare-private.h"
#include "core/minipay-enum-types.h"
#include "core/minipay-error-private.h"
#include "core/minipay-notification-private.h"
#include "core/minipay-receipt-private.h"
#include "core/minipay-refund.h"
#include "core/minipay-report.h"
#include "provider/minipay-limits-private.h"
#include "provider/minipay-worker-private.h"

#define MAX_BODY_BYTES   (256 * 1024)
#define MAX_HEADER_LINES 64
#define MAX_HEADER_BYTES 16384

/* Before anything is looked at. */
static gboolean
receive_check_limits (MinipayHttpRequest *request, GError **error)
{
  GBytes *body = minipay_http_request_get_body (request);
  MinipayHeaders *headers = minipay_http_request_get_headers (request);
  gsize n_body = body != NULL ? g_bytes_get_size (body) : 0;
  gsize n_headers = 0;

  for (guint i = 0; i < minipay_headers_get_length (headers); i++)
    n_headers += strlen (minipay_headers_get_name (headers, i)) + strlen (minipay_headers_get_value (headers, i));
  if (n_body <= MAX_BODY_BYTES && n_headers <= MAX_HEADER_BYTES &&
      minipay_headers_get_length (headers) <= MAX_HEADER_LINES)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_LIMIT,
               "notification has %" G_GSIZE_FORMAT " bytes of body and %" G_GSIZE_FORMAT
               " in %u header lines, allowed are %d, %d and %d",
               n_body,
               n_headers,
               minipay_headers_get_length (headers),
               MAX_BODY_BYTES,
               MAX_HEADER_BYTES,
               MAX_HEADER_LINES);
  return FALSE;
}

static const char *
enum_get_nick (GType type, int number)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  GEnumValue *value = g_enum_get_value (klass, number);

  return value != NULL ? value->value_nick : "-";
}

/* A gateway without event numbers: what it is about and what is said of it is the event. */
static char *
receive_dup_event_id (
    MinipayExchange *x, const char *prefix, const char *number, const char *gateway_number, const char *state)
{
  if (minipay_exchange_get_event_id (x) != NULL)
    return g_strdup (minipay_exchange_get_event_id (x));
  return g_strdup_printf ("%s%s/%s/%s", prefix, number, gateway_number != NULL ? gateway_number : "-", state);
}

static MinipayIntent *
receive_find (MinipayAccount *self, MinipayIntentKind kind, const char *number, GError **error)
{
  return minipay_store_find (
      minipay_account_get_house (self)->store, minipay_account_get_name (self), kind, number, error);
}

/* Who says yes to a message ends its deliveries: it must say something, of something. */
static gboolean
receive_check_content (const char *number, gboolean is_state_known, GError **error)
{
  if (!is_state_known)
    g_set_error (
        error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the notification has a state that minipay does not know");
  else if (number == NULL || *number == '\0')
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH, "the notification does not name what it is about");
  else
    return TRUE;
  return FALSE;
}

/* What nobody signed is taken when the journal has it from a better source, and else is a reason to ask. */
static gboolean
receive_check_signed (gboolean is_signed, MinipayIntent *known, MinipayIntentState state, GError **error)
{
  if (is_signed ||
      (known != NULL && minipay_intent_get_state (known) == state && state != MINIPAY_INTENT_STATE_PENDING))
    return TRUE;
  g_set_error (
      error,
      MINIPAY_ERROR,
      MINIPAY_ERROR_SIGNATURE_INVALID,
      "the gateway signs no notifications of this kind, and the journal does not say so yet: the gateway is "
      "asked");
  return FALSE;
}

/* Compares with the journal, then commits; only then is there a notification. */
static MinipayNotification *
receive_commit_payment (MinipayAccount *self, MinipayExchange *x, MinipayPayment *payment, GError **error)
{
  const char *account = minipay_account_get_name (self);
  const char *number = minipay_payment_get_out_trade_no (payment);
  const MinipayPaymentState state = minipay_payment_get_state (payment);
  const MinipayIntentState intent_state = minipay_payment_state_to_intent (state);
  const char *transaction_id = minipay_payment_get_transaction_id (payment);
  g_autofree char *event_id =
      receive_dup_event_id (x, "", number, transaction_id, enum_get_nick (MINIPAY_TYPE_PAYMENT_STATE, (int) state));
  g_autoptr (MinipayIntent) known = NULL;
  g_autoptr (MinipayIntent) now = NULL;
  g_autoptr (GError) local_error = NULL;
  gboolean is_first = FALSE;

  if (!minipay_compare_payment (
          payment, minipay_account_get_info (self), minipay_account_get_config (self), "receive", error) ||
      !receive_check_content (number, state != MINIPAY_PAYMENT_STATE_UNKNOWN, error))
    return NULL;
  known = receive_find (self, MINIPAY_INTENT_KIND_PAYMENT, number, &local_error);
  if (local_error == NULL && minipay_compare_with_intent (payment, known, &local_error) &&
      !receive_check_signed (minipay_payment_get_authenticated (payment), known, intent_state, &local_error))
    minipay_account_ask_about (self, number);
  if (local_error == NULL)
    now = minipay_store_accept (minipay_account_get_house (self)->store,
                                account,
                                event_id,
                                MINIPAY_INTENT_KIND_PAYMENT,
                                number,
                                intent_state,
                                minipay_payment_get_binding_id (payment),
                                &is_first,
                                &local_error);
  if (local_error == NULL)
    return minipay_notification_new_verified (account, event_id, G_OBJECT (payment), now == NULL, !is_first);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

static MinipayNotification *
receive_commit_refund (MinipayAccount *self, MinipayExchange *x, MinipayRefund *refund, GError **error)
{
  const char *account = minipay_account_get_name (self);
  const char *number = minipay_refund_get_out_refund_no (refund);
  const MinipayRefundState state = minipay_refund_get_state (refund);
  const MinipayIntentState intent_state = minipay_refund_state_to_intent (state);
  g_autofree char *event_id = receive_dup_event_id (x,
                                                    "refund/",
                                                    number,
                                                    minipay_refund_get_refund_id (refund),
                                                    enum_get_nick (MINIPAY_TYPE_REFUND_STATE, (int) state));
  g_autoptr (MinipayIntent) known = NULL;
  g_autoptr (MinipayIntent) now = NULL;
  g_autoptr (GError) local_error = NULL;
  gboolean is_first = FALSE;

  if (!minipay_compare_refund (
          refund, minipay_account_get_info (self), minipay_account_get_config (self), "receive", error) ||
      !receive_check_content (number, state != MINIPAY_REFUND_STATE_UNKNOWN, error))
    return NULL;
  known = receive_find (self, MINIPAY_INTENT_KIND_REFUND, number, &local_error);
  if (local_error == NULL && minipay_compare_refund_with_intent (refund, known, &local_error) &&
      !receive_check_signed (minipay_refund_get_authenticated (refund), known, intent_state, &local_error))
    minipay_account_ask_about_refund (self, number);
  if (local_error == NULL)
    now = minipay_store_accept (minipay_account_get_house (self)->store,
                                account,
                                event_id,
                                MINIPAY_INTENT_KIND_REFUND,
                                number,
                                intent_state,
                                minipay_refund_get_refund_id (refund),
                                &is_first,
                                &local_error);
  if (local_error == NULL)
    return minipay_notification_new_verified (account, event_id, G_OBJECT (refund), now == NULL, !is_first);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

/* Of these the journal knows no lines: that they came is all there is to write down. */
static MinipayNotification *
receive_commit_report (MinipayAccount *self, MinipayExchange *x, MinipayReport *report, GError **error)
{
  const char *account = minipay_account_get_name (self);
  const char *event_id = minipay_exchange_get_event_id (x);
  g_autoptr (MinipayIntent) none = NULL;
  g_autoptr (GError) local_error = NULL;
  gboolean is_first = FALSE;

  if (event_id == NULL || minipay_report_get_name (report) == NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PLUGIN,
                 "provider %s reports an event without its name or its number",
                 minipay_provider_info_get_id (minipay_account_get_info (self)));
    return NULL;
  }
  /* and so there is nothing that could confirm one that nobody signed */
  if (!minipay_report_get_authenticated (report)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PLUGIN,
                 "provider %s reports an event that nobody signed",
                 minipay_provider_info_get_id (minipay_account_get_info (self)));
    return NULL;
  }
  none = minipay_store_accept (minipay_account_get_house (self)->store,
                               account,
                               event_id,
                               MINIPAY_INTENT_KIND_CALL,
                               event_id,
                               MINIPAY_INTENT_STATE_PENDING,
                               NULL,
                               &is_first,
                               &local_error);
  if (local_error == NULL)
    return minipay_notification_new_verified (account, event_id, G_OBJECT (report), FALSE, !is_first);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

static MinipayNotification *
receive_commit (MinipayAccount *self, MinipayExchange *x, GError **error)
{
  GObject *result = minipay_exchange_get_result (x);

  if (MINIPAY_IS_REFUND (result))
    return receive_commit_refund (self, x, MINIPAY_REFUND (result), error);
  if (MINIPAY_IS_REPORT (result))
    return receive_commit_report (self, x, MINIPAY_REPORT (result), error);
  return receive_commit_payment (self, x, MINIPAY_PAYMENT (result), error);
}

/* A provider that cannot even answer: the plain statuses that every gateway understands. */
static MinipayHttpResponse *
receive_reply (GObject *source, gboolean accepted, GVariant *values, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  MinipayHttpResponse *reply =
      minipay_exchange_acknowledge (MINIPAY_EXCHANGE (source), accepted, values, &local_error);

  if (reply != NULL)
    return reply;
  if (values != NULL) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return NULL;
  }
  g_warning ("no acknowledgement: %s", local_error->message);
  return minipay_http_response_new (accepted ? 200 : 500, NULL);
}

MinipayReceipt *
minipay_account_receive (MinipayAccount *self, MinipayHttpRequest *request)
{
  MinipayProviderInfo *info = minipay_account_get_info (self);
  MinipayAccountConfig *config = minipay_account_get_config (self);
  g_autoptr (MinipayExchange) x = NULL;
  g_autoptr (MinipayNotification) notification = NULL;
  g_autoptr (GError) error = NULL;

  x = minipay_exchange_new (minipay_account_get_payment_provider (self),
                            info,
                            config,
                            MINIPAY_OPERATION_RECEIVE,
                            NULL,
                            MINIPAY_WALLET_ANY,
                            &minipay_real_environment);
  if (minipay_limits_check_operation (info, config, "receive", &error) && receive_check_limits (request, &error) &&
      minipay_exchange_receive (x, request, &error))
    notification = receive_commit (self, x, &error);

  if (notification == NULL)
    g_info ("account %s: notification refused: %s", minipay_account_config_get_name (config), error->message);
  minipay_account_refresh_if_due (self, minipay_exchange_has_unknown_key (x));
  if (notification == NULL && minipay_exchange_get_suggested_query (x) != NULL)
    minipay_account_ask_about (self, minipay_exchange_get_suggested_query (x));
  return minipay_receipt_new (notification, error, receive_reply, G_OBJECT (x));
}

/**
 * minipay_client_receive:
 * @self: a client
 * @request: a message from the internet, raw
 * @cancellable: (nullable): not looked at: judging is quick
 * @error: return location for an error
 *
 * The one door for every notification of every account: finds the account by the last segment of the target's
 * path, verifies, compares with the journal, writes down, and only then says yes. A message that is refused
 * gives a receipt, too, which says why and what to answer.
 *
 * Errors: only those of the caller's own making: %MINIPAY_ERROR_NOT_FOUND when the target names no account;
 * %MINIPAY_ERROR_CONFIG and %MINIPAY_ERROR_PLUGIN when the account cannot start.
 *
 * Returns: (transfer full): what came of it
 *
 * Since: 0.1
 */
MinipayReceipt *
minipay_client_receive (MinipayClient *self, MinipayHttpRequest *request, GCancellable *cancellable, GError **error)
{
  g_autofree char *name = NULL;
  MinipayAccount *account;

  g_return_val_if_fail (MINIPAY_IS_CLIENT (self) && MINIPAY_IS_HTTP_REQUEST (request), NULL);

  name = minipay_client_dup_route (self, request);
  if (name == NULL) {
    g_autofree char *quoted = minipay_error_quote (minipay_http_request_get_target (request), -1);

    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_NOT_FOUND,
                 "the last segment of \"%s\" names none of the accounts",
                 quoted);
    return NULL;
  }
  account = minipay_client_get_account (self, name, error);
  return account != NULL ? minipay_account_receive (account, request) : NULL;
}

static void
client_receive_on_worker (gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  MinipayReceipt *receipt =
      minipay_client_receive (g_task_get_source_object (task), g_task_get_task_data (task), NULL, &error);

  if (receipt != NULL)
    g_task_return_pointer (task, receipt, g_object_unref);
  else
    g_task_return_error (task, error);
}

/**
 * minipay_client_receive_async:
 * @self: a client
 * @request: a message from the internet, raw
 * @cancellable: (nullable): not looked at: judging is quick
 * @callback: (scope async) (closure user_data): called on the caller's thread-default context
 * @user_data: data for @callback
 *
 * As minipay_client_receive(), without waiting for the journal.
 *
 * Since: 0.1
 */
void
minipay_client_receive_async (MinipayClient *self,
                              MinipayHttpRequest *request,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MINIPAY_IS_CLIENT (self) && MINIPAY_IS_HTTP_REQUEST (request));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, minipay_client_receive_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, g_object_ref (request), g_object_unref);
  minipay_worker_push (client_receive_on_worker, task);
}

/**
 * minipay_client_receive_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Errors: as minipay_client_receive().
 *
 * Returns: (transfer full): what came of it
 *
 * Since: 0.1
 */
MinipayReceipt *
minipay_client_receive_finish (MinipayClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
