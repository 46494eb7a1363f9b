/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "core/minipay-checkout.h"
#include "core/minipay-error.h"
#include "core/minipay-headers.h"
#include "core/minipay-http-request.h"

static GDateTime *
make_time (void)
{
  return g_date_time_new_from_unix_utc (1528425296);
}

static MinipayCheckout *
make_checkout (void)
{
  g_autoptr (GDateTime) expires_at = make_time ();
  MinipayCheckout *checkout = minipay_checkout_new (MINIPAY_CHECKOUT_KIND_WX_REQUEST_PAYMENT, expires_at);

  minipay_checkout_set_param (checkout, MINIPAY_RUNTIME_WX, "timeStamp", "1414561699");
  minipay_checkout_set_param (checkout, MINIPAY_RUNTIME_JSBRIDGE, "appId", "wx0");
  minipay_checkout_set_param (checkout, MINIPAY_RUNTIME_WX, "package", "prepay_id=1");
  return checkout;
}

static void
test_checkout_properties (void)
{
  g_autoptr (MinipayPayment) payment = g_object_new (MINIPAY_TYPE_PAYMENT, NULL);
  g_autoptr (GDateTime) expires_at = make_time ();
  g_autoptr (MinipayCheckout) checkout = g_object_new (MINIPAY_TYPE_CHECKOUT,
                                                       "kind",
                                                       MINIPAY_CHECKOUT_KIND_DONE,
                                                       "expires-at",
                                                       expires_at,
                                                       "url",
                                                       "weixin://a",
                                                       "out-trade-no",
                                                       "N",
                                                       "transaction-id",
                                                       "T",
                                                       "payment",
                                                       payment,
                                                       NULL);
  g_autofree char *url = NULL;
  g_autoptr (MinipayPayment) got = NULL;
  MinipayCheckoutKind kind;

  g_object_get (checkout, "kind", &kind, "url", &url, "payment", &got, NULL);
  g_assert_cmpint (kind, ==, MINIPAY_CHECKOUT_KIND_DONE);
  g_assert_cmpstr (url, ==, "weixin://a");
  g_assert_true (got == payment);
  g_assert_cmpint (minipay_checkout_get_kind (checkout), ==, MINIPAY_CHECKOUT_KIND_DONE);
  g_assert_true (g_date_time_equal (minipay_checkout_get_expires_at (checkout), expires_at));
  g_assert_cmpstr (minipay_checkout_get_url (checkout), ==, "weixin://a");
  g_assert_cmpstr (minipay_checkout_get_out_trade_no (checkout), ==, "N");
  g_assert_cmpstr (minipay_checkout_get_transaction_id (checkout), ==, "T");
  g_assert_true (minipay_checkout_get_payment (checkout) == payment);
}

static void
test_checkout_params (void)
{
  g_autoptr (MinipayCheckout) checkout = make_checkout ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) wx = minipay_checkout_dup_params (checkout, MINIPAY_RUNTIME_WX, &error);
  g_autoptr (GHashTable) bridge = minipay_checkout_dup_params (checkout, MINIPAY_RUNTIME_JSBRIDGE, NULL);

  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (wx), ==, 2);
  g_assert_cmpstr (g_hash_table_lookup (wx, "timeStamp"), ==, "1414561699");
  g_assert_cmpstr (g_hash_table_lookup (wx, "package"), ==, "prepay_id=1");
  g_assert_cmpuint (g_hash_table_size (bridge), ==, 1);
  g_assert_cmpstr (g_hash_table_lookup (bridge, "appId"), ==, "wx0");

  g_assert_null (minipay_checkout_dup_params (checkout, MINIPAY_RUNTIME_ALIPAY, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "alipay"));
}

