/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-wechat-call.h"

void sandbox_wechat_trade_bill (SandboxWechatCall *call);
void sandbox_wechat_fund_flow_bill (SandboxWechatCall *call);
void sandbox_wechat_sharing_bill (SandboxWechatCall *call);
void sandbox_wechat_download (SandboxWechatCall *call);
void sandbox_wechat_statement (SandboxWechatCall *call);
void sandbox_wechat_settlements (SandboxWechatCall *call);
