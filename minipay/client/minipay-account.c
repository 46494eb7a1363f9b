/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-account.h"

#include "client/minipay-resolve-private.h"
#include "provider/minipay-call-request-private.h"
#include "provider/minipay-limits-private.h"
#include "provider/minipay-provider-info-private.h"

/**
 * MinipayAccount:
 *
 * One merchant account at one gateway. Get it from minipay_client_get_account(). Safe from any thread;
 * callbacks run on the thread-default context of the caller.
 *
 * An operation that can move money ends in exactly one of: a result; a refusal (%MINIPAY_ERROR_REFUSED and
 * its relatives); %MINIPAY_ERROR_NOT_SENT, safe to repeat; %MINIPAY_ERROR_OUTCOME_UNKNOWN: query it, and
 * never order again under a new number.
 *
 * Since: 0.1
 */
struct _MinipayAccount {
  GObject parent_instance;

  MinipayProviderInfo *info;
  MinipayAccountConfig *config;
  MinipayPaymentProvider *provider;
  MinipayAccountHouse house; /* transport and store are referenced */

  GMutex refresh_mutex;
  gint64 refreshed_at_us; /* monotonic */

  GMutex asked_mutex;
  GHashTable *asked; /* out_trade_no (char *) to when it was asked about (gint64 *), monotonic */
};

G_DEFINE_FINAL_TYPE (MinipayAccount, minipay_account, G_TYPE_OBJECT)

static void
minipay_account_dispose (GObject *object)
{
  MinipayAccount *self = MINIPAY_ACCOUNT (object);

  g_clear_object (&self->provider);
  g_clear_object (&self->config);
  g_clear_object (&self->info);
  g_clear_object (&self->house.transport);
  g_clear_object (&self->house.store);
  G_OBJECT_CLASS (minipay_account_parent_class)->dispose (object);
}

static void
minipay_account_finalize (GObject *object)
{
  MinipayAccount *self = MINIPAY_ACCOUNT (object);

  g_mutex_clear (&self->refresh_mutex);
  g_mutex_clear (&self->asked_mutex);
  g_hash_table_unref (self->asked);
  G_OBJECT_CLASS (minipay_account_parent_class)->finalize (object);
}

static void
minipay_account_class_init (MinipayAccountClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = minipay_account_dispose;
  G_OBJECT_CLASS (klass)->finalize = minipay_account_finalize;
}

static void
minipay_account_init (MinipayAccount *self)
{
  g_mutex_init (&self->refresh_mutex);
  g_mutex_init (&self->asked_mutex);
  self->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  /* just long enough ago for the first stranger to count */
  self->refreshed_at_us = g_get_monotonic_time () - MINIPAY_REFRESH_AFTER_STRANGER_US;
}

MinipayAccount *
minipay_account_new (MinipayProviderInfo *info,
                     MinipayAccountConfig *config,
                     MinipayPaymentProvider *provider,
                     const MinipayAccountHouse *house)
{
  MinipayAccount *self = g_object_new (MINIPAY_TYPE_ACCOUNT, NULL);

  self->info = g_object_ref (info);
  self->config = g_object_ref (config);
  self->provider = g_object_ref (provider);
  self->house = *house;
  g_object_ref (self->house.transport);
  g_object_ref (self->house.store);
  return self;
}

MinipayAccountConfig *
minipay_account_get_config (MinipayAccount *self)
{
  return self->config;
}

MinipayProviderInfo *
minipay_account_get_info (MinipayAccount *self)
{
  return self->info;
}

MinipayPaymentProvider *
minipay_account_get_payment_provider (MinipayAccount *self)
{
  return self->provider;
}

const MinipayAccountHouse *
minipay_account_get_house (MinipayAccount *self)
{
  return &self->house;
}

gboolean
minipay_account_claim_refresh (MinipayAccount *self, gint64 age_us)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->refresh_mutex);
  const gint64 now_us = g_get_monotonic_time ();

  if (now_us - self->refreshed_at_us < age_us)
    return FALSE;
  self->refreshed_at_us = now_us;
  return TRUE;
}

static gboolean
on_asked_check_age (gpointer key, gpointer value, gpointer user_data)
{
  const gint64 *asked_at_us = value;
  const gint64 *now_us = user_data;

  return *now_us - *asked_at_us >= MINIPAY_QUESTION_PAUSE_US;
}

