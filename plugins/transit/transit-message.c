/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transit-message.h"

#include <string.h>

#include "transit-codec.h"

#define KIND_QUERY       "kind="
#define PUBLIC_KEY_HEX   130
#define MAX_ARREARS_PAGE 10000
#define MAX_PATH_TYPE    6
#define JUMP_PATH        "/intp/transportcode/getbusinessview"

/* --- The kinds --- */

typedef struct {
  const char *name;
  const char *texts[8]; /* that a message must have */
  const char *maybe[2]; /* that it may have */
  const char *sealed;   /* what a yes seals, NULL for nothing */
  gboolean has_status;  /* whether a yes has a status */
} Kind;

static const Kind kinds[] = {
  { .name = "create-code", .texts = { "openid", "user_public_key" }, .sealed = "base64_svr_data" },
  { .name = "registration-contract", .texts = { "openid" }, .sealed = "cardid" },
  { .name = "cancellation", .texts = { "openid" }, .maybe = { "cardid" } },
  { .name = "payment-in-arrears",
    .texts = { "out_user_id", "openid", "bank_type", "transaction_id", "time_end", "repay_no" } },
  { .name = "contract-status", .maybe = { "openid", "cardid" }, .has_status = TRUE },
};

const char *
transit_message_get_kind (MinipayExchange *x)
{
  const char *target = minipay_http_request_get_target (minipay_exchange_get_incoming (x));
  const char *query = strchr (target, '?');

  return query != NULL && g_str_has_prefix (query + 1, KIND_QUERY) ? query + 1 + strlen (KIND_QUERY) : NULL;
}

static const Kind *
kind_find (MinipayExchange *x)
{
  const char *name = transit_message_get_kind (x);

  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].name, name) == 0)
      return &kinds[i];
  return NULL;
}

/* --- What a message says --- */

static gboolean
message_add_texts (const Kind *kind, const MinipayJson *json, GVariantDict *values, GError **error)
{
  MinipayJsonNode root = minipay_json_get_root (json);

  for (guint i = 0; i < G_N_ELEMENTS (kind->texts) && kind->texts[i] != NULL; i++) {
    const char *text = transit_require_text (json, root, kind->texts[i], error);

    if (text == NULL)
      return FALSE;
    g_variant_dict_insert (values, kind->texts[i], "s", text);
  }
  for (guint i = 0; i < G_N_ELEMENTS (kind->maybe) && kind->maybe[i] != NULL; i++) {
    const char *text = NULL;

    if (!minipay_json_read_string (json, root, kind->maybe[i], &text, error))
      return FALSE;
    if (text != NULL && *text != '\0')
      g_variant_dict_insert (values, kind->maybe[i], "s", text);
  }
  return TRUE;
}

/* The table writes idcard_id, its sample card_id: one of them is there. The key is an uncompressed point. */
static gboolean
message_add_code (const MinipayJson *json, GVariantDict *values, GError **error)
{
  MinipayJsonNode root = minipay_json_get_root (json);
  const char *name = minipay_json_get_member (json, root, "idcard_id") != 0 ? "idcard_id" : "card_id";
  const char *card = transit_require_text (json, root, name, error);
  const char *key = NULL;

  if (card == NULL)
    return FALSE;
  g_variant_dict_insert (values, "idcard_id", "s", card);
  g_variant_dict_lookup (values, "user_public_key", "&s", &key);
  if (strlen (key) == PUBLIC_KEY_HEX && strspn (key, "0123456789abcdefABCDEF") == PUBLIC_KEY_HEX)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PROTOCOL,
               "user_public_key has %" G_GSIZE_FORMAT " characters, allowed are %d hexadecimal ones",
               strlen (key),
               PUBLIC_KEY_HEX);
  return FALSE;
}

/* The rides that were paid at once: here the merchant's own number comes back. */
static gboolean
message_add_orders (const MinipayJson *json, GVariantDict *values, GError **error)
{
  static const char *const names[] = { "order_no", "attach", "base64_qrcode", "out_order_no" };
  GVariantBuilder orders = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{ss}"));
  MinipayJsonNode list = minipay_json_get_member (json, minipay_json_get_root (json), "order");

  for (MinipayJsonNode order = minipay_json_get_first (json, list); order != 0;
       order = minipay_json_get_next (json, order)) {
    g_variant_builder_open (&orders, G_VARIANT_TYPE ("a{ss}"));
    for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
      const char *text = minipay_json_get_string (json, minipay_json_get_member (json, order, names[i]));

      if (text != NULL)
        g_variant_builder_add (&orders, "{ss}", names[i], text);
    }
    g_variant_builder_close (&orders);
  }
  g_variant_dict_insert_value (values, "order", g_variant_builder_end (&orders));
  if (minipay_json_get_kind (json, list) == MINIPAY_JSON_ARRAY && minipay_json_get_length (json, list) > 0)
    return TRUE;
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "order is no list of rides that were paid");
  return FALSE;
}

