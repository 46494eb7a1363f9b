/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "provider/minipay-exchange.h"

#include <string.h>

#include "core/minipay-checkout.h"
#include "core/minipay-enum-types.h"
#include "core/minipay-error-private.h"
#include "core/minipay-payment-private.h"
#include "provider/minipay-account-config-private.h"
#include "provider/minipay-exchange-private.h"
#include "provider/minipay-provider-info-private.h"
#include "signing/minipay-signing-private.h"
#include "wire/minipay-base64.h"

/* More requests than any gateway's flow has: a provider that goes on is lost. */
#define MAX_SENDS 8

#define GCM_NONCE_BYTES 12

/**
 * MinipayExchange:
 *
 * One operation with a gateway, as its provider sees it: the question, the settings, the time and a nonce,
 * the signing service; and three ways to end a hook. Each hook calls exactly one of minipay_exchange_send(),
 * minipay_exchange_complete() and minipay_exchange_pending(), or fails with an error.
 *
 * Since: 0.1
 */
struct _MinipayExchange {
  GObject parent_instance;

  MinipayPaymentProvider *provider;
  MinipayProviderInfo *info;
  MinipayAccountConfig *config;
  MinipayOperation operation;
  GObject *subject; /* nullable */
  MinipayWallet wallet;
  const MinipayEnvironment *environment;

  gint64 now;
  char nonce[MINIPAY_NONCE_LENGTH + 1];
  guint step;
  guint n_sends;

  /* what the running hook did */
  guint n_acts;
  MinipayHttpRequest *request;
  MinipaySendFlags flags;
  GObject *result;
  char *pending_reason;
  guint retry_after_s;

  MinipayHttpResponse *answer; /* what it is looking at */
  gboolean is_verified;
  char *event_id;

  gboolean is_first_try;
};

G_DEFINE_FINAL_TYPE (MinipayExchange, minipay_exchange, G_TYPE_OBJECT)

static void
exchange_clear_acts (MinipayExchange *self)
{
  self->n_acts = 0;
  g_clear_object (&self->request);
  self->flags = MINIPAY_SEND_FLAGS_NONE;
  g_clear_object (&self->result);
  g_clear_pointer (&self->pending_reason, g_free);
  self->retry_after_s = 0;
}

static void
minipay_exchange_dispose (GObject *object)
{
  MinipayExchange *self = MINIPAY_EXCHANGE (object);

  exchange_clear_acts (self);
  g_clear_object (&self->answer);
  g_clear_object (&self->subject);
  g_clear_object (&self->provider);
  g_clear_object (&self->config);
  g_clear_object (&self->info);
  G_OBJECT_CLASS (minipay_exchange_parent_class)->dispose (object);
}

static void
minipay_exchange_finalize (GObject *object)
{
  MinipayExchange *self = MINIPAY_EXCHANGE (object);

  g_free (self->event_id);
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

/* --- The guarded hooks --- */

static void
exchange_set_plugin_error (MinipayExchange *self, GError **error, const char *what)
{
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PLUGIN,
               "provider %s %s",
               minipay_provider_info_get_id (self->info),
               what);
}

static gboolean
exchange_prepare_hook (MinipayExchange *self, MinipayHttpResponse *answer, GError **error)
{
  exchange_clear_acts (self);
  self->is_verified = FALSE;
  g_set_object (&self->answer, answer);
  self->now = self->environment->now (self->environment->data);
  return self->environment->nonce (self->environment->data, self->nonce, error);
}

/* An absolute target must stay on a declared host; the transport adds the host to all others. */
static gboolean
exchange_check_target (MinipayExchange *self, GError **error)
{
  const char *target = minipay_http_request_get_target (self->request);
  g_autofree char *quoted = NULL;
  g_autofree char *hosts = NULL;

  if (target[0] == '/' && target[1] != '/')
    return TRUE;
  quoted = minipay_error_quote (target, -1);
  hosts = g_strjoinv (", ", (char **) minipay_account_config_get_base_urls (self->config));
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PLUGIN,
               "provider %s sends to \"%s\", allowed are paths at its declared hosts: %s",
               minipay_provider_info_get_id (self->info),
               quoted,
               hosts);
  return FALSE;
}

