/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-fingerprint-private.h"

#include "core/minipay-order-private.h"
#include "signing/minipay-signing-private.h"

char *
minipay_order_dup_fingerprint (MinipayOrder *self, const char *const *except)
{
  g_autoptr (GString) text = g_string_sized_new (512);

  minipay_order_write_canonical (self, except, text);
  return minipay_sha256_hex (text->str, text->len);
}

static void
fingerprint_add (GString *text, const char *part)
{
  if (part != NULL)
    g_string_append (text, part);
  g_string_append_c (text, '\0');
}

static void
fingerprint_add_money (GString *text, const MinipayMoney *money)
{
  if (money != NULL)
    g_string_append_printf (
        text, "%" G_GINT64_FORMAT " %s", minipay_money_get_minor (money), minipay_money_get_currency (money));
  g_string_append_c (text, '\0');
}

static void
fingerprint_add_variant (GString *text, GVariant *variant)
{
  if (variant != NULL)
    g_variant_print_string (variant, text, TRUE);
  g_string_append_c (text, '\0');
}

char *
minipay_refund_request_dup_fingerprint (MinipayRefundRequest *self)
{
  g_autoptr (GString) text = g_string_sized_new (256);

  fingerprint_add (text, minipay_refund_request_get_out_refund_no (self));
  fingerprint_add (text, minipay_refund_request_get_out_trade_no (self));
  fingerprint_add (text, minipay_refund_request_get_transaction_id (self));
  fingerprint_add_money (text, minipay_refund_request_get_amount (self));
  fingerprint_add_money (text, minipay_refund_request_get_total (self));
  fingerprint_add (text, minipay_refund_request_get_reason (self));
  fingerprint_add (text, minipay_refund_request_get_notify_url (self));
  fingerprint_add_variant (text, minipay_refund_request_get_extras (self));
  return minipay_sha256_hex (text->str, text->len);
}

char *
minipay_call_dup_fingerprint (const char *name, GVariant *params)
{
  g_autoptr (GString) text = g_string_sized_new (256);

  fingerprint_add (text, name);
  fingerprint_add_variant (text, params);
  return minipay_sha256_hex (text->str, text->len);
}
