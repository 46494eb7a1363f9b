/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-params.h"

#include <string.h>

/* The addresses of a cashier have parameters of their own. What is joined to one or cut off it is an address that
 * does not open, and the answer it stands in names no order. */
static const char *const addresses[] = { "code_url", "mweb_url", NULL };

MinipayScheme
wechat_params_get_scheme (MinipayExchange *x, const char *field)
{
  const char *name = minipay_account_config_get_string (minipay_exchange_get_config (x), field);

  return g_strcmp0 (name, "MD5") == 0 ? MINIPAY_SCHEME_MD5 : MINIPAY_SCHEME_HMAC_SHA256;
}

static char *
params_dup_string_to_sign (const MinipayParams *params)
{
  g_autofree char *sorted = minipay_params_to_sorted_text (params, "sign");

  return g_strconcat (sorted, "&key=", NULL);
}

char *
wechat_params_sign (
    MinipayExchange *x, const MinipayParams *params, MinipayScheme scheme, const char *key, GError **error)
{
  g_autofree char *text = NULL;

  if (!minipay_params_check_unambiguous (params, error))
    return NULL;
  text = params_dup_string_to_sign (params);
  return minipay_exchange_sign (x, scheme, key, text, strlen (text), error);
}

gboolean
wechat_params_verify (MinipayExchange *x,
                      const MinipayParams *params,
                      MinipayScheme scheme,
                      const char *key,
                      const char *sign,
                      GError **error)
{
  const char *ambiguous = minipay_params_find_ambiguous (params, addresses);
  g_autofree char *text = NULL;

  if (ambiguous != NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_SIGNATURE_INVALID,
                 "%s holds what reads as further parameters: the signature does not say where a value ends",
                 ambiguous);
    return FALSE;
  }
  text = params_dup_string_to_sign (params);
  return minipay_exchange_verify (x, scheme, key, text, strlen (text), sign, error);
}
