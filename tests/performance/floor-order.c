/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "floor-order.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "merchant.h"

#define NONCE_BYTES    16
#define ANSWER_MAX_AGE 300

static void
make_nonce (char nonce[2 * NONCE_BYTES + 1])
{
  static const char digits[] = "0123456789ABCDEF";
  guchar raw[NONCE_BYTES];

  if (RAND_bytes (raw, sizeof raw) != 1)
    measure_fail ("OpenSSL has no randomness");
  for (guint i = 0; i < NONCE_BYTES; i++) {
    nonce[2 * i] = digits[raw[i] >> 4];
    nonce[2 * i + 1] = digits[raw[i] & 15];
  }
  nonce[2 * NONCE_BYTES] = '\0';
}

static void
append_text (GString *out, const char *name, const char *value)
{
  g_string_append_printf (out, "\"%s\":\"", name);
  for (const char *c = value; *c != '\0'; c++) {
    if (*c == '"' || *c == '\\')
      g_string_append_c (out, '\\');
    g_string_append_c (out, *c);
  }
  g_string_append (out, "\",");
}

static GString *
build_body (guint64 number)
{
  GString *out = g_string_sized_new (512);
  char out_trade_no[33];

  g_snprintf (out_trade_no, sizeof out_trade_no, "B%020" G_GUINT64_FORMAT, number);
  g_string_append_c (out, '{');
  append_text (out, "appid", MERCHANT_APPID);
  append_text (out, "mchid", MERCHANT_MCHID);
  append_text (out, "description", MERCHANT_SUBJECT);
  append_text (out, "out_trade_no", out_trade_no);
  append_text (out, "attach", MERCHANT_ATTACH);
  append_text (out, "notify_url", MERCHANT_NOTIFY_URL);
  g_string_append_printf (out, "\"amount\":{\"total\":%d,\"currency\":\"CNY\"},\"payer\":{", MERCHANT_TOTAL);
  append_text (out, "openid", MERCHANT_PAYER);
  out->str[out->len - 1] = '}';
  return g_string_append_c (out, '}');
}

gboolean
floor_order_sign (FloorOrder *self, FloorCrypto *crypto)
{
  char nonce[2 * NONCE_BYTES + 1];
  char signature[FLOOR_SIGNATURE_BASE64 + 1];
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *text = NULL;

  self->body = build_body (self->number);
  make_nonce (nonce);
  text = g_strdup_printf ("POST\n" MERCHANT_PATH "\n%" G_GINT64_FORMAT "\n%s\n%s\n", now, nonce, self->body->str);
  if (!floor_crypto_sign (crypto, text, strlen (text), signature))
    return FALSE;
  self->authorization =
      g_strdup_printf ("WECHATPAY2-SHA256-RSA2048 mchid=\"" MERCHANT_MCHID "\",nonce_str=\"%s\","
                       "timestamp=\"%" G_GINT64_FORMAT "\",serial_no=\"" MERCHANT_SERIAL "\",signature=\"%s\"",
                       nonce,
                       now,
                       signature);
  return TRUE;
}

gboolean
floor_order_verify (
    FloorOrder *self, FloorCrypto *crypto, const char *timestamp, const char *nonce, const char *signature)
{
  static const char member[] = "\"prepay_id\":\"";
  const char *start = NULL;
  gsize length = 0;

  if (timestamp == NULL || nonce == NULL || signature == NULL ||
      llabs (g_ascii_strtoll (timestamp, NULL, 10) - g_get_real_time () / G_USEC_PER_SEC) > ANSWER_MAX_AGE ||
      !floor_crypto_verify (crypto, timestamp, nonce, self->answer, self->answer_length, signature))
    return FALSE;

  self->answer[self->answer_length] = '\0';
  start = strstr (self->answer, member);
  if (start == NULL)
    return FALSE;
  start += strlen (member);
  length = strcspn (start, "\"");
  if (length == 0 || length >= sizeof self->prepay_id)
    return FALSE;
  memcpy (self->prepay_id, start, length);
  self->prepay_id[length] = '\0';
  return TRUE;
}

gboolean
floor_order_pay_sign (FloorOrder *self, FloorCrypto *crypto)
{
  char nonce[2 * NONCE_BYTES + 1];
  g_autofree char *text = NULL;

  make_nonce (nonce);
  text = g_strdup_printf (MERCHANT_APPID "\n%" G_GINT64_FORMAT "\n%s\nprepay_id=%s\n",
                          g_get_real_time () / G_USEC_PER_SEC,
                          nonce,
                          self->prepay_id);
  return floor_crypto_sign (crypto, text, strlen (text), self->pay_sign);
}

void
floor_order_clear (FloorOrder *self)
{
  if (self->body != NULL)
    g_string_free (self->body, TRUE);
  g_free (self->authorization);
}
