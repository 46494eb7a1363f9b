/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "provider/minipay-exchange.h"

#include "core/minipay-error-private.h"
#include "provider/minipay-account-config-private.h"
#include "provider/minipay-error-table-private.h"
#include "provider/minipay-exchange-private.h"
#include "provider/minipay-exchange-struct-private.h"
#include "provider/minipay-provider-info-private.h"
#include "signing/minipay-signing-private.h"

/**
 * MinipayExchange:
 *
 * One operation with a gateway, as its provider sees it: the question, the settings, the time and a nonce,
 * the signing service; and three ways to end a hook. Each hook calls exactly one of minipay_exchange_send(),
 * minipay_exchange_complete() and minipay_exchange_pending(), or fails with an error.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (MinipayExchange, minipay_exchange, G_TYPE_OBJECT)

void
minipay_exchange_clear_acts (MinipayExchange *self)
{
  self->n_acts = 0;
  g_clear_object (&self->request);
  g_clear_object (&self->result);
  g_clear_pointer (&self->pending_reason, g_free);
  g_clear_pointer (&self->origin, g_free);
  self->retry_after_s = 0;
}

static void
minipay_exchange_dispose (GObject *object)
{
  MinipayExchange *self = MINIPAY_EXCHANGE (object);

  minipay_exchange_clear_acts (self);
  g_clear_pointer (&self->bill, minipay_bill_file_free);
  g_clear_pointer (&self->kept, g_bytes_unref);
  g_clear_object (&self->answer);
  g_clear_object (&self->subject);
  g_clear_object (&self->incoming);
  g_clear_object (&self->provider);
  g_clear_object (&self->config);
  g_clear_object (&self->info);
  G_OBJECT_CLASS (minipay_exchange_parent_class)->dispose (object);
}

static void
minipay_exchange_finalize (GObject *object)
{
  MinipayExchange *self = MINIPAY_EXCHANGE (object);

  g_clear_pointer (&self->reply_values, g_variant_unref);
  g_free (self->event_id);
  g_free (self->suggested);
  g_free (self->newest_key_id);
  g_mutex_clear (&self->mutex);
  g_clear_pointer (&self->new_keys, g_hash_table_unref);
  G_OBJECT_CLASS (minipay_exchange_parent_class)->finalize (object);
}

static void
minipay_exchange_class_init (MinipayExchangeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = minipay_exchange_dispose;
  G_OBJECT_CLASS (klass)->finalize = minipay_exchange_finalize;
}

static void
minipay_exchange_init (MinipayExchange *self)
{
  g_mutex_init (&self->mutex);
}

static gint64
real_now (gpointer data)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static gboolean
real_nonce (gpointer data, char out[MINIPAY_NONCE_LENGTH + 1], GError **error)
{
  return minipay_random_nonce (out, MINIPAY_NONCE_LENGTH, error);
}

const MinipayEnvironment minipay_real_environment = { real_now, real_nonce, NULL };

MinipayExchange *
minipay_exchange_new (MinipayPaymentProvider *provider,
                      MinipayProviderInfo *info,
                      MinipayAccountConfig *config,
                      MinipayOperation operation,
                      GObject *subject,
                      MinipayWallet wallet,
                      const MinipayEnvironment *environment)
{
  MinipayExchange *self = g_object_new (MINIPAY_TYPE_EXCHANGE, NULL);

  self->provider = g_object_ref (provider);
  self->info = g_object_ref (info);
  self->config = g_object_ref (config);
  self->operation = operation;
  self->subject = subject != NULL ? g_object_ref (subject) : NULL;
  self->wallet = wallet;
  self->environment = environment;
  return self;
}

void
minipay_exchange_set_subject (MinipayExchange *self, GObject *subject)
{
  g_set_object (&self->subject, subject);
}

GObject *
minipay_exchange_get_subject (MinipayExchange *self)
{
  return self->subject;
}

/**
 * minipay_exchange_get_operation:
 * @self: an exchange
 *
 * Returns: what it is about
 *
 * Since: 0.1
 */
MinipayOperation
minipay_exchange_get_operation (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), MINIPAY_OPERATION_CREATE);
  return self->operation;
}

/**
 * minipay_exchange_get_config:
 * @self: an exchange
 *
 * Returns: (transfer none): the account's settings
 *
 * Since: 0.1
 */
MinipayAccountConfig *
minipay_exchange_get_config (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), NULL);
  return self->config;
}

/**
 * minipay_exchange_get_now:
 * @self: an exchange
 *
 * Returns: the time of this hook in seconds since the epoch: the only clock a provider has
 *
 * Since: 0.1
 */
gint64
minipay_exchange_get_now (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), 0);
  return self->now;
}

/**
 * minipay_exchange_get_nonce:
 * @self: an exchange
 *
 * Returns: 32 random letters and digits, new in begin() and resume(): the only dice a provider has; empty in
 * receive()
 *
 * Since: 0.1
 */
