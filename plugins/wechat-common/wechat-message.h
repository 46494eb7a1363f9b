/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/*
 * The messages that every WeChat Pay V3 interface has in common: signed requests, signed answers, sealed
 * notifications. They use the settings mchid, merchant-serial, private-key, public-key-id and api-v3-key.
 */

/* A request with Authorization and the headers that V3 asks for; @body may be NULL. Of a @target that is a whole
 * address, the path and the query are signed. */
MinipayHttpRequest *wechat_message_new_request (
    MinipayExchange *x, const char *method, const char *target, GBytes *body, GError **error);

/* The signature over `line\nline\n...`: lines end with NULL and must hold no control characters. */
char *wechat_message_sign_lines (MinipayExchange *x, const char *const *lines, GError **error);

/* Reads an answer: the verified JSON of a success, or NULL with the gateway's refusal; NULL without an error
 * when the answer was a probe and the exchange is pending. */
MinipayJson *wechat_message_read_answer (MinipayExchange *x, MinipayHttpResponse *answer, GError **error);

/* The same for an answer that is 204 and says nothing: it is signed over the empty text. */
gboolean wechat_message_check_done (MinipayExchange *x, MinipayHttpResponse *answer, GError **error);

/* What an answer that is no success stands for. It is not signed: it is read for its words, and settles nothing. */
void wechat_message_refuse (MinipayExchange *x, MinipayHttpResponse *answer, GError **error);

/* The SHA-1 of a statement that came: its headers are signed over `{"sha1":"..."}` in place of the body. Source:
 * WeChat Pay Global API v3, statements; the official PHP SDK. */
const char *wechat_message_read_digest (MinipayExchange *x, MinipayHttpResponse *answer, GError **error);

/* Opens a sealed resource {algorithm, nonce, associated_data, ciphertext} of a verified message. */
GBytes *wechat_message_open_resource (MinipayExchange *x,
                                      const MinipayJson *json,
                                      MinipayJsonNode resource,
                                      GError **error);

/* Reads a notification: verifies it over its raw bytes, opens its resource and names the event. @event_type
 * and
 * @original_type are copies. */
GBytes *wechat_message_open_notification (
    MinipayExchange *x, MinipayHttpRequest *incoming, char **event_type, char **original_type, GError **error);

MinipayHttpResponse *wechat_message_acknowledge (MinipayExchange *x, gboolean accepted, GError **error);

G_END_DECLS
