/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transit-v3.h"

#include <string.h>

#include "wechat-message.h"

#define ORDERS                     "/v3/qrcode/transactions"
#define USERS                      "/v3/qrcode/user-services/contract-id/"
#define RIDE_MEMBER_MAX_CHARACTERS 32

/* --- The ride --- */

/* The members of bus_info and metro_info, in their order. */
static const struct {
  const char *scene;
  const char *name;
  gboolean is_time;
  gboolean is_required;
} ride_members[] = {
  { "BUS", "start_time", TRUE, TRUE },     { "BUS", "line_name", FALSE, TRUE },
  { "BUS", "plate_number", FALSE, FALSE }, { "METRO", "start_time", TRUE, TRUE },
  { "METRO", "end_time", TRUE, TRUE },     { "METRO", "start_station", FALSE, TRUE },
  { "METRO", "end_station", FALSE, TRUE },
};

static gboolean
ride_has_member (const char *scene, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (ride_members); i++)
    if (strcmp (ride_members[i].scene, scene) == 0 && strcmp (ride_members[i].name, name) == 0)
      return TRUE;
  return FALSE;
}

/* What the manifest cannot say, because it is about two members. */
static gboolean
ride_check (MinipayExchange *x, const char *scene, GError **error)
{
  const char *start_time = minipay_exchange_get_extra_text (x, "start_time");
  const char *end_time = minipay_exchange_get_extra_text (x, "end_time");

  for (guint i = 0; i < G_N_ELEMENTS (ride_members); i++) {
    const char *name = ride_members[i].name;

    if (minipay_exchange_get_extra_text (x, name) == NULL || ride_has_member (scene, name))
      continue;
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "%s is given, a ride with trade_scene %s has none",
                 name,
                 scene);
    return FALSE;
  }
  /* both have fourteen digits: their order is that of the times */
  if (end_time == NULL || strcmp (end_time, start_time) >= 0)
    return TRUE;
  g_set_error (
      error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "end_time %s lies before start_time %s", end_time, start_time);
  return FALSE;
}

static char *
ride_dup_value (MinipayExchange *x, guint index, GError **error)
{
  const char *name = ride_members[index].name;
  const char *text = minipay_exchange_get_extra_text (x, name);
  g_autoptr (GDateTime) time = NULL;

  if (text == NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "%s is missing, a ride with trade_scene %s needs it",
                 name,
                 ride_members[index].scene);
    return NULL;
  }
  if (ride_members[index].is_time) {
    time = minipay_time_parse_compact (text, error);
    return time != NULL ? minipay_time_format_rfc3339 (time) : NULL;
  }
  if (g_utf8_strlen (text, -1) <= RIDE_MEMBER_MAX_CHARACTERS)
    return g_strdup (text);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INVALID,
               "%s has %ld characters, allowed are %d",
               name,
               g_utf8_strlen (text, -1),
               RIDE_MEMBER_MAX_CHARACTERS);
  return NULL;
}

static gboolean
ride_add (MinipayExchange *x, const char *scene, MinipayJsonWriter *writer, GError **error)
{
  if (!ride_check (x, scene, error))
    return FALSE;
  minipay_json_writer_begin_object (writer, strcmp (scene, "BUS") == 0 ? "bus_info" : "metro_info");
  for (guint i = 0; i < G_N_ELEMENTS (ride_members); i++) {
    g_autofree char *value = NULL;

    if (strcmp (ride_members[i].scene, scene) != 0 ||
        (!ride_members[i].is_required && minipay_exchange_get_extra_text (x, ride_members[i].name) == NULL))
      continue;
    value = ride_dup_value (x, i, error);
    if (value == NULL)
      return FALSE;
    minipay_json_writer_add_string (writer, ride_members[i].name, value);
  }
  minipay_json_writer_end_object (writer);
  return TRUE;
}

