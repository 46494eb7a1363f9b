/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "wire/minipay-base64.h"

#include <string.h>

#include "wire/minipay-scan-private.h"

/* A set bit above the low six marks a byte that is no digit. */
#define NO_DIGIT 0x40

static guint8
digit_value (guchar digit)
{
  if (digit >= 'A' && digit <= 'Z')
    return digit - 'A';
  if (digit >= 'a' && digit <= 'z')
    return digit - 'a' + 26;
  if (digit >= '0' && digit <= '9')
    return digit - '0' + 52;
  if (digit == '+')
    return 62;
  return digit == '/' ? 63 : NO_DIGIT;
}

static const guint8 *
digit_values (void)
{
  static guint8 values[256];
  static gsize is_ready = 0;

  if (g_once_init_enter (&is_ready)) {
    for (guint i = 0; i < G_N_ELEMENTS (values); i++)
      values[i] = digit_value ((guchar) i);
    g_once_init_leave (&is_ready, 1);
  }
  return values;
}

static void
set_base64_error (const guchar *text, gsize length, gsize offset, const char *allowed, GError **error)
{
  char found[MINIPAY_SCAN_FOUND_SIZE];

  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PROTOCOL,
               "byte %" G_GSIZE_FORMAT " of the base64 text is %s, allowed is %s",
               offset,
               minipay_scan_found (found, text, length, offset),
               allowed);
}

static void
set_digit_error (const guchar *text, gsize length, gsize n_digits, GError **error)
{
  gsize offset = 0;

  while (offset < n_digits && digit_value (text[offset]) != NO_DIGIT)
    offset++;
  set_base64_error (text, length, offset, "one of A-Z a-z 0-9 + /, padded with = at the end", error);
}

guint8 *
minipay_base64_decode (const char *text, gssize length, gsize *out_length, GError **error)
{
  const guchar *digits = (const guchar *) text;
  const guint8 *values = digit_values ();
  g_autofree guint8 *bytes = NULL;
  gsize n_text = 0;
  gsize n_digits = 0;
  gsize n_bytes = 0;
  gsize i = 0;
  guint8 seen = 0;
  guint32 bits = 0;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  n_text = length < 0 ? strlen (text) : (gsize) length;
  if (n_text == 0 || n_text % 4 != 0) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "the base64 text has %" G_GSIZE_FORMAT " bytes, allowed are whole groups of 4",
                 n_text);
    return NULL;
  }

  n_digits = n_text - (digits[n_text - 1] == '=') - (digits[n_text - 1] == '=' && digits[n_text - 2] == '=');
  bytes = g_malloc (n_text / 4 * 3 + 1);
  for (; i + 4 <= n_digits; i += 4) {
    guint8 a = values[digits[i]];
    guint8 b = values[digits[i + 1]];
    guint8 c = values[digits[i + 2]];
    guint8 d = values[digits[i + 3]];

    seen |= a | b | c | d;
    bytes[n_bytes++] = (guint8) (a << 2 | b >> 4);
    bytes[n_bytes++] = (guint8) (b << 4 | c >> 2);
    bytes[n_bytes++] = (guint8) (c << 6 | d);
  }
  for (; i < n_digits; i++) {
    guint8 value = values[digits[i]];

    seen |= value;
    bits = bits << 6 | (value & 63);
    if (i % 4 != 0)
      bytes[n_bytes++] = (guint8) (bits >> (6 - i % 4 * 2));
  }

  if ((seen & NO_DIGIT) != 0) {
    set_digit_error (digits, n_text, n_digits, error);
    return NULL;
  }
  if ((n_digits % 4 == 2 && (bits & 15) != 0) || (n_digits % 4 == 3 && (bits & 3) != 0)) {
    set_base64_error (digits, n_text, n_digits - 1, "a digit whose spare bits are zero", error);
    return NULL;
  }

  bytes[n_bytes] = '\0';
  if (out_length != NULL)
    *out_length = n_bytes;
  return g_steal_pointer (&bytes);
}
