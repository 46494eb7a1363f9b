/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "weidoufu-codec.h"
#include "weidoufu-message.h"

/* One value written anew: strings by what they say, numbers digit by digit. The reader bounds the depth. */
static void
notification_write_compact (MinipayJsonWriter *writer,
                            const char *name,
                            const MinipayJson *json,
                            MinipayJsonNode node)
{
  const gboolean is_object = minipay_json_get_kind (json, node) == MINIPAY_JSON_OBJECT;
  g_autofree char *number = NULL;
  const char *raw;
  gsize length;

  switch (minipay_json_get_kind (json, node)) {
  case MINIPAY_JSON_STRING:
    minipay_json_writer_add_string (writer, name, minipay_json_get_string (json, node));
    break;
  case MINIPAY_JSON_NUMBER:
    raw = minipay_json_get_raw (json, node, &length);
    number = g_strndup (raw, length);
    minipay_json_writer_add_number (writer, name, number);
    break;
  case MINIPAY_JSON_BOOLEAN:
    minipay_json_writer_add_boolean (writer, name, minipay_json_get_boolean (json, node));
    break;
  case MINIPAY_JSON_OBJECT:
  case MINIPAY_JSON_ARRAY:
    is_object ? minipay_json_writer_begin_object (writer, name) : minipay_json_writer_begin_array (writer, name);
    for (MinipayJsonNode child = minipay_json_get_first (json, node); child != 0;
         child = minipay_json_get_next (json, child))
      notification_write_compact (writer, is_object ? minipay_json_get_name (json, child) : NULL, json, child);
    is_object ? minipay_json_writer_end_object (writer) : minipay_json_writer_end_array (writer);
    break;
  case MINIPAY_JSON_NULL:
  case MINIPAY_JSON_NONE:
  default:
    minipay_json_writer_add_null (writer, name);
    break;
  }
}

/* The content written anew, in its order and without spaces: what one client in the field signs. */
static GBytes *
notification_compact_content (const MinipayJson *json, MinipayJsonNode content, GError **error)
{
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();

  notification_write_compact (writer, NULL, json, content);
  return minipay_json_writer_finish (writer, error);
}

/* The name as it stands before the value: one written with escapes is a name in disguise. */
static gboolean
notification_is_plainly_named (const MinipayJson *json, MinipayJsonNode content, const char *text)
{
  gsize length;
  const char *end = minipay_json_get_raw (json, content, &length);
  static const char quoted[] = "\"content\"";

  while (end > text && (g_ascii_isspace (end[-1]) || end[-1] == ':'))
    end--;
  return end - text >= (gssize) strlen (quoted) && memcmp (end - strlen (quoted), quoted, strlen (quoted)) == 0;
}

/* The signature covers the bytes of the top-level member content, and the same bytes are read afterwards. */
static gboolean
notification_verify_content (
    MinipayExchange *x, const MinipayJson *json, MinipayJsonNode content, const char *sign, GError **error)
{
  MinipayScheme scheme = g_strcmp0 (minipay_exchange_get_setting (x, "notify-digest"), "raw") == 0
                             ? MINIPAY_SCHEME_HMAC_SHA256_RAW_MD5
                             : MINIPAY_SCHEME_HMAC_SHA256_HEX_MD5;
  g_autoptr (GBytes) compact = NULL;
  const char *text;
  gsize length;

  if (g_strcmp0 (minipay_exchange_get_setting (x, "notify-text"), "compact") == 0) {
    compact = notification_compact_content (json, content, error);
    if (compact == NULL)
      return FALSE;
    text = g_bytes_get_data (compact, &length);
  } else {
    text = minipay_json_get_raw (json, content, &length);
  }
  return minipay_exchange_verify (x, scheme, "secret-key", text, length, sign, error);
}

static MinipayPayment *
notification_read_content (const MinipayJson *json, MinipayJsonNode content, GError **error)
{
  /* 3 is "closed" here and "failed" in the answer to a query */
  static const MinipayPaymentState states[] = {
    MINIPAY_PAYMENT_STATE_UNKNOWN,
    MINIPAY_PAYMENT_STATE_PENDING,
    MINIPAY_PAYMENT_STATE_PAID,
    MINIPAY_PAYMENT_STATE_CLOSED,
  };
  const char *out_order_no = minipay_json_require_string (json, content, "out_order_no", error);
  const char *mch_trade_no =
      out_order_no != NULL ? minipay_json_require_string (json, content, "mch_trade_no", error) : NULL;
  const char *attach = NULL;
  const char *pay_time = NULL;
  g_autoptr (MinipayMoney) total = NULL;
  g_autoptr (GDateTime) paid_at = NULL;
  g_autoptr (GBytes) raw = NULL;
  MinipayPaymentClaim claim;
  gint64 fee, status;
  gsize length;
  const char *text;

  if (mch_trade_no == NULL ||
      !weidoufu_message_read_number (json, content, "total_fee", 1, WEIDOUFU_MAX_FEE, &fee, error) ||
      !weidoufu_message_read_number (json, content, "status", 0, 99, &status, error) ||
      !minipay_json_read_string (json, content, "attach", &attach, error) ||
      !minipay_json_read_string (json, content, "pay_time", &pay_time, error))
    return NULL;
  if (pay_time != NULL && *pay_time != '\0') {
    paid_at = minipay_time_parse_spaced (pay_time, error);
    if (paid_at == NULL)
      return NULL;
  }
  total = minipay_money_new (fee, "CNY");
  text = minipay_json_get_raw (json, content, &length);
  raw = g_bytes_new (text, length);
  claim = (MinipayPaymentClaim){
    .out_trade_no = out_order_no,
    .transaction_id = mch_trade_no,
    .state = status < (gint64) G_N_ELEMENTS (states) ? states[status] : MINIPAY_PAYMENT_STATE_UNKNOWN,
    .total = total,
    .paid_at = paid_at,
    .attach = attach,
    .raw_text = raw,
  };
  return minipay_payment_new_from_claim (&claim);
}

GObject *
weidoufu_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  GBytes *body = minipay_http_request_get_body (incoming);
  g_autoptr (MinipayJson) json = NULL;
  MinipayJsonNode root, content;
  const char *sign;

  if (body == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the notification is empty");
    return NULL;
  }
  json = minipay_json_parse (body, error);
  if (json == NULL)
    return NULL;
  root = minipay_json_get_root (json);
  content = minipay_json_require_object (json, root, "content", error);
  if (content == 0)
    return NULL;
  if (!notification_is_plainly_named (json, content, g_bytes_get_data (body, NULL))) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the member content is written with escapes");
    return NULL;
  }
  sign = minipay_json_get_string (json, minipay_json_get_member (json, root, "sign"));
  if (!notification_verify_content (x, json, content, sign, error))
    return NULL;
  return (GObject *) notification_read_content (json, content, error);
}
