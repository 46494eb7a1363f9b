/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* The sandbox's own authority, and what it has issued: the certificate of the https port, and one for each
 * merchant whose gateway asks for one. */
typedef struct _SandboxTls SandboxTls;

SandboxTls *sandbox_tls_new (GError **error);
SandboxTls *sandbox_tls_read (const char *directory, GError **error);
gboolean sandbox_tls_write (SandboxTls *self, const char *directory, GError **error);
void sandbox_tls_free (SandboxTls *self);

GTlsCertificate *sandbox_tls_make_server (SandboxTls *self, GError **error);
const char *sandbox_tls_find_account (SandboxTls *self, GTlsCertificate *peer);
char *sandbox_tls_dup_authority_file (const char *directory);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxTls, sandbox_tls_free)
