/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-transaction.h"

#include <string.h>

#include "wechat-message.h"
#include "wechat-trade.h"

/* A setting that not all providers have. */
static const char *
transaction_find_setting (MinipayExchange *x, const char *field)
{
  return minipay_account_config_has_field (minipay_exchange_get_config (x), field)
             ? minipay_exchange_get_setting (x, field)
             : NULL;
}

static gboolean
transaction_is_for_another (MinipayExchange *x)
{
  return transaction_find_setting (x, "sub-mchid") != NULL;
}

/* --- The order --- */

static void
transaction_add_parties (MinipayExchange *x, MinipayJsonWriter *writer)
{
  const gboolean is_for_another = transaction_is_for_another (x);

  minipay_json_writer_add_string (
      writer, is_for_another ? "sp_appid" : "appid", minipay_exchange_get_setting (x, "appid"));
  minipay_json_writer_add_string (
      writer, is_for_another ? "sp_mchid" : "mchid", minipay_exchange_get_setting (x, "mchid"));
  minipay_json_writer_add_string (writer, "sub_appid", transaction_find_setting (x, "sub-appid"));
  minipay_json_writer_add_string (writer, "sub_mchid", transaction_find_setting (x, "sub-mchid"));
}

/* An openid belongs to the application that opens the cashier. */
static const char *
transaction_get_payer_member (MinipayExchange *x)
{
  if (!transaction_is_for_another (x))
    return "openid";
  return transaction_find_setting (x, "sub-appid") != NULL ? "sub_openid" : "sp_openid";
}

static GBytes *
transaction_new_order_body (MinipayExchange *x, const WechatTransactions *kind, GError **error)
{
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  MinipayOrder *order = minipay_exchange_get_order (x);
  MinipayMoney *total = minipay_order_get_total (order);
  GDateTime *expires_at = minipay_order_get_expires_at (order);
  const char *attach = minipay_order_get_attach (order);
  const char *client_ip = minipay_order_get_client_ip (order);
  g_autofree char *time_expire = expires_at != NULL ? minipay_time_format_rfc3339 (expires_at) : NULL;

  minipay_json_writer_begin_object (writer, NULL);
  transaction_add_parties (x, writer);
  minipay_json_writer_add_string (writer, "description", minipay_order_get_subject (order));
  minipay_json_writer_add_string (writer, "out_trade_no", minipay_order_get_out_trade_no (order));
  minipay_json_writer_add_string (writer, "time_expire", time_expire);
  /* the gateway refuses members that are there and empty */
  minipay_json_writer_add_string (writer, "attach", attach != NULL && *attach != '\0' ? attach : NULL);
  minipay_json_writer_add_string (writer, "notify_url", minipay_order_get_notify_url (order));
  kind->add_members (x, order, writer);
  minipay_json_writer_begin_object (writer, "amount");
  minipay_json_writer_add_integer (writer, "total", minipay_money_get_minor (total));
  minipay_json_writer_add_string (writer, "currency", minipay_money_get_currency (total));
  minipay_json_writer_end_object (writer);
  minipay_json_writer_begin_object (writer, "payer");
  minipay_json_writer_add_string (writer, transaction_get_payer_member (x), minipay_order_get_payer (order));
  minipay_json_writer_end_object (writer);
  if (client_ip != NULL && *client_ip != '\0') {
    minipay_json_writer_begin_object (writer, "scene_info");
    minipay_json_writer_add_string (writer, "payer_client_ip", client_ip);
    minipay_json_writer_end_object (writer);
  }
  minipay_json_writer_end_object (writer);
  return minipay_json_writer_finish (writer, error);
}

MinipayHttpRequest *
wechat_transaction_build_create (MinipayExchange *x, gconstpointer data, GError **error)
{
  const WechatTransactions *kind = data;
  g_autoptr (GBytes) body = transaction_new_order_body (x, kind, error);
  g_autofree char *target = g_strconcat (kind->path, "/jsapi", NULL);

  if (body == NULL)
    return NULL;
  return wechat_message_new_request (x, "POST", target, body, error);
}

/* The second signature: four lines with the application that opens the cashier. paySign has 344 characters,
 * whatever older pages say of 64. */
