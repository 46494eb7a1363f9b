/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "bill-cases.h"
#include "core/minipay-error.h"
#include "wire/minipay-bill-reader.h"

static char *folder;
static char *path;

static MinipayBillReader *
reader_new (const char *text, gssize length)
{
  g_autoptr (GError) error = NULL;
  MinipayBillReader *reader;

  g_assert_true (g_file_set_contents (path, text, length, NULL));
  reader = minipay_bill_reader_new (path, &error);
  g_assert_no_error (error);
  return reader;
}

static MinipayBillRow *
reader_need (MinipayBillReader *reader)
{
  g_autoptr (GError) error = NULL;
  MinipayBillRow *row = minipay_bill_reader_next (reader, &error);

  g_assert_no_error (error);
  g_assert_nonnull (row);
  return row;
}

static void
assert_money (MinipayBillRow *row, const char *heading, const char *currency, gint64 minor)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayMoney) money = minipay_bill_row_dup_money (row, heading, currency, &error);

  g_assert_no_error (error);
  g_assert_cmpint (minipay_money_get_minor (money), ==, minor);
  g_assert_cmpstr (minipay_money_get_currency (money), ==, currency);
}

static void
test_rows_read_by_heading (void)
{
  g_autoptr (MinipayBillReader) reader = reader_new (BILL_TEXT, -1);
  g_autoptr (MinipayBillRow) first = reader_need (reader);
  g_autoptr (MinipayBillRow) second = reader_need (reader);
  g_autoptr (MinipayBillRow) summary = reader_need (reader);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (g_strv_length ((GStrv) minipay_bill_reader_get_headings (reader)), ==, 5);
  g_assert_cmpstr (minipay_bill_reader_get_headings (reader)[0], ==, "交易时间");
  g_assert_cmpstr (minipay_bill_row_get_headings (first)[4], ==, "商品名称");
  g_assert_cmpuint (minipay_bill_row_get_line (first), ==, 2);
  g_assert_cmpstr (minipay_bill_row_get_text (first, "商户订单号"), ==, "T202611200001");
  g_assert_cmpstr (minipay_bill_row_get_text (first, "商品名称"), ==, "tea, green");
  assert_money (first, "订单金额", "CNY", 1990);
  g_assert_cmpstr (minipay_bill_row_get_text (second, "商品名称"), ==, "");
  g_assert_null (minipay_bill_row_get_text (second, "总交易单数"));
  g_assert_false (minipay_bill_row_is_summary (second));
  assert_money (second, "订单金额", "CNY", 0);

  g_assert_true (minipay_bill_row_is_summary (summary));
  g_assert_cmpuint (minipay_bill_row_get_line (summary), ==, 5);
  g_assert_cmpstr (minipay_bill_row_get_text (summary, "总交易单数"), ==, "2");
  assert_money (summary, "订单总金额", "CNY", 1990);
  for (guint i = 0; i < 2; i++) {
    g_assert_null (minipay_bill_reader_next (reader, &error));
    g_assert_no_error (error);
  }
}

