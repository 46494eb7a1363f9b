/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-weidoufu-message.h"

gboolean sandbox_weidoufu_is_order (const char *path);
void sandbox_weidoufu_create (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply);
int sandbox_weidoufu_get_trade_type (SandboxOrder *order);