gboolean
minipay_account_claim_question (MinipayAccount *self, const char *out_trade_no)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->asked_mutex);
  gint64 now_us = g_get_monotonic_time ();

  g_hash_table_foreach_remove (self->asked, on_asked_check_age, &now_us);
  if (g_hash_table_size (self->asked) >= MINIPAY_QUESTIONS_MAX || g_hash_table_contains (self->asked, out_trade_no))
    return FALSE;
  g_hash_table_insert (self->asked, g_strdup (out_trade_no), g_memdup2 (&now_us, sizeof now_us));
  return TRUE;
}

/* --- One start for both and for blocking and not --- */

static const MinipayExchangePolicy *
account_get_policy (MinipayOperation operation)
{
  switch (operation) {
  case MINIPAY_OPERATION_CREATE:
    return &minipay_create_policy;
  case MINIPAY_OPERATION_CLOSE:
  case MINIPAY_OPERATION_REVERSE:
    return &minipay_close_policy;
  case MINIPAY_OPERATION_REFUND:
    return &minipay_refund_policy;
  case MINIPAY_OPERATION_QUERY_REFUND:
    return &minipay_query_refund_policy;
  case MINIPAY_OPERATION_CALL:
    return &minipay_call_policy;
  case MINIPAY_OPERATION_DOWNLOAD_BILL:
    return &minipay_bill_policy;
  case MINIPAY_OPERATION_REFRESH_KEYS:
    return &minipay_refresh_policy;
  case MINIPAY_OPERATION_QUERY:
  case MINIPAY_OPERATION_RECEIVE:
  default:
    return &minipay_query_policy;
  }
}

static gboolean
account_check_subject (
    MinipayAccount *self, const char *operation, GObject *subject, MinipayWallet *wallet, GError **error)
{
  if (MINIPAY_IS_ORDER (subject))
    return minipay_limits_check_order (
        self->info, self->config, MINIPAY_ORDER (subject), minipay_real_environment.now (NULL), wallet, error);
  if (MINIPAY_IS_PAYMENT_REF (subject))
    return minipay_limits_check_ref (self->info, self->config, operation, MINIPAY_PAYMENT_REF (subject), error);
  if (MINIPAY_IS_REFUND_REQUEST (subject))
    return minipay_limits_check_refund (self->info, self->config, MINIPAY_REFUND_REQUEST (subject), error);
  if (MINIPAY_IS_REFUND_REF (subject))
    return minipay_limits_check_refund_ref (self->info, self->config, MINIPAY_REFUND_REF (subject), error);
  if (MINIPAY_IS_BILL_REQUEST (subject))
    return minipay_limits_check_bill (self->info, self->config, MINIPAY_BILL_REQUEST (subject), error);
  return minipay_limits_check_extras (minipay_provider_info_get_manifest (self->info),
                                      self->config,
                                      operation,
                                      NULL,
                                      minipay_call_request_get_params (MINIPAY_CALL_REQUEST (subject)),
                                      error);
}

MinipayExchange *
minipay_account_begin_exchange (MinipayAccount *self, MinipayOperation operation, GObject *subject, GError **error)
{
  MinipayWallet wallet = MINIPAY_WALLET_ANY;
  const char *name = MINIPAY_IS_CALL_REQUEST (subject)
                         ? minipay_call_request_get_name (MINIPAY_CALL_REQUEST (subject))
                         : minipay_operation_to_string (operation);

  if (!minipay_limits_check_operation (self->info, self->config, name, error) ||
      !account_check_subject (self, name, subject, &wallet, error))
    return NULL;
  return minipay_exchange_new (
      self->provider, self->info, self->config, operation, subject, wallet, &minipay_real_environment);
}

static MinipayExchangeSetup
account_get_setup (MinipayAccount *self, MinipayOperation operation)
{
  return (
      MinipayExchangeSetup){ self->house.transport, account_get_policy (operation), self, self->house.deadline_ms };
}

void
minipay_account_start (MinipayAccount *self,
                       MinipayOperation operation,
                       GObject *subject,
                       GCancellable *cancellable,
                       gpointer source_tag,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  MinipayExchangeSetup setup = account_get_setup (self, operation);
  g_autoptr (MinipayExchange) exchange = NULL;
  GError *error = NULL;

  minipay_account_refresh_if_due (self, FALSE);
  exchange = minipay_account_begin_exchange (self, operation, subject, &error);
  if (exchange == NULL)
    g_task_report_error (self, callback, user_data, source_tag, error);
  else
    minipay_exchange_run_async (exchange, &setup, G_OBJECT (self), cancellable, source_tag, callback, user_data);
}

