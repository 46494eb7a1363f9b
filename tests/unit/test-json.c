/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "json-cases.h"
#include "wire/minipay-json.h"

/* A notification of the WeChat Pay merchant API v3, its sealed part replaced by letters of ours. */
#define NOTIFICATION                                                                                         \
  "{\"id\":\"EV-2018022511223320873\",\"create_time\":\"2015-05-20T13:29:35+08:00\",\"resource_type\":"      \
  "\"encrypt-resource\",\"event_type\":\"TRANSACTION.SUCCESS\",\"summary\":"                                 \
  "\"\xe6\x94\xaf\xe4\xbb\x98\\u6210\\u529f"                                                                 \
  "\",\"resource\":{\"original_type\":\"transaction\",\"algorithm\":\"AEAD_AES_256_GCM\",\"ciphertext\":"    \
  "\"QUJD\\/"                                                                                                \
  "REVG\",\"associated_data\":\"\",\"nonce\":\"fdasflkja484w\"},\"amounts\":[100,-5,0,1.5,true,null]}"

static MinipayJson *
parse (const char *text, gssize length, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, length < 0 ? strlen (text) : (gsize) length);

  return minipay_json_parse (bytes, error);
}

static MinipayJson *
parse_valid (const char *text)
{
  g_autoptr (GError) error = NULL;
  MinipayJson *json = parse (text, -1, &error);

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
assert_fails (const char *text, gssize length, MinipayError code, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (parse (text, length, &error));
  assert_error_text (error, code, message);
}

static guint
get_repeat (guint fallback)
{
  const char *text = g_getenv ("MINIPAY_TEST_REPEAT");
  guint64 repeat = 0;

  if (text != NULL && g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT, &repeat, NULL))
    return (guint) repeat;
  return fallback;
}

static void
test_accepted (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (json_accepted); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayJson) json = parse (json_accepted[i].text, (gssize) json_accepted[i].length, &error);

    if (json == NULL)
      g_test_fail_printf ("%s: %s", json_accepted[i].name, error->message);
    else
      g_assert_cmpint (minipay_json_get_kind (json, minipay_json_get_root (json)), !=, MINIPAY_JSON_NONE);
  }
}

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (json_refused); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayJson) json = parse (json_refused[i].text, (gssize) json_refused[i].length, &error);

    if (json != NULL)
      g_test_fail_printf ("%s: accepted", json_refused[i].name);
    else if (!g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL))
      g_test_fail_printf ("%s: %s", json_refused[i].name, error->message);
    else
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
  }
}

static void
test_messages (void)
{
  const char repeated[] = "{\"total\":1,\"b\":2,\"tot\\u0061l\":2}";

  assert_fails ("", 0, MINIPAY_ERROR_PROTOCOL,
                "byte 0 of the JSON text is the end of the text, allowed is a value");
  assert_fails ("[0x64]", -1, MINIPAY_ERROR_PROTOCOL,
                "byte 2 of the JSON text is 'x', allowed is a comma or ']'");
  assert_fails ("[0144]", -1, MINIPAY_ERROR_PROTOCOL,
                "byte 2 of the JSON text is '1', allowed is no digit behind a leading zero");
  assert_fails (
      "[\"\n\"]", -1, MINIPAY_ERROR_PROTOCOL,
      "byte 2 of the JSON text is byte 0x0a, allowed is a character of a string or its closing quote");
  assert_fails ("[\"\\ud800\"]", -1, MINIPAY_ERROR_PROTOCOL,
                "byte 8 of the JSON text is '\"', allowed is the escape of a low surrogate");
  assert_fails (repeated, -1, MINIPAY_ERROR_PROTOCOL,
                "byte 17 of the JSON text repeats the member \"total\", allowed is once in an object");
}