static gboolean
message_add_arrears (const MinipayJson *json, GVariantDict *values, GError **error)
{
  gint64 total_fee;

  if (!minipay_json_require_integer (
          json, minipay_json_get_root (json), "total_fee", 1, G_MAXINT64, &total_fee, error))
    return FALSE;
  g_variant_dict_insert (values, "total_fee", "x", total_fee);
  return message_add_orders (json, values, error);
}

/* The repayment has a number of its own; the others have the frame's nonce alone. */
static char *
message_dup_event_id (const Kind *kind, const TransitMessage *message, GVariantDict *values)
{
  const char *number = NULL;

  if (!g_variant_dict_lookup (values, "repay_no", "&s", &number))
    number = minipay_json_get_string (
        message->frame,
        minipay_json_get_member (message->frame, minipay_json_get_root (message->frame), "nonce_str"));
  return g_strdup_printf ("%s/%s", kind->name, number);
}

static gboolean
message_add_members (const Kind *kind, const MinipayJson *json, GVariantDict *values, GError **error)
{
  if (!message_add_texts (kind, json, values, error))
    return FALSE;
  if (strcmp (kind->name, "create-code") == 0)
    return message_add_code (json, values, error);
  if (strcmp (kind->name, "payment-in-arrears") == 0)
    return message_add_arrears (json, values, error);
  if (!kind->has_status || g_variant_dict_contains (values, "openid") || g_variant_dict_contains (values, "cardid"))
    return TRUE;
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the message names nobody: no openid, no cardid");
  return FALSE;
}

/* Messages of others are no business of this merchant's; a report has nothing that the core could compare. */
static gboolean
message_check_parties (MinipayExchange *x, const TransitMessage *message, GError **error)
{
  if (strcmp (message->mch_id, minipay_exchange_get_setting (x, "mchid")) == 0 &&
      strcmp (message->appid, minipay_exchange_get_setting (x, "appid")) == 0)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_MISMATCH,
               "the message is for another mch_id or appid than %s and %s",
               minipay_exchange_get_setting (x, "mchid"),
               minipay_exchange_get_setting (x, "appid"));
  return FALSE;
}

/* The address is not signed: sent to another one, a message must not pass for one of another kind. */
static gboolean
message_check_kind (const Kind *kind, const MinipayJson *json, GError **error)
{
  static const struct {
    const char *member;
    const char *kind; /* NULL for the result of a deduction */
  } marks[] = { { "trade_state", NULL },
                { "user_public_key", "create-code" },
                { "repay_no", "payment-in-arrears" } };

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++) {
    if (minipay_json_get_member (json, minipay_json_get_root (json), marks[i].member) == 0 ||
        g_strcmp0 (marks[i].kind, kind->name) == 0)
      continue;
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_MISMATCH,
                 "the message has %s, a %s has none: it came to the address of another kind",
                 marks[i].member,
                 kind->name);
    return FALSE;
  }
  return TRUE;
}

GObject *
transit_read_message (MinipayExchange *x, const TransitMessage *message, GError **error)
{
  const Kind *kind = kind_find (x);
  g_auto (GVariantDict) values = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *event_id = NULL;

  if (kind == NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_NOT_SUPPORTED,
                 "the address names a kind of message that is not known, allowed are create-code, "
                 "registration-contract, cancellation, payment-in-arrears and contract-status");
    return NULL;
  }
  if (!message_check_parties (x, message, error) || !message_check_kind (kind, message->content, error) ||
      !message_add_members (kind, message->content, &values, error))
    return NULL;
  event_id = message_dup_event_id (kind, message, &values);
  minipay_exchange_set_event_id (x, event_id);
  return G_OBJECT (minipay_report_new_from_values (kind->name, g_variant_dict_end (&values), message->plain));
}

/* --- What is said to it --- */

