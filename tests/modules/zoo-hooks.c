/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <minipay-plugin.h>
#include <string.h>

/*
 * A provider with every bad manner there is. The account's setting `behaviour=HOOK/ACT` chooses one: that hook
 * does that act, all others do what they should.
 */
#define ZOO_TYPE_HOOKS (zoo_hooks_get_type ())
G_DECLARE_FINAL_TYPE (ZooHooks, zoo_hooks, ZOO, HOOKS, GObject)

struct _ZooHooks {
  GObject parent_instance;
};

#define HUGE_BODY_BYTES (10 * 1024 * 1024)
#define SLOW_US         300000
#define RIGHT_MINOR     100
#define RIGHT_MCHID     "1900000001"

/* @number: the order's, by whatever way it came */
typedef gboolean (*ZooAct) (MinipayExchange *x, const char *act, const char *number, GError **error);

static void
send_request (MinipayExchange *x, const char *method, const char *target, const char *name, const char *value)
{
  g_autoptr (MinipayHttpRequest) request = minipay_http_request_new (method, target, NULL);

  if (name != NULL)
    minipay_http_request_add_header (request, name, value);
  minipay_exchange_send (x, request, MINIPAY_SEND_FLAGS_NONE);
}

static GObject *
new_payment (const char *number, gint64 minor, const char *currency, const char *mchid)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (minor, currency);

  return g_object_new (MINIPAY_TYPE_PAYMENT,
                       "out-trade-no",
                       number,
                       "total",
                       total,
                       "mchid",
                       mchid,
                       "transaction-id",
                       "zoo1",
                       "state",
                       MINIPAY_PAYMENT_STATE_PAID,
                       NULL);
}

static GObject *
new_checkout (const char *number, GObject *payment)
{
  return g_object_new (
      MINIPAY_TYPE_CHECKOUT, "kind", MINIPAY_CHECKOUT_KIND_DONE, "out-trade-no", number, "payment", payment, NULL);
}

/* A create's payment comes inside its checkout. */
static void
complete_payment (MinipayExchange *x, const char *number, GObject *payment)
{
  g_autoptr (GObject) owned = payment;
  g_autoptr (GObject) checkout = NULL;

  if (minipay_exchange_get_operation (x) != MINIPAY_OPERATION_CREATE) {
    minipay_exchange_complete (x, payment);
    return;
  }
  checkout = new_checkout (number, payment);
  minipay_exchange_complete (x, checkout);
}

static void
complete_checkout (MinipayExchange *x, const char *number)
{
  g_autoptr (GObject) checkout = new_checkout (number, NULL);

  minipay_exchange_complete (x, checkout);
}

/* --- What a hook may do --- */

static gboolean
act_false (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  return FALSE;
}

static gboolean
act_nothing (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  return TRUE;
}

static gboolean
act_error (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  const char *text = strcmp (act, "forging-error") == 0 ? "first line\nforged \xff line" : "broken pipe";

  if (strcmp (act, "true-with-error") == 0)
    send_request (x, "GET", "/", NULL, NULL);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, text);
  return strcmp (act, "true-with-error") == 0;
}

static gboolean
act_complete (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  g_autoptr (GCancellable) no_result = g_cancellable_new ();

  if (strcmp (act, "completes-nothing") == 0)
    minipay_exchange_complete (x, NULL);
  if (strcmp (act, "completes-object") == 0)
    minipay_exchange_complete (x, G_OBJECT (no_result));
  if (strcmp (act, "completes-payment") == 0) {
    g_autoptr (GObject) payment = new_payment (number, RIGHT_MINOR, "CNY", RIGHT_MCHID);

    minipay_exchange_complete (x, payment);
  }
  if (strcmp (act, "completes-checkout") == 0)
    complete_checkout (x, number);
  if (strcmp (act, "completes-twice") == 0) {
    complete_payment (x, number, new_payment (number, RIGHT_MINOR, "CNY", RIGHT_MCHID));
    complete_payment (x, number, new_payment (number, RIGHT_MINOR, "CNY", RIGHT_MCHID));
  }
  return TRUE;
}

