/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "showdoc-aggregator-seal.h"

#include <string.h>

#define SEALED_MEMBER "reqmsg"
#define KEY_NAME      "key"
#define SIGN_NAME     "sign"
#define ANSWER_GOOD   "200"
#define ERROR_NONE    "0000"

/* --- The members --- */

void
aggregator_members_init (AggregatorMembers *self)
{
  self->all = minipay_params_new ();
  self->head = minipay_params_new ();
  self->tail = minipay_params_new ();
}

void
aggregator_members_clear (AggregatorMembers *self)
{
  g_clear_pointer (&self->all, minipay_params_free);
  g_clear_pointer (&self->head, minipay_params_free);
  g_clear_pointer (&self->tail, minipay_params_free);
}

const char *
aggregator_members_lookup (const AggregatorMembers *self, const char *name)
{
  return minipay_params_lookup (self->all, name);
}

const char *
aggregator_members_require (const AggregatorMembers *self, const char *name, GError **error)
{
  return minipay_params_require (self->all, name, error);
}

gboolean
aggregator_members_read_amount (const AggregatorMembers *self,
                                const char *name,
                                MinipayMoney **amount,
                                GError **error)
{
  gboolean is_present;
  gint64 fen;

  if (!minipay_params_read_integer (self->all, name, 1, AGGREGATOR_MAX_FEN, &fen, &is_present, error))
    return FALSE;
  if (is_present)
    *amount = minipay_money_new (fen, "CNY");
  return TRUE;
}

static void
members_keep (AggregatorMembers *self, const char *name, const char *value)
{
  minipay_params_set_string (self->all, name, value);
  minipay_params_set_string (strcmp (name, KEY_NAME) < 0 ? self->head : self->tail, name, value);
}

static gboolean
members_has_key (MinipayExchange *x)
{
  return g_strcmp0 (minipay_exchange_get_setting (x, "sign-suffix"), "parameter") == 0;
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

/* What is wrong with a member of the merchant's, or NULL. */
static const char *
members_find_misuse (const AggregatorMembers *self, MinipayExchange *x, const char *name, const char *value)
{
  if (strcmp (name, SIGN_NAME) == 0)
    return "a member sign, which is made here";
  if (aggregator_members_lookup (self, name) != NULL)
    return "one member twice";
  return members_find_fault (name, value, members_has_key (x));
}

gboolean
aggregator_members_set (
    AggregatorMembers *self, MinipayExchange *x, const char *name, const char *value, GError **error)
{
  const char *fault;
  g_autofree char *escaped = NULL;

  if (value == NULL || *value == '\0')
    return TRUE;
  fault = members_find_misuse (self, x, name, value);
  if (fault == NULL) {
    members_keep (self, name, value);
    return TRUE;
  }
  escaped = g_strescape (name, NULL);
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "the call would have %s: %.64s", fault, escaped);
  return FALSE;
}

static gboolean
members_add (
    AggregatorMembers *self, const MinipayJson *json, MinipayJsonNode member, gboolean is_key_among, GError **error)
{
  MinipayJsonKind kind = minipay_json_get_kind (json, member);
  const char *name = minipay_json_get_name (json, member);
  g_autofree char *value = NULL;
  gboolean is_link;
  const char *fault;
  const char *raw;
  gsize length;

  if (strcmp (name, SIGN_NAME) == 0)
    return TRUE;
  if (kind == MINIPAY_JSON_STRING) {
    value = g_strdup (minipay_json_get_string (json, member));
  } else if (kind == MINIPAY_JSON_NUMBER || kind == MINIPAY_JSON_BOOLEAN) {
    raw = minipay_json_get_raw (json, member, &length);
    value = g_strndup (raw, length);
  } else if (kind == MINIPAY_JSON_NULL) {
    value = g_strdup ("");
  }
  is_link = g_strcmp0 (name, self->link) == 0;
  fault = value != NULL ? members_find_fault (name, is_link ? "" : value, is_key_among)
                        : "a member that is no plain value";
  if (fault == NULL) {
    members_keep (self, name, value);
    return TRUE;
  }
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the message has %s", fault);
  return FALSE;
}

