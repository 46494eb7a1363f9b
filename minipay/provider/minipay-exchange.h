/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-bill-request.h"
#include "core/minipay-enums.h"
#include "core/minipay-http-request.h"
#include "core/minipay-http-response.h"
#include "core/minipay-order.h"
#include "core/minipay-payment-ref.h"
#include "core/minipay-refund-ref.h"
#include "core/minipay-refund-request.h"
#include "provider/minipay-account-config.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_EXCHANGE (minipay_exchange_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayExchange, minipay_exchange, MINIPAY, EXCHANGE, GObject)

/* What it is about */
MINIPAY_API MinipayOperation minipay_exchange_get_operation (MinipayExchange *self);
MINIPAY_API MinipayOrder *minipay_exchange_get_order (MinipayExchange *self);
MINIPAY_API MinipayPaymentRef *minipay_exchange_get_payment_ref (MinipayExchange *self);
MINIPAY_API MinipayRefundRequest *minipay_exchange_get_refund_request (MinipayExchange *self);
MINIPAY_API MinipayRefundRef *minipay_exchange_get_refund_ref (MinipayExchange *self);
MINIPAY_API MinipayBillRequest *minipay_exchange_get_bill_request (MinipayExchange *self);
MINIPAY_API const char *minipay_exchange_get_name (MinipayExchange *self);
MINIPAY_API GVariant *minipay_exchange_get_extras (MinipayExchange *self);
MINIPAY_API const char *minipay_exchange_get_extra_text (MinipayExchange *self, const char *name);
MINIPAY_API MinipayHttpRequest *minipay_exchange_get_incoming (MinipayExchange *self);
MINIPAY_API GVariant *minipay_exchange_get_reply_values (MinipayExchange *self);
MINIPAY_API MinipayMethod minipay_exchange_get_method (MinipayExchange *self);
MINIPAY_API MinipayWallet minipay_exchange_get_wallet (MinipayExchange *self);
MINIPAY_API MinipayAccountConfig *minipay_exchange_get_config (MinipayExchange *self);
MINIPAY_API gint64 minipay_exchange_get_now (MinipayExchange *self);
MINIPAY_API const char *minipay_exchange_get_nonce (MinipayExchange *self);
MINIPAY_API guint minipay_exchange_get_step (MinipayExchange *self);
MINIPAY_API GBytes *minipay_exchange_get_cached (MinipayExchange *self, const char *key);
MINIPAY_API void minipay_exchange_set_cached (MinipayExchange *self, const char *key, GBytes *value);
MINIPAY_API GBytes *minipay_exchange_get_kept (MinipayExchange *self);
MINIPAY_API void minipay_exchange_keep (MinipayExchange *self, GBytes *value);

/* What to do: exactly one of these in each hook */
MINIPAY_API void minipay_exchange_send (MinipayExchange *self, MinipayHttpRequest *request, MinipaySendFlags flags);
MINIPAY_API void minipay_exchange_complete (MinipayExchange *self, GObject *result);
MINIPAY_API void minipay_exchange_pending (MinipayExchange *self, const char *reason, guint retry_after_s);

/* What happened at the gateway */
MINIPAY_API void minipay_exchange_set_event_id (MinipayExchange *self, const char *event_id);
MINIPAY_API void minipay_exchange_suggest_query (MinipayExchange *self, const char *out_trade_no);
MINIPAY_API void minipay_exchange_take_as_hint (MinipayExchange *self);
MINIPAY_API void minipay_exchange_refuse (MinipayExchange *self,
                                          MinipayError code,
                                          const char *gateway_code,
                                          const char *gateway_message,
                                          const char *remedy,
                                          GError **error);
MINIPAY_API gboolean minipay_exchange_refuse_known (MinipayExchange *self,
                                                    const char *gateway_code,
                                                    const char *gateway_message,
                                                    GError **error);

/* The signing service */
MINIPAY_API char *minipay_exchange_sign (
    MinipayExchange *self, MinipayScheme scheme, const char *key, const char *text, gsize length, GError **error);
MINIPAY_API gboolean minipay_exchange_verify (MinipayExchange *self,
                                              MinipayScheme scheme,
                                              const char *key,
                                              const char *text,
                                              gsize length,
                                              const char *signature,
                                              GError **error);
MINIPAY_API GBytes *minipay_exchange_decrypt (MinipayExchange *self,
                                              MinipayCipher cipher,
                                              const char *key,
                                              const char *nonce,
                                              const char *associated_data,
                                              const char *ciphertext,
                                              GError **error);
MINIPAY_API char *minipay_exchange_encrypt (
    MinipayExchange *self, MinipayCipher cipher, const char *key, const char *nonce, GBytes *plain, GError **error);
MINIPAY_API char *minipay_exchange_dup_token (MinipayExchange *self, const char *field, GError **error);
MINIPAY_API char *minipay_exchange_dup_newest_key_id (MinipayExchange *self, MinipayScheme scheme);
MINIPAY_API gboolean minipay_exchange_trust (MinipayExchange *self,
                                             const char *key_id,
                                             GBytes *certificate,
                                             GError **error);

G_END_DECLS
