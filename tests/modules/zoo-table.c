/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <minipay-plugin.h>
#include <string.h>

/*
 * A provider made of a table, whose gateway says what it likes: the body of an answer with the status 200 is `ok`,
 * a state, `other-number` or `other-amount` for lies, or the error that it stands for. A notification is `NUMBER
 * STATE TRANSACTION`, or `refund NUMBER STATE FEN` of a refund, its header the keyed digest, or `unsigned` where
 * the gateway signs none.
 */

static const struct {
  const char *word;
  MinipayError code;
} refusals[] = {
  { "refused", MINIPAY_ERROR_REFUSED },           { "auth", MINIPAY_ERROR_AUTH },
  { "rate-limited", MINIPAY_ERROR_RATE_LIMITED }, { "not-found", MINIPAY_ERROR_NOT_FOUND },
  { "invalid", MINIPAY_ERROR_INVALID },           { "already-paid", MINIPAY_ERROR_ALREADY_PAID },
  { "conflict", MINIPAY_ERROR_CONFLICT },
};

/* A ticket that is spent is found out only here, before anything is sent. */
static MinipayHttpRequest *
table_build (MinipayExchange *x, gconstpointer data, GError **error)
{
  MinipayOrder *order = minipay_exchange_get_order (x);
  const char *ticket = order != NULL ? minipay_exchange_get_extra_text (x, "ticket") : NULL;

  if (ticket != NULL && strcmp (ticket, "spent") == 0) {
    g_set_error_literal (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "the ticket is spent");
    return NULL;
  }
  if (g_strcmp0 (ticket, "odd") == 0) {
    g_set_error_literal (error, MINIPAY_ERROR, 4711, "the ticket is odd");
    return NULL;
  }
  return minipay_http_request_new ("POST", "/", NULL);
}

/* The word of an answer that is no error; what the gateway signs is its word with the key. */
static char *
table_read_word (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  static const char *const told[] = { "ok",       "pending",      "paid",         "closed", "failed",
                                      "refunded", "other-number", "other-amount", NULL };
  GBytes *body = minipay_exchange_require_body (x, answer, error);
  const char *signature =
      minipay_headers_lookup (minipay_http_response_get_headers (answer), "Zoo-Signature", NULL);
  g_autofree char *word = NULL;

  if (body == NULL)
    return NULL;
  word = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  if (signature != NULL &&
      !minipay_exchange_verify (x, MINIPAY_SCHEME_HMAC_SHA256, "secret-key", word, strlen (word), signature, error))
    return NULL;
  if (g_strv_contains (told, word))
    return g_steal_pointer (&word);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (strcmp (word, refusals[i].word) == 0) {
      minipay_exchange_refuse (x, refusals[i].code, word, NULL, NULL, error);
      return NULL;
    }
  g_error ("the zoo's gateway has no word \"%s\"", word);
}

static GObject *
table_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autofree char *word = table_read_word (x, answer, error);

  if (word == NULL)
    return NULL;
  return g_object_new (MINIPAY_TYPE_CHECKOUT,
                       "kind",
                       strcmp (word, "pending") == 0 ? MINIPAY_CHECKOUT_KIND_PENDING : MINIPAY_CHECKOUT_KIND_DONE,
                       "out-trade-no",
                       minipay_order_get_out_trade_no (minipay_exchange_get_order (x)),
                       NULL);
}

static MinipayPayment *
table_new_payment (const char *number, MinipayPaymentState state, const char *transaction)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (100, "CNY");

  return g_object_new (MINIPAY_TYPE_PAYMENT,
                       "out-trade-no",
                       number,
                       "state",
                       state,
                       "total",
                       total,
                       "transaction-id",
                       transaction,
                       NULL);
}

static GObject *
table_parse_query (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  const char *number = minipay_payment_ref_get_out_trade_no (minipay_exchange_get_payment_ref (x));
  g_autofree char *word = table_read_word (x, answer, error);
  g_autoptr (GEnumClass) states = g_type_class_ref (MINIPAY_TYPE_PAYMENT_STATE);
  GEnumValue *state = word != NULL ? g_enum_get_value_by_nick (states, word) : NULL;

  if (word == NULL)
    return NULL;
  return G_OBJECT (
      table_new_payment (strcmp (word, "other-number") == 0 ? "zoo999" : number,
                         state != NULL ? (MinipayPaymentState) state->value : MINIPAY_PAYMENT_STATE_PENDING,
                         strcmp (word, "failed") == 0 ? "attempt1" : NULL));
}

static GObject *
table_parse_close (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  const char *number = minipay_payment_ref_get_out_trade_no (minipay_exchange_get_payment_ref (x));
  g_autofree char *word = table_read_word (x, answer, error);

  if (word == NULL)
    return NULL;
  return G_OBJECT (table_new_payment (
      strcmp (word, "other-number") == 0 ? "zoo999" : number, MINIPAY_PAYMENT_STATE_CLOSED, NULL));
}

