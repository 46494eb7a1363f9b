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
