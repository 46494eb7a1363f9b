/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-wechat-v2-call.h"

void sandbox_v2_download_bill (SandboxV2Call *call);
void sandbox_v2_download_fund_flow (SandboxV2Call *call);