static gboolean
exchange_check_result (MinipayExchange *self, GError **error)
{
  GType wanted = self->operation == MINIPAY_OPERATION_CREATE ? MINIPAY_TYPE_CHECKOUT : MINIPAY_TYPE_PAYMENT;

  if (G_TYPE_CHECK_INSTANCE_TYPE (self->result, wanted))
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PLUGIN,
               "provider %s completed with %s, allowed is %s",
               minipay_provider_info_get_id (self->info),
               self->result != NULL ? G_OBJECT_TYPE_NAME (self->result) : "nothing",
               g_type_name (wanted));
  return FALSE;
}

/* What the hook left behind: exactly one act, and a sane one. */
static gboolean
exchange_check_acts (MinipayExchange *self, GError **error)
{
  if (self->n_acts == 0) {
    exchange_set_plugin_error (self, error, "neither sent nor completed anything");
    return FALSE;
  }
  if (self->n_acts > 1) {
    exchange_set_plugin_error (self, error, "answered twice in one hook");
    return FALSE;
  }
  if (self->pending_reason != NULL)
    return TRUE;
  if (!MINIPAY_IS_HTTP_REQUEST (self->request))
    return exchange_check_result (self, error);
  if (self->operation == MINIPAY_OPERATION_RECEIVE) {
    exchange_set_plugin_error (self, error, "sends while it judges a notification");
    return FALSE;
  }
  if (++self->n_sends > MAX_SENDS) {
    exchange_set_plugin_error (self, error, "sends without end");
    return FALSE;
  }
  return exchange_check_target (self, error);
}

static gboolean
exchange_end_hook (MinipayExchange *self, gboolean is_good, GError *local_error, GError **error)
{
  g_autoptr (GError) owned = local_error;

  if (is_good && owned == NULL && exchange_check_acts (self, &owned)) {
    self->step++;
    return TRUE;
  }
  exchange_clear_acts (self);
  if (owned == NULL)
    exchange_set_plugin_error (self, &owned, "failed without giving a reason");
  if (owned->domain == MINIPAY_ERROR) {
    g_propagate_error (error, g_steal_pointer (&owned));
    return FALSE;
  }
  g_propagate_error (error,
                     minipay_error_recode (owned, MINIPAY_ERROR_PLUGIN, minipay_provider_info_get_id (self->info)));
  return FALSE;
}

gboolean
minipay_exchange_begin (MinipayExchange *self, GError **error)
{
  GError *local_error = NULL;
  gboolean is_good;

  if (!exchange_prepare_hook (self, NULL, error))
    return FALSE;
  self->step = 0;
  is_good = MINIPAY_PAYMENT_PROVIDER_GET_IFACE (self->provider)->begin (self->provider, self, &local_error);
  return exchange_end_hook (self, is_good, local_error, error);
}

gboolean
minipay_exchange_resume (MinipayExchange *self, MinipayHttpResponse *answer, GError **error)
{
  GError *local_error = NULL;
  gboolean is_good;

  if (!exchange_prepare_hook (self, answer, error))
    return FALSE;
  is_good =
      MINIPAY_PAYMENT_PROVIDER_GET_IFACE (self->provider)->resume (self->provider, self, answer, &local_error);
  is_good = exchange_end_hook (self, is_good, local_error, error);
  if (is_good && MINIPAY_IS_PAYMENT (self->result))
    minipay_payment_set_authenticated (MINIPAY_PAYMENT (self->result), self->is_verified);
  return is_good;
}

gboolean
minipay_exchange_receive (MinipayExchange *self, MinipayHttpRequest *incoming, GError **error)
{
  GError *local_error = NULL;
  gboolean is_good;

  if (!exchange_prepare_hook (self, NULL, error))
    return FALSE;
  is_good =
      MINIPAY_PAYMENT_PROVIDER_GET_IFACE (self->provider)->receive (self->provider, self, incoming, &local_error);
  if (!exchange_end_hook (self, is_good, local_error, error))
    return FALSE;
  if (self->pending_reason != NULL) {
    exchange_set_plugin_error (self, error, "leaves a notification pending");
    return FALSE;
  }
  if (!self->is_verified) {
    exchange_set_plugin_error (self, error, "took a notification without verifying it");
    return FALSE;
  }
  minipay_payment_set_authenticated (MINIPAY_PAYMENT (self->result), TRUE);
  return TRUE;
}

