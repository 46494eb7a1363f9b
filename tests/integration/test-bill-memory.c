/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "minipay.h"
#include "sandbox-process.h"

/* How much memory a bill takes, seen from outside: each download runs in a process of its own. The bills have 64
 * MiB; MINIPAY_TEST_BILL_MIB=1024 in the environment makes them that many. */

#define MIB            (1024 * 1024)
#define ALLOWED_KIB    (16 * 1024)
#define BYTES_OF_A_ROW 230
#define DOWNLOAD       "--download"

static const char *program;

static guint
bill_mib (void)
{
  const char *text = g_getenv ("MINIPAY_TEST_BILL_MIB");

  return text != NULL ? (guint) CLAMP (g_ascii_strtoull (text, NULL, 10), 1, 4096) : 64;
}

static gint64
bill_rows (void)
{
  return (gint64) bill_mib () * MIB / BYTES_OF_A_ROW;
}

static char *
dup_today (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (8 * 60 * 60);
  g_autoptr (GDateTime) now = g_date_time_new_now (zone);

  return g_date_time_format (now, "%Y-%m-%d");
}

/* --- The process that downloads --- */

/* KiB */
static gint64
read_memory (const char *name)
{
  g_autofree char *status = NULL;
  char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, name);
  g_assert_nonnull (line);
  return g_ascii_strtoll (line + strlen (name), NULL, 10);
}

static MinipayBill *
download_once (MinipayAccount *account, const char *path)
{
  g_autofree char *today = dup_today ();
  g_autoptr (MinipayBillRequest) request = minipay_bill_request_new (MINIPAY_BILL_KIND_TRADE, today, path);
  g_autoptr (GError) error = NULL;
  MinipayBill *bill = minipay_account_download_bill (account, request, NULL, &error);

  if (bill == NULL)
    g_printerr ("%s: %d: %s\n", path, error->code, error->message);
  return bill;
}

/* A small bill first, which loads all code there is. Then a line on standard input lets the large one begin. Prints
 * the memory before and at its peak, both in KiB, and the size and digest of the file. */
static int
download (char **arguments)
{
  g_autofree char *small_path = g_strconcat (arguments[2], ".small", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayClient) client = minipay_client_new_from_file (arguments[0], &error);
  MinipayAccount *account = client != NULL ? minipay_client_get_account (client, arguments[1], &error) : NULL;
  g_autoptr (MinipayBill) small_bill = account != NULL ? download_once (account, small_path) : NULL;
  g_autoptr (MinipayBill) bill = NULL;
  gint64 idle;

  if (small_bill == NULL)
    return 1;
  idle = read_memory ("VmRSS:");
  g_print ("ready\n");
  if (getchar () == EOF)
    return 1;
  bill = download_once (account, arguments[2]);
  if (bill == NULL)
    return 2;
  g_print ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s\n",
           idle,
           read_memory ("VmHWM:"),
           minipay_bill_get_size (bill),
           minipay_bill_get_sha1 (bill));
  return 0;
}

/* --- The one that looks --- */

typedef struct {
  const char *account;
  const char *gateway;
} Source;

typedef struct {
  SandboxProcess *sandbox;
  char *config;
  char *folder;
  char *path;
} Desk;

static void
desk_set_up (Desk *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->sandbox = sandbox_process_new ();
  self->config =
      sandbox_process_write_config (self->sandbox, "test.conf", NULL, "[transport]\ndeadline-ms=30000\n");
  self->folder = g_dir_make_tmp ("minipay-bill-XXXXXX", &error);
  g_assert_no_error (error);
  self->path = g_build_filename (self->folder, "bill", NULL);
}

static void
desk_tear_down (Desk *self, gconstpointer data)
{
  g_autofree char *small_path = g_strconcat (self->path, ".small", NULL);

  g_unlink (small_path);
  g_unlink (self->path);
  /* fails when anything else was left there */
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->path);
  g_free (self->folder);
  g_free (self->config);
  sandbox_process_free (self->sandbox);
}

static void
desk_prepare (Desk *self, const Source *source, gint64 rows)
{
  g_autofree char *body =
      g_strdup_printf ("{\"account\":\"%s\",\"rows\":%" G_GINT64_FORMAT "}", source->account, rows);
  g_autoptr (JsonNode) node = sandbox_process_ask (self->sandbox, "POST", "/sandbox/bill", body);

  g_assert_nonnull (node);
}

