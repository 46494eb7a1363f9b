/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-refund.h"

#include <string.h>

#include "wechat-message.h"
#include "wechat-party.h"

#define EVENT_PREFIX "REFUND."

/* --- Requests --- */

static void
refund_add_extra (MinipayExchange *x, MinipayJsonWriter *writer, const char *name)
{
  GVariant *extras = minipay_exchange_get_extras (x);
  g_autoptr (GVariant) value = extras != NULL ? g_variant_lookup_value (extras, name, NULL) : NULL;

  if (value != NULL)
    minipay_json_writer_add_variant (writer, name, value);
}

static void
refund_add_amount (MinipayExchange *x, MinipayJsonWriter *writer)
{
  MinipayRefundRequest *request = minipay_exchange_get_refund_request (x);
  MinipayMoney *amount = minipay_refund_request_get_amount (request);
  MinipayMoney *total = minipay_refund_request_get_total (request);

  minipay_json_writer_begin_object (writer, "amount");
  minipay_json_writer_add_integer (writer, "refund", minipay_money_get_minor (amount));
  refund_add_extra (x, writer, "from");
  minipay_json_writer_add_integer (writer, "total", minipay_money_get_minor (total));
  minipay_json_writer_add_string (writer, "currency", minipay_money_get_currency (amount));
  minipay_json_writer_end_object (writer);
}

MinipayHttpRequest *
wechat_refund_build (MinipayExchange *x, gconstpointer data, GError **error)
{
  const WechatRefunds *kind = data;
  MinipayRefundRequest *request = minipay_exchange_get_refund_request (x);
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  const char *reason = minipay_refund_request_get_reason (request);
  g_autoptr (GBytes) body = NULL;

  minipay_json_writer_begin_object (writer, NULL);
  if (kind->is_global)
    wechat_party_add (x, writer, TRUE);
  else
    minipay_json_writer_add_string (writer, "sub_mchid", wechat_party_find_setting (x, "sub-mchid"));
  minipay_json_writer_add_string (writer, "transaction_id", minipay_refund_request_get_transaction_id (request));
  minipay_json_writer_add_string (writer, "out_trade_no", minipay_refund_request_get_out_trade_no (request));
  minipay_json_writer_add_string (writer, "out_refund_no", minipay_refund_request_get_out_refund_no (request));
  minipay_json_writer_add_string (writer, "reason", reason != NULL && *reason != '\0' ? reason : NULL);
  minipay_json_writer_add_string (writer, "notify_url", minipay_refund_request_get_notify_url (request));
  minipay_json_writer_add_string (writer, "funds_account", minipay_exchange_get_extra_text (x, "funds_account"));
  minipay_json_writer_add_string (writer, "source", minipay_exchange_get_extra_text (x, "source"));
  refund_add_amount (x, writer);
  refund_add_extra (x, writer, "goods_detail");
  minipay_json_writer_end_object (writer);
  body = minipay_json_writer_finish (writer, error);
  return body != NULL ? wechat_message_new_request (x, "POST", kind->path, body, error) : NULL;
}

/* Whose refund it is: the mainland knows who signs. */
static char *
refund_dup_query (MinipayExchange *x, const WechatRefunds *kind)
{
  const char *sub_mchid = wechat_party_find_setting (x, "sub-mchid");
  g_autofree char *party = kind->is_global ? wechat_party_dup_query (x) : NULL;
  g_autofree char *escaped = sub_mchid != NULL ? minipay_uri_escape (sub_mchid) : NULL;

  if (party != NULL)
    return g_strconcat ("?", party, NULL);
  return escaped != NULL ? g_strconcat ("?sub_mchid=", escaped, NULL) : g_strdup ("");
}

MinipayHttpRequest *
wechat_refund_build_query (MinipayExchange *x, gconstpointer data, GError **error)
{
  const WechatRefunds *kind = data;
  MinipayRefundRef *ref = minipay_exchange_get_refund_ref (x);
  const char *out_refund_no = minipay_refund_ref_get_out_refund_no (ref);
  const char *by = out_refund_no != NULL ? kind->by_number : kind->by_id;
  g_autofree char *number =
      minipay_uri_escape (out_refund_no != NULL ? out_refund_no : minipay_refund_ref_get_refund_id (ref));
  g_autofree char *query = refund_dup_query (x, kind);
  g_autofree char *target = NULL;

  if (by == NULL) {
    g_set_error (
        error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED, "this gateway is asked about refunds by out_refund_no");
    return NULL;
  }
  target = g_strconcat (kind->path, by, "/", number, query, NULL);
  return wechat_message_new_request (x, "GET", target, NULL, error);
}

/* --- What became of a refund --- */