MinipayHttpResponse *
minipay_exchange_acknowledge (MinipayExchange *self, gboolean accepted, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (MinipayHttpResponse) reply = NULL;

  reply = MINIPAY_PAYMENT_PROVIDER_GET_IFACE (self->provider)
              ->acknowledge (self->provider, self, accepted, &local_error);
  if (reply != NULL && local_error == NULL)
    return g_steal_pointer (&reply);
  if (local_error != NULL)
    g_propagate_error (
        error, minipay_error_recode (local_error, MINIPAY_ERROR_PLUGIN, minipay_provider_info_get_id (self->info)));
  else
    exchange_set_plugin_error (self, error, "has no acknowledgement");
  return NULL;
}

MinipayHttpRequest *
minipay_exchange_get_request (MinipayExchange *self)
{
  return self->request;
}

MinipaySendFlags
minipay_exchange_get_flags (MinipayExchange *self)
{
  return self->flags;
}

GObject *
minipay_exchange_get_result (MinipayExchange *self)
{
  return self->result;
}

const char *
minipay_exchange_get_pending_reason (MinipayExchange *self)
{
  return self->pending_reason;
}

guint
minipay_exchange_get_retry_after (MinipayExchange *self)
{
  return self->retry_after_s;
}

gboolean
minipay_exchange_is_verified (MinipayExchange *self)
{
  return self->is_verified;
}

const char *
minipay_exchange_get_event_id (MinipayExchange *self)
{
  return self->event_id;
}

MinipayProviderInfo *
minipay_exchange_get_info (MinipayExchange *self)
{
  return self->info;
}

void
minipay_exchange_set_first_try (MinipayExchange *self, gboolean is_first_try)
{
  self->is_first_try = is_first_try;
}

gboolean
minipay_exchange_is_first_try (MinipayExchange *self)
{
  return self->is_first_try;
}

/* --- What a provider sees --- */

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
 * minipay_exchange_get_order:
 * @self: an exchange
 *
 * Returns: (transfer none) (nullable): the order of a create; its members passed the manifest's limits
 *
 * Since: 0.1
 */
MinipayOrder *
minipay_exchange_get_order (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), NULL);
  return MINIPAY_IS_ORDER (self->subject) ? MINIPAY_ORDER (self->subject) : NULL;
}

/**
 * minipay_exchange_get_payment_ref:
 * @self: an exchange
 *
 * Returns: (transfer none) (nullable): the payment that a query is about
 *
 * Since: 0.1
 */
MinipayPaymentRef *
minipay_exchange_get_payment_ref (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), NULL);
  return MINIPAY_IS_PAYMENT_REF (self->subject) ? MINIPAY_PAYMENT_REF (self->subject) : NULL;
}

/**
 * minipay_exchange_get_method:
 * @self: an exchange that creates a payment
 *
 * Returns: where the buyer meets the cashier
 *
 * Since: 0.1
 */
MinipayMethod
minipay_exchange_get_method (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), MINIPAY_METHOD_MINI_PROGRAM);
  return MINIPAY_IS_ORDER (self->subject) ? minipay_order_get_method (MINIPAY_ORDER (self->subject))
                                          : MINIPAY_METHOD_MINI_PROGRAM;
}

/**
 * minipay_exchange_get_wallet:
 * @self: an exchange that creates a payment
 *
 * Returns: the wallet, never %MINIPAY_WALLET_ANY
 *
 * Since: 0.1
 */
MinipayWallet
minipay_exchange_get_wallet (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), MINIPAY_WALLET_ANY);
  return self->wallet;
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
 * Returns: 32 random letters and digits, new in every hook: the only dice a provider has
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
 * minipay_exchange_send:
 * @self: an exchange
 * @request: what to send; its target is a path, the core knows the host
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

  self->n_acts++;
  g_set_object (&self->request, request);
  self->flags = flags;
}