GObject *
wechat_transaction_parse_create (MinipayExchange *x,
                                 gconstpointer data,
                                 MinipayHttpResponse *answer,
                                 GError **error)
{
  const char *sub_appid = transaction_find_setting (x, "sub-appid");
  const char *appid = sub_appid != NULL ? sub_appid : minipay_exchange_get_setting (x, "appid");
  g_autoptr (MinipayJson) json = wechat_message_read_answer (x, answer, error);
  g_autofree char *timestamp = g_strdup_printf ("%" G_GINT64_FORMAT, minipay_exchange_get_now (x));
  const char *nonce = minipay_exchange_get_nonce (x);
  g_autofree char *package = NULL;
  g_autofree char *pay_sign = NULL;
  const char *prepay_id;

  if (json == NULL)
    return NULL;
  prepay_id = minipay_json_require_string (json, minipay_json_get_root (json), "prepay_id", error);
  package = prepay_id != NULL ? wechat_trade_dup_package (prepay_id, error) : NULL;
  if (package == NULL)
    return NULL;
  pay_sign = wechat_message_sign_lines (x, (const char *const[]){ appid, timestamp, nonce, package, NULL }, error);
  if (pay_sign == NULL)
    return NULL;
  return G_OBJECT (wechat_trade_new_checkout (
      x,
      &(MinipayWechatCashier){
          appid, timestamp, nonce, package, wechat_message_get_suite (x)->sign_type, pay_sign }));
}

/* --- The query --- */

MinipayHttpRequest *
wechat_transaction_build_query (MinipayExchange *x, gconstpointer data, GError **error)
{
  const WechatTransactions *kind = data;
  MinipayPaymentRef *ref = minipay_exchange_get_payment_ref (x);
  const char *out_trade_no = minipay_payment_ref_get_out_trade_no (ref);
  g_autofree char *number =
      minipay_uri_escape (out_trade_no != NULL ? out_trade_no : minipay_payment_ref_get_transaction_id (ref));
  g_autofree char *mchid = minipay_uri_escape (minipay_exchange_get_setting (x, "mchid"));
  const char *by = out_trade_no != NULL ? "out-trade-no" : "id";
  g_autofree char *sub_mchid = NULL;
  g_autofree char *target = NULL;

  if (transaction_is_for_another (x)) {
    sub_mchid = minipay_uri_escape (transaction_find_setting (x, "sub-mchid"));
    target = g_strdup_printf ("%s/%s/%s?sp_mchid=%s&sub_mchid=%s", kind->path, by, number, mchid, sub_mchid);
  } else {
    target = g_strdup_printf ("%s/%s/%s?mchid=%s", kind->path, by, number, mchid);
  }
  return wechat_message_new_request (x, "GET", target, NULL, error);
}

/* amount{total, payer_total, currency, payer_currency}; all of it may be absent before payment. */
static gboolean
transaction_read_amount (const MinipayJson *json,
                         const WechatTransactions *kind,
                         MinipayMoney **total,
                         MinipayMoney **paid,
                         GError **error)
{
  MinipayJsonNode amount = minipay_json_get_member (json, minipay_json_get_root (json), "amount");
  const char *currency = NULL;
  const char *payer_currency = NULL;
  gboolean has_total, has_paid;
  gint64 minor, payer_minor;

  if (amount == 0)
    return TRUE;
  if (!minipay_json_read_integer (json, amount, "total", 1, G_MAXINT64, &minor, &has_total, error) ||
      !minipay_json_read_integer (json, amount, "payer_total", 0, G_MAXINT64, &payer_minor, &has_paid, error) ||
      !minipay_json_read_string (json, amount, "currency", &currency, error) ||
      !minipay_json_read_string (json, amount, "payer_currency", &payer_currency, error))
    return FALSE;
  if (currency == NULL)
    currency = kind->currency;
  if (payer_currency == NULL)
    payer_currency = kind->currency;
  if (has_total && currency == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "amount has a total without its currency");
    return FALSE;
  }
  if (has_total)
    *total = minipay_money_new (minor, currency);
  if (has_paid && payer_currency != NULL)
    *paid = minipay_money_new (payer_minor, payer_currency);
  return TRUE;
}

