/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-bill.h"
#include "sandbox-wechat-call.h"

void sandbox_wechat_add_receiver (SandboxWechatCall *call);
void sandbox_wechat_remove_receiver (SandboxWechatCall *call);
void sandbox_wechat_share (SandboxWechatCall *call);
void sandbox_wechat_query_share (SandboxWechatCall *call);
void sandbox_wechat_unfreeze (SandboxWechatCall *call);
void sandbox_wechat_return_share (SandboxWechatCall *call);
void sandbox_wechat_query_return (SandboxWechatCall *call);
void sandbox_wechat_share_left (SandboxWechatCall *call);
SandboxBill *sandbox_wechat_make_sharing_bill (SandboxWechatCall *call, const char *day);
