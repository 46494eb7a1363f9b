/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-combine.h"

#include <string.h>

#include "wechat-message.h"
#include "wechat-party.h"
#include "wechat-trade.h"

#define COMBINE_PATH "/v3/combine-transactions"
#define MIN_ORDERS   2
#define MAX_ORDERS   10
#define MAX_SERVED   50 /* of a service provider */
#define CURRENCY     "CNY"

gboolean
wechat_combine_is_asked (MinipayExchange *x)
{
  GVariant *extras = minipay_exchange_get_extras (x);
  g_autoptr (GVariant) sub_orders = NULL;
  gboolean is_combined = FALSE;

  if (extras == NULL)
    return FALSE;
  sub_orders = g_variant_lookup_value (extras, "sub_orders", NULL);
  return sub_orders != NULL || (g_variant_lookup (extras, "combined", "b", &is_combined) && is_combined);
}

gboolean
wechat_combine_is_told (const MinipayJson *json)
{
  return minipay_json_get_member (json, minipay_json_get_root (json), "combine_out_trade_no") != 0;
}

/* --- Requests --- */

static gboolean
combine_fail_sub_order (gsize index, const char *what, GError **error)
{
  g_set_error (
      error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "sub_orders: number %" G_GSIZE_FORMAT " %s", index + 1, what);
  return FALSE;
}

/* What the manifest cannot say of a member inside a list. */
static gboolean
combine_check_members (GVariant *sub_order, gsize index, gboolean is_served, gboolean is_new, GError **error)
{
  static const struct {
    const char *name;
    gsize max_length;
    gboolean is_of_orders; /* not of closes */
  } texts[] = {
    { "mchid", 32, FALSE },
    { "out_trade_no", 32, FALSE },
    { "attach", 128, TRUE },
    { "description", 127, TRUE },
  };
  g_autofree char *issue = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    const char *text = NULL;

    if (texts[i].is_of_orders && !is_new)
      continue;
    g_variant_lookup (sub_order, texts[i].name, "&s", &text);
    if (text != NULL && *text != '\0' && (gsize) g_utf8_strlen (text, -1) <= texts[i].max_length)
      continue;
    issue =
        g_strdup_printf ("needs a %s of 1 to %" G_GSIZE_FORMAT " characters", texts[i].name, texts[i].max_length);
    return combine_fail_sub_order (index, issue, error);
  }
  return !is_served || g_variant_lookup (sub_order, "sub_mchid", "&s", NULL) ||
         combine_fail_sub_order (index, "needs a sub_mchid", error);
}

static gboolean
combine_add_amount (GVariant *sub_order, gsize index, gint64 *sum, GError **error)
{
  g_autoptr (GVariant) amount = g_variant_lookup_value (sub_order, "amount", G_VARIANT_TYPE_VARDICT);
  const char *currency = NULL;
  gint64 total = 0;

  if (amount == NULL || !g_variant_lookup (amount, "total_amount", "x", &total) || total < 1)
    return combine_fail_sub_order (index, "needs an amount with a total_amount (x) of at least 1 fen", error);
  if (!g_variant_lookup (amount, "currency", "&s", &currency) || strcmp (currency, CURRENCY) != 0)
    return combine_fail_sub_order (index, "needs an amount with the currency " CURRENCY, error);
  if (total > G_MAXINT64 - *sum)
    return combine_fail_sub_order (index, "makes a sum that no amount can hold", error);
  *sum += total;
  return TRUE;
}

/* The list of an order or a close; NULL with INVALID. */
static GVariant *
combine_dup_sub_orders (MinipayExchange *x, gint64 *sum, GError **error)
{
  const gboolean is_served = wechat_party_acts_for_another (x);
  const gsize minimum = is_served ? 1 : MIN_ORDERS;
  const gsize maximum = is_served ? MAX_SERVED : MAX_ORDERS;
  g_autoptr (GVariant) list =
      g_variant_lookup_value (minipay_exchange_get_extras (x), "sub_orders", G_VARIANT_TYPE ("aa{sv}"));
  const gsize n_orders = list != NULL ? g_variant_n_children (list) : 0;

  *sum = 0;
  if (n_orders < minimum || n_orders > maximum) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "sub_orders has %" G_GSIZE_FORMAT ", allowed are %" G_GSIZE_FORMAT " to %" G_GSIZE_FORMAT,
                 n_orders,
                 minimum,
                 maximum);
    return NULL;
  }
  for (gsize i = 0; i < n_orders; i++) {
    const gboolean is_new = minipay_exchange_get_order (x) != NULL;
    g_autoptr (GVariant) sub_order = g_variant_get_child_value (list, i);

    if (!combine_check_members (sub_order, i, is_served, is_new, error) ||
        (is_new && !combine_add_amount (sub_order, i, sum, error)))
      return NULL;
  }
  return g_steal_pointer (&list);
}

