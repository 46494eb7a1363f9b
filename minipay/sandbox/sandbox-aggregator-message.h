/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

#define SANDBOX_AGGREGATOR             "showdoc-aggregator"
#define SANDBOX_AGGREGATOR_WRONG_MCHID "8000000009"

/* Switches of /sandbox/aggregator: how an answer wraps its sealed text, and that notifications come unsealed. */
#define SANDBOX_AGGREGATOR_SHAPE "aggregator answer-shape"
#define SANDBOX_AGGREGATOR_PLAIN "aggregator plain-notifications"

/* A member of a flat map; those without a value are left out. */
typedef struct {
  const char *name;
  const char *value; /* nullable */
} SandboxMember;

char *sandbox_aggregator_make_map (Sandbox *sandbox,
                                   const SandboxMerchant *merchant,
                                   const SandboxMember *members,
                                   guint n_members,
                                   SandboxFault fault);
char *sandbox_aggregator_seal (Sandbox *sandbox, const char *map, SandboxFault fault);
char *sandbox_aggregator_make_envelope (Sandbox *sandbox, const char *mchid, const char *map, SandboxFault fault);

GHashTable *sandbox_aggregator_open (Sandbox *sandbox,
                                     const SandboxRequest *request,
                                     const SandboxMerchant **merchant,
                                     SandboxReply *reply);
void sandbox_aggregator_answer (Sandbox *sandbox, const char *map, SandboxFault fault, SandboxReply *reply);
void sandbox_aggregator_refuse (Sandbox *sandbox,
                                const SandboxMerchant *merchant,
                                SandboxReply *reply,
                                const char *code,
                                const char *format,
                                ...) G_GNUC_PRINTF (5, 6);
gboolean sandbox_aggregator_is_shape (const char *shape);
