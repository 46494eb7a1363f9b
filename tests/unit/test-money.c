/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <glib.h>

#include "core/minipay-money.h"

#define DRAWS 100000

typedef struct {
  const char *text;
  gint64 minor;
  const char *currency;
  const char *printed; /* NULL: as text */
} MoneyCase;

/* Minor digits by ISO 4217: none for JPY, KRW and XOF, two for CNY and most, three for KWD and TND. */
static const MoneyCase good[] = {
  { "0 JPY", 0, "JPY" },
  { "500 JPY", 500, "JPY" },
  { "-500 KRW", -500, "KRW" },
  { "9223372036854775807 XOF", G_MAXINT64, "XOF" },
  { "0.00 CNY", 0, "CNY" },
  { "0.01 CNY", 1, "CNY" },
  { "0.10 CNY", 10, "CNY" },
  { "19.90 CNY", 1990, "CNY" },
  { "19.9 CNY", 1990, "CNY", "19.90 CNY" },
  { "19 CNY", 1900, "CNY", "19.00 CNY" },
  { "-0.01 CNY", -1, "CNY" },
  { "-19.90 CNY", -1990, "CNY" },
  { "92233720368547758.07 CNY", G_MAXINT64, "CNY" },
  { "-92233720368547758.07 CNY", -G_MAXINT64, "CNY" },
  { "1.234 KWD", 1234, "KWD" },
  { "1.2 TND", 1200, "TND", "1.200 TND" },
  { "0.001 BHD", 1, "BHD" },
  { "-0.001 OMR", -1, "OMR" },
  { "9223372036854775.807 JOD", G_MAXINT64, "JOD" },
};

static const char *const bad[] = {
  "",
  " ",
  "CNY",
  "19.90",
  "19.90CNY",
  "19.90  CNY",
  "19.90\tCNY",
  " 1 CNY",
  "1 CNY ",
  "1 CNY\n",
  "1 cny",
  "1 Cny",
  "1 CN",
  "1 CNYY",
  "1 XYZ",
  "1 ANY", /* the middle of a list of codes, not a code */
  "19.999 CNY",
  "19.900 CNY",
  "1.2345 KWD",
  "1.0 JPY",
  "1. CNY",
  "1. JPY",
  ".5 CNY",
  "1e3 CNY",
  "1E3 CNY",
  "0x10 CNY",
  "019.90 CNY",
  "00 CNY",
  "00.10 CNY",
  "-019.90 CNY",
  "+1 CNY",
  "--1 CNY",
  "- 1 CNY",
  "1,000.00 CNY",
  "1,5 CNY",
  "1_000 CNY",
  "1.-5 CNY",
  "1.2.3 CNY",
  "NaN CNY",
  "inf CNY",
  "¥19.90 CNY",
  "１９ CNY", /* full-width digits */
  "1\xc2\xa0"
  "CNY", /* no-break space */
  "9223372036854775808 JPY",
  "-9223372036854775809 JPY",
  "92233720368547758.08 CNY",
  "92233720368547759 CNY",
  "9223372036854775.808 KWD",
  "18446744073709551616 JPY",
  "18446744073709551617 JPY", /* 1 modulo 2^64 */
  "99999999999999999999999999999999999999999999 CNY",
};

static guint64
draws (void)
{
  const char *setting = g_getenv ("MINIPAY_TEST_REPEAT");

  return DRAWS * (setting != NULL ? MAX (g_ascii_strtoull (setting, NULL, 10), 1) : 1);
}

static void
test_good (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayMoney) money = minipay_money_parse (good[i].text, &error);
    g_autofree char *text = NULL;

    g_assert_no_error (error);
    g_assert_cmpint (minipay_money_get_minor (money), ==, good[i].minor);
    g_assert_cmpstr (minipay_money_get_currency (money), ==, good[i].currency);
    g_assert_true (minipay_money_is_valid (money));
    text = minipay_money_to_string (money);
    g_assert_cmpstr (text, ==, good[i].printed != NULL ? good[i].printed : good[i].text);
  }
}

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayMoney) money = minipay_money_parse (bad[i], &error);

    if (money != NULL) {
      g_autofree char *text = minipay_money_to_string (money);

      g_test_fail_printf ("\"%s\" was read as %s", bad[i], text);
      continue;
    }
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
    g_assert_null (strchr (error->message, '\n'));
  }
}

