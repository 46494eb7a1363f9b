/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <glib.h>

#include "wire/minipay-json-writer.h"
#include "wire/minipay-json.h"

static void
assert_finishes (MinipayJsonWriter *writer, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = minipay_json_writer_finish (writer, &error);
  gconstpointer data = NULL;
  gsize length = 0;

  g_assert_no_error (error);
  data = g_bytes_get_data (text, &length);
  g_assert_cmpmem (data, length, expected, strlen (expected));
}

static void
assert_fails (MinipayJsonWriter *writer, MinipayError code, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (minipay_json_writer_finish (writer, &error));
  g_assert_error (error, MINIPAY_ERROR, (int) code);
  g_assert_cmpstr (error->message, ==, message);
}

/* The members of the request example of WeChat Pay's "JSAPI order" (merchant API v3), in its order. */
static void
test_order (void)
{
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();

  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_add_string (writer, "mchid", "1900006XXX");
  minipay_json_writer_add_string (writer, "out_trade_no", "1217752501201407033233368018");
  minipay_json_writer_add_string (writer, "notify_url", "https://www.weixin.qq.com/wxpay/pay.php");
  minipay_json_writer_begin_object (writer, "amount");
  minipay_json_writer_add_integer (writer, "total", 1);
  minipay_json_writer_add_string (writer, "currency", "CNY");
  minipay_json_writer_end_object (writer);
  minipay_json_writer_begin_object (writer, "payer");
  minipay_json_writer_end_object (writer);
  minipay_json_writer_end_object (writer);

  assert_finishes (writer, "{\"mchid\":\"1900006XXX\",\"out_trade_no\":\"1217752501201407033233368018\","
                           "\"notify_url\":\"https://www.weixin.qq.com/wxpay/pay.php\","
                           "\"amount\":{\"total\":1,\"currency\":\"CNY\"},\"payer\":{}}");
}

static void
test_arrays (void)
{
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();

  minipay_json_writer_begin_array (writer, NULL);
  minipay_json_writer_add_integer (writer, NULL, G_MININT64);
  minipay_json_writer_add_integer (writer, NULL, G_MAXINT64);
  minipay_json_writer_begin_array (writer, NULL);
  minipay_json_writer_end_array (writer);
  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_begin_array (writer, "a");
  minipay_json_writer_add_boolean (writer, NULL, TRUE);
  minipay_json_writer_add_boolean (writer, NULL, FALSE);
  minipay_json_writer_end_array (writer);
  minipay_json_writer_add_boolean (writer, "b", TRUE);
  minipay_json_writer_end_object (writer);
  minipay_json_writer_add_string (writer, NULL, "");
  minipay_json_writer_end_array (writer);

  assert_finishes (writer,
                   "[-9223372036854775808,9223372036854775807,[],{\"a\":[true,false],\"b\":true},\"\"]");
}

