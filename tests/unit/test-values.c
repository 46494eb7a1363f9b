/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <gio/gio.h>

#include "client/minipay-fingerprint-private.h"
#include "core/minipay-checkout.h"
#include "core/minipay-enum-types.h"
#include "core/minipay-headers.h"
#include "core/minipay-http-request.h"
#include "core/minipay-http-response.h"
#include "core/minipay-notification-private.h"
#include "core/minipay-payment-private.h"
#include "core/minipay-payment-ref.h"
#include "core/minipay-receipt-private.h"

static GDateTime *
make_time (void)
{
  return g_date_time_new_from_unix_utc (1528425296);
}

static GVariant *
make_splits (void)
{
  return g_variant_new_parsed ("[('1900000109', '3')]");
}

static GVariant *
make_extras (void)
{
  return g_variant_new_parsed ("{'goods_tag': <'WXG'>, 'support_fapiao': <true>}");
}

/* --- Orders --- */

static MinipayOrder *
make_full_order (void)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (1990, "CNY");
  g_autoptr (GDateTime) expires_at = make_time ();

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       "20260101000000000001",
                       "total",
                       total,
                       "subject",
                       "茶",
                       "method",
                       MINIPAY_METHOD_JSAPI,
                       "wallet",
                       MINIPAY_WALLET_WECHAT,
                       "payer",
                       "oUp",
                       "notify-url",
                       "https://shop.example/notify/a",
                       "attach",
                       "table 7",
                       "expires-at",
                       expires_at,
                       "client-ip",
                       "192.0.2.7",
                       "splits",
                       make_splits (),
                       "extras",
                       make_extras (),
                       NULL);
}

static void
test_order_getters (void)
{
  g_autoptr (MinipayOrder) order = make_full_order ();
  g_autoptr (GVariant) splits = g_variant_ref_sink (make_splits ());
  g_autoptr (GVariant) extras = g_variant_ref_sink (make_extras ());

  g_assert_cmpstr (minipay_order_get_out_trade_no (order), ==, "20260101000000000001");
  g_assert_cmpint (minipay_money_get_minor (minipay_order_get_total (order)), ==, 1990);
  g_assert_cmpstr (minipay_order_get_subject (order), ==, "茶");
  g_assert_cmpint (minipay_order_get_method (order), ==, MINIPAY_METHOD_JSAPI);
  g_assert_cmpint (minipay_order_get_wallet (order), ==, MINIPAY_WALLET_WECHAT);
  g_assert_cmpstr (minipay_order_get_payer (order), ==, "oUp");
  g_assert_cmpstr (minipay_order_get_notify_url (order), ==, "https://shop.example/notify/a");
  g_assert_cmpstr (minipay_order_get_attach (order), ==, "table 7");
  g_assert_cmpint (g_date_time_to_unix (minipay_order_get_expires_at (order)), ==, 1528425296);
  g_assert_cmpstr (minipay_order_get_client_ip (order), ==, "192.0.2.7");
  g_assert_cmpvariant (minipay_order_get_splits (order), splits);
  g_assert_cmpvariant (minipay_order_get_extras (order), extras);
}

static void
test_order_properties (void)
{
  g_autoptr (MinipayOrder) order = make_full_order ();
  g_autofree char *out_trade_no = NULL;
  g_autofree char *subject = NULL;
  g_autofree char *payer = NULL;
  g_autofree char *notify_url = NULL;
  g_autofree char *attach = NULL;
  g_autofree char *client_ip = NULL;
  g_autoptr (MinipayMoney) total = NULL;
  g_autoptr (GDateTime) expires_at = NULL;
  g_autoptr (GVariant) splits = NULL;
  g_autoptr (GVariant) extras = NULL;
  MinipayMethod method;
  MinipayWallet wallet;

  g_object_get (order,
                "out-trade-no",
                &out_trade_no,
                "total",
                &total,
                "subject",
                &subject,
                "method",
                &method,
                "wallet",
                &wallet,
                "payer",
                &payer,
                "notify-url",
                &notify_url,
                "attach",
                &attach,
                "expires-at",
                &expires_at,
                "client-ip",
                &client_ip,
                "splits",
                &splits,
                "extras",
                &extras,
                NULL);
  g_assert_cmpstr (out_trade_no, ==, "20260101000000000001");
  g_assert_true (total != minipay_order_get_total (order)); /* a copy */
  g_assert_true (minipay_money_equal (total, minipay_order_get_total (order)));
  g_assert_cmpstr (subject, ==, "茶");
  g_assert_cmpint (method, ==, MINIPAY_METHOD_JSAPI);
  g_assert_cmpint (wallet, ==, MINIPAY_WALLET_WECHAT);
  g_assert_cmpstr (payer, ==, "oUp");
  g_assert_cmpstr (notify_url, ==, "https://shop.example/notify/a");
  g_assert_cmpstr (attach, ==, "table 7");
  g_assert_cmpint (g_date_time_to_unix (expires_at), ==, 1528425296);
  g_assert_cmpstr (client_ip, ==, "192.0.2.7");
  g_assert_cmpvariant (splits, minipay_order_get_splits (order));
  g_assert_cmpvariant (extras, minipay_order_get_extras (order));
}

