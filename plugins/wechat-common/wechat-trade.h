/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* What the interfaces of WeChat Pay have in common about an order: its states and its cashier. */

/* A word that is not known is never a success. Source: "trade_state" of V2 and V3. */
MinipayPaymentState wechat_trade_parse_state (const char *trade_state);

/* The signed text's `package` for a handle of the gateway: PROTOCOL for one that is empty or could break a line. */
char *wechat_trade_dup_package (const char *prepay_id, GError **error);

#define WECHAT_TRADE_PREPAY_LIFE_S 7200

/* When a handle ends that lives for @life_s seconds from now: with the order, where that ends before. */
GDateTime *wechat_trade_new_expiry (MinipayExchange *x, gint64 life_s);

/* The checkout: good for the two hours that a prepay_id lives, or until the order expires. */
MinipayCheckout *wechat_trade_new_checkout (MinipayExchange *x, const MinipayWechatCashier *cashier);

G_END_DECLS
