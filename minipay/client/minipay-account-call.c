/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-account-intent-private.h"

#include <string.h>

#include "client/minipay-compare-private.h"
#include "client/minipay-fingerprint-private.h"
#include "core/minipay-error.h"
#include "core/minipay-report.h"
#include "provider/minipay-call-request-private.h"
#include "provider/minipay-provider-info-private.h"

/* The number of a call that moves money, as the journal has it; NULL for one that moves none. */
static char *
call_dup_number (MinipayAccount *self, MinipayExchange *x)
{
  const MinipayOperationRules *rules = minipay_account_get_rules (self, x);
  const char *number =
      rules != NULL && rules->number != NULL ? minipay_exchange_get_extra_text (x, rules->number) : NULL;

  return number != NULL ? g_strconcat (minipay_exchange_get_name (x), "/", number, NULL) : NULL;
}

static gboolean
call_prepare (MinipayExchange *x, gpointer data, GError **error)
{
  MinipayAccount *self = data;
  const MinipayOperationRules *rules = minipay_account_get_rules (self, x);
  g_autofree char *number = call_dup_number (self, x);
  g_autofree char *fingerprint = NULL;
  g_autoptr (MinipayIntent) intent = NULL;

  if (number == NULL) {
    if (rules == NULL || rules->number == NULL)
      return TRUE;
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "%s is missing", rules->number);
    return FALSE;
  }
  fingerprint = minipay_call_dup_fingerprint (minipay_exchange_get_name (x), minipay_exchange_get_extras (x));
  intent = g_object_new (MINIPAY_TYPE_INTENT,
                         "account",
                         minipay_account_get_name (self),
                         "kind",
                         MINIPAY_INTENT_KIND_CALL,
                         "number",
                         number,
                         "fingerprint",
                         fingerprint,
                         "state",
                         MINIPAY_INTENT_STATE_SENDING,
                         NULL);
  return minipay_account_begin_intent (self, intent, rules->is_single, error);
}

/* The answer repeats what was asked. */
static gboolean
call_check_echoes (MinipayExchange *x, MinipayReport *report, const MinipayOperationRules *rules, GError **error)
{
  GVariant *values = minipay_report_get_values (report);
  GVariant *params = minipay_exchange_get_extras (x);

  for (char **name = rules != NULL ? rules->echoes : NULL; name != NULL && *name != NULL; name++) {
    g_autoptr (GVariant) asked = g_variant_lookup_value (params, *name, NULL);
    g_autoptr (GVariant) told = values != NULL ? g_variant_lookup_value (values, *name, NULL) : NULL;

    if (asked == NULL || (told != NULL && g_variant_equal (asked, told)))
      continue;
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_MISMATCH,
                 told == NULL ? "the answer does not name the %s it was asked for"
                              : "the gateway speaks of another %s than was asked for",
                 *name);
    return FALSE;
  }
  return TRUE;
}

static GObject *
call_conclude (MinipayExchange *x, GObject *result, const GError *failure, gpointer data, GError **error)
{
  MinipayAccount *self = data;
  g_autofree char *number = call_dup_number (self, x);
  g_autoptr (GError) doubt = NULL;

  if (minipay_exchange_has_unknown_key (x))
    minipay_account_refresh_if_due (self, TRUE);
  if (result == NULL) {
    if (number != NULL)
      minipay_account_note_failure (self, x, MINIPAY_INTENT_KIND_CALL, number, failure, error);
    return NULL;
  }
  if (call_check_echoes (x, MINIPAY_REPORT (result), minipay_account_get_rules (self, x), &doubt) &&
      (number == NULL || minipay_account_note_state (
                             self, MINIPAY_INTENT_KIND_CALL, number, MINIPAY_INTENT_STATE_PENDING, NULL, &doubt)))
    return g_object_ref (result);
  if (number != NULL)
    minipay_account_note_doubt (self, x, MINIPAY_INTENT_KIND_CALL, number, doubt, error);
  else
    g_propagate_error (error, g_steal_pointer (&doubt));
  return NULL;
}

/* The intent of a call that moves money is in the journal before the first byte leaves. */
const MinipayExchangePolicy minipay_call_policy = { call_prepare, call_conclude };

