/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

/* What keeps a call from being carried out; @code is static, and NULL while nothing does. */
typedef struct {
  const char *code;
  char *description;
} SandboxV2Refusal;

gboolean sandbox_v2_check_order (GHashTable *fields, SandboxV2Refusal *refusal);
gboolean sandbox_v2_check_query (GHashTable *fields, SandboxV2Refusal *refusal);
void sandbox_v2_refusal_set (SandboxV2Refusal *refusal, const char *code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
void sandbox_v2_refusal_clear (SandboxV2Refusal *refusal);

GDateTime *sandbox_v2_time (const char *text);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SandboxV2Refusal, sandbox_v2_refusal_clear)