/* Who is paid, in the members of the account's own mode: those of the other one have no place beside them. */
static gboolean
transaction_read_parties (MinipayExchange *x, const MinipayJson *json, MinipayPaymentClaim *claim, GError **error)
{
  static const char *const of_merchants[] = { "mchid", "appid", NULL };
  static const char *const of_institutions[] = { "sp_mchid", "sub_mchid", "sp_appid", "sub_appid", NULL };
  const gboolean is_for_another = transaction_is_for_another (x);
  MinipayJsonNode root = minipay_json_get_root (json);

  for (const char *const *name = is_for_another ? of_merchants : of_institutions; *name != NULL; name++) {
    if (minipay_json_get_member (json, root, *name) == 0)
      continue;
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_MISMATCH,
                 "a transaction with %s, this account %s",
                 *name,
                 is_for_another ? "acts for another merchant" : "is a merchant's own");
    return FALSE;
  }
  claim->mchid = minipay_json_require_string (json, root, is_for_another ? "sp_mchid" : "mchid", error);
  claim->appid = claim->mchid != NULL
                     ? minipay_json_require_string (json, root, is_for_another ? "sp_appid" : "appid", error)
                     : NULL;
  if (claim->appid == NULL || !is_for_another)
    return claim->appid != NULL;
  claim->sub_mchid = minipay_json_require_string (json, root, "sub_mchid", error);
  return claim->sub_mchid != NULL && minipay_json_read_string (json, root, "sub_appid", &claim->sub_appid, error);
}

static MinipayPayment *
transaction_parse (MinipayExchange *x, const WechatTransactions *kind, GBytes *text, GError **error)
{
  g_autoptr (MinipayJson) json = minipay_json_parse (text, error);
  g_autoptr (MinipayMoney) total = NULL;
  g_autoptr (MinipayMoney) paid = NULL;
  g_autoptr (GDateTime) paid_at = NULL;
  MinipayPaymentClaim claim = { .raw_text = text };
  const char *trade_state, *success_time = NULL;
  MinipayJsonNode root, payer;

  if (json == NULL || !transaction_read_parties (x, json, &claim, error))
    return NULL;
  root = minipay_json_get_root (json);
  payer = minipay_json_get_member (json, root, "payer");
  claim.out_trade_no = minipay_json_require_string (json, root, "out_trade_no", error);
  trade_state = claim.out_trade_no != NULL ? minipay_json_require_string (json, root, "trade_state", error) : NULL;
  if (trade_state == NULL ||
      !minipay_json_read_string (json, root, kind->id_member, &claim.transaction_id, error) ||
      !minipay_json_read_string (json, root, "attach", &claim.attach, error) ||
      !minipay_json_read_string (json, root, "success_time", &success_time, error) ||
      !transaction_read_amount (json, kind, &total, &paid, error))
    return NULL;
  if (success_time != NULL && *success_time != '\0') {
    paid_at = minipay_time_parse_rfc3339 (success_time, error);
    if (paid_at == NULL)
      return NULL;
  }
  claim.state = wechat_trade_parse_state (trade_state);
  claim.total = total;
  claim.paid = paid;
  claim.paid_at = paid_at;
  claim.payer =
      minipay_json_get_string (json, minipay_json_get_member (json, payer, transaction_get_payer_member (x)));
  return minipay_payment_new_from_claim (&claim);
}

GObject *
wechat_transaction_parse_query (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayJson) json = wechat_message_read_answer (x, answer, error);

  if (json == NULL)
    return NULL;
  return (GObject *) transaction_parse (x, data, minipay_http_response_get_body (answer), error);
}

/* --- The notification --- */

/* Profit-sharing receipts carry the same event name as payments: type of resource, event and state must agree. */
GObject *
wechat_transaction_parse_notification (MinipayExchange *x,
                                       const WechatTransactions *kind,
                                       MinipayHttpRequest *incoming,
                                       GError **error)
{
  g_autofree char *event_type = NULL;
  g_autofree char *original_type = NULL;
  g_autoptr (GBytes) plain = wechat_message_open_notification (x, incoming, &event_type, &original_type, error);
  g_autoptr (MinipayPayment) payment = NULL;

  if (plain == NULL)
    return NULL;
  if (strcmp (original_type, "transaction") != 0 || strcmp (event_type, "TRANSACTION.SUCCESS") != 0) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_NOT_SUPPORTED,
                 "notification is a %s of a %s, known is TRANSACTION.SUCCESS of a transaction",
                 event_type,
                 original_type);
    return NULL;
  }
  payment = transaction_parse (x, kind, plain, error);
  if (payment == NULL)
    return NULL;
  if (minipay_payment_get_state (payment) != MINIPAY_PAYMENT_STATE_PAID ||
      minipay_payment_get_transaction_id (payment) == NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "notification TRANSACTION.SUCCESS carries a transaction that is not a success");
    return NULL;
  }
  return G_OBJECT (g_steal_pointer (&payment));
}
