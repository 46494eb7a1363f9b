/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-auth.h"

#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-wechat-keys.h"

#define SCHEME     "WECHATPAY2-SHA256-RSA2048 "
#define MAX_SKEW_S 300
#define STALE_S    600

typedef struct {
  char *mchid;
  char *nonce_str;
  char *timestamp;
  char *serial_no;
  char *signature;
} Authorization;

static void
authorization_clear (Authorization *self)
{
  g_free (self->mchid);
  g_free (self->nonce_str);
  g_free (self->timestamp);
  g_free (self->serial_no);
  g_free (self->signature);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Authorization, authorization_clear)

/* An error of section 15 of the V3 reference: never signed, and detailed where a field is to blame. */
void
sandbox_wechat_refuse (SandboxReply *reply,
                       guint status,
                       const char *code,
                       const char *location,
                       const char *field,
                       const char *format,
                       ...)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *message = NULL;
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "code", code);
  sandbox_json_add_text (builder, "message", message);
  if (field != NULL) {
    json_builder_set_member_name (builder, "detail");
    json_builder_begin_object (builder);
    sandbox_json_add_text (builder, "field", field);
    sandbox_json_add_text (builder, "issue", message);
    sandbox_json_add_text (builder, "location", location);
    json_builder_end_object (builder);
  }
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (reply, status, "application/json", text);
  if (reply->verdict == NULL) {
    g_autofree char *quoted = sandbox_quote (message, -1);

    sandbox_reply_judge (reply, "refused: %s %s", code, quoted);
  }
}

static char **
find_member (Authorization *auth, const char *name, gsize length)
{
  const struct {
    const char *name;
    char **place;
  } members[] = {
    { "mchid", &auth->mchid },         { "nonce_str", &auth->nonce_str }, { "timestamp", &auth->timestamp },
    { "serial_no", &auth->serial_no }, { "signature", &auth->signature },
  };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++) {
    if (strlen (members[i].name) == length && strncmp (members[i].name, name, length) == 0)
      return members[i].place;
  }
  return NULL;
}

static const char *
skip_blanks (const char *p)
{
  while (*p == ' ')
    p++;
  return p;
}

/* What is wrong with the header, or NULL. */
static const char *
parse_authorization (const char *header, Authorization *auth)
{
  const char *p = header;

  if (!g_str_has_prefix (p, SCHEME))
    return "the scheme is not WECHATPAY2-SHA256-RSA2048";

  p += strlen (SCHEME);
  while (TRUE) {
    const char *equals = NULL;
    const char *close = NULL;
    char **place = NULL;

    p = skip_blanks (p);
    equals = strchr (p, '=');
    if (equals == NULL || equals[1] != '"' || (close = strchr (equals + 2, '"')) == NULL)
      return "a member is not written as name=\"value\"";
    place = find_member (auth, p, equals - p);
    if (place == NULL)
      return "a member is unknown";
    if (*place != NULL)
      return "a member comes twice";
    *place = g_strndup (equals + 2, close - equals - 2);
    p = skip_blanks (close + 1);
    if (*p == '\0')
      break;
    if (*p++ != ',')
      return "members are not separated by a comma";
  }

  if (auth->mchid == NULL || auth->nonce_str == NULL || auth->timestamp == NULL || auth->serial_no == NULL ||
      auth->signature == NULL)
    return "one of mchid, nonce_str, timestamp, serial_no, signature is missing";
  return NULL;
}

static const char *
check_nonce (const char *nonce)
{
  gsize length = strlen (nonce);

  for (const char *p = nonce; *p != '\0'; p++) {
    if (!g_ascii_isalnum (*p))
      return "nonce_str holds something else than letters and digits";
  }
  return length < 1 || length > 32 ? "nonce_str is not 1 to 32 characters long" : NULL;
}

static const char *
check_timestamp (const char *timestamp)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  guint64 seconds = 0;

  if (!g_ascii_string_to_unsigned (timestamp, 10, 1, G_MAXINT32, &seconds, NULL) || strlen (timestamp) != 10)
    return "timestamp is not ten digits of seconds";
  return ABS (now - (gint64) seconds) > MAX_SKEW_S ? "timestamp is more than 300 s off" : NULL;
}

static void
judge_signature (SandboxReply *reply, const Authorization *auth, GString *expected)
{
  g_autofree char *quoted = sandbox_quote (expected->str, expected->len);

  sandbox_reply_judge (reply,
                       "signature refused: with the merchant's public key the %" G_GSIZE_FORMAT
                       " base64 characters sent do not fit the expected string of %" G_GSIZE_FORMAT " bytes %s",
                       strlen (auth->signature),
                       expected->len,
                       quoted);
}

static gboolean
check_signature (Sandbox *sandbox, const SandboxRequest *request, const Authorization *auth, SandboxReply *reply)
{
  g_autoptr (GString) expected = g_string_new (NULL);
  gsize length = 0;
  const char *body = g_bytes_get_data (request->body, &length);

  g_string_append_printf (
      expected, "%s\n%s\n%s\n%s\n", request->method, request->target, auth->timestamp, auth->nonce_str);
  g_string_append_len (expected, body, length);
  g_string_append_c (expected, '\n');

  if (sandbox_verify_rsa (sandbox->config->merchant_key, expected->str, expected->len, auth->signature))
    return TRUE;
  judge_signature (reply, auth, expected);
  return FALSE;
}