static void
test_escapes (void)
{
  static const struct {
    const char *value;
    const char *expected;
  } cases[] = {
    { "", "\"\"" },
    { "plain", "\"plain\"" },
    { "\"", "\"\\\"\"" },
    { "a\\b", "\"a\\\\b\"" },
    { "a/b", "\"a/b\"" },
    { "\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\"" },
    { "\x01\x0b\x1f", "\"\\u0001\\u000b\\u001f\"" },
    { "x\x7fy", "\"x\x7fy\"" },
    { "\xe6\x94\xaf\xe4\xbb\x98", "\"\xe6\x94\xaf\xe4\xbb\x98\"" },
    { "\xf0\x9f\x92\xb0\xe2\x80\xa8", "\"\xf0\x9f\x92\xb0\xe2\x80\xa8\"" },
    { "<a>&'%s", "\"<a>&'%s\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
    g_autofree char *member = g_strdup_printf ("{%s:%s}", cases[i].expected, cases[i].expected);

    minipay_json_writer_add_string (writer, NULL, cases[i].value);
    assert_finishes (writer, cases[i].expected);

    minipay_json_writer_begin_object (writer, NULL);
    minipay_json_writer_add_string (writer, cases[i].value, cases[i].value);
    minipay_json_writer_end_object (writer);
    assert_finishes (writer, member);
  }
}

static void
test_null_left_out (void)
{
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();

  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_add_string (writer, "first", NULL);
  minipay_json_writer_add_string (writer, "a", "1");
  minipay_json_writer_add_string (writer, "attach", NULL);
  minipay_json_writer_add_string (writer, "b", "2");
  minipay_json_writer_end_object (writer);
  assert_finishes (writer, "{\"a\":\"1\",\"b\":\"2\"}");
}

static void
test_not_utf8 (void)
{
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();

  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_add_string (writer, "ok", "1");
  minipay_json_writer_add_string (writer, "attach", "caf\xe9");
  minipay_json_writer_add_string (writer, "later", "\xff");
  minipay_json_writer_end_object (writer);
  assert_fails (writer, MINIPAY_ERROR_INVALID, "JSON member \"attach\" has text that is not UTF-8");

  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_add_integer (writer, "caf\xe9", 1);
  minipay_json_writer_end_object (writer);
  {
    g_autoptr (GError) error = NULL;

    g_assert_null (minipay_json_writer_finish (writer, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
  }

  minipay_json_writer_add_boolean (writer, NULL, TRUE);
  assert_finishes (writer, "true");
}

static void
assert_internal (MinipayJsonWriter *writer)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (minipay_json_writer_finish (writer, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INTERNAL);
}

static void
test_unbalanced (void)
{
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();

  assert_fails (writer, MINIPAY_ERROR_INTERNAL,
                "JSON text ends with 0 containers open and 0 bytes written, allowed is one whole value");

  minipay_json_writer_begin_object (writer, NULL);
  assert_internal (writer);

  minipay_json_writer_end_object (writer);
  assert_internal (writer);

  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_end_array (writer);
  minipay_json_writer_end_object (writer);
  assert_internal (writer);

  minipay_json_writer_begin_array (writer, NULL);
  minipay_json_writer_end_array (writer);
  minipay_json_writer_end_array (writer);
  assert_internal (writer);

  minipay_json_writer_add_integer (writer, NULL, 1);
  minipay_json_writer_add_integer (writer, NULL, 2);
  assert_internal (writer);

  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_add_integer (writer, NULL, 2);
  minipay_json_writer_end_object (writer);
  assert_internal (writer);

  minipay_json_writer_begin_array (writer, NULL);
  minipay_json_writer_add_integer (writer, "name", 2);
  minipay_json_writer_end_array (writer);
  assert_internal (writer);

  minipay_json_writer_begin_object (writer, "root");
  minipay_json_writer_end_object (writer);
  assert_internal (writer);
}

/* What the writer makes of any text, the reader gives back. */
static void
test_random_read_back (void)
{
  for (guint i = 0; i < 2000; i++) {
    g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
    g_autoptr (GString) value = g_string_new (NULL);
    g_autoptr (MinipayJson) json = NULL;
    g_autoptr (GBytes) text = NULL;
    g_autoptr (GError) error = NULL;

    for (int n = g_test_rand_int_range (0, 40); n > 0; n--) {
      gunichar c = (gunichar) g_test_rand_int_range (1, n % 4 == 0 ? 0x110000 : 0x80);

      if (g_unichar_validate (c))
        g_string_append_unichar (value, c);
    }
    minipay_json_writer_add_string (writer, NULL, value->str);
    text = minipay_json_writer_finish (writer, &error);
    g_assert_no_error (error);
    json = minipay_json_parse (text, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (minipay_json_get_string (json, minipay_json_get_root (json)), ==, value->str);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json-writer/object/members-in-given-order", test_order);
  g_test_add_func ("/json-writer/array/commas-and-limits-of-integers", test_arrays);
  g_test_add_func ("/json-writer/strings/escaped-as-little-as-needed", test_escapes);
  g_test_add_func ("/json-writer/null/left-out", test_null_left_out);
  g_test_add_func ("/json-writer/not-utf8/invalid-and-empty-again", test_not_utf8);
  g_test_add_func ("/json-writer/unbalanced/internal", test_unbalanced);
  g_test_add_func ("/json-writer/random-text/read-back", test_random_read_back);

  return g_test_run ();
}
