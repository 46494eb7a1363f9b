/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli-output.h"
#include "cli/cli-request.h"

#define MAX_RAW_BYTES (CLI_MAX_HEAD_BYTES + CLI_MAX_BODY_BYTES)

static GBytes *
read_input (const char *path, GError **error)
{
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) local_error = NULL;
  g_autofree char *data = g_malloc (MAX_RAW_BYTES + 1);
  gsize length = 0;

  if (path == NULL || g_str_equal (path, "-")) {
    stream = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  } else {
    file = g_file_new_for_commandline_arg (path);
    stream = G_INPUT_STREAM (g_file_read (file, NULL, &local_error));
  }
  if (stream == NULL || !g_input_stream_read_all (stream, data, MAX_RAW_BYTES + 1, &length, NULL, &local_error)) {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "the request cannot be read: %s", local_error->message);
    return NULL;
  }
  if (length > MAX_RAW_BYTES) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_LIMIT, "the request has more than %d bytes", MAX_RAW_BYTES);
    return NULL;
  }
  return g_bytes_new_take (g_steal_pointer (&data), length);
}

static MinipayReceipt *
receive (const CliCommon *common, const char *path, GError **error)
{
  g_autoptr (MinipayClient) client = cli_open_client (common, error);
  g_autoptr (MinipayHttpRequest) request = NULL;
  g_autoptr (GBytes) raw = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *target = NULL;

  if (client == NULL)
    return NULL;
  if (common->account != NULL) {
    MinipayAccount *account = minipay_client_get_account (client, common->account, error);

    if (account == NULL)
      return NULL;
    target = g_strdup_printf ("/notify/%s", common->account);
  }
  raw = read_input (path, error);
  if (raw == NULL)
    return NULL;
  request = cli_request_parse (raw, target, error);
  if (request == NULL)
    return NULL;
  minipay_client_receive_async (client, request, cli_get_cancellable (), cli_on_done, &result);
  return minipay_client_receive_finish (client, cli_wait (&result), error);
}

static char *
reply_dup_body (MinipayHttpResponse *reply)
{
  GBytes *body = minipay_http_response_get_body (reply);
  gsize length = 0;
  const char *data = body != NULL ? g_bytes_get_data (body, &length) : NULL;

  return g_utf8_make_valid (data != NULL ? data : "", (gssize) length);
}

static void
add_notification (JsonBuilder *json, MinipayNotification *notification)
{
  MinipayPayment *payment = minipay_notification_get_payment (notification);
  MinipayRefund *refund = minipay_notification_get_refund (notification);
  MinipayReport *report = minipay_notification_get_report (notification);

  json_builder_set_member_name (json, "notification");
  json_builder_begin_object (json);
  cli_json_add_string (
      json, "kind", cli_nick (MINIPAY_TYPE_NOTIFICATION_KIND, (int) minipay_notification_get_kind (notification)));
  cli_json_add_string (json, "account", minipay_notification_get_account (notification));
  cli_json_add_string (json, "event_id", minipay_notification_get_event_id (notification));
  cli_json_add_boolean (json, "unmatched", minipay_notification_get_unmatched (notification));
  cli_json_add_boolean (json, "duplicate", minipay_notification_get_duplicate (notification));
  if (payment != NULL)
    cli_json_add_payment (json, "payment", payment);
  if (refund != NULL)
    cli_json_add_refund (json, "refund", refund);
  if (report != NULL) {
    json_builder_set_member_name (json, "report");
    cli_json_add_report (json, report);
  }
  json_builder_end_object (json);
}

static void
print_receipt_json (MinipayReceipt *receipt, MinipayHttpResponse *reply)
{
  MinipayNotification *notification = minipay_receipt_get_notification (receipt);
  const GError *failure = minipay_receipt_get_failure (receipt);
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autofree char *body = reply_dup_body (reply);

  json_builder_begin_object (json);
  cli_json_add_string (json, "verdict", notification != NULL ? "accepted" : "refused");
  if (notification != NULL)
    add_notification (json, notification);
  if (failure != NULL)
    cli_json_add_error (json, failure);
  json_builder_set_member_name (json, "reply");
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "status");
  json_builder_add_int_value (json, minipay_http_response_get_status (reply));
  cli_json_add_string (json, "body", body);
  json_builder_end_object (json);
  json_builder_end_object (json);
  cli_print_json (json);
}

static void
print_receipt (MinipayReceipt *receipt, MinipayHttpResponse *reply)
{
  MinipayNotification *notification = minipay_receipt_get_notification (receipt);
  g_autofree char *body = reply_dup_body (reply);

  fprintf (stdout, "verdict         %s\n", notification != NULL ? "accepted" : "refused");
  if (notification != NULL) {
    fprintf (stdout, "account         %s\n", minipay_notification_get_account (notification));
    fprintf (stdout,
             "unmatched       %s\n",
             minipay_notification_get_unmatched (notification) ? "yes: the journal knows no such order" : "no");
    fprintf (stdout, "duplicate       %s\n", minipay_notification_get_duplicate (notification) ? "yes" : "no");
    if (minipay_notification_get_payment (notification) != NULL)
      cli_print_payment (minipay_notification_get_payment (notification));
    if (minipay_notification_get_refund (notification) != NULL)
      cli_print_refund (minipay_notification_get_refund (notification));
    if (minipay_notification_get_report (notification) != NULL)
      cli_print_report (minipay_notification_get_report (notification));
  }
  fprintf (stdout, "reply           %u %s\n", minipay_http_response_get_status (reply), body);
}

CliExit
cli_receive (int argc, char **argv)
{
  g_auto (CliCommon) common = { 0 };
  g_autoptr (MinipayReceipt) receipt = NULL;
  g_autoptr (MinipayHttpResponse) reply = NULL;
  g_autoptr (GError) error = NULL;
  const GError *failure;

  if (cli_parse (&common,
                 "Judges one notification: a raw HTTP request from a file or standard input.",
                 NULL,
                 1,
                 &argc,
                 &argv,
                 &error))
    receipt = receive (&common, argc > 1 ? argv[1] : NULL, &error);
  if (receipt == NULL)
    return cli_fail (common.json, NULL, error);

  reply = minipay_receipt_dup_reply (receipt, TRUE);
  if (common.json)
    print_receipt_json (receipt, reply);
  else
    print_receipt (receipt, reply);

  failure = minipay_receipt_get_failure (receipt);
  if (failure == NULL)
    return CLI_EXIT_OK;
  fprintf (stderr, "minipay: %s\n", failure->message);
  return cli_exit_for (failure);
}