static gboolean
members_read (AggregatorMembers *self, MinipayExchange *x, const MinipayJson *json, GError **error)
{
  const gboolean is_key_among = members_has_key (x);
  MinipayJsonNode root = minipay_json_get_root (json);

  if (minipay_json_get_kind (json, root) != MINIPAY_JSON_OBJECT) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the message is no JSON object");
    return FALSE;
  }
  for (MinipayJsonNode node = minipay_json_get_first (json, root); node != 0;
       node = minipay_json_get_next (json, node))
    if (!members_add (self, json, node, is_key_among, error))
      return FALSE;
  return TRUE;
}

gboolean
aggregator_members_check_customer (const AggregatorMembers *self, MinipayExchange *x, GError **error)
{
  const char *customer_no = aggregator_members_require (self, "customerNo", error);
  const char *ours = minipay_exchange_get_setting (x, "customer-no");
  g_autofree char *escaped = NULL;

  if (customer_no == NULL || strcmp (customer_no, ours) == 0)
    return customer_no != NULL;
  escaped = g_strescape (customer_no, NULL);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_MISMATCH,
               "customerNo is \"%.64s\", the account's is \"%s\"",
               escaped,
               ours);
  return FALSE;
}

/* --- The sign --- */

/* The text that the signing service ends with the key, or whose NUL byte it replaces by the key. */
static GString *
members_make_text (const AggregatorMembers *self, const char *suffix)
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

static MinipayScheme
seal_get_scheme (MinipayExchange *x)
{
  return members_has_key (x) ? MINIPAY_SCHEME_MD5_PLACED : MINIPAY_SCHEME_MD5;
}

static char *
seal_sign_members (MinipayExchange *x, const AggregatorMembers *members, GError **error)
{
  g_autoptr (GString) text = members_make_text (members, minipay_exchange_get_setting (x, "sign-suffix"));
  g_autofree char *sign = minipay_exchange_sign (x, seal_get_scheme (x), "sign-key", text->str, text->len, error);

  if (sign == NULL || g_strcmp0 (minipay_exchange_get_setting (x, "sign-case"), "lower") != 0)
    return g_steal_pointer (&sign);
  return g_ascii_strdown (sign, -1);
}

/* The sign as the signing service writes it, which is in upper case; NULL when it is not as the account says. */
static char *
seal_dup_sign (MinipayExchange *x, const char *sign)
{
  gboolean is_lower = g_strcmp0 (minipay_exchange_get_setting (x, "sign-case"), "lower") == 0;

  if (!is_lower || sign == NULL)
    return g_strdup (sign);
  return strpbrk (sign, "ABCDEF") == NULL ? g_ascii_strup (sign, -1) : NULL;
}

static gboolean
seal_verify_members (MinipayExchange *x, const AggregatorMembers *members, const char *sign, GError **error)
{
  g_autoptr (GString) text = members_make_text (members, minipay_exchange_get_setting (x, "sign-suffix"));
  g_autofree char *wanted = seal_dup_sign (x, sign);

  return minipay_exchange_verify (x, seal_get_scheme (x), "sign-key", text->str, text->len, wanted, error);
}

gboolean
aggregator_members_read (AggregatorMembers *self, MinipayExchange *x, GBytes *text, GError **error)
{
  g_autoptr (MinipayJson) json = minipay_json_parse (text, error);
  const char *sign;

  if (json == NULL || !members_read (self, x, json, error))
    return FALSE;
  sign = minipay_json_get_string (json, minipay_json_get_member (json, minipay_json_get_root (json), SIGN_NAME));
  return seal_verify_members (x, self, sign, error);
}

/* --- The seal --- */

/* The base64 of some writers comes in lines. */
static char *
seal_dup_one_line (const char *text)
{
  GString *line = g_string_sized_new (strlen (text));

  for (; *text != '\0'; text++)
    if (*text != '\r' && *text != '\n')
      g_string_append_c (line, *text);
  return g_string_free (line, FALSE);
}

GBytes *
aggregator_seal_open (MinipayExchange *x, const char *sealed, GError **error)
{
  g_autofree char *line = NULL;

  if (sealed == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, SEALED_MEMBER " is not a text, allowed is base64");
    return NULL;
  }
  line = seal_dup_one_line (sealed);
  return minipay_exchange_decrypt (x, MINIPAY_CIPHER_RSA_RECOVER, "public-key", NULL, NULL, line, error);
}

