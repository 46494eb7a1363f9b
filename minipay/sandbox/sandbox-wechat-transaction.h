/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

char *sandbox_wechat_make_prepay_id (void);
char *sandbox_wechat_make_transaction (SandboxOrder *order, SandboxFault fault);
char *sandbox_wechat_make_event (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault);
void
sandbox_wechat_add_sealed (JsonBuilder *builder, Sandbox *sandbox, const char *associated_data, const char *text);