static void
test_document (void)
{
  g_autoptr (MinipayJson) json = parse_valid (NOTIFICATION);
  g_autoptr (MinipayJson) second = minipay_json_ref (json);
  MinipayJsonNode root = minipay_json_get_root (json);
  MinipayJsonNode resource = minipay_json_get_member (json, root, "resource");
  MinipayJsonNode amounts = minipay_json_get_member (json, root, "amounts");
  MinipayJsonNode node = minipay_json_get_first (json, root);
  const char *raw = NULL;
  gint64 value = 77;
  gsize length = 0;

  g_assert_cmpint (minipay_json_get_kind (json, root), ==, MINIPAY_JSON_OBJECT);
  g_assert_cmpuint (minipay_json_get_length (json, root), ==, 7);
  g_assert_null (minipay_json_get_name (json, root));
  g_assert_cmpuint (minipay_json_get_next (json, root), ==, 0);
  g_assert_cmpstr (minipay_json_get_name (json, node), ==, "id");
  g_assert_cmpstr (minipay_json_get_string (json, node), ==, "EV-2018022511223320873");
  node = minipay_json_get_next (json, node);
  g_assert_cmpstr (minipay_json_get_name (json, node), ==, "create_time");

  node = minipay_json_get_member (json, root, "summary");
  g_assert_cmpstr (minipay_json_get_string (json, node), ==,
                   "\xe6\x94\xaf\xe4\xbb\x98\xe6\x88\x90\xe5\x8a\x9f");
  raw = minipay_json_get_raw (json, node, &length);
  g_assert_cmpmem (raw, length, "\"\xe6\x94\xaf\xe4\xbb\x98\\u6210\\u529f\"", 20);

  g_assert_cmpuint (minipay_json_get_length (json, resource), ==, 5);
  node = minipay_json_get_member (json, resource, "ciphertext");
  g_assert_cmpstr (minipay_json_get_string (json, node), ==, "QUJD/REVG");
  node = minipay_json_get_member (json, resource, "associated_data");
  g_assert_cmpstr (minipay_json_get_string (json, node), ==, "");
  g_assert_cmpuint (minipay_json_get_member (json, root, "nonce"), ==, 0);

  raw = minipay_json_get_raw (json, amounts, &length);
  g_assert_cmpmem (raw, length, "[100,-5,0,1.5,true,null]", 24);
  node = minipay_json_get_first (json, amounts);
  g_assert_null (minipay_json_get_name (json, node));
  g_assert_true (minipay_json_get_integer (json, node, &value));
  g_assert_cmpint (value, ==, 100);
  node = minipay_json_get_next (json, node);
  g_assert_true (minipay_json_get_integer (json, node, &value));
  g_assert_cmpint (value, ==, -5);
  node = minipay_json_get_next (json, minipay_json_get_next (json, node));
  g_assert_false (minipay_json_get_integer (json, node, &value));
  node = minipay_json_get_next (json, node);
  g_assert_true (minipay_json_get_boolean (json, node));
  node = minipay_json_get_next (json, node);
  g_assert_cmpint (minipay_json_get_kind (json, node), ==, MINIPAY_JSON_NULL);
  g_assert_cmpuint (minipay_json_get_next (json, node), ==, 0);
}

static void
test_no_node (void)
{
  g_autoptr (MinipayJson) json = parse_valid ("{\"a\":{},\"b\":[],\"c\":false}");
  const MinipayJsonNode none[] = { 0, 5, G_MAXUINT };
  MinipayJsonNode root = minipay_json_get_root (json);

  for (guint i = 0; i < G_N_ELEMENTS (none); i++) {
    gsize length = 1;

    g_assert_cmpint (minipay_json_get_kind (json, none[i]), ==, MINIPAY_JSON_NONE);
    g_assert_cmpuint (minipay_json_get_length (json, none[i]), ==, 0);
    g_assert_cmpuint (minipay_json_get_member (json, none[i], "a"), ==, 0);
    g_assert_cmpuint (minipay_json_get_first (json, none[i]), ==, 0);
    g_assert_cmpuint (minipay_json_get_next (json, none[i]), ==, 0);
    g_assert_null (minipay_json_get_name (json, none[i]));
    g_assert_null (minipay_json_get_string (json, none[i]));
    g_assert_false (minipay_json_get_boolean (json, none[i]));
    g_assert_false (minipay_json_get_integer (json, none[i], NULL));
    g_assert_null (minipay_json_get_raw (json, none[i], &length));
    g_assert_cmpuint (length, ==, 0);
  }

  /* an empty container has no child, though a node follows it */
  g_assert_cmpuint (minipay_json_get_first (json, minipay_json_get_member (json, root, "a")), ==, 0);
  g_assert_cmpuint (minipay_json_get_member (json, minipay_json_get_member (json, root, "a"), "b"), ==, 0);
  g_assert_cmpuint (minipay_json_get_first (json, minipay_json_get_member (json, root, "b")), ==, 0);
  g_assert_null (minipay_json_get_string (json, root));
  g_assert_false (minipay_json_get_boolean (json, minipay_json_get_member (json, root, "c")));
}