/* What the large bill's download printed, or NULL when it failed. @kind: a fault, or NULL. */
static char *
desk_download (Desk *self, const Source *source, const char *operation, const char *kind)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GDataInputStream) out = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *ready = NULL;
  g_autofree char *line = NULL;

  desk_prepare (self, source, 10);
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                              &error,
                              program,
                              DOWNLOAD,
                              self->config,
                              source->account,
                              self->path,
                              NULL);
  g_assert_no_error (error);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  ready = g_data_input_stream_read_line (out, NULL, NULL, &error);
  g_assert_cmpstr (ready, ==, "ready");

  desk_prepare (self, source, bill_rows ());
  /* more often than anybody asks again */
  if (kind != NULL)
    sandbox_process_fault (self->sandbox, source->gateway, operation, kind, 100, 0);
  g_assert_true (g_output_stream_write_all (g_subprocess_get_stdin_pipe (process), "\n", 1, NULL, NULL, &error));
  line = g_data_input_stream_read_line (out, NULL, NULL, &error);
  g_assert_true (g_subprocess_wait (process, NULL, &error));
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, line != NULL ? 0 : 2);
  return g_steal_pointer (&line);
}

/* Every row is there, in its place, and nothing else than heading and summary. Gives the digest. */
static char *
read_rows (const char *path, gint64 *size)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  FILE *file = fopen (path, "re");
  g_autofree char *line = NULL;
  const gint64 rows = bill_rows ();
  gint64 n = -1;
  gsize room = 0;
  gssize length;

  g_assert_nonnull (file);
  *size = 0;
  while ((length = getline (&line, &room, file)) > 0) {
    if (n >= 0 && n < rows) {
      g_autofree char *number = g_strdup_printf ("MADE0UP000%010u", (guint) n);

      g_assert_nonnull (strstr (line, number));
    } else {
      g_assert_null (strstr (line, "MADE0UP"));
    }
    g_checksum_update (checksum, (const guchar *) line, length);
    *size += length;
    n++;
  }
  g_assert_cmpint (n, ==, rows + 2);
  fclose (file);
  return g_strdup (g_checksum_get_string (checksum));
}

static void
test_memory_stays_small (Desk *self, gconstpointer data)
{
  const Source *source = data;
  const gint64 started_us = g_get_monotonic_time ();
  g_autofree char *line = desk_download (self, source, NULL, NULL);
  const double seconds = (double) (g_get_monotonic_time () - started_us) / G_USEC_PER_SEC;
  g_auto (GStrv) words = NULL;
  g_autofree char *digest = NULL;
  gint64 idle, peak, size;

  g_assert_nonnull (line);
  words = g_strsplit (line, " ", -1);
  g_assert_cmpuint (g_strv_length (words), ==, 4);
  idle = g_ascii_strtoll (words[0], NULL, 10);
  peak = g_ascii_strtoll (words[1], NULL, 10);
  digest = read_rows (self->path, &size);
  g_test_message ("%s: %.1f MiB in %.1f s, resident %.1f MiB before and %.1f MiB at most",
                  source->account,
                  (double) size / MIB,
                  seconds,
                  (double) idle / 1024,
                  (double) peak / 1024);
  g_assert_cmpint (size, >, (gint64) bill_mib () * MIB);
  g_assert_cmpint (g_ascii_strtoll (words[2], NULL, 10), ==, size);
  g_assert_cmpstr (words[3], ==, digest);
#ifndef __SANITIZE_ADDRESS__
  g_assert_cmpint (peak - idle, <, ALLOWED_KIB);
#endif
}

typedef struct {
  const Source *source;
  const char *operation;
  const char *kind;
} BadBill;

static void
test_bad_bill_leaves_nothing (Desk *self, gconstpointer data)
{
  const BadBill *bad = data;
  g_autofree char *line = desk_download (self, bad->source, bad->operation, bad->kind);
  g_autofree char *small_path = g_strconcat (self->path, ".small", NULL);
  g_autoptr (GDir) folder = NULL;

  g_assert_null (line);
  g_assert_cmpint (g_unlink (small_path), ==, 0);
  folder = g_dir_open (self->folder, 0, NULL);
  g_assert_null (g_dir_read_name (folder));
}

static const Source v2 = { "wechat-v2-hmac", "wechat-v2" };
static const Source v3 = { "wechat-v3-public-key", "wechat-v3" };
static const Source *const sources[] = { &v2, &v3 };

static const BadBill bad_bills[] = {
  { &v2, "download-bill", "cut" },        { &v2, "download-bill", "disguised-error" }, { &v3, "download", "cut" },
  { &v3, "download", "disguised-error" }, { &v3, "download-bill", "wrong-digest" },
};

int
main (int argc, char **argv)
{
  program = argv[0];
  if (argc == 5 && strcmp (argv[1], DOWNLOAD) == 0)
    return download (argv + 2);

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++) {
    g_autofree char *name = g_strdup_printf ("/bill/%s/memory-stays-small", sources[i]->account);

    g_test_add (name, Desk, sources[i], desk_set_up, test_memory_stays_small, desk_tear_down);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bad_bills); i++) {
    g_autofree char *name =
        g_strdup_printf ("/bill/%s/%s-leaves-nothing", bad_bills[i].source->account, bad_bills[i].kind);

    g_test_add (name, Desk, &bad_bills[i], desk_set_up, test_bad_bill_leaves_nothing, desk_tear_down);
  }
  return g_test_run ();
}
