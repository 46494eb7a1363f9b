/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-wechat-v2-call.h"

void sandbox_v2_create (SandboxV2Call *call);
void sandbox_v2_micropay (SandboxV2Call *call);
void sandbox_v2_query (SandboxV2Call *call);
void sandbox_v2_close (SandboxV2Call *call);
void sandbox_v2_reverse (SandboxV2Call *call);

gboolean sandbox_v2_may_add (SandboxV2Call *call, SandboxOrder *known);
SandboxOrder *sandbox_v2_add_order (SandboxV2Call *call, const char *trade_type);
SandboxOrder *sandbox_v2_find_order (const SandboxV2Call *call);
GHashTable *sandbox_v2_make_transaction (const SandboxMerchant *merchant, SandboxOrder *order, SandboxFault fault);