const char *
minipay_exchange_get_nonce (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), NULL);
  return self->nonce;
}

/**
 * minipay_exchange_get_step:
 * @self: an exchange
 *
 * Returns: how many hooks have run in this try: 0 in begin()
 *
 * Since: 0.1
 */
guint
minipay_exchange_get_step (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), 0);
  return self->step;
}

/**
 * minipay_exchange_get_cached:
 * @self: an exchange
 * @key: a name
 *
 * What set_cached() left under @key for this account, in whichever exchange. It lives as long as the account.
 *
 * Returns: (transfer full) (nullable): the bytes
 *
 * Since: 0.1
 */
GBytes *
minipay_exchange_get_cached (MinipayExchange *self, const char *key)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self) && key != NULL, NULL);
  return minipay_account_config_get_cached (self->config, key);
}

/**
 * minipay_exchange_set_cached:
 * @self: an exchange
 * @key: a name
 * @value: (nullable): what to remember for the account; %NULL forgets
 *
 * The only memory a provider has.
 *
 * Since: 0.1
 */
void
minipay_exchange_set_cached (MinipayExchange *self, const char *key, GBytes *value)
{
  g_return_if_fail (MINIPAY_IS_EXCHANGE (self) && key != NULL);
  minipay_account_config_set_cached (self->config, key, value);
}

/**
 * minipay_exchange_get_kept:
 * @self: an exchange
 *
 * Returns: (transfer none) (nullable): what a step before kept for this one
 *
 * Since: 0.1
 */
GBytes *
minipay_exchange_get_kept (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), NULL);
  return self->kept;
}

/**
 * minipay_exchange_keep:
 * @self: an exchange
 * @value: what the next step of this try has to know
 *
 * Keeps it until the exchange ends, or begin() runs again.
 *
 * Since: 0.1
 */
void
minipay_exchange_keep (MinipayExchange *self, GBytes *value)
{
  g_return_if_fail (MINIPAY_IS_EXCHANGE (self) && value != NULL);
  g_clear_pointer (&self->kept, g_bytes_unref);
  self->kept = g_bytes_ref (value);
}

/* Takes the lock for an act of the running hook; what comes after the hook, from wherever, changes nothing. */
static gboolean
exchange_begin_act (MinipayExchange *self)
{
  g_mutex_lock (&self->mutex);
  if (self->is_in_hook)
    return TRUE;
  g_mutex_unlock (&self->mutex);
  return FALSE;
}

/**
 * minipay_exchange_send:
 * @self: an exchange
 * @request: what to send; its target is a path, the core knows the host; or an absolute address at one of the
 *   account's hosts
 * @flags: whether minipay may repeat it: by its number, or because it only asks
 *
 * Ends the hook with a request; resume() gets the answer.
 *
 * Since: 0.1
 */
void
minipay_exchange_send (MinipayExchange *self, MinipayHttpRequest *request, MinipaySendFlags flags)
{
  g_return_if_fail (MINIPAY_IS_EXCHANGE (self));

  if (!exchange_begin_act (self))
    return;
  self->n_acts++;
  g_set_object (&self->request, request);
  self->flags = flags;
  g_mutex_unlock (&self->mutex);
}

/**
 * minipay_exchange_complete:
 * @self: an exchange
 * @result: a #MinipayCheckout for a create; a #MinipayPayment for a query, a close and a reversal; a #MinipayRefund
 * for a refund and its query; a #MinipayBill; a #MinipayReport for a named operation; for a notification any of
 *   #MinipayPayment, #MinipayRefund and #MinipayReport
 *
 * Ends the hook with what the gateway claims. The core compares it with the question and the journal.
 *
 * Since: 0.1
 */
void
minipay_exchange_complete (MinipayExchange *self, GObject *result)
{
  g_return_if_fail (MINIPAY_IS_EXCHANGE (self));

  if (!exchange_begin_act (self))
    return;
  self->n_acts++;
  g_set_object (&self->result, result);
  g_mutex_unlock (&self->mutex);
}

/**
 * minipay_exchange_pending:
 * @self: an exchange
 * @reason: why there is no answer yet, for people
 * @retry_after_s: how long the gateway wants to be left alone, in seconds; 0 for minipay's own back-off
 *
 * Ends the hook without an answer: the core runs begin() again where the flags of every request so far allow it.
 *
 * Since: 0.1
 */
void
minipay_exchange_pending (MinipayExchange *self, const char *reason, guint retry_after_s)
{
  g_return_if_fail (MINIPAY_IS_EXCHANGE (self) && reason != NULL);

  if (!exchange_begin_act (self))
    return;
  self->n_acts++;
  g_free (self->pending_reason);
  self->pending_reason = g_strdup (reason);
  self->retry_after_s = retry_after_s;
  g_mutex_unlock (&self->mutex);
}

