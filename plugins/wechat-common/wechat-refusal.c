/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-refusal.h"

#include <string.h>

#define UNKNOWN_ORDER                                                                                              \
  "this account has no such order now: check number and account; repeat only with the same number"
#define OUR_FAULT    "a fault of the software that sent it: report it"
#define MEND_REQUEST "mend the request as the message says"
#define CHECK_PAIR   "bind appid and mchid to each other in the merchant console"
#define SETTLE       "query the order and settle it"
#define UNCHANGED    "query, or repeat unchanged"
#define LATER        "repeat later, unchanged"

static const struct {
  const char *word;
  MinipayError code;
  const char *remedy;
} refusals[] = {
  { "PARAM_ERROR", MINIPAY_ERROR_INVALID, "mend the member that the message names" },
  { "INVALID_REQUEST", MINIPAY_ERROR_INVALID, MEND_REQUEST },
  { "LACK_PARAMS", MINIPAY_ERROR_INVALID, MEND_REQUEST },
  { "XML_FORMAT_ERROR", MINIPAY_ERROR_INVALID, OUR_FAULT },
  { "REQUIRE_POST_METHOD", MINIPAY_ERROR_INVALID, OUR_FAULT },
  { "POST_DATA_EMPTY", MINIPAY_ERROR_INVALID, OUR_FAULT },
  { "NOT_UTF8", MINIPAY_ERROR_INVALID, OUR_FAULT },
  { "APPID_MCHID_NOT_MATCH", MINIPAY_ERROR_CONFIG, CHECK_PAIR },
  { "APPID_NOT_EXIST", MINIPAY_ERROR_CONFIG, "check appid" },
  { "MCHID_NOT_EXIST", MINIPAY_ERROR_CONFIG, "check mchid" },
  { "MCH_NOT_EXISTS", MINIPAY_ERROR_CONFIG, "check mchid" },
  { "SIGN_ERROR", MINIPAY_ERROR_AUTH, "check private-key, merchant-serial and the clock" },
  { "SIGNERROR", MINIPAY_ERROR_AUTH, "check api-key and sign-type" },
  { "NO_AUTH", MINIPAY_ERROR_AUTH, "apply for the product or the permission in the merchant console" },
  { "NOAUTH", MINIPAY_ERROR_AUTH, "apply for the product or the permission in the merchant console" },
  { "NOTENOUGH", MINIPAY_ERROR_REFUSED, "the buyer has not enough money" },
  { "ORDER_CLOSED", MINIPAY_ERROR_CONFLICT, "order anew under another out_trade_no" },
  { "ORDERCLOSED", MINIPAY_ERROR_CONFLICT, "order anew under another out_trade_no" },
  { "OUT_TRADE_NO_USED", MINIPAY_ERROR_CONFLICT, "query the order; repeat it unchanged or use another number" },
  { "ORDERPAID", MINIPAY_ERROR_ALREADY_PAID, SETTLE },
  { "ORDER_PAID", MINIPAY_ERROR_ALREADY_PAID, SETTLE },
  { "ORDER_NOT_EXIST", MINIPAY_ERROR_NOT_FOUND, UNKNOWN_ORDER },
  { "ORDERNOTEXIST", MINIPAY_ERROR_NOT_FOUND, UNKNOWN_ORDER },
  { "RESOURCE_NOT_EXISTS", MINIPAY_ERROR_NOT_FOUND, NULL },
  { "FREQUENCY_LIMITED", MINIPAY_ERROR_RATE_LIMITED, LATER },
  { "RATELIMIT_EXCEEDED", MINIPAY_ERROR_RATE_LIMITED, LATER },
  { "RATE_LIMITED", MINIPAY_ERROR_RATE_LIMITED, LATER },
  { "SYSTEM_ERROR", MINIPAY_ERROR_OUTCOME_UNKNOWN, UNCHANGED },
  { "SYSTEMERROR", MINIPAY_ERROR_OUTCOME_UNKNOWN, UNCHANGED },
  { "BANK_ERROR", MINIPAY_ERROR_OUTCOME_UNKNOWN, UNCHANGED },
  { "SERVICE_UNAVAILABLE", MINIPAY_ERROR_OUTCOME_UNKNOWN, UNCHANGED },
};

gboolean
wechat_refusal_set_known_error (MinipayExchange *x, const char *word, const char *message, GError **error)
{
  for (guint i = 0; word != NULL && i < G_N_ELEMENTS (refusals); i++) {
    if (strcmp (word, refusals[i].word) != 0)
      continue;
    minipay_exchange_refuse (x, refusals[i].code, word, message, refusals[i].remedy, error);
    return TRUE;
  }
  return FALSE;
}
