/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-wechat-call.h"

gboolean sandbox_wechat_order_check (SandboxWechatCall *call);
const char *sandbox_wechat_trade_type (guint scene);
const char *sandbox_wechat_check_expiry (const char *text);
const char *sandbox_wechat_check_notify_url (const char *url);
