/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include "core/minipay-http-response.h"

G_BEGIN_DECLS

/* Whether the body may be read: PROTOCOL when it is encoded, LIMIT when it is announced longer than
 * @max_body. */
gboolean
minipay_transport_answer_check_head (SoupMessage *message, guint64 max_body, const char *base_url, GError **error);

/* How many bytes to set aside at first. */
guint minipay_transport_answer_guess_length (SoupMessage *message);

/* Whether @length bytes, after which @stream said it was over, are the whole body; PARTIAL_INPUT when not. */
gboolean
minipay_transport_answer_check_whole (SoupMessage *message, GInputStream *stream, guint64 length, GError **error);

MinipayHttpResponse *minipay_transport_answer_new_response (SoupMessage *message, GBytes *body);

G_END_DECLS