/* The openid is the combining application's, or the served merchant's where that opens the cashier. */
static void
combine_add_payer (MinipayExchange *x, MinipayJsonWriter *writer)
{
  const char *payer = minipay_order_get_payer (minipay_exchange_get_order (x));

  if (payer == NULL)
    return;
  minipay_json_writer_begin_object (writer, "combine_payer_info");
  minipay_json_writer_add_string (
      writer, wechat_party_find_setting (x, "sub-appid") != NULL ? "sub_openid" : "openid", payer);
  minipay_json_writer_end_object (writer);
}

static gboolean
combine_add_members (MinipayExchange *x, MinipayJsonWriter *writer, GVariant *sub_orders, GError **error)
{
  MinipayOrder *order = minipay_exchange_get_order (x);
  GDateTime *expires_at = minipay_order_get_expires_at (order);
  g_autofree char *time_expire = expires_at != NULL ? minipay_time_format_rfc3339 (expires_at) : NULL;
  g_autoptr (GVariant) limit_pay = g_variant_lookup_value (minipay_order_get_extras (order), "limit_pay", NULL);

  minipay_json_writer_add_string (writer, "combine_appid", minipay_exchange_get_setting (x, "appid"));
  minipay_json_writer_add_string (writer, "combine_mchid", minipay_exchange_get_setting (x, "mchid"));
  minipay_json_writer_add_string (writer, "combine_out_trade_no", minipay_order_get_out_trade_no (order));
  if (!wechat_scene_add_info (x, TRUE, writer, error))
    return FALSE;
  minipay_json_writer_add_variant (writer, "sub_orders", sub_orders);
  combine_add_payer (x, writer);
  minipay_json_writer_add_string (writer, "time_expire", time_expire);
  minipay_json_writer_add_string (writer, "notify_url", minipay_order_get_notify_url (order));
  if (limit_pay != NULL)
    minipay_json_writer_add_variant (writer, "limit_pay", limit_pay);
  return TRUE;
}

/* What a single order says of itself, each sub order says here: left out silently it would be believed. */
static gboolean
combine_check_order (MinipayExchange *x, GError **error)
{
  static const char *const of_sub_orders[] = {
    "detail", "goods_tag", "profit_sharing", "support_fapiao", "identity"
  };
  MinipayOrder *order = minipay_exchange_get_order (x);
  const char *attach = minipay_order_get_attach (order);
  const char *strange = attach != NULL && *attach != '\0' ? "attach" : NULL;

  for (guint i = 0; i < G_N_ELEMENTS (of_sub_orders); i++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (minipay_order_get_extras (order), of_sub_orders[i], NULL);

    if (value != NULL)
      strange = of_sub_orders[i];
  }
  if (strange == NULL)
    return TRUE;
  g_set_error (
      error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "%s is there, a combined order has none of its own", strange);
  return FALSE;
}

MinipayHttpRequest *
wechat_combine_build_create (MinipayExchange *x, const WechatScene *scene, GError **error)
{
  const gint64 total = minipay_money_get_minor (minipay_order_get_total (minipay_exchange_get_order (x)));
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  g_autofree char *target = g_strconcat (COMBINE_PATH "/", scene->path, NULL);
  g_autoptr (GBytes) body = NULL;
  gint64 sum = 0;
  g_autoptr (GVariant) sub_orders = combine_dup_sub_orders (x, &sum, error);

  if (sub_orders == NULL || !combine_check_order (x, error))
    return NULL;
  if (sum != total) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "the order's total is %" G_GINT64_FORMAT " fen, its sub_orders make %" G_GINT64_FORMAT,
                 total,
                 sum);
    return NULL;
  }
  minipay_json_writer_begin_object (writer, NULL);
  if (!combine_add_members (x, writer, sub_orders, error))
    return NULL;
  minipay_json_writer_end_object (writer);
  body = minipay_json_writer_finish (writer, error);
  return body != NULL ? wechat_message_new_request (x, "POST", target, body, error) : NULL;
}

/* NULL with INVALID: the gateway knows no other name of a combined order. */
static char *
combine_dup_target (MinipayExchange *x, const char *end, GError **error)
{
  const char *out_trade_no = minipay_payment_ref_get_out_trade_no (minipay_exchange_get_payment_ref (x));
  g_autofree char *number = out_trade_no != NULL ? minipay_uri_escape (out_trade_no) : NULL;

  if (number != NULL)
    return g_strconcat (COMBINE_PATH "/out-trade-no/", number, end, NULL);
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "a combined order is named by out_trade_no alone");
  return NULL;
}

MinipayHttpRequest *
wechat_combine_build_query (MinipayExchange *x, GError **error)
{
  g_autofree char *target = combine_dup_target (x, "", error);

  return target != NULL ? wechat_message_new_request (x, "GET", target, NULL, error) : NULL;
}

