/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* Rides to bytes and bytes to values. Source: WeChat's pages "扫码支付" of the ride-code capability (2022-05-11).
 */

MinipayHttpRequest *transit_build_create (MinipayExchange *x, gconstpointer data, GError **error);
GObject *transit_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

/* A request in the form that the account says, and the answer to one when its errcode is 0. */
MinipayHttpRequest *transit_new_request (MinipayExchange *x, const char *url, GBytes *body, GError **error);
MinipayJson *transit_read_answer (MinipayExchange *x, MinipayHttpResponse *answer, GError **error);

GObject *transit_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error);
MinipayHttpResponse *transit_new_reply (MinipayExchange *x, gboolean accepted, GError **error);

G_END_DECLS
