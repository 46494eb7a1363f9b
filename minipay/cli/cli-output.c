/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/cli-output.h"

#include <stdio.h>
#include <string.h>

G_DEFINE_QUARK (minipay - cli - error, cli_error)

const char *
cli_nick (GType type, int value)
{
  GEnumClass *klass = g_type_class_ref (type);
  GEnumValue *found = g_enum_get_value (klass, value);
  const char *nick = found != NULL ? found->value_nick : "unknown";

  /* static types never go away, so the nick outlives the reference */
  g_type_class_unref (klass);
  return nick;
}

CliExit
cli_exit_for (const GError *error)
{
  if (error->domain == CLI_ERROR)
    return CLI_EXIT_USAGE;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return CLI_EXIT_NOT_SENT;
  if (error->domain != MINIPAY_ERROR)
    return CLI_EXIT_INTERNAL;

  switch ((MinipayError) error->code) {
  case MINIPAY_ERROR_INVALID:
  case MINIPAY_ERROR_NOT_SUPPORTED:
    return CLI_EXIT_INVALID;
  case MINIPAY_ERROR_CONFIG:
  case MINIPAY_ERROR_PLUGIN:
    return CLI_EXIT_CONFIG;
  case MINIPAY_ERROR_NOT_FOUND:
  case MINIPAY_ERROR_AUTH:
  case MINIPAY_ERROR_REFUSED:
  case MINIPAY_ERROR_CONFLICT:
  case MINIPAY_ERROR_ALREADY_PAID:
  case MINIPAY_ERROR_RATE_LIMITED:
    return CLI_EXIT_REFUSED;
  case MINIPAY_ERROR_NOT_SENT:
    return CLI_EXIT_NOT_SENT;
  case MINIPAY_ERROR_OUTCOME_UNKNOWN:
    return CLI_EXIT_UNKNOWN;
  case MINIPAY_ERROR_SIGNATURE_INVALID:
  case MINIPAY_ERROR_STALE:
  case MINIPAY_ERROR_PROTOCOL:
  case MINIPAY_ERROR_MISMATCH:
  case MINIPAY_ERROR_LIMIT:
    return CLI_EXIT_NOT_AUTHENTIC;
  case MINIPAY_ERROR_STORE:
    return CLI_EXIT_STORE;
  case MINIPAY_ERROR_INTERNAL:
  default:
    return CLI_EXIT_INTERNAL;
  }
}

static const char *
error_to_code (const GError *error)
{
  if (error->domain == CLI_ERROR)
    return "usage";
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return "cancelled";
  if (error->domain != MINIPAY_ERROR)
    return "internal";
  return cli_nick (MINIPAY_TYPE_ERROR, error->code);
}

void
cli_json_add_string (JsonBuilder *json, const char *name, const char *value)
{
  json_builder_set_member_name (json, name);
  if (value != NULL)
    json_builder_add_string_value (json, value);
  else
    json_builder_add_null_value (json);
}

void
cli_json_add_integer (JsonBuilder *json, const char *name, gint64 value)
{
  json_builder_set_member_name (json, name);
  json_builder_add_int_value (json, value);
}

void
cli_json_add_boolean (JsonBuilder *json, const char *name, gboolean value)
{
  json_builder_set_member_name (json, name);
  json_builder_add_boolean_value (json, value);
}

void
cli_json_add_money (JsonBuilder *json, const char *name, const MinipayMoney *money)
{
  json_builder_set_member_name (json, name);
  if (money == NULL) {
    json_builder_add_null_value (json);
    return;
  }
  json_builder_begin_object (json);
  cli_json_add_integer (json, "minor", minipay_money_get_minor (money));
  cli_json_add_string (json, "currency", minipay_money_get_currency (money));
  json_builder_end_object (json);
}

void
cli_json_add_checkout (JsonBuilder *json, const char *name, MinipayCheckout *checkout)
{
  g_autofree char *text = minipay_checkout_to_json (checkout);
  JsonNode *params = json_from_string (text, NULL);

  json_builder_set_member_name (json, name);
  json_builder_begin_object (json);
  cli_json_add_string (
      json, "kind", cli_nick (MINIPAY_TYPE_CHECKOUT_KIND, (int) minipay_checkout_get_kind (checkout)));
  json_builder_set_member_name (json, "params");
  if (params != NULL)
    json_builder_add_value (json, params);
  else
    json_builder_add_null_value (json);
  json_builder_end_object (json);
}

static char *
dup_time (GDateTime *time)
{
  return time != NULL ? g_date_time_format (time, "%FT%T%:z") : NULL;
}