static void
test_strings (void)
{
  static const struct {
    const char *text;
    const char *expected;
  } cases[] = {
    { "\"\\\" \\\\ \\/ \\b \\f \\n \\r \\t\"", "\" \\ / \b \f \n \r \t" },
    { "\"\\u0061\\u00e9\\u4E2d\"", "a\xc3\xa9\xe4\xb8\xad" },
    { "\"\\ud83d\\uDCB0\"", "\xf0\x9f\x92\xb0" },
    { "\"\\ud800\\udc00\\udbff\\udfff\"", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
    { "\"1234567\\n1234567812345678\\t12345678\xe4\xb8\xad"
      "1234567\"",
      "1234567\n1234567812345678\t12345678\xe4\xb8\xad"
      "1234567" },
    { "\"\\u0001\\u007f\"", "\x01\x7f" },
    { "\"\\\\u0000\"", "\\u0000" },
    { "\"\"", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayJson) json = parse_valid (cases[i].text);
    gsize length = 0;
    const char *raw = minipay_json_get_raw (json, 1, &length);

    g_assert_cmpstr (minipay_json_get_string (json, 1), ==, cases[i].expected);
    g_assert_cmpmem (raw, length, cases[i].text, strlen (cases[i].text));
  }
}

static void
test_integers (void)
{
  static const struct {
    const char *text;
    gboolean is_integer;
    gint64 value;
  } cases[] = {
    { "-1", TRUE, -1 },
    { "0", TRUE, 0 },
    { "1", TRUE, 1 },
    { "2147483647", TRUE, G_GINT64_CONSTANT (2147483647) },
    { "2147483648", TRUE, G_GINT64_CONSTANT (2147483648) },
    { "2147483649", TRUE, G_GINT64_CONSTANT (2147483649) },
    { "-2147483649", TRUE, G_GINT64_CONSTANT (-2147483649) },
    { "4294967396", TRUE, G_GINT64_CONSTANT (4294967396) },
    { "9007199254740993", TRUE, G_GINT64_CONSTANT (9007199254740993) },
    { "9223372036854775806", TRUE, G_GINT64_CONSTANT (9223372036854775806) },
    { "9223372036854775807", TRUE, G_MAXINT64 },
    { "-9223372036854775807", TRUE, -G_MAXINT64 },
    { "-9223372036854775808", TRUE, G_MININT64 },
    { "9223372036854775808", FALSE, 0 },
    { "9223372036854775809", FALSE, 0 },
    { "-9223372036854775809", FALSE, 0 },
    { "18446744073709551615", FALSE, 0 },
    { "18446744073709551616", FALSE, 0 },
    { "18446744073709551716", FALSE, 0 },
    { "100000000000000000000000000000000000000000000", FALSE, 0 },
    { "-0", FALSE, 0 },
    { "100.0", FALSE, 0 },
    { "100.5", FALSE, 0 },
    { "1e2", FALSE, 0 },
    { "1E2", FALSE, 0 },
    { "-0.0", FALSE, 0 },
    { "0e0", FALSE, 0 },
    { "\"100\"", FALSE, 0 },
    { "true", FALSE, 0 },
    { "null", FALSE, 0 },
    { "[1]", FALSE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayJson) json = parse_valid (cases[i].text);
    gint64 value = 4711;

    if (minipay_json_get_integer (json, 1, &value) != cases[i].is_integer)
      g_test_fail_printf ("%s is%s taken for an integer", cases[i].text, cases[i].is_integer ? " not" : "");
    g_assert_cmpint (value, ==, cases[i].is_integer ? cases[i].value : 4711);
  }
}

/* @before, then @count times @item, joined by commas; `%u` in @item becomes the number. */
static char *
make_list (const char *opening, const char *item, guint count, const char *closing)
{
  GString *text = g_string_new (opening);
  g_auto (GStrv) halves = g_strsplit (item, "%u", 2);

  for (guint i = 0; i < count; i++) {
    g_string_append (text, i > 0 ? "," : "");
    g_string_append (text, halves[0]);
    if (halves[1] != NULL)
      g_string_append_printf (text, "%u%s", i, halves[1]);
  }
  g_string_append (text, closing);
  return g_string_free (text, FALSE);
}

static void
assert_limit (const char *text, gboolean is_within)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayJson) json = parse (text, -1, &error);

  if (is_within)
    g_assert_no_error (error);
  else
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_LIMIT);
  g_assert_true ((json != NULL) == is_within);
}

