/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-enums.h"
#include "core/minipay-money.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_INTENT (minipay_intent_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayIntent, minipay_intent, MINIPAY, INTENT, GObject)

MINIPAY_API const char *minipay_intent_get_account (MinipayIntent *self);
MINIPAY_API MinipayIntentKind minipay_intent_get_kind (MinipayIntent *self);
MINIPAY_API const char *minipay_intent_get_number (MinipayIntent *self);
MINIPAY_API const char *minipay_intent_get_order (MinipayIntent *self);
MINIPAY_API gboolean minipay_intent_get_exclusive (MinipayIntent *self);
MINIPAY_API MinipayMoney *minipay_intent_get_total (MinipayIntent *self);
MINIPAY_API const char *minipay_intent_get_fingerprint (MinipayIntent *self);
MINIPAY_API MinipayIntentState minipay_intent_get_state (MinipayIntent *self);
MINIPAY_API const char *minipay_intent_get_transaction_id (MinipayIntent *self);
MINIPAY_API gboolean minipay_intent_is_open (MinipayIntent *self);

MINIPAY_API MinipayIntent *
minipay_intent_advance (MinipayIntent *self, MinipayIntentState state, const char *transaction_id, GError **error);

G_END_DECLS
