/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-secret-private.h"

G_BEGIN_DECLS

/* The certificate a merchant shows to a gateway, with its key: @pem as minipay_key_load_identity () gives it. One
 * that is out of its time only brings a warning to the log, for it is the gateway that judges. */
GTlsCertificate *minipay_tls_identity_new (MinipaySecret *pem, GError **error);

G_END_DECLS
