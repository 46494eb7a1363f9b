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
