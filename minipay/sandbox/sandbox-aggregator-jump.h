/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-aggregator-message.h"

#define SANDBOX_AGGREGATOR_CASHIER "/mp/order"

char *sandbox_aggregator_make_pay_info (Sandbox *sandbox, const SandboxMerchant *merchant, const char *gateway_no);
void sandbox_aggregator_open_cashier (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply);
void sandbox_aggregator_jump (Sandbox *sandbox, JsonObject *object, SandboxReply *reply);
