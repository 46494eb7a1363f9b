/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transit-codec.h"

#include <string.h>

#include "transit-frame.h"
#include "transit-message.h"

#define CURRENCY        "CNY"
#define MAX_FEN         G_MAXINT32
#define TIME_DIGITS     14
#define TIME_MAX_DIGITS 16
#define MAX_NONCE_BYTES 64

/* --- The ride --- */

/* Whether a decimal number as the manifest allows it lies in -limit..limit: read by its digits, so that it is sent
 * as exact as it came. */
static gboolean
codec_decimal_is_within (const char *text, guint limit)
{
  guint whole = 0;

  text += *text == '-';
  for (; g_ascii_isdigit (*text); text++) {
    whole = whole * 10 + (guint) (*text - '0');
    if (whole > limit)
      return FALSE;
  }
  text += *text == '.';
  return whole < limit || text[strspn (text, "0")] == '\0';
}

static gboolean
codec_check_degrees (const char *name, const char *text, guint limit, GError **error)
{
  if (text == NULL || codec_decimal_is_within (text, limit))
    return TRUE;
  g_set_error (
      error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "%s is %s, allowed are -%u to %u", name, text, limit, limit);
  return FALSE;
}

/* What the manifest cannot say, because it is about two members or about numbers. */
static gboolean
codec_check_ride (MinipayExchange *x, GError **error)
{
  MinipayOrder *order = minipay_exchange_get_order (x);
  const char *scene = minipay_exchange_get_extra_text (x, "trade_scene");
  const char *wanted = strcmp (scene, "BUS") == 0 ? "公交代扣" : "地铁代扣";
  const char *ip = minipay_exchange_get_extra_text (x, "machine_ip");
  const char *start_time = minipay_exchange_get_extra_text (x, "start_time");
  const char *end_time = minipay_exchange_get_extra_text (x, "end_time");

  if (strcmp (minipay_order_get_subject (order), wanted) != 0) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "subject is \"%s\", with trade_scene %s allowed is %s",
                 minipay_order_get_subject (order),
                 scene,
                 wanted);
    return FALSE;
  }
  if (ip != NULL && !g_hostname_is_ip_address (ip)) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "machine_ip is \"%s\", allowed is an IP address", ip);
    return FALSE;
  }
  /* both have fourteen digits: their order is that of the times */
  if (end_time != NULL && strcmp (end_time, start_time) < 0) {
    g_set_error (
        error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "end_time %s lies before start_time %s", end_time, start_time);
    return FALSE;
  }
  return codec_check_degrees (
             "machine_latitude", minipay_exchange_get_extra_text (x, "machine_latitude"), 90, error) &&
         codec_check_degrees (
             "machine_longitude", minipay_exchange_get_extra_text (x, "machine_longitude"), 180, error);
}

static gboolean
codec_read_original_fee (MinipayExchange *x, gint64 total_fee, gint64 *original_fee, GError **error)
{
  const char *text = minipay_exchange_get_extra_text (x, "original_total");
  g_autoptr (MinipayMoney) original = NULL;

  *original_fee = total_fee;
  if (text == NULL)
    return TRUE;
  original = minipay_money_parse (text, error);
  if (original == NULL)
    return FALSE;
  *original_fee = minipay_money_get_minor (original);
  if (strcmp (minipay_money_get_currency (original), CURRENCY) == 0 && *original_fee >= total_fee &&
      *original_fee <= MAX_FEN)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INVALID,
               "original_total is %s, allowed are %" G_GINT64_FORMAT " to %d fen of " CURRENCY,
               text,
               total_fee,
               MAX_FEN);
  return FALSE;
}

static GBytes *
codec_new_deduction (MinipayExchange *x, GError **error)
{
  MinipayOrder *order = minipay_exchange_get_order (x);
  static const char *const texts[] = { "qrcode",    "machine_ip",  "start_time",  "end_time",
                                       "line_name", "trade_scene", "start_qrcode" };
  const gint64 total_fee = minipay_money_get_minor (minipay_order_get_total (order));
  const char *number = minipay_order_get_out_trade_no (order);
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  gint64 original_fee;

  if (!codec_check_ride (x, error) || !codec_read_original_fee (x, total_fee, &original_fee, error))
    return NULL;
  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_add_integer (writer, "total_fee", total_fee);
  minipay_json_writer_add_integer (writer, "original_fee", original_fee);
  minipay_json_writer_add_string (writer, "body", minipay_order_get_subject (order));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    minipay_json_writer_add_string (writer, texts[i], minipay_exchange_get_extra_text (x, texts[i]));
  minipay_json_writer_add_string (writer, "out_order_no", number);
  /* the result comes back without out_order_no: attach is how it is known again */
  minipay_json_writer_add_string (writer, "attach", number);
  minipay_json_writer_add_number (
      writer, "machine_latitude", minipay_exchange_get_extra_text (x, "machine_latitude"));
  minipay_json_writer_add_number (
      writer, "machine_longitude", minipay_exchange_get_extra_text (x, "machine_longitude"));
  minipay_json_writer_end_object (writer);
  return minipay_json_writer_finish (writer, error);
}

