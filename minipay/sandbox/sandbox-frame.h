/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "sandbox-gateway.h"

char *sandbox_frame_seal (Sandbox *sandbox,
                          const SandboxMerchant *merchant,
                          const char *plaintext,
                          SandboxFault fault,
                          const char *nonce);
GBytes *sandbox_frame_decrypt (Sandbox *sandbox, const char *encrypted_data, const char *iv);
GBytes *
sandbox_frame_open (Sandbox *sandbox, const SandboxMerchant *merchant, JsonObject *object, SandboxReply *reply);