void
cli_json_add_payment_members (JsonBuilder *json, MinipayPayment *payment)
{
  g_autofree char *when = dup_time (minipay_payment_get_paid_at (payment));

  cli_json_add_string (json, "out_trade_no", minipay_payment_get_out_trade_no (payment));
  cli_json_add_string (json, "transaction_id", minipay_payment_get_transaction_id (payment));
  cli_json_add_string (
      json, "state", cli_nick (MINIPAY_TYPE_PAYMENT_STATE, (int) minipay_payment_get_state (payment)));
  cli_json_add_money (json, "total", minipay_payment_get_total (payment));
  cli_json_add_money (json, "paid", minipay_payment_get_paid (payment));
  cli_json_add_string (json, "payer", minipay_payment_get_payer (payment));
  cli_json_add_string (json, "paid_at", when);
  cli_json_add_boolean (json, "authenticated", minipay_payment_get_authenticated (payment));
}

void
cli_json_add_payment (JsonBuilder *json, const char *name, MinipayPayment *payment)
{
  json_builder_set_member_name (json, name);
  if (payment == NULL) {
    json_builder_add_null_value (json);
    return;
  }
  json_builder_begin_object (json);
  cli_json_add_payment_members (json, payment);
  json_builder_end_object (json);
}

void
cli_json_add_refund_members (JsonBuilder *json, MinipayRefund *refund)
{
  g_autofree char *when = dup_time (minipay_refund_get_refunded_at (refund));

  cli_json_add_string (json, "out_refund_no", minipay_refund_get_out_refund_no (refund));
  cli_json_add_string (json, "refund_id", minipay_refund_get_refund_id (refund));
  cli_json_add_string (json, "out_trade_no", minipay_refund_get_out_trade_no (refund));
  cli_json_add_string (json, "transaction_id", minipay_refund_get_transaction_id (refund));
  cli_json_add_string (
      json, "state", cli_nick (MINIPAY_TYPE_REFUND_STATE, (int) minipay_refund_get_state (refund)));
  cli_json_add_money (json, "amount", minipay_refund_get_amount (refund));
  cli_json_add_money (json, "total", minipay_refund_get_total (refund));
  cli_json_add_string (json, "refunded_at", when);
  cli_json_add_boolean (json, "authenticated", minipay_refund_get_authenticated (refund));
}

void
cli_json_add_refund (JsonBuilder *json, const char *name, MinipayRefund *refund)
{
  json_builder_set_member_name (json, name);
  if (refund == NULL) {
    json_builder_add_null_value (json);
    return;
  }
  json_builder_begin_object (json);
  cli_json_add_refund_members (json, refund);
  json_builder_end_object (json);
}

static JsonNode *
report_to_node (MinipayReport *report)
{
  GVariant *values = minipay_report_get_values (report);
  JsonNode *node;

  if (values != NULL)
    return json_gvariant_serialize (values);
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, json_object_new ());
  return node;
}

void
cli_json_add_report (JsonBuilder *json, MinipayReport *report)
{
  json_builder_begin_object (json);
  cli_json_add_string (json, "name", minipay_report_get_name (report));
  json_builder_set_member_name (json, "values");
  json_builder_add_value (json, report_to_node (report));
  cli_json_add_boolean (json, "authenticated", minipay_report_get_authenticated (report));
  json_builder_end_object (json);
}

void
cli_json_add_error (JsonBuilder *json, const GError *error)
{
  const MinipayErrorDetail *detail = minipay_error_get_detail (error);
  g_autofree char *message = g_utf8_make_valid (error->message, -1);

  json_builder_set_member_name (json, "error");
  json_builder_begin_object (json);
  cli_json_add_string (json, "code", error_to_code (error));
  cli_json_add_string (json, "message", message);
  if (detail != NULL && minipay_error_detail_get_gateway_code (detail) != NULL)
    cli_json_add_string (json, "gateway_code", minipay_error_detail_get_gateway_code (detail));
  if (detail != NULL && minipay_error_detail_get_remedy (detail) != NULL)
    cli_json_add_string (json, "remedy", minipay_error_detail_get_remedy (detail));
  json_builder_end_object (json);
}

void
cli_print_node (JsonNode *node)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autofree char *text = NULL;

  json_generator_set_root (generator, node);
  text = json_generator_to_data (generator, NULL);
  /* not g_print(): that would turn UTF-8 into whatever the locale can show */
  fprintf (stdout, "%s\n", text);
  fflush (stdout);
}

void
cli_print_json (JsonBuilder *json)
{
  g_autoptr (JsonNode) root = json_builder_get_root (json);

  cli_print_node (root);
}

void
cli_print_line (const char *name, const char *value)
{
  if (value != NULL)
    fprintf (stdout, "%-15s %s\n", name, value);
}

static void
print_money (const char *name, MinipayMoney *money)
{
  g_autofree char *text = money != NULL ? minipay_money_to_string (money) : NULL;

  cli_print_line (name, text);
}

