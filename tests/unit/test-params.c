/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <glib.h>

#include "wire/minipay-json.h"
#include "wire/minipay-params.h"
#include "wire/minipay-xml.h"

static void
assert_bytes (GBytes *bytes, const GError *error, const char *expected)
{
  gconstpointer data = NULL;
  gsize length = 0;

  g_assert_no_error (error);
  data = g_bytes_get_data (bytes, &length);
  g_assert_cmpmem (data, length, expected, strlen (expected));
}

/* The example and the text to sign of WeChat Pay's "Signature algorithm" (merchant API v2). */
static MinipayParams *
make_published (void)
{
  MinipayParams *params = minipay_params_new ();

  minipay_params_set_string (params, "nonce_str", "ibuaiVcKdpRxkhJA");
  minipay_params_set_string (params, "sign", "9A0A8659F005D6984697E2CA0A9CF3B7");
  minipay_params_set_integer (params, "device_info", 1000);
  minipay_params_set_string (params, "mch_id", "10000100");
  minipay_params_set_string (params, "body", "test");
  minipay_params_set_string (params, "appid", "wxd930ea5d5a258f4f");
  return params;
}

static void
test_sorted (void)
{
  g_autoptr (MinipayParams) params = make_published ();
  g_autofree char *text = minipay_params_to_sorted_text (params, "sign");

  g_assert_cmpstr (text,
                   ==,
                   "appid=wxd930ea5d5a258f4f&body=test&device_info=1000&mch_id=10000100&"
                   "nonce_str=ibuaiVcKdpRxkhJA");
}

static void
test_sorted_bytes (void)
{
  g_autoptr (MinipayParams) params = minipay_params_new ();
  g_autofree char *empty = minipay_params_to_sorted_text (params, NULL);
  g_autofree char *all = NULL;
  g_autofree char *other = NULL;

  minipay_params_set_string (params, "\xe4\xb8\xad", "1");
  minipay_params_set_string (params, "b", "2=&+ %");
  minipay_params_set_string (params, "ab", "3");
  minipay_params_set_string (params, "a_b", "4");
  minipay_params_set_string (params, "aB", "5");
  minipay_params_set_string (params, "a", "\xe6\x94\xaf");
  minipay_params_set_string (params, "B", "7");
  minipay_params_set_string (params, "a1", "8");
  all = minipay_params_to_sorted_text (params, NULL);
  other = minipay_params_to_sorted_text (params, "gone");

  g_assert_cmpstr (empty, ==, "");
  g_assert_cmpstr (all, ==, "B=7&a=\xe6\x94\xaf&a1=8&aB=5&a_b=4&ab=3&b=2=&+ %&\xe4\xb8\xad=1");
  g_assert_cmpstr (other, ==, all);
}

static void
test_set_again (void)
{
  g_autoptr (MinipayParams) params = minipay_params_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) json = NULL;

  minipay_params_set_string (params, "a", "1");
  minipay_params_set_string (params, "b", "2");
  minipay_params_set_integer (params, "c", 3);
  minipay_params_set_string (params, "d", "4");
  minipay_params_set_string (params, "none", NULL);
  minipay_params_set_string (params, "empty", "");
  minipay_params_set_integer (params, "a", -1);
  minipay_params_set_string (params, "c", "3");
  minipay_params_set_string (params, "b", "");

  g_assert_cmpstr (minipay_params_lookup (params, "a"), ==, "-1");
  g_assert_null (minipay_params_lookup (params, "b"));
  g_assert_cmpstr (minipay_params_lookup (params, "c"), ==, "3");
  g_assert_null (minipay_params_lookup (params, "none"));
  g_assert_null (minipay_params_lookup (params, "empty"));
  json = minipay_params_to_json (params, &error);
  assert_bytes (json, error, "{\"a\":-1,\"c\":\"3\",\"d\":\"4\"}");
}

static void
test_json (void)
{
  g_autoptr (MinipayParams) params = make_published ();
  g_autoptr (MinipayParams) nothing = minipay_params_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) json = NULL;
  g_autoptr (GBytes) empty = NULL;

  minipay_params_set_integer (params, "zero", 0);
  minipay_params_set_integer (params, "big", G_MAXINT64);
  minipay_params_set_string (params, "quote", "\"/\n");
  json = minipay_params_to_json (params, &error);
  assert_bytes (json,
                error,
                "{\"nonce_str\":\"ibuaiVcKdpRxkhJA\",\"sign\":\"9A0A8659F005D6984697E2CA0A9CF3B7\","
                "\"device_info\":1000,\"mch_id\":\"10000100\",\"body\":\"test\","
                "\"appid\":\"wxd930ea5d5a258f4f\",\"zero\":0,\"big\":9223372036854775807,\"quote\":\"\\\"/\\n\"}");
  empty = minipay_params_to_json (nothing, &error);
  assert_bytes (empty, error, "{}");
}