/**
 * minipay_exchange_set_event_id:
 * @self: an exchange that judges a notification
 * @event_id: the gateway's own number of the event
 *
 * Names the event, so that the journal knows it again. Without it the payment itself is the event.
 *
 * Since: 0.1
 */
void
minipay_exchange_set_event_id (MinipayExchange *self, const char *event_id)
{
  g_return_if_fail (MINIPAY_IS_EXCHANGE (self));
  if (!exchange_begin_act (self))
    return;
  g_free (self->event_id);
  self->event_id = g_strdup (event_id);
  g_mutex_unlock (&self->mutex);
}

/**
 * minipay_exchange_suggest_query:
 * @self: an exchange that judges a notification
 * @out_trade_no: the order that it speaks of, as it stands in the message
 *
 * Says that a notification that is about to be refused may still be the gateway's clumsy word about an order: when
 * the journal knows the order and it is open, the core asks the gateway itself, at most once a minute. The message
 * stays refused.
 *
 * Since: 0.1
 */
void
minipay_exchange_suggest_query (MinipayExchange *self, const char *out_trade_no)
{
  g_return_if_fail (MINIPAY_IS_EXCHANGE (self));
  if (!exchange_begin_act (self))
    return;
  g_free (self->suggested);
  g_free (self->newest_key_id);
  self->suggested = g_strdup (out_trade_no);
  g_mutex_unlock (&self->mutex);
}

static void
exchange_set_refusal (MinipayExchange *self,
                      MinipayError code,
                      const char *gateway_code,
                      const char *gateway_message,
                      const char *meaning,
                      const char *remedy,
                      GError **error)
{
  g_autofree char *quoted = minipay_error_quote (gateway_message != NULL ? gateway_message : meaning, -1);
  MinipayErrorFacts facts = { gateway_code, gateway_message, NULL, remedy, 0 };

  if (self->answer != NULL) {
    facts.http_status = minipay_http_response_get_status (self->answer);
    facts.request_id =
        minipay_headers_lookup (minipay_http_response_get_headers (self->answer), "Request-ID", NULL);
  }
  minipay_set_gateway_error (
      error, code, &facts, "%s answered: %s", minipay_provider_info_get_id (self->info), quoted);
}

/**
 * minipay_exchange_take_as_hint:
 * @self: an exchange that judges a notification
 *
 * Says that the gateway signs no messages of this kind. Such a message proves nothing: the core takes it only when
 * the journal says the same already, refuses it otherwise, and then asks the gateway itself, so that the message
 * finds an answer when it is delivered again.
 *
 * Since: 0.1
 */
void
minipay_exchange_take_as_hint (MinipayExchange *self)
{
  g_return_if_fail (MINIPAY_IS_EXCHANGE (self));
  if (!exchange_begin_act (self))
    return;
  self->is_hint = TRUE;
  g_mutex_unlock (&self->mutex);
}

/**
 * minipay_exchange_refuse:
 * @self: an exchange whose gateway said no
 * @code: what the caller can do next
 * @gateway_code: (nullable): the gateway's word for it
 * @gateway_message: (nullable): the gateway's sentence
 * @remedy: (nullable): what usually mends it
 * @error: return location for the error
 *
 * Makes the error of a refusal; HTTP status and request id come from the answer at hand. The hook then fails
 * with it.
 *
 * Since: 0.1
 */
void
minipay_exchange_refuse (MinipayExchange *self,
                         MinipayError code,
                         const char *gateway_code,
                         const char *gateway_message,
                         const char *remedy,
                         GError **error)
{
  g_return_if_fail (MINIPAY_IS_EXCHANGE (self));

  exchange_set_refusal (self, code, gateway_code, gateway_message, "no reason given", remedy, error);
}

/**
 * minipay_exchange_refuse_known:
 * @self: an exchange whose gateway said no
 * @gateway_code: (nullable): the gateway's word for it
 * @gateway_message: (nullable): the gateway's sentence
 * @error: return location for the error
 *
 * Like minipay_exchange_refuse(), with what the files that the manifest lists under `Errors` say about the word: as
 * a word of this operation, else as one of every operation. Code and remedy are theirs, the remedy in the language
 * that the process was started in; their meaning stands in for a sentence that the gateway does not give.
 *
 * Returns: %TRUE and @error is set; %FALSE and no error, when no file knows the word
 *
 * Since: 0.1
 */
gboolean
minipay_exchange_refuse_known (MinipayExchange *self,
                               const char *gateway_code,
                               const char *gateway_message,
                               GError **error)
{
  const MinipayErrorEntry *entry;

  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), FALSE);

  entry = minipay_error_table_lookup (
      minipay_provider_info_get_manifest (self->info)->errors, minipay_exchange_get_name (self), gateway_code);
  if (entry == NULL)
    return FALSE;
  exchange_set_refusal (self, entry->code, gateway_code, gateway_message, entry->meaning, entry->remedy, error);
  return TRUE;
}
