/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-weidoufu-message.h"

void sandbox_weidoufu_refund (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply);
void sandbox_weidoufu_query_account (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply);
