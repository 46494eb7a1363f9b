/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "showdoc-aggregator-codec.h"
#include "showdoc-aggregator-value.h"

/* The bytes that hold the members: of a sealed body what is sealed, and never what stands beside the seal. */
static GBytes *
notification_open_body (MinipayExchange *x, GBytes *body, GError **error)
{
  g_autoptr (MinipayJson) json = minipay_json_parse (body, error);
  MinipayJsonNode sealed;

  if (json == NULL)
    return NULL;
  sealed = minipay_json_get_member (json, minipay_json_get_root (json), "reqmsg");
  if (sealed != 0)
    return aggregator_seal_open (x, minipay_json_get_string (json, sealed), error);
  if (minipay_account_config_get_boolean (minipay_exchange_get_config (x), "plain-notifications"))
    return g_bytes_ref (body);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PROTOCOL,
               "the notification is not sealed, plain-notifications=false allows none but sealed ones");
  return NULL;
}

GObject *
aggregator_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  GBytes *body = minipay_http_request_get_body (incoming);
  g_auto (AggregatorMembers) members = { 0 };
  g_autoptr (GBytes) text = NULL;

  if (body == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the notification is empty");
    return NULL;
  }
  aggregator_members_init (&members);
  text = notification_open_body (x, body, error);
  if (text == NULL || !aggregator_members_read (&members, x, text, error) ||
      !aggregator_members_check_customer (&members, x, error))
    return NULL;
  if (aggregator_members_lookup (&members, "refOrderNo") == NULL &&
      aggregator_members_lookup (&members, "refundStatus") == NULL)
    return (GObject *) aggregator_new_payment (x, &members, text, error);
  /* nothing said about how it went is nothing to act upon */
  if (aggregator_members_require (&members, "refOrderNo", error) == NULL ||
      aggregator_members_require (&members, "refundStatus", error) == NULL ||
      aggregator_members_require (&members, "refundAmount", error) == NULL)
    return NULL;
  return (GObject *) aggregator_new_refund (&members, text, error);
}
