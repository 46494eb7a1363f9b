/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "provider/minipay-call.h"

#include <string.h>

#include "core/minipay-error.h"
#include "provider/minipay-exchange-private.h"
#include "provider/minipay-provider-info-private.h"

static gboolean
call_is_for (const MinipayCall *call, const char *name, const char *mode)
{
  return (call->mode == NULL || g_strcmp0 (call->mode, mode) == 0) &&
         strcmp (call->name != NULL ? call->name : minipay_operation_to_string (call->operation), name) == 0;
}

static const MinipayCall *
call_find (MinipayExchange *x, const MinipayCall *calls, GError **error)
{
  const char *mode = minipay_account_config_get_mode (minipay_exchange_get_config (x));

  for (; calls->build != NULL; calls++)
    if (call_is_for (calls, minipay_exchange_get_name (x), mode))
      return calls;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_NOT_SUPPORTED,
               "provider %s has no call for %s",
               minipay_provider_info_get_id (minipay_exchange_get_info (x)),
               minipay_exchange_get_name (x));
  return NULL;
}

gboolean
minipay_exchange_begin_call (MinipayExchange *x, const MinipayCall *calls, GError **error)
{
  const MinipayCall *call = call_find (x, calls, error);
  g_autoptr (MinipayHttpRequest) request = NULL;

  if (call == NULL)
    return FALSE;
  request = call->build (x, call->data, error);
  if (request != NULL)
    minipay_exchange_send (x, request, call->flags);
  return minipay_exchange_get_request (x) != NULL;
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
  result = call->parse (x, call->data, answer, error);
  if (result != NULL)
    minipay_exchange_complete (x, result);
  return result != NULL || minipay_exchange_get_pending_reason (x) != NULL ||
         minipay_exchange_get_request (x) != NULL;
}

const char *
minipay_exchange_get_setting (MinipayExchange *x, const char *field)
{
  return minipay_account_config_get_string (minipay_exchange_get_config (x), field);
}

gboolean
minipay_text_tells_trouble (const char *text)
{
  static const char *const words[] = { "系统",    "超时",     "繁忙",        "网络",     "异常", "处理中",
                                       "稍后",    "不可用",   "system",      "timeout",  "busy", "network",
                                       "process", "internal", "unavailable", "timed out" };
  g_autofree char *lower = text != NULL ? g_ascii_strdown (text, -1) : NULL;

  for (guint i = 0; lower != NULL && i < G_N_ELEMENTS (words); i++)
    if (strstr (lower, words[i]) != NULL)
      return TRUE;
  return FALSE;
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
                             NULL,
                             status >= 400 && status < 500
                                 ? "check the address that it went to, and find out what became of it"
                                 : "find out what became of it",
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
  g_autoptr (GObject) result = table_of (provider)->parse_notification (x, incoming, error);

  if (result == NULL)
    return FALSE;
  minipay_exchange_complete (x, result);
  return TRUE;
}

static MinipayHttpResponse *
table_acknowledge (MinipayPaymentProvider *provider, MinipayExchange *x, gboolean accepted, GError **error)
{
  return table_of (provider)->acknowledge (x, accepted, error);
}

/* What is wrong with an operation's rows, or NULL. */
static const char *
table_find_fault (const MinipayProviderTable *table, const char *operation, const char *mode)
{
  const MinipayCall *row = NULL;

  if (strcmp (operation, "receive") == 0)
    return table->parse_notification != NULL ? NULL : "no parse_notification";
  for (const MinipayCall *call = table->calls; call != NULL && call->build != NULL; call++) {
    if (!call_is_for (call, operation, mode))
      continue;
    if (row != NULL)
      return "two rows";
    row = call;
  }
  if (row == NULL)
    return "no build";
  return row->parse != NULL ? NULL : "no parse";
}

gboolean
minipay_provider_table_check (MinipayPaymentProvider *provider,
                              MinipayProviderInfo *info,
                              const char *mode,
                              GError **error)
{
  const MinipayProviderTable *table = table_of (provider);
  const MinipayManifest *manifest = minipay_provider_info_get_manifest (info);
  const char *const *operations = minipay_manifest_get_operations (manifest, mode);

  for (; table != NULL && *operations != NULL; operations++) {
    const char *fault = table_find_fault (table, *operations, mode);

    if (fault == NULL)
      continue;
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PLUGIN,
                 "provider %s promises %s in its manifest, and its table has %s for it",
                 manifest->id,
                 *operations,
                 fault);
    return FALSE;
  }
  return TRUE;
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