static void
codec_wipe (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

static MinipayHttpRequest *
codec_new_token_request (MinipayExchange *x, const char *url, GBytes *body, GError **error)
{
  char *token = minipay_exchange_dup_token (x, "access-token", error);
  char *escaped = token != NULL ? minipay_uri_escape (token) : NULL;
  char *target = NULL;
  MinipayHttpRequest *request = NULL;

  if (escaped != NULL) {
    target = g_strconcat (url, strchr (url, '?') != NULL ? "&" : "?", "access_token=", escaped, NULL);
    request = minipay_http_request_new ("POST", target, body);
  }
  codec_wipe (token);
  codec_wipe (escaped);
  codec_wipe (target);
  return request;
}

MinipayHttpRequest *
transit_new_request (MinipayExchange *x, const char *url, GBytes *body, GError **error)
{
  g_autoptr (GBytes) frame = NULL;
  MinipayHttpRequest *request = NULL;

  if (g_strcmp0 (minipay_exchange_get_setting (x, "request-form"), "sealed") == 0) {
    frame = transit_frame_seal (x, body, error);
    request = frame != NULL ? minipay_http_request_new ("POST", url, frame) : NULL;
  } else {
    request = codec_new_token_request (x, url, body, error);
  }
  if (request == NULL)
    return NULL;
  minipay_http_request_add_header (request, "Content-Type", "application/json");
  minipay_http_request_add_header (request, "Accept", "application/json");
  return request;
}

MinipayHttpRequest *
transit_build_create (MinipayExchange *x, gconstpointer data, GError **error)
{
  g_autoptr (GBytes) deduction = codec_new_deduction (x, error);

  return deduction != NULL
             ? transit_new_request (x, minipay_exchange_get_setting (x, "deduct-url"), deduction, error)
             : NULL;
}

/* --- The answer: it is not signed --- */

/*
 * No list of codes is documented. The platform's general ones that come before anything is done refuse; any other
 * may have come after the deduction, and there is nobody to ask. [inferred]
 */
static void
codec_refuse (MinipayExchange *x, gint64 errcode, const char *errmsg, GError **error)
{
  g_autofree char *word = g_strdup_printf ("%" G_GINT64_FORMAT, errcode);

  if (minipay_exchange_refuse_known (x, word, errmsg, error))
    return;
  minipay_exchange_refuse (
      x, MINIPAY_ERROR_OUTCOME_UNKNOWN, word, errmsg, "wait for the result of the deduction", error);
}

MinipayJson *
transit_read_answer (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  GBytes *body = minipay_exchange_require_body (x, answer, error);
  g_autoptr (MinipayJson) json = NULL;
  MinipayJsonNode root;
  gint64 errcode;

  json = body != NULL ? minipay_json_parse (body, error) : NULL;
  if (json == NULL)
    return NULL;
  root = minipay_json_get_root (json);
  if (!minipay_json_require_integer (json, root, "errcode", G_MININT32, G_MAXINT32, &errcode, error))
    return NULL;
  if (errcode == 0)
    return g_steal_pointer (&json);
  codec_refuse (x, errcode, minipay_json_get_string (json, minipay_json_get_member (json, root, "errmsg")), error);
  return NULL;
}

/* Taken, not done: whether the ride is paid comes with the result. */
GObject *
transit_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayJson) json = transit_read_answer (x, answer, error);

  return json != NULL ? G_OBJECT (minipay_checkout_new (MINIPAY_CHECKOUT_KIND_PENDING, NULL)) : NULL;
}

/* --- The result --- */

/* A word that minipay does not know is never a success. */
static MinipayPaymentState
codec_read_state (const char *trade_state)
{
  if (strcmp (trade_state, "SUCCESS") == 0)
    return MINIPAY_PAYMENT_STATE_PAID;
  if (strcmp (trade_state, "FAIL") == 0)
    return MINIPAY_PAYMENT_STATE_FAILED;
  return MINIPAY_PAYMENT_STATE_UNKNOWN;
}

