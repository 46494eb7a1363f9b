/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-wechat-call.h"

void sandbox_wechat_refund (SandboxWechatCall *call);
void sandbox_wechat_query_refund (SandboxWechatCall *call);
void sandbox_wechat_list_refunds (SandboxWechatCall *call);
void sandbox_wechat_abnormal_refund (SandboxWechatCall *call);
char *sandbox_wechat_make_refund_event (Sandbox *sandbox, SandboxRefund *refund, SandboxFault fault);
