/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-wechat-call.h"

SandboxRing *sandbox_ring_new (SandboxConfig *config);
void sandbox_ring_free (SandboxRing *self);

SandboxKey *sandbox_wechat_keys_find (Sandbox *sandbox, const SandboxMerchant *merchant, const char *serial);
SandboxKey *
sandbox_wechat_keys_pick (Sandbox *sandbox, const SandboxMerchant *merchant, const char *serial, const char **id);
void sandbox_wechat_certificates (SandboxWechatCall *call);
void sandbox_wechat_rotate (Sandbox *sandbox, JsonObject *object, SandboxReply *reply);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxRing, sandbox_ring_free)