static void
test_limits (void)
{
  for (guint over = 0; over <= 1; over++) {
    g_autofree char *opening = g_strnfill (32 + over, '[');
    g_autofree char *closing = g_strnfill (32 + over, ']');
    g_autofree char *deep = g_strconcat (opening, closing, NULL);
    g_autofree char *many = make_list ("[", "0", 3999 + over, "]");
    g_autofree char *members = make_list ("{", "\"m%u\":0", 1000 + over, "}");
    g_autofree char *objects = make_list ("[", "{\"a\":0}", 1000 + over, "]");
    g_autofree char *letters = g_strnfill (65536 + over, 'x');
    g_autofree char *string = g_strconcat ("[\"", letters, "\"]", NULL);
    g_autofree char *name = g_strconcat ("{\"", letters, "\":1}", NULL);
    g_autofree char *escaped = g_strconcat ("[\"\\u0061", letters + 1, "\"]", NULL);
    g_autofree char *spaces = g_strnfill (1024 * 1024 - 2 + over, ' ');
    g_autofree char *whole = g_strconcat ("[", spaces, "]", NULL);

    assert_limit (deep, over == 0);
    assert_limit (many, over == 0);
    assert_limit (members, over == 0);
    assert_limit (objects, over == 0);
    assert_limit (string, over == 0);
    assert_limit (name, over == 0);
    assert_limit (escaped, over == 0);
    assert_limit (whole, over == 0);
  }
}

static void
test_members_too_many (void)
{
  g_autofree char *members = make_list ("{", "\"m%u\":0", 60000, "}");

  assert_fails (members, -1, MINIPAY_ERROR_LIMIT,
                "the JSON text has more members at byte 8891 than the 1000 allowed");
}

