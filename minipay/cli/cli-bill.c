/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/cli-extras.h"
#include "cli/cli-output.h"

#define PROGRESS_MS 200

typedef struct {
  CliCommon common;
  char *kind;
  char *date;
  char *output;
  char **extras; /* NAME=VALUE */
  gboolean rows;
} BillOptions;

static void
bill_options_clear (BillOptions *self)
{
  cli_common_clear (&self->common);
  g_free (self->kind);
  g_free (self->date);
  g_free (self->output);
  g_strfreev (self->extras);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BillOptions, bill_options_clear)

static MinipayBillRequest *
options_to_request (const BillOptions *self, MinipayProviderInfo *info, GError **error)
{
  g_autofree char *path = g_canonicalize_filename (self->output, NULL);
  g_autoptr (GVariant) extras = NULL;
  int kind = MINIPAY_BILL_KIND_TRADE;

  if (self->kind != NULL && !cli_read_enum (MINIPAY_TYPE_BILL_KIND, "--kind", self->kind, &kind, error))
    return NULL;
  if (!cli_read_extras (info, "--extra", self->extras, &extras, error))
    return NULL;
  return g_object_new (
      MINIPAY_TYPE_BILL_REQUEST, "kind", kind, "date", self->date, "path", path, "extras", extras, NULL);
}

/* For whoever looks on: a script's standard error stays empty. */
static gboolean
on_progress (gpointer user_data)
{
  g_autofree char *size = g_format_size (minipay_bill_request_get_received (user_data));

  fprintf (stderr, "\r\033[Kminipay: %s of the bill so far", size);
  return G_SOURCE_CONTINUE;
}

static guint
progress_start (MinipayBillRequest *request)
{
  if (!isatty (STDERR_FILENO))
    return 0;
  on_progress (request);
  return g_timeout_add (PROGRESS_MS, on_progress, request);
}

static void
progress_stop (guint source)
{
  if (source == 0)
    return;
  g_source_remove (source);
  fputs ("\r\033[K", stderr);
}

static MinipayBill *
download (const BillOptions *self, GError **error)
{
  g_autoptr (MinipayClient) client = NULL;
  g_autoptr (MinipayBillRequest) request = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  MinipayProviderInfo *info = NULL;
  MinipayAccount *account = NULL;
  guint progress;

  if (self->date == NULL || self->output == NULL) {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "give --date, as in --date 2026-11-20, and --output");
    return NULL;
  }
  account = cli_open_account (&self->common, &client, &info, error);
  request = account != NULL ? options_to_request (self, info, error) : NULL;
  if (request == NULL)
    return NULL;
  minipay_account_download_bill_async (account, request, cli_get_cancellable (), cli_on_done, &result);
  progress = progress_start (request);
  cli_wait (&result);
  progress_stop (progress);
  return minipay_account_download_bill_finish (account, result, error);
}

static void
print_bill_json (MinipayBill *bill)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autofree char *path = g_utf8_make_valid (minipay_bill_get_path (bill), -1);

  json_builder_begin_object (json);
  cli_json_add_string (json, "kind", cli_nick (MINIPAY_TYPE_BILL_KIND, (int) minipay_bill_get_kind (bill)));
  cli_json_add_string (json, "date", minipay_bill_get_date (bill));
  cli_json_add_string (json, "path", path);
  cli_json_add_integer (json, "size", minipay_bill_get_size (bill));
  cli_json_add_string (json, "sha1", minipay_bill_get_sha1 (bill));
  cli_json_add_boolean (json, "authenticated", minipay_bill_get_authenticated (bill));
  json_builder_end_object (json);
  cli_print_json (json);
}

static void
print_bill (MinipayBill *bill)
{
  g_autofree char *size = g_strdup_printf ("%" G_GINT64_FORMAT, minipay_bill_get_size (bill));

  cli_print_line ("kind", cli_nick (MINIPAY_TYPE_BILL_KIND, (int) minipay_bill_get_kind (bill)));
  cli_print_line ("date", minipay_bill_get_date (bill));
  cli_print_line ("path", minipay_bill_get_path (bill));
  cli_print_line ("size", size);
  cli_print_line ("sha1", minipay_bill_get_sha1 (bill));
  cli_print_line ("authenticated", minipay_bill_get_authenticated (bill) ? "yes" : "no");
}

static void
print_row (MinipayBillRow *row)
{
  const char *const *headings = minipay_bill_row_get_headings (row);
  g_autoptr (JsonBuilder) json = json_builder_new ();

  json_builder_begin_object (json);
  cli_json_add_integer (json, "line", (gint64) minipay_bill_row_get_line (row));
  cli_json_add_boolean (json, "summary", minipay_bill_row_is_summary (row));
  json_builder_set_member_name (json, "columns");
  json_builder_begin_object (json);
  for (; *headings != NULL; headings++)
    cli_json_add_string (json, *headings, minipay_bill_row_get_text (row, *headings));
  json_builder_end_object (json);
  json_builder_end_object (json);
  cli_print_json (json);
}

static gboolean
print_rows (MinipayBill *bill, GError **error)
{
  g_autoptr (MinipayBillReader) reader = minipay_bill_reader_new (minipay_bill_get_path (bill), error);
  g_autoptr (MinipayBillRow) row = NULL;
  g_autoptr (GError) local_error = NULL;

  if (reader == NULL)
    return FALSE;
  while ((row = minipay_bill_reader_next (reader, &local_error)) != NULL) {
    print_row (row);
    g_clear_object (&row);
  }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

CliExit
cli_bill (int argc, char **argv)
{
  g_auto (BillOptions) options = { 0 };
  const GOptionEntry entries[] = {
    { "kind", 0, 0, G_OPTION_ARG_STRING, &options.kind, "trade (without it), fund-flow, profit-sharing", "KIND" },
    { "date", 0, 0, G_OPTION_ARG_STRING, &options.date, "The day in China time, as 2026-11-20", "DAY" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, "The file to make", "FILE" },
    { "extra", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.extras, "A field of the provider's own", "NAME=VALUE" },
    { "rows", 0, 0, G_OPTION_ARG_NONE, &options.rows, "Print the rows, one JSON object per line", NULL },
    { NULL },
  };
  g_autoptr (MinipayBill) bill = NULL;
  g_autoptr (GError) error = NULL;

  if (cli_parse (&options.common, "Fetches the bill of a day into a file.", entries, 0, &argc, &argv, &error))
    bill = download (&options, &error);
  if (bill == NULL)
    return cli_fail (options.common.json, NULL, error);

  if (options.common.json)
    print_bill_json (bill);
  else if (!options.rows)
    print_bill (bill);
  if (options.rows && !print_rows (bill, &error))
    return cli_fail (options.common.json, NULL, error);
  return CLI_EXIT_OK;
}