static gboolean
act_send (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  g_autoptr (GCancellable) no_request = g_cancellable_new ();

  if (strcmp (act, "sends-nothing") == 0) {
    minipay_exchange_send (x, NULL, MINIPAY_SEND_FLAGS_NONE);
    return TRUE;
  }
  if (strcmp (act, "sends-object") == 0) {
    minipay_exchange_send (x, (MinipayHttpRequest *) no_request, MINIPAY_SEND_FLAGS_NONE);
    return TRUE;
  }
  send_request (x, "POST", "/", NULL, NULL);
  if (strcmp (act, "sends-twice") == 0)
    send_request (x, "POST", "/again", NULL, NULL);
  if (strcmp (act, "sends-and-completes") == 0)
    complete_payment (x, number, new_payment (number, RIGHT_MINOR, "CNY", RIGHT_MCHID));
  if (strcmp (act, "sends-and-waits") == 0)
    minipay_exchange_pending (x, "the gateway rests", 0);
  return strcmp (act, "sends-then-fails") != 0;
}

static const struct {
  const char *act;
  const char *method;
  const char *target;
  const char *name;
  const char *value;
} bad_requests[] = {
  { "target-other-host", "GET", "https://evil.example/x", NULL, NULL },
  { "target-with-token", "GET", "https://evil.example/x?access_token=ACCESS-TOKEN", NULL, NULL },
  { "target-two-slashes", "GET", "//evil.example/x", NULL, NULL },
  { "target-no-slash", "GET", "pay", NULL, NULL },
  { "target-at-host", "GET", "@evil.example/", NULL, NULL },
  { "target-empty", "GET", "", NULL, NULL },
  { "target-line-break", "GET", "/x HTTP/1.1\r\nX-Smuggled: 1\r\n\r\n", NULL, NULL },
  { "method-line-break", "GET /x HTTP/1.1\r\nX-Smuggled: 1\r\n\r\nGET", "/", NULL, NULL },
  { "method-connect", "CONNECT", "/", NULL, NULL },
  { "header-value-line-break", "GET", "/", "X", "a\r\nY: b" },
  { "header-name-line-break", "GET", "/", "X: a\r\nY", "b" },
  { "header-host", "GET", "/", "Host", "evil.example" },
  { "header-length", "POST", "/", "content-length", "7" },
  { "header-encoding", "POST", "/", "Transfer-Encoding", "chunked" },
};

static gboolean
act_bad_request (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_requests); i++)
    if (strcmp (bad_requests[i].act, act) == 0)
      send_request (x, bad_requests[i].method, bad_requests[i].target, bad_requests[i].name, bad_requests[i].value);
  return TRUE;
}

/* What the account says, and nothing else: one of its hosts, as a whole address. */
static gboolean
act_absolute (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  send_request (
      x, "POST", minipay_account_config_get_string (minipay_exchange_get_config (x), "pay-url"), "X-Zoo", number);
  return TRUE;
}

static gboolean
act_absolute_then_path (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  const char *url = minipay_account_config_get_string (minipay_exchange_get_config (x), "pay-url");

  if (minipay_exchange_get_step (x) < 2)
    send_request (x, "POST", minipay_exchange_get_step (x) == 0 ? url : "/then", NULL, NULL);
  else
    complete_checkout (x, number);
  return TRUE;
}

static gboolean
act_huge (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new_take (g_malloc0 (HUGE_BODY_BYTES), HUGE_BODY_BYTES);
  g_autoptr (MinipayHttpRequest) request = minipay_http_request_new ("POST", "/", body);

  minipay_exchange_send (x, request, MINIPAY_SEND_FLAGS_NONE);
  return TRUE;
}

static gboolean
act_wait (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  minipay_exchange_pending (x, "the gateway rests", 0);
  return TRUE;
}

