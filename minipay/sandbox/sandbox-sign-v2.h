/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-config.h"
#include "sandbox-fault.h"
#include "sandbox-message.h"

char *sandbox_v2_join (GHashTable *fields);
char *sandbox_v2_sign (GHashTable *fields, const char *sign_type, const char *key);
char *sandbox_v2_sign_as (GHashTable *fields, const char *sign_type, const char *key, SandboxFault fault);
gboolean sandbox_v2_check (
    GHashTable *fields, const char *sign, const char *sign_type, const char *key, SandboxReply *reply);
