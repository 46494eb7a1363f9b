/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

const SandboxMerchant *sandbox_wechat_authenticate (Sandbox *sandbox,
                                                    const char *gateway,
                                                    const SandboxRequest *request,
                                                    SandboxReply *reply);
gboolean sandbox_wechat_check_headers (Sandbox *sandbox,
                                       const SandboxMerchant *merchant,
                                       const SandboxRequest *request,
                                       gboolean wants_json,
                                       SandboxReply *reply);
void sandbox_wechat_sign (Sandbox *sandbox,
                          const SandboxMerchant *merchant,
                          const char *serial,
                          const char *body,
                          SandboxFault fault,
                          GPtrArray *headers);
void sandbox_wechat_refuse (SandboxReply *reply,
                            guint status,
                            const char *code,
                            const char *location,
                            const char *field,
                            const char *format,
                            ...) G_GNUC_PRINTF (6, 7);
