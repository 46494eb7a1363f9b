/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

#define SANDBOX_WECHAT_V2  "wechat-v2"
#define SANDBOX_TRANSIT_V2 "transit-v2"

/* One call by V2's rules, signed and allowed, on its way to the handler of its route. */
typedef struct {
  Sandbox *sandbox;
  const SandboxMerchant *merchant;
  const char *sign_type; /* of the call and its answer */
  GHashTable *fields;
  SandboxReply *reply;
  SandboxFault fault;
} SandboxV2Call;

GHashTable *sandbox_v2_fields_new (void);
void sandbox_v2_put (GHashTable *fields, const char *name, const char *value);
void sandbox_v2_put_fen (GHashTable *fields, const char *name, gint64 value);

const char *sandbox_v2_get (const SandboxV2Call *call, const char *name);
gint64 sandbox_v2_get_fen (const SandboxV2Call *call, const char *name);
char *sandbox_v2_make_fingerprint (GHashTable *fields, const char *const *fresh);
gboolean sandbox_v2_lies (const SandboxV2Call *call, SandboxFaultKind kind);

GHashTable *sandbox_v2_answer_new (const SandboxMerchant *merchant, SandboxFault fault);
void sandbox_v2_answer (SandboxV2Call *call, GHashTable *fields);
void sandbox_v2_refuse (SandboxV2Call *call, const char *code, const char *format, ...) G_GNUC_PRINTF (3, 4);
void sandbox_v2_reject (SandboxReply *reply, const char *message, const char *detail);
char *sandbox_v2_seal (Sandbox *sandbox,
                       const SandboxMerchant *merchant,
                       const char *sign_type,
                       GHashTable *fields,
                       SandboxFault fault);
