/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-bill.h"

#include <string.h>

#include "wechat-message.h"
#include "wechat-party.h"

/* What a provider's step counts when the answer to the second request is there. */
#define STEP_FETCHED 2

#define SHA1_LENGTH 40

static const struct {
  MinipayBillKind kind;
  const char *path;
  const char *choice; /* the extra that chooses among bills of this kind, and its parameter */
  const char *choice_default;
} bills[] = {
  { MINIPAY_BILL_KIND_TRADE, "/v3/bill/tradebill", "bill_type", "ALL" },
  { MINIPAY_BILL_KIND_FUND_FLOW, "/v3/bill/fundflowbill", "account_type", "BASIC" },
  { MINIPAY_BILL_KIND_PROFIT_SHARING, "/v3/profitsharing/bills", NULL, NULL },
};

/* What chooses among other bills would change nothing, and be believed to. */
static gboolean
bill_check_choice (MinipayExchange *x, const char *choice, GError **error)
{
  static const char *const choices[] = { "bill_type", "account_type" };

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++) {
    if (g_strcmp0 (choices[i], choice) == 0 || minipay_exchange_get_extra_text (x, choices[i]) == NULL)
      continue;
    g_set_error (
        error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "%s is there, a bill of this kind has none", choices[i]);
    return FALSE;
  }
  return TRUE;
}

/* The first request's target. */
static char *
bill_dup_target (MinipayExchange *x, GError **error)
{
  MinipayBillRequest *request = minipay_exchange_get_bill_request (x);
  const char *date = minipay_bill_request_get_date (request);
  const char *sub_mchid = wechat_party_find_setting (x, "sub-mchid");
  const char *chosen;
  guint i = 0;

  while (i < G_N_ELEMENTS (bills) && bills[i].kind != minipay_bill_request_get_kind (request))
    i++;
  if (i == G_N_ELEMENTS (bills)) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED, "this gateway has no bills of this kind");
    return NULL;
  }
  if (!bill_check_choice (x, bills[i].choice, error))
    return NULL;
  if (bills[i].choice == NULL)
    return g_strdup_printf ("%s?bill_date=%s&tar_type=GZIP%s%s",
                            bills[i].path,
                            date,
                            sub_mchid != NULL ? "&sub_mchid=" : "",
                            sub_mchid != NULL ? sub_mchid : "");
  chosen = minipay_exchange_get_extra_text (x, bills[i].choice);
  return g_strdup_printf ("%s?bill_date=%s&%s=%s&tar_type=GZIP",
                          bills[i].path,
                          date,
                          bills[i].choice,
                          chosen != NULL ? chosen : bills[i].choice_default);
}

MinipayHttpRequest *
wechat_bill_build (MinipayExchange *x, gconstpointer data, GError **error)
{
  g_autofree char *target = bill_dup_target (x, error);

  return target != NULL ? wechat_message_new_request (x, "GET", target, NULL, error) : NULL;
}

static gboolean
bill_is_sha1 (const char *text)
{
  return strlen (text) == SHA1_LENGTH && strspn (text, "0123456789abcdefABCDEF") == SHA1_LENGTH;
}

/* Asks for the bill itself, where the gateway says that it lies; the core compares that with the account's hosts.
 */
static GObject *
bill_fetch (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayJson) json = wechat_message_read_answer (x, answer, error);
  const MinipayJsonNode root = json != NULL ? minipay_json_get_root (json) : 0;
  const char *type = json != NULL ? minipay_json_require_string (json, root, "hash_type", error) : NULL;
  const char *sha1 = type != NULL ? minipay_json_require_string (json, root, "hash_value", error) : NULL;
  const char *url = sha1 != NULL ? minipay_json_require_string (json, root, "download_url", error) : NULL;
  g_autofree char *digest = NULL;
  g_autoptr (GBytes) kept = NULL;
  g_autoptr (MinipayHttpRequest) request = NULL;

  if (url == NULL)
    return NULL;
  if (strcmp (type, "SHA1") != 0 || !bill_is_sha1 (sha1)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "hash_value is not %d hexadecimal digits of hash_type SHA1",
                 SHA1_LENGTH);
    return NULL;
  }
  digest = g_ascii_strdown (sha1, -1);
  kept = g_bytes_new (digest, SHA1_LENGTH + 1);
  request = wechat_message_new_request (x, "GET", url, NULL, error);
  if (request == NULL)
    return NULL;
  minipay_exchange_keep (x, kept);
  minipay_exchange_send (x, request, MINIPAY_SEND_FLAGS_SAFE | MINIPAY_SEND_FLAGS_BILL);
  return NULL;
}

GObject *
wechat_bill_parse (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  if (minipay_exchange_get_step (x) < STEP_FETCHED)
    return bill_fetch (x, answer, error);
  /* what has a body here is a message and no bill */
  if (minipay_http_response_get_status (answer) != 200 || minipay_http_response_get_body (answer) != NULL) {
    wechat_message_refuse (x, answer, error);
    return NULL;
  }
  return G_OBJECT (minipay_bill_new_claimed (g_bytes_get_data (minipay_exchange_get_kept (x), NULL)));
}

MinipayHttpRequest *
wechat_statement_build (MinipayExchange *x, gconstpointer data, GError **error)
{
  MinipayBillRequest *request = minipay_exchange_get_bill_request (x);
  g_auto (GStrv) day = g_strsplit (minipay_bill_request_get_date (request), "-", 3);
  g_autofree char *date = g_strjoinv ("", day);
  g_autofree char *party = wechat_party_dup_query (x);
  g_autofree char *target = g_strdup_printf ("/v3/global/statements?date=%s&%s", date, party);

  if (minipay_bill_request_get_kind (request) == MINIPAY_BILL_KIND_TRADE)
    return wechat_message_new_request (x, "GET", target, NULL, error);
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED, "this gateway has bills of trades alone");
  return NULL;
}

GObject *
wechat_statement_parse (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  const char *sha1;

  if (minipay_http_response_get_status (answer) != 200 || minipay_http_response_get_body (answer) != NULL) {
    wechat_message_refuse (x, answer, error);
    return NULL;
  }
  sha1 = wechat_message_read_digest (x, answer, error);
  if (sha1 == NULL)
    return NULL;
  if (bill_is_sha1 (sha1)) {
    g_autofree char *digest = g_ascii_strdown (sha1, -1);

    return G_OBJECT (minipay_bill_new_claimed (digest));
  }
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PROTOCOL,
               "Wechatpay-Statement-Sha1 is not %d hexadecimal digits",
               SHA1_LENGTH);
  return NULL;
}