static gboolean
act_claim (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  const char *claimed = number;
  const char *currency = "CNY";
  const char *mchid = RIGHT_MCHID;
  gint64 minor = RIGHT_MINOR;

  if (strcmp (act, "claims-other-number") == 0)
    claimed = "zoo00000000000000other";
  if (strcmp (act, "claims-no-number") == 0)
    claimed = NULL;
  if (strcmp (act, "claims-other-total") == 0)
    minor = 1;
  if (strcmp (act, "claims-negative-total") == 0)
    minor = -RIGHT_MINOR;
  if (strcmp (act, "claims-other-currency") == 0)
    currency = "USD";
  if (strcmp (act, "claims-other-mchid") == 0)
    mchid = "1900000002";
  complete_payment (x, number, new_payment (claimed, minor, currency, mchid));
  return TRUE;
}

static gboolean
act_checkout_of_other (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  complete_checkout (x, "zoo00000000000000other");
  return TRUE;
}

/* The signing service is asked for what it must not give. */
static gboolean
act_signing (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  g_autofree char *signature = NULL;
  g_autoptr (GBytes) plain = NULL;

  if (strcmp (act, "signs-with-unknown-key") == 0)
    signature = minipay_exchange_sign (x, MINIPAY_SCHEME_MD5, "no-such-key", "a", 1, error);
  if (strcmp (act, "signs-with-wrong-key") == 0)
    signature = minipay_exchange_sign (x, MINIPAY_SCHEME_RSA_SHA256, "secret-key", "a", 1, error);
  if (strcmp (act, "verifies-nothing") == 0)
    return minipay_exchange_verify (x, MINIPAY_SCHEME_MD5, "secret-key", "a", 1, NULL, error);
  if (strcmp (act, "verifies-garbage") == 0)
    return minipay_exchange_verify (x, MINIPAY_SCHEME_HMAC_SHA256, "secret-key", "a", 1, "\xff\xfe", error);
  if (strcmp (act, "verifies-with-unknown-key") == 0)
    return minipay_exchange_verify (x, MINIPAY_SCHEME_RSA_SHA256, "no-such-key", "a", 1, "YQ==", error);
  if (strcmp (act, "decrypts-garbage") == 0)
    plain = minipay_exchange_decrypt (x,
                                      MINIPAY_CIPHER_AES_256_GCM,
                                      "secret-key",
                                      "123456789012",
                                      "x",
                                      "bm90IHNlYWxlZCBieSBhbnlib2R5IGF0IGFsbA==",
                                      error);
  if (strcmp (act, "decrypts-no-base64") == 0)
    plain = minipay_exchange_decrypt (
        x, MINIPAY_CIPHER_AES_256_GCM, "secret-key", "123456789012", "x", "not base64", error);
  if (strcmp (act, "decrypts-without-nonce") == 0)
    plain = minipay_exchange_decrypt (x, MINIPAY_CIPHER_AES_256_GCM, "secret-key", NULL, NULL, "YQ==", error);
  if (strcmp (act, "decrypts-with-unknown-key") == 0)
    plain = minipay_exchange_decrypt (x, MINIPAY_CIPHER_AES_256_CBC, "no-such-key", NULL, NULL, "YQ==", error);
  return signature != NULL || plain != NULL;
}

/* A gateway's text is hostile, too. */
static gboolean
act_refuse (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  g_autofree char *long_text = g_strnfill (1024 * 1024, 'x');
  g_autofree char *text = g_strconcat ("no]\nforged; http=200 \xff", long_text, NULL);

  minipay_exchange_refuse (x, MINIPAY_ERROR_REFUSED, text, text, NULL, error);
  return FALSE;
}

static gboolean
act_refuse_as_paid (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  minipay_exchange_refuse (x, MINIPAY_ERROR_ALREADY_PAID, "ORDERPAID", NULL, NULL, error);
  return FALSE;
}

