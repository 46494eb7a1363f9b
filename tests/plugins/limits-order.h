/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <string.h>

#include "core/minipay-enum-types.h"
#include "provider/minipay-limits-private.h"
#include "support/test-exchange.h"

/* An order that passes every limit, of which a case changes one member. */
typedef struct {
  const char *provider;
  const char *const *settings;
  const char *out_trade_no;
  const char *payer;
  const char *notify_url;
} LimitsShop;

#define LIMITS_NOW 1554208460

/* -1 when the order passes, else the code of the refusal, which must speak of @what. @property
 * and @value are laid over a good order, @settings (nullable) over those of the shop. */
static inline int
limits_check (const LimitsShop *shop,
              const char *const *settings,
              const char *property,
              const GValue *value,
              const char *what)
{
  g_autoptr (MinipayTestExchange) x =
      minipay_test_exchange_new (shop->provider, G_TYPE_INVALID, shop->settings, settings);
  g_autoptr (MinipayMoney) total = minipay_money_new (100, "CNY");
  const char *names[] = { "out-trade-no", "total", "subject", "method", "wallet", "payer", "notify-url", property };
  GValue values[G_N_ELEMENTS (names)] = { 0 };
  g_autoptr (MinipayOrder) order = NULL;
  g_autoptr (GError) error = NULL;
  MinipayWallet wallet = MINIPAY_WALLET_ANY;
  guint n = 7;

  g_value_set_static_string (g_value_init (&values[0], G_TYPE_STRING), shop->out_trade_no);
  g_value_set_boxed (g_value_init (&values[1], MINIPAY_TYPE_MONEY), total);
  g_value_set_static_string (g_value_init (&values[2], G_TYPE_STRING), "green tea");
  g_value_set_enum (g_value_init (&values[3], minipay_method_get_type ()), MINIPAY_METHOD_MINI_PROGRAM);
  g_value_set_enum (g_value_init (&values[4], minipay_wallet_get_type ()), MINIPAY_WALLET_WECHAT);
  g_value_set_static_string (g_value_init (&values[5], G_TYPE_STRING), shop->payer);
  g_value_set_static_string (g_value_init (&values[6], G_TYPE_STRING), shop->notify_url);
  for (guint i = 0; i < 7 && property != NULL; i++)
    if (strcmp (names[i], property) == 0) {
      g_value_copy (value, &values[i]);
      property = NULL;
    }
  if (property != NULL) {
    g_value_copy (value, g_value_init (&values[7], G_VALUE_TYPE (value)));
    n = 8;
  }
  order = MINIPAY_ORDER (g_object_new_with_properties (MINIPAY_TYPE_ORDER, n, names, values));
  for (guint i = 0; i < n; i++)
    g_value_unset (&values[i]);

  if (minipay_limits_check_order (x->info, x->config, order, LIMITS_NOW, &wallet, &error)) {
    g_assert_no_error (error);
    g_assert_cmpint (wallet, !=, MINIPAY_WALLET_ANY);
    return -1;
  }
  g_assert_true (error->domain == MINIPAY_ERROR);
  if (what != NULL && strstr (error->message, what) == NULL)
    g_error ("\"%s\" does not speak of %s", error->message, what);
  return error->code;
}

static inline int
limits_check_string (const LimitsShop *shop, const char *property, const char *text, const char *what)
{
  GValue value = G_VALUE_INIT;
  int code;

  g_value_set_string (g_value_init (&value, G_TYPE_STRING), text);
  code = limits_check (shop, NULL, property, &value, what);
  g_value_unset (&value);
  return code;
}

static inline int
limits_check_enum (const LimitsShop *shop, const char *property, GType type, int number)
{
  GValue value = G_VALUE_INIT;

  g_value_set_enum (g_value_init (&value, type), number);
  return limits_check (shop, NULL, property, &value, NULL);
}

static inline int
limits_check_total (const LimitsShop *shop, gint64 minor, const char *currency)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (minor, currency);
  GValue value = G_VALUE_INIT;
  int code;

  g_value_set_boxed (g_value_init (&value, MINIPAY_TYPE_MONEY), total);
  code = limits_check (shop, NULL, "total", &value, "total");
  g_value_unset (&value);
  return code;
}

static inline int
limits_check_variant (const LimitsShop *shop, const char *property, const char *text)
{
  GValue value = G_VALUE_INIT;
  int code;

  g_value_take_variant (g_value_init (&value, G_TYPE_VARIANT), g_variant_ref_sink (g_variant_new_parsed (text)));
  code = limits_check (shop, NULL, property, &value, NULL);
  g_value_unset (&value);
  return code;
}

/* One less, as many, one more: of the last only is refused, of the first only when @is_minimum. */
static inline void
limits_assert_length (const LimitsShop *shop,
                      const char *property,
                      const char *what,
                      const char *unit,
                      guint limit,
                      gboolean is_minimum)
{
  for (guint length = limit - 1; length <= limit + 1; length++) {
    g_autoptr (GString) text = g_string_new (NULL);
    gboolean is_good = is_minimum ? length >= limit : length <= limit;

    for (guint i = 0; i < length; i++)
      g_string_append (text, unit);
    g_test_message ("%s of %u", what, length);
    g_assert_cmpint (
        limits_check_string (shop, property, text->str, what), ==, is_good ? -1 : (int) MINIPAY_ERROR_INVALID);
  }
}

/* Every byte of ASCII, put into the middle of a good value: only those of @allowed pass. */
static inline void
limits_assert_characters (
    const LimitsShop *shop, const char *property, const char *what, const char *good, const char *allowed)
{
  for (guint c = 1; c < 128; c++) {
    char text[64];
    gboolean is_good = c >= 0x20 && c != 0x7f && (allowed == NULL || strchr (allowed, (int) c) != NULL);

    g_snprintf (text, sizeof text, "%c%c%s", good[0], (char) c, good + 2);
    g_assert_cmpint (
        limits_check_string (shop, property, text, what), ==, is_good ? -1 : (int) MINIPAY_ERROR_INVALID);
  }
  g_assert_cmpint (
      limits_check_string (shop, property, "\xff\xfe-not-utf-8-at-all", what), ==, MINIPAY_ERROR_INVALID);
}

#define ALNUM "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