static void
test_order_new (void)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (1, "CNY");
  g_autoptr (MinipayOrder) order = minipay_order_new ("N", total, "tea", MINIPAY_METHOD_NATIVE);
  g_autoptr (MinipayOrder) empty = minipay_order_new (NULL, NULL, NULL, MINIPAY_METHOD_APP);

  g_assert_cmpstr (minipay_order_get_out_trade_no (order), ==, "N");
  g_assert_true (minipay_money_equal (minipay_order_get_total (order), total));
  g_assert_cmpstr (minipay_order_get_subject (order), ==, "tea");
  g_assert_cmpint (minipay_order_get_method (order), ==, MINIPAY_METHOD_NATIVE);
  g_assert_cmpint (minipay_order_get_wallet (order), ==, MINIPAY_WALLET_ANY);
  g_assert_null (minipay_order_get_payer (order));
  g_assert_null (minipay_order_get_expires_at (order));
  g_assert_null (minipay_order_get_extras (order));
  g_assert_null (minipay_order_get_out_trade_no (empty));
  g_assert_null (minipay_order_get_total (empty));
}

/* --- The fingerprint --- */

static MinipayOrder *
make_order_but (const char *name, const GValue *value)
{
  g_autoptr (MinipayOrder) like = make_full_order ();
  guint n = 0;
  GParamSpec **specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (like), &n);
  const char **names = g_new0 (const char *, n);
  GValue *values = g_new0 (GValue, n);
  MinipayOrder *made;

  for (guint i = 0; i < n; i++) {
    names[i] = specs[i]->name;
    g_value_init (&values[i], specs[i]->value_type);
    if (g_strcmp0 (names[i], name) == 0)
      g_value_copy (value, &values[i]);
    else
      g_object_get_property (G_OBJECT (like), names[i], &values[i]);
  }
  made = MINIPAY_ORDER (g_object_new_with_properties (MINIPAY_TYPE_ORDER, n, names, values));
  for (guint i = 0; i < n; i++)
    g_value_unset (&values[i]);
  g_free (values);
  g_free (names);
  g_free (specs);
  return made;
}

static void
change_value (GParamSpec *spec, GValue *value)
{
  g_value_init (value, spec->value_type);
  if (spec->value_type == G_TYPE_STRING)
    g_value_set_string (value, "other");
  else if (spec->value_type == MINIPAY_TYPE_MONEY)
    g_value_take_boxed (value, minipay_money_new (1991, "CNY"));
  else if (spec->value_type == G_TYPE_DATE_TIME)
    g_value_take_boxed (value, g_date_time_new_from_unix_utc (1528425297));
  else if (spec->value_type == G_TYPE_VARIANT)
    g_value_set_variant (value,
                         g_strcmp0 (spec->name, "splits") == 0 ? g_variant_new_parsed ("[('1900000109', '4')]")
                                                               : g_variant_new_parsed ("{'goods_tag': <'WXH'>}"));
  else
    g_value_set_enum (value, 3);
}