static void
test_form (void)
{
  g_autoptr (MinipayParams) params = minipay_params_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) form = NULL;

  minipay_params_set_string (params, "body", "a b&c=d+e%");
  minipay_params_set_integer (params, "total_fee", 100);
  minipay_params_set_string (params, "na me", "\xe4\xb8\xad\r\n");
  form = minipay_params_to_form (params, &error);
  assert_bytes (form, error, "body=a%20b%26c%3Dd%2Be%25&total_fee=100&na%20me=%E4%B8%AD%0D%0A");
}

static void
test_xml (void)
{
  g_autoptr (MinipayParams) params = make_published ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = minipay_params_to_xml (params, "xml", &error);

  assert_bytes (text,
                error,
                "<xml><nonce_str><![CDATA[ibuaiVcKdpRxkhJA]]></nonce_str>"
                "<sign><![CDATA[9A0A8659F005D6984697E2CA0A9CF3B7]]></sign>"
                "<device_info><![CDATA[1000]]></device_info><mch_id><![CDATA[10000100]]></mch_id>"
                "<body><![CDATA[test]]></body><appid><![CDATA[wxd930ea5d5a258f4f]]></appid></xml>");
}

static void
test_xml_end_of_cdata (void)
{
  static const struct {
    const char *value;
    const char *expected;
  } cases[] = {
    { "]]>", "<x><a><![CDATA[]]]]><![CDATA[>]]></a></x>" },
    { "a]]>b]]>", "<x><a><![CDATA[a]]]]><![CDATA[>b]]]]><![CDATA[>]]></a></x>" },
    { "]]]>>", "<x><a><![CDATA[]]]]]><![CDATA[>>]]></a></x>" },
    { "]]", "<x><a><![CDATA[]]]]></a></x>" },
    { "</a><b>&amp;", "<x><a><![CDATA[</a><b>&amp;]]></a></x>" },
    { "]]><![CDATA[", "<x><a><![CDATA[]]]]><![CDATA[><![CDATA[]]></a></x>" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayParams) params = minipay_params_new ();
    g_autoptr (MinipayXml) xml = NULL;
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) text = NULL;

    minipay_params_set_string (params, "a", cases[i].value);
    text = minipay_params_to_xml (params, "x", &error);
    assert_bytes (text, error, cases[i].expected);
    xml = minipay_xml_parse (text, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (minipay_xml_get_length (xml), ==, 1);
    g_assert_cmpstr (minipay_xml_lookup (xml, "a"), ==, cases[i].value);
  }
}

