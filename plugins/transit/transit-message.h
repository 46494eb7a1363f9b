/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "transit-frame.h"

G_BEGIN_DECLS

/*
 * The capability's other messages, and the two calls beside the deduction. What a message is about does not stand
 * in it: each kind has an address of its own, and the merchant registers it with `?kind=KIND`. Source: WeChat's
 * pages on ride codes (create-code, registration-contract, cancellation, payment-in-arrears, contract-status,
 * arrears users, jump data).
 */

/* The kind of the message that the exchange judges; NULL for the result of a deduction. */
const char *transit_message_get_kind (MinipayExchange *x);

/* The report that a message is. */
GObject *transit_read_message (MinipayExchange *x, const TransitMessage *message, GError **error);

/* *accepted becomes FALSE for a message that asks for something when there is nothing to say. */
gboolean transit_message_check_reply (MinipayExchange *x, gboolean *accepted, GError **error);
/* What a yes says besides. */
gboolean transit_message_add_reply (MinipayExchange *x, MinipayJsonWriter *writer, GError **error);

MinipayHttpRequest *transit_build_arrears_users (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
transit_parse_arrears_users (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);
MinipayHttpRequest *transit_build_jump_data (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
transit_parse_jump_data (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

G_END_DECLS