/* yyyyMMddHHmmss; a sample of the documentation has two digits more. */
static GDateTime *
codec_read_time (const char *text, GError **error)
{
  const gsize length = strlen (text);
  g_autofree char *digits = g_strndup (text, TIME_DIGITS);

  if (length <= TIME_MAX_DIGITS && strspn (text, "0123456789") == length)
    return minipay_time_parse_compact (digits, error);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PROTOCOL,
               "time_end is no time of %d to %d digits",
               TIME_DIGITS,
               TIME_MAX_DIGITS);
  return NULL;
}

static MinipayPayment *
codec_read_result (const TransitMessage *message, GError **error)
{
  const MinipayJson *json = message->content;
  MinipayJsonNode root = minipay_json_get_root (json);
  const char *attach = transit_require_text (json, root, "attach", error);
  const char *transaction_id = attach != NULL ? transit_require_text (json, root, "transaction_id", error) : NULL;
  const char *trade_state = transaction_id != NULL ? transit_require_text (json, root, "trade_state", error) : NULL;
  const char *time_end = trade_state != NULL ? transit_require_text (json, root, "time_end", error) : NULL;
  g_autoptr (MinipayMoney) total = NULL;
  g_autoptr (GDateTime) ended_at = NULL;
  MinipayPaymentClaim claim;
  gint64 fee;

  if (time_end == NULL || !minipay_json_require_integer (json, root, "total_fee", 1, G_MAXINT64, &fee, error))
    return NULL;
  ended_at = codec_read_time (time_end, error);
  if (ended_at == NULL)
    return NULL;
  total = minipay_money_new (fee, CURRENCY);
  claim = (MinipayPaymentClaim){
    /* the message's own out_trade_no is the ride-code party's number, not the merchant's */
    .out_trade_no = attach,
    .transaction_id = transaction_id,
    .state = codec_read_state (trade_state),
    .total = total,
    .payer = minipay_json_get_string (json, minipay_json_get_member (json, root, "openid")),
    .attach = attach,
    .mchid = message->mch_id,
    .appid = message->appid,
    .raw_text = message->plain,
  };
  claim.paid_at = claim.state == MINIPAY_PAYMENT_STATE_PAID ? ended_at : NULL;
  return minipay_payment_new_from_claim (&claim);
}

GObject *
transit_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  GBytes *body = minipay_http_request_get_body (incoming);
  g_auto (TransitMessage) message = { 0 };

  if (body == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the notification is empty");
    return NULL;
  }
  if (!transit_frame_open (x, body, &message, error))
    return NULL;
  if (transit_message_get_kind (x) != NULL)
    return transit_read_message (x, &message, error);
  return (GObject *) codec_read_result (&message, error);
}

/* What was refused may come from anybody: not much of it is said back. */
static const char *
codec_get_echo (const MinipayJson *frame, gboolean accepted)
{
  const char *nonce =
      minipay_json_get_string (frame, minipay_json_get_member (frame, minipay_json_get_root (frame), "nonce_str"));

  return nonce != NULL && (accepted || strlen (nonce) <= MAX_NONCE_BYTES) ? nonce : NULL;
}

MinipayHttpResponse *
transit_new_reply (MinipayExchange *x, gboolean accepted, GError **error)
{
  MinipayHttpRequest *incoming = minipay_exchange_get_incoming (x);
  GBytes *body = incoming != NULL ? minipay_http_request_get_body (incoming) : NULL;
  g_autoptr (MinipayJson) frame = body != NULL ? minipay_json_parse (body, NULL) : NULL;
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  g_autoptr (GBytes) text = NULL;
  MinipayHttpResponse *reply;

  if (accepted && !transit_message_check_reply (x, &accepted, error))
    return NULL;
  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_add_integer (writer, "errcode", accepted ? 0 : 1);
  minipay_json_writer_add_string (writer, "errmsg", accepted ? "ok" : "refused");
  minipay_json_writer_add_string (writer, "nonce_str", frame != NULL ? codec_get_echo (frame, accepted) : NULL);
  if (accepted && !transit_message_add_reply (x, writer, error))
    return NULL;
  minipay_json_writer_end_object (writer);
  text = minipay_json_writer_finish (writer, error);
  if (text == NULL)
    return NULL;
  reply = minipay_http_response_new (200, text);
  minipay_http_response_add_header (reply, "Content-Type", "application/json");
  return reply;
}
