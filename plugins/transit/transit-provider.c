/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "transit-codec.h"

/* Deductions for rides with WeChat's ride code. */

/* What a repeated out_order_no does is not documented, so a deduction is never repeated by itself. */
static const MinipayCall transit_calls[] = {
  { MINIPAY_OPERATION_CREATE, MINIPAY_SEND_FLAGS_NONE, transit_build_create, transit_parse_create },
  { 0 },
};

/* Which form requests have decides whether there must be a token. */
static gboolean
transit_configure (MinipayAccountConfig *config, GError **error)
{
  if (strcmp (minipay_account_config_get_string (config, "request-form"), "token") != 0 ||
      minipay_account_config_has_field (config, "access-token"))
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_CONFIG,
               "account %s: these settings are missing: access-token, which request-form=token sends",
               minipay_account_config_get_name (config));
  return FALSE;
}

static const MinipayProviderTable transit_table = {
  .calls = transit_calls,
  .configure = transit_configure,
  .parse_notification = transit_parse_notification,
  .acknowledge = transit_new_reply,
};

MINIPAY_PROVIDER_DEFINE_TABLE (MinipayTransitProvider, minipay_transit_provider, &transit_table)
