/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "weidoufu-codec.h"
#include "weidoufu-message.h"

#define RECEIVER_PREFIX "BK"

/* --- The refund: it has no number of its own on the wire --- */

MinipayHttpRequest *
weidoufu_build_refund (MinipayExchange *x, gconstpointer data, GError **error)
{
  MinipayRefundRequest *refund = minipay_exchange_get_refund_request (x);
  g_autoptr (MinipayParams) params = minipay_params_new ();

  minipay_params_set_string (params, "access_key", minipay_exchange_get_setting (x, "access-key"));
  minipay_params_set_integer (
      params, "refund_fee", minipay_money_get_minor (minipay_refund_request_get_amount (refund)));
  minipay_params_set_string (params, "out_order_no", minipay_refund_request_get_out_trade_no (refund));
  minipay_params_set_string (params, "mch_trade_no", minipay_refund_request_get_transaction_id (refund));
  return weidoufu_message_new_post (x, "/pay/refund", params, error);
}

GObject *
weidoufu_parse_refund (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayJson) json = weidoufu_message_read_answer (x, answer, error);
  g_autoptr (MinipayMoney) amount = NULL;
  g_autoptr (MinipayMoney) total = NULL;
  MinipayJsonNode root, details;
  MinipayRefundClaim claim = { 0 };
  gint64 refund_fee, total_fee;

  if (json == NULL)
    return NULL;
  root = minipay_json_get_root (json);
  details = minipay_json_require_object (json, root, "data", error);
  if (details == 0 ||
      !weidoufu_message_read_number (json, details, "refund_fee", 1, WEIDOUFU_MAX_FEE, &refund_fee, error) ||
      !weidoufu_message_read_number (json, details, "total_fee", 1, WEIDOUFU_MAX_FEE, &total_fee, error))
    return NULL;
  claim.out_trade_no = minipay_json_require_string (json, details, "out_order_no", error);
  if (claim.out_trade_no == NULL)
    return NULL;
  claim.transaction_id = minipay_json_require_string (json, details, "mch_trade_no", error);
  if (claim.transaction_id == NULL)
    return NULL;
  amount = minipay_money_new (refund_fee, "CNY");
  total = minipay_money_new (total_fee, "CNY");
  claim.amount = amount;
  claim.total = total;
  /* this answer is the last word there is: nothing queries a refund, and nobody notifies of one */
  claim.state =
      g_strcmp0 (minipay_json_get_string (json, minipay_json_get_member (json, root, "status")), "success") == 0
          ? MINIPAY_REFUND_STATE_REFUNDED
          : MINIPAY_REFUND_STATE_PENDING;
  claim.raw_text = minipay_http_response_get_body (answer);
  return G_OBJECT (minipay_refund_new_from_claim (&claim));
}

/* --- The account of a receiver --- */

MinipayHttpRequest *
weidoufu_build_account_query (MinipayExchange *x, gconstpointer data, GError **error)
{
  const char *receiver = minipay_exchange_get_extra_text (x, "receiver_code");
  g_autoptr (MinipayParams) params = minipay_params_new ();

  if (receiver == NULL || !g_str_has_prefix (receiver, RECEIVER_PREFIX)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "receiver_code is \"%s\", allowed are those that begin with " RECEIVER_PREFIX,
                 receiver != NULL ? receiver : "");
    return NULL;
  }
  minipay_params_set_string (params, "access_key", minipay_exchange_get_setting (x, "access-key"));
  minipay_params_set_string (params, "receiver_code", receiver);
  return weidoufu_message_new_post (x, "/funds/query", params, error);
}

/* What stands in data is not documented, so it is told as it came: a text as it reads, anything else as its JSON.
 */
GObject *
weidoufu_parse_account_query (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayJson) json = weidoufu_message_read_answer (x, answer, error);
  g_auto (GVariantDict) values = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *told = NULL;
  MinipayJsonNode details;
  const char *message, *raw;
  gsize length;

  if (json == NULL)
    return NULL;
  details = minipay_json_get_member (json, minipay_json_get_root (json), "data");
  if (minipay_json_get_kind (json, details) == MINIPAY_JSON_STRING) {
    told = g_strdup (minipay_json_get_string (json, details));
  } else if (details != 0) {
    raw = minipay_json_get_raw (json, details, &length);
    told = g_strndup (raw, length);
  }
  message = weidoufu_message_get_text (json);
  if (told != NULL)
    g_variant_dict_insert (&values, "data", "s", told);
  if (message != NULL)
    g_variant_dict_insert (&values, "message", "s", message);
  return G_OBJECT (minipay_report_new_from_values (
      "account-query", g_variant_dict_end (&values), minipay_http_response_get_body (answer)));
}