static MinipayRefundState
refund_parse_state (const char *status)
{
  static const struct {
    const char *word;
    MinipayRefundState state;
  } states[] = {
    { "SUCCESS", MINIPAY_REFUND_STATE_REFUNDED },  { "PROCESSING", MINIPAY_REFUND_STATE_PENDING },
    { "CLOSED", MINIPAY_REFUND_STATE_CLOSED },     { "REFUNDCLOSE", MINIPAY_REFUND_STATE_CLOSED },
    { "ABNORMAL", MINIPAY_REFUND_STATE_ABNORMAL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (strcmp (states[i].word, status) == 0)
      return states[i].state;
  return MINIPAY_REFUND_STATE_UNKNOWN;
}

/* amount{refund, total, currency} */
static gboolean
refund_read_amount (
    const MinipayJson *json, const WechatRefunds *kind, MinipayMoney **amount, MinipayMoney **total, GError **error)
{
  const MinipayJsonNode node = minipay_json_get_member (json, minipay_json_get_root (json), "amount");
  const char *currency = NULL;
  gboolean has_refund, has_total;
  gint64 refund_minor, total_minor;

  if (!minipay_json_read_integer (json, node, "refund", 1, G_MAXINT64, &refund_minor, &has_refund, error) ||
      !minipay_json_read_integer (json, node, "total", 1, G_MAXINT64, &total_minor, &has_total, error) ||
      !minipay_json_read_string (json, node, "currency", &currency, error))
    return FALSE;
  if (currency == NULL)
    currency = kind->currency;
  if ((has_refund || has_total) && currency == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "amount has numbers without their currency");
    return FALSE;
  }
  if (has_refund)
    *amount = minipay_money_new (refund_minor, currency);
  if (has_total)
    *total = minipay_money_new (total_minor, currency);
  return TRUE;
}

static gboolean
refund_read_members (const MinipayJson *json,
                     const char *id_member,
                     MinipayRefundClaim *claim,
                     const char **success_time,
                     GError **error)
{
  const MinipayJsonNode root = minipay_json_get_root (json);

  claim->out_refund_no = minipay_json_require_string (json, root, "out_refund_no", error);
  if (claim->out_refund_no == NULL)
    return FALSE;
  claim->refund_id = minipay_json_require_string (json, root, id_member, error);
  return claim->refund_id != NULL &&
         minipay_json_read_string (json, root, "out_trade_no", &claim->out_trade_no, error) &&
         minipay_json_read_string (json, root, "transaction_id", &claim->transaction_id, error) &&
         minipay_json_read_string (json, root, "success_time", success_time, error);
}

static MinipayRefund *
refund_new (const WechatRefunds *kind,
            const MinipayJson *json,
            const char *id_member,
            MinipayRefundClaim *claim,
            GError **error)
{
  g_autoptr (MinipayMoney) amount = NULL;
  g_autoptr (MinipayMoney) total = NULL;
  g_autoptr (GDateTime) refunded_at = NULL;
  const char *success_time = NULL;

  if (!refund_read_members (json, id_member, claim, &success_time, error) ||
      !refund_read_amount (json, kind, &amount, &total, error))
    return NULL;
  if (success_time != NULL && *success_time != '\0') {
    refunded_at = minipay_time_parse_rfc3339 (success_time, error);
    if (refunded_at == NULL)
      return NULL;
  }
  claim->amount = amount;
  claim->total = total;
  claim->refunded_at = refunded_at;
  return minipay_refund_new_from_claim (claim);
}

static gboolean
refund_read_party (
    MinipayExchange *x, const MinipayJson *json, gboolean is_required, MinipayRefundClaim *claim, GError **error)
{
  WechatParty party;

  if (!wechat_party_read (x, json, is_required, &party, error))
    return FALSE;
  claim->mchid = party.mchid;
  claim->sub_mchid = party.sub_mchid;
  return TRUE;
}

GObject *
wechat_refund_parse (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  const WechatRefunds *kind = data;
  g_autoptr (MinipayJson) json = wechat_message_read_answer (x, answer, error);
  MinipayRefundClaim claim = { .raw_text = minipay_http_response_get_body (answer),
                               .state = MINIPAY_REFUND_STATE_PENDING };
  const gboolean tells_state =
      !kind->is_global || minipay_exchange_get_operation (x) == MINIPAY_OPERATION_QUERY_REFUND;
  const char *status;

  if (json == NULL || !refund_read_party (x, json, FALSE, &claim, error))
    return NULL;
  if (tells_state) {
    status = minipay_json_require_string (json, minipay_json_get_root (json), "status", error);
    if (status == NULL)
      return NULL;
    claim.state = refund_parse_state (status);
  }
  return (GObject *) refund_new (kind, json, kind->id_member, &claim, error);
}

/* Notifications say refund_id and refund_status everywhere. */
GObject *
wechat_refund_parse_event (
    MinipayExchange *x, const WechatRefunds *kind, const char *event_type, GBytes *plain, GError **error)
{
  const char *event = g_str_has_prefix (event_type, EVENT_PREFIX) ? event_type + strlen (EVENT_PREFIX) : "";
  const MinipayRefundState told = refund_parse_state (event);
  g_autoptr (MinipayJson) json = NULL;
  MinipayRefundClaim claim = { .raw_text = plain };
  const char *status;

  if (told == MINIPAY_REFUND_STATE_UNKNOWN) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_NOT_SUPPORTED,
                 "notification is a %s of a refund, known are REFUND.SUCCESS, REFUND.CLOSED and REFUND.ABNORMAL",
                 event_type);
    return NULL;
  }
  json = minipay_json_parse (plain, error);
  if (json == NULL || !refund_read_party (x, json, TRUE, &claim, error))
    return NULL;
  status = minipay_json_require_string (json, minipay_json_get_root (json), "refund_status", error);
  if (status == NULL)
    return NULL;
  claim.state = refund_parse_state (status);
  if (told == claim.state)
    return (GObject *) refund_new (kind, json, "refund_id", &claim, error);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PROTOCOL,
               "notification is a %s of a refund whose refund_status is another",
               event_type);
  return NULL;
}
