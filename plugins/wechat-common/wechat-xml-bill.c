/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-xml-bill.h"

static const struct {
  MinipayBillKind kind;
  WechatXmlCall call;
  const char *choice; /* the extra that chooses among bills of this kind */
  const char *choice_default;
  MinipaySendFlags flags;
} bills[] = {
  { MINIPAY_BILL_KIND_TRADE,
    { "/pay/downloadbill" },
    "bill_type",
    "ALL",
    MINIPAY_SEND_FLAGS_SAFE | MINIPAY_SEND_FLAGS_BILL },
  { MINIPAY_BILL_KIND_FUND_FLOW,
    { "/pay/downloadfundflow", WECHAT_XML_HMAC },
    "account_type",
    "Basic",
    MINIPAY_SEND_FLAGS_SAFE | MINIPAY_SEND_FLAGS_BILL | MINIPAY_SEND_FLAGS_IDENTITY },
};

static gboolean
bill_check_choices (MinipayExchange *x, guint index, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (bills); i++) {
    if (i == index || minipay_exchange_get_extra_text (x, bills[i].choice) == NULL)
      continue;
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "%s chooses among other bills, allowed for this one is %s",
                 bills[i].choice,
                 bills[index].choice);
    return FALSE;
  }
  return TRUE;
}

MinipayHttpRequest *
wechat_xml_build_bill (MinipayExchange *x, gconstpointer data, GError **error)
{
  MinipayBillRequest *bill = minipay_exchange_get_bill_request (x);
  g_auto (GStrv) day = g_strsplit (minipay_bill_request_get_date (bill), "-", 3);
  g_autofree char *bill_date = g_strjoinv ("", day);
  g_autoptr (MinipayParams) params = minipay_params_new ();
  g_autoptr (MinipayHttpRequest) request = NULL;
  const char *chosen;
  guint i = 0;

  while (i < G_N_ELEMENTS (bills) && bills[i].kind != minipay_bill_request_get_kind (bill))
    i++;
  if (i == G_N_ELEMENTS (bills)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_NOT_SUPPORTED,
                 "this gateway has bills of trades and of fund flows, and no others");
    return NULL;
  }
  if (!bill_check_choices (x, i, error))
    return NULL;
  chosen = minipay_exchange_get_extra_text (x, bills[i].choice);
  minipay_params_set_string (params, "bill_date", bill_date);
  minipay_params_set_string (params, bills[i].choice, chosen != NULL ? chosen : bills[i].choice_default);
  minipay_params_set_string (params, "tar_type", "GZIP");
  request = wechat_xml_new_request (x, &bills[i].call, params, error);
  if (request != NULL)
    minipay_exchange_send (x, request, bills[i].flags);
  return NULL;
}

/* An answer that has a body is no bill, but a refusal: it comes without a signature, and settles nothing. */
GObject *
wechat_xml_parse_bill (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  GBytes *body = minipay_http_response_get_body (answer);
  g_autoptr (MinipayParams) params = NULL;
  const char *word, *message;

  if (minipay_http_response_get_status (answer) == 200 && body == NULL)
    return G_OBJECT (minipay_bill_new_claimed (NULL));
  body = minipay_exchange_require_body (x, answer, error);
  params = body != NULL ? wechat_xml_parse (body, "xml", error) : NULL;
  if (params == NULL)
    return NULL;
  message = minipay_params_lookup (params, "err_code_des");
  if (message == NULL)
    message = minipay_params_lookup (params, "return_msg");
  word = minipay_params_lookup (params, "err_code");
  if (word == NULL)
    word = minipay_params_lookup (params, "return_msg");
  if (word == NULL || !minipay_exchange_refuse_known (x, word, message, error))
    minipay_exchange_refuse (x, MINIPAY_ERROR_PROTOCOL, word, message, NULL, error);
  return NULL;
}