static void
test_bad_is_named (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (minipay_money_parse ("19.999 CNY", &error));
  g_assert_nonnull (strstr (error->message, "\"19.999 CNY\""));
  g_assert_nonnull (strstr (error->message, "19.90 CNY\""));
  g_clear_error (&error);
  g_assert_null (minipay_money_parse (NULL, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  g_assert_null (minipay_money_parse ("x", NULL));
}

static void
test_long_text (void)
{
  g_autofree char *digits = g_strnfill (1 << 20, '9');
  g_autofree char *text = g_strconcat (digits, " CNY", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (minipay_money_parse (text, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  g_assert_cmpuint (strlen (error->message), <, 1000);
}

static void
test_major (void)
{
  static const MoneyCase cases[] = {
    { "-92233720368547758.08", G_MININT64, "CNY" },
    { "-9223372036854775808", G_MININT64, "JPY" },
    { "-9223372036854775.808", G_MININT64, "KWD" },
    { "-0.05", -5, "CNY" },
    { "0.005", 5, "KWD" },
    { "0", 0, "JPY" },
    { "1234567.89", 123456789, "USD" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayMoney) money = minipay_money_new (cases[i].minor, cases[i].currency);
    g_autofree char *text = minipay_money_to_major_string (money);

    g_assert_cmpstr (text, ==, cases[i].text);
  }
}

static void
test_round_trip (void)
{
  static const char *const currencies[] = { "JPY", "CNY", "KWD", "USD", "VND", "IQD" };
  guint64 n = draws ();

  for (guint64 i = 0; i < n; i++) {
    gint64 minor = (gint64) (((guint64) g_test_rand_int () << 32) | (guint32) g_test_rand_int ());
    const char *currency = currencies[i % G_N_ELEMENTS (currencies)];
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayMoney) money = NULL;
    g_autoptr (MinipayMoney) again = NULL;
    g_autofree char *text = NULL;

    minor >>= g_test_rand_int_range (0, 63);
    if (minor == G_MININT64)
      continue;
    money = minipay_money_new (minor, currency);
    text = minipay_money_to_string (money);
    again = minipay_money_parse (text, &error);
    g_assert_no_error (error);
    g_assert_cmpint (minipay_money_get_minor (again), ==, minor);
    g_assert_true (minipay_money_equal (money, again));
  }
}

static gint64
draw_minor (void)
{
  gint64 minor = (gint64) (((guint64) g_test_rand_int () << 32) | (guint32) g_test_rand_int ());

  switch (g_test_rand_int_range (0, 4)) {
  case 0:
    return G_MAXINT64 - g_test_rand_int_range (0, 3);
  case 1:
    return G_MININT64 + g_test_rand_int_range (0, 3);
  case 2:
    return minor >> g_test_rand_int_range (0, 63);
  default:
    return minor;
  }
}

static void
assert_sum (const MinipayMoney *sum, const GError *error, __int128 expected)
{
  if (expected > G_MAXINT64 || expected < G_MININT64) {
    g_assert_null (sum);
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
    return;
  }
  g_assert_no_error (error);
  g_assert_cmpint (minipay_money_get_minor (sum), ==, (gint64) expected);
  g_assert_cmpstr (minipay_money_get_currency (sum), ==, "CNY");
}

static void
test_sums (void)
{
  guint64 n = draws ();

  for (guint64 i = 0; i < n; i++) {
    gint64 a = draw_minor ();
    gint64 b = draw_minor ();
    g_autoptr (MinipayMoney) left = minipay_money_new (a, "CNY");
    g_autoptr (MinipayMoney) right = minipay_money_new (b, "CNY");
    g_autoptr (GError) sum_error = NULL;
    g_autoptr (GError) difference_error = NULL;
    g_autoptr (MinipayMoney) sum = minipay_money_add (left, right, &sum_error);
    g_autoptr (MinipayMoney) difference = minipay_money_subtract (left, right, &difference_error);
    int order = 7;

    assert_sum (sum, sum_error, (__int128) a + b);
    assert_sum (difference, difference_error, (__int128) a - b);
    g_assert_true (minipay_money_compare (left, right, &order, NULL));
    g_assert_true (a < b ? order < 0 : a > b ? order > 0 : order == 0);
    g_assert_true (minipay_money_equal (left, right) == (a == b));
  }
}

static void
test_other_currency (void)
{
  g_autoptr (MinipayMoney) yuan = minipay_money_new (100, "CNY");
  g_autoptr (MinipayMoney) yen = minipay_money_new (100, "JPY");
  g_autoptr (GError) error = NULL;
  int order = 7;

  g_assert_false (minipay_money_equal (yuan, yen));
  g_assert_null (minipay_money_add (yuan, yen, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "CNY"));
  g_assert_nonnull (strstr (error->message, "JPY"));
  g_clear_error (&error);
  g_assert_null (minipay_money_subtract (yuan, yen, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (minipay_money_compare (yuan, yen, &order, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
}

static void
test_no_currency (void)
{
  static const char *const none[] = { NULL, "", "cny", "CN", "CNYX", "XYZ", "C\xc3\x91", "   ", "NYC", "\n\n\n" };
  g_autoptr (MinipayMoney) yuan = minipay_money_new (1, "CNY");

  for (guint i = 0; i < G_N_ELEMENTS (none); i++) {
    g_autoptr (MinipayMoney) money = minipay_money_new (1990, none[i]);
    g_autoptr (MinipayMoney) copy = minipay_money_copy (money);
    g_autofree char *text = minipay_money_to_string (money);
    g_autofree char *major = minipay_money_to_major_string (money);
    g_autoptr (GError) error = NULL;
    int order;

    g_assert_false (minipay_money_is_valid (money));
    g_assert_false (minipay_money_is_valid (copy));
    g_assert_cmpstr (minipay_money_get_currency (money), ==, "");
    g_assert_cmpint (minipay_money_get_minor (copy), ==, 1990);
    g_assert_cmpstr (major, ==, "1990");
    g_assert_null (minipay_money_parse (text, NULL));
    g_assert_false (minipay_money_equal (money, yuan));
    /* not even with itself */
    g_assert_null (minipay_money_add (money, copy, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
    g_clear_error (&error);
    g_assert_null (minipay_money_subtract (yuan, money, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
    g_clear_error (&error);
    g_assert_false (minipay_money_compare (money, copy, &order, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/money/parse/boundaries-read-and-printed", test_good);
  g_test_add_func ("/money/parse/other-texts-refused", test_bad);
  g_test_add_func ("/money/parse/refusal-names-text-and-form", test_bad_is_named);
  g_test_add_func ("/money/parse/long-text-refused-briefly", test_long_text);
  g_test_add_func ("/money/print/extremes", test_major);
  g_test_add_func ("/money/print/read-again-the-same", test_round_trip);
  g_test_add_func ("/money/sums/exact-or-refused", test_sums);
  g_test_add_func ("/money/sums/other-currency-refused", test_other_currency);
  g_test_add_func ("/money/currency/none-makes-invalid-money", test_no_currency);

  return g_test_run ();
}
