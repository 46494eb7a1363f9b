/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

#define SANDBOX_TRANSIT "transit" /* the gateway, and its one account */

/* No list of errors is documented; these are the platform's general ones. */
#define SANDBOX_TRANSIT_BUSY       (-1)
#define SANDBOX_TRANSIT_CREDENTIAL 40001
#define SANDBOX_TRANSIT_ARGUMENTS  40097
#define SANDBOX_TRANSIT_FORMAT     47001

void sandbox_transit_answer (SandboxReply *reply, int errcode, const char *errmsg, const char *nonce);
JsonBuilder *sandbox_transit_begin_answer (void);
void sandbox_transit_end_answer (JsonBuilder *builder, const char *nonce, SandboxReply *reply);

gboolean sandbox_transit_is_debt (SandboxOrder *order);
char *sandbox_transit_make_out_user_id (const char *openid);
void sandbox_transit_list_arrears (Sandbox *sandbox, JsonNode *root, const char *nonce, SandboxReply *reply);
void sandbox_transit_jump (Sandbox *sandbox, JsonNode *root, const char *nonce, SandboxReply *reply);
