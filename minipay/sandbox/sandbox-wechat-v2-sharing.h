/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-wechat-v2-call.h"

void sandbox_v2_share (SandboxV2Call *call);
void sandbox_v2_share_multi (SandboxV2Call *call);
void sandbox_v2_share_finish (SandboxV2Call *call);
void sandbox_v2_share_query (SandboxV2Call *call);
void sandbox_v2_share_add_receiver (SandboxV2Call *call);
void sandbox_v2_share_remove_receiver (SandboxV2Call *call);
void sandbox_v2_share_return (SandboxV2Call *call);
void sandbox_v2_share_return_query (SandboxV2Call *call);
void sandbox_v2_share_amount (SandboxV2Call *call);
