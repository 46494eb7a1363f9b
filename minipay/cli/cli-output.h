/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "cli/cli.h"

G_BEGIN_DECLS

/* Members that are NULL are written as JSON's null, so that a line always has the same members. */
void cli_json_add_string (JsonBuilder *json, const char *name, const char *value);
void cli_json_add_integer (JsonBuilder *json, const char *name, gint64 value);
void cli_json_add_boolean (JsonBuilder *json, const char *name, gboolean value);
void cli_json_add_money (JsonBuilder *json, const char *name, const MinipayMoney *money);
void cli_json_add_checkout (JsonBuilder *json, const char *name, MinipayCheckout *checkout);
void cli_json_add_payment_members (JsonBuilder *json, MinipayPayment *payment);
void cli_json_add_payment (JsonBuilder *json, const char *name, MinipayPayment *payment);
void cli_json_add_refund_members (JsonBuilder *json, MinipayRefund *refund);
void cli_json_add_refund (JsonBuilder *json, const char *name, MinipayRefund *refund);
/* An object. */
void cli_json_add_report (JsonBuilder *json, MinipayReport *report);
void cli_json_add_error (JsonBuilder *json, const GError *error);

/* One line on standard output. */
void cli_print_node (JsonNode *node);
void cli_print_json (JsonBuilder *json);

/* A name and its value, where there is one. */
void cli_print_line (const char *name, const char *value);
void cli_print_payment (MinipayPayment *payment);
void cli_print_refund (MinipayRefund *refund);
void cli_print_report (MinipayReport *report);
void cli_print_checkout_params (MinipayCheckout *checkout, const char *indent, gsize max_value);

const char *cli_nick (GType type, int value);
CliExit cli_exit_for (const GError *error);

/* Tells on standard error what went wrong, and with --json on standard output; @out_trade_no (nullable) is
 * the order that the error is about. */
CliExit cli_fail (gboolean json, const char *out_trade_no, const GError *error);
/* Tells how a refund ended: @refund, or @error about the refund @out_refund_no (nullable). */
CliExit cli_end_refund (gboolean json, const char *out_refund_no, MinipayRefund *refund, const GError *error);

G_END_DECLS
