/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-bill.h"
#include "core/minipay-checkout.h"
#include "core/minipay-enum-types.h"
#include "core/minipay-error-private.h"
#include "core/minipay-payment-private.h"
#include "core/minipay-refund-private.h"
#include "core/minipay-report-private.h"
#include "provider/minipay-account-config-private.h"
#include "provider/minipay-exchange-struct-private.h"
#include "provider/minipay-limits-private.h"

/* More requests than any gateway's flow has: a provider that goes on is lost. */
#define MAX_SENDS 8

#define MAX_REQUEST_BYTES (1024 * 1024)

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

/* Only what happens between the two calls counts. */
static void
exchange_set_in_hook (MinipayExchange *self, gboolean is_in_hook)
{
  g_mutex_lock (&self->mutex);
  self->is_in_hook = is_in_hook;
  g_mutex_unlock (&self->mutex);
}

static gboolean
exchange_prepare_hook (MinipayExchange *self, MinipayHttpResponse *answer, GError **error)
{
  minipay_exchange_clear_acts (self);
  g_clear_pointer (&self->newest_key_id, g_free);
  g_clear_pointer (&self->new_keys, g_hash_table_unref);
  self->is_verified = FALSE;
  self->has_unknown_key = FALSE;
  self->is_hint = FALSE;
  g_set_object (&self->answer, answer);
  self->now = self->environment->now (self->environment->data);
  /* who judges a notification signs nothing */
  if (self->operation != MINIPAY_OPERATION_RECEIVE &&
      !self->environment->nonce (self->environment->data, self->nonce, error))
    return FALSE;
  exchange_set_in_hook (self, TRUE);
  return TRUE;
}

/* The request with the same headers and body, and a target that is a path. */
static MinipayHttpRequest *
exchange_new_relative_request (MinipayHttpRequest *request, const char *target)
{
  MinipayHeaders *headers = minipay_http_request_get_headers (request);
  MinipayHttpRequest *relative = minipay_http_request_new (
      minipay_http_request_get_method (request), target, minipay_http_request_get_body (request));

  for (guint i = 0; i < minipay_headers_get_length (headers); i++)
    minipay_http_request_add_header (
        relative, minipay_headers_get_name (headers, i), minipay_headers_get_value (headers, i));
  return relative;
}

/* A path goes to the account's hosts in turn; an absolute target to the one of them that it names. */
static gboolean
exchange_check_target (MinipayExchange *self, GError **error)
{
  const char *target = minipay_http_request_get_target (self->request);
  g_autofree char *path = NULL;
  g_autofree char *quoted = NULL;
  g_autoptr (GError) local_error = NULL;
  MinipayHttpRequest *relative;

  if (target[0] == '/' && target[1] != '/')
    return TRUE;
  if (!minipay_account_config_resolve (self->config, "the target", target, &self->origin, &path, &local_error)) {
    /* a query may carry a token */
    quoted = minipay_error_quote (target, (gssize) strcspn (target, "?"));
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PLUGIN,
                 "provider %s sends to \"%s\", allowed are paths and its declared hosts: %s",
                 minipay_provider_info_get_id (self->info),
                 quoted,
                 local_error->message);
    return FALSE;
  }
  relative = exchange_new_relative_request (self->request, path);
  g_object_unref (self->request);
  self->request = relative;
  return TRUE;
}

static gboolean
exchange_check_body (MinipayExchange *self, GError **error)
{
  GBytes *body = minipay_http_request_get_body (self->request);

  if (body == NULL || g_bytes_get_size (body) <= MAX_REQUEST_BYTES)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PLUGIN,
               "provider %s sends %" G_GSIZE_FORMAT " bytes, allowed are %d",
               minipay_provider_info_get_id (self->info),
               g_bytes_get_size (body),
               MAX_REQUEST_BYTES);
  return FALSE;
}

static gboolean
exchange_check_identity (MinipayExchange *self, GError **error)
{
  if ((self->flags & MINIPAY_SEND_FLAGS_IDENTITY) == 0 ||
      minipay_account_config_get_identity (self->config) != NULL)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_CONFIG,
               "account %s has no client certificate, which %s of provider %s needs",
               minipay_account_config_get_name (self->config),
               minipay_exchange_get_name (self),
               minipay_provider_info_get_id (self->info));
  return FALSE;
}

static GType
exchange_get_result_type (MinipayExchange *self)
{
  switch (self->operation) {
  case MINIPAY_OPERATION_CREATE:
    return MINIPAY_TYPE_CHECKOUT;
  case MINIPAY_OPERATION_REFRESH_KEYS:
    return MINIPAY_TYPE_ACCOUNT_CONFIG;
  case MINIPAY_OPERATION_REFUND:
  case MINIPAY_OPERATION_QUERY_REFUND:
    return MINIPAY_TYPE_REFUND;
  case MINIPAY_OPERATION_DOWNLOAD_BILL:
    return MINIPAY_TYPE_BILL;
  case MINIPAY_OPERATION_CALL:
    return MINIPAY_TYPE_REPORT;
  case MINIPAY_OPERATION_RECEIVE:
    if (MINIPAY_IS_REFUND (self->result) || MINIPAY_IS_REPORT (self->result))
      return G_OBJECT_TYPE (self->result);
    return MINIPAY_TYPE_PAYMENT;
  case MINIPAY_OPERATION_QUERY:
  case MINIPAY_OPERATION_CLOSE:
  case MINIPAY_OPERATION_REVERSE:
  default:
    return MINIPAY_TYPE_PAYMENT;
  }
}

