/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-bill-private.h"
#include "core/minipay-error.h"
#include "provider/minipay-exchange-struct-private.h"

/* The bill of a shop with a hundred million orders a day is smaller. */
#define MAX_BILL_BYTES (G_GUINT64_CONSTANT (64) * 1024 * 1024 * 1024)

gboolean
minipay_exchange_open_bill (MinipayExchange *self, GError **error)
{
  g_clear_pointer (&self->bill, minipay_bill_file_free);
  if ((self->flags & MINIPAY_SEND_FLAGS_BILL) == 0)
    return TRUE;
  if (!MINIPAY_IS_BILL_REQUEST (self->subject)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PLUGIN,
                 "provider %s fetches a bill that nobody asked for",
                 minipay_provider_info_get_id (self->info));
    return FALSE;
  }
  self->bill = minipay_bill_file_new (
      minipay_bill_request_get_path (MINIPAY_BILL_REQUEST (self->subject)), MAX_BILL_BYTES, error);
  minipay_bill_request_set_received (MINIPAY_BILL_REQUEST (self->subject), 0);
  return self->bill != NULL;
}

gboolean
minipay_exchange_write_bill (gpointer data, const guint8 *bytes, gsize n, GError **error)
{
  MinipayExchange *self = data;
  MinipayBillRequest *request = MINIPAY_BILL_REQUEST (self->subject);

  minipay_bill_request_set_received (request, minipay_bill_request_get_received (request) + n);
  return minipay_bill_file_write (self->bill, bytes, n, error);
}

MinipayBillFile *
minipay_exchange_get_bill (MinipayExchange *self)
{
  return self->bill;
}

MinipayHttpResponse *
minipay_exchange_end_bill (MinipayExchange *self, MinipayHttpResponse *answer, GError **error)
{
  MinipayHeaders *headers = minipay_http_response_get_headers (answer);
  MinipayHttpResponse *message;

  /* what came with another status is no bill, whatever a provider claims of it */
  if (minipay_http_response_get_status (answer) != 200)
    g_clear_pointer (&self->bill, minipay_bill_file_free);
  if (self->bill == NULL)
    return g_object_ref (answer);
  if (!minipay_bill_file_finish (self->bill, error))
    return NULL;
  if (!minipay_bill_file_is_message (self->bill))
    return g_object_ref (answer);
  message = minipay_http_response_new (200, minipay_bill_file_get_message (self->bill));
  for (guint i = 0; i < minipay_headers_get_length (headers); i++)
    minipay_http_response_add_header (
        message, minipay_headers_get_name (headers, i), minipay_headers_get_value (headers, i));
  return message;
}

MinipayBill *
minipay_exchange_commit_bill (MinipayExchange *self, MinipayBill *claimed, GError **error)
{
  MinipayBillRequest *request = MINIPAY_BILL_REQUEST (self->subject);
  const char *sha1 = minipay_bill_get_sha1 (claimed);

  if (self->bill == NULL || minipay_bill_file_is_message (self->bill)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PLUGIN,
                 "provider %s claims a bill, and none came",
                 minipay_provider_info_get_id (self->info));
    return NULL;
  }
  /* without a digest the summary line alone shows that nothing is missing */
  if ((sha1 == NULL && !minipay_bill_file_check_summary (self->bill, error)) ||
      !minipay_bill_file_commit (self->bill, sha1, error))
    return NULL;
  return minipay_bill_new_fetched (minipay_bill_request_get_kind (request),
                                   minipay_bill_request_get_date (request),
                                   minipay_bill_request_get_path (request),
                                   minipay_bill_file_get_sha1 (self->bill),
                                   (gint64) minipay_bill_file_get_size (self->bill),
                                   sha1 != NULL && self->has_verified);
}
