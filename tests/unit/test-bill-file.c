/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bill-cases.h"
#include "core/minipay-error.h"
#include "transport/minipay-bill-file-private.h"

#define MEBIBYTE (1024 * 1024)

typedef struct {
  char *folder;
  char *path;
} Place;

static void
place_set_up (Place *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp ("minipay-bill-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "bill.csv", NULL);
}

static guint
place_count (Place *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
place_tear_down (Place *self, gconstpointer data)
{
  g_unlink (self->path);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->folder);
  g_free (self->path);
}

static MinipayBillFile *
bill_new (Place *place)
{
  g_autoptr (GError) error = NULL;
  MinipayBillFile *bill = minipay_bill_file_new (place->path, MEBIBYTE, &error);

  g_assert_no_error (error);
  return bill;
}

static gboolean
bill_feed (MinipayBillFile *bill, const void *bytes, gsize n, gsize step, GError **error)
{
  for (gsize at = 0; at < n; at += step)
    if (!minipay_bill_file_write (bill, (const guint8 *) bytes + at, MIN (step, n - at), error))
      return FALSE;
  return minipay_bill_file_finish (bill, error);
}

static void
assert_bill_stored (Place *place)
{
  g_autofree char *text = NULL;
  gsize length = 0;
  struct stat info;

  g_assert_true (g_file_get_contents (place->path, &text, &length, NULL));
  g_assert_cmpmem (text, length, BILL_TEXT, strlen (BILL_TEXT));
  g_assert_cmpint (stat (place->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 07777, ==, 0600);
  g_assert_cmpuint (place_count (place), ==, 1);
}

static void
assert_stored_in_steps (Place *place, const void *bytes, gsize n)
{
  for (gsize step = 1; step <= n; step++) {
    g_autoptr (MinipayBillFile) bill = bill_new (place);
    g_autoptr (GError) error = NULL;

    bill_feed (bill, bytes, n, step, &error);
    g_assert_no_error (error);
    g_assert_false (minipay_bill_file_is_message (bill));
    g_assert_cmpstr (minipay_bill_file_get_sha1 (bill), ==, BILL_SHA1);
    g_assert_cmpuint (minipay_bill_file_get_size (bill), ==, strlen (BILL_TEXT));
    minipay_bill_file_check_summary (bill, &error);
    g_assert_no_error (error);
    g_assert_false (g_file_test (place->path, G_FILE_TEST_EXISTS));
    minipay_bill_file_commit (bill, BILL_SHA1_CAPITALS, &error);
    g_assert_no_error (error);
    assert_bill_stored (place);
    g_unlink (place->path);
  }
}

static void
test_plain_in_any_steps (Place *place, gconstpointer data)
{
  assert_stored_in_steps (place, BILL_TEXT, strlen (BILL_TEXT));
}

static void
test_gzip_in_any_steps (Place *place, gconstpointer data)
{
  assert_stored_in_steps (place, bill_gzip, sizeof bill_gzip);
}

static void
test_gzip_of_two_members (Place *place, gconstpointer data)
{
  assert_stored_in_steps (place, bill_gzip_of_two, sizeof bill_gzip_of_two);
}

static void
test_gzip_cut_anywhere_refused (Place *place, gconstpointer data)
{
  for (gsize n = 0; n < sizeof bill_gzip; n++) {
    g_autoptr (MinipayBillFile) bill = bill_new (place);
    g_autoptr (GError) error = NULL;

    /* one byte of the magic is no gzip yet: a text, but none that has a summary */
    if (n == 1) {
      g_assert_true (bill_feed (bill, bill_gzip, n, n, &error));
      g_assert_false (minipay_bill_file_check_summary (bill, &error));
    } else {
      g_assert_false (bill_feed (bill, bill_gzip, n, MAX (n, 1), &error));
    }
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
    g_clear_pointer (&bill, minipay_bill_file_free);
    g_assert_cmpuint (place_count (place), ==, 0);
  }
}

static void
test_plain_cut_anywhere_told_by_summary (Place *place, gconstpointer data)
{
  static const char text[] = BILL_TEXT;
  /* behind the number of rows nothing more is counted */
  gsize counted = strstr (text, "\n`2,`19.90") + strlen ("\n`2") - text;

  for (gsize n = 1; n < counted; n++) {
    g_autoptr (MinipayBillFile) bill = bill_new (place);
    g_autoptr (GError) error = NULL;

    g_assert_false (bill_feed (bill, text, n, n, &error) && minipay_bill_file_check_summary (bill, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
}

static void
test_gzip_flipped_refused (Place *place, gconstpointer data)
{
  guint8 altered[sizeof bill_gzip];

  memcpy (altered, bill_gzip, sizeof altered);
  altered[sizeof altered - 6] ^= 1; /* of the checksum */
  for (gsize step = 1; step < 20; step++) {
    g_autoptr (MinipayBillFile) bill = bill_new (place);
    g_autoptr (GError) error = NULL;

    g_assert_false (bill_feed (bill, altered, sizeof altered, step, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
}

static void
test_gzip_with_junk_behind_refused (Place *place, gconstpointer data)
{
  g_autoptr (MinipayBillFile) bill = bill_new (place);
  g_autoptr (GError) error = NULL;

  g_assert_true (minipay_bill_file_write (bill, bill_gzip, sizeof bill_gzip, &error));
  g_assert_false (minipay_bill_file_write (bill, (const guint8 *) "`1,`2\n", 6, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
}

static void
test_wrong_digest_leaves_nothing (Place *place, gconstpointer data)
{
  g_autoptr (MinipayBillFile) bill = bill_new (place);
  g_autoptr (GError) error = NULL;

  g_assert_true (bill_feed (bill, bill_gzip, sizeof bill_gzip, 100, &error));
  g_assert_false (minipay_bill_file_commit (bill, "0000000000000000000000000000000000000000", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
  g_assert_nonnull (strstr (error->message, BILL_SHA1));
  g_clear_pointer (&bill, minipay_bill_file_free);
  g_assert_cmpuint (place_count (place), ==, 0);
}

static void
assert_message (Place *place, const char *text, gsize kept)
{
  for (gsize step = 1; step <= 8; step++) {
    g_autoptr (MinipayBillFile) bill = bill_new (place);
    g_autoptr (GBytes) message = NULL;
    g_autoptr (GError) error = NULL;

    bill_feed (bill, text, strlen (text), step, &error);
    g_assert_no_error (error);
    g_assert_true (minipay_bill_file_is_message (bill));
    message = minipay_bill_file_get_message (bill);
    g_assert_cmpmem (g_bytes_get_data (message, NULL), g_bytes_get_size (message), text, kept);
    g_assert_false (minipay_bill_file_commit (bill, NULL, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
    g_clear_pointer (&bill, minipay_bill_file_free);
    g_assert_cmpuint (place_count (place), ==, 0);
  }
}

static void
test_error_in_disguise_told (Place *place, gconstpointer data)
{
  static const char *const texts[] = {
    "<xml><return_code>FAIL</return_code></xml>",
    "{\"code\":\"NO_STATEMENT_EXIST\"}",
    "\xef\xbb\xbf \r\n\t<xml/>",
    "\n{",
    "<",
  };
  g_autofree char *blanks = g_strnfill (200000, ' ');
  g_autofree char *longest = g_strconcat ("<xml>", blanks, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_message (place, texts[i], strlen (texts[i]));
  assert_message (place, longest, 65536);
}

static void
assert_no_bill (Place *place, const char *text, gsize n, MinipayError code)
{
  for (gsize step = 1; step <= n + 1; step += MAX (n / 2, 1)) {
    g_autoptr (MinipayBillFile) bill = bill_new (place);
    g_autoptr (GError) error = NULL;

    g_assert_false (bill_feed (bill, text, n, step, &error));
    g_assert_error (error, MINIPAY_ERROR, (int) code);
  }
}

static void
test_nothing_and_blanks_refused (Place *place, gconstpointer data)
{
  g_autofree char *blanks = g_strnfill (70000, '\n');

  assert_no_bill (place, "", 0, MINIPAY_ERROR_PROTOCOL);
  assert_no_bill (place, " \r\n", 3, MINIPAY_ERROR_PROTOCOL);
  assert_no_bill (place, "\xef\xbb\xbf", 3, MINIPAY_ERROR_PROTOCOL);
  assert_no_bill (place, "\xef\xbb", 2, MINIPAY_ERROR_PROTOCOL);
  assert_no_bill (place, blanks, 70000, MINIPAY_ERROR_PROTOCOL);
}

static void
test_bomb_stopped (Place *place, gconstpointer data)
{
  g_autoptr (GConverter) compressor = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
  g_autofree guint8 *plain = g_malloc (64 * MEBIBYTE);
  g_autofree guint8 *packed = g_malloc (MEBIBYTE);
  g_autoptr (MinipayBillFile) bill = bill_new (place);
  g_autoptr (GError) error = NULL;
  gsize n_read = 0, n_packed = 0;
  struct rusage before, after;

  memset (plain, '`', 64 * MEBIBYTE);
  g_assert_cmpint (
      g_converter_convert (
          compressor, plain, 64 * MEBIBYTE, packed, MEBIBYTE, G_CONVERTER_INPUT_AT_END, &n_read, &n_packed, &error),
      ==,
      G_CONVERTER_FINISHED);
  getrusage (RUSAGE_SELF, &before);
  g_assert_false (minipay_bill_file_write (bill, packed, n_packed, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_LIMIT);
  g_assert_cmpuint (minipay_bill_file_get_size (bill), <=, MEBIBYTE);
  getrusage (RUSAGE_SELF, &after);
  g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, 2048);
}

static void
test_line_without_end_needs_no_memory (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayBillFile) bill = minipay_bill_file_new (place->path, 64 * MEBIBYTE, &error);
  guint8 block[4096];
  struct rusage before, after;

  memset (block, 'x', sizeof block);
  getrusage (RUSAGE_SELF, &before);
  for (guint i = 0; i < 8192; i++)
    g_assert_true (minipay_bill_file_write (bill, block, sizeof block, &error));
  getrusage (RUSAGE_SELF, &after);
  g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, 2048);
}

static void
test_size_at_limit_accepted (Place *place, gconstpointer data)
{
  for (guint spare = 0; spare < 2; spare++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayBillFile) bill = minipay_bill_file_new (place->path, strlen (BILL_TEXT) - spare, &error);

    g_assert_cmpint (bill_feed (bill, bill_gzip, sizeof bill_gzip, 7, &error), ==, spare == 0);
    if (spare > 0)
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_LIMIT);
  }
}

static void
assert_summary (Place *place, const char *text, gboolean is_right)
{
  g_autoptr (MinipayBillFile) bill = bill_new (place);
  g_autoptr (GError) error = NULL;

  g_assert_true (bill_feed (bill, text, strlen (text), 5, &error));
  g_assert_cmpint (minipay_bill_file_check_summary (bill, &error), ==, is_right);
  if (!is_right)
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
}

static void
test_rows_counted_against_summary (Place *place, gconstpointer data)
{
  assert_summary (place, "记账时间,备注\n`1,`a\n资金流水总笔数,收入笔数\n`1,`1", TRUE);
  assert_summary (place, "交易时间\r\n总交易单数\r\n`0\r\n\r\n", TRUE);
  assert_summary (place, "交易时间\n`1\n总交易单数,x\n`2,`1\n", FALSE);
  assert_summary (place, "交易时间\n`1\n`2\n总交易单数,x\n`1,`1\n", FALSE);
  assert_summary (place, "交易时间\n`1\n总交易单数,x\n`1.0,`1\n", FALSE);
  assert_summary (place, "交易时间\n`1\n总交易单数,x\n`-1,`1\n", FALSE);
  assert_summary (place, "交易时间\n`1\n总交易单数,x\n`,`1\n", FALSE);
  assert_summary (place, "交易时间\n`1\n总交易单数,x\n", FALSE);
  assert_summary (place, "交易时间\n`1\n别的,x\n`1,`1\n", FALSE);
  assert_summary (place, "`1\n", FALSE);
  assert_summary (place, "x", FALSE);
}

static void
assert_path_refused (const char *path, MinipayError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (minipay_bill_file_new (path, MEBIBYTE, &error));
  g_assert_error (error, MINIPAY_ERROR, (int) code);
}

static void
test_existing_file_untouched (Place *place, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_set_contents (place->path, "mine", -1, NULL));
  assert_path_refused (place->path, MINIPAY_ERROR_INVALID);
  g_assert_true (g_file_get_contents (place->path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");
  g_assert_cmpuint (place_count (place), ==, 1);

  g_unlink (place->path);
  g_assert_cmpint (symlink ("nowhere", place->path), ==, 0);
  assert_path_refused (place->path, MINIPAY_ERROR_INVALID);
}

static void
test_name_taken_meanwhile_untouched (Place *place, gconstpointer data)
{
  g_autoptr (MinipayBillFile) bill = bill_new (place);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_true (bill_feed (bill, BILL_TEXT, strlen (BILL_TEXT), 100, &error));
  g_assert_true (g_file_set_contents (place->path, "mine", -1, NULL));
  g_assert_false (minipay_bill_file_commit (bill, BILL_SHA1, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_STORE);
  g_clear_pointer (&bill, minipay_bill_file_free);
  g_assert_true (g_file_get_contents (place->path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");
  g_assert_cmpuint (place_count (place), ==, 1);
}

static void
test_bad_places_refused (Place *place, gconstpointer data)
{
  g_autofree char *missing = g_build_filename (place->folder, "missing", "bill.csv", NULL);
  g_autofree char *slash = g_strconcat (place->folder, "/x/", NULL);

  assert_path_refused ("bill.csv", MINIPAY_ERROR_INVALID);
  assert_path_refused ("", MINIPAY_ERROR_INVALID);
  assert_path_refused (slash, MINIPAY_ERROR_INVALID);
  assert_path_refused (missing, MINIPAY_ERROR_STORE);
  g_chmod (place->folder, 0770);
  assert_path_refused (place->path, MINIPAY_ERROR_INVALID);
  g_chmod (place->folder, 01777);
  assert_path_refused (place->path, MINIPAY_ERROR_INVALID);
  g_chmod (place->folder, 0755);
  minipay_bill_file_free (bill_new (place));
}

static void
test_full_disk_told (Place *place, gconstpointer data)
{
  if (g_test_subprocess ()) {
    g_autoptr (MinipayBillFile) bill = bill_new (place);
    g_autoptr (GError) error = NULL;

    signal (SIGXFSZ, SIG_IGN);
    g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &(struct rlimit){ 100, 100 }), ==, 0);
    g_assert_false (bill_feed (bill, BILL_TEXT, strlen (BILL_TEXT), 30, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_STORE);
    g_clear_pointer (&bill, minipay_bill_file_free);
    g_assert_cmpuint (place_count (place), ==, 0);
    return;
  }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*func) (Place *place, gconstpointer data);
  } cases[] = {
    { "/bill-file/plain-in-any-steps", test_plain_in_any_steps },
    { "/bill-file/gzip-in-any-steps", test_gzip_in_any_steps },
    { "/bill-file/gzip-of-two-members", test_gzip_of_two_members },
    { "/bill-file/gzip-cut-anywhere-refused", test_gzip_cut_anywhere_refused },
    { "/bill-file/plain-cut-anywhere-told-by-summary", test_plain_cut_anywhere_told_by_summary },
    { "/bill-file/gzip-flipped-refused", test_gzip_flipped_refused },
    { "/bill-file/gzip-with-junk-behind-refused", test_gzip_with_junk_behind_refused },
    { "/bill-file/wrong-digest-leaves-nothing", test_wrong_digest_leaves_nothing },
    { "/bill-file/error-in-disguise-told", test_error_in_disguise_told },
    { "/bill-file/nothing-and-blanks-refused", test_nothing_and_blanks_refused },
    { "/bill-file/bomb-stopped", test_bomb_stopped },
    { "/bill-file/line-without-end-needs-no-memory", test_line_without_end_needs_no_memory },
    { "/bill-file/size-at-limit-accepted", test_size_at_limit_accepted },
    { "/bill-file/rows-counted-against-summary", test_rows_counted_against_summary },
    { "/bill-file/existing-file-untouched", test_existing_file_untouched },
    { "/bill-file/name-taken-meanwhile-untouched", test_name_taken_meanwhile_untouched },
    { "/bill-file/bad-places-refused", test_bad_places_refused },
    { "/bill-file/full-disk-told", test_full_disk_told },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].name, Place, NULL, place_set_up, cases[i].func, place_tear_down);
  return g_test_run ();
}
