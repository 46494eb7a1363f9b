/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include "core/minipay-http-request.h"

G_BEGIN_DECLS

/* Refuses with a PLUGIN error what would be sent otherwise than it was meant, or would smuggle a second
 * request. */
gboolean minipay_transport_check_request (MinipayHttpRequest *request, GError **error);

/* Refuses with a CONFIG error what is no plain `https://host[:port]`, or `http://` on this machine. */
gboolean minipay_transport_check_base_url (const char *base_url, GError **error);

/* @request and @base_url have been checked. The target and the body leave as they stand. */
SoupMessage *
minipay_transport_make_message (MinipayHttpRequest *request, const char *base_url, gboolean may_repeat);

G_END_DECLS