/* The merchant of @gateway who signed, or NULL with the reply filled. */
const SandboxMerchant *
sandbox_wechat_authenticate (Sandbox *sandbox,
                             const char *gateway,
                             const SandboxRequest *request,
                             SandboxReply *reply)
{
  g_auto (Authorization) auth = { 0 };
  const char *header = sandbox_request_get (request, "Authorization");
  const SandboxMerchant *merchant = NULL;
  const char *fault = NULL;

  if (header == NULL || sandbox_request_count (request, "Authorization") != 1)
    fault = "the Authorization header is missing or comes twice";
  if (fault == NULL)
    fault = parse_authorization (header, &auth);
  if (fault == NULL)
    fault = check_timestamp (auth.timestamp);
  if (fault == NULL)
    fault = check_nonce (auth.nonce_str);
  if (fault == NULL && (merchant = sandbox_merchant_find (gateway, auth.mchid)) == NULL)
    fault = "mchid is none of this gateway's merchants in the sandbox";
  if (fault == NULL && g_ascii_strcasecmp (auth.serial_no, sandbox->config->merchant_serial) != 0)
    fault = "serial_no is not the merchant certificate's";
  if (fault == NULL && !check_signature (sandbox, request, &auth, reply))
    fault = "the signature does not fit the request";

  if (fault != NULL) {
    sandbox_wechat_refuse (reply, 401, "SIGN_ERROR", NULL, NULL, "%s", fault);
    return NULL;
  }
  return merchant;
}

static gboolean
accepts_json (const char *accept)
{
  return accept != NULL && (strstr (accept, "application/json") != NULL || strstr (accept, "*/*") != NULL);
}

gboolean
sandbox_wechat_check_headers (Sandbox *sandbox,
                              const SandboxMerchant *merchant,
                              const SandboxRequest *request,
                              gboolean wants_json,
                              SandboxReply *reply)
{
  const char *agent = sandbox_request_get (request, "User-Agent");
  const char *type = soup_message_headers_get_content_type (request->headers, NULL);
  const char *serial = sandbox_request_get (request, "Wechatpay-Serial");
  const char *field = NULL;

  if (agent == NULL || *agent == '\0')
    field = "User-Agent";
  else if (wants_json && !accepts_json (sandbox_request_get (request, "Accept")))
    field = "Accept";
  else if (g_bytes_get_size (request->body) > 0 && g_strcmp0 (type, "application/json") != 0)
    field = "Content-Type";
  else if (serial != NULL && (sandbox_request_count (request, "Wechatpay-Serial") != 1 ||
                              sandbox_wechat_keys_find (sandbox, merchant, serial) == NULL))
    field = "Wechatpay-Serial";

  if (field != NULL)
    sandbox_wechat_refuse (
        reply, 400, "INVALID_REQUEST", "header", field, "header %s is missing or not acceptable", field);
  return field == NULL;
}

static void
add_header (GPtrArray *headers, const char *name, const char *value)
{
  g_ptr_array_add (headers, g_strdup (name));
  g_ptr_array_add (headers, g_strdup (value));
}

/* Another signature that is well formed and wrong. */
static char *
damage (const char *signature)
{
  char *copy = g_strdup (signature);

  copy[10] = copy[10] == 'A' ? 'B' : 'A';
  return copy;
}

/* @serial: nullable; the key the request asks for. */
void
sandbox_wechat_sign (Sandbox *sandbox,
                     const SandboxMerchant *merchant,
                     const char *serial,
                     const char *body,
                     SandboxFault fault,
                     GPtrArray *headers)
{
  const char *id = NULL;
  SandboxKey *key = sandbox_wechat_keys_pick (sandbox, merchant, serial, &id);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC - (fault.kind == SANDBOX_FAULT_STALE ? STALE_S : 0);
  g_autofree char *timestamp = g_strdup_printf ("%" G_GINT64_FORMAT, now);
  g_autofree char *nonce = sandbox_random_text (32);
  g_autofree char *text = g_strdup_printf ("%s\n%s\n%s\n", timestamp, nonce, body);
  g_autofree char *good = sandbox_sign_rsa (key, text);
  g_autofree char *bad = damage (good);
  g_autofree char *probe = g_strconcat ("WECHATPAY/SIGNTEST/", good, NULL);
  g_autofree char *stranger = sandbox_random_hex (40);
  const char *signature = good;

  if (fault.kind == SANDBOX_FAULT_NO_SIGNATURE)
    return;
  if (fault.kind == SANDBOX_FAULT_BAD_SIGNATURE)
    signature = bad;
  if (fault.kind == SANDBOX_FAULT_SIGNTEST)
    signature = probe;

  add_header (headers, "Wechatpay-Timestamp", timestamp);
  add_header (headers, "Wechatpay-Nonce", nonce);
  add_header (headers, "Wechatpay-Signature", signature);
  add_header (headers, "Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048");
  add_header (headers, "Wechatpay-Serial", fault.kind == SANDBOX_FAULT_UNKNOWN_SERIAL ? stranger : id);
}