static const char *
reply_get_text (GVariant *values, const char *name)
{
  const char *text = NULL;

  return values != NULL && g_variant_lookup (values, name, "&s", &text) && *text != '\0' ? text : NULL;
}

static gboolean
reply_fail (const char *name, const char *allowed, GError **error)
{
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "%s is missing or wrong, allowed is %s", name, allowed);
  return FALSE;
}

static gboolean
reply_check_values (const Kind *kind, GVariant *values, GError **error)
{
  const char *text = kind->sealed != NULL ? reply_get_text (values, kind->sealed) : NULL;
  g_autofree guint8 *decoded = NULL;
  gint64 status;
  gsize length;

  if (g_variant_n_children (values) != (kind->sealed != NULL || kind->has_status ? 1 : 0)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "the answer to %s has %s",
                 kind->name,
                 kind->sealed != NULL ? kind->sealed
                 : kind->has_status   ? "status"
                                      : "no values");
    return FALSE;
  }
  if (kind->has_status)
    return (g_variant_lookup (values, "status", "x", &status) && (status == 0 || status == 1)) ||
           reply_fail ("status", "0 (signed) or 1 (not signed)", error);
  if (kind->sealed == NULL)
    return TRUE;
  if (text == NULL)
    return reply_fail (kind->sealed, "a text", error);
  if (strcmp (kind->sealed, "base64_svr_data") != 0)
    return TRUE;
  decoded = minipay_base64_decode (text, -1, &length, NULL);
  return decoded != NULL || reply_fail (kind->sealed, "base64", error);
}

gboolean
transit_message_check_reply (MinipayExchange *x, gboolean *accepted, GError **error)
{
  const Kind *kind = kind_find (x);
  GVariant *values = minipay_exchange_get_reply_values (x);

  if (values == NULL) {
    *accepted = kind == NULL || (kind->sealed == NULL && !kind->has_status);
    return TRUE;
  }
  if (kind != NULL)
    return reply_check_values (kind, values, error);
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "the answer to a deduction's result has no values");
  return FALSE;
}

static gboolean
reply_add_sealed (
    MinipayExchange *x, const char *member, const char *text, MinipayJsonWriter *writer, GError **error)
{
  g_autoptr (MinipayParams) params = minipay_params_new ();
  g_autoptr (GBytes) plain = NULL;
  g_autofree char *sealed = NULL;
  g_autofree char *iv = NULL;

  minipay_params_set_string (params, member, text);
  plain = minipay_params_to_json (params, error);
  sealed = plain != NULL ? transit_frame_encrypt (x, plain, &iv, error) : NULL;
  if (sealed == NULL)
    return FALSE;
  minipay_json_writer_add_string (writer, "encrypted_data", sealed);
  minipay_json_writer_add_string (writer, "iv", iv);
  return TRUE;
}

gboolean
transit_message_add_reply (MinipayExchange *x, MinipayJsonWriter *writer, GError **error)
{
  const Kind *kind = kind_find (x);
  GVariant *values = minipay_exchange_get_reply_values (x);
  const char *member = kind != NULL ? kind->sealed : NULL;
  gint64 status;

  if (kind == NULL || values == NULL)
    return TRUE;
  if (kind->has_status && g_variant_lookup (values, "status", "x", &status))
    minipay_json_writer_add_integer (writer, "status", status);
  if (member == NULL)
    return TRUE;
  /* the table of registrations writes cardid, its sample card_id */
  return reply_add_sealed (x,
                           strcmp (member, "cardid") == 0 ? minipay_exchange_get_setting (x, "card-member")
                                                          : member,
                           reply_get_text (values, member),
                           writer,
                           error);
}

/* --- The calls --- */

MinipayHttpRequest *
transit_build_arrears_users (MinipayExchange *x, gconstpointer data, GError **error)
{
  const char *url = minipay_exchange_get_setting (x, "arrears-url");
  const char *start = minipay_exchange_get_extra_text (x, "start_openid");
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  g_autoptr (GBytes) body = NULL;
  gint64 limit = 0;

  g_variant_lookup (minipay_exchange_get_extras (x), "limit", "x", &limit);
  if (limit < 1 || limit > MAX_ARREARS_PAGE) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "limit is %" G_GINT64_FORMAT ", allowed are 1 to %d",
                 limit,
                 MAX_ARREARS_PAGE);
    return NULL;
  }
  if (url == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "arrears-url is missing: no address is published");
    return NULL;
  }
  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_add_string (writer, "start_openid", start != NULL ? start : "");
  minipay_json_writer_add_integer (writer, "limit", limit);
  minipay_json_writer_end_object (writer);
  body = minipay_json_writer_finish (writer, error);
  return body != NULL ? transit_new_request (x, url, body, error) : NULL;
}

