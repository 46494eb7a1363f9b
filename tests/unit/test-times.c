/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <time.h>

#include <glib.h>

#include "wire/minipay-times.h"

typedef GDateTime *(*Parser) (const char *text, GError **error);

typedef struct {
  const char *text;
  gint64 seconds; /* as GNU date prints them */
} TimeCase;

static const TimeCase rfc3339[] = {
  { "2018-06-08T10:34:56+08:00", 1528425296 },
  { "2018-06-08T10:34:56.5+08:00", 1528425296 },
  { "2018-06-08T10:34:56.999999999+08:00", 1528425296 },
  { "2018-06-08T02:34:56Z", 1528425296 },
  { "2018-06-08T02:34:56.12345678901234Z", 1528425296 },
  { "2018-06-08T02:34:56-00:00", 1528425296 },
  { "2018-03-11T02:30:00-05:00", 1520753400 },
  { "2018-03-11T02:30:00+08:00", 1520706600 },
  { "2018-04-01T01:45:00+10:30", 1522509300 },
  { "2018-04-01T01:45:00+08:00", 1522518300 },
  { "2018-10-07T02:15:00+08:00", 1538849700 },
  { "2018-11-04T01:30:00+08:00", 1541266200 },
  { "1986-05-04T02:30:00+08:00", 515529000 }, /* within the hour that China's summer time skipped */
  { "1970-01-01T00:00:00Z", 0 },
  { "1970-01-01T08:00:00+08:00", 0 },
  { "2000-02-29T00:00:00Z", 951782400 },
  { "2024-02-29T23:59:59-14:00", 1709301599 },
  { "2024-03-01T13:59:59+14:00", 1709251199 },
  { "9999-12-31T23:59:59Z", G_GINT64_CONSTANT (253402300799) },
};

static const TimeCase compact[] = {
  { "20091225091010", 1261703410 }, { "20180608103456", 1528425296 }, { "20180311023000", 1520706600 },
  { "20180401014500", 1522518300 }, { "19860504023000", 515529000 },
};

static const TimeCase spaced[] = {
  { "2009-12-25 09:10:10", 1261703410 },
  { "2018-06-08 10:34:56", 1528425296 },
  { "2018-03-11 02:30:00", 1520706600 },
  { "1986-05-04 02:30:00", 515529000 },
};

static void
assert_seconds (Parser parser, const TimeCase *cases, guint n_cases)
{
  for (guint i = 0; i < n_cases; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GDateTime) time = parser (cases[i].text, &error);

    if (time == NULL)
      g_test_fail_printf ("%s", error->message);
    else
      g_assert_cmpint (g_date_time_to_unix (time), ==, cases[i].seconds);
  }
}