static gboolean
exchange_check_result (MinipayExchange *self, GError **error)
{
  GType wanted = exchange_get_result_type (self);

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
  return exchange_check_target (self, error) && exchange_check_body (self, error) &&
         exchange_check_identity (self, error) && minipay_exchange_open_bill (self, error);
}

/* Whether a signature covers what is claimed is known here, and told by nobody else. */
static void
exchange_mark_result (MinipayExchange *self)
{
  MinipayPayment *payment = NULL;

  if (MINIPAY_IS_REFUND (self->result))
    minipay_refund_set_authenticated (MINIPAY_REFUND (self->result), self->is_verified);
  else if (MINIPAY_IS_REPORT (self->result))
    minipay_report_set_authenticated (MINIPAY_REPORT (self->result), self->is_verified);
  else if (MINIPAY_IS_PAYMENT (self->result))
    payment = MINIPAY_PAYMENT (self->result);
  else if (MINIPAY_IS_CHECKOUT (self->result))
    payment = minipay_checkout_get_payment (MINIPAY_CHECKOUT (self->result));
  if (payment != NULL)
    minipay_payment_set_authenticated (payment, self->is_verified);
}

static gboolean
error_has_known_code (const GError *error)
{
  g_autoptr (GEnumClass) codes = g_type_class_ref (MINIPAY_TYPE_ERROR);

  return error->domain == MINIPAY_ERROR && g_enum_get_value (codes, error->code) != NULL;
}

static gboolean
exchange_end_hook (MinipayExchange *self, gboolean is_good, GError *local_error, GError **error)
{
  g_autoptr (GError) owned = local_error;

  exchange_set_in_hook (self, FALSE);
  self->has_verified |= self->is_verified;
  if (is_good && owned == NULL && exchange_check_acts (self, &owned)) {
    exchange_mark_result (self);
    self->step++;
    return TRUE;
  }
  minipay_exchange_clear_acts (self);
  if (owned == NULL)
    exchange_set_plugin_error (self, &owned, "failed without giving a reason");
  if (error_has_known_code (owned)) {
    g_propagate_error (error, minipay_error_recode (owned, (MinipayError) owned->code, NULL));
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
  self->has_verified = FALSE;
  g_clear_pointer (&self->kept, g_bytes_unref);
  self->flags = MINIPAY_SEND_FLAGS_NONE;
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
  return exchange_end_hook (self, is_good, local_error, error);
}

gboolean
minipay_exchange_receive (MinipayExchange *self, MinipayHttpRequest *incoming, GError **error)
{
  GError *local_error = NULL;
  gboolean is_good;

  if (!exchange_prepare_hook (self, NULL, error))
    return FALSE;
  g_set_object (&self->incoming, incoming);
  is_good =
      MINIPAY_PAYMENT_PROVIDER_GET_IFACE (self->provider)->receive (self->provider, self, incoming, &local_error);
  if (!exchange_end_hook (self, is_good, local_error, error))
    return FALSE;
  if (self->pending_reason != NULL) {
    exchange_set_plugin_error (self, error, "leaves a notification pending");
    return FALSE;
  }
  if (!self->is_verified && !self->is_hint) {
    exchange_set_plugin_error (self, error, "took a notification without verifying it");
    return FALSE;
  }
  return TRUE;
}

MinipayHttpResponse *
minipay_exchange_acknowledge (MinipayExchange *self, gboolean accepted, GVariant *values, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (MinipayHttpResponse) reply = NULL;

  g_clear_pointer (&self->reply_values, g_variant_unref);
  self->reply_values = values != NULL ? g_variant_ref (values) : NULL;
  /* what it says may be sealed: no nonce seals twice */
  if (values != NULL && !self->environment->nonce (self->environment->data, self->nonce, error))
    return NULL;
  reply = MINIPAY_PAYMENT_PROVIDER_GET_IFACE (self->provider)
              ->acknowledge (self->provider, self, accepted, &local_error);
  if (reply != NULL && local_error == NULL)
    return g_steal_pointer (&reply);
  if (values != NULL && g_error_matches (local_error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID))
    g_propagate_error (error, g_steal_pointer (&local_error));
  else if (local_error != NULL)
    g_propagate_error (
        error, minipay_error_recode (local_error, MINIPAY_ERROR_PLUGIN, minipay_provider_info_get_id (self->info)));
  else
    exchange_set_plugin_error (self, error, "has no acknowledgement");
  return NULL;
}

const char *
minipay_exchange_get_advice (MinipayExchange *self)
{
  switch (self->operation) {
  case MINIPAY_OPERATION_REFUND:
    if (minipay_limits_check_operation (self->info, self->config, "query-refund", NULL))
      return "the outcome is unknown, query the refund";
    return "the outcome is unknown, and this gateway cannot be asked: look into its console";
  case MINIPAY_OPERATION_CALL:
    return "the outcome is unknown, find out what became of it";
  default:
    if (minipay_limits_check_operation (self->info, self->config, "query", NULL))
      return "the outcome is unknown, query it";
    return "the outcome is unknown, wait for the notification";
  }
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

guint
minipay_exchange_get_n_sends (MinipayExchange *self)
{
  return self->n_sends;
}

const char *
minipay_exchange_get_origin (MinipayExchange *self)
{
  return self->origin;
}

const char *
minipay_exchange_get_suggested_query (MinipayExchange *self)
{
  return self->suggested;
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

gboolean
minipay_exchange_has_unknown_key (MinipayExchange *self)
{
  return self->has_unknown_key;
}

GHashTable *
minipay_exchange_get_new_keys (MinipayExchange *self)
{
  return self->new_keys;
}