void
cli_print_payment (MinipayPayment *payment)
{
  g_autofree char *when = dup_time (minipay_payment_get_paid_at (payment));

  cli_print_line ("out_trade_no", minipay_payment_get_out_trade_no (payment));
  cli_print_line ("transaction_id", minipay_payment_get_transaction_id (payment));
  cli_print_line ("state", cli_nick (MINIPAY_TYPE_PAYMENT_STATE, (int) minipay_payment_get_state (payment)));
  print_money ("total", minipay_payment_get_total (payment));
  print_money ("paid", minipay_payment_get_paid (payment));
  cli_print_line ("payer", minipay_payment_get_payer (payment));
  cli_print_line ("paid_at", when);
  cli_print_line ("authenticated", minipay_payment_get_authenticated (payment) ? "yes" : "no");
}

void
cli_print_refund (MinipayRefund *refund)
{
  g_autofree char *when = dup_time (minipay_refund_get_refunded_at (refund));

  cli_print_line ("out_refund_no", minipay_refund_get_out_refund_no (refund));
  cli_print_line ("refund_id", minipay_refund_get_refund_id (refund));
  cli_print_line ("out_trade_no", minipay_refund_get_out_trade_no (refund));
  cli_print_line ("transaction_id", minipay_refund_get_transaction_id (refund));
  cli_print_line ("state", cli_nick (MINIPAY_TYPE_REFUND_STATE, (int) minipay_refund_get_state (refund)));
  print_money ("amount", minipay_refund_get_amount (refund));
  print_money ("total", minipay_refund_get_total (refund));
  cli_print_line ("refunded_at", when);
  cli_print_line ("authenticated", minipay_refund_get_authenticated (refund) ? "yes" : "no");
}

void
cli_print_report (MinipayReport *report)
{
  g_autoptr (JsonNode) values = report_to_node (report);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  cli_print_line ("report", minipay_report_get_name (report));
  json_object_iter_init_ordered (&iter, json_node_get_object (values));
  while (json_object_iter_next_ordered (&iter, &name, &value)) {
    const gboolean is_text = JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_STRING;
    g_autofree char *text = is_text ? json_node_dup_string (value) : json_to_string (value, FALSE);

    cli_print_line (name, text);
  }
  cli_print_line ("authenticated", minipay_report_get_authenticated (report) ? "yes" : "no");
}

void
cli_print_checkout_params (MinipayCheckout *checkout, const char *indent, gsize max_value)
{
  g_autofree char *text = minipay_checkout_to_json (checkout);
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return;
  json_object_iter_init_ordered (&iter, json_node_get_object (root));
  while (json_object_iter_next_ordered (&iter, &name, &value)) {
    const char *string = json_node_get_string (value);
    gboolean is_long;

    if (string == NULL)
      continue;
    is_long = strlen (string) > max_value;
    fprintf (
        stdout, "%s%-10s %.*s%s\n", indent, name, (int) MIN (max_value, G_MAXINT), string, is_long ? "..." : "");
  }
}

/* @member is what a line of JSON calls @number, the number of @thing. */
static CliExit
fail_about (gboolean json, const char *thing, const char *member, const char *number, const GError *error)
{
  const MinipayErrorDetail *detail = minipay_error_get_detail (error);

  fprintf (stderr, "minipay: %s\n", error->message);
  if (detail != NULL && minipay_error_detail_get_remedy (detail) != NULL)
    fprintf (stderr, "minipay: remedy: %s\n", minipay_error_detail_get_remedy (detail));
  /* what failed before anything could be sent is about nothing yet */
  if (number != NULL && !g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID) &&
      !g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG) &&
      !g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED) && error->domain != CLI_ERROR)
    fprintf (stderr, "minipay: this is about %s %s\n", thing, number);

  if (json) {
    g_autoptr (JsonBuilder) builder = json_builder_new ();

    json_builder_begin_object (builder);
    cli_json_add_error (builder, error);
    if (number != NULL)
      cli_json_add_string (builder, member, number);
    json_builder_end_object (builder);
    cli_print_json (builder);
  }
  return cli_exit_for (error);
}

CliExit
cli_fail (gboolean json, const char *out_trade_no, const GError *error)
{
  return fail_about (json, "order", "out_trade_no", out_trade_no, error);
}

CliExit
cli_end_refund (gboolean json, const char *out_refund_no, MinipayRefund *refund, const GError *error)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (refund == NULL)
    return fail_about (json, "refund", "out_refund_no", out_refund_no, error);
  if (!json) {
    cli_print_refund (refund);
    return CLI_EXIT_OK;
  }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  cli_json_add_refund_members (builder, refund);
  json_builder_end_object (builder);
  cli_print_json (builder);
  return CLI_EXIT_OK;
}