static gboolean
arrears_add_user (const MinipayJson *json, MinipayJsonNode user, GVariantBuilder *list, GError **error)
{
  const char *openid = minipay_json_require_string (json, user, "openid", error);
  const char *create_time = NULL, *out_user_id = NULL;
  gint64 fee;

  if (openid == NULL || !minipay_json_require_integer (json, user, "fee", 0, G_MAXINT64, &fee, error) ||
      !minipay_json_read_string (json, user, "create_time", &create_time, error) ||
      !minipay_json_read_string (json, user, "out_user_id", &out_user_id, error))
    return FALSE;
  g_variant_builder_open (list, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (list, "{sv}", "openid", g_variant_new_string (openid));
  g_variant_builder_add (list, "{sv}", "fee", g_variant_new_int64 (fee));
  if (create_time != NULL)
    g_variant_builder_add (list, "{sv}", "create_time", g_variant_new_string (create_time));
  if (out_user_id != NULL)
    g_variant_builder_add (list, "{sv}", "out_user_id", g_variant_new_string (out_user_id));
  g_variant_builder_close (list);
  return TRUE;
}

GObject *
transit_parse_arrears_users (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayJson) json = transit_read_answer (x, answer, error);
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_auto (GVariantDict) values = G_VARIANT_DICT_INIT (NULL);
  MinipayJsonNode users;

  if (json == NULL)
    return NULL;
  users = minipay_json_get_member (json, minipay_json_get_root (json), "list");
  if (minipay_json_get_kind (json, users) != MINIPAY_JSON_ARRAY) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "list is no array of users");
    return NULL;
  }
  for (MinipayJsonNode user = minipay_json_get_first (json, users); user != 0;
       user = minipay_json_get_next (json, user))
    if (!arrears_add_user (json, user, &list, error))
      return NULL;
  g_variant_dict_insert_value (&values, "list", g_variant_builder_end (&list));
  return G_OBJECT (minipay_report_new_from_values (
      "arrears-users", g_variant_dict_end (&values), minipay_http_response_get_body (answer)));
}

MinipayHttpRequest *
transit_build_jump_data (MinipayExchange *x, gconstpointer data, GError **error)
{
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  g_autoptr (GBytes) body = NULL;
  gint64 path_type = -1;

  g_variant_lookup (minipay_exchange_get_extras (x), "path_type", "x", &path_type);
  if (path_type < 0 || path_type > MAX_PATH_TYPE) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "path_type is %" G_GINT64_FORMAT ", allowed are 0 to %d",
                 path_type,
                 MAX_PATH_TYPE);
    return NULL;
  }
  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_add_integer (writer, "path_type", path_type);
  minipay_json_writer_end_object (writer);
  body = minipay_json_writer_finish (writer, error);
  return body != NULL ? transit_new_request (x, JUMP_PATH, body, error) : NULL;
}

/* What wx.openBusinessView wants: business_type and query_string. */
GObject *
transit_parse_jump_data (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error)
{
  g_autoptr (MinipayJson) json = transit_read_answer (x, answer, error);
  g_auto (GVariantDict) values = G_VARIANT_DICT_INIT (NULL);
  const char *business_type, *query_string;
  MinipayJsonNode root;
  gboolean is_present;
  gint64 expire_at;

  if (json == NULL)
    return NULL;
  root = minipay_json_get_root (json);
  business_type = transit_require_text (json, root, "business_type", error);
  query_string = business_type != NULL ? transit_require_text (json, root, "query_string", error) : NULL;
  if (query_string == NULL ||
      !minipay_json_read_integer (json, root, "expire_at", 0, G_MAXINT64, &expire_at, &is_present, error))
    return NULL;
  g_variant_dict_insert (&values, "business_type", "s", business_type);
  g_variant_dict_insert (&values, "query_string", "s", query_string);
  if (is_present)
    g_variant_dict_insert (&values, "expire_at", "x", expire_at);
  return G_OBJECT (minipay_report_new_from_values (
      "jump-data", g_variant_dict_end (&values), minipay_http_response_get_body (answer)));
}