/* What has a function of its own has a subject of its own, too, and rules for it. */
static MinipayCallRequest *
call_new_request (const char *name, GVariant *params, GError **error)
{
  g_autoptr (GVariant) owned = params != NULL ? g_variant_ref_sink (params) : NULL;

  if (!minipay_operation_is_known (name) && strcmp (name, "call") != 0)
    return minipay_call_request_new (name, owned);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_NOT_SUPPORTED,
               "%s is no named operation: it has a function of its own",
               name);
  return NULL;
}

/**
 * minipay_account_call:
 * @self: an account
 * @name: an operation that only some providers have, as the provider's manifest names it: `profit-sharing`
 * @params: (nullable): its parameters, an `a{sv}` under the gateway's own names
 * @cancellable: (nullable): stops waiting; once bytes have left, the outcome may then be unknown
 * @error: return location for an error
 *
 * Does what has no function of its own, and waits. The manifest says which parameters there are; what moves money
 * has a number among them, and is in the journal before its first byte leaves.
 *
 * Errors: %MINIPAY_ERROR_INVALID, %MINIPAY_ERROR_NOT_SUPPORTED, %MINIPAY_ERROR_REFUSED, %MINIPAY_ERROR_AUTH,
 * %MINIPAY_ERROR_CONFLICT, %MINIPAY_ERROR_NOT_FOUND, %MINIPAY_ERROR_RATE_LIMITED, %MINIPAY_ERROR_NOT_SENT,
 * %MINIPAY_ERROR_OUTCOME_UNKNOWN (of what moves money), %MINIPAY_ERROR_SIGNATURE_INVALID, %MINIPAY_ERROR_STALE,
 * %MINIPAY_ERROR_PROTOCOL, %MINIPAY_ERROR_MISMATCH, %MINIPAY_ERROR_LIMIT, %MINIPAY_ERROR_CONFIG,
 * %MINIPAY_ERROR_PLUGIN, %MINIPAY_ERROR_STORE; `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): what the gateway says
 *
 * Since: 0.1
 */
MinipayReport *
minipay_account_call (
    MinipayAccount *self, const char *name, GVariant *params, GCancellable *cancellable, GError **error)
{
  g_autoptr (MinipayCallRequest) request = NULL;

  g_return_val_if_fail (MINIPAY_IS_ACCOUNT (self) && name != NULL, NULL);
  g_return_val_if_fail (params == NULL || g_variant_is_of_type (params, G_VARIANT_TYPE_VARDICT), NULL);

  request = call_new_request (name, params, error);
  if (request == NULL)
    return NULL;
  return (MinipayReport *) minipay_account_run (
      self, MINIPAY_OPERATION_CALL, G_OBJECT (request), cancellable, error);
}

/**
 * minipay_account_call_async:
 * @self: an account
 * @name: an operation that only some providers have, as the provider's manifest names it: `profit-sharing`
 * @params: (nullable): its parameters, an `a{sv}` under the gateway's own names
 * @cancellable: (nullable): stops waiting; once bytes have left, the outcome may then be unknown
 * @callback: (scope async) (closure user_data): called on the caller's thread-default context
 * @user_data: data for @callback
 *
 * See minipay_account_call().
 *
 * Since: 0.1
 */
void
minipay_account_call_async (MinipayAccount *self,
                            const char *name,
                            GVariant *params,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (MinipayCallRequest) request = NULL;
  GError *error = NULL;

  g_return_if_fail (MINIPAY_IS_ACCOUNT (self) && name != NULL);
  g_return_if_fail (params == NULL || g_variant_is_of_type (params, G_VARIANT_TYPE_VARDICT));

  request = call_new_request (name, params, &error);
  if (request == NULL) {
    g_task_report_error (self, callback, user_data, minipay_account_call_async, error);
    return;
  }
  minipay_account_start (self,
                         MINIPAY_OPERATION_CALL,
                         G_OBJECT (request),
                         cancellable,
                         minipay_account_call_async,
                         callback,
                         user_data);
}

/**
 * minipay_account_call_finish:
 * @self: an account
 * @result: what the callback got
 * @error: return location for an error
 *
 * Errors: as minipay_account_call().
 *
 * Returns: (transfer full): what the gateway says
 *
 * Since: 0.1
 */
MinipayReport *
minipay_account_call_finish (MinipayAccount *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
