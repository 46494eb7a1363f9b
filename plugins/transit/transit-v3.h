/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* Interface C, rides of WeChat Pay V3. Source: /v3/qrcode of the merchant API v3, as the platform's own Go library
 * (weixinpayscanandride) has it. */

MinipayHttpRequest *transit_v3_build_create (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
transit_v3_parse_create (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

MinipayHttpRequest *transit_v3_build_query (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
transit_v3_parse_query (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

MinipayHttpRequest *transit_v3_build_user_state (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
transit_v3_parse_user_state (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

GObject *transit_v3_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error);

G_END_DECLS