static void
test_amounts_exact (void)
{
  static const struct {
    const char *text;
    const char *currency;
    gint64 minor;
  } right[] = {
    { "0.01", "CNY", 1 },   { "-0.10", "CNY", -10 },  { "1.1", "CNY", 110 },
    { "12", "CNY", 1200 },  { "500", "JPY", 500 },    { "92233720368547758.07", "CNY", G_MAXINT64 },
    { "0.29", "CNY", 29 },  { "1.001", "KWD", 1001 }, { "-92233720368547758.07", "CNY", -G_MAXINT64 },
    { "1.15", "CNY", 115 },
  };
  static const char *const wrong[] = {
    "",
    "0.001",
    "1,000.00",
    "1e2",
    "+1",
    " 1",
    "1.",
    ".5",
    "--1",
    "0x1",
    "¥1",
    "0.60%",
    "92233720368547758.08",
    "1 CNY",
  };

  for (guint i = 0; i < G_N_ELEMENTS (right); i++) {
    g_autofree char *text = g_strdup_printf ("a\n`%s\nb\n`1\n", right[i].text);
    g_autoptr (MinipayBillReader) reader = reader_new (text, -1);
    g_autoptr (MinipayBillRow) row = reader_need (reader);

    assert_money (row, "a", right[i].currency, right[i].minor);
  }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autofree char *text = g_strdup_printf ("a\n`%s\nb\n`1\n", wrong[i]);
    g_autoptr (MinipayBillReader) reader = reader_new (text, -1);
    g_autoptr (MinipayBillRow) row = reader_need (reader);
    g_autoptr (GError) error = NULL;

    g_assert_null (minipay_bill_row_dup_money (row, "a", "CNY", &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
    g_assert_nonnull (strstr (error->message, "line 2 of the bill, column \"a\""));
  }
}

static void
test_missing_column_told (void)
{
  g_autoptr (MinipayBillReader) reader = reader_new (BILL_TEXT, -1);
  g_autoptr (MinipayBillRow) row = reader_need (reader);
  g_autoptr (GError) error = NULL;

  g_assert_null (minipay_bill_row_dup_money (row, "退款金额", "CNY", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "退款金额"));
}

static void
test_line_ends_and_byte_order_mark_do_not_matter (void)
{
  static const char *const texts[] = {
    "a,b\n`1,`2\nc\n`3",
    "\xef\xbb\xbf"
    "a,b\r\n`1,`2\r\nc\r\n`3\r\n",
    "a,b\n\n`1,`2\r\n\r\nc\n`3\n\n\r\n\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (MinipayBillReader) reader = reader_new (texts[i], -1);
    g_autoptr (MinipayBillRow) row = reader_need (reader);
    g_autoptr (MinipayBillRow) summary = reader_need (reader);
    g_autoptr (GError) error = NULL;

    g_assert_cmpstr (minipay_bill_row_get_text (row, "a"), ==, "1");
    g_assert_cmpstr (minipay_bill_row_get_text (row, "b"), ==, "2");
    g_assert_cmpstr (minipay_bill_row_get_text (summary, "c"), ==, "3");
    g_assert_null (minipay_bill_reader_next (reader, &error));
    g_assert_no_error (error);
  }
}

static void
assert_broken (const char *text, gssize length, MinipayError code, const char *line)
{
  g_autoptr (MinipayBillReader) reader = reader_new (text, length);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;
  MinipayBillRow *row;

  while ((row = minipay_bill_reader_next (reader, &error)) != NULL)
    g_object_unref (row);
  g_assert_error (error, MINIPAY_ERROR, (int) code);
  g_assert_true (g_str_has_prefix (error->message, line));
  g_assert_null (minipay_bill_reader_next (reader, &again));
  g_assert_error (again, MINIPAY_ERROR, (int) code);
}

static void
test_broken_line_numbered (void)
{
  assert_broken ("a,b\n`1,`2\n`3\n", -1, MINIPAY_ERROR_PROTOCOL, "line 3 ");
  assert_broken ("a,b\n`1,`2,`3\n", -1, MINIPAY_ERROR_PROTOCOL, "line 2 ");
  assert_broken ("a,b\n`1,`2\n`3,`4,`5\n", -1, MINIPAY_ERROR_PROTOCOL, "line 3 ");
  assert_broken ("a\n`1\nb\n`1,`2\n", -1, MINIPAY_ERROR_PROTOCOL, "line 4 ");
  assert_broken ("a\n`1\nb\nc\n", -1, MINIPAY_ERROR_PROTOCOL, "line 4 ");
  assert_broken ("a\n`1\nb\n`1\n`2\n", -1, MINIPAY_ERROR_PROTOCOL, "line 5 ");
  assert_broken ("a\n`1\nb,b\n`1,`2\n", -1, MINIPAY_ERROR_PROTOCOL, "line 3 ");
  assert_broken ("a\n`\xff\nb\n`1\n", -1, MINIPAY_ERROR_PROTOCOL, "line 2 ");
  assert_broken ("a\n`1\0002\nb\n`1\n", 12, MINIPAY_ERROR_PROTOCOL, "line 2 ");
}

static void
test_cut_bill_told (void)
{
  assert_broken ("a,b\n", -1, MINIPAY_ERROR_PROTOCOL, "line 1 ");
  assert_broken ("a,b\n`1,`2\n", -1, MINIPAY_ERROR_PROTOCOL, "line 2 ");
  assert_broken ("a,b\n`1,`2\nc\n", -1, MINIPAY_ERROR_PROTOCOL, "line 3 ");
}

static void
test_no_bill_refused (void)
{
  static const char *const texts[] = {
    "", "\n", "`1,`2\n", "<xml/>", "{}", "\xef\xbb\xbf", "a,a\n", "a,,b\n", "a,\n", "\xff\n",
  };
  g_autoptr (GError) missing = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
    g_assert_null (minipay_bill_reader_new (path, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
    g_assert_true (g_str_has_prefix (error->message, "line 1 "));
  }
  g_unlink (path);
  g_assert_null (minipay_bill_reader_new (path, &missing));
  g_assert_error (missing, MINIPAY_ERROR, MINIPAY_ERROR_STORE);
}

static void
test_line_limit (void)
{
  for (guint excess = 0; excess < 2; excess++) {
    g_autoptr (GString) text = g_string_new ("a\n`");
    g_autofree char *filling = g_strnfill (65535 + excess, 'x');

    g_string_append_printf (text, "%s\nb\n`1\n", filling);
    if (excess == 0) {
      g_autoptr (MinipayBillReader) reader = reader_new (text->str, (gssize) text->len);
      g_autoptr (MinipayBillRow) row = reader_need (reader);

      g_assert_cmpstr (minipay_bill_row_get_text (row, "a"), ==, filling);
    } else {
      assert_broken (text->str, (gssize) text->len, MINIPAY_ERROR_LIMIT, "line 2 ");
    }
  }
}

static void
test_many_rows_across_buffers (void)
{
  g_autoptr (GString) text = g_string_new ("n,value\n");
  g_autoptr (MinipayBillReader) reader = NULL;
  g_autoptr (MinipayBillRow) summary = NULL;

  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (text, "`%u,`row %u of many\n", i, i);
  g_string_append (text, "count\n`20000\n");
  reader = reader_new (text->str, (gssize) text->len);
  for (guint i = 0; i < 20000; i++) {
    g_autoptr (MinipayBillRow) row = reader_need (reader);
    g_autofree char *wanted = g_strdup_printf ("row %u of many", i);

    g_assert_cmpstr (minipay_bill_row_get_text (row, "value"), ==, wanted);
    g_assert_cmpuint (minipay_bill_row_get_line (row), ==, i + 2);
  }
  summary = reader_need (reader);
  g_assert_true (minipay_bill_row_is_summary (summary));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("minipay-bill-XXXXXX", NULL);
  path = g_build_filename (folder, "bill.csv", NULL);

  g_test_add_func ("/bill-reader/rows-read-by-heading", test_rows_read_by_heading);
  g_test_add_func ("/bill-reader/amounts-exact", test_amounts_exact);
  g_test_add_func ("/bill-reader/missing-column-told", test_missing_column_told);
  g_test_add_func ("/bill-reader/line-ends-do-not-matter", test_line_ends_and_byte_order_mark_do_not_matter);
  g_test_add_func ("/bill-reader/broken-line-numbered", test_broken_line_numbered);
  g_test_add_func ("/bill-reader/cut-bill-told", test_cut_bill_told);
  g_test_add_func ("/bill-reader/no-bill-refused", test_no_bill_refused);
  g_test_add_func ("/bill-reader/line-limit", test_line_limit);
  g_test_add_func ("/bill-reader/many-rows-across-buffers", test_many_rows_across_buffers);
  result = g_test_run ();

  g_unlink (path);
  g_rmdir (folder);
  g_free (path);
  g_free (folder);
  return result;
}
