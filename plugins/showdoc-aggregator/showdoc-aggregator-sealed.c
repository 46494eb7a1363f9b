/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "showdoc-aggregator-codec.h"
#include "showdoc-aggregator-value.h"

/* --- What calls are made of --- */

/* Fields that the readable pages cut off: passed on as they came, beside those that are known. */
static gboolean
sealed_add_more (MinipayExchange *x, AggregatorMembers *members, GError **error)
{
  GVariant *extras = minipay_exchange_get_extras (x);
  g_autoptr (GVariant) more =
      extras != NULL ? g_variant_lookup_value (extras, "more", G_VARIANT_TYPE ("a{ss}")) : NULL;
  GVariantIter iter;
  const char *name, *value;

  if (more == NULL)
    return TRUE;
  g_variant_iter_init (&iter, more);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    if (!aggregator_members_set (members, x, name, value, error))
      return FALSE;
  return TRUE;
}

static gboolean
sealed_set_fen (
    MinipayExchange *x, AggregatorMembers *members, const char *name, const MinipayMoney *money, GError **error)
{
  g_autofree char *fen = g_strdup_printf ("%" G_GINT64_FORMAT, minipay_money_get_minor (money));

  return aggregator_members_set (members, x, name, fen, error);
}

/* This gateway knows orders and refunds by the merchant's number alone. */
static const char *
sealed_require_number (const char *name, const char *number, GError **error)
{
  if (number == NULL)
    g_set_error (
        error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "%s is missing, the gateway has no other number", name);
  return number;
}

static MinipayHttpRequest *
sealed_finish (MinipayExchange *x, const char *path, AggregatorMembers *members, GError **error)
{
  return sealed_add_more (x, members, error) ? aggregator_seal_new_request (x, path, members, error) : NULL;
}

/* --- The order --- */

static gboolean
sealed_add_insured (MinipayExchange *x, AggregatorMembers *members, const MinipayMoney *total, GError **error)
{
  const char *text = minipay_exchange_get_extra_text (x, "insur_amount");
  g_autoptr (MinipayMoney) insured = NULL;
  int compared = 0;

  if (text == NULL)
    return TRUE;
  insured = minipay_money_parse (text, error);
  if (insured == NULL || !minipay_money_compare (insured, total, &compared, error))
    return FALSE;
  if (compared <= 0 && minipay_money_get_minor (insured) > 0)
    return sealed_set_fen (x, members, "insurAmount", insured, error);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INVALID,
               "insur_amount is %s, allowed are amounts above nothing and up to the total",
               text);
  return FALSE;
}

static gboolean
sealed_add_order (MinipayExchange *x, AggregatorMembers *members, GError **error)
{
  static const char *const texts[][2] = { { "org_code", "orgCode" },
                                          { "payment_nos", "paymentNos" },
                                          { "good_no", "goodNo" } };
  MinipayOrder *order = minipay_exchange_get_order (x);
  const MinipayMoney *total = minipay_order_get_total (order);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (!aggregator_members_set (members, x, texts[i][1], minipay_exchange_get_extra_text (x, texts[i][0]), error))
      return FALSE;
  return aggregator_members_set (members, x, "orderNo", minipay_order_get_out_trade_no (order), error) &&
         sealed_set_fen (x, members, "orderAmount", total, error) &&
         sealed_add_insured (x, members, total, error) &&
         aggregator_members_set (members, x, "goodName", minipay_order_get_subject (order), error) &&
         aggregator_members_set (members, x, "notifyUrl", minipay_order_get_notify_url (order), error);
}

/* h5 orders are those of electronic banking, whose link is a page of its own. */
MinipayHttpRequest *
aggregator_build_sealed_create (MinipayExchange *x, gconstpointer data, GError **error)
{
  const gboolean is_ebank = minipay_exchange_get_method (x) == MINIPAY_METHOD_H5;
  g_auto (AggregatorMembers) members = { 0 };

  aggregator_members_init (&members);
  if (!sealed_add_order (x, &members, error))
    return NULL;
  return sealed_finish (
      x, is_ebank ? "/api/vborder/ebank/standard/create" : "/api/vborder/qrorder/standard/create", &members, error);
}

