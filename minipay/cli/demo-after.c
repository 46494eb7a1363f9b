/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/demo-after.h"

#include <stdio.h>

#include "cli/cli-output.h"

#define PART_MINOR 500

gboolean
demo_mismatch (GError **error, const char *what)
{
  g_set_error_literal (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH, what);
  return FALSE;
}

/* Not every gateway has everything: TRUE for what the account has not, else @error gets what went wrong. */
static gboolean
is_missing (GError *local_error, GError **error)
{
  if (g_error_matches (local_error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED)) {
    g_error_free (local_error);
    return TRUE;
  }
  g_propagate_error (error, local_error);
  return FALSE;
}

static gboolean
check_refund (DemoRun *run, MinipayRefund *refund, GError **error)
{
  const MinipayRefundState state = minipay_refund_get_state (refund);

  if (state != MINIPAY_REFUND_STATE_PENDING && state != MINIPAY_REFUND_STATE_REFUNDED)
    return demo_mismatch (error, "the refund is neither on its way nor back");
  if (minipay_refund_get_amount (refund) != NULL &&
      minipay_money_get_minor (minipay_refund_get_amount (refund)) != PART_MINOR)
    return demo_mismatch (error, "the refund has another amount");
  return TRUE;
}

static gboolean
refund (DemoRun *run, MinipayAccount *account, const char *out_refund_no, GError **error)
{
  g_autoptr (MinipayMoney) part = minipay_money_new (PART_MINOR, minipay_money_get_currency (run->total));
  g_autoptr (MinipayRefundRequest) request = minipay_refund_request_new (out_refund_no, run->out_trade_no, part);
  g_autoptr (GAsyncResult) result = NULL;
  GError *local_error = NULL;

  minipay_account_refund_async (account, request, cli_get_cancellable (), cli_on_done, &result);
  run->refund = minipay_account_refund_finish (account, cli_wait (&result), &local_error);
  return run->refund != NULL ? check_refund (run, run->refund, error) : is_missing (local_error, error);
}

static gboolean
query_refund (DemoRun *run, MinipayAccount *account, const char *out_refund_no, GError **error)
{
  g_autoptr (MinipayRefundRef) ref = minipay_refund_ref_new (out_refund_no);
  g_autoptr (GAsyncResult) result = NULL;
  GError *local_error = NULL;

  minipay_account_query_refund_async (account, ref, cli_get_cancellable (), cli_on_done, &result);
  run->asked = minipay_account_query_refund_finish (account, cli_wait (&result), &local_error);
  return run->asked != NULL ? check_refund (run, run->asked, error) : is_missing (local_error, error);
}

static gboolean
row_has (MinipayBillRow *row, const char *text)
{
  const char *const *headings = minipay_bill_row_get_headings (row);

  for (; *headings != NULL; headings++)
    if (g_strcmp0 (minipay_bill_row_get_text (row, *headings), text) == 0)
      return TRUE;
  return FALSE;
}

/* The order must be among them. */
static gboolean
read_bill (DemoRun *run, MinipayBill *bill, GError **error)
{
  g_autoptr (MinipayBillReader) reader = minipay_bill_reader_new (minipay_bill_get_path (bill), error);
  g_autoptr (MinipayBillRow) row = NULL;
  g_autoptr (GError) local_error = NULL;
  gboolean is_found = FALSE;

  if (reader == NULL)
    return FALSE;
  while ((row = minipay_bill_reader_next (reader, &local_error)) != NULL) {
    is_found = is_found || row_has (row, run->out_trade_no);
    run->n_bill_rows += !minipay_bill_row_is_summary (row);
    g_clear_object (&row);
  }
  if (local_error == NULL)
    return is_found ? TRUE : demo_mismatch (error, "the bill does not have the order");
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
fetch_bill (DemoRun *run, MinipayAccount *account, DemoSandbox *sandbox, GError **error)
{
  g_autoptr (GTimeZone) china = g_time_zone_new_offset (8 * 60 * 60);
  g_autoptr (GDateTime) now = g_date_time_new_now (china);
  g_autofree char *day = g_date_time_format (now, "%F");
  g_autofree char *name = g_strconcat ("bill-", run->out_trade_no, NULL);
  g_autofree char *folder = g_path_get_dirname (demo_sandbox_get_config (sandbox));
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (MinipayBillRequest) request = minipay_bill_request_new (MINIPAY_BILL_KIND_TRADE, day, path);
  g_autoptr (MinipayBill) bill = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  GError *local_error = NULL;

  minipay_account_download_bill_async (account, request, cli_get_cancellable (), cli_on_done, &result);
  bill = minipay_account_download_bill_finish (account, cli_wait (&result), &local_error);
  return bill != NULL ? read_bill (run, bill, error) : is_missing (local_error, error);
}

gboolean
demo_after_perform (DemoRun *run, MinipayAccount *account, DemoSandbox *sandbox, GError **error)
{
  g_autofree char *out_refund_no = g_strconcat ("R", run->out_trade_no + 1, NULL);

  if (!refund (run, account, out_refund_no, error))
    return FALSE;
  if (run->refund != NULL && !query_refund (run, account, out_refund_no, error))
    return FALSE;
  return fetch_bill (run, account, sandbox, error);
}

void
demo_after_print (const DemoRun *run)
{
  MinipayRefund *last = run->asked != NULL ? run->asked : run->refund;
  g_autofree char *money = NULL;

  if (last != NULL) {
    money = minipay_refund_get_amount (last) != NULL ? minipay_money_to_string (minipay_refund_get_amount (last))
                                                     : g_strdup ("a part");
    fprintf (stdout,
             "  refund        %s, %s says %s\n",
             money,
             run->asked != NULL ? "the query" : "the answer",
             cli_nick (MINIPAY_TYPE_REFUND_STATE, (int) minipay_refund_get_state (last)));
  }
  if (run->n_bill_rows > 0)
    fprintf (
        stdout, "  bill          of today, %" G_GUINT64_FORMAT " rows, the order among them\n", run->n_bill_rows);
}