/**
 * minipay_exchange_complete:
 * @self: an exchange
 * @result: a #MinipayCheckout for a create, a #MinipayPayment for a query and for a notification
 *
 * Ends the hook with what the gateway claims. The core compares it with the question and the journal.
 *
 * Since: 0.1
 */
void
minipay_exchange_complete (MinipayExchange *self, GObject *result)
{
  g_return_if_fail (MINIPAY_IS_EXCHANGE (self));

  self->n_acts++;
  g_set_object (&self->result, result);
}

/**
 * minipay_exchange_pending:
 * @self: an exchange
 * @reason: why there is no answer yet, for people
 * @retry_after_s: how long the gateway wants to be left alone, in seconds; 0 for minipay's own back-off
 *
 * Ends the hook without an answer: the core runs begin() again where the flags of the last request allow it.
 *
 * Since: 0.1
 */
void
minipay_exchange_pending (MinipayExchange *self, const char *reason, guint retry_after_s)
{
  g_return_if_fail (MINIPAY_IS_EXCHANGE (self) && reason != NULL);

  self->n_acts++;
  g_free (self->pending_reason);
  self->pending_reason = g_strdup (reason);
  self->retry_after_s = retry_after_s;
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
  g_free (self->event_id);
  self->event_id = g_strdup (event_id);
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
  g_autofree char *quoted = NULL;
  MinipayErrorFacts facts = { gateway_code, gateway_message, NULL, remedy, 0 };

  g_return_if_fail (MINIPAY_IS_EXCHANGE (self));

  if (self->answer != NULL) {
    facts.http_status = minipay_http_response_get_status (self->answer);
    facts.request_id =
        minipay_headers_lookup (minipay_http_response_get_headers (self->answer), "Request-ID", NULL);
  }
  quoted = minipay_error_quote (gateway_message != NULL ? gateway_message : "no reason given", -1);
  minipay_set_gateway_error (
      error, code, &facts, "%s answered: %s", minipay_provider_info_get_id (self->info), quoted);
}

static gboolean
scheme_is_digest (MinipayScheme scheme)
{
  return scheme != MINIPAY_SCHEME_RSA_SHA256 && scheme != MINIPAY_SCHEME_SM2_SM3;
}

/**
 * minipay_exchange_sign:
 * @self: an exchange
 * @scheme: how to sign
 * @key: the field of the manifest that holds the key
 * @text: (array length=length) (element-type guint8): the text to sign
 * @length: its length in bytes
 * @error: return location for an error
 *
 * Signs with one of the account's own keys.
 *
 * Errors: %MINIPAY_ERROR_CONFIG without such a key, %MINIPAY_ERROR_INTERNAL for a key of another kind.
 *
 * Returns: (transfer full): the signature as text
 *
 * Since: 0.1
 */
char *
minipay_exchange_sign (
    MinipayExchange *self, MinipayScheme scheme, const char *key, const char *text, gsize length, GError **error)
{
  g_autoptr (MinipayKey) own = NULL;

  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self) && key != NULL && text != NULL, NULL);

  own = minipay_keyring_get_own (minipay_account_config_get_keyring (self->config), key, error);
  return own != NULL ? minipay_sign (scheme, own, text, (gssize) length, error) : NULL;
}

/**
 * minipay_exchange_verify:
 * @self: an exchange
 * @scheme: how the account says that the gateway signs; never what the message says
 * @key: for digests the field of the manifest that holds the shared key; else the exact id of the gateway's
 * key
 * @text: (array length=length) (element-type guint8): the signed text
 * @length: its length in bytes
 * @signature: (nullable): the signature as text
 * @error: return location for an error
 *
 * Verifies what the gateway signed. A payment counts as authenticated only when this passed in the same hook.
 *
 * Errors: %MINIPAY_ERROR_SIGNATURE_INVALID.
 *
 * Returns: %TRUE when the signature is genuine
 *
 * Since: 0.1
 */
