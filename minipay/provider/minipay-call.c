/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "provider/minipay-call.h"

#include "core/minipay-error.h"
#include "provider/minipay-exchange-private.h"

static const MinipayCall *
call_find (MinipayExchange *x, const MinipayCall *calls, GError **error)
{
  for (; calls->build != NULL; calls++)
    if (calls->operation == minipay_exchange_get_operation (x))
      return calls;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_NOT_SUPPORTED,
               "provider %s has no call for this operation",
               minipay_provider_info_get_id (minipay_exchange_get_info (x)));
  return NULL;
}

gboolean
minipay_exchange_begin_call (MinipayExchange *x, const MinipayCall *calls, GError **error)
{
  const MinipayCall *call = call_find (x, calls, error);
  g_autoptr (MinipayHttpRequest) request = NULL;

  if (call == NULL)
    return FALSE;
  request = call->build (x, error);
  if (request == NULL)
    return FALSE;
  minipay_exchange_send (x, request, call->flags);
  return TRUE;
}

gboolean
minipay_exchange_resume_call (MinipayExchange *x,
                              const MinipayCall *calls,
                              MinipayHttpResponse *answer,
                              GError **error)
{
  const MinipayCall *call = call_find (x, calls, error);
  g_autoptr (GObject) result = NULL;

  if (call == NULL)
    return FALSE;
  result = call->parse (x, answer, error);
  if (result != NULL)
    minipay_exchange_complete (x, result);
  return result != NULL || minipay_exchange_get_pending_reason (x) != NULL;
}

GBytes *
minipay_exchange_require_body (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  const guint status = minipay_http_response_get_status (answer);
  GBytes *body = minipay_http_response_get_body (answer);

  if (status == 200 && body != NULL)
    return body;
  if (status == 429)
    minipay_exchange_refuse (x, MINIPAY_ERROR_RATE_LIMITED, NULL, NULL, "repeat later, unchanged", error);
  else
    minipay_exchange_refuse (x,
                             status >= 500 ? MINIPAY_ERROR_OUTCOME_UNKNOWN : MINIPAY_ERROR_PROTOCOL,
                             NULL,
                             "an answer that is not 200 with a body",
                             "find out what became of it",
                             error);
  return NULL;
}

/* --- A provider made of one table --- */

static const MinipayProviderTable *
table_of (MinipayPaymentProvider *provider)
{
  return MINIPAY_PAYMENT_PROVIDER_GET_IFACE (provider)->table;
}

static gboolean
table_configure (MinipayPaymentProvider *provider, MinipayAccountConfig *config, GError **error)
{
  return table_of (provider)->configure (config, error);
}

static gboolean
table_begin (MinipayPaymentProvider *provider, MinipayExchange *x, GError **error)
{
  return minipay_exchange_begin_call (x, table_of (provider)->calls, error);
}

static gboolean
table_resume (MinipayPaymentProvider *provider, MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  return minipay_exchange_resume_call (x, table_of (provider)->calls, answer, error);
}

static gboolean
table_receive (MinipayPaymentProvider *provider, MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  g_autoptr (MinipayPayment) payment = table_of (provider)->parse_notification (x, incoming, error);

  if (payment == NULL)
    return FALSE;
  minipay_exchange_complete (x, G_OBJECT (payment));
  return TRUE;
}

static MinipayHttpResponse *
table_acknowledge (MinipayPaymentProvider *provider, MinipayExchange *x, gboolean accepted, GError **error)
{
  return table_of (provider)->acknowledge (x, accepted, error);
}

void
minipay_provider_table_implement (MinipayPaymentProviderInterface *iface, const MinipayProviderTable *table)
{
  g_return_if_fail (iface != NULL && table != NULL);

  iface->table = table;
  if (table->configure != NULL)
    iface->configure = table_configure;
  if (table->calls != NULL) {
    iface->begin = table_begin;
    iface->resume = table_resume;
  }
  if (table->parse_notification != NULL)
    iface->receive = table_receive;
  if (table->acknowledge != NULL)
    iface->acknowledge = table_acknowledge;
}

const char *
minipay_headers_require (const MinipayHeaders *headers, const char *name, MinipayError code, GError **error)
{
  guint count;
  const char *value = minipay_headers_lookup (headers, name, &count);

  if (count == 1 && *value != '\0') {
    /* a line end in a signed line would move the border between the lines */
    for (const char *p = value; *p != '\0'; p++)
      if ((guchar) *p < 0x20 || *p == 0x7f) {
        g_set_error (error, MINIPAY_ERROR, code, "header %s has a control character", name);
        return NULL;
      }
    return value;
  }
  g_set_error (error, MINIPAY_ERROR, code, "header %s stands %u times, allowed is once with a value", name, count);
  return NULL;
}
