/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/minipay-client.h"

G_BEGIN_DECLS

/* The name of the account that a message is for: the last segment of its path; a client with a single account needs
 * none. NULL when there is no such account. */
char *minipay_client_dup_route (MinipayClient *self, MinipayHttpRequest *request);

G_END_DECLS