gboolean
minipay_exchange_verify (MinipayExchange *self,
                         MinipayScheme scheme,
                         const char *key,
                         const char *text,
                         gsize length,
                         const char *signature,
                         GError **error)
{
  MinipayKeyring *keyring;
  g_autoptr (MinipayKey) found = NULL;
  g_autofree guint8 *bytes = NULL;
  gsize n_bytes = 0;

  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self) && key != NULL && text != NULL, FALSE);

  keyring = minipay_account_config_get_keyring (self->config);
  if (signature == NULL || *signature == '\0') {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID, "there is no signature");
    return FALSE;
  }
  if (scheme_is_digest (scheme)) {
    found = minipay_keyring_get_own (keyring, key, error);
    self->is_verified =
        found != NULL && minipay_verify_digest (scheme, found, text, (gssize) length, signature, error);
    return self->is_verified;
  }
  found = minipay_keyring_get_trusted (keyring, key, self->now, error);
  if (found == NULL)
    return FALSE;
  bytes = minipay_base64_decode (signature, -1, &n_bytes, NULL);
  if (bytes == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID, "the signature is not base64");
    return FALSE;
  }
  self->is_verified = minipay_verify_signature (scheme, found, text, (gssize) length, bytes, n_bytes, error);
  return self->is_verified;
}

/**
 * minipay_exchange_decrypt:
 * @self: an exchange
 * @cipher: how it is sealed, as the account says
 * @key: the field of the manifest that holds the key
 * @nonce: (nullable): the nonce as text; 12 bytes for GCM
 * @associated_data: (nullable): what is authenticated beside the ciphertext
 * @ciphertext: base64
 * @error: return location for an error
 *
 * Opens what the gateway sealed for this account.
 *
 * Errors: %MINIPAY_ERROR_PROTOCOL, always the same one, whatever is wrong with the ciphertext;
 * %MINIPAY_ERROR_CONFIG.
 *
 * Returns: (transfer full): the plaintext
 *
 * Since: 0.1
 */
GBytes *
minipay_exchange_decrypt (MinipayExchange *self,
                          MinipayCipher cipher,
                          const char *key,
                          const char *nonce,
                          const char *associated_data,
                          const char *ciphertext,
                          GError **error)
{
  g_autoptr (MinipayKey) own = NULL;
  g_autofree guint8 *sealed = NULL;
  gsize n_sealed = 0;
  gsize n_nonce = nonce != NULL ? strlen (nonce) : 0;
  gboolean is_gcm = cipher == MINIPAY_CIPHER_AES_256_GCM || cipher == MINIPAY_CIPHER_SM4_GCM;

  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self) && key != NULL && ciphertext != NULL, NULL);

  own = minipay_keyring_get_own (minipay_account_config_get_keyring (self->config), key, error);
  if (own == NULL)
    return NULL;
  if (is_gcm && n_nonce != GCM_NONCE_BYTES) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "nonce has %" G_GSIZE_FORMAT " bytes, allowed are %d",
                 n_nonce,
                 GCM_NONCE_BYTES);
    return NULL;
  }
  sealed = minipay_base64_decode (ciphertext, -1, &n_sealed, error);
  if (sealed == NULL)
    return NULL;
  return minipay_open (cipher,
                       own,
                       (const guint8 *) nonce,
                       n_nonce,
                       (const guint8 *) associated_data,
                       associated_data != NULL ? strlen (associated_data) : 0,
                       sealed,
                       n_sealed,
                       error);
}

/**
 * minipay_exchange_dup_newest_key_id:
 * @self: an exchange
 *
 * The id of the gateway's certificate that became valid last, for requests that name the key they want
 * answers signed with.
 *
 * Returns: (transfer full) (nullable): the id; %NULL when the account trusts no certificate
 *
 * Since: 0.1
 */
char *
minipay_exchange_dup_newest_key_id (MinipayExchange *self)
{
  g_return_val_if_fail (MINIPAY_IS_EXCHANGE (self), NULL);
  return minipay_keyring_dup_newest_certificate_id (minipay_account_config_get_keyring (self->config), self->now);
}
