/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

#include "core/minipay-error.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_MONEY (minipay_money_get_type ())

typedef struct _MinipayMoney MinipayMoney;

MINIPAY_API GType minipay_money_get_type (void) G_GNUC_CONST;

MINIPAY_API MinipayMoney *minipay_money_new (gint64 minor, const char *currency);
MINIPAY_API MinipayMoney *minipay_money_parse (const char *text, GError **error);
MINIPAY_API MinipayMoney *minipay_money_copy (const MinipayMoney *self);
MINIPAY_API void minipay_money_free (MinipayMoney *self);

MINIPAY_API gint64 minipay_money_get_minor (const MinipayMoney *self);
MINIPAY_API const char *minipay_money_get_currency (const MinipayMoney *self);
MINIPAY_API gboolean minipay_money_is_valid (const MinipayMoney *self);
MINIPAY_API gboolean minipay_money_equal (const MinipayMoney *self, const MinipayMoney *other);
MINIPAY_API gboolean minipay_money_compare (const MinipayMoney *self,
                                            const MinipayMoney *other,
                                            int *order,
                                            GError **error);
MINIPAY_API MinipayMoney *minipay_money_add (const MinipayMoney *self, const MinipayMoney *other, GError **error);
MINIPAY_API MinipayMoney *
minipay_money_subtract (const MinipayMoney *self, const MinipayMoney *other, GError **error);
MINIPAY_API char *minipay_money_to_major_string (const MinipayMoney *self);
MINIPAY_API char *minipay_money_to_string (const MinipayMoney *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MinipayMoney, minipay_money_free)

G_END_DECLS
