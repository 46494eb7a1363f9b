/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-xml-refund.h"

#include <string.h>

#define PAGE        10
#define MAX_REFUNDS 50 /* of one order */

static const WechatXmlCall refund_call = { "/secapi/pay/refund" };
static const WechatXmlCall query_call = { "/pay/refundquery" };

static MinipayRefundState
refund_parse_state (const char *word)
{
  static const struct {
    const char *word;
    MinipayRefundState state;
  } states[] = {
    { "SUCCESS", MINIPAY_REFUND_STATE_REFUNDED },
    { "REFUNDCLOSE", MINIPAY_REFUND_STATE_CLOSED },
    { "PROCESSING", MINIPAY_REFUND_STATE_PENDING },
    { "CHANGE", MINIPAY_REFUND_STATE_ABNORMAL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (strcmp (states[i].word, word) == 0)
      return states[i].state;
  return MINIPAY_REFUND_STATE_UNKNOWN;
}

/* One of several refunds in a message has names that end in its place on the page. */
typedef struct {
  const char *out_refund_no;
  const char *refund_id;
  const char *amount;
  const char *status; /* NULL where an answer has none: it is taken, and no more */
  const char *time;
} RefundNames;

static MinipayRefund *
refund_read (const MinipayParams *params,
             const MinipayParams *outer,
             const RefundNames *names,
             const char *currency_name,
             GError **error)
{
  g_autoptr (MinipayMoney) amount = NULL;
  g_autoptr (MinipayMoney) total = NULL;
  g_autoptr (GDateTime) refunded_at = NULL;
  g_autoptr (GBytes) raw = NULL;
  const char *status = names->status != NULL ? minipay_params_require (params, names->status, error) : NULL;
  const char *time = names->time != NULL ? minipay_params_lookup (params, names->time) : NULL;
  MinipayRefundClaim claim = { .state = MINIPAY_REFUND_STATE_PENDING };

  if ((names->status != NULL && status == NULL) ||
      !wechat_xml_read_number (params, names->out_refund_no, TRUE, &claim.out_refund_no, error) ||
      !wechat_xml_read_number (params, names->refund_id, TRUE, &claim.refund_id, error) ||
      !wechat_xml_read_number (params, "out_trade_no", FALSE, &claim.out_trade_no, error) ||
      !wechat_xml_read_number (params, "transaction_id", FALSE, &claim.transaction_id, error) ||
      !wechat_xml_read_money (params, names->amount, currency_name, 1, &amount, error) ||
      !wechat_xml_read_money (params, "total_fee", "fee_type", 1, &total, error))
    return NULL;
  if (time != NULL) {
    refunded_at = minipay_time_parse_spaced (time, error);
    if (refunded_at == NULL)
      return NULL;
  }
  raw = minipay_params_to_json (params, error);
  if (raw == NULL)
    return NULL;
  if (status != NULL)
    claim.state = refund_parse_state (status);
  claim.amount = amount;
  claim.total = total;
  claim.refunded_at = refunded_at;
  claim.mchid = minipay_params_lookup (outer, "mch_id");
  claim.sub_mchid = minipay_params_lookup (outer, "sub_mch_id");
  claim.raw_text = raw;
  return minipay_refund_new_from_claim (&claim);
}

/* --- The refund --- */

MinipayHttpRequest *
wechat_xml_build_refund (MinipayExchange *x, gconstpointer data, GError **error)
{
  MinipayRefundRequest *request = minipay_exchange_get_refund_request (x);
  MinipayMoney *amount = minipay_refund_request_get_amount (request);
  g_autoptr (MinipayParams) params = minipay_params_new ();

  minipay_params_set_string (params, "transaction_id", minipay_refund_request_get_transaction_id (request));
  minipay_params_set_string (params, "out_trade_no", minipay_refund_request_get_out_trade_no (request));
  minipay_params_set_string (params, "out_refund_no", minipay_refund_request_get_out_refund_no (request));
  minipay_params_set_integer (
      params, "total_fee", minipay_money_get_minor (minipay_refund_request_get_total (request)));
  minipay_params_set_integer (params, "refund_fee", minipay_money_get_minor (amount));
  minipay_params_set_string (params, "refund_fee_type", minipay_money_get_currency (amount));
  minipay_params_set_string (params, "refund_desc", minipay_refund_request_get_reason (request));
  minipay_params_set_string (params, "refund_account", minipay_exchange_get_extra_text (x, "refund_account"));
  minipay_params_set_string (params, "detail", minipay_exchange_get_extra_text (x, "detail"));
  minipay_params_set_string (params, "notify_url", minipay_refund_request_get_notify_url (request));
  return wechat_xml_new_request (x, &refund_call, params, error);
}

/* A success says that the refund was taken, not that the money went back. */
GObject *
wechat_xml_parse_refund (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  static const RefundNames names = { "out_refund_no", "refund_id", "refund_fee", NULL, NULL };
  g_autoptr (MinipayParams) params = wechat_xml_read_answer (x, &refund_call, answer, error);

  return params != NULL ? (GObject *) refund_read (params, params, &names, "fee_type", error) : NULL;
}

/* --- The query --- */

static MinipayHttpRequest *
refund_new_query (MinipayExchange *x, guint offset, GError **error)
{
  MinipayRefundRef *ref = minipay_exchange_get_refund_ref (x);
  g_autoptr (MinipayParams) params = minipay_params_new ();

  minipay_params_set_string (params, "refund_id", minipay_refund_ref_get_refund_id (ref));
  minipay_params_set_string (params, "out_refund_no", minipay_refund_ref_get_out_refund_no (ref));
  if (offset > 0)
    minipay_params_set_integer (params, "offset", offset);
  return wechat_xml_new_request (x, &query_call, params, error);
}

MinipayHttpRequest *
wechat_xml_build_query_refund (MinipayExchange *x, gconstpointer data, GError **error)
{
  return refund_new_query (x, 0, error);
}

static MinipayRefund *
refund_read_indexed (const MinipayParams *params, guint index, GError **error)
{
  g_autofree char *out_refund_no = g_strdup_printf ("out_refund_no_%u", index);
  g_autofree char *refund_id = g_strdup_printf ("refund_id_%u", index);
  g_autofree char *amount = g_strdup_printf ("refund_fee_%u", index);
  g_autofree char *status = g_strdup_printf ("refund_status_%u", index);
  g_autofree char *time = g_strdup_printf ("refund_success_time_%u", index);
  const RefundNames names = { out_refund_no, refund_id, amount, status, time };

  return refund_read (params, params, &names, "fee_type", error);
}

/* Where on the page the refund is that was asked about; the number of refunds there when it is on another. */
static guint
refund_find (const MinipayParams *params, MinipayRefundRef *ref, guint n_refunds)
{
  const char *ours = minipay_refund_ref_get_out_refund_no (ref);
  const char *wanted = ours != NULL ? ours : minipay_refund_ref_get_refund_id (ref);
  guint i;

  for (i = 0; i < n_refunds; i++) {
    g_autofree char *name = g_strdup_printf (ours != NULL ? "out_refund_no_%u" : "refund_id_%u", i);

    if (g_strcmp0 (minipay_params_lookup (params, name), wanted) == 0)
      break;
  }
  return i;
}

GObject *
wechat_xml_parse_query_refund (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayParams) params = wechat_xml_read_answer (x, &query_call, answer, error);
  g_autoptr (MinipayHttpRequest) next = NULL;
  const guint offset = minipay_exchange_get_step (x) * PAGE;
  gboolean has_count, has_total;
  gint64 n_refunds, n_total = 0;
  guint index;

  if (params == NULL ||
      !minipay_params_read_integer (params, "refund_count", 0, MAX_REFUNDS, &n_refunds, &has_count, error) ||
      !minipay_params_read_integer (params, "total_refund_count", 0, G_MAXINT32, &n_total, &has_total, error) ||
      (!has_count && minipay_params_require (params, "refund_count", error) == NULL))
    return NULL;
  index = refund_find (params, minipay_exchange_get_refund_ref (x), (guint) n_refunds);
  if (index < n_refunds)
    return (GObject *) refund_read_indexed (params, index, error);
  if (offset < MAX_REFUNDS && offset < n_total) {
    next = refund_new_query (x, offset, error);
    if (next != NULL)
      minipay_exchange_send (x, next, MINIPAY_SEND_FLAGS_SAFE);
    return NULL;
  }
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_MISMATCH,
               "the answer lists %" G_GINT64_FORMAT " refunds, and the one that was asked about is not among them",
               n_refunds);
  return NULL;
}

/* --- The notification --- */

GObject *
wechat_xml_read_refund_notification (MinipayExchange *x, const MinipayParams *outer, GError **error)
{
  static const RefundNames names = { "out_refund_no", "refund_id", "refund_fee", "refund_status", "success_time" };
  g_autoptr (GBytes) plain = NULL;
  g_autoptr (MinipayParams) params = NULL;

  if (!wechat_xml_check_parties (x, NULL, outer, error))
    return NULL;
  plain = minipay_exchange_decrypt (
      x, MINIPAY_CIPHER_AES_256_ECB_MD5, "api-key", NULL, NULL, minipay_params_lookup (outer, "req_info"), error);
  params = plain != NULL ? wechat_xml_parse (plain, "root", error) : NULL;
  if (params == NULL)
    return NULL;
  minipay_exchange_take_as_hint (x);
  return (GObject *) refund_read (params, outer, &names, "fee_type", error);
}