static void
test_checkout_json (void)
{
  g_autoptr (MinipayCheckout) checkout = make_checkout ();
  g_autoptr (MinipayCheckout) empty = minipay_checkout_new (MINIPAY_CHECKOUT_KIND_PENDING, NULL);
  g_autoptr (MinipayCheckout) code =
      g_object_new (MINIPAY_TYPE_CHECKOUT, "kind", MINIPAY_CHECKOUT_KIND_QR_CODE, "url", "weixin://a", NULL);
  g_autofree char *json = minipay_checkout_to_json (checkout);
  g_autofree char *nothing = minipay_checkout_to_json (empty);
  g_autofree char *url = minipay_checkout_to_json (code);

  g_assert_cmpstr (json, ==, "{\"timeStamp\":\"1414561699\",\"package\":\"prepay_id=1\"}");
  g_assert_cmpstr (nothing, ==, "{}");
  g_assert_cmpstr (url, ==, "{\"url\":\"weixin://a\"}");
}

static void
test_checkout_json_escapes (void)
{
  static const char *const values[] = {
    "\"", "\\", "\n\r\t\b\f", "\x01\x1f\x7f", "茶", "😀", "</script>", "a\"}{\"b", "\\u0041", "",
  };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autoptr (MinipayCheckout) checkout = minipay_checkout_new (MINIPAY_CHECKOUT_KIND_APP, NULL);
    g_autoptr (JsonNode) node = NULL;
    g_autoptr (GError) error = NULL;
    g_autofree char *json = NULL;
    JsonObject *object;

    minipay_checkout_set_param (checkout, MINIPAY_RUNTIME_APP, "v", values[i]);
    json = minipay_checkout_to_json (checkout);
    node = json_from_string (json, &error);
    g_assert_no_error (error);
    object = json_node_get_object (node);
    g_assert_cmpuint (json_object_get_size (object), ==, 1);
    g_assert_cmpstr (json_object_get_string_member (object, "v"), ==, values[i]);
    for (const char *p = json; *p != '\0'; p++)
      g_assert_cmpuint ((guchar) *p, >=, 0x20);
  }
}

/* --- Headers --- */

static void
test_headers (void)
{
  g_autoptr (MinipayHttpRequest) request = minipay_http_request_new ("POST", "/a?b=c", NULL);
  MinipayHeaders *headers = minipay_http_request_get_headers (request);
  guint count = 9;

  g_assert_null (minipay_headers_lookup (headers, "X", &count));
  g_assert_cmpuint (count, ==, 0);

  minipay_http_request_add_header (request, "Wechatpay-Signature", "first");
  minipay_http_request_add_header (request, "Accept", "*/*");
  minipay_http_request_add_header (request, "wechatpay-signature", "second");
  g_assert_cmpstr (minipay_headers_lookup (headers, "WECHATPAY-SIGNATURE", &count), ==, "first");
  g_assert_cmpuint (count, ==, 2);
  g_assert_cmpstr (minipay_headers_lookup (headers, "Accept", NULL), ==, "*/*");
  g_assert_null (minipay_headers_lookup (headers, "Accep", &count));
  g_assert_null (minipay_headers_lookup (headers, "Accept-", &count));
  g_assert_cmpuint (count, ==, 0);

  g_assert_cmpuint (minipay_headers_get_length (headers), ==, 3);
  g_assert_cmpstr (minipay_headers_get_name (headers, 2), ==, "wechatpay-signature");
  g_assert_cmpstr (minipay_headers_get_value (headers, 2), ==, "second");
  g_assert_null (minipay_headers_get_name (headers, 3));
  g_assert_null (minipay_headers_get_value (headers, G_MAXUINT));
  g_assert_cmpstr (minipay_http_request_get_method (request), ==, "POST");
  g_assert_cmpstr (minipay_http_request_get_target (request), ==, "/a?b=c");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/checkout/getters-and-properties", test_checkout_properties);
  g_test_add_func ("/checkout/params-by-runtime", test_checkout_params);
  g_test_add_func ("/checkout/json-of-first-runtime", test_checkout_json);
  g_test_add_func ("/checkout/json-escaped", test_checkout_json_escapes);
  g_test_add_func ("/headers/repeats-counted", test_headers);

  return g_test_run ();
}
