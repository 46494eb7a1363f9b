/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <glib.h>

#include "wire/minipay-json-writer.h"
#include "wire/minipay-json.h"

static void
assert_reads (const char *json, const char *expected)
{
  g_autoptr (GBytes) text = g_bytes_new (json, strlen (json));
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayJson) document = minipay_json_parse (text, &error);
  g_autoptr (GVariant) value = NULL;
  g_autofree char *printed = NULL;

  g_assert_no_error (error);
  value = minipay_json_dup_variant (document, minipay_json_get_root (document));
  g_assert_nonnull (value);
  g_assert_false (g_variant_is_floating (value));
  printed = g_variant_print (value, TRUE);
  g_assert_cmpstr (printed, ==, expected);
}

static void
test_read (void)
{
  assert_reads ("{\"a\":1,\"b\":\"x\",\"c\":true,\"d\":[1,\"y\"],\"e\":{\"f\":-9223372036854775808}}",
                "{'a': <int64 1>, 'b': <'x'>, 'c': <true>, 'd': <[<int64 1>, <'y'>]>, "
                "'e': <{'f': <int64 -9223372036854775808>}>}");
  assert_reads ("{}", "@a{sv} {}");
  assert_reads ("[]", "@av []");
}

static void
test_read_numbers (void)
{
  /* what is no whole number of 64 bits keeps every digit */
  assert_reads ("[0.10,1e2,9223372036854775808,-0.0]", "[<'0.10'>, <'1e2'>, <'9223372036854775808'>, <'-0.0'>]");
}

static void
test_read_null (void)
{
  g_autoptr (GBytes) text = g_bytes_new_static ("null", 4);
  g_autoptr (MinipayJson) document = minipay_json_parse (text, NULL);

  assert_reads ("{\"a\":null,\"b\":[null,1]}", "{'b': <[<int64 1>]>}");
  g_assert_null (minipay_json_dup_variant (document, minipay_json_get_root (document)));
  g_assert_null (minipay_json_dup_variant (document, 0));
}

static void
assert_writes (const char *value, const char *expected)
{
  g_autoptr (GVariant) variant = g_variant_ref_sink (g_variant_new_parsed (value));
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = NULL;

  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_add_variant (writer, "m", variant);
  minipay_json_writer_end_object (writer);
  text = minipay_json_writer_finish (writer, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (text, NULL), g_bytes_get_size (text), expected, strlen (expected));
}

static void
test_write (void)
{
  assert_writes ("'a\"b'", "{\"m\":\"a\\\"b\"}");
  assert_writes ("int64 -1", "{\"m\":-1}");
  assert_writes ("uint32 7", "{\"m\":7}");
  assert_writes ("8", "{\"m\":8}");
  assert_writes ("<<true>>", "{\"m\":true}");
  assert_writes ("['x', 'y']", "{\"m\":[\"x\",\"y\"]}");
  assert_writes ("@as []", "{\"m\":[]}");
  assert_writes ("@a{sv} {}", "{\"m\":{}}");
  assert_writes ("{'b': 'first', 'a': 'second'}", "{\"m\":{\"b\":\"first\",\"a\":\"second\"}}");
  assert_writes ("[{'type': <'MERCHANT_ID'>, 'amount': <int64 8>}, {'tags': <[<'x'>, <int64 1>]>}]",
                 "{\"m\":[{\"type\":\"MERCHANT_ID\",\"amount\":8},{\"tags\":[\"x\",1]}]}");
}

static void
assert_refuses (const char *value)
{
  g_autoptr (GVariant) variant = g_variant_ref_sink (g_variant_new_parsed (value));
  g_autoptr (MinipayJsonWriter) writer = minipay_json_writer_new ();
  g_autoptr (GError) error = NULL;

  minipay_json_writer_begin_object (writer, NULL);
  minipay_json_writer_add_variant (writer, "m", variant);
  minipay_json_writer_end_object (writer);
  g_assert_null (minipay_json_writer_finish (writer, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
}

static void
test_write_refused (void)
{
  /* 19.9 has no exact double, and a dictionary of numbers is no object */
  assert_refuses ("19.9");
  assert_refuses ("{'amount': <19.9>}");
  assert_refuses ("{1: 'x'}");
  assert_refuses ("('a', 'b')");
  assert_refuses ("@ms nothing");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-variant/read", test_read);
  g_test_add_func ("/json-variant/read/numbers", test_read_numbers);
  g_test_add_func ("/json-variant/read/null", test_read_null);
  g_test_add_func ("/json-variant/write", test_write);
  g_test_add_func ("/json-variant/write/refused", test_write_refused);
  return g_test_run ();
}
