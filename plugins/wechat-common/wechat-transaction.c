/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-transaction.h"

#include <string.h>

#include "wechat-combine.h"
#include "wechat-message.h"
#include "wechat-party.h"
#include "wechat-suite.h"
#include "wechat-trade.h"

static gboolean
transaction_is_by_code (MinipayExchange *x)
{
  return minipay_exchange_get_method (x) == MINIPAY_METHOD_CODE ||
         minipay_exchange_get_operation (x) == MINIPAY_OPERATION_REVERSE;
}

static const char *
transaction_get_path (MinipayExchange *x, const WechatTransactions *kind)
{
  if (transaction_is_by_code (x))
    return kind->code_path;
  return kind->partner_path != NULL && wechat_party_acts_for_another (x) ? kind->partner_path : kind->path;
}

/* --- The order --- */

/* Who pays: a code that is good for one payment, or a buyer by his openid; elsewhere whoever opens the cashier. */
static gboolean
transaction_add_payer (MinipayExchange *x, MinipayJsonWriter *writer, GError **error)
{
  static const char *const sealed_members[] = { "number", "name", NULL };
  GVariant *extras = minipay_exchange_get_extras (x);
  const char *auth_code = minipay_exchange_get_extra_text (x, "auth_code");
  const char *payer = minipay_order_get_payer (minipay_exchange_get_order (x));
  g_autoptr (GVariant) identity = extras != NULL ? g_variant_lookup_value (extras, "identity", NULL) : NULL;
  g_autoptr (GVariant) sealed = NULL;

  if (auth_code == NULL && payer == NULL && identity == NULL)
    return TRUE;
  if (identity != NULL) {
    sealed = wechat_suite_seal (x, identity, sealed_members, error);
    if (sealed == NULL)
      return FALSE;
  }
  minipay_json_writer_begin_object (writer, "payer");
  minipay_json_writer_add_string (writer, "auth_code", auth_code);
  minipay_json_writer_add_string (writer, wechat_party_get_payer_member (x), payer);
  if (sealed != NULL)
    minipay_json_writer_add_variant (writer, "identity", sealed);
  minipay_json_writer_end_object (writer);
  return TRUE;
}

static GBytes *
transaction_new_order_body (MinipayExchange *x,
                            const WechatTransactions *kind,
                            const WechatScene *scene,
                            GError **error)
{
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  MinipayOrder *order = minipay_exchange_get_order (x);
  MinipayMoney *total = minipay_order_get_total (order);
  GDateTime *expires_at = minipay_order_get_expires_at (order);
  const char *attach = minipay_order_get_attach (order);
  g_autofree char *time_expire = expires_at != NULL ? minipay_time_format_rfc3339 (expires_at) : NULL;

  minipay_json_writer_begin_object (writer, NULL);
  wechat_party_add (x, writer, TRUE);
  minipay_json_writer_add_string (writer, "description", minipay_order_get_subject (order));
  minipay_json_writer_add_string (writer, "out_trade_no", minipay_order_get_out_trade_no (order));
  minipay_json_writer_add_string (writer, "time_expire", time_expire);
  /* the gateway refuses members that are there and empty */
  minipay_json_writer_add_string (writer, "attach", attach != NULL && *attach != '\0' ? attach : NULL);
  minipay_json_writer_add_string (writer, "notify_url", minipay_order_get_notify_url (order));
  if (!kind->add_members (x, scene, writer, error))
    return NULL;
  minipay_json_writer_begin_object (writer, "amount");
  minipay_json_writer_add_integer (writer, "total", minipay_money_get_minor (total));
  minipay_json_writer_add_string (writer, "currency", minipay_money_get_currency (total));
  minipay_json_writer_end_object (writer);
  /* the mainland's amounts say no currency, and its scenes need the buyer's address */
  if (!transaction_add_payer (x, writer, error) ||
      !wechat_scene_add_info (x, kind->currency != NULL, writer, error))
    return NULL;
  minipay_json_writer_end_object (writer);
  return minipay_json_writer_finish (writer, error);
}