static void
test_fingerprint_members (void)
{
  g_autoptr (MinipayOrder) order = make_full_order ();
  g_autofree char *fingerprint = minipay_order_dup_fingerprint (order, NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = 0;
  g_autofree GParamSpec **specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (order), &n);

  g_assert_cmpuint (n, ==, 12);
  g_assert_cmpuint (strlen (fingerprint), ==, 64);
  g_hash_table_add (seen, g_strdup (fingerprint));
  for (guint i = 0; i < n; i++) {
    g_auto (GValue) changed = G_VALUE_INIT;
    g_auto (GValue) none = G_VALUE_INIT;
    g_autoptr (MinipayOrder) other = NULL;
    g_autoptr (MinipayOrder) without = NULL;

    change_value (specs[i], &changed);
    other = make_order_but (specs[i]->name, &changed);
    if (!g_hash_table_add (seen, minipay_order_dup_fingerprint (other, NULL)))
      g_test_fail_printf ("another %s makes no other fingerprint", specs[i]->name);
    if (G_IS_PARAM_SPEC_ENUM (specs[i]))
      continue;
    g_value_init (&none, specs[i]->value_type);
    without = make_order_but (specs[i]->name, &none);
    if (!g_hash_table_add (seen, minipay_order_dup_fingerprint (without, NULL)))
      g_test_fail_printf ("no %s makes no other fingerprint", specs[i]->name);
  }
}

static void
test_fingerprint_equal (void)
{
  g_autoptr (MinipayOrder) one = make_full_order ();
  g_autoptr (MinipayOrder) two = make_full_order ();
  g_autofree char *first = minipay_order_dup_fingerprint (one, NULL);
  g_autofree char *second = minipay_order_dup_fingerprint (two, NULL);
  g_autofree char *again = minipay_order_dup_fingerprint (one, NULL);

  g_assert_cmpstr (first, ==, second);
  g_assert_cmpstr (first, ==, again);
}

static void
test_fingerprint_currency (void)
{
  g_autoptr (MinipayMoney) yuan = minipay_money_new (100, "CNY");
  g_autoptr (MinipayMoney) yen = minipay_money_new (100, "JPY");
  g_autoptr (MinipayOrder) in_yuan = minipay_order_new ("N", yuan, "tea", MINIPAY_METHOD_APP);
  g_autoptr (MinipayOrder) in_yen = minipay_order_new ("N", yen, "tea", MINIPAY_METHOD_APP);
  g_autofree char *first = minipay_order_dup_fingerprint (in_yuan, NULL);
  g_autofree char *second = minipay_order_dup_fingerprint (in_yen, NULL);

  g_assert_cmpstr (first, !=, second);
}

static void
test_fingerprint_neighbours (void)
{
  g_autoptr (MinipayOrder) one = g_object_new (MINIPAY_TYPE_ORDER, "subject", "ab", "payer", "c", NULL);
  g_autoptr (MinipayOrder) two = g_object_new (MINIPAY_TYPE_ORDER, "subject", "a", "payer", "bc", NULL);
  g_autoptr (MinipayOrder) three = g_object_new (MINIPAY_TYPE_ORDER, "payer", "abc", NULL);
  g_autofree char *first = minipay_order_dup_fingerprint (one, NULL);
  g_autofree char *second = minipay_order_dup_fingerprint (two, NULL);
  g_autofree char *third = minipay_order_dup_fingerprint (three, NULL);

  g_assert_cmpstr (first, !=, second);
  g_assert_cmpstr (first, !=, third);
  g_assert_cmpstr (second, !=, third);
}

static char *
dup_fingerprint_of_extras (const char *extras, const char *const *except)
{
  g_autoptr (GVariant) parsed = extras != NULL ? g_variant_ref_sink (g_variant_new_parsed (extras)) : NULL;
  g_autoptr (MinipayOrder) order =
      g_object_new (MINIPAY_TYPE_ORDER, "out-trade-no", "N", "subject", "tea", "extras", parsed, NULL);

  return minipay_order_dup_fingerprint (order, except);
}

