/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "sandbox-gateway.h"

gboolean sandbox_wechat_order_check (JsonNode *root, const SandboxMerchant *merchant, SandboxReply *reply);