MinipayHttpRequest *
wechat_transaction_build_create (MinipayExchange *x, gconstpointer data, GError **error)
{
  const WechatTransactions *kind = data;
  const WechatScene *scene = wechat_scene_find (x, kind->scenes, error);
  g_autoptr (MinipayHttpRequest) request = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autofree char *target = NULL;

  if (scene == NULL)
    return NULL;
  if (wechat_combine_is_asked (x))
    return wechat_combine_build_create (x, scene, error);
  body = transaction_new_order_body (x, kind, scene, error);
  if (body == NULL)
    return NULL;
  target = g_strconcat (transaction_get_path (x, kind), "/", scene->path, NULL);
  request = wechat_message_new_request (x, "POST", target, body, error);
  if (request == NULL || !transaction_is_by_code (x))
    return g_steal_pointer (&request);
  /* what a second request with the same code does is nowhere said */
  minipay_exchange_send (x, request, MINIPAY_SEND_FLAGS_NONE);
  return NULL;
}

static MinipayPayment *
transaction_parse (MinipayExchange *x, const WechatTransactions *kind, GBytes *text, GError **error);

/* A code is charged at once, or the buyer is asked for a password. */
static GObject *
transaction_new_code_checkout (MinipayExchange *x,
                               const WechatTransactions *kind,
                               MinipayHttpResponse *answer,
                               GError **error)
{
  g_autoptr (MinipayPayment) payment = transaction_parse (x, kind, minipay_http_response_get_body (answer), error);
  gboolean is_paid;

  if (payment == NULL)
    return NULL;
  is_paid = minipay_payment_get_state (payment) == MINIPAY_PAYMENT_STATE_PAID;
  return G_OBJECT (minipay_checkout_new_for_payment (
      is_paid ? MINIPAY_CHECKOUT_KIND_DONE : MINIPAY_CHECKOUT_KIND_PENDING, payment));
}

GObject *
wechat_transaction_parse_create (MinipayExchange *x,
                                 gconstpointer data,
                                 MinipayHttpResponse *answer,
                                 GError **error)
{
  const WechatTransactions *kind = data;
  const WechatScene *scene = wechat_scene_find (x, kind->scenes, error);
  const char *sub_mchid = wechat_party_find_setting (x, "sub-mchid");
  g_autoptr (MinipayJson) json = scene != NULL ? wechat_message_read_answer (x, answer, error) : NULL;

  if (json == NULL)
    return NULL;
  if (scene->handle == NULL)
    return transaction_new_code_checkout (x, kind, answer, error);
  /* of a combined order the combining application opens the cashier */
  if (wechat_combine_is_asked (x))
    return wechat_scene_new_checkout (x,
                                      scene,
                                      json,
                                      minipay_exchange_get_setting (x, "appid"),
                                      minipay_exchange_get_setting (x, "mchid"),
                                      error);
  return wechat_scene_new_checkout (x,
                                    scene,
                                    json,
                                    wechat_party_get_appid (x),
                                    sub_mchid != NULL ? sub_mchid : minipay_exchange_get_setting (x, "mchid"),
                                    error);
}

/* --- Queries, closes, reversals --- */

/* What names the order behind the transactions' path. */
static char *
transaction_dup_name (MinipayExchange *x)
{
  MinipayPaymentRef *ref = minipay_exchange_get_payment_ref (x);
  const char *out_trade_no = minipay_payment_ref_get_out_trade_no (ref);
  g_autofree char *number =
      minipay_uri_escape (out_trade_no != NULL ? out_trade_no : minipay_payment_ref_get_transaction_id (ref));

  return g_strconcat (out_trade_no != NULL ? "/out-trade-no/" : "/id/", number, NULL);
}

MinipayHttpRequest *
wechat_transaction_build_query (MinipayExchange *x, gconstpointer data, GError **error)
{
  g_autofree char *name = transaction_dup_name (x);
  g_autofree char *party = wechat_party_dup_query (x);
  g_autofree char *target = g_strconcat (transaction_get_path (x, data), name, "?", party, NULL);

  if (wechat_combine_is_asked (x))
    return wechat_combine_build_query (x, error);
  return wechat_message_new_request (x, "GET", target, NULL, error);
}