static void
assert_not_writable (const char *name, const char *value, gboolean in_json_and_form)
{
  g_autoptr (MinipayParams) params = minipay_params_new ();
  g_autoptr (GError) error = NULL;

  minipay_params_set_string (params, "fine", "1");
  minipay_params_set_string (params, name, value);
  g_assert_null (minipay_params_to_xml (params, "xml", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  if (!in_json_and_form)
    return;

  g_clear_error (&error);
  g_assert_null (minipay_params_to_json (params, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (minipay_params_to_form (params, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
}

static void
test_not_writable (void)
{
  assert_not_writable ("a", "caf\xe9", TRUE);
  assert_not_writable ("caf\xe9", "1", TRUE);
  assert_not_writable ("a", "\xed\xa0\x80", TRUE);
  assert_not_writable ("a", "x\x01y", FALSE);
  assert_not_writable ("a", "x\ry", FALSE);
  assert_not_writable ("a", "\xef\xbf\xbe", FALSE);
  assert_not_writable ("", "1", FALSE);
  assert_not_writable ("a b", "1", FALSE);
  assert_not_writable ("a>", "1", FALSE);
  assert_not_writable ("1a", "1", FALSE);
  assert_not_writable ("\xe4\xb8\xad", "1", FALSE);
}

static void
test_uri_escape (void)
{
  static const struct {
    const char *text;
    const char *expected;
  } cases[] = {
    { "", "" },
    { "AZaz09-._~", "AZaz09-._~" },
    { "a b/c?d#e", "a%20b%2Fc%3Fd%23e" },
    { "../..", "..%2F.." },
    { "!\"$%&'()*+,:;<=>@[\\]^`{|}",
      "%21%22%24%25%26%27%28%29%2A%2B%2C%3A%3B%3C%3D%3E%40%5B%5C%5D%5E%60%7B%7C%7D" },
    { "\x01\r\n\x7f", "%01%0D%0A%7F" },
    { "\xe4\xb8\xad", "%E4%B8%AD" },
    { "\xff", "%FF" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *escaped = minipay_uri_escape (cases[i].text);

    g_assert_cmpstr (escaped, ==, cases[i].expected);
  }
}

/* GLib's own unescaping finds the text again, and the escaped one never leaves its part of the path. */
static void
test_uri_escape_random (void)
{
  const char *setting = g_getenv ("MINIPAY_TEST_REPEAT");
  guint64 repeat = 5000;

  if (setting != NULL)
    g_ascii_string_to_unsigned (setting, 10, 1, G_MAXUINT, &repeat, NULL);

  for (guint64 i = 0; i < repeat; i++) {
    char text[17] = { 0 };
    g_autofree char *escaped = NULL;
    g_autofree char *back = NULL;

    for (int n = g_test_rand_int_range (0, 17) - 1; n >= 0; n--)
      text[n] = (char) g_test_rand_int_range (1, 256);
    escaped = minipay_uri_escape (text);
    back = g_uri_unescape_string (escaped, NULL);

    g_assert_cmpuint (strspn (escaped, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%"),
                      ==,
                      strlen (escaped));
    if (g_utf8_validate (text, -1, NULL))
      g_assert_cmpstr (back, ==, text);
  }
}

static void
test_require (void)
{
  g_autoptr (MinipayParams) params = make_published ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (minipay_params_require (params, "mch_id", &error), ==, "10000100");
  g_assert_cmpstr (minipay_params_require (params, "device_info", &error), ==, "1000");
  g_assert_no_error (error);
  g_assert_null (minipay_params_require (params, "mchid", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  g_assert_cmpstr (error->message, ==, "mchid is missing");
}

static void
test_read_integer (void)
{
  static const struct {
    const char *text;
    gint64 minimum;
    gint64 maximum;
    gint64 value; /* -1: refused */
  } cases[] = {
    { "0", 0, 9, 0 },
    { "1", 1, 9, 1 },
    { "9", 1, 9, 9 },
    { "10", 1, 100, 10 },
    { "9223372036854775807", 0, G_MAXINT64, G_MAXINT64 },
    { "9223372036854775808", 0, G_MAXINT64, -1 },
    { "18446744073709551617", 0, G_MAXINT64, -1 },
    { "0", 1, 9, -1 },
    { "10", 1, 9, -1 },
    { "00", 0, 9, -1 },
    { "01", 0, 9, -1 },
    { "+1", 0, 9, -1 },
    { "-1", 0, 9, -1 },
    { "-0", 0, 9, -1 },
    { " 1", 0, 9, -1 },
    { "1 ", 0, 9, -1 },
    { "1\n", 0, 9, -1 },
    { "1.0", 0, 9, -1 },
    { "1e0", 0, 9, -1 },
    { "0x1", 0, 9, -1 },
    { "1,0", 0, 99, -1 },
    { "\xef\xbc\x91", 0, 9, -1 }, /* a one of full width */
    { "one", 0, 9, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayParams) params = minipay_params_new ();
    g_autoptr (GError) error = NULL;
    gboolean is_present = FALSE;
    gint64 value = -7;

    g_test_message ("%s", cases[i].text);
    minipay_params_set_string (params, "total_fee", cases[i].text);
    g_assert_cmpint (minipay_params_read_integer (
                         params, "total_fee", cases[i].minimum, cases[i].maximum, &value, &is_present, &error),
                     ==,
                     cases[i].value >= 0);
    g_assert_true (is_present);
    g_assert_cmpint (value, ==, cases[i].value >= 0 ? cases[i].value : -7);
    if (cases[i].value >= 0)
      g_assert_no_error (error);
    else
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
}

static void
test_read_integer_message (void)
{
  g_autoptr (MinipayParams) params = minipay_params_new ();
  g_autoptr (GError) error = NULL;
  gboolean is_present = TRUE;
  gint64 value = -7;

  g_assert_true (minipay_params_read_integer (params, "total_fee", 1, 9, &value, &is_present, &error));
  g_assert_no_error (error);
  g_assert_false (is_present);
  g_assert_cmpint (value, ==, -7);

  minipay_params_set_string (params, "total_fee", "ten\nthousand");
  g_assert_false (minipay_params_read_integer (params, "total_fee", 1, 9, &value, &is_present, &error));
  g_assert_nonnull (strstr (error->message, "total_fee is \"ten"));
  g_assert_nonnull (strstr (error->message, "allowed are whole numbers from 1 to 9"));
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_one_value (void)
{
  static const char *const one[] = {
    "",
    "tea",
    "a=b",
    "=",
    "&",
    "&&",
    "tea & cake",
    "&=",
    "tea&=b",
    "a&b",
    "a& b=c",
    "&b c=d",
    "x&\xe8\x8c\xb6=1",
    "x&b",
    "x=1&",
    "%26b=c",
    "x;b=c",
  };
  static const char *const several[] = {
    "&b=c",     "tea&total_fee=1", "tea&b=",  "a&b&c=d", "a=1&b=2", "a&b&&c=", "tea & cake&b=c",
    "&key=KEY", "x&a-b=1",         "x&a.b=1", "x&a_b=1", "x&a:b=1", "x&1=1",   "x&B=1",
  };

  for (guint i = 0; i < G_N_ELEMENTS (one); i++)
    if (!minipay_params_is_one_value (one[i]))
      g_error ("\"%s\" reads as several", one[i]);
  for (guint i = 0; i < G_N_ELEMENTS (several); i++)
    if (minipay_params_is_one_value (several[i]))
      g_error ("\"%s\" does not read as several", several[i]);
}

static void
test_find_ambiguous (void)
{
  g_autoptr (MinipayParams) params = make_published ();
  g_autoptr (MinipayParams) nothing = minipay_params_new ();
  static const char *const except[] = { "attach", NULL };

  g_assert_null (minipay_params_find_ambiguous (nothing, NULL));
  g_assert_null (minipay_params_find_ambiguous (params, NULL));
  minipay_params_set_string (params, "detail", "a & b");
  g_assert_null (minipay_params_find_ambiguous (params, NULL));
  minipay_params_set_string (params, "attach", "x&total_fee=1");
  minipay_params_set_string (params, "body", "y&z=1");
  g_assert_cmpstr (minipay_params_find_ambiguous (params, NULL), ==, "body");
  minipay_params_set_string (params, "body", "y");
  g_assert_cmpstr (minipay_params_find_ambiguous (params, NULL), ==, "attach");
  minipay_params_set_string (params, "zone", "a&b=1");
  g_assert_cmpstr (minipay_params_find_ambiguous (params, except), ==, "zone");
}

static void
test_check_unambiguous (void)
{
  g_autoptr (MinipayParams) params = make_published ();
  g_autoptr (GError) error = NULL;

  g_assert_true (minipay_params_check_unambiguous (params, &error));
  g_assert_no_error (error);
  minipay_params_set_string (params, "attach", "x&total_fee=1");
  g_assert_false (minipay_params_check_unambiguous (params, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "\"attach\""));
  /* nothing of a value is said back */
  g_assert_null (strstr (error->message, "total_fee"));
}

static void
test_find_name (void)
{
  g_autoptr (MinipayParams) params = minipay_params_new ();
  g_autoptr (MinipayParams) nothing = minipay_params_new ();

  g_assert_null (minipay_params_find_name (nothing, "refund"));
  minipay_params_set_string (params, "attach", "refund");
  minipay_params_set_string (params, "Refund", "1");
  g_assert_null (minipay_params_find_name (params, "refund"));
  minipay_params_set_string (params, "coupon_refund_fee", "1");
  minipay_params_set_string (params, "refund_id", "1");
  g_assert_cmpstr (minipay_params_find_name (params, "refund"), ==, "coupon_refund_fee");
  g_assert_cmpstr (minipay_params_find_name (params, "refund_id"), ==, "refund_id");
  g_assert_cmpstr (minipay_params_find_name (params, "attach"), ==, "attach");
  g_assert_null (minipay_params_find_name (params, "refund_id_0"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/params/sorted/published-example", test_sorted);
  g_test_add_func ("/params/sorted/byte-order-and-raw-values", test_sorted_bytes);
  g_test_add_func ("/params/set-again/replaced-in-place-or-dropped", test_set_again);
  g_test_add_func ("/params/json/integers-are-numbers", test_json);
  g_test_add_func ("/params/form/escaped", test_form);
  g_test_add_func ("/params/xml/in-cdata", test_xml);
  g_test_add_func ("/params/xml/end-of-cdata-split", test_xml_end_of_cdata);
  g_test_add_func ("/params/not-writable/invalid", test_not_writable);
  g_test_add_func ("/params/require/missing-named", test_require);
  g_test_add_func ("/params/integer/strict-within-bounds", test_read_integer);
  g_test_add_func ("/params/integer/absent-or-named", test_read_integer_message);
  g_test_add_func ("/params/one-value/no-parameter-inside", test_one_value);
  g_test_add_func ("/params/ambiguous/first-named", test_find_ambiguous);
  g_test_add_func ("/params/unambiguous/first-named-as-invalid", test_check_unambiguous);
  g_test_add_func ("/params/find-name/part-of-a-name", test_find_name);
  g_test_add_func ("/params/uri-escape/all-but-unreserved", test_uri_escape);
  g_test_add_func ("/params/uri-escape/random-text-read-back", test_uri_escape_random);

  return g_test_run ();
}
