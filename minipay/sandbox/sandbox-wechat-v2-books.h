/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-wechat-v2-call.h"

/* What V2's rules keep beside orders, refunds and bills. */
struct _SandboxV2Books {
  GPtrArray *refusals;   /* owned; what control has ordered */
  GHashTable *users;     /* contract_id -> user_state of transit */
  gint64 close_after_us; /* age an order needs before it is closed */
};

SandboxV2Books *sandbox_v2_books_new (void);
void sandbox_v2_books_free (SandboxV2Books *self);

void sandbox_v2_books_note_order (SandboxV2Books *self, SandboxOrder *order);
gboolean sandbox_v2_books_is_young (SandboxV2Books *self, SandboxOrder *order);
gboolean sandbox_v2_books_refuse (SandboxV2Call *call);

void sandbox_v2_control (Sandbox *sandbox, JsonObject *object, SandboxReply *reply);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxV2Books, sandbox_v2_books_free)
