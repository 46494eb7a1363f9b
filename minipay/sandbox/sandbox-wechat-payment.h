/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-wechat-call.h"

/* How a route names an order. */
enum { SANDBOX_WECHAT_BY_OUT_TRADE_NO, SANDBOX_WECHAT_BY_TRANSACTION_ID };

void sandbox_wechat_answer_handle (SandboxWechatCall *call, SandboxOrder *order);
void sandbox_wechat_create (SandboxWechatCall *call);
void sandbox_wechat_micropay (SandboxWechatCall *call);
void sandbox_wechat_query (SandboxWechatCall *call);
void sandbox_wechat_close (SandboxWechatCall *call);
void sandbox_wechat_reverse (SandboxWechatCall *call);
