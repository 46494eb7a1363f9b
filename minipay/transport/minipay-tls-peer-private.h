/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Whether a connection, its handshake done, is as strong as a payment asks for: TLS 1.2 or later, and no RSA key
 * shorter than 2048 bits. GnuTLS by itself still speaks TLS 1.0 and takes 1024 bits. */
gboolean minipay_tls_peer_is_strong (GTlsConnection *connection);

G_END_DECLS