MinipayHttpRequest *
wechat_transaction_build_close (MinipayExchange *x, gconstpointer data, GError **error)
{
  const WechatTransactions *kind = data;
  const gboolean is_reversal = transaction_is_by_code (x);
  const gboolean is_by_id = minipay_payment_ref_get_out_trade_no (minipay_exchange_get_payment_ref (x)) == NULL;
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  g_autofree char *name = transaction_dup_name (x);
  g_autofree char *target =
      g_strconcat (transaction_get_path (x, kind), name, is_reversal ? "/reverse" : "/close", NULL);
  g_autoptr (GBytes) body = NULL;

  if (wechat_combine_is_asked (x))
    return wechat_combine_build_close (x, error);
  if (is_by_id && !kind->closes_by_id) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED, "this gateway closes orders by out_trade_no");
    return NULL;
  }
  minipay_json_writer_begin_object (writer, NULL);
  wechat_party_add (x, writer, FALSE);
  minipay_json_writer_end_object (writer);
  body = minipay_json_writer_finish (writer, error);
  return body != NULL ? wechat_message_new_request (x, "POST", target, body, error) : NULL;
}

/* The answer says nothing but that it is signed: what it is about is what was asked. */
GObject *
wechat_transaction_parse_close (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  MinipayPaymentRef *ref = minipay_exchange_get_payment_ref (x);
  const MinipayPaymentClaim claim = {
    .out_trade_no = minipay_payment_ref_get_out_trade_no (ref),
    .transaction_id = minipay_payment_ref_get_transaction_id (ref),
    .state = MINIPAY_PAYMENT_STATE_CLOSED,
  };

  if (!wechat_message_check_done (x, answer, error))
    return NULL;
  return G_OBJECT (minipay_payment_new_from_claim (&claim));
}

/* --- What became of an order --- */

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

/* A transaction names the application, too. */
static gboolean
transaction_read_party (MinipayExchange *x, const MinipayJson *json, MinipayPaymentClaim *claim, GError **error)
{
  WechatParty party;

  if (!wechat_party_read (x, json, TRUE, &party, error))
    return FALSE;
  claim->mchid = party.mchid;
  claim->appid = party.appid;
  claim->sub_mchid = party.sub_mchid;
  claim->sub_appid = party.sub_appid;
  return claim->appid != NULL ||
         minipay_json_require_string (
             json, minipay_json_get_root (json), wechat_party_acts_for_another (x) ? "sp_appid" : "appid", error);
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

  if (json == NULL)
    return NULL;
  if (kind->combines && wechat_combine_is_told (json))
    return wechat_combine_parse (x, json, text, error);
  if (!transaction_read_party (x, json, &claim, error))
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
      minipay_json_get_string (json, minipay_json_get_member (json, payer, wechat_party_get_payer_member (x)));
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

static gboolean
transaction_is_combined (GBytes *text)
{
  g_autoptr (MinipayJson) json = minipay_json_parse (text, NULL);

  return json != NULL && wechat_combine_is_told (json);
}

GObject *
wechat_transaction_parse_event (
    MinipayExchange *x, const WechatTransactions *kind, const char *event_type, GBytes *plain, GError **error)
{
  g_autoptr (MinipayPayment) payment = NULL;

  if (strcmp (event_type, "TRANSACTION.SUCCESS") != 0) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_NOT_SUPPORTED,
                 "notification is a %s of a transaction, known is TRANSACTION.SUCCESS",
                 event_type);
    return NULL;
  }
  payment = transaction_parse (x, kind, plain, error);
  if (payment == NULL)
    return NULL;
  /* a combined order has no number of the gateway's, its sub orders have */
  if (minipay_payment_get_state (payment) != MINIPAY_PAYMENT_STATE_PAID ||
      (minipay_payment_get_transaction_id (payment) == NULL && !transaction_is_combined (plain))) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "notification TRANSACTION.SUCCESS carries a transaction that is not a success");
    return NULL;
  }
  return G_OBJECT (g_steal_pointer (&payment));
}