MinipayHttpRequest *
transit_v3_build_create (MinipayExchange *x, gconstpointer data, GError **error)
{
  MinipayOrder *order = minipay_exchange_get_order (x);
  const MinipayMoney *total = minipay_order_get_total (order);
  const char *attach = minipay_order_get_attach (order);
  const char *scene = minipay_exchange_get_extra_text (x, "trade_scene");
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  g_autoptr (GBytes) body = NULL;

  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_add_string (writer, "appid", minipay_exchange_get_setting (x, "appid"));
  minipay_json_writer_add_string (writer, "sub_appid", minipay_exchange_get_setting (x, "sub-appid"));
  minipay_json_writer_add_string (writer, "sub_mchid", minipay_exchange_get_setting (x, "sub-mchid"));
  minipay_json_writer_add_string (writer, "description", minipay_order_get_subject (order));
  minipay_json_writer_add_string (writer, "attach", attach != NULL && *attach != '\0' ? attach : NULL);
  minipay_json_writer_add_string (writer, "out_trade_no", minipay_order_get_out_trade_no (order));
  minipay_json_writer_add_string (writer, "trade_scene", scene);
  minipay_json_writer_add_string (writer, "goods_tag", minipay_exchange_get_extra_text (x, "goods_tag"));
  minipay_json_writer_add_string (writer, "contract_id", minipay_exchange_get_extra_text (x, "contract_id"));
  minipay_json_writer_add_string (writer, "notify_url", minipay_order_get_notify_url (order));
  minipay_json_writer_begin_object (writer, "amount");
  minipay_json_writer_add_integer (writer, "total", minipay_money_get_minor (total));
  minipay_json_writer_add_string (writer, "currency", minipay_money_get_currency (total));
  minipay_json_writer_end_object (writer);
  if (!ride_add (x, scene, writer, error))
    return NULL;
  minipay_json_writer_end_object (writer);
  body = minipay_json_writer_finish (writer, error);
  return body != NULL ? wechat_message_new_request (x, "POST", ORDERS, body, error) : NULL;
}

/* --- What became of it --- */

/* A failed deduction that the rider has paid since is paid, by another transaction. */
static MinipayPaymentState
ride_parse_state (const char *trade_state, const char *user_repay_state)
{
  const gboolean is_failed = strcmp (trade_state, "PAY_FAIL") == 0;

  if (strcmp (trade_state, "SUCCESS") == 0 || (is_failed && g_strcmp0 (user_repay_state, "REPAID") == 0))
    return MINIPAY_PAYMENT_STATE_PAID;
  if (strcmp (trade_state, "REFUND") == 0 || (is_failed && g_strcmp0 (user_repay_state, "ALL_REFUND") == 0))
    return MINIPAY_PAYMENT_STATE_REFUNDED;
  if (strcmp (trade_state, "ACCEPTED") == 0)
    return MINIPAY_PAYMENT_STATE_PENDING;
  return is_failed ? MINIPAY_PAYMENT_STATE_FAILED : MINIPAY_PAYMENT_STATE_UNKNOWN;
}

/* The members of one that acts for others and of a merchant's own: both are compared where they stand. */
static gboolean
ride_read_parties (MinipayExchange *x, const MinipayJson *json, MinipayPaymentClaim *claim, GError **error)
{
  MinipayJsonNode root = minipay_json_get_root (json);
  const char *name = minipay_json_get_member (json, root, "sp_mchid") != 0 ? "sp_mchid" : "mchid";

  /* whoever acts for another takes no ride that does not say for whom */
  if (minipay_exchange_get_setting (x, "sub-mchid") != NULL &&
      minipay_json_require_string (json, root, "sub_mchid", error) == NULL)
    return FALSE;
  return minipay_json_read_string (json, root, name, &claim->mchid, error) &&
         minipay_json_read_string (json, root, "appid", &claim->appid, error) &&
         minipay_json_read_string (json, root, "sub_mchid", &claim->sub_mchid, error) &&
         minipay_json_read_string (json, root, "sub_appid", &claim->sub_appid, error) &&
         minipay_json_read_string (json, root, "attach", &claim->attach, error);
}

static gboolean
ride_read_total (const MinipayJson *json, MinipayMoney **total, GError **error)
{
  MinipayJsonNode amount = minipay_json_get_member (json, minipay_json_get_root (json), "amount");
  const char *currency = NULL;
  gboolean is_present = FALSE;
  gint64 minor;

  if (amount == 0)
    return TRUE;
  if (!minipay_json_read_integer (json, amount, "total", 1, G_MAXINT64, &minor, &is_present, error) ||
      !minipay_json_read_string (json, amount, "currency", &currency, error))
    return FALSE;
  if (is_present)
    *total = minipay_money_new (minor, currency != NULL ? currency : "CNY");
  return TRUE;
}

static MinipayPayment *
ride_parse (MinipayExchange *x, GBytes *text, GError **error)
{
  g_autoptr (MinipayJson) json = minipay_json_parse (text, error);
  g_autoptr (MinipayMoney) total = NULL;
  g_autoptr (GDateTime) paid_at = NULL;
  MinipayPaymentClaim claim = { .raw_text = text };
  const char *trade_state, *repay_state = NULL, *time = NULL;
  gboolean is_repaid;
  MinipayJsonNode root;

  if (json == NULL || !ride_read_parties (x, json, &claim, error) || !ride_read_total (json, &total, error))
    return NULL;
  root = minipay_json_get_root (json);
  claim.out_trade_no = minipay_json_require_string (json, root, "out_trade_no", error);
  trade_state = claim.out_trade_no != NULL ? minipay_json_require_string (json, root, "trade_state", error) : NULL;
  if (trade_state == NULL || !minipay_json_read_string (json, root, "user_repay_state", &repay_state, error))
    return NULL;
  is_repaid = strcmp (trade_state, "PAY_FAIL") == 0 && repay_state != NULL;
  if (!minipay_json_read_string (
          json, root, is_repaid ? "repay_transaction_id" : "transaction_id", &claim.transaction_id, error) ||
      !minipay_json_read_string (json, root, is_repaid ? "repay_time" : "success_time", &time, error))
    return NULL;
  if (time != NULL && *time != '\0') {
    paid_at = minipay_time_parse_rfc3339 (time, error);
    if (paid_at == NULL)
      return NULL;
  }
  claim.state = ride_parse_state (trade_state, repay_state);
  claim.total = total;
  claim.paid_at = paid_at;
  return minipay_payment_new_from_claim (&claim);
}

