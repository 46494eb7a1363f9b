/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

void sandbox_wechat_v3_handle (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply);
SandboxPush *sandbox_wechat_v3_push (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault);
