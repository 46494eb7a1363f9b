/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

void sandbox_weidoufu_handle (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply);
SandboxPush *sandbox_weidoufu_push (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault);