GObject *
transit_v3_parse_query (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayJson) json = wechat_message_read_answer (x, answer, error);

  return json != NULL ? (GObject *) ride_parse (x, minipay_http_response_get_body (answer), error) : NULL;
}

GObject *
transit_v3_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (GObject) payment = transit_v3_parse_query (x, data, answer, error);
  MinipayPaymentState state;
  gboolean is_open;

  if (payment == NULL)
    return NULL;
  state = minipay_payment_get_state (MINIPAY_PAYMENT (payment));
  is_open = state == MINIPAY_PAYMENT_STATE_PENDING || state == MINIPAY_PAYMENT_STATE_UNKNOWN;
  return G_OBJECT (minipay_checkout_new_for_payment (
      is_open ? MINIPAY_CHECKOUT_KIND_PENDING : MINIPAY_CHECKOUT_KIND_DONE, MINIPAY_PAYMENT (payment)));
}

MinipayHttpRequest *
transit_v3_build_query (MinipayExchange *x, gconstpointer data, GError **error)
{
  const char *out_trade_no = minipay_payment_ref_get_out_trade_no (minipay_exchange_get_payment_ref (x));
  const char *sub_mchid = minipay_exchange_get_setting (x, "sub-mchid");
  g_autofree char *number = NULL;
  g_autofree char *target = NULL;

  if (out_trade_no == NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "out_trade_no is missing, the gateway finds rides by no other number");
    return NULL;
  }
  number = minipay_uri_escape (out_trade_no);
  target = g_strconcat (ORDERS "/out-trade-no/",
                        number,
                        sub_mchid != NULL ? "?sub_mchid=" : NULL,
                        sub_mchid, /* digits */
                        NULL);
  return wechat_message_new_request (x, "GET", target, NULL, error);
}

/* --- The rider --- */

MinipayHttpRequest *
transit_v3_build_user_state (MinipayExchange *x, gconstpointer data, GError **error)
{
  g_autofree char *contract = minipay_uri_escape (minipay_exchange_get_extra_text (x, "contract_id"));
  g_autofree char *target =
      g_strconcat (USERS, contract, "?appid=", minipay_exchange_get_setting (x, "appid"), NULL);

  return wechat_message_new_request (x, "GET", target, NULL, error);
}

GObject *
transit_v3_parse_user_state (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayJson) json = wechat_message_read_answer (x, answer, error);
  g_auto (GVariantDict) values = G_VARIANT_DICT_INIT (NULL);
  const char *state, *reason = NULL, *contract_id = NULL;
  MinipayJsonNode root;

  if (json == NULL)
    return NULL;
  root = minipay_json_get_root (json);
  state = minipay_json_require_string (json, root, "user_service_state", error);
  if (state == NULL || !minipay_json_read_string (json, root, "block_reason", &reason, error) ||
      !minipay_json_read_string (json, root, "contract_id", &contract_id, error))
    return NULL;
  g_variant_dict_insert (&values, "user_service_state", "s", state);
  if (reason != NULL)
    g_variant_dict_insert (&values, "block_reason", "s", reason);
  /* not documented to be repeated: then it is the one asked for */
  g_variant_dict_insert (&values,
                         "contract_id",
                         "s",
                         contract_id != NULL ? contract_id : minipay_exchange_get_extra_text (x, "contract_id"));
  return G_OBJECT (minipay_report_new_from_values (
      "user-state", g_variant_dict_end (&values), minipay_http_response_get_body (answer)));
}

/* --- The notification --- */

/* What the events are called is not documented for rides: the type of what they carry decides, and its state. */
GObject *
transit_v3_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  g_autofree char *event_type = NULL;
  g_autofree char *original_type = NULL;
  g_autoptr (GBytes) plain = wechat_message_open_notification (x, incoming, &event_type, &original_type, error);

  if (plain == NULL)
    return NULL;
  if (strcmp (original_type, "transaction") == 0)
    return (GObject *) ride_parse (x, plain, error);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_NOT_SUPPORTED,
               "notification is a %s of a %s, known are those of a transaction",
               event_type,
               original_type);
  return NULL;
}
