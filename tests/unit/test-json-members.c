/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <glib.h>

#include "wire/minipay-json.h"

/* What readers of messages ask of the members of an object. */

static MinipayJson *
parse_valid (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  MinipayJson *json = minipay_json_parse (bytes, &error);

  g_assert_no_error (error);
  g_assert_nonnull (json);
  return json;
}

static void
assert_error_text (GError *error, MinipayError code, const char *message)
{
  g_assert_error (error, MINIPAY_ERROR, (int) code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_require (void)
{
  g_autoptr (MinipayJson) json =
      parse_valid ("{\"o\":{},\"s\":\"\",\"n\":null,\"i\":100,\"d\":100.5,\"b\":true}");
  static const struct {
    const char *name;
    const char *message;
  } cases[] = {
    { "gone", "JSON member \"gone\" is missing, allowed is an integer from 0 to 99" },
    { "n", "JSON member \"n\" is null, allowed is an integer from 0 to 99" },
    { "s", "JSON member \"s\" is a string, allowed is an integer from 0 to 99" },
    { "o", "JSON member \"o\" is an object, allowed is an integer from 0 to 99" },
    { "b", "JSON member \"b\" is a boolean, allowed is an integer from 0 to 99" },
    { "i", "JSON member \"i\" is 100, allowed is an integer from 0 to 99" },
    { "d", "JSON member \"d\" is 100.5, allowed is an integer from 0 to 99" },
  };
  g_autoptr (GError) error = NULL;
  gint64 value = 4711;

  g_assert_cmpuint (minipay_json_require_object (json, 1, "o", &error), !=, 0);
  g_assert_no_error (error);
  g_assert_cmpstr (minipay_json_require_string (json, 1, "s", &error), ==, "");
  g_assert_no_error (error);
  g_assert_true (minipay_json_require_integer (json, 1, "i", 100, 100, &value, &error));
  g_assert_no_error (error);
  g_assert_cmpint (value, ==, 100);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    value = 4711;
    g_assert_false (minipay_json_require_integer (json, 1, cases[i].name, 0, 99, &value, &error));
    assert_error_text (error, MINIPAY_ERROR_PROTOCOL, cases[i].message);
    g_assert_cmpint (value, ==, 4711);
    g_clear_error (&error);
  }

  g_assert_false (minipay_json_require_integer (json, 1, "i", 101, 200, NULL, NULL));
  g_assert_cmpuint (minipay_json_require_object (json, 1, "s", &error), ==, 0);
  assert_error_text (error, MINIPAY_ERROR_PROTOCOL, "JSON member \"s\" is a string, allowed is an object");
  g_clear_error (&error);
  g_assert_null (minipay_json_require_string (json, 1, "i", &error));
  assert_error_text (error, MINIPAY_ERROR_PROTOCOL, "JSON member \"i\" is 100, allowed is a string");
  g_clear_error (&error);
  g_assert_null (minipay_json_require_string (json, 0, "s", &error));
  assert_error_text (error, MINIPAY_ERROR_PROTOCOL, "JSON member \"s\" is missing, allowed is a string");
}

static void
test_dup_scalars (void)
{
  static const char *const names[] = { "i", "s", NULL };
  static const char *const none[] = { NULL };
  static const struct {
    const char *names[4];
    const char *message;
  } cases[] = {
    { { "s", "i", "gone" }, "JSON member \"gone\" is missing, allowed is a text or a whole number" },
    { { "n", "gone", "s" }, "JSON member \"n\" is null, allowed is a text or a whole number" },
    { { "s", "empty", "i" }, "JSON member \"empty\" is a string, allowed is a text or a whole number" },
    { { "s", "i", "d" }, "JSON member \"d\" is 1.5, allowed is a text or a whole number" },
  };
  g_autoptr (MinipayJson) json = parse_valid ("{\"s\":\"茶\",\"i\":-7,\"empty\":\"\",\"n\":null,\"d\":1.5}");
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) values = minipay_json_dup_scalars (json, 1, names, &error);
  g_auto (GStrv) nothing = NULL;

  g_assert_no_error (error);
  g_assert_cmpstrv (values, ((const char *const[]){ "-7", "茶", NULL }));
  nothing = minipay_json_dup_scalars (json, 1, none, &error);
  g_assert_no_error (error);
  g_assert_cmpstrv (nothing, none);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_null (minipay_json_dup_scalars (json, 1, cases[i].names, &error));
    assert_error_text (error, MINIPAY_ERROR_PROTOCOL, cases[i].message);
    g_clear_error (&error);
  }
}

static void
test_read_optional (void)
{
  g_autoptr (MinipayJson) json = parse_valid ("{\"s\":\"x\",\"n\":null,\"i\":100,\"d\":1.5}");
  g_autoptr (GError) error = NULL;
  const char *text = "before";
  gboolean is_present = FALSE;
  gint64 value = 4711;

  g_assert_true (minipay_json_read_string (json, 1, "s", &text, &error));
  g_assert_cmpstr (text, ==, "x");
  g_assert_true (minipay_json_read_string (json, 1, "n", &text, &error));
  g_assert_null (text);
  text = "before";
  g_assert_true (minipay_json_read_string (json, 1, "gone", &text, &error));
  g_assert_null (text);
  g_assert_no_error (error);
  g_assert_false (minipay_json_read_string (json, 1, "i", &text, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  g_clear_error (&error);

  g_assert_true (minipay_json_read_integer (json, 1, "i", 0, 100, &value, &is_present, &error));
  g_assert_true (is_present);
  g_assert_cmpint (value, ==, 100);
  g_assert_true (minipay_json_read_integer (json, 1, "n", 0, 100, &value, &is_present, &error));
  g_assert_false (is_present);
  is_present = TRUE;
  g_assert_true (minipay_json_read_integer (json, 1, "gone", 0, 100, &value, &is_present, &error));
  g_assert_false (is_present);
  g_assert_no_error (error);
  g_assert_false (minipay_json_read_integer (json, 1, "i", 0, 99, &value, &is_present, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  g_clear_error (&error);
  g_assert_false (minipay_json_read_integer (json, 1, "d", 0, 99, &value, &is_present, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json/require/wrong-kind-named", test_require);
  g_test_add_func ("/json/read/scalars", test_dup_scalars);
  g_test_add_func ("/json/read/absent-and-null-are-not-there", test_read_optional);

  return g_test_run ();
}
