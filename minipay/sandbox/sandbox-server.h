/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

typedef struct _SandboxServer SandboxServer;

SandboxServer *sandbox_server_new (Sandbox *sandbox, guint16 port, GError **error);
guint16 sandbox_server_get_port (SandboxServer *self);
guint16 sandbox_server_get_tls_port (SandboxServer *self);
void sandbox_server_free (SandboxServer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxServer, sandbox_server_free)