GObject *
aggregator_parse_sealed_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_auto (AggregatorMembers) members = { 0 };
  g_autoptr (GBytes) text = NULL;
  const char *order_no, *link;

  aggregator_members_init (&members);
  members.link = minipay_exchange_get_setting (x, "link-member");
  text = aggregator_seal_read_answer (x, answer, &members, error);
  if (text == NULL)
    return NULL;
  order_no = aggregator_members_require (&members, "orderNo", error);
  link = order_no != NULL
             ? aggregator_members_require (&members, minipay_exchange_get_setting (x, "link-member"), error)
             : NULL;
  if (link == NULL)
    return NULL;
  return g_object_new (
      MINIPAY_TYPE_CHECKOUT, "kind", MINIPAY_CHECKOUT_KIND_REDIRECT, "url", link, "out-trade-no", order_no, NULL);
}

/* --- Query and close: @data is the path --- */

MinipayHttpRequest *
aggregator_build_sealed_order (MinipayExchange *x, gconstpointer data, GError **error)
{
  const char *number = sealed_require_number (
      "out_trade_no", minipay_payment_ref_get_out_trade_no (minipay_exchange_get_payment_ref (x)), error);
  g_auto (AggregatorMembers) members = { 0 };

  aggregator_members_init (&members);
  if (number == NULL || !aggregator_members_set (&members, x, "orderNo", number, error))
    return NULL;
  return sealed_finish (x, data, &members, error);
}

GObject *
aggregator_parse_sealed_query (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_auto (AggregatorMembers) members = { 0 };
  g_autoptr (GBytes) text = NULL;

  aggregator_members_init (&members);
  text = aggregator_seal_read_answer (x, answer, &members, error);
  return text != NULL ? (GObject *) aggregator_new_payment (x, &members, text, error) : NULL;
}

/* FAIL says that the order is still being processed, and nothing of a failed payment. */
GObject *
aggregator_parse_sealed_close (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_auto (AggregatorMembers) members = { 0 };
  g_autoptr (GBytes) text = NULL;
  MinipayPaymentClaim claim = { 0 };
  const char *status;

  aggregator_members_init (&members);
  text = aggregator_seal_read_answer (x, answer, &members, error);
  if (text == NULL)
    return NULL;
  claim.out_trade_no = aggregator_members_require (&members, "orderNo", error);
  status = claim.out_trade_no != NULL ? aggregator_members_require (&members, "status", error) : NULL;
  if (status == NULL)
    return NULL;
  if (strcmp (status, "CLOSE") == 0)
    claim.state = MINIPAY_PAYMENT_STATE_CLOSED;
  else if (strcmp (status, "FAIL") == 0)
    claim.state = MINIPAY_PAYMENT_STATE_PENDING;
  claim.mchid = aggregator_members_lookup (&members, "customerNo");
  claim.raw_text = text;
  return G_OBJECT (minipay_payment_new_from_claim (&claim));
}

/* --- Refunds --- */

MinipayHttpRequest *
aggregator_build_sealed_refund (MinipayExchange *x, gconstpointer data, GError **error)
{
  MinipayRefundRequest *refund = minipay_exchange_get_refund_request (x);
  const char *number =
      sealed_require_number ("out_trade_no", minipay_refund_request_get_out_trade_no (refund), error);
  g_auto (AggregatorMembers) members = { 0 };

  aggregator_members_init (&members);
  if (number == NULL || !aggregator_members_set (&members, x, "refOrderNo", number, error) ||
      !aggregator_members_set (&members, x, "orderNo", minipay_refund_request_get_out_refund_no (refund), error) ||
      !sealed_set_fen (x, &members, "refundAmount", minipay_refund_request_get_amount (refund), error) ||
      !aggregator_members_set (
          &members, x, "refundAccountType", minipay_exchange_get_extra_text (x, "refund_account_type"), error))
    return NULL;
  return sealed_finish (x, data, &members, error);
}

MinipayHttpRequest *
aggregator_build_sealed_refund_query (MinipayExchange *x, gconstpointer data, GError **error)
{
  const char *number = sealed_require_number (
      "out_refund_no", minipay_refund_ref_get_out_refund_no (minipay_exchange_get_refund_ref (x)), error);
  g_auto (AggregatorMembers) members = { 0 };

  aggregator_members_init (&members);
  if (number == NULL || !aggregator_members_set (&members, x, "orderNo", number, error))
    return NULL;
  return sealed_finish (x, data, &members, error);
}

GObject *
aggregator_parse_sealed_refund (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_auto (AggregatorMembers) members = { 0 };
  g_autoptr (GBytes) text = NULL;

  aggregator_members_init (&members);
  text = aggregator_seal_read_answer (x, answer, &members, error);
  return text != NULL ? (GObject *) aggregator_new_refund (&members, text, error) : NULL;
}
