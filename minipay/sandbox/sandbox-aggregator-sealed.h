/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-aggregator-message.h"

gboolean sandbox_aggregator_is_sealed_call (const char *path);
void sandbox_aggregator_serve_sealed (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply);
const char *sandbox_aggregator_pay_status (SandboxOrder *order, SandboxFault fault);
const char *sandbox_aggregator_refund_status (SandboxRefund *refund, SandboxFault fault);
