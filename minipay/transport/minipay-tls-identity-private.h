/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The certificate a merchant shows to a gateway, with its key: one PEM file with both, or PKCS#12. @passphrase:
 * nullable, for PKCS#12 alone. What is wrong with it is a CONFIG error; one that is out of its time only brings
 * a warning to the log, for it is the gateway that judges. */
GTlsCertificate *minipay_tls_identity_new (GBytes *data, const char *passphrase, GError **error);

G_END_DECLS
