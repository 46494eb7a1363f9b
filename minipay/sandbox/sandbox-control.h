/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

void sandbox_control_refuse (SandboxReply *reply, guint status, const char *format, ...) G_GNUC_PRINTF (3, 4);
gboolean sandbox_control_handle (Sandbox *sandbox,
                                 const SandboxRequest *request,
                                 SandboxReply *reply,
                                 SandboxReplied replied,
                                 gpointer user_data);
