/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-wechat-v2-call.h"

void sandbox_v2_refund (SandboxV2Call *call);
void sandbox_v2_query_refund (SandboxV2Call *call);
SandboxPush *sandbox_v2_push_refund (Sandbox *sandbox, SandboxRefund *refund, SandboxFault fault);
