/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "v2-gateway.h"

#include <stdlib.h>
#include <string.h>

#define PAID_MEMBERS                                                                                               \
  "return_code", "SUCCESS", "result_code", "SUCCESS", "appid", V2_APPID, "mch_id", V2_MCHID, "nonce_str",          \
      "TN55wO9Pba5yENl8", "openid", "oUpF8uMEb4qRXf22hE3X68TekukE", "is_subscribe", "Y", "trade_type", "JSAPI",    \
      "bank_type", "CCB_DEBIT", "total_fee", "100", "fee_type", "CNY", "cash_fee", "90", "transaction_id",         \
      V2_TRANSACTION, "out_trade_no", V2_NUMBER, "attach", "订单额外描述", "time_end", "20141111170043"

const char *const v2_prepared[] = {
  "return_code", "SUCCESS",          "return_msg",  "OK",      "appid",     V2_APPID,     "mch_id",     V2_MCHID,
  "nonce_str",   "IITRi8Iabbblz1Jc", "result_code", "SUCCESS", "prepay_id", V2_PREPAY_ID, "trade_type", "JSAPI",
  NULL,
};

const char *const v2_queried[] = { PAID_MEMBERS, "return_msg", "OK", "trade_state", "SUCCESS", NULL };
const char *const v2_notified[] = { PAID_MEMBERS, NULL };

MinipayTestExchange *
v2_new (const char *const *changes)
{
  static const char *const settings[] = {
    "provider", "wechat-v2", "mchid", V2_MCHID, "appid", V2_APPID, "api-key", V2_KEY, NULL,
  };

  return minipay_test_exchange_new ("wechat-v2", minipay_provider_1 (), settings, changes);
}

MinipayTestExchange *
v2_new_signing (const char *digest)
{
  const char *const changes[] = { "sign-type", digest, NULL };

  return v2_new (changes);
}

MinipayOrder *
v2_order_new (MinipayMethod method)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (1, "CNY");

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       V2_NUMBER,
                       "total",
                       total,
                       "subject",
                       "JSAPI支付测试",
                       "method",
                       method,
                       "payer",
                       "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
                       "client-ip",
                       "14.23.150.211",
                       "notify-url",
                       "http://wxpay.wxutil.com/pub_v2/pay/notify.v2.php",
                       NULL);
}

MinipayTestExchange *
v2_begin_create (const char *const *changes)
{
  MinipayTestExchange *x = v2_new (changes);
  g_autoptr (MinipayOrder) order = v2_order_new (MINIPAY_METHOD_MINI_PROGRAM);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  return x;
}

MinipayTestExchange *
v2_begin_query (const char *const *changes)
{
  MinipayTestExchange *x = v2_new (changes);
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (V2_NUMBER);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_query (x, ref, &error);
  g_assert_no_error (error);
  return x;
}

MinipayTestExchange *
v2_new_certified (const char *const *changes)
{
  g_autofree char *pem = g_strconcat (minipay_test_key_text ("wechatpay-java-merchant-cert"),
                                      "\n",
                                      minipay_test_key_text ("wechatpay-java-merchant"),
                                      "\n",
                                      NULL);
  g_autofree const char **all =
      g_new0 (const char *, (changes != NULL ? g_strv_length ((char **) changes) : 0) + 3);
  MinipayTestExchange *self;
  guint n = 0;

  minipay_test_write ("client.pem", pem, 0600);
  all[n++] = "client-certificate";
  all[n++] = "file:client.pem";
  for (; changes != NULL && *changes != NULL; changes++)
    all[n++] = *changes;
  /* the fixture's days are over, which the gateway would mind and these tests do not */
  g_test_expect_message ("minipay", G_LOG_LEVEL_WARNING, "client certificate is valid from *");
  self = v2_new (all);
  g_test_assert_expected_messages ();
  return self;
}

gboolean
v2_begin (MinipayTestExchange *self, MinipayOperation operation, gpointer subject, GError **error)
{
  g_clear_object (&self->exchange);
  self->exchange = minipay_exchange_new (
      self->provider, self->info, self->config, operation, subject, MINIPAY_WALLET_WECHAT, &self->environment);
  return minipay_exchange_begin (self->exchange, error);
}

void
v2_assert_request (
    MinipayTestExchange *self, const char *path, MinipaySendFlags flags, const char *const *pairs, const char *sign)
{
  g_autofree char *expected = v2_document_new (pairs, sign);

  minipay_test_assert_request (self, "POST", path, expected);
  g_assert_cmpint (minipay_exchange_get_flags (self->exchange), ==, flags);
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (**(const char *const *const *) a, **(const char *const *const *) b);
}

char *
v2_sign (const char *key, const char *digest, const char *const *pairs)
{
  g_autofree const char *const **sorted = g_new (const char *const *, g_strv_length ((char **) pairs) + 1);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *hex = NULL;
  guint n = 0;

  for (; *pairs != NULL; pairs += 2)
    if (*pairs[1] != '\0')
      sorted[n++] = pairs;
  qsort (sorted, n, sizeof *sorted, compare_names);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s=%s&", sorted[i][0], sorted[i][1]);
  g_string_append_printf (text, "key=%s", key);
  if (strcmp (digest, V2_MD5) == 0)
    hex = g_compute_checksum_for_string (G_CHECKSUM_MD5, text->str, -1);
  else
    hex = g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) key, strlen (key), text->str, -1);
  return g_ascii_strup (hex, -1);
}

char *
v2_document_new (const char *const *pairs, const char *sign)
{
  GString *text = g_string_new ("<xml>");

  for (; *pairs != NULL; pairs += 2)
    g_string_append_printf (text, "<%s><![CDATA[%s]]></%s>", pairs[0], pairs[1], pairs[0]);
  if (sign != NULL)
    g_string_append_printf (text, "<sign><![CDATA[%s]]></sign>", sign);
  g_string_append (text, "</xml>");
  return g_string_free (text, FALSE);
}

char *
v2_message_new (const char *digest, const char *const *pairs, const char *name, const char *value)
{
  g_autofree const char **changed = g_new0 (const char *, g_strv_length ((char **) pairs) + 3);
  g_autofree char *sign = NULL;
  gboolean is_set = name == NULL || value == NULL;
  guint n = 0;

  for (; *pairs != NULL; pairs += 2) {
    gboolean is_meant = g_strcmp0 (pairs[0], name) == 0;

    if (is_meant && value == NULL)
      continue;
    changed[n++] = pairs[0];
    changed[n++] = is_meant ? value : pairs[1];
    is_set |= is_meant;
  }
  if (!is_set) {
    changed[n++] = name;
    changed[n++] = value;
  }
  sign = v2_sign (V2_KEY, digest, changed);
  return v2_document_new (changed, sign);
}

gboolean
v2_answer (MinipayTestExchange *self, const char *body, GError **error)
{
  return minipay_test_exchange_answer (self, 200, NULL, body, error);
}

gboolean
v2_receive (MinipayTestExchange *self, const char *body, GError **error)
{
  g_autoptr (MinipayHttpRequest) incoming = minipay_test_incoming_new (NULL, body);

  return minipay_test_exchange_receive (self, incoming, error);
}