static MinipayRefundState
table_parse_refund_state (const char *word)
{
  g_autoptr (GEnumClass) states = g_type_class_ref (MINIPAY_TYPE_REFUND_STATE);
  GEnumValue *state = g_enum_get_value_by_nick (states, word);

  return state != NULL ? (MinipayRefundState) state->value : MINIPAY_REFUND_STATE_PENDING;
}

static GObject *
table_parse_refund (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  MinipayRefundRequest *request = minipay_exchange_get_refund_request (x);
  MinipayRefundRef *ref = minipay_exchange_get_refund_ref (x);
  const char *number = request != NULL ? minipay_refund_request_get_out_refund_no (request)
                                       : minipay_refund_ref_get_out_refund_no (ref);
  g_autofree char *word = table_read_word (x, answer, error);
  g_autoptr (MinipayMoney) amount = NULL;
  MinipayRefundClaim claim = { 0 };

  if (word == NULL)
    return NULL;
  amount = minipay_money_new (strcmp (word, "other-amount") == 0 ? 41 : 40, "CNY");
  claim.out_refund_no = strcmp (word, "other-number") == 0 ? "zoo999" : number;
  claim.state = table_parse_refund_state (word);
  claim.amount = amount;
  return (GObject *) minipay_refund_new_from_claim (&claim);
}

/* An operation of this provider alone. */
static GObject *
table_parse_share (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autofree char *word = table_read_word (x, answer, error);
  g_autoptr (GVariantDict) dict = g_variant_dict_new (NULL);

  if (word == NULL)
    return NULL;
  g_variant_dict_insert (dict,
                         "share_no",
                         "s",
                         strcmp (word, "other-number") == 0 ? "zoo999"
                                                            : minipay_exchange_get_extra_text (x, "share_no"));
  g_variant_dict_insert (dict, "word", "s", word);
  return (GObject *) minipay_report_new_from_values (
      minipay_exchange_get_name (x), g_variant_dict_end (dict), minipay_http_response_get_body (answer));
}

/* `refund NUMBER STATE FEN` */
static GObject *
table_parse_refund_notice (char **words)
{
  g_autoptr (MinipayMoney) amount = minipay_money_new (words[3][0] == '4' && words[3][1] == '0' ? 40 : 41, "CNY");
  MinipayRefundClaim claim = { .out_refund_no = words[1],
                               .state = table_parse_refund_state (words[2]),
                               .amount = amount };

  return (GObject *) minipay_refund_new_from_claim (&claim);
}

static GObject *
table_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (minipay_http_request_get_body (incoming), &length);
  g_autofree char *copy = g_strndup (text, length);
  g_auto (GStrv) words = g_strsplit (copy, " ", 4);
  g_autoptr (GEnumClass) states = g_type_class_ref (MINIPAY_TYPE_PAYMENT_STATE);
  const char *signature =
      minipay_headers_lookup (minipay_http_request_get_headers (incoming), "Zoo-Signature", NULL);

  if (g_strcmp0 (signature, "unsigned") == 0)
    minipay_exchange_take_as_hint (x);
  else if (!minipay_exchange_verify (x, MINIPAY_SCHEME_HMAC_SHA256, "secret-key", text, length, signature, error))
    return NULL;
  if (strcmp (words[0], "refund") == 0)
    return table_parse_refund_notice (words);
  return (GObject *) table_new_payment (
      words[0], (MinipayPaymentState) g_enum_get_value_by_nick (states, words[1])->value, words[2]);
}

/* Claims a bill whatever came. */
static GObject *
table_parse_bill (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  return (GObject *) minipay_bill_new_claimed (data);
}

static const MinipayCall table_calls[] = {
  { MINIPAY_OPERATION_CREATE, MINIPAY_SEND_FLAGS_NONE, table_build, table_parse_create },
  { MINIPAY_OPERATION_QUERY, MINIPAY_SEND_FLAGS_SAFE, table_build, table_parse_query },
  { MINIPAY_OPERATION_CLOSE, MINIPAY_SEND_FLAGS_IDEMPOTENT, table_build, table_parse_close },
  { MINIPAY_OPERATION_REVERSE, MINIPAY_SEND_FLAGS_IDEMPOTENT, table_build, table_parse_close },
  { MINIPAY_OPERATION_REFUND, MINIPAY_SEND_FLAGS_NONE, table_build, table_parse_refund },
  { MINIPAY_OPERATION_QUERY_REFUND, MINIPAY_SEND_FLAGS_SAFE, table_build, table_parse_refund },
  { MINIPAY_OPERATION_CALL, MINIPAY_SEND_FLAGS_NONE, table_build, table_parse_share, .name = "share" },
  { MINIPAY_OPERATION_CALL, MINIPAY_SEND_FLAGS_SAFE, table_build, table_parse_share, .name = "ask-share" },
  { MINIPAY_OPERATION_DOWNLOAD_BILL, MINIPAY_SEND_FLAGS_BILL, table_build, table_parse_bill },
  { 0 },
};

static const MinipayProviderTable table = {
  .calls = table_calls,
  .parse_notification = table_parse_notification,
};

MINIPAY_PROVIDER_DEFINE_TABLE (ZooTable, zoo_table, &table)
