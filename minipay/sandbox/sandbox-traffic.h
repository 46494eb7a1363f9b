/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

SandboxTraffic *sandbox_traffic_new (void);
void sandbox_traffic_free (SandboxTraffic *self);
void sandbox_traffic_list (Sandbox *sandbox, SandboxReply *reply);
void sandbox_traffic_clear (SandboxTraffic *self);
void sandbox_traffic_set_rate (SandboxTraffic *self, const char *account, const char *operation, guint per_second);

gboolean sandbox_begin (Sandbox *sandbox, SandboxReply *reply, SandboxFault *fault);
void sandbox_end (Sandbox *sandbox, SandboxReply *reply);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxTraffic, sandbox_traffic_free)