/* Remembers the first exchange for ever, and acts on it instead of on the present one. */
static gboolean
act_on_old_exchange (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  static MinipayExchange *old;

  if (old == NULL) {
    old = g_object_ref (x);
    complete_checkout (x, number);
    return TRUE;
  }
  complete_checkout (old, number);
  send_request (old, "POST", "/", NULL, NULL);
  return TRUE;
}

static gboolean honest_act (MinipayExchange *x, const char *number);

static gboolean
act_slow (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  g_usleep (SLOW_US);
  return honest_act (x, number);
}

/* Sends again and again what may be repeated, and is told to wait the first time. */
static gboolean
act_wait_once (MinipayExchange *x, const char *act, const char *number, GError **error)
{
  g_autoptr (GBytes) waited = minipay_exchange_get_cached (x, "waited");
  g_autoptr (MinipayHttpRequest) request = minipay_http_request_new ("POST", "/", NULL);
  g_autoptr (GBytes) mark = g_bytes_new_static ("1", 1);

  if (minipay_exchange_get_step (x) == 0) {
    minipay_exchange_send (x, request, MINIPAY_SEND_FLAGS_IDEMPOTENT);
  } else if (waited == NULL) {
    minipay_exchange_set_cached (x, "waited", mark);
    minipay_exchange_pending (x, "the gateway rests", 0);
  } else {
    complete_checkout (x, number);
  }
  return TRUE;
}

static const struct {
  const char *name; /* the act's, or what it begins with when it ends with a hyphen */
  ZooAct act;
} acts[] = {
  { "false", act_false },
  { "nothing", act_nothing },
  { "true-with-error", act_error },
  { "foreign-error", act_error },
  { "forging-error", act_error },
  { "completes-", act_complete },
  { "sends-", act_send },
  { "target-", act_bad_request },
  { "method-", act_bad_request },
  { "header-", act_bad_request },
  { "absolute", act_absolute },
  { "absolute-then-path", act_absolute_then_path },
  { "huge-body", act_huge },
  { "waits", act_wait },
  { "claims-", act_claim },
  { "checkout-of-other", act_checkout_of_other },
  { "signs-", act_signing },
  { "verifies-", act_signing },
  { "decrypts-", act_signing },
  { "refuses", act_refuse },
  { "refuses-as-paid", act_refuse_as_paid },
  { "old-exchange", act_on_old_exchange },
  { "slow", act_slow },
  { "unverified", act_claim },
  { "ignores-verdict", act_claim },
  { "waits-once", act_wait_once },
};

/* --- What a hook should do --- */

static gboolean
honest_act (MinipayExchange *x, const char *number)
{
  if (minipay_exchange_get_operation (x) != MINIPAY_OPERATION_RECEIVE && minipay_exchange_get_step (x) == 0)
    send_request (x, "POST", "/", NULL, NULL);
  else if (minipay_exchange_get_operation (x) == MINIPAY_OPERATION_CREATE)
    complete_checkout (x, number);
  else
    complete_payment (x, number, new_payment (number, RIGHT_MINOR, "CNY", RIGHT_MCHID));
  return TRUE;
}

/* The account's act when it is @hook's turn to misbehave, else NULL. */
static const char *
get_act (MinipayAccountConfig *config, const char *hook)
{
  const char *behaviour = minipay_account_config_get_string (config, "behaviour");
  gsize length = strlen (hook);

  if (strncmp (behaviour, hook, length) != 0 || behaviour[length] != '/')
    return NULL;
  return behaviour + length + 1;
}

static gboolean
run_hook (MinipayExchange *x, const char *hook, const char *number, GError **error)
{
  const char *act = get_act (minipay_exchange_get_config (x), hook);

  if (act == NULL)
    act = get_act (minipay_exchange_get_config (x), "both");
  if (act == NULL)
    return honest_act (x, number);
  for (guint i = 0; i < G_N_ELEMENTS (acts); i++)
    if (strcmp (acts[i].name, act) == 0 ||
        (g_str_has_suffix (acts[i].name, "-") && g_str_has_prefix (act, acts[i].name)))
      return acts[i].act (x, act, number, error);
  g_error ("the zoo has no act \"%s\"", act);
}