static void
test_duplicate_in_large_object (void)
{
  for (guint count = 1; count <= 80; count++) {
    g_autofree char *first = make_list ("{\"twice\":0,", "\"m%u\":0", count, ",\"tw\\u0069ce\":1}");
    g_autofree char *last = make_list ("{", "\"m%u\":0", count, ",\"m0\":1}");
    g_autofree char *unique = make_list ("{", "\"m%u\":0", count, "}");
    g_autoptr (MinipayJson) json = parse_valid (unique);
    g_autoptr (GError) error = NULL;

    g_assert_cmpuint (minipay_json_get_length (json, 1), ==, count);
    g_assert_null (parse (first, -1, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
    g_assert_nonnull (strstr (error->message, "repeats the member \"twice\""));
    g_clear_error (&error);
    g_assert_null (parse (last, -1, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
    g_assert_nonnull (strstr (error->message, "repeats the member \"m0\""));
  }
}

static gpointer
parse_in_thread (gpointer data)
{
  GError *error = NULL;

  g_assert_null (minipay_json_parse (data, &error));
  return error;
}

static void
test_depth_small_stack (void)
{
  static const char *const openings[] = { "[", "{\"a\":" };

  for (guint i = 0; i < G_N_ELEMENTS (openings); i++) {
    g_autoptr (GString) text = g_string_sized_new (1024 * 1024);
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) bytes = NULL;
    pthread_attr_t attributes;
    pthread_t thread;

    while (text->len + strlen (openings[i]) <= 1000000)
      g_string_append (text, openings[i]);
    bytes = g_bytes_new (text->str, text->len);

    g_assert_cmpint (pthread_attr_init (&attributes), ==, 0);
    g_assert_cmpint (pthread_attr_setstacksize (&attributes, (gsize) 256 * 1024), ==, 0);
    g_assert_cmpint (pthread_create (&thread, &attributes, parse_in_thread, bytes), ==, 0);
    g_assert_cmpint (pthread_join (thread, (void **) &error), ==, 0);
    pthread_attr_destroy (&attributes);
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_LIMIT);
  }
}

static void
test_cuts (void)
{
  const gsize length = strlen (NOTIFICATION);

  for (gsize cut = 0; cut < length; cut++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (parse (NOTIFICATION, (gssize) cut, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
}

static void
mutate (GByteArray *text)
{
  static const char spice[] = "\"\\{}[],:0-.eE+utn \x80\xe4\xff";
  guint at = (guint) g_test_rand_int_range (0, (gint32) text->len);
  guint8 byte = (guint8) spice[g_test_rand_int_range (0, sizeof spice)];

  switch (g_test_rand_int_range (0, 4)) {
  case 0:
    text->data[at] = byte;
    break;
  case 1:
    text->data[at] ^= (guint8) (1 << g_test_rand_int_range (0, 8));
    break;
  case 2:
    g_byte_array_remove_index (text, at);
    break;
  default:
    g_byte_array_append (text, &byte, 1);
    memmove (text->data + at + 1, text->data + at, text->len - at - 1);
    text->data[at] = byte;
    break;
  }
}

static void
walk (const MinipayJson *json)
{
  guint n_nodes = 0;

  for (MinipayJsonNode node = 1; minipay_json_get_kind (json, node) != MINIPAY_JSON_NONE; node++) {
    const char *string = minipay_json_get_string (json, node);
    const char *name = minipay_json_get_name (json, node);
    gsize length = 0;

    g_assert_true (string == NULL || g_utf8_validate (string, -1, NULL));
    g_assert_true (name == NULL || g_utf8_validate (name, -1, NULL));
    g_assert_nonnull (minipay_json_get_raw (json, node, &length));
    g_assert_cmpuint (length, >, 0);
    n_nodes += minipay_json_get_length (json, node);
  }
  g_assert_cmpuint (n_nodes, <, MINIPAY_JSON_MAX_NODES);
}

static void
test_mutations (void)
{
  guint repeat = get_repeat (20000);

  for (guint i = 0; i < repeat; i++) {
    g_autoptr (GByteArray) text = g_byte_array_new ();
    g_autoptr (MinipayJson) json = NULL;
    g_autoptr (GError) error = NULL;

    g_byte_array_append (text, (const guint8 *) NOTIFICATION, sizeof NOTIFICATION - 1);
    for (int n = g_test_rand_int_range (1, 5); n > 0; n--)
      mutate (text);

    json = parse ((const char *) text->data, text->len, &error);
    if (json != NULL)
      walk (json);
    else
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/json/well-formed/accepted", test_accepted);
  g_test_add_func ("/json/malformed/refused", test_refused);
  g_test_add_func ("/json/malformed/message-names-offset-found-and-allowed", test_messages);
  g_test_add_func ("/json/document/every-value-read", test_document);
  g_test_add_func ("/json/no-node/answered-with-nothing", test_no_node);
  g_test_add_func ("/json/strings/unescaped-and-raw-kept", test_strings);
  g_test_add_func ("/json/integers/boundaries-exact", test_integers);
  g_test_add_func ("/json/limits/last-allowed-and-first-refused", test_limits);
  g_test_add_func ("/json/members/sixty-thousand-refused", test_members_too_many);
  g_test_add_func ("/json/duplicates/refused-at-every-size", test_duplicate_in_large_object);
  g_test_add_func ("/json/depth/million-levels-refused-on-small-stack", test_depth_small_stack);
  g_test_add_func ("/json/cut/refused-at-every-byte", test_cuts);
  g_test_add_func ("/json/mutations/only-typed-errors", test_mutations);

  return g_test_run ();
}