/* A one-time code is no part of what an order is, everything beside it is. */
static void
test_fingerprint_volatile (void)
{
  static const char *const codes[] = { "url", "code", NULL };
  static const char *const nothing[] = { NULL };
  static const char *const same[] = {
    "{'code': <'1'>, 'pay_info': <'p'>}",
    "{'code': <'2'>, 'pay_info': <'p'>}",
    "{'pay_info': <'p'>, 'url': <'https://a.example'>, 'code': <'3'>}",
    "{'pay_info': <'p'>}",
  };
  static const char *const others[] = {
    "{'code': <'1'>, 'pay_info': <'q'>}",
    "{'code': <'1'>, 'pay_info': <'p'>, 'codes': <'1'>}",
    "{'pay_info': <'1'>, 'Code': <'p'>}",
    "{'code': <'1'>}",
    "{'pay_info': <true>}",
  };
  g_autofree char *wanted = dup_fingerprint_of_extras (same[0], codes);
  g_autofree char *none = dup_fingerprint_of_extras ("{'url': <'u'>, 'code': <'1'>}", codes);
  g_autofree char *empty = dup_fingerprint_of_extras ("@a{sv} {}", codes);

  for (guint i = 0; i < G_N_ELEMENTS (same); i++) {
    g_autofree char *fingerprint = dup_fingerprint_of_extras (same[i], codes);
    g_autofree char *all = dup_fingerprint_of_extras (same[i], NULL);
    g_autofree char *but_nothing = dup_fingerprint_of_extras (same[i], nothing);

    g_assert_cmpstr (fingerprint, ==, wanted);
    g_assert_cmpstr (all, ==, but_nothing);
    if (i < 3)
      g_assert_cmpstr (all, !=, wanted);
  }
  for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
    g_autofree char *fingerprint = dup_fingerprint_of_extras (others[i], codes);

    g_assert_cmpstr (fingerprint, !=, wanted);
  }
  g_assert_cmpstr (none, ==, empty);
}

/* --- Payments --- */

static void
test_payment (void)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (1990, "CNY");
  g_autoptr (MinipayMoney) paid = minipay_money_new (1500, "CNY");
  g_autoptr (GDateTime) paid_at = make_time ();
  g_autoptr (GBytes) raw = g_bytes_new_static ("{}", 2);
  g_autoptr (MinipayPayment) payment = g_object_new (MINIPAY_TYPE_PAYMENT,
                                                     "out-trade-no",
                                                     "N",
                                                     "transaction-id",
                                                     "T",
                                                     "state",
                                                     MINIPAY_PAYMENT_STATE_PAID,
                                                     "total",
                                                     total,
                                                     "paid",
                                                     paid,
                                                     "payer",
                                                     "P",
                                                     "paid-at",
                                                     paid_at,
                                                     "attach",
                                                     "A",
                                                     "mchid",
                                                     "M",
                                                     "appid",
                                                     "W",
                                                     "raw-text",
                                                     raw,
                                                     NULL);
  g_autofree char *mchid = NULL;
  g_autoptr (MinipayMoney) got = NULL;
  g_autoptr (GBytes) got_raw = NULL;
  MinipayPaymentState state;
  gboolean is_authenticated = TRUE;

  g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, "N");
  g_assert_cmpstr (minipay_payment_get_transaction_id (payment), ==, "T");
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_PAID);
  g_assert_true (minipay_money_equal (minipay_payment_get_total (payment), total));
  g_assert_true (minipay_money_equal (minipay_payment_get_paid (payment), paid));
  g_assert_cmpstr (minipay_payment_get_payer (payment), ==, "P");
  g_assert_true (g_date_time_equal (minipay_payment_get_paid_at (payment), paid_at));
  g_assert_cmpstr (minipay_payment_get_attach (payment), ==, "A");
  g_assert_cmpstr (minipay_payment_get_mchid (payment), ==, "M");
  g_assert_cmpstr (minipay_payment_get_appid (payment), ==, "W");
  g_assert_true (g_bytes_equal (minipay_payment_get_raw_text (payment), raw));
  g_assert_false (minipay_payment_get_authenticated (payment));

  g_object_get (payment,
                "mchid",
                &mchid,
                "total",
                &got,
                "raw-text",
                &got_raw,
                "state",
                &state,
                "authenticated",
                &is_authenticated,
                NULL);
  g_assert_cmpstr (mchid, ==, "M");
  g_assert_true (minipay_money_equal (got, total));
  g_assert_true (g_bytes_equal (got_raw, raw));
  g_assert_cmpint (state, ==, MINIPAY_PAYMENT_STATE_PAID);
  g_assert_false (is_authenticated);

  minipay_payment_set_authenticated (payment, TRUE);
  g_object_get (payment, "authenticated", &is_authenticated, NULL);
  g_assert_true (is_authenticated);
}