static void
test_every_zone (void)
{
  static const char *const zones[] = { "UTC", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe" };

  for (guint i = 0; i < G_N_ELEMENTS (zones); i++) {
    g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (1528425296);
    g_autofree char *text = NULL;
    g_autofree char *compact_text = NULL;

    g_setenv ("TZ", zones[i], TRUE);
    tzset ();
    assert_seconds (minipay_time_parse_rfc3339, rfc3339, G_N_ELEMENTS (rfc3339));
    assert_seconds (minipay_time_parse_compact, compact, G_N_ELEMENTS (compact));
    assert_seconds (minipay_time_parse_spaced, spaced, G_N_ELEMENTS (spaced));
    text = minipay_time_format_rfc3339 (time);
    g_assert_cmpstr (text, ==, "2018-06-08T10:34:56+08:00");
    compact_text = minipay_time_format_compact (time);
    g_assert_cmpstr (compact_text, ==, "20180608103456");
  }
}

static void
assert_refused (Parser parser, const char *const *texts, guint n_texts)
{
  for (guint i = 0; i < n_texts; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GDateTime) time = parser (texts[i], &error);

    if (time != NULL)
      g_test_fail_printf ("\"%s\" accepted", texts[i]);
    else
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
}

static const char *const rfc3339_refused[] = {
  "",
  "Z",
  "2018-06-08",
  "2018-06-08T10:34:56",
  "2018-06-08T10:34:56+08",
  "2018-06-08T10:34:56+0800",
  "2018-06-08T10:34:56+8:00",
  "2018-06-08T10:34:56+08:0",
  "2018-06-08T10:34:56+08:000",
  "2018-06-08T10:34:56+08:00 ",
  " 2018-06-08T10:34:56+08:00",
  "2018-06-08T10:34:56+08:00Z",
  "2018-06-08T10:34:56Z+08:00",
  "2018-06-08T10:34:56 +08:00",
  "2018-06-08 10:34:56+08:00",
  "2018-06-08t10:34:56+08:00",
  "2018-06-08T10:34:56z",
  "2018-06-08T10:34+08:00",
  "20180608T103456+08:00",
  "2018-W23-5T10:34:56+08:00",
  "2018-159T10:34:56+08:00",
  "18-06-08T10:34:56+08:00",
  "+2018-06-08T10:34:56Z",
  "12018-06-08T10:34:56Z",
  "2018-6-8T10:34:56+08:00",
  "2018-06-08T1:34:56+08:00",
  "2018/06/08T10:34:56+08:00",
  "2018-06-08T10.34.56+08:00",
  "2018-06-08T10:34:56.+08:00",
  "2018-06-08T10:34:56,5+08:00",
  "2018-06-08T10:34:56.5.5Z",
  "2018-06-08T10:34:56.9999999999+08:00",
  "2018-06-08T02:34:56.123456789012345Z",
  "2018-06-08T02:34:56.12345678901234567890Z",
  "2018-06-08T10:34:56+14:01",
  "2018-06-08T10:34:56-14:01",
  "2018-06-08T10:34:56+15:00",
  "2018-06-08T10:34:56+13:60",
  "2018-06-08T10:34:56+24:00",
  "2018-06-08T10:34:56\xe2\x88\x92"
  "08:00",
  "2018-00-08T10:34:56Z",
  "2018-13-08T10:34:56Z",
  "2018-06-00T10:34:56Z",
  "2018-06-31T10:34:56Z",
  "2018-02-29T10:34:56Z",
  "2100-02-29T10:34:56Z",
  "2018-06-08T24:00:00Z",
  "2018-06-08T23:60:00Z",
  "2016-12-31T23:59:60Z",
  "2018-06-08T23:59:61Z",
  "0000-01-01T00:00:00Z",
  "1969-12-31T23:59:59Z",
  "9999-12-31T23:00:00-01:00",
  "9999-12-31T23:59:59-00:01",
  "\xef\xbc\x92"
  "018-06-08T10:34:56Z",
  "20\xff"
  "8-06-08T10:34:56Z",
};

static void
test_rfc3339_refused (void)
{
  assert_refused (minipay_time_parse_rfc3339, rfc3339_refused, G_N_ELEMENTS (rfc3339_refused));
}

static void
test_china_refused (void)
{
  static const char *const compact_texts[] = {
    "",
    "2009122509101",
    "200912250910100",
    "20091225091010 ",
    " 20091225091010",
    "20091225 91010",
    "2009122509101Z",
    "20091325091010",
    "20090229091010",
    "20091225240000",
    "20091225096010",
    "20091225091060",
    "19691231235959",
    "00000000000000",
    "+2009122509101",
    "2009-12-25 09:10:10",
  };
  static const char *const spaced_texts[] = {
    "",
    "2009-12-25",
    "2009-12-25 09:10",
    "2009-12-25T09:10:10",
    "2009-12-25  09:10:10",
    "2009-12-25 09:10:10.0",
    "2009-12-25 09:10:10 ",
    "2009-12-25 9:10:10",
    "2009-12-25 09:10:60",
    "2009-12-25 24:00:00",
    "2009-11-31 09:10:10",
    "1969-12-31 23:59:59",
    "20091225091010",
  };

  assert_refused (minipay_time_parse_compact, compact_texts, G_N_ELEMENTS (compact_texts));
  assert_refused (minipay_time_parse_spaced, spaced_texts, G_N_ELEMENTS (spaced_texts));
}

static void
test_message (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (minipay_time_parse_compact ("20091225091060", &error));
  g_assert_cmpstr (error->message, ==,
                   "\"20091225091060\" is no time, allowed is a real one from 1970 on like 20091225091010");
}

static void
test_offset_kept (void)
{
  g_autoptr (GDateTime) time = minipay_time_parse_rfc3339 ("2018-04-01T01:45:07.9-10:30", NULL);
  g_autoptr (GDateTime) china = minipay_time_parse_compact ("20091225091010", NULL);

  g_assert_cmpint (g_date_time_get_utc_offset (time), ==, G_TIME_SPAN_MINUTE * -630);
  g_assert_cmpint (g_date_time_get_hour (time), ==, 1);
  g_assert_cmpint (g_date_time_get_second (time), ==, 7);
  g_assert_cmpint (g_date_time_get_microsecond (time), ==, 0);
  g_assert_cmpint (g_date_time_get_utc_offset (china), ==, G_TIME_SPAN_HOUR * 8);
  g_assert_cmpint (g_date_time_get_hour (china), ==, 9);
}

static void
test_format (void)
{
  static const struct {
    gint64 seconds;
    const char *expected;
    const char *compact;
  } cases[] = {
    { 0, "1970-01-01T08:00:00+08:00", "19700101080000" },
    { 1528425296, "2018-06-08T10:34:56+08:00", "20180608103456" },
    { 515529000, "1986-05-04T02:30:00+08:00", "19860504023000" },
    { 951782400, "2000-02-29T08:00:00+08:00", "20000229080000" },
    { 1261703410, "2009-12-25T09:10:10+08:00", "20091225091010" },
    { 1546271999, "2018-12-31T23:59:59+08:00", "20181231235959" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (cases[i].seconds);
    g_autoptr (GDateTime) later = g_date_time_add (time, 999999);
    g_autofree char *text = minipay_time_format_rfc3339 (later);
    g_autofree char *compact_text = minipay_time_format_compact (later);

    g_assert_cmpstr (text, ==, cases[i].expected);
    g_assert_cmpstr (compact_text, ==, cases[i].compact);
  }
}

static void
test_seconds (void)
{
  static const char *const refused_texts[] = {
    "",
    " 1",
    "1 ",
    "+1",
    "-1",
    "-0",
    "00",
    "01",
    "1.0",
    "1e3",
    "0x",
    "a",
    "1\n",
    "1,000",
    "\xff",
    "1\xef\xbc\x91",
    "1000000000000",
    "0000000000001",
    "99999999999999999999",
  };
  static const TimeCase accepted[] = {
    { "0", 0 },
    { "1", 1 },
    { "1528425296", 1528425296 },
    { "4294967296", G_GINT64_CONSTANT (4294967296) },
    { "999999999999", G_GINT64_CONSTANT (999999999999) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (refused_texts); i++) {
    gint64 seconds = 4711;

    if (minipay_time_parse_seconds (refused_texts[i], &seconds))
      g_test_fail_printf ("\"%s\" accepted", refused_texts[i]);
    g_assert_cmpint (seconds, ==, 4711);
  }
  for (guint i = 0; i < G_N_ELEMENTS (accepted); i++) {
    gint64 seconds = 4711;

    g_assert_true (minipay_time_parse_seconds (accepted[i].text, &seconds));
    g_assert_cmpint (seconds, ==, accepted[i].seconds);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/times/readers/same-in-every-time-zone", test_every_zone);
  g_test_add_func ("/times/rfc3339/other-forms-refused", test_rfc3339_refused);
  g_test_add_func ("/times/china/other-forms-refused", test_china_refused);
  g_test_add_func ("/times/refused/message-names-text-and-form", test_message);
  g_test_add_func ("/times/offset/kept-and-fraction-dropped", test_offset_kept);
  g_test_add_func ("/times/format/china-time-whole-seconds", test_format);
  g_test_add_func ("/times/seconds/strict-decimal", test_seconds);

  return g_test_run ();
}
