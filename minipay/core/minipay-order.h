/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-enums.h"
#include "core/minipay-money.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_ORDER (minipay_order_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayOrder, minipay_order, MINIPAY, ORDER, GObject)

MINIPAY_API const char *minipay_order_get_out_trade_no (MinipayOrder *self);
MINIPAY_API MinipayMoney *minipay_order_get_total (MinipayOrder *self);
MINIPAY_API const char *minipay_order_get_subject (MinipayOrder *self);
MINIPAY_API MinipayMethod minipay_order_get_method (MinipayOrder *self);
MINIPAY_API MinipayWallet minipay_order_get_wallet (MinipayOrder *self);
MINIPAY_API const char *minipay_order_get_payer (MinipayOrder *self);
MINIPAY_API const char *minipay_order_get_notify_url (MinipayOrder *self);
MINIPAY_API const char *minipay_order_get_attach (MinipayOrder *self);
MINIPAY_API GDateTime *minipay_order_get_expires_at (MinipayOrder *self);
MINIPAY_API const char *minipay_order_get_client_ip (MinipayOrder *self);
MINIPAY_API GVariant *minipay_order_get_splits (MinipayOrder *self);
MINIPAY_API GVariant *minipay_order_get_extras (MinipayOrder *self);

MINIPAY_API MinipayOrder *
minipay_order_new (const char *out_trade_no, MinipayMoney *total, const char *subject, MinipayMethod method);

G_END_DECLS