static void
test_payment_empty (void)
{
  g_autoptr (MinipayPayment) payment = g_object_new (MINIPAY_TYPE_PAYMENT, NULL);

  g_test_summary ("A payment that nobody said anything about is not paid.");
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_UNKNOWN);
  g_assert_false (minipay_payment_get_authenticated (payment));
  g_assert_null (minipay_payment_get_total (payment));
}

static void
test_payment_ref (void)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (1, "CNY");
  g_autoptr (MinipayPaymentRef) number = minipay_payment_ref_new ("N");
  g_autoptr (MinipayPaymentRef) transaction = minipay_payment_ref_new_for_transaction ("T");
  g_autoptr (MinipayPaymentRef) all =
      g_object_new (MINIPAY_TYPE_PAYMENT_REF, "out-trade-no", "N", "transaction-id", "T", "total", total, NULL);

  g_assert_cmpstr (minipay_payment_ref_get_out_trade_no (number), ==, "N");
  g_assert_null (minipay_payment_ref_get_transaction_id (number));
  g_assert_null (minipay_payment_ref_get_out_trade_no (transaction));
  g_assert_cmpstr (minipay_payment_ref_get_transaction_id (transaction), ==, "T");
  g_assert_cmpstr (minipay_payment_ref_get_out_trade_no (all), ==, "N");
  g_assert_cmpstr (minipay_payment_ref_get_transaction_id (all), ==, "T");
  g_assert_true (minipay_money_equal (minipay_payment_ref_get_total (all), total));
}

/* --- What only the library may say --- */

static void
assert_read_only (GType type, const char *name)
{
  GObjectClass *klass = g_type_class_ref (type);
  GParamSpec *spec = g_object_class_find_property (klass, name);

  g_assert_nonnull (spec);
  g_assert_cmpuint (spec->flags & G_PARAM_READABLE, !=, 0);
  if ((spec->flags & (G_PARAM_WRITABLE | G_PARAM_CONSTRUCT | G_PARAM_CONSTRUCT_ONLY)) != 0)
    g_test_fail_printf ("%s:%s can be set from outside", g_type_name (type), name);
  g_type_class_unref (klass);
}

static void
test_read_only (void)
{
  static const char *const notification[] = { "kind", "account", "event-id", "payment", "unmatched", "duplicate" };

  assert_read_only (MINIPAY_TYPE_PAYMENT, "authenticated");
  for (guint i = 0; i < G_N_ELEMENTS (notification); i++)
    assert_read_only (MINIPAY_TYPE_NOTIFICATION, notification[i]);
}

static void
test_immutable (void)
{
  const GType types[] = { MINIPAY_TYPE_ORDER,    MINIPAY_TYPE_PAYMENT,      MINIPAY_TYPE_PAYMENT_REF,
                          MINIPAY_TYPE_CHECKOUT, MINIPAY_TYPE_NOTIFICATION, MINIPAY_TYPE_RECEIPT };

  for (guint t = 0; t < G_N_ELEMENTS (types); t++) {
    GObjectClass *klass = g_type_class_ref (types[t]);
    guint n = 0;
    g_autofree GParamSpec **specs = g_object_class_list_properties (klass, &n);

    for (guint i = 0; i < n; i++)
      if ((specs[i]->flags & G_PARAM_WRITABLE) != 0 && (specs[i]->flags & G_PARAM_CONSTRUCT_ONLY) == 0)
        g_test_fail_printf ("%s:%s can be changed later", g_type_name (types[t]), specs[i]->name);
    g_type_class_unref (klass);
  }
}

