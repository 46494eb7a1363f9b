/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-account-private.h"

static GObject *
bill_conclude (MinipayExchange *x, GObject *result, const GError *failure, gpointer data, GError **error)
{
  MinipayAccount *self = data;

  if (minipay_exchange_has_unknown_key (x))
    minipay_account_refresh_if_due (self, TRUE);
  return result != NULL ? (GObject *) minipay_exchange_commit_bill (x, MINIPAY_BILL (result), error) : NULL;
}

const MinipayExchangePolicy minipay_bill_policy = { NULL, bill_conclude };

/**
 * minipay_account_download_bill:
 * @self: an account
 * @request: which bill, and where to put it
 * @cancellable: (nullable): ends the download
 * @error: return location for an error
 *
 * Fetches the bill of a day into a file, and waits. However large it is, memory stays small. The file appears,
 * readable for its owner alone, when all of it has arrived: its digest is the one that the gateway told, or, where
 * it tells none, its summary line counts its rows. Nothing is left behind otherwise.
 *
 * Errors: %MINIPAY_ERROR_INVALID, %MINIPAY_ERROR_NOT_SUPPORTED, %MINIPAY_ERROR_NOT_FOUND, %MINIPAY_ERROR_AUTH,
 * %MINIPAY_ERROR_RATE_LIMITED, %MINIPAY_ERROR_NOT_SENT (no answer; safe to repeat),
 * %MINIPAY_ERROR_SIGNATURE_INVALID, %MINIPAY_ERROR_STALE, %MINIPAY_ERROR_PROTOCOL, %MINIPAY_ERROR_MISMATCH,
 * %MINIPAY_ERROR_LIMIT; `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full): the bill on the disk
 *
 * Since: 0.1
 */
MinipayBill *
minipay_account_download_bill (MinipayAccount *self,
                               MinipayBillRequest *request,
                               GCancellable *cancellable,
                               GError **error)
{
  g_return_val_if_fail (MINIPAY_IS_ACCOUNT (self) && MINIPAY_IS_BILL_REQUEST (request), NULL);
  return (MinipayBill *) minipay_account_run (
      self, MINIPAY_OPERATION_DOWNLOAD_BILL, G_OBJECT (request), cancellable, error);
}

/**
 * minipay_account_download_bill_async:
 * @self: an account
 * @request: which bill, and where to put it
 * @cancellable: (nullable): ends the download
 * @callback: (scope async) (closure user_data): called on the caller's thread-default context
 * @user_data: data for @callback
 *
 * See minipay_account_download_bill().
 *
 * Since: 0.1
 */
void
minipay_account_download_bill_async (MinipayAccount *self,
                                     MinipayBillRequest *request,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_return_if_fail (MINIPAY_IS_ACCOUNT (self) && MINIPAY_IS_BILL_REQUEST (request));
  minipay_account_start (self,
                         MINIPAY_OPERATION_DOWNLOAD_BILL,
                         G_OBJECT (request),
                         cancellable,
                         minipay_account_download_bill_async,
                         callback,
                         user_data);
}

/**
 * minipay_account_download_bill_finish:
 * @self: an account
 * @result: what the callback got
 * @error: return location for an error
 *
 * Errors: as minipay_account_download_bill().
 *
 * Returns: (transfer full): the bill on the disk
 *
 * Since: 0.1
 */
MinipayBill *
minipay_account_download_bill_finish (MinipayAccount *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
