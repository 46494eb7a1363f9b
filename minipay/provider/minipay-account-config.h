/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-error.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_ACCOUNT_CONFIG (minipay_account_config_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayAccountConfig, minipay_account_config, MINIPAY, ACCOUNT_CONFIG, GObject)

MINIPAY_API const char *minipay_account_config_get_name (MinipayAccountConfig *self);
MINIPAY_API const char *minipay_account_config_get_provider (MinipayAccountConfig *self);
MINIPAY_API const char *minipay_account_config_get_mode (MinipayAccountConfig *self);
MINIPAY_API gboolean minipay_account_config_is_loopback (MinipayAccountConfig *self);
MINIPAY_API gboolean minipay_account_config_has_field (MinipayAccountConfig *self, const char *field);
MINIPAY_API const char *minipay_account_config_get_string (MinipayAccountConfig *self, const char *field);
MINIPAY_API gboolean minipay_account_config_get_boolean (MinipayAccountConfig *self, const char *field);
MINIPAY_API gint64 minipay_account_config_get_integer (MinipayAccountConfig *self, const char *field);

G_END_DECLS
