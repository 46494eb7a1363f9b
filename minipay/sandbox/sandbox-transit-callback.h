/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

gboolean sandbox_transit_callback_is_kind (const char *name);
gboolean sandbox_transit_callback (
    Sandbox *sandbox, JsonObject *object, SandboxReply *reply, SandboxReplied replied, gpointer user_data);
