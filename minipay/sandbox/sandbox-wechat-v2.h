/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

extern const SandboxGateway sandbox_wechat_v2;

/* What transit's interface B, which is written in V2's rules, takes over. */
extern const SandboxFaultRule sandbox_v2_fault_rules[];

gboolean sandbox_v2_has_route (const SandboxRequest *request);
void sandbox_v2_handle (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply);
SandboxPush *sandbox_v2_push (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault);
gboolean sandbox_v2_is_acknowledged (const SandboxPush *push, guint status, GBytes *answer);
