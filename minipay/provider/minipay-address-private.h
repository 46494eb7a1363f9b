/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "core/minipay-error.h"

G_BEGIN_DECLS

/* An address split where hosts are compared: `https://host` or `http://127.0.0.1:8080`, and the path with its
 * query. */
typedef struct {
  char *origin; /* host in lower case, the scheme's own port left out */
  char *target; /* never empty */
  gboolean is_loopback;
} MinipayAddress;

/*
 * Reads an address that may come from outside: https, a plain DNS name, the scheme's own port, no user, no
 * fragment; on loopback also http and any port. What the operator listed in @origins (or NULL) may have any host
 * and port.
 * @code with @what, the address and what is wrong with it.
 */
gboolean minipay_address_parse (MinipayAddress *self,
                                const char *what,
                                const char *text,
                                const char *const *origins,
                                MinipayError code,
                                GError **error);
/* Fit for a message: without user and password, query and fragment, all of which may be secrets. */
char *minipay_address_quote (const char *text);
void minipay_address_clear (MinipayAddress *self);

/* `scheme://host[:port]` in the one form in which origins are compared; @port -1 for none. */
char *minipay_address_dup_origin (const char *scheme, const char *host, int port);

/* TRUE for 127.0.0.0/8, ::1 and localhost. */
gboolean minipay_host_is_loopback (const char *host);
/* A plain DNS name in lower case: no scheme, port, user or address literal. */
gboolean minipay_host_is_plain (const char *host);
/* Only what RFC 3986 lets stand unescaped. */
gboolean minipay_address_is_escaped (const char *text);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MinipayAddress, minipay_address_clear)

G_END_DECLS