MinipayHttpRequest *
aggregator_seal_new_request (MinipayExchange *x, const char *path, AggregatorMembers *members, GError **error)
{
  g_autofree char *sign = seal_sign_members (x, members, error);
  g_autoptr (MinipayParams) envelope = minipay_params_new ();
  g_autoptr (GBytes) plain = NULL;
  g_autofree char *sealed = NULL;
  g_autoptr (GBytes) body = NULL;
  MinipayHttpRequest *request;

  if (sign == NULL)
    return NULL;
  minipay_params_set_string (members->all, SIGN_NAME, sign);
  plain = minipay_params_to_json (members->all, error);
  if (plain == NULL)
    return NULL;
  sealed = minipay_exchange_encrypt (x, MINIPAY_CIPHER_RSA_PKCS1_BLOCKS, "public-key", NULL, plain, error);
  if (sealed == NULL)
    return NULL;
  minipay_params_set_string (envelope, "customerNo", minipay_exchange_get_setting (x, "customer-no"));
  minipay_params_set_string (envelope, SEALED_MEMBER, sealed);
  body = minipay_params_to_json (envelope, error);
  if (body == NULL)
    return NULL;
  request = minipay_http_request_new ("POST", path, body);
  minipay_http_request_add_header (request, "Content-Type", "application/json");
  minipay_http_request_add_header (request, "Accept", "application/json");
  return request;
}

/* --- The answer --- */

/* Two pages draw data differently, and a third reading is near: the seal itself, an object that has it, or the text
 * of such an object. */
static char *
answer_dup_sealed (const MinipayJson *json, MinipayJsonNode data)
{
  const char *text = minipay_json_get_string (json, data);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (MinipayJson) inner = NULL;

  if (text == NULL)
    return g_strdup (minipay_json_get_string (json, minipay_json_get_member (json, data, SEALED_MEMBER)));
  if (*text != '{')
    return g_strdup (text);
  bytes = g_bytes_new (text, strlen (text));
  inner = minipay_json_parse (bytes, NULL);
  return inner != NULL ? answer_dup_sealed (inner, minipay_json_get_root (inner)) : NULL;
}

/* What the envelope refuses nobody signed, and nothing says how far the call came. */
static GBytes *
answer_open (MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  GBytes *body = minipay_exchange_require_body (x, answer, error);
  g_autoptr (MinipayJson) json = body != NULL ? minipay_json_parse (body, error) : NULL;
  g_autofree char *code = NULL;
  g_autofree char *sealed = NULL;
  MinipayJsonNode root;

  if (json == NULL)
    return NULL;
  root = minipay_json_get_root (json);
  code = minipay_json_dup_scalar (json, root, "code", error);
  if (code == NULL)
    return NULL;
  if (strcmp (code, ANSWER_GOOD) != 0) {
    minipay_exchange_refuse (x,
                             MINIPAY_ERROR_OUTCOME_UNKNOWN,
                             code,
                             minipay_json_get_string (json, minipay_json_get_member (json, root, "msg")),
                             "check customer-no, public-key and the hosts, and find out what became of it",
                             error);
    return NULL;
  }
  sealed = answer_dup_sealed (json, minipay_json_get_member (json, root, "data"));
  return aggregator_seal_open (x, sealed, error);
}

GBytes *
aggregator_seal_read_answer (MinipayExchange *x,
                             MinipayHttpResponse *answer,
                             AggregatorMembers *members,
                             GError **error)
{
  g_autoptr (GBytes) text = answer_open (x, answer, error);
  const char *code, *message;

  if (text == NULL || !aggregator_members_read (members, x, text, error))
    return NULL;
  code = aggregator_members_require (members, "errCode", error);
  if (code == NULL)
    return NULL;
  if (strcmp (code, ERROR_NONE) == 0)
    return aggregator_members_check_customer (members, x, error) ? g_steal_pointer (&text) : NULL;
  message = aggregator_members_lookup (members, "errMsg");
  if (!minipay_exchange_refuse_known (x, code, message, error))
    minipay_exchange_refuse (x, MINIPAY_ERROR_OUTCOME_UNKNOWN, code, message, "find out what became of it", error);
  return NULL;
}