static const char *
asked_number (MinipayExchange *x)
{
  if (minipay_exchange_get_order (x) != NULL)
    return minipay_order_get_out_trade_no (minipay_exchange_get_order (x));
  return minipay_payment_ref_get_out_trade_no (minipay_exchange_get_payment_ref (x));
}

static gboolean
hooks_configure (MinipayPaymentProvider *provider, MinipayAccountConfig *config, GError **error)
{
  const char *act = get_act (config, "configure");

  if (act == NULL)
    return TRUE;
  if (strcmp (act, "false") != 0)
    act_error (NULL, "foreign-error", NULL, error);
  return strcmp (act, "true-with-error") == 0;
}

static gboolean
hooks_begin (MinipayPaymentProvider *provider, MinipayExchange *x, GError **error)
{
  return run_hook (x, "begin", asked_number (x), error);
}

static gboolean
hooks_resume (MinipayPaymentProvider *provider, MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  return run_hook (x, "resume", asked_number (x), error);
}

/* The body is the order's number, the header its keyed digest. */
static gboolean
hooks_receive (MinipayPaymentProvider *provider, MinipayExchange *x, MinipayHttpRequest *incoming, GError **error)
{
  const char *act = get_act (minipay_exchange_get_config (x), "receive");
  gsize length;
  const char *text = g_bytes_get_data (minipay_http_request_get_body (incoming), &length);
  g_autofree char *number = g_strndup (text, length);
  const char *signature =
      minipay_headers_lookup (minipay_http_request_get_headers (incoming), "Zoo-Signature", NULL);
  gboolean is_genuine = FALSE;

  if (g_strcmp0 (act, "ignores-verdict") == 0)
    signature = "0000000000000000000000000000000000000000000000000000000000000000";
  if (g_strcmp0 (act, "unverified") != 0)
    is_genuine = minipay_exchange_verify (x,
                                          MINIPAY_SCHEME_HMAC_SHA256,
                                          "secret-key",
                                          text,
                                          length,
                                          signature,
                                          g_strcmp0 (act, "ignores-verdict") == 0 ? NULL : error);
  if (!is_genuine && g_strcmp0 (act, "ignores-verdict") != 0 && g_strcmp0 (act, "unverified") != 0)
    return FALSE;
  return run_hook (x, "receive", number, error);
}

static MinipayHttpResponse *
hooks_acknowledge (MinipayPaymentProvider *provider, MinipayExchange *x, gboolean accepted, GError **error)
{
  const char *act = get_act (minipay_exchange_get_config (x), "acknowledge");
  MinipayHttpResponse *reply = minipay_http_response_new (accepted ? 202 : 503, NULL);

  if (act == NULL)
    return reply;
  if (strcmp (act, "nothing") != 0)
    act_error (x, "foreign-error", NULL, error);
  if (strcmp (act, "reply-and-error") == 0)
    return reply;
  g_object_unref (reply);
  return NULL;
}

static void
zoo_hooks_iface_init (MinipayPaymentProviderInterface *iface)
{
  iface->configure = hooks_configure;
  iface->begin = hooks_begin;
  iface->resume = hooks_resume;
  iface->receive = hooks_receive;
  iface->acknowledge = hooks_acknowledge;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (ZooHooks,
                               zoo_hooks,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MINIPAY_TYPE_PAYMENT_PROVIDER, zoo_hooks_iface_init))

static void
zoo_hooks_class_init (ZooHooksClass *klass)
{
}

static void
zoo_hooks_init (ZooHooks *self)
{
}

MINIPAY_PROVIDER_DEFINE (ZOO_TYPE_HOOKS)
