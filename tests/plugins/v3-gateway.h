/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "support/test-exchange.h"

/*
 * WeChat Pay's side of V3 with a throw-away key of this run, written with OpenSSL and nothing of minipay: what it
 * signs and seals must be read by the code under test.
 */

GType minipay_provider_1 (void);

#define V3_KEY_ID  "PUB_KEY_ID_0119000072912024110600000000"
#define V3_API_KEY "AES256Key-32Characters1234567890"

/* Signs with the published key of the merchant 1900007291; trusts the throw-away key as V3_KEY_ID. */
MinipayTestExchange *v3_new (const char *const *changes);
/* The account of @settings at another interface of the same gateway; V3_KEY_ID stands in the file gateway.pem. */
MinipayTestExchange *v3_new_at (const char *provider, const char *const *settings, const char *const *changes);

/* The four headers of a signed message, as pairs, NULL at the end; @body may be NULL. */
char **v3_headers_new (gint64 timestamp, const char *nonce, const char *key_id, const char *body);
/* What v3_headers_new() signs with "now", a nonce and V3_KEY_ID: the usual case. */
gboolean v3_answer (MinipayTestExchange *self, const char *body, GError **error);
gboolean v3_receive (MinipayTestExchange *self, const char *body, GError **error);

/* A signed answer that is 204 and has no body. */
gboolean v3_answer_done (MinipayTestExchange *self, GError **error);
/* What is sealed with RSA-OAEP for V3_KEY_ID under "@member": in the request's body, its first occurrence. */
char *v3_open_member (MinipayTestExchange *self, const char *member);

/* Base64 of AES-256-GCM under V3_API_KEY; @nonce has 12 bytes. */
char *v3_seal (const char *plain, const char *nonce, const char *associated_data);
/* A whole notification that carries @plain. */
char *v3_notification_new (const char *event_type, const char *original_type, const char *plain);

/* The order of vector v3-req-post-body. */
MinipayOrder *v3_order_new (MinipayMethod method);
