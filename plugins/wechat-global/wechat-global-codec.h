/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

#include "wechat-refund.h"
#include "wechat-transaction.h"

G_BEGIN_DECLS

/* Orders to bytes and bytes to values. Source: WeChat Pay Global API v3, chapters 3 and 4. */

extern const WechatTransactions wechat_global_transactions;
extern const WechatRefunds wechat_global_refunds;

GObject *wechat_global_parse_notification (MinipayExchange *x, MinipayHttpRequest *incoming, GError **error);

G_END_DECLS