GObject *
minipay_account_run (
    MinipayAccount *self, MinipayOperation operation, GObject *subject, GCancellable *cancellable, GError **error)
{
  MinipayExchangeSetup setup = account_get_setup (self, operation);
  g_autoptr (MinipayExchange) exchange = minipay_account_begin_exchange (self, operation, subject, error);

  if (exchange == NULL)
    return NULL;
  minipay_account_refresh_if_due (self, FALSE);
  return minipay_exchange_run (exchange, &setup, G_OBJECT (self), cancellable, error);
}

void
minipay_account_ask_detached (MinipayAccount *self,
                              MinipayOperation operation,
                              GObject *subject,
                              const char *number)
{
  MinipayExchangeSetup setup = account_get_setup (self, operation);
  g_autoptr (MinipayExchange) exchange = minipay_account_begin_exchange (self, operation, subject, NULL);

  if (exchange != NULL && minipay_account_claim_question (self, number))
    minipay_exchange_run_detached (exchange, &setup, G_OBJECT (self));
}

/**
 * minipay_account_get_name:
 * @self: an account
 *
 * Returns: its name in the configuration
 *
 * Since: 0.1
 */
const char *
minipay_account_get_name (MinipayAccount *self)
{
  g_return_val_if_fail (MINIPAY_IS_ACCOUNT (self), NULL);
  return minipay_account_config_get_name (self->config);
}

/**
 * minipay_account_get_provider:
 * @self: an account
 *
 * Returns: the id of its provider
 *
 * Since: 0.1
 */
const char *
minipay_account_get_provider (MinipayAccount *self)
{
  g_return_val_if_fail (MINIPAY_IS_ACCOUNT (self), NULL);
  return minipay_account_config_get_provider (self->config);
}

/**
 * minipay_account_get_mode:
 * @self: an account
 *
 * Returns: (nullable): the way in which its provider speaks, %NULL where there is only one
 *
 * Since: 0.1
 */
const char *
minipay_account_get_mode (MinipayAccount *self)
{
  g_return_val_if_fail (MINIPAY_IS_ACCOUNT (self), NULL);
  return minipay_account_config_get_mode (self->config);
}

/**
 * minipay_account_create_payment:
 * @self: an account
 * @order: what to be paid for
 * @cancellable: (nullable): stops waiting; once bytes have left, the outcome is then unknown
 * @error: return location for an error
 *
 * Creates a payment at the gateway and waits. The order is in the journal before its first byte leaves.
 * Retries by itself, with the same number, where the gateway takes a repetition for the same order.
 *
 * A payment by the buyer's code (%MINIPAY_METHOD_CODE) ends when it is decided: while the buyer is asked for a
 * password the order is asked about, and what stays open is reversed, where the gateway can.
 *
 * Errors: %MINIPAY_ERROR_INVALID, %MINIPAY_ERROR_NOT_SUPPORTED, %MINIPAY_ERROR_REFUSED, %MINIPAY_ERROR_AUTH,
 * %MINIPAY_ERROR_CONFLICT (the number is used or closed: query it), %MINIPAY_ERROR_ALREADY_PAID,
 * %MINIPAY_ERROR_RATE_LIMITED,
 * %MINIPAY_ERROR_NOT_SENT, %MINIPAY_ERROR_OUTCOME_UNKNOWN, %MINIPAY_ERROR_CONFIG, %MINIPAY_ERROR_PLUGIN,
 * %MINIPAY_ERROR_STORE; `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): what opens the cashier
 *
 * Since: 0.1
 */
MinipayCheckout *
minipay_account_create_payment (MinipayAccount *self,
                                MinipayOrder *order,
                                GCancellable *cancellable,
                                GError **error)
{
  g_return_val_if_fail (MINIPAY_IS_ACCOUNT (self) && MINIPAY_IS_ORDER (order), NULL);
  if (minipay_order_get_method (order) == MINIPAY_METHOD_CODE)
    return minipay_account_create_code_payment (self, order, cancellable, error);
  return (MinipayCheckout *) minipay_account_run (
      self, MINIPAY_OPERATION_CREATE, G_OBJECT (order), cancellable, error);
}

