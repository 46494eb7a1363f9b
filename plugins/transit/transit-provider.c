/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "transit-codec.h"
#include "transit-message.h"
#include "transit-v2.h"
#include "transit-v3.h"
#include "wechat-message.h"
#include "wechat-xml-bill.h"
#include "wechat-xml-call.h"
#include "wechat-xml-payment.h"
#include "wechat-xml-refund.h"

/* Deductions for rides with WeChat's ride code. */

#define INDUSTRY "industry"
#define V2       "v2"
#define V3       "v3"

#define SAFE MINIPAY_SEND_FLAGS_SAFE

static const WechatXmlCall query_order = { "/transit/queryorder" };
static const WechatXmlCall query_state = { "/transit/pay/querystate" };
static const WechatXmlCall list_refunds = { "/pay/refundquery",
                                            WECHAT_XML_PLAIN,
                                            { "transaction_id", "out_trade_no" } };

/* What a repeated number does is not documented, so a deduction is never repeated by itself. Refunds and bills of
 * interface B are those of the API v2. */
static const MinipayCall transit_calls[] = {
  { MINIPAY_OPERATION_CREATE,
    MINIPAY_SEND_FLAGS_NONE,
    transit_build_create,
    transit_parse_create,
    .mode = INDUSTRY },
  { MINIPAY_OPERATION_CALL,
    SAFE,
    transit_build_arrears_users,
    transit_parse_arrears_users,
    .name = "arrears-users",
    .mode = INDUSTRY },
  { MINIPAY_OPERATION_CALL,
    SAFE,
    transit_build_jump_data,
    transit_parse_jump_data,
    .name = "jump-data",
    .mode = INDUSTRY },
  { MINIPAY_OPERATION_CREATE,
    MINIPAY_SEND_FLAGS_NONE,
    transit_v2_build_create,
    transit_v2_parse_create,
    .mode = V2 },
  { MINIPAY_OPERATION_QUERY, SAFE, wechat_xml_build_query, wechat_xml_parse_query, &query_order, NULL, V2 },
  { MINIPAY_OPERATION_REFUND,
    MINIPAY_SEND_FLAGS_IDEMPOTENT | MINIPAY_SEND_FLAGS_IDENTITY,
    wechat_xml_build_refund,
    wechat_xml_parse_refund,
    .mode = V2 },
  { MINIPAY_OPERATION_QUERY_REFUND,
    SAFE,
    wechat_xml_build_query_refund,
    wechat_xml_parse_query_refund,
    .mode = V2 },
  { MINIPAY_OPERATION_DOWNLOAD_BILL,
    SAFE | MINIPAY_SEND_FLAGS_BILL,
    wechat_xml_build_bill,
    wechat_xml_parse_bill,
    .mode = V2 },
  { MINIPAY_OPERATION_CALL, SAFE, wechat_xml_build_call, wechat_xml_parse_call, &list_refunds, "list-refunds", V2 },
  { MINIPAY_OPERATION_CALL, SAFE, wechat_xml_build_call, wechat_xml_parse_call, &query_state, "user-state", V2 },
  { MINIPAY_OPERATION_CREATE,
    MINIPAY_SEND_FLAGS_IDEMPOTENT,
    transit_v3_build_create,
    transit_v3_parse_create,
    .mode = V3 },
  { MINIPAY_OPERATION_QUERY, SAFE, transit_v3_build_query, transit_v3_parse_query, .mode = V3 },
  { MINIPAY_OPERATION_CALL,
    SAFE,
    transit_v3_build_user_state,
    transit_v3_parse_user_state,
    .name = "user-state",
    .mode = V3 },
  { 0 },
};

static gboolean
transit_has_mode (MinipayAccountConfig *config, const char *mode)
{
  return strcmp (minipay_account_config_get_mode (config), mode) == 0;
}

/* Which form requests have decides whether there must be a token. */
static gboolean
transit_configure (MinipayAccountConfig *config, GError **error)
{
  if (!transit_has_mode (config, INDUSTRY) ||
      strcmp (minipay_account_config_get_string (config, "request-form"), "token") != 0 ||
      minipay_account_config_has_field (config, "access-token"))
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_CONFIG,
               "account %s: these settings are missing: access-token, which request-form=token sends",
               minipay_account_config_get_name (config));
  return FALSE;
}

static GObject *
transit_receive (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  if (transit_has_mode (minipay_exchange_get_config (x), V2))
    return wechat_xml_parse_notification (x, incoming, error);
  if (transit_has_mode (minipay_exchange_get_config (x), V3))
    return transit_v3_parse_notification (x, incoming, error);
  return transit_parse_notification (x, incoming, error);
}

static MinipayHttpResponse *
transit_acknowledge (MinipayExchange *x, gboolean accepted, GError **error)
{
  if (transit_has_mode (minipay_exchange_get_config (x), V2))
    return wechat_xml_acknowledge (x, accepted, error);
  if (transit_has_mode (minipay_exchange_get_config (x), V3))
    return wechat_message_acknowledge (x, accepted, error);
  return transit_new_reply (x, accepted, error);
}

static const MinipayProviderTable transit_table = {
  .calls = transit_calls,
  .configure = transit_configure,
  .parse_notification = transit_receive,
  .acknowledge = transit_acknowledge,
};

MINIPAY_PROVIDER_DEFINE_TABLE (MinipayTransitProvider, minipay_transit_provider, &transit_table)
