/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

/* What the faults wrong-mchid, wrong-sub-mchid and wrong-appid tell: numbers of nobody. */
#define SANDBOX_WECHAT_WRONG_MCHID "1900000009"
#define SANDBOX_WECHAT_WRONG_APPID "wx0000000000000009"

char *sandbox_wechat_make_prepay_id (void);
char *sandbox_wechat_make_transaction (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault);
char *sandbox_wechat_make_event (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault);
char *sandbox_wechat_seal_event (Sandbox *sandbox,
                                 const char *type,
                                 const char *summary,
                                 const char *original_type,
                                 GDateTime *time,
                                 const char *plaintext);
void sandbox_wechat_add_parties (JsonBuilder *builder, SandboxOrder *order, SandboxFault fault);
void sandbox_wechat_add_payer_amount (
    JsonBuilder *builder, SandboxOrder *order, const char *name, gint64 amount, const char *currency);
const char *sandbox_wechat_lie_about (const char *currency);
void
sandbox_wechat_add_sealed (JsonBuilder *builder, Sandbox *sandbox, const char *associated_data, const char *text);
