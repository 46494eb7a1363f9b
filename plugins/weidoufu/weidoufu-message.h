/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* What all calls share: sorted parameters under an MD5, and the envelope {code, message, data} of answers that
 * nobody signed. Source: the manual at doc.weidoufu.com (page sign). */

/* The request with sign added to @params, in the form that the account says. */
MinipayHttpRequest *
weidoufu_message_new_post (MinipayExchange *x, const char *path, MinipayParams *params, GError **error);

/* The document whatever its code, which is 1 when @is_good; code payments call it return_code. */
MinipayJson *
weidoufu_message_open (MinipayExchange *x, MinipayHttpResponse *answer, gboolean *is_good, GError **error);
/* The document of a success, or NULL with what the refusal means. */
MinipayJson *weidoufu_message_read_answer (MinipayExchange *x, MinipayHttpResponse *answer, GError **error);
void weidoufu_message_refuse (MinipayExchange *x, const MinipayJson *json, GError **error);

/* The sentence of an answer, message or msg, or NULL. */
const char *weidoufu_message_get_text (const MinipayJson *json);
/* Whether the sentence of a failure says that the buyer is being asked for a password. */
gboolean weidoufu_message_waits_for_buyer (const MinipayJson *json);

/* A number, or the same as text: the manual's samples have both. */
gboolean weidoufu_message_read_number (const MinipayJson *json,
                                       MinipayJsonNode object,
                                       const char *name,
                                       gint64 minimum,
                                       gint64 maximum,
                                       gint64 *value,
                                       GError **error);

G_END_DECLS