MinipayHttpRequest *
wechat_combine_build_close (MinipayExchange *x, GError **error)
{
  g_autofree char *target = combine_dup_target (x, "/close", error);
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GVariant) sub_orders = NULL;
  gint64 sum;

  sub_orders = target != NULL ? combine_dup_sub_orders (x, &sum, error) : NULL;
  if (sub_orders == NULL)
    return NULL;
  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_add_string (writer, "combine_appid", minipay_exchange_get_setting (x, "appid"));
  minipay_json_writer_add_variant (writer, "sub_orders", sub_orders);
  minipay_json_writer_end_object (writer);
  body = minipay_json_writer_finish (writer, error);
  return body != NULL ? wechat_message_new_request (x, "POST", target, body, error) : NULL;
}

/* --- What became of it --- */

typedef struct {
  guint states; /* a bit for each state that one of them is in */
  gint64 total;
  gboolean has_total; /* every one of them told its amount */
} CombineSum;

static gboolean
combine_read_sub_order (const MinipayJson *json, MinipayJsonNode item, CombineSum *sum, GError **error)
{
  const MinipayJsonNode amount = minipay_json_get_member (json, item, "amount");
  const char *trade_state = minipay_json_require_string (json, item, "trade_state", error);
  const char *currency = NULL;
  gboolean has_total;
  gint64 total;

  if (trade_state == NULL ||
      !minipay_json_read_integer (json, amount, "total_amount", 1, G_MAXINT64, &total, &has_total, error) ||
      !minipay_json_read_string (json, amount, "currency", &currency, error))
    return FALSE;
  if ((currency != NULL && strcmp (currency, CURRENCY) != 0) || (has_total && total > G_MAXINT64 - sum->total)) {
    g_set_error (
        error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH, "sub_orders make a sum that is no amount in " CURRENCY);
    return FALSE;
  }
  sum->states |= 1u << wechat_trade_parse_state (trade_state);
  sum->has_total = sum->has_total && has_total;
  if (has_total)
    sum->total += total;
  return TRUE;
}

/* They are paid with one password, and refunded one by one. */
static MinipayPaymentState
combine_get_state (guint states)
{
  static const MinipayPaymentState alone[] = { MINIPAY_PAYMENT_STATE_PENDING,
                                               MINIPAY_PAYMENT_STATE_PAID,
                                               MINIPAY_PAYMENT_STATE_REFUNDED,
                                               MINIPAY_PAYMENT_STATE_CLOSED,
                                               MINIPAY_PAYMENT_STATE_FAILED };

  for (guint i = 0; i < G_N_ELEMENTS (alone); i++)
    if (states == 1u << alone[i])
      return alone[i];
  if (states == (1u << MINIPAY_PAYMENT_STATE_PAID | 1u << MINIPAY_PAYMENT_STATE_REFUNDED))
    return MINIPAY_PAYMENT_STATE_PAID;
  return MINIPAY_PAYMENT_STATE_UNKNOWN;
}

MinipayPayment *
wechat_combine_parse (MinipayExchange *x, const MinipayJson *json, GBytes *text, GError **error)
{
  const MinipayJsonNode root = minipay_json_get_root (json);
  const MinipayJsonNode list = minipay_json_get_member (json, root, "sub_orders");
  const MinipayJsonNode payer = minipay_json_get_member (json, root, "combine_payer_info");
  MinipayPaymentClaim claim = { .raw_text = text };
  CombineSum sum = { .has_total = TRUE };
  g_autoptr (MinipayMoney) total = NULL;

  claim.mchid = minipay_json_require_string (json, root, "combine_mchid", error);
  claim.appid = claim.mchid != NULL ? minipay_json_require_string (json, root, "combine_appid", error) : NULL;
  claim.out_trade_no =
      claim.appid != NULL ? minipay_json_require_string (json, root, "combine_out_trade_no", error) : NULL;
  if (claim.out_trade_no == NULL)
    return NULL;
  if (minipay_json_get_kind (json, list) != MINIPAY_JSON_ARRAY || minipay_json_get_length (json, list) == 0) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "sub_orders is no list of orders");
    return NULL;
  }
  for (MinipayJsonNode item = minipay_json_get_first (json, list); item != 0;
       item = minipay_json_get_next (json, item))
    if (!combine_read_sub_order (json, item, &sum, error))
      return NULL;
  if (sum.has_total)
    total = minipay_money_new (sum.total, CURRENCY);
  claim.total = total;
  claim.state = combine_get_state (sum.states);
  claim.payer = minipay_json_get_string (json, minipay_json_get_member (json, payer, "openid"));
  return minipay_payment_new_from_claim (&claim);
}