/**
 * minipay_account_create_payment_async:
 * @self: an account
 * @order: what to be paid for
 * @cancellable: (nullable): stops waiting; once bytes have left, the outcome is then unknown
 * @callback: (scope async) (closure user_data): called on the caller's thread-default context
 * @user_data: data for @callback
 *
 * Creates a payment at the gateway. See minipay_account_create_payment().
 *
 * Since: 0.1
 */
void
minipay_account_create_payment_async (MinipayAccount *self,
                                      MinipayOrder *order,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_return_if_fail (MINIPAY_IS_ACCOUNT (self) && MINIPAY_IS_ORDER (order));
  if (minipay_order_get_method (order) == MINIPAY_METHOD_CODE) {
    minipay_account_start_code_payment (
        self, order, cancellable, minipay_account_create_payment_async, callback, user_data);
    return;
  }
  minipay_account_start (self,
                         MINIPAY_OPERATION_CREATE,
                         G_OBJECT (order),
                         cancellable,
                         minipay_account_create_payment_async,
                         callback,
                         user_data);
}

/**
 * minipay_account_create_payment_finish:
 * @self: an account
 * @result: what the callback got
 * @error: return location for an error
 *
 * Errors: as minipay_account_create_payment().
 *
 * Returns: (transfer full): what opens the cashier
 *
 * Since: 0.1
 */
MinipayCheckout *
minipay_account_create_payment_finish (MinipayAccount *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * minipay_account_query_payment:
 * @self: an account
 * @ref: which payment, by the merchant's or the gateway's number
 * @cancellable: (nullable): stops waiting for the answer
 * @error: return location for an error
 *
 * Asks the gateway what became of an order, and waits. Safe to repeat. The answer is compared with @ref and the
 * journal, and noted there when it is authenticated, when the gateway's number in it is the one noted at creation,
 * or when the account says `settle-on-query=true`.
 *
 * Errors: %MINIPAY_ERROR_INVALID, %MINIPAY_ERROR_NOT_FOUND, %MINIPAY_ERROR_AUTH, %MINIPAY_ERROR_RATE_LIMITED,
 * %MINIPAY_ERROR_NOT_SENT (no answer; safe to repeat), %MINIPAY_ERROR_SIGNATURE_INVALID,
 * %MINIPAY_ERROR_STALE, %MINIPAY_ERROR_PROTOCOL, %MINIPAY_ERROR_MISMATCH, %MINIPAY_ERROR_CONFLICT,
 * %MINIPAY_ERROR_LIMIT; `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): what the gateway says
 *
 * Since: 0.1
 */
MinipayPayment *
minipay_account_query_payment (MinipayAccount *self,
                               MinipayPaymentRef *ref,
                               GCancellable *cancellable,
                               GError **error)
{
  g_return_val_if_fail (MINIPAY_IS_ACCOUNT (self) && MINIPAY_IS_PAYMENT_REF (ref), NULL);
  return (MinipayPayment *) minipay_account_run (self, MINIPAY_OPERATION_QUERY, G_OBJECT (ref), cancellable, error);
}

/**
 * minipay_account_query_payment_async:
 * @self: an account
 * @ref: which payment, by the merchant's or the gateway's number
 * @cancellable: (nullable): stops waiting for the answer
 * @callback: (scope async) (closure user_data): called on the caller's thread-default context
 * @user_data: data for @callback
 *
 * Asks the gateway what became of an order. See minipay_account_query_payment().
 *
 * Since: 0.1
 */
void
minipay_account_query_payment_async (MinipayAccount *self,
                                     MinipayPaymentRef *ref,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_return_if_fail (MINIPAY_IS_ACCOUNT (self) && MINIPAY_IS_PAYMENT_REF (ref));
  minipay_account_start (self,
                         MINIPAY_OPERATION_QUERY,
                         G_OBJECT (ref),
                         cancellable,
                         minipay_account_query_payment_async,
                         callback,
                         user_data);
}

/**
 * minipay_account_query_payment_finish:
 * @self: an account
 * @result: what the callback got
 * @error: return location for an error
 *
 * Errors: as minipay_account_query_payment().
 *
 * Returns: (transfer full): what the gateway says
 *
 * Since: 0.1
 */
MinipayPayment *
minipay_account_query_payment_finish (MinipayAccount *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
