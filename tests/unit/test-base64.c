/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <glib.h>

#include "wire/minipay-base64.h"

/* RFC 4648, section 10, and the ends of the alphabet. */
static void
test_published (void)
{
  static const struct {
    const char *text;
    const char *bytes;
    gsize length;
  } cases[] = {
    { "Zg==", "f", 1 },
    { "Zm8=", "fo", 2 },
    { "Zm9v", "foo", 3 },
    { "Zm9vYg==", "foob", 4 },
    { "Zm9vYmE=", "fooba", 5 },
    { "Zm9vYmFy", "foobar", 6 },
    { "AAAA", "\0\0\0", 3 },
    { "AA==", "\0", 1 },
    { "AAA=", "\0\0", 2 },
    { "////", "\xff\xff\xff", 3 },
    { "+/+/", "\xfb\xff\xbf", 3 },
    { "/w==", "\xff", 1 },
    { "//8=", "\xff\xff", 2 },
    { "AZaz09+/", "\x01\x96\xb3\xd3\xdf\xbf", 6 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree guint8 *bytes = NULL;
    g_autofree guint8 *counted = NULL;
    gsize length = 0;

    bytes = minipay_base64_decode (cases[i].text, -1, &length, &error);
    g_assert_no_error (error);
    g_assert_cmpmem (bytes, length, cases[i].bytes, cases[i].length);

    length = 0;
    counted = minipay_base64_decode (cases[i].text, (gssize) strlen (cases[i].text), &length, &error);
    g_assert_no_error (error);
    g_assert_cmpmem (counted, length, cases[i].bytes, cases[i].length);
  }
}

static void
test_refused (void)
{
  static const struct {
    const char *text;
    gssize length;
  } cases[] = {
    { "", 0 },           { "=", 1 },
    { "==", 2 },         { "===", 3 },
    { "====", 4 },       { "Z", 1 },
    { "Zg", 2 },         { "Zg=", 3 },
    { "Zg===", 5 },      { "Z===", 4 },
    { "=Zg=", 4 },       { "Z=g=", 4 },
    { "Zg=v", 4 },       { "Zm9", 3 },
    { "Zm9v=", 5 },      { "Zm9v====", 8 },
    { "Zg==Zg==", 8 },   { "Zm8=Zm9v", 8 },
    { "Zh==", 4 },       { "Zv==", 4 },
    { "Zm9=", 4 },       { "Zm+=", 4 },
    { "Zm9v\n", 5 },     { "Zm9v\r\n\r\n", 8 },
    { "Zm9\nvYmFy", 9 }, { "Zm9vYmF\n", 8 },
    { " Zm9vYmF", 8 },   { "Zm 9", 4 },
    { "Zm-_", 4 },       { "Zm9v\0\0\0", 8 },
    { "Zm9\0", 4 },      { "\0\0\0\0", 4 },
    { "Zm\xc3\xa9", 4 }, { "\xff\xff\xff\xff", 4 },
    { "Zm9,", 4 },       { "Zm@[", 4 },
    { "`{:.", 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree guint8 *bytes = NULL;
    gsize length = 4711;

    bytes = minipay_base64_decode (cases[i].text, cases[i].length, &length, &error);
    if (bytes != NULL)
      g_test_fail_printf ("\"%s\" accepted", cases[i].text);
    else
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
    g_assert_cmpuint (length, ==, 4711);
  }
}

static void
assert_message (const char *text, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (minipay_base64_decode (text, -1, NULL, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_messages (void)
{
  assert_message ("Zm9", "the base64 text has 3 bytes, allowed are whole groups of 4");
  assert_message (
      "Zm9vYm_y",
      "byte 6 of the base64 text is '_', allowed is one of A-Z a-z 0-9 + /, padded with = at the end");
  assert_message ("Zm9vYh==",
                  "byte 5 of the base64 text is 'h', allowed is a digit whose spare bits are zero");
}

/*
 * GLib's codec is the reference: it skips and forgives while decoding, so a text is strict exactly when
 * encoding what was decoded gives the text again.
 */
static void
assert_agrees (const char *text)
{
  g_autofree guint8 *bytes = NULL;
  g_autofree guchar *expected = NULL;
  g_autofree char *again = NULL;
  gsize expected_length = 0;
  gsize length = 0;
  gboolean is_strict = FALSE;

  expected = g_base64_decode (text, &expected_length);
  again = g_base64_encode (expected, expected_length);
  is_strict = *text != '\0' && g_str_equal (again, text);

  bytes = minipay_base64_decode (text, -1, &length, NULL);
  if ((bytes != NULL) != is_strict)
    g_test_fail_printf ("\"%s\" %s", text, is_strict ? "refused" : "accepted");
  if (bytes != NULL && is_strict)
    g_assert_cmpmem (bytes, length, expected, expected_length);
}

/* Mostly digits, so that strict texts are as frequent as broken ones. */
static char
random_character (void)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  int die = g_test_rand_int_range (0, 200);

  if (die == 0)
    return (char) g_test_rand_int_range (1, 256);
  if (die == 1)
    return '=';
  return digits[g_test_rand_int_range (0, 64)];
}

static void
test_random (void)
{
  const char *setting = g_getenv ("MINIPAY_TEST_REPEAT");
  guint64 repeat = 50000;

  if (setting != NULL)
    g_ascii_string_to_unsigned (setting, 10, 1, G_MAXUINT, &repeat, NULL);

  for (guint64 i = 0; i < repeat; i++) {
    char text[41] = { 0 };
    int length = g_test_rand_int_range (0, 40);

    if (i % 4 != 0)
      length &= ~3;
    for (int n = 0; n < length; n++)
      text[n] = random_character ();
    for (int n = i % 3; n > 0 && n < length; n--)
      text[length - n] = '=';
    assert_agrees (text);
  }
}

/* Every group of a digit and padding, where the spare bits are. */
static void
test_every_end (void)
{
  char text[] = "A?==";
  char longer[] = "AA?=";

  for (guint c = 1; c < 256; c++) {
    text[1] = (char) c;
    assert_agrees (text);
    longer[2] = (char) c;
    assert_agrees (longer);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base64/published/decoded", test_published);
  g_test_add_func ("/base64/malformed/refused", test_refused);
  g_test_add_func ("/base64/malformed/message-names-offset-found-and-allowed", test_messages);
  g_test_add_func ("/base64/random-text/agrees-with-reference", test_random);
  g_test_add_func ("/base64/every-last-group/agrees-with-reference", test_every_end);

  return g_test_run ();
}