static void
test_notification (void)
{
  g_autoptr (MinipayPayment) payment = g_object_new (MINIPAY_TYPE_PAYMENT, "out-trade-no", "N", NULL);
  g_autoptr (MinipayNotification) notification =
      minipay_notification_new_verified ("shop", "EV-1", G_OBJECT (payment), TRUE, FALSE);
  g_autofree char *account = NULL;
  g_autofree char *event_id = NULL;
  g_autoptr (MinipayPayment) got = NULL;
  MinipayNotificationKind kind = 9;
  gboolean is_unmatched = FALSE;
  gboolean is_duplicate = TRUE;

  g_object_get (notification,
                "kind",
                &kind,
                "account",
                &account,
                "event-id",
                &event_id,
                "payment",
                &got,
                "unmatched",
                &is_unmatched,
                "duplicate",
                &is_duplicate,
                NULL);
  g_assert_cmpint (kind, ==, MINIPAY_NOTIFICATION_KIND_PAYMENT);
  g_assert_cmpstr (account, ==, "shop");
  g_assert_cmpstr (event_id, ==, "EV-1");
  g_assert_true (got == payment);
  g_assert_true (is_unmatched);
  g_assert_false (is_duplicate);
  g_assert_cmpstr (minipay_notification_get_account (notification), ==, "shop");
  g_assert_cmpstr (minipay_notification_get_event_id (notification), ==, "EV-1");
  g_assert_true (minipay_notification_get_payment (notification) == payment);
  g_assert_true (minipay_notification_get_unmatched (notification));
  g_assert_false (minipay_notification_get_duplicate (notification));
}

static MinipayHttpResponse *
make_reply (GObject *source, gboolean accepted, GVariant *values, GError **error)
{
  return minipay_http_response_new (accepted ? 200 : 500, NULL);
}

static void
test_receipt (void)
{
  g_autoptr (GError) failure = g_error_new (MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID, "wrong");
  g_autoptr (MinipayPayment) payment = g_object_new (MINIPAY_TYPE_PAYMENT, NULL);
  g_autoptr (MinipayNotification) notification =
      minipay_notification_new_verified ("shop", "EV-1", G_OBJECT (payment), FALSE, FALSE);
  g_autoptr (MinipayReceipt) taken = minipay_receipt_new (notification, NULL, make_reply, G_OBJECT (payment));
  g_autoptr (MinipayReceipt) refused = minipay_receipt_new (NULL, failure, make_reply, G_OBJECT (payment));
  g_autoptr (MinipayHttpResponse) taken_yes = minipay_receipt_dup_reply (taken, TRUE);
  g_autoptr (MinipayHttpResponse) taken_no = minipay_receipt_dup_reply (taken, FALSE);
  g_autoptr (MinipayHttpResponse) refused_yes = minipay_receipt_dup_reply (refused, TRUE);
  g_autoptr (MinipayHttpResponse) refused_no = minipay_receipt_dup_reply (refused, FALSE);

  g_assert_true (minipay_receipt_get_notification (taken) == notification);
  g_assert_null (minipay_receipt_get_failure (taken));
  g_assert_cmpuint (minipay_http_response_get_status (taken_yes), ==, 200);
  g_assert_cmpuint (minipay_http_response_get_status (taken_no), ==, 500);

  g_assert_null (minipay_receipt_get_notification (refused));
  g_assert_error (minipay_receipt_get_failure (refused), MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_cmpint (minipay_receipt_get_failure_code (refused), ==, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_cmpstr (minipay_receipt_get_failure_message (refused), ==, "wrong");
  /* whatever the caller would like to say */
  g_assert_cmpuint (minipay_http_response_get_status (refused_yes), ==, 500);
  g_assert_cmpuint (minipay_http_response_get_status (refused_no), ==, 500);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/values/order/getters", test_order_getters);
  g_test_add_func ("/values/order/properties", test_order_properties);
  g_test_add_func ("/values/order/new-and-empty", test_order_new);
  g_test_add_func ("/values/fingerprint/changes-with-every-member", test_fingerprint_members);
  g_test_add_func ("/values/fingerprint/equal-orders-equal", test_fingerprint_equal);
  g_test_add_func ("/values/fingerprint/currency-counts", test_fingerprint_currency);
  g_test_add_func ("/values/fingerprint/neighbours-kept-apart", test_fingerprint_neighbours);
  g_test_add_func ("/values/fingerprint/volatile-extras-left-out", test_fingerprint_volatile);
  g_test_add_func ("/values/payment/getters-and-properties", test_payment);
  g_test_add_func ("/values/payment/empty-is-unknown", test_payment_empty);
  g_test_add_func ("/values/payment-ref/getters", test_payment_ref);
  g_test_add_func ("/values/verdicts/read-only", test_read_only);
  g_test_add_func ("/values/all/immutable", test_immutable);
  g_test_add_func ("/values/notification/getters-and-properties", test_notification);
  g_test_add_func ("/values/receipt/refused-cannot-say-yes", test_receipt);

  return g_test_run ();
}
