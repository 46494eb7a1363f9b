/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-trade.h"

#include <string.h>

MinipayPaymentState
wechat_trade_parse_state (const char *trade_state)
{
  static const struct {
    const char *word;
    MinipayPaymentState state;
  } states[] = {
    { "SUCCESS", MINIPAY_PAYMENT_STATE_PAID },    { "REFUND", MINIPAY_PAYMENT_STATE_REFUNDED },
    { "NOTPAY", MINIPAY_PAYMENT_STATE_PENDING },  { "CLOSED", MINIPAY_PAYMENT_STATE_CLOSED },
    { "REVOKED", MINIPAY_PAYMENT_STATE_CLOSED },  { "USERPAYING", MINIPAY_PAYMENT_STATE_PENDING },
    { "PAYERROR", MINIPAY_PAYMENT_STATE_FAILED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (strcmp (states[i].word, trade_state) == 0)
      return states[i].state;
  return MINIPAY_PAYMENT_STATE_UNKNOWN;
}

char *
wechat_trade_dup_package (const char *prepay_id, GError **error)
{
  if (*prepay_id != '\0' && strpbrk (prepay_id, "\r\n&") == NULL)
    return g_strconcat ("prepay_id=", prepay_id, NULL);
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "prepay_id is empty, or has a line end or an &");
  return NULL;
}

GDateTime *
wechat_trade_new_expiry (MinipayExchange *x, gint64 life_s)
{
  g_autoptr (GDateTime) handle = g_date_time_new_from_unix_utc (minipay_exchange_get_now (x) + life_s);
  GDateTime *expires_at = minipay_order_get_expires_at (minipay_exchange_get_order (x));

  if (expires_at != NULL && g_date_time_compare (expires_at, handle) < 0)
    return g_date_time_ref (expires_at);
  return g_steal_pointer (&handle);
}

MinipayCheckout *
wechat_trade_new_checkout (MinipayExchange *x, const MinipayWechatCashier *cashier)
{
  g_autoptr (GDateTime) expires_at = wechat_trade_new_expiry (x, WECHAT_TRADE_PREPAY_LIFE_S);
  MinipayCheckout *checkout = minipay_checkout_new (MINIPAY_CHECKOUT_KIND_WX_REQUEST_PAYMENT, expires_at);

  minipay_checkout_set_wechat_cashier (checkout, minipay_exchange_get_method (x), cashier);
  return checkout;
}
