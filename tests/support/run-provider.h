/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "provider/minipay-payment-provider.h"

G_BEGIN_DECLS

/*
 * A provider whose gateway says in plain words what happened: OK, PENDING, NEXT (another step follows), UNSIGNED,
 * MISMATCH, REFUSED, CONFLICT, MISSING, LIMITED; anything else breaks its protocol.
 */
#define RUN_TYPE_PROVIDER (run_provider_get_type ())
G_DECLARE_FINAL_TYPE (RunProvider, run_provider, RUN, PROVIDER, GObject)

RunProvider *run_provider_new (MinipaySendFlags flags);
/* Of every step but the first. */
void run_provider_set_next_flags (RunProvider *self, MinipaySendFlags flags);
/* From its @n_begins-th begin on it fails without giving a reason. */
void run_provider_break_after (RunProvider *self, int n_begins);
void run_provider_cancel_in_resume (RunProvider *self, GCancellable *cancellable);

G_END_DECLS
