/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "support/test-exchange.h"

/*
 * WeChat Pay's side of V2, written with GLib's digests and nothing of minipay: what it signs must be read by the
 * code under test. The account is that of the manual's own examples (vector v2-notify-md5 and its key).
 */

GType minipay_provider_1 (void);

#define V2_KEY         "192006250b4c09247ec02edce69f6a2d"
#define V2_APPID       "wx2421b1c4370ec43b"
#define V2_MCHID       "10000100"
#define V2_NUMBER      "1415659990"
#define V2_TRANSACTION "1008450740201411110005820873"
#define V2_PREPAY_ID   "wx201411101639507cbf6ffd8b0779950874"

#define V2_HMAC "HMAC-SHA256"
#define V2_MD5  "MD5"

/* Members as pairs of name and value, NULL at the end, unsigned. */
extern const char *const v2_prepared[]; /* the answer to an order */
extern const char *const v2_queried[];  /* the answer to a query: paid */
extern const char *const v2_notified[]; /* the notification of the payment, of the same values */

/* HMAC-SHA256, the provider's default, unless @changes says otherwise. */
MinipayTestExchange *v2_new (const char *const *changes);
MinipayTestExchange *v2_new_signing (const char *digest);
MinipayOrder *v2_order_new (MinipayMethod method);
/* The account with the order, or a query of it, sent. */
MinipayTestExchange *v2_begin_create (const char *const *changes);
MinipayTestExchange *v2_begin_query (const char *const *changes);

/* With a client certificate besides. */
MinipayTestExchange *v2_new_certified (const char *const *changes);
/* Any operation, without the limits of the manifest. */
gboolean v2_begin (MinipayTestExchange *self, MinipayOperation operation, gpointer subject, GError **error);
/* What was sent: these members, in this order, and this sign. */
void v2_assert_request (MinipayTestExchange *self,
                        const char *path,
                        MinipaySendFlags flags,
                        const char *const *pairs,
                        const char *sign);

/* The members that end every request, before its sign. */
#define V2_NONCE        "593BEC0C930BF1AFEB40B4A08C8FB242"
#define V2_TAIL(DIGEST) "appid", V2_APPID, "mch_id", V2_MCHID, "nonce_str", V2_NONCE, "sign_type", DIGEST, NULL

/* Of members in any order, in upper-case hexadecimal. */
char *v2_sign (const char *key, const char *digest, const char *const *pairs);
/* The document with these members and @sign (nullable: none), every text in CDATA. */
char *v2_document_new (const char *const *pairs, const char *sign);
/* The document, signed under V2_KEY, with the member @name (nullable: nothing changes) set, added, or, with @value
 * NULL, taken out before. */
char *v2_message_new (const char *digest, const char *const *pairs, const char *name, const char *value);

gboolean v2_answer (MinipayTestExchange *self, const char *body, GError **error);
gboolean v2_receive (MinipayTestExchange *self, const char *body, GError **error);
