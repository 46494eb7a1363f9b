/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

void sandbox_check_pay_sign (Sandbox *sandbox, JsonObject *object, SandboxReply *reply);
