/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "showdoc-aggregator-codec.h"

#define SEALED_MEMBER "reqmsg"
#define KEY_NAME      "key"
#define MAX_FEN       G_GINT64_CONSTANT (99999999999)

/* --- The seal --- */

/* The base64 of some writers comes in lines. */
static char *
codec_dup_one_line (const char *text)
{
  GString *line = g_string_sized_new (strlen (text));

  for (; *text != '\0'; text++)
    if (*text != '\r' && *text != '\n')
      g_string_append_c (line, *text);
  return g_string_free (line, FALSE);
}

/*
 * The bytes that hold the members: of a sealed body what the aggregator's public key opens, and never what stands
 * beside the seal. The key is known to every merchant and each block stands alone, so a seal proves little: the
 * sign within is demanded all the same.
 */
static GBytes *
codec_open_body (MinipayExchange *x, const MinipayJson *json, GBytes *body, GError **error)
{
  MinipayJsonNode sealed = minipay_json_get_member (json, minipay_json_get_root (json), SEALED_MEMBER);
  const char *text = minipay_json_get_string (json, sealed);
  g_autofree char *line = NULL;

  if (sealed == 0) {
    if (minipay_account_config_get_boolean (minipay_exchange_get_config (x), "plain-notifications"))
      return g_bytes_ref (body);
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "the notification is not sealed, plain-notifications=false allows none but sealed ones");
    return NULL;
  }
  if (text == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, SEALED_MEMBER " is not a text, allowed is base64");
    return NULL;
  }
  line = codec_dup_one_line (text);
  return minipay_exchange_decrypt (x, MINIPAY_CIPHER_RSA_RECOVER, "public-key", NULL, NULL, line, error);
}

/* --- The sign --- */

/* The members that take part in the sign, split at the place where a parameter `key` stands among them. What is
 * read later is read from here: nothing else was signed. */
typedef struct {
  MinipayParams *head;
  MinipayParams *tail;
} Members;

static void
members_clear (Members *self)
{
  g_clear_pointer (&self->head, minipay_params_free);
  g_clear_pointer (&self->tail, minipay_params_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Members, members_clear)

static MinipayParams *
members_get_part (const Members *self, const char *name)
{
  return strcmp (name, KEY_NAME) < 0 ? self->head : self->tail;
}

/* NULL for what is absent or empty. */
static const char *
members_lookup (const Members *self, const char *name)
{
  return minipay_params_lookup (members_get_part (self, name), name);
}

/* Nothing in the signed text is escaped, so no name and no value may hide where another member begins. */
static const char *
members_find_fault (const char *name, const char *value, gboolean is_key_among)
{
  if (*name == '\0' || strspn (name, MINIPAY_PARAM_NAME_CHARACTERS) != strlen (name))
    return "a name with other characters than 0-9A-Za-z_.:-";
  if (is_key_among && strcmp (name, KEY_NAME) == 0)
    return "a member key, whose place in the signed text is the sign key's";
  if (!minipay_params_is_one_value (value))
    return "a value that reads as several members of the signed text";
  return NULL;
}

static gboolean
members_add (Members *self, const MinipayJson *json, MinipayJsonNode member, gboolean is_key_among, GError **error)
{
  MinipayJsonKind kind = minipay_json_get_kind (json, member);
  const char *name = minipay_json_get_name (json, member);
  g_autofree char *value = NULL;
  const char *fault;
  const char *raw;
  gsize length;

  if (strcmp (name, "sign") == 0)
    return TRUE;
  if (kind == MINIPAY_JSON_STRING) {
    value = g_strdup (minipay_json_get_string (json, member));
  } else if (kind == MINIPAY_JSON_NUMBER || kind == MINIPAY_JSON_BOOLEAN) {
    raw = minipay_json_get_raw (json, member, &length);
    value = g_strndup (raw, length);
  } else if (kind == MINIPAY_JSON_NULL) {
    value = g_strdup ("");
  }
  fault = value != NULL ? members_find_fault (name, value, is_key_among) : "a member that is no plain value";
  if (fault == NULL) {
    minipay_params_set_string (members_get_part (self, name), name, value);
    return TRUE;
  }
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the notification has %s", fault);
  return FALSE;
}

static gboolean
members_read (Members *self, MinipayExchange *x, const MinipayJson *json, GError **error)
{
  gboolean is_key_among = g_strcmp0 (minipay_exchange_get_setting (x, "sign-suffix"), "parameter") == 0;
  MinipayJsonNode root = minipay_json_get_root (json);

  self->head = minipay_params_new ();
  self->tail = minipay_params_new ();
  if (minipay_json_get_kind (json, root) != MINIPAY_JSON_OBJECT) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the notification is no JSON object");
    return FALSE;
  }
  for (MinipayJsonNode node = minipay_json_get_first (json, root); node != 0;
       node = minipay_json_get_next (json, node))
    if (!members_add (self, json, node, is_key_among, error))
      return FALSE;
  return TRUE;
}

/* The text that the signing service ends with the key, or whose NUL byte it replaces by the key. */
static GString *
members_make_text (const Members *self, const char *suffix)
{
  g_autofree char *head = minipay_params_to_sorted_text (self->head, NULL);
  g_autofree char *tail = minipay_params_to_sorted_text (self->tail, NULL);
  gboolean is_key_among = g_strcmp0 (suffix, "parameter") == 0;
  GString *text = g_string_new (head);

  if (is_key_among) {
    g_string_append (text, *head != '\0' ? "&" KEY_NAME "=" : KEY_NAME "=");
    g_string_append_c (text, '\0');
  }
  if (*tail != '\0' && text->len > 0)
    g_string_append_c (text, '&');
  g_string_append (text, tail);
  if (g_strcmp0 (suffix, "amp-key") == 0)
    g_string_append (text, "&" KEY_NAME "=");
  else if (g_strcmp0 (suffix, "amp") == 0)
    g_string_append_c (text, '&');
  return text;
}

