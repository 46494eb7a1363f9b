/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <minipay-plugin.h>
#include <string.h>

/*
 * A provider made of a table, whose gateway says what it likes: the body of an answer with the status 200 is `ok`
 * or the error that it stands for. A notification is `NUMBER STATE TRANSACTION`, its header the keyed digest.
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
  return minipay_http_request_new ("POST", "/", NULL);
}

static gboolean
table_read_answer (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  GBytes *body = minipay_exchange_require_body (x, answer, error);
  g_autofree char *word = NULL;

  if (body == NULL)
    return FALSE;
  word = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  if (strcmp (word, "ok") == 0)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (strcmp (word, refusals[i].word) == 0) {
      minipay_exchange_refuse (x, refusals[i].code, word, NULL, NULL, error);
      return FALSE;
    }
  g_error ("the zoo's gateway has no word \"%s\"", word);
}

static GObject *
table_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  if (!table_read_answer (x, answer, error))
    return NULL;
  return g_object_new (MINIPAY_TYPE_CHECKOUT,
                       "kind",
                       MINIPAY_CHECKOUT_KIND_DONE,
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
  if (!table_read_answer (x, answer, error))
    return NULL;
  return G_OBJECT (table_new_payment (minipay_payment_ref_get_out_trade_no (minipay_exchange_get_payment_ref (x)),
                                      MINIPAY_PAYMENT_STATE_PENDING,
                                      NULL));
}

static GObject *
table_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (minipay_http_request_get_body (incoming), &length);
  g_autofree char *copy = g_strndup (text, length);
  g_auto (GStrv) words = g_strsplit (copy, " ", 3);
  g_autoptr (GEnumClass) states = g_type_class_ref (MINIPAY_TYPE_PAYMENT_STATE);

  if (!minipay_exchange_verify (
          x,
          MINIPAY_SCHEME_HMAC_SHA256,
          "secret-key",
          text,
          length,
          minipay_headers_lookup (minipay_http_request_get_headers (incoming), "Zoo-Signature", NULL),
          error))
    return NULL;
  return (GObject *) table_new_payment (
      words[0], (MinipayPaymentState) g_enum_get_value_by_nick (states, words[1])->value, words[2]);
}

static const MinipayCall table_calls[] = {
  { MINIPAY_OPERATION_CREATE, MINIPAY_SEND_FLAGS_NONE, table_build, table_parse_create },
  { MINIPAY_OPERATION_QUERY, MINIPAY_SEND_FLAGS_SAFE, table_build, table_parse_query },
  { 0 },
};

static const MinipayProviderTable table = {
  .calls = table_calls,
  .parse_notification = table_parse_notification,
};

MINIPAY_PROVIDER_DEFINE_TABLE (ZooTable, zoo_table, &table)
