/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-wechat-v2-call.h"

extern const SandboxGateway sandbox_transit_v2;

void sandbox_transit_v2_pay (SandboxV2Call *call);
void sandbox_transit_v2_user (SandboxV2Call *call);
