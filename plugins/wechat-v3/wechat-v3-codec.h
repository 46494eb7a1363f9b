/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

#include "wechat-refund.h"
#include "wechat-transaction.h"

G_BEGIN_DECLS

/* Orders to bytes and bytes to values. Source: WeChat Pay merchant API v3, pages of 2024-12 to 2025-01. */

extern const WechatTransactions wechat_v3_transactions;
extern const WechatRefunds wechat_v3_refunds;

GObject *wechat_v3_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error);

G_END_DECLS