/* The sign as the signing service writes it, which is in upper case; NULL when it is not as the account says. */
static char *
codec_dup_sign (MinipayExchange *x, const char *sign)
{
  gboolean is_lower = g_strcmp0 (minipay_exchange_get_setting (x, "sign-case"), "lower") == 0;

  if (!is_lower || sign == NULL)
    return g_strdup (sign);
  return strpbrk (sign, "ABCDEF") == NULL ? g_ascii_strup (sign, -1) : NULL;
}

static gboolean
codec_verify_members (MinipayExchange *x, const Members *members, const char *sign, GError **error)
{
  const char *suffix = minipay_exchange_get_setting (x, "sign-suffix");
  g_autoptr (GString) text = members_make_text (members, suffix);
  g_autofree char *wanted = codec_dup_sign (x, sign);

  return minipay_exchange_verify (x,
                                  g_strcmp0 (suffix, "parameter") == 0 ? MINIPAY_SCHEME_MD5_PLACED
                                                                       : MINIPAY_SCHEME_MD5,
                                  "sign-key",
                                  text->str,
                                  text->len,
                                  wanted,
                                  error);
}

/* --- What it says --- */

static const char *
members_require (const Members *self, const char *name, GError **error)
{
  return minipay_params_require (members_get_part (self, name), name, error);
}

/* TRUE with *total NULL when it does not say: the core refuses a payment without it. */
static gboolean
members_read_total (const Members *self, const char *name, MinipayMoney **total, GError **error)
{
  gboolean is_present;
  gint64 fen;

  if (!minipay_params_read_integer (members_get_part (self, name), name, 1, MAX_FEN, &fen, &is_present, error))
    return FALSE;
  if (is_present)
    *total = minipay_money_new (fen, "CNY");
  return TRUE;
}

static MinipayPaymentState
codec_read_state (const char *word)
{
  static const struct {
    const char *word;
    MinipayPaymentState state;
  } states[] = {
    { "SUCCESS", MINIPAY_PAYMENT_STATE_PAID },
    { "PROCESSING", MINIPAY_PAYMENT_STATE_PENDING },
    { "FAIL", MINIPAY_PAYMENT_STATE_FAILED },
    { "CLOSE", MINIPAY_PAYMENT_STATE_CLOSED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (strcmp (states[i].word, word) == 0)
      return states[i].state;
  return MINIPAY_PAYMENT_STATE_UNKNOWN;
}

/* Refunds are told in the same form, and their orderNo is the number of the refund. */
static gboolean
codec_check_kind (MinipayExchange *x, const Members *members, GError **error)
{
  const char *customer_no = members_require (members, "customerNo", error);

  if (customer_no == NULL)
    return FALSE;
  if (strcmp (customer_no, minipay_exchange_get_setting (x, "customer-no")) != 0) {
    g_autofree char *escaped = g_strescape (customer_no, NULL);

    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_MISMATCH,
                 "customerNo is \"%.64s\", the account's is \"%s\"",
                 escaped,
                 minipay_exchange_get_setting (x, "customer-no"));
    return FALSE;
  }
  if (members_lookup (members, "refOrderNo") != NULL || members_lookup (members, "refundStatus") != NULL) {
    g_set_error (
        error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the notification tells of a refund, allowed are payments");
    return FALSE;
  }
  return TRUE;
}

static MinipayPayment *
codec_read_members (MinipayExchange *x, const Members *members, GBytes *text, GError **error)
{
  g_autoptr (MinipayMoney) total = NULL;
  MinipayPaymentClaim claim;
  const char *order_no, *pay_status;

  if (!codec_check_kind (x, members, error))
    return NULL;
  order_no = members_require (members, "orderNo", error);
  pay_status = order_no != NULL ? members_require (members, "payStatus", error) : NULL;
  if (pay_status == NULL ||
      !members_read_total (members, minipay_exchange_get_setting (x, "amount-member"), &total, error))
    return NULL;
  claim = (MinipayPaymentClaim){
    .out_trade_no = order_no,
    .state = codec_read_state (pay_status),
    .total = total,
    .mchid = members_lookup (members, "customerNo"),
    .raw_text = text,
  };
  return minipay_payment_new_from_claim (&claim);
}

GObject *
aggregator_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  GBytes *body = minipay_http_request_get_body (incoming);
  g_auto (Members) members = { 0 };
  g_autoptr (MinipayJson) outer = NULL;
  g_autoptr (MinipayJson) json = NULL;
  g_autoptr (GBytes) text = NULL;
  const char *sign;

  if (body == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the notification is empty");
    return NULL;
  }
  outer = minipay_json_parse (body, error);
  text = outer != NULL ? codec_open_body (x, outer, body, error) : NULL;
  json = text != NULL ? minipay_json_parse (text, error) : NULL;
  if (json == NULL || !members_read (&members, x, json, error))
    return NULL;
  sign = minipay_json_get_string (json, minipay_json_get_member (json, minipay_json_get_root (json), "sign"));
  if (!codec_verify_members (x, &members, sign, error))
    return NULL;
  return (GObject *) codec_read_members (x, &members, text, error);
}
