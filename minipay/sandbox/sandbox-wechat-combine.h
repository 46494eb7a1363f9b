/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-wechat-call.h"

void sandbox_wechat_combine (SandboxWechatCall *call);
void sandbox_wechat_combine_query (SandboxWechatCall *call);
void sandbox_wechat_combine_close (SandboxWechatCall *call);
char *sandbox_wechat_make_combined_event (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault);
