/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

#define SANDBOX_TRANSIT_V3 "transit-v3" /* the gateway, and its one account */

gboolean sandbox_transit_v3_check (JsonNode *root, const SandboxMerchant *merchant, SandboxReply *reply);
char *sandbox_transit_v3_make_transaction (SandboxOrder *order, SandboxFault fault);
char *sandbox_transit_v3_make_event (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault);
